"""Another role: a lower one is a change of what is there, a higher one is a share."""

from __future__ import annotations

from dataclasses import replace

from bot.changes import Aim, ChangePlan
from bot.commands import change, share
from bot.commands.turn import Command, Reply, Turn
from bot.errors import NotFound, NotUnderstood
from bot.language import BECOME, Understood
from bot.sharing import Role
from bot.texts import _, later


async def change_role(turn: Turn, understood: Understood) -> Reply:
    """What it would do; whoever has nothing yet gets it."""
    request = change.with_an_item(understood)
    if request.role is None:
        item = request.items[0].value
        raise NotUnderstood(_("What may they do? Say for example: change Alex to view only on {item}", item=item))
    # "Make Petra a viewer" may be said of somebody who has nothing yet: then it is a share as any other.
    shared = share.proposed if understood.wish == BECOME else share.planned
    if request.role is not Role.READ:
        return await shared(turn, replace(request, keeps_end=True))
    try:
        plan = await change.looked_up(turn, replace(request, until=None), Aim.LOWER)
    except NotFound:
        # Whoever has none yet gets it, or it is the file that is not there.
        return await shared(turn, request)
    if isinstance(plan, ChangePlan) and change.is_of_nobody(plan):
        return await shared(turn, request)
    if request.until and request.until.at:
        # "Until Friday" is no word of when to make them one.
        raise NotUnderstood(_(change.NOT_BY_A_DAY))
    return await change.shown(turn, plan)


COMMAND = Command(
    intent="change_role",
    example=later("change Alex to view only on Q3 Budget.xlsx"),
    what=later("Changes what somebody may do with a file, after showing you what would change."),
    say=change_role,
)
