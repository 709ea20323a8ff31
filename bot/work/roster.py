"""Who came to a chat that something was shared with, or left it: offered to the sharer, and what they decide.

Each step bears to be done again: what was heard, shown and decided is in the ledger, and the first decision stands.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

import cards.roster
from bot import finding, judging, planning
from bot.errors import NeedsSignIn, NotYours, SharebotError, TooLate, Unavailable, Unsure
from bot.graph import Graph
from bot.graph.permissions import role_of
from bot.ledger import Ledger, Moved, Place, Proposal, Stands, is_passing
from bot.policy import Policy
from bot.sharing import (
    Change,
    Chat,
    Decision,
    Person,
    Recipient,
    Returned,
    Role,
    Roster,
    SharePlan,
    ShareReceipt,
    ShareRequest,
    Step,
    Words,
)
from bot.texts import _, speaking
from bot.work import wrong
from bot.work.flows import AGAIN, Flows
from bot.work.received import NOT_TO_DECIDE, Received, RequestFlows, as_it_is
from bot.work.requests import Requests
from bot.work.runs import Runs
from bot.work.shares import Shares
from bot.work.wrong import Wrong
from cards.elements import Card

log = logging.getLogger(__name__)

# Somebody of a chat, as the sharer (whose chat with us is known) would see them there; None if they are not in it.
# Raises Unavailable.
Who = Callable[[Person, Chat, str], Awaitable[Recipient | None]]
NOTICES = frozenset(each.value for each in Moved)


@dataclass(frozen=True)
class Proposed:
    """What the sharer is offered. `returned` is what became of the right of somebody who left."""

    proposal: Proposal
    stands: Stands
    returned: Returned | None

    @property
    def plan(self) -> SharePlan:
        return as_it_is(self.stands)

    @property
    def is_of_leaver(self) -> bool:
        return self.proposal.moved is Moved.LEFT


class RosterFlows:
    """`graph` speaks to Graph as a person; `who` asks Teams."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        graph: Callable[[Person], Graph],
        policy: Policy,
        flows: Flows,
        requests: RequestFlows,
        who: Who,
    ) -> None:
        self._ledger = ledger
        self._graph = graph
        self._policy = policy
        self._flows = flows
        self._requests = requests
        self._who = who

    async def moved(
        self, tenant_id: str, chat: Chat, joined: Sequence[str], left: Sequence[str]
    ) -> list[tuple[str, Moved, str]]:
        """What is to be offered since: its key, what it is, and to whom. Heard of again, it is the same."""
        offers: dict[str, tuple[Moved, str]] = {}
        shares: dict[str, list[Stands]] = defaultdict(list)
        for shared in await self._ledger.rosters.of(tenant_id, chat):
            stands = await self._ledger.ends.at(shared.key)
            if stands is None or stands.ended:
                continue
            shares[shared.first].append(stands)
            sharer = stands.receipt.plan.asker.id
            others = [each for each in joined if each != sharer]
            if shared.is_first and others:
                keys = await self._ledger.rosters.joined(shared.key, others)
                offers |= dict.fromkeys(keys, (Moved.JOINED, sharer))
        for first, those in shares.items():
            for person_id in left:
                by = next((each for each in those if _has(each, person_id)), None)
                keys = await self._ledger.rosters.left(first, by.key if by else None, person_id)
                offers |= dict.fromkeys(keys, (Moved.LEFT, those[0].receipt.plan.asker.id))
        return [(key, moved, sharer) for key, (moved, sharer) in offers.items()]

    async def tell(self, key: str, *, is_last: bool) -> str | None:
        """Shows the offer to the sharer, once; AGAIN where that may go better in a while."""
        proposal = await self._ledger.rosters.at(key)
        if proposal is None or proposal.decision:
            return None
        await self._ledger.rosters.shown(key)
        stands = await self._ledger.ends.at(proposal.share_key)
        try:
            card = await self._card(proposal, stands, is_last=is_last) if stands else None
        except (Unavailable, Unsure):
            log.info("an offer could not be looked up")
            return None if is_last else AGAIN
        if stands is None or card is None:
            await self._ledger.rosters.decide(proposal, Decision.OVER)
            return None
        asker = stands.receipt.plan.asker
        await self._flows.tell_once(key, asker, asker.id, proposal.moved.value, card)
        return None

    async def card(self, key: str, sharer: Person) -> Card | None:
        """The offer, while it is one. Raises NotYours, TooLate, Unavailable."""
        proposed = await self.proposed(key, sharer)
        make = await self._card(proposed.proposal, proposed.stands, is_last=True)
        return make() if make and proposed.proposal.decision is None else None

    async def proposed(self, key: str, sharer: Person) -> Proposed:
        """Raises NotYours, TooLate."""
        proposal = await self._ledger.rosters.at(key)
        stands = await self._ledger.ends.at(proposal.share_key) if proposal else None
        if proposal is None or stands is None:
            raise TooLate
        asker = stands.receipt.plan.asker
        if (asker.tenant_id, asker.id) != (sharer.tenant_id, sharer.id):
            raise NotYours(_(NOT_TO_DECIDE))
        received = await self.of_leaver(proposal)
        return Proposed(proposal, stands, received.returned if received else None)

    async def decline(self, proposed: Proposed) -> None:
        await self._ledger.rosters.decide(proposed.proposal, Decision.DECLINED)

    # Whoever came

    async def accept(self, key: str, run: str, locale: str, zone: str) -> Wrong | None:
        """What went wrong; None when the plan of the share that comes of it waits under the same key."""
        proposal = await self._ledger.rosters.at(key)
        if proposal and proposal.decision is Decision.ALLOWED:
            return None
        if proposal is None or proposal.decision or proposal.run != run or proposal.moved is not Moved.JOINED:
            return wrong.written(TooLate())
        stands = await self._ledger.ends.at(proposal.share_key)
        with speaking(locale, ZoneInfo(zone)):
            try:
                plan = await self._plan(stands, await self._there(stands, proposal)) if stands else None
            except SharebotError as error:
                await self._ledger.rosters.put_off(proposal)
                return wrong.written(error)
        if plan is None:
            await self._ledger.rosters.decide(proposal, Decision.OVER)
            return wrong.written(TooLate())
        stands_now = await self._ledger.rosters.allow(proposal, plan)
        return None if stands_now is Decision.ALLOWED else wrong.written(TooLate())

    async def reopen(self, key: str) -> None:
        await self._ledger.rosters.reopen(key)

    async def put_off(self, proposal: Proposal) -> None:
        """The work on it broke."""
        await self._ledger.rosters.put_off(proposal)
        await self._ledger.plans.put_back(proposal.key, proposal.run)

    # Whoever left

    async def of_leaver(self, proposal: Proposal) -> Received | None:
        """What somebody who left has by the share. None where it is no such offer, or the share gave them nothing."""
        if proposal.moved is not Moved.LEFT or not proposal.people:
            return None
        return await self._requests.of(proposal.share_key, proposal.people[0])

    async def begin_to_take(self, proposed: Proposed) -> Decision:
        """The decision that stands. It is not to be declined while it is under way."""
        decision = Decision.OVER if proposed.stands.ended else Decision.ALLOWED
        return await self._ledger.rosters.decide(proposed.proposal, decision)

    async def not_taken(self, proposed: Proposed) -> None:
        await self._ledger.rosters.undecide(proposed.proposal.key)

    # What is shown

    async def _card(self, proposal: Proposal, stands: Stands, *, is_last: bool) -> Callable[[], Card] | None:
        """What makes it, once the language is spoken; None where there is nothing to decide any more.

        Raises Unavailable.
        """
        asker, chat = stands.receipt.plan.asker, stands.receipt.plan.chat
        if chat is None or stands.ended or await self._ledger.conversations.of(asker.tenant_id, asker.id) is None:
            return None
        if proposal.moved is Moved.LEFT:
            return await self._of_leaver(proposal, stands, chat)
        people = await self._there(stands, proposal)
        if not people or await self._who(asker, chat, asker.id) is None:
            return None
        try:
            plan, is_known = await self._plan(stands, people), True
        except (NeedsSignIn, Unavailable, Unsure) as error:
            if not isinstance(error, NeedsSignIn) and not is_last:
                raise
            plan, is_known = _unseen(stands, people), False
        except SharebotError as error:
            log.info("nothing to offer: %s", type(error).__name__)
            return None
        if plan is None:
            return None
        nothing = [each for each in plan.steps if each.recipient not in plan.to_grant]
        if nothing:
            await self._ledger.rosters.leave_out(proposal.key, [str(each.recipient.id) for each in nothing])
        plan = replace(plan, steps=tuple(each for each in plan.steps if each not in nothing))
        if not plan.steps:
            return None
        return partial(cards.roster.joined, plan, chat, proposal.key, is_known=is_known)

    async def _of_leaver(self, proposal: Proposal, stands: Stands, chat: Chat) -> Callable[[], Card] | None:
        received = await self.of_leaver(proposal)
        asker = stands.receipt.plan.asker
        if received is None or received.is_over or not received.plan.sees_all:
            return None
        # Whoever is back has not left.
        if await self._who(asker, chat, str(received.recipient.id)):
            return None
        has = await self._right(asker, received)
        if has is None:
            return None
        return partial(
            cards.roster.left, received.plan, received.recipient, has, chat, proposal.key, shared=stands.done
        )

    async def _right(self, sharer: Person, received: Received) -> Role | None:
        """What they can do by now; as the share gave it, where that can't be seen."""
        try:
            permissions = await self._graph(sharer).permissions(received.plan.item)
        except (NeedsSignIn, Unavailable):
            return received.plan.role
        except SharebotError:
            return None
        return role_of(received.recipient, permissions)

    async def _there(self, stands: Stands, proposal: Proposal) -> list[Recipient]:
        """Those who came and are there. Raises Unavailable."""
        asker, chat = stands.receipt.plan.asker, stands.receipt.plan.chat
        if chat is None:
            return []
        found = await asyncio.gather(*(self._who(asker, chat, each) for each in proposal.people))
        return [each for each in found if each and each.id]

    async def _plan(self, stands: Stands, people: list[Recipient]) -> SharePlan | None:
        """What it would change for these: the same right, to the same end. None where it is over, or for nobody."""
        shared = as_it_is(stands)
        if stands.ended or shared.chat is None or not people:
            return None
        roster = Roster(shared.chat, tuple(people))
        graph = self._graph(shared.asker)
        plan = await planning.plan(graph, shared.asker, _as_well(shared, shared.chat), undo=shared.undo, roster=roster)
        if not isinstance(plan, SharePlan):
            return None
        return await judging.judged(graph, plan, self._policy, self._flows.now(stands.zone))


