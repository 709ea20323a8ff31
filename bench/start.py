"""How soon it is there: `app.py serve` to the first yes of /readyz, other bots to the first that listens, and
`app.py explain` to its end, beside Python that does nothing.

    python -m bench.start
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from bench.edge import START, Channel, channel, installed
from bench.edge_figures import OURS
from bench.figures import Table, Target, report
from bench.process import ROOT, NoAnswer, Process, running

RUNS = 5
READY_WITHIN, EXPLAINED_WITHIN = 2.0, 0.5
SENTENCE = "share 'Q3 Budget.xlsx' with Ana and Bob as write until Friday"
NOTHING, EXPLAIN = "python -c pass", "app.py explain"
COMMANDS = {NOTHING: [sys.executable, "-c", "pass"], EXPLAIN: [sys.executable, "app.py", "explain", SENTENCE]}
AGAIN = f"{OURS}, with its database there"
PATIENCE = 60.0


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.start", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help=f"of each (default {RUNS})")
    chosen = parser.parse_args()
    commands: dict[str, list[float]] = {name: [] for name in COMMANDS}
    bots: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as directory:
        async with channel(0) as teams:
            try:
                for number in range(chosen.runs):
                    for name, command in COMMANDS.items():
                        commands[name].append(await asyncio.to_thread(_run, command))
                    for name in installed():
                        data = Path(directory) / f"{name}-{number}"
                        bots.setdefault(name, []).append(await _up(teams, name, data))
                        if name == OURS:
                            bots.setdefault(AGAIN, []).append(await _up(teams, name, data))
            except (NoAnswer, subprocess.CalledProcessError) as error:
                print(error)
                return 1
    ready, explained = statistics.median(bots[OURS]), statistics.median(commands[EXPLAIN])
    return report(
        [
            Target(f"/readyz at most {READY_WITHIN} s after the start", f"{ready:.2f} s", ready <= READY_WITHIN),
            Target(
                f"{EXPLAIN} done in at most {EXPLAINED_WITHIN} s", f"{explained:.2f} s", explained <= EXPLAINED_WITHIN
            ),
        ],
        [
            _table("From start to ready", bots, lambda name: "/readyz" if name in (OURS, AGAIN) else "listens"),
            _table("From start to end", commands, lambda _: ""),
        ],
    )


async def _up(teams: Channel, name: str, data: Path) -> float:
    """Seconds. Raises NoAnswer."""
    environment = {**teams.environment, "DATA_DIR": str(data)}
    with running(name, START[name], environment, data.with_suffix(".log")) as bot:
        await bot.listening()
        return await _ready(teams.http, bot) if name == OURS else bot.age()


async def _ready(http: httpx.AsyncClient, bot: Process) -> float:
    while bot.age() < PATIENCE:
        if (await http.get(f"{bot.url}/readyz")).is_success:
            return bot.age()
        await asyncio.sleep(0.005)
    raise NoAnswer(f"{bot.name} does not get ready:\n{bot.said()}")


def _run(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603
    return time.perf_counter() - began


def _table(title: str, seen: Mapping[str, Sequence[float]], until: Callable[[str], str]) -> Table:
    runs = len(next(iter(seen.values())))
    rows = [
        (name, until(name), f"{statistics.median(each):.2f}", f"{min(each):.2f} to {max(each):.2f}")
        for name, each in seen.items()
    ]
    return Table(f"{title}, median of {runs}", ("", "until", "s", "from … to"), rows)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
