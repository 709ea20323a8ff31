"""What is asked of Graph and what it answers, alone or in a batch: no server in here, only values."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from contoso.graph_address import Caller, segments
from contoso.refusals import Refusal, invalid
from contoso.tokens import GRAPH

Json = dict[str, Any]
METADATA = f"{GRAPH}/v1.0/$metadata"
PAGE = 100
LARGEST_PAGE = 999


@dataclass(frozen=True)
class Call:
    """`path` is decoded, without the version; names of `headers` are in small letters; `address` is without query."""

    caller: Caller
    method: str
    address: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_eventual(self) -> bool:
        return self.headers.get("consistencylevel", "").lower() == "eventual"

    @property
    def is_counted(self) -> bool:
        return self.query.get("$count", "").lower() == "true"

    @property
    def expanded(self) -> frozenset[str]:
        """The names in $expand; what is asked of each in brackets is left aside."""
        return frozenset(_names(re.sub(r"\([^()]*\)", "", self.query.get("$expand", ""))))

    def body(self) -> object:
        """Raises Refusal for what is not JSON."""
        if self.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refusal(415, "invalidRequest", "The content type is not supported: send application/json.")
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            text = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is valid."
            raise Refusal(400, "BadRequest", text) from error


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def call(caller: Caller, method: str, address: str, query: str, *, headers: Mapping[str, str], content: bytes) -> Call:
    """`address` ends where its query begins, and is as it came over the wire: what is encoded in it divides nothing."""
    _, _, path = address.partition("://")
    _, _version, *rest = segments(path)
    asked = dict(parse_qsl(query, keep_blank_values=True))
    small = {name.lower(): value for name, value in headers.items()}
    return Call(caller, method, address, tuple(rest), asked, small, content)


def entity(asked: Call, what: str, raw: Json, *, tag: str | None = None) -> Answer:
    """One thing. Whoever has it already, by its tag, is not sent it again."""
    return _unless_known(
        asked, tag or raw.get("@odata.etag"), {"@odata.context": f"{METADATA}#{what}", **select(asked, raw)}
    )


def listed(
    asked: Call, what: str, found: list[Json], *, tag: str | None = None, counts: bool = True, page_size: int = PAGE
) -> Answer:
    """As many as were asked for; the address of the rest means nothing to the client."""
    size, start = _size(asked, page_size), _start(asked)
    page: Json = {"@odata.context": f"{METADATA}#{what}"}
    if counts and asked.is_counted:
        page["@odata.count"] = len(found)
    if start + size < len(found):
        rest = {**asked.query, "$skiptoken": _token(start + size)}
        page["@odata.nextLink"] = f"{asked.address}?{urlencode(rest, quote_via=quote)}"
    page["value"] = [select(asked, raw) for raw in found[start : start + size]]
    return _unless_known(asked, tag, page)


def select(asked: Call, raw: Json) -> Json:
    """$select takes neither the etag away nor what was asked for by $expand."""
    names = _names(asked.query.get("$select", ""))
    if not names or "*" in names:
        return raw
    return {
        name: value for name, value in raw.items() if name in {*names, "@odata.etag", "@odata.type", *asked.expanded}
    }


def ordered(asked: Call, found: Iterable[Json], by: Mapping[str, Callable[[Json], Any]]) -> list[Json]:
    """By $orderby, if `by` knows its names; the first name counts most. Raises Refusal."""
    result = list(found)
    for clause in reversed(_names(asked.query.get("$orderby", ""))):
        name, _, direction = clause.partition(" ")
        if name not in by or direction.strip().lower() not in ("", "asc", "desc"):
            raise invalid(f"The query specified in the URI is not valid. The results can't be ordered by '{clause}'.")
        result.sort(key=by[name], reverse=direction.strip().lower() == "desc")
    return result


def tag_of(raw: object) -> str:
    """An entity tag for what has none of its own."""
    return f'"{hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()[:32]}"'


def must_match(asked: Call, tag: str) -> None:
    """Raises Refusal if the caller knows the thing as it was, and it is so no more."""
    wanted = asked.headers.get("if-match")
    if wanted is not None and not _is_among(wanted, tag):
        raise Refusal(412, "resourceModified", "ETag does not match current item's value")


def _unless_known(asked: Call, tag: str | None, body: Json) -> Answer:
    if tag is None:
        return Answer(200, body)
    if _is_among(asked.headers.get("if-none-match", ""), tag):
        return Answer(304, None, {"ETag": tag})
    return Answer(200, body, {"ETag": tag})


def _is_among(said: str, tag: str) -> bool:
    """Of the tags in a header; braces and commas may be in one, so they are not taken apart at every comma."""
    return said.strip() == "*" or tag in said or tag.strip('"') == said.strip()


def _names(said: str) -> list[str]:
    return [name.strip() for name in said.split(",") if name.strip()]


def _size(asked: Call, otherwise: int) -> int:
    try:
        size = int(asked.query.get("$top", otherwise))
    except ValueError as error:
        raise Refusal(400, "BadRequest", "Invalid value for $top.") from error
    if not 0 < size <= LARGEST_PAGE:
        raise Refusal(400, "BadRequest", "Invalid page size specified: it must be between 1 and 999 inclusive.")
    return size


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"from {start}".encode()).decode().rstrip("=")


def _start(asked: Call) -> int:
    said = asked.query.get("$skiptoken", asked.query.get("$skipToken"))
    if said is None:
        return 0
    try:
        word, _, start = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode().partition(" ")
        if word == "from" and start.isdecimal():
            return int(start)
    except (ValueError, binascii.Error):
        pass
    raise Refusal(400, "BadRequest", "The provided $skiptoken is not one of this list.")
