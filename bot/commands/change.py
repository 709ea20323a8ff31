"""Taking access away, lowering it, giving it another end: propose → (choose) → confirm or cancel → undo."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import cards.change
import cards.share
from bot import changing, planning, policy
from bot.changes import Aim, Bar, ChangePlan
from bot.commands import approvals, form, several
from bot.commands.turn import Command, Reply, Turn, placed
from bot.errors import NotAllowed, NotFound, NotUnderstood, SharebotError, TooLate
from bot.language import ADD, Understood
from bot.language.dates import END_OF_DAY
from bot.ledger import Pressed
from bot.many import Missing
from bot.planning import answered
from bot.sharing import (
    Expiry,
    Option,
    Question,
    Recipient,
    Role,
    ShareableItem,
    SharePlan,
    ShareRequest,
    UnclearRequest,
    Words,
)
from bot.texts import _, later, sentences, spoken
from bot.work import Approving
from cards.elements import Card

AIMS = {each.value: each for each in Aim}
# All files that somebody got, as the language has it.
EVERYTHING = ("reference", "all_shared_with")
WANTED = {*AIMS, EVERYTHING[1]}
# Whoever wants to see more of them says a name. In words each has a number, and what is unasked begins with 21.
OFFERED = 19
MOST = planning.MOST_FILES
DOMAIN = re.compile(r"@?((?:[\w-]+\.)+[\w-]{2,})")
NOT_BY_A_DAY = later(
    "I do that at once, and not from or until a day. Please say it without the day, or let what they have end: "
    "extend Alex on Q3 Budget.xlsx until Friday"
)
WHICH = later("Of which file? Please write its name or its link.")


async def take_away(turn: Turn, understood: Understood) -> Reply:
    """What it would do. Everything is looked up, nothing is changed; without a name, of everybody who got it."""
    if understood.request and [(each.kind, each.value) for each in understood.request.items] == [EVERYTHING]:
        return await take_everything(turn, understood.request)
    if understood.request and (_is_dated(understood.request) or "expiration" in understood.asks):
        # "In three days" is an end of it, and nothing is taken away now.
        return await extend(turn, understood)
    return await planned(turn, with_an_item(understood), Aim.REMOVE)


async def take_everything(turn: Turn, request: ShareRequest, before: str = "") -> Reply:
    """All that these people have by shares of the asker: file by file, what would be left."""
    if _is_dated(request):
        raise NotUnderstood(
            _(
                "I take everything away at once. For another end, please name one file: "
                "extend Alex on Q3 Budget.xlsx until Friday"
            )
        )
    if not request.recipients:
        raise NotUnderstood(_("From whom shall I take everything away? Please name them."))
    plans: list[ChangePlan] = []
    missing: list[Missing] = []
    shared = await turn.work.shares.items(
        turn.person, lambda each: any(is_called(each, one) for one in request.recipients)
    )
    too_many = _("Too many at once: please say that again afterwards.")
    missing += [Missing(item.name, too_many) for item, _people in shared[MOST:]]
    for item, people in shared[:MOST]:
        asked = replace(request, items=(Words("id", item.key, item.name),), recipients=_one_by_one(request, people))
        try:
            plan = await looked_up(turn, asked, Aim.REMOVE)
        except (NotFound, NotAllowed, NotUnderstood) as error:
            # Who is not named among those who have this one has none of it.
            if error.about != "people":
                missing.append(Missing(item.name, str(error)))
            continue
        if isinstance(plan, UnclearRequest):
            return await shown(turn, replace(plan, request=request, wanted=EVERYTHING[1]), before)
        if plan.to_change:
            plans.append(plan)
    waiting = await _waiting_of(turn, request)
    if waiting and not plans and not missing:
        return await _withdrawable(turn, waiting[0])
    seen = {each.item.key for each in plans}
    items_left = dict.fromkeys(plan.item for each in waiting for plan in each.plans if plan.item.key not in seen)
    missing += [
        Missing(each.name, _("This waits for approval. Say that again afterwards, and you can withdraw it."))
        for each in items_left
    ]
    if not plans and not missing:
        if (otherwise := await called_otherwise(turn, request.recipients)) != request.recipients:
            return await take_everything(turn, replace(request, recipients=otherwise), before)
        raise NotFound(_("I know of nothing that you shared with them and that they still have."))
    return await several.asking(turn, plans, missing, before)


def _one_by_one(request: ShareRequest, people: Sequence[Recipient]) -> tuple[Words, ...]:
    """Those who are meant by a domain are named: nobody is looked up by one."""
    domains = [each for each in request.recipients if DOMAIN.fullmatch(each.value)]
    of_them = [each for each in people if any(is_called(each, one) for one in domains)]
    named = [Words("email", each.email) if each.email else Words("id", each.id or "") for each in of_them]
    return (*(each for each in request.recipients if each not in domains), *named)


def is_called(person: Recipient, words: Words) -> bool:
    """By id or address, or with all the words in the name; a domain is that of the address."""
    said = words.value.casefold()
    if words.kind in ("mention", "id"):
        return person.id == words.value
    if named := DOMAIN.fullmatch(said):
        return f".{policy.domain(person)}".endswith(f".{policy.spelt(named[1])}")
    return said == person.email.casefold() or set(_words(said)) <= set(_words(person.name.casefold()))


async def called_otherwise(turn: Turn, people: tuple[Words, ...]) -> tuple[Words, ...]:
    """By the addresses that the directory has for these names by now: a share keeps what they were called at first."""
    found: list[Words] = []
    for words in people:
        some: list[Recipient] = []
        if words.kind == "name" and not DOMAIN.fullmatch(words.value):
            with suppress(SharebotError):
                some = await turn.graph.find_people(words.value)
        addresses = [Words("email", each.email, words.value) for each in some if each.email and is_called(each, words)]
        found += addresses or [words]
    return tuple(found)


def is_item(item: ShareableItem, words: Words) -> bool:
    if words.kind == "id":
        return item.key == words.value
    name = words.value.rpartition("/")[2].casefold()
    own = item.name.casefold()
    return name in (own, own.rpartition(".")[0]) or set(name.split()) <= set(re.split(r"[\s._-]+", own))


def _words(name: str) -> list[str]:
    """ "Wilber, Alex" is "Alex Wilber"."""
    return name.replace(",", " ").split()


async def _waiting_of(turn: Turn, request: ShareRequest) -> list[Approving]:
    """What is to be shared with these people, and somebody is still to approve."""

    def is_meant(plan: SharePlan) -> bool:
        is_it = [each for each in request.items if (each.kind, each.value) == EVERYTHING or is_item(plan.item, each)]
        return bool(is_it) and any(is_called(each, one) for each in plan.to_grant for one in request.recipients)

    return await turn.work.approvals.open_of(turn.person, is_meant)


async def _withdrawable(turn: Turn, waiting: Approving) -> Reply:
    if waiting.card:
        return Reply(await several.card(turn, waiting.card), is_private=True)
    return Reply(approvals.sharers(waiting), is_private=True)


async def extend(turn: Turn, understood: Understood) -> Reply:
    request = with_an_item(understood)
    said = dict(understood.unclear).get("expiration", "")
    if request.until is None and said:
        unknown = _("Until when? “{said}” is not one day to me, or it is over.", said=said)
        raise NotUnderstood(sentences(unknown, _("Say for example: until 31 December")))
    if request.until is None:
        raise NotUnderstood(
            _(
                "Until when? Say for example: extend Alex on {item} until Friday, or: forever",
                item=request.items[0].value,
            )
        )
    return await planned(turn, request, Aim.END)


def _is_dated(request: ShareRequest) -> bool:
    return bool(request.until and request.until.at)


async def planned(turn: Turn, request: ShareRequest, aim: Aim, before: str = "") -> Reply:
    """`before` is the key of what it takes the place of."""
    try:
        plan = await looked_up(turn, request, aim)
    except NotFound as error:
        if aim is Aim.REMOVE and error.about == "people" and (waiting := await _waiting_of(turn, request)):
            return await _withdrawable(turn, waiting[0])
        raise
    return await shown(turn, plan, before)


async def looked_up(turn: Turn, request: ShareRequest, aim: Aim) -> ChangePlan | UnclearRequest:
    if aim is Aim.END and request.until and request.until.at and request.until.at <= turn.now:
        raise NotUnderstood(_("This day is over. Please name a later one, or say: stop sharing it."))

    if aim in (Aim.REMOVE, Aim.LOWER) and _is_dated(request):
        raise NotUnderstood(_(NOT_BY_A_DAY))

    async def standing(item: ShareableItem):
        return await turn.work.changes.standing(turn.person, item)

    plan = await changing.plan(turn.graph, turn.person, request, aim, standing)
    if isinstance(plan, ChangePlan) and request.until and request.until.longer:
        until = _longer(turn, plan, request.until)
        plan = await changing.plan(turn.graph, turn.person, replace(request, until=until), aim, standing)
    if isinstance(plan, ChangePlan) and not plan.asks_when:
        await turn.work.shares.may_last(plan)
    return plan


def _longer(turn: Turn, plan: ChangePlan, until: Expiry) -> Expiry:
    """So much later than it ends now; from today where it doesn't end. Raises NotUnderstood."""
    ends = {step.ends for step in plan.steps if step.own}
    if len(ends) > 1:
        raise NotUnderstood(
            _(
                "They don't all have it until the same day. Please say until which day it shall be, "
                "for example: until 31 December"
            )
        )
    end = next(iter(ends), None)
    if end is None or until.at is None or end <= turn.now:
        return replace(until, longer=False)
    said, today = until.at.astimezone(turn.timezone), turn.now.astimezone(turn.timezone)
    if said.time() != END_OF_DAY:
        return Expiry(until.words, end + (until.at - turn.now))
    # By the clock on the wall, also where that is put forward or back meanwhile.
    return Expiry(until.words, end.astimezone(turn.timezone) + (said.date() - today.date()))


