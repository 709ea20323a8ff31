"""What outlives a press: a share, and its end. Each is a flow of few steps that bear to be done again.

What was sent is fenced in the ledger (bot/ledger/attempts.py), who was told is marked there; so a step that a kill has
cut looks at Graph for what is in doubt and sends nothing twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import cards.basics
import cards.ended
import cards.share
from bot import granting
from bot.errors import AccountGone, NeedsSignIn, SharebotError, TooLate, Unavailable, Unsure
from bot.granting import Answer, Given, called
from bot.graph import Graph
from bot.graph.permissions import Identity, Invited, Permission
from bot.ledger import Answer as Said
from bot.ledger import Attempt, Ledger, Stands, is_passing
from bot.sharing import Ending, EndReceipt, Person, Recipient, Role, SharePlan, ShareReceipt
from bot.texts import _, speaking
from bot.work import wrong
from bot.work.wrong import Wrong
from cards.elements import Card

log = logging.getLogger(__name__)

# To whom, by tenant and person, and what makes the card once their language is spoken; whether they could be told.
Tell = Callable[[str, str, Callable[[], Card]], Awaitable[bool]]
# Stands where a person's id does: their channel, where there is one.
ADMINISTRATORS = "administrators"
# So long it is left to the sharer, who may be away for a day.
THE_SHARERS = 24 * 60 * 60
# While nobody can tell what became of an invite, Graph is asked again after so many seconds.
LOOK_AGAIN_AFTER = (1.0, 5.0, 20.0, 60.0)
# An end that could not be is tried again after so many seconds, the last one over and over.
TRY_AGAIN_AFTER = (60, 5 * 60, 15 * 60, 60 * 60, 4 * 60 * 60, 24 * 60 * 60)
GIVE_UP_AFTER = 30 * 24 * 60 * 60
# What Microsoft 365 is down for is told when it lasts.
QUIET_TRIES = 3
DOUBT = "in doubt"
DUE, NOW, UNDO = "due", "now", "undo"


class Flows:
    """`graph` speaks to Graph as a person; `tell` sends a card to the own chat of somebody (tenant, person)."""

    def __init__(
        self, *, ledger: Ledger, graph: Callable[[Person], Graph], tell: Tell, clock: Callable[[], float]
    ) -> None:
        self._ledger = ledger
        self._graph = graph
        self._tell = tell
        self._clock = clock
        # By the name of a run: somebody waits for its receipt here, and gets it before others are told.
        self.waiting: dict[str, asyncio.Future[Any]] = {}
        self._done: dict[str, ShareReceipt] = {}

    # A share

    async def share(self, key: str, run: str, locale: str, zone: str) -> Wrong | str | None:
        """What went wrong, with nothing done; DOUBT while that can't be told; None when it is done and kept."""
        with speaking(locale, ZoneInfo(zone)):
            try:
                plan = await self._ledger.plans.begin(key, run)
                self._in_time(plan, is_new=not await self._ledger.attempts.of(key))
                receipt = await granting.carry_out(self._graph(plan.asker), plan, _Fence(self._ledger, key, plan))
            except Unsure:
                return DOUBT
            except SharebotError as error:
                await self._ledger.plans.put_back(key, run, error)
                return wrong.written(error)
            self._done[run] = receipt
            await self._keep(key, receipt, locale, zone)
            self._answer(run, receipt)
            return None

    async def in_doubt(self, key: str, run: str) -> Wrong:
        """Nobody could tell; pressing again looks again."""
        await self._ledger.plans.put_back(key, run, unsure := Unsure())
        return wrong.written(unsure)

    async def tell_of_failure(self, key: str, run: str, sentence: str) -> None:
        """Unless whoever pressed waits here, and gets it as the answer."""
        plan = await self._ledger.plans.plan(key)
        if plan and run not in self.waiting:
            card = partial(cards.basics.problem, sentence)
            await self._tell_once(key, plan.asker, plan.asker.id, f"failed.{run.rpartition('.')[2]}", card)

    async def tell_of_share(self, key: str, run: str, locale: str, zone: str) -> None:
        receipt = self._done.pop(run, None) or await self._ledger.plans.done(key)
        if receipt is None:
            return
        asker = receipt.plan.asker
        with speaking(locale, ZoneInfo(zone)):
            card = partial(cards.share.shared_with_you, receipt.plan)
            told = [
                self._tell_once(key, asker, person.id, "shared", card)
                for person in granting.changed(receipt)
                if person.id
            ]
            if run not in self.waiting:
                told.append(self._tell_once(key, asker, asker.id, "done", partial(cards.share.done, receipt, key)))
            await asyncio.gather(*told)

    def _in_time(self, plan: SharePlan, *, is_new: bool) -> None:
        if is_new and plan.until and plan.until.at and plan.until.at.timestamp() <= self._clock():
            raise TooLate(_("The time until which you wanted to share this is over. Please ask me again."))

    async def _keep(self, key: str, receipt: ShareReceipt, locale: str, zone: str) -> None:
        plan, stays = receipt.plan, {called(grant.recipient) for grant in receipt.grants if grant.may_stand}
        gone = [called(step.recipient) for step in plan.steps if called(step.recipient) not in stays]
        until = int(plan.until.at.timestamp()) if plan.sees_all and plan.until and plan.until.at else None
        try:
            await self._ledger.ends.keep(key, receipt, locale, zone, ends_at=until, gone=gone)
        except Exception as error:
            if is_passing(error):
                raise
            # It was done all the same: the log has to do then.
            log.exception("what was done could not be kept")

    def _answer(self, run: str, receipt: ShareReceipt | EndReceipt) -> None:
        if (waits := self.waiting.get(run)) and not waits.done():
            waits.set_result(receipt)

    # Its end

    async def end(self, key: str, run: str, why: str) -> Wrong | None:
        """What went wrong; None when it is over."""
        stands = await self._ledger.ends.at(key)
        if stands is None or stands.run != run:
            return wrong.written(TooLate())
        with speaking(stands.locale, stands.timezone):
            attempts = await self._ledger.attempts.of(key)
            if stands.ended is None:
                try:
                    receipt = await self._taken_back(stands, attempts, is_undone=why == UNDO)
                except SharebotError as error:
                    log.info("could not end %s: %s", stands.receipt.plan.item.id, type(error).__name__)
                    await self.put_off(stands, error)
                    return wrong.written(error)
                await self._ledger.ends.ended(stands, receipt)
                self._answer(run, receipt)
        for attempt in attempts:
            await self._ledger.attempts.let_go(stands.receipt.plan, attempt)
        return None

    async def tell_of_end(self, key: str, run: str) -> None:
        stands = await self._ledger.ends.at(key)
        if stands is None or stands.ended is None:
            return
        asker, receipt = stands.receipt.plan.asker, stands.ended
        with speaking(stands.locale, stands.timezone):
            told = [
                self._tell_once(
                    key, asker, each.recipient.id, "ended", partial(cards.ended.ended_for_you, receipt, each)
                )
                for each in receipt.returned
                if each.recipient.id and each.ending in (Ending.ENDED, Ending.LOWERED)
            ]
            # Of a right that was given anew since, nothing is left to this share.
            if receipt.returned and run not in self.waiting:
                told.append(self._tell_once(key, asker, asker.id, "ended", partial(cards.ended.ended, receipt)))
            await asyncio.gather(*told)

    async def tell_of_trouble(self, key: str, run: str, kind: str, sentence: str) -> None:
        """Loudly: at once where only a person can help, and again with each day that passes."""
        stands = await self._ledger.ends.at(key)
        tries, daily = int(run.rpartition(".")[2]), len(TRY_AGAIN_AFTER) - 1
        if stands is None or (issubclass(wrong.kind(kind), Unavailable) and tries < QUIET_TRIES):
            return
        asker = stands.receipt.plan.asker
        with speaking(stands.locale, stands.timezone):
            is_last = stands.due_at is None
            card = partial(cards.ended.not_ended, stands.receipt, key, sentence, is_last=is_last)
            what = f"trouble.{stands.ends_at}.{tries if tries >= daily else 0}"
            heard = await self._tell_once(key, asker, asker.id, what, card)
        if issubclass(wrong.kind(kind), NeedsSignIn):
            is_gone = issubclass(wrong.kind(kind), AccountGone) or heard is False
            await self._tell_administrators(stands, is_gone=is_gone)

    async def _tell_administrators(self, stands: Stands, *, is_gone: bool) -> None:
        """At once of what a sharer who is gone left behind, else when it has lasted; then with each day."""
        lasts = int(self._clock()) - (stands.ends_at or 0)
        if stands.ends and (is_gone or lasts >= THE_SHARERS):
            card = partial(cards.ended.left_behind, stands.receipt, stands.ends, is_gone=is_gone)
            what = f"trouble.{stands.ends_at}.{lasts // THE_SHARERS}"
            await self._tell_once(stands.key, stands.receipt.plan.asker, ADMINISTRATORS, what, card)

    async def remind(self, stands: Stands) -> None:
        asker = stands.receipt.plan.asker
        if stands.ends:
            with speaking(stands.locale, stands.timezone):
                card = partial(cards.ended.reminder, stands.receipt, stands.ends, stands.key)
                await self._tell_once(stands.key, asker, asker.id, f"reminder.{stands.ends_at}", card)
        await self._ledger.ends.reminded(stands)

    async def _taken_back(self, stands: Stands, attempts: Sequence[Attempt], *, is_undone: bool) -> EndReceipt:
        plan = stands.receipt.plan
        people = {called(grant.recipient): grant.recipient for grant in stands.receipt.grants}
        given = [
            Given(people[each.recipient], each.answer.permission_id, each.role, each.before)
            for each in attempts
            if each.answer and each.recipient in people
        ]
        receipt = EndReceipt(stands.receipt, tuple(await granting.take_back(self._graph(plan.asker), plan, given)))
        if not receipt.is_over:
            raise Unavailable(_("Microsoft 365 said yes, but the access is still there. Please try again."))
        return replace(receipt, is_undone=is_undone)

    async def put_off(self, stands: Stands, error: SharebotError | None = None) -> None:
        """It could not be ended now."""
        await self._ledger.ends.later(stands, self._next_try(stands), error)

    async def put_off_if_due(self, stands: Stands) -> None:
        """So that one which is still due as it was is not begun over and over."""
        if await self._ledger.ends.at(stands.key) == stands:
            await self.put_off(stands)

    def _next_try(self, stands: Stands) -> int | None:
        """None where nobody but a person begins it."""
        now = int(self._clock())
        if stands.ends_at is None or stands.ends_at > now:
            return stands.due_at
        if now - stands.ends_at > GIVE_UP_AFTER:
            return None
        return now + TRY_AGAIN_AFTER[min(stands.runs, len(TRY_AGAIN_AFTER) - 1)]

    async def _tell_once(
        self, key: str, asker: Person, person_id: str, what: str, card: Callable[[], Card]
    ) -> bool | None:
        """Whether they could be told; None if that was tried before."""
        if not await self._ledger.ends.tell_once(key, person_id, what):
            return None
        was_told = False
        try:
            was_told = await self._tell(asker.tenant_id, person_id, card)
        except Exception:
            # Neither a deed nor what was told to others is undone by it.
            log.exception("somebody could not be told")
        await self._ledger.record.told(asker, key, what.partition(".")[0], person_id, was_told=was_told)
        return was_told


