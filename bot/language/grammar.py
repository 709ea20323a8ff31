"""From plain words to requests, by the table of one language. No guesses: what is not plain is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from bot.language.beside import aside, unmarked
from bot.language.clauses import Clauses
from bot.language.loosely import Loosely
from bot.language.names import Namer, ends_with_a_file, has_a_file, low_of, names_a_file
from bot.language.patterns import BLANKS, MARKS
from bot.language.said import Context, Now, Plain
from bot.language.shielded import shielded
from bot.language.slots import READS, THIS, Slots
from bot.language.table import Language
from bot.language.understood import BLANK, NOTHING, TALK, Understood
from bot.sharing import ShareRequest, Words

# Of parts of one message; who writes more than that at once writes no requests.
MOST_PARTS = 12
# Of what is looked at twice.
LONGEST = 600
_ALONE = ("none", "help", "sign_out", "settings", "report", "delegate", "inbox")
_OF_SOMEBODY = ("share", "change_role", "unshare", "extend")
_TOLD = ("reported",)
# What is said with these is not read a second time as if it were a request.
_LIKE = ("change_role", "request_access", "who_has_access")
_TAG = re.compile(r"[^,.;!?–—…]{0,20}\?$")
_PAUSES = re.compile(r"[,.;!?–—…]")
_TAKES_BACK = ("hedges", "negations", "corrections")
_AGAINST = ("reported", "negations", "doubts", "past")
# Most letters begin none of it, and the first brackets say so.
_SENTENCE = re.compile(r"[\s;](?:(?<=\w{2}[.!?]\s)|(?<=[\n;])|(?<=\s)(?:&&\s|(?=\(?[1-9a-e][.)]\s)))")
_TITLE = re.compile(r"\b(\w{2,6})\.\s[A-ZÀ-Ý]")
_PREAMBLE = re.compile(rf"(?<=\w)[,.;!]{{1,3}}\s(?:so\s)?|(?<=[{MARKS}])\s?[.!]\s|\s[-–—]\s|\n")


class Reading:
    """One message, read in one language."""

    def __init__(self, language: Language, text: Plain, context: Context, now: Now) -> None:
        self._language = language
        self._text = text
        self._context = context
        self._namer = Namer(language, text, context)
        self._now = now
        self._put_aside()

    def _put_aside(self, without: tuple[str, ...] = ()) -> None:
        beside = aside(self._language, self._text, self._now, without)
        slots = Slots(self._text, self._namer, beside, self._now)
        self._clauses = Clauses(self._language, self._text, self._namer, slots)
        self._beside = beside
        self._said = beside.rest
        self._has_role = any(each.kind == "role" for each in beside.marks.values())

    def understood(self) -> Understood:
        """What was meant; `none` where it is nothing in this language, final where it is plainly no request."""
        first = self._read()
        if len(self._text.text) > LONGEST or not self._is_doubtful(first):
            return first
        looks = [
            Reading(self._language, each, self._context, self._now) for each in shielded(self._text, self._language)
        ]
        for each in looks:
            made = each._read()
            if (
                self._is_surer(made, first)
                and _has_all(made, first, each._text, self._text)
                and not each._lacks_role(made)
            ):
                return made
        if first == TALK or (first.intent == "multi" and not first.asks):
            return first
        for each in looks or [self]:
            made = each._loosely()
            if made != NOTHING and self._is_surer(made, first):
                return made
        return first

    def _loosely(self) -> Understood:
        # There roles are words like others, wherever they stand.
        self._put_aside(without=("role", "role_instead", "unsure_role", "until_instead"))
        return Loosely(self._text, self._namer, self._clauses, self._beside, self._now).read()

    def _is_surer(self, made: Understood, first: Understood) -> bool:
        """Whether a second reading may stand in the place of the first."""
        if made.intent == "none" or {"items", "recipients"} & {*made.asks}:
            return False
        low = low_of(self._text.text)
        if self._language.begins_with_one("asks_who", low) and made.intent in (*_OF_SOMEBODY, "multi"):
            return False
        if first.intent == "none":
            return made.intent in READS or not any(self._language.has(each, low) for each in _against(made.intent))
        if self._is_titled():
            return True
        if first.intent in READS:
            return made.intent == first.intent
        people = [each.value for each in (made.request or BLANK).recipients]
        if any(name in each.value for each in (first.request or BLANK).items for name in people):
            # "share Terms of Reference.docx"
            return made.intent in READS
        return first.intent in (made.intent, "multi") or made.intent in _LIKE

    def _lacks_role(self, made: Understood) -> bool:
        """Whether a role was said beside the names that is not in the request."""
        request, low = made.request, low_of(self._text.text)
        if made.intent != "share" or request is None or request.role or "role" in made.asks:
            return False
        if not self._language.has("plain_roles", low):
            return False
        for each in (*request.items, *request.recipients, *request.excluded):
            low = low.replace(low_of(each.name or each.value) or "\0", " ")
        is_said = self._language.has("plain_roles", low.replace(low_of(request.message or "\0"), " "))
        return is_said and not any(each.kind == "reference" for each in request.items)

    def _is_titled(self) -> bool:
        """Whether there is a full stop in somebody's name: "Dr. Weiss"."""
        return ". " in self._text.text and any(
            low_of(each[1]) in self._language.honorifics for each in _TITLE.finditer(self._text.text)
        )

    def _is_doubtful(self, made: Understood) -> bool:
        """Whether another look at it, with its names out of the way, may understand more."""
        if made.intent == "none":
            return self._is_about_files()
        if made.intent not in (*_OF_SOMEBODY, "multi", "who_has_access"):
            return False
        if self._is_titled():
            return True
        is_open = bool({"items", "recipients"} & {*made.asks}) or made.intent == "multi"
        if self._lacks_role(made):
            return True
        is_asked = made.intent == "share" and self._language.begins_with_one("asks_who", low_of(self._text.text))
        return is_open or is_asked or self._is_overgrown(made)

    def _is_about_files(self) -> bool:
        """Whether there is any need to look at what was not understood again."""
        low = low_of(self._text.text)
        is_about = bool(self._text.names) or names_a_file(low) or self._language.has("topics", low)
        return is_about and not self._language.has("reported", low)

    def _is_overgrown(self, made: Understood) -> bool:
        """Whether a name has words of the request in it."""
        request = made.request or BLANK
        items = [each.value for each in request.items if each.kind in ("name", "path") and names_a_file(each.value)]
        people = [each.value for each in request.recipients if each.kind == "name" and " " in each.value]
        if any(names_a_file(each.value) for each in request.recipients):
            return True
        items += [each.value for each in request.items if self._language.begins_with_one("on", each.value)]
        firsts = [low_of(each).split(" ")[:3] for each in (*items, *people) if each[:1].islower() and " " in each]
        return any(each.strip(",") in self._language.stops for some in firsts for each in some)

    def _read(self) -> Understood:
        if self._text.text.startswith((">", "{")):
            return TALK
        made = self._understood()
        if made.request and made.intent not in READS and self._is_taken_back():
            return TALK
        if made is NOTHING and self._is_greeting():
            return Understood("help")
        if self._has_role and made != TALK and (made.intent == "none" or made.asks):
            # "change his role to view only": there the role is no remark.
            self._put_aside(without=("role", "role_instead"))
            again = self._understood()
            is_better = (
                made.intent == "none"
                or (again.intent in ("multi", "change_role") and not again.asks)
                or (
                    len(again.asks) < len(made.asks)
                    and "recipients" not in made.asks
                    and not dict(made.unclear).get("role")  # two roles were said
                )
            )
            if again.intent != "none" and is_better:
                return again
        return made

    def _understood(self) -> Understood:
        one = self._clauses.one(self._said)
        if one.intent in READS and not one.asks:
            return one
        return self._several() or (self._after_a_preamble() if one is NOTHING else one)

    def _is_taken_back(self) -> bool:
        """ "…, don't, wait": behind a request there is a no that stands alone. "…, no?" only asks for a yes."""
        said = low_of(self._said).rstrip()
        _first, *others = _PAUSES.split(_TAG.sub("", said) if said.endswith("?") else said)
        return any(self._language.is_one("negations", each.strip()) for each in others)

    def _is_greeting(self) -> bool:
        low = re.sub(r"[,.!?]", " ", low_of(self._text.text)).strip()
        return self._language.begins_with_one("greetings", low) and not self._clauses.bare(self._said).bare.strip(
            BLANKS
        )

    def _after_a_preamble(self) -> Understood:
        """ "Ana has joined us, please give her access to Plan.docx": of what is said before, only who and what."""
        ends = [*_PREAMBLE.finditer(self._said), *self._language.therefore.finditer(low_of(self._said))]
        for place in ends[:MOST_PARTS]:
            before, rest = self._said[: place.start()], self._said[place.end() :]
            if has_a_file(self._text, before) and self._namer.begins_with_a_file(rest):
                # In the middle of a list: what is said of them is said of all.
                continue
            made = self._clauses.one(rest, is_part=True)
            if made.intent in (*READS, "none") or made.request is None:
                continue
            # What takes something away may well be asked for by "she isn't with us any more".
            lists = _TOLD if made.intent in ("unshare", "extend") else (*_TOLD, "negations")
            locked_out = self._language.expression("locked_out")
            low = locked_out.sub(" ", low_of(before)) if locked_out else low_of(before)
            is_told = any(self._language.has(each, low) for each in lists)
            # "typo before. Share …": in a sentence of its own it is a condition only if it begins like one.
            is_sentence = place[0].strip()[:1] in (".", "!")
            begins = self._language.begins_with_one if is_sentence else self._language.has
            is_told = is_told or begins("hedges", low_of(_SENTENCE.split(before)[-1]))
            return TALK if is_told else self._with_who_and_what(made, before, rest)
        return NOTHING

    def _with_who_and_what(self, made: Understood, before: str, rest: str) -> Understood:
        request = made.request or BLANK
        if any(each.kind == "pronoun" for each in request.recipients):
            last = _SENTENCE.split(before)[-1]
            people = next(filter(None, map(self._mentioned, (before, last))), ())
            request = replace(request, recipients=people or request.recipients)
        files = self._namer.files_in(before)
        is_of_those = self._language.has("those", low_of(rest)) and not self._language.has("past", low_of(before))
        if files and is_of_those and all(each == THIS for each in request.items):
            return _without_asking_for_what_is_there(replace(made, request=replace(request, items=files)))
        file = self._namer.file_in(before)
        if file and all(each == THIS for each in request.items):
            if before.partition(file.value)[2].lstrip()[:1].isupper():
                # "Plan.docx Will, Tim, view": the first of them is no preamble.
                return NOTHING
            request = replace(request, items=(file,))
        return _without_asking_for_what_is_there(replace(made, request=request))

    def _mentioned(self, before: str) -> tuple[Words, ...]:
        return self._namer.mentioned(unmarked(self._beside, self._clauses.bare(before).bare))

    # Several requests

    def _several(self) -> Understood | None:
        """The requests of one message, where it has several that each could stand for itself."""
        said = self._before_what_is_told()
        parts = self._parts(said)
        if len(parts) < 2:
            return self._clauses.one(said) if said != self._said and self._is_whole(said) else None
        actions: list[Understood] = []
        for number, part in enumerate(parts):
            one = self._clauses.one(part, is_part=True)
            if one.intent == "none" and number:
                one = self._with_the_verb_of(parts[0], part)
            if one.intent in _ALONE:
                return None
            actions.append(one)
        made = joined(actions)
        return None if _is_cut_within_a_list(made) else made

    def _before_what_is_told(self) -> str:
        """The message without what somebody else asks for: "… with Ana. Bob said: share …"."""
        for place in _SENTENCE.finditer(self._said):
            rest = self._said[place.end() :]
            if self._is_told_by_somebody(rest) and self._asks_for_something(rest):
                is_against = any(self._language.has(each, low_of(rest)) for each in _TAKES_BACK)
                return self._said if is_against else self._said[: place.start()]
        return self._said

    def _parts(self, said: str) -> list[str]:
        """The message, cut where requests may begin; each cut leaves a request behind."""
        cuts = {each.span() for each in _SENTENCE.finditer(said)}
        cuts |= {each.span() for each in self._language.joints.finditer(low_of(said))}
        if not cuts:
            return [said]
        parts: list[str] = []
        start = 0
        for begin, end in sorted(cuts)[: 2 * MOST_PARTS]:
            one, rest = said[start:begin], said[end:]
            if begin >= start and self._begins_one(rest) and self._is_whole(one) and not self._is_one_name(one, rest):
                parts.append(said[start:begin])
                start = end
        return [*parts, said[start:]]

    def _is_whole(self, said: str) -> bool:
        one = self._clauses.one(said, is_part=True)
        if one.intent == "none" or one.request is None:
            return False
        return one.intent != "share" or bool(one.request.items and one.request.recipients)

    def _is_one_name(self, before: str, rest: str) -> bool:
        """ "share Letter to parents | and carers.docx with Ana": whether the cut goes through the name of a file."""
        made, other = (self._clauses.one(each, is_part=True).request or BLANK for each in (before, rest))
        name = made.items[-1].value if len(made.items) == 1 and made.items[0].kind == "name" else ""
        if not name or not other.items or not rest.startswith(other.items[0].value) or not has_a_file(self._text, rest):
            return False
        place = before.find(name)
        is_the = self._language.ends_with_one("articles", low_of(before[: max(place, 0)]).rstrip())
        return not (is_the or ends_with_a_file(self._text, name) or place < 0)

    def _begins_one(self, rest: str) -> bool:
        """Whether a request begins here, and does not only go on."""
        if self._language.begins_with_one("corrections", low_of(rest)) or self._is_told_by_somebody(rest):
            return False
        heads = [rest, *_SENTENCE.split(rest, maxsplit=1)[:1]]
        heads += [rest[: place.start()] for place in self._language.joints.finditer(low_of(rest))][:MOST_PARTS]
        read = (self._clauses.one(each, is_part=True) for each in heads)
        one = next((each for each in read if each.intent != "none"), NOTHING)
        if one.intent == "none":
            made = self._with_the_verb_of(self._said, rest).request if has_a_file(self._text, rest) else None
            return bool(made and made.items and made.recipients)
        says_nothing = one.intent == "share" and one.request is not None and not _is_about(one.request)
        # "with Ana, who is our auditor"
        says_who = one.intent == "who_has_access" and self._language.begins_with_one("remarks", low_of(rest))
        return one.intent not in _ALONE and not says_nothing and not says_who

    def _is_told_by_somebody(self, rest: str) -> bool:
        """ "Ana said: share …", "On Tuesday Bob wrote:": what somebody else asks for."""
        line = low_of(rest[:LONGEST].partition("\n")[0])
        if line.endswith(":") and not names_a_file(line) and self._language.has("reported", line):
            return True
        said = [each.strip(' :,"') for each in low_of(rest[:LONGEST]).split()[:4]]
        is_name = bool(said) and said[0] not in self._language.every_word
        return is_name and any(self._language.is_one("reported", each) for each in said[1:])

    def _asks_for_something(self, rest: str) -> bool:
        """And does not say how what was asked for is meant: "Legal said read only"."""
        low = low_of(rest[:LONGEST])
        return has_a_file(self._text, rest) or any(self._language.verb(low[place:]) for place in _words(low))

    def _with_the_verb_of(self, first: str, part: str) -> Understood:
        """ "share A with Bob and B with Ana": the verb is said once."""
        sentence = self._clauses.bare(first).bare
        end = self._language.verb(low_of(sentence))
        return self._clauses.one(f"{sentence[:end]} {part}", is_part=True) if end else NOTHING


