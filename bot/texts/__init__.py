"""What we say, in the language of whoever reads it.

A text is written in English where it is said, `_("Share {file}?", file=name)`, and that is its name in the catalogues
(gettext's, catalogues/TAG.po; `make texts` brings them up to date). In which language and whose hours we speak is said
once, where somebody is answered.
"""

from __future__ import annotations

import datetime as dt
import gettext
import io
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parent / "catalogues"
ENGLISH = "en"
# Anybody can ask for a page of ours in a language of their invention.
LOCALES = 1000


@dataclass(frozen=True)
class _Listener:
    tag: str
    timezone: dt.tzinfo
    words: gettext.NullTranslations


_NOBODY = _Listener(ENGLISH, dt.UTC, gettext.NullTranslations())
_listener: ContextVar[_Listener] = ContextVar("_listener", default=_NOBODY)


@contextmanager
def speaking(
    locale: str, timezone: dt.tzinfo = dt.UTC, *, words: gettext.NullTranslations | None = None
) -> Generator[None]:
    """Within, we speak to somebody of this locale (BCP 47, maybe empty or unknown) who lives by these hours.

    `words` stand in the place of the language's own.
    """
    tag = closest(locale)
    token = _listener.set(_Listener(tag, timezone, words or _catalogue(tag)))
    try:
        yield
    finally:
        _listener.reset(token)


def spoken() -> str:
    """The language in which we speak now, BCP 47."""
    return _listener.get().tag


@cache
def languages() -> tuple[str, ...]:
    return (ENGLISH, *sorted(each.stem for each in CATALOGUES.glob("*.po")))


@lru_cache(LOCALES)
def closest(locale: str) -> str:
    """The language of ours for a locale: pt-BR is pt; English for what we do not speak."""
    wanted = locale.replace("-", "_")
    known = {each.replace("-", "_"): each for each in languages()}
    by_language = {each.partition("_")[0]: each for each in known}
    found = negotiate_locale([wanted], list(known)) or by_language.get(wanted.partition("_")[0].lower(), ENGLISH)
    return known[found]


def _(text: str, /, **values: object) -> str:
    """The text in the language spoken, with the values in their places."""
    said = _listener.get().words.gettext(text)
    return said.format(**values) if values else said


def later(text: str) -> str:
    """The text as it is: one that is written here, and said with `_` when it comes to that."""
    return text


def several(count: int, one: str, many: str, /, **values: object) -> str:
    """One of two texts by what the language makes of `count`, which is a value as well."""
    return _listener.get().words.ngettext(one, many, count).format(count=count, **values)


def sentences(*said: str) -> str:
    """One after the other; not every language puts a space between them."""
    return reduce(lambda first, second: _("{first} {second}", first=first, second=second), said)


def quoted(name: str) -> str:
    """“Ana”, with the language's marks."""
    return _("“{name}”", name=name)


def day(moment: dt.datetime) -> str:
    """ "20 November 2026", as the language writes it, where the listener is."""
    return date(moment.astimezone(_listener.get().timezone).date())


def date(of: dt.date) -> str:
    return format_date(of, "d MMMM y" if spoken() == ENGLISH else "long", locale=_locale())


def when(moment: dt.datetime) -> str:
    """ "Friday 20 November 2026, 18:30 (Europe/Berlin)", where the listener is."""
    here = moment.astimezone(_listener.get().timezone)
    said = format_date(here, "EEEE d MMMM y" if spoken() == ENGLISH else "full", locale=_locale())
    return _("{date}, {time} ({zone})", date=said, time=f"{here:%H:%M}", zone=here.tzinfo)


def iso_day(moment: dt.datetime) -> str:
    """ "2026-11-20", where the listener is: what a field for a date takes."""
    return moment.astimezone(_listener.get().timezone).date().isoformat()


def listed(words: Sequence[str]) -> str:
    """ "Ana, Bob and Carla"."""
    return format_list(list(words), locale=_locale())


def either(words: Sequence[str]) -> str:
    """ "Ana, Bob or Carla"."""
    return format_list(list(words), style="or", locale=_locale())


@cache
def _catalogue(tag: str) -> gettext.NullTranslations:
    if tag == ENGLISH:
        return gettext.NullTranslations()
    with (CATALOGUES / f"{tag}.po").open("rb") as file:
        catalogue = read_po(file, locale=tag.replace("-", "_"))
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _locale() -> Locale:
    # The world's English: without a comma before "and", the day before the month.
    return Locale.parse("en_001" if spoken() == ENGLISH else spoken().replace("-", "_"))
