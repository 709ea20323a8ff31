"""The bot's own token for a service, the connector or Graph: one for all turns."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import httpx

from bot.identity.entra import Entra
from bot.identity.kept import Fetched, Kept

RENEW_BEFORE = 5 * 60


class AppTokens:
    def __init__(self, entra: Entra, service: str) -> None:
        self._entra = entra
        self._scope = f"{service}/.default"
        self._kept = Kept(self._fetch)

    def refused(self) -> None:
        """Whoever got the token did not take it: the next one is asked for anew."""
        self._kept.drop()

    async def token(self) -> str:
        """Raises Unavailable."""
        return await self._kept.value()

    async def _fetch(self) -> Fetched[str]:
        token, seconds = await self._entra.for_app(self._scope)
        return Fetched(token, renew_after=max(seconds - RENEW_BEFORE, seconds / 2), good_for=seconds)


class AsTheApp(httpx.Auth):
    """Signs requests to Graph as the bot itself; what it may do an administrator has granted, or nobody."""

    def __init__(self, tokens: AppTokens) -> None:
        self._tokens = tokens

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Bearer {await self._tokens.token()}"
        answer = yield request
        if answer.status_code == 401:  # nothing was done, so it may be asked again, once
            self._tokens.refused()
            request.headers["Authorization"] = f"Bearer {await self._tokens.token()}"
            yield request
