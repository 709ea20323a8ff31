"""The Bot Connector: where the bot speaks, edits what it said, and asks who is there.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

from aiohttp import web

from contoso import tokens
from contoso.chats import OAUTH, Chat, Mention, Message, thread_of
from contoso.ids import bot_member_id
from contoso.people import Person
from contoso.tenant import BOT_NAME, Contoso, Event
from contoso.tokens import BOT_FRAMEWORK, BadToken

Json = dict[str, Any]
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
LARGEST_MESSAGE = 100 * 1024
SMALLEST_PAGE = 50


class Problem(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Connector:
    def __init__(self, contoso: Contoso) -> None:
        self._contoso = contoso

    def routes(self) -> list[web.RouteDef]:
        chat = "/connector/v3/conversations/{chat}"
        answered = self._answered
        return [
            web.post("/connector/v3/conversations", answered(self.create)),
            web.post(f"{chat}/activities", answered(self.send)),
            web.post(f"{chat}/activities/{{activity}}", answered(self.send)),
            web.put(f"{chat}/activities/{{activity}}", answered(self.update)),
            web.delete(f"{chat}/activities/{{activity}}", answered(self.delete)),
            web.get(f"{chat}/members", answered(self.members)),
            web.get(f"{chat}/pagedmembers", answered(self.paged_members)),
            web.get(f"{chat}/members/{{member}}", answered(self.member)),
            web.get("/connector/v3/teams/{team}", answered(self.team)),
            web.get("/connector/v3/teams/{team}/conversations", answered(self.channels)),
        ]

    def _answered(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                self._check_caller(request)
                return await handler(request)
            except Problem as problem:
                error = {"code": problem.code, "message": str(problem)}
                return web.json_response({"error": error}, status=problem.status)

        return answer

    async def send(self, request: web.Request) -> web.StreamResponse:
        chat = self._chat(request)
        activity = await _activity(request)
        about = activity.get("from")
        if activity.get("type") == "typing":
            self._contoso.emit(Event("typing", frozenset(chat.members), chat.id, sender=(bot_member_id(), BOT_NAME)))
            return _created(self._new_id())
        if activity.get("type") != "message":
            return _created(self._new_id())
        if isinstance(about, dict) and cast("Json", about).get("id") not in (None, "", bot_member_id()):
            raise Problem(400, "BadArgument", "A bot speaks for itself only.")
        thread = thread_of(request.match_info["chat"])
        message = self._say(chat, activity, thread)
        return _created(message.id)

    async def update(self, request: web.Request) -> web.StreamResponse:
        chat, message = self._message(request)
        new = self._read(chat, await _activity(request), message.id, message.root)
        self._contoso.edit(replace(new, timestamp=message.timestamp, is_edited=True))
        return web.json_response({"id": message.id})

    async def delete(self, request: web.Request) -> web.StreamResponse:
        _, message = self._message(request)
        self._contoso.delete(message)
        return web.Response(status=200)

    async def create(self, request: web.Request) -> web.StreamResponse:
        """The chat with a person, or a new post in a channel; chats of several are not made by bots."""
        asked = await _activity(request)
        channel_data = cast("Json", asked.get("channelData") or {})
        if channel := cast("Json", channel_data.get("channel") or {}).get("id"):
            chat = self._there(str(channel))
            message = self._say(chat, cast("Json", asked.get("activity") or {}), None)
            answer = {"id": f"{chat.id};messageid={message.id}", "activityId": message.id}
            return web.json_response(answer, status=201)
        if cast("Json", channel_data.get("tenant") or {}).get("id", asked.get("tenantId")) != self._contoso.tenant_id:
            raise Problem(400, "BadArgument", "No tenant was named in channelData, or not this one.")
        members = asked.get("members")
        if not isinstance(members, list) or len(cast("list[Json]", members)) != 1:
            raise Problem(400, "BadArgument", "A conversation is made with exactly one member.")
        member = cast("Json", members[0])
        person = self._contoso.directory.called(str(member.get("id") or member.get("aadObjectId")))
        if person is None:
            raise Problem(404, "UserNotFound", "There is nobody with this id.")
        chat = next((each for each in self._contoso.chats.of(person.id) if each.kind == "personal"), None)
        if chat is None or chat.id not in self._contoso.chats.with_bot:
            raise Problem(403, "ForbiddenOperationException", "The bot is not installed in this user's personal scope.")
        return _created(chat.id)

    async def members(self, request: web.Request) -> web.StreamResponse:
        return web.json_response([self._member(person) for person in self._people(self._chat(request))])

    async def paged_members(self, request: web.Request) -> web.StreamResponse:
        people = self._people(self._chat(request))
        try:
            size = min(max(int(request.query.get("pageSize", "0")), SMALLEST_PAGE), self._contoso.roster_page)
            start = int(request.query.get("continuationToken", "0"))
        except ValueError as error:
            raise Problem(400, "BadArgument", "pageSize or continuationToken is not one of ours.") from error
        page: Json = {"members": [self._member(person) for person in people[start : start + size]]}
        if start + size < len(people):
            page["continuationToken"] = str(start + size)
        return web.json_response(page)

    async def member(self, request: web.Request) -> web.StreamResponse:
        wanted = request.match_info["member"]
        for person in self._people(self._chat(request)):
            if wanted in (person.mri, person.id, person.upn):
                return web.json_response(self._member(person))
        raise Problem(404, "MemberNotFoundInConversation", "The member is not in the conversation.")

    async def team(self, request: web.Request) -> web.StreamResponse:
        chat = self._there(request.match_info["team"])
        if chat.team is None:
            raise Problem(404, "ConversationNotFound", "Conversation not found.")
        about = {"id": chat.team.id, "name": chat.team.name, "aadGroupId": chat.team.group_id}
        more = {"tenantId": self._contoso.tenant_id, "type": "standard", "channelCount": 1}
        return web.json_response({**about, **more, "memberCount": len(chat.members)})

    async def channels(self, request: web.Request) -> web.StreamResponse:
        chat = self._there(request.match_info["team"])
        # The general channel has the team's id and no name of its own.
        return web.json_response({"conversations": [{"id": chat.id, "name": None, "type": "standard"}]})

    def _check_caller(self, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            if scheme != "Bearer":
                raise BadToken("malformed")
            said = tokens.read(self._contoso, token, self._contoso.keys.entra, BOT_FRAMEWORK)
        except BadToken as bad:
            raise Problem(401, "Unauthorized", "Authorization has been denied for this request.") from bad
        if said.get("appid") != self._contoso.bot_id or said.get("idtyp") != "app":
            raise Problem(401, "BotNotRegistered", "This is no bot of ours.")

    def _chat(self, request: web.Request) -> Chat:
        return self._there(request.match_info["chat"])

    def _there(self, conversation_id: str) -> Chat:
        """A chat the bot is in. Raises Problem."""
        chat = self._contoso.chats.get(conversation_id)
        if chat is None:
            raise Problem(404, "ConversationNotFound", "Conversation not found.")
        if chat.id not in self._contoso.chats.with_bot:
            raise Problem(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        return chat

    def _message(self, request: web.Request) -> tuple[Chat, Message]:
        chat = self._chat(request)
        message = self._contoso.chats.message(chat.id, request.match_info["activity"])
        if message is None or not message.is_from_bot:
            raise Problem(404, "ActivityNotFoundInConversation", "The activity is not in the conversation.")
        return chat, message

    def _say(self, chat: Chat, activity: Json, root: str | None) -> Message:
        message = self._read(chat, activity, self._new_id(), root if chat.kind == "channel" else None)
        exchange = _silent_card(message)
        self._contoso.say(replace(message, withheld=exchange is not None))
        if exchange is not None:
            self._contoso.client.sign_in_silently(chat, message, exchange)
        return message

    def _read(self, chat: Chat, activity: Json, message_id: str, root: str | None) -> Message:
        attachments = tuple(_attachment(each) for each in cast("list[Json]", activity.get("attachments") or []))
        text = str(activity.get("text") or "")
        if not text and not attachments:
            raise Problem(400, "BadSyntax", "Activity resulted into no content: it has neither text nor attachments.")
        entities = cast("list[Json]", activity.get("entities") or [])
        chosen = cast("Json", activity.get("suggestedActions") or {}).get("actions") or []
        return Message(
            id=message_id,
            chat_id=chat.id,
            root=root,
            sender=bot_member_id(),
            sender_name=BOT_NAME,
            timestamp=self._contoso.now(),
            text=text,
            text_format=str(activity.get("textFormat") or "markdown"),
            mentions=tuple(self._mention(each) for each in entities if each.get("type") == "mention"),
            attachments=attachments,
            suggested=tuple((str(each.get("title")), str(each.get("value"))) for each in chosen),
        )

    def _mention(self, entity: Json) -> Mention:
        mentioned = cast("Json", entity.get("mentioned") or {})
        person = self._contoso.directory.called(str(mentioned.get("id")))
        return Mention(person.id if person else str(mentioned.get("id")), str(mentioned.get("name")))

    def _new_id(self) -> str:
        return self._contoso.chats.new_id(self._contoso.now())

    def _people(self, chat: Chat) -> list[Person]:
        return [self._contoso.directory.people[each] for each in chat.members]

    def _member(self, person: Person) -> Json:
        return {
            "id": person.mri,
            "objectId": person.id,
            "name": person.name,
            "givenName": person.given,
            "surname": person.surname,
            "email": person.mail,
            "userPrincipalName": person.upn,
            "tenantId": self._contoso.tenant_id,
            "userRole": "guest" if person.is_guest else "user",
        }


def _silent_card(message: Message) -> Json | None:
    """The sign-in card that the client may answer by itself."""
    cards = [cast("Json", each["content"]) for each in message.attachments if each["contentType"] == OAUTH]
    return next((card for card in cards if card.get("tokenExchangeResource")), None)


def _attachment(raw: Json) -> Json:
    content = raw.get("content")
    if not isinstance(raw.get("contentType"), str) or not isinstance(content, dict):
        raise Problem(400, "BadArgument", "An attachment needs a contentType and a content.")
    return {"contentType": raw["contentType"], "content": cast("Json", content)}


async def _activity(request: web.Request) -> Json:
    raw = await request.read()
    try:
        text = raw.decode()
        said: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "BadSyntax", "The body is not JSON.") from error
    if not isinstance(said, dict):
        raise Problem(400, "BadSyntax", "The body is not an object.")
    if len(text) * 2 > LARGEST_MESSAGE:
        raise Problem(413, "MessageSizeTooBig", "Message size too large.")
    return cast("Json", said)


def _created(new_id: str) -> web.Response:
    return web.json_response({"id": new_id}, status=201)
