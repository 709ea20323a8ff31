"""The cards of who decides for whom: naming somebody, what they are asked, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.sharing import AccessWanted, Decision, Delegation, Outcome, Recipient, Role, ShareableItem, ShareReceipt
from bot.texts import _, later, sentences, several, when
from cards.elements import (
    Card,
    Element,
    apart,
    block,
    button,
    card,
    date,
    filled,
    heading,
    instead,
    line,
    people,
    run,
    small,
    text,
)
from cards.received import called, has_it, rises, seen, terms
from cards.share import file, grant, person, until

EDIT = later("{who} asks to edit a file of {name}'s.")
VIEW = later("{who} asks to view a file of {name}'s.")
EDIT_SHARED = later("{who} asks to edit what {name} shared.")
# On a card of one's own settings; who decides for more has them in the notices.
MOST_SHOWN = 4


# For whoever is decided for


def standing(mine: Delegation | None, theirs: Sequence[Delegation] = ()) -> Card:
    """Who decides for them, and for whom they decide."""
    now = decides(mine)
    what = _("Somebody may answer in your place when others ask you for access to your files.")
    body = [heading(_("Who decides for you")), line(run(now, bold=True)), small(what)]
    body += [line(_for_whom(each)) for each in theirs[:MOST_SHOWN]]
    choose = button(_("Choose somebody…"), "delegates.form", "")
    actions = [choose, *([button(_("Take it back"), "delegates.take_back", "")] if mine else [])]
    actions += [
        button(_("Don't decide for {name}", name=apart(each.asker.name)), "delegates.give_up", each.key)
        for each in theirs[:MOST_SHOWN]
    ]
    return card(*body, actions=actions, summary=now)


def form(values: Mapping[str, str], wrong: str = "") -> Card:
    """Somebody found while one types, or written; and a day, for while one is away."""
    title = _("Who decides for you")
    how = _("Or say it: “Ana Bell decides for me until Friday”.")
    picked = people("picked", _("Who"), (), chosen="", hint=_("Type a name"), many=False)
    return card(
        heading(title),
        *([line(run(wrong, colour="Attention"))] if wrong else []),
        picked,
        instead(text("name", _("Or their name or address"), values)),
        date("until", _("Until when (empty: no end)"), values),
        small(how),
        actions=[
            button(_("Continue"), "delegates.ask", "", style="positive"),
            button(_("Cancel"), "delegates.show", "", inputs=False),
        ],
        summary=sentences(title, how),
    )


def confirm(wanted: Delegation, who: Recipient, key: str, *, hours: int) -> Card:
    """Before it is in force: who, from when, and what it lets them do."""
    title = _("Shall they decide for you?")
    until = _("Until {when}.", when=when(wanted.until)) if wanted.until else _("No end date.")
    return card(
        heading(title),
        person(who, run(_("decides for you"), bold=True)),
        small(sentences(_("From now on."), until)),
        block(line(_when_asked(wanted, hours)), line(_means()), separator=True),
        actions=[
            button(_("Let them decide"), "delegates.name", key, style="positive"),
            button(_("Cancel"), "delegates.drop", key),
        ],
        summary=sentences(title, apart(who.name)),
    )


def taken_back(was: Delegation) -> Card:
    sentence = _("{name} doesn't decide for you any more. I told them.", name=apart(was.delegate.name))
    return card(heading(_("Who decides for you")), line(sentence), summary=sentence)


def given_up(was: Delegation, *, is_gone: bool = False) -> Card:
    """A notice. `is_gone`: they did not say so, but have left, or are a guest by now."""
    name = apart(was.delegate.name)
    sentence = (
        _("{name} does not belong to your organisation any more, so nobody decides for you now.", name=name)
        if is_gone
        else _("{name} would rather not decide for you, so nobody does now.", name=name)
    )
    actions = [button(_("Choose somebody…"), "delegates.form", "")]
    return card(heading(_("Who decides for you")), line(sentence), actions=actions, summary=sentence)


def decided_for_you(what: AccessWanted, decision: Decision, by: str, key: str, receipt: ShareReceipt | None) -> Card:
    """A notice. `receipt` is of the share that came of it, under this key; None where there is none."""
    is_allowed = decision is Decision.ALLOWED
    title = _allowed(receipt) if is_allowed else _("Declined")
    said = _("{by} allowed this to {name}, for you.") if is_allowed else _("{by} declined this to {name}, for you.")
    return card(
        heading(title),
        line(*filled(said, by=run(by, bold=True), name=run(what.asker.name, bold=True))),
        line(run(called(what), bold=True)),
        *_came_of(receipt),
        *_why(what),
        actions=[button(_("Undo"), "ends.undo", key)] if receipt and receipt.given() and receipt.plan.sees_all else [],
        summary=_("{title}: {file}", title=title, file=apart(called(what))),
    )


# For whoever decides


def named(made: Delegation, *, hours: int) -> Card:
    """A notice."""
    title = _("You are asked to decide for somebody")
    until = _("Until {when}.", when=when(made.until)) if made.until else _("No end date.")
    asked = (
        _("When somebody asks them for access to a file, you are asked as well.")
        if made.until
        else several(
            hours,
            "When somebody asks them for access to a file and they don't answer for {count} hour, you are asked.",
            "When somebody asks them for access to a file and they don't answer for {count} hours, you are asked.",
        )
    )
    return card(
        heading(title),
        line(*filled(_("{who} wants you to decide for them."), who=run(made.asker.name, bold=True))),
        small(until),
        line(asked),
        actions=[button(_("I'd rather not"), "delegates.give_up", made.key)],
        summary=_("{who} wants you to decide for them.", who=apart(made.asker.name)),
    )


def gave_up(was: Delegation) -> Card:
    sentence = _("You don't decide for {name}. I told them.", name=apart(was.asker.name))
    return card(heading(_("Declined")), line(sentence), summary=sentence)


def freed(was: Delegation) -> Card:
    """A notice."""
    sentence = _("You don't decide for {name} any more.", name=apart(was.asker.name))
    return card(heading(_("No longer asked")), line(sentence), summary=sentence)


def wants_access(what: AccessWanted, item: ShareableItem | None, key: str) -> Card:
    """What the owner's card says, without the way to the file: it is not the delegate's to open."""
    title = _("Allow editing?") if what.role is Role.WRITE else _("Allow viewing?")
    owner = what.owner.name
    asks = EDIT if what.role is Role.WRITE else VIEW
    if what.viewed:
        asks = EDIT_SHARED
    body = [heading(title), line(*filled(_(asks), who=run(what.asker.name, bold=True), name=run(owner, bold=True)))]
    body += (
        [file(item, by=False)]
        if item
        else [
            line(run(called(what), bold=True)),
            small(_("I look it up as {name} when you allow it, who has to be signed in for that.", name=apart(owner))),
        ]
    )
    body += [*rises(what), *terms(what)]
    body.append(
        small(_("{name} has not answered yet, and you decide for them. The first answer counts.", name=apart(owner)))
    )
    return card(
        *body,
        actions=[
            button(_("Allow"), "access.allow", f"{key}.{seen(what, item)}" if item else key, style="positive"),
            button(_("Decline"), "access.decline", key),
        ],
        summary=_(asks, who=apart(what.asker.name), name=apart(owner)),
    )


def only_the_owner(what: AccessWanted, key: str, *, is_asked: bool) -> Card:
    """What several files may be meant by, the delegate can only decline. `is_asked`: the owner has the question."""
    name = apart(what.owner.name)
    sentence = _("Several files may be meant, and only {name} can say which.", name=name)
    return card(
        heading(_("{name} has to choose", name=name)),
        line(run(called(what), bold=True)),
        line(sentence),
        *([line(_("I asked {name}, and tell you what they decide.", name=name))] if is_asked else []),
        *terms(what),
        actions=[button(_("Decline"), "access.decline", key)],
        summary=sentence,
    )


def decided(what: AccessWanted, decision: Decision, by: str, receipt: ShareReceipt | None = None) -> Card:
    """For whoever was asked in the owner's place. `by`: who decided, "" where they did so themselves.

    `receipt` is of the share that came of it.
    """
    came_of: list[Element] = []
    asker, owner = apart(what.asker.name), apart(what.owner.name)
    match decision:
        case Decision.ALLOWED if by:
            title, sentence = _("Decided already"), _("{by} allowed this to {name}.", by=apart(by), name=asker)
        case Decision.ALLOWED:
            title, came_of = _allowed(receipt), _came_of(receipt)
            sentence = _("You allowed this to {name}, for {owner}. I told both.", name=asker, owner=owner)
        case Decision.DECLINED if by:
            title, sentence = _("Decided already"), _("{by} declined this to {name}.", by=apart(by), name=asker)
        case Decision.DECLINED:
            title = _("Declined")
            sentence = _("You declined this to {name}, for {owner}. I told both.", name=asker, owner=owner)
        case Decision.OVER:
            title = _("No longer asked")
            sentence = has_it(what) or _(
                "What {owner} shared with {name} has ended in the meantime, so there is nothing left to decide.",
                owner=owner,
                name=asker,
            )
        case _:
            title, sentence = _("No longer asked"), _("{name} asked too long ago: they can ask again.", name=asker)
    return card(heading(title), line(run(called(what), bold=True)), line(sentence), *came_of, summary=sentence)


def over(what: AccessWanted) -> Card:
    """The same of what they allowed, when it has ended."""
    asker, owner = apart(what.asker.name), apart(what.owner.name)
    sentence = _("You allowed this to {name}, for {owner}. It has ended since.", name=asker, owner=owner)
    return card(heading(_("Ended")), line(run(called(what), bold=True)), line(sentence), summary=sentence)


def no_longer(what: AccessWanted) -> Card:
    """Of somebody who presses when it is not theirs to decide any more."""
    sentence = _("You don't decide for {name} any more.", name=apart(what.owner.name))
    return card(heading(_("No longer asked")), line(sentence), summary=sentence)


def decides(mine: Delegation | None) -> str:
    """In one sentence."""
    if mine is None:
        return _("Nobody decides for you.")
    name = apart(mine.delegate.name)
    if mine.until:
        return _("{name} decides for you until {when}.", name=name, when=when(mine.until))
    return _("{name} decides for you.", name=name)


def _for_whom(each: Delegation) -> str:
    name = apart(each.asker.name)
    if each.until:
        return _("You decide for {name} until {when}.", name=name, when=when(each.until))
    return _("You decide for {name}.", name=name)


def _when_asked(wanted: Delegation, hours: int) -> str:
    if wanted.until:
        return _("When somebody asks you for access to a file, they are asked at the same time.")
    return several(
        hours,
        "When somebody asks you for access to a file and you don't answer for {count} hour, they are asked.",
        "When somebody asks you for access to a file and you don't answer for {count} hours, they are asked.",
    )


def _means() -> str:
    return _("What they allow is given as you, and I tell you. The first answer counts; theirs you can undo.")


def _allowed(receipt: ShareReceipt | None) -> str:
    """What a yes has come to."""
    outcomes = {each.outcome for each in receipt.grants} if receipt else {Outcome.UNSURE}
    if Outcome.UNSURE in outcomes:
        return _("I don't know whether this was shared")
    return _("That did not work") if Outcome.REFUSED in outcomes else _("Allowed")


def _came_of(receipt: ShareReceipt | None) -> list[Element]:
    """For each, and until when: as it was done, which may be sooner than was asked for."""
    if receipt is None:
        return []
    plan = receipt.plan
    ends = plan.until.at if plan.until and plan.sees_all else None
    lasts = until(plan, ends) if ends else _("No end date.")
    return [*(grant(each, plan) for each in receipt.grants), *([small(lasts)] if receipt.given() else [])]


def _why(what: AccessWanted) -> list[Element]:
    return [block(small(_("Why:")), line(what.reason))] if what.reason else []
