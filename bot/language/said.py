"""What somebody said, as Teams delivers it, and the same made plain: names out of the way, white space as one."""

from __future__ import annotations

import datetime as dt
import html
import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from bot.language.patterns import CJK
from bot.language.table import mail_below, remarks_in_brackets

# Longer than any request; what comes longer is no sentence. As Teams delivers it, there are tags around it.
LONGEST = 4000
LONGEST_DELIVERED = 4 * LONGEST

_INVISIBLE = dict.fromkeys(
    [0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF, 0xAD]
)
# Joiners make emoji and Persian words what they are; next to plain Latin letters they only hide something.
_JOINER = re.compile(r"(?<=[\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?=[\x00-\x7f]|$)")
_EMPHASIS = re.compile(r"(?<!\w)([*_])(\S(?:[^*_\n]{0,80}\S)?)\1(?!\w)")
# As a phone writes it: o’brien@…
_CURLED = re.compile(r"(?<=\w)’(?=[\w.+'-]{1,64}@\w)")
_MAILTO = re.compile(r"<mailto:[^<>\s]{1,300}>")
_ANGLES = re.compile(r"<([\ue000-\uefff])>")
_OPENING = re.compile(r"[¿¡]")
EMOJI = r"[\U0001F300-\U0001FAFF\u2600-\u27BF\u2B50\uFE0F\u200D]{1,9}"
_EMOJI_AT_AN_END = re.compile(
    rf"^\s*{EMOJI}(?=\s)|(?<=\s){EMOJI}(?=\s*(?:$|\n))|(?<=[.!?]\s){EMOJI}(?=\s)", re.MULTILINE
)
# Latin letters and marks as wide as Chinese ones are the same letters and marks.
_WIDE: dict[int, int | str] = {
    **{0xFF01 + place: 0x21 + place for place in range(94)},
    # Arabic and Hindi have a comma, a question mark and a full stop of their own; the long dash of Arabic is nothing.
    **{0x060C: ",", 0x061B: ";", 0x061F: "?", 0x06D4: ".", 0x0964: ".", 0x0640: "", 0x05BE: "-"},
    **{0x3001: ", ", 0x3002: ". ", 0xFF0C: ", ", 0xFF61: ". ", 0xFF1B: "; "},
}
# Greek asks with a semicolon.
_GREEK = re.compile(r"[\u0370-\u03ff]")
_GREEK_ASKS = re.compile(r"[;\u037e](?=\s|$)")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]")
# What opens a quotation, and all that may close it: people mix them, and so do keyboards.
_QUOTES = {
    '"': '"”“', "“": '”“"', "”": "”", "„": '“”"', "«": "»", "‘": "’", "’": "’", "‚": "‘’", "'": "'", "`": "`",
    "‹": "›", "「": "」", "『": "』", "《": "》", "〈": "〉", "【": "】",
}  # fmt: skip
QUOTES = "".join(_QUOTES)
_ANY_QUOTE = re.compile("[" + re.escape(QUOTES) + "]")
_ANY_CLOSING = re.compile("[" + re.escape("".join(_QUOTES.values())) + "]")
_LONGEST_NAME = 420
# Letters that may stand next to a name without being a part of it.
_CJK = re.compile(f"[{CJK}]")
_BESIDE = rf"{CJK}\u0590-\u05ff\u0600-\u06ff"
_NOT_CJK = f"(?![{_BESIDE}])"
EMAIL = re.compile(
    rf"(?:(?<![\w.+'-])|(?<=[{_BESIDE}])(?!-)|(?<=[{_BESIDE}]-))(?:{_NOT_CJK}[\w.+'-]){{1,64}}@(?:{_NOT_CJK}[\w-]){{1,63}}(?:\.(?:{_NOT_CJK}[\w-]){{1,63}}){{1,8}}"
)
_URL = re.compile(rf"https?://(?:[^\s<>\"“”、。，（）{CJK}]|(?<=[/{CJK}])[{CJK}]){{1,2000}}(?<![.,;:!?)\]])")
_LINK = re.compile(r"""<a\s[^<>]{0,200}?href=["'](https?://[^"'<>\s]{1,2000})["'][^<>]{0,200}>[^<>]{0,300}</a>""", re.I)
_MARKDOWN_LINK = re.compile(r"\[[^\[\]\n]{1,300}\]\((https?://[^\s()<>]{1,2000})\)(?![\w.])")
_MENTION = re.compile(r"<at\b[^<>]{0,200}>([^<>]{0,300})</at>")
_QUOTED_LINES = re.compile(r"(?:>[^\n]*\n)++\s*\n")
_QUOTED_BELOW = re.compile(r"\n(?:\s{0,9}>[^\n]*(?:\n|$))++")
_QUOTED_MESSAGE = re.compile(r"<blockquote(?=[\s>])[^<>]{0,400}>(?:[^<]|<(?!/?blockquote))*+</blockquote>", re.I)
_BREAK = re.compile(r"</?(?:p|div|br|li|ul|ol)(?=[\s/>])[^<>]{0,400}>", re.I)
_COMMENT = re.compile(r"<!--(?:[^-]|-(?!->))*+-->")
_TAG = re.compile(r"</?(?:span|b|i|u|em|strong|code|a|at|attachment)(?=[\s/>])[^<>]{0,2400}>", re.I)
# The lines of a list are one sentence.
_BULLET = re.compile(r"([:：]?)[^\S\n]{0,9}\n\s{0,9}(?:[-*•·–]|\d{1,2}[.)])\s{1,9}(?=\S)")
_FIRST_BULLET = re.compile(r"^\s{0,9}(?:[-*•·–]|\d{1,2}[.)])\s{1,9}(?=\S)")
# "thanks!!1"
_SLIPPED_MARKS = re.compile(r"(?<=!)[1!]{1,20}$")
# "… with Ana (view, for 3 days, password Zeta9)", which is no part of a name: "Minutes (Q3, Berlin)" is one.
_IN_BRACKETS = re.compile(r"(?<=[^\s(])\s?\(([^(),\n]{1,400},[^()\n]{1,400})\)(?=[.!]?\s{0,9}$)")
# "-----Original Message-----": what is below was written by somebody else.
_MESSAGE_BELOW = re.compile(r"\n[^\S\n]{0,9}-{2,9}[^\n-]{1,60}-{2,9}[^\S\n]{0,9}(?=\n)[\s\S]*")
# Two lines as a mail begins with; of which words, the tables know.
_HEADS = re.compile(r"\n[^\n:：]{1,40}[:：][^\n]{1,200}\n[^\n:：]{1,30}[:：]")
# A name on each line below a colon: "share Plan.docx with:"
_LINES = re.compile(
    r"[:：][^\S\n]{0,9}\n"
    r"((?:[^\S\n]{0,9}[A-ZÀ-Ý][\w'’.-]{0,60}(?:[ ][A-ZÀ-Ý][\w'’.-]{0,60}){0,3}[,;]?[^\S\n]{0,9}(?:\n|$)){2,30})"
    r"(?=\n|$)"
)
# A name alone on the last line, below a sentence: who writes, and no one of whom something is asked.
_SIGNED = re.compile(
    r"(?<=[.!?])[^\S\n]{0,9}\n\s{0,9}[-–—]{0,2}[^\S\n]?[A-ZÀ-Ý][\w'’-]{1,40}(?:[ ][A-ZÀ-Ý][\w'’.-]{0,40}){0,2}\s*$"
)
# "Tom Baker\nHead of Sales | tom.baker@contoso.com" below an empty line: whose card it is that writes.
_CALLING_CARD = re.compile(
    r"(?<=\S)[^\S\n]{0,9}\n[^\S\n]{0,9}\n\s{0,9}(?:[^\n|]{1,80}\n){0,4}"
    r"[^\n|]{1,80} \| [^\n]{1,200}(?:\n[^\n]{0,200}){0,6}$"
)
_OTHER_SPACE = re.compile(r"[^\S ]")
_SPACES = re.compile(r"\s{10,}")


