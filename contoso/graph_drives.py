"""Drives, sites and items as Graph hands them out. https://learn.microsoft.com/graph/api/resources/driveitem"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from contoso import graph_items as shapes
from contoso.files import Drive, Item
from contoso.graph_address import Caller, may_see, owned, shared, site_at
from contoso.graph_calls import METADATA, Answer, Call, entity, listed, ordered
from contoso.refusals import Refusal, access_denied, invalid, not_visible
from contoso.sites import ROOT, Site
from contoso.tenant import Contoso, Event

Json = dict[str, Any]
EXPANDED = frozenset({"permissions", "children"})
# https://support.microsoft.com/office/64883a5d-228e-48f5-b3d2-eb39e07630fa
FORBIDDEN = frozenset('"*:<>?/\\|') | {chr(each) for each in range(32)}
ORDER: Mapping[str, Callable[[Json], Any]] = {
    "name": lambda raw: raw["name"].casefold(),
    "size": lambda raw: raw["size"],
    "createdDateTime": lambda raw: raw["createdDateTime"],
    "lastModifiedDateTime": lambda raw: raw["lastModifiedDateTime"],
}


def drive(contoso: Contoso, asked: Call, here: Drive) -> Answer:
    return entity(asked, "drives/$entity", shapes.drive(contoso, here))


def drives(contoso: Contoso, asked: Call, *_: str) -> Answer:
    """Those of a person, group or site that the caller may see."""
    here, _rest = owned(contoso, asked.caller, asked.path)
    found = [shapes.drive(contoso, here)] if here and may_see(contoso, asked.caller, here) else []
    return listed(asked, "drives", found)


def nothing(_contoso: Contoso, asked: Call, _here: Drive) -> Answer:
    """What was given up in November 2026: the call is there, its list is empty.

    https://learn.microsoft.com/graph/api/drive-recent
    """
    return listed(asked, "Collection(driveItem)", [])


def site(contoso: Contoso, asked: Call, *_: str) -> Answer:
    """The root site is everybody's, another is there for who sees its library."""
    if not asked.caller.can("Sites.Read.All", "Sites.ReadWrite.All"):
        raise access_denied()
    here, _rest = site_at(contoso, asked.path)
    if here is None or (here.drive and not may_see(contoso, asked.caller, here.drive)):
        raise not_visible()
    return entity(asked, "sites/$entity", _site(here))


def item(contoso: Contoso, asked: Call, here: Item) -> Answer:
    whole = shapes.item(contoso, here)
    if unknown := asked.expanded - EXPANDED:
        names = ", ".join(sorted(unknown))
        raise invalid(f"Parsing OData Select and Expand failed: Could not find a property named '{names}'.")
    if "permissions" in asked.expanded:
        whole["permissions"] = _permissions(contoso, asked.caller, here)
    if "children" in asked.expanded:
        whole["children"] = [shapes.item(contoso, each) for each in contoso.files.children(here)]
    return entity(asked, f"drives('{here.drive_id}')/items/$entity", whole)


def children(contoso: Contoso, asked: Call, here: Item) -> Answer:
    inside = contoso.files.children(here)
    found = [shapes.item(contoso, each) for each in inside]
    if "permissions" in asked.expanded:
        for raw, each in zip(found, inside, strict=True):
            raw["permissions"] = _permissions(contoso, asked.caller, each)
    what = f"drives('{here.drive_id}')/items('{here.id}')/children"
    return listed(asked, what, ordered(asked, found, ORDER))


def upload(contoso: Contoso, asked: Call, name: str) -> Answer:
    """A file in the outermost folder of one's own drive: 201 for a new one, 200 in the place of what is called so."""
    if not asked.caller.can("Files.ReadWrite", "Files.ReadWrite.All"):
        raise access_denied()
    here = contoso.files.drive_of(asked.caller.person.id)
    if here is None:
        raise Refusal(404, "ResourceNotFound", "User's mysite not found.")
    if not name.strip(" .") or FORBIDDEN & set(name):
        raise invalid("The provided name cannot contain any of the following characters: " + "".join(sorted(FORBIDDEN)))
    there = contoso.files.below(contoso.files.root(here), [name])
    if there and there.is_folder:
        raise Refusal(409, "nameAlreadyExists", "Name already exists")
    made = contoso.files.save(here, name, asked.content, asked.caller.person, contoso.now())
    contoso.emit(Event("files"))
    return Answer(200 if there else 201, {"@odata.context": f"{METADATA}#driveItem", **shapes.item(contoso, made)})


def behind_link(contoso: Contoso, asked: Call, token: str) -> Answer:
    """What a pasted address leads to, in short."""
    found, _link = shared(contoso, asked.caller, token, redeem=is_redeemed(asked))
    owner = contoso.files.drives[found.drive_id].owner
    raw = {
        "id": token,
        "name": found.name,
        "webUrl": contoso.web_url(found),
        "owner": {"user": {"displayName": owner.name, "email": owner.mail, "id": owner.id}},
    }
    return entity(asked, "shares/$entity", raw)


def is_redeemed(asked: Call) -> bool:
    return asked.headers.get("prefer", "").lower() == "redeemsharinglink"


def _permissions(contoso: Contoso, caller: Caller, of: Item) -> list[Json]:
    return [shapes.permission(contoso, each) for each in shapes.accesses(contoso, caller, of)]


def _site(of: Site) -> Json:
    host, collection, web = of.id.split(",")
    raw = {
        "id": of.id,
        "name": of.path.rpartition("/")[2],
        "displayName": of.name,
        "webUrl": f"https://{host}{of.path}",
        "siteCollection": {"hostname": host},
        "sharepointIds": {"siteId": collection, "webId": web},
    }
    return {**raw, "root": {}} if of is ROOT else raw
