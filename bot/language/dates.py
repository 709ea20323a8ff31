"""Until when, by a strict table: what is not in it is not a date, and what could be two days is neither."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from bot.language.patterns import BEGINS, BLANKS, ENDS, Pattern, Vocabulary, one_of

END_OF_DAY = dt.time(23, 59, 59)
# When a part of a day is over.
_PARTS = {
    "morning": dt.time(12),
    "noon": dt.time(12),
    "afternoon": dt.time(18),
    "work": dt.time(17),
    "evening": END_OF_DAY,
    "midnight": END_OF_DAY,
}
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[t\s]\s?(\d{2}):(\d{2})(?::\d{2})?)?$")
_SECONDS = re.compile(r"(?<!\d)(\d{1,2}:\d{2}):\d{2}(?!\d)")
_NUMERIC = re.compile(r"(\d{1,4})\s?[./-]\s?(\d{1,2})(?:\s?[./-]\s?(\d{2,4}))?\.?$")
_NAMED = ("weekday", "month", "day", "m", "year", "count", "unit", "part", "hour", "minute", "am", "pm", "half")
_IN_A_WEEK = 7
MOST_CUTS = 12
# What a sentence ends with besides words.
_BEHIND_A_DATE = " \n\t.,;!?…)" + BLANKS
# Of a word, that show whether a date may begin or end with it.
FEW_LETTERS = 3
Found = Mapping[str, str | None]


@dataclass(frozen=True)
class Until:
    """`at` is aware. None at all: it means "never" if `forever`, else it is unclear and has to be asked about."""

    at: dt.datetime | None = None
    forever: bool = False


class Dates:
    """The dates of one language, from the `[dates]` of its table."""

    def __init__(self, table: Mapping[str, Any], *, spaces: bool, joints: tuple[str, ...] = ()) -> None:
        """`joints` are the words between the parts of a list."""
        self._table = table
        self._between = re.compile(rf"\s{{0,2}},?\s(?:{one_of(joints)}\s)?" if joints else r"\s{0,2},?\s")
        self._spaces = spaces
        self._weekdays = _numbered(table["weekdays"], 0)
        self._months = _numbered(table["months"], 1)
        self._numbers: Mapping[str, float] = table.get("numbers", {})
        self._ordinals: Mapping[str, int] = table.get("ordinals", {})
        self._units = {said: unit for unit, many in table["units"].items() for said in many}
        self._spans: Mapping[str, str] = table.get("spans", {})
        self._holidays: Mapping[str, str] = table.get("holidays", {})
        self._parts = {said: part for part, many in table.get("parts", {}).items() for said in many}
        self._forms: Mapping[str, list[str]] = table["forms"]
        self.forever = frozenset(table["forever"])

    @cached_property
    def span(self) -> str:
        """An expression for a length of time, or for several to be added up."""
        one = "(?:" + "|".join([*self._all("span"), *map(re.escape, _longest_first(self._spans))]) + ")"
        begins = self._begins(self._forms.get("span", []), self._spans)
        return f"(?:{begins}{one}(?:{self._between.pattern}(?={self._vocabulary['count']}){one}){{0,3}})"

    @cached_property
    def date(self) -> str:
        """An expression for a moment, a day, or a length of time from now."""
        time = "(?:" + "|".join(self._all("time")) + ")"
        day = "(?:" + "|".join(self._all(*(each for each in self._forms if each not in ("time", "span")))) + ")"
        gap = r"\s{1,3}" if self._spaces else r"\s{0,3}"
        iso = r"\d{4}-\d{2}-\d{2}(?:[t\s]\d{2}:\d{2}(?::\d{2})?)?(?!\d)"
        numeric = r"\d{1,4}[./-]\s?\d{1,2}(?:[./-]\s?\d{2,4})?(?!\d)\.?"
        holidays = [one_of(self._holidays)] if self._holidays else []
        day = f"(?:{'|'.join([iso, *holidays, day, numeric])})"
        first = "".join(f"{each}|" for each in self._all("weekday_in_a_week"))
        return f"(?:{first}{self.span}|{day}(?:,?{gap}{time}){{0,2}}|{time}(?:,?{gap}{day})?|{one_of(self.forever)})"

    @cached_property
    def finder(self) -> re.Pattern[str]:
        """Finds a date where it begins."""
        forms = [form for many in self._forms.values() for form in many]
        begins = self._begins(forms, self._spans, self._holidays, self.forever)
        return re.compile(BEGINS + begins + self.date + ENDS if self._spaces else self.date)

    @cached_property
    def _length(self) -> re.Pattern[str]:
        return re.compile(self.span)

    def has_a_length(self, low: str) -> bool:
        """Whether a length of time is in it."""
        return bool(self._length.search(low))

    def is_a_length(self, low: str) -> bool:
        return bool(self._length.fullmatch(low))

    def all_in(self, low: str) -> Iterable[re.Match[str]]:
        return self.finder.finditer(low)

    def date_at(self, low: str, place: int) -> re.Match[str] | None:
        """The date that begins there."""
        return self._remembered(low, place)

    @cached_property
    def _remembered(self) -> Callable[[str, int], re.Match[str] | None]:
        """Many patterns ask the same."""
        return lru_cache(maxsize=64)(self.finder.match)

    def _begins(self, forms: list[str], *others: Iterable[str]) -> str:
        """Looks at the first letters only, and so is done soon with most words."""
        firsts = {word for many in others for word in many}
        for form in forms:
            tokens = form.split()
            if not self._spaces or all(each.startswith("[") for each in tokens):
                return ""
            firsts.update(self._first(tokens))
        return rf"(?=\d|{one_of(word.split()[0][:FEW_LETTERS] for word in firsts)})"

    def _first(self, tokens: list[str]) -> Iterator[str]:
        """What the first of them may say, up to one that may not be left out."""
        for token in tokens:
            for each in token.strip("~[]").split("|"):
                yield from self._words_of(each)
            if not token.startswith("["):
                return

    def may_end_here(self, low: str) -> bool:
        """Whether a sentence may end with a date or a length of time, by its last letters."""
        end = f"  {low.rstrip(_BEHIND_A_DATE)}"[-FEW_LETTERS:]
        return self._last is None or end in self._last or end[1:] in self._last or any(map(str.isdigit, end))

    @cached_property
    def _last(self) -> frozenset[str] | None:
        """Its last letters, and a blank before what has fewer; None where it may be any."""
        forms = [form.split()[::-1] for many in self._forms.values() for form in many]
        words = {word.split()[-1] for form in forms for word in self._first(form)}
        words |= {*self._spans, *self._holidays, *self.forever, *self._table.get("day_endings", ())} - {"."}
        is_open = not self._spaces or any(all(each.startswith("[") for each in form) for form in forms)
        bare = (each for word in words if (each := word.rstrip(_BEHIND_A_DATE)))
        return None if is_open else frozenset(f" {each}"[-FEW_LETTERS:] for each in bare)

    def _words_of(self, one: str) -> Iterable[str]:
        """What stands for one choice of a form, besides figures."""
        said: Mapping[str, Iterable[str]] = {
            **{each: self._table.get(each, ()) for each in ("am", "pm", "half")},
            **{"weekday": self._weekdays, "month": self._months, "day": self._ordinals, "unit": self._units},
            **{"count": self._numbers, "hour": self._numbers, "part": self._parts},
        }
        return said.get(one[1:-1], ()) if one.startswith("{") else (one.replace("_", " "),)

    def until(self, said: str, now: dt.datetime, tz: dt.tzinfo) -> Until | None:
        """What the words mean; None where they are no date at all. The past is unclear."""
        text = _SECONDS.sub(r"\1", " ".join(said.lower().replace("’", "'").split()).strip(" .,!"))
        if text in self.forever:
            return Until(forever=True)
        if (numeric := _NUMERIC.match(text)) and not _ISO.match(text) and not self._fits("time", text):
            day = self._numeric(numeric, now.astimezone(tz).date())
            return self._checked(_at(day, END_OF_DAY, tz), now) if day else Until()
        found = self._moment(text, now.astimezone(tz), tz)
        return self._checked(found, now) if found else None

    def _checked(self, found: dt.datetime | None, now: dt.datetime) -> Until:
        # In UTC: two times of one zone are compared by what the clock on the wall shows, which goes back once a year.
        return Until(found) if found and found.astimezone(dt.UTC) > now.astimezone(dt.UTC) else Until()

    def _moment(self, text: str, now: dt.datetime, tz: dt.tzinfo) -> dt.datetime | None:
        if iso := _ISO.match(text):
            day = _date(int(iso[1]), int(iso[2]), int(iso[3]))
            return _at(day, _clock(int(iso[4]), int(iso[5])) if iso[4] else END_OF_DAY, tz)
        if span := self._span(text, now, tz):
            return span
        if day := self._day(text, now):
            return _at(day, END_OF_DAY, tz)
        if time := self._time(text):
            today = _at(now.date(), time, tz)
            return today if today and today > now else _at(now.date() + dt.timedelta(days=1), time, tz)
        return self._day_and_time(text, now, tz)

    def _day_and_time(self, text: str, now: dt.datetime, tz: dt.tzinfo) -> dt.datetime | None:
        """Cut in two wherever the one is a day and the other a time of it."""
        cuts = [each.end() for each in re.finditer(r"\s", text)] if self._spaces else range(1, len(text))
        for cut in list(cuts)[:MOST_CUTS]:
            first, second = text[:cut].strip(" ,"), text[cut:].strip(" ,")
            for day_said, time_said in ((first, second), (second, first)):
                if (time := self._time(time_said)) and (found := self._day_and_part(day_said, now)):
                    day, is_late = found
                    return _at(day, _late(time) if is_late and not self._is_early(time_said) else time, tz)
        return None

    def _day_and_part(self, text: str, now: dt.datetime) -> tuple[dt.date, bool] | None:
        """The day, and whether its later half is meant: "tonight", "Friday afternoon"."""
        part = next((each for each in self._parts if text.endswith(each)), "")
        is_late = bool(part) and _PARTS[self._parts[part]] > dt.time(12)
        if day := self._day_or_number(text, now) or self._numbered_day(text, now):
            return day, is_late
        rest = text.removesuffix(part).strip(" ,")
        day = self._day_or_number(rest, now) if part and rest else None
        return (day, is_late) if day else None

    def _numbered_day(self, text: str, now: dt.datetime) -> dt.date | None:
        """ "the 15th" without its article, which with a time beside it is a day and nothing else."""
        found = re.fullmatch(self._vocabulary["day"], text)
        return _day_of_month(self._number_of_day({"day": text}), now.date()) if found else None

    def _is_early(self, time_said: str) -> bool:
        return any(time_said.endswith(each) for each in self._table.get("am", ()))

    def _day_or_number(self, text: str, now: dt.datetime) -> dt.date | None:
        if iso := _ISO.match(text):
            return _date(int(iso[1]), int(iso[2]), int(iso[3]))
        if numeric := _NUMERIC.match(text):
            return self._numeric(numeric, now.date())
        return self._day(text, now)

    def _day(self, text: str, now: dt.datetime) -> dt.date | None:
        today = now.date()
        if holiday := self._holidays.get(text.removeprefix("the ")):
            month, day = (int(each) for each in holiday.split("-"))
            date = _date(today.year, month, day)
            return date if date and date >= today else _date(today.year + 1, month, day)
        for form in self._forms:
            if form in ("time", "span") or (found := self._fits(form, text)) is None:
                continue
            if (day := self._meant(form, found, today)) is not None:
                return day
        return None

    def _meant(self, form: str, found: Found, today: dt.date) -> dt.date | None:
        match form.split("_"):
            case ["today"] | ["tomorrow"] | ["after", "tomorrow"]:
                return today + dt.timedelta(days=("today", "tomorrow", "after_tomorrow").index(form))
            case ["weekday"]:
                return _ahead(self._weekdays[found["weekday"] or ""], today)
            case ["next", "weekday"]:
                ahead = _ahead(self._weekdays[found["weekday"] or ""], today)
                in_this_week = ahead <= today + dt.timedelta(days=6 - today.weekday())
                return ahead + dt.timedelta(days=_IN_A_WEEK) if in_this_week else ahead
            case ["week", "weekday"]:
                monday = today + dt.timedelta(days=_IN_A_WEEK - today.weekday())
                return monday + dt.timedelta(days=self._weekdays[found["weekday"] or ""])
            case ["weekday", "in", "a", "week"]:
                return _ahead(self._weekdays[found["weekday"] or ""], today) + dt.timedelta(days=_IN_A_WEEK)
            case ["end", "of", "month", "named"]:
                month = self._month(found)
                year = int(found.get("year") or today.year + (month < today.month))
                return _end_of_month(year, month)
            case ["end", "of", period]:
                return _end(period, today)
            case ["end", "of", "next", period]:
                return _end(period, _end(period, today) + dt.timedelta(days=1))
            case ["calendar"]:
                return self._of_calendar(found, today)
            case ["day"]:
                day, weekday = _day_of_month(self._number_of_day(found), today), found.get("weekday")
                return day if day and (weekday is None or self._weekdays[weekday] == day.weekday()) else None
            case ["day", "next", "month"]:
                first = _end_of_month(today.year, today.month) + dt.timedelta(days=1)
                return _date(first.year, first.month, self._number_of_day(found))
            case _:
                raise ValueError(f"[dates.forms] {form}: there is no such form")

    def _of_calendar(self, found: Found, today: dt.date) -> dt.date | None:
        """A day of a month, of this year or the next; a weekday before it has to be the right one."""
        month, day, year = self._month(found), self._number_of_day(found), found.get("year")
        date = _date(int(year) if year else today.year, month, day)
        if not year and (date is None or date < today):
            date = _date(today.year + 1, month, day)
        weekday = found.get("weekday")
        return date if date and (weekday is None or self._weekdays[weekday] == date.weekday()) else None

    def _numeric(self, found: re.Match[str], today: dt.date) -> dt.date | None:
        """5/6: as the language has it; where it has it both ways, only if one of the numbers can be no month."""
        order: str = self._table.get("numeric", "")
        first, second, third = int(found[1]), int(found[2]), int(found[3]) if found[3] else None
        if len(found[1]) > 2:
            return _date(first, second, third) if third else None
        if order == "ymd" and third is not None:
            return _date(2000 + first, second, third)
        if order in ("mdy", "ymd"):
            day, month = second, first
        elif order == "dmy" or first > 12:
            day, month = first, second
        elif second > 12 or first == second:
            day, month = second, first
        else:
            return None
        if third is not None:
            return _date(third if third > 99 else 2000 + third, month, day)
        date = _date(today.year, month, day)
        return date if date and date >= today else _date(today.year + 1, month, day)

    def _span(self, text: str, now: dt.datetime, tz: dt.tzinfo) -> dt.datetime | None:
        if text in self._spans:
            count, unit = self._spans[text].split()
            return _after(float(count), unit, now, tz)
        found = self._fits("span", text)
        if found is None:
            return self._added_up(text, now, tz)
        count = self._count(found.get("count"))
        unit = self._units[found["unit"] or ""]
        return _after(count, unit, now, tz) if count else None

    def _added_up(self, text: str, now: dt.datetime, tz: dt.tzinfo) -> dt.datetime | None:
        """ "1 year, 2 months and 3 days", one after the other."""
        for place in [*self._between.finditer(text)][:MOST_CUTS]:
            rest = text[place.end() :]
            if rest[:1].isdigit() or any(rest.startswith(f"{each} ") for each in self._numbers):
                first = self._span(text[: place.start()], now, tz)
                if first:
                    return self._span(rest, dt.datetime.combine(first, now.timetz()), tz)
        return None

    def _count(self, said: str | None) -> float:
        if said is None:
            return 1
        return self._numbers[said] if said in self._numbers else float(said.replace(",", "."))

    def _time(self, text: str) -> dt.time | None:
        found = self._fits("time", text)
        if found is None:
            return None
        if part := found.get("part"):
            return _PARTS[self._parts[part]]
        said = found["hour"] or ""
        hour = int(self._numbers.get(said, -1)) if not said.isdigit() else int(said)
        minute = 30 if found.get("half") else int(found.get("minute") or 0)
        if found.get("am") or found.get("pm"):
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if found.get("pm") else 0)
        return _clock(hour, minute)

    def _month(self, found: Found) -> int:
        said = found.get("month")
        return self._months[said.removesuffix(".")] if said else int(found["m"] or 0)

    def _number_of_day(self, found: Found) -> int:
        said = found["day"] or ""
        return self._ordinals[said] if said in self._ordinals else int(re.match(r"\d+", said)[0])  # type: ignore[index]

    def _fits(self, form: str, text: str) -> Found | None:
        for expression in self._compiled(form):
            if found := expression.fullmatch(text):
                return found.groupdict()
        return None

    def _compiled(self, form: str) -> list[re.Pattern[str]]:
        if form not in self._cache:
            vocabulary = Vocabulary({}, self._vocabulary, self._spaces, _NAMED)
            self._cache[form] = [re.compile(Pattern(each, vocabulary).expression) for each in self._forms.get(form, [])]
        return self._cache[form]

    @cached_property
    def _cache(self) -> dict[str, list[re.Pattern[str]]]:
        return {}

    def _all(self, *forms: str) -> list[str]:
        """Those that say most first, for the first that fits is taken."""
        vocabulary = Vocabulary({}, self._vocabulary, self._spaces, ())
        written = sorted(
            (each for form in forms for each in self._forms.get(form, [])),
            key=lambda each: (
                "{month}" in each or "{m}" in each,
                "{day}" in each,
                "{am}" in each or "{pm}" in each,
                sum(token[0] != "[" for token in each.split()),
                len(each),
            ),
            reverse=True,
        )
        return [f"(?:{Pattern(each, vocabulary).expression})" for each in written]

    @cached_property
    def _vocabulary(self) -> dict[str, str]:
        day = r"\d{1,2}(?:" + "|".join(map(re.escape, self._table.get("day_endings", ["."]))) + r")?(?!\d)"
        number = f"|{one_of(self._numbers)}" if self._numbers else ""
        some = {
            "weekday": one_of(self._weekdays),
            "month": one_of(self._months) + (r"\.?" if self._spaces else ""),
            "day": (f"{one_of(self._ordinals)}|" if self._ordinals else "") + day,
            "m": r"\d{1,2}",
            "year": r"\d{4}",
            # "an" and "d" are no "and".
            "count": r"\d{1,3}(?:[.,]5)?" + (number and rf"{number}(?![a-z])"),
            "unit": one_of(self._units),
            "part": one_of(self._parts) if self._parts else "(?!)",
            "hour": r"\d{1,2}" + number,
            "minute": r"\d{2}(?::\d{2})?",
            **{each: one_of(self._table[each]) if each in self._table else "(?!)" for each in ("am", "pm", "half")},
        }
        return {name: f"(?:{each})" for name, each in some.items()}


def _numbered(names: list[list[str]], first: int) -> dict[str, int]:
    return {name: number for number, many in enumerate(names, first) for name in many}


def _longest_first(texts: Mapping[str, Any]) -> list[str]:
    return sorted(texts, key=len, reverse=True)


def _ahead(weekday: int, today: dt.date) -> dt.date:
    """The next one after today."""
    return today + dt.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _end(period: str, today: dt.date) -> dt.date:
    match period:
        case "week":
            return today + dt.timedelta(days=6 - today.weekday())
        case "month":
            return _end_of_month(today.year, today.month)
        case "quarter":
            return _end_of_month(today.year, (today.month + 2) // 3 * 3)
        case "year":
            return dt.date(today.year, 12, 31)
        case _:
            raise ValueError(f"[dates.forms] end_of_{period}: there is no such period")


def _after(count: float, unit: str, now: dt.datetime, tz: dt.tzinfo) -> dt.datetime | None:
    try:
        match unit:
            case "minutes" | "hours":
                # They pass the same for everybody, whatever the clock on the wall does meanwhile.
                return (now.astimezone(dt.UTC) + dt.timedelta(**{unit: count})).astimezone(tz)
            case "days" | "weeks":
                return _at(now.date() + dt.timedelta(**{unit: count}), END_OF_DAY, tz)
            case "workdays":
                return _at(_after_workdays(int(count), now.date()), END_OF_DAY, tz)
            case _:
                months = now.month - 1 + int(count * {"months": 1, "quarters": 3, "years": 12}[unit])
                year, month = now.year + months // 12, months % 12 + 1
                return _at(dt.date(year, month, min(now.day, calendar.monthrange(year, month)[1])), END_OF_DAY, tz)
    except (OverflowError, ValueError):
        return None


def _after_workdays(count: int, today: dt.date) -> dt.date:
    day = today
    for _ in range(count):
        day += dt.timedelta(days=3 if day.weekday() == 4 else 2 if day.weekday() == 5 else 1)
    return day


def _day_of_month(day: int, today: dt.date) -> dt.date | None:
    """The next one that is called so."""
    for ahead in range(13):
        months = today.month - 1 + ahead
        date = _date(today.year + months // 12, months % 12 + 1, day)
        if date and date >= today:
            return date
    return None


def _late(time: dt.time) -> dt.time:
    return time.replace(hour=time.hour + 12) if 0 < time.hour < 12 else time


def _clock(hour: int, minute: int) -> dt.time | None:
    if hour == 24 and minute == 0:
        return END_OF_DAY
    return dt.time(hour, minute) if 0 <= hour < 24 and minute < 60 else None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _end_of_month(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _at(day: dt.date | None, time: dt.time | None, tz: dt.tzinfo) -> dt.datetime | None:
    return dt.datetime.combine(day, time, tz) if day and time else None
