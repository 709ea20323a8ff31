"""Who asked for what and what came of it, for whoever has to account for it: written once, never changed.

A row is written in the transaction of what it tells of, where there is one, and stays until its time is over; triggers
in the database see to both. It holds ids and codes: no file names, no sentences, no tokens. An outsider who is in no
directory has no id, and to whom outside something was given is what an audit asks first: so that one is an address.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from sqlalchemy import Row, delete, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot import tracing
from bot.changes import ChangePlan, ChangeReceipt
from bot.errors import AgainstPolicy, SharebotError
from bot.ledger.tables import forgotten, insert_for, record
from bot.sharing import EndReceipt, Person, Recipient, Returned, SharePlan, ShareReceipt, Telling

# What is read at once, and what is forgotten at once: others write in between.
PAGE = 1_000
FORGOTTEN_AT_ONCE = 10_000
DAY = 24 * 60 * 60


class What(Enum):
    ASKED = "asked"
    PLANNED = "planned"
    REFUSED = "refused"
    SHARED = "shared"
    TOLD = "told"
    NOT_TOLD = "not told"
    UNDONE = "undone"
    ENDED = "ended"
    EXTENDED = "extended"
    CHANGED = "changed"
    APPROVAL = "approval"
    DELEGATED = "delegated"
    DECIDED = "decided"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Entry:
    """`act` is the command, the button or the notice; `share` the key of a plan and of all that came of it.

    `outcome` is what became of it, `code` why not; `until` is in seconds since 1970; `reference` is Graph's request-id.
    `rule` is that of the organisation's policy which decided; several have a semicolon between them.
    Of two entries with one `once` the first is kept.
    """

    what: What
    tenant_id: str
    person_id: str
    act: str = ""
    share: str = ""
    item: str = ""
    recipient: str = ""
    role: str = ""
    outcome: str = ""
    code: str = ""
    until: int | None = None
    reference: str = ""
    rule: str = ""
    once: str = ""


@dataclass(frozen=True)
class Kept:
    """An entry as it stands in the record. `at` is in seconds since 1970."""

    id: int
    at: int
    entry: Entry


class Record:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock

    async def asked(self, person: Person, act: str, item: str = "") -> None:
        await self._add(Entry(What.ASKED, person.tenant_id, person.id, act=act, item=item))

    async def refused(self, person: Person, act: str, share: str, error: SharebotError) -> None:
        """What somebody said or pressed was answered with an error."""
        entry = Entry(What.REFUSED, person.tenant_id, person.id, act=act, share=share)
        rule = error.rule if isinstance(error, AgainstPolicy) else ""
        await self._add(replace(entry, code=error.code, reference=error.reference, rule=rule))

    async def told(self, sharer: Person, share: str, act: str, person_id: str, *, was_told: bool) -> None:
        what = What.TOLD if was_told else What.NOT_TOLD
        await self._add(Entry(what, sharer.tenant_id, sharer.id, act=act, share=share, recipient=person_id))

    async def kept(self, since: int | None = None, until: int | None = None) -> AsyncGenerator[Kept]:
        """From one second on and up to another, without it, in the order of time; never many of them in memory."""
        place, page = (since if since is not None else -1, 0), select(record).order_by(record.c.at, record.c.id)
        if until is not None:
            page = page.where(record.c.at < until)
        while True:
            async with self._engine.connect() as database:
                further = page.where(tuple_(record.c.at, record.c.id) > tuple_(*place)).limit(PAGE)
                rows = (await database.execute(further)).all()
            for row in rows:
                yield _kept(row)
                place = (row.at, row.id)
            if len(rows) < PAGE:
                return

    async def tidy(self, days: int) -> None:
        """Forgets what is older than so many days, and keeps that it did."""
        before = int(self._clock()) - days * DAY
        while True:
            async with self._engine.begin() as database:
                old = select(record.c.id).where(record.c.at < before).order_by(record.c.at).limit(FORGOTTEN_AT_ONCE)
                found = (await database.execute(old)).scalars().all()
                if not found:
                    return
                row = insert_for(self._engine)(forgotten).values(before=before, at=int(self._clock()))
                await database.execute(row.on_conflict_do_nothing())
                await database.execute(delete(record).where(record.c.id.in_(old.scalar_subquery())))

    async def _add(self, entry: Entry) -> None:
        async with self._engine.begin() as database:
            await add(database, self._clock(), [entry])


async def add(database: AsyncConnection, now: float, entries: Iterable[Entry]) -> None:
    """In a transaction that is under way."""
    entries = list(entries)
    rows = [{**vars(each), "what": each.what.value, "at": int(now), "once": each.once or None} for each in entries]
    rows = [{name: value if value != "" else None for name, value in row.items()} for row in rows]
    if not rows:
        return
    if any(row["once"] for row in rows):
        once = insert_for(database.engine)(record).values(rows).on_conflict_do_nothing()
        is_new = bool((await database.execute(once)).rowcount)
    else:
        await database.execute(insert(record), rows)
        is_new = True
    for each in entries if is_new else ():
        tracing.count(tracing.RECORD, what=each.what.value, act=each.act, outcome=each.outcome)


def planned(key: str, plan: SharePlan) -> Iterator[Entry]:
    entry = _about(What.PLANNED, key, plan)
    for step in plan.steps:
        yield replace(entry, recipient=who(step.recipient), outcome=step.change.value, rule=_rule(plan, step.recipient))


def shared(key: str, receipt: ShareReceipt) -> Iterator[Entry]:
    entry = _about(What.SHARED, key, receipt.plan)
    for number, grant in enumerate(receipt.grants):
        yield replace(
            entry,
            recipient=who(grant.recipient),
            outcome=grant.outcome.value,
            code=grant.code,
            reference=grant.reference,
            rule=_rule(receipt.plan, grant.recipient),
            once=f"{key}.shared.{number}",
        )
        if grant.telling is Telling.MAIL:
            told = replace(entry, what=What.TOLD, act="shared", recipient=who(grant.recipient))
            yield replace(told, once=f"{key}.mailed.{number}")


def ended(key: str, receipt: EndReceipt) -> Iterator[Entry]:
    entry = _about(What.UNDONE if receipt.is_undone else What.ENDED, key, receipt.share.plan)
    for number, each in enumerate(receipt.returned):
        yield replace(
            entry,
            recipient=who(each.recipient),
            outcome=each.ending.value,
            reference=each.reference,
            until=int(each.ends.timestamp()) if each.ends else entry.until,
            once=f"{key}.ended.{number}",
        )


def returned(key: str, plan: SharePlan, each: Returned) -> Entry:
    """Of one recipient, who gave it back or had left the chat it was for."""
    entry = replace(_about(What.ENDED, key, plan), recipient=who(each.recipient), outcome=each.ending.value)
    return replace(entry, reference=each.reference, once=f"{key}.returned.{entry.recipient}")


def extended(key: str, plan: SharePlan, ends_at: int) -> Entry:
    return replace(_about(What.EXTENDED, key, plan), until=ends_at)


def trouble(act: str, key: str, plan: SharePlan, error: SharebotError | None) -> Entry:
    """`error` None: something of ours broke, and the log tells what."""
    entry = replace(_about(What.TROUBLE, key, plan), act=act)
    if error is None:
        return replace(entry, code="notDone")
    rule = error.rule if isinstance(error, AgainstPolicy) else ""
    return replace(entry, code=error.code, reference=error.reference, rule=rule)


def _rule(plan: SharePlan, person: Recipient) -> str:
    """What refused this one, else what decided of the whole."""
    refusing = [step.ruling.rule for step in plan.refused if step.ruling and step.recipient == person]
    return "; ".join(dict.fromkeys(refusing or [each.rule for each in plan.rulings]))


def change_planned(key: str, plan: ChangePlan) -> Iterator[Entry]:
    entry = _about_change(What.PLANNED, key, plan)
    for step in plan.steps:
        role = step.now.value if step.now else ""
        yield replace(
            entry, recipient=who(step.recipient), role=role, outcome=step.bar.value if step.bar else "changes"
        )


def changed(key: str, receipt: ChangeReceipt) -> Iterator[Entry]:
    """`role` is what they can do since."""
    what = What.UNDONE if receipt.is_undone else What.CHANGED
    entry = _about_change(what, key, receipt.plan)
    for number, each in enumerate(receipt.changes):
        yield replace(
            entry,
            recipient=who(each.recipient),
            role=each.now.value if each.now else "",
            outcome=each.became.value,
            code=each.code,
            reference=each.reference,
            once=f"{key}.{what.value}.{number}",
        )


def change_trouble(key: str, plan: ChangePlan, error: SharebotError | None) -> Entry:
    entry = _about_change(What.TROUBLE, key, plan)
    return replace(entry, code=error.code, reference=error.reference) if error else replace(entry, code="notDone")


def who(person: Recipient) -> str:
    """ "" for somebody of the organisation of whom nothing but the address is known."""
    return person.id or (person.email if person.is_outside else "")


def _about(what: What, key: str, plan: SharePlan) -> Entry:
    until = int(plan.until.at.timestamp()) if plan.until and plan.until.at else None
    asker = plan.asker
    return Entry(what, asker.tenant_id, asker.id, share=key, item=plan.item.key, role=plan.role.value, until=until)


def _about_change(what: What, key: str, plan: ChangePlan) -> Entry:
    asker, item = plan.asker, plan.item.key
    return Entry(what, asker.tenant_id, asker.id, act=plan.aim.value, share=key, item=item, until=plan.ends_at)


def _kept(row: Row[Any]) -> Kept:
    entry = Entry(
        What(row.what),
        row.tenant_id,
        row.person_id,
        act=row.act or "",
        share=row.share or "",
        item=row.item or "",
        recipient=row.recipient or "",
        role=row.role or "",
        outcome=row.outcome or "",
        code=row.code or "",
        until=row.until,
        reference=row.reference or "",
        rule=row.rule or "",
        once=row.once or "",
    )
    return Kept(row.id, row.at, entry)
