"""What was said is what is done, or asked about: a name beside “undo”, a time beside “stop sharing”, “longer”."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.bot import Bot
from tests.people import Someone, words

ALEX, MEGAN = "alex.wilber@contoso.com", "megan.bowen@contoso.com"
FILE, TRAVEL, FORECAST = "Q3 Budget.xlsx", "Travel costs 2026.xlsx", "Q4 Forecast.xlsx"


def day(bot: Bot, days: int) -> str:
    when = dt.datetime.fromtimestamp(bot.now(), dt.UTC) + dt.timedelta(days=days)
    return f"{when.day} {when:%B %Y}"


async def shares(adele: Someone, bot: Bot, sentence: str, button: str = "Share") -> str:
    await adele.says(sentence)
    told = await adele.presses(button)
    await bot.at_rest()
    return told


@pytest.fixture
async def two(adele: Someone, bot: Bot) -> None:
    """A share with Alex, and a later one with Megan."""
    await shares(adele, bot, f"share {FILE} with Alex as read")
    await shares(adele, bot, f"share {TRAVEL} with Megan as read")


# Undo


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    "said",
    [
        "undo the share with Alex",
        "undo share with Alex",
        f"undo sharing {FILE}",
        f"undo the share of {FILE} with Alex",
        f"mach die Freigabe von {FILE} rückgängig",
    ],
)
async def test_undo_of_a_share_that_is_not_the_last_shows_it_first(adele: Someone, bot: Bot, said: str) -> None:
    told = await adele.says(said)
    both = ALEX in bot.access(FILE) and MEGAN in bot.access(TRAVEL)
    await adele.presses("Undo")
    await bot.at_rest()

    assert "Shared" in told
    assert FILE in told
    assert both
    assert ALEX not in bot.access(FILE)
    assert MEGAN in bot.access(TRAVEL)


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("said", ["undo", "undo the share with Megan", f"undo sharing {TRAVEL}"])
async def test_undo_of_the_last_share_is_done_at_once(adele: Someone, bot: Bot, said: str) -> None:
    await adele.says(said)

    assert MEGAN not in bot.access(TRAVEL)
    assert ALEX in bot.access(FILE)


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    "said", ["undo the share with Lee", "undo the share from yesterday", "undo sharing Roadmap.docx"]
)
async def test_undo_of_what_was_not_shared_takes_nothing_else(adele: Someone, bot: Bot, said: str) -> None:
    told = await adele.says(said)

    assert "Nothing that you share fits this. To see what you share, and undo it there, write: my shares" in told
    assert ALEX in bot.access(FILE)
    assert MEGAN in bot.access(TRAVEL)


async def test_undo_of_one_file_of_several_leaves_the_others(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} and {TRAVEL} with Alex as read", "Share all")

    await adele.says(f"undo sharing {TRAVEL}")
    await adele.presses("Undo")
    await bot.at_rest()

    assert ALEX not in bot.access(TRAVEL)
    assert ALEX in bot.access(FILE)


@pytest.mark.parametrize("how", ["by word", "by press"])
async def test_what_failed_of_several_is_still_told_when_the_rest_is_undone(adele: Someone, bot: Bot, how: str) -> None:
    bot.breaks("graph", "/invite", times=2, status=403)
    done = await shares(adele, bot, f"share {FILE}, {TRAVEL} and {FORECAST} with Alex and Megan as write", "Share all")
    await (adele.says("undo") if how == "by word" else adele.presses("Undo all"))
    await bot.at_rest()

    newest = [words(each) for each in bot.contoso.client.messages(adele.mail) if each.card][-1]
    assert "Done in part" in done
    assert "Undone" in newest
    assert newest.count("✗") == 2
    assert "waits for its turn" not in newest


# Longer


@pytest.mark.parametrize(
    ("said", "days"),
    [
        (f"extend Alex on {FILE} by 2 days", 32),
        (f"extend Alex's access to {FILE} by a week", 37),
        (f"extend Alex on {FILE} for another week", 37),
        (f"let Alex keep {FILE} a week longer", 37),
        (f"extend {FILE} by a week", 37),
        (f"verlängere Alex bei {FILE} um eine Woche", 37),
        (f"prolonge Alex sur {FILE} d'une semaine", 37),
        # Elsewhere 3日 is the third of a month.
        (f"Alexさんの {FILE} のアクセスを3日延長して", 33),
        (f"extend Alex on {FILE} until in 3 days", 3),
    ],
)
async def test_by_so_much_is_counted_from_the_end_that_stands(adele: Someone, bot: Bot, said: str, days: int) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write until in 30 days")

    told = await adele.says(said)
    await adele.presses("Change end")
    await bot.at_rest()

    assert day(bot, days) in told
    assert day(bot, 30) in told
    assert day(bot, days) in await adele.says(f"who has access to {FILE}?")


async def test_where_nothing_ends_a_length_counts_from_today(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write")

    assert day(bot, 7) in await adele.says(f"extend Alex on {FILE} by a week")


async def test_hours_are_added_as_well(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write until in 3 days")

    assert f"{day(bot, 4)}, 01:59" in await adele.says(f"extend Alex on {FILE} by 2 hours")


async def test_where_they_have_it_until_several_days_it_is_asked_until_which(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write until in 3 days")
    await shares(adele, bot, f"share {FILE} with Megan as write until in 9 days")

    assert "They don't all have it until the same day." in await adele.says(f"extend {FILE} by a week")


# A time beside what is done at once


@pytest.mark.parametrize(
    "said",
    [
        f"stop sharing {FILE} with Alex in 3 days",
        f"end Alex's access to {FILE} in 3 days",
        f"remove Alex from {FILE} in 3 days",
        f"stop sharing {FILE} with Alex until in 3 days",
    ],
)
async def test_what_is_to_be_taken_away_by_a_day_ends_then(adele: Someone, bot: Bot, said: str) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write")

    told = await adele.says(said)
    await adele.presses("Change end")
    await bot.at_rest()

    assert day(bot, 3) in told
    assert "Remove access" not in told
    assert ALEX in bot.access(FILE)
    await bot.later(days=4)
    assert ALEX not in bot.access(FILE)


async def test_for_good_takes_it_away_now(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write")

    assert "Remove access" in await adele.says(f"stop sharing {FILE} with Alex forever")


@pytest.mark.parametrize(
    "said",
    [
        "stop sharing everything with Alex until in 3 days",
        f"make Alex a viewer of {FILE} until in 3 days",
        f"let Alex edit {FILE} until in 3 days and then only view",
    ],
)
async def test_what_cannot_be_done_by_a_day_is_not_done_now(adele: Someone, bot: Bot, said: str) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write")

    told = await adele.says(said)

    assert "at once" in told
    assert "extend Alex on Q3 Budget.xlsx until Friday" in told
    assert bot.access(FILE)[ALEX] == "write"


async def test_whoever_has_nothing_yet_is_a_viewer_until_then(adele: Someone, bot: Bot) -> None:
    told = await adele.says(f"make Alex a viewer of {FILE} until in 3 days")

    assert "Share this?" in told
    assert day(bot, 3) in told


# Less than all


@pytest.mark.parametrize("said", [f"Alex should no longer edit {FILE}", f"make everyone a viewer of {FILE}"])
async def test_no_longer_edit_is_to_view(adele: Someone, bot: Bot, said: str) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write")

    await adele.says(said)
    await adele.presses("Make viewer")
    await bot.at_rest()

    assert bot.access(FILE)[ALEX] == "read"


# Called otherwise by now


@pytest.fixture
async def accepted(adele: Someone, bot: Bot) -> None:
    """Somebody who had no name when it was shared with them."""
    await shares(adele, bot, f"share {FILE} with new.person@fabrikam.com as write")
    bot.contoso.redeem("new.person@fabrikam.com")


@pytest.mark.usefixtures("accepted")
async def test_who_has_a_name_since_is_found_by_it(adele: Someone, bot: Bot) -> None:
    listed = await adele.says("my shares with New Person")
    told = await adele.says("stop sharing everything with New Person")
    await adele.presses("Remove access")
    await bot.at_rest()

    assert "What you share: 1" in listed
    assert FILE in told
    assert "new.person@fabrikam.com" not in bot.access(FILE)


@pytest.mark.usefixtures("accepted")
async def test_of_who_has_nothing_it_says_so(adele: Someone) -> None:
    assert "I know of nothing that you shared with them" in await adele.says("stop sharing everything with Lee Gu")
    assert "Nothing that you share fits this." in await adele.says("my shares with Lee Gu")
