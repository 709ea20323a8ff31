"""Somebody decides for somebody else what others ask them for: named after a look at a card, taken back by a word."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import cards.basics
import cards.delegates
from bot import finding
from bot.commands.form import LONGEST_NAME, OBJECT_ID
from bot.commands.turn import Command, Reply, Turn
from bot.errors import NotAllowed, NotFound, NotUnderstood, TooLate
from bot.language import Understood
from bot.language.dates import END_OF_DAY
from bot.sharing import Delegation, Person, Recipient, Words
from bot.texts import _, later
from bot.work import Work
from cards.elements import Card


async def say(turn: Turn, understood: Understood) -> Reply:
    if not turn.own_chat:
        return Reply(cards.basics.say(_("Please say that in our own chat.")))
    request = understood.request
    match understood.wish:
        case "nobody" | "who":
            # "Except Ana, nobody decides for me" is no word to take it from Ana: a press is.
            return await show(turn, "", {})
        case _ if request is None or not request.recipients or "recipients" in understood.asks:
            return Reply(cards.delegates.form({}))
        case _:
            pass
    if "expiration" in understood.asks:
        # Without the end that they meant it would be for ever.
        raise NotUnderstood(understood.hint)
    if request.recipients[1:]:
        raise NotUnderstood(_("Only one person can decide for you. Please name one."))
    return await _ask(turn, request.recipients[0], request.until.at if request.until else None)


async def show(turn: Turn, _key: str, _inputs: dict[str, str]) -> Reply:
    mine, theirs = await turn.work.delegates.of(turn.person), await turn.work.delegates.for_whom(turn.person)
    return Reply(cards.delegates.standing(mine, theirs))


async def form(_turn: Turn, _key: str, _inputs: dict[str, str]) -> Reply:
    return Reply(cards.delegates.form({}))


async def ask(turn: Turn, _key: str, inputs: dict[str, str]) -> Reply:
    """What was filled in; what is wrong with it is said on the same form."""
    picked, name = inputs.get("picked", "").strip(), inputs.get("name", "").strip()[:LONGEST_NAME]
    kind = "id" if picked else "email" if "@" in name else "name"
    try:
        if not (picked or name) or (picked and not OBJECT_ID.fullmatch(picked)):
            raise NotUnderstood(_("Please choose one."))
        return await _ask(turn, Words(kind, picked or name), _day(turn, inputs.get("until", "").strip()))
    except (NotUnderstood, NotFound, NotAllowed) as error:
        return Reply(cards.delegates.form({"name": name, "until": inputs.get("until", "")}, str(error)))


async def name(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """In force from here on."""
    async with turn.pending.claim(key, turn.person) as wanted:
        if not isinstance(wanted, Delegation) or _is_over(turn, wanted.until):
            raise TooLate
        await turn.work.delegates.name(wanted)
    return await show(turn, "", {})


async def drop(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    async with turn.pending.claim(key, turn.person) as wanted:
        if not isinstance(wanted, Delegation):
            raise TooLate
    return await show(turn, "", {})


async def take_back(turn: Turn, _key: str, _inputs: dict[str, str]) -> Reply:
    was = await turn.work.delegates.take_back(turn.person)
    return Reply(cards.delegates.taken_back(was)) if was else await show(turn, "", {})


async def give_up(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Whoever was named would rather not."""
    return Reply(cards.delegates.gave_up(await turn.work.delegates.give_up(key, turn.person)))


def card(work: Work, wanted: Delegation, key: str) -> Card:
    """What is asked before somebody is named, as it was shown."""
    who = Recipient(wanted.delegate.id, wanted.delegate.name, "")
    return cards.delegates.confirm(wanted, who, key, hours=work.delegates.remind_hours)


async def _ask(turn: Turn, words: Words, until: dt.datetime | None) -> Reply:
    """Looked up as whoever asks; nothing is in force yet."""
    if _is_over(turn, until):
        raise NotUnderstood(_("This day is over."))
    who = await _one(turn, words)
    wanted = Delegation(turn.person, Person(turn.person.tenant_id, str(who.id), who.name), until)
    key, hours = await turn.pending.put(wanted, turn.own_chat), turn.work.delegates.remind_hours
    card = cards.delegates.confirm(wanted, who, key, hours=hours)
    return Reply(card, is_private=True, asks=key if turn.own_chat else "")


async def _one(turn: Turn, words: Words) -> Recipient:
    """The one colleague who is meant. Raises NotUnderstood, NotFound, NotAllowed."""
    match words.kind:
        case "id" | "mention":
            # Whoever decides is looked up, whatever a client calls them.
            found = [await finding.one_of_the_directory(turn.graph, replace(words, name=""))]
        case "email":
            found = await turn.graph.people_at(words.value)
        case "name":
            found = await finding.people(turn.graph, words, [])
        case _:
            raise NotUnderstood(_("Only one person can decide for you. Please name one."))
    found = finding.known(words, found, await turn.graph.me())
    if len(found) > 1 or not finding.is_called(found, words):
        raise finding.not_one(words, found)
    who = found[0]
    if who.is_group:
        raise NotUnderstood(_("Only one person can decide for you. Please name one."))
    if who.is_outside or not who.id:
        raise NotAllowed(_("Only somebody of your organisation can decide for you, and {name} is none.", name=who.name))
    if who.id == turn.person.id:
        raise NotUnderstood(_("You decide for yourself already. Please name somebody else."))
    return who


def _day(turn: Turn, typed: str) -> dt.datetime | None:
    """The end of it. Raises NotUnderstood."""
    if not typed:
        return None
    try:
        return dt.datetime.combine(dt.date.fromisoformat(typed), END_OF_DAY, turn.timezone)
    except ValueError as error:
        raise NotUnderstood(_("I can't read this date.")) from error


def _is_over(turn: Turn, until: dt.datetime | None) -> bool:
    return until is not None and until <= turn.now


COMMAND = Command(
    intent="delegate",
    example=later("Ana Bell decides for me until Friday"),
    what=later("Lets a colleague answer when others ask you for access and you are away."),
    say=say,
    clicks={
        "delegates.show": show,
        "delegates.form": form,
        "delegates.ask": ask,
        "delegates.name": name,
        "delegates.drop": drop,
        "delegates.take_back": take_back,
        "delegates.give_up": give_up,
    },
)
