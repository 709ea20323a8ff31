"""Undo of a share that gave somebody longer what they had: they have it again until when they had it before."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from contoso.faults import Rule
from contoso.files import Grant
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone
from tests.test_ends import LETS_ONE_PASS
from tests.test_truth import ALEX, FORECAST, PRICES, at, day, end, shared

MEGAN = "megan.bowen@contoso.com"
ALEXS = "Alex Wilber · can view"


@pytest.fixture
async def until_then(adele: Someone, alex: Someone, bot: Bot) -> str:
    """Alex has the price list for three days; the message that he was told of it by."""
    await alex.says("hi")
    await shared(adele, bot, f"{PRICES} with Alex as read until in 3 days")
    return alex.contoso.client.messages(ALEX)[-1].id


async def rows(adele: Someone, bot: Bot) -> list[str]:
    await adele.says("my shares")
    return [each.removeprefix(f"{PRICES} ") for each in bot.rows(adele) if each.startswith(PRICES)]


@pytest.mark.parametrize("until", ["until in 9 days", "forever"])
@pytest.mark.parametrize("how", ["word", "button"])
async def test_they_have_it_again_until_when_they_had_it(
    adele: Someone, alex: Someone, bot: Bot, until_then: str, *, until: str, how: str
) -> None:
    first = bot.latest(adele)
    await shared(adele, bot, f"{PRICES} with Alex as read {until}")
    longer = bot.latest(adele)

    undone = await (adele.says("undo") if how == "word" else adele.presses("Undo", message=longer))
    await bot.at_rest()

    assert "Alex Wilber" in undone
    assert f"as before, until {end(3)}" in undone
    assert bot.access(PRICES)[ALEX] == "read"
    assert await rows(adele, bot) == [f"{ALEXS} · until {day(3)} · told"]
    assert f"Until {end(3)}" in at(adele, first)
    assert "has another end since" not in at(adele, first)
    assert f"Until {end(3)}" in at(alex, until_then)
    assert "Adele Vance has taken back that you have this longer." in alex.sees()
    assert f"You can view it until {end(3)}, 23:59 (UTC), as before." in alex.sees()
    await bot.later(days=3)
    assert "This access ends soon" in adele.sees()
    await bot.later(days=1)
    assert ALEX not in bot.access(PRICES)
    assert await rows(adele, bot) == []


@pytest.mark.usefixtures("until_then")
async def test_within_the_time_of_undo_nobody_hears_of_it(adele: Someone, alex: Someone, bot: Bot) -> None:
    bot.undo = 4
    await bot.restart()
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")
    told = len(bot.contoso.client.messages(ALEX))

    await adele.says("undo")
    await asyncio.sleep(5)
    await bot.at_rest()

    assert len(bot.contoso.client.messages(ALEX)) == told
    assert day(9) not in alex.sees()
    assert await rows(adele, bot) == [f"{ALEXS} · until {day(3)} · told"]


@pytest.mark.usefixtures("until_then")
async def test_each_undo_goes_one_step_back(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read until in 6 days")
    second = bot.latest(adele)
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")

    await adele.says("undo")
    between = await rows(adele, bot)
    await adele.presses("Undo", message=second)

    assert between == [f"{ALEXS} · until {day(6)} · told"]
    assert await rows(adele, bot) == [f"{ALEXS} · until {day(3)} · told"]
    assert bot.access(PRICES)[ALEX] == "read"


async def test_of_two_people_one_goes_back_to_the_other(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex and Megan as read until in 3 days")
    first = bot.latest(adele)
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")

    await adele.says("undo")
    await bot.at_rest()

    assert await rows(adele, bot) == [f"Alex Wilber and Megan Bowen · can view · until {day(3)} · told"]
    await adele.presses("Undo", message=first)
    assert bot.access(PRICES).keys().isdisjoint({ALEX, MEGAN})


@pytest.mark.usefixtures("until_then")
async def test_who_got_it_anew_loses_it_and_who_had_it_keeps_it(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex and Megan as read until in 9 days")

    undone = await adele.says("undo")

    assert f"as before, until {end(3)}" in undone
    assert "no access" in undone
    assert bot.access(PRICES).get(ALEX) == "read"
    assert MEGAN not in bot.access(PRICES)
    assert await rows(adele, bot) == [f"{ALEXS} · until {day(3)} · told"]


@pytest.mark.usefixtures("until_then")
async def test_of_several_files_it_goes_back_as_well(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} and {FORECAST} with Alex as read until in 9 days", "Share all")

    await adele.says("undo")
    await bot.at_rest()

    assert bot.access(PRICES)[ALEX] == "read"
    assert ALEX not in bot.access(FORECAST)
    assert await rows(adele, bot) == [f"{ALEXS} · until {day(3)} · told"]


@pytest.mark.usefixtures("until_then")
async def test_what_would_be_over_by_now_is_not_given_back(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")
    longer = bot.latest(adele)
    await bot.later(days=4)

    await adele.presses("Undo", message=longer)

    assert ALEX not in bot.access(PRICES)
    assert await rows(adele, bot) == []


@pytest.mark.usefixtures("until_then")
async def test_what_ends_now_is_not_given_back(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")
    await adele.says(f"my shares of {PRICES}")
    await adele.presses(bot.rows(adele)[0])

    await adele.presses("End now")

    assert ALEX not in bot.access(PRICES)
    assert await rows(adele, bot) == []


async def test_what_was_undone_itself_does_not_come_back(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex and Megan as read until in 3 days")
    first = bot.latest(adele)
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")
    longer = bot.latest(adele)
    await adele.presses("Undo", message=first)

    await adele.presses("Undo", message=longer)

    assert bot.access(PRICES).keys().isdisjoint({ALEX, MEGAN})
    assert await rows(adele, bot) == []


@pytest.mark.usefixtures("until_then")
async def test_what_somebody_has_taken_away_since_is_not_said_to_be_back(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")
    item = next(one for one in bot.contoso.files if one.name == PRICES and one.author.mail == adele.mail)
    bot.contoso.files.revoke(item, Grant(bot.contoso.person(ALEX), "read").id)

    undone = await adele.says("undo")

    assert "as before" not in undone
    assert await rows(adele, bot) == []


@pytest.mark.usefixtures("until_then")
async def test_who_was_given_more_since_falls_back_to_what_they_had_first(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")
    longer = bot.latest(adele)
    await shared(adele, bot, f"{PRICES} with Alex as write until tomorrow")

    await adele.presses("Undo", message=longer)
    now = bot.access(PRICES)[ALEX]
    await bot.later(days=2)
    between = bot.access(PRICES)[ALEX]
    await bot.later(days=2)

    assert (now, between, bot.access(PRICES).get(ALEX)) == ("write", "read", None)


@pytest.mark.usefixtures("until_then")
async def test_a_change_that_is_undone_first_keeps_what_came_before(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")
    longer = bot.latest(adele)
    await adele.says(f"stop sharing {PRICES} with Alex")
    await adele.presses("Remove access")
    await adele.says("undo")
    await bot.at_rest()

    await adele.presses("Undo", message=longer)

    assert bot.access(PRICES).get(ALEX) == "read"
    assert await rows(adele, bot) == [f"{ALEXS} · until {day(3)} · told"]


@pytest.mark.usefixtures("until_then")
async def test_an_undo_that_went_half_way_takes_from_nobody_what_they_had(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex and Megan as read until in 9 days")
    bot.contoso.faults = [replace(LETS_ONE_PASS), Rule("graph", "GET", r"/permissions$", times=2, status=503)]

    told = await adele.presses("Undo")
    bot.contoso.faults = []
    await bot.later(minutes=2)

    assert "I look again by myself" in told
    assert MEGAN not in bot.access(PRICES)
    assert bot.access(PRICES).get(ALEX) == "read"
    assert await rows(adele, bot) == [f"{ALEXS} · until {day(3)} · told"]
    await bot.later(days=4)
    assert ALEX not in bot.access(PRICES)


# What became of the older share meanwhile


@pytest.mark.parametrize("what", ["stop", "end now"])
async def test_what_was_taken_from_others_is_not_taken_from_them(adele: Someone, bot: Bot, what: str) -> None:
    await shared(adele, bot, f"{PRICES} with Alex and Megan as read until in 3 days")
    first = bot.latest(adele)
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")
    longer = bot.latest(adele)
    if what == "stop":
        await adele.says(f"stop sharing {PRICES} with Megan")
        await adele.presses("Remove access")
    else:
        await adele.presses("End now", message=first)

    await adele.presses("Undo", message=longer)
    await bot.at_rest()

    assert bot.access(PRICES).get(ALEX) == "read"
    assert MEGAN not in bot.access(PRICES)
    assert await rows(adele, bot) == [f"Alex Wilber · can view · until {day(3)} · told"]
    await bot.later(days=4)
    assert ALEX not in bot.access(PRICES)


@pytest.mark.usefixtures("until_then")
async def test_what_was_undone_between_is_left_out(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex and Megan as read until in 6 days")
    second = bot.latest(adele)
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")
    third = bot.latest(adele)
    await adele.presses("Undo", message=second)

    undone = await adele.presses("Undo", message=third)

    assert f"as before, until {end(3)}" in undone
    assert await rows(adele, bot) == [f"{ALEXS} · until {day(3)} · told"]


@pytest.mark.parametrize("until", ["until in 20 days", "forever"])
async def test_the_end_that_others_have_since_is_not_theirs(
    adele: Someone, alex: Someone, bot: Bot, until: str
) -> None:
    await alex.says("hi")
    await shared(adele, bot, f"{PRICES} with Alex and Megan as read until in 3 days")
    await bot.at_rest()
    told = alex.contoso.client.messages(ALEX)[-1].id
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")
    longer = bot.latest(adele)
    await adele.says(f"extend Megan on {PRICES} {until}")
    await adele.presses("Change end")
    await bot.at_rest()

    undone = await adele.presses("Undo", message=longer)
    await bot.at_rest()

    assert f"as before, until {end(3)}" in undone
    assert f"{ALEXS} · until {day(3)} · told" in await rows(adele, bot)
    assert f"Until {end(3)}" in at(alex, told)
    await bot.later(days=4)
    assert ALEX not in bot.access(PRICES)
    assert bot.access(PRICES)[MEGAN] == "read"


async def test_of_an_undo_that_went_half_way_they_read_until_when_they_have_it(
    adele: Someone, alex: Someone, bot: Bot, until_then: str
) -> None:
    await shared(adele, bot, f"{PRICES} with Alex and Megan as read until in 9 days")
    bot.contoso.faults = [replace(LETS_ONE_PASS), Rule("graph", "GET", r"/permissions$", times=2, status=503)]

    await adele.presses("Undo")
    bot.contoso.faults = []
    await bot.at_rest()

    assert f"Until {end(3)}" in at(alex, until_then)


async def test_who_was_given_more_reads_until_when_they_can_view(
    adele: Someone, alex: Someone, bot: Bot, until_then: str
) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")
    longer = bot.latest(adele)
    await shared(adele, bot, f"{PRICES} with Alex as write until tomorrow")

    undone = await adele.presses("Undo", message=longer)
    await bot.at_rest()

    assert "changed by somebody since" not in undone
    assert day(9) not in at(alex, until_then)


async def test_who_was_lowered_meanwhile_can_view_it_until_then(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as write until in 3 days")
    await shared(adele, bot, f"{PRICES} with Alex as write until in 9 days")
    longer = bot.latest(adele)
    await adele.says(f"change Alex to view only on {PRICES}")
    await adele.presses("Make viewer")

    undone = await adele.presses("Undo", message=longer)

    assert "can view" in undone
    assert await rows(adele, bot) == [f"{ALEXS} · until {day(3)} · told"]
    await bot.later(days=4)
    assert ALEX not in bot.access(PRICES)


async def test_what_may_come_back_is_not_forgotten(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read until in 300 days")
    await shared(adele, bot, f"{PRICES} with Alex as read forever")
    longer = bot.latest(adele)
    await bot.later(days=100)
    await bot.restart()

    await adele.presses("Undo", message=longer)

    assert bot.access(PRICES).get(ALEX) == "read"
    assert await rows(adele, bot) == [f"{ALEXS} · until {day(300)} · told"]


async def test_in_words_the_sharer_reads_of_it_once(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text")
    for until in ("in 3 days", "in 9 days"):
        await adele.says(f"share {PRICES} with Alex as read until {until}")
        await adele.says("1")
        await bot.at_rest()
    before = len(bot.contoso.client.messages(adele.mail))

    undone = await adele.says("undo")
    await bot.at_rest()

    assert f"until {end(3)}" in undone
    assert len(bot.contoso.client.messages(adele.mail)) - before <= 2


async def test_on_postgresql_as_well(contoso: Contoso, tmp_path: Path, postgresql: str) -> None:
    adele, alex = Someone(contoso, "adele.vance@contoso.com"), Someone(contoso, ALEX)
    async with Bot(contoso, tmp_path, database_url=postgresql) as bot:
        await alex.says("hi")
        await shared(adele, bot, f"{PRICES} with Alex and Megan as read until in 3 days")
        await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")
        longer = bot.latest(adele)
        await adele.says(f"extend Megan on {PRICES} forever")
        await adele.presses("Change end")

        undone = await adele.presses("Undo", message=longer)
        await bot.at_rest()

        assert f"as before, until {end(3)}" in undone
        assert f"{ALEXS} · until {day(3)} · told" in await rows(adele, bot)


async def test_where_an_earlier_end_still_stands_undo_of_more_names_it(
    adele: Someone, alex: Someone, bot: Bot, until_then: str
) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as write until in 3 days")
    upgraded = alex.contoso.client.messages(ALEX)[-1].id

    undone = await adele.says("undo")
    await bot.at_rest()

    assert f"can view\n{ALEX} · as before, until {end(3)}" in undone
    assert bot.access(PRICES)[ALEX] == "read"
    assert alex.sees().count("Adele Vance has taken back that you can edit this.") == 1
    assert alex.sees().count(f"You can view it until {end(3)}, 23:59 (UTC), as before.") == 1
    assert at(alex, upgraded).startswith("Access changed")
    assert f"Until {end(3)}" in at(alex, until_then)


async def test_of_two_that_end_at_once_none_is_said_to_last_until_then(
    adele: Someone, alex: Someone, bot: Bot, until_then: str
) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as write until in 3 days")

    await bot.later(days=4)

    assert ALEX not in bot.access(PRICES)
    assert "You have no access of your own any more." in alex.sees()
    assert f"You can view it until {end(3)}" not in alex.sees()
    assert at(alex, until_then).startswith("Access changed")
