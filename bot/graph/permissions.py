"""Permissions as Graph writes them, in the shape of business drives and in that of personal ones, and as we read them.

https://learn.microsoft.com/graph/api/resources/permission
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bot.graph.refusals import innermost
from bot.sharing import Recipient, Role

STRENGTH = {Role.READ: 0, Role.WRITE: 1, Role.OWNER: 2}
GROUPS = frozenset({"group", "siteGroup", "sharePointGroup"})
# Other roles of a site reach us as words of SharePoint's.
ROLES = {"read": Role.READ, "write": Role.WRITE, "owner": Role.OWNER, "sp.full control": Role.OWNER}
# Graph's way to say that there is no end.
NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True)
class Identity:
    """`kind` is the name it has in an identity set: user, group, siteUser, siteGroup, application, device …"""

    kind: str
    id: str | None
    name: str
    email: str | None
    login: str | None = None


@dataclass(frozen=True)
class Link:
    """`type` is view, edit, embed, review …; `scope` anonymous, organization, users or existingAccess."""

    type: str | None
    scope: str | None
    web_url: str | None
    web_html: str | None = None
    prevents_download: bool = False


@dataclass(frozen=True)
class SharingInvitation:
    """Of somebody who came by mail; business drives often leave it out."""

    email: str | None
    must_sign_in: bool | None
    redeemed_by: str | None = None


@dataclass(frozen=True)
class Permission:
    """Who may do what. `problem` is Graph's code, in the answer to an invite whose mail could not be sent.

    `inherited_from` is the id of the folder it comes from, "" where Graph says only that it is inherited.
    `rest` holds what no version of Graph that we know has told of. `reference` is Graph's name of the request that made
    or changed it.
    """

    id: str
    roles: tuple[str, ...]
    identities: tuple[Identity, ...] = ()
    link: Link | None = None
    invitation: SharingInvitation | None = None
    inherited_from: str | None = None
    share_id: str | None = None
    has_password: bool = False
    expires: dt.datetime | None = None
    problem: str | None = None
    rest: Mapping[str, Any] = field(default_factory=dict[str, Any])
    reference: str = field(default="", compare=False)

    @cached_property
    def role(self) -> Role | None:
        """The most of its roles, of those we know."""
        return max((ROLES[role] for role in self.roles if role in ROLES), key=STRENGTH.__getitem__, default=None)

    @property
    def is_inherited(self) -> bool:
        return self.inherited_from is not None

    @property
    def is_for_many(self) -> bool:
        """For a group, or for whoever has a link."""
        return self.link is not None or any(each.kind in GROUPS for each in self.identities)

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(each.id for each in self.identities if each.id)

    @cached_property
    def _emails(self) -> frozenset[str]:
        """Folded; a link's people have them too."""
        invited = [self.invitation.email] if self.invitation else []
        said = [*(each.email for each in self.identities), *invited]
        return frozenset(email.casefold() for email in said if email)

    def is_for(self, person: Recipient) -> bool:
        return person.id in self.ids or person.email.casefold() in self._emails


@dataclass(frozen=True)
class Invited:
    """What an invite's answer says of one recipient: None, nothing."""

    recipient: Recipient
    permission: Permission | None

    @property
    def problem(self) -> str | None:
        return self.permission.problem if self.permission else None


def permission(raw: dict[str, Any]) -> Permission:
    """Raises KeyError for what is no permission."""
    invitation, link, from_ = raw.get("invitation"), raw.get("link"), raw.get("inheritedFrom")
    error = raw.get("error")
    return Permission(
        id=raw["id"],
        roles=tuple(str(role) for role in raw.get("roles") or ()),
        identities=tuple(dict.fromkeys(_identities(raw))),
        link=_link(link) if isinstance(link, dict) else None,
        invitation=_invitation(invitation) if isinstance(invitation, dict) else None,
        # Presence is what counts: it is empty on business drives.
        inherited_from=str((from_ or {}).get("id", "")) if "inheritedFrom" in raw else None,
        share_id=raw.get("shareId"),
        has_password=bool(raw.get("hasPassword")),
        expires=_when(raw.get("expirationDateTime")),
        problem=innermost(error) if error else None,
        rest={name: value for name, value in raw.items() if name not in KNOWN and not name.startswith("@")},
    )


def invited(entries: list[Permission], recipients: tuple[Recipient, ...]) -> list[Invited]:
    """An entry with a problem is granted all the same, only not mailed.

    Of one recipient the only entry tells, whatever they are called there: by an alias Graph knows people, and answers
    with their main address.
    """
    if len(recipients) == len(entries) == 1 and recipients[0].id is None:
        return [Invited(recipients[0], entries[0])]
    return [Invited(person, next((entry for entry in entries if entry.is_for(person)), None)) for person in recipients]


def role_of(person: Recipient, permissions: list[Permission]) -> Role | None:
    """The most this person may do, as far as permissions that name them tell; groups are not looked into."""
    roles = [each.role for each in permissions if each.role and each.is_for(person)]
    return max(roles, key=STRENGTH.__getitem__, default=None)


def tell_all(permissions: list[Permission], person_id: str) -> bool:
    """Whether the list this person got tells of everybody: Graph shows others' access to an item's owners only.

    https://learn.microsoft.com/graph/api/driveitem-list-permissions
    """
    own = [each for each in permissions if person_id in each.ids]
    others = [each for each in permissions if each.ids and person_id not in each.ids and not each.is_for_many]
    return bool(others) or any(each.role is Role.OWNER for each in own)


def only_views(permissions: list[Permission], person_id: str) -> bool:
    """Who may only view can't share; what a group gives them nobody can see from here."""
    own = [each.role for each in permissions if person_id in each.ids]
    return bool(own) and set(own) == {Role.READ} and not any(each.is_for_many for each in permissions)


def covers(has: Role | None, wanted: Role) -> bool:
    return has is not None and STRENGTH[has] >= STRENGTH[wanted]


SETS = ("grantedToV2", "grantedTo", "grantedToIdentitiesV2", "grantedToIdentities")
OTHERS = ("link", "invitation", "inheritedFrom", "shareId", "hasPassword", "expirationDateTime", "error")
KNOWN = frozenset({*SETS, *OTHERS, "id", "roles"})


def _identities(raw: dict[str, Any]) -> Iterator[Identity]:
    """Every one of it: V2 on business drives, the older fields elsewhere and in an invite's answer."""
    for name in SETS:
        said = raw.get(name)
        sets = said if isinstance(said, list) else [said]
        for each in sets:
            for kind, one in (each or {}).items():
                if isinstance(one, dict):
                    yield _identity(kind, one)


def _identity(kind: str, raw: dict[str, Any]) -> Identity:
    # A siteUser's id is a number of its site: nobody is found by it.
    found = None if kind.startswith(("site", "sharePoint")) else raw.get("id")
    name = raw.get("displayName") or ""
    return Identity(kind, found and str(found), str(name), _text(raw.get("email")), _text(raw.get("loginName")))


def _link(raw: dict[str, Any]) -> Link:
    return Link(
        _text(raw.get("type")),
        _text(raw.get("scope")),
        _text(raw.get("webUrl")),
        _text(raw.get("webHtml")),
        raw.get("preventsDownload") is True,
    )


def _invitation(raw: dict[str, Any]) -> SharingInvitation:
    return SharingInvitation(_text(raw.get("email")), raw.get("signInRequired"), _text(raw.get("redeemedBy")))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _when(text: object) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text) if isinstance(text, str) else NEVER
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return None if moment == NEVER else moment
