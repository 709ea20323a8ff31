"""Activities are read and written as botbuilder's own way does it, as far as we use them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botbuilder.core import TurnContext
from botbuilder.schema import Activity, Attachment
from hypothesis import given
from hypothesis import strategies as st

from bot.teams import wire

Json = dict[str, Any]
MESSAGE: Json = {
    "type": "message",
    "id": "1700000000000",
    "timestamp": "2026-11-20T09:30:00.000Z",
    "channelId": "msteams",
    "serviceUrl": "https://smba.trafficmanager.net/emea/",
    "from": {"id": "29:adele", "name": "Adele Vance", "aadObjectId": "8d1f"},
    "conversation": {"conversationType": "personal", "tenantId": "c0a7", "id": "a:1"},
    "recipient": {"id": "28:bot", "name": "Sharebot"},
    "locale": "en-GB",
    "text": "help",
    "entities": [{"locale": "en-GB", "timezone": "Europe/London", "type": "clientInfo"}],
    "channelData": {"tenant": {"id": "c0a7"}},
}
CORPUS: list[Json] = [
    MESSAGE,
    {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": {}}, **{"replyToId": "1:0"}},
    {**MESSAGE, "deliveryMode": "expectReplies", "replyToId": "17"},
    {"type": "installationUpdate", "action": "add", "conversation": {"id": "19:x@thread.v2", "name": "Crew"}},
    {"type": "conversationUpdate", "from": {"id": "29:x"}, "recipient": None},
]
READ = ("type", "id", "channel_id", "service_url", "locale", "reply_to_id")


@pytest.mark.parametrize("raw", CORPUS, ids=lambda raw: raw["type"])
def test_an_activity_is_read_as_botbuilder_reads_it(raw: Json) -> None:
    ours, theirs = wire.activity(raw), Activity().deserialize(raw)

    assert [getattr(ours, name) for name in READ] == [getattr(theirs, name) for name in READ]
    for name in ("from_property", "recipient", "conversation"):
        mine, its = getattr(ours, name), getattr(theirs, name)
        assert (mine and (mine.id, mine.name)) == (its and (its.id, its.name))


def test_replies_go_to_the_chat_whatever_else_was_asked_for() -> None:
    assert wire.activity({**MESSAGE, "deliveryMode": "expectReplies"}).delivery_mode is None


@pytest.mark.parametrize("raw", CORPUS[:4], ids=lambda raw: raw["type"])
def test_an_answer_is_written_as_botbuilder_writes_it(raw: Json) -> None:
    card = {"type": "AdaptiveCard", "body": [{"type": "TextBlock", "text": "Ü"}]}
    attachment = Attachment(content_type="application/vnd.microsoft.card.adaptive", content=card)
    said = Activity(type="message", summary="Hello", attachments=[attachment], input_hint="acceptingInput")
    reference = TurnContext.get_conversation_reference(Activity().deserialize(raw))
    answer = TurnContext.apply_conversation_reference(said, reference)
    theirs = answer.serialize()

    ours = wire.written(answer)

    for name in ("from", "recipient", "conversation"):  # what we did not read we do not send back
        if name in theirs:
            theirs[name] = {key: theirs[name][key] for key in ("id", "name") if key in theirs[name]}
    assert ours == theirs


@pytest.mark.parametrize(
    "raw", [None, [], 7, {}, {"type": 1}, {"type": "message", "from": []}, {"type": "x", "id": {}}]
)
def test_what_is_no_activity_is_refused(raw: object) -> None:
    with pytest.raises(wire.Unreadable):
        wire.activity(raw)


def is_whole(said: str) -> bool:
    try:
        return b"\0" not in said.encode()
    except UnicodeEncodeError:
        return False


PARTS = [
    r"\u0000",
    r"\u0041",
    r"\ud83d",
    r"\uD83D",
    r"\ude00",
    r"\uDFFF",
    r"\\",
    r"\"",
    r"\n",
    "u0000",
    "ud83d",
    "x",
    "😀",
]


@given(st.lists(st.sampled_from(PARTS)).map("".join))
def test_half_letters_and_noughts_are_seen_however_they_are_spelt(inside: str) -> None:
    spelt = f'{{"{inside}": ["{inside}"]}}'
    (said,) = json.loads(spelt)

    assert wire.is_text(spelt) == is_whole(said)


def test_a_card_is_sent_with_its_icons_where_we_serve_them() -> None:
    icon = {"type": "Image", "url": "icons/sheet.png", "altText": "Spreadsheet"}
    others = [
        {"type": "Image", "url": "https://x.example/icons/a.png"},
        {"type": "Image"},
        {"url": "icons/a.png"},
        {"text": '"type": "Image", "url": "icons/a.png"'},
        None,
    ]
    message = {"attachments": [{"content": {"body": [{"type": "ColumnSet", "columns": [icon]}, *others]}}]}

    (sent,) = json.loads(wire.with_icons(message, "https://bot.example"))["attachments"]
    shown, *untouched = sent["content"]["body"]

    assert shown["columns"] == [{**icon, "url": "https://bot.example/icons/sheet.png"}]
    assert untouched == others
