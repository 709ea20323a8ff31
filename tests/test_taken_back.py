"""What the owner took back from whom a delegate had given it, no delegate gives again, however it is asked for."""

from __future__ import annotations

import pytest

from tests.bot import Bot
from tests.people import Someone
from tests.test_ask_to_edit import AWAY, FOR_DELEGATE
from tests.test_asked_and_undone import lowers
from tests.test_delegates import ALEX, names
from tests.test_received import FILE, asks, gives_back, newest, shares
from tests.test_request_access import LINK
from tests.test_request_access import asks as requests

LEE = "lee.gu@contoso.com"
TO_EDIT, TO_VIEW = "asks to edit a file of Adele Vance's", "asks to view a file of Adele Vance's"
ONLY_SHE = "Adele Vance took this access away from Alex Wilber, so only Adele Vance can give it again. I did nothing."


@pytest.fixture
async def link(adele: Someone, alex: Someone, megan: Someone, bot: Bot) -> str:
    """Adele is away, and Megan decides for her."""
    await alex.says("hi")
    await megan.says("help")
    await adele.says(f"who has access to {FILE}?")
    await names(adele, bot, AWAY)
    return LINK.format(base=bot.contoso.base_url)


async def allows(megan: Someone, bot: Bot) -> str:
    told = await megan.presses("Allow")
    await bot.at_rest()
    return told


async def undoes(adele: Someone, bot: Bot) -> None:
    await adele.presses("Undo")
    await bot.at_rest()


@pytest.fixture
async def undone(adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot) -> str:
    """Megan has allowed it for Adele, who has taken it back."""
    await requests(alex, bot, f"request edit access to {link}")
    await allows(megan, bot)
    given = bot.access(FILE)[ALEX]
    await undoes(adele, bot)

    assert given == "write"
    assert ALEX not in bot.access(FILE)
    return link


# Asked again


@pytest.mark.parametrize(
    "sentence",
    [
        "request edit access to {link}",
        "request edit access to {link}?web=1",
        f"ask Adele Vance for edit access to {FILE}",
    ],
)
@pytest.mark.usefixtures("undone")
async def test_however_it_is_asked_for_again_only_the_owner_is_asked(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot, sentence: str
) -> None:
    await requests(alex, bot, sentence.format(link=LINK.format(base=bot.contoso.base_url)))
    await bot.later(hours=25)

    assert "They still wait for your answer." in adele.sees()
    assert TO_EDIT not in megan.sees()
    assert ALEX not in bot.access(FILE)


async def test_nor_is_a_delegate_asked_after_the_owner_declined_it_as_well(
    adele: Someone, alex: Someone, megan: Someone, undone: str, bot: Bot
) -> None:
    await requests(alex, bot, f"request edit access to {undone}")
    await adele.presses("Decline")
    await bot.at_rest()
    await requests(alex, bot, f"request edit access to {undone}")

    assert TO_EDIT not in megan.sees()


async def test_nor_after_a_request_lapsed(adele: Someone, alex: Someone, megan: Someone, undone: str, bot: Bot) -> None:
    await names(adele, bot, "Megan Bowen decides for me until in 20 days")
    await requests(alex, bot, f"request edit access to {undone}")
    await bot.later(days=8)
    await requests(alex, bot, f"request edit access to {undone}")

    assert "did not answer" in alex.sees()
    assert TO_EDIT not in megan.sees()


async def test_nor_when_named_anew(adele: Someone, alex: Someone, megan: Someone, undone: str, bot: Bot) -> None:
    await requests(alex, bot, f"request edit access to {undone}")
    await adele.says("nobody decides for me")
    await adele.presses("Take it back")
    await bot.at_rest()
    await names(adele, bot, AWAY)
    await bot.later(hours=1)

    assert TO_EDIT not in megan.sees()


async def test_nor_is_another_delegate(adele: Someone, alex: Someone, undone: str, bot: Bot) -> None:
    lee = Someone(bot.contoso, LEE)
    await lee.says("hi")
    await names(adele, bot, "Lee Gu decides for me until in 3 days")
    await requests(alex, bot, f"request edit access to {undone}")

    assert TO_EDIT not in lee.sees()


async def test_nor_for_less(alex: Someone, megan: Someone, undone: str, bot: Bot) -> None:
    await requests(alex, bot, f"request access to {undone}")

    assert TO_VIEW not in megan.sees()


