"""What the bot says reaches Teams once: sent again where Teams asks for it, never where it may have arrived."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from bot.teams.pace import IN_A_CHAT, IN_ALL, Pace
from bot.teams.seen import LAST, Seen
from bot.teams.server import USER_AGENT
from tests.bot import Bot
from tests.people import Someone
from tests.test_teams import activity, call, claims

ALEX = "alex.wilber@contoso.com"


@pytest.mark.parametrize("status", [412, 429, 502, 503, 504])
async def test_what_teams_asks_to_send_again_is_sent_again(adele: Someone, bot: Bot, status: int) -> None:
    await adele.says("sign out")  # so that the welcome is behind us
    bot.breaks("connector", "/activities", status=status, headers=(("Retry-After", "0.1"),))

    assert "share Q3 Budget.xlsx" in await adele.says("help")


@pytest.mark.parametrize("how", [{"status": 500}, {"status": 403}, {"status": 413}, {"drop": "request"}], ids=str)
async def test_what_is_refused_or_may_have_arrived_is_not_sent_again(
    adele: Someone, bot: Bot, how: dict[str, Any]
) -> None:
    await adele.says("sign out")
    bot.breaks("connector", "/activities", **how)

    assert await adele.says("help") == ""


async def test_a_reply_that_was_lost_after_it_arrived_is_there_once(adele: Someone, bot: Bot) -> None:
    await adele.says("sign out")
    bot.breaks("connector", "/activities", drop="reply")

    assert (await adele.says("help")).count("Makes me forget") == 1


async def test_a_202_without_a_body_is_a_success(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("help")
    await adele.says(f"share Q3 Budget.xlsx with {ALEX}")
    bot.breaks("connector", "/activities", contains="Shared with you", status=202, done=True)

    await adele.presses("Share")
    await bot.at_rest()

    assert alex.sees().count("shared a file with you") == 1


async def test_a_message_delivered_twice_is_answered_once(adele: Someone, bot: Bot) -> None:
    bot.breaks("bot", "^message", twice=True)

    await adele.says("share Q3 Budget.xlsx with Alex")
    await bot.at_rest()

    assert adele.sees().count("Share this?") == 1


async def test_a_press_delivered_in_two_waves_shares_once(adele: Someone, bot: Bot) -> None:
    """The second wave has an id of its own; the plan's key is the same."""
    await adele.says("share Q3 Budget.xlsx with Alex")
    card = bot.latest(adele)
    button = bot.button(adele, "Share", card)

    first = await asyncio.gather(bot.deliver(adele, button, card), bot.deliver(adele, button, card))
    later = await bot.deliver(adele, button, card)

    assert len(bot.mails_to(ALEX)) == 1
    assert later.card
    assert any(each.card for each in first)


async def test_what_has_no_id_is_new_each_time(bot: Bot) -> None:
    token = f"Bearer {bot.contoso.keys.bot_framework.sign(claims(bot.contoso))}"

    assert [await call(bot, token, activity(bot.contoso, id=None)) for _ in range(2)] == [201, 201]


def test_a_message_is_seen_before_in_its_own_chat_only() -> None:
    seen = Seen()

    assert [seen.before(*each) for each in [("a", "1"), ("a", "1"), ("b", "1"), ("a", "2"), ("a", ""), ("a", "")]] == [
        *(False, True, False, False),
        *(False, False),
    ]


def test_the_last_messages_are_remembered_and_old_ones_forgotten() -> None:
    seen = Seen()
    seen.before("a", "first")
    for number in range(LAST):
        seen.before("a", str(number))
    assert seen.before("a", "first")

    for number in range(2 * LAST):
        seen.before("b", str(number))
    assert not seen.before("a", "first")


async def test_one_chat_gets_a_few_at_once_and_the_others_are_not_held_up() -> None:
    pace, burst = Pace(), IN_A_CHAT[0][0]
    for _ in range(burst):
        await pace.turn("19:crew")

    waiting = asyncio.create_task(pace.turn("19:crew"))
    await asyncio.wait_for(pace.turn("19:others"), 5)

    assert not waiting.done()
    waiting.cancel()


def test_our_traffic_says_whose_it_is_as_microsoft_asks() -> None:
    """https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online"""
    assert re.fullmatch(r"(ISV|NONISV)\|[^|]+\|[^|/]+/\d+(\.\d+)*", USER_AGENT)


def test_the_pace_is_well_within_what_teams_allows() -> None:
    """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit"""
    allowed = {1: 7, 30: 60, 3600: 1800}

    assert all(2 * messages <= allowed[seconds] for messages, seconds in IN_A_CHAT)
    assert 2 * IN_ALL <= 50
