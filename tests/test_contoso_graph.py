"""Contoso's Graph: what a person sees, whom they can let in, and how it says no, as recorded of the real one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx

from contoso import tokens
from contoso.files import Item
from contoso.signing import Keys, SigningKey
from contoso.tenant import Contoso
from tests.graph import Reader, at, at_graph, body, error, names

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
GUEST = "casey.jensen@fabrikam.example"

adele = at_graph(ADELE)
alex = at_graph(ALEX)


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
    assert error(await adele.post("/search/query", json=query("budget", size=0)))[0] == 400


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


async def test_ids_stay_the_same_over_restarts(keys: Keys) -> None:
    one, other = Contoso(keys=keys), Contoso(keys=keys)

    assert [item.key for item in one.files] == [item.key for item in other.files]
    assert one.person(ADELE).id == other.person(ADELE).id == "d4692b57-47f9-5eb2-bf14-53434754dbde"


async def test_a_file_is_put_into_ones_own_drive_and_replaced_there(contoso: Contoso, adele: Reader) -> None:
    path = "/me/drive/root:/Mine.csv:/content"

    made = await adele.put(path, content=b"a,b")
    again = await adele.put(path, content=b"c")
    read = await adele.get("/me/drive/root:/Mine.csv")

    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json()["id"] == again.json()["id"] == read.json()["id"]
    assert (made.json()["size"], read.json()["size"]) == (3, 1)
    assert contoso.files.contents[read.json()["parentReference"]["driveId"], read.json()["id"]] == b"c"


async def test_what_is_no_name_or_not_ones_own_is_not_put_there(contoso: Contoso, adele: Reader) -> None:
    refused = [
        await adele.put(f"/me/drive/root:/{name}:/content", content=b"")
        for name in ("a%3Ab.csv", "%2E%2E%20", "Finance", "a%2Fb.csv")
    ]
    async with Reader(contoso, ADELE, "Files.Read") as reader:
        reads_only = await reader.put("/me/drive/root:/Mine.csv:/content", content=b"")
    async with Reader(contoso, GUEST, "Files.ReadWrite") as guest:
        has_none = await guest.put("/me/drive/root:/Mine.csv:/content", content=b"")

    assert [each.status_code for each in refused] == [400, 400, 409, 400]
    assert (reads_only.status_code, has_none.status_code) == (403, 404)
    assert not contoso.files.contents
