"""What recipients ask of a share: to edit what they can view, or to have none of it. Who, of which, what came of it.

And what somebody asks an owner for without a share: there `share_key` is a name of the file, and `reason` has it all.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ledger import record
from bot.ledger.bodies import json
from bot.ledger.delegates import in_force
from bot.ledger.plans import decided, undecided
from bot.ledger.record import Entry, What
from bot.ledger.tables import delegates, ends, insert_for, plans, requests, told
from bot.sharing import (
    Decision,
    Delegation,
    Ending,
    EndReceipt,
    Outcome,
    Person,
    Returned,
    Role,
    SharePlan,
    ShareReceipt,
    Wish,
)

# What somebody says yes or no to; of the others nobody is asked.
TO_DECIDE = (Wish.EDIT.value, Wish.ACCESS.value)


@dataclass(frozen=True)
class AccessRequest:
    """`reason` is sealed. `ending` and `now`: what became of the right of somebody who did not need it.

    Where it is allowed, `key` is also that of the share which comes of it. `runs` counts what was tried. `by` is the id
    and the name of whoever decided it for the owner, "" where they did so themselves.
    """

    key: str
    share_key: str
    person_id: str
    wish: Wish
    reason: bytes | None = field(repr=False)
    decision: Decision | None
    ending: Ending | None
    now: Role | None
    runs: int
    by: tuple[str, str] = ("", "")

    @property
    def run(self) -> str:
        return f"{self.key}.{self.runs}"

    @property
    def card(self) -> str:
        """The key of the card that says it was asked; that of the owner's own, once it is a share, is `key`."""
        return f"{self.key}.asked"


