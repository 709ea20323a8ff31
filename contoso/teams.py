"""What the page in contoso/web asks the tenant, and the stream of what happens to the person at it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from aiohttp import web

from contoso import buttons
from contoso.chats import Chat, Mention, Message
from contoso.delivery import BotTrouble
from contoso.extension import INVOKES
from contoso.files import STRENGTH, Access, Item, Link, Outsider
from contoso.ids import bot_member_id
from contoso.people import Group, Person
from contoso.tenant import BOT_NAME, Contoso, Event, Mail

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
WEB = Path(__file__).parent / "web"
MODULES = WEB / "node_modules"
LIBRARIES = {
    "adaptivecards.min.js": MODULES / "adaptivecards/dist/adaptivecards.min.js",
    "adaptivecards.css": MODULES / "adaptivecards/dist/adaptivecards.css",
    "markdown-it.umd.min.js": MODULES / "markdown-it/dist/browser/markdown-it.umd.min.js",
}
TYPES = {".js": "text/javascript", ".css": "text/css"}
PING_EVERY = 15.0
API = "/teams/api"


class No(Exception):
    """A refusal; the message is a sentence for the person at the page."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Teams:
    def __init__(self, contoso: Contoso) -> None:
        self._contoso = contoso
        self._streams: set[asyncio.Queue[Event | None]] = set()

    def routes(self) -> list[web.RouteDef]:
        chat, answered = f"{API}/chats/{{chat}}/messages", _answered
        return [
            web.get("/", self.page),
            web.get("/web/lib/{name}", self.library),
            web.get(r"/web/{name:[\w-]+\.(?:js|css)}", self.part),
            web.get("/open/{drive}/{item}", self.open),
            web.get("/s/{link}", self.open_link),
            web.get(f"{API}/tenant", answered(self.tenant)),
            web.get(f"{API}/chats", answered(self.chats)),
            web.get(chat, answered(self.messages)),
            web.post(chat, answered(self.say)),
            web.post(f"{chat}/{{message}}/action", answered(self.act)),
            web.post(f"{API}/chats/{{chat}}/ask", answered(self.ask)),
            web.post(f"{API}/chats/{{chat}}/members", answered(self.move)),
            web.post(f"{API}/chats/{{chat}}/cards", answered(self.post_card)),
            web.get(f"{API}/events", answered(self.events)),
            web.get(f"{API}/mail", answered(self.mail)),
            web.get(f"{API}/files", answered(self.files)),
            web.get(f"{API}/files/{{drive}}/{{item}}/permissions", answered(self.permissions)),
            web.post(f"{API}/signin/closed", answered(self.signin_closed)),
        ]

    async def hang_up(self, _app: web.Application) -> None:
        """Ends every stream, or they would keep the server from stopping."""
        for stream in self._streams:
            stream.put_nowait(None)

    async def page(self, _request: web.Request) -> web.StreamResponse:
        return _file(WEB / "index.html", "text/html")

    async def part(self, request: web.Request) -> web.StreamResponse:
        path = WEB / request.match_info["name"]
        return _file(path, TYPES[path.suffix])

    async def library(self, request: web.Request) -> web.StreamResponse:
        path = LIBRARIES.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        return _file(path, TYPES[path.suffix])

    async def open(self, request: web.Request) -> web.StreamResponse:
        item = f"{request.match_info['drive']}/{request.match_info['item']}"
        raise web.HTTPFound(f"/?open={quote(item, safe='/!')}#files")

    async def open_link(self, request: web.Request) -> web.StreamResponse:
        found = self._contoso.files.link(request.match_info["link"])
        if found is None:
            raise web.HTTPNotFound
        raise web.HTTPFound(self._contoso.web_url(found[0]))

    async def tenant(self, _request: web.Request) -> web.StreamResponse:
        people = [
            person for person in self._contoso.directory.people.values() if person.can_sign_in and person.has_come
        ]
        people.sort(key=lambda person: person.name)
        bot = {"id": bot_member_id(), "name": BOT_NAME}
        return web.json_response({"name": "Contoso", "bot": bot, "people": [_person(person) for person in people]})

    async def chats(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request.query.get("user"))
        return web.json_response([self._chat(chat, person) for chat in self._contoso.chats.of(person.id)])

    async def messages(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request.query.get("user"))
        chat = self._where(request, person)
        self._contoso.client.opened(person, chat)
        self._contoso.chats.read(chat.id, person.id)
        shown = [message_json(each, person) for each in self._contoso.chats.messages(chat.id)]
        return web.json_response(shown)

    async def say(self, request: web.Request) -> web.StreamResponse:
        said = await _object(request)
        person = self._person(said.get("user"))
        chat = self._where(request, person)
        text, root = said.get("text"), said.get("root")
        if not isinstance(text, str) or not text.strip():
            raise No(400, "A message needs a text.")
        if root is not None and self._contoso.chats.message(chat.id, str(root)) is None:
            raise No(404, "The post it answers is not there any more.")
        mentions = [
            Mention(str(each["id"]), str(each["name"])) for each in cast("list[Json]", said.get("mentions") or [])
        ]
        card = said.get("card")
        if card is not None and not isinstance(card, dict):
            raise No(400, "A message carries a card or none.")
        client = self._contoso.client
        message = client.post(
            person, chat, text, root=root and str(root), mentions=mentions, card=cast("Json | None", card)
        )
        client.later(client.hand_over(message, _locale(request)))
        return web.json_response(message_json(message, person), status=201)

    async def act(self, request: web.Request) -> web.StreamResponse:
        said = await _object(request)
        person = self._person(said.get("user"))
        chat = self._where(request, person)
        action = said.get("action")
        if not isinstance(action, dict) or cast("Json", action).get("type") not in ("Action.Execute", "Action.Submit"):
            raise No(400, "This button is of no kind Teams hands to a bot.")
        answer = await self._contoso.client.press(
            person, chat, request.match_info["message"], cast("Json", action), _locale(request)
        )
        return web.json_response({"status": answer.status, "type": answer.type, "value": answer.value})

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """The message extension, a dialog or a field that searches; the bot's answer as it is.

        {"user", "name", "value", "message"}
        """
        said = await _object(request)
        person = self._person(said.get("user"))
        chat = self._where(request, person)
        name, value, about = said.get("name"), said.get("value"), said.get("message")
        if name not in INVOKES or not isinstance(value, dict):
            raise No(400, "Teams asks a bot nothing like this.")
        message = self._contoso.chats.message(chat.id, str(about)) if about else None
        if about and message is None:
            raise No(404, "This message is not there any more.")
        extension = self._contoso.client.extension
        if name == "composeExtension/queryLink":
            url = str(cast("Json", value).get("url"))
            return web.json_response(await extension.unfurl(person, chat, url, locale=_locale(request)))
        answer = await extension.ask(
            person, chat, str(name), cast("Json", value), message=message, locale=_locale(request)
        )
        return web.json_response(answer)

    async def move(self, request: web.Request) -> web.StreamResponse:
        """Adds somebody to a chat, or takes them out. {"user", "person", "joins"}"""
        said = await _object(request)
        person, other = self._person(said.get("user")), self._person(said.get("person"))
        client, chat = self._contoso.client, self._where(request, person)
        moved = client.add if said.get("joins") else client.remove
        await moved(person, [other], chat.id)
        return web.Response(status=204)

    async def post_card(self, request: web.Request) -> web.StreamResponse:
        said = await _object(request)
        person = self._person(said.get("user"))
        card = said.get("card")
        if not isinstance(card, dict):
            raise No(400, "There is no card.")
        message = self._contoso.client.extension.post(person, self._where(request, person), cast("Json", card))
        return web.json_response(message_json(message, person), status=201)

    async def mail(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request.query.get("user"))
        return web.json_response([mail_json(mail) for mail in self._contoso.mail_to(person.mail)])

    async def files(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request.query.get("user"))
        seen = self._contoso.files.visible_to(person.id)
        seen = self._contoso.files.named(request.query.get("q", ""), seen)
        own = self._contoso.files.drive_of(person.id)
        seen.sort(key=lambda item: (own is None or item.drive_id != own.id, -item.modified.timestamp()))
        return web.json_response([self._file(item, person) for item in seen])

    async def permissions(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request.query.get("user"))
        item = self._contoso.files.item(request.match_info["drive"], request.match_info["item"])
        if item is None or self._contoso.files.role_of(person.id, item) is None:
            raise No(404, "You have no access to this item.")
        found = [access_json(access) for access in self._contoso.files.accesses(item)]
        return web.json_response(found)

    async def signin_closed(self, request: web.Request) -> web.StreamResponse:
        self._contoso.client.came_back(self._person((await _object(request)).get("user")))
        return web.Response(status=204)

    async def events(self, request: web.Request) -> web.StreamResponse:
        person = self._person(request.query.get("user"))
        stream: asyncio.Queue[Event | None] = asyncio.Queue()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        stop = self._contoso.watch(stream.put_nowait)
        self._streams.add(stream)
        try:
            await response.prepare(request)
            await response.write(b": hello\n\n")
            while True:
                try:
                    async with asyncio.timeout(PING_EVERY):
                        event = await stream.get()
                except TimeoutError:
                    await response.write(b": ping\n\n")
                    continue
                if event is None:
                    break
                if event.audience is None or person.id in event.audience:
                    await response.write(f"data: {json.dumps(_event(event, person))}\n\n".encode())
        except ConnectionError:
            pass  # the page was closed
        finally:
            stop()
            self._streams.discard(stream)
        return response

    def _person(self, user: object) -> Person:
        person = self._contoso.directory.people.get(user) if isinstance(user, str) else None
        if person is None or not person.can_sign_in:
            raise No(404, "There is nobody with this id in Contoso.")
        return person

    def _where(self, request: web.Request, person: Person) -> Chat:
        chat = self._contoso.chats.get(request.match_info["chat"])
        if chat is None or person.id not in chat.members:
            raise No(404, "You are in no such chat.")
        return chat

    def _chat(self, chat: Chat, person: Person) -> Json:
        shown = [each for each in self._contoso.chats.messages(chat.id) if not each.is_empty_for(person.id)]
        last = shown[-1] if shown else None
        people = [self._contoso.directory.people[each] for each in chat.members]
        with_bot = chat.kind == "personal" or chat.id in self._contoso.chats.with_bot
        members = [{"id": each.id, "name": each.name} for each in people]
        if with_bot:
            members.append({"id": bot_member_id(), "name": BOT_NAME})
        return {
            "id": chat.id,
            "kind": chat.kind,
            "name": chat.name,
            **({"team": chat.team.name} if chat.team else {}),
            "members": members,
            "withBot": with_bot,
            "unread": self._contoso.chats.unread(chat.id, person.id),
            "last": last and {"text": _line(last, person), "timestamp": _iso(last), "from": last.sender_name},
        }

    def _file(self, item: Item, person: Person) -> Json:
        drive = self._contoso.files.drives[item.drive_id]
        place = (
            drive.name if isinstance(drive.owner, Group) or drive.owner == person else f"{drive.owner.name}'s OneDrive"
        )
        return {
            "driveId": item.drive_id,
            "id": item.id,
            "name": item.name,
            "path": "/".join(["", *self._contoso.files.folders(item), item.name]),
            "place": place,
            "folder": item.is_folder,
            "owner": drive.owner.name,
            "size": item.size,
            "modified": item.modified.isoformat(),
            "webUrl": self._contoso.web_url(item),
            "shared": self._contoso.files.is_shared(item),
        }


