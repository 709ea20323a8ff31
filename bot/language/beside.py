"""What is said beside a request, wherever it stands: role, until when, message, mail, sign-in, password."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.language.names import low_of, names_a_file
from bot.language.patterns import MARKS, QUOTED, Found, Pattern
from bot.language.said import QUOTES, Now, Plain
from bot.language.table import Language
from bot.sharing import Expiry, Role

# The first that is found takes its words away from the others: a message may say anything.
_ORDER = (
    "mail_plainly",
    "message_by_mail",
    "message",
    "reason",
    "except",
    "unsure_password",
    "password",
    "no_sign_in",
    "sign_in",
    "no_mail",
    "mail",
    "until_instead",
    "until",
    "unsure_until",
    "role_instead",
    "unsure_role",
    "role",
)
_MARK = re.compile(f"[{MARKS}]")
_QUOTE = re.compile(f"[{QUOTED}]")
_SENTENCE_ENDS = re.compile(r"(?<=\w{2})[.!?]\s")
_CLAUSE = re.compile(r"[,.;:!?–]|\s-\s")
_FIRST_MARK = 0xF000


class Said(NamedTuple):
    """One thing said beside: its kind, its words, and what they mean; `said` is not read yet.

    `is_instead`: it takes the place of what was said before it, as "actually make that Friday" does; `is_mailed`: a
    message is to be mailed.
    """

    kind: str
    words: str
    role: Role | None = None
    until: Expiry | None = None
    text: str | None = None
    said: str = ""
    is_clear: bool = True
    is_instead: bool = False
    is_mailed: bool = False


class Together(NamedTuple):
    """All that is said beside one request.

    `is_instead`: the role is so whatever else was said of it; `latest` is the latest of several dates.
    """

    role: Role | None = None
    until: Expiry | None = None
    message: str | None = None
    password: str | None = None
    mail: bool | None = None
    sign_in: bool | None = None
    asks: tuple[str, ...] = ()
    is_instead: bool = False
    latest: Expiry | None = None


_NOTHING = Together()


@dataclass
class Aside:
    """`rest` is the sentence with a mark in place of each thing that was said beside it."""

    rest: str
    marks: dict[str, Said] = field(default_factory=dict)

    def of(self, said: str) -> Together:
        """What stands beside in this part of the sentence."""
        found = _last_words(self._within(said))
        if not found:
            return _NOTHING
        kinds = {each.kind for each in found}
        unclear = [each for each in found if not each.is_clear]
        roles = list(dict.fromkeys([each.role for each in found if each.role]))
        untils = [each.until for each in found if each.until]
        asks: list[str] = []
        is_open = any(each.kind == "until" and (each.text or not untils) for each in unclear) if unclear else False
        if is_open or (len(untils) > 1 and len({each.at for each in untils}) > 1):
            asks.append("expiration")
        open_kinds = [each.kind for each in unclear]
        if "role" in open_kinds or len(roles) > 1:
            asks.append("role")
        if "password" in open_kinds:
            asks.append("password")
        return Together(
            role=roles[0] if len(roles) == 1 and "role" not in asks else None,
            until=untils[0] if len(untils) >= 1 and "expiration" not in asks else None,
            message=_first_text(found, "message") if "message" in kinds else None,
            password=_first_text(found, "password") if "password" in kinds else None,
            mail=False
            if "no_mail" in kinds
            else True
            if "mail" in kinds or any(each.is_mailed for each in found)
            else None,
            sign_in=False if "no_sign_in" in kinds else True if "sign_in" in kinds else None,
            asks=tuple(asks),
            latest=max((each for each in untils if each.at), key=_when, default=None) if len(untils) > 1 else None,
            is_instead="role" in kinds and any(each.is_instead and each.kind == "role" for each in found),
        )

    def has_role(self, said: str) -> bool:
        """Whether a role is said of it, plain or not."""
        return any(each.kind == "role" for each in self._within(said))

    def left_out(self, said: str) -> list[str]:
        """Who is left out, each as it was said."""
        return [each.said for each in self._within(said) if each.kind == "except"]

    def told(self, said: str) -> str:
        """Who is told a message, where that is where they are named: "let Ana know "it's done" and …"."""
        return next((each.said for each in self._within(said) if each.kind == "message" and each.said), "")

    def unclear(self, said: str) -> dict[str, str]:
        """The words that leave a slot open, by slot."""
        all_said = self._within(said)
        if all(each.is_clear for each in all_said):
            return {}
        is_dated = any(each.until for each in all_said)
        # "temporarily, 30 minutes are enough"
        found = (each for each in all_said if not each.is_clear and (each.kind != "until" or each.text or not is_dated))
        slots = {"until": "expiration", "role": "role", "password": "password"}
        return {slots[each.kind]: each.text or each.words for each in found if each.kind in slots}

    def _within(self, said: str) -> list[Said]:
        return [self.marks[each] for each in _MARK.findall(said) if each in self.marks] if self.marks else []


def _first_text(found: list[Said], kind: str) -> str | None:
    return next(each.text for each in found if each.kind == kind)


def _when(until: Expiry) -> float:
    return until.at.timestamp() if until.at else 0


def _last_words(found: list[Said]) -> list[Said]:
    """Without what was taken back by something that was said instead."""
    kept: list[Said] = []
    for each in found:
        if each.is_instead:
            kept = [before for before in kept if before.kind != each.kind]
        kept.append(each)
    return kept


