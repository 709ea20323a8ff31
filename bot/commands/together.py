"""Several commands of one message, and one card for all that they would do: "take Bob off it and give it to Ana"."""

from __future__ import annotations

from dataclasses import replace

from bot.changes import Aim, ChangePlan
from bot.commands import change, several
from bot.commands.turn import Reply, Turn
from bot.errors import NotUnderstood
from bot.language import Understood
from bot.many import Missing
from bot.sharing import Role, SharePlan, ShareRequest, UnclearRequest
from bot.texts import _, later

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
            made = await several.plans(turn, _in_their_place(request, parts))
        else:
            raise NotUnderstood(_(ONE_BY_ONE))
        if isinstance(made, UnclearRequest):
            words = made.asked.words
            raise NotUnderstood(_("“{words}” fits several. Please ask for one thing after the other.", words=words))
        parts += made[0]
        missing += made[1]
    _refuse_what_meets(parts)
    return await several.asking(turn, parts, missing)


def _in_their_place(request: ShareRequest, parts: list[SharePlan | ChangePlan]) -> ShareRequest:
    """With the right of whoever has it taken away by the same message, where nobody said which."""
    roles = {step.own for part in parts if isinstance(part, ChangePlan) for step in part.to_change if step.own}
    return replace(request, role=roles.pop()) if request.role is None and len(roles) == 1 else request


def _refuse_what_meets(parts: list[SharePlan | ChangePlan]) -> None:
    """Nobody knows which of two things comes first that are about one person and one file."""
    seen: set[tuple[str, str]] = set()
    for part in parts:
        for step in part.steps:
            who = (part.item.key, step.recipient.id or step.recipient.email.casefold())
            if who in seen:
                raise NotUnderstood(_(ONE_BY_ONE))
            seen.add(who)
