"""Contoso's Graph: what a person sees, whom they can let in, and how it says no, as recorded of the real one."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from contoso import tokens
from contoso.files import Item
from contoso.signing import Keys, SigningKey
from contoso.tenant import Contoso
from tests.graph import Reader, at, body, error, names

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
GUEST = "casey.jensen@fabrikam.example"


@pytest.fixture
async def adele(contoso: Contoso) -> AsyncGenerator[Reader]:
    async with Reader(contoso, ADELE) as reader:
        yield reader


@pytest.fixture
async def alex(contoso: Contoso) -> AsyncGenerator[Reader]:
    async with Reader(contoso, ALEX) as reader:
        yield reader


@pytest.fixture
def budget(contoso: Contoso) -> Item:
    return contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx")


async def test_it_takes_only_good_tokens_for_graph(contoso: Contoso) -> None:
    adele = contoso.person(ADELE)
    good = contoso.keys.entra.read(tokens.graph_token(contoso, adele, frozenset({"User.Read"})))
    bad = {
        "": "Access token is empty.",
        "nonsense": "IDX14100: JWT is not well formed, there are no dots (.).",
        tokens.sso_token(contoso, adele): "Access token validation failure. Invalid audience.",
        SigningKey.generate().sign(good): "Invalid authentication token: the signature is not valid.",
        contoso.keys.entra.sign({**good, "exp": good["nbf"]}): "Lifetime validation failed, the token is expired.",
        tokens.app_token(contoso, tokens.GRAPH): "This tenant's Graph takes tokens of people only.",
    }

    async with httpx.AsyncClient(base_url=contoso.base_url) as client:
        answers = [await client.get("/v1.0/me", headers={"Authorization": f"Bearer {token}".strip()}) for token in bad]

    assert [error(answer) for answer in answers] == [
        (401, "InvalidAuthenticationToken", message) for message in bad.values()
    ]
    assert answers[0].headers["WWW-Authenticate"] == (
        'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
        'client_id="00000003-0000-0000-c000-000000000000"'
    )
    assert answers[0].json()["error"]["innerError"].keys() == {"date", "request-id", "client-request-id"}


async def test_an_hour_later_the_token_is_old(contoso: Contoso, adele: Reader) -> None:
    before = await adele.get("/me")
    contoso.clock += dt.timedelta(hours=1, minutes=1)

    assert (before.status_code, (await adele.get("/me")).status_code) == (200, 401)


async def test_answers_carry_graphs_headers(adele: Reader) -> None:
    answer = await adele.get("/me", headers={"client-request-id": "mine"})

    assert answer.headers["client-request-id"] == "mine"
    assert answer.headers["OData-Version"] == "4.0"
    assert answer.headers["Content-Type"].startswith("application/json;odata.metadata=minimal")
    assert answer.headers.keys() >= {"request-id", "x-ms-ags-diagnostic", "strict-transport-security"}


async def test_beta_is_the_same_place(contoso: Contoso, adele: Reader) -> None:
    assert (await adele.get(f"{contoso.base_url}/beta/me")).json()["mail"] == ADELE


async def test_me_is_all_of_me_and_others_only_what_is_basic(adele: Reader) -> None:
    fields = {"$select": "displayName,jobTitle,department,mail"}

    me = (await adele.get("/me", params=fields)).json()
    other = (await adele.get(f"/users/{ALEX}", params=fields)).json()

    assert (me["jobTitle"], me["department"]) == ("Retail Manager", "Retail")
    about = {name: value for name, value in other.items() if not name.startswith("@")}
    assert about == {"displayName": "Alex Wilber", "jobTitle": None, "department": None, "mail": ALEX}


async def test_an_administrators_scope_shows_departments(contoso: Contoso) -> None:
    async with Reader(contoso, ADELE, "User.Read.All") as reader:
        other = await reader.get(f"/users/{ALEX}", params={"$select": "department"})

    assert other.json()["department"] == "Marketing"


async def test_people_are_looked_up_by_id_and_by_an_encoded_guest_name(contoso: Contoso, adele: Reader) -> None:
    guest = contoso.person(GUEST)

    by_name = await adele.get(f"/users/{quote(guest.upn, safe='')}")

    assert by_name.json()["id"] == guest.id
    assert (await adele.get(f"/users/{guest.id}")).json()["userPrincipalName"].endswith("#EXT#@contoso.com")
    assert error(await adele.get("/users/nobody@contoso.com"))[:2] == (404, "Request_ResourceNotFound")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("startswith(displayName,'ana')", ["ana.bell", "ana.bell2", "ana.costa", "ana.trujillo"]),
        ("startswith(surname, 'Wil')", ["alex.wilber", "nestor.wilke"]),
        ("startswith(givenName,'Ad') or startswith(surname,'Bow')", ["adele.vance", "megan.bowen"]),
        ("mail eq 'ALEX.wilber@contoso.com' or userPrincipalName eq 'x'", ["alex.wilber"]),
        ("startswith(displayName,'Sean O''N')", ["sean.oneil"]),
        ("startswith(displayName,'jürgen')", ["juergen.weiss"]),
        ("mail eq 'nobody@contoso.com'", []),
    ],
)
async def test_people_are_filtered(adele: Reader, query: str, found: list[str]) -> None:
    answer = await adele.get("/users", params={"$filter": query, "$select": "mail"})

    assert [each["mail"].partition("@")[0] for each in answer.json()["value"]] == found


@pytest.mark.parametrize("query", ["endswith(mail,'com')", "startswith(mail,'a') and x", "mail eq alex", "", "a eq 'b"])
async def test_filters_graph_does_not_know_are_refused(adele: Reader, query: str) -> None:
    answer = await adele.get("/users", params={"$filter": query})

    assert error(answer)[:2] == (400, "Request_UnsupportedQuery")


async def test_search_wants_its_header(adele: Reader) -> None:
    search = {"$search": '"displayName:wil" OR "mail:megan"', "$select": "mail", "$count": "true"}

    without = await adele.get("/users", params=search)
    found = await adele.get("/users", params=search, headers={"ConsistencyLevel": "eventual"})

    assert error(without)[:2] == (400, "Request_UnsupportedQuery")
    assert found.json()["@odata.count"] == 3
    assert [each["mail"] for each in found.json()["value"]] == [ALEX, MEGAN, "nestor.wilke@contoso.com"]
    wrong = await adele.get("/users", params={"$search": "wil"}, headers={"ConsistencyLevel": "eventual"})
    assert error(wrong)[:2] == (400, "BadRequest")


async def test_sorting_a_filtered_list_wants_the_header_and_the_count(adele: Reader) -> None:
    query = {"$filter": "startswith(mail,'a')", "$orderby": "displayName"}

    assert error(await adele.get("/users", params=query))[:2] == (400, "Request_UnsupportedQuery")
    counted = await adele.get("/users", params={**query, "$count": "true"}, headers={"ConsistencyLevel": "eventual"})
    assert counted.status_code == 200


async def test_a_long_list_comes_in_pages(contoso: Contoso, adele: Reader) -> None:
    page = (await adele.get("/users", params={"$top": "10", "$select": "mail"})).json()
    found = page["value"]
    while "@odata.nextLink" in page:
        page = (await adele.get(page["@odata.nextLink"])).json()
        found += page["value"]

    assert {each["mail"] for each in found} == {one.mail for one in contoso.directory.people.values()}
    assert len(found) == len(contoso.directory.people)


@pytest.mark.parametrize("query", [{"$top": "many"}, {"$top": "0"}, {"$skiptoken": "-1"}, {"$select": "shoeSize"}])
async def test_senseless_options_are_refused(adele: Reader, query: dict[str, str]) -> None:
    assert error(await adele.get("/users", params=query))[:2] == (400, "BadRequest")


async def test_scopes_are_checked(contoso: Contoso, budget: Item) -> None:
    async with Reader(contoso, ADELE, "Files.Read") as reader:
        me = await reader.get("/me")
        people = await reader.get("/users")
        groups = await reader.get("/groups")
        invite = await reader.post(f"{at(budget)}/invite", json=body({"email": ALEX}))
        everywhere = await reader.post("/search/query", json={"requests": []})
        own = await reader.get(at(budget))
        others = await reader.get(at(contoso.file("Megan Bowen", "Marketing budget.xlsx")))
    async with Reader(contoso, ADELE, "User.Read") as reader:
        without = await reader.get("/me/drive/root")

    denied = (403, "Authorization_RequestDenied")
    assert [error(each)[:2] for each in (me, people, groups, everywhere)] == [denied] * 4
    assert [error(each)[:2] for each in (invite, without)] == [(403, "accessDenied")] * 2
    assert (own.status_code, others.status_code) == (200, 404)


async def test_groups_are_for_who_may_read_them(contoso: Contoso) -> None:
    async with Reader(contoso, ADELE, "GroupMember.Read.All") as reader:
        found = await reader.get("/groups", params={"$filter": "startswith(displayName,'Project')"})

    assert [each["displayName"] for each in found.json()["value"]] == ["Project Falcon", "Project Falcon Owners"]


async def test_every_form_of_address_leads_to_the_same_item(contoso: Contoso, adele: Reader, budget: Item) -> None:
    drive, person = budget.drive_id, contoso.person(ADELE)
    token = base64.urlsafe_b64encode(contoso.web_url(budget).encode()).decode().rstrip("=")
    site = quote(contoso.files.drives[drive].site_id)
    forms = [
        f"/drives/{drive}/items/{budget.id}",
        f"/drives/{quote(drive, safe='')}/items/{budget.id}",
        f"/me/drive/items/{budget.id}",
        f"/drive/items/{budget.id}",
        f"/users/{person.id}/drive/items/{budget.id}",
        f"/users/{ADELE}/drive/items/{budget.id}",
        f"/sites/{site}/drive/items/{budget.id}",
        f"/drive/following/{budget.id}",
        f"/shares/u!{token}/driveItem",
        f"/shares/u!{token}/root",
        "/me/drive/root:/Finance/Q3%20Budget.xlsx",
        "/me/drive/root:/Finance/Q3%20Budget.xlsx:",
        "/me/drive/root:/finance/q3%20budget.XLSX:",
        "/me/drive/special/documents:/Finance/Q3%20Budget.xlsx:",
        f"/drives/{drive}/root:/Finance/Q3%20Budget.xlsx:",
        f"/drives/{quote(drive, safe='')}/items/root%3A%2FFinance%2FQ3%20Budget.xlsx%3A",
        f"/drives/{drive}/items/{contoso.file('Adele Vance', 'Finance').id}:/Q3%20Budget.xlsx:",
    ]

    answers = {form: await adele.get(form) for form in forms}

    assert {form: answer.json().get("id", answer.text) for form, answer in answers.items()} == dict.fromkeys(
        forms, budget.id
    )
    permissions = {form: (await adele.get(f"{form}/permissions")).status_code for form in forms if form[-1] in ":A"}
    assert set(permissions.values()) == {200}


async def test_the_library_of_a_group_is_found_by_the_group(contoso: Contoso, adele: Reader) -> None:
    group = contoso.directory.group_at("project.falcon@contoso.com")
    assert group

    answer = await adele.get(f"/groups/{group.id}/drive/root:/Falcon%20risks.docx:")

    assert answer.json()["parentReference"]["driveType"] == "documentLibrary"


async def test_names_that_hurt_are_reached(contoso: Contoso, adele: Reader) -> None:
    hurting = [
        "Bob's #1 plan 100%.docx",
        "Übersicht für Ana.docx",
        "Ünïcode 日本語.xlsx",
        "[Q3](https://evil.example).docx",
    ]

    for name in hurting:
        found = await adele.get(f"/me/drive/root:/{quote(name, safe='')}:")
        searched = await adele.get(f"/me/drive/root/search(q='{quote(name.replace(chr(39), chr(39) * 2), safe='')}')")

        assert found.json()["name"] == name
        assert names(searched) == [name]


async def test_an_item_is_described_as_recorded(contoso: Contoso, adele: Reader, budget: Item) -> None:
    raw = (await adele.get(at(budget))).json()

    parent = contoso.file("Adele Vance", "Finance")
    assert raw["parentReference"] == {
        "driveType": "business",
        "driveId": budget.drive_id,
        "id": parent.id,
        "name": "Finance",
        "path": f"/drives/{budget.drive_id}/root:/Finance",
        "siteId": contoso.files.drives[budget.drive_id].site_id,
    }
    assert raw["createdBy"]["user"]["displayName"] == "Adele Vance"
    assert raw["webUrl"] == f"{contoso.base_url}/open/{budget.drive_id}/{budget.id}"
    assert raw["shared"] == {"scope": "unknown"}
    assert "folder" not in raw
    assert (await adele.get(at(parent))).json()["folder"] == {"childCount": 3}


async def test_select_leaves_the_etag(adele: Reader, budget: Item) -> None:
    raw = (await adele.get(at(budget), params={"$select": "id,name"})).json()

    assert raw.keys() == {"@odata.context", "@odata.etag", "id", "name"}


async def test_two_files_may_have_the_same_name(adele: Reader) -> None:
    assert names(await adele.get("/me/drive/root/search(q='roadmap')")) == ["Roadmap.docx", "Roadmap.docx"]


async def test_ones_own_search_finds_own_things_and_the_drives_search_shared_ones_too(alex: Reader) -> None:
    own = await alex.get("/me/drive/root/search(q='b')")
    around = await alex.get("/me/drive/search(q='guidelines')")

    assert "Brand guidelines.pdf" not in names(own)
    assert names(around) == ["Brand guidelines.pdf"]
    remote = around.json()["value"][0]["remoteItem"]
    assert remote["parentReference"]["driveType"] == "business"
    assert (await alex.get(f"/drives/{remote['parentReference']['driveId']}/items/{remote['id']}")).status_code == 200


async def test_the_search_of_everything_shows_what_one_sees(contoso: Contoso, adele: Reader, alex: Reader) -> None:
    def query(words: str, **more: int) -> dict[str, Any]:
        return {"requests": [{"entityTypes": ["driveItem"], "query": {"queryString": words}, **more}]}

    seen = (await alex.post("/search/query", json=query("falcon", size=2))).json()["value"][0]["hitsContainers"][0]
    unseen = (await adele.post("/search/query", json=query("salary"))).json()["value"][0]["hitsContainers"][0]

    assert (seen["total"], seen["moreResultsAvailable"], len(seen["hits"])) == (4, True, 2)
    assert seen["hits"][0]["resource"]["@odata.type"] == "#microsoft.graph.driveItem"
    assert unseen == {"total": 0, "moreResultsAvailable": False}
    assert error(await adele.post("/search/query", json={"requests": [{"entityTypes": ["person"]}]}))[0] == 400


async def test_children_are_listed(adele: Reader) -> None:
    assert names(await adele.get("/me/drive/root:/Finance:/children")) == [
        "Q3 Budget.xlsx",
        "Q4 Forecast.xlsx",
        "Travel costs 2026.xlsx",
    ]


async def test_what_one_may_not_see_is_not_there(contoso: Contoso, alex: Reader, budget: Item) -> None:
    hidden = (404, "itemNotFound", "The resource could not be found.")

    answers = [
        await alex.get(at(budget)),
        await alex.get(f"{at(budget)}/permissions"),
        await alex.post(f"{at(budget)}/invite", json=body({"email": ALEX})),
        await alex.get(f"/drives/{budget.drive_id}"),
        await alex.get("/me/drive/root:/No/such.docx:"),
    ]

    assert [error(answer) for answer in answers] == [hidden] * 5
    assert all("innerError" not in answer.json()["error"] for answer in answers)
    assert error(await alex.get("/me/drive/items/01NONSENSE")) == (404, "itemNotFound", "Item not found")
    assert error(await alex.get("/drives/b!none/root"))[1:] == (
        "invalidRequest",
        "The provided drive id appears to be malformed, or does not represent a valid drive.",
    )
    assert error(await alex.get("/nowhere"))[:2] == (400, "BadRequest")
    assert error(await alex.get(f"{at(contoso.file('Alex Wilber', 'Campaigns'))}/thumbnails"))[0] == 400


async def test_a_guest_has_no_drive(contoso: Contoso) -> None:
    async with Reader(contoso, GUEST) as guest:
        assert error(await guest.get("/me/drive"))[:2] == (404, "ResourceNotFound")


async def test_a_drive_is_described(adele: Reader) -> None:
    assert (await adele.get("/me/drive")).json()["owner"]["user"]["email"] == ADELE


async def test_a_link_shows_what_is_behind_it_once_and_for_good_when_redeemed(
    contoso: Contoso, adele: Reader, alex: Reader, budget: Item
) -> None:
    made = await adele.post(f"{at(budget)}/createLink", json={"type": "view", "scope": "organization"})
    again = await adele.post(f"{at(budget)}/createLink", json={"type": "view", "scope": "organization"})
    url = made.json()["link"]["webUrl"]
    shared = f"/shares/u!{base64.urlsafe_b64encode(url.encode()).decode().rstrip('=')}/driveItem"

    peeked = await alex.get(shared)
    before = await alex.get(at(budget))
    await alex.get(shared, headers={"Prefer": "redeemSharingLink"})
    after = await alex.get(at(budget))

    assert (made.status_code, again.status_code) == (201, 200)
    assert (peeked.json()["id"], before.status_code, after.status_code) == (budget.id, 404, 200)
    listed = (await adele.get(f"{at(budget)}/permissions")).json()["value"]
    link = next(each for each in listed if "link" in each)
    assert [each["user"]["email"] for each in link["grantedToIdentitiesV2"]] == [ALEX]
    changed = await adele.patch(f"{at(budget)}/permissions/{link['id']}", json={"roles": ["write"]})
    assert error(changed)[:2] == (400, "badArgument")
    anybody = await adele.post(f"{at(budget)}/createLink", json={"type": "view", "scope": "anonymous"})
    assert error(anybody)[:2] == (403, "accessDenied")
    assert error(await adele.post(f"{at(budget)}/createLink", json={"type": "nonsense"}))[0] == 400


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://elsewhere.example/open/a/b", 404),
        ("{base}/open/b!none/01NONE", 404),
        ("{base}/s/none", 404),
        ("{base}/elsewhere", 404),
        ("http://[broken", 400),
    ],
)
async def test_pasted_addresses_that_lead_nowhere(contoso: Contoso, adele: Reader, url: str, status: int) -> None:
    token = base64.urlsafe_b64encode(url.format(base=contoso.base_url).encode()).decode().rstrip("=")

    assert (await adele.get(f"/shares/u!{token}/driveItem")).status_code == status
    assert (await adele.get(f"/shares/{token}/driveItem")).status_code == 400


async def test_ids_stay_the_same_over_restarts(keys: Keys) -> None:
    one, other = Contoso(keys=keys), Contoso(keys=keys)

    assert [item.key for item in one.files] == [item.key for item in other.files]
    assert one.person(ADELE).id == other.person(ADELE).id == "d4692b57-47f9-5eb2-bf14-53434754dbde"
