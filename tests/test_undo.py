"""Nobody hears of a share until undo has had its time; then each recipient hears of it once, by one way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contoso import activities, tokens
from contoso.files import Grant
from contoso.tenant import Contoso
from tests.bot import LIMITS, Bot
from tests.people import Someone, words_of_answer
from tests.test_teams import call

ALEX, MEGAN = "alex.wilber@contoso.com", "megan.bowen@contoso.com"
GUEST = "eric@fabrikam.example"
FILE = "Q3 Budget.xlsx"
SHARE = f"share {FILE} with {ALEX} as write"
UNDO = 2  # seconds
TOLD_WITHIN = 30.0


@pytest.fixture
async def bot(contoso: Contoso, tmp_path: Path) -> AsyncGenerator[Bot]:
    async with Bot(contoso, tmp_path, undo=UNDO) as bot:
        yield bot


async def shares(adele: Someone, sentence: str = SHARE) -> str:
    await adele.says(sentence)
    return await adele.presses("Share")


async def when_told(bot: Bot, adele: Someone, what: str) -> str:
    """The chat of the sharer, once their card says so."""
    async with asyncio.timeout(TOLD_WITHIN):
        while what not in adele.sees():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    await bot.at_rest()
    return adele.sees()


async def test_nobody_hears_of_it_until_undo_has_had_its_time(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    card = await adele.says(SHARE)
    result = await adele.presses("Share")
    early, access = alex.sees(), bot.access(FILE)
    told = await when_told(bot, adele, "told in Teams")

    assert "They are told after 2 seconds. If you undo it before then, nobody is told." in card
    assert "They are told in 2 seconds, unless you undo it." in result
    assert access[ALEX] == "write"
    assert "Shared with you" not in early
    assert alex.sees().count("Shared with you") == 1
    assert bot.mails_to(ALEX) == []
    assert told.count("told in Teams") == 1
    assert "They are told in" not in told


async def test_who_is_not_in_teams_is_mailed_with_the_message(adele: Someone, bot: Bot) -> None:
    result = await shares(adele, f"{SHARE}, message: Page 3 please")
    early = bot.mails_to(ALEX)
    told = await when_told(bot, adele, "was asked to mail them")

    assert "was asked to mail them" not in result
    assert early == []
    assert ["Page 3 please" in each.text for each in bot.mails_to(ALEX)] == [True]
    assert told.count("was asked to mail them") == 1
    assert bot.access(FILE)[ALEX] == "write"


async def test_undone_in_time_nobody_ever_hears_of_it(adele: Someone, alex: Someone, bot: Bot) -> None:
    before = bot.access(FILE)
    await alex.says("hi")
    await shares(adele, f"share {FILE} with Alex and Megan as write")

    undone = await adele.presses("Undo")
    await asyncio.sleep(UNDO + 2)
    await bot.at_rest()

    assert "Undone" in undone
    assert bot.access(FILE) == before
    assert "Adele Vance" not in alex.sees()
    assert bot.mails_to(MEGAN) == bot.mails_to(ALEX) == []
    assert "told in Teams" not in adele.sees()


async def test_an_undo_waits_for_a_mail_that_is_under_way_and_takes_away_what_it_gave(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    bot.breaks("graph", "/invite$", delay=1.5)
    async with asyncio.timeout(TOLD_WITHIN):
        while bot.contoso.faults:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    undone = await adele.presses("Undo")
    await bot.at_rest()

    assert "Undone" in undone
    assert len(bot.mails_to(ALEX)) == 1
    assert ALEX not in bot.access(FILE)


async def test_undone_later_whoever_heard_of_it_hears_of_that(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele)
    await when_told(bot, adele, "told in Teams")

    await adele.presses("Undo")
    await bot.at_rest()

    assert "has taken back" in alex.sees()
    assert ALEX not in bot.access(FILE)


async def test_an_undo_that_fails_keeps_nobody_from_hearing(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele)
    bot.breaks("graph", r"/permissions$", status=503)

    failed = await adele.presses("Undo")
    await when_told(bot, adele, "told in Teams")

    assert "Undone" not in failed
    assert alex.sees().count("shared a file with you") == 1
    assert bot.access(FILE)[ALEX] == "write"


async def test_somebody_new_from_outside_is_mailed_at_once_and_the_card_says_so(adele: Someone, bot: Bot) -> None:
    card = await adele.says(f"share {FILE} with {GUEST} and Megan as read")
    result = await adele.presses("Share")
    at_once = len(bot.mails_to(GUEST)), len(bot.mails_to(MEGAN))
    await adele.presses("Undo")
    await bot.at_rest()

    assert f"{GUEST}: mailed at once. Undo takes the access back, but not the mail." in card
    assert "was asked to mail them" in result
    assert at_once == (1, 0)
    assert GUEST not in bot.access(FILE)


async def test_who_asks_for_a_mail_gets_one_sent_and_no_notice_beside_it(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await shares(adele, f"{SHARE} and email them")
    await when_told(bot, adele, "was asked to mail them")

    assert len(bot.mails_to(ALEX)) == 1
    assert "Shared with you" not in alex.sees()


async def test_without_a_mail_whoever_is_not_in_teams_is_named_as_not_told(adele: Someone, bot: Bot) -> None:
    await shares(adele, f"{SHARE} without email")
    told = await when_told(bot, adele, "Not told")

    assert "Not told: I can't reach them in Teams, and no mail was sent." in told
    assert bot.mails_to(ALEX) == []


@pytest.mark.parametrize("status", [403, 404])
async def test_a_chat_that_is_shut_is_forgotten_and_comes_back_with_the_person(
    adele: Someone, alex: Someone, bot: Bot, status: int
) -> None:
    await alex.says("hi")
    bot.breaks("connector", "/activities", contains="Shared with you", status=status)
    await shares(adele)
    await when_told(bot, adele, "was asked to mail them")
    mailed = len(bot.mails_to(ALEX))

    await alex.says("hi again")
    await shares(adele, f"share Price list.pdf with {ALEX} as read")
    await when_told(bot, adele, "told in Teams")

    assert mailed == 1
    assert len(bot.mails_to(ALEX)) == 1


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"drop": "reply"}, "I was interrupted, and can't tell whether they were told."),
        ({"status": 400}, "Not told: Microsoft 365 did not send the mail."),
        ({"status": 429, "headers": (("Retry-After", "0.2"),)}, "was asked to mail them"),
        ({"status": 503, "headers": (("Retry-After", "0.2"),), "done": True}, "can't tell whether they were told."),
    ],
    ids=str,
)
async def test_what_became_of_a_mail_is_told_as_it_is(adele: Someone, bot: Bot, how: dict[str, Any], said: str) -> None:
    await shares(adele)
    bot.breaks("graph", r"/invite$", **how)

    assert said in await when_told(bot, adele, said)
    assert len(bot.mails_to(ALEX)) == (0 if "400" in str(how) else 1)
    assert bot.access(FILE)[ALEX] == "write"


@pytest.mark.parametrize("lasts", ["for a moment", "for long"])
async def test_a_mail_that_cannot_be_asked_for_now_is_asked_for_again_and_told_as_it_is_in_the_end(
    contoso: Contoso, tmp_path: Path, lasts: str
) -> None:
    adele = Someone(contoso, "adele.vance@contoso.com")
    comes_back = lasts == "for a moment"
    async with Bot(contoso, tmp_path, undo=1, limits=replace(LIMITS, try_again=(0.2, 0.4))) as bot:
        await shares(adele)
        bot.breaks("graph", r"/permissions$", status=503, times=1 if comes_back else None)
        told = await when_told(bot, adele, "was asked to mail them" if comes_back else "did not send the mail")

    assert len(bot.mails_to(ALEX)) == comes_back
    assert bot.access(FILE)[ALEX] == "write"
    assert "They are told in" not in told


async def test_a_mail_gives_nobody_back_what_was_taken_from_them_meanwhile(adele: Someone, bot: Bot) -> None:
    """Graph mails with an invite only, and an invite gives access."""
    await shares(adele)
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.revoke(item, Grant(bot.contoso.person(ALEX), "write").id)

    await when_told(bot, adele, "somebody has changed their access since")

    assert ALEX not in bot.access(FILE)
    assert bot.mails_to(ALEX) == []


async def test_who_signs_out_meanwhile_reads_why_there_was_no_mail(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    await adele.says("sign out")

    assert "without your sign-in no mail is sent" in await when_told(bot, adele, "Not told")


async def test_each_recipient_is_accounted_for(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele, f"share {FILE} with Alex, Megan, Marketing and {GUEST} as read")
    told = await when_told(bot, adele, "told in Teams")

    assert (told.count("told in Teams"), told.count("was asked to mail them")) == (1, 3)
    assert (len(bot.mails_to(GUEST)), alex.sees().count("shared a file with you")) == (1, 1)


async def test_a_chat_that_gets_many_gets_them_at_its_own_rate(contoso: Contoso, tmp_path: Path) -> None:
    """The others are not held up by it."""
    limits = replace(LIMITS, in_a_chat=(1, 600))
    adele, alex, megan = (Someone(contoso, mail) for mail in ("adele.vance@contoso.com", ALEX, MEGAN))
    async with Bot(contoso, tmp_path, limits=limits) as bot:
        await alex.says("hi")
        await megan.says("hi")
        for file in (FILE, "Price list.pdf", "Store photos.zip"):
            await shares(adele, f"share {file} with Alex")
        await shares(adele, f"share {FILE} with Megan")
        await megan.waits_for("Shared with you")
        early = alex.sees().count("Shared with you")
        bot.limits = LIMITS
        await bot.restart()
        await bot.at_rest()

    assert early < alex.sees().count("Shared with you") == 3


async def test_the_waiting_outlives_a_restart(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele)
    await bot.restart()
    await when_told(bot, adele, "told in Teams")

    assert alex.sees().count("shared a file with you") == 1


async def test_the_card_that_is_shown_anew_is_the_result_and_no_other(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele)
    access = await adele.presses("Who has access")
    await alex.waits_for("Shared with you")
    await asyncio.sleep(1)
    await bot.at_rest()

    assert "told in Teams" not in adele.sees()
    assert access.splitlines()[0] in adele.sees()


async def test_what_is_typed_is_accounted_for_as_what_is_pressed(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await adele.says(SHARE)
    await adele.says("yes")

    assert "told in Teams" in await when_told(bot, adele, "told in Teams")


async def test_the_same_press_later_tells_how_each_was_told(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await adele.says(SHARE)
    card = bot.latest(adele)
    press = bot.button(adele, "Share", card)
    await adele.presses("Share")
    await when_told(bot, adele, "told in Teams")

    assert "told in Teams" in words_of_answer(await bot.deliver(adele, press, card))


async def test_the_word_undo_delivered_again_after_a_restart_undoes_nothing_else(
    adele: Someone, bot: Bot, contoso: Contoso
) -> None:
    await shares(adele)
    await shares(adele, f"share {FILE} with {MEGAN}")
    person = contoso.person(adele.mail)
    chat = contoso.chats.personal(person.id)
    undo = activities.said(contoso, chat, person, contoso.client.post(person, chat, "undo"), "en-US")

    for _ in range(2):
        await call(bot, f"Bearer {tokens.activity_token(contoso)}", undo)
        await bot.at_rest()
        await bot.restart()

    assert ALEX in bot.access(FILE)
    assert MEGAN not in bot.access(FILE)


async def test_the_word_undo_said_twice_takes_nothing_else_back(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    await shares(adele, f"share {FILE} with {MEGAN}")

    await adele.says("undo")
    again = await adele.says("undo")

    assert again.startswith("What you did last is undone already")
    assert ALEX in bot.access(FILE)
    assert MEGAN not in bot.access(FILE)


@pytest.mark.parametrize("how", ["by a word", "by a press"])
async def test_the_word_undo_after_the_only_share_is_undone_is_answered_so(adele: Someone, how: str) -> None:
    before = await adele.says("undo")
    await shares(adele)
    await (adele.says("undo") if how == "by a word" else adele.presses("Undo"))
    again = await adele.says("undo")

    assert "You shared nothing in the last day that I could undo." in before
    assert again.startswith("What you did last is undone already, or has ended.")


async def test_the_word_undo_says_that_the_last_share_is_not_ones_own_to_undo(alex: Someone, bot: Bot) -> None:
    await shares(alex, "share Social media plan.xlsx with Lee Gu")
    await shares(alex, 'share "Brand guidelines.pdf" with Lee Gu as read')

    said = await alex.says("undo")

    assert "What you shared last is “Brand guidelines.pdf”, and only its owners can take that back." in said
    assert "press “Undo” on its card" in said


async def test_the_word_undo_says_so_of_several_as_well(alex: Someone, bot: Bot) -> None:
    await alex.says('share "Brand guidelines.pdf" and "Social media plan.xlsx" with Lee Gu as read')
    await alex.presses("Share all")
    await bot.at_rest()
    await alex.says("undo")
    await bot.at_rest()

    said = await alex.says("undo")

    assert "undone already" not in said
    assert "only its owners can take that back" in said
