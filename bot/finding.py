"""Which item and which people are meant by words: looked up as the asker, and asked about where they fit several."""

from __future__ import annotations

import asyncio
import difflib
import re
from collections.abc import Callable
from dataclasses import replace

from bot.errors import NeedsConsent, NeedsSignIn, NotAllowed, NotFound, NotUnderstood, SharebotError
from bot.graph import Graph
from bot.sharing import SHOWN, Option, Question, Recipient, ShareableItem, Words
from bot.texts import _, day, later, listed, sentences, several

# What a person goes through page by page; with more, a better name helps more than a longer list.
CHOICES = 24
# Of the letters, how many have to be the same in a name that may have been meant: one slip in five.
ALIKE = 0.8
# So many letters of a name are taken to be right, where it fits nobody.
BEGINNINGS = (3, 2)
# Everybody of the chat that it is said in, as a kind of words.
CHAT = "chat"
HOW_ELSE = later("Try the full name, or the e-mail address. Groups I find only where your administrator lets me.")
# "the Finance folder" is called Finance, unless something is called so.
_KIND = re.compile(r"^(?:folder|file|document)\s+|\s+(?:folder|file|document)$", re.IGNORECASE)


async def item(graph: Graph, words: Words) -> ShareableItem | Question:
    """The one that is meant, or which of several. Raises NotFound, NotAllowed, NeedsSignIn, Unavailable."""
    found = await _items(graph, words)
    return _file_question(words, found) or found[0]


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
        nothing = _("I can't find “{name}”, or you have no access to it.", name=name)
        how_else = [_("To ask its owner for it, say: request access to <link>")] if words.kind == "url" else []
        raise NotFound(sentences(nothing, *how_else)) from error
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


async def people(graph: Graph, words: Words, of_chat: list[Recipient]) -> list[Recipient]:
    """Who these words may mean. Where one may not look people up an address or a mention has to do, and does.

    `of_chat` are those whom "everyone here" means. Raises NotFound, NeedsSignIn, Unavailable.
    """
    if words.kind == CHAT:
        return of_chat
    match words.kind:
        case "id" | "mention":
            return [await one_of_the_directory(graph, words)]
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
            return await _told_apart(graph, words.value, exact or found or await _nearly(graph, words.value))


async def _nearly(graph: Graph, name: str) -> list[Recipient]:
    """Who is called nearly so, of those whose name begins with the same letters: to be asked about, never taken."""
    said = name.casefold().split()
    for letters in BEGINNINGS:
        found = await graph.find_people(name[:letters]) if len(name) > letters else []
        if alike := [each for each in found if _is_alike(said, each.name.casefold().split())][:CHOICES]:
            return alike
    return []


def _is_alike(said: list[str], name: list[str]) -> bool:
    return all(difflib.get_close_matches(each, name, n=1, cutoff=ALIKE) for each in said)


async def _told_apart(graph: Graph, name: str, found: list[Recipient]) -> list[Recipient]:
    """With what they do, where several have a name and Graph tells the asker; addresses have to do without it."""
    if len(found) < 2 or all(each.title for each in found):
        return found
    try:
        known = await graph.work_of_people(name)
    except SharebotError:
        return found
    return [each if each.title else replace(each, title=known.get(str(each.id), "")) for each in found]


async def one_of_the_directory(graph: Graph, words: Words) -> Recipient:
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


def known(words: Words, found: list[Recipient], me: Recipient) -> list[Recipient]:
    """Those found, or the stranger whose address it is; `me` is the asker. Raises NotFound."""
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


def is_called(found: list[Recipient], words: Words) -> bool:
    """Whether the one who was found goes by these words, and not by a longer name that only begins so."""
    names = {part for each in found for part in each.name.casefold().split()}
    return words.kind != "name" or set(words.value.casefold().split()) <= names


def not_one(words: Words, found: list[Recipient]) -> NotUnderstood:
    """One is wanted and several are found, or one who is only called nearly so: each with the address to write."""
    shown = [f"{each.name} ({each.email})" for each in found[:SHOWN]] + ["…"] * (len(found) > SHOWN)
    return NotUnderstood(
        _("“{words}” fits {people}. Please write the address.", words=words.value, people=listed(shown))
    )


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
