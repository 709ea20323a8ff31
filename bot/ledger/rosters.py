"""Shares that are for a chat; and what their sharers are offered since somebody came to it or left it, once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ledger import plans
from bot.ledger.tables import ends, insert_for, moves, proposals, rosters
from bot.sharing import Chat, Decision, SharePlan


class Moved(Enum):
    """What somebody did of whom a sharer is told."""

    JOINED = "joined"
    LEFT = "left"


@dataclass(frozen=True)
class Shared:
    """A share that stands and is for a chat. `first` is the one that it followed, for whoever came later; or itself."""

    key: str
    first: str

    @property
    def is_first(self) -> bool:
        return self.key == self.first


@dataclass(frozen=True)
class Proposal:
    """What the sharer is offered, of one share and these people. If they share, `key` is also that of the new share.

    `runs` counts what was tried.
    """

    key: str
    share_key: str
    moved: Moved
    people: tuple[str, ...]
    is_shown: bool
    decision: Decision | None
    runs: int

    @property
    def run(self) -> str:
        return f"{self.key}.{self.runs}"


class Rosters:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)

    async def of(self, tenant_id: str, chat: Chat) -> list[Shared]:
        """The shares that stand and are for this chat, or for a chat of this team."""
        there = rosters.c.chat_id == chat.id
        if chat.team_id:
            there = or_(there, rosters.c.team_id == chat.team_id)
        query = (
            select(rosters.c.share_key, rosters.c.first)
            .join(ends, ends.c.key == rosters.c.share_key)
            .where(rosters.c.tenant_id == tenant_id, there, ends.c.ended_at.is_(None))
            .order_by(ends.c.done_at)
        )
        async with self._engine.connect() as database:
            return [Shared(row.share_key, row.first or row.share_key) for row in (await database.execute(query)).all()]

    async def joined(self, share_key: str, people: Sequence[str]) -> list[str]:
        """The keys of what is still to be offered of these: who came at about the same time is on one card.

        Whoever was heard to have come before is not offered again.
        """
        now, new = int(self._clock()), secrets.token_urlsafe(24)
        open_one = select(proposals.c.key).where(
            proposals.c.share_key == share_key,
            proposals.c.move == Moved.JOINED.value,
            proposals.c.shown_at.is_(None),
            proposals.c.decision.is_(None),
        )
        async with self._engine.begin() as database:
            # Written first, so that two who write at once come one after the other.
            if not await self._heard(database, share_key, people, Moved.JOINED, new):
                return await _to_show(database, share_key, people)
            if there := await database.scalar(open_one.limit(1)):
                await database.execute(update(moves).where(moves.c.proposal_key == new).values(proposal_key=there))
            else:
                await self._propose(database, new, share_key, Moved.JOINED, now)
            return await _to_show(database, share_key, people)

    async def left(self, first: str, share_key: str | None, person_id: str) -> list[str]:
        """The same of somebody who left, and of the share by which they have something, if there is one."""
        new = secrets.token_urlsafe(24) if share_key else None
        async with self._engine.begin() as database:
            is_new = await self._heard(database, first, [person_id], Moved.LEFT, new)
            if is_new and new and share_key:
                await self._propose(database, new, share_key, Moved.LEFT, int(self._clock()))
            return await _to_show(database, first, [person_id])

    async def at(self, key: str) -> Proposal | None:
        people = select(moves.c.person_id).where(moves.c.proposal_key == key).order_by(moves.c.person_id)
        async with self._engine.connect() as database:
            row = (await database.execute(select(proposals).where(proposals.c.key == key))).first()
            return _proposal(row, tuple((await database.execute(people)).scalars().all())) if row else None

    async def shown(self, key: str) -> None:
        """Whoever comes from now on is on another card."""
        async with self._engine.begin() as database:
            await database.execute(update(proposals).where(proposals.c.key == key).values(shown_at=int(self._clock())))

    async def leave_out(self, key: str, people: Sequence[str]) -> None:
        """Of these there is nothing to offer."""
        those = (moves.c.proposal_key == key) & moves.c.person_id.in_(people)
        async with self._engine.begin() as database:
            await database.execute(update(moves).where(those).values(proposal_key=None))

    async def decide(self, proposal: Proposal, decision: Decision) -> Decision:
        """The decision that stands: the first one."""
        async with self._engine.begin() as database:
            await self._decided(database, proposal, decision)
            return await _decision(database, proposal)

    async def allow(self, proposal: Proposal, plan: SharePlan) -> Decision:
        """The decision that stands; if it is this one, the plan waits under the key of the proposal."""
        async with self._engine.begin() as database:
            if await self._decided(database, proposal, Decision.ALLOWED):
                await plans.decided(database, self._clock(), proposal.key, plan, proposal.runs)
            return await _decision(database, proposal)

    async def reopen(self, key: str) -> None:
        """It was to be shared, and nothing came of that: it is to be decided anew."""
        async with self._engine.begin() as database:
            if await plans.undecided(database, key):
                again = {"decision": None, "decided_at": None, "runs": proposals.c.runs + 1}
                await database.execute(update(proposals).where(proposals.c.key == key).values(again))

    async def undecide(self, key: str) -> None:
        """It was to be taken away, and that could not be."""
        async with self._engine.begin() as database:
            await database.execute(update(proposals).where(proposals.c.key == key).values(decision=None))

    async def put_off(self, proposal: Proposal) -> None:
        """Nothing came of this try; the next one is new work."""
        same = (proposals.c.key == proposal.key) & (proposals.c.runs == proposal.runs)
        async with self._engine.begin() as database:
            await database.execute(
                update(proposals).where(same, proposals.c.decision.is_(None)).values(runs=proposal.runs + 1)
            )

    async def _heard(
        self, database: AsyncConnection, share_key: str, people: Sequence[str], moved: Moved, key: str | None
    ) -> bool:
        """Whether this is new of any of them."""
        values = {"move": moved.value, "proposal_key": key}
        is_new = False
        for each in people:
            row = self._insert(moves).values(share_key=share_key, person_id=each, **values)
            row = row.on_conflict_do_update(
                index_elements=["share_key", "person_id"], set_=values, where=moves.c.move != moved.value
            )
            is_new |= (await database.execute(row.returning(moves.c.person_id))).first() is not None
        return is_new

    async def _propose(self, database: AsyncConnection, key: str, share_key: str, moved: Moved, now: int) -> None:
        await database.execute(insert(proposals).values(key=key, share_key=share_key, move=moved.value, made_at=now))

    async def _decided(self, database: AsyncConnection, proposal: Proposal, decision: Decision) -> bool:
        first = await database.execute(
            update(proposals)
            .where(proposals.c.key == proposal.key, proposals.c.decision.is_(None))
            .values(decision=decision.value, decided_at=int(self._clock()))
            .returning(proposals.c.key)
        )
        return first.first() is not None


async def remember(database: AsyncConnection, key: str, plan: SharePlan) -> None:
    """In the transaction that keeps the share: that it is for a chat."""
    if plan.chat is None:
        return
    first = select(proposals.c.share_key).where(proposals.c.key == key).scalar_subquery()
    row = insert_for(database.engine)(rosters).values(
        share_key=key,
        tenant_id=plan.asker.tenant_id,
        chat_id=plan.chat.id,
        team_id=plan.chat.team_id or None,
        first=first,
    )
    await database.execute(row.on_conflict_do_nothing())


async def tidy(database: AsyncConnection, old: int) -> None:
    """Without the shares that are forgotten."""
    stands = select(ends.c.key)
    await database.execute(delete(rosters).where(rosters.c.share_key.not_in(stands)))
    await database.execute(delete(proposals).where(proposals.c.made_at < old, proposals.c.share_key.not_in(stands)))
    await database.execute(delete(moves).where(moves.c.share_key.not_in(stands)))


async def _to_show(database: AsyncConnection, share_key: str, people: Sequence[str]) -> list[str]:
    """Keys of offers about these that nobody has seen yet: also of those that were heard of before a kill."""
    query = (
        select(proposals.c.key)
        .join(moves, moves.c.proposal_key == proposals.c.key)
        .where(
            moves.c.share_key == share_key,
            moves.c.person_id.in_(people),
            proposals.c.shown_at.is_(None),
            proposals.c.decision.is_(None),
        )
        .distinct()
    )
    return list((await database.execute(query)).scalars().all())


async def _decision(database: AsyncConnection, proposal: Proposal) -> Decision:
    return Decision(await database.scalar(select(proposals.c.decision).where(proposals.c.key == proposal.key)))


def _proposal(row: Row[Any], people: tuple[str, ...]) -> Proposal:
    return Proposal(
        row.key,
        row.share_key,
        Moved(row.move),
        people,
        row.shown_at is not None,
        Decision(row.decision) if row.decision else None,
        row.runs,
    )
