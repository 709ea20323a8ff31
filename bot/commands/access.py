"""Who can open a file: as far as Microsoft 365 tells the person who asks."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import cards.access
import cards.here
from bot import changing, finding, planning
from bot.commands import change, here, roster, share
from bot.commands.turn import Command, Reply, Turn, placed
from bot.errors import NotAllowed, NotFound, NotUnderstood, TooLate, Unavailable
from bot.graph.permissions import GROUPS, Permission, tell_all
from bot.language import Understood
from bot.ledger import Attempt, Stands
from bot.sharing import Person, Role, Roster, ShareableItem, ShareRequest, UnclearRequest, Words
from bot.texts import _, later
from cards.access import Holder, Way
from cards.elements import apart

WANTED = "access"
THIS = Words("reference", "this")
WAYS = {"anonymous": Way.ANY_LINK, "organization": Way.OUR_LINK}


async def show(turn: Turn, understood: Understood) -> Reply:
    request = understood.request
    if request and request.items == (THIS,) and (item := await turn.pending.spoken_of(turn.person)):
        request = replace(request, items=(Words("id", item.key, item.name),))
    elif request is None or not request.items or understood.asks:
        raise NotUnderstood(understood.hint or _("Of which file? Please write its name or its link."))
    if request.items[1:]:
        raise NotUnderstood(_("Please ask for one file at a time."))
    return await _answered(turn, request)


async def _answered(turn: Turn, request: ShareRequest) -> Reply:
    """Of whoever is in the chat, where it is asked of them."""
    there = None
    chats = (*roster.HERE, finding.CHAT) if turn.chat else (finding.CHAT,)
    if any(each.kind in chats for each in request.recipients):
        request, there = await roster.gathered(turn, request)
    found = await planning.find(turn.graph, turn.person, request.items[0], wanted=WANTED)
    if isinstance(found, UnclearRequest):
        asked = replace(found.request, recipients=request.recipients, role=request.role)
        return await share.asking(turn, replace(found, request=asked))
    return await _of_chat(turn, found, request, there) if there else await shown(turn, found)


async def _of_chat(turn: Turn, item: ShareableItem, request: ShareRequest, there: Roster) -> Reply:
    role = request.role if request.role and request.role.grantable else Role.READ
    found = await here.looked_up(turn, item, await permissions_of(turn, item), there, role, named=request.items[0])
    return Reply(cards.here.here(item, found, await here.offer(turn, item, found, there)), is_private=True)


async def choose(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """One of the files that may be meant. The key names its place."""
    key, place = placed(key)
    return await chosen(turn, key, place)


async def chosen(turn: Turn, key: str, place: int | None) -> Reply:
    unclear = await turn.pending.at(key, turn.person)
    if not isinstance(unclear, UnclearRequest) or unclear.wanted != WANTED:
        raise TooLate
    async with turn.pending.claim(key, turn.person):
        return await _answered(turn, planning.answered(unclear, place))


async def of_share(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Of what was shared, from the card that says so."""
    receipt = await turn.pending.receipt(key, turn.person)
    if receipt is None:
        raise TooLate
    return await shown(turn, receipt.plan.item, from_share=key)


async def shown(turn: Turn, item: ShareableItem, *, from_share: str = "") -> Reply:
    """`from_share` is the key of the one whose card this takes the place of."""
    permissions = await permissions_of(turn, item)
    given = await turn.work.shares.given_on(turn.person.tenant_id, item)
    holders = [_holder(each, given, turn.person) for each in permissions if each.role or each.roles]
    sees_all = tell_all(permissions, turn.person.id)
    removable = changing.removable(turn.person, permissions) if sees_all else []
    key, offered = await change.offer(turn, item, removable)
    card = cards.access.who(item, holders, sees_all=sees_all, share=from_share, key=key, offered=offered)
    if there := await _roster(turn):
        with suppress(NotAllowed, Unavailable):
            found = await here.looked_up(turn, item, permissions, there, Role.READ)
            card = cards.here.also_here(card, found, await here.offer(turn, item, found, there))
    return Reply(card, is_private=True)


async def permissions_of(turn: Turn, item: ShareableItem) -> list[Permission]:
    """As they are shown to whoever asks, of record. Raises NotAllowed."""
    await turn.record.asked(turn.person, COMMAND.intent, item.key)
    try:
        return await turn.graph.permissions(item)
    except (NotAllowed, NotFound) as error:
        raise NotAllowed(_("Microsoft 365 does not tell you who can open “{file}”.", file=item.name)) from error


async def _roster(turn: Turn) -> Roster | None:
    """Who is in the chat this is asked in, where Teams tells; the answer is good without."""
    if turn.chat is None:
        return None
    with suppress(NotAllowed, NotUnderstood, Unavailable):
        return (await roster.gathered(turn, ShareRequest((), (Words(roster.HERE[0], ""),))))[1]
    return None


def _holder(permission: Permission, given: Sequence[tuple[Attempt, Stands]], person: Person) -> Holder:
    """`given` is what people have by shares of ours."""
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
    ours = _ours(permission, given)
    return Holder(
        name=", ".join(name for name in names if name) or invited or "",
        email="" if link else next((each.email for each in identities if each.email), invited) or "",
        way=way,
        role=permission.role,
        is_inherited=permission.is_inherited,
        until=(ours and ours.ends) or permission.expires,
        by=_by(ours.receipt.plan.asker, person) if ours else "",
        is_outside=way is Way.PERSON and any(each.is_outside for each in changing.holders(permission)),
    )


def _by(sharer: Person, person: Person) -> str:
    return _("shared by you") if sharer.id == person.id else _("shared by {name}", name=apart(sharer.name))


def _ours(permission: Permission, given: Sequence[tuple[Attempt, Stands]]) -> Stands | None:
    """The share that this right is of."""
    if permission.link or permission.is_inherited:
        return None
    names = {each.email.casefold() for each in permission.identities if each.email} | set(permission.ids)
    if permission.invitation and permission.invitation.email:
        names.add(permission.invitation.email.casefold())
    of = (stands for each, stands in given if each.role is permission.role and each.names & names)
    return next(of, None)


COMMAND = Command(
    intent="who_has_access",
    example=later("who has access to Q3 Budget.xlsx?"),
    what=later("Shows who can open a file, and how they came to it."),
    say=show,
    clicks={"access.choose": choose, "access.of_share": of_share, "access.give": here.give},
    is_of_record=False,  # by itself: through whatever door, and of which file
)
