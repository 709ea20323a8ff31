"""The database goes away while a share is under way: another process finishes it."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

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
                # It tells a good deal before it ends, and would wait for ever for somebody to read it.
                await process.communicate()
        await asyncio.gather(pressed, return_exceptions=True)

    async with serving(contoso, place.data, **place.environment):
        await until(lambda: "✓ can edit" in adele.sees())

    assert access(contoso) == "write"
    assert len(contoso.mail_to(ALEX)) == 1


@contextmanager
def away(server: str, url: str) -> Generator[None]:
    """The database takes nobody, and throws out whoever is there."""
    name = conninfo_to_dict(url)["dbname"]
    assert isinstance(name, str)
    let_in = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with psycopg.connect(server, autocommit=True) as database:
        database.execute(let_in.format(sql.Identifier(name), sql.Literal(False)))
        database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        yield
        database.execute(let_in.format(sql.Identifier(name), sql.Literal(True)))
