"""Where a driveItem is, in every form that Graph has published for it.

https://learn.microsoft.com/graph/onedrive-addressing-driveitems
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from urllib.parse import quote

from bot.errors import NotFound

# An exclamation mark is part of many drive and item ids, and commas of every site id; Graph takes both as they are.
PLAIN = "!,"
# What may be told of an address: all else in it is somebody's.
WORDS = frozenset(
    {
        *("me", "users", "groups", "people", "manager", "transitiveMemberOf", "transitiveMembers", "sites"),
        *("drive", "drives", "root", "items", "shares", "driveItem", "search", "query", "$batch"),
        *("permission", "permissions", "invite", "createLink", "grant", "revokeGrants"),
        *("teamwork", "installedApps", "chat"),
    }
)


@dataclass(frozen=True)
class ItemAddress:
    """`path` follows the version in the URL, encoded. `namespace` goes before the name of an action, if anything does.

    An item found by its path ends with a colon before whatever comes next.
    """

    path: str
    is_by_path: bool = False
    namespace: str = ""

    def __str__(self) -> str:
        return self.path

    def at(self, path: str) -> ItemAddress:
        """What lies below it."""
        return ItemAddress(f"{self.path}:/{_path(path)}", is_by_path=True)

    def to(self, *segments: str) -> str:
        """What belongs to the item, such as its permissions."""
        return "/".join([f"{self.path}:" if self.is_by_path else self.path, *map(_segment, segments)])

    def action(self, name: str) -> str:
        return self.to(f"{self.namespace}.{name}" if self.namespace else name)

    def qualified(self, namespace: str = "microsoft.graph") -> ItemAddress:
        """The same, with its actions' names in full: in 2015 all had to be."""
        return replace(self, namespace=namespace)


@dataclass(frozen=True)
class DriveAddress:
    path: str

    @property
    def root(self) -> ItemAddress:
        return ItemAddress(f"{self.path}/root")

    def item(self, item_id: str) -> ItemAddress:
        return ItemAddress(f"{self.path}/items/{_segment(item_id)}")

    def bundle(self, item_id: str) -> ItemAddress:
        """An album; personal drives only."""
        return ItemAddress(f"{self.path}/bundles/{_segment(item_id)}")

    def special(self, name: str) -> ItemAddress:
        """documents, photos, cameraroll, approot, music."""
        return ItemAddress(f"{self.path}/special/{_segment(name)}")

    def following(self, item_id: str) -> ItemAddress:
        """Something its reader follows; business drives only."""
        return ItemAddress(f"{self.path}/following/{_segment(item_id)}")


OWN = DriveAddress("/me/drive")
# The oldest name of the same.
THE = DriveAddress("/drive")


def drive(drive_id: str) -> DriveAddress:
    """The canonical one: with `item` the form that every version of Graph has."""
    return DriveAddress(f"/drives/{_segment(drive_id)}")


def drive_of_user(user_id: str) -> DriveAddress:
    return DriveAddress(f"/users/{_segment(user_id)}/drive")


def drive_of_group(group_id: str) -> DriveAddress:
    return DriveAddress(f"/groups/{_segment(group_id)}/drive")


def drive_of_site(site_id: str) -> DriveAddress:
    """By `host,collection,site`."""
    return DriveAddress(f"/sites/{_segment(site_id)}/drive")


def drive_of_site_at(host: str, path: str) -> DriveAddress:
    return DriveAddress(f"/sites/{_segment(host)}:/{_path(path)}:/drive")


def shared(url: str) -> ItemAddress:
    """What a link leads to. https://learn.microsoft.com/graph/api/shares-get#encoding-sharing-urls"""
    return ItemAddress(f"{share(url)}/driveItem")


def shared_root(url: str) -> ItemAddress:
    """The same under its older name."""
    return ItemAddress(f"{share(url)}/root")


def share(url: str) -> str:
    token = base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
    return f"/shares/u!{token}"


def _path(path: str) -> str:
    return "/".join(_segment(name) for name in path.strip("/").split("/"))


def _segment(text: str) -> str:
    """Raises NotFound for what would lead out of the address: whoever joins URLs takes dots for directions."""
    if text in ("", ".", ".."):
        raise NotFound
    return quote(text, safe=PLAIN)
