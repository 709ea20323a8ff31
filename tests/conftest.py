"""What tests stand on: a PostgreSQL of their own, a tenant, a bot in it, all on free ports of this machine."""

from __future__ import annotations

import asyncio
import gc
import itertools
import shutil
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from psycopg import sql

import bench.postgresql
from bot.identity.sealing import Sealer
from bot.work.engine import Engine
from bot.work.file import FilePlace
from contoso.files import Item
from contoso.server import running
from contoso.signing import Keys, SigningKey
from contoso.tenant import Contoso
from tests.bot import HURRIED, LIMITS, Bot
from tests.certificates import pem_of
from tests.people import Someone

# What a test takes is no matter of its own: the first sentence in a language takes longest, and machines are noisy.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

_number = itertools.count()


@pytest.fixture(scope="module", autouse=True)
def settled() -> None:
    """What the tests before have left for good is not looked at each time that garbage is collected.

    That takes seconds on a busy machine, in which no bot answers.
    """
    gc.collect()
    gc.freeze()


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


@pytest.fixture(scope="session")
def engine_was_here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the engine of the work has been before: it makes its tables, and hears of its queues a second later."""
    place = FilePlace(tmp_path_factory.mktemp("engine") / "sharebot.db")

    async def start_and_stop() -> None:
        place.prepare()
        engine = Engine(place.url, Sealer([bytes(32)]), place.name, {}, LIMITS)
        await engine.launch()
        await engine.stop()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, start_and_stop()).result()
    return place.file


@pytest.fixture
async def bot(
    contoso: Contoso, tmp_path: Path, engine_was_here: Path, request: pytest.FixtureRequest
) -> AsyncGenerator[Bot]:
    shutil.copy(engine_was_here, tmp_path)
    limits = HURRIED if request.node.get_closest_marker("hurried") else LIMITS
    async with Bot(contoso, tmp_path, limits=limits) as bot:
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
