"""Many people on one card: in groups, page by page; or by name, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.sharing import Recipient
from bot.texts import _, either, listed, several
from cards.elements import Action, Element, apart, block, button, small

# So many are shown as they are; of more, so many at once: Teams takes no card of any length, and nobody reads one.
AT_ONCE, PAGE = 20, 10
# In a sentence.
IN_A_SENTENCE = 5
# In a list of names alone, by their letters: some eight KB as Teams counts them.
LETTERS = 4_000


@dataclass(frozen=True)
class Rows:
    """Some people of one kind, a row for each. `title` "" where there is but one kind."""

    title: str
    rows: Sequence[Element]


def paged(groups: Sequence[Rows], key: str, page: int) -> tuple[list[Element], list[Action]]:
    """What is to be seen on a page, from 0, and what turns it."""
    groups = [each for each in groups if each.rows]
    count = sum(len(each.rows) for each in groups)
    if count <= AT_ONCE:
        return [_block(each, each.rows) for each in groups], []
    first = min(page, (count - 1) // PAGE) * PAGE
    shown: list[Element] = []
    before = 0
    for each in groups:
        rows = each.rows[max(first - before, 0) : max(first + PAGE - before, 0)]
        if rows:
            shown.append(_block(each, rows))
        before += len(each.rows)
    where, turns = turned(range(first, min(first + PAGE, count)), count, "share.people", key, first // PAGE)
    return [*shown, where], turns


def turned(shown: range, count: int, verb: str, key: str, page: int) -> tuple[Element, list[Action]]:
    """Where one is of so many, and what turns the page, from 0."""
    where = small(_("{first} to {last} of {count}", first=shown.start + 1, last=shown.stop, count=count))
    turns: list[Action] = []
    if shown.stop < count:
        turns.append(button(_("More…"), verb, f"{key}.{page + 1}", inputs=False))
    if page:
        turns.append(button(_("Back"), verb, f"{key}.{page - 1}", inputs=False))
    return where, turns


def in_a_sentence(people: Sequence[Recipient]) -> str:
    """Their names, or how many they are."""
    if len(people) <= IN_A_SENTENCE:
        return listed([apart(each.name) for each in people])
    return several(len(people), "{count} person", "{count} people")


def by_name(people: Sequence[Recipient]) -> str:
    """All of them, if there is room."""
    names: list[str] = []
    letters = 0
    for each in people:
        letters += len(each.name)
        if letters > LETTERS:
            return _("{names} and {count} more", names=", ".join(names), count=len(people) - len(names))
        names.append(apart(each.name))
    return ", ".join(names)


def one_of(names: Sequence[str]) -> str:
    """Any of them will do; of many, the first few."""
    some = [apart(each) for each in names[:IN_A_SENTENCE]]
    if len(names) > IN_A_SENTENCE:
        return _("{names} and {count} more", names=", ".join(some), count=len(names) - len(some))
    return either(some)


def _block(group: Rows, rows: Sequence[Element]) -> Element:
    """With how many there are of its kind, on all pages."""
    title = [small(_("{title}: {count}", title=group.title, count=len(group.rows)))] if group.title else []
    return block(*title, *rows, separator=True)
