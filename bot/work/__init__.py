"""Work that outlives a press and a process: shares, their ends, and who is told. Begun here, once for each name."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import time
from collections.abc import Callable

from bot.errors import SharebotError
from bot.identity.sealing import Sealer
from bot.ledger import Ledger, Place
from bot.policy import Policy
from bot.sharing import Person
from bot.work.access import AccessFlows, Wanted
from bot.work.approvals import ApprovalFlows, Approvals, Approving
from bot.work.bringing import Bringing, Install
from bot.work.changes import ChangeFlows, Changes
from bot.work.delegates import Delegates
from bot.work.flows import ADMINISTRATORS, Flows, GraphOf, Show, Tell
from bot.work.limits import LIMITS, Limits
from bot.work.many import ManyAtOnce, ManyFlows
from bot.work.notices import Notices
from bot.work.received import Asked, Received, RequestFlows, notice
from bot.work.requests import Requests
from bot.work.roster import Proposed, RosterFlows, Rosters, Who
from bot.work.runs import Runs
from bot.work.shares import Shares

__all__ = ["ADMINISTRATORS", "Approving", "Asked", "Proposed", "Received", "Wanted", "Work", "notice"]

log = logging.getLogger(__name__)

# The clock may jump, and other replicas keep shares too; so the next end is looked for so often, in seconds.
LOOK_EVERY = 60.0
TIDY_EVERY = 24 * 60 * 60


class Work:
    """`graph` speaks to Graph as a person, `tell` sends somebody a card, `show` puts one in another's place, `who`
    tells of somebody in a chat, `install` gives somebody the bot; None where nobody allowed that.

    `policy` is what the organisation allows. `clock` gives seconds since 1970; `limits`, how fast
    notices go out. The record is kept for `retention_days`. Of a request that nobody answers the owner is reminded, and
    whoever decides for them is asked, after `remind_hours`. `settled` is called when the engine is there.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        sealer: Sealer,
        database_url: str,
        graph: GraphOf,
        tell: Tell,
        show: Show,
        who: Who,
        install: Install | None,
        policy: Policy,
        retention_days: int,
        remind_hours: int,
        clock: Callable[[], float] = time.time,
        limits: Limits = LIMITS,
        settled: Callable[[], None],
    ) -> None:
        self.policy = policy
        self._ledger = ledger
        self._clock = clock
        self._retention_days = retention_days
        self._runs = runs = Runs(sealer=sealer, database_url=database_url, limits=limits, settled=settled)
        self._flows = flows = Flows(
            ledger=ledger,
            graph=graph,
            tell=tell,
            show=show,
            policy=policy,
            clock=clock,
            alone=runs.alone,
            waiting=runs.waiting,
            bringing=Bringing(ledger, install),
        )
        requests = RequestFlows(ledger=ledger, flows=flows)
        self._access = access = AccessFlows(
            ledger=ledger,
            sealer=sealer,
            graph=graph,
            policy=policy,
            flows=flows,
            received=requests,
            remind_hours=remind_hours,
            clock=clock,
        )
        self.delegates = Delegates(ledger=ledger, flows=flows, access=access, remind_hours=remind_hours)
        changes = ChangeFlows(ledger=ledger, flows=flows, show=show)
        self._many = many = ManyFlows(ledger=ledger, flows=flows, tell=tell, show=show, gather=limits.gather)
        rosters = RosterFlows(ledger=ledger, graph=graph, policy=policy, flows=flows, requests=requests, who=who)
        approvals = ApprovalFlows(ledger=ledger, sealer=sealer, graph=graph, flows=flows, many=many)
        Notices(
            runs=runs, flows=flows, many=many, approvals=approvals, rosters=rosters, requests=requests, access=access
        )
        self.shares = Shares(runs=runs, ledger=ledger, graph=graph, policy=policy, clock=clock, flows=flows, many=many)
        self.requests = Requests(runs=runs, ledger=ledger, flows=requests, access=access, shares=self.shares)
        self.rosters = Rosters(
            runs=runs, ledger=ledger, flows=rosters, requests=requests, answers=self.requests, shares=self.shares
        )
        self.changes = Changes(
            runs=runs, ledger=ledger, graph=graph, policy=policy, clock=clock, flows=changes, shares=self.shares
        )
        self.many = ManyAtOnce(runs=runs, ledger=ledger, flows=many, changes=self.changes)
        self.approvals = Approvals(
            runs=runs, ledger=ledger, flows=approvals, done=flows, shares=self.shares, many=self.many
        )
        self._tidied = self._engine_tidied = 0.0

    async def open(self) -> None:
        """Goes on with what was begun before. Raises CannotOpen."""
        await self._runs.open(self._watch)

    async def close(self) -> None:
        await self._runs.close()

    async def rests(self, within: float) -> bool:
        """Whether something ran; waits a while for the first of it to come to its end."""
        return await self._runs.rests(within)

    async def stay(self) -> None:
        """To be called before it is said that something is still under way here: somebody else may have done it."""
        await self._runs.stay()

    async def waiting(self) -> int:
        """How many flows wait for their turn, as far as the engine has begun to look."""
        engine = self._runs.is_started()
        return await engine.waiting() if engine else 0

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._clock(), dt.UTC)

    async def shown(self, key: str, place: Place) -> None:
        """The card of this share, or of several, is there, and is to be shown anew when there is more to say."""
        if await self._ledger.many.at(key):
            await self._ledger.places.keep(key, place)
            await self._many.show(key)
        else:
            await self._flows.shown(key, place)

    async def replaced(self, place: Place) -> None:
        """What is there now is no card that is to be shown anew."""
        await self._ledger.places.forget(place)

    async def signed_in(self, person: Person) -> None:
        """What could not be ended or given back without them is tried again."""
        if await self._ledger.ends.again(person):
            self._runs.wake.set()
        for request in await self._ledger.requests.unmet(person):
            stands = await self._ledger.ends.at(request.share_key)
            if stands:
                with contextlib.suppress(SharebotError):
                    await self.requests.answered("return", request, stands.locale, stands.zone, "")

    async def look(self) -> None:
        """Does what is due: reminders, ends, and forgetting what is long over."""
        while due := await self._ledger.ends.due():
            items = dict.fromkeys(each.receipt.plan.item.key for each in due)
            await asyncio.gather(*(self.shares.due(item, due) for item in items))
        await self.delegates.look()
        await self._access.look()
        await self.approvals.look()
        now, engine = self._clock(), self._runs.is_started()
        if now - self._tidied > TIDY_EVERY:
            self._tidied = now
            await self._ledger.tidy(self._retention_days)
        if engine and now - self._engine_tidied > TIDY_EVERY:
            self._engine_tidied = now
            await engine.tidy(now)
        if engine:
            await engine.calm_down()

    async def _watch(self) -> None:
        """Wakes for what is due next, and costs nothing until then, however much waits."""
        while not self._runs.is_closing:
            self._runs.wake.clear()
            try:
                await self.look()
                dues = await asyncio.gather(self._ledger.ends.next_due(), self._ledger.approvals.next_due())
                next_due = min((each for each in dues if each is not None), default=None)
            except Exception:
                log.exception("what is due could not be looked up")
                next_due = None
            left = LOOK_EVERY if next_due is None else next_due - self._clock()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(1.0, min(left, LOOK_EVERY))):
                    await self._runs.wake.wait()
