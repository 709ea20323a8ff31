"""Finds the button a person means on a card, and what its fields hold when they press it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

Json = dict[str, Any]


class NoSuchButton(LookupError):
    """The message names the button and those that are there."""


class NotFilledIn(ValueError):
    """The message is the field's own; Teams sends nothing until it is heeded."""


def press(card: Json, title: str, inputs: Mapping[str, str]) -> Json:
    """The action of this name, its data completed with the card's fields. Raises NoSuchButton, NotFilledIn."""
    found = dict(actions(card))
    if title not in found:
        raise NoSuchButton(f"There is no button “{title}” among {', '.join(found) or 'none at all'}.")
    action = found[title]
    data = dict(cast("Json", action.get("data") or {}))
    if action.get("associatedInputs") != "none":
        data = {**data, **_fields(card, inputs)}
    return {**action, "data": data}


def has(card: Json, title: str) -> bool:
    return any(name == title for name, _action in actions(card))


def actions(card: Json) -> Iterator[tuple[str, Json]]:
    """By their titles; what can be pressed and has none goes by the words in it."""
    for part in _parts(card):
        if str(part.get("type")).startswith("Action.") and "title" in part:
            yield str(part["title"]), part
        if "selectAction" in part and "title" not in part["selectAction"]:
            yield " ".join(_words(part)), part["selectAction"]


def _words(part: Json) -> Iterator[str]:
    for each in _parts(part):
        if "inlines" in each:
            yield "".join(run["text"] for run in each["inlines"])
        elif each.get("type") == "TextBlock":
            yield str(each["text"])


def _fields(card: Json, inputs: Mapping[str, str]) -> Json:
    values: Json = {}
    for field in _parts(card):
        if str(field.get("type")).startswith("Input."):
            value = inputs.get(str(field["id"]), _default(field))
            if field.get("isRequired") and not value:
                raise NotFilledIn(str(field.get("errorMessage") or f"{field['id']} is required."))
            values[str(field["id"])] = value
    if unknown := inputs.keys() - values.keys():
        raise NotFilledIn(f"The card has no field {', '.join(sorted(unknown))}.")
    return values


def _default(field: Json) -> str:
    if field["type"] == "Input.Toggle":
        return str(field.get("value", field.get("valueOff", "false")))
    return str(field.get("value", ""))


def _parts(part: object) -> Iterator[Json]:
    """Every object of a card, outermost first; not what buttons carry and not what stands in for the unknown."""
    if isinstance(part, dict):
        whole = cast("Json", part)
        yield whole
        for name, inside in whole.items():
            if name not in ("data", "fallback"):
                yield from _parts(inside)
    elif isinstance(part, list):
        for inside in cast("list[object]", part):
            yield from _parts(inside)
