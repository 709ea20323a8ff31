"""What our cards are made of: schema 1.5, known here alone. People's words go into TextRuns: no Markdown there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from string import Formatter
from typing import Any

from bot.texts import _, several, spoken

EMBEDS, ISOLATES = frozenset({"LRE", "RLE", "LRO", "RLO"}), frozenset({"LRI", "RLI", "FSI"})
# "xcod.exe" written backwards would look like a document.
OVERRIDES = {0x202D: None, 0x202E: None}
# Where our own pictures are, from the address on that we are known by: Teams on the web shows none that is in a card.
# https://github.com/MicrosoftDocs/msteams-docs/issues/5355
ICONS = "icons/"
# Teams' own name of it.
DIRECTORY = "graph.microsoft.com/users"
# "6. Report" would begin a list.
_A_LIST = re.compile(r"^(\s*\d+[.)]) ")
POP, POP_ISOLATE = "\u202c", "\u2069"

Card = dict[str, Any]
Element = dict[str, Any]
Action = dict[str, Any]


def card(*body: Element, actions: Sequence[Action] = (), summary: str) -> Card:
    """`summary` is what a notification, a screen reader and a client without cards say."""
    made: Card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": spoken(),
        "fallbackText": _plain(summary),
        "speak": summary,
        "body": list(body),
    }
    if actions:
        made["actions"] = list(actions)
    return made


def also(made: Card, action: Action) -> Card:
    """The same with one more action."""
    return {**made, "actions": [*made.get("actions", ()), action]}


def heading(words: str, colour: str = "Default") -> Element:
    """Our own words only."""
    return {
        "type": "TextBlock",
        "text": words,
        "style": "heading",
        "size": "Large",
        "weight": "Bolder",
        "color": colour,
        "wrap": True,
    }


def line(*runs: str | Element, spacing: str = "Small") -> Element:
    """A paragraph of plain words and runs; none of them turns round the words of the next."""
    inlines = [dict(run(each) if isinstance(each, str) else each) for each in runs]
    for before, after in pairwise(inlines):
        after["text"] = _ends(before["text"]) + after["text"]
    return {"type": "RichTextBlock", "inlines": inlines, "spacing": spacing}


def filled(text: str, **runs: Element) -> list[str | Element]:
    """A text with runs in its places, for a line: the language decides where they stand."""
    return [
        part for words, name, *_form in Formatter().parse(text) for part in (words, runs[name] if name else "") if part
    ]


def apart(words: str) -> str:
    """Somebody's words within our own sentence: what they begin of writing from right to left, ends with them.

    https://www.unicode.org/reports/tr9/#Explicit_Directional_Formatting
    """
    words = words.translate(OVERRIDES)
    return words + _ends(words)


def _ends(words: str) -> str:
    begun: list[str] = []
    for letter in words:
        kind = unicodedata.bidirectional(letter)
        if kind in EMBEDS or kind in ISOLATES:
            begun.append(kind)
        elif kind == "PDF" and begun and begun[-1] in EMBEDS:
            begun.pop()
        elif kind == "PDI" and not ISOLATES.isdisjoint(begun):
            while begun.pop() not in ISOLATES:
                pass
    return "".join(POP_ISOLATE if kind in ISOLATES else POP for kind in reversed(begun))


def run(words: str, *, bold: bool = False, subtle: bool = False, colour: str = "Default") -> Element:
    made: Element = {"type": "TextRun", "text": words.translate(OVERRIDES)}
    if bold:
        made["weight"] = "Bolder"
    if subtle:
        made["isSubtle"] = True
    if colour != "Default":
        made["color"] = colour
    return made


def small(words: str, colour: str = "Default", *, spacing: str = "Small") -> Element:
    made = line(run(words, subtle=colour == "Default", colour=colour), spacing=spacing)
    made["inlines"][0]["size"] = "Small"
    return made


def block(*items: Element, separator: bool = False) -> Element:
    return {"type": "Container", "items": list(items), "separator": separator, "spacing": "Medium"}


def icon(name: str, words: str) -> Element:
    """One of ours, by its name; whoever sends a card says where we serve them."""
    return {"type": "Image", "url": f"{ICONS}{name}.png", "altText": words, "width": "32px"}


def beside(picture: Element, *items: Element) -> Element:
    """A picture with lines at its right."""
    return _columns(("auto", [picture]), ("stretch", items))


def beside_each_other(
    left: Sequence[Element], right: Sequence[Element], *, spacing: str = "Medium", halves: bool = False
) -> Element:
    """`halves`: neither leaves the other less than half of the width, as what is long at the right would."""
    turned = [{**each, "horizontalAlignment": "Right"} for each in right]
    return _columns(("stretch", left), ("stretch" if halves else "auto", turned), spacing=spacing)


def _columns(*columns: tuple[str, Sequence[Element]], spacing: str = "Medium") -> Element:
    made = [{"type": "Column", "width": width, "items": list(items)} for width, items in columns]
    return {"type": "ColumnSet", "spacing": spacing, "columns": made}


def pressable(*actions: Action) -> Element:
    """Buttons within a card, beneath what they are about."""
    return {"type": "ActionSet", "actions": list(actions), "spacing": "Small"}


def leads_to(element: Element, action: Action) -> Element:
    """Something that a press anywhere on it opens. It goes by the words in it."""
    opens = {name: value for name, value in action.items() if name != "title"}
    return {"type": "Container", "items": [element], "selectAction": opens}


def row(title: str, detail: str, verb: str, key: str) -> Element:
    """One of several things: a press anywhere on it calls `verb` with the key. It goes by the words in it."""
    pressed = button("", verb, key, inputs=False)
    del pressed["title"], pressed["fallback"]["title"]
    return {
        "type": "Container",
        "style": "emphasis",
        "spacing": "Small",
        "items": [line(run(title, bold=True, colour="Accent"), spacing="None"), small(detail, spacing="None")],
        "selectAction": pressed,
    }


def choice(
    name: str, label: str, options: Sequence[tuple[str, str]], *, chosen: str = "", compact: bool = False
) -> Element:
    """One of several; `options` are titles and values."""
    made: Element = {
        "type": "Input.ChoiceSet",
        "id": name,
        "label": label,
        "style": "compact" if compact else "expanded",
        "wrap": True,
        "isRequired": True,
        "errorMessage": _("Please choose one."),
        "choices": [{"title": _plain(title), "value": value} for title, value in options],
    }
    return {**made, "value": chosen} if chosen else made


def searched(name: str, label: str, dataset: str, options: Sequence[tuple[str, str]], *, hint: str) -> Element:
    """One that is found while one types, where the client can; `options` are the title and value of the one chosen.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search
    """
    chosen = {"value": options[0][1]} if options else {}
    return _queried(name, label, dataset, options) | {"style": "filtered", "placeholder": hint} | chosen


def people(
    name: str, label: str, options: Sequence[tuple[str, str]], *, chosen: str, hint: str, many: bool = True
) -> Element:
    """People of the organisation, by their object ids, with commas between; `options` are names and ids we know.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/people-picker
    """
    made = _queried(name, label, DIRECTORY, options) | {"isMultiSelect": many, "placeholder": hint}
    return {**made, "value": chosen} if chosen else made


def _queried(name: str, label: str, dataset: str, options: Sequence[tuple[str, str]]) -> Element:
    return {
        "type": "Input.ChoiceSet",
        "id": name,
        "label": label,
        "wrap": True,
        "errorMessage": _("Please choose one from the list, or write it below."),
        "choices": [{"title": _plain(title), "value": value} for title, value in options],
        "choices.data": {"type": "Data.Query", "dataset": dataset},
    }


def text(
    name: str, label: str, values: Mapping[str, str], *, hint: str = "", lines: bool = False, most: int = 400
) -> Element:
    """Words of their own; `most` letters."""
    made: Element = {"type": "Input.Text", "id": name, "label": label, "maxLength": most, "isMultiline": lines}
    made["errorMessage"] = several(most, "At most {count} letter.", "At most {count} letters.")
    return made | ({"placeholder": hint} if hint else {}) | _value(name, values)


def instead(field: Element) -> Element:
    """Close to the field in whose place it may be filled in."""
    return {**field, "spacing": "Small"}


def date(name: str, label: str, values: Mapping[str, str]) -> Element:
    """A day, as ISO 8601 has it; "" for none."""
    made = {"type": "Input.Date", "id": name, "label": label, "errorMessage": _("Please choose a day.")}
    return made | _value(name, values)


def toggle(name: str, label: str, title: str, values: Mapping[str, str]) -> Element:
    """Yes or no: "true" or "false"."""
    made: Element = {"type": "Input.Toggle", "id": name, "title": title, "label": label, "valueOn": "true"}
    made |= {"valueOff": "false", "wrap": True, "errorMessage": _("Please choose one.")}
    return made | {"value": values.get(name, "true")}


def _value(name: str, values: Mapping[str, str]) -> Element:
    return {"value": values[name]} if values.get(name) else {}


def _plain(words: str) -> str:
    """The same to the eye; but where a client reads Markdown, it finds none in a file's name."""
    words = words.replace("](", "]\u2060(").replace("_", "\u2060_\u2060").replace("*", "∗")
    return _A_LIST.sub("\\1\u00a0", words)


def unmarked(words: str) -> str:
    """The words that were made plain, where nobody reads Markdown."""
    return words.replace("\u2060", "").replace("\u00a0", " ").replace("∗", "*")


def button(title: str, verb: str, key: str, *, style: str = "default", inputs: bool = True) -> Action:
    """Calls `verb` of bot/commands with the key; clients without Action.Execute send the same as a message.

    A member `key` in the data would make a button that does nothing in the Agents Playground.
    """
    data = {"verb": verb, "about": key}
    execute: Action = {"type": "Action.Execute", "title": title, "verb": verb, "data": data, "style": style}
    if not inputs:
        execute["associatedInputs"] = "none"
    execute["fallback"] = {"type": "Action.Submit", "title": title, "data": data}
    return execute


def link(title: str, url: str) -> Action:
    return {"type": "Action.OpenUrl", "title": title, "url": url}
