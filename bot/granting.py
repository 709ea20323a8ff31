"""From a plan to a receipt and back: invite, or take back what was given; then read the permissions back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.errors import (
    AgainstPolicy,
    Busy,
    NeedsSignIn,
    NotAllowed,
    NotFound,
    Overloaded,
    SharebotError,
    Unavailable,
    Unsure,
)
from bot.graph import Graph, Permission
from bot.graph.invitations import invitation
from bot.graph.permissions import Invited, covers, invited, role_of, tell_all
from bot.graph.refusals import OF_ONE, Refused, no_mail
from bot.sharing import (
    NO_ANSWER,
    Ending,
    Grant,
    Outcome,
    Recipient,
    Returned,
    Role,
    Ruling,
    SharePlan,
    ShareReceipt,
    Telling,
)
from bot.texts import _, later

log = logging.getLogger(__name__)

# Many at once time out. https://github.com/OneDrive/onedrive-api-docs/issues/1481
AT_ONCE = 10
# A permission may appear a moment after Graph said yes.
LOOK_AGAIN_AFTER = (0.3, 1.0)
NOT_THERE = later("Microsoft 365 said yes, but the access is not there. Please look before you share again.")
MAILED_MAYBE = later("Microsoft 365 did not answer, but the access is there. Whether it mailed them I can't tell.")
UNSEEN = later(
    "Microsoft 365 did not answer, and I can't see from here whether it was done. Please ask the file's owner."
)
INTERRUPTED = later("Microsoft 365 stopped answering before this person's turn came.")
LOST = later("Microsoft 365 did not answer, and the access is not there yet. Please look before you share again.")
HIDDEN = later("Microsoft 365 does not show you who can open this. Only somebody who owns it can take the access back.")
TAKEN_AWAY = later(
    "Somebody has taken this access away since the card was shown. Please ask me again if they should have it."
)
NOT_ALL = later("I can't tell yet whether all of this access has ended. I look again by myself.")

Answer = Invited | Refused | Unsure


class Fence(Protocol):
    """What was sent to whom, kept so that it outlives this process: nobody is sent an invite twice.

    `look` tells what an earlier run of the same plan did; of whom it knows no answer, it is in doubt. `take` is
    committed before it returns; whom it leaves out somebody else is inviting at this moment. With the answer it is
    known for sure who they are, and what they had before.
    """

    async def look(self) -> Mapping[Recipient, Answer]: ...
    async def take(self, before: Mapping[Recipient, Role | None]) -> list[Recipient]: ...
    async def answered(self, answers: Sequence[Invited], before: Mapping[Recipient, Role | None]) -> None: ...
    async def give_up(self, people: Sequence[Recipient]) -> None: ...


async def carry_out(
    graph: Graph,
    plan: SharePlan,
    fence: Fence,
    *,
    mailed: Collection[Recipient] = frozenset(),
    goes_on: bool = False,
) -> ShareReceipt:
    """Gives the access; called again after an interruption, it goes on. A failure for one person is in the receipt.

    Whom Microsoft 365 shall mail with it is among `mailed`; the others hear nothing of it yet. `goes_on`: it will be
    called again where Graph is busy, whatever was done until then, and Busy is raised for that.
    Raises NotFound, NotAllowed, NeedsSignIn, Unavailable while nothing was done, Unsure when that can't be told.
    """
    sent = await fence.look()
    try:
        before = await graph.permissions(plan.item)
    except NeedsSignIn:
        raise
    except SharebotError as error:
        if sent and not (goes_on and isinstance(error, Busy)):
            raise Unsure from error
        raise
    people = [step.recipient for step in plan.steps]
    had = [each for each in people if each not in sent and covers(role_of(each, before), plan.role)]
    refused = {step.recipient: step.ruling for step in plan.refused if step.recipient not in had}
    gone = [
        each
        for each in people
        if each not in sent
        and each not in had
        and each not in refused
        and (each not in plan.to_grant or _is_taken(plan, each, before))
    ]
    left = [each for each in plan.to_grant if each not in sent and each not in had and each not in gone]
    wanted = {each: own_role(each, before) for each in left}
    inviting = _Inviting(graph, plan, fence, before, sent, goes_on)
    answers = dict(sent)
    # Somebody of whom an address is all that is known may be called otherwise in the answer, so theirs is one alone.
    for mails, is_known, at_once in (
        (True, True, AT_ONCE),
        (True, False, 1),
        (False, True, AT_ONCE),
        (False, False, 1),
    ):
        some = {
            each: role
            for each, role in wanted.items()
            if (each in mailed) is mails and (each.id is not None) is is_known
        }
        answers = await inviting.invite(some, mails=mails, answers=answers, at_once=at_once)
    known = {each: _known(each, answer) for each, answer in answers.items()}
    expected = [known[each] for each, answer in answers.items() if not isinstance(answer, Refused)]
    new = {each: answer for each, answer in answers.items() if isinstance(answer, Invited) and each not in sent}
    had += [each for each in new if covers(role_of(known[each], before), plan.role)]
    if goes_on:
        # Known before the reading may end in Busy.
        await inviting.note(new)
        after = await _read_back(graph, plan, expected, goes_on=True)
    else:
        after, _noted = await asyncio.gather(_read_back(graph, plan, expected), inviting.note(new))
    seen = after if after is not None and tell_all(after, plan.asker.id) else None
    grants = tuple(
        Grant(each, Outcome.HAD_IT)
        if each in had
        else _refused_by(refused[each], each)
        if each in refused
        else Grant(each, Outcome.REFUSED, _(TAKEN_AWAY), "takenAway")
        if each in gone
        else _grant(
            known[each], answers[each], there=_is_there(known[each], plan.role, seen, after), mails=each in mailed
        )
        for each in people
    )
    receipt = ShareReceipt(plan, grants, checked=seen is not None)
    log.info("%s on %s: %s", plan.role.value, plan.item.id, ", ".join(grant.outcome.value for grant in grants))
    return receipt


def _refused_by(ruling: Ruling | None, person: Recipient) -> Grant:
    """By the organisation's policy, as the card said before."""
    return Grant(person, Outcome.REFUSED, ruling.words if ruling else "", AgainstPolicy.__name__)


