"""Graph's words, as recorded and documented, and what we make of them."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.errors import Busy, NeedsSignIn, NotAllowed, NotFound, Overloaded, SharebotError, TooLate, Unavailable, Unsure
from bot.graph import Budgets, Calls, Graph
from bot.graph.address import share
from bot.graph.invitations import Invitation, drive_recipient
from bot.graph.items import item
from bot.graph.permissions import NEVER, Identity, Link, Permission, SharingInvitation, invited
from bot.graph.refusals import CODES, HIDDEN, OF_ONE, STATUSES, Refused, no_mail
from bot.sharing import Recipient, Role, ShareableItem

URL = "https://graph.example/v1.0"
FILE = ShareableItem("b!drive", "01ITEM", "Q3.xlsx", "https://x", False, "OneDrive", "Adele", None)
ERIC = Recipient("0a0d38a9", "Eric", "e@outlook.com")
HELGA = Recipient("5D8CA5D0", "Helga Hammeren", "helga@contoso.com")
ROBIN = Recipient("42F177F1", "Robin Danielsen", "robin@contoso.com")
NEW = Recipient(None, "new@partner.example", "new@partner.example")


def graph(answer: Callable[[httpx.Request], httpx.Response], patience: float = 3.0) -> Graph:
    """One whose wire ends here; the answers are Graph's as recorded."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    until = asyncio.get_running_loop().time() + patience
    return Graph(Calls(http, URL, lambda _scope: httpx.Auth(), Budgets(), until))


def inviting(*people: Recipient, role: Role = Role.READ) -> Invitation:
    return Invitation(tuple(map(drive_recipient, people)), role)


def answering(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Graph:
    return graph(lambda _: httpx.Response(status, json=body, headers=headers))


async def test_an_invite_says_only_what_was_said() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={"value": []})

    await graph(answer).invite(FILE, inviting(ERIC, NEW, role=Role.WRITE))

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

    (found,) = await answering(200, {"value": [entry]}).invite(FILE, inviting(ERIC))

    assert found == Permission("aTowIy5m", ("write",), (Identity("user", "0a0d38a9", "Eric", "e@outlook.com"),))
    assert found.is_for(ERIC)
    assert found.role is Role.WRITE


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
            "error": {"code": "notAllowed", "innerError": {"code": "somethingNew"}},
        },
    ]

    answer = invited(await answering(207, {"value": value}).invite(FILE, inviting(HELGA, ROBIN)), (HELGA, ROBIN))

    assert [each.problem for each in answer] == ["accountVerificationRequired", "somethingNew"]
    assert [no_mail(each.problem or "") for each in answer] == [
        "The access is there, but Microsoft 365 could not send the mail: your account has to be verified first.",
        "The access is there, but Microsoft 365 could not send the mail: somethingNew.",
    ]


async def test_somebody_new_from_outside_is_found_by_address() -> None:
    user = {"email": "New@partner.example", "displayName": "New"}
    entry = {"id": "x", "roles": ["read"], "grantedTo": {"user": user}}

    entries = await answering(200, {"value": [entry]}).invite(FILE, inviting(NEW))

    assert [each.permission for each in invited(entries, (NEW, ERIC))] == [entries[0], None]


async def test_the_whole_permission_of_a_personal_drive_is_read() -> None:
    raw = {
        "@deprecated.GrantedTo": "GrantedTo has been deprecated. Refer to GrantedToV2",
        "id": "1EFG7CA3",
        "roles": ["write"],
        "grantedTo": {"user": {"displayName": "Helga", "id": "5D8CA5D0"}},
        "grantedToV2": {
            "user": {"displayName": "Helga", "id": "5D8CA5D0"},
            "siteUser": {"id": "1", "displayName": "Helga", "loginName": "Helga"},
        },
        "grantedToIdentities": [{"user": {"displayName": "Robin", "id": "42F177F1"}}, {"device": None}],
        "invitation": {"email": "helga@contoso.com", "signInRequired": True},
        "inheritedFrom": {"driveId": "5d17", "id": "5D17!100", "path": "/drive/root:/Photos"},
        "link": {"type": "edit", "webUrl": "https://1drv.ms/x", "webHtml": "<iframe>", "application": {"id": "1"}},
        "shareId": "FWxc1lasfdbEAGM5fI7B67aB5ZMPDMmQ11U",
        "hasPassword": True,
        "expirationDateTime": "2026-12-24T18:00:00Z",
        "somethingNew": {"of": "next year"},
    }

    assert await answering(200, raw).permission(FILE, "1EFG7CA3") == Permission(
        id="1EFG7CA3",
        roles=("write",),
        identities=(
            Identity("user", "5D8CA5D0", "Helga", None),
            Identity("siteUser", None, "Helga", None, "Helga"),
            Identity("user", "42F177F1", "Robin", None),
        ),
        link=Link("edit", None, "https://1drv.ms/x", "<iframe>"),
        invitation=SharingInvitation("helga@contoso.com", True),
        inherited_from="5D17!100",
        share_id="FWxc1lasfdbEAGM5fI7B67aB5ZMPDMmQ11U",
        has_password=True,
        expires=dt.datetime(2026, 12, 24, 18, tzinfo=dt.UTC),
        rest={"somethingNew": {"of": "next year"}},
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("0001-01-01T00:00:00Z", None),
        ("", None),
        (None, None),
        ("some day", None),
        ("2026-12-24T18:00:00.1234567Z", dt.datetime(2026, 12, 24, 18, 0, 0, 123456, tzinfo=dt.UTC)),
        ("2026-12-24T19:00:00+01:00", dt.datetime(2026, 12, 24, 18, tzinfo=dt.UTC)),
        ("2026-12-24T18:00:00", dt.datetime(2026, 12, 24, 18, tzinfo=dt.UTC)),
    ],
)
async def test_an_end_of_access_is_a_moment_or_none(said: str | None, expected: dt.datetime | None) -> None:
    found = await answering(200, {"id": "x", "expirationDateTime": said}).permission(FILE, "x")

    assert found.expires == expected
    assert found.role is None
    assert NEVER.year == 1


