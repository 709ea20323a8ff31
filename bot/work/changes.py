"""A change of access, as a flow: taken away, lowered, or with another end; and its undo. And who is told of it.

Each step bears to be done again: what each had is in the ledger before the first request, what came of it after the
last.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import cards.change
import cards.share
from bot import changing
from bot.changes import Aim, ChangePlan, ChangeReceipt
from bot.errors import Busy, SharebotError, TooLate, Unsure
from bot.granting import called
from bot.graph import Graph
from bot.ledger import Before, Ledger, Place, Pressed, Standing, is_passing
from bot.ledger.changes import named
from bot.policy import Policy
from bot.sharing import Change, Expiry, Person, Recipient, Role, ShareableItem, SharePlan, Step, Telling
from bot.texts import _, speaking
from bot.work import wrong
from bot.work.flows import DAY_OVER, RENEWED, SHARED, SHOWN, Flows, Notice, Show
from bot.work.runs import Runs
from bot.work.shares import Shares
from bot.work.wrong import Wrong

log = logging.getLogger(__name__)


class ChangeFlows:
    """`graph` speaks to Graph as a person, `show` puts a card in another's place."""

    def __init__(self, *, ledger: Ledger, flows: Flows, show: Show) -> None:
        self._ledger = ledger
        self._flows = flows
        self._show = show

    async def change(self, key: str, run: str, *, is_last: bool) -> Wrong | None:
        """What went wrong, with nothing done or nobody able to tell; None when it is done and kept.

        `wrong.busy` where it goes on later: not at the last try.
        """
        pressed = await self._ledger.changes.at(key)
        if pressed is None:
            return wrong.written(TooLate())
        with speaking(pressed.locale, pressed.timezone):
            async with self._flows.alone.on(pressed.plan.item.key):
                return await self._change(key, run, is_last=is_last)

    async def _change(self, key: str, run: str, *, is_last: bool) -> Wrong | None:
        pressed = await self._ledger.changes.at(key)
        if pressed is None or (pressed.receipt is None and pressed.run != run):
            return wrong.written(TooLate())
        if pressed.receipt is None:
            plan = pressed.plan
            standing = await self._ledger.changes.standing(plan.asker.tenant_id, plan.item)
            heard = await self._hushed(plan, standing)
            can_wait = not is_last and await self._flows.can_wait(key, run)
            try:
                fence = _Fence(self._ledger, key)
                graph = self._flows.graph(plan.asker, yields=can_wait)
                receipt = await changing.carry_out(graph, plan, fence, standing, heard=heard, goes_on=can_wait)
            except SharebotError as error:
                if can_wait and isinstance(error, Busy):
                    return wrong.busy(error)
                log.info("could not change %s: %s", plan.item.id, type(error).__name__)
                await self._ledger.changes.put_off(pressed, error)
                return wrong.written(error)
            await self._ledger.changes.keep(pressed, receipt)
            pressed = await self._ledger.changes.of(key, plan.asker)
        self._flows.answer(run, pressed.receipt)
        return None

    async def restore(self, key: str, run: str, *, is_last: bool) -> Wrong | None:
        """The same for its undo."""
        pressed = await self._ledger.changes.at(key)
        if pressed is None:
            return wrong.written(TooLate())
        with speaking(pressed.locale, pressed.timezone):
            async with self._flows.alone.on(pressed.plan.item.key):
                return await self._restore(key, run, is_last=is_last)

    async def _restore(self, key: str, run: str, *, is_last: bool) -> Wrong | None:
        pressed = await self._ledger.changes.at(key)
        if pressed is None or pressed.receipt is None or (pressed.undone is None and pressed.run != run):
            return wrong.written(TooLate())
        if pressed.undone is None:
            can_wait = not is_last and await self._flows.can_wait(key, run)
            try:
                graph = self._flows.graph(pressed.plan.asker, yields=can_wait)
                receipt = await changing.restore(
                    graph, pressed.receipt, self._flows.now(str(pressed.timezone)), goes_on=can_wait
                )
            except SharebotError as error:
                if can_wait and isinstance(error, Busy):
                    return wrong.busy(error)
                log.info("could not restore %s: %s", pressed.plan.item.id, type(error).__name__)
                await self._ledger.changes.put_off(pressed, error)
                return wrong.written(error)
            await self._ledger.changes.restored(pressed, receipt)
            pressed = await self._ledger.changes.of(key, pressed.plan.asker)
        self._flows.answer(run, pressed.undone)
        return None

    # Who is told of it

    async def tell(self, key: str, run: str) -> list[str]:
        """Everybody whose access it was, once; and whoever pressed, unless they wait here. The keys of our shares whose
        cards say something else by now."""
        pressed = await self._ledger.changes.at(key)
        if pressed is None or pressed.receipt is None:
            return []
        asker, what = pressed.plan.asker, "restored" if f"{key}.restore." in run else "changed"
        receipt = pressed.undone if what == "restored" else pressed.receipt
        if await self._ledger.many.key_of(key):
            return await self._to_show(key, asker, has_read=True)
        knew = {each.recipient for each in pressed.receipt.changes if each.heard}
        for each in receipt.done() if receipt and (receipt.is_undone or pressed.undone is None) else ():
            person = each.recipient
            if person.id and not person.is_group and person in knew and person.id != asker.id:
                card = partial(cards.change.for_them, pressed.plan, each)
                await self._flows.tell_once(key, asker, person.id, what, card)
        waits_here = run in self._flows.waiting
        if not waits_here:
            await self._show_or_tell(pressed, what)
        return await self._to_show(key, asker, has_read=waits_here)

    async def _to_show(self, key: str, asker: Person, *, has_read: bool) -> list[str]:
        """In words a card is shown anew by a message: whoever has read of the change has no need of another one."""
        shares = await self._ledger.changes.shares(key)
        own = await self._ledger.conversations.of(asker.tenant_id, asker.id)
        if not has_read or own is None or await self._ledger.plain_texts.offered(asker) is None:
            return list(shares)
        places = {share: await self._ledger.places.of(share) for share in shares}
        return [share for share, at in places.items() if at and at.chat.conversation_id != own.conversation_id]

    async def to_renew(self, key: str) -> list[tuple[str, str]]:
        """Whose notices, of which of our shares, are no longer so."""
        pressed = await self._ledger.changes.at(key)
        done = pressed.receipt.done() if pressed and pressed.receipt else ()
        people = [each.recipient.id for each in done if each.recipient.id]
        return [(share, each) for share in await self._ledger.changes.shares(key) for each in people]

    async def tell_of_failure(self, key: str, run: str, sentence: str) -> None:
        """Unless whoever pressed waits here, and gets it as the answer."""
        pressed = await self._ledger.changes.at(key)
        if pressed and run not in self._flows.waiting and not await self._ledger.many.key_of(key):
            asker, what = pressed.plan.asker, f"failed.{run.rpartition('.')[2]}"
            card = partial(cards.share.failed, pressed.plan.item, sentence)
            await self._flows.tell_once(key, asker, asker.id, what, card)

    async def _show_or_tell(self, pressed: Pressed, what: str) -> None:
        """In the place of the card that was pressed, if that is still known."""
        asker, place = pressed.plan.asker, await self._ledger.places.of(pressed.key)
        receipt = pressed.undone or pressed.receipt
        if receipt is None:
            return
        card = partial(cards.change.result, receipt, pressed.key)
        with speaking(pressed.locale, pressed.timezone):
            if place:
                try:
                    await self._show(place, card())
                except Exception:
                    log.exception("a card could not be shown anew")
                else:
                    return
        await self._flows.tell_once(pressed.key, asker, asker.id, what, card)

    # Who has not heard of a share never will

    async def _hushed(self, plan: ChangePlan, standing: list[Standing]) -> dict[str, bool]:
        """Of those who got it by a share of ours, whether they have heard of it.

        Who has not, and from whom it is taken, is not to hear of it; the others hear of the share as it is by then.
        """
        heard: dict[str, bool] = {}
        for share in {each.share for each in standing}:
            given = [each for each in standing if each.share == share]
            people = [
                step.recipient.id
                for step in plan.to_change
                if step.recipient.id and any(each.names & named(step.recipient) for each in given)
            ]
            if not people:
                continue
            if plan.aim is Aim.REMOVE:
                await self._flows.keep_from(share, people)
            tellings = await self._ledger.told.tellings(share)
            for each in people:
                heard[each] = heard.get(each, False) or tellings.get(each, Telling.KEPT) is not Telling.KEPT
        return heard

    async def still_to_hear(self, key: str) -> list[tuple[str, Notice]]:
        """By share, who is to hear of it after all: it was not taken from them."""
        pressed = await self._ledger.changes.at(key)
        if pressed is None or pressed.plan.aim is not Aim.REMOVE:
            return []
        plan, gone = pressed.plan, [each.recipient for each in pressed.receipt.done()] if pressed.receipt else []
        found: list[tuple[str, Notice]] = []
        for each in await self._ledger.changes.standing(plan.asker.tenant_id, plan.item):
            tellings = await self._ledger.told.tellings(each.share)
            for step in plan.to_change:
                person = step.recipient
                is_kept = person.id and tellings.get(person.id) is Telling.KEPT
                if is_kept and person.id and person not in gone and each.names & named(person):
                    await self._ledger.told.keep_no_longer(each.share, [person.id])
                    found.append((each.share, (SHARED, person.id, 0)))
        return found


