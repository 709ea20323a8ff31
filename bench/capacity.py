"""How many people one bot can serve: what a share takes, as it was measured, against what Microsoft 365 and a machine
allow; by formula and, beside it, by simulation. Writes docs/capacity.md.

    python -m bench.capacity
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.figures import Table, Target, markdown, report
from bench.process import ROOT
from bench.simulation import HOUR, Seen, Stations, arrivals, simulate
from bot.ledger.ends import KEEP_FOR
from bot.settings import RETENTION_DAYS
from bot.work import engine
from bot.work.limits import LIMITS

PAGE = ROOT / "docs/capacity.md"
# What bench.shares saw; `python -m bench` keeps it.
MEASURED = Path(__file__).parent / "measured.json"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
SEED, SAMPLE = 20261122, 40_000  # shares at the rate of the peak
MARGIN = 0.1  # between formula and simulation
DAY = 24 * HOUR
GB = 1e9
FILES = "https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online"
PEOPLE = "https://learn.microsoft.com/graph/throttling-limits"
TEAMS = "https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit"
POSTGRESQL = "https://www.postgresql.org/docs/current/runtime-config-connection.html"
SOURCES = {
    "": "bot/work/limits.py",
    FILES: f"[SharePoint, throttling]({FILES})",
    PEOPLE: f"[Graph, throttling limits]({PEOPLE})",
    TEAMS: f"[Teams, rate limits of bots]({TEAMS})",
    POSTGRESQL: f"[PostgreSQL, connections]({POSTGRESQL})",
}
# Units in a minute for an app in a tenant of up to so many licences.
UNITS = ((1_000, 1_200), (5_000, 2_400), (15_000, 3_600), (50_000, 4_800), (math.inf, 6_000))
UNITS_A_DAY = 1_000  # times those of a minute
SHARINGS = 300 / 300  # a second
DIRECTORY = 8_000 / 10  # units a second, of a tenant of more than 500
MESSAGES, OLDER_MESSAGES = 50, 30  # a second
PERSONS = 3_000 / 300  # requests a second of one person
DEFAULT_CONNECTIONS = 100 - 3  # PostgreSQL's, without those it keeps for its owner
# The ledger's pool and what it may grow by, the engine's, the replica's lock, and who listens.
MOST_CONNECTIONS = 5 + 10 + engine.CONNECTIONS + 1 + 1
SHARES_TABLES = ("plans", "ends", "attempts", "told", "places")
ENGINES_TABLES = ("workflow_status", "operation_outputs")
FEWEST = 2  # replicas, so that one may fail


@dataclass(frozen=True)
class Assumptions:
    """What nobody measured. `curve` is the share of a day's work in each hour; `others` are sentences and presses for
    each share that share nothing, of `units_of_others` each; a processor is `busy` for so much of the peak."""

    shares_a_day: float = 0.2
    recipients: float = 1.5
    others: float = 3.0
    units_of_others: float = 4.0
    working_days: float = 5 / 7
    stands_days: float = 365.0
    busy: float = 0.5
    curve: tuple[float, ...] = (
        *(0.0, 0.0, 0.0, 0.0, 0.0, 0.01, 0.03, 0.08, 0.13, 0.14, 0.12, 0.08),
        *(0.09, 0.10, 0.11, 0.06, 0.03, 0.01, 0.01, 0.0, 0.0, 0.0, 0.0, 0.0),
    )

    @property
    def peak(self) -> float:
        """Of the shares of a day, those in a second of the busiest hour."""
        return max(self.curve) / HOUR


@dataclass(frozen=True)
class Costs:
    """Of one share, with so many recipients as are assumed and the sentences around it."""

    seconds: float
    calls: float
    units: float
    directory: float
    messages: float
    ways: float
    kept: Mapping[str, float]  # bytes by table

    @staticmethod
    def of(measured: Mapping[str, float], assumed: Assumptions) -> Costs:
        def both(what: str) -> float:
            return measured[f"share.{what}"] + assumed.recipients * measured[f"person.{what}"]

        def around(what: str) -> float:
            return both(what) + assumed.others * measured[f"other.{what}"]

        return Costs(
            around("seconds"),
            both("calls") + assumed.others,
            both("files") + assumed.others * assumed.units_of_others,
            both("people"),
            around("teams"),
            around("ways"),
            {table: both(f"bytes.{table}") for table in (*SHARES_TABLES, "record", *ENGINES_TABLES)},
        )


@dataclass(frozen=True)
class Load:
    """So many people who use it, in their busiest hour: what it comes to in a second."""

    users: float
    assumed: Assumptions
    costs: Costs
    measured: Mapping[str, float]

    @property
    def shares(self) -> float:
        return self.users * self.assumed.shares_a_day * self.assumed.peak

    @property
    def units(self) -> float:
        return self.shares * self.costs.units

    @property
    def units_allowed(self) -> float:
        return next(units for licences, units in UNITS if self.users <= licences) / 60

    @property
    def notices(self) -> float:
        return self.shares * (self.assumed.recipients + 1)

    @property
    def replicas(self) -> int:
        return max(FEWEST, math.ceil(self.shares * self.costs.seconds / self.assumed.busy))

    @property
    def processors(self) -> float:
        return self.shares * self.costs.seconds + self.replicas * self.measured["idle.seconds"]

    @property
    def ways(self) -> float:
        return self.shares * self.costs.ways + self.replicas * self.measured["idle.ways"]

    @property
    def stations(self) -> Stations:
        return Stations(
            self.costs.seconds,
            self.replicas,
            self.units_allowed / self.costs.units,
            self.assumed.recipients,
            LIMITS.in_all,
        )

    @property
    def rates(self) -> list[float]:
        """Shares in a second, hour by hour."""
        return [self.users * self.assumed.shares_a_day * each / HOUR for each in self.assumed.curve]

    @property
    def bytes(self) -> float:
        """When as much goes as comes."""
        kept = self.costs.kept
        shares = sum(kept[each] for each in SHARES_TABLES) * (self.assumed.stands_days + KEEP_FOR / DAY)
        engines = sum(kept[each] for each in ENGINES_TABLES) * engine.KEEP_FOR / DAY
        a_day = self.users * self.assumed.shares_a_day * self.assumed.working_days
        return a_day * (shares + kept["record"] * RETENTION_DAYS + engines) + self.users * self.measured["each.bytes"]


@dataclass(frozen=True)
class Expected:
    """By formula, at the rate of the peak; infinite is what never comes to rest at it.

    The processors: M/M/1 each. Graph: M/D/1, as if a minute's units were given out evenly. Notices: at least those of
    one share wait for each other; at most it is M/D/1 for batches, as if Graph did not even them out.
    """

    answers: float
    processors: float
    graph: float
    graph_wait: float
    notices: float
    notices_wait: tuple[float, float]

    @staticmethod
    def of(stations: Stations, rate: float) -> Expected:
        processors = rate * stations.seconds / stations.replicas
        graph = rate / stations.shares_a_second
        carried = min(rate, stations.shares_a_second)
        mean, square = _batch(stations.recipients)
        notices = carried * mean / stations.notices_a_second
        return Expected(
            stations.seconds / (1 - processors) if processors < 1 else math.inf,
            processors,
            graph,
            graph / (2 * stations.shares_a_second * (1 - graph)) if graph < 1 else math.inf,
            notices,
            (
                (square / mean - 1) / (2 * stations.notices_a_second),
                (notices + square / mean - 1) / (2 * stations.notices_a_second * (1 - notices))
                if notices < 1
                else math.inf,
            ),
        )


def backlog(stations: Stations, rates: Sequence[float]) -> float:
    """Seconds that who comes last waits for Graph, at the worst moment of a day: what came too fast is a queue that is
    longest when an hour ends."""
    waiting = longest = 0.0
    for rate in rates:
        waiting = max(0.0, waiting + (rate - stations.shares_a_second) * HOUR)
        longest = max(longest, waiting)
    return longest / stations.shares_a_second


def at_the_peak(stations: Stations, rate: float, shares: int, seed: int = SEED) -> Seen:
    """As long as it takes until there were so many."""
    return simulate(stations, arrivals([rate], random.Random(seed), shares / rate), seed)


def of_a_day(stations: Stations, rates: Sequence[float], seed: int = SEED) -> Seen:
    return simulate(stations, arrivals(rates, random.Random(seed)), seed)


def _batch(recipients: float) -> tuple[float, float]:
    """Mean and mean square of the notices of a share: of geometrically many recipients, and one more."""
    one = 1 / recipients
    return recipients + 1, (2 - one) / one**2 + 2 * recipients + 1


@dataclass(frozen=True)
class Limit:
    """How much of a `unit` is `allowed`, and what one of so many people takes of it at the peak."""

    name: str
    allowed: float
    unit: str
    each: float
    source: str

    @property
    def users(self) -> float:
        return self.allowed / self.each


def limits(load: Load) -> list[Limit]:
    """Of a tenant of more than 50,000; the one that is reached first is the first."""
    each, costs, units = load.assumed.shares_a_day * load.assumed.peak, load.costs, UNITS[-1][1]
    second = "in a second"
    found = [
        Limit("Graph, files: units of an app in a tenant", units / 60, second, each * costs.units, FILES),
        Limit(
            *("Graph, files: the same, by the day", units * UNITS_A_DAY / DAY, second),
            *(load.assumed.shares_a_day * costs.units / DAY, FILES),
        ),
        Limit("Graph, people: units of an app in a tenant", DIRECTORY, second, each * costs.directory, PEOPLE),
        Limit("Teams: all messages of a bot in a tenant", MESSAGES, second, each * costs.messages, TEAMS),
        Limit("our own: notices", LIMITS.in_all, second, each * (load.assumed.recipients + 1), ""),
        Limit(
            *("PostgreSQL: connections, as it comes", DEFAULT_CONNECTIONS // MOST_CONNECTIONS, "replicas"),
            *(each * costs.seconds / load.assumed.busy, POSTGRESQL),
        ),
    ]
    return sorted(found, key=lambda limit: limit.users)


# The page


def sizes(loads: Sequence[Load]) -> Table:
    rows = [
        ("shares in a second, at the peak", *(f"{load.shares:.3g}" for load in loads)),
        ("requests to Graph in a second", *(f"{load.shares * load.costs.calls:.3g}" for load in loads)),
        (
            "Graph's units for files in a second, of those allowed",
            *(_of(load.units, load.units_allowed) for load in loads),
        ),
        (
            "who comes last waits for Graph, at the worst moment of a day",
            *(_time(backlog(load.stations, load.rates)) for load in loads),
        ),
        (
            "notices in a second, of those we allow ourselves",
            *(_of(load.notices, LIMITS.in_all) for load in loads),
        ),
        (
            "a notice waits for its turn, mean at the peak, at most",
            *(_time(Expected.of(load.stations, load.shares).notices_wait[1]) for load in loads),
        ),
        (
            "messages to Teams in a second, of those it allows",
            *(_of(load.shares * load.costs.messages, MESSAGES) for load in loads),
        ),
        ("processors busy", *(f"{load.processors:.2g}" for load in loads)),
        ("replicas", *(f"{load.replicas}" for load in loads)),
        ("connections to PostgreSQL, at most", *(f"{load.replicas * MOST_CONNECTIONS}" for load in loads)),
        ("ways to the database and back in a second", *(f"{load.ways:,.0f}" for load in loads)),
        ("the database, when as much goes as comes", *(f"{load.bytes / GB:,.1f} GB" for load in loads)),
    ]
    return Table("People who use it", ("", *(f"{load.users:,.0f}" for load in loads)), rows)


def _of(wanted: float, allowed: float) -> str:
    return f"{wanted:.3g} of {allowed:.3g} ({wanted / allowed:.0%})"


@dataclass(frozen=True)
class Pair:
    """What the formula says and what was seen, as they are told; `apart` is nan where there is nothing to compare."""

    what: str
    expected: str
    seen: str
    apart: float

    @property
    def agrees(self) -> bool:
        return math.isnan(self.apart) or self.apart <= MARGIN


def compared(load: Load, shares: int = SAMPLE) -> list[Pair]:
    """Formula and simulation, side by side: so many shares at the rate of the peak, and a whole day."""
    stations = load.stations
    expected, seen = Expected.of(stations, load.shares), at_the_peak(stations, load.shares, shares)
    day, worst = of_a_day(stations, load.rates), backlog(stations, load.rates)
    return [
        _pair("processors, busy", expected.processors, seen.worked / seen.pressed / stations.replicas, _share),
        _pair("from the press to the end of the work, without Graph, mean", expected.answers, seen.answers, _time),
        _pair("Graph's units, used", min(1.0, expected.graph), seen.graph.busy / seen.lasted, _share),
        _pair("wait for Graph, mean", expected.graph_wait, seen.graph.mean(), _time),
        _pair("notices, of those allowed", min(1.0, expected.notices), seen.notices.busy / seen.lasted, _share),
        _between("wait of a notice, mean", expected.notices_wait, seen.notices.mean()),
        # What chance alone brings about is no backlog.
        _pair("longest wait for Graph in a day", worst or math.inf, day.graph.longest(), _time),
    ]


def _pair(what: str, expected: float, seen: float, told: Callable[[float], str]) -> Pair:
    if math.isinf(expected):
        return Pair(what, "—", told(seen), math.nan)
    return Pair(what, told(expected), told(seen), abs(seen - expected) / expected)


def _between(what: str, expected: tuple[float, float], seen: float) -> Pair:
    low, high = expected
    apart = max(0.0, (low - seen) / low, (seen - high) / high)
    return Pair(what, f"{_time(low)} to {_time(high)}", _time(seen), apart)


def checked(load: Load, pairs: Sequence[Pair]) -> Table:
    rows = [(each.what, each.expected, each.seen, _apart(each.apart)) for each in pairs]
    return Table(f"{load.users:,.0f} people", ("", "formula", "simulation", "apart"), rows)


def _apart(apart: float) -> str:
    return "" if math.isnan(apart) else f"{apart:.1%}"


def _share(part: float) -> str:
    return f"{part:.2%}"


def _time(seconds: float) -> str:
    if math.isinf(seconds):
        return "grows"
    if seconds >= HOUR:
        return f"{seconds / HOUR:.1f} h"
    if seconds >= 60:
        return f"{seconds / 60:.1f} min"
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms" if seconds else "none"


def taken(costs: Costs) -> Table:
    rows = [
        ("processor time", f"{costs.seconds * 1000:.0f} ms"),
        ("requests to Graph", f"{costs.calls:.1f}"),
        ("Graph's units for files", f"{costs.units:.1f}"),
        ("Graph's units of the directory", f"{costs.directory:.1f}"),
        ("messages to Teams", f"{costs.messages:.1f}"),
        ("ways to the database and back", f"{costs.ways:.0f}"),
        ("bytes in the database, while it stands and 90 days", _bytes(costs, SHARES_TABLES)),
        ("bytes in the record", _bytes(costs, ("record",))),
        ("bytes of the work, for a week", _bytes(costs, ENGINES_TABLES)),
    ]
    return Table("What a share takes", ("of a share", ""), rows)


def _bytes(costs: Costs, tables: Sequence[str]) -> str:
    return f"{sum(costs.kept[each] for each in tables):,.0f}"


def assumptions(assumed: Assumptions) -> Table:
    hour = max(assumed.curve)
    rows = [
        ("`shares_a_day`", f"{assumed.shares_a_day}", "shares of a person on a working day: one a week"),
        ("`recipients`", f"{assumed.recipients}", "of a share, mean; most have one, few have many (geometric)"),
        (
            "`others`",
            f"{assumed.others}",
            "sentences and presses for each share, that share nothing: help, who has access",
        ),
        ("`units_of_others`", f"{assumed.units_of_others}", "of Graph's units that each of these takes"),
        (
            "`curve`",
            f"{hour:.0%}",
            f"of a day's shares are in its busiest hour, {hour * 24:.1f} times the mean; one time zone",
        ),
        ("`working_days`", f"{assumed.working_days:.0%}", "of all days, for what is kept"),
        ("`stands_days`", f"{assumed.stands_days:.0f}", "days that a share stands, mean"),
        ("`busy`", f"{assumed.busy:.0%}", "of each replica's processor at the peak, so that one may fail"),
    ]
    return Table("Assumptions", ("name", "value", "is"), rows)


def first(found: Sequence[Limit]) -> Table:
    rows = [
        (each.name, f"{each.allowed:.3g} {each.unit}", f"{_round(each.users):,.0f}", SOURCES[each.source])
        for each in found
    ]
    return Table("What breaks first", ("limit", "allows", "reached by about so many people", "says"), rows)


def _round(count: float) -> float:
    """To two digits: it is known no better."""
    return round(count, 1 - math.floor(math.log10(count)))


def loaded(measured: Mapping[str, float], assumed: Assumptions, users: Sequence[float] = SIZES) -> list[Load]:
    costs = Costs.of(measured, assumed)
    return [Load(each, assumed, costs, measured) for each in users]


def page(loads: Sequence[Load]) -> str:
    """Without what is simulated, which takes a while."""
    assumed, costs, measured = loads[-1].assumed, loads[-1].costs, loads[-1].measured
    found = limits(loads[-1])
    sharings = _round(SHARINGS / (assumed.shares_a_day * assumed.peak))
    messages = _round(OLDER_MESSAGES / (assumed.shares_a_day * assumed.peak * costs.messages))
    return f"""# How many people it can serve

