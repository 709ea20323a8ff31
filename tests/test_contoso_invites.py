"""Letting people in through Contoso's Graph: every rule of an invite, and what may be done with a permission."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from contoso.files import Item
from contoso.tenant import Contoso
from tests.graph import Reader, at, at_graph, body, error

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
GUEST = "casey.jensen@fabrikam.example"

adele = at_graph(ADELE)
alex = at_graph(ALEX)


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
