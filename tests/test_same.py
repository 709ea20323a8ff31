"""The same access as somebody has: a share with their right, until their end, shown before the press as every share."""

from __future__ import annotations

import pytest

from contoso.files import Grant, Item, Link
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone
from tests.test_truth import end

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
BUDGET, FORECAST = "Q3 Budget.xlsx", "Q4 Forecast.xlsx"
LIKE_ALEX = f"give Megan the same access as Alex on {BUDGET}"


def file(contoso: Contoso, name: str = BUDGET) -> Item:
    return contoso.file("Adele Vance", f"Finance/{name}")


def given(bot: Bot, role: str = "write", name: str = BUDGET) -> None:
    bot.contoso.files.grant(file(bot.contoso, name), Grant(bot.contoso.person(ALEX), role))


async def shared(adele: Someone, bot: Bot, sentence: str) -> None:
    await adele.says(sentence)
    await adele.presses("Share")
    await bot.at_rest()


@pytest.mark.parametrize(("role", "can"), [("read", "can view"), ("write", "can edit")])
async def test_somebody_gets_what_somebody_else_has(adele: Someone, bot: Bot, role: str, can: str) -> None:
    given(bot, role)
    before = bot.access(BUDGET)

    card = await adele.says(LIKE_ALEX)
    between = bot.access(BUDGET)
    await adele.presses("Share")
    await bot.at_rest()

    assert "Share this?" in card
    assert "The same as Alex Wilber has." in card
    assert f"Megan Bowen\n{can}" in card
    assert "Until" not in card
    assert between == before
    assert bot.access(BUDGET) == before | {MEGAN: role}


async def test_it_ends_when_the_share_ends_that_gave_it(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"share {BUDGET} with Alex as write until in 3 days")

    card = await adele.says(LIKE_ALEX)
    await adele.presses("Share")
    await bot.at_rest()
    between = bot.access(BUDGET)
    await bot.later(days=4)

    assert f"Until {end(3)}" in card
    assert between[MEGAN] == "write"
    assert bot.access(BUDGET) == {}


async def test_an_end_and_a_right_that_are_said_are_as_they_are_said(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"share {BUDGET} with Alex as read until in 3 days")

    card = await adele.says(f"give Megan the same edit access as Alex on {BUDGET} until tomorrow")

    assert "Megan Bowen\ncan edit" in card
    assert "The same as" not in card
    assert f"Until {end(1)}" in card


async def test_an_owner_has_the_right_to_edit_to_give(adele: Someone, bot: Bot) -> None:
    for name in ("Adele", "me", ADELE):
        card = await adele.says(f"give Megan the same access as {name} on {BUDGET}")

        assert "Adele Vance owns it. Nobody becomes an owner by sharing: this lets people edit." in card
        assert "Megan Bowen\ncan edit" in card
    assert MEGAN not in bot.access(BUDGET)


async def test_a_right_by_a_folder_is_said_to_be_one(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, "share the Finance folder with Alex as write")

    card = await adele.says(LIKE_ALEX)

    assert "Alex Wilber has the same by a folder above." in card
    assert "Megan Bowen\ncan edit" in card


async def test_a_right_by_a_link_is_said_to_be_one(adele: Someone, bot: Bot) -> None:
    opened = frozenset({bot.contoso.person(ALEX).id})
    bot.contoso.files.grant(file(bot.contoso), Grant(Link("for-one", "users", opened), "read"))

    card = await adele.says(LIKE_ALEX)

    assert "Alex Wilber has the same by a link." in card
    assert "Megan Bowen\ncan view" in card


