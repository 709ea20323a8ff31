"""One request, or a part of a message that may be one: politeness off, the patterns of the table on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from bot.language.names import Namer, ends_with_a_file, has_a_file, low_of
from bot.language.patterns import BLANKS, MARKS, NAMES, Fit, Pattern
from bot.language.said import Plain
from bot.language.slots import READS, Slots
from bot.language.table import Language
from bot.language.understood import NOTHING, TALK, Understood

# Of politeness, one after the other.
MOST_REMARKS = 12
# Nothing of these is done by the words alone.
_CHANGES = ("share", "unshare", "change_role", "extend", "delegate")
_ENDS = re.compile(rf"[\s.!?…,{MARKS}]*[.!?…][\s{MARKS}]*$")
_STOPS = (".", "!", "?", "…")
_MARK = re.compile(f"[{MARKS}]")
_SPACES = re.compile(rf"[\s,{MARKS}]+")
# What a remark has none of: it would take something back, or ask for more.
_TAKEN_BACK = ("negations", "corrections")
_NOT_A_REMARK = ("hedges", "negations", "corrections", "reported", "remark_stops")
_NAME = re.compile(f"[{NAMES}]")
_NUMBER = re.compile(r"(?:\(?(?:\d{1,2}|[a-e])[.)]|[-*•])\s+(?=\S)")
_FIRST_MARKS = re.compile(rf"(?:[\s:,;.–-]*[{MARKS}])+[\s:,;.–-]*")
_ASKED = re.compile(r"\?[\s!?]*$")


class Sentence(NamedTuple):
    """`bare` is without politeness; whether it was asked for politely, is a question, may be mere talk."""

    bare: str
    asking: bool = False
    talking: bool = False
    is_question: bool = False


class Clauses:
    """Reads requests in one language."""

    def __init__(self, language: Language, text: Plain, namer: Namer, slots: Slots) -> None:
        self._language = language
        self._text = text
        self._namer = namer
        self._slots = slots
        self._read: dict[tuple[str, bool], Understood] = {}
        self._bare: dict[str, Sentence] = {}

    def one(self, said: str, *, is_part: bool = False) -> Understood:
        """`is_part`: whether something was said before it, to which it may belong."""
        if (said, is_part) not in self._read:
            self._read[said, is_part] = self._one(said, is_part=is_part)
        return self._read[said, is_part]

    def _one(self, said: str, *, is_part: bool) -> Understood:
        sentence = self.bare(said)
        if not sentence.bare.strip(BLANKS):
            return NOTHING
        unclear: Understood | None = None
        vague = ""
        for meaning, pattern, fit in self._fits(sentence, is_part=is_part):
            made = self._slots.filled(meaning, fit, said)
            if made is TALK:
                return TALK
            if made is None or not self._is_plain(pattern, fit, made, sentence, is_part=is_part):
                continue
            if self._lacks_a_name(made):
                unclear = made if unclear is None or _named(made) > _named(unclear) else unclear
                vague = vague or fit.slots.get("items", "")
            elif not self._goes_on(made, vague):
                return made
        return unclear or NOTHING

    def _lacks_a_name(self, made: Understood) -> bool:
        """Whether another way to read it may find who or what; "her" and "this" may be found elsewhere."""
        items, people = (made.request.items, made.request.recipients) if made.request else ((), ())
        return ("items" in made.asks and not items) or ("recipients" in made.asks and not people)

    def _goes_on(self, made: Understood, vague: str) -> bool:
        """Whether a word of the request has made a name of what is none: "把方案分享 | 给李伟"."""
        items = made.request.items if made.request and vague and not self._language.spaces else ()
        return any(vague in each.value and vague != each.value for each in items)

    def _may_mean(self, meaning: str, sentence: Sentence, *, is_part: bool) -> bool:
        if sentence.is_question and not sentence.asking and meaning.partition(".")[0] in _CHANGES:
            return meaning.endswith((".asked", ".who"))
        if meaning.endswith(".politely"):
            return sentence.asking or (meaning == "help.politely" and sentence.talking)
        if meaning == "share.roled":
            return self._slots.has_role(sentence.bare)
        return is_part if meaning == "share.more" else True

    def _fits(self, sentence: Sentence, *, is_part: bool) -> Iterator[tuple[str, Pattern, Fit]]:
        """Every way to read it, the likeliest first: as the table orders them, then by how plain the names are."""
        bare, low = sentence.bare, low_of(sentence.bare)
        for meaning, pattern in self._language.candidates("intents", low):
            if not self._may_mean(meaning, sentence, is_part=is_part):
                continue
            fits = [fit for fit in pattern.fits(low, bare) if all(map(self._is_cut_well, fit.slots.values()))]
            if len(fits) > 1:
                # Of two places where a name may end, the later one ends a file, and the first one ends a person.
                fits = fits[::-1] if pattern.slots[0] == "items" else fits
                fits = sorted(fits, key=self._rank)
            for fit in fits:
                yield meaning, pattern, fit

    def _is_cut_well(self, said: str) -> bool:
        """Whether there is anything, and nothing that belongs to a name before it: "박지 | 은 님이"."""
        return bool(said) and not self._language.is_one("behind_people", said.partition(" ")[0])

    def _rank(self, fit: Fit) -> tuple[bool, bool, int]:
        """A file's name ends where its ending is."""
        items, people = fit.slots.get("items", ""), fit.slots.get("people", "")
        ends = ends_with_a_file(self._text, items)
        if next(iter(fit.slots)) == "people":
            # "Ana and" is not all of them; but "Plan de ventas.xlsx" is all of that.
            return has_a_file(self._text, people), not ends, sum(map(self._is_cut, (people, items)))
        return has_a_file(self._text, people), not ends, len(items) if ends else 0

    def _is_cut(self, said: str) -> bool:
        return self._language.without_joints(said) != said

    def _is_plain(self, pattern: Pattern, fit: Fit, made: Understood, sentence: Sentence, *, is_part: bool) -> bool:
        """What begins with a name could be anything: the name has to show that it is one."""
        if sentence.talking and made.intent in _CHANGES and not self._names_a_file(made):
            return self._is_a_thing(
                fit.slots.get("items", ""), fit, with_access=sentence.asking and "{access}" in pattern.written
            )
        if pattern.side_by_side and not self._is_apart(fit.slots["people"], fit.slots["items"]):
            return False
        if not pattern.opens_with or made.intent == "none" or not self._language.spaces:
            return True
        if pattern.opens_with == "text":
            return made.intent in READS
        if pattern.opens_with == "people":
            return made.intent == "multi" or self._names_somebody(made, is_part=is_part)
        items = fit.slots["items"]
        if self._namer.is_reference(items):
            return True
        is_name = not items[:1].islower() or " " not in items or pattern.is_drawn
        is_name = is_name or self._language.begins_with_one("before_files", low_of(items))
        is_plain = sentence.asking or (self._slots.is_file(items) and is_name) or self._is_a_thing(items, fit)
        return is_plain and not self._language.has("talk", low_of(items))

    def _names_somebody(self, made: Understood, *, is_part: bool) -> bool:
        """Or, behind something else that was said, at least "she"."""
        people = made.request.recipients if made.request else ()
        is_she = is_part and all(each.kind == "pronoun" for each in people)
        return bool(people) and ("recipients" not in made.asks or is_she)

    def _is_a_thing(self, items: str, fit: Fit, *, with_access: bool = False) -> bool:
        """ "the Q3 report should go to Ana": by its kind, and by who is meant."""
        items = items.strip(BLANKS)
        begins = items[:1].isupper() or self._namer.has_article(items)
        kinds = ("file", "papers") if with_access else ("file",)
        is_kind = any(self._language.ends_with_one(each, low_of(items)) for each in kinds)
        is_described = begins and " " in items and is_kind
        return is_described and "people" in fit.slots and self._namer.are_named(fit.slots["people"])

    def _is_apart(self, people: str, items: str) -> bool:
        """Whether one of two neighbours plainly ends before the other."""
        # "Invoice 118.pdf" is one name, and "my drive with" is none.
        is_cut = self._is_cut(people) or self._language.ends_with_one("connectors", low_of(items))
        begins = self._namer.has_article(items) or self._language.begins_with_one("contents", low_of(items))
        return not (is_cut or items[:1].isdigit()) and (
            self._slots.is_file(items) or (begins and self._namer.are_named(people))
        )

    def _names_a_file(self, made: Understood) -> bool:
        items = made.request.items if made.request else ()
        return any(each.kind in ("url", "path") or ends_with_a_file(self._text, each.value) for each in items)

    def bare(self, said: str) -> Sentence:
        """The sentence itself; marks of what was put aside stay in it."""
        if said not in self._bare:
            self._bare[said] = self._made_bare(said)
        return self._bare[said]

    def _made_bare(self, said: str) -> Sentence:
        asking = talking = advised = False
        rest = said.strip(" ,/")
        number = _NUMBER.match(rest)
        marks, rest = _split(rest[number.end() :] if number else rest)
        for _ in range(MOST_REMARKS):
            more, rest = _split(rest)
            marks += more
            name = self._text.only(rest[:1])
            if name and name.kind == "bot":
                rest = rest[1:].lstrip(" ,:.!")
                continue
            advised = advised or self._language.begins_with_one("advice", low_of(rest))
            kind, end = self._language.opened(low_of(rest))
            if not end:
                break
            asking = asking or kind in ("asking", "suggesting")
            talking = talking or kind in ("talking", "suggesting")
            rest = rest[end:].lstrip(" ,.!:–-…\n")
        rest, is_asked = self._without_closers(self._without_remark(rest))
        bare = f"{marks} {rest.strip(' ,.!?…:;–-')}".strip()
        return Sentence(bare, (asking or is_asked) and not advised, talking, advised or bool(_ASKED.search(said)))

    def _without_remark(self, said: str) -> str:
        """Without a clause at the end that only says why, if it takes nothing back and asks for nothing."""
        expression = self._language.remark
        if expression is None:
            return said
        for place in islice(expression.finditer(low_of(said)), MOST_REMARKS):
            lists = _NOT_A_REMARK if place["reason"] is None else _TAKEN_BACK
            if place.start() and self._is_without(lists, said[place.end() :]):
                return said[: place.start()] + "".join(_MARK.findall(said[place.start() :]))
        return said

    def _is_without(self, lists: tuple[str, ...], said: str) -> bool:
        """Whether it has no words of these lists, no file, no name and no question in it."""
        low = low_of(said)
        has_a_name = has_a_file(self._text, said) or _NAME.search(said)
        return not (has_a_name or "?" in said or any(self._language.has(each, low) for each in lists))

    def _without_closers(self, said: str) -> tuple[str, bool]:
        """What is left, and whether a question of politeness stood there."""
        is_asked = False
        for _ in range(MOST_REMARKS):
            ended = _ENDS.sub("", said) if said.rstrip(BLANKS)[-1:] in _STOPS else said
            kind, start = self._language.closed(low_of(ended))
            # Elsewhere "for me" is politeness.
            if not start or self._language.ends_with_one("deciding", _SPACES.sub(" ", low_of(ended)).rstrip()):
                return ended or said, is_asked
            is_asked = is_asked or kind == "asked"
            marks = "".join(_MARK.findall(ended[start:]))
            rest = ended[:start].rstrip(f" ,{MARKS}")
            said = rest + marks if rest else ended[:start]
        return said, is_asked


def _named(made: Understood) -> int:
    """How much of who and what is there."""
    return len(made.request.items) + len(made.request.recipients) if made.request else 0


def _split(said: str) -> tuple[str, str]:
    """The marks that it begins with, and the rest."""
    first = _FIRST_MARKS.match(said)
    return ("".join(_MARK.findall(first[0])), said[first.end() :]) if first else ("", said)
