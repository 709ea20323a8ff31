"""Until when. A strict table: what is not in it is not a date, and what could be two days is neither."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from bot.language.english import FOREVER, MONTHS, NUMBERS, UNITS, WEEKDAYS

END_OF_DAY = dt.time(23, 59, 59)

_DAYS = {day[:length]: number for number, day in enumerate(WEEKDAYS) for length in (3, 4, 5, len(day))}
_MONTHS = {month[:length]: number for number, month in enumerate(MONTHS, 1) for length in (3, len(month))} | {"sept": 9}
_TIME = re.compile(r"(?:^|\s+)(?:at\s+)?(?:(\d{1,2}):(\d{2})(?:\s*([ap])\.?m\.?)?|(\d{1,2})\s*([ap])\.?m\.?|(noon))$")
_COUNT = re.compile(r"(?:in\s+|the next\s+|another\s+)?(\d{1,3}|[a-z]+)\s+([a-z]+)$")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[t ](\d{2}):(\d{2})(?::\d{2})?)?$")
_DAY_MONTH = re.compile(r"(?:the\s+)?(\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?([a-z]+)\.?,?(?:\s+(\d{4}))?$")
_MONTH_DAY = re.compile(r"([a-z]+)\.?\s+(?:the\s+)?(\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(\d{4}))?$")
_AMBIGUOUS = re.compile(r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?\.?$")


@dataclass(frozen=True)
class Until:
    """`at` is aware. None at all: it means "never" if `forever`, else it is unclear and has to be asked about."""

    at: dt.datetime | None = None
    forever: bool = False


def until(words: str, now: dt.datetime, tz: dt.tzinfo) -> Until | None:
    """What the words after "until" or "for" mean; None where they are no date at all. The past is unclear."""
    text = words.casefold().strip(" .,!")
    if text in FOREVER:
        return Until(forever=True)
    if _AMBIGUOUS.match(text):
        return Until()
    local = now.astimezone(tz)
    found = _moment(text, local, tz)
    if found is None:
        return None
    return Until(found) if found > now else Until()


def duration(words: str, now: dt.datetime, tz: dt.tzinfo) -> Until | None:
    """What the words after "for" mean: a span of time from now."""
    text = words.casefold().strip(" .,!")
    if text in FOREVER or text == "ever":
        return Until(forever=True)
    found = _span(text, now.astimezone(tz), tz)
    return Until(found) if found else None


def _moment(text: str, now: dt.datetime, tz: dt.tzinfo) -> dt.datetime | None:
    if iso := _ISO.match(text):
        day = _date(int(iso[1]), int(iso[2]), int(iso[3]))
        time = _clock(int(iso[4]), int(iso[5])) if iso[4] else END_OF_DAY
        return _at(day, time, tz)
    if span := _span(text, now, tz):
        return span
    time: dt.time | None = END_OF_DAY
    if clock := _TIME.search(text):
        text = text[: clock.start()].strip(" ,")
        time = _time(clock)
        if not text:
            return _at(now.date(), time, tz)
    return _at(_day(text, now.date()), time, tz)


def _day(text: str, today: dt.date) -> dt.date | None:
    match text.removeprefix("the ").removesuffix(" eod"):
        case "today" | "tonight" | "eod" | "end of day" | "end of the day":
            return today
        case "tomorrow":
            return today + dt.timedelta(days=1)
        case "day after tomorrow":
            return today + dt.timedelta(days=2)
        case "end of week" | "end of the week" | "end of this week":
            return today + dt.timedelta(days=6 - today.weekday())
        case "next week" | "end of next week":
            return today + dt.timedelta(days=13 - today.weekday())
        case "end of month" | "end of the month" | "end of this month":
            return _end_of_month(today.year, today.month)
        case "next month" | "end of next month":
            return _end_of_month(today.year + today.month // 12, today.month % 12 + 1)
        case "end of quarter" | "end of the quarter" | "end of this quarter":
            return _end_of_month(today.year, (today.month + 2) // 3 * 3)
        case "end of year" | "end of the year" | "end of this year" | "year's end" | "year end":
            return dt.date(today.year, 12, 31)
        case named:
            return _weekday(named, today) or _of_calendar(named, today)


def _weekday(text: str, today: dt.date) -> dt.date | None:
    """The next one after today; "next Friday" is that of next week."""
    name = text.removeprefix("next ").removeprefix("this ").removeprefix("coming ")
    if name not in _DAYS:
        return None
    ahead = (_DAYS[name] - today.weekday() - 1) % 7 + 1
    if text.startswith("next ") and ahead <= 6 - today.weekday():
        ahead += 7
    return today + dt.timedelta(days=ahead)


def _of_calendar(text: str, today: dt.date) -> dt.date | None:
    if found := _DAY_MONTH.match(text):
        day, month, year = found[1], found[2], found[3]
    elif found := _MONTH_DAY.match(text):
        month, day, year = found[1], found[2], found[3]
    else:
        return None
    if month not in _MONTHS:
        return None
    if year:
        return _date(int(year), _MONTHS[month], int(day))
    this_year = _date(today.year, _MONTHS[month], int(day))
    if this_year is None or this_year < today:
        return _date(today.year + 1, _MONTHS[month], int(day))
    return this_year


def _span(text: str, now: dt.datetime, tz: dt.tzinfo) -> dt.datetime | None:
    found = _COUNT.match(text.replace("half a year", "6 months"))
    if not found:
        return None
    count = int(found[1]) if found[1].isdecimal() else NUMBERS.get(found[1])
    unit = UNITS.get(found[2]) or UNITS.get(found[2].removesuffix("s"))
    if not count or not unit:
        return None
    match unit:
        case "hours":
            # A span of hours is one of the clock on the wall of the world, not of the local one.
            return (now.astimezone(dt.UTC) + dt.timedelta(hours=count)).astimezone(tz)
        case "days" | "weeks" | "fortnights":
            days = count * {"days": 1, "weeks": 7, "fortnights": 14}[unit]
            return _at(now.date() + dt.timedelta(days=days), END_OF_DAY, tz)
        case _:
            months = now.month - 1 + count * (12 if unit == "years" else 1)
            year, month = now.year + months // 12, months % 12 + 1
            return _at(dt.date(year, month, min(now.day, calendar.monthrange(year, month)[1])), END_OF_DAY, tz)


def _time(found: re.Match[str]) -> dt.time | None:
    if found[6]:
        return dt.time(12)
    hour, minute, half = int(found[1] or found[4]), int(found[2] or 0), found[3] or found[5]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return _clock(hour, minute)


def _clock(hour: int, minute: int) -> dt.time | None:
    return dt.time(hour, minute) if hour < 24 and minute < 60 else None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _end_of_month(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _at(day: dt.date | None, time: dt.time | None, tz: dt.tzinfo) -> dt.datetime | None:
    return dt.datetime.combine(day, time, tz) if day and time else None
