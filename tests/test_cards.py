"""Cards: what people are called and what files are called is shown as it is, and means nothing."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import cards.basics
import cards.ended
import cards.files
import cards.received
import cards.share
from bot.many import Part
from bot.sharing import (
    AccessWanted,
    Change,
    Decision,
    Ending,
    EndReceipt,
    Expiry,
    Grant,
    Option,
    Outcome,
    Person,
    Question,
    Recipient,
    Returned,
    Role,
    ShareableItem,
    SharePlan,
    ShareReceipt,
    ShareRequest,
    Step,
    UnclearRequest,
    Viewed,
    Words,
)
from cards.elements import apart
from tests.gallery import samples

HOSTILE = "[Click me](https://evil.example) **bold** <b>x</b> \u202egnp.exe"
ASKER = Person("t", "p", HOSTILE)
WHEN = dt.datetime(2026, 11, 27, 23, 59, 59, tzinfo=dt.UTC)
FILE = ShareableItem("b!d", "01A", HOSTILE, "https://contoso.example/x", False, HOSTILE, HOSTILE, WHEN)
PEOPLE = [Recipient("1", HOSTILE, HOSTILE + "@x"), Recipient(None, "eric@x.example", "eric@x.example")]
PLAN = SharePlan(
    ASKER,
    FILE,
    Role.WRITE,
    tuple(
        Step(person, now, change)
        for person in PEOPLE
        for now, change in ((None, Change.GAINS), (Role.OWNER, Change.HAS_IT))
    ),
    Expiry("Friday", WHEN),
)
RECEIPT = ShareReceipt(PLAN, tuple(Grant(PEOPLE[0], outcome, "because") for outcome in Outcome), checked=False)
ENDED = EndReceipt(RECEIPT, tuple(Returned(PEOPLE[0], each, Role.READ) for each in Ending))
UNCLEAR = UnclearRequest(
    ASKER, ShareRequest((), ()), (Question("item", HOSTILE, (Option("k1", HOSTILE, HOSTILE), Option("k2", "b", "c"))),)
)
EDITS = AccessWanted(ASKER, ASKER, Words("id", "d!i", HOSTILE), Role.WRITE, None, HOSTILE, Viewed(PLAN, PEOPLE[0]))
CARDS: dict[str, dict[str, Any]] = {
    "confirm": cards.share.confirm(PLAN, "key"),
    "choose": cards.share.choose(UNCLEAR, "key"),
    "done": cards.share.done(RECEIPT, "key"),
    "reminder": cards.ended.reminder(RECEIPT, WHEN, "key"),
    "extended": cards.ended.extended(RECEIPT, WHEN, "key"),
    "ended": cards.ended.ended(ENDED),
    "ended for you": cards.ended.ended_for_you(ENDED, ENDED.returned[0]),
    "not ended": cards.ended.not_ended(RECEIPT, "key", HOSTILE, is_last=True),
    "cancelled": cards.share.cancelled(HOSTILE),
    "shared with you": cards.share.shared_with_you(replace(PLAN, role=Role.READ), "key"),
    "sure": cards.received.sure(PLAN, "key"),
    "given back": cards.received.given_back(PLAN, ENDED.returned[0]),
    "edit": cards.received.edit(PLAN, "key"),
    "asked": cards.received.asked(PLAN, "key"),
    "answered": cards.received.access_answered(EDITS, Decision.DECLINED, in_place=True, key="key"),
    "wants to edit": cards.received.wants_access(EDITS, PLAN.item, "key"),
    "declined": cards.received.access_declined(EDITS),
    "decided before": cards.received.access_decided(EDITS, Decision.ALLOWED, key="key"),
    "failed": cards.share.failed(PLAN.item, HOSTILE),
    "over": cards.received.over(PLAN, PEOPLE[0]),
    "given back by": cards.received.given_back_by(PLAN, ENDED.returned[0]),
    "not given back": cards.received.not_given_back(PLAN, PEOPLE[0], "key"),
    "problem": cards.basics.problem(f"I found no file called “{HOSTILE}”."),
    "say": cards.basics.say(HOSTILE),
    "help": cards.basics.help_card([("share", "Shares.")], welcome=True),
    "continue": cards.basics.continue_as_you("key", HOSTILE),
    "working": cards.basics.working(),
}


@pytest.fixture(params=list(CARDS.values()), ids=list(CARDS))
def card(request: pytest.FixtureRequest) -> dict[str, Any]:
    return request.param


def test_a_foreign_name_is_never_read_as_markdown(card: dict[str, Any]) -> None:
    for part in parts(card):
        if part.get("type") in ("TextBlock", "Fact"):
            assert "evil" not in json.dumps(part)
        assert "](https" not in str(part.get("title", ""))


def test_a_card_has_what_a_client_without_cards_and_a_screen_reader_need(card: dict[str, Any]) -> None:
    assert card["version"] == "1.5"
    assert card["fallbackText"]
    assert card["speak"]
    assert card["lang"] == "en"


def test_a_card_is_far_below_teams_limit_and_offers_few_things(card: dict[str, Any]) -> None:
    assert len(json.dumps(card).encode("utf-16")) < 80_000
    assert len(card.get("actions", ())) <= 6


def test_every_field_has_a_label_and_every_button_a_fallback(card: dict[str, Any]) -> None:
    for part in parts(card):
        if str(part.get("type")).startswith("Input."):
            assert part["label"]
        if part.get("type") == "Action.Execute":
            assert part["fallback"]["data"] == part["data"]


def test_a_card_carries_a_key_and_no_facts(card: dict[str, Any]) -> None:
    for part in parts(card):
        if "data" in part:
            assert part["data"].keys() == {"verb", "about"}


def parts(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for each in node.values():
            yield from parts(each)
    elif isinstance(node, list):
        for each in node:
            yield from parts(each)


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("Plan.docx", ""),
        ("\u202bplan", "\u202c"),
        ("\u202bplan\u202c", ""),
        ("\u2067plan", "\u2069"),
        ("\u2067plan\u2069", ""),
        ("\u2067\u202bplan\u2069", ""),
        ("\u202b\u2067plan", "\u2069\u202c"),
        ("plan\u202c\u2069", ""),
    ],
)
def test_what_a_name_begins_of_writing_from_right_to_left_ends_with_it(words: str, ends: str) -> None:
    assert apart(words) == words + ends


def test_of_more_files_than_have_room_for_buttons_each_can_be_opened() -> None:
    part = Part("1", samples.VIEWED, samples.receipt(Grant(samples.ALEX, Outcome.GRANTED)))
    few, many = (cards.files.for_them([part] * count, "alex") for count in (10, 11))

    assert json.dumps(few).count("I don't need this") == 2 * 10
    assert json.dumps(many).count("received.unneeded") == 0
    assert json.dumps(many).count("Action.OpenUrl") == 11


@pytest.mark.parametrize("name", ["confirm", "confirm: many people", "chat: somebody joined", "edit: for the sharer"])
def test_what_is_not_done_yet_is_not_in_the_colour_of_what_is(name: str) -> None:
    assert '"Good"' not in json.dumps(samples.SAMPLES[name]())
