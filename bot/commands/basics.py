"""Sign-out, and a friendly answer for what is no command."""

from __future__ import annotations

import cards.basics
from bot.changes import ChangePlan
from bot.commands.turn import Command, Reply, Turn
from bot.language import Understood
from bot.language.hints import did_you_mean
from bot.many import ManyPlan
from bot.sharing import AccessWanted, Delegation, Draft, SharePlan, Suggestion, UnclearRequest
from bot.texts import _, later, sentences
from cards.elements import Card

# Of these a card stands open; a list or a suggestion waits for nothing.
ASKS = SharePlan | ChangePlan | ManyPlan | UnclearRequest | Draft | AccessWanted | Delegation


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
    waits = await turn.pending.latest(turn.person, turn.own_chat) if turn.own_chat else None
    if waits and isinstance(waits[1], ASKS):
        sentence = sentences(sentence, _("What I asked you before still waits for your answer."))
    # In words, a button would have a number, and take away those that wait for a reply.
    if turn.own_chat and await turn.own.offered() is not None:
        return Reply(cards.basics.say(sentence))
    if not understood.suggests:
        return Reply(cards.basics.not_understood(sentence))
    suggestion = Suggestion(turn.person, understood.suggests)
    key = await turn.pending.put(suggestion, turn.own_chat)
    return Reply(suggested(suggestion, key), asks=key if turn.own_chat else "")


def suggested(suggestion: Suggestion, key: str) -> Card:
    words = suggestion.words
    return cards.basics.not_understood(did_you_mean(words), suggested=words, key=key)


SIGN_OUT = Command("sign_out", later("sign out"), later("Makes me forget the key with which I act as you."), sign_out)
