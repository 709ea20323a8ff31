"""What an administrator looks at: how much is shared, what was refused by which rule, what failed, what waits for whom.

Ids and codes, as in the record; no names of files and no sentences.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, Select, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.changes import Became
from bot.ledger.bodies import json
from bot.ledger.record import What
from bot.ledger.tables import approvals, attempts, ends, plans, record, requests, token_caches
from bot.many import ManyPlan
from bot.sharing import Ending, Outcome, Person, Role, SharePlan, ShareReceipt

log = logging.getLogger(__name__)

# Of what waits, the longest first.
MOST = 100
# What was done to access, by what became of it.
DONE = {
    What.SHARED: (Outcome.GRANTED.value,),
    What.ENDED: (Ending.ENDED.value, Ending.LOWERED.value),
    What.UNDONE: (Ending.ENDED.value, Ending.LOWERED.value, Became.RESTORED.value),
    What.CHANGED: (Became.REMOVED.value, Became.LOWERED.value, Became.MOVED.value),
}


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
class Deeds:
    """How many shares something was done to, and for how many recipients of them."""

    what: str
    shares: int
    recipients: int


@dataclass(frozen=True)
class Overdue:
    """A share that should be over: only its sharer's sign-in can end it. Seconds since 1970."""

    share: str
    sharer: str
    ends_at: int
    tries: int


@dataclass(frozen=True)
class SignedOut:
    """A sharer whose shares nobody can end through us: how many of them have an end, and of how many it is past.

    The first of these ends is `ends_at`, in seconds since 1970.
    """

    sharer: str
    shares: int
    late: int
    ends_at: int


@dataclass(frozen=True)
class Approving:
    """What waits for a second person, by share and rule. Seconds since 1970."""

    share: str
    asker: str
    rule: str
    approvers: tuple[str, ...]
    asked_at: int
    due_at: int


@dataclass(frozen=True)
class Report:
    """`counts` and `deeds` since the moment that was asked for; the rest as it is now.

    `overdue`, `signed_out` and `approvals` are the MOST pressing of so many as `late`, `lost` and `waiting` say.
    """

    counts: tuple[Count, ...]
    deeds: tuple[Deeds, ...]
    stands: int
    without_end: int
    requests: int
    late: int
    overdue: tuple[Overdue, ...]
    lost: int
    signed_out: tuple[SignedOut, ...]
    waiting: int
    approvals: tuple[Approving, ...]


class Reports:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def now(self, now: int, since: int) -> Report:
        kinds = (record.c.what, record.c.act, record.c.outcome, record.c.code, record.c.rule)
        counted = (
            select(*kinds, func.count().label("often")).where(record.c.at >= since).group_by(*kinds).order_by(*kinds)
        )
        done = or_(
            *(and_(record.c.what == what.value, record.c.outcome.in_(outcomes)) for what, outcomes in DONE.items())
        )
        deeds = (
            select(record.c.what, func.count(record.c.share.distinct()).label("shares"), func.count().label("often"))
            .where(record.c.at >= since, done)
            .group_by(record.c.what)
        )
        standing = ends.c.ended_at.is_(None)
        late = select(ends).where(standing, ends.c.ends_at <= now).order_by(ends.c.ends_at)
        theirs = (token_caches.c.tenant_id == ends.c.tenant_id) & (token_caches.c.person_id == ends.c.person_id)
        is_late = case((ends.c.ends_at <= now, 1), else_=0)
        lost = (
            select(
                ends.c.person_id,
                func.count().label("shares"),
                func.sum(is_late).label("late"),
                func.min(ends.c.ends_at).label("first"),
            )
            .where(standing, ends.c.ends_at.is_not(None), ~exists().where(theirs))
            .group_by(ends.c.person_id)
            .order_by(func.min(ends.c.ends_at))
        )
        asked = (approvals.c.rule, approvals.c.approvers, approvals.c.asked_at, approvals.c.due_at)
        waits = (
            select(approvals.c.key, plans.c.person_id, *asked)
            .join(plans, plans.c.key == approvals.c.key)
            .where(approvals.c.decision.is_(None))
            .order_by(approvals.c.due_at)
        )
        return Report(
            tuple(
                Count(row.what, row.act or "", row.outcome or "", row.code or "", row.rule or "", row.often)
                for row in await self._all(counted)
            ),
            tuple(Deeds(row.what, row.shares, row.often) for row in await self._all(deeds)),
            await self._count(select(ends.c.key).where(standing, _is_seen())),
            await self._count(select(ends.c.key).where(standing, _is_seen(), ends.c.ends_at.is_(None))),
            await self._count(select(requests.c.key).where(requests.c.decision.is_(None))),
            await self._count(late),
            tuple(Overdue(row.key, row.person_id, row.ends_at, row.tries) for row in await self._most(late)),
            await self._count(lost),
            tuple(SignedOut(row.person_id, row.shares, int(row.late), row.first) for row in await self._most(lost)),
            await self._count(waits),
            tuple(
                Approving(row.key, row.person_id, row.rule, _ids(row.approvers), row.asked_at, row.due_at)
                for row in await self._most(waits)
            ),
        )

    async def names(self, report: Report) -> dict[str, str]:
        """By id, of whom it speaks: as they were called when they shared, for an account may be gone by now."""
        one_each = (
            select(func.max(ends.c.key))
            .where(ends.c.person_id.in_([each.sharer for each in report.signed_out]))
            .group_by(ends.c.person_id)
        )
        receipts = select(ends.c.receipt).where(ends.c.key.in_(one_each))
        of_approvals = [each.share for each in report.approvals]
        bodies = select(plans.c.kind, plans.c.body).where(plans.c.key.in_(of_approvals))
        asked = select(approvals.c.approvers).where(approvals.c.key.in_(of_approvals))
        askers = [_asker(row.receipt, ShareReceipt) for row in await self._all(receipts)]
        askers += [_asker(row.body, ManyPlan if row.kind == "many" else SharePlan) for row in await self._all(bodies)]
        names = {each.id: each.name for each in askers if each}
        for row in await self._all(asked):
            names |= dict(_approvers(row.approvers))
        return names

    async def _all(self, query: Executable) -> Sequence[Row[Any]]:
        async with self._engine.connect() as database:
            return (await database.execute(query)).all()

    async def _most(self, query: Select[*tuple[Any, ...]]) -> Sequence[Row[Any]]:
        return await self._all(query.limit(MOST))

    async def _count(self, query: Select[*tuple[Any, ...]]) -> int:
        """How many rows that has."""
        counted = select(func.count()).select_from(query.order_by(None).subquery())
        async with self._engine.connect() as database:
            return await database.scalar(counted) or 0


