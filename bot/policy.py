"""What the organisation lets its people share: rules as data, read once at start, and which of them decided.

A rule is a table of one TOML file. It says of what it is, and what then: refuse, shorten, approve. Every rule that fits
counts, so their order does not matter, and a rule that is added never allows more; each looks at what was asked for,
whatever another one says of it. docs/administration.md tells what may stand in the file.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import Enum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

import idna

from bot.settings import BadSettings
from bot.sharing import Recipient, Role, Ruling, ShareableItem, Unseen, Verdict

END_OF_DAY = dt.time(23, 59, 59)
# Of waiting for a second person, in hours: whoever is asked in the evening answers in the morning.
HOURS, MOST_HOURS = 24, 30 * 24
MOST_DAYS = 10 * 365
# A name is read in a sentence, a reason on a card.
LONGEST_NAME, LONGEST_REASON = 80, 300
THENS = {"refuse": Verdict.REFUSED, "shorten": Verdict.SHORTENED, "approve": Verdict.APPROVAL}
ROLES = {each.value: each for each in Role if each.grantable}
MANAGER, GROUP = "manager", "group:"
Table = dict[str, Any]
KeyPath = tuple[str, ...]
_DOMAIN = re.compile(r"(?:\*\.(?:[\w-]+\.)*|(?:[\w-]+\.)+)[\w-]+")
_ADDRESS = re.compile(r"[^@\s]+@(?:[\w-]+\.)+[\w-]+")


class BadPolicy(BadSettings):
    """The message lists all that is wrong in the file, one a line, each with where and why."""


class Kind(Enum):
    """What somebody is to the organisation."""

    COLLEAGUE = "colleague"
    GUEST = "guest"  # from outside, and in the directory
    STRANGER = "stranger"  # from outside, by an address alone
    GROUP = "group"


KINDS = {each.value: frozenset({each}) for each in Kind} | {"outside": frozenset({Kind.GUEST, Kind.STRANGER})}


@dataclass(frozen=True)
class Contents:
    """What is in a folder, at any depth; `is_all`, whether there is no more than that."""

    items: tuple[ShareableItem, ...] = ()
    is_all: bool = True


@dataclass(frozen=True)
class Members:
    """Who is in a group, also through other groups; `is_all`, whether that is everybody."""

    people: tuple[Recipient, ...] = ()
    is_all: bool = True


@dataclass(frozen=True)
class Asked:
    """What is judged: a share as it was asked for, before anybody has looked at it.

    `people` are those who would get something; `groups`, the ids of those the sharer is in. `audience` is how many
    people that is altogether, None where nobody can tell. `can_end`: whether the sharer could end it. `contents` are
    those of a folder, `members` of the groups among the people, by their ids.
    """

    item: ShareableItem
    people: tuple[Recipient, ...]
    role: Role
    until: dt.datetime | None
    now: dt.datetime
    groups: frozenset[str] = frozenset()
    audience: int | None = 0
    can_end: bool = True
    contents: Contents = Contents()
    members: Mapping[str, Members] = field(default_factory=dict[str, Members])


@dataclass(frozen=True)
class Judgement:
    """`refused` has a ruling for each of the people, None where they may get it. `until` is the end by now.

    `rulings` are about the whole: what made it shorter, and who has to approve it.
    """

    refused: tuple[Ruling | None, ...]
    until: dt.datetime | None
    rulings: tuple[Ruling, ...] = ()


@dataclass(frozen=True)
class Rule:
    """What it is about, and what follows. A condition that is empty is none; a list fits if one of it does.

    `unseen`: whether it counts for what nobody could look at in a folder or a group.
    """

    name: str
    then: Verdict
    because: str = ""
    days: int = 0
    approvers: tuple[str, ...] = ()
    hours: int = HOURS
    domains: tuple[str, ...] = ()
    except_domains: tuple[str, ...] = ()
    who: frozenset[Kind] = frozenset()
    roles: frozenset[Role] = frozenset()
    files: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    folders: bool = False
    groups: frozenset[str] = frozenset()
    except_groups: frozenset[str] = frozenset()
    more_than: int | None = None
    unseen: bool = True

    @property
    def looks_at_people(self) -> bool:
        return bool(self.domains or self.except_domains or self.who)

    @property
    def looks_at_members(self) -> bool:
        return self.looks_at_people and self.who != frozenset({Kind.GROUP})

    @property
    def looks_inside(self) -> bool:
        return bool(self.files or self.places)

    @property
    def about(self) -> str:
        """The part of a request to change so that it does not fit any more."""
        if self.looks_at_people or self.more_than is not None:
            return "people"
        if self.files or self.places or self.folders:
            return "item"
        return "role" if self.roles else ""

    def is_about(self, asked: Asked) -> bool:
        """Whether all that it says of the share itself fits."""
        return (
            (not self.roles or asked.role in self.roles)
            and (self._is_for(asked.item) or bool(self._inside(asked)) or self._may_be_inside(asked))
            and (not self.groups or not self.groups.isdisjoint(asked.groups))
            and (not self.except_groups or self.except_groups.isdisjoint(asked.groups))
            and (self.more_than is None or asked.audience is None or asked.audience > self.more_than)
        )

    def is_of(self, asked: Asked, person: Recipient) -> bool:
        """Whether all that it says of a recipient fits, or of somebody in that group."""
        return self._fits(person) or bool(self._members(asked, person)) or self._may_be_in(asked, person)

    def _is_for(self, item: ShareableItem) -> bool:
        return (
            (not self.files or any(fnmatchcase(_plain(item.name), each) for each in self.files))
            and (not self.places or _lies_in(item, self.places))
            and (not self.folders or item.is_folder)
        )

    def _inside(self, asked: Asked) -> str:
        """The name of what is in the folder and fits; "" for nothing."""
        return next((each.name for each in asked.contents.items if self._is_for(each)), "") if self.looks_inside else ""

    def _may_be_inside(self, asked: Asked) -> bool:
        return self.looks_inside and self.unseen and not asked.contents.is_all

    def _fits(self, person: Recipient) -> bool:
        return (
            (not self.who or kind(person) in self.who)
            and (not self.domains or _is_at(person, self.domains))
            and (not self.except_domains or not _is_at(person, self.except_domains))
        )

    def _members(self, asked: Asked, group: Recipient) -> tuple[str, ...]:
        """The names of those in the group who fit."""
        members = asked.members.get(group.id or "", Members()) if self.looks_at_members else Members()
        return tuple(each.name for each in members.people if self._fits(each))

    def _may_be_in(self, asked: Asked, group: Recipient) -> bool:
        return self.looks_at_members and self.unseen and not asked.members.get(group.id or "", Members()).is_all

    def ruling(self, asked: Asked, people: Iterable[Recipient]) -> Ruling:
        """Of these people, for whom it is: with what it is about where that does not show."""
        unseen: set[Unseen] = set()
        inside = "" if self._is_for(asked.item) else self._inside(asked)
        if not inside and not self._is_for(asked.item):
            unseen.add(Unseen.FOLDER)
        names: dict[str, None] = {}
        for group in (each for each in people if not self._fits(each)):
            members = self._members(asked, group)
            names |= dict.fromkeys(members)
            if not members:
                unseen.add(Unseen.GROUP)
        ruling = Ruling(self.name, self.then, self.because, self.about, self.approvers, self.hours)
        return replace(ruling, inside=inside, members=tuple(names), unseen=frozenset(unseen))


@dataclass(frozen=True)
class Defaults:
    """What counts where nobody said otherwise; `days` 0 is for no end."""

    name: str = "defaults"
    role: Role | None = None
    days: int = 0


@dataclass(frozen=True)
class Policy:
    """Without rules: everything that Microsoft 365 lets them."""

    rules: tuple[Rule, ...] = ()
    defaults: Defaults = Defaults()

    @property
    def looks_at_people(self) -> bool:
        """Whether it has to be known who somebody is."""
        return any(each.looks_at_people for each in self.rules)

    @property
    def looks_at_members(self) -> bool:
        """Whether it has to be known who is in a group that is shared with."""
        return any(each.looks_at_members for each in self.rules)

    @property
    def looks_inside(self) -> bool:
        """Whether it has to be known what is in a folder."""
        return any(each.looks_inside for each in self.rules)

    @property
    def groups(self) -> frozenset[str]:
        """Of these it has to be known whether the sharer is in them."""
        return frozenset[str]().union(*(each.groups | each.except_groups for each in self.rules))

    @property
    def counts(self) -> bool:
        """Whether it has to be known how many people are in a group."""
        return any(each.more_than is not None for each in self.rules)

    def judge(self, asked: Asked) -> Judgement:
        """The same for the same, whatever the order of the rules; of two that refuse somebody, the first by name."""
        fitting = [each for each in sorted(self.rules, key=_by_name) if each.is_about(asked)]
        of = {each.name: [each.is_of(asked, person) for person in asked.people] for each in fitting}
        counting = [each for each in fitting if any(of[each.name])]
        shorten = [each for each in counting if each.then is Verdict.SHORTENED]
        # An end that nobody could bring about is none.
        refusing = [each for each in counting if each.then is Verdict.REFUSED] + ([] if asked.can_end else shorten)
        refused = tuple(
            next((each.ruling(asked, [person]).refusing for each in refusing if of[each.name][place]), None)
            for place, person in enumerate(asked.people)
        )

        def ruling(of_all: Rule) -> Ruling:
            fits = zip(asked.people, of[of_all.name], strict=True)
            return of_all.ruling(asked, [person for person, is_of in fits if is_of])

        until, rulings = asked.until, [ruling(each) for each in counting if each.then is Verdict.APPROVAL]
        if asked.can_end and shorten:
            shortest = min(shorten, key=lambda each: each.days)
            latest = end_after(shortest.days, asked.now)
            if until is None or until > latest:
                until, rulings = latest, [ruling(shortest), *rulings]
        return Judgement(refused, until, tuple(rulings))


EVERYTHING = Policy()


def end_after(days: int, now: dt.datetime) -> dt.datetime:
    """The end of the day that is so many days from now, by the clock on their wall."""
    return dt.datetime.combine((now + dt.timedelta(days=days)).date(), END_OF_DAY, now.tzinfo)


def kind(person: Recipient) -> Kind:
    if person.is_group:
        return Kind.GROUP
    if not person.is_outside:
        return Kind.COLLEAGUE
    return Kind.GUEST if person.id else Kind.STRANGER


def domain(person: Recipient) -> str:
    """As `spelt`. A guest without a mailbox goes by a name made of their address: eric_fabrikam.com#EXT#@home.com."""
    at_home, is_guest, _rest = person.email.casefold().partition("#ext#")
    return spelt(at_home.rpartition("_" if is_guest else "@")[2])


