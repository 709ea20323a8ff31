"""Nothing holds everybody up: while something outside is slow or down, the event loop goes on turning."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest

import app
from contoso.faults import Face
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone

PEOPLE = ("adele.vance", "alex.wilber", "megan.bowen", "nestor.wilke")
LONGEST = 0.020  # seconds
# What cannot be told from a neighbour's doing can only make a pause longer; what blocks does so every time.
TRIES = 15
# Its second number: for how many nanoseconds this thread was ready to go on while others had the processor.
# https://docs.kernel.org/scheduler/sched-stats.html
SCHEDULED = Path("/proc/thread-self/schedstat")
# By face and path: the keys, the login service for the bot and for people, Graph, the connector.
SLOW: list[tuple[Face, str]] = [("entra", "/keys"), ("entra", "/token"), ("graph", "/"), ("connector", "/activities")]


def clock() -> float:
    """Seconds, without those that this thread's neighbours took; elsewhere than on Linux with them."""
    waited = int(SCHEDULED.read_text().split()[1]) / 1e9 if SCHEDULED.exists() else 0
    return time.monotonic() - waited


async def longest_pause(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds in which the loop did not come round while this was done."""
    longest, last = 0.0, 0.0

    async def watch() -> None:
        nonlocal longest, last
        last = clock()
        while True:
            await asyncio.sleep(0)
            longest, last = max(longest, clock() - last), clock()

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0)
    await work()
    await asyncio.sleep(0)
    watching.cancel()
    return longest


async def test_what_blocks_is_seen() -> None:
    async def blocks() -> None:
        time.sleep(2 * LONGEST)  # noqa: ASYNC251

    assert await longest_pause(blocks) > LONGEST


@pytest.mark.parametrize("how", [{"delay": 0.4}, {"drop": "request"}, {"status": 503}], ids=str)
@pytest.mark.parametrize(("face", "path"), SLOW, ids=lambda each: each)
async def test_the_loop_goes_on_turning(
    contoso: Contoso, tmp_path: Path, face: Face, path: str, how: dict[str, object]
) -> None:
    async def everybody() -> None:
        people = [Someone(contoso, f"{who}@contoso.com") for who in PEOPLE]
        await asyncio.gather(*(each.says('share "Q3 Budget.xlsx" with Ana Costa') for each in people))

    pauses: list[float] = []
    for number in range(TRIES):
        contoso.reset()
        async with Bot(contoso, tmp_path / str(number), settled=app.keep) as bot:
            await bot.contoso.client.install_everywhere()
            bot.breaks(face, path, times=None, **how)
            pauses.append(await longest_pause(everybody))
        if pauses[-1] <= LONGEST:
            return
    pytest.fail(f"the loop stood still for {min(pauses) * 1000:.0f} ms at best")


LARGEST_BODY = 512 * 1024
LARGE: dict[str, bytes] = {
    "texts": b",".join([b'""'] * 170_000),
    "lists": b",".join([b"[]"] * 170_000),
    "one text": b'"' + b"x" * 520_000 + b'"',
    "one text of escapes": b'"' + b"\\u0041" * 85_000 + b'"',
}


@pytest.mark.parametrize("inside", LARGE.values(), ids=LARGE)
async def test_a_large_body_of_nobody_holds_nobody_up(bot: Bot, inside: bytes) -> None:
    body = b'{"type": "message", "text": "\\u0041", "value": [' + inside + b"]}"
    assert len(body) < LARGEST_BODY

    async with httpx.AsyncClient() as http:

        async def knock() -> None:
            assert (await http.post(f"{bot.url}/api/messages", content=body)).status_code == 401

        await knock()
        assert min([await longest_pause(knock) for _ in range(TRIES)]) <= LONGEST
