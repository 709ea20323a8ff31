"""Four eyes: a rule of the organisation wants a second person to approve a share before anything happens.

As with a request to edit, each step bears to be done again: who was asked and what they said is in the ledger, and the
first answer stands. What is approved goes the way of every share, as the sharer; out of time, nothing happens.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

import cards.approvals
import cards.share
from bot.changes import Aim, ChangePlan
from bot.errors import NeedsSignIn, NotAllowed, NotFound, NotYours, SharebotError, TooLate
from bot.graph import Graph
from bot.identity.sealing import Sealer, Unreadable
from bot.ledger import Approval, Ledger, Place, decided_by, decision_of, is_passing, still_asked
from bot.policy import GROUP, MANAGER
from bot.sharing import Decision, Person, Recipient, Role, Ruling, ShareableItem, SharePlan
from bot.texts import _, later, listed, speaking
from bot.work import wrong
from bot.work.flows import NOW, Flows, Notice
from bot.work.many import ManyAtOnce, ManyFlows
from bot.work.runs import Runs
from bot.work.shares import Shares
from bot.work.wrong import Wrong
from cards.elements import Card

log = logging.getLogger(__name__)

NOT_AN_APPROVER = later("Only those who were asked can approve this, and never the person who shares it.")
# So many are asked at once; of a large group, those who come first by name.
MOST_ASKED = 20
# What a notice is about: to whoever may approve it; to the sharer; to the others who were asked.
WANTED, APPROVED, AGAIN, DECLINED, LAPSED, SETTLED = "wanted", "approved", "again", "declined", "lapsed", "settled"
NOTICES = frozenset({WANTED, APPROVED, AGAIN, DECLINED, LAPSED, SETTLED})


@dataclass(frozen=True)
class Approving:
    """Plans that wait for a second person, or did, and what by which rule: one, or several that are one question."""

    key: str
    plans: tuple[SharePlan, ...]
    approvals: tuple[Approval, ...]
    reason: str = ""
    card: str = ""  # the key of the sharer's, where these are some of several

    @property
    def asker(self) -> Person:
        return self.plans[0].asker

    @property
    def decision(self) -> Decision | None:
        """None while somebody is still to answer."""
        return decision_of(self.approvals)

    @property
    def due(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(min(each.due_at for each in self.approvals), dt.UTC)

    @property
    def asked(self) -> tuple[tuple[str, ...], ...]:
        """The names of those who may still answer: of each rule that waits, one of its own."""
        return still_asked(self.approvals)

    @property
    def approvers(self) -> dict[str, str]:
        """Names by id."""
        return {person_id: name for each in self.approvals for person_id, name in each.approvers}

    @property
    def by(self) -> tuple[str, str]:
        """Whose answer decided, by id and name; "" for nobody's."""
        return decided_by(self.approvals)

    def waits_for(self, person_id: str) -> tuple[Ruling, ...]:
        """The rules by which this one is still to answer."""
        if self.decision:
            return ()
        rules = {each.rule for each in self.approvals if each.decision is None and each.is_for(person_id)}
        of_all = dict.fromkeys(each for plan in self.plans for each in plan.approvals)
        return tuple(each for each in of_all if each.rule in rules)


