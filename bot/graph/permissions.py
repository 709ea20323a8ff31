"""Permissions as Graph writes them in two shapes, and as we read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sharing import Recipient, Role

STRENGTH = {Role.READ: 0, Role.WRITE: 1, Role.OWNER: 2}
# "sp.full control" and other roles of a site reach us as words of SharePoint's.
GROUPS = {"group", "siteGroup", "sharePointGroup"}
ROLES = {"read": Role.READ, "write": Role.WRITE, "owner": Role.OWNER, "sp.full control": Role.OWNER}


@dataclass(frozen=True)
class Permission:
    """Who may do what. `ids` and `emails` (folded) are those of every identity in it; a link to all has none.

    `is_for_many`: for a group, or for whoever has a link.
    """

    id: str
    role: Role | None
    ids: frozenset[str]
    emails: frozenset[str]
    is_inherited: bool
    is_for_many: bool

    def is_for(self, person: Recipient) -> bool:
        return person.id in self.ids or person.email.casefold() in self.emails


@dataclass(frozen=True)
class Invited:
    """What an invite's answer says of one recipient. `problem` is Graph's code, where the mail could not be sent."""

    recipient: Recipient
    listed: bool
    problem: str | None


def permission(raw: dict[str, Any]) -> Permission:
    """From a permission; test `inheritedFrom` for presence, it is empty on business drives."""
    identities = _identities(raw)
    emails = {_text(each.get("email")) for each in identities} | {_text(raw.get("invitation", {}).get("email"))}
    roles = [ROLES[role] for role in raw.get("roles", ()) if role in ROLES]
    return Permission(
        id=raw["id"],
        role=max(roles, key=lambda role: STRENGTH[role], default=None),
        ids=frozenset(str(each["id"]) for each in identities if each.get("id")),
        emails=frozenset(email for email in emails if email),
        is_inherited="inheritedFrom" in raw,
        is_for_many="link" in raw or any(GROUPS & each.keys() for each in _sets(raw)),
    )


def role_of(person: Recipient, permissions: list[Permission]) -> Role | None:
    """The most this person may do, as far as permissions that name them tell; groups are not looked into."""
    roles = [each.role for each in permissions if each.role and each.is_for(person)]
    return max(roles, key=lambda role: STRENGTH[role], default=None)


def tell_all(permissions: list[Permission], person_id: str) -> bool:
    """Whether the list this person got tells of everybody: Graph shows others' access to an item's owners only.

    https://learn.microsoft.com/graph/api/driveitem-list-permissions
    """
    own = [each for each in permissions if person_id in each.ids]
    others = [each for each in permissions if each.ids and person_id not in each.ids and not each.is_for_many]
    return bool(others) or any(each.role is Role.OWNER for each in own)


def covers(has: Role | None, wanted: Role) -> bool:
    return has is not None and STRENGTH[has] >= STRENGTH[wanted]


def invited(answer: dict[str, Any], recipients: list[Recipient]) -> list[Invited]:
    """From the answer to an invite, 200 or 207: an entry with an error is granted all the same, only not mailed."""
    entries = [(permission(raw), raw) for raw in answer.get("value", ())]
    found: list[Invited] = []
    for person in recipients:
        mine = [raw for entry, raw in entries if entry.is_for(person)]
        problems = [str(raw["error"].get("code", "unknown")) for raw in mine if "error" in raw]
        found.append(Invited(person, listed=bool(mine), problem=problems[0] if problems else None))
    return found


def _identities(raw: dict[str, Any]) -> list[dict[str, Any]]:
    """Every user, group and guest: V2 on business drives, the older fields elsewhere and in an invite's answer."""
    return [one for each in _sets(raw) for one in each.values() if isinstance(one, dict)]


def _sets(raw: dict[str, Any]) -> list[dict[str, Any]]:
    sets = [raw.get("grantedToV2"), raw.get("grantedTo")]
    sets += raw.get("grantedToIdentitiesV2") or []
    sets += raw.get("grantedToIdentities") or []
    return [each for each in sets if each]


def _text(value: object) -> str:
    return value.casefold() if isinstance(value, str) else ""
