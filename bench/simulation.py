"""A share's way through processor, Graph and the queue of notices, event by event; the same for the same seed."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

HOUR = 3600.0
PRESSED, WORKED, SHARED = range(3)


@dataclass(frozen=True)
class Stations:
    """What serves a share: seconds of processor time on one of `replicas`, what Graph allows, and what Teams does.

    `recipients` is the mean; one notice for each of them, and one for the card of who shared it.
    """

    seconds: float
    replicas: int
    shares_a_second: float
    recipients: float
    notices_a_second: float
    quiet: float = 30.0  # UNDO_SECONDS


@dataclass
class Queue:
    """Who waited, one after the other."""

    free_at: float = 0.0
    waits: list[float] = field(default_factory=list[float])
    busy: float = 0.0

    def serve(self, now: float, takes: float) -> float:
        """When it is done."""
        began = max(now, self.free_at)
        self.waits.append(began - now)
        self.busy += takes
        self.free_at = began + takes
        return self.free_at

    def mean(self) -> float:
        return sum(self.waits) / len(self.waits) if self.waits else 0.0

    def longest(self) -> float:
        return max(self.waits, default=0.0)


@dataclass(frozen=True)
class Seen:
    """`answers` is the mean of the seconds from the press to the end of the work, Graph's wait aside; `worked` all the
    processor time, `pressed` how long somebody pressed, and `lasted` how long all of it took."""

    shares: int
    answers: float
    worked: float
    graph: Queue
    notices: Queue
    pressed: float
    lasted: float


def arrivals(rates: Iterable[float], chance: random.Random, each: float = HOUR) -> Iterator[float]:
    """The seconds at which somebody presses, Poisson: so many a second in each of the hours."""
    for number, rate in enumerate(rates):
        now, end = number * each, (number + 1) * each
        while rate > 0 and (now := now + chance.expovariate(rate)) < end:
            yield now


def simulate(stations: Stations, presses: Iterable[float], seed: int) -> Seen:
    chance = random.Random(seed)
    replicas = [Queue() for _ in range(stations.replicas)]
    graph, notices = Queue(), Queue()
    events: list[tuple[float, int, int]] = []
    coming = enumerate(presses)
    answers, count, now, pressed = 0.0, 0, 0.0, 0.0

    def press() -> None:
        for number, at in coming:
            heapq.heappush(events, (at, number, PRESSED))
            return

    press()
    while events:
        now, number, what = heapq.heappop(events)
        if what == PRESSED:
            press()
            pressed = now
            replica = replicas[int(chance.random() * stations.replicas)]
            done = replica.serve(now, chance.expovariate(1 / stations.seconds))
            answers, count = answers + done - now, count + 1
            heapq.heappush(events, (done, number, WORKED))
        elif what == WORKED:
            done = graph.serve(now, 1 / stations.shares_a_second)
            heapq.heappush(events, (done + stations.quiet, number, SHARED))
        else:
            for _ in range(_recipients(stations.recipients, chance) + 1):
                notices.serve(now, 1 / stations.notices_a_second)
    worked = sum(each.busy for each in replicas)
    return Seen(count, answers / count if count else 0.0, worked, graph, notices, pressed, max(now, notices.free_at))


def _recipients(mean: float, chance: random.Random) -> int:
    """Most shares have one, few have many: geometric."""
    count = 1
    while chance.random() > 1 / mean:
        count += 1
    return count
