"""“What is shared with me?”: what others share with somebody and how long, with all that can be done with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bot import Bot
from tests.people import Someone
from tests.test_many import put
from tests.test_truth import ALEX, FORECAST, PRICES, day, shared

MINE = "what is shared with me?"
NOBODY = "Nobody shares anything with you through me now."
BUDGET = "Q3 Budget.xlsx"


@pytest.fixture(autouse=True)
async def there(alex: Someone) -> None:
    await alex.says("hi")


async def test_where_nothing_is_shared_it_says_so_and_where_the_rest_is(alex: Someone) -> None:
    said = await alex.says(MINE)

    assert NOBODY in said
    assert "under “Shared”" in said


async def test_each_file_has_a_row_with_what_one_can_do_and_until_when(adele: Someone, alex: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read until in 3 days")
    await shared(adele, bot, f"{FORECAST} with Alex as write")

    said = await alex.says(MINE)

    assert "What others share with you: 2" in said
    assert bot.rows(alex) == [
        f"{FORECAST} by Adele Vance · can edit · no end",
        f"{PRICES} by Adele Vance · can view · until {day(3)}",
    ]
    assert "What others share with you" not in await adele.says(MINE)


async def test_of_a_file_that_was_shared_twice_there_is_what_gives_most(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read")
    await shared(adele, bot, f"{PRICES} with Alex as write until in 3 days")

    await alex.says(MINE)

    assert bot.rows(alex) == [f"{PRICES} by Adele Vance · can edit · until {day(3)}"]


async def test_from_its_row_one_can_ask_to_edit_and_give_it_back(adele: Someone, alex: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read")
    await alex.says(MINE)

    opened = await alex.presses(bot.rows(alex)[0])
    assert "Shared with you" in opened
    assert "What others share with you: 1" in await alex.presses("Back")
    await alex.presses(bot.rows(alex)[0])
    await alex.presses("I don't need this")
    await alex.presses("Remove my access")
    await bot.at_rest()

    assert ALEX not in bot.access(PRICES)
    assert NOBODY in await alex.says(MINE)


@pytest.mark.parametrize("how", ["undo", "ends"])
async def test_what_is_over_is_not_there(adele: Someone, alex: Someone, bot: Bot, how: str) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read until in 3 days")
    if how == "undo":
        await adele.says("undo")
        await bot.at_rest()
    else:
        await bot.later(days=4)

    assert NOBODY in await alex.says(MINE)


async def test_each_row_of_several_opens_its_own_file(adele: Someone, alex: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} and {FORECAST} with Alex as read", "Share all")
    await alex.says(MINE)

    row = next(each for each in bot.rows(alex) if each.startswith(PRICES))
    opened = await alex.presses(row)

    assert PRICES in opened
    assert FORECAST not in opened


async def test_of_many_there_are_pages(adele: Someone, alex: Someone, bot: Bot) -> None:
    names = put(bot.contoso, 12)
    await shared(adele, bot, f"{', '.join(names)} with Alex as read", "Share all")

    first = await alex.says(MINE)
    second = await alex.presses("More…")

    assert "1 to 10 of 12" in first
    assert "11 to 12 of 12" in second
    assert len(bot.rows(alex)) == 2


async def test_it_is_said_in_their_language(adele: Someone, alex: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{BUDGET} with Alex as read")

    said = await replace(alex, locale="de-DE").says("was ist mit mir geteilt?")

    assert "Was andere mit Ihnen teilen: 1" in said


async def test_in_words_each_has_its_number(adele: Someone, alex: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read")
    await alex.says("plain text on")

    said = await alex.says(MINE)
    opened = await alex.says("1")

    assert f"1. {PRICES} — by Adele Vance · can view · no end" in said
    assert said.endswith("Reply with one of the numbers.")
    assert "Ask to edit" in opened


async def test_who_may_only_view_since_reads_so(adele: Someone, alex: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as write")
    await adele.says(f"make Alex a viewer of {PRICES}")
    await adele.presses("Make viewer")
    await bot.at_rest()

    await alex.says(MINE)

    assert bot.rows(alex) == [f"{PRICES} by Adele Vance · can view · no end"]


async def test_a_page_that_is_gone_is_the_last_one(adele: Someone, alex: Someone, bot: Bot) -> None:
    names = put(bot.contoso, 12)
    await shared(adele, bot, f"{', '.join(names)} with Alex as read", "Share all")
    await alex.says(MINE)
    first = bot.latest(alex)
    await adele.says("undo")
    await bot.at_rest()
    await shared(adele, bot, f"{PRICES} with Alex as read")

    gone = await alex.presses("More…", message=first)

    assert "What others share with you: 1" in gone
    assert f"{PRICES}\nby Adele Vance · can view · no end" in gone
