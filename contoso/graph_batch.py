"""Up to twenty calls in one. https://learn.microsoft.com/graph/json-batching"""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlsplit

from contoso import faults
from contoso.faults import Rule
from contoso.graph_calls import Answer, Call, call
from contoso.refusals import Refusal
from contoso.tenant import Contoso

Json = dict[str, Any]
Serve = Callable[[Call, str, str], Answer]
MOST = 20
METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
WRITES = frozenset({"POST", "PATCH", "PUT"})
SAFE = "/:?&=$'(),!@*+;%~#[]-._"


@dataclass(frozen=True)
class Entry:
    id: str
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    after: str


async def answer(contoso: Contoso, asked: Call, serve: Serve) -> Answer:
    """Each entry is answered on its own, also where the others fail; the order of the answers means nothing.

    Raises Refusal, with nothing done, for a batch that is not one.
    """
    entries = _entries(asked.body())
    answers: dict[str, Answer] = {}
    for entry in entries:
        if entry.after and answers[entry.after].status >= 400:
            text = "The request depends on another one of the batch, which failed."
            answers[entry.id] = Answer(424, Refusal(424, "failedDependency", text).body(None))
        else:
            answers[entry.id] = await _answered(contoso, asked, entry, serve)
    return Answer(200, {"responses": [_response(name, answers[name]) for name in reversed(answers)]})


async def _answered(contoso: Contoso, asked: Call, entry: Entry, serve: Serve) -> Answer:
    """What goes wrong on purpose goes wrong here as well; a connection that is lost is Graph's own, so 504."""
    address, _, query = entry.url.partition("?")
    base = asked.address.rpartition("/")[0]
    address = f"{base}/{address.lstrip('/')}"
    of_its_own = call(asked.caller, entry.method, address, query, headers=entry.headers, content=entry.content)
    path = urlsplit(of_its_own.address).path + (f"?{query}" if query else "")
    fault = faults.take(contoso, "graph", entry.method, path, entry.content.decode(errors="replace"))
    if fault is None:
        return _served(of_its_own, serve)
    await asyncio.sleep(fault.delay)
    is_done = fault.done or fault.drop == "reply" or (fault.status is None and not fault.drop)
    given = _served(of_its_own, serve) if is_done else None
    if fault.drop:
        return Answer(504, Refusal(504, "gatewayTimeout", "The request timed out.").body(None))
    return given if given and fault.status is None else _of(fault)


def _served(asked: Call, serve: Serve) -> Answer:
    request_id = str(uuid.uuid4())
    return serve(asked, request_id, asked.headers.get("client-request-id", request_id))


def _of(fault: Rule) -> Answer:
    body = fault.body if isinstance(fault.body, dict) else None
    return Answer(fault.status or 200, cast("Json | None", body), dict(fault.headers))


def _response(name: str, given: Answer) -> Json:
    return {"id": name, "status": given.status, "headers": dict(given.headers), "body": given.body}


def _entries(body: object) -> list[Entry]:
    said = cast("Json", body).get("requests") if isinstance(body, dict) else None
    if not isinstance(said, list) or not said:
        raise _malformed("Invalid batch payload format: it has no requests.")
    raw = cast("list[object]", said)
    if len(raw) > MOST:
        raise _malformed(f"Number of batch request steps exceeds the maximum value of {MOST}.")
    entries = [_entry(each) for each in raw]
    names = [entry.id for entry in entries]
    if len({name.casefold() for name in names}) < len(names):
        raise _malformed("Request ids of a batch must be unique.")
    _check_order(names, [entry.after for entry in entries])
    return entries


def _entry(raw: object) -> Entry:
    match raw:
        case {"id": str(name), "method": str(method), "url": str(url)} if name and url:
            said = cast("Json", raw)
        case _:
            raise _malformed("Invalid batch payload format: a request needs an id, a method and a url.")
    method = method.upper()
    if method not in METHODS or "://" in url.partition("?")[0]:
        raise _malformed(f"Request id : {name} has a method or url that can't be in a batch.")
    headers, body = said.get("headers") or {}, said.get("body")
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in cast("Json", headers).values()):
        raise _malformed(f"Request id : {name} has headers that are none.")
    small = {header.lower(): value for header, value in cast("dict[str, str]", headers).items()}
    if (method in WRITES or body is not None) and ("content-type" not in small or body is None):
        raise _malformed(f"Write request id : {name} does not contain Content-Type header or body.")
    content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode(errors="replace")
    return Entry(
        name, method, quote(url, safe=SAFE, errors="replace"), small, content, _predecessor(name, said.get("dependsOn"))
    )


def _predecessor(name: str, said: object) -> str:
    match said:
        case None | []:
            return ""
        case [str(before)]:
            return before
        case _:
            raise _malformed(f"Request id : {name} depends on something else than one other request.")


def _check_order(names: list[str], after: list[str]) -> None:
    """All at once, one after the other, or all after the same one: Graph knows no other order."""
    for index, before in enumerate(after):
        if before and before not in names[:index]:
            raise _malformed(f"Request id : {names[index]} depends on '{before}', which does not come before it.")
    is_serial = after[1:] == names[:-1]
    is_fan = len(set(after) - {""}) == 1 and after.count("") == 1
    if any(after) and not is_serial and not is_fan:
        raise _malformed("Requests of a batch depend on each other one by one, or all on the same one.")


def _malformed(text: str) -> Refusal:
    return Refusal(400, "BadRequest", text)
