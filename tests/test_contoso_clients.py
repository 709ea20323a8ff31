"""Graph's clients that nobody here wrote share, list, change and revoke at Contoso as they do at the real one."""

from __future__ import annotations

import json
from asyncio import to_thread
from collections.abc import Callable, Generator
from typing import Any, cast

import pytest
import requests
from O365 import Account  # pyright: ignore[reportPrivateImportUsage] - it says nowhere what it exports
from O365.utils.token import MemoryTokenBackend
from office365.graph_client import GraphClient
from office365.runtime.client_request_exception import ClientRequestException
from office365.runtime.exceptions import ObjectNotFoundException
from office365.runtime.transport.requests_transport import RequestsTransport
from requests.adapters import HTTPAdapter

from contoso import tokens
from contoso.files import Item
from contoso.tenant import Contoso
from tests.graph import ALL

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
HURTS = "Bob's #1 plan 100%.docx"
GRAPH = "https://graph.microsoft.com"


class Line(requests.Session):
    """A person's line to Graph: the clients call the real one, and it ends at the tenant."""

    def __init__(self, contoso: Contoso, who: str) -> None:
        super().__init__()
        self.trust_env = False
        self.token = tokens.graph_token(contoso, contoso.person(who), frozenset(ALL.split()))
        self.headers["Authorization"] = f"Bearer {self.token}"
        self.exchange = Exchange(contoso)
        self.mount(GRAPH, self.exchange)

    @property
    def last(self) -> tuple[str, Any]:
        """The last request, as it went over the wire: its line and its body."""
        return self.exchange.sent[-1]


class Exchange(HTTPAdapter):
    def __init__(self, contoso: Contoso) -> None:
        super().__init__()
        self._contoso = contoso
        self.sent: list[tuple[str, Any]] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        url = str(request.url)
        self.sent.append(
            (f"{request.method} {url.removeprefix(GRAPH)}", json.loads(cast("bytes", request.body or b"null")))
        )
        request.url = url.replace(GRAPH, self._contoso.base_url, 1)
        return super().send(request, *args, **kwargs)


@pytest.fixture
def line(contoso: Contoso) -> Generator[Callable[[str], Line]]:
    lines: list[Line] = []

    def call(who: str) -> Line:
        lines.append(Line(contoso, who))
        return lines[-1]

    yield call
    for each in lines:
        each.close()


@pytest.fixture
def adele(line: Callable[[str], Line]) -> Line:
    return line(ADELE)


# O365: every call waits for its answer, so each has a thread of its own. It has no types.


@pytest.fixture
def drive(adele: Line) -> Any:
    """Adele's, by O365."""
    account = cast("Any", Account)(("a client", "its secret"), token_backend=MemoryTokenBackend(), requests_delay=0)
    account.con.session = adele
    return account.storage().get_default_drive()


async def o365_permissions(item: Any) -> dict[str, tuple[list[str], bool]]:
    """By who has it: the roles, and whether it comes from above."""
    found = await to_thread(item.get_permissions)
    return {each.granted_to: (each.roles, each.inherited_from is not None) for each in found}


async def test_o365_finds_a_file_by_its_path_by_search_and_by_walking(drive: Any, budget: Item) -> None:
    by_path = await to_thread(drive.get_item_by_path, "/Finance/Q3 Budget.xlsx")
    by_search = await to_thread(lambda: list(drive.search("budget")))
    folder = await to_thread(drive.get_item_by_path, "/Finance")
    below = await to_thread(lambda: list(folder.search("budget")))
    inside = await to_thread(lambda: list(folder.get_items()))

    assert [each.object_id for each in (by_path, by_search[0], *below)] == [budget.id] * 3
    assert by_path.parent_path == f"/drives/{budget.drive_id}/root:/Finance"
    assert [each.name for each in by_search] == ["Q3 Budget.xlsx", "Marketing budget.xlsx"]
    assert by_search[1].remote_item.object_id == by_search[1].object_id
    assert [each.name for each in inside] == ["Q3 Budget.xlsx", "Q4 Forecast.xlsx", "Travel costs 2026.xlsx"]


