"""What is said in answer to a question of ours: yes, no, the second one, "actually make it view only"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from bot.language.beside import aside
from bot.language.names import Namer, has_a_file, low_of
from bot.language.patterns import MARKS, one_of
from bot.language.said import Context, Now, Plain
from bot.language.table import Language
from bot.language.understood import ADD, Understood
from bot.sharing import Expiry, ShareRequest

_STRIPPED = " .,!?…\n"
# Of words in a remark on what was asked; more are a sentence of their own.
MOST_WORDS = 10


def answered(text: Plain, context: Context, languages: Iterable[Language], now: Now) -> Understood | None:
    """None where it is no answer. What somebody else says is none either."""
    is_stranger = bool(context.pending_owner and context.speaker and context.pending_owner != context.speaker)
    for language in languages:
        answer = _answer(text, context, language, now)
        if answer:
            return Understood("none", hint="stranger") if is_stranger else answer
    return None


def _answer(text: Plain, context: Context, language: Language, now: Now) -> Understood | None:
    low = " ".join(low_of(text.text).strip(_STRIPPED).split())
    if not low:
        return None
    if context.choices and (choice := _choice(low, context, language)):
        return choice
    if _is(language, "no", low):
        return Understood("cancel")
    if _is(language, "yes", low):
        return _agreed(context)
    if remark := _remark(text, low, language, now):
        return remark
    named = Namer(language, text, context)
    match context.pending.removeprefix("choose_"):
        case "recipients" | "recipient" | "people" | "person":
            people = named.people(text.text)
            if people.found and people.is_clear:
                return Understood("answer", ShareRequest((), people.found))
        case "items" | "item" | "file":
            items = named.items(text.text)
            if items.found and items.is_clear and len(low.split()) <= MOST_WORDS:
                return Understood("answer", ShareRequest(items.found, ()))
        case "expiration" | "until":
            until = language.dates.until(low, now.at, now.tz)
            if until and (until.at or until.forever):
                return Understood("answer", ShareRequest((), (), None, Expiry(text.text, until.at)))
        case _:
            return _more(text, named, context, language)
    return None


def _agreed(context: Context) -> Understood | None:
    if context.pending == "confirmation":
        return Understood("confirm")
    return _selected(1, context) if len(context.choices) == 1 else None


def _more(text: Plain, named: Namer, context: Context, language: Language) -> Understood | None:
    """That somebody is to get it as well. After a mere "and" it has to look like a name."""
    said = text.text.strip(_STRIPPED)
    if context.pending != "confirmation" or len(said.split()) > MOST_WORDS or has_a_file(text, said):
        return None
    said = _first(language, "yes").sub("", said) if language.spaces else said
    # "Megan too, please".
    for each in (said, _last(language, "yes").sub("", said)):
        people = named.people(_added(each, language))
        if people.found and people.is_clear:
            return Understood("answer", ShareRequest((), people.found), wish=ADD)
    return None


def _remark(text: Plain, low: str, language: Language, now: Now) -> Understood | None:
    """What changes the request that waits: "make it view only", "until Friday please"."""
    if len(low.split()) > MOST_WORDS:
        return None
    beside = aside(language, text, now, whole=True)
    together = beside.of(beside.rest)
    if alone := language.role(_without_politeness(low, language)):
        return Understood("answer", ShareRequest((), (), alone))
    role = together.role
    said = role or together.until or together.message or together.mail is not None or together.sign_in is not None
    if not said or not _is_filler(beside.rest, language):
        return None
    return Understood(
        "answer", ShareRequest((), (), role, together.until, (), together.message, together.mail, together.sign_in)
    )


def _added(said: str, language: Language) -> str:
    rest = _last(language, "adds_after").sub("", _first(language, "adds").sub("", said))
    if rest != said:
        return rest
    rest = _first(language, "and").sub("", said)
    return rest if rest != said and rest[:1].isupper() else ""


@cache
def _first(language: Language, name: str) -> re.Pattern[str]:
    words, gap = language.words(name), "+" if language.spaces else "*"
    return re.compile(rf"^{one_of(words)}[\s,]{gap}" if words else "(?!)", re.IGNORECASE)


@cache
def _last(language: Language, name: str) -> re.Pattern[str]:
    words, gap = language.words(name), "+" if language.spaces else "*"
    return re.compile(rf"(?<=\S)[\s,]{gap}{one_of(words)}$" if words else "(?!)", re.IGNORECASE)


def _is(language: Language, name: str, low: str) -> bool:
    """Whether it says that and nothing else, once or several times."""
    return bool(_alone(language, name).fullmatch(low))


@cache
def _alone(language: Language, name: str) -> re.Pattern[str]:
    words = language.words(name)
    polite = one_of((*words, *language.words("answer_words")))
    return re.compile(
        rf"{one_of(words)}(?:[\s,.!…-]{{0,9}}{polite})*|(?:{polite}[\s,.!…-]{{1,9}}){{0,3}}{one_of(words)}"
    )


def _choice(low: str, context: Context, language: Language) -> Understood | None:
    bare = _without_politeness(low, language)
    for ways in language.ways("choices"):
        for pattern in ways.patterns:
            if any(True for _ in pattern.fits(bare, bare)):
                number = {"last": -1, "all": 0}.get(ways.meaning)
                return _selected(int(ways.meaning) if number is None else number, context)
    if place := language.nth.fullmatch(bare):
        return _selected(int(place["nth"]), context)
    article = language.article.match(bare) if language.article else None
    bare = bare[article.end() :] if article else bare
    choices = [low_of(each) for each in context.choices]
    titles = [each.partition("\n")[0] for each in choices]
    named = [number for number, each in enumerate(titles, 1) if bare == each] or [
        number for number, each in enumerate(titles, 1) if bare in each
    ]
    if not named:
        words = language.words_of(bare) - language.words_of(" ".join(language.words("answer_words")))
        named = [number for number, each in enumerate(choices, 1) if words and words <= language.words_of(each)]
    return Understood("select", choice=named[0]) if len(named) == 1 else None


def _selected(number: int, context: Context) -> Understood:
    """The number that stands before it, where that is to be seen; else the place among those that are."""
    first, last = context.shown or (1, len(context.choices))
    if number == -1 and context.shown:
        number = last
    elif 0 < number < first and number <= last - first + 1:
        number += first - 1
    return Understood("select", choice=number)


def _without_politeness(low: str, language: Language) -> str:
    return _politeness(language).sub("", low)


@cache
def _politeness(language: Language) -> re.Pattern[str]:
    words = one_of(language.words("answer_words"))
    return re.compile(rf"^(?:{words}[\s,]+)*|(?:[\s,]+{words})*$")


def _is_filler(rest: str, language: Language) -> bool:
    """Whether nothing is left but words that mean nothing by themselves."""
    names = ("answer_words", "pronouns", "corrections", "yes", "but", "and")
    fillers = {each for name in names for each in language.words(name)}
    left = re.sub(f"[{MARKS}]", " ", low_of(rest))
    if language.spaces:
        return not language.words_of(left) - language.words_of(" ".join(fillers))
    for each in sorted(fillers, key=len, reverse=True):
        left = left.replace(each, " ")
    return not any(each.isalnum() for each in left)
