"""The cards of a share that a second person has to approve: what they are asked, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.sharing import Decision, Role, Ruling, SharePlan
from bot.texts import _, sentences, several, when
from cards.elements import Action, Card, Element, apart, block, button, card, filled, heading, line, run, small, text
from cards.files import files, of_all, paged, people, shared_as
from cards.many import all_of, in_a_sentence, waits_for
from cards.share import file, people_of, terms, warning

LONGEST_REASON = 500


def waiting(plan: SharePlan, asked: Iterable[Sequence[str]], due: dt.datetime, key: str) -> Card:
    """For whoever shares it. `asked` are the names of those who may say yes; each rule wants one of its own."""
    before = sentences(*(waits_for(each) for each in asked))
    return card(
        heading(_("Waiting for approval")),
        file(plan.item),
        *people_of(plan),
        line(before),
        small(_("Without an answer until {when} nothing happens, and I tell you.", when=when(due))),
        actions=[button(_("Withdraw"), "share.cancel", key)],
        summary=sentences(_("Waiting for approval"), before),
    )


def wanted(plans: Sequence[SharePlan], rulings: Sequence[Ruling], due: dt.datetime, key: str, *, page: int = 0) -> Card:
    """For whoever may approve it: who, what, which right, with whom, until when, and why they are asked."""
    asker = plans[0].asker
    what, turns = _one(plans[0], rulings) if len(plans) == 1 else _all(plans, rulings, key, page)
    body: list[Element] = [
        heading(_("May this be shared?")),
        line(*filled(_("{who} wants to share this, and needs a second person."), who=run(asker.name, bold=True))),
        *what,
        small(_("You can answer until {when}. Without an answer nothing is shared.", when=when(due))),
        text("reason", _("Why (you may leave this empty)"), {}, lines=True, most=LONGEST_REASON),
    ]
    return card(
        *body,
        actions=[
            button(_("Approve"), "approvals.approve", key, style="positive"),
            button(_("Decline"), "approvals.decline", key),
            *turns,
        ],
        summary=asks(plans),
    )


def _one(plan: SharePlan, rulings: Sequence[Ruling]) -> tuple[list[Element], list[Action]]:
    return [file(plan.item), *people_of(plan), *_terms(plan), *_why(rulings)], []


def _all(
    plans: Sequence[SharePlan], rulings: Sequence[Ruling], key: str, page: int
) -> tuple[list[Element], list[Action]]:
    """File by file; what is the same for each is said once."""
    rules = {each.rule for each in rulings}
    is_same = len({(plan.role, plan.to_grant) for plan in plans}) == 1
    says_end = len({plan.until for plan in plans}) > 1
    says_rules = len({plan.approvals for plan in plans}) > 1
    rows = [
        shared_as(
            plan,
            block(*people([plan])) if not is_same else None,
            *(warning(each.words) for each in plan.approvals if says_rules and each.rule in rules),
            says_end=says_end,
        )
        for plan in plans
    ]
    shown, turns = paged(rows, key, page, "approvals.page")
    why = [] if says_rules else _why(rulings)
    return [*(people(plans) if is_same else []), *shown, *_terms(of_all(plans)), *why], turns


def _terms(plan: SharePlan) -> list[Element]:
    """Without what is for the sharer, who alone can undo it, and without the rules that they are asked for."""
    return terms(replace(plan, undo=0), rulings=())


def _why(rulings: Sequence[Ruling]) -> list[Element]:
    return [warning(each.words) for each in rulings]


def answered(plans: Sequence[SharePlan], *, is_approved: bool) -> Card:
    """For whoever has just answered."""
    name = apart(plans[0].asker.name)
    title = _("Approved") if is_approved else _("Declined")
    sentence = (
        _("I share it as {name} now, and tell them whether it worked.", name=name)
        if is_approved
        else _("Nothing is shared. I tell {name}.", name=name)
    )
    return card(heading(title), *files(plans), line(sentence), summary=sentences(title, sentence))


def approved_in_part(plans: Sequence[SharePlan]) -> Card:
    """Another rule wants somebody else."""
    sentence = _("Another rule wants somebody else to approve it as well.")
    return card(heading(_("Approved")), *files(plans), line(sentence), summary=sentences(_("Approved"), sentence))


def approved(plan: SharePlan, name: str, reason: str = "") -> Card:
    sentence = _("{name} approved what you wanted to share, and it is done.", name=apart(name))
    return card(heading(_("Approved")), file(plan.item), line(sentence), *_said(reason), summary=sentence)


def not_shared_yet(plan: SharePlan, name: str, key: str, reason: str = "") -> Card:
    sentence = _("{name} approved what you wanted to share, but I could not do it yet.", name=apart(name))
    return card(
        heading(_("Approved")),
        file(plan.item),
        line(sentence),
        *_said(reason),
        actions=[button(_("Share"), "share.confirm", key, style="positive")],
        summary=sentence,
    )


def declined(plans: Sequence[SharePlan], name: str, reason: str) -> Card:
    sentence = _("{name} did not approve this, so nothing is shared.", name=apart(name))
    return card(heading(_("Not approved")), *files(plans), line(sentence), *_said(reason), summary=sentence)


def _said(reason: str) -> list[Element]:
    return [block(small(_("Why:")), line(reason))] if reason else []


def lapsed(plans: Sequence[SharePlan], names: Sequence[str]) -> Card:
    sentence = _("This was not approved in time, so nothing is shared. I had asked {names}.", names=all_of(names))
    return card(heading(_("Not approved")), *files(plans), line(sentence), summary=sentence)


def settled(plans: Sequence[SharePlan], name: str, decision: Decision) -> Card:
    """For the others who were asked, and for a press that comes late: there is nothing left to answer."""
    who = apart(name)
    match decision:
        case Decision.ALLOWED:
            sentence = _("{name} has approved this, and that stands.", name=who)
        case Decision.DECLINED:
            sentence = _("{name} has not approved this, and that stands.", name=who)
        case Decision.OVER | Decision.LAPSED:
            sentence = _("This was withdrawn, or its time is over: nothing is shared.")
    return card(heading(_("No longer asked")), *files(plans), line(sentence), summary=sentence)


def asks(plans: Sequence[SharePlan]) -> str:
    """The question in one sentence."""
    plan, count = plans[0], len(plans)
    name, name_of_file, people = apart(plan.asker.name), apart(plan.item.name), in_a_sentence(plan.to_grant)
    if count > 1:
        return several(
            count,
            "{name} wants to share {count} file. May they?",
            "{name} wants to share {count} files. May they?",
            name=name,
        )
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
