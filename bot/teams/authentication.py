"""Whose call is this? Every activity carries a token of the Bot Framework for us, or it is refused."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jwt
from botbuilder.schema import Activity
from botframework.connector.auth import BotFrameworkAuthentication, ClaimsIdentity
from botframework.connector.auth.authenticate_request_result import AuthenticateRequestResult

from bot.identity.keys import SigningKeys, claims
from bot.settings import is_loopback
from bot.teams.connector import Connectors

if TYPE_CHECKING:
    from botframework.connector.auth.connector_factory import ConnectorFactory
    from botframework.connector.auth.user_token_client import UserTokenClient

CHANNEL = "msteams"
REMEMBERED = 1000
# The claims of a token, and what channels its key is endorsed for.
Checked = tuple[dict[str, Any], frozenset[str]]


class TeamsAuthentication(BotFrameworkAuthentication):
    """Teams only: no emulator, no skills, no streaming, no token service.

    https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
    """

    def __init__(
        self,
        keys: SigningKeys,
        connectors: Connectors,
        *,
        app_id: str,
        bot_framework: str,
        service_hosts: frozenset[str],
    ) -> None:
        self._keys = keys
        self._connectors = connectors
        self._app_id = app_id
        self._issuer = bot_framework
        self._service_hosts = service_hosts
        self._good: OrderedDict[str, Checked] = OrderedDict()

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        """Raises PermissionError for a call that is not Teams', Unavailable when the keys can't be had."""
        said, endorsed_for = await self.check(auth_header)
        if activity.channel_id != CHANNEL or CHANNEL not in endorsed_for:
            raise PermissionError("not a channel of ours")
        url = activity.service_url or ""
        if said.get("serviceurl") != url or not self._is_teams(url):
            raise PermissionError("not a service of Teams")
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity(said, True)
        result.connector_factory = self._connectors
        return result

    async def check(self, auth_header: str) -> Checked:
        """The token alone, before anything of the call is read. Raises like `authenticate_request`.

        Teams sends the same token for an hour with everything: it is checked once, and its end each time.
        """
        scheme, _, token = auth_header.partition(" ")
        if scheme != "Bearer" or not token.isascii():
            raise PermissionError("no bearer token")
        if (known := self._good.get(token)) and known[0]["exp"] > time.time():
            return known
        try:
            key, endorsed_for = await self._keys.key(token)
            said = claims(token, key, audience=self._app_id, issuer=self._issuer)
        except jwt.PyJWTError as error:
            raise PermissionError(type(error).__name__) from error
        self._good[token] = said, endorsed_for
        if len(self._good) > REMEMBERED:
            self._good.popitem(last=False)
        return said, endorsed_for

    def _is_teams(self, url: str) -> bool:
        """Our token goes there, so it is a known host, and over TLS if it is not on this machine."""
        try:
            parts = urlsplit(url)
            is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        except ValueError:
            return False
        return is_safe and parts.netloc in self._service_hosts

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        return self._connectors

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> UserTokenClient:
        return None  # pyright: ignore[reportReturnType] - botbuilder wants one made for each turn; we use none

    async def authenticate_streaming_request(
        self, auth_header: str, channel_id_header: str
    ) -> AuthenticateRequestResult:
        raise PermissionError("no streaming")
