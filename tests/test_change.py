"""Access that is there, changed: taken away, lowered, given another end; shown first, done once, told, undone."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from bot.ledger import Ledger, What
from contoso import activities, tokens
from contoso.faults import Rule
from contoso.files import Grant, Item, Link
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone, words, words_of_answer
from tests.test_app import serving
from tests.test_faults_kill import FOR_EVER, button, delivered, killed, until
from tests.test_faults_replicas import two
from tests.test_teams import call

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
FILE = "Q3 Budget.xlsx"


async def shares(adele: Someone, bot: Bot, sentence: str) -> None:
    await adele.says(sentence)
    await adele.presses("Share")
    await bot.at_rest()


@pytest.fixture
async def shared(adele: Someone, alex: Someone, bot: Bot) -> None:
    """Alex, who has the bot, may edit the file."""
    await alex.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex as write")


# Taken away


@pytest.mark.usefixtures("shared")
async def test_access_is_taken_away_after_it_was_shown(adele: Someone, alex: Someone, bot: Bot) -> None:
    before = bot.access(FILE)

    card = await adele.says(f"stop sharing {FILE} with Alex")
    between = bot.access(FILE)
    result = await adele.presses("Remove access")
    await bot.at_rest()

    assert "Take this access away?" in card
    assert f"Alex Wilber\nno access\n{ALEX} · now: can edit" in card
    assert between == before
    assert "Access removed" in result
    assert "Checked: this is what they can do now." in result
    assert ALEX not in bot.access(FILE)
    assert alex.notices().count("Access ended") == 1
    # Told anew, and in the place of what they were told before.
    assert alex.sees().count("Adele Vance has taken back what was shared with you.") == 2


@pytest.mark.usefixtures("shared")
async def test_a_yes_is_typed_as_well(adele: Someone, bot: Bot) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")

    assert "Access removed" in await adele.says("yes")
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("shared")
async def test_cancelled_nothing_is_changed(adele: Someone, bot: Bot) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    card = bot.latest(adele)
    remove = bot.button(adele, "Remove access", card)

    cancelled = await adele.presses("Cancel")
    late = words_of_answer(await bot.deliver(adele, remove, card))

    assert "The access to Q3 Budget.xlsx stays as it is." in cancelled
    assert "pressed already" in late
    assert bot.access(FILE)[ALEX] == "write"


@pytest.mark.usefixtures("shared")
async def test_pressed_many_times_it_is_one_change(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    card = bot.latest(adele)
    remove = bot.button(adele, "Remove access", card)

    answers = await asyncio.gather(*(bot.deliver(adele, remove, card) for _ in range(4)))
    late = await bot.deliver(adele, remove, card)
    await bot.at_rest()

    assert {"Access removed" in words_of_answer(each) for each in (*answers, late)} == {True}
    assert alex.notices().count("Access ended") == 1


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    "verb", ["change.confirm", "change.cancel", "change.undo", "share.confirm", "change.lower", "change.end"]
)
async def test_nobody_else_presses_it(adele: Someone, alex: Someone, bot: Bot, verb: str) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    known = bot.button(adele, "Remove access", bot.latest(adele))
    action = known | {"verb": verb, "data": known["data"] | {"verb": verb}}

    told = words_of_answer(await bot.deliver(alex, action, bot.latest(alex)))

    assert told.startswith(("Only the person who asked", "This card is no longer good"))
    assert bot.access(FILE)[ALEX] == "write"


async def test_of_several_of_a_name_the_one_who_has_it_is_meant(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with ana.bell2@contoso.com as read")

    card = await adele.says(f"stop sharing {FILE} with Ana")

    assert "Take this access away?" in card
    assert "ana.bell2@contoso.com" in card


async def test_of_several_who_have_it_one_is_chosen(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with ana.bell@contoso.com and ana.bell2@contoso.com as read")

    question = await adele.says(f"stop sharing {FILE} with Ana")
    card = await adele.says("the second one")
    await adele.presses("Remove access")

    assert "Whom do you mean?" in question
    assert "Take this access away?" in card
    assert [each for each in bot.access(FILE) if "ana" in each] == ["ana.bell@contoso.com"]


async def test_of_files_of_one_name_one_is_chosen(adele: Someone, bot: Bot) -> None:
    await adele.says("stop sharing Roadmap.docx with Alex")
    chosen = bot.rows(adele)[0]
    bot.contoso.files.grant(bot.item_by_row(chosen), Grant(bot.contoso.person(ALEX), "read"))

    card = await adele.presses(chosen)
    await adele.presses("Remove access")

    assert "Take this access away?" in card
    assert ALEX not in bot.access_by_row(chosen)


async def test_without_a_name_everybody_who_got_it_is_shown(adele: Someone, bot: Bot) -> None:
    before = bot.access(FILE)
    await shares(adele, bot, f"share {FILE} with Alex and Megan as read")

    card = await adele.says(f"stop sharing {FILE}")
    await adele.presses("Remove access")

    assert "Alex Wilber" in card
    assert "Megan Bowen" in card
    assert bot.access(FILE) == before


async def test_where_nobody_got_it_that_is_said(adele: Someone, bot: Bot) -> None:
    assert await adele.says(f"stop sharing {FILE}") == "I know of nobody to whom you gave “Q3 Budget.xlsx”."


@pytest.mark.usefixtures("shared")
async def test_cancelled_in_words_it_stays_and_other_words_are_no_yes(adele: Someone, bot: Bot) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")

    other = await adele.says("the second one")
    between = bot.access(FILE)[ALEX]
    cancelled = await adele.says("cancel")
    late = await adele.says("yes")

    assert "Access removed" not in other
    assert "stays as it is" in cancelled
    assert "Access removed" not in late
    assert (between, bot.access(FILE)[ALEX]) == ("write", "write")


async def test_of_which_file_it_is_asked(adele: Someone) -> None:
    for said in ("revoke access for Alex", "extend until Friday", "downgrade Alex to viewer"):
        assert "Of which file? Please write its name or its link." in await adele.says(said)


# What can't be


async def test_who_has_no_access_is_said_to_have_none(adele: Someone, bot: Bot) -> None:
    told = await adele.says(f"stop sharing {FILE} with Megan")
    by_address = await adele.says(f"stop sharing {FILE} with {MEGAN}")

    assert "Nobody called “Megan” is named among those who can open “Q3 Budget.xlsx”." in told
    assert "Nothing to change" in by_address
    assert "Remove access" not in by_address


async def test_where_nobody_is_called_so_those_who_have_it_are_named(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex")

    assert "These are named: Alex Wilber." in await adele.says(f"stop sharing {FILE} with Alx")


async def test_an_inherited_right_is_said_to_come_from_its_folder(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, "share the Finance folder with Alex as read")

    card = await adele.says(f"stop sharing {FILE} with Alex")

    assert "Nothing to change" in card
    assert "It comes from the folder “Finance” above, and can be taken away only there." in card
    assert "Remove access" not in card


async def test_what_is_left_by_a_folder_is_shown_before_the_click(adele: Someone, bot: Bot) -> None:
    """Of two rights of one person Graph lists the stronger one alone."""
    await shares(adele, bot, "share the Finance folder with Alex as read")
    await shares(adele, bot, f"share {FILE} with Alex as write")

    card = await adele.says(f"stop sharing {FILE} with Alex")
    result = await adele.presses("Remove access")

    assert f"Alex Wilber\ncan view\n{ALEX} · now: can edit" in card
    assert "They keep that by the folder “Finance”." in card
    assert "can view" in result
    assert bot.contoso.files.role_of(bot.contoso.person(ALEX).id, budget(bot)) == "read"


async def test_an_owner_stays(adele: Someone, bot: Bot) -> None:
    card = await adele.says(f"stop sharing {FILE} with {ADELE}")

    assert "Nobody can take that from an owner by sharing." in card
    assert "Remove access" not in card


async def test_one_person_of_a_link_for_everybody_stays_and_it_is_said_why(adele: Someone, bot: Bot) -> None:
    opened = frozenset({bot.contoso.person(ALEX).id})
    bot.contoso.files.grant(budget(bot), Grant(Link("for-all", "organization", opened), "read"))

    card = await adele.says(f"stop sharing {FILE} with Alex")

    assert "By a link that works for whoever has it" in card
    assert "Remove access" not in card


async def test_one_person_is_taken_off_a_link_for_named_people(adele: Someone, bot: Bot) -> None:
    people = frozenset({bot.contoso.person(ALEX).id, bot.contoso.person(MEGAN).id})
    bot.contoso.files.grant(budget(bot), Grant(Link("for-two", "users", people), "read"))

    await adele.says(f"stop sharing {FILE} with Alex")
    card = bot.latest(adele)
    known = bot.button(adele, "Remove access", card)
    result = await adele.presses("Remove access")
    undo = known | {"verb": "change.undo", "data": known["data"] | {"verb": "change.undo"}}
    role_of = bot.contoso.files.role_of

    assert "Access removed" in result
    assert "Undo the change" not in result
    assert "no longer good" in words_of_answer(await bot.deliver(adele, undo, card))
    assert role_of(bot.contoso.person(ALEX).id, budget(bot)) is None
    assert role_of(bot.contoso.person(MEGAN).id, budget(bot)) == "read"


async def test_who_does_not_own_it_is_told_so(adele: Someone, alex: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex and Megan as write")

    assert "Please ask its owner." in await alex.says(f"stop sharing {FILE} with Megan")


# Lowered


@pytest.mark.usefixtures("shared")
async def test_an_editor_becomes_a_viewer(adele: Someone, alex: Someone, bot: Bot) -> None:
    card = await adele.says(f"downgrade Alex to viewer on {FILE}")
    between = bot.access(FILE)[ALEX]
    result = await adele.presses("Make viewer")
    await bot.at_rest()

    assert f"Alex Wilber\ncan view\n{ALEX} · now: can edit" in card
    assert between == "write"
    assert "Can only view now" in result
    assert bot.access(FILE)[ALEX] == "read"
    assert alex.sees().count("You can only view it now.") == 1


@pytest.mark.usefixtures("shared")
async def test_a_share_to_view_takes_nothing_away_and_leads_to_the_card_that_does(adele: Someone, bot: Bot) -> None:
    share = await adele.says(f"share {FILE} with Alex as read")
    card = await adele.presses("Make viewer…")
    await adele.presses("Make viewer")

    assert "Nothing to change" in share
    assert f"Alex Wilber\ncan view\n{ALEX} · now: can edit" in card
    assert bot.access(FILE)[ALEX] == "read"


async def test_a_higher_role_is_a_share(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as read")

    assert "Share this?" in await adele.says(f"upgrade Alex to editor on {FILE}")


async def test_a_viewer_who_has_nothing_yet_is_a_share(adele: Someone, bot: Bot) -> None:
    assert "Share this?" in await adele.says(f"change Alex to read only on {FILE}")


async def test_whose_address_has_nothing_yet_is_a_share(adele: Someone, bot: Bot) -> None:
    card = await adele.says(f"downgrade {MEGAN} to viewer on {FILE}")

    assert "Share this?" in card
    assert f"{MEGAN} · now: no access" in card


async def test_of_two_shares_of_one_person_the_lower_one_stays_and_ends(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as read until in 3 days")
    await shares(adele, bot, f"share {FILE} with Alex as write until in 6 days")
    await adele.says(f"downgrade Alex to viewer on {FILE}")
    await adele.presses("Make viewer")
    await bot.at_rest()
    between = bot.access(FILE)[ALEX]
    await bot.later(days=4)
    after = bot.access(FILE)
    await adele.says("my shares")

    assert between == "read"
    assert ALEX not in after
    assert "You share nothing through me now." in adele.sees()


async def test_a_viewer_stays_one(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as read")

    card = await adele.says(f"downgrade Alex to viewer on {FILE}")

    assert "Nothing to change" in card
    assert "It is so already." in card


async def test_of_a_role_that_was_not_said_it_is_asked(adele: Someone, bot: Bot) -> None:
    assert "What may they do?" in await adele.says(f"change Alex's access to {FILE}")


# Another end


@pytest.fixture
async def for_a_time(adele: Someone, alex: Someone, bot: Bot) -> None:
    """Alex, who has the bot, may edit the file for three days."""
    await alex.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex as write until in 3 days")


@pytest.mark.usefixtures("for_a_time")
async def test_an_end_is_moved_to_the_day_that_was_named(adele: Someone, alex: Someone, bot: Bot) -> None:
    wanted = dt.datetime.now(dt.UTC) + dt.timedelta(days=6)

    card = await adele.says(f"extend Alex on {FILE} until in 6 days")
    result = await adele.presses("Change end")
    await bot.later(days=4)
    still = bot.access(FILE)
    await bot.later(days=3)

    assert "Change the end of this access?" in card
    assert f"until {wanted:%A} {wanted.day} {wanted:%B %Y}" in card
    assert "now: can edit, until" in card
    assert "End changed" in result
    assert still[ALEX] == "write"
    assert ALEX not in bot.access(FILE)
    assert alex.sees().count("has changed until when you have this") == 1
    assert adele.notices().count("Ended") == 1


@pytest.mark.usefixtures("for_a_time")
async def test_an_end_is_moved_to_an_earlier_day(adele: Someone, bot: Bot) -> None:
    await adele.says(f"extend Alex on {FILE} until tomorrow")
    await adele.presses("Change end")
    await bot.later(days=2)

    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("for_a_time")
async def test_who_shall_keep_it_has_no_end(adele: Someone, alex: Someone, bot: Bot) -> None:
    card = await adele.says(f"extend Alex's access to {FILE} forever")
    await adele.presses("Change end")
    await bot.later(days=30)

    assert "without an end" in card
    assert bot.access(FILE)[ALEX] == "write"
    assert "Adele Vance lets you keep this: it has no end any more." in alex.sees()
    assert "ends soon" not in adele.sees()


@pytest.mark.usefixtures("shared")
async def test_what_had_no_end_is_given_one(adele: Someone, bot: Bot) -> None:
    await adele.says(f"extend Alex on {FILE} until in 2 days")
    await adele.presses("Change end")
    await bot.later(days=3)

    assert ALEX not in bot.access(FILE)


async def test_only_one_of_several_has_another_end(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex and Megan as read until in 3 days")
    share = bot.latest(adele)

    await adele.says(f"extend Alex on {FILE} until in 6 days")
    await adele.presses("Change end")
    await bot.at_rest()
    shown = card_at(adele, share)
    await bot.later(days=2, hours=23, minutes=59)
    reminder = await adele.waits_for("ends soon")
    await bot.later(days=1)
    first = bot.access(FILE)
    await bot.later(days=4)

    assert "that is over" in alex.sees()
    assert "has another end since" in shown
    assert card_at(adele, share).startswith("Ended")
    assert "Megan Bowen: until" in reminder
    assert "Alex" not in reminder
    assert (first.get(ALEX), first.get(MEGAN)) == ("read", None)
    assert ALEX not in bot.access(FILE)


async def test_of_two_whose_end_is_moved_one_who_was_changed_since_keeps_theirs(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex and Megan as write until in 3 days")
    await adele.says(f"extend Alex and Megan on {FILE} until in 9 days")
    bot.contoso.files.change(budget(bot), Grant(bot.contoso.person(ALEX), "read"))

    told = await adele.presses("Change end")
    await bot.later(days=4)

    assert "changed by somebody since" in told
    assert bot.access(FILE)[MEGAN] == "write"


async def test_a_day_that_is_over_when_it_is_said_who_is_meant_is_no_end(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with ana.bell@contoso.com and ana.bell2@contoso.com until in 3 days")
    await adele.says(f"extend Ana on {FILE} until in 9 days")
    wanted = dt.datetime.now(dt.UTC) + dt.timedelta(days=9)
    await bot.alters("UPDATE plans SET body = replace(body, ?, '2020-01-01')", f"{wanted:%Y-%m-%d}")

    assert "This day is over. Please name a later one" in await adele.says("the second one")


async def test_the_end_of_what_somebody_else_gave_is_theirs(adele: Someone, bot: Bot) -> None:
    bot.contoso.files.grant(budget(bot), Grant(bot.contoso.person(ALEX), "read"))

    card = await adele.says(f"extend Alex on {FILE} until in 6 days")

    assert "You did not share this with them through me" in card
    assert "Change end" not in card


@pytest.mark.usefixtures("for_a_time")
async def test_the_day_can_be_said_otherwise_while_the_card_waits(adele: Someone, bot: Bot) -> None:
    wanted = dt.datetime.now(dt.UTC) + dt.timedelta(days=9)
    await adele.says(f"extend Alex on {FILE} until in 6 days")

    card = await adele.says("until in 9 days")

    assert "Change the end of this access?" in card
    assert f"{wanted.day} {wanted:%B %Y}" in card


async def test_of_an_end_that_was_not_said_it_is_asked(adele: Someone, bot: Bot) -> None:
    assert "Until when?" in await adele.says(f"extend Alex on {FILE}")
    assert "“yesterday” is not one day to me, or it is over." in await adele.says(
        f"extend Alex on {FILE} until yesterday"
    )


# What it means for the shares


@pytest.mark.usefixtures("for_a_time")
async def test_what_was_taken_away_is_not_ended_again(adele: Someone, alex: Someone, bot: Bot) -> None:
    share = bot.latest(adele)
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    bot.contoso.files.grant(budget(bot), Grant(bot.contoso.person(ALEX), "write"))
    await bot.later(days=4)

    assert "Taken away" in card_at(adele, share)
    assert bot.access(FILE)[ALEX] == "write"
    assert "ends soon" not in adele.sees()
    assert "Ended" not in adele.sees()


async def test_of_several_the_others_end_when_they_were_to(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex and Megan as read until in 3 days")
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    between = bot.access(FILE)
    await bot.later(days=4)

    assert (between.get(ALEX), between.get(MEGAN)) == (None, "read")
    assert MEGAN not in bot.access(FILE)


@pytest.mark.usefixtures("for_a_time")
async def test_who_was_lowered_still_loses_it_when_its_time_is_over(adele: Someone, alex: Someone, bot: Bot) -> None:
    share = bot.latest(adele)
    await adele.says(f"downgrade Alex to viewer on {FILE}")
    await adele.presses("Make viewer")
    await bot.at_rest()
    between, shown = bot.access(FILE), card_at(adele, share)
    await bot.later(days=4)

    assert between[ALEX] == "read"
    assert "✓ can view" in shown
    assert card_at(adele, share).startswith("Ended")
    assert ALEX not in bot.access(FILE)
    assert "that is over" in alex.sees()


@pytest.mark.usefixtures("shared")
async def test_a_notice_of_what_was_taken_away_offers_nothing_any_more(adele: Someone, alex: Someone, bot: Bot) -> None:
    notice = bot.latest(alex)
    unneeded = bot.button(alex, "I don't need this", notice)
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()

    assert "Access ended" in words_of_answer(await bot.deliver(alex, unneeded, notice))


# Undone


@pytest.mark.usefixtures("for_a_time")
@pytest.mark.parametrize("by_word", [False, True])
async def test_what_was_taken_away_is_given_back_with_its_end(
    adele: Someone, alex: Someone, bot: Bot, *, by_word: bool
) -> None:
    mails = len(bot.mails_to(ALEX))
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()

    undone = await (adele.says("undo") if by_word else adele.presses("Undo the change"))
    await bot.at_rest()
    between = bot.access(FILE)
    await bot.later(days=4)

    assert "Change undone" in undone
    assert "as before, until" in undone
    assert between[ALEX] == "write"
    assert len(bot.mails_to(ALEX)) == mails
    told = alex.sees().rpartition("has undone a change")[2].partition("Open in")[0]
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)
    assert f"You can edit it until {ends:%A} {ends.day} {ends:%B %Y}, 23:59 (UTC), as before." in told
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("for_a_time")
async def test_the_word_undo_said_twice_undoes_the_change_alone(adele: Someone, bot: Bot) -> None:
    await adele.says(f"downgrade Alex to viewer on {FILE}")
    await adele.presses("Make viewer")

    await adele.says("undo")
    again = await adele.says("undo")

    assert "What you did last is undone already" in again
    assert bot.access(FILE)[ALEX] == "write"


@pytest.mark.usefixtures("for_a_time")
async def test_what_was_lowered_is_raised_again_and_ends_as_it_was_to(adele: Someone, bot: Bot) -> None:
    await adele.says(f"downgrade Alex to viewer on {FILE}")
    await adele.presses("Make viewer")

    await adele.presses("Undo the change")
    between = bot.access(FILE)
    await bot.later(days=4)

    assert between[ALEX] == "write"
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("for_a_time")
async def test_an_end_that_was_moved_is_moved_back(adele: Someone, bot: Bot) -> None:
    await adele.says(f"extend Alex on {FILE} until in 9 days")
    await adele.presses("Change end")

    undone = await adele.presses("Undo the change")
    await bot.later(days=4)

    assert "Change undone" in undone
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("for_a_time")
async def test_an_end_that_came_is_not_moved_back(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says(f"extend Alex on {FILE} until tomorrow")
    await adele.presses("Change end")
    card = bot.latest(adele)
    undo = bot.button(adele, "Undo the change", card)
    await bot.later(days=2)

    told = words_of_answer(await bot.deliver(adele, undo, card))
    await bot.later(days=2)

    assert "Not changed" in told
    assert "as before" not in told
    assert "has undone a change" not in alex.sees()
    assert ALEX not in bot.access(FILE)
    assert adele.notices().count("Ended") == 1


@pytest.mark.usefixtures("shared")
async def test_what_was_not_given_back_can_be_pressed_again(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    bot.breaks("graph", "/invite$", status=429, headers=(("Retry-After", "31"),))

    failed = await adele.presses("Undo the change")
    between = bot.access(FILE)
    bot.contoso.faults.clear()
    await bot.restart()
    again = await adele.presses("Undo the change")
    await bot.at_rest()

    assert "very busy" in failed
    assert ALEX not in between
    assert "Change undone" in again
    assert bot.access(FILE)[ALEX] == "write"
    assert alex.sees().count("has undone a change") == 1


@pytest.mark.usefixtures("shared")
async def test_nobody_else_undoes_it(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    undo = bot.button(adele, "Undo the change", bot.latest(adele))

    told = words_of_answer(await bot.deliver(alex, undo, bot.latest(alex)))

    assert told.startswith("Only the person who asked")
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("shared")
async def test_the_word_undo_delivered_again_after_a_restart_undoes_nothing_else(adele: Someone, bot: Bot) -> None:
    """Two changes are there: the word means the later one, however often it comes."""
    contoso = bot.contoso
    await adele.says(f"downgrade Alex to viewer on {FILE}")
    await adele.presses("Make viewer")
    await bot.at_rest()
    await asyncio.sleep(1.1)
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    person = contoso.person(ADELE)
    chat = contoso.chats.personal(person.id)
    undo = activities.said(contoso, chat, person, contoso.client.post(person, chat, "undo"), "en-US")

    for _ in range(2):
        await call(bot, f"Bearer {tokens.activity_token(contoso)}", undo)
        await bot.at_rest()
        await bot.restart()

    assert bot.access(FILE)[ALEX] == "read"


@pytest.mark.usefixtures("shared")
async def test_undone_twice_is_undone_once(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    card = bot.latest(adele)
    undo = bot.button(adele, "Undo the change", card)

    answers = await asyncio.gather(*(bot.deliver(adele, undo, card) for _ in range(3)))
    await bot.at_rest()

    assert all("Change undone" in words_of_answer(each) for each in answers)
    assert alex.sees().count("has undone a change") == 1


@pytest.mark.usefixtures("shared")
async def test_what_somebody_gave_since_is_left_to_them(adele: Someone, bot: Bot) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    bot.contoso.files.grant(budget(bot), Grant(bot.contoso.person(ALEX), "read"))

    assert "changed by somebody since" in await adele.presses("Undo the change")
    assert bot.access(FILE)[ALEX] == "read"


# When Microsoft 365 does not answer


CHANGE = r"/permissions/[^/]+$"


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"status": 429, "headers": (("Retry-After", "31"),)}, "very busy"),
        ({"status": 423, "body": {"error": {"code": "resourceLocked"}}}, "locked"),
    ],
    ids=["busy", "locked"],
)
async def test_what_was_refused_is_said_and_nothing_is_told(
    adele: Someone, alex: Someone, bot: Bot, how: dict[str, Any], said: str
) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    bot.breaks("graph", CHANGE, method="DELETE", **how)

    told = await adele.presses("Remove access")
    between = bot.access(FILE)[ALEX]

    assert said in told
    assert between == "write"
    assert "has taken back" not in alex.sees()


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("drop", ["request", "reply"])
async def test_what_was_lost_on_the_way_is_read_and_never_guessed(
    adele: Someone, alex: Someone, bot: Bot, drop: str
) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    bot.breaks("graph", CHANGE, method="DELETE", drop=drop)

    told = await adele.presses("Remove access")
    await bot.at_rest()

    is_gone = ALEX not in bot.access(FILE)
    assert is_gone == (drop == "reply")
    assert ("Access removed" if is_gone else "it is as it was") in told
    assert alex.notices().count("Access ended") == is_gone
    assert ("has taken back" in alex.sees()) == is_gone


@pytest.mark.usefixtures("shared")
async def test_what_somebody_changed_since_the_card_is_left_to_them(adele: Someone, bot: Bot) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    bot.contoso.files.change(budget(bot), Grant(bot.contoso.person(ALEX), "read"))

    told = await adele.presses("Remove access")

    assert "Not changed" in told
    assert "changed by somebody since" in told
    assert bot.access(FILE)[ALEX] == "read"


@pytest.mark.hurried
@pytest.mark.usefixtures("shared")
async def test_what_failed_slowly_can_be_pressed_again(adele: Someone, bot: Bot) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    bot.breaks("graph", CHANGE, method="DELETE", delay=4.5, status=423, body={"error": {"code": "resourceLocked"}})

    on_it = await adele.presses("Remove access")
    await bot.at_rest()
    again = await adele.presses("Remove access")

    assert "I'm on it" in on_it
    assert "locked" in adele.sees()
    assert "Access removed" in again
    assert ALEX not in bot.access(FILE)


# Who hears of it


async def test_who_has_not_heard_of_a_share_hears_nothing_of_its_end(adele: Someone, alex: Someone, bot: Bot) -> None:
    bot.undo = 2
    await bot.restart()
    await alex.says("hi")
    before = alex.sees()
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Share")

    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await asyncio.sleep(3)
    await bot.at_rest()

    assert ALEX not in bot.access(FILE)
    assert alex.sees() == before
    assert bot.mails_to(ALEX) == []


async def test_who_keeps_what_could_not_be_taken_away_hears_of_it_after_all(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    bot.undo = 600
    await bot.restart()
    await alex.says("hi")
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Share")

    await adele.says(f"stop sharing {FILE} with Alex")
    bot.breaks("graph", CHANGE, method="DELETE", status=423, body={"error": {"code": "resourceLocked"}})
    told = await adele.presses("Remove access")
    await alex.waits_for("Shared with you")

    assert "locked" in told
    assert bot.access(FILE)[ALEX] == "write"
    assert alex.sees().count("Shared with you") == 1


@pytest.mark.usefixtures("shared")
async def test_undo_means_the_share_that_came_after_the_change(adele: Someone, bot: Bot) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    await asyncio.sleep(1.1)
    await shares(adele, bot, f"share {FILE} with Megan as read")

    await adele.says("undo")

    assert (ALEX in bot.access(FILE), MEGAN in bot.access(FILE)) == (False, False)


# Elsewhere


async def test_a_key_of_something_else_changes_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex as write")
    card = bot.latest(adele)
    known = bot.button(adele, "Share", card)
    await adele.says("share Roadmap.docx with Alex")
    question = bot.latest(adele)
    unclear = bot.button(adele, bot.rows(adele)[0], question)

    for key, verb in (
        (known, "remove.choose"),
        (unclear, "change.lower"),
        (unclear, "change.end"),
        (unclear, "change.confirm"),
    ):
        action = {**known, "verb": verb, "data": known["data"] | {"verb": verb, "about": key["data"]["about"]}}
        assert "no longer good" in words_of_answer(await bot.deliver(adele, action, card))
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("shared")
async def test_the_card_of_who_has_access_leads_there(adele: Someone, bot: Bot) -> None:
    await adele.says(f"who has access to {FILE}?")

    card = await adele.presses("Remove…", {"recipient 0": bot.contoso.person(ALEX).id})
    await adele.presses("Remove access")

    assert "Take this access away?" in card
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("shared")
async def test_it_goes_by_words_alone(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")

    card = await adele.says(f"stop sharing {FILE} with Alex")
    result = await adele.says("1")
    await bot.at_rest()
    taken = bot.access(FILE)
    undone = await adele.says("1")

    assert "1. Remove access" in card
    assert "1. Undo the change" in result
    assert ALEX not in taken
    assert undone.startswith("Change undone")
    assert bot.access(FILE)[ALEX] == "write"


@pytest.mark.usefixtures("shared")
async def test_it_is_of_record(adele: Someone, bot: Bot) -> None:
    alex = bot.contoso.person(ALEX).id
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    await adele.presses("Undo the change")
    await bot.at_rest()

    ledger = Ledger(f"sqlite:///{bot.data}/sharebot.db")
    kept = [each.entry async for each in ledger.record.kept()]
    await ledger.close()
    mine = [
        (each.what, each.act, each.outcome) for each in kept if each.act in ("unshare", "remove", "changed", "restored")
    ]
    assert mine == [
        (What.ASKED, "unshare", ""),
        (What.PLANNED, "remove", "changes"),
        (What.CHANGED, "remove", "removed"),
        (What.TOLD, "changed", ""),
        (What.UNDONE, "remove", "restored"),
        (What.TOLD, "restored", ""),
    ]
    assert {each.recipient for each in kept if each.act == "remove"} == {alex}
    assert next(each.reference for each in kept if each.what is What.CHANGED)


# Killed in the midst


IN_A_CHANGE = {
    "after the change": [Rule("graph", "DELETE", CHANGE, times=1, late=FOR_EVER)],
    "before a notice": [Rule("connector", "POST", contains="has taken back", times=1, delay=FOR_EVER)],
}


@pytest.mark.parametrize("when", IN_A_CHANGE)
async def test_a_change_goes_on_after_a_kill(contoso: Contoso, tmp_path: Path, when: str) -> None:
    adele, alex = Someone(contoso, ADELE), Someone(contoso, ALEX)
    async with serving(contoso, tmp_path) as process:
        await alex.says("hi")
        await adele.says(f"share {FILE} with Alex as write")
        await adele.presses("Share")
        await until(lambda: "Shared with you" in alex.sees())
        await adele.says(f"stop sharing {FILE} with Alex")
        remove = button(adele, "Remove access")
        await killed(process, contoso, IN_A_CHANGE[when], adele.presses("Remove access"))

    async with serving(contoso, tmp_path):
        await until(lambda: "Access removed" in adele.sees())
        again = await delivered(adele, remove)

    assert "Access removed" in again
    assert ALEX not in contoso.roles(contoso.file("Adele Vance", f"Finance/{FILE}"))
    assert alex.notices().count("Access ended") == (when == "after the change")


async def test_two_replicas_make_one_change_of_it(contoso: Contoso, tmp_path: Path, postgresql: str) -> None:
    """On PostgreSQL, where one of several has another end, is taken off, and is given it back with that end."""
    adele, alex = Someone(contoso, ADELE), Someone(contoso, ALEX)
    item = contoso.file("Adele Vance", f"Finance/{FILE}")
    async with two(contoso, tmp_path, postgresql) as replicas:
        await alex.says("hi")
        await adele.says(f"share {FILE} with Alex and Megan as write until in 3 days")
        await adele.presses("Share")
        await until(lambda: "Shared with you" in alex.sees())
        await adele.says(f"extend Alex on {FILE} until in 9 days")
        moved = await adele.presses("Change end")
        await adele.says(f"stop sharing {FILE} with Alex")
        remove = button(adele, "Remove access")
        presses: list[asyncio.Task[str]] = []
        for _process, endpoint in (*replicas, *replicas):
            contoso.bot_endpoint = endpoint
            presses.append(asyncio.create_task(delivered(adele, remove)))
            await asyncio.sleep(0)  # so that it is on its way there
        answers = await asyncio.gather(*presses)
        await until(lambda: "Access ended" in alex.notices())
        taken = contoso.roles(item)
        undone = await adele.presses("Undo the change")

    assert "End changed" in moved
    assert all("Access removed" in each for each in answers)
    assert alex.notices().count("Access ended") == 1
    assert (ALEX in taken, taken[MEGAN]) == (False, "write")
    assert "as before, until" in undone
    assert contoso.roles(item)[ALEX] == "write"


def card_at(someone: Someone, message: str) -> str:
    return next(words(each) for each in someone.contoso.client.messages(someone.mail) if each.id == message)


def budget(bot: Bot) -> Item:
    return bot.contoso.file("Adele Vance", f"Finance/{FILE}")


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("then", ['then = "refuse"', f'then = "approve"\napprovers = ["{MEGAN}"]'])
async def test_what_the_rules_refuse_by_now_is_not_given_back(adele: Someone, bot: Bot, then: str) -> None:
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    await bot.under(f'[rules."No editing"]\n{then}\nroles = ["write"]\n')

    said = await adele.presses("Undo the change")

    assert "No editing" in said
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("for_a_time")
async def test_what_the_rules_refuse_by_now_is_not_made_longer(adele: Someone, bot: Bot) -> None:
    await bot.under('[rules."No editing"]\nthen = "refuse"\nroles = ["write"]\n')

    assert "No editing" in await adele.says(f"extend Alex on {FILE} until in 9 days")


@pytest.mark.usefixtures("shared")
async def test_another_end_is_no_later_than_the_rules_let_it_be(adele: Someone, bot: Bot) -> None:
    await bot.under('[rules."Two days"]\nthen = "shorten"\ndays = 2\n')

    said = await adele.says(f"extend Alex on {FILE} until in 9 days")
    await adele.says(f"extend Alex on {FILE} until tomorrow")
    await adele.presses("Change end")
    for_ever = await adele.says(f"extend Alex on {FILE} forever")

    assert "Two days" in said
    assert "Two days" in for_ever


@pytest.mark.parametrize(
    ("sentence", "unclear"),
    [
        ("stop sharing {} with Alex and nearly everyone", "Alex and nearly everyone"),
        ("extend {} for nearly everyone until Friday", "nearly everyone"),
        ("change nearly everyone to view on {}", "nearly everyone"),
    ],
)
async def test_whoever_is_meant_by_words_that_say_nothing_is_not_everybody(
    adele: Someone, bot: Bot, sentence: str, unclear: str
) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex and Megan as write until in 3 days")
    await adele.presses("Share")

    said = await adele.says(sentence.format("Q3 Budget.xlsx"))

    assert f"Whom do you mean by “{unclear}”?" in said
    assert "Megan" not in said


async def test_of_everyone_outside_nobody_inside_is_meant(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex and casey.jensen@fabrikam.example")
    await adele.presses("Share")

    card = await adele.says("stop sharing Q3 Budget.xlsx with everyone outside")

    assert "Casey Jensen" in card
    assert "Alex" not in card


@pytest.mark.parametrize("end", ["", " until in 3 days"])
async def test_to_make_somebody_a_viewer_takes_the_right_to_edit(adele: Someone, bot: Bot, end: str) -> None:
    await adele.says(f"share Q3 Budget.xlsx with Alex and Megan as write{end}")
    await adele.presses("Share")

    card = await adele.says("make Alex and Megan viewers of Q3 Budget.xlsx")
    await adele.presses("Make viewer")

    assert "Let them only view this?" in card
    assert set(bot.access("Q3 Budget.xlsx").values()) == {"read"}


async def test_whoever_has_nothing_yet_becomes_a_viewer_as_well(adele: Someone, bot: Bot) -> None:
    await adele.says("make Alex a viewer of Q3 Budget.xlsx")
    await adele.presses("Share")

    assert bot.access("Q3 Budget.xlsx") == {"alex.wilber@contoso.com": "read"}


async def test_a_share_to_view_with_whoever_can_edit_leads_to_viewing_alone(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex as write until in 3 days")
    await adele.presses("Share")
    await adele.says("share Q3 Budget.xlsx with Alex and Megan as read")

    card = await adele.presses("Make viewer…")
    await adele.presses("Make viewer")

    assert "Megan" not in card
    assert bot.access("Q3 Budget.xlsx") == {"alex.wilber@contoso.com": "read"}


# On the card of who has access


@pytest.mark.usefixtures("shared")
async def test_whoever_is_picked_becomes_a_viewer(adele: Someone, bot: Bot) -> None:
    await adele.says(f"who has access to {FILE}?")

    card = await adele.presses("Make viewer…", {"recipient 0": bot.contoso.person(ALEX).id})
    await adele.presses("Make viewer")

    assert "Let them only view this?" in card
    assert bot.access(FILE)[ALEX] == "read"


async def test_whoever_is_picked_gets_another_end_by_a_date(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write until in 3 days")
    await adele.says(f"who has access to {FILE}?")

    form = await adele.presses("Change end…", {"recipient 0": bot.contoso.person(ALEX).id})
    day = bot.contoso.now().date() + dt.timedelta(days=9)
    card = await adele.presses("Continue", {"until": day.isoformat()})
    await adele.presses("Change end")
    await bot.later(days=5)
    between = bot.access(FILE)
    await bot.later(days=6)

    assert "Until when (empty: no end)" in form
    assert f"until {day:%A} {day.day}" in card
    assert between == {ALEX: "write"}
    assert bot.access(FILE) == {}


async def test_without_a_date_it_has_no_end(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write until in 3 days")
    await adele.says(f"who has access to {FILE}?")

    await adele.presses("Change end…", {"recipient 0": bot.contoso.person(ALEX).id})
    card = await adele.presses("Continue", {"until": ""})
    await adele.presses("Change end")
    await bot.later(days=5)

    assert "without an end" in card
    assert bot.access(FILE) == {ALEX: "write"}


async def test_a_day_that_is_over_or_none_is_asked_for_again(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write until in 3 days")
    await adele.says(f"who has access to {FILE}?")
    await adele.presses("Change end…", {"recipient 0": bot.contoso.person(ALEX).id})

    over = await adele.presses("Continue", {"until": "2020-01-01"})
    unread = await adele.presses("Continue", {"until": "soon"})
    said = await adele.says("yes")
    typed = await adele.says("until in 9 days")

    assert "This day is over." in over
    assert "I can't read this date." in unread
    assert "End changed" not in said
    assert "Change end" in typed


async def test_a_forged_press_changes_no_end_before_a_day_is_said(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write until in 3 days")
    await adele.says(f"who has access to {FILE}?")
    await adele.presses("Change end…", {"recipient 0": bot.contoso.person(ALEX).id})
    card = bot.latest(adele)
    asked = bot.button(adele, "Continue", card)

    forged = {**asked, "verb": "change.confirm", "data": {**asked["data"], "verb": "change.confirm"}}
    answer = await bot.deliver(adele, forged, card)
    await bot.later(days=5)

    assert "Until when?" in words_of_answer(answer)
    assert bot.access(FILE) == {}
