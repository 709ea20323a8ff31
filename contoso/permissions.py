"""What may be done with a permission that is there, and sharing links. https://learn.microsoft.com/graph/api/resources/permission"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from contoso.files import STRENGTH, Access, Grant, Item, Link
from contoso.ids import guid
from contoso.invites import role_named
from contoso.people import Person
from contoso.refusals import Refusal, access_denied, invalid
from contoso.tenant import Contoso, Event

Json = dict[str, Any]
LINK_ROLES = {"view": "read", "edit": "write"}


def change(contoso: Contoso, caller: Person, item: Item, access: Access, body: object) -> Access:
    """PATCH of its roles; that of a link can't be changed, it is taken away and made anew."""
    _must_be_own(contoso, caller, item, access)
    roles = cast("Json", body).get("roles") if isinstance(body, dict) else None
    if not isinstance(roles, list) or not roles:
        raise invalid("Invalid input: No information provided to update the specified permission")
    if isinstance(access.grant.to, Link):
        raise Refusal(400, "badArgument", "One of the provided arguments is not acceptable.")
    role = role_named(cast("list[object]", roles))
    if role == access.grant.role:
        raise invalid("The permission has these roles already.")
    changed = replace(access.grant, role=role)
    contoso.files.change(item, changed)
    contoso.emit(Event("files"))
    return Access(changed, is_inherited=False)


def revoke(contoso: Contoso, caller: Person, item: Item, access: Access) -> None:
    _must_be_own(contoso, caller, item, access)
    contoso.files.revoke(item, access.grant.id)
    contoso.emit(Event("files"))


def create_link(contoso: Contoso, caller: Person, item: Item, body: object) -> tuple[Access, bool]:
    """The link, and whether it is new: there is one of each kind. Nobody can make one for anybody in this tenant."""
    _must_write(contoso, caller, item)
    said = cast("Json", body) if isinstance(body, dict) else {}
    kind, scope = said.get("type", "view"), said.get("scope", "organization")
    if kind not in LINK_ROLES or scope not in ("anonymous", "organization", "users"):
        raise invalid("The request is malformed or incorrect.")
    if scope == "anonymous":
        text = "The feature has been disabled. Please contact your admin to get it enabled."
        raise Refusal(403, "accessDenied", text)
    grant = Grant(Link(guid("link", *item.key, kind, scope), scope), LINK_ROLES[kind])
    there = next((had for had in contoso.files.own_grants(item) if had.id == grant.id), None)
    if there is None:
        contoso.files.grant(item, grant)
        contoso.emit(Event("files"))
    return Access(there or grant, is_inherited=False), there is None


def _must_be_own(contoso: Contoso, caller: Person, item: Item, access: Access) -> None:
    _must_write(contoso, caller, item)
    if access.is_inherited or access.grant.role == "owner":
        raise Refusal(403, "notAllowed", "Operation not allowed")


def _must_write(contoso: Contoso, caller: Person, item: Item) -> None:
    if STRENGTH[contoso.files.role_of(caller.id, item) or "read"] < STRENGTH["write"]:
        raise access_denied()
