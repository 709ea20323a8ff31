"""A Microsoft account's own OneDrive at Contoso's Graph: other ids, other permissions, other rules of an invite."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote

import pytest

from contoso.files import Item
from contoso.tenant import Contoso
from tests.graph import Reader, at, at_graph, body, error

ROBIN, KIM, ADELE = "robin.danielsen@outlook.example", "kim.akers@outlook.example", "adele.vance@contoso.com"
OWN = "User.Read Files.ReadWrite Files.ReadWrite.All"

robin = at_graph(ROBIN, OWN)
kim = at_graph(KIM, OWN)


@pytest.fixture
def recipes(contoso: Contoso) -> Item:
    return contoso.file(ROBIN, "Documents/Recipes.docx")


@pytest.fixture
def novel(contoso: Contoso) -> Item:
    return contoso.file(KIM, "Documents/Novel.docx")


async def test_a_personal_drive_has_ids_of_its_own_kind(robin: Reader, recipes: Item) -> None:
    drive = (await robin.get("/me/drive")).json()
    item = (await robin.get("/me/drive/root:/Documents/Recipes.docx")).json()

    assert (drive["driveType"], len(drive["id"])) == ("personal", 16)
    assert item["id"] == recipes.id == f"{drive['id'].upper()}!105"
    assert "siteId" not in item["parentReference"]
    assert (await robin.get(at(recipes).replace("!", "%21"))).json()["name"] == "Recipes.docx"


async def test_an_invite_is_answered_in_the_older_shape_with_all_there_is(
    contoso: Contoso, robin: Reader, kim: Reader, recipes: Item
) -> None:
    answer = await robin.post(f"{at(recipes)}/invite", json=body({"email": KIM}, message="Look!"))

    (entry,) = answer.json()["value"]
    (listed,) = [
        each for each in (await robin.get(f"{at(recipes)}/permissions")).json()["value"] if each["id"] == entry["id"]
    ]
    who = contoso.person(KIM)
    assert entry["grantedTo"] == {"user": {"displayName": "Kim Akers", "email": KIM, "id": who.id}}
    assert entry["invitation"] == {"email": KIM, "signInRequired": True}
    assert {"grantedToV2", "grantedToIdentitiesV2"}.isdisjoint(listed)
    assert {**entry, "@odata.type": ""} == {**listed, "@odata.type": ""}
    assert [mail.text for mail in contoso.mail_to(KIM)] == ["Look!"]
    assert (await kim.get(at(recipes))).status_code == 200


async def test_what_comes_from_a_folder_says_from_which(contoso: Contoso, robin: Reader, recipes: Item) -> None:
    folder = contoso.file(ROBIN, "Documents")
    await robin.post(f"{at(folder)}/invite", json=body({"email": KIM}))

    found = (await robin.get(f"{at(recipes)}/permissions")).json()["value"]

    (inherited,) = [each for each in found if "invitation" in each]
    assert inherited["inheritedFrom"] == {
        "driveId": folder.drive_id,
        "id": folder.id,
        "path": "/drive/root:/Documents",
    }


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"expirationDateTime": "2099-01-01T00:00:00Z"}, "Account Upgrade is required for this operation"),
        ({"password": "secret"}, "Account Upgrade is required for this operation"),
        ({"roles": ["owner"]}, "Invalid value for role"),
        ({"requireSignIn": False, "sendInvitation": False}, "RequireSignIn and SendInvitation cannot both be false"),
        (
            {"recipients": [{"email": "adele.vance@contoso.com"}]},
            "Some users in the request cannot be invited securely.",
        ),
        ({"recipients": [{"email": KIM, "alias": "kim"}]}, "The request is malformed or incorrect."),
        ({"permissionIdentityType": "x"}, "The parameter permissionIdentityType does not exist in method invite."),
        ({"retainInheritedPermissions": "no"}, "The request is malformed or incorrect."),
        ({"recipients": [{"alias": "kim"}]}, "One or more users could not be resolved."),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_what_a_free_account_does_not_get(
    contoso: Contoso, robin: Reader, recipes: Item, said: dict[str, Any], expected: str
) -> None:
    answer = await robin.post(f"{at(recipes)}/invite", json=body({"email": KIM}) | said)

    assert (error(answer)[0], error(answer)[2]) == (400, expected)
    assert contoso.roles(recipes) == {}


async def test_the_whole_drive_cannot_be_shared(robin: Reader) -> None:
    answer = await robin.post("/me/drive/root/invite", json=body({"email": KIM}))

    assert answer.json()["error"]["innerError"]["code"] == "objectNotSupported"


async def test_who_pays_may_set_an_end_and_a_password(contoso: Contoso, kim: Reader, novel: Item) -> None:
    end = (contoso.now() + dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")

    answer = await kim.post(
        f"{at(novel)}/invite", json=body({"email": ROBIN}, expirationDateTime=end, password="secret")
    )
    past = await kim.post(f"{at(novel)}/invite", json=body({"email": ROBIN}, expirationDateTime="2001-01-01T00:00:00Z"))

    (entry,) = answer.json()["value"]
    assert (entry["expirationDateTime"], entry["hasPassword"]) == (end, True)
    assert past.json()["error"]["innerError"]["code"] == "invalidParameterFormat"


async def test_without_a_sign_in_the_mail_carries_a_link_for_anybody(
    contoso: Contoso, robin: Reader, recipes: Item
) -> None:
    answer = await robin.post(f"{at(recipes)}/invite", json=body({"email": "aunt@mail.example"}, requireSignIn=False))

    (entry,) = answer.json()["value"]
    (mail,) = contoso.mail_to("aunt@mail.example")
    assert entry["link"]["scope"] == "anonymous"
    assert entry["invitation"] == {"email": "aunt@mail.example", "signInRequired": False}
    assert mail.link
    assert mail.link[1] == entry["link"]["webUrl"]


async def test_a_first_share_may_take_away_what_came_from_the_folder(
    contoso: Contoso, robin: Reader, kim: Reader
) -> None:
    cat = contoso.file(ROBIN, "Photos/Cat.jpg")
    folder = contoso.file(ROBIN, "Photos")
    await robin.post(f"{at(folder)}/invite", json=body({"email": KIM}))
    before = (await kim.get(at(cat))).status_code
    await robin.delete(f"{at(folder)}/permissions/{contoso.files.own_grants(folder)[0].id}")

    alone = body({"email": "a@b.example"}, requireSignIn=False, retainInheritedPermissions=False)
    await robin.post(f"{at(cat)}/invite", json=alone)
    await robin.post(f"{at(folder)}/invite", json=body({"email": KIM}))

    assert (before, (await kim.get(at(cat))).status_code) == (200, 404)


async def test_a_mail_that_was_stopped_is_said_in_the_entry(contoso: Contoso, robin: Reader, recipes: Item) -> None:
    contoso.unmailable.add(KIM)

    answer = await robin.post(f"{at(recipes)}/invite", json=body({"email": KIM}))

    (entry,) = answer.json()["value"]
    assert answer.status_code == 207
    assert entry["error"]["innererror"] == {"code": "accountVerificationRequired"}
    assert entry["error"]["fixItUrl"].endswith("/VerifyAccount")
    assert contoso.mail_to(KIM) == []


async def test_a_link_for_anybody_may_get_an_end_later(contoso: Contoso, kim: Reader, novel: Item) -> None:
    end = (contoso.now() + dt.timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    made = (await kim.post(f"{at(novel)}/createLink", json={"type": "view", "password": "secret"})).json()
    where = f"{at(novel)}/permissions/{made['id']}"

    changed = await kim.patch(where, json={"expirationDateTime": end})
    wrong = await kim.post(f"{at(novel)}/validatePermission", json={"password": "guess"})
    right = await kim.post(f"{at(novel)}/validatePermission", json={"password": "secret"})

    assert made["hasPassword"]
    assert changed.json()["expirationDateTime"] == end
    assert (wrong.status_code, right.status_code) == (403, 204)


@pytest.mark.parametrize("scope", ["organization", "users"])
async def test_at_home_a_link_is_for_anybody_or_for_nobody(kim: Reader, novel: Item, scope: str) -> None:
    answer = await kim.post(f"{at(novel)}/createLink", json={"type": "view", "scope": scope})

    assert answer.status_code == 400
    assert (await kim.get(f"{at(novel)}/permissions")).json()["value"][1:] == []


@pytest.mark.parametrize("end", ["tomorrow", "2030-13-01T00:00:00Z", "2030-01-01T00:00:00", "2020-01-01T00:00:00Z"])
async def test_an_end_that_is_none_is_refused(kim: Reader, novel: Item, end: str) -> None:
    answer = await kim.post(f"{at(novel)}/createLink", json={"type": "view", "expirationDateTime": end})

    assert answer.status_code == 400


async def test_an_album_is_a_bundle_and_shared_as_one(contoso: Contoso, robin: Reader) -> None:
    (album,) = [each for each in contoso.files if each.is_bundle and each.author.mail == ROBIN]

    answer = await robin.post(f"/drive/bundles/{album.id}/invite", json=body({"email": KIM}))

    assert (await robin.get(f"/drive/bundles/{album.id}")).json()["bundle"] == {"album": {}, "childCount": 2}
    assert answer.status_code == 200
    assert contoso.roles(album) == {KIM: "write"}


async def test_special_folders_go_by_name(robin: Reader) -> None:
    found = {name: await robin.get(f"/me/drive/special/{name}") for name in ("documents", "photos", "music")}

    assert {name: answer.json().get("name") for name, answer in found.items()} == {
        "documents": "Documents",
        "photos": "Photos",
        "music": None,
    }


async def test_what_is_not_followed_is_not_found_there(contoso: Contoso, robin: Reader, recipes: Item) -> None:
    budget = contoso.file(ADELE, "Finance/Q3 Budget.xlsx")
    async with Reader(contoso, ADELE) as adele:
        followed = await adele.get(f"/drive/following/{budget.id}")
        other = await adele.get(f"/drive/following/{contoso.file(ADELE, 'Price list.pdf').id}")
        bundle = await adele.get(f"/drive/bundles/{budget.id}")

    assert followed.json()["name"] == "Q3 Budget.xlsx"
    assert error(other)[0] == 404
    assert error(bundle)[1] == "notSupported"
    assert error(await robin.get(f"/drive/following/{recipes.id}"))[1] == "notSupported"


async def test_consumers_are_in_no_list_of_the_tenant(contoso: Contoso) -> None:
    async with Reader(contoso, ADELE, "User.Read.All") as adele:
        listed = (await adele.get("/users", params={"$top": "999"})).json()["value"]

    assert len(listed) >= 60
    assert {ROBIN, KIM}.isdisjoint(each["mail"] for each in listed)


async def test_a_stranger_from_outside_has_no_id_until_they_come(contoso: Contoso) -> None:
    budget = contoso.file(ADELE, "Finance/Q3 Budget.xlsx")
    async with Reader(contoso, ADELE) as adele:
        answer = await adele.post(f"{at(budget)}/invite", json=body({"email": "new.comer@partner.example"}))
        guest = contoso.redeem("new.comer@partner.example")
        listed = (await adele.get(f"{at(budget)}/permissions")).json()["value"]

    assert "id" not in answer.json()["value"][0]["grantedTo"]["user"]
    assert guest.id in [each["grantedToV2"].get("user", {}).get("id") for each in listed]
    async with Reader(contoso, guest.mail) as newcomer:
        assert (await newcomer.get(at(budget))).status_code == 200


@pytest.mark.parametrize("address", ["all.staff@contoso.com", "invoices@contoso.com", "crystal@contoso.com"])
async def test_what_is_in_the_directory_may_still_be_nobody_to_share_with(contoso: Contoso, address: str) -> None:
    budget = contoso.file(ADELE, "Finance/Q3 Budget.xlsx")
    async with Reader(contoso, ADELE) as adele:
        answer = await adele.post(f"{at(budget)}/invite", json=body({"email": address}))

    assert error(answer)[1] == "noResolvedUsers"


async def test_names_that_hurt_are_found_by_their_path(contoso: Contoso) -> None:
    odd = [each for each in contoso.files if "Oddly named" in contoso.files.folders(each)]
    async with Reader(contoso, "lee.gu@contoso.com") as lee:
        folder = f"/drives/{odd[0].drive_id}/root:/Oddly%20named"
        found = [(await lee.get(f"{folder}/{quote(each.name, safe='')}")).json() for each in odd]

    assert [each.get("name") for each in found] == [each.name for each in odd]
    assert len(odd) >= 20
    assert len(list(contoso.files)) >= 500
