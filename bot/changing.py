"""From "stop sharing it with Ana" to what would become of each, and from that to what became of them; and back.

Whom words mean is looked up among those who have access. Where they come to it from, the folder above tells as well: of
a right that is there twice, Graph lists the stronger one alone.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot import finding, planning
from bot.changes import Aim, Bar, Became, Changed, ChangePlan, ChangeReceipt, ChangeStep
from bot.errors import Busy, NotAllowed, NotFound, NotUnderstood, SharebotError, Unsure, about
from bot.granting import LOOK_AGAIN_AFTER, own_role
from bot.graph import Graph
from bot.graph.invitations import Invitation, drive_recipient
from bot.graph.permissions import GROUPS, STRENGTH, Identity, Permission, role_of, tell_all
from bot.graph.refusals import Refused
from bot.ledger import Standing
from bot.ledger.attempts import named
from bot.planning import KNOWN, MOST_PEOPLE, NAME_THEM
from bot.sharing import (
    Held,
    Option,
    Person,
    Question,
    Recipient,
    Role,
    ShareableItem,
    ShareRequest,
    UnclearRequest,
    Words,
)
from bot.texts import _, later, listed, quoted, sentences

log = logging.getLogger(__name__)

# Folders above that are looked into for where a right comes from.
MOST_FOLDERS = 5
EVERYBODY = ("all",)
OUTSIDE = ("external", "guests")
# How guests sign in at SharePoint.
GUESTS = ("#ext#", "urn:spo:guest")
STILL_THERE = later("Microsoft 365 said yes, but it is as it was. Please try again.")
NO_ANSWER = later("I had no clear answer from Microsoft 365, and it is as it was. Please try again.")
NOT_ALL = later("I don't know whether all of this was done. Please press again: I look, and do what is left.")
# So many of those who have access are named where nobody is called so.
NAMED = 6
MAYBE_MANY = later("If they can, it is by a group or a link: ask me who has access.")

Standings = Callable[[ShareableItem], Awaitable[list[Standing]]]


class Fence(Protocol):
    """What each could do by a right of their own, kept before the first request; what was kept first stands."""

    async def begin(self, before: Mapping[Recipient, Role | None]) -> Mapping[Recipient, Role | None]: ...


# What would be done


async def plan(
    graph: Graph, asker: Person, request: ShareRequest, aim: Aim, standings: Standings
) -> ChangePlan | UnclearRequest:
    """What would become of each, or what has to be asked first; everything is looked up as the asker.

    Raises NotUnderstood, NotFound, NotAllowed, NeedsSignIn, Unavailable.
    """
    item_words = request.items[0]
    if request.items[1:]:
        names = listed([quoted(words.value) for words in request.items])
        raise NotUnderstood(_("I change one file at a time. Please ask for {names} one after the other.", names=names))
    found = await planning.find(graph, asker, item_words, wanted=aim.value)
    if isinstance(found, UnclearRequest):
        return replace(found, request=request)
    permissions, standing = await asyncio.gather(graph.permissions(found), standings(found))
    if not tell_all(permissions, asker.id):
        raise NotAllowed(
            _(
                "Microsoft 365 shows you only your own access to “{file}”, so I can't change that of others. "
                "Please ask its owner.",
                file=found.name,
            )
        )
    here = _Here(asker, found, permissions, standing)
    with about("people"):
        questions = [
            question
            for place, words in enumerate(request.recipients)
            if words.kind not in (*EVERYBODY, *OUTSIDE)
            and (question := finding.question_of(f"recipient {place}", words, _options(here.called(words))))
        ]
    if questions:
        return UnclearRequest(asker, request, tuple(questions), aim.value)
    people = _meant(here, request, aim)
    if len(people) > MOST_PEOPLE:
        raise NotUnderstood(_("Please name no more than {most} people.", most=MOST_PEOPLE))
    above = await _above(graph, found)
    steps = tuple(_step(each, here, aim, above, request) for each in people)
    steps = tuple([await _with_folder(graph, each, above) for each in steps])
    return ChangePlan(asker, found, aim, steps, request.until if aim is Aim.END else None)


@dataclass(frozen=True)
class _Here:
    """An item and who has access to it."""

    asker: Person
    item: ShareableItem
    permissions: list[Permission]
    standing: list[Standing]

    @property
    def holders(self) -> list[Recipient]:
        """Everybody who is named among those with access."""
        found: dict[str, Recipient] = {}
        for each in self.permissions:
            for person in holders(each):
                found.setdefault(person.id or person.email.casefold(), person)
        return list(found.values())

    def called(self, words: Words) -> list[Recipient]:
        """Those who may be meant. Raises NotFound, NotUnderstood."""
        value = words.value.casefold()
        match words.kind:
            case "id" | "mention" | "email":
                mine = [each for each in self.holders if value in (each.id, each.email.casefold())]
                address = words.value if words.kind == "email" else ""
                somebody = Recipient(words.value if not address else None, words.name or words.value, address)
                return mine or [somebody]
            case kind if kind in KNOWN:
                found = _closest(value, self.holders)
            case _:
                raise NotUnderstood(_(NAME_THEM))
        if not found:
            nobody = _(
                "Nobody called “{name}” is named among those who can open “{file}”.",
                name=words.value,
                file=self.item.name,
            )
            named = [each.name for each in self.holders if each.id != self.asker.id][:NAMED]
            who = [_("These are named: {names}.", names=listed(named))] if named else []
            raise NotFound(sentences(nobody, *who, *([_(MAYBE_MANY)] if self.has_groups else [])))
        return found

    @property
    def has_groups(self) -> bool:
        return any(each.is_for_many for each in self.permissions)

    def everybody(self, aim: Aim) -> list[Recipient]:
        """Whom the asker gave it; of what is theirs, all who have a right of their own."""
        mine = {name for each in self.standing if each.sharer.id == self.asker.id for name in each.names}
        is_mine = self.item.is_own and aim is not Aim.END
        return [
            each
            for each in self.holders
            if each.id != self.asker.id
            and own_role(each, self.permissions) not in (None, Role.OWNER)
            and (is_mine or named(each) & mine)
        ]

    def meant(self, words: Words, aim: Aim) -> list[Recipient]:
        """Those who are called so, or all who are outside. Raises NotFound, NotUnderstood."""
        if words.kind not in OUTSIDE:
            return self.called(words)
        if not (found := [each for each in self.everybody(aim) if each.is_outside]):
            nobody = _(
                "Nobody from outside your organisation is named among those who can open “{file}”.", file=self.item.name
            )
            raise NotFound(sentences(nobody, *([_(MAYBE_MANY)] if self.has_groups else [])))
        return found

    def share_of(self, person: Recipient, role: Role | None) -> Standing | None:
        """That which gave them what they have."""
        theirs = [each for each in self.standing if each.names & named(person) and each.role is role]
        return theirs[0] if theirs else None

    def until(self, person: Recipient, role: Role) -> dt.datetime | None:
        """When this ends, by the shares that gave it or by Microsoft 365."""
        ours = [each.ends_at for each in self.standing if each.names & named(person) and each.role is role]
        ends = [dt.datetime.fromtimestamp(each, dt.UTC) if each else None for each in ours]
        ends = ends or [each.expires for each in self.permissions if each.role is role and each.is_for(person)]
        known = [each for each in ends if each]
        return max(known) if known and len(known) == len(ends) else None


@dataclass(frozen=True)
class Holding:
    """What somebody can do with an item, how they came to it, and until when; None for no end."""

    person: Recipient
    role: Role
    held: Held
    until: dt.datetime | None


async def held(
    graph: Graph, asker: Person, item: ShareableItem, words: Words, standing: list[Standing]
) -> Holding | Question:
    """What somebody has whom these words mean, as the asker sees it, or who is meant.

    Raises NotUnderstood, NotFound, NotAllowed, NeedsSignIn, Unavailable.
    """
    permissions = await graph.permissions(item)
    here = _Here(asker, item, permissions, standing)
    me = Recipient(asker.id, asker.name, "")
    if words.kind != "me" and not tell_all(permissions, asker.id):
        raise NotAllowed(
            _(
                "Microsoft 365 shows you only your own access to “{file}”, so I can't give the same as others have. "
                "Please say “as read” or “as write”.",
                file=item.name,
            )
        )
    with about("people"):
        people = [me] if words.kind == "me" else here.called(words)
        if question := finding.question_of(planning.SAME_AS, words, _options(people)):
            return question
        (person,) = people
        role = role_of(person, permissions)
        if role is None:
            name = person.name
            nothing = _("I see no access of {name} to “{file}” that others could get.", name=name, file=item.name)
            raise NotFound(sentences(nothing, _(MAYBE_MANY)) if here.has_groups else nothing)
    return Holding(person, role, _way(person, role, permissions), here.until(person, role))


def _way(person: Recipient, role: Role, permissions: list[Permission]) -> Held:
    if role is Role.OWNER:
        return Held.OWNER
    if own_role(person, permissions) is role:
        return Held.OWN
    without_links = [each for each in permissions if not each.link]
    return Held.INHERITED if role_of(person, without_links) is role else Held.LINK


def removable(asker: Person, permissions: list[Permission]) -> list[Recipient]:
    """Those of whom a right of their own can be taken away."""
    people = {each.id or each.email: each for one in permissions if not one.link for each in holders(one)}
    return [
        each
        for each in people.values()
        if each.id != asker.id and own_role(each, permissions) not in (None, Role.OWNER)
    ]


def _meant(here: _Here, request: ShareRequest, aim: Aim) -> list[Recipient]:
    people: list[Recipient] = []
    is_all = not request.recipients
    for words in request.recipients:
        if words.kind in EVERYBODY:
            is_all = True
        else:
            people += here.meant(words, aim)
    if is_all:
        spared = {each for words in request.excluded for each in here.meant(words, aim)}
        people += [each for each in here.everybody(aim) if each not in spared]
    elif request.excluded:
        raise NotUnderstood(_(NAME_THEM))
    if not people:
        raise NotFound(_("I know of nobody to whom you gave “{file}”.", file=here.item.name))
    return list(dict.fromkeys(people))


def _options(people: list[Recipient]) -> list[Option]:
    return [replace(finding.person_option(each), key=each.id or each.email) for each in people]


def _closest(value: str, people: list[Recipient]) -> list[Recipient]:
    """Those called exactly so, else those with all the words in their name, or an address that begins so."""
    if exact := [each for each in people if each.name.casefold() == value]:
        return exact
    words = set(value.split())
    return [
        each
        for each in people
        if words <= set(each.name.casefold().replace(",", " ").split()) or each.email.casefold().split("@")[0] == value
    ]


def holders(permission: Permission) -> Iterator[Recipient]:
    """Whom it is for. Business drives name a person twice, also as a user of the site, who has no id we know."""
    known = [each for each in permission.identities if not each.kind.startswith(("site", "sharePoint"))]
    guests = any(_is_guest(each) for each in permission.identities)
    for each in known or permission.identities[: 1 if permission.link is None else None]:
        if each.kind != "application" and (each.id or each.email):
            yield Recipient(
                each.id,
                each.name or each.email or "",
                each.email or "",
                is_outside=_is_guest(each) or (permission.link is None and guests),
                is_group=each.kind in GROUPS,
            )
    if not permission.identities and permission.invitation and permission.invitation.email:
        address = permission.invitation.email
        yield Recipient(None, address, address, is_outside=True)


def _is_guest(identity: Identity) -> bool:
    return any(sign in (identity.login or "").casefold() for sign in GUESTS)


async def _above(graph: Graph, item: ShareableItem) -> tuple[ShareableItem, list[Permission]] | None:
    """The folder above and who has access to it, as far as the asker is shown."""
    folder = await graph.folder_of(item)
    try:
        return (folder, await graph.permissions(folder)) if folder else None
    except (NotFound, NotAllowed):
        return None


def _step(
    person: Recipient,
    here: _Here,
    aim: Aim,
    above: tuple[ShareableItem, list[Permission]] | None,
    request: ShareRequest,
) -> ChangeStep:
    permissions, own = here.permissions, own_role(person, here.permissions)
    links = [each for each in permissions if _is_named(each) and each.is_for(person)]
    inherited = [each for each in permissions if each.is_inherited] + (above[1] if above else [])
    by_folder = role_of(person, inherited)
    by_link = role_of(person, [each for each in permissions if _is_open(each)])
    by_links = role_of(person, links)
    now = _most(own, by_folder, by_link, by_links)
    step = ChangeStep(person, now, own, now, by_link=by_link is not None)
    step = replace(step, folder=above[0].name if above and by_folder else here.item.place if by_folder else "")
    if share := here.share_of(person, own):
        ends = dt.datetime.fromtimestamp(share.ends_at, dt.UTC) if share.ends_at else None
        step = replace(step, ends=ends, share=share.share, sharer=share.sharer.name)
    if now is None:
        return replace(step, bar=Bar.UNSEEN if here.has_groups else Bar.NO_ACCESS)
    if now is Role.OWNER:
        return replace(step, bar=Bar.OWNER)
    if aim is Aim.END:
        return _ended_otherwise(step, here.asker, share, request)
    if aim is Aim.LOWER:
        after = _most(by_folder, by_link, by_links, Role.READ)
        if now is Role.READ:
            return replace(step, bar=Bar.SO_ALREADY)
        if after is Role.WRITE:
            return replace(step, bar=Bar.FOLDER if by_folder is Role.WRITE else Bar.LINK)
        return replace(step, after=after)
    if own is None and not links:
        return replace(step, bar=Bar.FOLDER if by_folder else Bar.LINK)
    return replace(step, after=_most(by_folder, by_link), links=tuple(each.id for each in links))


def _ended_otherwise(step: ChangeStep, asker: Person, share: Standing | None, request: ShareRequest) -> ChangeStep:
    if share is None:
        return replace(step, bar=Bar.FOLDER if step.own is None and step.folder else Bar.NOT_MINE)
    if share.sharer.id != asker.id or not share.can_end:
        return replace(step, bar=Bar.NOT_MINE)
    wanted = int(request.until.at.timestamp()) if request.until and request.until.at else None
    return replace(step, bar=Bar.SO_ALREADY) if request.until and wanted == share.ends_at else step


async def _with_folder(
    graph: Graph, step: ChangeStep, above: tuple[ShareableItem, list[Permission]] | None
) -> ChangeStep:
    """Named after the folder in which they were given access, if that can be seen."""
    if not step.folder or above is None:
        return step
    here = above
    for _number in range(MOST_FOLDERS):
        if any(not each.is_inherited and each.is_for(step.recipient) for each in here[1]):
            return replace(step, folder=here[0].name)
        further = await _above(graph, here[0])
        if further is None:
            break
        here = further
    return step


def _is_named(permission: Permission) -> bool:
    """A link that is for named people: one can be taken off it."""
    return permission.link is not None and permission.link.scope == "users" and not permission.is_inherited


def _is_open(permission: Permission) -> bool:
    return permission.link is not None and permission.link.scope != "users" and not permission.is_inherited


def _most(*roles: Role | None) -> Role | None:
    return max((each for each in roles if each), key=STRENGTH.__getitem__, default=None)


# What is done


async def carry_out(
    graph: Graph,
    plan: ChangePlan,
    fence: Fence,
    standing: Sequence[Standing],
    *,
    heard: Mapping[str, bool],
    goes_on: bool = False,
) -> ChangeReceipt:
    """Does it; called again after an interruption, it goes on. A failure for one person is in the receipt.

    `heard` tells of some, by id, whether they knew of their access. `goes_on`: it will be called again where Graph is
    busy, whatever was done until then, and Busy is raised for that. Raises NotAllowed, NotFound, NeedsSignIn,
    Unavailable while nothing was done, Unsure when that can't be told.
    """
    permissions = await graph.permissions(plan.item)
    if not tell_all(permissions, plan.asker.id):
        raise NotAllowed
    people = [step.recipient for step in plan.to_change]

    def knows(person: Recipient) -> bool:
        return heard.get(person.id or "", True)

    if plan.aim is Aim.END:
        moved = [_moved(step, permissions, standing) for step in plan.to_change]
        return ChangeReceipt(plan, tuple(replace(each, heard=knows(each.recipient)) for each in moved))
    was = await fence.begin({each: own_role(each, permissions) for each in people})
    fit = [step for step in plan.to_change if was.get(step.recipient) is step.own]
    done = await _each(plan, fit, lambda step: _asked(graph, plan, step, permissions), goes_on=goes_on)
    after = await _read_back(graph, plan.item, done, lambda now: all(_is_done(step, plan.aim, now) for step in fit))
    changes: list[Changed] = []
    for step in plan.to_change:
        now = role_of(step.recipient, after)
        if step not in fit:
            became = Changed(step.recipient, Became.LEFT, now)
        elif _is_done(step, plan.aim, after):
            kind = Became.REMOVED if plan.aim is Aim.REMOVE else Became.LOWERED
            became = Changed(step.recipient, kind, now, reference=done.references.get(step.recipient, ""))
        else:
            became = done.refused(step.recipient, now)
        changes.append(replace(became, heard=knows(step.recipient)))
    log.info("%s on %s: %s", plan.aim.value, plan.item.id, ", ".join(each.became.value for each in changes))
    return ChangeReceipt(plan, tuple(changes))


async def restore(graph: Graph, receipt: ChangeReceipt, moment: dt.datetime, *, goes_on: bool = False) -> ChangeReceipt:
    """Gives back what a change took, without a mail; what somebody else has changed since is left to them.

    What would have ended by that `moment` is over.

    Called again and raises as `carry_out` does.
    """
    plan = receipt.plan
    steps = {step.recipient: step for step in plan.steps}
    back = receipt.restorable()
    permissions = await graph.permissions(plan.item)
    if plan.aim is Aim.END:
        return ChangeReceipt(plan, tuple(_moved_back(each, steps, permissions) for each in back), is_undone=True)
    taken = None if plan.aim is Aim.REMOVE else Role.READ
    some = [step for each in back if not (step := steps[each.recipient]).is_over(moment)]
    fit = [each for each in some if own_role(each.recipient, permissions) in (taken, each.own)]
    missing = [each for each in fit if own_role(each.recipient, permissions) is taken]
    done = await _each(plan, missing, lambda step: _given(graph, plan, step, permissions), goes_on=goes_on)
    after = await _read_back(graph, plan.item, done, lambda now: all(_is_back(step, now) for step in fit))
    changes: list[Changed] = []
    for each in back:
        step, now = steps[each.recipient], role_of(each.recipient, after)
        if step not in fit:
            changes.append(replace(each, became=Became.LEFT, now=now))
        elif _is_back(step, after):
            reference = done.references.get(each.recipient, "")
            changes.append(replace(each, became=Became.RESTORED, now=now, reference=reference))
        else:
            changes.append(done.refused(each.recipient, now))
    return ChangeReceipt(plan, tuple(changes), is_undone=True)


@dataclass(frozen=True)
class _Done:
    """What Graph said of each: its name of the request, or its no."""

    references: dict[Recipient, str]
    refusals: dict[Recipient, SharebotError]
    goes_on: bool

    def refused(self, person: Recipient, now: Role | None) -> Changed:
        error = self.refusals.get(person)
        if isinstance(error, Unsure):
            return Changed(person, Became.REFUSED, now, _(NO_ANSWER), error.code, error.reference)
        if error is None:
            return Changed(person, Became.REFUSED, now, _(STILL_THERE), "stillThere")
        return Changed(person, Became.REFUSED, now, str(error), error.code, error.reference)


async def _each(
    plan: ChangePlan, steps: list[ChangeStep], ask: Callable[[ChangeStep], Awaitable[str]], *, goes_on: bool
) -> _Done:
    """One after the other. One who can't be changed does not keep the others as they are."""
    done = _Done({}, {}, goes_on)
    for step in steps:
        try:
            done.references[step.recipient] = await ask(step)
        except SharebotError as error:
            if goes_on and isinstance(error, Busy):
                raise
            done.refusals[step.recipient] = error
            if isinstance(error, Unsure | NotFound):
                # Done, or gone by somebody else's hand, or refused: the reading tells.
                done.references[step.recipient] = error.reference
                log.info("no clear answer on %s", plan.item.id)
    if done.refusals and not done.references:
        refusals = list(done.refusals.values())
        raise next((each for each in refusals if not isinstance(each, Refused)), refusals[0])
    return done


