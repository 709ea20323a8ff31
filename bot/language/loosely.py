"""Who and what by themselves, in whatever order, where no pattern fits: "edit access Logo.svg Benedikt".

Only where everything shows what it is: files by their endings, people by capitals, address or mention, and every other
word by the table's `[loosely]`. Whatever else is said makes it nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.language.beside import Aside
from bot.language.clauses import Clauses
from bot.language.names import SHORT, Listed, Namer, low_of, names_a_file
from bot.language.patterns import LETTERS, MARKS, NAMES
from bot.language.said import Plain
from bot.language.table import Language
from bot.language.understood import BLANK, NOTHING, Understood
from bot.sharing import ShareRequest, Words

# Of names of one kind; who writes more of them writes a list.
MOST_NAMES = 12
_FILE = re.compile(
    rf"(?:[A-ZÀ-Ý0-9][\w&'’-]{{0,40}}\s){{0,5}}[^\s,:;{NAMES}{MARKS}]{{1,80}}\.[A-Za-z]{{2,4}}[a-z0-9]?(?![\w.])"
)
_LETTER = re.compile(f"[{NAMES}]")
_CAPITALS = re.compile(r"[A-ZÀ-Ý][\w'’-]*(?:\s[A-ZÀ-Ý][\w'’-]*){0,3}")
_WORD = re.compile(rf"[{LETTERS}][{LETTERS}'’/-]*")
# What stands in a sentence besides words and names.
_SIGNS = re.compile(rf"[\s,;:.!|&+()>=→–—{MARKS}-]+")
_SIGN = re.compile(rf"[:;,=>→{MARKS}]")
_TOLD = ("negations", "reported")
_AGAINST = ("hedges", "corrections", "except")


@dataclass(frozen=True)
class _Found:
    start: int
    end: int
    words: tuple[Words, ...]


class Loosely:
    """Reads one sentence in one language, if the table has `[loosely]`."""

    def __init__(self, language: Language, text: Plain, namer: Namer, clauses: Clauses, beside: Aside) -> None:
        self._language = language
        self._text = text
        self._namer = namer
        self._clauses = clauses
        self._beside = beside

    def read(self) -> Understood:
        """NOTHING where any of it is not plain."""
        sentence = self._clauses.bare(self._beside.rest)
        said, low = sentence.bare, low_of(sentence.bare)
        is_asked = sentence.is_question and not sentence.asking
        if not self._language.loose or any(self._language.has(each, low) for each in _TOLD):
            return NOTHING
        if not self._beside.marks and self._intent(self._words(low_of(self._text.text), [])) == "undo":
            return Understood("undo", BLANK)
        if any(self._language.has(each, low) for each in _AGAINST):
            return NOTHING
        files = self._files(said)
        if not files or len(files) > MOST_NAMES:
            return NOTHING
        people = self._people(_without(said, files))
        words = self._words(said, [*files, *people])
        intent = self._intent(words)
        if intent == "who_has_access":
            return Understood(intent, ShareRequest(_all(files), ())) if not people else NOTHING
        if not intent or is_asked or sentence.talking or not people or not self._is_apart(said, files, people):
            return NOTHING
        return self._request(intent, files, people, words)

    def _request(self, intent: str, files: list[_Found], people: list[_Found], words: list[str]) -> Understood:
        beside = self._beside.of(self._beside.rest)
        roles = {role for each in words if (role := self._language.role(each))}
        role = beside.role or next(iter(roles), None)
        if beside.asks or len({role, *roles} - {None}) > 1 or (intent == "extend" and not beside.until):
            return NOTHING
        request = ShareRequest(
            _all(files),
            _all(people),
            role if intent == "share" else None,
            beside.until,
            (),
            beside.message,
            beside.mail,
            beside.sign_in,
            beside.password,
        )
        return Understood(intent, request)

    def _files(self, said: str) -> list[_Found]:
        names = [place.span() for place in _LETTER.finditer(said) if self._is_a(place[0], "quote", "url")]
        for place in _FILE.finditer(said):
            start = place.start() + self._known_at_the_beginning(place[0])
            names += [(start, place.end())] if names_a_file(said[start : place.end()]) else []
        return _found((place, self._namer.items(said[slice(*place)])) for place in sorted(names))

    def _known_at_the_beginning(self, said: str) -> int:
        """ "Share Plan.docx": how much of it are words of a request."""
        end = 0
        while (place := _WORD.match(said, end)) and place.end() < len(said) and said[place.end()].isspace():
            if not any(low_of(place[0]) in along for _, along in self._language.loose.values()):
                break
            end = place.end() + 1
        return end

    def _people(self, said: str) -> list[_Found]:
        """None where one of them may as well be a word."""
        names = [place.span() for place in _LETTER.finditer(said) if self._is_a(place[0], "email", "mention")]
        for place in _CAPITALS.finditer(said):
            start = place.start() + (0 if place.start() else self._known_at_the_beginning(f"{place[0]} "))
            names += [(start, place.end())] if start < place.end() else []
        if any(not self._language.all_words.isdisjoint(low_of(said[slice(*each)]).split()) for each in names):
            return []
        if not names:
            unknown = [place for place in _WORD.finditer(said) if low_of(place[0]) not in self._language.all_words]
            names = [place.span() for place in unknown if len(unknown) == 1 and len(place[0]) >= SHORT]
        return _found((place, self._namer.people(said[slice(*place)])) for place in sorted(names))

    def _is_a(self, letter: str, *kinds: str) -> bool:
        name = self._text.names.get(letter)
        return bool(name and name.kind in kinds)

    def _words(self, said: str, found: list[_Found]) -> list[str]:
        """What is said besides the names."""
        return [each for each in _SIGNS.split(low_of(_without(said, found))) if each]

    def _intent(self, words: list[str]) -> str:
        """The one that these are the words of, and no others."""
        for intent, (marks, along) in self._language.loose.items():
            is_marked = not marks.isdisjoint(words) or (intent == "share" and self._has_role(words))
            if is_marked and along.issuperset(words):
                return intent
        return ""

    def _has_role(self, words: list[str]) -> bool:
        return self._beside.has_role(self._beside.rest) or any(map(self._language.role, words))

    def _is_apart(self, said: str, files: list[_Found], people: list[_Found]) -> bool:
        """Whether all files stand on one side of all people, and no name may go on: "Letter to Ana.docx".

        "A.docx Ana B.docx Bob" may be two requests.
        """
        if files[-1].end <= people[0].start:
            return True
        between = low_of(said[people[-1].end : files[0].start])
        ends = _SIGN.search(between) or any(self._language.role(each) for each in between.split())
        return people[-1].end <= files[0].start and bool(
            ends or _LETTER.search(said[people[-1].start : people[-1].end])
        )


def _found(named: Iterable[tuple[tuple[int, int], Listed]]) -> list[_Found]:
    """Nothing where any of it is not plain."""
    found: list[_Found] = []
    for place, listed in named:
        if not listed.found or not listed.is_clear:
            return []
        found.append(_Found(*place, listed.found))
    return found


def _all(found: list[_Found]) -> tuple[Words, ...]:
    return tuple(words for each in found for words in each.words)


def _without(said: str, found: list[_Found]) -> str:
    """As long as it was, with blanks in place of what was found."""
    for each in found:
        said = said[: each.start] + " " * (each.end - each.start) + said[each.end :]
    return said
