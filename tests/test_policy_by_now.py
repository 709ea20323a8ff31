"""The rules as they are when it is pressed: another end, what is given back, a file that is called otherwise by now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bot import Bot
from tests.people import Someone
from tests.test_received import buttons

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
FILE, TRAVEL = "Q3 Budget.xlsx", "Travel costs 2026.xlsx"
SEVEN_DAYS = '[rules."Seven days"]\nthen = "shorten"\ndays = 7\n'
NO_EDITING = '[rules."No editing"]\nthen = "refuse"\nroles = ["write"]\n'
MONEY = f'[rules."Money"]\nthen = "approve"\nfiles = ["*budget*"]\napprovers = ["{MEGAN}"]\n'
SALARIES = '[rules."Pay"]\nthen = "refuse"\nfiles = ["*salar*"]\n'


async def shares(adele: Someone, bot: Bot, end: str = "") -> None:
    await adele.says(f"share {FILE} with Alex as write {end}")
    await adele.presses("Share")
    await bot.at_rest()


async def ends_in_3_days(adele: Someone, bot: Bot) -> None:
    await adele.says(f"change the end of Alex's access to {FILE} to in 3 days")
    await adele.presses("Change end")
    await bot.at_rest()


async def is_taken_away(adele: Someone, bot: Bot) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()


async def approved(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex as write until in 3 days")
    await adele.presses("Ask for approval")
    await bot.at_rest()
    await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()
    assert bot.access(FILE)[ALEX] == "write"


def is_called(bot: Bot, name: str) -> None:
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    drive = bot.contoso.files.drive_of(bot.contoso.person(ADELE).id)
    assert drive is not None
    bot.contoso.files.put(drive, [replace(item, name=name)], [])


@pytest.mark.parametrize("end", ["forever", "until in 90 days"])
async def test_what_was_approved_for_3_days_lasts_no_longer_by_the_sharer_alone(
    adele: Someone, megan: Someone, bot: Bot, end: str
) -> None:
    await megan.says("hi")
    await bot.under(MONEY)
    await approved(adele, megan, bot)

    said = await adele.says(f"extend Alex on {FILE} {end}")
    await bot.later(days=4)

    assert "Ask for approval" in said
    assert "Change end" not in buttons(adele)
    assert ALEX not in bot.access(FILE)


async def test_nor_what_was_shared_before_the_rule_was(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, "until in 3 days")
    await bot.under(MONEY)

    await adele.says(f"extend Alex's access to {FILE} until in 90 days")
    await bot.later(days=4)

    assert "Change end" not in buttons(adele)
    assert ALEX not in bot.access(FILE)


async def test_an_earlier_end_needs_nobody(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    await bot.under(MONEY)
    await approved(adele, megan, bot)
    await bot.under(MONEY + NO_EDITING)

    await adele.says(f"change the end of Alex's access to {FILE} to tomorrow")
    await adele.presses("Change end")
    await bot.later(days=2)

    assert ALEX not in bot.access(FILE)


async def test_nor_does_the_end_that_was_approved_when_it_comes_back(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    await bot.under(MONEY)
    await approved(adele, megan, bot)
    await adele.says(f"change the end of Alex's access to {FILE} to tomorrow")
    await adele.presses("Change end")
    await bot.at_rest()

    await adele.presses("Undo the change")
    await bot.later(days=2)

    assert bot.access(FILE)[ALEX] == "write"


@pytest.mark.parametrize("rule", [SEVEN_DAYS, NO_EDITING, MONEY])
@pytest.mark.parametrize("how", ["press", "word"])
async def test_the_undo_of_an_earlier_end_gives_none_that_the_rules_do_not_let_be(
    adele: Someone, bot: Bot, how: str, rule: str
) -> None:
    await shares(adele, bot, "until in 60 days")
    await ends_in_3_days(adele, bot)
    await bot.under(rule)

    await (adele.presses("Undo the change") if how == "press" else adele.says("undo"))
    await bot.later(days=9)

    assert ALEX not in bot.access(FILE)


async def test_the_undo_of_a_later_end_is_an_earlier_one(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, "until in 3 days")
    await adele.says(f"extend Alex's access to {FILE} until in 60 days")
    await adele.presses("Change end")
    await bot.at_rest()
    await bot.under(NO_EDITING)

    await adele.presses("Undo the change")
    await bot.later(days=4)

    assert ALEX not in bot.access(FILE)


@pytest.mark.parametrize("end", ["", "until in 60 days"])
async def test_what_was_taken_away_comes_back_for_no_longer_than_the_rules_let_it_be(
    adele: Someone, bot: Bot, end: str
) -> None:
    await shares(adele, bot, end)
    await is_taken_away(adele, bot)
    await bot.under(SEVEN_DAYS)

    said = await adele.presses("Undo the change")
    await bot.at_rest()

    assert "Seven days" in said
    assert ALEX not in bot.access(FILE)


async def test_what_is_over_meanwhile_does_not_come_back_for_a_moment(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, "until tomorrow")
    await is_taken_away(adele, bot)
    await bot.later(days=3)

    said = await adele.presses("Undo the change")

    assert "is over" in said
    assert ALEX not in bot.access(FILE)


async def test_another_end_as_one_of_several_is_judged_when_it_is_pressed(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, "until in 3 days")
    await adele.says(f"extend Alex on {FILE} until in 90 days and share {TRAVEL} with Megan as read until in 2 days")
    await bot.under(SEVEN_DAYS)

    await adele.presses("Do all of it")
    await bot.at_rest()
    assert bot.access(TRAVEL)[MEGAN] == "read"
    await bot.later(days=4)

    assert ALEX not in bot.access(FILE)


async def test_a_file_is_judged_by_what_it_is_called_when_it_is_pressed(adele: Someone, bot: Bot) -> None:
    await bot.under(SALARIES)
    await adele.says(f"share {FILE} with Alex as write")
    is_called(bot, "Salaries.xlsx")

    said = await adele.presses("Share")

    assert "Pay" in said
    assert ALEX not in bot.access("Salaries.xlsx")


async def test_what_the_rules_let_be_by_now_is_shown_and_can_be_pressed(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex as write")
    await bot.under('[rules."Short"]\nthen = "shorten"\ndays = 7\n')

    anew = await adele.presses("Share")
    before = bot.access(FILE)
    await adele.presses("Share")

    assert "The rules have changed since I showed you this." in anew
    assert "Short" in anew
    assert ALEX not in before
    assert bot.access(FILE)[ALEX] == "write"


async def test_of_several_whoever_may_have_it_by_now_can_still_get_it(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex and casey.jensen@fabrikam.example")
    await bot.under('[rules."Nobody outside"]\nthen = "refuse"\nwho = ["outside"]\n')

    anew = await adele.presses("Share")
    before = bot.access(FILE)
    await adele.presses("Share")

    assert "The rule “Nobody outside” does not allow this." in anew
    assert before == {}
    assert bot.access(FILE) == {ALEX: "read"}


async def test_a_yes_of_whom_the_rule_names_no_more_is_asked_for_anew(
    adele: Someone, megan: Someone, diego: Someone, bot: Bot
) -> None:
    await megan.says("hi")
    await diego.says("hi")
    await bot.under(MONEY)
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Ask for approval")
    await bot.at_rest()
    await bot.under(MONEY.replace("megan.bowen", "diego.siciliani"))
    await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()

    await adele.presses("Share")
    await adele.presses("Ask for approval")
    await bot.at_rest()
    await diego.presses("Approve", {"reason": ""})
    await bot.at_rest()

    assert bot.access(FILE)[ALEX] == "write"


async def test_and_when_it_is_approved(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    await bot.under(MONEY + SALARIES)
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Ask for approval")
    await bot.at_rest()
    is_called(bot, "Salaries.xlsx")

    await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()

    assert ALEX not in bot.access("Salaries.xlsx")


async def test_and_when_it_is_given_back(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot)
    await is_taken_away(adele, bot)
    await bot.under(SALARIES)
    is_called(bot, "Salaries.xlsx")

    said = await adele.presses("Undo the change")

    assert "Pay" in said
    assert ALEX not in bot.access("Salaries.xlsx")
