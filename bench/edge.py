"""What an activity costs, from Teams' call to the answer in the chat: Sharebot next to the other ways to write a bot.

Blocks of the bots take turns, so that a noisy machine is noisy for all; what counts are ratios within a repetition.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import sys
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

import cards.basics
from bench.edge_figures import (
    AGENTS,
    BARE,
    OURS,
    STOCK,
    TEAMS,
    Block,
    Figures,
    Life,
    memory_targets,
    tables,
    targets,
)
from bench.figures import Table, Target, report
from bench.load import Load, People
from bench.process import OTHERS, ROOT, NoAnswer, Process, pin, running
from bot.commands import COMMANDS
from bot.teams.authentication import REMEMBERED
from contoso.tenant import Contoso

REPETITIONS = 5
# Teams sends one token for an hour, and ours looks up what it checked before; of fresh ones it has to check each.
LOADS = [Load(fresh, connections) for connections in (1, 16, 64) for fresh in (False, True)]
SECONDS = 2.0  # of a block
AT_LEAST = 100  # activities in a block
WARM_UP = 0.5  # of the one before it, which does not count
ONE = Load(fresh=False, connections=1)
STRICTEST = Load(fresh=True, connections=16)  # where one is enough
LONGEST_LINE = 64 * 2**20  # of the channel's process
FRESH = 5 * REMEMBERED  # tokens: when one comes again, ours has forgotten it
CHECKPOINTS = (20_000, 100_000)  # activities after which memory is looked at
ANSWERED_WITHIN = 10.0
START = {
    BARE: [sys.executable, "-m", "bench.edge_servers.bare"],
    OURS: [sys.executable, "app.py", "serve"],
    STOCK: [sys.executable, "-m", "bench.edge_servers.stock"],
    AGENTS: [sys.executable, "-m", "bench.edge_servers.agents"],
    TEAMS: [sys.executable, "-m", "bench.edge_servers.teams"],
}
NEEDED = {
    STOCK: "botbuilder.integration.aiohttp",
    AGENTS: "microsoft_agents.hosting.aiohttp",
    TEAMS: "microsoft_teams.apps",
}


@dataclass(frozen=True)
class Channel:
    """Teams' side. `environment` is what a bot is told of it; the token of strangers nobody signed."""

    http: httpx.AsyncClient
    url: str
    people: People
    strangers: People
    environment: Mapping[str, str]

    async def block(self, bot: Process, load: Load, seconds: float, at_least: int = AT_LEAST) -> Block | None:
        """None, and a word about it, unless every message got one card in its chat."""
        clock = asyncio.get_running_loop().time
        before = await self._taken()
        began, processor = clock(), bot.seconds()
        heard = await self.people.write(bot.url, load, seconds, at_least)
        took = clock() - began
        wanted = {**before["cards"]}
        for chat, count in heard.sent.items():
            wanted[chat] = wanted.get(chat, 0) + count
        # Some take a message before they have answered it.
        while (after := await self._taken())["cards"] != wanted and clock() < began + took + ANSWERED_WITHIN:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        processor = bot.seconds() - processor
        if heard.refused or after["cards"] != wanted:
            answers = sum(after["cards"].values()) - sum(before["cards"].values())
            sent, refused = heard.sent.total(), dict(heard.refused)
            print(f"thrown away: {bot.name}, {load}: {answers} answers to {sent}, refused {refused}")
            return None
        new = after["connections"] - before["connections"]
        return Block(heard.sent.total(), took, processor, new, sorted(heard.seconds))

    async def _taken(self) -> dict[str, Any]:
        return (await self.http.get(f"{self.url}/taken")).json()


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.edge", description=__doc__)
    parser.add_argument("--reps", type=int, default=REPETITIONS, help=f"repetitions (default {REPETITIONS})")
    parser.add_argument("--smoke", action="store_true", help="only whether every bot answers everything, in seconds")
    parser.add_argument("--memory", action="store_true", help=f"only ours, for {CHECKPOINTS[-1]:,} activities")
    parser.add_argument("--no-memory", action="store_true", help="without that")
    chosen = parser.parse_args()
    bots = installed()
    pin(0, OTHERS)
    with tempfile.TemporaryDirectory() as data:
        async with channel(AT_LEAST if chosen.smoke else FRESH) as teams:
            try:
                if chosen.smoke:
                    return await smoke(teams, bots, Path(data))
                found: list[Target] = []
                shown: list[Table] = []
                if not chosen.memory:
                    figures = await measure(teams, bots, chosen.reps, Path(data))
                    shown = tables(figures)
                    found += targets(figures)
                if not chosen.no_memory:
                    found += memory_targets(await memory(teams, Path(data)))
                return report(found, shown)
            except NoAnswer as error:
                print(error)
                return 1


