"""Four eyes: a rule wants a second person, who approves in their own chat; out of time, nothing happens."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from contoso.faults import Rule
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone, words_of_answer
from tests.test_app import run, serving
from tests.test_faults_kill import FOR_EVER, button, delivered, killed, until
from tests.test_faults_replicas import two
from tests.test_record import of, told

ALEX, MEGAN, LEE = "alex.wilber@contoso.com", "megan.bowen@contoso.com", "lee.gu@contoso.com"
FILE = "Q3 Budget.xlsx"
SHARE = f"share {FILE} with Alex as write until in 3 days"
REASON = "Not before the audit."
MONEY = f"""
[rules."Money"]
then = "approve"
files = ["*budget*"]
approvers = ["{MEGAN}", "{LEE}"]
because = "Figures are for those who need them."
"""


@pytest.fixture
def lee(bot: Bot) -> Someone:
    return Someone(bot.contoso, LEE)


@pytest.fixture
async def ruled(bot: Bot, adele: Someone, alex: Someone, megan: Someone, lee: Someone) -> None:
    """Megan or Lee have to approve it; all of them have the bot."""
    await bot.under(MONEY)
    for each in (alex, megan, lee):
        await each.says("hi")


async def asks(adele: Someone, bot: Bot, sentence: str = SHARE) -> str:
    await adele.says(sentence)
    waiting = await adele.presses("Ask for approval")
    await bot.at_rest()
    return waiting


async def asked(adele: Someone, bot: Bot) -> tuple[dict[str, Any], str]:
    """The same; what asks once more, as an older client would."""
    await adele.says(SHARE)
    card = bot.latest(adele)
    ask = bot.button(adele, "Ask for approval", card)
    await adele.presses("Ask for approval")
    await bot.at_rest()
    return ask, card


def access(bot: Bot) -> str | None:
    return bot.access(FILE).get(ALEX)


@pytest.mark.usefixtures("ruled")
async def test_what_a_second_person_approves_is_shared_as_the_asker(
    adele: Someone, alex: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    card = await adele.says(SHARE)
    waiting = await adele.presses("Ask for approval")
    await bot.at_rest()
    asked = await megan.waits_for("May this be shared?")
    before = access(bot)
    approved = await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()

    for shown in ("Alex Wilber", "can edit", "The rule “Money” wants a second person", "Without an answer within 24 h"):
        assert shown in card
    assert "Lee Gu or Megan Bowen" in waiting
    for shown in ("Adele Vance", FILE, "Alex Wilber", "can edit", "Until", "“Money”", "Figures are for those"):
        assert shown in asked
    assert before is None
    assert "I share it as Adele Vance now" in approved
    assert access(bot) == "write"
    assert "✓ can edit" in adele.sees()
    assert "Megan Bowen approved what you wanted to share" in adele.sees()
    assert "shared a file with you" in alex.sees()
    assert "Megan Bowen has approved this, and that stands." in lee.sees()
    entries = await of(bot)
    ids = {each: bot.contoso.person(each).id for each in (adele.mail, MEGAN)}
    assert [each for each in told(entries, "act", "person_id", "rule") if each[0] == "approval"] == [
        ("approval", "ask", ids[adele.mail], "Money"),
        ("approval", "allowed", ids[MEGAN], "Money"),
    ]
    assert ("shared", "granted", "Money") in told(entries, "outcome", "rule")


@pytest.mark.usefixtures("ruled")
async def test_what_a_second_person_declines_is_not_shared_and_the_asker_reads_why(
    adele: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    ask = await asked(adele, bot)
    declined = await megan.presses("Decline", {"reason": REASON})
    await bot.at_rest()
    again = words_of_answer(await bot.deliver(adele, *ask))
    await bot.alters("UPDATE approvals SET reason = x'00'")
    unreadable = words_of_answer(await bot.deliver(adele, *ask))

    assert REASON in again
    assert "Megan Bowen did not approve this, so nothing is shared." in unreadable
    assert REASON not in unreadable
    assert "Nothing is shared." in declined
    assert access(bot) is None
    assert "Megan Bowen did not approve this, so nothing is shared." in adele.sees()
    assert REASON in adele.sees()
    assert "Megan Bowen has not approved this" in lee.sees()
    assert REASON not in lee.sees()
    assert "Waiting for approval" not in adele.sees()


@pytest.mark.usefixtures("ruled")
async def test_nobody_but_those_who_were_asked_can_approve_and_never_the_asker(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await asks(adele, bot)
    card = bot.latest(megan)
    approve = bot.button(megan, "Approve", card)

    for somebody in (adele, alex):
        answer = await bot.deliver(somebody, approve, bot.latest(somebody))
        assert "Only those who were asked can approve this" in words_of_answer(answer)
    assert access(bot) is None


@pytest.mark.usefixtures("ruled")
async def test_only_the_sharer_asks_and_only_where_a_rule_wants_it(adele: Someone, megan: Someone, bot: Bot) -> None:
    ask, _card = await asked(adele, bot)
    await adele.says("share Travel costs 2026.xlsx with Alex")
    card = bot.latest(adele)
    key = bot.button(adele, "Share", card)["data"]["about"]

    foreign = words_of_answer(await bot.deliver(megan, ask, bot.latest(megan)))
    needless = words_of_answer(await bot.deliver(adele, {**ask, "data": {**ask["data"], "about": key}}, card))

    assert "Only the person who asked" in foreign
    assert "no longer good" in needless
    assert "✓ can view" in await adele.presses("Share")


@pytest.mark.usefixtures("ruled")
async def test_a_yes_that_comes_out_of_time_shares_nothing_and_everybody_is_told(
    adele: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    await asks(adele, bot)
    bot.ahead += 25 * 60 * 60

    answer = await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()
    await bot.later()

    assert "nothing is shared" in answer
    assert "This was not approved in time" in adele.sees()
    assert "No longer asked" in lee.sees()
    assert access(bot) is None


@pytest.mark.usefixtures("ruled")
async def test_of_a_plan_that_is_forgotten_nobody_is_told(adele: Someone, megan: Someone, bot: Bot) -> None:
    await asks(adele, bot)
    late = bot.button(megan, "Approve", bot.latest(megan)), bot.latest(megan)
    await bot.alters("DELETE FROM plans")

    await bot.later(hours=25)

    assert "This was not approved in time" not in adele.sees()
    assert "no longer good" in words_of_answer(await bot.deliver(megan, *late))


@pytest.mark.usefixtures("ruled")
async def test_what_waits_is_in_the_administrators_report(adele: Someone, bot: Bot) -> None:
    await asks(adele, bot)

    code, said, _err = await run("report", environment={"DATA_DIR": str(bot.data)})

    assert code == 0
    assert "1 shares wait for a second person." in said
    assert f"of {bot.contoso.person('adele.vance@contoso.com').id}, rule “" in said
    assert bot.contoso.person(MEGAN).id in said


@pytest.mark.usefixtures("ruled")
async def test_the_asker_is_no_approver_of_their_own(megan: Someone, lee: Someone, bot: Bot) -> None:
    item = next(each for each in bot.contoso.files if each.author.mail == MEGAN and "." in each.name)
    await bot.under(MONEY.replace('files = ["*budget*"]', ""))

    await megan.says(f'share "{item.name}" with Pradeep')
    waiting = await megan.presses("Ask for approval")

    assert "Nothing is shared before Lee Gu approves it." in waiting
    assert "Megan" not in waiting.partition("Nothing is shared")[2]


@pytest.mark.usefixtures("ruled")
async def test_without_approval_a_press_on_share_does_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says(SHARE)
    card = bot.latest(adele)
    ask = bot.button(adele, "Ask for approval", card)
    share = {**ask, "verb": "share.confirm", "data": {**ask["data"], "verb": "share.confirm"}}

    answer = words_of_answer(await bot.deliver(adele, share, card))

    assert "The rule “Money” wants a second person to approve this." in answer
    assert access(bot) is None


@pytest.mark.usefixtures("ruled")
async def test_yes_in_words_asks_for_approval(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says(SHARE)

    answer = await adele.says("yes")
    await bot.at_rest()

    assert "Waiting for approval" in answer
    assert "May this be shared?" in megan.sees()


@pytest.mark.usefixtures("ruled")
async def test_a_double_press_and_two_answers_at_once_are_one_share(
    adele: Someone, alex: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    await adele.says(SHARE)
    card = bot.latest(adele)
    ask = bot.button(adele, "Ask for approval", card)
    await asyncio.gather(*(bot.deliver(adele, ask, card) for _ in range(3)))
    await bot.at_rest()
    presses = [
        (each, bot.button(each, title, bot.latest(each)), bot.latest(each))
        for each, title in ((megan, "Approve"), (megan, "Approve"), (lee, "Approve"), (lee, "Approve"))
    ]

    answers = await asyncio.gather(*(bot.deliver(*press) for press in presses))
    await bot.at_rest()

    said = [words_of_answer(each) for each in answers]
    assert all("Approved" in each or "has approved this, and that stands" in each for each in said)
    assert megan.sees().count("May this be shared?") + lee.sees().count("May this be shared?") <= 2
    assert access(bot) == "write"
    assert alex.sees().count("shared a file with you") == 1
    assert adele.sees().count("approved what you wanted to share") == 1
    acts = [each.act for each in await of(bot) if each.what.value == "approval"]
    assert acts == ["ask", "allowed"]


@pytest.mark.usefixtures("ruled")
async def test_of_a_yes_and_a_no_the_first_one_stands(adele: Someone, megan: Someone, lee: Someone, bot: Bot) -> None:
    await asks(adele, bot)
    late = bot.button(lee, "Approve", bot.latest(lee)), bot.latest(lee)
    await megan.presses("Decline", {"reason": ""})

    answer = words_of_answer(await bot.deliver(lee, *late))
    await bot.at_rest()

    assert "Megan Bowen has not approved this, and that stands." in answer
    assert access(bot) is None


@pytest.mark.usefixtures("ruled")
async def test_out_of_time_nothing_happens_and_everybody_is_told(
    adele: Someone, megan: Someone, lee: Someone, bot: Bot
) -> None:
    ask = await asked(adele, bot)
    late = bot.button(megan, "Approve", bot.latest(megan)), bot.latest(megan)

    await bot.later(hours=23)
    early = adele.sees()
    await bot.later(hours=2)
    answer = words_of_answer(await bot.deliver(megan, *late))
    again = words_of_answer(await bot.deliver(adele, *ask))

    assert "This was not approved in time" in again
    assert "This was not approved in time" not in early
    assert adele.sees().count("This was not approved in time, so nothing is shared.") >= 1
    assert "its time is over: nothing is shared." in answer
    assert "No longer asked" in lee.sees()
    assert access(bot) is None
    acts = [each.act for each in await of(bot) if each.what.value == "approval"]
    assert acts == ["ask", "over"]


@pytest.mark.usefixtures("ruled")
async def test_what_was_withdrawn_is_asked_no_longer(adele: Someone, megan: Someone, bot: Bot) -> None:
    await asks(adele, bot)
    late = bot.button(megan, "Approve", bot.latest(megan)), bot.latest(megan)

    await adele.presses("Withdraw")
    await bot.at_rest()
    answer = words_of_answer(await bot.deliver(megan, *late))
    await bot.later(days=2)

    assert "This was withdrawn" in answer
    assert access(bot) is None
    assert "This was not approved in time" not in adele.sees()


@pytest.mark.usefixtures("ruled")
async def test_what_was_approved_is_judged_again(adele: Someone, megan: Someone, bot: Bot) -> None:
    ask = await asked(adele, bot)
    await bot.under(MONEY + '[rules."No editing"]\nthen = "refuse"\nroles = ["write"]\n')

    await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()
    again = words_of_answer(await bot.deliver(adele, *ask))

    assert "Megan Bowen" in again
    assert "not" in again
    assert "The rule “No editing” does not allow this." in adele.sees()
    assert "approved what you wanted to share, but I could not do it yet." in adele.sees()
    assert access(bot) is None


@pytest.mark.usefixtures("ruled")
async def test_two_rules_want_two_answers(adele: Someone, megan: Someone, lee: Someone, bot: Bot) -> None:
    both = (
        MONEY.replace(f', "{LEE}"', "")
        + f'[rules."Editing"]\nthen = "approve"\nroles = ["write"]\napprovers = ["{LEE}"]'
    )
    await bot.under(both)
    await asks(adele, bot)
    asked = adele.sees()

    first = await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()
    between = access(bot)
    await lee.presses("Approve", {"reason": ""})
    await bot.at_rest()

    assert "Nothing is shared before Lee Gu approves it. Nothing is shared before Megan Bowen approves it." in asked
    assert "Another rule wants somebody else to approve it as well." in first
    assert between is None
    assert access(bot) == "write"


async def test_a_manager_and_a_group_may_be_those_who_approve(adele: Someone, megan: Someone, bot: Bot) -> None:
    """Contoso's president manages Adele, and has to have the bot to be asked; Megan is in Marketing."""
    group = bot.contoso.directory.group_at("marketing@contoso.com")
    assert group
    bot.contoso.consents[bot.contoso.person(adele.mail).id].add("User.Read.All")
    patti = Someone(bot.contoso, "patti.fernandez@contoso.com")
    await patti.says("hi")
    await megan.says("hi")
    await bot.under(MONEY.replace(f'"{MEGAN}", "{LEE}"', f'"manager", "group:{group.id}"'))

    waiting = await asks(adele, bot)

    assert "Megan Bowen" in waiting
    assert "Patti Fernandez" in waiting
    assert "May this be shared?" in patti.sees()


