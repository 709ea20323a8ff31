"""What work that outlives a process costs: a share beside the bare Graph calls it is made of, and a hundred thousand
ends that wait beside none. `python -m bench.work`
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import itertools
import math
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.figures import Target, report
from bench.graph import BODY, Bearer, serving
from bench.postgresql import postgresql
from bench.process import Process, running
from bot.granting import called
from bot.graph import Budgets, Calls, Graph
from bot.identity.sealing import Sealer
from bot.ledger import Conversation, Ledger, Place
from bot.policy import EVERYTHING
from bot.sharing import (
    Change,
    Chat,
    DriveType,
    Grant,
    Outcome,
    Person,
    Recipient,
    Role,
    ShareableItem,
    SharePlan,
    ShareReceipt,
    Step,
)
from bot.work import Work
from contoso.tenant import Contoso

SHARES, WARM_UP = 60, 5
MOST_OVER = 30.0  # ms
PENDING = 100_000
STARTS = 5
STARTS_WITHIN = 3.0  # seconds
AT_REST = 65.0  # seconds: the next end is looked for once a minute
SETTLES = 8.0
MOST_MORE = 0.002
A_YEAR = 365 * 24 * 60 * 60
# What is not the same in every row.
VALUES = {"due_at": "due_at + ?2", "ends_at": "ends_at + ?2", "done_at": "done_at + ?2", "item": "item || ?2"}


@dataclass(frozen=True)
class Tenant:
    http: httpx.AsyncClient
    base: str
    token: str
    adele: Person
    others: list[Recipient]
    item: ShareableItem

    def graph(self, person: Person, *, yields: bool = False) -> Graph:
        assert person == self.adele
        url = f"{self.base}/v1.0"
        return Graph(Calls(self.http, url, lambda _scope: Bearer(self.token), Budgets(), math.inf, yields))

    def plan(self, recipient: Recipient) -> SharePlan:
        return SharePlan(self.adele, self.item, Role.READ, (Step(recipient, None, Change.GAINS),))

    async def bare(self, plan: SharePlan) -> None:
        """The calls of a share and nothing else: look, invite, look again."""
        auth, url = Bearer(self.token), f"{self.base}/v1.0/drives/{self.item.drive_id}/items/{self.item.id}"
        body = {"recipients": [{"objectId": plan.steps[0].recipient.id}], **BODY, "roles": ["read"]}
        (await self.http.get(f"{url}/permissions", auth=auth)).raise_for_status()
        (await self.http.post(f"{url}/invite", json=body, auth=auth)).raise_for_status()
        (await self.http.get(f"{url}/permissions", auth=auth)).raise_for_status()

    async def take_back(self, plan: SharePlan) -> None:
        graph = self.graph(self.adele)
        for each in await graph.permissions(self.item):
            if each.is_for(plan.steps[0].recipient):
                await graph.revoke(self.item, each.id)


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.work", description=__doc__)
    parser.add_argument("--shares", type=int, default=SHARES)
    parser.add_argument("--starts", type=int, default=STARTS)
    parser.add_argument("--pending", type=int, default=PENDING)
    parser.add_argument("--rest", type=float, default=AT_REST, help="seconds of waiting that are measured")
    chosen = parser.parse_args()
    found: list[Target] = []
    with tempfile.TemporaryDirectory() as directory:
        async with tenant() as there:
            found.append(await shares(there, chosen.shares, "SQLite", f"sqlite:///{directory}/shares.db"))
            with postgresql() as server:
                found.append(await shares(there, chosen.shares, "PostgreSQL", server.get_uri()))
            found += await waiting(there, Path(directory), chosen.pending, chosen.starts, chosen.rest)
    return report(found)


@contextlib.asynccontextmanager
async def tenant() -> AsyncGenerator[Tenant]:
    async with serving("bench.tenant") as base, httpx.AsyncClient() as http:
        state = (await http.get(f"{base}/_contoso/state")).json()
        token = (await http.get(f"{base}/_contoso/token", params={"user": "adele.vance@contoso.com"})).json()["token"]
        people = {each["mail"]: each for each in state["people"] if each["signsIn"] and not each["guest"]}
        adele = people.pop("adele.vance@contoso.com")
        raw = next(each for each in state["files"] if each["path"] == "Finance/Q3 Budget.xlsx")
        item = ShareableItem(
            *(raw["driveId"], raw["id"], "Q3 Budget.xlsx", "", False, "", "", None, DriveType.BUSINESS), is_own=True
        )
        others = [Recipient(each["id"], each["name"], mail) for mail, each in people.items()]
        yield Tenant(http, base, token, Person(Contoso().tenant_id, adele["id"], adele["name"]), others, item)


async def shares(there: Tenant, count: int, name: str, database_url: str) -> Target:
    """Both take turns, each with people who have nothing yet."""
    ledger, sealer = Ledger(database_url), Sealer([bytes(32)])
    work = Work(
        ledger=ledger,
        sealer=sealer,
        database_url=database_url,
        graph=there.graph,
        tell=_told,
        show=_shown,
        who=_nobody,
        install=None,
        policy=EVERYTHING,
        retention_days=1,
        remind_hours=24,
        settled=gc.freeze,
    )
    people = itertools.cycle(there.others)
    ours: list[float] = []
    bare: list[float] = []
    await ledger.open()
    await work.open()
    try:
        for _ in range(WARM_UP + count):
            plan = there.plan(next(people))
            key = await ledger.plans.put(plan)
            began = time.perf_counter()
            await work.shares.share(key, there.adele, "en", "UTC")
            ours.append(time.perf_counter() - began)
            while await work.rests(1.0):
                pass
            await there.take_back(plan)
            began = time.perf_counter()
            await there.bare(plan)
            bare.append(time.perf_counter() - began)
            await there.take_back(plan)
    finally:
        await work.close()
        await ledger.close()
    over = [(mine - its) * 1000 for mine, its in zip(ours[WARM_UP:], bare[WARM_UP:], strict=True)]
    seen = f"{statistics.median(over):.1f} ms over {statistics.median(bare[WARM_UP:]) * 1000:.1f} ms"
    want = f"a durable share at most {MOST_OVER:.0f} ms over the bare Graph calls, median ({name})"
    return Target(want, seen, statistics.median(over) <= MOST_OVER)


async def _told(tenant_id: str, person_id: str, _card: object) -> Place:
    return Place(Conversation(tenant_id, person_id, "chat", "", "", ""), "message")


async def _nobody(_sharer: Person, _chat: Chat, _person_id: str) -> None:
    """Of a chat; none is shared with here."""


async def _shown(_place: Place, _card: object) -> None:
    pass


async def waiting(there: Tenant, directory: Path, pending: int, starts: int, rest: float) -> list[Target]:
    """A bot with nothing to do, and one with so many ends before it: started, then left alone."""
    data = {name: directory / name for name in ("empty", "full")}
    for name, each in data.items():
        await _fill(there, each, pending if name == "full" else 0)
    took: dict[str, list[float]] = {name: [] for name in data}
    spent: dict[str, list[float]] = {name: [] for name in data}
    for _ in range(starts):
        with contextlib.ExitStack() as stack:
            bots: dict[str, Process] = {}
            for name, each in data.items():
                command = [sys.executable, "app.py", "serve"]
                bot = stack.enter_context(running(name, command, _environment(there, each), directory / f"{name}.log"))
                await bot.listening()
                (await there.http.get(f"{bot.url}/healthz")).raise_for_status()
                took[name].append(bot.age())
                bots[name] = bot
            await asyncio.sleep(SETTLES)
            before = {name: bot.seconds() for name, bot in bots.items()}
            await asyncio.sleep(rest)
            for name, bot in bots.items():
                spent[name].append((bot.seconds() - before[name]) / rest)
    starting = statistics.median(took["full"])
    more = statistics.median(full - empty for full, empty in zip(spent["full"], spent["empty"], strict=True))
    return [
        Target(
            f"{pending:,} pending ends: started within {STARTS_WITHIN:.0f} s",
            f"{starting:.2f} s, without them {statistics.median(took['empty']):.2f} s",
            starting <= STARTS_WITHIN,
        ),
        Target(
            f"{pending:,} pending ends: no processor time while they wait (at most {MOST_MORE:.1%} of one)",
            f"{more:+.2%}, without them {statistics.median(spent['empty']):.2%}",
            more <= MOST_MORE,
        ),
    ]


def _environment(there: Tenant, data: Path) -> dict[str, str]:
    contoso = Contoso()
    return {
        "APP_ID": contoso.bot_id,
        "APP_SECRET": contoso.bot_secret,
        "TENANT_ID": contoso.tenant_id,
        "PUBLIC_URL": there.base,
        "LOGIN_URL": there.base,
        "GRAPH_URL": f"{there.base}/v1.0",
        "BOT_KEYS_URL": f"{there.base}/v1/.well-known/openidconfiguration",
        "SERVICE_HOSTS": there.base.removeprefix("http://"),
        "DATA_DIR": str(data),
    }


async def _fill(there: Tenant, data: Path, pending: int) -> None:
    """A ledger as so many shares leave it, with the file of the work beside it, so that its engine is started."""
    await asyncio.to_thread(data.mkdir)
    ledger = Ledger(f"sqlite:///{data / 'sharebot.db'}")
    await ledger.open()
    await asyncio.to_thread((data / "sharebot-work.db").touch)
    if pending:
        await asyncio.to_thread(_copied, data / "sharebot.db", await _one(there, ledger), pending)
    await ledger.close()


async def _one(there: Tenant, ledger: Ledger) -> str:
    """The key of a share, with all that is kept of it."""
    plan = there.plan(there.others[0])
    key = await ledger.plans.put(plan)
    fence = dict.fromkeys([called(plan.steps[0].recipient)])
    await ledger.attempts.take(key, plan, fence, {})
    receipt = ShareReceipt(plan, (Grant(plan.steps[0].recipient, Outcome.GRANTED),))
    await ledger.ends.keep(key, receipt, "en", "UTC", ends_at=int(time.time()) + A_YEAR, gone=[])
    return key


def _copied(file: Path, key: str, count: int) -> None:
    """The rows of one share as often, each under a key of its own and a second later."""
    numbers = [(f"{key}{number}", number) for number in range(count)]
    with contextlib.closing(sqlite3.connect(file)) as database:
        for table, name in (("plans", "key"), ("ends", "key"), ("attempts", "plan_key")):
            columns = [str(row[1]) for row in database.execute(f"PRAGMA table_info({table})")]
            values = ", ".join("?1" if each == name else VALUES.get(each) or each for each in columns)
            query = f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {name} = '{key}'"  # noqa: S608
            database.executemany(f"{query} AND ?2 >= 0", numbers)
        database.commit()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
