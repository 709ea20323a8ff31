"""The bot's own token for the connector: one for all turns."""

from __future__ import annotations

from bot.identity.entra import Entra
from bot.identity.kept import Fetched, Kept

RENEW_BEFORE = 5 * 60


class AppTokens:
    def __init__(self, entra: Entra, bot_framework: str) -> None:
        self._entra = entra
        self._scope = f"{bot_framework}/.default"
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
