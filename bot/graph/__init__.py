"""Microsoft Graph as one person sees it."""

from bot.graph.client import Graph
from bot.graph.permissions import Permission

__all__ = ["Graph", "Permission"]
