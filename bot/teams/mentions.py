"""Who is mentioned: a mention carries Teams' id of a person; the chat's roster knows who that is in the directory."""

from __future__ import annotations

import asyncio

from bot.errors import NotUnderstood
from bot.language import Mention
from bot.teams.connector import Connector, ConnectorError
from bot.teams.incoming import Incoming
from bot.texts import _, later

# Each is a call to Teams.
MOST = 20
TOO_MANY = later("That is more people than I can look up at once. Please mention no more than {most}.")


async def mentions(connector: Connector, incoming: Incoming) -> tuple[Mention, ...]:
    """Raises NotUnderstood, ConnectorError."""
    chat = incoming.chat.conversation_id
    members = list(dict.fromkeys(member_id for _, member_id in incoming.mentioned))
    if len(members) > MOST:
        raise NotUnderstood(_(TOO_MANY, most=MOST))
    found = await asyncio.gather(*(_directory_id(connector, chat, each) for each in members))
    known = dict(zip(members, found, strict=True))
    return tuple(Mention(name, known[member_id]) for name, member_id in incoming.mentioned)


async def _directory_id(connector: Connector, chat: str, member_id: str) -> str | None:
    """None for somebody who is not there any more."""
    try:
        member = await connector.member(chat, member_id)
    except ConnectorError as error:
        if error.status in (403, 404):
            return None
        raise
    found = member.get("aadObjectId") or member.get("objectId")
    return found if isinstance(found, str) else None
