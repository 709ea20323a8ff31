"""Which small changes of the code no test minds: a few of each area, drawn by chance, each tried in a copy of its own.

python -m tests.mutants                             some of every area; `make mutants`
python -m tests.mutants --only planning --each 100  more of one
python -m tests.mutants --seed 2                    others
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# What the tests of the copy need and no commit has.
FETCHED = ("contoso/web/node_modules", "bot/teams/web/node_modules")
LEFT_OUT = shutil.ignore_patterns("node_modules", "__pycache__", ".*")
# Seconds; a change that makes a loop endless is minded too.
WITHIN = 900
# A comparison turned into its opposite, or off by one; what is not done, done always, or done with another number.
OPERATORS = (
    *(f"ReplaceComparisonOperator_{one}" for one in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(f"ReplaceComparisonOperator_{one}" for one in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt")),
    *("ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "AddNot"),
    *("ReplaceUnaryOperator_Delete_Not", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak"),
    *("NumberReplacer", "ZeroIterationForLoop", "ExceptionReplacer"),
)


@dataclass(frozen=True)
class Area:
    """`code` are the files that are changed, as globs; `tests` those of whom one should mind."""

    code: tuple[str, ...]
    tests: tuple[str, ...]


AREAS = {
    "policy": Area(("bot/policy.py",), ("rules",)),
    "language": Area(("bot/language/*.py",), ("language", "language_dates", "language_rows", "texts")),
    "planning": Area(
        ("bot/planning.py", "bot/judging.py"),
        (
            "share",
            "change",
            "same",
            "policy",
            "policy_inside",
            "aliases",
            "graph_contoso",
            "form",
            "many",
            "roster",
            "dialog_cards",
        ),
    ),
    "workflow": Area(
        ("bot/granting.py", "bot/work/*.py"),
        (
            *("work", "undo", "ends", "away", "outages", "received", "request_access", "sending", "many", "roster"),
            *("four_eyes", "four_eyes_together", "leaving", "faults_answers", "faults_replicas"),
        ),
    ),
}


@dataclass(frozen=True)
class Mutant:
    """The change of one place; `change` is its diff."""

    path: str
    mutated: str
    change: str


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=AREAS, default=list(AREAS), help="areas (default: all)")
    parser.add_argument("--each", type=int, default=20, help="changes of each area (default 20)")
    parser.add_argument("--seed", type=int, default=1, help="which are drawn (default 1)")
    chosen = parser.parse_args()
    survived = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = _copied(Path(folder))
        for name in chosen.only:
            survived += _tried(name, AREAS[name], copy, chosen.each, random.Random(chosen.seed))  # noqa: S311
    return 1 if survived else 0


def _copied(folder: Path) -> Path:
    copy = folder / "copy"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    for each in FETCHED:
        (copy / each).symlink_to(ROOT / each)
    return copy


def _tried(name: str, area: Area, copy: Path, many: int, chance: random.Random) -> int:
    """How many no test minded."""
    if not _passes(area, copy):
        raise SystemExit(f"{name}: its tests fail as the code is.")
    of_all = [(path, operator, place) for path in _files(area) for operator, place in _places(path)]
    drawn = chance.sample(of_all, min(many, len(of_all)))
    survived = 0
    for path, operator, place in drawn:
        mutant = _mutant(path, operator, place)
        (copy / mutant.path).write_text(mutant.mutated)
        if _passes(area, copy):
            survived += 1
            say(f"{name}: no test minds\n{mutant.change}")
        (copy / mutant.path).write_text((ROOT / mutant.path).read_text())
    say(f"{name}: {len(drawn) - survived} of {len(drawn)} were minded, which were drawn from {len(of_all)}")
    return survived


def _files(area: Area) -> list[str]:
    return sorted(str(each.relative_to(ROOT)) for glob in area.code for each in ROOT.glob(glob))


def _places(path: str) -> Iterator[tuple[str, int]]:
    tree: Any = importlib.import_module("cosmic_ray.ast")
    nodes = list(tree.ast_nodes(tree.get_ast((ROOT / path).read_text())))
    for name in OPERATORS:
        positions = [at for node in nodes for at in _operator(name).mutation_positions(node)]
        yield from ((name, place) for place in range(len(positions)))


def _operator(name: str) -> Any:
    return importlib.import_module("cosmic_ray.plugins").get_operator(f"core/{name}")()


def _mutant(path: str, operator: str, place: int) -> Mutant:
    code = (ROOT / path).read_text()
    mutated: str = importlib.import_module("cosmic_ray.mutating").mutate_code(code, _operator(operator), place)
    lines = difflib.unified_diff(code.splitlines(), mutated.splitlines(), path, path, lineterm="", n=1)
    return Mutant(path, mutated, "\n".join(lines))


def _passes(area: Area, copy: Path) -> bool:
    files = [f"tests/test_{each}.py" for each in area.tests]
    how = ["-x", "-q", "-p", "no:cacheprovider", "--numprocesses", "2", "--dist", "worksteal"]
    try:
        ran = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "pytest", *how, *files], cwd=copy, capture_output=True, timeout=WITHIN, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode == 0


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
