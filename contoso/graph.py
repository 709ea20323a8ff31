"""Graph's face: whose token it is, what it costs, and the answer in Graph's words and headers."""

from __future__ import annotations

import json
import uuid

from aiohttp import web

from contoso import graph_apps as apps
from contoso import graph_batch as batches
from contoso import tokens
from contoso.claims import challenge
from contoso.graph_address import Caller
from contoso.graph_calls import Answer, Call, call
from contoso.graph_limits import OF_A_PERMISSION
from contoso.graph_routes import Operation, route, unqualified
from contoso.refusals import Refusal
from contoso.tenant import Contoso
from contoso.tokens import GRAPH, BadToken

CONTENT_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
AUTHORIZE = "https://login.microsoftonline.com/common/oauth2/authorize"
CHALLENGE = f'Bearer realm="", authorization_uri="{AUTHORIZE}"'
BAD_TOKEN = {
    "malformed": "IDX14100: JWT is not well formed, there are no dots (.).",
    "signature": "Invalid authentication token: the signature is not valid.",
    "audience": "Access token validation failure. Invalid audience.",
    "expired": "Lifetime validation failed, the token is expired.",
}
ABOUT_PERMISSIONS = frozenset({"permissions", "permission", "invite", "createlink", "validatepermission"})
# The headers that say `grantedTo` is old; not the resource.
DEPRECATED = {
    "Deprecation": "Fri, 03 Sep 2021 23:59:59 GMT",
    "Sunset": "Sun, 01 Oct 2023 23:59:59 GMT",
    "Link": '<https://developer.microsoft.com/graph/changes>;rel="deprecation"',
}


class Graph:
    """`/v1.0` and `/beta`, which here are the same."""

    def __init__(self, contoso: Contoso) -> None:
        self._contoso = contoso

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", r"/v1.0/{path:[\s\S]*}", self.answer),
            web.route("*", r"/beta/{path:[\s\S]*}", self.answer),
        ]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        request_id = str(uuid.uuid4())
        client_id = request.headers.get("client-request-id", request_id)
        # As it came over the wire: what is encoded in it is not a separator.
        path, _, query = request.raw_path.partition("?")
        try:
            address = self._contoso.base_url + path
            caller = self._caller(request.headers.get("Authorization", ""), address)
            content = await request.read()
            asked = call(caller, request.method, address, query, headers=request.headers, content=content)
        except Refusal as refused:
            answer = self._refusal(refused, request_id, client_id)
        else:
            answer = await self._answer(asked, request_id, client_id)
        headers = {
            "request-id": request_id,
            "client-request-id": client_id,
            "x-ms-ags-diagnostic": json.dumps({"ServerInfo": {"DataCenter": "Contoso", "Slice": "E", "Ring": "1"}}),
            "Vary": "Accept-Encoding",
            "Strict-Transport-Security": "max-age=31536000",
            **answer.headers,
        }
        if answer.body is None:
            return web.Response(status=answer.status, headers=headers)
        body = json.dumps(answer.body, ensure_ascii=False).encode(errors="replace")
        return web.Response(status=answer.status, body=body, headers=headers)

    def _caller(self, authorization: str, address: str) -> Caller:
        scheme, _, token = authorization.partition(" ")
        try:
            if scheme.lower() != "bearer" or not token:
                raise _bad_token("Access token is empty.")
            said = tokens.read(self._contoso, token, self._contoso.keys.entra, GRAPH)
        except BadToken as bad:
            raise _bad_token(BAD_TOKEN[bad.fault]) from bad
        if said.get("idtyp") == "app" and apps.is_for_apps(address):
            return Caller(apps.NOBODY, frozenset(), frozenset(said.get("roles", ())))
        person = self._contoso.directory.known(said.get("oid", ""))
        if person is None:
            raise _bad_token("This tenant's Graph takes tokens of people only.")
        if unmet := challenge(self._contoso, person, said):
            header = f'{CHALLENGE}, error="insufficient_claims", claims="{unmet}"'
            text = "Continuous access evaluation resulted in challenge with result: InteractionRequired."
            raise Refusal(401, "InvalidAuthenticationToken", text, headers={"WWW-Authenticate": header})
        return Caller(person, frozenset(str(said.get("scp", "")).split()))

    async def _answer(self, asked: Call, request_id: str, client_id: str) -> Answer:
        if asked.method == "POST" and asked.path == ("$batch",):
            try:
                return _dressed(await batches.answer(self._contoso, asked, self._answer_one))
            except Refusal as refused:
                return self._refusal(refused, request_id, client_id)
        return self._answer_one(asked, request_id, client_id)

    def _answer_one(self, asked: Call, request_id: str, client_id: str) -> Answer:
        about = DEPRECATED if _is_about_permissions(asked) else {}
        try:
            answer = self._served(asked)
        except Refusal as refused:
            answer = self._refusal(refused, request_id, client_id)
        return _dressed(answer, about)

    def _served(self, asked: Call) -> Answer:
        """Counted first, if it is counted at all: what is not there costs as much as what is. Raises Refusal."""
        try:
            operation, answer = route(self._contoso, asked)
        except Refusal:
            self._contoso.usage.spend(_units(asked, None), self._contoso.units_per_minute)
            raise
        warning = self._contoso.usage.spend(_units(asked, operation), self._contoso.units_per_minute)
        try:
            given = answer()
        except Refusal as refused:
            refused.headers |= warning
            raise
        return Answer(given.status, given.body, {**given.headers, **warning})

    def _refusal(self, refused: Refusal, request_id: str, client_id: str) -> Answer:
        date = f"{self._contoso.now():%Y-%m-%dT%H:%M:%S}"
        details = {"date": date, "request-id": request_id, "client-request-id": client_id}
        body = refused.body(None if refused.is_from_sharepoint else details)
        return Answer(refused.status, body, {"Content-Type": "application/json", **refused.headers})


def _units(asked: Call, operation: Operation | None) -> int:
    if _is_about_permissions(asked) or "permissions" in asked.expanded:
        return OF_A_PERMISSION
    return operation.units if operation else 1


def _is_about_permissions(asked: Call) -> bool:
    return not ABOUT_PERMISSIONS.isdisjoint(unqualified(part).lower() for part in asked.path)


def _dressed(answer: Answer, more: dict[str, str] | None = None) -> Answer:
    """With the headers that belong to the answer itself, in a batch too."""
    headers = {"Cache-Control": "no-store, no-cache", **(more or {})}
    if answer.body is not None:
        headers |= {"Content-Type": CONTENT_TYPE, "OData-Version": "4.0"}
    return Answer(answer.status, answer.body, {**headers, **answer.headers})


def _bad_token(text: str) -> Refusal:
    client = 'client_id="00000003-0000-0000-c000-000000000000"'
    return Refusal(401, "InvalidAuthenticationToken", text, headers={"WWW-Authenticate": f"{CHALLENGE}, {client}"})
