"""A short soak runs with the tests; the long one is a command: bench/soak.py."""

from __future__ import annotations

import asyncio
import sys


async def test_in_a_short_soak_nothing_is_lost_and_nothing_done_twice() -> None:
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.soak", "--minutes", "0.34", "--people", "6"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await running.communicate())[0].decode()

    assert running.returncode == 0, said
    assert "0 wrong" in said
