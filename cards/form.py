"""A share as a form: what is missing, or what shall be otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.texts import _
from cards.elements import (
    Card,
    Element,
    button,
    card,
    choice,
    date,
    heading,
    instead,
    line,
    people,
    searched,
    small,
    text,
    toggle,
)

# What Teams asks us for while somebody types into the field of the file.
FILES = "files"
# In that field, the file that has been chosen before.
KEPT = "kept"


def form(
    values: Mapping[str, str],
    wrong: Mapping[str, str],
    key: str,
    *,
    said: str = "",
    options: Sequence[tuple[str, str]] = (),
    picked: Sequence[tuple[str, str]] = (),
) -> Card:
    """`values` and `wrong` go by field: item, people, role, until (ISO 8601), message, mail ("true" or "false").

    What may be found while one types has two fields, for not every client can: `file` is how the one that was chosen
    is called, `picked` the ids of people, and `item` and `people` are what is written instead and besides.
    What is `wrong` stands beneath its field; under "" it is about the whole. `said` is a sentence to begin with,
    `options` are the files to choose from, as titles and keys; `picked` are people by their names and ids.
    """
    fields = (
        *_item(values, options),
        ("", people("picked", _("With whom"), picked, chosen=values.get("picked", ""), hint=_("Type a name"))),
        (
            "people",
            instead(
                text(
                    "people",
                    _("Or write them, also people from outside"),
                    values,
                    hint=_("Names or e-mail addresses, with commas between"),
                    most=1000,
                )
            ),
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
        if name and (sentence := wrong.get(name)):
            body.append(small(f"⚠ {sentence}", "Attention"))
    return card(
        *body,
        actions=[
            button(_("Continue"), "share.form", key, style="positive"),
            button(_("Cancel"), "share.cancel", key, inputs=False),
        ],
        summary=said or _("Share a file"),
    )


def _item(values: Mapping[str, str], options: Sequence[tuple[str, str]]) -> list[tuple[str, Element]]:
    label = _("File or folder")
    if options:
        return [("item", choice("item", label, options, chosen=values.get("item", ""), compact=True))]
    chosen = values.get("file", "")
    # Teams on iOS does not show what was chosen before, but it shows the hint.
    # https://github.com/MicrosoftDocs/msteams-docs/issues/10472
    hint = chosen or _("Type a part of its name")
    return [
        ("", searched("file", label, FILES, [(chosen, KEPT)] if chosen else [], hint=hint)),
        ("item", instead(text("item", _("Or write its name, or paste its link"), values))),
    ]
