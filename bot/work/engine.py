"""DBOS Transact, known here alone: flows that go on where they were after a kill, and run once by their name.

A step that a kill cuts is run again, so each has to bear that. What is handed to flows and steps is kept, sealed: ids,
and the sentence of what went wrong.
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from dbos import DBOS, DBOSConfig, Serializer, SetEnqueueOptions, SetWorkflowID, StepOptions

from bot import tracing
from bot.identity.sealing import Sealer
from bot.work.limits import CROWDED, SECOND, Limits

# A new number strands what the version before left unfinished. Raise it only when steps change their order.
VERSION = "1"
SCHEMA = "sharebot_work"
THREADS = 64
CONNECTIONS = 5
# What waits for a flow that runs elsewhere looks so often.
POLL = 0.1
# Flows that wait for their turn: most in this queue, those for a chat that gets many in another, which has a rate for
# each chat and takes more of the database.
NOTICES = "notices"
# Under way in one process.
AT_ONCE = 50
# What many cards of many parts begin: others want to share meanwhile.
MANY, MANY_AT_ONCE = "many", 4
# Of no use to us but for how long it takes to stop.
LISTEN = 0.25
# It is too many already.
MANY_WAIT = 1000
# Letters of it: enough to be one alone.
HASH = 16
KEEP_FOR = 7 * 24 * 60 * 60

Flow = Callable[..., Coroutine[Any, Any, Any]]


class Failed(Exception):
    """What another process reports of a flow that broke; its own log says more."""


class Sealed(Serializer):
    """JSON, sealed: nothing to be read, and nothing to be run, for whoever gets hold of the database."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def serialize(self, data: Any) -> str:
        said = {"broke": type(data).__name__} if isinstance(data, BaseException) else {"is": data}
        return base64.b64encode(self._sealer.seal(json.dumps(said).encode(), "work")).decode()

    def deserialize(self, serialized_data: str) -> Any:
        said = json.loads(self._sealer.open(base64.b64decode(serialized_data), "work"))
        return Failed(said["broke"]) if "broke" in said else said["is"]

    def name(self) -> str:
        return "sealed_json"


