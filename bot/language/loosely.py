"""Who and what by themselves, in whatever order, where no pattern fits: "edit access Logo.svg Benedikt".

Only where everything shows what it is: files and people by what they look like, and every other word by the table's
`[loosely]`. A clause that is no part of the request may say more, if it names nobody, takes nothing back and asks for
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from bot.language.beside import Aside, Together
from bot.language.clauses import Clauses, Sentence
from bot.language.names import SHORT, Namer, low_of, names_a_file
from bot.language.patterns import LETTERS, MARKS, NAMES
from bot.language.said import Now, Plain
from bot.language.slots import READS
from bot.language.understood import BLANK, NOTHING, Understood
from bot.sharing import Expiry, Role, ShareRequest, Words

# Of names of one kind; who writes more of them writes a list.
MOST_NAMES = 12
MOST_CLAUSES = 8
# Of what is not called by a name, such as "the file I edited last".
LONGEST = 8
_POSSESSIVE = re.compile(r"(?<!\w)'s?(?!\w)")
_LETTER = re.compile(f"[{NAMES}]")
_WORD = re.compile(rf"[{LETTERS}][{LETTERS}'’/-]*")
_TOKEN = re.compile(rf"[^\s,;:.!?()|{NAMES}{MARKS}]+")
# What stands in a sentence besides words and names.
_SIGNS = re.compile(rf"[\s,;:.!?|&+()\[\]>=→–—{MARKS}-]+")
_BROKEN_ADDRESS = re.compile(r"\S@|@\S*\.")
# Not the one who writes is to undo it, or has.
_OF_OTHERS = re.compile(r"\b(?:he|she|they|we|who|you (?:just )?(?:undo|undid|reverted))\b")
_QUESTION = re.compile(r"\?[\s!?]*$")


class _Found(NamedTuple):
    start: int
    end: int
    words: Words
    is_file: bool = False


class Loosely:
    """Reads one message in one language, if the table has `[loosely]`."""

    def __init__(self, text: Plain, namer: Namer, clauses: Clauses, beside: Aside, now: Now) -> None:
        self._language = namer.language
        self._text = text
        self._namer = namer
        self._clauses = clauses
        self._beside = beside
        self._now = now
        self._opening = ""  # the politeness before it, which may show whose question it is

    def read(self) -> Understood:
        """NOTHING where any of it is not plain."""
        if not self._language.loose:
            return NOTHING
        sentence = self._clauses.bare(self._beside.rest)
        if not sentence.bare or _BROKEN_ADDRESS.search(sentence.bare):
            return NOTHING
        before, bare, _ = self._beside.rest.partition(sentence.bare)
        self._opening = before + " " if bare and not sentence.asking else ""
        found = self._found(sentence.bare)
        if found is None or len(found) > MOST_NAMES:
            return NOTHING
        if not found and not self._text.names and not self._beside.marks and self._is_undo(sentence):
            return Understood("undo", BLANK)
        for said, within, rest in _windows(sentence.bare, found, self._language.loose.clause):
            made = self._of_window(sentence, said, within, rest)
            if made != NOTHING:
                return made
        return NOTHING

    def _is_undo(self, sentence: Sentence) -> bool:
        """It is done at once, without a card: what is denied, told of or asked is none."""
        low = low_of(self._text.text)
        is_told = any(self._language.has(each, low) for each in ("negations", "past", "reported", "doubts"))
        is_asked = bool(_QUESTION.search(self._text.text)) and not sentence.asking
        return not (is_told or is_asked or _OF_OTHERS.search(low)) and self._fits("undo", self._text.text, [])

    def _of_window(self, sentence: Sentence, said: str, found: list[_Found], rest: list[str]) -> Understood:
        files = [each for each in found if each.is_file]
        people = [each for each in found if not each.is_file]
        is_question = bool(_QUESTION.search(self._text.text)) and not sentence.asking
        if any(not self._is_harmless(each) for each in rest):
            return NOTHING
        if not files:
            return self._without_a_file(said, people)
        if not people and self._fits("request_access", said, found) and self._is_for_oneself(said):
            return self._requested(files, said, rest)
        if self._language.has("whom_not", low_of(said)):
            return NOTHING
        is_advice = sentence.talking and self._language.verb(low_of(said))  # "can I share … with Ana?"
        is_asked = not is_advice and (is_question or self._begins_as_question(said))
        if is_asked and self._fits("who_has_access", said, found):
            return Understood("who_has_access", ShareRequest(_all(files), _all(people)))
        if not people and not is_question and self._language.has("everybody", low_of(_without(said, found))):
            low = low_of(_without(said, found))
            is_told = any(self._language.has(each, low) for each in ("corrections_only", "reported", "past", "doubts"))
            if not is_told and self._fits("unshare", said, found):
                return Understood("unshare", ShareRequest(_all(files), (Words("all", ""),)))
        if not people:
            return NOTHING
        if is_question or sentence.talking:
            return NOTHING
        return self._done_with(files, people, said, found, rest)

    def _without_a_file(self, said: str, people: list[_Found]) -> Understood:
        if (
            self._beside.marks
            or self._language.has("shares_of_a_company", low_of(said))
            or self._is_of_something_else(said)
        ):
            return NOTHING
        is_question = bool(_QUESTION.search(self._text.text)) or self._begins_as_question(said)
        if is_question and self._fits("list_shares", said, people) and self._language.has("i_as_sharer", low_of(said)):
            return Understood("list_shares", ShareRequest((), _all(people)))
        is_topic = self._language.has("topics", low_of(said))
        if not people and is_question and is_topic and self._fits("help", self._text.text, []):
            return Understood("help", BLANK)
        return NOTHING

    def _is_of_something_else(self, said: str) -> bool:
        return any(self._language.has(each, low_of(said)) for each in ("shares_of_a_company", "not_files", "reported"))

    def _begins_as_question(self, said: str) -> bool:
        return self._language.begins_with_one("questions", low_of(self._opening + said).lstrip(" ,"))

    def _done_with(
        self, files: list[_Found], people: list[_Found], said: str, found: list[_Found], rest: list[str]
    ) -> Understood:
        low = low_of(_without(said, found))
        if any(self._language.has(each, low) for each in ("corrections_only", "reported", "past", "leaving_out")):
            return NOTHING
        has_no, is_over = self._language.has("negations", low), self._language.has("over", low)
        beside = self._together(rest)
        until, roles = beside.until or self._until(low), self._roles(low)
        is_either = len({*roles, beside.role} - {None}) > 1
        if beside.asks or (self._language.has("doubts", low) and not (is_either and self._language.has("or", low))):
            return NOTHING
        for intent in ("unshare", "extend", "change_role", "share"):
            if not self._may_be(intent, has_no=has_no, is_over=is_over, until=until, roles=roles, beside=beside):
                continue
            left = self._left(intent, said, found)
            is_unknown = bool(left) and intent == "share" and self._is_a_role(left, low)
            if left is None or (left and not is_unknown and not (is_either and intent == "share")):
                continue
            if intent == "share" and not self._is_apart(said, files, people):
                return NOTHING
            role = (roles[-1] if roles else beside.role) if intent in ("share", "change_role") else None
            if intent == "share" and (is_unknown or len({*roles, beside.role} - {None}) > 1):
                if not (is_either or is_unknown):
                    return NOTHING
                request = _request(files, people, None, until, beside)
                return Understood(intent, request, ("role",), unclear=(("role", left or ""),))
            return Understood(intent, _request(files, people, role, until, beside))
        return NOTHING

    def _is_a_role(self, left: str, low: str) -> bool:
        """ "superuser rights": a word nobody knows, where a role would stand."""
        place = low.find(left)
        behind = low[place + len(left) :].lstrip()
        return " " not in left and place > 0 and self._language.begins_with_one("access", behind)

    def _may_be(
        self,
        intent: str,
        *,
        has_no: bool,
        is_over: bool,
        until: Expiry | None,
        roles: list[Role],
        beside: Together,
    ) -> bool:
        match intent:
            case "unshare":
                return (is_over or not has_no) and not until
            case "extend":
                return until is not None and not roles
            case "change_role":
                return bool(roles or beside.role) and (not has_no or len(roles) > 1)
            case _:
                return not has_no and not is_over

    def _is_for_oneself(self, said: str) -> bool:
        low = low_of(self._opening + said)
        return self._language.has("oneself", low) and not any(
            self._language.has(each, low) for each in ("share", "whom")
        )

    def _requested(self, files: list[_Found], said: str, rest: list[str]) -> Understood:
        beside, roles = self._together(rest), self._roles(low_of(said))
        # "I can't open it" asks for no role.
        role = beside.role or (roles[0] if roles and not self._language.has("negations", low_of(said)) else None)
        return Understood("request_access", ShareRequest(_all(files), (), role, beside.until))

    def _together(self, rest: list[str]) -> Together:
        """What is said beside, with what a clause of its own says of mail."""
        beside = self._beside.of(self._beside.rest)
        for each in rest:
            low = low_of(each)
            loose = self._language.loose
            if beside.mail is None and loose and loose.mail.search(low):
                beside = beside._replace(mail=not loose.no_mail.search(low))
            if beside.sign_in is None and loose and loose.sign_in.search(low):
                beside = beside._replace(sign_in=not loose.no_mail.search(low))
        return beside

    def _is_harmless(self, clause: str) -> bool:
        low = low_of(clause)
        if not any(each.isalnum() for each in low):
            return True
        loose = self._language.loose
        if loose and (loose.mail.search(low) or loose.sign_in.search(low)) and not self._language.has("reported", low):
            return len(low.split()) <= LONGEST
        if loose and loose.joined.match(low):
            return False
        against = ("announced", "negations", "reported", "hedges", "corrections", "except", "remark_stops", "past")
        return not any(self._language.has(each, low) for each in against)

    def _until(self, low: str) -> Expiry | None:
        found = next((each for each in self._language.dates.finder.finditer(low) if each[0] != "a d"), None)
        if not found:
            return None
        until = self._language.dates.until(found[0], self._now.at, self._now.tz)
        return Expiry(found[0], until.at) if until and (until.at or until.forever) else None

    def _roles(self, low: str) -> list[Role]:
        """In their order, the one that is wanted last: "editor instead of viewer"."""
        loose = self._language.loose
        found = [*loose.roles.finditer(low)] if loose else []
        # "she only needs to view it, change her access": that is no role.
        is_verb = loose.marks["change_role"].fullmatch if loose else None
        found = [each for each in found if not (is_verb and is_verb(each[0]))] or found
        roles = [role for each in found if (role := self._language.role(each[0]))]
        if len(found) > 1 and self._language.has("rather_than", low[found[0].end() : found[-1].start()]):
            roles.reverse()
        return roles

    def _fits(self, intent: str, said: str, found: list[_Found]) -> bool:
        """Whether every word besides the names is one of this intent, and one of them shows it."""
        return self._left(intent, said, found) == ""

    def _left(self, intent: str, said: str, found: list[_Found]) -> str | None:
        """What is said besides the names and the words of this intent; None where nothing shows it."""
        loose = self._language.loose
        if not loose:
            return None
        low = low_of(_without(said, found))
        if intent in (*READS, "request_access"):
            low = low_of(self._opening) + low
        if intent == "extend":
            low = self._language.dates.finder.sub(" ", low)
        is_marked = bool(loose.marks[intent].search(low))
        if not is_marked and intent == "share":
            # "I read it with Ana" is told.
            is_marked = bool(loose.roles.search(low)) and not self._language.begins_with_one("subjects", low.lstrip())
        if not is_marked and intent == "unshare":
            is_marked = self._language.has("over", low) and self._language.has("negations", low)
        if not is_marked:
            return None
        low = _POSSESSIVE.sub(" ", low)
        return " ".join(each for each in _SIGNS.split(loose.along[intent].sub(" ", low)) if any(map(str.isalnum, each)))

    # Names

    def _found(self, said: str) -> list[_Found] | None:
        """None where something that shows as a file is not out of the way."""
        if names_a_file(said):
            return None
        found: list[_Found] = []
        for place in _LETTER.finditer(said):
            name = self._text.names.get(place[0])
            if name is None or name.kind == "bot":
                continue
            is_file = name.kind in ("quote", "url")
            if "\n" in name.text:
                return None
            listed = self._namer.items(place[0]) if is_file else self._namer.people(place[0])
            if len(listed.found) != 1 or not listed.is_clear:
                return None
            found.append(_Found(*place.span(), listed.found[0], is_file))
        for section in ("items", "people"):
            found += self._specials(section, said, found)
        if not any(each.is_file for each in found) and (described := self._described(said, found)):
            found.append(described)
        if not any(not each.is_file for each in found):
            found += self._unknown(said, found)
        return sorted(found, key=lambda each: each.start)

    def _specials(self, section: str, said: str, found: list[_Found]) -> Iterator[_Found]:
        """What is not called by a name: "this file", "everybody in Sales"; the longest first."""
        tokens = [each.span() for each in _TOKEN.finditer(said)]
        at = 0
        while at < len(tokens):
            for length in range(min(LONGEST, len(tokens) - at), 0, -1):
                start, end = tokens[at][0], tokens[at + length - 1][1]
                is_taken = any(each.start < end and start < each.end for each in found)
                if is_taken or not self._may_be_special(section, said[start:end]):
                    continue
                words = self._namer.special(section, said[start:end])
                if words and self._is_plain(words):
                    yield _Found(start, end, words, section == "items")
                    at += length - 1
                    break
            at += 1

    def _may_be_special(self, section: str, said: str) -> bool:
        """Whether it begins like a name for somebody, and has no role or the like inside."""
        first, *rest = low_of(said).split()
        begins = self._language.is_one("specials_begin", first) or self._language.is_one("articles", first)
        begins = begins or (section == "people" and first not in self._language.stops)
        return (
            begins
            and not _LETTER.search(said)
            and not any(self._language.is_one("not_in_specials", each) for each in rest)
        )

    def _is_plain(self, words: Words) -> bool:
        if words.kind in ("pronoun", "all", "organization", "anyone"):
            return False
        if words.kind == "this_chat":
            return self._namer.is_in_a_chat
        if words.kind == "reference" and words.value in ("all_files", "root"):
            return False
        return words.value != "this" or self._namer.knows_a_file

    def _described(self, said: str, found: list[_Found]) -> _Found | None:
        expression = self._language.described
        place = expression.search(low_of(said)) if expression else None
        if place is None or any(each.start < place.end() and place.start() < each.end for each in found):
            return None
        name = said[place.start("name") : place.end()]
        words = low_of(name).split()
        loose = self._language.loose
        is_vague = self._language.is_one("vague", low_of(place[0])) or not loose or all(map(loose.knows, words))
        if is_vague or any(each in self._language.stops for each in words[:-1]):
            return None
        return _Found(place.start(), place.end(), Words("name", name), True)

    def _unknown(self, said: str, found: list[_Found]) -> list[_Found]:
        """The one word that is none of the table's, where nobody else is named."""
        loose = self._language.loose
        places = [
            place
            for place in _WORD.finditer(said)
            if low_of(place[0]) not in self._language.all_words
            and loose
            and not loose.knows(low_of(place[0]))
            and self._language.role(place[0]) is None
            and not any(each.start <= place.start() < each.end for each in found)
        ]
        if len(places) != 1 or len(places[0][0]) < SHORT or self._is_a_container(said, places[0]):
            return []
        listed = self._namer.people(places[0][0])
        return [_Found(*places[0].span(), listed.found[0])] if listed.found and listed.is_clear else []

    def _is_a_container(self, said: str, place: re.Match[str]) -> bool:
        """ "put it in the Archive folder": that is no one."""
        behind = _WORD.match(said, place.end() + 1)
        before = low_of(said[: place.start()].rstrip())
        is_kind = behind is not None and self._language.is_one("containers", low_of(behind[0]))
        return is_kind and self._language.ends_with_one("articles", before)

    def _is_apart(self, said: str, files: list[_Found], people: list[_Found]) -> bool:
        """Whether all files stand on one side of all people, and nobody is where a file comes from.

        "A.docx Ana B.docx Bob" may be two requests.
        """
        low = low_of(said)
        for each in people:
            before = low[: each.start].rstrip()
            if self._language.ends_with_one("sources", before) or low[each.end :].startswith("'"):
                return False
        if len({each.words for each in people}) < len(people):
            return False
        if self._language.has("only", low[people[0].end : people[-1].start]):
            # "Ana, Bob and only Carl edits it": that is not said of all.
            return False
        return files[-1].end <= people[0].start or people[-1].end <= files[0].start


