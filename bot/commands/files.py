"""A file that is pointed at, not named: find one, a form that shares it, who can open it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import cards.dialog
from bot import finding
from bot.commands import access, finds, share
from bot.commands.turn import Reply, Turn
from bot.errors import (
    NeedsSignIn,
    NotFound,
    SharebotError,
    Unavailable,
)
from bot.sharing import Draft, Option, ShareableItem, ShareRequest, Words
from bot.texts import _

# What a list beneath the compose box shows at once, and what Graph looks through for a name.
SHOWN, LONGEST = 25, 200
# Each is a look-up; a message is about one file, or a few.
MOST_LINKS = 5


async def find(turn: Turn, words: str, *, skip: int = 0, top: int = SHOWN) -> list[ShareableItem]:
    """What these words may mean, best first; without words, what changed last. Raises SharebotError."""
    words = " ".join(words[:LONGEST].split())
    found = await _named(turn, words) if words else await turn.graph.recent()
    distinct = list({each.key: each for each in found}.values())[:SHOWN]
    return await finding.in_full(turn.graph, distinct[skip : skip + top])


async def offer(turn: Turn, words: str, *, skip: int, top: int) -> list[tuple[str, str]]:
    """The same for a field of a form, as titles and values; nothing for whom a sign-in would have to come first.

    Whoever types is not to be interrupted: what they have typed is asked for when the form is sent.
    """
    try:
        items = await find(turn, words, skip=skip, top=top)
    except NeedsSignIn:
        return []
    return [(cards.dialog.title(each), finds.sealed(turn, each)) for each in items]


async def share_form(turn: Turn, links: Sequence[str], people: Sequence[str] = ()) -> Reply:
    """A form for a share of what the links lead to; `people` are filled in. Raises SharebotError."""
    found = await _behind(turn, links)
    options = tuple(Option(each.key, each.name, cards.dialog.about(each)) for each in found)
    request = ShareRequest((Words("id", found[0].key, found[0].name),), ())
    typed = (("people", ", ".join(people)),)
    return await share.filled_in(turn, Draft(turn.person, request, typed, options=options))


async def who_can_open(turn: Turn, links: Sequence[str]) -> Reply:
    """Who has access to what the first of the links that is a file leads to. Raises SharebotError."""
    item = (await _behind(turn, links))[0]
    return await access.shown(turn, item)


async def _named(turn: Turn, words: str) -> list[ShareableItem]:
    """Those with all the words in their name before those that only tell of them."""
    found = await finding.look_for(turn.graph, words, does=bool)
    parts = words.casefold().split()
    return sorted(found, key=lambda each: not all(part in each.name.casefold() for part in parts))


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
