"""How fast we speak. An answer goes at once, for people ask at their own pace, and is counted; what we send of
ourselves waits its turn behind it, well within what Teams lets a bot send."""

from __future__ import annotations

from collections import OrderedDict

from aiolimiter import AsyncLimiter

# Per second and app in a tenant, of 50. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit
IN_ALL = 20
# Messages and seconds for one chat, each half of what Teams allows, for a bucket may be full when its time begins.
IN_A_CHAT = ((3, 1), (30, 30), (900, 3600))
CHATS = 2_000  # those spoken to last, of 2 KB each; older ones have waited long enough


class Pace:
    def __init__(self) -> None:
        self._all = AsyncLimiter(IN_ALL, 1)
        self._chats: OrderedDict[str, tuple[AsyncLimiter, ...]] = OrderedDict()

    async def turn(self, conversation_id: str) -> None:
        """Waits until something may be sent to this chat."""
        for limit in self._limits(conversation_id):
            await limit.acquire()

    async def count(self, conversation_id: str) -> None:
        """Something is sent to this chat now. Once that is more than ours, Teams itself says when it is too much."""
        for limit in self._limits(conversation_id):
            if limit.has_capacity():
                await limit.acquire()

    def _limits(self, conversation_id: str) -> tuple[AsyncLimiter, ...]:
        limits = self._chats.pop(conversation_id, None) or tuple(AsyncLimiter(*limit) for limit in IN_A_CHAT)
        self._chats[conversation_id] = limits
        if len(self._chats) > CHATS:
            self._chats.popitem(last=False)
        return *limits, self._all
