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
from bot.texts import _, when
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
    body = [heading(title), file(plan.item), block(*(_step(step, plan) for step in plan.steps), separator=True)]
    if nothing:
        return card(*body, actions=[link("Open file", plan.item.web_url)], summary=f"{title}: {apart(plan.item.name)}")
    body += _terms(plan)
    share = _("Share") if _ends(plan) else _("Share without an end")
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


def done(receipt: ShareReceipt, key: str) -> Card:
    granted = len(receipt.granted())
    failed = [grant for grant in receipt.grants if grant.outcome in (Outcome.REFUSED, Outcome.UNSURE)]
    if not failed:
        title, colour = ("Shared", "Good") if granted else ("Nothing to change", "Default")
    else:
        title, colour = ("Shared in part", "Warning") if granted else ("Not shared", "Attention")
    body = [heading(title, colour), file(receipt.plan.item)]
    body.append(block(*(_grant(grant, receipt.plan.role) for grant in receipt.grants), separator=True))
    if granted:
        checked = "I read the permissions back" if receipt.checked else "I could not read the permissions back"
        body.append(block(small(f"{checked}. Microsoft 365 was asked to mail whoever is new.")))
    actions = [link("Open file", receipt.plan.item.web_url)]
    if granted and receipt.plan.sees_all:
        actions.append(button(_("Undo"), "ends.undo", key))
    if granted and (end := _end(receipt.plan.until)):
        if _ends(receipt.plan):
            body.append(small(_("Until {when}: then I end it.", when=when(end))))
            actions.append(button(_("End now"), "ends.now", key))
        else:
            body.append(small(_("This access has no end: it stays until somebody removes it."), "Warning"))
    return card(
        *body,
        actions=actions,
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
        file(plan.item),
        actions=[link("Open in Microsoft 365", plan.item.web_url)],
        summary=f"{apart(plan.asker.name)} shared {apart(plan.item.name)} with you. You can {can} it.",
    )


def file(item: ShareableItem) -> Element:
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
        return person(step.recipient, run(now, subtle=True), "already")
    return person(step.recipient, run(CAN[plan.role], bold=True, colour="Good"), f"now: {now}")


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
    return {"type": "Container", "items": [person(grant.recipient, what), *remark], "spacing": "Medium"}


def person(who: Recipient, what: Element, beneath: str = "") -> Element:
    """Who at the left, what at the right."""
    lines = [line(run(who.name, bold=True), spacing="None")]
    if who.email and who.name != who.email:
        lines.append(small(who.email))
    if who.is_group:
        lines.append(small("a group: everybody in it"))
    if who.is_outside:
        lines.append(small("outside your organisation", "Warning"))
    return beside_each_other(lines, [line(what, spacing="None"), *([small(beneath)] if beneath else [])])


def _terms(plan: SharePlan) -> list[Element]:
    everything = "Everything in this folder comes along. " if plan.item.is_folder else ""
    mails = "Microsoft 365 mails them" if plan.mail else "Microsoft 365 sends no mail"
    signs_in = "they have to sign in" if plan.sign_in else "they need no sign-in"
    terms = [block(small(f"{everything}{mails}, and {signs_in}."))]
    if plan.message:
        terms.append(block(small("The mail says:"), line(plan.message)))
    if end := _end(plan.until):
        if _ends(plan):
            terms.append(small(_("Until {when}: I end it then, and what was before is there again.", when=when(end))))
        else:
            terms.append(
                small(
                    _(
                        "You said until {when}. Microsoft 365 lets only owners of this end access: "
                        "it would stay until one of them removes it.",
                        when=when(end),
                    ),
                    "Warning",
                )
            )
    return terms


def _ends(plan: SharePlan) -> bool:
    """Whether it ends as it was said to: whoever does not see others' access can't take it back either."""
    return plan.sees_all or not _end(plan.until)


def _end(until: Expiry | None) -> dt.datetime | None:
    return until.at if until else None


def _names(people: tuple[Recipient, ...]) -> str:
    return ", ".join(apart(person.name) for person in people)


def _day(moment: dt.datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"
