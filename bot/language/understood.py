"""What a sentence was understood to mean."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sharing import ShareRequest


@dataclass(frozen=True)
class Understood:
    """What was meant. `asks` are slots that are missing or not plain: items, recipients, role, expiration, password.

    `hint` is a sentence for the person wherever something is asked or nothing was understood; `actions` are the parts
    of `multi`; `choice` is the number of what was selected, from 1, -1 for the last and 0 for all of them; `unclear`
    are the words that leave a slot open; `wish` is what a setting shall be (plain, cards, links_on or links_off),
    what shall become of a list (export), whose it is (received), of which time a report is (day, week, month,
    quarter), or that nobody shall decide for them, or who does (nobody, who), that one comes in the place of another
    (swap), or what somebody is to be from now on (become), or that those named come to those of the card (add). A
    guess was misspelt: it may be suggested, and never done; `suggests` are the words without the slips. What is final
    is plainly no request, in whatever language.
    """

    intent: str
    request: ShareRequest | None = None
    asks: tuple[str, ...] = ()
    hint: str = ""
    actions: tuple[Understood, ...] = ()
    choice: int | None = None
    unclear: tuple[tuple[str, str], ...] = ()
    wish: str = ""
    is_guess: bool = False
    suggests: str = ""
    is_final: bool = True


SWAP = "swap"
ADD = "add"
BECOME = "become"
NOTHING = Understood("none", is_final=False)
TALK = Understood("none")
BLANK = ShareRequest((), ())