def _is_taken(plan: SharePlan, person: Recipient, permissions: list[Permission]) -> bool:
    """Whether what somebody asked for adds to what they had, and they have that no more."""
    had = any(step.now for step in plan.steps if step.recipient == person)
    return bool(plan.wanted_by) and had and role_of(person, permissions) is None


def own_role(person: Recipient, permissions: list[Permission]) -> Role | None:
    """What this person may do by a right of their own: neither inherited nor by a link."""
    return role_of(person, [each for each in permissions if not each.is_inherited and not each.link])


@dataclass(frozen=True)
class _Inviting:
    """`before` is who could open it, after what an earlier run had `sent`.

    With `goes_on`, Busy is raised, and what was answered until then is known.
    """

    graph: Graph
    plan: SharePlan
    fence: Fence
    before: list[Permission]
    sent: Collection[Recipient]
    goes_on: bool

    async def invite(
        self,
        wanted: Mapping[Recipient, Role | None],
        *,
        mails: bool,
        answers: dict[Recipient, Answer],
        at_once: int = AT_ONCE,
    ) -> dict[Recipient, Answer]:
        """What Graph said of each, some at a time, and the `answers` there were before."""
        people = list(wanted)
        for start in range(0, len(people), at_once):
            some = people[start : start + at_once]
            try:
                answers |= await self._some({each: wanted[each] for each in some}, mails=mails)
            except SharebotError as error:
                if self.goes_on and isinstance(error, Busy):
                    await self.note(answers)
                    raise
                if not answers:
                    raise
                # Something was done for the ones before, so from here on a failure is not the whole's.
                log.warning("could not go on: %s", type(error).__name__)
                stopped = Refused("interrupted", _(INTERRUPTED), reference=error.reference)
                in_doubt = dict.fromkeys(some, error) if isinstance(error, Unsure) else {}
                return answers | dict.fromkeys(people[start:], stopped) | in_doubt
        return answers

    async def _some(self, wanted: Mapping[Recipient, Role | None], *, mails: bool) -> dict[Recipient, Answer]:
        """Graph resolves all recipients of a call or none, so where one may be the culprit each is asked alone."""
        some = await self.fence.take(wanted)
        answers: dict[Recipient, Answer] = {each: Unsure() for each in wanted if each not in some}
        if not some:
            return answers
        try:
            entries = await self.graph.invite(self.plan.item, invitation(self.plan, some, mails=mails))
        except Overloaded as error:
            # It may have done it all the same: only what is not there is sent again.
            there = await _read(self.graph, self.plan, error)
            done = {each: error for each in some if covers(role_of(each, there), self.plan.role)}
            left = {each: wanted[each] for each in some if each not in done}
            await self.fence.give_up(list(left))
            return await self.invite(left, mails=mails, answers=answers | done)
        except Unsure as error:
            return answers | dict.fromkeys(some, error)
        except Refused as error:
            await self.fence.give_up(some)
            if len(some) > 1 and error.code in OF_ONE:
                alone = {each: wanted[each] for each in some}
                return await self.invite(alone, mails=mails, answers=answers, at_once=1)
            return answers | dict.fromkeys(some, error)
        except SharebotError:
            await self.fence.give_up(some)
            raise
        return answers | {each.recipient: each for each in invited(entries, tuple(some))}

    async def note(self, answers: Mapping[Recipient, Answer]) -> None:
        """What was sent before this run is known, and `before` has in it what came of that."""
        said = [each for who, each in answers.items() if isinstance(each, Invited) and who not in self.sent]
        had = {each.recipient: own_role(_known(each.recipient, each), self.before) for each in said}
        await self.fence.answered(said, had)


