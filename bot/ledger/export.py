"""The record as text: CSV that a spreadsheet takes for what it is, or JSON lines."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from typing import Any

from bot.ledger.record import Kept

# In this order. A column is added at the end, so that what reads the older ones still does.
COLUMNS = (
    *("id", "at", "what", "tenant", "person", "act", "share", "item", "recipient", "role", "outcome", "code"),
    *("until", "reference", "rule"),
)
# What a spreadsheet would carry out. https://owasp.org/www-community/attacks/CSV_Injection
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BEGINS = re.compile(f"(^|[;|\t])([{re.escape(''.join(FORMULAS))}])")


async def as_jsonl(record: AsyncIterable[Kept]) -> AsyncIterator[str]:
    async for each in record:
        yield json.dumps(_said(each)) + "\n"


async def as_csv(record: AsyncIterable[Kept]) -> AsyncIterator[str]:
    yield line(COLUMNS)
    async for each in record:
        yield line("" if value is None else str(value) for value in _said(each).values())


def _said(kept: Kept) -> dict[str, Any]:
    each = kept.entry
    values = (
        *(kept.id, _time(kept.at), each.what.value, each.tenant_id, each.person_id, each.act, each.share, each.item),
        *(each.recipient, each.role, each.outcome, each.code, _time(each.until), each.reference, each.rule),
    )
    return {name: None if value == "" else value for name, value in zip(COLUMNS, values, strict=True)}


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()


def _harmless(cell: str) -> str:
    """Also behind what ends a cell where a comma does not."""
    return _BEGINS.sub(r"\1'\2", cell)


def line(cells: Iterable[str]) -> str:
    """One of a CSV; whatever is in a cell, a spreadsheet takes it for words."""
    written = io.StringIO()
    csv.writer(written).writerow([_harmless(each) for each in cells])
    return written.getvalue()


FORMS = {"csv": as_csv, "jsonl": as_jsonl}
