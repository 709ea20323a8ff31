"""Sharing: propose → (complete) → (choose) → confirm or cancel."""

from __future__ import annotations

from dataclasses import replace

import cards.dialog
import cards.ended
import cards.files
import cards.form
import cards.share
from bot import judging, planning, tracing
from bot.commands import approvals, form, roster, same, several
from bot.commands.turn import Command, Reply, Turn, paged, placed
from bot.errors import AgainstPolicy, NotAllowed, NotFound, NotUnderstood, SharebotError, TooLate
from bot.language import ADD, Context, Understood
from bot.many import ManyPlan
from bot.sharing import Draft, Roster, SharePlan, ShareReceipt, ShareRequest, UnclearRequest, Waiting, Words
from bot.texts import later, spoken
from bot.work import Work
from cards.elements import Card, also

WANTED = "share"


async def propose(turn: Turn, understood: Understood) -> Reply:
    """What it would do. Everything is looked up, nothing is granted."""
    if understood.request is None or understood.asks:
        return await _asked(turn, understood)
    return await proposed(turn, understood.request)


async def proposed(turn: Turn, request: ShareRequest) -> Reply:
    """With a form where somebody or something is not to be found."""
    try:
        return await planned(turn, request)
    except NotFound as error:
        if not turn.own_chat or error.about not in ("item", "people") or request.same_as:
            raise
        await turn.record.refused(turn.person, WANTED, "", error)
        return await _not_so(turn, Draft(turn.person, request, is_whole=True), error)


async def _asked(turn: Turn, understood: Understood) -> Reply:
    """The form, with what was understood in it; in front of others, or where it can't ask for that, a sentence."""
    is_like = understood.request is not None and understood.request.same_as is not None
    if is_like or not turn.own_chat or not set(understood.asks) <= form.FIELDS.keys():
        raise NotUnderstood(understood.hint)
    draft = form.draft(turn, understood)
    is_said = understood.hint in dict(draft.wrong).values()
    return await filled_in(turn, await form.looked_up(turn, draft), said="" if is_said else understood.hint)


async def begin(turn: Turn, _key: str, _inputs: dict[str, str]) -> Reply:
    """The form, empty. Under a card that stays: it may be pressed again."""
    return await filled_in(turn, Draft(turn.person, ShareRequest((), ())))


async def complete(turn: Turn, key: str, inputs: dict[str, str]) -> Reply:
    """The form, filled in. What cannot be stands in it, with all that was typed."""
    before = await turn.pending.at(key, turn.person)
    if not isinstance(before, Draft):
        raise TooLate
    return await _completed(turn, replace(form.filled(turn, before, inputs), is_whole=False), key)