@asynccontextmanager
async def channel(fresh: int) -> AsyncGenerator[Channel]:
    """With so many fresh tokens."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.channel", str(fresh)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
        limit=LONGEST_LINE,
    )
    assert process.stdout is not None
    try:
        about = json.loads(await process.stdout.readline())
        contoso = Contoso()
        contoso.base_url = about["url"]
        environment = {
            "APP_ID": contoso.bot_id,
            "APP_SECRET": contoso.bot_secret,
            "TENANT_ID": contoso.tenant_id,
            "PUBLIC_URL": about["url"],
            "LOGIN_URL": about["url"],
            "GRAPH_URL": f"{about['url']}/v1.0",
            "BOT_KEYS_URL": f"{about['url']}/v1/.well-known/openidconfiguration",
            "SERVICE_HOSTS": about["url"].removeprefix("http://"),
            "APP_TOKEN": about["app_token"],
            "CARD": json.dumps(cards.basics.help_card([(each.example, each.what) for each in COMMANDS])),
        }
        async with httpx.AsyncClient() as http:
            claims, _, _ = about["token"].rpartition(".")
            strangers = People(contoso, f"{claims}.{urlsafe_b64encode(bytes(256)).decode().rstrip('=')}")
            people = People(contoso, about["token"], about["others"])
            yield Channel(http, about["url"], people, strangers, environment)
    finally:
        process.terminate()
        await process.wait()


async def measure(teams: Channel, bots: list[str], repetitions: int, data: Path) -> Figures:
    figures = Figures()
    for repetition in range(repetitions):
        print(f"repetition {repetition + 1} of {repetitions}", flush=True)
        # Who begins is another one each time.
        order = [*bots[repetition % len(bots) :], *bots[: repetition % len(bots)]]
        with ExitStack() as stack:
            lives = {bot: await started(teams, bot, data, stack) for bot in order}
            for load in LOADS:
                for bot, (process, life) in lives.items():
                    # Whoever opens one connection for many messages has opened it by then.
                    await teams.block(process, load, WARM_UP, load.connections)
                    block = await teams.block(process, load, SECONDS)
                    figures.blocks.setdefault((bot, load), []).append(block)
                    life.activities += block.activities if block else 0
            for bot in bots:
                process, life = lives[bot]
                life.at_end = process.megabytes()
                figures.lives.setdefault(bot, []).append(life)
    return figures


async def smoke(teams: Channel, bots: list[str], data: Path) -> int:
    """1 if anything was not answered."""
    answered: list[bool] = []
    for bot in bots:
        with ExitStack() as stack:
            process, life = await started(teams, bot, data, stack)
            block = await teams.block(process, STRICTEST, 0)
            answered.append(block is not None)
            if block:
                print(f"{bot:16}{block.activities} of {AT_LEAST} answered, the first after {life.first_answer:.2f} s")
    return 0 if all(answered) else 1


async def memory(teams: Channel, data: Path) -> dict[int, float]:
    """Megabytes of ours at each checkpoint. Raises NoAnswer."""
    found: dict[int, float] = {}
    done = 0
    with ExitStack() as stack:
        process, life = await started(teams, OURS, data, stack)
        print(f"\n{OURS} alone: {life.at_first:.1f} MB after its first answer", flush=True)
        for checkpoint in CHECKPOINTS:
            if await teams.block(process, STRICTEST, 0, checkpoint - done) is None:
                raise NoAnswer(process.said())
            done = checkpoint
            found[done] = process.megabytes()
            print(f"{OURS} alone: {found[done]:.1f} MB after {done:,} activities", flush=True)
    return found


async def started(teams: Channel, bot: str, data: Path, stack: ExitStack) -> tuple[Process, Life]:
    """Until it has answered for the first time; with nothing left of an earlier life. Raises NoAnswer."""
    environment = {**teams.environment, "DATA_DIR": tempfile.mkdtemp(dir=data)}
    process = stack.enter_context(running(bot, START[bot], environment, data / f"{bot}.log"))
    await process.listening()
    if await teams.block(process, ONE, 0, 1) is None:
        raise NoAnswer(f"{bot} does not answer:\n{process.said()}")
    life = Life(process.age(), process.megabytes())
    if not (await teams.strangers.write(process.url, ONE, 0, 1)).refused:
        raise NoAnswer(f"{bot} answers whoever asks.")
    return process, life


def installed() -> list[str]:
    """The others are told of."""
    bots = [bot for bot in START if bot not in NEEDED or _is_installed(NEEDED[bot])]
    for bot in START.keys() - bots:
        print(f"left out, not installed: {bot}")
    return bots


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
