"""What the pages in docs say is what the code does, and the tests they name are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from bot.clouds import CLOUDS
from bot.graph import scopes
from bot.graph.refusals import CODES, STATUSES
from bot.sharing import Role
from tests.test_graph_address import FORMS
from tests.test_graph_invitations import invitation

ROOT = Path(__file__).parents[1]
GRAPH = (ROOT / "docs/graph.md").read_text()
ADMINISTRATION = (ROOT / "docs/administration.md").read_text()
PROOFS = sorted(set(re.findall(r"tests/\w+\.py::\w+", GRAPH)))


def rows(heading: str, page: str = GRAPH) -> list[list[str]]:
    """The cells of the first table under a heading."""
    table = page.partition(f"\n## {heading}\n")[2].partition("\n|---")[2].partition("\n")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()]


@pytest.mark.parametrize("proof", PROOFS)
def test_every_proof_is_a_test(proof: str) -> None:
    file, name = proof.split("::")
    tree = ast.parse((ROOT / file).read_text())

    assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_form_of_address_is_told() -> None:
    assert [row[1].strip("`") for row in rows("Addresses")] == [path for _, path in FORMS]
    assert all(row[-1].startswith("`tests/") for row in rows("Addresses"))


def test_every_parameter_is_told() -> None:
    everything = invitation(role=Role.READ, message="", expires=None, password="", keeps_inherited=True).body()

    assert {row[0].strip("`") for row in rows("Parameters")} == everything.keys() | {"expirationDateTime"}


def test_every_error_is_told_as_it_is() -> None:
    told = {row[0].strip("`"): (row[1], row[2]) for row in rows("When it does not work")}

    assert told == {
        str(key): (error.__name__, sentence) for key, (error, sentence) in [*CODES.items(), *STATUSES.items()]
    }


def test_an_administrator_is_told_every_setting_cloud_and_permission() -> None:
    settings = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    permissions = {value for name, value in vars(scopes).items() if name.isupper()}

    assert {each for each in {*settings, *CLOUDS, *permissions} if f"`{each}`" not in ADMINISTRATION} == set()


def test_every_line_of_the_log_an_administrator_is_told_of_can_be_there() -> None:
    source = "".join(file.read_text() for file in (ROOT / "bot").rglob("*.py"))

    lines = [row[0].split("`")[1] for row in rows("What to watch", ADMINISTRATION)]

    assert lines
    assert [line for line in lines if line not in source] == []
