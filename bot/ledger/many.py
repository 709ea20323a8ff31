"""Several deeds behind one card, from its press on: what each has come to, and why nothing came of some."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.changes import ChangePlan, ChangeReceipt
from bot.errors import NotYours, TooLate
from bot.ledger.bodies import json
from bot.ledger.ends import KEEP_FOR
from bot.ledger.plans import USED, taken
from bot.ledger.tables import changes, ends, many, plans, told
from bot.ledger.told import SHARED
from bot.many import ManyPlan, Part
from bot.sharing import EndReceipt, Person, SharePlan, ShareReceipt, Telling
from bot.texts import _


@dataclass(frozen=True)
class ManyPressed:
    """`said` is why nothing came of a part, by its key; `is_undone`, whether the undo of all has begun."""

    key: str
    plan: ManyPlan
    locale: str
    zone: str
    said: Mapping[str, str]
    is_over: bool
    is_undone: bool
    is_undo_over: bool
    undos: int

    @property
    def timezone(self) -> dt.tzinfo:
        return ZoneInfo(self.zone)


class ManyDeeds:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock

    async def press(self, key: str, person: Person, locale: str, zone: str) -> ManyPressed:
        """What is there from the first press on. Raises NotYours, TooLate, NotUnderstood for what is no such card."""
        if there := await self.at(key):
            return _theirs(there, person)
        now = int(self._clock())
        async with self._engine.begin() as database:
            if row := await taken(database, now, key, person, "many"):
                values = {"key": key, "plan": row.body, "locale": locale, "timezone": zone, "at": now}
                await database.execute(insert(many).values(values))
        if there := await self.at(key):
            return there
        # It was cancelled, or waited for too long.
        raise TooLate(_(USED))

    async def of(self, key: str, person: Person) -> ManyPressed:
        """Raises NotYours, TooLate."""
        if there := await self.at(key):
            return _theirs(there, person)
        raise TooLate

    async def at(self, key: str) -> ManyPressed | None:
        async with self._engine.connect() as database:
            row = (await database.execute(select(many).where(many.c.key == key))).first()
        if row is None:
            return None
        return ManyPressed(
            row.key,
            json.loads(row.plan, ManyPlan),
            row.locale,
            row.timezone,
            json.loads(row.said or "{}", dict[str, str]),
            is_over=row.over_at is not None,
            is_undone=row.undone_at is not None,
            is_undo_over=row.undo_over_at is not None,
            undos=row.undos,
        )

    async def over(self, key: str, said: Mapping[str, str]) -> None:
        """All have come to their end; of some nothing came."""
        values = {"over_at": int(self._clock()), "said": json.dumps(dict(said))}
        await self._update(key, **values)

    async def undone(self, key: str) -> None:
        """Its undo has begun."""
        await self._update(key, undone_at=int(self._clock()), undo_over_at=None)

    async def undo_over(self, key: str, said: Mapping[str, str]) -> None:
        """It has come to its end; why some could not be undone is `said`, and the next undo is new work."""
        values = {"undo_over_at": int(self._clock()), "said": json.dumps(dict(said)), "undos": many.c.undos + 1}
        await self._update(key, **values)

    async def _update(self, key: str, **values: Any) -> None:
        async with self._engine.begin() as database:
            await database.execute(update(many).where(many.c.key == key).values(values))

    async def key_of(self, part: str) -> str | None:
        """Of the card, where this is one of several: people hear of all in one go."""
        async with self._engine.connect() as database:
            return await database.scalar(select(plans.c.many).where(plans.c.key == part))

    async def parts(self, keys: Sequence[str], said: Mapping[str, str] | None = None) -> list[Part]:
        """As they are by now, in this order."""
        async with self._engine.connect() as database:
            rows = (await database.execute(select(plans).where(plans.c.key.in_(keys)))).all()
            found = {row.key: row for row in rows}
            changed = {row.key: row for row in await _of(database, changes, keys)}
            stands = {row.key: row for row in await _of(database, ends, keys)}
            ways: dict[str, dict[str, Telling]] = defaultdict(dict)
            for row in await _of(database, told, keys):
                if row.what == SHARED:
                    ways[row.key][row.person_id] = Telling(row.way) if row.way else Telling.WAITS
        parts: list[Part] = []
        for key in keys:
            receipt: ShareReceipt | ChangeReceipt | EndReceipt | None = None
            if key not in found:
                continue
            if found[key].kind == "change":
                plan: SharePlan | ChangePlan = json.loads(found[key].body, ChangePlan)
                if key in changed and (body := changed[key].undone or changed[key].receipt):
                    receipt = json.loads(body, ChangeReceipt)
            else:
                plan = json.loads(found[key].body, SharePlan)
                if found[key].receipt:
                    share = json.loads(found[key].receipt, ShareReceipt).accounted(ways[key])
                    ended = stands[key].ended if key in stands else None
                    receipt = share
                    if ended is not None and share.given():
                        receipt = replace(json.loads(ended, EndReceipt), share=share)
            parts.append(Part(key, plan, receipt, (said or {}).get(key, "")))
        return parts

    async def tidy(self) -> None:
        """Forgets what is over for long."""
        async with self._engine.begin() as database:
            stand = select(plans.c.many).where(plans.c.many.is_not(None), plans.c.key.in_(select(ends.c.key)))
            old = many.c.at < int(self._clock()) - KEEP_FOR
            await database.execute(delete(many).where(old, many.c.key.not_in(stand)))


async def _of(database: AsyncConnection, table: Table, keys: Sequence[str]) -> Sequence[Row[Any]]:
    return (await database.execute(select(table).where(table.c.key.in_(keys)))).all()


def _theirs(there: ManyPressed, person: Person) -> ManyPressed:
    asker = there.plan.asker
    if (asker.tenant_id, asker.id) != (person.tenant_id, person.id):
        raise NotYours
    return there
