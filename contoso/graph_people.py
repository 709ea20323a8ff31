"""Who matters to a person, the most important first. https://learn.microsoft.com/graph/api/user-list-people"""

from __future__ import annotations

from typing import Any

from contoso.graph_calls import Answer, Call, listed
from contoso.graph_query import found_in
from contoso.graph_users import colleagues, must_have
from contoso.people import Group, Person
from contoso.tenant import Contoso

Json = dict[str, Any]
FEW = 10


def relevant(contoso: Contoso, asked: Call) -> Answer:
    """People, groups, and lists that only get mail. Unlike /users this shows what people do."""
    must_have(asked.caller, "People.Read", "People.Read.All")
    me = asked.caller.person
    words = asked.query.get("$search", "").strip().strip('"')
    others: list[Person | Group] = [one for one in colleagues(contoso) if one != me]
    others += contoso.directory.groups.values()
    scores = {one.id: _score(contoso, me, one) for one in others}
    ranked = sorted(others, key=lambda one: (-scores[one.id], one.name, one.mail))
    found = [_person(one, scores[one.id]) for one in ranked if not words or _is_meant(one, words)]
    return listed(asked, f"users('{me.id}')/people", found, page_size=FEW)


def _is_meant(one: Person | Group, words: str) -> bool:
    return found_in(one.name, words) or one.mail.casefold().startswith(words.casefold())


def _score(contoso: Contoso, me: Person, one: Person | Group) -> float:
    """Whoever shares files with me, is in my groups, or sits next to me."""
    if isinstance(one, Group):
        return 8.0 if me.id in one.members and one.kind != "Distribution" else 0.5
    together = len({group.id for group in contoso.directory.groups_of(me.id) if one.id in group.members})
    shared = _shared(contoso, me, one) + _shared(contoso, one, me)
    return 1.0 + 10 * shared + 5 * together + 3 * (one.department == me.department)


def _shared(contoso: Contoso, owner: Person, reader: Person) -> int:
    """How many things of the owner's the reader was let in to."""
    drive = contoso.files.drive_of(owner.id)
    there = [item for item in contoso.files if drive and item.drive_id == drive.id]
    return sum(any(grant.reaches(reader.id) for grant in contoso.files.own_grants(item)) for item in there)


def _person(one: Person | Group, score: float) -> Json:
    is_person = isinstance(one, Person)
    return {
        "id": one.id,
        "displayName": one.name,
        "givenName": one.given if is_person else None,
        "surname": one.surname if is_person else None,
        "jobTitle": (one.title or None) if is_person else None,
        "department": (one.department or None) if is_person else None,
        "companyName": None,
        "officeLocation": None,
        "userPrincipalName": one.upn if is_person else None,
        "isFavorite": False,
        "phones": [],
        "scoredEmailAddresses": [{"address": one.mail, "relevanceScore": score}],
        "personType": {"class": "Person" if is_person else "Group", "subclass": _subclass(one)},
    }


def _subclass(one: Person | Group) -> str:
    match one:
        case Group():
            return "PublicDistributionList" if one.kind == "Distribution" else "UnifiedGroup"
        case Person(can_sign_in=False):
            return "Room"
        case _:
            return "OrganizationUser"
