"""Changes of access that were pressed: what was there before, what came of them, and what of our shares they touch.

What a change takes from a share is not ended again, and what is undone stands as it did, with its end.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.changes import Aim, Became, Changed, ChangePlan, ChangeReceipt
from bot.errors import NotYours, SharebotError, TooLate
from bot.ledger import record
from bot.ledger.attempts import Answer, named
from bot.ledger.bodies import json
from bot.ledger.ends import KEEP_FOR, MEANT, UNDONE_WITHIN, Stands, in_order, reminder, standing_again
from bot.ledger.plans import USED, taken
from bot.ledger.tables import attempts, changes, ends, insert_for, plans, told
from bot.ledger.told import SHARED
from bot.sharing import (
    Ending,
    EndReceipt,
    Expiry,
    Outcome,
    Person,
    Recipient,
    Returned,
    Role,
    ShareableItem,
    ShareReceipt,
    Telling,
)
from bot.texts import _

GIVEN = (Outcome.GRANTED, Outcome.UNSURE)


@dataclass(frozen=True)
class Standing:
    """What a share that stands gave to one recipient of an item. `names` are all that they may be called.

    `ends_at` is in seconds since 1970; `can_end`, whether its sharer may take it back.
    """

    share: str
    sharer: Person
    names: frozenset[str]
    role: Role
    ends_at: int | None
    can_end: bool


@dataclass(frozen=True)
class Before:
    """What one person could do by a right of their own, when the work began."""

    called: str
    role: Role | None


@dataclass(frozen=True)
class Pressed:
    """A change that somebody pressed, and how to speak to them. `runs` counts what was tried.

    `before` is None until the work has looked.
    """

    key: str
    plan: ChangePlan
    locale: str
    zone: str
    at: int
    runs: int
    before: tuple[Before, ...] | None
    receipt: ChangeReceipt | None
    undone: ChangeReceipt | None

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def run(self) -> str:
        return f"{self.key}.{'change' if self.receipt is None else 'restore'}.{self.runs}"


@dataclass(frozen=True)
class _Was:
    """A row of attempts as it was."""

    recipient: str
    role: Role
    plan_key: str
    before: Role | None
    sent_at: int
    answer: Answer | None
    formerly: str | None = None


@dataclass(frozen=True)
class _Ended:
    """`apart_from` is the share that it was a part of until then, "" if it is the same."""

    share: str
    ends_at: int | None
    apart_from: str = ""

    @property
    def keys(self) -> set[str]:
        return {self.share, self.apart_from} - {""}


@dataclass(frozen=True)
class _Touched:
    """What a change took from our shares, and the ends that it moved, as they were."""

    rows: tuple[_Was, ...] = ()
    ends: tuple[_Ended, ...] = ()


class Changes:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)

    async def standing(self, tenant_id: str, item: ShareableItem) -> list[Standing]:
        """What all shares of an item gave, whoever shared it, that stands."""
        query = select(attempts, ends.c.ends_at, ends.c.receipt).join(ends, ends.c.key == attempts.c.plan_key)
        async with self._engine.connect() as database:
            rows = (await database.execute(query.where(_on(tenant_id, item), ends.c.ended_at.is_(None)))).all()
        found: list[Standing] = []
        for row in rows:
            plan, answer = json.loads(row.receipt, ShareReceipt).plan, _answer(row)
            names = frozenset({row.recipient, answer.person_id if answer else ""} - {""})
            role = Role(row.role)
            found.append(Standing(row.plan_key, plan.asker, names, role, row.ends_at, plan.sees_all))
        return found

    async def press(self, key: str, person: Person, locale: str, zone: str) -> Pressed:
        """The change of this card, which is there from the first press on. Raises NotYours, TooLate, NotUnderstood."""
        if there := await self.at(key):
            return _theirs(there, person)
        now = int(self._clock())
        async with self._engine.begin() as database:
            if row := await taken(database, now, key, person, "change"):
                who = {"tenant_id": person.tenant_id, "person_id": person.id}
                at = in_order(person, now)
                row = {"key": key, **who, "plan": row.body, "locale": locale, "timezone": zone, "at": at}
                await database.execute(insert(changes).values(row))
        if there := await self.at(key):
            return there
        # It was cancelled, or waited for too long.
        raise TooLate(_(USED))

    async def at(self, key: str) -> Pressed | None:
        async with self._engine.connect() as database:
            row = (await database.execute(select(changes).where(changes.c.key == key))).first()
        return _pressed(row) if row else None

    async def of(self, key: str, person: Person) -> Pressed:
        """Raises NotYours, TooLate."""
        if there := await self.at(key):
            return _theirs(there, person)
        raise TooLate

    async def last(self, person: Person, said: str, *, since: int) -> Pressed | None:
        """The change that "undo" means, in the message of this id: the newest, if that is younger than `since`.

        Delivered again, it means the same, whatever was undone by then. Raises TooLate where the newest is undone.
        """
        name = f"meant.{hashlib.sha256(said.encode()).hexdigest()[:MEANT]}"
        whose = (changes.c.tenant_id == person.tenant_id) & (changes.c.person_id == person.id)
        meant = select(changes).join(told, told.c.key == changes.c.key).where(whose, told.c.what == name)
        young = changes.c.at >= max(since, int(self._clock()) - UNDONE_WITHIN)
        newest = select(changes).where(whose, changes.c.receipt.is_not(None), young).order_by(changes.c.at.desc())
        async with self._engine.begin() as database:
            if said and (before := (await database.execute(meant)).first()):
                return _pressed(before)
            row = (await database.execute(newest.limit(1))).first()
            found = _pressed(row) if row else None
            if found is None or not found.receipt or not found.receipt.restorable():
                return None
            if found.undone:
                raise TooLate
            if said:
                mark = {"key": found.key, "person_id": person.id, "what": name, "at": int(self._clock())}
                await database.execute(self._insert(told).values(**mark).on_conflict_do_nothing())
        return found

    async def begin(self, key: str, before: Sequence[Before]) -> tuple[Before, ...]:
        """What was there before the first request of whatever run; committed before it is sent."""
        async with self._engine.begin() as database:
            body = json.dumps(tuple(before), unstructure_as=tuple[Before, ...])
            first = update(changes).where(changes.c.key == key, changes.c.before.is_(None)).values(before=body)
            await database.execute(first)
            stands = await database.scalar(select(changes.c.before).where(changes.c.key == key))
        return json.loads(stands or "[]", tuple[Before, ...])

    async def keep(self, pressed: Pressed, receipt: ChangeReceipt) -> None:
        """What came of it, and what it means for our shares."""
        async with self._engine.begin() as database:
            mine = (changes.c.key == pressed.key) & changes.c.receipt.is_(None)
            done = update(changes).where(mine).values(receipt=json.dumps(receipt), runs=0)
            if (await database.execute(done.returning(changes.c.key))).first() is None:
                return
            if receipt.plan.aim is Aim.END:
                touched = await self._move(database, receipt)
            else:
                touched = await self._take(database, receipt)
            body = json.dumps(touched)
            await database.execute(update(changes).where(changes.c.key == pressed.key).values(touched=body))
            await record.add(database, self._clock(), record.changed(pressed.key, receipt))

    async def shares(self, key: str) -> frozenset[str]:
        """The keys of our shares that it touched."""
        async with self._engine.connect() as database:
            body = await database.scalar(select(changes.c.touched).where(changes.c.key == key))
        touched = json.loads(body or "{}", _Touched)
        return frozenset(
            {each.plan_key for each in touched.rows} | {name for each in touched.ends for name in each.keys}
        )

    async def apart_from(self, share: Stands) -> list[str]:
        """The keys of the shares that some of its people have of their own since, the newest first."""
        tenant_id = share.receipt.plan.asker.tenant_id
        moved = await self._with_end(share.key, changes.c.tenant_id == tenant_id)
        return [each.share for each in moved if each.apart_from == share.key]

    async def first(self, key: str) -> str:
        """The share that people were told of: where this one is apart from it since, the whole."""
        async with self._engine.connect() as database:
            is_first = await database.scalar(select(plans.c.key).where(plans.c.key == key))
        if is_first:
            return key
        whole = (each.apart_from for each in await self._with_end(key) if each.share == key and each.apart_from)
        before = next(whole, None)
        return await self.first(before) if before else key

    async def _with_end(self, share: str, *where: ColumnElement[bool]) -> list[_Ended]:
        """The ends that changes moved where this share is named, the newest first."""
        named_in = changes.c.touched.contains(share, autoescape=True)
        query = select(changes.c.touched).where(named_in, *where).order_by(changes.c.at.desc())
        async with self._engine.connect() as database:
            bodies = (await database.execute(query)).scalars().all()
        return [each for body in bodies for each in json.loads(body, _Touched).ends]

    async def restored(self, pressed: Pressed, receipt: ChangeReceipt) -> None:
        """It was undone; our shares stand as they did."""
        async with self._engine.begin() as database:
            mine = (changes.c.key == pressed.key) & changes.c.undone.is_(None)
            done = update(changes).where(mine).values(undone=json.dumps(receipt)).returning(changes.c.touched)
            row = (await database.execute(done)).first()
            if row is None:
                return
            touched = json.loads(row.touched or "{}", _Touched)
            back = {name for each in receipt.done() for name in named(each.recipient)}
            for each in touched.ends if back else ():
                await self._to(database, each.share, each.ends_at)
            for was in touched.rows:
                names = {was.recipient, was.answer.person_id if was.answer else ""} & back
                if names:
                    await self._stands_again(database, receipt.plan, was, names)
            await record.add(database, self._clock(), record.changed(pressed.key, receipt))

    async def put_off(self, pressed: Pressed, error: SharebotError | None = None) -> None:
        """Nothing came of this try; the next one is new work."""
        async with self._engine.begin() as database:
            same = (changes.c.key == pressed.key) & (changes.c.runs == pressed.runs)
            again = update(changes).where(same).values(runs=pressed.runs + 1).returning(changes.c.key)
            if (await database.execute(again)).first() is not None:
                trouble = record.change_trouble(pressed.key, pressed.plan, error)
                await record.add(database, self._clock(), [trouble])

    async def tidy(self) -> None:
        """Forgets what is over for long."""
        async with self._engine.begin() as database:
            await database.execute(delete(changes).where(changes.c.at < int(self._clock()) - KEEP_FOR))

    # What it means for our shares

    async def _take(self, database: AsyncConnection, receipt: ChangeReceipt) -> _Touched:
        """What was taken from people is no more of the shares that gave it."""
        plan, rows = receipt.plan, list[_Was]()
        for change in receipt.done():
            here = _on(plan.asker.tenant_id, plan.item)
            mine = [each async for each in _theirs_of(database, here, named(change.recipient))]
            for was in mine:
                if change.became is Became.LOWERED and was.role is not Role.WRITE:
                    continue
                there = here & (attempts.c.recipient == was.recipient) & (attempts.c.role == was.role.value)
                is_lowered = change.became is Became.LOWERED and was.before is None
                if is_lowered and all(each.role is not Role.READ for each in mine):
                    # What is left of it still ends when it was to.
                    await database.execute(update(attempts).where(there).values(role=Role.READ.value))
                    await self._say(database, was.plan_key, change, Outcome.GRANTED, Role.READ)
                else:
                    await database.execute(delete(attempts).where(there))
                    await self._say(database, was.plan_key, change, Outcome.TAKEN)
                rows.append(was)
        return _Touched(tuple(rows))

    async def _say(
        self, database: AsyncConnection, share: str, change: Changed, outcome: Outcome, role: Role | None = None
    ) -> None:
        """What one of its recipients has by now, in the receipt of a share; after the last one it is over."""
        person = change.recipient
        row = (await database.execute(select(ends).where(ends.c.key == share))).first()
        if row is None:
            return
        receipt = json.loads(row.receipt, ShareReceipt)
        grants = tuple(
            replace(each, outcome=outcome, role=role)
            if named(each.recipient) & named(person) and each.outcome in (*GIVEN, Outcome.TAKEN)
            else each
            for each in receipt.grants
        )
        receipt = replace(receipt, grants=grants)
        values: dict[str, Any] = {"receipt": json.dumps(receipt)}
        is_over = not receipt.given()
        if is_over and row.ended_at is None:
            ending = Ending.ENDED if change.became is Became.REMOVED else Ending.LOWERED
            ended = json.dumps(EndReceipt(receipt, (Returned(person, ending, change.now),)))
            values |= {"due_at": None, "ended_at": int(self._clock()), "ended": ended, "runs": row.runs + 1}
        elif not is_over and row.ended_at is not None:
            values |= standing_again(row, int(self._clock()))
        await database.execute(update(ends).where(ends.c.key == share).values(values))
        await database.execute(update(plans).where(plans.c.key == share).values(receipt=values["receipt"]))

    async def _stands_again(
        self, database: AsyncConnection, plan: ChangePlan, was: _Was, names: Collection[str]
    ) -> None:
        row = (await database.execute(select(ends.c.receipt).where(ends.c.key == was.plan_key))).first()
        if row is None:
            return
        here = _on(plan.asker.tenant_id, plan.item) & (attempts.c.recipient == was.recipient)
        lowered = here & (attempts.c.plan_key == was.plan_key)
        await database.execute(delete(attempts).where(lowered))
        values = {
            "tenant_id": plan.asker.tenant_id,
            "item": plan.item.key,
            "recipient": was.recipient,
            "role": was.role.value,
            "plan_key": was.plan_key,
            "before": was.before.value if was.before else None,
            "sent_at": was.sent_at,
            "answer": json.dumps(was.answer) if was.answer else None,
            "formerly": was.formerly,
        }
        await database.execute(self._insert(attempts).values(values).on_conflict_do_nothing())
        grants = json.loads(row.receipt, ShareReceipt).grants
        person = next((each.recipient for each in grants if named(each.recipient) & set(names)), None)
        if person:
            await self._say(database, was.plan_key, Changed(person, Became.RESTORED, was.role), Outcome.GRANTED)

    async def _move(self, database: AsyncConnection, receipt: ChangeReceipt) -> _Touched:
        """Whose end is moved while others' is not has a share of their own from then on."""
        moved: list[_Ended] = []
        changed = {each.recipient for each in receipt.done()}
        by_share: dict[str, list[Recipient]] = {}
        for step in receipt.plan.to_change:
            if step.recipient in changed:
                by_share.setdefault(step.share, []).append(step.recipient)
        for share, people in by_share.items():
            row = (await database.execute(select(ends).where(ends.c.key == share))).one()
            names = {name for each in people for name in named(each)}
            given = json.loads(row.receipt, ShareReceipt).given()
            is_whole = all(named(each.recipient) & names for each in given)
            key = share if is_whole else await self._apart(database, row, names)
            await self._to(database, key, receipt.plan.ends_at, receipt.plan.until)
            moved.append(_Ended(key, row.ends_at, share if key != share else ""))
        return _Touched(ends=tuple(moved))

    async def _apart(self, database: AsyncConnection, row: Row[Any], names: set[str]) -> str:
        """The key of a share that has some of another's people and is like it in all else."""
        key, receipt = secrets.token_urlsafe(24), json.loads(row.receipt, ShareReceipt)
        mine = tuple(each for each in receipt.grants if named(each.recipient) & names)
        steps = tuple(each for each in receipt.plan.steps if named(each.recipient) & names)
        part = replace(receipt, plan=replace(receipt.plan, steps=steps), grants=mine)
        whole = {column.name: getattr(row, column.name) for column in ends.columns}
        whole |= {"key": key, "receipt": json.dumps(part), "runs": 0}
        await database.execute(insert(ends).values(whole))
        rows = [each async for each in _theirs_of(database, attempts.c.plan_key == row.key, names)]
        theirs = attempts.c.recipient.in_([each.recipient for each in rows])
        await database.execute(update(attempts).where(attempts.c.plan_key == row.key, theirs).values(plan_key=key))
        for grant in mine:
            await self._say(database, row.key, Changed(grant.recipient, Became.MOVED, None), Outcome.MOVED)
            if grant.recipient.id:
                await self._knows(database, row.key, key, grant.recipient.id)
        return key

    async def _knows(self, database: AsyncConnection, share: str, part: str, person_id: str) -> None:
        """They hear of a part as of the whole, once: whoever has not yet, is about to."""
        of_whole = (told.c.key == share) & (told.c.person_id == person_id) & (told.c.what == SHARED)
        way = await database.scalar(select(told.c.way).where(of_whole))
        mark = {"key": part, "person_id": person_id, "what": SHARED, "at": int(self._clock())}
        await database.execute(insert(told).values(**mark, way=way or Telling.TEAMS.value))

    async def _to(
        self, database: AsyncConnection, share: str, ends_at: int | None, until: Expiry | None = None
    ) -> None:
        """Another end for a share; what is under way to end it comes too late then."""
        row = (await database.execute(select(ends).where(ends.c.key == share))).first()
        if row is None or row.ended_at is not None:
            return
        receipt = json.loads(row.receipt, ShareReceipt)
        if until is None and ends_at is not None:
            until = Expiry("", _moment(ends_at, row.timezone))
        receipt = replace(receipt, plan=replace(receipt.plan, until=until if ends_at is not None else None))
        body, due_at = json.dumps(receipt), reminder(int(self._clock()), ends_at)
        values = {"receipt": body, "ends_at": ends_at, "due_at": due_at, "runs": row.runs + 1}
        await database.execute(update(ends).where(ends.c.key == share).values(values))
        await database.execute(
            update(plans).where(plans.c.key == share, plans.c.receipt.is_not(None)).values(receipt=body)
        )


