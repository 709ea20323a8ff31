"""The tenant's keys: Entra's and the Bot Framework's, what they sign, and how they are published."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Json = dict[str, Any]
KEY_SIZE = 2048


@dataclass(frozen=True)
class SigningKey:
    private: rsa.RSAPrivateKey = field(repr=False)

    @staticmethod
    def generate() -> SigningKey:
        return SigningKey(rsa.generate_private_key(public_exponent=65537, key_size=KEY_SIZE))

    @cached_property
    def id(self) -> str:
        public = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.urlsafe_b64encode(hashlib.sha256(public).digest()[:20]).decode().rstrip("=")

    def sign(self, claims: Json) -> str:
        return jwt.encode(claims, self.private, algorithm="RS256", headers={"kid": self.id, "x5t": self.id})

    def published(self, **about: Any) -> Json:
        """As a JWK. `about` is what an issuer adds of its own."""
        numbers = self.private.public_key().public_numbers()
        modulus, exponent = _base64(numbers.n), _base64(numbers.e)
        return {"kty": "RSA", "use": "sig", "kid": self.id, "x5t": self.id, "n": modulus, "e": exponent, **about}

    def read(self, token: str) -> Json:
        """The claims of what this key signed; times and audience are for the caller to judge. Raises PyJWTError."""
        return jwt.decode(
            token,
            self.private.public_key(),
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False},
        )


@dataclass(frozen=True)
class Keys:
    entra: SigningKey
    bot_framework: SigningKey

    @staticmethod
    def generate() -> Keys:
        return Keys(SigningKey.generate(), SigningKey.generate())


def _base64(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
