"""What a recipient does with what was shared with them: gives it back, or asks to edit it; and the sharer decides."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import sqlite3
from pathlib import Path

import pytest

from contoso.faults import Rule
from contoso.files import Grant
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone, words, words_of_answer
from tests.test_app import serving
from tests.test_faults_kill import FOR_EVER, Json, button, delivered, killed, until

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
FILE = "Q3 Budget.xlsx"
VIEW = f"share {FILE} with Alex as read until in 3 days"
REASON = "I fill in the figures of Sales."


@pytest.fixture
async def shared(adele: Someone, alex: Someone, bot: Bot) -> None:
    """Alex, who has the bot, may view the file for three days."""
    await alex.says("hi")
    await shares(adele, bot)


async def shares(adele: Someone, bot: Bot, sentence: str = VIEW) -> None:
    await adele.says(sentence)
    await adele.presses("Share")
    await bot.at_rest()


async def gives_back(someone: Someone, bot: Bot) -> str:
    await someone.presses("I don't need this")
    told = await someone.presses("Remove my access")
    await bot.at_rest()
    return told


async def asks(someone: Someone, bot: Bot, reason: str = REASON) -> str:
    await someone.presses("Ask to edit")
    told = await someone.presses("Ask", {"reason": reason})
    await bot.at_rest()
    return told


# The notice


@pytest.mark.usefixtures("shared")
async def test_a_recipient_is_told_who_what_which_right_and_until_when(alex: Someone, bot: Bot) -> None:
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)

    notice = await alex.waits_for("Shared with you")

    assert "Adele Vance shared a file with you. You can view it." in notice
    assert FILE in notice
    assert f"{end:%A} {end.day} {end:%B %Y}" in notice
    assert buttons(alex) == ["Open in OneDrive", "Ask to edit", "I don't need this"]


async def test_who_may_edit_is_not_offered_to_ask_for_it(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex as write")

    assert buttons(alex) == ["Open in OneDrive", "I don't need this"]


async def test_what_cannot_be_taken_back_is_not_offered_to_be_given_back(
    alex: Someone, megan: Someone, bot: Bot
) -> None:
    """Alex only edits in Megan's folder: Graph lets him share, and not take away."""
    lee = Someone(bot.contoso, "lee.gu@contoso.com")
    await lee.says("hi")
    await shares(alex, bot, 'share "Brand guidelines.pdf" with Lee Gu as read')

    assert buttons(lee)[1:] == ["Ask to edit"]


def told(someone: Someone) -> list[str]:
    """The first words of all that they see, also of what took the place of something."""
    return [words(each).partition("\n")[0] for each in someone.contoso.client.messages(someone.mail)]


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("how", ["its time", "undo", "taken away"])
async def test_when_it_is_over_an_older_notice_says_so(adele: Someone, alex: Someone, bot: Bot, how: str) -> None:
    before = len(told(alex))
    if how == "its time":
        await bot.later(days=4)
    elif how == "undo":
        await adele.says("undo")
    else:
        await adele.says(f"stop sharing {FILE} with Alex")
        await adele.presses("Remove access")
    await bot.at_rest()

    assert "Shared with you" not in told(alex)
    assert told(alex)[-2:] == ["Access ended", "Access ended"]
    assert len(told(alex)) == before + 1
    assert "Open in OneDrive" not in alex.sees()


@pytest.mark.usefixtures("shared")
async def test_also_a_notice_that_was_pressed_before_says_so(alex: Someone, bot: Bot) -> None:
    await alex.presses("I don't need this")
    await alex.presses("Keep it")
    await bot.later(days=4)

    assert "Shared with you" not in told(alex)
    assert "Open in OneDrive" not in alex.sees()


