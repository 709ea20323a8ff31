"""A link that somebody pastes in front of others: whether they can all open it, and a share with those who can't."""

from __future__ import annotations

import re
from collections.abc import Mapping

import cards.here
from bot import planning
from bot.commands import access, here, roster, share
from bot.commands.turn import Click, Reply, Turn
from bot.errors import NotUnderstood, TooLate
from bot.finding import CHAT
from bot.sharing import Draft, Role, Roster, ShareableItem, ShareRequest, Words
from bot.texts import _
from cards.elements import Card
from cards.here import Here

LINK = re.compile(r"https?://\S+")
LONGEST = 2_000


def said(turn: Turn) -> ShareRequest | None:
    """Whether everybody here can open it is asked by nothing but our name and a link."""
    words = turn.said.text
    for name in turn.said.bot_names:
        words = words.replace(f"<at>{name}</at>", "")
    url = words.strip()
    return _about(url, Words(roster.HERE[0], "")) if turn.chat and _is_link(url) else None


async def pasted(turn: Turn, url: str) -> Card | None:
    """None where there is nothing to say: all can open it, that can't be told, or it is no file. Raises SharebotError.

    In a chat of two nobody tells us who the other one is.
    """
    if turn.chat is None or not _is_link(url):
        return None
    request = _about(url, here.everybody_of(turn.chat))
    _item, found, there = await _looked_up(turn, request)
    if not _is_to_be_told(found) or len(there.people) > planning.MOST_OF_A_CHAT:
        return None
    return cards.here.pasted(await turn.pending.put(Draft(turn.person, request)))


async def give(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """What a share with those who can't would do, by now. The card stays in the message, so it may be pressed again."""
    draft = await turn.pending.at(key, turn.person)
    if not isinstance(draft, Draft):
        raise TooLate
    this = here.everybody_of(turn.chat) if turn.chat else None
    if any(each.kind == CHAT and each != this for each in draft.request.recipients):
        # Teams may show again what it was told in another chat.
        raise NotUnderstood(_("I looked at this link for another chat. Please paste it here once more."))
    item, found, there = await _looked_up(turn, draft.request)
    if _is_to_be_told(found):
        return await share.planned(turn, here.with_the_others(item, found, there))
    return Reply(cards.here.here(item, found, await here.offer(turn, item, found, there)), is_private=True)


async def _looked_up(turn: Turn, request: ShareRequest) -> tuple[ShareableItem, Here, Roster]:
    request, there = await roster.gathered(turn, request)
    if there is None:
        raise TooLate
    item = await turn.graph.item_behind(request.items[0].value)
    permissions = await access.permissions_of(turn, item)
    found = await here.looked_up(turn, item, permissions, there, Role.READ, named=request.items[0])
    return item, found, there


def _is_to_be_told(found: Here) -> bool:
    """Nobody is said to be without it where that is only likely."""
    return bool(found.others) and found.is_sure and found.may_share


def _is_link(words: str) -> bool:
    return len(words) <= LONGEST and LINK.fullmatch(words) is not None


def _about(url: str, people: Words) -> ShareRequest:
    return ShareRequest((Words("url", url),), (people,))


CLICKS: Mapping[str, Click] = {"links.give": give}
