"""All that Graph's face serves: which function answers what, from the directory down to one permission."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from contoso import graph_access as access
from contoso import graph_apps as apps
from contoso import graph_drives as drives
from contoso import graph_groups as groups
from contoso import graph_people as people
from contoso import graph_search as search
from contoso import graph_users as users
from contoso.graph_address import find, joined
from contoso.graph_calls import Answer, Call
from contoso.refusals import Refusal, invalid
from contoso.tenant import Contoso

PREFIX = re.compile(r"microsoft\.graph\.", re.IGNORECASE)


@dataclass(frozen=True)
class Operation:
    """`path` is below what the table is for; `takes` and `gives` name the JSON of its body and of its good answer.

    `answer` gets the tenant, the call, the drive or item if the table is for one, and what stood in the braces.
    """

    name: str
    method: str
    path: str
    answer: Callable[..., Answer]
    takes: str = ""
    gives: str = ""
    statuses: tuple[int, ...] = (200,)
    options: frozenset[str] = frozenset()

    @property
    def units(self) -> int:
        """What it costs where calls are counted: lists and changes twice as much as one thing."""
        return 1 if self.method == "GET" and "$top" not in self.options else 2

    @cached_property
    def parts(self) -> list[re.Pattern[str]]:
        """An action or function may carry its namespace; neither it nor its name is picky about capitals."""
        return [_pattern(part) for part in self.path.split("/") if part]


def _pattern(part: str) -> re.Pattern[str]:
    """A function without parameters is called with brackets or without."""
    name = part.removesuffix("()")
    literal = "(.+)".join(re.escape(piece) for piece in re.split(r"\{[^{}]*\}", name))
    return re.compile(literal if name == part else rf"{literal}(?:\(\))?", re.IGNORECASE | re.DOTALL)


# Of a body that is no JSON.
BYTES = "bytes"
PAGED = frozenset({"$top", "$skiptoken", "$select", "$count"})
DIRECTORY_OPTIONS = PAGED | {"$filter", "$search", "$orderby"}
ONE = frozenset({"$select"})
EXPANDED = frozenset({"$expand"})


def _nested(_contoso: Contoso, _asked: Call) -> Answer:
    raise Refusal(400, "BadRequest", "A batch can't hold another batch.")


DIRECTORY = (
    Operation("GetMe", "GET", "me", users.me, gives="user", options=ONE),
    Operation("ListPeople", "GET", "me/people", people.relevant, gives="people", options=PAGED | {"$search"}),
    Operation("GetMyManager", "GET", "me/manager", users.manager, gives="user", options=ONE),
    Operation("ListMyGroups", "GET", "me/transitiveMemberOf", groups.mine, gives="directoryObjects", options=PAGED),
    Operation("ListMyDrives", "GET", "me/drives", drives.drives, gives="drives", options=PAGED),
    Operation("ListUsers", "GET", "users", users.everybody, gives="users", options=DIRECTORY_OPTIONS),
    Operation("GetUser", "GET", "users/{user-id}", users.one, gives="user", options=ONE),
    Operation("ListUserDrives", "GET", "users/{user-id}/drives", drives.drives, gives="drives", options=PAGED),
    Operation("ListGroups", "GET", "groups", groups.groups, gives="groups", options=DIRECTORY_OPTIONS),
    Operation("GetGroup", "GET", "groups/{group-id}", groups.group, gives="group", options=ONE),
    Operation("ListMembers", "GET", "groups/{group-id}/members", groups.members, gives="users", options=PAGED),
    Operation(
        "ListTransitiveMembers",
        "GET",
        "groups/{group-id}/transitiveMembers",
        groups.members,
        gives="users",
        options=PAGED,
    ),
    Operation("ListGroupDrives", "GET", "groups/{group-id}/drives", drives.drives, gives="drives", options=PAGED),
    Operation("GetSite", "GET", "sites/{site-id}", drives.site, gives="site", options=ONE),
    Operation("ListSiteDrives", "GET", "sites/{site-id}/drives", drives.drives, gives="drives", options=PAGED),
    # Of what is not there yet no drive item tells, so it stands here; in the outermost folder alone.
    Operation(
        "UploadMine",
        "PUT",
        "me/drive/root:/{file-name}:/content",
        drives.upload,
        takes=BYTES,
        gives="driveItem",
        statuses=(200, 201),
    ),
    Operation(
        "SearchEverywhere", "POST", "search/query", search.everywhere, takes="searchQuery", gives="searchResponses"
    ),
    Operation("GetShare", "GET", "shares/{share-id}", drives.behind_link, gives="share", options=ONE),
    Operation(
        "GetSharePermission",
        "GET",
        "shares/{share-id}/permission",
        access.on_share,
        gives="permission",
        statuses=(200, 304),
        options=ONE,
    ),
    Operation(
        "GrantOnShare",
        "POST",
        "shares/{share-id}/permission/grant",
        access.grant_on_share,
        takes="grant",
        gives="newPermissions",
    ),
    # Who asks for one on its own is answered by graph_batch.
    Operation("Batch", "POST", "$batch", _nested, takes="batch", gives="batchResponses"),
)
# Of use to the app's own token alone; the description is for those of people.
APPS = (
    Operation("ListInstalledApps", "GET", "users/{user-id}/teamwork/installedApps", apps.installed),
    Operation("InstallApp", "POST", "users/{user-id}/teamwork/installedApps", apps.install),
    Operation(
        "GetChatOfInstalledApp", "GET", "users/{user-id}/teamwork/installedApps/{installation-id}/chat", apps.chat
    ),
)
ON_DRIVE = (
    Operation("GetDrive", "GET", "", drives.drive, gives="drive", options=ONE),
    Operation("SearchDrive", "GET", "search(q='{words}')", search.around, gives="driveItems", options=PAGED),
    Operation("ListRecent", "GET", "recent()", drives.nothing, gives="driveItems", options=PAGED),
    Operation("ListSharedWithMe", "GET", "sharedWithMe()", drives.nothing, gives="driveItems", options=PAGED),
)
ON_ITEM = (
    Operation("GetItem", "GET", "", drives.item, gives="driveItem", statuses=(200, 304), options=ONE | EXPANDED),
    Operation(
        "ListChildren", "GET", "children", drives.children, gives="driveItems", options=PAGED | EXPANDED | {"$orderby"}
    ),
    Operation("SearchItem", "GET", "search(q='{words}')", search.below, gives="driveItems", options=PAGED),
    Operation(
        "ListPermissions", "GET", "permissions", access.every, gives="permissions", statuses=(200, 304), options=PAGED
    ),
    Operation(
        "GetPermission",
        "GET",
        "permissions/{permission-id}",
        access.one,
        gives="permission",
        statuses=(200, 304),
        options=ONE,
    ),
    Operation(
        "ChangePermission",
        "PATCH",
        "permissions/{permission-id}",
        access.change,
        takes="permissionChange",
        gives="newPermission",
        statuses=(200, 412),
    ),
    Operation("DeletePermission", "DELETE", "permissions/{permission-id}", access.revoke, statuses=(204, 412)),
    Operation(
        "Grant", "POST", "permissions/{permission-id}/grant", access.grant, takes="grant", gives="newPermissions"
    ),
    Operation(
        "RevokeGrants",
        "POST",
        "permissions/{permission-id}/revokeGrants",
        access.revoke_grants,
        takes="revocation",
        gives="newPermission",
    ),
    Operation(
        "SendASharingInvitation",
        "POST",
        "invite",
        access.invite,
        takes="invitation",
        gives="newPermissions",
        statuses=(200, 207),
    ),
    Operation(
        "CreateLink",
        "POST",
        "createLink",
        access.create_link,
        takes="sharingLink",
        gives="newPermission",
        statuses=(200, 201),
    ),
    Operation("ValidatePermission", "POST", "validatePermission", access.validate, takes="password", statuses=(204,)),
)


def route(contoso: Contoso, asked: Call) -> tuple[Operation, Callable[[], Answer]]:
    """What is asked for, and what answers it. Raises Refusal for what is not there or is not the caller's to see."""
    path = joined(asked.path)
    if found := _match(DIRECTORY + APPS, path):
        return _chosen(found, asked.method, lambda one, names: one.answer(contoso, asked, *names))
    place = find(contoso, asked.caller, path, redeem=drives.is_redeemed(asked))
    if place is None:
        text = f"Resource not found for the segment '{asked.path[0] if asked.path else ''}'."
        raise Refusal(400, "BadRequest", text)
    here = place.item or place.drive
    if found := _match(ON_ITEM if place.item else ON_DRIVE, place.rest):
        return _chosen(found, asked.method, lambda one, names: one.answer(contoso, asked, here, *names))
    rest = "/".join(place.rest)
    raise invalid(f"The request is malformed or incorrect: {rest}")


def unqualified(part: str) -> str:
    """Without the namespace an action may carry."""
    found = PREFIX.match(part)
    return part[found.end() :] if found else part


def _match(table: tuple[Operation, ...], path: Sequence[str]) -> dict[str, tuple[Operation, list[str]]]:
    """By method, with what stands where the braces are."""
    plain = [unqualified(part) for part in path]
    matched: dict[str, tuple[Operation, list[str]]] = {}
    for operation in table:
        if len(operation.parts) == len(plain):
            found = [pattern.fullmatch(part) for pattern, part in zip(operation.parts, plain, strict=True)]
            if all(found):
                matched[operation.method] = operation, [name for each in found if each for name in each.groups()]
    return matched


def _chosen(
    there: dict[str, tuple[Operation, list[str]]], method: str, answer: Callable[[Operation, list[str]], Answer]
) -> tuple[Operation, Callable[[], Answer]]:
    """A method that is not there is said to be so only of what is there itself."""
    if method in there:
        operation, names = there[method]
        return operation, lambda: answer(operation, names)
    if "GET" in there:
        answer(*there["GET"])
    text = "The HTTP method is not supported for this resource."
    raise Refusal(405, "invalidRequest", text, headers={"Allow": ", ".join(sorted(there))})