@pytest.mark.usefixtures("shared")
async def test_what_waits_for_an_answer_says_that_it_is_over(alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    await bot.later(days=4)

    assert "I asked Adele Vance" not in alex.sees()
    assert "Open in OneDrive" not in alex.sees()


async def test_who_alone_has_it_for_longer_reads_until_when(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await megan.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex and Megan as read until in 3 days")
    await adele.says(f"extend Alex's access to {FILE} until in 20 days")
    await adele.presses("Change end")
    await bot.at_rest()
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=20)

    longer = next(each for each in said(alex) if each.startswith("Shared with you"))
    await alex.presses("I don't need this")
    kept = await alex.presses("Keep it")
    await bot.later(days=4)
    between = [each for each in said(alex) if each.startswith("Shared with you")]
    await bot.later(days=20)

    assert f"{end.day} {end:%B %Y}" in longer
    assert kept == longer
    assert between == [longer]
    assert "Shared with you" not in told(alex)


def said(someone: Someone) -> list[str]:
    return [words(each) for each in someone.contoso.client.messages(someone.mail)]


async def test_who_may_only_view_it_since_reads_that(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex as write")

    await adele.says(f"change Alex to view only on {FILE}")
    await adele.presses("Make viewer")
    await bot.at_rest()

    notice = next(each for each in said(alex) if each.startswith("Shared with you"))
    assert bot.access(FILE)[ALEX] == "read"
    assert "You can view it." in notice
    assert "You can edit it." not in notice
    assert "Ask to edit" not in notice


@pytest.mark.usefixtures("shared")
async def test_what_work_of_an_older_version_did_next_is_still_done_first(adele: Someone, bot: Bot) -> None:
    """It goes on step by step, so a new one comes after all that were there."""
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()

    steps = (
        "SELECT function_name FROM operation_outputs o JOIN workflow_status w ON o.workflow_uuid = w.workflow_uuid "
        "WHERE w.name = 'change' ORDER BY function_id"
    )
    with contextlib.closing(sqlite3.connect(bot.data / "sharebot-work.db")) as database:
        names = [name for (name,) in database.execute(steps)]
    assert names.index("tell") < names.index("hear") < names.index("renew")


async def test_in_words_nothing_is_told_twice(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("plain text")
    await shares(adele, bot)
    before = len(told(alex))
    await bot.later(days=4)

    assert len(told(alex)) == before + 1


# I don't need this


@pytest.mark.usefixtures("shared")
async def test_what_somebody_does_not_need_is_taken_away_and_the_sharer_told(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    result = bot.latest(adele)
    again = bot.button(adele, "Who has access", result)

    sure = await alex.presses("I don't need this")
    before = bot.access(FILE)[ALEX]
    told = await alex.presses("Remove my access")
    await bot.at_rest()

    assert "I take away what Adele Vance gave you here" in sure
    assert before == "read"
    assert "You have no access of your own any more" in told
    assert ALEX not in bot.access(FILE)
    assert "Alex Wilber does not need this any more and has given it back." in adele.sees()
    assert "gave it back" in await pressed(adele, bot, "share.confirm", again, result)
    assert alex.sees().count("Given back") == 1


@pytest.mark.usefixtures("shared")
async def test_who_thinks_again_keeps_it(alex: Someone, bot: Bot) -> None:
    await alex.presses("I don't need this")

    assert "Ask to edit" in await alex.presses("Keep it")
    assert bot.access(FILE)[ALEX] == "read"


@pytest.mark.usefixtures("shared")
async def test_pressed_many_times_it_is_given_back_once(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.presses("I don't need this")
    card = bot.latest(alex)
    remove = bot.button(alex, "Remove my access", card)

    answers = await asyncio.gather(*(bot.deliver(alex, remove, card) for _ in range(4)))
    late = await bot.deliver(alex, remove, card)
    await bot.at_rest()

    assert all("no access of your own" in words_of_answer(each) for each in (*answers, late))
    assert adele.sees().count("has given it back") == 1


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("verb", ["received.give_back", "received.unneeded", "received.edit", "received.ask"])
async def test_nobody_else_gives_it_back_or_asks(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot, verb: str
) -> None:
    await megan.says("hi")
    known = bot.button(alex, "I don't need this", bot.latest(alex))

    for stranger in (megan, adele):
        told = await pressed(stranger, bot, verb, known)
        assert told == "Only the person this was shared with can press this."

    await bot.at_rest()
    assert bot.access(FILE)[ALEX] == "read"
    assert "asks to edit" not in adele.sees()


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("verb", ["ends.undo", "ends.now", "share.confirm", "access.of_share", "requests.allow"])
async def test_the_key_of_a_notice_opens_nothing_of_the_sharers(alex: Someone, bot: Bot, verb: str) -> None:
    known = bot.button(alex, "I don't need this", bot.latest(alex))

    told = await pressed(alex, bot, verb, known)

    assert told.startswith(("Only the person who asked", "This card is no longer good"))
    assert bot.access(FILE)[ALEX] == "read"


async def test_only_one_of_several_loses_it_and_the_share_goes_on(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex and Megan as read until in 3 days")

    await gives_back(alex, bot)
    between = bot.access(FILE)
    await bot.later(days=3)
    reminder = await adele.waits_for("ends soon")
    await bot.later(days=1)

    assert (ALEX in between, between[MEGAN]) == (False, "read")
    assert "Megan Bowen: until" in reminder
    assert MEGAN not in bot.access(FILE)
    assert "that is over" not in alex.sees()


@pytest.mark.usefixtures("shared")
async def test_after_the_last_one_the_share_is_over(adele: Someone, alex: Someone, bot: Bot) -> None:
    await gives_back(alex, bot)
    await bot.later(days=4)

    assert "ends soon" not in adele.sees()
    assert "Ended" not in adele.sees()
    assert "nothing in the last day" in await adele.says("undo")


async def test_a_raised_role_falls_back_to_what_was_before(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex as read")
    await shares(adele, bot, f"share {FILE} with Alex as write")

    told = await gives_back(alex, bot)

    assert "You can still view it. That you could before." in told
    assert bot.access(FILE)[ALEX] == "read"


async def test_what_is_inherited_stays_and_is_said(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele, bot, "share the Finance folder with Alex as read")
    await shares(adele, bot, f"share {FILE} with Alex as write")

    told = await gives_back(alex, bot)

    item, files = bot.contoso.file("Adele Vance", f"Finance/{FILE}"), bot.contoso.files
    assert "You can still view it. That comes by a folder, a group or a link" in told
    assert files.role_of(bot.contoso.person(ALEX).id, item) == "read"


@pytest.mark.usefixtures("shared")
async def test_what_somebody_changed_since_is_left_to_them(alex: Someone, bot: Bot) -> None:
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.change(item, Grant(bot.contoso.person(ALEX), "write"))

    told = await gives_back(alex, bot)

    assert "Your access was changed since, so I left it as it is." in told
    assert bot.access(FILE)[ALEX] == "write"


@pytest.mark.usefixtures("shared")
async def test_what_has_ended_is_said_to_have_ended(adele: Someone, alex: Someone, bot: Bot) -> None:
    card = bot.latest(alex)
    unneeded, ask = bot.button(alex, "I don't need this", card), bot.button(alex, "Ask to edit", card)
    sent = {**ask, "verb": "received.ask", "data": {**ask["data"], "verb": "received.ask", "reason": REASON}}
    await adele.says("undo")
    await bot.at_rest()

    for each in (unneeded, ask, sent):
        assert "Adele Vance has taken back" in words_of_answer(await bot.deliver(alex, each, card))


@pytest.mark.usefixtures("shared")
async def test_where_the_sharer_is_signed_out_both_are_told_and_a_sign_in_does_it(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await adele.says("sign out")

    told = await gives_back(alex, bot)
    still = bot.access(FILE)[ALEX]
    await alex.presses("Remove my access")
    await bot.at_rest()
    await adele.says(f"who has access to {FILE}?")
    await bot.at_rest()

    assert "I do this as Adele Vance, who is not signed in to me" in told
    assert still == "read"
    assert adele.sees().count("I can't take the access back while you are not signed in") == 1
    assert ALEX not in bot.access(FILE)
    assert "no access of your own" in await alex.waits_for("Given back")


@pytest.mark.usefixtures("shared")
async def test_the_sharer_can_sign_in_on_the_card_that_asks_for_it(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says("sign out")
    await gives_back(alex, bot)

    told = await adele.presses("Remove access")
    await bot.at_rest()

    assert "has given it back" in told
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("shared")
async def test_an_outage_changes_nothing_and_it_can_be_pressed_again(adele: Someone, alex: Someone, bot: Bot) -> None:
    bot.breaks("graph", r"/permissions$", status=503, times=None)
    first = await gives_back(alex, bot)
    bot.contoso.faults.clear()
    second = await alex.presses("Remove my access")
    await bot.at_rest()

    assert "try again" in first
    assert "no access of your own" in second
    assert adele.sees().count("has given it back") == 1


@pytest.mark.hurried
@pytest.mark.usefixtures("shared")
async def test_what_takes_long_and_fails_brings_the_notice_back(alex: Someone, bot: Bot) -> None:
    await alex.presses("I don't need this")
    bot.breaks("graph", r"/permissions$", delay=4.5, status=503)

    on_it = await alex.presses("Remove my access")
    await bot.at_rest()

    assert "I'm on it" in on_it
    assert "no access of your own" in await gives_back(alex, bot)


@pytest.mark.usefixtures("shared")
async def test_a_press_for_something_else_decides_nothing(adele: Someone, alex: Someone, bot: Bot) -> None:
    """What somebody does not need is not to be allowed, and what they ask for is not to be taken away."""
    await asks(alex, bot)
    asked = bot.button(adele, "Allow", bot.latest(adele))
    await adele.says("sign out")
    await gives_back(alex, bot)
    unneeded = bot.button(adele, "Remove access", bot.latest(adele))

    answers = [
        await pressed(adele, bot, verb, known)
        for verb, known in (("requests.free", asked), ("requests.allow", unneeded), ("requests.decline", unneeded))
    ]

    assert all("no longer good" in each for each in answers)
    assert bot.access(FILE)[ALEX] == "read"


@pytest.mark.hurried
@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("title", ["Allow", "Remove access"])
async def test_what_the_sharer_pressed_and_failed_slowly_can_be_pressed_again(
    adele: Someone, alex: Someone, bot: Bot, title: str
) -> None:
    if title == "Allow":
        await asks(alex, bot)
    else:
        await adele.says("sign out")
        await gives_back(alex, bot)
    bot.breaks("graph", r"/permissions$", delay=4.5, status=503)

    on_it = await adele.presses(title)
    await bot.at_rest()

    assert "I'm on it" in on_it
    assert ("✓ can edit" if title == "Allow" else "given it back") in await adele.presses(title)


# Ask to edit


@pytest.mark.usefixtures("shared")
async def test_the_sharer_sees_who_asks_for_what_until_when_and_why(adele: Someone, alex: Someone, bot: Bot) -> None:
    told = await asks(alex, bot)
    card = await adele.waits_for("asks to edit")

    assert "I asked Adele Vance" in told
    for shown in ("Alex Wilber asks to edit what you shared.", FILE, "can edit", "now: can view", "Until ", REASON):
        assert shown in card
    assert buttons(adele) == ["Allow", "Decline", "Open in OneDrive"]


@pytest.mark.usefixtures("shared")
async def test_allowed_it_is_a_share_that_ends_when_the_first_one_does(adele: Someone, alex: Someone, bot: Bot) -> None:
    before = bot.access(FILE)
    await asks(alex, bot)

    told = await adele.presses("Allow")
    await bot.at_rest()
    now, heard = bot.access(FILE)[ALEX], alex.sees()
    await bot.later(days=4)

    assert "✓ can edit" in told
    assert "then I end it" in told
    assert now == "write"
    assert "You can edit it." in heard
    assert before[ALEX] == "read"
    assert ALEX not in bot.access(FILE)
    assert alex.notices().count("Access ended") == 1


@pytest.mark.usefixtures("shared")
async def test_undo_of_what_was_allowed_restores_the_right_to_view(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    await adele.presses("Allow")

    assert "Undone" in await adele.presses("Undo")
    assert bot.access(FILE)[ALEX] == "read"


@pytest.mark.usefixtures("shared")
async def test_what_was_allowed_can_be_given_back(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    await adele.presses("Allow")
    await bot.at_rest()

    assert "You can still view it. That you could before." in await gives_back(alex, bot)


@pytest.mark.usefixtures("shared")
async def test_declined_the_asker_is_told_and_nothing_changes(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)

    told = await adele.presses("Decline")
    await bot.at_rest()

    assert "Declined" in told
    assert "Adele Vance would rather not let you edit this." in await alex.waits_for("Declined")
    assert bot.access(FILE)[ALEX] == "read"


@pytest.mark.usefixtures("shared")
async def test_declined_it_stands_where_it_was_asked_and_can_be_given_back_there(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await asks(alex, bot)
    card = bot.latest(alex)
    await adele.presses("Decline")
    await bot.at_rest()

    assert "I asked Adele Vance" not in alex.sees()
    await alex.presses("I don't need this", message=card)
    await alex.presses("Remove my access", message=card)
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("press", ["I don't need this", "Keep it"])
async def test_what_else_was_pressed_there_does_not_keep_it_from_that(
    adele: Someone, alex: Someone, bot: Bot, press: str
) -> None:
    await asks(alex, bot)
    for each in dict.fromkeys(("I don't need this", press)):
        await alex.presses(each)
    await bot.at_rest()
    await adele.presses("Decline")
    await bot.at_rest()

    assert alex.sees().count("would rather not let you edit this") == 2
    assert "I asked Adele Vance" not in alex.sees()
    assert "You don't need this?" not in alex.sees()


@pytest.mark.usefixtures("shared")
async def test_allowed_it_stands_where_it_was_asked(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    await adele.presses("Allow")
    await bot.at_rest()

    assert "I asked Adele Vance" not in alex.sees()
    assert "Adele Vance said yes, and I gave you access." in alex.sees()
    assert told(alex).count("Shared with you") == 1
    assert alex.sees().count("I don't need this") == 1


@pytest.mark.usefixtures("shared")
async def test_the_sharers_card_says_who_asked_and_then_how_they_heard(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)

    result = await adele.presses("Allow")
    await bot.at_rest()

    assert "Alex Wilber asked you for this." in result
    assert adele.sees().count("Alex Wilber asked you for this.") == 1
    assert adele.sees().count("told in Teams") == 2


@pytest.mark.usefixtures("shared")
async def test_asked_twice_it_is_one_request(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.presses("Ask to edit")
    card = bot.latest(alex)
    ask = bot.button(alex, "Ask", card)

    answers = await asyncio.gather(*(bot.deliver(alex, ask, card) for _ in range(3)))
    late = await bot.deliver(alex, ask, card)
    await bot.at_rest()

    assert all("I asked Adele Vance" in words_of_answer(each) for each in (*answers, late))
    assert adele.sees().count("asks to edit what you shared") == 1


@pytest.mark.usefixtures("shared")
async def test_asking_needs_no_reason(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot, "")

    assert "Why:" not in await adele.waits_for("asks to edit")


@pytest.mark.usefixtures("shared")
async def test_who_has_asked_and_thinks_of_giving_it_back_is_not_offered_to_ask_again(alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    await alex.presses("I don't need this")

    assert "I asked Adele Vance" in await alex.presses("Keep it")


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("title", ["Allow", "Decline"])
async def test_only_the_sharer_decides(adele: Someone, alex: Someone, megan: Someone, bot: Bot, title: str) -> None:
    await megan.says("hi")
    await asks(alex, bot)
    press = bot.button(adele, title, bot.latest(adele))

    for stranger in (alex, megan):
        told = await pressed(stranger, bot, press["verb"], press)
        assert told == "Only the person who is asked can decide this."

    await bot.at_rest()
    assert bot.access(FILE)[ALEX] == "read"
    assert "✓ can edit" in await adele.presses("Allow")


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    ("titles", "said"),
    [
        (("Allow", "Decline"), "You have allowed Alex Wilber to edit this, and that stands."),
        (("Decline", "Allow"), "You have declined this, and that stands"),
        (("Allow", "Allow"), "✓ can edit"),
        (("Decline", "Decline"), "I told them."),
    ],
)
async def test_the_first_decision_stands(
    adele: Someone, alex: Someone, bot: Bot, titles: tuple[str, str], said: str
) -> None:
    await asks(alex, bot)
    card = bot.latest(adele)
    first, second = (bot.button(adele, title, card) for title in titles)

    await bot.deliver(adele, first, card)
    answer = await bot.deliver(adele, second, card)
    await bot.at_rest()

    right, notices = ("write", 1) if titles[0] == "Allow" else ("read", 0)
    assert said in words_of_answer(answer)
    assert (bot.access(FILE)[ALEX], alex.sees().count("Shared with you")) == (right, notices)


@pytest.mark.usefixtures("shared")
async def test_allowed_and_declined_at_once_is_one_of_both(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    card = bot.latest(adele)
    both = [bot.button(adele, title, card) for title in ("Allow", "Decline", "Allow", "Decline")]

    answers = await asyncio.gather(*(bot.deliver(adele, each, card) for each in both))
    await bot.at_rest()

    said = [words_of_answer(each) for each in answers]
    is_allowed = bot.access(FILE)[ALEX] == "write"
    assert all(("can edit" in each or "allowed" in each) if is_allowed else "eclined" in each for each in said)
    assert ("would rather not" in alex.sees()) is not is_allowed


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("title", ["Allow", "Decline"])
async def test_a_request_about_what_has_ended_is_said_to_be_over(
    adele: Someone, alex: Someone, bot: Bot, title: str
) -> None:
    await asks(alex, bot)
    card = bot.latest(adele)
    known = bot.button(adele, title, card)
    await adele.says("undo")

    told = words_of_answer(await bot.deliver(adele, known, card))
    await bot.at_rest()

    assert "has ended in the meantime" in told
    assert "has ended in the meantime" in adele.sees()
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("shared")
async def test_a_request_by_somebody_who_gave_it_back_since_is_over(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    card = bot.latest(adele)
    allow = bot.button(adele, "Allow", card)
    await gives_back(alex, bot)

    assert "has ended in the meantime" in words(
        next(each for each in bot.contoso.client.messages(adele.mail) if each.id == card)
    )
    assert "has ended in the meantime" in words_of_answer(await bot.deliver(adele, allow, card))
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("shared")
async def test_who_can_edit_by_now_is_told_so(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.change(item, Grant(bot.contoso.person(ALEX), "write"))

    told = await adele.presses("Allow")
    await bot.at_rest()

    assert "had it already" in told
    assert "you could edit this already" in await alex.waits_for("Allowed")


@pytest.mark.usefixtures("shared")
async def test_who_is_signed_out_signs_in_and_has_allowed_it(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    await adele.says("sign out")

    assert "✓ can edit" in await adele.presses("Allow")
    assert bot.access(FILE)[ALEX] == "write"


@pytest.mark.usefixtures("shared")
async def test_what_could_not_be_allowed_can_be_decided_anew(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    bot.breaks("graph", r"/invite$", status=429, headers=(("Retry-After", "60"),), times=None)
    first = await adele.presses("Allow")
    await bot.at_rest()
    bot.contoso.faults.clear()

    told = await adele.presses("Decline")

    assert "very busy" in first
    assert "Declined" in told
    assert bot.access(FILE)[ALEX] == "read"


@pytest.mark.usefixtures("shared")
async def test_a_sharer_who_cannot_be_reached_is_said_to_be_so(adele: Someone, alex: Someone, bot: Bot) -> None:
    await bot.contoso.client.uninstall(adele.mail)
    await bot.at_rest()

    await alex.presses("Ask to edit")

    assert "I can't reach Adele Vance in Teams" in await alex.presses("Ask")


async def test_each_is_told_in_their_own_language(bot: Bot) -> None:
    adele, alex = Someone(bot.contoso, ADELE, "fr-FR"), Someone(bot.contoso, ALEX, "de-DE")
    await alex.says("hallo")
    await adele.says("partage Q3 Budget.xlsx avec Alex en lecture")
    await adele.presses("Partager")
    await bot.at_rest()

    await alex.presses("Bearbeiten anfragen")
    await alex.presses("Anfragen")
    await bot.at_rest()
    asked = adele.sees()
    await adele.presses("Refuser")
    await bot.at_rest()

    assert "demande à modifier" in asked
    assert "Abgelehnt" in alex.sees()


@pytest.mark.usefixtures("shared")
async def test_neither_the_log_nor_the_ledger_shows_the_reason(
    adele: Someone, alex: Someone, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await asks(alex, bot)
    await adele.presses("Allow")
    await bot.at_rest()

    with sqlite3.connect(bot.data / "sharebot.db") as database:
        rows = database.execute("SELECT * FROM requests").fetchall()
    kept = b"".join(each.read_bytes() for each in bot.data.glob("sharebot*"))
    assert len(rows) == 1
    assert b"figures" not in kept
    assert not any(word in caplog.text for word in ("figures", FILE, "Alex"))


# When something breaks, or is over


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("title", ["Remove my access", "Allow", "Decline"])
async def test_what_breaks_in_the_middle_can_be_pressed_again(
    adele: Someone, alex: Someone, bot: Bot, title: str
) -> None:
    who = alex if title == "Remove my access" else adele
    if who is alex:
        await alex.presses("I don't need this")
    else:
        await asks(alex, bot)
    await bot.alters("CREATE TRIGGER no BEFORE UPDATE OF decision ON requests BEGIN SELECT RAISE(ABORT, 'no'); END")
    first = await who.presses(title)
    await bot.at_rest()
    await bot.alters("DROP TRIGGER no")

    second = await who.presses(title)
    await bot.at_rest()

    done = {"Remove my access": "no access of your own", "Allow": "✓ can edit", "Decline": "I told them."}
    assert "I don't know whether" in first
    assert done[title] in second
    assert bot.access(FILE).get(ALEX) == {"Remove my access": None, "Allow": "write", "Decline": "read"}[title]


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("title", ["Allow", "Decline"])
async def test_a_request_about_a_share_that_is_forgotten_is_no_longer_good(
    adele: Someone, alex: Someone, bot: Bot, title: str
) -> None:
    await asks(alex, bot)
    await bot.alters("DELETE FROM ends")

    assert "no longer good" in await adele.presses(title)
    assert bot.access(FILE)[ALEX] == "read"


@pytest.mark.usefixtures("shared")
async def test_the_notice_of_a_share_that_is_forgotten_is_no_longer_good(alex: Someone, bot: Bot) -> None:
    await bot.alters("DELETE FROM ends")

    assert "no longer good" in await alex.presses("I don't need this")


@pytest.mark.usefixtures("shared")
async def test_a_reason_that_cannot_be_read_any_more_keeps_nobody_from_deciding(
    adele: Someone, alex: Someone, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    await asks(alex, bot)
    await bot.alters("UPDATE requests SET reason = x'00'")

    assert "✓ can edit" in await adele.presses("Allow")
    assert "the reason of a request can't be read any more" in caplog.text


async def test_who_can_edit_asks_for_nothing_more(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex as write")

    told = await pressed(alex, bot, "received.ask", bot.button(alex, "I don't need this", bot.latest(alex)))
    await bot.at_rest()

    assert "no longer good" in told
    assert "asks to edit" not in adele.sees()


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(("status", "code"), [(403, "accessDenied"), (404, "itemNotFound")])
async def test_what_microsoft_does_not_let_the_sharer_take_back_is_said_so(
    adele: Someone, alex: Someone, bot: Bot, status: int, code: str
) -> None:
    body = {"error": {"code": code, "message": "?"}}
    bot.breaks("graph", r"/permissions$", status=status, body=body, times=None)

    told = await gives_back(alex, bot)

    assert "Microsoft 365 does not let Adele Vance take this access back. Please ask the owner of the file." in told
    assert bot.access(FILE)[ALEX] == "read"


@pytest.mark.usefixtures("shared")
async def test_what_ended_before_the_sharer_was_there_to_take_it_is_said_to_be_over(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await adele.says("sign out")
    await gives_back(alex, bot)
    card = bot.latest(adele)
    remove = bot.button(adele, "Remove access", card)
    await adele.says("undo")
    await bot.at_rest()

    told = words_of_answer(await bot.deliver(adele, remove, card))

    assert "has ended in the meantime" in told or "given it back" in told
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("shared")
async def test_an_older_notice_of_what_was_shared_anew_says_so(adele: Someone, alex: Someone, bot: Bot) -> None:
    notice = bot.latest(alex)
    unneeded = bot.button(alex, "I don't need this", notice)
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.revoke(item, Grant(bot.contoso.person(ALEX), "read").id)
    await shares(adele, bot, f"share {FILE} with Alex as read")
    await bot.later(days=4)

    told = words_of_answer(await bot.deliver(alex, unneeded, notice))

    assert f"This is over: {FILE} was shared with you anew since, or changed." in told
    assert bot.access(FILE)[ALEX] == "read"


async def test_an_older_notice_of_what_has_another_end_leads_to_that(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex and Megan as read until in 3 days")
    notice = bot.latest(alex)
    unneeded = bot.button(alex, "I don't need this", notice)
    await adele.says(f"extend Alex on {FILE} until in 9 days")
    await adele.presses("Change end")
    await bot.at_rest()

    asked = words_of_answer(await bot.deliver(alex, unneeded, notice))
    between = bot.access(FILE)[ALEX]
    told = await alex.presses("Remove my access")
    await bot.at_rest()

    assert "You don't need this?" in asked
    assert between == "read"
    assert "Given back" in told
    assert ALEX not in bot.access(FILE)
    assert bot.access(FILE)[MEGAN] == "read"


# kill -9 in the middle


GIVING_BACK = {
    "before the change": Rule("graph", "DELETE", r"/permissions/[^/]+$", times=1, delay=FOR_EVER),
    "after the change": Rule("graph", "DELETE", r"/permissions/[^/]+$", times=1, late=FOR_EVER),
    "before the sharer is told": Rule("connector", "POST", contains="has given it back", times=1, delay=FOR_EVER),
}
ALLOWING = {
    # The first time it is only looked whether all is as the card said.
    "while it is planned": [
        Rule("graph", "GET", r"/permissions$", times=1),
        Rule("graph", "GET", r"/permissions$", times=1, delay=FOR_EVER),
    ],
    "after the invite": [Rule("graph", "POST", r"/invite$", times=1, late=FOR_EVER)],
}


@pytest.mark.parametrize("when", GIVING_BACK)
async def test_giving_back_goes_on_after_a_kill(contoso: Contoso, tmp_path: Path, when: str) -> None:
    adele, alex = Someone(contoso, ADELE), Someone(contoso, ALEX)
    async with serving(contoso, tmp_path) as process:
        await shared_on(adele, alex)
        await alex.presses("I don't need this")
        remove = button(alex, "Remove my access")
        await killed(process, contoso, [GIVING_BACK[when]], alex.presses("Remove my access"))

    async with serving(contoso, tmp_path):
        await until(lambda: role(contoso) is None)
        again = await delivered(alex, remove)
        await until(lambda: when == "before the sharer is told" or "has given it back" in adele.sees())

    assert "no access of your own" in again
    assert adele.sees().count("has given it back") <= 1


@pytest.mark.parametrize("when", ALLOWING)
async def test_what_is_allowed_goes_on_after_a_kill(contoso: Contoso, tmp_path: Path, when: str) -> None:
    adele, alex = Someone(contoso, ADELE), Someone(contoso, ALEX)
    async with serving(contoso, tmp_path) as process:
        await shared_on(adele, alex)
        await alex.presses("Ask to edit")
        await alex.presses("Ask")
        await until(lambda: "asks to edit" in adele.sees())
        allow = button(adele, "Allow")
        await killed(process, contoso, ALLOWING[when], adele.presses("Allow"))

    async with serving(contoso, tmp_path):
        await until(lambda: role(contoso) == "write" and "✓ can edit" in adele.sees())
        again = await delivered(adele, allow)
        await until(lambda: "You can edit it." in alex.sees())

    assert "✓ can edit" in again
    assert alex.sees().count("You can edit it.") == 1


async def shared_on(adele: Someone, alex: Someone) -> None:
    await alex.says("hi")
    await adele.says(VIEW)
    await adele.presses("Share")
    await until(lambda: "Shared with you" in alex.sees())


def role(contoso: Contoso) -> str | None:
    return contoso.roles(contoso.file("Adele Vance", f"Finance/{FILE}")).get(ALEX)


def buttons(someone: Someone) -> list[str]:
    """Of the buttons on the newest card."""
    card = someone.contoso.client.card(someone.mail)
    assert card
    return [each["title"] for each in card["actions"]]


async def pressed(someone: Someone, bot: Bot, verb: str, known: Json, message: str = "") -> str:
    """A press of whatever verb with what another button carries, as Teams delivers it."""
    action = {**known, "verb": verb, "data": {**known["data"], "verb": verb}}
    return words_of_answer(await bot.deliver(someone, action, message or newest(someone)))


def newest(someone: Someone) -> str:
    return someone.contoso.client.messages(someone.mail)[-1].id
