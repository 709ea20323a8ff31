"""What an app may ask for on behalf of a person, and who agreed to what."""

from __future__ import annotations

from contoso.people import Person
from contoso.tenant import Contoso
from contoso.tokens import GRAPH, OPENID

# As the consent page words them.
WORDS = {
    "User.Read": "Sign you in and read your profile",
    "User.ReadBasic.All": "Read all users' basic profiles",
    "User.Read.All": "Read all users' full profiles",
    "People.Read": "Read your relevant people list",
    "People.Read.All": "Read all users' relevant people lists",
    "GroupMember.Read.All": "Read group memberships",
    "Group.Read.All": "Read all groups",
    "Directory.Read.All": "Read directory data",
    "Files.Read": "Read your files",
    "Files.Read.All": "Read all files that you have access to",
    "Files.ReadWrite": "Have full access to your files",
    "Files.ReadWrite.All": "Have full access to all files you have access to",
    "Sites.Read.All": "Read items in all site collections",
    "Sites.ReadWrite.All": "Edit or delete items in all site collections",
    "offline_access": "Maintain access to data you have given it access to",
    "openid": "Sign you in",
    "profile": "View your basic profile",
    "email": "View your email address",
}
# https://learn.microsoft.com/graph/permissions-reference
FOR_ADMINISTRATORS = frozenset(
    {"User.Read.All", "People.Read.All", "GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"}
)
DEFAULT = ".default"


class UnknownScope(ValueError):
    """The message is the scope."""


def named(text: str) -> frozenset[str]:
    """The short names in a scope parameter. Raises UnknownScope for what Graph does not have."""
    found = frozenset(scope.removeprefix(f"{GRAPH}/") for scope in text.split())
    for scope in found:
        if scope not in WORDS and scope != DEFAULT:
            raise UnknownScope(scope)
    return found


def lacking(contoso: Contoso, person: Person, scopes: frozenset[str]) -> frozenset[str]:
    """What of it the person has not agreed to. Signing in is part of any agreement."""
    agreed = contoso.consents[person.id]
    if DEFAULT in scopes:
        return frozenset() if agreed - OPENID else frozenset({DEFAULT})
    return scopes - agreed - OPENID


def for_administrators(contoso: Contoso, person: Person, scopes: frozenset[str]) -> frozenset[str]:
    """What of it only an administrator could agree to, and has not."""
    return lacking(contoso, person, scopes) & FOR_ADMINISTRATORS


def granted(contoso: Contoso, person: Person, scopes: frozenset[str]) -> frozenset[str]:
    """What a token carries: all that was ever agreed to for Graph, whichever part of it was asked for."""
    agreed = frozenset(contoso.consents[person.id])
    return (agreed - OPENID) | (scopes & OPENID)


def qualified(scopes: frozenset[str]) -> str:
    """As a token answer spells them."""
    return " ".join(scope if scope in OPENID else f"{GRAPH}/{scope}" for scope in sorted(scopes))
