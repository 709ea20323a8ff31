"""Sealed token caches, one for each person; what is in them, bot/identity knows."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ledger.tables import insert_for, token_caches


class TokenCaches:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._insert = insert_for(engine)

    async def load(self, tenant_id: str, person_id: str) -> bytes | None:
        async with self._engine.connect() as database:
            row = (await database.execute(select(token_caches.c.sealed).where(*_of(tenant_id, person_id)))).first()
        return row.sealed if row else None

    async def save(self, tenant_id: str, person_id: str, sealed: bytes) -> None:
        row = self._insert(token_caches).values(tenant_id=tenant_id, person_id=person_id, sealed=sealed)
        key = ["tenant_id", "person_id"]
        async with self._engine.begin() as database:
            await database.execute(row.on_conflict_do_update(index_elements=key, set_={"sealed": sealed}))

    async def delete(self, tenant_id: str, person_id: str) -> None:
        async with self._engine.begin() as database:
            await database.execute(delete(token_caches).where(*_of(tenant_id, person_id)))


def _of(tenant_id: str, person_id: str):
    return token_caches.c.tenant_id == tenant_id, token_caches.c.person_id == person_id
