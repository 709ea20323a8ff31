"""What outlives a press: a share, and its end. Each is a flow of few steps that bear to be done again.

What was sent is fenced in the ledger (bot/ledger/attempts.py), who was told is marked there; so a step that a kill has
cut looks at Graph for what is in doubt and sends nothing twice.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import cards.basics
import cards.ended
import cards.share
from bot import granting, judging
from bot.errors import (
    AccountGone,
    AgainstPolicy,
    Busy,
    NeedsSignIn,
    NotFound,
    SharebotError,
    TooLate,
    Unavailable,
    Unsure,
)
from bot.granting import Answer, Given, called, names
from bot.graph import Graph
from bot.graph.permissions import Identity, Invited, Permission
from bot.ledger import AccessRequest, Attempt, Ledger, Place, Stands, is_passing, of_notice
from bot.ledger import Answer as Said
from bot.ledger.attempts import Formerly
from bot.ledger.ends import NOTHING
from bot.policy import Policy
from bot.sharing import (
    Change,
    Ending,
    EndReceipt,
    Grant,
    Outcome,
    Person,
    Recipient,
    Returned,
    Role,
    Ruling,
    SharePlan,
    ShareReceipt,
    Telling,
    Verdict,
    Wish,
)
from bot.texts import _, later, sentences, speaking
from bot.work import standing, wrong
from bot.work.alone import Alone
from bot.work.bringing import Bringing
from bot.work.wrong import Wrong
from cards.elements import Card

log = logging.getLogger(__name__)

# To whom, by tenant and person, and what makes the card once their language is spoken. Where it is then; None if they
# can't be reached. Raises Unsure where nobody can tell, Unavailable where another try may reach them.
Tell = Callable[[str, str, Callable[[], Card]], Awaitable[Place | None]]
# In the place of another card.
Show = Callable[[Place, Card], Awaitable[None]]
# What, to whom (an id), and after how many seconds: what is sent is found in the ledger when its turn has come.
Notice = tuple[str, str, int]
# Stands where a person's id does: their channel, where there is one.
ADMINISTRATORS = "administrators"
# So long it is left to the sharer, who may be away for a day.
THE_SHARERS = 24 * 60 * 60
# An end that could not be is tried again after so many seconds, the last one over and over.
TRY_AGAIN_AFTER = (60, 5 * 60, 15 * 60, 60 * 60, 4 * 60 * 60, 24 * 60 * 60)
GIVE_UP_AFTER = 30 * 24 * 60 * 60
# What Microsoft 365 is down for is told when it lasts.
QUIET_TRIES = 3
DOUBT, AGAIN = "in doubt", "again"
GONE = later(
    "I can't find this any more, or you can't open it. If it was deleted, nobody can open it; "
    "if it comes back, I end the access then."
)
NEWER = later("That is newer than the card. Please ask me again, and I show you what is possible.")
DAY_OVER = later("The time until which you wanted to share this is over. Please ask me again.")
ASK_FIRST = later("Please ask me to share it, and then press “Ask for approval”.")
# So long a card can be pressed.
CARDS_LAST = dt.timedelta(days=1)
DUE, NOW, UNDO = "due", "now", "undo"
# What a notice is about; the last three say more behind a dot. LEFT: by a sharer who is gone. RENEWED: what they were
# told of a share is brought up to date where it is, of which there may be several in one run: so behind a dot is which.
SHARED, SHOWN, DONE, FAILED, RENEWED = "shared", "shown", "done", "failed", "renewed"
ENDED, REMINDER, TROUBLE, LEFT = "ended", "reminder", "trouble", "left"
# So many of the tries again are the mail's: by then nobody waits for an install.
LEFT_TO_MAIL = 2
# So long an end waits for whoever is being told at that moment, looking so often. Seconds.
TOLD_WITHIN, LOOKS_EVERY = 20.0, 0.5


class GraphOf(Protocol):
    """Speaks to Graph as a person. `yields`: others are to have something of a Graph that is busy."""

    def __call__(self, person: Person, *, yields: bool = ...) -> Graph: ...


class Flows:
    """`graph` speaks to Graph as a person; `tell` sends a card to the own chat of somebody (tenant, person).

    Whoever gives or takes access to an item is `alone` with it. `waiting` has, by the name of a run, who waits here for
    what comes of it: they get it before others are told.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        graph: GraphOf,
        tell: Tell,
        show: Show,
        policy: Policy,
        clock: Callable[[], float],
        alone: Alone,
        waiting: dict[str, asyncio.Future[Any]],
        bringing: Bringing,
    ) -> None:
        self.alone = alone
        self._ledger = ledger
        self.graph = graph
        self._tell = tell
        self._show = show
        self._policy = policy
        self._clock = clock
        self._bringing = bringing
        self.waiting = waiting
        self._done: dict[str, ShareReceipt] = {}

    def now(self, zone: str) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._clock(), ZoneInfo(zone))

    async def can_wait(self, key: str, run: str) -> bool:
        """Nobody waits for what comes of one of many as they do for that of one alone."""
        return run not in self.waiting and await self._ledger.many.key_of(key) is not None

    # A share

    async def share(self, key: str, run: str, locale: str, zone: str, *, is_last: bool) -> Wrong | str | None:
        """What went wrong, with nothing done; DOUBT while that can't be told; None when it is done and kept.

        `wrong.busy` where it goes on later: not at the last try.
        """
        can_wait = not is_last and await self.can_wait(key, run)
        with speaking(locale, ZoneInfo(zone)):
            try:
                plan = await self._ledger.plans.begin(key, run)
                async with self.alone.on(plan.item.key):
                    self._done[run] = receipt = await self._shared(key, plan, locale, zone, can_wait=can_wait)
                    # Whoever waits for it does not wait for the lock as well.
                    self.answer(run, receipt)
            except Unsure:
                return DOUBT
            except SharebotError as error:
                if can_wait and isinstance(error, Busy):
                    return wrong.busy(error)
                await self._ledger.plans.put_back(key, run, error)
                return wrong.written(error)
            return None

    async def in_doubt(self, key: str, run: str, locale: str, zone: str) -> Wrong:
        """Nobody could tell; pressing again looks again, and what may be there comes to its end all the same."""
        if plan := await self._ledger.plans.plan(key):
            await self._doubt(key, plan, locale, zone)
        await self._ledger.plans.put_back(key, run, unsure := Unsure())
        return wrong.written(unsure)

    async def _shared(self, key: str, plan: SharePlan, locale: str, zone: str, *, can_wait: bool) -> ShareReceipt:
        """What came of it, now or before."""
        fence = _Fence(self._ledger, key, plan)
        (is_done, is_over), is_new, tellings = await asyncio.gather(
            self._ledger.ends.state(key), fence.is_new(), self._ledger.told.tellings(key)
        )
        if is_done and (receipt := await self._ledger.plans.done(key)):
            return receipt
        if is_over:
            raise TooLate
        self._in_time(plan, is_new=is_new)
        if is_new:
            await self._still_stands(key, plan)
            await self._is_allowed(key, plan, zone, can_wait=can_wait)
        mailed = fence.mailed = await self._mailed_at_once(plan, tellings, is_new=is_new)
        try:
            graph = self.graph(plan.asker, yields=can_wait)
            receipt = await granting.carry_out(graph, plan, fence, mailed=mailed, goes_on=can_wait)
        except NeedsSignIn:
            # Maybe they never do.
            await self._doubt(key, plan, locale, zone)
            raise
        receipt = await self._kept(key, receipt)
        receipt = receipt.accounted({each.id: Telling.MAIL for each in mailed if each.id} | tellings)
        await self._keep(key, receipt, locale, zone)
        return receipt

    async def _kept(self, key: str, receipt: ShareReceipt) -> ShareReceipt:
        """Who had it for a time, and was to have it longer, has it by this share from now on."""
        keep = {step.recipient for step in receipt.plan.steps if step.change is Change.KEEPS}
        grants: list[Grant] = []
        for each in receipt.grants:
            is_kept = (
                each.outcome is Outcome.HAD_IT
                and each.recipient in keep
                and await self._ledger.attempts.keep(key, receipt.plan, names(each.recipient))
            )
            grants.append(replace(each, outcome=Outcome.GRANTED) if is_kept else each)
        return replace(receipt, grants=tuple(grants))

    async def _doubt(self, key: str, plan: SharePlan, locale: str, zone: str) -> None:
        """What was sent, of which nobody knows what came of it, stands as if it were there."""
        sent = {each.recipient for each in await self._ledger.attempts.of(key)}
        people = [step.recipient for step in plan.steps if called(step.recipient) in sent]
        receipt = ShareReceipt(plan, tuple(Grant(each, Outcome.UNSURE) for each in people), checked=False)
        await self._ledger.ends.doubt(key, receipt, locale, zone, ends_at=_until(plan))

    async def notices_of_failure(self, key: str, run: str, *, is_for_owner: bool) -> list[Notice]:
        """Unless whoever pressed waits here, and gets it as the answer; an owner in whose place it was hears of it."""
        if await self._ledger.many.key_of(key) or (run in self.waiting and not is_for_owner):
            return []
        plan = await self._ledger.plans.plan(key)
        return [(f"{FAILED}.{run.rpartition('.')[2]}", plan.asker.id, 0)] if plan else []

    async def notices_of_share(self, key: str, run: str) -> list[Notice]:
        receipt = self._done.pop(run, None) or await self._ledger.plans.done(key)
        if receipt is None or await self._ledger.many.key_of(key):
            return []
        asker = [] if run in self.waiting or await self._is_decided_for(key) else [(DONE, receipt.plan.asker.id, 0)]
        return [*asker, *_to_hear(receipt)]

    async def to_renew(self, key: str) -> list[tuple[str, str, str, int]]:
        """Of which older shares somebody has by this one what they had by those: what is to be shown anew, and to whom.

        Recipients not before undo has had its time; the sharer, unless that is a message in words.
        """
        receipt = await self._ledger.plans.done(key)
        if receipt is None:
            return []
        return await self._older(key, receipt.plan, receipt.kept(), (Outcome.MOVED,), receipt.plan.undo)

    async def to_renew_after(self, key: str) -> list[tuple[str, str, str, int]]:
        """The same of what is theirs again by those."""
        stands = await self._ledger.ends.at(key)
        if stands is None:
            return []
        plan = stands.receipt.plan
        people = [each.recipient for each in plan.steps if each.change is Change.KEEPS]
        return await self._older(key, plan, people, (Outcome.MOVED, Outcome.GRANTED), 0)

    async def _older(
        self, key: str, plan: SharePlan, people: Sequence[Recipient], outcomes: Collection[Outcome], after: int
    ) -> list[tuple[str, str, str, int]]:
        found: list[tuple[str, str, str, int]] = []
        for each in await self._ledger.ends.mentioning(plan.asker.tenant_id, plan.item.id) if people else ():
            theirs = {one.recipient.id for one in each.receipt.grants if one.outcome in outcomes}
            ids = [one.id for one in people if one.id and one.id in theirs]
            if each.key == key or each.receipt.plan.item.key != plan.item.key or not ids:
                continue
            found += [(each.key, f"{RENEWED}.{each.key}", one, after) for one in ids]
            sharer = each.receipt.plan.asker
            if await self._ledger.plain_texts.offered(sharer) is None:
                found.append((each.key, SHOWN, sharer.id, 0))
        return found

    async def _is_decided_for(self, key: str) -> bool:
        """Whether somebody has decided it for the owner, who hears of it by that."""
        request = await self._ledger.requests.at(key)
        return request is not None and bool(request.by[0])

    async def _mailed_at_once(
        self, plan: SharePlan, tellings: Mapping[str, Telling], *, is_new: bool
    ) -> frozenset[Recipient]:
        """Whom Graph is to mail with the invite. What was decided stays so, whatever comes between."""
        people = [step.recipient for step in plan.steps if step.change is not Change.KEEPS]
        mailed = {
            each for each in people if plan.is_mailed_at_once(each) or tellings.get(each.id or "") is Telling.MAIL
        }
        if is_new and not plan.undo and plan.mail is not False:
            in_teams = await self._in_teams(plan, people)
            mailed |= {each for each in people if each.id and each.id not in in_teams and each.id not in tellings}
        return frozenset(mailed)

    async def _in_teams(self, plan: SharePlan, people: Sequence[Recipient]) -> set[str]:
        if plan.mail:
            return set()
        tenant_id = plan.asker.tenant_id
        known = await self._ledger.conversations.known(
            tenant_id, [each.id for each in people if each.id and not each.is_group]
        )
        # Whom nothing can be mailed to later is mailed now.
        return known | await self._bringing.open_to(tenant_id, people) if plan.sees_all else known

    def _in_time(self, plan: SharePlan, *, is_new: bool) -> None:
        if is_new and plan.until and plan.until.at and plan.until.at.timestamp() <= self._clock():
            raise TooLate(_(DAY_OVER))

    async def _still_stands(self, key: str, plan: SharePlan) -> None:
        """What they ask to edit they can still view, and for as long as they are to edit it. Raises TooLate."""
        request = await self._ledger.requests.at(key) if plan.wanted_by else None
        if request is None or request.wish is not Wish.EDIT:
            return
        given = await standing.given(self._ledger, request.share_key, request.person_id)
        until = _until(plan)
        if given is None or (given.ends_at and (until is None or until > given.ends_at)):
            raise TooLate

    async def _is_allowed(self, key: str, plan: SharePlan, zone: str, *, can_wait: bool) -> None:
        """By the policy as it is now: the card may be older, or none was shown. Raises AgainstPolicy."""
        # Of a limit that was measured when the card was shown, what passed since is no breach.
        graph = self.graph(plan.asker, yields=can_wait)
        fresh = await judging.judged_anew(graph, plan, self._policy, self.now(zone) + CARDS_LAST)
        since = [each.ruling for each in fresh.refused if each.ruling and each.recipient in plan.to_grant]
        since += [each for each in fresh.rulings if each.verdict is Verdict.SHORTENED]
        for each in since:
            raise AgainstPolicy(sentences(each.words, _(NEWER)), rule=each.rule)
        if fresh.approvals:
            self.is_approved(fresh.approvals, await self.approved(key, plan))

    def is_approved(self, wanted: Iterable[Ruling], approved: Mapping[str, Collection[str]]) -> None:
        """Raises AgainstPolicy where a rule wants a second person's yes, or had asked others than it names by now."""
        for each in wanted:
            asked = approved.get(each.rule)
            if asked is None or not set(asked) <= set(each.approvers):
                raise AgainstPolicy(sentences(each.words, _(ASK_FIRST)), rule=each.rule)

    async def approved(self, key: str, plan: SharePlan) -> dict[str, tuple[str, ...]]:
        """By which rules somebody has said yes to it, alone or with others, and whom the rule had named by then.

        For what the card said of this one.
        """
        together = await self._ledger.many.key_of(key)
        of_all = await self._ledger.approvals.approved(together) if together else frozenset[str]()
        yes = await self._ledger.approvals.approved(key) | of_all
        return {each.rule: each.approvers for each in plan.approvals if each.rule in yes}

    async def _keep(self, key: str, receipt: ShareReceipt, locale: str, zone: str) -> None:
        given = {name for grant in receipt.given() for name in names(grant.recipient)}
        gone = [called(step.recipient) for step in receipt.plan.steps if called(step.recipient) not in given]
        try:
            await self._ledger.ends.keep(key, receipt, locale, zone, ends_at=_until(receipt.plan), gone=gone)
        except Exception as error:
            if is_passing(error):
                raise
            # It was done all the same: the log has to do then.
            log.exception("what was done could not be kept")

    def answer(self, run: str, receipt: object) -> None:
        if (waits := self.waiting.get(run)) and not waits.done():
            waits.set_result(receipt)

    # Its end

    async def end(self, key: str, run: str, why: str, *, is_last: bool) -> Wrong | None:
        """What went wrong; None when it is over. `wrong.busy` where it goes on later: not at the last try."""
        stands = await self._ledger.ends.at(key)
        if stands is None:
            return wrong.written(TooLate())
        with speaking(stands.locale, stands.timezone):
            async with self.alone.on(stands.receipt.plan.item.key):
                return await self._end(key, run, why, is_last=is_last)

    async def _end(self, key: str, run: str, why: str, *, is_last: bool) -> Wrong | None:
        stands = await self._ledger.ends.at(key)
        if stands is None or stands.run != run:
            await self._ledger.told.keep_no_longer(key)
            return wrong.written(TooLate())
        attempts = await self._ledger.attempts.of(key)
        if stands.ended is None:
            # What is due by the clock is tried again by the clock, and others are due besides.
            can_wait = not is_last and why != DUE and await self.can_wait(key, run)
            earlier = await self._ledger.ends.earlier(attempts) if why == UNDO else {}
            try:
                receipt = await self.taken_back(stands, attempts, earlier, can_wait=can_wait)
                receipt = replace(receipt, is_undone=why == UNDO)
            except NotFound as error:
                await self.put_off(stands, why, error)
                return wrong.written(NotFound(_(GONE), reference=error.reference))
            except SharebotError as error:
                if can_wait and isinstance(error, Busy):
                    return wrong.busy(error)
                log.info("could not end %s: %s", stands.receipt.plan.item.id, type(error).__name__)
                # Half of it may be done: what is to be as before is so at once, and not ended with the rest.
                back = earlier if isinstance(error, Unsure) else {}
                await self.put_off(stands, why, error, back)
                return wrong.written(error)
            gone = {name for each in receipt.returned if each.ending is Ending.ENDED for name in names(each.recipient)}
            back = {each: was for each, was in earlier.items() if not each.names & gone}
            await self._ledger.ends.ended(stands, receipt, back)
            self.answer(run, receipt)
            attempts = [each for each in attempts if each not in back]
        for attempt in attempts:
            await self._ledger.attempts.let_go(stands.receipt.plan, attempt)
        return None

    async def notices_of_end(self, key: str, run: str) -> list[Notice]:
        """For whoever had heard of the share, and for the sharer unless they wait here for the answer."""
        stands = await self._ledger.ends.at(key)
        if stands is None or stands.ended is None:
            return []
        if await self._ledger.many.key_of(key):
            return []
        share = stands.receipt.accounted(await self._ledger.told.tellings(key))
        heard = {grant.recipient.id for grant in share.granted() if grant.telling is not Telling.KEPT}
        people = [
            each.recipient.id
            for each in stands.ended.returned
            if each.recipient.id in heard and each.recipient.id and each.ending in (Ending.ENDED, Ending.LOWERED)
        ]
        notices: list[Notice] = [(ENDED, each, 0) for each in people]
        # What others have by more than this share tells them nothing new; only what they read of this one is over.
        more = (each.recipient.id for each in stands.ended.returned if each.recipient.id in heard - {*people})
        notices += [(f"{RENEWED}.{key}", each, 0) for each in more if each]
        request = await self._ledger.requests.at(key)
        if request and request.person_id not in people:
            # They have not heard of the share, but where they asked for it they may read that it was allowed.
            notices.append((f"{RENEWED}.{key}", request.person_id, 0))
        # Of a right that was given anew since, nothing is left to this share.
        if stands.ended.returned and run not in self.waiting:
            asker = stands.receipt.plan.asker.id
            # On the share's own card as well: it can be shown again, which a notice that a kill has cut can not.
            notices += [(ENDED, asker, 0), (SHOWN, asker, 0)]
        return notices

    async def notices_of_trouble(self, key: str, why: str, kind: str) -> list[Notice]:
        """Loudly: at once where only a person can help, and again with each day that passes.

        Whoever was not told of the share because it was to be taken back is told now.
        """
        stands = await self._ledger.ends.at(key)
        if stands is None or stands.ended:
            return []
        receipt = stands.receipt.accounted(await self._ledger.told.tellings(key))
        # This one is counted by now.
        tries, daily = stands.tries - 1, len(TRY_AGAIN_AFTER) - 1
        is_quiet = issubclass(wrong.kind(kind), Unavailable | Unsure) and tries < QUIET_TRIES
        if why != DUE or is_quiet or issubclass(wrong.kind(kind), TooLate):
            return _to_hear(receipt)
        if issubclass(wrong.kind(kind), NotFound) and tries:
            return _to_hear(receipt)
        asker = receipt.plan.asker
        notices = [*_to_hear(receipt), (f"{TROUBLE}.{stands.ends_at}.{tries if tries >= daily else 0}", asker.id, 0)]
        if issubclass(wrong.kind(kind), NeedsSignIn):
            is_gone = issubclass(wrong.kind(kind), AccountGone)
            can_be_told = not is_gone and await self._ledger.conversations.of(asker.tenant_id, asker.id) is not None
            lasts = int(self._clock()) - (stands.ends_at or 0)
            # At once of what a sharer who is gone left behind, else when it has lasted; then with each day.
            if stands.ends and (not can_be_told or lasts >= THE_SHARERS):
                why_now = LEFT if not can_be_told else TROUBLE
                notices.append((f"{why_now}.{stands.ends_at}.{lasts // THE_SHARERS}", ADMINISTRATORS, 0))
        return notices

    async def reminder(self, stands: Stands) -> list[Notice]:
        """No notice where nothing is left to this share: it was given anew since."""
        if not await self._ledger.attempts.of(stands.key):
            return []
        return [(f"{REMINDER}.{stands.ends_at}", stands.receipt.plan.asker.id, 0)]

    async def hush(self, key: str, run: str) -> None:
        """Whoever has not heard of a share by now never will, unless it can't be taken back."""
        stands = await self._ledger.ends.at(key)
        if stands is None or stands.run != run or stands.ended:
            return
        await self.keep_from(key, [grant.recipient.id for grant in stands.receipt.granted() if grant.recipient.id])

    async def keep_from(self, key: str, people: Collection[str]) -> None:
        """Whoever of these has not heard of a share by now never will."""
        # A mail is an invite: whoever is being mailed would get the access anew.
        until = asyncio.get_running_loop().time() + TOLD_WITHIN
        while not await self._ledger.told.keep_from(key, people):
            if asyncio.get_running_loop().time() > until:
                break
            await asyncio.sleep(LOOKS_EVERY)

    async def taken_back(
        self,
        stands: Stands,
        attempts: Sequence[Attempt],
        earlier: Mapping[Attempt, Formerly] = NOTHING,
        *,
        can_wait: bool = False,
    ) -> EndReceipt:
        """What these attempts of a share gave, as it was before: some `earlier` by a share until then.

        Raises SharebotError, Unavailable where it stays.
        """
        plan = stands.receipt.plan
        people = {name: grant.recipient for grant in stands.receipt.grants for name in names(grant.recipient)}
        known = [(each, each.answer) for each in attempts if each.answer and each.recipient in people]
        given = [
            Given(
                people[each.recipient], answer.permission_id, each.role, each.role if each in earlier else each.before
            )
            for each, answer in known
        ]
        graph = self.graph(plan.asker, yields=can_wait)
        others = [each for each in await self._ledger.attempts.on(plan) if each.plan_key != stands.key]
        returned: list[Returned] = []
        for (each, _answer), what in zip(known, await granting.take_back(graph, plan, given), strict=True):
            theirs = next((one for one in others if one.role is what.now and one.names & each.names), None)
            ends_at = earlier[each].ends_at if each in earlier else theirs.ends_at if theirs else None
            if what.ending is Ending.LOWERED and ends_at and ends_at > self._clock():
                returned.append(replace(what, ends=dt.datetime.fromtimestamp(ends_at, stands.timezone)))
            elif each in earlier and what.now is Role.WRITE and theirs:
                # They were given more meanwhile, and have that.
                returned.append(replace(what, ending=Ending.LOWERED))
            else:
                returned.append(what)
        receipt = EndReceipt(stands.receipt, tuple(returned))
        if not receipt.is_over:
            raise Unavailable(_("Microsoft 365 said yes, but the access is still there. Please try again."))
        return receipt

    async def put_off(
        self, stands: Stands, why: str, error: SharebotError | None = None, back: Mapping[Attempt, Formerly] = NOTHING
    ) -> None:
        """It could not be ended now. What may have ended in part goes on by itself, and nobody hears of it any more."""
        was_due = stands.is_due(self._clock())
        if isinstance(error, Unsure) and not was_due:
            stands = replace(stands, ends_at=int(self._clock()))
        if not stands.is_due(self._clock()):
            await self._ledger.told.keep_no_longer(stands.key)
        # What a person pressed leaves the next try when it is.
        due_at = stands.due_at if was_due and why != DUE else self._next_try(stands)
        tries = stands.tries + 1 if why == DUE else stands.tries
        await self._ledger.ends.later(replace(stands, tries=tries), due_at, error, back)

    async def put_off_if_due(self, stands: Stands) -> None:
        """So that one which is still due as it was is not begun over and over."""
        if await self._ledger.ends.at(stands.key) == stands:
            await self.put_off(stands, DUE)

    def _next_try(self, stands: Stands) -> int | None:
        """None where nobody but a person begins it."""
        now = int(self._clock())
        if stands.ends_at is None or not stands.is_due(now):
            return stands.due_at
        if now - stands.ends_at > GIVE_UP_AFTER:
            return None
        wait = TRY_AGAIN_AFTER[min(stands.tries, len(TRY_AGAIN_AFTER) - 1)]
        # With each day that it has lasted others hear of it, and not hours after that.
        return min(now + wait, stands.ends_at + THE_SHARERS * (1 + (now - stands.ends_at) // THE_SHARERS))

    # Who is told of it

    async def tell(self, what: str, key: str, person_id: str, sentence: str) -> None:
        """Sends a notice, unless it is about what is over by now; `sentence` is what went wrong."""
        kind = what.partition(".")[0]
        if kind == SHOWN:
            await self.show(key)
        elif kind in (DONE, FAILED):
            plan, receipt = await self._ledger.plans.plan(key), await self._ledger.plans.done(key)
            if kind == FAILED and receipt:
                # Pressed again since, it was done.
                return
            if plan and kind == FAILED:
                card = partial(cards.share.failed, plan.item, sentence)
                await self.tell_once(key, plan.asker, person_id, what, card)
                await self._bring_back(key, plan)
            elif receipt and not await self.is_shown(key):
                card = partial(cards.share.done, receipt, key)
                place = await self.tell_once(key, receipt.plan.asker, person_id, what, card)
                if place and receipt.waits:
                    await self.shown(key, place)
        elif stands := await self._ledger.ends.at(key):
            with speaking(stands.locale, stands.timezone):
                if card := _card(what, stands, person_id, sentence):
                    await self.tell_once(key, stands.receipt.plan.asker, person_id, what, card)

    async def tell_of_share(self, key: str, person_id: str, *, left: int, brings: bool = True) -> str | None:
        """Tells a recipient, once and by one way; AGAIN where that may go better in a while, if any tries are left.

        When everybody has heard of it, the sharer, who is to see how. `brings`: gives them the bot where that may be.
        """
        plan = await self._ledger.plans.plan(key)
        person = next((step.recipient for step in plan.steps if step.recipient.id == person_id), None) if plan else None
        if plan is None or person is None:
            return None
        if brings and not await self._is_brought(key, plan, person, person_id, left=left):
            return AGAIN
        if await self._ledger.told.begin(key, person_id, SHARED):
            way = await self._told_of_share(key, plan, person, person_id)
            if way is Telling.WAITS and left:
                await self._ledger.told.not_yet(key, person_id)
                return AGAIN
            way = Telling.REFUSED if way is Telling.WAITS else way
            await self._ledger.told.by(key, person_id, way)
            was_told = way in (Telling.TEAMS, Telling.MAIL)
            await self._ledger.record.told(plan.asker, key, SHARED, person_id, was_told=was_told)
        else:
            await self._ledger.told.was_cut(key, person_id)
        return plan.asker.id if await self._all_told(key) else None

    async def _is_brought(self, key: str, plan: SharePlan, person: Recipient, person_id: str, *, left: int) -> bool:
        """False where they may have the bot soon. Before they count as told: a kill leaves it to the next try."""
        if plan.mail or not self._bringing.is_allowed or person_id in await self._ledger.told.tellings(key):
            return True
        return await self.bring([key], plan.asker, person, left=left)

    async def bring(self, keys: Sequence[str], asker: Person, person: Recipient, *, left: int) -> bool:
        """Gives the bot to a recipient of these shares who never had it, where that is allowed. False where it may be
        so soon.
        """
        try:
            await self._bringing.bring(asker.tenant_id, person, can_wait=left > LEFT_TO_MAIL)
        except Unavailable:
            return False
        tellings = [await self._ledger.told.tellings(key) for key in keys]
        # All of it may have been undone meanwhile.
        if all(each.get(person.id or "") is Telling.KEPT for each in tellings):
            await self._bringing.for_nothing(asker.tenant_id, person)
        return True

    async def _all_told(self, key: str) -> bool:
        receipt = await self._ledger.plans.done(key)
        return receipt is not None and not receipt.waits

    async def shown(self, key: str, place: Place) -> None:
        """The card of a share is there, and says of somebody that they are still to hear of it."""
        await self._ledger.places.keep(key, place)
        if await self._all_told(key):
            await self.show(key)

    async def is_shown(self, key: str) -> bool:
        """In the place of the card that was pressed, if that is still there."""
        try:
            return await self.show(key)
        except Exception:
            log.exception("a card could not be shown anew")
            return False

    async def show(self, key: str) -> bool:
        """The result of a share in the place of its card: how each heard of it, or that it has been taken back.

        False where no such place is known.
        """
        place, stands = await self._ledger.places.of(key), await self._ledger.ends.at(key)
        receipt = await self._ledger.plans.done(key)
        if place is None or stands is None or receipt is None:
            return False
        with speaking(stands.locale, stands.timezone):
            if stands.ended is None or not stands.receipt.given():
                await self._show(place, cards.share.done(receipt.until(stands.ends), key))
                stands = await self._ledger.ends.at(key)
            if stands and stands.ended and stands.receipt.given():
                await self._show(place, cards.ended.ended(stands.ended))
        return True

    async def replace(self, place: Place, card: Card) -> None:
        """In the place of the card that was pressed; what was done stands without it."""
        try:
            await self._show(place, card)
        except Exception:
            log.exception("a card could not be replaced")

    async def _bring_back(self, key: str, plan: SharePlan) -> None:
        """What can be pressed again, in the place of the card that was; in front of others, where the answer is."""
        place = await self._ledger.places.of(key)
        own = await self._ledger.conversations.of(plan.asker.tenant_id, plan.asker.id)
        # What was approved, or offered, has another card.
        if place is None or own is None or plan.approvals or await self._ledger.rosters.at(key):
            return
        with speaking(own.locale, ZoneInfo(own.timezone or "UTC")):
            is_own = place.chat.conversation_id == own.conversation_id
            card = cards.share.confirm(plan, key) if is_own else cards.basics.say(_("I answered in our own chat."))
            await self.replace(place, card)

    async def decided(self, request: AccessRequest, asker: Person, card: Callable[[], Card]) -> None:
        """In the place of the card that says it was asked, if that is still there."""
        await self.settled(request.card, asker, card)

    async def settled(self, key: str, person: Person, card: Callable[[], Card]) -> None:
        """In the place of a card of somebody's that is of no use any more, if that is still there."""
        await self.put_in_place(await self._ledger.places.of(key), person, card)

    async def put_in_place(self, place: Place | None, person: Person, card: Callable[[], Card]) -> None:
        """In somebody's own chat, without a word: in words it would be a message, and there is a notice of it."""
        chat = await self._ledger.conversations.of(person.tenant_id, person.id)
        if place and chat and await self._ledger.plain_texts.offered(person) is None:
            with speaking(chat.locale, ZoneInfo(chat.timezone or "UTC")):
                await self.replace(place, card())

    async def keep_place(self, key: str, person_id: str, place: Place) -> None:
        """Of a notice, for when it is no longer so. They are told, whatever comes of that."""
        try:
            await self._ledger.places.keep(of_notice(key, person_id), place)
        except Exception:
            log.exception("where a notice is could not be kept")

    async def _told_of_share(self, key: str, plan: SharePlan, person: Recipient, person_id: str) -> Telling:
        if not plan.mail and not person.is_group:
            now = await standing.by_now(self._ledger, key, plan, person_id)
            card = partial(cards.share.shared_with_you, now, key, later=plan.comes_later(person))
            try:
                place = await self._tell(plan.asker.tenant_id, person_id, card)
            except Unavailable:
                return Telling.WAITS
            except Exception:
                log.exception("somebody may not have been told")
                return Telling.MAYBE
            if place:
                await self.keep_place(key, person_id, place)
                return Telling.TEAMS
        if plan.mail is False:
            return Telling.UNREACHED
        return await granting.mail(self.graph(plan.asker), plan, person)

    async def tell_once(
        self, key: str, asker: Person, person_id: str, what: str, card: Callable[[], Card]
    ) -> Place | None:
        if not await self._ledger.told.begin(key, person_id, what):
            return None
        place = None
        try:
            place = await self._tell(asker.tenant_id, person_id, card)
        except Exception:
            # Neither a deed nor what was told to others is undone by it.
            log.exception("somebody could not be told")
        act = TROUBLE if what.startswith(LEFT) else what.partition(".")[0]
        await self._ledger.record.told(asker, key, act, person_id, was_told=place is not None)
        return place


def _until(plan: SharePlan) -> int | None:
    """When it ends, if the sharer can end it."""
    return int(plan.until.at.timestamp()) if plan.sees_all and plan.until and plan.until.at else None


def _to_hear(receipt: ShareReceipt) -> list[Notice]:
    return [
        (SHARED, grant.recipient.id, receipt.plan.undo)
        for grant in receipt.grants
        if grant.telling is Telling.WAITS and grant.recipient.id
    ]


def _card(what: str, stands: Stands, person_id: str, sentence: str) -> Callable[[], Card] | None:
    """What is to be said of a share that stands or has ended; None where that is no longer so."""
    receipt, ended = stands.receipt, stands.ended
    match what.split("."):
        case ["ended"] if ended and person_id == receipt.plan.asker.id:
            return partial(cards.ended.ended, ended)
        case ["ended"] if ended:
            mine = next((each for each in ended.returned if each.recipient.id == person_id), None)
            return partial(cards.ended.ended_for_you, ended, mine) if mine else None
        case ["reminder", at] if stands.ends and ended is None and at == str(stands.ends_at):
            return partial(cards.ended.reminder, receipt, stands.ends, stands.key)
        case [kind, *_] if ended is None and stands.ends and person_id == ADMINISTRATORS:
            return partial(cards.ended.left_behind, receipt, stands.ends, is_gone=kind == LEFT)
        case ["trouble", *_] if ended is None:
            is_last = stands.due_at is None
            return partial(cards.ended.not_ended, receipt, stands.key, sentence, is_last=is_last)
        case _:
            return None


class _Fence:
    """The ledger's attempts, as `granting` wants them."""

    def __init__(self, ledger: Ledger, key: str, plan: SharePlan) -> None:
        self._attempts = ledger.attempts
        self._key = key
        self._plan = plan
        self._people = {called(step.recipient): step.recipient for step in plan.steps}
        self._seen: dict[str, Attempt] = {}
        self.mailed: frozenset[Recipient] = frozenset()

    async def is_new(self) -> bool:
        """Whether nothing was sent yet; what is looked for here, `look` has seen."""
        self._seen = await self._attempts.at(self._key, self._plan, list(self._people))
        return not self._mine()

    async def look(self) -> Mapping[Recipient, Answer]:
        known = [(self._people[name], each) for name, each in self._mine().items() if name in self._people]
        return {person: _said(person, each) for person, each in known}

    async def take(self, before: Mapping[Recipient, Role | None]) -> list[Recipient]:
        roles = {called(person): role for person, role in before.items()}
        mailed = [each.id for each in before if each.id and each in self.mailed]
        taken = await self._attempts.take(self._key, self._plan, roles, self._seen, mailed)
        return [person for person in before if called(person) in taken]

    async def answered(self, answers: Sequence[Invited], before: Mapping[Recipient, Role | None]) -> None:
        said = {called(each.recipient): _answer(each.permission) for each in answers}
        await self._attempts.answered(self._key, said, {called(person): role for person, role in before.items()})

    async def give_up(self, people: Sequence[Recipient]) -> None:
        await self._attempts.give_up(self._key, [called(each) for each in people])

    def _mine(self) -> dict[str, Attempt]:
        return {name: each for name, each in self._seen.items() if each.plan_key == self._key}


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
