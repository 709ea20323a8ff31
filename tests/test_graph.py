"""Graph's words, as recorded and documented, and what we make of them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.errors import NeedsSignIn, NotAllowed, NotFound, SharebotError, Unavailable, Unsure
from bot.graph import Graph
from bot.graph.client import Refused
from bot.graph.items import sharing_token
from bot.graph.permissions import Invited
from bot.sharing import Recipient, Role, ShareableItem

URL = "https://graph.example/v1.0"
FILE = ShareableItem("b!drive", "01ITEM", "Q3.xlsx", "https://x", False, "OneDrive", "Adele", None)
ERIC = Recipient("0a0d38a9", "Eric", "e@outlook.com")
HELGA = Recipient("5D8CA5D0", "Helga Hammeren", "helga@contoso.com")
ROBIN = Recipient("42F177F1", "Robin Danielsen", "robin@contoso.com")
NEW = Recipient(None, "new@partner.example", "new@partner.example")


def graph(answer: Callable[[httpx.Request], httpx.Response]) -> Graph:
    return Graph(httpx.AsyncClient(transport=httpx.MockTransport(answer)), URL, httpx.Auth())


def answering(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Graph:
    return graph(lambda _: httpx.Response(status, json=body, headers=headers))


async def test_an_invite_says_only_what_was_said() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={"value": []})

    await graph(answer).invite(FILE, [ERIC, NEW], Role.WRITE)

    assert str(sent[0].url) == f"{URL}/drives/b!drive/items/01ITEM/invite"
    assert json.loads(sent[0].content) == {
        "recipients": [{"objectId": "0a0d38a9"}, {"email": "new@partner.example"}],
        "requireSignIn": True,
        "sendInvitation": True,
        "roles": ["write"],
    }


async def test_the_recorded_answer_to_an_invite_is_read() -> None:
    entry = {
        "@odata.type": "#microsoft.graph.permission",
        "id": "aTowIy5m",
        "roles": ["write"],
        "grantedTo": {"user": {"email": "e@outlook.com", "id": "0a0d38a9", "displayName": "Eric"}},
    }

    assert await answering(200, {"value": [entry]}).invite(FILE, [ERIC], Role.WRITE) == [Invited(ERIC, True, None)]


async def test_a_207_is_granted_for_all_and_not_mailed_for_some() -> None:
    value = [
        {
            "grantedTo": {"user": {"displayName": "Helga Hammeren", "id": "5D8CA5D0"}},
            "id": "1EFG7CA3",
            "invitation": {"email": "helga@contoso.com", "signInRequired": True},
            "roles": ["write"],
            "error": {"code": "notAllowed", "innererror": {"code": "accountVerificationRequired"}},
        },
        {
            "grantedTo": {"user": {"displayName": "Robin Danielsen", "id": "42F177F1"}},
            "id": "CCFC7CA3",
            "roles": ["write"],
        },
    ]

    answer = await answering(207, {"value": value}).invite(FILE, [HELGA, ROBIN], Role.WRITE)

    assert answer == [Invited(HELGA, True, "notAllowed"), Invited(ROBIN, True, None)]


async def test_somebody_new_from_outside_is_found_by_address() -> None:
    entry = {
        "id": "x",
        "roles": ["read"],
        "grantedTo": {"user": {"email": "New@partner.example", "displayName": "New"}},
    }

    assert await answering(200, {"value": [entry]}).invite(FILE, [NEW], Role.READ) == [Invited(NEW, True, None)]


async def test_an_answer_that_leaves_somebody_out_is_seen() -> None:
    assert await answering(200, {"value": []}).invite(FILE, [ERIC], Role.READ) == [Invited(ERIC, False, None)]


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (
            400,
            {"error": {"code": "noResolvedUsers", "message": "One or more users could not be resolved."}},
            "noResolvedUsers",
        ),
        (400, {"error": {"code": "sharingFailed", "message": "?"}}, "sharingFailed"),
        (
            400,
            {"error": {"code": "invalidRequest", "innerError": {"code": "secureSharingInvalidRequest"}}},
            "secureSharingInvalidRequest",
        ),
        (403, {"error": {"code": "accessDenied", "innererror": {"code": "sharingDisabled"}}}, "sharingDisabled"),
        (423, {"error": {"code": "notAllowed", "innerError": {"code": "resourceLocked"}}}, "resourceLocked"),
        (400, None, "unknown"),
        (400, {"error": "a string"}, "unknown"),
    ],
)
async def test_a_refused_invite_says_why(status: int, body: Any, code: str) -> None:
    with pytest.raises(Refused) as caught:
        await answering(status, body).invite(FILE, [ERIC], Role.READ)

    assert caught.value.code == code
    assert str(caught.value).endswith(".") or code in str(caught.value)


@pytest.mark.parametrize("status", [500, 502, 504, 503])
async def test_after_a_server_error_an_invite_is_unsure(status: int) -> None:
    with pytest.raises(Unsure):
        await answering(status).invite(FILE, [ERIC], Role.READ)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (httpx.ConnectError("down"), Unavailable),
        (httpx.ConnectTimeout("slow"), Unavailable),
        (httpx.ReadTimeout("slow"), Unsure),
        (httpx.RemoteProtocolError("cut"), Unsure),
    ],
)
async def test_only_a_request_that_cannot_have_arrived_is_unavailable(
    failure: Exception, expected: type[SharebotError]
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(expected) as caught:
        await graph(answer).invite(FILE, [ERIC], Role.READ)

    assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (401, {}, NeedsSignIn),
        (403, {}, NotAllowed),
        (404, {}, NotFound),
        (410, {}, NotFound),
        (429, {"Retry-After": "2.128"}, Unavailable),
        (503, {"Retry-After": "10"}, Unavailable),
        (500, {}, Unavailable),
        (418, {}, NotAllowed),
    ],
)
async def test_a_failed_look_up_has_a_word_of_ours(
    status: int, headers: dict[str, str], expected: type[SharebotError]
) -> None:
    with pytest.raises(expected):
        await answering(status, {"error": {"code": "x"}}, headers).permissions(FILE)


@pytest.mark.parametrize("wait", ["0", "0.01", "Wed, 21 Oct 2015 07:28:00 GMT"])
async def test_graph_may_ask_to_wait_in_several_ways(wait: str) -> None:
    answers = [httpx.Response(429, headers={"Retry-After": wait}), httpx.Response(200, json={"value": []})]

    assert await graph(lambda _: answers.pop(0)).permissions(FILE) == []


@pytest.mark.parametrize("wait", ["60", "soon", "", "Fri, 21 Oct 2095 07:28:00 GMT", "nan", "inf"])
async def test_a_wait_too_long_or_unclear_is_not_waited(wait: str) -> None:
    with pytest.raises(Unavailable):
        await answering(429, {}, {"Retry-After": wait}).permissions(FILE)


async def test_a_server_that_is_busy_for_ever_is_not_asked_for_ever() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(503, headers={"Retry-After": "0"})

    with pytest.raises(Unavailable):
        await graph(answer).invite(FILE, [ERIC], Role.READ)

    assert 1 < len(asked) < 10


async def test_a_throttled_invite_was_not_carried_out() -> None:
    with pytest.raises(Unavailable):
        await answering(429, {"error": {"code": "TooManyRequests"}}).invite(FILE, [ERIC], Role.READ)


async def test_a_success_without_sense_is_unsure() -> None:
    with pytest.raises(Unsure):
        await graph(lambda _: httpx.Response(200, content=b"<html>")).invite(FILE, [ERIC], Role.READ)


async def test_permissions_are_read_page_by_page() -> None:
    pages = {
        "1": {"value": [permission("a", "read")], "@odata.nextLink": f"{URL}/more?$skiptoken=2"},
        "2": {"value": [permission("b", "owner", inheritedFrom={})]},
    }

    found = await graph(
        lambda request: httpx.Response(200, json=pages["2" if "more" in str(request.url) else "1"])
    ).permissions(FILE)

    assert [(each.role, set(each.ids), each.is_inherited) for each in found] == [
        (Role.READ, {"a"}, False),
        (Role.OWNER, {"b"}, True),
    ]


async def test_a_link_for_everybody_is_nobodys_permission() -> None:
    link = {"id": "l", "roles": ["read"], "link": {"type": "view", "scope": "anonymous"}, "hasPassword": False}

    found = await answering(200, {"value": [link]}).permissions(FILE)

    assert not found[0].is_for(ERIC)


async def test_a_name_that_hurts_reaches_graph_as_it_is() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        return httpx.Response(200, json={"value": []})

    await graph(answer).find_items("Bob's #1 plan 100%.docx")

    assert asked[0].startswith("/v1.0/me/drive/root/search(q='Bob%27%27s%20%231%20plan%20100%25.docx')?")


async def test_a_search_finds_the_real_item_behind_a_shared_one_and_each_once() -> None:
    shared = {
        "id": "local",
        "name": "Plan.docx",
        "webUrl": "https://x/plan",
        "parentReference": {"driveId": "b!mine"},
        "remoteItem": {
            "id": "01REAL",
            "parentReference": {"driveId": "b!theirs", "path": "/drives/b!theirs/root:/A%20b"},
            "lastModifiedDateTime": "2026-11-02T10:00:00Z",
        },
    }
    hit = {"resource": {"id": "01REAL", "name": "Plan.docx", "webUrl": "u", "parentReference": {"driveId": "b!theirs"}}}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/query"):
            return httpx.Response(200, json={"value": [{"hitsContainers": [{"total": 1, "hits": [hit]}]}]})
        return httpx.Response(200, json={"value": [shared]})

    found = await graph(answer).find_items("Plan")

    assert [(each.key, each.name) for each in found] == [("b!theirs/01REAL", "Plan.docx")]


async def test_a_search_without_hits_has_no_hits_at_all() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        containers = [{"total": 0, "moreResultsAvailable": False}]
        return httpx.Response(200, json={"value": [{"hitsContainers": containers}] if request.method == "POST" else []})

    assert await graph(answer).find_items("Nothing") == []


def test_a_link_is_spelled_as_microsofts_example_spells_it() -> None:
    url = "https://onedrive.live.com/redir?resid=1231244193912!12&authKey=1201919!12921!1"

    assert sharing_token(url) == (
        "u!aHR0cHM6Ly9vbmVkcml2ZS5saXZlLmNvbS9yZWRpcj9yZXNpZD0xMjMxMjQ0MTkzOTEyITEyJmF1dGhLZXk9MTIwMTkxOSExMjkyMSEx"
    )


async def test_what_graph_says_forges_no_log_line(caplog: pytest.LogCaptureFixture) -> None:
    body = {"error": {"code": "x\nERROR root forged", "message": "Q3 Budget.xlsx"}}

    with caplog.at_level(logging.INFO), pytest.raises(NotFound):
        await answering(404, body, {"request-id": "a b"}).permissions(FILE)

    assert "\n" not in caplog.messages[0]
    assert "Budget" not in caplog.text


def permission(person_id: str, role: str, **more: Any) -> dict[str, Any]:
    return {"id": f"p-{person_id}", "roles": [role], "grantedToV2": {"user": {"id": person_id}}, **more}
