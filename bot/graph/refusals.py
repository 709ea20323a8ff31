"""What Graph says when it does not do what was asked, and what it means to a person. One table.

https://learn.microsoft.com/graph/errors · https://learn.microsoft.com/onedrive/developer/rest-api/concepts/errors
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import httpx

from bot.errors import Busy, NeedsSignIn, NotAllowed, NotFound, NotUnderstood, SharebotError, TooLate, Unavailable
from bot.graph.budget import retry_after
from bot.texts import _, later

log = logging.getLogger(__name__)


class Refused(NotAllowed):
    """Graph said no, and nothing was changed for anybody. `code` is its most precise one."""

    def __init__(self, code: str, sentence: str | None = None, *, reference: str = "") -> None:
        super().__init__(sentence or _("Microsoft 365 refused this ({code}).", code=code), reference=reference)
        self.code = code


class Lost(Unavailable):
    """Sent, and no answer that tells what became of it."""


class Declined(Lost):
    """For it has too much to do just now, it said."""


# Never told apart, so that nobody learns from us what there is: neither by code nor by words.
HIDDEN = later("I can't find that, or you are not allowed to do this with it.")
AGAIN = later("Somebody changed this at the same time. Please ask me again.")
LONG = later("One of the texts is too long for Microsoft 365.")
NO_SUCH_PARAMETER = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"

# Said of a whole invite, and maybe meant of one recipient in it.
OF_ONE = frozenset(
    {"noResolvedUsers", "sharingFailed", "sharingDisabled", "secureSharingInvalidRequest", "invalidRequest", "unknown"}
)
# With an invite that was carried out, in the entry of somebody who got no mail.
NO_MAIL = {
    "accountVerificationRequired": later(
        "The access is there, but Microsoft 365 could not send the mail: your account has to be verified first."
    ),
    "hipCheckRequired": later(
        "The access is there, but Microsoft 365 could not send the mail: "
        "it wants you to prove that you are not a machine."
    ),
    "exchangeInvalidUser": later(
        "The access is there, but Microsoft 365 could not send the mail: there is no such mailbox."
    ),
    "exchangeOutOfMailboxQuota": later(
        "The access is there, but Microsoft 365 could not send the mail: the mailbox is full."
    ),
    "exchangeMaxRecipients": later(
        "The access is there, but Microsoft 365 could not send the mail: too many people at once."
    ),
}
# By code, the most precise one first. Graph's messages are for developers and change.
CODES: dict[str, tuple[type[SharebotError], str]] = {
    # who
    "noResolvedUsers": (Refused, later("Microsoft 365 can't find this person as somebody to share with.")),
    "sharingFailed": (Refused, later("Your organisation does not allow sharing this with them.")),
    "sharingDisabled": (Refused, later("Your organisation does not allow sharing this with people outside.")),
    "secureSharingInvalidRequest": (
        Refused,
        later("This person can't be asked to sign in to see it, because Microsoft knows no such account."),
    ),
    # what
    "accessRestricted": (Refused, later("Only the owner may share this.")),
    "objectNotSupported": (Refused, later("Microsoft 365 can't share this kind of thing.")),
    "notSupported": (Refused, later("Microsoft 365 can't do this here.")),
    "notAllowed": (Refused, later("Microsoft 365 does not let you do this.")),
    "malwareDetected": (Refused, later("Microsoft 365 found malware in this file, so it can't be shared.")),
    "resourceLocked": (Refused, later("This is locked at the moment, so it can't be shared.")),
    "lockMismatch": (Refused, later("Somebody has locked this file. Please try again when they are done.")),
    "serviceReadOnly": (Refused, later("This place can only be read at the moment. Please try again later.")),
    "quotaLimitReached": (Refused, later("The storage there is full.")),
    # how it was asked
    "invalidRequest": (Refused, later("Microsoft 365 does not take this as it was asked (invalidRequest).")),
    "badArgument": (Refused, later("The access of a link can't be changed. Take the link away and make a new one.")),
    NO_SUCH_PARAMETER: (Refused, later("This can't be given an end here. Please share it without one.")),
    "invalidParameterFormat": (
        Refused,
        later("Microsoft 365 does not take this as it was asked (invalidParameterFormat)."),
    ),
    "parameterIsTooLong": (NotUnderstood, LONG),
    "pathIsTooLong": (NotUnderstood, LONG),
    "tooManyTermsInQuery": (NotUnderstood, later("That are too many words to search for. Please use fewer.")),
    "nameAlreadyExists": (Refused, later("There is something of that name already.")),
    "resourceModified": (TooLate, AGAIN),
    "entityTagDoesNotMatch": (TooLate, AGAIN),
    # no or not yours
    "itemNotFound": (NotFound, HIDDEN),
    "accessDenied": (NotFound, HIDDEN),
    "ResourceNotFound": (NotFound, HIDDEN),
    "Request_ResourceNotFound": (NotFound, HIDDEN),
    "Authorization_RequestDenied": (NotFound, HIDDEN),
    # who asks
    "InvalidAuthenticationToken": (NeedsSignIn, NeedsSignIn.sentence),
    "unauthenticated": (NeedsSignIn, NeedsSignIn.sentence),
    **{code: (Refused, sentence) for code, sentence in NO_MAIL.items()},
}
# Where no code is known. 400 and what is not here: Refused, with the code.
STATUSES: dict[int, tuple[type[SharebotError], str]] = {
    401: (NeedsSignIn, NeedsSignIn.sentence),
    403: (NotFound, HIDDEN),
    404: (NotFound, HIDDEN),
    409: (TooLate, AGAIN),
    410: (NotFound, HIDDEN),
    412: (TooLate, AGAIN),
    423: (Refused, later("This is locked at the moment.")),
    507: (Refused, later("The storage there is full.")),
}


def failure(answer: httpx.Response) -> SharebotError:
    """What an answer that is no success means. 5xx: nobody knows what became of it, unless Graph asks to wait."""
    codes = list(_codes(answer))
    reference = reference_of(answer)
    code = codes[-1] if codes else "unknown"
    log.warning(
        "Graph answered %s %s to %s (request-id %s)",
        answer.status_code,
        code,
        answer.request.method,
        reference,
        extra={"reference": reference},
    )
    if answer.status_code in (429, 503) and (wait := retry_after(answer.headers)) is not None:
        return Busy(wait, reference=reference)
    if answer.status_code == 429:
        return Unavailable(reference=reference)
    if answer.status_code >= 500 and answer.status_code != 507:
        return Lost(reference=reference)
    known = (CODES[each] for each in reversed(codes) if each in CODES)
    error, sentence = next(known, None) or STATUSES.get(answer.status_code, (Refused, None))
    said = _(sentence) if sentence else None
    if issubclass(error, Refused):
        return error(code, said, reference=reference)
    return error(said, reference=reference)


def reference_of(answer: httpx.Response) -> str:
    """What Microsoft's support asks for."""
    return _printable(answer.headers.get("request-id", ""))


def no_mail(problem: str) -> str:
    """What to say of a recipient who has access and got no mail."""
    if problem in NO_MAIL:
        return _(NO_MAIL[problem])
    return _("The access is there, but Microsoft 365 could not send the mail: {problem}.", problem=problem)


def innermost(error: object) -> str:
    """The code that says most: of the innermost error that has one. Both spellings of "inner" are in use."""
    return ([*_walk(error)] or ["unknown"])[-1]


def _codes(answer: httpx.Response) -> Iterator[str]:
    try:
        yield from _walk(answer.json()["error"])
    except (ValueError, KeyError, TypeError):
        return


def _walk(error: Any) -> Iterator[str]:
    while isinstance(error, dict):
        if code := error.get("code"):
            yield _printable(str(code))
        error = error.get("innerError") or error.get("innererror")


def _printable(text: str) -> str:
    return re.sub(r"[^\w.,:; -]", "", text)[:80]
