"""Cards and signs as botbuilder sends them."""

from __future__ import annotations

from typing import Any

from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import Activity, ActivityTypes, Attachment

from cards.elements import Card


async def send(context: TurnContext, card: Card) -> str:
    """The id of the message; "" where Teams did not tell."""
    sent = await context.send_activity(_message(card))
    return sent.id if sent and sent.id else ""


async def replace(context: TurnContext, activity_id: str, card: Card) -> None:
    message = _message(card)
    message.id = activity_id
    await context.update_activity(message)


async def respond(context: TurnContext, response: InvokeResponse) -> None:
    await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=response))


async def show_typing(context: TurnContext) -> None:
    await context.send_activity(Activity(type=ActivityTypes.typing))


async def send_oauth(context: TurnContext, card: Card) -> None:
    attachment = Attachment(content_type="application/vnd.microsoft.card.oauth", content=card)
    await context.send_activity(Activity(type=ActivityTypes.message, attachments=[attachment]))


class _Whole(dict[str, Any]):
    """A card, which nobody changes: botbuilder copies what it sends to the last letter."""

    def __deepcopy__(self, _memo: object) -> _Whole:
        return self


def _message(card: Card) -> Activity:
    attachment = Attachment(content_type="application/vnd.microsoft.card.adaptive", content=_Whole(card))
    return Activity(type=ActivityTypes.message, summary=card["fallbackText"], attachments=[attachment])
