"""What waits for somebody's word, and what they wait for themselves: a row for each, as its own card tells of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bot.sharing import AccessWanted, SharePlan
from bot.texts import _, sentences, several, when
from cards.approvals import asks
from cards.basics import begin
from cards.elements import Action, Card, Element, apart, block, button, card, heading, line, row, run, small
from cards.many import waits_for
from cards.received import called

# Of each kind; whoever has answered some sees the others.
MOST = 10


@dataclass(frozen=True)
class Waits:
    """One of them: `verb` is what a press on it does, "" for nothing."""

    title: str
    detail: str
    verb: str = ""
    key: str = ""


def request(what: AccessWanted, key: str) -> Waits:
    """Somebody asks to view or to edit a file."""
    file, name = apart(called(what)), apart(what.asker.name)
    title = (
        _("{name} asks to edit {file}.", name=name, file=file)
        if what.viewed
        else _("{name} asks for access to {file}.", name=name, file=file)
    )
    address = what.who.email if what.who else ""
    detail = (address, what.reason or _("They still wait for your answer."))
    return Waits(title, " · ".join(map(apart, filter(None, detail))), "inbox.open", key)


def approval(plans: Sequence[SharePlan], due: dt.datetime, key: str) -> Waits:
    """Somebody wants to share what needs a second person."""
    detail = _("You can answer until {when}. Without an answer nothing is shared.", when=when(due))
    return Waits(asks(plans), detail, "inbox.open", key)


def asked(what: AccessWanted) -> Waits:
    return Waits(apart(called(what)), _("I asked {name}, and tell you what they decide.", name=apart(what.owner.name)))


def asked_to_approve(plan: SharePlan, names: Sequence[Sequence[str]], key: str) -> Waits:
    """`key` "": it is one of several, on a card of theirs."""
    verb = "approvals.ask" if key else ""
    return Waits(apart(plan.item.name), sentences(*(waits_for(each) for each in names)), verb, key)


def inbox(decides: Sequence[Waits], asks_for: Sequence[Waits]) -> Card:
    """What somebody is to decide, and what they asked others for."""
    count = len(decides)
    title = _("What waits for you: {count}", count=count) if count else _("Nothing waits for your decision.")
    own = [line(run(_("What you asked for"), bold=True), spacing="Medium"), *_rows(asks_for)] if asks_for else []
    actions = [] if count or own else [begin()]
    return card(heading(title), *_rows(decides), *own, actions=actions, summary=title)


def back() -> Action:
    """From the card of one of them to the list."""
    return button(_("Back"), "inbox.back", "", inputs=False)


def _rows(waits: Sequence[Waits]) -> list[Element]:
    rows = [
        row(each.title, each.detail, each.verb, each.key)
        if each.verb
        else block(line(run(each.title, bold=True)), small(each.detail))
        for each in waits[:MOST]
    ]
    left = len(waits) - MOST
    return [*rows, small(several(left, "and {count} more", "and {count} more"))] if left > 0 else rows
