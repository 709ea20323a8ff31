"""The cards of the dialogs and of a file in a chat: names mean nothing, and every client finds what it needs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

import cards.access
import cards.dialog
import cards.form
import cards.share
from bot.sharing import Role
from bot.teams.server import ICONS
from cards.access import Holder, Way
from cards.elements import OVERRIDES
from tests.test_cards import FILE, HOSTILE, PLAN, UNCLEAR, WHEN, parts

HOLDERS = [
    Holder(HOSTILE, HOSTILE, way, role, is_inherited, WHEN)
    for way in Way
    for role in (*Role, None)
    for is_inherited in (False, True)
]
TYPED = {"people": HOSTILE, "role": "write", "until": "2026-11-27", "message": HOSTILE, "mail": "false"}
ERRORS = {field: f"{field}: “{HOSTILE}” can't be." for field in ("", "item", *TYPED)}
CARDS: dict[str, dict[str, Any]] = {
    "form": cards.dialog.in_dialog(cards.form.form(TYPED, ERRORS, "key", options=[(HOSTILE, "k1"), ("b", "k2")])),
    "empty form": cards.dialog.in_dialog(cards.form.form({}, {}, "key", options=[(HOSTILE, "k1")])),
    "file": cards.dialog.file(FILE),
    "who can open": cards.access.who(FILE, HOLDERS, sees_all=False),
    "who can open, nobody": cards.access.who(FILE, [], sees_all=True),
    "sign in": cards.dialog.sign_in(
        "https://bot.example/auth/start?ticket=x", {"verb": "share.form", "about": "k", **TYPED}
    ),
    "late": cards.dialog.late(own_chat=True),
    "late, without a chat": cards.dialog.late(own_chat=False),
    "confirm": cards.dialog.in_dialog(cards.share.confirm(PLAN, "key")),
    "choose": cards.dialog.in_dialog(cards.share.choose(UNCLEAR, "key")),
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
    assert all(card[name] for name in ("fallbackText", "speak", "lang"))
    assert all(part["label"] for part in parts(card) if str(part.get("type")).startswith("Input."))


def test_a_card_is_far_below_teams_limit_and_offers_few_things(card: dict[str, Any]) -> None:
    assert len(json.dumps(card).encode("utf-16")) < 80_000
    assert len(card.get("actions", ())) <= 6


def test_a_dialog_has_no_button_that_it_does_not_know(card: dict[str, Any]) -> None:
    assert {action["type"] for action in card.get("actions", ())} <= {"Action.Submit", "Action.OpenUrl"}


def test_a_button_in_a_dialog_carries_what_it_carries_elsewhere() -> None:
    here, there = CARDS["confirm"]["actions"], cards.share.confirm(PLAN, "key")["actions"]

    assert [(each["title"], each["data"], each["style"]) for each in here] == [
        (each["title"], each["data"], each["style"]) for each in there
    ]


def test_what_was_typed_and_what_is_wrong_with_it_stand_together() -> None:
    body = CARDS["form"]["body"]
    fields = {each["id"]: place for place, each in enumerate(body) if "id" in each}

    assert {name: body[fields[name]]["value"] for name in TYPED} == TYPED
    for name in ("item", *TYPED):
        assert body[fields[name] + 1]["inlines"][0]["text"] == f"⚠ {ERRORS[name]}".translate(OVERRIDES)


@pytest.mark.parametrize("name", ["a.xlsx", "a.DOCX", "a.pptx", "a.png", "a.pdf", "a.zip", "a"])
@pytest.mark.parametrize("is_folder", [False, True])
def test_every_kind_of_file_has_an_icon_and_a_word(name: str, is_folder: bool) -> None:  # noqa: FBT001
    item = replace(FILE, name=name, is_folder=is_folder)

    assert (ICONS / f"{cards.share.kind(item)}.png").is_file()
    assert cards.share.kind_in_words(item)[0].isupper()
