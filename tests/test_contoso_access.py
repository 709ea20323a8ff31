"""Who has access, listed and changed through Graph: tags, pages, $expand and $orderby, wrong methods."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from contoso.files import Item
from contoso.tenant import Contoso
from tests.graph import Reader, at, at_graph, body, error, names

Json = dict[str, Any]
ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"

adele = at_graph(ADELE)


async def given(adele: Reader, item: Item, who: str, role: str = "read") -> str:
    """Shares it, and says where the permission is."""
    answer = await adele.post(f"{at(item)}/invite", json=body({"email": who}, roles=[role]))
    return f"{at(item)}/permissions/{answer.json()['value'][0]['id']}"


async def test_a_permission_is_changed_while_it_is_as_it_was(contoso: Contoso, adele: Reader, budget: Item) -> None:
    address = await given(adele, budget, ALEX)
    tag = (await adele.get(address)).headers["ETag"]

    changed = await adele.patch(address, json={"roles": ["write"]}, headers={"If-Match": tag})
    late = await adele.patch(address, json={"roles": ["read"]}, headers={"If-Match": tag})
    gone = await adele.delete(address, headers={"If-Match": tag})

    assert (changed.status_code, changed.json()["roles"]) == (200, ["write"])
    assert [error(answer)[:2] for answer in (late, gone)] == [(412, "resourceModified")] * 2
    assert contoso.roles(budget) == {ALEX: "write"}
    assert (await adele.delete(address, headers={"If-Match": changed.headers["ETag"]})).status_code == 204
    assert contoso.roles(budget) == {}


async def test_any_tag_will_do_for_who_does_not_care(contoso: Contoso, adele: Reader, budget: Item) -> None:
    address = await given(adele, budget, ALEX)

    changed = await adele.patch(address, json={"roles": ["write"]}, headers={"If-Match": "*"})

    assert (changed.status_code, (await adele.delete(address)).status_code) == (200, 204)


async def test_what_one_has_already_is_not_sent_again(contoso: Contoso, adele: Reader, budget: Item) -> None:
    address = await given(adele, budget, ALEX)
    places = [address, f"{at(budget)}/permissions", at(budget)]

    first = [await adele.get(place) for place in places]
    again = [
        await adele.get(place, headers={"If-None-Match": answer.headers["ETag"]})
        for place, answer in zip(places, first, strict=True)
    ]

    assert [(answer.status_code, answer.content) for answer in again] == [(304, b"")] * 3
    await adele.patch(address, json={"roles": ["write"]})
    for place, answer in list(zip(places, first, strict=True))[:2]:
        assert (await adele.get(place, headers={"If-None-Match": answer.headers["ETag"]})).status_code == 200


async def test_the_list_changes_its_tag_when_somebody_joins(contoso: Contoso, adele: Reader, budget: Item) -> None:
    address = f"{at(budget)}/permissions"
    before = (await adele.get(address)).headers["ETag"]

    await given(adele, budget, ALEX)

    assert (await adele.get(address, headers={"If-None-Match": before})).status_code == 200


async def test_permission_answers_say_that_a_property_is_old(adele: Reader, budget: Item) -> None:
    address = await given(adele, budget, ALEX)

    about = [
        await adele.get(f"{at(budget)}/permissions"),
        await adele.get(address),
        await adele.post(f"{at(budget)}/Microsoft.Graph.Invite", json={}),
        await adele.post(f"{at(budget)}/createLink", json={"type": "view"}),
    ]
    other = await adele.get(at(budget))

    names = {"Deprecation", "Sunset", "Link"}
    assert [names & {name.title() for name in answer.headers} for answer in about] == [names] * 4
    assert not names & {name.title() for name in other.headers}
    assert about[2].status_code == 400


async def test_an_invitation_says_where_graph_is(adele: Reader, budget: Item) -> None:
    answer = await adele.post(f"{at(budget)}/invite", json=body({"email": ALEX}))

    assert answer.headers["Location"] == "https://graph.microsoft.com"
    assert answer.headers["Cache-Control"] == "no-store, no-cache"


@pytest.mark.parametrize("expand", ["permissions", "children,permissions", "permissions($select=id,roles)"])
async def test_an_item_is_expanded(adele: Reader, budget: Item, expand: str) -> None:
    await given(adele, budget, ALEX)

    raw = (await adele.get(at(budget), params={"$expand": expand, "$select": "name"})).json()

    assert {each["grantedToV2"]["user"]["email"] for each in raw["permissions"]} == {ADELE, ALEX}
    assert ("children" in raw, "size" in raw, raw["name"]) == ("children" in expand, False, "Q3 Budget.xlsx")


async def test_children_come_with_their_permissions(contoso: Contoso, adele: Reader, budget: Item) -> None:
    await given(adele, budget, ALEX)
    folder = at(contoso.file("Adele Vance", "Finance"))

    found = (await adele.get(f"{folder}/children", params={"$expand": "permissions"})).json()["value"]
    inside = (await adele.get(folder, params={"$expand": "children"})).json()["children"]

    assert [len(each["permissions"]) for each in found] == [2, 2, 1]
    assert [each["name"] for each in inside] == [each["name"] for each in found]


async def test_what_is_not_there_cannot_be_expanded(adele: Reader, budget: Item) -> None:
    assert error(await adele.get(at(budget), params={"$expand": "secrets"}))[:2] == (400, "invalidRequest")


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("name desc", ["Travel costs 2026.xlsx", "Q4 Forecast.xlsx", "Q3 Budget.xlsx"]),
        ("name", ["Q3 Budget.xlsx", "Q4 Forecast.xlsx", "Travel costs 2026.xlsx"]),
        ("lastModifiedDateTime asc", ["Travel costs 2026.xlsx", "Q4 Forecast.xlsx", "Q3 Budget.xlsx"]),
    ],
)
async def test_children_are_sorted(adele: Reader, order: str, expected: list[str]) -> None:
    assert names(await adele.get("/me/drive/root:/Finance:/children", params={"$orderby": order})) == expected


async def test_children_are_sorted_by_size(adele: Reader) -> None:
    found = (await adele.get("/me/drive/root/children", params={"$orderby": "size desc,name"})).json()["value"]

    assert [(-each["size"], each["name"].casefold()) for each in found] == sorted(
        (-each["size"], each["name"].casefold()) for each in found
    )


@pytest.mark.parametrize("order", ["shoeSize", "name sideways"])
async def test_children_are_not_sorted_by_just_anything(adele: Reader, order: str) -> None:
    assert (await adele.get("/me/drive/root/children", params={"$orderby": order})).status_code == 400


async def test_children_come_in_pages(adele: Reader) -> None:
    everything = names(await adele.get("/me/drive/root/children"))
    page = await adele.get("/me/drive/root/children", params={"$top": "4", "$count": "true", "$select": "name"})
    found, count = names(page), page.json()["@odata.count"]
    while "@odata.nextLink" in page.json():
        page = await adele.get(page.json()["@odata.nextLink"])
        found += names(page)
        assert page.json()["value"][0].keys() == {"@odata.etag", "name"}

    assert (found, count) == (everything, len(everything))


@pytest.mark.parametrize("token", ["4", "x", "ZnJvbSB4", "%00", ""])
async def test_a_made_up_page_is_refused(adele: Reader, token: str) -> None:
    assert error(await adele.get(f"/me/drive/root/children?$skiptoken={token}"))[:2] == (400, "BadRequest")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/me"),
        ("DELETE", "/users"),
        ("PUT", "{item}"),
        ("POST", "{item}/permissions"),
        ("PUT", "{permission}"),
        ("GET", "{item}/invite"),
        ("GET", "{item}/microsoft.graph.createLink"),
        ("GET", "/search/query"),
        ("OPTIONS", "/me"),
    ],
)
async def test_a_wrong_method_is_said_to_be_one(adele: Reader, budget: Item, method: str, path: str) -> None:
    permission = await given(adele, budget, ALEX)

    answer = await adele.request(method, path.format(item=at(budget), permission=permission))

    assert answer.status_code == 405
    assert method not in answer.headers["Allow"]


async def test_of_what_is_not_there_no_method_is_wrong(adele: Reader, budget: Item) -> None:
    answers = [await adele.put(path) for path in (f"{at(budget)}/permissions/none", "/users/nobody", "/groups/none")]

    assert [answer.status_code for answer in answers] == [404, 404, 403]


@pytest.mark.parametrize("path", ["{item}/invite", "{item}/createLink", "/search/query", "{permission}"])
async def test_what_is_not_json_is_not_read(adele: Reader, budget: Item, path: str) -> None:
    address = path.format(item=at(budget), permission=await given(adele, budget, ALEX))
    method = "PATCH" if "permissions" in address else "POST"

    form = await adele.request(method, address, data={"roles": "read"})
    broken = await adele.request(method, address, content="{", headers={"Content-Type": "application/json"})

    assert (form.status_code, broken.status_code) == (415, 400)


async def test_a_line_break_in_an_address_leads_nowhere(contoso: Contoso) -> None:
    async with Reader(contoso, ADELE) as adele:
        answer: httpx.Response = await adele.get("/me/drive/items/a%0Ab")

    assert error(answer)[:2] == (404, "itemNotFound")


async def test_whoever_a_link_is_sent_to_is_mailed_where_it_leads(
    contoso: Contoso, adele: Reader, budget: Item
) -> None:
    said = {"type": "view", "scope": "users", "recipients": [{"email": ALEX}], "message": "Please read."}

    quiet = await adele.post(f"{at(budget)}/createLink", json=said)
    before = contoso.mail_to(ALEX)
    loud = await adele.post(f"{at(budget)}/createLink", json={**said, "sendNotification": True})

    (mail,) = contoso.mail_to(ALEX)
    assert (quiet.status_code, loud.status_code, before) == (201, 200, [])
    assert loud.json()["link"]["webUrl"] in str(mail)
    assert "Please read." in str(mail)


async def test_only_who_is_on_a_link_is_taken_off_it(adele: Reader, budget: Item) -> None:
    said = {"type": "view", "scope": "users", "recipients": [{"email": ALEX}]}
    made = (await adele.post(f"{at(budget)}/createLink", json=said)).json()
    where = f"{at(budget)}/permissions/{made['id']}/revokeGrants"

    stranger = await adele.post(where, json={"grantees": [{"email": MEGAN}]})
    nobody = await adele.post(where, json={"grantees": [{"email": "nobody@contoso.com"}]})
    done = await adele.post(where, json={"grantees": [{"email": ALEX}]})

    assert [answer.status_code for answer in (stranger, nobody, done)] == [400, 400, 200]
    assert done.json()["grantedToIdentitiesV2"] == []


async def test_a_right_of_a_person_is_no_link(adele: Reader, budget: Item) -> None:
    address = await given(adele, budget, ALEX)

    answers = [
        await adele.post(f"{address}/revokeGrants", json={"grantees": [{"email": ALEX}]}),
        await adele.post(f"{address}/grant", json={"roles": ["read"], "recipients": [{"email": MEGAN}]}),
    ]

    assert [error(answer)[:2] for answer in answers] == [(400, "invalidRequest")] * 2


@pytest.mark.parametrize("recipients", [[], ["alex"], [{"email": 5}], [{"email": ALEX, "alias": "alex"}], "alex"])
async def test_recipients_that_are_none_are_refused_by_a_link_as_well(
    adele: Reader, budget: Item, recipients: object
) -> None:
    made = (await adele.post(f"{at(budget)}/createLink", json={"type": "view", "scope": "users"})).json()

    answer = await adele.post(
        f"{at(budget)}/permissions/{made['id']}/grant", json={"roles": ["read"], "recipients": recipients}
    )

    assert error(answer)[:2] == (400, "invalidRequest")


@pytest.mark.parametrize("first", ["newest", "oldest"])
async def test_what_is_searched_for_is_sorted_by_its_last_change(adele: Reader, first: str) -> None:
    how = [{"name": "lastModifiedDateTime", "isDescending": first == "newest"}]
    found = await adele.post("/search/query", json=searched("budget", sortProperties=how))

    (container,) = found.json()["value"][0]["hitsContainers"]
    changed = [hit["resource"]["lastModifiedDateTime"] for hit in container["hits"]]
    assert len(changed) > 1
    assert changed == sorted(changed, reverse=first == "newest")


async def test_what_is_searched_for_is_not_sorted_by_just_anything(adele: Reader) -> None:
    answer = await adele.post("/search/query", json=searched("budget", sortProperties=[{"name": "name"}]))

    assert error(answer)[:2] == (400, "BadRequest")


def searched(words: str, **more: object) -> Json:
    return {"requests": [{"entityTypes": ["driveItem"], "query": {"queryString": words}, **more}]}
