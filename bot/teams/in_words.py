"""Somebody's own chat with us: whether they want words there instead of a card, and which."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import cards.plain
from bot.ledger import Conversation, Ledger
from bot.sharing import Offer, Person
from cards.elements import Card

log = logging.getLogger(__name__)

# Whoever asks is not kept waiting by a database that is away, in seconds.
LOOK_FOR = 2.0
Of = TypeVar("Of")
# A text and what it offers, with the number of the first offer.
Made = Callable[[int], tuple[str, tuple[Offer, ...]]]


class InWords:
    """`own` is what the turn found there. `is_unasked`: what is said is no answer, and takes nothing away from one."""

    def __init__(self, ledger: Ledger, chat: Conversation, *, is_unasked: bool = False) -> None:
        self._ledger = ledger
        self._plain_texts = ledger.plain_texts
        self._person = Person(chat.tenant_id, chat.person_id, "")
        self.own = ledger.own_chat(self._person, chat.conversation_id)
        self._is_unasked = is_unasked
        self._is_wanted: bool | None = None

    async def of(self, card: Card) -> str | None:
        """The card in words, with its numbers given out; None for whoever gets cards."""

        def made(first: int) -> tuple[str, tuple[Offer, ...]]:
            written = cards.plain.written(card, first=first)
            return written.text, written.offers

        return await self._if_wanted(made)

    async def of_sign_in(self, card: Card) -> str | None:
        """The same for an OAuthCard with a button; one without a word to read is Teams' own to answer."""
        if "tokenExchangeResource" in card:
            return None
        links = {each["title"]: each["value"] for each in card["buttons"]}
        return await self._if_wanted(lambda _first: (cards.plain.linked(card["text"], links), ()))

    async def is_wanted(self) -> bool:
        """Looked up once: what a turn changes of it, it changes before it answers."""
        if self._is_wanted is None:
            self._is_wanted = await self._looked_up(self.own.offered()) is not None
        return self._is_wanted

    async def _if_wanted(self, made: Made) -> str | None:
        if self._is_unasked:
            return await self._looked_up(self._plain_texts.told(self._person, made))
        return await self._looked_up(self._answered(made)) if await self.is_wanted() else None

    async def _answered(self, made: Made) -> str:
        text, offers = made(1)
        if offers:
            await self._plain_texts.answered(self._person, offers)
        return text

    async def _looked_up(self, what: Coroutine[Any, Any, Of]) -> Of | None:
        try:
            return await self._ledger.within(LOOK_FOR, what)
        except TimeoutError:
            log.warning("how somebody wants to be answered was not looked up in time")
            return None
        except Exception:
            # A card is better than silence.
            log.exception("how somebody wants to be answered could not be looked up")
            return None