async def _asked(graph: Graph, plan: ChangePlan, step: ChangeStep, permissions: list[Permission]) -> str:
    """Graph's name of the last request; "" where nothing is left to do."""
    reference = ""
    for each in _own(step.recipient, permissions):
        if plan.aim is Aim.REMOVE:
            reference = await graph.revoke(plan.item, each.id)
        elif each.role is Role.WRITE:
            reference = (await graph.change_role(plan.item, each.id, Role.READ)).reference
    for each in permissions:
        if each.id in step.links and each.is_for(step.recipient):
            person = (drive_recipient(step.recipient),)
            reference = (await graph.revoke_grants(plan.item, each.id, person)).reference
    return reference


async def _given(graph: Graph, plan: ChangePlan, step: ChangeStep, permissions: list[Permission]) -> str:
    role = step.own or Role.READ
    for each in _own(step.recipient, permissions):
        return (await graph.change_role(plan.item, each.id, role)).reference
    # Without a mail it may be sent twice: it gives what is there.
    invitation = Invitation((drive_recipient(step.recipient),), role, sends_mail=False)
    given = await graph.invite(plan.item, invitation)
    return given[0].reference if given else ""


async def _read_back(
    graph: Graph, item: ShareableItem, done: _Done, is_so: Callable[[list[Permission]], bool]
) -> list[Permission]:
    try:
        after = await graph.permissions(item)
        for wait in LOOK_AGAIN_AFTER:
            if is_so(after) or not done.references:
                break
            await asyncio.sleep(wait)
            after = await graph.permissions(item)
    except SharebotError as error:
        if done.goes_on and isinstance(error, Busy):
            raise
        raise (Unsure(_(NOT_ALL), reference=error.reference) if done.references else error) from error
    return after


