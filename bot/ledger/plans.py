"""Plans and questions waiting for a click: good once, for their asker, for a while."""

from __future__ import annotations

import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.changes import ChangePlan
from bot.errors import NotUnderstood, NotYours, SharebotError, TooLate, Unsure
from bot.ledger import record
from bot.ledger.bodies import json
from bot.ledger.tables import plans
from bot.ledger.told import Told
from bot.many import ManyPlan, Missing, by_approvers
from bot.sharing import (
    AccessWanted,
    Delegation,
    Draft,
    Person,
    ShareableItem,
    ShareList,
    SharePlan,
    ShareReceipt,
    Suggestion,
    UnclearRequest,
    Waiting,
)
from bot.texts import _, later

KEEP_FOR = 24 * 60 * 60  # somebody asks in the evening and clicks in the morning
USED = later("This was pressed already. If the card does not change, please ask me again.")
Pending = Waiting | ChangePlan | ManyPlan | ShareList | AccessWanted | Delegation | Suggestion
KINDS: dict[str, type[Pending]] = {
    "plan": SharePlan,
    "question": UnclearRequest,
    "draft": Draft,
    "change": ChangePlan,
    "many": ManyPlan,
    "list": ShareList,
    "wanted": AccessWanted,
    "delegation": Delegation,
    "suggestion": Suggestion,
}
# What is typed after that is no answer to the card any more, but a sentence of its own.
ANSWERED_WITHIN = 15 * 60


