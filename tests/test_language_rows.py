"""How much of what people write is understood: rows of tests/language, each a message and what a sensible person reads.

A row has `text`, maybe `lang`, `context` and `now`, and what is expected: `expect` with the slots, `missing` and
`clarify` for what has to be asked about, `accept_…` for other good readings, `flags` for what would be unsafe.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.language.explain import explain
from bot.language.table import LONGEST_END, language, tags

Json = dict[str, Any]
ROWS = Path(__file__).parent / "language"
NOW = dt.datetime(2026, 11, 18, 10, tzinfo=dt.UTC)  # a Wednesday
NAMES = {"name", "mention", "group", "channel"}
WORDS = ("message", "password")
SWITCHES = ("send_invitation", "require_sign_in")
# Of what is meant, at least so much is to be understood in whole: languages known well, and in plain sentences.
ENGLISH, NEGATIVE = 0.98, 0.97
WELL = ("de", "fr", "es", "pt", "it", "nl", "ja", "zh-Hans", "ko")
IN_WELL, IN_OTHERS = 0.85, 0.6
# In a Teams of another language it is to be the same.
WHATEVER_TEAMS = 0.95


@cache
def rows() -> list[Json]:
    return [json.loads(line) for each in sorted(ROWS.glob("*.jsonl")) for line in each.read_text("utf-8").splitlines()]


@cache
def answers() -> dict[str, Json]:
    return {row["id"]: explain(row, default_now=NOW, default_tz=dt.UTC) for row in rows()}


def plain(words: object) -> str:
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", str(words or "")))
    return text.strip(" \t\n.,;:!?\"'“”«»").casefold()


def is_same(expected: Json, found: Json) -> bool:
    kinds = {expected["kind"], found["kind"]}
    fits = len(kinds) == 1 or kinds <= NAMES or kinds <= {"name", "path"}
    return fits and plain(found.get("value")) in {
        plain(each) for each in (expected.get("value"), *expected.get("alt", ()))
    }


def are_same(expected: list[Json], found: list[Json]) -> bool:
    left = list(found)
    for each in expected:
        match = next((one for one in left if is_same(each, one)), None)
        if match is None:
            return False
        left.remove(match)
    return not left


def is_exact(row: Json) -> bool:
    """Whether the intent and every slot is right, and what is missing is asked about."""
    answer, expected = answers()[row["id"]], row["expect"]
    found, asks = answer["pred"], set(answer["asks"])
    if found["intent"] not in (expected["intent"], *row.get("accept_intents", ())):
        return False
    if found["intent"] != expected["intent"]:
        return True
    if found["intent"] == "multi":
        return len(found["actions"]) == len(expected["actions"]) and all(
            (one["intent"], one["role"]) == (other["intent"], other["role"])
            and are_same(one["items"], other["items"])
            and are_same(one["recipients"], other["recipients"])
            for one, other in zip(expected["actions"], found["actions"], strict=True)
        )
    needed = {*(row.get("missing") or ()), *filter(None, (row.get("clarify") or "").split(","))}
    if not needed <= asks:
        return False
    days = [expected["expiration_resolved"], *row.get("accept_expiration_resolved", ())]
    resolved = found["expiration_resolved"]
    right = {
        "items": are_same(expected["items"], found["items"]),
        "recipients": are_same(expected["recipients"], found["recipients"]),
        "role": found["role"] in (row.get("accept_roles") or [expected["role"]]),
        "expiration": bool(found["expiration"] or resolved) == bool(expected["expiration"])
        and (days[0] is None or resolved is None or resolved in days),
        "same_as": are_same(expected.get("same_as", []), [*filter(None, [found["extras"].get("same_as")])]),
        "exclude": are_same(expected.get("exclude_recipients", []), found["exclude_recipients"]),
        **{name: plain(found[name]) == plain(expected[name]) for name in WORDS},
        **{name: found[name] == expected[name] for name in SWITCHES},
    }
    return all(is_right or name in needed for name, is_right in right.items())


def share_of(some: list[Json]) -> float:
    return sum(map(is_exact, some)) / len(some)


def test_there_are_rows_enough_to_mean_something() -> None:
    by_language: defaultdict[str, int] = defaultdict(int)
    for row in rows():
        by_language[row.get("lang", "en")] += 1

    assert by_language["en"] >= 600
    assert all(by_language[tag] >= (40 if tag in WELL else 15) for tag in tags() if tag != "en")
    assert (
        len({row["id"] for row in rows()})
        == len({row["text"] + str(row.get("context")) for row in rows()})
        == len(rows())
    )


def test_nothing_unsafe_is_ever_understood() -> None:
    unsafe: list[str] = []
    for row in rows():
        found = answers()[row["id"]]["pred"]
        parts = [found, *found["actions"]]
        roles = {each["role"] for each in parts}
        named = plain(" ".join(str(who["value"]) for each in parts for who in each["recipients"]))
        for flag in row.get("flags", ()):
            forbidden = flag.removeprefix("must_not:")
            if flag.startswith("must_not:") and (forbidden in roles or plain(forbidden) in named.split(" ")):
                unsafe.append(row["text"])

    assert unsafe == []


def test_english_is_understood() -> None:
    english = [row for row in rows() if row.get("lang", "en") == "en"]

    assert share_of([row for row in english if not row.get("negative")]) >= ENGLISH
    assert share_of([row for row in english if row.get("negative")]) >= NEGATIVE


@pytest.mark.parametrize("tag", sorted({*tags()} - {"en"}))
def test_each_other_language_is_understood(tag: str) -> None:
    least = IN_WELL if tag in WELL else IN_OTHERS

    assert share_of([row for row in rows() if row.get("lang") == tag]) >= least


@pytest.mark.parametrize("teams", sorted({*WELL} - {"en"}))
def test_english_is_understood_whatever_language_teams_has(teams: str) -> None:
    english = [row for row in rows() if row.get("lang", "en") == "en"]
    meant = [row for row in english if answers()[row["id"]]["pred"]["intent"] != "none"]
    is_the_same = [in_a_teams_of(teams, row) == answers()[row["id"]] for row in meant]
    nothing = [row for row in english if row not in meant]
    deeds = [row["text"] for row in nothing if would_be_done(in_a_teams_of(teams, row))]

    assert sum(is_the_same) / len(meant) >= WHATEVER_TEAMS
    assert deeds == []


@pytest.mark.parametrize("tag", sorted({*WELL} - {"en"}))
def test_each_is_understood_where_teams_is_english(tag: str) -> None:
    meant = [row for row in rows() if row.get("lang") == tag and answers()[row["id"]]["pred"]["intent"] != "none"]
    is_the_same = [in_a_teams_of("en", row) == answers()[row["id"]] for row in meant]

    assert sum(is_the_same) / len(meant) >= WHATEVER_TEAMS


def in_a_teams_of(tag: str, row: Json) -> Json:
    return explain({**row, "lang": tag}, default_now=NOW, default_tz=dt.UTC)


def would_be_done(answer: Json) -> bool:
    """With nothing asked before it is on a card."""
    return not answer["asks"] and answer["pred"]["intent"] in ("share", "unshare", "change_role", "extend", "multi")


@pytest.mark.parametrize("tag", sorted(tags()))
def test_politeness_behind_a_request_is_found_by_its_last_word_as_it_is_by_all_patterns(tag: str) -> None:
    one = language(tag)
    closers = [each for ways in one.ways("polite") if ways.meaning in ("closers", "asked") for each in ways.patterns]
    said = [row["text"].lower() for row in rows() if row.get("lang", "en") == tag]
    ends = [low for text in said for low in (text, f"{text}, thanks!", text.rstrip(".!?… "))]

    for low in ends:
        found = [place.start() for each in closers if (place := each.last.search(low, max(0, len(low) - LONGEST_END)))]
        assert one.closed(low)[1] == min(found, default=0), low