@dataclass(frozen=True)
class Mention:
    """Somebody @mentioned. `id` is whatever the caller knows them by; None where it does not."""

    name: str
    id: str | None


@dataclass(frozen=True)
class Now:
    """When somebody speaks: an aware moment, and the time zone that they mean by their words."""

    at: dt.datetime
    tz: dt.tzinfo


@dataclass(frozen=True)
class Context:
    """Where something is said, and what was said before it.

    `chat` is personal, groupChat, channel or meeting; `pending`, what the bot asked last (confirmation, choose_item,
    role, …), and `choices`, between what, each with what tells it apart in a line of its own; `shown` are the numbers
    of the first and the last of them that are seen, where not all are. `pending_owner` is whom it asked, and `speaker`
    who says it.
    """

    chat: str = "personal"
    has_a_file: bool = False
    pending: str = ""
    choices: tuple[str, ...] = ()
    shown: tuple[int, int] | None = None
    pending_owner: str = ""
    speaker: str = ""


@dataclass(frozen=True)
class Said:
    """`text` as delivered, with <at> tags; `mentions` are people in their order, the bot is named by `bot_names`."""

    text: str
    mentions: tuple[Mention, ...] = ()
    bot_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Name:
    """Something that was protected from being read as words. `kind` is quote, email, url, mention or bot."""

    kind: str
    text: str
    mention: Mention | None = None