def _has(stands: Stands, person_id: str) -> bool:
    return any(each.recipient.id == person_id for each in stands.receipt.granted())


def _as_well(shared: SharePlan, chat: Chat) -> ShareRequest:
    """The same for everybody of a roster; a message was for those it was written to."""
    return replace(shared.request, recipients=(Words(finding.CHAT, chat.id),), message=None)


def _unseen(stands: Stands, people: list[Recipient]) -> SharePlan:
    """The plan as far as it is known without Graph."""
    steps = tuple(Step(each, None, Change.GAINS) for each in people)
    return replace(as_it_is(stands), steps=steps, message=None)


class Rosters:
    """What a sharer decides of who came or left. What is allowed goes on as one of the `shares`."""

    def __init__(
        self,
        *,
        runs: Runs,
        ledger: Ledger,
        flows: RosterFlows,
        requests: RequestFlows,
        answers: Requests,
        shares: Shares,
    ) -> None:
        self._runs = runs
        self._ledger = ledger
        self._rosters = flows
        self._requests = requests
        self._answers = answers
        self._shares = shares
        runs.add({"offer": self._accepted})

    async def moved(self, tenant_id: str, chat: Chat, joined: Sequence[str], left: Sequence[str]) -> None:
        """Their sharers are offered what to do about it; when this is done, they will be, whatever happens."""
        for key, moved, sharer in await self._rosters.moved(tenant_id, chat, joined, left):
            after = self._runs.limits.gather if moved is Moved.JOINED else 0
            await self._runs.begin(key, key, [(moved.value, sharer, after)])

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
            return await self._shares.share(key, sharer, locale, zone, place)
        if proposal.decision:
            raise TooLate
        if place:
            await self._ledger.places.keep(key, place)
        run = proposal.run
        put_off = partial(self._rosters.put_off, proposal)
        receipt = await self._runs.tried("offer", run, put_off, key, run, locale, zone)
        return receipt or await self._shares.share(key, sharer, locale, zone, place)

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
                await self._answers.answered("return", request, locale, zone, sharer.id)
            except SharebotError:
                await self._rosters.not_taken(proposed)
                raise
        return await self._rosters.proposed(key, sharer)

    # As a flow

    async def _accepted(self, key: str, run: str, locale: str, zone: str) -> wrong.Wrong | None:
        engine = await self._runs.started()
        outcome = await engine.step("plan", self._rosters.accept, key, run, locale, zone, again=is_passing)
        if outcome:
            return outcome
        outcome = await self._shares.run(key, run, locale, zone)
        if outcome and wrong.kind(outcome["kind"]) is not Unsure:
            await engine.step("reopen", self._rosters.reopen, key, again=is_passing)
        return outcome
