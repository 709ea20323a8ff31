"""What a share would be, and which rule of the organisation decides: looked up, judged and shown, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import cards.share
from bot import planning
from bot.commands import roster, share
from bot.commands.turn import Command, Reply, Turn, placed
from bot.errors import NotUnderstood, TooLate
from bot.language import Understood
from bot.sharing import ShareRequest, UnclearRequest
from bot.texts import _, later

WANTED = "explain"


async def explain(turn: Turn, understood: Understood) -> Reply:
    if understood.request is None or understood.asks:
        raise NotUnderstood(understood.hint or _("What, and with whom? For example: {example}", example=_(EXAMPLE)))
    return await _shown(turn, understood.request)


async def choose(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """One of what may be meant. The key names its place."""
    key, place = placed(key)
    return await chosen(turn, key, place)


async def chosen(turn: Turn, key: str, place: int | None) -> Reply:
    unclear = await turn.pending.at(key, turn.person)
    if not isinstance(unclear, UnclearRequest) or unclear.wanted != WANTED:
        raise TooLate
    return await _shown(turn, planning.answered(unclear, place), key)


async def _shown(turn: Turn, request: ShareRequest, before: str = "") -> Reply:
    request, there = await roster.gathered(turn, request)
    plan = await share.worked_out(turn, request, there)
    if isinstance(plan, UnclearRequest):
        return await share.asking(turn, replace(plan, wanted=WANTED), before)
    return Reply(cards.share.explained(plan), is_private=True)


EXAMPLE = later("explain share Q3 Budget.xlsx with Alex")
COMMAND = Command(
    intent="explain",
    example=EXAMPLE,
    what=later("Shows what a share would be and which rule decides, and shares nothing."),
    say=explain,
    clicks={"explain.choose": choose},
)
