"""Microsoft Graph as one person sees it."""

from bot.graph.calls import Budgets, Calls
from bot.graph.client import Graph
from bot.graph.permissions import Permission

__all__ = ["Budgets", "Calls", "Graph", "Permission"]
