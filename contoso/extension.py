"""The message extension and the dialogs of Teams, and the fields of a card that search: what a person asks there, and
their sign-in on the way.

https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/what-are-messaging-extensions
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from typing import Any, cast
from urllib.parse import urlsplit

from contoso import activities, tokens
from contoso.chats import CARD, Chat, Message
from contoso.delivery import BotFailed, Delivery
from contoso.people import Person
from contoso.tenant import Contoso

Json = dict[str, Any]
INVOKES = frozenset(
    {
        "composeExtension/query",
        "composeExtension/queryLink",
        "composeExtension/fetchTask",
        "composeExtension/submitAction",
        "task/fetch",
        "task/submit",
        "application/search",
    }
)
LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}']")
# What Teams signs in by itself for.
SILENTLY = ("composeExtension/query", "composeExtension/queryLink")
# https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/link-unfurling
UNFURLED_FOR = dt.timedelta(minutes=30)


class Extension:
    def __init__(self, contoso: Contoso, bot: Delivery) -> None:
        self._contoso = contoso
        self._bot = bot
        self._unfurled: dict[tuple[str, str], tuple[dt.datetime, Json]] = {}

    async def ask(
        self,
        person: Person,
        chat: Chat,
        name: str,
        value: Json,
        *,
        message: Message | None = None,
        locale: str = "en-US",
    ) -> Json:
        """The bot's answer, `{"composeExtension": …}`, `{"task": …}`, `{"type": …, "value": …}` or empty; `message` is
        the one it is about.

        A search or a link that the bot answers with silentAuth is asked once more with a token. Teams does so for
        these only, and shows the button for anything else. Raises BotTrouble.
        """
        if message and name.startswith("composeExtension/"):
            value = {**value, "messagePayload": payload(self._contoso, message)}

        async def asked(value: Json) -> Json | None:
            activity = activities.invoke(
                self._contoso, chat, person, name=name, value=value, locale=locale, message=message
            )
            activity["channelData"]["source"] = {"name": "message" if message else "compose"}
            answer = await self._bot.send(activity)
            if answer.status_code == 412 and "authentication" in value:
                return None
            return _read(answer.status_code, answer.content)

        first = await asked(value)
        if name not in SILENTLY or _kind(first) != "silentAuth":
            return _by_button(first or {})
        again = await asked({**value, "authentication": {"token": tokens.sso_token(self._contoso, person)}})
        return _by_button(first or {}) if again is None else _by_button(again)

    async def unfurl(self, person: Person, chat: Chat, url: str, *, locale: str = "en-US") -> Json:
        """The bot's answer to a link that somebody pastes, or that of a while ago; empty where it is not asked.

        Teams keeps an answer for the person and the link, in whatever chat, unless it says that it is not to be kept.
        Raises BotTrouble.
        """
        if not self._is_asked_of(url):
            return {}
        kept, now = self._unfurled.get((person.id, url)), self._contoso.now()
        if kept and kept[0] > now:
            return kept[1]
        answer = await self.ask(person, chat, "composeExtension/queryLink", {"url": url}, locale=locale)
        policy = cast("Json", answer.get("cacheInfo") or {}).get("cacheType")
        if _kind(answer) == "result" and str(policy).upper() != "NO_CACHE":
            self._unfurled[person.id, url] = (now + UNFURLED_FOR, answer)
        return answer

    def _is_asked_of(self, url: str) -> bool:
        """Each `*` of a domain is one part of a name."""
        domains = self._contoso.link_domains
        if domains is None:
            return url.startswith(f"{self._contoso.base_url}/")
        return any(_fits(each.split("."), (urlsplit(url).hostname or "").split(".")) for each in domains)

    def post(self, person: Person, chat: Chat, card: Json) -> Message:
        """Puts a card that was chosen from a search into a chat, as the person."""
        message = Message(
            id=self._contoso.chats.new_id(self._contoso.now()),
            chat_id=chat.id,
            root=None,
            sender=person.id,
            sender_name=person.name,
            timestamp=self._contoso.now(),
            attachments=({"contentType": CARD, "content": card},),
        )
        self._contoso.say(message)
        return message


def _fits(domain: list[str], host: list[str]) -> bool:
    return len(domain) == len(host) and all(wanted in ("*", part) for wanted, part in zip(domain, host, strict=True))


def payload(contoso: Contoso, message: Message) -> Json:
    """A message as an action on it is told of it.

    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/action-commands/create-task-module
    """
    text = LINK.sub(lambda link: f'<a href="{link[0]}">{link[0]}</a>', html.escape(message.text, quote=False))
    return {
        "id": message.id,
        "messageType": "message",
        "createdDateTime": message.timestamp.isoformat(),
        "from": _sender(message),
        "body": {"contentType": "html", "content": f"<div>{text}</div>"},
        "attachments": [_attachment(each) for each in message.attachments],
        "mentions": [],
        "reactions": [],
        "locale": "en-us",
        "linkToMessage": f"{contoso.base_url}/l/message/{message.chat_id}/{message.id}",
    }


def _sender(message: Message) -> Json:
    if message.is_from_bot:
        return {"application": {"id": message.sender, "displayName": message.sender_name}}
    return {"user": {"id": message.sender, "displayName": message.sender_name, "userIdentityType": "aadUser"}}


def _attachment(attachment: Json) -> Json:
    """A card travels as text."""
    content = attachment.get("content")
    return {**attachment, "content": json.dumps(content)} if isinstance(content, dict) else attachment


def _read(status: int, content: bytes) -> Json:
    """Raises BotFailed for what Teams could make no sense of."""
    try:
        said = json.loads(content) if content.strip() else {}
    except ValueError as error:
        raise BotFailed(status) from error
    if status != 200 or not isinstance(said, dict):
        raise BotFailed(status)
    return cast("Json", said)


def _kind(answer: Json | None) -> object:
    part = (answer or {}).get("composeExtension")
    return cast("Json", part).get("type") if isinstance(part, dict) else None


def _by_button(answer: Json) -> Json:
    """What Teams could not do silently it shows as a button."""
    if _kind(answer) != "silentAuth":
        return answer
    return {"composeExtension": {**answer["composeExtension"], "type": "auth"}}
