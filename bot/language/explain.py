"""What was understood, as JSON that can be compared with what a sensible person would understand."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from bot.language.said import Context, Mention, Said
from bot.language.understanding import understand
from bot.language.understood import Understood
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
    names = (bot,) if isinstance(bot, str) else ("Sharebot", "ShareBot", "Share Bot")
    mentions = tuple(Mention(name, name) for name in context.get("mentions") or () if name not in names)
    understood = understand(
        Said(row["text"], mentions, names),
        now=now,
        tz=default_tz,
        locale=str(row.get("lang") or "en"),
        context=Context(
            chat=str(context.get("chat") or "personal"),
            has_a_file=any(context.get(name) for name in ("attachment", "reply_to_file", "previous_item")),
            pending=str(context.get("pending") or ""),
            choices=tuple(context.get("choices") or ()),
            pending_owner=str(context.get("pending_owner") or ""),
            speaker=str(context.get("speaker") or ""),
        ),
    )
    asks = [*understood.asks, *_ambiguous(understood, context)]
    return {"id": row.get("id"), "pred": _pred(understood), "asks": list(dict.fromkeys(asks))}


def _pred(understood: Understood) -> dict[str, Any]:
    request = understood.request or ShareRequest((), ())
    return {
        "intent": understood.intent,
        "items": [_words(each) for each in request.items],
        "recipients": [_words(each) for each in request.recipients],
        "role": request.role.value if request.role else None,
        "expiration": (request.until.words or "never") if request.until else None,
        "expiration_resolved": _resolved(request.until),
        "message": request.message,
        "password": request.password,
        "send_invitation": request.mail,
        "require_sign_in": request.sign_in,
        "exclude_recipients": [_words(each) for each in request.excluded],
        "extras": _extras(understood.choice, request.same_as),
        "actions": [_pred(each) for each in understood.actions],
    }


def _extras(choice: int | None, same_as: Words | None) -> dict[str, Any]:
    """What few sentences say."""
    index = {} if choice is None else {"index": choice}
    return index | ({"same_as": _words(same_as)} if same_as else {})


def _ambiguous(understood: Understood, context: dict[str, Any]) -> list[str]:
    """What several of the names that exist begin with is asked about."""
    request = understood.request or ShareRequest((), ())
    asks: list[str] = []
    for slot, named, known in (
        ("items", request.items, context.get("tenant_files")),
        ("recipients", request.recipients, context.get("tenant_people")),
    ):
        for each in named:
            names = [str(name).casefold() for name in known or ()]
            wanted = each.value.casefold()
            if wanted not in names and sum(wanted in name for name in names) > 1:
                asks.append(slot)
    return asks


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
