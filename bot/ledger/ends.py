"""Shares that stand: whose they are, when they end, and what came of that."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import logging
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Table, case, delete, func, insert, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import NotYours, SharebotError, TooLate
from bot.ledger import record, rosters
from bot.ledger.attempts import Answer, Attempt, Formerly, named
from bot.ledger.bodies import json
from bot.ledger.places import tidy as tidy_places
from bot.ledger.record import Entry
from bot.ledger.tables import attempts, changes, delegates, ends, insert_for, plans, requests, told
from bot.ledger.token_caches import forget_left
from bot.ledger.told import SHARED
from bot.sharing import (
    EndReceipt,
    Expiry,
    Grant,
    Outcome,
    Person,
    Recipient,
    ShareableItem,
    ShareReceipt,
    Telling,
)

# What is over, as long as somebody may ask what was done; what stands, as long as it stands.
KEEP_FOR = 90 * 24 * 60 * 60
# What "undo" means the last share of.
UNDONE_WITHIN = 24 * 60 * 60
# The sharer hears of an end so long before it; of a share that is shorter than twice that, a tenth of its time.
REMIND = 24 * 60 * 60
AT_ONCE = 100
# So many letters of a message's hash are its name.
MEANT = 26
# A row that can't be read is looked at again after so long: another version may read it.
UNREADABLE = 24 * 60 * 60
NOTHING: Mapping[Attempt, Formerly] = {}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stands:
    """A share, and how to speak to the sharer. `ends_at` and `due_at` are seconds since 1970.

    `due_at` is when something is to be done next: before `ends_at` it is the reminder. `runs` counts what was tried,
    `tries` what of it the clock began.
    """

    key: str
    receipt: ShareReceipt
    locale: str
    zone: str
    done_at: int
    ends_at: int | None
    due_at: int | None
    runs: int
    tries: int
    ended: EndReceipt | None = field(default=None)
    ended_at: int | None = field(default=None)

    @property
    def timezone(self) -> dt.tzinfo:
        return ZoneInfo(self.zone)

    @property
    def ends(self) -> dt.datetime | None:
        return dt.datetime.fromtimestamp(self.ends_at, self.timezone) if self.ends_at else None

    @property
    def done(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.done_at, self.timezone)

    @property
    def run(self) -> str:
        return f"{self.key}.end.{self.runs}"

    def is_due(self, now: float) -> bool:
        """Whether it should be over."""
        return self.ends_at is not None and self.ends_at <= now

    def had_its_time(self, now: float) -> bool:
        """Whether it lasted as long as it was to."""
        return self.is_due(now if self.ended_at is None else self.ended_at)


class Ends:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)

    async def keep(
        self, key: str, receipt: ShareReceipt, locale: str, zone: str, *, ends_at: int | None, gone: list[str]
    ) -> None:
        """What was done, and when it ends; `gone` are recipients (as attempts name them) of whom nothing came."""
        body = json.dumps(receipt)
        async with self._engine.begin() as database:
            await database.execute(update(plans).where(plans.c.key == key).values(receipt=body))
            await record.add(database, self._clock(), record.shared(key, receipt))
            if gone:
                of_them = attempts.c.recipient.in_(gone)
                await database.execute(delete(attempts).where(attempts.c.plan_key == key, of_them))
            await self._stand(database, key, receipt, (locale, zone), ends_at)

    async def doubt(self, key: str, receipt: ShareReceipt, locale: str, zone: str, *, ends_at: int | None) -> None:
        """Nobody knows what was done; what is found then ends as if it were known."""
        async with self._engine.begin() as database:
            await self._stand(database, key, receipt, (locale, zone), ends_at)

    async def _stand(
        self, database: AsyncConnection, key: str, receipt: ShareReceipt, how: tuple[str, str], ends_at: int | None
    ) -> None:
        locale, zone = how
        now, asker, body = int(self._clock()), receipt.plan.asker, json.dumps(receipt)
        seen = func.coalesce(attempts.c.answer, json.dumps(Answer("", was_lost=True)))
        given = await database.execute(update(attempts).where(attempts.c.plan_key == key).values(answer=seen))
        if not given.rowcount:
            # Of what was in doubt, nothing was given.
            await database.execute(delete(ends).where(ends.c.key == key))
            return
        await database.execute(
            self._insert(ends)
            .values(
                key=key,
                tenant_id=asker.tenant_id,
                person_id=asker.id,
                receipt=body,
                locale=locale,
                timezone=zone,
                done_at=in_order(asker, now),
                ends_at=ends_at,
                due_at=reminder(now, ends_at),
            )
            .on_conflict_do_update(index_elements=["key"], set_={"receipt": body})
        )
        await rosters.remember(database, key, receipt.plan)

    async def state(self, key: str) -> tuple[bool, bool]:
        """Whether the plan of this key was carried out, and whether what came of it, or may have, has ended."""
        query = select(plans.c.receipt.is_not(None), ends.c.ended_at.is_not(None)).outerjoin(ends, ends.c.key == key)
        async with self._engine.connect() as database:
            row = (await database.execute(query.where(plans.c.key == key))).first()
        return (bool(row[0]), bool(row[1])) if row else (False, False)

    async def at(self, key: str) -> Stands | None:
        async with self._engine.connect() as database:
            row = (await database.execute(select(ends).where(ends.c.key == key))).first()
        return _stands(row) if row else None

    async def of(self, key: str, person: Person) -> Stands:
        """Raises NotYours, TooLate."""
        async with self._engine.connect() as database:
            row = (await database.execute(select(ends).where(ends.c.key == key))).first()
        if row is None:
            raise TooLate
        if (row.tenant_id, row.person_id) != (person.tenant_id, person.id):
            raise NotYours
        return _stands(row)

    async def last(self, person: Person, said: str) -> Stands | None:
        """The share that this person did last, in the last day. Raises TooLate where it has ended.

        `said` is the id of the message that means it: delivered again, it means the same, whatever stands by then.
        """
        newest = (
            select(ends)
            .where(_of(person), ends.c.done_at > int(self._clock()) - UNDONE_WITHIN)
            .order_by(ends.c.done_at.desc(), ends.c.ended_at.is_not(None))
            .limit(1)
        )
        name = f"meant.{hashlib.sha256(said.encode()).hexdigest()[:MEANT]}"
        meant = select(ends).join(told, told.c.key == ends.c.key).where(_of(person), told.c.what == name)
        async with self._engine.begin() as database:
            # In this order: what another replica ends meanwhile was marked before.
            row = (await database.execute(newest)).first()
            if said and (before := (await database.execute(meant)).first()):
                return _stands(before)
            if row and row.ended_at is not None:
                raise TooLate
            if said and row:
                mark = {"key": row.key, "person_id": person.id, "what": name, "at": int(self._clock())}
                await database.execute(self._insert(told).values(**mark).on_conflict_do_nothing())
        return _stands(row) if row else None

    async def newest(self, person: Person) -> Stands | None:
        """The share that this person did last, whether it stands or not."""
        query = select(ends).where(_of(person)).order_by(ends.c.done_at.desc()).limit(1)
        async with self._engine.connect() as database:
            row = (await database.execute(query)).first()
        return _stands(row) if row else None

    async def standing(self, person: Person) -> list[Stands]:
        """What this person shared and stands, newest first."""
        query = select(ends).where(_of(person), ends.c.ended_at.is_(None)).order_by(ends.c.done_at.desc())
        async with self._engine.connect() as database:
            rows = (await database.execute(query)).all()
        # Of many it takes a while.
        return [each for each in await asyncio.to_thread(_readable, rows) if each.receipt.given()]

    async def on_item(self, person: Person, item: str) -> list[Stands]:
        """What this person shared of an item, also what is over; newest first."""
        needle = json.dumps(item)[1:-1]
        query = select(ends).where(_of(person), ends.c.receipt.contains(needle, autoescape=True))
        async with self._engine.connect() as database:
            rows = (await database.execute(query.order_by(ends.c.done_at.desc()))).all()
        return [each for each in await asyncio.to_thread(_readable, rows) if each.receipt.plan.item.key == item]

    async def mentioning(self, tenant_id: str, words: str) -> list[Stands]:
        """All shares of a tenant, also those that are over, in whose receipt these words are; newest first."""
        needle = json.dumps(words)[1:-1]
        query = select(ends).where(ends.c.tenant_id == tenant_id, ends.c.receipt.contains(needle, autoescape=True))
        async with self._engine.connect() as database:
            rows = (await database.execute(query.order_by(ends.c.done_at.desc()).limit(AT_ONCE))).all()
        return await asyncio.to_thread(_readable, rows)

    async def due(self) -> list[Stands]:
        """Those that something is to be done with now, the longest due first."""
        now = int(self._clock())
        query = select(ends).where(ends.c.due_at <= now).order_by(ends.c.due_at, ends.c.done_at).limit(AT_ONCE)
        async with self._engine.connect() as database:
            rows = (await database.execute(query)).all()
        found: list[Stands] = []
        for row in rows:
            try:
                found.append(_stands(row))
            except Exception:
                # It keeps no other from its end.
                log.exception("the share %s can't be read", row.key)
                async with self._engine.begin() as database:
                    await database.execute(update(ends).where(ends.c.key == row.key).values(due_at=now + UNREADABLE))
        return found

    async def next_due(self) -> int | None:
        async with self._engine.connect() as database:
            return await database.scalar(select(func.min(ends.c.due_at)))

    async def counted(self) -> tuple[int, int]:
        """How many shares stand that have an end, and how many of these should be over."""
        late = func.coalesce(func.sum(case((ends.c.ends_at <= int(self._clock()), 1), else_=0)), 0)
        standing = ends.c.ended_at.is_(None) & ends.c.ends_at.is_not(None)
        async with self._engine.connect() as database:
            row = (await database.execute(select(func.count(), late).where(standing))).one()
        return int(row[0]), int(row[1])

    async def reminded(self, stands: Stands) -> None:
        await self._update(stands, (), due_at=stands.ends_at)

    async def moved(self, stands: Stands, ends_at: int) -> bool:
        """To another end; False if it ends at another time than it was shown to, or has ended."""
        async with self._engine.begin() as database:
            moved = await database.execute(
                update(ends)
                .where(ends.c.key == stands.key, ends.c.ends_at == stands.ends_at, ends.c.ended_at.is_(None))
                .values(ends_at=ends_at, due_at=reminder(int(self._clock()), ends_at), runs=ends.c.runs + 1, tries=0)
                .returning(ends.c.key)
            )
            if moved.first() is None:
                return False
            entry = record.extended(stands.key, stands.receipt.plan, ends_at)
            await record.add(database, self._clock(), [entry])
            return True

    async def earlier(self, attempts: Iterable[Attempt]) -> dict[Attempt, Formerly]:
        """Which of these the last share before, that has neither been undone nor had its time, had given until then."""
        found: dict[Attempt, Formerly] = {}
        for each in attempts:
            for was in each.formerly:
                share = await self.at(was.share)
                if share and was.ends_at > self._clock() and not (share.ended and share.ended.is_undone):
                    found[each] = was
        return found

    async def ended(self, stands: Stands, receipt: EndReceipt, back: Mapping[Attempt, Formerly] = NOTHING) -> None:
        """It is over; what is `back` is again of the share that had given it before, which stands as it did."""
        values = {"due_at": None, "ended_at": int(self._clock()), "ended": json.dumps(receipt)}
        async with self._engine.begin() as database:
            if await self._updated(database, stands, record.ended(stands.key, receipt), values):
                for each, was in back.items():
                    await self._give_back(database, stands, each, was)
            await forget_left(database)

    async def _give_back(self, database: AsyncConnection, stands: Stands, attempt: Attempt, was: Formerly) -> None:
        row = (await database.execute(select(ends).where(ends.c.key == was.share))).one()
        older = _stands(row)
        is_same = older.ends_at == was.ends_at and (older.ended is None or not older.ended.returned)
        key = was.share if is_same else await self._apart(database, row, attempt, was)
        if is_same:
            grants = (_again(each, older, attempt) or each for each in older.receipt.grants)
            body = json.dumps(replace(older.receipt, grants=tuple(grants)))
            again = standing_again(row, int(self._clock())) if older.ended else {}
            await database.execute(update(ends).where(ends.c.key == key).values(receipt=body, **again))
            await database.execute(update(plans).where(plans.c.key == key).values(receipt=body))
        theirs = (attempts.c.recipient == attempt.recipient) & (attempts.c.role == attempt.role.value)
        here = (attempts.c.plan_key == stands.key) & (attempts.c.item == stands.receipt.plan.item.key)
        before = json.dumps(attempt.formerly[: attempt.formerly.index(was)], unstructure_as=tuple[Formerly, ...])
        await database.execute(update(attempts).where(theirs, here).values(plan_key=key, formerly=before))

    async def _apart(self, database: AsyncConnection, row: Row[Any], attempt: Attempt, was: Formerly) -> str:
        """The key of a share that is theirs alone: for the others it has ended, or ends on another day since."""
        older, key = _stands(row), secrets.token_urlsafe(24)
        grants = tuple(filter(None, (_again(each, older, attempt) for each in older.receipt.grants)))
        steps = tuple(each for each in older.receipt.plan.steps if named(each.recipient) & attempt.names)
        until = Expiry("", dt.datetime.fromtimestamp(was.ends_at, older.timezone))
        part = replace(older.receipt, plan=replace(older.receipt.plan, steps=steps, until=until), grants=grants)
        due = {"ends_at": was.ends_at, "due_at": reminder(int(self._clock()), was.ends_at)}
        fresh = {"key": key, "receipt": json.dumps(part), "runs": 0, "tries": 0, "ended_at": None, "ended": None}
        same = {column.name: getattr(row, column.name) for column in ends.columns}
        await database.execute(insert(ends).values(same | fresh | due))
        for each in grants:
            # They have heard of it as of the whole.
            mark = {"key": key, "person_id": each.recipient.id, "what": SHARED, "at": int(self._clock())}
            if each.recipient.id:
                await database.execute(insert(told).values(**mark, way=Telling.TEAMS.value))
        return key

    async def later(
        self,
        stands: Stands,
        due_at: int | None,
        error: SharebotError | None,
        back: Mapping[Attempt, Formerly] = NOTHING,
    ) -> None:
        """It could not be ended; the next try, without what is `back`, is then, or for a person to begin."""
        entry = record.trouble("end", stands.key, stands.receipt.plan, error)
        tried = {"runs": stands.runs + 1, "tries": stands.tries}
        values: dict[str, Any] = {"ends_at": stands.ends_at, "due_at": due_at, **tried}
        if back:
            gone = {name for each in back for name in each.names}
            grants = (
                replace(each, outcome=Outcome.MOVED) if named(each.recipient) & gone else each
                for each in stands.receipt.grants
            )
            values["receipt"] = json.dumps(replace(stands.receipt, grants=tuple(grants)))
        async with self._engine.begin() as database:
            if await self._updated(database, stands, [entry], values):
                for each, was in back.items():
                    await self._give_back(database, stands, each, was)

    async def items(
        self, person: Person, is_meant: Callable[[Recipient], bool]
    ) -> list[tuple[ShareableItem, list[Recipient]]]:
        """What this person shared with whoever is meant and what stands, the newest first, each once; and with whom."""
        standing = select(ends.c.receipt).where(_of(person), ends.c.ended_at.is_(None)).order_by(ends.c.done_at.desc())
        async with self._engine.connect() as database:
            receipts = [json.loads(body, ShareReceipt) for body in (await database.execute(standing)).scalars()]
        items: dict[str, ShareableItem] = {}
        people: dict[str, list[Recipient]] = {}
        for receipt in receipts:
            if meant := [each.recipient for each in receipt.given() if is_meant(each.recipient)]:
                item = items.setdefault(receipt.plan.item.key, receipt.plan.item)
                people.setdefault(item.key, []).extend(meant)
        return [(item, list(dict.fromkeys(people[key]))) for key, item in items.items()]

    async def again(self, person: Person) -> bool:
        """Whether there was anything whose end is overdue; it is due now."""
        now = int(self._clock())
        overdue = update(ends).where(
            _of(person),
            ends.c.ended_at.is_(None),
            ends.c.ends_at <= now,
            ends.c.due_at > now,
        )
        async with self._engine.begin() as database:
            return bool((await database.execute(overdue.values(due_at=now))).rowcount)

    async def tidy(self) -> None:
        """Forgets what is over for long."""
        old = int(self._clock()) - KEEP_FOR
        async with self._engine.begin() as database:
            was = await database.scalars(select(attempts.c.formerly).where(attempts.c.formerly.is_not(None)))
            # Undo may bring these back.
            kept = {each.share for body in was for each in json.loads(body, tuple[Formerly, ...])}
            await database.execute(delete(ends).where(ends.c.ended_at < old, ends.c.key.not_in(kept)))
            await forget_left(database)
            await _without_share(database, plans, plans.c.key, plans.c.expires_at < old)
            await _without_share(database, attempts, attempts.c.plan_key, attempts.c.sent_at < old)
            await _without_share(database, requests, requests.c.share_key, requests.c.asked_at < old)
            # Of whoever decides for somebody, as long as they do: else they would be told anew.
            stays = told.c.key.in_(select(delegates.c.key))
            await _without_share(database, told, told.c.key, (told.c.at < old) & ~stays)
            await tidy_places(database, old)
            await rosters.tidy(database, old)

    async def _update(self, stands: Stands, entries: Iterable[Entry], **values: Any) -> None:
        async with self._engine.begin() as database:
            await self._updated(database, stands, entries, values)

    async def _updated(
        self, database: AsyncConnection, stands: Stands, entries: Iterable[Entry], values: Mapping[str, Any]
    ) -> bool:
        """False where it is no longer as it was seen."""
        same = (ends.c.key == stands.key) & (ends.c.runs == stands.runs)
        found = await database.execute(update(ends).where(same).values(**values))
        if found.rowcount:
            await record.add(database, self._clock(), entries)
        return bool(found.rowcount)


async def _without_share(database: AsyncConnection, table: Table, key: Any, is_old: Any) -> None:
    await database.execute(delete(table).where(is_old, key.not_in(select(ends.c.key))))


def _of(person: Person) -> ColumnElement[bool]:
    return (ends.c.tenant_id == person.tenant_id) & (ends.c.person_id == person.id)


def in_order(person: Person, now: int) -> ColumnElement[int]:
    """When a share or change of theirs counts as done: two in one second have an order too, for "undo" means the last.

    In seconds since 1970; for a statement that writes.
    """
    pressed = (changes.c.tenant_id == person.tenant_id) & (changes.c.person_id == person.id)
    done = select(ends.c.done_at.label("at")).where(_of(person), ends.c.done_at >= now)
    deeds = union_all(done, select(changes.c.at).where(pressed, changes.c.at >= now)).subquery()
    return func.coalesce(select(func.max(deeds.c.at) + 1).scalar_subquery(), now)


def _again(grant: Grant, older: Stands, attempt: Attempt) -> Grant | None:
    """What one of its recipients has again, if it is they."""
    if not named(grant.recipient) & attempt.names:
        return None
    role = attempt.role if attempt.role is not older.receipt.plan.role else None
    return replace(grant, outcome=Outcome.GRANTED, role=role)


def standing_again(row: Row[Any], now: int) -> dict[str, Any]:
    """What changes in the row of a share that was over and is not any more."""
    return {"due_at": reminder(now, row.ends_at), "ended_at": None, "ended": None, "runs": row.runs + 1}


def reminder(now: int, ends_at: int | None) -> int | None:
    """When the sharer is to hear of an end."""
    if ends_at is None:
        return None
    left = max(ends_at - now, 0)
    return ends_at - (REMIND if left >= 2 * REMIND else left // 10)


def _readable(rows: Sequence[Row[Any]]) -> list[Stands]:
    found: list[Stands] = []
    for row in rows:
        try:
            found.append(_stands(row))
        except Exception:
            # It hides no other.
            log.exception("the share %s can't be read", row.key)
    return found


def _stands(row: Row[Any]) -> Stands:
    return Stands(
        row.key,
        json.loads(row.receipt, ShareReceipt),
        row.locale,
        row.timezone,
        row.done_at,
        row.ends_at,
        row.due_at,
        row.runs,
        row.tries,
        json.loads(row.ended, EndReceipt) if row.ended else None,
        row.ended_at,
    )
