"""What was understood, as JSON that can be compared with what a sensible person would understand."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from bot.language.grammar import understand
from bot.language.said import Mention, Said
from bot.sharing import Expiry, ShareRequest, Words


def explain(row: dict[str, Any], *, default_now: dt.datetime, default_tz: dt.tzinfo) -> dict[str, Any]:
    """`row` has `text`, and maybe `id`, `context` (`mentions`, `bot_mention`) and `now` (ISO). Raises ValueError."""
    context, written = row.get("context") or {}, row.get("now")
    if not isinstance(context, dict) or not isinstance(written, str | None):
        raise ValueError('"context" should be an object, and "now" a date and time')
    context = cast("dict[str, Any]", context)
    now = dt.datetime.fromisoformat(written) if written else default_now
    now = now if now.tzinfo else now.replace(tzinfo=default_tz)
    bot = context.get("bot_mention")
    names = (bot,) if isinstance(bot, str) else ("Sharebot", "Share Bot")
    mentions = tuple(Mention(name, name) for name in context.get("mentions") or () if name not in names)
    understood = understand(Said(row["text"], mentions, names), now=now, tz=default_tz)
    request = understood.request or ShareRequest((), ())
    return {
        "id": row.get("id"),
        "pred": {
            "intent": understood.intent,
            "items": [_words(each) for each in request.items],
            "recipients": [_words(each) for each in request.recipients],
            "role": request.role.value if request.role else None,
            "expiration": request.until.words if request.until else None,
            "expiration_resolved": _resolved(request.until),
            "message": None,
            "password": None,
            "send_invitation": None,
            "require_sign_in": None,
            "exclude_recipients": [],
            "extras": [],
            "actions": [],
        },
        "asks": list(understood.asks),
    }


def _words(words: Words) -> dict[str, str | None]:
    return {"kind": words.kind, "value": words.value or None}


def _resolved(until: Expiry | None) -> str | None:
    """A date where the end of the day is meant, else a local date and time."""
    if until is None:
        return None
    if until.at is None:
        return "never"
    local = until.at.replace(tzinfo=None)
    return local.date().isoformat() if local.time() == dt.time(23, 59, 59) else local.isoformat(timespec="minutes")
