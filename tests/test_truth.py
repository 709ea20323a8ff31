"""What somebody sees of their shares is so: one end and one right for a file and a person, however it came to be."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from bot.language import Said, understand
from bot.texts import _, languages, speaking
from contoso.files import Grant
from tests.bot import Bot
from tests.people import Someone, words

ALEX = "alex.wilber@contoso.com"
BUDGET, FORECAST, PRICES, COSTS = "Q3 Budget.xlsx", "Q4 Forecast.xlsx", "Price list.pdf", "Travel costs 2026.xlsx"


def day(days: int) -> str:
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    return f"{end.day} {end:%B %Y}"


async def shared(adele: Someone, bot: Bot, sentence: str, button: str = "Share") -> str:
    card = await adele.says(f"share {sentence}")
    await adele.presses(button)
    await bot.at_rest()
    return card


def at(someone: Someone, message: str) -> str:
    return words(next(each for each in someone.contoso.client.messages(someone.mail) if each.id == message))


@pytest.fixture
async def until_then(adele: Someone, alex: Someone, bot: Bot) -> str:
    """Alex has the price list for three days; the message that he was told of it by."""
    await alex.says("hi")
    await shared(adele, bot, f"{PRICES} with Alex as read until in 3 days")
    return alex.contoso.client.messages(ALEX)[-1].id


# An end stays unless another one is asked for


@pytest.mark.usefixtures("until_then")
async def test_an_end_stays_where_nobody_said_one(adele: Someone, alex: Someone, bot: Bot) -> None:
    told = len(alex.notices())

    card = await adele.says(f"share {PRICES} with Alex as read")
    await adele.says(f"my shares of {PRICES}")

    assert "Nothing to change" in card
    assert f"can view, until {(dt.datetime.now(dt.UTC) + dt.timedelta(days=3)):%A} {day(3)}" in card
    assert f"extend Alex Wilber on {PRICES} until Friday" in card
    assert [each.partition(" · until ")[2] for each in bot.rows(adele)] == [f"{day(3)} · told"]
    assert len(alex.notices()) == told


@pytest.mark.usefixtures("until_then")
async def test_what_the_card_says_to_move_the_end_moves_it(adele: Someone, bot: Bot) -> None:
    card = await adele.says(f"share {PRICES} with Alex as read")
    said = card.partition("“")[2].partition("”")[0]

    asked = await adele.says(said.replace("Friday", "in 9 days"))

    assert said.startswith("extend ")
    assert f"{day(9)}" in asked


@pytest.mark.usefixtures("until_then")
async def test_of_several_files_an_end_stays_as_well(adele: Someone, alex: Someone, bot: Bot) -> None:
    told = alex.sees().count("Shared with you")
    card = await shared(adele, bot, f"{PRICES} and {FORECAST} with Alex as read")
    await adele.says(f"my shares of {PRICES}")

    assert "Share 1 of 2 files?" in card
    assert "Share all" not in card
    assert "already: Alex Wilber · until " in card
    assert [each.partition(" · until ")[2] for each in bot.rows(adele)] == [f"{day(3)} · told"]
    assert bot.access(FORECAST)[ALEX] == "read"
    assert alex.sees().count("Shared with you") == told + 1
    await bot.later(days=4)
    assert ALEX not in bot.access(PRICES)
    assert bot.access(FORECAST)[ALEX] == "read"


@pytest.mark.parametrize("until", ["until in 9 days", "forever"])
@pytest.mark.parametrize(
    ("files", "button"),
    [(PRICES, "Share"), (f"{PRICES} and {FORECAST}", "Share all")],
)
async def test_another_end_is_shown_and_then_so_everywhere(
    adele: Someone, alex: Someone, bot: Bot, until_then: str, *, files: str, button: str, until: str
) -> None:
    card = await shared(adele, bot, f"{files} with Alex as read {until}", button)
    after = day(9) if until != "forever" else ""

    assert f"now: can view, until {(dt.datetime.now(dt.UTC) + dt.timedelta(days=3)):%A} {day(3)}" in card
    assert (after or "without an end") in card
    await adele.says(f"my shares of {PRICES}")
    assert [each.split(" · ")[2] for each in bot.rows(adele)] == [f"until {after}" if after else "no end"]
    await adele.says(f"my shares of {PRICES} ending soon")
    assert not [each for each in bot.rows(adele) if each.startswith(PRICES)]
    assert (after in at(alex, until_then)) if after else ("Until" not in at(alex, until_then))
    assert day(3) not in at(alex, until_then)
    assert "has another end since" in adele.sees()


async def test_the_older_notice_gives_back_what_the_newer_share_gave(
    adele: Someone, alex: Someone, bot: Bot, until_then: str
) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read forever")

    await alex.presses("I don't need this", message=until_then)
    await alex.presses("Remove my access", message=until_then)
    await bot.at_rest()
    told = await adele.says("my shares")

    assert ALEX not in bot.access(PRICES)
    assert "You share nothing through me now." in told
    assert "You have no access of your own any more." in at(alex, until_then)


async def test_of_two_people_only_whose_end_was_moved_is_in_the_newer_row(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await shared(adele, bot, f"{PRICES} with Alex and Megan as read until in 3 days")
    await shared(adele, bot, f"{PRICES} with Alex as read until in 9 days")

    await adele.says("my shares")

    assert bot.rows(adele) == [
        f"{PRICES} Alex Wilber · can view · until {day(9)} · told",
        f"{PRICES} Megan Bowen · can view · until {day(3)} · told",
    ]


# One row for a file and a person


async def test_who_may_edit_one_of_several_is_in_one_row_of_it(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shared(adele, bot, f"{COSTS}, {BUDGET} and {FORECAST} with Alex and Megan as read", "Share all")
    await shared(adele, bot, f"{COSTS} with Alex as write")

    told = await adele.says("my shares")
    rows = [each for each in bot.rows(adele) if each.startswith(COSTS)]
    opened = await adele.presses(rows[1])
    await adele.presses("Back")
    megans = await adele.says("my shares with Alex")

    assert "What you share: 4" in told
    assert rows == [
        f"{COSTS} Alex Wilber · can edit · no end · told",
        f"{COSTS} Megan Bowen · can view · no end · told",
    ]
    assert "✓ can edit" in opened
    assert "Checked: the access is there." in opened
    assert "What you share: 3" in megans


async def test_a_part_of_the_list_says_nothing_else_than_the_whole(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{BUDGET} with Megan as read until in 3 days")
    await shared(adele, bot, f"{BUDGET} with Megan as write")

    all_of_it = await adele.says("my shares")
    soon = await adele.says("my shares ending soon")

    assert "What you share: 1" in all_of_it
    assert "Nothing that you share fits this." in soon


# Checked is what was looked at


async def test_what_somebody_took_away_elsewhere_is_not_said_to_be_there(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex and Megan as read")
    item = next(each for each in bot.contoso.files if each.name == PRICES)
    bot.contoso.files.revoke(item, Grant(bot.contoso.person(ALEX), "read").id)

    await adele.says("my shares")
    opened = await adele.presses(bot.rows(adele)[0])

    assert "taken back" in opened
    assert opened.count("✓ can view") == 1


async def test_what_cannot_be_looked_at_is_not_said_to_be_checked(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read")
    await adele.says("my shares")
    bot.breaks("graph", "permissions", times=None, status=503)

    opened = await adele.presses(bot.rows(adele)[0])

    assert "Checked" not in opened
    assert "I could not check what they can do now." in opened


async def test_given_anew_after_it_was_taken_away_it_is_one_row(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read until in 3 days")
    item = next(each for each in bot.contoso.files if each.name == PRICES)
    bot.contoso.files.revoke(item, Grant(bot.contoso.person(ALEX), "read").id)
    await shared(adele, bot, f"{PRICES} with Alex as read")

    await adele.says("my shares")

    assert [each.split(" · ")[2] for each in bot.rows(adele)] == ["no end"]


async def test_the_report_counts_what_the_lists_show(adele: Someone, bot: Bot) -> None:
    finance = bot.contoso.directory.group_at("finance@contoso.com")
    assert finance
    bot.more = {"ADMINISTRATORS_GROUP": finance.id}
    await bot.restart()
    await shared(adele, bot, f"{PRICES} with Alex as read until in 3 days")
    await shared(adele, bot, f"{PRICES} with Alex as read forever")
    await shared(adele, bot, f"{BUDGET} with Alex as read until in 3 days")
    await shared(adele, bot, f"{BUDGET} with Alex as write")

    listed = await adele.says("my shares")
    report = await adele.says("report")

    assert "What you share: 2" in listed
    assert "Shares that stand: 2; of these without an end: 2" in report


@pytest.mark.parametrize("tag", languages())
def test_the_words_that_move_an_end_are_understood_in_every_language(tag: str) -> None:
    with speaking(tag, dt.UTC):
        said = _("extend {name} on {file} until Friday", name="Alex Wilber", file=PRICES)

    understood = understand(Said(said), now=dt.datetime(2026, 11, 25, tzinfo=dt.UTC), tz=dt.UTC, locale=tag)

    assert understood.intent == "extend"
    assert understood.request
    assert [each.value for each in understood.request.items] == [PRICES]
    assert [each.value for each in understood.request.recipients] == ["Alex Wilber"]
    assert understood.request.until


async def test_who_gets_more_is_shown_with_the_end_they_have_now(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex as read until in 3 days")
    await adele.presses("Share")
    await bot.at_rest()

    one = await adele.says("share Q3 Budget.xlsx with Alex as write")
    other = await adele.says("share Q3 Budget.xlsx with Alex as write until in 9 days")
    several = await adele.says("share Q3 Budget.xlsx and Q4 Forecast.xlsx with Alex as write")

    assert "now: can view, until" in one
    assert "without an end" in one
    assert "now: can view, until" in other
    assert "without an end" not in other
    assert several.count("now: can view, until") == several.count("without an end") == 1


# An end that was said is not swallowed


@pytest.mark.parametrize("before", ["forever", "until in 9 days"])
async def test_an_end_that_is_not_set_by_sharing_is_said_to_be_and_can_be_set(
    adele: Someone, bot: Bot, *, before: str
) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read {before}")

    card = await adele.says(f"share {PRICES} with Alex as read until in 3 days")
    asked = await adele.presses("Set this end…")
    await adele.presses("Change end")
    await bot.at_rest()
    await adele.says(f"my shares of {PRICES}")

    assert "Nothing to change" in card
    assert "Alex Wilber: the end you said is not set, for sharing takes nothing away." in card
    assert "Change the end of this access?" in asked
    assert [each.split(" · ")[2] for each in bot.rows(adele)] == [f"until {day(3)}"]
    await bot.later(days=4)
    assert ALEX not in bot.access(PRICES)


async def test_an_end_that_is_only_for_some_is_said_to_be(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot, f"{PRICES} with Alex as read forever")

    card = await adele.says(f"share {PRICES} with Alex and Megan as read until in 3 days")

    assert "Share this?" in card
    assert "Alex Wilber: the end you said is not set" in card
    assert "Set this end…" not in card


async def test_the_end_of_what_was_not_shared_through_us_is_not_ours_to_set(adele: Someone, bot: Bot) -> None:
    item = next(each for each in bot.contoso.files if each.name == PRICES and each.author.mail == adele.mail)
    bot.contoso.files.grant(item, Grant(bot.contoso.person(ALEX), "read"))
    await adele.says(f"share {PRICES} with Alex as read until in 3 days")

    asked = await adele.presses("Set this end…")

    assert "You did not share this with them through me" in asked
    assert bot.access(PRICES)[ALEX] == "read"


# Told of a share, they hear how it is by then


@pytest.mark.parametrize("files", [PRICES, f"{PRICES} and {FORECAST}"])
@pytest.mark.parametrize(
    "change", [f"extend Alex on {PRICES} until in 9 days", f"change Alex to view only on {PRICES}"]
)
async def test_changed_before_they_hear_of_it_they_hear_once_how_it_is(
    adele: Someone, alex: Someone, bot: Bot, *, files: str, change: str
) -> None:
    await alex.says("hi")
    bot.undo = 6
    await bot.restart()
    await shared(adele, bot, f"{files} with Alex as write until in 3 days", "Share" if files == PRICES else "Share all")
    before = len(alex.notices())
    await adele.says(change)
    await adele.presses("Change end" if change.startswith("extend") else "Make viewer")
    await bot.at_rest()
    between = len(alex.notices())

    await asyncio.sleep(4)
    told = await alex.waits_for("shared a file with you" if files == PRICES else "shared 2 files with you")

    assert between == before
    assert len(alex.notices()) == before + 1
    if change.startswith("extend"):
        assert day(9) in told
        assert "You can edit it" in told if files == PRICES else "can edit" in told
    else:
        assert f"Until {end(3)}" in told
        assert "You can view it" in told if files == PRICES else "can view" in told


async def test_an_end_put_off_by_a_press_is_so_in_the_notice_as_well(
    adele: Someone, alex: Someone, bot: Bot, until_then: str
) -> None:
    await bot.later(days=3)
    await adele.presses("A week longer")
    await bot.at_rest()

    assert day(10) in at(alex, until_then)


def end(days: int) -> str:
    return f"{dt.datetime.now(dt.UTC) + dt.timedelta(days=days):%A} {day(days)}"
