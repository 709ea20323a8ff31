"""Taking a share back: undo, end it now, or let it end later."""

from __future__ import annotations

import cards.basics
import cards.ended
from bot.commands import change, several
from bot.commands.turn import Command, Reply, Turn
from bot.errors import NotAllowed, TooLate
from bot.language import Understood
from bot.texts import _, later


async def undo_last(turn: Turn, _understood: Understood) -> Reply:
    """The share they did last, if that was in the last day; in front of others nobody is to read which that was."""
    if not turn.own_chat:
        return Reply(cards.basics.say(_("Please say that in our own chat, or press “Undo” where it was shared.")))
    try:
        changed = await turn.work.changes.last(turn.person, turn.message)
        stands = None if changed else await turn.work.shares.last(turn.person, turn.message)
    except TooLate:
        return _undone_already()
    meant = changed or stands
    # What stands and is not theirs to take back is told as such below, one of several too.
    is_others = stands is not None and not stands.receipt.plan.sees_all
    if meant and (together := await turn.work.many.of_part(meant.key)):
        shown = await turn.work.many.now(together, turn.person)
        if not shown.is_over or any(part.can_be_undone for part in shown.parts):
            return await several.undo(turn, together, {})
        if not is_others:
            return _undone_already()
    if changed:
        return await change.undo(turn, changed.key, {})
    if stands is None:
        return Reply(cards.basics.say(_("You shared nothing in the last day that I could undo.")))
    if is_others:
        raise NotAllowed(
            _(
                "What you shared last is “{file}”, and only its owners can take that back. "
                "If you mean another share, please press “Undo” on its card.",
                file=stands.receipt.plan.item.name,
            )
        )
    return await undo(turn, stands.key, {})


def _undone_already() -> Reply:
    """To take the one before instead is for them to say."""
    sentence = _(
        "What you did last is undone already, or has ended. "
        "If you mean another share, please press “Undo” on its card, or write: my shares"
    )
    return Reply(cards.basics.say(sentence))


async def undo(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    return Reply(cards.ended.ended(await turn.work.shares.undo(key, turn.person)), changes=key)


async def end_now(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    return Reply(cards.ended.ended(await turn.work.shares.end_now(key, turn.person)), changes=key)


async def a_day_more(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    return await _extended(turn, key, 1)


async def a_week_more(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    return await _extended(turn, key, 7)


async def one(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Of several that end, what can be done about this one."""
    stands = await turn.work.shares.stands(key, turn.person)
    if stands.ended:
        return Reply(cards.ended.ended(stands.ended))
    if stands.ends is None:
        raise TooLate
    return Reply(cards.ended.reminder(stands.receipt, stands.ends, key), is_private=True)


async def _extended(turn: Turn, key: str, days: int) -> Reply:
    """The key names the end that is to be moved as well, so that a press that comes twice moves it once."""
    key, _dot, ends_at = key.partition(".")
    if not ends_at.isdecimal():
        raise TooLate
    stands = await turn.work.shares.extend(key, turn.person, int(ends_at), days)
    if stands.ends is None:
        raise TooLate
    return Reply(cards.ended.extended(stands.receipt, stands.ends, key), is_private=True, changes=key)


COMMAND = Command(
    intent="undo",
    example=later("undo"),
    what=later("Takes back what you shared last, and restores what was before."),
    say=undo_last,
    clicks={"ends.undo": undo, "ends.now": end_now, "ends.day": a_day_more, "ends.week": a_week_more, "ends.one": one},
)