async def _read(graph: Graph, plan: SharePlan, in_doubt: Unsure) -> list[Permission]:
    """Once Graph has less to do. Raises what is in doubt, while it is."""
    try:
        return await graph.permissions(plan.item)
    except SharebotError as error:
        raise in_doubt from error


async def _read_back(
    graph: Graph, plan: SharePlan, expected: list[Recipient], *, goes_on: bool = False
) -> list[Permission] | None:
    """The permissions once everybody expected is in them, or as they are after a while; None if they can't be read."""
    try:
        after = await graph.permissions(plan.item)
        for wait in LOOK_AGAIN_AFTER:
            if all(covers(role_of(each, after), plan.role) for each in expected):
                break
            await asyncio.sleep(wait)
            after = await graph.permissions(plan.item)
    except SharebotError as error:
        if goes_on and isinstance(error, Busy):
            raise
        log.warning("could not read the permissions of %s back", plan.item.id)
        return None
    return after


def _is_there(
    person: Recipient, role: Role, seen: list[Permission] | None, read: list[Permission] | None
) -> bool | None:
    """Whether the access stands; None where what could be read does not tell."""
    if covers(role_of(person, read or []), role):
        return True
    return None if seen is None else False


def _grant(person: Recipient, answer: Answer, *, there: bool | None, mails: bool) -> Grant:
    match answer:
        case Refused(code=code, reference=reference):
            refused = Grant(person, Outcome.REFUSED, str(answer), code, reference)
            return Grant(person, Outcome.HAD_IT) if there else refused
        case Unsure(reference=reference) if there:
            return Grant(person, Outcome.GRANTED, _(MAILED_MAYBE) if mails else "", NO_ANSWER, reference)
        case Unsure(reference=reference):
            return Grant(person, Outcome.UNSURE, _(UNSEEN if there is None else LOST), NO_ANSWER, reference)
        case Invited(permission=Permission() as permission, problem=problem):
            # Somebody new from outside may be missing from the list until they open the file.
            if there is False and person.id:
                return Grant(person, Outcome.UNSURE, _(NOT_THERE), "notThere", permission.reference)
            remark = no_mail(problem) if problem else ""
            return Grant(person, Outcome.GRANTED, remark, problem or "", permission.reference)
        case Invited():
            return Grant(person, Outcome.UNSURE, _(NOT_THERE), "notThere")


def _known(person: Recipient, answer: Answer) -> Recipient:
    """Of somebody we had but the address of, Graph's answer tells who that is, if they are in the directory."""
    said = answer.permission.identities if isinstance(answer, Invited) and answer.permission else ()
    found = next((each for each in said if each.kind == "user" and each.id), None)
    return person if person.id or not found else replace(person, id=found.id, name=found.name or person.name)


