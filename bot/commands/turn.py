"""One thing one person did, and the one answer to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.graph import Graph
from bot.identity import Identity
from bot.language import Said, Understood
from bot.ledger import PendingPlans, PlainTexts
from bot.sharing import Person
from bot.work import Work
from cards.elements import Card


@dataclass(frozen=True)
class Turn:
    """What a command gets: who, what they said (nothing, for a click), and what it may use as them.

    `locale` is BCP 47, `chat_type` Teams' conversationType; "" where Teams did not tell. `own_chat` is the id of their
    chat with the bot, "" anywhere else.
    """

    person: Person
    said: Said
    now: dt.datetime
    timezone: dt.tzinfo
    graph: Graph
    identity: Identity
    pending: PendingPlans
    plain_texts: PlainTexts
    work: Work
    locale: str = ""
    chat_type: str = ""
    own_chat: str = ""


@dataclass(frozen=True)
class Reply:
    """A card, or for a click also words beneath a card that stays as it is.

    `is_private`: it shows what was looked up as the asker, and is for nobody else's eyes.
    """

    card: Card | None = None
    words: str = ""
    is_private: bool = False


@dataclass(frozen=True)
class Command:
    """`example` and `what` are how help tells of it, in English."""

    intent: str
    example: str
    what: str
    say: Callable[[Turn, Understood], Awaitable[Reply]]
    clicks: Mapping[str, Callable[[Turn, str, dict[str, str]], Awaitable[Reply]]] = field(default_factory=dict)
