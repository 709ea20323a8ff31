"""Asking the owner of a file for access to it; and what the owner decides, also of who may edit what they shared.

Graph tells nothing of what somebody can't open. Whose it is is known from a link into somebody's OneDrive, or from
what was shared through us before: by its link, or with whoever asks; or they say whom to ask.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import cards.basics
import cards.delegates
import cards.ended
import cards.received
from bot import finding, planning
from bot.commands import share
from bot.commands.turn import Command, Reply, Turn
from bot.errors import NeedsSignIn, NotAllowed, NotFound, NotUnderstood, SharebotError, TooLate
from bot.graph.permissions import covers, role_of
from bot.language import Understood
from bot.ledger import Stands
from bot.sharing import (
    AccessWanted,
    Decision,
    EndReceipt,
    Person,
    Recipient,
    Role,
    ShareableItem,
    ShareRequest,
    UnclearRequest,
    Words,
)
from bot.texts import _, later, sentences, spoken
from bot.work import Wanted, Work
from bot.work.access import ASKED, UNANSWERED, delegates_card, owners_card
from cards.elements import Card, apart
from cards.received import LONGEST_REASON

HOME = re.compile(r"/personal/([^/]+)/")
DOCUMENT = re.compile(r"[?&]sourcedoc=([^&#]+)", re.IGNORECASE)
# What may stand in an address where a link has a low line.
MARKS = (".", "_", "-")


async def ask(turn: Turn, understood: Understood) -> Reply:
    request = understood.request
    if request is None or not request.items or "items" in understood.asks:
        raise NotUnderstood(understood.hint or _("To which file? Please paste its link."))
    if understood.asks == ("expiration",):
        # Without the end that they meant it would be for ever.
        raise NotUnderstood(understood.hint)
    words, role = request.items[0], request.role or Role.READ
    if request.items[1:]:
        raise NotUnderstood(_("Please ask for one file at a time."))
    if not role.grantable:
        raise NotUnderstood(_("I can ask for the right to view or to edit it. Please say which."))
    if has := await _has_it(turn, words, role):
        return _it_is_there(has, role)
    found = await _owner(turn, words, request)
    if found is None:
        raise NotFound(
            sentences(
                _("I can't tell whose file that is."),
                _(
                    "Please ask whoever sent it to you, or tell me whom to ask: ask Adele for access to {item}",
                    item=words.value,
                ),
            )
        )
    owner, item = found
    if owner.id == turn.person.id:
        raise NotFound(_("I can't find “{name}”, or you have no access to it.", name=words.value))
    reason = (request.message or "")[:LONGEST_REASON]
    what = AccessWanted(turn.person, owner, item, role, request.until, reason, known=await turn.graph.me())
    key = await turn.pending.put(what, turn.own_chat)
    return Reply(cards.received.ask_for_access(what, key), is_private=True, asks=key if turn.own_chat else "")


async def send(turn: Turn, key: str, inputs: dict[str, str]) -> Reply:
    """The owner hears of it now, unless they have given it since."""
    async with turn.pending.claim(key, turn.person) as what:
        if not isinstance(what, AccessWanted):
            raise TooLate
        if has := await _has_it(turn, what.item, what.role):
            return _it_is_there(has, what.role)
        reason = inputs.get("reason", what.reason).strip()[:LONGEST_REASON]
        wanted = await turn.work.requests.ask_for_access(replace(what, reason=reason), spoken(), str(turn.timezone))
    return Reply(cards.received.access_asked(wanted.what), is_private=True, waits=wanted.request.card)


async def drop(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    async with turn.pending.claim(key, turn.person) as what:
        if not isinstance(what, AccessWanted):
            raise TooLate
    return Reply(cards.basics.say(_("I asked nobody.")), is_private=True)


async def allow(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """A share like any other comes of it, and the same card says so.

    The key names the file that was on the card as well: what the owner has not seen is shown first.
    """
    key, _dot, seen = key.partition(".")
    wanted = await turn.work.requests.wanted(key, turn.person)
    if wanted.is_for_delegate:
        return await _allow_for_owner(turn, wanted, seen)
    # Of a card that was sent when a wish to edit had buttons of its own, nobody knows what it showed.
    if wanted.request.decision is None and not wanted.is_over and (seen or wanted.what.viewed is None):
        wanted, item = await turn.work.requests.looked_up(wanted)
        if isinstance(item, UnclearRequest):
            if cards.received.place_of(item.asked, seen) is None:
                return Reply(cards.received.which(wanted.what, item.asked, key), waits=owners_card(key, ASKED))
        elif not wanted.shows(item, seen):
            return Reply(cards.received.wants_access(wanted.what, item, key))
    try:
        zone = str(turn.timezone)
        receipt = await turn.work.requests.give_access(key, turn.person, spoken(), zone, turn.place, seen=seen)
    except TooLate:
        wanted = await turn.work.requests.wanted(key, turn.person)
        if other := await _other(turn.work, wanted, seen):
            return Reply(cards.received.wants_access(*other, key))
        if wanted.request.decision in (None, Decision.ALLOWED):
            raise
        return Reply(await _decided(turn.work, wanted))
    return Reply(await share.result(turn.work, receipt, key), key=key if receipt.waits else "")


async def decline(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    key = key.partition(".")[0]
    wanted = await turn.work.requests.refuse_access(key, turn.person, spoken(), str(turn.timezone), turn.place)
    if wanted.is_for_delegate:
        return Reply(_for_delegate(wanted, turn.person))
    if wanted.request.decision is None:
        raise TooLate
    if wanted.request.decision is Decision.DECLINED and not wanted.request.by[0]:
        return Reply(cards.received.access_declined((await turn.work.requests.by_now(wanted)).what))
    return Reply(await _decided(turn.work, wanted))


async def waiting(work: Work, person: Person, key: str) -> Card | None:
    """The card whose button can still be pressed; None if there is none."""
    try:
        wanted = await work.requests.wanted(key, person)
    except SharebotError:
        return None
    if wanted.is_for_delegate:
        return _for_delegate(await work.requests.by_now(wanted), person)
    if wanted.request.decision:
        return await _decided(work, wanted)
    wanted = await work.requests.by_now(wanted)
    return cards.received.wants_access(wanted.what, _viewed(wanted), key)


async def opened(turn: Turn, key: str) -> Card | None:
    """The same with the file itself, looked up as whoever owns it, where that can be done."""
    with suppress(SharebotError):
        wanted = await turn.work.requests.wanted(key, turn.person)
        is_open = wanted.request.decision is None and not wanted.is_over
        if is_open and (wanted.by or not wanted.is_for_delegate):
            wanted, item = await turn.work.requests.looked_up(wanted)
            if isinstance(item, ShareableItem):
                shown = cards.delegates if wanted.is_for_delegate else cards.received
                return shown.wants_access(wanted.what, item, key)
            if not wanted.is_for_delegate:
                return cards.received.which(wanted.what, item.asked, key)
    return await waiting(turn.work, turn.person, key)


async def _allow_for_owner(turn: Turn, wanted: Wanted, seen: str) -> Reply:
    """By whoever decides for the owner: looked up and given as the owner, who is the one that would sign in."""
    key, name, work = wanted.request.key, apart(wanted.what.owner.name), turn.work.requests
    goes_on = wanted.goes_on(turn.person)
    if not goes_on and (wanted.request.decision or wanted.by is None):
        return Reply(_for_delegate(wanted, turn.person))
    try:
        if not goes_on and not wanted.is_over:
            wanted, item = await work.looked_up(wanted)
            if isinstance(item, UnclearRequest):
                # What else of the owner's is called so, is not the delegate's to know.
                is_asked = await work.ask_which(wanted, item)
                card = cards.delegates.only_the_owner(wanted.what, key, is_asked=is_asked)
                return Reply(card, waits=delegates_card(key, turn.person.id))
            if not wanted.shows(item, seen):
                return Reply(cards.delegates.wants_access(wanted.what, item, key))
        await work.give_access(key, turn.person, spoken(), str(turn.timezone), seen=seen)
    except NeedsSignIn as error:
        raise NotAllowed(
            _("I would do this as {name}, who is not signed in to me. You can decline it, or ask them.", name=name)
        ) from error
    except TooLate:
        after = await work.wanted(key, turn.person)
        if after.by and (other := await _other(turn.work, after, seen)):
            return Reply(cards.delegates.wants_access(*other, key))
        if after.goes_on(turn.person) or (after.request.decision is None and after.by):
            raise
    # It is shown anew when what came of it ends.
    card = _for_delegate(await work.wanted(key, turn.person), turn.person)
    return Reply(card, waits=delegates_card(key, turn.person.id))


async def _decided(work: Work, wanted: Wanted) -> Card:
    """For an owner who presses after it was decided: what has become of it."""
    key, by, receipt = wanted.request.key, wanted.request.by[1], wanted.receipt
    if receipt and isinstance(ended := await work.shares.by_now(key, receipt), EndReceipt):
        return cards.ended.ended(ended)
    wanted = await work.requests.by_now(wanted)
    can_undo = receipt is not None and bool(receipt.given()) and receipt.plan.sees_all
    decision = wanted.request.decision or Decision.LAPSED
    return cards.received.access_decided(wanted.what, decision, by=by, key=key if can_undo else "")


async def _other(work: Work, wanted: Wanted, seen: str) -> tuple[AccessWanted, ShareableItem] | None:
    """What is to be decided by now, where the card that was pressed showed something else."""
    if wanted.request.decision or wanted.what.viewed is None or not seen:
        return None
    wanted, item = await work.requests.looked_up(wanted)
    return None if isinstance(item, UnclearRequest) or wanted.shows(item, seen) else (wanted.what, item)


def _for_delegate(wanted: Wanted, person: Person) -> Card:
    """What they are asked, or what came of it."""
    by_id, by = wanted.request.by
    is_theirs = by_id == person.id and (wanted.receipt or wanted.request.decision is Decision.DECLINED)
    if wanted.by is None and not is_theirs and wanted.request.decision not in UNANSWERED:
        return cards.delegates.no_longer(wanted.what)
    if wanted.request.decision and not wanted.goes_on(person):
        who = "" if by_id == person.id else by or wanted.what.owner.name
        if wanted.has_ended and not who:
            return cards.delegates.over(wanted.what)
        return cards.delegates.decided(wanted.what, wanted.request.decision, who, wanted.receipt)
    if wanted.by is None:
        return cards.delegates.no_longer(wanted.what)
    return cards.delegates.wants_access(wanted.what, _viewed(wanted), wanted.request.key)


def _viewed(wanted: Wanted) -> ShareableItem | None:
    """What it is about, where that is known without a look."""
    return wanted.what.viewed.plan.item if wanted.what.viewed else None


async def _has_it(turn: Turn, words: Words, role: Role) -> ShareableItem | None:
    """What they mean, where they have that right already."""
    try:
        found = await planning.find(turn.graph, turn.person, words, wanted="access")
    except (NotFound, NotAllowed):
        return None
    if isinstance(found, UnclearRequest):
        if found.asked.is_near:
            return None
        raise NotUnderstood(_("You can open several files of this name. Please paste the link of the one you mean."))
    if role is Role.READ:
        return found
    person = Recipient(turn.person.id, turn.person.name, "")
    return found if covers(role_of(person, await turn.graph.permissions(found)), role) else None


def _it_is_there(item: ShareableItem, role: Role) -> Reply:
    return Reply(cards.received.is_there(item.name, role), is_private=True)


async def _owner(turn: Turn, words: Words, request: ShareRequest) -> tuple[Person, Words] | None:
    """Who is to be asked, and by which words they find it."""
    if request.recipients:
        return await _named(turn, request.recipients), _item(words)
    if words.kind == "url":
        if home := HOME.search(f"{urlsplit(words.value).path}/"):
            return (owner, _item(words)) if (owner := await _at_home(turn, home[1])) else None
        shares = await turn.work.shares.sharers(
            turn.person.tenant_id, _document(words.value) or words.value.partition("?")[0]
        )
        return _sharer(words, (each for each in shares if _leads_to(words.value, each)))
    shares = await turn.work.shares.sharers(turn.person.tenant_id, turn.person.id)
    return _sharer(words, (each for each in shares if _is_called(words.value, each, turn.person)))


async def _named(turn: Turn, people: tuple[Words, ...]) -> Person:
    """The one person who was named. Raises NotUnderstood, NotFound."""
    words = next(iter(people))
    if len(people) > 1 or words.kind not in ("name", "email", "mention", "id"):
        raise NotUnderstood(_("Please name one person whom I shall ask."))
    if words.kind in ("mention", "id"):
        return Person(turn.person.tenant_id, words.value, words.name)
    if words.kind == "email":
        found = await turn.graph.people_at(words.value)
    else:
        found = await turn.graph.find_people(words.value)
    exact = [each for each in found if each.name.casefold() == words.value.casefold()] or found
    if not exact:
        raise NotFound(sentences(_("I know nobody called “{name}”.", name=words.value), _(finding.HOW_ELSE)))
    if len(exact) > 1:
        raise finding.not_one(words, exact)
    return _person(turn, exact[0])


async def _at_home(turn: Turn, name: str) -> Person | None:
    """Whose OneDrive is called so: after their sign-in name, with low lines for all else than letters and digits."""
    name = unquote(name).casefold()
    domain = (await turn.graph.me()).email.rpartition("@")[2].casefold()
    local = name.removesuffix(f"_{_low(domain)}")
    if not domain or local == name:
        return None
    addresses = dict.fromkeys(f"{local.replace('_', mark)}@{domain}" for mark in MARKS)
    found = await asyncio.gather(*(turn.graph.people_at(each) for each in addresses))
    people = {each.id: each for some in found for each in some if each.id and _low(each.email.casefold()) == name}
    return _person(turn, next(iter(people.values()))) if len(people) == 1 else None


def _low(address: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", address)


def _person(turn: Turn, found: Recipient) -> Person:
    return Person(turn.person.tenant_id, str(found.id), found.name)


def _sharer(words: Words, shares: Iterator[Stands]) -> tuple[Person, Words] | None:
    """Whoever shared it last. It is called as whoever asks calls it: a link tells nobody the name of a file."""
    plan = next((each.receipt.plan for each in shares), None)
    return (plan.asker, Words("id", plan.item.key, words.name or words.value)) if plan else None


def _leads_to(url: str, stands: Stands) -> bool:
    own = stands.receipt.plan.item.web_url
    return (own.partition("?")[0], _document(own)) == (url.partition("?")[0], _document(url))


def _document(url: str) -> str:
    """Which one a page of Office is to show: all have one address, but for this. All else behind a "?" is how."""
    found = DOCUMENT.search(url)
    return found[1] if found else ""


def _is_called(name: str, stands: Stands, asker: Person) -> bool:
    """Of what was shared with whoever asks: of what others have they are to learn nothing by its name."""
    is_theirs = any(each.recipient.id == asker.id for each in stands.receipt.grants)
    own, said = stands.receipt.plan.item.name.casefold(), name.casefold()
    return is_theirs and said in (own, own.rpartition(".")[0])


def _item(words: Words) -> Words:
    """A link goes by the last part of it that is a name."""
    if words.kind != "url":
        return words
    last = unquote(urlsplit(words.value).path.rstrip("/").rpartition("/")[2])
    return Words("url", words.value, last if "." in last else "")


COMMAND = Command(
    intent="request_access",
    example=later("ask Adele for access to Q3 Budget.xlsx"),
    what=later("Asks the owner of a file for access to it, and tells you what they decide."),
    say=ask,
    clicks={
        "access.ask": send,
        "access.drop": drop,
        "access.allow": allow,
        "access.decline": decline,
        # Of cards that were sent when a wish to edit had buttons of its own.
        "requests.allow": allow,
        "requests.decline": decline,
    },
)
