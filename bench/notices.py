"""How fast notices drain: many, through two replicas on one PostgreSQL, next to the rate they may go at. `make bench`.

Everything waits before the first one goes; who sends is two whole bots, who takes is bench/channel.py.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import web
from dbos import DBOSClient, EnqueueOptions
from sqlalchemy import Engine as SqlEngine
from sqlalchemy import Table as SqlTable
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from bench.edge import Channel, channel
from bench.figures import Table, Target, report
from bench.postgresql import postgresql
from bench.process import ROOT, NoAnswer, seconds
from bot.identity.sealing import Sealer
from bot.ledger import tables
from bot.ledger.bodies import json
from bot.settings import Settings, read
from bot.sharing import Change, Grant, Outcome, Person, Recipient, Role, ShareableItem, SharePlan, ShareReceipt, Step
from bot.teams.server import application
from bot.work.engine import NOTICES, SCHEMA, VERSION, Sealed
from bot.work.limits import LIMITS

MANY, EACH = 10_000, 10  # notices, and recipients of a share
RATE = 50  # a second, what Teams permits an app in a tenant; LIMITS, which keep well within it, take longer
REPLICAS = 2
SHARE = 0.9  # of the permitted rate
KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
PATIENCE = 2  # times as long as it should take
STARTS_WITHIN = 60.0


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.notices", description=__doc__)
    parser.add_argument("--many", type=int, default=MANY, help=f"notices (default {MANY:,})")
    parser.add_argument("--rate", type=int, default=RATE, help=f"permitted in a second (default {RATE})")
    parser.add_argument("--replica", action="store_true", help="be one of the bots")
    chosen = parser.parse_args()
    if chosen.replica:
        await serve(chosen.rate)
        return 0
    with tempfile.TemporaryDirectory() as data, postgresql() as server:
        async with channel(0) as teams:
            environment = {**teams.environment, "DATABASE_URL": server.get_uri(), "SEALING_KEYS": KEY, "DATA_DIR": data}
            try:
                settings = read(environment)
                async with replicas(environment, chosen.rate, Path(data)) as bots:
                    await asyncio.to_thread(known, settings, teams.url, chosen.many)
                    before = sum(map(seconds, bots))
                    took = await drained(teams, settings, chosen.many, within=PATIENCE * chosen.many / chosen.rate)
                    spent = sum(map(seconds, bots)) - before
            except NoAnswer as error:
                print(error)
                return 1
    many = _wanted(chosen.many)
    seen = many / took
    row = (f"{many:,}", f"{took:.1f}", f"{seen:.1f} of {chosen.rate}", f"{spent / many * 1000:.1f}")
    columns = ("notices", "s", "a second", "ms of processor time each")
    want = f"at least {SHARE:.0%} of the permitted rate"
    return report(
        [Target(want, f"{seen / chosen.rate:.1%}", seen >= SHARE * chosen.rate)],
        [Table(f"Notices through {REPLICAS} replicas on one PostgreSQL", columns, [row])],
    )


async def serve(rate: int) -> None:
    """Until it is ended."""
    settings = read(os.environ)
    runner = web.AppRunner(application(settings, limits=replace(LIMITS, in_all=rate)), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print("serves", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


@asynccontextmanager
async def replicas(environment: Mapping[str, str], rate: int, data: Path) -> AsyncGenerator[list[int]]:
    """Their process ids. Raises NoAnswer."""
    pids: list[int] = []
    async with AsyncExitStack() as stack:
        for number in range(REPLICAS):
            log = stack.enter_context((data / f"replica-{number}.log").open("wb"))
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.notices", "--replica", "--rate", str(rate)),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, **environment},
            )
            stack.push_async_callback(_ended, process)
            assert process.stdout is not None
            if not await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN):
                raise NoAnswer(f"A replica does not start:\n{(data / log.name).read_text(errors='replace')[-2000:]}")
            pids.append(process.pid)
        yield pids


async def _ended(process: asyncio.subprocess.Process) -> None:
    process.terminate()
    await process.wait()


def shares(many: int) -> Iterator[tuple[str, ShareReceipt]]:
    """By key, with as many recipients and cards to show anew as there are to be notices."""
    tenant = str(uuid.UUID(int=0))
    item = ShareableItem("b!d", "01A", "Q3 Budget.xlsx", "https://contoso.example/q3", False, "OneDrive", "Adele", None)
    for number in range(many // (EACH + 1)):
        asker = Person(tenant, str(uuid.UUID(int=number + 1)), "Adele Vance")
        ids = [str(uuid.UUID(int=(number + 1) * 1_000_000 + each)) for each in range(EACH)]
        people = [Recipient(each, "Alex Wilber", f"{each}@contoso.example") for each in ids]
        plan = SharePlan(asker, item, Role.READ, tuple(Step(each, None, Change.GAINS) for each in people))
        yield f"bench-{number}", ShareReceipt(plan, tuple(Grant(each, Outcome.GRANTED) for each in people))


def known(settings: Settings, service_url: str, many: int) -> None:
    """What the ledger has of them: the results, where their cards are, and a chat with each recipient."""
    now = int(time.time())
    rows: dict[SqlTable, list[dict[str, Any]]] = {tables.plans: [], tables.ends: [], tables.conversations: []}
    rows[tables.places] = []
    for key, receipt in shares(many):
        asker, body = receipt.plan.asker, json.dumps(receipt)
        whose = {"tenant_id": asker.tenant_id, "person_id": asker.id}
        plan = {"kind": "plan", "body": json.dumps(receipt.plan), "receipt": body, "expires_at": now + 3600}
        rows[tables.plans].append({"key": key, **whose, **plan})
        spoken = {"locale": "en", "timezone": "UTC"}
        rows[tables.ends].append({"key": key, **whose, **spoken, "receipt": body, "done_at": now})
        rows[tables.places].append(
            {"key": key, **chat(asker.tenant_id, asker.id, service_url), "message_id": "1", "at": now}
        )
        for grant in receipt.grants:
            there = chat(asker.tenant_id, grant.recipient.id or "", service_url)
            rows[tables.conversations].append({**there, "seen_at": now})
    engine = create_engine(settings.database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as database:
        for table, each in rows.items():
            database.execute(table.insert(), each)
    engine.dispose()


def chat(tenant_id: str, person_id: str, service_url: str) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "person_id": person_id,
        "conversation_id": f"a:{person_id}",
        "service_url": f"{service_url}/connector/",
        "member_id": f"29:{person_id}",
        "bot_id": "28:bot",
    }


async def drained(teams: Channel, settings: Settings, many: int, *, within: float) -> float:
    """Seconds from when all waited to when all had come. Raises NoAnswer."""
    await asyncio.to_thread(wait_in_line, settings, many)
    began, wanted = time.perf_counter(), _wanted(many)
    while (taken := await _taken(teams)) < wanted:
        if time.perf_counter() - began > within:
            raise NoAnswer(f"{taken:,} of {wanted:,} notices in {within:.0f} s")
        await asyncio.sleep(0.2)
    return time.perf_counter() - began


def wait_in_line(settings: Settings, many: int) -> None:
    """All at one moment."""
    engine = create_engine(settings.database_url.replace("postgresql://", "postgresql+psycopg://"))
    sealed = Sealed(Sealer(settings.sealing_keys))
    client = DBOSClient(system_database_engine=engine, dbos_system_schema=SCHEMA, serializer=sealed)
    begun = time.monotonic()
    while not _is_there(engine):
        if time.monotonic() - begun > STARTS_WITHIN:
            raise NoAnswer("The replicas make no queue.")
        time.sleep(0.2)
    with engine.begin() as database:
        for key, receipt in shares(many):
            for grant in receipt.grants:
                person = grant.recipient.id or ""
                how: EnqueueOptions = {
                    "workflow_name": "notice",
                    "queue_name": NOTICES,
                    "workflow_id": f"{key}.0.shared.{person}",
                    "app_version": VERSION,
                    "application_name": "sharebot",
                }
                client.enqueue_in_transaction(database, how, "shared", key, person, f"{key}.0", "")
    client.destroy()
    engine.dispose()


def _is_there(engine: SqlEngine) -> bool:
    """A replica starts its engine a while after it serves."""
    with engine.connect() as database:
        try:
            query = text(f"SELECT count(*) FROM {SCHEMA}.queues WHERE name = :name")  # noqa: S608
            return bool(database.scalar(query, {"name": NOTICES}))
        except ProgrammingError:
            return False


def _wanted(many: int) -> int:
    """In whole shares."""
    return many // (EACH + 1) * (EACH + 1)


async def _taken(teams: Channel) -> int:
    return sum((await teams.http.get(f"{teams.url}/taken")).json()["cards"].values())


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
