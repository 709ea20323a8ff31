"""Contoso by itself, until it is ended; its address is the first line it prints."""

from __future__ import annotations

import asyncio

from contoso.server import running
from contoso.tenant import Contoso


async def main() -> None:
    async with running(Contoso()) as base:
        print(base, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
