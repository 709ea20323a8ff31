"""Contoso's directory at Graph: people and groups, found and filtered, and who may know what of them."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

from contoso.tenant import Contoso
from tests.graph import Reader, at_graph, error

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
GUEST = "casey.jensen@fabrikam.example"
EVENTUAL = {"ConsistencyLevel": "eventual"}
GROUPS = "User.Read GroupMember.Read.All"

adele = at_graph(ADELE)


def logins(answer: httpx.Response) -> list[str]:
    """What stands before the @ of those found."""
    assert answer.status_code == 200, answer.text
    return [each["mail"].partition("@")[0] for each in answer.json()["value"]]


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
        ("startswith(displayName,'ana') and startswith(surname,'Bell')", ["ana.bell", "ana.bell2"]),
        (
            "startswith(mail,'megan') or startswith(displayName,'ana') and surname eq 'Costa'",
            ["ana.costa", "megan.bowen"],
        ),
        ("(startswith(mail,'megan') or startswith(displayName,'ana')) and surname eq 'Costa'", ["ana.costa"]),
        ("accountEnabled eq false and startswith(displayName,'Conference Room A')", ["adams"]),
        ("userType eq 'Guest' and startswith(givenName,'Casey')", ["casey.jensen"]),
    ],
)
async def test_people_are_filtered(adele: Reader, query: str, found: list[str]) -> None:
    answer = await adele.get("/users", params={"$filter": query, "$select": "mail"})

    assert logins(answer) == found


@pytest.mark.parametrize(
    "query",
    [
        "endswith(mail,'com')",
        "startswith(mail,'a') and x",
        "mail eq alex",
        "",
        "a eq 'b",
        "mail ne 'x'",
        "not startswith(mail,'a')",
        "startswith(mail,null)",
        "startswith(mail 'a')",
        "(mail eq 'a'",
        "mail eq 'a')",
        "mail eq 'a' mail eq 'b'",
        "mail gt 'a'",
        "startswith('a','b')",
        "'a' eq mail",
        "(" * 2000,
    ],
)
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


async def test_groups_are_for_who_may_read_them(contoso: Contoso) -> None:
    async with Reader(contoso, ADELE, "GroupMember.Read.All") as reader:
        found = await reader.get("/groups", params={"$filter": "startswith(displayName,'Project')"})

    assert [each["displayName"] for each in found.json()["value"]] == ["Project Falcon", "Project Falcon Owners"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("endswith(mail,'gu@contoso.com')", ["lee.gu"]),
        ("startswith(displayName,'ana') and surname ne 'Bell'", ["ana.costa", "ana.trujillo"]),
        ("startswith(displayName,'ana') and not startswith(surname,'Bell')", ["ana.costa", "ana.trujillo"]),
    ],
)
async def test_advanced_filters_want_the_header_and_the_count(adele: Reader, query: str, found: list[str]) -> None:
    asked = {"$filter": query, "$select": "mail", "$count": "true"}

    assert error(await adele.get("/users", params=asked))[:2] == (400, "Request_UnsupportedQuery")
    assert logins(await adele.get("/users", params=asked, headers=EVENTUAL)) == found


async def test_nobody_is_found_by_what_the_app_may_not_read(contoso: Contoso, adele: Reader) -> None:
    asked = {"$filter": "department eq 'Executive Management'", "$select": "mail"}

    hidden = await adele.get("/users", params=asked)
    async with Reader(contoso, ADELE, "User.Read.All") as reader:
        found = await reader.get("/users", params=asked)

    assert error(hidden)[:2] == (400, "BadRequest")
    assert logins(found) == ["debra.berger", "patti.fernandez"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ('"displayName:wil"', ["alex.wilber", "nestor.wilke"]),
        ('"displayName:al wil"', ["alex.wilber"]),
        ('"displayName:lber"', []),
        ('"displayName:wil" AND "mail:nestor"', ["nestor.wilke"]),
        ('"mail:megan" OR "displayName:wil" AND "mail:nestor"', ["megan.bowen", "nestor.wilke"]),
        ('"displayName:neil"', ["sean.oneil"]),
    ],
)
async def test_people_are_searched(adele: Reader, search: str, found: list[str]) -> None:
    answer = await adele.get("/users", params={"$search": search, "$select": "mail"}, headers=EVENTUAL)

    assert logins(answer) == found


async def test_what_cannot_be_searched_is_refused(adele: Reader) -> None:
    answer = await adele.get("/users", params={"$search": '"shoeSize:42"'}, headers=EVENTUAL)

    assert error(answer)[:2] == (400, "BadRequest")


@pytest.mark.parametrize(
    ("order", "headers", "status"),
    [
        ("displayName", {}, 200),
        ("displayName desc", {}, 200),
        ("userPrincipalName asc", {}, 200),
        ("surname", {}, 400),
        ("surname", EVENTUAL, 200),
        ("shoeSize", EVENTUAL, 400),
        ("displayName sideways", {}, 400),
    ],
)
async def test_what_people_are_sorted_by(adele: Reader, order: str, headers: dict[str, str], status: int) -> None:
    params = {"$orderby": order, "$count": "true", "$select": "surname,displayName,userPrincipalName"}

    answer = await adele.get("/users", params=params, headers=headers)

    assert answer.status_code == status
    if status == 200:
        name, _, direction = order.partition(" ")
        values = [each[name].casefold() for each in answer.json()["value"]]
        assert values == sorted(values, reverse=direction == "desc")
        assert len(set(values)) > 10


async def test_people_are_counted_with_the_header_only(contoso: Contoso, adele: Reader) -> None:
    asked = {"$count": "true", "$top": "1"}

    without = (await adele.get("/users", params=asked)).json()
    counted = (await adele.get("/users", params=asked, headers=EVENTUAL)).json()

    assert "@odata.count" not in without
    assert counted["@odata.count"] > len(counted["value"]) == 1


async def test_the_next_page_is_an_address_that_says_nothing(adele: Reader) -> None:
    asked = {"$filter": "startswith(displayName,'ana')", "$top": "3", "$select": "mail"}

    first = (await adele.get("/users", params=asked)).json()
    second = (await adele.get(first["@odata.nextLink"])).json()

    assert len(first["value"]) == 3
    assert [each["mail"] for each in second["value"]] == ["ana.trujillo@contoso.com"]
    assert first["@odata.nextLink"].startswith(f"{adele.base_url}users?")
    assert "skiptoken=3" not in first["@odata.nextLink"]
    assert "@odata.nextLink" not in second


async def test_a_guest_name_may_not_be_half_encoded(contoso: Contoso, adele: Reader) -> None:
    assert (await adele.get(f"/users/{contoso.person(GUEST).upn}")).status_code == 404


async def test_who_matters_comes_first(contoso: Contoso) -> None:
    async with Reader(contoso, MEGAN, "People.Read") as megan:
        found = (await megan.get("/me/people", params={"$top": "60"})).json()["value"]

    scores = [each["scoredEmailAddresses"][0]["relevanceScore"] for each in found]
    assert found[0]["userPrincipalName"] == ALEX
    assert found[0]["jobTitle"] == "Marketing Assistant"
    assert scores == sorted(scores, reverse=True)
    assert MEGAN not in [each["userPrincipalName"] for each in found]


async def test_people_come_few_at_a_time_and_by_name(contoso: Contoso) -> None:
    async with Reader(contoso, ADELE, "People.Read") as adele:
        few = (await adele.get("/me/people")).json()
        found = (await adele.get("/me/people", params={"$search": "ana b"})).json()["value"]
        one = (await adele.get("/me/people", params={"$search": '"ana.bell2@"', "$top": "1"})).json()["value"]

    assert len(few["value"]) == 10
    assert "@odata.nextLink" in few
    assert {each["displayName"] for each in found} == {"Ana Bell"}
    assert [each["scoredEmailAddresses"][0]["address"] for each in one] == ["ana.bell2@contoso.com"]


async def test_groups_lists_and_rooms_are_among_the_people(contoso: Contoso) -> None:
    async with Reader(contoso, ADELE, "People.Read") as adele:
        found = (await adele.get("/me/people", params={"$top": "500"})).json()["value"]

    kinds = {(each["personType"]["class"], each["personType"]["subclass"]) for each in found}
    assert kinds == {
        ("Person", "OrganizationUser"),
        ("Person", "Room"),
        ("Group", "UnifiedGroup"),
        ("Group", "PublicDistributionList"),
    }
    mine = next(each for each in found if each["displayName"] == "Project Falcon")
    assert found.index(mine) < len(found) / 4


async def test_people_are_for_apps_that_may_read_them(adele: Reader) -> None:
    assert error(await adele.get("/me/people"))[:2] == (403, "Authorization_RequestDenied")


async def test_a_distribution_list_is_a_group_that_nothing_can_be_shared_with(contoso: Contoso) -> None:
    async with Reader(contoso, ADELE, f"{GROUPS} Files.ReadWrite.All") as adele:
        everything = (await adele.get("/groups")).json()["value"]
        lists = [each for each in everything if not each["groupTypes"] and each["mailEnabled"]]
        budget = contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx")
        recipients = [{"objectId": lists[0]["id"]}, {"email": lists[0]["mail"]}]
        address = f"/drives/{budget.drive_id}/items/{budget.id}/invite"
        body = {"roles": ["read"], "requireSignIn": True, "sendInvitation": False}
        answers = [await adele.post(address, json={**body, "recipients": [each]}) for each in recipients]

    assert lists[0]["securityEnabled"] is False
    assert [error(answer)[:2] for answer in answers] == [(400, "noResolvedUsers")] * 2


async def test_a_group_tells_who_is_in_it(contoso: Contoso) -> None:
    group = contoso.directory.group_at("marketing@contoso.com")
    assert group

    async with Reader(contoso, ADELE, GROUPS) as adele:
        one = (await adele.get(f"/groups/{group.id}")).json()
        members = (await adele.get(f"/groups/{group.id}/members")).json()["value"]
        nothing = [await adele.get("/groups/none"), await adele.get("/groups/none/members")]

    assert (one["displayName"], one["groupTypes"], one["mailNickname"]) == ("Marketing", ["Unified"], "marketing")
    assert {each["id"] for each in members} == group.members
    assert {each["@odata.type"] for each in members} == {"#microsoft.graph.user"}
    assert {each["jobTitle"] for each in members} == {None}
    assert [error(answer)[:2] for answer in nothing] == [(404, "Request_ResourceNotFound")] * 2


async def test_groups_are_searched_and_sorted(contoso: Contoso) -> None:
    async with Reader(contoso, ADELE, GROUPS) as adele:
        params = {"$search": '"displayName:falcon"', "$orderby": "displayName desc", "$count": "true"}
        found = (await adele.get("/groups", params=params, headers=EVENTUAL)).json()

    assert [each["displayName"] for each in found["value"]] == ["Project Falcon Owners", "Project Falcon"]
    assert found["@odata.count"] == 2


async def test_without_the_administrators_scope_there_are_no_groups(contoso: Contoso, adele: Reader) -> None:
    group = contoso.directory.group_at("marketing@contoso.com")
    assert group

    answers = [await adele.get(f"/groups{rest}") for rest in ("", f"/{group.id}", f"/{group.id}/members")]

    assert [error(answer)[:2] for answer in answers] == [(403, "Authorization_RequestDenied")] * 3