async def test_nor_once_the_time_it_was_given_for_is_over(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await requests(alex, bot, f"request edit access to {link} until tomorrow")
    await allows(megan, bot)
    await undoes(adele, bot)
    await bot.later(days=2)
    await requests(alex, bot, f"request edit access to {link}")

    assert TO_EDIT not in megan.sees()


async def test_who_had_it_to_view_is_not_given_it_to_edit(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await requests(alex, bot, f"request access to {link}")
    await allows(megan, bot)
    await undoes(adele, bot)
    await requests(alex, bot, f"request edit access to {link}")

    assert TO_EDIT not in megan.sees()


async def test_what_the_owner_lowered_no_delegate_raises(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await requests(alex, bot, f"request edit access to {link}")
    await allows(megan, bot)
    await lowers(adele, bot)
    await requests(alex, bot, f"request edit access to {link}?web=1")

    assert bot.access(FILE)[ALEX] == "read"
    assert TO_EDIT not in megan.sees()


async def test_what_the_owner_took_away_in_onedrive_no_delegate_gives_again(
    alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await requests(alex, bot, f"request edit access to {link}")
    await allows(megan, bot)
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    mine = next(each for each in bot.contoso.files.own_grants(item) if getattr(each.to, "mail", "") == ALEX)
    bot.contoso.files.revoke(item, mine.id)
    await requests(alex, bot, f"request edit access to {link}?web=1")

    assert ALEX not in bot.access(FILE)
    assert TO_EDIT not in megan.sees()


async def test_asked_to_edit_again_after_that_lapsed_only_the_owner_is_asked(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot, "Megan Bowen decides for me until in 20 days")
    await shares(adele, bot, f"share {FILE} with Alex as read")
    card = bot.latest(alex)
    await asks(alex, bot)
    await allows(megan, bot)
    await undoes(adele, bot)
    for _each in range(2):
        await alex.presses("Ask to edit", message=card)
        await alex.presses("Ask", message=card)
        await bot.later(days=8)

    assert "did not answer" in alex.sees()
    assert bot.access(FILE)[ALEX] == "read"
    assert FOR_DELEGATE not in megan.sees()


# A card that is there already


async def test_a_card_that_was_there_before_gives_nothing_any_more(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await requests(alex, bot, f"request edit access to {link}?web=1")
    card = newest(megan)
    await requests(alex, bot, f"request edit access to {link}")
    await allows(megan, bot)
    await undoes(adele, bot)
    told = await megan.presses("Allow", message=card)
    await bot.at_rest()

    assert ONLY_SHE in told
    assert ALEX not in bot.access(FILE)


async def test_what_they_have_by_now_is_not_said_to_be_taken(
    alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await requests(alex, bot, f"request edit access to {link}?web=1")
    card = newest(megan)
    await requests(alex, bot, f"request edit access to {link}")
    await allows(megan, bot)
    told = await megan.presses("Allow", message=card)
    await bot.at_rest()

    assert ONLY_SHE not in told
    assert bot.access(FILE)[ALEX] == "write"


async def test_a_delegate_who_is_asked_while_the_owner_is_signed_out_gives_nothing(
    adele: Someone, alex: Someone, megan: Someone, undone: str, bot: Bot
) -> None:
    """Until then nobody can tell which file it is."""
    await adele.says("sign out")
    await requests(alex, bot, f"request edit access to {undone}?web=1")
    card = newest(megan)
    await adele.says(f"who has access to {FILE}?")
    await megan.presses("Allow", message=card)
    told = await megan.presses("Allow", message=card)
    await bot.at_rest()

    assert ONLY_SHE in told
    assert ALEX not in bot.access(FILE)


# What a delegate may give again


async def test_what_the_owner_gave_again_and_ended_by_its_time_a_delegate_gives_again(
    adele: Someone, alex: Someone, megan: Someone, undone: str, bot: Bot
) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write until tomorrow")
    await bot.later(days=2)
    ended = ALEX not in bot.access(FILE)
    await requests(alex, bot, f"request edit access to {undone}")
    await allows(megan, bot)

    assert ended
    assert bot.access(FILE)[ALEX] == "write"


async def test_what_the_owner_gave_again_and_took_back_again_no_delegate_gives(
    adele: Someone, alex: Someone, megan: Someone, undone: str, bot: Bot
) -> None:
    await shares(adele, bot, f"share {FILE} with Alex as write")
    await adele.says("undo")
    await bot.at_rest()
    await requests(alex, bot, f"request edit access to {undone}")

    assert ALEX not in bot.access(FILE)
    assert TO_EDIT not in megan.sees()


async def test_what_they_gave_back_themselves_a_delegate_gives_again(
    alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await requests(alex, bot, f"request access to {link}")
    await allows(megan, bot)
    await gives_back(alex, bot)
    gone = ALEX not in bot.access(FILE)
    await requests(alex, bot, f"request access to {link}")
    await allows(megan, bot)

    assert gone
    assert bot.access(FILE)[ALEX] == "read"


async def test_who_was_let_view_it_by_a_delegate_can_be_let_edit_it(
    alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await requests(alex, bot, f"request access to {link}")
    await allows(megan, bot)
    await asks(alex, bot)
    await allows(megan, bot)

    assert bot.access(FILE)[ALEX] == "write"
