"""The benchmarks run, and fail when a target is missed: what they measure is no test's business."""

from __future__ import annotations

import asyncio
import re
import sys

import pytest

from bench.edge import LOADS, report
from bench.edge_figures import AGENTS, BARE, OURS, STOCK, Block, Figures, Life, memory_targets, targets
from bench.load import Load

QUICK = [0.01]  # seconds
MEASURED = {
    BARE: Block(1000, 1.0, 1.0, 0, QUICK),
    OURS: Block(800, 1.0, 1.0, 0, QUICK),
    STOCK: Block(50, 1.0, 1.0, 0, QUICK),
    AGENTS: Block(200, 1.0, 1.0, 0, QUICK),
}
SAME, FRESH = Load(fresh=False, connections=64), Load(fresh=True, connections=64)


def measured() -> Figures:
    """By these everything we want is met."""
    blocks: dict[tuple[str, Load], list[Block | None]] = {
        (bot, load): [block] for bot, block in MEASURED.items() for load in LOADS
    }
    return Figures(blocks, {OURS: [Life(first_answer=1.0, at_first=90.0)]})


async def test_in_a_smoke_run_every_activity_is_answered() -> None:
    """Stacks that are not installed are named and left out; `make bench` has them all."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.edge", "--smoke"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await running.communicate())[0].decode()

    assert running.returncode == 0, said
    answered = dict(re.findall(r"^(.+?)\s+(\d+ of \d+) answered", said, re.MULTILINE))
    assert {"bare aiohttp", "Sharebot"} <= answered.keys()
    assert all(len(set(each.split(" of "))) == 1 for each in answered.values())


def test_a_run_that_meets_every_target_succeeds() -> None:
    assert report([*targets(measured()), *memory_targets({20_000: 110.0, 100_000: 110.5})]) == 0


@pytest.mark.parametrize("load", [SAME, FRESH], ids=str)
@pytest.mark.parametrize(
    ("bot", "seen"),
    [
        (BARE, Block(4000, 1.0, 1.0, 0, QUICK)),
        (OURS, Block(800, 1.0, 1.0, 80, QUICK)),
        (OURS, Block(800, 1.0, 1.0, 0, [0.05])),
        (OURS, None),
    ],
    ids=["bare too far", "connections", "p99", "not measured"],
)
def test_a_run_that_misses_one_fails(bot: str, seen: Block | None, load: Load) -> None:
    figures = measured()
    figures.blocks[bot, load] = [seen]

    assert report(targets(figures)) == 1


@pytest.mark.parametrize(("load", "status"), [(SAME, 1), (FRESH, 0)], ids=str)
@pytest.mark.parametrize(
    ("bot", "seen", "shown"),
    [
        (STOCK, Block(100, 1.0, 1.0, 0, QUICK), "16 at 1, 16 at 16, 8 at 64"),
        (AGENTS, Block(400, 1.0, 1.0, 0, QUICK), "4 at 1, 4 at 16, 2 at 64"),
    ],
    ids=[STOCK, AGENTS],
)
def test_frameworks_are_judged_as_teams_calls_and_shown_with_fresh_tokens_too(
    bot: str, seen: Block, shown: str, load: Load, status: int
) -> None:
    figures = measured()
    figures.blocks[bot, load] = [seen]

    found = targets(figures)

    assert report(found) == status
    assert shown in [each.seen for each in found]


def test_a_run_that_starts_too_slowly_fails() -> None:
    figures = measured()
    figures.lives[OURS] = [Life(first_answer=2.0, at_first=90.0)]

    assert report(targets(figures)) == 1


@pytest.mark.parametrize(("early", "late"), [(121.0, 121.0), (110.0, 113.0)], ids=["too much", "growing"])
def test_a_run_that_takes_too_much_memory_fails(early: float, late: float) -> None:
    assert report(memory_targets({20_000: early, 100_000: late})) == 1
