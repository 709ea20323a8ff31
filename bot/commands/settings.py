"""How somebody wants to be answered, whether the links they paste are looked at, and who decides for them."""

from __future__ import annotations

import cards.basics
import cards.settings
from bot.commands.turn import Command, Reply, Turn
from bot.graph.scopes import ALL_FILES
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
        case "links_on":
            return await watch_links(turn, "", {})
        case "links_off":
            return await leave_links(turn, "", {})
        case _:
            offered = await turn.own.offered()
            return await _settings(turn, plain=offered is not None)


async def plain(turn: Turn, _key: str, _inputs: dict[str, str]) -> Reply:
    """For whoever says or presses it; saying it twice changes nothing more."""
    await turn.own.switch(on=True)
    return await _settings(turn, plain=True)


async def with_cards(turn: Turn, _key: str, _inputs: dict[str, str]) -> Reply:
    await turn.own.switch(on=False)
    return await _settings(turn, plain=False)


async def watch_links(turn: Turn, _key: str, _inputs: dict[str, str]) -> Reply:
    """Signed in first, and agreed to what links may lead to: whoever pastes one is not asked for anything."""
    await turn.identity.graph_token(turn.person, ALL_FILES)
    await turn.watched_links.switch(turn.person, on=True)
    return Reply(cards.settings.watched_links(on=True))


async def leave_links(turn: Turn, _key: str, _inputs: dict[str, str]) -> Reply:
    await turn.watched_links.switch(turn.person, on=False)
    return Reply(cards.settings.watched_links(on=False))


async def _settings(turn: Turn, *, plain: bool) -> Reply:
    links = await turn.watched_links.are_on(turn.person)
    return Reply(cards.settings.settings(plain=plain, links=links, delegate=await turn.work.delegates.of(turn.person)))


COMMAND = Command(
    intent="settings",
    example=later("settings"),
    what=later("Switches between cards and plain text, which suits a screen reader."),
    say=show,
    clicks={
        "settings.plain": plain,
        "settings.cards": with_cards,
        "settings.links_on": watch_links,
        "settings.links_off": leave_links,
    },
)