def is_of_nobody(plan: ChangePlan) -> bool:
    """Whether nobody who was named has access."""
    return all(step.bar in (Bar.NO_ACCESS, Bar.UNSEEN) for step in plan.steps)


async def choose(turn: Turn, key: str, inputs: dict[str, str]) -> Reply:
    """One of what may be meant. The key names its place, or the inputs do where it was picked from a list."""
    key, place = placed(key)
    return await chosen(turn, key, place, inputs)


async def choose_viewer(turn: Turn, key: str, inputs: dict[str, str]) -> Reply:
    """One of those who have access, to be a viewer."""
    return await chosen(turn, key, None, inputs, Aim.LOWER)


async def choose_end(turn: Turn, key: str, inputs: dict[str, str]) -> Reply:
    """One of those who have access, to have it until another day, which is still to say."""
    return await chosen(turn, key, None, inputs, Aim.END)


async def chosen(
    turn: Turn, key: str, place: int | None, inputs: dict[str, str] | None = None, aim: Aim | None = None
) -> Reply:
    """`aim` is another one than was asked about."""
    unclear = await turn.pending.at(key, turn.person)
    if not isinstance(unclear, UnclearRequest) or unclear.wanted not in WANTED:
        raise TooLate
    if picked := (inputs or {}).get(unclear.asked.slot):
        place = next((at for at, each in enumerate(unclear.asked.options) if each.key == picked), None)
    request = answered(unclear, place)
    if unclear.wanted == EVERYTHING[1]:
        return await take_everything(turn, request, key)
    return await planned(turn, request, aim or AIMS[unclear.wanted], key)


