"""What can be seen of the bot from outside: spans and numbers. Until somebody watches, nothing of either is made.

OpenTelemetry is known to bot/otlp.py alone, which is imported when the settings name a collector. Names and values are
words of the code, numbers, and ids that a log may have too: never what somebody wrote, is called, or was given.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.errors import SharebotError

Value = str | int | float | bool
Kind = Literal["inside", "server", "client"]

# What the person concerned has read of it: ours, or Graph's request-id.
REFERENCE = "sharebot.reference"
# In front of what the last id of a flow says of who began it.
CARRIED = "traceparent "


@dataclass(frozen=True)
class Metric:
    """`kind`: "count" only grows, "seconds" are how long something took, "now" is as it is."""

    name: str
    kind: Literal["count", "seconds", "now"]
    what: str


REQUESTS_IN = Metric("http.server.request.duration", "seconds", "Requests to the bot, by route and status.")
REQUESTS_OUT = Metric("sharebot.request.duration", "seconds", "Requests to Graph, Teams and Entra, by status.")
GRAPH_WAIT = Metric("sharebot.graph.wait", "seconds", "Waits for a Graph that is too busy.")
SHARE = Metric("sharebot.share.duration", "seconds", "From the press to the receipt of a share.")
COMMANDS = Metric("sharebot.commands", "count", "What was asked for, in words or by a press, by what came of it.")
RECORD = Metric("sharebot.record", "count", "Rows of the record: shares, notices, refusals, ends, by outcome.")
SIGN_INS = Metric("sharebot.sign_ins", "count", "Sign-ins asked of people, and done.")
QUEUE = Metric("sharebot.queue.length", "now", "Notices and parts of larger work that wait for their turn.")
PENDING = Metric("sharebot.ends.pending", "now", "Shares that stand and have an end.")
OVERDUE = Metric("sharebot.ends.overdue", "now", "Shares that should be over and are not.")
METRICS = (REQUESTS_IN, REQUESTS_OUT, GRAPH_WAIT, SHARE, COMMANDS, RECORD, SIGN_INS, QUEUE, PENDING, OVERDUE)


class Span(Protocol):
    def note(self, said: Mapping[str, Value]) -> None: ...

    def fails(self, kind: str) -> None:
        """It is over, and was not what it should have been."""
        ...


class Watch(Protocol):
    """Where it goes: the methods below, and they neither wait nor raise."""

    def span(self, name: str, said: Mapping[str, Value], kind: Kind, parent: str) -> AbstractContextManager[Span]: ...
    def past(self, name: str, said: Mapping[str, Value], since: int) -> None: ...
    def note(self, said: Mapping[str, Value]) -> None: ...
    def count(self, metric: Metric, value: float, said: Mapping[str, Value]) -> None: ...
    def here(self) -> tuple[str, str] | None: ...
    def carrier(self) -> str: ...


class _Unseen:
    def note(self, said: Mapping[str, Value]) -> None:
        pass

    def fails(self, kind: str) -> None:
        pass


_UNSEEN: nullcontext[Span] = nullcontext(_Unseen())
_watch: Watch | None = None
_arrived: ContextVar[float | None] = ContextVar("_arrived", default=None)


def watch(by: Watch | None) -> None:
    """From now on; None: nobody."""
    global _watch  # noqa: PLW0603 one process, one place where it is sent to
    _watch = by


def is_watched() -> bool:
    return _watch is not None


def span(
    name: str, said: Mapping[str, Value] | None = None, *, kind: Kind = "inside", parent: str = ""
) -> AbstractContextManager[Span]:
    """What is done within. `parent` is what `carried` told, else it is a part of what is under way here."""
    return _watch.span(name, said or {}, kind, parent) if _watch else _UNSEEN


def past(name: str, said: Mapping[str, Value], since: int) -> None:
    """Something that is over by now; `since` in nanoseconds since 1970."""
    if _watch:
        _watch.past(name, said, since)


def note(said: Mapping[str, Value]) -> None:
    """Something of what is under way here."""
    if _watch:
        _watch.note(said)


def count(metric: Metric, value: float = 1, **said: Value) -> None:
    if _watch:
        _watch.count(metric, value, said)


def here() -> tuple[str, str] | None:
    """The ids of the trace and the span that is under way here."""
    return _watch.here() if _watch else None


@contextmanager
def request(peer: str, method: str, path: str, words: frozenset[str]) -> Generator[Asking]:
    """One that we make. Of its path these words are told; whatever else is there may be an id, or a name."""
    if not _watch:
        yield Asking(_UNSEEN.enter_result)
        return
    path = _template(path, words)
    said = {"peer.service": peer, "http.request.method": method, "url.template": path}
    with span(f"{peer} {method} {path}", said, kind="client") as made:
        asking, begun = Asking(made), time.perf_counter()
        try:
            yield asking
        except SharebotError:
            # Somebody has to sign in first.
            asking.status = ""
            raise
        finally:
            if asking.status:
                count(REQUESTS_OUT, time.perf_counter() - begun, peer=peer, status=asking.status)


class Asking:
    """A request under way; of one that is never answered, the status is "none"."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self.status = "none"

    def answered(self, status: int, reference: str = "") -> None:
        """`reference` is theirs."""
        self.status = str(status)
        self._span.note({"http.response.status_code": status} | ({REFERENCE: reference} if reference else {}))
        if status >= 400:
            self._span.fails(self.status)


def _template(path: str, words: frozenset[str]) -> str:
    parts = [each.partition("(")[0] for each in path.partition("?")[0].split("/")]
    return "/".join(each if not each or each in words else "{}" for each in parts)


# Since when somebody waits


def arrives(at: float) -> None:
    """What somebody did has come in, by the clock of the loop; what follows is for them."""
    if _watch:
        _arrived.set(at)


def waited() -> float:
    """The seconds since then; none for what nobody has done."""
    at = _arrived.get()
    return asyncio.get_running_loop().time() - at if at is not None else 0.0


# What goes on elsewhere, or after a kill


def carrying(ids: Sequence[str]) -> tuple[str, ...]:
    """The ids of a flow, and in which trace it is begun."""
    carrier = _watch.carrier() if _watch else ""
    return (*ids, CARRIED + carrier) if carrier else tuple(ids)


def carried(ids: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The ids of a flow by themselves, and in which trace it was begun, watched or not; "" where nobody told."""
    if ids and ids[-1].startswith(CARRIED):
        return tuple(ids[:-1]), ids[-1].removeprefix(CARRIED)
    return tuple(ids), ""
