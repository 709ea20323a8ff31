"""Activities between JSON and botbuilder's, as far as we use them: msrest's own way takes most of a turn's time, reads
all there is before anybody knows who sent it, and loses what it does not know."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from botbuilder.schema import Activity, Attachment, ChannelAccount, ConversationAccount

from cards.elements import ICONS

Json = dict[str, Any]
# Every backslash of a JSON text begins an escape. Possessive, so that it is read once, however long it is.
WHOLE_LETTERS = re.compile(
    r"(?:[^\\]++|\\[^u]|\\u(?!0000|[dD][89a-fA-F])....|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)*+", re.DOTALL
)


class Unreadable(ValueError):
    """Not an activity."""


def activity(body: object) -> Activity:
    """What botbuilder has to know of an activity; the rest is read from the JSON. Raises Unreadable.

    `deliveryMode` stays out: Teams does not ask for replies in the answer, and whoever does gets them as messages.
    """
    if not isinstance(body, dict):
        raise Unreadable
    raw = cast("Json", body)
    kind = _text(raw, "type")
    if not kind:
        raise Unreadable
    return Activity(
        type=kind,
        id=_text(raw, "id"),
        channel_id=_text(raw, "channelId"),
        service_url=_text(raw, "serviceUrl"),
        locale=_text(raw, "locale"),
        reply_to_id=_text(raw, "replyToId"),
        from_property=_account(raw, "from"),
        recipient=_account(raw, "recipient"),
        conversation=_conversation(raw),
    )


def written(said: Activity) -> Json:
    """An activity of ours as the connector takes it."""
    attachments = cast("list[Attachment]", said.attachments or [])
    whole = {
        "type": said.type,
        "id": said.id,
        "channelId": said.channel_id,
        "serviceUrl": said.service_url,
        "locale": said.locale,
        "replyToId": said.reply_to_id,
        "inputHint": said.input_hint,
        "from": _written(said.from_property),
        "recipient": _written(said.recipient),
        "conversation": _written(said.conversation),
        "text": said.text,
        "textFormat": said.text_format,
        "summary": said.summary,
        "attachments": [{"contentType": each.content_type, "content": each.content} for each in attachments] or None,
    }
    return {name: value for name, value in whole.items() if value is not None}


def with_icons(body: object, public_url: str) -> str:
    """Its JSON, with our pictures where we serve them: a card knows only what they are called.

    In somebody's text the quotation marks are escaped, so that none is taken for a picture.
    """
    picture = '"type": "Image", "url": "'
    return json.dumps(body).replace(picture + ICONS, f"{picture}{public_url}/{ICONS}")


def is_text(spelt: str) -> bool:
    """JSON can spell half a letter, which nothing else can, and a nought, which no database keeps."""
    return WHOLE_LETTERS.fullmatch(spelt) is not None


def _account(raw: Json, name: str) -> Any:
    said = _object(raw, name)
    return None if said is None else ChannelAccount(id=_text(said, "id"), name=_text(said, "name"))


def _conversation(raw: Json) -> Any:
    said = _object(raw, "conversation")
    return None if said is None else ConversationAccount(id=_text(said, "id"), name=_text(said, "name"))


def _written(who: ChannelAccount | ConversationAccount | None) -> Json | None:
    if who is None:
        return None
    return {"id": who.id, **({"name": who.name} if who.name else {})}


def _object(raw: Json, name: str) -> Json | None:
    value = raw.get(name)
    if value is None or isinstance(value, dict):
        return cast("Json | None", value)
    raise Unreadable


def _text(raw: Json, name: str) -> Any:
    """A text or None; botbuilder's types do not say that it takes None, which it does."""
    value = raw.get(name)
    if value is None or isinstance(value, str):
        return value
    raise Unreadable
