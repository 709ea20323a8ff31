"""Numbers, and the words of a button, in reply to a card that was told in words: what a press would do."""

from __future__ import annotations

import re

import cards.basics
from bot.commands.turn import Reply, Turn
from bot.ledger import Offered
from bot.sharing import Offer

_NUMBER = re.compile(r"#?(\d{1,3})[.)!]?")
# No button has more words.
LONGEST = 200


async def replied(turn: Turn) -> Offer | Reply | None:
    """What is pressed by these words, or that there is no such number; None where they are none of both."""
    said = " ".join(turn.said.text.split())
    if not turn.own_chat or not said or len(said) > LONGEST:
        return None
    offered = await turn.own.offered()
    if offered is None:
        return None
    if number := _NUMBER.fullmatch(said):
        return _numbered(int(number[1]), offered)
    # A word may begin something new later on, and a number never does.
    current = offered.answer if turn.own.is_recent(offered) else ()
    named = [each for each in (*current, *offered.unasked) if _bare(each.title) == _bare(said)]
    return named[0] if len(named) == 1 else None


def _numbered(number: int, offered: Offered) -> Offer | Reply | None:
    everything = (*offered.answer, *offered.unasked)
    found = next((each for each in everything if each.number == number), None)
    if found or not everything:
        return found
    return Reply(cards.basics.no_such_number(number, offered.answer or offered.unasked))


def _bare(words: str) -> str:
    return words.strip(" .,!…").casefold()
