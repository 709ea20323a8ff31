"""The cards of the dialogs, where a card has no Action.Execute; and of a file that somebody put into a chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sharing import ShareableItem
from bot.texts import _, day
from cards.elements import (
    Action,
    Card,
    apart,
    beside,
    card,
    heading,
    icon,
    line,
    link,
    run,
    small,
)
from cards.share import kind, kind_in_words


def in_dialog(shown: Card) -> Card:
    """The same card where only Action.Submit is known: each button as old clients have it, which carries the same."""
    rows = [
        {**each, "selectAction": _submitted(each["selectAction"])} if "selectAction" in each else each
        for each in shown["body"]
    ]
    return {**shown, "body": rows, "actions": [_submitted(each) for each in shown.get("actions", ())]}


def _submitted(action: Action) -> Action:
    if action["type"] != "Action.Execute":
        return action
    kept = {name: action[name] for name in ("style", "associatedInputs") if name in action}
    return {**action["fallback"], **kept}


def file(item: ShareableItem) -> Card:
    """A file that somebody put into a chat. It stays there, so its buttons carry what it shows, and no key."""
    actions = [link(_("Open in Microsoft 365"), item.web_url)] if item.web_url else []
    if item.web_url:
        actions += [
            opens_dialog(_("Share with this chat"), {"verb": "form.here", "url": item.web_url}),
            opens_dialog(_("Share with …"), {"verb": "form.named", "url": item.web_url}),
        ]
    return card(
        beside(
            icon(kind(item), kind_in_words(item)), line(run(item.name, bold=True), spacing="None"), small(about(item))
        ),
        actions=actions,
        summary=apart(item.name),
    )


def title(item: ShareableItem) -> str:
    """In one line of a list, with what tells it from others of its name."""
    return " — ".join(text for text in (apart(item.name), about(item)) if text)


def about(item: ShareableItem) -> str:
    """Where it lies and when it changed, as far as that is known."""
    changed = _("changed {day}", day=day(item.modified)) if item.modified else ""
    return " · ".join(text for text in (apart(item.where), changed) if text)


def sign_in(page: str, again: Mapping[str, Any]) -> Card:
    """Before the answer to a submit that needs it; `again` is what was submitted, whole."""
    sentence = _("Please sign in, so that Microsoft 365 lets me. Then come back and press Continue.")
    kept = {name: value for name, value in again.items() if name != "msteams"}
    return card(
        heading(_("Sign in first")),
        line(sentence),
        actions=[link(_("Sign in"), page), submit(_("Continue"), kept)],
        summary=sentence,
    )


def late(*, own_chat: bool) -> Card:
    sentence = (
        _("This takes a little longer. I'll answer in our own chat; you can close this.")
        if own_chat
        else _("This takes longer than Teams waits. Please close this and look again in a minute.")
    )
    return card(line(sentence), summary=sentence)


def submit(title: str, data: Mapping[str, Any], *, style: str = "default") -> Action:
    return {"type": "Action.Submit", "title": title, "data": dict(data), "style": style}


def opens_dialog(title: str, data: Mapping[str, Any]) -> Action:
    """https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots"""
    return submit(title, {**data, "msteams": {"type": "task/fetch"}})
