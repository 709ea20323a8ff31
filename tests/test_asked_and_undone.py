"""What was asked for, allowed and then undone, lowered, given back or left in doubt: every card says what is so."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from contoso.faults import Rule
from tests.bot import Bot
from tests.people import Someone, words_of_answer
from tests.test_ask_to_edit import AWAY, FOR_DELEGATE, FOR_SHARER, asked, first
from tests.test_delegates import ALEX, names
from tests.test_faults_kill import until
from tests.test_outages import PERMISSIONS
from tests.test_received import FILE, asks, buttons, gives_back, newest, shares
from tests.test_request_access import LINK, shown
from tests.test_request_access import asks as requests

ENDED = "It has ended since."
ALLOWED = "You allowed this to Alex Wilber, for Adele Vance."


@pytest.fixture(autouse=True)
async def known(alex: Someone, megan: Someone) -> None:
    await alex.says("hi")
    await megan.says("help")


@pytest.fixture
async def viewed(adele: Someone, bot: Bot, known: None) -> None:
    """Alex may view the file without an end."""
    await shares(adele, bot, f"share {FILE} with Alex as read")


async def lowers(adele: Someone, bot: Bot) -> None:
    await adele.says(f"make Alex a viewer of {FILE}")
    await adele.presses("Make viewer")
    await bot.at_rest()


async def link(adele: Someone, bot: Bot) -> str:
    await adele.says("who has access to Q3 Budget.xlsx?")
    return LINK.format(base=bot.contoso.base_url)


# A share that stands again


@pytest.mark.usefixtures("viewed")
async def test_what_stands_again_has_not_ended_on_the_delegates_card(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    """The sharer lowers it, and undoes that: the delegate's card goes on to say that it has ended."""
    await asked(adele, alex, bot)
    card = newest(megan)
    await megan.presses("Allow", message=card)
    await bot.at_rest()
    await lowers(adele, bot)
    lowered = shown(megan, bot, card)
    await adele.says("undo")
    await bot.at_rest()

    assert ENDED in lowered
    assert bot.access(FILE)[ALEX] == "write"
    assert ENDED not in shown(megan, bot, card)


# Given back


