"""Words → requests. Pure: no network and no clock; the same words mean the same every time."""

from bot.language.said import Context, Mention, Said
from bot.language.understanding import understand
from bot.language.understood import ADD, BECOME, SWAP, Understood

__all__ = ["ADD", "BECOME", "SWAP", "Context", "Mention", "Said", "Understood", "understand"]
