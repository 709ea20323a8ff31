"""How somebody wants to be answered; whether the links they paste are looked at; who decides for them."""

from __future__ import annotations

import cards.delegates
from bot.sharing import Delegation
from bot.texts import _
from cards.elements import Action, Card, block, button, card, heading, line, run, small


def settings(*, plain: bool, links: bool, delegate: Delegation | None = None) -> Card:
    cards_or_words = _("Plain text is on") if plain else _("Plain text is off")
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
    watched = block(line(run(_links_are(on=links), bold=True)), line(_what_links(on=links)), separator=True)
    decides = block(line(run(cards.delegates.decides(delegate), bold=True)), separator=True)
    actions = [switch, _switch_links(on=links), button(_("Who decides for me…"), "delegates.show", "")]
    answers = block(line(run(cards_or_words, bold=True)), line(how), small(by_words))
    # For translators: the name of your language.
    language = block(
        line(_("I answer in English. I follow the language that Teams has for you, if I speak it.")), separator=True
    )
    return card(heading(_("Settings")), answers, watched, decides, language, actions=actions, summary=cards_or_words)


def watched_links(*, on: bool) -> Card:
    title = _links_are(on=on)
    by_words = _("To stop it, say “stop watching my links”.") if on else _("To begin, say “watch my links”.")
    actions = [_switch_links(on=on)]
    return card(heading(title), line(_what_links(on=on)), small(by_words), actions=actions, summary=title)


def _links_are(*, on: bool) -> str:
    return _("I watch your links") if on else _("I don't watch your links")


def _what_links(*, on: bool) -> str:
    if on:
        return _(
            "When you paste a link to a file in a group chat or a channel, I look whether everybody there can open it."
        )
    return _("When you paste a link to a file, I don't look at it.")


def _switch_links(*, on: bool) -> Action:
    if on:
        return button(_("Stop watching my links"), "settings.links_off", "")
    return button(_("Watch my links"), "settings.links_on", "")
