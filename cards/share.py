"""The cards of a share: which one did you mean, shall I, done, and what a recipient is told."""

from __future__ import annotations

import datetime as dt

from bot.sharing import (
    Change,
    Expiry,
    Grant,
    Outcome,
    Question,
    Recipient,
    Role,
    ShareableItem,
    SharePlan,
    ShareReceipt,
    Step,
    UnclearRequest,
)
from bot.texts import _, day, later, listed, sentences, several, when
from cards.elements import (
    Action,
    Card,
    Element,
    apart,
    beside,
    beside_each_other,
    block,
    button,
    card,
    choice,
    filled,
    heading,
    line,
    link,
    run,
    small,
)

CAN = {Role.READ: later("can view"), Role.WRITE: later("can edit"), Role.OWNER: later("owns it")}
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
    title = _("Nothing to change") if nothing else _("Share this?")
    body = [heading(title), file(plan.item), block(*(_step(step, plan) for step in plan.steps), separator=True)]
    if nothing:
        return card(*body, actions=[_opens(plan.item)], summary=_about(title, plan.item))
    body += _terms(plan)
    share = _("Share") if _ends(plan) else _("Share without an end")
    return card(
        *body,
        actions=[
            button(share, "share.confirm", key, style="positive"),
            button(_("Change…"), "share.change", key),
            button(_("Cancel"), "share.cancel", key),
        ],
        summary=_asked(plan),
    )


def choose(unclear: UnclearRequest, key: str) -> Card:
    body = [choice(each.slot, _fits(each), _options(each, unclear)) for each in unclear.asked]
    turns: list[Action] = []
    if unclear.is_paged:
        shown, count = unclear.shown, len(unclear.asked[0].options)
        body.append(
            small(
                _("{first} to {last} of {count}", first=shown.start + 1, last=shown.stop, count=count), spacing="Small"
            )
        )
        if shown.stop < count:
            turns.append(button(_("More…"), "share.page", f"{key}.{unclear.page + 1}", inputs=False))
        if unclear.page:
            turns.append(button(_("Back"), "share.page", f"{key}.{unclear.page - 1}", inputs=False))
    return card(
        heading(_("Which one do you mean?")),
        *body,
        actions=[
            button(_("Continue"), f"{unclear.wanted}.choose", key, style="positive"),
            *turns,
            button(_("Cancel"), "share.cancel", key, inputs=False),
        ],
        summary=sentences(_("Which one do you mean?"), ", ".join(apart(question.words) for question in unclear.asked)),
    )


def _fits(question: Question) -> str:
    count, words = len(question.options), question.words
    if count == 1:
        return _("“{words}” may be", words=words)
    return several(count, "“{words}” fits {count}", "“{words}” fits {count}", words=words)


def _options(question: Question, unclear: UnclearRequest) -> list[tuple[str, str]]:
    """Those of the page, by their numbers; without pages all, as they are told apart by themselves."""
    named = [(f"{apart(each.title)} — {apart(each.detail)}", each.key) for each in question.options]
    if not unclear.is_paged:
        return named
    return [(f"{place + 1}. {named[place][0]}", named[place][1]) for place in unclear.shown]


def done(receipt: ShareReceipt, key: str) -> Card:
    granted = len(receipt.granted())
    failed = [grant for grant in receipt.grants if grant.outcome in (Outcome.REFUSED, Outcome.UNSURE)]
    if not failed:
        title, colour = (_("Shared"), "Good") if granted else (_("Nothing to change"), "Default")
    elif granted:
        title, colour = _("Shared in part"), "Warning"
    elif any(grant.outcome is Outcome.UNSURE for grant in failed):
        title, colour = _("I don't know whether this was shared"), "Warning"
    else:
        title, colour = _("Not shared"), "Attention"
    body = [heading(title, colour), file(receipt.plan.item)]
    body.append(block(*(_grant(grant, receipt.plan.role) for grant in receipt.grants), separator=True))
    if granted:
        checked = (
            _("Checked: the access is there.") if receipt.checked else _("I could not check what they can do now.")
        )
        mailed = [_("Microsoft 365 was asked to mail whoever is new.")] if receipt.plan.mail else []
        body.append(block(small(sentences(checked, *mailed))))
    actions = [_opens(receipt.plan.item)]
    if granted:
        actions.append(button(_("Who has access"), "access.of_share", key))
    if granted and receipt.plan.sees_all:
        actions.append(button(_("Undo"), "ends.undo", key))
    if granted and (end := _end(receipt.plan.until)):
        if _ends(receipt.plan):
            body.append(small(_("Until {when}: then I end it.", when=when(end))))
            actions.append(button(_("End now"), "ends.now", key))
        else:
            body.append(_warning(_("This access has no end: it stays until somebody removes it.")))
    return card(
        *body,
        actions=actions,
        summary=_about(title, receipt.plan.item),
    )


def cancelled(item: str | None) -> Card:
    return card(
        heading(_("Cancelled")),
        line(_("Nothing was shared.") if item is None else _("{file} was not shared.", file=apart(item))),
        summary=_("Cancelled"),
    )


