"""What somebody shares through us, or has by it: a row for each share, and a press on it leads to its own card."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.sharing import Grant, Outcome, Recipient, ShareableItem, ShareList, SharePlan, ShareReceipt, Telling
from bot.texts import _, day, later, listed, quoted, sentences, several, when
from cards.basics import begin
from cards.elements import Action, Card, Element, apart, button, card, heading, row, small
from cards.many import PAGE, names, turned
from cards.share import CAN, NOT_TOLD, file, opens_there

# Of the people of a share, so many have a name in its row.
NAMED = 3
SOON = later("Ending within a week")
# What else of the list can be seen by a press, by its verb.
VIEWS = {
    "shares.all": later("All"),
    "shares.soon": SOON,
    "shares.outside": later("Outside the organisation"),
}


@dataclass(frozen=True)
class Shared:
    """A share that stands. `ends` None: it does not. `before` is an older one, of the same file for the same people."""

    key: str
    receipt: ShareReceipt
    ends: dt.datetime | None
    before: Shared | None = None


def shares(
    shown: Sequence[Shared], wanted: ShareList, key: str, *, count: int, now: dt.datetime, views: Sequence[str] = ()
) -> Card:
    """Those of a page, of all that there are; `views` are the verbs that would show others."""
    buttons = [button(_(VIEWS[each]), each, key, inputs=False) for each in views]
    narrowed = _narrowed(wanted)
    if not shown:
        nothing = _("Nothing that you share fits this.") if narrowed else _("You share nothing through me now.")
        said = [small(narrowed)] if narrowed else []
        return card(heading(nothing), *said, actions=[begin(), *buttons], summary=nothing)
    title = _("What you share: {count}", count=count)
    among = [each.recipient for share in shown for each in share.receipt.given()]
    files = {(share.receipt.plan.item.name, share.receipt.plan.item.key) for share in shown}
    called = Counter(name for name, _key in files)
    rows = [_row(each, key, now, among, is_alike=called[each.receipt.plan.item.name] > 1) for each in shown]
    body = [heading(title), *([small(narrowed)] if narrowed else []), *rows]
    buttons.append(button(_("Export…"), "shares.export", key, inputs=False))
    turns = []
    if count > PAGE:
        first = wanted.page * PAGE
        where, turns = turned(range(first, first + len(shown)), count, "shares.page", key, wanted.page)
        body.append(where)
    return card(*body, actions=[*turns, *buttons], summary=sentences(title, narrowed) if narrowed else title)


def received(
    shown: Sequence[tuple[str, SharePlan, dt.datetime | None]], *, count: int, page: int, now: dt.datetime
) -> Card:
    """What others share with somebody: of a page the key of each share, what it gives, and its end."""
    elsewhere = small(_("What was shared with you without me is in your OneDrive, under “Shared”."))
    if not shown:
        nothing = _("Nobody shares anything with you through me now.")
        return card(heading(nothing), elsewhere, actions=[begin()], summary=nothing)
    title = _("What others share with you: {count}", count=count)
    rows = [
        row(
            plan.item.name,
            " · ".join((_("by {name}", name=plan.asker.name), _(CAN[plan.role]), _until(ends, now))),
            "received.open",
            key,
        )
        for key, plan, ends in shown
    ]
    first = page * PAGE
    where, turns = turned(range(first, first + len(shown)), count, "received.list", "", page)
    pages = [where] if count > PAGE else []
    return card(heading(title), *rows, *pages, elsewhere, actions=turns, summary=title)


def exported(item: ShareableItem, count: int) -> Card:
    """Where it was saved; nobody else can open it."""
    title = _("Saved in your OneDrive")
    rows = several(count, "{count} row, for each person one.", "{count} rows, for each person one.")
    private = _("Only you can open it, until you share it.")
    return card(
        heading(title, "Good"),
        file(item),
        small(sentences(rows, private)),
        actions=[opens_there(item)],
        summary=_("{title}: {file}", title=title, file=apart(item.name)),
    )


def state(grant: Grant, ends: dt.datetime | None, now: dt.datetime) -> str:
    """How it stands for one person, in a cell."""
    if ends is not None and ends <= now:
        return _("It should have ended: {when}.", when=when(ends))
    return _told([grant])


def back(key: str) -> Action:
    """From the card of a share to the list."""
    return button(_("Back"), "shares.back", key, inputs=False)


def _narrowed(wanted: ShareList) -> str:
    """What is set; "" where all are shown."""
    parts: list[str] = []
    if wanted.people:
        parts.append(_("with {people}", people=listed([apart(each.name or each.value) for each in wanted.people])))
    if wanted.items:
        parts.append(listed([quoted(apart(each.name or each.value)) for each in wanted.items]))
    if wanted.until and wanted.until.at:
        # What nobody said in words is "soon".
        parts.append(_("until {when}", when=when(wanted.until.at)) if wanted.until.words else _(SOON))
    elif wanted.until:
        parts.append(_("no end"))
    if wanted.is_outside:
        parts.append(_("outside your organisation"))
    return " · ".join(parts)


def _row(share: Shared, key: str, now: dt.datetime, among: Sequence[Recipient], *, is_alike: bool) -> Element:
    """`among` are all whom the list names: two of them may have one name. `is_alike`: so may another file."""
    given = share.receipt.given()
    people = [each.recipient for each in given]
    parts = [
        apart(share.receipt.plan.item.where) if is_alike else "",
        _who(people, among),
        _can(share),
        _until(share.ends, now),
        *_then(share, now),
        _("outside your organisation") if any(each.is_outside for each in people) else "",
        _told(given),
    ]
    return row(share.receipt.plan.item.name, " · ".join(filter(None, parts)), "shares.open", f"{key}.{share.key}")


def _who(people: Sequence[Recipient], among: Sequence[Recipient]) -> str:
    some = names(people[:NAMED], among)
    if len(people) > NAMED:
        return _("{names} and {count} more", names=", ".join(some), count=len(people) - NAMED)
    return listed(some)


def _can(share: Shared) -> str:
    roles = dict.fromkeys(each.role or share.receipt.plan.role for each in share.receipt.given())
    return " / ".join(_(CAN[each]) for each in roles)


def _then(share: Shared, now: dt.datetime) -> list[str]:
    """What is left of an older share when this one ends."""
    before = share.before
    while share.ends and before and before.ends and before.ends <= share.ends:
        before = before.before
    if before is None or share.ends is None:
        return []
    return [_("then: {access}", access=_can(before)), _until(before.ends, now)]


def _until(ends: dt.datetime | None, now: dt.datetime) -> str:
    if ends is None:
        return _("no end")
    if ends <= now:
        return _("It should have ended: {when}.", when=when(ends))
    return _("until {day}", day=day(ends))


def _told(given: Sequence[Grant]) -> str:
    """Whether they have heard of it; of what nobody is sure of, nobody has to."""
    granted = [each for each in given if each.outcome is Outcome.GRANTED]
    untold = sum(each.telling in NOT_TOLD for each in granted)
    if untold:
        return several(untold, "{count} not told", "{count} not told")
    if any(each.telling in (Telling.WAITS, Telling.KEPT) for each in granted):
        return _("not told yet")
    return _("told") if granted else _("? not sure")
