"""Contoso's Bot Connector: where a bot may speak, and what it is told of who is there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from contoso import tokens
from contoso.chats import CARD
from contoso.server import running
from contoso.signing import Keys
from contoso.tenant import Contoso

Json = dict[str, Any]
ADELE, ALEX = "adele.vance@contoso.com", "alex.wilber@contoso.com"


@pytest.fixture
async def contoso(keys: Keys) -> AsyncGenerator[Contoso]:
    """With the bot in every chat but Adele's own."""
    tenant = Contoso(keys=keys)
    tenant.chats.with_bot = {chat.id for chat in tenant.chats} - {chat_of(tenant, ADELE)}
    async with running(tenant):
        yield tenant


class Bot:
    """Only speaks."""

    def __init__(self, contoso: Contoso, http: httpx.AsyncClient) -> None:
        self._contoso = contoso
        self._http = http

    async def call(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> httpx.Response:
        token = tokens.app_token(self._contoso, tokens.BOT_FRAMEWORK) if token is None else token
        url = f"{self._contoso.service_url}v3/{path}"
        return await self._http.request(method, url, json=body, headers={"Authorization": f"Bearer {token}".strip()})

    async def say(self, conversation: str, said: Json) -> str:
        answer = await self.call("POST", f"{at(conversation)}/activities", {"type": "message", **said})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]


@pytest.fixture
async def bot(contoso: Contoso) -> AsyncGenerator[Bot]:
    async with httpx.AsyncClient() as http:
        yield Bot(contoso, http)


def at(conversation: str) -> str:
    return f"conversations/{quote(conversation, safe='')}"


def chat_of(contoso: Contoso, who: str) -> str:
    return contoso.chats.personal(contoso.person(who).id).id


def crew(contoso: Contoso) -> str:
    return next(chat.id for chat in contoso.chats if chat.kind == "groupChat")


def general(contoso: Contoso) -> str:
    return next(chat.id for chat in contoso.chats if chat.kind == "channel")


async def test_what_is_no_json_and_no_page_is_refused(contoso: Contoso, bot: Bot) -> None:
    where = f"{at(crew(contoso))}/activities"
    token = tokens.app_token(contoso, tokens.BOT_FRAMEWORK)
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as http:
        broken = await http.post(f"{contoso.service_url}v3/{where}", content=b"{")
    listed = await bot.call("POST", where, [])
    page = await bot.call("GET", f"{at(crew(contoso))}/pagedmembers?continuationToken=x")

    assert [each.status_code for each in (broken, listed, page)] == [400, 400, 400]
    assert broken.json()["error"]["code"] == "BadSyntax"
    assert page.json()["error"]["code"] == "BadArgument"


async def test_the_connector_knows_its_bot(contoso: Contoso, bot: Bot) -> None:
    good = contoso.keys.entra.read(tokens.app_token(contoso, tokens.BOT_FRAMEWORK))
    sign = contoso.keys.entra.sign
    bad = {
        "none": "",
        "nonsense": "a.b.c",
        "of a person": tokens.sso_token(contoso, contoso.person(ADELE)),
        "for Graph": tokens.app_token(contoso, tokens.GRAPH),
        "of another bot": sign({**good, "appid": "11111111-2222-4333-8444-555555555555"}),
        "old": sign({**good, "exp": good["nbf"]}),
        "of a user": sign({**good, "idtyp": "user"}),
        "signed by the wrong key": contoso.keys.bot_framework.sign(good),
    }

    answers = {name: await bot.call("GET", "teams/x", token=token) for name, token in bad.items()}

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(bad, 401)


async def test_unknown_places_are_told_from_closed_ones(contoso: Contoso, bot: Bot) -> None:
    async def code(path: str, said: Json | None = None) -> tuple[int, str]:
        answer = await bot.call("POST", path, said or {"type": "message", "text": "x"})
        return answer.status_code, answer.json()["error"]["code"]

    adele = contoso.person(ADELE)
    tenant = {"channelData": {"tenant": {"id": contoso.tenant_id}}}
    there = f"conversations/{quote(chat_of(contoso, ADELE), safe='')}/activities"

    assert await code("conversations/a%3Anone/activities") == (404, "ConversationNotFound")
    assert await code(there) == (403, "BotNotInConversationRoster")
    asked = {"members": [{"id": adele.mri}], **tenant}
    assert await code("conversations", asked) == (403, "ForbiddenOperationException")
    assert await code("conversations", {"members": [{"id": "29:none"}], **tenant}) == (404, "UserNotFound")
    assert await code("conversations", {"members": [], **tenant}) == (400, "BadArgument")
    assert await code("conversations", {"members": [{"id": adele.mri}]}) == (400, "BadArgument")
    contoso.chats.with_bot.add(chat_of(contoso, ADELE))
    assert await code(there, {"type": "message"}) == (400, "BadSyntax")
    assert await code(there, {"type": "message", "text": "x" * 60_000}) == (413, "MessageSizeTooBig")
    assert await code(there, {"type": "message", "attachments": [{"contentType": CARD}]}) == (400, "BadArgument")
    assert await code(there, {"type": "message", "text": "x", "from": {"id": adele.mri}}) == (400, "BadArgument")


