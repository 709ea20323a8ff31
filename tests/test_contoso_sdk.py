"""What Microsoft's own client, msgraph-sdk 1.65, was seen to send is answered at Contoso.

It weighs 390 MB, so it is not here itself: https://github.com/microsoftgraph/msgraph-sdk-python
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator

import httpx
import pytest

from contoso.files import Item
from contoso.tenant import Contoso
from tests.graph import Reader, at, error, names

ADELE, ALEX = "adele.vance@contoso.com", "alex.wilber@contoso.com"
HURTS = "Bob's #1 plan 100%.docx"
SDK = {"Accept": "application/json", "User-Agent": "python-httpx/0.28.1 kiota-python/1.16.0"}


@pytest.fixture
async def sdk(contoso: Contoso) -> AsyncGenerator[Reader]:
    async with Reader(contoso, ADELE) as reader:
        reader.headers.update(SDK)
        yield reader


async def sent(sdk: Reader, line: str, said: object = None) -> httpx.Response:
    """As it stands: httpx may not change what is encoded in it."""
    method, _, path = line.partition(" ")
    headers = {"Content-Type": "application/json"} if said is not None else {}
    answer = await sdk.request(method, path, content=json.dumps(said) if said is not None else None, headers=headers)
    assert answer.request.url.raw_path.decode() == f"/v1.0{path}"
    return answer


def encoded(item: Item) -> str:
    return at(item).replace("!", "%21")


async def test_what_the_sdk_takes_away_unasked_is_refused_on_a_business_drive(
    contoso: Contoso, sdk: Reader, budget: Item
) -> None:
    said = {
        "message": "hi",
        "recipients": [{"email": ALEX}],
        "requireSignIn": True,
        "retainInheritedPermissions": False,
        "roles": ["write"],
        "sendInvitation": True,
    }

    answer = await sent(sdk, f"POST {encoded(budget)}/invite", said)

    assert error(answer) == (400, "invalidRequest", "Invalid request")
    assert (contoso.roles(budget), contoso.mails) == ({}, [])


async def test_what_the_sdk_misspells_is_refused(contoso: Contoso, sdk: Reader, budget: Item) -> None:
    """Told None it writes the name as Python does, which is no parameter's."""
    said = {
        "retain_inherited_permissions": None,
        "recipients": [{"email": ALEX}],
        "requireSignIn": True,
        "roles": ["write"],
        "sendInvitation": True,
    }

    answer = await sent(sdk, f"POST {encoded(budget)}/invite", said)

    assert answer.status_code == 400
    assert contoso.roles(budget) == {}


async def test_the_sdks_default_of_neither_sign_in_nor_mail_is_refused(
    contoso: Contoso, sdk: Reader, budget: Item
) -> None:
    said = {"recipients": [{"email": ALEX}], "requireSignIn": False, "roles": ["read"], "sendInvitation": False}

    answer = await sent(sdk, f"POST {encoded(budget)}/invite", said)

    assert error(answer) == (400, "invalidRequest", "RequireSignIn and SendInvitation cannot both be false")
    assert contoso.roles(budget) == {}


async def test_the_sdk_before_that_shares(contoso: Contoso, sdk: Reader, budget: Item) -> None:
    """Up to 1.58, or with the name taken out by hand."""
    said = {
        "message": "hi",
        "recipients": [{"email": ALEX}],
        "requireSignIn": True,
        "roles": ["write"],
        "sendInvitation": True,
    }

    answer = await sent(sdk, f"POST {encoded(budget)}/invite", said)

    assert answer.json()["value"][0]["grantedTo"]["user"]["email"] == ALEX
    assert contoso.roles(budget) == {ALEX: "write"}
    assert [mail.text for mail in contoso.mail_to(ALEX)] == ["hi"]


async def test_the_sdk_finds_a_name_that_hurts(contoso: Contoso, sdk: Reader) -> None:
    drive = f"/drives/{contoso.file('Adele Vance', HURTS).drive_id}".replace("!", "%21")

    by_path = await sent(sdk, f"GET {drive}/items/root%3A%2FBob%27s%20%231%20plan%20100%25.docx%3A")
    in_folder = await sent(sdk, f"GET {drive}/items/root%3A%2FFinance%2FQ3%20Budget.xlsx%3A")
    # It doubles no quotes.
    by_search = await sent(sdk, f"GET {drive}/search(q='Bob%27s%20%231%20plan%20100%25')")

    assert [each.json()["name"] for each in (by_path, in_folder)] == [HURTS, "Q3 Budget.xlsx"]
    assert names(by_search) == [HURTS]


async def test_what_graph_gave_up_is_there_and_empty(sdk: Reader, budget: Item) -> None:
    """https://learn.microsoft.com/graph/api/drive-recent: no data after November 2026."""
    drive = f"/drives/{budget.drive_id}".replace("!", "%21")

    calls = ["recent()", "recent", "sharedWithMe()", "sharedWithMe"]
    answers = [await sent(sdk, f"GET {drive}/{each}") for each in calls]

    assert [names(each) for each in answers] == [[]] * 4


async def test_the_sdk_makes_a_link(contoso: Contoso, sdk: Reader, budget: Item) -> None:
    said = {"scope": "organization", "type": "view", "retainInheritedPermissions": False, "sendNotification": False}

    answer = await sent(sdk, f"POST {encoded(budget)}/createLink", said)

    assert answer.status_code == 201
    assert (answer.json()["link"]["scope"], answer.json()["link"]["type"]) == ("organization", "view")
    assert contoso.roles(budget) == {"a link": "read"}


async def test_the_sdk_lists_changes_and_revokes(contoso: Contoso, sdk: Reader) -> None:
    forecast = contoso.file("Adele Vance", "Finance/Q4 Forecast.xlsx")
    permissions = f"{encoded(forecast)}/permissions"
    (pradeeps, _) = (await sent(sdk, f"GET {permissions}")).json()["value"]

    changed = await sent(sdk, f"PATCH {permissions}/{pradeeps['id']}", {"roles": ["read"]})

    assert (pradeeps["roles"], changed.json()["roles"]) == (["write"], ["read"])
    assert contoso.roles(forecast) == {"pradeep.gupta@contoso.com": "read"}

    revoked = await sent(sdk, f"DELETE {permissions}/{pradeeps['id']}")

    assert (revoked.status_code, revoked.content) == (204, b"")
    assert contoso.roles(forecast) == {}


async def test_the_sdk_asks_much_at_once(contoso: Contoso, sdk: Reader, budget: Item) -> None:
    invitation = {"recipients": [{"email": ALEX}], "requireSignIn": True, "roles": ["read"], "sendInvitation": True}
    post = {"method": "POST", "url": f"{encoded(budget)}/invite", "headers": {"Content-Type": "application/json"}}
    steps = [
        {"id": "1", **post, "body": {**invitation, "retainInheritedPermissions": False}},
        {"id": "2", **post, "body": invitation},
        {"id": "3", "method": "GET", "url": f"{encoded(budget)}/permissions"},
    ]

    answer = await sent(sdk, "POST /$batch", {"requests": steps})

    assert answer.status_code == 200
    assert {each["id"]: each["status"] for each in answer.json()["responses"]} == {"1": 400, "2": 200, "3": 200}
    assert contoso.roles(budget) == {ALEX: "read"}
