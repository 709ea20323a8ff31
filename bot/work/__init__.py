"""Work that outlives a press and a process: shares, their ends, and who is told. Begun here, once for each name."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import importlib
import logging
import math
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bot import planning
from bot.changes import Aim, ChangePlan, ChangeReceipt
from bot.errors import AgainstPolicy, NeedsSignIn, SharebotError, TooLate, Unsure
from bot.granting import names
from bot.graph import Graph
from bot.graph.permissions import covers
from bot.identity.sealing import Sealer
from bot.ledger import AccessRequest, Attempt, Ledger, Moved, Place, Pressed, Standing, Stands, is_passing
from bot.many import Many, ManyPlan
from bot.policy import Policy
from bot.sharing import (
    AccessWanted,
    Change,
    Chat,
    Decision,
    EndReceipt,
    Expiry,
    Person,
    Recipient,
    ShareableItem,
    SharePlan,
    ShareReceipt,
    Step,
    Verdict,
    Wish,
)
from bot.texts import _
from bot.work import approvals, wrong
from bot.work.access import AccessFlows, Wanted
from bot.work.alone import Alone
from bot.work.approvals import ApprovalFlows, Approving
from bot.work.changes import ChangeFlows
from bot.work.file import FilePlace
from bot.work.flows import (
    ADMINISTRATORS,
    AGAIN,
    DOUBT,
    DUE,
    NOW,
    SHARED,
    SHOWN,
    UNDO,
    Flows,
    Notice,
    Show,
    Tell,
)
from bot.work.limits import CROWDED, LIMITS, Chats, Limits
from bot.work.many import MANY, ManyFlows
from bot.work.received import Asked, Received, RequestFlows
from bot.work.roster import NOTICES, Proposed, RosterFlows, Who
from cards.elements import Card

if TYPE_CHECKING:
    from bot.work.engine import Engine
    from bot.work.slots import Slots

__all__ = ["ADMINISTRATORS", "Approving", "Asked", "Proposed", "Received", "Wanted", "Work"]

log = logging.getLogger(__name__)

# The clock may jump, and other replicas keep shares too; so the next end is looked for so often, in seconds.
LOOK_EVERY = 60.0
# What was interrupted has waited already, and those who wait for the first answers have not.
START_AFTER = 2.0
STARTS_WITHIN = 5.0
# The code the process ends with.
LOST_PLACE = 70
# Of many, Teams waits for no more; the rest is shown as it goes on. Seconds.
SHOWN_WITHIN = 2.5
TIDY_EVERY = 24 * 60 * 60
Of = TypeVar("Of")


class Work:
    """`graph` speaks to Graph as a person, `tell` sends somebody a card, `show` puts one in another's place, `who`
    tells of somebody in a chat.

    `policy` is what the organisation allows. `clock` gives seconds since 1970; `limits`, how fast
    notices go out. The record is kept for `retention_days`.

    The engine takes half a second and some memory, so it is started when there is something for it to do.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        sealer: Sealer,
        database_url: str,
        graph: Callable[[Person], Graph],
        tell: Tell,
        show: Show,
        who: Who,
        policy: Policy,
        retention_days: int,
        clock: Callable[[], float] = time.time,
        limits: Limits = LIMITS,
    ) -> None:
        self.policy = policy
        self._graph = graph
        self._ledger = ledger
        self._sealer = sealer
        self._clock = clock
        self._limits = limits
        self._chats = Chats(limits)
        self._retention_days = retention_days
        self._place = _place(database_url)
        self._alone = Alone(None if isinstance(self._place, FilePlace) else self._place)
        self._flows = Flows(
            ledger=ledger, graph=graph, tell=tell, show=show, policy=policy, clock=clock, alone=self._alone
        )
        self._access = AccessFlows(
            ledger=ledger, sealer=sealer, graph=graph, policy=policy, flows=self._flows, clock=clock
        )
        self._requests = RequestFlows(
            ledger=ledger, sealer=sealer, graph=graph, policy=policy, flows=self._flows, access=self._access
        )
        self._changes = ChangeFlows(ledger=ledger, graph=graph, flows=self._flows, show=show)
        self._many = ManyFlows(ledger=ledger, flows=self._flows, tell=tell, show=show, gather=limits.gather)
        self._rosters = RosterFlows(
            ledger=ledger, graph=graph, policy=policy, flows=self._flows, requests=self._requests, who=who
        )
        self._approvals = ApprovalFlows(ledger=ledger, sealer=sealer, graph=graph, flows=self._flows)
        self._starting: asyncio.Task[Engine] | None = None
        self._running: set[asyncio.Future[Any]] = set()
        self._watching: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self._tidied = self._engine_tidied = 0.0

    async def open(self) -> None:
        """Goes on with what was begun before. Raises CannotOpen."""
        if isinstance(self._place, FilePlace):
            self._place.take()
        if not (isinstance(self._place, FilePlace) and self._place.is_new):
            self._watching.append(asyncio.create_task(self._start_early()))
        self._watching.append(asyncio.create_task(self._watch()))

    async def close(self) -> None:
        engine = None
        if self._starting:
            # A start cannot be broken off, and one that waits for its database is left to wait.
            await asyncio.wait({self._starting}, timeout=STARTS_WITHIN)
            engine = self._is_started()
        for each in self._watching:
            each.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        if engine:
            await engine.stop()
            gc.unfreeze()
        if isinstance(self._place, FilePlace):
            self._place.leave()
        else:
            await self._place.leave()

    async def rests(self, within: float) -> bool:
        """Whether something ran; waits a while for the first of it to come to its end."""
        if self._running:
            await asyncio.wait(self._running, timeout=within, return_when=asyncio.FIRST_COMPLETED)
            return True
        return False

    async def waiting(self) -> int:
        """How many flows wait for their turn, as far as the engine has begun to look."""
        engine = self._is_started()
        return await engine.waiting() if engine else 0

    async def judged(self, graph: Graph, plan: SharePlan, now: dt.datetime) -> SharePlan:
        """The plan as the policy has it, and with what each has by now that ends. Raises what judging raises."""
        zone = now.tzinfo or dt.UTC
        plan = await self.with_ends(plan, zone)
        made = await planning.judged(graph, plan, self.policy, now)
        # An end that is sooner now may be none that anybody would not have had.
        return made if made.until == plan.until else await self.with_ends(made, zone)

    async def with_ends(self, plan: SharePlan, zone: dt.tzinfo) -> SharePlan:
        """With whoever has it by a share that ends before this one would: they keep it."""
        given = await self._ledger.attempts.on(plan)
        return replace(plan, steps=tuple(_with_end(step, plan, given, zone) for step in plan.steps))

    # What people begin

    async def share(self, key: str, person: Person, locale: str, zone: str, place: Place | None = None) -> ShareReceipt:
        """Carries out the plan of this key, once; who asks again, however often and wherever, gets the same answer.

        `place` is of the card that is to show what came of it, also when nobody is left to answer.

        Raises NotYours, TooLate, and what `granting.carry_out` raises.
        """
        pressed = await self._ledger.plans.pressed(key, person)
        if isinstance(pressed, ShareReceipt):
            return pressed
        run = pressed
        if place:
            await self._ledger.places.keep(key, place)
        try:
            receipt = await self._answer("share", run, key, run, locale, zone)
        except SharebotError:
            raise
        except Exception as error:
            log.exception("the work on a share broke")
            await self._ledger.plans.put_back(key, run)
            raise Unsure from error
        if receipt := receipt or await self._ledger.plans.receipt(key, person):
            return receipt
        await self._ledger.plans.put_back(key, run)
        raise Unsure

    async def undo(self, key: str, person: Person) -> EndReceipt:
        """Restores what was before the share of this key, once. Raises NotYours, TooLate, Unavailable, NeedsSignIn."""
        return await self._end(await self._ledger.ends.of(key, person), UNDO)

    async def end_now(self, key: str, person: Person) -> EndReceipt:
        return await self._end(await self._ledger.ends.of(key, person), NOW)

    async def extend(self, key: str, person: Person, ends_at: int, days: int) -> Stands:
        """Moves an end that is at `ends_at`; asked again, it stays moved once. Raises NotYours, TooLate."""
        stands = await self._ledger.ends.of(key, person)
        if stands.ended or stands.ends_at is None or ends_at > stands.ends_at:
            raise TooLate
        # By the clock on their wall, also where that is put forward or back meanwhile.
        ends = dt.datetime.fromtimestamp(ends_at, stands.timezone) + dt.timedelta(days=days)
        moved = int(ends.timestamp())
        if stands.ends_at == ends_at:
            await self._may_last(stands, Expiry("", ends))
            await self._started()
            # An end that is under way is not to be put off any more.
            async with self._alone.on(stands.receipt.plan.item.key):
                if await self._ledger.ends.moved(stands, moved):
                    self._wake.set()
        stands = await self._ledger.ends.of(key, person)
        if stands.ends_at != moved:
            raise TooLate
        return stands

    async def may_last(self, plan: ChangePlan) -> None:
        """Raises AgainstPolicy where a share could not have had the end that it is to get."""
        for share in {step.share for step in plan.to_change} if plan.aim is Aim.END else ():
            if stands := await self._ledger.ends.at(share):
                await self._may_last(stands, plan.until if plan.ends_at else None)

    async def _may_be_given_back(self, receipt: ChangeReceipt) -> None:
        """Raises AgainstPolicy where what was taken away could not be given by now."""
        back = {each.recipient for each in receipt.restorable()}
        asked, plan = dt.datetime.fromtimestamp(self._clock(), dt.UTC), receipt.plan
        for step in plan.to_change if plan.aim is not Aim.END else ():
            if step.recipient in back and step.own:
                share = SharePlan(plan.asker, plan.item, step.own, (Step(step.recipient, None, Change.GAINS),))
                made = await planning.judged(self._graph(plan.asker), share, self.policy, asked)
                if made.refused:
                    raise planning.refusal(made)
                if made.approvals:
                    raise AgainstPolicy(made.approvals[0].words, rule=made.approvals[0].rule)

    async def _may_last(self, stands: Stands, until: Expiry | None) -> None:
        """Raises AgainstPolicy where a share could not have been so long to begin with."""
        shared = stands.receipt.plan
        given = {grant.recipient for grant in stands.receipt.given()}
        steps = tuple(Step(each, None, Change.GAINS) for each in given)
        plan = replace(shared, steps=steps, until=until, rulings=())
        made = await planning.judged(self._graph(shared.asker), plan, self.policy, stands.done)
        if made.refused:
            raise planning.refusal(made)
        if made.until != plan.until:
            ruling = next(each for each in made.rulings if each.verdict is Verdict.SHORTENED)
            raise AgainstPolicy(ruling.words, rule=ruling.rule)

    async def shown(self, key: str, place: Place) -> None:
        """The card of this share, or of several, is there, and is to be shown anew when there is more to say."""
        if await self._ledger.many.at(key):
            await self._ledger.places.keep(key, place)
            await self._many.show(key)
        else:
            await self._flows.shown(key, place)

    async def show_anew(self, key: str) -> None:
        """What has become of a share, on its card, if that is still there."""
        await self._flows.is_shown(key)

    async def replaced(self, place: Place) -> None:
        """What is there now is no card that is to be shown anew."""
        await self._ledger.places.forget(place)

    async def last(self, person: Person, said: str) -> Stands | None:
        """The share of this person that "undo" means, in the message of this id."""
        return await self._ledger.ends.last(person, said)

    async def stands(self, key: str, person: Person) -> Stands:
        """A share of this person, as it is by now. Raises NotYours, TooLate."""
        return await self._ledger.ends.of(key, person)

    async def by_now(self, key: str, receipt: ShareReceipt) -> EndReceipt | ShareReceipt:
        """How the share of this key has ended, or its receipt with the end that it has by now.

        Of one that all gave back, its receipt says so.
        """
        stands = await self._ledger.ends.at(key)
        if stands and stands.ended and stands.receipt.given():
            return stands.ended
        return receipt.until(stands.ends) if stands else receipt

    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._clock(), dt.UTC)

    async def shares(self, person: Person) -> list[Stands]:
        """What this person shared and stands, newest first."""
        return await self._ledger.ends.standing(person)

    async def told(self, shares: Sequence[Stands]) -> list[Stands]:
        """The same with how each has heard of it."""
        tellings = await self._ledger.told.of_shares([each.key for each in shares])
        return [replace(each, receipt=each.receipt.accounted(tellings[each.key])) for each in shares]

    async def shared(self, key: str, person: Person) -> ShareReceipt:
        """What came of a share of this person, as it is kept with it. Raises NotYours, TooLate."""
        (stands,) = await self.told([await self._ledger.ends.of(key, person)])
        return stands.receipt

    async def signed_in(self, person: Person) -> None:
        """What could not be ended or given back without them is tried again."""
        if await self._ledger.ends.again(person):
            self._wake.set()
        for request in await self._ledger.requests.unmet(person):
            stands = await self._ledger.ends.at(request.share_key)
            if stands:
                with contextlib.suppress(SharebotError):
                    await self._answered("return", request, stands.locale, stands.zone, "")

    # What recipients begin, and what sharers answer

    async def received(self, key: str, person: Person) -> Received:
        """What this person got by the share of this key. Raises NotYours, TooLate."""
        return await self._requests.received(key, person)

    async def ask_to_edit(self, key: str, person: Person, reason: str, locale: str, zone: str) -> Received:
        """Asks the sharer, once. Raises NotYours, TooLate, NotAllowed where they can't be reached."""
        received = await self._requests.received(key, person)
        if received.is_over or (received.asked and received.asked.decision):
            return received
        await self._answered("ask", await self._requests.ask(received, reason), locale, zone)
        return await self._requests.received(key, person)

    async def give_back(self, key: str, person: Person, locale: str, zone: str) -> Received:
        """Takes away what the share of this key gave to this one person, as the sharer, once.

        Raises NotYours, TooLate, Unavailable; and NeedsSignIn, NotFound, NotAllowed, which are about the sharer.
        """
        received = await self._requests.received(key, person)
        if received.is_over:
            return received
        request = await self._requests.need_nothing(received)
        await self._answered("return", request, locale, zone, person.id)
        return await self._requests.received(key, person)

    async def asked(self, key: str, sharer: Person, wish: Wish) -> Asked:
        """What somebody asks of the sharer. Raises NotYours, TooLate."""
        return await self._requests.asked(key, sharer, wish)

    async def allow(self, key: str, sharer: Person, locale: str, zone: str) -> ShareReceipt:
        """A share like any other comes of it, under the same key. Raises TooLate where it was decided otherwise."""
        return await self._allow((await self._requests.asked(key, sharer, Wish.EDIT)).request, sharer, locale, zone)

    async def _allow(self, request: AccessRequest, sharer: Person, locale: str, zone: str) -> ShareReceipt:
        key = request.key
        if request.decision is Decision.ALLOWED:
            if receipt := await self._ledger.plans.receipt(key, sharer):
                return receipt
            if await self._ledger.plans.run(key, sharer) != request.run:
                return await self.share(key, sharer, locale, zone)
        elif request.decision:
            raise TooLate
        receipt = await self._answered("allow", request, locale, zone)
        return receipt or await self.share(key, sharer, locale, zone)

    async def decline(self, key: str, sharer: Person, locale: str, zone: str) -> Asked:
        """What was decided, now or before."""
        asked = await self._requests.asked(key, sharer, Wish.EDIT)
        if asked.request.decision is None:
            with contextlib.suppress(TooLate):
                await self._answered("decline", asked.request, locale, zone)
        return await self._requests.asked(key, sharer, Wish.EDIT)

    async def sharers(self, tenant_id: str, words: str) -> list[Stands]:
        """Shares of whoever shared something that these words are said of; newest first."""
        return await self._ledger.ends.mentioning(tenant_id, words)

    async def ask_for_access(self, what: AccessWanted, locale: str, zone: str) -> Wanted:
        """Asks the owner, once until that is decided. Raises NotAllowed where they can't be reached."""
        wanted = await self._access.ask(what)
        await self._answered("ask", wanted.request, locale, zone)
        return wanted

    async def wanted(self, key: str, owner: Person) -> Wanted:
        """What somebody asks of this owner. Raises NotYours, TooLate."""
        return await self._access.asked(key, owner)

    async def give_access(self, key: str, owner: Person, locale: str, zone: str) -> ShareReceipt:
        """A share like any other comes of it, under the same key. Raises TooLate where it was decided otherwise."""
        return await self._allow((await self._access.asked(key, owner)).request, owner, locale, zone)

    async def refuse_access(self, key: str, owner: Person, locale: str, zone: str) -> Wanted:
        """What was decided, now or before."""
        wanted = await self._access.asked(key, owner)
        if wanted.request.decision is None:
            with contextlib.suppress(TooLate):
                await self._answered("decline", wanted.request, locale, zone)
        return await self._access.asked(key, owner)

    async def free(self, key: str, sharer: Person, locale: str, zone: str) -> Asked:
        """Takes away what somebody does not need, at the sharer's press. Raises what `give_back` raises."""
        asked = await self._requests.asked(key, sharer, Wish.NOTHING)
        if asked.request.decision is None:
            await self._answered("return", asked.request, locale, zone, sharer.id)
        return await self._requests.asked(key, sharer, Wish.NOTHING)

    # Changes of access that is there

    async def standing(self, person: Person, item: ShareableItem) -> list[Standing]:
        """What shares of this item gave, whoever shared it."""
        return await self._ledger.changes.standing(person.tenant_id, item)

    async def change(self, key: str, person: Person, locale: str, zone: str, place: Place | None = None) -> Pressed:
        """Carries out the change of this key, once; who asks again, however often and wherever, gets the same answer.

        `place` is of the card that is to show what came of it, also when nobody is left to answer.

        Raises NotYours, TooLate, and what `changing.carry_out` raises.
        """
        pressed = await self._ledger.changes.press(key, person, locale, zone)
        if pressed.receipt is None:
            await self.may_last(pressed.plan)
            if place:
                await self._ledger.places.keep(key, place)
            await self._changed("change", pressed)
        return await self._ledger.changes.of(key, person)

    async def restore(self, key: str, person: Person) -> Pressed:
        """Undoes the change of this key, once. Raises NotYours, TooLate, and what `changing.restore` raises."""
        pressed = await self._ledger.changes.of(key, person)
        if pressed.receipt is None or not pressed.receipt.restorable():
            raise TooLate
        if pressed.undone is None:
            await self._may_be_given_back(pressed.receipt)
            await self._changed("restore", pressed)
        return await self._ledger.changes.of(key, person)

    async def pressed(self, key: str, person: Person) -> Pressed | None:
        """The change of this key, if it was pressed. Raises NotYours."""
        try:
            return await self._ledger.changes.of(key, person)
        except TooLate:
            return None

    async def last_change(self, person: Person, said: str) -> Pressed | None:
        """The change of this person that "undo" means, in the message of this id: one younger than their last share."""
        stands = await self._ledger.ends.newest(person)
        return await self._ledger.changes.last(person, said, since=stands.done_at if stands else 0)

    # Who came to a chat that something was shared with, and who left

    async def moved(self, tenant_id: str, chat: Chat, joined: Sequence[str], left: Sequence[str]) -> None:
        """Their sharers are offered what to do about it; when this is done, they will be, whatever happens."""
        for key, moved, sharer in await self._rosters.moved(tenant_id, chat, joined, left):
            after = self._limits.gather if moved is Moved.JOINED else 0
            await self._begin(key, key, [(moved.value, sharer, after)])

    async def proposed(self, key: str, sharer: Person) -> Proposed:
        """What the sharer was offered. Raises NotYours, TooLate."""
        return await self._rosters.proposed(key, sharer)

    async def offer(self, key: str, sharer: Person) -> Card | None:
        """The card of what is still offered. Raises NotYours, TooLate, Unavailable."""
        return await self._rosters.card(key, sharer)

    async def share_with_joiners(
        self, key: str, sharer: Person, locale: str, zone: str, place: Place | None = None
    ) -> ShareReceipt:
        """A share like any other comes of it, under the same key. Raises TooLate where it was decided otherwise."""
        proposal = (await self._rosters.proposed(key, sharer)).proposal
        if proposal.decision is Decision.ALLOWED:
            return await self.share(key, sharer, locale, zone, place)
        if proposal.decision:
            raise TooLate
        if place:
            await self._ledger.places.keep(key, place)
        run = proposal.run
        put_off = partial(self._rosters.put_off, proposal)
        receipt = await self._tried("offer", run, put_off, key, run, locale, zone)
        return receipt or await self.share(key, sharer, locale, zone, place)

    async def leave_as_it_is(self, key: str, sharer: Person) -> Proposed:
        """What was decided, now or before. Raises NotYours, TooLate."""
        await self._rosters.decline(await self._rosters.proposed(key, sharer))
        return await self._rosters.proposed(key, sharer)

    async def take_from_leaver(self, key: str, sharer: Person, locale: str, zone: str) -> Proposed:
        """Takes away what a share gave to somebody who left. Raises what `give_back` raises."""
        proposed = await self._rosters.proposed(key, sharer)
        received = await self._rosters.of_leaver(proposed.proposal)
        if received is None:
            raise TooLate
        if await self._rosters.begin_to_take(proposed) is Decision.ALLOWED and not received.is_over:
            request = await self._requests.have_left(received)
            try:
                await self._answered("return", request, locale, zone, sharer.id)
            except SharebotError:
                await self._rosters.not_taken(proposed)
                raise
        return await self._rosters.proposed(key, sharer)

    async def shared_items(self, person: Person, is_meant: Callable[[Recipient], bool]) -> list[ShareableItem]:
        """What this person shared with whoever is meant and what stands, the newest first, each once."""
        return await self._ledger.ends.items(person, is_meant)

    # Several at once, behind one card

    async def many(self, key: str, person: Person, locale: str, zone: str, place: Place | None = None) -> Many:
        """Begins all of them, once, and tells how far they are; in the place of the card is shown how it goes on.

        Raises NotYours, TooLate.
        """
        pressed = await self._ledger.many.press(key, person, locale, zone)
        if place:
            await self._ledger.places.keep(key, place)
        if not pressed.is_over:
            await self._many_begun(key, NOW)
        return await self._many.now(key, person)

    async def undo_many(self, key: str, person: Person, place: Place | None = None) -> Many:
        """Undoes all of them that can be. Raises NotYours, TooLate where they have not come to their end."""
        pressed = await self._ledger.many.of(key, person)
        if not pressed.is_over:
            raise TooLate(_("This is still under way. Please wait until it is done."))
        if place:
            await self._ledger.places.keep(key, place)
        shown = await self._many.now(key, person)
        for part in shown.parts:
            if isinstance(part.receipt, ChangeReceipt) and part.can_be_undone:
                await self._may_be_given_back(part.receipt)
        if any(part.can_be_undone for part in shown.parts):
            await self._many_begun(key, f"{UNDO}.{pressed.undos}")
        elif not pressed.is_undone:
            raise TooLate
        return await self._many.now(key, person)

    async def many_of(self, part: str) -> str | None:
        """The key of the card where this share is one of several."""
        return await self._ledger.many.key_of(part)

    async def many_planned(self, key: str, plan: ManyPlan) -> Many:
        """Before it is pressed."""
        return Many(key, plan, tuple(await self._ledger.many.parts(plan.keys)))

    async def many_now(self, key: str, person: Person) -> Many:
        """How far they are. Raises NotYours, TooLate."""
        return await self._many.now(key, person)

    async def _many_begun(self, key: str, act: str) -> None:
        engine = await self._started()
        run = f"{key}.{act}"
        work = self._counted(engine.run("many", run, key, run, act))
        work.add_done_callback(_logged)
        await asyncio.wait({work}, timeout=SHOWN_WITHIN)

    # Four eyes

    async def approving(self, key: str, person: Person) -> Approving:
        """What is asked of somebody who may approve it. Raises NotYours, TooLate."""
        return await self._approvals.of_approver(key, person)

    async def ask_for_approval(
        self, key: str, person: Person, locale: str, zone: str, place: Place | None = None
    ) -> Approving:
        """Asks those whom the rules name, once. `place` is of the card that is to show what came of it.

        Raises NotYours, TooLate, NotAllowed where there is nobody to ask, NeedsSignIn, Unavailable.
        """
        with contextlib.suppress(TooLate):
            return await self._approvals.of_sharer(key, person)
        if not isinstance(plan := await self._ledger.plans.at(key, person), SharePlan) or not plan.approvals:
            raise TooLate
        if place:
            await self._ledger.places.keep(key, place)
        run = f"{key}.ask.{secrets.token_hex(4)}"
        await self._tried("approval", run, _nothing, key, run, locale, zone)
        return await self._approvals.of_sharer(key, person)

    async def answer_for(self, key: str, person: Person, decision: Decision, reason: str) -> Approving:
        """What stands after a second person's answer: the first one. Raises NotYours, TooLate."""
        await self._approvals.lapse(key)
        found = await self._approvals.of_approver(key, person)
        if found.waits_for(person.id):
            sealed = self._approvals.sealed(key, reason)
            run = f"{key}.{decision.value}.{person.id}"
            said = (person.id, person.name, decision.value, sealed)
            await self._tried("approve", run, _nothing, key, run, *said)
        return await self._approvals.of_approver(key, person)

    async def withdraw(self, key: str, plan: SharePlan) -> None:
        """A plan that was cancelled needs nobody's approval any more."""
        if plan.approvals and (notices := await self._approvals.withdraw(key, plan)):
            await self._begin(key, f"{key}.withdrawn", notices)

    async def look(self) -> None:
        """Does what is due: reminders, ends, and forgetting what is long over."""
        while due := await self._ledger.ends.due():
            items = dict.fromkeys(each.receipt.plan.item.key for each in due)
            await asyncio.gather(*(self._due_on(item, due) for item in items))
        await self._access.look()
        for key, notices in await self._approvals.late():
            await self._begin(key, f"{key}.lapsed", notices)
            await self._approvals.lapse(key)
        now, engine = self._clock(), self._is_started()
        if now - self._tidied > TIDY_EVERY:
            self._tidied = now
            await self._ledger.tidy(self._retention_days)
        if engine and now - self._engine_tidied > TIDY_EVERY:
            self._engine_tidied = now
            await engine.tidy(now)
        if engine:
            await engine.calm_down()

    # How it goes

    async def _end(self, stands: Stands, why: str) -> EndReceipt:
        if stands.ended:
            return stands.ended
        try:
            receipt = await self._answer("end", stands.run, stands.key, stands.run, why)
        except SharebotError:
            raise
        except Exception as error:
            log.exception("the work on an end broke")
            await self._flows.put_off(stands, why)
            raise Unsure(_not_known()) from error
        if receipt := receipt or (await self._ledger.ends.of(stands.key, stands.receipt.plan.asker)).ended:
            return receipt
        await self._flows.put_off(stands, why)
        raise Unsure(_not_known())

    async def _due_on(self, item: str, due: list[Stands]) -> None:
        """One after another: of two shares that end at once, the later one falls back to what is left of the first."""
        for each in due:
            if each.receipt.plan.item.key == item:
                await self._due(each)

    async def _due(self, stands: Stands) -> None:
        if stands.ends_at and stands.ends_at > self._clock():
            notices = await self._flows.reminder(stands)
            together = await self._many.reminder(stands) if notices else None
            await self._begin(*(together or (stands.key, stands.run, notices)))
            await self._ledger.ends.reminded(stands)
            return
        engine = await self._started()
        try:
            await self._counted(engine.run("end", stands.run, stands.key, stands.run, DUE))
        except Exception:
            log.exception("the work on an end broke")
        # If that run was over before: a ledger from a backup knows less than the engine does.
        await self._flows.put_off_if_due(stands)

    async def _answer(self, flow: str, run: str, *ids: str) -> Any:
        """The receipt as soon as it is known here; None where it is known elsewhere. Raises what went wrong."""
        engine = await self._started()
        receipt = self._flows.waiting.setdefault(run, asyncio.get_running_loop().create_future())
        work = self._counted(engine.run(flow, run, *ids))
        work.add_done_callback(lambda _done: self._flows.waiting.pop(run, None))
        await asyncio.wait({receipt, work}, return_when=asyncio.FIRST_COMPLETED)
        if receipt.done():
            work.add_done_callback(_logged)
            return receipt.result()
        if outcome := work.result():
            raise wrong.read(outcome)
        return None

    async def _answered(self, flow: str, request: AccessRequest, locale: str, zone: str, *more: str) -> Any:
        """What comes of a request, as soon as it is known here; None where it is known elsewhere."""
        # What is allowed goes on as a share, and is called like the work on one.
        run = request.run if flow == "allow" else f"{request.run}.{flow}"
        put_off = partial(self._requests.put_off, request)
        return await self._tried(flow, run, put_off, request.key, run, locale, zone, *more)

    async def _tried(self, flow: str, run: str, put_off: Callable[[], Awaitable[None]], *ids: str) -> Any:
        """What comes of what was decided; if it breaks, the next press is new work."""
        try:
            return await self._answer(flow, run, *ids)
        except SharebotError:
            raise
        except Exception as error:
            log.exception("the work on a request broke")
            await put_off()
            raise Unsure(_("I don't know whether that was done. Please try again.")) from error

    async def _changed(self, flow: str, pressed: Pressed) -> None:
        """Comes to its end, or raises what went wrong."""
        try:
            await self._answer(flow, pressed.run, pressed.key, pressed.run)
        except SharebotError:
            raise
        except Exception as error:
            log.exception("the work on a change broke")
            await self._ledger.changes.put_off(pressed)
            raise Unsure(_("I don't know whether that was done. Please try again.")) from error

    async def _share(self, key: str, run: str, locale: str, zone: str) -> wrong.Wrong | None:
        engine = await self._started()
        outcome = DOUBT
        for pause in (0.0, *self._limits.try_again):
            if outcome == DOUBT:
                if pause:
                    await engine.sleep(pause)
                outcome = await engine.step("share", self._flows.share, key, run, locale, zone, again=is_passing)
        if outcome == DOUBT:
            outcome = await engine.step("in doubt", self._flows.in_doubt, key, run, locale, zone, again=is_passing)
        who = self._flows.notices_of_failure if outcome else self._flows.notices_of_share
        notices = await engine.step("notices", who, key, run, again=is_passing)
        await self._begin(key, run, notices, outcome["sentence"] if outcome else "")
        self._wake.set()
        return outcome

    async def _ended(self, key: str, run: str, why: str) -> wrong.Wrong | None:
        engine = await self._started()
        await engine.step("hush", self._flows.hush, key, run, again=is_passing)
        outcome = await engine.step("end", self._flows.end, key, run, why, again=is_passing)
        if outcome is None:
            notices = await engine.step("notices", self._flows.notices_of_end, key, run, again=is_passing)
            if not notices:
                together = await engine.step("together", self._many.notices_of_end, key, again=is_passing)
                if together:
                    await self._begin(together[0], run, together[1])
        else:
            said = (why, outcome["kind"])
            notices = await engine.step("notices", self._flows.notices_of_trouble, key, *said, again=is_passing)
        await self._begin(key, run, notices, outcome["sentence"] if outcome else "")
        return outcome

    async def _begin(self, key: str, run: str, notices: list[Notice], sentence: str = "") -> None:
        """Each is a flow of its own, in the queue that keeps to Teams' limits; `sentence` is what went wrong."""
        engine = await self._started()
        if notices:
            await engine.hurry()
        for what, person_id, after in notices:
            name = f"{run}.{what}.{person_id}"
            await engine.queue("notice", name, what, key, person_id, run, sentence, after=after)

    async def _notice(self, what: str, key: str, person_id: str, run: str, sentence: str) -> None:
        engine = await self._started()
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
        await self._told(await self._started(), what, key, person_id, sentence, is_its_turn=True)

    async def _told(
        self, engine: Engine, what: str, key: str, person_id: str, sentence: str, *, is_its_turn: bool
    ) -> str | None:
        """CROWDED if nothing was sent, for that chat has had many just now."""
        told: str | None = AGAIN
        for pause in (0.0, *self._limits.try_again):
            if told == AGAIN:
                if pause:
                    await engine.sleep(pause)
                is_last = pause == self._limits.try_again[-1]
                tell = partial(self._tell, what, key, person_id, sentence, is_its_turn=is_its_turn, is_last=is_last)
                told = await engine.step("tell", tell, again=is_passing)
        if told and told != CROWDED:
            await self._begin(key, key, [(SHOWN, told, 0)])
        return told

    async def _tell(
        self, what: str, key: str, person_id: str, sentence: str, *, is_its_turn: bool, is_last: bool
    ) -> str | None:
        if not is_its_turn and self._chats.has_many(person_id):
            return CROWDED
        if what == SHARED:
            return await self._flows.tell_of_share(key, person_id, is_last=is_last)
        if what.startswith(MANY):
            return await self._many.tell(what, key, person_id, is_last=is_last)
        if what in approvals.NOTICES:
            await self._approvals.tell(what, key, person_id)
            return None
        if what in NOTICES:
            return await self._rosters.tell(key, is_last=is_last)
        await self._flows.tell(what, key, person_id, sentence)
        return None

    async def _asked(self, key: str, run: str, _locale: str, _zone: str) -> None:
        engine = await self._started()
        await engine.step("hear", self._requests.hear, key, run, again=is_passing)
        await engine.step("tell", self._requests.tell_of_request, key, again=is_passing)

    async def _allowed(self, key: str, run: str, locale: str, zone: str) -> wrong.Wrong | None:
        engine = await self._started()
        outcome = await engine.step("plan", self._requests.allow, key, run, locale, zone, again=is_passing)
        if outcome:
            return outcome
        outcome = await self._share(key, run, locale, zone)
        if outcome is None:
            await engine.step("tell them", self._requests.tell_of_decision, key, again=is_passing)
        elif wrong.kind(outcome["kind"]) is not Unsure:
            await engine.step("reopen", self._requests.reopen, key, again=is_passing)
        return outcome

    async def _accepted(self, key: str, run: str, locale: str, zone: str) -> wrong.Wrong | None:
        engine = await self._started()
        outcome = await engine.step("plan", self._rosters.accept, key, run, locale, zone, again=is_passing)
        if outcome:
            return outcome
        outcome = await self._share(key, run, locale, zone)
        if outcome and wrong.kind(outcome["kind"]) is not Unsure:
            await engine.step("reopen", self._rosters.reopen, key, again=is_passing)
        return outcome

    async def _approval(self, key: str, run: str, locale: str, zone: str) -> wrong.Wrong | None:
        engine = await self._started()
        outcome = await engine.step("ask", self._approvals.ask, key, locale, zone, again=is_passing)
        if outcome is None:
            self._flows.answer(run, key)
            notices = await engine.step("whom", self._approvals.notices_of_asking, key, again=is_passing)
            await self._begin(key, f"{key}.ask", notices)
            self._wake.set()
        return outcome

    async def _approved(self, key: str, run: str, *said: str) -> None:
        engine = await self._started()
        goes = await engine.step("decide", self._approvals.decide, key, *said, again=is_passing)
        self._flows.answer(run, key)
        is_shared = ""
        if goes:
            begun = await engine.step("begin", self._approvals.begun, key, again=is_passing)
            if begun is None:
                return
            is_shared = "no" if await self._share(key, *begun) else "yes"
        notices = await engine.step("notices", self._approvals.notices_of_answer, key, is_shared, again=is_passing)
        await self._begin(key, f"{key}.answered", notices)

    async def _declined(self, key: str, run: str, _locale: str, _zone: str) -> wrong.Wrong | None:
        engine = await self._started()
        outcome = await engine.step("decline", self._requests.decline, key, run, again=is_passing)
        if outcome is None:
            await engine.step("tell", self._requests.tell_of_decision, key, again=is_passing)
        return outcome

    async def _given_back(self, key: str, run: str, locale: str, zone: str, by: str) -> wrong.Wrong | None:
        engine = await self._started()
        outcome = await engine.step("give back", self._requests.give_back, key, run, locale, zone, again=is_passing)
        if outcome is None:
            await engine.step("tell", self._requests.tell_of_return, key, run, by, again=is_passing)
        elif issubclass(wrong.kind(outcome["kind"]), NeedsSignIn):
            await engine.step("tell", self._requests.tell_of_obstacle, key, by, again=is_passing)
        return outcome

    async def _change(self, key: str, run: str) -> wrong.Wrong | None:
        return await self._told_of_change("change", self._changes.change, key, run)

    async def _restored(self, key: str, run: str) -> wrong.Wrong | None:
        return await self._told_of_change("restore", self._changes.restore, key, run)

    async def _told_of_change(self, name: str, what: Callable[..., Any], key: str, run: str) -> wrong.Wrong | None:
        engine = await self._started()
        outcome = await engine.step(name, what, key, run, again=is_passing)
        if outcome is None:
            for share in await engine.step("tell", self._changes.tell, key, run, again=is_passing):
                await self._begin(share, run, [(SHOWN, share, 0)])
        else:
            failed = partial(self._changes.tell_of_failure, key, run, outcome["sentence"])
            await engine.step("tell", failed, again=is_passing)
        for share, notice in await engine.step("hear", self._changes.still_to_hear, key, again=is_passing):
            await self._begin(share, run, [tuple(notice)])
        self._wake.set()
        return outcome

    async def _many_done(self, key: str, run: str, act: str) -> None:
        engine = await self._started()
        works = await engine.step("begin", self._many.begin, key, act, again=is_passing)
        await engine.hurry()
        begun = [(ids[0], await engine.start(flow, name, *ids)) for flow, name, ids in works]
        said: dict[str, str] = {}
        for part, outcome_of in begun:
            try:
                outcome = await outcome_of()
            except Exception:
                log.exception("the work on one of several broke")
                outcome = wrong.written(Unsure())
            if outcome:
                said[part] = outcome["sentence"]
            await engine.step("show", self._many.progress, key, again=is_passing)
        await engine.step("over", partial(self._many.over, key, act, said), again=is_passing)
        notices = await engine.step("notices", self._many.notices, key, act, again=is_passing)
        await engine.step("show", self._many.show_or_tell, key, run, again=is_passing)
        await self._begin(key, run, notices)
        self._wake.set()

    async def _watch(self) -> None:
        """Wakes for what is due next, and costs nothing until then, however much waits."""
        while True:
            self._wake.clear()
            try:
                await self.look()
                dues = await asyncio.gather(self._ledger.ends.next_due(), self._ledger.approvals.next_due())
                next_due = min((each for each in dues if each is not None), default=None)
            except Exception:
                log.exception("what is due could not be looked up")
                next_due = None
            left = LOOK_EVERY if next_due is None else next_due - self._clock()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), max(1.0, min(left, LOOK_EVERY)))

    # The engine

    async def _start_early(self) -> None:
        await asyncio.sleep(START_AFTER)
        try:
            await self._started()
        except Exception:
            log.exception("the engine of the work did not start; the next press tries again")

    def _is_started(self) -> Engine | None:
        start = self._starting
        return start.result() if start and start.done() and not start.exception() else None

    async def _started(self) -> Engine:
        if self._starting is None or (self._starting.done() and self._starting.exception()):
            self._starting = asyncio.create_task(self._start())
        # Who waits no longer does not keep the others from it.
        return await asyncio.shield(self._starting)

    async def _start(self) -> Engine:
        made = await asyncio.to_thread(importlib.import_module, "bot.work.engine")
        place = self._place
        if isinstance(place, FilePlace):
            await asyncio.to_thread(place.prepare)
            executor = place.name
        else:
            executor = await place.take()
        flows: dict[str, Callable[..., Coroutine[Any, Any, Any]]] = {
            "share": self._share,
            "end": self._ended,
            "notice": self._notice,
            CROWDED: self._crowded_notice,
            "ask": self._asked,
            "approval": self._approval,
            "approve": self._approved,
            "allow": self._allowed,
            "offer": self._accepted,
            "decline": self._declined,
            "return": self._given_back,
            "change": self._change,
            "restore": self._restored,
            "many": self._many_done,
        }
        tracked = {name: self._tracked(flow) for name, flow in flows.items()}
        engine: Engine = made.Engine(place.url, self._sealer, executor, tracked, self._limits)
        try:
            await engine.launch()
        except Exception:
            await engine.stop()
            raise
        # What it brought stays.
        gc.collect()
        gc.freeze()
        if not isinstance(place, FilePlace):
            self._watching.append(asyncio.create_task(self._among_others(place, engine)))
        return engine

    async def _among_others(self, slots: Slots, engine: Engine) -> None:
        while True:
            try:
                await slots.watch(engine.left_behind, engine.take_over)
                break
            except Exception:
                log.exception("what other replicas left could not be looked up")
        # Others may be taking over already what runs here, and without the database nothing comes to its end in order.
        log.critical("lost its place among the replicas, and ends itself")
        os._exit(LOST_PLACE)

    def _tracked(self, flow: Callable[..., Coroutine[Any, Any, Of]]) -> Callable[..., Coroutine[Any, Any, Of]]:
        """Also what goes on after a restart counts as running."""

        async def tracked(*ids: str) -> Of:
            here = asyncio.get_running_loop().create_future()
            self._running.add(here)
            try:
                return await flow(*ids)
            finally:
                self._running.discard(here)
                here.set_result(None)

        return tracked

    def _counted(self, work: Coroutine[Any, Any, Of]) -> asyncio.Task[Of]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


