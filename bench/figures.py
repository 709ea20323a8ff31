"""What a benchmark found: tables, and what we want of it, with yes or no. Printed, and kept where the page wants it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# A file, named in the environment by whoever makes the page (bench/__main__.py).
KEPT_IN = "BENCH_FIGURES"
VERDICTS = {True: "yes", False: "NO", None: "seen"}


@dataclass(frozen=True)
class Table:
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = [
            "  ".join(
                each.rjust(width) if number else each.ljust(width)
                for number, (each, width) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        ]
        return "\n".join(["", self.title, *(line.rstrip() for line in text)])


@dataclass(frozen=True)
class Target:
    """`is_met` is None for what is only shown."""

    want: str
    seen: str
    is_met: bool | None

    def __str__(self) -> str:
        return f"  {VERDICTS[self.is_met]:5}{self.want:86}{self.seen}"


@dataclass(frozen=True)
class Found:
    """`numbers` are for the capacity model to count with (bench/capacity.py)."""

    tables: Sequence[Table] = ()
    targets: Sequence[Target] = ()
    numbers: Mapping[str, float] = field(default_factory=dict[str, float])

    def json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def found(raw: str) -> Found:
    said: dict[str, Any] = json.loads(raw)
    tables = [Table(each["title"], each["columns"], each["rows"]) for each in said["tables"]]
    targets = [Target(each["want"], each["seen"], each["is_met"]) for each in said["targets"]]
    return Found(tables, targets, said["numbers"])


def report(
    targets: Sequence[Target] = (), tables: Sequence[Table] = (), numbers: Mapping[str, float] | None = None
) -> int:
    """1 if anything was missed."""
    print(*tables, sep="\n")
    if targets:
        print("\nWhat we want of it", *targets, sep="\n")
    if place := os.environ.get(KEPT_IN):
        Path(place).write_text(Found(tables, targets, numbers or {}).json(), encoding="utf-8")
    return 1 if any(target.is_met is False for target in targets) else 0


def markdown(table: Table) -> str:
    lines = [table.columns, ["---"] * len(table.columns), *table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
