"""Until when: what is written, and the moment it means."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from bot.language import Said, Understood, understand
from bot.language.dates import Dates, Until
from bot.language.table import language
from bot.sharing import Role, Words

BERLIN = ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 11, 18, 10, tzinfo=BERLIN)  # a Wednesday


def meaning(text: str) -> Understood:
    return understand(Said(text), now=NOW, tz=BERLIN)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("until Friday", "2026-11-20T23:59:59+01:00"),
        ("until friday at 5pm", "2026-11-20T17:00:00+01:00"),
        ("till Wednesday", "2026-11-25T23:59:59+01:00"),
        ("until next Friday", "2026-11-27T23:59:59+01:00"),
        ("until next Monday", "2026-11-23T23:59:59+01:00"),
        ("until today", "2026-11-18T23:59:59+01:00"),
        ("until 17:30", "2026-11-18T17:30:00+01:00"),
        ("until noon", "2026-11-18T12:00:00+01:00"),
        ("until tomorrow", "2026-11-19T23:59:59+01:00"),
        ("until the end of the week", "2026-11-22T23:59:59+01:00"),
        ("until the end of the month", "2026-11-30T23:59:59+01:00"),
        ("until the end of next month", "2026-12-31T23:59:59+01:00"),
        ("until end of quarter", "2026-12-31T23:59:59+01:00"),
        ("until the end of the year", "2026-12-31T23:59:59+01:00"),
        ("until 2027-03-28", "2027-03-28T23:59:59+02:00"),
        ("until 2027-01-02 09:15", "2027-01-02T09:15:00+01:00"),
        ("until 25 December", "2026-12-25T23:59:59+01:00"),
        ("until Dec 25", "2026-12-25T23:59:59+01:00"),
        ("until December 25th, 2026", "2026-12-25T23:59:59+01:00"),
        ("until the 3rd of March", "2027-03-03T23:59:59+01:00"),
        ("by 1 July 2027", "2027-07-01T23:59:59+02:00"),
        ("for 3 days", "2026-11-21T23:59:59+01:00"),
        ("for two weeks", "2026-12-02T23:59:59+01:00"),
        ("for a month", "2026-12-18T23:59:59+01:00"),
        ("for the next 6 months", "2027-05-18T23:59:59+02:00"),
        ("for 2 hours", "2026-11-18T12:00:00+01:00"),
        ("until in 2 weeks", "2026-12-02T23:59:59+01:00"),
        ("until 3 days from now", "2026-11-21T23:59:59+01:00"),
        ("until tonight", "2026-11-18T23:59:59+01:00"),
        ("until tonight at 7pm", "2026-11-18T19:00:00+01:00"),
        ("until tomorrow 9:30", "2026-11-19T09:30:00+01:00"),
        ("until tomorrow at 12am", "2026-11-19T00:00:00+01:00"),
        ("until the day after tomorrow", "2026-11-20T23:59:59+01:00"),
        ("until Sat", "2026-11-21T23:59:59+01:00"),
        ("until Thurs.", "2026-11-19T23:59:59+01:00"),
        ("until Fri, 20 Nov", "2026-11-20T23:59:59+01:00"),
        ("until Jan 15", "2027-01-15T23:59:59+01:00"),
        ("until Nov 18", "2026-11-18T23:59:59+01:00"),
        ("until Sept 1st", "2027-09-01T23:59:59+02:00"),
        ("until 2026-12-01T17:00", "2026-12-01T17:00:00+01:00"),
        ("through 31 Dec 2026", "2026-12-31T23:59:59+01:00"),
        ("(until Friday)", "2026-11-20T23:59:59+01:00"),
        ("for a week", "2026-11-25T23:59:59+01:00"),
        ("for a fortnight", "2026-12-02T23:59:59+01:00"),
        ("for half a year", "2027-05-18T23:59:59+02:00"),
        ("for 2h", "2026-11-18T12:00:00+01:00"),
        ("for 90 minutes", "2026-11-18T11:30:00+01:00"),
        ("until Tuesday next week", "2026-11-24T23:59:59+01:00"),
        ("until Friday next week", "2026-11-27T23:59:59+01:00"),
        ("until a week from Friday", "2026-11-27T23:59:59+01:00"),
        ("until tonight at 7", "2026-11-18T19:00:00+01:00"),
        ("until tomorrow evening at 7:30", "2026-11-19T19:30:00+01:00"),
        ("until tomorrow morning at 7", "2026-11-19T07:00:00+01:00"),
        ("until tomorrow 8:00am", "2026-11-19T08:00:00+01:00"),
        ("until 8:00:31 am tomorrow", "2026-11-19T08:00:00+01:00"),
        ("until Oct. 2", "2027-10-02T23:59:59+02:00"),
        ("until Thursday the 19th", "2026-11-19T23:59:59+01:00"),
        ("until the 30th at 4 pm", "2026-11-30T16:00:00+01:00"),
        ("for a whole week", "2026-11-25T23:59:59+01:00"),
        ("for two and a half hours", "2026-11-18T12:30:00+01:00"),
        ("for 1 day 2 hours", "2026-11-19T12:00:00+01:00"),
        ("for 1 year, 1 month and 3 days", "2027-12-21T23:59:59+01:00"),
        ("for a year, please", "2027-11-18T23:59:59+01:00"),
        ("until 2027-01-02 at 5pm", "2027-01-02T17:00:00+01:00"),
        ("until 25/12 at 5pm", "2026-12-25T17:00:00+01:00"),
        ("until 2027/3/28", "2027-03-28T23:59:59+02:00"),
        ("until 24:00", "2026-11-18T23:59:59+01:00"),
        ("for 3 business days", "2026-11-23T23:59:59+01:00"),
        ("for 10 workdays", "2026-12-02T23:59:59+01:00"),
    ],
)
def test_until_when(text: str, until: str) -> None:
    understood = meaning(f"share Plan.docx with Ana as read {text}")

    assert understood.request is not None
    assert understood.request.until is not None
    assert understood.request.until.at == dt.datetime.fromisoformat(until)
    assert understood.request.recipients == (Words("name", "Ana"),)
    assert understood.request.role is Role.READ
    assert understood.asks == ()


def test_the_order_of_role_and_until_does_not_matter() -> None:
    one = meaning("share Plan.docx with Ana until Friday as write").request
    other = meaning("share Plan.docx with Ana as write until Friday").request

    assert one == other


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("until Friday, let Ana edit Plan.docx", "until Friday"),
        ("for 2 weeks, give Ana write access to Plan.docx", "for 2 weeks"),
        ("share Plan.docx until Friday with Ana as write", "until Friday"),
        ("give Ana write access to Plan.docx until Friday at 5pm", "until Friday at 5pm"),
        ("share Plan.docx with Ana (edit) until the end of the month", "until the end of the month"),
    ],
)
def test_until_may_stand_anywhere_and_is_kept_as_written(text: str, words: str) -> None:
    request = meaning(text).request

    assert request is not None
    assert request.until is not None
    assert request.until.words == words
    assert (request.items, request.recipients) == ((Words("name", "Plan.docx"),), (Words("name", "Ana"),))
    assert request.role is Role.WRITE


@pytest.mark.parametrize(
    ("now", "words", "until"),
    [
        ("2027-01-31T12:00+01:00", "for a month", "2027-02-28T23:59:59+01:00"),
        ("2028-01-31T12:00+01:00", "for a month", "2028-02-29T23:59:59+01:00"),
        ("2027-10-31T12:00+01:00", "for 4 months", "2028-02-29T23:59:59+01:00"),
        ("2026-12-31T12:00+01:00", "until tomorrow", "2027-01-01T23:59:59+01:00"),
        ("2026-12-15T12:00+01:00", "until the end of next month", "2027-01-31T23:59:59+01:00"),
        ("2027-02-01T12:00+01:00", "until the end of the month", "2027-02-28T23:59:59+01:00"),
        ("2027-04-01T12:00+02:00", "until the end of the quarter", "2027-06-30T23:59:59+02:00"),
        ("2026-11-22T12:00+01:00", "until the end of the week", "2026-11-22T23:59:59+01:00"),
        ("2026-11-22T12:00+01:00", "until Sunday", "2026-11-29T23:59:59+01:00"),
        ("2026-11-22T12:00+01:00", "until next Monday", "2026-11-23T23:59:59+01:00"),
        ("2027-03-27T12:00+01:00", "until tomorrow", "2027-03-28T23:59:59+02:00"),
        ("2027-03-27T12:00+01:00", "for 24 hours", "2027-03-28T13:00:00+02:00"),
        ("2027-10-30T12:00+02:00", "for 24 hours", "2027-10-31T11:00:00+01:00"),
        ("2027-10-30T12:00+02:00", "for a day", "2027-10-31T23:59:59+01:00"),
        ("2027-10-31T02:30+02:00", "for an hour", "2027-10-31T02:30:00+01:00"),
        ("2026-11-17T23:30+00:00", "until today", "2026-11-18T23:59:59+01:00"),
        ("2027-02-27T12:00+01:00", "until Feb 29 2028", "2028-02-29T23:59:59+01:00"),
    ],
)
def test_months_end_and_clocks_change(now: str, words: str, until: str) -> None:
    said = Said(f"share a.txt with Ana {words}")

    request = understand(said, now=dt.datetime.fromisoformat(now), tz=BERLIN).request

    assert request is not None
    assert request.until is not None
    assert request.until.at is not None
    assert request.until.at.astimezone(dt.UTC) == dt.datetime.fromisoformat(until)


@pytest.mark.parametrize(
    "words", ["forever", "permanently", "until forever", "for ever", "with no end date", "for good"]
)
def test_never_is_said_as_such(words: str) -> None:
    request = meaning(f"share Plan.docx with Ana {words}").request

    assert request is not None
    assert request.until is not None
    assert request.until.at is None


@pytest.mark.parametrize(
    "words",
    [
        "until 05/06",
        "until 1.2.2027",
        "until yesterday",
        "until 2020-01-01",
        "until whenever",
        "until Feb 30",
        "until next week",
        "until Fri 21 Nov",
        "until 25 December 2020",
        "until 25:00",
        "until 13pm",
        "until the 32nd",
        "until 2027-02-30 at 5pm",
        "until 2027/13/40",
    ],
)
def test_what_could_be_two_days_or_is_over_is_asked_about(words: str) -> None:
    understood = meaning(f"share Plan.docx with Ana {words}")

    assert "expiration" in understood.asks
    assert understood.request is not None
    assert understood.request.until is None
    assert understood.hint


@pytest.mark.parametrize(
    ("tag", "words", "until"),
    [
        ("ja", "12/25", "2026-12-25"),
        ("ja", "27/3/28", "2027-03-28"),
        ("ko", "2027. 3. 28.", "2027-03-28"),
        ("hu", "3.28", "2027-03-28"),
        ("de", "3.12.", "2026-12-03"),
        ("en", "25/12", "2026-12-25"),
        ("en", "12/25", "2026-12-25"),
        ("en", "12/12", "2026-12-12"),
    ],
)
def test_a_date_in_numbers_is_read_as_the_language_writes_it(tag: str, words: str, until: str) -> None:
    found = language(tag).dates.until(words, NOW, BERLIN)

    assert found is not None
    assert found.at is not None
    assert found.at.date() == dt.date.fromisoformat(until)


@pytest.mark.parametrize("today", ["2026-11-20", "2026-11-21", "2026-11-22"])
def test_from_a_friday_or_a_weekend_the_next_working_day_is_monday(today: str) -> None:
    now = dt.datetime.fromisoformat(f"{today}T10:00").replace(tzinfo=BERLIN)

    found = language("en").dates.until("1 working day", now, BERLIN)

    assert found == Until(dt.datetime(2026, 11, 23, 23, 59, 59, tzinfo=BERLIN))


@pytest.mark.parametrize(("tag", "words"), [("ru", "неделю"), ("pl", "tydzień"), ("cs", "týden"), ("uk", "тиждень")])
def test_where_a_language_says_no_number_it_is_one(tag: str, words: str) -> None:
    found = language(tag).dates.until(words, NOW, BERLIN)

    assert found == Until(dt.datetime(2026, 11, 25, 23, 59, 59, tzinfo=BERLIN))


def test_a_time_longer_than_any_calendar_is_no_date() -> None:
    assert language("en").dates.until(" and ".join(["999 years"] * 9), NOW, BERLIN) is None


@pytest.mark.parametrize("form", ["end_of_decade", "start_of_week"])
def test_a_table_of_words_with_a_form_nobody_knows_says_which(form: str) -> None:
    table = {"weekdays": [], "months": [], "units": {}, "forever": [], "forms": {form: ["then"]}}

    with pytest.raises(ValueError, match=form):
        Dates(table, spaces=True).until("then", NOW, BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "share Plan.docx with Ana for review",
        "share Notes for Friday.docx with Ana",
        "share Plans for 2 weeks.docx with Ana",
    ],
)
def test_for_is_no_date_unless_a_span_follows(text: str) -> None:
    understood = meaning(text)

    assert understood.request is not None
    assert understood.request.until is None
    assert understood.asks == ()
