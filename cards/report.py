"""What an administrator sees: counts of a time, refusals and failures, and what waits for whom. No names of files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bot.sharing import ShareableItem
from bot.texts import _, either, later, sentences, several, when
from cards.elements import Card, Element, apart, block, button, card, filled, heading, line, run, small
from cards.share import file, opens_there

# The times that a press leads to, in days.
TIMES = (1, 7, 30, 90)
# What nobody refused, and nothing came of all the same.
NOT_DONE = {
    "NotUnderstood": later("not understood"),
    "NotFound": later("not found, or not theirs to open"),
    "NotYours": later("a button of somebody else's"),
    "TooLate": later("pressed too late"),
    "Unavailable": later("Microsoft 365 did not answer"),
    "Busy": later("Microsoft 365 had too much to do"),
    "Overloaded": later("Microsoft 365 had too much to do"),
    "Unsure": later("nobody can tell whether it was done"),
    "SharebotError": later("something broke on my side"),
}
REASONS = {**NOT_DONE, "NotAllowed": later("Microsoft 365 or a rule did not allow it")}
# Of those who wait, and of codes, so many are named.
NAMED = 10


@dataclass(frozen=True)
class Waits:
    """For a second person. Whoever asked, and the rule that wants it."""

    asker: str
    rule: str
    approvers: tuple[str, ...]
    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True)
class SignedOut:
    """A sharer, how many of their shares have an end, of how many it is past, and the first of these ends."""

    name: str
    shares: int
    late: int
    ends: dt.datetime


@dataclass(frozen=True)
class Overview:
    """Of `days` up to now: what was done, refused and failed. Since then: what stands and waits.

    Pairs are a rule's name or a code, and how often. `approvals` and `signed_out` may be the first of so many as
    `waiting` and `lost` say.
    """

    days: int
    shares: int
    recipients: int
    ended: int
    undone: int
    changed: int
    rules: tuple[tuple[str, int], ...]
    refused: tuple[tuple[str, int], ...]
    failed: tuple[tuple[str, int], ...]
    untold: int
    stands: int
    without_end: int
    overdue: int
    requests: int
    waiting: int
    approvals: tuple[Waits, ...]
    lost: int
    signed_out: tuple[SignedOut, ...]


def report(of: Overview) -> Card:
    title = _("Report: {time}", time=_time(of.days))
    shared = _("Shares: {shares}, which gave access {times} times.", shares=of.shares, times=of.recipients)
    times = [button(_time(each), "report.show", f".{each}", inputs=False) for each in TIMES if each != of.days]
    return card(
        heading(title),
        line(shared),
        line(
            _(
                "Ended: {ended}. Undone: {undone}. Changed by hand: {changed}.",
                ended=of.ended,
                undone=of.undone,
                changed=of.changed,
            )
        ),
        _of_refusals(of),
        _of_failures(of),
        _of_now(of),
        *_waiting(of.approvals, of.waiting),
        *_signed_out(of.signed_out, of.lost),
        small(_("That you looked is in the record, and so is each export of it.")),
        actions=[*times, button(_("Export the record…"), "report.export", f".{of.days}", inputs=False)],
        summary=sentences(title, shared),
    )


def exported(item: ShareableItem, count: int, days: int) -> Card:
    """Where it was saved; nobody else can open it."""
    title = _("Saved in your OneDrive")
    rows = several(count, "{count} row of the record: {time}", "{count} rows of the record: {time}", time=_time(days))
    private = _("Only you can open it, until you share it.")
    return card(
        heading(title, "Good"),
        file(item),
        small(rows),
        small(private),
        actions=[button(_("Back"), "report.show", f".{days}", inputs=False), opens_there(item)],
        summary=_("{title}: {file}", title=title, file=apart(item.name)),
    )


def _time(days: int) -> str:
    return _("Last 24 hours") if days == 1 else several(days, "Last {count} day", "Last {count} days")


def _of_refusals(of: Overview) -> Element:
    rules = [
        line(_("By the rule “{rule}”: {count}", rule=apart(rule), count=count)) for rule, count in of.rules[:NAMED]
    ]
    refused = [(code, count) for code, count in of.refused if code not in NOT_DONE]
    not_done = [(code, count) for code, count in of.refused if code in NOT_DONE]
    total = sum(count for _rule, count in (*of.rules, *refused))
    others = [line(_("For other reasons: {reasons}", reasons=_codes(refused)))] if refused else []
    came_to_nothing = _("Came to nothing: {count}", count=sum(count for _code, count in not_done))
    return block(
        small(_("Refused: {count}", count=total)),
        *rules,
        *_more(len(of.rules)),
        *others,
        *([small(came_to_nothing), line(_codes(not_done))] if not_done else []),
        separator=True,
    )


def _of_failures(of: Overview) -> Element:
    total = sum(count for _code, count in of.failed)
    codes = [line(_codes(of.failed))] if of.failed else []
    untold = [line(_("Could not be told: {count}", count=of.untold))] if of.untold else []
    return block(small(_("Failed: {count}", count=total)), *codes, *untold, separator=True)


def _of_now(of: Overview) -> Element:
    overdue = _("Should be over, and is not: {count}", count=of.overdue)
    return block(
        small(_("Now")),
        line(_("Shares that stand: {count}; of these without an end: {open}", count=of.stands, open=of.without_end)),
        line(_("Requests that wait for their sharers: {count}", count=of.requests)),
        *([line(run(f"⚠ {overdue}", colour="Attention"))] if of.overdue else []),
        separator=True,
    )


def _waiting(approvals: Sequence[Waits], count: int) -> list[Element]:
    if not approvals:
        return []
    rows: list[Element] = []
    for each in approvals[:NAMED]:
        asks = _("{who} wants to share something. By the rule “{rule}” it waits for a yes of {names}.")
        names = run(either([apart(name) for name in each.approvers]))
        rows.append(line(*filled(asks, who=run(each.asker, bold=True), names=names, rule=run(each.rule))))
        times = _("Asked {since}. Open until {until}.", since=when(each.since), until=when(each.until))
        rows.append(small(times, spacing="None"))
    title = small(_("Waiting for approval: {count}", count=count))
    return [block(title, *rows, *_more(count), separator=True)]


def _signed_out(sharers: Sequence[SignedOut], count: int) -> list[Element]:
    if not sharers:
        return []
    rows: list[Element] = []
    for each in sharers[:NAMED]:
        said = _("{who}: {shares} with an end, {late} of them late")
        counts = {"shares": run(str(each.shares)), "late": run(str(each.late))}
        rows.append(line(*filled(said, who=run(each.name, bold=True), **counts)))
        rows.append(small(_("First end: {when}", when=when(each.ends)), spacing="None"))
    who = _("They have to sign in. Where an account is gone, take its shares away in Microsoft 365.")
    return [
        block(
            small(_("Shares that nobody can end through me: the sharer is signed out or gone"), "Attention"),
            *rows,
            *_more(count),
            small(who),
            separator=True,
        )
    ]


def _codes(pairs: Sequence[tuple[str, int]]) -> str:
    """In words, or as Microsoft 365 has them, which is what one can look up."""
    return " · ".join(
        f"{_(REASONS[code])} ({count})" if code in REASONS else f"{code} {count}" for code, count in pairs[:NAMED]
    )


def _more(count: int) -> list[Element]:
    left = count - NAMED
    return [small(several(left, "and {count} more", "and {count} more"))] if left > 0 else []
