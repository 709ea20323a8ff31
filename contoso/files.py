"""Drives, what is in them, and who may do what with it."""

from __future__ import annotations

import base64
import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from contoso.ids import guid
from contoso.people import Directory, Group, Person

STRENGTH = {"read": 0, "write": 1, "owner": 2}
Scope = Literal["anonymous", "organization", "users"]


@dataclass(frozen=True)
class Drive:
    """`kind` is Graph's driveType; `owner` a person of their OneDrive, a group of its library."""

    id: str
    name: str
    kind: Literal["personal", "business", "documentLibrary"]
    owner: Person | Group
    root_id: str

    @property
    def site_id(self) -> str:
        return f"contoso.sharepoint.example,{guid('site', self.id)},{guid('web', self.id)}"


@dataclass(frozen=True)
class Item:
    drive_id: str
    id: str
    parent_id: str | None
    name: str
    is_folder: bool
    size: int
    author: Person
    modified: dt.datetime
    version: int = 1
    # An album of a personal drive: what is in it lies somewhere else.
    is_bundle: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.drive_id, self.id


@dataclass(frozen=True)
class Outsider:
    """Somebody invited by address who has not come yet: no id, nothing but the address."""

    mail: str

    @property
    def login(self) -> str:
        return f"i:0#.f|membership|urn:spo:guest#{self.mail.lower()}"


@dataclass(frozen=True)
class Link:
    """A sharing link; whoever has opened it, or was let use it, is in `opened_by`. `kind` is its type, such as view."""

    token: str
    scope: Scope
    opened_by: frozenset[str] = frozenset()
    kind: str = "view"
    password: str = ""

    @property
    def login(self) -> str:
        return self.token


@dataclass(frozen=True)
class Grant:
    """One right, and whose. There is at most one for the same grantee on the same item.

    In a personal drive it may end (`expires`) and tells of the mail it came by (`invited`: who, must they sign in).
    """

    to: Person | Group | Outsider | Link
    role: str
    is_personal: bool = False
    expires: str = ""
    password: str = ""
    invited: tuple[str, bool] | None = None

    @property
    def id(self) -> str:
        """SharePoint's: a link's is its own, any other is its grantee's login, so it is the same on every item.

        A personal drive's are opaque.
        """
        if self.is_personal:
            return guid("permission", self.to.login).upper()
        if isinstance(self.to, Link):
            return guid("link", self.to.token)
        return base64.b64encode(self.to.login.encode()).decode().rstrip("=")

    def reaches(self, person_id: str) -> bool:
        match self.to:
            case Person(id=who):
                return who == person_id
            case Group(members=members):
                return person_id in members
            case Link(opened_by=opened_by):
                return person_id in opened_by
            case Outsider():
                return False


@dataclass(frozen=True)
class Access:
    """A grant as it is seen from one item: its own, or one of a folder above."""

    grant: Grant
    inherited_from: Item | None = None

    @property
    def is_inherited(self) -> bool:
        return self.inherited_from is not None


