"""kill -9 in the middle of the work: it goes on with the next start, and nothing is done or told twice."""

from __future__ import annotations

import asyncio
import sqlite3
from asyncio.subprocess import Process
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from contoso.faults import Rule
from contoso.tenant import Contoso
from tests.bot import SEALING_KEY
from tests.people import Someone, words_of_answer
from tests.test_app import serving

Json = dict[str, Any]
ALEX = "alex.wilber@contoso.com"
CREW = "Budget crew"
FILE = "Q3 Budget.xlsx"
SHARE = f"share {FILE} with {ALEX} as write until in 3 days"
FOR_EVER = 600.0
WITHIN = 60.0
READ, CHANGE = r"/permissions$", r"/permissions/[^/]+$"
LETS_ONE_PASS = Rule("graph", "GET", READ, times=1)
INVITES_ONE = Rule("graph", "POST", r"/invite$", times=1)
INVITE_HELD = Rule("graph", "POST", r"/invite$", times=1, delay=FOR_EVER)

# Where the process is when it is killed: what holds it there.
IN_A_SHARE = {
    "before anything": [Rule("graph", "GET", READ, times=1, delay=FOR_EVER)],
    "after the invite": [Rule("graph", "POST", r"/invite$", times=1, late=FOR_EVER)],
    "while it reads back": [LETS_ONE_PASS, Rule("graph", "GET", READ, times=1, delay=FOR_EVER)],
    "before a notice": [Rule("connector", "POST", contains="Shared with you", times=1, delay=FOR_EVER)],
    "after a notice": [Rule("connector", "POST", contains="Shared with you", times=1, late=FOR_EVER)],
}
IN_AN_END = {
    "before anything": [Rule("graph", "GET", READ, times=1, delay=FOR_EVER)],
    "before the change": [Rule("graph", "DELETE", CHANGE, times=1, delay=FOR_EVER)],
    "after the change": [Rule("graph", "DELETE", CHANGE, times=1, late=FOR_EVER)],
    "while it reads back": [LETS_ONE_PASS, Rule("graph", "GET", READ, times=1, delay=FOR_EVER)],
    "before a notice": [Rule("connector", "POST", contains="Access ended", times=1, delay=FOR_EVER)],
    "after a notice": [Rule("connector", "POST", contains="Access ended", times=1, late=FOR_EVER)],
}


@dataclass(frozen=True)
class Place:
    """Where the bot keeps its things: a directory, and what its environment says of the database."""

    data: Path
    environment: dict[str, str]

    def due_now(self) -> None:
        """As if the time of every end had come while the bot was down."""
        query = "UPDATE ends SET ends_at = 1, due_at = 1"
        if url := self.environment.get("DATABASE_URL"):
            with psycopg.connect(url) as database:
                database.execute(query)
            return
        with sqlite3.connect(self.data / "sharebot.db") as database:
            database.execute(query)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "sqlite":
        return Place(tmp_path, {})
    return on_postgresql(tmp_path, request.getfixturevalue("postgresql"))


def on_postgresql(data: Path, url: str) -> Place:
    return Place(data, {"DATABASE_URL": url, "SEALING_KEYS": SEALING_KEY})


@pytest.fixture
def adele(contoso: Contoso) -> Someone:
    return Someone(contoso, "adele.vance@contoso.com")


@pytest.fixture
def alex(contoso: Contoso) -> Someone:
    return Someone(contoso, ALEX)


@pytest.mark.parametrize("when", IN_A_SHARE)
async def test_a_share_goes_on_after_a_kill(
    adele: Someone, alex: Someone, contoso: Contoso, place: Place, when: str
) -> None:
    async with serving(contoso, place.data, **place.environment) as process:
        if "notice" in when:
            await alex.says("hi")
        await adele.says(SHARE)
        share = button(adele, "Share")
        await killed(process, contoso, IN_A_SHARE[when], adele.presses("Share"))

    async with serving(contoso, place.data, **place.environment):
        await until(lambda: access(contoso) == "write" and "✓ can edit" in adele.sees())
        again = await delivered(adele, share)

    assert "✓ can edit" in again
    assert access(contoso) == "write"
    assert len(contoso.mail_to(ALEX)) == ("notice" not in when)
    assert alex.sees().count("shared a file with you") <= ("notice" in when)


