"""Where work is kept with PostgreSQL, and which of several replicas this is.

A slot is an advisory lock of a connection that is kept open: the server lets go of it when the replica dies, so a lock
that can be had means that whoever had it is gone, or ends itself within seconds. No clocks are compared. Whoever has a
slot has another name than those who had it before: what those left is told apart from what is under way.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import zlib
from collections.abc import Awaitable, Callable

import psycopg

from bot.ledger import CannotOpen

log = logging.getLogger(__name__)

LOCK, ITEMS = 3979, 3980
SLOTS = 256
LOOK_EVERY = 5.0
ANSWERS_WITHIN = 10.0
CONNECTS_WITHIN = 10


class Slots:
    """In the ledger's own PostgreSQL, for as many replicas as there are slots."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection: psycopg.AsyncConnection | None = None
        self._name = ""

    async def take(self) -> str:
        """The name of this replica, of this time. Raises CannotOpen."""
        await self.leave()
        self._connection = await psycopg.AsyncConnection.connect(
            self.url, autocommit=True, connect_timeout=CONNECTS_WITHIN
        )
        for slot in range(SLOTS):
            if await self._locked(slot):
                self._name = f"slot-{slot}.{secrets.token_hex(4)}"
                return self._name
        raise CannotOpen(f"{SLOTS} Sharebots are at work on this database already.")

    async def watch(
        self, left_behind: Callable[[], Awaitable[frozenset[str]]], take_over: Callable[[str], Awaitable[None]]
    ) -> None:
        """Takes over from the dead, until its own lock may be lost: then it returns."""
        while True:
            try:
                async with asyncio.timeout(ANSWERS_WITHIN):
                    await self._connected().execute("SELECT 1")
                    for executor in await left_behind() - {self._name}:
                        await self._inherit(executor, take_over)
            except (psycopg.Error, TimeoutError):
                return
            await asyncio.sleep(LOOK_EVERY)

    async def is_lost(self, within: float) -> bool:
        """Whether another one may have taken over by now; a server that is slow says nothing of that."""
        look = asyncio.create_task(self._answers())
        # It is not broken off, for that could cost the connection.
        await asyncio.wait({look}, timeout=within)
        return look.done() and not look.result()

    async def leave(self) -> None:
        if self._connection:
            await self._connection.close()
            self._connection = None

    async def lock(self, item: str) -> bool:
        """Whether nobody else has it; one that is held here already is held once more."""
        return await self._locked(_number(item), ITEMS)

    async def unlock(self, item: str) -> None:
        await self._connected().execute("SELECT pg_advisory_unlock(%s, %s)", (ITEMS, _number(item)))

    async def _inherit(self, executor: str, take_over: Callable[[str], Awaitable[None]]) -> None:
        slot = int(executor.removeprefix("slot-").partition(".")[0])
        # A lock that is held here is held once more.
        if await self._locked(slot):
            log.info("goes on with the work of %s", executor)
            await take_over(executor)
            await self._connected().execute("SELECT pg_advisory_unlock(%s, %s)", (LOCK, slot))

    async def _locked(self, number: int, of: int = LOCK) -> bool:
        found = await self._connected().execute("SELECT pg_try_advisory_lock(%s, %s)", (of, number))
        return (await found.fetchone()) == (True,)

    async def _answers(self) -> bool:
        try:
            await self._connected().execute("SELECT 1")
        except psycopg.Error:
            return False
        return True

    def _connected(self) -> psycopg.AsyncConnection:
        if self._connection is None:
            raise psycopg.OperationalError
        return self._connection


def _number(item: str) -> int:
    """As PostgreSQL's locks are called. Two items of one number wait for each other, and nothing worse."""
    return zlib.crc32(item.encode()) - 2**31
