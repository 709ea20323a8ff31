"""What people can ask for. A command takes a turn and returns a reply; only the edge sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import cards.basics
import cards.files
import cards.received
from bot import tracing
from bot.changes import ChangePlan
from bot.commands import (
    access,
    approvals,
    basics,
    change,
    delegates,
    ends,
    explain,
    files,
    inbox,
    links,
    numbers,
    received,
    report,
    request_access,
    roles,
    roster,
    settings,
    several,
    share,
    shares,
    together,
)
from bot.commands.turn import Click, Command, Reply, Turn
from bot.errors import NeedsSignIn, SharebotError, TooLate
from bot.language import BECOME, Context, Said, Understood, understand
from bot.ledger import Pending, PendingPlans
from bot.many import ManyPlan
from bot.sharing import (
    AccessWanted,
    Delegation,
    Draft,
    Offer,
    Person,
    ShareList,
    SharePlan,
    ShareRequest,
    Suggestion,
    UnclearRequest,
)
from bot.texts import _, later
from bot.work import Work
from cards.elements import Card

__all__ = ["COMMANDS", "Command", "Reply", "Turn", "click", "files", "links", "say", "waiting", "welcome"]


async def _help(turn: Turn, _understood: Understood) -> Reply:
    more = FOR_ADMINISTRATORS if turn.administrators else ()
    return Reply(cards.basics.help_card(_examples((*IN_NO_MENU, *more))))


COMMANDS = (
    share.COMMAND,
    access.COMMAND,
    shares.COMMAND,
    change.UNSHARE,
    roles.COMMAND,
    change.EXTEND,
    request_access.COMMAND,
    explain.COMMAND,
    ends.COMMAND,
    settings.COMMAND,
    Command("help", later("help"), later("Shows this."), _help, is_of_record=False),
    basics.SIGN_OUT,
)

# Teams' menu has room for no more.
IN_NO_MENU = (inbox.COMMAND, delegates.COMMAND)
# In no menu, for most have no use for them.
FOR_ADMINISTRATORS = (report.COMMAND,)

EVERY = (*COMMANDS, *IN_NO_MENU, *FOR_ADMINISTRATORS)
# Of so many of them the welcome speaks.
FIRST = 4

# What one of several was asked for, other than to share it.
CHOSEN = {
    access.WANTED: access.chosen,
    explain.WANTED: explain.chosen,
    **dict.fromkeys(change.WANTED, change.chosen),
}


async def say(turn: Turn) -> Reply:
    """What a sentence leads to. Raises SharebotError."""
    match await numbers.replied(turn):
        case Offer(verb=verb, key=key, inputs=inputs):
            return await click(turn, verb, key, dict(inputs))
        case Reply() as no_such_number:
            return no_such_number
        case None:
            pass
    understood = await _understood(turn, Context(chat=turn.chat_type))
    if not _stands_alone(understood) and (reply := await _answer(turn, understood)):
        return reply
    if understood.intent == "none" and (request := links.said(turn)):
        understood = Understood(access.COMMAND.intent, request)
    if understood.intent == "none" and turn.own_chat and await _is_a_no(turn):
        return Reply(cards.basics.say(_("There is nothing to cancel.")))
    if understood.is_guess:
        return await basics.not_understood(turn, understood)
    for command in EVERY:
        if command.intent == understood.intent:
            if command.is_of_record:
                await turn.record.asked(turn.person, command.intent)
            if turn.own_chat and await turn.own.waits():
                await turn.pending.answered_by_buttons(turn.person, turn.own_chat)
            async with _recorded(turn, command.intent):
                return await command.say(turn, understood)
    if understood.intent == together.INTENT:
        async with _recorded(turn, understood.intent):
            return await together.propose(turn, understood)
    return await basics.not_understood(turn, understood)


@asynccontextmanager
async def _recorded(turn: Turn, act: str, key: str = "") -> AsyncGenerator[None]:
    """What is refused is kept. A sign-in that is needed first is no refusal: what was said is carried out after it."""
    outcome = "broke"
    with tracing.span(f"command {act}"):
        try:
            yield
            outcome = "ok"
        except NeedsSignIn as error:
            outcome = type(error).__name__
            raise
        except SharebotError as error:
            outcome = type(error).__name__
            # A key that was made up may be anything.
            await turn.record.refused(turn.person, act, key if key.isprintable() else "", error)
            raise
        finally:
            tracing.count(tracing.COMMANDS, command=act, outcome=outcome)


async def _understood(turn: Turn, context: Context) -> Understood:
    # In a thread: to learn a language when its first sentence comes takes a while.
    understood = await asyncio.to_thread(
        understand, turn.said, now=turn.now, tz=turn.timezone, locale=turn.locale, context=context
    )
    # Whoever has nothing yet becomes it by a share.
    people = understood.request.recipients if understood.request else ()
    is_all = understood.asks == ("recipients",) and [each.kind for each in people] == ["all"]
    is_role = understood.wish == BECOME and (is_all or not understood.asks)
    return replace(understood, intent=roles.COMMAND.intent) if is_role else understood


def _stands_alone(understood: Understood) -> bool:
    """Whether it can be no answer to a card that waits."""
    # "Report" may be the file that was asked about.
    may_answer = understood.intent in ("none", "undo", report.INTENT)
    return understood.intent == "explain" or (not may_answer and not understood.asks)


async def _is_a_no(turn: Turn) -> bool:
    """Where nothing waits for it."""
    return (await _understood(turn, Context(pending="confirmation"))).intent == "cancel"


def _is_bare(understood: Understood) -> bool:
    """Whether it is a command and nothing else, in whatever language: that is no name and no value."""
    is_command = understood.intent not in ("none", "undo", report.INTENT) and not understood.is_guess
    # "A file" is none yet.
    is_about = any(words for slot, words in understood.unclear if slot != "items")
    return is_command and not is_about and understood.request in (None, ShareRequest((), ()))


async def _answer(turn: Turn, understood: Understood) -> Reply | None:
    """What a sentence leads to as the answer to the card that was shown last, in a chat of two."""
    if not turn.own_chat or not await turn.own.waits():
        return None
    if not (waiting := await turn.pending.latest(turn.person, turn.own_chat)):
        return None
    key, what = waiting
    if isinstance(what, ShareList):
        return None
    answer = await _understood(turn, _asked(what))
    if isinstance(what, AccessWanted | Delegation | Suggestion):
        done = YES_OR_NO[type(what)].get(answer.intent)
        return replace(await done(turn, key, {}), settles=key) if done else None
    if answer.intent == "answer" and _is_bare(understood):
        return None
    if isinstance(what, Draft) and what.is_whole and answer.intent != "cancel":
        return None
    if understood.intent == "undo" and answer.intent != "cancel":
        # "Cancel that" is about the card, "undo" is about what was done.
        return None
    if isinstance(what, UnclearRequest) and what.wanted in CHOSEN and answer.intent == "select":
        reply = await CHOSEN[what.wanted](turn, key, share.chosen(what, answer.choice))
    elif isinstance(what, ChangePlan):
        reply = await change.answer(turn, key, what, answer)
    elif isinstance(what, ManyPlan):
        reply = await several.answer(turn, key, answer)
    else:
        reply = await share.answer(turn, key, what, answer)
    return reply and replace(reply, settles=key)


def _asked(what: Pending) -> Context:
    if isinstance(what, SharePlan | UnclearRequest | Draft):
        return share.asked(what)
    return Context(has_a_file=True, pending="confirmation")


async def _said_so(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """A suggestion that was pressed, as if they had said it."""
    suggestion = await turn.pending.at(key, turn.person)
    if not isinstance(suggestion, Suggestion):
        raise TooLate
    try:
        return await say(replace(turn, said=Said(suggestion.words)))
    except NeedsSignIn:
        # A yes that is carried out after it finds what it answers.
        await turn.pending.put(suggestion, turn.own_chat)
        raise


SUGGESTED = {"suggestion.say": _said_so}
# What is typed in answer to a card that asks no more than that does what its buttons do.
YES_OR_NO: dict[type[Pending], dict[str, Click]] = {
    AccessWanted: {"confirm": request_access.send, "cancel": request_access.drop},
    Delegation: {"confirm": delegates.name, "cancel": delegates.drop},
    Suggestion: {"confirm": _said_so},
}


async def click(turn: Turn, verb: str, key: str, inputs: dict[str, str]) -> Reply:
    """What a press of a button leads to. Raises SharebotError."""
    more = (received.CLICKS, roster.CLICKS, several.CLICKS, together.CLICKS, approvals.CLICKS, links.CLICKS, SUGGESTED)
    for clicks in (*(command.clicks for command in EVERY), *more):
        if verb in clicks:
            async with _recorded(turn, verb, key.partition(".")[0]):
                return await clicks[verb](turn, key, inputs)
    raise TooLate


async def waiting(pending: PendingPlans, work: Work, person: Person, key: str) -> Card | None:
    """The card whose button can still be pressed, as it was shown; None if there is none."""
    # What a button adds to a key says which of several it is, and they all come back.
    key = key.partition(".")[0]
    try:
        what = await pending.waiting(key, person)
        receipt = None if what else await pending.receipt(key, person)
    except SharebotError:
        for of in (received, roster, request_access, approvals):
            if card := await of.waiting(work, person, key):
                return card
        return None
    match what:
        case ChangePlan():
            return change.card(what, key)
        case ManyPlan():
            return cards.files.confirm(await work.many.planned(key, what))
        case ShareList():
            return await shares.card(work, what, key)
        case AccessWanted():
            return cards.received.ask_for_access(what, key)
        case Delegation():
            return delegates.card(work, what, key)
        case Suggestion():
            return basics.suggested(what, key)
        case None:
            pass
        case _:
            return share.card(what, key)
    with suppress(TooLate):
        return cards.files.result(await work.many.now(key, person))
    if pressed := await work.changes.pressed(key, person):
        return change.card_of(pressed)
    return await share.result(work, receipt, key) if receipt else None


def welcome() -> Card:
    return cards.basics.help_card(_examples()[:FIRST], welcome=True)


def _examples(more: Sequence[Command] = ()) -> list[tuple[str, str]]:
    return [(_(command.example), _(command.what)) for command in (*COMMANDS, *more) if command.intent != "help"]