# With an undo time: while nobody has heard of it, and while they are told by Teams or by mail.
IN_A_TELLING = {
    "while it waits": [],
    "before a notice": [Rule("connector", "POST", contains="Shared with you", times=1, delay=FOR_EVER)],
    "after a notice": [Rule("connector", "POST", contains="Shared with you", times=1, late=FOR_EVER)],
    "before a mail": [INVITES_ONE, Rule("graph", "POST", r"/invite$", times=1, delay=FOR_EVER)],
    "after a mail": [INVITES_ONE, Rule("graph", "POST", r"/invite$", times=1, late=FOR_EVER)],
    "before the card": [Rule("connector", "PUT", contains="told in Teams", times=1, delay=FOR_EVER)],
}


@pytest.mark.parametrize("when", IN_A_TELLING)
async def test_a_telling_goes_on_after_a_kill_and_reaches_nobody_twice(
    adele: Someone, alex: Someone, contoso: Contoso, place: Place, when: str
) -> None:
    where = place.environment | {"UNDO_SECONDS": "3"}
    async with serving(contoso, place.data, **where) as process:
        if "mail" not in when:
            await alex.says("hi")
        await adele.says(SHARE)
        contoso.faults = list(IN_A_TELLING[when])
        await adele.presses("Share")
        early = alex.sees(), contoso.mail_to(ALEX)
        await until(lambda: "unless you undo it" in adele.sees())
        await killed(process, contoso, [], None)

    async with serving(contoso, place.data, **where):
        await until(lambda: any(each in adele.sees() for each in ("told in Teams", "can't tell whether")))

    heard = alex.sees().count("shared a file with you"), len(contoso.mail_to(ALEX))
    assert "shared a file with you" not in early[0]
    assert early[1] == []
    assert access(contoso) == "write"
    assert heard in {
        "while it waits": [(1, 0)],
        "before the card": [(1, 0)],
        "after a notice": [(1, 0)],
        "after a mail": [(0, 1)],
    }.get(when, [(0, 0)])


async def test_an_undo_in_time_outlives_a_kill_and_nobody_hears_of_it(
    adele: Someone, alex: Someone, contoso: Contoso, place: Place
) -> None:
    where = place.environment | {"UNDO_SECONDS": "3"}
    async with serving(contoso, place.data, **where) as process:
        await alex.says("hi")
        await adele.says(SHARE)
        await adele.presses("Share")
        await killed(process, contoso, IN_AN_END["before the change"], adele.presses("Undo"))

    async with serving(contoso, place.data, **where):
        await until(lambda: access(contoso) is None and "Undone" in adele.sees())
        await asyncio.sleep(5)

    assert "Adele Vance" not in alex.sees()
    assert contoso.mail_to(ALEX) == []


async def test_an_invite_that_may_have_been_sent_is_not_sent_again(
    adele: Someone, contoso: Contoso, place: Place
) -> None:
    """Killed after it was sent, and it never arrived: nobody can tell, so a person decides."""
    async with serving(contoso, place.data, **place.environment) as process:
        await adele.says(SHARE)
        await killed(process, contoso, [INVITE_HELD], adele.presses("Share"))

    async with serving(contoso, place.data, **place.environment):
        await until(lambda: "not sure" in adele.sees())
        before = access(contoso), contoso.mail_to(ALEX)
        await adele.says(SHARE)
        again = await adele.presses("Share")

    assert before == (None, [])
    assert "✓ can edit" in again
    assert len(contoso.mail_to(ALEX)) == 1


