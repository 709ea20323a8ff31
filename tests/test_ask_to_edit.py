"""“Ask to edit” is looked after as any request: reminded, left to a delegate, and let go of when nobody answers."""

from __future__ import annotations

import asyncio

import pytest

from tests.bot import Bot
from tests.people import Someone, words_of_answer
from tests.test_delegates import ALEX, names
from tests.test_received import FILE, REASON, asks, buttons, gives_back, newest, pressed, shares
from tests.test_request_access import shown

FOR_SHARER = "Alex Wilber asks to edit what you shared."
FOR_DELEGATE = "Alex Wilber asks to edit what Adele Vance shared."
AWAY = "Megan Bowen decides for me until in 3 days"
OVER = "has ended in the meantime, so there is nothing left to decide."


@pytest.fixture(autouse=True)
async def viewed(adele: Someone, alex: Someone, megan: Someone, bot: Bot) -> None:
    """Alex may view the file without an end, and Megan knows the bot."""
    await alex.says("hi")
    await megan.says("help")
    await shares(adele, bot, f"share {FILE} with Alex as read")


async def asked(adele: Someone, alex: Someone, bot: Bot) -> None:
    """Sharer and delegate have the card."""
    await names(adele, bot, AWAY)
    await asks(alex, bot)


def first(someone: Someone, bot: Bot, said: str = FOR_SHARER) -> str:
    """The message in which this was said."""
    messages = bot.contoso.client.messages(someone.mail)
    return next(each.id for each in messages if said in shown(someone, bot, each.id))


# Time


