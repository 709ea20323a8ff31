"""Sign-ins under way: a ticket of one person, and what they said before we asked them in. Only hashes of secrets."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import SharebotError
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
                (
                    await database.execute(
                        select(sign_ins).where(
                            sign_ins.c.ticket_hash == _hash(ticket), sign_ins.c.expires_at > int(self._clock())
                        )
                    )
                )
                .mappings()
                .first()
            )
        return _parked(row) if row else None

    async def send_to_page(self, ticket: str, state: str, flow: bytes) -> None:
        async with self._engine.begin() as database:
            await database.execute(
                update(sign_ins)
                .where(sign_ins.c.ticket_hash == _hash(ticket))
                .values(state_hash=_hash(state), flow=flow)
            )

    @asynccontextmanager
    async def back_from_page(self, state: str) -> AsyncGenerator[Parked | None]:
        """Good once: whoever comes second with the same state gets None. If the block fails, the link is good again."""
        async with self._taken(sign_ins.c.state_hash == _hash(state)) as parked:
            yield parked

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

    @asynccontextmanager
    async def taken(self, ticket: str, person: Person) -> AsyncGenerator[Parked | None]:
        """Good once: of several devices that answer the same ticket, one gets to carry out what was said.

        If the block fails, the ticket is good again.
        """
        async with self._taken((sign_ins.c.ticket_hash == _hash(ticket)) & _of(person)) as parked:
            yield parked

    async def latest(self, person: Person) -> Parked | None:
        """What they said last before we asked them in."""
        async with self._engine.connect() as database:
            row = (
                (
                    await database.execute(
                        select(sign_ins)
                        .where(_of(person), sign_ins.c.parked.is_not(None), sign_ins.c.expires_at > int(self._clock()))
                        .order_by(sign_ins.c.expires_at.desc())
                        .limit(1)
                    )
                )
                .mappings()
                .first()
            )
        return _parked(row) if row else None

    @asynccontextmanager
    async def _taken(self, which: ColumnElement[bool]) -> AsyncGenerator[Parked | None]:
        async with self._engine.begin() as database:
            row = (
                (
                    await database.execute(
                        delete(sign_ins).where(which, sign_ins.c.expires_at > int(self._clock())).returning(*sign_ins.c)
                    )
                )
                .mappings()
                .first()
            )
        try:
            yield _parked(row) if row else None
        except SharebotError:
            if row:
                again = {**row, "state_hash": None, "flow": None}
                async with self._engine.begin() as database:
                    await database.execute(insert(sign_ins).values(again))
            raise


def _of(person: Person) -> ColumnElement[bool]:
    return (sign_ins.c.tenant_id == person.tenant_id) & (sign_ins.c.person_id == person.id)


def _parked(row: RowMapping) -> Parked:
    scopes = frozenset((row["scopes"] or "").split())
    return Parked(row["tenant_id"], row["person_id"], row["parked"], row["flow"], scopes, row["claims"] or "")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
