"""Several commands of one message, and one card for all that they would do: "take Bob off it and give it to Ana"; and
what failed of such a card, once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot import judging
from bot.changes import Aim, ChangePlan
from bot.commands import change, several
from bot.commands.turn import Click, Reply, Turn
from bot.errors import NotAllowed, NotFound, NotUnderstood, TooLate
from bot.language import SWAP, Understood
from bot.many import Many, Missing
from bot.sharing import Expiry, Recipient, Role, SharePlan, ShareReceipt, ShareRequest, UnclearRequest
from bot.texts import _, later, sentences
from bot.work.shares import UNTIL_WHEN
from cards.many import by_name

INTENT = "multi"
AIMS = {"unshare": Aim.REMOVE, "extend": Aim.END}
ONE_BY_ONE = later("I can't do that together. Please ask for one thing after the other.")


async def propose(turn: Turn, understood: Understood) -> Reply:
    """What all of it would do. Everything is looked up, nothing is changed."""
    parts: list[SharePlan | ChangePlan] = []
    missing: list[Missing] = []
    # What is taken away comes first: whoever comes in somebody's place gets what they had.
    for action in sorted(understood.actions, key=lambda each: each.intent not in AIMS):
        request = action.request
        if request is None or not request.items or action.asks:
            raise NotUnderstood(action.hint or understood.hint or _(ONE_BY_ONE))
        aim = Aim.LOWER if (action.intent, request.role) == ("change_role", Role.READ) else AIMS.get(action.intent)
        if aim:
            found = await change.looked_up(turn, request, aim)
            made = found if isinstance(found, UnclearRequest) else ([found], list[Missing]())
        elif action.intent in ("share", "change_role"):
            made = await several.plans(turn, _in_their_place(replace(request, keeps_end=True), parts))
        else:
            raise NotUnderstood(_(ONE_BY_ONE))
        if isinstance(made, UnclearRequest):
            words = made.asked.words
            raise NotUnderstood(_("“{words}” fits several. Please ask for one thing after the other.", words=words))
        parts += made[0]
        missing += made[1]
    _refuse_what_meets(parts)
    if understood.wish == SWAP:
        parts = _swapped(parts, missing)
    return await several.asking(turn, parts, missing)


def _in_their_place(request: ShareRequest, parts: list[SharePlan | ChangePlan]) -> ShareRequest:
    """With the right and the end of whoever has it taken away by the same message, where nobody said which."""
    taken = [step for part in parts if isinstance(part, ChangePlan) for step in part.to_change if step.own]
    roles, ends = {step.own for step in taken}, {step.ends for step in taken}
    if request.role is None and len(roles) == 1:
        request = replace(request, role=roles.pop())
        if request.until is None and len(ends) > 1:
            raise NotUnderstood(_(UNTIL_WHEN))
        end = next(iter(ends))
        return replace(request, until=request.until or (Expiry("", end) if end else None))
    return request


def _swapped(parts: list[SharePlan | ChangePlan], missing: list[Missing]) -> list[SharePlan | ChangePlan]:
    """What is taken away waits for who comes in that place. Raises NotAllowed where they could not have it at once."""
    taken = {part.item.key: part for part in parts if isinstance(part, ChangePlan)}
    stays = by_name(list(dict.fromkeys(step.recipient for part in taken.values() for step in part.to_change)))
    why = [each.why for each in missing]
    shares = [part for part in parts if isinstance(part, SharePlan)]
    why += [str(judging.refusal(part)) for part in shares if part.refused]
    why += [each.words for part in shares for each in part.approvals]
    if why and stays:
        raise NotAllowed(sentences(*dict.fromkeys(why), _("So I leave the access of {names} as it is.", names=stays)))
    return [replace(part, in_place=_new(shares, part)) if isinstance(part, ChangePlan) else part for part in parts]


def _new(shares: list[SharePlan], of: ChangePlan) -> tuple[Recipient, ...]:
    return tuple(each for part in shares if part.item.key == of.item.key for each in part.to_grant)


def _refuse_what_meets(parts: list[SharePlan | ChangePlan]) -> None:
    """Nobody knows which of two things comes first that are about one person and one file."""
    seen: set[tuple[str, str]] = set()
    for part in parts:
        for step in part.steps:
            who = (part.item.key, step.recipient.id or step.recipient.email.casefold())
            if who in seen:
                raise NotUnderstood(_(ONE_BY_ONE))
            seen.add(who)


# What failed


async def retry(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Only what failed, looked up anew: another card, which waits for another press."""
    shown = await turn.work.many.now(key, turn.person)
    if not shown.is_over:
        raise TooLate(_("This is still under way. Please wait until it is done."))
    parts: list[SharePlan | ChangePlan] = []
    missing: list[Missing] = []
    for part in shown.parts:
        people = {each.words for each in part.left}
        if people and part.share:
            request = part.share.request
            some = tuple(each for each in request.recipients if each in people)
            made = await several.plans(turn, replace(request, recipients=some))
            parts += [] if isinstance(made, UnclearRequest) else made[0]
            missing += [] if isinstance(made, UnclearRequest) else made[1]
        elif people and isinstance(part.plan, ChangePlan):
            try:
                parts.append(await _changed_anew(turn, part.plan, part.left, shown))
            except (NotFound, NotAllowed, NotUnderstood) as error:
                missing.append(Missing(part.plan.item.name, str(error)))
    return await several.asking(turn, parts, missing)


async def _changed_anew(turn: Turn, plan: ChangePlan, people: Sequence[Recipient], shown: Many) -> ChangePlan:
    """Raises NotFound where nothing is left of it to do, and what looking up raises."""
    made = await change.looked_up(turn, replace(change.request_for(plan.item, people), until=plan.until), plan.aim)
    if isinstance(made, UnclearRequest) or not made.to_change:
        raise NotFound(_("Nothing to change"))
    # Who came in somebody's place by the card that is tried again has it.
    receipts = (part.receipt for part in shown.parts if part.plan.item.key == plan.item.key)
    has = {each.recipient for one in receipts if isinstance(one, ShareReceipt) for each in one.granted()}
    return replace(made, in_place=tuple(each for each in plan.in_place if each not in has))


# No sentence asks for these.
CLICKS: Mapping[str, Click] = {"many.retry": retry}