class PendingPlans:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float], told: Told) -> None:
        self._engine = engine
        self._clock = clock
        self._told = told

    async def put(self, what: Pending, chat: str = "", before: str = "") -> str:
        """The key for the card: nothing can be learned or made from it.

        In a `chat` of two, what is typed next may answer it, and nothing older. `before` is the key of what it takes
        the place of, once and in one go. Raises TooLate.
        """
        key = _new_key()
        async with self._engine.begin() as database:
            await self._put(database, key, what, chat, before)
        return key

    async def put_many(
        self, parts: Sequence[SharePlan | ChangePlan], missing: Sequence[Missing], chat: str = "", before: str = ""
    ) -> tuple[str, ManyPlan]:
        """Several of one asker behind one card, each under a key of its own. Raises TooLate.

        What waits for a second person has a key for all that the same people are asked.
        """
        key, (at_once, waiting) = _new_key(), by_approvers(parts)
        there = {_new_key(): part for part in at_once}
        groups = {_new_key(): {_new_key(): part for part in group} for group in waiting}
        what = ManyPlan(parts[0].asker, tuple(there), tuple(missing), tuple(groups))
        async with self._engine.begin() as database:
            await self._put(database, key, what, chat, before)
            for part_key, part in there.items():
                await self._insert(database, part_key, part, many=key)
            for group, group_parts in groups.items():
                await self._insert(database, group, ManyPlan(what.asker, tuple(group_parts)), many=key)
                for part_key, part in group_parts.items():
                    await self._insert(database, part_key, part, many=group)
        return key, what

    async def _put(self, database: AsyncConnection, key: str, what: Pending, chat: str, before: str) -> None:
        now = int(self._clock())
        if before:
            await self._take(database, before)
        # One of several that was begun tells what came of it from elsewhere.
        is_begun = plans.c.many.is_not(None) & plans.c.claimed_at.is_not(None)
        await database.execute(delete(plans).where(plans.c.expires_at < now, plans.c.receipt.is_(None), ~is_begun))
        if chat:
            await database.execute(update(plans).where(_of(what.asker), plans.c.chat == chat).values(chat=None))
        await self._insert(database, key, what, chat=chat or None)

    async def _insert(self, database: AsyncConnection, key: str, what: Pending, **more: str | None) -> None:
        kind, now = next(name for name, cls in KINDS.items() if isinstance(what, cls)), int(self._clock())
        await database.execute(insert(plans).values(**_values(key, what, now), kind=kind, **more))
        if isinstance(what, SharePlan):
            await record.add(database, now, record.planned(key, what))
        elif isinstance(what, ChangePlan):
            await record.add(database, now, record.change_planned(key, what))

    @asynccontextmanager
    async def claim(self, key: str, person: Person) -> AsyncGenerator[Pending]:
        """What waits under this key, for this person, once. It is put back if the block fails with nothing done.

        Raises NotYours, TooLate. After Unsure it stays taken: something may have been done.
        """
        what = await self.at(key, person)
        async with self._engine.begin() as database:
            await self._take(database, key)
        try:
            yield what
        except SharebotError as error:
            if not isinstance(error, Unsure):
                await self._put_back(key)
            raise

    async def run(self, key: str, person: Person) -> str:
        """The name of the work that carries a plan out: the same for every press, until nothing came of it.

        Raises NotYours, TooLate, NotUnderstood for what is no plan.
        """
        row = await self._row(key)
        _check(row, person)
        return self._run(row)

    async def pressed(self, key: str, person: Person) -> ShareReceipt | str:
        """The receipt, if there is one, else the run. Raises what these raise."""
        row = await self._row(key)
        _check(row, person)
        return await self._accounted(key, row.receipt) or self._run(row)

    async def begin(self, key: str, run: str) -> SharePlan:
        """The plan, for this work and no other; as often as it asks. Raises TooLate."""
        mine = plans.c.claimed_at.is_(None) & (plans.c.runs == int(run.rpartition(".")[2])) | (plans.c.run == run)
        async with self._engine.connect() as database:
            taken = await database.execute(
                update(plans)
                .where(plans.c.key == key, mine)
                .values(claimed_at=int(self._clock()), run=run)
                .returning(plans.c.body)
            )
            row = taken.first()
            await database.commit()
        if row is None:
            raise TooLate(_(USED))
        return json.loads(row.body, SharePlan)

    async def put_back(self, key: str, run: str, error: SharebotError | None = None) -> None:
        """Nothing came of this work: the plan can be pressed again, and is new work then."""
        async with self._engine.begin() as database:
            back = await database.execute(
                update(plans)
                .where(plans.c.key == key, plans.c.run == run)
                .values(claimed_at=None, run=None, runs=plans.c.runs + 1)
                .returning(plans.c.body)
            )
            if body := back.scalar():
                trouble = record.trouble("share", key, json.loads(body, SharePlan), error)
                await record.add(database, self._clock(), [trouble])

    async def plan(self, key: str) -> SharePlan | None:
        async with self._engine.connect() as database:
            body = await database.scalar(select(plans.c.body).where(plans.c.key == key, plans.c.kind == "plan"))
        return json.loads(body, SharePlan) if body else None

    async def together(self, key: str) -> dict[str, SharePlan]:
        """By their keys: the plan of this one, or those that are behind it. Empty where it is forgotten."""
        query = select(plans.c.key, plans.c.kind, plans.c.body).where((plans.c.key == key) | (plans.c.many == key))
        async with self._engine.connect() as database:
            rows = {row.key: row for row in (await database.execute(query)).all()}
        one = rows.get(key)
        keys = () if one is None else json.loads(one.body, ManyPlan).keys if one.kind == "many" else (key,)
        there = (rows[each] for each in keys if each in rows)
        return {row.key: json.loads(row.body, SharePlan) for row in there if row.kind == "plan"}

    async def done(self, key: str) -> ShareReceipt | None:
        async with self._engine.connect() as database:
            text = await database.scalar(select(plans.c.receipt).where(plans.c.key == key))
        return await self._accounted(key, text)

    async def receipt(self, key: str, person: Person) -> ShareReceipt | None:
        """What came of a plan that was carried out: the same click, delivered again, gets the same answer.

        Raises NotYours, TooLate.
        """
        row = await self._row(key)
        _check(row, person)
        return await self._accounted(key, row.receipt)

    async def at(self, key: str, person: Person) -> Pending:
        """What waits under this key, for this person. Raises NotYours, TooLate."""
        row = await self._row(key)
        _check(row, person)
        if row.expires_at <= int(self._clock()):
            raise TooLate
        if row.claimed_at:
            raise TooLate(_(USED))
        return json.loads(row.body, KINDS[row.kind])

    async def waiting(self, key: str, person: Person) -> Pending | None:
        """What still waits under this key, without taking it. Raises NotYours, TooLate."""
        row = await self._row(key)
        _check(row, person)
        return None if row.claimed_at else json.loads(row.body, KINDS[row.kind])

    async def keep(self, key: str, what: Pending) -> None:
        """What waits under this key, as it is shown now."""
        async with self._engine.begin() as database:
            await database.execute(
                update(plans).where(plans.c.key == key, plans.c.claimed_at.is_(None)).values(body=json.dumps(what))
            )

    async def answered_by_buttons(self, person: Person, chat: str) -> None:
        """What is typed next in this chat is no answer to what was shown there: something else has been since."""
        async with self._engine.begin() as database:
            await database.execute(update(plans).where(_of(person), plans.c.chat == chat).values(chat=None))

    async def latest(self, person: Person, chat: str) -> tuple[str, Pending] | None:
        """What was shown to this person last in a chat of two, and its key, while it waits for an answer."""
        newest = select(plans.c.key, plans.c.kind, plans.c.body).where(
            _of(person),
            plans.c.chat == chat,
            plans.c.claimed_at.is_(None),
            plans.c.expires_at > int(self._clock()) + KEEP_FOR - ANSWERED_WITHIN,
        )
        async with self._engine.connect() as database:
            row = (await database.execute(newest)).first()
        return (row.key, json.loads(row.body, KINDS[row.kind])) if row else None

    async def spoken_of(self, person: Person) -> ShareableItem | None:
        """What the newest share of this person's is about, planned or done, as long as "it" may mean that."""
        now = int(self._clock())
        newest = (
            select(plans.c.body)
            .where(
                _of(person),
                plans.c.kind == "plan",
                # Of several at once, none is it.
                plans.c.many.is_(None),
                plans.c.expires_at > now + KEEP_FOR - ANSWERED_WITHIN,
                # Later than any plan: it waits for an approval, for days.
                plans.c.expires_at <= now + KEEP_FOR,
            )
            .order_by(plans.c.expires_at.desc())
            .limit(1)
        )
        async with self._engine.connect() as database:
            body = await database.scalar(newest)
        return json.loads(body, SharePlan).item if body else None

    async def _take(self, database: AsyncConnection, key: str) -> None:
        now = int(self._clock())
        taken = await database.execute(
            update(plans)
            .where(plans.c.key == key, plans.c.claimed_at.is_(None), plans.c.expires_at > now)
            .values(claimed_at=now)
            .returning(plans.c.key)
        )
        if taken.first() is None:
            raise TooLate(_(USED))

    async def _row(self, key: str) -> Row[Any]:
        async with self._engine.connect() as database:
            row = (await database.execute(select(plans).where(plans.c.key == key))).first()
        if row is None:
            raise TooLate
        return row

    def _run(self, row: Row[Any]) -> str:
        if row.claimed_at and not row.run:
            raise TooLate(_(USED))
        if not row.claimed_at and row.expires_at <= int(self._clock()):
            raise TooLate
        if KINDS[row.kind] is not SharePlan:
            raise NotUnderstood
        return row.run or f"{row.key}.{row.runs}"

    async def _accounted(self, key: str, receipt: str | None) -> ShareReceipt | None:
        return json.loads(receipt, ShareReceipt).accounted(await self._told.tellings(key)) if receipt else None

    async def _put_back(self, key: str) -> None:
        async with self._engine.begin() as database:
            await database.execute(update(plans).where(plans.c.key == key).values(claimed_at=None))


