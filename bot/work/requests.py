"""What recipients ask and give back, what others ask for, and what sharers and owners answer: begun by a press."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from functools import partial
from typing import Any

from bot.errors import NeedsSignIn, TooLate, Unsure
from bot.ledger import AccessRequest, Ledger, Place, is_passing
from bot.sharing import AccessWanted, Decision, Person, ShareableItem, ShareReceipt, UnclearRequest
from bot.work import wrong
from bot.work.access import AccessFlows, Wanted
from bot.work.received import Asked, Received, RequestFlows, Together
from bot.work.runs import Runs
from bot.work.shares import Shares


class Requests:
    """What is allowed goes on as one of the `shares`."""

    def __init__(self, *, runs: Runs, ledger: Ledger, flows: RequestFlows, access: AccessFlows, shares: Shares) -> None:
        self._runs = runs
        self._ledger = ledger
        self._requests = flows
        self._access = access
        self._shares = shares
        runs.add({"ask": self._asked, "allow": self._allowed, "decline": self._declined, "return": self._given_back})

    async def received(self, key: str, person: Person) -> Received:
        """What this person got by the share of this key. Raises NotYours, TooLate."""
        return await self._requests.received(key, person)

    async def together(self, key: str, person: Person) -> Together | None:
        """All that came to this person with the share of this key; None where that came alone."""
        return await self._requests.together(key, person.id)

    async def held_by(self, person: Person) -> list[Received]:
        """What others share with this person, newest first: of each file what gives them most."""
        return await self._requests.held_by(person)

    async def ask_to_edit(
        self, key: str, person: Person, reason: str, locale: str, zone: str, *, before: str = ""
    ) -> Received:
        """Asks the sharer, once: in the place of what was asked under the key `before`, and of nothing since.

        Raises NotYours, TooLate, NotAllowed where they can't be reached.
        """
        received = await self._requests.received(key, person)
        is_anew = received.may_ask and received.asked is not None and received.asked.key == before
        if received.is_over or (received.asked and not (received.is_asked or is_anew)):
            return received
        await self.answered("ask", await self._access.ask_to_edit(received, reason, before), locale, zone)
        return await self._requests.received(key, person)

    async def give_back(self, key: str, person: Person, locale: str, zone: str) -> Received:
        """Takes away what the share of this key gave to this one person, as the sharer, once.

        Raises NotYours, TooLate, Unavailable; and NeedsSignIn, NotFound, NotAllowed, which are about the sharer.
        """
        received = await self._requests.received(key, person)
        if received.is_over:
            return received
        request = await self._requests.need_nothing(received)
        await self.answered("return", request, locale, zone, person.id)
        return await self._requests.received(key, person)

    async def asked(self, key: str, sharer: Person) -> Asked:
        """What somebody does not need of what this sharer gave them. Raises NotYours, TooLate."""
        return await self._requests.asked(key, sharer)

    async def free(self, key: str, sharer: Person, locale: str, zone: str) -> Asked:
        """Takes away what somebody does not need, at the sharer's press. Raises what `give_back` raises."""
        asked = await self._requests.asked(key, sharer)
        if asked.request.decision is None:
            await self.answered("return", asked.request, locale, zone, sharer.id)
        return await self._requests.asked(key, sharer)

    async def ask_for_access(self, what: AccessWanted, locale: str, zone: str) -> Wanted:
        """Asks the owner, once until that is decided. Raises NotAllowed where they can't be reached."""
        wanted = await self._access.ask(what)
        await self.answered("ask", wanted.request, locale, zone)
        return wanted

    async def wanted(self, key: str, person: Person) -> Wanted:
        """What somebody asks of this owner, or of whoever decides for the owner. Raises NotYours, TooLate."""
        return await self._access.asked(key, person)

    async def open_for(self, person: Person) -> list[Wanted]:
        """What this one is still to decide, also for somebody else."""
        return await self._access.open_for(person)

    async def open_by(self, person: Person) -> list[Wanted]:
        """What this one asked for, and nobody has decided."""
        return await self._access.open_by(person)

    async def looked_up(self, wanted: Wanted) -> tuple[Wanted, ShareableItem | UnclearRequest]:
        """As the owner. Raises what looking up raises; NeedsSignIn is about the owner."""
        return await self._access.looked_up(wanted)

    async def by_now(self, wanted: Wanted) -> Wanted:
        """With what Graph tells of it, if it does."""
        return (await self._access.by_now(wanted))[0]

    async def ask_which(self, wanted: Wanted, unclear: UnclearRequest) -> bool:
        """The owner, where only they can tell; whether they can be asked."""
        return await self._access.ask_which(wanted, unclear)

    async def give_access(
        self, key: str, person: Person, locale: str, zone: str, place: Place | None = None, *, seen: str = ""
    ) -> ShareReceipt:
        """A share like any other comes of it, the owner's, under the same key. `place` is of the card they pressed,
        and `seen` tells which file was on it.

        Raises TooLate where it was decided otherwise, or by a delegate who is none any more.
        """
        wanted = await self._access.asked(key, person)
        owner = wanted.what.owner
        if not wanted.is_for_delegate:
            await self._pressed(key, place)
            return await self._allow(wanted.request, owner, locale, zone, "", locale, zone, seen)
        # What follows from the share is said to the owner, in their language.
        chat = await self._ledger.conversations.of(owner.tenant_id, owner.id)
        theirs = (chat.locale or locale, chat.timezone or zone) if chat else (locale, zone)
        return await self._allow(wanted.request, owner, locale, zone, person.id, *theirs, seen)

    async def refuse_access(
        self, key: str, person: Person, locale: str, zone: str, place: Place | None = None
    ) -> Wanted:
        """What was decided, now or before; nothing yet by a delegate who is none any more."""
        wanted = await self._access.asked(key, person)
        if wanted.request.decision is None:
            by = (person.id,) if wanted.is_for_delegate else ()
            if not by:
                await self._pressed(key, place)
            with contextlib.suppress(TooLate):
                await self.answered("decline", wanted.request, locale, zone, *by)
        return await self._access.asked(key, person)

    async def _pressed(self, key: str, place: Place | None) -> None:
        """Of the owner's cards, this one gets the answer."""
        if place:
            await self._ledger.places.keep(key, place)

    async def _allow(self, request: AccessRequest, sharer: Person, locale: str, zone: str, *by: str) -> ShareReceipt:
        """`by`: the delegate's id or "", the language and the hours of the sharer, and which file was seen."""
        key = request.key
        if request.decision is Decision.ALLOWED:
            if receipt := await self._ledger.plans.receipt(key, sharer):
                return receipt
            run = await self._ledger.plans.run(key, sharer)
            # All are to hear of it, also where it is pressed again.
            request = replace(request, runs=int(run.rpartition(".")[2]))
        elif request.decision:
            raise TooLate
        receipt = await self.answered("allow", request, locale, zone, *by)
        return receipt or await self._shares.share(key, sharer, locale, zone)

    async def answered(self, flow: str, request: AccessRequest, locale: str, zone: str, *more: str) -> Any:
        """What comes of a request, as soon as it is known here; None where it is known elsewhere."""
        # What is allowed goes on as a share, and is called like the work on one.
        run = request.run if flow == "allow" else f"{request.run}.{flow}"
        put_off = partial(self._requests.put_off, request)
        return await self._runs.tried(flow, run, put_off, request.key, run, locale, zone, *more)

    # As flows

    async def _asked(self, key: str, run: str, _locale: str, _zone: str) -> None:
        engine = await self._runs.started()
        await engine.step("hear", self._access.hear, key, run, again=is_passing)
        await engine.step("tell", self._access.tell_of_request, key, again=is_passing)

    async def _allowed(self, key: str, run: str, locale: str, zone: str, *by: str) -> wrong.Wrong | None:
        # Of a flow that was begun before a file could be chosen, the last is missing.
        delegate, theirs, hours, seen = (*by, *("", locale, zone, "")[len(by) :])
        engine = await self._runs.started()
        plan = partial(self._access.allow, by=delegate, seen=seen)
        outcome = await engine.step("plan", plan, key, run, locale, zone, again=is_passing)
        if outcome:
            return outcome
        outcome = await self._shares.run(key, run, theirs, hours, is_for_owner=bool(delegate))
        if outcome is None:
            await engine.step("tell them", self._access.tell_of_decision, key, again=is_passing)
        elif wrong.kind(outcome["kind"]) is not Unsure:
            await engine.step("reopen", self._access.reopen, key, run, again=is_passing)
        return outcome

    async def _declined(self, key: str, run: str, _locale: str, _zone: str, by: str = "") -> wrong.Wrong | None:
        engine = await self._runs.started()
        outcome = await engine.step("decline", self._access.decline, key, run, by, again=is_passing)
        if outcome is None:
            await engine.step("tell", self._access.tell_of_decision, key, again=is_passing)
        return outcome

    async def _given_back(self, key: str, run: str, locale: str, zone: str, by: str) -> wrong.Wrong | None:
        engine = await self._runs.started()
        outcome = await engine.step("give back", self._requests.give_back, key, run, locale, zone, again=is_passing)
        if outcome is None:
            await engine.step("tell", self._requests.tell_of_return, key, run, by, again=is_passing)
            await engine.step("settle", self._access.settle_return, key, again=is_passing)
        elif issubclass(wrong.kind(outcome["kind"]), NeedsSignIn):
            await engine.step("tell", self._requests.tell_of_obstacle, key, by, again=is_passing)
        return outcome
