"""One person's requests to Graph, and Graph's failures in our words."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, cast
from urllib.parse import quote

import httpx

from bot.errors import NeedsSignIn, NotAllowed, NotFound, SharebotError, Unavailable, Unsure
from bot.graph.items import item, item_of_hit, sharing_token
from bot.graph.people import recipient
from bot.graph.permissions import Invited, Permission, invited, permission
from bot.sharing import Recipient, Role, ShareableItem

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(20.0, connect=5.0)
# No more than a person reads through, and enough that a name which fits many is seen to do so.
SEEN = 25
# A server that says "at once" again and again is not asked for ever.
SHORTEST_WAIT = 0.5
# https://learn.microsoft.com/graph/errors
ERRORS: dict[int, type[SharebotError]] = {
    401: NeedsSignIn,
    403: NotAllowed,
    404: NotFound,
    410: NotFound,
    423: NotAllowed,
    429: Unavailable,
}
# Refusals a person can do something about. Keyed by code, the inner one first; Graph's messages are for developers.
REFUSALS = {
    "noResolvedUsers": "Microsoft 365 can't find this person as somebody to share with.",
    "sharingFailed": "Your organisation does not allow sharing this with them.",
    "sharingDisabled": "Your organisation does not allow sharing this with people outside.",
    "secureSharingInvalidRequest": "This person can't be invited securely, because the address has no work account.",
    "accessRestricted": "Only the owner may share this.",
    "resourceLocked": "The file is locked at the moment.",
    "objectNotSupported": "This can't be shared.",
    "notAllowed": "Microsoft 365 does not let you share this.",
    "accessDenied": "You are not allowed to share this.",
    "interrupted": "Microsoft 365 stopped answering before this person's turn came.",
}


class Refused(NotAllowed):
    """Graph said no to an invite: nothing was changed for anybody in it. `code` is Graph's most precise one."""

    def __init__(self, code: str) -> None:
        super().__init__(REFUSALS.get(code, f"Microsoft 365 refused this ({code})."))
        self.code = code


