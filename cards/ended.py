"""The cards of an end: it comes soon, it is later now, it has come, it could not be; and what a recipient is told."""

from __future__ import annotations

import datetime as dt

from bot.sharing import Ending, EndReceipt, Returned, Role, SharePlan, ShareReceipt
from bot.texts import _, listed, several, when
from cards.elements import Action, Card, Element, apart, block, button, card, heading, line, link, run, small
from cards.many import AT_ONCE, by_name, names
from cards.share import CAN, file, nothing, person


def reminder(receipt: ShareReceipt, ends: dt.datetime, key: str) -> Card:
    title = _("This access ends soon")
    return _until(title, _("{people}: until {when}.", people=_people(receipt), when=when(ends)), receipt, ends, key)


def extended(receipt: ShareReceipt, ends: dt.datetime, key: str) -> Card:
    title = _("Extended")
    return _until(title, _("{people}: now until {when}.", people=_people(receipt), when=when(ends)), receipt, ends, key)


def _until(title: str, sentence: str, receipt: ShareReceipt, ends: dt.datetime, key: str) -> Card:
    moved, leaves_some = f"{key}.{int(ends.timestamp())}", receipt.plan.leaves_some(ends)
    return card(
        heading(title),
        file(receipt.plan.item),
        line(sentence),
        *([small(_("Then I end it, and everybody has what they had before."))] if leaves_some else []),
        actions=[
            button(_("A day longer"), "ends.day", moved),
            button(_("A week longer"), "ends.week", moved),
            button(_("End now"), "ends.now", key),
            _open(receipt),
        ],
        summary=_("{title}: {file}", title=title, file=apart(receipt.plan.item.name)),
    )


def ended(receipt: EndReceipt) -> Card:
    """For the sharer."""
    title = _("Undone") if receipt.is_undone else _("Ended")
    return card(
        heading(title, "Good"),
        file(receipt.share.plan.item),
        _all(receipt) if receipt.returned else line(_("Nothing was left to take back: it was shared anew since.")),
        block(small(_("Checked: this is what they can do now."))),
        actions=[_open(receipt.share)],
        summary=_("{title}: {file}", title=title, file=apart(receipt.share.plan.item.name)),
    )


def not_ended(receipt: ShareReceipt, key: str, sentence: str, *, is_last: bool) -> Card:
    """For the sharer, who alone can help."""
    title = _("This access has not ended")
    again = (
        _("I won't try this again by myself. Please remove it in Microsoft 365.")
        if is_last
        else _("I try again by myself, and at once when you sign in or press the button.")
    )
    return card(
        heading(title, "Attention"),
        file(receipt.plan.item),
        line(_("{people}: it should be over by now.", people=_people(receipt))),
        line(_(sentence)),
        small(again),
        actions=[button(_("End now"), "ends.now", key, style="positive"), _open(receipt)],
        summary=_("{title}: {file}", title=title, file=apart(receipt.plan.item.name)),
    )


def left_behind(receipt: ShareReceipt, ends: dt.datetime, *, is_gone: bool) -> Card:
    """For the administrators: what its sharer could end, and does not."""
    title, plan = _("This access has not ended"), receipt.plan
    who = apart(plan.asker.name)
    if is_gone:
        why = _("{name} shared this. Their account is gone, or I can't reach them in Teams.", name=who)
        what = _("Please remove the access in Microsoft 365. I can end it only as the person who gave it.")
    else:
        why = _("{name} shared this, and is signed out. I told them, and they have not signed in since.", name=who)
        what = _("Please ask {name} to sign in to me: then it ends at once. Or remove it in Microsoft 365.", name=who)
    return card(
        heading(title, "Attention"),
        file(plan.item),
        line(why),
        _left_with(receipt),
        line(_("It should have ended: {when}.", when=when(ends))),
        small(what),
        actions=[_open(receipt)],
        summary=_("{title}: {file}", title=title, file=apart(plan.item.name)),
    )


def ended_for_you(receipt: EndReceipt, returned: Returned, *, in_place: bool = False) -> Card:
    """For a recipient; `in_place` of what they read of the share, where a message of its own says the rest."""
    plan = receipt.share.plan
    title = _("Access ended") if returned.now is None else _("Access changed")
    who = apart(plan.asker.name)
    if not receipt.is_undone:
        sentence = _("What {name} shared with you was for a time, and that is over.", name=who)
    elif plan.role is Role.WRITE and returned.now is Role.READ:
        sentence = _("{name} has taken back that you can edit this.", name=who)
    elif returned.ends:
        sentence = _("{name} has taken back that you have this longer.", name=who)
    else:
        sentence = _("{name} has taken back what was shared with you.", name=who)
    return card(
        heading(title),
        *([] if in_place else [line(sentence)]),
        file(plan.item),
        *([] if in_place else [line(_now(returned.now, returned.ends))]),
        actions=[] if returned.now is None else [_open(receipt.share)],
        summary=_("{title}: {file}", title=title, file=apart(plan.item.name)),
    )


def again(role: Role, ends: dt.datetime) -> str:
    if role is Role.READ:
        return _("You can view it until {when}, as before.", when=when(ends))
    return _("You can edit it until {when}, as before.", when=when(ends))


def _now(role: Role | None, ends: dt.datetime | None) -> str:
    match role:
        case None:
            return _("You have no access of your own any more.")
        case _ if ends:
            return again(role, ends)
        case Role.READ:
            return _("You can view it, as before.")
        case _:
            return _("You can edit it, as before.")


def _returned(returned: Returned, plan: SharePlan) -> Element:
    match returned.ending, returned.now:
        case Ending.LEFT, _now:
            what = run(_("left as it is"), bold=True, colour="Warning")
            beneath = _("changed by somebody since")
        case Ending.LOWERED, role:
            what = run(left_with(role, plan), bold=True)
            ends = returned.ends
            beneath = _("as before, until {when}", when=when(ends)) if ends else _("as before")
        case _, role:
            what, beneath = run(left_with(role, plan), bold=True), _("by a folder, a group or a link") if role else ""
    return person(returned.recipient, what, beneath)


def left_with(role: Role | None, plan: SharePlan) -> str:
    """What somebody can do whose access by a share has ended."""
    if role is None:
        return nothing(plan)
    return _("can edit") if role is Role.WRITE else _("can view")


def _all(receipt: EndReceipt) -> Element:
    """Each of them; of many, who can still open it, and the others by name."""
    returned, plan = receipt.returned, receipt.share.plan
    gone = [each.recipient for each in returned if each.ending is Ending.ENDED and each.now is None]
    if len(returned) <= AT_ONCE:
        gone = []
    others = [each for each in returned if each.recipient not in gone]
    rows = [_returned(each, plan) for each in others[:AT_ONCE]]
    if (more := len(others) - AT_ONCE) > 0:
        rows.append(small(several(more, "and {count} more", "and {count} more")))
    if gone:
        rows.append(line(run(by_name(gone)), ": ", run(nothing(plan), bold=True)))
    return block(*rows, separator=True)


def _left_with(receipt: ShareReceipt) -> Element:
    people, can = [each.recipient for each in receipt.given()], run(_(CAN[receipt.plan.role]), bold=True)
    if len(people) > AT_ONCE:
        return block(line(run(by_name(people)), ": ", can))
    return block(*(person(each, can) for each in people))


def _people(receipt: ShareReceipt) -> str:
    people = [grant.recipient for grant in receipt.given()]
    return by_name(people) if len(people) > AT_ONCE else listed(names(people))


def _open(receipt: ShareReceipt) -> Action:
    return link(_("Open in Microsoft 365"), receipt.plan.item.web_url)
