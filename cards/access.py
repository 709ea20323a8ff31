"""Who can open a file, as far as Microsoft 365 tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.sharing import Role, ShareableItem
from bot.texts import _, several, when
from cards.elements import (
    Card,
    Element,
    apart,
    beside_each_other,
    block,
    button,
    card,
    choice,
    heading,
    line,
    link,
    run,
    small,
)
from cards.share import file

# More nobody reads through, and a card has its size.
SHOWN = 40


class Way(Enum):
    """What a right is given to."""

    PERSON = "person"
    GROUP = "group"
    OUR_LINK = "our link"
    ANY_LINK = "any link"
    NAMED_LINK = "named link"
    APP = "app"


@dataclass(frozen=True)
class Holder:
    """Somebody, or something, that a right is given to. `role` None: one we have no word for.

    `by`: whose share of ours it is, in words.
    """

    name: str
    email: str
    way: Way
    role: Role | None
    is_inherited: bool
    until: dt.datetime | None = None
    by: str = ""
    is_outside: bool = False


def who(
    item: ShareableItem,
    holders: Sequence[Holder],
    *,
    sees_all: bool,
    share: str = "",
    key: str = "",
    offered: Sequence[tuple[str, str]] = (),
) -> Card:
    """`share` is the key of the one whose card this takes the place of, and which it leads back to.

    `offered` are those whose access could be changed, as titles and values; `key` is of the buttons for it.
    """
    title = _("Who can open this?")
    body = [heading(title), file(item)]
    if not sees_all:
        body.append(
            small(
                _("Microsoft 365 shows the access of others to its owners only. This is what it shows you."), "Warning"
            )
        )
    shown = holders[:SHOWN]
    if owners := [_row(each) for each in shown if each.role is Role.OWNER]:
        # Whoever owns a drive has each of its files by the folder it is in, which tells nobody anything.
        body.append(block(*owners, separator=True))
    for words, is_inherited in ((_("Shared directly"), False), (_("Through the folder it is in"), True)):
        if rows := [_row(each) for each in shown if each.is_inherited is is_inherited and each.role is not Role.OWNER]:
            body.append(block(small(words), *rows, separator=True))
    if len(holders) > SHOWN:
        more = len(holders) - SHOWN
        body.append(small(several(more, "and {count} more", "and {count} more")))
    if any(each.way is Way.GROUP for each in holders):
        body.append(small(_("Who is in a group I can't see from here.")))
    actions = [link(_("Open in Microsoft 365"), item.web_url)] if item.web_url else []
    if offered:
        # Beside them the others send nothing.
        body.append(choice("recipient 0", _("Change the access of"), offered, compact=True))
        actions.append(button(_("Remove…"), "remove.choose", key))
        if any(each.role is Role.WRITE and not each.is_inherited for each in holders):
            actions.append(button(_("Make viewer…"), "lower.one", key))
        if any(each.by for each in holders):
            actions.append(button(_("Change end…"), "end.one", key))
    if share:
        # Pressed again, a share is answered with what came of it.
        actions.append(button(_("Back"), "share.confirm", share, inputs=False))
    return card(*body, actions=actions, summary=f"{title} {apart(item.name)}")


def _row(holder: Holder) -> Element:
    who = [line(run(holder.name or _words(holder.way), bold=True), spacing="None")]
    if holder.email and holder.email != holder.name:
        who.append(small(holder.email))
    if holder.name and holder.way is not Way.PERSON:
        who.append(small(_words(holder.way)))
    until = _("until {when}", when=when(holder.until)) if holder.until else ""
    if until or holder.by:
        who.append(small(" · ".join(filter(None, (until, holder.by)))))
    if holder.is_outside:
        who.append(small("⚠ " + _("outside your organisation"), "Warning", spacing="None"))
    return beside_each_other(who, [line(_can(holder.role), spacing="None")])


def _words(way: Way) -> str:
    match way:
        case Way.PERSON:
            return _("somebody without a name")
        case Way.GROUP:
            return _("a group: everybody in it")
        case Way.OUR_LINK:
            return _("everybody in the organisation who has the link")
        case Way.ANY_LINK:
            return _("anybody who has the link")
        case Way.NAMED_LINK:
            return _("by a link")
        case Way.APP:
            return _("an app")


def _can(role: Role | None) -> str:
    match role:
        case Role.READ:
            return _("can view")
        case Role.WRITE:
            return _("can edit")
        case Role.OWNER:
            return _("owns it")
        case _:
            return _("has access")
