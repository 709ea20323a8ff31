"""Teams ⇄ turns: one match over what Teams sends, and the boundary where every failure becomes a sentence."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar, cast

from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext
from botbuilder.schema import ChannelAccount, ConversationAccount, ConversationReference

import cards.basics
import cards.dialog
from bot import commands, tracing
from bot.commands import Reply, Turn
from bot.errors import (
    NeedsConsent,
    NeedsSignIn,
    NotAllowed,
    NotFound,
    NotUnderstood,
    SharebotError,
    TooLate,
    Unavailable,
    Unsure,
)
from bot.graph import Graph
from bot.identity import Identity
from bot.identity.sealing import Sealer
from bot.language import Said
from bot.ledger import Conversation, Ledger, Place
from bot.settings import Settings
from bot.sharing import Chat, Person, Recipient
from bot.teams import doors, invokes, messages, roster
from bot.teams.connector import Connector, ConnectorError
from bot.teams.in_words import InWords
from bot.teams.incoming import Incoming, hours, inputs_of, plain, read
from bot.teams.mentions import mentions
from bot.teams.searches import Searches
from bot.teams.seen import Seen
from bot.teams.sign_in import AGAIN, CONTINUE, AskingIn
from bot.texts import _, sentences, speaking
from bot.work import ADMINISTRATORS, Work
from cards.elements import Card

log = logging.getLogger(__name__)

# So long a person waits for a Graph that is busy.
PATIENCE = 8.0
# So long what was begun may take when the bot is told to end.
REST_WITHIN = 20.0
# Faster than this nobody misses a sign that somebody is typing.
TYPE_AFTER = 0.6
# The sign goes away by itself.
TYPE_EVERY = 3.0
# Teams sends a message again that is not taken within 15 seconds.
TAKEN_WITHIN = 8.0
# What is told of this was looked up as the asker, and is for nobody else's eyes.
LOOKED_UP = (NotFound, NotAllowed)
# By which names a turn is known to whoever watches.
KINDS = frozenset(
    {
        *("message", "messageReaction", "conversationUpdate", "installationUpdate"),
        *("adaptiveCard/action", "signin/tokenExchange", "signin/verifyState", "signin/failure", doors.SEARCH),
    }
)
Of = TypeVar("Of")


class Turns:
    """Everything the bot does in Teams starts here. `background` keeps what goes on after an answer."""

    def __init__(
        self,
        *,
        adapter: CloudAdapterBase,
        settings: Settings,
        graph: Callable[[Person, float], Graph],
        identity: Identity,
        sealer: Sealer,
        ledger: Ledger,
        work: Work,
        asking_in: AskingIn,
        answer_within: float,
    ) -> None:
        self._adapter = adapter
        self._settings = settings
        self._graph = graph
        self._seen = Seen()
        self._identity = identity
        self._sealer = sealer
        self._searches = Searches()
        self._ledger = ledger
        self._work = work
        self._asking_in = asking_in
        self._answer_within = answer_within
        self._background: set[asyncio.Task[Any]] = set()

    async def on_activity(self, context: TurnContext, body: dict[str, Any], arrived: float) -> None:
        """One activity, already known to be from Teams; `arrived` by the clock of the loop."""
        move = roster.move(body)
        if move and move.tenant_id == self._settings.tenant_id:
            # Whoever came or left need not be who did it, and who did it need not be told.
            await self._work.rosters.moved(move.tenant_id, move.chat, move.joined, move.left)
            return
        incoming = read(body)
        if incoming is None or incoming.person.tenant_id != self._settings.tenant_id:
            log.warning("an activity without a person of our tenant")
            if body.get("type") == "invoke":
                await messages.respond(context, InvokeResponse(status=400))
            return
        if incoming.kind != "invoke" and self._seen.before(incoming.chat.conversation_id, incoming.id):
            log.info("delivered again")
            return
        tracing.arrives(arrived)
        with speaking(incoming.locale, incoming.timezone), tracing.span(f"turn {_kind(incoming)}"):
            # From when it came in: who sends it and what it says had to be found out first.
            await self._answered(context, incoming, arrived + self._answer_within)

    async def _answered(self, context: TurnContext, incoming: Incoming, until: float) -> None:
        try:
            await self._on(context, incoming, until)
        except Exception as error:
            # What could not even be answered: Teams would only send it again, and again it would not be.
            words = _sentence(error)
            if incoming.name == "adaptiveCard/action":
                await messages.respond(context, invokes.failed(words))
            elif incoming.kind == "invoke":
                await messages.respond(context, InvokeResponse(status=500))
            elif incoming.kind == "message" and not isinstance(error, ConnectorError):
                self._later(messages.send(context, cards.basics.problem(words)))

    async def _on(self, context: TurnContext, incoming: Incoming, until: float) -> None:
        # The chat of two from which the message extension is used need not be the one with us.
        if incoming.is_personal and incoming.name not in doors.INVOKES:
            context.turn_state[messages.IN_WORDS] = InWords(self._ledger, incoming.chat)
            if incoming.name != "remove":
                await self._greet(context, incoming)
        match incoming.kind, incoming.name:
            case "message", _ if incoming.value and not incoming.text:
                await self._submitted(context, incoming)
            case "message", _:
                await self._said(context, incoming)
            case "invoke", _:
                await messages.respond(context, await self._invoked(context, incoming, until))
            case "installationUpdate", "remove" if incoming.is_personal:
                # First, for whoever has no chat and did not take it away may be given it.
                await self._ledger.installs.is_gone(incoming.person)
                await self._ledger.conversations.forget(incoming.person.tenant_id, incoming.person.id)
                await self._ledger.plain_texts.switch(incoming.person, on=False)
                await self._ledger.watched_links.switch(incoming.person, on=False)
                await self._identity.leave(incoming.person)
            case _:
                pass

    async def signed_in(self, person: Person, ticket: str) -> None:
        """Carries out what somebody said before we asked them in, unless that has been done."""
        self._later(self._work.signed_in(person))
        async with self._asking_in.said(person, ticket) as said:
            if said:
                self._later(self._resume(said))

    async def at_rest(self) -> None:
        """Waits a while for what was begun, and for what that begins, to come to its end."""
        until = asyncio.get_running_loop().time() + REST_WITHIN
        while (left := until - asyncio.get_running_loop().time()) > 0:
            if self._background:
                await asyncio.wait(self._background, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            elif not await self._work.rests(left):
                break

    async def _greet(self, context: TurnContext, incoming: Incoming) -> None:
        is_new = await self._ledger.conversations.remember(incoming.chat)
        # Whom a notice brought the bot to has that for a welcome.
        is_told = is_new or incoming.kind == "installationUpdate"
        is_brought = is_told and await self._ledger.installs.is_there(incoming.person)
        if is_new and not is_brought and incoming.kind in ("installationUpdate", "conversationUpdate"):
            await messages.send(context, commands.welcome())

    async def _said(self, context: TurnContext, incoming: Incoming, *, silently: bool = True) -> None:
        """`silently`: whether to try a sign-in that nobody sees. Once for a sentence, or it would go on for ever."""
        task = asyncio.ensure_future(self._answer(context, incoming, silently=silently))
        if not (await asyncio.wait({task}, timeout=TYPE_AFTER))[0]:
            typing = asyncio.create_task(_logged(_typing(context)))
            task.add_done_callback(lambda _task: typing.cancel())
            await asyncio.wait({task}, timeout=TAKEN_WITHIN)
        if task.done():
            await task
        else:
            self._later(_awaited(task))

    async def _answer(self, context: TurnContext, incoming: Incoming, *, silently: bool) -> None:
        try:
            reply = await commands.say(await self._turn(context, incoming))
        except NeedsSignIn as error:
            await self._ask_in(context, incoming, error, silently=silently)
        except Exception as error:
            if incoming.is_personal or not isinstance(error, LOOKED_UP):
                # In words, what was said is said again.
                again = "" if await messages.are_words(context) else await self._again(incoming, error)
                await messages.send(context, _problem(error, again))
            else:
                await messages.send(context, await self._asking_in.in_front_of_others(incoming))
        else:
            if reply.is_private and not incoming.is_personal:
                await messages.send(context, await self._asking_in.in_front_of_others(incoming))
            else:
                message_id = await messages.send(context, reply.card or cards.basics.say(reply.words))
                is_card = not await messages.are_words(context)
                if is_card:
                    await self._settled(incoming, reply)
                if reply.key or (is_card and (reply.asks or reply.changes)):
                    self._later(self._placed(incoming.chat, message_id, reply))

    async def _again(self, incoming: Incoming, error: Exception) -> str:
        """The ticket of what was said, where trying again makes sense; "" where it does not."""
        return await self._asking_in.again(incoming) if isinstance(error, Unavailable) else ""

    async def _submitted(self, context: TurnContext, incoming: Incoming, *, silently: bool = True) -> None:
        """A press in a client that knows no Action.Execute: the answer takes the card's place."""
        try:
            reply = await self._clicked(context, incoming, incoming.value)
        except NeedsSignIn as error:
            await self._ask_in(context, incoming, error, silently=silently)
        except Exception as error:
            await self._tell_of_trouble(incoming, error)
        else:
            if reply.card and reply.is_private and not incoming.is_personal:
                await self._show_alone(incoming, reply.card)
            elif reply.card and incoming.reply_to:
                await messages.replace(context, incoming.reply_to, reply.card)
                self._later(self._placed(incoming.chat, incoming.reply_to, reply))
            else:
                await messages.send(context, reply.card or cards.basics.say(reply.words))

    async def _invoked(self, context: TurnContext, incoming: Incoming, until: float) -> InvokeResponse:
        match incoming.name:
            case "adaptiveCard/action":
                return await self._pressed(context, incoming, until)
            case "signin/tokenExchange":
                return await self._exchange(context, incoming, until)
            case "signin/verifyState":
                # Our sign-in page has told us already who came back; there is nothing to verify.
                return invokes.empty()
            case "signin/failure":
                log.warning("Teams could not sign somebody in silently: %s", _code(incoming.value))
                self._later(self._show_sign_in(incoming))
                return invokes.empty()
            case doors.SEARCH:
                return await self._searched(context, incoming, until)
            case doors.LINK:
                return await self._pasted(context, incoming, until)
            case name if name in doors.INVOKES:
                return await self._through_a_door(context, incoming, until)
            case _:
                return InvokeResponse(status=501)

    async def _searched(self, context: TurnContext, incoming: Incoming, until: float) -> InvokeResponse:
        search = doors.search(incoming.value)
        if search is None:
            return invokes.bad_request(_("I can't search for this."))
        turn = await self._turn(context, incoming)
        offer = partial(commands.files.offer, turn, search.words, skip=search.skip, top=search.top)
        task = self._begun(self._searches.made(incoming.person, offer, until))
        if not await _done(task, until):
            self._later(_awaited(task))
            return invokes.failed(_("Microsoft 365 takes longer than Teams waits. Please try again."))
        try:
            return invokes.found(task.result())
        except Exception as error:
            return invokes.failed(_sentence(error))

    async def _through_a_door(self, context: TurnContext, incoming: Incoming, until: float) -> InvokeResponse:
        task = self._begun(self._opened(context, incoming))
        if not await _done(task, until):
            self._later(self._bring(incoming, task))
            return await self._late(incoming)
        try:
            found = task.result()
        except NeedsSignIn as error:
            silently = doors.may_be_silent(incoming) and not isinstance(error, NeedsConsent)
            page = await self._asking_in.page(incoming.person, doors.wanted(incoming, error))
            return doors.sign_in_first(incoming, page, silently=silently)
        except Exception as error:
            return doors.told(incoming, _sentence(error))
        return doors.answer(found, f"{self._settings.public_url}/icons")

    async def _pasted(self, context: TurnContext, incoming: Incoming, until: float) -> InvokeResponse:
        """Whoever pastes a link did not ask: what can't be told, fails or takes too long is no word to them."""
        task = self._begun(self._looked_at(context, incoming))
        if not await _done(task, until):
            self._later(_awaited(task))
            return doors.pasted(None)
        try:
            return doors.pasted(task.result())
        except NeedsSignIn as error:
            if isinstance(error, NeedsConsent) or not doors.may_be_silent(incoming):
                return doors.pasted(None)
            return doors.sign_in_first(incoming, await self._asking_in.page(incoming.person, error), silently=True)
        except Exception as error:
            _sentence(error)
            return doors.pasted(None)

    async def _looked_at(self, context: TurnContext, incoming: Incoming) -> Card | None:
        if not await self._ledger.watched_links.are_on(incoming.person):
            return None
        await self._let_in(incoming)
        return await commands.links.pasted(await self._turn(context, incoming), doors.linked(incoming.value))

    async def _opened(self, context: TurnContext, incoming: Incoming) -> doors.Found | Reply:
        await self._let_in(incoming)
        return await doors.open_(await self._turn(context, incoming), _connector(context), incoming)

    async def _let_in(self, incoming: Incoming) -> None:
        if isinstance(authentication := incoming.value.get("authentication"), dict):
            await self._asking_in.exchange(incoming.person, "", str(authentication.get("token")))

    async def _late(self, incoming: Incoming) -> InvokeResponse:
        if incoming.name == doors.QUERY:
            return doors.message(_("Microsoft 365 takes longer than Teams waits. Please try again."))
        own = await self._ledger.conversations.of(incoming.person.tenant_id, incoming.person.id)
        return doors.dialog(cards.dialog.late(own_chat=own is not None))

    async def _bring(self, incoming: Incoming, task: asyncio.Task[doors.Found | Reply]) -> None:
        """What took too long for a dialog is answered in their own chat; a search is made again by whoever made it."""
        send = messages.send
        try:
            found = await task
        except NeedsSignIn as error:
            send, card = messages.send_oauth, await self._asking_in.by_button(incoming.person, error)
        except Exception as error:
            card = _problem(error)
        else:
            if not isinstance(found, Reply):
                return
            card = found.card or cards.basics.say(found.words)
        own = await self._ledger.conversations.of(incoming.person.tenant_id, incoming.person.id)
        if own and incoming.name != doors.QUERY:
            await self._proactively(own, lambda context: send(context, card), is_own=True)

    async def _pressed(self, context: TurnContext, incoming: Incoming, until: float) -> InvokeResponse:
        action = incoming.value.get("action")
        data = action.get("data") if isinstance(action, dict) else None
        if not isinstance(data, dict):
            return invokes.bad_request(_("This button carries nothing."))
        if incoming.value.get("trigger") == "automatic":
            return invokes.told(_("Please press the button yourself."))
        authentication = incoming.value.get("authentication")
        task = self._begun(self._clicked(context, incoming, data))
        if not await _done(task, until):
            self._later(self._finish(incoming, data, task))
            await self._work.stay()
            return invokes.replaced_by(cards.basics.working())
        try:
            reply = task.result()
        except NeedsSignIn as error:
            silently = not isinstance(authentication, dict)
            return await self._asking_in.by_press(incoming.person, error, silently=silently)
        except Exception as error:
            return invokes.told(_sentence(error))
        if reply.card is None:
            return invokes.told(reply.words)
        # The answer is seen by whoever pressed; the others, and their other devices, see the message changed.
        if incoming.is_personal or not reply.is_private:
            self._later(self._show(incoming, reply.card, reply))
        return invokes.replaced_by(await messages.in_place(context, reply.card))

    async def _clicked(self, context: TurnContext, incoming: Incoming, data: dict[str, Any]) -> Reply:
        authentication = incoming.value.get("authentication")
        if isinstance(authentication, dict):
            token = str(authentication.get("token"))
            await self._asking_in.exchange(incoming.person, plain(authentication, "id"), token)
            self._later(self._work.signed_in(incoming.person))
        verb, key = plain(data, "verb"), plain(data, "about")
        if verb in (CONTINUE, AGAIN):
            return await self._continue(context, incoming.person, key)
        return await commands.click(await self._turn(context, incoming), verb, key, inputs_of(data))

    async def _continue(self, context: TurnContext, person: Person, ticket: str) -> Reply:
        """What was said before, for whoever said it; the answer takes the place of the button."""
        await self._asking_in.check(person, ticket)
        async with self._asking_in.said(person, ticket) as said:
            if said:
                return await commands.say(await self._turn(context, said))
        raise TooLate

    async def _turn(self, context: TurnContext, incoming: Incoming) -> Turn:
        # To Teams a chat of two people is personal as well, and its doors lead here.
        is_own = incoming.is_personal and incoming.name not in doors.INVOKES
        return Turn(
            person=incoming.person,
            said=Said(incoming.text, await mentions(_connector(context), incoming), incoming.our_names),
            now=dt.datetime.now(incoming.timezone),
            timezone=incoming.timezone,
            graph=self._graph(incoming.person, PATIENCE),
            identity=self._identity,
            sealer=self._sealer,
            pending=self._ledger.plans,
            record=self._ledger.record,
            reports=self._ledger.reports,
            own=messages.own_chat(context) or self._ledger.own_chat(incoming.person, incoming.chat.conversation_id),
            watched_links=self._ledger.watched_links,
            work=self._work,
            roster=lambda chat: roster.roster(_connector(context), chat, self._settings.tenant_id),
            chat=roster.chat(incoming),
            undo=self._settings.undo_seconds,
            locale=incoming.locale,
            chat_type=incoming.chat_type,
            own_chat=incoming.chat.conversation_id if is_own else "",
            message=incoming.id,
            place=Place(incoming.chat, incoming.reply_to) if incoming.reply_to else None,
            administrators=self._settings.administrators_group,
        )

    # Sign-in

    async def _ask_in(self, context: TurnContext, incoming: Incoming, error: NeedsSignIn, *, silently: bool) -> None:
        """In a chat of two Teams signs in silently by message; elsewhere it does so by the press of a button."""
        if silently and not incoming.is_personal:
            await messages.send(context, await self._asking_in.in_front_of_others(incoming, error.scopes))
        else:
            card = await self._asking_in.by_message(incoming, error, silently=silently)
            await messages.send_oauth(context, card)

    async def _exchange(self, context: TurnContext, incoming: Incoming, until: float) -> InvokeResponse:
        """Every device of a person sends its token for the same ticket: each is exchanged, one carries on.

        What takes too long counts as done. A 412 would have them press a button for what is about to happen anyway;
        if it does not happen, they get the button from us.
        """
        ticket, token = plain(incoming.value, "id"), incoming.value.get("token")
        if not isinstance(token, str):
            return InvokeResponse(status=400, body={"failureDetail": "no token"})
        task = self._begun(self._asking_in.exchange(incoming.person, ticket, token))
        if not await _done(task, until):
            self._later(self._exchanged(incoming, ticket, task))
            return invokes.empty()
        try:
            task.result()
        except NeedsSignIn as error:
            if await messages.are_words(context):
                self._later(self._show_sign_in(incoming))
            return invokes.token_refused(incoming.value, str(error))
        except Unavailable as error:
            self._later(messages.send(context, _problem(error)))
            return invokes.token_refused(incoming.value, str(error))
        await self.signed_in(incoming.person, ticket)
        return invokes.empty()

    async def _exchanged(self, incoming: Incoming, ticket: str, task: asyncio.Task[None]) -> None:
        try:
            await task
        except Exception as error:
            if not isinstance(error, NeedsSignIn):
                problem = _problem(error)
                await self._back_to(incoming, lambda context: messages.send(context, problem))
            await self._show_sign_in(incoming)
        else:
            await self.signed_in(incoming.person, ticket)

    async def _show_sign_in(self, incoming: Incoming) -> None:
        if card := await self._asking_in.after_silence(incoming.person):
            await self._back_to(incoming, lambda context: messages.send_oauth(context, card))

    async def _resume(self, said: Incoming) -> None:
        handle = self._submitted if said.value and not said.text else self._said
        with speaking(said.locale, said.timezone):
            await self._back_to(said, lambda context: handle(context, said, silently=False))

    # After the answer

    async def _finish(self, incoming: Incoming, data: dict[str, Any], task: asyncio.Task[Reply]) -> None:
        """What took too long to answer with: the card that says so is replaced when it is done.

        A failure is told beside it, and what can be pressed again comes back.
        """
        try:
            reply = await task
        except NeedsSignIn as error:
            await self._bring_back(incoming, data)
            card = await self._asking_in.by_button(incoming.person, error)
            await self._back_to(incoming, lambda context: messages.send_oauth(context, card))
        except Exception as error:
            if plain(data, "verb") == AGAIN:
                again = plain(data, "about") if isinstance(error, Unavailable) else ""
                await self._show(incoming, await self._trouble(incoming, error, again))
            else:
                await self._tell_of_trouble(incoming, error)
                await self._bring_back(incoming, data)
        else:
            if reply.card and reply.is_private and not incoming.is_personal:
                await self._show_alone(incoming, reply.card)
            elif reply.card:
                await self._show(incoming, reply.card, reply)
            else:
                said = cards.basics.say(reply.words)
                await self._back_to(incoming, lambda context: messages.send(context, said))
                await self._bring_back(incoming, data)

    async def _bring_back(self, incoming: Incoming, data: dict[str, Any]) -> None:
        key = plain(data, "about")
        if plain(data, "verb") in (CONTINUE, AGAIN):
            if card := await self._asking_in.offered(incoming.person, key):
                await self._show(incoming, card)
        elif card := await commands.waiting(self._ledger.plans, self._work, incoming.person, key):
            await self._show_alone(incoming, card)

    async def _tell_of_trouble(self, incoming: Incoming, error: Exception) -> None:
        """Beside the card."""
        problem = await self._trouble(incoming, error)
        await self._back_to(incoming, lambda context: messages.send(context, problem))

    async def _trouble(self, incoming: Incoming, error: Exception, again: str = "") -> Card:
        """`again` is the ticket of what may be tried again."""
        problem = _problem(error, again)
        is_private = not incoming.is_personal and isinstance(error, LOOKED_UP)
        return await self._instead(incoming, problem) if is_private else problem

    async def _show_alone(self, incoming: Incoming, card: Card) -> None:
        """In front of others a message changes for all, so what is for one goes to their own chat."""
        await self._show(incoming, card if incoming.is_personal else await self._instead(incoming, card))

    async def _instead(self, incoming: Incoming, card: Card) -> Card:
        """What others read in the place of this, which goes to their own chat."""
        own = await self._ledger.conversations.of(incoming.person.tenant_id, incoming.person.id)
        if own is None:
            return cards.basics.say(_("I can't answer this in front of others. Please ask me in our own chat."))
        await self._proactively(own, lambda context: messages.send(context, card), is_own=True)
        return cards.basics.say(_("I answered in our own chat."))

    async def _show(self, incoming: Incoming, card: Card, reply: Reply | None = None) -> None:
        """`reply` is what the card is of, where it may change later."""
        if incoming.reply_to:
            try:
                await self._show_at(incoming, incoming.reply_to, card)
            finally:
                await self._placed(incoming.chat, incoming.reply_to, reply or Reply())

    async def _placed(self, chat: Conversation, message_id: str, reply: Reply) -> None:
        place = Place(chat, message_id)
        if reply.key:
            await self._work.shown(reply.key, place)
            return
        await self._work.replaced(place)
        if key := reply.asks or reply.waits:
            await self._ledger.places.keep(key, place)
        if reply.changes:
            await self._work.shares.show_anew(reply.changes)

    async def _settled(self, incoming: Incoming, reply: Reply) -> None:
        """Its buttons are of no use any more, on whatever device they are."""
        place = await self._ledger.places.of(reply.settles) if reply.settles else None
        if place:
            await self._work.replaced(place)
            self._later(self._show_at(incoming, place.message_id, cards.basics.answered_below()))

    async def _show_at(self, incoming: Incoming, message_id: str, card: Card) -> None:
        await self._back_to(incoming, lambda context: messages.replace(context, message_id, card))

    async def show(self, place: Place, card: Card) -> None:
        """In the place of the card that is there."""
        own = await self._ledger.conversations.of(place.chat.tenant_id, place.chat.person_id)
        await self._proactively(
            place.chat,
            lambda context: messages.replace(context, place.message_id, card),
            is_own=own is not None and own.conversation_id == place.chat.conversation_id,
            is_unasked=True,
        )

    async def tell(self, tenant_id: str, person_id: str, make: Callable[[], Card]) -> Place | None:
        """In their own chat with the bot, if there is one that we are let into, and in their language.

        Raises Unsure where nobody can tell whether it arrived, Unavailable where nothing could be sent now.
        """
        conversations = self._ledger.conversations
        if person_id == ADMINISTRATORS:
            chat = await conversations.like(tenant_id, self._settings.administrators_channel)
        else:
            chat = await conversations.of(tenant_id, person_id)
        if chat is None:
            log.info("%s can't be told in Teams: no chat with them is known", person_id)
            return None
        with speaking(chat.locale, hours(chat.timezone)):
            card = make()
        is_own = person_id != ADMINISTRATORS
        if is_own:
            await self._ledger.plans.answered_by_buttons(Person(tenant_id, person_id, ""), chat.conversation_id)
        try:
            message_id = await self._proactively(
                chat, lambda context: messages.send(context, card), is_own=is_own, is_unasked=True
            )
        except ConnectorError as error:
            log.info("%s can't be told in Teams: %s", person_id, error)
            if error.is_shut and is_own:
                if error.is_unwanted:
                    whose = Person(tenant_id, person_id, "")
                    await self._ledger.installs.is_gone(whose, unless_brought=error.may_be_early)
                # It comes back with them: with the next thing they write, or when they install the bot anew.
                await conversations.forget(tenant_id, person_id)
            if error.is_not_done:
                return None
            raise Unsure from error
        return Place(chat, message_id)

    async def who(self, sharer: Person, chat: Chat, person_id: str) -> Recipient | None:
        """Somebody in a chat that the sharer has shared with; None if they are not there. Raises Unavailable."""
        own = await self._ledger.conversations.of(sharer.tenant_id, sharer.id)
        if own is None:
            return None
        return await self._proactively(
            replace(own, conversation_id=chat.id),
            lambda context: roster.member(_connector(context), chat.id, person_id, self._settings.tenant_id),
            is_own=False,
        )

    async def _back_to(self, incoming: Incoming, what: Callable[[TurnContext], Awaitable[object]]) -> None:
        await self._proactively(incoming.chat, what, is_own=incoming.is_personal)

    async def _proactively(
        self,
        chat: Conversation,
        what: Callable[[TurnContext], Awaitable[Of]],
        *,
        is_own: bool,
        is_unasked: bool = False,
    ) -> Of:
        """Unasked, or long after: nobody waits for it, so it has time. `is_own`: in their chat of two with us."""
        made: list[Of] = []

        async def patiently(context: TurnContext) -> None:
            _connector(context).has_time = True
            if is_own:
                in_words = InWords(self._ledger, chat, is_unasked=is_unasked)
                context.turn_state[messages.IN_WORDS] = in_words
            made.append(await what(context))

        reference = ConversationReference(
            channel_id="msteams",
            service_url=chat.service_url,
            bot=ChannelAccount(id=chat.bot_id),
            user=ChannelAccount(id=chat.member_id),
            conversation=ConversationAccount(id=chat.conversation_id),
        )
        await self._adapter.continue_conversation(reference, patiently, self._settings.app_id)
        return made[0]

    def _later(self, work: Coroutine[Any, Any, object]) -> None:
        self._begun(_logged(work))

    def _begun(self, work: Coroutine[Any, Any, Of]) -> asyncio.Task[Of]:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task


