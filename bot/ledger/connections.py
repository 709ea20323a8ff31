"""Connections to PostgreSQL, with no more ways there and back than are needed: they are what work waits for."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

# One that was used within so many seconds is there still, or is the first to find out that the server went away.
FRESH = 1.0
USED_AT = "used at"


class ReadsAtOnce(AsyncEngine):
    """What is only read, or one statement with a commit, is no transaction: each takes two ways more.

    So `connect` is for these, and `begin` for what several statements do together.
    """

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[AsyncConnection]:
        async with self.connect() as database:
            await database.execution_options(isolation_level="READ COMMITTED")
            async with database.begin():
                yield database


def connected(url: str, **how: Any) -> AsyncEngine:
    """The one used last is used next, so that what it has prepared is prepared."""
    made = create_async_engine(url, isolation_level="AUTOCOMMIT", pool_use_lifo=True, pool_events=LOOKED_AT, **how)
    return ReadsAtOnce(made.sync_engine)


def _used(_connection: object, record: Any) -> None:
    record.info[USED_AT] = time.monotonic()


def _looked_at(connection: Any, record: Any, _proxy: object) -> None:
    """As SQLAlchemy's pre-ping, but only of one that has been at rest."""
    if time.monotonic() - record.info.get(USED_AT, 0.0) < FRESH:
        return
    try:
        cursor = connection.cursor()
        cursor.execute("")
        cursor.close()
        # Where no statement is its own transaction.
        connection.rollback()
    except psycopg.Error as error:
        raise InvalidatePoolError from error


# For the pool of whoever else connects to it.
LOOKED_AT = [(_used, "checkin"), (_looked_at, "checkout")]
