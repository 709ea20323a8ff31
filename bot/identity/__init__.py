"""From a Teams sign-in to acting as the person: checks, tokens, their sealed store. No token leaves this package
but inside a request to Graph."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, Protocol
from weakref import WeakValueDictionary

import httpx

from bot.errors import NeedsSignIn
from bot.identity.entra import Entra, Tokens
from bot.identity.sealing import Sealer, Unreadable
from bot.identity.sso import SsoTokens
from bot.sharing import Person

__all__ = ["SCOPES", "Identity", "OnBehalfOf", "TokenStore"]

GRAPH = "https://graph.microsoft.com/"
# What finding people, finding files and sharing them takes; none of it needs an administrator.
SCOPES = [GRAPH + scope for scope in ("User.Read", "User.ReadBasic.All", "Files.ReadWrite.All")]


class TokenStore(Protocol):
    """Where sealed caches are kept, one for each person."""

    async def load(self, tenant_id: str, person_id: str) -> bytes | None: ...
    async def save(self, tenant_id: str, person_id: str, sealed: bytes) -> None: ...
    async def delete(self, tenant_id: str, person_id: str) -> None: ...


class Identity:
    """Who we may act as. One cache for each person; a refresh token is used once, so one renewal at a time."""

    def __init__(self, entra: Entra, sso: SsoTokens, store: TokenStore, sealer: Sealer) -> None:
        self._entra = entra
        self._sso = sso
        self._store = store
        self._sealer = sealer
        self._renewing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def exchange(self, person: Person, sso_token: str) -> None:
        """Signs a person in by the token their Teams sent. Raises NeedsSignIn, NeedsConsent, Unavailable."""
        await self._sso.check(sso_token, person)
        tokens = await self._entra.on_behalf_of(sso_token, SCOPES)
        async with self._lock(person):
            await self._keep(person, tokens)

    async def sign_in_page(self, redirect_uri: str) -> tuple[str, dict[str, Any]]:
        """An address for the person's browser, and the secrets that `sign_in` wants back with the answer."""
        return await self._entra.sign_in_page(SCOPES, redirect_uri)

    async def sign_in(self, person: Person, flow: dict[str, Any], answer: dict[str, str]) -> None:
        """Signs in who came back from the page, if it is this person. Raises NeedsSignIn, NeedsConsent, Unavailable."""
        tokens = await self._entra.redeem(flow, answer)
        async with self._lock(person):
            await self._keep(person, tokens)

    async def sign_out(self, person: Person) -> None:
        async with self._lock(person):
            await self._store.delete(person.tenant_id, person.id)

    async def graph_token(self, person: Person) -> str:
        """Raises NeedsSignIn, Unavailable."""
        async with self._lock(person):
            sealed = await self._store.load(person.tenant_id, person.id)
            if sealed is None:
                raise NeedsSignIn
            try:
                cache = self._sealer.open(sealed, _owner(person)).decode()
            except Unreadable as error:
                raise NeedsSignIn from error
            tokens = await self._entra.from_cache(cache, person.id, SCOPES)
            if tokens is None:
                await self._store.delete(person.tenant_id, person.id)
                raise NeedsSignIn
            if tokens.cache != cache:
                await self._keep(person, tokens)
            return tokens.access

    def _lock(self, person: Person) -> asyncio.Lock:
        return self._renewing.setdefault(_owner(person), asyncio.Lock())

    async def _keep(self, person: Person, tokens: Tokens) -> None:
        # Whoever follows a sign-in link that is not theirs must not end up in the other's session.
        if (tokens.tenant_id, tokens.person_id) != (person.tenant_id, person.id):
            raise NeedsSignIn("That sign-in was somebody else's. Please sign in as the person who asked me.")
        sealed = self._sealer.seal(tokens.cache.encode(), _owner(person))
        await self._store.save(person.tenant_id, person.id, sealed)


class OnBehalfOf(httpx.Auth):
    """Requests to Graph as this person. A 401 comes back as it is: the token was good when we took it."""

    def __init__(self, identity: Identity, person: Person) -> None:
        self._identity = identity
        self._person = person

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        token = await self._identity.graph_token(self._person)
        request.headers["Authorization"] = f"Bearer {token}"
        yield request


def _owner(person: Person) -> str:
    return f"{person.tenant_id}|{person.id}"
