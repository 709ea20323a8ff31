"""Many calls in one: each is answered, refused, throttled and broken on its own."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from contoso.faults import Rule
from contoso.files import Item
from contoso.tenant import Contoso
from tests.graph import Reader, at, at_graph, body, error

Json = dict[str, Any]
ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
JSON = {"Content-Type": "application/json"}

adele = at_graph(ADELE)


def get(name: str, url: str, **more: Any) -> Json:
    return {"id": name, "method": "GET", "url": url, **more}


def invite(name: str, item: Item, who: str, **more: Any) -> Json:
    return {
        "id": name,
        "method": "POST",
        "url": f"{at(item)}/invite",
        "headers": JSON,
        "body": body({"email": who}),
        **more,
    }


async def send(reader: Reader, *requests: Json) -> dict[str, Json]:
    """The answers by id."""
    answer = await reader.post("/$batch", json={"requests": list(requests)})
    assert answer.status_code == 200, answer.text
    return {each["id"]: each for each in answer.json()["responses"]}


def statuses(answers: dict[str, Json]) -> dict[str, int]:
    return {name: each["status"] for name, each in answers.items()}


async def test_every_entry_is_answered_as_if_it_came_alone(contoso: Contoso, adele: Reader, budget: Item) -> None:
    answers = await send(
        adele,
        get("me", "/me"),
        get("nobody", "users/nobody@contoso.com"),
        get("search", "/users?$search=%22displayName:alex%22&$select=mail", headers={"ConsistencyLevel": "eventual"}),
        get("path", "/me/drive/root:/Finance/Q3 Budget.xlsx:"),
        invite("share", budget, ALEX),
    )

    assert statuses(answers) == {"me": 200, "nobody": 404, "search": 200, "path": 200, "share": 200}
    assert answers["me"]["body"]["mail"] == ADELE
    assert answers["nobody"]["body"]["error"]["code"] == "Request_ResourceNotFound"
    assert [each["mail"] for each in answers["search"]["body"]["value"]] == [ALEX]
    assert answers["path"]["body"]["id"] == budget.id
    assert answers["share"]["headers"]["Content-Type"].startswith("application/json")
    assert contoso.roles(budget) == {ALEX: "write"}


async def test_the_answers_come_in_another_order(adele: Reader) -> None:
    answer = await adele.post("/$batch", json={"requests": [get("1", "/me"), get("2", "/me"), get("3", "/me")]})

    assert [each["id"] for each in answer.json()["responses"]] != ["1", "2", "3"]


async def test_an_answer_without_content_has_a_body_that_is_null(contoso: Contoso, adele: Reader, budget: Item) -> None:
    given = (await adele.post(f"{at(budget)}/invite", json=body({"email": ALEX}))).json()["value"][0]["id"]
    url = f"{at(budget)}/permissions/{given}"

    answers = await send(adele, {"id": "1", "method": "DELETE", "url": url})

    assert (answers["1"]["status"], answers["1"]["body"]) == (204, None)
    assert contoso.roles(budget) == {}


async def test_what_depends_on_a_failure_is_not_tried(contoso: Contoso, adele: Reader, budget: Item) -> None:
    answers = await send(
        adele,
        invite("1", budget, "nobody@contoso.com"),
        invite("2", budget, ALEX, dependsOn=["1"]),
        invite("3", budget, MEGAN, dependsOn=["2"]),
    )

    assert statuses(answers) == {"1": 400, "2": 424, "3": 424}
    assert contoso.roles(budget) == {}


async def test_what_depends_on_a_success_comes_after_it(contoso: Contoso, adele: Reader, budget: Item) -> None:
    listed = f"{at(budget)}/permissions"

    answers = await send(
        adele,
        invite("share", budget, ALEX),
        get("list", listed, dependsOn=["share"]),
        get("again", listed, dependsOn=["share"]),
    )

    assert len(answers["list"]["body"]["value"]) == len(answers["again"]["body"]["value"]) == 2


async def test_a_batch_in_a_batch_is_refused(adele: Reader) -> None:
    inner = {"id": "1", "method": "POST", "url": "/$batch", "headers": JSON, "body": {"requests": [get("1", "/me")]}}

    answers = await send(adele, inner, get("2", "/me"))

    assert statuses(answers) == {"1": 400, "2": 200}


def many(count: int) -> list[Json]:
    return [get(str(number), "/me") for number in range(count)]


async def test_twenty_go_into_a_batch(adele: Reader) -> None:
    assert set(statuses(await send(adele, *many(20))).values()) == {200}


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        ({}, "no requests"),
        ([], "no requests"),
        ({"requests": []}, "no requests"),
        ({"requests": many(21)}, "maximum value of 20"),
        ({"requests": [get("a", "/me"), get("A", "/me")]}, "must be unique"),
        ({"requests": [{"id": "1", "url": "/me"}]}, "an id, a method and a url"),
        ({"requests": [{"id": 1, "method": "GET", "url": "/me"}]}, "an id, a method and a url"),
        ({"requests": ["me"]}, "an id, a method and a url"),
        ({"requests": [get("1", "https://graph.microsoft.com/v1.0/me")]}, "method or url"),
        ({"requests": [{"id": "1", "method": "TRACE", "url": "/me"}]}, "method or url"),
        ({"requests": [get("1", "/me", headers=["x"])]}, "headers"),
        ({"requests": [get("1", "/me", headers={"ConsistencyLevel": 1})]}, "headers"),
        (
            {"requests": [{"id": "1", "method": "POST", "url": "/me", "body": {}}]},
            "Write request id : 1 does not contain",
        ),
        (
            {"requests": [{"id": "1", "method": "PATCH", "url": "/me", "headers": JSON}]},
            "Write request id : 1 does not",
        ),
        ({"requests": [get("1", "/me", dependsOn=["2"]), get("2", "/me")]}, "does not come before it"),
        ({"requests": [get("1", "/me"), get("2", "/me", dependsOn=["1", "1"])]}, "one other request"),
        (
            {"requests": [get("1", "/me"), get("2", "/me"), get("3", "/me", dependsOn=["1"])]},
            "one by one, or all on the same one",
        ),
    ],
)
async def test_a_batch_that_is_none_is_refused_whole(adele: Reader, payload: object, message: str) -> None:
    status, code, said = error(await adele.post("/$batch", json=payload))

    assert (status, code) == (400, "BadRequest")
    assert message in said


async def test_a_batch_needs_json_and_a_token(contoso: Contoso, adele: Reader) -> None:
    async with httpx.AsyncClient(base_url=adele.base_url) as nobody:
        without = await nobody.post("/$batch", json={"requests": many(1)})

    assert error(await adele.post("/$batch", content="{}", headers={"Content-Type": "text/plain"}))[0] == 415
    assert without.status_code == 401
    assert (await adele.get("/$batch")).status_code == 405


async def test_the_scopes_of_the_batch_are_those_of_its_entries(contoso: Contoso, budget: Item) -> None:
    async with Reader(contoso, ADELE, "Files.Read") as reader:
        answers = await send(reader, get("read", at(budget)), invite("share", budget, ALEX), get("users", "/users"))

    assert statuses(answers) == {"read": 200, "share": 403, "users": 403}


async def test_one_entry_can_be_throttled(contoso: Contoso, adele: Reader) -> None:
    headers = (("Retry-After", "7"),)
    contoso.faults.append(Rule("graph", method="GET", path=r"^/v1\.0/me$", status=429, headers=headers, times=1))

    answers = await send(adele, get("1", "/me"), get("2", "/me"))

    assert statuses(answers) == {"1": 429, "2": 200}
    assert answers["1"]["headers"]["Retry-After"] == "7"


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        ({"drop": "request"}, (504, {})),
        ({"drop": "reply"}, (504, {ALEX: "write"})),
        ({"status": 500}, (500, {})),
        ({"status": 500, "done": True, "body": {"error": {"code": "generalException"}}}, (500, {ALEX: "write"})),
        ({"delay": 0.001}, (200, {ALEX: "write"})),
    ],
)
async def test_what_goes_wrong_goes_wrong_in_a_batch_too(
    contoso: Contoso, adele: Reader, budget: Item, how: Json, outcome: tuple[int, dict[str, str]]
) -> None:
    contoso.faults.append(Rule("graph", path="/invite", contains="alex", times=1, **how))

    answers = await send(adele, get("1", "/me"), invite("2", budget, ALEX))

    assert answers["1"]["status"] == 200
    assert (answers["2"]["status"], contoso.roles(budget)) == outcome
    assert contoso.faults == []


async def test_a_rule_for_the_whole_batch_leaves_its_entries_alone(contoso: Contoso, adele: Reader) -> None:
    contoso.faults.append(Rule("graph", path=r"/\$batch$", status=503, times=1))

    answer = await adele.post("/$batch", json={"requests": many(2)})

    assert answer.status_code == 503
    assert set(statuses(await send(adele, *many(2))).values()) == {200}
