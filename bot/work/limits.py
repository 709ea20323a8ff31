"""What Teams lets a bot do: how fast notices go out, well within it and kept by all replicas together; how long a press
may take.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from dataclasses import dataclass

# The queue, the flow and the outcome of what is for a chat that gets many.
CROWDED = "crowded"
# Seconds. A little less than one: a look that is a moment too early leaves all to the next.
SECOND = 0.9


@dataclass(frozen=True)
class Limits:
    """Notices `in_all` in a second; `in_a_chat`, so many in so many seconds. What is more for one chat waits for its
    turn with what is more for others, `in_crowded_chats` in a second.

    What waits is sent some at a time, and two seconds' worth may meet in one: so it is half of what is allowed.
    It is looked whose turn it is `look_every` so many seconds, and `look_often` while there are any.

    Who comes to a chat within so many seconds to `gather` is told of on one card. While nobody can tell what became of
    an invite, or Teams does not answer, it is tried again after so many seconds to `try_again`, one after the other.

    Teams gives up on an invoke after some 10 seconds and asks again: what takes longer than `answer_within` seconds is
    finished behind a card.
    """

    in_all: int = 20
    in_crowded_chats: int = 5
    in_a_chat: tuple[int, int] = (3, 6)
    look_every: float = 2.0
    look_often: float = 0.1
    gather: int = 10
    try_again: tuple[float, ...] = (1.0, 5.0, 20.0, 60.0)
    answer_within: float = 4.0


LIMITS = Limits()

CHATS = 2_000  # those told last; older ones have waited long enough


class Chats:
    """How many notices each chat has had of late, from here."""

    def __init__(self, limits: Limits) -> None:
        self._most, self._within = limits.in_a_chat
        self._chats: OrderedDict[str, deque[float]] = OrderedDict()

    def has_many(self, chat: str) -> bool:
        """Whether it has had as many as it may have; if not, it gets one more now."""
        now = time.monotonic()
        had = self._chats.pop(chat, None) or deque[float](maxlen=self._most)
        self._chats[chat] = had
        if len(self._chats) > CHATS:
            self._chats.popitem(last=False)
        if len(had) == self._most and now - had[0] < self._within:
            return True
        had.append(now)
        return False
