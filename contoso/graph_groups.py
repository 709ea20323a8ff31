"""Groups as Graph lists them, and who is in them. https://learn.microsoft.com/graph/api/resources/group"""

from __future__ import annotations

from typing import Any

from contoso.graph_calls import Answer, Call, entity, listed
from contoso.graph_query import wanted
from contoso.graph_users import must_have, no_resource, user
from contoso.ids import DOMAIN
from contoso.people import PEOPLE, Group
from contoso.tenant import Contoso

Json = dict[str, Any]
READERS = ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All")
KNOWN = frozenset({"id", "displayName", "description", "mail", "mailNickname", "mailEnabled", "securityEnabled"})
# A distribution list: it has an address and gets mail, but no file can be shared with it.
ALL_STAFF = Group("All Staff", f"all.staff@{DOMAIN}", frozenset(one.id for one in PEOPLE if one.mail.endswith(DOMAIN)))


def groups(contoso: Contoso, asked: Call) -> Answer:
    must_have(asked.caller, *READERS)
    everything = [*map(_group, contoso.directory.groups.values()), _group(ALL_STAFF)]
    return listed(asked, "groups", wanted(asked, everything, KNOWN, "group"), counts=asked.is_eventual)


def group(contoso: Contoso, asked: Call, group_id: str) -> Answer:
    must_have(asked.caller, *READERS)
    return entity(asked, "groups/$entity", _group(_found(contoso, group_id)))


def members(contoso: Contoso, asked: Call, group_id: str) -> Answer:
    must_have(asked.caller, *READERS)
    people = [contoso.directory.people[member] for member in sorted(_found(contoso, group_id).members)]
    found = [{"@odata.type": "#microsoft.graph.user", **user(asked, each)} for each in people]
    return listed(asked, "directoryObjects", found, counts=asked.is_eventual)


def _found(contoso: Contoso, group_id: str) -> Group:
    there = {**contoso.directory.groups, ALL_STAFF.id: ALL_STAFF}
    if group_id not in there:
        raise no_resource(group_id)
    return there[group_id]


def _group(of: Group) -> Json:
    return {
        "id": of.id,
        "displayName": of.name,
        "description": None,
        "mail": of.mail,
        "mailNickname": of.mail.partition("@")[0],
        "mailEnabled": True,
        "securityEnabled": False,
        "groupTypes": [] if of is ALL_STAFF else ["Unified"],
    }
