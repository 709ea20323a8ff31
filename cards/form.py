"""A share as a form: what is missing, or what shall be otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.texts import _
from cards.elements import Card, button, card, choice, date, heading, line, small, text, toggle


def form(
    values: Mapping[str, str],
    wrong: Mapping[str, str],
    key: str,
    *,
    said: str = "",
    options: Sequence[tuple[str, str]] = (),
) -> Card:
    """`values` and `wrong` go by field: item, people, role, until (ISO 8601), message, mail ("true" or "false").

    What is `wrong` stands beneath its field; under "" it is about the whole. `said` is a sentence to begin with,
    `options` are the files to choose from, as titles and keys; without them the file is written.
    """
    item = (
        choice("item", _("File or folder"), options, chosen=values.get("item", ""), compact=True)
        if options
        else text("item", _("File or folder"), values, hint=_("Its name, a part of it, or its link"))
    )
    fields = (
        ("item", item),
        (
            "people",
            text("people", _("With whom"), values, hint=_("Names or e-mail addresses, with commas between"), most=1000),
        ),
        (
            "role",
            choice(
                "role",
                _("What they may do"),
                [(_("View"), "read"), (_("Edit"), "write")],
                chosen=values.get("role") or "read",
                compact=True,
            ),
        ),
        ("until", date("until", _("Until when (empty: no end)"), values)),
        ("message", text("message", _("Your message"), values, lines=True, most=2000)),
        ("mail", toggle("mail", _("Mail"), _("Microsoft 365 mails whoever I can't tell in Teams"), values)),
    )
    body = [heading(_("Share a file")), *([line(said)] if said else [])]
    if whole := wrong.get(""):
        body.append(line({"type": "TextRun", "text": whole, "color": "Attention"}))
    for name, element in fields:
        body.append(element)
        if sentence := wrong.get(name):
            body.append(small(f"⚠ {sentence}", "Attention"))
    return card(
        *body,
        actions=[
            button(_("Continue"), "share.form", key, style="positive"),
            button(_("Cancel"), "share.cancel", key, inputs=False),
        ],
        summary=said or _("Share a file"),
    )
