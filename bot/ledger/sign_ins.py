"""Sign-ins under way: tickets of one person, and what they said before we asked them in. Only hashes of secrets."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import ColumnElement, RowMapping, and_, delete, insert, not_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ledger.tables import sign_in_pages, sign_ins
from bot.sharing import Person

KEEP_FOR = 15 * 60  # as long as a sign-in page with a phone call in it may take


@dataclass(frozen=True)
class Parked:
    """`parked` is what the person said, sealed by the caller.

    `scopes` and `claims` are what the sign-in is for, as `bot.errors.NeedsSignIn` has them.
    """

    tenant_id: str
    person_id: str
    parked: bytes | None
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
            for table in (sign_ins, sign_in_pages):
                await database.execute(delete(table).where(table.c.expires_at < now))
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

    async def again(self, person: Person) -> str | None:
        """A second ticket for what they said or pressed last; the first stays good, and one of the two carries it out.

        None if it has one: each device of a person fails on its own, and all of them show the same chat.
        """
        ticket = secrets.token_urlsafe(32)
        is_pressed, is_given = sign_ins.c.parked.is_(None), sign_ins.c.again_hash.is_not(None)
        last = (
            select(sign_ins.c.ticket_hash)
            .where(_of(person), sign_ins.c.expires_at > int(self._clock()))
            .order_by(is_pressed, and_(not_(is_pressed), is_given), sign_ins.c.expires_at.desc())
            .limit(1)
        )
        async with self._engine.begin() as database:
            row = (await database.execute(last)).first()
            if row is None:
                return None
            given = await database.execute(
                update(sign_ins)
                .where(sign_ins.c.ticket_hash == row.ticket_hash, sign_ins.c.again_hash.is_(None))
                .values(again_hash=_hash(ticket))
            )
        return ticket if given.rowcount else None

    async def at(self, ticket: str) -> Parked | None:
        async with self._engine.connect() as database:
            found = await database.execute(select(sign_ins).where(self._is_good(ticket)))
            row = found.mappings().first()
        return _parked(row) if row else None

    async def send_to_page(self, state: str, page: bytes) -> None:
        """`page` is what its answer must match, and which ticket it was for; sealed by the caller."""
        async with self._engine.begin() as database:
            await database.execute(
                insert(sign_in_pages).values(
                    state_hash=_hash(state), page=page, expires_at=int(self._clock()) + KEEP_FOR
                )
            )

    async def back_from_page(self, state: str) -> bytes | None:
        """Good once: whoever comes second with the same state gets None. The ticket is good for another page."""
        gone = delete(sign_in_pages).where(
            sign_in_pages.c.state_hash == _hash(state), sign_in_pages.c.expires_at > int(self._clock())
        )
        async with self._engine.begin() as database:
            row = (await database.execute(gone.returning(sign_in_pages.c.page))).first()
        return row.page if row else None

    @asynccontextmanager
    async def taken(self, ticket: str, person: Person) -> AsyncGenerator[Parked | None]:
        """Good once: of several devices that answer the same ticket, one gets to carry out what was said.

        If the block fails, the ticket is good again.
        """
        async with self._engine.begin() as database:
            gone = delete(sign_ins).where(self._is_good(ticket), _of(person)).returning(*sign_ins.c)
            row = (await database.execute(gone)).mappings().first()
        try:
            yield _parked(row) if row else None
        except BaseException:
            if row:
                async with self._engine.begin() as database:
                    await database.execute(insert(sign_ins).values(**row))
            raise

    def _is_good(self, ticket: str) -> ColumnElement[bool]:
        named = (sign_ins.c.ticket_hash == _hash(ticket)) | (sign_ins.c.again_hash == _hash(ticket))
        return named & (sign_ins.c.expires_at > int(self._clock()))


def _of(person: Person) -> ColumnElement[bool]:
    return (sign_ins.c.tenant_id == person.tenant_id) & (sign_ins.c.person_id == person.id)


def _parked(row: RowMapping) -> Parked:
    scopes = frozenset((row["scopes"] or "").split())
    return Parked(row["tenant_id"], row["person_id"], row["parked"], scopes, row["claims"] or "")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
