"""Two bots on one PostgreSQL: a press on both is one deed, and what a dead one left the other does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg

from contoso.faults import Rule
from contoso.tenant import Contoso
from tests.people import Someone
from tests.test_app import STARTS_WITHIN, serving
from tests.test_faults_kill import (
    ALEX,
    FILE,
    FOR_EVER,
    SHARE,
    access,
    adele,
    alex,
    button,
    delivered,
    killed,
    on_postgresql,
    until,
)

__all__ = ["adele", "alex"]


@asynccontextmanager
async def two(
    contoso: Contoso, data: Path, url: str, **more: str
) -> AsyncGenerator[list[tuple[asyncio.subprocess.Process, str]]]:
    """Both processes, with more in their environment, and where each is to be reached."""
    where = on_postgresql(data, url).environment | more
    async with serving(contoso, data / "a", **where) as first:
        a = contoso.bot_endpoint
        async with serving(contoso, data / "b", **where) as second:
            contoso.bot_endpoint, b = a, contoso.bot_endpoint
            yield [(first, a), (second, b)]


def places_taken(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as database:
        taken = (
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 3979 "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        row = database.execute(taken).fetchone()
    return row[0] if row else 0


async def test_a_press_on_both_is_one_deed(
    adele: Someone, alex: Someone, contoso: Contoso, tmp_path: Path, postgresql: str
) -> None:
    async with two(contoso, tmp_path, postgresql) as replicas:
        await alex.says("hi")
        await adele.says(SHARE)
        share = button(adele, "Share")
        presses: list[asyncio.Task[str]] = []
        for _process, endpoint in (*replicas, *replicas):
            contoso.bot_endpoint = endpoint
            presses.append(asyncio.create_task(delivered(adele, share)))
            await asyncio.sleep(0)  # so that it is on its way there
        answers = await asyncio.gather(*presses)

        await until(lambda: "shared a file with you" in alex.sees())

    assert all("✓ can edit" in each for each in answers)
    assert contoso.mail_to(ALEX) == []
    assert alex.sees().count("shared a file with you") == 1


async def test_of_two_replicas_one_tells_each_recipient_when_undo_has_had_its_time(
    adele: Someone, alex: Someone, contoso: Contoso, tmp_path: Path, postgresql: str
) -> None:
    async with two(contoso, tmp_path, postgresql, UNDO_SECONDS="2"):
        await alex.says("hi")
        await adele.says(f"share {FILE} with Alex, Megan and Lee Gu")
        await adele.presses("Share")
        early = alex.sees()
        await until(lambda: "told in Teams" in adele.sees())

    assert "shared a file with you" not in early
    assert alex.sees().count("shared a file with you") == 1
    assert len(contoso.mail_to("megan.bowen@contoso.com")) == len(contoso.mail_to("lee.gu@contoso.com")) == 1
    assert adele.sees().count("was asked to mail them") == 2


async def test_what_a_dead_one_left_the_other_does(
    adele: Someone, alex: Someone, contoso: Contoso, tmp_path: Path, postgresql: str
) -> None:
    async with two(contoso, tmp_path, postgresql) as ((first, _), (_, b)):
        await adele.says(SHARE)
        rules = [Rule("graph", "POST", r"/invite$", times=1, late=FOR_EVER)]
        await killed(first, contoso, rules, adele.presses("Share"))
        contoso.bot_endpoint = b

        await until(lambda: "✓ can edit" in adele.sees())

    assert access(contoso) == "write"
    assert len(contoso.mail_to(ALEX)) == 1


async def test_whoever_loses_its_place_ends_itself_and_its_work_is_done(
    adele: Someone, alex: Someone, contoso: Contoso, tmp_path: Path, postgresql: str
) -> None:
    async with two(contoso, tmp_path, postgresql) as ((first, _), (_, b)):
        await adele.says(SHARE)
        # The other one has a place of its own by then, and so does not come into this one's.
        await lost(first, contoso, postgresql, adele, b, places=2)
        await until(lambda: "✓ can edit" in adele.sees())

    assert access(contoso) == "write"
    assert len(contoso.mail_to(ALEX)) == 1


async def test_whoever_comes_into_a_lost_place_goes_on_with_what_is_left_there(
    adele: Someone, alex: Someone, contoso: Contoso, tmp_path: Path, postgresql: str
) -> None:
    """For some seconds two go by the name of one place, and the one that ends itself may take its work once more."""
    async with two(contoso, tmp_path, postgresql) as ((first, _), (_, b)):
        await adele.says(SHARE)
        await lost(first, contoso, postgresql, adele, b, places=1)
        await until(lambda: unfinished(postgresql) == 0)
        shared = await adele.says("my shares")

    assert FILE in shared
    assert access(contoso) == "write"
    assert len(contoso.mail_to(ALEX)) == 1


async def lost(
    first: asyncio.subprocess.Process, contoso: Contoso, url: str, someone: Someone, other: str, *, places: int
) -> None:
    """The first one loses its place while it waits for what Graph answers to its invite, and ends itself."""
    contoso.faults = [Rule("graph", "POST", r"/invite$", times=1, late=FOR_EVER)]
    pressed = asyncio.ensure_future(someone.presses("Share"))
    await until(lambda: not contoso.faults and len(contoso.mail_to(ALEX)) == 1)
    await until(lambda: places_taken(url) >= places)
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 3979 "
            "AND objid = 0 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    contoso.bot_endpoint = other
    async with asyncio.timeout(2 * STARTS_WITHIN):
        await first.wait()
    await asyncio.gather(pressed, return_exceptions=True)


def unfinished(url: str) -> int:
    with psycopg.connect(url, autocommit=True) as database:
        left = "SELECT count(*) FROM sharebot_work.workflow_status WHERE status IN ('PENDING', 'ENQUEUED')"
        row = database.execute(left).fetchone()
    return row[0] if row else 0


async def test_an_end_that_both_see_come_is_told_once(
    adele: Someone, alex: Someone, contoso: Contoso, tmp_path: Path, postgresql: str
) -> None:
    async with two(contoso, tmp_path, postgresql):
        await alex.says("hi")
        await adele.says(SHARE)
        await adele.presses("Share")
        await until(lambda: "Shared with you" in alex.sees())
    on_postgresql(tmp_path, postgresql).due_now()

    async with two(contoso, tmp_path, postgresql):
        await until(lambda: "Ended" in adele.notices() and "that is over" in alex.sees())

    assert access(contoso) is None
    assert adele.notices().count("Ended") == 1
    assert alex.notices().count("Access ended") == 1