@pytest.mark.parametrize(
    ("approvers", "said"),
    [
        ('"nobody@contoso.com"', "I find nobody who may."),
        ('"manager"', "I find nobody who may."),  # without the administrators' yes to that look-up
        ('"pradeep.gupta@contoso.com"', "Pradeep Gupta can approve this, and I can't reach them in Teams."),
    ],
)
async def test_where_nobody_can_be_asked_that_is_said_and_nothing_waits(
    adele: Someone, bot: Bot, approvers: str, said: str
) -> None:
    await bot.under(MONEY.replace(f'"{MEGAN}", "{LEE}"', approvers))
    await adele.says(SHARE)

    answer = await adele.presses("Ask for approval")

    assert said in answer
    assert "By the rule “Money”" in answer
    assert access(bot) is None


async def test_whoever_has_no_manager_is_told_that_nobody_may_approve(bot: Bot) -> None:
    patti = Someone(bot.contoso, "patti.fernandez@contoso.com")
    bot.contoso.consents[bot.contoso.person(patti.mail).id].add("User.Read.All")
    await bot.under(MONEY.replace(f'"{MEGAN}", "{LEE}"', '"manager"').replace('files = ["*budget*"]', ""))
    item = next(each for each in bot.contoso.files if each.author.mail == patti.mail and "." in each.name)

    await patti.says(f'share "{item.name}" with Alex')

    assert "I find nobody who may." in await patti.presses("Ask for approval")


