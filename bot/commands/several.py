"""Several at once: files for people, everything that somebody got, several commands of one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import cards.files
import cards.share
from bot import judging, planning
from bot.changes import ChangePlan
from bot.commands import roster
from bot.commands.turn import Click, Reply, Turn, paged
from bot.errors import NotFound, SharebotError, TooLate
from bot.language import Understood
from bot.many import Many, ManyPlan, Missing
from bot.sharing import SharePlan, ShareReceipt, ShareRequest, UnclearRequest
from bot.texts import spoken
from cards.elements import Card


async def planned(turn: Turn, request: ShareRequest, before: str = "") -> Reply:
    """Several files for the same people. `before` is the key of what it takes the place of."""
    found = await plans(turn, request)
    if isinstance(found, UnclearRequest):
        key = await turn.pending.put(found, turn.own_chat, before)
        return Reply(cards.share.choose(found, key), is_private=True, asks=key if turn.own_chat else "")
    return await asking(turn, *found, before)


async def plans(turn: Turn, request: ShareRequest) -> tuple[list[SharePlan], list[Missing]] | UnclearRequest:
    """One for each file, and those for which there is none."""
    request, there = await roster.gathered(turn, request)
    found = await planning.plan_each(
        turn.graph, turn.person, request, undo=turn.undo, roster=there, policy=turn.work.policy, now=turn.now
    )
    if isinstance(found, UnclearRequest):
        return found
    made: list[SharePlan] = []
    missing: list[Missing] = []
    judged = await planning.each_in_turn([_judged(turn, each, request) for each in found])
    for words, plan in zip(dict.fromkeys(request.items), judged, strict=True):
        if isinstance(plan, BaseException):
            raise plan
        if isinstance(plan, SharePlan):
            made.append(plan)
        else:
            missing.append(Missing(words.name or words.value, plan))
    return made, missing


async def _judged(turn: Turn, plan: SharePlan | SharebotError, request: ShareRequest) -> SharePlan | str:
    """As the policy has it, or why there is none."""
    if isinstance(plan, SharebotError):
        return str(plan)
    plan = await turn.work.shares.judged(turn.graph, plan, turn.now, keeps_end=request.keeps_end)
    if plan.refused and not plan.to_grant:
        return str(judging.refusal(plan))
    return plan


async def asking(
    turn: Turn, parts: Sequence[SharePlan | ChangePlan], missing: Sequence[Missing], before: str = ""
) -> Reply:
    """The card that waits for an answer. Raises NotFound where there is nothing that could be done."""
    if not parts:
        raise NotFound("\n\n".join(dict.fromkeys(each.why for each in missing)))
    key, plan = await turn.pending.put_many(parts, missing, turn.own_chat, before)
    shown = await turn.work.many.planned(key, plan)
    return Reply(cards.files.confirm(shown), is_private=True, asks=key if turn.own_chat else "")


async def confirm(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Does all of it, once; what a press finds done or under way is told as it is."""
    with suppress(TooLate):
        if isinstance(plan := await turn.pending.waiting(key, turn.person), ManyPlan):
            for part in (await turn.work.many.planned(key, plan)).parts:
                if isinstance(part.plan, ChangePlan):
                    await turn.work.approvals.take_back(turn.person, part.plan)
    shown = await turn.work.many.begin(
        key, turn.person, spoken(), str(turn.timezone), turn.place if turn.own_chat else None
    )
    return _as_it_is(turn, shown)


async def undo(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    place = turn.place if turn.own_chat else None
    shown = await turn.work.many.now(key, turn.person)
    is_all_asked = shown.is_over and not any(part.can_be_undone for part in shown.parts)
    if not (is_all_asked and any(each.is_open for each in shown.waiting)):
        for receipt in (part.receipt for part in shown.parts if part.can_be_undone):
            if isinstance(receipt, ShareReceipt):
                people = [each.recipient for each in receipt.given()]
                await turn.work.approvals.take_from(turn.person, receipt.plan.item, people)
        await turn.work.many.undo(key, turn.person, place)
    # Nobody who takes it back wants the rest of it later.
    await turn.work.approvals.withdraw_rest(key, turn.person)
    return _as_it_is(turn, await turn.work.many.now(key, turn.person))


async def withdraw(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """What still waits for a second person is not wanted any more; what was done stays."""
    await turn.work.approvals.withdraw_rest(key, turn.person)
    return _as_it_is(turn, await turn.work.many.now(key, turn.person))


def _as_it_is(turn: Turn, shown: Many) -> Reply:
    """In front of others their message shows nothing of it: what came of it is told in their own chat."""
    return Reply(cards.files.result(shown), is_private=True, key=shown.key if turn.own_chat else "")


async def cancel(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    async with turn.pending.claim(key, turn.person):
        return Reply(cards.files.cancelled())


async def turn_page(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """More of the files of a card; the key names the page."""
    key, page = paged(key)
    # How people heard of it is shown on the first.
    is_first = not page and turn.own_chat
    return Reply(await card(turn, key, page=page), is_private=True, key=key if is_first else "")


async def answer(turn: Turn, key: str, understood: Understood) -> Reply | None:
    """What is typed in answer to the card does what its buttons do. None where it is no answer to it."""
    match understood.intent:
        case "confirm":
            return await confirm(turn, key, {})
        case "cancel":
            return await cancel(turn, key, {})
        case _:
            return None


async def card(turn: Turn, key: str, page: int = 0) -> Card:
    """As it is by now. Raises NotYours, TooLate."""
    try:
        return cards.files.result(await turn.work.many.now(key, turn.person), page=page)
    except TooLate:
        plan = await turn.pending.at(key, turn.person)
        if not isinstance(plan, ManyPlan):
            raise
        return cards.files.confirm(await turn.work.many.planned(key, plan), page=page)


# No sentence asks for these.
CLICKS: Mapping[str, Click] = {
    "many.confirm": confirm,
    "many.cancel": cancel,
    "many.undo": undo,
    "many.withdraw": withdraw,
    "many.page": turn_page,
}
