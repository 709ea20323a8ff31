"""The benchmarks run: what they measure is no test's business, that every activity is answered is."""

from __future__ import annotations

import asyncio
import re
import sys


async def test_in_a_smoke_run_every_activity_is_answered() -> None:
    """Stacks that are not installed are named and left out; `make bench` has them all."""
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.edge", "--smoke"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await running.communicate())[0].decode()

    assert running.returncode == 0, said
    answered = dict(re.findall(r"^(.+?)\s+(\d+ of \d+) answered", said, re.MULTILINE))
    assert {"bare aiohttp", "Sharebot"} <= answered.keys()
    assert all(len(set(each.split(" of "))) == 1 for each in answered.values())
