"""Users as Graph writes them, and as we read them."""

from __future__ import annotations

from typing import Any

from bot.sharing import Recipient


def recipient(raw: dict[str, Any]) -> Recipient:
    """From a user. A guest's principal name carries #EXT#."""
    about = [text for text in (raw.get("jobTitle"), raw.get("department")) if text]
    return Recipient(
        id=raw["id"],
        name=raw.get("displayName") or raw["userPrincipalName"],
        email=raw.get("mail") or raw["userPrincipalName"],
        title=", ".join(about),
        is_guest="#EXT#" in raw.get("userPrincipalName", ""),
    )
