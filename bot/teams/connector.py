"""What botbuilder asks of a connector client, over one session: aiohttp's, for it takes a fifth of httpx's time."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

import aiohttp
from botbuilder.schema import Activity, ResourceResponse
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth.connector_factory import ConnectorFactory
from yarl import URL

from bot import tracing
from bot.errors import Unavailable
from bot.graph.budget import retry_after
from bot.identity.app_tokens import AppTokens
from bot.teams.wire import with_icons, written

TIMEOUT = aiohttp.ClientTimeout(total=15.0, connect=5.0)
CONNECTIONS = 200
# What Teams did not do and asks to try again.
# https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
NOT_DONE = frozenset({412, 429, 503})
# What may have been done: asked again where doing it twice is doing it once.
MAY_BE_DONE = frozenset({502, 504})
UNREACHABLE, NOT_THERE = "unreachable", "BotNotInConversationRoster"
# Why they do not let us in, where that is their own doing. What else is forbidden says nothing of them.
THEIRS = frozenset({NOT_THERE, "ConversationBlockedByUser", "MessageWritesBlocked"})
# What may be told of an address: all else in it is somebody's.
WORDS = frozenset({"v3", "conversations", "activities", "members", "pagedmembers", "teams"})
# Seconds; each pause is up to twice the one before, and nobody pauses as long as the next.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
TRY_FOR = 10.0  # Teams waits 15 for the turn that this is a part of
TRY_LONG_FOR = 5 * 60.0
# As many at once as Teams gives. It may give fewer, so its token alone tells whether there are more.
PAGE = 500


class ConnectorError(Exception):
    """Teams did not take it. `status` is None when there was no answer."""

    def __init__(self, status: int | None, code: str) -> None:
        super().__init__(f"{status}: {code}")
        self.status = status
        self.code = code

    @property
    def is_not_done(self) -> bool:
        """Whether it is certain that nothing has arrived."""
        if self.status is None:
            return self.code == UNREACHABLE
        return self.status < 500 or self.status in NOT_DONE

    @property
    def is_too_large(self) -> bool:
        return self.status == 413

    @property
    def is_shut(self) -> bool:
        """Whether we are not, or not any more, let into this chat."""
        return self.status in (403, 404)

    @property
    def is_unwanted(self) -> bool:
        """Whether it is they who do not let us in; what is not found may not be there yet."""
        return self.status == 403 and self.code in THEIRS

    @property
    def may_be_early(self) -> bool:
        """Whether it is what Teams says also of an install that is not through yet."""
        return self.code == NOT_THERE


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    content: dict[str, Any]


def session() -> aiohttp.ClientSession:
    """The one for all that goes to Teams; whoever makes it closes it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=CONNECTIONS), timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()
    )


class Connectors(ConnectorFactory):
    """One connector for each turn; they share their connections and their token."""

    def __init__(self, session: aiohttp.ClientSession, tokens: AppTokens, public_url: str) -> None:
        self._session = session
        self._tokens = tokens
        self._public_url = public_url

    async def create(self, service_url: str, audience: str) -> ConnectorClient:
        return cast("ConnectorClient", Connector(self._session, self._tokens, service_url, self._public_url))


