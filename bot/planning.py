"""From a request to what would be done: look up, ask where a name fits several, compare with what is."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from bot import finding
from bot.errors import (
    NeedsConsent,
    NeedsSignIn,
    NotAllowed,
    NotFound,
    NotUnderstood,
    SharebotError,
    about,
)
from bot.graph import Graph
from bot.graph.invitations import check, invitation
from bot.graph.permissions import Permission, covers, only_views, role_of, tell_all
from bot.language.addresses import is_address, no_address
from bot.policy import EVERYTHING, Policy, end_after
from bot.sharing import (
    Change,
    Expiry,
    Person,
    Question,
    Recipient,
    Role,
    Roster,
    Ruling,
    ShareableItem,
    SharePlan,
    ShareRequest,
    Step,
    UnclearRequest,
    Verdict,
    Words,
)
from bot.texts import _, later, sentences

# Each is a look-up, and a line of a card that has its size.
MOST_PEOPLE = 50
# Of each, who has access is read; several at a time.
MOST_FILES, AT_A_TIME = 100, 8
# Whom Teams names in one go, nobody has to look up: as many as a group chat of Teams holds.
# https://learn.microsoft.com/microsoftteams/limits-specifications-teams#chat
MOST_OF_A_CHAT = 250
GUESTS = "guests"
# The slot of whoever has what others are to get.
SAME_AS = "same_as"
KNOWN = ("name", "path", "url", "id", "email", "mention", "group", finding.CHAT)
# Of the people of a chat, who is to be left out.
ONE_OF_A_CHAT = ("name", "email", "mention", "id", GUESTS)
NAME_THEM = later("Please name each person by name, e-mail address or @mention.")
ALL_HERE = later("I don't know who everybody is here.")
NOT_YET = {
    "all": ALL_HERE,
    "relation": later("I don't look up who reports to whom yet."),
    "organization": later("I don't share with the whole organization."),
    "anyone": later("I make no links that work for anyone."),
    "guests": later("I don't share with all guests at once."),
    "external": later("I don't share with everybody outside at once."),
}
Of = TypeVar("Of")


async def plan(
    graph: Graph,
    asker: Person,
    request: ShareRequest,
    *,
    undo: int = 0,
    roster: Roster | None = None,
    policy: Policy = EVERYTHING,
    now: dt.datetime | None = None,
) -> SharePlan | UnclearRequest:
    """What would be done, or what has to be asked first; everything is looked up as the asker, nothing is granted.

    The request names an item and somebody to share it with; `roster`, the others of the chat it is for. For `undo`
    seconds nobody is to hear of it, unless it could not be undone. Where nobody said, it is as the policy has it; what
    its rules say is `judged` when it is known what would be given.
    Raises NotUnderstood for what cannot be shared so, NotFound, NotAllowed, NeedsSignIn, Unavailable.
    """
    if len(request.items) > 1:
        raise NotUnderstood
    planned = await plan_each(graph, asker, request, undo=undo, roster=roster, policy=policy, now=now)
    if isinstance(planned, UnclearRequest):
        return planned
    (made,) = planned
    if isinstance(made, SharebotError):
        raise made
    return made


async def plan_each(
    graph: Graph,
    asker: Person,
    request: ShareRequest,
    *,
    undo: int = 0,
    roster: Roster | None = None,
    policy: Policy = EVERYTHING,
    now: dt.datetime | None = None,
) -> list[SharePlan | SharebotError] | UnclearRequest:
    """The same for each item of the request, in their order; where one of several can't be shared, why not.

    People are looked up once. Raises what `plan` raises where it is about all of them.
    """
    _refuse_what_cannot_be(request)
    distinct, names = list(dict.fromkeys(request.recipients)), list(dict.fromkeys(request.items))
    of_chat = _without(roster, request.excluded) if roster else []
    turns = asyncio.Semaphore(AT_A_TIME)
    looking = asyncio.gather(*(finding.people(graph, words, of_chat) for words in distinct))
    items, me, found = await asyncio.gather(
        each_in_turn([finding.item(graph, words) for words in names], turns),
        graph.me(),
        looking,
        return_exceptions=True,
    )
    if isinstance(items, BaseException):
        raise items
    for part, each in (*(("item", each) for each in items), ("people", found)):
        if isinstance(each, SharebotError):
            each.about = part
    of_all = [each for each in items if isinstance(each, BaseException) and not _is_of_one(each, names)]
    if of_all or isinstance(me, BaseException) or isinstance(found, BaseException):
        raise _first(*of_all, me, found)
    with about("people"):
        people = [finding.known(words, each, me) for words, each in zip(distinct, found, strict=True)]
    unclear = [
        finding.question_of(
            f"recipient {place}",
            words,
            [finding.person_option(each) for each in found],
            sure=finding.is_called(found, words),
        )
        for place, (words, found) in enumerate(zip(distinct, people, strict=True))
        if words.kind != finding.CHAT
    ]
    said = replace(request, recipients=tuple(distinct))
    which = next((place for place, each in enumerate(items) if isinstance(each, Question)), None)
    questions = [each for each in (None if which is None else items[which], *unclear) if isinstance(each, Question)]
    if questions:
        # The one that is asked about comes first.
        ordered = names if which is None else [names[which], *names[:which], *names[which + 1 :]]
        return UnclearRequest(
            asker, replace(request, items=tuple(ordered), recipients=tuple(distinct)), tuple(questions)
        )
    recipients = _once([each for found in people for each in found])
    there = [each for each in items if isinstance(each, ShareableItem)]
    planned = await each_in_turn(
        [
            _planned(graph, asker, each, recipients, said, undo=undo, roster=roster, policy=policy, now=now)
            for each in there
        ],
        turns,
    )
    by_item = dict(zip([each.key for each in there], planned, strict=True))
    made = [by_item[each.key] if isinstance(each, ShareableItem) else each for each in items]
    for each in made:
        if isinstance(each, BaseException) and not _is_of_one(each, names):
            raise each
    return [each for each in made if isinstance(each, SharePlan | SharebotError)]


def _is_of_one(error: BaseException, names: list[Words]) -> bool:
    """Whether the others can be shared all the same."""
    return len(names) > 1 and isinstance(error, NotFound | NotAllowed | NotUnderstood)


async def each_in_turn(
    works: Sequence[Coroutine[Any, Any, Of]], turns: asyncio.Semaphore | None = None
) -> list[Of | BaseException]:
    """What came of each, some at a time, with others that have the same turns."""
    turns = turns or asyncio.Semaphore(AT_A_TIME)

    async def in_turn(work: Coroutine[Any, Any, Of]) -> Of:
        async with turns:
            return await work

    return await asyncio.gather(*map(in_turn, works), return_exceptions=True)


async def _planned(
    graph: Graph,
    asker: Person,
    item: ShareableItem,
    recipients: list[Recipient],
    request: ShareRequest,
    *,
    undo: int,
    roster: Roster | None,
    policy: Policy,
    now: dt.datetime | None,
) -> SharePlan:
    role = request.role or policy.defaults.role or Role.READ
    permissions = await graph.permissions(item)
    _refuse_what_is_only_read(asker, item, permissions)
    steps = tuple(_step(recipient, role, permissions) for recipient in recipients)
    sees_all = tell_all(permissions, asker.id)
    made = SharePlan(
        asker,
        item,
        role,
        steps,
        request.until,
        rulings=_by_default(request, policy),
        sees_all=sees_all,
        has_groups=any(each.is_for_many for each in permissions),
        message=request.message,
        mail=request.mail,
        sign_in=request.sign_in is not False,
        undo=undo if sees_all else 0,
        chat=roster.chat if roster else None,
        said=request if roster else None,
        unknown=roster.unknown if roster else (),
    )
    if now and policy.defaults.days and request.until is None and sees_all:
        until = Expiry("", end_after(policy.defaults.days, now))
        by_default = Ruling(policy.defaults.name, Verdict.DEFAULT)
        made = replace(made, until=until, rulings=(*made.rulings, by_default))
    check(invitation(made, recipients, mails=made.mail is not False), made.item)
    return made


def _by_default(request: ShareRequest, policy: Policy) -> tuple[Ruling, ...]:
    return () if request.role or not policy.defaults.role else (Ruling(policy.defaults.name, Verdict.ROLE),)


async def find(graph: Graph, asker: Person, words: Words, *, wanted: str) -> ShareableItem | UnclearRequest:
    """The one item that is meant, or the question which one it is; `wanted` is what for.

    Raises NotUnderstood, NotFound, NotAllowed, NeedsSignIn, Unavailable.
    """
    request = ShareRequest((words,), ())
    _refuse_what_cannot_be(request)
    found = await finding.item(graph, words)
    return UnclearRequest(asker, request, (found,), wanted) if isinstance(found, Question) else found


def answered(unclear: UnclearRequest, place: int | None) -> ShareRequest:
    """The request with the option at this place instead of what was asked. Raises NotUnderstood where there is none."""
    question = unclear.asked
    if place is None or not 0 <= place < len(question.options):
        raise NotUnderstood(_("Please choose which “{words}” you mean.", words=question.words))
    option = question.options[place]
    chosen = Words("id", option.key, option.title)
    if question.slot == "item":
        return replace(unclear.request, items=(chosen, *unclear.request.items[1:]))
    if question.slot == SAME_AS:
        return replace(unclear.request, same_as=chosen)
    recipients = list(unclear.request.recipients)
    recipients[int(question.slot.removeprefix("recipient "))] = chosen
    return replace(unclear.request, recipients=tuple(recipients))


def _refuse_what_cannot_be(request: ShareRequest) -> None:
    if len(request.items) > MOST_FILES:
        with about("item"):
            raise NotUnderstood(
                _(
                    "Please name no more than {most} files at once, or put them in a folder and share that.",
                    most=MOST_FILES,
                )
            )
    if request.role is Role.COMMENT:
        raise NotUnderstood(
            _("Microsoft 365 can't let people only comment by sharing. Please say “as read” or “as write”.")
        )
    if request.role and not request.role.grantable:
        raise NotUnderstood(
            _("Microsoft 365 can't make somebody an owner by sharing. Please say “as read” or “as write”.")
        )
    if request.password:
        raise NotUnderstood(
            _("I carry no passwords: they would lie in this chat. At work, name the people: they sign in.")
        )
    if len([each for each in request.recipients if each.kind != finding.CHAT]) > MOST_PEOPLE:
        with about("people"):
            raise NotUnderstood(_("Please name no more than {most} people.", most=MOST_PEOPLE))
    if request.until and request.until.at and request.until.at.year == dt.MAXYEAR:
        # Somewhere on Earth it is past the last day there is.
        with about("until"):
            raise NotUnderstood(_("This day is too far away. Please leave the end out, or name an earlier one."))
    if request.same_as:
        raise NotUnderstood(_("I give the same access as somebody has for one file at a time, and by itself."))
    _refuse_no_addresses(request)
    for words in (*request.items, *request.recipients):
        if words.kind == "reference":
            raise NotUnderstood(_("I can't tell which file that is. Please name the file or paste its link."))
        if words.kind in NOT_YET:
            raise NotUnderstood(sentences(_(NOT_YET[words.kind]), _(NAME_THEM)))
        if words.kind not in KNOWN:
            raise NotUnderstood(_(NAME_THEM))
    is_for_a_chat = any(words.kind == finding.CHAT for words in request.recipients)
    if any(not is_for_a_chat or words.kind not in ONE_OF_A_CHAT for words in request.excluded):
        raise NotUnderstood(sentences(_("I can't leave somebody out of a group."), _(NAME_THEM)))


def _refuse_no_addresses(request: ShareRequest) -> None:
    wrong = [each.value for each in request.recipients if each.kind == "email" and not is_address(each.value)]
    if wrong:
        with about("people"):
            raise NotUnderstood(sentences(*map(no_address, wrong)))


def _without(roster: Roster, excluded: tuple[Words, ...]) -> list[Recipient]:
    """The people of a chat but for those who are to be left out. Raises NotUnderstood."""
    left_out = {each for words in excluded for each in _meant_of(roster, words)}
    people = [each for each in roster.people if each not in left_out]
    if not people:
        raise NotUnderstood(_("That leaves out everybody else in this chat."))
    if len(people) > MOST_OF_A_CHAT:
        with about("people"):
            raise NotUnderstood(
                _(
                    "{count} people are in this chat besides you. I share with {most} at once at most. "
                    "Please name a group, or those you mean.",
                    count=len(people),
                    most=MOST_OF_A_CHAT,
                )
            )
    return people


def _meant_of(roster: Roster, words: Words) -> list[Recipient]:
    """Who of a chat is not to get it: nobody may get it for a name that was not understood. Raises NotUnderstood."""
    if words.kind == GUESTS:
        return [each for each in roster.people if each.is_outside]
    said = words.value.casefold()
    exact = [each for each in roster.people if said in (each.id, each.email.casefold(), each.name.casefold())]
    found = exact or [each for each in roster.people if set(said.split()) <= set(each.name.casefold().split())]
    if len(found) != 1:
        with about("people"):
            raise NotUnderstood(
                _("“{words}” fits several people of this chat. Please write the full name.", words=words.value)
                if found
                else _("I find no “{words}” in this chat whom I could leave out.", words=words.value)
            )
    return found


def _once(people: list[Recipient]) -> list[Recipient]:
    """Each person once: by id, and by address where somebody was named by that alone."""
    known = {each.email.casefold(): each for each in reversed(people) if each.id and each.email}
    return list(
        {
            each.id or each.email.casefold(): each
            for each in (each if each.id else known.get(each.email.casefold(), each) for each in people)
        }.values()
    )


def _first(*found: object) -> BaseException:
    """What went wrong first; but whatever somebody has to agree to is asked for in one go."""
    wrong = [each for each in found if isinstance(each, BaseException)]
    asking = [each for each in wrong if isinstance(each, NeedsSignIn)]
    if wrong != asking:
        return next(each for each in wrong if each not in asking)
    first = next((each for each in asking if not isinstance(each, NeedsConsent)), asking[0])
    return type(first)(scopes=frozenset().union(*(each.scopes for each in asking)), claims=first.claims)


def _refuse_what_is_only_read(asker: Person, item: ShareableItem, permissions: list[Permission]) -> None:
    if only_views(permissions, asker.id):
        raise NotAllowed(_("You can only view “{file}”, so you can't share it. Please ask its owner.", file=item.name))


def _step(recipient: Recipient, role: Role, permissions: list[Permission]) -> Step:
    now = role_of(recipient, permissions)
    if covers(now, role):
        return Step(recipient, now, Change.HAS_IT)
    return Step(recipient, now, Change.UPGRADED if now else Change.GAINS)
