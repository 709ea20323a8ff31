"""A file that was found by typing, as the value that stands for it in a form: sealed, and good for its finder alone."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass

import cards.dialog
from bot.commands.turn import Turn
from bot.identity.sealing import Unreadable
from bot.sharing import Person, ShareableItem, Words


@dataclass(frozen=True)
class Find:
    """`title` is how it was offered. That it was found is no right to it: it is looked up again as whoever shares."""

    item: Words
    title: str


def sealed(turn: Turn, item: ShareableItem) -> str:
    plain = json.dumps([item.key, item.name, cards.dialog.title(item)]).encode()
    return base64.urlsafe_b64encode(turn.sealer.seal(plain, _whose(turn.person))).decode()


def opened(turn: Turn, value: str) -> Find | None:
    """None for what was not sealed by us, or for somebody else."""
    try:
        plain = turn.sealer.open(base64.urlsafe_b64decode(value), _whose(turn.person))
    except (Unreadable, binascii.Error, ValueError):
        return None
    key, name, title = json.loads(plain)
    return Find(Words("id", key, name), title)


def _whose(person: Person) -> str:
    return f"found {person.tenant_id} {person.id}"