async def test_roles_of_a_site_are_kept_and_the_strongest_known_counts() -> None:
    raw = {"id": "x", "roles": ["sp.limited access", "read", "sp.full control"], "grantedToV2": {"siteGroup": {}}}

    found = await answering(200, raw).permission(FILE, "x")

    assert found.roles == ("sp.limited access", "read", "sp.full control")
    assert found.role is Role.OWNER
    assert found.is_for_many


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
        (400, {"error": {"code": "accessDenied", "innererror": {"code": "sharingDisabled"}}}, "sharingDisabled"),
        (400, {"error": {"code": "invalidRequest", "innerError": {"code": "newerThanWe"}}}, "newerThanWe"),
        (423, {"error": {"code": "notAllowed", "innerError": {"code": "resourceLocked"}}}, "resourceLocked"),
        (400, None, "unknown"),
        (400, {"error": "a string"}, "unknown"),
    ],
)
async def test_a_refused_invite_says_why(status: int, body: Any, code: str) -> None:
    with pytest.raises(Refused) as caught:
        await answering(status, body).invite(FILE, inviting(ERIC))

    assert caught.value.code == code
    assert str(caught.value).endswith(".") or code in str(caught.value)


@pytest.mark.parametrize("status", [500, 502, 504, 503])
async def test_after_a_server_error_an_invite_is_unsure(status: int) -> None:
    with pytest.raises(Unsure):
        await answering(status).invite(FILE, inviting(ERIC))


async def test_of_an_invite_that_graph_was_too_busy_for_nobody_knows_and_it_is_not_sent_again() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(503, headers={"Retry-After": "0"})

    with pytest.raises(Overloaded):
        await graph(answer).invite(FILE, inviting(ERIC))

    assert len(asked) == 1


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
        await graph(answer).invite(FILE, inviting(ERIC))

    assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (401, {}, NeedsSignIn),
        (403, {}, NotFound),
        (409, {}, TooLate),
        (412, {}, TooLate),
        (423, {}, NotAllowed),
        (507, {}, NotAllowed),
        (404, {}, NotFound),
        (410, {}, NotFound),
        (429, {"Retry-After": "21.28"}, Busy),
        (503, {"Retry-After": "10"}, Busy),
        (429, {}, Unavailable),
        (500, {}, Unavailable),
        (418, {}, NotAllowed),
    ],
)
async def test_a_failed_look_up_has_a_word_of_ours(
    status: int, headers: dict[str, str], expected: type[SharebotError]
) -> None:
    with pytest.raises(expected):
        await answering(status, {"error": {"code": "x"}}, headers).permissions(FILE)


@pytest.mark.parametrize("code", CODES)
async def test_every_code_of_graphs_has_its_word_of_ours(code: str) -> None:
    error, sentence = CODES[code]
    body = {"error": {"code": "invalidRequest", "message": "?", "innerError": {"code": code, "innererror": {}}}}

    with pytest.raises(error) as caught:
        await answering(400, body, {"request-id": "5f0c"}).invite(FILE, inviting(ERIC))

    assert type(caught.value) is error
    assert str(caught.value) == f"{sentence} (Reference 5f0c)"
    assert sentence.endswith((".", ")"))


@pytest.mark.parametrize("status", STATUSES)
async def test_where_no_code_is_known_the_status_tells(status: int) -> None:
    error, sentence = STATUSES[status]

    with pytest.raises(error, match=re.escape(sentence)):
        await answering(status, {"error": {"code": "of tomorrow"}}).invite(FILE, inviting(ERIC))


