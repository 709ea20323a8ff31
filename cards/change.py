"""The cards of a change of access: shall I, done, undone; and what the people are told whose access it is."""

from __future__ import annotations

from bot.changes import Aim, Bar, Became, Changed, ChangePlan, ChangeReceipt, ChangeStep
from bot.sharing import Role, SharePlan
from bot.texts import _, iso_day, later, listed, sentences, when
from cards.elements import Action, Card, Element, apart, block, button, card, date, heading, line, link, run, small
from cards.ended import again
from cards.share import CAN, file, opens_there, person

TITLES = {
    Aim.REMOVE: later("Take this access away?"),
    Aim.LOWER: later("Let them only view this?"),
    Aim.END: later("Change the end of this access?"),
}
BUTTONS = {Aim.REMOVE: later("Remove access"), Aim.LOWER: later("Make viewer"), Aim.END: later("Change end")}
DONE = {Aim.REMOVE: later("Access removed"), Aim.LOWER: later("Can only view now"), Aim.END: later("End changed")}
# Why not, and what can be done instead.
BARS = {
    Bar.NO_ACCESS: later("There is nothing to take away. To give access, say: share it with them."),
    Bar.UNSEEN: later(
        "No access is in their own name. If they have it by a group or a link, I can't see that from here."
    ),
    Bar.OWNER: later("Nobody can take that from an owner by sharing."),
    Bar.LINK: later(
        "By a link that works for whoever has it: nobody can be taken off that alone. "
        "Remove the link in Microsoft 365, then share with those who should keep it."
    ),
}
BARS_TO_LOWER = {
    Bar.LINK: later(
        "A link lets them edit, and that can't be changed. Remove their access, then share it as view only."
    ),
}


def confirm(plan: ChangePlan, key: str) -> Card:
    """Exactly what a click would do, and what it can't."""
    if not plan.to_change:
        title = _("Nothing to change")
        body = [heading(title), file(plan.item), block(*(step(each, plan) for each in plan.steps), separator=True)]
        return card(*body, actions=[_opens(plan)], summary=_about(title, plan))
    title = _(TITLES[plan.aim])
    body = [heading(title), file(plan.item), block(*(step(each, plan) for each in plan.steps), separator=True)]
    if plan.asks_when:
        ends = {step.ends for step in plan.to_change}
        day = next((iso_day(each) for each in ends if each and len(ends) == 1), "")
        return card(
            *body,
            date("until", _("Until when (empty: no end)"), {"until": day}),
            actions=[
                button(_("Continue"), "end.day", key, style="positive"),
                button(_("Cancel"), "change.cancel", key, inputs=False),
            ],
            summary=_asked(plan, title),
        )
    terms = [small(_("I tell them in Teams if I can; no mail goes out."))]
    if plan.item.is_folder and plan.aim is not Aim.END:
        terms.append(small(_("It holds for everything in this folder.")))
    return card(
        *body,
        block(*terms),
        actions=[
            button(_(BUTTONS[plan.aim]), "change.confirm", key, style="positive"),
            button(_("Cancel"), "change.cancel", key),
        ],
        summary=_asked(plan, title),
    )


def cancelled(item: str | None) -> Card:
    unchanged = (
        _("Nothing was changed.") if item is None else _("The access to {file} stays as it is.", file=apart(item))
    )
    return card(heading(_("Cancelled")), line(unchanged), summary=_("Cancelled"))


def result(shown: ChangeReceipt, key: str) -> Card:
    """What came of it, or of its undo."""
    done, plan = shown.done(), shown.plan
    if not done:
        title, colour = _("Not changed"), "Attention"
    elif len(done) < len(shown.changes):
        title, colour = _("Changed in part"), "Warning"
    else:
        title, colour = (_("Change undone") if shown.is_undone else _(DONE[plan.aim])), "Good"
    steps = {step.recipient: step for step in plan.steps}
    rows = [changed(each, plan, steps.get(each.recipient)) for each in shown.changes]
    rows += [] if shown.is_undone else [step(each, plan) for each in plan.steps if each.bar]
    actions = [_opens(plan)]
    if not shown.is_undone and shown.restorable():
        actions.append(button(_("Undo the change"), "change.undo", key))
    return card(
        heading(title, colour),
        file(plan.item),
        block(*rows, separator=True),
        *([block(small(_("Checked: this is what they can do now.")))] if done else []),
        actions=actions,
        summary=_about(title, plan),
    )


def for_them(plan: ChangePlan, change: Changed) -> Card:
    """For somebody whose access it is."""
    who = apart(plan.asker.name)
    until = plan.until.at if plan.until else None
    match change.became:
        case Became.REMOVED:
            title = _("Access ended") if change.now is None else _("Access changed")
            sentence = _("{name} has taken back what was shared with you.", name=who)
        case Became.LOWERED:
            title, sentence = _("Access changed"), _("{name} has changed what you can do with this.", name=who)
        case Became.MOVED if until:
            title = _("Access changed")
            sentence = _("{name} has changed until when you have this: {when}.", name=who, when=when(until))
        case Became.MOVED:
            title, sentence = _("Access changed"), _("{name} lets you keep this: it has no end any more.", name=who)
        case _:
            title = _("Access changed")
            sentence = _("{name} has undone a change: you have again what you had before.", name=who)
    return card(
        heading(title),
        line(sentence),
        file(plan.item),
        line(_now(change, plan)),
        actions=[] if change.now is None else [opens_there(plan.item)],
        summary=_about(title, plan),
    )


