"""From what was typed to what would be done: look up, ask where a name fits several, compare with what is."""

from __future__ import annotations

import asyncio
import datetime as dt
import difflib
import re
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from bot.errors import (
    AgainstPolicy,
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
from bot.policy import EVERYTHING, Asked, Policy, end_after
from bot.sharing import (
    Change,
    Expiry,
    Option,
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
from bot.texts import _, day, later, listed, sentences, several

# Each is a look-up, and a line of a card that has its size.
MOST_PEOPLE = 50
# Of each, who has access is read; several at a time.
MOST_FILES, AT_A_TIME = 100, 8
# Whom Teams names in one go, nobody has to look up: as many as a group chat of Teams holds.
# https://learn.microsoft.com/microsoftteams/limits-specifications-teams#chat
MOST_OF_A_CHAT = 250
# What a person goes through page by page; with more, a better name helps more than a longer list.
CHOICES = 24
# Of the letters, how many have to be the same in a name that may have been meant: one slip in five.
ALIKE = 0.8
HOW_ELSE = later("Try the full name, or the e-mail address. Groups I find only where your administrator lets me.")
CHAT, GUESTS = "chat", "guests"
# The slot of whoever has what others are to get.
SAME_AS = "same_as"
KNOWN = ("name", "path", "url", "id", "email", "mention", "group", CHAT)
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
# "the Finance folder" is called Finance, unless something is called so.
_KIND = re.compile(r"^(?:folder|file|document)\s+|\s+(?:folder|file|document)$", re.IGNORECASE)


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
    looking = asyncio.gather(*(_people(graph, words, of_chat) for words in distinct))
    items, me, found = await asyncio.gather(
        _each(turns, [_one_item(graph, words) for words in names]), graph.me(), looking, return_exceptions=True
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
        people = [_known(words, each, me) for words, each in zip(distinct, found, strict=True)]
    unclear = [
        question_of(f"recipient {place}", words, [person_option(each) for each in found], sure=_is_called(found, words))
        for place, (words, found) in enumerate(zip(distinct, people, strict=True))
        if words.kind != CHAT
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
    planned = await _each(
        turns,
        [
            _planned(graph, asker, each, recipients, said, undo=undo, roster=roster, policy=policy, now=now)
            for each in there
        ],
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


async def _one_item(graph: Graph, words: Words) -> ShareableItem | Question:
    found = await _items(graph, words)
    return _file_question(words, found) or found[0]


async def _each(turns: asyncio.Semaphore, works: Sequence[Coroutine[Any, Any, Of]]) -> list[Of | BaseException]:
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


async def judged(graph: Graph, plan: SharePlan, policy: Policy, now: dt.datetime) -> SharePlan:
    """The plan as the policy has it: who gets nothing, until when it is at the latest, and who has to approve it.

    Judged again, it is judged of all who were asked for. Raises NeedsSignIn, NotAllowed, Unavailable where something
    that a rule is about can't be known: nothing is allowed for want of knowledge.
    """
    asking = [step for step in plan.steps if step.change is not Change.HAS_IT]
    if not policy.rules or not asking:
        return plan
    people, groups, audience = await asyncio.gather(
        asyncio.gather(*(_in_the_directory(graph, step.recipient, policy) for step in asking)),
        _groups_of_sharer(graph, policy),
        _audience(graph, [step.recipient for step in asking], policy),
    )
    judgement = policy.judge(
        Asked(
            plan.item,
            tuple(people),
            plan.role,
            plan.until.at if plan.until else None,
            now,
            groups,
            audience,
            can_end=plan.sees_all,
        )
    )
    refused = {step.recipient: ruling for step, ruling in zip(asking, judgement.refused, strict=True) if ruling}
    steps = (
        replace(step, change=Change.REFUSED, ruling=refused[step.recipient]) if step.recipient in refused else step
        for step in plan.steps
    )
    until, before = plan.until, [each for each in plan.rulings if each.verdict in (Verdict.DEFAULT, Verdict.ROLE)]
    if judgement.until and (until is None or until.at != judgement.until):
        until = Expiry(until.words if until else "", judgement.until)
        before = [each for each in before if each.verdict is not Verdict.DEFAULT]
    return replace(plan, steps=tuple(steps), until=until, rulings=(*before, *judgement.rulings))


async def _in_the_directory(graph: Graph, person: Recipient, policy: Policy) -> Recipient:
    """Of whom no more is known than how Teams calls them, it has to be known who they are."""
    if not policy.looks_at_people or person.email or not person.id or person.is_group:
        return person
    return await _one_of_the_directory(graph, Words("id", person.id))


async def _groups_of_sharer(graph: Graph, policy: Policy) -> frozenset[str]:
    if not policy.groups:
        return frozenset()
    return frozenset(each.casefold() for each in await graph.my_groups())


async def _audience(graph: Graph, people: list[Recipient], policy: Policy) -> int | None:
    """How many people these are, each member of a group counted; None where nobody tells."""
    if not policy.counts:
        return None
    try:
        sizes = await asyncio.gather(*(graph.size(str(each.id)) for each in people if each.is_group))
    except (NeedsSignIn, NotAllowed, NotFound):
        return None
    return sum(sizes) + sum(not each.is_group for each in people)


def refusal(plan: SharePlan) -> AgainstPolicy:
    """Of a plan of which nothing is left: each rule says so once, and to whom it is about where that is not all."""
    of: dict[Ruling, list[str]] = {}
    for step in plan.refused:
        if step.ruling:
            of.setdefault(step.ruling, []).append(step.recipient.name)
    said = [
        each.words if len(of) == 1 else _("{names}: {sentence}", names=listed(names), sentence=each.words)
        for each, names in of.items()
    ]
    first = next(iter(of))
    error = AgainstPolicy(sentences(*said), rule=first.rule)
    error.about = first.about
    return error


async def find(graph: Graph, asker: Person, words: Words, *, wanted: str) -> ShareableItem | UnclearRequest:
    """The one item that is meant, or the question which one it is; `wanted` is what for.

    Raises NotUnderstood, NotFound, NotAllowed, NeedsSignIn, Unavailable.
    """
    request = ShareRequest((words,), ())
    _refuse_what_cannot_be(request)
    found = await _one_item(graph, words)
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
    if len([each for each in request.recipients if each.kind != CHAT]) > MOST_PEOPLE:
        with about("people"):
            raise NotUnderstood(_("Please name no more than {most} people.", most=MOST_PEOPLE))
    if request.until and request.until.at and request.until.at.year == dt.MAXYEAR:
        # Somewhere on Earth it is past the last day there is.
        with about("until"):
            raise NotUnderstood(_("This day is too far away. Please leave the end out, or name an earlier one."))
    if request.same_as:
        raise NotUnderstood(_("I give the same access as somebody has for one file at a time, and by itself."))
    for words in (*request.items, *request.recipients):
        if words.kind == "reference":
            raise NotUnderstood(_("I can't tell which file that is. Please name the file or paste its link."))
        if words.kind in NOT_YET:
            raise NotUnderstood(sentences(_(NOT_YET[words.kind]), _(NAME_THEM)))
        if words.kind not in KNOWN:
            raise NotUnderstood(_(NAME_THEM))
    is_for_a_chat = any(words.kind == CHAT for words in request.recipients)
    if any(not is_for_a_chat or words.kind not in ONE_OF_A_CHAT for words in request.excluded):
        raise NotUnderstood(sentences(_("I can't leave somebody out of a group."), _(NAME_THEM)))


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


async def _items(graph: Graph, words: Words) -> list[ShareableItem]:
    """At least one. Raises NotFound with what was looked for."""
    try:
        match words.kind:
            case "id":
                return [await _item(graph, *words.value.split("/", 1))]
            case "url":
                return [await graph.item_behind(words.value)]
            case "path":
                return [await graph.item_at(words.value)]
            case _:
                plain = _KIND.sub("", words.value)
                found = await _called(graph, words.value) or await _called(graph, plain) or await _near(graph, plain)
    except NotFound as error:
        name = words.name or words.value
        raise NotFound(_("I can't find “{name}”, or you have no access to it.", name=name)) from error
    if not found:
        nothing = _("I found no file called “{name}” among those you can open.", name=words.value)
        how_else = _("Check the spelling, write a part of its name, or paste its link.")
        raise NotFound(sentences(nothing, how_else))
    return found


async def _item(graph: Graph, drive_id: str, item_id: str) -> ShareableItem:
    """Who has agreed to no more than their own files is asked to only where it is none of them."""
    try:
        return await graph.item(drive_id, item_id)
    except NeedsConsent as more:
        try:
            return await graph.item(drive_id, item_id, is_own=True)
        except (NotFound, NotAllowed):
            raise more from None


async def _near(graph: Graph, name: str) -> list[ShareableItem]:
    """What is called nearly so. Spelling is never mended, only suggested, and from what changed lately."""
    try:
        recent = await graph.recent()
    except SharebotError:
        return []
    forms = {form: each for each in recent for form in (each.name.casefold(), each.name.casefold().rpartition(".")[0])}
    close = difflib.get_close_matches(name.casefold(), forms, n=2, cutoff=ALIKE)
    return await in_full(graph, list({forms[form].key: forms[form] for form in close}.values()))


async def _called(graph: Graph, name: str) -> list[ShareableItem]:
    """Those a name fits, their own and others'. A hit of a search tells only half, so these are read in full."""
    found = _closest(name, await look_for(graph, name, does=lambda own: bool(_closest(name, own))))
    return found if len(found) > CHOICES else await in_full(graph, found)


async def look_for(graph: Graph, words: str, *, does: Callable[[list[ShareableItem]], bool]) -> list[ShareableItem]:
    """What a search finds, of their own and of others, each once.

    Who has not agreed to more than their own files is asked to only where what they own does not do.
    """
    own, anywhere = await asyncio.gather(graph.own_items(words), graph.items_anywhere(words), return_exceptions=True)
    if isinstance(own, BaseException):
        raise own
    others = [] if isinstance(anywhere, NeedsConsent) and does(own) else anywhere
    if isinstance(others, BaseException):
        raise others
    return list({each.key: each for each in (*others, *own)}.values())


async def in_full(graph: Graph, found: list[ShareableItem]) -> list[ShareableItem]:
    """The same with their places; without what is gone meanwhile."""
    half = [each for each in found if not each.place]
    whole = {each.key: each for each in await graph.items(half)} if half else {}
    return [whole.get(each.key, each) for each in found if each.place or each.key in whole]


def _closest(name: str, found: list[ShareableItem]) -> list[ShareableItem]:
    """Those called exactly so, else those called so but for the ending, else all that have the words in their name."""
    wanted = name.casefold()
    if exact := [each for each in found if each.name.casefold() == wanted]:
        return exact
    if exact := [each for each in found if each.name.casefold().rpartition(".")[0] == wanted]:
        return exact
    return [each for each in found if _has_words(each, name)]


def _has_words(item: ShareableItem, name: str) -> bool:
    return all(word in item.name.casefold() for word in name.casefold().split())


async def _people(graph: Graph, words: Words, of_chat: list[Recipient]) -> list[Recipient]:
    """Who these words may mean. Where one may not look people up an address or a mention has to do, and does."""
    if words.kind == CHAT:
        return of_chat
    match words.kind:
        case "id" | "mention":
            return [await _one_of_the_directory(graph, words)]
        case "email":
            try:
                found = await graph.people_at(words.value) or await _groups(graph, words.value)
                return found or await _also_at(graph, words.value)
            except NeedsSignIn:
                return [Recipient(None, words.value, words.value)]
        case "group":
            return await _groups(graph, words.value)
        case _:
            found = await graph.find_people(words.value) or await _groups(graph, words.value)
            exact = [each for each in found if each.name.casefold() == words.value.casefold()]
            return await _told_apart(graph, words.value, exact or found)


async def _told_apart(graph: Graph, name: str, found: list[Recipient]) -> list[Recipient]:
    """With what they do, where several have a name and Graph tells the asker; addresses have to do without it."""
    if len(found) < 2 or all(each.title for each in found):
        return found
    try:
        known = await graph.work_of_people(name)
    except SharebotError:
        return found
    return [each if each.title else replace(each, title=known.get(str(each.id), "")) for each in found]


async def _one_of_the_directory(graph: Graph, words: Words) -> Recipient:
    """Whom Teams or we have named is believed; an id that came without a name is only what somebody's client says."""
    try:
        return await graph.person(words.value)
    except NotFound as error:
        if not words.name:
            raise NotFound(_("I can't find one of the people you chose. Please choose them again.")) from error
        return await graph.group(words.value)
    except NeedsSignIn:
        if not words.name:
            raise
        return Recipient(words.value, words.name, "")


async def _also_at(graph: Graph, email: str) -> list[Recipient]:
    """Whose second address that is, where we may see; else Graph's answer to the invite tells."""
    try:
        return await graph.people_also_at(email)
    except SharebotError:
        return []


async def _groups(graph: Graph, name: str) -> list[Recipient]:
    """None for whom the administrator has not let us see groups: nobody can agree to that by themselves."""
    try:
        return await graph.find_groups(name)
    except NeedsSignIn:
        return []


def _known(words: Words, found: list[Recipient], me: Recipient) -> list[Recipient]:
    """Those found, or the stranger whose address it is. Raises NotFound."""
    domain = me.email.rpartition("@")[2].casefold()
    is_ours = words.value.casefold().endswith(f"@{domain}")
    if not found and words.kind == "email" and not is_ours:
        return [Recipient(None, words.value, words.value, is_outside=True)]
    if not found:
        raise NotFound(
            _(
                "I find nobody at {domain} with the address {address}. Is it spelled right?",
                domain=domain,
                address=words.value,
            )
            if is_ours
            else sentences(_("I know nobody called “{name}”.", name=words.value), _(HOW_ELSE))
        )
    return [replace(each, is_outside=each.is_outside or (each.id is None and not is_ours)) for each in found]


def _is_called(found: list[Recipient], words: Words) -> bool:
    """Whether the one who was found goes by these words, and not by a longer name that only begins so."""
    names = {part for each in found for part in each.name.casefold().split()}
    return words.kind != "name" or set(words.value.casefold().split()) <= names


def _file_question(words: Words, found: list[ShareableItem]) -> Question | None:
    names = (words.value, _KIND.sub("", words.value))
    is_near = words.kind == "name" and not any(_has_words(each, name) for each in found for name in names)
    question = question_of("item", words, [_item_option(each) for each in found], sure=not is_near)
    return question and replace(question, is_near=is_near)


def question_of(slot: str, words: Words, options: list[Option], *, sure: bool = True) -> Question | None:
    """Which one is meant; None where there is no doubt. Raises NotFound where there are too many."""
    if not options or (len(options) == 1 and sure):
        return None
    if len(options) > CHOICES:
        raise NotFound(
            several(
                len(options),
                "“{words}” fits {count} thing or more. Please write more of the name.",
                "“{words}” fits {count} things or more. Please write more of the name.",
                words=words.value,
            )
        )
    return Question(slot, words.value, tuple(options))


def _item_option(item: ShareableItem) -> Option:
    owner = _("owner {name}", name=item.owner) if item.owner else ""
    changed = _("changed {day}", day=day(item.modified)) if item.modified else ""
    return Option(item.key, item.name, " · ".join(text for text in (item.where, owner, changed) if text))


def person_option(person: Recipient) -> Option:
    # Only somebody of the directory can be one of several.
    outside = _("outside your organisation") if person.is_outside else ""
    about = (person.title, person.email, outside)
    return Option(str(person.id), person.name, " · ".join(text for text in about if text))


def _refuse_what_is_only_read(asker: Person, item: ShareableItem, permissions: list[Permission]) -> None:
    if only_views(permissions, asker.id):
        raise NotAllowed(_("You can only view “{file}”, so you can't share it. Please ask its owner.", file=item.name))


def _step(recipient: Recipient, role: Role, permissions: list[Permission]) -> Step:
    now = role_of(recipient, permissions)
    if covers(now, role):
        return Step(recipient, now, Change.HAS_IT)
    return Step(recipient, now, Change.UPGRADED if now else Change.GAINS)
