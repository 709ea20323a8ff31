"""Flows by their names, begun once each, here or on another replica; and the notices that follow from them.

The engine takes half a second and some memory, so it is started when there is something for it to do.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from bot.errors import SharebotError, Unsure
from bot.identity.sealing import Sealer
from bot.ledger import is_passing
from bot.texts import _
from bot.work import wrong
from bot.work.alone import Alone
from bot.work.file import FilePlace
from bot.work.flows import Notice
from bot.work.limits import Limits
from bot.work.wrong import BUSY

if TYPE_CHECKING:
    from bot.work.engine import Engine
    from bot.work.slots import Slots

log = logging.getLogger(__name__)

# What was interrupted has waited already, and those who wait for the first answers have not.
START_AFTER = 2.0
STARTS_WITHIN = 5.0
LOOKS_AGAIN_AFTER = 5.0
SAYS_WITHIN = 1.0
# Seconds. A hundred files for fifty people are three minutes of what the smallest tenant gets, and others may be before
# them.
PATIENCE_OF_MANY, SHORTEST_WAIT = 15 * 60.0, 1.0
# The code the process ends with.
LOST_PLACE = 70
Of = TypeVar("Of")


class Runs:
    """`wake` is set when what is due next may have changed. `waiting` has, by the name of a run, whoever waits here.

    `settled` is called when the engine is there.
    """

    def __init__(self, *, sealer: Sealer, database_url: str, limits: Limits, settled: Callable[[], None]) -> None:
        self.limits = limits
        self.wake = asyncio.Event()
        self.is_closing = False
        self.waiting: dict[str, asyncio.Future[Any]] = {}
        self._settled = settled
        self._sealer = sealer
        self._place = _place(database_url)
        self.alone = Alone(None if isinstance(self._place, FilePlace) else self._place)
        self._flows: dict[str, Callable[..., Coroutine[Any, Any, Any]]] = {}
        self._starting: asyncio.Task[Engine] | None = None
        self._running: set[asyncio.Future[Any]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._watching: list[asyncio.Task[None]] = []

    def add(self, flows: Mapping[str, Callable[..., Coroutine[Any, Any, Any]]]) -> None:
        """By the names that they have in the database."""
        self._flows |= {name: self._tracked(flow) for name, flow in flows.items()}

    async def open(self, watch: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Goes on with what was begun before, and watches for what is due. Raises CannotOpen."""
        if isinstance(self._place, FilePlace):
            self._place.take()
        if not (isinstance(self._place, FilePlace) and self._place.is_new):
            self._watching.append(asyncio.create_task(self._start_early()))
        self._looking = asyncio.create_task(watch())

    async def close(self) -> None:
        self.is_closing = True
        self.wake.set()
        if self._looking:
            # What is read or written is not broken off: the driver of SQLite may wait for ever then.
            await asyncio.wait({self._looking}, timeout=STARTS_WITHIN)
            self._watching.append(self._looking)
        self._cancel()
        engine = None
        if self._starting:
            # A start cannot be broken off, and one that waits for its database is left to wait.
            await asyncio.wait({self._starting}, timeout=STARTS_WITHIN)
            engine = self.is_started()
        self._cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        if engine:
            await engine.stop()
        if isinstance(self._place, FilePlace):
            self._place.leave()
        else:
            await self._place.leave()

    def _cancel(self) -> None:
        for each in self._watching:
            each.cancel()

    async def rests(self, within: float) -> bool:
        """Whether something ran; waits a while for the first of it to come to its end."""
        if self._running:
            await asyncio.wait(self._running, timeout=within, return_when=asyncio.FIRST_COMPLETED)
            return True
        return False

    async def answer(self, flow: str, run: str, *ids: str) -> Any:
        """The receipt as soon as it is known here; None where it is known elsewhere. Raises what went wrong."""
        engine = await self.started()
        receipt = self.waiting.setdefault(run, asyncio.get_running_loop().create_future())
        work = self.counted(engine.run(flow, run, *ids))
        work.add_done_callback(lambda _done: self.waiting.pop(run, None))
        await asyncio.wait({receipt, work}, return_when=asyncio.FIRST_COMPLETED)
        if receipt.done():
            work.add_done_callback(logged)
            return receipt.result()
        if outcome := work.result():
            raise wrong.read(outcome)
        return None

    async def tried(self, flow: str, run: str, put_off: Callable[[], Awaitable[None]], *ids: str) -> Any:
        """What comes of what was decided; if it breaks, the next press is new work."""
        try:
            return await self.answer(flow, run, *ids)
        except SharebotError:
            raise
        except Exception as error:
            log.exception("the work on a request broke")
            await put_off()
            raise Unsure(_("I don't know whether that was done. Please try again.")) from error

    async def begin(self, key: str, run: str, notices: list[Notice], sentence: str = "") -> None:
        """Each is a flow of its own, in the queue that keeps to Teams' limits; `sentence` is what went wrong."""
        engine = await self.started()
        if notices:
            await engine.hurry()
        for what, person_id, after in notices:
            name = f"{run}.{what}.{person_id}"
            await engine.queue("notice", name, what, key, person_id, run, sentence, after=after)

    async def in_its_turn(
        self,
        name: str,
        what: Callable[..., Coroutine[Any, Any, Any]],
        *ids: str,
        patience: float = PATIENCE_OF_MANY,
    ) -> Any:
        """What comes of a step of a flow. While Graph is busy it is taken again: between, no file is held."""
        engine, left = await self.started(), patience
        while True:
            step = partial(what, is_last=left <= 0)
            outcome = await engine.step(name, step, *ids, again=is_passing)
            if not isinstance(outcome, dict) or BUSY not in outcome:
                return outcome
            wait = min(max(outcome[BUSY], SHORTEST_WAIT), left)
            left -= wait
            await engine.sleep(wait)

    async def stay(self) -> None:
        """Ends this process if another one may go on with its work: what this one said now might be said too late."""
        if not isinstance(self._place, FilePlace) and self.is_started() and await self._place.is_lost(SAYS_WITHIN):
            _end()

    def counted(self, work: Coroutine[Any, Any, Of]) -> asyncio.Task[Of]:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def is_started(self) -> Engine | None:
        start = self._starting
        return start.result() if start and start.done() and not start.exception() else None

    async def started(self) -> Engine:
        if self._starting is None or (self._starting.done() and self._starting.exception()):
            self._starting = asyncio.create_task(self._start())
        # Who waits no longer does not keep the others from it.
        return await asyncio.shield(self._starting)

    async def _start_early(self) -> None:
        await asyncio.sleep(START_AFTER)
        try:
            await self.started()
        except Exception:
            log.exception("the engine of the work did not start; the next press tries again")

    async def _start(self) -> Engine:
        made = await asyncio.to_thread(importlib.import_module, "bot.work.engine")
        place = self._place
        if isinstance(place, FilePlace):
            await asyncio.to_thread(place.prepare)
            executor = place.name
        else:
            executor = await place.take()
        engine: Engine = made.Engine(place.url, self._sealer, executor, self._flows, self.limits)
        try:
            await engine.launch()
        except Exception:
            await engine.stop()
            raise
        self._settled()
        if not isinstance(place, FilePlace):
            self._watching.append(asyncio.create_task(self._among_others(place, engine)))
        return engine

    async def _among_others(self, slots: Slots, engine: Engine) -> None:
        while True:
            try:
                await slots.watch(engine.left_behind, engine.take_over)
                break
            except Exception:
                log.exception("what other replicas left could not be looked up")
                await asyncio.sleep(LOOKS_AGAIN_AFTER)
        _end()

    def _tracked(self, flow: Callable[..., Coroutine[Any, Any, Of]]) -> Callable[..., Coroutine[Any, Any, Of]]:
        """Also what goes on after a restart counts as running."""

        async def tracked(*ids: str) -> Of:
            here = asyncio.get_running_loop().create_future()
            self._running.add(here)
            try:
                return await flow(*ids)
            finally:
                self._running.discard(here)
                here.set_result(None)

        return tracked


def _end() -> NoReturn:
    """Others may be taking over already what runs here, and without the database nothing comes to its end in order."""
    log.critical("lost its place among the replicas, and ends itself")
    os._exit(LOST_PLACE)


def logged(work: asyncio.Future[Any]) -> None:
    """After the deed, nothing may undo the answer."""
    if not work.cancelled() and (error := work.exception()):
        log.error("what follows a deed broke", exc_info=error)


def _place(database_url: str) -> FilePlace | Slots:
    if database_url.startswith("sqlite"):
        return FilePlace(Path(database_url.removeprefix("sqlite:///").partition("?")[0]))
    from bot.work.slots import Slots  # noqa: PLC0415 psycopg is large, and of no use to a file

    return Slots(database_url.replace("postgres://", "postgresql://", 1))
