"""Who can open a file: as far as Microsoft 365 tells the person who asks."""

from __future__ import annotations

import cards.access
from bot import changing, planning
from bot.commands import change, share
from bot.commands.turn import Command, Reply, Turn
from bot.errors import NotAllowed, NotFound, NotUnderstood, TooLate
from bot.graph.permissions import GROUPS, Permission, tell_all
from bot.language import Understood
from bot.sharing import ShareableItem, UnclearRequest
from bot.texts import _, later
from cards.access import Holder, Way

WANTED = "access"
WAYS = {"anonymous": Way.ANY_LINK, "organization": Way.OUR_LINK}


async def show(turn: Turn, understood: Understood) -> Reply:
    if understood.request is None or not understood.request.items or understood.asks:
        raise NotUnderstood(understood.hint or _("Of which file? Please write its name or its link."))
    found = await planning.find(turn.graph, turn.person, understood.request.items[0], wanted=WANTED)
    if isinstance(found, UnclearRequest):
        return await share.asking(turn, found)
    return await shown(turn, found)


async def choose(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """One of the files that may be meant. The key names its place."""
    key, place = share.placed(key)
    return await chosen(turn, key, place)


async def chosen(turn: Turn, key: str, place: int | None) -> Reply:
    async with turn.pending.claim(key, turn.person) as unclear:
        if not isinstance(unclear, UnclearRequest) or unclear.wanted != WANTED:
            raise TooLate
        words = planning.answered(unclear, place).items[0]
        found = await planning.find(turn.graph, turn.person, words, wanted=WANTED)
    if isinstance(found, UnclearRequest):
        raise TooLate
    return await shown(turn, found)


async def of_share(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Of what was shared, from the card that says so."""
    receipt = await turn.pending.receipt(key, turn.person)
    if receipt is None:
        raise TooLate
    return await shown(turn, receipt.plan.item, from_share=key)


async def shown(turn: Turn, item: ShareableItem, *, from_share: str = "") -> Reply:
    """`from_share` is the key of the one whose card this takes the place of."""
    await turn.record.asked(turn.person, COMMAND.intent, item.key)
    try:
        permissions = await turn.graph.permissions(item)
    except (NotAllowed, NotFound) as error:
        raise NotAllowed(_("Microsoft 365 does not tell you who can open “{file}”.", file=item.name)) from error
    holders = [_holder(each) for each in permissions if each.role or each.roles]
    sees_all = tell_all(permissions, turn.person.id)
    removable = changing.removable(turn.person, permissions) if sees_all else []
    key, offered = await change.offer(turn, item, removable)
    card = cards.access.who(item, holders, sees_all=sees_all, share=from_share, key=key, offered=offered)
    return Reply(card, is_private=True)


def _holder(permission: Permission) -> Holder:
    link, identities = permission.link, permission.identities
    # Business drives name a person twice, as a user and as a user of the site.
    names = list(dict.fromkeys(each.name or each.email for each in identities if each.name or each.email))
    if link is None:
        names = names[:1]
    invited = permission.invitation.email if permission.invitation else None
    kinds = {each.kind for each in identities}
    if link is not None:
        way = WAYS.get(link.scope or "", Way.NAMED_LINK)
    elif kinds & GROUPS:
        way = Way.GROUP
    else:
        way = Way.APP if kinds == {"application"} else Way.PERSON
    return Holder(
        name=", ".join(name for name in names if name) or invited or "",
        email="" if link else next((each.email for each in identities if each.email), invited) or "",
        way=way,
        role=permission.role,
        is_inherited=permission.is_inherited,
        until=permission.expires,
    )


COMMAND = Command(
    intent="who_has_access",
    example=later("who has access to Q3 Budget.xlsx?"),
    what=later("Shows who can open a file, and how they came to it."),
    say=show,
    clicks={"access.choose": choose, "access.of_share": of_share},
    is_of_record=False,  # by itself: through whatever door, and of which file
)
