"""The benchmarks run, and fail when a target is missed: what they measure is no test's business."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from bench.__main__ import PARTS, Part, Run, keep, made_with, page, run
from bench.edge import LOADS, report
from bench.edge_figures import AGENTS, BARE, OURS, STOCK, Block, Figures, Life, memory_targets, targets
from bench.figures import Found, Table, Target, found
from bench.install import image
from bench.load import Load
from bench.ways import counting

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


SEEN = Found(
    [Table("How many", ("", "s"), [("Sharebot", "1.0"), ("another", "2.0")])],
    [Target("at most 2 s", "1.0 s", is_met=True), Target("at least 5", "4", is_met=False), Target("more", "3", None)],
    {"seconds": 1.0},
)
BEGUN = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def section(text: str, of: Part) -> str:
    return text.partition(f"## {of.title}\n")[2].partition("\n## ")[0]


def test_the_page_says_what_was_seen_wanted_and_at_what_load() -> None:
    part = PARTS[0]

    text = page({part.name: Run(12.0, (0.5, 2.25), SEEN)}, BEGUN, is_quick=False)

    said = section(text, part)
    assert "It took 12 s, at a load of 0.5 before and 2.2 after." in said
    assert "How many:\n\n|  | s |\n| --- | --- |\n| Sharebot | 1.0 |\n| another | 2.0 |\n" in said
    assert "| at most 2 s | 1.0 s | yes |\n| at least 5 | 4 | NO |\n| more | 3 | seen |" in said
    assert f"`python -m bench.{part.name}`" in said
    assert "Of what we want, 1 of 2 are so. Not run: " in text
    assert "2026-11-22" in text


def test_the_page_says_of_a_part_that_broke_off_or_was_not_reached_that_it_did() -> None:
    broke, left = PARTS[1], PARTS[2]

    text = page({broke.name: Run(3.0, (0.0, 0.0), None)}, BEGUN, is_quick=True)

    assert "It broke off before it had any figures." in section(text, broke)
    assert "It was not run." in section(text, left)
    assert f"Broke off: {broke.title}. Not run: " in text
    assert "A quick run" in text


def test_the_page_names_no_place_of_the_machine() -> None:
    text = page({part.name: Run(1.0, (0.0, 0.0), SEEN) for part in PARTS}, BEGUN, is_quick=False)

    assert str(Path.cwd()) not in text
    assert "Not run" not in text
    assert [name for name, _ in made_with().rows][:2] == ["machine", "Python"]


def test_a_part_that_breaks_off_leaves_no_figures() -> None:
    ran = run(Part("nothing_of_that_name", "", ""), is_quick=False)

    assert (ran.seen, ran.is_good) == (None, False)


def test_a_part_runs_by_itself_and_leaves_its_figures(tmp_path: Path) -> None:
    quick = ("--users", "1000", "--to", str(tmp_path / "page.md"))

    ran = run(Part("capacity", "", "", quick), is_quick=True)

    assert ran.seen is not None
    assert ran.is_good
    assert [table.title for table in ran.seen.tables] == ["What breaks first", "People who use it"]
    assert "1,000 people:" in (tmp_path / "page.md").read_text(encoding="utf-8")


def test_figures_come_back_as_they_were_left() -> None:
    assert json.loads(found(SEEN.json()).json()) == json.loads(SEEN.json())
    assert str(SEEN.tables[0]).splitlines()[-1] == "another   2.0"


def test_what_the_model_counts_with_is_kept_beside_what_is_known(tmp_path: Path) -> None:
    place = tmp_path / "measured.json"

    keep({"a": 1.23456789, "b": 2.0}, place)
    keep({"b": 3.0}, place)

    assert json.loads(place.read_text()) == {"a": 1.235, "b": 3.0}


def test_the_image_is_taken_for_what_the_dockerfile_copies() -> None:
    names = {str(file.relative_to(Path.cwd())) for file in image()}

    assert {"app.py", "LICENSE", "bot/errors.py", "manifest/manifest.json"} <= names
    assert not {name for name in names if name.startswith(("contoso", "tests")) or "__pycache__" in name}


async def test_ways_to_the_database_are_counted(postgresql_server: Any, tmp_path: Path) -> None:
    (folder,) = parse_qs(urlsplit(postgresql_server.get_uri()).query)["host"]

    async with counting(Path(folder), tmp_path) as ways:
        url = postgresql_server.get_uri().replace(folder, str(tmp_path))
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as database:
            before = ways.count
            for number in range(3):
                await database.execute("SELECT %s::int", [number])

            assert ways.count - before == 3