class Connector:
    """Stands where botbuilder looks for a ConnectorClient and its `conversations`; `public_url` is where our icons are.

    One that `has_time` sends what nobody waits for.
    """

    def __init__(self, session: aiohttp.ClientSession, tokens: AppTokens, service_url: str, public_url: str) -> None:
        self.has_time = False
        self._public_url = public_url
        self._session = session
        self._tokens = tokens
        self._url = service_url.rstrip("/")
        self.conversations = self

    async def send_to_conversation(self, conversation_id: str, activity: Activity) -> ResourceResponse:
        return await self._send("POST", conversation_id, "/activities", activity)

    async def reply_to_activity(self, conversation_id: str, activity_id: str, activity: Activity) -> ResourceResponse:
        return await self._send("POST", conversation_id, f"/activities/{_part(activity_id)}", activity)

    async def update_activity(self, conversation_id: str, activity_id: str, activity: Activity) -> ResourceResponse:
        return await self._send("PUT", conversation_id, f"/activities/{_part(activity_id)}", activity)

    async def delete_activity(self, conversation_id: str, activity_id: str) -> None:
        await self._call("DELETE", conversation_id, f"/activities/{_part(activity_id)}")

    async def member(self, conversation_id: str, member_id: str) -> dict[str, Any]:
        """A member as Teams describes them: `objectId` or `aadObjectId`, `name`, `email`."""
        return await self._call("GET", conversation_id, f"/members/{_part(member_id)}")

    async def members(self, conversation_id: str) -> list[dict[str, Any]]:
        """Everybody, page after page, each as `member` has them. Somebody may be on two of them."""
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            more = f"&continuationToken={_part(token)}" if token else ""
            page = await self._call("GET", conversation_id, f"/pagedmembers?pageSize={PAGE}{more}")
            members: list[Any] = page.get("members") or []
            found += [each for each in members if isinstance(each, dict)]
            next_token = page.get("continuationToken")
            if not isinstance(next_token, str) or next_token in ("", token):
                return found
            token = next_token

    async def team(self, team_id: str) -> dict[str, Any]:
        """`name` and `aadGroupId`, among others."""
        return await self._asked("GET", f"/v3/teams/{_part(team_id)}", None)

    async def _send(self, method: str, conversation_id: str, path: str, activity: Activity) -> ResourceResponse:
        answer = await self._call(method, conversation_id, path, with_icons(written(activity), self._public_url))
        return ResourceResponse(id=str(answer.get("id", "")))

    async def _call(self, method: str, conversation_id: str, path: str, body: str | None = None) -> dict[str, Any]:
        return await self._asked(method, f"/v3/conversations/{_part(conversation_id)}{path}", body)

    async def _asked(self, method: str, path: str, body: str | None) -> dict[str, Any]:
        """Raises ConnectorError, Unavailable. An empty answer to a success is a success."""
        answer = await self._patiently(method, path, body)
        if answer.status == 401:  # nothing was done, so it may be asked again, once
            self._tokens.refused()
            answer = await self._patiently(method, path, body)
        if not 200 <= answer.status < 300:
            error = answer.content.get("error")
            code = error.get("code") if isinstance(error, dict) else None
            raise ConnectorError(answer.status, re.sub(r"\W", "", str(code))[:60])
        return answer.content

    async def _patiently(self, method: str, path: str, body: str | None) -> Answer:
        """Asks again where Teams asks for it and where nothing can have arrived; where something may have, only if that
        changes nothing.
        """
        clock = asyncio.get_running_loop().time
        until, pause = clock() + (TRY_LONG_FOR if self.has_time else TRY_FOR), FIRST_PAUSE
        is_harmless = method in ("GET", "PUT")
        to_retry = NOT_DONE | MAY_BE_DONE if is_harmless else NOT_DONE
        while True:
            lost: Exception = ConnectorError(None, UNREACHABLE)
            try:
                answer = await self._request(method, path, body)
            except ConnectorError as error:
                if not is_harmless:
                    raise
                answer, lost = None, error
            except Unavailable as error:
                # Nothing was sent. Whoever waits for an answer hears at once what is the matter.
                if not self.has_time:
                    raise
                answer, lost = None, error
            if answer is not None and answer.status not in to_retry:
                return answer
            wait = random.uniform(pause / 2, pause)  # noqa: S311
            if answer is not None and (asked := retry_after(answer.headers)) is not None:
                wait = max(wait, asked)
            if clock() + wait > until:
                if answer is None:
                    raise lost
                return answer
            await asyncio.sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _request(self, method: str, path: str, body: str | None) -> Answer | None:
        """None if it cannot have arrived. Raises ConnectorError where it may have, Unavailable without a token."""
        headers = {"Authorization": f"Bearer {await self._tokens.token()}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        url = URL(self._url + path, encoded=True)
        try:
            # Our token goes to this host and to no other that it may name.
            with tracing.request("Teams", method, path, WORDS) as asking:
                async with self._session.request(
                    method, url, data=body, headers=headers, allow_redirects=False
                ) as answer:
                    asking.answered(answer.status)
                    return Answer(answer.status, answer.headers, _object(await answer.read()))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectorError(None, type(error).__name__) from error


def _object(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return cast("dict[str, Any]", said) if isinstance(said, dict) else {}


def _part(text: str) -> str:
    return quote(text, safe="")
