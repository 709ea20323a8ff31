"""What somebody meant: which language it is in, what was asked before, and what it is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from bot.language.dialog import answered
from bot.language.grammar import Reading
from bot.language.hints import did_you_mean, hinted
from bot.language.names import low_of
from bot.language.said import LONGEST, LONGEST_DELIVERED, Context, Now, Plain, Said, plain
from bot.language.spelling import corrected
from bot.language.table import Language, language, tags
from bot.language.understood import NOTHING, Understood

DEFAULT = "en"
# Of languages that a sentence may be in, so many are tried.
MOST_TRIED = 4
# Of the words that a language knows, so much makes it plain that a sentence is in it.
PLAINLY = 0.6
_FILE = re.compile(r"[^\s,;:]{1,200}\.[a-z0-9]{1,5}(?![a-z0-9])")
_CHAT = Context()
_AFTER_EXPLAIN = " :：,，、-–—"


def understand(
    said: Said, *, now: dt.datetime, tz: dt.tzinfo, locale: str = DEFAULT, context: Context = _CHAT
) -> Understood:
    """What a sentence means. `now` is aware; a date without a time is the end of that day in `tz`.

    `locale` is a hint, as BCP 47 has it: what is said in another language is understood as well.
    """
    if len(said.text) > LONGEST_DELIVERED or len((text := plain(said)).text) > LONGEST:
        return hinted(replace(NOTHING, hint="long"), Plain((), {}), language(DEFAULT))
    hint = _closest(locale)
    when = Now(now, tz)
    if (rest := _to_explain(text, hint)) and (made := _read(rest, hint, when, context)).intent == "share":
        return replace(made, intent="explain")
    if context.pending and (answer := answered(text, context, _in_order(text, hint), when)):
        return answer
    if not text.text.strip(" .!?"):
        return Understood("help") if said.text.isascii() else hinted(NOTHING, text, language(hint))
    return _read(text, hint, when, context)


def _read(text: Plain, hint: str, when: Now, context: Context) -> Understood:
    """A sentence that answers nothing."""
    for each in _in_order(text, hint):
        understood = Reading(each, text, context, when).understood()
        is_open = understood.intent == "share" and (understood.asks or _begins_with_a_slip(understood, text, each))
        if is_open and (whole := _whole_in_another(text, hint, when, context)):
            return whole
        if is_open and (guess := _as_spelt(text, each, context, when)):
            # What is asked about may only be misspelt.
            is_better = len(guess.asks) < len(understood.asks) or not understood.asks
            return guess if is_better else hinted(understood, text, each)
        if understood.intent != "none":
            return hinted(understood, text, each)
        if understood.is_final:
            return hinted(understood, text, language(hint))
    guesses = (_as_spelt(text, language(tag), context, when) for tag in dict.fromkeys((hint, DEFAULT)))
    return next(filter(None, guesses), None) or hinted(NOTHING, text, language(hint))


def _whole_in_another(text: Plain, hint: str, when: Now, context: Context) -> Understood | None:
    """A share about which a language asks nothing that knows as much of it: "share mal bitte Plan.docx mit Ana"."""
    known = _known(text)
    as_good = [language(DEFAULT)] if hint != DEFAULT and known(hint) == known(DEFAULT) else []
    for each in (*as_good, *_better(text, hint)):
        made = Reading(each, text, context, when).understood()
        if made.intent == "share" and not made.asks:
            return hinted(made, text, each)
    return None


def _begins_with_a_slip(made: Understood, text: Plain, one: Language) -> bool:
    """Whether the name of the file begins with the verb: "can you shrae the deck with Ana"."""
    for each in made.request.items if made.request else ():
        first, _, rest = each.value.partition(" ")
        if each.kind == "name" and rest and first.islower() and first.isalpha() and first not in one.all_words:
            before = low_of(text.text.partition(each.value)[0])
            return not any(one.has(verbs, before) for verbs in ("share", "give", "add", "let"))
    return False


def _to_explain(text: Plain, hint: str) -> Plain | None:
    """What stands behind "explain"; None where that is not how it begins."""
    first, *rest = text.lines or ("",)
    low = low_of(first).replace(":", " ", 1)
    for tag in dict.fromkeys((hint, DEFAULT)):
        if (end := language(tag).before("explain", low)) and (said := first[end:].lstrip(_AFTER_EXPLAIN)):
            return Plain((said, *rest), text.names)
    return None


def _as_spelt(text: Plain, one: Language, context: Context, now: Now) -> Understood | None:
    """What it would mean without its slips, as a guess."""
    if spelt := corrected(text, one):
        made = Reading(one, spelt, context, now).understood()
        if made.intent not in ("none", "help"):
            words = spelt.whole(spelt.text).replace("\n", " ")
            return replace(made, is_guess=True, hint=did_you_mean(words), suggests=words)
    return None


def _in_order(text: Plain, hint: str) -> Iterator[Language]:
    """Of the language hinted at and English those that it may be in, that first which knows more of its words; then
    those of `_better`.
    """
    if hint == DEFAULT:
        yield language(DEFAULT)
    else:
        known = _known(text)
        most = max(map(known, (hint, DEFAULT)))
        least = most if most > PLAINLY * len(_words(text)) else min(most, 1)
        some = (tag for tag in (hint, DEFAULT) if known(tag) >= least)
        yield from map(language, sorted(some, key=known, reverse=True))
    yield from _better(text, hint)


def _better(text: Plain, hint: str) -> Iterator[Language]:
    """If it is plainly in neither: those that know more of its words."""
    words, known = _words(text), _known(text)
    most = max(map(known, (hint, DEFAULT)))
    if most <= PLAINLY * len(words):
        many = {tag: known(tag) for tag in tags()}
        ranked = sorted(many, key=many.__getitem__, reverse=True)
        yield from (language(tag) for tag in ranked[:MOST_TRIED] if many[tag] > most)


def _known(text: Plain) -> Callable[[str], int]:
    """How many words of it a language knows, by its tag."""
    low, words = _unnamed(text), _words(text)
    return lambda tag: language(tag).knows(words, low)


def _words(text: Plain) -> frozenset[str]:
    return Language.words_of(_unnamed(text))


def _unnamed(text: Plain) -> str:
    """Without the names of files, which are in no language; where nothing is between words, a name may be all of it."""
    low = low_of(text.text)
    left = _FILE.sub(" ", low)
    return left if any(map(str.isalpha, left)) else low


@lru_cache(maxsize=64)
def _closest(locale: str) -> str:
    """The table for a locale: zh-TW is zh-Hant, pt-BR is pt."""
    known = tags()
    parts = locale.replace("_", "-").split("-")
    if parts[0].lower() in ("no", "nn"):
        return "nb" if "nb" in known else DEFAULT
    if parts[0].lower() == "zh":
        traditional = {each.lower() for each in parts[1:]} & {"hant", "tw", "hk", "mo"}
        wanted = "zh-Hant" if traditional else "zh-Hans"
        return wanted if wanted in known else DEFAULT
    return parts[0].lower() if parts[0].lower() in known else DEFAULT
