"""Signed out is signed out: whatever was under way at that moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from contoso import activities, tokens
from contoso.faults import Rule
from tests.attacks import BUDGET, adele_of, invoke, keys_kept, send
from tests.bot import Bot
from tests.people import Someone
from tests.test_sign_in import CHECKLIST, visit


async def says_so(adele: Someone, _bot: Bot) -> None:
    assert "signed out" in await adele.says("sign out")


async def uninstalls(adele: Someone, bot: Bot) -> None:
    person = adele_of(bot.contoso)
    gone = activities.uninstalled(bot.contoso, bot.contoso.chats.personal(person.id), person)
    assert (await send(bot, gone)).status_code == 201


async def under_way(bot: Bot, what: Awaitable[object], contains: str) -> asyncio.Future[object]:
    """Begun, and waiting for the login service, which is slow with just that."""
    slow = Rule("entra", path="/token", contains=contains, delay=0.5, times=1)
    bot.contoso.faults.append(slow)
    begun = asyncio.ensure_future(what)
    while slow in bot.contoso.faults:
        assert not begun.done()
        await asyncio.sleep(0)
    return begun


@pytest.mark.parametrize("leaves", [says_so, uninstalls])
async def test_a_silent_sign_in_under_way_comes_to_nothing(
    adele: Someone, bot: Bot, leaves: Callable[[Someone, Bot], Awaitable[None]]
) -> None:
    await adele.says("help")
    value = {"id": "x", "token": tokens.sso_token(bot.contoso, adele_of(bot.contoso))}
    signing_in = await under_way(bot, send(bot, invoke(adele, "signin/tokenExchange", value)), "on_behalf_of")

    await leaves(adele, bot)
    answer = await signing_in
    await bot.at_rest()

    assert isinstance(answer, httpx.Response)
    assert (answer.status_code, keys_kept(bot)) == (412, 0)


async def test_a_renewal_under_way_comes_to_nothing(adele: Someone, bot: Bot) -> None:
    bot.contoso.token_lifetime = 60
    await adele.says(BUDGET)
    asking = await under_way(bot, adele.says(BUDGET), "refresh_token")
    bot.contoso.client.devices = 0

    await says_so(adele, bot)
    await asking
    await bot.at_rest()

    assert keys_kept(bot) == 0


async def test_the_way_back_from_the_page_comes_to_nothing(diego: Someone, bot: Bot) -> None:
    await diego.says(CHECKLIST)
    page = bot.sign_in_page(diego)
    signing_in = await under_way(bot, visit(page, as_=diego.mail, accept=True), "authorization_code")

    await says_so(diego, bot)

    assert "You signed out in the meantime" in str(await signing_in)
    assert keys_kept(bot) == 0


async def test_a_link_from_before_leads_nowhere_and_what_was_said_is_forgotten(diego: Someone, bot: Bot) -> None:
    await diego.says(CHECKLIST)
    page = bot.sign_in_page(diego)

    await says_so(diego, bot)

    assert "no longer good" in await visit(page, as_=diego.mail, accept=True)
