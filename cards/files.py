"""The cards of several shares or changes at once: shall I, how far it is, what came of each, what people are told."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import cards.change
import cards.ended
import cards.share
from bot.changes import Aim, Changed, ChangePlan, ChangeReceipt
from bot.many import Many, Missing, Part, Waiting
from bot.sharing import Change, Decision, EndReceipt, Grant, Outcome, Recipient, Returned, Role, SharePlan, ShareReceipt
from bot.texts import _, later, listed, sentences, several, when
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
    pressable,
    row,
    run,
    small,
)
from cards.many import IN_A_SENTENCE, by_name, in_a_sentence, waits_for
from cards.share import CAN, comes_with, file, opens_there, terms, until_and_rules, until_when

# So many are shown at once: Teams takes no card of any length.
PAGE, MOST = 10, 20
ONLY_TOLD = later("I tell them in Teams if I can; no mail goes out.")


def confirm(shown: Many, *, page: int = 0) -> Card:
    """Exactly what a click would do, file by file."""
    parts = shown.parts
    to_do = [part for part in parts if _does_something(part)]
    waiting = [plan for each in shown.waiting for plan in each.plans]
    ends = {plan.until.at if plan.until else None for plan in (*_shares(parts), *waiting)}
    # Several commands of one message may want to have it otherwise.
    ways = {(plan.sign_in, plan.mail, plan.message) for plan in (*_shares(parts), *waiting)}
    says = {"says_end": len(ends) > 1, "says_way": len(ways) > 1}
    is_one = _is_one(parts) and not waiting
    rows = [_of_one(parts)] if is_one else [_planned(part, **says) for part in parts]
    rows += [_to_approve(plan, **says) for plan in waiting]
    rows += [_missing(each) for each in shown.plan.missing]
    if not to_do and not waiting:
        title = _("Nothing to change")
        body, turns = paged(rows, shown.key, page)
        return card(heading(title), *body, *cards.share.stays(_shares(parts)), actions=turns, summary=title)
    title = _title(to_do, parts) if to_do else several(len(waiting), "Share {count} file?", "Share {count} files?")
    body, turns = paged(rows, shown.key, page)
    shares = [*_shares(to_do), *waiting]
    of_them = until_and_rules if len(ways) > 1 else terms
    about = of_them(_without_rules(of_all(shares), waiting)) if shares else [small(_(ONLY_TOLD))]
    return card(
        heading(title),
        *([] if is_one else people(shares)),
        *body,
        *cards.share.stays(_shares(parts)),
        *_needs_approval(waiting),
        *about,
        actions=[
            button(_button(to_do, waiting, parts), "many.confirm", shown.key, style="positive"),
            *turns,
            *([button(_("Change…"), "share.change", shown.key)] if shown.can_be_changed else []),
            button(_("Cancel"), "many.cancel", shown.key),
        ],
        summary=title,
    )


def cancelled() -> Card:
    return card(heading(_("Cancelled")), line(_("Nothing was changed.")), summary=_("Cancelled"))


def result(shown: Many, *, page: int = 0) -> Card:
    """How far it is, or what came of each."""
    failed = [part for part in shown.parts if part.said or part.failed or _is_refused(part)]
    title, colour = _how_far(shown, failed)
    # What needs somebody's eyes comes first.
    ordered = [*failed, *(part for part in shown.parts if part not in failed)]
    rows = [_came_of(part, shown.key) for part in ordered]
    rows += [_decided(plan, each) for each in shown.waiting for plan in each.plans]
    rows += [_missing(each) for each in shown.plan.missing]
    body, turns = paged(rows, shown.key, page)
    if shown.approved_by:
        body.insert(0, line(_("{name} approved what you wanted to share.", name=apart(shown.approved_by))))
    if shown.is_over:
        body += _to_come(shown.parts)
    actions: list[Action] = [*turns]
    if shown.is_over and not shown.is_undone:
        if any(part.left for part in failed):
            actions.insert(0, button(_("Retry what failed"), "many.retry", shown.key, style="positive"))
        if any(part.can_be_undone for part in shown.parts):
            actions.append(button(_("Undo all"), "many.undo", shown.key))
    elif shown.is_over and any(part.can_be_undone for part in shown.parts):
        actions.append(button(_("Undo all"), "many.undo", shown.key))
    if any(each.is_open for each in shown.waiting):
        actions.append(button(_("Withdraw"), "many.withdraw", shown.key))
    return card(heading(title, colour), *body, actions=actions, summary=title)


def _to_come(parts: Sequence[Part]) -> list[Element]:
    """Whether it is known to be there, who is still to hear of it, and when it ends."""
    receipts = [part.receipt for part in parts if isinstance(part.receipt, ShareReceipt) and part.receipt.granted()]
    if not receipts:
        return []
    waits = max(receipts, key=lambda each: (each.waits, each.plan.undo))
    said = [cards.share.checked(is_there=all(each.checked for each in receipts)), *cards.share.still(waits)]
    ends = {each.plan.until.at if each.plan.until and each.plan.sees_all else None for each in receipts}
    end = ends.pop() if len(ends) == 1 else None
    until = [small(_("Until {when}: then I end it.", when=when(end)))] if end else []
    return [block(small(sentences(*said)), *until)]


def back(key: str) -> Action:
    """From the card of one of them to this one."""
    return button(_("Back"), "many.page", f"{key}.0", inputs=False)


def _how_far(shown: Many, failed: Sequence[Part]) -> tuple[str, str]:
    """In a word, and its colour."""
    refused = [each for each in shown.waiting if each.decision not in (None, Decision.ALLOWED)]
    nothing = (
        len(failed) == len(shown.parts)
        and len(refused) == len(shown.waiting)
        and not any(_did_something(part) for part in failed)
    )
    if not shown.is_over and shown.is_undone:
        return _("I'm undoing it"), "Default"
    if not shown.is_over and shown.parts:
        over = sum(part.is_over for part in shown.parts)
        return _("I'm on it: {over} of {count}", over=over, count=len(shown.parts)), "Default"
    if shown.is_undone:
        left = [part for part in shown.parts if part.can_be_undone]
        return (_("Undone in part"), "Warning") if left else (_("Undone"), "Default")
    if (failed or refused) and nothing:
        return _("Not done"), "Attention"
    if not shown.is_over or (any(each.is_open for each in shown.waiting) and not failed):
        return _("Waiting for approval"), "Default"
    return (_("Done in part"), "Warning") if failed or refused else (_("Done"), "Good")


def files(plans: Sequence[SharePlan]) -> list[Element]:
    return [*(file(plan.item) for plan in plans[:MOST]), *_more(len(plans))]


def in_a_line(plans: Sequence[SharePlan]) -> str:
    """What they are called, the first few by name."""
    named = [apart(plan.item.name) for plan in plans[:IN_A_SENTENCE]]
    if more := len(plans) - len(named):
        return _("{names} and {count} more", names=", ".join(named), count=more)
    return listed(named)


@dataclass(frozen=True)
class Theirs:
    """How a share of somebody stands: what they can do by it now, what they may press, and what they have.

    `plan` is the share as it is by now, with its end.
    """

    plan: SharePlan
    now: Role | None
    may_ask: bool = False
    may_return: bool = False
    is_asked: bool = False


def for_them(parts: Sequence[Part], person_id: str, known: Mapping[str, Theirs] | None = None) -> Card:
    """What somebody is told of theirs, in one go; `known` is how each share stands by now, by its key."""
    if len(parts) == 1:
        return _for_one(parts[0], person_id)
    given = [part for part in parts if isinstance(part.receipt, ShareReceipt)]
    known = known or {part.key: _at_first(part.share, person_id) for part in given if part.share}
    asker = apart(parts[0].plan.asker.name)
    message = next((part.share.message for part in given if part.share and part.share.message), None)
    if len(given) == len(parts):
        title = several(
            len(parts), "{name} shared {count} file with you", "{name} shared {count} files with you", name=asker
        )
    else:
        title = _("{name} has changed what you can open", name=asker)
    said = [line(message)] if message else []
    ends = {key: until_when(each.plan) for key, each in known.items() if each.now}
    is_one = all(each == next(iter(ends.values())) for each in ends.values())
    until = next(iter(ends.values()), []) if is_one else []
    # More than a few with buttons each nobody would find their way in, and a card has its size.
    with_buttons = len(parts) <= PAGE
    files = [
        _theirs(
            part,
            person_id,
            known.get(part.key),
            until=[] if is_one else ends.get(part.key, []),
            with_buttons=with_buttons,
        )
        for part in parts[:MOST]
    ]
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
    rows = [_has_ended(each) for each in receipts[:MOST]]
    checked = block(small(_("Checked: this is what they can do now.")))
    return card(heading(title, "Good"), *rows, *_more(len(receipts)), checked, summary=title)


def _more(count: int) -> list[Element]:
    more = count - MOST
    return [small(several(more, "and {count} more", "and {count} more"))] if more > 0 else []


def _has_ended(ended: EndReceipt) -> Element:
    """One of the files, and what its people can do now."""
    plan = ended.share.plan
    can: dict[Role | None, list[Recipient]] = defaultdict(list)
    for each in ended.returned:
        can[each.now].append(each.recipient)
    left = [
        _("{people}: {access}", people=in_a_sentence(people), access=cards.ended.left_with(role, plan))
        for role, people in can.items()
    ]
    return block(file(plan.item), *(small(each, spacing="None") for each in left), separator=True)


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


def _at_first(plan: SharePlan, person_id: str) -> Theirs:
    later = any(plan.comes_later(step.recipient) for step in plan.steps if step.recipient.id == person_id)
    return Theirs(plan, plan.role, may_ask=plan.role is Role.READ and not later, may_return=plan.sees_all)


def _theirs(
    part: Part, person_id: str, share: Theirs | None, *, until: Sequence[Element], with_buttons: bool
) -> Element:
    """One file, what they can do with it by now, until when if that is its own, and what they can do about that."""
    item = part.plan.item
    match part.receipt:
        case EndReceipt() as ended:
            mine = next((each for each in ended.returned if _is(each, person_id)), None)
            opens = mine.now if mine else share.now if share else None
        case ChangeReceipt() as receipt:
            opens = next(each for each in receipt.changes if _is(each, person_id)).now
        case _:
            opens = share.now if share else None
    can = _(CAN[opens]) if opens else _("no access")
    seen = beside_each_other(
        [file(item, by=item.owner != part.plan.asker.name)], [line(run(can, bold=True), spacing="None")]
    )
    if not opens:
        return seen
    if not with_buttons:
        return leads_to(block(seen, *until) if until else seen, opens_there(item))
    actions = [opens_there(item)]
    asked = [small(_("You asked to edit this."))] if share and share.is_asked else []
    if share and share.may_ask:
        actions.append(button(_("Ask to edit"), "received.edit", part.key))
    if share and share.may_return:
        actions.append(button(_("I don't need this"), "received.unneeded", part.key))
    return block(seen, *until, *asked, pressable(*actions), separator=True)


def _title(parts: Sequence[Part], of: Sequence[Part]) -> str:
    """`of` are all that were named: of some there may be nothing to do."""
    if all(part.share for part in of) and len(parts) < len(of):
        return _("Share {count} of {all} files?", count=len(parts), all=len(of))
    if all(part.share for part in parts):
        return several(len(parts), "Share {count} file?", "Share {count} files?")
    if all(isinstance(part.plan, ChangePlan) and part.plan.aim is Aim.REMOVE for part in parts):
        return several(len(parts), "Take away access to {count} file?", "Take away access to {count} files?")
    items = {part.plan.item.key for part in parts}
    if len(items) == 1:
        return _("Change who has access?")
    return several(len(items), "Do this for {count} file?", "Do this for {count} files?")


def _button(parts: Sequence[Part], waiting: Sequence[SharePlan], of: Sequence[Part]) -> str:
    if not parts:
        return _("Ask for approval")
    if waiting and all(part.share for part in parts):
        return _("Share, and ask for approval")
    if all(part.share for part in parts):
        return _("Share all") if len(parts) == len(of) else _("Share")
    if not waiting and not any(part.share for part in parts):
        return _("Remove access")
    return _("Do all of it")


def people(shares: Sequence[SharePlan]) -> list[Element]:
    """Who gets it, said once: it is the same for each file."""
    them = list(dict.fromkeys(each for plan in shares for each in plan.to_grant))
    if not them:
        return []
    can = [run(f": {_(CAN[shares[0].role])}")] if len({plan.role for plan in shares}) == 1 else []
    said = [line(run(several(len(them), "{count} person", "{count} people"), bold=True), *can)]
    said.append(small(by_name(them), spacing="None"))
    if outside := [each for each in them if each.is_outside]:
        said.append(small(_("⚠ outside your organisation: {names}", names=by_name(outside)), "Warning"))
    return [block(*said)]


def of_all(shares: Sequence[SharePlan]) -> SharePlan:
    """One that stands for all in what is said of them: with everybody, and a folder if there is one."""
    most = max(shares, key=lambda plan: len(plan.to_grant))
    item = next((plan.item for plan in shares if plan.item.is_folder), most.item)
    is_same = len({plan.until for plan in shares}) == 1
    rulings = tuple(dict.fromkeys(each for plan in shares for each in plan.rulings))
    sees_all = all(plan.sees_all for plan in shares)
    return replace(most, item=item, until=most.until if is_same else None, rulings=rulings, sees_all=sees_all)


def _shares(parts: Sequence[Part]) -> list[SharePlan]:
    return [part.share for part in parts if part.share]


def _without_rules(plan: SharePlan, waiting: Sequence[SharePlan]) -> SharePlan:
    """Which rule wants a second person is said with each file that it is about."""
    wanted = {each for one in waiting for each in one.approvals}
    return replace(plan, rulings=tuple(each for each in plan.rulings if each not in wanted))


def _needs_approval(waiting: Sequence[SharePlan]) -> list[Element]:
    """So that nobody takes what is asked for as done."""
    if not waiting:
        return []
    hours = min(each.hours for plan in waiting for each in plan.approvals)
    needs = several(
        len(waiting),
        "{count} file is shared only when a second person has approved it.",
        "{count} files are shared only when a second person has approved them.",
    )
    without = several(
        hours,
        "Without an answer within {count} hour nothing is shared.",
        "Without an answer within {count} hours nothing is shared.",
    )
    return [block(cards.share.warning(needs), small(without))]


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


def _planned(part: Part, *, says_end: bool, says_way: bool) -> Element:
    """`says_end`: the rules of the organisation let one last longer than another."""
    plan = part.plan
    if isinstance(plan, ChangePlan):
        return block(file(plan.item), *_steps(plan), separator=True)
    return shared_as(plan, says_end=says_end, says_way=says_way)


def _is_one(parts: Sequence[Part]) -> bool:
    """Whether one file is all it is about, with few enough people for a row each."""
    items = {part.plan.item.key for part in parts}
    return len(parts) > 1 and len(items) == 1 and sum(len(part.plan.steps) for part in parts) <= PAGE


def _of_one(parts: Sequence[Part]) -> Element:
    """Whoever comes and goes, of one and the same file."""
    steps = (_steps(part.plan) for part in parts)
    return block(file(parts[0].plan.item), *chain.from_iterable(steps), separator=True)


def _steps(plan: SharePlan | ChangePlan) -> list[Element]:
    if isinstance(plan, ChangePlan):
        return [cards.change.step(each, plan) for each in plan.steps]
    return [cards.share.step(each, plan) for each in plan.steps]


def shared_as(
    plan: SharePlan, who: Element | None = None, *more: Element, says_end: bool, says_way: bool = False
) -> Element:
    """One file, with whom and how; `who` says that in other words."""
    # Whose end is another one then.
    moved = [step for step in plan.steps if step.ends and step.recipient in plan.to_grant]
    new = [each for each in plan.to_grant if each not in [step.recipient for step in moved]]
    said = [who or small(_("{people}: {access}", people=in_a_sentence(new), access=_(CAN[plan.role])))]
    said = [*(said if who or new else []), *(cards.share.step(step, plan) for step in moved), *_had(plan)]
    refused = [cards.share.step(step, plan) for step in plan.refused]
    ends = until_when(plan) if says_end else []
    way = comes_with(plan) if says_way and plan.to_grant else []
    return block(file(plan.item), *said, *refused, *way, *ends, *more, separator=True)


def _had(plan: SharePlan) -> list[Element]:
    """Who has it already, what they can do, and until when: together, where that is the same."""
    had: dict[tuple[Role | None, dt.datetime | None], list[Recipient]] = {}
    for step in plan.steps:
        if step.change is Change.HAS_IT:
            had.setdefault((step.now, step.ends), []).append(step.recipient)
    said: list[Element] = []
    for (now, end), them in had.items():
        already = _("already: {people}", people=in_a_sentence(them))
        can = [_(CAN[now])] if now and now is not plan.role else []
        until = [_("until {when}", when=when(end))] if end else []
        said.append(small(" · ".join([already, *can, *until]), spacing="None"))
    return said


def _to_approve(plan: SharePlan, *, says_end: bool, says_way: bool) -> Element:
    why = (cards.share.warning(each.words) for each in plan.approvals)
    return shared_as(plan, None, *why, says_end=says_end, says_way=says_way)


def _decided(plan: SharePlan, waiting: Waiting) -> Element:
    """What a second person says of it by now."""
    by = apart(waiting.by)
    match waiting.decision:
        case None if waiting.asked:
            said = sentences(*(waits_for(each) for each in waiting.asked))
        case None:
            said = _("waits for its turn")
        case Decision.ALLOWED:
            said = _("{name} approved this. What came of it is on a card of its own.", name=by)
        case Decision.DECLINED:
            said = _("{name} did not approve this, so nothing is shared.", name=by)
        case Decision.OVER | Decision.LAPSED:
            said = _("This was withdrawn, or its time is over: nothing is shared.")
    return block(file(plan.item), small(said), separator=True)


def _came_of(part: Part, key: str) -> Element:
    plan = part.plan
    body = [file(plan.item)]
    match part.receipt:
        case ShareReceipt() as receipt:
            if receipt.given():
                # A press leads to its own card: who has access, its undo, its end.
                body = [row(plan.item.name, plan.item.where, "share.one", f"{key}.{part.key}")]
            granted, had = receipt.granted(), [each for each in receipt.grants if each.outcome is Outcome.HAD_IT]
            if granted:
                people = in_a_sentence([each.recipient for each in granted])
                can = _("{people}: {access}", people=people, access=_(CAN[receipt.plan.role]))
                body.append(line(run(f"✓ {can}", colour="Good")))
                body += _heard(granted)
            if had:
                people = in_a_sentence([each.recipient for each in had])
                body.append(small(_("already: {people}", people=people), spacing="None"))
            body += [cards.share.grant(each, receipt.plan) for each in part.failed]
            if part.said:
                body.append(line(run(f"✗ {_(part.said)}", colour="Attention"), spacing="None"))
        case EndReceipt() as ended:
            return _has_ended(ended)
        case ChangeReceipt() as receipt:
            steps = {step.recipient: step for step in receipt.plan.steps}
            body += [cards.change.changed(each, receipt.plan, steps.get(each.recipient)) for each in receipt.changes]
            if part.said:
                body.append(line(run(f"✗ {_(part.said)}", colour="Attention"), spacing="None"))
        case None if part.said:
            body.append(line(run(f"✗ {_(part.said)}", colour="Attention"), spacing="None"))
        case None:
            body.append(small(_("waits for its turn"), spacing="None"))
    return block(*body, separator=True)


def _heard(granted: Sequence[Grant]) -> list[Element]:
    """How each was told, or why not: who was told alike, together."""
    said: dict[str, list[Recipient]] = {}
    for each in granted:
        words = each.remark or (cards.share.told(each.telling) if each.telling else "")
        said.setdefault(words, []).append(each.recipient)
    return [
        small(_("{name}: {value}", name=in_a_sentence(people), value=words), spacing="None")
        for words, people in said.items()
        if words
    ]


def _missing(missing: Missing) -> Element:
    return block(
        line(run(missing.name, bold=True), spacing="None"),
        small(f"✗ {missing.why}", "Attention", spacing="None"),
        separator=True,
    )


def paged(rows: Sequence[Element], key: str, page: int, verb: str = "many.page") -> tuple[list[Element], list[Action]]:
    """What is to be seen on a page, from 0, and what turns it."""
    if len(rows) <= PAGE:
        return list(rows), []
    first = min(page, (len(rows) - 1) // PAGE) * PAGE
    last = min(first + PAGE, len(rows))
    turns: list[Action] = []
    if last < len(rows):
        turns.append(button(_("More…"), verb, f"{key}.{first // PAGE + 1}", inputs=False))
    if first:
        turns.append(button(_("Back"), verb, f"{key}.{first // PAGE - 1}", inputs=False))
    where = small(_("{first} to {last} of {count}", first=first + 1, last=last, count=len(rows)))
    return [*rows[first:last], where], turns
