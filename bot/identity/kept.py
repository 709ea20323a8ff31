"""What everybody needs and is fetched for all at once: renewed before its end, and good to its end while that fails."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

log = logging.getLogger(__name__)

TRY_AGAIN_AFTER = 60.0  # seconds between two tries to renew what is still good
Of = TypeVar("Of")


@dataclass(frozen=True)
class Fetched(Generic[Of]):
    """Seconds count from when it was asked for."""

    value: Of
    renew_after: float
    good_for: float


class Kept(Generic[Of]):
    """`fetch` is asked once, however many wait for it; if it fails, all of them get its failure."""

    def __init__(
        self, fetch: Callable[[], Awaitable[Fetched[Of]]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._kept: tuple[Of, float] | None = None
        self._renew_at = float("-inf")
        self._fetching: asyncio.Task[Of] | None = None

    def drop(self) -> None:
        """It is not good any more, whatever was said of it."""
        self._kept = None

    async def value(self) -> Of:
        """Raises what `fetch` raises, where there is nothing else to give."""
        now = self._clock()
        if self._kept is None or now >= self._kept[1]:
            return await asyncio.shield(self._fetching or self._begin())
        if now >= self._renew_at and self._fetching is None:
            self._begin()
        return self._kept[0]

    def _begin(self) -> asyncio.Task[Of]:
        self._fetching = asyncio.create_task(self._renew())
        self._fetching.add_done_callback(_told)
        return self._fetching

    async def _renew(self) -> Of:
        asked_at = self._clock()
        self._renew_at = asked_at + TRY_AGAIN_AFTER
        try:
            fetched = await self._fetch()
        finally:
            self._fetching = None
        self._kept = fetched.value, asked_at + fetched.good_for
        self._renew_at = asked_at + fetched.renew_after
        return fetched.value


def _told(task: asyncio.Task[Any]) -> None:
    """Whoever waits is told as well; of a renewal nobody waits for, this is the only word."""
    if not task.cancelled() and (error := task.exception()):
        log.warning("could not fetch what is needed for all: %s", type(error).__name__)
