"""Shares as people begin, undo, extend and see them: each press finds its flow, or what came of it."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot import judging
from bot.changes import Aim, ChangePlan
from bot.errors import AgainstPolicy, NotUnderstood, SharebotError, TooLate, Unsure
from bot.granting import names
from bot.graph import Graph
from bot.graph.permissions import covers
from bot.ledger import Attempt, Ledger, Place, Stands, is_passing
from bot.policy import Policy
from bot.sharing import (
    Change,
    EndReceipt,
    Expiry,
    Person,
    Recipient,
    ShareableItem,
    SharePlan,
    ShareReceipt,
    Step,
    Verdict,
)
from bot.texts import _, later
from bot.work import wrong
from bot.work.flows import DOUBT, DUE, NOW, RENEWED, UNDO, Flows
from bot.work.many import ManyFlows
from bot.work.runs import PATIENCE_OF_MANY, Runs, logged

log = logging.getLogger(__name__)

# Seconds. An end that takes longer is left to itself.
ENDS_WITHIN = 60.0

UNTIL_WHEN = later("Until when? They have it until different days. Please say a day, or: forever")


class Shares:
    """`graph` speaks to Graph as a person."""

    def __init__(
        self,
        *,
        runs: Runs,
        ledger: Ledger,
        graph: Callable[[Person], Graph],
        policy: Policy,
        clock: Callable[[], float],
        flows: Flows,
        many: ManyFlows,
    ) -> None:
        self._runs = runs
        self._ledger = ledger
        self._graph = graph
        self._policy = policy
        self._clock = clock
        self._flows = flows
        self._many = many
        runs.add({"share": self.run, "end": self._ended})

    async def judged(self, graph: Graph, plan: SharePlan, now: dt.datetime, *, keeps_end: bool = False) -> SharePlan:
        """The plan as the policy has it, and with what each has by now that ends. Raises what judging raises.

        `keeps_end`: whoever gets a higher right has it for as long as the lower one. Raises NotUnderstood where that
        is not one day.
        """
        return await judged(self._ledger, graph, plan, self._policy, now, keeps_end=keeps_end)

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
            receipt = await self._runs.answer("share", run, key, run, locale, zone)
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
            await self._may_be(stands, Expiry("", ends), Expiry("", dt.datetime.fromtimestamp(ends_at, dt.UTC)))
            await self._runs.started()
            # An end that is under way is not to be put off any more.
            async with self._flows.alone.on(stands.receipt.plan.item.key):
                if await self._ledger.ends.moved(stands, moved):
                    self._runs.wake.set()
        stands = await self._ledger.ends.of(key, person)
        if stands.ends_at != moved:
            raise TooLate
        people = [each.recipient.id for each in stands.receipt.granted() if each.recipient.id]
        await self._runs.begin(key, stands.run, [(f"{RENEWED}.{key}", each, 0) for each in people])
        return stands

    async def may_last(self, plan: ChangePlan, *, is_undo: bool = False) -> None:
        """Raises AgainstPolicy where a share could not have had the end that it is to get, or to have again."""
        wanted = plan.until if plan.ends_at else None
        for step in {each.share: each for each in plan.to_change}.values() if plan.aim is Aim.END else ():
            had = Expiry("", step.ends) if step.ends else None
            until, before = (had, wanted) if is_undo else (wanted, had)
            if (not is_undo or _is_later(until, before)) and (stands := await self._ledger.ends.at(step.share)):
                await self._may_be(stands, until, before)

    async def _may_be(self, stands: Stands, until: Expiry | None, before: Expiry | None) -> None:
        """Raises AgainstPolicy where a share could not have been so long to begin with, or nobody has approved that."""
        shared = stands.receipt.plan
        given = {grant.recipient for grant in stands.receipt.given()}
        steps = tuple(Step(each, None, Change.GAINS) for each in given)
        plan = replace(shared, steps=steps, until=until, rulings=())
        made = await self._judged(plan, stands.done)
        # Whose end comes earlier is let in by nobody anew.
        if _is_later(until, before):
            first = await self._ledger.changes.first(stands.key)
            # By the end that was approved, whatever it is by now.
            asked = await self._ledger.plans.plan(first)
            is_as_asked = asked and not _is_later(until, asked.until)
            approved = await self._flows.approved(first, asked) if asked and is_as_asked else {}
            self._may_stand(made, approved)

    async def may_be(self, plan: SharePlan, since: dt.datetime) -> None:
        """Raises AgainstPolicy where this could not have been shared so at that time, by what the rules are now."""
        self._may_stand(await self._judged(plan, since), {})

    def _may_stand(self, made: SharePlan, approved: Mapping[str, Collection[str]]) -> None:
        """Raises AgainstPolicy."""
        if made.refused:
            raise judging.refusal(made)
        self._flows.is_approved(made.approvals, approved)

    async def _judged(self, plan: SharePlan, since: dt.datetime) -> SharePlan:
        """Raises AgainstPolicy where it is too long."""
        made = await judging.judged_anew(self._graph(plan.asker), plan, self._policy, since)
        if not made.refused and made.until != plan.until:
            ruling = next(each for each in made.rulings if each.verdict is Verdict.SHORTENED)
            raise AgainstPolicy(ruling.words, rule=ruling.rule)
        return made

    async def given_on(self, tenant_id: str, item: ShareableItem) -> list[tuple[Attempt, Stands]]:
        """What people have on it by shares that stand, whoever shared it, each with its share."""
        given = await self._ledger.attempts.on_item(tenant_id, item.key)
        shares = {key: await self._ledger.ends.at(key) for key in {each.plan_key for each in given}}
        return [(each, stands) for each in given if (stands := shares[each.plan_key])]

    async def show_anew(self, key: str) -> None:
        """What has become of a share, on its card, if that is still there."""
        await self._flows.is_shown(key)

    async def last(self, person: Person, said: str) -> Stands | None:
        """The share of this person that "undo" means, in the message of this id. Raises TooLate where it has ended."""
        try:
            return await self._ledger.ends.last(person, said)
        except TooLate:
            newest = await self._ledger.ends.newest(person)
            # Of several at once, one may have ended and another stand.
            if newest and await self._ledger.many.key_of(newest.key):
                return newest
            raise

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

    async def of(self, person: Person) -> list[Stands]:
        """What this person shared and stands, newest first."""
        return await self._ledger.ends.standing(person)

    async def told(self, shares: Sequence[Stands]) -> list[Stands]:
        """The same with how each has heard of it."""
        tellings = await self._ledger.told.of_shares([each.key for each in shares])
        return [replace(each, receipt=each.receipt.accounted(tellings[each.key])) for each in shares]

    async def receipt(self, key: str, person: Person) -> ShareReceipt:
        """What came of a share of this person, as it is kept with it. Raises NotYours, TooLate."""
        (stands,) = await self.told([await self._ledger.ends.of(key, person)])
        return stands.receipt

    async def items(
        self, person: Person, is_meant: Callable[[Recipient], bool]
    ) -> list[tuple[ShareableItem, list[Recipient]]]:
        """What this person shared with whoever is meant and what stands, the newest first, each once; and with whom."""
        return await self._ledger.ends.items(person, is_meant)

    async def sharers(self, tenant_id: str, words: str) -> list[Stands]:
        """Shares of whoever shared something that these words are said of; newest first."""
        return await self._ledger.ends.mentioning(tenant_id, words)

    async def due(self, item: str, due: list[Stands]) -> None:
        """One after another: of two shares that end at once, the later one falls back to what is left of the first."""
        for each in due:
            if each.receipt.plan.item.key == item:
                await self._due(each)

    async def _due(self, stands: Stands) -> None:
        if stands.ends_at and stands.ends_at > self._clock():
            notices = await self._flows.reminder(stands)
            together = await self._many.reminder(stands) if notices else None
            await self._runs.begin(*(together or (stands.key, stands.run, notices)))
            await self._ledger.ends.reminded(stands)
            return
        engine = await self._runs.started()
        work = self._runs.counted(engine.run("end", stands.run, stands.key, stands.run, DUE))
        work.add_done_callback(logged)
        # An undo of this run may be asleep while Graph is busy, and others are due besides.
        done, _pending = await asyncio.wait({work}, timeout=ENDS_WITHIN)
        if done:
            # If that run was over before: a ledger from a backup knows less than the engine does.
            await self._flows.put_off_if_due(stands)

    async def _end(self, stands: Stands, why: str) -> EndReceipt:
        if stands.ended:
            return stands.ended
        try:
            receipt = await self._runs.answer("end", stands.run, stands.key, stands.run, why)
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

    # As flows

    async def run(
        self, key: str, run: str, locale: str, zone: str, *, is_for_owner: bool = False
    ) -> wrong.Wrong | None:
        """`is_for_owner`: somebody else pressed it, and waits for what comes of it."""
        engine = await self._runs.started()
        outcome = DOUBT
        for pause in (0.0, *self._runs.limits.try_again):
            if outcome == DOUBT:
                if pause:
                    await engine.sleep(pause)
                patience = 0.0 if pause else PATIENCE_OF_MANY
                outcome = await self._runs.in_its_turn(
                    "share", self._flows.share, key, run, locale, zone, patience=patience
                )
        if outcome == DOUBT:
            outcome = await engine.step("in doubt", self._flows.in_doubt, key, run, locale, zone, again=is_passing)
        failed = partial(self._flows.notices_of_failure, is_for_owner=is_for_owner)
        who = failed if outcome else self._flows.notices_of_share
        notices = await engine.step("notices", who, key, run, again=is_passing)
        await self._runs.begin(key, run, notices, outcome["sentence"] if outcome else "")
        if outcome is None:
            for share, *notice in await engine.step("renew", self._flows.to_renew, key, again=is_passing):
                await self._runs.begin(share, f"{run}.{share}", [tuple(notice)])
        self._runs.wake.set()
        return outcome

    async def _ended(self, key: str, run: str, why: str) -> wrong.Wrong | None:
        engine = await self._runs.started()
        await engine.step("hush", self._flows.hush, key, run, again=is_passing)
        outcome = await self._runs.in_its_turn("end", self._flows.end, key, run, why)
        if outcome is None:
            notices = await engine.step("notices", self._flows.notices_of_end, key, run, again=is_passing)
            if not notices:
                together = await engine.step("together", self._many.notices_of_end, key, again=is_passing)
                if together:
                    await self._runs.begin(together[0], run, together[1])
        else:
            said = (why, outcome["kind"])
            notices = await engine.step("notices", self._flows.notices_of_trouble, key, *said, again=is_passing)
        await self._runs.begin(key, run, notices, outcome["sentence"] if outcome else "")
        if why == UNDO:
            for share, *notice in await engine.step("renew", self._flows.to_renew_after, key, again=is_passing):
                await self._runs.begin(share, f"{run}.{share}", [tuple(notice)])
            self._runs.wake.set()
        return outcome


def _is_later(until: Expiry | None, than: Expiry | None) -> bool:
    """Without a moment, it never ends."""
    first, second = (each.at if each else None for each in (until, than))
    return second is not None and (first is None or first > second)


async def judged(
    ledger: Ledger,
    graph: Graph,
    plan: SharePlan,
    policy: Policy,
    now: dt.datetime,
    *,
    says_end: bool = False,
    keeps_end: bool = False,
) -> SharePlan:
    """The plan as the policy has it, and with what each has by now that ends. Raises what judging raises.

    `says_end` is for a plan without an end of which that was a word; `keeps_end`, as of `Shares.judged`.
    """
    zone = now.tzinfo or dt.UTC
    is_said = says_end or (plan.until is not None and all(each.verdict is not Verdict.DEFAULT for each in plan.rulings))
    plan = await _with_ends(ledger, plan, zone, is_said=is_said)
    if keeps_end and plan.until is None:
        plan = replace(plan, until=_own_end(plan))
    made = await judging.judged(graph, plan, policy, now)
    # An end that is sooner now may be none that anybody would not have had.
    return made if made.until == plan.until else await _with_ends(ledger, made, zone, is_said=is_said)


def _own_end(plan: SharePlan) -> Expiry | None:
    """Until when those have theirs now who are all to get a higher right."""
    higher = [step for step in plan.steps if step.change is Change.UPGRADED]
    ends = {step.ends for step in higher}
    if len(higher) < len(plan.to_grant):
        return None
    if len(ends) > 1:
        raise NotUnderstood(_(UNTIL_WHEN))
    end = next(iter(ends), None)
    return Expiry("", end) if end else None


async def _with_ends(ledger: Ledger, plan: SharePlan, zone: dt.tzinfo, *, is_said: bool) -> SharePlan:
    """With whoever has it by a share that ends before this one would: they keep it, if an end `is_said`, or none.

    Whoever has just this, and of no end was a word, has it already: nobody's end moves unasked.
    """
    given = await ledger.attempts.on(plan)
    return replace(plan, steps=tuple(_with_end(step, plan, given, zone, is_said=is_said) for step in plan.steps))


def _with_end(step: Step, plan: SharePlan, given: list[Attempt], zone: dt.tzinfo, *, is_said: bool) -> Step:
    """What they would have when this plan ends tells whether it changes anything."""
    until = plan.until.at.timestamp() if plan.until and plan.until.at else math.inf
    theirs = {each.role: each for each in given if each.names & names(step.recipient)}
    top = theirs.get(step.now) if step.now else None
    if top is None or top.ends_at is None:
        return step
    step = replace(step, ends=dt.datetime.fromtimestamp(top.ends_at, zone))
    if step.change not in (Change.HAS_IT, Change.KEEPS):
        return step
    then, right = step.now, top
    while right and right.ends_at and right.ends_at < until:
        then = right.before
        right = theirs.get(then) if then else None
    stays = covers(then, plan.role) or (step.now is plan.role and not is_said)
    change = Change.HAS_IT if stays else Change.KEEPS
    return replace(step, change=change)


def _not_known() -> str:
    return _("I don't know whether the access has ended. Please try again.")