@dataclass(frozen=True)
class Graph:
    """Raises NeedsSignIn, NotAllowed, NotFound, Unavailable from every method; `invite` says more.

    `patience` is how many seconds a request may wait, all in all, for Graph to be less busy.
    """

    http: httpx.AsyncClient
    url: str
    auth: httpx.Auth
    patience: float = 3.0

    async def find_items(self, name: str) -> list[ShareableItem]:
        """Files and folders this person can see whose name has these words in it, the own drive first."""
        query = {"entityTypes": ["driveItem"], "query": {"queryString": name}, "from": 0, "size": SEEN}
        own, everywhere = await asyncio.gather(
            self._get(f"/me/drive/root/search(q='{_literal(name)}')", params={"$top": str(SEEN)}),
            self._send("POST", "/search/query", json={"requests": [query]}),
        )
        found = [item(raw) for raw in own["value"]]
        for answer in everywhere["value"]:
            for container in answer["hitsContainers"]:
                found += [item_of_hit(hit) for hit in container.get("hits", ())]
        return list({each.key: each for each in reversed(found)}.values())[::-1]

    async def item_at(self, path: str) -> ShareableItem:
        """The item at a path of the person's own drive."""
        return item(await self._get(f"/me/drive/root:/{quote(path.strip('/'))}:"))

    async def item_behind(self, url: str) -> ShareableItem:
        """The item a link leads to, without redeeming the link."""
        return item(await self._get(f"/shares/{sharing_token(url)}/driveItem"))

    async def item(self, drive_id: str, item_id: str) -> ShareableItem:
        return item(await self._get(_address(drive_id, item_id)))

    async def find_people(self, name: str) -> list[Recipient]:
        """People of the directory whose name, first name or last name begins so."""
        word = name.replace("'", "''")
        fields = ("displayName", "givenName", "surname")
        return await self._people(" or ".join(f"startswith({field},'{word}')" for field in fields))

    async def people_at(self, email: str) -> list[Recipient]:
        word = email.replace("'", "''")
        return await self._people(f"mail eq '{word}' or userPrincipalName eq '{word}'")

    async def person(self, person_id: str) -> Recipient:
        return recipient(await self._get(f"/users/{quote(person_id, safe='')}", params={"$select": PERSON}))

    async def me(self) -> Recipient:
        return recipient(await self._get("/me", params={"$select": PERSON}))

    async def permissions(self, of: ShareableItem) -> list[Permission]:
        found: list[Permission] = []
        page = await self._get(f"{_address(of.drive_id, of.id)}/permissions")
        while True:
            found += [permission(raw) for raw in page["value"]]
            if not (more := page.get("@odata.nextLink")):
                return found
            page = await self._get(str(more))

    async def invite(self, to: ShareableItem, recipients: list[Recipient], role: Role) -> list[Invited]:
        """Gives these people this right and has Microsoft 365 mail them. Never sent twice by itself: it mails.

        Raises Refused when nothing was done for any of them, Unsure when the answer was lost, Unavailable when the
        request cannot have arrived. https://learn.microsoft.com/graph/api/driveitem-invite
        """
        body = {
            "recipients": [{"objectId": r.id} if r.id else {"email": r.email} for r in recipients],
            "requireSignIn": True,
            "sendInvitation": True,
            "roles": [role.value],
        }
        try:
            answer = await self._send("POST", f"{_address(to.drive_id, to.id)}/invite", json=body)
        except _Lost as error:
            raise Unsure from error
        return invited(answer, recipients)

    async def _people(self, condition: str) -> list[Recipient]:
        answer = await self._get("/users", params={"$filter": condition, "$top": str(SEEN), "$select": PERSON})
        return [recipient(raw) for raw in answer["value"]]

    async def _get(self, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
        try:
            return await self._send("GET", path, params=params)
        except _Lost as error:
            raise Unavailable from error

    async def _send(self, method: str, path: str, **how: Any) -> dict[str, Any]:
        """The body of a success. Raises _Lost when the deed may have been done all the same."""
        answer, left = await self._request(method, path, **how), self.patience
        # What Graph was too busy for it did not do, so even an invite may be asked again.
        while (wait := _asked_to_wait(answer)) is not None and wait <= left:
            await asyncio.sleep(wait)
            left -= max(wait, SHORTEST_WAIT)
            answer = await self._request(method, path, **how)
        if answer.is_success:
            try:
                return cast("dict[str, Any]", answer.json())
            except ValueError as error:
                raise _Lost from error
        raise _failure(answer)

    async def _request(self, method: str, path: str, **how: Any) -> httpx.Response:
        url = path if path.startswith(self.url) else self.url + path
        try:
            return await self.http.request(method, url, auth=self.auth, timeout=TIMEOUT, **how)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unavailable from error
        except httpx.TransportError as error:
            raise _Lost from error


class _Lost(Unavailable):
    """Sent, and no answer that tells what became of it."""


PERSON = "id,displayName,mail,userPrincipalName,jobTitle,department"


def _failure(answer: httpx.Response) -> SharebotError:
    code = _code(answer)
    log.warning(
        "Graph answered %s %s to %s (request-id %s)",
        answer.status_code,
        code,
        answer.request.method,
        _printable(answer.headers.get("request-id", "none")),
    )
    if _asked_to_wait(answer) is not None:
        return Unavailable()
    if answer.status_code >= 500:
        return _Lost()
    if answer.status_code in (400, 403, 423) and answer.request.url.path.endswith("/invite"):
        return Refused(code)
    return ERRORS.get(answer.status_code, NotAllowed)()


def _asked_to_wait(answer: httpx.Response) -> float | None:
    """Seconds, if Graph is too busy and says for how long: a number, not always whole, or a date (RFC 9110, 10.2.3)."""
    if answer.status_code not in (429, 503):
        return None
    said = answer.headers.get("Retry-After", "")
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - dt.datetime.now(dt.UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _code(answer: httpx.Response) -> str:
    """The innermost error code; both spellings of "inner" are in use."""
    try:
        error = answer.json()["error"]
        code = error["code"]
        while inner := error.get("innerError") or error.get("innererror"):
            error = inner
            code = error.get("code", code)
    except (ValueError, KeyError, TypeError, AttributeError):
        return "unknown"
    return _printable(str(code))


def _printable(text: str) -> str:
    return re.sub(r"[^\w.,:; -]", "", text)[:80]


def _address(drive_id: str, item_id: str) -> str:
    return f"/drives/{quote(drive_id, safe='!')}/items/{quote(item_id, safe='!')}"


def _literal(words: str) -> str:
    """Words inside an OData string inside a path."""
    return quote(words.replace("'", "''"), safe="")
