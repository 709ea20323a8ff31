"""Who of a chat can open a file, and a button that leads to a share with the others."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sharing import Recipient, Role, ShareableItem
from bot.texts import _, listed, sentences
from cards.dialog import opens_dialog
from cards.elements import Action, Card, Element, apart, block, button, card, heading, line, link, run, small
from cards.many import AT_ONCE, IN_A_SENTENCE, by_name
from cards.share import CAN, file, person, warning


@dataclass(frozen=True)
class Here:
    """The people of a chat without the asker: who has the right, and the others with what they have instead.

    Of the others nobody is sure unless the asker sees everybody's access (`sees_all`) and who is in the groups that
    have it (`sees_groups`). `opens_for_ours`: a link does for whoever of the organisation has it; `opens_for_all`, for
    anybody. Of the `unknown` Teams tells a name alone. Who sees no more than that they can view it can't share it
    (`may_share`); the `owner` goes by name, where one is known.
    """

    role: Role
    can: tuple[Recipient, ...]
    others: tuple[tuple[Recipient, Role | None], ...]
    unknown: tuple[str, ...] = ()
    sees_all: bool = True
    sees_groups: bool = True
    opens_for_ours: bool = False
    opens_for_all: bool = False
    may_share: bool = True
    owner: str = ""

    @property
    def is_sure(self) -> bool:
        return self.sees_all and self.sees_groups


def here(item: ShareableItem, found: Here, key: str) -> Card:
    """`key` is of the button that plans a share with the others."""
    is_edit = found.role is Role.WRITE
    title = _("Can everybody here edit this?") if is_edit else _("Can everybody here open this?")
    actions = [*_shares(key), *([link(_("Open in Microsoft 365"), item.web_url)] if item.web_url else [])]
    summary = sentences(title, apart(item.name))
    return card(heading(title), file(item), *_people(found), actions=actions, summary=summary)


def pasted(key: str) -> Card:
    """Becomes a part of somebody's message, so everybody reads it: no file, no name and no number is on it.

    `key` is of the button that plans a share with those who can't, for whoever pasted the link.
    """
    title = _("Not everybody here can open this link")
    told = _("So it was when it was pasted. Only whoever pasted it sees who that is, and can share it with them.")
    return card(
        heading(title),
        line(told),
        actions=[opens_dialog(_("See who, and share…"), {"verb": "links.give", "about": key})],
        summary=title,
    )


def also_here(made: Card, found: Here, key: str) -> Card:
    """The card of who has access, with who of the chat it is asked in."""
    asked = block(line(run(_("In this chat"), bold=True)), *_people(found), separator=True)
    return {**made, "body": [*made["body"], asked], "actions": [*_shares(key), *made.get("actions", ())]}


def _shares(key: str) -> list[Action]:
    return [button(_("Share with them…"), "access.give", key, inputs=False)] if key else []


def _people(found: Here) -> list[Element]:
    said: list[Element] = []
    if found.others:
        said.append(_others(found))
    if found.can and (found.others or found.unknown):
        title = _("Can edit it") if found.role is Role.WRITE else _("Can open it")
        count = _("{title}: {count}", title=title, count=len(found.can))
        said.append(block(small(count), line(by_name(found.can)), separator=True))
    elif not found.others and not found.unknown:
        everybody = _("Yes, everybody can edit it.") if found.role is Role.WRITE else _("Yes, everybody can open it.")
        said.append(line(run(everybody, bold=True, colour="Good")))
    if found.unknown:
        names = listed([apart(each) for each in found.unknown[:IN_A_SENTENCE]])
        said.append(warning(_("Teams tells me no address of: {names}. So I can't tell.", names=names)))
    return [*said, *(small(each) for each in _notes(found))]


def _others(found: Here) -> Element:
    is_edit = found.role is Role.WRITE
    if found.is_sure:
        title = _("Can't edit it") if is_edit else _("Can't open it")
    else:
        title = _("I can't see whether they can edit it") if is_edit else _("I can't see whether they can open it")
    people = [each for each, _now in found.others]
    rows = [line(by_name(people))] if len(people) > AT_ONCE else [_row(each, now, found) for each, now in found.others]
    return block(small(_("{title}: {count}", title=title, count=len(people))), *rows, separator=True)


def _row(who: Recipient, now: Role | None, found: Here) -> Element:
    has = _(CAN[now]) if now else _("no access") if found.is_sure else _("can't be seen")
    return person(who, run(has, subtle=True))


def _notes(found: Here) -> list[str]:
    notes: list[str] = []
    if found.others and found.opens_for_all:
        notes.append(_("Anybody who has the link to it can open it, too."))
    elif found.others and found.opens_for_ours:
        notes.append(_("Whoever in the organisation has the link to it can open it, too."))
    if found.others and not found.sees_all:
        notes.append(_("Microsoft 365 shows the access of others to its owners only. This is what it shows you."))
    if found.others and not found.may_share and found.owner:
        notes.append(_("You can only view it. {name} can share it with them.", name=apart(found.owner)))
    elif found.others and not found.may_share:
        notes.append(_("You can only view it. Whoever can edit it can share it with them."))
    if found.others and not found.sees_groups:
        notes.append(_("Who is in a group I can't see from here."))
    return notes
