"""Nobody in who should not be: what the edge makes of calls that are not Teams'."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from contoso.tenant import Contoso
from tests.bot import Bot

Json = dict[str, Any]
PERSON = "8d1f3f0a-1111-4222-8333-444455556666"


def claims(contoso: Contoso, **other: Any) -> Json:
    said = {
        "iss": "https://api.botframework.com",
        "aud": contoso.bot_id,
        "serviceurl": contoso.service_url,
        "nbf": int(time.time()) - 60,
        "exp": int(time.time()) + 3600,
        **other,
    }
    return {name: value for name, value in said.items() if value is not None}


def activity(contoso: Contoso, **other: Any) -> Json:
    return {
        "type": "message",
        "id": "1",
        "text": "help",
        "channelId": "msteams",
        "serviceUrl": contoso.service_url,
        "from": {"id": "29:x", "aadObjectId": PERSON, "name": "Somebody"},
        "recipient": {"id": f"28:{contoso.bot_id}", "name": "Sharebot"},
        "conversation": {"id": "a:x", "conversationType": "personal", "tenantId": contoso.tenant_id},
        "channelData": {"tenant": {"id": contoso.tenant_id}},
        **other,
    }


async def call(bot: Bot, header: str | None, body: Json | bytes) -> int:
    headers = {} if header is None else {"Authorization": header}
    async with httpx.AsyncClient(timeout=30) as http:
        if isinstance(body, bytes):
            answer = await http.post(f"{bot.url}/api/messages", content=body, headers=headers)
        else:
            answer = await http.post(f"{bot.url}/api/messages", json=body, headers=headers)
    return answer.status_code


async def test_a_key_that_is_not_endorsed_for_teams_is_401(bot: Bot) -> None:
    key = bot.contoso.keys.bot_framework
    bot.breaks("entra", r"/v1/\.well-known/keys", status=200, body={"keys": [key.published(endorsements=["webchat"])]})

    assert await call(bot, f"Bearer {key.sign(claims(bot.contoso))}", activity(bot.contoso)) == 401


async def test_people_of_another_tenant_get_no_answer(bot: Bot) -> None:
    token = f"Bearer {bot.contoso.keys.bot_framework.sign(claims(bot.contoso))}"
    foreign = activity(bot.contoso, channelData={"tenant": {"id": "11111111-2222-4333-8444-555555555555"}})

    assert await call(bot, token, foreign) == 201


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"7",
        b"{}",
        b'{"type": "message", "from": []}',
        b'{"type": 7}',
        b'{"type": "message", "from": "me", "conversation": "here"}',
        b'{"type": "message", "channelId": {}}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 10_000,
    ],
    ids=lambda body: body[:40].decode(errors="replace"),
)
async def test_a_body_that_is_no_activity_is_400(bot: Bot, body: bytes) -> None:
    token = f"Bearer {bot.contoso.keys.bot_framework.sign(claims(bot.contoso))}"

    assert await call(bot, token, body) == 400


async def test_when_the_keys_cannot_be_had_teams_is_told_to_try_again(bot: Bot) -> None:
    token = bot.contoso.keys.bot_framework.sign(claims(bot.contoso))
    bot.breaks("entra", r"/v1/\.well-known/openidconfiguration", status=500)

    assert await call(bot, f"Bearer {token}", activity(bot.contoso)) == 503


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("application/search", {}, 200),
        ("application/search", {"queryText": "a", "dataset": "files"}, 200),
        ("application/searchAll", {}, 501),
        ("composeExtension/selectItem", {}, 501),
        ("composeExtension/query", {}, 200),
        ("composeExtension/queryLink", {}, 200),
        ("composeExtension/queryLink", {"url": {"a": 1}, "authentication": "x"}, 200),
        ("composeExtension/fetchTask", {}, 200),
        ("composeExtension/submitAction", {}, 200),
        ("task/fetch", {}, 200),
        ("task/submit", {"data": {"verb": "share.confirm", "about": "made up"}}, 200),
        ("signin/tokenExchange", {}, 400),
        ("signin/tokenExchange", {"id": "x", "token": "forged"}, 412),
        ("adaptiveCard/action", {}, 200),
        ("adaptiveCard/action", {"action": {"data": {"verb": "share.confirm", "about": "made up"}}}, 200),
        ("adaptiveCard/action", {"action": {"data": {"verb": "rm -rf", "about": "x"}}}, 200),
        ("adaptiveCard/action", {"action": {"data": {"verb": {"a": 1}, "about": [2]}}}, 200),
        ("adaptiveCard/action", {"action": {"data": {"verb": "share.confirm"}}, "authentication": {"token": "x"}}, 200),
        ("signin/verifyState", {"state": "1"}, 200),
    ],
)
async def test_an_invoke_has_its_exact_status(bot: Bot, name: str, value: Json, status: int) -> None:
    token = f"Bearer {bot.contoso.keys.bot_framework.sign(claims(bot.contoso))}"

    assert await call(bot, token, activity(bot.contoso, type="invoke", name=name, value=value, text=None)) == status


async def test_health_needs_no_token(bot: Bot) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        for page in ("healthz", "readyz"):
            assert (await http.get(f"{bot.url}/{page}")).json() == {"status": "ok"}
