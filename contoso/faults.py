"""What goes wrong on purpose: rules that meet requests before, after or instead of their answer."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from aiohttp import web

from contoso.tenant import Contoso

Json = dict[str, Any]
Face = Literal["graph", "entra", "connector", "bot"]
FACES = frozenset({"graph", "entra", "connector", "bot"})


@dataclass(frozen=True)
class Rule:
    """Meets `times` requests (None: all) of a face whose method, path and body fit; the expressions are searched for.

    It waits `delay` seconds, and `late` seconds more between the deed and the answer. `drop` "request" ends the
    connection with nothing done, "reply" with all done. A `status` is answered instead, with nothing done unless
    `done`. An entry of a batch is a request of its own, with the path it would have alone; where a connection would be
    ended, the entry is answered 504. The face "bot" is what the tenant sends to the bot: `path` is then matched with
    the activity's type and name; `status` keeps it from the bot, `twice` delivers it a second time.
    """

    face: Face
    method: str = ""
    path: str = ""
    contains: str = ""
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: object = None
    delay: float = 0.0
    late: float = 0.0
    drop: Literal["", "request", "reply"] = ""
    done: bool = False
    twice: bool = False
    times: int | None = None

    def meets(self, face: str, method: str, path: str, content: str) -> bool:
        return (
            self.face == face
            and self.method.upper() in ("", method)
            and bool(re.search(self.path, path))
            and bool(re.search(self.contains, content))
        )


def rule(raw: object) -> Rule:
    """From the back door's JSON. Raises ValueError."""
    if not isinstance(raw, dict):
        raise ValueError("A rule is an object.")
    said = dict(cast("Json", raw))
    headers = tuple((str(name), str(value)) for name, value in (said.pop("headers", None) or {}).items())
    if said.pop("empty200", False):
        said |= {"status": 200, "body": ""}
    try:
        made = Rule(**said, headers=headers)
        re.compile(made.path)
        re.compile(made.contains)
    except (TypeError, re.error) as error:
        raise ValueError(str(error)) from error
    if made.status is not None and not isinstance(cast("object", made.status), int):
        raise ValueError("A status is a number.")
    if made.face not in FACES or made.drop not in ("", "request", "reply"):
        raise ValueError("A rule's face is graph, entra, connector or bot; it drops the request or the reply.")
    return made


def take(contoso: Contoso, face: str, method: str, path: str, content: str) -> Rule | None:
    """The first rule that fits, which is then spent once."""
    for index, each in enumerate(contoso.faults):
        if each.meets(face, method, path, content):
            if each.times == 1:
                del contoso.faults[index]
            elif each.times:
                contoso.faults[index] = replace(each, times=each.times - 1)
            return each
    return None


def middleware(contoso: Contoso) -> Any:
    @web.middleware
    async def meet(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        face = _face(contoso, request.path)
        if not face or not contoso.faults:
            return await handler(request)
        content = (await request.read()).decode(errors="replace")
        if (fault := take(contoso, face, request.method, request.raw_path, content)) is None:
            return await handler(request)
        await asyncio.sleep(fault.delay)
        if fault.drop == "request":
            return _hang_up(request)
        if fault.status is not None and not fault.done:
            return _answer(fault)
        response = await handler(request)
        await asyncio.sleep(fault.late)
        if fault.drop == "reply":
            return _hang_up(request)
        return response if fault.status is None else _answer(fault)

    return meet


def _face(contoso: Contoso, path: str) -> str:
    match path.split("/")[1:3]:
        case ["v1.0" | "beta", *_]:
            return "graph"
        case ["connector", *_]:
            return "connector"
        case ["v1", ".well-known"]:
            return "entra"
        case [tenant, *_] if tenant == contoso.tenant_id:
            return "entra"
        case _:
            return ""


def _answer(fault: Rule) -> web.Response:
    text = fault.body if isinstance(fault.body, str) else "" if fault.body is None else json.dumps(fault.body)
    headers = dict(fault.headers)
    if text and "Content-Type" not in headers:
        headers["Content-Type"] = "application/json"
    return web.Response(status=fault.status or 200, headers=headers, text=text)


def _hang_up(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
