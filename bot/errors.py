"""What may go wrong, as a person is told it.

* SharebotError                 one sentence for the person, and what to do next
  + NotUnderstood               the words; carries an example made of them
  + NeedsSignIn                 we do not hold a token for this person
    - NeedsConsent              signed in, but the tenant wants them to agree first
    - AccountGone               their account is disabled or deleted: they will not sign in
  + NotFound                    no such file, or no such person: Graph says the same for both and for "not yours"
  + NotAllowed                  Graph or the tenant's policy refused
    - AgainstPolicy             a rule of the bot's own policy did, and says which
  + NotYours                    somebody else's card
  + TooLate                     the card was used, cancelled, or is too old
  + Unavailable                 Microsoft 365 does not answer; nothing was changed
    - Busy                      Microsoft 365 has too much to do, and said for how long
  + Unsure                      the answer was lost and what happened could not be read back
    - Overloaded                Microsoft 365 said that it has too much to do, and may have done it all the same
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from bot.texts import _, later, several


class SharebotError(Exception):
    """The sentence a person reads is the message; without one, the class's own, in the language then spoken.

    `reference` is Microsoft's name of the request that failed: what a person can tell whoever helps them. `about` is
    the part of a request that it is about: "item", "people", "until"; "" for the whole. `code` is for the record.
    """

    sentence = later("Something broke on my side. Please look what was done before you try again.")

    def __init__(self, sentence: str | None = None, *, reference: str = "") -> None:
        super().__init__(sentence or self.sentence)
        self._said = sentence
        self.reference = reference
        self.about = ""
        self.code = type(self).__name__

    def __str__(self) -> str:
        said = self._said or _(self.sentence)
        if not self.reference:
            return said
        return _("{sentence} (Reference {reference})", sentence=said, reference=self.reference)


@contextmanager
def about(part: str) -> Generator[None]:
    """What goes wrong within is about this part of a request."""
    try:
        yield
    except SharebotError as error:
        error.about = error.about or part
        raise


class NotUnderstood(SharebotError):
    sentence = later("I did not understand that. Try: share Q3 Budget.xlsx with alex@contoso.com as write")


class NeedsSignIn(SharebotError):
    """`scopes` is what was wanted and is not ours yet, `claims` (JSON) what the login service wants proven."""

    sentence = later("Please sign in, so that I can look things up and share as you.")

    def __init__(
        self,
        sentence: str | None = None,
        *,
        scopes: frozenset[str] = frozenset(),
        claims: str = "",
        reference: str = "",
    ) -> None:
        super().__init__(sentence, reference=reference)
        self.scopes = scopes
        self.claims = claims


class NeedsConsent(NeedsSignIn):
    sentence = later("Your organisation wants you to agree before I act for you. Please press Sign in.")


class AccountGone(NeedsSignIn):
    """By what Entra says. Nobody is there any more to read its sentence."""


class NotFound(SharebotError):
    sentence = later("I can't find that, or you have no access to it.")


class NotAllowed(SharebotError):
    sentence = later("Microsoft 365 does not let you do that.")


class AgainstPolicy(NotAllowed):
    """`rule` is the name of the one that decided."""

    sentence = later("A rule of your organisation does not allow this.")

    def __init__(self, sentence: str | None = None, *, rule: str = "", reference: str = "") -> None:
        super().__init__(sentence, reference=reference)
        self.rule = rule


class NotYours(SharebotError):
    sentence = later("Only the person who asked can press this.")


class TooLate(SharebotError):
    sentence = later("This card is no longer good. Please ask me again.")


class Unavailable(SharebotError):
    sentence = later(
        "Microsoft 365 does not answer at the moment. Nothing was changed; please try again in a few minutes."
    )


class Busy(Unavailable):
    """`wait` is the seconds Microsoft 365 asked for."""

    def __init__(self, wait: float, *, reference: str = "") -> None:
        seconds = max(1, round(wait))
        sentence = (
            several(
                seconds,
                "Microsoft 365 is very busy at the moment. Nothing was changed; please try again in {count} second.",
                "Microsoft 365 is very busy at the moment. Nothing was changed; please try again in {count} seconds.",
            )
            if seconds < 90
            else several(
                round(seconds / 60),
                "Microsoft 365 is very busy at the moment. Nothing was changed; please try again in {count} minute.",
                "Microsoft 365 is very busy at the moment. Nothing was changed; please try again in {count} minutes.",
            )
        )
        super().__init__(sentence, reference=reference)
        self.wait = wait


class Unsure(SharebotError):
    sentence = later("I don't know whether the access was given. Please look before you share again.")


class Overloaded(Unsure):
    """Nobody has to be told so: what is not there may be asked for again."""
