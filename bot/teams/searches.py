"""Searches while somebody types: for each person one at a time, and of those that wait only the newest."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from bot.sharing import Person

Results = list[tuple[str, str]]


class Searches:
    def __init__(self) -> None:
        self._lanes: WeakValueDictionary[tuple[str, str], _Lane] = WeakValueDictionary()

    async def made(self, person: Person, search: Callable[[], Awaitable[Results]], until: float) -> Results:
        """Nothing where they have typed on before its turn came, or where nobody waits for it any more.

        What is under way is not cut off: a token might just be renewed for it.
        """
        lane = self._lanes.setdefault((person.tenant_id, person.id), _Lane())
        lane.newest += 1
        mine = lane.newest
        async with lane.free:
            is_waited_for = asyncio.get_running_loop().time() < until
            return await search() if is_waited_for and mine == lane.newest else []


@dataclass(eq=False)
class _Lane:
    free: asyncio.Lock = field(default_factory=asyncio.Lock)
    newest: int = 0
