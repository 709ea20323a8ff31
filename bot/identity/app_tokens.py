"""The bot's own token for the connector: one for all turns, renewed before it ends."""

from __future__ import annotations

import asyncio
import time

from bot.identity.entra import Entra

RENEW_BEFORE = 5 * 60


class AppTokens:
    def __init__(self, entra: Entra, bot_framework: str) -> None:
        self._entra = entra
        self._scope = f"{bot_framework}/.default"
        self._token = ""
        self._good_until = float("-inf")
        self._asking = asyncio.Lock()

    def refused(self) -> None:
        """Whoever got the token did not take it: the next one is asked for anew."""
        self._good_until = float("-inf")

    async def token(self) -> str:
        """Raises Unavailable."""
        if time.monotonic() > self._good_until:
            async with self._asking:
                if time.monotonic() > self._good_until:
                    self._token, seconds = await self._entra.for_app(self._scope)
                    self._good_until = time.monotonic() + seconds - RENEW_BEFORE
        return self._token
