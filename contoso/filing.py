"""What lies in Contoso's drives when it opens in the morning."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import PurePosixPath

from contoso.files import Drive, Files, Grant, Item, Link
from contoso.ids import DOMAIN, consumer_drive_id, consumer_item_id, drive_id, guid, item_id
from contoso.people import FALCON, FALCON_OWNERS, FINANCE, LEGAL, ODDITIES, RESEARCH, STORES, Directory, Group, Person

# The folders one lies in, and its name.
Papers = tuple[tuple[str, str], ...]
OPENED = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
# Folders are made on the way. A slash ends the folder names; what follows the last one may hold anything.
ONEDRIVES: dict[str, Papers] = {
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
LIBRARIES: dict[str, tuple[Group, Group | None, str, Papers]] = {
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
# What everybody else has lying about: enough of it that a search has to search.
SUBJECTS = ("Harbour", "Lighthouse", "Meadow", "Orchard", "Quarry", "Saffron", "Tundra", "Velvet", "Willow", "Zeppelin")
PAPERS = ("minutes.docx", "sketches.pptx", "figures.xlsx", "summary.pdf", "scan.png", "letter.docx")
SHELVES = {
    "Research": (RESEARCH, "soren.kjaer"),
    "Legal Matters": (LEGAL, "carol.poland"),
    "Store Staff": (STORES, "amber.rodriguez"),
}
# Names that break what was not tried with them. A slash is all that a name may not have.
ODD = (
    "#hashtag & co.docx",
    "100% sure.txt",
    "a+b=c.xlsx",
    "apostrophe's 'end'.docx",
    "semi;colon,comma.csv",
    "at@home.txt",
    "tilde~1.txt",
    "wow!.docx",
    "[brackets] {braces}.md",
    "caret^backtick`.txt",
    ".hidden",
    "two  spaces.txt",
    "no ending",
    "many.dots.in.one.name.tar.gz",
    "Cafe\u0301 menu.pdf",
    "\u0645\u0644\u0641 \u0639\u0631\u0628\u064a.docx",
    "\u65e5\u672c\u8a9e\u306e\u66f8\u985e.docx",
    "\U0001f600 smile.png",
    "%41 is not A.txt",
    "null.txt",
    "SELECT * FROM users;.sql",
    "<script>alert(1)<script>.html",
    "upper.TXT",
    "x" * 200 + ".txt",
)
ALBUM = "Summer"
ROBINS = (
    ("", "Lake.jpg"),
    ("", "Pier.jpg"),
    ("Documents", "Tax 2025.xlsx"),
    ("Documents", "Recipes.docx"),
    ("Photos", "Cat.jpg"),
)
KIMS = (("Documents", "Novel.docx"), ("Documents", "Rental agreement.pdf"), ("Photos", "Garden.jpg"))
SPECIAL = {"documents": "Documents", "photos": "Photos"}
# Shared before anybody came: whose, which, with whom, how.
SHARED = (
    ("adele.vance", "Finance/Q4 Forecast.xlsx", "pradeep.gupta", "write"),
    ("adele.vance", "Planning/Roadmap.docx", "lidia.holloway", "read"),
    ("megan.bowen", "Brand", "alex.wilber", "write"),
    ("megan.bowen", "Marketing budget.xlsx", "adele.vance", "read"),
    ("alex.wilber", "Campaigns/Spring campaign.pptx", "megan.bowen", "write"),
)


def fill(files: Files, directory: Directory) -> None:
    for number, owner in enumerate(directory.people.values()):
        if owner.is_guest or not owner.can_sign_in:
            continue
        login = owner.mail.partition("@")[0]
        papers = ONEDRIVES.get(login) or (*EMPTY_ENOUGH, *_papers(number, f"{SUBJECTS[number % 10]} papers", 6))
        name = f"onedrive/{login}"
        root = _root(name, owner)
        drive = Drive(drive_id(name), "OneDrive", "business", owner, root.id)
        files.put(drive, [root, *_items(root, owner, papers)], [(root, Grant(owner, "owner"))])
        files.special[drive.id, "documents"] = root
    for title, (members, owners, login, papers) in LIBRARIES.items():
        _library(files, title, members, owners, author=directory.person(f"{login}@{DOMAIN}"), papers=papers)
    for number, (title, (members, login)) in enumerate(SHELVES.items()):
        shelf = (("", f"{title} handbook.docx"), *_papers(10 * number, f"{SUBJECTS[number]}/Files", 40))
        _library(files, title, members, None, author=directory.person(f"{login}@{DOMAIN}"), papers=shelf)
    odd = tuple(("Oddly named", name) for name in ODD)
    _library(files, "Oddities", ODDITIES, None, author=directory.person(f"lee.gu@{DOMAIN}"), papers=odd)
    for consumer, papers in zip(directory.consumers.values(), (ROBINS, KIMS), strict=True):
        _consumers(files, consumer, papers)
    for login, path, other, role in SHARED:
        item = _at(files, directory, login, path)
        files.grant(item, Grant(directory.person(f"{other}@{DOMAIN}"), role))
    adele = directory.person(f"adele.vance@{DOMAIN}")
    files.followed[adele.id] = {_at(files, directory, "adele.vance", "Finance/Q3 Budget.xlsx").key}
    town_hall = _at(files, directory, "megan.bowen", "Town hall.pptx")
    files.grant(town_hall, Grant(Link(guid("link", "town hall"), "organization"), "read"))


def _library(files: Files, title: str, members: Group, owners: Group | None, *, author: Person, papers: Papers) -> None:
    root = _root(f"library/{title}", author)
    drive = Drive(drive_id(f"library/{title}"), title, "documentLibrary", members, root.id)
    rights = [(root, Grant(members, "write")), *([(root, Grant(owners, "owner"))] if owners else [])]
    files.put(drive, [root, *_items(root, author, papers)], rights)
    files.special[drive.id, "documents"] = root


def _consumers(files: Files, owner: Person, papers: Papers) -> None:
    """A personal OneDrive: other ids, special folders, and an album of two photos."""
    drive = consumer_drive_id(owner.mail)
    made: dict[str, Item] = {}
    root = Item(drive, consumer_item_id(drive, 100), None, "root", True, 0, owner, OPENED)
    for number, item in enumerate(_items(root, owner, papers), 101):
        above = made[item.parent_id].id if item.parent_id in made else root.id
        made[item.id] = replace(item, id=consumer_item_id(drive, number), parent_id=above)
    album = Item(drive, consumer_item_id(drive, 200), root.id, ALBUM, True, 0, owner, OPENED, is_bundle=True)
    whole = Drive(drive, "OneDrive", "personal", owner, root.id)
    files.put(whole, [root, *made.values(), album], [(root, Grant(owner, "owner", is_personal=True))])
    for name, folder in SPECIAL.items():
        files.special[drive, name] = next(item for item in made.values() if item.name == folder)


def _papers(first: int, folder: str, count: int) -> Papers:
    """So many papers on subjects and in years that change, the same each time."""
    numbers = range(first, first + count)
    return tuple((folder, f"{SUBJECTS[n // 6 % 10]} {2016 + n % 11} {PAPERS[n % 6]}") for n in numbers)


def _at(files: Files, directory: Directory, login: str, path: str) -> Item:
    drive = files.drive_of(directory.person(f"{login}@{DOMAIN}").id)
    item = files.below(files.root(drive), path.split("/")) if drive else None
    if item is None:
        raise LookupError(path)
    return item


def _root(drive_name: str, author: Person) -> Item:
    drive = drive_id(drive_name)
    return Item(drive, item_id(drive, ""), None, "root", True, 0, author, OPENED)


def _items(root: Item, author: Person, papers: Papers) -> list[Item]:
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
