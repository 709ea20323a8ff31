"""Where Graph finds drives and items: every form of address there has been, shares, sites, and what leads nowhere."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from contoso.files import Item
from contoso.sites import HOST
from contoso.tenant import Contoso
from tests.graph import Reader, at, at_graph, body, error, names

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
SITES = "Files.ReadWrite.All Sites.Read.All"

adele = at_graph(ADELE)
alex = at_graph(ALEX)


def token(url: str) -> str:
    return f"u!{base64.urlsafe_b64encode(url.encode()).decode().rstrip('=')}"


def drives_of_adele(contoso: Contoso, drive: str) -> list[str]:
    site = quote(contoso.files.drives[drive].site_id)
    return [
        "/drive",
        "/me/drive",
        f"/me/drives/{drive}",
        f"/drives/{drive}",
        f"/drives/{quote(drive, safe='')}",
        f"/users/{contoso.person(ADELE).id}/drive",
        f"/users/{ADELE}/drive",
        f"/users/{ADELE}/drives/{drive}",
        f"/sites/{site}/drive",
        f"/sites/{site}/drives/{drive}",
        f"/sites/{HOST}:/personal/adele_vance_contoso_com:/drive",
        f"/sites/{quote(f'{HOST}:/personal/adele_vance_contoso_com:', safe='')}/drives/{drive}",
    ]


def forms(contoso: Contoso, item: Item) -> list[str]:
    """All addresses of Adele's Q3 Budget."""
    folder = contoso.file("Adele Vance", "Finance").id
    shared, shared_folder = (token(contoso.web_url(contoso.file("Adele Vance", path))) for path in PATHS)
    return [
        *(
            drive + within
            for drive in drives_of_adele(contoso, item.drive_id)
            for within in (
                f"/items/{item.id}",
                "/root:/Finance/Q3%20Budget.xlsx:",
                "/root:/finance/q3%20budget.XLSX:",
                "/root%3A%2FFinance%2FQ3%20Budget.xlsx%3A",
                "/items/root%3A%2FFinance%2FQ3%20Budget.xlsx%3A",
                "/items/root:/Finance/Q3%20Budget.xlsx:",
                f"/items/{folder}:/Q3%20Budget.xlsx:",
                f"/items/{folder}%3A%2FQ3%20Budget.xlsx%3A",
                "/special/documents:/Finance/Q3%20Budget.xlsx:",
            )
        ),
        f"/shares/{shared}/driveItem",
        f"/shares/{shared}/root",
        f"/shares/{shared}/items/{item.id}",
        f"/shares/{shared_folder}/items/{item.id}",
        f"/shares/{shared_folder}/root:/Q3%20Budget.xlsx:",
        f"/shares/{shared_folder}/driveItem:/Q3%20Budget.xlsx:",
    ]


PATHS = ("Finance/Q3 Budget.xlsx", "Finance")


async def test_every_form_of_address_leads_to_the_same_item(contoso: Contoso, adele: Reader, budget: Item) -> None:
    everywhere = forms(contoso, budget)

    found = {form: (await adele.get(form)).json() for form in everywhere}
    listed = {form: (await adele.get(f"{form}/permissions")).json() for form in everywhere}

    assert {form: raw.get("id", raw) for form, raw in found.items()} == dict.fromkeys(everywhere, budget.id)
    assert {form: len(raw.get("value", raw)) for form, raw in listed.items()} == dict.fromkeys(everywhere, 1)


@pytest.mark.parametrize(
    "action", ["invite", "Invite", "microsoft.graph.invite", "Microsoft.Graph.invite", "microsoft%2Egraph%2Einvite"]
)
async def test_every_form_of_address_takes_an_invitation_under_each_of_its_names(
    contoso: Contoso, adele: Reader, budget: Item, action: str
) -> None:
    everywhere = forms(contoso, budget)
    said = body({"email": ALEX}, sendInvitation=False)

    answers = {form: await adele.post(f"{form}/{action}", json=said) for form in everywhere}

    assert {form: answer.status_code for form, answer in answers.items()} == dict.fromkeys(everywhere, 200)
    assert contoso.roles(budget) == {ALEX: "write"}


async def test_the_root_is_an_item_too(contoso: Contoso, adele: Reader, budget: Item) -> None:
    drive = contoso.files.drives[budget.drive_id]
    addresses = [f"{each}/root" for each in drives_of_adele(contoso, drive.id)]
    addresses += ["/drive/items/root", "/drive/root:", "/drive/root:/", f"/drives/{drive.id}/root:/:"]

    answers = {each: (await adele.get(each)).json() for each in addresses}
    invited = await adele.post("/drive/root/Microsoft.Graph.invite", json=body({"email": MEGAN}))

    assert {each: raw.get("id", raw) for each, raw in answers.items()} == dict.fromkeys(addresses, drive.root_id)
    assert answers["/drive/items/root"]["root"] == {}
    assert invited.status_code == 200


async def test_a_business_drive_has_no_bundles_and_no_folders_of_any_name(adele: Reader, budget: Item) -> None:
    assert error(await adele.get(f"/drive/bundles/{budget.id}"))[:2] == (400, "notSupported")
    assert error(await adele.get("/drive/special/elsewhere"))[:2] == (404, "itemNotFound")
    assert (await adele.get(f"/drive/following/{budget.id}")).json()["id"] == budget.id


async def test_a_path_may_end_where_the_address_ends(adele: Reader, budget: Item) -> None:
    assert (await adele.get("/me/drive/root:/Finance/Q3%20Budget.xlsx")).json()["id"] == budget.id


