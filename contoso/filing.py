"""What lies in Contoso's drives when it opens in the morning."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePosixPath

from contoso.files import Drive, Files, Grant, Item, Link
from contoso.ids import DOMAIN, drive_id, guid, item_id
from contoso.people import FALCON, FALCON_OWNERS, FINANCE, Directory, Group, Person

OPENED = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
# Folders are made on the way. A slash ends the folder names; what follows the last one may hold anything.
ONEDRIVES: dict[str, tuple[tuple[str, str], ...]] = {
    "adele.vance": (
        ("Finance", "Q3 Budget.xlsx"),
        ("Finance", "Q4 Forecast.xlsx"),
        ("Finance", "Travel costs 2026.xlsx"),
        ("Planning", "Roadmap.docx"),
        ("Archive/2025", "Roadmap.docx"),
        ("Archive/2025", "Store openings.pptx"),
        ("", "Übersicht für Ana.docx"),
        ("", "Ünïcode 日本語.xlsx"),
        ("", "Bob's #1 plan 100%.docx"),
        ("", "[Q3](https://evil.example).docx"),
        ("", "Store photos.zip"),
        ("", "Price list.pdf"),
    ),
    "alex.wilber": (
        ("Campaigns", "Spring campaign.pptx"),
        ("Campaigns", "Newsletter March.docx"),
        ("", "Social media plan.xlsx"),
    ),
    "megan.bowen": (
        ("Brand", "Brand guidelines.pdf"),
        ("Brand", "Logo.svg"),
        ("", "Marketing budget.xlsx"),
        ("", "Town hall.pptx"),
    ),
    "diego.siciliani": (("Hiring", "Candidates.xlsx"), ("", "Onboarding checklist.docx"), ("", "Salary bands.xlsx")),
    "lee.gu": (("", "Production plan.xlsx"), ("Suppliers", "Contracts.pdf")),
    "lidia.holloway": (("", "Product vision.docx"), ("", "Feature list.xlsx")),
    "nestor.wilke": (("", "Operations review.pptx"), ("", "Warehouse costs.xlsx")),
    "isaiah.langer": (("", "Leads.xlsx"), ("", "Sales pitch.pptx")),
    "joni.sherman": (("Contracts", "NDA Fabrikam.docx"), ("Contracts", "NDA Northwind.docx")),
    "pradeep.gupta": (("", "Ledger 2026.xlsx"), ("", "Audit notes.docx")),
    "ana.bell": (("", "Forecast model.xlsx"),),
    "ana.bell2": (("", "Poster drafts.pdf"),),
    "patti.fernandez": (("", "Board deck.pptx"),),
    "johanna.lorenz": (("", "Test results.csv"),),
    "henrietta.mueller": (("", "Architecture.md"),),
    "miriam.graham": (("", "Pipeline.xlsx"),),
}
EMPTY_ENOUGH = (("", "Notes.docx"),)
LIBRARIES: dict[str, tuple[Group, Group | None, str, tuple[tuple[str, str], ...]]] = {
    "Project Falcon": (
        FALCON,
        FALCON_OWNERS,
        "lidia.holloway",
        (
            ("Specification", "Falcon requirements.docx"),
            ("Specification", "Falcon interfaces.docx"),
            ("Tests", "Flight tests.xlsx"),
            ("", "Falcon timeline.xlsx"),
            ("", "Falcon risks.docx"),
        ),
    ),
    "Finance": (FINANCE, None, "pradeep.gupta", (("", "Closing calendar.xlsx"), ("Policies", "Expense policy.pdf"))),
}
# Shared before anybody came: whose, which, with whom, how.
SHARED = (
    ("adele.vance", "Finance/Q4 Forecast.xlsx", "pradeep.gupta", "write"),
    ("adele.vance", "Planning/Roadmap.docx", "lidia.holloway", "read"),
    ("megan.bowen", "Brand", "alex.wilber", "write"),
    ("megan.bowen", "Marketing budget.xlsx", "adele.vance", "read"),
    ("alex.wilber", "Campaigns/Spring campaign.pptx", "megan.bowen", "write"),
)


def fill(files: Files, directory: Directory) -> None:
    for owner in directory.people.values():
        if owner.is_guest or not owner.can_sign_in:
            continue
        login = owner.mail.partition("@")[0]
        papers = ONEDRIVES.get(login, EMPTY_ENOUGH)
        name = f"onedrive/{login}"
        root = _root(name, owner)
        drive = Drive(drive_id(name), "OneDrive", "business", owner, root.id)
        files.put(drive, [root, *_items(root, owner, papers)], [(root, Grant(owner, "owner"))])
    for title, (members, owners, login, papers) in LIBRARIES.items():
        author = directory.person(f"{login}@{DOMAIN}")
        root = _root(f"library/{title}", author)
        drive = Drive(drive_id(f"library/{title}"), title, "documentLibrary", members, root.id)
        rights = [(root, Grant(members, "write")), *([(root, Grant(owners, "owner"))] if owners else [])]
        files.put(drive, [root, *_items(root, author, papers)], rights)
    for login, path, other, role in SHARED:
        item = _at(files, directory, login, path)
        files.grant(item, Grant(directory.person(f"{other}@{DOMAIN}"), role))
    town_hall = _at(files, directory, "megan.bowen", "Town hall.pptx")
    files.grant(town_hall, Grant(Link(guid("link", "town hall"), "organization"), "read"))


def _at(files: Files, directory: Directory, login: str, path: str) -> Item:
    drive = files.drive_of(directory.person(f"{login}@{DOMAIN}").id)
    item = files.below(files.root(drive), path.split("/")) if drive else None
    if item is None:
        raise LookupError(path)
    return item


def _root(drive_name: str, author: Person) -> Item:
    drive = drive_id(drive_name)
    return Item(drive, item_id(drive, ""), None, "root", True, 0, author, OPENED)


def _items(root: Item, author: Person, papers: tuple[tuple[str, str], ...]) -> list[Item]:
    items: dict[str, Item] = {"": root, ".": root}
    for number, (folder, name) in enumerate(papers):
        modified = OPENED - dt.timedelta(days=3 * number + len(name) % 5, minutes=37 * number)
        for above in reversed([PurePosixPath(folder), *PurePosixPath(folder).parents]):
            path = str(above)
            if path not in items:
                inside = items[str(above.parent)]
                new = item_id(root.drive_id, path)
                items[path] = Item(root.drive_id, new, inside.id, above.name, True, 0, author, modified)
        inside = items[folder]
        path = f"{folder}/{name}"
        size = 4_000 + int(item_id("size", path)[2:7], 36) % 3_000_000
        items[path] = Item(root.drive_id, item_id(root.drive_id, path), inside.id, name, False, size, author, modified)
    return [item for path, item in items.items() if path not in ("", ".")]
