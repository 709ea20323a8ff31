"""The cards of what a recipient does with a share: asks to edit, gives it back; and what the sharer sees of that."""

from __future__ import annotations

import hashlib

from bot.sharing import (
    AccessWanted,
    Decision,
    Ending,
    Question,
    Recipient,
    Returned,
    Role,
    ShareableItem,
    SharePlan,
)
from bot.texts import _, sentences, when
from cards.basics import say
from cards.elements import (
    Action,
    Card,
    Element,
    apart,
    block,
    button,
    card,
    filled,
    heading,
    line,
    row,
    run,
    small,
    text,
)
from cards.share import CAN, file, fits, opens_there, person

# Of a reason; whoever has more to say writes to the sharer.
LONGEST_REASON = 500


# What the recipient sees


def sure(plan: SharePlan, key: str) -> Card:
    """Before something is given back."""
    sentence = _("I take away what {name} gave you here. You can ask them for it again.", name=apart(plan.asker.name))
    return card(
        heading(_("You don't need this?")),
        file(plan.item),
        line(sentence),
        actions=[
            button(_("Remove my access"), "received.give_back", key, style="positive"),
            button(_("Keep it"), "received.keep", key),
        ],
        summary=sentences(_("You don't need this?"), sentence),
    )


def given_back(plan: SharePlan, returned: Returned) -> Card:
    """What the recipient can do now, and why that may be more than nothing."""
    title = _("Given back") if returned.ending is not Ending.LEFT else _("Not changed")
    told = _("I told {name} that you don't need it.", name=apart(plan.asker.name))
    return card(
        heading(title),
        file(plan.item),
        line(_left(returned)),
        small(told),
        actions=[] if returned.now is None else [opens_there(plan.item)],
        summary=_("{title}: {file}", title=title, file=apart(plan.item.name)),
    )


def edit(plan: SharePlan, key: str, before: str = "") -> Card:
    """A request to edit, with room for a reason. `before` is the key of what they asked before."""
    sentence = _("{name} decides, and I tell you.", name=apart(plan.asker.name))
    return card(
        heading(_("Ask to edit this?")),
        file(plan.item),
        line(sentence),
        text("reason", _("Why (you may leave this empty)"), {}, lines=True, most=LONGEST_REASON),
        actions=[
            button(_("Ask"), "received.ask", f"{key}.{before}" if before else key, style="positive"),
            button(_("Cancel"), "received.keep", key, inputs=False),
        ],
        summary=sentences(_("Ask to edit this?"), sentence),
    )


def asked(plan: SharePlan, key: str) -> Card:
    """It is for the sharer to decide now."""
    sentence = _(
        "I asked {name} whether you may edit this, and tell you what they decide.", name=apart(plan.asker.name)
    )
    actions = [opens_there(plan.item)]
    if plan.sees_all:
        actions.append(button(_("I don't need this"), "received.unneeded", key))
    return card(heading(_("Asked")), file(plan.item), line(sentence), actions=actions, summary=sentence)


def _was_given(title: str, said: str, who: str, name: str, *more: Element) -> Card:
    return card(
        block(line(*filled(said, who=run(who, bold=True))), *more),
        summary=_("{title}: {file}", title=title, file=apart(name)),
    )


# What the sharer sees


def over(plan: SharePlan, recipient: Recipient, why: str = "") -> Card:
    """What a request is about has ended in the meantime, if nothing else is `why`."""
    sentence = why or _(
        "What you shared with {name} has ended in the meantime, so there is nothing left to decide.",
        name=apart(recipient.name),
    )
    return card(heading(_("No longer asked")), file(plan.item), line(sentence), summary=sentence)


def has_it(what: AccessWanted) -> str:
    """Why a request is over, where they have by another share what they asked for."""
    if what.viewed and what.viewed.now is not Role.WRITE:
        return ""
    name = apart(what.asker.name)
    if what.role is Role.WRITE:
        return _("{name} can edit it by now, so there is nothing left to decide.", name=name)
    return _("{name} can open it by now, so there is nothing left to decide.", name=name)


