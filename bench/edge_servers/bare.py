"""No framework for bots: aiohttp, PyJWT for every activity, and one session for all replies."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import quote

import aiohttp
import jwt
from aiohttp import web

SESSION = web.AppKey("session", aiohttp.ClientSession)
KEYS = web.AppKey("keys", dict[str, jwt.PyJWK])
REPLY = web.AppKey("reply", dict[str, Any])
HEADERS = web.AppKey("headers", dict[str, str])


async def messages(request: web.Request) -> web.Response:
    token = request.headers["Authorization"].removeprefix("Bearer ")
    activity: dict[str, Any] = json.loads(await request.read())
    try:
        key = request.app[KEYS][jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(
            token, key, algorithms=["RS256"], audience=os.environ["APP_ID"], issuer="https://api.botframework.com"
        )
    except (jwt.PyJWTError, KeyError):
        return web.Response(status=401)
    if claims["serviceurl"] != activity["serviceUrl"]:
        return web.Response(status=401)
    chat, said = quote(activity["conversation"]["id"], safe=""), quote(activity["id"], safe="")
    url = f"{activity['serviceUrl'].rstrip('/')}/v3/conversations/{chat}/activities/{said}"
    reply = {
        **request.app[REPLY],
        "replyToId": activity["id"],
        "from": activity["recipient"],
        "recipient": activity["from"],
        "conversation": activity["conversation"],
    }
    async with request.app[SESSION].post(url, json=reply, headers=request.app[HEADERS]) as answer:
        await answer.read()
        return web.Response(status=201 if answer.ok else 502)


async def run(app: web.Application) -> AsyncGenerator[None]:
    async with aiohttp.ClientSession() as session:
        async with session.get(os.environ["BOT_KEYS_URL"]) as answer:
            address = (await answer.json())["jwks_uri"]
        async with session.get(address) as answer:
            keys = (await answer.json())["keys"]
        app[SESSION] = session
        app[KEYS] = {key["kid"]: jwt.PyJWK(key, algorithm="RS256") for key in keys}
        yield


def main() -> None:
    app = web.Application()
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "content": json.loads(os.environ["CARD"])}
    app[REPLY] = {"type": "message", "attachments": [card]}
    app[HEADERS] = {"Authorization": f"Bearer {os.environ['APP_TOKEN']}"}
    app.cleanup_ctx.append(run)
    app.add_routes([web.post("/api/messages", messages)])
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None)


if __name__ == "__main__":
    main()
