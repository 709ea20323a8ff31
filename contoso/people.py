"""Who is in Contoso: its people, a guest, what has an address without being anybody, and its groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from contoso.ids import DOMAIN, guid, member_id


@dataclass(frozen=True)
class Person:
    """`can_sign_in` is false for what is in the directory only: a meeting room has no licence and gets no files."""

    name: str
    mail: str
    given: str
    surname: str
    title: str
    department: str
    can_sign_in: bool = True

    @cached_property
    def id(self) -> str:
        return guid("person", self.mail)

    @cached_property
    def mri(self) -> str:
        return member_id(self.id)

    @property
    def is_guest(self) -> bool:
        return not self.mail.endswith(f"@{DOMAIN}")

    @property
    def upn(self) -> str:
        return f"{self.mail.replace('@', '_')}#EXT#@{DOMAIN}" if self.is_guest else self.mail

    @property
    def login(self) -> str:
        """How SharePoint calls them."""
        return f"i:0#.f|membership|{self.upn.lower()}"


@dataclass(frozen=True)
class Group:
    name: str
    mail: str
    members: frozenset[str]

    @cached_property
    def id(self) -> str:
        return guid("group", self.mail)

    @property
    def login(self) -> str:
        return f"c:0o.c|federateddirectoryclaimprovider|{self.id}"


class Directory:
    """Finds people and groups by what others call them."""

    def __init__(self, people: Iterable[Person], groups: Iterable[Group]) -> None:
        self.people = {person.id: person for person in people}
        self.groups = {group.id: group for group in groups}

    def person(self, reference: str) -> Person:
        """By id, address or principal name, else by full name if only one has it. Raises LookupError."""
        if found := self.people.get(reference) or self.at(reference):
            return found
        named = [person for person in self.people.values() if person.name.casefold() == reference.casefold()]
        if len(named) != 1:
            raise LookupError(f"{len(named)} people of Contoso are called {reference}.")
        return named[0]

    def at(self, address: str) -> Person | None:
        """By mail address or principal name."""
        wanted = address.casefold()
        return next((one for one in self.people.values() if wanted in (one.mail.casefold(), one.upn.casefold())), None)

    def called(self, mri: str) -> Person | None:
        """By what Teams calls them towards the bot, or by directory id: Teams takes both."""
        return next((one for one in self.people.values() if mri in (one.mri, one.id)), None)

    def group_at(self, address: str) -> Group | None:
        wanted = address.casefold()
        return next((one for one in self.groups.values() if one.mail.casefold() == wanted), None)

    def groups_of(self, person_id: str) -> list[Group]:
        return [group for group in self.groups.values() if person_id in group.members]


def _person(name: str, title: str, department: str, mail: str = "", *, can_sign_in: bool = True) -> Person:
    given, _, surname = name.partition(" ")
    mail = mail or f"{given}.{surname}@{DOMAIN}".lower()
    return Person(name, mail, given, surname, title, department, can_sign_in)


PEOPLE = (
    _person("Adele Vance", "Retail Manager", "Retail"),
    _person("Alex Wilber", "Marketing Assistant", "Marketing"),
    _person("Allan Deyoung", "IT Administrator", "IT"),
    _person("Ana Bell", "Controller", "Finance"),
    _person("Ana Bell", "Designer", "Marketing", f"ana.bell2@{DOMAIN}"),
    _person("Ana Costa", "Sales Representative", "Sales"),
    _person("Ana Trujillo", "Planner", "Operations"),
    _person("Debra Berger", "Administrative Assistant", "Executive Management"),
    _person("Diego Siciliani", "Manager", "Human Resources"),
    _person("Grady Archie", "Designer", "Research and Development"),
    _person("Henrietta Mueller", "Developer", "Research and Development"),
    _person("Isaiah Langer", "Sales Representative", "Sales"),
    _person("Johanna Lorenz", "Senior Engineer", "Engineering"),
    _person("Joni Sherman", "Paralegal", "Legal"),
    _person("Jürgen Weiß", "Accountant", "Finance", f"juergen.weiss@{DOMAIN}"),
    _person("Lee Gu", "Director", "Manufacturing"),
    _person("Lidia Holloway", "Product Manager", "Engineering"),
    _person("Lynne Robbins", "Planner", "Retail"),
    _person("Megan Bowen", "Marketing Manager", "Marketing"),
    _person("Miriam Graham", "Director", "Sales and Marketing"),
    _person("Nestor Wilke", "Director", "Operations"),
    _person("Patti Fernandez", "President", "Executive Management"),
    _person("Pradeep Gupta", "Accountant", "Finance"),
    _person("Sean O'Neil", "Recruiter", "Human Resources", f"sean.oneil@{DOMAIN}"),
    _person("Conference Room Adams", "", "", f"adams@{DOMAIN}", can_sign_in=False),
    _person("Casey Jensen", "Consultant", "Fabrikam", "casey.jensen@fabrikam.example"),
)


def _group(name: str, mail: str, *members: str) -> Group:
    return Group(name, f"{mail}@{DOMAIN}", frozenset(guid("person", f"{member}@{DOMAIN}") for member in members))


FALCON_OWNERS = _group("Project Falcon Owners", "project.falcon.owners", "lidia.holloway", "adele.vance")
FALCON = _group(
    "Project Falcon",
    "project.falcon",
    *("lidia.holloway", "adele.vance", "alex.wilber", "johanna.lorenz", "henrietta.mueller", "grady.archie", "lee.gu"),
)
FINANCE = _group("Finance", "finance", "pradeep.gupta", "ana.bell", "juergen.weiss", "adele.vance", "patti.fernandez")
MARKETING = _group("Marketing", "marketing", "megan.bowen", "alex.wilber", "ana.bell2", "miriam.graham")
GROUPS = (FALCON, FALCON_OWNERS, FINANCE, MARKETING)
