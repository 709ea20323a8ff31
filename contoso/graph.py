"""Graph's face: whose token is it, which resource is meant, and the answer in Graph's words."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from typing import Any, cast

from aiohttp import web

from contoso import graph_items as shapes
from contoso import graph_users as users
from contoso import invites, permissions, tokens
from contoso.files import Item
from contoso.graph_address import ALL, Caller, Place, find, segments
from contoso.refusals import Refusal, access_denied, invalid, not_visible
from contoso.tenant import Contoso
from contoso.tokens import GRAPH, BadToken

Json = dict[str, Any]
METADATA = f"{GRAPH}/v1.0/$metadata"
CONTENT_TYPE = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
SEARCH = re.compile(r"(?:microsoft\.graph\.)?search\(q='(.*)'\)", re.DOTALL)
PAGE = 100
CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    'client_id="00000003-0000-0000-c000-000000000000"'
)
BAD_TOKEN = {
    "malformed": "IDX14100: JWT is not well formed, there are no dots (.).",
    "signature": "Invalid authentication token: the signature is not valid.",
    "audience": "Access token validation failure. Invalid audience.",
    "expired": "Lifetime validation failed, the token is expired.",
}
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
        return [web.route("*", "/v1.0/{path:.*}", self.answer), web.route("*", "/beta/{path:.*}", self.answer)]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        request_id = str(uuid.uuid4())
        client_id = request.headers.get("client-request-id", request_id)
        headers = {
            "request-id": request_id,
            "client-request-id": client_id,
            "x-ms-ags-diagnostic": json.dumps({"ServerInfo": {"DataCenter": "Contoso", "Slice": "E", "Ring": "1"}}),
            "Cache-Control": "no-store, no-cache",
            "Vary": "Accept-Encoding",
            "Strict-Transport-Security": "max-age=31536000",
        }
        # As it came over the wire: what is encoded in it is not a separator.
        _, *path = segments(request.raw_path.partition("?")[0])
        if "permissions" in path or _is_invite(path):
            headers |= DEPRECATED
        try:
            status, body, more = await self._answer(request, path)
        except Refusal as refused:
            date = f"{self._contoso.now():%Y-%m-%dT%H:%M:%S}"
            details = {"date": date, "request-id": request_id, "client-request-id": client_id}
            body = refused.body(None if refused.is_from_sharepoint else details)
            return web.json_response(body, status=refused.status, headers={**headers, **refused.headers})
        headers |= more
        if body is None:
            return web.Response(status=status, headers=headers)
        headers |= {"Content-Type": CONTENT_TYPE, "OData-Version": "4.0"}
        return web.Response(status=status, text=json.dumps(body, ensure_ascii=False), headers=headers)

    async def _answer(self, request: web.Request, path: list[str]) -> tuple[int, Json | None, Mapping[str, str]]:
        caller = self._caller(request)
        query = dict(request.query)
        eventual = request.headers.get("ConsistencyLevel", "").lower() == "eventual"
        match request.method, path:
            case "GET", ["me"]:
                return 200, {"@odata.context": f"{METADATA}#users/$entity", **users.me(caller, query)}, {}
            case "GET", ["users"]:
                found = users.everybody(self._contoso, caller, query, eventual=eventual)
                return 200, self._page(request, "users", found), {}
            case "GET", ["users", who]:
                one = users.one(self._contoso, caller, who, query)
                return 200, {"@odata.context": f"{METADATA}#users/$entity", **one}, {}
            case "GET", ["groups"]:
                found = users.groups(self._contoso, caller, query, eventual=eventual)
                return 200, self._page(request, "groups", found), {}
            case "POST", ["search", "query"]:
                return 200, self._search(caller, await _body(request)), {}
            case _:
                redeem = request.headers.get("Prefer", "").lower() == "redeemsharinglink"
                place = find(self._contoso, caller, path, redeem=redeem)
                if place is None:
                    text = f"Resource not found for the segment '{path[0] if path else ''}'."
                    raise Refusal(400, "BadRequest", text)
                return await self._at(request, caller, place)

    def _caller(self, request: web.Request) -> Caller:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            if scheme.lower() != "bearer" or not token:
                raise _bad_token("Access token is empty.")
            said = tokens.read(self._contoso, token, self._contoso.keys.entra, GRAPH)
        except BadToken as bad:
            raise _bad_token(BAD_TOKEN[bad.fault]) from bad
        person = self._contoso.directory.people.get(said.get("oid", ""))
        if person is None:
            raise _bad_token("This tenant's Graph takes tokens of people only.")
        return Caller(person, frozenset(str(said.get("scp", "")).split()))

    async def _at(
        self, request: web.Request, caller: Caller, place: Place
    ) -> tuple[int, Json | None, Mapping[str, str]]:
        """What is asked of a drive or an item."""
        contoso, item = self._contoso, place.item
        if item is None:
            match request.method, place.rest:
                case "GET", ():
                    return (
                        200,
                        {"@odata.context": f"{METADATA}#drives/$entity", **shapes.drive(contoso, place.drive)},
                        {},
                    )
                case "GET", (search,) if words := SEARCH.fullmatch(search):
                    return 200, self._search_around(request, caller, place, _unquoted(words)), {}
                case _:
                    raise _not_there(place)
        entity = f"{METADATA}#drives('{place.drive.id}')/items"
        match request.method, place.rest:
            case "GET", ():
                return 200, {"@odata.context": f"{entity}/$entity", **_select(request, shapes.item(contoso, item))}, {}
            case "GET", ("children",):
                inside = [shapes.item(contoso, child) for child in contoso.files.children(item)]
                return 200, self._page(request, f"drives('{place.drive.id}')/items('{item.id}')/children", inside), {}
            case "GET", (search,) if words := SEARCH.fullmatch(search):
                found = [shapes.item(contoso, each) for each in self._named(caller, _unquoted(words), item)]
                return 200, self._page(request, "Collection(driveItem)", found), {}
            case "GET", ("permissions",):
                found = [shapes.permission(contoso, each) for each in shapes.accesses(contoso, caller, item)]
                return 200, self._page(request, f"drives('{place.drive.id}')/items('{item.id}')/permissions", found), {}
            case method, ("permissions", permission_id):
                return await self._permission(request, caller, item, method, permission_id)
            case "POST", (action,) if _is_invite([action]):
                return self._invite(caller, item, await _body(request))
            case "POST", ("createLink" | "microsoft.graph.createLink",):
                _must_write(caller)
                access, is_new = permissions.create_link(contoso, caller.person, item, await _body(request))
                return 201 if is_new else 200, shapes.permission(contoso, access), {}
            case _:
                raise _not_there(place)

    async def _permission(
        self, request: web.Request, caller: Caller, item: Item, method: str, permission_id: str
    ) -> tuple[int, Json | None, Mapping[str, str]]:
        known = shapes.accesses(self._contoso, caller, item)
        access = next((each for each in known if each.grant.id == permission_id), None)
        if access is None:
            raise not_visible()
        match method:
            case "GET":
                return 200, shapes.permission(self._contoso, access), {}
            case "PATCH":
                _must_write(caller)
                changed = permissions.change(self._contoso, caller.person, item, access, await _body(request))
                return 200, shapes.permission(self._contoso, changed), {}
            case "DELETE":
                _must_write(caller)
                permissions.revoke(self._contoso, caller.person, item, access)
                return 204, None, {}
            case _:
                raise Refusal(405, "invalidRequest", "The HTTP method is not supported for this resource.")

    def _invite(self, caller: Caller, item: Item, body: object) -> tuple[int, Json, Mapping[str, str]]:
        _must_write(caller)
        answers = invites.invite(self._contoso, caller.person, item, body)
        context = f"{METADATA}#Collection(permission)"
        value = [shapes.invited(each) for each in answers]
        status = 207 if any(each.problem for each in answers) else 200
        return status, {"@odata.context": context, "value": value}, {"Location": GRAPH}

    def _named(self, caller: Caller, words: str, within: Item) -> list[Item]:
        files = self._contoso.files
        below = [each for each in files if each.drive_id == within.drive_id and within in files.chain(each)[1:]]
        return files.named(words, [each for each in below if files.role_of(caller.person.id, each)])

    def _search_around(self, request: web.Request, caller: Caller, place: Place, words: str) -> Json:
        """A drive's own items, and what was shared with its reader from others' if the app may see that."""
        own = self._named(caller, words, self._contoso.files.root(place.drive))
        found = [shapes.item(self._contoso, each) for each in own]
        if caller.can(*ALL):
            seen = self._contoso.files.visible_to(caller.person.id)
            others = [each for each in seen if each.drive_id != place.drive.id]
            found += [shapes.remote_item(self._contoso, each) for each in self._contoso.files.named(words, others)]
        return self._page(request, "Collection(driveItem)", found)

    def _search(self, caller: Caller, body: object) -> Json:
        """POST /search/query over all that the caller can see."""
        if not caller.can(*ALL):
            raise Refusal(
                403, "Authorization_RequestDenied", "Access to DriveItem in Graph API requires Files.Read.All."
            )
        try:
            (asked,) = cast("Any", body)["requests"]
            if asked["entityTypes"] != ["driveItem"]:
                raise ValueError(asked)
            words, start, size = (
                str(asked["query"]["queryString"]),
                int(asked.get("from", 0)),
                int(asked.get("size", 25)),
            )
        except (TypeError, KeyError, ValueError) as error:
            raise Refusal(400, "BadRequest", "SearchRequest Invalid (only driveItem is searched here).") from error
        files = self._contoso.files
        found = files.named(words.replace('"', ""), files.visible_to(caller.person.id))
        page = found[start : start + size]
        container: Json = {"total": len(found), "moreResultsAvailable": start + size < len(found)}
        if page:
            container["hits"] = [shapes.hit(self._contoso, each, start + rank) for rank, each in enumerate(page, 1)]
        value = [{"searchTerms": words.split(), "hitsContainers": [container]}]
        return {"@odata.context": f"{METADATA}#Collection(microsoft.graph.searchResponse)", "value": value}

    def _page(self, request: web.Request, what: str, found: list[Json]) -> Json:
        """As many as were asked for; the address of the rest is opaque to the client."""
        try:
            size = int(request.query.get("$top", PAGE))
            start = int(request.query.get("$skiptoken", 0))
        except ValueError as error:
            raise Refusal(400, "BadRequest", "Invalid value for $top.") from error
        if not 0 < size < 1000 or start < 0:
            raise Refusal(400, "BadRequest", "Invalid page size specified.")
        page: Json = {"@odata.context": f"{METADATA}#{what}"}
        if request.query.get("$count") == "true":
            page["@odata.count"] = len(found)
        if start + size < len(found):
            rest = request.url.update_query({"$skiptoken": str(start + size)})
            page["@odata.nextLink"] = str(rest)
        selected = found[start : start + size]
        page["value"] = [_select(request, raw) for raw in selected]
        return page


def _select(request: web.Request, raw: Json) -> Json:
    """$select never takes the etag away."""
    names = {name.strip() for name in request.query.get("$select", "").split(",") if name.strip()}
    return {name: value for name, value in raw.items() if name in names | {"@odata.etag"}} if names else raw


def _is_invite(path: list[str]) -> bool:
    return bool(path) and path[-1].lower() in ("invite", "microsoft.graph.invite")


def _unquoted(words: re.Match[str]) -> str:
    return words[1].replace("''", "'")


def _must_write(caller: Caller) -> None:
    if not caller.can("Files.ReadWrite", "Files.ReadWrite.All", "Sites.ReadWrite.All"):
        raise access_denied()


async def _body(request: web.Request) -> object:
    if request.content_type != "application/json":
        text = "The content type is not supported: send application/json."
        raise Refusal(415, "invalidRequest", text)
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        text = (
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is valid JSON."
        )
        raise Refusal(400, "BadRequest", text) from error


def _bad_token(text: str) -> Refusal:
    return Refusal(401, "InvalidAuthenticationToken", text, headers={"WWW-Authenticate": CHALLENGE})


def _not_there(place: Place) -> Refusal:
    rest = "/".join(place.rest)
    return invalid(
        f"The request is malformed or incorrect: {rest}" if rest else "The request is malformed or incorrect."
    )