async def test_not_there_and_not_allowed_read_the_same() -> None:
    said: list[str] = []
    for status, code in ((404, "itemNotFound"), (403, "accessDenied"), (403, "unheard of"), (404, "")):
        with pytest.raises(NotFound) as caught:
            await answering(status, {"error": {"code": code}}).invite(FILE, inviting(ERIC))
        said.append(str(caught.value))

    assert set(said) == {HIDDEN}


async def test_a_person_hears_when_to_try_again() -> None:
    with pytest.raises(Busy, match="try again in 31 seconds"):
        await answering(429, {}, {"Retry-After": "31"}).permissions(FILE)
    with pytest.raises(Busy, match="try again in 5 minutes"):
        await answering(503, {}, {"Retry-After": "300"}).permissions(FILE)


def test_what_may_be_meant_of_one_has_a_word() -> None:
    assert OF_ONE - {"unknown"} <= CODES.keys()


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
        return httpx.Response(429, headers={"Retry-After": "0"})

    with pytest.raises(Unavailable):
        await graph(answer).invite(FILE, inviting(ERIC))

    assert 1 < len(asked) < 10


async def test_a_throttled_invite_was_not_carried_out() -> None:
    with pytest.raises(Unavailable):
        await answering(429, {"error": {"code": "TooManyRequests"}}).invite(FILE, inviting(ERIC))


async def test_a_success_without_sense_is_unsure() -> None:
    with pytest.raises(Unsure):
        await graph(lambda _: httpx.Response(200, content=b"<html>")).invite(FILE, inviting(ERIC))


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

    await graph(answer).own_items("Bob's #1 plan 100%.docx")

    assert asked[0].startswith("/v1.0/me/drive/root/search(q='Bob%27%27s%20%231%20plan%20100%25.docx')?")


async def test_a_search_finds_the_real_item_behind_a_shared_one() -> None:
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

    (found,) = await answering(200, {"value": [shared]}).own_items("Plan")

    assert (found.key, found.name, found.place, found.is_own) == (
        "b!theirs/01REAL",
        "Plan.docx",
        "OneDrive › A b",
        False,
    )


async def test_a_search_without_hits_has_no_hits_at_all() -> None:
    containers = [{"total": 0, "moreResultsAvailable": False}]

    assert await answering(200, {"value": [{"hitsContainers": containers}]}).items_anywhere("Nothing") == []


async def test_what_is_recent_is_asked_of_the_search_for_the_old_list_ends() -> None:
    sent: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.url.path, json.loads(request.content)["requests"][0]))
        return httpx.Response(200, json={"value": []})

    await graph(answer).recent()

    ((path, query),) = sent
    assert path == "/v1.0/search/query"
    assert query["sortProperties"] == [{"name": "lastModifiedDateTime", "isDescending": True}]


def test_a_link_is_spelled_as_microsofts_example_spells_it() -> None:
    url = "https://onedrive.live.com/redir?resid=1231244193912!12&authKey=1201919!12921!1"

    assert share(url) == (
        "/shares/u!aHR0cHM6Ly9vbmVkcml2ZS5saXZlLmNvbS9yZWRpcj9yZXNpZD0xMjMxMjQ0MTkzOTEyITEyJmF1dGhLZXk9MTIwMTkxOSExMjkyMSEx"
    )


async def test_what_graph_says_forges_no_log_line(caplog: pytest.LogCaptureFixture) -> None:
    body = {"error": {"code": "x\nERROR root forged", "message": "Q3 Budget.xlsx"}}

    with caplog.at_level(logging.INFO), pytest.raises(NotFound):
        await answering(404, body, {"request-id": "a b"}).permissions(FILE)

    assert "\n" not in caplog.messages[0]
    assert "Budget" not in caplog.text


def permission(person_id: str, role: str, **more: Any) -> dict[str, Any]:
    return {"id": f"p-{person_id}", "roles": [role], "grantedToV2": {"user": {"id": person_id}}, **more}


LIBRARY, OWN = "documentLibrary", "business"


@pytest.mark.parametrize(
    ("url", "kind", "path", "place"),
    [
        ("contoso.sharepoint.com/sites/Falcon/_layouts/15/Doc.aspx?sourcedoc=x", LIBRARY, "", "Falcon"),
        ("contoso.sharepoint.com/teams/R%26D/Shared%20Documents/a.pdf", LIBRARY, "/Plans", "R&D › Plans"),
        ("contoso.sharepoint.com/Shared%20Documents/a.pdf", LIBRARY, "", "a shared library"),
        ("contoso-my.sharepoint.com/personal/adele/Documents/a.pdf", OWN, "/A%20B/C", "OneDrive › A B › C"),
    ],
)
def test_a_place_is_the_site_and_the_folders(url: str, kind: str, path: str, place: str) -> None:
    parent = {"driveId": "b!d", "driveType": kind, "path": f"/drives/b!d/root:{path}"}

    assert item({"id": "1", "name": "a", "webUrl": f"https://{url}", "parentReference": parent}).place == place