def spelt(domain: str) -> str:
    """As it is in the DNS, however it was typed (RFC 5891, UTS 46); what is none stays as it is, in small letters."""
    try:
        return idna.encode(domain.rstrip("."), uts46=True).decode()
    except idna.IDNAError:
        return domain.rstrip(".").casefold()


def _is_at(person: Recipient, domains: Sequence[str]) -> bool:
    theirs = domain(person)
    return any(theirs.endswith(each[1:]) if each.startswith("*.") else theirs == each for each in domains)


def _domains(words: str) -> str:
    """One, or "*." and one: all below it."""
    star, _dot, below = words.partition("*.")
    return spelt(star) if star else f"*.{spelt(below)}"


def _lies_in(item: ShareableItem, places: Sequence[str]) -> bool:
    """In one of these folders, however deep, or one of them itself. What nobody tells the place of may be anywhere."""
    if not item.place and not item.is_root:
        return True
    folders = [_plain(each) for each in (*item.place.split(" › "), *([item.name] if item.is_folder else []))]
    return any(_runs_through(folders, each.split("/")) for each in places)


def _runs_through(folders: Sequence[str], wanted: Sequence[str]) -> bool:
    starts = range(len(folders) - len(wanted) + 1)
    return any(all(map(fnmatchcase, folders[start : start + len(wanted)], wanted)) for start in starts)


