"""botbuilder-core with botbuilder-integration-aiohttp: the echo bot of its samples, with a card."""

from __future__ import annotations

import importlib
import json
import os
from types import SimpleNamespace
from typing import Any

from aiohttp import web
from botbuilder.core import ActivityHandler, CardFactory, MessageFactory, TurnContext
from botframework.connector.auth import MicrosoftAppCredentials, PasswordServiceClientCredentialFactory

PUBLIC = "https://api.botframework.com"


class Bot(ActivityHandler):
    def __init__(self, card: dict[str, Any]) -> None:
        self._card = card

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        await turn_context.send_activity(MessageFactory.attachment(CardFactory.adaptive_card(self._card)))


class Credentials(MicrosoftAppCredentials):
    def get_access_token(self, *_: object, **__: object) -> str:
        return os.environ["APP_TOKEN"]


class CredentialFactory(PasswordServiceClientCredentialFactory):
    """Without it there would be a look-up of the authority and a token request for every turn."""

    async def create_credentials(self, app_id: str, oauth_scope: str, *_: object, **__: object) -> Any:
        return Credentials(app_id, "", oauth_scope=oauth_scope)


def main() -> None:
    aiohttp: Any = importlib.import_module("botbuilder.integration.aiohttp")
    configuration = SimpleNamespace(
        TO_CHANNEL_FROM_BOT_LOGIN_URL=os.environ["LOGIN_URL"],
        TO_CHANNEL_FROM_BOT_OAUTH_SCOPE=PUBLIC,
        TO_BOT_FROM_CHANNEL_TOKEN_ISSUER=PUBLIC,
        OAUTH_URL="https://token.botframework.com",
        TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL=os.environ["BOT_KEYS_URL"],
        TO_BOT_FROM_EMULATOR_OPENID_METADATA_URL=os.environ["BOT_KEYS_URL"],
    )
    authentication = aiohttp.ConfigurationBotFrameworkAuthentication(
        configuration, credentials_factory=CredentialFactory(os.environ["APP_ID"], "")
    )
    adapter = aiohttp.CloudAdapter(authentication)
    bot = Bot(json.loads(os.environ["CARD"]))

    async def messages(request: web.Request) -> web.StreamResponse:
        return await adapter.process(request, bot)

    app = web.Application()
    app.add_routes([web.post("/api/messages", messages)])
    web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None)


if __name__ == "__main__":
    main()
