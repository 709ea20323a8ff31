"""Where a driveItem is: every published form of its address is written, and names that hurt survive."""

from __future__ import annotations

from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotFound
from bot.graph import address
from bot.graph.address import OWN, THE, ItemAddress

SHARED = "https://contoso.sharepoint.com/:x:/g/personal/x"
TOKEN = "u!aHR0cHM6Ly9jb250b3NvLnNoYXJlcG9pbnQuY29tLzp4Oi9nL3BlcnNvbmFsL3g"
# In the order of their appearance in the five versions of the page.
FORMS: list[tuple[ItemAddress, str]] = [
    (THE.root.qualified("Microsoft.Graph"), "/drive/root/Microsoft.Graph.invite"),
    (THE.item("5D17!7").qualified("Microsoft.Graph"), "/drive/items/5D17!7/Microsoft.Graph.invite"),
    (address.drive("b!d").root.qualified("Microsoft.Graph"), "/drives/b!d/root/Microsoft.Graph.invite"),
    (address.drive("b!d").item("01I"), "/drives/b!d/items/01I/invite"),
    (address.drive_of_group("g").item("01I"), "/groups/g/drive/items/01I/invite"),
    (OWN.item("01I"), "/me/drive/items/01I/invite"),
    (address.drive_of_site("host,a,b").item("01I"), "/sites/host,a,b/drive/items/01I/invite"),
    (address.drive_of_user("u").item("01I"), "/users/u/drive/items/01I/invite"),
    (THE.item("01I"), "/drive/items/01I/invite"),
    (THE.root, "/drive/root/invite"),
    (address.drive("b!d").root, "/drives/b!d/root/invite"),
    (address.shared_root(SHARED), f"/shares/{TOKEN}/root/invite"),
    (address.shared(SHARED), f"/shares/{TOKEN}/driveItem/invite"),
    (THE.bundle("01I"), "/drive/bundles/01I/invite"),
    (THE.special("documents"), "/drive/special/documents/invite"),
    (THE.following("01I"), "/drive/following/01I/invite"),
    (OWN.root.at("Finance/Q3 #1.xlsx"), "/me/drive/root:/Finance/Q3%20%231.xlsx:/invite"),
]


@pytest.mark.parametrize(("form", "path"), FORMS, ids=[path for _, path in FORMS])
def test_every_published_form_is_written(form: ItemAddress, path: str) -> None:
    assert form.action("invite") == path


def test_more_ways_by_path() -> None:
    site = address.drive_of_site_at("contoso.sharepoint.com", "/sites/Falcon")

    assert site.root.at("a b").qualified().action("invite") == (
        "/sites/contoso.sharepoint.com:/sites/Falcon:/drive/root:/a%20b:/microsoft.graph.invite"
    )
    assert address.drive("b!d").item("01I").at("c/d").to() == "/drives/b!d/items/01I:/c/d:"
    assert OWN.item("01I").to("permissions", "aTow=") == "/me/drive/items/01I/permissions/aTow%3D"
    assert str(OWN.root) == "/me/drive/root"


@given(st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1))
def test_whatever_a_thing_is_called_arrives_as_it_is(name: str) -> None:
    if name in (".", ".."):
        return

    url = httpx.URL("https://graph.example/v1.0" + address.drive(name).item(name).to("permissions"))

    parts = url.raw_path.decode().split("/")
    assert [unquote(part) for part in parts] == ["", "v1.0", "drives", name, "items", name, "permissions"]


@pytest.mark.parametrize("path", ["..", "a/../../users", ".", "a//b", "", "/"])
def test_a_path_does_not_lead_out_of_its_drive(path: str) -> None:
    with pytest.raises(NotFound):
        OWN.root.at(path)