async def test_the_bot_opens_a_chat_with_somebody_who_has_it(contoso: Contoso, bot: Bot) -> None:
    adele = contoso.person(ADELE)
    contoso.chats.with_bot.add(chat_of(contoso, ADELE))

    for member in (adele.mri, adele.id):
        body = {"members": [{"id": member}], "channelData": {"tenant": {"id": contoso.tenant_id}}}
        answer = await bot.call("POST", "conversations", body)
        assert (answer.status_code, answer.json()) == (201, {"id": chat_of(contoso, ADELE)})


async def test_the_bot_starts_a_thread_in_a_channel(contoso: Contoso, bot: Bot) -> None:
    body = {"channelData": {"channel": {"id": general(contoso)}}, "activity": {"type": "message", "text": "News"}}

    answer = (await bot.call("POST", "conversations", body)).json()

    (post,) = contoso.client.messages(ADELE, chat="General")
    assert answer == {"id": f"{general(contoso)};messageid={post.id}", "activityId": post.id}


async def test_what_was_said_can_be_changed_and_taken_back(contoso: Contoso, bot: Bot) -> None:
    contoso.chats.with_bot.add(chat_of(contoso, ADELE))
    chat = chat_of(contoso, ADELE)
    said = await bot.say(chat, {"text": "one"})
    where = f"conversations/{quote(chat, safe='')}/activities/{said}"

    changed = await bot.call("PUT", where, {"type": "message", "text": "two"})
    (message,) = contoso.client.messages(ADELE)
    gone = await bot.call("DELETE", where)
    nothing = await bot.call("PUT", where, {"type": "message", "text": "three"})

    assert (changed.json(), message.text, message.is_edited) == ({"id": said}, "two", True)
    assert (gone.status_code, contoso.client.messages(ADELE)) == (200, [])
    assert (nothing.status_code, nothing.json()["error"]["code"]) == (404, "ActivityNotFoundInConversation")


async def test_the_roster_says_who_is_there(contoso: Contoso, bot: Bot) -> None:
    alex, chat = contoso.person(ALEX), f"conversations/{quote(crew(contoso), safe='')}"

    everybody = (await bot.call("GET", f"{chat}/members")).json()
    paged = (await bot.call("GET", f"{chat}/pagedmembers")).json()
    one = (await bot.call("GET", f"{chat}/members/{quote(alex.mri, safe='')}")).json()
    same = (await bot.call("GET", f"{chat}/members/{alex.id}")).json()
    nobody = await bot.call("GET", f"{chat}/members/29%3Anone")
    team = (await bot.call("GET", f"teams/{quote(general(contoso), safe='')}")).json()
    channels = (await bot.call("GET", f"teams/{quote(general(contoso), safe='')}/conversations")).json()

    assert [each["name"] for each in everybody] == ["Adele Vance", "Alex Wilber", "Megan Bowen"]
    assert paged == {"members": everybody}
    assert one == same == everybody[1]
    assert (one["objectId"], one["email"], one["tenantId"]) == (alex.id, ALEX, contoso.tenant_id)
    assert nobody.json()["error"]["code"] == "MemberNotFoundInConversation"
    assert (team["name"], team["memberCount"]) == ("Finance", 5)
    assert channels["conversations"][0]["id"] == general(contoso)
    assert (await bot.call("GET", f"teams/{quote(crew(contoso), safe='')}")).status_code == 404


async def test_typing_and_other_kinds_leave_no_message(contoso: Contoso, bot: Bot) -> None:
    contoso.chats.with_bot.add(chat_of(contoso, ADELE))
    path = f"conversations/{quote(chat_of(contoso, ADELE), safe='')}/activities/some-random-id"
    events: list[str] = []
    contoso.watch(lambda event: events.append(event.kind))

    typing = await bot.call("POST", path, {"type": "typing"})
    other = await bot.call("POST", path, {"type": "event"})

    assert (typing.status_code, other.status_code) == (201, 201)
    assert events == ["typing"]
    assert contoso.client.messages(ADELE) == []


async def test_the_bots_words_keep_their_mentions_and_suggestions(contoso: Contoso, bot: Bot) -> None:
    alex = contoso.person(ALEX)
    said = {
        "text": "<at>Alex Wilber</at> look",
        "entities": [{"type": "mention", "mentioned": {"id": alex.mri, "name": "Alex Wilber"}}, {"type": "other"}],
        "suggestedActions": {"actions": [{"type": "imBack", "title": "Help", "value": "help"}]},
    }

    await bot.say(crew(contoso), said)

    (message,) = contoso.client.messages(ADELE, chat="Budget crew")
    assert [(each.id, each.name) for each in message.mentions] == [(alex.id, "Alex Wilber")]
    assert message.suggested == (("Help", "help"),)
