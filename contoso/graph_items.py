"""Drives, items and permissions as Graph writes them for a business drive."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from urllib.parse import quote

from contoso.files import Access, Drive, Grant, Item, Link, Outsider
from contoso.graph_address import Caller
from contoso.invites import Invited
from contoso.people import Group, Person
from contoso.tenant import Contoso

Json = dict[str, Any]


def stamp(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def drive(contoso: Contoso, of: Drive) -> Json:
    kind = "group" if isinstance(of.owner, Group) else "user"
    return {
        "id": of.id,
        "name": of.name,
        "description": "",
        "driveType": of.kind,
        "webUrl": contoso.web_url(contoso.files.root(of)),
        "owner": {kind: {"displayName": of.owner.name, "email": of.owner.mail, "id": of.owner.id}},
        "quota": {"deleted": 0, "remaining": 1_099_217_263_127, "state": "normal", "total": 1_099_511_627_776},
    }


def item(contoso: Contoso, of: Item) -> Json:
    author = {"user": {"displayName": of.author.name, "email": of.author.mail, "id": of.author.id}}
    tag = f"{{{str(uuid.uuid5(uuid.NAMESPACE_URL, of.id)).upper()}}},{of.version}"
    raw: Json = {
        "@odata.etag": f'"{tag}"',
        "id": of.id,
        "name": of.name,
        "eTag": f'"{tag}"',
        "cTag": f'"c:{tag}"',
        "size": of.size,
        "webUrl": contoso.web_url(of),
        "createdDateTime": stamp(of.modified - dt.timedelta(days=30)),
        "lastModifiedDateTime": stamp(of.modified),
        "createdBy": author,
        "lastModifiedBy": author,
        "parentReference": _parent(contoso, of),
        "fileSystemInfo": {
            "createdDateTime": stamp(of.modified - dt.timedelta(days=30)),
            "lastModifiedDateTime": stamp(of.modified),
        },
    }
    if of.is_folder:
        raw["folder"] = {"childCount": len(contoso.files.children(of))}
    else:
        raw["file"] = {"mimeType": "application/octet-stream", "hashes": {}}
    if of.parent_id is None:
        raw["root"] = {}
    if of.is_bundle:
        raw["bundle"] = {"album": {}, "childCount": 2}
    raw["shared"] = {"scope": "users" if contoso.files.is_shared(of) else "unknown"}
    return raw


def remote_item(contoso: Contoso, of: Item) -> Json:
    """As it stands in a search of one's own drive that found it in another."""
    whole = item(contoso, of)
    names = ("id", "name", "webUrl", "createdBy", "createdDateTime", "lastModifiedBy", "lastModifiedDateTime", "size")
    return {**{name: whole[name] for name in names}, "remoteItem": whole}


def hit(contoso: Contoso, of: Item, rank: int) -> Json:
    """As a result of /search/query, which knows less of it."""
    whole = item(contoso, of)
    names = ("id", "name", "webUrl", "size", "createdBy", "createdDateTime", "lastModifiedBy", "lastModifiedDateTime")
    resource = {name: whole[name] for name in (*names, "fileSystemInfo")}
    parent = whole["parentReference"]
    site_id = str(parent["siteId"])
    resource["parentReference"] = {
        "driveId": parent["driveId"],
        "id": parent.get("id"),
        "siteId": site_id,
        "sharepointIds": {"listId": site_id.rpartition(",")[2], "listItemId": str(rank), "listItemUniqueId": of.id},
    }
    if of.is_folder:
        resource["folder"] = {}
    return {
        "hitId": of.id,
        "rank": rank,
        "summary": f"<c0>{of.name}</c0><ddd/>",
        "resource": {"@odata.type": "#microsoft.graph.driveItem", **resource},
    }


def accesses(contoso: Contoso, caller: Caller, of: Item) -> list[Access]:
    """What the caller may know of who has access: the owner everything, others what concerns themselves."""
    found = contoso.files.accesses(of)
    if contoso.files.role_of(caller.person.id, of) == "owner":
        return found
    return [access for access in found if access.grant.reaches(caller.person.id)]


