"""What an administrator sees in Teams: counts, refusals, failures, what waits, and the record as a file of their own."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.commands import report
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone, words_of_answer
from tests.test_record import of, told

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
FILE, CREW = "Q3 Budget.xlsx", "Budget crew"
RULES = f"""
[rules."No rivals"]
then = "refuse"
domains = ["rival.example"]

[rules."Money"]
then = "approve"
files = ["*budget*"]
approvers = ["{MEGAN}"]
"""


@pytest.fixture
async def bot(contoso: Contoso, tmp_path: Path) -> AsyncGenerator[Bot]:
    """Its administrators are Finance, and Adele is one of them."""
    finance = contoso.directory.group_at("finance@contoso.com")
    assert finance
    bot = Bot(contoso, tmp_path)
    bot.more = {"ADMINISTRATORS_GROUP": finance.id.upper()}
    async with bot:
        yield bot


async def shares(someone: Someone, *sentences: str) -> None:
    for each in sentences:
        await someone.says(f"share {each}")
        await someone.presses("Share")


def saved(bot: Bot) -> list[list[str]]:
    """The rows of the newest file that was saved."""
    (*_before, content) = bot.contoso.files.contents.values()
    text = content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


# Who may


async def test_a_member_of_the_group_sees_how_much_is_shared_and_what_was_refused(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await bot.under(RULES)
    await shares(adele, "Price list.pdf with Alex and Megan", "Travel costs 2026.xlsx with Megan until in 3 days")
    await adele.says("undo")
    await alex.says("share Nowhere.docx with Megan")
    await adele.says("share Price list.pdf with eric@rival.example")
    await adele.says("share Price list.pdf with Lee Gu and eric@rival.example")
    await bot.at_rest()

    told = await adele.says("report")

    for said in (
        "Report: last 30 days",
        "Shares: 2, which gave access 3 times.",
        "Ended: 0. Undone: 1. Changed by hand: 0.",
        "Refused: 3",
        "By the rule “No rivals”: 2",
        "For other reasons: NotFound 1",
        "Failed: 0",
        "Shares that stand: 1; of these without an end: 1",
        "Requests that wait for their sharers: 0",
    ):
        assert said in told
    assert "Price list" not in told
    assert "Should be over" not in told
