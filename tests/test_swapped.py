"""Somebody in the place of somebody else, and a higher right for whoever has one for a time."""

from __future__ import annotations

import pytest

from tests.bot import Bot
from tests.people import Someone
from tests.test_received import buttons

ALEX, LEE, MEGAN = "alex.wilber@contoso.com", "lee.gu@contoso.com", "megan.bowen@contoso.com"
FILE = "Q3 Budget.xlsx"
SWAP = f"swap Alex for Megan on {FILE}"
NO_EDITING = '[rules."No editing"]\nthen = "refuse"\nroles = ["write"]\n'
MONEY = f'[rules."Money"]\nthen = "approve"\nfiles = ["*budget*"]\napprovers = ["{LEE}"]\n'


async def shares(adele: Someone, bot: Bot, sentence: str = f"share {FILE} with Alex as write") -> None:
    await adele.says(sentence)
    await adele.presses("Share")
    await bot.at_rest()


async def test_whoever_comes_in_somebodys_place_has_it_until_the_same_day(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write until in 3 days")

    card = await adele.says(SWAP)
    await adele.presses("Do all of it")
    await bot.at_rest()
    between = bot.access(FILE)
    await bot.later(days=4)

    assert "Until" in card
    assert (between.get(ALEX), between[MEGAN]) == (None, "write")
    assert MEGAN not in bot.access(FILE)


async def test_or_until_the_day_that_is_said(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write until in 3 days")

    await adele.says(f"{SWAP} until in 10 days")
    await adele.presses("Do all of it")
    await bot.later(days=5)

    assert bot.access(FILE)[MEGAN] == "write"


async def test_where_several_go_with_other_ends_the_day_is_asked_for(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write until in 3 days")
    await shares(adele, bot, f"share {FILE} with Lee as write until in 5 days")

    said = await adele.says(f"swap Alex and Lee for Megan on {FILE}")

    assert "Until when?" in said
    assert bot.access(FILE)[ALEX] == "write"


@pytest.mark.parametrize("rule", [NO_EDITING, MONEY])
async def test_who_could_not_have_it_takes_nobodys_place(adele: Someone, bot: Bot, rule: str) -> None:
    await shares(adele, bot)
    await bot.under(rule)

    said = await adele.says(SWAP)

    assert "So I leave the access of Alex Wilber as it is." in said
    assert "Do all of it" not in said
    assert bot.access(FILE)[ALEX] == "write"


@pytest.mark.parametrize("rule", [NO_EDITING, MONEY])
async def test_nor_where_the_rule_is_newer_than_the_card(adele: Someone, bot: Bot, rule: str) -> None:
    await shares(adele, bot)
    await adele.says(SWAP)
    await bot.under(rule)

    await adele.presses("Do all of it")
    await bot.at_rest()

    assert "So I leave the access of Alex Wilber as it is." in adele.sees()
    assert (bot.access(FILE)[ALEX], bot.access(FILE).get(MEGAN)) == ("write", None)


async def test_nor_where_the_service_refuses_it(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot)
    await adele.says(SWAP)
    bot.breaks("graph", "/invite", times=None, status=403)

    await adele.presses("Do all of it")
    await bot.at_rest()

    assert "So I leave the access of Alex Wilber as it is." in adele.sees()
    assert bot.access(FILE)[ALEX] == "write"


async def test_who_has_it_already_may_stay_alone(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot)
    await shares(adele, bot, f"share {FILE} with Megan as write")

    await adele.says(SWAP)
    await adele.presses(buttons(adele)[0])
    await bot.at_rest()

    assert (bot.access(FILE).get(ALEX), bot.access(FILE)[MEGAN]) == (None, "write")


async def test_the_undo_takes_back_what_was_given_where_the_rest_may_not_come_back(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot)
    await adele.says(SWAP)
    await adele.presses("Do all of it")
    await bot.at_rest()
    await bot.under(NO_EDITING)

    await adele.presses("Undo all")
    await bot.at_rest()

    assert "No editing" in adele.sees()
    assert not {ALEX, MEGAN} & bot.access(FILE).keys()


@pytest.mark.parametrize("sentence", ["make Alex an editor of {}", "change Alex to can edit on {}"])
async def test_a_higher_right_ends_when_the_lower_one_would_have(adele: Someone, bot: Bot, sentence: str) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as read until in 3 days")

    card = await adele.says(sentence.format(FILE))
    await adele.presses("Share")
    await bot.at_rest()
    between = bot.access(FILE)
    await bot.later(days=4)

    assert "Until" in card
    assert between[ALEX] == "write"
    assert ALEX not in bot.access(FILE)


async def test_what_is_shared_anew_without_an_end_says_so_where_there_was_one(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as read until in 3 days")

    card = await adele.says(f"share {FILE} with Alex as write")

    assert "now: can view, until" in card
    assert "without an end" in card


async def test_unless_another_day_is_said(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as read until in 3 days")

    await adele.says(f"change Alex to can edit on {FILE} until in 10 days")
    await adele.presses("Share")
    await bot.later(days=5)

    assert bot.access(FILE)[ALEX] == "write"


async def test_what_several_have_until_other_days_is_asked_for(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as read until in 3 days")
    await shares(adele, bot, f"share {FILE} with Megan as read until in 5 days")

    said = await adele.says(f"change Alex and Megan to can edit on {FILE}")

    assert "Until when?" in said
