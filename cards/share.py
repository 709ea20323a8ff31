"""The cards of a share: which one did you mean, shall I, done, and what a recipient is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bot.sharing import (
    Change,
    Chat,
    DriveType,
    Expiry,
    Grant,
    Held,
    Option,
    Outcome,
    Question,
    Recipient,
    Role,
    Ruling,
    ShareableItem,
    SharePlan,
    ShareReceipt,
    Step,
    Telling,
    UnclearRequest,
    Verdict,
)
from bot.texts import _, day, later, listed, quoted, sentences, several, when
from cards.basics import begin
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
    filled,
    heading,
    icon,
    line,
    link,
    row,
    run,
    small,
)
from cards.many import AT_ONCE, IN_A_SENTENCE, Rows, in_a_sentence, paged, turned

CAN = {Role.READ: later("can view"), Role.WRITE: later("can edit"), Role.OWNER: later("owns it")}
# Letters beside a name on a phone.
LONGEST_AT_THE_RIGHT = 20
TOLD = {Telling.TEAMS: later("told in Teams"), Telling.MAIL: later("Microsoft 365 was asked to mail them")}
NOT_TOLD = {
    Telling.MAYBE: later("I was interrupted, and can't tell whether they were told."),
    Telling.UNREACHED: later("Not told: I can't reach them in Teams, and no mail was sent."),
    Telling.CHANGED: later("Not told: somebody has changed their access since."),
    Telling.SIGNED_OUT: later("Not told: I can't reach them in Teams, and without your sign-in no mail is sent."),
    Telling.REFUSED: later("Not told: Microsoft 365 did not send the mail."),
}
# The icon of a file, by how its name ends.
KINDS = {
    **dict.fromkeys(("xlsx", "xls", "csv"), "sheet"),
    **dict.fromkeys(("docx", "doc", "txt", "md"), "text"),
    **dict.fromkeys(("pptx", "ppt"), "slides"),
    **dict.fromkeys(("png", "jpg", "jpeg", "gif"), "image"),
    "pdf": "pdf",
}


def confirm(plan: SharePlan, key: str, *, page: int = 0, is_anew: bool = False) -> Card:
    """Exactly what a click would do; for many people, page by page. `is_anew`: by newer rules."""
    nothing = not plan.to_grant
    title = _("Nothing to change") if nothing else _("Share this?")
    people, turns = paged(_steps(plan), key, page)
    newer = _("The rules have changed since I showed you this. This is what they allow now.")
    why = [line(run(newer, colour="Warning"))] if is_anew else []
    body = [heading(title), *why, file(plan.item), *_like(plan), *_for_a_chat(plan), *people, *stays([plan])]
    if nothing:
        actions = [*_lowers(plan, key), _opens(plan.item), *turns]
        if plan.outlast:
            actions.insert(0, button(_("Set this end…"), "change.end", key))
        return card(*body, actions=actions, summary=_about(title, plan.item))
    body += terms(plan)
    return card(
        *body,
        actions=[
            _do(plan, key),
            *_lowers(plan, key),
            *turns,
            button(_("Change…"), "share.change", key),
            button(_("Cancel"), "share.cancel", key),
        ],
        summary=_asked(plan),
    )


def stays(plans: Sequence[SharePlan]) -> list[Element]:
    """Who has it already keeps the end they have, or that there is none; and how else it could be: said once."""
    longer = [(plan, each) for plan in plans for each in plan.outlast]
    theirs = [(plan, each) for plan in plans for each in plan.steps if each.change is Change.HAS_IT and each.ends]
    if not (kept := longer or theirs):
        return []
    people = list(dict.fromkeys(each.recipient for _plan, each in kept))
    return [small(_is_not_set(people, kept[0][0].item) if longer else _stays_so(people, kept[0][0].item))]


def _is_not_set(people: Sequence[Recipient], item: ShareableItem) -> str:
    return _(
        "{people}: the end you said is not set, for sharing takes nothing away. To set it, say: {sentence}",
        people=in_a_sentence(people),
        sentence=_sets_it(people[0], item),
    )


def _stays_so(people: Sequence[Recipient], item: ShareableItem) -> str:
    return _(
        "{people}: the end stays as it is. To change it, say: {sentence}",
        people=in_a_sentence(people),
        sentence=_sets_it(people[0], item),
    )


def _sets_it(person: Recipient, item: ShareableItem) -> str:
    name = apart(person.name or person.email)
    return quoted(_("extend {name} on {file} until Friday", name=name, file=apart(item.name)))


def _lowers(plan: SharePlan, key: str) -> list[Action]:
    """A share takes nothing away, and "make her a viewer" may be said in its words."""
    can_edit = plan.role is Role.READ and plan.sees_all and any(step.now is Role.WRITE for step in plan.steps)
    return [button(_("Make viewer…"), "change.lower", key)] if can_edit else []


def _do(plan: SharePlan, key: str) -> Action:
    if plan.approvals:
        return button(_("Ask for approval"), "approvals.ask", key, style="positive")
    share = _("Share") if _ends(plan) else _("Share without an end")
    return button(share, "share.confirm", key, style="positive")


def explained(plan: SharePlan) -> Card:
    """What would happen, and by which rule; nothing to press but what looks at it."""
    title = _("What would happen")
    says_nothing = [] if plan.rulings or plan.refused else [small(_("No rule of your organisation is about this."))]
    return card(
        heading(title),
        file(plan.item),
        *_like(plan),
        *people_of(plan),
        *(terms(plan) if plan.to_grant else []),
        block(*says_nothing, small(_("I only looked: nothing is shared."))),
        actions=[_opens(plan.item)],
        summary=_about(title, plan.item),
    )


def _like(plan: SharePlan) -> list[Element]:
    """Who has what this gives, and how it is theirs where a share gives it otherwise."""
    if plan.model is None:
        return []
    name = apart(plan.model.name)
    match plan.model.held:
        case Held.OWN:
            said = _("The same as {name} has.", name=name)
        case Held.OWNER:
            said = _("{name} owns it. Nobody becomes an owner by sharing: this lets people edit.", name=name)
        case Held.INHERITED:
            said = _("{name} has the same by a folder above.", name=name)
        case Held.LINK:
            said = _("{name} has the same by a link.", name=name)
    return [small(said)]


def people_of(plan: SharePlan) -> list[Element]:
    """With whom, where nothing is to be pressed: of many, the first page."""
    return [*_for_a_chat(plan), *paged(_steps(plan), "", 0)[0]]


def _for_a_chat(plan: SharePlan) -> list[Element]:
    """With how many of whom, and who of them gets nothing by this."""
    if plan.chat is None:
        return []
    guests = sum(_is_guest(step) for step in plan.steps)
    get, refused = len(plan.to_grant), len(plan.refused)
    had = len(plan.steps) - get - refused
    counts = [
        several(get, "{count} person gets access", "{count} people get access") if get else "",
        several(guests, "{count} guest", "{count} guests") if guests else "",
        several(had, "{count} has it already", "{count} have it already") if had else "",
        several(refused, "{count} is refused", "{count} are refused") if refused else "",
    ]
    said = [line(run(everybody(plan.chat), bold=True)), small(" · ".join(filter(None, counts)), spacing="None")]
    if plan.unknown:
        names = listed([apart(each) for each in plan.unknown[:IN_A_SENTENCE]])
        said.append(warning(_("Teams tells me no address of: {names}. I can't share with them.", names=names)))
    return [block(*said)]


def _steps(plan: SharePlan) -> list[Rows]:
    """Of a chat the guests apart, and before everybody else; of many, who gets something before who has it."""
    if plan.chat is None and len(plan.steps) <= AT_ONCE:
        return [Rows("", [step(each, plan) for each in plan.steps])]
    guests = [each for each in plan.steps if plan.chat and _is_guest(each)]
    others = [each for each in plan.steps if each not in guests]
    has_it = [each for each in others if each.change is Change.HAS_IT]
    refused = [each for each in others if each.change is Change.REFUSED]
    return [
        Rows(title, [step(each, plan) for each in steps])
        for title, steps in (
            (_("Guests"), guests),
            (_("Will have access"), [each for each in others if each not in has_it and each not in refused]),
            (_("Not allowed"), refused),
            (_("Have it already"), has_it),
        )
    ]


def _is_guest(step: Step) -> bool:
    return step.recipient.is_outside


def choose(unclear: UnclearRequest, key: str) -> Card:
    asked = unclear.asked
    is_file = asked.slot == "item"
    title = _("Which one do you mean?") if is_file else _("Whom do you mean?")
    body = [line(fits(asked)), *(_option(asked, place, unclear, key) for place in unclear.shown)]
    turns: list[Action] = []
    if unclear.is_paged:
        where, turns = turned(unclear.shown, len(asked.options), "share.page", key, unclear.page)
        body.append(where)
    if others := [quoted(apart(each.words)) for each in unclear.questions[1:]]:
        body.append(small(_("After this I ask about {names}.", names=listed(others))))
    return card(
        heading(title),
        *body,
        actions=[*turns, button(_("Cancel"), "share.cancel", key, inputs=False)],
        summary=sentences(title, apart(asked.words)),
    )


def fits(question: Question) -> str:
    count, words = len(question.options), question.words
    if question.is_near:
        return _("Nothing that you can open is called “{words}”. Similar names:", words=words)
    if count == 1:
        return _("“{words}” could be:", words=words)
    return several(
        count, "“{words}” could be {count} of these:", "“{words}” could be any of these {count}:", words=words
    )


def told_apart(option: Option) -> str:
    return f"{apart(option.title)} — {apart(option.detail)}"


def _option(question: Question, place: int, unclear: UnclearRequest, key: str) -> Element:
    """By its number where there are pages; without them they are told apart by themselves."""
    option = question.options[place]
    title = f"{place + 1}. {option.title}" if unclear.is_paged else option.title
    return row(title, option.detail, f"{unclear.wanted}.choose", f"{key}.{place}")


def done(receipt: ShareReceipt, key: str, *, page: int = 0) -> Card:
    granted = len(receipt.granted())
    failed = [grant for grant in receipt.grants if grant.outcome in (Outcome.REFUSED, Outcome.UNSURE)]
    if not failed and not granted and any(grant.outcome is Outcome.RETURNED for grant in receipt.grants):
        title, colour = _("Given back"), "Default"
    elif not failed:
        title, colour = (_("Shared"), "Good") if granted else (_over(receipt), "Default")
    elif granted:
        title, colour = _("Shared in part"), "Warning"
    elif any(grant.outcome is Outcome.UNSURE for grant in failed):
        title, colour = _("I don't know whether this was shared"), "Warning"
    else:
        title, colour = _("Not shared"), "Attention"
    body = [heading(title, colour), file(receipt.plan.item)]
    if receipt.plan.wanted_by:
        body.append(line(*filled(_("{who} asked you for this."), who=run(receipt.plan.wanted_by, bold=True))))
    people, turns = paged(_grants(receipt), key, page)
    body += [*people, *_had_since(receipt)]
    if granted:
        body.append(block(small(sentences(checked(is_there=receipt.checked), *still(receipt)))))
    actions = [_opens(receipt.plan.item), *turns]
    if granted:
        actions.append(button(_("Who has access"), "access.of_share", key))
    if receipt.given() and receipt.plan.sees_all:
        actions.append(button(_("Undo"), "ends.undo", key))
    if receipt.given() and (end := _end(receipt.plan.until)):
        if _ends(receipt.plan):
            body.append(small(_("Until {when}: then I end it.", when=when(end))))
            actions.append(button(_("End now"), "ends.now", key))
        else:
            body.append(warning(_("This access has no end: it stays until somebody removes it.")))
    return card(
        *body,
        actions=actions,
        summary=_about(title, receipt.plan.item),
    )


def _had_since(receipt: ShareReceipt) -> list[Element]:
    """Who got it between the card and the press keeps the end that they have by that."""
    had = [each.recipient for each in receipt.grants if each.outcome is Outcome.HAD_IT]
    since = [each for each in had if each in receipt.plan.to_grant]
    return [small(_is_not_set(since, receipt.plan.item))] if since and receipt.plan.end_said else []


def failed(item: ShareableItem, sentence: str) -> Card:
    """A notice: it was pressed a while ago, so it says of which file."""
    title, why = _("That did not work"), _(sentence)
    return card(heading(title), file(item), line(why), summary=sentences(_about(title, item), why))


def _over(receipt: ShareReceipt) -> str:
    """Nothing of it is there any more, or nothing ever was."""
    outcomes = {grant.outcome for grant in receipt.grants}
    if Outcome.TAKEN in outcomes:
        return _("Taken away")
    return _("Shared") if Outcome.MOVED in outcomes else _("Nothing to change")


def _grants(receipt: ShareReceipt) -> list[Rows]:
    """Of many, those first with whom something is the matter."""
    if len(receipt.grants) <= AT_ONCE:
        return [Rows("", [grant(each, receipt.plan) for each in receipt.grants])]
    kinds = {
        _("Not shared, or not sure"): (Outcome.REFUSED, Outcome.UNSURE),
        _("Have access now"): (Outcome.GRANTED, Outcome.MOVED),
        _("Had it already"): (Outcome.HAD_IT,),
        _("Have it no more"): (Outcome.RETURNED, Outcome.TAKEN),
    }
    return [
        Rows(title, [grant(each, receipt.plan) for each in receipt.grants if each.outcome in outcomes])
        for title, outcomes in kinds.items()
    ]


def checked(*, is_there: bool) -> str:
    return _("Checked: the access is there.") if is_there else _("I could not check what they can do now.")


def told(telling: Telling) -> str:
    """How somebody heard of it, or why not; "" while that is to come."""
    said = TOLD.get(telling) or NOT_TOLD.get(telling)
    return _(said) if said else ""


def still(receipt: ShareReceipt) -> list[str]:
    """What is to come."""
    if not receipt.waits:
        return []
    if not receipt.plan.undo:
        return [_("They are being told.")]
    return [
        several(
            receipt.plan.undo,
            "They are told in {count} second, unless you undo it.",
            "They are told in {count} seconds, unless you undo it.",
        )
    ]


def cancelled(item: str | None) -> Card:
    return card(
        heading(_("Cancelled")),
        line(_("Nothing was shared.") if item is None else _("{file} was not shared.", file=apart(item))),
        actions=[begin()],
        summary=_("Cancelled"),
    )


def shared_with_you(plan: SharePlan, key: str, *, may_ask: bool = True, later: bool = False) -> Card:
    """For a recipient. `may_ask`: whether they have not asked to edit it yet; `later`: they can edit it until then."""
    can = _("You can edit it.") if plan.role is Role.WRITE else _("You can view it.")
    can = _("When your right to edit it ends, you can still view it.") if later else can
    what = _("{who} shared a folder with you.") if plan.item.is_folder else _("{who} shared a file with you.")
    shared = _("{who} shared {file} with you.", who=apart(plan.asker.name), file=apart(plan.item.name))
    actions = [opens_there(plan.item) | {"style": "positive"}]
    if plan.role is Role.READ and may_ask and not later:
        actions.append(button(_("Ask to edit"), "received.edit", key))
    if plan.sees_all:
        actions.append(button(_("I don't need this"), "received.unneeded", key))
    return card(
        heading(_("Shared with you")),
        line(*filled(sentences(what, can), who=run(plan.asker.name, bold=True))),
        file(plan.item, by=plan.item.owner != plan.asker.name),
        *until_when(plan),
        *([block(line(plan.message))] if plan.message else []),
        actions=actions,
        summary=sentences(shared, can),
    )


def until_when(plan: SharePlan) -> list[Element]:
    """For a recipient, where it ends."""
    end = _end(plan.until) if _ends(plan) else None
    return [small(_("Until {when}: then it ends.", when=when(end)))] if end else []


def opens_there(item: ShareableItem) -> Action:
    """For somebody to whom it is new where it lies."""
    match item.drive_type:
        case DriveType.PERSONAL | DriveType.BUSINESS:
            return link(_("Open in OneDrive"), item.web_url)
        case DriveType.LIBRARY:
            return link(_("Open in SharePoint"), item.web_url)
        case None:
            return _opens(item)


def _opens(item: ShareableItem) -> Action:
    return link(_("Open in Microsoft 365"), item.web_url)


def _about(title: str, item: ShareableItem) -> str:
    return _("{title}: {file}", title=title, file=apart(item.name))


def _asked(plan: SharePlan) -> str:
    file, people = apart(plan.item.name), in_a_sentence(plan.to_grant)
    if plan.role is Role.WRITE:
        return _("Share {file} with {people}? They can edit.", file=file, people=people)
    return _("Share {file} with {people}? They can view.", file=file, people=people)


def file(item: ShareableItem, *, by: bool = True) -> Element:
    about = [apart(item.where)]
    if item.owner and by:
        about.append(_("by {name}", name=apart(item.owner)))
    if item.modified:
        about.append(_("changed {day}", day=day(item.modified)))
    said = small(" · ".join(filter(None, about)), spacing="None")
    return beside(icon(kind(item), kind_in_words(item)), line(run(item.name, bold=True), spacing="None"), said)


def kind(item: ShareableItem) -> str:
    """Which of the icons is its own."""
    return "folder" if item.is_folder else KINDS.get(item.name.rpartition(".")[2].lower(), "file")


def kind_in_words(item: ShareableItem) -> str:
    match kind(item):
        case "folder":
            return _("Folder")
        case "sheet":
            return _("Spreadsheet")
        case "text":
            return _("Text document")
        case "slides":
            return _("Presentation")
        case "image":
            return _("Picture")
        case "pdf":
            return "PDF"
        case _:
            return _("File")


def step(step: Step, plan: SharePlan) -> Element:
    now = _(CAN[step.now]) if step.now else nothing(plan)
    if step.ends:
        now = _("{access}, until {when}", access=now, when=when(step.ends))
    if step.change is Change.KEEPS and step.now is plan.role:
        end = _end(plan.until)
        after = _("until {when}", when=when(end)) if end else _("without an end")
        return person(step.recipient, run(after, bold=True), _("now: {access}", access=now))
    if step.change is Change.HAS_IT:
        return person(step.recipient, run(now, subtle=True), _("already"))
    if step.change is Change.REFUSED:
        why = step.ruling.words if step.ruling else ""
        refused = run(_("✗ refused"), bold=True, colour="Attention")
        return person(step.recipient, refused, _("now: {access}", access=now), why)
    can = _(CAN[plan.role])
    can = _("then: {access}", access=can) if plan.comes_later(step.recipient) else can
    lasts = (_("without an end"),) if step.ends and _end(plan.until) is None else ()
    # Not in the colour of what is done.
    return person(step.recipient, run(can, bold=True), _("now: {access}", access=now), *lasts)


def nothing(plan: SharePlan) -> str:
    """What somebody can do who is not named among those with access."""
    if not plan.sees_all:
        return _("not shown to you")
    return _("none of their own") if plan.has_groups else _("no access")


def grant(grant: Grant, plan: SharePlan) -> Element:
    match grant.outcome:
        case Outcome.GRANTED:
            can = _(CAN[grant.role or plan.role])
            can = _("then: {access}", access=can) if plan.comes_later(grant.recipient) else can
            what = run(f"✓ {can}", bold=True, colour="Good")
        case Outcome.HAD_IT:
            what = run(_("had it already"), subtle=True)
        case Outcome.REFUSED:
            what = run(_("✗ refused"), bold=True, colour="Attention")
        case Outcome.UNSURE:
            what = run(_("? not sure"), bold=True, colour="Warning")
        case Outcome.RETURNED:
            what = run(_("gave it back"), subtle=True)
        case Outcome.TAKEN:
            what = run(_("taken back"), subtle=True)
        case Outcome.MOVED:
            what = run(_("has another end since"), subtle=True)
    told, not_told = (each.get(grant.telling, "") if grant.telling else "" for each in (TOLD, NOT_TOLD))
    # What Graph said of the mail says more.
    return person(
        grant.recipient, what, "" if grant.remark else told and _(told), grant.remark or (not_told and _(not_told))
    )


def person(who: Recipient, what: Element, about: str = "", remark: str = "") -> Element:
    """Who at the left, what at the right; beneath, over the whole width, what tells them from others."""
    name = beside_each_other(
        [line(run(who.name, bold=True), spacing="None")],
        [line(what, spacing="None")],
        spacing="None",
        halves=len(what["text"]) > LONGEST_AT_THE_RIGHT,
    )
    known = [
        # Of a group it is what it is for, in as many words as somebody liked.
        who.title if not who.is_group else "",
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


def everybody(chat: Chat) -> str:
    """What the people of a chat are called as one."""
    if chat.team_id:
        return _("Everybody in {team}", team=apart(chat.name))
    return _("Everybody in this chat")


def terms(plan: SharePlan, *, rulings: Sequence[Ruling] | None = None) -> list[Element]:
    """What comes with it; and what the organisation's rules made of it, unless only some of that is to be said."""
    return [*comes_with(plan), *until_and_rules(plan, rulings=rulings)]


