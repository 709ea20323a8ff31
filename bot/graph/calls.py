"""One person's requests to Graph: signed, within what Graph has left, patient to a point, never blindly twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import httpx

from bot import tracing
from bot.errors import Unavailable
from bot.graph import address
from bot.graph.budget import SHORTEST_WAIT, Budget, retry_after
from bot.graph.refusals import Declined, Lost, failure, reference_of

Json = dict[str, Any]
Of = TypeVar("Of")

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
# What Graph takes in one batch. https://learn.microsoft.com/graph/json-batching
BATCH = 20
# More pages than anybody reads mean that a server turns in circles.
PAGES = 100
# Resource units. https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
READ, CHANGE, PERMISSIONS = 1, 2, 5


@dataclass(frozen=True)
class Ask:
    """`scope` is the least that Graph wants for it, `units` what it costs.

    `once`: sent again, it would be done again, so what may have been done is the caller's to find out.
    """

    method: str
    path: str
    scope: str
    units: int = READ
    params: dict[str, str] | None = None
    json: object = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    once: bool = False


@dataclass(frozen=True)
class Budgets:
    """Each service counts for itself."""

    files: Budget = field(default_factory=Budget)
    search: Budget = field(default_factory=Budget)
    people: Budget = field(default_factory=Budget)
    teams: Budget = field(default_factory=Budget)

    def of(self, path: str) -> Budget:
        if path.startswith("/search/"):
            return self.search
        _, first, *rest = path.split("/")
        if "teamwork" in rest:
            return self.teams
        owned = first in ("me", "users", "groups") and not {"drive", "drives"} & set(rest[:2])
        return self.people if owned else self.files


@dataclass(frozen=True)
class Calls:
    """`auth` signs as the person, with a token for the scope it is given.

    `until` is when the caller's patience ends, in the event loop's time: a request may wait so long for Graph to be
    less busy. `yields`: it leaves something to others, who have less time. Raises of `bot.errors` what an answer
    means, and Lost for one that never came.
    """

    http: httpx.AsyncClient
    url: str
    auth: Callable[[str], httpx.Auth]
    budgets: Budgets
    until: float
    yields: bool = False

    async def answer(self, ask: Ask) -> httpx.Response:
        """A success. Raises Lost where the deed may have been done all the same."""
        while True:
            answer = await self._request(ask)
            if answer.is_success:
                return answer
            # What was too much it did not do. Too busy it may have become while it did it.
            wait = _asked_to_wait(answer)
            if wait is not None and ask.once and answer.status_code == 503:
                raise Declined(reference=reference_of(answer)) from failure(answer)
            if wait is None or self._now() + max(wait, SHORTEST_WAIT) > self.until:
                raise failure(answer)

    async def body(self, ask: Ask, shape: Callable[[Json], Of]) -> Of:
        """What a success says. Raises Lost also for one that makes no sense."""
        return (await self.referenced(ask, shape))[0]

    async def referenced(self, ask: Ask, shape: Callable[[Json], Of]) -> tuple[Of, str]:
        """What a success says, and Graph's name of the request. Raises Lost also for one that makes no sense."""
        answer = await self.answer(ask)
        try:
            return shape(cast("Json", answer.json())), reference_of(answer)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise Lost(reference=reference_of(answer)) from error

    async def read(self, ask: Ask, shape: Callable[[Json], Of]) -> Of:
        """For what changes nothing: a lost answer is as if there had been none. Raises Unavailable."""
        try:
            return await self.body(ask, shape)
        except Lost as error:
            raise Unavailable(reference=error.reference) from error

    async def pages(self, ask: Ask, shape: Callable[[Json], Of]) -> AsyncGenerator[Of]:
        """Every entry of a list, however many pages it has."""
        for _ in range(PAGES):
            found, link = await self.read(ask, _page(shape))
            for each in found:
                yield each
            if link is None:
                return
            ask = self._next(ask, link)
        raise Unavailable

    async def page(self, ask: Ask, shape: Callable[[Json], Of]) -> tuple[list[Of], Ask | None]:
        """One page of a list, and what asks for the next one."""
        found, link = await self.read(ask, _page(shape))
        return found, self._next(ask, link) if link else None

    def _next(self, ask: Ask, link: str) -> Ask:
        # It is opaque, but it had better lead to where our token belongs.
        if not link.startswith(f"{self.url}/"):
            raise Unavailable
        return replace(ask, path=link.removeprefix(self.url), params=None)

    async def batch(self, asks: Iterable[Ask]) -> list[httpx.Response]:
        """The answer to each, success or not, in their order; what Graph was too busy for is asked again, it alone.

        All go with the scope of the first. https://learn.microsoft.com/graph/json-batching
        """
        everything = list(asks)
        groups = [everything[start : start + BATCH] for start in range(0, len(everything), BATCH)]
        return [answer for group in await asyncio.gather(*map(self._batch, groups)) for answer in group]

    async def _batch(self, asks: list[Ask]) -> list[httpx.Response]:
        answers: dict[int, httpx.Response] = {}
        while waiting := [number for number in range(len(asks)) if number not in answers]:
            found = await self.body(
                _together(asks, waiting),
                lambda said: {int(raw["id"]): _entry(asks[int(raw["id"])], raw) for raw in said["responses"]},
            )
            if found.keys() != set(waiting):
                raise Lost
            waits = {number: _asked_to_wait(answer) for number, answer in found.items()}
            longest = max((wait for wait in waits.values() if wait is not None), default=None)
            again = longest is not None and self._now() + max(longest, SHORTEST_WAIT) <= self.until
            answers |= {number: answer for number, answer in found.items() if not again or waits[number] is None}
            if longest is not None and again:
                await asyncio.sleep(max(longest, SHORTEST_WAIT))
                tracing.count(tracing.GRAPH_WAIT, max(longest, SHORTEST_WAIT))
        return [answers[number] for number in range(len(asks))]

    async def _request(self, ask: Ask) -> httpx.Response:
        budget = self.budgets.of(ask.path)
        try:
            async with budget.spend(ask.units, self.until, yields=self.yields):
                with tracing.request("Graph", ask.method, ask.path, address.WORDS) as asking:
                    answer = await self.http.request(
                        ask.method,
                        self.url + ask.path,
                        params=ask.params,
                        json=ask.json,
                        content=ask.content,
                        headers=ask.headers,
                        auth=self.auth(ask.scope),
                        timeout=TIMEOUT,
                    )
                    asking.answered(answer.status_code, reference_of(answer))
                budget.learn(ask.units, answer.status_code, answer.headers)
                return answer
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable from error
        except httpx.RequestError as error:
            raise Lost from error

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _page(shape: Callable[[Json], Of]) -> Callable[[Json], tuple[list[Of], str | None]]:
    """Its entries, and the address of the next one."""

    def page(raw: Json) -> tuple[list[Of], str | None]:
        link = raw.get("@odata.nextLink")
        return [shape(each) for each in raw["value"]], None if link is None else str(link)

    return page


def _together(asks: list[Ask], which: list[int]) -> Ask:
    requests: list[Json] = []
    for number in which:
        ask = asks[number]
        url = httpx.URL(ask.path, params=ask.params) if ask.params else ask.path
        request: Json = {"id": str(number), "method": ask.method, "url": str(url)}
        if ask.json is not None:
            request |= {"headers": {**ask.headers, "Content-Type": "application/json"}, "body": ask.json}
        elif ask.headers:
            request["headers"] = ask.headers
        requests.append(request)
    units = sum(asks[number].units for number in which)
    return Ask("POST", "/$batch", asks[0].scope, units, json={"requests": requests})


def _entry(ask: Ask, raw: Json) -> httpx.Response:
    """An answer inside a batch, as if it had come by itself."""
    headers = {str(name): str(value) for name, value in (raw.get("headers") or {}).items()}
    headers = {name: value for name, value in headers.items() if name.lower() != "content-length"}
    request = httpx.Request(ask.method, "https://batch.invalid" + ask.path)
    return httpx.Response(raw["status"], headers=headers, json=raw.get("body"), request=request)


def _asked_to_wait(answer: httpx.Response) -> float | None:
    return retry_after(answer.headers) if answer.status_code in (429, 503) else None