async def test_after_a_day_the_sharer_is_reminded_once_and_after_a_week_it_lapses(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await asks(alex, bot)
    card = bot.latest(alex)
    await bot.later(hours=23)
    early = adele.sees().count("They still wait for your answer.")
    await bot.later(hours=2)
    await bot.later(hours=2)
    reminder = newest(adele)
    reminded = adele.sees().count("They still wait for your answer.")
    allow = bot.button(adele, "Allow", reminder)
    await bot.later(days=7)
    late = words_of_answer(await bot.deliver(adele, allow, reminder))

    assert (early, reminded) == (0, 1)
    assert alex.sees().count("Adele Vance did not answer within a week.") == 1
    assert "Adele Vance did not answer. You can ask again." in shown(alex, bot, card)
    assert "Alex Wilber asked too long ago: they can ask again." in shown(adele, bot, reminder)
    assert "Alex Wilber asked too long ago" in late
    assert bot.access(FILE)[ALEX] == "read"


async def test_what_nobody_answered_can_be_asked_again(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    await bot.later(days=8)
    offered = buttons(alex)
    told = await asks(alex, bot, "I still do.")
    question = shown(adele, bot, newest(adele))
    await adele.presses("Allow")
    await bot.at_rest()

    assert "Ask to edit" in offered
    assert "I asked Adele Vance" in told
    assert "I still do." in question
    assert bot.access(FILE)[ALEX] == "write"


async def test_what_was_allowed_and_undone_can_be_asked_again(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    card = bot.latest(alex)
    await adele.presses("Allow")
    await bot.at_rest()
    yes = shown(alex, bot, card)
    await adele.says("undo")
    await bot.at_rest()
    after, taken = shown(alex, bot, card), bot.access(FILE)[ALEX]
    await alex.presses("Ask to edit", message=card)
    told = await alex.presses("Ask", message=card)
    await bot.at_rest()
    await adele.presses("Allow")
    await bot.at_rest()

    assert "I gave you access" in yes
    assert "can view" in after
    assert taken == "read"
    assert "I asked Adele Vance" in told
    assert bot.access(FILE)[ALEX] == "write"


async def test_what_was_allowed_and_lowered_can_be_asked_again(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    card = bot.latest(alex)
    await adele.presses("Allow")
    await bot.at_rest()
    given = bot.access(FILE)[ALEX]
    await adele.says(f"make Alex a viewer of {FILE}")
    await adele.presses("Make viewer")
    await bot.at_rest()
    taken = bot.access(FILE)[ALEX]
    await alex.presses("Ask to edit", message=card)
    await alex.presses("Ask", message=card)
    await bot.at_rest()
    await adele.presses("Allow")
    await bot.at_rest()

    assert (given, taken) == ("write", "read")
    assert bot.access(FILE)[ALEX] == "write"


async def test_where_it_was_asked_it_can_be_asked_again_or_given_back(alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    card = bot.latest(alex)
    await bot.later(days=8)
    again = await alex.presses("Ask to edit", message=card)
    await alex.presses("Cancel", message=card)
    await alex.presses("I don't need this", message=card)
    await alex.presses("Remove my access", message=card)

    assert "Ask to edit this?" in again
    assert ALEX not in bot.access(FILE)


async def test_what_was_declined_is_not_asked_again(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.presses("Ask to edit")
    card = bot.latest(alex)
    ask = bot.button(alex, "Ask", card)
    await bot.deliver(alex, ask, card)
    await bot.at_rest()
    await adele.presses("Decline")
    await bot.at_rest()
    await bot.deliver(alex, ask, card)
    await bot.later(days=2)
    await bot.later(days=7)

    assert adele.sees().count(FOR_SHARER) == 0
    assert "did not answer" not in alex.sees()


async def test_so_many_hours_as_the_administrator_says(adele: Someone, alex: Someone, bot: Bot) -> None:
    bot.more = {"REMIND_HOURS": "2"}
    await bot.restart()
    await asks(alex, bot)
    await bot.later(hours=1)
    early = "They still wait" in adele.sees()
    await bot.later(hours=1.5)

    assert not early
    assert "They still wait" in adele.sees()


async def test_in_words_what_nobody_answered_is_said_once(alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    await alex.says("plain text on")
    await bot.later(days=8)

    assert alex.sees().count("did not answer") == 1


async def test_who_asks_in_german_reads_in_german_that_nobody_answered(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    lee = Someone(bot.contoso, "lee.gu@contoso.com", locale="de-DE")
    await lee.says("hallo")
    await shares(adele, bot, f"share {FILE} with Lee Gu as read")
    await lee.presses("Bearbeiten anfragen")
    await lee.presses("Anfragen")
    await bot.at_rest()
    await bot.later(days=8)

    assert "Keine Antwort" in lee.sees()


# Whoever decides for the sharer


async def test_after_a_day_without_an_answer_the_delegate_is_asked_too(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await names(adele, bot)
    await asks(alex, bot)
    await bot.later(hours=23)
    early = megan.sees()
    await bot.later(hours=2)
    await bot.later(hours=2)
    card = shown(megan, bot, newest(megan))

    assert "Alex Wilber asks" not in early
    assert megan.sees().count(FOR_DELEGATE) == 1
    for said in ("Allow editing?", FILE, "can edit", ALEX, "now: can view", "No end date, as now.", REASON):
        assert said in card
    assert "Adele Vance has not answered yet, and you decide for them." in card
    assert buttons(megan) == ["Allow", "Decline"]


async def test_while_the_sharer_is_away_both_are_asked_at_once(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)

    assert FOR_SHARER in adele.sees()
    assert FOR_DELEGATE in megan.sees()


async def test_for_a_sharer_who_is_not_signed_in_the_delegate_is_asked_at_once(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await names(adele, bot)
    await adele.says("sign out")
    await asks(alex, bot)
    told = await megan.presses("Allow")
    declined = await megan.presses("Decline")
    await bot.at_rest()

    assert "I would do this as Adele Vance, who is not signed in to me." in told
    assert "You declined this to Alex Wilber, for Adele Vance." in declined
    assert "Megan Bowen would rather not let you edit this." in alex.sees()
    assert bot.access(FILE)[ALEX] == "read"


async def test_for_a_sharer_who_cannot_be_reached_the_delegate_is_asked_alone(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await names(adele, bot)
    await bot.alters("DELETE FROM conversations WHERE person_id = ?", bot.contoso.person(adele.mail).id)
    told = await asks(alex, bot)
    allowed = await megan.presses("Allow")
    await bot.at_rest()

    assert "I asked Adele Vance" in told
    assert FOR_SHARER not in adele.sees()
    assert "You allowed this to Alex Wilber" in allowed
    assert bot.access(FILE)[ALEX] == "write"


async def test_nobody_decides_what_they_asked_for_themselves(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    await names(adele, bot, "Alex Wilber decides for me until in 3 days")
    await bot.later(days=2)

    assert "what Adele Vance shared" not in alex.sees()


async def test_what_a_delegate_allows_is_given_as_the_sharer_who_is_told_and_can_undo_it(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    card = first(adele, bot)
    told = await megan.presses("Allow")
    await bot.at_rest()
    given = bot.access(FILE)[ALEX]

    assert "You allowed this to Alex Wilber, for Adele Vance. I told both." in told
    assert "✓ can edit" in told
    assert given == "write"
    assert "Megan Bowen said yes, and I gave you access." in alex.sees()
    assert "Megan Bowen allowed this to Alex Wilber, for you." in shown(adele, bot, card)
    assert "Megan Bowen allowed this to Alex Wilber, for you." in shown(adele, bot, newest(adele))
    assert "Undone" in await adele.presses("Undo")
    assert bot.access(FILE)[ALEX] == "read"


async def test_what_the_sharer_takes_back_is_on_the_delegates_card(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    card, allow = newest(megan), bot.button(megan, "Allow", newest(megan))
    await megan.presses("Allow")
    await bot.at_rest()
    before = shown(megan, bot, card)
    await adele.presses("Undo")
    await bot.at_rest()
    said = "You allowed this to Alex Wilber, for Adele Vance. It has ended since."

    assert "✓ can edit" in before
    assert said in shown(megan, bot, card)
    assert said in words_of_answer(await bot.deliver(megan, allow, card))


async def test_what_a_delegate_declines_changes_nothing_and_both_are_told(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    told = await megan.presses("Decline")
    await bot.at_rest()

    assert "You declined this to Alex Wilber, for Adele Vance." in told
    assert "Megan Bowen would rather not let you edit this." in alex.sees()
    assert "They decided for Adele Vance." in alex.sees()
    assert "Megan Bowen declined this to Alex Wilber, for you." in shown(adele, bot, newest(adele))
    assert bot.access(FILE)[ALEX] == "read"


@pytest.mark.parametrize("answer", ["Allow", "Decline"])
async def test_what_the_sharer_decides_is_on_the_delegates_card(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot, answer: str
) -> None:
    await asked(adele, alex, bot)
    message = newest(megan)
    known = bot.button(megan, "Allow", message)
    await adele.presses(answer)
    await bot.at_rest()
    said = {"Allow": "Adele Vance allowed this to Alex", "Decline": "Adele Vance declined this to Alex"}[answer]

    assert said in shown(megan, bot, message)
    assert said in words_of_answer(await bot.deliver(megan, known, message))


async def test_pressed_at_once_by_both_it_is_decided_once(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    own = bot.button(adele, "Allow", newest(adele)), newest(adele)
    other = bot.button(megan, "Decline", newest(megan)), newest(megan)

    answers = await asyncio.gather(bot.deliver(adele, *own), bot.deliver(megan, *other))
    await bot.at_rest()

    is_given = bot.access(FILE)[ALEX] == "write"
    said = [words_of_answer(each) for each in answers]
    assert ("✓ can edit" in said[0]) is is_given
    assert ("You declined this" in said[1]) is not is_given
    assert ("would rather not" in alex.sees()) is not is_given


async def test_a_delegate_who_is_none_any_more_decides_nothing(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    message = newest(megan)
    allow = bot.button(megan, "Allow", message)
    await adele.says("nobody decides for me")
    await adele.presses("Take it back")
    answer = words_of_answer(await bot.deliver(megan, allow, message))

    assert "You don't decide for Adele Vance any more." in answer
    assert bot.access(FILE)[ALEX] == "read"


async def test_what_needs_a_second_person_needs_one_still(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await bot.under(
        '[rules."A second person"]\nthen = "approve"\napprovers = ["lee.gu@contoso.com"]\nroles = ["write"]'
    )
    await asked(adele, alex, bot)
    told = await megan.presses("Allow")
    await bot.at_rest()

    assert "which only Adele Vance can ask for" in told
    assert bot.access(FILE)[ALEX] == "read"


# What came of it


async def test_what_nobody_can_tell_is_said_as_that(adele: Someone, alex: Someone, megan: Someone, bot: Bot) -> None:
    await asked(adele, alex, bot)
    bot.contoso.unheeded.add(ALEX)
    await megan.presses("Allow")
    await bot.at_rest()

    assert "Megan Bowen said yes, but I don't know whether you can edit it now." in alex.sees()
    assert "You can view it, as before." not in shown(alex, bot, newest(alex))


async def test_what_did_not_work_leaves_what_was(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    bot.breaks(
        "graph", "/invite$", times=None, status=403, body={"error": {"code": "sharingDisabled", "message": "no"}}
    )
    await adele.presses("Allow")
    await bot.at_rest()
    told = shown(alex, bot, newest(alex))

    assert "Adele Vance said yes, but Microsoft 365 did not let it be done." in told
    assert "You can view it, as before." in told


async def test_what_is_viewed_without_an_end_is_edited_without_one(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    await bot.under("[defaults]\ndays = 2")
    told = await adele.presses("Allow")

    assert "✓ can edit" in told
    assert "I end it" not in told


async def test_a_button_of_before_still_decides(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    message = newest(adele)
    known = bot.button(adele, "Decline", message)

    assert "✓ can edit" in await pressed(adele, bot, "requests.allow", known, message)
    assert "You have allowed Alex Wilber to edit this" in await pressed(adele, bot, "requests.decline", known, message)
    assert "Undo" in buttons(adele)


# When it is over


@pytest.mark.parametrize("who", ["reminder", "delegate"])
async def test_of_what_has_ended_nobody_is_asked_any_more(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot, who: str
) -> None:
    await asks(alex, bot)
    card = newest(adele)
    await adele.says("undo")
    await bot.at_rest()
    if who == "delegate":
        await names(adele, bot, AWAY)
    await bot.later(hours=25)
    await bot.later(days=8)

    assert "They still wait" not in adele.sees()
    assert FOR_DELEGATE not in megan.sees()
    assert OVER in shown(adele, bot, card)
    assert "did not answer" not in alex.sees()


@pytest.mark.parametrize("title", ["Allow", "Decline"])
async def test_what_has_ended_is_said_to_a_delegate_who_presses(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot, title: str
) -> None:
    await asked(adele, alex, bot)
    card, question = newest(megan), newest(adele)
    late = bot.button(megan, title, card)
    await gives_back(alex, bot)
    told = words_of_answer(await bot.deliver(megan, late, card))
    await bot.at_rest()

    assert f"What Adele Vance shared with Alex Wilber {OVER}" in told
    assert f"What you shared with Alex Wilber {OVER}" in shown(adele, bot, question)
    assert ALEX not in bot.access(FILE)


async def test_of_a_share_that_is_forgotten_nobody_is_told(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    await bot.alters("DELETE FROM ends")
    await bot.alters("UPDATE requests SET owner_id = NULL")
    await bot.later(hours=25)
    await bot.later(days=8)

    assert "They still wait" not in adele.sees()
    assert "did not answer" not in alex.sees()


async def test_what_was_asked_before_it_was_kept_who_decides_reaches_a_delegate(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asks(alex, bot)
    await alex.says("ask Adele Vance for access to Travel costs 2026.xlsx")
    await alex.presses("Ask", {"reason": REASON})
    await bot.at_rest()
    await bot.alters("UPDATE requests SET owner_id = NULL")
    await names(adele, bot, AWAY)
    await bot.later(minutes=1)

    assert FOR_DELEGATE in megan.sees()
    assert "Alex Wilber asks to view a file of Adele Vance's." in megan.sees()
