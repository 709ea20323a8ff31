"""Entra through msal: the only place that talks to the login service, each call in a thread and with a time-out."""

from __future__ import annotations

import asyncio
import copy
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import httpx
import msal
import msal.exceptions

from bot.errors import NeedsConsent, NeedsSignIn, Unavailable

TIMEOUT = 10.0
# What Microsoft says of a token request that can never work as long as we are set up as we are.
OUR_FAULT = frozenset({"invalid_client", "unauthorized_client"})


@dataclass(frozen=True)
class Tokens:
    """What the login service answered: `access` for now, `cache` (msal's, JSON) for later, and whose they are."""

    access: str
    cache: str
    tenant_id: str
    person_id: str

    def __repr__(self) -> str:
        return f"Tokens(of {self.person_id})"


App = msal.ConfidentialClientApplication


class _Plain(httpx.HTTPTransport):
    """Sends over http what msal insists on spelling https, to a tenant that runs on this machine."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http")
        return super().handle_request(request)


class Entra:
    """Token requests of one app in one tenant. bot/settings.py lets `login_url` be http on loopback only."""

    def __init__(self, login_url: str, tenant_id: str, app_id: str, app_secret: str) -> None:
        self._login_url = login_url
        self._authority = f"https://{login_url.split('://', 1)[1]}/{tenant_id}"
        self._app_id = app_id
        self._secret = app_secret
        transport = _Plain() if login_url.startswith("http://") else None
        self._http = httpx.Client(timeout=TIMEOUT, transport=transport)
        # msal keeps the discovery document here, and also 400s and 5xxs, which it would replay to other people and
        # after a consent. So nobody uses this one: each call gets a copy.
        self._seed: dict[str, Any] = {}
        self._seeding = threading.Lock()

    async def for_app(self, scope: str) -> tuple[str, int]:
        """A token for the bot itself, and the seconds it is good for."""

        def ask(app: App) -> Any:
            return app.acquire_token_for_client([scope])

        answer = await self._ask(ask, msal.TokenCache())
        return answer["access_token"], int(answer["expires_in"])

    async def on_behalf_of(self, assertion: str, scopes: list[str]) -> Tokens:
        """A Graph token from the token Teams gave us. Raises NeedsConsent, NeedsSignIn, Unavailable.

        https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
        """
        cache = msal.SerializableTokenCache()

        def ask(app: App) -> Any:
            return app.acquire_token_on_behalf_of(assertion, scopes)

        return _tokens(await self._ask(ask, cache), cache)

    async def from_cache(self, serialized: str, person_id: str, scopes: list[str]) -> Tokens | None:
        """A token out of a person's own cache, renewed if need be; None if only a sign-in helps. Raises Unavailable."""
        cache = msal.SerializableTokenCache()
        cache.deserialize(serialized)

        def silently(app: App) -> dict[str, Any] | None:
            accounts = app.get_accounts()
            return app.acquire_token_silent(scopes, account=accounts[0]) if accounts else None

        answer = await asyncio.to_thread(self._call, silently, cache)
        if not answer or "access_token" not in answer:
            return None
        kept = cache.serialize() if cache.has_state_changed else serialized
        tenant_id = self._authority.rsplit("/", 1)[1]
        return Tokens(answer["access_token"], kept, tenant_id, person_id)

    async def sign_in_page(self, scopes: list[str], redirect_uri: str) -> tuple[str, dict[str, Any]]:
        """Where to send a browser, and what `redeem` wants back: state, nonce and PKCE verifier, all secret."""

        def start(app: App) -> dict[str, Any]:
            return app.initiate_auth_code_flow(
                scopes,
                redirect_uri=redirect_uri,
                response_mode="form_post",
            )

        flow = cast("dict[str, Any]", await asyncio.to_thread(self._call, start, msal.TokenCache()))
        page = urlsplit(flow["auth_uri"])
        return urlunsplit(page._replace(scheme=urlsplit(self._login_url).scheme)), flow

    async def redeem(self, flow: dict[str, Any], answer: dict[str, str]) -> Tokens:
        """Tokens for whoever signed in on the page; the caller checks who that is. Raises NeedsSignIn, Unavailable."""
        cache = msal.SerializableTokenCache()

        def ask(app: App) -> Any:
            return app.acquire_token_by_auth_code_flow(flow, answer)

        try:
            return _tokens(await self._ask(ask, cache), cache)
        except (ValueError, RuntimeError) as error:  # msal's way to say: state, or nonce, is not what we sent
            raise NeedsSignIn("That sign-in does not belong to this link. Please ask me again in Teams.") from error

    def close(self) -> None:
        self._http.close()

    async def _ask(self, call: Callable[[App], Any], cache: Any) -> dict[str, Any]:
        answer = cast("dict[str, Any]", await asyncio.to_thread(self._call, call, cache))
        if "access_token" in answer:
            return answer
        if answer.get("error") in OUR_FAULT:
            raise Unavailable("I am not set up rightly to sign people in. Please tell whoever runs me.")
        if answer.get("error") in ("temporarily_unavailable", "server_error"):
            raise Unavailable
        raise NeedsConsent

    def _call(self, call: Callable[[App], Any], cache: Any) -> dict[str, Any] | None:
        """In a thread. Raises Unavailable for whatever kept the question from being answered."""
        try:
            return call(self._app(cache))
        except (httpx.HTTPError, msal.exceptions.MsalServiceError, json.JSONDecodeError) as error:
            raise Unavailable from error

    def _app(self, cache: Any) -> App:
        with self._seeding:
            if not self._seed:
                seed: dict[str, Any] = {}
                self._build(seed, cache)
                self._seed = seed
            mine = copy.deepcopy(self._seed)
        return self._build(mine, cache)

    def _build(self, http_cache: dict[str, Any], cache: Any) -> App:
        return App(
            self._app_id,
            client_credential=self._secret,
            authority=self._authority,
            instance_discovery=False,
            http_client=self._http,
            http_cache=http_cache,
            token_cache=cache,
        )


def _tokens(answer: dict[str, Any], cache: msal.SerializableTokenCache) -> Tokens:
    who = answer["id_token_claims"]
    return Tokens(answer["access_token"], cache.serialize(), who["tid"], who["oid"])
