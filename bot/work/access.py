"""What somebody asks the owner of a file for, and what the owner answers: to open it, or to edit what they can view.

Of what they can't open there is no share: what was asked for is in the row itself, sealed, and whose file it is about
is a part of its name. Who asks to edit has a share, and whoever shared it is asked. All else is one way for both.

Where the owner has named a delegate and does not answer, that one is asked as well. What a delegate allows is given as
the owner, and by the owner's rules; a delegate who is none any more by the press decides nothing. What the owner took
back from whom a delegate had given it, no delegate gives again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

import cards.delegates
import cards.ended
import cards.received
from bot import judging, planning
from bot.errors import NeedsSignIn, NotAllowed, NotFound, NotUnderstood, NotYours, SharebotError, TooLate
from bot.granting import names
from bot.graph import Graph
from bot.graph.permissions import covers, role_of, tell_all
from bot.identity.sealing import Sealer, Unreadable
from bot.ledger import AccessRequest, Ledger, Place, of_notice
from bot.ledger.bodies import json
from bot.many import GIVEN
from bot.policy import EVERYTHING, Policy
from bot.sharing import (
    AccessWanted,
    Decision,
    Delegation,
    Outcome,
    Person,
    Recipient,
    Role,
    ShareableItem,
    SharePlan,
    ShareReceipt,
    ShareRequest,
    UnclearRequest,
    Viewed,
    Wish,
    Words,
)
from bot.texts import _, speaking
from bot.work import standing, wrong
from bot.work.flows import Flows
from bot.work.received import UNANSWERED, Received, RequestFlows
from bot.work.shares import judged
from bot.work.wrong import Wrong
from cards.elements import Card

log = logging.getLogger(__name__)

# After a week nobody waits any more. Seconds.
LAPSES_AFTER = 7 * 24 * 60 * 60
HOUR = 60 * 60
# What people are told once: the owner, and whoever decides for them.
ASKED, REMINDED, ESCALATED, SETTLED = "asked", "reminded", "escalated", "settled"
# Which of several files is meant: asked of the owner, for whoever decides for them can't say.
WHICH = f"{ASKED}.which"
# What is kept with whoever asked: all have heard that nobody is to decide it any more. So long a look sees to that.
LET_GO, TELLS_WITHIN = "let go", 24 * HOUR
# Of whoever was asked in the owner's place and is not to decide any more: named again, they are asked again.
FORMERLY, GONE = "formerly", "gone"


@dataclass(frozen=True)
class Wanted:
    """A request and what it is for; `of` is what it asks to edit.

    `is_for_delegate`: as somebody sees it who was asked in the owner's place; `by` is then what lets them decide, None
    where that is over. `receipt` is what came of a yes, and `has_ended` that it is over since. `is_taken`: Graph says
    that they can't even view it any more.
    """

    request: AccessRequest
    what: AccessWanted
    of: Received | None = None
    is_for_delegate: bool = False
    by: Delegation | None = None
    receipt: ShareReceipt | None = None
    has_ended: bool = False
    is_taken: bool = False

    @property
    def is_over(self) -> bool:
        """Whether what they ask to edit has ended in the meantime."""
        return self.is_taken or (self.of is not None and self.of.is_over)

    @property
    def is_met(self) -> bool:
        """Whether they have it by now, for as long as they would by a yes."""
        viewed, until = self.what.viewed, self.what.until.at if self.what.until else None
        if viewed is None or viewed.now is None or not covers(viewed.now, self.what.role):
            return False
        return viewed.ends is None or (until is not None and until <= viewed.ends)

    @property
    def to_share(self) -> ShareRequest:
        """What the owner would have to ask for to give it."""
        if self.of:
            return _to_edit(self.of)
        asker = Words("id", self.what.asker.id, self.what.asker.name)
        return ShareRequest((self.what.item,), (asker,), self.what.role, self.what.until)

    def shows(self, item: ShareableItem | UnclearRequest, seen: str) -> bool:
        """Whether a card said just this. To what they have, or had, a yes adds nothing."""
        is_seen = isinstance(item, ShareableItem) and cards.received.seen(self.what, item) == seen
        return is_seen or self.is_over or self.is_met

    def goes_on(self, person: Person) -> bool:
        """Whether this one has said yes for the owner, and nobody knows what came of it: it can be pressed again."""
        is_theirs = self.request.decision is Decision.ALLOWED and self.request.by[0] == person.id
        return is_theirs and self.receipt is None and self.by is not None


class AccessFlows:
    """`graph` speaks to Graph as a person, `received` knows what somebody can view.

    After `remind_hours` the owner is reminded, and a delegate asked.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        sealer: Sealer,
        graph: Callable[[Person], Graph],
        policy: Policy,
        flows: Flows,
        received: RequestFlows,
        remind_hours: int,
        clock: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._sealer = sealer
        self._graph = graph
        self._policy = policy
        self._flows = flows
        self._received = received
        self._remind_after = remind_hours * HOUR
        self._clock = clock

    async def ask(self, what: AccessWanted) -> Wanted:
        """The open request of this person for this file; there is one, as it was asked first. Raises NotAllowed."""
        await self._can_be_asked(what)
        name = _name(what)
        before = (await self._ledger.requests.of(name, what.asker.id)).get(Wish.ACCESS)
        is_lost = before is not None and any(await self._ledger.ends.state(before.key))
        if before and before.decision is Decision.ALLOWED and not is_lost:
            # It is under way, or nobody can tell yet what came of it.
            return await self._opened(before) or Wanted(before, what)
        asked = await self._opened(before) if before and before.decision is None else None
        if asked and not covers(asked.what.role, what.role):
            name = what.owner.name
            raise NotAllowed(
                _("You have asked {name} to view this. Ask to edit it when they have answered.", name=name)
            )
        sealed = self._sealer.seal(json.dumps(what).encode(), name)
        key = before.key if before else ""
        request = await self._ledger.requests.put_anew(
            name, what.asker.id, Wish.ACCESS, sealed, what.owner.id, before=key
        )
        return await self._opened(request) or Wanted(request, what)

    async def ask_to_edit(self, received: Received, reason: str, before: str) -> AccessRequest:
        """The same for what they can view; asked anew where nobody answered, and where what came of a yes has ended.

        `before` is the key of what they asked then. Raises NotAllowed, TooLate.
        """
        if received.plan.role is not Role.READ:
            raise TooLate
        # Asked before they had an end of their own, it is the same wish.
        key = received.asked.share_key if received.asked else received.stands.key
        what = _wants_to_edit(received, reason)
        await self._can_be_asked(what)
        sealed = self._sealer.seal(reason.encode(), key) if reason else None
        return await self._ledger.requests.put_anew(key, what.asker.id, Wish.EDIT, sealed, what.owner.id, before=before)

    async def at(self, key: str) -> Wanted | None:
        request = await self._ledger.requests.at(key)
        return await self._opened(request) if request else None

    async def asked(self, key: str, person: Person) -> Wanted:
        """As the owner sees it, or somebody who was asked in their place. Raises NotYours, TooLate."""
        wanted = await self.at(key)
        if wanted is None:
            raise TooLate
        owner, wanted = wanted.what.owner, await self._with_receipt(wanted)
        if (owner.tenant_id, owner.id) == (person.tenant_id, person.id):
            return wanted
        if owner.tenant_id != person.tenant_id or not await self._was_asked(key, person):
            raise NotYours(_("Only the person who is asked can decide this."))
        return replace(wanted, is_for_delegate=True, by=await self._standing(owner, person.id))

    async def open_for(self, person: Person) -> list[Wanted]:
        """What this one is still to decide, also for somebody else."""
        requests = self._ledger.requests
        found: list[Wanted] = []
        for each in (*await requests.open_of(person), *await requests.open_for(person, ESCALATED)):
            with suppress(NotYours, TooLate):
                found.append(await self.asked(each.key, person))
        return [each for each in found if not each.is_over and (each.by or not each.is_for_delegate)]

    async def open_by(self, person: Person) -> list[Wanted]:
        """What this one asked for, and nobody has decided."""
        found = [await self._opened(each) for each in await self._ledger.requests.open_by(person)]
        return [each for each in found if each and not each.is_over]

    async def ask_no_more(self, owner: Person) -> None:
        """Whoever was asked in the owner's place is not to decide any more, and their cards say so."""
        for request in await self._ledger.requests.open_of(owner):
            wanted = await self._opened(request)
            for person_id in await self._ledger.told.whom(request.key, ESCALATED):
                if wanted:
                    whom, card = Person(owner.tenant_id, person_id, ""), partial(cards.delegates.no_longer, wanted.what)
                    await self._flows.settled(delegates_card(request.key, person_id), whom, card)
                await self._ledger.told.begin(request.key, person_id, FORMERLY)
                await self._ledger.told.not_yet(request.key, person_id, ESCALATED)

    async def looked_up(self, wanted: Wanted) -> tuple[Wanted, ShareableItem | UnclearRequest]:
        """What it is about, and what whoever asks can do by now, as Graph tells the owner.

        Raises NeedsSignIn where they are not signed in, and others.
        """
        owner, viewed = wanted.what.owner, wanted.what.viewed
        # With the key of somebody who has left, only what they shared themselves is brought to its end.
        if not await self._is_signed_in(owner):
            raise NeedsSignIn
        graph = self._graph(owner)
        if viewed is None or wanted.of is None:
            return wanted, await planning.find(graph, owner, wanted.what.item, wanted="access")
        permissions = await graph.permissions(viewed.plan.item)
        now, is_told = role_of(viewed.recipient, permissions), tell_all(permissions, owner.id)
        if now and now is not Role.READ:
            given = await self._ledger.attempts.on(viewed.plan)
            theirs = (each.ends_at for each in given if each.role is now and each.names & names(viewed.recipient))
            if ends_at := next(theirs, None):
                viewed = replace(viewed, ends=dt.datetime.fromtimestamp(ends_at, wanted.of.stands.timezone))
        what = replace(wanted.what, viewed=replace(viewed, now=now))
        return replace(wanted, what=what, is_taken=is_told and now is None), viewed.plan.item

    async def by_now(self, wanted: Wanted) -> tuple[Wanted, ShareableItem | None]:
        """The same, as far as it can be told."""
        viewed = wanted.what.viewed
        try:
            wanted, found = await self.looked_up(wanted)
        except SharebotError:
            # They are not signed in, or it is none of theirs: that is seen when somebody presses.
            return wanted, viewed.plan.item if viewed else None
        return wanted, found if isinstance(found, ShareableItem) else None

    async def hear(self, key: str, run: str) -> None:
        """From here on it will be told, whatever happens."""
        self._flows.answer(run, key)

    async def tell_of_request(self, key: str) -> None:
        """The owner; and whoever decides for them while they are away, or can't be asked."""
        wanted = await self._waiting(key)
        if wanted is None:
            return
        wanted, item = await self.by_now(wanted)
        await self._tell_owner(wanted, item, ASKED)
        standing, owner = await self._delegation(wanted.what), wanted.what.owner
        if standing and (standing.until or not await self._is_there(owner) or not await self._is_signed_in(owner)):
            await self._tell_delegate(wanted, item, standing)

    async def ask_which(self, wanted: Wanted, unclear: UnclearRequest) -> bool:
        """The owner, once; whether they can be asked."""
        what, key = wanted.what, wanted.request.key
        if place := await self._tell(
            wanted, what.owner, WHICH, partial(cards.received.which, what, unclear.asked, key)
        ):
            await self._ledger.places.keep(owners_card(key, WHICH), place)
        return await self._is_there(what.owner)

    async def allow(self, key: str, run: str, locale: str, zone: str, *, by: str, seen: str) -> Wrong | None:
        """What went wrong; None when the plan of the share that comes of it waits under the same key.

        `by` is the id of the delegate who allows it, "" where the owner does. `seen` tells which file they were shown.
        """
        wanted = await self.at(key)
        if wanted and wanted.request.decision is Decision.ALLOWED:
            return None
        if wanted is None or wanted.request.decision or wanted.request.run != run:
            return wrong.written(TooLate())
        if wanted.is_over:
            await self._let_go(wanted.request, Decision.OVER)
            return wrong.written(TooLate())
        standing = await self._standing(wanted.what.owner, by)
        with speaking(locale, ZoneInfo(zone)):
            try:
                if by and standing is None:
                    raise TooLate
                await self._is_as_seen(wanted, seen)
                plan = await self._planned(wanted, zone, standing, seen)
            except SharebotError as error:
                await self._ledger.requests.put_off(wanted.request)
                return wrong.written(error)
        if wanted.of and plan.sees_all and plan.steps[0].now is None:
            # They took it away in OneDrive, say.
            await self._let_go(wanted.request, Decision.OVER)
            return wrong.written(TooLate())
        stands = await self._ledger.requests.allow(wanted.request, plan, standing)
        if stands is None:
            await self._ledger.requests.put_off(wanted.request)
        return None if stands is Decision.ALLOWED else wrong.written(TooLate())

    async def reopen(self, key: str, run: str) -> None:
        await self._ledger.requests.reopen(key, run)
        await self._waiting(key)

    async def _is_as_seen(self, wanted: Wanted, seen: str) -> None:
        """It may be otherwise since the card was pressed, more so after a kill. Raises TooLate.

        A card that was sent when a wish to edit had buttons of its own tells nothing of it.
        """
        if wanted.of and seen:
            wanted, item = await self.looked_up(wanted)
            if not wanted.shows(item, seen):
                raise TooLate

    async def _planned(self, wanted: Wanted, zone: str, by: Delegation | None, seen: str) -> SharePlan:
        """Looked up as the owner, who is to give it, and as the policy has it."""
        what = wanted.what
        if by:
            if not await self._is_signed_in(what.owner):
                raise NeedsSignIn
            await self._is_one_of_us(by)
        if what.until and what.until.at and what.until.at.timestamp() <= self._clock():
            if by:
                raise NotUnderstood(_("The day until which it was wanted is over."))
            raise NotUnderstood(_("The day until which it was wanted is over. Please share it yourself if you like."))
        graph, now = self._graph(what.owner), self._flows.now(zone)
        # What they can view without an end they are to edit without one.
        said = EVERYTHING if wanted.of else self._policy
        plan = await planning.plan(graph, what.owner, wanted.to_share, policy=said, now=now)
        if isinstance(plan, UnclearRequest):
            request = planning.answered(plan, cards.received.place_of(plan.asked, seen))
            plan = await planning.plan(graph, what.owner, request, policy=said, now=now)
        if isinstance(plan, UnclearRequest):
            raise NotUnderstood
        plan = await judged(self._ledger, graph, plan, self._policy, now, says_end=True)
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
        has_it = covers(plan.steps[0].now, plan.role)
        if by and not has_it and await self._was_taken_back(what, plan.item):
            raise NotAllowed(
                _(
                    "{owner} took this access away from {name}, so only {owner} can give it again. I did nothing.",
                    owner=what.owner.name,
                    name=what.asker.name,
                )
            )
        return replace(plan, wanted_by=what.asker.name, allowed_by=by.delegate.id if by else "")

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

    async def decline(self, key: str, run: str, by: str = "") -> Wrong | None:
        wanted = await self.at(key)
        if wanted is None:
            return wrong.written(TooLate())
        if wanted.is_over and wanted.request.decision is None:
            await self._let_go(wanted.request, Decision.OVER)
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
        """The asker; and of owner and delegate the one who did not decide it. Their cards say so as well."""
        wanted = await self.at(key)
        if wanted is None or wanted.request.decision is None:
            return
        decision = wanted.request.decision
        wanted, _item = await self.by_now(wanted)
        receipt = await self._ledger.plans.done(key) if decision is Decision.ALLOWED else None
        _is_done, has_ended = await self._ledger.ends.state(key)
        if has_ended:
            await self._received.renew(key, wanted.what.asker.id)
        elif decision is Decision.OVER and wanted.of is None:
            card = partial(cards.received.is_there, cards.received.called(wanted.what), wanted.what.role)
            await self._flows.decided(wanted.request, wanted.what.asker, card)
        elif decision is Decision.OVER:
            await self._received.renew(wanted.request.share_key, wanted.what.asker.id)
        else:
            await self._tell_asker(wanted, decision, receipt)
        await self._tell_who_decides(wanted, decision, receipt)
        if has_ended:
            await self.settle(key, wanted.what.asker.id)

    async def _tell_asker(self, wanted: Wanted, decision: Decision, receipt: ShareReceipt | None) -> None:
        """On their own card; and by a notice, unless they got something, and heard of it as of any share."""
        request, what, (_by_id, by) = wanted.request, wanted.what, wanted.request.by
        is_given = receipt is not None and bool(receipt.granted())
        had_it = receipt is not None and all(each.outcome is Outcome.HAD_IT for each in receipt.grants)
        is_unsure = receipt is not None and bool(receipt.given()) and not is_given
        answered = partial(cards.received.access_answered, what, decision, by=by, key=request.share_key)
        card = partial(answered, had_it=had_it, is_unsure=is_unsure)
        await self._flows.decided(request, what.asker, partial(card, is_given=is_given, in_place=True))
        if wanted.of and await self._received.together(request.share_key, what.asker.id):
            await self._received.renew(request.share_key, what.asker.id)
        if not is_given:
            await self._tell(wanted, what.asker, "answered", card)

    async def _tell_who_decides(self, wanted: Wanted, decision: Decision, receipt: ShareReceipt | None) -> None:
        key, owner, (by_id, by) = wanted.request.key, wanted.what.owner, wanted.request.by
        if by_id:
            told = partial(cards.delegates.decided_for_you, wanted.what, decision, by, key, receipt)
            if place := await self._tell(wanted, owner, SETTLED, told):
                await self._ledger.places.keep(owners_card(key, SETTLED), place)
        settled = partial(cards.received.access_decided, wanted.what, decision, by=by)
        # What came of it is the answer on the card that the owner pressed; a press that failed has kept its place, too.
        is_theirs = decision not in UNANSWERED and not by_id
        pressed = await self._ledger.places.of(key) if is_theirs else None
        for each in (ASKED, REMINDED, WHICH):
            place = await self._ledger.places.of(owners_card(key, each))
            if place and (pressed is None or pressed.message_id != place.message_id):
                await self._flows.put_in_place(place, owner, settled)
        for person_id in await self._ledger.told.whom(key, ESCALATED):
            who = "" if person_id == by_id else by or owner.name
            settled = partial(cards.delegates.decided, wanted.what, decision, who, receipt)
            await self._flows.settled(delegates_card(key, person_id), Person(owner.tenant_id, person_id, ""), settled)

    async def look(self) -> None:
        """Reminds the owners of what is open for long, asks who decides for them, lets go of what nobody decided."""
        requests, now = self._ledger.requests, int(self._clock())
        for request in await requests.open_of_nobody():
            if wanted := await self._opened(request):
                await requests.belongs(request, wanted.what.owner)
        for request in await requests.let_go_since(now - TELLS_WITHIN, not_told=LET_GO):
            await self._tell_of_end(request)
        for request in await requests.open_since(now - LAPSES_AFTER):
            wanted = await self._opened(request)
            await self._let_go(request, Decision.OVER if wanted and wanted.is_over else Decision.LAPSED)
        late = now - self._remind_after
        for request in await requests.open_since(late, not_told=REMINDED):
            if late_one := await self._late(request.key):
                await self._tell_owner(*late_one, REMINDED)
        for request in await requests.for_delegates(late, ESCALATED):
            late_one = await self._late(request.key)
            standing = await self._delegation(late_one[0].what) if late_one else None
            if late_one and standing:
                await self._tell_delegate(*late_one, standing)

    async def settle(self, share_key: str, person_id: str) -> None:
        """The cards that ask for what has ended say so; and those of what was allowed say how it is by now."""
        for key in {share_key, await self._ledger.changes.first(share_key)}:
            if asked := (await self._ledger.requests.of(key, person_id)).get(Wish.EDIT):
                await self._waiting(asked.key)
        allowed = await self.at(share_key)
        if allowed and allowed.request.decision is Decision.ALLOWED:
            await self._settle_allowed(await self._with_receipt(allowed))

    async def settle_return(self, key: str) -> None:
        """The same, when something was given back: `key` is of the wish."""
        if request := await self._ledger.requests.at(key):
            await self.settle(request.share_key, request.person_id)

    async def _settle_allowed(self, allowed: Wanted) -> None:
        key, owner, (by_id, by) = allowed.request.key, allowed.what.owner, allowed.request.by
        stands = await self._ledger.ends.at(key)
        if allowed.has_ended:
            over, delegate = partial(cards.delegates.over, allowed.what), Person(owner.tenant_id, by_id, "")
            await self._flows.settled(delegates_card(key, by_id), delegate, over)
            if stands and stands.ended:
                ended = partial(cards.ended.ended, stands.ended)
                for each in (ASKED, REMINDED, WHICH, SETTLED):
                    await self._flows.settled(owners_card(key, each), owner, ended)
        elif allowed.receipt:
            await self._tell_who_decides(allowed, Decision.ALLOWED, allowed.receipt)
            told = partial(cards.delegates.decided_for_you, allowed.what, Decision.ALLOWED, by, key, allowed.receipt)
            await self._flows.settled(owners_card(key, SETTLED), owner, told)

    async def _with_receipt(self, wanted: Wanted) -> Wanted:
        key, person_id = wanted.request.key, wanted.what.asker.id
        receipt, stands = await self._ledger.plans.done(key), await self._ledger.ends.at(key)
        given = await standing.given(self._ledger, key, person_id)
        if given:
            can = await standing.held(self._ledger, key, person_id)
            receipt = receipt and receipt.until(given.ends)
            return replace(wanted, receipt=receipt, has_ended=not covers(can, wanted.what.role))
        theirs = stands.receipt.grants if stands else ()
        was_given = any(each.recipient.id == person_id and each.outcome in GIVEN for each in theirs)
        is_over = was_given or (stands is not None and stands.ended is not None)
        return replace(wanted, receipt=receipt, has_ended=is_over)

    async def _late(self, key: str) -> tuple[Wanted, ShareableItem | None] | None:
        """What somebody is still to decide, looked up: whoever has it by now, or has nothing any more, is let go."""
        wanted = await self._waiting(key)
        if wanted is None:
            return None
        wanted, item = await self.by_now(wanted)
        if wanted.is_over or wanted.is_met or await self._can_open(wanted, item):
            await self._let_go(wanted.request, Decision.OVER)
            return None
        return wanted, item

    async def _can_open(self, wanted: Wanted, item: ShareableItem | None) -> bool:
        """Whether they have by now what they asked for, as far as Graph tells the owner."""
        if wanted.of or item is None:
            return False
        asker, owner = wanted.what.asker, wanted.what.owner
        with suppress(SharebotError):
            has = role_of(Recipient(asker.id, asker.name, ""), await self._graph(owner).permissions(item))
            return covers(has, wanted.what.role)
        return False

    async def _waiting(self, key: str) -> Wanted | None:
        """What somebody is still to decide."""
        wanted = await self.at(key)
        if wanted is None or wanted.request.decision:
            return None
        if wanted.is_over:
            await self._let_go(wanted.request, Decision.OVER)
            return None
        return wanted

    async def _let_go(self, request: AccessRequest, decision: Decision) -> None:
        """Nobody is to decide it any more."""
        if await self._ledger.requests.decide(request, decision) is decision:
            await self._tell_of_end(request)

    async def _tell_of_end(self, request: AccessRequest) -> None:
        """Marked when it is done: what a kill has cut the next look tells, and no notice comes twice."""
        await self.tell_of_decision(request.key)
        await self._ledger.told.begin(request.key, request.person_id, LET_GO)

    async def _tell_owner(self, wanted: Wanted, item: ShareableItem | None, what: str) -> None:
        key = wanted.request.key
        card = partial(cards.received.wants_access, wanted.what, item, key, is_reminder=what == REMINDED)
        if place := await self._tell(wanted, wanted.what.owner, what, card):
            await self._ledger.places.keep(owners_card(key, what), place)

    async def _tell_delegate(self, wanted: Wanted, item: ShareableItem | None, standing: Delegation) -> None:
        key = wanted.request.key
        if item and await self._was_taken_back(wanted.what, item):
            # They count as asked, so nobody asks them.
            await self._ledger.told.begin(key, standing.delegate.id, ESCALATED)
            return
        card = partial(cards.delegates.wants_access, wanted.what, item, key)
        if place := await self._tell(wanted, standing.delegate, ESCALATED, card):
            await self._ledger.places.keep(delegates_card(key, standing.delegate.id), place)

    async def _can_be_asked(self, what: AccessWanted) -> None:
        """Raises NotAllowed."""
        standing = await self._delegation(what)
        decides = what.owner if standing is None or await self._is_there(what.owner) else standing.delegate
        if not await self._is_there(decides):
            raise NotAllowed(_("I can't reach {name} in Teams. Please ask them yourself.", name=what.owner.name))

    async def _delegation(self, what: AccessWanted) -> Delegation | None:
        """Who may be asked in the owner's place: never whoever asks."""
        standing = await self._ledger.delegates.of(what.owner)
        return standing if standing and standing.delegate.id != what.asker.id else None

    async def _was_taken_back(self, what: AccessWanted, item: ShareableItem) -> bool:
        return await standing.was_taken_back(self._ledger, what, item.key, self._clock())

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

    async def _opened(self, request: AccessRequest) -> Wanted | None:
        """None where what it is about is gone: the key that it was sealed with, or the share; and of other wishes."""
        said = self._unsealed(request)
        match request.wish:
            case Wish.ACCESS:
                return Wanted(request, json.loads(said, AccessWanted)) if said else None
            case Wish.EDIT:
                of = await self._received.of(request.share_key, request.person_id)
                if of and said is None:
                    log.warning("the reason of a request can't be read any more")
                return Wanted(request, _wants_to_edit(of, said or ""), of) if of else None
            case _:
                return None

    def _unsealed(self, request: AccessRequest) -> str | None:
        try:
            return self._sealer.open(request.reason, request.share_key).decode() if request.reason else ""
        except Unreadable:
            return None


def _wants_to_edit(received: Received, reason: str) -> AccessWanted:
    plan, who = received.plan, received.recipient
    asker, item = Person(plan.asker.tenant_id, str(who.id), who.name), Words("id", plan.item.key, plan.item.name)
    return AccessWanted(asker, plan.asker, item, Role.WRITE, plan.until, reason, Viewed(plan, who))


def _to_edit(received: Received) -> ShareRequest:
    """The share that was, for this one person, to edit. They are called as they were: one right follows the other."""
    request = received.plan.request
    theirs = names(received.recipient)
    steps = zip(received.plan.steps, request.recipients, strict=True)
    mine = next(words for step, words in steps if names(step.recipient) & theirs)
    return replace(request, recipients=(mine,), role=Role.WRITE, message=None)


def owners_card(key: str, what: str) -> str:
    return f"{key}.owner.{what}"


def delegates_card(key: str, person_id: str) -> str:
    return of_notice(f"{key}.delegate", person_id)


def _name(what: AccessWanted) -> str:
    """The same for the same file of the same person, as far as the words are the same."""
    owner = what.owner
    said = "\n".join((owner.tenant_id, owner.id, what.item.kind, what.item.value))
    return hashlib.sha256(said.encode()).hexdigest()
