"""What is written of the samples: their JSON, and docs/cards.md around the pictures."""

from __future__ import annotations

import json
import re
from itertools import groupby
from pathlib import Path

from tests.gallery.drawing import LOOKS
from tests.gallery.samples import SAMPLES

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
PICTURES = ROOT / "docs/gallery"
PAGE = ROOT / "docs/cards.md"
ABOUT = """\
# Every card

Written by `make gallery`; do not edit. Each card is drawn by Microsoft's renderer (`adaptivecards`) as Contoso's page
draws it: in the light and the dark theme, 320 pixels wide, and in forced colours (high contrast). The people and files
are made up in [tests/gallery/samples.py](../tests/gallery/samples.py), where a new card is one line more; the JSON of
each is in [tests/gallery/golden](../tests/gallery/golden). What all of them have to keep to is in
[tests/test_gallery.py](../tests/test_gallery.py). The sign-in card is not here: Teams itself draws that.

Pictures of all alphabets want fonts for them (Debian: `fonts-noto-color-emoji`, `fonts-noto-cjk`).
"""


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def golden(name: str) -> str:
    return json.dumps(SAMPLES[name](), indent=1, ensure_ascii=True) + "\n"


def page() -> str:
    parts = [ABOUT, f"\n{_contents()}\n"]
    for card, names in groupby(SAMPLES, key=lambda name: name.partition(": ")[0]):
        parts.append(f"\n## {card.capitalize()}\n")
        parts += [_table(name, name.partition(": ")[2]) for name in names]
    return "".join(parts)


def _contents() -> str:
    """A link to each heading, as GitHub makes anchors of them."""
    cards = dict.fromkeys(name.partition(": ")[0] for name in SAMPLES)
    return " ·\n".join(f"[{card.capitalize()}](#{slug(card)})" for card in cards)


def _table(name: str, state: str) -> str:
    heading = f"\n### {state.capitalize()}\n" if state else ""
    shown = " | ".join(f"![{name}, {look}](gallery/{slug(name)}.{look}.png)" for look in LOOKS)
    return f"{heading}\n| {' | '.join(LOOKS)} |\n|{'---|' * len(LOOKS)}\n| {shown} |\n"
