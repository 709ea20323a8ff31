"""Entra through msal: the only place that talks to the login service, each call in a thread and with a time-out."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import ssl
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import httpx
import msal
import msal.exceptions

from bot import tracing
from bot.errors import AccountGone, NeedsConsent, NeedsSignIn, SharebotError, Unavailable
from bot.identity.kept import Fetched, Kept
from bot.texts import _

log = logging.getLogger(__name__)

TIMEOUT = 10.0
THREADS = 64
# What the discovery document says changes once in years, so an old one is good while there is no new one.
RENEW_DISCOVERY_AFTER = 12 * 60 * 60
# What Microsoft says of a token request that can never work as long as we are set up as we are.
OUR_FAULT = frozenset({"invalid_client", "unauthorized_client"})
ITS_FAULT = frozenset({"temporarily_unavailable", "server_error"})
CONSENT = 65001
# The account is disabled, or there is none any more.
ACCOUNT_GONE = frozenset({50034, 50057})
# What is raised while the login service is down. A token that has some life left is used as long.
DOWN = (httpx.HTTPError, msal.exceptions.MsalServiceError)
# What may be told of an address.
WORDS = frozenset({"oauth2", "v2.0", "token"})
# That we understand when Graph refuses a token which was good until just now, and wants to know more.
# https://learn.microsoft.com/entra/identity-platform/claims-challenge
CAPABILITIES = ["CP1"]


@dataclass(frozen=True)
class Tokens:
    """What the login service answered: `access` for now, `cache` (msal's, JSON) for later, and whose they are."""

    access: str
    cache: str
    tenant_id: str
    person_id: str

    def __repr__(self) -> str:
        return f"Tokens(of {self.person_id})"


class Gone(NeedsSignIn):
    """What we kept of this person is worth nothing any more."""


class Departed(Gone, AccountGone):
    """And nobody will sign in anew."""


App = msal.ConfidentialClientApplication


class _Plain(httpx.HTTPTransport):
    """Sends over http what msal insists on spelling https, to a tenant that runs on this machine."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http")
        return super().handle_request(request)


@dataclass(frozen=True)
class _Client:
    """What msal sends its requests with. All it ever gets is the discovery document, which is here already."""

    http: httpx.Client
    discovery: str

    def get(self, _url: str, **_how: Any) -> httpx.Response:
        return httpx.Response(200, text=self.discovery)

    def post(self, url: Any, *, data: Any = None, **how: Any) -> httpx.Response:
        # msal hands a signed proof over as bytes, for requests; httpx would send them as Python writes them, b'…'.
        form = {name: value.decode() if isinstance(value, bytes) else value for name, value in (data or {}).items()}
        with tracing.request("Entra", "POST", urlsplit(str(url)).path, WORDS) as asking:
            answer = self.http.post(url, data=form, **how)
            asking.answered(answer.status_code)
            return answer


class Entra:
    """Token requests of one app in one tenant. bot/settings.py lets `login_url` be http on loopback only."""

    def __init__(
        self,
        login_url: str,
        tenant_id: str,
        app_id: str,
        credential: str | dict[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._login_url = login_url
        self._authority = f"https://{login_url.split('://', 1)[1]}/{tenant_id}"
        self._app_id = app_id
        self._credential = credential
        # Without TLS nobody is verified, and reading the authorities takes a while.
        transport = _Plain(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) if login_url.startswith("http://") else None
        self._http = httpx.Client(timeout=TIMEOUT, transport=transport)
        self._discovery = Kept(self._discover, clock)
        # Of its own, so that slow sign-ins hold up nothing else that needs a thread.
        self._threads = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="msal")

    async def for_app(self, scope: str) -> tuple[str, int]:
        """A token for the bot itself, and the seconds it is good for."""

        def ask(app: App) -> Any:
            return app.acquire_token_for_client([scope])

        answer = await self._ask(ask, msal.TokenCache(), [scope])
        return answer["access_token"], int(answer["expires_in"])

    async def refuses(self, scope: str) -> frozenset[int] | None:
        """The numbers (AADSTS…) with which the app itself is refused a token; None if it gets one. Raises "
        "Unavailable."""

        def ask(app: App) -> Any:
            return app.acquire_token_for_client([scope])

        answer = cast("dict[str, Any]", await self._threaded(ask, msal.TokenCache()))
        return None if "access_token" in answer else frozenset(_numbers(answer))

    async def on_behalf_of(self, assertion: str, scopes: list[str]) -> Tokens:
        """A Graph token from the token Teams gave us. Raises NeedsConsent, NeedsSignIn, Unavailable.

        https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
        """
        cache = msal.SerializableTokenCache()

        def ask(app: App) -> Any:
            return app.acquire_token_on_behalf_of(assertion, scopes)

        return _tokens(await self._ask(ask, cache, scopes), cache)

    async def from_cache(self, serialized: str, person_id: str, scopes: list[str], claims: str = "") -> Tokens:
        """A token out of a person's own cache, renewed if need be, or because Graph wants these claims.

        Raises NeedsConsent, NeedsSignIn, Gone where nothing but a new sign-in helps, Unavailable.
        """
        cache = msal.SerializableTokenCache()
        cache.deserialize(serialized)

        def silently(app: App) -> dict[str, Any] | None:
            accounts = app.get_accounts()
            if not accounts:
                return None
            return app.acquire_token_silent_with_error(
                scopes, account=accounts[0], claims_challenge=claims or None, http_exceptions=DOWN
            )

        answer = await self._threaded(silently, cache)
        if not answer:
            raise Gone(scopes=_short(scopes))
        if "access_token" not in answer:
            raise _refusal(answer, scopes)
        kept = cache.serialize() if cache.has_state_changed else serialized
        tenant_id = self._authority.rsplit("/", 1)[1]
        return Tokens(answer["access_token"], kept, tenant_id, person_id)

    async def sign_in_page(self, scopes: list[str], redirect_uri: str, claims: str) -> tuple[str, dict[str, Any]]:
        """Where to send a browser, and what `redeem` wants back: state, nonce and PKCE verifier, all secret."""

        def start(app: App) -> dict[str, Any]:
            return app.initiate_auth_code_flow(
                scopes,
                redirect_uri=redirect_uri,
                response_mode="form_post",
                claims_challenge=claims or None,
            )

        flow = cast("dict[str, Any]", await self._threaded(start, msal.TokenCache()))
        page = urlsplit(flow["auth_uri"])
        return urlunsplit(page._replace(scheme=urlsplit(self._login_url).scheme)), flow

    async def redeem(self, flow: dict[str, Any], answer: dict[str, str]) -> Tokens:
        """Tokens for whoever signed in on the page; the caller checks who that is. Raises NeedsSignIn, Unavailable."""
        cache = msal.SerializableTokenCache()

        def ask(app: App) -> Any:
            return app.acquire_token_by_auth_code_flow(flow, answer)

        try:
            return _tokens(await self._ask(ask, cache, flow["scope"]), cache)
        except (ValueError, RuntimeError) as error:  # msal's way to say: state, or nonce, is not what we sent
            raise NeedsSignIn(_("That sign-in does not belong to this link. Please ask me again in Teams.")) from error

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._http.close()

    async def _ask(self, call: Callable[[App], Any], cache: Any, scopes: list[str]) -> dict[str, Any]:
        answer = cast("dict[str, Any]", await self._threaded(call, cache))
        if "access_token" not in answer:
            raise _refusal(answer, scopes)
        return answer

    async def _threaded(self, call: Callable[[App], Any], cache: Any) -> dict[str, Any] | None:
        discovery = await self._discovery.value()
        # In its thread, too, it is known of what it is a part.
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: context.run(self._call, call, cache, discovery)
        )

    def _call(self, call: Callable[[App], Any], cache: Any, discovery: str) -> dict[str, Any] | None:
        """In a thread. Raises Unavailable for whatever kept the question from being answered."""
        try:
            return call(self._app(cache, discovery))
        except (*DOWN, json.JSONDecodeError) as error:
            raise Unavailable from error

    async def _discover(self) -> Fetched[str]:
        document = await asyncio.get_running_loop().run_in_executor(self._threads, self._discovered)
        return Fetched(document, renew_after=RENEW_DISCOVERY_AFTER, good_for=math.inf)

    def _discovered(self) -> str:
        """In a thread. A document that msal takes, or Unavailable."""
        try:
            answer = self._http.get(f"{self._authority}/v2.0/.well-known/openid-configuration").raise_for_status()
            self._app(msal.TokenCache(), answer.text)
        except (httpx.HTTPError, LookupError, TypeError, ValueError, AttributeError) as error:
            log.warning("no discovery document: %s", "".join(filter(str.isprintable, str(error)))[:200])
            raise Unavailable from error
        return answer.text

    def _app(self, cache: Any, discovery: str) -> App:
        return App(
            self._app_id,
            client_credential=self._credential,
            authority=self._authority,
            instance_discovery=False,
            http_client=_Client(self._http, discovery),
            # Here msal keeps 400s and 5xxs, and would replay them to other people and after a consent.
            http_cache={},
            token_cache=cache,
            client_capabilities=CAPABILITIES,
        )


