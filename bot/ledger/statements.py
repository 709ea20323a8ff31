"""What the database is asked, for whoever watches: which kind of statement and of which table, never what is in it."""

from __future__ import annotations

import re
import time
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import tracing

KIND = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE)\b")
TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE)\s+(\w+)")


def are_watched(engine: AsyncEngine) -> None:
    event.listen(engine.sync_engine, "before_cursor_execute", _begins)
    event.listen(engine.sync_engine, "after_cursor_execute", _is_over)


def _begins(
    _connection: object, _cursor: object, _statement: str, _values: object, context: Any, _many: object
) -> None:
    context.asked_at = time.time_ns()


def _is_over(connection: Any, _cursor: object, statement: str, _values: object, context: Any, _many: object) -> None:
    kind, table = KIND.match(statement), TABLE.search(statement)
    if kind and table:
        said = {
            "db.system.name": connection.dialect.name,
            "db.operation.name": kind[1],
            "db.collection.name": table[1],
        }
        tracing.past(f"{kind[1]} {table[1]}", said, context.asked_at)