def permission(contoso: Contoso, access: Access) -> Json:
    """As a list has it, in the shape of the drive it is in."""
    grant = access.grant
    if grant.is_personal:
        return _personal(contoso, grant, access.inherited_from)
    raw: Json = {"id": grant.id, "roles": [grant.role], "shareId": grant.id}
    if isinstance(grant.to, Link):
        raw["grantedToIdentitiesV2"] = [{"user": user} for user in _opened_by(contoso, grant.to)]
        raw["link"] = _link(contoso, grant.to)
    else:
        identity = _identity(grant)
        kind = "group" if isinstance(grant.to, Group) else "user"
        site_user = {"displayName": identity["displayName"], "id": _site_id(grant), "loginName": grant.to.login}
        raw["grantedToV2"] = {kind: identity, "siteUser": {**site_user, "email": identity["email"]}}
        raw["grantedTo"] = {"user": identity}
    if access.is_inherited:
        raw["inheritedFrom"] = {}
    return raw


def _personal(contoso: Contoso, grant: Grant, inherited_from: Item | None) -> Json:
    """As personal drives have it: no V2, and everything about the mail, the end and the password."""
    raw: Json = {"id": grant.id, "roles": [grant.role], "shareId": f"s!{grant.id.replace('-', '')}"}
    if isinstance(grant.to, Link):
        raw["link"] = _link(contoso, grant.to)
        raw["grantedToIdentities"] = [{"user": user} for user in _opened_by(contoso, grant.to)]
    else:
        raw["grantedTo"] = {"user": _identity(grant)}
    if grant.invited:
        raw["invitation"] = {"email": grant.invited[0], "signInRequired": grant.invited[1]}
    if grant.expires:
        raw["expirationDateTime"] = grant.expires
    raw["hasPassword"] = bool(grant.password)
    if inherited_from:
        path = "/".join(["/drive/root:", *contoso.files.folders(inherited_from), inherited_from.name])
        raw["inheritedFrom"] = {"driveId": inherited_from.drive_id, "id": inherited_from.id, "path": path}
    return raw


def _link(contoso: Contoso, link: Link) -> Json:
    return {
        "scope": link.scope,
        "type": link.kind,
        "webUrl": f"{contoso.base_url}/s/{link.token}",
        "preventsDownload": link.kind == "blocksDownload",
    }


def _opened_by(contoso: Contoso, link: Link) -> list[Json]:
    found = map(contoso.directory.known, sorted(link.opened_by))
    return [_user(each) for each in found if each]


def invited(contoso: Contoso, each: Invited) -> Json:
    """An entry of the answer to an invite; at work it is shorter than the one in the list."""
    raw: Json = {"@odata.type": "#microsoft.graph.permission", "id": each.grant.id, "roles": [each.grant.role]}
    if each.grant.is_personal:
        raw |= _personal(contoso, each.grant, None)
    else:
        raw["grantedTo"] = {"user": _identity(each.grant)}
    if each.problem:
        text = "The invitation could not be delivered."
        code = "accountVerificationRequired" if each.grant.is_personal else "exchangeInvalidUser"
        mend = {"fixItUrl": "http://g.live.com/8SESkydrive/VerifyAccount"} if each.grant.is_personal else {}
        about = {"code": "notAllowed", "message": text, "localizedMessage": text}
        raw["error"] = {**about, **mend, "innererror": {"code": code}}
    return raw


def _identity(grant: Grant) -> Json:
    match grant.to:
        case Person():
            return _user(grant.to)
        case Group():
            return {"displayName": grant.to.name, "email": grant.to.mail, "id": grant.to.id}
        case Outsider(mail=mail):
            return {"displayName": mail, "email": mail}
        case Link():
            return {}


def _user(person: Person) -> Json:
    return {"displayName": person.name, "email": person.mail, "id": person.id}


def _site_id(grant: Grant) -> str:
    return str(3 + int(uuid.uuid5(uuid.NAMESPACE_URL, grant.id)) % 500)


def _parent(contoso: Contoso, of: Item) -> Json:
    drive = contoso.files.drives[of.drive_id]
    parent = contoso.files.parent(of)
    raw: Json = {"driveType": drive.kind, "driveId": of.drive_id}
    if drive.kind != "personal":
        raw["siteId"] = drive.site_id
    if parent:
        path = "/".join(quote(name) for name in contoso.files.folders(of))
        raw["id"] = parent.id
        raw["name"] = parent.name if parent.parent_id else "Documents"
        raw["path"] = f"/drives/{of.drive_id}/root:" + (f"/{path}" if path else "")
    return raw
