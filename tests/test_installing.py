"""Recipients who never had the bot are given it where an administrator allows that, and hear of a share in Teams."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contoso.faults import Rule
from contoso.graph_apps import ROLE
from contoso.tenant import Contoso
from tests.bot import LIMITS, Bot
from tests.people import Someone
from tests.test_app import run, serving
from tests.test_doctor import examined, set_up
from tests.test_faults_kill import FOR_EVER, Place, button, delivered, killed, place, until
from tests.test_faults_replicas import two

__all__ = ["place"]

Json = dict[str, Any]
ALEX, MEGAN, GUEST = "alex.wilber@contoso.com", "megan.bowen@contoso.com", "casey.jensen@fabrikam.example"
GROUP, CREW = "project.falcon@contoso.com", "Budget crew"
FILE = "Q3 Budget.xlsx"
SHARE = f"share {FILE} with {ALEX} as write"
INSTALL, APPS, CHAT = r"/installedApps$", r"/installedApps\?", r"/chat$"
FOR_GRAPH = r"graph\.microsoft\.com%2F\.default"
HEARD = ["Shared with you"]


@pytest.fixture(autouse=True)
def allowed(contoso: Contoso) -> None:
    """An administrator granted the permission."""
    contoso.app_roles.add(ROLE)


@pytest.fixture
async def bot(contoso: Contoso, tmp_path: Path) -> AsyncGenerator[Bot]:
    made = Bot(contoso, tmp_path, limits=replace(LIMITS, try_again=(0.3, 0.3, 0.5, 0.8)))
    made.more = {"CATALOG_APP_ID": contoso.catalog_app_id}
    async with made as bot:
        yield bot


async def shares(adele: Someone, bot: Bot, sentence: str = SHARE) -> str:
    """The chat of the sharer when everybody has been told."""
    await adele.says(sentence)
    await adele.presses("Share")
    await bot.at_rest()
    return adele.sees()


def has_the_bot(contoso: Contoso, who: str) -> bool:
    return contoso.chats.personal(contoso.person(who).id).id in contoso.chats.with_bot


def watched(contoso: Contoso) -> Rule:
    """Met by each request to install, to which nothing happens."""
    rule = Rule("graph", "POST", INSTALL, times=100)
    contoso.faults.append(rule)
    return rule


def was_asked(contoso: Contoso) -> int:
    (left,) = [each.times or 0 for each in contoso.faults if each.path == INSTALL]
    return 100 - left


async def settled(bot: Bot) -> None:
    """Teams has told of all that was installed."""
    await until(lambda: not bot.contoso.client._background)  # pyright: ignore[reportPrivateUsage]
    await bot.at_rest()


@pytest.mark.parametrize("undo", [0, 1])
async def test_who_never_had_the_bot_is_given_it_and_told_in_teams(
    adele: Someone, alex: Someone, bot: Bot, undo: int
) -> None:
    bot.undo = undo
    await bot.restart()
    await shares(adele, bot)
    await until(lambda: "told in Teams" in adele.sees())
    await bot.at_rest()

    assert alex.notices() == HEARD
    assert has_the_bot(bot.contoso, ALEX)
    assert bot.mails_to(ALEX) == []
    assert bot.access(FILE)[ALEX] == "write"


async def test_the_record_says_that_they_were_told(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot)
    where = set_up(bot)
    _code, out, _err = await run("export", "--format", "jsonl", environment=where)

    told = [row for row in map(json.loads, out.splitlines()) if row["what"] in ("told", "not told")]
    assert [(row["what"], row["act"], row["recipient"]) for row in told] == [
        ("told", "shared", bot.contoso.person(ALEX).id)
    ]


async def test_they_can_answer_the_notice_and_get_no_welcome_then_either(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await shares(adele, bot)
    answer = await alex.says("list my shares")
    await shares(adele, bot, f"share Price list.pdf with {ALEX} as read")

    assert "share" in answer
    assert alex.sees().count("shared a file with you") == 2
    assert bot.mails_to(ALEX) == []


async def test_who_installs_it_by_themselves_is_welcomed(bot: Bot) -> None:
    contoso = bot.contoso
    await contoso.client.install(contoso.chats.personal(contoso.person(ALEX).id))
    await bot.at_rest()

    assert len(contoso.client.messages(ALEX)) == 1


async def test_who_installs_it_after_it_could_not_be_given_is_welcomed(adele: Someone, bot: Bot) -> None:
    contoso = bot.contoso
    contoso.app_roles.clear()
    await shares(adele, bot)
    await contoso.client.install(contoso.chats.personal(contoso.person(ALEX).id))
    await bot.at_rest()

    assert len(contoso.client.messages(ALEX)) == 1


async def test_teams_may_tell_of_it_late(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says(SHARE)
    bot.contoso.faults = [Rule("bot", path="^installationUpdate", delay=1.0, times=1)]
    await adele.presses("Share")
    await bot.at_rest()
    early = alex.notices()
    await settled(bot)

    assert bot.contoso.faults == []
    assert early == alex.notices() == HEARD


async def test_who_has_it_already_without_our_knowing_is_told(adele: Someone, alex: Someone, bot: Bot) -> None:
    """Graph answers 409 to the install."""
    contoso = bot.contoso
    contoso.chats.with_bot.add(contoso.chats.personal(contoso.person(ALEX).id).id)
    await shares(adele, bot)

    assert alex.notices() == HEARD
    assert bot.mails_to(ALEX) == []


REFUSALS: dict[str, Json] = {
    "the permission is not granted": {"app_roles": set[str]()},
    "a policy of Teams blocks it": {"blocked": {"alex"}},
    "the catalogue has no such app": {"catalog_app_id": "8f4d1c6e-0b1a-4c57-9a39-7f2f5f0f9a01"},
}


@pytest.mark.parametrize("undo", [0, 1])
@pytest.mark.parametrize("why", REFUSALS)
async def test_whom_it_may_not_be_given_is_mailed(adele: Someone, bot: Bot, why: str, undo: int) -> None:
    bot.undo = undo
    await bot.restart()
    for name, value in REFUSALS[why].items():
        setattr(bot.contoso, name, {bot.contoso.person(ALEX).id} if name == "blocked" else value)
    await shares(adele, bot, f"{SHARE}, message: Page 3 please")
    await until(lambda: "was asked to mail them" in adele.sees())
    await bot.at_rest()

    assert ["Page 3 please" in each.text for each in bot.mails_to(ALEX)] == [True]
    assert not has_the_bot(bot.contoso, ALEX)
    assert bot.access(FILE)[ALEX] == "write"


async def test_without_the_setting_nobody_is_given_it(adele: Someone, bot: Bot) -> None:
    bot.more = {}
    await bot.restart()
    watched(bot.contoso)
    said = await shares(adele, bot)

    assert was_asked(bot.contoso) == 0
    assert "was asked to mail them" in said
    assert len(bot.mails_to(ALEX)) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        f"share {FILE} with {GUEST} as read",
        f"share {FILE} with {GROUP} as read",
        f"share {FILE} with new.person@fabrikam.example as read",
        f"{SHARE} and email them",
    ],
    ids=["a guest", "a group", "an address", "who wants a mail"],
)
async def test_for_others_it_is_as_it_was(adele: Someone, bot: Bot, sentence: str) -> None:
    watched(bot.contoso)
    said = await shares(adele, bot, sentence)

    assert was_asked(bot.contoso) == 0
    assert "was asked to mail them" in said


async def test_who_is_only_mentioned_may_be_a_guest(adele: Someone, bot: Bot) -> None:
    await adele.says("hi")
    await adele.adds(GUEST, chat=CREW)
    bot.contoso.consents[bot.contoso.person(adele.mail).id] -= {"User.ReadBasic.All"}
    watched(bot.contoso)
    await adele.says(f"<at>Sharebot</at> share {FILE} with <at>Casey Jensen</at> as read", chat=CREW)
    await adele.presses("Continue", chat=CREW)
    await adele.presses("Share", chat=CREW)
    await bot.at_rest()

    assert was_asked(bot.contoso) == 0
    assert len(bot.mails_to(GUEST)) == 1


async def test_whom_nothing_could_be_mailed_later_is_mailed_at_once(alex: Someone, bot: Bot) -> None:
    """Alex edits in Megan's Brand folder; Graph shows him nobody's access but his own."""
    watched(bot.contoso)
    said = await shares(alex, bot, 'share "Brand guidelines.pdf" with Lee Gu as read')

    assert was_asked(bot.contoso) == 0
    assert "was asked to mail them" in said
    assert len(bot.mails_to("lee.gu@contoso.com")) == 1


async def test_without_a_mail_they_are_told_in_teams(adele: Someone, alex: Someone, bot: Bot) -> None:
    said = await shares(adele, bot, f"{SHARE} without email")

    assert alex.notices() == HEARD
    assert "Not told" not in said


async def test_who_took_the_bot_away_is_mailed_until_they_come_back(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await bot.contoso.client.uninstall(ALEX)
    watched(bot.contoso)
    await shares(adele, bot)
    mailed, asked = len(bot.mails_to(ALEX)), was_asked(bot.contoso)
    had_it = has_the_bot(bot.contoso, ALEX)

    await alex.says("hi again")
    await shares(adele, bot, f"share Price list.pdf with {ALEX} as read")

    assert (mailed, asked, had_it) == (1, 0, False)
    assert len(bot.mails_to(ALEX)) == 1
    assert alex.notices()[-1:] == HEARD


async def test_who_took_away_what_a_notice_brought_is_mailed(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot)
    await bot.contoso.client.uninstall(ALEX)
    await shares(adele, bot, f"share Price list.pdf with {ALEX} as read")

    assert not has_the_bot(bot.contoso, ALEX)
    assert len(bot.mails_to(ALEX)) == 1


async def test_who_does_not_let_us_in_any_more_is_not_given_it_again(adele: Someone, alex: Someone, bot: Bot) -> None:
    """Of an uninstall the bot heard nothing: Teams tells by a 403."""
    await alex.says("hi")
    bot.contoso.chats.with_bot.discard(bot.contoso.chats.personal(bot.contoso.person(ALEX).id).id)
    watched(bot.contoso)
    await shares(adele, bot)
    await shares(adele, bot, f"share Price list.pdf with {ALEX} as read")

    assert was_asked(bot.contoso) == 0
    assert len(bot.mails_to(ALEX)) == 2


async def test_who_took_it_away_did_so_though_a_kill_came_then(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await bot.alters("CREATE TRIGGER cut BEFORE DELETE ON conversations BEGIN SELECT RAISE(ABORT, 'cut'); END")
    await bot.contoso.client.uninstall(ALEX)
    await bot.alters("DROP TRIGGER cut")
    await bot.alters("DELETE FROM conversations WHERE person_id = ?", bot.contoso.person(ALEX).id)
    watched(bot.contoso)
    await shares(adele, bot)

    assert was_asked(bot.contoso) == 0
    assert len(bot.mails_to(ALEX)) == 1


async def test_who_installs_it_again_has_it_though_nothing_else_was_forgotten(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    """Another replica heard of a chat that is shut, and this one remembers the chat."""
    contoso = bot.contoso
    await alex.says("hi")
    person = contoso.person(ALEX)
    await bot.alters("INSERT INTO installs VALUES (?, ?, 'removed', 1)", contoso.tenant_id, person.id)
    contoso.chats.with_bot.discard(contoso.chats.personal(person.id).id)
    await contoso.client.install(contoso.chats.personal(person.id))
    await bot.alters("DELETE FROM conversations WHERE person_id = ?", person.id)
    await shares(adele, bot)

    assert alex.notices()[-1:] == HEARD
    assert bot.mails_to(ALEX) == []


@pytest.mark.parametrize("code", ["BotNotInConversationRoster", "InvalidBotApiHost", "ForbiddenOperationException"])
async def test_a_chat_that_is_not_ready_may_be_told_of_by_a_403(
    adele: Someone, alex: Someone, bot: Bot, code: str
) -> None:
    await adele.says(SHARE)
    no: Json = {"status": 403, "body": {"error": {"code": code}}, "times": 1}
    bot.breaks("graph", INSTALL, late=1.0)
    bot.breaks("connector", "/activities", contains="Shared with you", **no)
    await adele.presses("Share")
    await bot.at_rest()
    mailed = len(bot.mails_to(ALEX))
    await shares(adele, bot, f"share Price list.pdf with {ALEX} as read")

    assert mailed == len(bot.mails_to(ALEX)) == 1
    assert alex.notices() == HEARD


@pytest.mark.parametrize("code", ["ConversationBlockedByUser", "MessageWritesBlocked"])
async def test_who_blocks_what_was_just_brought_is_not_given_it_again(
    adele: Someone, alex: Someone, bot: Bot, code: str
) -> None:
    bot.breaks("connector", "/activities", contains="Shared with you", status=403, body={"error": {"code": code}})
    await shares(adele, bot)
    watched(bot.contoso)
    await shares(adele, bot, f"share Price list.pdf with {ALEX} as read")

    assert was_asked(bot.contoso) == 0
    assert len(bot.mails_to(ALEX)) == 2
    assert alex.notices() == []


async def test_whom_administrators_keep_it_from_for_a_while_is_told_afterwards(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    no: Json = {"status": 403, "body": {"error": {"code": "BotDisabledByAdmin"}}}
    bot.breaks("connector", "/activities", contains="Shared with you", **no)
    await shares(adele, bot)
    await shares(adele, bot, f"share Price list.pdf with {ALEX} as read")

    assert len(bot.mails_to(ALEX)) == 1
    assert alex.notices()[-1:] == HEARD


async def test_who_undoes_it_in_time_gives_the_bot_to_nobody(adele: Someone, bot: Bot) -> None:
    bot.undo = 1
    await bot.restart()
    watched(bot.contoso)
    await adele.says(SHARE)
    await adele.presses("Share")
    await adele.presses("Undo")
    await bot.later(seconds=5)
    await until(lambda: "Undone" in adele.sees())
    await bot.at_rest()

    assert was_asked(bot.contoso) == 0
    assert bot.mails_to(ALEX) == []


@pytest.mark.parametrize("files", [(FILE,), (FILE, "Q4 Forecast.xlsx")], ids=["one", "several"])
async def test_who_is_given_the_bot_while_it_is_undone_is_welcomed(
    adele: Someone, alex: Someone, bot: Bot, files: tuple[str, ...]
) -> None:
    """Whom Teams tells of afterwards: the notice in place of the welcome never came."""
    bot.undo = 1
    await bot.restart()
    await adele.says(f"share {' and '.join(files)} with Alex as write")
    bot.contoso.faults = [
        Rule("graph", "POST", INSTALL, times=1, late=4.0),
        Rule("bot", path="^installationUpdate", times=1, delay=8.0),
    ]
    await adele.presses("Share" if len(files) == 1 else "Share all")
    await until(lambda: has_the_bot(bot.contoso, ALEX))
    await adele.presses("Undo" if len(files) == 1 else "Undo all")
    await settled(bot)

    assert bot.contoso.faults == []
    assert alex.notices() == ["Hello, I'm Sharebot"]
    assert bot.mails_to(ALEX) == []


async def test_who_is_known_to_nobody_in_teams_is_mailed(adele: Someone, bot: Bot) -> None:
    """The sharer never wrote to the bot alone, so nobody tells where Teams is."""
    await adele.says(f"<at>Sharebot</at> {SHARE}", chat=CREW)
    await adele.presses("Continue", chat=CREW)
    await bot.alters("DELETE FROM conversations")
    await adele.presses("Share", chat=CREW)
    await bot.at_rest()

    assert not has_the_bot(bot.contoso, ALEX)
    assert len(bot.mails_to(ALEX)) == 1


BUSY: Json = {"status": 429, "headers": (("Retry-After", "0.2"),)}
DOWN: Json = {"status": 500}
WEATHER: dict[str, list[Rule]] = {
    "an outage": [Rule("graph", "POST", INSTALL, times=1, status=503), Rule("graph", "GET", APPS, times=1, status=503)],
    "an answer that was lost": [Rule("graph", "POST", INSTALL, times=1, drop="reply")],
    "not seen at once": [Rule("graph", "GET", APPS, times=1, status=200, body={"value": []})],
    "no chat at once": [Rule("graph", "GET", CHAT, times=1, status=500)],
    "a token that is not taken": [Rule("graph", "POST", INSTALL, times=1, status=401)],
    "no token at once": [Rule("entra", "POST", "/token", contains=FOR_GRAPH, times=1, status=503)],
}


@pytest.mark.parametrize("what", WEATHER)
async def test_what_passes_is_waited_for(adele: Someone, alex: Someone, bot: Bot, what: str) -> None:
    await adele.says(SHARE)
    bot.contoso.faults = list(WEATHER[what])
    await adele.presses("Share")
    await bot.at_rest()

    assert bot.contoso.faults == []
    assert alex.notices() == HEARD
    assert bot.mails_to(ALEX) == []


async def test_a_chat_that_is_not_there_yet_is_waited_for(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says(SHARE)
    late = Rule("bot", path="^installationUpdate", delay=2.0, times=1)
    bot.contoso.faults = [Rule("graph", "GET", CHAT, times=1, status=404), late]
    await adele.presses("Share")
    await bot.at_rest()
    await settled(bot)

    assert bot.contoso.faults == []
    assert alex.notices() == HEARD
    assert bot.mails_to(ALEX) == []


@pytest.mark.parametrize(("fault", "asked"), [(BUSY, 1), (DOWN, 3)], ids=["busy", "down"])
async def test_what_does_not_pass_is_mailed(adele: Someone, alex: Someone, bot: Bot, fault: Json, asked: int) -> None:
    """Where Graph is busy at once; where it is down they are asked for at the first two pauses of four."""
    bot.contoso.faults = [Rule("graph", "POST", INSTALL, times=100, **fault)]
    said = await shares(adele, bot)

    assert "was asked to mail them" in said
    assert len(bot.mails_to(ALEX)) == 1
    assert alex.notices() == []
    assert was_asked(bot.contoso) == asked


@pytest.mark.parametrize("fault", [BUSY, DOWN], ids=["busy", "down"])
async def test_a_mail_in_place_of_an_install_is_tried_again_by_itself(adele: Someone, bot: Bot, fault: Json) -> None:
    bot.undo = 1
    await bot.restart()
    await adele.says(SHARE)
    bot.contoso.faults = [Rule("graph", "POST", INSTALL, **fault)]
    await adele.presses("Share")
    bot.breaks("graph", r"/permissions", times=1, **DOWN)
    await until(lambda: "was asked to mail them" in adele.sees())

    assert len(bot.mails_to(ALEX)) == 1


async def test_a_chat_that_is_not_ready_is_mailed_to_and_tried_again_with_the_next(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    bot.breaks("connector", "/activities", contains="Shared with you", status=404)
    await shares(adele, bot)
    await shares(adele, bot, f"share Price list.pdf with {ALEX} as read")

    assert len(bot.mails_to(ALEX)) == 1
    assert alex.sees().count("shared a file with you") == 1


async def test_the_bots_own_token_is_asked_for_once(adele: Someone, alex: Someone, megan: Someone, bot: Bot) -> None:
    bot.contoso.faults = [Rule("entra", "POST", "/token", contains=FOR_GRAPH, times=9)]
    await shares(adele, bot, f"share {FILE} with {ALEX} and {MEGAN} as read")

    assert alex.notices() == megan.notices() == HEARD
    assert [each.times for each in bot.contoso.faults] == [8]


async def test_of_several_files_they_hear_in_one_message(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} and Q4 Forecast.xlsx with Alex as write")
    await adele.presses("Share all")
    await bot.at_rest()

    assert alex.notices() == ["Adele Vance shared 2 files with you"]
    assert bot.mails_to(ALEX) == []


@pytest.mark.parametrize("times", [2, None])
async def test_of_several_files_it_is_waited_for_too(
    adele: Someone, alex: Someone, bot: Bot, times: int | None
) -> None:
    bot.breaks("graph", r"/installedApps", times=times, **DOWN)
    await adele.says(f"share {FILE} and Q4 Forecast.xlsx with Alex as write")
    await adele.presses("Share all")
    await bot.at_rest()

    assert alex.notices() == (["Adele Vance shared 2 files with you"] if times else [])
    assert len(bot.mails_to(ALEX)) == (0 if times else 2)


async def test_of_several_files_nobody_gets_a_card_for_each_in_a_chat_that_is_not_ready(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    bot.breaks("connector", "/activities", contains="shared 3 files", status=404)
    watched(bot.contoso)
    await adele.says(f"share {FILE} and Q4 Forecast.xlsx and Price list.pdf with Alex as write")
    await adele.presses("Share all")
    await bot.at_rest()

    assert was_asked(bot.contoso) == 1
    assert alex.notices() == []
    assert len(bot.mails_to(ALEX)) == 3


async def test_of_several_files_a_refusal_is_heard_once(adele: Someone, bot: Bot) -> None:
    bot.contoso.blocked.add(bot.contoso.person(ALEX).id)
    watched(bot.contoso)
    await adele.says(f"share {FILE} and Q4 Forecast.xlsx and Price list.pdf with Alex as write")
    await adele.presses("Share all")
    await bot.at_rest()

    assert was_asked(bot.contoso) == 1
    assert len(bot.mails_to(ALEX)) == 3


# Where the process is when it is killed: what holds it there.
IN_AN_INSTALL = {
    "before it is done": [Rule("graph", "POST", INSTALL, times=1, delay=FOR_EVER)],
    "after it is done": [Rule("graph", "POST", INSTALL, times=1, late=FOR_EVER)],
    "before the chat is known": [Rule("graph", "GET", CHAT, times=1, delay=FOR_EVER)],
}


@pytest.mark.parametrize("when", IN_AN_INSTALL)
async def test_a_kill_between_install_and_notice_leaves_one_notice(contoso: Contoso, place: Place, when: str) -> None:
    adele, alex = (Someone(contoso, each) for each in ("adele.vance@contoso.com", ALEX))
    where = place.environment | {"CATALOG_APP_ID": contoso.catalog_app_id}
    async with serving(contoso, place.data, **where) as process:
        await adele.says(SHARE)
        await killed(process, contoso, IN_AN_INSTALL[when], adele.presses("Share"))
        early = alex.notices()

    async with serving(contoso, place.data, **where):
        await until(lambda: "told in Teams" in adele.sees())

    assert early == []
    assert alex.notices() == HEARD
    assert contoso.mail_to(ALEX) == []


async def test_two_replicas_may_give_it_at_once(contoso: Contoso, tmp_path: Path, postgresql: str) -> None:
    adele, alex = (Someone(contoso, each) for each in ("adele.vance@contoso.com", ALEX))
    async with two(contoso, tmp_path, postgresql, CATALOG_APP_ID=contoso.catalog_app_id) as replicas:
        buttons: list[tuple[str, Json]] = []
        for file in (FILE, "Price list.pdf"):
            await adele.says(f"share {file} with {ALEX} as read")
            buttons.append(button(adele, "Share"))
        # Longer than either takes to come so far.
        contoso.faults = [Rule("graph", "POST", INSTALL, times=100, delay=3.0)]
        presses: list[asyncio.Task[str]] = []
        for (_process, endpoint), share in zip(replicas, buttons, strict=True):
            contoso.bot_endpoint = endpoint
            presses.append(asyncio.create_task(delivered(adele, share)))
            await asyncio.sleep(0)  # so that it is on its way there
        await asyncio.gather(*presses)
        await until(lambda: alex.sees().count("shared a file with you") == 2)
        await until(lambda: adele.sees().count("told in Teams") == 2)

    # Both were at it: the second was answered 409, and nobody a welcome.
    assert was_asked(contoso) == 2
    assert alex.notices() == HEARD * 2
    assert contoso.mail_to(ALEX) == []


async def test_the_doctor_says_whether_it_can_be_given(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says(SHARE)
    own = ("--as", bot.contoso.person(adele.mail).id)
    app = {"CATALOG_APP_ID": bot.contoso.catalog_app_id}
    good = await examined(set_up(bot), *own, **app)
    nobody = await examined(set_up(bot), "--as", bot.contoso.person(alex.mail).id, **app)
    other = await examined(set_up(bot), *own, CATALOG_APP_ID="8f4d1c6e-0b1a-4c57-9a39-7f2f5f0f9a01")
    unknown = await examined(set_up(bot), "--as", "somebody", **app)
    off = await examined(set_up(bot), *own)
    bot.contoso.app_roles.clear()
    lacking = await examined(set_up(bot), *own, **app)

    assert f"✓ {ROLE} is granted, and CATALOG_APP_ID is the bot's app." in good[1]
    assert "does not have the app, so CATALOG_APP_ID could not be compared." in nobody[1]
    assert f"✗ {ROLE} is granted, but CATALOG_APP_ID is another app's" in other[1]
    assert bot.contoso.catalog_app_id in other[1]
    assert "! Whether the bot can be installed for recipients could not be seen" in unknown[1]
    assert ROLE not in off[1]
    assert f"✗ {ROLE} is not granted, so CATALOG_APP_ID is of no use" in lacking[1]
    assert lacking[0] == other[0] == 1
