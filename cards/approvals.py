"""The cards of a share that a second person has to approve: what they are asked, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bot.sharing import Decision, Role, Ruling, SharePlan
from bot.texts import _, either, sentences, when
from cards.elements import Card, Element, apart, block, button, card, filled, heading, line, run, small, text
from cards.many import IN_A_SENTENCE, in_a_sentence
from cards.share import file, people_of, terms, warning

LONGEST_REASON = 500


def waiting(plan: SharePlan, names: Sequence[str], due: dt.datetime, key: str) -> Card:
    """For whoever shares it."""
    asked = _("I asked {names}. Nothing is shared before they approve it.", names=_either(names))
    return card(
        heading(_("Waiting for approval")),
        file(plan.item),
        *people_of(plan),
        line(asked),
        small(_("Without an answer until {when} nothing happens, and I tell you.", when=when(due))),
        actions=[button(_("Withdraw"), "share.cancel", key)],
        summary=sentences(_("Waiting for approval"), asked),
    )


def wanted(plan: SharePlan, rulings: Sequence[Ruling], due: dt.datetime, key: str) -> Card:
    """For whoever may approve it: who, what, which right, with whom, until when, and why they are asked."""
    body: list[Element] = [
        heading(_("May this be shared?")),
        line(*filled(_("{who} wants to share this, and needs a second person."), who=run(plan.asker.name, bold=True))),
        file(plan.item),
        *people_of(plan),
        *terms(plan, rulings=()),
        *(warning(each.words) for each in rulings),
        small(_("You can answer until {when}. Without an answer nothing is shared.", when=when(due))),
        text("reason", _("Why (you may leave this empty)"), {}, lines=True, most=LONGEST_REASON),
    ]
    return card(
        *body,
        actions=[
            button(_("Approve"), "approvals.approve", key, style="positive"),
            button(_("Decline"), "approvals.decline", key),
        ],
        summary=_asks(plan),
    )


def answered(plan: SharePlan, *, is_approved: bool) -> Card:
    """For whoever has just answered."""
    name = apart(plan.asker.name)
    title = _("Approved") if is_approved else _("Declined")
    sentence = (
        _("It is shared as {name} now, and I tell them.", name=name)
        if is_approved
        else _("Nothing is shared. I tell {name}.", name=name)
    )
    return card(heading(title), file(plan.item), line(sentence), summary=sentences(title, sentence))


def approved_in_part(plan: SharePlan) -> Card:
    """Another rule wants somebody else."""
    sentence = _("Another rule wants somebody else to approve it as well.")
    return card(heading(_("Approved")), file(plan.item), line(sentence), summary=sentences(_("Approved"), sentence))


def approved(plan: SharePlan, name: str) -> Card:
    sentence = _("{name} approved what you wanted to share, and it is done.", name=apart(name))
    return card(heading(_("Approved")), file(plan.item), line(sentence), summary=sentence)


def not_shared_yet(plan: SharePlan, name: str, key: str) -> Card:
    sentence = _("{name} approved what you wanted to share, but I could not do it yet.", name=apart(name))
    return card(
        heading(_("Approved")),
        file(plan.item),
        line(sentence),
        actions=[button(_("Share"), "share.confirm", key, style="positive")],
        summary=sentence,
    )


def declined(plan: SharePlan, name: str, reason: str) -> Card:
    sentence = _("{name} did not approve this, so nothing is shared.", name=apart(name))
    why = [block(small(_("Why:")), line(reason))] if reason else []
    return card(heading(_("Not approved")), file(plan.item), line(sentence), *why, summary=sentence)


def lapsed(plan: SharePlan, names: Sequence[str]) -> Card:
    sentence = _("Nobody approved this in time, so nothing is shared. I had asked {names}.", names=_either(names))
    return card(heading(_("Not approved")), file(plan.item), line(sentence), summary=sentence)


def settled(plan: SharePlan, name: str, decision: Decision) -> Card:
    """For the others who were asked, and for a press that comes late: there is nothing left to answer."""
    who = apart(name)
    match decision:
        case Decision.ALLOWED:
            sentence = _("{name} has approved this, and that stands.", name=who)
        case Decision.DECLINED:
            sentence = _("{name} has not approved this, and that stands.", name=who)
        case Decision.OVER | Decision.LAPSED:
            sentence = _("This was withdrawn, or its time is over: nothing is shared.")
    return card(heading(_("No longer asked")), file(plan.item), line(sentence), summary=sentence)


def _asks(plan: SharePlan) -> str:
    name, name_of_file, people = apart(plan.asker.name), apart(plan.item.name), in_a_sentence(plan.to_grant)
    if plan.role is Role.WRITE:
        return _(
            "{name} wants to share {file} with {people}, who can edit it then. May they?",
            name=name,
            file=name_of_file,
            people=people,
        )
    return _(
        "{name} wants to share {file} with {people}, who can view it then. May they?",
        name=name,
        file=name_of_file,
        people=people,
    )


def _either(names: Sequence[str]) -> str:
    some = [apart(each) for each in names[:IN_A_SENTENCE]]
    if len(names) > IN_A_SENTENCE:
        return _("{names} and {count} more", names=", ".join(some), count=len(names) - len(some))
    return either(some)
