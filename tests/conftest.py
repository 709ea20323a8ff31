"""What tests stand on: a PostgreSQL of their own, a tenant, a bot in it, all on free ports of this machine."""

from __future__ import annotations

import itertools
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from psycopg import sql

import bench.postgresql
from contoso.files import Item
from contoso.server import running
from contoso.signing import Keys, SigningKey
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.certificates import pem_of
from tests.people import Someone

# What a test takes is no matter of its own: the first sentence in a language takes longest, and machines are noisy.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

_number = itertools.count()


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Making them takes longer than a test."""
    return Keys.generate()


@pytest.fixture(scope="session")
def stranger() -> SigningKey:
    """A key that is nobody's here."""
    return SigningKey.generate()


@pytest.fixture
async def contoso(keys: Keys) -> AsyncGenerator[Contoso]:
    contoso = Contoso(keys=keys)
    async with running(contoso):
        yield contoso


@pytest.fixture
def budget(contoso: Contoso) -> Item:
    return contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx")


@pytest.fixture
async def bot(contoso: Contoso, tmp_path: Path) -> AsyncGenerator[Bot]:
    async with Bot(contoso, tmp_path) as bot:
        yield bot


@pytest.fixture
def adele(bot: Bot) -> Someone:
    return Someone(bot.contoso, "adele.vance@contoso.com")


@pytest.fixture
def alex(bot: Bot) -> Someone:
    return Someone(bot.contoso, "alex.wilber@contoso.com")


@pytest.fixture
def megan(bot: Bot) -> Someone:
    return Someone(bot.contoso, "megan.bowen@contoso.com")


@pytest.fixture
def diego(bot: Bot) -> Someone:
    """Has not agreed to anything yet."""
    return Someone(bot.contoso, "diego.siciliani@contoso.com")


@pytest.fixture(scope="session")
def postgresql_server() -> Generator[Any]:
    with bench.postgresql.postgresql() as server:
        yield server


@pytest.fixture
def postgresql(postgresql_server: Any) -> str:
    """The URL of an empty database."""
    name = f"ledger_{next(_number)}"
    with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return postgresql_server.get_uri(name)


@pytest.fixture(scope="session")
def pem() -> str:
    """A key and a certificate it signed for itself."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return pem_of(key, key)
