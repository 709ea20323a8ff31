"""Invites that were sent, or are about to be: written and committed before Graph is asked, so none is sent twice.

A row is there for one right of one recipient: whoever finds it without an answer looks at Graph and sends nothing. It
stays while the right does, for it knows what was there before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ledger.bodies import json
from bot.ledger.tables import attempts, ends, insert_for, plans
from bot.ledger.told import mark
from bot.sharing import EndReceipt, Outcome, Person, Recipient, Role, SharePlan, ShareReceipt, Telling

# Of what somebody has; whoever looks for more knows its name.
AT_ONCE = 200
RIGHT = ("tenant_id", "item", "recipient", "role")


@dataclass(frozen=True)
class Answer:
    """What Graph said yes with: its name of the right ("" if none), why no mail went out, and whose right it is.

    `reference` is its name of the request. `was_lost`: it said nothing, and the reading afterwards showed the right.
    """

    permission_id: str
    problem: str = ""
    person_id: str = ""
    name: str = ""
    reference: str = ""
    was_lost: bool = False


@dataclass(frozen=True)
class Formerly:
    """A share that had given it, and when that ended, in seconds since 1970."""

    share: str
    ends_at: int


@dataclass(frozen=True)
class Attempt:
    """`before` is the recipient's own right before it; `answer` None: nobody knows yet what came of it.

    `formerly` are the shares that it was of before this one gave it longer, the last one last. `ends_at` is when its
    share ends, in seconds since 1970, where that was asked for.
    """

    recipient: str
    plan_key: str
    role: Role
    before: Role | None
    answer: Answer | None
    formerly: tuple[Formerly, ...] = ()
    ends_at: int | None = None

    @property
    def names(self) -> set[str]:
        """What the recipient was called, and the id that Graph told since."""
        return {self.recipient, self.answer.person_id if self.answer else ""} - {""}


class Attempts:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)

    async def at(self, key: str, plan: SharePlan, recipients: list[str]) -> dict[str, Attempt]:
        """Those of this plan, and those of whatever plan that give these recipients its role on its item."""
        mine = attempts.c.plan_key == key
        async with self._engine.connect() as database:
            rows = (await database.execute(select(attempts).where(or_(mine, _named(plan, recipients))))).all()
        return {row.recipient: _attempt(row) for row in rows}

    async def take(
        self,
        key: str,
        plan: SharePlan,
        before: Mapping[str, Role | None],
        seen: Mapping[str, Attempt],
        mailed: Collection[str] = (),
    ) -> set[str]:
        """Those of the recipients (keys of `before`) that may be sent to now, by this plan and nobody else.

        `seen` are the rows there were before the permissions were read: one that has changed since is somebody else's.
        Whose ids are in `mailed` hear of it by the invite itself.
        """
        taken: set[str] = set()
        async with self._engine.begin() as database:
            if mailed:
                await database.execute(mark(self._insert, key, mailed, Telling.MAIL, int(self._clock())))
            for recipient, role in before.items():
                values = {
                    "tenant_id": plan.asker.tenant_id,
                    "item": plan.item.key,
                    "recipient": recipient,
                    "role": plan.role.value,
                    "plan_key": key,
                    "before": role.value if role else None,
                    "sent_at": int(self._clock()),
                    "answer": None,
                    "formerly": None,
                }
                there = seen.get(recipient)
                insert = self._insert(attempts).values(values)
                insert = (
                    insert.on_conflict_do_nothing()
                    if there is None
                    else insert.on_conflict_do_update(
                        index_elements=RIGHT,
                        set_=values,
                        where=and_(attempts.c.plan_key == there.plan_key, attempts.c.answer.is_not(None)),
                    )
                )
                if (await database.execute(insert.returning(attempts.c.recipient))).first() is None:
                    continue
                taken.add(recipient)
                if there and there.plan_key != key:
                    await self._gives_way(database, there, Outcome.TAKEN)
        return taken

    async def answered(self, key: str, answers: Mapping[str, Answer], before: Mapping[str, Role | None]) -> None:
        if not answers:
            return
        mine = (attempts.c.plan_key == key) & (attempts.c.recipient == bindparam("who"))
        had = {recipient: role.value if role else None for recipient, role in before.items()}
        rows = [{"who": each, "said": json.dumps(answer), "had": had[each]} for each, answer in answers.items()]
        changed = update(attempts).where(mine).values(answer=bindparam("said"), before=bindparam("had"))
        async with self._engine.begin() as database:
            await database.execute(changed, rows)

    async def give_up(self, key: str, recipients: list[str]) -> None:
        """Nothing came of these; the next one may send."""
        async with self._engine.begin() as database:
            await database.execute(
                delete(attempts).where(attempts.c.plan_key == key, attempts.c.recipient.in_(recipients))
            )

    async def of(self, key: str) -> list[Attempt]:
        """Those of one plan."""
        async with self._engine.connect() as database:
            rows = (await database.execute(select(attempts).where(attempts.c.plan_key == key))).all()
        return [_attempt(row) for row in rows]

    async def on(self, plan: SharePlan) -> list[Attempt]:
        return await self.on_item(plan.asker.tenant_id, plan.item.key)

    async def on_item(self, tenant_id: str, item: str) -> list[Attempt]:
        """Those of all shares of an item that stand, with their ends."""
        query = select(attempts, ends.c.ends_at).join(ends, ends.c.key == attempts.c.plan_key)
        of_item = (attempts.c.tenant_id == tenant_id) & (attempts.c.item == item)
        async with self._engine.connect() as database:
            rows = await database.execute(query.where(of_item, ends.c.ended_at.is_(None)))
            return [replace(_attempt(row), ends_at=row.ends_at) for row in rows]

    async def held_by(self, person: Person) -> list[str]:
        """The keys of the newest shares that give this person what they have, newest first."""
        theirs = (attempts.c.tenant_id == person.tenant_id) & (attempts.c.recipient == person.id)
        query = select(ends.c.key).join(attempts, ends.c.key == attempts.c.plan_key)
        async with self._engine.connect() as database:
            rows = await database.scalars(
                query.where(theirs, ends.c.ended_at.is_(None))
                .order_by(ends.c.done_at.desc(), ends.c.key)
                .limit(AT_ONCE)
            )
            return list(dict.fromkeys(rows))

    async def keep(self, key: str, plan: SharePlan, names: Collection[str]) -> bool:
        """Makes a right that was given for a time this plan's; of a higher one, what it falls back to."""
        if any(each.names & set(names) for each in await self.of(key)):
            # A run before this one got so far.
            return True
        mine = [each for each in await self.on(plan) if each.names & set(names)]
        same = next((each for each in mine if each.role is plan.role), None)
        above = next((each for each in mine if each.role is not plan.role), None)
        async with self._engine.begin() as database:
            if same:
                there = _of(plan) & (attempts.c.recipient == same.recipient) & (attempts.c.role == plan.role.value)
                # Without an end it is not given any longer.
                was = (*same.formerly, Formerly(same.plan_key, same.ends_at or 0))
                body = json.dumps(was, unstructure_as=tuple[Formerly, ...])
                await database.execute(update(attempts).where(there).values(plan_key=key, formerly=body))
                await self._gives_way(database, same, Outcome.MOVED)
            elif above:
                row = {
                    "tenant_id": plan.asker.tenant_id,
                    "item": plan.item.key,
                    "recipient": above.recipient,
                    "role": plan.role.value,
                    "plan_key": key,
                    "before": above.before.value if above.before else None,
                    "sent_at": int(self._clock()),
                    "answer": json.dumps(Answer("", was_lost=True)),
                    "formerly": None,
                }
                await database.execute(
                    self._insert(attempts).values(row).on_conflict_do_update(index_elements=RIGHT, set_=row)
                )
                there = _of(plan) & (attempts.c.recipient == above.recipient) & (attempts.c.role == above.role.value)
                await database.execute(update(attempts).where(there).values(before=plan.role.value))
        return bool(same or above)

    async def holder(self, plan: SharePlan, names: Collection[str]) -> str | None:
        """The key of the share by which somebody has by now what this plan gave them."""
        there = _of(plan) & (attempts.c.role == plan.role.value)
        async with self._engine.connect() as database:
            rows = (await database.execute(select(attempts).where(there))).all()
        return next((each.plan_key for each in map(_attempt, rows) if each.names & set(names)), None)

    async def _gives_way(self, database: AsyncConnection, attempt: Attempt, outcome: Outcome) -> None:
        """A share of which one person's right is another's from now on says so; after the last one it is over."""
        row = (await database.execute(select(ends).where(ends.c.key == attempt.plan_key))).first()
        if row is None or row.ended_at is not None:
            return
        before = json.loads(row.receipt, ShareReceipt)
        theirs = [each for each in before.given() if named(each.recipient) & attempt.names]
        grants = tuple(replace(each, outcome=outcome) if each in theirs else each for each in before.grants)
        receipt = replace(before, grants=grants)
        is_over = not receipt.given()
        if is_over and outcome is Outcome.TAKEN:
            # Nobody took it back through us: it is over as one whose end finds nothing.
            receipt = before
        values: dict[str, Any] = {"receipt": json.dumps(receipt)}
        if is_over:
            ended = json.dumps(EndReceipt(receipt, ()))
            values |= {"due_at": None, "ended_at": int(self._clock()), "ended": ended, "runs": row.runs + 1}
        await database.execute(update(ends).where(ends.c.key == attempt.plan_key).values(values))
        await database.execute(update(plans).where(plans.c.key == attempt.plan_key).values(receipt=values["receipt"]))

    async def let_go(self, plan: SharePlan, attempt: Attempt) -> Role | None:
        """Takes one out that has come to its end. What was given on top of it falls back to what was before it.

        The role of that one, if there is one.
        """
        role = attempt.before.value if attempt.before else None
        async with self._engine.begin() as database:
            await database.execute(
                delete(attempts).where(_named(plan, [attempt.recipient]), attempts.c.plan_key == attempt.plan_key)
            )
            on_top = attempts.c.before == attempt.role.value
            rows = await database.execute(select(attempts).where(_of(plan), on_top, attempts.c.answer.is_not(None)))
            above = next((each for each in map(_attempt, rows) if each.names & attempt.names), None)
            if above:
                there = _of(plan) & (attempts.c.recipient == above.recipient) & (attempts.c.role == above.role.value)
                await database.execute(update(attempts).where(there).values(before=role))
        return above.role if above else None


def named(person: Recipient) -> set[str]:
    """All that rows of ours may call them."""
    return {person.id or "", person.email, person.email.casefold(), person.name if not person.email else ""} - {""}


def _of(plan: SharePlan) -> ColumnElement[bool]:
    return (attempts.c.tenant_id == plan.asker.tenant_id) & (attempts.c.item == plan.item.key)


def _named(plan: SharePlan, recipients: list[str]) -> ColumnElement[bool]:
    return and_(_of(plan), attempts.c.recipient.in_(recipients), attempts.c.role == plan.role.value)


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(
        row.recipient,
        row.plan_key,
        Role(row.role),
        Role(row.before) if row.before else None,
        json.loads(row.answer, Answer) if row.answer else None,
        json.loads(row.formerly or "[]", tuple[Formerly, ...]),
    )