def _words(low: str) -> Iterator[int]:
    """Where they begin."""
    return (each.start() for each in re.finditer(r"\w+", low))


def joined(actions: list[Understood]) -> Understood:
    """One after the other; what is not said again stays what it was."""
    made = actions[:1]
    for each in actions[1:]:
        last = made[-1]
        before, request = last.request or BLANK, each.request or BLANK
        said = dict(each.unclear)
        # What was said and not understood is not what was said before.
        is_meant = request.items or not said.get("items")
        if before.items and is_meant and all(item == THIS for item in request.items):
            request = replace(request, items=before.items)
        says_who = any(who.kind != "pronoun" for who in request.recipients)
        is_said = bool(said.get("recipients")) and not request.recipients
        if before.recipients and not says_who and not is_said and each.intent in _OF_SOMEBODY:
            request = replace(request, recipients=before.recipients)
        # "Ana is an editor of it, make her a viewer" is said in the words of a share.
        is_the_same = each.intent == last.intent or (last.intent, each.intent) == ("change_role", "share")
        if is_the_same and (request.items, request.recipients) == (before.items, before.recipients):
            # "… and let her edit it" belongs to the request before.
            until = request.until or before.until
            made[-1] = replace(last, request=replace(before, role=request.role or before.role, until=until))
            continue
        made.append(_without_asking_for_what_is_there(replace(each, request=request)))
    if len(made) == 1:
        return made[0]
    return Understood(
        "multi", None, tuple(dict.fromkeys(ask for each in made for ask in each.asks)), actions=tuple(made)
    )


