"""What a sentence may look like, read from a language's table and made into patterns that take linear time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from bot.language import english as words
from bot.sharing import Role

# White space is never longer than this in a plain text, so that a pattern cannot be kept busy by more of it.
GAP = r"\s{1,9}"
_FLAGS = re.IGNORECASE | re.DOTALL
_PUNCTUATION = "[(),:]"
_SLOT = re.compile(r"\{(items|people|file)\}")
_ROLES = {said: role for role, texts in words.ROLES.items() for said in texts}


def one_of(choices: Iterable[str]) -> str:
    """Any of them, the longest first; a space in one is any white space."""
    return (
        "(?:" + "|".join(re.escape(each).replace(r"\ ", GAP) for each in sorted(choices, key=len, reverse=True)) + ")"
    )


def role_of(said: str | None) -> Role | None:
    return _ROLES[" ".join(said.casefold().split())] if said else None


_CLASSES = {
    "{role}": f"(?P<role>{one_of(_ROLES)})",
    "{access}": one_of(words.ACCESS),
    "{some}": rf"(?P<some>[\w/-]{{1,30}}(?:{GAP}(?:or|and|/){GAP}[\w-]{{1,30}})?)",
    "*": r"\S.{0,200}?",
}


@dataclass(frozen=True)
class Split:
    """One way to take a sentence apart. `rank` says how usual the words between are: 0 is the best."""

    items: str
    people: str
    role: Role | None
    rank: int
    filled: bool


@dataclass(frozen=True)
class Shape:
    """A beginning and its slots: one, or two with words between them, the most usual of them first."""

    begins: re.Pattern[str]
    slots: tuple[str, ...]
    between: tuple[re.Pattern[str], ...]

    def splits(self, said: str) -> list[Split]:
        """Every way to read the sentence as this shape."""
        beginning = self.begins.match(said)
        if not beginning:
            return []
        rest = said[beginning.end() :]
        role = role_of(beginning.groupdict().get("role"))
        if not self.between:
            return [self._split((rest,), role, 0)]
        return [
            self._split(
                (rest[: place.start()], rest[place.end() :]), role_of(place.groupdict().get("role")) or role, rank
            )
            for rank, pattern in enumerate(self.between)
            for place in pattern.finditer(rest)
        ]

    def _split(self, said: tuple[str, ...], role: Role | None, rank: int) -> Split:
        slots = dict(zip(self.slots, (each.strip() for each in said), strict=True))
        items = slots.get("items", slots.get("file", ""))
        return Split(items, slots.get("people", ""), role, rank, all(slots.values()))


def shape(template: str) -> Shape:
    begins, first, between, *second = _SLOT.split(template)[:4]
    start = re.compile(f"/?{pattern(begins)}(?:{GAP}|$)", _FLAGS)
    if not between.strip():
        return Shape(start, (first,), ())
    word, *others = between.split()
    connectors = [word] if others else word.split("|")
    patterns = tuple(
        re.compile(rf"(?:(?<=\s)|(?={_PUNCTUATION})){pattern(' '.join([each, *others]))}(?=\s)", _FLAGS)
        for each in connectors
    )
    return Shape(start, (first, *second), patterns)


@cache
def ending(template: str) -> re.Pattern[str]:
    """The template at the end of a sentence, whatever comes before."""
    lead = r"\s{0,9}" if template[0] in ",(" else r"(?:[\s,;–-]|(?<=\)))[\s,;–-]{0,9}"
    return re.compile(lead + pattern(template) + "$", _FLAGS)


def beginning(template: str) -> re.Pattern[str]:
    """The template at the beginning of a sentence."""
    return re.compile(pattern(template) + r"(?!\w)", _FLAGS)


def pattern(template: str) -> str:
    """
    >>> pattern("to|on [the] file")
    '(?:to|on)(?:\\\\s{1,9}(?:the))?\\\\s{1,9}(?:file)'
    """
    made = ""
    started = loose = False  # loose: nothing but punctuation so far, which needs no white space
    for word in template.split():
        optional = word.startswith("[")
        choices = word.strip("[]")
        punctuation = bool(re.fullmatch(_PUNCTUATION, choices))
        one = _CLASSES.get(choices) or one_of(each.replace("_", " ") for each in choices.split("|"))
        gap = r"\s{0,9}" if punctuation or loose else GAP
        if started:
            made += f"(?:{gap}{one})?" if optional else gap + one
        else:
            made += f"(?:{one}{gap})?" if optional else one
        started = started or not optional
        loose = punctuation or (loose and optional)
    return made
