"""Slips of the pen in the words of a request. What is made of them is suggested, and never done."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches

from bot.language.said import Plain
from bot.language.table import Language

# Of the letters, how many have to be the same.
ALIKE = 0.72
SHORTEST = 3
MOST_WORDS = 40
_WORD = re.compile(r"(?<![\w.@/'’-])[^\W\d_]+(?![\w@/'’-]|\.\w)")


def corrected(text: Plain, language: Language) -> Plain | None:
    """The same with words that are nearly those of a request put right; None where there are none."""
    known = language.words("spelled")
    if not known or len(text.text.split()) > MOST_WORDS:
        return None

    def right(found: re.Match[str]) -> str:
        word = found[0]
        if len(word) < SHORTEST or word[0].isupper() or word.lower() in language.all_words:
            return word
        close = get_close_matches(word.lower(), known, n=3, cutoff=ALIKE)
        # Seldom is the first letter wrong: "gvie" is "give", and not "view".
        return next((each for each in close if each[0] == word[0].lower()), close[0] if close else word)

    lines = tuple(_WORD.sub(right, line) for line in text.lines)
    return replace(text, lines=lines) if lines != text.lines else None
