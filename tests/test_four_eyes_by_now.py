"""What a second person's yes is worth: not for themselves, not when others are to say it; and what it is told as."""

from __future__ import annotations

import pytest

from tests.bot import Bot
from tests.people import Someone, words

ADELE, ALEX, LEE, MEGAN = (
    "adele.vance@contoso.com",
    "alex.wilber@contoso.com",
    "lee.gu@contoso.com",
    "megan.bowen@contoso.com",
)
FILE = "Q3 Budget.xlsx"
NO_EDITING = '[rules."No editing"]\nthen = "refuse"\nroles = ["write"]\n'


def money(*approvers: str, more: str = "") -> str:
    named = ", ".join(f'"{each}"' for each in approvers)
    return f'[rules."Money"]\nthen = "approve"\nfiles = ["*budget*"]\napprovers = [{named}]\n{more}'


async def asks(adele: Someone, bot: Bot, sentence: str = f"share {FILE} with Alex as write") -> None:
    await adele.says(sentence)
    await adele.presses("Ask for approval")
    await bot.at_rest()


async def approves(megan: Someone, bot: Bot, reason: str = "") -> str:
    said = await megan.presses("Approve", {"reason": reason})
    await bot.at_rest()
    return said


@pytest.fixture
async def lee(bot: Bot) -> Someone:
    lee = Someone(bot.contoso, LEE)
    await lee.says("hi")
    return lee


async def test_the_sharer_reads_why_it_was_approved(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    await bot.under(money(MEGAN))
    await asks(adele, bot)

    await approves(megan, bot, "The audit needs it.")

    assert "and it is done" in adele.sees()
    assert "The audit needs it." in adele.sees()


async def test_who_approves_reads_nothing_that_is_for_the_sharer(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    await bot.under(money(MEGAN))

    await asks(adele, bot)

    assert "May this be shared?" in megan.sees()
    assert "If you undo it" not in megan.sees()


async def test_who_is_no_approver_any_more_approves_nothing(
    adele: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    await megan.says("hi")
    await bot.under(money(MEGAN, LEE))
    await asks(adele, bot)
    await bot.under(money(LEE))

    await approves(megan, bot)

    assert ALEX not in bot.access(FILE)
    assert "could not do it yet" in adele.sees()


async def test_a_yes_is_none_where_the_rule_names_others_by_the_press(
    adele: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    await megan.says("hi")
    await bot.under(money(MEGAN))
    await asks(adele, bot)
    await adele.says("sign out")
    await approves(megan, bot)
    await bot.under(money(LEE))
    await adele.says(f"who has access to {FILE}?")
    waits = next(each for each in bot.contoso.client.messages(ADELE) if "could not do it yet" in words(each))

    said = await adele.presses("Share", message=waits.id)
    await bot.at_rest()

    assert "wants a second person to approve this" in said
    assert ALEX not in bot.access(FILE)


async def test_and_one_more_who_may_changes_nothing_of_it(
    adele: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    await megan.says("hi")
    await bot.under(money(MEGAN))
    await asks(adele, bot)
    await bot.under(money(MEGAN, LEE))

    await approves(megan, bot)

    assert bot.access(FILE)[ALEX] == "write"


async def test_nobody_approves_what_they_get_themselves(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    await bot.under(money(MEGAN))
    await adele.says(f"share {FILE} with Megan as write")

    said = await adele.presses("Ask for approval")
    await bot.at_rest()

    assert "nobody approves what they get themselves" in said
    assert "May this be shared?" not in megan.sees()
    assert MEGAN not in bot.access(FILE)


async def test_another_one_is_asked(adele: Someone, megan: Someone, lee: Someone, bot: Bot) -> None:
    await megan.says("hi")
    await bot.under(money(MEGAN, LEE))
    await asks(adele, bot, f"share {FILE} with Megan as write")

    await approves(lee, bot)

    assert "May this be shared?" not in megan.sees()
    assert bot.access(FILE)[MEGAN] == "write"


@pytest.mark.parametrize("why", ["signed out", "over", "refused"])
async def test_an_approver_is_not_told_that_it_is_shared_where_it_is_not(
    adele: Someone, megan: Someone, bot: Bot, why: str
) -> None:
    await megan.says("hi")
    await bot.under(money(MEGAN, more="hours = 100\n"))
    await asks(adele, bot, f"share {FILE} with Alex as write until tomorrow")
    if why == "signed out":
        await adele.says("sign out")
    elif why == "over":
        bot.ahead += 3 * 24 * 3600
    else:
        await bot.under(money(MEGAN, more="hours = 100\n") + NO_EDITING)

    said = await approves(megan, bot)

    assert ALEX not in bot.access(FILE)
    assert "tell them whether it worked" in said
    assert "It is shared" not in said
    assert "could not do it yet" in adele.sees()
