"""What somebody shared through us and what of it stands: a list, and from there each share's own card."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import cards.shares
from bot import planning
from bot.commands import change, received, share
from bot.commands.turn import Command, Reply, Turn, paged
from bot.errors import NotUnderstood, SharebotError, TooLate
from bot.graph.permissions import Permission, covers, role_of, tell_all
from bot.language import Understood
from bot.ledger import Stands
from bot.ledger.export import line
from bot.sharing import (
    Expiry,
    Grant,
    Outcome,
    Role,
    ShareList,
    ShareReceipt,
    ShareRequest,
    Words,
)
from bot.texts import _, later, sentences
from bot.work import Work
from cards.elements import Card, also
from cards.many import PAGE
from cards.share import CAN
from cards.shares import Shared

EXPORT, RECEIVED = "export", "received"
SOON = dt.timedelta(days=7)
OUTSIDE = ("external", "guests")
NAMED = ("name", "email", "mention", "id", "group")
# Whatever is meant by these, all of it is a fair answer.
ALL = ("all", "all_shared_with", "last_shared")


async def show(turn: Turn, understood: Understood) -> Reply:
    if understood.wish == RECEIVED:
        return await received.listed(turn)
    if set(understood.asks) - {"expiration"}:
        raise NotUnderstood(understood.hint or _(planning.NAME_THEM))
    wanted = await _wanted(turn, understood.request or ShareRequest((), ()))
    if understood.asks:
        # "Ending soon" is no date.
        wanted = replace(wanted, until=Expiry("", turn.work.now() + SOON))
    if wanted.people and not _fitting(_in_rows(await turn.work.shares.of(turn.person)), wanted):
        wanted = replace(wanted, people=await change.called_otherwise(turn, wanted.people))
    if understood.wish == EXPORT and turn.own_chat:
        return await _exported(turn, wanted)
    # In front of others it is shown in private first, and saved at a press.
    key = await turn.pending.put(wanted)
    return Reply(await card(turn.work, wanted, key), is_private=True)


async def open_(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """One of them, as it is by now. The key names it."""
    key, _dot, of = key.partition(".")
    await _at(turn, key)
    receipt = await _checked(turn, await turn.work.shares.receipt(of, turn.person))
    return Reply(also(await share.result(turn.work, receipt, of), cards.shares.back(key)), is_private=True)


async def _checked(turn: Turn, receipt: ShareReceipt) -> ShareReceipt:
    """With what each can do now, looked up as whoever asks: the share may be old."""
    plan = receipt.plan
    try:
        permissions = await turn.graph.permissions(plan.item)
    except SharebotError:
        return replace(receipt, checked=False)
    if not tell_all(permissions, turn.person.id):
        return replace(receipt, checked=False)
    return replace(receipt, grants=tuple(_by_now(each, permissions) for each in receipt.grants), checked=True)


def _by_now(grant: Grant, permissions: list[Permission]) -> Grant:
    now = role_of(grant.recipient, permissions)
    if grant.outcome is not Outcome.GRANTED:
        return grant
    if now is None:
        # Somebody new from outside may be missing from the list until they open the file.
        return replace(grant, outcome=Outcome.TAKEN if grant.recipient.id else Outcome.UNSURE)
    return replace(grant, role=now)


async def back(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    return await _shown(turn, await _at(turn, key), key)


async def turn_page(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    key, page = paged(key)
    wanted = await _at(turn, key)
    rows = _fitting(_in_rows(await turn.work.shares.of(turn.person)), wanted)
    if page * PAGE >= max(len(rows), 1):
        raise TooLate
    return await _shown(turn, replace(wanted, page=page), key)


async def all_(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    return await _shown(turn, _views(await _at(turn, key), turn.work.now())["shares.all"], key)


async def soon(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    return await _shown(turn, _views(await _at(turn, key), turn.work.now())["shares.soon"], key)


async def outside(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    return await _shown(turn, _views(await _at(turn, key), turn.work.now())["shares.outside"], key)


async def card(work: Work, wanted: ShareList, key: str) -> Card:
    """The page that was seen last, of what stands now."""
    now = work.now()
    stands = _in_rows(await work.shares.of(wanted.asker))
    rows = _fitting(stands, wanted)
    page = min(wanted.page, max(len(rows) - 1, 0) // PAGE)
    seen = rows[page * PAGE : (page + 1) * PAGE]
    shown = await work.shares.told([newest for newest, *_before in seen])
    others = {verb: _fitting(stands, view) for verb, view in _views(wanted, now).items()}
    return cards.shares.shares(
        [_shared(each, *before) for each, (_newest, *before) in zip(shown, seen, strict=True)],
        replace(wanted, page=page),
        key,
        count=len(rows),
        now=now,
        views=[verb for verb, found in others.items() if found and found != rows],
    )


async def export(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """The list as a file of their own."""
    return await _exported(turn, await _at(turn, key), key)


async def _exported(turn: Turn, wanted: ShareList, key: str = "") -> Reply:
    """`key` is of the list that it takes the place of."""
    fitting = _fitting(_in_rows(await turn.work.shares.of(turn.person)), wanted)
    stands = await turn.work.shares.told([newest for newest, *_before in fitting])
    if not stands:
        raise NotUnderstood(_("There is nothing to export: you share nothing through me that fits this."))
    rows = [_columns(), *(row for each in stands for row in _rows(each, turn))]
    # By its first mark Excel knows how the letters are written.
    content = "\ufeff" + "".join(map(line, rows))
    name = _("My shares {when}", when=turn.now.astimezone(turn.timezone).strftime("%Y-%m-%d %H.%M.%S"))
    item = await turn.graph.save(f"{name}.csv", content.encode(), "text/csv")
    shown = cards.shares.exported(item, len(rows) - 1)
    return Reply(also(shown, cards.shares.back(key)) if key else shown, is_private=True)


def _columns() -> tuple[str, ...]:
    file, place, name, address = _("File"), _("Place"), _("Shared with"), _("Address")
    return (
        file,
        place,
        name,
        address,
        _("Right"),
        _("Shared on"),
        _("Until"),
        _("Outside"),
        _("State"),
        _("Web address"),
    )


def _rows(stands: Stands, turn: Turn) -> Iterator[tuple[str, ...]]:
    """One for each person who has it. Moments are as ISO 8601 has them, which sorts."""
    plan = stands.receipt.plan
    shared = _moment(dt.datetime.fromtimestamp(stands.done_at, dt.UTC), turn)
    until = _moment(stands.ends, turn) if stands.ends else ""
    for each in stands.receipt.given():
        who, can = each.recipient, _(CAN[each.role or plan.role])
        is_outside = _("yes") if who.is_outside else _("no")
        state = cards.shares.state(each, stands.ends, turn.work.now())
        about = (plan.item.name, plan.item.where, who.name or who.email, who.email)
        yield (*about, can, shared, until, is_outside, state, plan.item.web_url)


def _moment(moment: dt.datetime, turn: Turn) -> str:
    return moment.astimezone(turn.timezone).strftime("%Y-%m-%d %H:%M")


async def _at(turn: Turn, key: str) -> ShareList:
    wanted = await turn.pending.at(key, turn.person)
    if not isinstance(wanted, ShareList):
        raise TooLate
    return wanted


async def _shown(turn: Turn, wanted: ShareList, key: str) -> Reply:
    await turn.pending.keep(key, wanted)
    return Reply(await card(turn.work, wanted, key), is_private=True)


def _views(wanted: ShareList, now: dt.datetime) -> dict[str, ShareList]:
    """What the buttons narrow it to, or widen it."""
    return {
        "shares.all": ShareList(wanted.asker),
        "shares.soon": replace(wanted, until=Expiry("", now + SOON), page=0),
        "shares.outside": replace(wanted, is_outside=True, page=0),
    }


async def _wanted(turn: Turn, request: ShareRequest) -> ShareList:
    """Raises NotUnderstood for whom nobody can tell, NotFound for a link that leads to nothing they can open."""
    people = [each for each in request.recipients if each.kind not in (*OUTSIDE, *ALL)]
    for each in people:
        if each.kind not in NAMED:
            why = planning.NOT_YET.get(each.kind)
            raise NotUnderstood(sentences(_(why), _(planning.NAME_THEM)) if why else _(planning.NAME_THEM))
    items: list[Words] = []
    until = request.until
    for each in request.items:
        if each.value == "expiring_soon":
            until = until or Expiry("", turn.work.now() + SOON)
        elif each.kind == "url":
            found = await turn.graph.item_behind(each.value)
            items.append(Words("id", found.key, found.name))
        elif each.kind == "reference" and each.value not in ALL:
            raise NotUnderstood(_("I can't tell which file that is. Please name the file or paste its link."))
        elif each.kind != "reference":
            items.append(each)
    is_outside = any(each.kind in OUTSIDE for each in request.recipients)
    return ShareList(turn.person, tuple(people), tuple(items), until, is_outside)


# What is one thing to whoever reads it


def _in_rows(stands: list[Stands]) -> list[list[Stands]]:
    """Each with those beneath it that are left when it ends, and with only those people who have it by this one.

    Who may edit what they were let view has it once, by the newer share. One that gives less than an older one is a
    row of its own: both are what they can do.
    """
    rows: list[list[Stands]] = []
    newer: dict[str, list[list[Stands]]] = defaultdict(list)
    for each in stands:
        receipt, above = each.receipt, newer[each.receipt.plan.item.key]
        for row in above:
            if _covers(row[0], each) and _people(row[0]) <= _people(each):
                row.append(each)
        covered = {person for row in above if _covers(row[0], each) for person in _people(row[0])}
        grants = tuple(grant for grant in receipt.grants if _called(grant) not in covered)
        own = [replace(each, receipt=replace(receipt, grants=grants))]
        if own[0].receipt.given():
            above.append(own)
            rows.append(own)
    return rows


def _people(stands: Stands) -> set[str]:
    return {_called(each) for each in stands.receipt.given()}


def _called(grant: Grant) -> str:
    return grant.recipient.id or grant.recipient.email.casefold()


def _covers(newer: Stands, older: Stands) -> bool:
    return all(covers(has, wanted) for has in _roles(newer) for wanted in _roles(older))


def _roles(stands: Stands) -> set[Role]:
    return {each.role or stands.receipt.plan.role for each in stands.receipt.given()}


def _shared(stands: Stands, *before: Stands) -> Shared:
    older = _shared(*before) if before else None
    return Shared(stands.key, stands.receipt, stands.ends, older)


# What fits


def _fitting(rows: list[list[Stands]], wanted: ShareList) -> list[list[Stands]]:
    """By what they have now: what is beneath it is said in its row, and is none of its own."""
    return [row for row in rows if _fits(row[0], wanted)]


def _fits(stands: Stands, wanted: ShareList) -> bool:
    people = [each.recipient for each in stands.receipt.given()]
    item = stands.receipt.plan.item
    return (
        (not wanted.people or any(change.is_called(each, words) for each in people for words in wanted.people))
        and (not wanted.items or any(change.is_item(item, words) for words in wanted.items))
        and (wanted.until is None or _ends_by(stands, wanted.until))
        and (not wanted.is_outside or any(each.is_outside for each in people))
    )


def _ends_by(stands: Stands, until: Expiry) -> bool:
    if until.at is None or stands.ends is None:
        return until.at is stands.ends
    return stands.ends <= until.at


COMMAND = Command(
    intent="list_shares",
    example=later("my shares"),
    what=later("Lists what you share through me: with whom, until when, and whether they know."),
    say=show,
    clicks={
        "shares.open": open_,
        "shares.back": back,
        "shares.page": turn_page,
        "shares.all": all_,
        "shares.soon": soon,
        "shares.outside": outside,
        "shares.export": export,
    },
)
