"""Notices on their way: each is a flow of its own, in the queue that keeps to Teams' limits."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from bot.ledger import is_passing
from bot.work import approvals
from bot.work.access import AccessFlows
from bot.work.approvals import ApprovalFlows
from bot.work.flows import AGAIN, ENDED, RENEWED, SHARED, SHOWN, Flows
from bot.work.limits import CROWDED, Chats
from bot.work.many import MANY, MANY_LOST, ManyFlows
from bot.work.received import RequestFlows
from bot.work.roster import NOTICES, RosterFlows
from bot.work.runs import Runs

if TYPE_CHECKING:
    from bot.work.engine import Engine

log = logging.getLogger(__name__)


class Notices:
    """What each says is known to the flows that it follows from."""

    def __init__(
        self,
        *,
        runs: Runs,
        flows: Flows,
        many: ManyFlows,
        approvals: ApprovalFlows,
        rosters: RosterFlows,
        requests: RequestFlows,
        access: AccessFlows,
    ) -> None:
        self._runs = runs
        self._chats = Chats(runs.limits)
        self._flows = flows
        self._many = many
        self._approvals = approvals
        self._rosters = rosters
        self._requests = requests
        self._access = access
        runs.add({"notice": self._notice, CROWDED: self._crowded_notice})

    async def _notice(self, what: str, key: str, person_id: str, run: str, sentence: str) -> None:
        engine = await self._runs.started()
        try:
            told = await self._told(engine, what, key, person_id, sentence, is_its_turn=False)
        except Exception:
            log.exception("a notice broke")
            raise
        if told == CROWDED:
            name = f"{run}.{what}.{person_id}.{CROWDED}"
            await engine.queue(CROWDED, name, what, key, person_id, sentence, chat=person_id)

    async def _crowded_notice(self, what: str, key: str, person_id: str, sentence: str) -> None:
        """For a chat that gets many, at the rate of that chat."""
        await self._told(await self._runs.started(), what, key, person_id, sentence, is_its_turn=True)

    async def _told(
        self, engine: Engine, what: str, key: str, person_id: str, sentence: str, *, is_its_turn: bool
    ) -> str | None:
        """CROWDED if nothing was sent, for that chat has had many just now."""
        told: str | None = AGAIN
        pauses = (0.0, *self._runs.limits.try_again)
        for left, pause in zip(reversed(range(len(pauses))), pauses, strict=True):
            if told == AGAIN:
                if pause:
                    await engine.sleep(pause)
                tell = partial(self._tell, what, key, person_id, sentence, is_its_turn=is_its_turn, left=left)
                told = await engine.step("tell", tell, again=is_passing)
        if told and told != CROWDED:
            await self._runs.begin(key, key, [(SHOWN, told, 0)])
        return told

    async def _tell(
        self, what: str, key: str, person_id: str, sentence: str, *, is_its_turn: bool, left: int
    ) -> str | None:
        """`left`: how often it may be tried again."""
        if not is_its_turn and self._chats.has_many(person_id):
            return CROWDED
        if what == SHARED:
            return await self._flows.tell_of_share(key, person_id, left=left)
        if what.startswith(MANY):
            told = await self._many.tell(what, key, person_id, left=left)
            if what == MANY_LOST:
                for part in await self._requests.renew_several(key, person_id):
                    await self._access.settle(part, person_id)
            return told
        if what.startswith(RENEWED):
            await self._renew(key, person_id)
            return None
        if what in approvals.NOTICES:
            await self._approvals.tell(what, key, person_id)
            return None
        if what in NOTICES:
            return await self._rosters.tell(key, is_last=not left)
        if what == SHOWN:
            await self._many.show(key)
        await self._flows.tell(what, key, person_id, sentence)
        if what == ENDED:
            await self._renew(key, person_id)
        return None

    async def _renew(self, key: str, person_id: str) -> None:
        """What somebody was told of a share, and what others are asked about it."""
        await self._requests.renew(key, person_id)
        await self._access.settle(key, person_id)
