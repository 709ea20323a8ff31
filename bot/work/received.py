"""What a recipient has by a share, and that they give it back. What they ask for besides: bot/work/access.py.

Each step bears to be done again: what was decided is in the ledger, and the first decision stands.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from zoneinfo import ZoneInfo

import cards.basics
import cards.change
import cards.ended
import cards.files
import cards.received
import cards.roster
import cards.share
from bot.errors import NotYours, SharebotError, TooLate
from bot.granting import names
from bot.ledger import AccessRequest, Ledger, Stands, of_notice
from bot.many import GIVEN, Part
from bot.sharing import (
    Decision,
    EndReceipt,
    Expiry,
    Grant,
    Outcome,
    Person,
    Recipient,
    Returned,
    Role,
    SharePlan,
    Telling,
    Wish,
)
from bot.texts import _, later, speaking
from bot.work import standing, wrong
from bot.work.flows import Flows
from bot.work.many import SEVERAL
from bot.work.wrong import Wrong
from cards.elements import Card, apart

log = logging.getLogger(__name__)

# After these they may ask anew: nobody has said no.
UNANSWERED = (Decision.LAPSED, Decision.OVER)
NOT_THEIRS = later("Only the person this was shared with can press this.")
NOT_TO_DECIDE = later("Only the person who shared this can decide it.")
ANEW = later("This was shared anew since, so nothing of the older share is left to give back.")


@dataclass(frozen=True)
class Received:
    """What was shared with somebody, and what they asked of it. `returned` is what became of what they gave back.

    `is_lost`: they were let edit it, and what came of that has ended since.
    """

    stands: Stands
    grant: Grant
    asked: AccessRequest | None
    returned: Returned | None
    is_lost: bool = False

    @property
    def recipient(self) -> Recipient:
        return self.grant.recipient

    @property
    def plan(self) -> SharePlan:
        return as_it_is(self.stands)

    @property
    def is_over(self) -> bool:
        return self.stands.ended is not None or self.grant.outcome is not Outcome.GRANTED

    @property
    def is_taken(self) -> bool:
        return self.grant.outcome is Outcome.TAKEN

    @property
    def may_ask(self) -> bool:
        is_free = self.asked is None or self.asked.decision in UNANSWERED or self.is_lost
        return not self.is_over and self.plan.role is self.now is Role.READ and is_free

    @property
    def is_asked(self) -> bool:
        """Whether the sharer is still to decide."""
        return self.asked is not None and self.asked.decision is None

    @property
    def now(self) -> Role | None:
        """What they can do by it, or without it."""
        if self.returned:
            return self.returned.now
        if ended := self.stands.ended:
            return next((each.now for each in ended.returned if each.recipient.id == self.recipient.id), None)
        return None if self.is_taken else self.grant.role or self.plan.role


@dataclass(frozen=True)
class Together:
    """What came to somebody in one message, as it is by now; `of` are those of its parts that are shares.

    Of the keys in `edits`, they have been let edit it since.
    """

    key: str
    parts: tuple[Part, ...]
    of: Mapping[str, Received]
    edits: frozenset[str]
    person_id: str

    def card(self) -> Card:
        theirs = {
            key: cards.files.Theirs(
                each.plan,
                Role.WRITE if key in self.edits else each.now,
                may_ask=each.may_ask and not each.plan.comes_later(each.recipient),
                may_return=not each.is_over and each.plan.sees_all,
                is_asked=not each.is_over and each.is_asked,
            )
            for key, each in self.of.items()
        }
        return cards.files.for_them(self.parts, self.person_id, theirs)


def notice(received: Received, *, in_place: bool = False) -> Card:
    """What was shared with them, as it is by now; `in_place` of what they read of it, without a press of theirs."""
    key, plan, ended = received.stands.key, received.plan, received.stands.ended
    if received.returned and received.is_taken:
        back = EndReceipt(received.stands.receipt, (received.returned,), is_undone=True)
        return cards.ended.ended_for_you(back, received.returned, in_place=in_place)
    if received.grant.outcome is Outcome.TAKEN:
        return cards.change.taken(plan)
    if received.grant.outcome is Outcome.MOVED:
        return cards.basics.say(_over(received))
    if received.returned:
        return cards.received.given_back(plan, received.returned)
    if ended:
        mine = next((each for each in ended.returned if each.recipient.id == received.recipient.id), None)
        if mine is None:
            return cards.basics.say(_over(received))
        return cards.ended.ended_for_you(ended, mine, in_place=in_place)
    if received.is_asked:
        return cards.received.asked(plan, key)
    later = plan.comes_later(received.recipient)
    plan = replace(plan, role=received.now or plan.role)
    return cards.share.shared_with_you(plan, key, may_ask=received.may_ask, later=later)


def _over(received: Received) -> str:
    return _("This is over: {file} was shared with you anew since, or changed.", file=apart(received.plan.item.name))


@dataclass(frozen=True)
class Asked:
    """What somebody does not need, as the sharer sees it."""

    request: AccessRequest
    of: Received


class RequestFlows:
    def __init__(self, *, ledger: Ledger, flows: Flows) -> None:
        self._ledger = ledger
        self._flows = flows

    async def received(self, key: str, person: Person) -> Received:
        """What this person got by the share of this key. Raises NotYours, TooLate."""
        found = await self._by_now(key, person.id)
        if found is None or found.stands.receipt.plan.asker.tenant_id != person.tenant_id:
            raise NotYours(_(NOT_THEIRS))
        return found

    async def of(self, key: str, person_id: str) -> Received | None:
        """The same of anybody of the tenant; None where the share gave them nothing, or is forgotten."""
        with suppress(TooLate):
            return await self._by_now(key, person_id)
        return None

    async def _by_now(self, key: str, person_id: str) -> Received | None:
        """By the share of their own, where theirs has another end than that of the others since. Raises TooLate."""
        found = await self._found(key, person_id)
        if found and found.grant.outcome is Outcome.MOVED:
            for apart_from in await self._ledger.changes.apart_from(found.stands):
                if their_own := await self.of(apart_from, person_id):
                    is_lost = their_own.is_lost if their_own.asked else found.is_lost
                    return replace(their_own, asked=their_own.asked or found.asked, is_lost=is_lost)
            newer = await self._ledger.attempts.holder(found.stands.receipt.plan, names(found.recipient))
            if newer and newer != key and (by_newer := await self.of(newer, person_id)):
                return by_newer
        return found

    async def held_by(self, person: Person) -> list[Received]:
        """What others share with this person, newest first: of each file what gives them most."""
        found = [await self.of(key, person.id) for key in await self._ledger.attempts.held_by(person)]
        stands = [each for each in found if each and not each.is_over]
        most: dict[str, Received] = {}
        for each in sorted(stands, key=lambda each: each.now is not Role.WRITE):
            most.setdefault(each.plan.item.key, each)
        return [each for each in stands if most[each.plan.item.key] is each]

    async def together(self, key: str, person_id: str) -> Together | None:
        """All that came to somebody with the share of this key; None where that came alone."""
        together = await self._ledger.many.key_of(await self._ledger.changes.first(key))
        pressed = await self._ledger.many.at(together) if together else None
        if together is None or pressed is None:
            return None
        parts = [
            each
            for each in await self._ledger.many.parts(pressed.plan.keys)
            if each.is_of(person_id) and not await self._is_kept(each.key, person_id)
        ]
        found = {each.key: await self.of(each.key, person_id) for each in parts if each.share}
        shares = {key: each for key, each in found.items() if each}
        mine = tuple(each for each in parts if each.key in shares or not each.share)
        if len(mine) < SEVERAL:
            return None
        allowed = {key: each.asked.key for key, each in shares.items() if each.asked and each.asked.decision}
        more = {key: await self.of(asked, person_id) for key, asked in allowed.items()}
        edits = frozenset(key for key, each in more.items() if each and not each.is_over)
        return Together(together, mine, shares, edits, person_id)

    async def _is_kept(self, key: str, person_id: str) -> bool:
        """Whether they never heard of it, for it was undone before."""
        return (await self._ledger.told.tellings(key)).get(person_id) is Telling.KEPT

    async def renew_several(self, key: str, person_id: str) -> list[str]:
        """The same of all that came to them by the card of this key: the keys of those."""
        pressed = await self._ledger.many.at(key)
        parts = [part for part in (pressed.plan.keys if pressed else ()) if await self.of(part, person_id)]
        for part in parts:
            await self.renew(part, person_id)
            if await self.together(part, person_id):
                break
        return parts

    async def renew(self, key: str, person_id: str) -> None:
        """Brings the notice that somebody got of this share up to date, where it is: no message comes of that."""
        received = await self.of(key, person_id)
        request = await self._ledger.requests.at(key)
        if request and request.wish is Wish.EDIT:
            is_over = received.is_over if received else (await self._ledger.ends.state(key))[1]
            if is_over or await self.together(request.share_key, person_id):
                # What they were let edit was told with others, and stands there as well; or it is over, and they view
                # it.
                await self.renew(request.share_key, person_id)
        if received is None or received.grant.outcome is Outcome.MOVED:
            # Of what has another end since and is not known any more, nothing true could be said.
            return
        person = Person(received.plan.asker.tenant_id, person_id, received.recipient.name)
        there = await self.together(key, person_id)
        if there and (place := await self._ledger.places.of(of_notice(there.key, person_id))):
            await self._flows.put_in_place(place, person, there.card)
            return
        first = await self._ledger.changes.first(key)
        place = await self._ledger.places.of(of_notice(first, person_id))
        if place is None and first != received.stands.key:
            place = await self._ledger.places.of(of_notice(received.stands.key, person_id))
        if place is None and received.asked:
            place = await self._ledger.places.of(received.asked.card)
        if place is None and request and request.wish is Wish.ACCESS and received.is_over:
            # They never heard of the share: where they asked, they read that it was allowed.
            place = await self._ledger.places.of(request.card)
        await self._flows.put_in_place(place, person, partial(notice, received, in_place=True))

    async def put_off(self, request: AccessRequest) -> None:
        """The work on it broke."""
        await self._ledger.requests.put_off(request)
        await self._ledger.plans.put_back(request.key, request.run)

    async def asked(self, key: str, sharer: Person) -> Asked:
        """Raises NotYours, TooLate."""
        asked = await self._asked(key)
        if asked is None or asked.request.wish is not Wish.NOTHING:
            raise TooLate
        asker = asked.of.stands.receipt.plan.asker
        if (asker.tenant_id, asker.id) != (sharer.tenant_id, sharer.id):
            raise NotYours(_(NOT_TO_DECIDE))
        return asked

    async def need_nothing(self, received: Received) -> AccessRequest:
        return await self._ledger.requests.put(received.stands.key, str(received.recipient.id), Wish.NOTHING)

    async def have_left(self, received: Received) -> AccessRequest:
        return await self._ledger.requests.put(received.stands.key, str(received.recipient.id), Wish.LEFT)

    # Nothing

    async def give_back(self, key: str, run: str, locale: str, zone: str) -> Wrong | None:
        """What went wrong; None when nothing of this share is theirs any more."""
        asked = await self._asked(key)
        if asked is None:
            return wrong.written(TooLate())
        if asked.request.wish is Wish.LEFT and asked.request.decision is None:
            await self._flows.keep_from(asked.request.share_key, [asked.request.person_id])
        async with self._flows.alone.on(asked.of.plan.item.key):
            return await self._give_back(key, run, locale, zone)

    async def _give_back(self, key: str, run: str, locale: str, zone: str) -> Wrong | None:
        asked = await self._asked(key)
        if asked is None or (asked.request.decision is None and not run.startswith(f"{asked.request.run}.")):
            return wrong.written(TooLate())
        stands, theirs = asked.of.stands, names(asked.of.recipient)
        attempts = [each for each in await self._ledger.attempts.of(stands.key) if each.recipient in theirs]
        if asked.request.decision is None and asked.of.is_over:
            await self._ledger.requests.decide(asked.request, Decision.OVER)
        elif asked.request.decision is None:
            try:
                with speaking(locale, ZoneInfo(zone)):
                    receipt = await self._flows.taken_back(stands, attempts)
                    if not receipt.returned:
                        raise TooLate(_(ANEW))
            except SharebotError as error:
                log.info("could not give back %s: %s", stands.receipt.plan.item.id, type(error).__name__)
                await self._ledger.requests.put_off(asked.request)
                return wrong.written(error)
            await self._ledger.requests.returned(asked.request, receipt.returned[0])
        self._flows.answer(run, key)
        for attempt in attempts:
            await self._ledger.attempts.let_go(stands.receipt.plan, attempt)
        return None

    async def tell_of_return(self, key: str, run: str, by: str) -> None:
        """Both; but not whoever pressed and waits here for the answer."""
        asked = await self._asked(key)
        if asked is None or asked.of.returned is None:
            return
        plan, returned, there = asked.of.plan, asked.of.returned, by if run in self._flows.waiting else ""
        if asked.request.wish is Wish.LEFT:
            back = EndReceipt(asked.of.stands.receipt, (returned,), is_undone=True)
            sharers, recipients = (
                partial(cards.roster.taken, plan, returned),
                partial(cards.ended.ended_for_you, back, returned),
            )
        else:
            sharers, recipients = (
                partial(cards.received.given_back_by, plan, returned),
                partial(cards.received.given_back, plan, returned),
            )
        if plan.asker.id != there:
            await self._tell_sharer(asked, "returned", sharers)
        tellings = await self._ledger.told.tellings(asked.request.share_key)
        if tellings.get(asked.request.person_id) is not Telling.KEPT:
            if asked.request.person_id != there:
                await self._tell_recipient(asked, "returned", recipients)
            await self.renew(asked.request.share_key, asked.request.person_id)

    async def tell_of_obstacle(self, key: str, by: str) -> None:
        """The sharer, who alone can help: nothing can be taken back without their sign-in."""
        asked = await self._asked(key)
        if asked and asked.of.plan.asker.id != by:
            await self._tell_sharer(
                asked, "unmet", partial(cards.received.not_given_back, asked.of.plan, asked.of.recipient, key)
            )

    async def _tell_sharer(self, asked: Asked, what: str, card: Callable[[], Card]) -> None:
        asker = asked.of.plan.asker
        await self._flows.tell_once(asked.request.key, asker, asker.id, what, card)

    async def _tell_recipient(self, asked: Asked, what: str, card: Callable[[], Card]) -> None:
        await self._flows.tell_once(asked.request.key, asked.of.plan.asker, asked.request.person_id, what, card)

    async def _asked(self, key: str) -> Asked | None:
        request = await self._ledger.requests.at(key)
        if request is None:
            return None
        with suppress(TooLate):
            of = await self._found(request.share_key, request.person_id)
            return Asked(request, of) if of else None
        return None

    async def _found(self, key: str, person_id: str) -> Received | None:
        """None where this share gave this person nothing. Raises TooLate."""
        stands = await self._ledger.ends.at(key)
        if stands is None:
            raise TooLate
        mine = [each for each in stands.receipt.grants if each.recipient.id == person_id and each.outcome in GIVEN]
        if not mine:
            return None
        requests = await self._ledger.requests.of(key, person_id)
        done = (requests.get(wish) for wish in (Wish.NOTHING, Wish.LEFT))
        returned = next(
            (Returned(mine[0].recipient, each.ending, each.now) for each in done if each and each.ending), None
        )
        edit = requests.get(Wish.EDIT)
        return Received(stands, mine[0], edit, returned, is_lost=edit is not None and await self._is_lost(edit))

    async def _is_lost(self, edit: AccessRequest) -> bool:
        if edit.decision is not Decision.ALLOWED:
            return False
        if held := await standing.held(self._ledger, edit.key, edit.person_id):
            return held is Role.READ
        _is_done, is_over = await self._ledger.ends.state(edit.key)
        receipt = await self._ledger.plans.done(edit.key)
        # While nobody knows what came of it, it is not lost.
        is_refused = receipt is not None and any(each.outcome is Outcome.REFUSED for each in receipt.grants)
        return is_over or is_refused


def as_it_is(stands: Stands) -> SharePlan:
    """With the end as it is now."""
    plan, ends = stands.receipt.plan, stands.ends
    return replace(plan, until=Expiry(plan.until.words if plan.until else "", ends) if ends else None)
