"""What a language's table says a sentence may look like, made into patterns that take linear time.

A pattern is written in words: `a|b` is either, `_` joins the words of one choice, `[a]` may be left out, `~a` sticks to
what is before it, `$` is the end, and `{name}` is any word of the list of that name. {role} is a role, {date} a time,
{span} a length of time, {quote} something in quotes, {word} any one word, {who} a few words of one sentence. {items},
{people} and {text} are slots: they take whatever stands there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

# Letters of nobody: names stand for what is not to be read as words, marks for what was said beside a request. For a
# pattern marks are white space.
NAMES = "\ue000-\uefff"
QUOTED = "\ue800-\uefff"  # of them
MARKS = "\uf000-\uf0ff"
# What is nothing to a pattern.
BLANKS = " ,\n" + "".join(map(chr, range(0xF000, 0xF100)))
GAP = rf"[\s,{MARKS}]{{1,9}}"
NO_GAP = rf"[\s,{MARKS}]{{0,9}}"
# A word does not end where a name goes on: "editor.docx", "with-us", "ana@contoso".
# Marks that are written above, below or beside a letter are a part of its word.
LETTERS = (
    r"\w\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963"
)
BEGINS = rf"(?<![{LETTERS}@/._'’#-])"
# Words of one letter that Hebrew and Arabic write together with what follows: "לדנה", "ולדנה", "ל-Plan.docx".
GLUED = re.compile(r"[\u05d0-\u05ea\u0627-\u064a]-?|[\u05d5\u0648][\u05d1\u05dc\u0628\u0644]-?")
# What is cut off by an apostrophe ends there: "d'Ana".
ENDS = (
    rf"(?:(?![{LETTERS}]|[.@/_'’-]\w)|"
    r"(?<=\w')|(?<=[\u05d0-\u05ea\u0627-\u064a]-)|(?<=(?<!\w)[\u05d0-\u05ea\u0627-\u064a])"
    r"|(?<=(?<!\w)[\u05d5\u0648][\u05d1\u05dc\u0628\u0644]))"
)
# Letters of languages that put no spaces between words or between a word and what sticks to it.
CJK = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
# Words are looked for one by one where they are few.
FEW = 12
# What stands behind the last word of a sentence.
_BEHIND_ALL = frozenset(BLANKS + ".!?…")
# How often something is looked for in one sentence; people say each thing once or twice.
MOST_PLACES = 12

_SLOTS = ("{items}", "{people}", "{text}")
NAMED = ("role", "date", "span", "quote", "word", "who")
_BRACKETS = {"(": r"[(\[]", ")": r"[)\]]"}  # of either kind, as people have it
_PUNCTUATION = re.compile(r"[^\w\s{\[~'’]+")
_WORD = re.compile(rf"[{LETTERS}]+|[^\s{LETTERS}{MARKS}]")
_GAPS = re.compile(rf"[\s,{MARKS}]+")

Part = tuple[str, ...]  # the words between two slots, or one slot


@dataclass(frozen=True)
class Vocabulary:
    """What `{name}` stands for: words, or an expression of its own; which of them are kept as groups.

    `spaces`: whether there are any between words; `dates` finds all dates, and `date_at` the one that begins there, for
    it is far too large an expression to be a part of many others.
    """

    lists: Mapping[str, tuple[str, ...]]
    expressions: Mapping[str, str]
    spaces: bool = True
    named: tuple[str, ...] = NAMED
    dates: Callable[[str], Iterable[re.Match[str]]] | None = None
    date_at: Callable[[str, int], re.Match[str] | None] = lambda _low, _place: None
    may_end_with_a_date: Callable[[str], bool] = lambda _low: True

    def of(self, name: str) -> str:
        """An expression for it. Raises KeyError for what the table does not have."""
        made = self.expressions.get(name) or one_of(self.lists[name])
        return f"(?P<{name}>{made})" if name in self.named else made

    def words(self, token: str) -> tuple[str, ...]:
        """The words that a token stands for; none where it is more than words."""
        found: list[str] = []
        for each in token.split("|"):
            if not each.startswith("{"):
                found.append(each.replace("_", " "))
            elif each[1:-1] in self.lists and each[1:-1] not in self.expressions:
                found += self.lists[each[1:-1]]
            else:
                return ()
        return tuple(found)


# Of these a sentence makes many, and a tuple is made sooner than a dataclass; so elsewhere, too.
class Found(NamedTuple):
    """Where something stands in a sentence, and where the words that count stand in it."""

    start: int
    end: int
    groups: Mapping[str, tuple[int, int]]


class Fit(NamedTuple):
    """One way to read a sentence: what stands in the slots, and the role, the date and who is said between them."""

    slots: dict[str, str]
    role: str | None = None
    date: str | None = None
    who: str | None = None


def one_of(choices: Iterable[str]) -> str:
    """Any of them, the longest first; a space in one is any white space.

    Each first letter is there once: a word in which none of them begins is soon done with.
    """
    rests: dict[str, list[str]] = {}
    for each in sorted(set(choices), key=lambda each: (-len(each), each)):
        rests.setdefault(each[:1], []).append(_literal(each[1:]))
    return "(?:" + "|".join(f"{_literal(first)}(?:{'|'.join(many)})" for first, many in rests.items()) + ")"


def _kinds(word: str) -> tuple[str, ...]:
    return {"(": ("(", "["), ")": (")", "]")}.get(word, (word,))


@lru_cache(maxsize=256)
def words_of(low: str) -> tuple[str, ...]:
    """The words and the marks between them, one by one."""
    return tuple(_WORD.findall(low))


def first_of(words: Sequence[str]) -> str:
    """The first word or mark of them, but a comma."""
    for each in words:
        if each != ",":
            return each
    return ""


def last_of(words: Sequence[str]) -> str:
    """The last word or mark of them, but those that a sentence ends with."""
    for each in reversed(words):
        if each not in _BEHIND_ALL:
            return each
    return ""


class Pattern:
    """`written` as above. Raises ValueError for what cannot be one."""

    def __init__(self, written: str, vocabulary: Vocabulary) -> None:
        self.written = written
        self._vocabulary = vocabulary
        self._parts = _parts(written)
        self.slots = tuple(part[0][1:-1] for part in self._parts if part[0] in _SLOTS)
        neighbours = [one[0] for one, other in pairwise(self._parts) if one[0] in _SLOTS and other[0] in _SLOTS]
        self.side_by_side = bool(neighbours)
        if len(self.slots) > 2 or neighbours not in ([], ["{people}"], ["{items}"]):
            raise ValueError(f"{written!r}: two slots at most, people before items, or words between them")

    def __repr__(self) -> str:
        return f"Pattern({self.written!r})"

    @property
    def opens_with(self) -> str:
        """The slot that it begins with, if it does."""
        return self._parts[0][0][1:-1] if self._parts[0][0] in _SLOTS else ""

    @property
    def is_drawn(self) -> bool:
        """Whether it has a sign between its slots and no words: an arrow, a colon."""
        return len(self.slots) == 2 and bool(re.fullmatch(r"[^\w{]*\{\w+\}[^\w{]+\{\w+\}[^\w{]*", self.written))

    @property
    def ends_with_a_slot(self) -> bool:
        return self._parts[-1][0] in _SLOTS

    @cached_property
    def needs(self) -> list[frozenset[str]]:
        """Of each of these one is in every sentence of this pattern."""
        found = [
            frozenset(kind for each in self._words(token, then) for kind in _kinds(self._telling(each)))
            for part in self._parts
            for token, then in pairwise((*part, ""))
            if token[0] not in "[~" and token not in _SLOTS
        ]
        return [words for words in found if words]

    @property
    def begins_with(self) -> frozenset[str]:
        """One of these is the first word of every sentence of this pattern; none where that may be any."""
        # Before the first word of a sentence a comma is nothing.
        return frozenset() if "," in self.heads else self.heads

    @cached_property
    def heads(self) -> frozenset[str]:
        """With one of these words or marks the pattern begins, wherever it is; none where that may be any."""
        found: frozenset[str] = frozenset()
        for token, then in pairwise((*self._parts[0], "")):
            words = self._words(token.strip("~[]"), then)
            first = {kind for each in words for kind in _kinds(words_of(each)[0])}
            if not first:
                break
            found |= first
            if token.lstrip("~")[0] != "[":
                return found
        return frozenset()

    @cached_property
    def ends_with(self) -> frozenset[str]:
        """One of these is the last word of every sentence of this pattern; none where that may be any."""
        found: frozenset[str] = frozenset()
        for token in reversed(self._parts[-1]):
            words = () if "~" in token else self._words(token.strip("[]"), "")
            last = {kind for each in words for kind in _kinds(words_of(each)[-1])}
            if not last or not last.isdisjoint(_BEHIND_ALL):
                break
            found |= last
            if token[0] != "[":
                return found
        return frozenset()

    def _telling(self, words: str) -> str:
        """The one of several that is in the fewest sentences: the longest, and not "with"."""
        if words.isalnum():
            return words
        common = self._vocabulary.lists.get("connectors", ())
        return max(words_of(words), key=lambda each: (each not in common, len(each)))

    def _words(self, token: str, then: str) -> tuple[str, ...]:
        """All that a token stands for; none where that may be anything, or a part of a word with the next token."""
        words = self._vocabulary.words(token)
        is_open = "$" in words or then.startswith("~") or any(map(GLUED.fullmatch, words))
        return () if is_open else words

    @cached_property
    def expression(self) -> str:
        """To be a part of a larger one."""
        return self._expression()

    @cached_property
    def begins(self) -> re.Pattern[str]:
        """At the beginning of what is left of a sentence."""
        return _compiled(self._expression() + self._ends)

    def search(self, low: str) -> Found | None:
        """Where it stands first, with words that begin and end there."""
        if self._is_timed_at_the_end and not self._vocabulary.may_end_with_a_date(low):
            return None
        if self._is_dated:
            return self._search_date(low)
        found = self._first(self._anywhere, low, 0)
        if found is None:
            return None
        groups = {name: found.span(name) for name in found.re.groupindex if found[name] is not None}
        return Found(*found.span(), groups)

    @cached_property
    def _is_dated(self) -> bool:
        return bool(self._vocabulary.dates) and "{date}" in self.written

    @cached_property
    def _is_timed_at_the_end(self) -> bool:
        return self.written.endswith(("{span} $", "{date} $"))

    def _search_date(self, low: str) -> Found | None:
        _, behind = self._around_the_date
        for start, place in self._places(low):
            date = self._vocabulary.date_at(low, place)
            last = behind.match(low, date.end()) if date else None
            if date and last:
                return Found(start, last.end(), {"date": date.span()})
        return None

    def _places(self, low: str) -> Iterator[tuple[int, int]]:
        """Where the pattern may begin, and where its date would."""
        before, _ = self._around_the_date
        if self._begins_with_its_date and self._vocabulary.dates:
            yield from ((date.start(), date.start()) for date in self._vocabulary.dates(low))
        if before is None:
            return
        found = self._first(before, low, 0)
        for _ in range(MOST_PLACES):
            if found is None:
                return
            start, end = found.span()
            yield start, end
            # The words before it may have taken some of the date: "for the | 3rd of May".
            for gap in reversed([*_GAPS.finditer(low, start, end)]):
                if gap.end() < end and before.fullmatch(low, start, gap.end()):
                    yield start, gap.end()
            found = self._first(before, low, end)

    @cached_property
    def _begins_with_its_date(self) -> bool:
        """Whether what stands before it may be left out."""
        before = self.written.partition("{date}")[0].split()
        return not before or _may_be_left_out(tuple(before))

    def _first(self, expression: re.Pattern[str], low: str, start: int) -> re.Match[str] | None:
        """Where an expression that begins as this pattern does is found first, from there on.

        Where its first word is known, only the places of that are tried.
        """
        if not self._is_placed:
            return expression.search(low, start)
        first: re.Match[str] | None = None
        for head in self._few_heads or self.heads.intersection(words_of(low)):
            place = low.find(head, start)
            while place >= 0 and (first is None or place < first.start()):
                if found := expression.match(low, place):
                    first = found
                    break
                place = low.find(head, place + 1)
        return first

    @cached_property
    def _few_heads(self) -> frozenset[str]:
        return self.heads if len(self.heads) <= FEW else frozenset()

    @cached_property
    def _is_placed(self) -> bool:
        """Whether the places where it may begin can be looked up."""
        return self._vocabulary.spaces and bool(self.heads)

    @cached_property
    def _around_the_date(self) -> tuple[re.Pattern[str] | None, re.Pattern[str]]:
        """What stands before the date, if anything does, and behind it."""
        tokens = self.written.split()
        place = tokens.index("{date}")
        before, behind = tuple(tokens[:place]), tuple(tokens[place + 1 :])
        first = _compiled(self._start + self._joined(before) + self._gap(before[-1])) if before else None
        # With a letter of nobody in the date's place, for what may be left out brings its white space along.
        stand_in = "\0"
        last = self._joined((stand_in, *behind)).removeprefix(self._joined((stand_in,)))
        return first, _compiled(last + self._ends)

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        return _compiled(self._start + self._expression() + self._ends, re.DOTALL)

    @property
    def _start(self) -> str:
        stuck = self.written[0] == "~" or not self._vocabulary.spaces or _PUNCTUATION.match(self.written)
        if stuck:
            return ""
        # A mark needs nothing between it and what is before it.
        has_a_mark = any(_PUNCTUATION.match(each) for each in self._parts[0][0].split("|"))
        return rf"(?:(?=[^{LETTERS}])|{BEGINS})" if has_a_mark else BEGINS

    @cached_property
    def last(self) -> re.Pattern[str]:
        """At the end of a sentence."""
        stuck = not self._vocabulary.spaces or _PUNCTUATION.match(self.written)
        lead = rf"[\s,;–{MARKS}-]{{0,9}}" if stuck else rf"(?:[\s,;–{MARKS}-]{{1,9}}|(?<=[.!?{NAMES}])|^)"
        return _compiled(lead + self._expression() + rf"[\s,.!?…{MARKS}]{{0,9}}$")

    @property
    def _ends(self) -> str:
        open_end = self._parts[-1][0] in _SLOTS or not self._vocabulary.spaces or self.written[-1] in ")($"
        return "" if open_end else ENDS

    def fits(self, low: str, said: str) -> Iterator[Fit]:
        """Every way to read the whole sentence so. `low` is `said` in small letters, and as long."""
        first, between, last = self._edges
        begun = first.match(low) if first else None
        if first and not begun:
            return
        start = begun.end() if begun else 0
        ended = last.search(low, start) if last else None
        if last and not ended:
            return
        end = ended.start() if ended else len(low)
        if not self.slots:
            if not said[start:end].strip(f" ,{MARKS}"):
                yield _fit({}, (begun, ended), said)
        elif between is None:
            yield _fit({self.slots[0]: said[start:end].strip(" ,|")}, (begun, ended), said)
        else:
            one, other = self.slots
            for place in islice(between.finditer(low, start, end), MOST_PLACES):
                slots = {
                    one: said[start : place.start()].strip(" ,|"),
                    other: said[place.end() : end].strip(" ,|"),
                }
                yield _fit(slots, (begun, place, ended), said)

    @cached_property
    def _edges(self) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None, re.Pattern[str] | None]:
        """What stands before, between and behind the slots."""
        places = [number for number, part in enumerate(self._parts) if part[0] in _SLOTS]
        if not places:
            return _compiled(NO_GAP + self._expression()), None, _compiled(f"{NO_GAP}$")
        before, behind = self._parts[: places[0]], self._parts[places[-1] + 1 :]
        between = self._parts[places[0] + 1 : places[-1]]
        if self.side_by_side and self.slots[0] == "items":
            # "Plan.docx Ana": where the file ends for everybody to see, which is the caller's to look at.
            between = [(r"\s{1,9}",)]
        elif self.side_by_side:
            # "send Ana Plan.docx": only where the one ends, or the other begins, for everybody to see.
            lists = self._vocabulary.lists
            begins = (*lists.get("articles", ()), *lists.get("thing_begins", ()))
            articles = one_of(begins) if begins else "(?!)"
            pronouns = "|".join(["(?!)", *(rf"(?<=\b{re.escape(each)})" for each in lists.get("pronouns", ()))])
            ends = rf"(?=[^\s{MARKS}]+[\s{MARKS}]*$|[{NAMES}]|{articles}\s)"
            # "张敏Plan.docx": another kind of letters is another name.
            letters = "" if self._vocabulary.spaces else rf"|(?<=[{CJK}])(?=[A-Za-z0-9])"
            between = [(rf"(?:(?<=[{NAMES}])|{pronouns})\s{{1,9}}|\s{{1,9}}{ends}{letters}",)]
        return (
            _compiled(NO_GAP + self._before(before[0])) if before else None,
            (_compiled(between[0][0]) if self.side_by_side else _compiled(self._inner(between[0]) + self._wall))
            if between
            else None,
            _compiled(self._inner(behind[0]) + rf"{NO_GAP}$") if behind else None,
        )

    @property
    def _wall(self) -> str:
        return ENDS if self._vocabulary.spaces else ""

    def _before(self, part: Part) -> str:
        """Words before a slot."""
        if not _may_be_left_out(part):
            return self._joined(part) + self._wall
        gap = NO_GAP if not self._vocabulary.spaces else GAP
        return "".join(f"(?:{self._choices(token.lstrip('~').strip('[]'))}{gap})?" for token in part)

    def _inner(self, part: Part) -> str:
        """Words behind a slot: apart from it, unless they stick to it."""
        if _may_be_left_out(part):
            return self._joined(part)
        if part[0].startswith("~"):
            return r"\s{0,2}" + self._joined(part)
        apart = self._vocabulary.spaces and not _PUNCTUATION.match(part[0])
        return (BEGINS if apart else NO_GAP) + self._joined(part)

    def _expression(self) -> str:
        made = ""
        for part in self._parts:
            if part[0] in _SLOTS:
                made += (
                    NO_GAP if not self._vocabulary.spaces or not made else r"\s{1,9}"
                ) + rf"(?P<{part[0][1:-1]}>\S.*)"
            else:
                made += (self._gap(part[0]) if made else "") + self._joined(part)
        return made

    def _gap(self, token: str, *, loose: bool = False) -> str:
        if token == "$":
            return ""
        if token.startswith("~"):
            return r"\s{0,2}"
        if loose or not self._vocabulary.spaces or _PUNCTUATION.match(token.lstrip("[")):
            return NO_GAP
        # What is cut off by an apostrophe needs no white space: "d'avoir".
        return rf"(?:{GAP}|(?<='))"

    def _joined(self, part: Part) -> str:
        if _may_be_left_out(part):
            gap = NO_GAP if not self._vocabulary.spaces else GAP
            return "".join(f"(?:{gap}{self._choices(token.lstrip('~').strip('[]'))})?" for token in part)
        made = ""
        started = loose = False  # loose: nothing but punctuation so far, which needs no white space
        for token in part:
            bare = token.lstrip("~")
            optional, bare = bare.startswith("["), bare.strip("[]")
            one = self._choices(bare)
            loose = loose or not self._vocabulary.spaces
            if started:
                whole = self._apart(token, bare, loose=loose)
                made += f"(?:{whole})?" if optional else whole
            else:
                made += f"(?:{one}{self._gap('', loose=loose)})?" if optional else one
            started = started or not optional
            loose = bool(_PUNCTUATION.fullmatch(bare)) or (loose and optional)
        return made

    def _apart(self, token: str, bare: str, *, loose: bool) -> str:
        """A token with the gap before it; of its choices a mark needs none: "note:" and "note saying"."""
        choices = bare.split("|")
        marks = [each for each in choices if _PUNCTUATION.match(each)]
        if loose or not marks or len(marks) == len(choices) or not self._vocabulary.spaces:
            return self._gap(token, loose=loose) + self._choices(bare)
        words = [each for each in choices if each not in marks]
        return rf"(?:{NO_GAP}{self._choices('|'.join(marks))}|{self._gap(words[0])}{self._choices('|'.join(words))})"

    def _choices(self, token: str) -> str:
        """The longest first, so that none is cut short by another."""
        return "(?:" + "|".join(map(self._choice, sorted(token.split("|"), key=len, reverse=True))) + ")"

    def _choice(self, word: str) -> str:
        if word == "$":
            return rf"(?=[\s.,;!?…){MARKS}]*$)"
        if word in _BRACKETS:
            return _BRACKETS[word]
        return self._vocabulary.of(word[1:-1]) if word[0] == "{" and word[-1] == "}" else _literal(word)


def _fit(slots: dict[str, str], between: Iterable[re.Match[str] | None], whole: str) -> Fit:
    places = [each for each in between if each and each.re.groups]
    if not places:
        return Fit(slots)
    said = {name: value for each in places for name, value in each.groupdict().items() if value}
    # A name is wanted as it was written.
    who = next((whole[each.start("who") : each.end("who")] for each in places if each.groupdict().get("who")), None)
    return Fit(slots, said.get("role"), said.get("date") or said.get("span"), who)


def _compiled(expression: str, flags: int = 0) -> re.Pattern[str]:
    """Of several roles the last is what is wanted: "from editor to viewer"."""
    for name in NAMED:
        group = f"(?P<{name}>"
        expression = (
            expression.replace(group, "(?:", expression.count(group) - 1) if group in expression else expression
        )
    return re.compile(expression, flags)


def _may_be_left_out(part: Part) -> bool:
    return all(token.lstrip("~").startswith("[") for token in part)


def _literal(words: str) -> str:
    return re.escape(words.replace("_", " ")).replace(r"\ ", r"\s{1,9}")


def _parts(written: str) -> list[Part]:
    """The words, with each slot apart."""
    parts: list[list[str]] = []
    for token in written.split():
        if token in _SLOTS or not parts or parts[-1][0] in _SLOTS:
            parts.append([token])
        else:
            parts[-1].append(token)
    if not parts:
        raise ValueError("a pattern without words")
    return [tuple(part) for part in parts]
