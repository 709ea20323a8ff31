"""The public keys of an issuer, as it publishes them, fetched without holding anybody else up."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import httpx
import jwt

log = logging.getLogger(__name__)

KEEP_FOR = 24 * 60 * 60
# An unknown key id may be a rolled-over key, or somebody knocking with made-up ids: look again, but seldom.
LOOK_AGAIN_AFTER = 60


class SigningKeys:
    """Keys by id, from an OpenID discovery document. A key's `_jwk_data` keeps what the issuer says of it."""

    def __init__(self, http: httpx.AsyncClient, discovery_url: str, keep_for: float = KEEP_FOR) -> None:
        self._http = http
        self._discovery_url = discovery_url
        self._keep_for = keep_for
        self._keys: dict[str, tuple[jwt.PyJWK, frozenset[str]]] = {}
        self._fetched = float("-inf")
        self._asked = float("-inf")
        self._fetching = asyncio.Lock()

    async def key(self, token: str) -> tuple[jwt.PyJWK, frozenset[str]]:
        """The key this token says it is signed with, and the channels it is endorsed for.

        Raises jwt.PyJWTError for a token that names no known key, httpx.HTTPError when the issuer cannot be asked.
        """
        key_id = jwt.get_unverified_header(token).get("kid")
        if not isinstance(key_id, str):
            raise jwt.InvalidTokenError("no key id")
        if not self._fresh(key_id):
            async with self._fetching:
                if not self._fresh(key_id):
                    await self._renew(key_id)
        if key_id not in self._keys:
            raise jwt.InvalidKeyError("unknown key id")
        return self._keys[key_id]

    def _fresh(self, key_id: str) -> bool:
        now = time.monotonic()
        if key_id in self._keys:
            return now - self._fetched < self._keep_for
        return now - self._asked < LOOK_AGAIN_AFTER

    async def _renew(self, key_id: str) -> None:
        try:
            await self._fetch()
        except (httpx.HTTPError, KeyError, ValueError) as error:
            if key_id not in self._keys:
                raise
            # It was good a day ago, and the issuer cannot be asked: everybody would be locked out.
            log.warning("could not fetch keys anew: %s", type(error).__name__)
            self._fetched = time.monotonic() - self._keep_for + LOOK_AGAIN_AFTER

    async def _fetch(self) -> None:
        self._asked = time.monotonic()
        discovery = (await self._http.get(self._discovery_url)).raise_for_status().json()
        found = (await self._http.get(_reachable(discovery["jwks_uri"], self._discovery_url))).raise_for_status().json()
        self._keys = {
            key["kid"]: (jwt.PyJWK(key, algorithm="RS256"), frozenset(key.get("endorsements", ())))
            for key in found["keys"]
            if key.get("kty") == "RSA"
        }
        self._fetched = time.monotonic()


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
