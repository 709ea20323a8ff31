"""How an activity gets to the bot: signed, within Teams' fifteen seconds, and with what may go wrong on the way."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from contoso import faults, tokens
from contoso.tenant import Contoso

Json = dict[str, Any]
# https://learn.microsoft.com/microsoftteams/platform/bots/bot-basics
TIMEOUT = 15.0


class BotTrouble(Exception):
    """The message is a sentence for the person at the page; `status` what its HTTP answer is."""

    status = 502


class BotUnreachable(BotTrouble):
    def __init__(self) -> None:
        super().__init__("The bot cannot be reached.")


class BotFailed(BotTrouble):
    def __init__(self, status: int) -> None:
        super().__init__(f"The bot answered {status}." if status >= 400 else "The bot's answer cannot be read.")
        self.answered = status


class BotTooSlow(BotTrouble):
    status = 504

    def __init__(self) -> None:
        super().__init__("The bot took too long to answer.")


class Delivery:
    def __init__(self, contoso: Contoso, http: httpx.AsyncClient) -> None:
        self._contoso = contoso
        self._http = http

    async def send(self, activity: Json) -> httpx.Response:
        """Whatever the bot answers. Raises BotUnreachable, BotTooSlow."""
        named = f"{activity['type']} {activity.get('name', activity.get('action', ''))}".strip()
        fault = faults.take(self._contoso, "bot", "POST", named, str(activity.get("value", "")))
        if fault is None:
            return await self._post(activity)
        await asyncio.sleep(fault.delay)
        if fault.drop == "request":
            raise BotUnreachable
        if fault.status is not None:
            return httpx.Response(fault.status)
        answer = await self._post(activity)
        if fault.twice:
            answer = await self._post(activity)
        if fault.drop == "reply":
            raise BotTooSlow
        return answer

    async def accepted(self, activity: Json) -> httpx.Response:
        """The bot took it. Raises BotTrouble."""
        answer = await self.send(activity)
        if not answer.is_success:
            raise BotFailed(answer.status_code)
        return answer

    async def _post(self, activity: Json) -> httpx.Response:
        headers = {"Authorization": f"Bearer {tokens.activity_token(self._contoso)}"}
        try:
            return await self._http.post(self._contoso.bot_endpoint, json=activity, headers=headers, timeout=TIMEOUT)
        except httpx.TimeoutException as error:
            raise BotTooSlow from error
        except httpx.HTTPError as error:
            raise BotUnreachable from error
