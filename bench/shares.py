"""What a share takes and leaves behind, from the sentence to the notice: one whole bot on a PostgreSQL, and people who
share at the same time, with one person and then with several, so that it is known what each more of them takes.

    python -m bench.shares
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
from aiohttp import web
from psycopg import sql

from bench.figures import Table, report
from bench.postgresql import postgresql
from bench.process import NoAnswer, Process, running
from bench.soak import SEALING_KEY
from bench.ways import Ways, counting
from bot.graph import Budgets
from contoso.buttons import has, press
from contoso.client import TeamsClient
from contoso.files import Item
from contoso.graph_limits import Usage
from contoso.ids import item_id
from contoso.people import Person
from contoso.refusals import Refusal
from contoso.server import application
from contoso.tenant import CAUTIOUS, Contoso

ROUNDS, SHARERS, SEVERAL = 6, 8, 5
# Seconds in which it is seen what a bot takes that does nothing but look into its queues often, as it does for a while
# after a notice, and so all the time where people share.
IDLE = 20.0
ANSWERED_WITHIN, LOOK_EVERY = 60.0, 0.1
COPIES = 200  # of what one round leaves, so that pages and indexes are full
CALLS, FILES, PEOPLE, TEAMS, WAYS, SECONDS = "calls", "files", "people", "teams", "ways", "seconds"
TOLD = {
    SECONDS: ("processor time", "{:.1f} ms", 1000),
    CALLS: ("requests to Graph", "{:.1f}", 1),
    FILES: ("Graph's units for files", "{:.1f}", 1),
    PEOPLE: ("Graph's units for people", "{:.1f}", 1),
    TEAMS: ("messages to Teams", "{:.1f}", 1),
    WAYS: ("ways to the database and back", "{:.1f}", 1),
}
# By table, what makes a row another one.
OURS = {"plans": "key", "ends": "key", "attempts": "item", "told": "key", "places": "key", "record": "once"}
ENGINES = {"workflow_status": "workflow_uuid", "operation_outputs": "workflow_uuid"}
KEYS = {**OURS, **ENGINES}
EACH_ONES = ("conversations", "token_caches")
REST: LiteralString = """SELECT count(*) FROM sharebot_work.workflow_status
                         WHERE status IN ('PENDING', 'ENQUEUED', 'DELAYED')"""
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"


class Asked(Usage):
    """What was asked of Graph, in its units and by the service that counts them, and of Teams, in messages."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = Counter[str]()
        self.refused = 0
        self._of: ContextVar[str] = ContextVar("of", default=FILES)
        self._budgets = Budgets()

    def spend(self, units: int, limit: int | None) -> dict[str, str]:
        self.seen[CALLS] += 1
        self.seen[self._of.get()] += units
        try:
            return super().spend(units, limit)
        except Refusal:
            self.refused += 1
            raise

    @web.middleware
    async def heard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path.startswith("/v1.0/"):
            of = self._budgets.of(request.path.removeprefix("/v1.0"))
            self._of.set(PEOPLE if of is self._budgets.people else FILES)
        elif request.path.startswith("/connector/") and request.method != "GET":
            self.seen[TEAMS] += 1
        return await handler(request)


