"""Which drive item an address means; all the forms Graph has had for it lead here.

https://learn.microsoft.com/graph/onedrive-addressing-driveitems
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from contoso import sites
from contoso.files import Access, Drive, Item
from contoso.people import Person
from contoso.refusals import Refusal, access_denied, invalid, no_such_item, not_visible
from contoso.sites import Site
from contoso.tenant import LOOPBACK, Contoso

OWN = frozenset({"Files.Read", "Files.ReadWrite"})
BUSINESS = frozenset({"business", "documentLibrary"})
ALL = frozenset({"Files.Read.All", "Files.ReadWrite.All", "Sites.Read.All", "Sites.ReadWrite.All"})


@dataclass(frozen=True)
class Caller:
    """Whose token it is, and what the app may do with it. `roles` None: a person's, not the app's own."""

    person: Person
    scopes: frozenset[str]
    roles: frozenset[str] | None = None

    def can(self, *any_of: str) -> bool:
        return not self.scopes.isdisjoint(any_of)


@dataclass(frozen=True)
class Place:
    """A drive, or an item of one, and what of the path came after it."""

    drive: Drive
    item: Item | None
    rest: tuple[str, ...]


def segments(raw_path: str) -> list[str]:
    """A path's parts, decoded one by one: an id may hold an encoded exclamation mark, a name an encoded slash."""
    return [unquote(part) for part in raw_path.split("/") if part]


def find(contoso: Contoso, caller: Caller, path: Sequence[str], *, redeem: bool = False) -> Place | None:
    """None for a path that leads to no drive. Raises Refusal for one the caller cannot see."""
    match path:
        case ["shares", token, here, *rest] if here == "items" or here.partition(":")[0] in ("driveItem", "root"):
            item, rest = _inside(contoso, shared(contoso, caller, token, redeem=redeem)[0], [here, *rest])
            return Place(contoso.files.drives[item.drive_id], item, tuple(rest))
        case ["drives", drive_id, *rest]:
            drive = contoso.files.drives.get(drive_id)
            if drive is None:
                raise invalid("The provided drive id appears to be malformed, or does not represent a valid drive.")
        case ["drive", *rest]:
            drive = contoso.files.drive_of(caller.person.id)
        case _:
            of, rest = owned(contoso, caller, path)
            match rest:
                case ["drive", *rest]:
                    drive = of
                case ["drives", drive_id, *rest]:
                    drive = of if of and of.id == drive_id else None
                case _:
                    return None
    if drive is None:
        raise Refusal(404, "ResourceNotFound", "User's mysite not found.")
    item, rest = _within(contoso, caller, drive, rest)
    if item:
        _visible(contoso, caller, item)
    elif not may_see(contoso, caller, drive):
        raise not_visible()
    return Place(drive, item, tuple(rest))


def joined(path: Sequence[str]) -> list[str]:
    """With the path of a site, `sites/{host}:/{path}:`, in one piece."""
    match path:
        case ["sites", here, *rest] if ":" in here:
            names, rest = _names([here, *rest])
            return ["sites", f"{here.partition(':')[0]}:/{'/'.join(names)}:", *rest]
        case _:
            return list(path)


def owned(contoso: Contoso, caller: Caller, path: Sequence[str]) -> tuple[Drive | None, list[str]]:
    """The drive of the person, group or site that a path begins with, and what comes after it."""
    match path:
        case ["me", *rest]:
            return contoso.files.drive_of(caller.person.id), rest
        case ["users", who, *rest]:
            person = contoso.directory.people.get(who) or contoso.directory.at(who)
            return person and contoso.files.drive_of(person.id), rest
        case ["groups", group_id, *rest]:
            return contoso.files.drive_of(group_id) if group_id in contoso.directory.groups else None, rest
        case ["sites", *_]:
            site, rest = site_at(contoso, path)
            return site and site.drive, rest
        case _:
            return None, []


def site_at(contoso: Contoso, path: Sequence[str]) -> tuple[Site | None, list[str]]:
    """`sites/{id}`, `sites/root`, or `sites/{host}:/{path}:`, which may come in pieces or encoded as one."""
    _, here, *rest = path
    host, colon, _ = here.partition(":")
    if not colon:
        return sites.by_id(contoso, here), rest
    names, rest = _names([here, *rest])
    return sites.by_path(contoso, host, names), rest


def may_see(contoso: Contoso, caller: Caller, drive: Drive) -> bool:
    try:
        _visible(contoso, caller, contoso.files.root(drive))
    except Refusal:
        return False
    return True


