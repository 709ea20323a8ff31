"""Sign-out, and a friendly answer for what is no command."""

from __future__ import annotations

import cards.basics
from bot.commands.turn import Command, Reply, Turn
from bot.language import Understood
from bot.language.hints import did_you_mean
from bot.sharing import Suggestion
from bot.texts import _, later
from cards.elements import Card


async def sign_out(turn: Turn, _understood: Understood) -> Reply:
    # A pasted link would sign them in again.
    await turn.watched_links.switch(turn.person, on=False)
    await turn.identity.sign_out(turn.person)
    return Reply(
        cards.basics.say(
            _("You are signed out: I hold no key of yours any more. Whatever you ask next signs you in again.")
        )
    )


async def not_understood(turn: Turn, understood: Understood) -> Reply:
    sentence = understood.hint or _("I did not understand that. Say “help” to see what I can do.")
    # In words, a button would have a number, and take away those that wait for a reply.
    if turn.own_chat and await turn.plain_texts.offered(turn.person) is not None:
        return Reply(cards.basics.say(sentence))
    if not understood.suggests:
        return Reply(cards.basics.not_understood(sentence))
    suggestion = Suggestion(turn.person, understood.suggests)
    return Reply(suggested(suggestion, await turn.pending.put(suggestion)))


def suggested(suggestion: Suggestion, key: str) -> Card:
    words = suggestion.words
    return cards.basics.not_understood(did_you_mean(words), suggested=words, key=key)


SIGN_OUT = Command("sign_out", later("sign out"), later("Makes me forget the key with which I act as you."), sign_out)
