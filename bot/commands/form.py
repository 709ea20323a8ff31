"""A share by form: from an empty command, from one with something missing, and from a plan that shall be otherwise."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import cards.form
from bot import finding, planning
from bot.commands import finds
from bot.commands.turn import Turn
from bot.errors import NotAllowed, NotFound, Unavailable
from bot.finding import CHAT
from bot.language import Understood
from bot.language.addresses import address_in, impossible, is_address, no_address
from bot.language.dates import END_OF_DAY
from bot.sharing import Draft, Expiry, Recipient, Role, ShareRequest, Words
from bot.texts import _, sentences

FIELDS = {"items": "item", "recipients": "people", "role": "role", "expiration": "until"}
_NO_BETWEEN = r"[^;,\n]"
LONGEST_NAME = 320  # of an address: https://www.rfc-editor.org/rfc/rfc3696#section-3
OBJECT_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def draft(turn: Turn, understood: Understood) -> Draft:
    """What was understood, with what was said so that it was not; what was not said yet is no mistake."""
    request = understood.request or ShareRequest((), ())
    words = dict(understood.unclear)
    asked = [slot for slot in understood.asks if words.get(slot) or slot not in ("items", "recipients")]
    # Of the first, the hint tells more.
    said = {slot: understood.hint for slot in understood.asks[:1] if understood.hint}
    wrong = tuple((FIELDS[slot], said.get(slot) or question(slot, words.get(slot, ""))) for slot in asked)
    # A date that was not understood is in the sentence above it; the field takes a day.
    typed = tuple((FIELDS[slot], each) for slot, each in words.items() if slot in ("items", "recipients") and each)
    return Draft(turn.person, request, typed, wrong)


def values(draft: Draft) -> dict[str, str]:
    """What stands in the fields."""
    request = draft.request
    items = ", ".join(each.value if draft.options else shown(each) for each in request.items)
    is_found = not draft.options and any(each.kind == "id" for each in request.items)
    said = {
        "file": items if is_found else "",
        "item": "" if is_found else items,
        "picked": ",".join(each.value for each in picked(draft)),
        "people": ", ".join(shown(each) for each in request.recipients if each not in picked(draft)),
        "role": request.role.value if request.role else "",
        "until": request.until.at.date().isoformat() if request.until and request.until.at else "",
        "message": request.message or "",
        "mail": "false" if request.mail is False else "true",
    }
    return said | dict(draft.typed)


def shown(words: Words) -> str:
    return words.name or words.value


def picked(draft: Draft) -> tuple[Words, ...]:
    """Those of the recipients whom the directory knows by an id: they are in the field that searches it."""
    return tuple(each for each in draft.request.recipients if each.kind in ("id", "mention"))


def missing(draft: Draft) -> str:
    """The slot that is still to be said; "" for none."""
    if not draft.request.items:
        return "items"
    return "" if draft.request.recipients else "recipients"


def filled(turn: Turn, draft: Draft, inputs: Mapping[str, str]) -> Draft:
    """The draft with what was filled in; what stays `wrong` of it is said there."""
    written = {name: inputs.get(name, "") for name in values(draft)}
    typed = {name: value.strip() for name, value in written.items()}
    wrong: dict[str, str] = {}
    meant = _meant(turn, draft, typed["file"], typed["item"])
    if meant.wrong:
        wrong["item"] = meant.wrong
    ids = list(dict.fromkeys(each.strip().lower() for each in typed.pop("picked").split(",") if each.strip()))
    named = {shown(each): each for each in draft.request.recipients if each not in picked(draft)}
    people = list(dict.fromkeys(_apart(typed["people"], named)))
    known = {each.value.lower(): each for each in picked(draft)}
    theirs = [known.get(each) or Words("id", each) for each in ids if each in known or OBJECT_ID.fullmatch(each)]
    if len(theirs) < len(ids):
        wrong["people"] = _("Please choose people from the list, or write their names or addresses.")
    elif not (ids or people):
        wrong["people"] = _("With whom?")
    elif any(len(each) > LONGEST_NAME for each in people):
        wrong["people"] = _("No name and no address is that long. Please put commas between people.")
    until = last_day(turn, draft.request.until, typed["until"], lambda sentence: wrong.update(until=sentence))
    if typed["role"] not in (Role.READ.value, Role.WRITE.value):
        wrong["role"] = _("Please choose one.")
    request = replace(
        draft.request,
        items=meant.items,
        recipients=(*theirs, *(named.get(each) or _person(each) for each in people)),
        role=Role.WRITE if typed["role"] == "write" else Role.READ,
        until=until,
        message=typed["message"] or None,
        mail=False if typed["mail"] == "false" else draft.request.mail or None,
    )
    request = replace(request, excluded=_left_out(request))
    del written["picked"]
    written |= {"file": meant.file, "item": meant.item}
    return replace(draft, request=request, typed=tuple(written.items()), wrong=tuple(wrong.items()))


async def looked_up(turn: Turn, draft: Draft) -> Draft:
    """The draft with all that is wrong in its fields, also what only a look can tell: each at its field, at once."""
    request, wrong = draft.request, dict(draft.wrong)
    # Too many are refused as such, and nobody looks for them.
    files = request.items if not wrong.get("item") and len(request.items) <= planning.MOST_FILES else ()
    who = request.recipients if not wrong.get("people") and len(request.recipients) <= planning.MOST_PEOPLE else ()
    items, people = [_item_wrong(turn, each) for each in files], [_person_wrong(turn, each) for each in who]
    found = await asyncio.gather(*items, *people)
    for field, each in (("item", found[: len(items)]), ("people", found[len(items) :])):
        if said := list(dict.fromkeys(filter(None, each))):
            wrong[field] = sentences(*said)
    return replace(draft, wrong=tuple(wrong.items()))


async def _item_wrong(turn: Turn, words: Words) -> str:
    return await _said_of(finding.item(turn.graph, words))


async def _person_wrong(turn: Turn, words: Words) -> str:
    if words.kind == CHAT:
        return ""
    if words.kind == "email" and not is_address(words.value):
        return no_address(words.value)
    return await _said_of(_known(turn, words))


async def _known(turn: Turn, words: Words) -> list[Recipient]:
    found, me = await asyncio.gather(finding.people(turn.graph, words, []), turn.graph.me())
    return finding.known(words, found, me)


async def _said_of(look: Awaitable[object]) -> str:
    """Why it is not to be found. What else goes wrong is said when all is well otherwise; raises NeedsSignIn."""
    try:
        await look
    except (NotFound, NotAllowed) as error:
        return str(error)
    except Unavailable:
        pass
    return ""


def _apart(written: str, named: Iterable[str]) -> list[str]:
    """The people who are written, with commas between them or in their names: "Wilber, Alex" stays one."""
    whole = "|".join(re.escape(each) for each in sorted(named, key=len, reverse=True))
    found = re.findall(rf"(?:{whole}|{_NO_BETWEEN})+" if whole else f"{_NO_BETWEEN}+", written)
    return [" ".join(each.split()) for each in found if each.strip()]


def _left_out(request: ShareRequest) -> tuple[Words, ...]:
    """Whoever was to be left out of a chat, if it is still for that chat."""
    return request.excluded if any(each.kind == CHAT for each in request.recipients) else ()


def merged(request: ShareRequest, answer: ShareRequest) -> ShareRequest:
    """The request with what was said of it afterwards."""
    if answer.recipients:
        request = replace(request, excluded=answer.excluded)
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


def question(slot: str, words: str = "") -> str:
    """What is asked where nothing was said, or something that is not plain."""
    if slot == "recipients" and (address := impossible(words)):
        return no_address(address)
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


@dataclass(frozen=True)
class _Meant:
    """The items, and what the two fields of the file show of them: the one that is found, and the one that is written.

    `wrong` is what is the matter with both.
    """

    items: tuple[Words, ...]
    file: str
    item: str
    wrong: str = ""


def _meant(turn: Turn, draft: Draft, listed: str, written: str) -> _Meant:
    """Of the file that was found and the one that was written, the one that is new; with two new ones, a question.

    A client that does not show what was chosen before sends nothing for it: what has not been replaced stays.
    """
    if draft.options:
        offered = tuple(Words("id", each.key, each.title) for each in draft.options if each.key == written)
        return _Meant(offered, "", written, "" if offered else _("Please choose one."))
    before = values(draft)
    is_new = bool(written) and written != before["item"]
    find = finds.opened(turn, listed) if listed not in ("", cards.form.KEPT) else None
    items, title = ((find.item,), find.title) if find else (draft.request.items, before["file"])
    if listed and not find and listed != cards.form.KEPT:
        return _Meant(items, title, written, _("Please choose the file again, or write its name."))
    is_held = bool(find) or (bool(title) and bool(listed or not written))
    if is_held and written and is_new == bool(find):
        return _Meant(items, title, written, _("You chose one file and wrote another. Please keep only one of them."))
    if is_held and not is_new:
        return _Meant(items, title, "")
    if not written:
        return _Meant((), "", "", _("Which file or folder?"))
    is_as_before = not is_new and not before["file"] and bool(draft.request.items)
    return _Meant(draft.request.items if is_as_before else (_item(written),), "", written)


def _item(said: str) -> Words:
    if said.startswith(("https://", "http://")):
        return Words("url", said)
    return Words("path" if "/" in said else "name", said)


def _person(said: str) -> Words:
    said = said.strip("@")
    return Words("email", address_in(said)) if "@" in said else Words("name", said)


def last_day(turn: Turn, before: Expiry | None, typed: str, refuse: Callable[[str], None]) -> Expiry | None:
    """None for no end; the hour that was said before stays with its day."""
    if not typed:
        return None
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        refuse(_("I can't read this date."))
        return before
    is_as_before = before is not None and before.at is not None and before.at.date() == day
    until = before if is_as_before else Expiry(typed, dt.datetime.combine(day, END_OF_DAY, turn.timezone))
    if until and until.at and until.at <= turn.now:
        refuse(_("This day is over."))
    return until
