"""One request, or a part of a message that may be one: politeness off, the patterns of the table on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.language.names import Namer, ends_with_a_file, has_a_file, low_of
from bot.language.patterns import BLANKS, MARKS, Fit, Pattern
from bot.language.said import Plain
from bot.language.slots import READS, Slots
from bot.language.table import Language
from bot.language.understood import NOTHING, TALK, Understood

# Of politeness, one after the other.
MOST_REMARKS = 12
# Nothing of these is done by the words alone.
_CHANGES = ("share", "unshare", "change_role")
_ENDS = re.compile(rf"[\s.!?…,{MARKS}]*[.!?…][\s{MARKS}]*$")
_MARK = re.compile(f"[{MARKS}]")
_NUMBER = re.compile(r"^(?:\d{1,2}[.)]|[-*•])\s+(?=\S)")
_AFTER_A_REMARK = re.compile(rf"^([{MARKS}]\s*)[:,;.–-]\s")
_ASKED = re.compile(r"\?[\s!?]*$")


@dataclass(frozen=True)
class Sentence:
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

    def one(self, said: str, *, is_part: bool = False) -> Understood:
        """`is_part`: whether something was said before it, to which it may belong."""
        sentence = self.bare(said)
        if not sentence.bare.strip(BLANKS):
            return NOTHING
        unclear: Understood | None = None
        for meaning, pattern, fit in self._fits(sentence.bare):
            if not self._may_mean(meaning, sentence, is_part=is_part):
                continue
            made = self._slots.filled(meaning, fit, said)
            if made is TALK:
                return TALK
            if made is None or not self._is_plain(pattern, fit, made, sentence):
                continue
            if self._lacks_a_name(made):
                unclear = unclear or made
                continue
            return made
        return unclear or NOTHING

    def _lacks_a_name(self, made: Understood) -> bool:
        """Whether another way to read it may find who or what; "her" and "this" may be found elsewhere."""
        items, people = (made.request.items, made.request.recipients) if made.request else ((), ())
        return ("items" in made.asks and not items) or ("recipients" in made.asks and not people)

    def _may_mean(self, meaning: str, sentence: Sentence, *, is_part: bool) -> bool:
        intent = meaning.partition(".")[0]
        if sentence.is_question and not sentence.asking and intent in _CHANGES:
            return meaning.endswith(".asked")
        if meaning == "share.politely":
            return sentence.asking
        return is_part if meaning == "share.more" else True

    def _fits(self, bare: str) -> Iterator[tuple[str, Pattern, Fit]]:
        """Every way to read it, the likeliest first: as the table orders them, then by how plain the names are."""
        low = low_of(bare)
        for meaning, pattern in self._language.candidates("intents", self._language.words_of(low), low):
            fits = [fit for fit in pattern.fits(low, bare) if all(fit.slots.values())]
            if len(fits) > 1:
                # Of two places where a name may end, the later one ends a file, and the first one ends a person.
                fits = fits[::-1] if pattern.slots[0] == "items" else fits
                fits = sorted(fits, key=self._rank)
            yield from ((meaning, pattern, fit) for fit in fits)

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

    def _is_plain(self, pattern: Pattern, fit: Fit, made: Understood, sentence: Sentence) -> bool:
        """What begins with a name could be anything: the name has to show that it is one."""
        if sentence.talking and made.intent in _CHANGES and not self._names_a_file(made):
            return False
        if pattern.side_by_side and not self._is_apart(fit.slots["people"], fit.slots["items"]):
            return False
        if not pattern.opens_with or made.intent == "none" or not self._language.spaces:
            return True
        if pattern.opens_with == "text":
            return made.intent in READS
        if pattern.opens_with == "people":
            return bool(made.request and made.request.recipients) and "recipients" not in made.asks
        items = fit.slots["items"]
        if self._namer.is_reference(items):
            return True
        is_name = not items[:1].islower() or " " not in items
        is_plain = sentence.asking or (self._slots.is_file(items) and is_name)
        return is_plain and not self._language.has("talk", low_of(items))

    def _is_apart(self, people: str, items: str) -> bool:
        """Whether one of two neighbours plainly ends before the other."""
        return self._slots.is_file(items) and not self._is_cut(people)

    def _names_a_file(self, made: Understood) -> bool:
        items = made.request.items if made.request else ()
        return any(each.kind in ("url", "path") or ends_with_a_file(self._text, each.value) for each in items)

    def bare(self, said: str) -> Sentence:
        """The sentence itself; marks of what was put aside stay in it."""
        asking = talking = False
        rest = _NUMBER.sub("", said.strip(" ,/"))
        for _ in range(MOST_REMARKS):
            rest = _AFTER_A_REMARK.sub(r"\1", rest, count=1) if _MARK.match(rest) else rest
            name = self._text.only(rest[:1])
            if name and name.kind == "bot":
                rest = rest[1:].lstrip(" ,:.!")
                continue
            kind, end = self._language.opened(low_of(rest))
            if not end:
                break
            asking, talking = asking or kind == "asking", talking or kind == "talking"
            rest = rest[end:].lstrip(" ,.!:–-…\n")
        rest, is_asked = self._without_closers(rest)
        return Sentence(rest.strip(" ,.!?…:;–-"), asking or is_asked, talking, bool(_ASKED.search(said)))

    def _without_closers(self, said: str) -> tuple[str, bool]:
        """What is left, and whether a question of politeness stood there."""
        is_asked = False
        for _ in range(MOST_REMARKS):
            ended = _ENDS.sub("", said)
            kind, start = self._language.closed(low_of(ended))
            if not start:
                return ended or said, is_asked
            is_asked = is_asked or kind == "asked"
            marks = "".join(_MARK.findall(ended[start:]))
            rest = ended[:start].rstrip(f" ,{MARKS}")
            said = rest + marks if rest else ended[:start]
        return said, is_asked