def _moved(step: ChangeStep, permissions: list[Permission], standing: Sequence[Standing]) -> Changed:
    """Nothing of it is Microsoft 365's: it is we who end what was shared."""
    share = next((each for each in standing if each.share == step.share and each.names & named(step.recipient)), None)
    ends_at = int(step.ends.timestamp()) if step.ends else None
    is_same = share is not None and share.ends_at == ends_at and own_role(step.recipient, permissions) is step.own
    return Changed(step.recipient, Became.MOVED if is_same else Became.LEFT, role_of(step.recipient, permissions))


def _moved_back(change: Changed, steps: Mapping[Recipient, ChangeStep], permissions: list[Permission]) -> Changed:
    """Nothing goes on until another day for whom it is over by now."""
    is_there = own_role(change.recipient, permissions) is steps[change.recipient].own
    became = Became.RESTORED if is_there else Became.LEFT
    return replace(change, became=became, now=role_of(change.recipient, permissions))


def _own(person: Recipient, permissions: list[Permission]) -> list[Permission]:
    return [each for each in permissions if not each.is_inherited and not each.link and each.is_for(person)]


def _is_done(step: ChangeStep, aim: Aim, permissions: list[Permission]) -> bool:
    own = own_role(step.recipient, permissions)
    if aim is Aim.LOWER:
        return own is Role.READ
    return own is None and not any(each.id in step.links and each.is_for(step.recipient) for each in permissions)


def _is_back(step: ChangeStep, permissions: list[Permission]) -> bool:
    return own_role(step.recipient, permissions) is step.own