class Requests:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)

    async def put(
        self, share_key: str, person_id: str, wish: Wish, reason: bytes | None = None, *, owner_id: str | None = None
    ) -> AccessRequest:
        """The one that there is: asked twice, it is one. `owner_id`: who decides it."""
        values = {
            "key": secrets.token_urlsafe(24),
            "share_key": share_key,
            "person_id": person_id,
            "wish": wish.value,
            "reason": reason,
            "asked_at": int(self._clock()),
            "owner_id": owner_id,
        }
        same = (requests.c.share_key == share_key, requests.c.person_id == person_id, requests.c.wish == wish.value)
        async with self._engine.begin() as database:
            await database.execute(self._insert(requests).values(values).on_conflict_do_nothing())
            return _request((await database.execute(select(requests).where(*same))).one())

    async def put_anew(
        self,
        share_key: str,
        person_id: str,
        wish: Wish,
        reason: bytes | None,
        owner_id: str,
        *,
        before: str,
    ) -> AccessRequest:
        """The one that there is, or a new one in the place of the one with the key `before`, where that was decided."""
        is_over = (requests.c.key == before) & requests.c.decision.is_not(None)
        async with self._engine.begin() as database:
            await database.execute(delete(requests).where(is_over))
        return await self.put(share_key, person_id, wish, reason, owner_id=owner_id)

    async def open_since(self, asked_at: int, *, not_told: str = "") -> list[AccessRequest]:
        """Those that wait for a decision, and were asked by then; `not_told`: of whom nobody was told this since."""
        late = requests.c.asked_at <= asked_at
        if not_told:
            late = late & requests.c.key.not_in(select(told.c.key).where(told.c.what == not_told))
        return await self._open(late)

    async def let_go_since(self, at: int, *, not_told: str) -> list[AccessRequest]:
        """Those that nobody decided, and that were over since then, of whom nobody was told this."""
        is_let_go = requests.c.decision.in_([Decision.LAPSED.value, Decision.OVER.value]) & (requests.c.decided_at > at)
        is_told = requests.c.key.in_(select(told.c.key).where(told.c.what == not_told))
        query = select(requests).where(requests.c.wish.in_(TO_DECIDE), is_let_go, ~is_told)
        async with self._engine.connect() as database:
            return [_request(row) for row in (await database.execute(query)).all()]

    async def open_of(self, owner: Person) -> list[AccessRequest]:
        """Those that wait for this one's decision."""
        return await self._open(requests.c.owner_id == owner.id)

    async def open_by(self, asker: Person) -> list[AccessRequest]:
        """Those that this one made, and nobody has decided."""
        return await self._open(requests.c.person_id == asker.id)

    async def open_for(self, delegate: Person, what: str) -> list[AccessRequest]:
        """Those that wait, and of which this one was told this in the owner's place."""
        is_told = (told.c.person_id == delegate.id) & (told.c.what == what)
        return await self._open(is_told, of=requests.join(told, told.c.key == requests.c.key))

    async def open_of_nobody(self) -> list[AccessRequest]:
        """Those that were asked before it was kept who decides."""
        return await self._open(requests.c.owner_id.is_(None))

    async def belongs(self, request: AccessRequest, owner: Person) -> None:
        """From now on its time runs: until now nobody was reminded of it."""
        mine = update(requests).where(requests.c.key == request.key)
        async with self._engine.begin() as database:
            await database.execute(mine.values(owner_id=owner.id, asked_at=int(self._clock())))

    async def for_delegates(self, asked_at: int, what: str) -> list[AccessRequest]:
        """Those that wait, of which whoever decides for their owner was not told this: asked by then, or at any time
        where that is for a while. Nobody decides what they asked for themselves."""
        is_told = select(told.c.key).where(
            told.c.key == requests.c.key, told.c.person_id == delegates.c.delegate_id, told.c.what == what
        )
        is_theirs = (
            (requests.c.person_id != delegates.c.delegate_id)
            & in_force(self._clock())
            & ((requests.c.asked_at <= asked_at) | delegates.c.until.is_not(None))
            & ~is_told.exists()
        )
        decides = requests.join(delegates, delegates.c.person_id == requests.c.owner_id)
        return await self._open(is_theirs, of=decides)

    async def _open(self, condition: ColumnElement[bool], of: FromClause = requests) -> list[AccessRequest]:
        is_open = requests.c.wish.in_(TO_DECIDE) & requests.c.decision.is_(None)
        query = select(requests).select_from(of).where(is_open, condition)
        async with self._engine.connect() as database:
            return [_request(row) for row in (await database.execute(query)).all()]

    async def at(self, key: str) -> AccessRequest | None:
        async with self._engine.connect() as database:
            row = (await database.execute(select(requests).where(requests.c.key == key))).first()
        return _request(row) if row else None

    async def of(self, share_key: str, person_id: str) -> dict[Wish, AccessRequest]:
        """What this person asked of this share."""
        asked = select(requests).where(requests.c.share_key == share_key, requests.c.person_id == person_id)
        async with self._engine.connect() as database:
            found = [_request(row) for row in (await database.execute(asked)).all()]
        return {each.wish: each for each in found}

    async def unmet(self, sharer: Person) -> list[AccessRequest]:
        """Of what this person shared: what somebody does not need and could not be freed of."""
        mine = select(ends.c.key).where(ends.c.tenant_id == sharer.tenant_id, ends.c.person_id == sharer.id)
        left = select(requests).where(
            requests.c.share_key.in_(mine), requests.c.wish == Wish.NOTHING.value, requests.c.decision.is_(None)
        )
        async with self._engine.connect() as database:
            return [_request(row) for row in (await database.execute(left)).all()]

    async def decide(self, request: AccessRequest, decision: Decision, by: Delegation | None = None) -> Decision | None:
        """The decision that stands: the first one. None where it was `by` a delegate who is none any more."""
        async with self._engine.begin() as database:
            await self._decided(database, request, decision, by)
            return await _decision(database, request)

    async def allow(self, request: AccessRequest, plan: SharePlan, by: Delegation | None = None) -> Decision | None:
        """The same; if it is this one, the plan waits under the key of the request."""
        async with self._engine.begin() as database:
            if await self._decided(database, request, Decision.ALLOWED, by):
                await decided(database, self._clock(), request.key, plan, request.runs)
            return await _decision(database, request)

    async def reopen(self, key: str, run: str) -> None:
        """It was allowed, and nothing came of that: it is to be decided anew.

        Of a later try, which was pressed again, the plan waits as it is: the first one may have done something.
        """
        async with self._engine.begin() as database:
            of_run = (requests.c.key == key) & (requests.c.runs == int(run.rpartition(".")[2]))
            is_first = (await database.execute(select(requests.c.key).where(of_run))).first() is not None
            if is_first and await undecided(database, key):
                await database.execute(
                    update(requests)
                    .where(requests.c.key == key)
                    .values(decision=None, decided_at=None, decided_by=None, name=None, runs=requests.c.runs + 1)
                )

    async def put_off(self, request: AccessRequest) -> None:
        """Nothing came of this try; the next one is new work."""
        async with self._engine.begin() as database:
            await database.execute(
                update(requests)
                .where(requests.c.key == request.key, requests.c.decision.is_(None), requests.c.runs == request.runs)
                .values(runs=request.runs + 1)
            )

    async def returned(self, request: AccessRequest, returned: Returned) -> None:
        """What was theirs is not any more, and so says the receipt of the share; after the last one it is over."""
        while not await self._returned(request, returned):
            pass  # somebody else gave theirs back at the same moment

    async def _returned(self, request: AccessRequest, returned: Returned) -> bool:
        share = request.share_key
        async with self._engine.begin() as database:
            before = (await database.execute(select(ends.c.receipt).where(ends.c.key == share))).scalar_one()
            outcome = Outcome.TAKEN if request.wish is Wish.LEFT else Outcome.RETURNED
            receipt = json.loads(before, ShareReceipt).without(request.person_id, outcome)
            after, now = json.dumps(receipt), int(self._clock())
            unchanged = update(ends).where(ends.c.key == share, ends.c.receipt == before).values(receipt=after)
            if (await database.execute(unchanged.returning(ends.c.key))).first() is None:
                return False
            await database.execute(update(plans).where(plans.c.key == share).values(receipt=after))
            if not receipt.granted():
                ended = json.dumps(EndReceipt(receipt, (returned,)))
                await database.execute(
                    update(ends)
                    .where(ends.c.key == share, ends.c.ended_at.is_(None))
                    .values(due_at=None, ended_at=now, ended=ended)
                )
            role = returned.now.value if returned.now else None
            await self._decided(database, request, Decision.OVER, None, ending=returned.ending.value, now=role)
            await record.add(database, now, [record.returned(share, receipt.plan, returned)])
        return True

    async def _decided(
        self,
        database: AsyncConnection,
        request: AccessRequest,
        decision: Decision,
        by: Delegation | None,
        **values: str | None,
    ) -> bool:
        now = self._clock()
        is_open = (requests.c.key == request.key) & requests.c.decision.is_(None)
        if by:
            stands = select(delegates.c.key).where(delegates.c.key == by.key, in_force(now))
            is_open = is_open & stands.exists()
            values |= {"decided_by": by.delegate.id, "name": by.delegate.name}
        first = await database.execute(
            update(requests)
            .where(is_open)
            .values(decision=decision.value, decided_at=int(now), **values)
            .returning(requests.c.key)
        )
        if first.first() is None:
            return False
        if by:
            await record.add(database, now, [_entry(request, decision, by)])
        return True


async def _decision(database: AsyncConnection, request: AccessRequest) -> Decision | None:
    decision = await database.scalar(select(requests.c.decision).where(requests.c.key == request.key))
    return Decision(decision) if decision else None


def _entry(request: AccessRequest, decision: Decision, by: Delegation) -> Entry:
    """Who decided, and for whom."""
    delegate = by.delegate
    return Entry(
        What.DECIDED,
        delegate.tenant_id,
        delegate.id,
        act=decision.value,
        share=request.key,
        recipient=by.asker.id,
        once=f"{request.run}.decided",
    )


def _request(row: Row[Any]) -> AccessRequest:
    return AccessRequest(
        row.key,
        row.share_key,
        row.person_id,
        Wish(row.wish),
        row.reason,
        Decision(row.decision) if row.decision else None,
        Ending(row.ending) if row.ending else None,
        Role(row.now) if row.now else None,
        row.runs,
        (row.decided_by or "", row.name or ""),
    )
