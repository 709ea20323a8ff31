"""Who is in a chat: Teams' own list, all its pages, each person once; and who has come to it or left it."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.errors import NotAllowed, Unavailable
from bot.sharing import Chat, Recipient, Roster
from bot.teams.connector import Connector, ConnectorError
from bot.teams.incoming import Incoming
from bot.texts import _

Json = dict[str, Any]
Of = TypeVar("Of")
# Of a conversation, and what it is called in front of its threads.
KINDS = ("groupChat", "channel")
BOT = "28:"


@dataclass(frozen=True)
class Move:
    """Who has come to a chat or a team, and who has left it, by their ids in the directory."""

    tenant_id: str
    chat: Chat
    joined: tuple[str, ...]
    left: tuple[str, ...]


def move(body: Json) -> Move | None:
    """None for an activity of any other kind.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
    """
    conversation, data = _object(body, "conversation"), _object(body, "channelData")
    if body.get("type") != "conversationUpdate" or conversation.get("conversationType") not in KINDS:
        return None
    tenant_id = _text(_object(data, "tenant"), "id") or _text(conversation, "tenantId")
    joined, left = (_people(body, name) for name in ("membersAdded", "membersRemoved"))
    chat = Chat(_whole(_text(conversation, "id")), "", _text(_object(data, "team"), "id"))
    return Move(tenant_id, chat, joined, left) if joined or left else None


def chat(incoming: Incoming) -> Chat | None:
    """The group chat or the channel this was said in; None in a chat of two."""
    if incoming.chat_type not in KINDS:
        return None
    team = _object(_object(incoming.raw, "channelData"), "team")
    return Chat(_whole(incoming.chat.conversation_id), "", _text(team, "id"))


async def roster(connector: Connector, of: Chat, tenant_id: str) -> Roster:
    """With the name of a team; a group chat tells none. Raises NotAllowed, Unavailable."""
    members = await _asked(connector.members(of.id))
    team = await _asked(connector.team(of.team_id)) if of.team_id else {}
    known = [each for each in (_recipient(member, tenant_id) for member in members) if each.id or each.email]
    people = sorted(_once(known), key=lambda each: each.name.casefold())
    unknown = {each.name for each in (_recipient(member, tenant_id) for member in members)} - {
        each.name for each in known
    }
    chat = Chat(of.id, _text(team, "name"), of.team_id)
    return Roster(chat, tuple(people), tuple(sorted(unknown - {""})), _text(team, "aadGroupId"))


async def member(connector: Connector, chat_id: str, person_id: str, tenant_id: str) -> Recipient | None:
    """None for somebody who is not there, or where we are not any more. Raises Unavailable."""
    try:
        return _recipient(await connector.member(chat_id, person_id), tenant_id)
    except ConnectorError as error:
        if error.is_shut:
            return None
        raise Unavailable from error


async def _asked(what: Awaitable[Of]) -> Of:
    try:
        return await what
    except ConnectorError as error:
        if error.is_shut:
            raise NotAllowed(
                _("I can't see who is in this chat. Please add me to it, or name the people one by one.")
            ) from error
        raise Unavailable from error


def _recipient(member: Json, tenant_id: str) -> Recipient:
    """Whoever is of another organisation is known here by an address alone."""
    is_ours = _text(member, "tenantId") in ("", tenant_id)
    directory_id = _text(member, "aadObjectId") or _text(member, "objectId")
    login = _text(member, "userPrincipalName")
    is_guest = _text(member, "userRole").casefold() == "guest" or "#EXT#" in login
    email = _text(member, "email") or ("" if "#EXT#" in login else login)
    return Recipient(
        directory_id if is_ours and directory_id else None,
        _text(member, "name") or email or login,
        email,
        is_outside=is_guest or not is_ours,
    )


def _once(people: list[Recipient]) -> list[Recipient]:
    """By id, and by address: of two entries of one person the one with an id."""
    found: dict[str, Recipient] = {}
    for each in sorted(people, key=lambda person: person.id is None):
        names = {name for name in (each.id, each.email.casefold()) if name}
        if not names & found.keys():
            found |= dict.fromkeys(names, each)
    return list(dict.fromkeys(found.values()))


def _people(body: Json, name: str) -> tuple[str, ...]:
    members: Any = body.get(name)
    listed = members if isinstance(members, list) else []
    ids = (_text(each, "aadObjectId") for each in listed if isinstance(each, dict))
    return tuple(dict.fromkeys(each for each in ids if each))


def _whole(conversation_id: str) -> str:
    """Without the thread of a channel."""
    return conversation_id.partition(";messageid=")[0]


def _text(of: Json, name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""


def _object(of: Json, name: str) -> Json:
    value: Any = of.get(name)
    return value if isinstance(value, dict) else {}
