"""Microsoft Graph as one person sees it; and the little that the bot asks of it as itself."""

from bot.graph.calls import Budgets, Calls
from bot.graph.client import Graph
from bot.graph.installing import Installing
from bot.graph.permissions import Permission

__all__ = ["Budgets", "Calls", "Graph", "Installing", "Permission"]