class _Fence:
    """The ledger's attempts, as `granting` wants them."""

    def __init__(self, ledger: Ledger, key: str, plan: SharePlan) -> None:
        self._attempts = ledger.attempts
        self._key = key
        self._plan = plan
        self._seen: dict[str, Attempt] = {}

    async def look(self) -> Mapping[Recipient, Answer]:
        people = {called(step.recipient): step.recipient for step in self._plan.steps}
        self._seen = await self._attempts.at(self._plan, list(people))
        mine = {name: each for name, each in self._seen.items() if each.plan_key == self._key}
        return {people[name]: _said(people[name], each) for name, each in mine.items()}

    async def take(self, before: Mapping[Recipient, Role | None]) -> list[Recipient]:
        roles = {called(person): role for person, role in before.items()}
        taken = await self._attempts.take(self._key, self._plan, roles, self._seen)
        return [person for person in before if called(person) in taken]

    async def answered(self, answers: Sequence[Invited]) -> None:
        await self._attempts.answered(self._key, {called(each.recipient): _answer(each.permission) for each in answers})

    async def give_up(self, people: Sequence[Recipient]) -> None:
        await self._attempts.give_up(self._key, [called(each) for each in people])


def _answer(permission: Permission | None) -> Said:
    if permission is None:
        return Said("")
    who = next((each for each in permission.identities if each.kind == "user" and each.id), None)
    person_id, name = (who.id or "", who.name) if who else ("", "")
    return Said(permission.id, permission.problem or "", person_id, name, permission.reference)


def _said(person: Recipient, attempt: Attempt) -> Answer:
    """What Graph said before we were interrupted."""
    said = attempt.answer
    if said is None or said.was_lost:
        return Unsure()
    if not said.permission_id:
        return Invited(person, None)
    who = (Identity("user", said.person_id, said.name, person.email),) if said.person_id else ()
    there = Permission(said.permission_id, (attempt.role.value,), who, problem=said.problem or None)
    return Invited(person, replace(there, reference=said.reference))
