"""Where work is kept with SQLite: a file of its own beside the ledger's, locked, for one process."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from pathlib import Path

from bot.ledger import CannotOpen, keep_private

TAKEN = (
    "Another Sharebot is at work with the same DATA_DIR or DATABASE_URL. Several need a PostgreSQL to share: "
    "DATABASE_URL=postgresql://…"
)


class FilePlace:
    name = "local"

    def __init__(self, ledger: Path) -> None:
        self.file = ledger.with_name(f"{ledger.stem}-work{ledger.suffix}")
        self._lock: int | None = None
        self.url = f"sqlite:///{self.file}"

    @property
    def is_new(self) -> bool:
        return not self.file.exists()

    def take(self) -> None:
        """Raises CannotOpen."""
        self._lock = os.open(f"{self.file}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.leave()
            raise CannotOpen(TAKEN) from error

    def prepare(self) -> None:
        """Readers do not wait for the writer. What is the engine's own it makes itself."""
        keep_private(self.file)
        with contextlib.closing(sqlite3.connect(self.file)) as database:
            database.execute("PRAGMA journal_mode=WAL")

    def leave(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
