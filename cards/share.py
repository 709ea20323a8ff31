"""The cards of a share: which one did you mean, shall I, done, and what a recipient is told."""

from __future__ import annotations

import datetime as dt

from bot.sharing import (
    Change,
    Expiry,
    Grant,
    Outcome,
    Recipient,
    Role,
    ShareableItem,
    SharePlan,
    ShareReceipt,
    Step,
    UnclearRequest,
)
from bot.texts import _
from cards.elements import (
    Card,
    Element,
    apart,
    beside,
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

CAN = {Role.READ: "can view", Role.WRITE: "can edit", Role.OWNER: "owns it"}
MARKS = {
    "xlsx": "📊",
    "csv": "📊",
    "docx": "📝",
    "txt": "📝",
    "md": "📝",
    "pptx": "📽️",
    "pdf": "📕",
    "png": "🖼️",
    "jpg": "🖼️",
}


def confirm(plan: SharePlan, key: str) -> Card:
    """Exactly what a click would do."""
    nothing = not plan.to_grant
    title = "Nothing to change" if nothing else "Share this?"
    body = [heading(title), _file(plan.item), block(*(_step(step, plan) for step in plan.steps), separator=True)]
    if nothing:
        return card(*body, actions=[link("Open file", plan.item.web_url)], summary=f"{title}: {apart(plan.item.name)}")
    body += _terms(plan)
    share = "Share without an end" if _end(plan.until) else "Share"
    return card(
        *body,
        actions=[
            button(share, "share.confirm", key, style="positive"),
            button(_("Change…"), "share.change", key),
            button("Cancel", "share.cancel", key),
        ],
        summary=f"Share {apart(plan.item.name)} with {_names(plan.to_grant)}? They {CAN[plan.role]}.",
    )


def choose(unclear: UnclearRequest, key: str) -> Card:
    inputs = [
        choice(
            question.slot,
            f"“{question.words}” may be"
            if len(question.options) == 1
            else f"“{question.words}” fits {len(question.options)}",
            [(f"{apart(option.title)} — {apart(option.detail)}", option.key) for option in question.options],
        )
        for question in unclear.questions
    ]
    return card(
        heading("Which one do you mean?"),
        *inputs,
        actions=[
            button("Continue", "share.choose", key, style="positive"),
            button("Cancel", "share.cancel", key, inputs=False),
        ],
        summary="Which one do you mean? " + ", ".join(question.words for question in unclear.questions),
    )


def done(receipt: ShareReceipt) -> Card:
    granted = len(receipt.granted())
    failed = [grant for grant in receipt.grants if grant.outcome in (Outcome.REFUSED, Outcome.UNSURE)]
    if not failed:
        title, colour = ("Shared", "Good") if granted else ("Nothing to change", "Default")
    else:
        title, colour = ("Shared in part", "Warning") if granted else ("Not shared", "Attention")
    body = [heading(title, colour), _file(receipt.plan.item)]
    body.append(block(*(_grant(grant, receipt.plan.role) for grant in receipt.grants), separator=True))
    if granted:
        checked = "I read the permissions back" if receipt.checked else "I could not read the permissions back"
        body.append(block(small(f"{checked}. Microsoft 365 was asked to mail whoever is new.")))
    if granted and _end(receipt.plan.until):
        body.append(small("This access has no end: it stays until somebody removes it.", "Warning"))
    return card(
        *body,
        actions=[link("Open file", receipt.plan.item.web_url)],
        summary=f"{title}: {apart(receipt.plan.item.name)}",
    )


def cancelled(item: str | None) -> Card:
    return card(
        heading("Cancelled"),
        line("Nothing was shared." if item is None else f"{apart(item)} was not shared."),
        summary="Cancelled",
    )


def shared_with_you(plan: SharePlan) -> Card:
    can = "edit" if plan.role is Role.WRITE else "view"
    what = "folder" if plan.item.is_folder else "file"
    return card(
        heading("Shared with you"),
        line(run(plan.asker.name, bold=True), f" shared a {what} with you. You can ", run(can, bold=True), " it."),
        _file(plan.item),
        actions=[link("Open in Microsoft 365", plan.item.web_url)],
        summary=f"{apart(plan.asker.name)} shared {apart(plan.item.name)} with you. You can {can} it.",
    )


def _file(item: ShareableItem) -> Element:
    mark = "📁" if item.is_folder else MARKS.get(item.name.rpartition(".")[2].lower(), "📄")
    about = [apart(item.place)]
    if item.owner:
        about.append(f"by {apart(item.owner)}")
    if item.modified:
        about.append(f"changed {_day(item.modified)}")
    return beside(mark, line(run(item.name, bold=True), spacing="None"), small(" · ".join(about)))


def _step(step: Step, plan: SharePlan) -> Element:
    now = CAN[step.now] if step.now else _nothing(plan)
    if step.change is Change.HAS_IT:
        return _person(step.recipient, run(now, subtle=True), "already")
    return _person(step.recipient, run(CAN[plan.role], bold=True, colour="Good"), f"now: {now}")


def _nothing(plan: SharePlan) -> str:
    """What somebody can do who is not named among those with access."""
    if not plan.sees_all:
        return "not shown to you"
    return "none of their own" if plan.has_groups else "no access"


def _grant(grant: Grant, role: Role) -> Element:
    match grant.outcome:
        case Outcome.GRANTED:
            what = run(f"✓ {CAN[role]}", bold=True, colour="Good")
        case Outcome.HAD_IT:
            what = run("had it already", subtle=True)
        case Outcome.REFUSED:
            what = run("✗ refused", bold=True, colour="Attention")
        case Outcome.UNSURE:
            what = run("? not sure", bold=True, colour="Warning")
    remark = [small(grant.remark)] if grant.remark else []
    return {"type": "Container", "items": [_person(grant.recipient, what), *remark], "spacing": "Medium"}


def _person(person: Recipient, what: Element, beneath: str = "") -> Element:
    """Who at the left, what at the right."""
    who = [line(run(person.name, bold=True), spacing="None")]
    if person.email and person.name != person.email:
        who.append(small(person.email))
    if person.is_group:
        who.append(small("a group: everybody in it"))
    if person.is_outside:
        who.append(small("outside your organisation", "Warning"))
    return beside_each_other(who, [line(what, spacing="None"), *([small(beneath)] if beneath else [])])


def _terms(plan: SharePlan) -> list[Element]:
    everything = "Everything in this folder comes along. " if plan.item.is_folder else ""
    mails = "Microsoft 365 mails them" if plan.mail else "Microsoft 365 sends no mail"
    signs_in = "they have to sign in" if plan.sign_in else "they need no sign-in"
    terms = [block(small(f"{everything}{mails}, and {signs_in}."))]
    if plan.message:
        terms.append(block(small("The mail says:"), line(plan.message)))
    if end := _end(plan.until):
        terms.append(
            small(
                f"You said until {_moment(end)}. I can't end access by myself yet: "
                "this would stay until somebody removes it.",
                "Warning",
            )
        )
    return terms


def _end(until: Expiry | None) -> dt.datetime | None:
    return until.at if until else None


def _names(people: tuple[Recipient, ...]) -> str:
    return ", ".join(apart(person.name) for person in people)


def _day(moment: dt.datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _moment(moment: dt.datetime) -> str:
    return f"{moment:%A} {_day(moment)}, {moment:%H:%M} ({moment.tzinfo})"
