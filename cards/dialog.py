"""The cards of the dialogs, where a card has no Action.Execute; and of a file that somebody put into a chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.sharing import ShareableItem
from bot.texts import _, day
from cards.elements import (
    Action,
    Card,
    Element,
    apart,
    beside,
    card,
    choice,
    heading,
    line,
    link,
    run,
    small,
)
from cards.share import MARKS


def in_dialog(shown: Card) -> Card:
    """The same card where only Action.Submit is known: each button as old clients have it, which carries the same."""
    return {**shown, "actions": [_submitted(each) for each in shown.get("actions", ())]}


def _submitted(action: Action) -> Action:
    if action["type"] != "Action.Execute":
        return action
    kept = {name: action[name] for name in ("style", "associatedInputs") if name in action}
    return {**action["fallback"], **kept}


def form(values: Mapping[str, str], options: Sequence[tuple[str, str]], errors: Mapping[str, str], *, key: str) -> Card:
    """What a share needs to know. `options` are the files it may be about, as titles and keys; `errors` go by field,
    that of the whole by "".
    """
    title = _("Share a file")
    body: list[Element] = [heading(title)]
    if errors.get(""):
        body.append(small(errors[""], "Attention"))
    fields: list[Element] = [
        _choice("item", _("File"), options, values.get("item") or options[0][1]),
        {
            "type": "Input.Text",
            "id": "people",
            "label": _("With"),
            "placeholder": _("Names or e-mail addresses, with commas between"),
            "isRequired": True,
            "errorMessage": _("Please name somebody."),
            "isMultiline": True,
            "maxLength": 2000,
            "value": values.get("people", ""),
        },
        _choice("role", _("They can"), [(_("view"), "read"), (_("edit"), "write")], values.get("role") or "read"),
        {"type": "Input.Date", "id": "until", "label": _("Until (optional)"), "value": values.get("until", "")},
        {
            "type": "Input.Text",
            "id": "message",
            "label": _("Message in the mail (optional)"),
            "isMultiline": True,
            "maxLength": 2000,
            "value": values.get("message", ""),
        },
        {
            "type": "Input.Toggle",
            "id": "mail",
            "title": _("Microsoft 365 mails them"),
            "label": _("Mail"),
            "value": values.get("mail") or "true",
            "wrap": True,
        },
    ]
    for field in fields:
        body.append(field)
        if sentence := errors.get(field["id"]):
            body.append(small(sentence, "Attention"))
    return card(
        *body, actions=[submit(_("Continue"), {"verb": "form.fill", "key": key}, style="positive")], summary=title
    )


def file(item: ShareableItem) -> Card:
    """A file that somebody put into a chat. It stays there, so its buttons carry what it shows, and no key."""
    actions = [link(_("Open"), item.web_url)] if item.web_url else []
    if item.web_url:
        actions += [
            _opens_dialog(_("Share with this chat"), {"verb": "form.here", "url": item.web_url}),
            _opens_dialog(_("Share with …"), {"verb": "form.named", "url": item.web_url}),
        ]
    mark = "📁" if item.is_folder else MARKS.get(_ending(item), "📄")
    return card(
        beside(mark, line(run(item.name, bold=True), spacing="None"), small(about(item))),
        actions=actions,
        summary=apart(item.name),
    )


def about(item: ShareableItem) -> str:
    """Where it lies and when it changed, as far as that is known."""
    changed = _("changed {day}", day=day(item.modified)) if item.modified else ""
    return " · ".join(text for text in (apart(item.place), changed) if text)


def kind(item: ShareableItem) -> str:
    """Which of the icons is its own."""
    return "folder" if item.is_folder else ICONS.get(_ending(item), "file")


def kind_in_words(item: ShareableItem) -> str:
    match kind(item):
        case "folder":
            return _("Folder")
        case "sheet":
            return _("Spreadsheet")
        case "text":
            return _("Text document")
        case "slides":
            return _("Presentation")
        case "image":
            return _("Picture")
        case "pdf":
            return "PDF"
        case _:
            return _("File")


ICONS = {
    **dict.fromkeys(("xlsx", "xls", "csv"), "sheet"),
    **dict.fromkeys(("docx", "doc", "txt", "md"), "text"),
    **dict.fromkeys(("pptx", "ppt"), "slides"),
    **dict.fromkeys(("png", "jpg", "jpeg", "gif"), "image"),
    "pdf": "pdf",
}


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


def _opens_dialog(title: str, data: Mapping[str, Any]) -> Action:
    """https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/task-modules-bots"""
    return submit(title, {**data, "msteams": {"type": "task/fetch"}})


def _choice(name: str, label: str, options: Sequence[tuple[str, str]], value: str) -> Element:
    return {**choice(name, label, options), "style": "compact", "value": value}


def _ending(item: ShareableItem) -> str:
    return item.name.rpartition(".")[2].lower()
