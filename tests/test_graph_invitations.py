"""What an invite may ask for: written as Graph wants it, refused before it is sent where Graph would refuse it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bot.errors import NotUnderstood
from bot.graph.invitations import LONGEST_MESSAGE, DriveRecipient, Invitation, check, drive_recipient
from bot.sharing import DriveType, Recipient, Role, ShareableItem
from tests.test_graph import graph

ALEX = DriveRecipient("email", "alex@contoso.com")
END = dt.datetime(2026, 12, 24, 19, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def invitation(**more: Any) -> Invitation:
    return replace(Invitation((ALEX,), Role.READ), **more)


def place(kind: DriveType | None, *, is_folder: bool = False, is_root: bool = False) -> ShareableItem:
    return ShareableItem("d", "i", "Thing", "https://x", is_folder, "", "", None, kind, is_root=is_root)


PERSONAL, BUSINESS, LIBRARY, UNTOLD = (place(kind) for kind in (*DriveType, None))


def test_every_parameter_is_written_as_graph_wants_it() -> None:
    asked = Invitation(
        (ALEX, DriveRecipient("alias", "finance"), DriveRecipient("objectId", "0a0d")),
        Role.WRITE,
        message="Please check.",
        must_sign_in=False,
        sends_mail=True,
        expires=END,
        password="a secret",
        keeps_inherited=False,
    )

    assert asked.body() == {
        "recipients": [{"email": "alex@contoso.com"}, {"alias": "finance"}, {"objectId": "0a0d"}],
        "message": "Please check.",
        "requireSignIn": False,
        "sendInvitation": True,
        "roles": ["write"],
        "expirationDateTime": "2026-12-24T18:00:00Z",
        "password": "a secret",
        "retainInheritedPermissions": False,
    }


def test_what_was_not_said_is_not_sent() -> None:
    assert invitation().body() == {
        "recipients": [{"email": "alex@contoso.com"}],
        "requireSignIn": True,
        "sendInvitation": True,
        "roles": ["read"],
    }


def test_a_person_goes_by_id_wherever_there_is_one() -> None:
    assert drive_recipient(Recipient("0a0d", "Alex", "alex@contoso.com")) == DriveRecipient("objectId", "0a0d")
    assert drive_recipient(Recipient(None, "x@y.example", "x@y.example")) == DriveRecipient("email", "x@y.example")


@pytest.mark.parametrize(
    ("asked", "item"),
    [
        (invitation(), UNTOLD),
        (invitation(message="x" * LONGEST_MESSAGE), BUSINESS),
        (invitation(message="", sends_mail=False), LIBRARY),
        (invitation(must_sign_in=False), BUSINESS),
        (invitation(must_sign_in=False), place(DriveType.PERSONAL, is_folder=True)),
        (invitation(expires=END, password="x", keeps_inherited=True), PERSONAL),
        (invitation(expires=END, password="x", keeps_inherited=True), UNTOLD),
        (invitation(), place(DriveType.LIBRARY, is_folder=True, is_root=True)),
    ],
    ids=str,
)
def test_what_graph_takes_is_let_through(asked: Invitation, item: ShareableItem) -> None:
    check(asked, item)


@pytest.mark.parametrize(
    ("asked", "item", "sentence"),
    [
        (invitation(recipients=()), UNTOLD, "with whom"),
        (invitation(recipients=(ALEX, DriveRecipient("alias", " "))), UNTOLD, "no name and no address"),
        (invitation(role=Role.OWNER), UNTOLD, "as read or as write"),
        (invitation(role=Role.COMMENT), PERSONAL, "as read or as write"),
        (invitation(message="x" * 2001), UNTOLD, "2001 characters. Microsoft 365 takes 2000"),
        (invitation(message="x", sends_mail=False), UNTOLD, "travels in the mail"),
        (invitation(must_sign_in=False, sends_mail=False), UNTOLD, "the mail is the only way in"),
        (invitation(must_sign_in=False), place(DriveType.BUSINESS, is_folder=True), "Share a file so"),
        (invitation(must_sign_in=False), place(DriveType.LIBRARY, is_folder=True), "Share a file so"),
        (invitation(expires=END), BUSINESS, "share without one and remove it in time"),
        (invitation(expires=END), LIBRARY, "share without one and remove it in time"),
        (invitation(password="x"), BUSINESS, "personal OneDrive only"),
        (invitation(password="x"), LIBRARY, "personal OneDrive only"),
        (invitation(keeps_inherited=False), BUSINESS, "take people off the folder"),
        (invitation(keeps_inherited=True), LIBRARY, "take people off the folder"),
        (invitation(), place(DriveType.PERSONAL, is_folder=True, is_root=True), "choose a folder or a file in it"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
async def test_what_graph_would_refuse_is_never_sent(asked: Invitation, item: ShareableItem, sentence: str) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json={"value": []})

    with pytest.raises(NotUnderstood, match=sentence):
        await graph(answer).invite(item, asked)

    assert sent == []
