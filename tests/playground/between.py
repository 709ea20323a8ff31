"""Between the Agents Playground and the bot: what it lacks of Teams. It signs no call, and signs nobody in."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any, cast

import httpx
from aiohttp import web

from contoso import tokens
from contoso.chats import OAUTH
from contoso.client import LOGIN
from contoso.people import Person
from contoso.tenant import Contoso

Json = dict[str, Any]
PATIENCE = 30.0


class Between:
    """`person` sits at the Playground, whose address is `playground` once it is there."""

    def __init__(self, contoso: Contoso, http: httpx.AsyncClient, person: Person) -> None:
        self.playground = ""
        self._contoso = contoso
        self._http = http
        self._person = person
        self._background: set[asyncio.Task[None]] = set()

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.post("/api/messages", self._to_the_bot),
                web.route("*", "/_connector/{path:.*}", self._to_the_playground),
            ]
        )
        return app

    async def _to_the_bot(self, request: web.Request) -> web.StreamResponse:
        activity: Json = await request.json()
        answer = await self._signed(activity)
        if answer.content and (said := answer.json()).get("type") == LOGIN:
            activity["value"]["authentication"] = self._exchange(said["value"])
            answer = await self._signed(activity)
        return _same(answer)

    async def _to_the_playground(self, request: web.Request) -> web.StreamResponse:
        path, body = request.match_info["path"], await request.read()
        if request.method == "POST" and "/activities" in path:
            said: Json = await request.json()
            for each in cast("list[Json]", said.get("attachments") or []):
                if each["contentType"] == OAUTH:
                    self._later(self._signs_in(request, said, each["content"]))
                    return web.json_response({"id": str(uuid.uuid4())}, status=201)
        # It knows people by its own ids alone.
        head, _, member = path.rpartition("/")
        if head.endswith("/members") and (known := self._contoso.directory.called(member)):
            path = f"{head}/{known.mri}"
        answer = await self._http.request(
            request.method,
            f"{self.playground}/_connector/{path}",
            params=dict(request.query),
            content=body,
            headers={"Content-Type": "application/json"},
            timeout=PATIENCE,
        )
        return _same(answer)

    async def _signs_in(self, request: web.Request, asked: Json, card: Json) -> None:
        """As Teams does it, without a sign."""
        await self._signed(
            {
                "type": "invoke",
                "name": "signin/tokenExchange",
                "id": str(uuid.uuid4()),
                "channelId": "msteams",
                "serviceUrl": f"{request.url.origin()}/_connector",
                "from": {"id": self._person.mri, "name": self._person.name, "aadObjectId": self._person.id},
                "recipient": asked["from"],
                "conversation": {"conversationType": "personal", **asked["conversation"]},
                "channelData": {"tenant": {"id": self._contoso.tenant_id}},
                "value": self._exchange(card),
            }
        )

    def _exchange(self, card: Json) -> Json:
        token = tokens.sso_token(self._contoso, self._person)
        return {"id": card["tokenExchangeResource"]["id"], "connectionName": card["connectionName"], "token": token}

    def _later(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _signed(self, activity: Json) -> httpx.Response:
        token = tokens.activity_token(self._contoso, activity["serviceUrl"])
        headers = {"Authorization": f"Bearer {token}"}
        return await self._http.post(self._contoso.bot_endpoint, json=activity, headers=headers, timeout=PATIENCE)


def _same(answer: httpx.Response) -> web.Response:
    kind = answer.headers.get("Content-Type", "application/json").partition(";")[0]
    return web.Response(status=answer.status_code, body=answer.content, content_type=kind)
