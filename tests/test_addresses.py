"""What can be an e-mail address, and how somebody hears that theirs can't: before there is a card."""

from __future__ import annotations

import pytest

from bot.language.addresses import impossible, is_address, no_address
from tests.bot import Bot
from tests.people import Someone

FILLED = {"item": "Q3 Budget.xlsx", "role": "write", "until": "2031-12-24", "message": "Have a look", "mail": "true"}


@pytest.mark.parametrize(
    "address",
    [
        "a@b.co",
        "alex.wilber@contoso.com",
        "x.y+z@sub.contoso.com",
        "o'brien@contoso.com",
        "a@x.example",
        "a@xn--e1afmkfd.xn--p1ai",
        "dana_x.com#EXT#@contoso.onmicrosoft.com",
        f"{'a' * 64}@contoso.com",
    ],
)
def test_these_can_be_addresses(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "nobody",
        "nobody@nowhere",
        "nobody@",
        "@contoso.com",
        "a@b.c",
        "a@@x.com",
        "a b@x.com",
        "alex@x..com",
        "alex@.com",
        "alex@-x.com",
        "alex@x-.com",
        "alex@x.com.",
        ".alex@x.com",
        "alex.@x.com",
        "a..b@x.com",
        "alex@123.456",
        "ceo@c\N{GREEK SMALL LETTER OMICRON}ntoso.com",
        f"{'a' * 65}@contoso.com",
        f"a@{'b.' * 125}com",
        f"a@{'b' * 64}.com",
    ],
)
def test_these_can_not(address: str) -> None:
    assert not is_address(address)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("nobody@nowhere", "nobody@nowhere"),
        ("Ana and bob@contoso, please", "bob@contoso"),
        ("Ana and bob@contoso.com", ""),
        ("@Ana", ""),
        ("", ""),
    ],
)
def test_the_first_that_can_not_be_one_is_found(said: str, found: str) -> None:
    assert impossible(said) == found


@pytest.mark.parametrize(
    ("address", "example"),
    [("nobody@nowhere", "nobody@example.com"), ("a.b@x", "a.b@example.com"), ("@@x.com", "name@")],
)
def test_the_example_is_made_of_their_own_words(address: str, example: str) -> None:
    assert example in no_address(address)


def test_a_letter_that_only_looks_like_another_is_told_apart() -> None:
    assert "a letter in it that I can't share with" in no_address("ceo@c\N{GREEK SMALL LETTER OMICRON}ntoso.com")


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("o’brien@fabrikam.com", "o'brien@fabrikam.com"),
        ("mailto:eric@fabrikam.com", "eric@fabrikam.com"),
        ("Eric <eric@fabrikam.com>", "eric@fabrikam.com"),
        ("Eric <mailto:eric@fabrikam.com>", "eric@fabrikam.com"),
    ],
)
async def test_as_a_phone_or_a_mail_program_writes_it_an_address_is_read(
    adele: Someone, said: str, address: str
) -> None:
    await adele.says("share")

    card = await adele.presses("Continue", {**FILLED, "people": said})

    assert "Share this?" in card
    assert f"\n{address}\n" in card


async def test_in_a_sentence_a_curled_apostrophe_is_one(adele: Someone) -> None:
    card = await adele.says("share Q3 Budget.xlsx with o’brien@fabrikam.com as read")

    assert "Share this?" in card
    assert "\no'brien@fabrikam.com\n" in card


async def test_said_in_a_chat_it_is_told_and_nothing_is_lost(adele: Someone, bot: Bot) -> None:
    told = await adele.says("share Q3 Budget.xlsx with nobody@nowhere as write until 24 December 2031")

    assert "“nobody@nowhere” can't be an e-mail address; one looks like nobody@example.com." in told
    assert "share Q3 Budget.xlsx with Alex Wilber" in told
    seen = {name: bot.field(adele, name) for name in ("item", "people", "role", "until")}
    wanted = {"item": "Q3 Budget.xlsx", "people": "nobody@nowhere", "role": "write", "until": "2031-12-24"}
    assert seen == wanted


@pytest.mark.parametrize("whom", [".alex@fabrikam.com", "alex@-x.com", "Megan and alex@123.456"])
async def test_what_only_looks_like_one_gets_no_card(adele: Someone, whom: str) -> None:
    told = await adele.says(f"share Q3 Budget.xlsx with {whom} as write")

    assert "can't be an e-mail address" in told
    assert "Share this?" not in told


async def test_in_a_form_it_stands_at_its_field_and_nothing_is_lost(adele: Someone, bot: Bot) -> None:
    await adele.says("share")
    typed = {**FILLED, "people": "Alex Wilber, nobody@nowhere, also@nowhere"}
    again = await adele.presses("Continue", typed)
    kept = {name: bot.field(adele, name) for name in typed}
    card = await adele.presses("Continue", {**FILLED, "people": "Alex Wilber, eric@fabrikam.com"})

    assert "⚠ “nobody@nowhere” can't be an e-mail address" in again
    assert "“also@nowhere” can't be an e-mail address" in again
    assert kept == typed
    assert "Share this?" in card


async def test_for_several_files_it_is_told_once(adele: Someone) -> None:
    told = await adele.says("share Q3 Budget.xlsx and Q4 Forecast.xlsx with alex@-x.com")

    assert told.count("can't be an e-mail address") == 1
    assert "Share 2 files?" not in told