def given_back_by(plan: SharePlan, returned: Returned) -> Card:
    """A kind word to the sharer, and what the recipient can do now."""
    who = returned.recipient
    return card(
        heading(_("Given back")),
        line(*filled(_("{who} does not need this any more and has given it back."), who=run(who.name, bold=True))),
        file(plan.item),
        block(now(returned), separator=True),
        small(_("Checked: this is what they can do now.")),
        actions=[opens_there(plan.item)],
        summary=_("{name} does not need {file} any more.", name=apart(who.name), file=apart(plan.item.name)),
    )


def not_given_back(plan: SharePlan, recipient: Recipient, key: str) -> Card:
    """The sharer is not signed in, and only as them can it be taken back."""
    unneeded = _("{name} does not need {file} any more.", name=apart(recipient.name), file=apart(plan.item.name))
    return card(
        heading(_("Somebody does not need this")),
        line(*filled(_("{who} does not need this any more."), who=run(recipient.name, bold=True))),
        file(plan.item),
        line(_("I can't take the access back while you are not signed in. I do it as soon as you are.")),
        actions=[button(_("Remove access"), "requests.free", key, style="positive"), opens_there(plan.item)],
        summary=unneeded,
    )


def _left(returned: Returned) -> str:
    """What a recipient can still do, and why."""
    now = returned.now
    if now is None:
        return _("You have no access of your own any more.")
    can = _("You can still view it.") if now is Role.READ else _("You can still edit it.")
    match returned.ending:
        case Ending.LOWERED:
            return sentences(can, _("That you could before."))
        case Ending.LEFT:
            return sentences(can, _("Your access was changed since, so I left it as it is."))
        case _:
            return sentences(can, _("That comes by a folder, a group or a link, which is not mine to change."))


def now(returned: Returned) -> Element:
    if returned.now is None:
        return person(returned.recipient, run(_("no access"), bold=True))
    why = {Ending.LOWERED: _("as before"), Ending.LEFT: _("changed by somebody since")}
    can = _(CAN[Role.READ] if returned.now is Role.READ else CAN[Role.WRITE])
    beneath = why.get(returned.ending) or _("by a folder, a group or a link")
    return person(returned.recipient, run(can, bold=True), beneath)


# Access to what nobody has shared yet


def seen(what: AccessWanted, item: ShareableItem) -> str:
    """What tells this card from one that shows another file, end or present right, in the key of a button."""
    ends = what.until.at if what.until else None
    viewed = [what.viewed.now, what.viewed.ends, ends] if what.viewed else []
    return _short(item.key, *map(str, viewed))


