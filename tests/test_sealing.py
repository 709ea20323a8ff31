"""Sealed blobs open only with the right key, for the right owner, unaltered."""

from __future__ import annotations

import pytest

from bot.identity.sealing import Sealer, Unreadable

OLD, NEW = bytes(32), bytes(range(32))


def test_what_was_sealed_opens_for_its_owner_only() -> None:
    sealer = Sealer([OLD])
    sealed = sealer.seal(b"a refresh token", "tenant|adele")

    assert sealer.open(sealed, "tenant|adele") == b"a refresh token"
    assert b"refresh" not in sealed
    with pytest.raises(Unreadable):
        sealer.open(sealed, "tenant|alex")


def test_a_new_key_in_front_leaves_people_signed_in() -> None:
    before = Sealer([OLD]).seal(b"token", "adele")
    rotated = Sealer([NEW, OLD])

    assert rotated.open(before, "adele") == b"token"
    with pytest.raises(Unreadable):
        Sealer([OLD]).open(rotated.seal(b"token", "adele"), "adele")


@pytest.mark.parametrize("spoil", [b"", b"short", bytes(100)])
def test_anything_else_is_unreadable(spoil: bytes) -> None:
    with pytest.raises(Unreadable):
        Sealer([OLD]).open(spoil, "adele")


def test_an_altered_blob_is_unreadable() -> None:
    sealed = bytearray(Sealer([OLD]).seal(b"token", "adele"))
    sealed[-1] ^= 1

    with pytest.raises(Unreadable):
        Sealer([OLD]).open(bytes(sealed), "adele")