@dataclass(frozen=True)
class Plain:
    """`text` with one private-use letter in place of each protected name; `lines` are the same, line by line."""

    lines: tuple[str, ...]
    names: dict[str, Name]

    @cached_property
    def text(self) -> str:
        return "\n".join(self.lines)

    def whole(self, words: str) -> str:
        """The words with their names in again."""
        if not self.names:
            return words.strip()
        return words.translate({ord(letter): name.text for letter, name in self.names.items()}).strip()

    def only(self, words: str) -> Name | None:
        """The name, if the words are just that."""
        return self.names.get(words.strip())


def plain(said: Said) -> Plain:
    """Linear in the length of the text. A leading mention of the bot is removed; any other stays what it is."""
    names: dict[str, Name] = {}
    bots = {name.casefold() for name in said.bot_names}
    waiting = list(said.mentions)

    def protect(kind: str, words: str, mention: Mention | None = None) -> str:
        # From a range that nobody types; what is typed of it is taken out.
        letter = chr((0xE800 if kind == "quote" else 0xE000) + len(names))
        names[letter] = Name(kind, "".join(names[each].text if each in names else each for each in words), mention)
        return letter

    def apart(match: re.Match[str], letter: str) -> str:
        text, start, end = match.string, match.start(), match.end()
        before, after = text[max(0, start - 1) : start], text[end : end + 1]
        return " " * before.isalnum() + letter + " " * after.isalnum()

    def at(match: re.Match[str]) -> str:
        name = html.unescape(match[1]).strip()
        mention = next((each for each in waiting if each.name == name), None)
        if mention:
            waiting.remove(mention)
        elif name.casefold() in bots:
            return " " if not match.string[: match.start()].strip() else apart(match, protect("bot", name))
        return apart(match, protect("mention", name, mention))

    def unescaped(part: str) -> str:
        return part if part in names else _PRIVATE.sub("", html.unescape(part))

    text = said.text
    if not text.isascii():
        text = _JOINER.sub("", _PRIVATE.sub("", text).translate(_INVISIBLE))
    if text.startswith(">"):
        # Somebody else's words above one's own, with an empty line between them.
        text = _QUOTED_LINES.sub("", text)
    if "\n>" in text:
        text = _QUOTED_BELOW.sub("\n", text)
    if "<" in text:
        text = _LINK.sub(lambda match: f" {protect('url', html.unescape(match[1]))} ", _MENTION.sub(at, text))
        # Somebody else's words are no request; where one of their ends is not to be found, nothing is.
        text = _QUOTED_MESSAGE.sub("\n", text)
        text = "> " + text if "<blockquote" in text.casefold() else text
        text = _TAG.sub("", _BREAK.sub("\n", _COMMENT.sub(" ", text)))
    text = text.replace("**", "")
    if "’" in text and "@" in text:
        text = _CURLED.sub("'", text)
    if "&" in text:
        text = "".join(map(unescaped, re.split("([\ue000-\uf8ff])", text)))
    text = _quoted(text, protect)
    if "<" in text:
        text = _MAILTO.sub("", text)
    if "*" in text or "_" in text:
        text = _EMPHASIS.sub(r"\2", text)
    if not text.isascii():
        text = _EMOJI_AT_AN_END.sub(" ", _OPENING.sub(" ", text))
        text = _GREEK_ASKS.sub("?", text) if _GREEK.search(text) else text
        text = text.translate(_WIDE)
    if "://" in text:
        text = _MARKDOWN_LINK.sub(lambda match: protect("url", match[1]), text)
        text = _ANGLES.sub(r"\1", _URL.sub(lambda match: protect("url", match[0]), text))
    if "@" in text:
        text = EMAIL.sub(lambda match: protect("email", match[0]), text)
    text = _of_one(text)
    return Plain(tuple(line for each in text.splitlines() if (line := _spaced(each))), names)


