"""Many people on one card: in groups, page by page; or by name, as many as there is room for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
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


def names(people: Sequence[Recipient], among: Sequence[Recipient] = ()) -> list[str]:
    """What they are called; where several of these, or of those `among`, have one name, with what tells them apart."""
    known = {(each.name.casefold(), each.email.casefold()) for each in (*people, *among)}
    called = Counter(name for name, _email in known)
    return [apart(_in_full(each) if called[each.name.casefold()] > 1 else each.name or each.email) for each in people]


def _in_full(person: Recipient) -> str:
    about = ", ".join(filter(None, (person.title, person.email)))
    return f"{person.name} ({about})" if about else person.name


def in_a_sentence(people: Sequence[Recipient]) -> str:
    """Their names, or how many they are."""
    if len(people) <= IN_A_SENTENCE:
        return listed(names(people))
    return several(len(people), "{count} person", "{count} people")


def by_name(people: Sequence[Recipient]) -> str:
    """All of them, if there is room."""
    shown: list[str] = []
    letters = 0
    for name in names(people):
        letters += len(name)
        if letters > LETTERS:
            return _("{names} and {count} more", names=", ".join(shown), count=len(people) - len(shown))
        shown.append(name)
    return ", ".join(shown)


def waits_for(called: Sequence[str]) -> str:
    """A second person: any of them will do; of many, the first few."""
    return _("Nothing is shared before {names} approves it.", names=_some(called, either))


def all_of(called: Sequence[str]) -> str:
    """Of many, the first few."""
    return _some(called, listed)


def _some(called: Sequence[str], joined: Callable[[Sequence[str]], str]) -> str:
    some = [apart(each) for each in called[:IN_A_SENTENCE]]
    if len(called) > IN_A_SENTENCE:
        return _("{names} and {count} more", names=", ".join(some), count=len(called) - len(some))
    return joined(some)


def _block(group: Rows, rows: Sequence[Element]) -> Element:
    """With how many there are of its kind, on all pages."""
    title = [small(_("{title}: {count}", title=group.title, count=len(group.rows)))] if group.title else []
    return block(*title, *rows, separator=True)