def _tokens(answer: dict[str, Any], cache: msal.SerializableTokenCache) -> Tokens:
    who = answer["id_token_claims"]
    return Tokens(answer["access_token"], cache.serialize(), who["tid"], who["oid"])


def _refusal(answer: dict[str, Any], scopes: list[str]) -> SharebotError:
    """https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""
    error, claims = answer.get("error"), str(answer.get("claims") or "")
    level = logging.ERROR if error in OUR_FAULT else logging.INFO
    log.log(level, "Entra answered %s %s", "".join(filter(str.isprintable, str(error)))[:60], _numbers(answer))
    if error in OUR_FAULT:
        return Unavailable(_("I am not set up rightly to sign people in. Please tell whoever runs me."))
    if error in ITS_FAULT:
        return Unavailable()
    if answer.get("suberror") == "consent_required" or CONSENT in _numbers(answer):
        return NeedsConsent(scopes=_short(scopes))
    if error == "interaction_required" or claims:
        return NeedsSignIn(scopes=_short(scopes), claims=claims)
    return (Departed if ACCOUNT_GONE & set(_numbers(answer)) else Gone)(scopes=_short(scopes))


def _numbers(answer: dict[str, Any]) -> list[int]:
    """AADSTS…"""
    return [each for each in answer.get("error_codes") or () if isinstance(each, int)]


def _short(scopes: list[str]) -> frozenset[str]:
    """Without the resource, and without what every sign-in has."""
    return frozenset(scope.rpartition("/")[2] for scope in scopes if "/" in scope)
