"""Words → requests. Pure: no network, no clock, the standard library only; the same words mean the same every time."""

from bot.language.grammar import Understood, understand
from bot.language.said import Mention, Said

__all__ = ["Mention", "Said", "Understood", "understand"]
