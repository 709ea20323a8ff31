"""Teams' side of bench/edge.py, in a process of its own: Contoso's login service, and a connector that counts what it
gets. Its first line is JSON: where it is, the token it calls bots with, as many others as it is asked for, each good as
well, and one a bot may call it with."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from asyncio import BaseTransport
from collections import Counter
from typing import Any
from weakref import WeakSet

from aiohttp import web

from contoso import tokens
from contoso.chats import CARD
from contoso.entra import Entra
from contoso.tenant import Contoso
from contoso.tokens import BOT_FRAMEWORK, BadToken

LARGEST_BODY = 1024 * 1024


class Connector:
    """Takes every message of the bot to any chat; `cards` are counted by chat."""

    def __init__(self, contoso: Contoso) -> None:
        self._contoso = contoso
        self._ids = itertools.count(1)
        self._known: set[str] = set()
        self._open = WeakSet[BaseTransport]()
        self._connections = 0
        self._cards = Counter[str]()

    def routes(self) -> list[web.RouteDef]:
        chat = "/connector/v3/conversations/{chat}/activities"
        return [
            web.post(chat, self.take),
            web.post(f"{chat}/{{activity}}", self.take),
            web.put(f"{chat}/{{activity}}", self.take),
            web.get("/taken", self.taken),
        ]

    async def take(self, request: web.Request) -> web.Response:
        if request.transport is not None and request.transport not in self._open:
            self._open.add(request.transport)
            self._connections += 1
        if not self._knows(request.headers.get("Authorization", "")):
            return web.json_response({"error": {"code": "Unauthorized"}}, status=401)
        activity: dict[str, Any] = json.loads(await request.read())
        attachments = activity.get("attachments") or [{}]
        if activity.get("type") == "message" and attachments[0].get("contentType") == CARD:
            self._cards[request.match_info["chat"]] += 1
        return web.json_response({"id": f"reply-{next(self._ids)}"}, status=201)

    async def taken(self, _request: web.Request) -> web.Response:
        return web.json_response({"connections": self._connections, "cards": self._cards})

    def _knows(self, header: str) -> bool:
        if header in self._known:
            return True
        try:
            tokens.read(self._contoso, header.removeprefix("Bearer "), self._contoso.keys.entra, BOT_FRAMEWORK)
        except BadToken:
            return False
        self._known.add(header)
        return True


async def main(others: int) -> None:
    contoso = Contoso()
    app = web.Application(client_max_size=LARGEST_BODY)
    app.add_routes([*Entra(contoso).routes(), *Connector(contoso).routes()])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    contoso.base_url = f"http://{host}:{port}"
    key, token = contoso.keys.bot_framework, tokens.activity_token(contoso)
    about = {
        "url": contoso.base_url,
        "token": token,
        "others": [key.sign({**key.read(token), "jti": str(number)}) for number in range(others)],
        "app_token": tokens.app_token(contoso, BOT_FRAMEWORK),
    }
    print(json.dumps(about), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