def comes_with(plan: SharePlan) -> list[Element]:
    terms = [block(*(small(each) for each in (_mailed(plan), *_heard(plan))))]
    if plan.item.is_folder:
        terms.append(warning(_("Everything in this folder comes along.")))
    if not plan.sign_in:
        terms.append(warning(_("They need no sign-in to open it.")))
    if plan.message:
        terms.append(block(small(_("Message:")), line(plan.message)))
    return terms


def until_and_rules(plan: SharePlan, *, rulings: Sequence[Ruling] | None = None) -> list[Element]:
    terms: list[Element] = []
    if end := _end(plan.until):
        if _ends(plan):
            terms.append(small(until(plan, end)))
        else:
            terms.append(
                warning(
                    _(
                        "You said until {when}. Microsoft 365 lets only owners of this end access: "
                        "it would stay until one of them removes it.",
                        when=when(end),
                    )
                )
            )
    return [*terms, *(_ruled(each) for each in (plan.rulings if rulings is None else rulings))]


def until(plan: SharePlan, end: dt.datetime) -> str:
    """Until when, and what is then."""
    if plan.leaves_some(end):
        return _("Until {when}. Then I end it, and everybody has what they had before.", when=when(end))
    return _("Until {when}: then I end it.", when=when(end))


def _ruled(ruling: Ruling) -> Element:
    """What a rule of the organisation changed, or wants."""
    if ruling.verdict is not Verdict.APPROVAL:
        return small(ruling.words)
    without = several(
        ruling.hours,
        "Without an answer within {count} hour nothing is shared.",
        "Without an answer within {count} hours nothing is shared.",
    )
    return block(warning(ruling.words), small(without))


