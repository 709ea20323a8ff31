"""Sealed token caches, one for each person; what is in them, bot/identity knows."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from sqlalchemy import Table, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ledger.sign_ins import KEEP_FOR
from bot.ledger.tables import ends, insert_for, sign_ins, token_caches


class TokenCaches:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)

    async def load(self, tenant_id: str, person_id: str, *, may_have_left: bool = False) -> bytes | None:
        query = select(token_caches.c.sealed).where(*_of(token_caches, tenant_id, person_id))
        if not may_have_left:
            query = query.where(token_caches.c.left_at.is_(None))
        async with self._engine.connect() as database:
            return await database.scalar(query)

    async def begin(self, tenant_id: str, person_id: str) -> str:
        """A sign-in, as `save` wants it; signing out ends it, on whatever replica."""
        sign_in = secrets.token_hex(32)  # where others have the hash of their ticket: nobody has a ticket for this
        async with self._engine.begin() as database:
            await database.execute(
                insert(sign_ins).values(
                    ticket_hash=sign_in,
                    tenant_id=tenant_id,
                    person_id=person_id,
                    expires_at=int(self._clock()) + KEEP_FOR,
                )
            )
        return sign_in

    async def save(self, tenant_id: str, person_id: str, sealed: bytes, sign_in: str) -> bool:
        """Whether it was kept: not if the sign-in has been ended."""
        row = self._insert(token_caches).values(tenant_id=tenant_id, person_id=person_id, sealed=sealed)
        key = ["tenant_id", "person_id"]
        async with self._engine.begin() as database:
            begun = await database.execute(delete(sign_ins).where(sign_ins.c.ticket_hash == sign_in))
            if begun.rowcount:
                await database.execute(
                    row.on_conflict_do_update(index_elements=key, set_={"sealed": sealed, "left_at": None})
                )
            return bool(begun.rowcount)

    async def renew(self, tenant_id: str, person_id: str, sealed: bytes) -> bool:
        """Whether it was kept: not if there is none any more."""
        async with self._engine.begin() as database:
            found = await database.execute(
                update(token_caches).where(*_of(token_caches, tenant_id, person_id)).values(sealed=sealed)
            )
            return bool(found.rowcount)

    async def delete(self, tenant_id: str, person_id: str) -> None:
        async with self._engine.begin() as database:
            await database.execute(delete(token_caches).where(*_of(token_caches, tenant_id, person_id)))

    async def sign_out(self, tenant_id: str, person_id: str) -> None:
        """Ends the sign-ins under way as well, with what was said before them."""
        async with self._engine.begin() as database:
            for table in (sign_ins, token_caches):
                await database.execute(delete(table).where(*_of(table, tenant_id, person_id)))

    async def leave(self, tenant_id: str, person_id: str) -> None:
        """As `sign_out`, but for what is still to end; after that it is forgotten, too."""
        async with self._engine.begin() as database:
            await database.execute(delete(sign_ins).where(*_of(sign_ins, tenant_id, person_id)))
            theirs = update(token_caches).where(*_of(token_caches, tenant_id, person_id))
            await database.execute(theirs.values(left_at=int(self._clock())))
            await forget_left(database)


async def forget_left(database: AsyncConnection) -> None:
    """The keys of whoever left, with nothing left that needs them."""
    theirs = (ends.c.tenant_id == token_caches.c.tenant_id) & (ends.c.person_id == token_caches.c.person_id)
    waits = exists().where(theirs, ends.c.ended_at.is_(None), ends.c.due_at.is_not(None))
    await database.execute(delete(token_caches).where(token_caches.c.left_at.is_not(None), ~waits))


def _of(table: Table, tenant_id: str, person_id: str):
    return table.c.tenant_id == tenant_id, table.c.person_id == person_id
