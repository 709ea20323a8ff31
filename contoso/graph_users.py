"""Users and groups as Graph lists, filters and searches them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from contoso.graph_address import Caller
from contoso.people import Group, Person
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
KNOWN = frozenset({*DEFAULT, "department", "userType", "accountEnabled", "companyName"})
TEXT = r"'((?:[^']|'')*)'"
CLAUSE = re.compile(rf"(?:startswith\((\w+),\s*{TEXT}\)|(\w+) eq {TEXT})")
SEARCH = re.compile(r'"(\w+):([^"]+)"')
Test = Callable[[Json], bool]


def everybody(contoso: Contoso, caller: Caller, query: Mapping[str, str], *, eventual: bool) -> list[Json]:
    _may(caller, "User.ReadBasic.All", "User.Read.All", "Directory.Read.All")
    fits = _wanted(query, eventual=eventual)
    return [user(caller, person, query) for person in contoso.directory.people.values() if fits(_all(person))]


def one(contoso: Contoso, caller: Caller, who: str, query: Mapping[str, str]) -> Json:
    person = contoso.directory.people.get(who) or contoso.directory.at(who)
    if person != caller.person:
        _may(caller, "User.ReadBasic.All", "User.Read.All", "Directory.Read.All")
    if person is None:
        raise _no_resource(who)
    return user(caller, person, query)


def me(caller: Caller, query: Mapping[str, str]) -> Json:
    _may(caller, "User.Read", "User.ReadBasic.All", "User.Read.All")
    return user(caller, caller.person, query)


def user(caller: Caller, person: Person, query: Mapping[str, str]) -> Json:
    names = _selected(query)
    whole = _all(person)
    hidden = person != caller.person and not caller.can("User.Read.All", "Directory.Read.All")
    return {name: None if hidden and name not in BASIC else whole[name] for name in names}


def groups(contoso: Contoso, caller: Caller, query: Mapping[str, str], *, eventual: bool) -> list[Json]:
    _may(caller, "GroupMember.Read.All", "Group.Read.All", "Directory.Read.All")
    return [*filter(_wanted(query, eventual=eventual), map(_group, contoso.directory.groups.values()))]


def _may(caller: Caller, *any_of: str) -> None:
    if not caller.can(*any_of):
        raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


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
    }


def _group(group: Group) -> Json:
    return {
        "id": group.id,
        "displayName": group.name,
        "mail": group.mail,
        "mailEnabled": True,
        "securityEnabled": False,
        "groupTypes": ["Unified"],
    }


def _selected(query: Mapping[str, str]) -> tuple[str, ...]:
    names = tuple(name.strip() for name in query.get("$select", "").split(",") if name.strip()) or DEFAULT
    for name in names:
        if name not in KNOWN:
            text = f"Could not find a property named '{name}' on type 'microsoft.graph.user'."
            raise Refusal(400, "BadRequest", f"Parsing OData Select and Expand failed: {text}")
    return names


def _wanted(query: Mapping[str, str], *, eventual: bool) -> Test:
    """What $filter and $search let through. Raises Refusal for what Graph would not take."""
    counted = eventual and query.get("$count") == "true"
    if "$search" in query:
        if not eventual:
            raise _unsupported(
                "Request with $search query parameter only works through MSGraph with a special request header: "
                "'ConsistencyLevel: eventual'"
            )
        return _search(query["$search"])
    if "$filter" in query:
        if "$orderby" in query and not counted:
            raise _unsupported("Sorting not supported for current query.")
        return _filter(query["$filter"])
    return lambda _raw: True


def _filter(text: str) -> Test:
    """`startswith` and `eq`, with `or` between."""
    tests: list[tuple[str, str, bool]] = []
    rest = text.strip()
    while clause := CLAUSE.match(rest):
        field, start, same, value = clause.groups()
        tests.append((field or same, (start if field else value).replace("''", "'").casefold(), bool(field)))
        rest = rest[clause.end() :].lstrip()
        if not rest:
            return lambda raw: any(_fits(raw.get(name), word, begins=begins) for name, word, begins in tests)
        if not rest.startswith("or "):
            break
        rest = rest[3:].lstrip()
    raise Refusal(400, "Request_UnsupportedQuery", "Unsupported or invalid query filter clause specified.")


def _fits(value: object, word: str, *, begins: bool) -> bool:
    if not isinstance(value, str):
        return False
    return value.casefold().startswith(word) if begins else value.casefold() == word


def _search(text: str) -> Test:
    """`"field:word" OR "field:word"`; a display name is searched word by word, anything else from its beginning."""
    clauses = re.split(r"\s+OR\s+", text.strip())
    found = [SEARCH.fullmatch(clause) for clause in clauses]
    terms = [match.groups() for match in found if match]
    if len(terms) != len(clauses):
        raise Refusal(400, "BadRequest", 'Syntax error: a clause of $search must be of the form "property:value".')

    def fits(raw: Json) -> bool:
        return any(
            _found(str(raw.get(name) or ""), words.casefold(), tokens=name == "displayName") for name, words in terms
        )

    return fits


def _found(value: str, words: str, *, tokens: bool) -> bool:
    if not tokens:
        return value.casefold().startswith(words)
    parts = re.split(r"[\s'-]+", value.casefold())
    return all(any(part.startswith(word) for part in parts) for word in re.split(r"[\s'-]+", words))


def _unsupported(text: str) -> Refusal:
    return Refusal(400, "Request_UnsupportedQuery", text)


def _no_resource(who: str) -> Refusal:
    text = f"Resource '{who}' does not exist or one of its queried reference-property objects are not present."
    return Refusal(404, "Request_ResourceNotFound", text)
