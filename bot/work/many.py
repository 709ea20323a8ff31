"""Several shares and changes of one card, as a flow: each goes its way in a queue, and people hear of all at once.

What each part does is done as if it were alone, with its own fence and its own end; here is only what joins them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import cards.files
from bot.changes import ChangePlan, ChangeReceipt
from bot.errors import AgainstPolicy, SharebotError, TooLate, Unavailable, Unsure
from bot.ledger import Ledger, ManyPressed, Place, Stands, decided_by, decision_of, is_passing, still_asked
from bot.many import Many, ManyPlan, Part, Waiting
from bot.sharing import Ending, EndReceipt, Person, Recipient, ShareReceipt, Telling
from bot.texts import _, sentences, speaking
from bot.work import standing, wrong
from bot.work.flows import AGAIN, ENDED, NOW, SHARED, UNDO, Flows, Notice, Show, Tell
from bot.work.runs import Runs, logged
from cards.elements import Card, apart
from cards.many import by_name

if TYPE_CHECKING:
    from bot.work.changes import Changes

log = logging.getLogger(__name__)

# What a notice is about: what was done; that it was undone or has ended; for the sharer, that it has, or soon will.
MANY = "many "
MANY_DONE, MANY_LOST, MANY_ENDED, MANY_REMINDER = f"{MANY}done", f"{MANY}lost", f"{MANY}ended", f"{MANY}reminder"
# Seconds between two looks of a card at how far it is.
SHOWN_EVERY = 1.0
# Teams waits for no more; the rest is shown as it goes on. Seconds.
SHOWN_WITHIN = 2.5
# Of fewer, a card of its own says more.
SEVERAL = 2
HEARD = (Telling.TEAMS, Telling.MAIL, Telling.MAYBE)
# Instead of "change" for what waits until somebody else has it.
AFTER = "change after"
# A flow, its name, and what it is told.
Work = tuple[str, str, list[str]]


class ManyFlows:
    """`tell` sends somebody a card, `show` puts one in another's place. What ends within so many seconds, people
    hear of together: `gather`.
    """

    def __init__(self, *, ledger: Ledger, flows: Flows, tell: Tell, show: Show, gather: int) -> None:
        self._ledger = ledger
        self._flows = flows
        self._tell = tell
        self._show = show
        self._gather = gather
        self._shown: dict[str, float] = {}

    async def now(self, key: str, person: Person) -> Many:
        """Raises NotYours, TooLate."""
        return await self._now(await self._ledger.many.of(key, person))

    async def _now(self, pressed: ManyPressed) -> Many:
        parts = await self._ledger.many.parts(pressed.plan.keys, pressed.said)
        waiting = await self.waiting(pressed.plan)
        # For whom nobody could be asked, that is what came of it.
        parts += [
            Part(key, plan, said=pressed.said[each.key])
            for each in waiting
            if each.key in pressed.said
            for key, plan in zip(each.keys, each.plans, strict=True)
        ]
        is_over = pressed.is_undo_over if pressed.is_undone else pressed.is_over
        return Many(
            pressed.key,
            pressed.plan,
            tuple(parts),
            tuple(each for each in waiting if each.key not in pressed.said),
            await self._approved_by(pressed.key, parts),
            is_pressed=True,
            is_over=is_over,
            is_undone=pressed.is_undone,
        )

    async def waiting(self, plan: ManyPlan) -> tuple[Waiting, ...]:
        """What of it waits for a second person, or did."""
        waiting: list[Waiting] = []
        for key in plan.waits:
            shares, stand = await self._ledger.plans.together(key), await self._ledger.approvals.of(key)
            made = decision_of(stand) if stand else None
            asked = still_asked(stand)
            waiting.append(Waiting(key, tuple(shares), tuple(shares.values()), asked, made, decided_by(stand)[1]))
        return tuple(waiting)

    async def _approved_by(self, key: str, parts: Sequence[Part]) -> str:
        if not any(part.share and part.share.approvals for part in parts):
            return ""
        return decided_by(await self._ledger.approvals.of(key))[1]

    async def begin(self, key: str, act: str) -> list[Work]:
        """What is to be done for each part."""
        pressed = await self._ledger.many.at(key)
        if pressed is None:
            return []
        if act.startswith(UNDO):
            await self._ledger.many.undone(key)
            return await self._undo(pressed)
        asker, works = pressed.plan.asker, list[Work]()
        for part in await self._ledger.many.parts(pressed.plan.keys):
            if part.receipt:
                continue
            with contextlib.suppress(SharebotError):
                if part.share:
                    run = await self._ledger.plans.run(part.key, asker)
                    works.append(("share", run, [part.key, run, pressed.locale, pressed.zone]))
                else:
                    change = await self._ledger.changes.press(part.key, asker, pressed.locale, pressed.zone)
                    flow = AFTER if change.plan.in_place else "change"
                    works.append((flow, change.run, [part.key, change.run]))
        for each in pressed.plan.waits:
            run = f"{each}.ask"
            works.append(("approval", run, [each, run, pressed.locale, pressed.zone]))
        return works

    async def _undo(self, pressed: ManyPressed) -> list[Work]:
        works: list[Work] = []
        for part in await self._ledger.many.parts(pressed.plan.keys):
            if not part.can_be_undone:
                continue
            if part.share:
                stands = await self._ledger.ends.of(part.key, pressed.plan.asker)
                works.append(("end", stands.run, [part.key, stands.run, UNDO]))
            else:
                change = await self._ledger.changes.of(part.key, pressed.plan.asker)
                works.append(("restore", change.run, [part.key, change.run]))
        return works

    async def in_vain(self, key: str) -> dict[str, str]:
        """What is not to be taken away as who comes in that place has not got it, and a sentence on that."""
        pressed = await self._ledger.many.at(key)
        if pressed is None:
            return {}
        parts = await self._ledger.many.parts(pressed.plan.keys)
        receipts = [part.receipt for part in parts if isinstance(part.receipt, ShareReceipt)]
        has = {(each.plan.item.key, grant.recipient) for each in receipts for grant in each.granted()}
        said: dict[str, str] = {}
        with speaking(pressed.locale, pressed.timezone):
            for part in parts:
                new = part.plan.in_place if isinstance(part.plan, ChangePlan) else ()
                if any((part.plan.item.key, each) not in has for each in new):
                    stays = by_name([step.recipient for step in part.plan.steps])
                    said[part.key] = sentences(
                        _("{file} was not shared.", file=apart(part.plan.item.name)),
                        _("So I leave the access of {names} as it is.", names=stays),
                    )
        return said

    async def over(self, key: str, act: str, said: dict[str, str]) -> None:
        """All have come to their end; `said` is why nothing came of some."""
        self._shown.pop(key, None)
        pressed = await self._ledger.many.at(key)
        parts = await self._ledger.many.parts(pressed.plan.keys) if pressed else []
        if act.startswith(UNDO):
            # Of what was never done, and for whom nobody could be asked, stays what was said of them.
            never = {part.key for part in parts if part.receipt is None} | {*(pressed.plan.waits if pressed else ())}
            kept = {each: why for each, why in pressed.said.items() if each in never} if pressed else {}
            await self._ledger.many.undo_over(key, kept | said)
            return
        # What could not even begin had waited for too long.
        late = {part.key: TooLate.sentence for part in parts if part.receipt is None}
        await self._ledger.many.over(key, late | said)

    async def progress(self, key: str) -> None:
        """The same, no more often than somebody can read and Teams likes."""
        now = asyncio.get_running_loop().time()
        if now - self._shown.get(key, 0.0) >= SHOWN_EVERY:
            self._shown[key] = now
            await self.show(key)

    async def show(self, key: str) -> None:
        """How far it is, in the place of its card, if that is still there."""
        place, pressed = await self._ledger.places.of(key), await self._ledger.many.at(key)
        if place is None or pressed is None:
            return
        with speaking(pressed.locale, pressed.timezone):
            try:
                await self._show(place, cards.files.result(await self._now(pressed)))
            except Exception:
                log.exception("a card could not be shown anew")

    async def show_or_tell(self, key: str, run: str) -> None:
        """What came of it; who pressed in front of others reads it in their own chat."""
        if await self._ledger.places.of(key):
            await self.show(key)
        elif pressed := await self._ledger.many.at(key):
            asker = pressed.plan.asker
            with speaking(pressed.locale, pressed.timezone):
                card = partial(cards.files.result, await self._now(pressed))
                await self._flows.tell_once(key, asker, asker.id, f"over {run.rpartition(f'{key}.')[2]}", card)

    # Who is told of it

    async def notices(self, key: str, act: str) -> list[Notice]:
        """Each person once, of all that is theirs."""
        pressed = await self._ledger.many.at(key)
        if pressed is None:
            return []
        parts = await self._ledger.many.parts(pressed.plan.keys)
        if act.startswith(UNDO):
            return [(MANY_LOST, each, 0) for each in _people(parts, _lost)]
        after = max((part.share.undo for part in parts if part.share), default=0)
        return [(MANY_DONE, each, after) for each in _people(parts, _theirs)]

    async def notices_of_end(self, part: str) -> tuple[str, list[Notice]] | None:
        """Of one that has ended, maybe with others at once: the first notice tells of all, the rest of nothing."""
        key = await self._ledger.many.key_of(part)
        pressed = await self._ledger.many.at(key) if key else None
        if key is None or pressed is None:
            return None
        if pressed.is_undone and not pressed.is_undo_over:
            # They are told when all of them are undone.
            return None
        (it,) = await self._ledger.many.parts([part])
        asker = [] if isinstance(it.receipt, EndReceipt) and it.receipt.is_undone else [(MANY_ENDED, it.plan.asker.id)]
        lost = [(MANY_LOST, each) for each in _lost(it)]
        return key, [(what, each, self._gather) for what, each in (*lost, *asker)]

    async def reminder(self, stands: Stands) -> tuple[str, str, list[Notice]] | None:
        """The same before they end."""
        key = await self._ledger.many.key_of(stands.key)
        if key is None:
            return None
        asker = stands.receipt.plan.asker.id
        return key, stands.run, [(f"{MANY_REMINDER}.{stands.ends_at}", asker, self._gather)]

    async def tell(self, what: str, key: str, person_id: str, *, left: int) -> str | None:
        """AGAIN where that may go better in a while. When everybody has heard of it, the sharer, who is to see how."""
        pressed = await self._ledger.many.at(key)
        if pressed is None:
            return None
        parts = await self._ledger.many.parts(pressed.plan.keys)
        if what not in (MANY_DONE, MANY_LOST):
            await self._tell_sharer(what, pressed, parts)
            return None
        mine = [part for part in parts if person_id in (_theirs if what == MANY_DONE else _lost)(part)]
        asker = pressed.plan.asker
        if await self._told(what, pressed, mine, person_id, left=left) == AGAIN:
            return AGAIN
        return asker.id if what == MANY_DONE and await self._all_told(pressed) else None

    async def _all_told(self, pressed: ManyPressed) -> bool:
        """Then their sharer is to see how."""
        receipts = [part.receipt for part in await self._ledger.many.parts(pressed.plan.keys)]
        return not any(isinstance(each, ShareReceipt) and each.waits for each in receipts)

    async def _tell_sharer(self, what: str, pressed: ManyPressed, parts: list[Part]) -> None:
        """Of all that has ended by now, or will with this one; of each once."""
        asker, told = pressed.plan.asker, list[Stands]()
        act, _dot, ends_at = what.removeprefix(MANY).partition(".")
        name = f"{act}.{ends_at}" if ends_at else act
        # Two notices at once would each find some of them.
        async with self._flows.alone.on(f"{pressed.key} {asker.id}"):
            for part in parts:
                stands = await self._ledger.ends.at(part.key)
                if stands is None:
                    continue
                is_meant = str(stands.ends_at) == ends_at and not stands.ended if ends_at else stands.ended is not None
                if is_meant and await self._ledger.told.begin(part.key, asker.id, name):
                    told.append(stands)
        if not told:
            return
        if ends_at:
            card = partial(cards.files.soon, [(each.key, each.receipt, each.ends) for each in told if each.ends])
        else:
            card = partial(cards.files.ended, [each.ended for each in told if each.ended])
        place = None
        try:
            place = await self._tell(asker.tenant_id, asker.id, card)
        except Exception:
            log.exception("somebody could not be told")
        for each in told:
            await self._ledger.record.told(asker, each.key, act, asker.id, was_told=place is not None)

    async def _told(
        self, what: str, pressed: ManyPressed, mine: list[Part], person_id: str, *, left: int
    ) -> str | None:
        asker = pressed.plan.asker
        is_mailed = any(part.share and part.share.mail for part in mine)
        person = _person(mine, person_id)
        is_heard = what == MANY_DONE and person is not None and not is_mailed
        keys = [part.key for part in mine]
        if person and is_heard and not await self._flows.bring(keys, asker, person, left=left):
            return AGAIN
        in_teams = not is_mailed and await self._ledger.conversations.known(asker.tenant_id, [person_id])
        if not in_teams or len(mine) < SEVERAL:
            return await self._one_by_one(what, asker, mine, person_id, left=left)
        told: list[Part] = []
        for part in mine:
            if await self._ledger.told.begin(part.key, person_id, _about(what, part)):
                told.append(part)
            elif what == MANY_DONE and part.share:
                await self._ledger.told.was_cut(part.key, person_id)
        if not told:
            return None
        now = [
            replace(part, plan=await standing.by_now(self._ledger, part.key, part.share, person_id))
            if part.share
            else part
            for part in told
        ]
        way, place = await self._sent(partial(cards.files.for_them, now, person_id), asker, person_id)
        if place and what == MANY_DONE:
            await self._flows.keep_place(pressed.key, person_id, place)
        if (way is Telling.WAITS and left) or (way is Telling.UNREACHED and what == MANY_DONE):
            for part in told:
                await self._ledger.told.not_yet(part.key, person_id, _about(what, part))
            # Whom Teams does not let us reach, Microsoft 365 mails, of each file.
            return AGAIN if way is Telling.WAITS else await self._one_by_one(what, asker, told, person_id, left=left)
        for part in told:
            if what == MANY_DONE and part.share:
                await self._ledger.told.by(part.key, person_id, Telling.UNREACHED if way is Telling.WAITS else way)
            was_told = way is Telling.TEAMS
            await self._ledger.record.told(asker, part.key, _about(what, part), person_id, was_told=was_told)
        return None

    async def _sent(self, card: Callable[[], Card], asker: Person, person_id: str) -> tuple[Telling, Place | None]:
        """How, and where it is; WAITS where another try may reach them."""
        try:
            place = await self._tell(asker.tenant_id, person_id, card)
        except Unavailable:
            return Telling.WAITS, None
        except Exception:
            log.exception("somebody may not have been told")
            return Telling.MAYBE, None
        return (Telling.TEAMS if place else Telling.UNREACHED), place

    async def _one_by_one(
        self, what: str, asker: Person, mine: Sequence[Part], person_id: str, *, left: int
    ) -> str | None:
        outcome: str | None = None
        for part in mine:
            if what == MANY_DONE and part.share:
                # Whether they may have the bot is decided by now, for all of these.
                if await self._flows.tell_of_share(part.key, person_id, left=left, brings=False) == AGAIN:
                    outcome = AGAIN
            else:
                card = partial(cards.files.for_them, [part], person_id)
                await self._flows.tell_once(part.key, asker, person_id, _about(what, part), card)
        return outcome


def _people(parts: Sequence[Part], whose: Callable[[Part], list[str]]) -> list[str]:
    return list(dict.fromkeys(each for part in parts for each in whose(part)))


def _person(parts: Sequence[Part], person_id: str) -> Recipient | None:
    """Whoever gets something of these."""
    steps = (step for part in parts if part.share for step in part.share.steps)
    return next((step.recipient for step in steps if step.recipient.id == person_id), None)


def _theirs(part: Part) -> list[str]:
    """The ids of those who are still to hear of it."""
    match part.receipt:
        case ShareReceipt(grants=grants):
            return [each.recipient.id for each in grants if each.telling is Telling.WAITS and each.recipient.id]
        case ChangeReceipt(is_undone=False):
            return _changed(part.receipt)
        case _:
            return []


def _lost(part: Part) -> list[str]:
    """The ids of those who had heard of what is undone."""
    match part.receipt:
        case EndReceipt(share=share, returned=returned):
            heard = {each.recipient.id for each in share.granted() if each.telling in HEARD}
            gone = (each.recipient.id for each in returned if each.ending in (Ending.ENDED, Ending.LOWERED))
            return [each for each in gone if each and each in heard]
        case ChangeReceipt(is_undone=True):
            return _changed(part.receipt)
        case _:
            return []


def _changed(receipt: ChangeReceipt) -> list[str]:
    asker = receipt.plan.asker.id
    people = [each.recipient for each in receipt.done() if each.heard and not each.recipient.is_group]
    return [each.id for each in people if each.id and each.id != asker]


def _about(what: str, part: Part) -> str:
    """What they are marked as told: the same as where it is alone."""
    if what == MANY_DONE:
        return SHARED if part.share else "changed"
    return ENDED if part.share else "restored"


class ManyAtOnce:
    """Several shares and changes behind one card, as people begin and undo them."""

    def __init__(self, *, runs: Runs, ledger: Ledger, flows: ManyFlows, changes: Changes) -> None:
        self._runs = runs
        self._ledger = ledger
        self._many = flows
        self._changes = changes
        runs.add({"many": self.run})

    async def begin(self, key: str, person: Person, locale: str, zone: str, place: Place | None = None) -> Many:
        """Begins all of them, once, and tells how far they are; in the place of the card is shown how it goes on.

        Raises NotYours, TooLate.
        """
        pressed = await self._ledger.many.press(key, person, locale, zone)
        if place:
            await self._ledger.places.keep(key, place)
        if not pressed.is_over:
            await self._begun(key, NOW)
        return await self._many.now(key, person)

    async def undo(self, key: str, person: Person, place: Place | None = None) -> Many:
        """Undoes all of them that can be. Raises NotYours, TooLate where they have not come to their end."""
        pressed = await self._ledger.many.of(key, person)
        if not pressed.is_over:
            raise TooLate(_("This is still under way. Please wait until it is done."))
        if place:
            await self._ledger.places.keep(key, place)
        shown = await self._many.now(key, person)
        if await self._can_be_undone(shown):
            await self._begun(key, f"{UNDO}.{pressed.undos}")
        elif not pressed.is_undone:
            raise TooLate
        return await self._many.now(key, person)

    async def _can_be_undone(self, shown: Many) -> bool:
        """Whether any of it can. Raises AgainstPolicy or TooLate where by now nothing of it may come back."""
        refused: list[SharebotError] = []
        parts = [part for part in shown.parts if part.can_be_undone]
        for part in parts:
            if isinstance(part.receipt, ChangeReceipt):
                try:
                    await self._changes.may_be_given_back(part.receipt)
                except (AgainstPolicy, TooLate) as error:
                    refused.append(error)
        if refused and len(refused) == len(parts):
            raise refused[0]
        return bool(parts)

    async def of_part(self, part: str) -> str | None:
        """The key of the card where this share is one of several."""
        return await self._ledger.many.key_of(part)

    async def planned(self, key: str, plan: ManyPlan) -> Many:
        """Before it is pressed."""
        return Many(key, plan, tuple(await self._ledger.many.parts(plan.keys)), await self._many.waiting(plan))

    async def now(self, key: str, person: Person) -> Many:
        """How far they are. Raises NotYours, TooLate."""
        return await self._many.now(key, person)

    async def _begun(self, key: str, act: str) -> None:
        engine = await self._runs.started()
        run = f"{key}.{act}"
        work = self._runs.counted(engine.run("many", run, key, run, act))
        work.add_done_callback(logged)
        await asyncio.wait({work}, timeout=SHOWN_WITHIN)

    # As a flow

    async def run(self, key: str, run: str, act: str) -> None:
        engine = await self._runs.started()
        works = await engine.step("begin", self._many.begin, key, act, again=is_passing)
        await engine.hurry()
        said = await self._all_of(key, [work for work in works if work[0] != AFTER])
        if swaps := [("change", name, ids) for flow, name, ids in works if flow == AFTER]:
            in_vain = await engine.step("in vain", self._many.in_vain, key, again=is_passing)
            said |= in_vain
            said |= await self._all_of(key, [work for work in swaps if work[2][0] not in in_vain])
        await engine.step("over", partial(self._many.over, key, act, said), again=is_passing)
        notices = await engine.step("notices", self._many.notices, key, act, again=is_passing)
        await engine.step("show", self._many.show_or_tell, key, run, again=is_passing)
        await self._runs.begin(key, run, notices)
        self._runs.wake.set()

    async def _all_of(self, key: str, works: Sequence[Work]) -> dict[str, str]:
        """All at once; why nothing came of some."""
        engine = await self._runs.started()
        begun = [(ids[0], await engine.start(flow, name, *ids)) for flow, name, ids in works]
        said: dict[str, str] = {}
        for part, outcome_of in begun:
            try:
                outcome = await outcome_of()
            except Exception:
                log.exception("the work on one of several broke")
                outcome = wrong.written(Unsure())
            if outcome:
                said[part] = outcome["sentence"]
            await engine.step("show", self._many.progress, key, again=is_passing)
        return said
