"""What Graph and Teams may do to a share, an undo and an end: afterwards exactly the intended rights, at most one mail
and one notice for each, and a receipt that tells the truth. On SQLite, and on PostgreSQL."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone, words_of_answer

ALEX = "alex.wilber@contoso.com"
FILE = "Q3 Budget.xlsx"
SHARE = f"share {FILE} with {ALEX} as write until in 3 days"
INVITE, READ, CHANGE = r"/invite$", r"/permissions$", r"/permissions/[^/?]+$"

# What befalls the request that changes something. Nobody is told "done" or "not done" that does not know.
NOT_DONE: dict[str, dict[str, Any]] = {
    "request lost": {"drop": "request"},
    "500": {"status": 500},
    "504": {"status": 504},
    "503": {"status": 503},
    "200 without effect": {"status": 200, "body": {"value": []}},
}
DONE: dict[str, dict[str, Any]] = {
    "reply lost": {"drop": "reply"},
    "500 after the deed": {"status": 500, "done": True},
    "504 after the deed": {"status": 504, "done": True},
    "200 that says nothing": {"status": 200, "body": "", "done": True},
}
BUSY: dict[str, dict[str, Any]] = {
    "429": {"status": 429, "headers": (("Retry-After", "0.2"),), "times": 3},
    "503 for a moment": {"status": 503, "headers": (("Retry-After", "0.2"),), "times": 2},
}


# As long as we wait for an answer, and longer.
SLOW = [19.0, 21.0]
FAR_WITHIN = 60.0


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "sqlite" else request.getfixturevalue("postgresql")


@pytest.fixture
async def bot(contoso: Contoso, tmp_path: Path, engine_was_here: Path, database_url: str) -> AsyncGenerator[Bot]:
    shutil.copy(engine_was_here, tmp_path)
    async with Bot(contoso, tmp_path, database_url) as bot:
        yield bot


async def test_all_goes_well(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await adele.says(SHARE)
    assert "✓ can edit" in await adele.presses("Share")
    await bot.at_rest()

    assert (bot.access(FILE)[ALEX], len(bot.mails_to(ALEX)), alex.sees().count("Shared with you")) == ("write", 0, 1)


@pytest.mark.parametrize("how", [*DONE, *BUSY])
async def test_a_share_that_was_done_is_told_as_done(adele: Someone, bot: Bot, how: str) -> None:
    await adele.says(SHARE)
    bot.breaks("graph", INVITE, **(DONE | BUSY)[how])

    result = await adele.presses("Share")
    await bot.at_rest()

    assert "✓ can edit" in result
    assert bot.access(FILE)[ALEX] == "write"
    assert len(bot.mails_to(ALEX)) == 1


@pytest.mark.parametrize("how", NOT_DONE)
async def test_a_share_that_was_not_done_is_not_told_as_done(adele: Someone, alex: Someone, bot: Bot, how: str) -> None:
    await alex.says("hi")
    await adele.says(SHARE)
    bot.breaks("graph", INVITE, **NOT_DONE[how])

    result = await adele.presses("Share")
    await bot.at_rest()
    told = alex.sees()
    await adele.says(SHARE)
    again = await adele.presses("Share")
    await bot.at_rest()

    assert "✓" not in result
    assert "Shared with you" not in told
    assert "✓ can edit" in again
    assert (len(bot.mails_to(ALEX)), alex.sees().count("Shared with you")) == (0, 1)


@pytest.mark.parametrize("how", [*DONE, *BUSY])
@pytest.mark.parametrize("what", ["undo", "end"])
async def test_an_end_that_was_done_is_told_as_done(
    adele: Someone, alex: Someone, bot: Bot, what: str, how: str
) -> None:
    before = await shared(adele, alex, bot)
    bot.breaks("graph", CHANGE, method="DELETE", **(DONE | BUSY)[how])

    await taken_back(adele, bot, what)

    assert bot.access(FILE) == before
    assert alex.notices().count("Access ended") == 1
    assert (adele.sees().count("Undone") if what == "undo" else adele.notices().count("Ended")) == 1


@pytest.mark.parametrize("how", NOT_DONE)
async def test_an_end_that_was_not_done_is_tried_again(adele: Someone, alex: Someone, bot: Bot, how: str) -> None:
    before = await shared(adele, alex, bot)
    bot.breaks("graph", CHANGE, method="DELETE", **NOT_DONE[how])

    await bot.later(days=4)
    between, told = bot.access(FILE), adele.sees() + alex.sees()
    await bot.later(minutes=2)

    assert between[ALEX] == "write"
    assert "Ended" not in told
    assert "Access ended" not in told
    assert bot.access(FILE) == before
    assert alex.notices().count("Access ended") == 1


@pytest.mark.parametrize("how", NOT_DONE)
async def test_an_undo_that_was_not_done_can_be_pressed_again(
    adele: Someone, alex: Someone, bot: Bot, how: str
) -> None:
    before = await shared(adele, alex, bot)
    bot.breaks("graph", CHANGE, method="DELETE", **NOT_DONE[how])

    first = await adele.presses("Undo")
    between = bot.access(FILE)
    second = await adele.presses("Undo")
    await bot.at_rest()

    assert "Undone" not in first
    assert between[ALEX] == "write"
    assert "Undone" in second
    assert bot.access(FILE) == before
    assert alex.notices().count("Access ended") == 1


@pytest.mark.parametrize("how", [{"drop": "reply"}, {"status": 429, "headers": (("Retry-After", "0.2"),)}], ids=str)
async def test_nobody_is_told_twice(adele: Someone, alex: Someone, bot: Bot, how: dict[str, Any]) -> None:
    await alex.says("hi")
    await adele.says(SHARE)
    bot.breaks("connector", "/activities", contains="Shared with you", **how)

    await adele.presses("Share")
    await bot.at_rest()

    assert alex.sees().count("shared a file with you") == 1


@pytest.mark.parametrize("seconds", SLOW)
async def test_what_takes_long_to_be_answered_is_done_once(
    adele: Someone, alex: Someone, bot: Bot, seconds: float
) -> None:
    before = bot.access(FILE)
    await alex.says("hi")
    await adele.says(SHARE)
    bot.breaks("graph", INVITE, late=seconds)
    bot.breaks("connector", "/activities", contains="Shared with you", late=seconds)
    bot.breaks("graph", CHANGE, method="DELETE", late=seconds)

    await adele.presses("Share")
    await until(lambda: "✓ can edit" in adele.sees() and "Shared with you" in alex.sees())
    given = bot.access(FILE)
    await adele.presses("Undo")
    await until(lambda: "Undone" in adele.sees() and "Access ended" in alex.sees())
    await bot.at_rest()

    assert given[ALEX] == "write"
    assert bot.access(FILE) == before
    assert bot.mails_to(ALEX) == []
    # Where the notice of the share stands nobody knows, for the answer came too late; so it stays as it was.
    assert alex.sees().count("shared a file with you") == 1
    assert alex.notices().count("Access ended") == 1


async def test_whom_a_207_says_was_not_mailed_has_it_and_the_card_says_so(adele: Someone, bot: Bot) -> None:
    before = bot.access(FILE)
    bot.contoso.unmailable.add(ALEX)
    await adele.says(SHARE)

    result = await adele.presses("Share")
    await bot.at_rest()
    given = bot.access(FILE)
    await bot.later(days=4)

    assert "✓ can edit" in result
    assert "could not send the mail" in result
    assert given[ALEX] == "write"
    assert bot.mails_to(ALEX) == []
    assert bot.access(FILE) == before


@pytest.mark.parametrize("title", ["Share", "Undo"])
async def test_what_is_delivered_four_times_is_done_once(adele: Someone, alex: Someone, bot: Bot, title: str) -> None:
    await alex.says("hi")
    await adele.says(SHARE)
    if title == "Undo":
        await adele.presses("Share")
        await bot.at_rest()
    card = bot.latest(adele)
    pressed = bot.button(adele, title, card)
    bot.breaks("graph", READ, delay=0.3)

    answers = await asyncio.gather(*(bot.deliver(adele, pressed, card) for _ in range(4)))
    await bot.at_rest()

    told = {words_of_answer(each) for each in answers}
    assert len(told) == 1
    assert bot.mails_to(ALEX) == []
    assert alex.sees().count("shared a file with you") == (title == "Share")
    assert alex.notices().count("Access ended") == (title == "Undo")


async def test_two_cards_for_the_same_right_send_one_mail(adele: Someone, bot: Bot) -> None:
    await adele.says(SHARE)
    first = bot.latest(adele)
    one = bot.button(adele, "Share", first)
    await adele.says(SHARE)
    second = bot.latest(adele)
    other = bot.button(adele, "Share", second)
    bot.breaks("graph", INVITE, delay=0.5)

    answers = await asyncio.gather(bot.deliver(adele, one, first), bot.deliver(adele, other, second))

    said = [words_of_answer(each) for each in answers]
    assert sum("✓ can edit" in each for each in said) == 1
    assert sum("had it already" in each for each in said) == 1
    assert len(bot.mails_to(ALEX)) == 1


@pytest.mark.parametrize("jump", [{"days": 400}, {"days": -2}], ids=str)
async def test_a_clock_that_jumps_ends_what_is_over_and_nothing_else(
    adele: Someone, alex: Someone, bot: Bot, jump: dict[str, float]
) -> None:
    before = await shared(adele, alex, bot)

    await bot.later(**jump)

    assert bot.access(FILE) == (before if jump["days"] > 0 else before | {ALEX: "write"})


async def test_ends_that_come_together_all_end(adele: Someone, bot: Bot) -> None:
    people = ("Alex", "Megan", "Lee Gu", "Pradeep")
    before = bot.access(FILE)
    for each in people:
        await adele.says(f"share {FILE} with {each} until in 3 days")
        await adele.presses("Share")

    await bot.later(days=4)

    assert bot.access(FILE) == before


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(FAR_WITHIN):
        while not so():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def shared(adele: Someone, alex: Someone, bot: Bot) -> dict[str, str]:
    """Who had what before."""
    before = bot.access(FILE)
    await alex.says("hi")
    await adele.says(SHARE)
    await adele.presses("Share")
    await bot.at_rest()
    return before


async def taken_back(adele: Someone, bot: Bot, what: str) -> None:
    how: dict[str, Callable[[], Awaitable[Any]]] = {
        "undo": lambda: adele.presses("Undo"),
        "end": lambda: bot.later(days=4),
    }
    await how[what]()
    await bot.at_rest()