def _is_cut_within_a_list(made: Understood) -> bool:
    """ "… with Ana and | Bob, Ana may edit": whether somebody is in two requests, the other with somebody else."""
    requests = [each.request for each in made.actions if each.request and each.intent == "share"]
    people = [{*each.recipients} for each in requests]
    return any(one & other and not other <= one for one, other in pairwise(people))


def _against(intent: str) -> tuple[str, ...]:
    """What takes something away, or asks for it, may well be said by a negation."""
    match intent:
        case "request_access":
            return ("reported",)
        case "unshare":
            return ("reported", "doubts", "past")
        case _:
            return _AGAINST


def _has_all(made: Understood, first: Understood, text: Plain, before: Plain) -> bool:
    """Whether every name that was taken out of the way is in the request, once and by itself, and no new one beside."""
    requests = [each.request for each in (made, *made.actions) if each.request]
    words = [each for one in requests for each in (*one.items, *one.recipients, *one.excluded, one.same_as) if each]
    said = [each.name or each.value for each in words if each.kind in ("name", "path", "url", "email", "mention")]
    told = " ".join(filter(None, (text for one in requests for text in (one.message, one.password))))
    names = [name.text for letter, name in text.names.items() if letter not in before.names and name.text not in told]
    known = {name.text for name in text.names.values()}
    known |= {each.value for one in (first, *first.actions) for each in (one.request or BLANK).items}
    items = {each.value for one in requests for each in one.items if each.kind in ("name", "path")}
    people = [each.value for one in requests for each in one.recipients]
    return (
        items <= known
        and all(each in said for each in names)
        and (bool(made.actions) or len(set(people)) == len(people))
        and not any(each != name and name in each for each in said for name in names)
    )


def _without_asking_for_what_is_there(made: Understood) -> Understood:
    request = made.request or BLANK
    there = {
        "items": bool(request.items) and THIS not in request.items,
        "recipients": bool(request.recipients) and all(_is_somebody(each) for each in request.recipients),
    }
    return replace(made, asks=tuple(each for each in made.asks if not there.get(each)))


def _is_about(request: ShareRequest) -> bool:
    """Whether it says of what or of whom."""
    return bool(request.items or request.recipients)


def _is_somebody(person: Words) -> bool:
    return person.kind != "pronoun"
