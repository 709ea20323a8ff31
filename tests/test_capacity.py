"""The capacity model: what it says, and that a simulation says the same."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench.capacity import (
    MARGIN,
    PAGE,
    SHARES_TABLES,
    Assumptions,
    Expected,
    Load,
    Pair,
    backlog,
    checked,
    compared,
    limits,
    loaded,
    measured_last,
    page,
    simulation,
    sizes,
)
from bench.simulation import HOUR, Queue, Stations, arrivals, simulate

# Numbers that are easy to reckon with; with one and a half recipients a share takes half a second and ten units.
TABLES = (*SHARES_TABLES, "record", "workflow_status", "operation_outputs")
MEASURED = {
    "other.seconds": 0.01,
    "other.teams": 1.0,
    "other.ways": 5.0,
    "idle.seconds": 0.02,
    "idle.ways": 10.0,
    "each.bytes": 1000.0,
    "share.seconds": 0.32,
    "person.seconds": 0.1,
    "share.calls": 5.0,
    "person.calls": 0.0,
    "share.files": 10.0,
    "person.files": 0.0,
    "share.people": 1.0,
    "person.people": 2.0,
    "share.teams": 2.0,
    "person.teams": 2.0,
    "share.ways": 100.0,
    "person.ways": 20.0,
    **{f"share.bytes.{table}": 100.0 for table in TABLES},
    **{f"person.bytes.{table}": 0.0 for table in TABLES},
}
ASSUMED = Assumptions(units_of_others=0.0)
STATIONS = Stations(seconds=0.5, replicas=2, shares_a_second=2.0, recipients=1.5, notices_a_second=20.0)


def load(users: int, assumed: Assumptions = ASSUMED) -> Load:
    (only,) = loaded(MEASURED, assumed, [users])
    return only


def presses(seed: int, *rates: float) -> Iterator[float]:
    return arrivals(rates, random.Random(seed))  # noqa: S311 - chance, and no secret


def test_a_days_work_is_all_in_its_hours() -> None:
    assert len(ASSUMED.curve) == 24
    assert math.isclose(sum(ASSUMED.curve), 1)


def test_a_share_takes_what_was_measured_for_its_recipients_and_the_sentences_around_it() -> None:
    costs = load(1000).costs

    assert math.isclose(costs.seconds, 0.32 + 1.5 * 0.1 + 3 * 0.01)
    assert (costs.calls, costs.units, costs.directory, costs.messages, costs.ways) == (8.0, 10.0, 4.0, 8.0, 145.0)


def test_graph_allows_a_larger_tenant_more() -> None:
    assert [load(users).units_allowed * 60 for users in (1000, 1001, 15_000, 50_000, 50_001)] == [
        *(1200, 2400, 3600, 4800, 6000)
    ]


def test_there_are_two_replicas_and_as_many_more_as_the_peak_wants() -> None:
    quiet, busy = load(1000), load(1_000_000)

    assert quiet.replicas == 2
    assert busy.replicas == math.ceil(busy.shares * busy.costs.seconds / 0.5) > 2
    assert math.isclose(quiet.processors, quiet.shares * 0.5 + 2 * 0.02)
    assert math.isclose(busy.ways, busy.shares * 145 + busy.replicas * 10)


def test_the_database_holds_what_is_kept_for_as_long_as_it_is() -> None:
    a_day = 10_000 * 0.2 * 5 / 7

    assert math.isclose(load(10_000).bytes, a_day * (500 * (365 + 90) + 100 * 180 + 200 * 7) + 10_000 * 1000)


def test_what_comes_too_fast_waits_until_the_hours_that_are_slower() -> None:
    rates = [1.0, 3.0, 3.0, 1.0, 1.0, 1.0]

    assert backlog(STATIONS, rates) == 2 * HOUR / 2
    assert backlog(STATIONS, [2.0] * 24) == 0.0


def test_who_shares_more_reaches_each_limit_sooner() -> None:
    usual, more = limits(load(1)), limits(load(1, replace(ASSUMED, shares_a_day=0.4)))

    assert [each.users for each in usual] == sorted(each.users for each in usual)
    assert all(math.isclose(one.users, 2 * other.users) for one, other in zip(usual, more, strict=True))


def test_a_queue_that_gets_more_than_it_serves_grows() -> None:
    expected = Expected.of(replace(STATIONS, notices_a_second=4.0), 3.0)

    assert math.isinf(expected.graph_wait)
    assert math.isinf(expected.notices_wait[1])
    assert not math.isinf(expected.answers)
    assert math.isinf(Expected.of(STATIONS, 5.0).answers)


def test_who_comes_while_another_is_served_waits() -> None:
    queue = Queue()

    assert [queue.serve(0.0, 2.0), queue.serve(1.0, 2.0), queue.serve(9.0, 1.0)] == [2.0, 4.0, 10.0]
    assert (queue.waits, queue.busy, queue.mean(), queue.longest()) == ([0.0, 1.0, 0.0], 5.0, 1 / 3, 1.0)
    assert (Queue().mean(), Queue().longest()) == (0.0, 0.0)


def test_presses_come_as_often_as_they_should_and_in_order() -> None:
    times = list(presses(1, 0.0, 5.0, 1.0))

    assert times == sorted(times)
    assert times[0] > HOUR
    assert sum(each < 2 * HOUR for each in times) == pytest.approx(5 * HOUR, rel=0.03)
    assert sum(each >= 2 * HOUR for each in times) == pytest.approx(HOUR, rel=0.06)


def test_the_same_seed_is_the_same_simulation() -> None:
    def one(seed: int) -> list[float]:
        return simulate(STATIONS, presses(seed, 0.5), seed).notices.waits

    assert one(1) == one(1) != one(2)


def test_nobody_who_presses_is_nothing_to_do() -> None:
    seen = simulate(STATIONS, [], 1)

    assert (seen.shares, seen.answers, seen.lasted) == (0, 0.0, 0.0)


@pytest.mark.parametrize("users", [10_000, 100_000, 300_000])
def test_the_simulation_says_what_the_formulas_say(users: int) -> None:
    """Hardly any load; half of what Graph allows, and more than it."""
    pairs = compared(load(users, replace(ASSUMED, units_of_others=20.0)), shares=20_000)

    assert [each for each in pairs if not each.agrees] == []
    assert sum(not math.isnan(each.apart) for each in pairs) >= 5


def test_what_is_too_far_apart_is_told() -> None:
    pair = Pair("wait", "1 s", "2 s", 1.0)

    assert not pair.agrees
    assert checked(load(1000), [pair]).rows == [("wait", "1 s", "2 s", "100.0%")]


def test_the_page_has_a_column_for_each_size_and_says_how_it_was_checked() -> None:
    loads = [load(1000), load(20_000)]

    text, pairs = simulation(loads)

    assert sizes(loads).columns == ("", "1,000", "20,000")
    assert f"At most {MARGIN:.0%} apart:\nyes." in text
    assert len(pairs) == 14


def test_the_page_is_what_the_model_says_of_what_was_measured() -> None:
    told, _, simulated = PAGE.read_text(encoding="utf-8").partition("\n## Checked against a simulation")

    assert told == page(loaded(measured_last(), Assumptions())).rstrip("\n") + "\n"
    assert "yes. Where the formula" in simulated