async def test_who_has_no_access_has_none_to_give(adele: Someone, bot: Bot) -> None:
    by_name = await adele.says(LIKE_ALEX)
    by_address = await adele.says(f"give Megan the same access as {ALEX} on {BUDGET}")
    everybody = frozenset({bot.contoso.person(MEGAN).id})
    bot.contoso.files.grant(file(bot.contoso), Grant(Link("for-all", "organization", everybody), "read"))
    by_a_link_maybe = await adele.says(f"give Megan the same access as {ALEX} on {BUDGET}")

    assert f"Nobody called “Alex” is named among those who can open “{BUDGET}”." in by_name
    assert f"I see no access of {ALEX} to “{BUDGET}” that others could get." in by_address
    assert "If they can, it is by a group or a link" in by_a_link_maybe
    assert "Share this?" not in by_name + by_address + by_a_link_maybe


async def test_who_sees_only_their_own_access_is_told_so(alex: Someone, bot: Bot) -> None:
    given(bot)
    bot.contoso.files.grant(file(bot.contoso), Grant(bot.contoso.person(MEGAN), "read"))

    others = await alex.says(f"give Lee Gu the same access as Megan on {BUDGET}")
    own = await alex.says(f"give Lee Gu the same access as I have on {BUDGET}")

    assert f"Microsoft 365 shows you only your own access to “{BUDGET}”" in others
    assert "Please say “as read” or “as write”." in others
    assert "Share this?" not in others
    assert "The same as Alex Wilber has." in own
    assert "Lee Gu\ncan edit" in own


async def test_whoever_fits_several_is_asked_about_and_the_right_is_kept(adele: Someone, bot: Bot) -> None:
    given(bot)

    asked = await adele.says(f"give Ana Bell the same access as Alex on {BUDGET}")
    card = await adele.presses(bot.rows(adele)[0])

    assert "“Ana Bell” could be any of these 2:" in asked
    assert "The same as Alex Wilber has." in card
    assert "Ana Bell\ncan edit" in card


async def test_a_file_that_fits_several_is_asked_about_first(adele: Someone, bot: Bot) -> None:
    asked = await adele.says("give Megan the same access as me to Roadmap.docx")
    card = await adele.presses(bot.rows(adele)[0])

    assert "“Roadmap.docx” could be any of these 2:" in asked
    assert "Adele Vance owns it." in card


async def test_of_two_who_have_it_and_are_called_so_one_is_chosen(adele: Someone, bot: Bot) -> None:
    for address, role in (("ana.bell@contoso.com", "read"), ("ana.bell2@contoso.com", "write")):
        bot.contoso.files.grant(file(bot.contoso), Grant(bot.contoso.person(address), role))

    asked = await adele.says(f"give Megan the same access as Ana Bell on {BUDGET}")
    card = await adele.presses(next(each for each in bot.rows(adele) if "bell2" in each))

    assert "“Ana Bell” could be any of these 2:" in asked
    assert "The same as Ana Bell has." in card
    assert "Megan Bowen\ncan edit" in card


async def test_without_a_file_it_is_asked_for_in_a_sentence(adele: Someone) -> None:
    said = await adele.says("give Megan the same access as Alex")

    assert "Which file" in said
    assert "Share this?" not in said


async def test_it_is_done_for_one_file_and_by_itself(adele: Someone, bot: Bot) -> None:
    given(bot)
    given(bot, name=FORECAST)
    for said in (
        f"give Megan the same access as Alex on {BUDGET} and {FORECAST}",
        f"stop sharing {FORECAST} with Alex and give Megan the same access as Alex on {BUDGET}",
    ):
        told = await adele.says(said)

        assert "for one file at a time, and by itself" in told
    assert MEGAN not in bot.access(BUDGET)


async def test_what_it_would_be_can_be_asked_beforehand(adele: Someone, bot: Bot) -> None:
    given(bot)

    card = await adele.says(f"explain {LIKE_ALEX}")

    assert "The same as Alex Wilber has." in card
    assert "I only looked: nothing is shared." in card


async def test_a_negation_and_a_question_share_nothing(adele: Someone, bot: Bot) -> None:
    given(bot)
    for said in (f"don't {LIKE_ALEX}", f"does Megan have the same access as Alex on {BUDGET}?", f"why {LIKE_ALEX}?"):
        assert "Share this?" not in await adele.says(said)