class Files:
    """All drives of the tenant. Rights are those of the item and of every folder it is in."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.drives: dict[str, Drive] = {}
        self._drive_of: dict[str, Drive] = {}
        self._items: dict[tuple[str, str], Item] = {}
        self._inside: dict[tuple[str, str], list[Item]] = {}
        self._grants: dict[tuple[str, str], dict[str, Grant]] = {}
        # Items that no longer take over what holds for the folder they are in.
        self._alone: set[tuple[str, str]] = set()
        # By drive and name, and by person: what Graph calls special, and what people follow.
        self.special: dict[tuple[str, str], Item] = {}
        self.followed: dict[str, set[tuple[str, str]]] = {}
        # Of what was uploaded; the rest has a size alone.
        self.contents: dict[tuple[str, str], bytes] = {}

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def put(self, drive: Drive, items: Iterable[Item], grants: Iterable[tuple[Item, Grant]]) -> None:
        self.drives[drive.id] = drive
        self._drive_of[drive.owner.id] = drive
        for item in items:
            self._items[item.key] = item
            if item.parent_id:
                self._inside.setdefault((item.drive_id, item.parent_id), []).append(item)
        for item, grant in grants:
            self.grant(item, grant)

    def save(self, drive: Drive, name: str, content: bytes, author: Person, now: dt.datetime) -> Item:
        """In the outermost folder of a drive, in the place of what is called so."""
        there = self.below(self.root(drive), [name])
        version = there.version + 1 if there else 1
        item_id = there.id if there else guid("upload", drive.id, name)
        made = Item(drive.id, item_id, drive.root_id, name, False, len(content), author, now, version)
        inside = self._inside.setdefault((drive.id, drive.root_id), [])
        self._inside[drive.id, drive.root_id] = [*(each for each in inside if each.id != item_id), made]
        self._items[made.key] = made
        self.contents[made.key] = content
        return made

    def item(self, drive_id: str, item_id: str) -> Item | None:
        return self._items.get((drive_id, item_id))

    def root(self, drive: Drive) -> Item:
        return self._items[drive.id, drive.root_id]

    def drive_of(self, owner_id: str) -> Drive | None:
        return self._drive_of.get(owner_id)

    def children(self, folder: Item) -> list[Item]:
        inside = (item for item in self._inside.get(folder.key, ()) if not item.is_bundle)
        return sorted(inside, key=lambda item: (not item.is_folder, item.name.casefold()))

    def parent(self, item: Item) -> Item | None:
        return self._items[item.drive_id, item.parent_id] if item.parent_id else None

    def chain(self, item: Item) -> list[Item]:
        """The item, the folder it is in, and so on up to the root."""
        chain = [item]
        while parent := self.parent(chain[-1]):
            chain.append(parent)
        return chain

    def folders(self, item: Item) -> list[str]:
        """Names of the folders it is in, the outermost first."""
        return [each.name for each in reversed(self.chain(item)[1:-1])]

    def below(self, folder: Item, names: Iterable[str]) -> Item | None:
        here: Item | None = folder
        for name in filter(None, names):
            if here is None:
                return None
            here = next((child for child in self.children(here) if _same(child.name) == _same(name)), None)
        return here

    def accesses(self, item: Item) -> list[Access]:
        """Every grant that holds here; of several for the same grantee the strongest, its own before an equal one."""
        found: dict[str, Access] = {}
        is_alone = False
        for each in self.chain(item):
            for grant in self._grants.get(each.key, {}).values():
                if is_alone and grant.role != "owner":
                    continue
                seen = found.get(grant.id)
                if seen is None or STRENGTH[seen.grant.role] < STRENGTH[grant.role]:
                    found[grant.id] = Access(grant, None if each is item else each)
            is_alone = is_alone or each.key in self._alone
        return list(found.values())

    def own_grants(self, item: Item) -> list[Grant]:
        """The item's own, in the order they were given."""
        return list(self._grants.get(item.key, {}).values())

    def role_of(self, person_id: str, item: Item) -> str | None:
        """The most this person may do here; None: they cannot even see it."""
        roles = [access.grant.role for access in self.accesses(item) if access.grant.reaches(person_id)]
        return max(roles, key=lambda role: STRENGTH[role], default=None)

    def visible_to(self, person_id: str) -> list[Item]:
        """Every item but the roots, in the order of the drives."""
        seen: dict[tuple[str, str], bool] = {}

        def is_seen(item: Item) -> bool:
            if item.key not in seen:
                own = any(grant.reaches(person_id) for grant in self._grants.get(item.key, {}).values())
                parent = self.parent(item)
                above = parent is not None and item.key not in self._alone and is_seen(parent)
                seen[item.key] = own or above or (item.key in self._alone and bool(self.role_of(person_id, item)))
            return seen[item.key]

        return [item for item in self if item.parent_id and is_seen(item)]

    def named(self, words: str, among: Iterable[Item]) -> list[Item]:
        """Whose name holds every word, the ones that begin with the first word before the others."""
        wanted = _same(words).split()
        found = [item for item in among if all(word in _same(item.name) for word in wanted)]
        return sorted(found, key=lambda item: not _same(item.name).startswith(wanted[0] if wanted else ""))

    def grant(self, item: Item, grant: Grant) -> None:
        """Adds a right or makes it stronger; an invitation never takes anything away."""
        grants = self._grants.setdefault(item.key, {})
        had = grants.get(grant.id)
        if had is None or STRENGTH[had.role] < STRENGTH[grant.role]:
            grants[grant.id] = grant

    def change(self, item: Item, grant: Grant) -> None:
        self._grants[item.key][grant.id] = grant

    def leave_alone(self, item: Item) -> None:
        """From now on only its own rights hold for it, and its owner's."""
        self._alone.add(item.key)

    def redeemed(self, outsider: Outsider, person: Person) -> None:
        """Whoever was only an address is somebody now."""
        for grants in self._grants.values():
            for grant in [grant for grant in grants.values() if grant.to == outsider]:
                del grants[grant.id]
                now = replace(grant, to=person)
                grants[now.id] = now

    def revoke(self, item: Item, grant_id: str) -> None:
        del self._grants[item.key][grant_id]

    def link(self, token: str) -> tuple[Item, Grant] | None:
        for key, grants in self._grants.items():
            for grant in grants.values():
                if isinstance(grant.to, Link) and grant.to.token == token:
                    return self._items[key], grant
        return None

    def open_link(self, item: Item, grant: Grant, person_id: str) -> None:
        """From now on the link's right is the person's."""
        if isinstance(grant.to, Link):
            opened = replace(grant.to, opened_by=grant.to.opened_by | {person_id})
            self.change(item, replace(grant, to=opened))

    def is_shared(self, item: Item) -> bool:
        """Whether anybody but its owner was let in, here or above."""
        return any(access.grant.role != "owner" for access in self.accesses(item))


def _same(name: str) -> str:
    """Names differ neither by capitals nor by how an umlaut is spelled."""
    return unicodedata.normalize("NFC", name).casefold()