def shared(contoso: Contoso, caller: Caller, token: str, *, redeem: bool = False) -> tuple[Item, Access | None]:
    """What a pasted address leads to: an item's own, or a sharing link's, with that link.

    Who has a link sees what is behind it for this one request; from then on only if they redeem it.
    https://learn.microsoft.com/graph/api/shares-get#remarks
    """
    try:
        if not token.startswith("u!"):
            raise ValueError(token)
        url = urlsplit(base64.urlsafe_b64decode(token[2:] + "=" * (-len(token[2:]) % 4)).decode())
        here = urlsplit(contoso.base_url)
        ours = url.hostname in LOOPBACK and url.port == here.port
    except (ValueError, binascii.Error) as error:
        raise invalid("The sharing token is invalid.") from error
    match segments(url.path) if ours else []:
        case ["open", drive_id, item_id]:
            if item := contoso.files.item(drive_id, item_id):
                return _visible(contoso, caller, item), None
        case ["personal", whose, "Documents", *names] if names:
            if item := _at_home(contoso, whose, names):
                return _visible(contoso, caller, item), None
        case ["s", link]:
            if (found := contoso.files.link(link)) and not caller.person.is_guest and caller.can(*ALL):
                item, grant = found
                if redeem:
                    contoso.files.open_link(item, grant, caller.person.id)
                return item, Access(grant)
        case _:
            pass
    raise not_visible()


def _at_home(contoso: Contoso, whose: str, names: list[str]) -> Item | None:
    """By the address that a browser shows: somebody's OneDrive, and the path in it."""
    for drive in contoso.files.drives.values():
        if isinstance(drive.owner, Person) and re.sub(r"[^a-z0-9]", "_", drive.owner.upn) == whose:
            return contoso.files.below(contoso.files.root(drive), names)
    return None


def _inside(contoso: Contoso, start: Item, path: list[str]) -> tuple[Item, list[str]]:
    """From what was shared: itself, or something in it."""
    match path:
        case ["items", item_id, *rest]:
            item = contoso.files.item(start.drive_id, item_id)
            if item is None or start not in contoso.files.chain(item):
                raise no_such_item()
            return item, rest
        case [here, *_] if ":" in here:
            return _along(contoso, start, path)
        case [_, *rest]:
            return start, rest
        case _:
            raise no_such_item()


def _must_follow(contoso: Contoso, caller: Caller, drive: Drive, item_id: str) -> None:
    """People follow things at work; what they do not follow is not found there."""
    if drive.kind not in BUSINESS:
        raise Refusal(400, "notSupported", "Following is of business drives only.")
    if (drive.id, item_id) not in contoso.files.followed.get(caller.person.id, set()):
        raise no_such_item()


def _within(contoso: Contoso, caller: Caller, drive: Drive, path: list[str]) -> tuple[Item | None, list[str]]:
    """The item, and what is left of the path; `root:/a/b:` may come in pieces or encoded as one."""
    match path:
        case ["root", *rest]:
            return contoso.files.root(drive), rest
        case [here, *_] if here.startswith("root:"):
            return _along(contoso, contoso.files.root(drive), path)
        case ["items" | "bundles" | "following" as where, item_id, *rest]:
            if (where == "bundles") and drive.kind in BUSINESS:
                raise Refusal(400, "notSupported", "Bundles are of personal drives only.")
            if where == "following":
                _must_follow(contoso, caller, drive, item_id.partition(":")[0])
            name, colon, _ = item_id.partition(":")
            start = contoso.files.root(drive) if name == "root" else contoso.files.item(drive.id, name)
            if start is None:
                raise no_such_item()
            return _along(contoso, start, [item_id, *rest]) if colon else (start, rest)
        case ["special", here, *rest]:
            folder = contoso.files.special.get((drive.id, here.partition(":")[0]))
            if folder is None:
                raise no_such_item()
            return _along(contoso, folder, [here, *rest]) if ":" in here else (folder, rest)
        case _:
            return None, path


def _along(contoso: Contoso, start: Item, path: list[str]) -> tuple[Item, list[str]]:
    """Down the folders from `root:` or `{id}:` to the part that ends with a colon, or to the end."""
    names, rest = _names(path)
    item = contoso.files.below(start, names)
    if item is None:
        raise not_visible()
    return item, rest


def _names(path: list[str]) -> tuple[list[str], list[str]]:
    """What stands between two colons, the first of them in the first part, and what comes after."""
    head, *rest = path
    names = head.partition(":")[2].split("/")
    if names == [""]:
        while rest and not names[-1].endswith(":"):
            names.append(rest.pop(0))
    names[-1] = names[-1].removesuffix(":")
    return [name for name in names if name], rest


def _visible(contoso: Contoso, caller: Caller, item: Item) -> Item:
    """What the person may do and the app may ask for, both; what is not seen is not there."""
    own = contoso.files.drives[item.drive_id].owner.id == caller.person.id
    reach = caller.can(*ALL) or (own and caller.can(*OWN))
    if not reach and not caller.can(*OWN):
        raise access_denied()
    if contoso.files.role_of(caller.person.id, item) is None or not reach:
        raise not_visible()
    return item
