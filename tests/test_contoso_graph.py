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
from contoso.server import running
from contoso.signing import Keys, SigningKey
from contoso.tenant import Contoso

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
GUEST = "casey.jensen@fabrikam.example"
ALL = "User.Read User.ReadBasic.All Files.ReadWrite.All"


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys.generate()


@pytest.fixture
async def contoso(keys: Keys) -> AsyncGenerator[Contoso]:
    tenant = Contoso(keys=keys)
    async with running(tenant):
        yield tenant


class Reader(httpx.AsyncClient):
    """One person at Graph."""

    def __init__(self, contoso: Contoso, who: str, scopes: str = ALL) -> None:
        token = tokens.graph_token(contoso, contoso.person(who), frozenset(scopes.split()))
        super().__init__(base_url=f"{contoso.base_url}/v1.0", headers={"Authorization": f"Bearer {token}"})


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


def at(item: Item) -> str:
    return f"/drives/{item.drive_id}/items/{item.id}"


def body(*recipients: dict[str, str], **more: Any) -> dict[str, Any]:
    said = {"recipients": list(recipients), "roles": ["write"], "requireSignIn": True, "sendInvitation": True}
    return {name: value for name, value in {**said, **more}.items() if value is not None}


def error(answer: httpx.Response) -> tuple[int, str, str]:
    said = answer.json()["error"]
    return answer.status_code, said["code"], said["message"]


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200
    return [each["name"] for each in answer.json()["value"]]


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


async def test_an_invite_lets_in_and_mails(contoso: Contoso, adele: Reader, alex: Reader, budget: Item) -> None:
    before = await alex.get(at(budget))

    answer = await adele.post(
        f"{at(budget)}/invite", json=body({"objectId": contoso.person(ALEX).id}, message="Please check.")
    )

    login = base64.b64encode(b"i:0#.f|membership|alex.wilber@contoso.com").decode().rstrip("=")
    assert answer.json() == {
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#Collection(permission)",
        "value": [
            {
                "@odata.type": "#microsoft.graph.permission",
                "id": login,
                "roles": ["write"],
                "grantedTo": {"user": {"displayName": "Alex Wilber", "email": ALEX, "id": contoso.person(ALEX).id}},
            }
        ],
    }
    assert answer.headers["Location"] == "https://graph.microsoft.com"
    assert answer.headers.keys() >= {"deprecation", "sunset", "link"}
    assert (before.status_code, (await alex.get(at(budget))).status_code) == (404, 200)
    assert (await adele.get(at(budget))).json()["shared"] == {"scope": "users"}
    (mail,) = contoso.mail_to(ALEX)
    assert (mail.sender_mail, mail.text) == (ADELE, "Please check.")
    assert mail.link == ("Open Q3 Budget.xlsx", contoso.web_url(budget))


async def test_without_an_invitation_nobody_is_mailed(contoso: Contoso, adele: Reader, budget: Item) -> None:
    answer = await adele.post(
        f"{at(budget)}/microsoft.graph.invite", json=body({"email": ALEX}, sendInvitation=False, roles=["read"])
    )

    assert answer.status_code == 200
    assert contoso.roles(budget) == {ALEX: "read"}
    assert contoso.mails == []


async def test_the_qualified_name_is_taken_in_any_case(contoso: Contoso, adele: Reader, budget: Item) -> None:
    answer = await adele.post(f"/me/drive/items/{budget.id}/Microsoft.Graph.Invite", json=body({"alias": MEGAN}))

    assert answer.status_code == 200
    assert contoso.roles(budget) == {MEGAN: "write"}


async def test_an_invite_never_takes_away(contoso: Contoso, adele: Reader, budget: Item) -> None:
    await adele.post(f"{at(budget)}/invite", json=body({"email": ALEX}, roles=["read", "write"]))

    weaker = await adele.post(f"{at(budget)}/invite", json=body({"email": ALEX}, roles=["read"]))

    assert weaker.json()["value"][0]["roles"] == ["read"]
    assert contoso.roles(budget) == {ALEX: "write"}


