"""Several files for several people behind one card: shown file by file, done once, told once, undone together."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest

from contoso import buttons
from contoso.faults import Rule
from contoso.files import Grant, Item
from contoso.ids import item_id
from contoso.tenant import Contoso
from tests.attacks import MANY
from tests.bot import LIMITS, Bot
from tests.people import Someone, words, words_of_answer
from tests.test_app import serving
from tests.test_faults_kill import FOR_EVER, button, delivered, killed, until
from tests.test_faults_replicas import two

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
CREW = "Budget crew"
BUDGET, FORECAST, TRAVEL = "Q3 Budget.xlsx", "Q4 Forecast.xlsx", "Travel costs 2026.xlsx"
SHARE_TWO = f"share {BUDGET} and {FORECAST} with Alex and Megan as write"


def given(bot: Bot, *names: str) -> list[str | None]:
    return [bot.access(name).get(ALEX) for name in names]


def ended(someone: Someone) -> list[str]:
    """What they were sent of ends."""
    sent = (words(each) for each in someone.contoso.client.messages(someone.mail) if not each.is_edited)
    return [each for each in sent if each.startswith(("Ended", "Access ended", "Adele Vance has changed"))]


async def shared(adele: Someone, bot: Bot, sentence: str = SHARE_TWO, button: str = "Share all") -> str:
    await adele.says(sentence)
    result = await adele.presses(button)
    await bot.at_rest()
    return result


async def test_what_a_click_would_do_is_shown_file_by_file(adele: Someone, bot: Bot) -> None:
    before = bot.access(BUDGET), bot.access(FORECAST)
    card = await adele.says(SHARE_TWO)

    assert "Share 2 files?" in card
    assert "2 people: can edit\nAlex Wilber, Megan Bowen" in card
    assert card.index(BUDGET) < card.index(FORECAST)
    assert card.count("Alex Wilber and Megan Bowen: can edit") == 2
    assert (bot.access(BUDGET), bot.access(FORECAST)) == before


async def test_each_gets_each(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot)

    for name in (BUDGET, FORECAST):
        assert bot.access(name)[ALEX] == bot.access(name)[MEGAN] == "write"
    assert "Done" in await adele.waits_for("Undo all")


async def test_who_has_it_already_is_shown_and_left_alone(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {BUDGET} with Alex as write")
    await adele.presses("Share")
    await bot.at_rest()

    card = await adele.says(SHARE_TWO)

    assert "Megan Bowen: can edit\nalready: Alex Wilber" in card


async def test_a_recipient_hears_of_all_in_one_message(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    heard = len(alex.notices())
    await shared(adele, bot)

    assert alex.notices()[heard:] == ["Adele Vance shared 2 files with you"]
    assert BUDGET in alex.sees()
    assert FORECAST in alex.sees()


def notice(someone: Someone) -> str:
    """What stands by now where they were told."""
    return words(someone.contoso.client.messages(someone.mail)[-1])


async def presses(someone: Someone, bot: Bot, title: str, place: int) -> None:
    """One of several buttons of a name on their newest card."""
    message = bot.latest(someone)
    card = next(one.card for one in someone.contoso.client.messages(someone.mail) if one.id == message)
    assert card
    found = [action for name, action in buttons.actions(card) if name == title]
    await bot.deliver(someone, found[place], message)


@pytest.fixture
async def received(adele: Someone, alex: Someone, bot: Bot) -> None:
    """Two files, which Alex may view."""
    await alex.says("hi")
    await shared(adele, bot, f"share {BUDGET} and {FORECAST} with Alex as read")


@pytest.mark.usefixtures("received")
async def test_a_notice_of_several_has_for_each_file_what_that_of_one_has(alex: Someone) -> None:
    told = notice(alex)

    for title in ("Open in OneDrive", "Ask to edit", "I don't need this"):
        assert told.count(title) == 2


@pytest.mark.usefixtures("received")
async def test_of_several_one_can_be_given_back(adele: Someone, alex: Someone, bot: Bot) -> None:
    await presses(alex, bot, "I don't need this", 1)
    sure = notice(alex)
    await alex.presses("Remove my access")
    await bot.at_rest()

    assert (sure.count(FORECAST), sure.count(BUDGET)) == (1, 0)
    assert given(bot, BUDGET, FORECAST) == ["read", None]
    assert "no access" in notice(alex)
    assert notice(alex).count("Open in OneDrive") == notice(alex).count("I don't need this") == 1
    assert "Alex Wilber does not need this any more" in adele.sees()


@pytest.mark.usefixtures("received")
async def test_of_several_one_can_be_asked_to_edit(adele: Someone, alex: Someone, bot: Bot) -> None:
    await presses(alex, bot, "Ask to edit", 0)
    await alex.presses("Ask", {"reason": "For the figures."})
    await bot.at_rest()
    asked = notice(alex)
    again = await alex.presses("Ask to edit")
    back = await alex.presses("Cancel")
    await adele.presses("Allow")
    await bot.at_rest()

    assert asked.count("You asked to edit this.") == asked.count("Ask to edit") == 1
    assert FORECAST in again
    assert "Adele Vance shared 2 files with you" in back
    assert given(bot, BUDGET, FORECAST) == ["write", "read"]
    assert "You asked to edit this." not in alex.sees()
    assert alex.sees().count("\ncan edit") == 1


@pytest.mark.usefixtures("received")
async def test_of_several_what_nobody_answered_can_be_asked_again(alex: Someone, bot: Bot) -> None:
    told = bot.latest(alex)
    await presses(alex, bot, "Ask to edit", 0)
    await alex.presses("Ask", {"reason": "For the figures."})
    await bot.at_rest()
    await bot.later(days=8)

    assert "You asked to edit this." not in at(alex, told)
    assert at(alex, told).count("Ask to edit") == 2


@pytest.mark.usefixtures("received")
async def test_who_thinks_again_is_back_at_all_of_them(alex: Someone, bot: Bot) -> None:
    await presses(alex, bot, "I don't need this", 0)

    assert (await alex.presses("Keep it")).count("I don't need this") == 2


@pytest.mark.usefixtures("received")
async def test_undone_an_older_notice_of_several_says_so(adele: Someone, alex: Someone, bot: Bot) -> None:
    before = len(alex.contoso.client.messages(ALEX))
    await adele.says("undo")
    await bot.at_rest()

    assert alex.sees().count("Adele Vance has changed what you can open") == 2
    assert "Open in OneDrive" not in alex.sees()
    assert len(alex.contoso.client.messages(ALEX)) == before + 1


async def test_who_gave_one_back_reads_of_all_when_the_rest_ends(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await megan.says("hi")
    await shared(adele, bot, f"share {BUDGET} and {FORECAST} with Alex and Megan as read until in 3 days")
    await presses(alex, bot, "I don't need this", 0)
    await alex.presses("Remove my access")
    await bot.at_rest()

    await bot.later(days=4)

    assert "Open in OneDrive" not in alex.sees()
    assert "I don't need this" not in alex.sees()


@pytest.mark.parametrize("third", ["", f" and {TRAVEL}"], ids=["of two", "of three"])
async def test_of_a_file_that_was_undone_in_time_nobody_reads(contoso: Contoso, tmp_path: Path, third: str) -> None:
    async with Bot(contoso, tmp_path, undo=4) as bot:
        adele, alex = Someone(contoso, ADELE), Someone(contoso, ALEX)
        await alex.says("hi")
        before = len(alex.sees())
        await adele.says(f"share {BUDGET} and {FORECAST}{third} with Alex as read until in 3 days")
        await adele.presses("Share all")
        await bot.at_rest()
        await adele.presses(bot.rows(adele)[0])
        await adele.presses("Undo")
        await asyncio.sleep(5)
        await bot.at_rest()
        await alex.presses("I don't need this")
        await alex.presses("Keep it")
        told = alex.sees()[before:]
        await bot.later(days=4)

        assert BUDGET not in told
        assert FORECAST in told
        assert BUDGET not in alex.sees()[before:]
        assert "Open in OneDrive" not in alex.sees()


async def test_where_the_first_file_was_not_theirs_the_notice_of_the_others_says_that_they_are_over(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await adele.says(f"share {BUDGET} with Alex as write")
    await adele.presses("Share")
    await bot.at_rest()
    await shared(adele, bot, f"share {BUDGET} and {FORECAST} and {TRAVEL} with Alex and Megan as write")
    heard = alex.sees().count("Open in OneDrive")

    await adele.presses("Undo all")
    await bot.at_rest()

    assert heard == 3
    assert alex.sees().count("Open in OneDrive") == 1


async def test_what_was_allowed_and_undone_is_to_be_viewed_again_where_it_was_told(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await shared(adele, bot, f"share {BUDGET} and {FORECAST} with Alex as read")
    told = alex.contoso.client.messages(ALEX)[-1].id
    await presses(alex, bot, "Ask to edit", 0)
    await alex.presses("Ask", {"reason": "For the figures."})
    await bot.at_rest()
    await adele.presses("Allow")
    await bot.at_rest()
    between = at(alex, told)

    await adele.presses("Undo")
    await bot.at_rest()

    assert between.count("can edit") == 1
    assert given(bot, BUDGET, FORECAST) == ["read", "read"]
    assert at(alex, told).count("can view") == 2
    assert "can edit" not in at(alex, told)


def at(someone: Someone, message: str) -> str:
    """What stands by now where this was."""
    return next(words(each) for each in someone.contoso.client.messages(someone.mail) if each.id == message)


async def test_where_one_ends_later_than_the_others_each_says_when(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shared(adele, bot, f"share {BUDGET} and {FORECAST} with Alex as read until in 3 days")
    told = alex.contoso.client.messages(ALEX)[-1].id
    before = at(alex, told)

    await adele.says(f"extend Alex on {BUDGET} until in 20 days")
    await adele.presses("Change end")
    await bot.at_rest()

    after = at(alex, told)
    assert before.count("then it ends") == 1
    assert after.count("then it ends") == 2
    ends = [dt.datetime.now(dt.UTC) + dt.timedelta(days=days) for days in (20, 3)]
    places = [after.index(f"{end.day} {end:%B %Y}") for end in ends]
    assert after.index(BUDGET) < places[0] < after.index(FORECAST) < places[1]


async def test_who_alone_keeps_one_for_longer_reads_until_when_and_then_that_it_is_over(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await megan.says("hi")
    await shared(adele, bot, f"share {BUDGET} and {FORECAST} with Alex and Megan as read until in 3 days")
    told = alex.contoso.client.messages(ALEX)[-1].id

    await adele.says(f"extend Alex on {BUDGET} until in 20 days")
    await adele.presses("Change end")
    await bot.at_rest()
    longer = at(alex, told)
    await bot.later(days=4)
    between = at(alex, told)
    await bot.later(days=20)

    assert longer.count("then it ends") == 2
    assert "I don't need this" in between
    assert between.count("no access") == 1
    assert at(alex, told).count("no access") == 2


async def test_in_words_each_button_stands_beneath_its_file(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("plain text")
    await shared(adele, bot, f"share {BUDGET} and {FORECAST} with Alex as read")
    told = notice(alex)
    sure = await alex.says("24")

    first, second = told.index(BUDGET), told.index(FORECAST)
    assert first < told.index("21. Ask to edit") < told.index("22. I don't need this") < second
    assert second < told.index("23. Ask to edit") < told.index("24. I don't need this")
    assert told.endswith("Reply with one of the numbers.")
    assert FORECAST in sure


async def test_the_result_says_whether_it_is_there_and_how_each_heard_of_it(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await shared(adele, bot, f"{SHARE_TWO} until 24 December 2031")

    result = adele.sees()

    assert "Checked: the access is there." in result
    assert "Until Wednesday 24 December 2031" in result
    assert result.count("Alex Wilber: told in Teams") == 2
    assert result.count("Megan Bowen: Microsoft 365 was asked to mail them") == 2


async def test_the_result_says_when_they_hear_of_it(contoso: Contoso, tmp_path: Path) -> None:
    async with Bot(contoso, tmp_path, undo=600) as bot:
        adele = Someone(contoso, ADELE)
        await shared(adele, bot)

        assert "They are told in 600 seconds, unless you undo it." in adele.sees()


async def test_each_of_the_result_leads_to_its_own_card_and_back(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shared(adele, bot)
    one = await adele.presses(bot.rows(adele)[1])
    holders = await adele.presses("Who has access")
    await adele.presses("Back")
    card = await adele.presses(bot.rows(adele)[0]) if bot.rows(adele) else ""

    assert FORECAST in one
    assert BUDGET not in one
    assert "Who can open this?" in holders
    assert not card


async def test_back_from_one_are_all_of_them(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shared(adele, bot)
    await adele.presses(bot.rows(adele)[0])
    back = await adele.presses("Back")
    press = bot.button(adele, bot.rows(adele)[0], bot.latest(adele))
    stranger = await bot.deliver(alex, press, bot.latest(alex))
    none = {**press, "data": {**press["data"], "about": press["data"]["about"].partition(".")[0] + ".x"}}
    nothing = await bot.deliver(adele, none, bot.latest(adele))

    assert BUDGET in back
    assert FORECAST in back
    assert "Only the person who asked" in words_of_answer(stranger)
    assert "no longer good" in words_of_answer(nothing)


async def test_what_is_shown_can_be_changed_for_all_files(adele: Someone, bot: Bot) -> None:
    await adele.says(f"{SHARE_TWO} until 24 December 2031")
    form = await adele.presses("Change…")
    seen = {name: bot.field(adele, name) for name in ("item", "role", "until")}
    card = await adele.presses("Continue", {"role": "read", "until": ""})
    await adele.presses("Share all")
    await bot.at_rest()

    assert f"{BUDGET} and {FORECAST}" in form
    assert seen == {"item": "", "role": "write", "until": "2031-12-24"}
    assert "Share 2 files?" in card
    assert given(bot, BUDGET, FORECAST) == ["read", "read"]


async def test_what_is_more_than_one_request_has_no_form(adele: Someone) -> None:
    card = await adele.says(f"share {BUDGET} with Alex as read and share {FORECAST} with Megan as write")

    assert "Share all" in card
    assert "Change…" not in card


async def test_what_ends_at_different_times_has_no_form(adele: Someone) -> None:
    of_two = f"share {BUDGET} with Alex as read until 24 December 2031 and share {FORECAST} with Alex as read"

    card = await adele.says(f"{of_two} until 1 March 2030")

    assert "Share all" in card
    assert "Change…" not in card


async def test_two_of_one_name_are_told_apart_on_the_card(adele: Someone) -> None:
    await adele.says(f"share {BUDGET} and {FORECAST} with ana.bell@contoso.com and ana.bell2@contoso.com as read")

    card = adele.sees()

    assert "Ana Bell (ana.bell@contoso.com)" in card
    assert "Ana Bell (ana.bell2@contoso.com)" in card


async def test_whom_the_bot_does_not_reach_is_mailed_of_each_file(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot)

    assert len(bot.mails_to(MEGAN)) == 2


async def test_the_sharer_gets_no_second_card(adele: Someone, bot: Bot) -> None:
    await adele.says(SHARE_TWO)
    before = len(bot.contoso.client.messages(ADELE))
    await adele.presses("Share all")
    await bot.at_rest()

    assert len(bot.contoso.client.messages(ADELE)) == before


async def test_what_is_not_found_is_said_and_the_rest_can_be_shared(adele: Someone, bot: Bot) -> None:
    card = await adele.says(f"share {BUDGET} and Nowhere to be found.docx with Alex as read")
    await adele.presses("Share all")
    await bot.at_rest()

    assert "Share 1 file?" in card
    assert "Nowhere to be found.docx\n✗ I found no file called" in card
    assert given(bot, BUDGET) == ["read"]


async def test_nothing_found_is_said_in_a_sentence(adele: Someone) -> None:
    said = await adele.says("share Nowhere.docx and Nothing.docx with Alex as read")

    assert "I found no file called “Nowhere.docx”" in said
    assert "I found no file called “Nothing.docx”" in said
    assert "Share all" not in said


async def test_a_name_that_fits_several_files_is_asked_about_first(adele: Someone, bot: Bot) -> None:
    asked = await adele.says(f"share {BUDGET} and Roadmap.docx with Alex as read")
    second = bot.rows(adele)[1]
    card = await adele.presses(second)
    await adele.presses("Share all")
    await bot.at_rest()

    assert "Which one do you mean?" in asked
    assert "Share 2 files?" in card
    assert given(bot, BUDGET) == ["read"]
    assert bot.access_by_row(second)[ALEX] == "read"


async def test_a_name_that_fits_several_people_is_asked_about_once(adele: Someone, bot: Bot) -> None:
    asked = await adele.says(f"share {BUDGET} and {FORECAST} with Ana Bell as read")
    card = await adele.presses(bot.rows(adele)[0])

    assert "“Ana Bell” could be any of these 2:" in asked
    assert "Share 2 files?" in card


async def test_yes_does_it_and_cancel_does_nothing(adele: Someone, bot: Bot) -> None:
    before = given(bot, BUDGET, FORECAST)
    await adele.says(SHARE_TWO)
    cancelled = await adele.says("cancel")
    between = given(bot, BUDGET, FORECAST)
    await adele.says(SHARE_TWO)
    await adele.says("yes")
    await bot.at_rest()

    assert "Nothing was changed." in cancelled
    assert between == before
    assert given(bot, BUDGET, FORECAST) == ["write", "write"]


async def test_pressed_many_times_it_is_done_once(adele: Someone, bot: Bot) -> None:
    await adele.says(SHARE_TWO)
    await asyncio.gather(*(adele.presses("Share all") for _ in range(4)))
    await bot.at_rest()

    assert given(bot, BUDGET, FORECAST) == ["write", "write"]
    assert len(bot.mails_to(MEGAN)) == 2


async def test_nobody_elses_press_counts(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    before = given(bot, BUDGET, FORECAST)
    await adele.says(SHARE_TWO)
    card = bot.latest(adele)
    for title in ("Share all", "Cancel"):
        answer = await bot.deliver(megan, bot.button(adele, title, card), bot.latest(megan))
        assert words_of_answer(answer).startswith("Only the person who asked")

    assert given(bot, BUDGET, FORECAST) == before


async def test_undone_in_time_nobody_hears_of_it(contoso: Contoso, tmp_path: Path) -> None:
    async with Bot(contoso, tmp_path, undo=600) as bot:
        adele, alex = Someone(contoso, ADELE), Someone(contoso, ALEX)
        await alex.says("hi")
        heard = len(alex.notices())
        before = bot.access(BUDGET), bot.access(FORECAST)
        await adele.says(SHARE_TWO)
        await adele.presses("Share all")
        await adele.waits_for("Undo all")
        await adele.presses("Undo all")
        await adele.waits_for("Undone")

        assert (bot.access(BUDGET), bot.access(FORECAST)) == before
        assert len(alex.notices()) == heard


async def test_undo_later_is_told_once(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    before = bot.access(BUDGET), bot.access(FORECAST)
    await shared(adele, bot)
    heard = len(alex.notices())
    await adele.says("undo")
    await bot.at_rest()

    assert "Undone" in adele.sees()
    assert (bot.access(BUDGET), bot.access(FORECAST)) == before
    # What they were told of the share says by now that it is over.
    assert alex.notices()[heard - 1 :] == ["Adele Vance has changed what you can open"]


@pytest.mark.parametrize("how", ["by a word", "by a press"])
@pytest.mark.parametrize("what", ["all that stood", "what was shared last"])
async def test_the_word_undo_after_all_is_undone_is_answered_so(adele: Someone, bot: Bot, how: str, what: str) -> None:
    if what == "what was shared last":
        await adele.says(f"share {TRAVEL} with Megan")
        await adele.presses("Share")
        await bot.at_rest()
    await shared(adele, bot)
    await (adele.says("undo") if how == "by a word" else adele.presses("Undo all"))
    await adele.waits_for("Undone")
    await bot.at_rest()

    assert (await adele.says("undo")).startswith("What you did last is undone already, or has ended.")


@pytest.mark.usefixtures("three")
async def test_the_word_undo_after_all_that_was_taken_is_given_back_is_answered_so(adele: Someone, bot: Bot) -> None:
    await adele.says("stop sharing everything with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    await adele.says("undo")
    await bot.at_rest()

    assert (await adele.says("undo")).startswith("What you did last is undone already, or has ended.")


async def test_only_what_failed_is_tried_again(adele: Someone, bot: Bot) -> None:
    item = bot.contoso.file("Adele Vance", f"Finance/{FORECAST}")
    bot.contoso.faults.append(Rule("graph", "POST", rf"{item.id}/invite$", status=403, times=None))
    await adele.says(SHARE_TWO)
    await adele.presses("Share all")
    result = await adele.waits_for("Done in part")
    await bot.at_rest()
    between = given(bot, BUDGET, FORECAST)
    bot.contoso.faults.clear()
    again = await adele.presses("Retry what failed")
    await adele.presses("Share all")
    await bot.at_rest()

    assert result.index(FORECAST) < result.index(BUDGET)
    assert between == ["write", None]
    assert "Share 1 file?" in again
    assert BUDGET not in again
    assert given(bot, BUDGET, FORECAST) == ["write", "write"]


async def test_what_failed_and_is_gone_since_is_said_when_it_is_tried_again(adele: Someone, bot: Bot) -> None:
    item = file(bot.contoso, FORECAST)
    bot.breaks("graph", rf"{item.id}/invite$", times=None, status=403)
    await adele.says(SHARE_TWO)
    await adele.presses("Share all")
    await adele.waits_for("Done in part")
    await bot.at_rest()
    bot.breaks("graph", item.id, times=None, status=404, body={"error": {"code": "itemNotFound"}})

    again = await adele.presses("Retry what failed")

    assert "Share all" not in again
    assert "Undo all" in adele.sees()


async def test_where_nothing_could_be_done_that_is_the_title(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", r"/invite$", times=None, status=403)
    await adele.says(SHARE_TWO)
    await adele.presses("Share all")
    result = await adele.waits_for("Not done")
    await bot.at_rest()
    card = bot.latest(adele)
    retry = bot.button(adele, "Retry what failed", card)
    undo = {**retry, "verb": "many.undo", "data": {**retry["data"], "verb": "many.undo"}}

    assert "no longer good" in words_of_answer(await bot.deliver(adele, undo, card))
    assert "Undo all" not in result
    assert "Retry what failed" in result
    assert given(bot, BUDGET, FORECAST) == [None, None]


async def test_what_the_rules_say_of_each_file_is_on_the_card(adele: Someone, bot: Bot) -> None:
    await bot.under(
        '[rules."Forecasts"]\nthen = "refuse"\nfiles = ["*forecast*"]\n'
        f'[rules."Travel"]\nthen = "approve"\nfiles = ["travel*"]\napprovers = ["{MEGAN}"]\n'
    )
    card = await adele.says(f"share {BUDGET}, {FORECAST} and {TRAVEL} with Alex as read")
    await adele.presses("Share, and ask for approval")
    await bot.at_rest()

    assert "Share 1 file?" in card
    assert "The rule “Forecasts” does not allow this." in card
    assert "The rule “Travel” wants a second person to approve this." in card
    assert "1 file is shared only when a second person has approved it." in card
    assert given(bot, BUDGET, FORECAST, TRAVEL) == ["read", None, None]


async def test_what_the_rules_refuse_by_now_is_not_tried_again(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", rf"{file(bot.contoso, FORECAST).id}/invite$", status=403)
    await adele.says(SHARE_TWO)
    await adele.presses("Share all")
    await adele.waits_for("Done in part")
    await bot.at_rest()
    await bot.under('[rules."Forecasts"]\nthen = "refuse"\nfiles = ["*forecast*"]\n')

    assert "The rule “Forecasts” does not allow this." in await adele.presses("Retry what failed")
    assert given(bot, BUDGET, FORECAST) == ["write", None]


async def test_other_words_are_no_answer_and_a_foreign_key_opens_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says(SHARE_TWO)
    card = bot.latest(adele)
    known = bot.button(adele, "Share all", card)
    other = await adele.says("the second one")
    await adele.says(f"share {TRAVEL} with Alex")
    foreign = bot.button(adele, "Share", bot.latest(adele))["data"]["about"]

    for verb, key in (
        ("many.page", known["data"]["about"]),
        ("many.page", f"{foreign}.1"),
        ("many.undo", known["data"]["about"]),
        ("many.retry", foreign),
    ):
        action = {**known, "verb": verb, "data": known["data"] | {"verb": verb, "about": key}}
        assert "no longer good" in words_of_answer(await bot.deliver(adele, action, card))
    assert "Done" not in other
    assert given(bot, BUDGET, FORECAST, TRAVEL) == [None, None, None]


async def test_more_files_than_a_card_holds_are_on_pages(adele: Someone, bot: Bot) -> None:
    once = put(bot.contoso, 12)
    card = await adele.says("share " + ", ".join(once) + " with Alex as read")
    more = await adele.presses("More…")
    first = await adele.presses("Back")

    assert f"Share {len(once)} files?" in card
    assert f"11 to {len(once)} of {len(once)}" in more
    assert f"1 to 10 of {len(once)}" in first


async def test_who_loses_one_of_them_hears_of_that_one(adele: Someone, alex: Someone, bot: Bot) -> None:
    """Alex has the budget already: by these two he gets, and by the undo he loses, the forecast alone."""
    await alex.says("hi")
    await adele.says(f"share {BUDGET} with Alex as write")
    await adele.presses("Share")
    await bot.at_rest()
    heard = len(alex.notices())

    await shared(adele, bot, f"share {BUDGET} and {FORECAST} with Alex as write", "Share")
    got = alex.notices()[heard:]
    await adele.presses("Undo all")
    await bot.at_rest()
    lost = alex.notices()[heard:]

    assert got == ["Shared with you"]
    assert len(lost) == 1
    assert FORECAST in alex.sees().rpartition(lost[0])[2]
    assert given(bot, BUDGET, FORECAST) == ["write", None]


async def test_what_could_not_be_told_at_once_is_told_once_later(adele: Someone, alex: Someone, bot: Bot) -> None:
    bot.limits = replace(LIMITS, try_again=(0.1, 0.1))
    await bot.restart()
    await alex.says("hi")
    await adele.says(SHARE_TWO)
    bot.breaks("connector", "/activities", contains="shared 2 files with you", status=401)
    bot.breaks("entra", "/token", contains="client_credentials", status=503)
    await adele.presses("Share all")
    await bot.at_rest()

    assert alex.sees().count("Adele Vance shared 2 files with you") == 1
    assert bot.mails_to(ALEX) == []


async def test_whom_teams_does_not_let_us_reach_is_mailed_of_each_file(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await adele.says(SHARE_TWO)
    bot.breaks("connector", "/activities", contains="shared 2 files with you", status=403)
    await adele.presses("Share all")
    await bot.at_rest()

    assert "shared 2 files with you" not in alex.sees()
    assert len(bot.mails_to(ALEX)) == 2


async def test_where_nobody_can_tell_whether_it_arrived_it_is_not_told_again(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await adele.says(SHARE_TWO)
    bot.breaks("connector", "/activities", contains="shared 2 files with you", drop="reply")
    await adele.presses("Share all")
    await bot.at_rest()

    assert alex.sees().count("Adele Vance shared 2 files with you") == 1
    assert bot.mails_to(ALEX) == []


async def test_a_card_that_cannot_be_shown_anew_keeps_nothing_from_being_done(adele: Someone, bot: Bot) -> None:
    await adele.says(SHARE_TWO)
    bot.breaks("connector", "/activities/", method="PUT", times=None, status=400)
    await adele.presses("Share all")
    await bot.at_rest()

    assert given(bot, BUDGET, FORECAST) == ["write", "write"]


async def test_too_many_files_are_refused_with_what_to_do(adele: Someone) -> None:
    said = await adele.says("share " + ", ".join(f"file{n}.docx" for n in range(101)) + " with Alex as read")

    assert "no more than 100 files" in said


async def test_their_ends_are_told_together(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    before = bot.access(BUDGET), bot.access(FORECAST)
    await shared(adele, bot, f"{SHARE_TWO} until in 3 days")
    await bot.later(days=3)
    soon = await adele.waits_for("soon")
    card = bot.latest(adele)
    row = next((each for each in bot.rows(adele) if each.startswith(BUDGET)), adele.sees())
    press = bot.button(adele, row, card)
    one = words_of_answer(await bot.deliver(adele, press, card))
    await bot.later(days=1)
    over = words_of_answer(await bot.deliver(adele, press, card))

    assert BUDGET in soon
    assert FORECAST in soon
    assert "A week longer" in one
    assert FORECAST not in one
    assert "Ended" in over
    assert (bot.access(BUDGET), bot.access(FORECAST)) == before
    for name in (BUDGET, FORECAST):
        assert sum(name in each for each in ended(adele)) == 1
        assert sum(name in each for each in ended(alex)) == 1


# Everything that somebody got


@pytest.fixture
async def three(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shared(adele, bot, f"share {BUDGET}, {FORECAST} and {TRAVEL} with Alex as read")


@pytest.mark.usefixtures("three")
async def test_everything_that_somebody_got_is_taken_away_after_it_was_shown(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    heard = len(alex.notices())
    card = await adele.says("stop sharing everything with Alex")
    between = given(bot, BUDGET, FORECAST, TRAVEL)
    await adele.presses("Remove access")
    await bot.at_rest()

    assert "Take away access to 3 files?" in card
    assert between == ["read"] * 3
    assert given(bot, BUDGET, FORECAST, TRAVEL) == [None] * 3
    # What they were told of the three says by now that they are over.
    assert alex.notices()[heard - 1 :] == ["Adele Vance has changed what you can open"]


@pytest.mark.usefixtures("three")
async def test_it_can_be_given_back_in_one_go(adele: Someone, bot: Bot) -> None:
    await adele.says("stop sharing everything with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    await adele.waits_for("Undo all")
    await adele.presses("Undo all")
    await bot.at_rest()

    assert given(bot, BUDGET, FORECAST, TRAVEL) == ["read"] * 3


@pytest.mark.usefixtures("three")
async def test_of_everything_what_is_gone_is_left_out_and_what_cannot_be_seen_is_said(adele: Someone, bot: Bot) -> None:
    alex = bot.contoso.person(ALEX)
    bot.contoso.files.revoke(file(bot.contoso, BUDGET), Grant(alex, "read").id)
    bot.breaks("graph", rf"{file(bot.contoso, FORECAST).id}/permissions$", times=None, status=403)

    card = await adele.says("stop sharing everything with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()

    assert "Take away access to 1 file?" in card
    assert f"{FORECAST}\n✗" in card
    assert BUDGET not in card
    assert given(bot, BUDGET, FORECAST, TRAVEL) == [None, "read", None]


async def test_everything_is_asked_from_whom_and_from_which_one(adele: Someone, bot: Bot) -> None:
    both = "ana.bell@contoso.com", "ana.bell2@contoso.com"
    await shared(adele, bot, f"share {BUDGET} and {FORECAST} with {both[0]} and {both[1]} as read")

    nobody = await adele.says("stop sharing everything I shared")
    which = await adele.says("stop sharing everything with Ana Bell")
    card = await adele.presses(bot.rows(adele)[0])
    await adele.presses("Remove access")
    await bot.at_rest()

    assert "From whom shall I take everything away?" in nobody
    assert "Whom do you mean?" in which
    assert "Take away access to 2 files?" in card
    for name in (BUDGET, FORECAST):
        assert len([each for each in both if each in bot.access(name)]) == 1


@pytest.mark.usefixtures("three")
async def test_who_got_nothing_has_nothing_taken(adele: Someone, bot: Bot) -> None:
    said = await adele.says("stop sharing everything with Megan")

    assert "I know of nothing that you shared with them" in said
    assert given(bot, BUDGET, FORECAST, TRAVEL) == ["read"] * 3


# Several commands of one message


async def test_somebody_takes_the_place_of_somebody_else(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await adele.says(f"share {BUDGET} with Alex as write")
    await adele.presses("Share")
    await bot.at_rest()

    card = await adele.says(f"swap Alex for Megan on {BUDGET}")
    between = bot.access(BUDGET)
    await adele.presses("Do all of it")
    await bot.at_rest()

    assert f"Megan Bowen\ncan edit\n{MEGAN} · now: no access" in card
    assert between[ALEX] == "write"
    assert ALEX not in bot.access(BUDGET)
    assert bot.access(BUDGET)[MEGAN] == "write"
    assert "Access ended" in alex.sees()


async def test_two_commands_about_one_person_and_one_file_are_asked_for_one_by_one(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {BUDGET} with Alex as write")
    await adele.presses("Share")
    await bot.at_rest()

    said = await adele.says(f"stop sharing {BUDGET} with Alex and share {BUDGET} with Alex as read")

    assert "one thing after the other" in said
    assert bot.access(BUDGET)[ALEX] == "write"


async def test_what_is_no_one_thing_is_asked_for_one_by_one(adele: Someone, bot: Bot) -> None:
    for said, answer in (
        (f"who has access to {BUDGET} and share it with Megan", "one thing after the other"),
        (f"share {BUDGET} with Alex and stop sharing Roadmap.docx with Megan", "“Roadmap.docx” fits several."),
    ):
        told = await adele.says(said)
        assert answer in told
        assert "Do all of it" not in told


async def test_in_somebodys_place_and_for_a_time_the_end_is_told(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await adele.says(f"share {BUDGET} with Alex as write")
    await adele.presses("Share")
    await bot.at_rest()
    await adele.says(f"stop sharing {BUDGET} with Alex and share {BUDGET} with Megan as read until in 3 days")
    await adele.presses("Do all of it")
    await bot.at_rest()
    between = bot.access(BUDGET)
    await bot.later(days=4)

    assert (between.get(ALEX), between[MEGAN]) == (None, "read")
    assert MEGAN not in bot.access(BUDGET)
    assert sum(BUDGET in each for each in ended(adele)) == 1


async def test_a_part_that_waited_for_too_long_is_said_and_can_be_tried_again(adele: Someone, bot: Bot) -> None:
    await adele.says(SHARE_TWO)
    await bot.alters("UPDATE plans SET expires_at = 1 WHERE many IS NOT NULL AND body LIKE ?", f"%{FORECAST}%")
    await adele.presses("Share all")
    await bot.at_rest()
    again = await adele.presses("Retry what failed")

    assert given(bot, BUDGET, FORECAST) == ["write", None]
    assert "Share 1 file?" in again


# What takes longer, or fails


@pytest.mark.hurried
async def test_what_takes_longer_than_teams_waits_is_shown_when_it_is_done(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", r"/invite$", method="POST", delay=4.0)
    await adele.says(SHARE_TWO)
    first = await adele.presses("Share all")
    await bot.at_rest()

    assert "I'm on it" in first
    assert "I'm on it" not in adele.sees()
    assert "Undo all" in adele.sees()


async def test_while_graph_is_busy_for_long_they_wait_for_their_turn(adele: Someone, bot: Bot) -> None:
    """Nobody waits for the answer as they would for that of a share alone, to which it is said after eight seconds."""
    await adele.says(SHARE_TWO)
    bot.breaks("graph", r"/invite$", method="POST", status=429, headers=(("Retry-After", "9"),))
    await adele.presses("Share all")
    await bot.at_rest()

    assert "Undo all" in adele.sees()
    assert "busy" not in adele.sees()
    assert given(bot, BUDGET, FORECAST) == ["write", "write"]


async def test_who_waits_for_an_answer_goes_before_them_also_with_the_same_file(adele: Someone, bot: Bot) -> None:
    await adele.says(SHARE_TWO)
    usage, bot.contoso.units_per_minute = bot.contoso.usage, 1_200
    # What is left of the minute is less than what they leave to others, for some seconds more.
    usage.clock = lambda: time.monotonic() - 50
    usage.spend(1_110, bot.contoso.units_per_minute)
    usage.clock = time.monotonic
    await adele.presses("Share all")
    await adele.says(f"share {BUDGET} with Lee as read")
    alone = await adele.presses("Share")
    meanwhile = given(bot, BUDGET, FORECAST)
    await bot.at_rest()

    assert "Lee Gu\n✓ can view" in alone
    assert meanwhile == [None, None]
    assert given(bot, BUDGET, FORECAST) == ["write", "write"]


async def test_what_was_done_before_a_wait_is_undone_as_what_it_was(adele: Someone, bot: Bot) -> None:
    """Of two invites for each file the second finds Graph busy, and finds it so again when it is tried anew."""
    names = put(bot.contoso, 2)
    everybody = bot.contoso.directory.people.values()
    people = [each.mail for each in everybody if not each.is_guest and each.mail != ADELE][:14]
    await adele.says(f"share {' and '.join(names)} with {', '.join(people)} as write")
    bot.breaks("graph", r"/invite$", times=2, method="POST")
    bot.breaks("graph", r"/invite$", times=4, method="POST", status=429, headers=(("Retry-After", "9"),))
    await adele.presses("Share all")
    await bot.at_rest()
    await bot.at_rest()
    given_to = [bot.access(each) for each in names]
    await adele.presses("Undo all")
    await bot.at_rest()

    assert given_to == [dict.fromkeys(people, "write")] * 2
    assert [bot.access(each) for each in names] == [{}, {}]


async def test_an_undo_waits_for_its_turn_as_well(adele: Someone, bot: Bot) -> None:
    await shared(adele, bot)
    bot.breaks("graph", r"/permissions/[^/]+$", method="DELETE", status=429, headers=(("Retry-After", "9"),))
    await adele.presses("Undo all")
    await bot.at_rest()

    assert given(bot, BUDGET, FORECAST) == [None, None]
    assert "✗" not in adele.sees()


async def test_an_undo_that_failed_says_why_and_can_be_pressed_again(adele: Someone, bot: Bot) -> None:
    before = bot.access(BUDGET), bot.access(FORECAST)
    await shared(adele, bot)
    bot.breaks("graph", r"/permissions/[^/]+$", method="DELETE", times=None, status=403)
    await adele.presses("Undo all")
    await bot.at_rest()
    failed = adele.sees()
    bot.contoso.faults.clear()
    await adele.presses("Undo all")
    await bot.at_rest()

    assert "✗" in failed
    assert "Undone" in adele.sees()
    assert (bot.access(BUDGET), bot.access(FORECAST)) == before


@pytest.mark.usefixtures("three")
async def test_undo_as_a_word_means_all_that_was_taken(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says("stop sharing everything with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    heard = len(alex.notices())
    await adele.says("undo")
    await bot.at_rest()

    assert given(bot, BUDGET, FORECAST, TRAVEL) == ["read"] * 3
    assert alex.notices()[heard:] == ["Adele Vance has changed what you can open"]


@pytest.mark.usefixtures("three")
async def test_all_that_was_taken_can_be_given_back_days_later(adele: Someone, bot: Bot) -> None:
    await adele.says("stop sharing everything with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    await adele.waits_for("Undo all")
    card = bot.latest(adele)
    await bot.later(days=2)
    await adele.says("help")
    await adele.presses("Undo all", message=card)
    await bot.at_rest()

    assert given(bot, BUDGET, FORECAST, TRAVEL) == ["read"] * 3


async def test_in_front_of_others_it_is_told_in_ones_own_chat(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says("hi")
    await adele.says(f"<at>Sharebot</at> {SHARE_TWO}", chat=CREW)
    await adele.presses("Continue", chat=CREW)
    await adele.presses("Share all", chat=CREW)
    await bot.at_rest()

    assert given(bot, BUDGET, FORECAST) == ["write", "write"]
    assert "Undo all" in adele.sees()
    assert BUDGET not in megan.sees(CREW).replace(SHARE_TWO, "")


# Whatever happens meanwhile

HELD = {
    # Both files are held: what is cut between the ledger and Graph nobody can tell of.
    "before anything": [Rule("graph", "GET", r"/permissions$", times=2, delay=FOR_EVER)],
    "after an invite": [Rule("graph", "POST", r"/invite$", times=2, late=FOR_EVER)],
    "before the message": [Rule("connector", "POST", contains="shared 2 files with you", times=1, delay=FOR_EVER)],
    "after the message": [Rule("connector", "POST", contains="shared 2 files with you", times=1, late=FOR_EVER)],
}


@pytest.mark.parametrize("when", HELD)
async def test_it_goes_on_after_a_kill(contoso: Contoso, tmp_path: Path, when: str) -> None:
    adele, alex = Someone(contoso, ADELE), Someone(contoso, ALEX)
    async with serving(contoso, tmp_path, UNDO_SECONDS="0") as process:
        await alex.says("hi")
        await adele.says(f"share {BUDGET} and {FORECAST} with Alex as write")
        share = button(adele, "Share all")
        await killed(process, contoso, HELD[when], adele.presses("Share all"))

    async with serving(contoso, tmp_path, UNDO_SECONDS="0"):
        await until(lambda: all(contoso.roles(file(contoso, name)).get(ALEX) == "write" for name in (BUDGET, FORECAST)))
        await until(lambda: "Undo all" in adele.sees())
        if "message" not in when:
            await until(lambda: "shared 2 files with you" in alex.sees())
        again = await delivered(adele, share)

    assert "Done" in again
    assert alex.sees().count("shared 2 files with you") == (when != "before the message")
    assert [mail.subject for mail in contoso.mail_to(ALEX)] == []


async def test_what_waits_for_graph_when_a_kill_comes_is_in_no_doubt(contoso: Contoso, tmp_path: Path) -> None:
    adele = Someone(contoso, ADELE)
    busy = Rule("graph", "POST", r"/invite$", times=MANY, status=429, headers=(("Retry-After", "9"),))

    def waits() -> bool:
        with contextlib.closing(sqlite3.connect(tmp_path / "sharebot.db")) as database:
            sent = int(database.execute("SELECT count(*) FROM attempts").fetchone()[0])
        return MANY - (contoso.faults[0].times or 0) >= 2 and not sent

    async with serving(contoso, tmp_path, UNDO_SECONDS="0") as process:
        await adele.says(SHARE_TWO)
        contoso.faults = [busy]
        pressed = asyncio.ensure_future(adele.presses("Share all"))
        await until(waits)
        # What was on its way at that moment has been refused as well, and all is quiet for some seconds.
        await asyncio.sleep(1)
        await until(waits)
        contoso.faults = []
        await killed(process, contoso, [], None)
        await asyncio.gather(pressed, return_exceptions=True)

    async with serving(contoso, tmp_path, UNDO_SECONDS="0"):
        await until(lambda: "Undo all" in adele.sees())

    assert "not sure" not in adele.sees()
    assert [contoso.roles(file(contoso, each)).get(ALEX) for each in (BUDGET, FORECAST)] == ["write", "write"]


async def test_a_kill_in_the_middle_of_many_loses_none_and_mails_nobody_twice(contoso: Contoso, tmp_path: Path) -> None:
    """Seven of twenty files are done, and four are on their way to Graph, where nobody hears the answer."""
    adele = Someone(contoso, ADELE)
    names = put(contoso, 20)
    everybody = contoso.directory.people.values()
    people = [each.mail for each in everybody if not each.is_guest and each.mail != ADELE][:10]
    rules = [
        Rule("graph", "POST", r"/invite$", times=7),
        Rule("graph", "POST", r"/invite$", times=4, late=FOR_EVER),
    ]
    async with serving(contoso, tmp_path, UNDO_SECONDS="0") as process:
        await adele.says(f"share {', '.join(names)} with {', '.join(people)} as write")
        await killed(process, contoso, rules, adele.presses("Share all"))

    async with serving(contoso, tmp_path, UNDO_SECONDS="0"):
        await until(lambda: "Undo all" in adele.sees())

    for name in names:
        assert contoso.roles(contoso.file("Adele Vance", name)) == dict.fromkeys(people, "write")
    for each in people:
        assert len({mail.link for mail in contoso.mail_to(each)}) == len(contoso.mail_to(each)) == len(names)


async def test_two_replicas_make_one_deed_of_it(contoso: Contoso, tmp_path: Path, postgresql: str) -> None:
    adele, alex = Someone(contoso, ADELE), Someone(contoso, ALEX)
    async with two(contoso, tmp_path, postgresql) as replicas:
        await alex.says("hi")
        await adele.says(f"share {BUDGET} and {FORECAST} with Alex and Megan as write")
        share = button(adele, "Share all")
        presses: list[asyncio.Task[str]] = []
        for _process, endpoint in (*replicas, *replicas):
            contoso.bot_endpoint = endpoint
            presses.append(asyncio.create_task(delivered(adele, share)))
            await asyncio.sleep(0)  # so that it is on its way there
        await asyncio.gather(*presses)
        await until(lambda: "shared 2 files with you" in alex.sees())
        await until(lambda: "Undo all" in adele.sees())

    for name in (BUDGET, FORECAST):
        assert contoso.roles(file(contoso, name))[ALEX] == contoso.roles(file(contoso, name))[MEGAN] == "write"
    assert alex.sees().count("shared 2 files with you") == 1
    assert len(contoso.mail_to(MEGAN)) == 2


def put(contoso: Contoso, count: int) -> list[str]:
    """So many new files in Adele's own drive, by their names."""
    owner, now = contoso.person(ADELE), contoso.now()
    drive = contoso.files.drive_of(owner.id)
    assert drive
    names = [f"page{number:02}.txt" for number in range(count)]
    new = [Item(drive.id, item_id(drive.id, each), drive.root_id, each, False, 1, owner, now) for each in names]
    contoso.files.put(drive, new, [])
    return names


def file(contoso: Contoso, name: str) -> Item:
    return contoso.file("Adele Vance", f"Finance/{name}")
