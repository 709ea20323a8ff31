"""Users and groups as Graph writes them, and as we read them."""

from __future__ import annotations

from typing import Any

from bot.sharing import Recipient
from bot.texts import _

PERSON = "id,displayName,mail,userPrincipalName,jobTitle,department"
GROUP = "id,displayName,mail,description"


def recipient(raw: dict[str, Any]) -> Recipient:
    """From a user. A guest's principal name carries #EXT#."""
    about = [text for text in (raw.get("jobTitle"), raw.get("department")) if text]
    return Recipient(
        id=raw["id"],
        name=raw.get("displayName") or raw["userPrincipalName"],
        email=raw.get("mail") or raw["userPrincipalName"],
        title=", ".join(about),
        is_outside="#EXT#" in raw.get("userPrincipalName", ""),
    )


def group(raw: dict[str, Any]) -> Recipient:
    about = raw.get("description") or _("a group")
    return Recipient(raw["id"], raw["displayName"], raw.get("mail") or "", about, is_group=True)
