"""How much of Graph an app may use in a minute, in SharePoint's resource units.

https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
"""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

from contoso.refusals import Refusal

WINDOW = 60.0  # seconds
WARNS_FROM = 0.8
OF_A_PERMISSION = 5


class Usage:
    """What was asked for in the minute before now, by a clock that only goes forward. What was refused counts too."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._spent: deque[tuple[float, int]] = deque()

    def spend(self, units: int, limit: int | None) -> dict[str, str]:
        """The headers that warn, where it is time to. Raises Refusal when there is nothing left."""
        now = self.clock()
        while self._spent and self._spent[0][0] <= now - WINDOW:
            self._spent.popleft()
        if limit is None:
            return {}
        before = sum(each for _, each in self._spent)
        self._spent.append((now, units))
        if before + units > limit:
            raise self._refusal(now, limit, units)
        if before + units < WARNS_FROM * limit:
            return {}
        return _said(limit, limit - before - units, self._spent[0][0] + WINDOW - now)

    def _refusal(self, now: float, limit: int, units: int) -> Refusal:
        """Says when as much again would be let through."""
        used = sum(each for _, each in self._spent)
        wait = WINDOW
        for at, each in self._spent:
            used -= each
            if used + units <= limit:
                wait = at + WINDOW - now
                break
        headers = {"Retry-After": str(math.ceil(wait)), **_said(limit, 0, wait)}
        text = "Please retry again later."
        return Refusal(429, "activityLimitReached", text, inner="throttledRequest", headers=headers)


def _said(limit: int, left: int, wait: float) -> dict[str, str]:
    return {"RateLimit-Limit": str(limit), "RateLimit-Remaining": str(left), "RateLimit-Reset": str(math.ceil(wait))}