async def test_o365_finds_a_name_that_hurts_if_its_caller_escapes_it(drive: Any) -> None:
    by_path = await to_thread(drive.get_item_by_path, "/Bob's %231 plan 100%25.docx")
    by_search = await to_thread(lambda: list(drive.search("Bob''s %231 plan 100%25")))
    unescaped = await to_thread(lambda: list(drive.search("Bob's")))

    assert [each.name for each in (by_path, *by_search, *unescaped)] == [HURTS] * 3


async def test_o365_shares_with_a_person_and_a_message(contoso: Contoso, adele: Line, drive: Any, budget: Item) -> None:
    item = await to_thread(drive.get_item, budget.id)

    await to_thread(item.share_with_invite, ALEX, message="Please check.", share_type="edit")

    assert adele.last == (
        f"POST /v1.0/me/drive/items/{budget.id}/invite",
        {
            "recipients": [{"email": ALEX}],
            "requireSignIn": True,
            "sendInvitation": True,
            "roles": ["write"],
            "message": "Please check.",
        },
    )
    assert contoso.roles(budget) == {ALEX: "write"}
    assert [mail.text for mail in contoso.mail_to(ALEX)] == ["Please check."]
    assert (await to_thread(drive.get_item, budget.id)).shared == "users"


async def test_o365_shares_with_two_without_a_mail(contoso: Contoso, drive: Any, budget: Item) -> None:
    item = await to_thread(drive.get_item, budget.id)

    await to_thread(item.share_with_invite, [ALEX, MEGAN], send_email=False)

    assert contoso.roles(budget) == {ALEX: "read", MEGAN: "read"}
    assert contoso.mails == []


async def test_o365_lists_changes_and_revokes(contoso: Contoso, drive: Any) -> None:
    forecast = contoso.file("Adele Vance", "Finance/Q4 Forecast.xlsx")
    item = await to_thread(drive.get_item, forecast.id)
    (pradeeps, _) = await to_thread(item.get_permissions)
    before = await o365_permissions(item)

    assert await to_thread(pradeeps.update_roles, "view")

    assert before == {"Pradeep Gupta": (["write"], False), "Adele Vance": (["owner"], True)}
    assert await o365_permissions(item) == {"Pradeep Gupta": (["read"], False), "Adele Vance": (["owner"], True)}
    assert contoso.roles(forecast) == {"pradeep.gupta@contoso.com": "read"}

    assert await to_thread(pradeeps.delete)

    assert await o365_permissions(item) == {"Adele Vance": (["owner"], True)}
    assert contoso.roles(forecast) == {}


async def test_o365_makes_a_link_once(contoso: Contoso, drive: Any, budget: Item) -> None:
    item = await to_thread(drive.get_item, budget.id)

    link = await to_thread(item.share_with_link, "edit", "organization")
    again = await to_thread(item.share_with_link, "edit", "organization")

    assert (link.permission_type, link.share_type, link.share_scope) == ("link", "edit", "organization")
    assert (link.object_id, link.share_link) == (again.object_id, again.share_link)
    assert contoso.roles(budget) == {"a link": "write"}


async def test_o365_raises_what_graph_refuses(contoso: Contoso, drive: Any, budget: Item) -> None:
    item = await to_thread(drive.get_item, budget.id)

    with pytest.raises(requests.HTTPError, match=r"One or more users could not be resolved\.") as refused:
        await to_thread(item.share_with_invite, [ALEX, "nobody@contoso.com"])

    assert refused.value.response is not None
    assert refused.value.response.json()["error"]["code"] == "noResolvedUsers"
    assert (contoso.roles(budget), contoso.mails) == ({}, [])


