"""Who is in Contoso: its people, a guest, what has an address without being anybody, and its groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from contoso.ids import DOMAIN, guid, member_id

PRESIDENT = "President"
HEADS = ("Director", "Manager", "Marketing Manager", "Retail Manager")


@dataclass(frozen=True)
class Person:
    """`can_sign_in` is false for what is in the directory only: a meeting room has no licence and gets no files.

    `has_come` is false for a guest who was invited and did not redeem it yet. A consumer has a Microsoft account and is
    nobody's colleague; a premium one pays for their OneDrive. What is sent to an alias is theirs too.
    """

    name: str
    mail: str
    given: str
    surname: str
    title: str
    department: str
    can_sign_in: bool = True
    has_come: bool = True
    is_consumer: bool = False
    is_premium: bool = False
    aliases: frozenset[str] = frozenset()

    @cached_property
    def id(self) -> str:
        return guid("person", self.mail)

    @cached_property
    def mri(self) -> str:
        return member_id(self.id)

    @property
    def is_guest(self) -> bool:
        return not self.is_consumer and not self.mail.endswith(f"@{DOMAIN}")

    @property
    def upn(self) -> str:
        return f"{self.mail.replace('@', '_')}#EXT#@{DOMAIN}" if self.is_guest else self.mail

    @property
    def login(self) -> str:
        """How SharePoint calls them."""
        return f"i:0#.f|membership|{self.upn.lower()}"


@dataclass(frozen=True)
class Group:
    """A distribution list has an address and gets mail, but nothing can be shared with it."""

    name: str
    mail: str
    members: frozenset[str]
    kind: Literal["Unified", "Security", "Distribution"] = "Unified"

    @cached_property
    def id(self) -> str:
        return guid("group", self.mail)

    @property
    def login(self) -> str:
        return f"c:0o.c|federateddirectoryclaimprovider|{self.id}"


class Directory:
    """Finds people and groups by what others call them. Consumers are known, and in no list of the tenant's."""

    def __init__(self, people: Iterable[Person], groups: Iterable[Group]) -> None:
        everybody = list(people)
        self.people = {person.id: person for person in everybody if not person.is_consumer}
        self.consumers = {person.id: person for person in everybody if person.is_consumer}
        self.groups = {group.id: group for group in groups}

    def known(self, person_id: str) -> Person | None:
        """Whoever it is, consumers too."""
        return self.people.get(person_id) or self.consumers.get(person_id)

    def person(self, reference: str) -> Person:
        """By id, address or principal name, else by full name if only one has it. Raises LookupError."""
        if found := self.known(reference) or self.at(reference) or self.consumer_at(reference):
            return found
        named = [person for person in self.people.values() if person.name.casefold() == reference.casefold()]
        if len(named) != 1:
            raise LookupError(f"{len(named)} people of Contoso are called {reference}.")
        return named[0]

    def at(self, address: str) -> Person | None:
        """By mail address or principal name."""
        wanted = address.casefold()
        return next((one for one in self.people.values() if wanted in (one.mail.casefold(), one.upn.casefold())), None)

    def reached_at(self, address: str) -> Person | None:
        """By an alias, too: as Exchange and sharing know people, and nothing else does."""
        wanted = address.casefold()
        return self.at(address) or next((one for one in self.people.values() if wanted in one.aliases), None)

    def consumer_at(self, address: str) -> Person | None:
        wanted = address.casefold()
        return next((one for one in self.consumers.values() if one.mail.casefold() == wanted), None)

    def nicknamed(self, alias: str) -> Person | Group | None:
        """By mail nickname, the part of an address before the @, or by the whole of it."""
        address = alias if "@" in alias else f"{alias}@{DOMAIN}"
        return self.at(address) or self.group_at(address)

    def called(self, mri: str) -> Person | None:
        """By what Teams calls them towards the bot, or by directory id: Teams takes both."""
        return next((one for one in self.people.values() if mri in (one.mri, one.id)), None)

    def group_at(self, address: str) -> Group | None:
        wanted = address.casefold()
        return next((one for one in self.groups.values() if one.mail.casefold() == wanted), None)

    def manager_of(self, person_id: str) -> Person | None:
        """The head of their department; of a head, and where there is none, the president. Guests have none."""
        person = self.people.get(person_id)
        if person is None or person.is_guest or person.title == PRESIDENT:
            return None
        heads = [each for each in self.people.values() if each.title in HEADS and each.department == person.department]
        others = [each for each in heads if each != person and person.title not in HEADS]
        return next(iter(others), None) or next(each for each in self.people.values() if each.title == PRESIDENT)

    def groups_of(self, person_id: str) -> list[Group]:
        return [group for group in self.groups.values() if person_id in group.members]


def _person(
    name: str,
    title: str,
    department: str,
    mail: str = "",
    *aliases: str,
    can_sign_in: bool = True,
    has_come: bool = True,
) -> Person:
    given, _, surname = name.partition(" ")
    mail = mail or f"{given}.{surname}@{DOMAIN}".lower()
    mail = mail if "@" in mail else f"{mail}@{DOMAIN}"
    person = Person(name, mail, given, surname, title, department, can_sign_in, has_come)
    return replace(person, aliases=frozenset(aliases))


