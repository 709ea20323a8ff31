"""From plain words to a request: protect names, peel what stands at the end, split in the middle. No guesses."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from difflib import get_close_matches

from bot.language import english as words
from bot.language.dates import Until, duration, until
from bot.language.said import LONGEST, LONGEST_DELIVERED, QUOTES, Plain, Said, plain
from bot.language.shapes import Shape, Split, beginning, ending, one_of, role_of, shape
from bot.sharing import Expiry, Role, ShareRequest, Words

# How often something is looked for in one sentence; people say each thing once or twice.
MOST_PLACES = 12
# Of somebody's name. With more of them, something else was said with it.
MOST_WORDS = 5

Unclear = tuple[str, str]  # a slot, and the words that leave it open ("" where there are none)

EXAMPLE = "share Q3 Budget.xlsx with alex.wilber@contoso.com as write"


@dataclass(frozen=True)
class Understood:
    """What was meant. `asks` are slots that are missing or not plain: items, recipients, role, expiration.

    `hint` is a sentence for the person wherever something is asked or nothing was understood.
    """

    intent: str
    request: ShareRequest | None = None
    asks: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class _Tail:
    """What is said behind the names, peeled off one by one; each unclear thing is a slot and its words."""

    rest: str
    role: Role | None = None
    until: Expiry | None = None
    unclear: tuple[Unclear, ...] = ()


_FLAGS = re.IGNORECASE
_NAME = "\ue000-\uf8ff"
_AND = one_of(words.SEPARATORS)
_OPENER = re.compile(
    rf"(?:(?P<asking>{one_of(words.ASKING)})|(?P<talking>{one_of(words.TALKING)})|{one_of(words.OPENERS)})"
    r"(?:[\s,!.:–-]{1,9}|$)",
    _FLAGS,
)
_CLOSERS = re.compile(rf"(?:(?:[\s,;.!–-]{{1,9}}{one_of(words.CLOSERS)}){{1,9}}|[\s.!?]{{0,9}}[.!?]|\s:-?\))$", _FLAGS)
_HELP = tuple(map(beginning, words.HELP_ABOUT))
_OTHERS = tuple((intent, tuple(map(beginning, templates))) for intent, templates in words.OTHERS)
_SHAPES = tuple(map(shape, words.SHAPES))
_UNTIL = re.compile(rf"(?:^|(?<=[\s,(])){one_of(words.UNTIL)}\s", _FLAGS)
_FOR = re.compile(rf"(?:^|(?<=[\s,(])){one_of(words.FOR)}\s", _FLAGS)
_FOREVER = re.compile(rf"(?:^|(?<=[\s,(]))(?={one_of(words.FOREVER)}[\s)]*$)", _FLAGS)
_SEPARATOR = re.compile(rf"\s*(?:,\s{{1,9}}{_AND}\s|[,;&]|(?<=\s){_AND}\s)\s*", _FLAGS)
_NEXT = re.compile(rf"(?:[.;,]|\s{_AND})\s{{1,9}}", _FLAGS)
_OR = re.compile(rf"\s{one_of(words.OR)}\s", _FLAGS)
_HEDGED = re.compile(rf"(?:^|(?<=[\s,(])){one_of(words.HEDGES)}(?![\w'’.-])|\w{{3}}[.!?]\s|\w@|\?|^>", _FLAGS)
_CORRECTED = re.compile(rf"(?:\.{{2,3}}|…|[,;–—-])\s{{0,9}}{one_of(words.CORRECTIONS)}\b", _FLAGS)
_ARTICLE = re.compile(rf"{one_of(words.ARTICLES)}\s{{1,9}}", _FLAGS)
_BEFORE_A_FILE = re.compile(
    rf"(?:{one_of(words.ARTICLES)}\s{{1,9}})?(?:{one_of(words.BEFORE_A_FILE)}\s{{1,9}}){{1,3}}(?=[{_NAME}]|\S+\.\w)",
    _FLAGS,
)
_BEFORE_PEOPLE = re.compile(rf"{one_of(words.BEFORE_PEOPLE)}\s{{1,9}}|@", _FLAGS)
_GROUP = re.compile(rf"{one_of(words.GROUP_OF)}\s{{1,9}}", _FLAGS)
_ADDRESSED = re.compile(rf"[^{_NAME}]*[<(]\s?([{_NAME}])\s?[>)]$")
_NEIGHBOURS = re.compile(rf"(?<=[{_NAME}])\s{{0,9}}(?=[{_NAME}])")
_NAMES_LAST = re.compile(rf"(?:(?<=[\s,;&])[{_NAME}][\s,;&]{{0,9}}(?:{_AND}\s{{1,9}})?)+$", _FLAGS)
_FILE = re.compile(r"[^\s.]\.(?=\d?[A-Za-z])[A-Za-z0-9]{1,5}$")
_SURELY_A_FILE = re.compile(
    r"(?<=\S)\.(?:docx?|xlsx?|pptx?|pdf|txt|csv|md|zip|png|jpe?g|msg|one|vsdx?|mp[34]|rtf|html?)\b", _FLAGS
)
_PATH = re.compile(r"/[^/]|[^/]+(?:/[^/]+)+$")


def understand(said: Said, *, now: dt.datetime, tz: dt.tzinfo) -> Understood:
    """What a sentence means. `now` is aware; a date without a time is the end of that day in `tz`."""
    if len(said.text) > LONGEST_DELIVERED or len((text := plain(said)).text) > LONGEST:
        return Understood("none", hint=f"That is too long for me. Try: {EXAMPLE}")
    sentence, asking, talking = _without_openers(text, text.text)
    bare = {each.casefold().strip(" .!?…") for each in (text.text, sentence)}
    if text.text.strip(" .!") in ("", "?") or bare & {*words.HELP, *words.GREETINGS}:
        return Understood("help")
    if any(each.match(sentence) for each in _HELP) or (not sentence and _greets(text.text)):
        return Understood("help")
    if bare & {*words.SIGN_OUT}:
        return Understood("sign_out")
    if _is_several(text, now, tz):
        return Understood("multi", hint="That is more than one thing. Please ask me for one after the other.")
    if intent := _other(sentence):
        return Understood(intent)
    # A question mark makes a share only of a request that was asked politely.
    understood = None if sentence.endswith("?") and not asking else _share(text, sentence, now, tz)
    if understood is None or (talking and not _names_a_file(understood)):
        return Understood("none", hint=_suggestion(text, sentence))
    return understood


def _greets(said: str) -> bool:
    return said.casefold().startswith(words.GREETINGS)


def _without_openers(text: Plain, said: str) -> tuple[str, bool, bool]:
    """The sentence itself, whether it was asked for politely, and whether it may be mere talk."""
    asking = talking = False
    while True:
        name = text.only(said[:1])
        opener = _OPENER.match(said)
        if name and name.kind == "bot":
            said = said[1:].lstrip(" ,:")
        elif opener:
            asking, talking = asking or bool(opener["asking"]), talking or bool(opener["talking"])
            said = said[opener.end() :]
        else:
            return said, asking, talking


def _other(sentence: str) -> str | None:
    return next((intent for intent, begins in _OTHERS if any(each.match(sentence) for each in begins)), None)


def _is_several(text: Plain, now: dt.datetime, tz: dt.tzinfo) -> bool:
    """Whether there are two requests, each of which could stand for itself."""

    def is_one(said: str) -> bool:
        sentence, _, _ = _without_openers(text, said)
        if _other(sentence):
            return True
        understood = _share(text, sentence, now, tz) if any(each.begins.match(sentence) for each in _SHAPES) else None
        if understood is None or understood.request is None:
            return False
        # "and let her edit it" belongs to the request before.
        items, people = understood.request.items, understood.request.recipients
        return bool(items and people) and {each.kind for each in (*items, *people)} != {"reference", "pronoun"}

    whole = text.text
    places = [*_NEXT.finditer(whole)][:MOST_PLACES]
    pairs = [(whole[: place.start()], whole[place.end() :]) for place in places]
    pairs += [(" ".join(text.lines[:line]), text.lines[line]) for line in range(1, len(text.lines))][:MOST_PLACES]
    return any(is_one(second) and is_one(first) for first, second in pairs)


def _share(text: Plain, sentence: str, now: dt.datetime, tz: dt.tzinfo) -> Understood | None:
    """A share, however incomplete; None where it is none."""
    if sentence.casefold().strip(" .!") in words.SHARE:
        return _asked(ShareRequest((), ()), [("items", ""), ("recipients", "")])
    tail = _Tail(sentence)
    before, comma, rest = sentence.partition(", ")
    if comma and (dated := _peel_until(_Tail(before), text, now, tz, lenient=False)) and not dated.rest:
        tail = replace(dated, rest=rest)
    tail = _peel(tail, text, now, tz)
    if not (split := _split(text, tail.rest)):
        return None
    items, people = split.items, split.people
    if not people and (last := _NAMES_LAST.search(items)) and _are_people(text, last[0]):
        items, people = items[: last.start()], last[0]
    if people:
        tail = _peel(replace(tail, rest=people), text, now, tz, lenient=True)
        people = tail.rest
    # "share Plan.docx as read with Ana": only where what is left is plainly a file.
    inner = _peel(replace(tail, rest=items), text, now, tz, lenient=True)
    if inner.rest != items and _ends_with_a_file(text, inner.rest):
        tail, items = inner, inner.rest
    if not people and not _may_be_a_file(text, items):
        return None
    if _is_talk(text, items):
        return None
    found, unclear = _items(text, items)
    recipients, unclear_people = _people(text, people)
    return _asked(
        ShareRequest(found, recipients, tail.role or split.role, tail.until), [*unclear, *unclear_people, *tail.unclear]
    )


def _peel(tail: _Tail, text: Plain, now: dt.datetime, tz: dt.tzinfo, *, lenient: bool = False) -> _Tail:
    """Takes off a role, an until or a politeness, while one stands at the end; if lenient, also what is not plain."""
    for _ in range(MOST_PLACES):
        peeled = _peel_role(tail, text, lenient=lenient) or _peel_until(tail, text, now, tz, lenient=lenient)
        if peeled is None and (closers := _CLOSERS.search(tail.rest)):
            peeled = replace(tail, rest=tail.rest[: closers.start()])
        if peeled is None:
            break
        tail = peeled
    return tail


def _peel_role(tail: _Tail, text: Plain, *, lenient: bool) -> _Tail | None:
    if tail.role is not None or any(slot == "role" for slot, _ in tail.unclear):
        return None
    for template in words.ENDINGS:
        if (found := ending(template).search(tail.rest)) and found.start() > 0:
            return replace(tail, rest=tail.rest[: found.start()], role=role_of(found["role"]))
    found = ending("{role} [{access}]").search(tail.rest)
    # Without "as" a role may be a surname; behind an address or with "only" it is not.
    if (
        found
        and found.start() > 0
        and (words.ONLY in found["role"].casefold() or text.only(tail.rest[found.start() - 1]))
    ):
        return replace(tail, rest=tail.rest[: found.start()], role=role_of(found["role"]))
    for template in words.UNKNOWN_ROLE if lenient else ():
        if (found := ending(template).search(tail.rest)) and found.start() > 0:
            return replace(tail, rest=tail.rest[: found.start()], unclear=(*tail.unclear, ("role", found["some"])))
    return None


def _peel_until(tail: _Tail, text: Plain, now: dt.datetime, tz: dt.tzinfo, *, lenient: bool) -> _Tail | None:
    if tail.until is not None or any(slot == "expiration" for slot, _ in tail.unclear):
        return None
    for pattern, meaning in ((_FOREVER, until), (_UNTIL, until), (_FOR, duration)):
        places = [*pattern.finditer(tail.rest)]
        for place in places[:1] if pattern is _FOREVER else places[: -MOST_PLACES - 1 : -1]:
            said, after = tail.rest[place.start() :].rstrip(" )"), text.whole(tail.rest[place.end() :]).rstrip(" )")
            meant = meaning(after, now, tz)
            if meant is None and lenient and pattern is _UNTIL and not _FILE.search(after):
                meant = Until()  # a date we cannot read
            if meant is None:
                continue
            rest = tail.rest[: place.start()].rstrip(" ,(")
            if meant.at or meant.forever:
                return replace(tail, rest=rest, until=Expiry(text.whole(said), meant.at))
            return replace(tail, rest=rest, unclear=(*tail.unclear, ("expiration", after)))
    return None


def _split(text: Plain, said: str) -> Split | None:
    for each in _SHAPES:
        fit = [split for split in each.splits(said) if _fits(text, each, split)]
        if not fit:
            continue
        if each.slots[0] != "items" or len(each.slots) == 1:
            return fit[0]
        # Where a file's name ends, else at the last one: files have "with" in their names more often than people.
        by_place = sorted(fit, key=lambda split: len(split.items))
        best = [split for split in by_place if split.rank == fit[0].rank]
        return next((split for split in by_place if _ends_with_a_file(text, split.items)), best[-1])
    return None


def _fits(text: Plain, shape: Shape, split: Split) -> bool:
    if not split.filled or _SURELY_A_FILE.search(split.people):
        return False
    return "file" not in shape.slots or _ends_with_a_file(text, split.items)


def _ends_with_a_file(text: Plain, said: str) -> bool:
    said = said.rstrip(" ,")
    name = text.names.get(said[-1:])
    return name.kind in ("quote", "url") if name else bool(_FILE.search(said[-8:]))


def _may_be_a_file(text: Plain, said: str) -> bool:
    """Whether "share" and this alone is worth the question with whom; "share prices rose" is not."""
    if _ends_with_a_file(text, said) or said.casefold() in (*words.REFERENCES, *words.VAGUE):
        return True
    return bool(said) and (" " not in said or not said[0].islower() or bool(_ARTICLE.match(said)))


def _is_talk(text: Plain, said: str) -> bool:
    """Whether it is one of the other things that people share."""
    each = said.casefold().split()
    return bool(each) and not _ends_with_a_file(text, said) and (each[-1] in words.NOT_FILES or each[0] in words.STOCK)


def _names_a_file(understood: Understood) -> bool:
    items = understood.request.items if understood.request else ()
    return any(each.kind in ("url", "path") or _FILE.search(each.value) for each in items)


def _are_people(text: Plain, letters: str) -> bool:
    return all(text.names[each].kind in ("email", "mention", "bot") for each in letters if each in text.names)


def _items(text: Plain, said: str) -> tuple[tuple[Words, ...], list[Unclear]]:
    said = said.strip(" ,")
    either = _OR.search(said)
    if (
        not said.strip(QUOTES)
        or _CORRECTED.search(said)
        or (either and _ends_with_a_file(text, said[: either.start()]))
    ):
        return (), [("items", text.whole(said))]
    listed = _listed(text, said)
    if any(each.strip(" ,").casefold() in words.VAGUE for each in listed):
        return (), [("items", text.whole(said))]
    found = tuple(_item(text, each) for each in listed)
    return found, [("items", text.whole(said))] if any(each.kind == "reference" for each in found) else []


def _listed(text: Plain, said: str) -> list[str]:
    """Several only where each but the last is plainly one: a name with an ending, a quote, a link."""
    parts: list[str] = []
    start = 0
    for place in _SEPARATOR.finditer(said):
        if _ends_with_a_file(text, said[start : place.start()]):
            parts.append(said[start : place.start()])
            start = place.end()
    return [*parts, said[start:]] if said[start:].strip() else parts


def _item(text: Plain, said: str) -> Words:
    said = _BEFORE_A_FILE.sub("", said.strip(" ,"), count=1)
    name = text.only(said)
    if name and name.kind == "url":
        return Words("url", name.text)
    if name is None and (reference := words.REFERENCES.get(said.casefold())):
        return Words("reference", reference)
    bare = said if name or said.casefold() in words.VAGUE else _ARTICLE.sub("", said, count=1)
    whole = name.text if name and name.kind == "quote" else text.whole(bare)
    is_path = _PATH.match(whole) and (_FILE.search(whole) or whole[0] in "/.")
    return Words("path" if is_path else "name", whole)


def _people(text: Plain, said: str) -> tuple[tuple[Words, ...], list[Unclear]]:
    """If one of them is not plain, none is there: a part of the people asked for is not what was asked for."""
    said = "".join(each for each in said if each not in text.names or text.names[each].kind != "bot")
    said = _NEIGHBOURS.sub(", ", said.strip(" ,;"))
    if not said or _HEDGED.search(said):
        return (), [("recipients", text.whole(said))]
    parts = (part.strip(" ,;") for part in _SEPARATOR.split(said))
    found = [
        # Not the same role for each is not plain either.
        None if _peel_role(_Tail(part), text, lenient=True) else _recipient(text, part)
        for part in parts
        if part
    ]
    people = tuple(each for each in found if each)
    if len(people) < len(found) or not people:
        return (), [("recipients", text.whole(said))]
    unclear = any(each.kind not in ("name", "email", "mention", "group") for each in people)
    return people, [("recipients", text.whole(said))] if unclear else []


def _recipient(text: Plain, said: str) -> Words | None:
    """None where nobody is plainly meant, such as by an address with letters that look like others."""
    if special := words.SPECIAL.get(said.casefold()):
        return Words(*special)
    if addressed := _ADDRESSED.match(said):
        said = addressed[1]
    said = _BEFORE_PEOPLE.sub("", said, count=1)
    if said.casefold() in words.NOBODY_IN_PARTICULAR:
        return None
    name = text.only(said)
    if name and name.kind == "mention" and name.mention and name.mention.id:
        return Words("mention", name.mention.id, name.mention.name)
    if name and name.kind == "email":
        return Words("email", name.text) if name.text.isascii() else None
    if name:
        return Words("name", name.text) if name.kind != "url" else None
    if group := _GROUP.match(said):
        return Words("group", text.whole(_ARTICLE.sub("", said[group.end() :], count=1)))
    bare = text.whole(_ARTICLE.sub("", said, count=1))
    return Words("name", bare) if any(each.isalpha() for each in bare) and bare.count(" ") < MOST_WORDS else None


def _asked(request: ShareRequest, unclear: list[Unclear]) -> Understood:
    """The request with the question for the first thing that is missing or not plain."""
    if not unclear:
        return Understood("share", request)
    item = request.items[0].value if request.items else "Q3 Budget.xlsx"
    slot, said = unclear[0]
    match slot:
        case "items":
            nothing = "Which file?" if request.recipients else "What, and with whom?"
            hint = f"Which file is “{said}”?" if said else nothing
            hint += f" Please name the file or paste its link, for example: {EXAMPLE}"
        case "recipients":
            hint = f"Whom do you mean by “{said}”?" if said else "With whom?"
            hint += " Please say each person by name, e-mail address or @mention, for example: "
            hint += f"share {item} with Alex Wilber"
        case "role":
            hint = f"What may they do, as “{said}”? Say for example: share {item} with Alex Wilber as read, or as write"
        case _:
            hint = f"Until when? “{said}” is not one day to me, or it is over. Say for example: until 31 December"
    return Understood("share", request, tuple(dict.fromkeys(slot for slot, _ in unclear)), hint)


def _suggestion(text: Plain, sentence: str) -> str:
    """What they may have meant, in their own words; only said, never done."""
    first, _, rest = sentence.partition(" ")
    close = get_close_matches(first.casefold(), words.COMMANDS, n=1, cutoff=0.75)
    if close and first.casefold() != close[0]:
        return f"Did you mean: {close[0]} {text.whole(rest)}".strip()
    named = any(name.kind == "url" for name in text.names.values()) or _SURELY_A_FILE.search(text.whole(text.text))
    return f"{'I did nothing. ' if named else ''}I share files. Try: {EXAMPLE}, or say “help”."
