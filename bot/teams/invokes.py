"""The answers to invokes, each with the exact status, type and shape Teams wants.

https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model#response-format
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botbuilder.core import InvokeResponse

from bot.texts import _, later, listed, sentences
from cards.elements import Card

# Teams' clients skip a sign-in request without a name; there is no token service behind it.
CONNECTION = "sharebot"
# What the wider scopes are for. https://learn.microsoft.com/graph/permissions-reference
WHY = {
    # For translators: one of the reasons in "For this I need to {reasons}."
    "User.ReadBasic.All": later("find people by their names"),
    # For translators: one of the reasons in "For this I need to {reasons}."
    "Files.ReadWrite.All": later("reach files that others share with you, and those of your teams"),
    # For translators: one of the reasons in "For this I need to {reasons}."
    "GroupMember.Read.All": later("find groups by their names"),
}


def empty() -> InvokeResponse:
    return InvokeResponse(status=200, body={})


def replaced_by(card: Card) -> InvokeResponse:
    return _action(200, "application/vnd.microsoft.card.adaptive", card)


def told(words: str) -> InvokeResponse:
    """A line under the card, which stays as it is."""
    return _action(200, "application/vnd.microsoft.activity.message", words)


def sign_in_first(ticket: str | None, page: str, scopes: frozenset[str]) -> InvokeResponse:
    """Teams signs the person in by itself and sends the press again; without a ticket it shows the button at once."""
    return _action(401, "application/vnd.microsoft.activity.loginRequest", oauth_card(ticket, page, scopes))


def bad_request(words: str) -> InvokeResponse:
    return _action(400, "application/vnd.microsoft.error", {"code": "BadRequest", "message": words})


def failed(words: str) -> InvokeResponse:
    return _action(500, "application/vnd.microsoft.error", {"code": "InternalServerError", "message": words})


def found(results: Sequence[tuple[str, str]]) -> InvokeResponse:
    """Titles and values, for a field that searches while somebody types.

    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search#response
    """
    listed = [{"title": title, "value": value} for title, value in results]
    return _action(200, "application/vnd.microsoft.search.searchResponse", {"results": listed})


def token_refused(value: dict[str, Any], words: str) -> InvokeResponse:
    """The answer to signin/tokenExchange that makes Teams show its sign-in button."""
    body = {"id": value.get("id"), "connectionName": value.get("connectionName"), "failureDetail": words}
    return InvokeResponse(status=412, body=body)


def oauth_card(ticket: str | None, page: str, scopes: frozenset[str] = frozenset()) -> Card:
    """`page` is where the button leads; the ticket comes back as the id of the token exchange."""
    reasons = [_(WHY[scope]) for scope in WHY if scope in scopes]
    why = (
        _("For this I need to {reasons}.", reasons=listed(reasons))
        if reasons
        else _("I look things up and share as you.")
    )
    card: Card = {
        "text": sentences(why, _("Please sign in, so that Microsoft 365 lets me.")),
        "connectionName": CONNECTION,
        "buttons": [{"type": "signin", "title": _("Sign in"), "text": _("Sign in"), "value": page}],
    }
    if ticket:
        card["tokenExchangeResource"] = {"id": ticket}
    return card


def _action(status: int, kind: str, value: object) -> InvokeResponse:
    """Whatever came of it, the HTTP status of an Action.Execute that was understood is 200."""
    return InvokeResponse(status=200, body={"statusCode": status, "type": kind, "value": value})