async def test_o365_takes_a_mail_that_could_not_be_delivered_for_success(
    contoso: Contoso, drive: Any, budget: Item
) -> None:
    contoso.unmailable.add(ALEX)
    item = await to_thread(drive.get_item, budget.id)

    assert await to_thread(item.share_with_invite, [ALEX, MEGAN])

    assert contoso.roles(budget) == {ALEX: "read", MEGAN: "read"}
    assert [mail.to for mail in contoso.mails] == [MEGAN]


# office365-rest-python-client: its own asynchronous calls run the others in a thread.


def office365(line: Line) -> GraphClient:
    client = GraphClient(lambda: {"access_token": line.token, "token_type": "Bearer"})
    client.with_transport(session=line)
    # A batch is sent by another transport than the rest, unless it is told which.
    client.pending_request().with_async_transport(RequestsTransport(session=line))
    return client


@pytest.fixture
def client(adele: Line) -> GraphClient:
    return office365(adele)


async def test_office365_finds_a_file_by_its_path_by_search_and_by_its_address(
    contoso: Contoso, client: GraphClient, budget: Item
) -> None:
    root = client.me.drive.root

    by_path = await root.get_by_path("Finance/Q3 Budget.xlsx").get().execute_query_async()
    below = await root.search("budget").execute_query_async()
    around = await client.me.drive.search("budget").execute_query_async()
    by_address = await client.shares.by_url(contoso.web_url(budget)).drive_item.get().execute_query_async()

    assert [each.id for each in (by_path, *below, by_address)] == [budget.id] * 3
    assert [each.name for each in around] == ["Q3 Budget.xlsx", "Marketing budget.xlsx"]
    assert around[1].remote_item.id == around[1].id


async def test_office365_searches_everywhere(client: GraphClient) -> None:
    found = (await client.search.query_drive_items("budget").execute_query_async()).value

    hits = [hit.resource for response in found for container in response.hitsContainers for hit in container.hits]
    assert [cast("Any", hit).name for hit in hits] == ["Q3 Budget.xlsx", "Marketing budget.xlsx"]


async def test_office365_finds_a_name_that_hurts(client: GraphClient) -> None:
    by_search = await client.me.drive.root.search(HURTS).execute_query_async()
    by_path = await client.me.drive.root.get_by_path("Bob's %231 plan 100%25.docx").get().execute_query_async()

    assert [each.name for each in (*by_search, by_path)] == [HURTS] * 2


async def test_office365_shares_with_a_person_and_a_message(
    contoso: Contoso, adele: Line, client: GraphClient, budget: Item
) -> None:
    item = client.drives[budget.drive_id].items[budget.id]

    (entry,) = await item.invite([ALEX], "Please check.", roles=["write"]).execute_query_async()

    assert adele.last == (
        f"POST /v1.0/drives/{budget.drive_id}/items/{budget.id}/invite",
        {
            "requireSignIn": True,
            "sendInvitation": True,
            "roles": ["write"],
            "recipients": [{"email": ALEX}],
            "message": "Please check.",
        },
    )
    assert budget.drive_id.startswith("b!")
    assert (list(entry.roles), entry.granted_to.user.id) == (["write"], contoso.person(ALEX).id)
    assert contoso.roles(budget) == {ALEX: "write"}
    assert [mail.text for mail in contoso.mail_to(ALEX)] == ["Please check."]


async def test_office365_lets_the_recipient_in_and_out(
    line: Callable[[str], Line], client: GraphClient, budget: Item
) -> None:
    mine, hers = (each.drives[budget.drive_id].items[budget.id] for each in (client, office365(line(MEGAN))))
    with pytest.raises(ObjectNotFoundException):
        await hers.get().execute_query_async()

    people = await mine.invite([ALEX, MEGAN], "", send_invitation=False, roles=["read"]).execute_query_async()
    opened = await hers.get().execute_query_async()

    assert [each.granted_to.user.displayName for each in people] == ["Alex Wilber", "Megan Bowen"]
    assert opened.name == "Q3 Budget.xlsx"

    (_, megans) = people
    await mine.permissions[str(megans.id)].delete_object().execute_query_async()

    with pytest.raises(ObjectNotFoundException):
        await hers.get().execute_query_async()


