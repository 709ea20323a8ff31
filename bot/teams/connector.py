"""What botbuilder asks of a connector client, over the one HTTP client of the process."""

from __future__ import annotations

import asyncio
import random
import re
from typing import Any, cast
from urllib.parse import quote

import httpx
from botbuilder.schema import Activity, ResourceResponse
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth.connector_factory import ConnectorFactory

from bot.graph.budget import retry_after
from bot.identity.app_tokens import AppTokens
from bot.teams.wire import written

TIMEOUT = httpx.Timeout(15.0, connect=5.0)
# What Teams did not do and asks to try again.
# https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability#status-codes-from-bot-conversational-apis
TO_RETRY = frozenset({412, 429, 502, 503, 504})
# Seconds; each pause is up to twice the one before, and nobody pauses as long as the next.
FIRST_PAUSE = 0.5
TRY_FOR = 30.0


class ConnectorError(Exception):
    """Teams did not take it. `status` is None when there was no answer."""

    def __init__(self, status: int | None, code: str) -> None:
        super().__init__(f"{status}: {code}")
        self.status = status
        self.code = code


class Connectors(ConnectorFactory):
    """One connector for each service URL; they share their connections and their token."""

    def __init__(self, http: httpx.AsyncClient, tokens: AppTokens) -> None:
        self._http = http
        self._tokens = tokens

    async def create(self, service_url: str, audience: str) -> ConnectorClient:
        return cast("ConnectorClient", Connector(self._http, self._tokens, service_url))


class Connector:
    """Stands where botbuilder looks for a ConnectorClient and its `conversations`."""

    def __init__(self, http: httpx.AsyncClient, tokens: AppTokens, service_url: str) -> None:
        self._http = http
        self._tokens = tokens
        self._url = service_url.rstrip("/")
        self.conversations = self

    async def send_to_conversation(self, conversation_id: str, activity: Activity) -> ResourceResponse:
        return await self._send("POST", f"{_conversation(conversation_id)}/activities", activity)

    async def reply_to_activity(self, conversation_id: str, activity_id: str, activity: Activity) -> ResourceResponse:
        return await self._send("POST", f"{_conversation(conversation_id)}/activities/{_part(activity_id)}", activity)

    async def update_activity(self, conversation_id: str, activity_id: str, activity: Activity) -> ResourceResponse:
        return await self._send("PUT", f"{_conversation(conversation_id)}/activities/{_part(activity_id)}", activity)

    async def delete_activity(self, conversation_id: str, activity_id: str) -> None:
        await self._call("DELETE", f"{_conversation(conversation_id)}/activities/{_part(activity_id)}")

    async def member(self, conversation_id: str, member_id: str) -> dict[str, Any]:
        """A member as Teams describes them: `objectId` or `aadObjectId`, `name`, `email`."""
        return await self._call("GET", f"{_conversation(conversation_id)}/members/{_part(member_id)}")

    async def _send(self, method: str, path: str, activity: Activity) -> ResourceResponse:
        answer = await self._call(method, path, written(activity))
        return ResourceResponse(id=str(answer.get("id", "")))

    async def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """Raises ConnectorError, Unavailable. An empty answer to a success is a success."""
        answer = await self._patiently(method, path, body)
        if answer.status_code == 401:  # nothing was done, so it may be asked again, once
            self._tokens.refused()
            answer = await self._patiently(method, path, body)
        content = _object(answer)
        if not answer.is_success:
            error = content.get("error")
            code = error.get("code") if isinstance(error, dict) else None
            raise ConnectorError(answer.status_code, re.sub(r"\W", "", str(code))[:60])
        return content

    async def _patiently(self, method: str, path: str, body: object) -> httpx.Response:
        """Asks again where Teams asks for it and where nothing can have arrived; never where something may have."""
        clock = asyncio.get_running_loop().time
        until, pause = clock() + TRY_FOR, FIRST_PAUSE
        while True:
            answer = await self._request(method, path, body)
            if answer is not None and answer.status_code not in TO_RETRY:
                return answer
            wait = random.uniform(pause / 2, pause)  # noqa: S311
            if answer is not None and (asked := retry_after(answer.headers)) is not None:
                wait = max(wait, asked)
            if clock() + wait > until:
                if answer is None:
                    raise ConnectorError(None, "unreachable")
                return answer
            await asyncio.sleep(wait)
            pause *= 2

    async def _request(self, method: str, path: str, body: object) -> httpx.Response | None:
        """None if it cannot have arrived."""
        headers = {"Authorization": f"Bearer {await self._tokens.token()}"}
        try:
            return await self._http.request(method, self._url + path, json=body, headers=headers, timeout=TIMEOUT)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return None
        except httpx.HTTPError as error:
            raise ConnectorError(None, type(error).__name__) from error


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


def _conversation(conversation_id: str) -> str:
    return f"/v3/conversations/{_part(conversation_id)}"


def _part(text: str) -> str:
    return quote(text, safe="")
