"""What was planned, done and is known: one database, a SQLite file or PostgreSQL by its URL."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from sqlalchemy import event, make_url, text
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from bot import tracing
from bot.ledger import statements
from bot.ledger.approvals import Approval, Approvals, decided_by, decision_of, still_asked
from bot.ledger.attempts import Answer, Attempt, Attempts
from bot.ledger.changes import Before, Changes, Pressed, Standing
from bot.ledger.conversations import Conversation, Conversations
from bot.ledger.delegates import NAMED, Delegates
from bot.ledger.ends import Ends, Stands
from bot.ledger.installs import Installs
from bot.ledger.many import ManyDeeds, ManyPressed
from bot.ledger.own_chats import OwnChat
from bot.ledger.places import Place, Places, of_notice
from bot.ledger.plain_texts import Offered, PlainTexts
from bot.ledger.plans import Pending, PendingPlans
from bot.ledger.record import Entry, Kept, Record, What
from bot.ledger.report import Count, Deeds, Report, Reports
from bot.ledger.requests import AccessRequest, Requests
from bot.ledger.rosters import Moved, Proposal, Rosters
from bot.ledger.sign_ins import Parked, SignIns
from bot.ledger.tables import metadata
from bot.ledger.token_caches import TokenCaches
from bot.ledger.told import Told
from bot.ledger.watched_links import WatchedLinks
from bot.sharing import Person

__all__ = [
    "NAMED",
    "AccessRequest",
    "Answer",
    "Approval",
    "Approvals",
    "Attempt",
    "Attempts",
    "Before",
    "CannotOpen",
    "Changes",
    "Conversation",
    "Conversations",
    "Count",
    "Deeds",
    "Delegates",
    "Ends",
    "Entry",
    "Installs",
    "Kept",
    "Ledger",
    "ManyPressed",
    "Moved",
    "Offered",
    "OwnChat",
    "Parked",
    "Pending",
    "PendingPlans",
    "Place",
    "Places",
    "Pressed",
    "Proposal",
    "Record",
    "Report",
    "Reports",
    "Requests",
    "Rosters",
    "SignIns",
    "Standing",
    "Stands",
    "TokenCaches",
    "Told",
    "WatchedLinks",
    "What",
    "decided_by",
    "decision_of",
    "is_passing",
    "keep_private",
    "of_notice",
    "still_asked",
]

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
BUSY_SECONDS = 10
CONNECT_SECONDS = 5
WAIT = 0.01
Of = TypeVar("Of")
MIGRATIONS = Path(__file__).parent / "migrations" / "versions"
# As Alembic makes it.
VERSION = "version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)"


class CannotOpen(Exception):
    """The message is for whoever starts the bot, and shows no password."""


class Ledger:
    """`url` is sqlite:///FILE or postgresql://…; `clock` gives seconds since 1970."""

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        parsed = make_url(url)
        self._url = parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))
        self._engine = _engine(self._url.render_as_string(hide_password=False))
        self._under_way: set[asyncio.Task[Any]] = set()
        if tracing.is_watched():
            statements.are_watched(self._engine)
        self.told = Told(self._engine, clock)
        self.plans = PendingPlans(self._engine, clock, self.told)
        self.attempts = Attempts(self._engine, clock)
        self.approvals = Approvals(self._engine, clock)
        self.ends = Ends(self._engine, clock)
        self.places = Places(self._engine, clock)
        self.requests = Requests(self._engine, clock)
        self.changes = Changes(self._engine, clock)
        self.reports = Reports(self._engine)
        self.many = ManyDeeds(self._engine, clock)
        self.rosters = Rosters(self._engine, clock)
        self.conversations = Conversations(self._engine, clock)
        self.installs = Installs(self._engine, clock)
        self.plain_texts = PlainTexts(self._engine, clock)
        self.watched_links = WatchedLinks(self._engine)
        self.delegates = Delegates(self._engine, clock)
        self.token_caches = TokenCaches(self._engine, clock)
        self.sign_ins = SignIns(self._engine, clock)
        self.record = Record(self._engine, clock)

    def own_chat(self, person: Person, chat: str) -> OwnChat:
        return OwnChat(self._engine, self.plain_texts, person, chat)

    async def open(self) -> None:
        """Brings the tables up to date. Raises CannotOpen."""
        if self._url.drivername == DRIVERS["sqlite"] and self._url.database:
            keep_private(Path(self._url.database))
        try:
            await self._bring_up_to_date()
        except SQLAlchemyError as error:
            raise _cannot_open(error) from error

    async def open_to_read(self) -> None:
        """Changes nothing: makes no tables, and moves none forward. Raises CannotOpen."""
        if await self._is_no_file():
            raise CannotOpen(
                f"There is no ledger at {self._url.database}. Is DATA_DIR or DATABASE_URL that of the bot?"
            )
        if await self.stands() != "current":
            raise CannotOpen(
                "The ledger is of another version. Use the one that wrote it, or start this one's bot first."
            )

    async def stands(self) -> Literal["new", "behind", "current", "ahead"]:
        """How its tables compare with ours; nothing is changed. Raises CannotOpen."""
        if await self._is_no_file():
            return "new"
        try:
            revision = await self._revision()
        except SQLAlchemyError as error:
            raise _cannot_open(error) from error
        if revision is None:
            return "new"
        if revision == (newest := _newest()):
            return "current"
        return "behind" if revision < newest else "ahead"

    async def _is_no_file(self) -> bool:
        file = Path(self._url.database or "")
        return self._url.drivername == DRIVERS["sqlite"] and not await asyncio.to_thread(file.is_file)

    async def close(self) -> None:
        """What is under way comes to its end; whatever goes on elsewhere finds no database any more."""
        for entrance in ("do_connect", "checkout"):
            event.listen(self._engine.sync_engine, entrance, _refused)
        pool, until = cast("QueuePool", self._engine.pool), time.monotonic() + BUSY_SECONDS
        while pool.checkedout() and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(WAIT)
        await self._engine.dispose()

    async def within(self, seconds: float, what: Coroutine[Any, Any, Of]) -> Of:
        """For whoever has not more time. Raises TimeoutError; it goes on then, for what is broken off leaves its
        connection open."""
        task = asyncio.create_task(what)
        self._under_way.add(task)
        task.add_done_callback(self._done)
        if not (await asyncio.wait({task}, timeout=seconds))[0]:
            raise TimeoutError
        return task.result()

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waited knows; nobody else is to be told that nobody did

    async def answers(self) -> bool:
        """Whether the database is there at this moment."""
        try:
            return await self._revision() is not None
        except SQLAlchemyError:
            return False

    async def tidy(self, days: int) -> None:
        """Forgets what is long over, and of the record what is older than so many days."""
        await self.ends.tidy()
        await self.changes.tidy()
        await self.many.tidy()
        await self.approvals.tidy()
        await self.installs.tidy()
        await self.record.tidy(days)

    async def _bring_up_to_date(self) -> None:
        """A new file gets its tables as they are now; whatever else is behind is brought there by Alembic.

        Alembic takes ten megabytes, which most starts do without.
        """
        revision = await self._revision()
        if revision == _newest():
            return
        if revision is None and self._url.drivername == DRIVERS["sqlite"] and await self._create():
            return
        migrating = await asyncio.to_thread(importlib.import_module, "bot.ledger.migrating")
        await asyncio.to_thread(migrating.migrate, self._url.render_as_string(hide_password=False))

    async def _revision(self) -> str | None:
        async with self._engine.connect() as connection:
            try:
                return await connection.scalar(text("SELECT version_num FROM alembic_version"))
            except DatabaseError:
                return None

    async def _create(self) -> bool:
        """The tables of a new file, all or none; False where there are tables already."""
        async with self._engine.connect() as connection:
            # By itself the driver begins no transaction for tables.
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
            if await connection.scalar(text("SELECT count(*) FROM sqlite_master")):
                return False
            await connection.run_sync(metadata.create_all)
            await connection.exec_driver_sql(f"CREATE TABLE alembic_version ({VERSION})")
            await connection.execute(text("INSERT INTO alembic_version VALUES (:newest)"), {"newest": _newest()})
            await connection.commit()
            return True


