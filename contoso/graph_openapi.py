"""Graph's face described in OpenAPI 3.1, out of the table it is served from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from contoso.graph_routes import BYTES, DIRECTORY, ON_DRIVE, ON_ITEM, Operation
from contoso.graph_schemas import SCHEMAS

Json = dict[str, Any]
# How a drive is addressed, and how an item in one, each with what it adds to the name of an operation there.
DRIVES = {
    "drives/{drive-id}": "",
    "me/drive": "me",
    "me/drives/{drive-id}": "me.drives",
    "drive": "drive",
    "groups/{group-id}/drive": "groups",
    "groups/{group-id}/drives/{drive-id}": "groups.drives",
    "users/{user-id}/drive": "users",
    "users/{user-id}/drives/{drive-id}": "users.drives",
    "sites/{site-id}/drive": "sites",
    "sites/{site-id}/drives/{drive-id}": "sites.drives",
    "sites/{hostname}:/{site-path}:/drive": "sites.path",
}
ITEMS = {
    "items/{item-id}": "",
    "root": "root",
    "root:/{item-path}:": "root.path",
    "items/{item-id}:/{item-path}:": "items.path",
    "bundles/{item-id}": "bundles",
    "special/{folder-name}": "special",
    "following/{item-id}": "following",
}
SHARED = {
    "shares/{share-id}/driveItem": "shares",
    "shares/{share-id}/root": "shares.root",
    "shares/{share-id}/items/{item-id}": "shares.items",
}
SITES = ("sites/{site-id}", "sites/{hostname}:/{site-path}:")
# Four paths of a published description have one id in common, which no two operations may have.
PUBLISHED = {f"SendASharingInvitation.{where}": "SendASharingInvitation" for where in ("me", "drive", "groups")}
REFUSALS = (400, 401, 403, 404, 429)
OPTIONS: dict[str, Json] = {
    "$top": {"type": "integer", "minimum": 1, "maximum": 999},
    "$count": {"enum": ["true", "false"]},
    "$expand": {"enum": ["permissions", "children"]},
}
HEADERS = {304: "If-None-Match", 412: "If-Match"}


def document(base_url: str) -> Json:
    paths: dict[str, Json] = {}
    for path, name, operation in _served():
        paths.setdefault(f"/{path}", {})[operation.method.lower()] = _described(path, name, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Contoso's Graph", "version": "1.0"},
        "servers": [{"url": f"{base_url}/v1.0"}, {"url": f"{base_url}/beta"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "responses": {
                "refusal": {"description": "Why not", "content": {"application/json": {"schema": _ref("error")}}}
            },
        },
    }


def _served() -> Iterator[tuple[str, str, Operation]]:
    """Every operation at every address, and its name there."""
    for operation in DIRECTORY:
        yield operation.path, operation.name, operation
        plain, by_path = SITES
        if operation.path.startswith(plain):
            yield operation.path.replace(plain, by_path), f"{operation.name}.path", operation
    for drive, where in DRIVES.items():
        for operation in ON_DRIVE:
            yield _joined(drive, operation.path), _joined(operation.name, where, by="."), operation
    items = {
        _joined(drive, item): _joined(where, what, by=".")
        for drive, where in DRIVES.items()
        for item, what in ITEMS.items()
    }
    for item, where in {**items, **SHARED}.items():
        for operation in ON_ITEM:
            yield _joined(item, operation.path), _joined(operation.name, where, by="."), operation


def _described(path: str, name: str, operation: Operation) -> Json:
    is_json = operation.takes not in ("", BYTES)
    refusals = REFUSALS + ((415,) if is_json else ())
    described: Json = {
        "operationId": name,
        "parameters": [*_in_path(path), *_options(operation), *_headers(operation)],
        "responses": {
            **{str(status): _response(status, operation) for status in operation.statuses},
            **{str(status): {"$ref": "#/components/responses/refusal"} for status in refusals},
        },
    }
    if operation.takes:
        content = (
            {"application/json": {"schema": _ref(operation.takes)}} if is_json else {"application/octet-stream": {}}
        )
        described["requestBody"] = {"required": True, "content": content}
    if name in PUBLISHED:
        described["x-published-operation-id"] = PUBLISHED[name]
    return described


def _response(status: int, operation: Operation) -> Json:
    if status == 412:
        return {"$ref": "#/components/responses/refusal"}
    described: Json = {"description": HTTPStatus(status).phrase}
    if operation.gives and status != 304:
        described["content"] = {"application/json": {"schema": _ref(operation.gives)}}
    return described


def _in_path(path: str) -> Iterator[Json]:
    for name in re.findall(r"\{([^{}]*)\}", path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _options(operation: Operation) -> Iterator[Json]:
    for name in sorted(operation.options):
        yield {"name": name, "in": "query", "schema": OPTIONS.get(name, {"type": "string"})}


def _headers(operation: Operation) -> Iterator[Json]:
    names = [header for status, header in HEADERS.items() if status in operation.statuses]
    if "$filter" in operation.options:
        names.append("ConsistencyLevel")
    for name in names:
        yield {"name": name, "in": "header", "schema": {"type": "string"}}


def _joined(*parts: str, by: str = "/") -> str:
    return by.join(part for part in parts if part)


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
