"""People as Graph shows them, to whom it shows what. https://learn.microsoft.com/graph/api/resources/user"""

from __future__ import annotations

from typing import Any

from contoso.graph_address import Caller
from contoso.graph_calls import Answer, Call, entity, listed
from contoso.graph_query import wanted
from contoso.people import Person
from contoso.refusals import Refusal
from contoso.tenant import Contoso

Json = dict[str, Any]
DEFAULT = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
# All that User.ReadBasic.All shows of others; the rest is there and null.
# https://learn.microsoft.com/graph/permissions-reference#userreadbasicall
BASIC = frozenset({"displayName", "givenName", "id", "mail", "surname", "userPrincipalName", "businessPhones"})
KNOWN = frozenset({*DEFAULT, "department", "userType", "accountEnabled", "companyName", "proxyAddresses"})
READ_ALL = ("User.Read.All", "Directory.Read.All")


def me(_contoso: Contoso, asked: Call) -> Answer:
    must_have(asked.caller, "User.Read", "User.ReadBasic.All", *READ_ALL)
    return entity(asked, "users/$entity", user(asked, asked.caller.person))


def manager(contoso: Contoso, asked: Call) -> Answer:
    """https://learn.microsoft.com/graph/api/user-list-manager"""
    must_have(asked.caller, *READ_ALL)
    found = contoso.directory.manager_of(asked.caller.person.id)
    if found is None:
        raise no_resource("manager")
    return entity(asked, "directoryObjects/$entity", {"@odata.type": "#microsoft.graph.user", **user(asked, found)})


def everybody(contoso: Contoso, asked: Call) -> Answer:
    """Neither $filter nor $search finds by what the caller may not read."""
    must_have(asked.caller, "User.ReadBasic.All", *READ_ALL)
    fields = KNOWN if asked.caller.can(*READ_ALL) else BASIC
    found = wanted(asked, [_all(each) for each in colleagues(contoso)], fields | {"accountEnabled", "userType"}, "user")
    people = [user(asked, contoso.directory.people[raw["id"]]) for raw in found]
    return listed(asked, "users", people, counts=asked.is_eventual)


def one(contoso: Contoso, asked: Call, who: str) -> Answer:
    wished = contoso.directory.people.get(who) or contoso.directory.at(who)
    if wished != asked.caller.person:
        must_have(asked.caller, "User.ReadBasic.All", *READ_ALL)
    if wished is None or (wished != asked.caller.person and wished not in colleagues(contoso)):
        raise no_resource(who)
    return entity(asked, "users/$entity", user(asked, wished))


def colleagues(contoso: Contoso) -> list[Person]:
    """All who are in the tenant's directory."""
    return list(contoso.directory.people.values())


def user(asked: Call, person: Person) -> Json:
    names = _selected(asked)
    whole = _all(person)
    hidden = person != asked.caller.person and not asked.caller.can(*READ_ALL)
    return {name: None if hidden and name not in BASIC else whole[name] for name in names}


def must_have(caller: Caller, *any_of: str) -> None:
    if not caller.can(*any_of):
        raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def no_resource(who: str) -> Refusal:
    text = f"Resource '{who}' does not exist or one of its queried reference-property objects are not present."
    return Refusal(404, "Request_ResourceNotFound", text)


def _all(person: Person) -> Json:
    return {
        "businessPhones": [],
        "displayName": person.name,
        "givenName": person.given,
        "jobTitle": person.title or None,
        "mail": person.mail,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": person.surname,
        "userPrincipalName": person.upn,
        "id": person.id,
        "department": person.department or None,
        "userType": "Guest" if person.is_guest else "Member",
        "accountEnabled": person.can_sign_in,
        "companyName": None,
        # The main one is told by its capitals.
        "proxyAddresses": [f"SMTP:{person.mail}", *(f"smtp:{alias}" for alias in sorted(person.aliases))],
    }


def _selected(asked: Call) -> tuple[str, ...]:
    names = tuple(name.strip() for name in asked.query.get("$select", "").split(",") if name.strip()) or DEFAULT
    for name in names:
        if name not in KNOWN:
            text = f"Could not find a property named '{name}' on type 'microsoft.graph.user'."
            raise Refusal(400, "BadRequest", f"Parsing OData Select and Expand failed: {text}")
    return names