def _refused(*_: object) -> None:
    raise PoolTimeout("the ledger is closed")


def _cannot_open(error: SQLAlchemyError) -> CannotOpen:
    return CannotOpen(f"The database of DATABASE_URL can't be opened: {type(error).__name__}.")


def is_passing(error: BaseException) -> bool:
    """Whether the database is away or busy, and may be back in a moment."""
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout)


def _engine(url: str) -> AsyncEngine:
    # Its errors would tell the log what was in the rows.
    if not url.startswith("sqlite"):
        patience = {"connect_timeout": CONNECT_SECONDS, "options": f"-c statement_timeout={BUSY_SECONDS}s"}
        from bot.ledger.connections import connected  # noqa: PLC0415 psycopg is large, and of no use to a file

        return connected(url, hide_parameters=True, pool_timeout=BUSY_SECONDS, connect_args=patience)
    engine = create_async_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine.sync_engine, "connect", _write_ahead)
    return engine


def _write_ahead(connection: Any, _record: object) -> None:
    """Readers do not wait for the writer, and a commit survives the death of the process."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def keep_private(file: Path) -> None:
    """For its owner's eyes only. SQLite gives its two companions the same mode; a crash may have left older ones."""
    with contextlib.suppress(OSError):  # SQLite says what is wrong
        file.touch(mode=0o600)
    for each in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        with contextlib.suppress(OSError):  # somebody else's, who may have meant it so
            if each.is_file():
                each.chmod(0o600)


def _newest() -> str:
    """The names of the migrations begin with their revisions."""
    return max(each.name for each in MIGRATIONS.glob("*.py")).partition("_")[0]