def _is_seen() -> ColumnElement[bool]:
    """Whether somebody has by a share what they have by no newer one of the same sharer: what “my shares” lists."""
    newer, above = ends.alias("newer"), attempts.alias("above")
    same = (above.c[name] == attempts.c[name] for name in ("tenant_id", "item", "recipient"))
    covered = (
        select(above.c.plan_key)
        .join(newer, newer.c.key == above.c.plan_key)
        .where(*same, above.c.role == Role.WRITE.value, attempts.c.role == Role.READ.value)
        .where(newer.c.ended_at.is_(None), newer.c.person_id == ends.c.person_id, newer.c.done_at > ends.c.done_at)
        .correlate(attempts, ends)
    )
    mine = select(attempts.c.plan_key).where(attempts.c.plan_key == ends.c.key, ~covered.exists())
    return mine.correlate(ends).exists()


def _asker(body: str, of: type[SharePlan | ManyPlan | ShareReceipt]) -> Person | None:
    """None where another version wrote it: the report has the id then."""
    try:
        read = json.loads(body, of)
    except Exception:
        log.exception("whose that is can't be read")
        return None
    return read.plan.asker if isinstance(read, ShareReceipt) else read.asker


def _ids(approvers: str) -> tuple[str, ...]:
    return tuple(person_id for person_id, _name in _approvers(approvers))


def _approvers(body: str) -> tuple[tuple[str, str], ...]:
    return json.loads(body, tuple[tuple[str, str], ...])


def in_words(report: Report, since: int) -> Iterator[str]:
    """Line by line, in English, as everything that an operator reads."""
    yield f"Since {_moment(since)}:"
    for each in report.counts:
        about = " · ".join(filter(None, (each.act, each.outcome, each.code, each.rule and f"rule “{each.rule}”")))
        yield f"{each.count:8}  {each.what:9} {about}".rstrip()
    yield f"Now {report.stands} shares stand, {report.without_end} of them without an end."
    yield f"{report.requests} requests for access or for another right wait for their sharers."
    yield f"{report.late} shares should be over: only their sharers' sign-in can end them."
    for late in report.overdue:
        yield f"  share {late.share} of {late.sharer}, due {_moment(late.ends_at)}, tried {late.tries} times"
    yield f"{report.lost} people have shares with an end and are signed out or gone."
    for each in report.signed_out:
        first = f"{each.late} of them late, the first due {_moment(each.ends_at)}"
        yield f"  {each.shares} shares of {each.sharer}, {first}"
    yield f"{report.waiting} shares wait for a second person."
    for each in report.approvals:
        by, time = ", ".join(each.approvers), f"since {_moment(each.asked_at)} until {_moment(each.due_at)}"
        yield f"  share {each.share} of {each.asker}, rule “{each.rule}”, {time}, by one of {by}"


def _moment(at: int) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")
