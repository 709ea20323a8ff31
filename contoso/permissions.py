"""What may be done with a permission that is there, and sharing links. https://learn.microsoft.com/graph/api/resources/permission"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from contoso.files import STRENGTH, Access, Grant, Item, Link
from contoso.ids import guid
from contoso.invites import END, named, paid_for, resolved, role_named, text_of, unresolved
from contoso.invites import mail as tell
from contoso.people import Person
from contoso.refusals import Refusal, access_denied, invalid
from contoso.tenant import Contoso, Event

Json = dict[str, Any]
# What one of each type may do, and which exist at work.
LINK_ROLES = {"view": "read", "edit": "write", "review": "write", "blocksDownload": "read", "embed": "read"}
AT_WORK = LINK_ROLES.keys() - {"embed"}


def change(contoso: Contoso, caller: Person, item: Item, access: Access, body: object) -> Access:
    """PATCH of the roles of a person or group, or of the end of a link for anybody."""
    _must_be_own(contoso, caller, item, access)
    said = cast("Json", body) if isinstance(body, dict) else {}
    if said.keys() == {END} and isinstance(access.grant.to, Link) and access.grant.to.scope == "anonymous":
        expires, _ = paid_for(contoso, caller, said)
        return _changed(contoso, item, replace(access.grant, expires=expires))
    roles = said.get("roles")
    if not isinstance(roles, list) or not roles:
        # So it says, spelled so.
        raise invalid("Invalid input: No Information provided to update the specifed permission")
    if isinstance(access.grant.to, Link):
        raise Refusal(400, "badArgument", "One of the provided arguments is not acceptable.")
    role = role_named(cast("list[object]", roles))
    if role == access.grant.role:
        raise invalid("The permission has these roles already.")
    return _changed(contoso, item, replace(access.grant, role=role))


def revoke(contoso: Contoso, caller: Person, item: Item, access: Access) -> None:
    _must_be_own(contoso, caller, item, access)
    contoso.files.revoke(item, access.grant.id)
    contoso.emit(Event("files"))


def create_link(contoso: Contoso, caller: Person, item: Item, body: object) -> tuple[Access, bool]:
    """The link, and whether it is new: there is one of each kind. At work nobody can make one for anybody."""
    _must_write(contoso, caller, item)
    said = cast("Json", body) if isinstance(body, dict) else {}
    is_personal = contoso.files.drives[item.drive_id].kind == "personal"
    kind, scope = said.get("type", "view"), said.get("scope", "anonymous" if is_personal else "organization")
    if kind not in (LINK_ROLES if is_personal else AT_WORK) or scope not in ("anonymous", "organization", "users"):
        raise invalid("The request is malformed or incorrect.")
    if scope == "anonymous" and not is_personal:
        text = "The feature has been disabled. Please contact your admin to get it enabled."
        raise Refusal(403, "accessDenied", text)
    if is_personal and scope != "anonymous":
        raise invalid("The request is malformed or incorrect.")
    expires, password = paid_for(contoso, caller, said)
    people = _people(contoso, said["recipients"]) if said.get("recipients") else []
    token = guid("link", *item.key, kind, scope)
    there = next((had for had in contoso.files.own_grants(item) if _is(had, token)), None)
    link = there.to if there and isinstance(there.to, Link) else Link(token, scope, kind=kind)
    link = replace(link, opened_by=link.opened_by | {one.id for one in people}, password=password or link.password)
    grant = Grant(link, LINK_ROLES[kind], is_personal, expires, link.password)
    _let_use(contoso, item, grant)
    if said.get("sendNotification") is True:
        for one in people:
            tell(contoso, caller, item, one, message=text_of(said, "message"), link=f"{contoso.base_url}/s/{token}")
    return Access(grant), there is None


def grant_on_link(contoso: Contoso, caller: Person, item: Item, access: Access, body: object) -> list[Access]:
    """Lets more people use a link, with the right it has; at work only."""
    _must_write(contoso, caller, item)
    link, said = _link(access), cast("Json", body) if isinstance(body, dict) else {}
    roles = said.get("roles")
    if access.grant.is_personal or not isinstance(roles, list) or not roles:
        raise invalid("The request is malformed or incorrect.")
    if role_named(cast("list[object]", roles)) != access.grant.role:
        raise invalid("Invalid value for role")
    people = _people(contoso, said.get("recipients"))
    grant = replace(access.grant, to=replace(link, opened_by=link.opened_by | {one.id for one in people}))
    _let_use(contoso, item, grant)
    return [Access(grant)]


def revoke_grants(contoso: Contoso, caller: Person, item: Item, access: Access, body: object) -> Access:
    """Takes people off a link, which stays for the others."""
    _must_be_own(contoso, caller, item, access)
    link, said = _link(access), cast("Json", body) if isinstance(body, dict) else {}
    gone = {one.id for one in _people(contoso, said.get("grantees"))}
    if not gone <= link.opened_by:
        raise unresolved()
    return _changed(contoso, item, replace(access.grant, to=replace(link, opened_by=link.opened_by - gone)))


def validate(contoso: Contoso, caller: Person, item: Item, access: Access, body: object) -> None:
    """Whether this is the password of the link. Raises Refusal if not."""
    link, said = _link(access), cast("Json", body) if isinstance(body, dict) else {}
    if not isinstance(said.get("password"), str) or not link.password:
        raise invalid("The request is malformed or incorrect.")
    if said["password"] != link.password:
        raise access_denied()
    contoso.files.open_link(item, access.grant, caller.id)


def _people(contoso: Contoso, said: object) -> list[Person]:
    found = [resolved(contoso, by, name) for by, name in named(said)]
    if not all(isinstance(each, Person) for each in found):
        raise unresolved()
    return [each for each in found if isinstance(each, Person)]


def _link(access: Access) -> Link:
    if not isinstance(access.grant.to, Link):
        raise invalid("The request is malformed or incorrect.")
    return access.grant.to


def _is(grant: Grant, token: str) -> bool:
    return isinstance(grant.to, Link) and grant.to.token == token


def _let_use(contoso: Contoso, item: Item, grant: Grant) -> None:
    contoso.files.grant(item, grant)
    contoso.files.change(item, grant)
    contoso.emit(Event("files"))


def _changed(contoso: Contoso, item: Item, grant: Grant) -> Access:
    contoso.files.change(item, grant)
    contoso.emit(Event("files"))
    return Access(grant)


def _must_be_own(contoso: Contoso, caller: Person, item: Item, access: Access) -> None:
    _must_write(contoso, caller, item)
    if access.is_inherited or access.grant.role == "owner":
        raise Refusal(403, "notAllowed", "Operation not allowed")


def _must_write(contoso: Contoso, caller: Person, item: Item) -> None:
    if STRENGTH[contoso.files.role_of(caller.id, item) or "read"] < STRENGTH["write"]:
        raise access_denied()
