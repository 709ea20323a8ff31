"""What failed of a card for several, tried once more; and what is said of what did not happen."""

from __future__ import annotations

import pytest

from tests.bot import Bot
from tests.people import Someone
from tests.test_swapped import ALEX, FILE, MEGAN, SWAP, shares

TRAVEL = "Travel costs 2026.xlsx"
ONE_PERMISSION = r"permissions/[^/]+$"


async def test_what_could_not_be_taken_away_is_tried_again_alone(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot)
    await shares(adele, bot, f"share {TRAVEL} with Alex")
    await adele.says("stop sharing everything with Alex")
    bot.breaks("graph", ONE_PERMISSION, status=403)

    failed = await adele.presses("Remove access")
    between = [each for each in (FILE, TRAVEL) if ALEX in bot.access(each)]
    again = await adele.presses("Retry what failed")
    await adele.presses("Remove access")
    await bot.at_rest()

    assert "Done in part" in failed
    assert "said yes" not in failed
    assert len(between) == 1
    assert [each for each in (FILE, TRAVEL) if each in again] == between
    assert ALEX not in bot.access(FILE)
    assert ALEX not in bot.access(TRAVEL)


async def test_whoever_stays_for_nobody_came_goes_with_the_next_try(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot)
    await adele.says(SWAP)
    bot.breaks("graph", r"/invite$", status=403)

    failed = await adele.presses("Do all of it")
    between = bot.access(FILE)
    await adele.presses("Retry what failed")
    await adele.presses("Do all of it")
    await bot.at_rest()

    assert "I leave the access of Alex Wilber as it is." in failed
    assert between == {ALEX: "write"}
    assert bot.access(FILE) == {MEGAN: "write"}


async def test_whoever_came_before_the_try_need_not_come_again(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot)
    await adele.says(SWAP)
    bot.breaks("graph", ONE_PERMISSION, status=403)

    await adele.presses("Do all of it")
    between = bot.access(FILE)
    await adele.presses("Retry what failed")
    await adele.presses("Remove access")
    await bot.at_rest()

    assert between == {ALEX: "write", MEGAN: "write"}
    assert bot.access(FILE) == {MEGAN: "write"}


async def test_nor_what_is_gone_meanwhile(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot)
    await shares(adele, bot, f"share {TRAVEL} with Alex")
    await adele.says("stop sharing everything with Alex")
    bot.breaks("graph", ONE_PERMISSION, status=403)
    await adele.presses("Remove access")
    several = bot.latest(adele)
    (left,) = (each for each in (FILE, TRAVEL) if ALEX in bot.access(each))
    await adele.says(f"stop sharing {left} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()

    said = await adele.presses("Retry what failed", message=several)

    assert "Nothing to change" in said


async def test_who_got_it_since_the_card_keeps_that_end_and_the_card_says_so(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex as write until in 9 days")
    longer = bot.latest(adele)
    await adele.says(f"share {FILE} with Alex as write until in 3 days")
    shorter = bot.latest(adele)

    await adele.presses("Share", message=longer)
    await bot.at_rest()
    said = await adele.presses("Share", message=shorter)
    await bot.later(days=4)

    assert "Alex Wilber: the end you said is not set" in said
    assert bot.access(FILE) == {ALEX: "write"}


@pytest.mark.parametrize("status", [500, 504])
async def test_of_a_no_that_was_none_it_is_not_said_that_microsoft_agreed(
    adele: Someone, bot: Bot, status: int
) -> None:
    await shares(adele, bot)
    await shares(adele, bot, f"share {TRAVEL} with Alex")
    await adele.says("stop sharing everything with Alex")
    bot.breaks("graph", ONE_PERMISSION, times=None, status=status)

    failed = await adele.presses("Remove access")

    assert "said yes" not in failed
    assert (ALEX in bot.access(FILE), ALEX in bot.access(TRAVEL)) == (True, True)
