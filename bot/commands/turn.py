"""One thing one person did, and the one answer to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.errors import TooLate
from bot.graph import Graph
from bot.identity import Identity
from bot.identity.sealing import Sealer
from bot.language import Said, Understood
from bot.ledger import OwnChat, PendingPlans, Place, Record, Reports, WatchedLinks
from bot.sharing import Chat, Person, Roster
from bot.work import Work
from cards.elements import Card

# More digits than the number of an option or of a page has.
SMALL = 4


@dataclass(frozen=True)
class Turn:
    """What a command gets: who, what they said (nothing, for a click), and what it may use as them.

    `undo` is for how many seconds nobody hears of a share. `locale` is BCP 47, `chat_type` Teams' conversationType; ""
    where Teams did not tell. `own_chat` is the id of their chat with the bot, "" anywhere else, and `own` is
    what is found there. `message` is the id of
    what they did, the same when it is delivered again. `place` is of the card that they pressed. `chat` is the one in
    front of others, and `roster` tells who is in one. `administrators` is the id of the group whose members may see
    the report, "" for nobody.
    """

    person: Person
    said: Said
    now: dt.datetime
    timezone: dt.tzinfo
    graph: Graph
    identity: Identity
    sealer: Sealer
    pending: PendingPlans
    record: Record
    reports: Reports
    own: OwnChat
    watched_links: WatchedLinks
    work: Work
    roster: Callable[[Chat], Awaitable[Roster]]
    chat: Chat | None = None
    undo: int = 0
    locale: str = ""
    chat_type: str = ""
    own_chat: str = ""
    message: str = ""
    place: Place | None = None
    administrators: str = ""


@dataclass(frozen=True)
class Reply:
    """A card, or for a click also words beneath a card that stays as it is.

    `is_private`: it shows what was looked up as the asker, and is for nobody else's eyes. `key` is of the share whose
    result the card shows while there is more to come: it is shown anew then. `asks` is the key of what the card asks,
    where that may be answered by typing, and `settles` of what was answered so: its buttons are of no use any more.
    `waits` is the key of the card itself where it says that somebody is to decide: what they do takes its place.
    `changes` is the key of a share that is another now: so is its own card, wherever that is.
    """

    card: Card | None = None
    words: str = ""
    is_private: bool = False
    key: str = ""
    asks: str = ""
    settles: str = ""
    waits: str = ""
    changes: str = ""


# What a press does: the key of the button, and what was filled in.
Click = Callable[[Turn, str, dict[str, str]], Awaitable[Reply]]


@dataclass(frozen=True)
class Command:
    """`example` and `what` are how help tells of it, in English.

    `is_of_record`: it is kept that somebody asked for it.
    """

    intent: str
    example: str
    what: str
    say: Callable[[Turn, Understood], Awaitable[Reply]]
    clicks: Mapping[str, Click] = field(default_factory=dict)
    is_of_record: bool = True


def placed(key: str) -> tuple[str, int | None]:
    """A key, and the number that it names besides."""
    key, _dot, number = key.partition(".")
    return key, int(number) if number.isdecimal() and len(number) < SMALL else None


def paged(key: str) -> tuple[str, int]:
    """The same of what has pages. Raises TooLate."""
    key, page = placed(key)
    if page is None:
        raise TooLate
    return key, page
