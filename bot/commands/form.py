"""A share by form: from an empty command, from one with something missing, and from a plan that shall be otherwise."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.commands.turn import Turn
from bot.language import Understood
from bot.language.dates import END_OF_DAY
from bot.sharing import Draft, Expiry, Role, ShareRequest, Words
from bot.texts import _

FIELDS = {"items": "item", "recipients": "people", "role": "role", "expiration": "until"}
_BETWEEN = re.compile(r"[;,\n]+")
MOST_PEOPLE = 20  # each is a look-up
LONGEST_NAME = 320  # of an address: https://www.rfc-editor.org/rfc/rfc3696#section-3


def draft(turn: Turn, understood: Understood) -> Draft:
    """What was understood, with what was not where it has to be mended."""
    request = understood.request or ShareRequest((), ())
    words = dict(understood.unclear)
    wrong = tuple((FIELDS[slot], _not_plain(slot, words.get(slot, ""))) for slot in understood.asks)
    # A date that was not understood is in the sentence above it; the field takes a day.
    typed = tuple((FIELDS[slot], each) for slot, each in words.items() if slot in ("items", "recipients") and each)
    return Draft(turn.person, request, typed, wrong)


def values(draft: Draft) -> dict[str, str]:
    """What stands in the fields."""
    request = draft.request
    said = {
        "item": ", ".join(each.value if draft.options else shown(each) for each in request.items),
        "people": ", ".join(map(shown, request.recipients)),
        "role": request.role.value if request.role else "",
        "until": request.until.at.date().isoformat() if request.until and request.until.at else "",
        "message": request.message or "",
        "mail": "false" if request.mail is False else "true",
    }
    return said | dict(draft.typed)


def shown(words: Words) -> str:
    return words.name or words.value


def filled(turn: Turn, draft: Draft, inputs: Mapping[str, str]) -> Draft:
    """The draft with what was filled in; what stays `wrong` of it is said there."""
    written = {name: inputs.get(name, "") for name in values(draft)}
    typed = {name: value.strip() for name, value in written.items()}
    wrong: dict[str, str] = {}
    if not typed["item"]:
        wrong["item"] = _("Which file or folder?")
    people = list(dict.fromkeys(" ".join(each.split()) for each in _BETWEEN.split(typed["people"]) if each.strip()))
    if not people:
        wrong["people"] = _("With whom?")
    elif len(people) > MOST_PEOPLE:
        wrong["people"] = _("Please name no more than {most} people.", most=MOST_PEOPLE)
    elif any(len(each) > LONGEST_NAME for each in people):
        wrong["people"] = _("No name and no address is that long. Please put commas between people.")
    until = _until(turn, draft.request.until, typed["until"], lambda sentence: wrong.update(until=sentence))
    if typed["role"] not in (Role.READ.value, Role.WRITE.value):
        wrong["role"] = _("Please choose one.")
    items = _items(draft, typed["item"])
    if draft.options and not items:
        wrong["item"] = _("Please choose one.")
    known = {shown(each): each for each in draft.request.recipients}
    request = replace(
        draft.request,
        items=items,
        recipients=tuple(known.get(each) or _person(each) for each in people),
        role=Role.WRITE if typed["role"] == "write" else Role.READ,
        until=until,
        message=typed["message"] or None,
        mail=False if typed["mail"] == "false" else draft.request.mail or None,
    )
    return replace(draft, request=request, typed=tuple(written.items()), wrong=tuple(wrong.items()))


def merged(request: ShareRequest, answer: ShareRequest) -> ShareRequest:
    """The request with what was said of it afterwards."""
    return replace(
        request,
        items=answer.items or request.items,
        recipients=answer.recipients or request.recipients,
        role=answer.role or request.role,
        until=answer.until or request.until,
        message=answer.message or request.message,
        mail=request.mail if answer.mail is None else answer.mail,
        sign_in=request.sign_in if answer.sign_in is None else answer.sign_in,
    )


def _not_plain(slot: str, words: str) -> str:
    if words:
        return _("I am not sure what “{words}” means here.", words=words)
    match slot:
        case "items":
            return _("Which file or folder?")
        case "recipients":
            return _("With whom?")
        case "role":
            return _("What may they do?")
        case _:
            return _("Until when?")


def _items(draft: Draft, item: str) -> tuple[Words, ...]:
    """What was chosen or written; what was not touched stays what it was."""
    if draft.options:
        return tuple(Words("id", each.key, each.title) for each in draft.options if each.key == item)
    if draft.request.items and item == values(draft)["item"]:
        return draft.request.items
    if item.startswith(("https://", "http://")):
        return (Words("url", item),)
    return (Words("path" if "/" in item else "name", item),)


def _person(said: str) -> Words:
    return Words("email" if "@" in said.strip("@") else "name", said.strip("@"))


def _until(turn: Turn, before: Expiry | None, typed: str, refuse: Callable[[str], None]) -> Expiry | None:
    """None for no end; the hour that was said before stays with its day."""
    if not typed:
        return None
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        refuse(_("I can't read this date."))
        return before
    if before and before.at and before.at.date() == day:
        return before
    at = dt.datetime.combine(day, END_OF_DAY, turn.timezone)
    if at <= turn.now:
        refuse(_("This day is over."))
    return Expiry(typed, at)
