"""Four eyes for several files: what waits is one question, answered once, and carried out or not as a whole."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import pytest

from contoso.faults import Rule
from contoso.files import Item
from contoso.ids import item_id
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone, words, words_of_answer
from tests.test_app import run, serving
from tests.test_faults_kill import FOR_EVER, button, delivered, killed, until
from tests.test_faults_replicas import two
from tests.test_record import of, told

ADELE, ALEX, MEGAN, LEE = (f"{each}@contoso.com" for each in ("adele.vance", "alex.wilber", "megan.bowen", "lee.gu"))
BUDGET, FORECAST, TRAVEL = "Q3 Budget.xlsx", "Q4 Forecast.xlsx", "Travel costs 2026.xlsx"
SHARE_THREE = f"share {BUDGET}, {FORECAST} and {TRAVEL} with Alex as write"
SHARE_BOTH = f"share {BUDGET} and {FORECAST} with Alex as write"
CREW = "Budget crew"
ASK, ASK_TOO = "Ask for approval", "Share, and ask for approval"
REASON = "Not before the audit."
MONEY = f"""
[rules."Money"]
then = "approve"
files = ["*budget*", "*forecast*"]
approvers = ["{MEGAN}", "{LEE}"]
because = "Figures are for those who need them."
"""
EACH_ITS_OWN = f"""
[rules."Budgets"]
then = "approve"
files = ["*budget*"]
approvers = ["{MEGAN}"]

