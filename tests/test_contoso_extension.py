"""Contoso's message extension and dialogs: what the bot is told there, and what Teams makes of its answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import httpx
import jwt
import pytest
from aiohttp import web

from contoso.server import running
from contoso.signing import Keys
from contoso.tenant import Contoso

Json = dict[str, Any]
CREW = "Budget crew"
SIGN_IN = [{"type": "openUrl", "title": "Sign in", "value": "https://bot.example/auth"}]
SILENT = {"composeExtension": {"type": "silentAuth", "suggestedActions": {"actions": SIGN_IN}}}
BUTTON = {"composeExtension": {"type": "auth", "suggestedActions": {"actions": SIGN_IN}}}
FOUND = {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": []}}
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
CARD = {"type": "AdaptiveCard", "fallbackText": "A file", "body": []}


class Scripted:
    """A bot that answers with what it is given, one after the other, and keeps what it got."""

    def __init__(self) -> None:
        self.got: list[Json] = []
        self.answers: list[tuple[int, object]] = []

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.got.append(await request.json())
        status, body = self.answers.pop(0)
        return web.json_response(body, status=status)


@pytest.fixture
async def contoso(keys: Keys) -> AsyncGenerator[Contoso]:
    tenant = Contoso(keys=keys)
    async with running(tenant):
        yield tenant


@pytest.fixture
async def bot(contoso: Contoso) -> AsyncGenerator[Scripted]:
    bot = Scripted()
    application = web.Application()
    application.router.add_post("/api/messages", bot.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    contoso.bot_endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
    yield bot
    await runner.cleanup()


async def asks(contoso: Contoso, name: str, value: object, **more: object) -> httpx.Response:
    """As the page does, as Adele."""
    adele = contoso.person("adele.vance@contoso.com")
    chat = next(one for one in contoso.chats if one.name == CREW)
    async with httpx.AsyncClient(base_url=contoso.base_url) as page:
        path = f"/teams/api/chats/{quote(chat.id, safe='')}/ask"
        return await page.post(path, json={"user": adele.id, "name": name, "value": value, **more})


async def test_a_search_is_made_again_with_a_token_of_the_person(contoso: Contoso, bot: Scripted) -> None:
    bot.answers = [(200, SILENT), (200, FOUND)]

    answer = await asks(contoso, "composeExtension/query", {"commandId": "x", "parameters": []})

    first, second = bot.got
    claims = jwt.decode(second["value"]["authentication"]["token"], options={"verify_signature": False})
    assert answer.json() == FOUND
    assert "authentication" not in first["value"]
    assert claims["oid"] == second["from"]["aadObjectId"] == contoso.person("adele.vance@contoso.com").id
    assert second["value"]["commandId"] == "x"


@pytest.mark.parametrize("second", [(412, {}), (200, SILENT), (200, BUTTON)], ids=["412", "silent again", "a button"])
async def test_a_search_that_cannot_be_signed_in_silently_shows_the_button(
    contoso: Contoso, bot: Scripted, second: tuple[int, object]
) -> None:
    bot.answers = [(200, SILENT), second]

    assert (await asks(contoso, "composeExtension/query", {})).json() == BUTTON
    assert len(bot.got) == 2


def result(*titles: str, **more: object) -> Json:
    """What a bot answers to a link with."""
    found = [{"contentType": CARD_TYPE, "content": {**CARD, "fallbackText": each}, "preview": {}} for each in titles]
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": found}, **more}


async def test_a_link_is_asked_of_again_with_a_token_of_the_person(contoso: Contoso, bot: Scripted) -> None:
    bot.answers = [(200, SILENT), (200, result("A file"))]
    url = f"{contoso.base_url}/s/x"

    answer = await asks(contoso, "composeExtension/queryLink", {"url": url})

    first, second = bot.got
    assert answer.json() == result("A file")
    assert first["value"] == {"url": url}
    assert second["value"]["url"] == url
    assert second["value"]["authentication"]["token"]


@pytest.mark.parametrize(
    ("url", "is_asked"),
    [
        ("https://contoso.sharepoint.com/x", True),
        ("https://contoso-my.sharepoint.com/personal/x", True),
        ("https://a.b.sharepoint.com/x", False),
        ("https://sharepoint.com/x", False),
        ("https://contoso.sharepoint.com.evil.example/x", False),
        ("no link", False),
    ],
)
async def test_the_bot_hears_of_links_to_the_domains_of_its_manifest_alone(
    contoso: Contoso, bot: Scripted, url: str, *, is_asked: bool
) -> None:
    contoso.link_domains = ("files.example", "*.sharepoint.com")
    bot.answers = [(200, result("A file"))]

    await asks(contoso, "composeExtension/queryLink", {"url": url})

    assert len(bot.got) == is_asked


async def test_the_card_of_a_link_is_kept_for_half_an_hour_whatever_the_chat(contoso: Contoso, bot: Scripted) -> None:
    bot.answers = [(200, result("First")), (200, result("Second"))]
    url, client = f"{contoso.base_url}/s/x", contoso.client

    crew = await client.paste("Adele Vance", url, chat=CREW)
    own = await client.paste("Adele Vance", url)
    contoso.clock = dt.timedelta(minutes=31)
    later = await client.paste("Adele Vance", url)

    assert [each["fallbackText"] for each in (crew or {}, own or {}, later or {})] == ["First", "First", "Second"]


async def test_a_card_of_a_link_that_is_not_to_be_kept_is_asked_for_anew(contoso: Contoso, bot: Scripted) -> None:
    anew = {"cacheInfo": {"cacheType": "NO_CACHE"}}
    bot.answers = [(200, result("First", **anew)), (200, result(**anew))]
    url, client = f"{contoso.base_url}/s/x", contoso.client

    first = await client.paste("Adele Vance", url, chat=CREW)

    assert first == {**CARD, "fallbackText": "First"}
    assert await client.paste("Adele Vance", url, chat=CREW) is None


async def test_the_card_of_a_link_is_sent_with_the_message(contoso: Contoso) -> None:
    adele = contoso.person("adele.vance@contoso.com")
    chat = next(one for one in contoso.chats if one.name == CREW)
    async with httpx.AsyncClient(base_url=contoso.base_url) as page:
        path = f"/teams/api/chats/{quote(chat.id, safe='')}/messages"
        sent = await page.post(path, json={"user": adele.id, "text": "https://x.example", "card": CARD})
        refused = await page.post(path, json={"user": adele.id, "text": "https://x.example", "card": "x"})

    (message,) = contoso.chats.messages(chat.id)
    assert (sent.status_code, refused.status_code) == (201, 400)
    assert (message.text, message.card) == ("https://x.example", CARD)


async def test_an_action_is_never_signed_in_silently(contoso: Contoso, bot: Scripted) -> None:
    bot.answers = [(200, SILENT)]

    assert (await asks(contoso, "composeExtension/fetchTask", {"commandId": "x"})).json() == BUTTON
    assert len(bot.got) == 1


async def test_an_action_is_told_the_message_as_teams_tells_it(contoso: Contoso, bot: Scripted) -> None:
    bot.answers = [(200, {})]
    megan, chat = contoso.person("megan.bowen@contoso.com"), next(one for one in contoso.chats if one.name == CREW)
    said = contoso.client.post(megan, chat, "1 < 2 & https://contoso.example/a?b=1&c=2.")
    file = {"contentType": "reference", "contentUrl": "https://contoso.example/f.docx", "name": "f.docx"}
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "content": CARD}
    contoso.chats.put(replace(said, attachments=(file, card)))

    await asks(contoso, "composeExtension/fetchTask", {"commandId": "x"}, message=said.id)

    told = bot.got[0]["value"]["messagePayload"]
    address = "https://contoso.example/a?b=1&amp;c=2"
    assert told["body"]["content"] == f'<div>1 &lt; 2 &amp; <a href="{address}">{address}</a>.</div>'
    assert told["from"]["user"] | {"displayName": "Megan Bowen"} == told["from"]["user"]
    assert told["attachments"][0] == file
    assert isinstance(told["attachments"][1]["content"], str)
    assert bot.got[0]["replyToId"] == said.id


@pytest.mark.parametrize("answer", [(501, {}), (500, {}), (200, []), (412, {})], ids=str)
async def test_an_answer_teams_can_make_nothing_of_is_the_bots_trouble(
    contoso: Contoso, bot: Scripted, answer: tuple[int, object]
) -> None:
    bot.answers = [answer]

    assert (await asks(contoso, "task/submit", {"data": {}})).status_code == 502


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        (400, {"name": "signin/tokenExchange", "value": {}}),
        (400, {"name": "task/fetch", "value": []}),
        (404, {"name": "composeExtension/fetchTask", "value": {}, "message": "1"}),
        (404, {"name": "task/fetch", "value": {}, "user": "nobody"}),
    ],
)
async def test_what_the_page_does_not_ask_is_refused(contoso: Contoso, bot: Scripted, status: int, asked: Json) -> None:
    assert (await asks(contoso, **asked)).status_code == status
    assert bot.got == []


async def test_a_chosen_card_is_in_the_chat_as_the_persons_own(contoso: Contoso) -> None:
    adele = contoso.person("adele.vance@contoso.com")
    chat = next(one for one in contoso.chats if one.name == CREW)
    async with httpx.AsyncClient(base_url=contoso.base_url) as page:
        path = f"/teams/api/chats/{quote(chat.id, safe='')}/cards"
        taken = await page.post(path, json={"user": adele.id, "card": CARD})
        refused = await page.post(path, json={"user": adele.id, "card": "x"})

    (message,) = contoso.chats.messages(chat.id)
    assert (taken.status_code, refused.status_code) == (201, 400)
    assert (message.sender, message.card) == (adele.id, CARD)
