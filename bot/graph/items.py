"""driveItems as Graph writes them, and as we read them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import unquote

from bot.sharing import LIBRARY, DriveType, ShareableItem

_SITE = re.compile(r"^https?://[^/]+/(?:sites|teams)/([^/?#]+)")
TYPES = {each.value: each for each in DriveType}


def item(raw: dict[str, Any], *, is_own: bool = False) -> ShareableItem:
    """From a driveItem. A shared item found in another drive carries the real one as `remoteItem`."""
    real = raw.get("remoteItem", raw)
    parent = real["parentReference"]
    return ShareableItem(
        drive_id=parent["driveId"],
        id=real["id"],
        name=raw.get("name") or real["name"],
        web_url=raw.get("webUrl") or real.get("webUrl", ""),
        is_folder="folder" in real,
        place=_place(parent, raw.get("webUrl") or real.get("webUrl", "")),
        owner=_owner(real),
        modified=_when(real.get("lastModifiedDateTime")),
        drive_type=TYPES.get(parent.get("driveType", "")),
        is_own=is_own and real is raw,
        is_root="root" in real,
    )


def item_of_hit(hit: dict[str, Any]) -> ShareableItem:
    """From a hit of /search/query."""
    return item(hit["resource"])


def _place(parent: dict[str, Any], url: str) -> str:
    """A library goes by the name of its site, which only the item's address tells."""
    if "path" not in parent:
        return ""
    site = _SITE.search(url)
    library = unquote(site[1]) if site else LIBRARY
    drive = library if parent.get("driveType") == "documentLibrary" else "OneDrive"
    folders = unquote(parent["path"].partition("root:")[2]).strip("/")
    return " › ".join([drive, *folders.split("/")]) if folders else drive


def _owner(real: dict[str, Any]) -> str:
    return real.get("createdBy", {}).get("user", {}).get("displayName", "")


def _when(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