async def test_inviting_an_owner_is_echoed_and_changes_nothing(adele: Reader, budget: Item) -> None:
    answer = await adele.post(f"{at(budget)}/invite", json=body({"email": ADELE}))

    (echo,) = answer.json()["value"]
    (listed,) = (await adele.get(f"{at(budget)}/permissions")).json()["value"]
    assert (echo["id"], echo["roles"]) == (listed["id"], ["write"])
    assert listed["roles"] == ["owner"]


async def test_somebody_from_outside_comes_by_mail_and_has_no_id(contoso: Contoso, adele: Reader, budget: Item) -> None:
    answer = await adele.post(f"{at(budget)}/invite", json=body({"email": "new@partner.example"}))

    (entry,) = answer.json()["value"]
    assert entry["grantedTo"] == {"user": {"displayName": "new@partner.example", "email": "new@partner.example"}}
    assert len(contoso.mail_to("new@partner.example")) == 1
    listed = (await adele.get(f"{at(budget)}/permissions")).json()["value"]
    assert "id" not in next(each for each in listed if each["id"] == entry["id"])["grantedToV2"]["user"]


async def test_a_guest_who_is_there_already_needs_no_mail(contoso: Contoso, adele: Reader, budget: Item) -> None:
    answer = await adele.post(f"{at(budget)}/invite", json=body({"email": GUEST}, sendInvitation=False))

    assert answer.json()["value"][0]["grantedTo"]["user"]["id"] == contoso.person(GUEST).id
    async with Reader(contoso, GUEST) as guest:
        assert (await guest.get(at(budget))).status_code == 200


async def test_a_group_is_let_in_with_all_its_members_mailed(contoso: Contoso, adele: Reader, budget: Item) -> None:
    await adele.post(f"{at(budget)}/invite", json=body({"email": "marketing@contoso.com"}))

    assert contoso.roles(budget) == {"marketing@contoso.com": "write"}
    assert {mail.to for mail in contoso.mails} == {
        ALEX,
        MEGAN,
        "ana.bell2@contoso.com",
        "miriam.graham@contoso.com",
    }
    async with Reader(contoso, ALEX) as alex:
        assert (await alex.get(at(budget))).status_code == 200


async def test_who_is_in_a_group_with_the_same_role_is_dropped_silently(
    contoso: Contoso, adele: Reader, budget: Item
) -> None:
    await adele.post(f"{at(budget)}/invite", json=body({"email": "marketing@contoso.com"}))

    answer = await adele.post(f"{at(budget)}/invite", json=body({"email": ALEX}))

    assert answer.status_code == 200
    assert contoso.roles(budget) == {"marketing@contoso.com": "write"}