def _windows(said: str, found: list[_Found], clause: re.Pattern[str]) -> Iterator[tuple[str, list[_Found], list[str]]]:
    """The message, and parts of it that have all of its names, with the clauses that are left out."""
    yield said, found, []
    cuts = [(0, 0), *(place.span() for place in clause.finditer(said)), (len(said), len(said))][: MOST_CLAUSES + 2]
    clauses = [(one[1], other[0]) for one, other in pairwise(cuts)]
    for length in range(len(clauses) - 1, 0, -1):
        for first in range(len(clauses) - length + 1):
            start, end = clauses[first][0], clauses[first + length - 1][1]
            if end > start and all(start <= each.start and each.end <= end for each in found):
                rest = [said[one:other] for one, other in (*clauses[:first], *clauses[first + length :])]
                moved = [each._replace(start=each.start - start, end=each.end - start) for each in found]
                yield said[start:end], moved, rest


def _request(
    files: list[_Found], people: list[_Found], role: Role | None, until: Expiry | None, beside: Together
) -> ShareRequest:
    return ShareRequest(
        _all(files), _all(people), role, until, (), beside.message, beside.mail, beside.sign_in, beside.password
    )


def _all(found: list[_Found]) -> tuple[Words, ...]:
    return tuple(dict.fromkeys(each.words for each in found))


def _without(said: str, found: list[_Found]) -> str:
    """As long as it was, with blanks in place of what was found."""
    for each in found:
        said = said[: each.start] + " " * (each.end - each.start) + said[each.end :]
    return _LETTER.sub(" ", said)
