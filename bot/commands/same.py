"""The same access as somebody has: "give Bob the same access as Alice on it". A share with her right and her end."""

from __future__ import annotations

from dataclasses import replace

from bot import changing, planning
from bot.commands.turn import Turn
from bot.sharing import Expiry, Held, Model, Question, Role, ShareRequest, UnclearRequest, Words


async def found(turn: Turn, request: ShareRequest, like: Words) -> tuple[ShareRequest, Model | None] | UnclearRequest:
    """The request with what they have, where it does not say so itself; no model where that is something else.

    Raises NotUnderstood, NotFound, NotAllowed, NeedsSignIn, Unavailable.
    """
    item = await planning.find(turn.graph, turn.person, request.items[0], wanted="share")
    if isinstance(item, UnclearRequest):
        return replace(item, request=request)
    request = replace(request, items=(Words("id", item.key, item.name), *request.items[1:]))
    standing = await turn.work.changes.standing(turn.person, item)
    has = await changing.held(turn.graph, turn.person, item, like, standing)
    if isinstance(has, Question):
        return UnclearRequest(turn.person, request, (has,))
    # Nobody becomes an owner by sharing.
    role = Role.WRITE if has.held is Held.OWNER else has.role
    until = request.until or (Expiry("", has.until) if has.until else None)
    is_theirs = request.role in (None, role)
    request = replace(request, role=request.role or role, until=until, same_as=None)
    return request, Model(has.person.name, has.held) if is_theirs else None
