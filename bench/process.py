"""A server in a process of its own, on a processor of its own. Linux only: what it cost is read from the kernel."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.ports import free_port

# One processor for the server, one for all others, if there are two.
PROCESSORS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
SERVER, OTHERS = PROCESSORS[:1], PROCESSORS[1:2]
LISTENS_WITHIN = 60.0  # seconds
ROOT = Path(__file__).parent.parent
PAGE = os.sysconf("SC_PAGE_SIZE")


class NoAnswer(Exception):
    """The message ends with what the server had to say."""


@dataclass(frozen=True)
class Process:
    name: str
    url: str
    started: float  # as time.perf_counter()
    log: Path
    popen: subprocess.Popen[bytes]

    async def listening(self) -> None:
        """Raises NoAnswer."""
        port = int(self.url.rpartition(":")[2])
        while self.popen.poll() is None and self.age() < LISTENS_WITHIN:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.005)
        raise NoAnswer(f"{self.name} does not listen:\n{self.said()}")

    def age(self) -> float:
        """Seconds."""
        return time.perf_counter() - self.started

    def said(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def seconds(self) -> float:
        return seconds(self.popen.pid)

    def megabytes(self) -> float:
        """What it holds in memory now."""
        return int(Path(f"/proc/{self.popen.pid}/statm").read_text().split()[1]) * PAGE / 2**20


def seconds(pid: int) -> float:
    """Processor time of all threads of a process. Its clock's id is made as clock_getcpuclockid(3) makes it."""
    return time.clock_gettime((~pid << 3) | 2)


@contextlib.contextmanager
def running(name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> Generator[Process]:
    """The server is told its PORT."""
    port = free_port()
    with log.open("wb") as output:
        started = time.perf_counter()
        environment = {**os.environ, **environment, "PORT": str(port)}
        popen = subprocess.Popen(command, stdout=output, stderr=output, env=environment, cwd=ROOT)  # noqa: S603
    pin(popen.pid, SERVER)
    try:
        yield Process(name, f"http://127.0.0.1:{port}", started, log, popen)
    finally:
        popen.terminate()
        popen.wait()


def pin(pid: int, processors: Sequence[int]) -> None:
    """0 is this process."""
    if OTHERS:
        os.sched_setaffinity(pid, processors)