def aside(language: Language, text: Plain, now: Now, without: tuple[str, ...] = (), *, whole: bool = False) -> Aside:
    """The sentence with what is said beside the request put aside; `whole`: it may be all that is said."""
    made = Aside(text.text)
    low = low_of(made.rest)
    patterns = language.by_meaning("beside", low)
    for kind in _ORDER:
        for _ in range(4):
            if (kind not in patterns and kind != "role") or kind in without:
                break
            found = _longest(language, kind, low, patterns.get(kind, []), whole=whole)
            if found is None:
                break
            if kind == "reason" and (ends := _SENTENCE_ENDS.search(made.rest, found.start, found.end)):
                groups = {name: (start, min(end, ends.start())) for name, (start, end) in found.groups.items()}
                found = Found(found.start, ends.start(), groups)
            if kind == "message":
                found = _up_to_its_quote(found, made.rest)
            within = "".join(_MARK.findall(made.rest[found.start : found.end]))
            said = _said(language, text, _Found(kind, found, made.rest), now)
            if said is None:
                break
            letter = chr(_FIRST_MARK + len(made.marks))
            made.marks[letter] = said
            made.rest = f"{made.rest[: found.start]} {within}{letter} {made.rest[found.end :]}"
            low = low_of(made.rest)
            patterns = language.by_meaning("beside", low)
    return made


def _up_to_its_quote(found: Found, said: str) -> Found:
    """A message that is quoted ends with its quote, whatever is said behind it."""
    start, end = found.groups.get("text", (0, 0))
    start += len(said[start:end]) - len(said[start:end].lstrip(" :"))
    if not end or not _QUOTE.match(said[start : start + 1]):
        return found
    return Found(found.start, start + 1, {**found.groups, "text": (start, start + 1)})


def _longest(language: Language, kind: str, low: str, patterns: list[Pattern], *, whole: bool) -> Found | None:
    """The longest of those that begin first."""
    best: Found | None = None
    if kind == "role" and not low.isascii() and (behind := language.role_behind_a_name.search(low)):
        best = Found(*behind.span(), {"role": behind.span("role")})
    for pattern in patterns:
        found = pattern.search(low)
        if found is None or (not whole and kind != "until" and found.start == 0 and found.end >= len(low.rstrip())):
            continue
        if best is None or (found.start, -found.end) < (best.start, -best.end):
            best = found
    return best


class _Found(NamedTuple):
    """What was found of a kind, in a sentence with its capitals."""

    kind: str
    place: Found
    sentence: str

    def group(self, *names: str) -> str:
        """The first of these groups that there is, as it was written."""
        spans = (self.place.groups[name] for name in names if name in self.place.groups)
        return next((self.sentence[start:end] for start, end in spans), "")

    @property
    def words(self) -> str:
        return _MARK.sub("", self.sentence[self.place.start : self.place.end])

    @property
    def before(self) -> str:
        """What stands before it in its clause."""
        return _CLAUSE.split(self.sentence[: self.place.start])[-1]


def _said(language: Language, text: Plain, found: _Found, now: Now) -> Said | None:
    """None where it is not what it looked like."""
    if found.kind == "mail_plainly":
        # "let her know by email" is no message of hers.
        return _said(language, text, found._replace(kind="mail"), now)
    if found.kind == "message_by_mail":
        made = _said(language, text, found._replace(kind="message"), now)
        return made._replace(is_mailed=True) if made else None
    if found.kind.endswith("_instead"):
        made = _said(language, text, found._replace(kind=found.kind.removesuffix("_instead")), now)
        return made._replace(is_instead=True) if made else None
    kind, words = found.kind, text.whole(found.words).strip(" ,.;:-–()")
    if kind == "unsure_role" and language.ends_with_one("same_as", low_of(found.before).rstrip()):
        # "the same right as Alex" is plain.
        return None
    match kind:
        case "message" | "password" | "reason":
            inside = text.whole(found.group("quote", "word", "text")).strip()
            inside = inside.removesuffix(")") if "(" in found.words and "(" not in inside else inside
            if kind == "password" and (names_a_file(inside) or language.is_one("no_passwords", low_of(inside))):
                return None
            return Said(kind, words, text=inside.strip(QUOTES + " ") or inside, said=found.group("who"))
        case "until":
            return _until(language, words, found.group("date", "span"), now)
        case "except":
            return Said(kind, words, said=_MARK.sub(" ", found.group("who", "text")))
        case "unsure_role" | "unsure_until" | "unsure_password":
            return Said(kind.removeprefix("unsure_"), words, is_clear=False)
        case "role":
            role = found.group("role")
            if role and language.has("negations", low_of(found.before)):
                return Said(kind, words, is_clear=False)
            return Said(kind, words, role=language.role(role or words) or Role.READ)
        case _:
            return Said(kind, words)


def _until(language: Language, words: str, date: str, now: Now) -> Said:
    """Without a date it is for ever."""
    if not date:
        return Said("until", words, until=Expiry(words, None))
    date = _MARK.sub(" ", date).strip(" ,")
    until = language.dates.until(date, now.at, now.tz)
    if until is None or (until.at is None and not until.forever):
        return Said("until", words, text=date.strip(), is_clear=False)
    return Said("until", words, until=Expiry(words, until.at))


def unmarked(made: Aside, said: str) -> str:
    """The words as they were said."""
    return "".join(made.marks[each].words if each in made.marks else each for each in said)
