"""Any card in words: all that it says, in the order it is read, and its actions with numbers to reply with."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sharing import Offer
from bot.texts import _, date, either
from cards.elements import Action, Card, Element, apart, unmarked

# Before our own words in a colour, of which the words say as much.
_MARK = re.compile(r"^[⚠✓✗?] ")
# So many numbers has one message; what comes unasked begins behind them.
ROOM = 20
# What goes by a number already.
_NUMBERED = re.compile(r"(\d{1,3})\. ")


@dataclass(frozen=True)
class Written:
    text: str
    offers: tuple[Offer, ...] = ()


def written(card: Card, *, first: int = 1) -> Written:
    """`first` is the number of the first action."""
    inputs = list(_inputs(card["body"]))
    rows = [_row(each) for each in card["body"] if "verb" in each.get("selectAction", ())]
    page = _page(rows, first)
    numbers = _Numbers(page or first, inputs, are_counted=page is not None)
    lines = [line for element in card["body"] for line in _lines(element, numbers)]
    links = [action for action in card.get("actions", ()) if action["type"] == "Action.OpenUrl"]
    lines += [_named(action["title"], action["url"]) for action in links]
    if inputs and not numbers.picks:
        lines.append(_("Write what is missing or what should change, for example “view only” or “until Friday”."))
    numbered = [numbered for action in _pressed(card) for numbered in numbers.action(action)]
    if rows and numbered:
        lines.append(_("Reply with the number of your choice, or with:"))
    elif numbered:
        lines.append(_("Reply with a number:"))
    elif numbers.offers:
        lines.append(_("Reply with one of the numbers."))
    return Written("\n".join((*lines, *numbered)), tuple(numbers.offers))


def linked(words: str, links: Mapping[str, str]) -> str:
    """A sentence and where its buttons lead, by their titles."""
    return "\n".join((words, *(_named(title, url) for title, url in links.items())))


class _Numbers:
    """Gives out numbers, from this one on. `are_counted`: the rows go by these numbers already.

    `picks`: all there is to fill in is one choice, so each of what can be chosen has a number of its own. Where these
    are too many for all that can be done with them, it is for the first: the rest can be said.
    """

    def __init__(self, first: int, inputs: list[Element], *, are_counted: bool) -> None:
        self.offers: list[Offer] = []
        self.picks = len(inputs) == 1 and _is_open(inputs[0])
        self._next = first
        self._inputs = inputs
        self._are_counted = are_counted

    def row(self, row: Element) -> str:
        title = _row(row)
        counted = title.partition(" ")[2] if self._are_counted else title
        return self._offer(counted, row["selectAction"])

    def action(self, action: Action) -> list[str]:
        if action.get("associatedInputs") == "none":
            return [self._offer(action["title"], action)]
        if not self.picks:
            values = tuple((each["id"], _value(each)) for each in self._inputs)
            return [self._offer(action["title"], action, values)]
        (question,) = self._inputs
        does, name = action["title"].rstrip("…"), question["id"]
        if len(self.offers) + len(_titles(question)) >= ROOM:
            return []
        return [self._offer(_named(does, title), action, ((name, value),)) for value, title in _titles(question)]

    def _offer(self, title: str, action: Action, values: tuple[tuple[str, str], ...] = ()) -> str:
        data = action["data"]
        offer = Offer(self._next, title, data["verb"], data.get("about", ""), values)
        self.offers.append(offer)
        self._next += 1
        return f"{offer.number}. {offer.title}"


def _page(titles: list[str], least: int) -> int | None:
    """The number of the first, where they go by numbers already, one after the other."""
    found = [int(number[1]) for each in titles if (number := _NUMBERED.match(each))]
    is_page = found and found[0] >= least and found == list(range(found[0], found[0] + len(titles)))
    return found[0] if is_page else None


def _lines(element: Element, numbers: _Numbers) -> list[str]:
    match element["type"]:
        case "TextBlock":
            return [element["text"]]
        case "Image":
            return []
        case "RichTextBlock":
            return [text] if (text := "".join(map(_run, element["inlines"]))).strip() else []
        case "Container" if "verb" in element.get("selectAction", ()):
            return [numbers.row(element)]
        case "Container":
            opens = [element["selectAction"]["url"]] if "selectAction" in element else []
            return [*(line for each in element["items"] for line in _lines(each, numbers)), *opens]
        case "ActionSet":
            links = [_named(each["title"], each["url"]) for each in element["actions"] if "url" in each]
            return links + [each for action in _pressed(element) for each in numbers.action(action)]
        case "ColumnSet":
            columns = ([line for each in one["items"] for line in _lines(each, numbers)] for one in element["columns"])
            return _beside_each_other([column for column in columns if column])
        case "Input.ChoiceSet" if numbers.picks:
            return [element["label"]]
        case "Input.ChoiceSet":
            return [_choices(element)]
        case _:
            return [_filled_in(element)]


def _row(row: Element) -> str:
    return " — ".join(apart("".join(map(_run, each["inlines"]))) for each in row["items"])


def _run(run: Element) -> str:
    return _MARK.sub("", run["text"]) if run.get("color") else run["text"]


def _beside_each_other(columns: list[list[str]]) -> list[str]:
    """What stands at the right is said of the first line at the left."""
    if not columns:
        return []
    (first, *rest), *others = columns
    for said, *more in others:
        first, rest = _named(first, said), [*rest, *more]
    return [first, *rest]


def _named(name: str, value: str) -> str:
    return _("{name}: {value}", name=apart(name), value=apart(value))


def _inputs(elements: list[Element]) -> Iterator[Element]:
    for each in elements:
        if each["type"].startswith("Input."):
            yield each
        yield from _inputs(each.get("items", []))


def _pressed(card: Card) -> list[Action]:
    """The buttons that tell us something; those that open a dialog are for the mouse."""
    return [each for each in card.get("actions", ()) if "verb" in (data := _data(each)) and "msteams" not in data]


def _data(action: Action) -> dict[str, Any]:
    return action.get("data", {})


def _choices(question: Element) -> str:
    titles = dict(_titles(question))
    if "choices.data" in question:
        # One looks for these; those that are there are the ones that were found.
        values = _value(question).split(",") if question.get("isMultiSelect") else [_value(question)]
        return _filled(question, ", ".join(titles[each] for each in values if each in titles))
    chosen = titles.pop(question.get("value", ""), "")
    others = either(list(titles.values()))
    if not chosen:
        return _named(question["label"], others)
    return _named(question["label"], _("{value} (or {others})", value=chosen, others=others) if others else chosen)


def _titles(question: Element) -> list[tuple[str, str]]:
    """What can be chosen: values and titles."""
    return [(each["value"], unmarked(each["title"])) for each in question["choices"]]


def _is_open(field: Element) -> bool:
    """Whether it can't be left as it is: one of a few, and none is chosen."""
    return field["type"] == "Input.ChoiceSet" and "choices.data" not in field and not _value(field)


def _filled_in(field: Element) -> str:
    value = _value(field)
    match field["type"]:
        case "Input.Toggle":
            is_on = value == field.get("valueOn", "true")
            return _named(field["label"], _named(field["title"], _("yes") if is_on else _("no")))
        case "Input.Date":
            value = _date(value)
        case _:
            pass
    return _filled(field, value)


def _filled(field: Element, value: str) -> str:
    return _named(field["label"], value or " – ".join(filter(None, (_("empty"), field.get("placeholder")))))


def _date(value: str) -> str:
    try:
        return date(dt.date.fromisoformat(value))
    except ValueError:
        return value


def _value(field: Element) -> str:
    return field.get("value", "")
