"""From a Teams sign-in to acting as the person: checks, tokens, their sealed store. No token leaves this package
but inside a request to Graph."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
from collections.abc import AsyncGenerator
from typing import Any, Protocol
from weakref import WeakValueDictionary

import httpx

from bot import tracing
from bot.errors import NeedsSignIn
from bot.identity.entra import Entra, Gone, Tokens
from bot.identity.sealing import Sealer, Unreadable
from bot.identity.sso import SsoTokens
from bot.sharing import Person
from bot.texts import _

__all__ = ["Identity", "OnBehalfOf", "TokenStore"]

# What a first sign-in asks for: enough to share one's own files with people whose address one types.
FIRST = frozenset({"User.Read", "Files.ReadWrite"})
# https://learn.microsoft.com/entra/identity-platform/claims-challenge#claims-challenge-header-format
CHALLENGE = re.compile(r'\bclaims="([^"]+)"')


class TokenStore(Protocol):
    """Where sealed caches are kept, one for each person.

    `save` keeps what came of a sign-in that was begun, `renew` what is there already; after a sign-out neither does.
    """

    async def load(self, tenant_id: str, person_id: str, *, may_have_left: bool) -> bytes | None: ...
    async def begin(self, tenant_id: str, person_id: str) -> str: ...
    async def save(self, tenant_id: str, person_id: str, sealed: bytes, sign_in: str) -> bool: ...
    async def renew(self, tenant_id: str, person_id: str, sealed: bytes) -> bool: ...
    async def delete(self, tenant_id: str, person_id: str) -> None: ...
    async def sign_out(self, tenant_id: str, person_id: str) -> None: ...
    async def leave(self, tenant_id: str, person_id: str) -> None: ...


class Identity:
    """Who we may act as. One cache for each person; a refresh token is used once, so one renewal at a time.

    Scopes are those of `graph`, by their short names; `also` are those that a command turned out to need besides.
    """

    def __init__(self, entra: Entra, sso: SsoTokens, store: TokenStore, sealer: Sealer, graph: str) -> None:
        self._entra = entra
        self._graph = graph
        self._sso = sso
        self._store = store
        self._sealer = sealer
        self._renewing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def exchange(self, person: Person, sso_token: str, also: frozenset[str]) -> None:
        """Signs a person in by the token their Teams sent. Raises NeedsSignIn, NeedsConsent, Unavailable."""
        sign_in = await self._store.begin(person.tenant_id, person.id)
        await self._sso.check(sso_token, person)
        await self._keep(person, await self._entra.on_behalf_of(sso_token, self._full(FIRST | also)), sign_in)

    async def sign_in_page(self, redirect_uri: str, also: frozenset[str], claims: str) -> tuple[str, dict[str, Any]]:
        """An address for the person's browser, and the secrets that `sign_in` wants back with the answer."""
        return await self._entra.sign_in_page(self._full(FIRST | also), redirect_uri, claims)

    async def sign_in(self, person: Person, flow: dict[str, Any], answer: dict[str, str]) -> None:
        """Signs in who came back from the page, if it is this person. Raises NeedsSignIn, NeedsConsent, Unavailable."""
        sign_in = await self._store.begin(person.tenant_id, person.id)
        await self._keep(person, await self._entra.redeem(flow, answer), sign_in)

    async def sign_out(self, person: Person) -> None:
        """What is on its way to a key of theirs at this moment, here or on another replica, comes to nothing."""
        await self._store.sign_out(person.tenant_id, person.id)

    async def leave(self, person: Person) -> None:
        """The same; but what they shared for a time still ends, with a key that is good for that alone."""
        await self._store.leave(person.tenant_id, person.id)

    async def graph_token(self, person: Person, scope: str, claims: str = "", *, may_have_left: bool = False) -> str:
        """One that is good for this scope, and proves these claims (JSON).

        Raises NeedsSignIn, NeedsConsent, Unavailable.
        """
        wanted = frozenset({scope})
        async with self._lock(person):
            sealed = await self._store.load(person.tenant_id, person.id, may_have_left=may_have_left)
            if sealed is None:
                raise NeedsSignIn(scopes=wanted)
            try:
                cache = self._sealer.open(sealed, _owner(person)).decode()
            except Unreadable as error:
                raise NeedsSignIn(scopes=wanted) from error
            try:
                tokens = await self._entra.from_cache(cache, person.id, self._full(wanted), claims)
            except Gone:
                await self._store.delete(person.tenant_id, person.id)
                raise
            if tokens.cache != cache:
                renewed = self._sealer.seal(tokens.cache.encode(), _owner(person))
                if not await self._store.renew(person.tenant_id, person.id, renewed):
                    raise NeedsSignIn(scopes=wanted)
            return tokens.access

    def _full(self, scopes: frozenset[str]) -> list[str]:
        return sorted(f"{self._graph}/{scope}" for scope in scopes)

    def _lock(self, person: Person) -> asyncio.Lock:
        return self._renewing.setdefault(_owner(person), asyncio.Lock())

    async def _keep(self, person: Person, tokens: Tokens, sign_in: str) -> None:
        # Whoever follows a sign-in link that is not theirs must not end up in the other's session.
        if (tokens.tenant_id, tokens.person_id) != (person.tenant_id, person.id):
            raise NeedsSignIn(_("That sign-in was somebody else's. Please sign in as the person who asked me."))
        sealed = self._sealer.seal(tokens.cache.encode(), _owner(person))
        async with self._lock(person):
            if not await self._store.save(person.tenant_id, person.id, sealed, sign_in):
                raise NeedsSignIn(_("You signed out in the meantime. Please ask me again."))
        tracing.count(tracing.SIGN_INS, outcome="done")