@pytest.mark.parametrize("when", IN_AN_END)
async def test_an_undo_goes_on_after_a_kill(
    adele: Someone, alex: Someone, contoso: Contoso, place: Place, when: str
) -> None:
    async with serving(contoso, place.data, **place.environment) as process:
        await alex.says("hi")
        await adele.says(SHARE)
        await adele.presses("Share")
        await until(lambda: "Shared with you" in alex.sees())
        undo = button(adele, "Undo")
        await killed(process, contoso, IN_AN_END[when], adele.presses("Undo"))

    async with serving(contoso, place.data, **place.environment):
        await until(lambda: access(contoso) is None and "Undone" in adele.sees())
        again = await delivered(adele, undo)

    assert "Undone" in again
    assert access(contoso) is None
    assert alex.notices().count("Access ended") <= 1


# Of what gave somebody longer what they had: for Graph there is nothing to do but to look.
IN_AN_UNDO_OF_LONGER = {
    "before anything": [Rule("graph", "GET", READ, times=1, delay=FOR_EVER)],
    "while it reads back": [LETS_ONE_PASS, Rule("graph", "GET", READ, times=1, delay=FOR_EVER)],
    "before a notice": [Rule("connector", "POST", contains="has taken back that", times=1, delay=FOR_EVER)],
    "after a notice": [Rule("connector", "POST", contains="has taken back that", times=1, late=FOR_EVER)],
}


@pytest.mark.parametrize("when", IN_AN_UNDO_OF_LONGER)
async def test_the_earlier_end_is_given_back_after_a_kill(
    adele: Someone, alex: Someone, contoso: Contoso, place: Place, when: str
) -> None:
    async with serving(contoso, place.data, **place.environment) as process:
        await alex.says("hi")
        await adele.says(SHARE)
        await adele.presses("Share")
        await until(lambda: "Shared with you" in alex.sees())
        await adele.says(SHARE.replace("3 days", "9 days"))
        await adele.presses("Share")
        await until(lambda: len(alex.contoso.client.messages(ALEX)) > 3 and "has another end since" in adele.sees())
        undo = button(adele, "Undo")
        await killed(process, contoso, IN_AN_UNDO_OF_LONGER[when], adele.presses("Undo"))

    async with serving(contoso, place.data, **place.environment):
        await until(lambda: "Undone" in adele.sees() and "has another end since" not in adele.sees())
        again = await delivered(adele, undo)
        mine = await adele.says(f"my shares of {FILE}")
        place.due_now()

    async with serving(contoso, place.data, **place.environment):
        await until(lambda: access(contoso) is None)

    assert "as before, until" in again
    assert mine.count("Alex Wilber") == 1
    assert "can edit" in mine
    assert alex.notices().count("Access changed") <= 1


@pytest.mark.parametrize("when", IN_AN_END)
async def test_an_end_goes_on_after_a_kill(
    adele: Someone, alex: Someone, contoso: Contoso, place: Place, when: str
) -> None:
    async with serving(contoso, place.data, **place.environment):
        await alex.says("hi")
        await adele.says(SHARE)
        await adele.presses("Share")
        await until(lambda: "Shared with you" in alex.sees())
    place.due_now()

    contoso.faults = list(IN_AN_END[when])
    async with serving(contoso, place.data, **place.environment) as process:
        await killed(process, contoso, [], None)
    async with serving(contoso, place.data, **place.environment):
        await until(lambda: access(contoso) is None and adele.sees().count("Ended") > adele.notices().count("Ended"))

    # A notice that a kill may have cut is not sent again: the share's own card says it.
    assert adele.notices().count("Ended") in ([0, 1] if "notice" in when else [1])
    assert alex.notices().count("Access ended") <= 1


async def test_a_form_that_a_kill_cut_can_be_sent_again(adele: Someone, contoso: Contoso, place: Place) -> None:
    async with serving(contoso, place.data, **place.environment) as process:
        await adele.says("who has access to Q3 Budget.xlsx?")
        await adele.says("share")
        message, action = button(adele, "Continue")
        typed = {"item": FILE, "people": ALEX, "role": "write", "until": "", "message": "Have a look", "mail": "true"}
        form = message, action | {"data": action["data"] | typed}
        await killed(
            process, contoso, [Rule("graph", "GET", "/users", times=1, delay=FOR_EVER)], delivered(adele, form)
        )

    async with serving(contoso, place.data, **place.environment):
        card = await delivered(adele, form)

    assert "Share this?" in card
    assert "Have a look" in card


