"""What was taken away does not come back by an approval that was asked for before."""

from __future__ import annotations

import pytest

from tests.bot import Bot
from tests.people import Someone
from tests.test_as_said import shares

ALEX, MEGAN = "alex.wilber@contoso.com", "megan.bowen@contoso.com"
FILE = "Q3 Budget.xlsx"
MONEY = f'[rules."Money"]\nthen = "approve"\nfiles = ["*budget*"]\napprovers = ["{MEGAN}"]\n'


@pytest.fixture
async def first(adele: Someone, alex: Someone, megan: Someone, bot: Bot) -> str:
    """The card of a share by which Alex can view it until in 3 days; and to let them edit it waits for Megan."""
    await alex.says("hi")
    await megan.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex as read until in 3 days")
    card = bot.latest(adele)
    await bot.under(MONEY)
    await adele.says(f"make Alex an editor of {FILE}")
    await adele.presses("Ask for approval")
    await bot.at_rest()
    return card


async def no_longer_asked(megan: Someone, bot: Bot) -> bool:
    """Whether their card asks nothing any more, and their list neither."""
    await bot.at_rest()
    card = megan.sees()
    return "No longer asked" in card and "Nothing waits for your decision." in await megan.says("what waits for me?")


@pytest.mark.parametrize("title", ["End now", "Undo"])
async def test_what_was_ended_on_its_card_is_not_given_again(
    adele: Someone, megan: Someone, bot: Bot, first: str, title: str
) -> None:
    await adele.presses(title, message=first)

    assert await no_longer_asked(megan, bot)
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("first")
async def test_nor_what_was_given_back(alex: Someone, megan: Someone, bot: Bot) -> None:
    await alex.presses("I don't need this")
    await alex.presses("Remove my access")

    assert await no_longer_asked(megan, bot)
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("first")
async def test_nor_for_longer_than_the_end_that_was_set_since(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says(f"extend Alex on {FILE} until tomorrow")
    await adele.presses("Change end")

    assert await no_longer_asked(megan, bot)
    await bot.later(days=2)
    assert ALEX not in bot.access(FILE)


async def test_nor_the_right_to_edit_after_it_was_lowered(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await megan.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex as write until in 3 days")
    await bot.under(MONEY)
    await adele.says(f"share {FILE} with Alex as write until in 9 days")
    await adele.presses("Ask for approval")
    await adele.says(f"make Alex a viewer of {FILE}")
    await adele.presses("Make viewer")

    assert await no_longer_asked(megan, bot)
    assert bot.access(FILE)[ALEX] == "read"


async def test_a_card_whose_share_is_over_withdraws_nothing(
    adele: Someone, megan: Someone, bot: Bot, first: str
) -> None:
    end = bot.button(adele, "End now", first)
    await bot.deliver(adele, end, first)
    await bot.at_rest()
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Ask for approval")
    await bot.at_rest()

    await bot.deliver(adele, end, first)
    await bot.at_rest()

    assert "What waits for you: 1" in await megan.says("what waits for me?")
