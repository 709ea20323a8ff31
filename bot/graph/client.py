"""Microsoft Graph as one person sees it: their files and those shared with them, people, permissions, invites."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import quote

from bot.errors import NotAllowed, NotFound, Overloaded, Unsure
from bot.graph import address
from bot.graph.address import ItemAddress
from bot.graph.calls import CHANGE, PERMISSIONS, Ask, Calls, Of
from bot.graph.invitations import DriveRecipient, Invitation, check
from bot.graph.items import item, item_of_hit
from bot.graph.people import GROUP, PERSON, WORK, group, owner, recipient, work
from bot.graph.permissions import Permission, permission
from bot.graph.refusals import Declined, Lost, reference_of
from bot.graph.scopes import ALIASES, ALL_FILES, GROUPS, ME, OWN_FILES, PEOPLE, WORK_OF_PEOPLE
from bot.sharing import Recipient, Role, ShareableItem

Json = dict[str, Any]

# No more than a person reads through, and enough that a name which fits many is seen to do so.
SEEN = 25
# As many as Graph gives of people and groups in one go.
AT_ONCE = 999
# Of what is in a folder.
A_LISTING = 200


@dataclass(frozen=True)
class Graph:
    """Every method raises NeedsSignIn, NotAllowed, NotFound and Unavailable; `invite` says more.

    NeedsConsent, too, where a method needs more than the person has agreed to so far.
    """

    calls: Calls

    # Files

    async def own_items(self, name: str) -> list[ShareableItem]:
        """Files and folders in the person's own drive, whose name or content has these words."""
        path = address.OWN.root.to() + f"/search(q='{_literal(name)}')"
        ask = Ask("GET", path, OWN_FILES, CHANGE, {"$top": str(SEEN)})
        return await self.calls.read(ask, _each(_own_item))

    async def items_anywhere(self, name: str) -> list[ShareableItem]:
        """Whatever the person can open; a hit has neither path nor kind of drive, `items` has."""
        return await self._search(name)

    async def recent(self) -> list[ShareableItem]:
        """What changed last of all the person can open, newest first.

        https://learn.microsoft.com/graph/search-concept-sort (/me/drive/recent ends in November 2026)
        """
        return await self._search("*", [{"name": "lastModifiedDateTime", "isDescending": True}])

    async def item_at(self, path: str) -> ShareableItem:
        """The item at a path of the person's own drive."""
        return await self.calls.read(Ask("GET", address.OWN.root.at(path).to(), OWN_FILES), _own_item)

    async def item_behind(self, url: str) -> ShareableItem:
        """The item a link leads to, without redeeming the link."""
        path = address.shared(url).to()
        own_drive = Ask("GET", address.OWN.path, OWN_FILES, params={"$select": "id"})
        try:
            found, own = await asyncio.gather(
                self.calls.read(Ask("GET", path, OWN_FILES), item),
                self.calls.read(own_drive, lambda raw: str(raw["id"])),
            )
        except NotFound:
            # With the right to their own files alone nobody sees what others shared.
            return await self.calls.read(Ask("GET", path, ALL_FILES), item)
        return replace(found, is_own=found.drive_id == own)

    async def item(self, drive_id: str, item_id: str, *, is_own: bool = False) -> ShareableItem:
        path = address.drive(drive_id).item(item_id).to()
        ask = Ask("GET", path, OWN_FILES if is_own else ALL_FILES)
        return await self.calls.read(ask, _own_item if is_own else item)

    async def folder_of(self, of: ShareableItem) -> ShareableItem | None:
        """The folder it lies in; None for what lies in none, or in one that the person can't see."""
        path = _address(of).to()
        try:
            parent = await self.calls.read(Ask("GET", path, _scope(of)), lambda raw: raw["parentReference"].get("id"))
            return await self.item(of.drive_id, str(parent), is_own=of.is_own) if parent else None
        except (NotFound, NotAllowed):
            return None

    async def listing(self, folder: ShareableItem, after: Ask | None = None) -> tuple[list[ShareableItem], Ask | None]:
        """A page of what is in a folder, and what asks for the next one.

        https://learn.microsoft.com/graph/api/driveitem-list-children
        """
        first = Ask("GET", _address(folder).to("children"), _scope(folder), params={"$top": str(A_LISTING)})
        return await self.calls.page(after or first, _own_item if folder.is_own else item)

    async def owner(self, of: ShareableItem) -> Recipient | None:
        """Whose it is, where that is a person. https://learn.microsoft.com/graph/api/resources/shareddriveitem"""
        ask = Ask("GET", address.share(of.web_url), _scope(of), params={"$select": "owner"})
        return await self.calls.read(ask, lambda raw: owner(raw.get("owner", {}).get("user", {})))

    async def items(self, wanted: Iterable[ShareableItem]) -> list[ShareableItem]:
        """The same in full, in one round trip; without those that are gone."""
        paths = [_address(each).to() for each in wanted]
        answers = await self.calls.batch(Ask("GET", path, ALL_FILES) for path in paths)
        return [item(answer.json()) for answer in answers if answer.is_success]

    async def save(self, name: str, content: bytes, kind: str) -> ShareableItem:
        """A file of the person's own, in the place of what is called so there. Done twice it is the same file.

        https://learn.microsoft.com/graph/api/driveitem-put-content
        """
        path = address.OWN.root.at(name).to("content")
        ask = Ask("PUT", path, OWN_FILES, CHANGE, content=content, headers={"Content-Type": kind})
        return await self.calls.read(ask, _own_item)

    # People

    async def find_people(self, name: str) -> list[Recipient]:
        """People of the directory whose name, first name or last name begins so."""
        word = _quoted(name)
        fields = ("displayName", "givenName", "surname")
        return await self._people(" or ".join(f"startswith({field},{word})" for field in fields))

    async def work_of_people(self, name: str) -> dict[str, str]:
        """What the people of this name do, by their ids; /users tells it to administrators only.

        https://learn.microsoft.com/graph/api/user-list-people
        """
        words = name.replace('"', " ")
        params = {"$search": f'"{words}"', "$top": str(SEEN), "$select": WORK}
        ask = Ask("GET", "/me/people", WORK_OF_PEOPLE, params=params)
        return dict(await self.calls.read(ask, _each(lambda raw: (str(raw["id"]), work(raw)))))

    async def people_at(self, email: str) -> list[Recipient]:
        word = _quoted(email)
        return await self._people(f"mail eq {word} or userPrincipalName eq {word}")

    async def people_also_at(self, email: str) -> list[Recipient]:
        """Whoever's mailbox has this address besides its own. https://learn.microsoft.com/graph/aad-advanced-queries"""
        return await self._people(f"proxyAddresses/any(each:each eq {_quoted(f'smtp:{email}')})", ALIASES)

    async def person(self, person_id: str) -> Recipient:
        path = f"/users/{quote(person_id, safe='')}"
        return await self.calls.read(Ask("GET", path, PEOPLE, params={"$select": PERSON}), recipient)

    async def me(self) -> Recipient:
        return await self.calls.read(Ask("GET", "/me", ME, params={"$select": PERSON}), recipient)

    async def my_groups(self) -> frozenset[str]:
        """The ids of all they are in, also through other groups; all else that one can be a member of among them.

        https://learn.microsoft.com/graph/api/user-list-transitivememberof
        """
        ask = Ask("GET", "/me/transitiveMemberOf", ME, params={"$select": "id", "$top": str(AT_ONCE)})
        return frozenset([each async for each in self.calls.pages(ask, lambda raw: str(raw["id"]))])

    async def manager(self) -> Recipient | None:
        """None for whoever has none. https://learn.microsoft.com/graph/api/user-list-manager"""
        try:
            return await self.calls.read(Ask("GET", "/me/manager", ALIASES, params={"$select": PERSON}), recipient)
        except NotFound:
            return None

    async def members(self, group_id: str) -> list[Recipient]:
        """The people in a group, also through other groups."""
        ask = Ask("GET", _members(group_id), GROUPS, params={"$select": PERSON, "$top": str(AT_ONCE)})
        found = [each async for each in self.calls.pages(ask, _member)]
        return [each for each in found if each]

    async def some_members(self, group_id: str, pages: int) -> tuple[list[Recipient], bool]:
        """The people on the first pages of them, and whether these are all."""
        more: Ask | None = Ask("GET", _members(group_id), GROUPS, params={"$select": PERSON, "$top": str(AT_ONCE)})
        people: list[Recipient] = []
        for _ in range(pages):
            if more is None:
                break
            found, more = await self.calls.page(more, _member)
            people += [each for each in found if each]
        return people, more is None

    async def size(self, group_id: str) -> int:
        """How many are in a group. https://learn.microsoft.com/graph/aad-advanced-queries"""
        params = {"$count": "true", "$select": "id", "$top": "1"}
        ask = Ask("GET", _members(group_id), GROUPS, params=params, headers={"ConsistencyLevel": "eventual"})
        return await self.calls.read(ask, lambda raw: int(raw["@odata.count"]))

    async def find_groups(self, name: str) -> list[Recipient]:
        """Groups of the directory whose name begins so, or whose address this is."""
        word = _quoted(name)
        params = {"$filter": f"startswith(displayName,{word}) or mail eq {word}", "$top": str(SEEN), "$select": GROUP}
        return await self.calls.read(Ask("GET", "/groups", GROUPS, params=params), _each(group))

    async def group(self, group_id: str) -> Recipient:
        path = f"/groups/{quote(group_id, safe='')}"
        return await self.calls.read(Ask("GET", path, GROUPS, params={"$select": GROUP}), group)

    # Permissions

    async def permissions(self, of: ShareableItem) -> list[Permission]:
        ask = Ask("GET", _address(of).to("permissions"), _scope(of), PERMISSIONS)
        return [each async for each in self.calls.pages(ask, permission)]

    async def permission(self, of: ShareableItem, permission_id: str) -> Permission:
        ask = Ask("GET", _address(of).to("permissions", permission_id), _scope(of), PERMISSIONS)
        return await self.calls.read(ask, permission)

    async def change_role(self, of: ShareableItem, permission_id: str, role: Role) -> Permission:
        """Of a person or group; a link's can't be changed. Raises Unsure if the answer was lost."""
        path = _address(of).to("permissions", permission_id)
        ask = Ask("PATCH", path, _scope(of), PERMISSIONS, json={"roles": [role.value]})
        return await self._change(ask)

    async def revoke(self, of: ShareableItem, permission_id: str) -> str:
        """Graph's name of the request.

        Raises NotFound also for one that is gone already, NotAllowed for an inherited one and an owner's.
        """
        ask = Ask("DELETE", _address(of).to("permissions", permission_id), _scope(of), PERMISSIONS)
        try:
            return reference_of(await self.calls.answer(ask))
        except Lost as error:
            raise Unsure(reference=error.reference) from error

    async def revoke_grants(
        self, of: ShareableItem, permission_id: str, people: tuple[DriveRecipient, ...]
    ) -> Permission:
        """Takes people off a link, which stays for the others. https://learn.microsoft.com/graph/api/permission-revokegrants"""
        body = {"grantees": [{each.by: each.value} for each in people]}
        path = _address(of).to("permissions", permission_id, "revokeGrants")
        return await self._change(Ask("POST", path, _scope(of), PERMISSIONS, json=body))

    async def create_link(
        self,
        of: ShareableItem,
        kind: Literal["view", "edit"],
        scope: Literal["anonymous", "organization", "users"],
        people: tuple[DriveRecipient, ...] = (),
    ) -> Permission:
        """The link of that kind, made if there is none; `people` are who it works for, with scope users.

        https://learn.microsoft.com/graph/api/driveitem-createlink
        """
        body: Json = {"type": kind, "scope": scope}
        if people:
            body["recipients"] = [{each.by: each.value} for each in people]
        ask = Ask("POST", _address(of).action("createLink"), _scope(of), PERMISSIONS, json=body)
        return await self._change(ask)

    async def grant_on_link(self, url: str, people: tuple[DriveRecipient, ...], role: Role) -> list[Permission]:
        """Lets more people use a link; its address may change. https://learn.microsoft.com/graph/api/permission-grant"""
        body = {"recipients": [{each.by: each.value} for each in people], "roles": [role.value]}
        ask = Ask("POST", f"{address.share(url)}/permission/grant", ALL_FILES, PERMISSIONS, json=body)
        return await self._changes(ask, _each(permission))

    async def invite(
        self, to: ShareableItem, invitation: Invitation, *, at: ItemAddress | None = None
    ) -> list[Permission]:
        """Gives people a right. Never sent twice by itself: it mails. `at` is another of the item's addresses.

        Raises NotUnderstood for what Graph is known not to take there, before anything is sent; Refused when nothing
        was done for any of them; Unsure when the answer was lost, Overloaded when it was that Graph is too busy;
        Unavailable when the request cannot have arrived.
        https://learn.microsoft.com/graph/api/driveitem-invite
        """
        check(invitation, to)
        path = (at or _address(to)).action("invite")
        ask = Ask("POST", path, _scope(to), PERMISSIONS, json=invitation.body(), once=True)
        return await self._changes(ask, _each(permission))

    async def _change(self, ask: Ask) -> Permission:
        (changed,) = await self._changes(ask, lambda raw: [permission(raw)])
        return changed

    async def _changes(self, ask: Ask, shape: Callable[[Json], list[Permission]]) -> list[Permission]:
        """What a change made of them, with Graph's name of the request."""
        try:
            found, reference = await self.calls.referenced(ask, shape)
        except Declined as error:
            raise Overloaded(reference=error.reference) from error
        except Lost as error:
            raise Unsure(reference=error.reference) from error
        return [replace(each, reference=reference) for each in found]

    async def _people(self, condition: str, scope: str = PEOPLE) -> list[Recipient]:
        params = {"$filter": condition, "$top": str(SEEN), "$select": PERSON}
        return await self.calls.read(Ask("GET", "/users", scope, params=params), _each(recipient))

    async def _search(self, words: str, sort: list[Json] | None = None) -> list[ShareableItem]:
        """https://learn.microsoft.com/graph/api/search-query"""
        query: Json = {"entityTypes": ["driveItem"], "query": {"queryString": words}, "from": 0, "size": SEEN}
        if sort:
            query["sortProperties"] = sort
        ask = Ask("POST", "/search/query", ALL_FILES, CHANGE, json={"requests": [query]})
        return await self.calls.read(ask, _hits)


