"""SharePoint's sites: every drive of the tenant at work is the library of one, and has its address there."""

from __future__ import annotations

import re
from dataclasses import dataclass

from contoso.files import Drive
from contoso.ids import guid
from contoso.people import Person
from contoso.tenant import Contoso

HOST = "contoso.sharepoint.example"


@dataclass(frozen=True)
class Site:
    """`path` is relative to the host, that of the root site is empty; only the root site has no library."""

    id: str
    name: str
    path: str
    drive: Drive | None


ROOT = Site(f"{HOST},{guid('site', 'root')},{guid('web', 'root')}", "Contoso", "", None)


def by_id(contoso: Contoso, site_id: str) -> Site | None:
    if site_id in ("root", HOST, ROOT.id):
        return ROOT
    return next((site for site in _libraries(contoso) if site.id == site_id), None)


def by_path(contoso: Contoso, host: str, names: list[str]) -> Site | None:
    """`names` are the parts of the path, in any capitals."""
    wanted = "".join(f"/{name}" for name in names).casefold()
    there = [ROOT, *_libraries(contoso)]
    return next((site for site in there if site.path.casefold() == wanted), None) if host == HOST else None


def _libraries(contoso: Contoso) -> list[Site]:
    """A Microsoft account's OneDrive is none of them."""
    return [_of(drive) for drive in contoso.files.drives.values() if drive.kind != "personal"]


def _of(drive: Drive) -> Site:
    if isinstance(drive.owner, Person):
        return Site(drive.site_id, drive.owner.name, f"/personal/{re.sub(r'[^a-z0-9]', '_', drive.owner.upn)}", drive)
    return Site(drive.site_id, drive.name, f"/sites/{drive.name.replace(' ', '')}", drive)
