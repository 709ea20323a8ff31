"""Chats, channels and what was said in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

Json = dict[str, Any]
CARD = "application/vnd.microsoft.card.adaptive"
OAUTH = "application/vnd.microsoft.card.oauth"
Kind = Literal["personal", "groupChat", "channel"]
NOBODYS: Mapping[str, tuple[Json, ...]] = MappingProxyType({})


@dataclass(frozen=True)
class Team:
    id: str
    name: str
    group_id: str


@dataclass(frozen=True)
class Chat:
    """`members` are people, the bot is in it where it is installed. A personal chat is one person's with the bot.

    `graph_id` is what Graph calls it, where that is something else.
    """

    id: str
    kind: Kind
    name: str
    members: tuple[str, ...]
    team: Team | None = None
    graph_id: str = ""


@dataclass(frozen=True)
class Mention:
    """`id` is a person's directory id, or the bot's `28:…`."""

    id: str
    name: str


@dataclass(frozen=True)
class Message:
    """`sender` as in Mention. `views` are the attachments as single people see them: a click's answer is theirs alone.

    `withheld`: its sign-in card is kept back, because the client tries to do without.
    """

    id: str
    chat_id: str
    root: str | None
    sender: str
    sender_name: str
    timestamp: dt.datetime
    text: str = ""
    text_format: str = "plain"
    mentions: tuple[Mention, ...] = ()
    attachments: tuple[Json, ...] = ()
    suggested: tuple[tuple[str, str], ...] = ()
    views: Mapping[str, tuple[Json, ...]] = field(default_factory=lambda: NOBODYS)
    is_edited: bool = False
    withheld: bool = False
    problem: str = ""

    @property
    def is_from_bot(self) -> bool:
        return self.sender.startswith("28:")

    def seen_by(self, person_id: str) -> tuple[Json, ...]:
        """The attachments on this person's screen."""
        seen = self.views.get(person_id, self.attachments)
        return tuple(each for each in seen if not (self.withheld and each["contentType"] == OAUTH))

    def is_empty_for(self, person_id: str) -> bool:
        return not (self.text or self.seen_by(person_id) or self.suggested)

    def as_seen_by(self, person_id: str) -> Message:
        return replace(self, attachments=self.seen_by(person_id), views=NOBODYS, withheld=False)

    @property
    def card(self) -> Json | None:
        return next((each["content"] for each in self.attachments if each["contentType"] == CARD), None)

    def with_card(self, person_id: str, card: Json) -> Message:
        """As it is once a click's answer took the card's place for this person."""
        seen = {"contentType": CARD, "content": card}
        return replace(self, views=MappingProxyType({**self.views, person_id: (seen,)}))


class Chats:
    """All of them, and who has read how far."""

    def __init__(self, chats: Iterable[Chat]) -> None:
        self._chats = {chat.id: chat for chat in chats}
        self._called = {chat.graph_id: chat.id for chat in self._chats.values() if chat.graph_id}
        self._messages: dict[str, dict[str, Message]] = {chat_id: {} for chat_id in self._chats}
        self._read: dict[tuple[str, str], str] = {}
        self._last_id = 0
        self.with_bot: set[str] = set()

    def __iter__(self) -> Iterator[Chat]:
        return iter(self._chats.values())

    def get(self, chat_id: str) -> Chat | None:
        """By conversation id, or as Graph calls it; a channel's thread is addressed as the channel."""
        return self._chats.get(self._called.get(chat_id) or channel_of(chat_id))

    def of(self, person_id: str) -> list[Chat]:
        """Theirs, the one with the bot first."""
        own = [chat for chat in self._chats.values() if person_id in chat.members]
        return sorted(own, key=lambda chat: (chat.kind != "personal", chat.kind == "channel"))

    def personal(self, person_id: str) -> Chat:
        return next(chat for chat in self.of(person_id) if chat.kind == "personal")

    def populate(self, chat_id: str, members: Iterable[str]) -> Chat:
        """The chat with these people from now on."""
        self._chats[chat_id] = replace(self._chats[chat_id], members=tuple(members))
        return self._chats[chat_id]

    def new_id(self, now: dt.datetime) -> str:
        self._last_id = max(self._last_id + 1, int(now.timestamp() * 1000))
        return str(self._last_id)

    def put(self, message: Message) -> None:
        self._messages[message.chat_id][message.id] = message

    def message(self, chat_id: str, message_id: str) -> Message | None:
        return self._messages.get(chat_id, {}).get(message_id)

    def delete(self, message: Message) -> None:
        del self._messages[message.chat_id][message.id]

    def messages(self, chat_id: str) -> list[Message]:
        return list(self._messages[chat_id].values())

    def read(self, chat_id: str, person_id: str) -> None:
        self._read[chat_id, person_id] = max(self._messages[chat_id], key=int, default="0")

    def unread(self, chat_id: str, person_id: str) -> int:
        read = int(self._read.get((chat_id, person_id), "0"))
        news = (message for message in self.messages(chat_id) if message.sender != person_id and int(message.id) > read)
        return sum(not message.is_empty_for(person_id) for message in news)


def channel_of(conversation_id: str) -> str:
    return conversation_id.partition(";messageid=")[0]


def thread_of(conversation_id: str) -> str | None:
    return conversation_id.partition(";messageid=")[2] or None
