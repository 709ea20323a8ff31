"""What is typed in answer to a card that stands open, where a press would do as well; and what is no answer to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bot import Bot
from tests.people import Someone
from tests.test_truth import end

ALEX, MEGAN = "alex.wilber@contoso.com", "megan.bowen@contoso.com"
FILE = "Q3 Budget.xlsx"
STILL = "What I asked you before still waits for your answer."


@pytest.mark.parametrize(
    "said", ["add Megan", "and Megan", "Megan too", "also with Megan please", "yes, and add Megan"]
)
async def test_somebody_more_comes_to_those_of_the_card(adele: Someone, bot: Bot, said: str) -> None:
    await adele.says(f"share {FILE} with Alex as write")

    both = await adele.says(said)
    await adele.says("yes")
    await bot.at_rest()

    assert "Alex Wilber\ncan edit" in both
    assert "Megan Bowen\ncan edit" in both
    assert (bot.access(FILE)[ALEX], bot.access(FILE)[MEGAN]) == ("write", "write")


@pytest.mark.parametrize(
    ("locale", "said"), [("de-DE", "füge Megan hinzu"), ("fr-FR", "ajoute Megan"), ("ja-JP", "Meganも追加して")]
)
async def test_so_it_is_in_other_languages(adele: Someone, bot: Bot, locale: str, said: str) -> None:
    speaker = replace(adele, locale=locale)
    await speaker.says(f"share {FILE} with Alex as write")

    both = await speaker.says(said)

    assert "Alex Wilber" in both
    assert "Megan Bowen" in both


async def test_somebody_more_loses_it_as_well(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex and Megan as write")
    await adele.presses("Share")
    await bot.at_rest()
    await adele.says(f"stop sharing {FILE} with Alex")

    both = await adele.says("and Megan")
    await adele.says("yes")
    await bot.at_rest()

    assert both.count("no access") == 2
    assert not {ALEX, MEGAN} & set(bot.access(FILE))


async def test_somebody_more_is_made_a_viewer(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex and Megan as write")
    await adele.presses("Share")
    await bot.at_rest()
    await adele.says(f"make Alex a viewer of {FILE}")

    await adele.says("Megan too")
    await adele.says("yes")
    await bot.at_rest()

    assert (bot.access(FILE)[ALEX], bot.access(FILE)[MEGAN]) == ("read", "read")


async def test_somebody_more_has_the_other_end(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex and Megan as write")
    await adele.presses("Share")
    await bot.at_rest()
    await adele.says(f"extend Alex on {FILE} until in 3 days")
    until = end(3)

    both = await adele.says("Megan too")
    await adele.says("yes")
    await bot.at_rest()
    before = dict(bot.access(FILE))
    await bot.later(days=4)

    assert both.count(f"until {until}") == 2
    assert (before[ALEX], before[MEGAN]) == ("write", "write")
    assert not {ALEX, MEGAN} & set(bot.access(FILE))


@pytest.mark.parametrize(
    "said",
    [
        *("and Megan instead", "not Megan too", "and not Megan", "and what about Megan?", "only Megan", "me too"),
        *("and Q4 Forecast.xlsx", "and good night", "too bad", "add nobody", "and Megan or Lee"),
    ],
)
async def test_what_is_no_addition_adds_nobody(adele: Someone, bot: Bot, said: str) -> None:
    await adele.says(f"share {FILE} with Alex as write")

    answer = await adele.says(said)
    await adele.says("yes")
    await bot.at_rest()

    assert STILL in answer
    assert bot.access(FILE)[ALEX] == "write"
    assert MEGAN not in bot.access(FILE)


async def test_whoever_is_not_found_leaves_the_card_as_it_is(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex as write")

    said = await adele.says("add Xaver")
    await adele.says("yes")
    await bot.at_rest()

    assert "Xaver" in said
    assert bot.access(FILE)[ALEX] == "write"


async def test_what_is_no_answer_says_that_the_card_still_stands(adele: Someone) -> None:
    before = await adele.says("the weather is nice today")
    await adele.says(f"share {FILE} with Alex as write")

    after = await adele.says("the weather is nice today")

    assert STILL not in before
    assert STILL in after


async def test_who_is_to_decide_for_them_is_named_by_yes(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    asked = await adele.says("Megan decides for me")
    said = await adele.says("yes")
    await bot.at_rest()

    assert "Shall they decide for you?" in asked
    assert "Megan Bowen" in said
    assert "You are asked to decide for somebody" in megan.sees()


async def test_a_no_names_nobody(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    await adele.says("Megan decides for me")
    await adele.says("no")
    await bot.at_rest()

    assert "You are asked to decide for somebody" not in megan.sees()


async def test_a_request_is_sent_by_yes(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says("hi")
    await alex.says("ask Adele for access to Board Minutes.docx")
    said = await alex.says("yes")
    await bot.at_rest()

    assert "I asked Adele Vance" in said
    assert "Allow viewing?" in adele.sees()


async def test_what_was_meant_is_done_by_yes(adele: Someone) -> None:
    suggested = await adele.says(f"shrae {FILE} with Alex as write")
    shown = await adele.says("yes")

    assert "Did you mean" in suggested
    assert "Share this?" in shown


async def test_the_only_one_that_may_be_meant_is_chosen_by_yes(adele: Someone) -> None:
    asked = await adele.says(f"share {FILE} with Megna as write")
    shown = await adele.says("yes")

    assert "Megan Bowen" in asked
    assert "Share this?" in shown
    assert "Megan Bowen\ncan edit" in shown