class Engine:
    """One in a process. `executor` is its name; what was begun by that name before goes on by itself."""

    def __init__(self, url: str, sealer: Sealer, executor: str, flows: Mapping[str, Flow], limits: Limits) -> None:
        self._limits = limits
        self._looks = limits.look_every
        self._dbos = DBOS(
            config={
                **_pooled(url),
                "name": "sharebot",
                "system_database_url": url,
                "dbos_system_schema": SCHEMA,
                "application_version": VERSION,
                "executor_id": executor,
                "serializer": Sealed(sealer),
                "log_level": "CRITICAL",  # what breaks, we log ourselves, and without what was in it
                "sys_db_pool_size": CONNECTIONS,
                "max_executor_threads": THREADS,
                "notification_listener_polling_interval_sec": LISTEN,
            }
        )
        self._flows = {name: DBOS.workflow(name=name)(_seen(name, flow)) for name, flow in flows.items()}

    async def start(self, flow: str, name: str, *ids: str) -> Callable[[], Coroutine[Any, Any, Any]]:
        """Within a flow: begins another, which goes on by itself when its turn has come; and tells what came of it."""
        with SetWorkflowID(name):
            handle = await DBOS.enqueue_workflow_async(MANY, self._flows[flow], *tracing.carrying(ids))
        return partial(handle.get_result, polling_interval_sec=POLL)

    async def launch(self) -> None:
        """What this executor had begun before goes on, in the loop that runs now.

        Tables are made first, and an index among them waits until whatever is at work in the database has come to its
        end, our own too: in this loop, both would wait for ever.
        """
        # A thread cannot see for itself which loop it launches for.
        self._dbos._background_event_loop._main_loop = asyncio.get_running_loop()  # pyright: ignore[reportPrivateUsage]
        await asyncio.to_thread(DBOS.launch)
        limits = self._limits
        count, seconds = limits.in_a_chat
        self._notices = await DBOS.register_queue_async(
            NOTICES,
            limiter={"limit": limits.in_all, "period": SECOND},
            worker_concurrency=AT_ONCE,
            polling_interval_sec=limits.look_every,
            on_conflict="always_update",
        )
        self._parts = await DBOS.register_queue_async(
            MANY, worker_concurrency=MANY_AT_ONCE, polling_interval_sec=limits.look_every, on_conflict="always_update"
        )
        await DBOS.register_queue_async(
            CROWDED,
            limiter={"limit": limits.in_crowded_chats, "period": SECOND},
            partition_limiter={"limit": count, "period": seconds},
            polling_interval_sec=limits.look_every,
            on_conflict="always_update",
        )

    async def run(self, flow: str, name: str, *ids: str) -> Any:
        """What comes of the flow of this name; one that was begun before, here or elsewhere, is not begun again."""
        with SetWorkflowID(name):
            handle = await DBOS.start_workflow_async(self._flows[flow], *tracing.carrying(ids))
        return await handle.get_result(polling_interval_sec=POLL)

    async def queue(self, flow: str, name: str, *ids: str, after: float = 0, chat: str | None = None) -> None:
        """Begins the flow of this name when that time is over and its turn has come, here or elsewhere.

        A row until then. `chat` is a key, kept as it is, of one that gets many.
        """
        with SetWorkflowID(name), SetEnqueueOptions(queue_partition_key=chat, delay_seconds=after or None):
            queue = CROWDED if chat else NOTICES
            await DBOS.enqueue_workflow_async(queue, self._flows[flow], *tracing.carrying(ids))

    async def waiting(self) -> int:
        """How many flows wait for their turn, up to as many as are worth counting."""
        due = await DBOS.list_queued_workflows_async(status="ENQUEUED", limit=MANY_WAIT, load_input=False)
        return len(due)

    async def hurry(self) -> None:
        """While something waits, it is looked often whose turn it is."""
        await self._look(self._limits.look_often)

    async def calm_down(self) -> None:
        """When nothing waits any more, a look costs more than it brings."""
        for queue in (NOTICES, MANY):
            if await DBOS.list_queued_workflows_async(queue_name=queue, limit=1, load_input=False):
                return
        await self._look(self._limits.look_every)

    async def _look(self, every: float) -> None:
        if self._looks != every:
            self._looks = every
            await self._notices.set_polling_interval_sec_async(every)
            await self._parts.set_polling_interval_sec_async(every)

    async def step(self, name: str, what: Flow, *ids: str, again: Callable[[BaseException], bool]) -> Any:
        """Within a flow: what is done once it has been done. `again`: what passes by itself in half a minute."""
        how: StepOptions = {
            "name": name,
            "retries_allowed": True,
            "max_attempts": 8,
            "interval_seconds": 0.25,
            "should_retry": again,
        }

        async def seen(*ids: str) -> Any:
            with tracing.span(f"step {name}"):
                return await what(*ids)

        return await DBOS.run_step_async(how, seen, *ids)

    async def sleep(self, seconds: float) -> None:
        await DBOS.sleep_async(seconds)

    async def left_behind(self) -> frozenset[str]:
        """The executors that have unfinished flows, this one among them."""
        left = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        return frozenset(each.executor_id for each in left if each.executor_id)

    async def take_over(self, executor: str) -> None:
        """Goes on with the flows of a replica that is known to be dead. (Without its vendor's service nobody does.)"""
        await asyncio.to_thread(DBOS._recover_pending_workflows, [executor])  # pyright: ignore[reportPrivateUsage]

    async def tidy(self, now: float) -> None:
        """Forgets what was finished long ago."""
        before = dt.datetime.fromtimestamp(now - KEEP_FOR, dt.UTC).isoformat()
        while old := await DBOS.list_workflows_async(
            status=["SUCCESS", "ERROR"], completed_before=before, limit=1000, load_input=False, load_output=False
        ):
            await DBOS.delete_workflows_async([each.workflow_id for each in old])

    async def stop(self) -> None:
        """What is not done by now goes on with the next start."""
        with ThreadPoolExecutor(1) as thread:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(thread, _destroy)
        # It had put its own there, which is gone now.
        loop.set_default_executor(ThreadPoolExecutor())


def _seen(name: str, flow: Flow) -> Flow:
    """A part of what it was begun by, also after a kill, and on another replica."""

    async def seen(*ids: str) -> Any:
        ids, parent = tracing.carried(ids)
        # It begins with the key of what it is about, which is good for a press; so it is told by its hash.
        key = str(DBOS.workflow_id).partition(".")[0]
        said = {"sharebot.share": hashlib.sha256(key.encode()).hexdigest()[:HASH]}
        with tracing.span(f"flow {name}", said, parent=parent):
            return await flow(*ids)

    return seen


def _pooled(url: str) -> DBOSConfig:
    if url.startswith("sqlite"):
        return {}
    from bot.ledger.connections import LOOKED_AT  # noqa: PLC0415 psycopg is large, and of no use to a file

    return {"db_engine_kwargs": {"pool_pre_ping": False, "pool_use_lifo": True, "pool_events": LOOKED_AT}}


def _destroy() -> None:
    DBOS.destroy(destroy_registry=True)
