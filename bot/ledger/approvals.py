"""What a second person has to approve: by each rule that wants it one answer, the first one, while there is time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import TooLate
from bot.ledger import record
from bot.ledger.record import Entry, What
from bot.ledger.tables import approvals, insert_for, plans
from bot.sharing import Decision, Person, Ruling, SharePlan

# What was decided is told as long as the receipts are.
KEEP_FOR = 90 * 24 * 60 * 60
# So that it is there when they answer, when nobody does, and when what was approved has to be tried again.
KEEP_PLAN_FOR = 7 * 24 * 60 * 60
HOUR = 60 * 60


@dataclass(frozen=True)
class Approval:
    """What one rule wants of a plan. `approvers` are their ids and names; the sharer is none of them.

    `due_at` is when nothing will happen any more, in seconds since 1970. `reason` is sealed. `locale` and `zone` are
    the sharer's.
    """

    key: str
    rule: str
    because: str
    approvers: tuple[tuple[str, str], ...]
    due_at: int
    locale: str
    zone: str
    decision: Decision | None = None
    decided_by: str = ""
    name: str = ""
    reason: bytes | None = field(default=None, repr=False)

    def is_for(self, person_id: str) -> bool:
        return any(each == person_id for each, _name in self.approvers)


def still_asked(stand: Iterable[Approval]) -> tuple[tuple[str, ...], ...]:
    """The names of those who may still answer: of each rule that waits, one of its own."""
    waits = (each for each in stand if each.decision is None)
    return tuple(dict.fromkeys(tuple(name for _id, name in each.approvers) for each in waits))


def decision_of(stand: Iterable[Approval]) -> Decision | None:
    """Of the whole: one no is enough, and each has to say yes. None while somebody is still to answer."""
    said = {each.decision for each in stand}
    for one in (Decision.DECLINED, Decision.OVER):
        if one in said:
            return one
    return None if None in said else Decision.ALLOWED


def decided_by(stand: Sequence[Approval]) -> tuple[str, str]:
    """Whose answer decided, by id and name; "" for nobody's."""
    said = [each for each in stand if each.decision is decision_of(stand) and each.decided_by]
    return (said[-1].decided_by, said[-1].name) if said else ("", "")


