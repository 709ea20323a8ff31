"""Groups as Graph lists them, and who is in them. https://learn.microsoft.com/graph/api/resources/group"""

from __future__ import annotations

from typing import Any

from contoso.graph_calls import Answer, Call, entity, listed
from contoso.graph_query import wanted
from contoso.graph_users import must_have, no_resource, user
from contoso.people import Group
from contoso.tenant import Contoso

Json = dict[str, Any]
READERS = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All")
KNOWN = frozenset({"id", "displayName", "description", "mail", "mailNickname", "mailEnabled", "securityEnabled"})


def groups(contoso: Contoso, asked: Call) -> Answer:
    must_have(asked.caller, *READERS)
    everything = [*map(_group, contoso.directory.groups.values())]
    return listed(asked, "groups", wanted(asked, everything, KNOWN, "group"), counts=asked.is_eventual)


def group(contoso: Contoso, asked: Call, group_id: str) -> Answer:
    must_have(asked.caller, *READERS)
    return entity(asked, "groups/$entity", _group(_found(contoso, group_id)))


def members(contoso: Contoso, asked: Call, group_id: str) -> Answer:
    """No group of Contoso is in another one, so those who are in it at whatever depth are the same."""
    must_have(asked.caller, *READERS)
    people = [contoso.directory.people[member] for member in sorted(_found(contoso, group_id).members)]
    found = [{"@odata.type": "#microsoft.graph.user", **user(asked, each)} for each in people]
    return listed(asked, "directoryObjects", found, counts=asked.is_eventual)


def mine(contoso: Contoso, asked: Call) -> Answer:
    """Of groups that the caller may not read there is nothing but the id.

    https://learn.microsoft.com/graph/api/user-list-transitivememberof
    """
    must_have(asked.caller, "User.Read", "User.Read.All", *READERS)
    kind = {"@odata.type": "#microsoft.graph.group"}
    may_read = asked.caller.can(*READERS)
    theirs = contoso.directory.groups_of(asked.caller.person.id)
    found = [{**kind, **(_group(each) if may_read else {"id": each.id})} for each in theirs]
    return listed(asked, "directoryObjects", found, counts=asked.is_eventual)


def _found(contoso: Contoso, group_id: str) -> Group:
    found = contoso.directory.groups.get(group_id)
    if found is None:
        raise no_resource(group_id)
    return found


def _group(of: Group) -> Json:
    return {
        "id": of.id,
        "displayName": of.name,
        "description": None,
        "mail": of.mail,
        "mailNickname": of.mail.partition("@")[0],
        "mailEnabled": of.kind != "Security",
        "securityEnabled": of.kind == "Security",
        "groupTypes": ["Unified"] if of.kind == "Unified" else [],
    }