def taken(plan: SharePlan) -> Card:
    """For a recipient who comes back to a notice of theirs."""
    title = _("Access ended")
    return card(
        heading(title),
        line(_("{name} has taken back what was shared with you.", name=apart(plan.asker.name))),
        file(plan.item),
        summary=_("{title}: {file}", title=title, file=apart(plan.item.name)),
    )


def _now(change: Changed, plan: ChangePlan) -> str:
    ends = next((each.ends for each in plan.steps if each.recipient == change.recipient), None)
    if change.now is None:
        return _("You have no access of your own any more.")
    if change.became is Became.REMOVED:
        can = _("You can still view it.") if change.now is Role.READ else _("You can still edit it.")
        return sentences(can, _("That comes by a folder, a group or a link, which is not mine to change."))
    if change.became is Became.LOWERED:
        return _("You can only view it now.")
    if change.became is Became.RESTORED and ends:
        return again(change.now, ends)
    return _("You can view it.") if change.now is Role.READ else _("You can edit it.")


def step(step: ChangeStep, plan: ChangePlan) -> Element:
    """What they have now, and what they would have after the click; or why not, and what instead."""
    now = _can(step.now)
    if step.bar:
        ends = _("until {when}", when=when(step.ends)) if step.ends else ""
        return person(step.recipient, run(now, subtle=True), ends, remark=_why(step, plan))
    if plan.asks_when:
        until = _("until {when}", when=when(step.ends)) if step.ends else _("without an end")
        return person(step.recipient, run(now, bold=True), until)
    if step.ends:
        now = _("{access}, until {when}", access=now, when=when(step.ends))
    if plan.aim is Aim.END:
        until = plan.until.at if plan.until else None
        after = _("until {when}", when=when(until)) if until else _("without an end")
        endless = [] if step.ends else [_("without an end")]
        before = " · ".join([_("now: {access}", access=now), *endless])
        return person(step.recipient, run(after, bold=True), before)
    colour = "Attention" if step.after is None else "Default"
    return person(
        step.recipient, run(_can(step.after), bold=True, colour=colour), _("now: {access}", access=now), _stays(step)
    )


def _stays(step: ChangeStep) -> str:
    """Why something is left."""
    if step.after is None or step.after is step.own:
        return ""
    if step.folder:
        return _("They keep that by the folder “{folder}”.", folder=step.folder)
    return _("They keep that by a link.") if step.by_link else ""


def _why(step: ChangeStep, plan: ChangePlan) -> str:
    who = apart(step.recipient.name)
    match step.bar:
        case Bar.FOLDER if plan.aim is Aim.REMOVE:
            return _(
                "It comes from the folder “{folder}” above, and can be taken away only there. "
                "Say: stop sharing {folder} with {name}",
                folder=step.folder,
                name=who,
            )
        case Bar.FOLDER:
            return _("It comes from the folder “{folder}” above, and can be changed only there.", folder=step.folder)
        case Bar.SO_ALREADY:
            return _("It is so already.")
        case Bar.NOT_MINE if step.sharer and step.sharer != plan.asker.name:
            return _("{name} shared this through me, so its end is theirs to change.", name=apart(step.sharer))
        case Bar.NOT_MINE:
            return _(
                "You did not share this with them through me, so I keep no end for it. Remove it, then share it anew."
            )
        case Bar.LINK if plan.aim is Aim.LOWER:
            return _(BARS_TO_LOWER[Bar.LINK])
        case None:
            return ""
        case bar:
            return _(BARS[bar])


def changed(change: Changed, plan: ChangePlan, step: ChangeStep | None) -> Element:
    match change.became:
        case Became.LEFT:
            what, beneath = run(_("left as it is"), bold=True, colour="Warning"), _("changed by somebody since")
        case Became.REFUSED:
            what, beneath = run(_("✗ refused"), bold=True, colour="Attention"), _can(change.now)
        case Became.MOVED:
            until = plan.until.at if plan.until else None
            after = _("until {when}", when=when(until)) if until else _("without an end")
            what, beneath = run(after, bold=True), _can(change.now)
        case Became.RESTORED:
            what, beneath = run(_can(change.now), bold=True), _("as before")
            if step and step.ends:
                beneath = _("as before, until {when}", when=when(step.ends))
        case _:
            what = run(_can(change.now), bold=True)
            beneath = _("by a folder, a group or a link") if change.became is Became.REMOVED and change.now else ""
    return person(change.recipient, what, beneath, change.remark)


def _can(role: Role | None) -> str:
    return _(CAN[role]) if role else _("no access")


def _asked(plan: ChangePlan, title: str) -> str:
    people = listed([apart(step.recipient.name) for step in plan.to_change])
    return _("{title} {file}: {people}", title=title, file=apart(plan.item.name), people=people)


def _about(title: str, plan: ChangePlan) -> str:
    return _("{title}: {file}", title=title, file=apart(plan.item.name))


def _opens(plan: ChangePlan) -> Action:
    return link(_("Open in Microsoft 365"), plan.item.web_url)
