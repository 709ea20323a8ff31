"""Whose links are looked at when they paste them: theirs alone who switched it on."""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ledger.tables import insert_for, watched_links
from bot.sharing import Person


class WatchedLinks:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._insert = insert_for(engine)

    async def switch(self, person: Person, *, on: bool) -> None:
        row = {"tenant_id": person.tenant_id, "person_id": person.id}
        async with self._engine.begin() as database:
            await database.execute(
                self._insert(watched_links).values(row).on_conflict_do_nothing()
                if on
                else delete(watched_links).where(_of(person))
            )

    async def are_on(self, person: Person) -> bool:
        async with self._engine.connect() as database:
            return await database.scalar(select(watched_links.c.person_id).where(_of(person))) is not None


def _of(person: Person) -> ColumnElement[bool]:
    return (watched_links.c.tenant_id == person.tenant_id) & (watched_links.c.person_id == person.id)
