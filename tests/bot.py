"""The bot under test: the production application on a free port, and what its tests want to know of the tenant."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import datetime as dt
import socket
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import psycopg
from aiohttp import web

from bot.settings import Settings, read
from bot.teams.server import TURNS, WORK, application
from bot.work.limits import Limits
from contoso import buttons
from contoso.chats import OAUTH
from contoso.client import Answer
from contoso.faults import Face, Rule
from contoso.files import Item
from contoso.tenant import Contoso, Mail
from tests.people import Someone

Json = dict[str, Any]
NOTICES, UNDER_WAY = "SELECT count(*)", "WHERE status IN ('ENQUEUED', 'PENDING')"
NOTICES_WITHIN = 60.0
# Nobody here is told so much that Teams would mind, nobody waits for a look into the queue, and a machine may be slow.
LIMITS = Limits(in_a_chat=(100, 1), look_every=0.05, look_often=0.05, gather=0, answer_within=12.0)
# For tests of what takes longer than Teams waits.
HURRIED = replace(LIMITS, answer_within=Limits.answer_within)
SEALING_KEY = base64.b64encode(bytes(32)).decode()


class Bot:
    """`async with`: serves until the block ends."""

    def __init__(
        self,
        contoso: Contoso,
        data: Path,
        database_url: str = "",
        public_url: str = "",
        certificate: str = "",
        *,
        undo: int = 0,
        limits: Limits = LIMITS,
        settled: Callable[[], None] = lambda: None,
    ) -> None:
        self.contoso = contoso
        self.data = data
        self.database_url = database_url
        self.public_url = public_url
        self.certificate = certificate
        self.service_hosts = ""
        self.policy = ""
        self.more: dict[str, str] = {}
        self.undo = undo
        self.limits = limits
        self.settled = settled
        self.ahead = 0.0
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    def settings(self, url: str) -> Settings:
        base = self.contoso.base_url
        return read(
            {
                "APP_ID": self.contoso.bot_id,
                "APP_SECRET": "" if self.certificate else self.contoso.bot_secret,
                "APP_CERTIFICATE": self.certificate,
                "TENANT_ID": self.contoso.tenant_id,
                "PUBLIC_URL": self.public_url or url,
                "LOGIN_URL": base,
                "GRAPH_URL": f"{base}/v1.0",
                "BOT_KEYS_URL": f"{base}/v1/.well-known/openidconfiguration",
                "SERVICE_HOSTS": self.service_hosts or base.removeprefix("http://"),
                "DATA_DIR": str(self.data),
                "DATABASE_URL": self.database_url,
                "SEALING_KEYS": SEALING_KEY if self.database_url else "",
                "UNDO_SECONDS": str(self.undo),
                "POLICY_FILE": self._policy_file(),
            }
            | self.more
        )

    async def under(self, policy: str) -> None:
        """Starts anew with these rules of the organisation."""
        self.policy = policy
        await self.restart()

    def _policy_file(self) -> str:
        if not self.policy:
            return ""
        file = self.data / "policy.toml"
        file.write_text(self.policy)
        return str(file)

    async def _start(self) -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._runner = web.AppRunner(
            application(self.settings(self.url), self.now, self.limits, self.settled), access_log=None
        )
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()
        self.contoso.bot_endpoint = f"{self.url}/api/messages"

    async def _stop(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def restart(self) -> None:
        """Ends it and starts it anew, on another port, with the same ledger."""
        await self._stop()
        await self._start()

    def now(self) -> float:
        """By the bot's clock, which may be ahead of the world's."""
        return time.time() + self.ahead

    async def later(self, **time: float) -> None:
        """The clock jumps (as a timedelta says), and what is due by then is done."""
        self.ahead += dt.timedelta(**time).total_seconds()
        assert self._runner is not None
        assert self._runner.app is not None
        await self._runner.app[WORK].look()
        await self.at_rest()

    async def at_rest(self) -> None:
        """What goes on after an answer has come to its end, and so have the notices whose time has come."""
        assert self._runner is not None
        assert self._runner.app is not None
        await self._runner.app[TURNS].at_rest()
        async with asyncio.timeout(NOTICES_WITHIN):
            while self._notices():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    def _notices(self) -> int:
        """How many are in the queue; those that wait for the end of undo are not."""
        if self.database_url:
            with psycopg.connect(self.database_url) as database:
                try:
                    row = database.execute(f"{NOTICES} FROM sharebot_work.workflow_status {UNDER_WAY}").fetchone()
                except psycopg.errors.UndefinedTable:
                    return 0
            return row[0] if row else 0
        if not (file := self.data / "sharebot-work.db").exists():
            return 0
        with contextlib.closing(sqlite3.connect(file)) as database:
            try:
                (count,) = database.execute(f"{NOTICES} FROM workflow_status {UNDER_WAY}").fetchone()
            except sqlite3.OperationalError:  # as there: the engine has made no tables yet
                return 0
        return count

    async def alters(self, statement: str, *values: object) -> None:
        """Behind the bot's back, in its SQLite. It may be writing just now, and to be done needs the loop."""

        def alter() -> None:
            with contextlib.closing(sqlite3.connect(self.data / "sharebot.db")) as database, database:
                database.execute(statement, values)

        await asyncio.to_thread(alter)

    # What there is in the tenant

    def access(self, name: str, owner: str = "adele.vance@contoso.com") -> dict[str, str]:
        """Who has which right on a file of a person, by address."""
        item = next(one for one in self.contoso.files if one.name == name and one.author.mail == owner)
        return self.contoso.roles(item)

    def access_by_row(self, row: str) -> dict[str, str]:
        """The same for the file of Adele's that a row of a card is about."""
        return self.contoso.roles(self.item_by_row(row))

    def item_by_row(self, row: str) -> Item:
        """Its name, and where it lies."""
        name, _drive, about = row.partition(" OneDrive › ")
        folders = about.partition(" · ")[0].replace(" › ", "/")
        return self.contoso.file("Adele Vance", f"{folders}/{name}")

    def mails_to(self, address: str) -> list[Mail]:
        return self.contoso.mail_to(address)

    def breaks(self, face: Face, path: str, times: int | None = 1, **how: Any) -> None:
        """The next request there fails so; see contoso/faults.py."""
        self.contoso.faults.append(Rule(face, path=path, times=times, **how))

    def sign_ins(self) -> int:
        """How often somebody was signed in so that it lasts."""
        return len(self.contoso.refresh_tokens)

    # What there is in a chat

    def latest(self, someone: Someone, chat: str | None = None) -> str:
        """The newest message with a card."""
        seen = self.contoso.client.messages(someone.mail, chat=chat)
        return next(message.id for message in reversed(seen) if message.card)

    def button(self, someone: Someone, title: str, message: str, chat: str | None = None) -> Json:
        """The action behind a button."""
        found = next(one for one in self.contoso.client.messages(someone.mail, chat=chat) if one.id == message)
        assert found.card
        return dict(buttons.actions(found.card))[title]

    def rows(self, someone: Someone) -> list[str]:
        """What the newest card has one choose from."""
        card = self.contoso.client.card(someone.mail)
        assert card
        return [name for name, action in buttons.actions(card) if "title" not in action]

    def choices(self, someone: Someone) -> dict[str, list[str]]:
        """What can be chosen on the newest card, by question."""
        card = self.contoso.client.card(someone.mail)
        assert card
        return {each["id"]: [one["value"] for one in each["choices"]] for each in card["body"] if "choices" in each}

    def field(self, someone: Someone, name: str) -> str:
        """What stands in a field of the newest card."""
        card = self.contoso.client.card(someone.mail)
        assert card
        return next(each.get("value", "") for each in card["body"] if each.get("id") == name)

    async def deliver(self, someone: Someone, action: Json, message: str, chat: str | None = None) -> Answer:
        """A press as Teams delivers it, whatever the card looks like by now."""
        person = self.contoso.person(someone.mail)
        where = next(one for one in self.contoso.chats if one.name == chat) if chat else None
        return await self.contoso.client.press(person, where or self.contoso.chats.personal(person.id), message, action)

    def sign_in_page(self, someone: Someone) -> str:
        """Where the newest sign-in button leads."""
        for message in reversed(self.contoso.client.messages(someone.mail)):
            for each in message.attachments:
                if each["contentType"] == OAUTH:
                    return each["content"]["buttons"][0]["value"]
        raise AssertionError("nobody is asked to sign in")
