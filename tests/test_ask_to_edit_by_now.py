"""“Ask to edit” is answered by what is so by now: what changed since the card came is shown first."""

from __future__ import annotations

import asyncio

import pytest

from bot.teams.server import WORK
from contoso.files import Grant
from tests.bot import Bot
from tests.people import Someone, words, words_of_answer
from tests.test_ask_to_edit import FOR_DELEGATE, FOR_SHARER, OVER, asked
from tests.test_delegates import ALEX, names
from tests.test_faults_kill import until
from tests.test_received import FILE, asks, buttons, newest, shares
from tests.test_request_access import shown

DAY = 24 * 60 * 60
PERMISSIONS = r"/permissions$"


@pytest.fixture(autouse=True)
async def known(alex: Someone, megan: Someone) -> None:
    """Both know the bot."""
    await alex.says("hi")
    await megan.says("help")


@pytest.fixture
async def viewed(adele: Someone, bot: Bot, known: None) -> None:
    """Alex may view the file without an end."""
    await shares(adele, bot, f"share {FILE} with Alex as read")


def sharers(adele: Someone) -> str:
    """The message that asks the sharer."""
    messages = adele.contoso.client.messages(adele.mail)
    return next(each.id for each in messages if FOR_SHARER in words(each))


async def takes_away(bot: Bot) -> None:
    """In OneDrive."""
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    mine = next(each for each in bot.contoso.files.own_grants(item) if getattr(each.to, "mail", "") == ALEX)
    bot.contoso.files.revoke(item, mine.id)


async def changes_end(adele: Someone, bot: Bot, sentence: str) -> None:
    await adele.says(sentence)
    await adele.presses("Change end")
    await bot.at_rest()


# What the card shows


@pytest.mark.parametrize(
    ("mail", "sentence"),
    [
        ("adele.vance@contoso.com", f"remove the end of Alex's access to {FILE}"),
        ("megan.bowen@contoso.com", f"remove the end of Alex's access to {FILE}"),
        ("megan.bowen@contoso.com", f"extend Alex on {FILE} until in 60 days"),
    ],
)
async def test_a_yes_gives_no_more_than_the_card_showed(
    adele: Someone, alex: Someone, bot: Bot, mail: str, sentence: str
) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as read until in 3 days")
    await asked(adele, alex, bot)
    someone = Someone(bot.contoso, mail)
    card = newest(someone)
    await changes_end(adele, bot, sentence)
    told = await someone.presses("Allow", message=card)
    await bot.at_rest()
    first = bot.access(FILE)[ALEX]
    await someone.presses("Allow", message=card)
    await bot.at_rest()

    assert "Allow editing?" in told
    assert (first, bot.access(FILE)[ALEX]) == ("read", "write")