[rules."Forecasts"]
then = "approve"
files = ["*forecast*"]
approvers = ["{LEE}"]
"""


@pytest.fixture
def lee(bot: Bot) -> Someone:
    return Someone(bot.contoso, LEE)


@pytest.fixture
async def ruled(bot: Bot, alex: Someone, megan: Someone, lee: Someone) -> None:
    """Megan or Lee have to approve two of the three; all of them have the bot."""
    await bot.under(MONEY)
    for each in (alex, megan, lee):
        await each.says("hi")


def given(bot: Bot, *names: str) -> list[str | None]:
    return [bot.access(name).get(ALEX) for name in names or (BUDGET, FORECAST, TRAVEL)]


def count_of(someone: Someone, text: str) -> int:
    """In how many messages that were sent it stands."""
    return sum(text in words(each) for each in someone.contoso.client.messages(someone.mail))


async def kept(bot: Bot) -> int:
    """How many plans there are behind cards."""

    def count() -> int:
        with contextlib.closing(sqlite3.connect(bot.data / "sharebot.db")) as database:
            return database.execute("SELECT count(*) FROM plans WHERE many IS NOT NULL").fetchone()[0]

    return await asyncio.to_thread(count)


async def asks(adele: Someone, bot: Bot, sentence: str = SHARE_THREE) -> str:
    """The card of what was shared, and of what waits."""
    card = await adele.says(sentence)
    await adele.presses(ASK_TOO if ASK_TOO in card else ASK)
    await bot.at_rest()
    return adele.sees()


@pytest.mark.usefixtures("ruled")
async def test_what_goes_at_once_does_and_the_rest_is_one_question(
    adele: Someone, alex: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    card = await adele.says(SHARE_THREE)
    await adele.presses(ASK_TOO)
    await bot.at_rest()
    waiting, asked, before = adele.sees(), megan.sees(), given(bot)
    approved = await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()

    assert "Share 1 file?" in card
    assert "2 files are shared only when a second person has approved them." in card
    assert card.count("The rule “Money” wants a second person to approve this.") == 2
    assert "Waiting for approval" in waiting
    assert waiting.count("Nothing is shared before Lee Gu or Megan Bowen approves it.") == 2
    assert before == [None, None, "write"]
    assert asked.count("May this be shared?") == count_of(lee, "No longer asked") == 1
    for shown in (BUDGET, FORECAST, "Adele Vance", "Alex Wilber", "can edit", "“Money”", "Figures are for those"):
        assert shown in asked
    assert TRAVEL not in asked
    assert "I share it as Adele Vance now" in approved
    assert given(bot) == ["write", "write", "write"]
    assert count_of(adele, "Megan Bowen approved what you wanted to share.") == 1
    assert "Megan Bowen approved this. What came of it is on a card of its own." in adele.sees()
    assert count_of(alex, "Adele Vance shared 2 files with you") == 1
    ids = {each: bot.contoso.person(each).id for each in (ADELE, MEGAN)}
    entries = told(await of(bot), "act", "person_id", "rule")
    assert [each for each in entries if each[0] == "approval"] == [
        ("approval", "ask", ids[ADELE], "Money"),
        ("approval", "ask", ids[ADELE], "Money"),
        ("approval", "allowed", ids[MEGAN], "Money"),
        ("approval", "allowed", ids[MEGAN], "Money"),
    ]


@pytest.mark.usefixtures("ruled")
async def test_where_all_of_them_wait_that_is_what_the_button_says(adele: Someone, megan: Someone, bot: Bot) -> None:
    card = await adele.says(SHARE_BOTH)
    answer = await adele.says("yes")
    await bot.at_rest()
    before = given(bot)
    await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()

    assert "Share 2 files?" in card
    assert "Waiting for approval" in answer
    assert before == [None, None, None]
    assert given(bot) == ["write", "write", None]


@pytest.mark.usefixtures("ruled")
async def test_what_was_approved_can_be_undone_without_what_went_before(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    await asks(adele, bot)
    await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()

    await adele.says("undo")
    await bot.at_rest()

    assert given(bot) == [None, None, "write"]


@pytest.mark.usefixtures("ruled")
async def test_what_is_declined_is_not_shared_at_all_and_the_asker_is_told_once(
    adele: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    await asks(adele, bot)
    card = bot.latest(megan)
    approve = bot.button(megan, "Approve", card)
    declined = await megan.presses("Decline", {"reason": REASON})
    await bot.at_rest()
    late = words_of_answer(await bot.deliver(lee, approve, bot.latest(lee)))

    assert "Nothing is shared." in declined
    assert given(bot) == [None, None, "write"]
    assert "Megan Bowen has not approved this, and that stands." in late
    assert count_of(adele, REASON) == 1
    assert "Done in part" in adele.sees()
    assert "Nothing is shared before" not in adele.sees()


@pytest.mark.usefixtures("ruled")
async def test_out_of_time_nothing_of_it_happens(adele: Someone, megan: Someone, lee: Someone, bot: Bot) -> None:
    await asks(adele, bot, SHARE_BOTH)
    late = bot.button(megan, "Approve", bot.latest(megan)), bot.latest(megan)
    await bot.later(hours=25)

    answer = words_of_answer(await bot.deliver(megan, *late))
    await bot.at_rest()

    assert "its time is over: nothing is shared." in answer
    assert count_of(adele, "This was not approved in time, so nothing is shared.") == 1
    assert "Not done" in adele.sees()
    assert "No longer asked" in lee.sees()
    assert given(bot) == [None, None, None]


@pytest.mark.usefixtures("ruled")
@pytest.mark.parametrize("how", ["Withdraw", "Undo all"])
async def test_what_is_withdrawn_or_undone_is_asked_no_longer(
    adele: Someone, megan: Someone, bot: Bot, how: str
) -> None:
    await asks(adele, bot)
    late = bot.button(megan, "Approve", bot.latest(megan)), bot.latest(megan)

    await adele.presses(how)
    await bot.at_rest()
    answer = words_of_answer(await bot.deliver(megan, *late))
    await bot.later(days=2)

    assert "This was withdrawn" in answer
    assert given(bot) == [None, None, "write" if how == "Withdraw" else None]
    assert "This was not approved in time" not in adele.sees()
    assert "Withdraw" not in adele.sees()


@pytest.mark.usefixtures("ruled")
async def test_what_is_wanted_in_another_way_is_another_question(adele: Someone, megan: Someone, bot: Bot) -> None:
    """So that nobody says yes to what the card does not say."""
    await adele.says(f"share {BUDGET} with Alex and Lee. share {FORECAST} with Alex with the note 'Only for you'")
    await adele.presses("Ask for approval")
    await bot.at_rest()
    asked = [words(each) for each in bot.contoso.client.messages(megan.mail)]
    asked = [each for each in asked if "May this be shared?" in each]

    assert sorted((BUDGET in each, FORECAST in each, "Only for you" in each) for each in asked) == [
        (False, True, True),
        (True, False, False),
    ]


@pytest.mark.usefixtures("ruled")
async def test_cancelled_nobody_is_asked(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says(SHARE_THREE)
    await adele.presses("Cancel")
    await bot.at_rest()

    assert "May this be shared?" not in megan.sees()
    assert given(bot) == [None, None, None]


@pytest.mark.usefixtures("ruled")
async def test_nobody_but_those_who_were_asked_answers_and_never_the_asker(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asks(adele, bot)
    card = bot.latest(megan)
    approve = bot.button(megan, "Approve", card)

    for somebody in (adele, alex):
        answer = words_of_answer(await bot.deliver(somebody, approve, bot.latest(somebody)))
        assert "Only those who were asked can approve this" in answer
    # What was not approved is not shared by a press that was made up either.
    begin = {**approve, "verb": "many.confirm", "data": approve["data"] | {"verb": "many.confirm"}}
    await bot.deliver(megan, begin, card)
    await bot.deliver(adele, begin, bot.latest(adele))
    await bot.at_rest()

    assert given(bot) == [None, None, "write"]


@pytest.mark.usefixtures("ruled")
async def test_pressed_by_both_at_once_and_twice_it_is_done_once(
    adele: Someone, alex: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    await adele.says(SHARE_THREE)
    card = bot.latest(adele)
    ask = bot.button(adele, ASK_TOO, card)
    await asyncio.gather(*(bot.deliver(adele, ask, card) for _ in range(3)))
    await bot.at_rest()
    presses = [
        (each, bot.button(each, "Approve", bot.latest(each)), bot.latest(each)) for each in (megan, megan, lee, lee)
    ]

    answers = await asyncio.gather(*(bot.deliver(*press) for press in presses))
    await bot.at_rest()

    said = [words_of_answer(each) for each in answers]
    assert all("Approved" in each or "has approved this, and that stands" in each for each in said)
    assert given(bot) == ["write", "write", "write"]
    assert count_of(alex, "shared 2 files with you") == 1
    assert count_of(adele, "approved what you wanted to share.") == 1
    assert [each.act for each in await of(bot) if each.what.value == "approval"] == ["ask", "ask", "allowed", "allowed"]


async def test_each_set_of_approvers_has_a_question_of_its_own(
    adele: Someone, alex: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    await bot.under(EACH_ITS_OWN)
    for each in (alex, megan, lee):
        await each.says("hi")
    await asks(adele, bot)
    asked = [each.sees().rpartition("May this be shared?")[2] for each in (megan, lee)]

    await megan.presses("Decline", {"reason": ""})
    await bot.at_rest()
    between = adele.sees()
    await lee.presses("Approve", {"reason": ""})
    await bot.at_rest()

    assert [BUDGET in each for each in asked] == [True, False]
    assert [FORECAST in each for each in asked] == [False, True]
    assert "Nothing is shared before Lee Gu approves it." in between
    assert given(bot) == [None, "write", "write"]
    assert count_of(alex, "Shared with you") == 2


async def test_a_file_that_two_rules_are_about_waits_for_both(
    adele: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    await bot.under(EACH_ITS_OWN.replace('files = ["*forecast*"]', 'roles = ["write"]'))
    for each in (megan, lee):
        await each.says("hi")
    await asks(adele, bot)
    both = bot.latest(megan)

    first = await megan.presses("Approve", {"reason": ""}, message=both)
    await bot.at_rest()
    between = given(bot)
    for message in [each.id for each in bot.contoso.client.messages(LEE) if "May this be shared?" in words(each)]:
        await lee.presses("Approve", {"reason": ""}, message=message)
    await bot.at_rest()

    assert "Another rule wants somebody else to approve it as well." in first
    assert between == [None, None, None]
    assert given(bot) == ["write", "write", "write"]


@pytest.mark.usefixtures("ruled")
async def test_what_the_rules_do_not_allow_by_then_is_not_shared(adele: Someone, megan: Someone, bot: Bot) -> None:
    await asks(adele, bot)
    more = f'[rules."Forecasts"]\nthen = "approve"\nfiles = ["*forecast*"]\napprovers = ["{LEE}"]\n'
    await bot.under(MONEY + more)

    await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()

    assert given(bot) == ["write", None, "write"]
    assert "The rule “Forecasts” wants a second person to approve this." in adele.sees()
    assert "Share 1 file?" in await adele.presses("Retry what failed")


async def test_where_nobody_can_be_asked_that_is_said_and_the_rest_is_shared(adele: Someone, bot: Bot) -> None:
    await bot.under(MONEY.replace(f'"{MEGAN}", "{LEE}"', '"nobody@contoso.com"'))
    waiting = await asks(adele, bot)
    again = await adele.presses("Retry what failed")
    await adele.says("undo")
    await bot.at_rest()

    assert "Done in part" in waiting
    assert waiting.count("I find nobody who may.") == 2
    assert ASK in again
    assert "Undone" in adele.sees()
    assert adele.sees().count("I find nobody who may.") >= 2
    assert given(bot) == [None, None, None]


@pytest.mark.usefixtures("ruled")
async def test_more_files_than_a_card_holds_are_on_pages_for_the_approver(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    owner = bot.contoso.person(ADELE)
    drive = bot.contoso.files.drive_of(owner.id)
    assert drive
    names = [f"budget{number:02}.txt" for number in range(12)]
    new = [
        Item(drive.id, item_id(drive.id, each), drive.root_id, each, False, 1, owner, bot.contoso.now())
        for each in names
    ]
    bot.contoso.files.put(drive, new, [])
    await asks(adele, bot, "share " + ", ".join(names) + " with Alex as read")
    card = bot.latest(megan)
    more = bot.button(megan, "More…", card)

    second = words_of_answer(await bot.deliver(megan, more, card))
    foreign = words_of_answer(await bot.deliver(adele, more, bot.latest(adele)))
    wrong = {**more, "data": more["data"] | {"about": more["data"]["about"].partition(".")[0]}}
    no_page = words_of_answer(await bot.deliver(megan, wrong, card))
    await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()

    assert "11 to 12 of 12" in second
    assert "Only those who were asked can approve this" in foreign
    assert "no longer good" in no_page
    assert given(bot, *names) == ["read"] * 12


@pytest.mark.usefixtures("ruled")
async def test_what_waits_is_in_the_report_and_is_forgotten_when_it_is_long_over(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    await asks(adele, bot, SHARE_BOTH)
    code, said, _err = await run("report", environment={"DATA_DIR": str(bot.data)})

    assert code == 0
    assert "1 shares wait for a second person." in said
    assert bot.contoso.person(ADELE).id in said
    assert await kept(bot) == 3
    await bot.later(days=2)
    await bot.later(days=100)
    assert await kept(bot) == 0


@pytest.mark.usefixtures("ruled")
async def test_asked_in_front_of_others_what_came_of_it_is_told_in_their_own_chat(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    await adele.says("hi")
    await adele.says(f"<at>Sharebot</at> {SHARE_THREE}", chat=CREW)
    await adele.presses("Continue", chat=CREW)
    await adele.presses(ASK_TOO, chat=CREW)
    await bot.at_rest()
    await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()

    assert given(bot) == ["write", "write", "write"]
    assert count_of(adele, "Megan Bowen approved what you wanted to share.") == 1


# Faults


def ruling(data: Path) -> dict[str, str]:
    (data / "policy.toml").write_text(MONEY)
    return {"POLICY_FILE": str(data / "policy.toml")}


def roles(contoso: Contoso) -> list[str | None]:
    files = (contoso.file("Adele Vance", f"Finance/{each}") for each in (BUDGET, FORECAST))
    return [contoso.roles(each).get(ALEX) for each in files]


async def test_a_kill_between_the_approval_and_the_shares_loses_nothing(contoso: Contoso, tmp_path: Path) -> None:
    adele, megan, alex = (Someone(contoso, each) for each in (ADELE, MEGAN, ALEX))
    async with serving(contoso, tmp_path, **ruling(tmp_path)) as process:
        await megan.says("hi")
        await alex.says("hi")
        await adele.says(SHARE_BOTH)
        await adele.presses(ASK)
        await until(lambda: "May this be shared?" in megan.sees())
        approve = button(megan, "Approve")
        held = [Rule("graph", "GET", r"/permissions$", times=2, delay=FOR_EVER)]
        await killed(process, contoso, held, megan.presses("Approve", {"reason": ""}))

    async with serving(contoso, tmp_path, **ruling(tmp_path)):
        await until(lambda: "shared 2 files with you" in alex.sees())
        again = await delivered(megan, approve)

    assert "I share it as Adele Vance now" in again
    assert roles(contoso) == ["write", "write"]
    assert count_of(alex, "shared 2 files with you") == 1
    assert count_of(adele, "Megan Bowen approved what you wanted to share.") == 1


async def test_a_kill_before_anybody_is_asked_asks_after_it(contoso: Contoso, tmp_path: Path) -> None:
    adele, megan = (Someone(contoso, each) for each in (ADELE, MEGAN))
    async with serving(contoso, tmp_path, **ruling(tmp_path)) as process:
        await megan.says("hi")
        await adele.says(SHARE_BOTH)
        held = [Rule("graph", "GET", r"/users", times=1, delay=FOR_EVER)]
        await killed(process, contoso, held, adele.presses(ASK))

    async with serving(contoso, tmp_path, **ruling(tmp_path)):
        await until(lambda: "May this be shared?" in megan.sees())

    assert count_of(megan, "May this be shared?") == 1


async def test_answers_on_two_replicas_are_one_yes(contoso: Contoso, tmp_path: Path, postgresql: str) -> None:
    adele, megan, alex = (Someone(contoso, each) for each in (ADELE, MEGAN, ALEX))
    async with two(contoso, tmp_path, postgresql, **ruling(tmp_path)) as replicas:
        await megan.says("hi")
        await alex.says("hi")
        await adele.says(SHARE_BOTH)
        await adele.presses(ASK)
        await until(lambda: "May this be shared?" in megan.sees())
        approve = button(megan, "Approve")
        presses: list[asyncio.Task[str]] = []
        for _process, endpoint in (*replicas, *replicas):
            contoso.bot_endpoint = endpoint
            presses.append(asyncio.create_task(delivered(megan, approve)))
            await asyncio.sleep(0)
        answers = await asyncio.gather(*presses)
        await until(lambda: "shared 2 files with you" in alex.sees())

    assert all("I share it as Adele Vance now" in each for each in answers)
    assert roles(contoso) == ["write", "write"]
    assert count_of(alex, "shared 2 files with you") == 1
