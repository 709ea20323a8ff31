"""From a plan to a receipt: invite, read the answer in full, read the permissions back."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

from bot.errors import SharebotError, Unsure
from bot.graph import Graph, Permission
from bot.graph.invitations import invitation
from bot.graph.permissions import Invited, covers, invited, role_of, tell_all
from bot.graph.refusals import OF_ONE, Refused, no_mail
from bot.sharing import Change, Grant, Outcome, Recipient, Role, SharePlan, ShareReceipt
from bot.texts import _, later

log = logging.getLogger(__name__)

# Many at once time out. https://github.com/OneDrive/onedrive-api-docs/issues/1481
AT_ONCE = 10
# A permission may appear a moment after Graph said yes.
LOOK_AGAIN_AFTER = (0.3, 1.0)
NOT_THERE = later("Microsoft 365 said yes, but the access is not there. Please look before you share again.")
MAILED_MAYBE = later("Microsoft 365 did not answer, but the access is there. Whether it mailed them I can't tell.")
UNSEEN = later(
    "Microsoft 365 did not answer, and I can't see from here whether it was done. Please ask the file's owner."
)
INTERRUPTED = later("Microsoft 365 stopped answering before this person's turn came.")
LOST = later("Microsoft 365 did not answer, and the access is not there yet. Please look before you share again.")


async def carry_out(graph: Graph, plan: SharePlan) -> ShareReceipt:
    """Gives the access. A failure for one person is in the receipt.

    Raises NotFound, NotAllowed, NeedsSignIn, Unavailable while nothing was done, Unsure when that can't be told.
    """
    before = await graph.permissions(plan.item)
    had = [step.recipient for step in plan.steps if covers(role_of(step.recipient, before), plan.role)]
    wanted = [step.recipient for step in plan.steps if step.recipient not in had]
    answers = await _invite(graph, plan, wanted) if wanted else {}
    after = await _read_back(graph, plan, [each for each in wanted if isinstance(answers[each], Invited)])
    seen = after if after is not None and tell_all(after, plan.asker.id) else None
    grants = tuple(
        Grant(step.recipient, Outcome.HAD_IT)
        if step.recipient in had
        else _grant(step.recipient, answers[step.recipient], there=_is_there(step.recipient, plan.role, seen, after))
        for step in plan.steps
    )
    receipt = ShareReceipt(plan, grants, checked=seen is not None)
    log.info("%s on %s: %s", plan.role.value, plan.item.id, ", ".join(grant.outcome.value for grant in grants))
    return receipt


Answer = Invited | Refused | Unsure


async def _invite(
    graph: Graph, plan: SharePlan, wanted: list[Recipient], at_once: int = AT_ONCE
) -> dict[Recipient, Answer]:
    """What Graph said of each, some at a time."""
    answers: dict[Recipient, Answer] = {}
    for start in range(0, len(wanted), at_once):
        try:
            answers |= await _invite_some(graph, plan, wanted[start : start + at_once])
        except SharebotError as error:
            if not answers:
                raise
            # Something was done for the ones before, so from here on a failure is not the whole's.
            log.warning("could not go on: %s", type(error).__name__)
            stopped = Refused("interrupted", _(INTERRUPTED), reference=error.reference)
            return answers | dict.fromkeys(wanted[start:], stopped)
    return answers


async def _invite_some(graph: Graph, plan: SharePlan, some: list[Recipient]) -> dict[Recipient, Answer]:
    """Graph resolves all recipients of a call or none, so where one may be the culprit each is asked alone."""
    try:
        entries = await graph.invite(plan.item, invitation(plan, some))
    except Unsure as error:
        return dict.fromkeys(some, error)
    except Refused as error:
        if len(some) > 1 and error.code in OF_ONE:
            return await _invite(graph, plan, some, at_once=1)
        return dict.fromkeys(some, error)
    return {each.recipient: each for each in invited(entries, tuple(some))}


async def _read_back(graph: Graph, plan: SharePlan, expected: list[Recipient]) -> list[Permission] | None:
    """The permissions once everybody expected is in them, or as they are after a while; None if they can't be read."""
    try:
        after = await graph.permissions(plan.item)
        for wait in LOOK_AGAIN_AFTER:
            if all(covers(role_of(each, after), plan.role) for each in expected):
                break
            await asyncio.sleep(wait)
            after = await graph.permissions(plan.item)
    except SharebotError:
        log.warning("could not read the permissions of %s back", plan.item.id)
        return None
    return after


def _is_there(
    person: Recipient, role: Role, seen: list[Permission] | None, read: list[Permission] | None
) -> bool | None:
    """Whether the access stands; None where what could be read does not tell."""
    if covers(role_of(person, read or []), role):
        return True
    return None if seen is None else False


def _grant(person: Recipient, answer: Invited | Refused | Unsure, *, there: bool | None) -> Grant:
    match answer:
        case Refused():
            return Grant(person, Outcome.HAD_IT) if there else Grant(person, Outcome.REFUSED, str(answer))
        case Unsure() if there:
            return Grant(person, Outcome.GRANTED, _(MAILED_MAYBE))
        case Unsure():
            return Grant(person, Outcome.UNSURE, _(UNSEEN if there is None else LOST))
        case Invited():
            # Somebody new from outside may be missing from the list until they open the file.
            if answer.permission is None or (there is False and person.id):
                return Grant(person, Outcome.UNSURE, _(NOT_THERE))
            remark = no_mail(answer.problem) if answer.problem else ""
            return Grant(_known(person, answer.permission), Outcome.GRANTED, remark)


def _known(person: Recipient, permission: Permission) -> Recipient:
    """Of somebody we had but the address of, Graph's answer tells who that is, if they are in the directory."""
    found = next((each for each in permission.identities if each.kind == "user" and each.id), None)
    return person if person.id or not found else replace(person, id=found.id, name=found.name or person.name)


def changed(receipt: ShareReceipt) -> tuple[Recipient, ...]:
    """Who can do more than before, and should hear of it."""
    had = {_called(step.recipient) for step in receipt.plan.steps if step.change is Change.HAS_IT}
    return tuple(grant.recipient for grant in receipt.granted() if _called(grant.recipient) not in had)


def _called(person: Recipient) -> str:
    """The same before and after we learned who an address belongs to."""
    return person.email or person.id or person.name
