"""Four eyes: a sharer asks for approval, and a second person answers, by a press alone."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import cards.approvals
from bot.commands.turn import Click, Reply, Turn, paged
from bot.errors import SharebotError
from bot.sharing import Decision, Person
from bot.texts import spoken
from bot.work import Approving, Work
from cards.elements import Card


async def ask(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Asks whoever the rules name, once; pressed again, it shows that it waits."""
    # In front of others nobody is to read which file it is, or why not.
    place = turn.place if turn.own_chat else None
    approving = await turn.work.approvals.ask_for_approval(key, turn.person, spoken(), str(turn.timezone), place)
    return Reply(sharers(approving), is_private=True, asks=key if turn.own_chat else "")


async def approve(turn: Turn, key: str, inputs: dict[str, str]) -> Reply:
    return await _answered(turn, key, inputs, Decision.ALLOWED)


async def decline(turn: Turn, key: str, inputs: dict[str, str]) -> Reply:
    return await _answered(turn, key, inputs, Decision.DECLINED)


async def turn_page(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """More of the files of a card; the key names the page."""
    key, page = paged(key)
    return Reply(_approvers(await turn.work.approvals.approving(key, turn.person), turn.person, page))


async def _answered(turn: Turn, key: str, inputs: dict[str, str], decision: Decision) -> Reply:
    reason = inputs.get("reason", "").strip()[: cards.approvals.LONGEST_REASON]
    return Reply(_approvers(await turn.work.approvals.answer_for(key, turn.person, decision, reason), turn.person))


async def waiting(work: Work, person: Person, key: str) -> Card | None:
    """The card whose button can still be pressed; None if there is none."""
    with suppress(SharebotError):
        return _approvers(await work.approvals.approving(key, person), person)
    return None


def sharers(approving: Approving) -> Card:
    plans, by = approving.plans, approving.by[1]
    match approving.decision:
        case None:
            return cards.approvals.waiting(plans[0], approving.asked, approving.due, approving.key)
        case Decision.ALLOWED:
            return cards.approvals.not_shared_yet(plans[0], by, approving.key, approving.reason)
        case Decision.DECLINED:
            return cards.approvals.declined(plans, by, approving.reason)
        case Decision.OVER | Decision.LAPSED:
            return cards.approvals.lapsed(plans, list(approving.approvers.values()))


def _approvers(approving: Approving, person: Person, page: int = 0) -> Card:
    """What they are asked, or what they or somebody else has answered."""
    if rulings := approving.waits_for(person.id):
        return cards.approvals.wanted(approving.plans, rulings, approving.due, approving.key, page=page)
    mine = next((each for each in approving.approvals if each.decided_by == person.id), None)
    if approving.decision is None:
        return cards.approvals.approved_in_part(approving.plans)
    if mine and mine.decision is approving.decision and approving.decision is not Decision.OVER:
        return cards.approvals.answered(approving.plans, is_approved=approving.decision is Decision.ALLOWED)
    return cards.approvals.settled(approving.plans, approving.by[1], approving.decision)


# No sentence asks for these.
CLICKS: Mapping[str, Click] = {
    "approvals.ask": ask,
    "approvals.approve": approve,
    "approvals.decline": decline,
    "approvals.page": turn_page,
}
