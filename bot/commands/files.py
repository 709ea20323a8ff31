"""A file that is pointed at, not named: find one, a form that shares it, who can open it."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Mapping, Sequence

import cards.access
import cards.dialog
from bot import planning
from bot.commands import share
from bot.commands.turn import Reply, Turn
from bot.errors import (
    NeedsConsent,
    NeedsSignIn,
    NotAllowed,
    NotFound,
    NotUnderstood,
    SharebotError,
    TooLate,
    Unavailable,
)
from bot.graph.permissions import GROUPS, Permission, tell_all
from bot.sharing import Expiry, Option, Question, Role, ShareableItem, ShareRequest, UnclearRequest, Words
from bot.texts import _
from cards.access import Holder, Way
from cards.elements import apart

# What a list beneath the compose box shows at once, and what Graph looks through for a name.
SHOWN, LONGEST = 25, 200
# Each is a look-up; a message is about one file, or a few.
MOST_LINKS, MOST_PEOPLE = 5, 20
LONGEST_NAME = 320  # of an address: https://www.rfc-editor.org/rfc/rfc3696#section-3
END_OF_DAY = dt.time(23, 59, 59)
WAYS = {"anonymous": Way.ANY_LINK, "organization": Way.OUR_LINK}


async def find(turn: Turn, words: str) -> list[ShareableItem]:
    """What these words may mean, best first; without words, what changed last. Raises SharebotError."""
    words = " ".join(words[:LONGEST].split())
    found = await _named(turn, words) if words else await turn.graph.recent()
    distinct = list({each.key: each for each in found}.values())[:SHOWN]
    half = [each for each in distinct if not each.place]
    whole = {each.key: each for each in await turn.graph.items(half)} if half else {}
    return [whole.get(each.key, each) for each in distinct if each.place or each.key in whole]


async def share_form(turn: Turn, links: Sequence[str], people: Sequence[str] = ()) -> Reply:
    """A form for a share of what the links lead to; `people` are filled in. Raises SharebotError."""
    found = await _behind(turn, links)
    options = tuple(Option(each.key, each.name, cards.dialog.about(each)) for each in found)
    draft = UnclearRequest(
        turn.person,
        ShareRequest(items=tuple(Words("id", each.key) for each in found), recipients=()),
        (Question("item", found[0].name, options),),
    )
    return _form(draft, await turn.pending.put(draft), {"people": ", ".join(people)}, {})


async def fill(turn: Turn, key: str, inputs: dict[str, str]) -> Reply:
    """The form, sent: the same plan, and the same question before anything is done, as for a sentence.

    What is wrong with it stands in the form, with all that was typed. Raises NeedsSignIn, NotYours, TooLate.
    """
    draft = await turn.pending.waiting(key, turn.person)
    if not isinstance(draft, UnclearRequest) or draft.request.recipients:
        raise TooLate
    if errors := _wrong(turn, draft, inputs):
        return _form(draft, key, inputs, errors)
    try:
        async with turn.pending.claim(key, turn.person):
            plan = await planning.plan(turn.graph, turn.person, _request(turn, inputs))
            return Reply(share.card(plan, await turn.pending.put(plan)), is_private=True)
    except (NotUnderstood, NotFound, NotAllowed, Unavailable) as error:
        return _form(draft, key, inputs, {"": str(error)})


async def who_can_open(turn: Turn, links: Sequence[str]) -> Reply:
    """Who has access to what the first of the links that is a file leads to. Raises SharebotError."""
    item = (await _behind(turn, links))[0]
    try:
        permissions = await turn.graph.permissions(item)
    except (NotAllowed, NotFound) as error:
        raise NotAllowed(_("Microsoft 365 does not tell you who can open “{file}”.", file=item.name)) from error
    holders = [_holder(each) for each in permissions if each.role or each.roles]
    sees_all = tell_all(permissions, turn.person.id)
    return Reply(cards.access.who(item, holders, sees_all=sees_all), is_private=True)


CLICKS = {"form.fill": fill}


async def _named(turn: Turn, words: str) -> list[ShareableItem]:
    """Those with all the words in their name before those that only tell of them."""
    own, anywhere = await asyncio.gather(
        turn.graph.own_items(words), turn.graph.items_anywhere(words), return_exceptions=True
    )
    if isinstance(own, BaseException):
        raise own
    # Who has not agreed to more than their own files is asked to only where these do not do.
    others = [] if isinstance(anywhere, NeedsConsent) and own else anywhere
    if isinstance(others, BaseException):
        raise others
    parts = words.casefold().split()
    return sorted([*own, *others], key=lambda each: not all(part in each.name.casefold() for part in parts))


async def _behind(turn: Turn, links: Sequence[str]) -> list[ShareableItem]:
    """The files these lead to, at least one; a link that leads to none is no matter. Raises SharebotError."""
    if not links:
        raise NotFound(_("I see no file and no link to one in this message."))
    looked = await asyncio.gather(
        *(turn.graph.item_behind(each) for each in links[:MOST_LINKS]), return_exceptions=True
    )
    found = {each.key: each for each in looked if isinstance(each, ShareableItem)}
    if found:
        return list(found.values())
    for wrong in looked:
        if isinstance(wrong, NeedsSignIn | Unavailable) or not isinstance(wrong, SharebotError | ShareableItem):
            raise wrong
    raise NotFound(_("I find no file behind this, or you have no access to it."))


def _form(draft: UnclearRequest, key: str, values: Mapping[str, str], errors: Mapping[str, str]) -> Reply:
    options = [
        (f"{apart(each.title)} — {each.detail}" if each.detail else apart(each.title), each.key)
        for each in draft.questions[0].options
    ]
    return Reply(cards.dialog.form(values, options, errors, key=key), is_private=True)


def _wrong(turn: Turn, draft: UnclearRequest, inputs: Mapping[str, str]) -> dict[str, str]:
    """A sentence for each field that can't be as it is."""
    errors: dict[str, str] = {}
    if inputs.get("item") not in {option.key for option in draft.questions[0].options}:
        errors["item"] = _("Please choose one.")
    people = _people(inputs)
    if not people:
        errors["people"] = _("Please name somebody.")
    elif len(people) > MOST_PEOPLE:
        errors["people"] = _("Please name no more than {most} people.", most=MOST_PEOPLE)
    elif any(len(each.value) > LONGEST_NAME for each in people):
        errors["people"] = _("No name and no address is that long. Please put commas between people.")
    if inputs.get("role") not in (Role.READ.value, Role.WRITE.value):
        errors["role"] = _("Please choose one.")
    if text := inputs.get("until", "").strip():
        until = _end_of(text, turn.timezone)
        if until is None:
            errors["until"] = _("I can't read this date.")
        elif until < turn.now:
            errors["until"] = _("This day is over.")
    return errors


