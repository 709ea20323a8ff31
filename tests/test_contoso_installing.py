"""Contoso's Graph installs the bot's app for people, as the real one does for an app that may."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from contoso import tokens
from contoso.graph_apps import ROLE
from contoso.ids import graph_chat_id
from contoso.tenant import Contoso
from tests.test_contoso_teams import StubBot, bot

__all__ = ["bot"]

Json = dict[str, Any]
ALEX, GUEST = "alex.wilber@contoso.com", "casey.jensen@fabrikam.example"
CATALOGUE = "https://graph.microsoft.com/v1.0/appCatalogs/teamsApps"


def apps_of(contoso: Contoso, who: str) -> str:
    return f"/v1.0/users/{contoso.person(who).id}/teamwork/installedApps"


def body(app_id: str) -> Json:
    return {"teamsApp@odata.bind": f"{CATALOGUE}/{app_id}"}


async def asked(contoso: Contoso, method: str, path: str, said: object = None, *, token: str = "", **query: str) -> Any:
    """As the app itself, unless another token is given."""
    own = token or tokens.app_token(contoso, tokens.GRAPH)
    async with httpx.AsyncClient(base_url=contoso.base_url, headers={"Authorization": f"Bearer {own}"}) as http:
        return await http.request(method, path, json=said, params=query or None)


@pytest.fixture
def granted(contoso: Contoso) -> None:
    contoso.app_roles.add(ROLE)


def message(answer: Any) -> str:
    return answer.json()["error"]["message"]


@pytest.mark.usefixtures("granted")
async def test_it_is_installed_listed_and_has_a_chat(contoso: Contoso) -> None:
    where = apps_of(contoso, ALEX)
    before = await asked(contoso, "GET", where)
    made = await asked(contoso, "POST", where, body(contoso.catalog_app_id))
    again = await asked(contoso, "POST", where, body(contoso.catalog_app_id))
    ours = {"$expand": "teamsApp", "$filter": f"teamsApp/id eq '{contoso.catalog_app_id}'"}
    (found,) = (await asked(contoso, "GET", where, **ours)).json()["value"]
    by_manifest = ours | {"$filter": f"teamsApp/externalId eq '{contoso.bot_id}'"}
    same = (await asked(contoso, "GET", where, **by_manifest)).json()["value"]
    chat = await asked(contoso, "GET", f"{where}/{found['id']}/chat")

    assert before.json()["value"] == []
    assert (made.status_code, made.content) == (201, b"")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "Conflict")
    assert (found["teamsApp"]["id"], found["teamsApp"]["externalId"]) == (contoso.catalog_app_id, contoso.bot_id)
    assert same == [found]
    assert chat.json()["id"] == graph_chat_id(contoso.person(ALEX).id)
    assert chat.json()["chatType"] == "oneOnOne"


@pytest.mark.usefixtures("granted")
async def test_the_connector_takes_graphs_name_of_the_chat(contoso: Contoso) -> None:
    await asked(contoso, "POST", apps_of(contoso, ALEX), body(contoso.catalog_app_id))
    token = tokens.app_token(contoso, tokens.BOT_FRAMEWORK)
    path = f"/connector/v3/conversations/{graph_chat_id(contoso.person(ALEX).id)}/activities"
    answer = await asked(contoso, "POST", path, {"type": "message", "text": "Hello"}, token=token)

    assert answer.status_code == 201
    assert [each.text for each in contoso.client.messages(ALEX)] == ["Hello"]


@pytest.mark.usefixtures("granted")
async def test_the_bot_hears_of_it(contoso: Contoso, bot: StubBot) -> None:
    await asked(contoso, "POST", apps_of(contoso, ALEX), body(contoso.catalog_app_id))
    async with asyncio.timeout(5):
        while len(bot.got) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    assert bot.kinds() == ["installationUpdate", "conversationUpdate"]
    assert {each["from"]["aadObjectId"] for each in bot.got} == {contoso.person(ALEX).id}


@pytest.mark.usefixtures("granted")
async def test_why_it_is_not_installed_is_told(contoso: Contoso) -> None:
    contoso.blocked.add(contoso.person(ALEX).id)
    where, own = apps_of(contoso, ALEX), body(contoso.catalog_app_id)
    refused = {
        "blocked": await asked(contoso, "POST", where, own),
        "another app": await asked(contoso, "POST", where, body(contoso.bot_id)),
        "no app": await asked(contoso, "POST", where, {"teamsApp": "x"}),
        "no object": await asked(contoso, "POST", where, []),
        "a guest": await asked(contoso, "POST", apps_of(contoso, GUEST), own),
        "nobody": await asked(contoso, "POST", "/v1.0/users/nobody/teamwork/installedApps", own),
        "no chat": await asked(contoso, "GET", f"{where}/x/chat"),
        "a filter": await asked(contoso, "GET", where, **{"$expand": "teamsApp", "$filter": "id eq 1"}),
        "not expanded": await asked(contoso, "GET", where, **{"$filter": "teamsApp/id eq 'x'"}),
    }

    statuses = {why: answer.status_code for why, answer in refused.items()}
    assert statuses == {
        "blocked": 403,
        "another app": 404,
        "no app": 400,
        "no object": 400,
        "a guest": 404,
        "nobody": 404,
        "no chat": 404,
        "a filter": 400,
        "not expanded": 400,
    }
    assert message(refused["blocked"]).startswith("App is blocked by app permission policy. ")
    assert refused["blocked"].json()["error"]["innerError"]["code"] == "AccessDenied"


async def test_without_the_permission_nothing_is_told_or_done(contoso: Contoso) -> None:
    where = apps_of(contoso, ALEX)
    person = tokens.graph_token(contoso, contoso.person(ALEX), frozenset({"User.Read"}))
    answers = [
        await asked(contoso, "GET", where),
        await asked(contoso, "POST", where, body(contoso.catalog_app_id)),
        await asked(contoso, "GET", f"{where}/x/chat"),
        await asked(contoso, "GET", where, token=person),
    ]

    assert [each.status_code for each in answers] == [403] * 4
    assert message(answers[0]) == (
        f"Missing role permissions on the request. API requires one of '{ROLE}'. Roles on the request ''."
    )
    assert message(answers[3]).startswith("Missing scope permissions on the request.")


@pytest.mark.usefixtures("granted")
async def test_elsewhere_the_app_alone_is_nobody(contoso: Contoso) -> None:
    answer = await asked(contoso, "GET", "/v1.0/users")

    assert answer.status_code == 401
