"""What Teams tells a bot, as JSON. https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from contoso.chats import Chat, Mention, Message
from contoso.people import Person
from contoso.tenant import BOT_NAME, Contoso

Json = dict[str, Any]


def said(contoso: Contoso, chat: Chat, person: Person, message: Message, locale: str) -> Json:
    """A person wrote something."""
    entities = [_mention(contoso, each) for each in message.mentions]
    return {
        **_from_person(contoso, chat, person, locale, thread=message.root or message.id),
        "type": "message",
        "id": message.id,
        "text": message.text,
        "textFormat": "plain",
        "entities": [*entities, _client(contoso, locale)],
    }


def submitted(contoso: Contoso, chat: Chat, person: Person, message: Message, *, value: Json, locale: str) -> Json:
    """A press on a button of the kind that sends a message."""
    activity = _from_person(contoso, chat, person, locale, thread=message.root or message.id)
    activity["channelData"]["source"] = {"name": "message"}
    return {**activity, "type": "message", "replyToId": message.id, "value": value}


def invoke(
    contoso: Contoso,
    chat: Chat,
    person: Person,
    *,
    name: str,
    value: Json,
    locale: str = "en-US",
    message: Message | None = None,
) -> Json:
    """A question the bot answers in its HTTP response; `message` is the one it is about."""
    activity = _from_person(contoso, chat, person, locale, thread=message and (message.root or message.id))
    activity["channelData"]["source"] = {"name": "message"}
    activity |= {"type": "invoke", "name": name, "value": value}
    return {**activity, "replyToId": message.id} if message else activity


def installed(contoso: Contoso, chat: Chat, person: Person) -> Json:
    return {**_about_bot(contoso, chat, person), "type": "installationUpdate", "action": "add"}


def bot_added(contoso: Contoso, chat: Chat, person: Person) -> Json:
    activity = _about_bot(contoso, chat, person)
    members: list[Json] = [{"id": _bot(contoso)["id"]}]
    if chat.kind == "personal":
        members.insert(0, {"id": person.mri, "aadObjectId": person.id})
    if chat.kind == "channel":
        activity["channelData"]["eventType"] = "teamMemberAdded"
    return {**activity, "type": "conversationUpdate", "membersAdded": members}


def members_moved(contoso: Contoso, chat: Chat, by: Person, people: Sequence[Person], *, joined: bool) -> Json:
    """Somebody added people to a chat or a team with the bot in it, or took them out."""
    members = [{"id": each.mri, "aadObjectId": each.id} for each in people]
    activity = _about_bot(contoso, chat, by)
    if chat.kind == "channel":
        activity["channelData"]["eventType"] = "teamMemberAdded" if joined else "teamMemberRemoved"
    return {**activity, "type": "conversationUpdate", "membersAdded" if joined else "membersRemoved": members}


def uninstalled(contoso: Contoso, chat: Chat, person: Person) -> Json:
    return {**_about_bot(contoso, chat, person), "type": "installationUpdate", "action": "remove"}


def _from_person(contoso: Contoso, chat: Chat, person: Person, locale: str, *, thread: str | None) -> Json:
    now = contoso.now()
    local = now.astimezone(ZoneInfo(contoso.timezone))
    activity = _base(contoso, chat, person)
    activity["from"]["name"] = person.name
    if chat.kind == "channel" and thread:
        activity["conversation"]["id"] = f"{chat.id};messageid={thread}"
    return {
        **activity,
        "localTimestamp": local.isoformat(timespec="milliseconds"),
        "localTimezone": contoso.timezone,
        "locale": locale,
        "entities": [_client(contoso, locale)],
    }


def _about_bot(contoso: Contoso, chat: Chat, person: Person) -> Json:
    activity = _base(contoso, chat, person)
    if chat.team:
        about = {"id": chat.team.id, "name": chat.team.name, "aadGroupId": chat.team.group_id}
        activity["channelData"]["team"] = about
        activity["channelData"]["settings"] = {"selectedChannel": {"id": chat.id}}
    return activity


def _base(contoso: Contoso, chat: Chat, person: Person) -> Json:
    conversation: Json = {"conversationType": chat.kind, "tenantId": contoso.tenant_id, "id": chat.id}
    channel_data: Json = {"tenant": {"id": contoso.tenant_id}}
    if chat.kind != "personal":
        conversation["isGroup"] = True
    if chat.team:
        channel_data |= {
            "teamsChannelId": chat.id,
            "teamsTeamId": chat.team.id,
            "channel": {"id": chat.id},
            "team": {"id": chat.team.id},
        }
    return {
        "id": str(uuid.uuid4()),
        "timestamp": f"{contoso.now():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
        "channelId": "msteams",
        "serviceUrl": contoso.service_url,
        "from": {"id": person.mri, "aadObjectId": person.id},
        "conversation": conversation,
        "recipient": _bot(contoso),
        "channelData": channel_data,
    }


def _bot(contoso: Contoso) -> Json:
    return {"id": f"28:{contoso.bot_id}", "name": BOT_NAME}


def _client(contoso: Contoso, locale: str) -> Json:
    country = locale.partition("-")[2] or "US"
    where = {"locale": locale, "country": country, "platform": "Web", "timezone": contoso.timezone}
    return {"type": "clientInfo", **where}


def _mention(contoso: Contoso, mention: Mention) -> Json:
    person = contoso.directory.people.get(mention.id)
    mentioned = {"id": person.mri if person else mention.id, "name": mention.name}
    return {"type": "mention", "mentioned": mentioned, "text": f"<at>{mention.name}</at>"}