def _short(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def place_of(question: Question, file: str) -> int | None:
    """Where among its options the one is that is `seen` so."""
    return next((place for place, each in enumerate(question.options) if _short(each.key) == file), None)


def wants_access(what: AccessWanted, item: ShareableItem | None, key: str, *, is_reminder: bool = False) -> Card:
    """For the owner: who, what, the right asked for, until, why.

    `item` None: it could not be looked up as them, and is as it was called.
    """
    title = _("Allow editing?") if what.role is Role.WRITE else _("Allow viewing?")
    asks = _("{who} asks to view a file of yours.")
    about = _("{name} asks for access to {file}.", name=apart(what.asker.name), file=apart(called(what)))
    if what.viewed:
        asks = _("{who} asks to edit what you shared.")
        about = _("{name} asks to edit {file}.", name=apart(what.asker.name), file=apart(called(what)))
    elif what.role is Role.WRITE:
        asks = _("{who} asks to edit a file of yours.")
    body = [heading(title), line(*filled(asks, who=run(what.asker.name, bold=True)))]
    body += (
        [file(item)]
        if item
        else [
            line(run(called(what), bold=True)),
            small(_("I look it up as you when you allow it; you may have to sign in for that.")),
        ]
    )
    body += [*rises(what), *terms(what)]
    if is_reminder:
        body.append(small(_("They still wait for your answer.")))
    return card(
        *body,
        actions=[
            button(_("Allow"), "access.allow", f"{key}.{seen(what, item)}" if item else key, style="positive"),
            button(_("Decline"), "access.decline", key),
            *([opens_there(item)] if item else []),
        ],
        summary=about,
    )


def which(what: AccessWanted, question: Question, key: str) -> Card:
    """For the owner, where several of their files may be meant: a press on one of them allows that one."""
    edits = what.role is Role.WRITE
    asks = _("{who} asks to edit a file of yours.") if edits else _("{who} asks to view a file of yours.")
    gets = _("The one you choose, they can edit.") if edits else _("The one you choose, they can view.")
    title = _("Which one do you mean?")
    return card(
        heading(title),
        line(*filled(asks, who=run(what.asker.name, bold=True))),
        line(fits(question)),
        *(row(each.title, each.detail, "access.allow", f"{key}.{_short(each.key)}") for each in question.options),
        small(gets),
        *rises(what),
        *terms(what),
        actions=[button(_("Decline"), "access.decline", key)],
        summary=sentences(title, apart(question.words)),
    )


def terms(what: AccessWanted) -> list[Element]:
    """Until when, and why."""
    ends = what.until.at if what.until else None
    open_end = _("No end date, as now.") if what.viewed else _("No end date.")
    why = [block(small(_("Why:")), line(what.reason))] if what.reason else []
    return [small(_("Until {when}: then I end it.", when=when(ends)) if ends else open_end), *why]


def rises(what: AccessWanted) -> list[Element]:
    """Who asks, and for which right; beneath, the one they have already."""
    if what.who is None:
        return []
    now, ends = (what.viewed.now, what.viewed.ends) if what.viewed else (None, None)
    has = _(CAN[now]) if now else ""
    if ends:
        has = _("{access}, until {when}", access=has, when=when(ends))
    beneath = [_("now: {access}", access=has)] if has else []
    return [block(person(what.who, run(_(CAN[what.role]), bold=True), *beneath), separator=True)]


def ask_for_access(what: AccessWanted, key: str) -> Card:
    """Before the owner hears of it: whom, what for, until when, with room for a reason."""
    title = _("Ask to edit this?") if what.role is Role.WRITE else _("Ask to view this?")
    sentence = _("{name} decides, and I tell you.", name=apart(what.owner.name))
    ends = what.until.at if what.until else None
    return card(
        heading(title),
        line(run(called(what), bold=True)),
        line(sentence),
        small(_("until {when}", when=when(ends)) if ends else _("No end date.")),
        text("reason", _("Why (you may leave this empty)"), {"reason": what.reason}, lines=True, most=LONGEST_REASON),
        actions=[
            button(_("Ask"), "access.ask", key, style="positive"),
            button(_("Cancel"), "access.drop", key, inputs=False),
        ],
        summary=sentences(title, sentence),
    )


def access_asked(what: AccessWanted) -> Card:
    """For whoever asked: it is for the owner to decide now."""
    sentence = _("I asked {name}, and tell you what they decide.", name=apart(what.owner.name))
    return card(heading(_("Asked")), line(run(called(what), bold=True)), line(sentence), summary=sentence)


def is_there(file: str, role: Role) -> Card:
    """For whoever asks, or asked, for what they have."""
    name = apart(file)
    if role is Role.WRITE:
        return say(_("You can edit “{file}” already.", file=name))
    return say(_("You can open “{file}” already.", file=name))


def access_declined(what: AccessWanted) -> Card:
    """For the owner."""
    name = apart(what.asker.name)
    if what.viewed is None:
        sentence = _("You did not give {name} access. I told them.", name=name)
    elif what.viewed.now is Role.READ:
        sentence = _("{name} can view it, as before. I told them.", name=name)
    else:
        sentence = _("You did not let {name} edit this. I told them.", name=name)
    return card(heading(_("Declined")), _named(what), line(sentence), summary=sentences(_("Declined"), sentence))


def access_decided(what: AccessWanted, decision: Decision, *, by: str = "", key: str = "") -> Card:
    """For an owner whose card comes after it was decided; `by` whom, where somebody decided for them.

    With the `key` of what they have allowed it can be undone.
    """
    name, by = apart(what.asker.name), apart(by)
    match decision:
        case Decision.OVER if what.viewed:
            return over(what.viewed.plan, what.viewed.recipient, has_it(what))
        case Decision.OVER:
            title, sentence = _("No longer asked"), has_it(what)
        case Decision.ALLOWED if by:
            title, sentence = _("Decided already"), _("{by} allowed this to {name}, for you.", by=by, name=name)
        case Decision.DECLINED if by:
            title, sentence = _("Decided already"), _("{by} declined this to {name}, for you.", by=by, name=name)
        case Decision.ALLOWED if what.viewed:
            title = _("Decided already")
            sentence = _("You have allowed {name} to edit this, and that stands.", name=name)
        case Decision.DECLINED if what.viewed and what.viewed.now is Role.READ:
            title = _("Decided already")
            sentence = _("You have declined this, and that stands: {name} can view it, as before.", name=name)
        case Decision.DECLINED if what.viewed:
            title, sentence = _("Decided already"), _("You have declined this, and that stands.")
        case Decision.ALLOWED:
            title, sentence = _("Decided already"), _("You have allowed this to {name}, and that stands.", name=name)
        case Decision.DECLINED:
            title, sentence = _("Decided already"), _("You have declined this to {name}, and that stands.", name=name)
        case _:
            title, sentence = _("No longer asked"), _("{name} asked too long ago: they can ask again.", name=name)
    actions = [opens_there(what.viewed.plan.item)] if what.viewed else []
    if decision is Decision.ALLOWED and key and not by:
        actions.append(button(_("Undo"), "ends.undo", key))
    return card(heading(title), _named(what), line(sentence), actions=actions, summary=sentence)


def access_answered(
    what: AccessWanted,
    decision: Decision,
    *,
    had_it: bool = False,
    is_given: bool = False,
    is_unsure: bool = False,
    in_place: bool = False,
    by: str = "",
    key: str = "",
) -> Card:
    """For whoever asked: where no share tells it, and `in_place` of the card that says it was asked.

    `by`: who decided for the owner. `key` is of the share by which they can view it, and may give it back or ask anew.
    """
    name, decided = called(what), by or what.owner.name
    for_whom = [small(_("They decided for {name}.", name=apart(what.owner.name)))] if by else []
    if is_given:
        return _was_given(_("Allowed"), _("{who} said yes, and I gave you access."), decided, name, *for_whom)
    title, said = _answer(what, decision, had_it=had_it, is_unsure=is_unsure, in_place=in_place)
    can: list[str] = []
    actions: list[Action] = []
    if what.viewed:
        edits, views = had_it or what.viewed.now is Role.WRITE, what.viewed.now is Role.READ
        if not is_unsure:
            can = [_("You can edit it.")] if edits else [_("You can view it, as before.")] if views else []
        actions = [opens_there(what.viewed.plan.item)]
        is_refused = decision is Decision.ALLOWED and not (had_it or is_unsure)
        if (decision is Decision.LAPSED or is_refused) and not edits:
            actions.append(button(_("Ask to edit"), "received.edit", key))
        if in_place and what.viewed.plan.sees_all:
            actions.append(button(_("I don't need this"), "received.unneeded", key))
    return card(
        heading(title),
        line(*filled(said, who=run(decided, bold=True))),
        _named(what),
        *map(line, can),
        *for_whom,
        actions=actions,
        summary=sentences(_("{title}: {file}", title=title, file=apart(name)), *can),
    )


def _answer(
    what: AccessWanted, decision: Decision, *, had_it: bool, is_unsure: bool, in_place: bool
) -> tuple[str, str]:
    edits = what.viewed is not None
    match decision:
        case Decision.ALLOWED if had_it:
            return _("Allowed"), (
                _("{who} said yes; you could edit this already.")
                if edits
                else _("{who} said yes; you had access already.")
            )
        case Decision.ALLOWED if is_unsure:
            return _("I don't know whether this was shared"), (
                _("{who} said yes, but I don't know whether you can edit it now. Please look.")
                if edits
                else _("{who} said yes, but I don't know whether you have access now. Please look.")
            )
        case Decision.ALLOWED:
            return _("That did not work"), _("{who} said yes, but Microsoft 365 did not let it be done.")
        case Decision.LAPSED if in_place:
            return _("No answer"), _("{who} did not answer. You can ask again.")
        case Decision.LAPSED:
            return _("No answer"), _("{who} did not answer within a week. You can ask again, or ask them yourself.")
        case _:
            return _("Declined"), (
                _("{who} would rather not let you edit this.")
                if edits
                else _("{who} would rather not give you access.")
            )


def _named(what: AccessWanted) -> Element:
    return file(what.viewed.plan.item) if what.viewed else line(run(called(what), bold=True))


def called(what: AccessWanted) -> str:
    """The name of the file in a link, or the link."""
    return what.item.name or what.item.value
