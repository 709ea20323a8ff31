"""What our cards are made of: schema 1.5, known here alone. People's words go into TextRuns: no Markdown there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Card = dict[str, Any]
Element = dict[str, Any]
Action = dict[str, Any]


def card(*body: Element, actions: Sequence[Action] = (), summary: str) -> Card:
    """`summary` is what a notification, a screen reader and a client without cards say."""
    made: Card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": "en",
        "fallbackText": summary,
        "speak": summary,
        "body": list(body),
    }
    if actions:
        made["actions"] = list(actions)
    return made


def heading(words: str, colour: str = "Default") -> Element:
    """Our own words only."""
    return {
        "type": "TextBlock",
        "text": words,
        "style": "heading",
        "size": "Medium",
        "weight": "Bolder",
        "color": colour,
        "wrap": True,
    }


def line(*runs: str | Element, spacing: str = "Small") -> Element:
    """A paragraph of plain words and runs."""
    inlines = [run(each) if isinstance(each, str) else each for each in runs]
    return {"type": "RichTextBlock", "inlines": inlines, "spacing": spacing}


def run(words: str, *, bold: bool = False, subtle: bool = False, colour: str = "Default") -> Element:
    made: Element = {"type": "TextRun", "text": words}
    if bold:
        made["weight"] = "Bolder"
    if subtle:
        made["isSubtle"] = True
    if colour != "Default":
        made["color"] = colour
    return made


def small(words: str, colour: str = "Default") -> Element:
    made = line(run(words, subtle=colour == "Default", colour=colour))
    made["inlines"][0]["size"] = "Small"
    return made


def block(*items: Element, separator: bool = False) -> Element:
    return {"type": "Container", "items": list(items), "separator": separator, "spacing": "Medium"}


def beside(mark: str, *items: Element) -> Element:
    """A mark (an emoji, say) with lines at its right."""
    return _columns(("auto", [{"type": "TextBlock", "text": mark, "size": "Large"}]), ("stretch", items))


def beside_each_other(left: Sequence[Element], right: Sequence[Element]) -> Element:
    return _columns(("stretch", left), ("auto", [{**each, "horizontalAlignment": "Right"} for each in right]))


def _columns(*columns: tuple[str, Sequence[Element]]) -> Element:
    made = [{"type": "Column", "width": width, "items": list(items)} for width, items in columns]
    return {"type": "ColumnSet", "spacing": "Medium", "columns": made}


def choice(name: str, label: str, options: Sequence[tuple[str, str]]) -> Element:
    """One of several; `options` are titles and values."""
    return {
        "type": "Input.ChoiceSet",
        "id": name,
        "label": label,
        "style": "expanded",
        "wrap": True,
        "isRequired": True,
        "errorMessage": "Please choose one.",
        "choices": [{"title": _no_link(title), "value": value} for title, value in options],
    }


def _no_link(words: str) -> str:
    """The same to the eye; but where a client reads Markdown in a choice, it finds no link in a file's name."""
    return words.replace("](", "]\u2060(")


def button(title: str, verb: str, key: str, *, style: str = "default", inputs: bool = True) -> Action:
    """Calls `verb` of bot/commands with the key; clients without Action.Execute send the same as a message."""
    data = {"verb": verb, "key": key}
    execute: Action = {"type": "Action.Execute", "title": title, "verb": verb, "data": data, "style": style}
    if not inputs:
        execute["associatedInputs"] = "none"
    execute["fallback"] = {"type": "Action.Submit", "title": title, "data": data}
    return execute


def link(title: str, url: str) -> Action:
    return {"type": "Action.OpenUrl", "title": title, "url": url}