def _on(tenant_id: str, item: ShareableItem) -> ColumnElement[bool]:
    return (attempts.c.tenant_id == tenant_id) & (attempts.c.item == item.key)


async def _theirs_of(
    database: AsyncConnection, where: ColumnElement[bool], names: Collection[str]
) -> AsyncGenerator[_Was]:
    for row in (await database.execute(select(attempts).where(where))).all():
        answer = _answer(row)
        if {row.recipient, answer.person_id if answer else ""} & set(names):
            before = Role(row.before) if row.before else None
            yield _Was(row.recipient, Role(row.role), row.plan_key, before, row.sent_at, answer, row.formerly)


def _answer(row: Row[Any]) -> Answer | None:
    return json.loads(row.answer, Answer) if row.answer else None


def _moment(at: int, zone: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(at, ZoneInfo(zone))


def _theirs(pressed: Pressed, person: Person) -> Pressed:
    asker = pressed.plan.asker
    if (asker.tenant_id, asker.id) != (person.tenant_id, person.id):
        raise NotYours
    return pressed


def _pressed(row: Row[Any]) -> Pressed:
    return Pressed(
        row.key,
        json.loads(row.plan, ChangePlan),
        row.locale,
        row.timezone,
        row.at,
        row.runs,
        json.loads(row.before, tuple[Before, ...]) if row.before else None,
        json.loads(row.receipt, ChangeReceipt) if row.receipt else None,
        json.loads(row.undone, ChangeReceipt) if row.undone else None,
    )
