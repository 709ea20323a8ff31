"""A colleague is called by a second address, which Graph knows and answers with the first."""

from __future__ import annotations

import pytest

from contoso.files import Grant
from tests.bot import Bot
from tests.people import Someone

FILE = "Q3 Budget.xlsx"
PIA, ALIAS, NEAR_ALIAS = "pia.vandenberg@contoso.com", "pia@contoso.example", "Pia@contoso.com"
DANA = "dana.birkby@northwind.example"


@pytest.mark.parametrize("alias", [ALIAS, NEAR_ALIAS])
async def test_where_we_may_look_the_card_says_who_that_is(adele: Someone, bot: Bot, alias: str) -> None:
    bot.contoso.consents[bot.contoso.person(adele.mail).id].add("User.Read.All")

    card = await adele.says(f"share {FILE} with {alias}")
    result = await adele.presses("Share")

    assert "Pia van den Berg" in card
    assert "outside" not in card
    assert "✓ can view" in result
    assert bot.access(FILE)[PIA] == "read"


async def test_where_we_may_not_the_answer_says_it_and_the_share_ends(adele: Someone, bot: Bot) -> None:
    before = bot.access(FILE)
    await adele.says(f"share {FILE} with {ALIAS} as write until in 3 days")

    result = await adele.presses("Share")
    between = bot.access(FILE)
    await bot.later(days=4)

    assert "Pia van den Berg" in result
    assert "✓ can edit" in result
    assert (between[PIA], len(bot.mails_to(PIA))) == ("write", 1)
    assert bot.access(FILE) == before


async def test_what_they_had_by_their_first_address_is_theirs_again(adele: Someone, bot: Bot) -> None:
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.grant(item, Grant(bot.contoso.person(PIA), "read"))
    await adele.says(f"share {FILE} with {ALIAS} as write")
    result = await adele.presses("Share")
    between = bot.access(FILE)[PIA]

    await adele.presses("Undo")

    assert "✓ can edit" in result
    assert (between, bot.access(FILE)[PIA]) == ("write", "read")


async def test_who_had_it_by_their_first_address_keeps_it(adele: Someone, bot: Bot) -> None:
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.grant(item, Grant(bot.contoso.person(PIA), "write"))
    await adele.says(f"share {FILE} with {ALIAS} as write until in 3 days")

    result = await adele.presses("Share")
    await bot.later(days=4)

    assert "had it already" in result
    assert bot.access(FILE)[PIA] == "write"


async def test_each_of_several_is_told_apart(adele: Someone, bot: Bot) -> None:
    before = bot.access(FILE)
    await adele.says(f"share {FILE} with {ALIAS}, new@fabrikam.example, {DANA} and Alex as read until in 3 days")

    result = await adele.presses("Share")
    between = bot.access(FILE)
    await bot.later(days=4)

    assert result.count("✓ can view") == 4
    assert {PIA, DANA, "new@fabrikam.example", "alex.wilber@contoso.com"} <= between.keys()
    assert bot.access(FILE) == before