async def _done(task: asyncio.Task[Any], until: float) -> bool:
    left = until - asyncio.get_running_loop().time()
    return bool((await asyncio.wait({task}, timeout=max(left, 0)))[0])


async def _typing(context: TurnContext) -> None:
    """Until somebody ends it."""
    while True:
        await messages.show_typing(context)
        await asyncio.sleep(TYPE_EVERY)


async def _awaited(task: asyncio.Future[Any]) -> None:
    await task


async def _logged(work: Coroutine[Any, Any, object]) -> None:
    """After the deed, nothing may undo the answer: what fails here is known to the log alone."""
    with tracing.span("afterwards"):
        try:
            await work
        except Exception as error:
            _sentence(error)


def _sentence(error: Exception) -> str:
    """What the person is told. A reference ties what they saw to what we logged."""
    if isinstance(error, SharebotError):
        log.info("answered with %s", type(error).__name__)
        return _words(error)
    reference = secrets.token_hex(4)
    tracing.note({tracing.REFERENCE: reference, "error.type": type(error).__name__})
    if isinstance(error, ConnectorError):
        log.warning("reference %s: Teams answered %s", reference, error, extra={"reference": reference})
    else:
        log.error("reference %s", reference, exc_info=error, extra={"reference": reference})
    return sentences(
        _(SharebotError.sentence),
        _("If it happens again, please tell whoever runs me: reference {reference}.", reference=reference),
    )


def _words(error: SharebotError) -> str:
    """With the reference that is in them, whoever watches finds it."""
    if error.reference:
        tracing.note({tracing.REFERENCE: error.reference})
    return str(error)


def _problem(error: Exception, again: str = "") -> Card:
    """A question back and a name nobody knows are talk; the rest is trouble, and looks like it."""
    if isinstance(error, NotUnderstood | NotFound):
        return cards.basics.say(_words(error))
    return cards.basics.problem(_sentence(error), again)


def _kind(incoming: Incoming) -> str:
    """Of what Teams may send, and no word of anybody's."""
    name = incoming.name if incoming.kind == "invoke" else incoming.kind
    return name if name in KINDS or name in doors.INVOKES else "of another kind"


def _code(value: dict[str, Any]) -> str:
    return "".join(letter for letter in str(value.get("code")) if letter.isalnum())[:40]


def _connector(context: TurnContext) -> Connector:
    return cast("Connector", context.turn_state[context.adapter.BOT_CONNECTOR_CLIENT_KEY])