def message_json(message: Message, reader: Person) -> Json:
    return {
        "id": message.id,
        "chat": message.chat_id,
        "root": message.root,
        "from": {"id": message.sender, "name": message.sender_name, "bot": message.is_from_bot},
        "timestamp": _iso(message),
        "edited": message.is_edited,
        "text": message.text,
        "textFormat": message.text_format,
        "mentions": [{"id": each.id, "name": each.name} for each in message.mentions],
        "attachments": list(message.seen_by(reader.id)),
        "suggestedActions": [{"title": title, "value": value} for title, value in message.suggested],
        "problem": message.problem,
    }


def mail_json(mail: Mail) -> Json:
    return {
        "id": mail.id,
        "from": {"name": mail.sender_name, "mail": mail.sender_mail},
        "to": mail.to,
        "subject": mail.subject,
        "text": mail.text,
        "link": mail.link and {"title": mail.link[0], "url": mail.link[1]},
        "received": mail.received.isoformat(),
    }


def access_json(access: Access) -> Json:
    to, kind, mail, name = access.grant.to, "user", "", "Anybody in Contoso who has the link"
    match to:
        case Person():
            kind, mail, name = "guest" if to.is_guest else "user", to.mail, to.name
        case Group():
            kind, mail, name = "group", to.mail, to.name
        case Outsider():
            kind, mail, name = "guest", to.mail, to.mail
        case Link():
            kind = "link"
    roles = [role for role in STRENGTH if role == access.grant.role]
    about = {"id": access.grant.id, "name": name, "mail": mail, "kind": kind, "roles": roles}
    return {**about, "inherited": access.is_inherited, "owner": access.grant.role == "owner"}