async def decided(database: AsyncConnection, now: float, key: str, plan: SharePlan, runs: int) -> None:
    """A plan that the sharer has decided on, before it could be shown: in a transaction that is under way."""
    await database.execute(insert(plans).values(**_values(key, plan, int(now)), kind="plan", runs=runs))


async def taken(database: AsyncConnection, now: float, key: str, person: Person, kind: str) -> Row[Any] | None:
    """What waits for a press, once; None where it was pressed or cancelled before, or waited for too long.

    In a transaction that is under way. Raises TooLate where there never was such a card, NotYours, NotUnderstood.
    """
    row = (await database.execute(select(plans).where(plans.c.key == key))).first()
    if row is None:
        raise TooLate
    _check(row, person)
    if row.kind != kind:
        raise NotUnderstood
    waits = (plans.c.key == key) & plans.c.claimed_at.is_(None) & (plans.c.expires_at > int(now))
    done = await database.execute(update(plans).where(waits).values(claimed_at=int(now)).returning(plans.c.key))
    return row if done.first() is not None else None


async def undecided(database: AsyncConnection, key: str) -> bool:
    """Whether nothing came of such a plan; then it is there no more."""
    unused = delete(plans).where(plans.c.key == key, plans.c.claimed_at.is_(None), plans.c.receipt.is_(None))
    return (await database.execute(unused.returning(plans.c.key))).first() is not None


def _new_key() -> str:
    return secrets.token_urlsafe(24)


def _values(key: str, what: Pending, now: int) -> dict[str, Any]:
    return {
        "key": key,
        "tenant_id": what.asker.tenant_id,
        "person_id": what.asker.id,
        "body": json.dumps(what),
        "expires_at": now + KEEP_FOR,
    }


def _of(person: Person) -> ColumnElement[bool]:
    return (plans.c.tenant_id == person.tenant_id) & (plans.c.person_id == person.id)


def _check(row: Row[Any], person: Person) -> None:
    if (row.tenant_id, row.person_id) != (person.tenant_id, person.id):
        raise NotYours