async def change(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """The form, from a plan that was shown; several files stay in it together."""
    plan = await turn.pending.at(key, turn.person)
    if isinstance(plan, ManyPlan):
        shown = await turn.work.many.planned(key, plan)
        if not shown.can_be_changed:
            raise TooLate
        shares = shown.shares
        items = tuple(Words("id", each.item.key, each.item.name) for each in shares)
        request, title = replace(shares[0].asked, items=items), cards.files.in_a_line(shares)
    elif isinstance(plan, SharePlan):
        request, title = plan.asked, cards.dialog.title(plan.item)
    else:
        raise TooLate
    return await filled_in(turn, Draft(turn.person, request, (("file", title),)), key)


async def choose(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """One of what may be meant. The key names its place."""
    key, place = placed(key)
    unclear = await turn.pending.at(key, turn.person)
    if not isinstance(unclear, UnclearRequest) or unclear.wanted != WANTED:
        raise TooLate
    return await planned(turn, planning.answered(unclear, place), key)


async def turn_page(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """More of what may be meant, or what was seen before. The key names the page: a second press turns no further."""
    key, page = paged(key)
    unclear = await turn.pending.at(key, turn.person)
    if not isinstance(unclear, UnclearRequest):
        raise TooLate
    turned = replace(unclear, page=page)
    if not turned.is_paged or not turned.shown:
        raise TooLate
    await turn.pending.keep(key, turned)
    return Reply(card(turned, key), is_private=True, asks=key if turn.own_chat else "")


async def confirm(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Does it, once; the same click, delivered again, gets the same answer and does nothing."""
    try:
        receipt = await turn.work.shares.share(key, turn.person, spoken(), str(turn.timezone), turn.place)
    except AgainstPolicy as error:
        return await _as_it_may_be(turn, key, error)
    tracing.count(tracing.SHARE, tracing.waited())
    return Reply(await result(turn.work, receipt, key), key=key if receipt.waits else "")


async def _as_it_may_be(turn: Turn, key: str, error: AgainstPolicy) -> Reply:
    """What the rules let be by now, to be pressed instead. Raises the error where that is nothing."""
    before = await turn.pending.at(key, turn.person)
    if not isinstance(before, SharePlan):
        raise error
    plan = await worked_out(turn, *await roster.gathered(turn, before.asked))
    if isinstance(plan, UnclearRequest) or not plan.to_grant or _is_ruled_as(before, plan):
        raise error
    await turn.record.refused(turn.person, "share.confirm", key, error)
    anew = await turn.pending.put(plan, turn.own_chat, key)
    return Reply(cards.share.confirm(plan, anew, is_anew=True), is_private=True, asks=anew if turn.own_chat else "")


def _is_ruled_as(before: SharePlan, plan: SharePlan) -> bool:
    return (before.rulings, before.refused) == (plan.rulings, plan.refused)


async def result(work: Work, receipt: ShareReceipt, key: str, page: int = 0) -> Card:
    """What came of a share, up to now."""
    now = await work.shares.by_now(key, receipt)
    return cards.share.done(now, key, page=page) if isinstance(now, ShareReceipt) else cards.ended.ended(now)


async def one(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """The card of one of several, as if it were alone. The key names both."""
    key, _dot, part = key.partition(".")
    if part not in (await turn.work.many.now(key, turn.person)).plan.keys:
        raise TooLate
    receipt = await turn.work.shares.receipt(part, turn.person)
    return Reply(also(await result(turn.work, receipt, part), cards.files.back(key)), is_private=True)


async def cancel(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Others see the card change as well, and are not to read which file it was about."""
    async with turn.pending.claim(key, turn.person) as what:
        if isinstance(what, SharePlan):
            await turn.work.approvals.withdraw(key, what)
        name = what.item.name if isinstance(what, SharePlan) and turn.own_chat else None
        return Reply(cards.share.cancelled(name))


def asked(what: Waiting) -> Context:
    """What a card that waits asks, for what is typed in answer to it."""
    match what:
        case SharePlan():
            return Context(has_a_file=True, pending="confirmation")
        case UnclearRequest():
            kind = "item" if what.asked.slot == "item" else "person"
            shown = (what.shown.start + 1, what.shown.stop) if what.is_paged else None
            choices = tuple(f"{each.title}\n{each.detail}" for each in what.asked.options)
            return Context(pending=f"choose_{kind}", choices=choices, shown=shown)
        case Draft(wrong=((field, _sentence), *_)):
            slot = next((slot for slot, each in form.FIELDS.items() if each == field), "items")
            return Context(pending=slot)
        case Draft():
            return Context(pending=form.missing(what) or "items")


async def answer(turn: Turn, key: str, what: Waiting, understood: Understood) -> Reply | None:
    """What is typed in answer to a card that waits does what its buttons do. None where it is no answer to it."""
    match what, understood.intent:
        case SharePlan(), "confirm" if what.approvals:
            return await approvals.ask(turn, key, {})
        case SharePlan(), "confirm" if what.to_grant:
            return await confirm(turn, key, {})
        case _, "cancel":
            return await cancel(turn, key, {})
        case UnclearRequest(), "select":
            return await planned(turn, planning.answered(what, chosen(what, understood.choice)), key)
        case SharePlan(), "answer" if understood.wish == ADD and (more := understood.request):
            there = what.asked
            more = replace(more, recipients=(*there.recipients, *more.recipients), excluded=there.excluded)
            return await _answered(turn, what, more, key)
        case SharePlan() | Draft(), "answer" if understood.request:
            return await _answered(turn, what, understood.request, key)
        case _:
            return None


def chosen(unclear: UnclearRequest, choice: int | None) -> int | None:
    """The place that "the second one" means; -1 is the last."""
    if choice is None:
        return None
    return len(unclear.asked.options) - 1 if choice == -1 else choice - 1


async def _answered(turn: Turn, what: SharePlan | Draft, said: ShareRequest, before: str) -> Reply:
    request = form.merged(what.asked if isinstance(what, SharePlan) else what.request, said)
    if isinstance(what, SharePlan):
        return await planned(turn, request, before)
    given = {"file": said.items, "item": said.items, "people": said.recipients, "role": said.role, "until": said.until}
    typed = tuple((field, each) for field, each in what.typed if not given.get(field))
    wrong = tuple((field, each) for field, each in what.wrong if not given.get(field))
    return await _completed(turn, replace(what, request=request, typed=typed, wrong=wrong), before)


async def _completed(turn: Turn, draft: Draft, before: str) -> Reply:
    if draft.wrong:
        return await filled_in(turn, await form.looked_up(turn, draft), before)
    if slot := form.missing(draft):
        return await filled_in(turn, draft, before, said=form.question(slot))
    try:
        return await planned(turn, draft.request, before)
    except (NotFound, NotUnderstood, NotAllowed) as error:
        return await _not_so(turn, draft, error, before)


async def _not_so(turn: Turn, draft: Draft, error: SharebotError, before: str = "") -> Reply:
    """The form, with what was said of it beside all else that is wrong."""
    whole = await form.looked_up(turn, draft)
    wrong = {error.about: str(error), **dict(whole.wrong)}
    return await filled_in(turn, replace(whole, wrong=tuple(wrong.items())), before)


async def filled_in(turn: Turn, draft: Draft, before: str = "", *, said: str = "") -> Reply:
    """The form with all that is known. `before` is the key of what it takes the place of."""
    key = await turn.pending.put(draft, turn.own_chat, before)
    return Reply(_form(draft, key, said=said), is_private=True, asks=key if turn.own_chat else "")


async def planned(turn: Turn, request: ShareRequest, before: str = "") -> Reply:
    """`before` is the key of what it takes the place of."""
    if len(request.items) > 1:
        return await several.planned(turn, request, before)
    request, there = await roster.gathered(turn, request)
    plan = await worked_out(turn, request, there)
    if isinstance(plan, SharePlan) and plan.refused and not plan.to_grant:
        raise judging.refusal(plan)
    return await asking(turn, plan, before)


async def worked_out(turn: Turn, request: ShareRequest, there: Roster | None) -> SharePlan | UnclearRequest:
    """What it would do by now, as the policy has it."""
    said, model = request, None
    if request.same_as and len(request.items) == 1:
        found = await same.found(turn, request, request.same_as)
        if isinstance(found, UnclearRequest):
            return found
        request, model = found
    plan = await planning.plan(
        turn.graph, turn.person, request, undo=turn.undo, roster=there, policy=turn.work.policy, now=turn.now
    )
    if isinstance(plan, UnclearRequest):
        # What others have is looked up anew by then.
        return replace(plan, request=replace(said, items=plan.request.items, recipients=plan.request.recipients))
    plan = replace(plan, model=model)
    return await turn.work.shares.judged(turn.graph, plan, turn.now, keeps_end=request.keeps_end)


async def asking(turn: Turn, what: Waiting, before: str = "") -> Reply:
    """The card that waits for an answer. `before` is the key of what it takes the place of."""
    key = await turn.pending.put(what, turn.own_chat, before)
    return Reply(card(what, key), is_private=True, asks=key if turn.own_chat else "")


async def people(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """More of the people of a card that has pages; the key names the page."""
    key, page = paged(key)
    receipt = await turn.pending.receipt(key, turn.person)
    if receipt:
        return Reply(await result(turn.work, receipt, key, page=page), is_private=True)
    plan = await turn.pending.at(key, turn.person)
    if not isinstance(plan, SharePlan):
        raise TooLate
    return Reply(cards.share.confirm(plan, key, page=page), is_private=True)


def card(what: Waiting, key: str) -> Card:
    match what:
        case UnclearRequest():
            return cards.share.choose(what, key)
        case SharePlan():
            return cards.share.confirm(what, key)
        case Draft():
            return _form(what, key)


def _form(draft: Draft, key: str, *, said: str = "") -> Card:
    options = [(cards.share.told_apart(each), each.key) for each in draft.options]
    picked = [(each.name, each.value) for each in form.picked(draft) if each.name]
    return cards.form.form(form.values(draft), dict(draft.wrong), key, said=said, options=options, picked=picked)


COMMAND = Command(
    intent="share",
    example=later("share Q3 Budget.xlsx with alex.wilber@contoso.com as write"),
    what=later("Gives people access to a file or folder of yours, after showing you what would change."),
    say=propose,
    clicks={
        "share.begin": begin,
        "share.form": complete,
        "share.change": change,
        "share.one": one,
        "share.choose": choose,
        "share.page": turn_page,
        "share.people": people,
        "share.confirm": confirm,
        "share.cancel": cancel,
    },
)
