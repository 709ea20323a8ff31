"""What others share with somebody: their list, and what they do with a share: give it back, or ask to edit.

The sharer frees them where that takes a sign-in.

Who may edit is decided as all that somebody is asked for (bot/commands/request_access.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import cards.received
import cards.shares
from bot.commands.turn import Click, Reply, Turn, placed
from bot.errors import NeedsSignIn, NotAllowed, NotFound, SharebotError
from bot.graph.permissions import covers, role_of
from bot.ledger import of_notice
from bot.sharing import Person, Role
from bot.texts import _, spoken
from bot.work import Asked, Received, Work, notice
from cards.elements import Card, also, apart, button
from cards.many import PAGE

# A recipient


async def unneeded(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Asks once whether they are sure."""
    received = await turn.work.requests.received(key, turn.person)
    if received.is_over:
        return await _told(turn, received)
    return await _asks(turn, cards.received.sure(received.plan, key), received)


async def keep(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    return await _told(turn, await turn.work.requests.received(key, turn.person))


async def give_back(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """What was given to this one person is taken away as the sharer; it is not the recipient who would sign in."""
    received = await turn.work.requests.received(key, turn.person)
    if not received.is_over:
        # Nor what a second person is still to approve for them.
        await turn.work.approvals.take_from(received.plan.asker, received.plan.item, [received.recipient])
    try:
        received = await turn.work.requests.give_back(key, turn.person, spoken(), str(turn.timezone))
    except (NeedsSignIn, NotAllowed, NotFound) as error:
        name = apart((await turn.work.requests.received(key, turn.person)).plan.asker.name)
        raise NotAllowed(_impossible(error, name), reference=error.reference) from error
    return await _told(turn, received)


async def edit(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    received = await turn.work.requests.received(key, turn.person)
    if not received.may_ask:
        return await _told(turn, received)
    if await _can_edit(turn, received):
        return Reply(words=_("You can edit “{file}” already.", file=apart(received.plan.item.name)))
    before = received.asked.key if received.asked else ""
    return await _asks(turn, cards.received.edit(received.plan, key, before), received)


async def ask(turn: Turn, key: str, inputs: dict[str, str]) -> Reply:
    """The key names what they asked before as well: the same press, delivered again, asks nothing anew."""
    key, _dot, before = key.partition(".")
    reason, zone = inputs.get("reason", "").strip()[: cards.received.LONGEST_REASON], str(turn.timezone)
    received = await turn.work.requests.ask_to_edit(key, turn.person, reason, spoken(), zone, before=before)
    return await _told(turn, received)


async def listed(turn: Turn) -> Reply:
    """What others share with them."""
    return await show(turn, "", {})


async def show(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    held = await turn.work.requests.held_by(turn.person)
    # Of what was on a page, some may be over since.
    page = min(placed(key)[1] or 0, max(len(held) - 1, 0) // PAGE)
    seen = [
        (each.stands.key, replace(each.plan, role=each.now or each.plan.role), each.stands.ends)
        for each in held[page * PAGE : (page + 1) * PAGE]
    ]
    card = cards.shares.received(seen, count=len(held), page=page, now=turn.work.now())
    return Reply(card, is_private=True)


async def open_(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """One of them, as it is by now."""
    card = notice(await turn.work.requests.received(key, turn.person))
    return Reply(also(card, button(_("Back"), "received.list", "", inputs=False)), is_private=True)


# The sharer


async def free(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Takes away what somebody does not need, once the sharer is there."""
    return Reply(_unneeded(await turn.work.requests.free(key, turn.person, spoken(), str(turn.timezone))))


async def waiting(work: Work, person: Person, key: str) -> Card | None:
    """The card whose button can still be pressed, for a recipient or the sharer; None if there is none."""
    with suppress(SharebotError):
        there = await work.requests.together(key, person)
        received = await work.requests.received(key, person)
        return there.card() if there else notice(received)
    with suppress(SharebotError):
        return _unneeded(await work.requests.asked(key, person))
    return None


async def _told(turn: Turn, received: Received) -> Reply:
    """What they were told, as it is by now: where it was told with more, all of it."""
    requests = turn.work.requests
    if there := await requests.together(received.stands.key, turn.person):
        return Reply(there.card(), waits=of_notice(there.key, turn.person.id))
    return Reply(notice(received), waits=_waits(received))


async def _asks(turn: Turn, card: Card, received: Received) -> Reply:
    """Before it is done, in the place of what they were told."""
    there = await turn.work.requests.together(received.stands.key, turn.person)
    return Reply(card, waits=of_notice(there.key, turn.person.id) if there else _waits(received))


async def _can_edit(turn: Turn, received: Received) -> bool:
    """Whatever gives it to them, as far as Graph names them: nobody is asked for what they have."""
    with suppress(SharebotError):
        return covers(role_of(received.recipient, await turn.graph.permissions(received.plan.item)), Role.WRITE)
    return False


def _waits(received: Received) -> str:
    """What the sharer decides takes the place of the card, and what becomes of the share."""
    if received.asked and received.is_asked:
        return received.asked.card
    return of_notice(received.stands.key, str(received.recipient.id))


def _unneeded(asked: Asked) -> Card:
    """What the sharer is asked to sign in for, or what came of it."""
    of = asked.of
    if of.returned:
        return cards.received.given_back_by(of.plan, of.returned)
    if asked.request.decision:
        return cards.received.over(of.plan, of.recipient)
    return cards.received.not_given_back(of.plan, of.recipient, asked.request.key)


def _impossible(error: SharebotError, name: str) -> str:
    if isinstance(error, NeedsSignIn):
        return _(
            "I do this as {name}, who is not signed in to me. I told them, and do it as soon as they are.", name=name
        )
    return _("Microsoft 365 does not let {name} take this access back. Please ask the owner of the file.", name=name)


CLICKS: Mapping[str, Click] = {
    "received.list": show,
    "received.open": open_,
    "received.unneeded": unneeded,
    "received.keep": keep,
    "received.give_back": give_back,
    "received.edit": edit,
    "received.ask": ask,
    "requests.free": free,
}
