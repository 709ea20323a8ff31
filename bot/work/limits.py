"""How fast notices go out: well within what Teams lets a bot send, and kept by all replicas together.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
"""

from __future__ import annotations

from dataclasses import dataclass

# Seconds. A little less than a queue waits between two looks, so that it never looks a moment too early.
SECOND = 0.9


@dataclass(frozen=True)
class Limits:
    """Notices `in_all` in a second; `in_a_chat`, so many in so many seconds. `look_every` so many
    seconds it is looked what waits.

    What waits is sent some at a time, and two seconds' worth may meet in one: so it is half of what is allowed.
    """

    in_all: int = 20
    in_a_chat: tuple[int, float] = (3, 6.0)
    look_every: float = 1.0


LIMITS = Limits()
