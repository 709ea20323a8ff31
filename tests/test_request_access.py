"""“Request access to …”: the owner is found, gets a card, and decides once; whoever asked is told."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone, words, words_of_answer
from tests.test_faults_kill import button, delivered, until
from tests.test_faults_replicas import two
from tests.test_received import buttons, newest

ALEX = "alex.wilber@contoso.com"
CREW = "Budget crew"
FILE = "Q3 Budget.xlsx"
LINK = "{base}/personal/adele_vance_contoso_com/Documents/Finance/Q3%20Budget.xlsx"
REASON = "I close the month."


@pytest.fixture
async def link(adele: Someone, bot: Bot) -> str:
    """The address that a browser shows. Adele is signed in, and nobody has shared it with Alex."""
    await adele.says("who has access to Q3 Budget.xlsx?")
    return LINK.format(base=bot.contoso.base_url)


async def asks(someone: Someone, bot: Bot, sentence: str, reason: str = REASON) -> str:
    await someone.says(sentence)
    told = await someone.presses("Ask", {"reason": reason})
    await bot.at_rest()
    return told


# Asking


async def test_the_owner_is_asked_with_who_what_which_right_until_when_and_why(
    adele: Someone, alex: Someone, link: str, bot: Bot
) -> None:
    before = await alex.says(f"request edit access to {link} until in 3 days")
    told = await alex.presses("Ask", {"reason": REASON})
    await bot.at_rest()

    assert "Ask to edit this?" in before
    assert "Adele Vance decides, and I tell you." in before
    assert "I asked Adele Vance" in told
    card = await adele.waits_for("Allow editing?")
    assert "Alex Wilber asks to edit a file of yours." in card
    assert f"Alex Wilber\ncan edit\nMarketing Assistant, Marketing · {ALEX}" in card
    assert FILE in card
    assert "OneDrive › Finance" in card
    assert "then I end it" in card
    assert REASON in card
    assert buttons(adele) == ["Allow", "Decline", "Open in OneDrive"]
    assert ALEX not in bot.access(FILE)


async def test_nobody_is_asked_before_the_press(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await alex.says(f"request access to {link}")

    assert "I asked nobody." in await alex.presses("Cancel")
    await bot.at_rest()
    assert "Allow" not in adele.sees()


async def test_what_one_can_open_already_is_said(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex as read")
    await adele.presses("Share")

    assert "You can open “Q3 Budget.xlsx” already." in await alex.says(f"request access to {link}")
    assert "Ask to edit this?" in await alex.says(f"request edit access to {link}")


async def test_a_file_that_was_shared_with_them_before_is_known_by_its_name(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex as read until in 2 days")
    await adele.presses("Share")
    await bot.later(days=3)

    assert "Adele Vance decides" in await alex.says(f"request access to {FILE}")
    assert "I can't tell whose file that is." in await megan.says(f"request access to {FILE}")


async def test_a_link_to_what_somebody_shared_is_known(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex as read")
    await adele.presses("Share")
    url = bot.contoso.web_url(bot.contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx"))

    assert "Adele Vance decides" in await megan.says(f"request access to {url}?web=1")


async def test_whose_file_it_is_can_be_said(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says("help")
    await asks(alex, bot, f"ask Adele Vance for access to {FILE}")

    assert "Alex Wilber asks to view a file of yours." in adele.sees()


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("request access to Payroll.xlsx", "Please ask whoever sent it to you"),
        ("request access to {base}/personal/nobody_at_all_contoso_com/Documents/a.xlsx", "I can't tell whose file"),
        ("request access to {base}/personal/adele_vance_fabrikam_com/Documents/a.xlsx", "I can't tell whose file"),
        ("request access to https://contoso.sharepoint.example/sites/x/a.xlsx", "I can't tell whose file"),
        ("ask Xaver for access to Payroll.xlsx", "I know nobody called"),
        ("request access", "To which file?"),
    ],
)
async def test_where_nobody_can_be_asked_that_is_said(alex: Someone, bot: Bot, said: str, answer: str) -> None:
    assert answer in await alex.says(said.format(base=bot.contoso.base_url))


async def test_what_cannot_be_asked_for_so_is_said_with_what_to_do(alex: Someone) -> None:
    for said, answer in (
        (f"request access to {FILE} and Payroll.xlsx", "Please ask for one file at a time."),
        ("request owner access to Payroll.xlsx", "Please say which."),
        ("ask Adele Vance for access to Payroll.xlsx until 1 January 2020", "or it is over"),
        ("ask Megan Bowen and Lee Gu for access to Payroll.xlsx", "Please name one person whom I shall ask."),
        ("ask Ana Bell for access to Payroll.xlsx", "“Ana Bell” fits Ana Bell (ana.bell@contoso.com) and Ana Bell ("),
        ("ask Alex Wilber for access to Payroll.xlsx", "I can't find “Payroll.xlsx”, or you have no access to it."),
        ("ask adele.vance@contoso.com for access to Payroll.xlsx", "Adele Vance decides, and I tell you."),
    ):
        assert answer in await alex.says(said)


async def test_of_several_files_that_one_can_open_the_link_is_asked_for(adele: Someone) -> None:
    assert "You can open several files of this name." in await adele.says("request access to Roadmap.docx")
    assert "I can't tell whose file that is." in await adele.says("request access to Q3 Budgt.xlsx")


async def test_somebody_mentioned_is_asked(adele: Someone, alex: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("help")
    await alex.says("help")
    asked = await alex.says(f"<at>Sharebot</at> ask <at>Megan Bowen</at> for access to {FILE}", chat=CREW)
    card = asked if "decides" in asked else await alex.presses("Continue", chat=CREW)
    await alex.presses("Ask", {"reason": ""}, chat=CREW)
    await bot.at_rest()

    assert "Megan Bowen decides, and I tell you." in card
    assert "Alex Wilber asks to view a file of yours." in megan.sees()


async def test_who_is_not_in_teams_can_not_be_asked(alex: Someone, bot: Bot) -> None:
    await alex.says(f"request access to {LINK.format(base=bot.contoso.base_url)}")

    assert "I can't reach Adele Vance in Teams." in await alex.presses("Ask", {"reason": ""})


async def test_one_person_has_one_open_request_for_a_file(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, f"request access to {link}")
    await asks(alex, bot, f"request edit access to {link}")

    assert adele.sees().count("asks to view a file of yours") == 1
    assert "asks to edit" not in adele.sees()


async def test_a_reason_has_its_length(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, f"request access to {link}", "x" * 2000)

    assert "x" * 500 in adele.sees()
    assert "x" * 501 not in adele.sees()


async def test_the_ledger_keeps_what_was_asked_sealed(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, f"request access to {link}")

    database = sqlite3.connect(bot.data / "sharebot.db")
    ((kept, wish),) = database.execute("SELECT reason, wish FROM requests").fetchall()
    assert wish == "access"
    assert REASON.encode() not in kept
    assert b"Budget" not in kept


# Deciding


async def test_of_several_files_that_fit_the_owner_chooses_one_and_that_is_given(
    adele: Someone, alex: Someone, link: str, bot: Bot
) -> None:
    await asks(alex, bot, "ask Adele Vance for access to Roadmap.docx until in 3 days")
    question = await adele.presses("Allow")
    rows = bot.rows(adele)
    early = [bot.access_by_row(each) for each in rows]
    told = await adele.presses(rows[1])
    await bot.at_rest()

    assert "Alex Wilber asks to view a file of yours." in question
    assert "Which one do you mean?" in question
    assert REASON in question
    assert len(rows) == 2
    assert all(ALEX not in each for each in early)
    assert "✓ can view" in told
    assert ALEX not in bot.access_by_row(rows[0])
    assert bot.access_by_row(rows[1])[ALEX] == "read"
    assert "Adele Vance said yes" in alex.sees()


async def test_none_of_several_can_be_declined(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, "ask Adele Vance for edit access to Roadmap.docx")
    question = await adele.presses("Allow")
    told = await adele.presses("Decline")
    await bot.at_rest()

    assert "asks to edit a file of yours." in question
    assert "You did not give Alex Wilber access." in told
    assert "would rather not give you access" in alex.sees()


async def test_what_is_allowed_is_a_share(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, f"request access to {link} until in 3 days")

    told = await adele.presses("Allow")
    await bot.at_rest()

    assert "✓ can view" in told
    assert "Undo" in told
    assert bot.access(FILE)[ALEX] == "read"
    assert "Shared with you" in alex.sees()
    await bot.later(days=4)
    assert ALEX not in bot.access(FILE)


@pytest.mark.parametrize(
    ("answer", "said"),
    [("Allow", "Adele Vance said yes, and I gave you access."), ("Decline", "would rather not give you access.")],
)
@pytest.mark.usefixtures("link")
async def test_what_was_decided_takes_the_place_of_what_was_asked(
    adele: Someone, alex: Someone, bot: Bot, answer: str, said: str
) -> None:
    await asks(alex, bot, f"request access to {LINK.format(base=bot.contoso.base_url)}")
    card = bot.latest(alex)
    before = shown(alex, bot, card)
    await adele.presses(answer)
    await bot.at_rest()

    assert "I asked Adele Vance, and tell you what they decide." in before
    assert said in shown(alex, bot, card)
    assert alex.notices().count("Shared with you" if answer == "Allow" else "Declined") == 1


async def test_what_nobody_decided_waits_no_more(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, f"request access to {link}")
    card = bot.latest(alex)
    await bot.later(days=8)

    assert "Adele Vance did not answer. You can ask again." in shown(alex, bot, card)
    assert "I asked Adele Vance" not in alex.sees()


async def test_what_was_decided_is_said_in_the_language_of_whoever_asked(adele: Someone, link: str, bot: Bot) -> None:
    alex = Someone(bot.contoso, ALEX, locale="de-DE")
    await alex.says(f"bitte um Zugriff auf {link}")
    await alex.presses("Anfragen", {"reason": REASON})
    await bot.at_rest()
    await adele.presses("Allow")
    await bot.at_rest()

    assert "Adele Vance hat zugestimmt, und ich habe Ihnen Zugriff gegeben." in alex.sees()


async def test_in_words_what_was_decided_is_said_once(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await alex.says("plain text on")
    await alex.says(f"request access to {link}")
    await alex.says("1")
    await bot.at_rest()
    await adele.presses("Decline")
    await bot.at_rest()

    assert alex.sees().count("would rather not give you access") == 1


async def test_who_wants_words_by_then_reads_once_what_was_decided(
    adele: Someone, alex: Someone, link: str, bot: Bot
) -> None:
    await alex.says(f"request access to {link}")
    await alex.presses("Ask")
    await alex.says("plain text on")
    await bot.at_rest()
    await adele.presses("Decline")
    await bot.at_rest()

    assert alex.sees().count("would rather not give you access") == 1


async def test_what_one_can_open_by_now_is_asked_of_nobody(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await alex.says(f"request access to {link}")
    card = bot.latest(alex)
    await adele.says("share Q3 Budget.xlsx with Alex as read")
    await adele.presses("Share")
    await bot.at_rest()

    told = await alex.presses("Ask", {"reason": ""}, message=card)
    await bot.at_rest()

    assert "You can open “Q3 Budget.xlsx” already." in told
    assert "Allow" not in adele.sees()


async def test_what_is_allowed_lasts_as_long_as_the_rules_let_it(
    adele: Someone, alex: Someone, link: str, bot: Bot
) -> None:
    await bot.under('[rules."Two days"]\nthen = "shorten"\ndays = 2\n')
    await asks(alex, bot, f"request access to {link}")

    await adele.presses("Allow")
    await bot.at_rest()
    between = bot.access(FILE)[ALEX]
    await bot.later(days=4)

    assert between == "read"
    assert ALEX not in bot.access(FILE)


async def test_what_is_declined_gives_nothing(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, f"request access to {link}")

    told = await adele.presses("Decline")
    await bot.at_rest()

    assert "You did not give Alex Wilber access." in told
    assert ALEX not in bot.access(FILE)
    assert "Adele Vance would rather not give you access." in alex.sees()


@pytest.mark.parametrize("first", ["Allow", "Decline"])
async def test_the_first_decision_stands(adele: Someone, alex: Someone, link: str, bot: Bot, first: str) -> None:
    then = {"Allow": "access.decline", "Decline": "access.allow"}[first]
    await asks(alex, bot, f"request access to {link}")
    known, message = bot.button(adele, first, newest(adele)), newest(adele)

    await adele.presses(first)
    await bot.at_rest()
    again = await pressed(adele, bot, then, known["data"]["about"], message)
    await bot.at_rest()

    assert "Decided already" in again
    assert (ALEX in bot.access(FILE)) is (first == "Allow")


async def test_pressed_many_times_it_is_shared_once(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, f"request access to {link}")
    known, message = bot.button(adele, "Allow", newest(adele)), newest(adele)

    answers = await asyncio.gather(*(bot.deliver(adele, known, message) for _ in range(5)))
    await bot.at_rest()

    assert all("can view" in words_of_answer(each) for each in answers)
    assert alex.notices().count("Shared with you") == 1


async def test_another_process_knows_the_decision(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, f"request access to {link}")
    known, message = bot.button(adele, "Allow", newest(adele)), newest(adele)
    await adele.presses("Decline")
    await bot.restart()

    told = words_of_answer(await bot.deliver(adele, known, message))
    await bot.at_rest()

    assert "Decided already" in told
    assert ALEX not in bot.access(FILE)


async def test_pressed_on_two_replicas_it_is_decided_once(contoso: Contoso, tmp_path: Path, postgresql: str) -> None:
    adele, alex = (Someone(contoso, each) for each in ("adele.vance@contoso.com", ALEX))
    async with two(contoso, tmp_path, postgresql) as replicas:
        await adele.says("who has access to Q3 Budget.xlsx?")
        await alex.says(f"request access to {LINK.format(base=contoso.base_url)}")
        await alex.presses("Ask", {"reason": REASON})
        await until(lambda: "Allow viewing?" in adele.sees())
        allow, decline = button(adele, "Allow"), button(adele, "Decline")
        presses: list[asyncio.Task[str]] = []
        for (_process, endpoint), press in zip((*replicas, *replicas), (allow, decline, decline, allow), strict=True):
            contoso.bot_endpoint = endpoint
            presses.append(asyncio.create_task(delivered(adele, press)))
            await asyncio.sleep(0)  # so that it is on its way there
        answers = await asyncio.gather(*presses)
        await until(lambda: "Shared with you" in alex.sees() or "would rather not" in alex.sees())

    is_allowed = "Shared with you" in alex.sees()
    assert is_allowed is ("would rather not" not in alex.sees())
    assert is_allowed is (ALEX in contoso.roles(contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx")))
    assert sum("✓ can view" in each for each in answers) == (2 if is_allowed else 0)


async def test_only_the_owners_press_counts(adele: Someone, alex: Someone, megan: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, f"request access to {link}")
    key = bot.button(adele, "Allow", newest(adele))["data"]["about"]
    await megan.says("help")

    for someone in (alex, megan):
        for verb in ("access.allow", "access.decline"):
            assert "Only the person who is asked" in await pressed(someone, bot, verb, key, newest(someone))
    assert "no longer good" in await pressed(adele, bot, "access.allow", "made up", newest(adele))
    assert ALEX not in bot.access(FILE)


async def test_an_owner_who_is_not_signed_in_is_asked_in_first(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says("help")
    await asks(alex, bot, f"request access to {LINK.format(base=bot.contoso.base_url)}")

    card = await adele.waits_for("Allow viewing?")
    seen = await adele.presses("Allow")
    await bot.at_rest()
    before = bot.access(FILE)
    await adele.presses("Allow")
    await bot.at_rest()

    assert "I look it up as you when you allow it" in card
    assert FILE in (seen or adele.sees())
    assert ALEX not in before
    assert bot.access(FILE)[ALEX] == "read"


async def test_until_the_owner_has_told_the_files_apart_nobody_hears_of_it(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await adele.says("who has access to Q3 Budget.xlsx?")
    await asks(alex, bot, "ask Adele Vance for access to Roadmap.docx")

    assert "Which one do you mean?" in await adele.presses("Allow")
    assert "Adele Vance" not in alex.sees().rpartition("I asked Adele Vance")[2]


async def test_what_is_wanted_until_a_day_that_is_over_is_not_given(
    adele: Someone, alex: Someone, link: str, bot: Bot
) -> None:
    await asks(alex, bot, f"request access to {link} until tomorrow")
    await bot.later(days=3)

    told = await adele.presses("Allow")
    again = await adele.presses("Decline")

    assert "The day until which it was wanted is over." in told
    assert "You did not give Alex Wilber access." in again
    assert ALEX not in bot.access(FILE)


async def test_what_the_rules_refuse_cannot_be_allowed(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, f"request edit access to {link}")
    await bot.under('[rules."No editing"]\nthen = "refuse"\nroles = ["write"]\n')

    told = await adele.presses("Allow")
    await bot.at_rest()

    assert "The rule “No editing” does not allow this." in told
    assert ALEX not in bot.access(FILE)
    assert "Allow" in buttons(adele)


@pytest.mark.hurried
async def test_what_failed_slowly_can_be_allowed_again(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, f"request access to {link}")
    bot.breaks("graph", "/items/", delay=4.5, status=503)

    on_it = await adele.presses("Allow")
    await bot.at_rest()
    shown = await adele.presses("Allow")
    told = shown if "✓" in shown else await adele.presses("Allow")

    assert "I'm on it" in on_it
    assert "✓ can view" in told
    assert bot.access(FILE)[ALEX] == "read"


async def test_a_request_that_cannot_be_read_any_more_is_no_longer_good(
    adele: Someone, alex: Someone, link: str, bot: Bot
) -> None:
    await asks(alex, bot, f"request access to {link}")
    await bot.alters("UPDATE requests SET reason = x'00'")

    assert "no longer good" in await adele.presses("Allow")
    await bot.later(days=2)
    assert "They still wait" not in adele.sees()


async def test_a_key_of_something_else_asks_nobody(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex")
    key = bot.button(adele, "Share", bot.latest(adele))["data"]["about"]

    for verb in ("access.ask", "access.drop"):
        assert "no longer good" in await pressed(adele, bot, verb, key, newest(adele))
    assert "✓ can view" in await adele.presses("Share")


async def test_asked_for_again_after_a_no_it_is_a_new_request(
    adele: Someone, alex: Someone, link: str, bot: Bot
) -> None:
    await asks(alex, bot, f"request access to {link}")
    await adele.presses("Decline")
    await bot.at_rest()
    await asks(alex, bot, f"request access to {link}")

    await adele.presses("Allow")
    await bot.at_rest()

    assert bot.access(FILE)[ALEX] == "read"


# Time


async def test_after_a_day_the_owner_is_reminded_once_and_after_a_week_it_lapses(
    adele: Someone, alex: Someone, link: str, bot: Bot
) -> None:
    await asks(alex, bot, f"request access to {link}")
    await bot.later(hours=23)
    early = adele.sees().count("They still wait for your answer.")
    await bot.later(hours=2)
    await bot.later(hours=2)
    reminded = adele.sees().count("They still wait for your answer.")
    known, message = bot.button(adele, "Allow", newest(adele)), newest(adele)
    await bot.later(days=7)
    late = words_of_answer(await bot.deliver(adele, known, message))
    await bot.at_rest()

    assert (early, reminded) == (0, 1)
    assert "Adele Vance did not answer within a week." in alex.sees()
    assert alex.sees().count("did not answer within a week") == 1
    assert "No longer asked" in late
    assert ALEX not in bot.access(FILE)


async def test_what_was_decided_is_not_reminded_of(adele: Someone, alex: Someone, link: str, bot: Bot) -> None:
    await asks(alex, bot, f"request access to {link}")
    await adele.presses("Decline")
    await bot.later(days=2)
    await bot.later(days=7)

    assert "They still wait" not in adele.sees()
    assert "did not answer" not in alex.sees()


def shown(someone: Someone, bot: Bot, message: str) -> str:
    """What a message of theirs says by now."""
    return next(words(each) for each in bot.contoso.client.messages(someone.mail) if each.id == message)


async def pressed(someone: Someone, bot: Bot, verb: str, about: str, message: str) -> str:
    """A press of whatever verb, as Teams delivers it."""
    action = {"type": "Action.Execute", "verb": verb, "data": {"verb": verb, "about": about}}
    return words_of_answer(await bot.deliver(someone, action, message))


async def test_whoever_pastes_a_link_they_cannot_open_reads_how_to_ask_for_it(alex: Someone, link: str) -> None:
    said = await alex.says(f"share {link} with Megan")

    assert "To ask its owner for it, say: request access to <link>" in said


async def test_a_link_or_a_name_alone_is_answered_with_what_can_be_done(adele: Someone, link: str) -> None:
    by_name, by_link = await adele.says(FILE), await adele.says(link)

    assert f"share {FILE} with Alex Wilber as write. Or: who has access to {FILE}?" in by_name
    assert "What shall I do with it?" in by_link
    assert link not in by_link
