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

from bench.figures import Table, Target, report
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
    refused = max(_hostile(piece, LENGTHS[0], _understood) for piece in HOSTILE)
    longest = max(_hostile(piece, LONGEST - 100, _understood) for piece in HOSTILE)
    growth = max(_hostile(piece, LENGTHS[1], plain) / _hostile(piece, LENGTHS[0], plain) for piece in HOSTILE)
    rows = [
        (f"{len(texts)} sentences, each", f"{median * 1e6:.0f} µs", f"{median / yardstick:.1f} of the yardstick"),
        ("hostile text of 100 KB, at worst", f"{refused * 1e3:.1f} ms", ""),
        (f"hostile text of {LONGEST:,} letters, at worst", f"{longest * 1e3:.1f} ms", ""),
        ("1 MB made plain beside 100 KB, at worst", f"{growth:.1f} times", ""),
    ]
    wants = [
        Target(
            f"at most {SENTENCE_MICROSECONDS} µs a sentence",
            f"{median * 1e6:.0f} µs",
            median * 1e6 <= SENTENCE_MICROSECONDS,
        ),
        Target(
            f"100 KB in at most {HOSTILE_MILLISECONDS} ms",
            f"{refused * 1e3:.1f} ms",
            refused * 1e3 <= HOSTILE_MILLISECONDS,
        ),
        Target("growth is linear up to 1 MB", f"{growth:.1f} times for ten times the text", growth <= GROWTH),
    ]
    return report(wants, [Table("Processor time to understand", ("", "median", ""), rows)])


def _median(texts: list[str], read: Callable[[str], object]) -> float:
    return statistics.median(cost(lambda text=text: read(text)) for text in texts)


def _hostile(piece: str, length: int, read: Callable[[Said], object]) -> float:
    said = Said(piece * (length // len(piece)))
    return min(cost(lambda: read(said)) for _ in range(RUNS))


def _understood(said: Said) -> object:
    return understand(said, now=NOW, tz=dt.UTC)


if __name__ == "__main__":
    sys.exit(main())
