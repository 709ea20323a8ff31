"""Graph's recorded answer to an invite, to whoever asks whatever, so that every client does the same work.

Contoso would refuse what msgraph-sdk sends unasked, as business drives do.
"""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

ERIC = {"email": "e@outlook.com", "id": "0a0d38a9-a59b-4245-93fa-0d2cf727f17a", "displayName": "Eric"}
ANSWER = json.dumps(
    {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Collection(permission)",
        "value": [
            {
                "@odata.type": "#microsoft.graph.permission",
                "id": "aTowIy5mfG1lbWJlcnNoaXB8ZUBvdXRsb29rLmNvbQ",
                "roles": ["write"],
                "grantedTo": {"user": ERIC},
            }
        ],
    }
)


async def answer(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text=ANSWER, content_type="application/json")


async def main() -> None:
    app = web.Application()
    app.add_routes([web.post("/{path:.*}", answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
