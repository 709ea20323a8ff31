"""Between a bot and its PostgreSQL, to count how often it goes there and waits for the answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

# Of the messages a client sends, those after which it waits. https://www.postgresql.org/docs/current/protocol-message-formats.html
QUERY, SYNC = b"Q", b"S"
SOCKET = ".s.PGSQL.5432"
PIECE = 65536


class Ways:
    def __init__(self, server: Path) -> None:
        self.count = 0
        self._server = server
        self._at_work = set[asyncio.Task[None]]()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._server)
        both = {asyncio.create_task(self._counted(reader, back)), asyncio.create_task(_passed(there, writer))}
        self._at_work |= both
        await asyncio.wait(both)
        self._at_work -= both

    async def close(self) -> None:
        for each in self._at_work:
            each.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)

    async def _counted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(EOFError, OSError):
            # The first one has no type.
            writer.write(await _message(reader, b""))
            while True:
                kind = await reader.readexactly(1)
                self.count += kind in (QUERY, SYNC)
                writer.write(await _message(reader, kind))
                await writer.drain()


async def _message(reader: asyncio.StreamReader, kind: bytes) -> bytes:
    length = await reader.readexactly(4)
    return kind + length + await reader.readexactly(int.from_bytes(length) - 4)


async def _passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.closing(writer), contextlib.suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()


@asynccontextmanager
async def counting(server: Path, directory: Path) -> AsyncGenerator[Ways]:
    """Whoever connects to `directory` is led to `server`; both are folders of sockets."""
    ways = Ways(server / SOCKET)
    listening = await asyncio.start_unix_server(ways.take, directory / SOCKET)
    try:
        yield ways
    finally:
        listening.close()
        await ways.close()