@pytest.mark.parametrize(
    "address",
    [
        "/users/{alex}/drives/{drive}/items/{item}",
        "/groups/{group}/drives/{drive}/items/{item}",
        "/groups/{person}/drive",
        "/users/nobody/drive",
        "/groups/none/drive",
        "/sites/none/drive",
        "/sites/elsewhere.example:/personal/adele_vance_contoso_com:/drive",
        "/sites/{host}:/personal/nobody:/drive/items/{item}",
        "/sites/root/drive",
        "/me/drives/none",
        "/shares/{other}/items/{item}",
        "/shares/{other}/root:/Q3%20Budget.xlsx:",
    ],
)
async def test_what_is_somewhere_else_is_not_here(contoso: Contoso, adele: Reader, budget: Item, address: str) -> None:
    group = contoso.directory.group_at("project.falcon@contoso.com")
    assert group
    where = address.format(
        alex=ALEX,
        drive=budget.drive_id,
        item=budget.id,
        group=group.id,
        person=contoso.person(ADELE).id,
        host=HOST,
        other=token(contoso.web_url(contoso.file("Adele Vance", "Planning"))),
    )

    assert (await adele.get(where)).status_code == 404


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


async def test_a_drive_is_listed_where_it_belongs(contoso: Contoso, adele: Reader, alex: Reader) -> None:
    group = contoso.directory.group_at("project.falcon@contoso.com")
    assert group
    own, library = contoso.files.drive_of(contoso.person(ADELE).id), contoso.files.drive_of(group.id)
    assert own
    assert library

    lists = {
        "/me/drives": [own.id],
        f"/users/{ADELE}/drives": [own.id],
        f"/users/{ALEX}/drives": [],
        "/users/nobody/drives": [],
        f"/groups/{group.id}/drives": [library.id],
        f"/sites/{quote(library.site_id)}/drives": [library.id],
        f"/sites/{HOST}:/sites/ProjectFalcon:/drives": [library.id],
        "/sites/root/drives": [],
    }

    found = {path: [each["id"] for each in (await adele.get(path)).json()["value"]] for path in lists}
    assert found == lists


async def test_sites_are_found_by_id_and_by_path(contoso: Contoso) -> None:
    group = contoso.directory.group_at("project.falcon@contoso.com")
    assert group
    library = contoso.files.drive_of(group.id)
    assert library

    async with Reader(contoso, ADELE, SITES) as adele:
        found = [
            (await adele.get(path)).json()
            for path in (
                f"/sites/{library.site_id}",
                f"/sites/{HOST}:/sites/ProjectFalcon",
                f"/sites/{HOST}:/SITES/projectfalcon:",
            )
        ]
        roots = [(await adele.get(path)).json() for path in ("/sites/root", f"/sites/{HOST}", f"/sites/{HOST}:/")]

    assert [raw["id"] for raw in found] == [library.site_id] * 3
    assert found[0]["webUrl"] == f"https://{HOST}/sites/ProjectFalcon"
    assert [raw["displayName"] for raw in roots] == ["Contoso"] * 3
    assert all(raw["root"] == {} for raw in roots)


async def test_a_site_is_there_for_who_may_enter_it(contoso: Contoso, adele: Reader) -> None:
    async with Reader(contoso, MEGAN, SITES) as megan:
        falcon = await megan.get(f"/sites/{HOST}:/sites/ProjectFalcon:")

    assert error(await adele.get("/sites/root"))[:2] == (403, "accessDenied")
    assert error(falcon)[:2] == (404, "itemNotFound")


async def test_a_share_says_what_it_is(contoso: Contoso, adele: Reader, alex: Reader, budget: Item) -> None:
    share = token(contoso.web_url(budget))

    raw = (await adele.get(f"/shares/{share}")).json()

    assert (raw["id"], raw["name"], raw["owner"]["user"]["email"]) == (share, "Q3 Budget.xlsx", ADELE)
    assert (await alex.get(f"/shares/{share}")).status_code == 404
    assert error(await adele.get(f"/shares/{share}/permission"))[:2] == (400, "invalidRequest")


async def test_the_permission_of_a_link_is_found_through_it(contoso: Contoso, adele: Reader, budget: Item) -> None:
    made = (await adele.post(f"{at(budget)}/createLink", json={"type": "edit", "scope": "organization"})).json()

    found = (await adele.get(f"/shares/{token(made['link']['webUrl'])}/permission")).json()

    assert (found["id"], found["link"]["type"]) == (made["id"], "edit")


async def test_with_the_narrow_scope_only_ones_own_drive_exists(contoso: Contoso, budget: Item) -> None:
    shared = contoso.file("Megan Bowen", "Marketing budget.xlsx")
    link = token(f"{contoso.base_url}/s/{contoso.person(ADELE).id}")

    async with Reader(contoso, ADELE, "Files.ReadWrite") as adele:
        own = [
            await adele.get(path) for path in (at(budget), "/drive", f"/shares/{token(contoso.web_url(budget))}/root")
        ]
        others = [await adele.get(path) for path in (at(shared), f"/drives/{shared.drive_id}", f"/shares/{link}/root")]
        others.append(await adele.post(f"{at(shared)}/invite", json=body({"email": ALEX})))

    assert [answer.status_code for answer in own] == [200] * 3
    assert [error(answer)[:2] for answer in others] == [(404, "itemNotFound")] * 4
