"""Whoever gives or takes access to an item is alone with it, in this process and among all replicas."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol
from weakref import WeakValueDictionary

# Another replica is done within a second, mostly.
LOOK_EVERY = 0.1


class Locks(Protocol):
    """Those of all replicas: whoever has one keeps it until it lets go, or dies."""

    async def lock(self, item: str) -> bool: ...
    async def unlock(self, item: str) -> None: ...


class Alone:
    """`locks` None: there is one process."""

    def __init__(self, locks: Locks | None) -> None:
        self._locks = locks
        self._here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def on(self, item: str) -> AsyncGenerator[None]:
        here = self._here.setdefault(item, asyncio.Lock())
        async with here:
            if self._locks is None:
                yield
                return
            while not await self._locks.lock(item):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_EVERY)
            try:
                yield
            finally:
                await self._locks.unlock(item)
