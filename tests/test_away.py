"""The database goes away, or keeps the bot waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from bot.ledger.connections import FRESH, connected
from contoso.faults import Rule
from contoso.tenant import Contoso
from tests.people import Someone
from tests.test_app import STARTS_WITHIN, serving
from tests.test_faults_kill import ALEX, SHARE, access, on_postgresql, until


async def test_a_database_that_goes_away_in_the_middle_loses_nothing(
    contoso: Contoso, tmp_path: Path, postgresql_server: Any, postgresql: str
) -> None:
    adele = Someone(contoso, "adele.vance@contoso.com")
    place = on_postgresql(tmp_path, postgresql)
    async with serving(contoso, place.data, **place.environment) as process:
        await adele.says(SHARE)
        contoso.faults = [Rule("graph", "POST", r"/invite$", times=1, late=1.0)]
        pressed = asyncio.ensure_future(adele.presses("Share"))
        await until(lambda: len(contoso.mail_to(ALEX)) == 1)
        with away(postgresql_server.get_uri(), postgresql):
            async with asyncio.timeout(2 * STARTS_WITHIN):
                await process.wait()
        await asyncio.gather(pressed, return_exceptions=True)

    async with serving(contoso, place.data, **place.environment):
        await until(lambda: "✓ can edit" in adele.sees())

    assert access(contoso) == "write"
    assert len(contoso.mail_to(ALEX)) == 1


async def test_a_bot_that_waits_for_its_tables_answers_meanwhile(
    contoso: Contoso, tmp_path: Path, postgresql: str
) -> None:
    adele = Someone(contoso, "adele.vance@contoso.com")
    place = on_postgresql(tmp_path, postgresql)
    with psycopg.connect(postgresql) as other, psycopg.connect(postgresql, autocommit=True) as watching:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        async with serving(contoso, place.data, **place.environment):
            # Whoever makes an index waits until this is over.
            other.execute("SELECT 1")
            await adele.says(SHARE)
            pressed = asyncio.ensure_future(adele.presses("Share"))
            await until(lambda: waits(watching))
            await adele.says("help")
            assert "share" in adele.sees()
            assert access(contoso) is None
            other.rollback()
            await until(lambda: "✓ can edit" in adele.sees())
            await pressed


async def test_a_bot_without_its_database_ends_when_it_is_told_to(
    contoso: Contoso, tmp_path: Path, postgresql_server: Any, postgresql: str
) -> None:
    adele = Someone(contoso, "adele.vance@contoso.com")
    place = on_postgresql(tmp_path, postgresql)
    async with serving(contoso, place.data, **place.environment) as process:
        await adele.says(SHARE)
        await adele.presses("Share")
        with away(postgresql_server.get_uri(), postgresql):
            process.terminate()
            async with asyncio.timeout(2 * STARTS_WITHIN):
                await process.wait()


async def test_a_database_that_went_while_nobody_was_there_is_met_as_if_nothing_had_been(
    postgresql_server: Any, postgresql: str
) -> None:
    engine = connected(postgresql.replace("postgresql:", "postgresql+psycopg:"))
    async with engine.connect() as database:
        await database.execute(text("SELECT 1"))
    with away(postgresql_server.get_uri(), postgresql):
        pass
    await asyncio.sleep(FRESH)

    async with engine.connect() as database:
        assert await database.scalar(text("SELECT 2")) == 2
    await engine.dispose()


async def test_of_what_several_statements_do_together_nothing_is_done_when_one_fails(postgresql: str) -> None:
    engine = connected(postgresql.replace("postgresql:", "postgresql+psycopg:"))
    async with engine.begin() as database:
        await database.execute(text("CREATE TABLE files (name text)"))

    async def half() -> None:
        async with engine.begin() as database:
            await database.execute(text("INSERT INTO files VALUES ('Q3 Budget.xlsx')"))
            await database.execute(text("SELECT 1 / 0"))

    with pytest.raises(DatabaseError):
        await half()

    async with engine.connect() as database:
        assert await database.scalar(text("SELECT count(*) FROM files")) == 0
    await engine.dispose()


def waits(watching: psycopg.Connection) -> bool:
    found = watching.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX%%' AND wait_event_type = 'Lock'"
    )
    return found.fetchone() != (0,)


@contextmanager
def away(server: str, url: str) -> Generator[None]:
    """The database takes nobody, and throws out whoever is there."""
    name = conninfo_to_dict(url)["dbname"]
    assert isinstance(name, str)
    let_in = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(server, autocommit=True) as database:
        database.execute(let_in.format(sql.Identifier(name), sql.Literal(False)))
        database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            database.execute(let_in.format(sql.Identifier(name), sql.Literal(True)))