def warning(words: str) -> Element:
    return line(run(f"⚠ {words}", colour="Warning"))


def _mailed(plan: SharePlan) -> str:
    if not plan.sign_in:
        return _("Microsoft 365 sends no mail.") if plan.mail is False else _("Microsoft 365 mails them.")
    # Of whom no more than an address is known, Teams knows nothing.
    nobody_in_teams = plan.to_grant and all(map(plan.is_mailed_at_once, plan.to_grant))
    match True if nobody_in_teams else plan.mail:
        case True:
            return _("Microsoft 365 mails them, and they have to sign in.")
        case False:
            return _("Microsoft 365 sends no mail, and they have to sign in.")
        case None:
            return _(
                "I tell them in Teams; anyone I can't reach there gets an e-mail from Microsoft 365. "
                "They have to sign in to open it."
            )


def _heard(plan: SharePlan) -> list[str]:
    """What undo keeps from them, and what it can't."""
    if not plan.undo:
        return []
    at_once = [each for each in plan.to_grant if plan.is_mailed_at_once(each)]
    heard: list[str] = []
    if len(at_once) < len(plan.to_grant):
        heard.append(
            several(
                plan.undo,
                "They are told after {count} second. If you undo it before then, nobody is told.",
                "They are told after {count} seconds. If you undo it before then, nobody is told.",
            )
        )
    if at_once:
        people = in_a_sentence(at_once)
        heard.append(_("{people}: mailed at once. Undo takes the access back, but not the mail.", people=people))
    return heard


def _ends(plan: SharePlan) -> bool:
    """Whether it ends as it was said to: whoever does not see others' access can't take it back either."""
    return plan.sees_all or not _end(plan.until)


def _end(until: Expiry | None) -> dt.datetime | None:
    return until.at if until else None
