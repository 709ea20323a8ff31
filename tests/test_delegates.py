"""“Ana decides for me until Friday”: who answers for an owner, when they are asked, and what their press does."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import sqlite3
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.language import Said, understand
from contoso.faults import Rule
from contoso.tenant import Contoso
from tests.bot import LIMITS, Bot
from tests.people import Someone, words_of_answer
from tests.test_app import serving
from tests.test_faults_kill import FOR_EVER, access, button, delivered, killed, until
from tests.test_faults_replicas import two
from tests.test_outages import PERMISSIONS, breaks_for_good
from tests.test_received import buttons, newest
from tests.test_request_access import ALEX, CREW, FILE, LINK, REASON, asks, pressed, shown

MEGAN = "megan.bowen@contoso.com"
NOW = dt.datetime(2026, 11, 18, 10, tzinfo=dt.UTC)  # a Wednesday
FOR_OWNER = "Alex Wilber asks to view a file of yours."
FOR_DELEGATE = "Alex Wilber asks to view a file of Adele Vance's."
DAY_OFF = """[rules."A second person"]
then = "approve"
approvers = ["lee.gu@contoso.com"]
roles = ["read"]
"""


@pytest.fixture
async def link(adele: Someone, megan: Someone, bot: Bot) -> str:
    """Adele is signed in, Megan knows the bot, and nobody has shared the file with Alex."""
    await adele.says("who has access to Q3 Budget.xlsx?")
    await megan.says("help")
    return LINK.format(base=bot.contoso.base_url)


async def names(someone: Someone, bot: Bot, sentence: str = "Megan Bowen decides for me") -> str:
    await someone.says(sentence)
    told = await someone.presses("Let them decide")
    await bot.at_rest()
    return told


# Naming somebody


async def test_somebody_is_named_after_a_look_at_a_card_and_told(
    adele: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    before = await adele.says("Megan Bowen decides for me until in 3 days")
    early = megan.sees()
    told = await adele.presses("Let them decide")
    await bot.at_rest()

    assert "Shall they decide for you?" in before
    assert MEGAN in before
    assert "From now on. Until" in before
    assert "they are asked at the same time" in before
    assert "decide for somebody" not in early
    assert "Megan Bowen decides for you until" in told
    assert "Adele Vance wants you to decide for them." in megan.sees()
    assert "You decide for Adele Vance until" in await megan.says("who decides for me?")
    assert "Megan Bowen decides for you until" in await adele.says("settings")


async def test_without_a_yes_nobody_is_named(adele: Someone, megan: Someone, link: str, bot: Bot) -> None:
    await adele.says("Megan Bowen decides for me")

    assert "Nobody decides for you." in await adele.presses("Cancel")
    await bot.at_rest()
    assert "decide for" not in megan.sees()


async def test_it_can_be_done_by_a_form(adele: Someone, megan: Someone, link: str, bot: Bot) -> None:
    await adele.says("settings")
    await adele.presses("Who decides for me…")
    await adele.presses("Choose somebody…")
    empty = await adele.presses("Continue", {"picked": "", "name": "", "until": ""})
    past = await adele.presses("Continue", {"picked": "", "name": "Megan Bowen", "until": "2020-01-01"})
    odd = await adele.presses("Continue", {"picked": "", "name": "Megan Bowen", "until": "soon"})
    day = dt.datetime.fromtimestamp(bot.now(), dt.UTC).date() + dt.timedelta(days=3)
    picked = bot.contoso.person(MEGAN).id
    asked = await adele.presses("Continue", {"picked": picked, "name": "", "until": day.isoformat()})
    told = await adele.presses("Let them decide")

    assert "Please choose one." in empty
    assert "This day is over." in past
    assert "I can't read this date." in odd
    assert "Megan Bowen" in asked
    assert "Megan Bowen decides for you until" in told


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Ana Bell decides for me", "“Ana Bell” fits Ana Bell (ana.bell@contoso.com) and Ana Bell ("),
        ("Xaver Nobody decides for me", "I know nobody called"),
        ("Adele Vance decides for me", "You decide for yourself already."),
        ("eric@fabrikam.com decides for me", "Only somebody of your organisation"),
        ("Megan Bowen decides for me until 1 January 2020", "or it is over"),
        ("Megan Bowen and Lee Gu decides for me", "Please name one."),
        ("choose a delegate", "Nobody decides for you."),
        ("megan.bowen@contoso.com decides for me", "Shall they decide for you?"),
        ("Finance decides for me", "Please name one."),
    ],
)
async def test_who_can_be_named_and_who_not_is_said(adele: Someone, link: str, said: str, answer: str) -> None:
    assert answer in await adele.says(said)


async def test_a_guest_and_a_made_up_id_decide_for_nobody(adele: Someone, link: str, bot: Bot) -> None:
    guest = next(each for each in bot.contoso.directory.people.values() if each.is_guest)
    await adele.says("who decides for me")
    await adele.presses("Choose somebody…")
    outside = await adele.presses("Continue", {"picked": guest.id})
    made_up = await adele.presses("Continue", {"picked": str(uuid.UUID(int=7))})
    no_id = await adele.presses("Continue", {"picked": "../me"})

    assert "Only somebody of your organisation" in outside
    assert "find one of the people you chose" in made_up
    assert "Please choose one." in no_id


async def test_who_cannot_be_told_is_not_named(adele: Someone, link: str) -> None:
    await adele.says("Lee Gu decides for me")

    assert "I can't reach Lee Gu in Teams." in await adele.presses("Let them decide")
    assert "Nobody decides for you." in await adele.says("who decides for me")


async def test_in_front_of_others_nobody_is_named(adele: Someone, link: str) -> None:
    told = await adele.says("<at>Sharebot</at> Megan Bowen decides for me", chat=CREW)

    assert "Please say that in our own chat." in told


async def test_it_can_be_taken_back_and_given_to_somebody_else(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await alex.says("help")
    await names(adele, bot)
    await names(adele, bot, "Alex Wilber decides for me")
    first = megan.sees()
    asked = await adele.says("except Alex, nobody decides for me")
    told = await adele.presses("Take it back")
    again = await adele.says("nobody decides for me")

    assert "You don't decide for Adele Vance any more." in first
    assert "Alex Wilber decides for you" in asked
    assert "Alex Wilber doesn't decide for you any more. I told them." in told
    assert "You don't decide for Adele Vance any more" in alex.sees()
    assert "Nobody decides for you." in again


async def test_whoever_is_named_may_decline(adele: Someone, megan: Someone, link: str, bot: Bot) -> None:
    await names(adele, bot)
    notice = newest(megan)
    told = await megan.presses("I'd rather not")
    known = {"type": "Action.Execute", "verb": "delegates.give_up", "data": {"verb": "delegates.give_up", "about": "x"}}
    again = words_of_answer(await bot.deliver(megan, known, notice))

    assert "You don't decide for Adele Vance. I told them." in told
    assert "Megan Bowen would rather not decide for you" in adele.sees()
    assert "no longer good" in again
    assert "Nobody decides for you." in await adele.says("who decides for me")


async def test_an_end_that_is_over_is_no_delegation(adele: Someone, megan: Someone, link: str, bot: Bot) -> None:
    await names(adele, bot, "Megan Bowen decides for me until tomorrow")
    await bot.later(days=3)

    assert "Nobody decides for you." in await adele.says("who decides for me")
    assert "You decide for" not in await megan.says("who decides for me")
    with contextlib.closing(sqlite3.connect(bot.data / "sharebot.db")) as database:
        assert database.execute("SELECT count(*) FROM delegates").fetchone() == (0,)


async def test_a_kill_before_the_delegate_was_told_keeps_nothing_from_them(
    adele: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot)
    await bot.alters("DELETE FROM told WHERE what = 'delegated'")
    await bot.later(minutes=1)
    await bot.later(minutes=1)

    assert megan.sees().count("Adele Vance wants you to decide for them.") == 2


async def test_a_key_of_something_else_names_nobody(adele: Someone, link: str, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex")
    key = bot.button(adele, "Share", bot.latest(adele))["data"]["about"]

    for verb in ("delegates.name", "delegates.drop"):
        assert "no longer good" in await pressed(adele, bot, verb, key, newest(adele))


# When they are asked


async def test_after_a_day_without_an_answer_the_delegate_is_asked_too(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot)
    await asks(alex, bot, f"request access to {link} until in 3 days")
    await bot.later(hours=23)
    early = megan.sees()
    await bot.later(hours=2)
    await bot.later(hours=2)

    assert "Alex Wilber asks" not in early
    assert "They still wait for your answer." in adele.sees()
    assert megan.sees().count(FOR_DELEGATE) == 1
    assert FILE in megan.sees()
    assert REASON in megan.sees()
    assert "Adele Vance has not answered yet, and you decide for them." in megan.sees()
    assert buttons(megan) == ["Allow", "Decline"]


async def test_while_the_owner_is_away_both_are_asked_at_once(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot, "Megan Bowen decides for me until in 3 days")
    await asks(alex, bot, f"request access to {link}")

    assert FOR_OWNER in adele.sees()
    assert FOR_DELEGATE in megan.sees()


async def test_who_goes_away_later_leaves_what_waits_to_the_delegate(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await asks(alex, bot, f"request access to {link}")
    await names(adele, bot, "Megan Bowen decides for me until in 3 days")
    await bot.later(minutes=1)

    assert FOR_DELEGATE in megan.sees()


async def test_so_many_hours_as_the_administrator_says(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    bot.more = {"REMIND_HOURS": "2"}
    await bot.restart()
    before = await adele.says("Megan Bowen decides for me")
    await adele.presses("Let them decide")
    await asks(alex, bot, f"request access to {link}")
    await bot.later(hours=1)
    early = megan.sees()
    await bot.later(hours=1.5)

    assert "don't answer for 2 hours" in before
    assert FOR_DELEGATE not in early
    assert FOR_DELEGATE in megan.sees()


async def test_for_an_owner_who_is_not_signed_in_the_delegate_is_asked_at_once(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot)
    await adele.says("sign out")
    await asks(alex, bot, f"request access to {link}")

    told = await megan.presses("Allow")
    declined = await megan.presses("Decline")
    await bot.at_rest()

    assert "I would do this as Adele Vance, who is not signed in to me." in told
    assert "You declined this to Alex Wilber, for Adele Vance." in declined
    assert ALEX not in bot.access(FILE)


async def test_for_an_owner_who_cannot_be_reached_the_delegate_is_asked_alone(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot)
    await bot.alters("DELETE FROM conversations WHERE person_id = ?", bot.contoso.person(adele.mail).id)
    await asks(alex, bot, f"request access to {link}")
    await megan.presses("Allow")
    told = await megan.presses("Allow") if "Allowed" not in megan.sees() else ""
    await bot.at_rest()

    assert FOR_OWNER not in adele.sees()
    assert "You allowed this to Alex Wilber" in (told or megan.sees())
    assert bot.access(FILE)[ALEX] == "read"


async def test_nobody_decides_what_they_asked_for_themselves(
    adele: Someone, alex: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot, "Alex Wilber decides for me until in 3 days") if await alex.says("help") else None
    await asks(alex, bot, f"request access to {link}")
    await bot.later(days=2)

    assert FOR_OWNER in adele.sees()
    assert "of Adele Vance's" not in alex.sees()


# What their press does


def _asked_first(adele: Someone, bot: Bot) -> str:
    """The owner's own card."""
    return next(each.id for each in bot.contoso.client.messages(adele.mail) if FOR_OWNER in shown(adele, bot, each.id))


