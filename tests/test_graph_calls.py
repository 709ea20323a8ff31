"""Many requests to a Graph that has limits: in batches, page by page, after pauses, and never in a storm."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from bot.errors import Busy, NotFound, Unavailable
from bot.graph import Budgets, Calls
from bot.graph.budget import retry_after
from bot.graph.calls import Ask
from bot.graph.refusals import Lost

URL = "https://graph.example/v1.0"
Answer = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


class Server:
    """Graph's end of the wire: answers from a list, or by a function, and remembers what it was sent."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.seen: list[httpx.Request] = []
        self.budgets = Budgets()
        self.was_asked = asyncio.Event()

    async def _on(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        self.was_asked.set()
        answer = self._answer(request)
        return answer if isinstance(answer, httpx.Response) else await answer

    def calls(self, patience: float = 3.0) -> Calls:
        http = httpx.AsyncClient(transport=httpx.MockTransport(self._on))
        until = asyncio.get_running_loop().time() + patience
        return Calls(http, URL, lambda _scope: httpx.Auth(), self.budgets, until)


def get(path: str, units: int = 1) -> Ask:
    return Ask("GET", path, "Files.Read", units)


def ok(**headers: str) -> httpx.Response:
    return httpx.Response(200, json={"value": []}, headers={k.replace("_", "-"): v for k, v in headers.items()})


def busy(wait: str) -> httpx.Response:
    return httpx.Response(429, json={"error": {"code": "activityLimitReached"}}, headers={"Retry-After": wait})


async def test_while_graph_wants_a_pause_nobody_asks_it_anything() -> None:
    server = Server(lambda _: busy("30"))
    with pytest.raises(Busy):
        await server.calls().read(get("/drives/d"), dict)

    with pytest.raises(Busy, match="seconds"):
        await server.calls().read(get("/shares/x"), dict)

    assert len(server.seen) == 1


async def test_one_service_that_is_busy_does_not_stop_the_others() -> None:
    server = Server(lambda request: busy("30") if "/drive" in request.url.path else ok())
    with pytest.raises(Busy):
        await server.calls().read(get("/users/u/drive/root"), dict)

    assert await server.calls().read(get("/users"), dict) == {"value": []}
    with pytest.raises(Busy):
        await server.calls().read(get("/groups/g/drive/root"), dict)
    assert await server.calls().read(get("/me"), dict) == {"value": []}


async def test_after_a_pause_one_goes_ahead_and_the_others_follow_when_all_is_well() -> None:
    ahead, on = asyncio.Event(), asyncio.Event()
    answers = [busy("0.1")]

    async def answer(_: httpx.Request) -> httpx.Response:
        if answers:
            return answers.pop()
        ahead.set()
        await on.wait()
        return ok()

    server = Server(answer)
    first = asyncio.create_task(server.calls().read(get("/drives/d"), dict))
    await server.was_asked.wait()
    others = [asyncio.create_task(server.calls(30).read(get(f"/drives/{n}"), dict)) for n in range(50)]
    await ahead.wait()
    alone = len(server.seen)
    on.set()
    await asyncio.gather(first, *others)

    assert alone == 2  # the refused one, and the one that goes ahead
    assert len(server.seen) == 52


async def test_if_who_went_ahead_fares_badly_the_next_one_goes_ahead() -> None:
    answers = [busy("0.1"), busy("0.1"), httpx.Response(404, json={"error": {"code": "itemNotFound"}})]
    server = Server(lambda _: answers.pop(0) if answers else ok())

    done = await asyncio.gather(
        server.calls(30).read(get("/drives/d"), dict),
        server.calls(30).read(get("/drives/x"), dict),
        return_exceptions=True,
    )

    assert [each for each in done if not isinstance(each, NotFound)] == [{"value": []}]


async def test_who_went_ahead_and_was_lost_holds_nobody_up() -> None:
    answers: list[httpx.Response | Exception] = [busy("0.1"), httpx.ReadTimeout("lost")]

    def answer(_: httpx.Request) -> httpx.Response:
        found = answers.pop(0) if answers else ok()
        if isinstance(found, Exception):
            raise found
        return found

    server = Server(answer)
    with pytest.raises(Lost):
        await server.calls().answer(get("/drives/d"))

    assert await server.calls().read(get("/drives/d"), dict) == {"value": []}


async def test_a_pause_that_is_told_while_one_goes_ahead_is_waited_for_by_all_others() -> None:
    late, ahead, on = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/late") and not late.is_set():
            await late.wait()
            return busy("0.1")
        if len(server.seen) == 2:
            return busy("0.1")
        ahead.set()
        await on.wait()
        return ok()

    server = Server(answer)
    first = asyncio.create_task(server.calls(30).read(get("/drives/late"), dict))
    await server.was_asked.wait()
    second = asyncio.create_task(server.calls(30).read(get("/drives/d"), dict))
    await ahead.wait()
    late.set()

    with pytest.raises(Busy):
        await server.calls(0.3).read(get("/drives/x"), dict)
    alone = len(server.seen)
    on.set()
    done = await asyncio.gather(first, second)

    assert alone == 3
    assert done == [{"value": []}] * 2


@pytest.mark.parametrize(
    ("said", "seconds"), [("30", 30), ("1.5", 1.5), ("-3", 0), ("soon", None), ("", None), ("inf", None), ("nan", None)]
)
def test_how_long_to_wait_is_a_number_that_has_an_end(said: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": said}) == seconds


def test_how_long_to_wait_may_be_told_as_a_date() -> None:
    then = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90)

    assert 80 < (retry_after({"Retry-After": format_datetime(then, usegmt=True)}) or 0) <= 90
    assert retry_after({"Retry-After": "Wed, 18 Nov 2020 10:00:00 GMT"}) == 0


async def test_what_is_left_of_a_minute_is_not_overdrawn() -> None:
    left = 13

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal left
        left -= 5 if "permissions" in request.url.path else 1
        return ok(RateLimit_Limit="1200", RateLimit_Remaining=str(left), RateLimit_Reset="40")

    server = Server(answer)
    await server.calls().read(get("/drives/d"), dict)

    done = await asyncio.gather(
        *(server.calls().read(get("/drives/d/items/i/permissions", units=5), dict) for _ in range(10)),
        return_exceptions=True,
    )

    assert [type(each) for each in done if isinstance(each, Exception)] == [Busy] * 8
    assert len(server.seen) == 3
    assert left == 2


async def test_who_can_wait_leaves_the_last_of_a_minute_to_those_who_cannot() -> None:
    server = Server(lambda _: ok(RateLimit_Limit="1200", RateLimit_Remaining="100", RateLimit_Reset="1"))
    await server.calls().read(get("/drives/d"), dict)

    patient = asyncio.create_task(replace(server.calls(), yields=True).read(get("/drives/d/patient"), dict))
    await asyncio.sleep(0)
    for _ in range(10):
        await server.calls().read(get("/drives/d/hurried", units=5), dict)
    assert not patient.done()
    await patient

    assert [each.url.path.rpartition("/")[2] for each in server.seen[1:]] == ["hurried"] * 10 + ["patient"]


async def test_when_the_headers_are_gone_there_is_enough() -> None:
    answers = [ok(RateLimit_Remaining="1", RateLimit_Reset="40"), ok()]
    server = Server(lambda _: answers.pop(0) if answers else ok())
    await server.calls().read(get("/drives/d"), dict)
    await server.calls().read(get("/drives/d"), dict)

    assert await server.calls().read(get("/drives/d", units=5), dict) == {"value": []}


async def test_a_new_minute_brings_new_units() -> None:
    server = Server(lambda _: ok(RateLimit_Remaining="0", RateLimit_Reset="0"))
    await server.calls().read(get("/drives/d"), dict)

    assert await server.calls().read(get("/drives/d"), dict) == {"value": []}


async def test_pages_are_followed_to_the_end_and_only_where_our_token_belongs() -> None:
    pages = {
        "/v1.0/first": {"value": [1, 2], "@odata.nextLink": f"{URL}/second?$skiptoken=a%20b"},
        "/v1.0/second?$skiptoken=a%20b": {"value": [3], "@odata.nextLink": "https://evil.example/v1.0/third"},
    }
    server = Server(lambda request: httpx.Response(200, json=pages[request.url.raw_path.decode()]))
    found: list[Any] = []

    async def read() -> None:
        async for each in server.calls().pages(get("/first"), lambda each: each):
            found.append(each)  # noqa: PERF401 what came before the failure counts

    with pytest.raises(Unavailable):
        await read()

    assert found == [1, 2, 3]


async def test_a_list_that_never_ends_is_left() -> None:
    server = Server(lambda _: httpx.Response(200, json={"value": [], "@odata.nextLink": f"{URL}/again"}))

    with pytest.raises(Unavailable):
        _ = [each async for each in server.calls().pages(get("/again"), lambda each: each)]

    assert len(server.seen) == 100


def entries(request: httpx.Request) -> list[dict[str, Any]]:
    return json.loads(request.content)["requests"]


def together(*responses: dict[str, Any]) -> httpx.Response:
    return httpx.Response(200, json={"responses": list(responses)})


async def test_a_batch_is_answered_in_the_order_of_its_questions() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        found = [{"id": each["id"], "status": 200, "body": {"asked": each["url"]}} for each in entries(request)]
        return together(*reversed(found))

    server = Server(answer)
    asks = [Ask("GET", f"/drives/{n}", "s", params={"$select": "id"}) for n in range(45)]

    answers = await server.calls().batch(asks)

    assert [each.json()["asked"] for each in answers] == [f"/drives/{n}?%24select=id" for n in range(45)]
    assert sorted(len(entries(request)) for request in server.seen) == [5, 20, 20]


async def test_a_batch_carries_bodies_with_their_type() -> None:
    server = Server(lambda _: together({"id": "0", "status": 201, "headers": {"Location": "x"}, "body": {"id": "1"}}))

    (answer,) = await server.calls().batch(
        [Ask("POST", "/drives/d/x", "s", 5, json={"a": 1}, headers={"If-Match": "t"})]
    )

    assert entries(server.seen[0]) == [
        {
            "id": "0",
            "method": "POST",
            "url": "/drives/d/x",
            "headers": {"If-Match": "t", "Content-Type": "application/json"},
            "body": {"a": 1},
        }
    ]
    assert (answer.status_code, answer.headers["Location"], answer.json()) == (201, "x", {"id": "1"})


async def test_only_what_was_throttled_in_a_batch_is_asked_again() -> None:
    throttled = {"id": "1", "status": 429, "headers": {"Retry-After": "0.1"}, "body": {"error": {"code": "x"}}}
    good = [{"id": str(n), "status": 200, "body": {"n": n}} for n in range(3)]
    answers = [together(good[0], throttled, good[2]), together(good[1])]
    server = Server(lambda _: answers.pop(0))

    found = await server.calls().batch([get(f"/drives/{n}") for n in range(3)])

    assert [each.json() for each in found] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert [[each["id"] for each in entries(request)] for request in server.seen] == [["0", "1", "2"], ["1"]]


async def test_an_entry_that_is_throttled_for_long_comes_back_as_it_is() -> None:
    server = Server(lambda _: together({"id": "0", "status": 429, "headers": {"Retry-After": "300"}}))

    (answer,) = await server.calls().batch([get("/drives/d")])

    assert answer.status_code == 429
    assert len(server.seen) == 1


async def test_a_batch_that_leaves_somebody_out_is_lost() -> None:
    server = Server(lambda _: together())

    with pytest.raises(Lost):
        await server.calls().batch([get("/drives/d")])