@dataclass(frozen=True)
class Place:
    """A tenant, one bot of it, and the database that it has."""

    contoso: Contoso
    asked: Asked
    bot: Process
    database: psycopg.AsyncConnection[Any]
    ways: Ways
    people: Sequence[Person]
    numbers: Iterator[int]

    def spent(self) -> Counter[str]:
        seen = Counter(self.asked.seen)
        seen[WAYS] = self.ways.count
        return seen

    async def shares(self, rounds: int, recipients: int, idle: dict[str, float]) -> dict[str, float]:
        turns = itertools.cycle(self.people[SHARERS:])
        return await self._each(rounds, idle, lambda who: self._share(who, list(itertools.islice(turns, recipients))))

    async def helps(self, rounds: int, idle: dict[str, float]) -> dict[str, float]:
        return await self._each(rounds, idle, lambda who: self.contoso.client.say(who, "help"))

    async def _each(
        self, rounds: int, idle: dict[str, float], does: Callable[[Person], Coroutine[Any, Any, object]]
    ) -> dict[str, float]:
        """What one takes, without what the bot takes that has nothing to do."""
        before, processor, began = self.spent(), self.bot.seconds(), time.perf_counter()
        for _ in range(rounds):
            async with asyncio.TaskGroup() as group:
                for who in self.people[:SHARERS]:
                    group.create_task(does(who))
            await self.rests()
        took, after = time.perf_counter() - began, self.spent()
        after.subtract(before)
        seen = {what: float(after[what]) for what in (CALLS, FILES, PEOPLE, TEAMS, WAYS)}
        seen[SECONDS] = self.bot.seconds() - processor
        return {what: max(0.0, seen[what] - idle.get(what, 0.0) * took) / (rounds * SHARERS) for what in TOLD}

    async def idles(self, seconds: float) -> dict[str, float]:
        """What it takes in a second."""
        ways, processor = self.ways.count, self.bot.seconds()
        await asyncio.sleep(seconds)
        return {WAYS: (self.ways.count - ways) / seconds, SECONDS: (self.bot.seconds() - processor) / seconds}

    async def rests(self) -> None:
        """When all have been told."""
        async with asyncio.timeout(ANSWERED_WITHIN):
            while (await self.one(REST))[0]:  # noqa: ASYNC110
                await asyncio.sleep(LOOK_EVERY)

    async def one(self, query: LiteralString | sql.Composed) -> tuple[Any, ...]:
        row = await (await self.database.execute(query)).fetchone()
        assert row is not None
        return row

    async def _share(self, sharer: Person, others: Sequence[Person]) -> None:
        drive = self.contoso.files.drive_of(sharer.id)
        assert drive is not None
        name = f"Report {next(self.numbers):05}.docx"
        item = Item(drive.id, item_id(drive.id, name), drive.root_id, name, False, 1, sharer, self.contoso.now())
        self.contoso.files.put(drive, [item], [])
        client, chat = self.contoso.client, self.contoso.chats.personal(sharer.id)
        await client.say(sharer, f"share {name} with {' and '.join(each.mail for each in others)} as write")
        asks = await client.wait_for(
            sharer, lambda each: name in str(each.card) and has(each.card or {}, "Share"), ANSWERED_WITHIN
        )
        answer = await client.press(sharer, chat, asks.id, press(asks.card or {}, "Share", {}))
        if answer.status != 200:
            raise NoAnswer(f"A press was answered with {answer.status}.")

    # What they leave

    async def rows(self, table: str) -> int:
        return (await self.one(sql.SQL("SELECT count(*) FROM {}").format(_named(table))))[0]

    async def bytes_of_a_row(self, table: str, key: str) -> float:
        """With indexes and all: of many copies of those that are there."""
        query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'"
        columns = [name for (name,) in await (await self.database.execute(query, [table])).fetchall()]
        another = sql.SQL("{} || '~' || n").format(sql.Identifier(key))
        values = [another if each == key else sql.Identifier(each) for each in columns]
        before, rows = await self._size(table), await self.rows(table)
        copy = "INSERT INTO {table} ({columns}) SELECT {values} FROM {table}, generate_series(1, {copies}) n"
        parts = {"columns": sql.SQL(", ").join(map(sql.Identifier, columns)), "values": sql.SQL(", ").join(values)}
        await self.database.execute(sql.SQL(copy).format(table=_named(table), copies=COPIES, **parts))
        return (await self._size(table) - before) / (rows * COPIES)

    async def bytes_of_a_person(self) -> float:
        """What is kept of each who uses the bot; indexes and free pages are taken for as much again."""
        sizes = [
            await self.one(sql.SQL("SELECT avg(pg_column_size(t)) FROM {} t").format(_named(each)))
            for each in EACH_ONES
        ]
        return 2 * sum(float(size) for (size,) in sizes)

    async def _size(self, table: str) -> int:
        name = _named(table).as_string(self.database)
        return (await self.one(sql.SQL("SELECT pg_total_relation_size({})").format(sql.Literal(name))))[0]


def _named(table: str) -> sql.Identifier:
    return sql.Identifier("sharebot_work" if table in ENGINES else "public", table)


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.shares", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of {SHARERS} shares (default {ROUNDS})")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, postgresql() as server:
        try:
            async with place(Path(directory), server.get_uri()) as here:
                return await measure(here, chosen.rounds)
        except (NoAnswer, TimeoutError) as error:
            print(f"It did not come to its end: {error}")
            return 1


