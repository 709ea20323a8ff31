"""The back door, for tests and the demo: look at everything, be anybody, break things. Only on this machine."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Awaitable, Callable
from typing import Any, cast

from aiohttp import web

from contoso import faults, scopes, tokens
from contoso.buttons import NotFilledIn
from contoso.chats import Mention
from contoso.claims import asked_for
from contoso.delivery import BotTrouble
from contoso.graph_openapi import document
from contoso.ids import bot_member_id
from contoso.teams import access_json, mail_json, message_json
from contoso.tenant import BOT_NAME, Contoso

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
DOOR = "/_contoso"


class BackDoor:
    def __init__(self, contoso: Contoso) -> None:
        self._contoso = contoso

    def routes(self) -> list[web.RouteDef]:
        inside = self._guarded
        return [
            web.get(f"{DOOR}/token", inside(self.token)),
            web.get(f"{DOOR}/mail", inside(self.mail)),
            web.get(f"{DOOR}/state", inside(self.state)),
            web.post(f"{DOOR}/reset", inside(self.reset)),
            web.post(f"{DOOR}/say", inside(self.say)),
            web.post(f"{DOOR}/click", inside(self.click)),
            web.post(f"{DOOR}/faults", inside(self.faults)),
            web.post(f"{DOOR}/clock", inside(self.clock)),
            web.get(f"{DOOR}/openapi.json", inside(self.openapi)),
        ]

    def _guarded(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            if not self._contoso.is_on_loopback:
                return web.json_response({"error": "The back door opens on this machine only."}, status=403)
            try:
                return await handler(request)
            except BotTrouble as trouble:
                return web.json_response({"error": str(trouble)}, status=trouble.status)
            except LookupError as error:
                return web.json_response({"error": str(error)}, status=404)
            except (NotFilledIn, ValueError) as error:
                return web.json_response({"error": str(error)}, status=400)

        return answer

    async def token(self, request: web.Request) -> web.StreamResponse:
        """A token of a person: for Graph with these scopes, consented or not, or with access_as_user Teams' own."""
        person = self._contoso.person(request.query.get("user", ""))
        scope = request.query.get("scope", "")
        if scope == "access_as_user":
            return web.json_response({"token": tokens.sso_token(self._contoso, person)})
        asked = scopes.named(scope or "User.Read User.ReadBasic.All Files.ReadWrite.All")
        return web.json_response({"token": tokens.graph_token(self._contoso, person, asked)})

    async def mail(self, request: web.Request) -> web.StreamResponse:
        to = request.query.get("to")
        found = self._contoso.mail_to(to) if to else reversed(self._contoso.mails)
        return web.json_response([mail_json(mail) for mail in found])

    async def state(self, _request: web.Request) -> web.StreamResponse:
        contoso = self._contoso
        people = [
            {
                "id": one.id,
                "name": one.name,
                "mail": one.mail,
                "upn": one.upn,
                "mri": one.mri,
                "guest": one.is_guest,
                "signsIn": one.can_sign_in,
            }
            for one in contoso.directory.people.values()
        ]
        files = [
            {
                "driveId": item.drive_id,
                "id": item.id,
                "path": "/".join([*contoso.files.folders(item), item.name]),
                "drive": contoso.files.drives[item.drive_id].owner.name,
                "permissions": [access_json(access) for access in contoso.files.accesses(item)],
            }
            for item in contoso.files
            if item.parent_id
        ]
        chats = [
            {
                "id": chat.id,
                "kind": chat.kind,
                "name": chat.name,
                "members": list(chat.members),
                "withBot": chat.id in contoso.chats.with_bot,
                "messages": [
                    message_json(message, contoso.directory.people[chat.members[0]])
                    for message in contoso.chats.messages(chat.id)
                ],
            }
            for chat in contoso.chats
        ]
        return web.json_response({"now": contoso.now().isoformat(), "people": people, "files": files, "chats": chats})

    async def reset(self, request: web.Request) -> web.StreamResponse:
        """{"consent": "everyone"}: nobody has agreed to anything yet."""
        asked = await _object(request)
        self._contoso.reset(nobody_consented=asked.get("consent") == "everyone")
        return web.Response(status=204)

    async def say(self, request: web.Request) -> web.StreamResponse:
        said = await _object(request)
        person = self._contoso.person(_text(said, "user"))
        given = said.get("mentions")
        mentions = None if given is None else [self._mention(each) for each in cast("list[object]", given)]
        found = await self._contoso.client.say(
            person,
            _text(said, "text"),
            chat=said.get("chat"),
            root=said.get("root"),
            mentions=mentions,
            locale=str(said.get("locale") or "en-US"),
        )
        return web.json_response({"messages": [message_json(each, person) for each in found]})

    async def click(self, request: web.Request) -> web.StreamResponse:
        asked = await _object(request)
        inputs = {str(name): str(value) for name, value in cast("Json", asked.get("inputs") or {}).items()}
        answer = await self._contoso.client.click(
            _text(asked, "user"),
            _text(asked, "title"),
            inputs=inputs,
            message=asked.get("message"),
            chat=asked.get("chat"),
            locale=str(asked.get("locale") or "en-US"),
        )
        return web.json_response({"status": answer.status, "type": answer.type, "value": answer.value})

    async def faults(self, request: web.Request) -> web.StreamResponse:
        """{"rules": […]} takes the place of the rules there were; "unmailable" and "unheeded" are addresses.

        "unitsPerMinute" is how much of Graph there is, "challenges" are {person: claims as JSON} and
        "interactionRequired" are people. What is not said is over.
        """
        asked = await _object(request)
        self._contoso.faults = [faults.rule(raw) for raw in cast("list[object]", asked.get("rules") or [])]
        self._contoso.unmailable = set(cast("list[str]", asked.get("unmailable") or []))
        self._contoso.unheeded = set(cast("list[str]", asked.get("unheeded") or []))
        self._contoso.external_sharing = bool(asked.get("externalSharing", True))
        self._contoso.units_per_minute = _limit(asked.get("unitsPerMinute"))
        challenges = cast("dict[str, str]", asked.get("challenges") or {})
        self._contoso.challenges = {self._contoso.person(who).id: _claims(said) for who, said in challenges.items()}
        wanted = cast("list[str]", asked.get("interactionRequired") or [])
        self._contoso.interaction_required = {self._contoso.person(who).id for who in wanted}
        return web.Response(status=204)

    async def clock(self, request: web.Request) -> web.StreamResponse:
        """{"forward": seconds} from what it is now, or {"now": ISO time}."""
        asked = await _object(request)
        if "now" in asked:
            moment = dt.datetime.fromisoformat(str(asked["now"]))
            if moment.tzinfo is None:
                raise ValueError("The time needs an offset.")
            self._contoso.clock = moment - dt.datetime.now(dt.UTC)
        else:
            self._contoso.clock += dt.timedelta(seconds=float(asked.get("forward", 0)))
        return web.json_response({"now": self._contoso.now().isoformat()})

    async def openapi(self, _request: web.Request) -> web.StreamResponse:
        """What Graph's face serves."""
        return web.json_response(document(self._contoso.base_url))

    def _mention(self, said: object) -> Mention:
        """An object as the page sends it, a person's address or id, or the bot's name."""
        if isinstance(said, dict):
            whole = cast("Json", said)
            return Mention(str(whole["id"]), str(whole["name"]))
        if said == BOT_NAME or said == bot_member_id():
            return Mention(bot_member_id(), BOT_NAME)
        person = self._contoso.person(str(said))
        return Mention(person.id, person.name)


def _text(asked: Json, name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str):
        raise ValueError(f"The request needs a {name}.")
    return value


def _limit(said: object) -> int | None:
    if said is not None and (type(said) is not int or said < 1):
        raise ValueError("There are at least one unit a minute, or as many as wanted.")
    return said


def _claims(said: str) -> str:
    """Raises ValueError for claims that could not be asked for."""
    asked_for(said)
    return said


async def _object(request: web.Request) -> Json:
    raw = await request.read()
    said: object = json.loads(raw) if raw else {}
    if not isinstance(said, dict):
        raise ValueError("The request is not an object.")
    return cast("Json", said)
