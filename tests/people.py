"""People of Contoso as the tests speak of them: they say, press, and see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contoso.chats import Message
from contoso.client import Answer
from contoso.tenant import Contoso


@dataclass(frozen=True)
class Someone:
    """A person at their Teams. `chat` None is their chat with the bot; others go by name."""

    contoso: Contoso
    mail: str
    locale: str = "en-US"

    async def says(self, text: str, *, chat: str | None = None) -> str:
        """What the bot answers with, in words."""
        said = await self.contoso.client.say(self.mail, text, chat=chat, locale=self.locale)
        return "\n".join(words(each) for each in said)

    async def presses(
        self, title: str, inputs: dict[str, str] | None = None, *, message: str | None = None, chat: str | None = None
    ) -> str:
        """What the press of a button on the newest card that has it (or on that message's) is answered with."""
        client = self.contoso.client
        answer = await client.click(
            self.mail, title, inputs=inputs or {}, message=message, chat=chat, locale=self.locale
        )
        return words_of_answer(answer)

    async def adds(self, *mails: str, chat: str) -> None:
        await self.contoso.client.add(self.mail, mails, chat)

    async def removes(self, *mails: str, chat: str) -> None:
        await self.contoso.client.remove(self.mail, mails, chat)

    def notices(self) -> list[str]:
        """The first words of what was sent to them; a card that was shown anew in its place is none."""
        sent = (each for each in self.contoso.client.messages(self.mail) if not each.is_edited)
        return [words(each).partition("\n")[0] for each in sent]

    def sees(self, chat: str | None = None) -> str:
        """The whole chat, in words."""
        return "\n".join(words(each) for each in self.contoso.client.messages(self.mail, chat=chat))

    async def waits_for(self, what: str) -> str:
        """The first message of the bot with these words."""
        return words(await self.contoso.client.wait_for(self.mail, lambda message: what in words(message)))


def words(message: Message) -> str:
    """All that can be read of a message: its text, its cards, the titles of their buttons."""
    parts = [message.text, *(words_of_card(each["content"]) for each in message.attachments)]
    return "\n".join(part for part in parts if part)


def words_of_card(card: Any) -> str:
    found: list[str] = []
    _collect(card, found.append)
    return "\n".join(found)


def words_of_answer(answer: Answer) -> str:
    if isinstance(answer.value, str):
        return answer.value
    return answer.value["message"] if "message" in answer.value else words_of_card(answer.value)


def _collect(node: Any, take: Callable[[str], None]) -> None:
    if isinstance(node, list):
        for each in node:
            _collect(each, take)
    elif isinstance(node, dict):
        if "inlines" in node:
            take("".join(run["text"] for run in node["inlines"]))
            return
        for key in ("text", "label", "title", "altText"):
            if isinstance(node.get(key), str):
                take(node[key])
        for key in ("columns", "items", "body", "choices", "actions", "buttons"):
            _collect(node.get(key), take)
