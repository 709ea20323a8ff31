"""What somebody said, as Teams delivers it, and the same made plain: names out of the way, white space as one."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

# Longer than any request; what comes longer is no sentence.
LONGEST = 4000

_INVISIBLE = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF, 0xAD]
)
_QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "‘": "’", "‚": "‘’", "'": "'", "`": "`", "‹": "›", "「": "」"}
_EMAIL = re.compile(r"(?<![\w.])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_URL = re.compile(r"https?://[^\s<>\"“”]{1,2000}[^\s<>\"“”.,;:!?)\]]")
_MENTION = re.compile(r"<at\b[^<>]{0,200}>([^<>]{0,300})</at>")
_TAG = re.compile(r"</?(?:p|div|span|br|b|i|em|strong|a|blockquote|attachment)\b[^<>]{0,400}>", re.IGNORECASE)


@dataclass(frozen=True)
class Mention:
    """Somebody @mentioned. `id` is whatever the caller knows them by; None where it does not."""

    name: str
    id: str | None


@dataclass(frozen=True)
class Said:
    """`text` as delivered, with <at> tags; `mentions` are people in their order, the bot is named by `bot_names`."""

    text: str
    mentions: tuple[Mention, ...] = ()
    bot_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Name:
    """Something that was protected from being read as words. `kind` is quote, email, url or mention."""

    kind: str
    text: str
    mention: Mention | None = None


@dataclass(frozen=True)
class Plain:
    """`text` with one private-use letter in place of each protected name."""

    text: str
    names: dict[str, Name]

    def whole(self, words: str) -> str:
        """The words with their names in again."""
        return "".join(self.names[letter].text if letter in self.names else letter for letter in words).strip()

    def only(self, words: str) -> Name | None:
        """The name, if the words are just that."""
        return self.names.get(words.strip())


def plain(said: Said) -> Plain:
    """Linear in the length of the text. A leading mention of the bot is removed; any other stays what it is."""
    text = said.text[: LONGEST * 4].translate(_INVISIBLE)
    names: dict[str, Name] = {}

    def protect(kind: str, words: str, mention: Mention | None = None) -> str:
        # From a range that nobody types; what is typed of it is taken out below.
        letter = chr(0xE000 + len(names))
        names[letter] = Name(kind, "".join(names[each].text if each in names else each for each in words), mention)
        return letter

    waiting = list(said.mentions)

    def at(match: re.Match[str]) -> str:
        name = html.unescape(match[1]).strip()
        if name in said.bot_names and not names and not match.string[: match.start()].strip():
            return " "
        mention = next((each for each in waiting if each.name == name), None)
        if mention:
            waiting.remove(mention)
        return f" {protect('mention', name, mention)} "

    text = "".join(letter for letter in text if not "\ue000" <= letter <= "\uf8ff")
    text = html.unescape(_TAG.sub(" ", _MENTION.sub(at, text)))
    text = _quoted(text, protect)
    text = _URL.sub(lambda match: protect("url", match[0]), text)
    text = _EMAIL.sub(lambda match: protect("email", match[0]), text)
    return Plain(" ".join(text.split())[:LONGEST], names)


def _quoted(text: str, protect: Callable[[str, str], str]) -> str:
    """Quotes that open where a word begins and close where one ends; an apostrophe does neither."""
    made: list[str] = []
    at = 0
    while at < len(text):
        closing = _QUOTES.get(text[at])
        begins = at == 0 or not text[at - 1].isalnum()
        end = _closing(text, at, closing) if closing and begins else None
        if end is None:
            made.append(text[at])
            at += 1
        else:
            made.append(protect("quote", text[at + 1 : end]))
            at = end + 1
    return "".join(made)


def _closing(text: str, at: int, closing: str) -> int | None:
    """Where the quote that opens at `at` closes, within the length of a file's path."""
    for end in range(at + 2, min(len(text), at + 420)):
        if text[end] in closing and (end + 1 == len(text) or not text[end + 1].isalnum()):
            return end
    return None
