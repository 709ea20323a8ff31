"""What the container is made of, as far as that can be seen without making one."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from bot.settings import read
from bot.teams.server import application
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.test_app import BARE, STARTS_WITHIN, environment
from tests.test_package import SETTINGS
from tests.test_settings import good

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
STAGES = re.split(r"^(?=FROM )", DOCKERFILE, flags=re.MULTILINE)[1:]
LAST = STAGES[-1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
CADDYFILE = (ROOT / "infra/Caddyfile").read_text()
KNOWN = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def said(instruction: str, stage: str = LAST) -> list[str]:
    return re.findall(rf"^{instruction}\s+(.+)$", stage, re.MULTILINE)


def test_everything_that_is_copied_is_there_and_let_in() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        source
        for stage in STAGES
        for line in said("COPY", stage)
        if not line.startswith("--from")
        for source in line.split()[:-1]
    }

    assert [each for each in copied if not (ROOT / each).exists()] == []
    assert {each for each in copied if not any(each == one or each.startswith(f"{one}/") for one in let_in)} == set()
    assert let_in <= copied | {"bot", "cards", "manifest"}
    assert not copied & {".", ".env", "data", "contoso", "tests"}


async def test_what_is_copied_is_enough_to_be_the_bot(contoso: Contoso, tmp_path: Path) -> None:
    """By the packages of the workshop, of which the image has fewer; but with these files and no others."""
    here = tmp_path / "srv"
    for line in said("COPY"):
        *sources, target = line.split()
        for source in sources if not line.startswith("--from") else ():
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, here / target, ignore=shutil.ignore_patterns("node_modules", "*.pyc"))
            else:
                here.mkdir(exist_ok=True)
                shutil.copy(ROOT / source, here)
    # What is copied is no source of ours whose lines count.
    bare = {name: value for name, value in BARE.items() if name != "COVERAGE_PROCESS_CONFIG"}
    settings = bare | environment(contoso, tmp_path / "data", 9) | SETTINGS | {"APP_ID": contoso.bot_id}

    async def run(*words: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "app.py", *words, cwd=here, env=settings, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await process.communicate()
        return process.returncode, out.decode()

    assert (await run("package", "--to", str(tmp_path / "a.zip")))[0] == 0
    _code, told = await run("doctor")
    assert "✓ Entra takes the bot for who it is" in told
    serving = await asyncio.create_subprocess_exec(
        sys.executable,
        "app.py",
        "serve",
        cwd=here,
        env=settings | {"PORT": "0", "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert serving.stdout
    try:
        async with asyncio.timeout(STARTS_WITHIN):
            while b"Running on" not in await serving.stdout.readline():
                pass
    finally:
        serving.terminate()
        code = await serving.wait()
    assert code == 0


def test_what_is_installed_is_what_the_locks_say() -> None:
    assert DOCKERFILE.count("pip install") == DOCKERFILE.count("--require-hashes") == 2
    assert "npm ci" in STAGES[0]
    assert "npm install" not in DOCKERFILE


def test_what_runs_is_nobody_in_particular_and_can_build_nothing() -> None:
    assert [int(user) for user in said("USER")] == [10001]
    assert LAST.index("\nUSER ") > LAST.index("\nCOPY manifest")
    assert not re.search(r"apt-get|apk |gcc|build-essential|pip install|\buv\b", LAST)
    assert "uninstall --yes --root-user-action ignore setuptools wheel pip" in LAST
    assert said("ENTRYPOINT") + said("CMD") == ['["python", "app.py"]', '["serve"]']


async def test_the_health_check_tells_a_bot_that_is_up_from_none(bot: Bot) -> None:
    (_, check) = said("HEALTHCHECK")[0].split("CMD ", 1)
    _python, *rest = json.loads(check)

    async def healthy(port: str) -> bool:
        environment = BARE | {"PORT": port}
        process = await asyncio.create_subprocess_exec(
            sys.executable, *rest, env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        return await process.wait() == 0

    assert await healthy(bot.url.rpartition(":")[2])
    assert not await healthy("9")


def test_the_settings_of_the_image_and_of_the_replicas_are_the_bots() -> None:
    told = dict(pair.split("=", 1) for line in said("ENV") for pair in line.split())
    replica = COMPOSE["bot"]

    assert told.keys() - {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"} <= KNOWN
    assert replica["environment"].keys() <= KNOWN
    assert replica["deploy"]["replicas"] == 2
    assert replica["environment"]["DATABASE_URL"].startswith("postgresql://")
    assert int(replica["stop_grace_period"].rstrip("s")) >= int(replica["environment"]["DRAIN_SECONDS"]) + 30


def test_the_proxy_lets_in_what_people_need_and_nothing_else(tmp_path: Path) -> None:
    bot = application(read(good(tmp_path)))
    served = {resource.canonical for resource in bot.router.resources()}

    (paths,) = re.findall(r"@bot path (.+)", CADDYFILE)
    assert {path.removesuffix("/*") for path in paths.split()} == served - {"/healthz", "/readyz"}
    assert "dynamic a bot 3978" in CADDYFILE
    assert "PORT=3978" in LAST
    assert CADDYFILE.count("{") == CADDYFILE.count("}")
    assert COMPOSE["bot"].get("ports") is COMPOSE["database"].get("ports") is None
