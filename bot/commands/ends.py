"""Taking a share back: undo, end it now, or let it end later."""

from __future__ import annotations

from contextlib import suppress

import cards.basics
import cards.ended
from bot.commands import change, several, share
from bot.commands.turn import Command, Reply, Turn
from bot.errors import NotAllowed, NotFound, TooLate
from bot.language import Understood
from bot.ledger import Stands
from bot.sharing import ShareRequest
from bot.texts import _, later, sentences


async def undo_last(turn: Turn, understood: Understood) -> Reply:
    """The share they did last, if that was in the last day; in front of others nobody is to read which that was.

    Where a file or somebody is named, the newest share that is of them: if it is another one, its card, to be undone
    by a press.
    """
    if not turn.own_chat:
        return Reply(cards.basics.say(_("Please say that in our own chat, or press “Undo” where it was shared.")))
    if meant := await _named(turn, understood):
        last = await _last(turn)
        if last is None or last.key != meant.key or await turn.work.many.of_part(meant.key):
            return Reply(
                await share.result(turn.work, await turn.work.shares.receipt(meant.key, turn.person), meant.key)
            )
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


async def _last(turn: Turn) -> Stands | None:
    """The share that was done last, if that is what was done last."""
    with suppress(TooLate):
        if not await turn.work.changes.last(turn.person, turn.message):
            return await turn.work.shares.last(turn.person, turn.message)
    return None


async def _named(turn: Turn, understood: Understood) -> Stands | None:
    """Which share is meant by name; None where none is named. Raises NotFound."""
    request = understood.request or ShareRequest((), ())
    items, people = [each for each in request.items if each.kind != "reference"], request.recipients
    # "The share with Alex": of what was not understood, a name is one of theirs.
    unread = {word for _slot, words in understood.unclear for word in words.casefold().split()}
    if not (items or people or understood.asks):
        return None
    for each in await turn.work.shares.of(turn.person):
        of_them = [grant.recipient for grant in each.receipt.given()]
        names = {word for one in of_them for word in one.name.casefold().replace(",", " ").split()}
        is_it = not items or any(change.is_item(each.receipt.plan.item, words) for words in items)
        is_theirs = all(any(change.is_called(person, words) for person in of_them) for words in people)
        if is_it and is_theirs and (not understood.asks or names & unread):
            return each
    raise NotFound(
        sentences(
            _("Nothing that you share fits this."), _("To see what you share, and undo it there, write: my shares")
        )
    )


def _undone_already() -> Reply:
    """To take the one before instead is for them to say."""
    sentence = _(
        "What you did last is undone already, or has ended. "
        "If you mean another share, please press “Undo” on its card, or write: my shares"
    )
    return Reply(cards.basics.say(sentence))


async def undo(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    await _want_no_more(turn, key)
    return Reply(cards.ended.ended(await turn.work.shares.undo(key, turn.person)), changes=key)


async def end_now(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    await _want_no_more(turn, key)
    return Reply(cards.ended.ended(await turn.work.shares.end_now(key, turn.person)), changes=key)


async def _want_no_more(turn: Turn, key: str) -> None:
    """Nor what a second person is still to approve for those who had it."""
    stands = await turn.work.shares.stands(key, turn.person)
    if stands.ended is None:
        people = [each.recipient for each in stands.receipt.given()]
        await turn.work.approvals.take_from(turn.person, stands.receipt.plan.item, people)


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
