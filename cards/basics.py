"""The cards that belong to no command: what I can do, sign in, something went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from bot.sharing import Offer
from bot.texts import _
from cards.elements import Action, Card, apart, block, button, card, heading, line, run, small

# Of a button, as far as it goes on one line.
LONGEST_TITLE = 80


def help_card(commands: Sequence[tuple[str, str]], *, welcome: bool = False) -> Card:
    """`commands` are an example and what it does, for each."""
    title = _("Hello, I'm Sharebot") if welcome else _("What I can do")
    return card(
        heading(title),
        line(
            _(
                "I share your files as you. First I show exactly what would change and for whom; "
                "nothing happens before you press Share."
            )
        ),
        *(block(line(run(example, bold=True)), small(what)) for example, what in commands),
        *([line(_("Say “help” to see all that I can do."))] if welcome else []),
        actions=[{**begin(), "style": "positive"}],
        summary=_("{title}. Try: {example}", title=title, example=commands[0][0]),
    )


def problem(sentence: str, again: str = "") -> Card:
    """`again` is the ticket of what may be tried again, "" where that makes no sense."""
    actions = [button(_("Try again"), "sign_in.again", again, style="positive")] if again else []
    return card(heading(_("That did not work")), line(sentence), actions=actions, summary=sentence)


def begin() -> Action:
    """From where there is nothing else to go on with."""
    return button(_("Share a file"), "share.begin", "")


def not_understood(sentence: str, *, suggested: str = "", key: str = "") -> Card:
    """`suggested`: what they may have wanted to say; a press says it for them."""
    title = shorten(apart(suggested), LONGEST_TITLE, placeholder="…")
    says = [button(title, "suggestion.say", key, style="positive")] if suggested else []
    return card(line(sentence), actions=[*says, begin()], summary=sentence)


def say(sentence: str) -> Card:
    return card(line(sentence), summary=sentence)


def answered_below() -> Card:
    """In the place of a card whose answer is a message in words."""
    return say(_("I answered below."))


def no_such_number(number: int, offers: Sequence[Offer]) -> Card:
    sentence = _("I offer no {number} here. Reply with one of these:", number=number)
    return card(heading(sentence), *(line(f"{each.number}. {each.title}") for each in offers), summary=sentence)


def continue_as_you(key: str, name: str) -> Card:
    """In front of others: the press of a button signs in silently, and its answer is seen by who pressed alone."""
    sentence = _("{name}, I look things up and share as you. What I find, only you will see.", name=name)
    return card(
        heading(_("Continue as you")),
        line(sentence),
        actions=[button(_("Continue"), "sign_in.continue", key, style="positive")],
        summary=sentence,
    )


def working() -> Card:
    sentence = _("I'm on it. This takes a little longer; I'll change this card when it is done.")
    return card(line(sentence), summary=sentence)