async def mail(graph: Graph, plan: SharePlan, person: Recipient) -> Telling:
    """Has Microsoft 365 mail somebody who has the access already; WAITS where that may go better in a while.

    Graph mails with an invite only, and an invite gives access. So it is sent for what is there, and for nothing else.
    https://learn.microsoft.com/graph/api/driveitem-invite
    """
    try:
        permissions = await graph.permissions(plan.item)
        if not tell_all(permissions, plan.asker.id):
            return Telling.UNREACHED
        if own_role(person, permissions) is not plan.role:
            return Telling.CHANGED
        entries = await graph.invite(plan.item, invitation(plan, [person], mails=True))
    except Unsure:
        return Telling.MAYBE
    except NeedsSignIn:
        return Telling.SIGNED_OUT
    except Unavailable:
        return Telling.WAITS
    except SharebotError as error:
        log.info("no mail about %s: %s", plan.item.id, type(error).__name__)
        return Telling.REFUSED
    return Telling.REFUSED if any(each.problem for each in invited(entries, (person,))) else Telling.MAIL


def called(person: Recipient) -> str:
    """The same however they were named, where we know who that is."""
    return person.id or person.email.casefold() or person.name


def names(person: Recipient) -> set[str]:
    """All that one who is known by now may have been called before."""
    return {person.id or "", person.email, person.email.casefold(), person.name if not person.email else ""} - {""}


@dataclass(frozen=True)
class Given:
    """A right that a share gave: `permission_id` is Graph's name of it, "" if it told none; `before`, what it was.

    One that was the same `before` is only looked at.
    """

    recipient: Recipient
    permission_id: str
    role: Role
    before: Role | None


async def take_back(graph: Graph, plan: SharePlan, given: Sequence[Given]) -> list[Returned]:
    """Restores what was before, as often as it is called; what somebody else changed since is left to them.

    Raises NeedsSignIn, NotFound, NotAllowed, Unavailable while nothing was done, Unsure when something was, and it is
    not over or can't be told.
    """
    item = plan.item
    before = await graph.permissions(item)
    hides = not tell_all(before, plan.asker.id) and role_of(_asker(plan), before)
    if hides or not plan.sees_all:
        raise NotAllowed(_(HIDDEN))
    references: dict[Given, str] = {}
    refusal: SharebotError | None = None
    for each in given:
        right = _right(each, before)
        if right is None or right.role is not each.role or each.before is each.role:
            continue
        try:
            if each.before:
                references[each] = (await graph.change_role(item, right.id, each.before)).reference
            else:
                references[each] = await graph.revoke(item, right.id)
        except (Unsure, NotFound) as error:
            # Done, or gone by somebody else's hand, or refused: the reading tells.
            references[each] = error.reference
            log.info("no clear answer on %s", item.id)
        except SharebotError as error:
            # One who can't be taken off does not keep the others on.
            refusal = refusal or error
    if refusal and not references:
        raise refusal
    try:
        after = await graph.permissions(item)
        for wait in LOOK_AGAIN_AFTER:
            if all(_returned(each, before, after).ending is not Ending.STAYS for each in given):
                break
            await asyncio.sleep(wait)
            after = await graph.permissions(item)
    except SharebotError as error:
        raise (Unsure(_(NOT_ALL), reference=error.reference) if references else error) from error
    returned = {each: replace(_returned(each, before, after), reference=references.get(each, "")) for each in given}
    stays = {each for each in given if returned[each].ending is Ending.STAYS}
    if stays and (refusal or references.keys() - stays):
        raise Unsure(_(NOT_ALL)) from refusal
    return list(returned.values())


def _asker(plan: SharePlan) -> Recipient:
    return Recipient(plan.asker.id, plan.asker.name, "")


def _right(given: Given, permissions: list[Permission]) -> Permission | None:
    """The right itself: of a link only the one that was made for this recipient."""
    own = [each for each in permissions if not each.is_inherited and each.is_for(given.recipient)]
    return next((each for each in own if each.id == given.permission_id or not each.link), None)


def _returned(given: Given, before: list[Permission], after: list[Permission]) -> Returned:
    now = role_of(given.recipient, after)
    right, was = _right(given, after), _right(given, before)
    if right is None:
        return Returned(given.recipient, Ending.ENDED, now)
    if right.role is given.before:
        return Returned(given.recipient, Ending.LOWERED, now)
    if was and was.role is given.role:
        return Returned(given.recipient, Ending.STAYS, now)
    return Returned(given.recipient, Ending.LEFT, now)
