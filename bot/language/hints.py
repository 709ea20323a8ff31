"""What the bot says where something is missing: with an example made of the person's own words."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from bot.language.addresses import impossible, no_address
from bot.language.names import ends_with_a_file, has_a_file, low_of
from bot.language.said import Plain
from bot.language.table import Language
from bot.language.understood import Understood
from bot.sharing import ShareRequest
from bot.texts import _, later, listed, sentences

EXAMPLE = later("share Q3 Budget.xlsx with alex.wilber@contoso.com as write")

# Of a link that stands in an example.
LONGEST_SHOWN = 40


def hinted(understood: Understood, text: Plain, language: Language) -> Understood:
    """The same with a sentence for the person, if there is need of one."""
    match understood.intent:
        case "none" if understood.hint == "long":
            return replace(understood, hint=_("That is too long for me. Try: {example}", example=_(EXAMPLE)))
        case "none" if understood.hint:
            return understood
        case "none":
            if words := _suggestion(text, language):
                return replace(understood, hint=did_you_mean(words), suggests=words)
            if item := _only_a_file(text, language):
                what = _(
                    "What shall I do with it? Say for example: share {item} with Alex Wilber as write. "
                    "Or: who has access to {item}?",
                    item=item if len(item) <= LONGEST_SHOWN else f"{item[:LONGEST_SHOWN]}…",
                )
                return replace(understood, hint=what)
            what = _("I share files. Try: {example}, or say “help”.", example=_(EXAMPLE))
            what = sentences(_("I did nothing."), what) if has_a_file(text, text.text) else what
            return replace(understood, hint=what)
        case "multi":
            return replace(understood, hint=_("That is more than one thing. Please ask me for one after the other."))
        case _ if understood.is_guess:
            return understood
        case "share" if understood.asks:
            return replace(understood, hint=_question(understood))
        case "request_access" | "delegate" if understood.asks == ("expiration",):
            return replace(understood, hint=_question(understood))
        case _:
            return understood


def _question(understood: Understood) -> str:
    request = understood.request or ShareRequest((), ())
    named = [each.value for each in request.items if each.kind != "reference"]
    item = named[0] if named else "Q3 Budget.xlsx"
    people = [each.name or each.value for each in request.recipients if each.kind in ("name", "email", "mention")]
    whom = listed(people) or "Alex Wilber"
    slot = understood.asks[0]
    said = dict(understood.unclear).get(slot, "")
    match slot:
        case "items":
            nothing = _("Which file?") if request.recipients else _("What, and with whom?")
            question = _("Which file is “{said}”?", said=said) if said else nothing
            how = _(
                "Please name the file or paste its link, for example: share {item} with {whom} as write",
                item=item,
                whom=whom,
            )
        case "recipients":
            question = _("Whom do you mean by “{said}”?", said=said) if said else _("With whom?")
            if address := impossible(said):
                question = no_address(address)
            how = _(
                "Please say each person by name, e-mail address or @mention, "
                "for example: share {item} with Alex Wilber",
                item=item,
            )
        case "role":
            unknown = _("What may they do? “{said}” is not one right that I know.", said=said)
            question = unknown if said else _("What may they do?")
            how = _("Say for example: share {item} with {whom} as read, or as write", item=item, whom=whom)
        case "password":
            return _("Which password? Say for example: with password Sesame-42")
        case _:
            unknown = _("Until when? “{said}” is not one day to me, or it is over.", said=said)
            question = unknown if said else _("Until when?")
            how = _("Say for example: until 31 December")
    return sentences(question, how)


def _only_a_file(text: Plain, language: Language) -> str:
    """The link or the name that is all they wrote, as they wrote it; "" where there is more, or none."""
    said = text.text.strip(" .!?…")
    name = text.only(said)
    if name:
        return name.text if name.kind == "url" else ""
    is_all = ends_with_a_file(text, said) and language.all_words.isdisjoint(low_of(said).split())
    return text.whole(said) if is_all else ""


def _suggestion(text: Plain, language: Language) -> str:
    """What they may have meant, in their own words; only said, never done. "" for nothing."""
    first, *rest = text.text.split(" ", 1)
    close = get_close_matches(first.lower(), language.words("commands"), n=1, cutoff=0.75)
    is_slip = close and first.lower() != close[0]
    return " ".join([close[0], *map(text.whole, rest)]).strip() if is_slip else ""


def did_you_mean(words: str) -> str:
    return _("Did you mean: {words}", words=words)
