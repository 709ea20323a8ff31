"""$filter, $search and $orderby as Graph's directory takes them. https://learn.microsoft.com/graph/aad-advanced-queries"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from contoso.graph_calls import Call
from contoso.refusals import Refusal

Json = dict[str, Any]
Test = Callable[[Json], bool]
TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_]\w*|[(),/:])")
CLAUSE = re.compile(r'"(\w+):([^"]+)"')
Value = str | bool | None
WORDS: dict[str, Value] = {"true": True, "false": False, "null": None}
# What is sorted and nothing else asked needs no counting.
PLAINLY_ORDERED = frozenset({"displayName", "userPrincipalName"})
DEEPEST = 20


def wanted(asked: Call, everything: Iterable[Json], known: frozenset[str], kind: str) -> list[Json]:
    """What the query lets through, in the order it asks for. Raises Refusal for what Graph would not take."""
    found = list(everything)
    if "$search" in asked.query:
        if not asked.is_eventual:
            raise _unsupported(
                "Request with $search query parameter only works through MSGraph with a special request header: "
                "'ConsistencyLevel: eventual'"
            )
        found = [*filter(_search(asked.query["$search"], known, kind), found)]
    if "$filter" in asked.query:
        is_advanced = asked.is_eventual and asked.is_counted
        found = [*filter(_Filter(asked.query["$filter"], known, kind, is_advanced=is_advanced).test, found)]
    return _in_order(asked, found, known)


def _in_order(asked: Call, found: list[Json], known: frozenset[str]) -> list[Json]:
    clause = asked.query.get("$orderby", "").strip()
    if not clause:
        return found
    name, _, direction = clause.partition(" ")
    if name not in known or direction.strip() not in ("", "asc", "desc"):
        raise _unsupported("Sorting not supported for current query.")
    is_plain = not asked.query.keys() & {"$filter", "$search"} and name in PLAINLY_ORDERED
    if not is_plain and not (asked.is_eventual and asked.is_counted):
        raise _unsupported("Sorting not supported for current query.")
    return sorted(found, key=lambda raw: str(raw.get(name) or "").casefold(), reverse=direction.strip() == "desc")


class _Filter:
    """Reads `startswith(a,'b') or c eq 'd' and (…)` from left to right; `and` binds closer than `or`."""

    def __init__(self, text: str, known: frozenset[str], kind: str, *, is_advanced: bool) -> None:
        self._tokens = _tokens(text)
        self._known = known
        self._kind = kind
        self._is_advanced = is_advanced
        self.test = self._any()
        if self._tokens:
            raise _senseless()

    def _any(self) -> Test:
        tests = [self._all()]
        while self._took("or"):
            tests.append(self._all())
        return lambda raw: any(test(raw) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._took("and"):
            tests.append(self._one())
        return lambda raw: all(test(raw) for test in tests)

    def _one(self) -> Test:
        if self._took("("):
            inner = self._any()
            self._must_take(")")
            return inner
        match self._next():
            case "not":
                self._must_be_advanced()
                inner = self._one()
                return lambda raw: not inner(raw)
            case "startswith":
                name, text = self._arguments()
                return lambda raw: _folded(raw.get(name)).startswith(text)
            case "endswith":
                self._must_be_advanced()
                name, text = self._arguments()
                return lambda raw: _folded(raw.get(name)).endswith(text)
            case name if self._took("/"):
                return self._any_of(name)
            case name:
                return self._comparison(name)

    def _any_of(self, name: str) -> Test:
        """`name/any(each:each eq 'text')`, of a list."""
        known = self._property(name)
        self._must_take("any")
        self._must_take("(")
        each = self._next()
        for token in (":", each, "eq"):
            self._must_take(token)
        value = self._value()
        self._must_take(")")
        return lambda raw: any(_same(one, value) for one in raw.get(known) or ())

    def _comparison(self, name: str) -> Test:
        sign, value = self._next(), self._value()
        if sign not in ("eq", "ne"):
            raise _senseless()
        if sign == "ne":
            self._must_be_advanced()
        known = self._property(name)
        return lambda raw: _same(raw.get(known), value) is (sign == "eq")

    def _arguments(self) -> tuple[str, str]:
        self._must_take("(")
        name = self._property(self._next())
        self._must_take(",")
        text = self._value()
        self._must_take(")")
        if not isinstance(text, str):
            raise _senseless()
        return name, text.casefold()

    def _property(self, name: str) -> str:
        if not name.isidentifier():
            raise _senseless()
        if name not in self._known:
            text = f"Could not find a property named '{name}' on type 'microsoft.graph.{self._kind}'."
            raise Refusal(400, "BadRequest", f"Invalid filter clause: {text}")
        return name

    def _value(self) -> Value:
        token = self._next()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token not in WORDS:
            raise _senseless()
        return WORDS[token]

    def _next(self) -> str:
        if not self._tokens:
            raise _senseless()
        return self._tokens.pop(0)

    def _took(self, token: str) -> bool:
        if self._tokens[:1] == [token]:
            self._tokens.pop(0)
            return True
        return False

    def _must_take(self, token: str) -> None:
        if not self._took(token):
            raise _senseless()

    def _must_be_advanced(self) -> None:
        if not self._is_advanced:
            raise _senseless()


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    rest = text.strip()
    while rest:
        if (found := TOKEN.match(rest)) is None:
            raise _senseless()
        tokens.append(found[1])
        rest = rest[found.end() :].lstrip()
    if sum(token in ("(", "not") for token in tokens) > DEEPEST + tokens.count(","):
        raise _senseless()
    return tokens


def _search(text: str, known: frozenset[str], kind: str) -> Test:
    """`"field:word" OR "field:word" AND …`; a display name is searched word by word, the rest from its beginning."""
    either = [
        [_clause(each, known, kind) for each in re.split(r"\s+AND\s+", both)]
        for both in re.split(r"\s+OR\s+", text.strip())
    ]
    return lambda raw: any(all(test(raw) for test in both) for both in either)


def _clause(text: str, known: frozenset[str], kind: str) -> Test:
    if (found := CLAUSE.fullmatch(text.strip())) is None:
        raise Refusal(400, "BadRequest", 'Syntax error: a clause of $search must be of the form "property:value".')
    name, words = found.groups()
    if name not in known:
        text = f"Property '{name}' does not exist on type 'microsoft.graph.{kind}' or is not searchable."
        raise Refusal(400, "BadRequest", text)
    if name in ("displayName", "description"):
        return lambda raw: found_in(_folded(raw.get(name)), words)
    return lambda raw: _folded(raw.get(name)).startswith(words.casefold())


def found_in(value: str, words: str) -> bool:
    """Whether every word begins a word of the value."""
    parts = re.split(r"[\s'-]+", value.casefold())
    return all(any(part.startswith(word) for part in parts) for word in re.split(r"[\s'-]+", words.casefold()))


def _folded(value: object) -> str:
    return value.casefold() if isinstance(value, str) else ""


def _same(value: object, other: Value) -> bool:
    return _folded(value) == other.casefold() if isinstance(other, str) else value is other


def _senseless() -> Refusal:
    return _unsupported("Unsupported or invalid query filter clause specified.")


def _unsupported(text: str) -> Refusal:
    return Refusal(400, "Request_UnsupportedQuery", text)