class OnBehalfOf:
    """Signs requests to Graph as this person while a turn lasts: one look into the store for each scope."""

    def __init__(self, identity: Identity, person: Person, *, may_have_left: bool = False) -> None:
        self._identity = identity
        self._person = person
        self._may_have_left = may_have_left
        self._tokens: dict[str, str] = {}
        self._asking = asyncio.Lock()

    def __call__(self, scope: str) -> httpx.Auth:
        return _Signed(self, scope)

    async def token(self, scope: str, claims: str = "") -> str:
        async with self._asking:
            if claims or scope not in self._tokens:
                self._tokens[scope] = await self._identity.graph_token(
                    self._person, scope, claims, may_have_left=self._may_have_left
                )
            return self._tokens[scope]


class _Signed(httpx.Auth):
    """A 401 comes back as it is, for the token was good when we took it, unless Graph says what else it wants.

    What it wants is proven once without the person; if that is not enough, NeedsSignIn says what they have to prove.
    """

    def __init__(self, signer: OnBehalfOf, scope: str) -> None:
        self._signer = signer
        self._scope = scope

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        request.headers["Authorization"] = f"Bearer {await self._signer.token(self._scope)}"
        answer = yield request
        if not (claims := _challenged(answer)):
            return
        try:
            token = await self._signer.token(self._scope, claims)
        except NeedsSignIn as error:
            error.claims = error.claims or claims
            raise
        request.headers["Authorization"] = f"Bearer {token}"
        answer = yield request
        if claims := _challenged(answer):
            raise NeedsSignIn(scopes=frozenset({self._scope}), claims=claims)


def _challenged(answer: httpx.Response) -> str:
    """The claims Graph wants to see in a token, as JSON; "" if it wants none, or does not say."""
    if answer.status_code != 401:
        return ""
    found = CHALLENGE.search(answer.headers.get("WWW-Authenticate", ""))
    if not found:
        return ""
    encoded = found[1].replace("-", "+").replace("_", "/")
    try:
        claims = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode()
        return claims if isinstance(json.loads(claims), dict) else ""
    except (binascii.Error, ValueError):
        return ""


def _owner(person: Person) -> str:
    return f"{person.tenant_id}|{person.id}"
