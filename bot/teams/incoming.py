"""An activity of Teams, read. The last file that knows its field names."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.ledger import Conversation
from bot.sharing import Person

Json = dict[str, Any]
# One, and what of it is meant, which may be another.
LONGEST_KEY = 80


@dataclass(frozen=True)
class Incoming:
    """`mentioned` are the people (not us) @mentioned, as name and 29:…, in order; `raw` is the whole, as it came."""

    id: str
    kind: str
    name: str
    person: Person
    chat: Conversation
    is_personal: bool
    chat_type: str
    locale: str
    text: str
    mentioned: tuple[tuple[str, str], ...]
    our_names: tuple[str, ...]
    timezone: dt.tzinfo
    value: Json
    reply_to: str
    raw: Json = field(repr=False)


def read(body: Json) -> Incoming | None:
    """None for an activity that names no person of a tenant: nothing of ours comes without."""
    sender, conversation = _object(body, "from"), _object(body, "conversation")
    tenant_id = _text(_object(_object(body, "channelData"), "tenant"), "id") or _text(conversation, "tenantId")
    person_id, conversation_id = _text(sender, "aadObjectId"), _text(conversation, "id")
    if not (tenant_id and person_id and conversation_id):
        return None
    us = _text(_object(body, "recipient"), "id")
    timezone = _timezone(body)
    mentions = [
        (_text(who, "name") or _text(entity, "text").removeprefix("<at>").removesuffix("</at>"), _text(who, "id"))
        for entity in _objects(body, "entities")
        if _text(entity, "type") == "mention"
        for who in [_object(entity, "mentioned")]
    ]
    return Incoming(
        id=_text(body, "id"),
        kind=_text(body, "type"),
        name=_text(body, "name") or _text(body, "action"),
        person=Person(tenant_id, person_id, _text(sender, "name")),
        chat=Conversation(
            tenant_id=tenant_id,
            person_id=person_id,
            conversation_id=conversation_id,
            service_url=_text(body, "serviceUrl"),
            member_id=_text(sender, "id"),
            bot_id=us,
            locale=_text(body, "locale"),
            timezone=timezone,
        ),
        is_personal=_text(conversation, "conversationType") == "personal",
        chat_type=_text(conversation, "conversationType"),
        locale=_text(body, "locale"),
        text=_text(body, "text"),
        mentioned=tuple((name, member) for name, member in mentions if member != us),
        our_names=tuple(name for name, member in mentions if member == us),
        timezone=hours(timezone),
        value=_object(body, "value"),
        reply_to=_text(body, "replyToId"),
        raw=body,
    )


def inputs_of(data: Json) -> dict[str, str]:
    """What was filled in; `verb`, `key` and `msteams` are the button's own."""
    return {name: value for name, value in data.items() if isinstance(value, str) and name not in ("verb", "about")}


def plain(data: Json, name: str) -> str:
    """A verb or a key as we make them; "" for anything else."""
    value = data.get(name)
    return value if isinstance(value, str) and value.isascii() and len(value) <= LONGEST_KEY else ""


def hours(timezone: str) -> dt.tzinfo:
    """UTC for one that is not told."""
    return ZoneInfo(timezone) if timezone else dt.UTC


def _timezone(body: Json) -> str:
    """The first that there is; "" for none."""
    named = [_text(body, "localTimezone")]
    named += [_text(entity, "timezone") for entity in _objects(body, "entities")]
    for name in filter(None, named):
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ""


def _text(of: Json, name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""


def _object(of: Json, name: str) -> Json:
    value = of.get(name)
    return cast("Json", value) if isinstance(value, dict) else {}


def _objects(of: Json, name: str) -> list[Json]:
    value = of.get(name)
    return (
        [cast("Json", each) for each in cast("list[object]", value) if isinstance(each, dict)]
        if isinstance(value, list)
        else []
    )