def _each(shape: Callable[[Json], Of]) -> Callable[[Json], list[Of]]:
    """A list of them."""
    return lambda raw: [shape(each) for each in raw["value"]]


def _members(group_id: str) -> str:
    return f"/groups/{quote(group_id, safe='')}/transitiveMembers"


def _member(raw: Json) -> Recipient | None:
    """None for a group or a device that is in it."""
    return recipient(raw) if raw.get("@odata.type") == "#microsoft.graph.user" else None


def _own_item(raw: Json) -> ShareableItem:
    return item(raw, is_own=True)


def _hits(answer: Json) -> list[ShareableItem]:
    containers = [each for found in answer["value"] for each in found["hitsContainers"]]
    # Without a hit there is no list of hits either.
    return [item_of_hit(hit) for each in containers for hit in each.get("hits", ())]


def _address(of: ShareableItem) -> ItemAddress:
    return address.drive(of.drive_id).item(of.id)


def _scope(of: ShareableItem) -> str:
    return OWN_FILES if of.is_own else ALL_FILES


def _quoted(words: str) -> str:
    """An OData string."""
    return "'" + words.replace("'", "''") + "'"


def _literal(words: str) -> str:
    """Words inside an OData string inside a path."""
    return quote(words.replace("'", "''"), safe="")