Written by `python -m bench.capacity`: change the assumptions there, not this page. It counts with what was measured
of a share ([benchmarks.md](benchmarks.md) says on what machine, and under what load) and with what Microsoft tells of
its limits. One tenant, for a bot has one.

## What breaks first

{markdown(first(found))}

Of a tenant of more than 50,000 licences, in the busiest hour. {_answer(found)}

Besides, [SharePoint's page]({FILES})
is quoted with a limit of 300 requests in five minutes for “specific sharing APIs”, for an app in a tenant; which these
are we could not find. If an invite is one, that is reached by about {sharings:,.0f} people. What one person
does is no limit: 3,000 requests in five minutes are {_of_a_person(costs):,.0f} shares, and of the 7 messages that a
chat may have in a second we use 3 in six. A chat that gets more waits, and holds up no other. Teams' page has also said
{OLDER_MESSAGES} messages in a second; that is reached by about {messages:,.0f} people.

Where Graph is the limit, nothing is lost: an app that is told to wait waits, and whoever would have to wait for longer
than they have patience for is told when to try again
([architecture.md](architecture.md#when-graph-is-busy)). So the waits below, for which everybody is taken to wait, are a
bound. What helps: fewer reads of permissions, which are five units each; or a second tenant or geography with a bot
of its own. Several registrations in one tenant are what Microsoft calls getting round the limit.

## From few to many

{markdown(sizes(loads))}

“Grows” is a queue that does not come to rest while the peak lasts. {LIMITS.in_all} notices in a second are our own
limit, less than half of what Teams allows. PostgreSQL takes 100 connections as it comes (`max_connections`).

## Assumptions

Nobody measured these; each is a field of `Assumptions` in bench/capacity.py, and some are options of the command.

{markdown(assumptions(assumed))}

## What a share takes

Of a share with {assumed.recipients} recipients, from the sentence to the last notice, and of the other sentences
around it, which cost what “help” does, as `python -m bench.shares` saw it. Graph's units are as Contoso counts them, by
Microsoft's table: one for an item, two for a list or a change, five for whatever is about permissions.

{markdown(taken(costs))}

What is kept of each person (their chat, their sealed tokens) is {measured["each.bytes"] / 1000:.0f} KB, and more with
real tokens, which are longer than Contoso's.
"""


def _answer(found: Sequence[Limit]) -> str:
    name, _, _ = found[0].name.partition(":")
    return f"So it is {name}, at about {_round(found[0].users):,.0f} people."


def _of_a_person(costs: Costs) -> float:
    return PERSONS * 300 / costs.calls


def simulation(loads: Sequence[Load]) -> tuple[str, list[Pair]]:
    everything = [(load, compared(load)) for load in loads]
    parts = [
        f"""
## Checked against a simulation

A simulated bot gets presses as they come in a day (Poisson, by the curve), works on them with its replicas (exponential
times, any replica), waits for Graph's units and, half a minute later, for the turn of each notice: {SAMPLE:,} shares at
the rate of the peak, then a day. Seeded, so it says the same each time. At most {MARGIN:.0%} apart:
{"yes" if _agree(everything) else "NO"}. Where the formula says nothing (—), nothing comes to rest, or what waits does
so by chance alone.
"""
    ]
    for load, pairs in everything:
        parts.append(f"\n{load.users:,.0f} people:\n\n{markdown(checked(load, pairs))}\n")
    return "".join(parts), [pair for _, pairs in everything for pair in pairs]


def _agree(everything: Sequence[tuple[Load, Sequence[Pair]]]) -> bool:
    return all(pair.agrees for _, pairs in everything for pair in pairs)


def measured_last() -> dict[str, float]:
    return json.loads(MEASURED.read_text(encoding="utf-8"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__)
    parser.add_argument("--to", type=Path, default=PAGE, help="where to write the page (default docs/capacity.md)")
    parser.add_argument("--users", nargs="+", type=int, default=SIZES, help="how many people (default 1,000 and more)")
    assumed = Assumptions()
    for name in ("shares_a_day", "recipients", "others", "stands_days", "busy"):
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=getattr(assumed, name))
    chosen = vars(parser.parse_args())
    to, users = chosen.pop("to"), chosen.pop("users")
    loads = loaded(measured_last(), replace(assumed, **chosen), users)
    text, pairs = simulation(loads)
    to.write_text(page(loads) + text, encoding="utf-8")
    worst = max(each.apart for each in pairs if not math.isnan(each.apart))
    found = limits(loads[-1])
    return report(
        [
            Target(
                f"formula and simulation at most {MARGIN:.0%} apart", f"{worst:.1%}", all(each.agrees for each in pairs)
            ),
        ],
        [first(found), sizes(loads)],
    )


if __name__ == "__main__":
    sys.exit(main())
