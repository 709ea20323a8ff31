"""The JSON that goes to Graph and comes from it, as JSON Schema. https://learn.microsoft.com/graph/api/resources/permission

What $select can leave out is not required.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
TEXT_OR_NULL: Json = {"type": ["string", "null"]}
OBJECT_OR_NULL: Json = {"type": ["object", "null"]}
TRUTH: Json = {"type": "boolean"}
COUNT: Json = {"type": "integer", "minimum": 0}
MOMENT: Json = {"type": "string", "format": "date-time"}
ROLES: Json = {"type": "array", "items": {"enum": ["read", "write"]}, "minItems": 1}


def _thing(*required: str, **properties: Json) -> Json:
    found: Json = {"type": "object", "properties": properties}
    return {**found, "required": list(required)} if required else found


def _closed(*required: str, **properties: Json) -> Json:
    return {**_thing(*required, **properties), "additionalProperties": False}


def _many(of: Json) -> Json:
    return {"type": "array", "items": of}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str) -> Json:
    said = {"@odata.context": TEXT, "@odata.count": COUNT, "@odata.nextLink": {"type": "string", "format": "uri"}}
    return _thing("@odata.context", "value", **said, value=_many(_ref(name)))


IDENTITY = _thing("displayName", displayName=TEXT, email=TEXT, id=TEXT)
IDENTITIES = _thing(user=IDENTITY, group=IDENTITY, siteUser=_thing("loginName", loginName=TEXT))
PARENT = _thing("driveId", "driveType", driveId=TEXT, driveType=TEXT, id=TEXT, name=TEXT, path=TEXT, siteId=TEXT)
PERMISSION = _thing(
    id=TEXT,
    roles=_many({"enum": ["read", "write", "owner"]}),
    shareId=TEXT,
    grantedTo=IDENTITIES,
    grantedToV2=IDENTITIES,
    grantedToIdentities=_many(IDENTITIES),
    grantedToIdentitiesV2=_many(IDENTITIES),
    link=_thing("type", type={"enum": ["view", "edit", "embed", "review", "blocksDownload"]}, webUrl=TEXT),
    invitation=_thing(email=TEXT, signInRequired=TRUTH),
    inheritedFrom={"type": "object"},
    hasPassword=TRUTH,
)
RECIPIENT = _closed(email=TEXT, alias=TEXT, objectId=TEXT)
RECIPIENTS = {"type": "array", "items": RECIPIENT, "minItems": 1}
PERSON = _thing(
    id=TEXT,
    displayName=TEXT,
    userPrincipalName=TEXT_OR_NULL,
    jobTitle=TEXT_OR_NULL,
    scoredEmailAddresses=_many(_thing("address", address=TEXT, relevanceScore={"type": "number"})),
    personType=_thing("class", "subclass", **{"class": {"enum": ["Person", "Group", "Other"]}, "subclass": TEXT}),
)
USER = _thing(
    id=TEXT,
    displayName=TEXT,
    givenName=TEXT_OR_NULL,
    surname=TEXT_OR_NULL,
    mail=TEXT_OR_NULL,
    userPrincipalName=TEXT,
    jobTitle=TEXT_OR_NULL,
    department=TEXT_OR_NULL,
    businessPhones=_many(TEXT),
)
GROUP = _thing(id=TEXT, displayName=TEXT, mail=TEXT, mailEnabled=TRUTH, groupTypes=_many(TEXT))
DRIVE = _thing(
    id=TEXT, name=TEXT, driveType={"enum": ["business", "documentLibrary", "personal"]}, owner=IDENTITIES, webUrl=TEXT
)
ITEM = _thing(
    "@odata.etag",
    **{"@odata.etag": TEXT},
    id=TEXT,
    name=TEXT,
    size=COUNT,
    webUrl=TEXT,
    parentReference=PARENT,
    createdDateTime=MOMENT,
    lastModifiedDateTime=MOMENT,
    createdBy=IDENTITIES,
    folder=_thing(childCount=COUNT),
    shared=_thing("scope", scope=TEXT),
    permissions=_many(_ref("permission")),
    children=_many({"type": "object"}),
)
HITS = _thing(
    "total",
    "moreResultsAvailable",
    total=COUNT,
    moreResultsAvailable=TRUTH,
    hits=_many(_thing("hitId", "rank", "resource", hitId=TEXT, rank=COUNT, summary=TEXT, resource={"type": "object"})),
)
SEARCHED = _thing("hitsContainers", searchTerms=_many(TEXT), hitsContainers=_many(HITS))
ENTRY = _thing(
    *("id", "method", "url"),
    id={"type": "string", "minLength": 1},
    method={"enum": ["GET", "POST", "PATCH", "PUT", "DELETE"]},
    url={"type": "string", "minLength": 1},
    headers={"type": "object", "additionalProperties": TEXT},
    body={"type": "object"},
    dependsOn={"type": "array", "items": TEXT, "maxItems": 1},
)
ANSWERED = _thing(
    *("id", "status", "body"), id=TEXT, status={"type": "integer"}, headers={"type": "object"}, body=OBJECT_OR_NULL
)
SEARCH = _thing(
    "entityTypes",
    "query",
    entityTypes={"const": ["driveItem"]},
    query=_thing("queryString", queryString=TEXT),
    **{"from": {"type": ["integer", "null"], "minimum": 0}},
    size={"type": ["integer", "null"], "minimum": 1, "maximum": 500},
)
ERROR = _thing("code", "message", code=TEXT, message=TEXT, innerError={"type": "object"})

SCHEMAS: dict[str, Json] = {
    # answers
    "error": _thing("error", error=ERROR),
    "user": USER,
    "users": _list("user"),
    "person": PERSON,
    "people": _list("person"),
    "directoryObject": _thing(id=TEXT),
    "directoryObjects": _list("directoryObject"),
    "group": GROUP,
    "groups": _list("group"),
    "site": _thing(id=TEXT, displayName=TEXT, webUrl=TEXT),
    "drive": DRIVE,
    "drives": _list("drive"),
    "share": _thing(id=TEXT, name=TEXT, webUrl=TEXT, owner=IDENTITIES),
    "driveItem": ITEM,
    "foundItem": {**ITEM, "required": []},
    "driveItems": _list("foundItem"),
    "permission": PERMISSION,
    "permissions": _list("permission"),
    "newPermission": {**PERMISSION, "required": ["id", "roles"]},
    "newPermissions": _list("newPermission"),
    "searchResponses": _thing("value", value=_many(SEARCHED)),
    "batchResponses": _thing("responses", responses=_many(ANSWERED)),
    # requests
    "invitation": _closed(
        *("recipients", "roles"),
        recipients=RECIPIENTS,
        roles=ROLES,
        requireSignIn=TRUTH,
        sendInvitation=TRUTH,
        message={"type": "string", "maxLength": 2000},
    ),
    "permissionChange": _thing("roles", roles=ROLES),
    "sharingLink": _thing(type=TEXT, scope={"enum": ["anonymous", "organization", "users"]}),
    "grant": _thing("recipients", recipients=RECIPIENTS, roles=ROLES),
    "revocation": _thing("grantees", grantees=RECIPIENTS),
    "password": _thing("password", password=TEXT, challengeToken=TEXT),
    "searchQuery": _thing("requests", requests={"type": "array", "items": SEARCH, "minItems": 1, "maxItems": 1}),
    "batch": _thing("requests", requests={"type": "array", "items": ENTRY, "minItems": 1, "maxItems": 20}),
}
