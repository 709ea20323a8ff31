"""Until when. A strict table: what is not in it is not a date, and what could be two days is neither."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from bot.language import english as words
from bot.language.shapes import one_of

END_OF_DAY = dt.time(23, 59, 59)

_DAYS = {day[:length]: number for number, day in enumerate(words.WEEKDAYS) for length in (3, 4, 5, len(day))}
_MONTHS = {
    month[:length]: number for number, month in enumerate(words.MONTHS, 1) for length in (3, len(month))
} | {"sept": 9}  # fmt: skip
_TIME = re.compile(
    rf"(?:^|\s)\s{{0,9}}(?:{one_of(words.AT)}\s)?"
    rf"(?:(\d{{1,2}}):(\d{{2}})(?:\s?([ap])\.?m\.?)?|(\d{{1,2}})\s?([ap])\.?m\.?|({one_of(words.NOON)}))$"
)
_COUNT = re.compile(rf"(?:{one_of(words.IN)}\s)?(?:(\d{{1,3}})\s?|([a-z]+)\s)([a-z]+)(?:\s{one_of(words.FROM_NOW)})?$")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[t ](\d{2}):(\d{2})(?::\d{2})?)?$")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?\s(?:of\s)?([a-z]+)\.?,?(?:\s(\d{4}))?$")
_MONTH_DAY = re.compile(r"([a-z]+)\.?\s(?:the\s)?(\d{1,2})(?:st|nd|rd|th)?,?(?:\s(\d{4}))?$")
_AMBIGUOUS = re.compile(r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?\.?$")
_HALF_A_YEAR = "half a year"


@dataclass(frozen=True)
class Until:
    """`at` is aware. None at all: it means "never" if `forever`, else it is unclear and has to be asked about."""

    at: dt.datetime | None = None
    forever: bool = False


def until(said: str, now: dt.datetime, tz: dt.tzinfo) -> Until | None:
    """What the words after "until" mean; None where they are no date at all. The past is unclear."""
    text = _tidied(said)
    if text in words.FOREVER:
        return Until(forever=True)
    if _AMBIGUOUS.match(text):
        return Until()
    found = _moment(text, now.astimezone(tz), tz)
    if found is None:
        return None
    # In UTC: two times of one zone are compared by what the clock on the wall shows, which goes back once a year.
    return Until(found) if found.astimezone(dt.UTC) > now.astimezone(dt.UTC) else Until()


def duration(said: str, now: dt.datetime, tz: dt.tzinfo) -> Until | None:
    """What the words after "for" mean: a span of time from now."""
    text = _tidied(said)
    if text in words.FOREVER or text == "ever":
        return Until(forever=True)
    found = _span(text, now.astimezone(tz), tz)
    return Until(found) if found else None


def _tidied(said: str) -> str:
    return " ".join(said.casefold().split()).strip(" .,!")


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
    for word in words.THE:
        text = text.removeprefix(f"{word} ")
    match words.DAYS.get(text):
        case "today":
            return today
        case "tomorrow":
            return today + dt.timedelta(days=1)
        case "day after tomorrow":
            return today + dt.timedelta(days=2)
        case "week":
            return today + dt.timedelta(days=6 - today.weekday())
        case "next week":
            return today + dt.timedelta(days=13 - today.weekday())
        case "month":
            return _end_of_month(today.year, today.month)
        case "next month":
            return _end_of_month(today.year + today.month // 12, today.month % 12 + 1)
        case "quarter":
            return _end_of_month(today.year, (today.month + 2) // 3 * 3)
        case "year":
            return dt.date(today.year, 12, 31)
        case _:
            return _weekday(text, today) or _of_calendar(text, today)


def _weekday(text: str, today: dt.date) -> dt.date | None:
    """The next one after today; "next Friday" is that of next week."""
    name = text.removeprefix(f"{words.NEXT} ")
    for this in words.THIS:
        name = name.removeprefix(f"{this} ")
    if name not in _DAYS:
        return None
    ahead = (_DAYS[name] - today.weekday() - 1) % 7 + 1
    if text.startswith(f"{words.NEXT} ") and ahead <= 6 - today.weekday():
        ahead += 7
    return today + dt.timedelta(days=ahead)


def _of_calendar(text: str, today: dt.date) -> dt.date | None:
    """A day of a month, of this year or the next; a weekday before it has to be the right one."""
    first, _, rest = text.partition(" ")
    weekday = _DAYS.get(first.rstrip(","))
    if weekday is not None:
        text = rest
    if found := _DAY_MONTH.match(text):
        day, month, year = found[1], found[2], found[3]
    elif found := _MONTH_DAY.match(text):
        month, day, year = found[1], found[2], found[3]
    else:
        return None
    if month not in _MONTHS:
        return None
    date = _date(int(year) if year else today.year, _MONTHS[month], int(day))
    if not year and (date is None or date < today):
        date = _date(today.year + 1, _MONTHS[month], int(day))
    return date if date and weekday in (None, date.weekday()) else None


def _span(text: str, now: dt.datetime, tz: dt.tzinfo) -> dt.datetime | None:
    found = _COUNT.match(text.replace(_HALF_A_YEAR, "6 months"))
    if not found:
        return None
    count = int(found[1]) if found[1] else words.NUMBERS.get(found[2])
    unit = words.UNITS.get(found[3]) or words.UNITS.get(found[3].removesuffix(words.PLURAL))
    if not count or not unit:
        return None
    match unit:
        case "minutes" | "hours":
            # They pass the same for everybody, whatever the clock on the wall does meanwhile.
            return (now.astimezone(dt.UTC) + dt.timedelta(**{unit: count})).astimezone(tz)
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
