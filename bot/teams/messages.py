"""Cards and signs as botbuilder sends them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes, Attachment, TextFormatTypes

import cards.basics
from bot.ledger import OwnChat
from bot.teams.connector import ConnectorError
from bot.teams.in_words import InWords
from bot.texts import _
from cards.elements import Card

# Where a turn knows in whose own chat it is.
IN_WORDS = "sharebot.in_words"


async def send(context: TurnContext, card: Card) -> str:
    """The id of the message; "" where Teams did not tell."""
    text = await _in_words(context, lambda chat: chat.of(card))
    try:
        sent = await context.send_activity(_message(card) if text is None else _plain(text))
    except ConnectorError as error:
        if not error.is_too_large:
            raise
        sentence = _("My answer is too long for Teams. Please ask for less at a time.")
        sent = await context.send_activity(_message(cards.basics.problem(sentence)))
    return sent.id if sent and sent.id else ""


async def replace(context: TurnContext, activity_id: str, card: Card) -> None:
    """What is told in words is a message of its own: the change of an older one would not be noticed."""
    text = await _in_words(context, lambda chat: chat.of(card))
    if text is not None:
        await context.send_activity(_plain(text))
        card = cards.basics.answered_below()
    message = _message(card)
    message.id = activity_id
    await context.update_activity(message)


async def in_place(context: TurnContext, card: Card) -> Card:
    """What stands where a button was pressed, when the answer is sent besides."""
    return cards.basics.answered_below() if await are_words(context) else card


async def are_words(context: TurnContext) -> bool:
    """Whether this is somebody's own chat, and they want words there."""
    chat = _chat(context)
    return chat is not None and await chat.is_wanted()


def own_chat(context: TurnContext) -> OwnChat | None:
    """What the turn finds there; None anywhere else."""
    chat = _chat(context)
    return chat.own if chat else None


async def respond(context: TurnContext, response: InvokeResponse) -> None:
    await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=response))


async def show_typing(context: TurnContext) -> None:
    await context.send_activity(Activity(type=ActivityTypes.typing))


async def send_oauth(context: TurnContext, card: Card) -> None:
    text = await _in_words(context, lambda chat: chat.of_sign_in(card))
    attachment = Attachment(content_type="application/vnd.microsoft.card.oauth", content=card)
    await context.send_activity(
        Activity(type=ActivityTypes.message, attachments=[attachment]) if text is None else _plain(text)
    )


class _Whole(dict[str, Any]):
    """A card, which nobody changes: botbuilder copies what it sends to the last letter."""

    def __deepcopy__(self, _memo: object) -> _Whole:
        return self


async def _in_words(context: TurnContext, words: Callable[[InWords], Awaitable[str | None]]) -> str | None:
    chat = _chat(context)
    return await words(chat) if chat else None


def _chat(context: TurnContext) -> InWords | None:
    chat = context.turn_state.get(IN_WORDS)
    return chat if isinstance(chat, InWords) else None


def _plain(text: str) -> Activity:
    """Raw text, in which nobody's words are read as Markdown or as tags.

    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
    """
    return Activity(type=ActivityTypes.message, text=text, text_format=TextFormatTypes.plain)


def _message(card: Card) -> Activity:
    attachment = Attachment(content_type="application/vnd.microsoft.card.adaptive", content=_Whole(card))
    return Activity(type=ActivityTypes.message, summary=card["fallbackText"], attachments=[attachment])