def _plain(words: str) -> str:
    """However it was typed: "é" is one letter or two, and "Ａ" an "A" of another width."""
    return unicodedata.normalize("NFKC", words).casefold()


def _by_name(rule: Rule) -> tuple[str, str]:
    return rule.name.casefold(), rule.name


# The file


def load(path: str) -> Policy:
    """The policy of a file; "" is none. Raises BadPolicy."""
    if not path:
        return EVERYTHING
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise BadPolicy(f"POLICY_FILE {path} can't be read: {why}.") from error
    return read(text, Path(path).name)


def read(text: str, name: str = "policy.toml") -> Policy:
    """The policy of a text that is called so. Raises BadPolicy."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(f"{name}: this is no TOML: {error}.") from error
    reading = _Reading(name, _lines(text))
    policy = reading.policy(table)
    if reading.problems:
        raise BadPolicy("\n".join(sentence for _line, sentence in sorted(reading.problems)))
    return policy


def _lines(text: str) -> dict[KeyPath, int]:
    """On which line each key stands: a statement ends where it is whole, by itself."""
    found: dict[KeyPath, int] = {}
    table: KeyPath = ()
    statement, first = "", 1
    for number, line in enumerate(text.split("\n"), 1):
        first = first if statement else number
        statement += f"{line}\n"
        try:
            said = tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            continue
        if statement.lstrip().startswith("["):
            table = next(iter(_paths(said)), ())
            found.setdefault(table, first)
        for path in _paths(said) if not statement.lstrip().startswith("[") else ():
            for length in range(1, len(path) + 1):
                found.setdefault((*table, *path[:length]), first)
        statement = ""
    return found


def _paths(said: Mapping[str, Any]) -> Iterator[KeyPath]:
    """To each value, and to each table that is empty."""
    for key, value in said.items():
        inner = value[-1] if isinstance(value, list) and value and isinstance(value[-1], dict) else value
        deeper = list(_paths(cast("Table", inner))) if isinstance(inner, dict) else []
        yield from ((key, *each) for each in deeper) if deeper else [(key,)]


class _Reading:
    """One file, with all that is wrong in it."""

    def __init__(self, name: str, lines: Mapping[KeyPath, int]) -> None:
        self.problems: list[tuple[int, str]] = []
        self._name = name
        self._lines = lines

    def policy(self, table: Table) -> Policy:
        self._only(table, (), ("defaults", "rules"))
        defaults = self._table(table, ("defaults",))
        rules = self._table(table, ("rules",))
        made = [self._rule(key, ("rules", key), self._table(rules, ("rules", key))) for key in rules]
        named: dict[str, str] = {}
        for key, rule in zip(rules, made, strict=True):
            # Read, they are the same.
            if (before := named.setdefault(_plain(rule.name), key)) != key:
                self._wrong(("rules", key), f"“{rule.name}” is the name of another rule, too (line {self._at(before)})")
        return Policy(tuple(made), self._defaults(defaults))

    def _defaults(self, table: Table) -> Defaults:
        path = ("defaults",)
        self._only(table, path, ("name", "role", "days"))
        role = self._one_of(table, path, "role", ROLES)
        return Defaults(
            self._words(table, path, "name", LONGEST_NAME) or Defaults.name,
            ROLES.get(role),
            self._number(table, path, "days", 1, MOST_DAYS) or 0,
        )

    def _rule(self, key: str, path: KeyPath, table: Table) -> Rule:
        self._only(table, path, KEYS)
        self._is_name(path, key)
        then = self._one_of(table, path, "then", THENS)
        if not then and "then" not in table:
            self._wrong(path, f"“then” is missing: {_either(THENS)}")
        for name, wanted in (("days", "shorten"), ("approvers", "approve"), ("hours", "approve")):
            if name in table and then and then != wanted:
                self._wrong((*path, name), f"“{name}” goes with then = “{wanted}”, and this says “{then}”")
        if then == "shorten" and "days" not in table:
            self._wrong(path, "“days” is missing: how long it may be")
        if then == "approve" and "approvers" not in table:
            self._wrong(path, "“approvers” is missing: who may approve it")
        domains, except_domains = (
            self._many(table, path, each, _DOMAIN.fullmatch, "a domain such as fabrikam.com or *.fabrikam.com")
            for each in ("domains", "except_domains")
        )
        files, places = (
            self._many(table, path, each, lambda text: bool(text.strip("/ ")), "a name, in which * is anything")
            for each in ("files", "places")
        )
        groups, except_groups = (
            self._many(table, path, each, _is_guid, "the object id of a group, a GUID")
            for each in ("groups", "except_groups")
        )
        who = self._many(table, path, "who", KINDS.__contains__, f"one of {', '.join(KINDS)}")
        roles = self._many(table, path, "roles", ROLES.__contains__, f"one of {', '.join(ROLES)}")
        what = f"“{MANAGER}”, an address, or “{GROUP}” and the object id of a group"
        approvers = self._many(table, path, "approvers", _is_approver, what)
        folders = table.get("folders", False)
        if folders is not True and "folders" in table:
            self._wrong((*path, "folders"), "“folders” can only be true; leave it out for files and folders")
        unseen = table.get("unseen", True)
        if unseen is not False and "unseen" in table:
            self._wrong((*path, "unseen"), "“unseen” can only be false; leave it out to count what can't be seen")
        return Rule(
            name=self._words(table, path, "name", LONGEST_NAME) or key,
            then=THENS.get(then, Verdict.REFUSED),
            because=self._words(table, path, "because", LONGEST_REASON),
            days=self._number(table, path, "days", 1, MOST_DAYS) or 0,
            approvers=tuple(each.casefold() for each in approvers),
            hours=self._number(table, path, "hours", 1, MOST_HOURS) or HOURS,
            domains=tuple(map(_domains, domains)),
            except_domains=tuple(map(_domains, except_domains)),
            who=frozenset[Kind]().union(*(KINDS[each] for each in who)),
            roles=frozenset(ROLES[each] for each in roles),
            files=tuple(map(_plain, files)),
            places=tuple(_plain(each.strip("/ ")) for each in places),
            folders=folders is True,
            groups=frozenset(each.casefold() for each in groups),
            except_groups=frozenset(each.casefold() for each in except_groups),
            more_than=self._number(table, path, "more_than", 0, None),
            unseen=unseen is not False,
        )

    # One value

    def _table(self, within: Table, path: KeyPath) -> Table:
        value = within.get(path[-1], {})
        if isinstance(value, dict):
            return cast("Table", value)
        self._wrong(path, f"“{path[-1]}” should be a table, [{'.'.join(path)}]")
        return {}

    def _only(self, table: Table, path: KeyPath, known: Iterable[str]) -> None:
        for key in table:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                meant = f"did you mean “{near[0]}”?" if near else f"known are {', '.join(known)}"
                self._wrong((*path, key), f"“{key}” is nothing that I know here; {meant}")

    def _words(self, table: Table, path: KeyPath, key: str, most: int) -> str:
        value = table.get(key, "")
        if not isinstance(value, str) or (key in table and not value.strip()):
            self._wrong((*path, key), f"“{key}” should be words in quotes")
            return ""
        if len(value) > most or not value.isprintable():
            self._wrong((*path, key), f"“{key}” should be at most {most} letters, on one line")
        return value.strip()

    def _is_name(self, path: KeyPath, key: str) -> None:
        if not key.strip() or len(key) > LONGEST_NAME or not key.isprintable():
            self._wrong(path, f"the name of a rule should be 1 to {LONGEST_NAME} letters, on one line")

    def _number(self, table: Table, path: KeyPath, key: str, least: int, most: int | None) -> int | None:
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < least or (most and value > most):
            what = f"from {least} to {most}" if most else f"of {least} or more"
            self._wrong((*path, key), f"“{key}” should be a whole number {what}")
            return None
        return value

    def _one_of(self, table: Table, path: KeyPath, key: str, known: Mapping[str, object]) -> str:
        value = table.get(key, "")
        if key in table and (not isinstance(value, str) or value not in known):
            self._wrong((*path, key), f"“{key}” should be {_either(known)}")
            return ""
        return value

    def _many(self, table: Table, path: KeyPath, key: str, fits: Callable[[str], object], what: str) -> tuple[str, ...]:
        if key not in table:
            return ()
        value = table[key]
        if not isinstance(value, list) or not value:
            self._wrong((*path, key), f"“{key}” should be a list with something in it: each of it {what}")
            return ()
        good: list[str] = []
        for each in cast("list[object]", value):
            if isinstance(each, str) and fits(each):
                good.append(each)
            else:
                self._wrong((*path, key), f"in “{key}”, “{each}” should be {what}")
        return tuple(good)

    def _wrong(self, path: KeyPath, why: str) -> None:
        line = self._line(path)
        whose = f"rule “{path[1]}”: " if len(path) > 1 and path[0] == "rules" else ""
        self.problems.append((line, f"{self._name}, line {line}: {whose}{why}."))

    def _at(self, key: str) -> int:
        return self._line(("rules", key))

    def _line(self, path: KeyPath) -> int:
        """Of the key, or of what it is in."""
        lengths = range(len(path), 0, -1)
        return next((self._lines[path[:each]] for each in lengths if path[:each] in self._lines), 1)


KEYS = (
    *("name", "because", "then", "days", "approvers", "hours"),
    *("domains", "except_domains", "who", "roles", "files", "places", "folders"),
    *("groups", "except_groups", "more_than", "unseen"),
)


def _either(known: Iterable[str]) -> str:
    return " or ".join(f"“{each}”" for each in known)


def _is_guid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.casefold()
    except ValueError:
        return False


def _is_approver(text: str) -> bool:
    said = text.casefold()
    if said.startswith(GROUP):
        return _is_guid(said.removeprefix(GROUP))
    return said == MANAGER or bool(_ADDRESS.fullmatch(text))
