"""The client and the tenant together, over HTTP: every form, every parameter, every kind of drive."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.errors import NotFound
from bot.graph import Budgets, Calls, Graph, address
from bot.graph.address import OWN, THE, ItemAddress
from bot.graph.invitations import DriveRecipient, Invitation
from bot.graph.permissions import SharingInvitation
from bot.graph.refusals import Refused
from bot.planning import plan
from bot.sharing import DriveType, Person, Role, ShareableItem, SharePlan, ShareRequest, Words
from contoso.files import Item
from contoso.tenant import Contoso
from tests.graph import Reader

ADELE, ALEX, LEE, MEGAN = (f"{who}@contoso.com" for who in ("adele.vance", "alex.wilber", "lee.gu", "megan.bowen"))
ROBIN, KIM = "robin.danielsen@outlook.example", "kim.akers@outlook.example"
TO_ALEX = Invitation((DriveRecipient("email", ALEX),), Role.WRITE)
TO_LEE = Invitation((DriveRecipient("email", LEE),), Role.READ, message="Please check.")


@pytest.fixture
async def http() -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as http:
        yield http


@pytest.fixture
def adele(contoso: Contoso, http: httpx.AsyncClient) -> Graph:
    return graph_of(contoso, http, ADELE)


def graph_of(contoso: Contoso, http: httpx.AsyncClient, who: str, scopes: str = "") -> Graph:
    """A person's, with a token of the tenant's own."""
    reader = Reader(contoso, who, scopes) if scopes else Reader(contoso, who)
    token = reader.headers["Authorization"]

    class Bearer(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            request.headers["Authorization"] = token
            yield request

    return Graph(Calls(http, f"{contoso.base_url}/v1.0", lambda _scope: Bearer(), Budgets(), math.inf))


def shareable(contoso: Contoso, of: Item, *, is_own: bool = True) -> ShareableItem:
    kind = DriveType(contoso.files.drives[of.drive_id].kind)
    return ShareableItem(of.drive_id, of.id, of.name, "", of.is_folder, "", "", None, kind, is_own=is_own)


Form = Callable[[Contoso, Item], ItemAddress]
BUDGET, FALCON = (ADELE, "Finance/Q3 Budget.xlsx"), ("Project Falcon", "Specification/Falcon interfaces.docx")


def of_library(contoso: Contoso, item: Item) -> Any:
    return contoso.files.drives[item.drive_id]


FORMS: dict[str, tuple[tuple[str, str], Form]] = {
    "1 /drive/root/Microsoft.Graph.invite": ((ADELE, ""), lambda _c, _i: THE.root.qualified("Microsoft.Graph")),
    "2 /drive/items/{}/Microsoft.Graph.invite": (BUDGET, lambda _c, i: THE.item(i.id).qualified("Microsoft.Graph")),
    "3 /drives/{}/root/Microsoft.Graph.invite": (
        (ADELE, ""),
        lambda _c, i: address.drive(i.drive_id).root.qualified("Microsoft.Graph"),
    ),
    "4 /drives/{}/items/{}/invite": (BUDGET, lambda _c, i: address.drive(i.drive_id).item(i.id)),
    "5 /groups/{}/drive/items/{}/invite": (
        FALCON,
        lambda c, i: address.drive_of_group(of_library(c, i).owner.id).item(i.id),
    ),
    "6 /me/drive/items/{}/invite": (BUDGET, lambda _c, i: OWN.item(i.id)),
    "7 /sites/{}/drive/items/{}/invite": (
        FALCON,
        lambda c, i: address.drive_of_site(of_library(c, i).site_id).item(i.id),
    ),
    "8 /users/{}/drive/items/{}/invite": (BUDGET, lambda c, i: address.drive_of_user(c.person(ADELE).id).item(i.id)),
    "9 /drive/items/{}/invite": (BUDGET, lambda _c, i: THE.item(i.id)),
    "10 /drive/root/invite": ((ADELE, ""), lambda _c, _i: THE.root),
    "11 /drives/{}/root/invite": ((ADELE, ""), lambda _c, i: address.drive(i.drive_id).root),
    "12 /shares/{}/root/invite": (BUDGET, lambda c, i: address.shared_root(c.web_url(i))),
    "13 /shares/{}/driveItem/invite": (BUDGET, lambda c, i: address.shared(c.web_url(i))),
    "14 /drive/bundles/{}/invite": ((ROBIN, "Summer"), lambda _c, i: THE.bundle(i.id)),
    "15 /drive/special/{}/invite": ((ADELE, ""), lambda _c, _i: THE.special("documents")),
    "16 /drive/following/{}/invite": (BUDGET, lambda _c, i: THE.following(i.id)),
    "17 /me/drive/root:/{}:/invite": (BUDGET, lambda _c, _i: OWN.root.at("Finance/Q3 Budget.xlsx")),
    "17 /drives/{}/items/{}:/{}:/microsoft.graph.invite": (
        BUDGET,
        lambda c, i: address.drive(i.drive_id).item(i.parent_id or "").at(i.name).qualified(),
    ),
}


@pytest.mark.parametrize("form", FORMS)
async def test_every_published_form_shares(contoso: Contoso, http: httpx.AsyncClient, form: str) -> None:
    (owner, path), at = FORMS[form]
    albums = [each for each in contoso.files if each.is_bundle and each.author.mail == owner]
    item, whom = (albums or [contoso.file(owner, path)])[0], KIM if owner == ROBIN else LEE
    asked = Invitation((DriveRecipient("email", whom),), Role.READ, message="Please check.")

    (granted,) = await graph_of(contoso, http, ROBIN if owner == ROBIN else ADELE).invite(
        shareable(contoso, item), asked, at=at(contoso, item)
    )

    assert granted.ids == {contoso.person(whom).id}
    assert contoso.roles(item)[whom] == "read"
    assert [mail.text for mail in contoso.mail_to(whom)] == ["Please check."]


def test_no_form_is_forgotten() -> None:
    assert {int(form.split()[0]) for form in FORMS} == set(range(1, 18))


async def test_recipients_go_by_address_nickname_or_id(contoso: Contoso, adele: Graph) -> None:
    item = contoso.file(*BUDGET)
    people = (
        DriveRecipient("email", ALEX),
        DriveRecipient("alias", "lee.gu"),
        DriveRecipient("objectId", contoso.person(MEGAN).id),
    )

    await adele.invite(shareable(contoso, item), Invitation(people, Role.READ))

    assert {ALEX, LEE, MEGAN} <= contoso.roles(item).keys()


async def test_a_message_travels_in_the_mail(contoso: Contoso, adele: Graph) -> None:
    await adele.invite(shareable(contoso, contoso.file(*BUDGET)), TO_LEE)

    assert [mail.text for mail in contoso.mail_to(LEE)] == ["Please check."]


@pytest.mark.parametrize("sends_mail", [True, False])
async def test_true_means_mail_and_false_means_none(contoso: Contoso, adele: Graph, sends_mail: bool) -> None:  # noqa: FBT001
    asked = Invitation((DriveRecipient("email", ALEX),), Role.READ, sends_mail=sends_mail)

    await adele.invite(shareable(contoso, contoso.file(*BUDGET)), asked)

    assert len(contoso.mail_to(ALEX)) == sends_mail


async def test_a_personal_drive_takes_an_end_and_a_password(contoso: Contoso, http: httpx.AsyncClient) -> None:
    item, end = contoso.file(KIM, "Documents/Novel.docx"), contoso.now().replace(microsecond=0) + dt.timedelta(days=3)
    asked = Invitation(
        (DriveRecipient("email", ROBIN),), Role.WRITE, expires=end, password="secret", keeps_inherited=True
    )

    (granted,) = await graph_of(contoso, http, KIM).invite(shareable(contoso, item), asked)

    assert (granted.expires, granted.has_password, granted.share_id is not None) == (end, True, True)
    assert granted.invitation == SharingInvitation(ROBIN, True)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"expires": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)}, "invalidRequest"),
        ({"recipients": (DriveRecipient("email", ADELE),)}, "secureSharingInvalidRequest"),
        ({"recipients": (DriveRecipient("alias", "kim"),)}, "noResolvedUsers"),
    ],
    ids=str,
)
async def test_what_a_free_account_does_not_get_is_refused(
    contoso: Contoso, http: httpx.AsyncClient, asked: dict[str, Any], code: str
) -> None:
    to = shareable(contoso, contoso.file(ROBIN, "Documents/Recipes.docx"))

    with pytest.raises(Refused) as caught:
        await graph_of(contoso, http, ROBIN).invite(
            to, replace(Invitation((DriveRecipient("email", KIM),), Role.READ), **asked)
        )

    assert caught.value.code == code


async def test_a_role_is_changed_and_the_access_taken_away(contoso: Contoso, adele: Graph) -> None:
    item = contoso.file(*BUDGET)
    to = shareable(contoso, item)
    (granted,) = await adele.invite(to, TO_ALEX)

    changed = await adele.change_role(to, granted.id, Role.READ)
    read = await adele.permission(to, granted.id)
    await adele.revoke(to, granted.id)

    assert changed.role is read.role is Role.READ
    assert ALEX not in contoso.roles(item)
    with pytest.raises(NotFound):
        await adele.revoke(to, granted.id)


async def test_people_are_let_use_a_link_and_taken_off_it(contoso: Contoso, adele: Graph) -> None:
    to = shareable(contoso, contoso.file(*BUDGET))
    alex, lee = DriveRecipient("email", ALEX), DriveRecipient("email", LEE)

    made = await adele.create_link(to, "view", "users", (alex,))
    assert made.link
    assert made.link.web_url
    (more,) = await adele.grant_on_link(made.link.web_url, (lee,), Role.READ)
    fewer = await adele.revoke_grants(to, more.id, (alex,))

    assert made.ids == {contoso.person(ALEX).id}
    assert more.ids == {contoso.person(ALEX).id, contoso.person(LEE).id}
    assert fewer.ids == {contoso.person(LEE).id}


async def test_an_inherited_access_and_an_owners_cannot_be_taken_away(contoso: Contoso, adele: Graph) -> None:
    to = shareable(contoso, contoso.file(*BUDGET))
    (own,) = [each for each in await adele.permissions(to) if each.role is Role.OWNER]

    with pytest.raises(Refused):
        await adele.revoke(to, own.id)


async def test_look_ups_run_together_and_each_name_is_looked_up_once(
    contoso: Contoso, adele: Graph, http: httpx.AsyncClient
) -> None:
    asked: list[str] = []
    under_way, most = 0, 0

    async def begins(request: httpx.Request) -> None:
        nonlocal under_way, most
        asked.append(request.url.path.removeprefix("/v1.0"))
        under_way += 1
        most = max(most, under_way)

    async def ends(_: httpx.Response) -> None:
        nonlocal under_way
        under_way -= 1

    http.event_hooks = {"request": [begins], "response": [ends]}
    names = (Words("name", "Alex"), Words("name", "Lee"), Words("name", "Alex"))
    person = Person(contoso.tenant_id, contoso.person(ADELE).id, "Adele Vance")

    found = await plan(adele, person, ShareRequest((Words("name", "Q3 Budget.xlsx"),), names))

    assert isinstance(found, SharePlan)
    assert [each.recipient.email for each in found.steps] == [ALEX, LEE]
    assert asked.count("/users") == 2
    assert most == 5  # two searches for the file, two for people, and who asks
    assert len(asked) == 6  # and then the permissions


async def test_items_are_read_in_one_round_trip(contoso: Contoso, adele: Graph) -> None:
    files = [each for each in contoso.files if each.drive_id == contoso.file(*BUDGET).drive_id and each.parent_id][:5]
    gone = ShareableItem(files[0].drive_id, "01GONE", "", "", False, "", "", None)

    found = await adele.items([*(shareable(contoso, each) for each in files), gone])

    assert [each.id for each in found] == [each.id for each in files]
    assert all(each.place for each in found)


async def test_what_changed_last_comes_first(adele: Graph) -> None:
    recent = await adele.recent()

    moments = [each.modified or dt.datetime.min.replace(tzinfo=dt.UTC) for each in recent]
    assert len(recent) > 5
    assert moments == sorted(moments, reverse=True)


async def test_an_unresolved_recipient_is_refused(contoso: Contoso, adele: Graph) -> None:
    asked = Invitation((DriveRecipient("email", "nobody@contoso.com"),), Role.READ)

    with pytest.raises(Refused) as caught:
        await adele.invite(shareable(contoso, contoso.file(*BUDGET)), asked)

    assert caught.value.code == "noResolvedUsers"
    assert len(caught.value.reference) == 36