class _Fence:
    """The ledger's changes, as `changing` wants them."""

    def __init__(self, ledger: Ledger, key: str) -> None:
        self._changes = ledger.changes
        self._key = key

    async def begin(self, before: Mapping[Recipient, Role | None]) -> Mapping[Recipient, Role | None]:
        stands = await self._changes.begin(self._key, [Before(called(each), role) for each, role in before.items()])
        roles = {each.called: each.role for each in stands}
        return {each: roles.get(called(each)) for each in before}


class Changes:
    """Changes of access, as people begin and undo them. `shares` says how long each may last."""

    def __init__(
        self,
        *,
        runs: Runs,
        ledger: Ledger,
        graph: Callable[[Person], Graph],
        policy: Policy,
        clock: Callable[[], float],
        flows: ChangeFlows,
        shares: Shares,
    ) -> None:
        self._runs = runs
        self._ledger = ledger
        self._graph = graph
        self._policy = policy
        self._clock = clock
        self._flows = flows
        self._shares = shares
        runs.add({"change": self._change, "restore": self._restored})

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
            await self._changed("restore", pressed)
        return await self._ledger.changes.of(key, person)

    async def pressed(self, key: str, person: Person) -> Pressed | None:
        """The change of this key, if it was pressed. Raises NotYours."""
        try:
            return await self._ledger.changes.of(key, person)
        except TooLate:
            return None

    async def last(self, person: Person, said: str) -> Pressed | None:
        """The change of this person that "undo" means, in the message of this id: one younger than their last share."""
        stands = await self._ledger.ends.newest(person)
        return await self._ledger.changes.last(person, said, since=stands.done_at if stands else 0)

    async def may_be_given_back(self, receipt: ChangeReceipt) -> None:
        """Raises AgainstPolicy where what was taken away could not be given by now; TooLate where it is over."""
        plan, back = receipt.plan, {each.recipient for each in receipt.restorable()}
        await self._shares.may_last(plan, is_undo=True)
        taken = [step for step in plan.to_change if step.recipient in back] if plan.aim is not Aim.END else []
        if taken and all(each.is_over(self._now()) for each in taken):
            raise TooLate(_(DAY_OVER))
        for step in taken:
            until, stands = Expiry("", step.ends) if step.ends else None, await self._ledger.ends.at(step.share)
            if step.own:
                share = SharePlan(plan.asker, plan.item, step.own, (Step(step.recipient, None, Change.GAINS),), until)
                await self._shares.may_be(share, stands.done if stands else self._now())

    def _now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._clock(), dt.UTC)

    async def _changed(self, flow: str, pressed: Pressed) -> None:
        """Comes to its end, or raises what went wrong."""
        try:
            await self._runs.answer(flow, pressed.run, pressed.key, pressed.run)
        except SharebotError:
            raise
        except Exception as error:
            log.exception("the work on a change broke")
            await self._ledger.changes.put_off(pressed)
            raise Unsure(_("I don't know whether that was done. Please try again.")) from error

    # As flows

    async def _change(self, key: str, run: str) -> wrong.Wrong | None:
        return await self._told_of_change("change", self._if_it_may, key, run)

    async def _if_it_may(self, key: str, run: str, *, is_last: bool) -> Wrong | None:
        """By the policy as it is now, whichever card it was pressed on."""
        pressed = await self._ledger.changes.at(key)
        is_new = pressed is not None and pressed.receipt is None and pressed.run == run
        if pressed and is_new and (error := await self._refused(pressed, self._shares.may_last(pressed.plan))):
            return error
        return await self._flows.change(key, run, is_last=is_last)

    async def _restored(self, key: str, run: str) -> wrong.Wrong | None:
        return await self._told_of_change("restore", self._if_it_comes_back, key, run)

    async def _if_it_comes_back(self, key: str, run: str, *, is_last: bool) -> Wrong | None:
        pressed = await self._ledger.changes.at(key)
        receipt = pressed.receipt if pressed and pressed.undone is None and pressed.run == run else None
        if pressed and receipt and (error := await self._refused(pressed, self.may_be_given_back(receipt))):
            return error
        return await self._flows.restore(key, run, is_last=is_last)

    async def _refused(self, pressed: Pressed, judging: Awaitable[None]) -> Wrong | None:
        with speaking(pressed.locale, pressed.timezone):
            try:
                await judging
            except SharebotError as error:
                await self._ledger.changes.put_off(pressed, error)
                return wrong.written(error)
        return None

    async def _told_of_change(self, name: str, what: Callable[..., Any], key: str, run: str) -> wrong.Wrong | None:
        engine = await self._runs.started()
        outcome = await self._runs.in_its_turn(name, what, key, run)
        if outcome is None:
            for share in await engine.step("tell", self._flows.tell, key, run, again=is_passing):
                await self._runs.begin(share, run, [(SHOWN, share, 0)])
        else:
            failed = partial(self._flows.tell_of_failure, key, run, outcome["sentence"])
            await engine.step("tell", failed, again=is_passing)
        for share, notice in await engine.step("hear", self._flows.still_to_hear, key, again=is_passing):
            await self._runs.begin(share, run, [tuple(notice)])
        if outcome is None:
            # After what was there before: work that an older version began goes on here, step by step.
            for share, person_id in await engine.step("renew", self._flows.to_renew, key, again=is_passing):
                await self._runs.begin(share, run, [(f"{RENEWED}.{share}", person_id, 0)])
        self._runs.wake.set()
        return outcome