NO_ONE = (400, "noResolvedUsers", "One or more users could not be resolved.")
MALFORMED = (400, "invalidRequest", "The request is malformed or incorrect.")
BOTH_FALSE = (400, "invalidRequest", "RequireSignIn and SendInvitation cannot both be false")
BAD_ROLE = (400, "invalidRequest", "Invalid value for role")
INVALID = (400, "invalidRequest", "Invalid request")
TO_ALEX = {"email": ALEX}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (body(TO_ALEX, {"email": "nobody@contoso.com"}, {"email": MEGAN}), NO_ONE),
        (body({"objectId": "11111111-2222-4333-8444-555555555555"}), NO_ONE),
        (body({"email": "adams@contoso.com"}), NO_ONE),
        (body({"email": "not an address"}), NO_ONE),
        (body(TO_ALEX, requireSignIn=False, sendInvitation=False), BOTH_FALSE),
        (body(TO_ALEX, requireSignIn=None, sendInvitation=None), BOTH_FALSE),
        (body(TO_ALEX, requireSignIn=False), (400, "sharingFailed", "Sharing with anyone is turned off.")),
        (body(TO_ALEX, roles=["owner"]), BAD_ROLE),
        (body(TO_ALEX, roles=["sp.owner"]), BAD_ROLE),
        (body(TO_ALEX, roles=["read | write"]), BAD_ROLE),
        (body(TO_ALEX, roles="read"), MALFORMED),
        (body(TO_ALEX, roles=[]), MALFORMED),
        (body(TO_ALEX, roles=None), MALFORMED),
        (body(), MALFORMED),
        (body({}), MALFORMED),
        (body({"email": ALEX, "permissionIdentityType": "user"}), MALFORMED),
        (body(TO_ALEX, requireSignIn="true"), MALFORMED),
        (body(TO_ALEX, message=3), MALFORMED),
        (body(TO_ALEX, message="x" * 2001), (400, "invalidRequest", "The message is too long.")),
        (body(TO_ALEX, expirationDateTime="2026-12-01T00:00:00Z"), INVALID),
        (body(TO_ALEX, retainInheritedPermissions=False), INVALID),
        (body(TO_ALEX, password="x"), INVALID),
        (
            body(TO_ALEX, colour="red"),
            (
                400,
                "-1, Microsoft.SharePoint.Client.InvalidClientQueryException",
                "The parameter colour does not exist in method invite.",
            ),
        ),
        (
            body({"email": "new@partner.example"}, sendInvitation=False),
            (400, "sharingFailed", "Somebody new from outside can only come by invitation."),
        ),
        ([], MALFORMED),
    ],
)
async def test_a_refused_invite_does_nothing_for_anybody(
    contoso: Contoso, adele: Reader, budget: Item, said: Any, expected: tuple[int, str, str]
) -> None:
    answer = await adele.post(f"{at(budget)}/invite", json=said)

    assert error(answer) == expected
    assert contoso.roles(budget) == {}
    assert contoso.mails == []


async def test_an_invite_is_json(adele: Reader, budget: Item) -> None:
    plain = await adele.post(f"{at(budget)}/invite", content="{}", headers={"Content-Type": "text/plain"})
    broken = await adele.post(f"{at(budget)}/invite", content="{", headers={"Content-Type": "application/json"})

    assert (plain.status_code, broken.status_code) == (415, 400)


async def test_a_long_message_has_its_own_inner_code(adele: Reader, budget: Item) -> None:
    answer = await adele.post(f"{at(budget)}/invite", json=body(TO_ALEX, message="x" * 2001))

    assert answer.json()["error"]["innerError"]["code"] == "parameterIsTooLong"


async def test_folders_are_always_signed_in_to(contoso: Contoso, adele: Reader) -> None:
    folder = contoso.file("Adele Vance", "Finance")

    answer = await adele.post(f"{at(folder)}/invite", json=body(TO_ALEX, requireSignIn=False))

    assert error(answer)[:2] == (400, "invalidRequest")


async def test_a_tenant_may_keep_outsiders_out(contoso: Contoso, adele: Reader, budget: Item) -> None:
    contoso.external_sharing = False

    answer = await adele.post(f"{at(budget)}/invite", json=body({"email": "new@partner.example"}))

    assert error(answer)[:2] == (400, "sharingFailed")
    assert answer.json()["error"]["innerError"]["code"] == "sharingDisabled"


async def test_readers_do_not_share_and_writers_do(contoso: Contoso, adele: Reader, alex: Reader) -> None:
    read_only = contoso.file("Megan Bowen", "Marketing budget.xlsx")
    brand = contoso.file("Megan Bowen", "Brand/Logo.svg")

    refused = await adele.post(f"{at(read_only)}/invite", json=body(TO_ALEX))
    done = await alex.post(f"{at(brand)}/invite", json=body({"email": ADELE}, roles=["read"]))

    assert error(refused) == (403, "accessDenied", "Access denied")
    assert done.status_code == 200
    assert contoso.roles(brand) == {ADELE: "read"}


async def test_a_mailbox_that_takes_nothing_makes_it_a_207(contoso: Contoso, adele: Reader, budget: Item) -> None:
    contoso.unmailable.add(ALEX)

    answer = await adele.post(f"{at(budget)}/invite", json=body(TO_ALEX, {"email": MEGAN}))

    first, second = answer.json()["value"]
    assert answer.status_code == 207
    assert (first["error"]["code"], first["roles"]) == ("notAllowed", ["write"])
    assert "error" not in second
    assert contoso.roles(budget) == {ALEX: "write", MEGAN: "write"}
    assert [mail.to for mail in contoso.mails] == [MEGAN]


