"""Our errors as JSON, so that whoever waits for work done elsewhere is told the same."""

from __future__ import annotations

from typing import Any

import bot.errors
from bot.errors import Busy, SharebotError

Wrong = dict[str, Any]
# In what goes on when so many seconds are over.
BUSY = "busy"
_KINDS: dict[str, type[SharebotError]] = {
    name: each for name, each in vars(bot.errors).items() if isinstance(each, type) and issubclass(each, SharebotError)
}


def written(error: SharebotError) -> Wrong:
    """One of a kind that only Graph knows becomes the kind of ours that it is."""
    kind = next(each.__name__ for each in type(error).__mro__ if _KINDS.get(each.__name__) is each)
    said = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in vars(error).items()}
    return {"kind": kind, "sentence": str(error.args[0]), "said": said}


def busy(error: Busy) -> Wrong:
    """Nothing went wrong: it goes on later."""
    return {BUSY: error.wait}


def read(wrong: Wrong) -> SharebotError:
    of = kind(wrong["kind"])
    error = of.__new__(of, wrong["sentence"])
    for name, value in wrong["said"].items():
        setattr(error, name, frozenset(value) if isinstance(value, list) else value)
    return error


def kind(name: str) -> type[SharebotError]:
    return _KINDS[name]
