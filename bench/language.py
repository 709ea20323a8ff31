"""What a sentence costs to understand: medians of several runs, and how the cost grows with hostile text.

The yardstick beside it is the same text read by `email.message_from_string`, a parser of the standard library in Python
as well, so that a slow machine shows as one.
"""

from __future__ import annotations

import datetime as dt
import email
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bot.language import Said, understand
from bot.language.said import LONGEST, plain

ROWS = Path(__file__).parent.parent / "tests" / "language"
NOW = dt.datetime(2026, 11, 18, 10, tzinfo=dt.UTC)
RUNS = 5
SENTENCE_MICROSECONDS = 150
HOSTILE_MILLISECONDS = 50
HOSTILE = (
    "“",
    "<at>",
    "<at>x</at> ",
    "share a.docx with ",
    "until ",
    " and ",
    "a@b.c ",
    "as ",
    "<blockquote>",
    "(",
    ". ",
)
LENGTHS = (100_000, 1_000_000)
# Ten times the text may take so many times as long, with room for a noisy machine.
GROWTH = 15


def cost(what: Callable[[], object]) -> float:
    """Seconds of processor time."""
    before = time.process_time()
    what()
    return time.process_time() - before


def main() -> int:
    rows = [json.loads(line) for each in sorted(ROWS.glob("english*.jsonl")) for line in each.open(encoding="utf-8")]
    # Each once: of a sentence that comes again some may be remembered.
    texts = list(dict.fromkeys(row["text"] for row in rows if len(row["text"]) <= 300))
    for text in texts:
        understand(Said(text), now=NOW, tz=dt.UTC)
    ours = [_median(texts, lambda text: understand(Said(text), now=NOW, tz=dt.UTC)) for _ in range(RUNS)]
    theirs = [_median(texts, email.message_from_string) for _ in range(RUNS)]
    median, yardstick = statistics.median(ours), statistics.median(theirs)
    print(f"{len(texts)} sentences: median {median * 1e6:.0f} µs each, {median / yardstick:.1f} times the yardstick")
    met = [_told(f"at most {SENTENCE_MICROSECONDS} µs a sentence", median * 1e6 <= SENTENCE_MICROSECONDS)]
    refused = max(_hostile(piece, LENGTHS[0], _understood) for piece in HOSTILE)
    longest = max(_hostile(piece, LONGEST - 100, _understood) for piece in HOSTILE)
    growth = max(_hostile(piece, LENGTHS[1], plain) / _hostile(piece, LENGTHS[0], plain) for piece in HOSTILE)
    print(f"hostile text at worst: 100 KB in {refused * 1e3:.1f} ms, {LONGEST} letters in {longest * 1e3:.1f} ms")
    print(f"1 MB is made plain in {growth:.1f} times as long as 100 KB, at worst")
    met.append(_told(f"100 KB in at most {HOSTILE_MILLISECONDS} ms", refused * 1e3 <= HOSTILE_MILLISECONDS))
    met.append(_told("growth is linear up to 1 MB", growth <= GROWTH))
    return 0 if all(met) else 1


def _median(texts: list[str], read: Callable[[str], object]) -> float:
    return statistics.median(cost(lambda text=text: read(text)) for text in texts)


def _hostile(piece: str, length: int, read: Callable[[Said], object]) -> float:
    said = Said(piece * (length // len(piece)))
    return min(cost(lambda: read(said)) for _ in range(RUNS))


def _understood(said: Said) -> object:
    return understand(said, now=NOW, tz=dt.UTC)


def _told(what: str, is_met: bool) -> bool:  # noqa: FBT001 - a line of a list
    print(f"  {'yes' if is_met else 'NO '}  {what}")
    return is_met


if __name__ == "__main__":
    sys.exit(main())