@pytest.mark.usefixtures("viewed")
async def test_what_was_given_back_has_ended_on_the_delegates_card(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    card = newest(megan)
    await megan.presses("Allow", message=card)
    await bot.at_rest()
    await gives_back(alex, bot)

    assert bot.access(FILE)[ALEX] == "read"
    assert ENDED in shown(megan, bot, card)


@pytest.mark.usefixtures("viewed")
async def test_who_gives_back_editing_can_ask_for_it_again(adele: Someone, alex: Someone, bot: Bot) -> None:
    notice = bot.latest(alex)
    await asks(alex, bot)
    await adele.presses("Allow")
    await bot.at_rest()
    await gives_back(alex, bot)

    assert bot.access(FILE)[ALEX] == "read"
    assert "I gave you access" not in shown(alex, bot, notice)
    assert "Ask to edit" in shown(alex, bot, notice)


@pytest.mark.usefixtures("viewed")
async def test_when_the_view_is_given_back_nobody_is_asked_any_more_at_once(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    question, delegates = first(adele, bot), newest(megan)
    await gives_back(alex, bot)

    assert ALEX not in bot.access(FILE)
    assert FOR_SHARER not in shown(adele, bot, question)
    assert FOR_DELEGATE not in shown(megan, bot, delegates)


# Asked anew: the row of before is gone


async def test_of_what_was_given_in_the_meantime_the_owner_is_not_reminded(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    url = await link(adele, bot)
    await names(adele, bot)
    await requests(alex, bot, f"request access to {url}")
    await shares(adele, bot, f"share {FILE} with Alex as read")
    await bot.later(hours=25)
    reminded = adele.sees() + megan.sees()
    await bot.later(days=7)

    assert bot.access(FILE)[ALEX] == "read"
    assert "Alex Wilber can open it by now, so there is nothing left to decide." in adele.sees()
    assert f"You can open “{FILE}” already." in alex.sees()
    assert "They still wait" not in reminded
    assert "Alex Wilber asks to view a file of Adele" not in reminded
    assert "did not answer" not in alex.sees()


# The owner's cards


@pytest.mark.usefixtures("viewed")
async def test_what_was_undone_does_not_stand_on_the_other_card(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    question = first(adele, bot)
    await bot.later(hours=25)
    await adele.presses("Allow", message=newest(adele))
    await bot.at_rest()
    await adele.says("undo")
    await bot.at_rest()

    assert bot.access(FILE)[ALEX] == "read"
    assert "and that stands" not in shown(adele, bot, question)


@pytest.mark.usefixtures("viewed")
async def test_what_has_ended_has_no_undo_on_the_owners_notice(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    await megan.presses("Allow")
    await bot.at_rest()
    notice = newest(adele)
    await adele.says("undo")
    await bot.at_rest()

    assert bot.access(FILE)[ALEX] == "read"
    assert "✓ can edit" not in shown(adele, bot, notice)


@pytest.mark.usefixtures("viewed")
async def test_what_can_be_edited_for_a_time_can_be_asked_for_after_that(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    card = bot.latest(alex)
    await shares(adele, bot, f"share {FILE} with Alex as write until in 2 days")
    await alex.says("share Notes.txt with Megan")
    told = await alex.presses("Ask to edit", message=card)
    await bot.later(days=3)

    assert "You can edit “Q3 Budget.xlsx” already." in told
    assert bot.access(FILE)[ALEX] == "read"
    assert "Ask to edit" in shown(alex, bot, card)


@pytest.mark.usefixtures("viewed")
async def test_an_old_press_that_comes_again_asks_nobody_anew(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.presses("Ask to edit")
    card = bot.latest(alex)
    ask = bot.button(alex, "Ask", card)
    await bot.deliver(alex, ask, card)
    await bot.at_rest()
    await adele.presses("Allow")
    await bot.at_rest()
    await adele.says("undo")
    await bot.at_rest()
    before = adele.sees().count(FOR_SHARER)
    await bot.deliver(alex, ask, card)
    await bot.at_rest()

    assert adele.sees().count(FOR_SHARER) == before


@pytest.mark.usefixtures("viewed")
async def test_what_was_allowed_and_refused_can_be_asked_again(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    card = bot.latest(alex)
    bot.breaks(
        "graph", "/invite$", times=None, status=403, body={"error": {"code": "sharingDisabled", "message": "no"}}
    )
    await adele.presses("Allow")
    await bot.at_rest()
    bot.contoso.faults.clear()

    assert "did not let it be done" in shown(alex, bot, card)
    assert "Ask to edit" in shown(alex, bot, card)


async def test_who_has_an_end_of_their_own_is_let_go_at_once(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await shares(adele, bot, f"share {FILE} with Alex and Lee Gu as read until in 3 days")
    await asked(adele, alex, bot)
    card = newest(megan)
    await adele.says(f"extend Alex on {FILE} until in 20 days")
    await adele.presses("Change end")
    await bot.at_rest()
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()

    assert ALEX not in bot.access(FILE)
    assert FOR_DELEGATE not in shown(megan, bot, card)


# Batch two


async def test_what_a_delegate_allowed_and_the_owner_lowered_is_so_on_their_card(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    url = await link(adele, bot)
    await names(adele, bot, AWAY)
    await requests(alex, bot, f"request edit access to {url}")
    card = newest(megan)
    await megan.presses("Allow", message=card)
    await bot.at_rest()
    await lowers(adele, bot)

    assert bot.access(FILE)[ALEX] == "read"
    assert "✓ can edit" not in shown(megan, bot, card)


async def test_what_is_kept_longer_has_not_ended_on_the_delegates_card(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as read until in 5 days")
    await asked(adele, alex, bot)
    card = newest(megan)
    await megan.presses("Allow", message=card)
    await bot.at_rest()
    await adele.says(f"share {FILE} with Alex as write until in 10 days")
    await adele.presses("Share")
    await bot.at_rest()

    assert bot.access(FILE)[ALEX] == "write"
    assert ENDED not in shown(megan, bot, card)


async def test_of_several_that_are_undone_the_cards_that_ask_say_so(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await adele.says(f"share {FILE} and Travel costs 2026.xlsx with Alex as read")
    await adele.presses("Share all")
    await bot.at_rest()
    await names(adele, bot, AWAY)
    await asks(alex, bot)
    question, card = first(adele, bot), newest(megan)
    await adele.says("undo")
    await bot.at_rest()

    assert ALEX not in bot.access(FILE)
    assert FOR_SHARER not in shown(adele, bot, question)
    assert FOR_DELEGATE not in shown(megan, bot, card)


async def test_asked_again_while_a_yes_is_carried_out_all_still_hear_of_it(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    url = await link(adele, bot)
    await names(adele, bot, AWAY)
    await requests(alex, bot, f"request access to {url}")
    card = newest(megan)
    await alex.says(f"request access to {url}")
    bot.breaks("graph", "/invite$", method="POST", delay=3)
    press = asyncio.create_task(megan.presses("Allow", message=card))
    await asyncio.sleep(1.5)
    await alex.presses("Ask", {"reason": "again"})
    told = await press
    await bot.at_rest()

    assert bot.access(FILE)[ALEX] == "read"
    assert ALLOWED in told
    assert "Megan Bowen allowed this to Alex Wilber, for you." in adele.sees()


@pytest.mark.usefixtures("viewed")
async def test_an_end_that_was_moved_is_on_the_delegates_card(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    card = newest(megan)
    await megan.presses("Allow", message=card)
    await bot.at_rest()
    await adele.says(f"extend Alex on {FILE} until in 2 days")
    await adele.presses("Change end")
    await bot.at_rest()

    assert "No end date." not in shown(megan, bot, card)


# In doubt


async def in_doubt(someone: Someone, bot: Bot, message: str, reads: int) -> str:
    """Nobody can tell what came of a yes."""
    bot.limits = replace(bot.limits, try_again=(0.2, 0.4))
    await bot.restart()
    allow = bot.button(someone, "Allow", message)
    bot.contoso.faults = [
        Rule("graph", "GET", PERMISSIONS, times=reads),
        Rule("graph", "POST", "/invite", status=503, headers=(("Retry-After", "0.2"),), done=True, times=1),
        Rule("graph", "GET", PERMISSIONS, status=503, times=None),
    ]
    told = words_of_answer(await bot.deliver(someone, allow, message))
    await bot.at_rest()
    bot.contoso.faults.clear()
    return told


@pytest.mark.usefixtures("viewed")
async def test_a_yes_in_doubt_that_is_pressed_again_is_on_the_other_cards(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    """Nobody could tell what came of the owner's yes; pressed again it is there."""
    await asked(adele, alex, bot)
    card, question, delegates = bot.latest(alex), first(adele, bot), newest(megan)
    allow = bot.button(adele, "Allow", question)
    one = await in_doubt(adele, bot, question, 4)
    two = words_of_answer(await bot.deliver(adele, allow, question))
    await bot.at_rest()

    assert "I don't know whether" in one
    assert "✓ can edit" in two
    assert "I asked Adele Vance whether" not in shown(alex, bot, card)
    assert "has not answered yet" not in shown(megan, bot, delegates)


async def test_while_a_yes_is_in_doubt_it_is_not_asked_anew(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    """The row of the first is deleted then, and whoever said yes can't go on with it."""
    url = await link(adele, bot)
    await names(adele, bot, AWAY)
    await requests(alex, bot, f"request access to {url}")
    delegates = newest(megan)
    allow = bot.button(megan, "Allow", delegates)
    one = await in_doubt(megan, bot, delegates, 2)
    if ALEX in bot.access(FILE):
        item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
        mine = next(each for each in bot.contoso.files.own_grants(item) if getattr(each.to, "mail", "") == ALEX)
        bot.contoso.files.revoke(item, mine.id)
    await requests(alex, bot, f"request access to {url}")
    two = words_of_answer(await bot.deliver(megan, allow, delegates))
    await bot.at_rest()

    assert "I don't know whether" in one
    assert "no longer good" not in two


@pytest.mark.usefixtures("viewed")
@pytest.mark.parametrize("who", ["adele", "megan"])
async def test_what_is_undone_in_doubt_leaves_no_card_to_press(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot, who: str
) -> None:
    await asked(adele, alex, bot)
    someone, message = {"adele": (adele, first(adele, bot)), "megan": (megan, newest(megan))}[who]
    allow = bot.button(someone, "Allow", message)
    one = await in_doubt(someone, bot, message, 4)
    await adele.says("undo")
    await bot.at_rest()
    await bot.deliver(someone, allow, message)
    await bot.at_rest()

    assert "I don't know whether" in one
    assert bot.access(FILE)[ALEX] == "read"
    assert "Allow editing?" not in shown(someone, bot, message)


@pytest.mark.usefixtures("viewed")
async def test_what_was_undone_in_doubt_can_be_asked_again(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    card = bot.latest(alex)
    await in_doubt(adele, bot, first(adele, bot), 4)
    await adele.says("undo")
    await bot.at_rest()
    await bot.later(days=8)
    await alex.presses("I don't need this", message=card)
    kept = await alex.presses("Keep it", message=card)

    assert bot.access(FILE)[ALEX] == "read"
    assert "Ask to edit" in kept


@pytest.mark.usefixtures("viewed")
async def test_of_what_nobody_could_tell_and_was_undone_can_be_asked_again(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await asks(alex, bot)
    card = bot.latest(alex)
    bot.contoso.unheeded.add(ALEX)
    await adele.presses("Allow")
    await bot.at_rest()
    bot.contoso.unheeded.clear()
    await adele.says("undo")
    await bot.at_rest()
    await alex.presses("I don't need this", message=card)
    kept = await alex.presses("Keep it", message=card)

    assert bot.access(FILE)[ALEX] == "read"
    assert "Ask to edit" in kept


async def test_who_has_asked_to_view_is_told_to_ask_for_more_later(adele: Someone, alex: Someone, bot: Bot) -> None:
    url = await link(adele, bot)
    await requests(alex, bot, f"request access to {url}")
    told = await requests(alex, bot, f"request edit access to {url}")

    assert "You have asked Adele Vance to view this. Ask to edit it when they have answered." in told
    assert "asks to edit" not in adele.sees()


@pytest.mark.usefixtures("viewed")
async def test_a_double_click_asks_anew_once(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    card = bot.latest(alex)
    await adele.presses("Allow")
    await bot.at_rest()
    await adele.says("undo")
    await bot.at_rest()
    await alex.presses("Ask to edit", message=card)
    ask = bot.button(alex, "Ask", card)
    await asyncio.gather(*(bot.deliver(alex, ask, card) for _ in range(4)))
    await bot.at_rest()

    assert adele.sees().count(FOR_SHARER) == 1


@pytest.mark.usefixtures("viewed")
async def test_allowed_by_both_at_once_it_is_one_share(adele: Someone, alex: Someone, megan: Someone, bot: Bot) -> None:
    await asked(adele, alex, bot)
    own = bot.button(adele, "Allow", newest(adele)), newest(adele)
    other = bot.button(megan, "Allow", newest(megan)), newest(megan)
    await asyncio.gather(bot.deliver(adele, *own), bot.deliver(megan, *other))
    await bot.at_rest()
    assert alex.sees().count("You can edit it.") == 1


# Whoever decides no more


@pytest.mark.usefixtures("viewed")
async def test_who_decides_no_more_learns_nothing_of_the_answer(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    card = newest(megan)
    allow = bot.button(megan, "Allow", card)
    await adele.says("nobody decides for me")
    await adele.presses("Take it back")
    await bot.at_rest()
    await adele.presses("Decline", message=first(adele, bot))
    await bot.at_rest()
    told = words_of_answer(await bot.deliver(megan, allow, card))

    assert "declined" not in told
    assert "You don't decide for Adele Vance any more." in told


@pytest.mark.usefixtures("viewed")
async def test_whose_time_is_over_has_no_card_to_press(adele: Someone, alex: Someone, megan: Someone, bot: Bot) -> None:
    await asked(adele, alex, bot)
    card = newest(megan)
    await bot.later(days=4)

    assert "You don't decide for Adele Vance any more." in shown(megan, bot, card)
    assert FOR_DELEGATE not in shown(megan, bot, card)


@pytest.mark.parametrize("who", ["adele", "megan"])
async def test_a_yes_gives_no_more_than_the_card_showed_also_where_that_changes_meanwhile(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot, who: str
) -> None:
    """The end is removed while the press is looked up."""
    await shares(adele, bot, f"share {FILE} with Alex as read until in 3 days")
    await asked(adele, alex, bot)
    someone, card = {"adele": (adele, first(adele, bot)), "megan": (megan, newest(megan))}[who]
    allow = bot.button(someone, "Allow", card)
    await adele.says(f"remove the end of Alex's access to {FILE}")
    bot.breaks("graph", PERMISSIONS, method="GET", late=3.0)
    press = asyncio.create_task(bot.deliver(someone, allow, card))
    await until(lambda: not bot.contoso.faults)
    await asyncio.sleep(0.2)
    await adele.presses("Change end")
    told = words_of_answer(await press)
    await bot.at_rest()
    now = bot.access(FILE)[ALEX]
    await bot.later(days=5)

    assert "then I end it" in told or "Allow editing?" in told
    assert now == "read" or bot.access(FILE).get(ALEX) != "write"


@pytest.mark.usefixtures("viewed")
async def test_when_the_time_of_a_delegate_is_over_what_they_began_goes_on_by_the_owner(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    question, card = first(adele, bot), newest(megan)
    own, allow = bot.button(adele, "Allow", question), bot.button(megan, "Allow", card)
    await in_doubt(megan, bot, card, 4)
    await adele.says("nobody decides for me")
    await adele.presses("Take it back")
    await bot.at_rest()
    told = words_of_answer(await bot.deliver(megan, allow, card))
    two = words_of_answer(await bot.deliver(adele, own, question))
    await bot.at_rest()
    assert "✓ can edit" in two
    assert "I told both" not in told


@pytest.mark.usefixtures("viewed")
async def test_what_the_owner_undid_a_delegate_does_not_allow_again(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    """Only the owner is asked again."""
    await asked(adele, alex, bot)
    card = bot.latest(alex)
    await megan.presses("Allow")
    await bot.at_rest()
    await adele.presses("Undo")
    await bot.at_rest()
    await alex.presses("Ask to edit", message=card)
    await alex.presses("Ask", message=card)
    await bot.at_rest()

    assert adele.sees().count(FOR_SHARER) == 1
    assert FOR_DELEGATE not in megan.sees()
    assert bot.access(FILE)[ALEX] == "read"


async def test_kept_longer_then_undone_is_on_the_delegates_card(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as read until in 5 days")
    await asked(adele, alex, bot)
    card = newest(megan)
    await megan.presses("Allow", message=card)
    await bot.at_rest()
    await shares(adele, bot, f"share {FILE} with Alex as write until in 10 days")
    await adele.says("undo")
    await bot.at_rest()
    assert bot.access(FILE)[ALEX] == "write"
    assert ENDED not in shown(megan, bot, card)


@pytest.mark.usefixtures("viewed")
async def test_who_asks_anew_hears_of_it_on_the_first_card(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    """Lowered, asked anew, declined."""
    await asks(alex, bot)
    card = bot.latest(alex)
    await adele.presses("Allow")
    await bot.at_rest()
    await lowers(adele, bot)
    await alex.presses("Ask to edit", message=card)
    await alex.presses("Ask", message=card)
    await bot.at_rest()
    await adele.presses("Decline", message=first(adele, bot))
    await bot.at_rest()
    assert "would rather not let you edit" in shown(alex, bot, card)
    assert bot.access(FILE)[ALEX] == "read"


@pytest.mark.usefixtures("viewed")
@pytest.mark.parametrize("how", ["says", "presses"])
async def test_what_is_undone_at_once_is_not_on_the_askers_card(
    adele: Someone, alex: Someone, bot: Bot, how: str
) -> None:
    await asks(alex, bot)
    card = bot.latest(alex)
    await adele.presses("Allow")
    told = await (adele.says("undo") if how == "says" else adele.presses("Undo"))
    await bot.at_rest()
    await bot.later(hours=1)

    assert "Undone" in told
    assert bot.access(FILE)[ALEX] == "read"
    assert "I gave you access" not in shown(alex, bot, card)


async def test_what_is_undone_at_once_is_not_on_the_delegates_card(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    """The owner, who is told first, undoes it before the delegate's card has come."""
    url = await link(adele, bot)
    await asked_for_access(adele, alex, bot, url)
    card = newest(megan)
    before = newest(adele)
    press = asyncio.create_task(megan.presses("Allow", message=card))
    await until(lambda: newest(adele) != before and "Undo" in buttons(adele))
    await adele.presses("Undo")
    await press
    await bot.at_rest()
    await bot.later(hours=1)

    assert ALEX not in bot.access(FILE)
    assert "✓ can view" not in shown(megan, bot, card)


async def asked_for_access(adele: Someone, alex: Someone, bot: Bot, url: str) -> None:
    await names(adele, bot, AWAY)
    await requests(alex, bot, f"request access to {url}")


@pytest.mark.usefixtures("viewed")
async def test_a_right_that_somebody_else_took_back_can_be_asked_for_again(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    """The sharer makes Alex a viewer in OneDrive, as OneDrive has it."""
    await asks(alex, bot)
    card = bot.latest(alex)
    await adele.presses("Allow")
    await bot.at_rest()
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    mine = next(each for each in bot.contoso.files.own_grants(item) if getattr(each.to, "mail", "") == ALEX)
    bot.contoso.files.change(item, replace(mine, role="read"))
    await adele.says("undo")
    await bot.at_rest()
    assert bot.access(FILE)[ALEX] == "read"
    assert "I gave you access" not in shown(alex, bot, card)


async def test_what_ended_by_its_time_a_delegate_gives_again(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    url = await link(adele, bot)
    await names(adele, bot, AWAY)
    await requests(alex, bot, f"request access to {url} until tomorrow")
    await megan.presses("Allow")
    await bot.later(days=2)
    ended = ALEX not in bot.access(FILE)
    await requests(alex, bot, f"request access to {url}")
    await megan.presses("Allow")
    await bot.at_rest()

    assert ended
    assert bot.access(FILE)[ALEX] == "read"
