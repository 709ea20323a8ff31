"""Messages that were delivered already: Teams sends again what it got no answer to in time, also while we are at it.

In memory, for what is seen twice by two replicas is only answered twice: a deed has its own key in the ledger.
"""

from __future__ import annotations

# More than come in while Teams still tries.
LAST = 10_000


class Seen:
    """Knows the last 10,000 at least, and 20,000 at most."""

    def __init__(self) -> None:
        # Hashes of 64 bits, for the names themselves would be megabytes.
        self._new: set[int] = set()
        self._old: set[int] = set()

    def before(self, conversation_id: str, activity_id: str) -> bool:
        """Whether this one was seen before; from now on it was. Without an id it is new."""
        if not activity_id:
            return False
        key = hash((conversation_id, activity_id))
        if key in self._new or key in self._old:
            return True
        self._new.add(key)
        if len(self._new) == LAST:
            self._new, self._old = set(), self._new
        return False
