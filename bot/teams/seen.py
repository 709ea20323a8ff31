"""Messages that were delivered already: Teams sends again what it got no answer to in time, also while we are at it.

In memory, for what is seen twice by two replicas is only answered twice: a deed has its own key in the ledger.
"""

from __future__ import annotations

from collections import OrderedDict

# More than come in while Teams still tries.
LAST = 20_000


class Seen:
    def __init__(self) -> None:
        self._ids: OrderedDict[tuple[str, str], None] = OrderedDict()

    def before(self, conversation_id: str, activity_id: str) -> bool:
        """Whether this one was seen before; from now on it was. Without an id it is new."""
        if not activity_id:
            return False
        key = (conversation_id, activity_id)
        if key in self._ids:
            return True
        self._ids[key] = None
        if len(self._ids) > LAST:
            self._ids.popitem(last=False)
        return False