async def test_who_has_an_end_of_their_own_since_is_still_waited_for(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await shares(adele, bot, f"share {FILE} with Alex and Lee Gu as read until in 3 days")
    await asked(adele, alex, bot)
    card = newest(megan)
    await changes_end(adele, bot, f"extend Alex on {FILE} until in 20 days")
    await bot.later(hours=26)
    reminded = adele.sees()
    told = await megan.presses("Allow", message=card)
    await bot.at_rest()
    await megan.presses("Allow", message=card)
    await bot.at_rest()

    assert "They still wait" in reminded
    assert OVER not in told
    assert bot.access(FILE)[ALEX] == "write"


async def test_who_has_an_end_of_their_own_since_asks_once(adele: Someone, alex: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with Alex and Lee Gu as read until in 3 days")
    await asks(alex, bot)
    card = newest(adele)
    await changes_end(adele, bot, f"extend Alex on {FILE} until in 20 days")
    await bot.later(days=8)
    lapsed = shown(adele, bot, card)
    await alex.presses("Ask to edit")
    told = await alex.presses("Ask")
    await bot.at_rest()

    assert "Alex Wilber asked too long ago" in lapsed
    assert alex.sees().count("Adele Vance did not answer within a week.") <= 1
    assert "I asked Adele Vance" in told
    assert FOR_SHARER in shown(adele, bot, newest(adele))


@pytest.mark.usefixtures("viewed")
@pytest.mark.parametrize("who", ["sharer", "delegate"])
async def test_who_can_edit_for_a_time_keeps_it_by_a_yes(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot, who: str
) -> None:
    await asked(adele, alex, bot)
    someone = {"sharer": adele, "delegate": megan}[who]
    card = newest(someone)
    await shares(adele, bot, f"share {FILE} with Alex as write until in 3 days")
    told = await someone.presses("Allow", message=card)
    await someone.presses("Allow", message=card)
    await bot.at_rest()
    await bot.later(days=5)

    assert "now: can edit, until" in told
    assert bot.access(FILE)[ALEX] == "write"


# What came in between


@pytest.mark.usefixtures("viewed")
@pytest.mark.parametrize("how", ["undone", "given back", "taken away in OneDrive"])
async def test_what_ends_while_a_yes_is_looked_up_is_not_given(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot, how: str
) -> None:
    await asked(adele, alex, bot)
    card = newest(megan)
    await alex.presses("I don't need this")
    # The card is compared with a first reading; what the second one says is old when it comes.
    bot.breaks("graph", PERMISSIONS, method="GET")
    bot.breaks("graph", PERMISSIONS, method="GET", late=2.0)
    press = asyncio.create_task(megan.presses("Allow", message=card))
    await until(lambda: not bot.contoso.faults)
    await asyncio.sleep(0.2)
    if how == "undone":
        await adele.says("undo")
    elif how == "given back":
        await alex.presses("Remove my access")
    else:
        await takes_away(bot)
    told = await press
    await bot.at_rest()

    assert ALEX not in bot.access(FILE)
    assert "✓ can edit" not in told
    assert OVER in told or "Somebody has taken this access away" in told


@pytest.mark.usefixtures("viewed")
async def test_what_was_taken_away_in_onedrive_is_not_given_by_a_delegate(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    await takes_away(bot)
    told = await megan.presses("Allow")
    await bot.at_rest()

    assert f"What Adele Vance shared with Alex Wilber {OVER}" in told
    assert ALEX not in bot.access(FILE)


@pytest.mark.usefixtures("viewed")
@pytest.mark.parametrize("by_now", ["nothing", "editing"])
async def test_a_no_says_only_what_is_so(adele: Someone, alex: Someone, bot: Bot, by_now: str) -> None:
    await asks(alex, bot)
    card = newest(adele)
    allow = bot.button(adele, "Allow", card)
    if by_now == "nothing":
        await takes_away(bot)
    else:
        await shares(adele, bot, f"share {FILE} with Alex as write")
    told = await adele.presses("Decline", message=card)
    again = words_of_answer(await bot.deliver(adele, allow, card))
    await bot.at_rest()

    assert "You did not let Alex Wilber edit this. I told them." in told
    assert "You have declined this, and that stands." in again
    assert "can view it, as before" not in told + again + alex.sees()


@pytest.mark.usefixtures("viewed")
async def test_of_what_they_can_edit_by_now_nobody_is_asked_any_more(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asks(alex, bot)
    card = newest(adele)
    await shares(adele, bot, f"share {FILE} with Alex as write")
    await names(adele, bot)
    await bot.later(hours=25)

    assert "Alex Wilber can edit it by now, so there is nothing left to decide." in shown(adele, bot, card)
    assert FOR_DELEGATE not in megan.sees()


@pytest.mark.usefixtures("viewed")
async def test_who_can_edit_already_is_told_so_and_nobody_is_asked(adele: Someone, alex: Someone, bot: Bot) -> None:
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.change(item, Grant(bot.contoso.person(ALEX), "write"))
    card = bot.latest(alex)
    await alex.says("share Notes.txt with Megan")
    told = await alex.presses("Ask to edit", message=card)
    await bot.at_rest()

    assert f"You can edit “{FILE}” already." in told
    assert FOR_SHARER not in adele.sees()


# When it is over


@pytest.mark.usefixtures("viewed")
async def test_cards_of_what_has_ended_say_so_at_once(adele: Someone, alex: Someone, megan: Someone, bot: Bot) -> None:
    await asked(adele, alex, bot)
    sharers_card, delegates_card = sharers(adele), newest(megan)
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    await adele.says("undo")
    await bot.at_rest()

    assert OVER in shown(adele, bot, sharers_card)
    assert OVER in shown(megan, bot, delegates_card)
    assert bot.access(FILE)[ALEX] == "read"
    assert "Ask to edit" in alex.sees()


@pytest.mark.usefixtures("viewed")
async def test_a_press_that_failed_leaves_no_card_standing(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asked(adele, alex, bot)
    card = sharers(adele)
    bot.breaks("graph", PERMISSIONS, status=503, times=None)
    await adele.presses("Allow", message=card)
    bot.contoso.faults.clear()
    await bot.at_rest()
    await megan.presses("Decline")
    await bot.at_rest()

    assert "Megan Bowen declined this to Alex Wilber, for you." in shown(adele, bot, card)


@pytest.mark.usefixtures("viewed")
async def test_what_a_kill_has_cut_of_a_lapse_is_told_later(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    bot.breaks("connector", r"/activities", method="PUT", times=None, delay=30)
    bot.ahead += 8 * DAY
    look = asyncio.create_task(bot._runner.app[WORK].look())  # pyright: ignore[reportPrivateUsage, reportOptionalMemberAccess]
    await asyncio.sleep(2)
    look.cancel()
    await asyncio.gather(look, return_exceptions=True)
    bot.contoso.faults.clear()
    await bot.restart()
    await bot.later(hours=1)
    await bot.later(hours=1)

    assert alex.sees().count("Adele Vance did not answer within a week.") == 1


@pytest.mark.usefixtures("viewed")
async def test_what_was_undone_is_said_to_whoever_presses_late(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    card = newest(adele)
    pressed = [bot.button(adele, each, card) for each in ("Decline", "Allow")]
    await adele.presses("Allow")
    await bot.at_rest()
    await adele.says("undo")
    await bot.at_rest()
    said = [words_of_answer(await bot.deliver(adele, each, card)) for each in pressed]

    assert all("Undone" in each and "that stands" not in each for each in said)
    assert "I gave you access" not in alex.sees()


@pytest.mark.usefixtures("viewed")
async def test_no_undo_is_offered_where_nothing_was_given(adele: Someone, alex: Someone, bot: Bot) -> None:
    await asks(alex, bot)
    card = newest(adele)
    decline = bot.button(adele, "Decline", card)
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.change(item, Grant(bot.contoso.person(ALEX), "write"))
    await adele.presses("Allow")
    await bot.at_rest()
    told = words_of_answer(await bot.deliver(adele, decline, card))

    assert "You have allowed Alex Wilber to edit this, and that stands." in told
    assert "Undo" not in buttons(adele)


# Time


@pytest.mark.usefixtures("viewed")
async def test_what_was_asked_before_the_upgrade_has_its_time_from_then_on(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await asks(alex, bot)
    await bot.alters("UPDATE requests SET owner_id = NULL, asked_at = asked_at - 40*86400")
    await bot.later(minutes=1)
    early = alex.sees()
    await bot.later(hours=25)
    reminded = adele.sees()
    await bot.later(days=7)

    assert "did not answer" not in early
    assert "They still wait" in reminded
    assert "Adele Vance did not answer within a week." in alex.sees()


async def test_a_delegate_is_not_told_to_share_it_themselves(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as read until tomorrow")
    await asked(adele, alex, bot)
    card = newest(megan)
    bot.breaks("graph", PERMISSIONS, status=503, times=None)
    await bot.later(days=2)
    bot.contoso.faults.clear()
    told = await megan.presses("Allow", message=card)

    assert "share it yourself" not in told
    assert bot.access(FILE).get(ALEX) != "write"
