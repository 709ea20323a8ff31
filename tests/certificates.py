"""Certificates as an administrator makes them, good ones and others."""

from __future__ import annotations

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

Key = RSAPrivateKey | EllipticCurvePrivateKey


def pem_of(key: Key, certified: Key, days: int = 1) -> str:
    """A key, and a self-signed certificate of one that should be the same, which ends in so many days."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sharebot")])
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=days)
    certificate = (
        x509.CertificateBuilder(name, name, certified.public_key(), x509.random_serial_number())
        .not_valid_before(end - dt.timedelta(days=10))
        .not_valid_after(end)
        .sign(certified, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (private + certificate.public_bytes(Encoding.PEM)).decode()
