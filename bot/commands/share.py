"""Sharing: propose → (choose) → confirm or cancel."""

from __future__ import annotations

from functools import partial

import cards.share
from bot import granting, planning
from bot.commands.turn import Command, Notice, Reply, Turn
from bot.errors import NotUnderstood
from bot.language import Understood
from bot.sharing import SharePlan, ShareRequest, UnclearRequest
from bot.texts import later
from cards.elements import Card


async def propose(turn: Turn, understood: Understood) -> Reply:
    """What it would do. Everything is looked up, nothing is granted."""
    if understood.request is None or understood.asks:
        raise NotUnderstood(understood.hint)
    return await _planned(turn, understood.request)


async def choose(turn: Turn, key: str, inputs: dict[str, str]) -> Reply:
    async with turn.pending.claim(key, turn.person) as unclear:
        if not isinstance(unclear, UnclearRequest):
            raise NotUnderstood
        return await _planned(turn, planning.answered(unclear, inputs))


async def confirm(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Does it, once; the same click, delivered again, gets the same answer and does nothing."""
    if receipt := await turn.pending.receipt(key, turn.person):
        return Reply(cards.share.done(receipt))
    async with turn.pending.claim(key, turn.person) as plan:
        if not isinstance(plan, SharePlan):
            raise NotUnderstood
        receipt = await granting.carry_out(turn.graph, plan)
    await turn.pending.finish(key, receipt)
    told = partial(cards.share.shared_with_you, plan)
    notices = tuple(Notice(person.id, told) for person in granting.changed(receipt) if person.id)
    return Reply(cards.share.done(receipt), notices=notices)


async def cancel(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    async with turn.pending.claim(key, turn.person) as what:
        return Reply(cards.share.cancelled(what.item.name if isinstance(what, SharePlan) else None))


async def _planned(turn: Turn, request: ShareRequest) -> Reply:
    plan = await planning.plan(turn.graph, turn.person, request)
    return Reply(card(plan, await turn.pending.put(plan)), is_private=True)


def card(what: SharePlan | UnclearRequest, key: str) -> Card:
    return cards.share.choose(what, key) if isinstance(what, UnclearRequest) else cards.share.confirm(what, key)


COMMAND = Command(
    intent="share",
    example=later("share Q3 Budget.xlsx with alex.wilber@contoso.com as write"),
    what=later("Gives people access to a file or folder of yours, after showing you what would change."),
    say=propose,
    clicks={"share.choose": choose, "share.confirm": confirm, "share.cancel": cancel},
)
