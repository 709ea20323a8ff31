"""What somebody asks the owner of a file for that they can't open, and what the owner answers.

It goes the way of a request to edit (bot/work/received.py), and its row is in the same table. There is no share that it
belongs to: what was asked for is in the row itself, sealed, and whose file it is about is a part of its name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

import cards.received
from bot import judging, planning
from bot.errors import NotAllowed, NotUnderstood, NotYours, SharebotError, TooLate
from bot.graph import Graph
from bot.identity.sealing import Sealer, Unreadable
from bot.ledger import AccessRequest, Ledger, Place
from bot.ledger.bodies import json
from bot.policy import Policy
from bot.sharing import AccessWanted, Decision, Outcome, Person, ShareableItem, SharePlan, ShareRequest, Wish, Words
from bot.texts import _, speaking
from bot.work import wrong
from bot.work.flows import Flows
from bot.work.wrong import Wrong
from cards.elements import Card

# The owner hears of it once more after a day; after a week nobody waits any more. Seconds.
REMIND_AFTER = 24 * 60 * 60
LAPSES_AFTER = 7 * 24 * 60 * 60


@dataclass(frozen=True)
class Wanted:
    """A request and what it is for."""

    request: AccessRequest
    what: AccessWanted


class AccessFlows:
    """`graph` speaks to Graph as a person."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        sealer: Sealer,
        graph: Callable[[Person], Graph],
        policy: Policy,
        flows: Flows,
        clock: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._sealer = sealer
        self._graph = graph
        self._policy = policy
        self._flows = flows
        self._clock = clock

    async def ask(self, what: AccessWanted) -> Wanted:
        """The open request of this person for this file; there is one, as it was asked first. Raises NotAllowed."""
        if await self._ledger.conversations.of(what.owner.tenant_id, what.owner.id) is None:
            raise NotAllowed(_("I can't reach {name} in Teams. Please ask them yourself.", name=what.owner.name))
        name = _name(what)
        sealed = self._sealer.seal(json.dumps(what).encode(), name)
        request = await self._ledger.requests.put_anew(name, what.asker.id, Wish.ACCESS, sealed)
        return self._opened(request) or Wanted(request, what)

    async def is_one(self, key: str) -> bool:
        return await self.at(key) is not None

    async def at(self, key: str) -> Wanted | None:
        request = await self._ledger.requests.at(key)
        return self._opened(request) if request and request.wish is Wish.ACCESS else None

    async def asked(self, key: str, owner: Person) -> Wanted:
        """Raises NotYours, TooLate."""
        wanted = await self.at(key)
        if wanted is None:
            raise TooLate
        if wanted.what.owner.id != owner.id or wanted.what.owner.tenant_id != owner.tenant_id:
            raise NotYours(_("Only the person who is asked can decide this."))
        return wanted

    async def tell_of_request(self, key: str) -> None:
        await self._tell_owner(key, "asked", is_reminder=False)

    async def allow(self, key: str, run: str, locale: str, zone: str) -> Wrong | None:
        """What went wrong; None when the plan of the share that comes of it waits under the same key."""
        wanted = await self.at(key)
        if wanted and wanted.request.decision is Decision.ALLOWED:
            return None
        if wanted is None or wanted.request.decision or wanted.request.run != run:
            return wrong.written(TooLate())
        with speaking(locale, ZoneInfo(zone)):
            try:
                plan = await self._planned(wanted.what, zone)
            except SharebotError as error:
                await self._ledger.requests.put_off(wanted.request)
                return wrong.written(error)
        stands = await self._ledger.requests.allow(wanted.request, plan)
        return None if stands is Decision.ALLOWED else wrong.written(TooLate())

    async def _planned(self, what: AccessWanted, zone: str) -> SharePlan:
        """Looked up as the owner, who is to give it, and as the policy has it."""
        if what.until and what.until.at and what.until.at.timestamp() <= self._clock():
            raise NotUnderstood(_("The day until which it was wanted is over. Please share it yourself if you like."))
        asker = Words("id", what.asker.id, what.asker.name)
        request = ShareRequest((what.item,), (asker,), what.role, what.until)
        graph, now = self._graph(what.owner), self._flows.now(zone)
        plan = await planning.plan(graph, what.owner, request, policy=self._policy, now=now)
        if not isinstance(plan, SharePlan):
            raise NotUnderstood(_("Several files may be meant. Please share the right one yourself."))
        plan = await judging.judged(graph, plan, self._policy, now)
        if plan.refused:
            raise judging.refusal(plan)
        return replace(plan, wanted_by=what.asker.name)

    async def decline(self, key: str, run: str) -> Wrong | None:
        wanted = await self.at(key)
        if wanted is None:
            return wrong.written(TooLate())
        if await self._ledger.requests.decide(wanted.request, Decision.DECLINED) is not Decision.DECLINED:
            return wrong.written(TooLate())
        self._flows.answer(run, key)
        return None

    async def tell_of_decision(self, key: str) -> None:
        """The asker, on their own card; and by a notice, unless they got something, and heard of it as of any share."""
        wanted = await self.at(key)
        if wanted is None or wanted.request.decision is None:
            return
        receipt = await self._ledger.plans.done(key) if wanted.request.decision is Decision.ALLOWED else None
        is_given = receipt is not None and bool(receipt.granted())
        had_it = receipt is not None and all(each.outcome is Outcome.HAD_IT for each in receipt.grants)
        card = partial(cards.received.access_answered, wanted.what, wanted.request.decision, had_it=had_it)
        in_place = partial(card, is_given=is_given, in_place=True)
        await self._flows.decided(wanted.request, wanted.what.asker, in_place)
        if not is_given:
            await self._tell(wanted, wanted.what.asker, "answered", card)

    async def look(self) -> None:
        """Reminds the owners of what is open for long, and lets go of what nobody decided."""
        now = int(self._clock())
        for request in await self._ledger.requests.open_since(Wish.ACCESS, now - LAPSES_AFTER):
            if await self._ledger.requests.decide(request, Decision.LAPSED) is Decision.LAPSED:
                await self.tell_of_decision(request.key)
        for request in await self._ledger.requests.open_since(Wish.ACCESS, now - REMIND_AFTER, not_told="reminded"):
            await self._tell_owner(request.key, "reminded", is_reminder=True)

    async def _tell_owner(self, key: str, what: str, *, is_reminder: bool) -> None:
        wanted = await self.at(key)
        if wanted is None or wanted.request.decision:
            return
        try:
            owner = wanted.what.owner
            found = await planning.find(self._graph(owner), owner, wanted.what.item, wanted="access")
            item = found if isinstance(found, ShareableItem) else None
        except SharebotError:
            # They are not signed in, or it is none of theirs: that is seen when they press.
            item = None
        card = partial(cards.received.wants_access, wanted.what, item, key, is_reminder=is_reminder)
        await self._tell(wanted, wanted.what.owner, what, card)

    async def _tell(self, wanted: Wanted, whom: Person, what: str, card: Callable[[], Card]) -> Place | None:
        return await self._flows.tell_once(wanted.request.key, wanted.what.owner, whom.id, what, card)

    def _opened(self, request: AccessRequest) -> Wanted | None:
        """None where it was sealed with a key that is gone."""
        try:
            body = self._sealer.open(request.reason or b"", request.share_key)
        except Unreadable:
            return None
        return Wanted(request, json.loads(body.decode(), AccessWanted))


def _name(what: AccessWanted) -> str:
    """The same for the same file of the same person, as far as the words are the same."""
    owner = what.owner
    said = "\n".join((owner.tenant_id, owner.id, what.item.kind, what.item.value))
    return hashlib.sha256(said.encode()).hexdigest()
