"""The cards of a chat that something was shared with: who came is offered to the sharer, and who left."""

from __future__ import annotations

import datetime as dt

from bot.sharing import Chat, Recipient, Returned, Role, SharePlan, Step
from bot.texts import _, day, sentences, several, when
from cards.elements import Card, Element, apart, block, button, card, heading, line, run, small
from cards.many import AT_ONCE, by_name, in_a_sentence
from cards.received import now
from cards.share import CAN, file, opens_there, person, step, terms


def joined(plan: SharePlan, chat: Chat, key: str, *, is_known: bool) -> Card:
    """The plan is what a press would do; `is_known`: what they can do now could be looked up."""
    people = [each.recipient for each in plan.steps]
    came = _came(in_a_sentence(people), len(people), chat)
    asked = _("Share this with them as well?")
    return card(
        heading(_("Somebody new in the chat")),
        line(sentences(came, asked)),
        file(plan.item),
        _people(plan, is_known=is_known),
        *terms(plan),
        actions=[
            button(_("Share"), "roster.share", key, style="positive"),
            button(_("No thanks"), "roster.decline", key),
            opens_there(plan.item),
        ],
        summary=sentences(came, _offered(plan)),
    )


def _came(people: str, count: int, chat: Chat) -> str:
    if chat.name:
        name = apart(chat.name)
        return several(count, "{people} joined {chat}.", "{people} have joined {chat}.", people=people, chat=name)
    return several(
        count,
        "{people} joined the chat in which you shared this.",
        "{people} have joined the chat in which you shared this.",
        people=people,
    )


def _offered(plan: SharePlan) -> str:
    """In one sentence, with the end."""
    file, ends = apart(plan.item.name), plan.until.at if plan.until else None
    can = _(CAN[plan.role])
    if ends:
        return _("Share {file} with them as well ({access}, until {when})?", file=file, access=can, when=when(ends))
    return _("Share {file} with them as well ({access})?", file=file, access=can)


def _people(plan: SharePlan, *, is_known: bool) -> Element:
    if len(plan.steps) > AT_ONCE:
        names = by_name([each.recipient for each in plan.steps])
        return block(line(names, ": ", run(_(CAN[plan.role]), bold=True)), separator=True)
    return block(*(_row(each, plan, is_known=is_known) for each in plan.steps), separator=True)


def _row(each: Step, plan: SharePlan, *, is_known: bool) -> Element:
    if is_known:
        return step(each, plan)
    return person(each.recipient, run(_(CAN[plan.role]), bold=True))


def left(plan: SharePlan, recipient: Recipient, has: Role, chat: Chat, key: str, *, shared: dt.datetime) -> Card:
    """What somebody still `has` who left, and by which share: the one that was done when `shared` says."""
    name = apart(recipient.name)
    gone = (
        _("{name} left {chat}, and can still open what you shared there.", name=name, chat=apart(chat.name))
        if chat.name
        else _("{name} left the chat in which you shared this, and can still open it.", name=name)
    )
    ends = plan.until.at if plan.until else None
    return card(
        heading(_("Somebody has left the chat")),
        line(gone),
        file(plan.item),
        block(
            person(recipient, run(_(CAN[has]), bold=True), _("you shared this on {day}", day=day(shared))),
            separator=True,
        ),
        small(_("Until {when}: then I end it.", when=when(ends))) if ends else small(_("No end date, as now.")),
        actions=[
            button(_("Take it away"), "roster.take", key, style="positive"),
            button(_("Leave it as it is"), "roster.decline", key),
            opens_there(plan.item),
        ],
        summary=sentences(gone, _("Take {file} away from {name}?", file=apart(plan.item.name), name=name)),
    )


def taken(plan: SharePlan, returned: Returned) -> Card:
    """For the sharer: what somebody who left can do now."""
    return card(
        heading(_("Taken away"), "Good"),
        file(plan.item),
        block(now(returned), separator=True),
        small(sentences(_("Checked: this is what they can do now."), _("I tell them, if I reach them in Teams."))),
        actions=[opens_there(plan.item)],
        summary=_("{title}: {file}", title=_("Taken away"), file=apart(plan.item.name)),
    )


def declined(plan: SharePlan, *, is_of_leaver: bool) -> Card:
    title = _("Left as it is") if is_of_leaver else _("Not shared")
    sentence = (
        _("I change nothing: they keep what they can do.")
        if is_of_leaver
        else _("I shared nothing with whoever joined. You can do that at any time.")
    )
    return card(heading(title), file(plan.item), line(sentence), summary=sentences(title, sentence))


def shared_before(plan: SharePlan) -> Card:
    sentence = _("You have decided this already, and that stands.")
    return card(heading(_("Decided already")), file(plan.item), line(sentence), summary=sentence)


def over(plan: SharePlan) -> Card:
    """What was offered is not to be decided any more."""
    sentence = _("Nothing is left to decide: what you shared there has ended, or they have come or gone since.")
    return card(heading(_("No longer asked")), file(plan.item), line(sentence), summary=sentence)