class ApprovalFlows:
    """`graph` speaks to Graph as a person."""

    def __init__(
        self, *, ledger: Ledger, sealer: Sealer, graph: Callable[[Person], Graph], flows: Flows, many: ManyFlows
    ) -> None:
        self._ledger = ledger
        self._sealer = sealer
        self._graph = graph
        self._flows = flows
        self._many = many

    async def of_sharer(self, key: str, person: Person) -> Approving:
        """Raises NotYours, for whoever may approve it as well, and TooLate."""
        found = await self._at(key)
        if (person.tenant_id, person.id) != (found.asker.tenant_id, found.asker.id):
            raise NotYours
        return found

    async def of_approver(self, key: str, person: Person) -> Approving:
        """Raises NotYours, for the sharer as well, and TooLate."""
        found = await self._at(key)
        is_asked = person.tenant_id == found.asker.tenant_id and person.id in found.approvers
        if not is_asked or person.id == found.asker.id:
            raise NotYours(_(NOT_AN_APPROVER))
        return found

    async def _at(self, key: str) -> Approving:
        found = await self._found(key)
        if found is None:
            raise TooLate
        return found

    # The sharer asks

    async def ask(self, key: str, locale: str, zone: str) -> Wrong | None:
        """What went wrong; None when it is kept who is asked."""
        shares = await self._ledger.plans.together(key)
        if not shares:
            return wrong.written(TooLate())
        if await self._ledger.approvals.of(key):
            return None
        rulings = {each.rule: each for plan in shares.values() for each in plan.approvals}
        asker = next(iter(shares.values())).asker
        get_it = {each.id for plan in shares.values() for each in plan.to_grant if each.id}
        with speaking(locale, ZoneInfo(zone)):
            try:
                wanted = [(each, await self._whom(asker, each, get_it)) for each in rulings.values()]
                if not wanted:
                    raise TooLate
                await self._ledger.approvals.ask(key, shares, wanted, locale, zone)
            except SharebotError as error:
                return wrong.written(error)
        return None

    async def _whom(self, asker: Person, ruling: Ruling, get_it: Collection[str]) -> list[tuple[str, str]]:
        """Those who may approve it by this rule and can be asked, but none of those who `get_it`.

        Raises NotAllowed where there is nobody.
        """
        graph = self._graph(asker)
        found: dict[str, Recipient] = {}
        for each in ruling.approvers:
            found |= {str(one.id): one for one in await self._named(graph, each) if one.id and one.id != asker.id}
        if not found:
            raise NotAllowed(
                _(
                    "By the rule “{rule}” a second person has to approve this, and I find nobody who may. "
                    "Please tell whoever runs me.",
                    rule=ruling.rule,
                )
            )
        others = {person_id: each for person_id, each in found.items() if person_id not in get_it}
        if not others:
            raise NotAllowed(
                _(
                    "By the rule “{rule}” {names} can approve this, and nobody approves what they get themselves. "
                    "Please tell whoever runs me.",
                    rule=ruling.rule,
                    names=listed([each.name for each in found.values()][:MOST_ASKED]),
                )
            )
        known = await self._ledger.conversations.known(asker.tenant_id, list(others))
        reached = sorted((each.name, person_id) for person_id, each in others.items() if person_id in known)
        if not reached:
            names = listed([each.name for each in others.values()][:MOST_ASKED])
            raise NotAllowed(
                _(
                    "By the rule “{rule}” {names} can approve this, and I can't reach them in Teams. "
                    "Please ask them to write to me once.",
                    rule=ruling.rule,
                    names=names,
                )
            )
        return [(person_id, name) for name, person_id in reached[:MOST_ASKED]]

    async def _named(self, graph: Graph, approver: str) -> list[Recipient]:
        """Who the policy means. None where the administrators have not let us see that: the log says so."""
        try:
            if approver == MANAGER:
                manager = await graph.manager()
                return [manager] if manager else []
            if approver.startswith(GROUP):
                return await graph.members(approver.removeprefix(GROUP))
            return await graph.people_at(approver)
        except (NeedsSignIn, NotAllowed, NotFound) as error:
            log.warning("an approver of the policy could not be looked up: %s", type(error).__name__)
            return []

    async def notices_of_asking(self, key: str) -> list[Notice]:
        found = await self._found(key)
        return [(WANTED, each, 0) for each in found.approvers] if found else []

    # A second person answers

    async def decide(self, key: str, person_id: str, name: str, said: str, sealed: str) -> bool:
        """Whether it is to be shared now: it was this one's yes, the last one that was wanted."""
        shares = await self._ledger.plans.together(key)
        if not shares:
            return False
        asker = next(iter(shares.values())).asker
        person, reason = Person(asker.tenant_id, person_id, name), bytes.fromhex(sealed) or None
        stand = await self._ledger.approvals.decide(key, shares, person, Decision(said), reason)
        is_theirs = any(each.decided_by == person_id and each.decision is Decision.ALLOWED for each in stand)
        return is_theirs and all(each.decision is Decision.ALLOWED for each in stand)

    def sealed(self, key: str, reason: str) -> str:
        return self._sealer.seal(reason.encode(), key).hex() if reason else ""

    async def begun(self, key: str) -> tuple[str, str, str] | None:
        """The run of what comes of it, and the language and the hours of the sharer; no run for several.

        None where they have withdrawn it meanwhile.
        """
        found = await self._found(key)
        if found is None:
            return None
        one = found.approvals[0]
        with contextlib.suppress(TooLate):
            if found.card:
                await self._ledger.many.press(key, found.asker, one.locale, one.zone)
                return "", one.locale, one.zone
            return await self._ledger.plans.run(key, found.asker), one.locale, one.zone
        return None

    async def show(self, key: str) -> None:
        """On the sharer's card, that these are approved."""
        if card := await self._ledger.many.key_of(key):
            await self._many.show(card)

    async def notices_of_answer(self, key: str, is_shared: str) -> list[Notice]:
        """`is_shared` is "" unless this answer was what it waited for: "yes", or "no" where it could not be shared.

        What came of several, their sharer is told with each of them.
        """
        found = await self._found(key)
        if found is None or found.decision is None:
            return []
        by, _name = found.by
        others = [(SETTLED, each, 0) for each in found.approvers if each != by]
        match found.decision:
            case Decision.ALLOWED if not is_shared:
                return []
            case Decision.ALLOWED if found.card:
                return others
            case Decision.ALLOWED:
                return [(APPROVED if is_shared == "yes" else AGAIN, found.asker.id, 0), *others]
            case Decision.DECLINED:
                return [(DECLINED, found.asker.id, 0), *others]
            case Decision.OVER | Decision.LAPSED:
                return others

    async def open_of(self, sharer: Person) -> list[Approving]:
        """What this one wants to share and somebody is still to approve."""
        found = [await self._found(each) for each in await self._ledger.approvals.open_of(sharer)]
        return [each for each in found if each and each.decision is None]

    async def show_withdrawn(self, approving: Approving) -> None:
        """On the sharer's card, which asked for it."""
        one = approving.approvals[0]
        if approving.card:
            await self._many.show(approving.card)
        elif place := await self._ledger.places.of(approving.key):
            with speaking(one.locale, ZoneInfo(one.zone)):
                await self._flows.replace(place, cards.share.cancelled(approving.plans[0].item.name))

    async def withdraw(self, key: str) -> list[Notice]:
        """The sharer wants it no more; whoever was asked hears of it."""
        if not await self._ledger.approvals.withdraw(key, await self._ledger.plans.together(key)):
            return []
        found = await self._found(key)
        return [(SETTLED, each, 0) for each in found.approvers] if found else []

    # Out of time

    async def late(self) -> list[tuple[str, list[Notice]]]:
        """What nobody approved in time, and who is to hear of that."""
        late: list[tuple[str, list[Notice]]] = []
        for key in await self._ledger.approvals.due():
            if found := await self._found(key):
                others = [(SETTLED, each, 0) for each in found.approvers]
                late.append((key, [(LAPSED, found.asker.id, 0), *others]))
            else:
                await self._ledger.approvals.forget(key)
        return late

    async def lapse(self, key: str) -> None:
        if shares := await self._ledger.plans.together(key):
            await self._ledger.approvals.lapse(key, shares)

    # Who hears of it

    async def tell(self, what: str, key: str, person_id: str) -> None:
        """Once, and only what is so by now."""
        if what in (LAPSED, SETTLED):
            await self.lapse(key)
        found = await self._found(key)
        card = self._card(what, found, person_id) if found else None
        if found is None or card is None:
            return
        await self._flows.tell_once(key, found.asker, person_id, f"approval.{what}", card)
        if what in (DECLINED, LAPSED) and found.card:
            await self._many.show(found.card)
        elif what in (DECLINED, LAPSED) and (place := await self._ledger.places.of(key)):
            one = found.approvals[0]
            with speaking(one.locale, ZoneInfo(one.zone)):
                await self._flows.replace(place, card())

    def _card(self, what: str, found: Approving, person_id: str) -> Callable[[], Card] | None:
        plans, by = found.plans, found.by[1]
        match what, found.decision:
            case "wanted", None if rulings := found.waits_for(person_id):
                return partial(cards.approvals.wanted, plans, rulings, found.due, found.key)
            case "approved", Decision.ALLOWED:
                return partial(cards.approvals.approved, plans[0], by, found.reason)
            case "again", Decision.ALLOWED:
                return partial(cards.approvals.not_shared_yet, plans[0], by, found.key, found.reason)
            case "declined", Decision.DECLINED:
                return partial(cards.approvals.declined, plans, by, found.reason)
            case "lapsed", Decision.OVER:
                return partial(cards.approvals.lapsed, plans, list(found.approvers.values()))
            case "settled", decision if decision:
                return partial(cards.approvals.settled, plans, by, decision)
            case _:
                return None

    async def _found(self, key: str) -> Approving | None:
        stand = await self._ledger.approvals.of(key)
        shares = await self._ledger.plans.together(key) if stand else {}
        if not shares:
            return None
        card = "" if key in shares else await self._ledger.many.key_of(key) or ""
        return Approving(key, tuple(shares.values()), tuple(stand), self._reason(key, stand), card)

    def _reason(self, key: str, stand: Iterable[Approval]) -> str:
        sealed = next((each.reason for each in stand if each.reason), None)
        try:
            return self._sealer.open(sealed, key).decode() if sealed else ""
        except Unreadable:
            log.warning("the reason of an answer can't be read any more")
            return ""


