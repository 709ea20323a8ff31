"""What waits for somebody's word: what others ask them, and what a second person has to approve; and their own."""

from __future__ import annotations

import cards.inbox
from bot.commands import approvals, request_access
from bot.commands.turn import Command, Reply, Turn
from bot.errors import TooLate
from bot.language import Understood
from bot.texts import later
from cards.elements import also


async def say(turn: Turn, _understood: Understood) -> Reply:
    return await show(turn, "", {})


async def show(turn: Turn, _key: str, _inputs: dict[str, str]) -> Reply:
    work, person = turn.work, turn.person
    decides = [
        *(cards.inbox.request(each.what, each.request.key) for each in await work.requests.open_for(person)),
        *(cards.inbox.approval(each.plans, each.due, each.key) for each in await work.approvals.open_for(person)),
    ]
    asks_for = [
        *(cards.inbox.asked(each.what) for each in await work.requests.open_by(person)),
        *(
            cards.inbox.asked_to_approve(each.plans[0], each.asked, "" if each.card else each.key)
            for each in await work.approvals.open_of(person, lambda _plan: True)
            if each.decision is None
        ),
    ]
    return Reply(cards.inbox.inbox(decides, asks_for), is_private=True)


async def open_(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """One of them, as it is by now."""
    card = await request_access.opened(turn, key) or await approvals.waiting(turn.work, turn.person, key)
    if card is None:
        raise TooLate
    return Reply(also(card, cards.inbox.back()), is_private=True)


COMMAND = Command(
    intent="inbox",
    example=later("what waits for me?"),
    what=later("Shows what others ask you to decide, and what you asked for."),
    say=say,
    clicks={"inbox.open": open_, "inbox.back": show},
)