async def measure(here: Place, rounds: int) -> int:
    await here.shares(1, 1, {})
    await here.shares(1, 1, {})
    idle = await here.idles(IDLE)
    other = await here.helps(rounds, idle)
    rows = {table: await here.rows(table) for table in KEYS}
    one = await here.shares(rounds, 1, idle)
    between = {table: await here.rows(table) for table in KEYS}
    several = await here.shares(rounds, SEVERAL, idle)
    after = {table: await here.rows(table) for table in KEYS}
    (connections,) = await here.one(CONNECTED)
    count = rounds * SHARERS
    numbers = {"idle.seconds": idle[SECONDS], "idle.ways": idle[WAYS]}
    lines: list[tuple[str, ...]] = []
    for what, (name, form, factor) in TOLD.items():
        more = (several[what] - one[what]) / (SEVERAL - 1)
        numbers |= {f"share.{what}": one[what] - more, f"person.{what}": more, f"other.{what}": other[what]}
        lines.append((name, *(form.format(each * factor) for each in (other[what], one[what], several[what], more))))
    for table, key in KEYS.items():
        size = await here.bytes_of_a_row(table, key) if after[table] else 0.0
        first, many = ((between[table] - rows[table]) / count, (after[table] - between[table]) / count)
        more = (many - first) / (SEVERAL - 1)
        numbers |= {f"share.bytes.{table}": (first - more) * size, f"person.bytes.{table}": more * size}
        name = f"rows of `{table}`, of {size:,.0f} bytes"
        lines.append((name, *(f"{each:.1f}" for each in (0.0, first, many, more))))
    numbers["each.bytes"] = await here.bytes_of_a_person()
    columns = ("", "“help”", "a share with one", f"with {SEVERAL}", "each more")
    title = f"Each of {count}, by {SHARERS} people at the same time; what an idle bot takes is not in it"
    idles = (f"{idle[SECONDS]:.2%}", f"{idle[WAYS]:.1f}", f"{connections}", f"{numbers['each.bytes']:,.0f}")
    names = (
        "of a processor, between shares",
        "ways to the database in a second, between shares",
        "connections",
        "bytes of a person",
    )
    return report([], [Table(title, columns, lines), Table("One bot", names, [idles])], numbers)


@contextlib.asynccontextmanager
async def place(directory: Path, url: str) -> AsyncGenerator[Place]:
    contoso, asked = Contoso(), Asked()
    contoso.usage = asked
    (folder,) = parse_qs(urlsplit(url).query)["host"]
    async with tenant(contoso, asked), counting(Path(folder), directory) as ways:
        environment = {
            "APP_ID": contoso.bot_id,
            "APP_SECRET": contoso.bot_secret,
            "TENANT_ID": contoso.tenant_id,
            "PUBLIC_URL": contoso.base_url,
            "LOGIN_URL": contoso.base_url,
            "GRAPH_URL": f"{contoso.base_url}/v1.0",
            "BOT_KEYS_URL": f"{contoso.base_url}/v1/.well-known/openidconfiguration",
            "SERVICE_HOSTS": contoso.base_url.removeprefix("http://"),
            "DATA_DIR": str(directory / "data"),
            "DATABASE_URL": url.replace(folder, str(directory)),
            "SEALING_KEYS": SEALING_KEY,
            "UNDO_SECONDS": "0",
        }
        with running("Sharebot", [sys.executable, "app.py", "serve"], environment, directory / "log") as bot:
            await bot.listening()
            contoso.bot_endpoint = f"{bot.url}/api/messages"
            people = [
                each
                for each in contoso.directory.people.values()
                if contoso.files.drive_of(each.id) and each.id != CAUTIOUS
            ]
            for each in people:
                await contoso.client.install(contoso.chats.personal(each.id), each)
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as database:
                yield Place(contoso, asked, bot, database, ways, people, itertools.count(1))


@contextlib.asynccontextmanager
async def tenant(contoso: Contoso, asked: Asked) -> AsyncGenerator[None]:
    """Which is heard by `asked` as well."""
    app = application(contoso)
    app.middlewares.append(asked.heard)
    runner = web.AppRunner(app, access_log=None)
    async with httpx.AsyncClient() as http:
        contoso.client = TeamsClient(contoso, http)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            contoso.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield
        finally:
            await contoso.client.close()
            await runner.cleanup()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