def shared_with_you(plan: SharePlan) -> Card:
    can = _("You can edit it.") if plan.role is Role.WRITE else _("You can view it.")
    what = _("{who} shared a folder with you.") if plan.item.is_folder else _("{who} shared a file with you.")
    shared = _("{who} shared {file} with you.", who=apart(plan.asker.name), file=apart(plan.item.name))
    return card(
        heading(_("Shared with you")),
        line(*filled(sentences(what, can), who=run(plan.asker.name, bold=True))),
        file(plan.item, by=plan.item.owner != plan.asker.name),
        *([block(line(plan.message))] if plan.message else []),
        actions=[_opens(plan.item)],
        summary=sentences(shared, can),
    )


def _opens(item: ShareableItem) -> Action:
    return link(_("Open in Microsoft 365"), item.web_url)


def _about(title: str, item: ShareableItem) -> str:
    return _("{title}: {file}", title=title, file=apart(item.name))


def _asked(plan: SharePlan) -> str:
    file, people = apart(plan.item.name), listed([apart(person.name) for person in plan.to_grant])
    if plan.role is Role.WRITE:
        return _("Share {file} with {people}? They can edit.", file=file, people=people)
    return _("Share {file} with {people}? They can view.", file=file, people=people)


def file(item: ShareableItem, *, by: bool = True) -> Element:
    mark = "📁" if item.is_folder else MARKS.get(item.name.rpartition(".")[2].lower(), "📄")
    about = [apart(item.where)]
    if item.owner and by:
        about.append(_("by {name}", name=apart(item.owner)))
    if item.modified:
        about.append(_("changed {day}", day=day(item.modified)))
    said = small(" · ".join(filter(None, about)), spacing="None")
    return beside(mark, line(run(item.name, bold=True), spacing="None"), said)


def _step(step: Step, plan: SharePlan) -> Element:
    now = _(CAN[step.now]) if step.now else _nothing(plan)
    if step.change is Change.HAS_IT:
        return person(step.recipient, run(now, subtle=True), _("already"))
    return person(step.recipient, run(_(CAN[plan.role]), bold=True, colour="Good"), _("now: {access}", access=now))


def _nothing(plan: SharePlan) -> str:
    """What somebody can do who is not named among those with access."""
    if not plan.sees_all:
        return _("not shown to you")
    return _("none of their own") if plan.has_groups else _("no access")


def _grant(grant: Grant, role: Role) -> Element:
    match grant.outcome:
        case Outcome.GRANTED:
            what = run(f"✓ {_(CAN[role])}", bold=True, colour="Good")
        case Outcome.HAD_IT:
            what = run(_("had it already"), subtle=True)
        case Outcome.REFUSED:
            what = run(_("✗ refused"), bold=True, colour="Attention")
        case Outcome.UNSURE:
            what = run(_("? not sure"), bold=True, colour="Warning")
    return person(grant.recipient, what, remark=grant.remark)


def person(who: Recipient, what: Element, about: str = "", remark: str = "") -> Element:
    """Who at the left, what at the right; beneath, over the whole width, what tells them from others."""
    name = beside_each_other(
        [line(run(who.name, bold=True), spacing="None")], [line(what, spacing="None")], spacing="None"
    )
    known = [
        who.email if who.name != who.email else "",
        _("a group: everybody in it") * who.is_group,
        about,
    ]
    beneath = [small(" · ".join(filter(None, known)), spacing="None")] if any(known) else []
    if who.is_outside:
        beneath.append(small("⚠ " + _("outside your organisation"), "Warning", spacing="None"))
    if remark:
        beneath.append(small(remark, spacing="None"))
    return block(name, *beneath)


def _terms(plan: SharePlan) -> list[Element]:
    terms = [block(small(_mailed(plan)))]
    if plan.item.is_folder:
        terms.append(_warning(_("Everything in this folder comes along.")))
    if not plan.sign_in:
        terms.append(_warning(_("They need no sign-in to open it.")))
    if plan.message:
        terms.append(block(small(_("The mail says:")), line(plan.message)))
    if end := _end(plan.until):
        if _ends(plan):
            terms.append(small(_("Until {when}: I end it then, and what was before is there again.", when=when(end))))
        else:
            terms.append(
                _warning(
                    _(
                        "You said until {when}. Microsoft 365 lets only owners of this end access: "
                        "it would stay until one of them removes it.",
                        when=when(end),
                    )
                )
            )
    return terms


def _warning(words: str) -> Element:
    return line(run(f"⚠ {words}", colour="Warning"))


def _mailed(plan: SharePlan) -> str:
    if not plan.sign_in:
        return _("Microsoft 365 mails them.") if plan.mail else _("Microsoft 365 sends no mail.")
    if plan.mail:
        return _("Microsoft 365 mails them, and they have to sign in.")
    return _("Microsoft 365 sends no mail, and they have to sign in.")


def _ends(plan: SharePlan) -> bool:
    """Whether it ends as it was said to: whoever does not see others' access can't take it back either."""
    return plan.sees_all or not _end(plan.until)


def _end(until: Expiry | None) -> dt.datetime | None:
    return until.at if until else None
