"""From what was typed to what would be done: look up, ask where a name fits several, compare with what is."""

from __future__ import annotations

import asyncio
import datetime as dt
import difflib
import re
from collections.abc import Callable
from dataclasses import replace

from bot.errors import NeedsConsent, NeedsSignIn, NotAllowed, NotFound, NotUnderstood, SharebotError, about
from bot.graph import Graph
from bot.graph.invitations import check, invitation
from bot.graph.permissions import Permission, covers, role_of, tell_all
from bot.sharing import (
    Change,
    Option,
    Person,
    Question,
    Recipient,
    Role,
    Roster,
    ShareableItem,
    SharePlan,
    ShareRequest,
    Step,
    UnclearRequest,
    Words,
)
from bot.texts import _, day, later, listed, quoted, sentences, several

# Each is a look-up, and a line of a card that has its size.
MOST_PEOPLE = 20
# Whom Teams names in one go, nobody has to look up: as many as a group chat of Teams holds.
# https://learn.microsoft.com/microsoftteams/limits-specifications-teams#chat
MOST_OF_A_CHAT = 250
# What a person goes through page by page; with more, a better name helps more than a longer list.
CHOICES = 24
# Of the letters, how many have to be the same in a name that may have been meant: one slip in five.
ALIKE = 0.8
HOW_ELSE = later("Try the full name, or the e-mail address. Groups I find only where your administrator lets me.")
CHAT, GUESTS = "chat", "guests"
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
# "the Finance folder" is called Finance, unless something is called so.
_KIND = re.compile(r"^(?:folder|file|document)\s+|\s+(?:folder|file|document)$", re.IGNORECASE)


async def plan(
    graph: Graph, asker: Person, request: ShareRequest, *, undo: int = 0, roster: Roster | None = None
) -> SharePlan | UnclearRequest:
    """What would be done, or what has to be asked first; everything is looked up as the asker, nothing is granted.

    The request names an item and somebody to share it with; `roster`, the others of the chat it is for. For `undo`
    seconds nobody is to hear of it, unless it could not be undone.
    Raises NotUnderstood for what cannot be shared so, NotFound, NotAllowed, NeedsSignIn, Unavailable.
    """
    _refuse_what_cannot_be(request)
    item_words = request.items[0]
    distinct = list(dict.fromkeys(request.recipients))
    of_chat = _without(roster, request.excluded) if roster else []
    looking = asyncio.gather(*(_people(graph, words, of_chat) for words in distinct))
    items, me, found = await asyncio.gather(_items(graph, item_words), graph.me(), looking, return_exceptions=True)
    for part, each in (("item", items), ("people", found)):
        if isinstance(each, SharebotError):
            each.about = part
    if isinstance(items, BaseException) or isinstance(me, BaseException) or isinstance(found, BaseException):
        raise _first(items, me, found)
    with about("people"):
        people = [_known(words, each, me) for words, each in zip(distinct, found, strict=True)]
    questions = [
        question
        for question in (
            _file_question(item_words, items),
            *(
                _question(
                    f"recipient {place}", words, [_person_option(each) for each in found], sure=_is_called(found, words)
                )
                for place, (words, found) in enumerate(zip(distinct, people, strict=True))
                if words.kind != CHAT
            ),
        )
        if question
    ]
    if questions:
        return UnclearRequest(
            asker, replace(request, items=(item_words,), recipients=tuple(distinct)), tuple(questions)
        )

    recipients = _once([each for found in people for each in found])
    role = request.role or Role.READ
    permissions = await graph.permissions(items[0])
    _refuse_what_is_only_read(asker, items[0], permissions)
    steps = tuple(_step(recipient, role, permissions) for recipient in recipients)
    sees_all = tell_all(permissions, asker.id)
    made = SharePlan(
        asker,
        items[0],
        role,
        steps,
        request.until,
        sees_all=sees_all,
        has_groups=any(each.is_for_many for each in permissions),
        message=request.message,
        mail=request.mail,
        sign_in=request.sign_in is not False,
        undo=undo if sees_all else 0,
        chat=roster.chat if roster else None,
        said=replace(request, recipients=tuple(distinct)) if roster else None,
        unknown=roster.unknown if roster else (),
    )
    check(invitation(made, recipients, mails=made.mail is not False), made.item)
    return made


async def find(graph: Graph, asker: Person, words: Words, *, wanted: str) -> ShareableItem | UnclearRequest:
    """The one item that is meant, or the question which one it is; `wanted` is what for.

    Raises NotUnderstood, NotFound, NotAllowed, NeedsSignIn, Unavailable.
    """
    request = ShareRequest((words,), ())
    _refuse_what_cannot_be(request)
    found = await _items(graph, words)
    question = _file_question(words, found)
    return UnclearRequest(asker, request, (question,), wanted) if question else found[0]


def answered(unclear: UnclearRequest, place: int | None) -> ShareRequest:
    """The request with the option at this place instead of what was asked. Raises NotUnderstood where there is none."""
    question = unclear.asked
    if place is None or not 0 <= place < len(question.options):
        raise NotUnderstood(_("Please choose which “{words}” you mean.", words=question.words))
    option = question.options[place]
    chosen = Words("id", option.key, option.title)
    if question.slot == "item":
        return replace(unclear.request, items=(chosen, *unclear.request.items[1:]))
    recipients = list(unclear.request.recipients)
    recipients[int(question.slot.removeprefix("recipient "))] = chosen
    return replace(unclear.request, recipients=tuple(recipients))


def _refuse_what_cannot_be(request: ShareRequest) -> None:
    if len(request.items) > 1:
        names = listed([quoted(words.value) for words in request.items])
        raise NotUnderstood(
            _("I share one file at a time for now. Please ask for {names} one after the other.", names=names)
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
    question = _question("item", words, [_item_option(each) for each in found], sure=not is_near)
    return question and replace(question, is_near=is_near)


def _question(slot: str, words: Words, options: list[Option], *, sure: bool = True) -> Question | None:
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


def _person_option(person: Recipient) -> Option:
    # Only somebody of the directory can be one of several.
    outside = _("outside your organisation") if person.is_outside else ""
    about = (person.title, person.email, outside)
    return Option(str(person.id), person.name, " · ".join(text for text in about if text))


def _refuse_what_is_only_read(asker: Person, item: ShareableItem, permissions: list[Permission]) -> None:
    """Whoever may only view cannot pass it on; what a group gives them nobody can see from here."""
    own = [each.role for each in permissions if asker.id in each.ids]
    if own and set(own) == {Role.READ} and not any(each.is_for_many for each in permissions):
        raise NotAllowed(_("You can only view “{file}”, so you can't share it. Please ask its owner.", file=item.name))


def _step(recipient: Recipient, role: Role, permissions: list[Permission]) -> Step:
    now = role_of(recipient, permissions)
    if covers(now, role):
        return Step(recipient, now, Change.HAS_IT)
    return Step(recipient, now, Change.UPGRADED if now else Change.GAINS)
