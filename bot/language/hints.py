"""What the bot says where something is missing: with an example made of the person's own words."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from bot.language.names import has_a_file
from bot.language.said import Plain
from bot.language.table import Language
from bot.language.understood import Understood
from bot.sharing import ShareRequest

EXAMPLE = "share Q3 Budget.xlsx with alex.wilber@contoso.com as write"


def hinted(understood: Understood, text: Plain, language: Language) -> Understood:
    """The same with a sentence for the person, if there is need of one."""
    match understood.intent:
        case "none" if understood.hint == "long":
            return replace(understood, hint=f"That is too long for me. Try: {EXAMPLE}")
        case "none" if understood.hint:
            return understood
        case "none":
            return replace(understood, hint=_suggestion(text, language))
        case "multi":
            return replace(understood, hint="That is more than one thing. Please ask me for one after the other.")
        case _ if understood.is_guess:
            return understood
        case "share" if understood.asks:
            return replace(understood, hint=_question(understood))
        case _:
            return understood


def _question(understood: Understood) -> str:
    request = understood.request or ShareRequest((), ())
    named = [each.value for each in request.items if each.kind != "reference"]
    item = named[0] if named else "Q3 Budget.xlsx"
    people = [each.name or each.value for each in request.recipients if each.kind in ("name", "email", "mention")]
    whom = " and ".join(people) or "Alex Wilber"
    slot = understood.asks[0]
    said = dict(understood.unclear).get(slot, "")
    match slot:
        case "items":
            nothing = "Which file?" if request.recipients else "What, and with whom?"
            question = f"Which file is “{said}”?" if said else nothing
            return f"{question} Please name the file or paste its link, for example: share {item} with {whom} as write"
        case "recipients":
            question = f"Whom do you mean by “{said}”?" if said else "With whom?"
            example = f"share {item} with Alex Wilber"
            return f"{question} Please say each person by name, e-mail address or @mention, for example: {example}"
        case "role":
            question = f"What may they do? “{said}” is not one right that I know." if said else "What may they do?"
            return f"{question} Say for example: share {item} with {whom} as read, or as write"
        case "password":
            return "Which password? Say for example: with password Sesame-42"
        case _:
            question = f"Until when? “{said}” is not one day to me, or it is over." if said else "Until when?"
            return f"{question} Say for example: until 31 December"


def _suggestion(text: Plain, language: Language) -> str:
    """What they may have meant, in their own words; only said, never done."""
    first, _, rest = text.text.partition(" ")
    close = get_close_matches(first.lower(), language.words("commands"), n=1, cutoff=0.75)
    if close and first.lower() != close[0]:
        return f"Did you mean: {close[0]} {text.whole(rest)}".strip()
    named = has_a_file(text, text.text)
    return f"{'I did nothing. ' if named else ''}I share files. Try: {EXAMPLE}, or say “help”."