async def test_office365_lists_changes_and_revokes(contoso: Contoso, client: GraphClient) -> None:
    forecast = contoso.file("Adele Vance", "Finance/Q4 Forecast.xlsx")
    permissions = client.drives[forecast.drive_id].items[forecast.id].permissions
    (pradeeps, adeles) = await permissions.get().execute_query_async()

    assert [each.granted_to_v2.user.displayName for each in (pradeeps, adeles)] == ["Pradeep Gupta", "Adele Vance"]
    assert [list(each.roles) for each in (pradeeps, adeles)] == [["write"], ["owner"]]
    assert ["inheritedFrom" in each.properties for each in (pradeeps, adeles)] == [False, True]

    pradeeps.roles = ["read"]
    await pradeeps.update().execute_query_async()
    one = await permissions[str(pradeeps.id)].get().execute_query_async()

    assert list(one.roles) == ["read"]
    assert contoso.roles(forecast) == {"pradeep.gupta@contoso.com": "read"}

    await one.delete_object().execute_query_async()

    assert contoso.roles(forecast) == {}
    with pytest.raises(ObjectNotFoundException):
        await permissions[str(pradeeps.id)].get().execute_query_async()


async def test_office365_makes_a_link_once_and_none_for_anybody(
    contoso: Contoso, client: GraphClient, budget: Item
) -> None:
    item = client.drives[budget.drive_id].items[budget.id]

    link = (await item.create_link("view", "organization").execute_query_async()).link
    again = (await item.create_link("view", "organization").execute_query_async()).link
    with pytest.raises(ClientRequestException) as refused:
        await item.create_link("view", "anonymous").execute_query_async()

    assert (link.type, link.scope, link.webUrl) == ("view", "organization", again.webUrl)
    assert refused.value.code == "accessDenied"
    assert contoso.roles(budget) == {"a link": "read"}


async def test_office365_raises_what_graph_refuses(contoso: Contoso, client: GraphClient, budget: Item) -> None:
    item = client.drives[budget.drive_id].items[budget.id]

    with pytest.raises(ClientRequestException, match=r"One or more users could not be resolved\.") as refused:
        await item.invite([ALEX, "nobody@contoso.com"], "").execute_query_async()

    assert refused.value.code == "noResolvedUsers"
    assert (contoso.roles(budget), contoso.mails) == ({}, [])


async def test_office365_is_told_whose_mail_could_not_be_delivered(
    contoso: Contoso, client: GraphClient, budget: Item
) -> None:
    contoso.unmailable.add(ALEX)
    item = client.drives[budget.drive_id].items[budget.id]

    alex, megan = await item.invite([ALEX, MEGAN], "").execute_query_async()

    assert (alex.properties["error"]["code"], list(alex.roles)) == ("notAllowed", ["read"])
    assert "error" not in megan.properties
    assert contoso.roles(budget) == {ALEX: "read", MEGAN: "read"}
    assert [mail.to for mail in contoso.mails] == [MEGAN]


async def test_office365_asks_much_at_once(contoso: Contoso, adele: Line, client: GraphClient) -> None:
    forecast = contoso.file("Adele Vance", "Finance/Q4 Forecast.xlsx")
    permissions = client.drives[forecast.drive_id].items[forecast.id].permissions
    (pradeeps, _) = await permissions.get().execute_query_async()
    me, listed = client.me.get(), permissions.get()
    pradeeps.delete_object()

    await client.execute_batch_async()

    assert adele.last[0] == "POST /v1.0/$batch"
    assert [each["method"] for each in adele.last[1]["requests"]] == ["GET", "GET", "DELETE"]
    assert (me.mail, len(listed)) == (ADELE, 2)
    assert contoso.roles(forecast) == {}