def _of_one(text: str) -> str:
    """What the one who writes says, its lists in one line."""
    if "(" in text:
        text = _IN_BRACKETS.sub(_listed, text)
    if "!1" in text:
        text = _SLIPPED_MARKS.sub("", text)
    if "\n" not in text:
        return text
    text = _MESSAGE_BELOW.sub("", text)
    text = mail_below().sub("", text) if _HEADS.search(text) else text
    text = _CALLING_CARD.sub("", text) if " | " in text else text
    text = _SIGNED.sub("", _LINES.sub(_in_one_line, text))
    listed = _BULLET.sub(lambda match: ": " if match[1] else ", ", text)
    return _FIRST_BULLET.sub("", listed) if listed != text else text


def _listed(found: re.Match[str]) -> str:
    return f", {found[1]}" if remarks_in_brackets().search(found[1].lower()) else found[0]


def _in_one_line(found: re.Match[str]) -> str:
    names = (each.strip(" ,;\t") for each in found[1].splitlines())
    return ": " + ", ".join(filter(None, names)) + "\n"


def _spaced(line: str) -> str:
    """With blanks for other white space, and one for many."""
    if line.isprintable() and "  " not in line:
        return line.strip()
    return _OTHER_SPACE.sub(" ", _SPACES.sub(" ", line).strip())


def _quoted(text: str, protect: Callable[[str, str], str]) -> str:
    """Quotes that open where a word begins and close where one ends; an apostrophe does neither."""
    if not _ANY_QUOTE.search(text):
        return text
    closers: dict[str, list[int]] = {}
    for place in (each.start() for each in _ANY_CLOSING.finditer(text)):
        if place + 1 == len(text) or not _is_letter(text[place + 1]):
            closers.setdefault(text[place], []).append(place)
    made: list[str] = []
    at = 0
    for place in (each.start() for each in _ANY_QUOTE.finditer(text)):
        begins = place >= at and (place == 0 or not _is_letter(text[place - 1]))
        closing = _QUOTES[text[place]]
        end = _closing(closers, place, closing) if begins else None
        if end is not None and text[place + 1 : end].strip(f"{text[place]}{closing}\"' "):
            made += [text[at:place], protect("quote", text[place + 1 : end])]
            at = end + 1
    return "".join(made) + text[at:]


def _is_letter(letter: str) -> bool:
    return letter.isalnum() and not _CJK.match(letter)


def _closing(closers: dict[str, list[int]], at: int, closing: str) -> int | None:
    """Where the quote that opens at `at` closes, within the length of a file's path."""
    found: list[int] = []
    for letter in closing:
        places = closers.get(letter, [])
        found += places[(here := bisect_left(places, at + 2)) : here + 1]
    end = min(found, default=None)
    return end if end is not None and end < at + _LONGEST_NAME else None