# Faults


def ruling(data: Path) -> dict[str, str]:
    (data / "policy.toml").write_text(MONEY)
    return {"POLICY_FILE": str(data / "policy.toml")}


async def test_a_kill_between_the_approval_and_the_share_loses_nothing(contoso: Contoso, tmp_path: Path) -> None:
    adele, megan, alex = (Someone(contoso, each) for each in ("adele.vance@contoso.com", MEGAN, ALEX))
    async with serving(contoso, tmp_path, **ruling(tmp_path)) as process:
        await megan.says("hi")
        await alex.says("hi")
        await adele.says(SHARE)
        await adele.presses("Ask for approval")
        await until(lambda: "May this be shared?" in megan.sees())
        approve = button(megan, "Approve")
        held = [Rule("graph", "GET", r"/permissions$", times=1, delay=FOR_EVER)]
        await killed(process, contoso, held, megan.presses("Approve", {"reason": ""}))

    async with serving(contoso, tmp_path, **ruling(tmp_path)):
        await until(lambda: "approved what you wanted to share, and it is done" in adele.sees())
        again = await delivered(megan, approve)

    assert "I share it as Adele Vance now" in again
    item = contoso.file("Adele Vance", f"Finance/{FILE}")
    assert contoso.roles(item).get(ALEX) == "write"
    assert alex.sees().count("shared a file with you") == 1


