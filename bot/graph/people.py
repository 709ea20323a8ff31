"""Users and groups as Graph writes them, and as we read them."""

from __future__ import annotations

from typing import Any

from bot.sharing import Recipient
from bot.texts import _

WORK = "id,jobTitle,department"
PERSON = f"{WORK},displayName,mail,userPrincipalName"
GROUP = "id,displayName,mail,description"


def recipient(raw: dict[str, Any]) -> Recipient:
    """From a user. A guest's principal name carries #EXT#."""
    return Recipient(
        id=raw["id"],
        name=raw.get("displayName") or raw["userPrincipalName"],
        email=raw.get("mail") or raw["userPrincipalName"],
        title=work(raw),
        is_outside="#EXT#" in raw.get("userPrincipalName", ""),
    )


def owner(raw: dict[str, Any]) -> Recipient | None:
    """From the identity of a user."""
    return Recipient(raw["id"], raw.get("displayName", ""), raw.get("email", "")) if raw.get("id") else None


def work(raw: dict[str, Any]) -> str:
    """What somebody does, as far as it is told."""
    return ", ".join(text for text in (raw.get("jobTitle"), raw.get("department")) if text)


def group(raw: dict[str, Any]) -> Recipient:
    about = raw.get("description") or _("a group")
    return Recipient(raw["id"], raw["displayName"], raw.get("mail") or "", about, is_group=True)
