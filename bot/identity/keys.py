"""The public keys of an issuer, as it publishes them, fetched without holding anybody else up."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import httpx
import jwt

from bot.errors import Unavailable

log = logging.getLogger(__name__)

KEEP_FOR = 24 * 60 * 60
# An unknown key id may be a rolled-over key, or somebody knocking with made-up ids: look again, but seldom.
LOOK_AGAIN_AFTER = 60
# An issuer that does not answer is asked again soon: until it answers nobody can be told from anybody.
TRY_AGAIN_AFTER = 1.5
TIMEOUT = 4.0  # for both documents: Teams waits 10 seconds, and there is more to do
NO_KEYS = (
    *(httpx.HTTPError, httpx.InvalidURL, TimeoutError),
    *(jwt.PyJWTError, LookupError, TypeError, ValueError, AttributeError),
)


class SigningKeys:
    """Keys by id, from an OpenID discovery document. A key's `_jwk_data` keeps what the issuer says of it."""

    def __init__(
        self, http: httpx.AsyncClient, discovery_url: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = http
        self._discovery_url = discovery_url
        self._clock = clock
        self._keys: dict[str, tuple[jwt.PyJWK, frozenset[str]]] = {}
        self._good_until = float("-inf")
        self._quiet_until = float("-inf")
        self._failed = False
        self._fetching = asyncio.Lock()

    async def key(self, token: str) -> tuple[jwt.PyJWK, frozenset[str]]:
        """The key this token says it is signed with, and the channels it is endorsed for.

        Raises jwt.PyJWTError for a token that names no key of the issuer's, Unavailable when that cannot be known.
        """
        key_id = jwt.get_unverified_header(token).get("kid")
        if not isinstance(key_id, str):
            raise jwt.InvalidTokenError("no key id")
        if not self._fresh(key_id):
            async with self._fetching:
                if not self._fresh(key_id):
                    await self._renew()
        if key_id in self._keys:
            return self._keys[key_id]
        if self._failed:
            raise Unavailable
        raise jwt.InvalidKeyError("unknown key id")

    def _fresh(self, key_id: str) -> bool:
        return self._clock() < (self._good_until if key_id in self._keys else self._quiet_until)

    async def _renew(self) -> None:
        try:
            async with asyncio.timeout(TIMEOUT):
                self._keys = await self._fetch()
        except NO_KEYS as error:
            log.warning("could not fetch keys: %s", type(error).__name__)
            self._failed = True
            # Old ones were good a day ago; without them everybody would be locked out.
            self._good_until = max(self._good_until, self._clock() + LOOK_AGAIN_AFTER)
            self._quiet_until = self._clock() + TRY_AGAIN_AFTER
        else:
            self._failed = False
            self._good_until = self._clock() + KEEP_FOR
            self._quiet_until = self._clock() + LOOK_AGAIN_AFTER

    async def _fetch(self) -> dict[str, tuple[jwt.PyJWK, frozenset[str]]]:
        discovery = (await self._http.get(self._discovery_url)).raise_for_status().json()
        found = (await self._http.get(_reachable(discovery["jwks_uri"], self._discovery_url))).raise_for_status().json()
        return {
            key["kid"]: (jwt.PyJWK(key, algorithm="RS256"), frozenset(key.get("endorsements", ())))
            for key in found["keys"]
            if key.get("kty") == "RSA"
        }


def _reachable(url: str, like: str) -> str:
    """A tenant on this machine speaks http, but spells its addresses https as Entra does."""
    if like.startswith("http://"):
        return url.replace("https://", "http://", 1)
    return url


def claims(token: str, key: jwt.PyJWK, **checks: Any) -> dict[str, Any]:
    """The claims of a token signed with RS256. Raises jwt.PyJWTError."""
    return jwt.decode(
        token, key, algorithms=["RS256"], options={"require": ["exp", "iss", "aud"]}, leeway=300, **checks
    )
