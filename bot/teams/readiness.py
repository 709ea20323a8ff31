"""Whether this replica is to be sent anything: its database answers, and it is not about to leave.

`/healthz` says that the process turns, and nothing that is another's fault; who fails it is started anew. `/readyz`
says that people can be served; who fails it is left alone for a while.
"""

from __future__ import annotations

from aiohttp import web

from bot.errors import Unavailable
from bot.identity.kept import Fetched, Kept
from bot.ledger import Ledger

LOOK_EVERY = 1.0
ANSWERS_WITHIN = 4.0


class Readiness:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        # However many ask, the database is asked once a second.
        self._database = Kept(self._look)
        self._leaves = False

    def leave(self) -> None:
        """For good: there is no way back."""
        self._leaves = True

    async def answer(self) -> web.Response:
        if self._leaves:
            return web.json_response({"status": "about to end"}, status=503)
        try:
            await self._database.value()
        except Unavailable:
            return web.json_response({"status": "the database does not answer"}, status=503)
        return web.json_response({"status": "ok"})

    async def _look(self) -> Fetched[bool]:
        try:
            if await self._ledger.within(ANSWERS_WITHIN, self._ledger.answers()):
                return Fetched(value=True, renew_after=LOOK_EVERY, good_for=LOOK_EVERY)
        except TimeoutError:
            pass
        raise Unavailable
