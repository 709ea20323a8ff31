"""Who was told what: marked before it is sent, so that nobody is told twice; and by which way they were.

Which share a message meant is marked there too (bot/ledger/ends.py), for it may be delivered twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import ColumnElement, Executable, delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ledger.tables import insert_for, told
from bot.sharing import Telling

SHARED = "shared"
# Longer than this nobody takes to tell somebody: whoever did was killed.
TELLS_WITHIN = 60


class Told:
    """A row without a way is of somebody who is being told, or was when a kill came."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)

    async def begin(self, key: str, person_id: str, what: str) -> bool:
        """Whether nobody has begun to tell this person this before: rather not at all than twice."""
        values = {"key": key, "person_id": person_id, "what": what, "at": int(self._clock())}
        row = self._insert(told).values(values)
        async with self._engine.connect() as database:
            done = (await database.execute(row.on_conflict_do_nothing().returning(told.c.key))).first()
            await database.commit()
        return done is not None

    async def was(self, key: str, person_id: str, what: str) -> bool:
        """Whether somebody has begun to tell this person this."""
        theirs = (told.c.key == key) & (told.c.person_id == person_id) & (told.c.what == what)
        async with self._engine.connect() as database:
            return (await database.execute(select(told.c.key).where(theirs))).first() is not None

    async def whom(self, key: str, what: str) -> list[str]:
        """The ids of those whom somebody has begun to tell this."""
        query = select(told.c.person_id).where(told.c.key == key, told.c.what == what)
        async with self._engine.connect() as database:
            return list((await database.execute(query)).scalars())

    async def by(self, key: str, person_id: str, way: Telling) -> None:
        """How they were told of a share."""
        async with self._engine.begin() as database:
            await database.execute(update(told).where(_of(key), told.c.person_id == person_id).values(way=way.value))

    async def was_cut(self, key: str, person_id: str) -> None:
        """A kill came while they were told of a share."""
        being_told = (told.c.person_id == person_id) & told.c.way.is_(None)
        async with self._engine.begin() as database:
            await database.execute(update(told).where(_of(key), being_told).values(way=Telling.MAYBE.value))

    async def not_yet(self, key: str, person_id: str, what: str = SHARED) -> None:
        """Nothing has reached them, and it is tried again."""
        theirs = (told.c.key == key) & (told.c.person_id == person_id) & (told.c.what == what)
        async with self._engine.begin() as database:
            await database.execute(delete(told).where(theirs))

    async def tellings(self, key: str) -> dict[str, Telling]:
        """How people were told of a share, by id; WAITS, who is being told."""
        async with self._engine.connect() as database:
            rows = (await database.execute(select(told.c.person_id, told.c.way).where(_of(key)))).all()
        return {row.person_id: Telling(row.way) if row.way else Telling.WAITS for row in rows}

    async def of_shares(self, keys: Collection[str]) -> dict[str, dict[str, Telling]]:
        """The same of several shares, by their keys."""
        query = select(told.c.key, told.c.person_id, told.c.way).where(told.c.key.in_(keys), told.c.what == SHARED)
        async with self._engine.connect() as database:
            rows = (await database.execute(query)).all()
        found: dict[str, dict[str, Telling]] = {each: {} for each in keys}
        for row in rows:
            found[row.key][row.person_id] = Telling(row.way) if row.way else Telling.WAITS
        return found

    async def keep_from(self, key: str, people: Collection[str]) -> bool:
        """Whoever has not heard of a share is not to hear of it. False while somebody is being told."""
        now = int(self._clock())
        being_told = select(told.c.key).where(_of(key), told.c.way.is_(None), told.c.at > now - TELLS_WITHIN)
        async with self._engine.begin() as database:
            if people:
                await database.execute(mark(self._insert, key, people, Telling.KEPT, now))
            return (await database.execute(being_told)).first() is None

    async def keep_no_longer(self, key: str, people: Collection[str] | None = None) -> None:
        """It was not taken back after all; from these, or from anybody."""
        kept = _of(key) & (told.c.way == Telling.KEPT.value)
        async with self._engine.begin() as database:
            await database.execute(delete(told).where(kept if people is None else kept & told.c.person_id.in_(people)))


def mark(insert: Any, key: str, people: Collection[str], way: Telling, now: int) -> Executable:
    """Of a share, for whom nobody has begun to be told of it."""
    rows = [{"key": key, "person_id": each, "what": SHARED, "at": now, "way": way.value} for each in people]
    return insert(told).values(rows).on_conflict_do_nothing()


def _of(key: str) -> ColumnElement[bool]:
    return (told.c.key == key) & (told.c.what == SHARED)