class Approvals:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)

    async def ask(
        self,
        key: str,
        shares: Mapping[str, SharePlan],
        wanted: Sequence[tuple[Ruling, Sequence[tuple[str, str]]]],
        locale: str,
        zone: str,
    ) -> None:
        """Keeps what is asked of whom, and the plans as long. Asked again, it is the same. Raises TooLate."""
        now = int(self._clock())
        rows: list[dict[str, Any]] = [
            {
                "key": key,
                "rule": ruling.rule,
                "because": ruling.because or None,
                "approvers": json.dumps(approvers),
                "asked_at": now,
                "due_at": now + ruling.hours * HOUR,
                "locale": locale,
                "timezone": zone,
            }
            for ruling, approvers in wanted
        ]
        until = now + max(ruling.hours for ruling, _approvers in wanted) * HOUR + KEEP_PLAN_FOR
        entries = [each for ruling, _approvers in wanted for each in _entries(shares, None, "ask", ruling.rule)]
        async with self._engine.begin() as database:
            # What is typed from now on is no answer to it any more.
            kept = update(plans).where(_waits(key)).values(expires_at=until, chat=None)
            if key not in (await database.execute(kept.returning(plans.c.key))).scalars().all():
                raise TooLate
            await database.execute(self._insert(approvals).values(rows).on_conflict_do_nothing())
            await record.add(database, now, entries)

    async def of(self, key: str) -> list[Approval]:
        query = select(approvals).where(approvals.c.key == key).order_by(approvals.c.rule)
        async with self._engine.connect() as database:
            return [_approval(row) for row in (await database.execute(query)).all()]

    async def open_of(self, sharer: Person) -> list[str]:
        """Keys of what this one wants to share and somebody is still to approve."""
        theirs = (plans.c.tenant_id == sharer.tenant_id) & (plans.c.person_id == sharer.id)
        query = select(approvals.c.key).join(plans, plans.c.key == approvals.c.key).where(theirs)
        async with self._engine.connect() as database:
            return list((await database.execute(query.where(approvals.c.decision.is_(None)).distinct())).scalars())

    async def open_for(self, approver: Person) -> list[str]:
        """Keys of what this one may be asked to approve, that whose time is over first."""
        is_open = approvals.c.decision.is_(None) & (approvals.c.due_at > int(self._clock()))
        may = approvals.c.approvers.contains(json.dumps(approver.id), autoescape=True)
        query = select(approvals.c.key).where(is_open, may).group_by(approvals.c.key)
        async with self._engine.connect() as database:
            return list((await database.execute(query.order_by(func.min(approvals.c.due_at)))).scalars())

    async def approved(self, key: str) -> frozenset[str]:
        """The rules whose second person has said yes."""
        return frozenset(each.rule for each in await self.of(key) if each.decision is Decision.ALLOWED)

    async def decide(
        self, key: str, shares: Mapping[str, SharePlan], person: Person, decision: Decision, reason: bytes | None
    ) -> list[Approval]:
        """How they stand after this answer, which counts where it is the first one and in time.

        A no is one for the whole. What the sharer has withdrawn is over, whatever anybody says.
        """
        now = int(self._clock())
        async with self._engine.begin() as database:
            is_there = await database.scalar(
                # Two answers at once see each other.
                select(plans.c.key)
                .where(plans.c.key == key, plans.c.claimed_at.is_(None) | plans.c.run.is_not(None))
                .with_for_update()
            )
            given = decision if is_there else Decision.OVER
            before = [_approval(row) for row in (await database.execute(_open(key, now))).all()]
            mine = [each for each in before if each.is_for(person.id)]
            if any(each.decision is Decision.DECLINED for each in await _all(database, key)):
                mine = []
            for each in mine if given is not Decision.OVER else before:
                answer = update(approvals).where(
                    approvals.c.key == key, approvals.c.rule == each.rule, approvals.c.decision.is_(None)
                )
                said = {"decided_by": person.id, "name": person.name, "reason": reason} if given is decision else {}
                done = await database.execute(
                    answer.values(decision=given.value, decided_at=now, **said).returning(approvals.c.rule)
                )
                if done.first():
                    await record.add(database, now, _entries(shares, person.id, given.value, each.rule))
            if mine and given is Decision.DECLINED:
                await _close(database, key, now)
            return await _all(database, key)

    async def due(self) -> list[str]:
        """Keys of plans that nobody has approved in time."""
        late = approvals.c.decision.is_(None) & (approvals.c.due_at <= int(self._clock()))
        async with self._engine.connect() as database:
            return list((await database.execute(select(approvals.c.key).where(late).distinct())).scalars().all())

    async def next_due(self) -> int | None:
        query = select(func.min(approvals.c.due_at)).where(approvals.c.decision.is_(None))
        async with self._engine.connect() as database:
            return await database.scalar(query)

    async def lapse(self, key: str, shares: Mapping[str, SharePlan]) -> list[Approval]:
        """How they stand: what was not answered in time is over, and the plan with it."""
        now = int(self._clock())
        late = (approvals.c.key == key) & approvals.c.decision.is_(None) & (approvals.c.due_at <= now)
        async with self._engine.begin() as database:
            over = update(approvals).where(late).values(decision=Decision.OVER.value, decided_at=now)
            rules = (await database.execute(over.returning(approvals.c.rule))).scalars().all()
            if rules:
                await _close(database, key, now)
                left = (approvals.c.key == key) & approvals.c.decision.is_(None)
                await database.execute(update(approvals).where(left).values(decision=Decision.OVER.value))
            over_now = [each for rule in rules for each in _entries(shares, None, Decision.OVER.value, rule)]
            await record.add(database, now, over_now)
            return await _all(database, key)

    async def withdraw(self, key: str, shares: Mapping[str, SharePlan]) -> bool:
        """The sharer wants it no more, also where nobody was asked yet. Whether anybody was still to answer."""
        now = int(self._clock())
        left = (approvals.c.key == key) & approvals.c.decision.is_(None)
        async with self._engine.begin() as database:
            over = update(approvals).where(left).values(decision=Decision.OVER.value, decided_at=now)
            rules = (await database.execute(over.returning(approvals.c.rule))).scalars().all()
            if rules or not await _all(database, key):
                await _close(database, key, now)
            withdrawn = [each for rule in rules for each in _entries(shares, None, "withdraw", rule)]
            await record.add(database, now, withdrawn)
        return bool(rules)

    async def forget(self, key: str) -> None:
        """The plan is there no more."""
        async with self._engine.begin() as database:
            await database.execute(delete(approvals).where(approvals.c.key == key))

    async def tidy(self) -> None:
        now = int(self._clock())
        old = now - KEEP_FOR
        gone = select(approvals.c.key).where(approvals.c.due_at < old)
        # Nothing else forgets what was behind one card.
        unused = plans.c.receipt.is_(None) & (plans.c.key.in_(gone) | plans.c.many.in_(gone))
        async with self._engine.begin() as database:
            await database.execute(delete(plans).where(unused, plans.c.expires_at < now))
            await database.execute(delete(approvals).where(approvals.c.due_at < old))


def _waits(key: str):
    """The plan, or all that are approved in one go, as long as nothing came of them."""
    return ((plans.c.key == key) | (plans.c.many == key)) & plans.c.claimed_at.is_(None)


async def _close(database: AsyncConnection, key: str, now: int) -> None:
    """The plan cannot be pressed any more."""
    await database.execute(update(plans).where(_waits(key)).values(claimed_at=now))


def _open(key: str, now: int):
    return select(approvals).where(approvals.c.key == key, approvals.c.decision.is_(None), approvals.c.due_at > now)


async def _all(database: AsyncConnection, key: str) -> list[Approval]:
    query = select(approvals).where(approvals.c.key == key).order_by(approvals.c.rule)
    return [_approval(row) for row in (await database.execute(query)).all()]


def _entries(shares: Mapping[str, SharePlan], person_id: str | None, act: str, rule: str) -> list[Entry]:
    """One for each share that the rule is about; without a person, it was the sharer, or nobody."""
    return [
        Entry(
            What.APPROVAL,
            plan.asker.tenant_id,
            person_id or plan.asker.id,
            act=act,
            share=key,
            item=plan.item.key,
            rule=rule,
            once=f"{key}.{act}.{rule}",
        )
        for key, plan in shares.items()
        if any(each.rule == rule for each in plan.approvals)
    ]


def _approval(row: Row[Any]) -> Approval:
    return Approval(
        row.key,
        row.rule,
        row.because or "",
        tuple((person_id, name) for person_id, name in json.loads(row.approvers)),
        row.due_at,
        row.locale,
        row.timezone,
        Decision(row.decision) if row.decision else None,
        row.decided_by or "",
        row.name or "",
        row.reason,
    )