async def test_yes_may_mean_nothing(contoso: Contoso, adele: Reader, budget: Item) -> None:
    contoso.unheeded.add(ALEX)

    answer = await adele.post(f"{at(budget)}/invite", json=body(TO_ALEX))

    assert answer.status_code == 200
    assert contoso.roles(budget) == {}


async def test_permissions_are_listed_as_recorded(contoso: Contoso, adele: Reader) -> None:
    forecast = contoso.file("Adele Vance", "Finance/Q4 Forecast.xlsx")

    answer = await adele.get(f"{at(forecast)}/permissions")

    direct, owner = answer.json()["value"]
    assert direct["grantedToV2"]["user"] == direct["grantedTo"]["user"]
    assert direct["grantedToV2"]["siteUser"]["loginName"] == "i:0#.f|membership|pradeep.gupta@contoso.com"
    assert (direct["roles"], direct["shareId"]) == (["write"], direct["id"])
    assert "inheritedFrom" not in direct
    assert (owner["roles"], owner["inheritedFrom"]) == (["owner"], {})
    one = await adele.get(f"{at(forecast)}/permissions/{direct['id']}")
    assert {name: value for name, value in one.json().items() if name != "@odata.context"} == direct


async def test_owners_see_all_permissions_and_others_their_own(contoso: Contoso, adele: Reader, alex: Reader) -> None:
    risks = contoso.file("Project Falcon", "Falcon risks.docx")

    of_owner = (await adele.get(f"{at(risks)}/permissions")).json()["value"]
    of_member = (await alex.get(f"{at(risks)}/permissions")).json()["value"]

    assert [each["grantedToV2"]["group"]["displayName"] for each in of_owner] == [
        "Project Falcon",
        "Project Falcon Owners",
    ]
    assert [each["roles"] for each in of_member] == [["write"]]
    assert of_member[0]["inheritedFrom"] == {}


async def test_a_permission_is_changed_and_taken_away(contoso: Contoso, adele: Reader) -> None:
    forecast = contoso.file("Adele Vance", "Finance/Q4 Forecast.xlsx")
    (mine, _) = (await adele.get(f"{at(forecast)}/permissions")).json()["value"]
    where = f"{at(forecast)}/permissions/{mine['id']}"

    changed = await adele.patch(where, json={"roles": ["read"]})
    again = await adele.patch(where, json={"roles": ["read"]})
    to_owner = await adele.patch(where, json={"roles": ["owner"]})
    to_nothing = await adele.patch(where, json={})
    gone = await adele.delete(where)

    assert (changed.status_code, changed.json()["roles"]) == (200, ["read"])
    assert [each.status_code for each in (again, to_owner, to_nothing)] == [400, 400, 400]
    assert gone.status_code == 204
    assert contoso.roles(forecast) == {}
    assert error(await adele.delete(where)) == (404, "itemNotFound", "The resource could not be found.")
    assert (await adele.put(where, json={})).status_code == 404


async def test_owners_and_inherited_permissions_stay(contoso: Contoso, adele: Reader, budget: Item) -> None:
    (owner,) = (await adele.get(f"{at(budget)}/permissions")).json()["value"]
    where = f"{at(budget)}/permissions/{owner['id']}"

    assert error(await adele.delete(where))[:2] == (403, "notAllowed")
    assert error(await adele.patch(where, json={"roles": ["read"]}))[:2] == (403, "notAllowed")
    assert (await adele.post(where, json={})).status_code == 405


async def test_readers_change_no_permissions(contoso: Contoso, adele: Reader) -> None:
    shared = contoso.file("Megan Bowen", "Marketing budget.xlsx")
    (own,) = (await adele.get(f"{at(shared)}/permissions")).json()["value"]

    assert error(await adele.delete(f"{at(shared)}/permissions/{own['id']}"))[:2] == (403, "accessDenied")


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
