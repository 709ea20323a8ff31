"""How somebody wants to be answered: with cards, or in plain text."""

from __future__ import annotations

import cards.basics
import cards.settings
from bot.commands.turn import Command, Reply, Turn
from bot.language import Understood
from bot.texts import _, later


async def show(turn: Turn, understood: Understood) -> Reply:
    if not turn.own_chat:
        return Reply(cards.basics.say(_("Please say that in our own chat.")))
    match understood.wish:
        case "plain":
            return await plain(turn, "", {})
        case "cards":
            return await with_cards(turn, "", {})
        case _:
            offered = await turn.plain_texts.offered(turn.person)
            return Reply(cards.settings.settings(plain=offered is not None))


async def plain(turn: Turn, _key: str, _inputs: dict[str, str]) -> Reply:
    """For whoever says or presses it; saying it twice changes nothing more."""
    await turn.plain_texts.switch(turn.person, on=True)
    return Reply(cards.settings.settings(plain=True))


async def with_cards(turn: Turn, _key: str, _inputs: dict[str, str]) -> Reply:
    await turn.plain_texts.switch(turn.person, on=False)
    return Reply(cards.settings.settings(plain=False))


COMMAND = Command(
    intent="settings",
    example=later("settings"),
    what=later("Switches between cards and plain text, which suits a screen reader."),
    say=show,
    clicks={"settings.plain": plain, "settings.cards": with_cards},
)