class Approvals:
    """What is asked of a second person, and answered. What is approved goes on as one of the `shares`, or as `many`."""

    def __init__(
        self, *, runs: Runs, ledger: Ledger, flows: ApprovalFlows, done: Flows, shares: Shares, many: ManyAtOnce
    ) -> None:
        self._runs = runs
        self._ledger = ledger
        self._approvals = flows
        self._done = done
        self._shares = shares
        self._many = many
        runs.add({"approval": self._approval, "approve": self._approved})

    async def approving(self, key: str, person: Person) -> Approving:
        """What is asked of somebody who may approve it. Raises NotYours, TooLate."""
        return await self._approvals.of_approver(key, person)

    async def ask_for_approval(
        self, key: str, person: Person, locale: str, zone: str, place: Place | None = None
    ) -> Approving:
        """Asks those whom the rules name, once. `place` is of the card that is to show what came of it.

        Raises NotYours, TooLate, NotAllowed where there is nobody to ask, NeedsSignIn, Unavailable.
        """
        with contextlib.suppress(TooLate):
            return await self._approvals.of_sharer(key, person)
        if not isinstance(plan := await self._ledger.plans.at(key, person), SharePlan) or not plan.approvals:
            raise TooLate
        if place:
            await self._ledger.places.keep(key, place)
        run = f"{key}.ask.{secrets.token_hex(4)}"
        await self._runs.tried("approval", run, _nothing, key, run, locale, zone)
        return await self._approvals.of_sharer(key, person)

    async def answer_for(self, key: str, person: Person, decision: Decision, reason: str) -> Approving:
        """What stands after a second person's answer: the first one. Raises NotYours, TooLate."""
        # Who comes too late for it is not the only one to hear that it has lapsed.
        await self.look()
        found = await self._approvals.of_approver(key, person)
        if found.waits_for(person.id):
            sealed = self._approvals.sealed(key, reason)
            run = f"{key}.{decision.value}.{person.id}"
            said = (person.id, person.name, decision.value, sealed)
            await self._runs.tried("approve", run, _nothing, key, run, *said)
        return await self._approvals.of_approver(key, person)

    async def withdraw(self, key: str, plan: SharePlan) -> None:
        """A plan that was cancelled needs nobody's approval any more."""
        if plan.approvals:
            await self._withdraw(key)

    async def withdraw_rest(self, key: str, person: Person) -> None:
        """Of several, what still waits for a second person. Raises NotYours, TooLate."""
        for each in (await self._many.now(key, person)).waiting:
            await self._withdraw(each.key)

    async def open_of(self, person: Person, is_meant: Callable[[SharePlan], bool]) -> list[Approving]:
        """What this one wants to share, and somebody is still to approve."""
        return [each for each in await self._approvals.open_of(person) if any(map(is_meant, each.plans))]

    async def open_for(self, person: Person) -> list[Approving]:
        """What others want to share, and this one is still to approve; that whose time is over first."""
        found: list[Approving] = []
        for key in await self._ledger.approvals.open_for(person):
            with contextlib.suppress(NotYours, TooLate):
                found.append(await self._approvals.of_approver(key, person))
        return [each for each in found if each.waits_for(person.id)]

    async def take_back(self, person: Person, plan: ChangePlan) -> None:
        """What would give again what this takes away: access, the higher right, or the later days."""
        until = plan.until.at if plan.until else None
        gone = [
            step.recipient
            for step in plan.steps
            if plan.aim is not Aim.END or (until and (step.ends is None or until < step.ends))
        ]

        def gives_more(share: SharePlan) -> bool:
            match plan.aim:
                case Aim.REMOVE:
                    return True
                case Aim.LOWER:
                    return share.role is not Role.READ
                case Aim.END:
                    return until is not None and (
                        share.until is None or share.until.at is None or share.until.at > until
                    )

        await self.take_from(person, plan.item, gone, gives_more)

    async def take_from(
        self,
        sharer: Person,
        item: ShareableItem,
        people: Collection[Recipient],
        is_meant: Callable[[SharePlan], bool] = lambda _share: True,
    ) -> None:
        """From whom access is taken away, nothing that waits is wanted for either."""
        gone = {each.id or each.email for each in people}

        def gives(share: SharePlan) -> bool:
            names = {each.id or each.email for each in share.to_grant}
            return share.item.key == item.key and bool(names & gone) and is_meant(share)

        for each in await self.open_of(sharer, gives) if gone else ():
            await self._withdraw(each.key)
            await self._approvals.show_withdrawn(each)

    async def _withdraw(self, key: str) -> None:
        if notices := await self._approvals.withdraw(key):
            await self._runs.begin(key, f"{key}.withdrawn", notices)

    async def look(self) -> None:
        """Lets lapse what nobody answered in time."""
        for key, notices in await self._approvals.late():
            await self._runs.begin(key, f"{key}.lapsed", notices)
            await self._approvals.lapse(key)

    # As flows

    async def _approval(self, key: str, run: str, locale: str, zone: str) -> wrong.Wrong | None:
        engine = await self._runs.started()
        outcome = await engine.step("ask", self._approvals.ask, key, locale, zone, again=is_passing)
        if outcome is None:
            self._done.answer(run, key)
            notices = await engine.step("whom", self._approvals.notices_of_asking, key, again=is_passing)
            await self._runs.begin(key, f"{key}.ask", notices)
            self._runs.wake.set()
        return outcome

    async def _approved(self, key: str, run: str, *said: str) -> None:
        engine = await self._runs.started()
        goes = await engine.step("decide", self._approvals.decide, key, *said, again=is_passing)
        self._done.answer(run, key)
        is_shared = ""
        if goes:
            begun = await engine.step("begin", self._approvals.begun, key, again=is_passing)
            if begun is None:
                return
            share_run, locale, zone = begun
            if share_run:
                is_shared = "no" if await self._shares.run(key, share_run, locale, zone) else "yes"
            else:
                is_shared = "yes"
                await engine.step("card", self._approvals.show, key, again=is_passing)
                await self._many.run(key, f"{key}.{NOW}", NOW)
        notices = await engine.step("notices", self._approvals.notices_of_answer, key, is_shared, again=is_passing)
        await self._runs.begin(key, f"{key}.answered", notices)


async def _nothing() -> None:
    """What broke leaves nothing to put back: the next try is new work, or the time runs out."""
