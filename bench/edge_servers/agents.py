"""The Agents SDK: the quickstart of microsoft-agents-hosting-aiohttp, with a card."""

from __future__ import annotations

import importlib
import json
import os
from typing import Any

from aiohttp import web


def main() -> None:
    core: Any = importlib.import_module("microsoft_agents.hosting.core")
    hosting: Any = importlib.import_module("microsoft_agents.hosting.aiohttp")
    issuers: Any = importlib.import_module("microsoft_agents.hosting.core.authorization._entra_issuers")
    card = json.loads(os.environ["CARD"])

    class Token(core.AnonymousTokenProvider):
        def __init__(self, _configuration: object) -> None:
            pass

        async def get_access_token(self, *_: object) -> str:
            return os.environ["APP_TOKEN"]

    # No setting of its own says where the keys of the Bot Framework are.
    issuers.BOTFRAMEWORK_JWKS_URIS["https://api.botframework.com"] = os.environ["BOT_KEYS_URL"].replace(
        "openidconfiguration", "keys"
    )
    about = core.AgentAuthConfiguration(client_id=os.environ["APP_ID"], tenant_id=os.environ["TENANT_ID"])
    connections = core.ConnectionManager(Token, {"SERVICE_CONNECTION": about})
    storage = core.MemoryStorage()
    adapter = hosting.CloudAdapter(connection_manager=connections)
    agent = core.AgentApplication(storage=storage, authorization=core.Authorization(storage, connections))

    @agent.activity("message")
    async def on_message(context: Any, _state: Any) -> None:
        await context.send_activity(core.MessageFactory.attachment(core.CardFactory.adaptive_card(card)))

    async def messages(request: web.Request) -> web.StreamResponse:
        return await hosting.start_agent_process(request, agent, adapter)

    app: Any = web.Application(middlewares=[hosting.jwt_authorization_middleware])
    app.add_routes([web.post("/api/messages", messages)])
    app["agent_configuration"] = about
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None)


if __name__ == "__main__":
    main()
