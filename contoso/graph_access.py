"""Who has access to an item: listed, given, changed and taken away. https://learn.microsoft.com/graph/api/resources/permission"""

from __future__ import annotations

from typing import Any

from contoso import graph_items as shapes
from contoso import invites, permissions
from contoso.files import Access, Item, Link
from contoso.graph_address import Caller, shared
from contoso.graph_calls import METADATA, Answer, Call, entity, listed, must_match, tag_of
from contoso.graph_drives import is_redeemed
from contoso.refusals import access_denied, invalid, not_visible
from contoso.tenant import Contoso
from contoso.tokens import GRAPH

Json = dict[str, Any]
WRITERS = ("Files.ReadWrite", "Files.ReadWrite.All", "Sites.ReadWrite.All")


def every(contoso: Contoso, asked: Call, item: Item) -> Answer:
    found = [shapes.permission(contoso, each) for each in shapes.accesses(contoso, asked.caller, item)]
    tag = tag_of(found)
    return listed(asked, f"{_of(item)}/permissions", found, tag=tag)


def one(contoso: Contoso, asked: Call, item: Item, permission_id: str) -> Answer:
    access = _seen(contoso, asked.caller, item, permission_id)
    return _entity(contoso, asked, item, access)


def change(contoso: Contoso, asked: Call, item: Item, permission_id: str) -> Answer:
    must_write(asked.caller)
    access = _seen(contoso, asked.caller, item, permission_id)
    must_match(asked, _tag(contoso, access))
    changed = permissions.change(contoso, asked.caller.person, item, access, asked.body())
    return _changed(contoso, item, changed)


def revoke(contoso: Contoso, asked: Call, item: Item, permission_id: str) -> Answer:
    must_write(asked.caller)
    access = _seen(contoso, asked.caller, item, permission_id)
    must_match(asked, _tag(contoso, access))
    permissions.revoke(contoso, asked.caller.person, item, access)
    return Answer(204)


def invite(contoso: Contoso, asked: Call, item: Item) -> Answer:
    """207 if somebody could not be mailed; they have their access all the same."""
    must_write(asked.caller)
    invited = invites.invite(contoso, asked.caller.person, item, asked.body())
    body = {
        "@odata.context": f"{METADATA}#Collection(permission)",
        "value": [shapes.invited(contoso, one) for one in invited],
    }
    return Answer(207 if any(one.problem for one in invited) else 200, body, {"Location": GRAPH})


def create_link(contoso: Contoso, asked: Call, item: Item) -> Answer:
    """201 for a new link, 200 for the one there was."""
    must_write(asked.caller)
    access, is_new = permissions.create_link(contoso, asked.caller.person, item, asked.body())
    body = {"@odata.context": f"{METADATA}#permission", **shapes.permission(contoso, access)}
    return Answer(201 if is_new else 200, body)


def revoke_grants(contoso: Contoso, asked: Call, item: Item, permission_id: str) -> Answer:
    must_write(asked.caller)
    access = _seen(contoso, asked.caller, item, permission_id)
    left = permissions.revoke_grants(contoso, asked.caller.person, item, access, asked.body())
    return _changed(contoso, item, left)


def validate(contoso: Contoso, asked: Call, item: Item) -> Answer:
    """Opens a link that has a password, for who sees it."""
    body = asked.body()
    if asked.path[0] == "shares":
        _, link = shared(contoso, asked.caller, asked.path[1])
    else:
        seen = shapes.accesses(contoso, asked.caller, item)
        link = next((each for each in seen if isinstance(each.grant.to, Link)), None)
    if link is None:
        raise not_visible()
    permissions.validate(contoso, asked.caller.person, item, link, body)
    return Answer(204)


def grant(contoso: Contoso, asked: Call, item: Item, permission_id: str) -> Answer:
    """Lets more people use a sharing link."""
    access = _seen(contoso, asked.caller, item, permission_id)
    return _granted(contoso, asked, item, access)


def grant_on_share(contoso: Contoso, asked: Call, token: str) -> Answer:
    item, access = _link(contoso, asked, token)
    return _granted(contoso, asked, item, access)


def on_share(contoso: Contoso, asked: Call, token: str) -> Answer:
    """The permission a sharing link stands for."""
    item, access = _link(contoso, asked, token)
    return _entity(contoso, asked, item, access)


def must_write(caller: Caller) -> None:
    if not caller.can(*WRITERS):
        raise access_denied()


def _granted(contoso: Contoso, asked: Call, item: Item, access: Access) -> Answer:
    must_write(asked.caller)
    found = permissions.grant_on_link(contoso, asked.caller.person, item, access, asked.body())
    value = [shapes.permission(contoso, each) for each in found]
    return Answer(200, {"@odata.context": f"{METADATA}#Collection(permission)", "value": value})


def _link(contoso: Contoso, asked: Call, token: str) -> tuple[Item, Access]:
    item, access = shared(contoso, asked.caller, token, redeem=is_redeemed(asked))
    if access is None:
        raise invalid("The sharing token is not one of a sharing link.")
    return item, access


def _seen(contoso: Contoso, caller: Caller, item: Item, permission_id: str) -> Access:
    known = shapes.accesses(contoso, caller, item)
    access = next((each for each in known if each.grant.id == permission_id), None)
    if access is None:
        raise not_visible()
    return access


def _entity(contoso: Contoso, asked: Call, item: Item, access: Access) -> Answer:
    raw = shapes.permission(contoso, access)
    return entity(asked, f"{_of(item)}/permissions/$entity", raw, tag=tag_of(raw))


def _changed(contoso: Contoso, item: Item, access: Access) -> Answer:
    body = {"@odata.context": f"{METADATA}#{_of(item)}/permissions/$entity", **shapes.permission(contoso, access)}
    return Answer(200, body, {"ETag": _tag(contoso, access)})


def _tag(contoso: Contoso, access: Access) -> str:
    return tag_of(shapes.permission(contoso, access))


def _of(item: Item) -> str:
    return f"drives('{item.drive_id}')/items('{item.id}')"
