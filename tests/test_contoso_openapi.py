"""The description of Contoso's Graph is what it does: schemathesis calls every operation and compares."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from contoso import sites, tokens
from contoso.files import Drive, Link
from contoso.scopes import WORDS
from contoso.tenant import Contoso
from tests.graph import Reader

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ADELE = "adele.vance@contoso.com"
# How often an operation is tried where it is documented, and elsewhere, where it is the same behind another address.
OFTEN, ELSEWHERE = 12, 2
CANONICAL = re.compile(r"/drives/\{drive-id\}(/items/\{item-id\})?(/(?!root|items|bundles|special|following)|$)")
DIRECTORY = re.compile(r"/(?!drive)(?!.*/(drives?|root|driveItem|items)/)")


@pytest.fixture
async def document(contoso: Contoso) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=contoso.base_url) as client:
        return (await client.get("/_contoso/openapi.json")).json()


async def test_every_operation_answers_as_described(contoso: Contoso, document: dict[str, Any]) -> None:
    token = tokens.graph_token(contoso, contoso.person(ADELE), frozenset(WORDS))
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=document["servers"][0]["url"])
    operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]

    def call_all() -> set[int]:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {token}"
            return {status for each in operations for status in statuses(contoso, each, session)}

    seen = await asyncio.to_thread(call_all)

    assert len(operations) == sum(len(methods) for methods in document["paths"].values())
    assert seen >= {200, 201, 204, 400, 404}


def statuses(contoso: Contoso, operation: Any, session: requests.Session) -> Iterator[int]:
    """Raises what schemathesis finds."""
    found: list[int] = []

    @seed(7)
    @settings(
        max_examples=OFTEN if is_often_tried(operation.path) else ELSEWHERE,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    @given(case=operation.as_strategy(), where=st.sampled_from(["there", "anywhere"]))
    def examine(case: Any, where: str) -> None:
        if where == "there" and case.path_parameters:
            known = there(contoso, operation.path)
            case.path_parameters.update({name: known[name] for name in case.path_parameters if name in known})
        found.append(case.call_and_validate(session=session, checks=CHECKS).status_code)

    examine()
    return iter(found)


def is_often_tried(path: str) -> bool:
    return bool(CANONICAL.match(path) or DIRECTORY.match(path))


def there(contoso: Contoso, path: str) -> dict[str, str]:
    """Values for the parameters of a path, with which it leads to something that Adele may change."""
    group = contoso.directory.group_at("project.falcon@contoso.com")
    assert group
    of_group = path.startswith(("/groups", "/sites"))
    drive = contoso.files.drive_of(group.id if of_group else contoso.person(ADELE).id)
    assert drive
    root = contoso.files.root(drive)
    names = ("Specification", "Falcon risks.docx") if of_group else ("Finance", "Q4 Forecast.xlsx")
    folder = contoso.files.below(root, names[:1])
    file = contoso.files.below(root, ("Falcon risks.docx",) if of_group else names)
    assert folder
    assert file
    grants = [grant for grant in contoso.files.own_grants(file) if grant.role != "owner"]
    return {
        "user-id": ADELE,
        "group-id": group.id,
        "site-id": drive.site_id,
        "hostname": sites.HOST,
        "site-path": "sites/ProjectFalcon",
        "drive-id": drive.id,
        "item-id": root.id if "{item-id}:" in path else file.id,
        "item-path": names[0],
        "folder-name": "documents",
        "permission-id": grants[0].id if grants else "none",
        "share-id": share(contoso, drive, path),
        "words": "a",
    }


def share(contoso: Contoso, drive: Drive, path: str) -> str:
    """What has a permission of its own is a link, the others are anything that was pasted."""
    url = contoso.web_url(contoso.files.root(drive))
    if "{share-id}/permission" in path:
        grants = (grant for item in contoso.files for grant in contoso.files.own_grants(item))
        link = next(grant.to for grant in grants if isinstance(grant.to, Link))
        url = f"{contoso.base_url}/s/{link.token}"
    return f"u!{base64.urlsafe_b64encode(url.encode()).decode().rstrip('=')}"


DRIVES = (
    "/drive",
    "/me/drive",
    "/me/drives/{drive-id}",
    "/drives/{drive-id}",
    "/groups/{group-id}/drive",
    "/groups/{group-id}/drives/{drive-id}",
    "/users/{user-id}/drive",
    "/users/{user-id}/drives/{drive-id}",
    "/sites/{site-id}/drive",
    "/sites/{site-id}/drives/{drive-id}",
    "/sites/{hostname}:/{site-path}:/drive",
)
ITEMS = (
    "/root",
    "/items/{item-id}",
    "/root:/{item-path}:",
    "/items/{item-id}:/{item-path}:",
    "/bundles/{item-id}",
    "/special/{folder-name}",
    "/following/{item-id}",
)
SHARES = ("/shares/{share-id}/root", "/shares/{share-id}/driveItem", "/shares/{share-id}/items/{item-id}")
OF_A_DRIVE = ("", "/search(q='{words}')", "/recent()", "/sharedWithMe()")
OF_AN_ITEM = (
    ("get", ""),
    ("get", "/children"),
    ("get", "/search(q='{words}')"),
    ("get", "/permissions"),
    ("get", "/permissions/{permission-id}"),
    ("patch", "/permissions/{permission-id}"),
    ("delete", "/permissions/{permission-id}"),
    ("post", "/permissions/{permission-id}/grant"),
    ("post", "/permissions/{permission-id}/revokeGrants"),
    ("post", "/invite"),
    ("post", "/createLink"),
    ("post", "/validatePermission"),
)
ELSE = (
    ("get", "/me"),
    ("get", "/me/people"),
    ("get", "/me/manager"),
    ("get", "/me/transitiveMemberOf"),
    ("get", "/me/drives"),
    ("get", "/users"),
    ("get", "/users/{user-id}"),
    ("get", "/users/{user-id}/drives"),
    ("get", "/groups"),
    ("get", "/groups/{group-id}"),
    ("get", "/groups/{group-id}/members"),
    ("get", "/groups/{group-id}/transitiveMembers"),
    ("get", "/groups/{group-id}/drives"),
    ("get", "/sites/{site-id}"),
    ("get", "/sites/{hostname}:/{site-path}:"),
    ("get", "/sites/{site-id}/drives"),
    ("get", "/sites/{hostname}:/{site-path}:/drives"),
    ("post", "/search/query"),
    ("get", "/shares/{share-id}"),
    ("get", "/shares/{share-id}/permission"),
    ("post", "/shares/{share-id}/permission/grant"),
    ("post", "/$batch"),
    ("put", "/me/drive/root:/{file-name}:/content"),
)


def test_the_description_holds_every_address_and_nothing_else(document: dict[str, Any]) -> None:
    items = [drive + item for drive in DRIVES for item in ITEMS] + [*SHARES]
    expected = {*ELSE, *((method, item + what) for item in items for method, what in OF_AN_ITEM)}
    expected |= {("get", drive + what) for drive in DRIVES for what in OF_A_DRIVE}

    assert {(method, path) for path, methods in document["paths"].items() for method in methods} == expected


async def test_what_is_not_described_is_not_served(contoso: Contoso, document: dict[str, Any]) -> None:
    paths = {path: methods for path, methods in document["paths"].items() if is_often_tried(path)}

    async with Reader(contoso, ADELE, " ".join(WORDS)) as adele:
        answers = {
            (method, path): await adele.request(method, filled(contoso, path), json={})
            for path, methods in paths.items()
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
            if method.lower() not in methods
        }

    assert len(paths) > 20
    assert {call: answer.status_code for call, answer in answers.items()} == dict.fromkeys(answers, 405)


def filled(contoso: Contoso, path: str) -> str:
    known = there(contoso, path)
    return re.sub(r"\{([^{}]*)\}", lambda found: quote(known[found[1]], safe=""), path)


def test_published_operations_keep_their_name(document: dict[str, Any]) -> None:
    invites = {path: methods["post"] for path, methods in document["paths"].items() if path.endswith("/invite")}

    names = {path: (one["operationId"], one.get("x-published-operation-id")) for path, one in invites.items()}

    published = "SendASharingInvitation"
    assert names["/drives/{drive-id}/items/{item-id}/invite"] == (published, None)
    assert names["/me/drive/items/{item-id}/invite"] == (f"{published}.me", published)
    assert names["/drive/items/{item-id}/invite"] == (f"{published}.drive", published)
    assert names["/groups/{group-id}/drive/items/{item-id}/invite"] == (f"{published}.groups", published)
    assert sum(of is not None for _, of in names.values()) == 3


def test_no_two_operations_have_the_same_name(document: dict[str, Any]) -> None:
    names = [one["operationId"] for methods in document["paths"].values() for one in methods.values()]

    assert len(names) == len(set(names))
