"""People of Contoso as the tests speak of them: they say, press, and see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contoso.tenant import Contoso

Json = dict[str, Any]


@dataclass(frozen=True)
class Someone:
    """A person at their Teams. `chat` None is their chat with the bot."""

    contoso: Contoso
    mail: str

    async def says(self, text: str, *, chat: str | None = None, mentions: list[Json] | None = None) -> str:
        """What the bot answers with, in words."""
        answers = await self.contoso.client.say(self.mail, text, chat=chat, mentions=mentions or [])
        return "\n".join(words(each) for each in answers)

    async def presses(self, title: str, inputs: dict[str, str] | None = None, *, message: str | None = None) -> str:
        """What the press of a button on the newest card (or that message's) is answered with, in words."""
        answer = await self.contoso.client.click(self.mail, title, message=message, inputs=inputs or {})
        return words_of_answer(answer)

    def sees(self, chat: str | None = None) -> str:
        """The whole chat, in words."""
        return "\n".join(words(each) for each in self.contoso.client.messages(self.mail, chat=chat))

    async def waits_for(self, what: str, *, chat: str | None = None) -> str:
        def shown(message: Json) -> bool:
            return what in words(message)

        return words(await self.contoso.client.wait_for(self.mail, shown, chat=chat))


def words(message: Json) -> str:
    """All that can be read of a message: its text, its cards, the titles of their buttons."""
    parts = [message.get("text") or ""]
    parts += [words_of_card(each["content"]) for each in message.get("attachments", ())]
    return "\n".join(part for part in parts if part)


def words_of_card(card: Any) -> str:
    found: list[str] = []
    _collect(card, found.append)
    return "\n".join(found)


def words_of_answer(answer: Json) -> str:
    value = answer["value"]
    if isinstance(value, str):
        return value
    return value["message"] if "message" in value else words_of_card(value)


def _collect(node: Any, take: Callable[[str], None]) -> None:
    if isinstance(node, list):
        for each in node:
            _collect(each, take)
    elif isinstance(node, dict):
        if "inlines" in node:
            take("".join(run["text"] for run in node["inlines"]))
            return
        for key in ("text", "label", "title"):
            if isinstance(node.get(key), str):
                take(node[key])
        for key in ("columns", "items", "body", "choices", "actions", "buttons"):
            _collect(node.get(key), take)
