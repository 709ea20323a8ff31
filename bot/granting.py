"""From a plan to a receipt: invite, read the answer in full, read the permissions back."""

from __future__ import annotations

import asyncio
import logging

from bot.errors import SharebotError, Unsure
from bot.graph import Graph, Permission
from bot.graph.client import Refused
from bot.graph.permissions import Invited, covers, role_of, tell_all
from bot.sharing import Change, Grant, Outcome, Recipient, Role, SharePlan, ShareReceipt

log = logging.getLogger(__name__)

# A permission may appear a moment after Graph said yes.
LOOK_AGAIN_AFTER = (0.3, 1.0)
# https://learn.microsoft.com/graph/api/driveitem-invite#partial-success-response
NOT_MAILED = "Microsoft 365 could not mail them, so please tell them yourself."
NOT_THERE = "Microsoft 365 said yes, but the access is not there. Please look before you share again."
MAILED_MAYBE = "Microsoft 365 did not answer, but the access is there. Whether it mailed them I can't tell."
UNSEEN = "Microsoft 365 did not answer, and I can't see from here whether it was done. Please ask the file's owner."
LOST = "Microsoft 365 did not answer, and the access is not there yet. Please look before you share again."


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


async def _invite(
    graph: Graph, plan: SharePlan, wanted: list[Recipient]
) -> dict[Recipient, Invited | Refused | Unsure]:
    """What Graph said of each. It resolves all recipients of a call or none, so after a refusal each is asked alone."""
    try:
        return {each.recipient: each for each in await graph.invite(plan.item, wanted, plan.role)}
    except Unsure as error:
        return dict.fromkeys(wanted, error)
    except Refused as error:
        if len(wanted) == 1:
            return {wanted[0]: error}
    alone: dict[Recipient, Invited | Refused | Unsure] = {}
    for each in wanted:
        try:
            alone |= await _invite(graph, plan, [each])
        except SharebotError as error:
            if not alone:
                raise
            # Something was done for the ones before, so from here on a failure is one person's.
            log.warning("could not go on: %s", type(error).__name__)
            alone[each] = Refused("interrupted")
    return alone


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
            return Grant(person, Outcome.GRANTED, MAILED_MAYBE)
        case Unsure():
            return Grant(person, Outcome.UNSURE, UNSEEN if there is None else LOST)
        case Invited():
            # Somebody new from outside may be missing from the list until they open the file.
            if not answer.listed or (there is False and person.id):
                return Grant(person, Outcome.UNSURE, NOT_THERE)
            return Grant(person, Outcome.GRANTED, NOT_MAILED if answer.problem else "")


def changed(receipt: ShareReceipt) -> tuple[Recipient, ...]:
    """Who can do more than before, and should hear of it."""
    new = {step.recipient for step in receipt.plan.steps if step.change is not Change.HAS_IT}
    return tuple(grant.recipient for grant in receipt.granted() if grant.recipient in new)