async def asked(adele: Someone, alex: Someone, bot: Bot, link: str) -> None:
    """Both have the card."""
    await names(adele, bot, "Megan Bowen decides for me until in 3 days")
    await asks(alex, bot, f"request access to {link}")


async def test_what_a_delegate_allows_is_given_as_the_owner_who_is_told(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await asked(adele, alex, bot, link)
    card = next(each.id for each in bot.contoso.client.messages(adele.mail) if FOR_OWNER in shown(adele, bot, each.id))
    told = await megan.presses("Allow")
    await bot.at_rest()

    assert "You allowed this to Alex Wilber, for Adele Vance. I told both." in told
    assert bot.access(FILE)[ALEX] == "read"
    assert "Megan Bowen said yes, and I gave you access." in alex.sees()
    assert "They decided for Adele Vance." in alex.sees()
    assert "Megan Bowen allowed this to Alex Wilber, for you." in adele.sees()
    assert "Megan Bowen allowed this to Alex Wilber, for you." in shown(adele, bot, card)
    assert "Undone" in await adele.presses("Undo")
    assert ALEX not in bot.access(FILE)


async def test_what_did_not_work_is_told_as_that(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await asked(adele, alex, bot, link)
    refusal = {"error": {"code": "sharingDisabled", "message": "no"}}
    bot.breaks("graph", "/invite$", times=None, status=403, body=refusal)
    told = await megan.presses("Allow")
    await bot.at_rest()
    notice = shown(adele, bot, newest(adele))

    assert "That did not work" in told
    assert "✗ refused" in told
    assert "Megan Bowen allowed this to Alex Wilber, for you." in notice
    assert "That did not work" in notice
    assert "Undo" not in str(bot.contoso.client.card(adele.mail))


async def test_what_nobody_can_tell_is_told_as_that_and_can_be_undone(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await asked(adele, alex, bot, link)
    bot.contoso.unheeded.add(ALEX)
    told = await megan.presses("Allow")
    await bot.at_rest()
    notice = shown(adele, bot, newest(adele))

    assert "I don't know whether this was shared" in told
    assert "I don't know whether this was shared" in notice
    assert "? not sure" in notice
    assert "Undo" in buttons(adele)
    assert "Megan Bowen said yes, but I don't know whether you have access now." in alex.sees()


async def test_what_they_had_is_no_gift(adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot) -> None:
    await asked(adele, alex, bot, link)
    await adele.says(f"share {FILE} with Alex Wilber")
    await adele.presses("Share")
    await bot.at_rest()
    told = await megan.presses("Allow", message=newest(megan))
    await bot.at_rest()

    assert "had it already" in told
    assert "had it already" in shown(adele, bot, newest(adele))
    assert "Undo" not in str(bot.contoso.client.card(adele.mail))


async def test_the_end_is_told_as_it_was_made(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await bot.under("[defaults]\ndays = 30")
    await asked(adele, alex, bot, link)
    told = await megan.presses("Allow")
    await bot.at_rest()

    assert "then I end it" in told
    assert "then I end it" in shown(adele, bot, newest(adele))


async def test_what_a_delegate_declines_gives_nothing_and_both_are_told(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await asked(adele, alex, bot, link)
    told = await megan.presses("Decline")
    await bot.at_rest()

    assert "You declined this to Alex Wilber, for Adele Vance." in told
    assert ALEX not in bot.access(FILE)
    assert "Megan Bowen would rather not give you access." in alex.sees()
    assert "Megan Bowen declined this to Alex Wilber, for you." in adele.sees()


@pytest.mark.parametrize("answer", ["Allow", "Decline"])
@pytest.mark.usefixtures("link")
async def test_what_the_owner_decides_is_on_the_delegates_card(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot, answer: str
) -> None:
    link = LINK.format(base=bot.contoso.base_url)
    await asked(adele, alex, bot, link)
    known, message = bot.button(megan, "Allow", newest(megan)), newest(megan)
    await adele.presses(answer)
    await bot.at_rest()
    said = {"Allow": "Adele Vance allowed this to Alex", "Decline": "Adele Vance declined this to Alex"}[answer]

    assert said in shown(megan, bot, message)
    assert said in words_of_answer(await bot.deliver(megan, known, message))


async def test_the_record_says_who_decided_for_whom(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await asked(adele, alex, bot, link)
    await megan.presses("Allow")
    await bot.at_rest()

    with contextlib.closing(sqlite3.connect(bot.data / "sharebot.db")) as database:
        query = "SELECT what, act, person_id, recipient FROM record WHERE what IN ('delegated', 'decided') ORDER BY id"
        rows = database.execute(query).fetchall()
    owner, delegate = (bot.contoso.person(each.mail).id for each in (adele, megan))
    assert rows == [("delegated", "named", owner, delegate), ("decided", "allowed", delegate, owner)]


async def test_pressed_at_once_by_both_it_is_decided_once(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await asked(adele, alex, bot, link)
    own = bot.button(adele, "Allow", newest(adele)), newest(adele)
    other = bot.button(megan, "Decline", newest(megan)), newest(megan)

    answers = await asyncio.gather(bot.deliver(adele, *own), bot.deliver(megan, *other))
    await bot.at_rest()

    is_given = ALEX in bot.access(FILE)
    said = [words_of_answer(each) for each in answers]
    assert ("✓ can view" in said[0]) is is_given
    assert ("You declined this" in said[1]) is not is_given
    assert ("would rather not" in alex.sees()) is not is_given


async def test_on_two_replicas_owner_and_delegate_decide_once(
    contoso: Contoso, tmp_path: Path, postgresql: str
) -> None:
    adele, alex, megan = (Someone(contoso, each) for each in ("adele.vance@contoso.com", ALEX, MEGAN))
    async with two(contoso, tmp_path, postgresql) as replicas:
        await adele.says("who has access to Q3 Budget.xlsx?")
        await megan.says("help")
        await adele.says("Megan Bowen decides for me until in 3 days")
        await adele.presses("Let them decide")
        await alex.says(f"request access to {LINK.format(base=contoso.base_url)}")
        await alex.presses("Ask", {"reason": REASON})
        await until(lambda: FOR_OWNER in adele.sees() and "Allow viewing?" in megan.sees())
        presses: list[asyncio.Task[str]] = []
        for (_process, endpoint), someone, title in zip(replicas, (adele, megan), ("Decline", "Allow"), strict=True):
            contoso.bot_endpoint = endpoint
            presses.append(asyncio.create_task(delivered(someone, button(someone, title))))
            await asyncio.sleep(0)  # so that it is on its way there
        answers = await asyncio.gather(*presses)
        await until(lambda: "Shared with you" in alex.sees() or "would rather not" in alex.sees())

    is_given = ALEX in contoso.roles(contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx"))
    assert ("You did not give Alex Wilber access" in answers[0]) is not is_given
    assert ("You allowed this" in answers[1]) is is_given


async def test_what_nobody_knows_of_goes_on_when_the_delegate_presses_again(contoso: Contoso, tmp_path: Path) -> None:
    adele, alex, megan = (Someone(contoso, each) for each in ("adele.vance@contoso.com", ALEX, MEGAN))
    async with Bot(contoso, tmp_path, limits=replace(LIMITS, try_again=(0.2, 0.4))) as bot:
        await adele.says("who has access to Q3 Budget.xlsx?")
        await megan.says("help")
        await asked(adele, alex, bot, LINK.format(base=contoso.base_url))
        message = newest(megan)
        allow = bot.button(megan, "Allow", message)
        breaks_for_good(bot, is_there=True)
        contoso.faults.insert(0, Rule("graph", "GET", PERMISSIONS, times=1))  # for the plan
        first = words_of_answer(await bot.deliver(megan, allow, message))
        await bot.at_rest()
        heard = shown(adele, bot, newest(adele))
        contoso.faults.clear()
        second = words_of_answer(await bot.deliver(megan, allow, message))
        await bot.at_rest()

        assert "I don't know whether the access was given" in first
        assert "I don't know whether the access was given" in heard
        assert FILE in heard
        assert "allowed this" not in heard
        assert "You allowed this to Alex Wilber" in second
        assert "✓ can view" in second
        assert bot.access(FILE)[ALEX] == "read"
        assert "Megan Bowen allowed this to Alex Wilber, for you." in adele.sees()
        assert "Undo" in buttons(adele)


async def test_what_broke_goes_on_when_the_delegate_presses_again(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await asked(adele, alex, bot, link)
    message = newest(megan)
    allow = bot.button(megan, "Allow", message)
    await bot.alters("CREATE TRIGGER no BEFORE INSERT ON attempts BEGIN SELECT RAISE(ABORT, 'no'); END")
    await bot.deliver(megan, allow, message)
    await bot.at_rest()
    again = words_of_answer(await bot.deliver(megan, bot.button(megan, "Decline", message), message))
    await bot.alters("DROP TRIGGER no")
    told = words_of_answer(await bot.deliver(megan, allow, message))
    await bot.at_rest()

    assert "Allow viewing?" in again
    assert "✓ can view" in told
    assert bot.access(FILE)[ALEX] == "read"
    assert adele.sees().count("Megan Bowen allowed this to Alex Wilber, for you.") == 2  # on the card, and the notice


async def test_who_was_told_to_decide_is_not_told_again_after_months(
    adele: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot)
    await bot.later(days=92)
    await bot.later(minutes=1)
    await bot.later(minutes=1)

    assert megan.sees().count("Adele Vance wants you to decide for them.") == 1


async def test_after_a_kill_the_owner_hears_once_and_the_delegates_card_says_it(
    contoso: Contoso, tmp_path: Path
) -> None:
    adele, alex, megan = (Someone(contoso, each) for each in ("adele.vance@contoso.com", ALEX, MEGAN))
    async with serving(contoso, tmp_path) as process:
        await adele.says("who has access to Q3 Budget.xlsx?")
        await megan.says("help")
        await adele.says("Megan Bowen decides for me until in 3 days")
        await adele.presses("Let them decide")
        await alex.says(f"request access to {LINK.format(base=contoso.base_url)}")
        await alex.presses("Ask", {"reason": REASON})
        await until(lambda: FOR_OWNER in adele.sees() and "Allow viewing?" in megan.sees())
        cut = Rule("graph", "POST", r"/invite$", times=1, late=FOR_EVER)
        await killed(process, contoso, [cut], delivered(megan, button(megan, "Allow")))

    async with serving(contoso, tmp_path):
        await until(lambda: "You allowed this to Alex Wilber" in megan.sees())
        await until(lambda: "Megan Bowen allowed this to Alex Wilber, for you." in adele.sees())
        await asyncio.sleep(0.5)  # so that a second notice would be there

    cards = [str(each.card) for each in contoso.client.messages(adele.mail)]
    assert sum("ends.undo" in each for each in cards) == 1
    assert access(contoso) == "read"


async def test_a_delegate_who_is_none_any_more_decides_nothing(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await asked(adele, alex, bot, link)
    message = newest(megan)
    allow, decline = (bot.button(megan, each, message) for each in ("Allow", "Decline"))
    await adele.says("nobody decides for me")
    await adele.presses("Take it back")
    answers = [words_of_answer(await bot.deliver(megan, each, message)) for each in (allow, decline)]
    await bot.at_rest()

    assert all("You don't decide for Adele Vance any more." in each for each in answers)
    assert ALEX not in bot.access(FILE)
    assert "✓ can view" in await adele.presses("Allow")


async def test_named_again_they_are_asked_again_and_decide(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await asked(adele, alex, bot, link)
    before = newest(megan)
    await adele.says("nobody decides for me")
    await adele.presses("Take it back")
    await bot.at_rest()
    withdrawn = shown(megan, bot, before)
    await names(adele, bot, "Megan Bowen decides for me until in 3 days")
    await bot.later(minutes=1)
    again = newest(megan)
    told = await megan.presses("Allow", message=again)
    await bot.at_rest()

    assert "You don't decide for Adele Vance any more." in withdrawn
    assert again != before
    assert "You allowed this to Alex Wilber" in told
    assert bot.access(FILE)[ALEX] == "read"


async def test_of_two_delegates_each_has_a_card_that_says_what_became_of_it(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    lee = Someone(bot.contoso, "lee.gu@contoso.com")
    await lee.says("help")
    await asked(adele, alex, bot, link)
    first = newest(megan)
    await names(adele, bot, "Lee Gu decides for me until in 3 days")
    await bot.later(minutes=1)
    second = newest(lee)
    await adele.presses("Decline", message=_asked_first(adele, bot))
    await bot.at_rest()

    assert "You don't decide for Adele Vance any more." in shown(megan, bot, first)
    assert "Adele Vance declined this to Alex Wilber" in shown(lee, bot, second)


@pytest.mark.parametrize(
    ("answer", "said"),
    [("Allow", "You have allowed this to Alex Wilber"), ("Decline", "You have declined this to Alex Wilber")],
)
@pytest.mark.usefixtures("link")
async def test_what_the_owner_answers_on_the_reminder_is_on_the_first_card_too(
    adele: Someone, alex: Someone, bot: Bot, answer: str, said: str
) -> None:
    await asks(alex, bot, f"request access to {LINK.format(base=bot.contoso.base_url)}")
    first = newest(adele)
    await bot.later(hours=25)
    reminder = newest(adele)
    told = await adele.presses(answer, message=reminder)
    await bot.at_rest()

    assert said in shown(adele, bot, first)
    assert said not in shown(adele, bot, reminder)
    assert {"Allow": "✓ can view", "Decline": "You did not give Alex Wilber access"}[answer] in told


GUEST = {"id": "x", "displayName": "Megan Bowen", "mail": MEGAN, "userPrincipalName": "megan_x#EXT#@contoso.com"}


@pytest.mark.parametrize(
    "now", [{"status": 404, "body": {"error": {"code": "Request_ResourceNotFound"}}}, {"status": 200, "body": GUEST}]
)
@pytest.mark.usefixtures("link")
async def test_a_delegate_who_has_left_or_is_a_guest_by_now_decides_nothing(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot, now: dict[str, Any]
) -> None:
    await asked(adele, alex, bot, LINK.format(base=bot.contoso.base_url))
    bot.breaks("graph", f"/users/{bot.contoso.person(MEGAN).id}", times=None, **now)
    told = await megan.presses("Allow", message=newest(megan))
    await bot.at_rest()

    assert "You don't decide for Adele Vance any more." in told
    assert ALEX not in bot.access(FILE)
    assert "Megan Bowen does not belong to your organisation any more" in adele.sees()
    assert "Nobody decides for you." in await adele.says("who decides for me")


async def test_whose_time_is_over_decides_nothing(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await asked(adele, alex, bot, link)
    card = newest(megan)
    allow = bot.button(megan, "Allow", card)
    await bot.later(days=4)

    assert "You don't decide for Adele Vance any more" in words_of_answer(await bot.deliver(megan, allow, card))
    assert ALEX not in bot.access(FILE)


async def test_whoever_was_never_asked_decides_nothing(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot)
    await asks(alex, bot, f"request access to {link}")
    key = bot.button(adele, "Allow", newest(adele))["data"]["about"]

    for someone in (alex, megan):
        assert "Only the person who is asked" in await pressed(someone, bot, "access.allow", key, newest(someone))


async def test_what_needs_a_second_person_needs_one_still(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await bot.under(DAY_OFF)
    await asked(adele, alex, bot, link)

    told = await megan.presses("Allow")
    await bot.at_rest()

    assert "A rule of your organisation wants this approved, which only Adele Vance can ask for." in told
    assert ALEX not in bot.access(FILE)
    assert "You declined this" in await megan.presses("Decline")


async def test_what_fits_several_files_is_the_owners_to_tell(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot, "Megan Bowen decides for me until in 3 days")
    await asks(alex, bot, "ask Adele Vance for access to Roadmap.docx")

    assert "only Adele Vance can say which" in await megan.presses("Allow")


async def test_which_of_several_files_is_asked_of_the_owner_whose_choice_is_told_to_both(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot, "Megan Bowen decides for me until in 3 days")
    await asks(alex, bot, "ask Adele Vance for access to Roadmap.docx")
    pressed = await megan.presses("Allow")
    question = adele.sees()
    told = await adele.presses(bot.rows(adele)[0])
    await bot.at_rest()

    assert "I asked Adele Vance" in pressed
    assert "Planning" not in pressed
    assert "has to choose" not in megan.sees()
    assert "Which one do you mean?" in question
    assert "✓ can view" in told
    assert "Adele Vance said yes" in alex.sees()
    assert "Adele Vance allowed this to Alex Wilber." in megan.sees()


async def test_what_was_not_looked_up_is_shown_before_it_is_allowed(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot)
    await adele.says("sign out")
    await asks(alex, bot, f"request access to {link}")
    before = megan.sees()
    await adele.says("who has access to Q3 Budget.xlsx?")

    seen = await megan.presses("Allow")
    given = bot.access(FILE)
    told = await megan.presses("Allow")
    await bot.at_rest()

    assert "I look it up as Adele Vance when you allow it" in before
    assert "OneDrive › Finance" in seen
    assert ALEX not in given
    assert "You allowed this to Alex Wilber" in told


async def test_what_nobody_decided_is_over_on_both_cards(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await names(adele, bot)
    await asks(alex, bot, f"request access to {link}")
    await bot.later(days=2)
    message = newest(megan)
    await bot.later(days=6)

    assert "No longer asked" in shown(megan, bot, message)
    assert "asked too long ago" in adele.sees()
    assert "Adele Vance did not answer" in alex.sees()


async def test_what_came_of_it_is_the_owners_in_their_language(alex: Someone, megan: Someone, bot: Bot) -> None:
    adele = Someone(bot.contoso, "adele.vance@contoso.com", locale="de-DE")
    await adele.says("wer hat Zugriff auf Q3 Budget.xlsx?")
    await megan.says("help")
    await adele.says("Megan Bowen entscheidet für mich bis in 3 Tagen")
    await adele.presses("Entscheiden lassen")
    await asks(alex, bot, f"request access to {LINK.format(base=bot.contoso.base_url)}")
    await megan.presses("Allow")
    await bot.at_rest()

    assert "Megan Bowen hat dies Alex Wilber erlaubt und für Sie entschieden." in adele.sees()


async def test_in_words_it_goes_the_same_way(
    adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot
) -> None:
    await megan.says("plain text on")
    await asked(adele, alex, bot, link)
    number = next(line for line in megan.sees().splitlines() if line.endswith(". Allow")).partition(".")[0]

    told = await megan.says(number)
    await bot.at_rest()

    assert "You allowed this to Alex Wilber" in told
    assert bot.access(FILE)[ALEX] == "read"


# How it is said


@pytest.mark.parametrize(
    ("tag", "named", "nobody", "who"),
    [
        ("en", "Ana decides for me until Friday", "nobody decides for me", "who decides for me?"),
        ("de", "Ana entscheidet für mich bis Freitag", "niemand entscheidet für mich", "wer entscheidet für mich?"),
        ("fr", "Ana décide pour moi jusqu'à vendredi", "personne ne décide pour moi", "qui décide pour moi ?"),
        ("es", "Ana decide por mí hasta el viernes", "nadie decide por mí", "¿quién decide por mí?"),
        ("pt", "Ana decide por mim até sexta-feira", "ninguém decide por mim", "quem decide por mim?"),
        ("it", "Ana decide per me fino a venerdì", "nessuno decide per me", "chi decide per me?"),
        ("nl", "Ana beslist voor mij tot vrijdag", "niemand beslist voor mij", "wie beslist voor mij?"),
        ("ja", "金曜日までAnaが私の代わりに決めます", "誰も私の代わりに決めません", "誰が私の代わりに決めますか"),
        ("zh-Hans", "周五之前由Ana替我决定", "没有人替我决定", "谁替我决定？"),
        ("ko", "금요일까지 Ana가 제 대신 결정해요", "아무도 제 대신 결정하지 않아요", "누가 제 대신 결정하나요?"),
    ],
)
def test_it_is_understood_in_ten_languages(tag: str, named: str, nobody: str, who: str) -> None:
    made = understand(Said(named), now=NOW, tz=dt.UTC, locale=tag)

    assert made.intent == "delegate"
    assert made.request
    assert [each.value for each in made.request.recipients] == ["Ana"]
    assert made.request.until
    assert made.request.until.at
    assert made.request.until.at.date() == dt.date(2026, 11, 20)
    for said, wish in ((nobody, "nobody"), (who, "who")):
        understood = understand(Said(said), now=NOW, tz=dt.UTC, locale=tag)
        assert (understood.intent, understood.wish) == ("delegate", wish)


@pytest.mark.parametrize(
    "said",
    [
        "does Ana decide for me?",
        "Ana decides for me?",
        "Ana said Bob decides for me",
        "if Ana decides for me",
        "Ana decides for me which file",
        "Bob told me Ana decides for me",
        "I don't think Ana decides for me",
        "Ana decides for you",
        "Ana decides",
        "she decides for me",
        "who decides for Ana",
        "share Plan.docx with Bob for me",
        "share Plan.docx with Bob and Ana decides for me",
    ],
)
def test_what_means_something_else_names_nobody(said: str) -> None:
    assert understand(Said(said), now=NOW, tz=dt.UTC).intent != "delegate"
