"""What the pages in docs say is what the code does, and the tests they name are there."""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
import shlex
import shutil
import stat
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

import app
from bot.clouds import CLOUDS
from bot.graph import scopes
from bot.graph.refusals import CODES, STATUSES
from bot.language.explain import explain
from bot.settings import read as read_settings
from bot.sharing import Role
from tests.test_graph_address import FORMS
from tests.test_graph_invitations import invitation
from tests.test_settings import good

ROOT = Path(__file__).parents[1]
GRAPH = (ROOT / "docs/graph.md").read_text()
ADMINISTRATION = (ROOT / "docs/administration.md").read_text()
PAGES = {each.name: each.read_text() for each in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]}
NAMES = re.findall(r'add_parser\(\s*"(\w+)"', (ROOT / "app.py").read_text())
MAKEFILE = (ROOT / "Makefile").read_text()
COMMANDS = re.compile(r"(?:^    |`)[^`\n]*?app\.py ([a-z]+[^`\n]*)", re.MULTILINE)
PROOFS = sorted({proof for page in PAGES.values() for proof in re.findall(r"tests/\w+\.py::\w+", page)})


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


def test_the_quick_start_asks_for_what_the_bot_needs() -> None:
    page = PAGES["quick-start.md"]
    permissions = json.loads((ROOT / "infra/permissions.json").read_text())
    clients = json.loads((ROOT / "infra/clients.json").read_text())

    (listed,) = re.findall(r"delegated: (.+?)\. Then", page, re.DOTALL)
    assert re.findall(r"`([\w.]+)`", listed) == [each["name"] for each in permissions]
    assert [each["id"] for each in clients if each["id"] not in page] == []


def test_what_a_page_links_to_is_there() -> None:
    for name, page in PAGES.items():
        folder = ROOT if (ROOT / name).exists() else ROOT / "docs"
        for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)\s#]+)", page):
            assert (folder / target).exists(), f"{name}: {target}"


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_is_one(page: str) -> None:
    """Each subcommand of app.py has tests of its own in which it runs; of `make` and modules that they are there."""
    for command in COMMANDS.findall(PAGES[page]):
        words = shlex.split(re.split(r" [|<>] ", command)[0])
        if words in ([each] for each in NAMES):
            continue  # told of, and not how it is written
        try:
            app.parser().parse_args(words)
        except SystemExit:
            pytest.fail(f"app.py {command}")
    for target in re.findall(r"(?:^    |`)make ([a-z]+)(?: [A-Z]+=[^`\n]*)?(?:`|$|  )", PAGES[page], re.MULTILINE):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target
    for module in re.findall(r"python -m ((?:tests|bench)[\w.]*)", PAGES[page]):
        assert find_spec(module), module


def test_every_command_of_ours_is_run_by_a_test() -> None:
    tests = "".join(file.read_text() for file in (ROOT / "tests").glob("test_*.py"))

    assert {"serve", "doctor"} <= set(NAMES)
    assert [name for name in NAMES if not re.search(rf'(run|start)\(\s*"{name}"', tests)] == []


def test_a_contributor_is_sent_to_files_that_are_there() -> None:
    for line in re.findall(r"^\| ([^|]+) \| ", PAGES["CONTRIBUTING.md"], re.MULTILINE):
        for file in line.split(" and its neighbours")[0].split(", "):
            assert file == "file" or (ROOT / file).exists(), file


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not on the PATH")
def test_the_certificate_of_the_quick_start_is_one_the_bot_takes(tmp_path: Path) -> None:
    lines = re.findall(r"^    (umask 077|openssl req .+|cat app\.key .+)$", PAGES["quick-start.md"], re.MULTILINE)
    assert len(lines) == 3
    subprocess.run(["bash", "-ec", "\n".join(lines)], cwd=tmp_path, check=True, capture_output=True)  # noqa: S603, S607

    settings = read_settings(good(tmp_path, APP_SECRET="", APP_CERTIFICATE=str(tmp_path / "app.pem")))

    assert isinstance(settings.credential, dict)
    assert stat.S_IMODE((tmp_path / "app.pem").stat().st_mode) == 0o600


def test_every_sentence_of_the_readme_is_understood() -> None:
    table = PAGES["README.md"].partition("| be | say | see |")[2].partition("\n\n")[0]
    said = re.findall(r"`((?:@Sharebot )?(?:share|who|help|undo|plain|cards) [^`]+|help|undo)`", table)
    now = dt.datetime(2026, 11, 18, 10, tzinfo=dt.UTC)

    assert len(said) > 10
    for sentence in said:
        row = {"id": "1", "text": sentence.replace("@Sharebot", "<at>Sharebot</at>")}
        assert explain(row, default_now=now, default_tz=dt.UTC)["pred"]["intent"] not in ("", "none"), sentence


def test_every_line_of_the_log_an_administrator_is_told_of_can_be_there() -> None:
    source = "".join(file.read_text() for file in (ROOT / "bot").rglob("*.py"))

    lines = [row[0].split("`")[1] for row in rows("What to watch", ADMINISTRATION)]

    assert lines
    assert [line for line in lines if line not in source] == []
