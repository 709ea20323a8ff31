"""Who decides for whom what others ask them for: one person for each, until a day or until it is taken back."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ledger import record
from bot.ledger.record import Entry, What
from bot.ledger.tables import delegates, insert_for, told
from bot.sharing import Delegation, Person

# What a delegate is told once, under the key of the delegation.
NAMED = "delegated"


class Delegates:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)

    async def put(self, wanted: Delegation) -> tuple[Delegation, Delegation | None]:
        """In force from now on, and the one that it takes the place of."""
        made = replace(wanted, key=secrets.token_urlsafe(24))
        values = {
            "name": made.asker.name,
            "delegate_id": made.delegate.id,
            "delegate_name": made.delegate.name,
            "until": int(made.until.timestamp()) if made.until else None,
            "key": made.key,
        }
        whose = {"tenant_id": made.asker.tenant_id, "person_id": made.asker.id}
        row = self._insert(delegates).values(whose | values)
        async with self._engine.begin() as database:
            before = (await database.execute(select(delegates).where(_of(made.asker), self._in_force()))).first()
            await database.execute(row.on_conflict_do_update(index_elements=["tenant_id", "person_id"], set_=values))
            await record.add(database, self._clock(), [_entry(made, "named")])
        return made, _delegation(before) if before else None

    async def of(self, person: Person) -> Delegation | None:
        """Who decides for this person now."""
        return next(iter(await self._found(_of(person))), None)

    async def for_whom(self, person: Person) -> list[Delegation]:
        """For whom this person decides now."""
        return await self._found((delegates.c.tenant_id == person.tenant_id) & (delegates.c.delegate_id == person.id))

    async def untold(self) -> list[Delegation]:
        """Those of which the delegate was not told yet."""
        is_told = select(told.c.key).where(told.c.key == delegates.c.key, told.c.what == NAMED).exists()
        return await self._found(~is_told)

    async def end(self, standing: Delegation, why: str) -> bool:
        """False where it was over before."""
        async with self._engine.begin() as database:
            gone = await database.execute(
                delete(delegates).where(delegates.c.key == standing.key).returning(delegates.c.key)
            )
            if gone.first() is None:
                return False
            await record.add(database, self._clock(), [_entry(standing, why)])
        return True

    async def over(self) -> list[Delegation]:
        """Those whose time is over."""
        async with self._engine.connect() as database:
            rows = (await database.execute(select(delegates).where(~self._in_force()))).all()
        return [_delegation(row) for row in rows]

    async def forget(self, over: Delegation) -> None:
        async with self._engine.begin() as database:
            await database.execute(delete(delegates).where(delegates.c.key == over.key))

    async def _found(self, condition: ColumnElement[bool]) -> list[Delegation]:
        query = select(delegates).where(condition, self._in_force()).order_by(delegates.c.name)
        async with self._engine.connect() as database:
            return [_delegation(row) for row in (await database.execute(query)).all()]

    def _in_force(self) -> ColumnElement[bool]:
        return in_force(self._clock())


def in_force(now: float) -> ColumnElement[bool]:
    return delegates.c.until.is_(None) | (delegates.c.until > int(now))


def _of(person: Person) -> ColumnElement[bool]:
    return (delegates.c.tenant_id == person.tenant_id) & (delegates.c.person_id == person.id)


def _entry(made: Delegation, act: str) -> Entry:
    until = int(made.until.timestamp()) if made.until else None
    asker = made.asker
    return Entry(What.DELEGATED, asker.tenant_id, asker.id, act=act, recipient=made.delegate.id, until=until)


def _delegation(row: Row[Any]) -> Delegation:
    return Delegation(
        Person(row.tenant_id, row.person_id, row.name),
        Person(row.tenant_id, row.delegate_id, row.delegate_name),
        dt.datetime.fromtimestamp(row.until, dt.UTC) if row.until is not None else None,
        row.key,
    )