async def test_of_a_failure_after_a_kill_one_hears_in_ones_language(contoso: Contoso, place: Place) -> None:
    adele = Someone(contoso, "adele.vance@contoso.com", locale="de-DE")
    async with serving(contoso, place.data, **place.environment) as process:
        await adele.says(f"teile {FILE} mit {ALEX} zum Bearbeiten")
        await killed(process, contoso, IN_A_SHARE["before anything"], adele.presses("Teilen"))
    contoso.faults = [Rule("graph", "GET", READ, times=None, status=503)]

    async with serving(contoso, place.data, **place.environment):
        await until(lambda: "Microsoft 365 antwortet" in adele.sees())

    assert "does not answer" not in adele.sees()


async def test_what_failed_after_a_kill_can_be_pressed_again(adele: Someone, contoso: Contoso, place: Place) -> None:
    async with serving(contoso, place.data, **place.environment) as process:
        await adele.says(SHARE)
        await killed_late(process, contoso, adele, None)
        between = adele.sees()
    contoso.faults = [Rule("graph", "GET", READ, times=None, status=503)]

    async with serving(contoso, place.data, **place.environment):
        await until(lambda: "That did not work" in adele.sees() and "I'm on it" not in adele.sees())
        contoso.faults.clear()
        again = await adele.presses("Share")

    assert "I'm on it" in between
    assert "✓ can edit" in again


async def test_in_front_of_others_what_failed_after_a_kill_is_answered_in_ones_own_chat(
    adele: Someone, contoso: Contoso, place: Place
) -> None:
    async with serving(contoso, place.data, **place.environment) as process:
        await adele.says("who has access to Q3 Budget.xlsx?")
        await adele.says(f"<at>Sharebot</at> {SHARE}", chat=CREW)
        await adele.presses("Continue", chat=CREW)
        await killed_late(process, contoso, adele, CREW)
        between = adele.sees(CREW)
    contoso.faults = [Rule("graph", "GET", READ, times=None, status=503)]

    async with serving(contoso, place.data, **place.environment):
        await until(lambda: "That did not work" in adele.sees() and "I'm on it" not in adele.sees(CREW))

    assert "I'm on it" in between
    assert "I answered in our own chat." in adele.sees(CREW)
    assert access(contoso) is None


async def killed_late(process: Process, contoso: Contoso, someone: Someone, chat: str | None) -> None:
    """Kills it in a share that took longer than Teams waits, before anything was sent."""
    contoso.faults = list(IN_A_SHARE["before anything"])
    await someone.presses("Share", chat=chat)
    await killed(process, contoso, [], None)


async def killed(process: Process, contoso: Contoso, rules: list[Rule], press: Any) -> None:
    """Kills it when it is held by the last of the rules; what was pressed then gets whatever answer it gets."""
    contoso.faults = contoso.faults or list(rules)
    pressed = asyncio.ensure_future(press) if press else None
    await until(lambda: not contoso.faults)
    if pressed:
        await asyncio.wait({pressed}, timeout=0.05)
    process.kill()
    await process.wait()
    if pressed:
        await asyncio.gather(pressed, return_exceptions=True)


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN):
        while True:
            if so():
                return
            await asyncio.sleep(0.02)


def access(contoso: Contoso) -> str | None:
    return contoso.roles(contoso.file("Adele Vance", f"Finance/{FILE}")).get(ALEX)


def button(someone: Someone, title: str) -> tuple[str, Json]:
    """The newest message that has it, and the action behind it."""
    for message in reversed(someone.contoso.client.messages(someone.mail)):
        for action in (message.card or {}).get("actions", ()):
            if action["title"] == title:
                return message.id, action
    raise AssertionError(f"nothing has a button {title}")


async def delivered(someone: Someone, pressed: tuple[str, Json]) -> str:
    """The answer to a press, whatever the card looks like by now."""
    contoso = someone.contoso
    person, (message, action) = contoso.person(someone.mail), pressed
    return words_of_answer(await contoso.client.press(person, contoso.chats.personal(person.id), message, action))