def _request(turn: Turn, inputs: Mapping[str, str]) -> ShareRequest:
    """Of what has nothing wrong with it."""
    text = inputs.get("until", "").strip()
    return ShareRequest(
        items=(Words("id", inputs["item"]),),
        recipients=_people(inputs),
        role=Role(inputs["role"]),
        until=Expiry(text, _end_of(text, turn.timezone)) if text else None,
        message=inputs.get("message", "").strip() or None,
        mail=inputs.get("mail") != "false",
    )


def _people(inputs: Mapping[str, str]) -> tuple[Words, ...]:
    named = [" ".join(each.split()) for each in re.split(r"[,;\n]", inputs.get("people", ""))]
    return tuple(dict.fromkeys(Words("email" if "@" in each else "name", each) for each in named if each))


def _end_of(text: str, timezone: dt.tzinfo) -> dt.datetime | None:
    """The last moment of a day as a date field writes it; None for anything else."""
    try:
        return dt.datetime.combine(dt.date.fromisoformat(text), END_OF_DAY, timezone)
    except ValueError:
        return None


def _holder(permission: Permission) -> Holder:
    link, identities = permission.link, permission.identities
    # Business drives name a person twice, as a user and as a user of the site.
    names = list(dict.fromkeys(each.name or each.email for each in identities if each.name or each.email))
    if link is None:
        names = names[:1]
    invited = permission.invitation.email if permission.invitation else None
    kinds = {each.kind for each in identities}
    if link is not None:
        way = WAYS.get(link.scope or "", Way.NAMED_LINK)
    elif kinds & GROUPS:
        way = Way.GROUP
    else:
        way = Way.APP if kinds == {"application"} else Way.PERSON
    return Holder(
        name=", ".join(name for name in names if name) or invited or "",
        email="" if link else next((each.email for each in identities if each.email), invited) or "",
        way=way,
        role=permission.role,
        is_inherited=permission.is_inherited,
        until=permission.expires,
    )
