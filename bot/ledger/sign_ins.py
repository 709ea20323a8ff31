"""Sign-ins under way: a ticket of one person, and what they said before we asked them in. Only hashes of secrets."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ledger.tables import sign_ins
from bot.sharing import Person

KEEP_FOR = 15 * 60  # as long as a sign-in page with a phone call in it may take


@dataclass(frozen=True)
class Parked:
    """`parked` is what the person said, `flow` what the sign-in page must match; both sealed by the caller.

    `scopes` and `claims` are what the sign-in is for, as `bot.errors.NeedsSignIn` has them.
    """

    tenant_id: str
    person_id: str
    parked: bytes | None
    flow: bytes | None
    scopes: frozenset[str]
    claims: str


class SignIns:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock

    async def open(
        self, person: Person, parked: bytes | None, scopes: frozenset[str] = frozenset(), claims: str = ""
    ) -> str:
        """A ticket: 256 bits, for this person only."""
        ticket = secrets.token_urlsafe(32)
        now = int(self._clock())
        async with self._engine.begin() as database:
            await database.execute(delete(sign_ins).where(sign_ins.c.expires_at < now))
            await database.execute(
                insert(sign_ins).values(
                    ticket_hash=_hash(ticket),
                    tenant_id=person.tenant_id,
                    person_id=person.id,
                    parked=parked,
                    scopes=" ".join(sorted(scopes)),
                    claims=claims,
                    expires_at=now + KEEP_FOR,
                )
            )
        return ticket

    async def at(self, ticket: str) -> Parked | None:
        async with self._engine.connect() as database:
            row = (
                await database.execute(
                    select(sign_ins).where(
                        sign_ins.c.ticket_hash == _hash(ticket), sign_ins.c.expires_at > int(self._clock())
                    )
                )
            ).first()
        return _parked(row) if row else None

    async def send_to_page(self, ticket: str, state: str, flow: bytes) -> None:
        async with self._engine.begin() as database:
            await database.execute(
                update(sign_ins)
                .where(sign_ins.c.ticket_hash == _hash(ticket))
                .values(state_hash=_hash(state), flow=flow)
            )

    async def back_from_page(self, state: str) -> Parked | None:
        """Good once: whoever comes second with the same state gets None."""
        return await self._take(sign_ins.c.state_hash == _hash(state))

    async def declined(self, state: str) -> bool:
        """Whether there was such a one; its ticket stays good for another try."""
        async with self._engine.begin() as database:
            found = await database.execute(
                update(sign_ins)
                .where(sign_ins.c.state_hash == _hash(state))
                .values(state_hash=None, flow=None)
                .returning(sign_ins.c.ticket_hash)
            )
            return found.first() is not None

    async def take(self, ticket: str, person: Person) -> Parked | None:
        """Good once: of several devices that answer the same ticket, one gets to carry out what was said."""
        return await self._take(
            (sign_ins.c.ticket_hash == _hash(ticket))
            & (sign_ins.c.tenant_id == person.tenant_id)
            & (sign_ins.c.person_id == person.id)
        )

    async def _take(self, which: ColumnElement[bool]) -> Parked | None:
        async with self._engine.begin() as database:
            row = (
                await database.execute(
                    delete(sign_ins).where(which, sign_ins.c.expires_at > int(self._clock())).returning(*sign_ins.c)
                )
            ).first()
        return _parked(row) if row else None


def _parked(row: Row[Any]) -> Parked:
    scopes = frozenset((row.scopes or "").split())
    return Parked(row.tenant_id, row.person_id, row.parked, row.flow, scopes, row.claims or "")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
