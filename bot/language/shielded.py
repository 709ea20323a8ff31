"""Files and people that show by themselves, taken out of the way like quoted ones: so each name ends where it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.language.names import low_of, names_a_file
from bot.language.patterns import MARKS, NAMES
from bot.language.said import Name, Plain
from bot.language.table import Language

# Of a file's name, from its ending leftwards.
MOST_WORDS = 7
_WORD = re.compile(rf"[^\s,;:|{NAMES}{MARKS}]+")
_CAPITALS = re.compile(r"[A-ZÀ-Ý]['’]?[\w’'-]*[a-zà-ÿ](?:['’-]\w+)*(?:\.(?=\s[A-ZÀ-Ý]))?")
_OPENS = "(<[{+>=*→-–—"
_POSSESSIVE = re.compile(r"['’]s?$")
_GAP = re.compile(r"\s{1,3}")


@dataclass(frozen=True)
class _Span:
    start: int
    end: int
    kind: str


def shielded(text: Plain, language: Language) -> Iterator[Plain]:
    """The same with names out of the way, the likeliest first; nothing where no name shows."""
    if not language.spaces or len(text.lines) > MOST_WORDS:
        return
    made: list[tuple[_Span, ...]] = []
    for is_long in (True, False):
        said = text.text
        files = [*_files(said, language, is_long=is_long)]
        spans = tuple(sorted([*files, *_people(said, language, files)], key=lambda each: each.start))
        if spans and spans not in made:
            made.append(spans)
            yield _without(text, spans)


def _files(said: str, language: Language, *, is_long: bool) -> Iterator[_Span]:
    """`is_long`: a name goes on over small words in it, as "Letter to staff.docx" does."""
    words = [*_WORD.finditer(said)]
    last = 0
    for number, word in enumerate(words):
        start = word.start() + len(word[0]) - len(word[0].lstrip(_OPENS))
        bare = word[0].rstrip(".!?)]>}")
        end = word.start() + len(bare)
        if start >= end or not names_a_file(said[start:end]) or "@" in bare or "=" in bare:
            continue
        if start == word.start():
            start = _begins(said, words[max(0, number - MOST_WORDS) : number + 1], language, is_long=is_long)
        if start >= last:
            yield _Span(start, end, "quote")
            last = end


def _begins(said: str, words: list[re.Match[str]], language: Language, *, is_long: bool) -> int:
    """Where the name begins whose last word is the last of these."""
    start, best = words[-1].start(), words[-1].start()
    is_named = _is_capital(words[-1][0])
    small = 0
    for word, then in zip(words[-2::-1], words[:0:-1], strict=True):
        if not said[word.end() : then.start()].isspace() or "\n" in said[word.end() : then.start()]:
            break
        low = low_of(word[0])
        if names_a_file(word[0]):
            break
        if low in language.stops or word[0][0] in _OPENS:
            # "Letter to | staff.docx" and "Terms of | Reference.docx", but "Ana to | Plan.docx".
            is_inside = low in language.inside_names if is_named else low in language.inside_files
            if not is_long or small or not is_inside:
                break
            small += 1
            continue
        if is_named and not _is_capital(word[0]) and not small:
            # "take Ana off | Lease Terms.docx"
            break
        is_capital = _is_capital(word[0])
        if small and is_named and not is_capital:
            break
        is_first = word.start() == 0 or said[: word.start()].rstrip()[-1:] in ".!?:;\n"
        if is_first and (language.is_said(low) or (not is_capital and word is words[-2])):
            break
        if small and not is_capital:
            small += 1
            is_named = False
        start = word.start()
        if is_capital:
            best, is_named = start, True
    before = said[:best].rstrip()
    listed = language.listed_before.search(before)
    before = before[: listed.start()].rstrip() if listed else before
    # "send Ana and Bob | Plan.docx"; with one person, "send Ana Plan.docx" may be a file of that name.
    if (listed or not is_long) and low_of(before.rpartition(" ")[2]) in language.givers:
        # "send Ana Plan.docx", and "send Ana Plan 7.docx"
        is_numbered = words[-1][0][0].isdigit() and words[-2].start() > best
        return words[-2].start() if is_numbered else words[-1].start()
    return best if best < words[-1].start() or is_named else (start if is_long and not small else words[-1].start())


def _is_capital(word: str) -> bool:
    return word[:1].isupper() or word[:1].isdigit()


def _people(said: str, language: Language, files: list[_Span]) -> Iterator[_Span]:
    runs: list[_Span] = []
    for place in _CAPITALS.finditer(said):
        bare = _POSSESSIVE.sub("", place[0])
        if not _is_person(said, place.start(), place.start() + len(bare), language, files):
            continue
        one = _Span(place.start(), place.start() + len(bare), "mention")
        before = runs[-1] if runs else None
        if before and said[before.end : one.start].strip(".") == " " and before.end - before.start < 60:
            runs[-1] = replace(before, end=one.end)
        else:
            runs.append(one)
    for run in runs:
        # "the Falcon folder" is no person.
        behind = _WORD.match(said, run.end + 1) if said[run.end : run.end + 1] == " " else None
        before = said[: run.start].rstrip().rpartition(" ")[2].lower()
        is_thing = before in language.words("articles") or (
            behind is not None and low_of(behind[0]).strip(".,;:!?)") in language.things
        )
        if not is_thing:
            yield run


def _is_person(said: str, start: int, end: int, language: Language, files: list[_Span]) -> bool:
    if any(file.start <= start < file.end for file in files) or end - start < 2:
        return False
    is_apart = start == 0 or said[start - 1].isspace() or said[start - 1] in "(:+>,→"
    if not is_apart or said[end : end + 1] in ("/", "\\", "@", "_") or said[end : end + 2].strip(".").isalnum():
        return False
    low = low_of(said[start:end])
    return (low.rstrip(".") not in language.all_words and low not in language.stops) or bool(
        said[end - 1 : end] == "." and low_of(said[start : end - 1]) in language.honorifics
    )


def _without(text: Plain, spans: tuple[_Span, ...]) -> Plain:
    names, said = dict(text.names), text.text
    made: list[str] = []
    at = 0
    for span in spans:
        letter = chr((0xE800 if span.kind == "quote" else 0xE000) + len(names))
        whole = said[span.start : span.end]
        names[letter] = Name(span.kind, _GAP.sub(" ", whole))
        made += [said[at : span.start], letter]
        at = span.end
    return Plain(tuple(("".join(made) + said[at:]).split("\n")), names)
