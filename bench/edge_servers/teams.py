"""The Teams SDK: the first app of its documentation, with a card; on loopback, and without a log line for each call."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
from typing import Any


async def main() -> None:
    apps: Any = importlib.import_module("microsoft_teams.apps")
    cards: Any = importlib.import_module("microsoft_teams.cards")
    clouds: Any = importlib.import_module("microsoft_teams.api.auth.cloud_environment")
    adapters: Any = importlib.import_module("microsoft_teams.apps.http")
    uvicorn: Any = importlib.import_module("uvicorn")
    card = cards.AdaptiveCard.model_validate(json.loads(os.environ["CARD"]))
    port = int(os.environ["PORT"])

    def server(app: object) -> object:
        return uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning"))

    def token(_scope: str, _tenant_id: str) -> str:
        return os.environ["APP_TOKEN"]

    app = apps.App(
        client_id=os.environ["APP_ID"],
        tenant_id=os.environ["TENANT_ID"],
        token=token,
        cloud=clouds.with_overrides(clouds.PUBLIC, openid_metadata_url=os.environ["BOT_KEYS_URL"]),
        http_server_adapter=adapters.FastAPIAdapter(server_factory=server),
    )

    @app.on_message
    async def on_message(context: Any) -> None:
        await context.send(card)

    await app.start(port)


if __name__ == "__main__":
    asyncio.run(main())
