"""Asking people in: the tickets, the cards that carry them, and what was said before. Nothing is sent from here."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from botbuilder.core import InvokeResponse

import cards.basics
from bot import tracing
from bot.errors import NeedsSignIn, NotYours, TooLate
from bot.identity import Identity
from bot.identity.sealing import Sealer, Unreadable
from bot.ledger import Parked, SignIns
from bot.sharing import Person
from bot.teams import invokes
from bot.teams.incoming import Incoming, read
from bot.texts import _
from cards.elements import Card

log = logging.getLogger(__name__)

# Both carry out what was said.
CONTINUE, AGAIN = "sign_in.continue", "sign_in.again"


class AskingIn:
    def __init__(self, *, identity: Identity, sign_ins: SignIns, sealer: Sealer, public_url: str) -> None:
        self._identity = identity
        self._sign_ins = sign_ins
        self._sealer = sealer
        self._public_url = public_url

    async def by_message(self, incoming: Incoming, wanted: NeedsSignIn, *, silently: bool) -> Card:
        """An OAuthCard; what was said is carried out after it. `silently`: Teams tries first without the person."""
        ticket = await self._park(incoming, wanted.scopes, wanted.claims)
        return invokes.oauth_card(ticket if silently else None, self._way_in(ticket), wanted.scopes)

    async def by_button(self, person: Person, wanted: NeedsSignIn) -> Card:
        """An OAuthCard after which nothing is carried out: what was pressed can be pressed again."""
        ticket = await self._sign_ins.open(person, None, wanted.scopes, wanted.claims)
        return invokes.oauth_card(None, self._way_in(ticket), wanted.scopes)

    async def by_press(self, person: Person, wanted: NeedsSignIn, *, silently: bool) -> InvokeResponse:
        ticket = await self._sign_ins.open(person, None, wanted.scopes, wanted.claims)
        return invokes.sign_in_first(ticket if silently else None, self._way_in(ticket), wanted.scopes)

    async def page(self, person: Person, wanted: NeedsSignIn) -> str:
        """Where a sign-in leads after which the same is asked for once more."""
        return self._way_in(await self._sign_ins.open(person, None, wanted.scopes, wanted.claims))

    async def in_front_of_others(self, incoming: Incoming, scopes: frozenset[str] = frozenset()) -> Card:
        """A button whose answer only the asker gets."""
        return cards.basics.continue_as_you(await self._park(incoming, scopes), incoming.person.name)

    async def again(self, incoming: Incoming) -> str:
        """A ticket with which what was said can be carried out later."""
        return await self._park(incoming, frozenset())

    async def after_silence(self, person: Person) -> Card | None:
        """The button, for what they said last, where Teams could not do it by itself; None if it is there already."""
        ticket = await self._sign_ins.again(person)
        if ticket is None or (waiting := await self._sign_ins.at(ticket)) is None:
            return None
        return invokes.oauth_card(None, self._way_in(ticket), waiting.scopes)

    async def exchange(self, person: Person, ticket: str, token: str) -> None:
        """Signs them in by their Teams' token, for what this is the ticket of. Raises NeedsSignIn, Unavailable."""
        waiting = await self._sign_ins.at(ticket)
        also = waiting.scopes if waiting and waiting.person_id == person.id else frozenset[str]()
        await self._identity.exchange(person, token, also)

    async def offered(self, person: Person, ticket: str) -> Card | None:
        """The button in front of others, as it was shown; None if it is no longer good."""
        waiting = await self._sign_ins.at(ticket)
        is_theirs = waiting is not None and waiting.person_id == person.id
        return cards.basics.continue_as_you(ticket, person.name) if is_theirs else None

    async def check(self, person: Person, ticket: str) -> None:
        """Whether they may continue here and have the rights for it. Raises TooLate, NotYours, NeedsSignIn."""
        waiting = await self._sign_ins.at(ticket)
        if waiting is None:
            raise TooLate(_("This is no longer waiting: it was done, or it is too old. Please ask me again."))
        if waiting.person_id != person.id:
            raise NotYours(_("This is not yours to continue. Please ask me yourself."))
        for scope in waiting.scopes:
            await self._identity.graph_token(person, scope)

    @asynccontextmanager
    async def said(self, person: Person, ticket: str) -> AsyncGenerator[Incoming | None]:
        """What was said before the sign-in, once, whatever devices they have. It is there again if the block fails."""
        async with self._sign_ins.taken(ticket, person) as parked:
            yield self._unseal(parked) if parked else None

    def _unseal(self, parked: Parked) -> Incoming | None:
        if parked.parked is None:
            return None
        try:
            return read(json.loads(self._sealer.open(parked.parked, parked.person_id)))
        except Unreadable:
            log.warning("what somebody said before signing in can't be read any more")
            return None

    async def _park(self, incoming: Incoming, scopes: frozenset[str], claims: str = "") -> str:
        sealed = self._sealer.seal(json.dumps(incoming.raw).encode(), incoming.person.id)
        return await self._sign_ins.open(incoming.person, sealed, scopes, claims)

    def _way_in(self, ticket: str) -> str:
        """The page to sign in on; whoever is given it is asked to."""
        tracing.count(tracing.SIGN_INS, outcome="asked")
        return f"{self._public_url}/auth/start?ticket={ticket}"