async def test_a_kill_while_an_approver_is_asked_ends_in_nothing_and_says_so(contoso: Contoso, tmp_path: Path) -> None:
    adele, megan = (Someone(contoso, each) for each in ("adele.vance@contoso.com", MEGAN))
    async with serving(contoso, tmp_path, **ruling(tmp_path)) as process:
        await megan.says("hi")
        await adele.says(SHARE)
        held = [Rule("connector", "POST", contains="May this be shared?", times=1, delay=FOR_EVER)]
        await killed(process, contoso, held, adele.presses("Ask for approval"))
    with sqlite3.connect(tmp_path / "sharebot.db") as database:
        database.execute("UPDATE approvals SET due_at = unixepoch() - 1")

    async with serving(contoso, tmp_path, **ruling(tmp_path)):
        await until(lambda: "This was not approved in time" in adele.sees())


async def test_answers_on_two_replicas_are_one_share(contoso: Contoso, tmp_path: Path, postgresql: str) -> None:
    adele, megan, alex = (Someone(contoso, each) for each in ("adele.vance@contoso.com", MEGAN, ALEX))
    async with two(contoso, tmp_path, postgresql, **ruling(tmp_path)) as replicas:
        await megan.says("hi")
        await alex.says("hi")
        await adele.says(SHARE)
        await adele.presses("Ask for approval")
        await until(lambda: "May this be shared?" in megan.sees())
        approve = button(megan, "Approve")
        presses: list[asyncio.Task[str]] = []
        for _process, endpoint in (*replicas, *replicas):
            contoso.bot_endpoint = endpoint
            presses.append(asyncio.create_task(delivered(megan, approve)))
            await asyncio.sleep(0)
        answers = await asyncio.gather(*presses)
        await until(lambda: "shared a file with you" in alex.sees())

    assert all("I share it as Adele Vance now" in each for each in answers)
    assert alex.sees().count("shared a file with you") == 1
