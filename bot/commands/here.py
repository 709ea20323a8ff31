"""Who of a chat can open a file, as far as Microsoft 365 tells whoever asks; and a share with just the others."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from bot.commands import share
from bot.commands.turn import Reply, Turn
from bot.errors import NeedsSignIn, NotAllowed, NotFound, SharebotError, TooLate, Unavailable
from bot.finding import CHAT
from bot.graph.permissions import GROUPS, Permission, covers, only_views, role_of, tell_all
from bot.sharing import Chat, Draft, Recipient, Role, Roster, ShareableItem, ShareRequest, Words
from cards.here import Here

ANYBODY, ORGANISATION = "anonymous", "organization"
_NO_LINK = Words("", "")


async def looked_up(
    turn: Turn,
    item: ShareableItem,
    permissions: list[Permission],
    there: Roster,
    role: Role,
    *,
    named: Words = _NO_LINK,
) -> Here:
    """Who of them has this right. `named` is how the file was named: a link opens it for whom it is made for."""
    sees_all = tell_all(permissions, turn.person.id)
    owner = None if sees_all else await _owner(turn, item)
    giving = [each for each in permissions if covers(each.role, role)]
    members, is_told = await _members(turn, giving, there)
    # What gives nobody knows what, or to nobody knows whom, tells of nobody that they have no access.
    is_told = is_told and not any(_is_dark(each) for each in permissions)
    links = [each for each in giving if each.link and each.link.scope in (ANYBODY, ORGANISATION) and _is_open(each)]
    pasted = [each for each in links if each.link and _is_same(each.link.web_url, named)]
    can: list[Recipient] = []
    others: list[tuple[Recipient, Role | None]] = []
    for person in there.people:
        now = role_of(person, permissions)
        is_in = person.id in members or any(_opens_for(each, person) for each in pasted)
        is_owner = owner is not None and person.id == owner.id
        if is_in or is_owner or covers(now, role):
            can.append(person)
        else:
            others.append((person, now))
    return Here(
        role,
        tuple(can),
        tuple(others),
        there.unknown,
        sees_all=sees_all,
        sees_groups=is_told,
        opens_for_all=any(each.link and each.link.scope == ANYBODY for each in links),
        opens_for_ours=bool(links),
        may_share=not only_views(permissions, turn.person.id),
        owner=owner.name if owner else "",
    )


async def _owner(turn: Turn, item: ShareableItem) -> Recipient | None:
    """Their right is shown to themselves alone, and whose the file is to whoever can open it."""
    with suppress(SharebotError):
        return await turn.graph.owner(item)
    return None


async def _members(turn: Turn, giving: list[Permission], there: Roster) -> tuple[frozenset[str], bool]:
    """The ids of those whom groups give it, and whether these are all: not every group tells who is in it."""
    found: set[str] = set()
    is_told = True
    for permission in giving:
        groups = [each for each in permission.identities if each.kind in GROUPS]
        ids = {each.id for each in groups if each.id}
        is_told = is_told and (not groups or bool(ids))
        for group_id in ids:
            try:
                found |= await _in_group(turn, group_id, there)
            except (NeedsSignIn, NotAllowed, NotFound, Unavailable):
                is_told = False
    return frozenset(found), is_told


async def _in_group(turn: Turn, group_id: str, there: Roster) -> set[str]:
    """Of a team's own group Teams tells, too."""
    if group_id == there.group_id:
        team_id = there.chat.team_id
        team = there if there.chat.id == team_id else await turn.roster(Chat(team_id, "", team_id))
        return {each.id for each in team.people if each.id}
    return {each.id for each in await turn.graph.members(group_id) if each.id}


def _is_dark(permission: Permission) -> bool:
    """For a group or a claim of the site ("everyone except external users"), where that is all that is known."""
    kinds = {each.kind for each in permission.identities}
    is_claim = kinds == {"siteUser"} and not any(each.email for each in permission.identities)
    return is_claim or (permission.role is None and bool(kinds & GROUPS))


def _is_open(permission: Permission) -> bool:
    return not permission.has_password and (permission.expires is None or permission.expires > dt.datetime.now(dt.UTC))


def _is_same(url: str | None, named: Words) -> bool:
    return named.kind == "url" and url is not None and url.partition("?")[0] == named.value.partition("?")[0]


def _opens_for(permission: Permission, person: Recipient) -> bool:
    return not person.is_outside or bool(permission.link and permission.link.scope == ANYBODY)


async def offer(turn: Turn, item: ShareableItem, here: Here, there: Roster) -> str:
    """The key of a button that plans a share with the others; "" where there are none, or it is not theirs to share.

    With the chat but for those who have it: so Teams says of each whether they are guests, and nobody is looked up.
    """
    if not here.others or not here.may_share:
        return ""
    return await turn.pending.put(Draft(turn.person, with_the_others(item, here, there)))


def with_the_others(item: ShareableItem, here: Here, there: Roster) -> ShareRequest:
    excluded = tuple(_named(each) for each in here.can)
    return ShareRequest((Words("id", item.key, item.name),), (everybody_of(there.chat),), here.role, excluded=excluded)


def everybody_of(chat: Chat) -> Words:
    return Words(CHAT, f"{chat.id} {chat.team_id}".strip())


def _named(person: Recipient) -> Words:
    return Words("id", person.id, person.name) if person.id else Words("email", person.email, person.name)


async def give(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """What that share would do; nothing is granted yet."""
    draft = await turn.pending.at(key, turn.person)
    if not isinstance(draft, Draft):
        raise TooLate
    return await share.planned(turn, draft.request, key)
