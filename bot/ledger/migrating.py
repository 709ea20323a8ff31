"""Brings the tables of a ledger that is behind up to date, by Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config


def migrate(url: str) -> None:
    """`url` is SQLAlchemy's, with its driver."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["url"] = url.replace("+aiosqlite", "")
    command.upgrade(config, "head")