def _event(event: Event, person: Person) -> Json:
    raw: Json = {"kind": event.kind}
    if event.chat_id:
        raw["chat"] = event.chat_id
    if event.kind == "delete" and event.message:
        raw["message"] = {"id": event.message.id}
    elif event.message:
        raw["message"] = message_json(event.message, person)
    elif event.mail:
        raw["mail"] = mail_json(event.mail)
    elif event.kind == "typing":
        raw["from"] = {"id": event.sender[0], "name": event.sender[1]}
    return raw


def _person(person: Person) -> Json:
    about = {"title": person.title, "department": person.department, "guest": person.is_guest}
    return {"id": person.id, "name": person.name, "mail": person.mail, **about}


def _line(message: Message, reader: Person) -> str:
    """For the list of chats: what was said, or what the first lines of a card say."""
    if message.text:
        return message.text
    card = message.as_seen_by(reader.id).card
    return str(card.get("fallbackText") or card.get("speak") or "Sent a card") if card else "Please sign in"


def _iso(message: Message) -> str:
    return message.timestamp.isoformat()


def _locale(request: web.Request) -> str:
    """The browser is the person's Teams, so its language is theirs."""
    first = request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0].strip()
    return first if first and first != "*" else "en-US"


def _file(path: Path, kind: str) -> web.StreamResponse:
    if not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Content-Type": f"{kind}; charset=utf-8", "Cache-Control": "no-cache"})


async def _object(request: web.Request) -> Json:
    try:
        said: object = await request.json()
    except (ValueError, RecursionError) as error:
        raise No(400, "The request is not JSON.") from error
    if not isinstance(said, dict):
        raise No(400, "The request is not an object.")
    return cast("Json", said)


def _answered(handler: Handler) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except No as no:
            return web.json_response({"error": str(no)}, status=no.status)
        except BotTrouble as trouble:
            return web.json_response({"error": str(trouble)}, status=trouble.status)
        except buttons.NoSuchButton as error:
            return web.json_response({"error": str(error)}, status=404)
        except LookupError as error:
            return web.json_response({"error": str(error)}, status=404)

    return answer