def _with_end(step: Step, plan: SharePlan, given: list[Attempt], zone: dt.tzinfo) -> Step:
    """What they would have when this plan ends tells whether it changes anything."""
    until = plan.until.at.timestamp() if plan.until and plan.until.at else math.inf
    theirs = {each.role: each for each in given if each.names & names(step.recipient)}
    top = theirs.get(step.now) if step.now else None
    if step.change not in (Change.HAS_IT, Change.KEEPS) or top is None or top.ends_at is None:
        return step
    then, right = step.now, top
    while right and right.ends_at and right.ends_at < until:
        then = right.before
        right = theirs.get(then) if then else None
    change = Change.HAS_IT if covers(then, plan.role) else Change.KEEPS
    return replace(step, change=change, ends=dt.datetime.fromtimestamp(top.ends_at, zone))


async def _nothing() -> None:
    """What broke leaves nothing to put back: the next try is new work, or the time runs out."""


def _not_known() -> str:
    return _("I don't know whether the access has ended. Please try again.")


def _logged(work: asyncio.Future[Any]) -> None:
    """After the deed, nothing may undo the answer."""
    if not work.cancelled() and (error := work.exception()):
        log.error("what follows a deed broke", exc_info=error)


def _place(database_url: str) -> FilePlace | Slots:
    if database_url.startswith("sqlite"):
        return FilePlace(Path(database_url.removeprefix("sqlite:///").partition("?")[0]))
    from bot.work.slots import Slots  # psycopg is large, and of no use to a file

    return Slots(database_url.replace("postgres://", "postgresql://", 1))
