"""What somebody asks the owner of a file for that they can't open, and what the owner answers.

It goes the way of a request to edit (bot/work/received.py), and its row is in the same table. There is no share that it
belongs to: what was asked for is in the row itself, sealed, and whose file it is about is a part of its name.

Where the owner has named a delegate and does not answer, that one is asked as well. What a delegate allows is given as
the owner, and by the owner's rules; a delegate who is none any more by the press decides nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

import cards.delegates
import cards.received
from bot import judging, planning
from bot.errors import NeedsSignIn, NotAllowed, NotFound, NotUnderstood, NotYours, SharebotError, TooLate
from bot.graph import Graph
from bot.identity.sealing import Sealer, Unreadable
from bot.ledger import AccessRequest, Ledger, Place, of_notice
from bot.ledger.bodies import json
from bot.policy import Policy
from bot.sharing import (
    AccessWanted,
    Decision,
    Delegation,
    Outcome,
    Person,
    ShareableItem,
    SharePlan,
    ShareReceipt,
    ShareRequest,
    UnclearRequest,
    Wish,
    Words,
)
from bot.texts import _, speaking
from bot.work import wrong
from bot.work.flows import Flows
from bot.work.wrong import Wrong
from cards.elements import Card

# After a week nobody waits any more. Seconds.
LAPSES_AFTER = 7 * 24 * 60 * 60
HOUR = 60 * 60
# What people are told once: the owner, and whoever decides for them.
ASKED, REMINDED, ESCALATED, SETTLED = "asked", "reminded", "escalated", "settled"
# Of whoever was asked in the owner's place and is not to decide any more: named again, they are asked again.
FORMERLY, GONE = "formerly", "gone"


@dataclass(frozen=True)
class Wanted:
    """A request and what it is for.

    `is_for_delegate`: as somebody sees it who was asked in the owner's place; `by` is then what lets them decide, None
    where that is over, and `receipt` what came of a yes.
    """

    request: AccessRequest
    what: AccessWanted
    is_for_delegate: bool = False
    by: Delegation | None = None
    receipt: ShareReceipt | None = None

    def goes_on(self, person: Person) -> bool:
        """Whether this one has said yes for the owner, and nobody knows what came of it: it can be pressed again."""
        is_theirs = self.request.decision is Decision.ALLOWED and self.request.by[0] == person.id
        return is_theirs and self.receipt is None and self.by is not None


class AccessFlows:
    """`graph` speaks to Graph as a person. After `remind_hours` the owner is reminded, and a delegate asked."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        sealer: Sealer,
        graph: Callable[[Person], Graph],
        policy: Policy,
        flows: Flows,
        remind_hours: int,
        clock: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._sealer = sealer
        self._graph = graph
        self._policy = policy
        self._flows = flows
        self._remind_after = remind_hours * HOUR
        self._clock = clock

    async def ask(self, what: AccessWanted) -> Wanted:
        """The open request of this person for this file; there is one, as it was asked first. Raises NotAllowed."""
        standing = await self._delegation(what)
        decides = what.owner if standing is None or await self._is_there(what.owner) else standing.delegate
        if not await self._is_there(decides):
            raise NotAllowed(_("I can't reach {name} in Teams. Please ask them yourself.", name=what.owner.name))
        name = _name(what)
        sealed = self._sealer.seal(json.dumps(what).encode(), name)
        request = await self._ledger.requests.put_anew(name, what.asker.id, Wish.ACCESS, sealed, what.owner.id)
        return self._opened(request) or Wanted(request, what)

    async def is_one(self, key: str) -> bool:
        return await self.at(key) is not None

    async def at(self, key: str) -> Wanted | None:
        request = await self._ledger.requests.at(key)
        return self._opened(request) if request and request.wish is Wish.ACCESS else None

    async def asked(self, key: str, person: Person) -> Wanted:
        """As the owner sees it, or somebody who was asked in their place. Raises NotYours, TooLate."""
        wanted = await self.at(key)
        if wanted is None:
            raise TooLate
        owner = wanted.what.owner
        if (owner.tenant_id, owner.id) == (person.tenant_id, person.id):
            return wanted
        if owner.tenant_id != person.tenant_id or not await self._was_asked(key, person):
            raise NotYours(_("Only the person who is asked can decide this."))
        by, receipt = await self._standing(owner, person.id), await self._ledger.plans.done(key)
        return replace(wanted, is_for_delegate=True, by=by, receipt=receipt)

    async def ask_no_more(self, owner: Person) -> None:
        """Whoever was asked in the owner's place is not to decide any more, and their cards say so."""
        for request in await self._ledger.requests.open_of(Wish.ACCESS, owner):
            wanted = self._opened(request)
            for person_id in await self._ledger.told.whom(request.key, ESCALATED):
                if wanted:
                    whom, card = Person(owner.tenant_id, person_id, ""), partial(cards.delegates.no_longer, wanted.what)
                    await self._flows.settled(_delegates_card(request.key, person_id), whom, card)
                await self._ledger.told.begin(request.key, person_id, FORMERLY)
                await self._ledger.told.not_yet(request.key, person_id, ESCALATED)

    async def item(self, what: AccessWanted) -> ShareableItem | UnclearRequest:
        """What it is about, looked up as the owner. Raises NeedsSignIn where they are not signed in, and others."""
        owner = what.owner
        # With the key of somebody who has left, only what they shared themselves is brought to its end.
        if not await self._is_signed_in(owner):
            raise NeedsSignIn
        return await planning.find(self._graph(owner), owner, what.item, wanted="access")

    async def tell_of_request(self, key: str) -> None:
        """The owner; and whoever decides for them while they are away, or can't be asked."""
        await self._tell_owner(key, ASKED, is_reminder=False)
        wanted = await self.at(key)
        standing = await self._delegation(wanted.what) if wanted else None
        if wanted is None or standing is None:
            return
        owner = wanted.what.owner
        if standing.until or not await self._is_there(owner) or not await self._is_signed_in(owner):
            await self._tell_delegate(wanted, standing)

    async def allow(self, key: str, run: str, locale: str, zone: str, *, by: str) -> Wrong | None:
        """What went wrong; None when the plan of the share that comes of it waits under the same key.

        `by` is the id of the delegate who allows it, "" where the owner does.
        """
        wanted = await self.at(key)
        if wanted and wanted.request.decision is Decision.ALLOWED:
            return None
        if wanted is None or wanted.request.decision or wanted.request.run != run:
            return wrong.written(TooLate())
        standing = await self._standing(wanted.what.owner, by)
        with speaking(locale, ZoneInfo(zone)):
            try:
                if by and standing is None:
                    raise TooLate
                plan = await self._planned(wanted.what, zone, standing)
            except SharebotError as error:
                await self._ledger.requests.put_off(wanted.request)
                return wrong.written(error)
        stands = await self._ledger.requests.allow(wanted.request, plan, standing)
        if stands is None:
            await self._ledger.requests.put_off(wanted.request)
        return None if stands is Decision.ALLOWED else wrong.written(TooLate())

    async def _planned(self, what: AccessWanted, zone: str, by: Delegation | None) -> SharePlan:
        """Looked up as the owner, who is to give it, and as the policy has it."""
        if by:
            if not await self._is_signed_in(what.owner):
                raise NeedsSignIn
            await self._is_one_of_us(by)
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
        if by and plan.approvals:
            # A delegate is no second person: whom the rules name is asked by the owner, as for any share.
            raise NotAllowed(
                _(
                    "A rule of your organisation wants this approved, which only {name} can ask for. I did nothing.",
                    name=what.owner.name,
                )
            )
        return replace(plan, wanted_by=what.asker.name)

    async def _is_one_of_us(self, by: Delegation) -> None:
        """Looked up as the owner: who has left since, or become a guest, decides nothing any more. Raises TooLate."""
        with suppress(NotFound):
            if not (await self._graph(by.asker).person(by.delegate.id)).is_outside:
                return
        if await self._ledger.delegates.end(by, GONE):
            card = partial(cards.delegates.given_up, by, is_gone=True)
            await self._flows.tell_once(by.key, by.asker, by.asker.id, GONE, card)
            await self.ask_no_more(by.asker)
        raise TooLate

    async def decline(self, key: str, run: str, by: str) -> Wrong | None:
        wanted = await self.at(key)
        if wanted is None:
            return wrong.written(TooLate())
        standing = await self._standing(wanted.what.owner, by)
        stands = wanted.request.decision
        if standing or not by:
            stands = await self._ledger.requests.decide(wanted.request, Decision.DECLINED, standing)
        if stands is None:
            await self._ledger.requests.put_off(wanted.request)
        if stands is not Decision.DECLINED:
            return wrong.written(TooLate())
        self._flows.answer(run, key)
        return None

    async def tell_of_decision(self, key: str) -> None:
        """The asker, on their own card; and by a notice, unless they got something, and heard of it as of any share.

        And of owner and delegate the one who did not decide it.
        """
        wanted = await self.at(key)
        if wanted is None or wanted.request.decision is None:
            return
        receipt = await self._ledger.plans.done(key) if wanted.request.decision is Decision.ALLOWED else None
        is_given = receipt is not None and bool(receipt.granted())
        had_it = receipt is not None and all(each.outcome is Outcome.HAD_IT for each in receipt.grants)
        is_unsure = receipt is not None and bool(receipt.given()) and not is_given
        decision, (by_id, by) = wanted.request.decision, wanted.request.by
        card = partial(cards.received.access_answered, wanted.what, decision, had_it=had_it, is_unsure=is_unsure, by=by)
        in_place = partial(card, is_given=is_given, in_place=True)
        await self._flows.decided(wanted.request, wanted.what.asker, in_place)
        if not is_given:
            await self._tell(wanted, wanted.what.asker, "answered", card)
        owner = wanted.what.owner
        if by_id:
            told = partial(cards.delegates.decided_for_you, wanted.what, decision, by, key, receipt)
            await self._tell(wanted, owner, SETTLED, told)
        settled = partial(cards.received.access_decided, wanted.what, decision, by=by)
        # What came of it is the answer on the card that the owner pressed.
        pressed = await self._ledger.places.of(key)
        for each in (ASKED, REMINDED):
            place = await self._ledger.places.of(_owners_card(key, each))
            if place and (pressed is None or pressed.message_id != place.message_id):
                await self._flows.put_in_place(place, owner, settled)
        for person_id in await self._ledger.told.whom(key, ESCALATED):
            who = "" if person_id == by_id else by or owner.name
            settled = partial(cards.delegates.decided, wanted.what, decision, who, receipt)
            await self._flows.settled(_delegates_card(key, person_id), Person(owner.tenant_id, person_id, ""), settled)

    async def look(self) -> None:
        """Reminds the owners of what is open for long, asks who decides for them, lets go of what nobody decided."""
        now = int(self._clock())
        for request in await self._ledger.requests.open_since(Wish.ACCESS, now - LAPSES_AFTER):
            if await self._ledger.requests.decide(request, Decision.LAPSED) is Decision.LAPSED:
                await self.tell_of_decision(request.key)
        late = now - self._remind_after
        for request in await self._ledger.requests.open_since(Wish.ACCESS, late, not_told=REMINDED):
            await self._tell_owner(request.key, REMINDED, is_reminder=True)
        for request in await self._ledger.requests.for_delegates(Wish.ACCESS, late, ESCALATED):
            wanted = self._opened(request)
            standing = await self._delegation(wanted.what) if wanted else None
            if wanted and standing:
                await self._tell_delegate(wanted, standing)

    async def _tell_owner(self, key: str, what: str, *, is_reminder: bool) -> None:
        wanted = await self.at(key)
        if wanted is None or wanted.request.decision:
            return
        card = partial(cards.received.wants_access, wanted.what, await self._seen(wanted), key, is_reminder=is_reminder)
        if place := await self._tell(wanted, wanted.what.owner, what, card):
            await self._ledger.places.keep(_owners_card(key, what), place)

    async def _tell_delegate(self, wanted: Wanted, standing: Delegation) -> None:
        key = wanted.request.key
        card = partial(cards.delegates.wants_access, wanted.what, await self._seen(wanted), key)
        if place := await self._tell(wanted, standing.delegate, ESCALATED, card):
            await self._ledger.places.keep(_delegates_card(key, standing.delegate.id), place)

    async def _seen(self, wanted: Wanted) -> ShareableItem | None:
        try:
            found = await self.item(wanted.what)
        except SharebotError:
            # They are not signed in, or it is none of theirs: that is seen when somebody presses.
            return None
        return found if isinstance(found, ShareableItem) else None

    async def _delegation(self, what: AccessWanted) -> Delegation | None:
        """Who may be asked in the owner's place: never whoever asks."""
        standing = await self._ledger.delegates.of(what.owner)
        return standing if standing and standing.delegate.id != what.asker.id else None

    async def _standing(self, owner: Person, person_id: str) -> Delegation | None:
        """By which this one decides for the owner now."""
        standing = await self._ledger.delegates.of(owner) if person_id else None
        return standing if standing and standing.delegate.id == person_id else None

    async def _was_asked(self, key: str, person: Person) -> bool:
        told = self._ledger.told
        return await told.was(key, person.id, ESCALATED) or await told.was(key, person.id, FORMERLY)

    async def _is_there(self, person: Person) -> bool:
        return await self._ledger.conversations.of(person.tenant_id, person.id) is not None

    async def _is_signed_in(self, person: Person) -> bool:
        return await self._ledger.token_caches.load(person.tenant_id, person.id) is not None

    async def _tell(self, wanted: Wanted, whom: Person, what: str, card: Callable[[], Card]) -> Place | None:
        return await self._flows.tell_once(wanted.request.key, wanted.what.owner, whom.id, what, card)

    def _opened(self, request: AccessRequest) -> Wanted | None:
        """None where it was sealed with a key that is gone."""
        try:
            body = self._sealer.open(request.reason or b"", request.share_key)
        except Unreadable:
            return None
        return Wanted(request, json.loads(body.decode(), AccessWanted))


def _owners_card(key: str, what: str) -> str:
    return f"{key}.owner.{what}"


def _delegates_card(key: str, person_id: str) -> str:
    return of_notice(f"{key}.delegate", person_id)


def _name(what: AccessWanted) -> str:
    """The same for the same file of the same person, as far as the words are the same."""
    owner = what.owner
    said = "\n".join((owner.tenant_id, owner.id, what.item.kind, what.item.value))
    return hashlib.sha256(said.encode()).hexdigest()
