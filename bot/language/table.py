"""A language is a file of words and patterns, bot/language/words/TAG.toml; en.toml says what its parts are for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, cast

from bot.language.dates import Dates
from bot.language.patterns import (
    CJK,
    LETTERS,
    MARKS,
    NAMES,
    QUOTED,
    Pattern,
    Vocabulary,
    first_of,
    last_of,
    one_of,
    words_of,
)
from bot.sharing import Role

# Of the politeness before and behind a request.
LONGEST_BEGINNING, LONGEST_END = 60, 80
TABLES = Path(__file__).parent / "words"
_WORD = re.compile(rf"(?:(?![\d_])[{LETTERS}])+")
_APART = re.compile(f"[{CJK}]")
_ANY_WORD = re.compile(f"[{LETTERS}]+")
_NOT_WORDS = re.compile(r"\{\w+\}")
# Whose words do not go on in the name of a file.
_STOPS = (
    "inside_files",
    "articles",
    "connectors",
    "on",
    "and",
    "or",
    "but",
    "then",
    "access",
    "called",
    "pronouns",
    "fillers",
    "share",
    "give",
    "let",
    "add",
    "remove",
    "need",
    "see",
    "change",
    "until",
    "thing_begins",
    "file",
    "negations",
    "subjects",
)
_ABOUT_ITEMS = (
    "corrections",
    "corrected",
    "or",
    "both",
    "contents",
    "containers",
    "and",
    "glued_and",
    "file_endings",
    "articles",
    "vague",
    "kinds",
    "before_files",
    "called",
    "file",
    "connectors",
    "access",
    "pronouns",
    "on",
    "except",
    "commands",
    "not_in_names",
    "subjects",
)
# Of politeness, before a request and behind it.
_OPENING, _CLOSING = ("asking", "suggesting", "talking", "openers"), ("closers", "asked")
# Between the clauses of a sentence.
_CLAUSE = rf"(?<=[\w{NAMES}{MARKS}])\s?[.!?;:]+(?=\s|$)|\n|,\s|\s[-–—]+\s|\s?[()]"


@dataclass(frozen=True)
class Ways:
    """Ways to say one thing, each as a pattern; `meaning` is the name that the table gives it."""

    meaning: str
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True)
class Loose:
    """By their intents, the words that show it, and all that may be said of it besides names, in whatever order."""

    marks: Mapping[str, re.Pattern[str]]
    along: Mapping[str, re.Pattern[str]]
    roles: re.Pattern[str]
    mail: re.Pattern[str]
    no_mail: re.Pattern[str]
    sign_in: re.Pattern[str]
    clause: re.Pattern[str]
    joined: re.Pattern[str]
    _known: frozenset[str]

    @classmethod
    def of(cls, table: Mapping[str, Any], roles: Mapping[str, Role]) -> Loose:
        intents = {name: many for name, many in table.items() if isinstance(many, dict)}
        around = (*table["around"], *roles)
        return cls(
            {name: _apart(many["marks"]) for name, many in intents.items()},
            {name: _apart((*around, *many["marks"], *many["along"])) for name, many in intents.items()},
            _apart(roles),
            _apart(table["mail"]),
            _apart(table["no_mail"]),
            _apart(table["sign_in"]),
            re.compile(rf"{_CLAUSE}|\s(?={one_of((*table['clauses'], *table['joined']))}\s)"),
            re.compile(rf"\s?{one_of(table['joined'])}\s"),
            frozenset(word for text in _texts(table) for word in text.split()),
        )

    def knows(self, word: str) -> bool:
        return word in self._known


class _Filed:
    """Patterns by the words that a sentence of theirs has; `anchored`: they are looked for at its beginning or, where
    `at_the_end`, there.
    """

    def __init__(
        self, patterns: list[tuple[str, Pattern]], *, spaces: bool, anchored: bool = False, at_the_end: bool = False
    ) -> None:
        # What begins with a name fits much; what begins with words is surer.
        self._patterns = sorted(patterns, key=lambda each: bool(each[1].opens_with))
        self._spaces = spaces
        self._edge = (first_of if anchored else last_of if at_the_end else None) if spaces else None
        self._at_the_end = at_the_end
        self._edges = frozenset(word for _, each in patterns for word in self._edge_of(each)) if self._edge else ()
        self._shelves: dict[str, _Shelf] = {}

    @property
    def is_open(self) -> bool:
        """Whether one of them needs no word at all."""
        return bool(self._shelf("").of(()))

    def of(self, low: str) -> Sequence[tuple[str, Pattern]]:
        """Those that a sentence may be of."""
        if not self._spaces:
            shelf = self._shelf("")
            return shelf.of(word for word in shelf.known if word in low)
        said = words_of(low)
        edge = self._edge(said) if self._edge else ""
        shelf = self._shelves.get(edge) or self._shelf(edge if edge in self._edges else "")
        return shelf.of(said) if shelf.known else shelf.patterns

    def _shelf(self, edge: str) -> _Shelf:
        """Those of sentences that begin or end so, or with any word."""
        if (shelf := self._shelves.get(edge)) is None:
            some = (each for each in self._patterns if not self._edges or self._may_be_at(each[1], edge))
            shelf = self._shelves[edge] = _Shelf(tuple(some))
        return shelf

    def _may_be_at(self, pattern: Pattern, edge: str) -> bool:
        words = self._edge_of(pattern)
        return not words or edge in words

    def _edge_of(self, pattern: Pattern) -> frozenset[str]:
        return pattern.ends_with if self._at_the_end else pattern.begins_with


class _Shelf:
    """Patterns by their words. `known` are those that say something of a pattern.

    What a word says of all patterns is the bits of one number: which need it first, then which need it next, …
    There are as many of these parts as halving takes to one, so that they are laid over each other in few steps.
    """

    def __init__(self, patterns: tuple[tuple[str, Pattern], ...]) -> None:
        self.patterns = patterns
        parts = 1
        while parts < max((len(each.needs) for _, each in patterns), default=0):
            parts *= 2
        self._halves = [len(patterns) * parts >> times for times in range(1, parts.bit_length())]
        self._first = (1 << len(patterns)) - 1
        self._always = 0
        self._by_word: dict[str, int] = {}
        for number, (_, pattern) in enumerate(patterns):
            for place in range(parts):
                bit = 1 << (place * len(patterns) + number)
                words = pattern.needs[place] if place < len(pattern.needs) else ()
                for word in words:
                    self._by_word[word] = self._by_word.get(word, 0) | bit
                self._always |= 0 if words else bit
        self.known = frozenset(self._by_word)
        self._of_nothing = self._told(())

    def of(self, said: Iterable[str]) -> Sequence[tuple[str, Pattern]]:
        """Those of sentences with these words."""
        words = self.known.intersection(said)
        return self._told(words) if words else self._of_nothing

    def _told(self, words: Iterable[str]) -> Sequence[tuple[str, Pattern]]:
        bits, by_word = self._always, self._by_word
        for word in words:
            bits |= by_word[word]
        for half in self._halves:
            bits &= bits >> half
        left = bits & self._first
        found: list[tuple[str, Pattern]] = []
        while left:
            lowest = left & -left
            found.append(self.patterns[lowest.bit_length() - 1])
            left ^= lowest
        return found


class Language:
    """The table of one language; what is made of it is made when it is needed first."""

    def __init__(self, tag: str, table: Mapping[str, Any]) -> None:
        self.tag = tag
        self._table = table
        self._words = {name: tuple(many) for name, many in table["words"].items()}
        self._ways: dict[str, tuple[Ways, ...]] = {}
        self._files: dict[tuple[str, bool, bool], _Filed] = {}
        self.spaces: bool = table.get("spaces", True)
        self.roles = {said: Role(role) for role, many in table["roles"].items() for said in many}
        self.dates = Dates(table["dates"], spaces=self.spaces, joints=self.words("and"))

    def around(self, name: str) -> list[str]:
        """Words around a request, which is in no language yet."""
        return self._table["around"][name]

    def role(self, said: str) -> Role | None:
        return self.roles.get(" ".join(said.lower().split()))

    def words(self, name: str) -> tuple[str, ...]:
        return self._words.get(name, ())

    def ways(self, section: str) -> tuple[Ways, ...]:
        """The patterns of a section by their meanings, in the order of the table."""
        if section not in self._ways:
            self._ways[section] = tuple(
                Ways(meaning, tuple(Pattern(each, self._vocabulary) for each in written))
                for meaning, written in self._table.get(section, {}).items()
            )
        return self._ways[section]

    def patterns(self, section: str, meaning: str) -> tuple[Pattern, ...]:
        return next((ways.patterns for ways in self.ways(section) if ways.meaning == meaning), ())

    @cached_property
    def unknown_roles(self) -> tuple[Pattern, ...]:
        """What stands like a role, whatever it says: "as a moderator"."""
        return self.patterns("beside", "unknown_role")

    def candidates(self, section: str, low: str) -> Sequence[tuple[str, Pattern]]:
        """The patterns that a sentence can be of, the surest first, else in the order of the table."""
        return self._filed(section, anchored=True).of(low)

    def by_meaning(self, section: str, low: str) -> dict[str, list[Pattern]]:
        """The patterns of which something may be in a sentence."""
        found: dict[str, list[Pattern]] = {}
        for meaning, pattern in self._filed(section).of(low):
            found.setdefault(meaning, []).append(pattern)
        return found

    def _filed(
        self, section: str, *, anchored: bool = False, at_the_end: bool = False, only: tuple[str, ...] = ()
    ) -> _Filed:
        key = (section, anchored, at_the_end)
        if key not in self._files:
            some = (ways for ways in self.ways(section) if not only or ways.meaning in only)
            found = [(ways.meaning, each) for ways in some for each in ways.patterns]
            self._files[key] = _Filed(found, spaces=self.spaces, anchored=anchored, at_the_end=at_the_end)
        return self._files[key]

    @staticmethod
    def words_of(low: str) -> frozenset[str]:
        return frozenset(_ANY_WORD.findall(low))

    @cached_property
    def loose(self) -> Loose | None:
        """The words by which a request shows where no pattern fits; None where the table has none."""
        table = self._table.get("loosely")
        return Loose.of(table, self.roles) if table else None

    @cached_property
    def stops(self) -> frozenset[str]:
        """Words that no file's name begins with, and none goes on over."""
        many = (word for name in _STOPS for each in self.words(name) for word in each.split())
        return frozenset(many) | {each for each in self.roles if " " not in each}

    @cached_property
    def inside_files(self) -> frozenset[str]:
        """Small words that may be inside a file's name; none where names are not looked for by capitals."""
        return frozenset(self.words("inside_files"))

    @cached_property
    def inside_names(self) -> frozenset[str]:
        """Of these, those that may stand between two words in capitals."""
        return frozenset(self.words("between_capitals"))

    @cached_property
    def things(self) -> frozenset[str]:
        """Behind a name in capitals: "the Falcon folder" is nobody."""
        return frozenset((*self.words("file"), *self.words("things")))

    @cached_property
    def every_word(self) -> frozenset[str]:
        table = {name: many for name, many in self._table.items() if name != "around"}
        return frozenset(word for text in _texts(table) for word in words_of(text.lower().replace("_", " ")))

    @cached_property
    def item_words(self) -> frozenset[str]:
        """Those that say anything of a file besides its name."""
        many = [text for name in _ABOUT_ITEMS for text in self.words(name)]
        many += [*self.roles, *_texts(self._table["items"])]
        return frozenset(word for text in many for word in words_of(text.lower().replace("_", " ")))

    @cached_property
    def has_plain_names(self) -> bool:
        """Whether what has no word of the table in it is a name: nothing sticks to names, and no pattern is open."""
        stuck = (*self.words("behind_people"), *self.words("person_endings"), *self.words("file_endings"))
        is_open = any(self._filed(each, anchored=True).is_open for each in ("items", "people"))
        return self.spaces and not is_open and all(each[0] in " '" for each in stuck)

    def is_said(self, word: str) -> bool:
        """Whether it is a word of requests and no part of a name."""
        return word in self.stops or bool(self.loose and self.loose.knows(word))

    @cached_property
    def givers(self) -> frozenset[str]:
        """Verbs that somebody stands behind: "give Ana Plan.docx"."""
        return frozenset((*self.words("give"), *self.words("let"), *self.words("givers")))

    @cached_property
    def honorifics(self) -> frozenset[str]:
        return frozenset(self.words("titles"))

    def is_one(self, name: str, low: str) -> bool:
        return low.strip(" .,!?") in self._word_sets.get(name, ())

    @cached_property
    def _word_sets(self) -> Mapping[str, frozenset[str]]:
        return {name: frozenset(many) for name, many in self._words.items()}

    def has(self, name: str, low: str) -> bool:
        expression = self.expression(name)
        return bool(expression and expression.search(low))

    def first(self, name: str, low: str) -> tuple[int, int] | None:
        """Where one of the words stands behind something."""
        expression = self.expression(name)
        found = expression.search(low, 1) if expression else None
        return found.span() if found else None

    def ends_with_one(self, name: str, low: str) -> bool:
        return f" {low}".endswith(self._endings.get((name, low[-1:]), ()))

    def begins_with_one(self, name: str, low: str) -> bool:
        return f"{low} ".startswith(self._beginnings.get((name, low[:1]), ()))

    @cached_property
    def _endings(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The words as they stand at the end of something, by their list and their last letter."""
        gap = " " if self.spaces else ""
        return _by_letter((name, each[-1], gap + each) for name, many in self._words.items() for each in many)

    @cached_property
    def _beginnings(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The words as they stand before something, with what parts them from it, by their list and first letter."""
        gap = " " if self.spaces else ""
        return _by_letter(
            (name, each[0], each if each[-1] in "'=" else each + gap)
            for name, many in self._words.items()
            for each in many
        )

    def ending(self, name: str, low: str) -> str:
        """The one of the words that it ends with, or ""."""
        return max((each for each in self.words(name) if low.endswith(f" {each}")), key=len, default="")

    def without_ending(self, name: str, said: str, *, least: int = 2) -> str:
        """Without what sticks to a name, such as さん, if enough of a name is left."""
        low = said.lower().replace("’", "'")
        if not low.endswith(self.words(name)):
            return said
        ending = max((each for each in self.words(name) if low.endswith(each)), key=len)
        rest = said[: len(said) - len(ending)].rstrip()
        return rest if len(rest) >= least or re.fullmatch(f"[{NAMES}]", rest) else said

    def stem(self, said: str) -> str:
        """A name as it is called, where an ending has changed the letters before it."""
        for before, _, alone in (each.partition(" > ") for each in self.words("person_stems")):
            if said.lower().endswith(before):
                return said[: len(said) - len(before)] + alone
        return said

    def without_inside(self, low: str) -> str:
        """Without the articles that are inside a name: "de la Cruz"."""
        expression = self.expression("inside_names")
        return expression.sub("", low) if expression else low

    def before(self, name: str, low: str) -> int:
        """How much of it is one of the words that may stand before a name."""
        starts = self._beginnings.get((name, low[:1]), ())
        return max(len(each) for each in starts if low.startswith(each)) if low.startswith(starts) else 0

    def opened(self, low: str) -> tuple[str, int]:
        """The politeness before a request: of what kind it is, and where it ends; 0 where there is none."""
        some = self._filed("polite", anchored=True, only=_OPENING).of(low[:LONGEST_BEGINNING])
        if not some:
            return "", 0
        ends = dict.fromkeys(_OPENING, 0)
        for kind, pattern in some:
            if found := pattern.begins.match(low):
                ends[kind] = max(ends[kind], found.end())
        return next(((kind, end) for kind, end in ends.items() if end), ("", 0))

    def closed(self, low: str) -> tuple[str, int]:
        """The politeness behind a request: of what kind it is, and where it begins; 0 where there is none."""
        begins = ("", len(low))
        for kind, pattern in self._filed("polite", at_the_end=True, only=_CLOSING).of(low[-LONGEST_END:]):
            if found := pattern.last.search(low, max(0, len(low) - LONGEST_END)):
                begins = min(begins, (kind, found.start()), key=lambda each: each[1])
        return begins if begins[0] else ("", 0)

    def verb(self, low: str) -> int:
        """Where the first word of a request ends."""
        ends = [
            len(each)
            for each in (*self.words("share"), *self.words("give"))
            if low.startswith(each + (" " if self.spaces else ""))
        ]
        return max(ends, default=0)

    @cached_property
    def separator(self) -> re.Pattern[str]:
        """What stands between the names of a list."""
        words = one_of(self.words("and")) if self.words("and") else "(?!)"
        if small := self.words("and_in_small"):
            words = rf"(?:{words}|(?-i:{one_of(small)}))"
        listed = r"(?:[,;&、，；+|\n]|(?<=\s)/(?=\s))"
        if not self.spaces:
            # One letter of a name may be the same as the word.
            words = rf"(?:(?<=[\s{NAMES}])|(?<=\w\w)){words}(?=[\s{NAMES}]|\w\w)"
        if glued := self.words("glued_and"):
            # One letter of a name may be the same as the word.
            names = f"(?!{one_of(self.words('not_and'))}(?![{LETTERS}]))" if self.words("not_and") else ""
            words = rf"(?:{words}\s|{names}{one_of(glued)}(?=[\w{NAMES}]))"
            return re.compile(rf"\s*(?:{listed}\s*(?:{words})?|(?<=\s){words})\s*", re.IGNORECASE)
        if self.spaces:
            return re.compile(rf"\s*(?:{listed}\s*(?:{words}\s)?|(?<=\s){words}\s)\s*", re.IGNORECASE)
        return re.compile(rf"\s*(?:{listed}\s*(?:{words})?|{words})\s*")

    def without_joints(self, said: str) -> str:
        """Without the "and" that is left where something behind it was put aside."""
        names = ("and", "then", "but") if self.spaces else ()
        for name in names:
            low = said.lower()
            if low.endswith(ends := self._endings.get((name, low[-1:]), ())):
                cut = max(len(each) for each in ends if low.endswith(each))
                return self.without_joints(said[:-cut].rstrip(" ,"))
            if low.startswith(starts := self._beginnings.get((name, low[:1]), ())):
                cut = max(len(each) for each in starts if low.startswith(each))
                return self.without_joints(said[cut:].lstrip(" ,"))
        return said

    def without_connector(self, said: str) -> str:
        """Without the "with" that is said once more where somebody is corrected."""
        low = said.lower()
        return next(
            (said[len(each) :].lstrip() for each in self.words("connectors") if low.startswith(f"{each} ")), said
        )

    @cached_property
    def joints(self) -> re.Pattern[str]:
        """Where another request may begin."""
        words = one_of((*self.words("and"), *self.words("then")))
        if self.spaces:
            # Most letters begin none of it, and the first brackets say so.
            return re.compile(rf"[\s,;.](?:(?:(?<=[,;.])|(?<=\s)\s*[,;.])\s{{1,3}}(?:{words}\s)?|(?<=\s){words}[\s,])")
        return re.compile(rf"[,;.。，；、]\s*{words}?|{words}")

    @cached_property
    def therefore(self) -> re.Pattern[str]:
        """Between why something is asked for and what it is: "Ana is new here so please share …"."""
        words = self.words("therefore")
        return re.compile(rf"\s{one_of(words)}\s" if words else "(?!)")

    @cached_property
    def article(self) -> re.Pattern[str] | None:
        words = self.words("articles")
        return re.compile(rf"{one_of(words)}(?:\s{{1,9}}|(?<='))") if words else None

    @cached_property
    def introduced(self) -> re.Pattern[str]:
        """What somebody is, before the name or behind it: "the new intern, Mirko", "Rhea, our temp"."""
        if not self.words("persons"):
            return re.compile("(?!)")
        what = rf"(?:a|an|{one_of(self.words('articles'))})\s(?:[a-z-]+\s){{0,3}}?{one_of(self.words('persons'))}"
        return re.compile(rf"(?:^{what}(?:,?|,?\s(?:called|named))\s(?=[A-ZÀ-Ý])|(?<=\w),\s{what}$)")

    @cached_property
    def only_again(self) -> re.Pattern[str]:
        """ "Ana and only Ana", "Ana, only with Ana"."""
        only = one_of(self.words("only")) if self.words("only") else "(?!)"
        joint = rf"(?:,\s?|\s)(?:{one_of(self.words('and'))}\s)?{only}\s"
        return re.compile(
            rf"^(?P<who>[^,;]{{1,60}}?){joint}(?:{one_of(self.words('connectors'))}\s)?(?P=who)$", re.IGNORECASE
        )

    @cached_property
    def nth(self) -> re.Pattern[str]:
        """A place in a list, in figures: "7", "#7", "the 7th one", "number 7"."""
        articles, before, after = (one_of(self.words(name)) for name in ("articles", "nth_before", "nth_after"))
        return re.compile(rf"(?:{articles}\s?)?(?:{before}\s?)?#?(?P<nth>\d{{1,2}})\.?(?:\s?{after})?")

    @cached_property
    def described(self) -> re.Pattern[str] | None:
        """A file by what kind of thing it is, from its article on: "the brand guidelines folder"."""
        articles, kinds = self.words("articles"), self.words("file")
        if not articles or not kinds or not self.spaces:
            return None
        return re.compile(rf"\b{one_of(articles)}\s(?P<name>(?:[\w&'-]+\s){{1,4}}?{one_of(kinds)})\b")

    @cached_property
    def corrected(self) -> re.Pattern[str] | None:
        words = self.words("corrections")
        if not words:
            return None
        return re.compile(rf"(?:\.{{2,3}}|(?<=\w{{3}})\.\s|…|[,;–—-])\s{{0,9}}{one_of(words)}(?!\w)")

    @cached_property
    def but(self) -> re.Pattern[str]:
        """Between who is not meant and who is: "not Ana but Bob"."""
        words = self.words("but")
        return re.compile(rf"\s{one_of(words)}\s" if words else "(?!)")

    @cached_property
    def rights(self) -> re.Pattern[str] | None:
        """What is given, up to the name of what it is given on: "write access to", "full edit on"."""
        if not self.spaces or not self.words("access") or not self.words("on"):
            return None
        access, on = one_of(self.words("access")), one_of(self.words("on"))
        return re.compile(rf"(?:\w+\s)?{one_of(self.roles)}(?:\s{access}$|\s(?:{access}\s)?{on}\s)")

    @cached_property
    def role_at_the_end(self) -> re.Pattern[str] | None:
        """Behind one of several people, with what joins it to the name: "Ana can view", "Bob edit access"."""
        if not self.spaces or not self.words("role_joints"):
            return None
        joints, access = one_of(self.words("role_joints")), one_of(self.words("access"))
        return re.compile(rf"\s(?:{joints}\s)*(?P<role>{one_of(self.roles)})(?:\s{access})?[\s{MARKS}]*$")

    @cached_property
    def remark(self) -> re.Pattern[str] | None:
        """What begins a clause behind a request that only says why, or how things are: ", she starts today"."""
        if not self.words("remarks"):
            return None
        joint = rf"(?:{one_of(self.words('and'))}\s)?"
        # Most letters begin none of it, and the first brackets say so.
        gap = r"(?:(?<=[,.;:!?…–—])\s{0,3}|(?<=\s)-{1,2}\s|(?<=\n)|(?<=\s)\()\s{0,3}"
        apart = f"{gap}{joint}{one_of(self.words('remarks'))}"
        reason = rf"(?P<reason>(?<=\s){one_of(self.words('reasons'))})"
        return re.compile(rf"[\s,.;:!?…–—](?:{apart}|{reason})(?![{LETTERS}'-])")

    @cached_property
    def names_last(self) -> re.Pattern[str]:
        """Addresses and mentions at the end."""
        words = one_of(self.words("and")) if self.words("and") else "(?!)"
        return re.compile(rf"(?:(?<=[\s,;&{MARKS}])[{NAMES}][\s,;&{MARKS}]{{0,9}}(?:{words}\s{{1,9}})?)+$")

    @cached_property
    def listed_before(self) -> re.Pattern[str]:
        """People in capitals at the end, and that one more comes: "Ana, Bob and"."""
        words = one_of(self.words("and")) if self.words("and") else "(?!)"
        name = r"[A-ZÀ-Ý][\w'’-]{1,40}"
        return re.compile(rf"(?:\b{name}(?:\s{name})?(?:,|,?\s{words})\s?){{1,12}}$")

    @cached_property
    def role_behind_a_name(self) -> re.Pattern[str]:
        """Behind a name a role may be a surname; behind an address it is not."""
        return re.compile(rf"(?<=[{NAMES}])\s{{1,9}}(?P<role>{one_of(self.roles)})(?=[\s,.!{MARKS}]*$)")

    @cached_property
    def swaps(self) -> re.Pattern[str]:
        return re.compile(rf"\s{one_of(self.words('swaps'))}\s" if self.words("swaps") else "(?!)")

    @property
    def exception_last(self) -> bool:
        """Whether "except" stands behind who is left out."""
        return bool(self._table.get("except_last", False))

    @property
    def exception_joint(self) -> str:
        return str(self._table.get("except_joint", ","))

    @cached_property
    def expression(self) -> Callable[[str], re.Pattern[str] | None]:
        """Finds one of a list of words in a sentence; None where the language has no such list."""
        apart = (rf"(?<![{LETTERS}'’.-])", rf"(?:(?<=')|(?![{LETTERS}'’-]|\.\w))") if self.spaces else ("", "")
        lists: Mapping[str, list[str]] = self._table["words"]

        def found(name: str) -> re.Pattern[str] | None:
            return re.compile(one_of(lists[name]).join(apart)) if name in lists else None

        return cache(found)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        lists = {**self._words, "role": tuple(self.roles), "forever": tuple(self.dates.forever)}
        special = {
            "quote": rf"[{QUOTED}]",
            "who": r"[^.,;:!?()\n]{1,60}?",
            "word": rf"[^\s,{NAMES}]{{1,60}}|[{NAMES}]",
            "date": self.dates.date,
            "span": self.dates.span,
        }
        return Vocabulary(
            lists,
            special,
            self.spaces,
            dates=self.dates.all_in,
            date_at=self.dates.date_at,
            may_end_with_a_date=self.dates.may_end_here,
        )

    def knows(self, words: frozenset[str], low: str) -> int:
        """How many words of a sentence are in the table."""
        if self.spaces:
            return len(words & self.all_words)
        return sum(each in low for each in self.all_words) if _APART.search(low) else 0

    @cached_property
    def all_words(self) -> frozenset[str]:
        """Every word of the table, to see which language a sentence is in."""
        table = {name: many for name, many in self._table.items() if name not in ("loosely", "around")}
        return frozenset(_WORD.findall(_NOT_WORDS.sub(" ", " ".join(_texts(table))).replace("_", " ")))


def _by_letter(words: Iterable[tuple[str, str, str]]) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Words by their list and by one letter of theirs."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for name, letter, word in words:
        found[name, letter] = (*found.get((name, letter), ()), word)
    return found


def _apart(words: Iterable[str]) -> re.Pattern[str]:
    """Any of them, as whole words."""
    return re.compile(rf"(?<![{LETTERS}'/@-]){one_of(words)}(?![{LETTERS}/@-]|'[a-z])")


@cache
def language(tag: str) -> Language:
    """Raises FileNotFoundError for a language without a table."""
    return Language(tag, tomllib.loads((TABLES / f"{tag}.toml").read_text(encoding="utf-8")))


@cache
def tags() -> tuple[str, ...]:
    return tuple(sorted(each.stem for each in TABLES.glob("*.toml")))


@cache
def mail_below() -> re.Pattern[str]:
    """A mail below a message, in any language, by the lines that it begins with; they have capitals."""
    first, then = (one_of(each[:1].upper() + each[1:] for each in _in_all(name)) for name in ("mail_from", "mail_sent"))
    between = r"(?:[^\n:：]{1,30}[:：][^\n]{0,200}\n){0,3}?"
    return re.compile(rf"\n[^\S\n]{{0,9}}{first}\s?[:：][^\n]{{1,200}}\n{between}{then}\s?[:：][\s\S]*")


@cache
def remarks_in_brackets() -> re.Pattern[str]:
    """What shows, in any language, that it is remarks that are listed in brackets."""
    return re.compile(rf"(?<![^\W{CJK}]){one_of(_in_all('in_brackets'))}(?:(?<=[{CJK}])|(?![^\W{CJK}]))")


def _in_all(name: str) -> list[str]:
    return [each for tag in tags() for each in language(tag).around(name)]


def _texts(said: Any) -> list[str]:
    match said:
        case str():
            return [said]
        case list():
            return [text for each in cast("list[Any]", said) for text in _texts(each)]
        case dict():
            table = cast("dict[str, Any]", said)
            # "forty = 40": there the word is the key.
            return [text for key, each in table.items() for text in ([key] if _is_one(each) else _texts(each))]
        case _:
            return []


def _is_one(value: object) -> bool:
    return isinstance(value, int | float | str)
