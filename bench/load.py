"""People who write "help" to a bot, each over a connection of their own, one message after the other.

On bare sockets: what the load costs is not to be seen in how long the bot takes.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from contoso import activities
from contoso.chats import Message
from contoso.tenant import CAST, Contoso

FIRST_ID = 1_700_000_000_000  # as Teams numbers messages, so that all are of one length
TIMEOUT = 60.0
TOKENS = {False: "one token", True: "a fresh token each"}


@dataclass
class Heard:
    """`seconds` each took, `sent` by chat, and what the bot did not take, by status (0: it hung up)."""

    seconds: list[float] = field(default_factory=list[float])
    sent: Counter[str] = field(default_factory=Counter[str])
    refused: Counter[int] = field(default_factory=Counter[int])


@dataclass(frozen=True, order=True)
class Load:
    """How many write at the same time, and whether each message has a `fresh` token."""

    fresh: bool
    connections: int

    def __str__(self) -> str:
        return f"{self.connections} connection{'s' if self.connections > 1 else ''}, {TOKENS[self.fresh]}"


class People:
    """Everybody who has the bot; no message is the same twice. A bot gets all `others` before it gets one again."""

    def __init__(self, contoso: Contoso, token: str, others: Sequence[str] = ()) -> None:
        self._token = token
        self._others = others
        self._fresh: dict[str, Iterator[str]] = {}
        self._ids = itertools.count(FIRST_ID)
        self._templates = [_template(contoso, f"{login}@contoso.com") for login in CAST]

    async def write(self, bot: str, load: Load, seconds: float, at_least: int) -> Heard:
        """Until so much time has passed and so many messages were begun."""
        heard = Heard()
        same, fresh = itertools.repeat(self._token), self._fresh.setdefault(bot, itertools.cycle(self._others))
        messages = self._messages(bot, fresh if load.fresh else same, time.perf_counter() + seconds, at_least)
        async with asyncio.TaskGroup() as group:
            for _ in range(load.connections):
                group.create_task(_one(bot, messages, heard))
        return heard

    def _messages(self, bot: str, tokens: Iterator[str], until: float, at_least: int) -> Iterator[tuple[str, bytes]]:
        head = f"POST /api/messages HTTP/1.1\r\nHost: {urlsplit(bot).netloc}\r\n"
        head += "Content-Type: application/json; charset=utf-8\r\nAuthorization: Bearer "
        for number, (chat, template) in enumerate(itertools.cycle(self._templates)):
            if number >= at_least and time.perf_counter() > until:
                return
            body = template.replace(str(FIRST_ID), str(next(self._ids))).encode()
            yield chat, f"{head}{next(tokens)}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def _one(bot: str, messages: Iterator[tuple[str, bytes]], heard: Heard) -> None:
    address = urlsplit(bot)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        for chat, message in messages:
            began = time.perf_counter()
            writer.write(message)
            status = await _status(reader)
            heard.seconds.append(time.perf_counter() - began)
            heard.sent[chat] += 1
            if not 200 <= status < 300:
                heard.refused[status] += 1
                if status == 0:
                    return
    finally:
        writer.close()


async def _status(reader: asyncio.StreamReader) -> int:
    try:
        async with asyncio.timeout(TIMEOUT):
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            _, _, length = head.partition(b"\r\ncontent-length:")
            await reader.readexactly(int(length.partition(b"\r\n")[0] or 0))
            return int(head.split(b" ", 2)[1])
    except (OSError, EOFError, TimeoutError):
        return 0


def _template(contoso: Contoso, address: str) -> tuple[str, str]:
    """The person's chat, and "help" as Teams delivers it, but for the id."""
    person = contoso.person(address)
    chat = contoso.chats.personal(person.id)
    message = Message(str(FIRST_ID), chat.id, None, person.id, person.name, dt.datetime.now(dt.UTC), "help")
    return chat.id, json.dumps(activities.said(contoso, chat, person, message, "en-US"))
