"""From plain words to a request: protect names, peel what stands at the end, split in the middle. No guesses."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from bot.language import english as words
from bot.language.dates import Until, duration, until
from bot.language.said import LONGEST, Plain, Said, plain
from bot.sharing import Expiry, Role, ShareRequest, Words

EXAMPLE = "share Q3 Budget.xlsx with alex.wilber@contoso.com as write"


@dataclass(frozen=True)
class Understood:
    """What was meant. `asks` are slots to ask about: items, recipients, expiration; `hint` is what to say then."""

    intent: str
    request: ShareRequest | None = None
    asks: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True)
class _Tail:
    """What is said behind the names, peeled off one by one."""

    rest: str
    role: Role | None = None
    until: Expiry | None = None
    unclear: str = ""


def _any(choices: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(map(re.escape, choices), key=len, reverse=True)) + ")"


_FLAGS = re.IGNORECASE
_OPENER = re.compile(rf"{_any(words.OPENERS)}(?=[\s,!.:])[\s,!.:]*", _FLAGS)
_NEGATED = re.compile(rf"{_any(words.NEGATIONS)}\b", _FLAGS)
_VERB = re.compile(rf"({_any((*words.SHARE, *words.GIVE, *words.LET, *words.ADD))})\s+(.+)$", _FLAGS)
_ROLE_WORDS = {text: role for role, texts in words.ROLES.items() for text in texts}
_ROLE = _any(_ROLE_WORDS)
_ACCESS = _any(words.ACCESS)
_ENDINGS = (
    re.compile(rf"[\s,]+(?:as|with|for)\s+(?:an?\s+|the\s+)?({_ROLE})(?:\s+{_ACCESS})?$", _FLAGS),
    re.compile(
        rf"[\s,]+(?:so\s+(?:that\s+)?)?(?:they|he|she)\s+(?:can|may)\s+(?:only\s+)?({_ROLE})(?:\s+it)?$", _FLAGS
    ),
    re.compile(rf"[\s,]+(?:who\s+)?(?:can|may)\s+(?:only\s+)?({_ROLE})(?:\s+it)?$", _FLAGS),
    re.compile(rf"\s*\(\s*({_ROLE})(?:\s+{_ACCESS})?\s*\)$", _FLAGS),
    re.compile(rf"\s*,\s*({_ROLE})(?:\s+{_ACCESS})?$", _FLAGS),
    re.compile(rf"\s+(?:to|and\s+let\s+them)\s+({_ROLE})(?:\s+it)?$", _FLAGS),
)
_UNTIL = re.compile(rf"[\s,]+{_any(words.UNTIL)}\s+(?!.*\s{_any(words.UNTIL)}\s)(.+)$", _FLAGS)
_FOR = re.compile(rf"[\s,]+{_any(words.FOR)}\s+((?:the\s+next\s+)?\S+(?:\s+\S+){{0,2}})$", _FLAGS)
_FOREVER = re.compile(rf"[\s,]+({_any(words.FOREVER)})$", _FLAGS)
_BETWEEN = re.compile(r"\s+(?:with|to)\s+", _FLAGS)
_PEOPLE_ONLY = re.compile(r"(?:with|to)\s+(.+)$", _FLAGS)
_GIVE = re.compile(rf"(.+?)\s+(?:({_ROLE})\s+)?{_ACCESS}\s+(?:to|on|for)\s+(.+)$", _FLAGS)
_GIVE_TO = re.compile(rf"(?:({_ROLE})\s+)?{_ACCESS}\s+(?:to|on)\s+(.+)\s+(?:to|for)\s+(.+)$", _FLAGS)
_LET = re.compile(rf"(.+?)\s+(?:to\s+)?({_ROLE})\s+(.+)$", _FLAGS)
_ADD = re.compile(r"(.+?)\s+to\s+(.+)$", _FLAGS)
_LIST = re.compile(r"\s*(?:,\s*and\s+|,|;|&|\s+and\s+|\s+plus\s+)\s*", _FLAGS)
_FILE = re.compile(r"^\S.*\.[A-Za-z][A-Za-z0-9]{1,4}$")
_PATH = re.compile(r"^/?[^/]+(?:/[^/]+)+$")
_ARTICLE = re.compile(r"^(?:the|my|our)\s+", _FLAGS)
_FILLER = re.compile(r"^(?:the\s+)?(?:file|document|doc)\s+(?=[\ue000-\uf8ff]|\S+\.\w)", _FLAGS)


def understand(said: Said, *, now: dt.datetime, tz: dt.tzinfo) -> Understood:
    """What a sentence means. `now` is aware; a date without a time is the end of that day in `tz`."""
    if len(said.text) > LONGEST * 2:
        return Understood("none", hint=f"That is too long for me. Try: {EXAMPLE}")
    text = plain(said)
    bare = text.text.casefold().strip(" .!?")
    if bare in words.HELP or text.text.strip() == "?" or bare in words.GREETINGS or bare == "":
        return Understood("help")
    if bare in words.SIGN_OUT:
        return Understood("sign_out")
    for intent, beginnings in words.OTHERS:
        if any(re.match(rf"{re.escape(begin)}\b", bare) for begin in beginnings):
            return Understood(intent)
    request = _without_openers(text.text)
    if request.casefold().strip(" .!") in words.SHARE:
        return Understood(
            "share", ShareRequest((), ()), ("items", "recipients"), f"What, and with whom? Try: {EXAMPLE}"
        )
    # A question mark makes a share only of a request that was asked politely.
    if request.endswith("?") and request == text.text:
        return _not_understood(text)
    if not (verb := _VERB.match(request.strip(" .!?"))) or _NEGATED.match(verb[2]):
        return _not_understood(text)
    return _share(text, verb[1].casefold(), verb[2].strip(), now, tz)


def _without_openers(text: str) -> str:
    while opener := _OPENER.match(text):
        text = text[opener.end() :]
    return text


def _share(text: Plain, verb: str, said: str, now: dt.datetime, tz: dt.tzinfo) -> Understood:
    tail = _peel(_Tail(said), text, now, tz)
    items, people, role = _split(text, verb, tail.rest)
    if items is None and people is None:
        return _not_understood(text)
    request = ShareRequest(
        items=tuple(_item(text, each) for each in _listed_items(text, items or "")),
        recipients=tuple(_recipient(text, each) for each in _LIST.split((people or "").strip(" ,")) if each.strip()),
        role=tail.role or role,
        until=tail.until,
    )
    asks = [slot for slot, there in (("items", request.items), ("recipients", request.recipients)) if not there]
    if tail.unclear:
        asks.append("expiration")
    return Understood("share", request, tuple(asks), _missing(request, tail))


def _peel(tail: _Tail, text: Plain, now: dt.datetime, tz: dt.tzinfo) -> _Tail:
    """Takes off a role or an until, as long as one stands at the end."""
    while True:
        peeled = _peel_role(tail) or _peel_until(tail, text, now, tz)
        if peeled is None:
            return tail
        tail = peeled


def _peel_role(tail: _Tail) -> _Tail | None:
    for ending in _ENDINGS:
        if tail.role is None and (found := ending.search(tail.rest)) and found.start() > 0:
            return replace(tail, rest=tail.rest[: found.start()], role=_role(found[1]))
    return None


def _peel_until(tail: _Tail, text: Plain, now: dt.datetime, tz: dt.tzinfo) -> _Tail | None:
    if tail.until is not None or tail.unclear:
        return None
    for pattern, meaning in ((_FOREVER, until), (_UNTIL, until), (_FOR, duration)):
        if not (found := pattern.search(tail.rest)):
            continue
        written = text.whole(found[1])
        meant = meaning(written, now, tz)
        if meant is None and pattern is _UNTIL and " by " not in found[0].casefold():
            meant = Until()  # "until" is never part of a name without quotes, so it is a date we cannot read
        if meant is None:
            continue
        rest = tail.rest[: found.start()]
        if meant.at or meant.forever:
            return replace(tail, rest=rest, until=Expiry(written, meant.at))
        return replace(tail, rest=rest, unclear=written)
    return None


def _split(text: Plain, verb: str, said: str) -> tuple[str | None, str | None, Role | None]:
    """Items, people, and a role that stands between them."""
    if verb in words.SHARE:
        splits = [(said[: place.start()], said[place.end() :]) for place in _BETWEEN.finditer(said)]
        if not splits:
            people = _PEOPLE_ONLY.match(said)
            return (None, people[1], None) if people else (said, None, None)
        # Where a file's name ends, else at the last one: files have "with" in their names more often than people.
        return *next((split for split in splits if _is_file(text, split[0])), splits[-1]), None
    if verb in words.GIVE:
        if found := _GIVE_TO.match(said):
            return found[2], found[3], _role(found[1])
        if found := _GIVE.match(said):
            return found[3], found[1], _role(found[2])
        return None, None, None
    if verb in words.LET:
        found = _LET.match(said)
        return (found[3], found[1], _role(found[2])) if found else (None, None, None)
    found = _ADD.match(said)
    if not found or not _FILE.match(found[2]):
        return None, None, None
    return found[2], found[1], None


def _is_file(text: Plain, said: str) -> bool:
    return bool(text.only(said) or _FILE.match(text.whole(said)))


def _role(word: str | None) -> Role | None:
    return _ROLE_WORDS[word.casefold()] if word else None


def _listed_items(text: Plain, said: str) -> list[str]:
    """Several only where each is plainly one: a name with an ending, a quote, a link."""
    if not said.strip():
        return []
    parts = [part for part in _LIST.split(said) if part.strip()]
    if len(parts) > 1 and all(_is_file(text, part) for part in parts):
        return parts
    return [said]


def _item(text: Plain, said: str) -> Words:
    said = _FILLER.sub("", said.strip(" ,"))
    name = text.only(said)
    if name and name.kind == "url":
        return Words("url", name.text)
    if name is None and said.casefold() in words.REFERENCES:
        return Words("reference", words.REFERENCES[said.casefold()])
    whole = text.whole(said) if name else text.whole(_ARTICLE.sub("", said))
    return Words("path" if _PATH.match(whole) and (_FILE.match(whole) or whole[0] == "/") else "name", whole)


def _recipient(text: Plain, said: str) -> Words:
    said = said.strip(" ,")
    name = text.only(said)
    if name and name.kind == "mention" and name.mention and name.mention.id:
        return Words("mention", name.mention.id)
    if name:
        return Words("email" if name.kind == "email" else "name", name.text)
    if special := words.SPECIAL.get(said.casefold()):
        return Words(special, said)
    return Words("name", text.whole(said))


def _missing(request: ShareRequest, tail: _Tail) -> str:
    if tail.unclear:
        return (
            f"Until when? “{tail.unclear}” could mean several days, or is over. Say for example: until 31 December 2026"
        )
    if not request.items:
        return f"Which file? For example: {EXAMPLE}"
    if not request.recipients:
        return f"With whom? For example: share {request.items[0].value} with Alex Wilber"
    return ""


def _not_understood(text: Plain) -> Understood:
    first = text.text.split(" ", 1)[0].casefold()
    if first not in words.SHARE and get_close_matches(first, words.SHARE, cutoff=0.75) and " " in text.text:
        return Understood("none", hint=f"Did you mean: share {text.whole(text.text.split(' ', 1)[1])}")
    return Understood("none", hint=f"I share files. Try: {EXAMPLE}, or say “help”.")
