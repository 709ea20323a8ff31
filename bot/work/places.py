"""Where work is kept, and which replica this is: a file of its own that is locked, or a slot in PostgreSQL.

A slot is an advisory lock of a connection that is kept open: the server lets go of it when the replica dies, so a lock
that can be had means that whoever had it is gone. No clocks are compared.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import psycopg

from bot.ledger import CannotOpen, keep_private

log = logging.getLogger(__name__)

LOCK = 3979
SLOTS = 256
LOOK_EVERY = 5.0
ANSWERS_WITHIN = 10.0
TAKEN = (
    "Another Sharebot is at work with the same DATA_DIR or DATABASE_URL. Several need a PostgreSQL to share: "
    "DATABASE_URL=postgresql://…"
)


class FilePlace:
    """Beside the ledger's file, for one process."""

    def __init__(self, ledger: Path) -> None:
        self._file = ledger.with_name(f"{ledger.stem}-work{ledger.suffix}")
        self._lock: int | None = None
        self.url = f"sqlite:///{self._file}"

    @property
    def is_new(self) -> bool:
        return not self._file.exists()

    async def take(self) -> str:
        self._lock = os.open(f"{self._file}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise CannotOpen(TAKEN) from error
        return "local"

    def prepare(self) -> None:
        """Readers do not wait for the writer. What is the engine's own it makes itself."""
        keep_private(self._file)
        with contextlib.closing(sqlite3.connect(self._file)) as database:
            database.execute("PRAGMA journal_mode=WAL")

    async def leave(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


class Slots:
    """In the ledger's own PostgreSQL, for as many replicas as there are slots."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection: psycopg.AsyncConnection | None = None
        self._slot = -1

    async def take(self) -> str:
        self._connection = await psycopg.AsyncConnection.connect(self.url, autocommit=True)
        for slot in range(SLOTS):
            if await self._locked(slot):
                self._slot = slot
                return _name(slot)
        raise CannotOpen(f"{SLOTS} Sharebots are at work on this database already.")

    async def watch(
        self, left_behind: Callable[[], Awaitable[frozenset[str]]], take_over: Callable[[str], Awaitable[None]]
    ) -> None:
        """Takes over from the dead, until its own lock may be lost: then it returns."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                async with asyncio.timeout(ANSWERS_WITHIN):
                    for executor in await left_behind() - {_name(self._slot)}:
                        await self._inherit(executor, take_over)
                    await self._connected().execute("SELECT 1")
            except (psycopg.Error, TimeoutError):
                return

    async def leave(self) -> None:
        if self._connection:
            await self._connection.close()
            self._connection = None

    async def _inherit(self, executor: str, take_over: Callable[[str], Awaitable[None]]) -> None:
        slot = int(executor.removeprefix(_name("")))
        if await self._locked(slot):
            log.info("goes on with the work of %s", executor)
            await take_over(executor)
            await self._connected().execute("SELECT pg_advisory_unlock(%s, %s)", (LOCK, slot))

    async def _locked(self, slot: int) -> bool:
        found = await self._connected().execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCK, slot))
        return (await found.fetchone()) == (True,)

    def _connected(self) -> psycopg.AsyncConnection:
        if self._connection is None:
            raise psycopg.OperationalError
        return self._connection


def _name(slot: int | str) -> str:
    return f"slot-{slot}"
