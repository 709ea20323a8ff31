"""What an administrator looks at: how much is shared, what was refused by which rule, what failed, what waits for whom.

Ids and codes, as in the record; no names of files and no sentences.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ledger.bodies import json
from bot.ledger.tables import approvals, ends, plans, record, requests

# Of what waits, the longest first.
MOST = 100


@dataclass(frozen=True)
class Count:
    """How often the same came of the same: `what` and the rest as in the record."""

    what: str
    act: str
    outcome: str
    code: str
    rule: str
    count: int


@dataclass(frozen=True)
class Overdue:
    """A share that should be over: only its sharer's sign-in can end it. Seconds since 1970."""

    share: str
    sharer: str
    ends_at: int
    tries: int


@dataclass(frozen=True)
class Approving:
    """What waits for a second person, by share and rule. Seconds since 1970."""

    share: str
    asker: str
    rule: str
    approvers: tuple[str, ...]
    due_at: int


@dataclass(frozen=True)
class Report:
    """`counts` since the moment that was asked for; the rest as it is now."""

    counts: tuple[Count, ...]
    stands: int
    without_end: int
    requests: int
    overdue: tuple[Overdue, ...]
    approvals: tuple[Approving, ...]


class Reports:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def now(self, now: int, since: int) -> Report:
        kinds = (record.c.what, record.c.act, record.c.outcome, record.c.code, record.c.rule)
        counted = (
            select(*kinds, func.count().label("often")).where(record.c.at >= since).group_by(*kinds).order_by(*kinds)
        )
        standing = ends.c.ended_at.is_(None)
        late = select(ends).where(standing, ends.c.ends_at <= now).order_by(ends.c.ends_at).limit(MOST)
        waits = (
            select(approvals.c.key, plans.c.person_id, approvals.c.rule, approvals.c.approvers, approvals.c.due_at)
            .join(plans, plans.c.key == approvals.c.key)
            .where(approvals.c.decision.is_(None))
            .order_by(approvals.c.due_at)
            .limit(MOST)
        )
        return Report(
            tuple(
                Count(row.what, row.act or "", row.outcome or "", row.code or "", row.rule or "", row.often)
                for row in await self._all(counted)
            ),
            await self._count(select(func.count()).select_from(ends).where(standing)),
            await self._count(select(func.count()).select_from(ends).where(standing, ends.c.ends_at.is_(None))),
            await self._count(select(func.count()).select_from(requests).where(requests.c.decision.is_(None))),
            tuple(Overdue(row.key, row.person_id, row.ends_at, row.tries) for row in await self._all(late)),
            tuple(
                Approving(row.key, row.person_id, row.rule, _ids(row.approvers), row.due_at)
                for row in await self._all(waits)
            ),
        )

    async def _all(self, query: Executable) -> Sequence[Row[Any]]:
        async with self._engine.connect() as database:
            return (await database.execute(query)).all()

    async def _count(self, query: Select[int]) -> int:
        async with self._engine.connect() as database:
            return await database.scalar(query) or 0


def _ids(approvers: str) -> tuple[str, ...]:
    return tuple(person_id for person_id, _name in json.loads(approvers, tuple[tuple[str, str], ...]))


def in_words(report: Report, since: int) -> Iterator[str]:
    """Line by line, in English, as everything that an operator reads."""
    yield f"Since {_moment(since)}:"
    for each in report.counts:
        about = " · ".join(filter(None, (each.act, each.outcome, each.code, each.rule and f"rule “{each.rule}”")))
        yield f"{each.count:8}  {each.what:9} {about}".rstrip()
    yield f"Now {report.stands} shares stand, {report.without_end} of them without an end."
    yield f"{report.requests} requests for access or for another right wait for their sharers."
    yield f"{len(report.overdue)} shares should be over: only their sharers' sign-in can end them."
    for late in report.overdue:
        yield f"  share {late.share} of {late.sharer}, due {_moment(late.ends_at)}, tried {late.tries} times"
    yield f"{len(report.approvals)} shares wait for a second person."
    for each in report.approvals:
        by = ", ".join(each.approvers)
        yield f"  share {each.share} of {each.asker}, rule “{each.rule}”, until {_moment(each.due_at)}, by one of {by}"


def _moment(at: int) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
