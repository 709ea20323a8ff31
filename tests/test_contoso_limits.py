"""How much of Graph there is in a minute, and how it says that there is no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from contoso.files import Item
from contoso.graph_limits import Usage
from contoso.tenant import Contoso
from tests.graph import Reader, at, at_graph, body

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
ALL = "User.Read User.ReadBasic.All People.Read Files.ReadWrite.All"

adele = at_graph(ADELE, ALL)


@dataclass
class Clock:
    """Shows the seconds it is set to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(contoso: Contoso) -> Clock:
    clock = Clock()
    contoso.usage = Usage(clock)
    return clock


def limits(answer: httpx.Response) -> dict[str, str]:
    names = ("Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
    return {name: answer.headers[name] for name in names if name in answer.headers}


async def test_nothing_is_counted_unless_there_is_a_limit(contoso: Contoso, clock: Clock, adele: Reader) -> None:
    answers = [await adele.get("/me") for _ in range(5)]

    assert [limits(answer) for answer in answers] == [{}] * 5
    contoso.units_per_minute = 1
    assert (await adele.get("/me")).status_code == 200


async def test_it_warns_from_four_fifths_and_then_refuses(contoso: Contoso, clock: Clock, adele: Reader) -> None:
    contoso.units_per_minute = 5

    quiet = [limits(await adele.get("/me")) for _ in range(3)]
    clock.now += 20.5
    warned = [await adele.get("/me") for _ in range(2)]
    refused = await adele.get("/me")

    assert quiet == [{}] * 3
    assert [limits(answer) for answer in warned] == [
        {"RateLimit-Limit": "5", "RateLimit-Remaining": "1", "RateLimit-Reset": "40"},
        {"RateLimit-Limit": "5", "RateLimit-Remaining": "0", "RateLimit-Reset": "40"},
    ]
    assert refused.status_code == 429
    assert limits(refused) == {
        "Retry-After": "40",
        "RateLimit-Limit": "5",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "40",
    }
    said = refused.json()["error"]
    assert (said["code"], said["innerError"]["code"]) == ("activityLimitReached", "throttledRequest")
    assert said["message"] == "Please retry again later."


async def test_who_waits_as_told_is_let_through(contoso: Contoso, clock: Clock, adele: Reader) -> None:
    contoso.units_per_minute = 2
    for _ in range(2):
        await adele.get("/me")
    clock.now += 10
    refused = await adele.get("/me")

    clock.now += int(refused.headers["Retry-After"])

    assert (await adele.get("/me")).status_code == 200


async def test_who_does_not_wait_waits_longer(contoso: Contoso, clock: Clock, adele: Reader) -> None:
    contoso.units_per_minute = 1
    await adele.get("/me")
    clock.now += 30
    first = await adele.get("/me")
    clock.now += 20
    second = await adele.get("/me")

    clock.now += 10
    third = await adele.get("/me")

    assert [limits(answer)["Retry-After"] for answer in (first, second, third)] == ["60", "60", "60"]


@pytest.mark.parametrize(
    ("call", "units"),
    [
        ("GET /me", 1),
        ("GET {item}", 1),
        ("GET /me/drive", 1),
        ("GET /nowhere", 1),
        ("GET /users", 2),
        ("GET /me/people", 2),
        ("GET /me/drive/root/children", 2),
        ("POST /search/query", 2),
        ("GET {item}/permissions", 5),
        ("GET {item}/permissions/none", 5),
        ("GET {item}?$expand=permissions", 5),
        ("POST {item}/invite", 5),
        ("POST {item}/Microsoft.Graph.createLink", 5),
        ("GET /drives/b!none/items/x/permissions", 5),
    ],
)
async def test_what_a_call_costs(contoso: Contoso, adele: Reader, budget: Item, call: str, units: int) -> None:
    method, path = call.format(item=at(budget)).split(" ")

    contoso.units_per_minute = units
    answer = await adele.request(method, path, json={})
    contoso.reset()
    contoso.units_per_minute = units - 1
    too_much = await adele.request(method, path, json={})

    assert (answer.status_code != 429, too_much.status_code) == (True, 429)


async def test_a_throttled_invitation_shares_nothing(contoso: Contoso, adele: Reader, budget: Item) -> None:
    contoso.units_per_minute = 4

    answer = await adele.post(f"{at(budget)}/invite", json=body({"email": ALEX}))

    assert (answer.status_code, contoso.roles(budget)) == (429, {})


async def test_the_app_is_counted_not_its_users(contoso: Contoso, adele: Reader) -> None:
    contoso.units_per_minute = 1
    await adele.get("/me")

    async with Reader(contoso, ALEX) as alex:
        answer = await alex.get("/me")

    assert answer.status_code == 429


async def test_each_entry_of_a_batch_is_counted(contoso: Contoso, clock: Clock, adele: Reader, budget: Item) -> None:
    contoso.units_per_minute = 7
    entries: list[dict[str, Any]] = [
        {"id": str(n), "method": "GET", "url": f"{at(budget)}/permissions"} for n in (1, 2)
    ]

    answer = await adele.post("/$batch", json={"requests": [*entries, {"id": "3", "method": "GET", "url": "/me"}]})

    answers = {each["id"]: each for each in answer.json()["responses"]}
    assert {name: each["status"] for name, each in answers.items()} == {"1": 200, "2": 429, "3": 429}
    assert answers["2"]["headers"]["Retry-After"] == "60"


async def test_a_token_that_is_not_taken_costs_nothing(contoso: Contoso, adele: Reader) -> None:
    contoso.units_per_minute = 1

    async with httpx.AsyncClient(base_url=adele.base_url) as nobody:
        strangers = [await nobody.get("/me") for _ in range(3)]

    assert [answer.status_code for answer in strangers] == [401] * 3
    assert (await adele.get("/me")).status_code == 200


async def test_the_back_door_sets_limits_and_wants_people_to_come(contoso: Contoso) -> None:
    adele = contoso.person(ADELE)
    claims = '{"access_token": {"acrs": {"essential": true, "value": "c1"}}}'
    said = {"unitsPerMinute": 7, "challenges": {ADELE: claims}, "interactionRequired": [ALEX]}

    async with httpx.AsyncClient(base_url=f"{contoso.base_url}/_contoso") as door:
        wrong = [
            await door.post("/faults", json=each)
            for each in ({"unitsPerMinute": 0}, {"unitsPerMinute": "7"}, {"challenges": {ADELE: "no JSON"}})
        ]
        await door.post("/faults", json=said)
        told = (contoso.units_per_minute, contoso.challenges, contoso.interaction_required)
        await door.post("/faults", json={})

    assert [answer.status_code for answer in wrong] == [400] * 3
    assert told == (7, {adele.id: claims}, {contoso.person(ALEX).id})
    assert (contoso.units_per_minute, contoso.challenges, contoso.interaction_required) == (None, {}, set())