async def set_day(turn: Turn, key: str, inputs: dict[str, str]) -> Reply:
    """The day until which they are to have it, or none."""

    def refuse(sentence: str) -> None:
        raise NotUnderstood(sentence)

    plan = await turn.pending.at(key, turn.person)
    if not isinstance(plan, ChangePlan) or not plan.asks_when:
        raise TooLate
    until = form.last_day(turn, None, inputs.get("until", "").strip(), refuse) or Expiry("", None)
    return await planned(turn, replace(_of(plan), until=until), Aim.END, key)


async def confirm(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """Does it, once; the same click, delivered again, gets the same answer and does nothing."""
    place = turn.place if turn.own_chat else None
    with suppress(TooLate):
        if isinstance(plan := await turn.pending.waiting(key, turn.person), ChangePlan):
            if plan.asks_when:
                raise NotUnderstood(_("Until when?"))
            await turn.work.approvals.take_back(turn.person, plan)
    pressed = await turn.work.changes.change(key, turn.person, spoken(), str(turn.timezone), place)
    return Reply(card_of(pressed), is_private=True)


async def undo(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    return Reply(card_of(await turn.work.changes.restore(key, turn.person)), is_private=True)


async def cancel(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    async with turn.pending.claim(key, turn.person) as what:
        name = what.item.name if isinstance(what, ChangePlan) and turn.own_chat else None
        return Reply(cards.change.cancelled(name))


async def answer(turn: Turn, key: str, plan: ChangePlan, understood: Understood) -> Reply | None:
    """What is typed in answer to the card does what its buttons do. None where it is no answer to it."""
    match understood.intent:
        case "confirm" if plan.to_change and not plan.asks_when:
            return await confirm(turn, key, {})
        case "cancel":
            return await cancel(turn, key, {})
        case "answer" if understood.wish == ADD and understood.request:
            before = _of(plan)
            people = (*before.recipients, *understood.request.recipients)
            return await planned(turn, replace(before, recipients=people, until=plan.until), plan.aim, key)
        case "answer" if plan.aim is Aim.END and understood.request and understood.request.until:
            return await planned(turn, replace(_of(plan), until=understood.request.until), Aim.END, key)
        case _:
            return None


# From other cards


async def lower(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """From a share to view, of those who can edit."""
    plan = await turn.pending.at(key, turn.person)
    if not isinstance(plan, SharePlan):
        raise TooLate
    people = [step.recipient for step in plan.steps if step.now is Role.WRITE]
    return await planned(turn, request_for(plan.item, people), Aim.LOWER, key)


async def set_end(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """From a share until a day that would change nothing, for they have it longer."""
    plan = await turn.pending.at(key, turn.person)
    if not isinstance(plan, SharePlan) or not plan.outlast:
        raise TooLate
    people = [each.recipient for each in plan.outlast]
    return await planned(turn, replace(request_for(plan.item, people), until=plan.until), Aim.END, key)


async def offer(turn: Turn, item: ShareableItem, people: list[Recipient]) -> tuple[str, list[tuple[str, str]]]:
    """The key of the buttons that change it for one of them, and who they are, as titles and values."""
    options = tuple(Option(each.id or each.email, each.name, each.email) for each in people[:OFFERED])
    if not options:
        return "", []
    request = ShareRequest((Words("id", item.key, item.name),), (Words("name", ""),))
    question = Question("recipient 0", _("Change the access of"), options)
    key = await turn.pending.put(UnclearRequest(turn.person, request, (question,), Aim.REMOVE.value))
    return key, [(cards.share.told_apart(each), each.key) for each in options]


# What is shown


async def shown(turn: Turn, what: ChangePlan | UnclearRequest, before: str = "") -> Reply:
    key = await turn.pending.put(what, turn.own_chat, before)
    return Reply(card(what, key), is_private=True, asks=key if turn.own_chat else "")


def card(what: ChangePlan | UnclearRequest, key: str) -> Card:
    return cards.change.confirm(what, key) if isinstance(what, ChangePlan) else cards.share.choose(what, key)


def card_of(pressed: Pressed) -> Card:
    """What came of it up to now; where that is nothing, it can be pressed again."""
    receipt = pressed.undone or pressed.receipt
    if receipt is None:
        return cards.change.confirm(pressed.plan, pressed.key)
    return cards.change.result(receipt, pressed.key)


def with_an_item(understood: Understood) -> ShareRequest:
    """Raises NotUnderstood, also where somebody is meant and nobody can tell who: without a name it is of all."""
    if understood.request is None or not understood.request.items:
        raise NotUnderstood(understood.hint or _(WHICH))
    if (said := dict(understood.unclear).get("recipients")) and not understood.request.recipients:
        raise NotUnderstood(sentences(_("Whom do you mean by “{said}”?", said=said), _(planning.NAME_THEM)))
    return understood.request


def _of(plan: ChangePlan) -> ShareRequest:
    return request_for(plan.item, [step.recipient for step in plan.steps])


def request_for(item: ShareableItem, people: Sequence[Recipient]) -> ShareRequest:
    """For these, of whom nobody has to be looked up by name."""
    return ShareRequest((Words("id", item.key, item.name),), tuple(each.words for each in people))


UNSHARE = Command(
    intent="unshare",
    example=later("stop sharing Q3 Budget.xlsx with Alex"),
    what=later("Takes access away, after showing you what would be left."),
    say=take_away,
    clicks={
        "remove.choose": choose,
        "lower.choose": choose,
        "end.choose": choose,
        "lower.one": choose_viewer,
        "end.one": choose_end,
        "end.day": set_day,
        f"{EVERYTHING[1]}.choose": choose,
        "change.lower": lower,
        "change.end": set_end,
        "change.confirm": confirm,
        "change.cancel": cancel,
        "change.undo": undo,
    },
)
EXTEND = Command(
    intent="extend",
    example=later("extend Alex on Q3 Budget.xlsx until Friday"),
    what=later("Gives what you shared another end, or none."),
    say=extend,
)
