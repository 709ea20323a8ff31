"""The cards of several shares or changes at once: shall I, how far it is, what came of each, what people are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import cards.change
import cards.ended
import cards.share
from bot.changes import Aim, Changed, ChangePlan, ChangeReceipt
from bot.many import Many, Missing, Part
from bot.sharing import Change, EndReceipt, Grant, Outcome, Returned, SharePlan, ShareReceipt
from bot.texts import _, several, when
from cards.elements import (
    Action,
    Card,
    Element,
    apart,
    beside_each_other,
    block,
    button,
    card,
    heading,
    leads_to,
    line,
    row,
    run,
    small,
)
from cards.many import by_name, in_a_sentence
from cards.share import CAN, file, opens_there, terms, until_when

# So many are shown at once: Teams takes no card of any length.
PAGE, MOST = 10, 20


def confirm(shown: Many, *, page: int = 0) -> Card:
    """Exactly what a click would do, file by file."""
    parts = shown.parts
    to_do = [part for part in parts if _does_something(part)]
    ends = {part.share.until.at if part.share.until else None for part in parts if part.share}
    rows = [_planned(part, says_end=len(ends) > 1) for part in parts] + [_missing(each) for each in shown.plan.missing]
    if not to_do:
        title = _("Nothing to change")
        body, turns = _paged(rows, shown.key, page)
        return card(heading(title), *body, actions=turns, summary=title)
    title = _title(to_do)
    body, turns = _paged(rows, shown.key, page)
    shares = [part.share for part in to_do if part.share]
    about = terms(_of_all(shares)) if shares else [small(_("I tell them in Teams if I can; no mail goes out."))]
    return card(
        heading(title),
        *_people(shares),
        *body,
        *about,
        actions=[
            button(_button(to_do), "many.confirm", shown.key, style="positive"),
            *turns,
            button(_("Cancel"), "many.cancel", shown.key),
        ],
        summary=title,
    )


def cancelled() -> Card:
    return card(heading(_("Cancelled")), line(_("Nothing was changed.")), summary=_("Cancelled"))


def result(shown: Many, *, page: int = 0) -> Card:
    """How far it is, or what came of each."""
    over = sum(part.is_over for part in shown.parts)
    failed = [part for part in shown.parts if part.said or part.failed or _is_refused(part)]
    if not shown.is_over:
        title, colour = _("I'm on it: {over} of {count}", over=over, count=len(shown.parts)), "Default"
        if shown.is_undone:
            title = _("I'm undoing it")
    elif shown.is_undone:
        left = [part for part in shown.parts if part.can_be_undone]
        title, colour = (_("Undone in part"), "Warning") if left else (_("Undone"), "Default")
    elif failed and len(failed) == len(shown.parts) and not any(_did_something(part) for part in failed):
        title, colour = _("Not done"), "Attention"
    elif failed:
        title, colour = _("Done in part"), "Warning"
    else:
        title, colour = _("Done"), "Good"
    # What needs somebody's eyes comes first.
    ordered = [*failed, *(part for part in shown.parts if part not in failed)]
    rows = [_came_of(part) for part in ordered] + [_missing(each) for each in shown.plan.missing]
    body, turns = _paged(rows, shown.key, page)
    actions: list[Action] = [*turns]
    if shown.is_over and not shown.is_undone:
        if any(part.share and (part.said or part.failed) for part in failed):
            actions.insert(0, button(_("Retry what failed"), "many.retry", shown.key, style="positive"))
        if any(part.can_be_undone for part in shown.parts):
            actions.append(button(_("Undo all"), "many.undo", shown.key))
    elif shown.is_over and any(part.can_be_undone for part in shown.parts):
        actions.append(button(_("Undo all"), "many.undo", shown.key))
    return card(heading(title, colour), *body, actions=actions, summary=title)


def for_them(parts: Sequence[Part], person_id: str) -> Card:
    """What somebody is told of theirs, in one go."""
    if len(parts) == 1:
        return _for_one(parts[0], person_id)
    asker = apart(parts[0].plan.asker.name)
    given = [part for part in parts if isinstance(part.receipt, ShareReceipt)]
    message = next((part.share.message for part in given if part.share and part.share.message), None)
    if len(given) == len(parts):
        title = several(
            len(parts), "{name} shared {count} file with you", "{name} shared {count} files with you", name=asker
        )
    else:
        title = _("{name} has changed what you can open", name=asker)
    said = [line(message)] if message else []
    until = next((until_when(part.share) for part in given if part.share), [])
    files = [_theirs(part, person_id) for part in parts[:MOST]]
    return card(heading(title), *said, *files, *_more(len(parts)), *until, summary=title)


def soon(ending: Sequence[tuple[str, ShareReceipt, dt.datetime]]) -> Card:
    """For the sharer: what ends at one moment. A press on one leads to what can be done about it."""
    if len(ending) == 1:
        ((key, receipt, ends),) = ending
        return cards.ended.reminder(receipt, ends, key)
    title = _("These end soon")
    until = _("Until {when}: then I end it.", when=when(ending[0][2]))
    rows = [row(receipt.plan.item.name, _who_can(receipt), "ends.one", key) for key, receipt, _ends in ending[:MOST]]
    return card(heading(title), line(until), *rows, *_more(len(ending)), summary=title)


def _who_can(receipt: ShareReceipt) -> str:
    people = in_a_sentence([each.recipient for each in receipt.given()])
    return _("{people}: {access}", people=people, access=_(CAN[receipt.plan.role]))


def ended(receipts: Sequence[EndReceipt]) -> Card:
    """For the sharer."""
    if len(receipts) == 1:
        return cards.ended.ended(receipts[0])
    title = _("Ended")
    rows = [_as_before(each) for each in receipts[:MOST]]
    checked = block(small(_("Checked: this is what they can do now.")))
    return card(heading(title, "Good"), *rows, *_more(len(receipts)), checked, summary=title)


def _more(count: int) -> list[Element]:
    more = count - MOST
    return [small(several(more, "and {count} more", "and {count} more"))] if more > 0 else []


def _as_before(ended: EndReceipt) -> Element:
    people = in_a_sentence([each.recipient for each in ended.returned])
    return block(
        file(ended.share.plan.item), small(_("as before: {people}", people=people), spacing="None"), separator=True
    )


def _for_one(part: Part, person_id: str) -> Card:
    match part.receipt:
        case EndReceipt() as ended:
            return cards.ended.ended_for_you(ended, next(each for each in ended.returned if _is(each, person_id)))
        case ChangeReceipt() as receipt:
            return cards.change.for_them(receipt.plan, next(each for each in receipt.changes if _is(each, person_id)))
        case ShareReceipt() as receipt:
            later = any(receipt.plan.comes_later(each.recipient) for each in receipt.grants if _is(each, person_id))
            return cards.share.shared_with_you(receipt.plan, part.key, later=later)
        case None:
            raise ValueError


def _is(each: Grant | Returned | Changed, person_id: str) -> bool:
    return each.recipient.id == person_id


def _theirs(part: Part, person_id: str) -> Element:
    """One file, and what they can do with it by now."""
    item = part.plan.item
    match part.receipt:
        case EndReceipt() as ended:
            mine = next(each for each in ended.returned if _is(each, person_id))
            opens = mine.now
        case ChangeReceipt() as receipt:
            opens = next(each for each in receipt.changes if _is(each, person_id)).now
        case _:
            opens = part.share.role if part.share else None
    can = _(CAN[opens]) if opens else _("no access")
    seen = beside_each_other(
        [file(item, by=item.owner != part.plan.asker.name)], [line(run(can, bold=True), spacing="None")]
    )
    return leads_to(seen, opens_there(item)) if opens else seen


def _title(parts: Sequence[Part]) -> str:
    if all(part.share for part in parts):
        return several(len(parts), "Share {count} file?", "Share {count} files?")
    if all(isinstance(part.plan, ChangePlan) and part.plan.aim is Aim.REMOVE for part in parts):
        return several(len(parts), "Take away access to {count} file?", "Take away access to {count} files?")
    return several(len(parts), "Do this for {count} file?", "Do this for {count} files?")


def _button(parts: Sequence[Part]) -> str:
    if all(part.share for part in parts):
        return _("Share all")
    if not any(part.share for part in parts):
        return _("Remove access")
    return _("Do all of it")


def _people(shares: Sequence[SharePlan]) -> list[Element]:
    """Who gets it, said once: it is the same for each file."""
    people = list(dict.fromkeys(each for plan in shares for each in plan.to_grant))
    if not people:
        return []
    can = _(CAN[shares[0].role])
    said = [line(run(several(len(people), "{count} person", "{count} people"), bold=True), run(f": {can}"))]
    said.append(small(by_name(people), spacing="None"))
    if outside := [each for each in people if each.is_outside]:
        said.append(small(_("⚠ outside your organisation: {names}", names=by_name(outside)), "Warning"))
    return [block(*said)]


def _of_all(shares: Sequence[SharePlan]) -> SharePlan:
    """One that stands for all in what is said of them: with everybody, and a folder if there is one."""
    most = max(shares, key=lambda plan: len(plan.to_grant))
    item = next((plan.item for plan in shares if plan.item.is_folder), most.item)
    is_same = len({plan.until for plan in shares}) == 1
    rulings = tuple(dict.fromkeys(each for plan in shares for each in plan.rulings))
    sees_all = all(plan.sees_all for plan in shares)
    return replace(most, item=item, until=most.until if is_same else None, rulings=rulings, sees_all=sees_all)


def _does_something(part: Part) -> bool:
    return bool(part.plan.to_change if isinstance(part.plan, ChangePlan) else part.plan.to_grant)


def _did_something(part: Part) -> bool:
    match part.receipt:
        case ShareReceipt() as receipt:
            return bool(receipt.granted())
        case ChangeReceipt() as receipt:
            return bool(receipt.done())
        case _:
            return False


def _is_refused(part: Part) -> bool:
    return isinstance(part.receipt, ChangeReceipt) and len(part.receipt.done()) < len(part.receipt.changes)


def _planned(part: Part, *, says_end: bool) -> Element:
    """`says_end`: the rules of the organisation let one last longer than another."""
    plan = part.plan
    if isinstance(plan, ChangePlan):
        return block(file(plan.item), *(cards.change.step(each, plan) for each in plan.steps), separator=True)
    had = [step.recipient for step in plan.steps if step.change is Change.HAS_IT]
    said = [small(_("{people}: {access}", people=in_a_sentence(plan.to_grant), access=_(CAN[plan.role])))]
    if had:
        said.append(small(_("already: {people}", people=in_a_sentence(had)), spacing="None"))
    refused = [cards.share.step(step, plan) for step in plan.refused]
    ends = until_when(plan) if says_end else []
    return block(file(plan.item), *(said if plan.to_grant else said[1:]), *refused, *ends, separator=True)


def _came_of(part: Part) -> Element:
    plan = part.plan
    body = [file(plan.item)]
    match part.receipt:
        case ShareReceipt() as receipt:
            granted, had = receipt.granted(), [each for each in receipt.grants if each.outcome is Outcome.HAD_IT]
            if granted:
                people = in_a_sentence([each.recipient for each in granted])
                can = _("{people}: {access}", people=people, access=_(CAN[receipt.plan.role]))
                body.append(line(run(f"✓ {can}", colour="Good"), spacing="None"))
            if had:
                people = in_a_sentence([each.recipient for each in had])
                body.append(small(_("already: {people}", people=people), spacing="None"))
            body += [cards.share.grant(each, receipt.plan) for each in part.failed]
            if part.said:
                body.append(line(run(f"✗ {_(part.said)}", colour="Attention"), spacing="None"))
        case EndReceipt() as ended:
            return _as_before(ended)
        case ChangeReceipt() as receipt:
            steps = {step.recipient: step for step in receipt.plan.steps}
            body += [cards.change.changed(each, receipt.plan, steps.get(each.recipient)) for each in receipt.changes]
        case None if part.said:
            body.append(line(run(f"✗ {_(part.said)}", colour="Attention"), spacing="None"))
        case None:
            body.append(small(_("waits for its turn"), spacing="None"))
    return block(*body, separator=True)


def _missing(missing: Missing) -> Element:
    return block(
        line(run(missing.name, bold=True), spacing="None"),
        small(f"✗ {missing.why}", "Attention", spacing="None"),
        separator=True,
    )


def _paged(rows: Sequence[Element], key: str, page: int) -> tuple[list[Element], list[Action]]:
    """What is to be seen on a page, from 0, and what turns it."""
    if len(rows) <= PAGE:
        return list(rows), []
    first = min(page, (len(rows) - 1) // PAGE) * PAGE
    last = min(first + PAGE, len(rows))
    turns: list[Action] = []
    if last < len(rows):
        turns.append(button(_("More…"), "many.page", f"{key}.{first // PAGE + 1}", inputs=False))
    if first:
        turns.append(button(_("Back"), "many.page", f"{key}.{first // PAGE - 1}", inputs=False))
    where = small(_("{first} to {last} of {count}", first=first + 1, last=last, count=len(rows)))
    return [*rows[first:last], where], turns
