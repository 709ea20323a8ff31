"""What the bot says reaches Teams once: sent again where Teams asks for it, never where it may have arrived."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from bot.teams.connector import TRY_FOR
from bot.teams.mentions import MOST, TOO_MANY
from bot.teams.seen import LAST, Seen
from bot.teams.server import USER_AGENT
from bot.work.limits import LIMITS, SECOND
from contoso.chats import Mention
from tests.attacks import asked
from tests.bot import Bot
from tests.people import Someone, words
from tests.test_teams import activity, call, claims

ALEX = "alex.wilber@contoso.com"
CREW = "Budget crew"


@pytest.mark.parametrize("status", [412, 429, 503])
async def test_what_teams_asks_to_send_again_is_sent_again(adele: Someone, bot: Bot, status: int) -> None:
    await adele.says("sign out")  # so that the welcome is behind us
    bot.breaks("connector", "/activities", status=status, headers=(("Retry-After", "0.1"),))

    assert "share Q3 Budget.xlsx" in await adele.says("help")


@pytest.mark.parametrize(
    "how",
    [*({"status": status} for status in (500, 502, 504, 403)), {"drop": "request"}],
    ids=str,
)
async def test_what_is_refused_or_may_have_arrived_is_not_sent_again(
    adele: Someone, bot: Bot, how: dict[str, Any]
) -> None:
    await adele.says("sign out")
    bot.breaks("connector", "/activities", **how)

    assert await adele.says("help") == ""


@pytest.mark.parametrize("how", [{"status": 502}, {"status": 504}, {"drop": "request", "times": 2}], ids=str)
async def test_what_may_have_been_done_is_done_again_where_that_changes_nothing(
    adele: Someone, megan: Someone, bot: Bot, how: dict[str, Any]
) -> None:
    await adele.says("<at>Sharebot</at> share Q3 Budget.xlsx with <at>Megan Bowen</at>", chat=CREW)
    bot.breaks("connector", "/members/", method="GET", **how)
    await adele.presses("Continue", chat=CREW)
    bot.breaks("connector", "/activities/", method="PUT", **how)

    await adele.presses("Share", chat=CREW)
    await bot.at_rest()

    assert "✓ can view" in megan.sees(CREW)


@pytest.mark.parametrize(
    "how", [{"drop": "reply"}, {"status": 502, "done": True}, {"status": 504, "done": True}], ids=str
)
async def test_a_reply_that_was_lost_after_it_arrived_is_there_once(
    adele: Someone, bot: Bot, how: dict[str, Any]
) -> None:
    await adele.says("sign out")
    bot.breaks("connector", "/activities", **how)

    assert (await adele.says("help")).count("Makes me forget") == 1


async def test_a_202_without_a_body_is_a_success(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("help")
    await adele.says(f"share Q3 Budget.xlsx with {ALEX}")
    bot.breaks("connector", "/activities", contains="Shared with you", status=202, done=True)

    await adele.presses("Share")
    await bot.at_rest()

    assert alex.sees().count("shared a file with you") == 1


async def test_what_nobody_waits_for_is_sent_whenever_teams_wants_it(adele: Someone, alex: Someone, bot: Bot) -> None:
    """Teams asks for more time here than anybody waits for an answer."""
    await alex.says("help")
    await adele.says(f"share Q3 Budget.xlsx with {ALEX}")
    later = (("Retry-After", str(TRY_FOR + 0.5)),)
    bot.breaks("connector", "/activities", contains="Shared with you", status=429, headers=later)
    bot.breaks("connector", "/activities/", method="PUT", status=429, headers=later)

    await adele.presses("Share")
    await bot.at_rest()

    assert "shared a file with you" in alex.sees()
    assert "✓ can view" in adele.sees()


async def test_a_card_waits_for_the_token_that_it_is_shown_anew_with(adele: Someone, alex: Someone, bot: Bot) -> None:
    """Nobody presses again for it, and it is where the sharer reads who has heard of it."""
    await alex.says("help")
    await adele.says(f"share Q3 Budget.xlsx with {ALEX}")
    bot.breaks("connector", "/activities/", method="PUT", contains="told in Teams", status=401)
    bot.breaks("entra", "/token", method="POST", contains="api.botframework.com", status=503)

    await adele.presses("Share")
    await bot.at_rest()

    assert "told in Teams" in adele.sees()


async def test_so_many_mentions_are_looked_up_and_no_more(adele: Someone, bot: Bot) -> None:
    looked_up = asked(bot, "connector", "/members/")
    await adele.says("help")

    answers = [
        words(answer)
        for number in (MOST, MOST + 1)
        for answer in await bot.contoso.client.say(
            adele.mail, "help", mentions=[Mention(f"29:{n}", "Lee") for n in range(number)] * 2
        )
    ]

    assert ["share Q3 Budget.xlsx" in answers[0], answers[1]] == [True, TOO_MANY.format(most=MOST)]
    assert looked_up() == MOST


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


def test_our_traffic_says_whose_it_is_as_microsoft_asks() -> None:
    """https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online"""
    assert re.fullmatch(r"(ISV|NONISV)\|[^|]+\|[^|/]+/\d+(\.\d+)*", USER_AGENT)


def test_notices_keep_well_within_what_teams_allows() -> None:
    """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit"""
    allowed = {1: 7, 2: 8, 30: 60, 3600: 1800}
    count, seconds = LIMITS.in_a_chat

    assert all(count * max(1, within // seconds) <= most for within, most in allowed.items())
    assert 2 * LIMITS.in_all <= 50
    assert SECOND < 1


async def test_what_is_too_large_for_teams_is_met_with_a_sentence(adele: Someone, bot: Bot) -> None:
    bot.breaks("connector", "", method="POST", contains="What I can do", status=413)

    assert "My answer is too long for Teams. Please ask for less at a time." in await adele.says("help")
