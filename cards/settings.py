"""How somebody wants to be answered: with cards, or in words."""

from __future__ import annotations

from bot.texts import _
from cards.elements import Card, button, card, heading, line, small


def settings(*, plain: bool) -> Card:
    title = _("Plain text is on") if plain else _("Plain text is off")
    how = (
        _("I answer in words. What can be done has a number: reply with it, or with the words behind it.")
        if plain
        else _("I answer with cards. In plain text, which suits a screen reader, you reply with numbers or words.")
    )
    by_words = _("To go back, say “cards please”.") if plain else _("To switch, say “plain text on”.")
    switch = (
        button(_("Answer with cards"), "settings.cards", "")
        if plain
        else button(_("Answer in plain text"), "settings.plain", "", style="positive")
    )
    return card(heading(title), line(how), small(by_words), actions=[switch], summary=title)