def _consumer(name: str, *, is_premium: bool) -> Person:
    given, _, surname = name.partition(" ")
    mail = f"{given}.{surname}@outlook.example".lower()
    return Person(name, mail, given, surname, "", "", is_consumer=True, is_premium=is_premium)


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
    _person("Sanjay Kapoor", "Technician", "Manufacturing"),
    _person("Amber Rodriguez", "Store Manager", "Retail"),
    _person("Bianca Pisani", "Buyer", "Operations"),
    _person("Brian Johnson", "Accountant", "Finance"),
    _person("Cameron White", "Assistant", "Operations"),
    _person("Carol Poland", "Paralegal", "Legal"),
    _person("Chris Green", "Engineer", "Engineering"),
    _person("Chris Green", "Sales Representative", "Sales", "chris.green2"),
    _person("Christie Cline", "Buyer", "Retail"),
    _person("Daisy Phillips", "Trainee", "Human Resources"),
    _person("Delia Dennis", "Manager", "Engineering"),
    _person("Dmitri Voss", "Technician", "IT"),
    _person("Emily Braun", "Budget Analyst", "Finance"),
    _person("Enrico Cattaneo", "Attorney", "Legal"),
    _person("Fatima Zahra El Amrani", "Director", "Research and Development", "fatima.elamrani"),
    _person("François Lefèvre", "Translator", "Marketing", "francois.lefevre"),
    _person("Gerhart Moller", "Planner", "Operations"),
    _person("佐藤 花子", "Engineer", "Research and Development", "hanako.sato"),
    _person("Иван Петров", "Engineer", "Engineering", "ivan.petrov"),
    _person("Karin Åkesson", "Recruiter", "Human Resources", "karin.akesson"),
    _person("Luis Muñoz", "Sales Representative", "Sales", "luis.munoz"),
    _person("Łukasz Żak", "Tester", "Engineering", "lukasz.zak"),
    _person("Maria Silva", "Controller", "Finance"),
    _person("Maria Silva", "Nurse", "Human Resources", "maria.silva2"),
    _person("Mario Rogers", "Driver", "Operations"),
    _person("Monica Thompson", "Paralegal", "Legal"),
    _person("Ngoc Bich Tran", "Designer", "Research and Development", "ngoc.tran"),
    _person("Olivia D'Souza", "Analyst", "Sales", "olivia.dsouza"),
    _person("Omar Haddad", "Electrician", "Manufacturing"),
    _person("Pia van den Berg", "Architect", "Engineering", "pia.vandenberg", "pia@contoso.example", f"pia@{DOMAIN}"),
    _person("Prince", "Musician", "Marketing", "prince"),
    _person("Renée O'Brien-Smith", "Counsel", "Legal", "renee.obrien-smith"),
    _person("Søren Kjær", "Chemist", "Research and Development", "soren.kjaer"),
    _person("王秀兰", "Director", "Sales", "xiulan.wang"),
    _person("Conference Room Adams", "", "", "adams", can_sign_in=False),
    _person("Conference Room Crystal", "", "", "crystal", can_sign_in=False),
    _person("Invoices (shared mailbox)", "", "", "invoices", can_sign_in=False),
    _person("Casey Jensen", "Consultant", "Fabrikam", "casey.jensen@fabrikam.example"),
    _person("Dana Birkby", "Auditor", "Northwind", "dana.birkby@northwind.example"),
    _person("Kai Carter", "Architect", "Adatum", "kai.carter@adatum.example", has_come=False),
    _person("Lola Jacobson", "Photographer", "Proseware", "lola.jacobson@proseware.example", has_come=False),
    _consumer("Robin Danielsen", is_premium=False),
    _consumer("Kim Akers", is_premium=True),
)


def _group(
    name: str, mail: str, *members: str, kind: Literal["Unified", "Security", "Distribution"] = "Unified"
) -> Group:
    ids = frozenset(guid("person", f"{member}@{DOMAIN}") for member in members)
    return Group(name, f"{mail}@{DOMAIN}", ids, kind)


FALCON_OWNERS = _group("Project Falcon Owners", "project.falcon.owners", "lidia.holloway", "adele.vance")
FALCON = _group(
    "Project Falcon",
    "project.falcon",
    *("lidia.holloway", "adele.vance", "alex.wilber", "johanna.lorenz", "henrietta.mueller", "grady.archie", "lee.gu"),
)
FINANCE = _group("Finance", "finance", "pradeep.gupta", "ana.bell", "juergen.weiss", "adele.vance", "patti.fernandez")
MARKETING = _group("Marketing", "marketing", "megan.bowen", "alex.wilber", "ana.bell2", "miriam.graham")
RESEARCH = _group("Research", "research", "soren.kjaer", "ngoc.tran", "hanako.sato", "fatima.elamrani", "grady.archie")
LEGAL = _group(
    "Legal Matters", "legal.matters", "carol.poland", "enrico.cattaneo", "monica.thompson", "renee.obrien-smith"
)
STORES = _group("Store Staff", "store.staff", "amber.rodriguez", "christie.cline", "lynne.robbins", "bianca.pisani")
ODDITIES = _group("Oddities", "oddities", "lee.gu", "prince", "ivan.petrov", "xiulan.wang", "pia.vandenberg")
CHOIR = _group("Choir", "choir", "prince", "karin.akesson", "olivia.dsouza", "daisy.phillips")
BADGES = _group("Badge Holders", "badge.holders", "dmitri.voss", "omar.haddad", "sanjay.kapoor", kind="Security")
ALL_STAFF = Group(
    "All Staff", f"all.staff@{DOMAIN}", frozenset(one.id for one in PEOPLE if one.mail.endswith(DOMAIN)), "Distribution"
)
GROUPS = (FALCON, FALCON_OWNERS, FINANCE, MARKETING, RESEARCH, LEGAL, STORES, ODDITIES, CHOIR, BADGES, ALL_STAFF)
