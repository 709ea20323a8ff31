"""Sealed blobs: AES-256-GCM, the key's id in front, bound to what they belong to."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

ID_BYTES = 4
NONCE_BYTES = 12  # NIST SP 800-38D, section 8.2.2


class Unreadable(Exception):
    """Sealed with a key that is gone, or for something else, or altered."""


class Sealer:
    """The first key seals, all of them open: put a new one in front and people stay signed in."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {hashlib.sha256(key).digest()[:ID_BYTES]: AESGCM(key) for key in keys}
        self._first = next(iter(self._keys))

    def seal(self, plain: bytes, belongs_to: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return self._first + nonce + self._keys[self._first].encrypt(nonce, plain, belongs_to.encode())

    def open(self, sealed: bytes, belongs_to: str) -> bytes:
        """Raises Unreadable."""
        key = self._keys.get(sealed[:ID_BYTES])
        nonce, body = sealed[ID_BYTES : ID_BYTES + NONCE_BYTES], sealed[ID_BYTES + NONCE_BYTES :]
        try:
            if key is None:
                raise InvalidTag
            return key.decrypt(nonce, body, belongs_to.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable(f"a blob of {len(sealed)} bytes") from error
