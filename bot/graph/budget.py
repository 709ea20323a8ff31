"""How much Graph has left for all of us: learned from what it answers, shared by everybody's requests.

https://learn.microsoft.com/graph/throttling · https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime

from bot import tracing
from bot.errors import Busy

# A server that says "at once" again and again is not asked for ever.
SHORTEST_WAIT = 0.5
# Of what Graph gives in a minute, what is left to others by whoever yields to them.
LEFT_TO_OTHERS = 0.1
# What takes less was no wait.
NOTICED = 0.01


class Budget:
    """One for each service behind Graph in a tenant. Times are those of the event loop, in seconds."""

    def __init__(self) -> None:
        self._closed_until = 0.0
        self._left: int | None = None
        self._for_others = 0
        self._renews_at = 0.0
        self._under_way = 0
        # After a pause one request goes ahead, and the others see how it fares.
        self._scout: asyncio.Event | None = None

    @asynccontextmanager
    async def spend(self, units: int, until: float, *, yields: bool = False) -> AsyncGenerator[None]:
        """Waits for its turn. Raises Busy if that does not come before `until`.

        `yields`: others have less time, and something is left to them.
        """
        now = asyncio.get_running_loop().time
        begun = now()
        ahead = await self._turn(units, until, self._for_others if yields else 0)
        if (waited := now() - begun) >= NOTICED:
            tracing.count(tracing.GRAPH_WAIT, waited)
        self._under_way += units
        try:
            yield
        finally:
            self._under_way -= units
            if ahead:
                self._scout = None
                ahead.set()

    def learn(self, units: int, status: int, headers: Mapping[str, str]) -> None:
        """What the answer to a request of so many units tells: a pause, or how much is left of the current minute."""
        now = asyncio.get_running_loop().time()
        if status == 429 or (status == 503 and "Retry-After" in headers):
            self._closed_until = max(self._closed_until, now + max(retry_after(headers) or 0.0, SHORTEST_WAIT))
            return
        left, renews_in = _whole(headers.get("RateLimit-Remaining")), _whole(headers.get("RateLimit-Reset"))
        if left is None or renews_in is None:
            self._left = None
        else:
            self._left, self._renews_at = left - (self._under_way - units), now + renews_in
            self._for_others = int(LEFT_TO_OTHERS * (_whole(headers.get("RateLimit-Limit")) or 0))

    async def _turn(self, units: int, until: float, leaves: int) -> asyncio.Event | None:
        while True:
            now = asyncio.get_running_loop().time()
            if self._closed_until and self._scout:
                await self._see(self._scout, until - now)
            elif (wait := self._closed_until - now) > 0:
                await _pause(wait, until - now)
            elif self._closed_until:
                self._closed_until = 0.0
                self._scout = asyncio.Event()
                return self._scout
            elif self._scout:
                await self._see(self._scout, until - now)
            elif self._left is not None and self._left < units + leaves and (wait := self._renews_at - now) > 0:
                await _pause(wait, until - now)
            else:
                if self._left is not None:
                    self._left -= units
                return None

    async def _see(self, scout: asyncio.Event, patience: float) -> None:
        try:
            async with asyncio.timeout(max(0.0, patience)):
                await scout.wait()
        except TimeoutError as error:
            raise Busy(SHORTEST_WAIT) from error


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds: a number, not always whole, or a date (RFC 9110, 10.2.3). None if it says nothing that has an end."""
    said = headers.get("Retry-After", "")
    try:
        wait = float(said)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(said) - dt.datetime.now(dt.UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return max(0.0, wait) if wait < float("inf") else None


async def _pause(wait: float, patience: float) -> None:
    if wait > patience:
        raise Busy(wait)
    # Not all at the same moment again.
    await asyncio.sleep(wait + random.uniform(0, min(0.1 * wait, patience - wait)))  # noqa: S311


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
