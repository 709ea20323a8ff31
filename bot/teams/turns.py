"""Teams ⇄ turns: one match over what Teams sends, and the boundary where every failure becomes a sentence."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

import httpx
from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext
from botbuilder.schema import (
    Activity,
    ActivityTypes,
    Attachment,
    ChannelAccount,
    ConversationAccount,
    ConversationReference,
)

import cards.basics
from bot import commands
from bot.commands import Notice, Reply, Turn
from bot.errors import NeedsSignIn, NotFound, NotUnderstood, SharebotError, TooLate, Unavailable
from bot.graph import Budgets, Calls, Graph
from bot.identity import Identity, OnBehalfOf
from bot.identity.sealing import Sealer, Unreadable
from bot.language import Mention, Said
from bot.ledger import Conversation, Ledger, Parked
from bot.sharing import Person
from bot.teams import invokes
from bot.teams.connector import Connector, ConnectorError
from bot.teams.incoming import Incoming, inputs_of, read
from bot.teams.pace import Pace
from bot.teams.seen import Seen
from cards.elements import Card

log = logging.getLogger(__name__)

# Teams gives up on an invoke after some 10 seconds and asks again; what takes longer is finished behind a card.
ANSWER_WITHIN = 4.0
# So long a person waits for a Graph that is busy.
PATIENCE = 8.0
LONGEST_KEY = 64
# So long what was begun may take when the bot is told to end.
REST_WITHIN = 20.0
# Faster than this nobody misses a sign that somebody is typing.
TYPE_AFTER = 0.6
# Teams sends a message again that is not taken within 15 seconds.
TAKEN_WITHIN = 8.0


class Turns:
    """Everything the bot does in Teams starts here. `background` keeps what goes on after an answer."""

    def __init__(
        self,
        *,
        adapter: CloudAdapterBase,
        app_id: str,
        tenant_id: str,
        public_url: str,
        http: httpx.AsyncClient,
        graph_url: str,
        identity: Identity,
        ledger: Ledger,
        sealer: Sealer,
    ) -> None:
        self._adapter = adapter
        self._app_id = app_id
        self._tenant_id = tenant_id
        self._public_url = public_url
        self._http = http
        self._graph_url = graph_url
        self._budgets = Budgets()
        self._pace = Pace()
        self._seen = Seen()
        self._identity = identity
        self._ledger = ledger
        self._sealer = sealer
        self._background: set[asyncio.Task[Any]] = set()

    async def on_activity(self, context: TurnContext, body: dict[str, Any]) -> None:
        """One activity, already known to be from Teams."""
        incoming = read(body)
        if incoming is None or incoming.person.tenant_id != self._tenant_id:
            log.warning("an activity without a person of our tenant")
            if body.get("type") == "invoke":
                await _respond(context, InvokeResponse(status=400))
            return
        if incoming.kind != "invoke" and self._seen.before(incoming.chat.conversation_id, incoming.id):
            log.info("delivered again")
            return
        try:
            await self._on(context, incoming)
        except Exception as error:
            # What could not even be answered: Teams would only send it again, and again it would not be.
            words = _sentence(error)
            if incoming.name == "adaptiveCard/action":
                await _respond(context, invokes.failed(words))
            elif incoming.kind == "invoke":
                await _respond(context, InvokeResponse(status=500))
            elif incoming.kind == "message" and not isinstance(error, ConnectorError):
                self._later(_send(context, cards.basics.problem(words)))

    async def _on(self, context: TurnContext, incoming: Incoming) -> None:
        if incoming.is_personal and incoming.name != "remove":
            await self._greet(context, incoming)
        match incoming.kind, incoming.name:
            case "message", _ if incoming.value and not incoming.text:
                await self._submitted(context, incoming)
            case "message", _:
                await self._said(context, incoming)
            case "invoke", _:
                await _respond(context, await self._invoked(context, incoming))
            case "installationUpdate", "remove" if incoming.is_personal:
                await self._ledger.conversations.forget(incoming.person.tenant_id, incoming.person.id)
                await self._identity.sign_out(incoming.person)
            case _:
                pass

    async def signed_in(self, parked: Parked) -> None:
        """Carries out what somebody said before we asked them in; they came back through the sign-in page."""
        self._later(self._resume(parked))

    async def at_rest(self) -> None:
        """Waits a while for what was begun, and for what that begins, to come to its end."""
        until = asyncio.get_running_loop().time() + REST_WITHIN
        while self._background and (left := until - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._background, timeout=left, return_when=asyncio.FIRST_COMPLETED)

    async def _greet(self, context: TurnContext, incoming: Incoming) -> None:
        is_new = await self._ledger.conversations.remember(incoming.chat)
        if is_new and incoming.kind in ("installationUpdate", "conversationUpdate"):
            await _send(context, commands.welcome())

    async def _said(self, context: TurnContext, incoming: Incoming, *, silently: bool = True) -> None:
        """`silently`: whether to try a sign-in that nobody sees. Once for a sentence, or it would go on for ever."""
        task = asyncio.ensure_future(self._answer(context, incoming, silently=silently))
        if not (await asyncio.wait({task}, timeout=TYPE_AFTER))[0]:
            typing = asyncio.create_task(_logged(_type(context)))
            await asyncio.wait({task}, timeout=TAKEN_WITHIN)
            typing.cancel()
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
            await _send(context, _problem(error))
        else:
            if reply.is_private and not incoming.is_personal:
                await self._offer(context, incoming)
            else:
                await _send(context, reply.card or cards.basics.say(reply.words))
            self._tell(reply.notices, incoming.person)

    async def _offer(self, context: TurnContext, incoming: Incoming, scopes: frozenset[str] = frozenset()) -> None:
        """A button in front of others, whose answer only the asker gets."""
        ticket = await self._park(incoming, scopes)
        await _send(context, cards.basics.continue_as_you(ticket, incoming.person.name))

    async def _submitted(self, context: TurnContext, incoming: Incoming, *, silently: bool = True) -> None:
        """A press in a client that knows no Action.Execute: the answer takes the card's place."""
        try:
            reply = await self._clicked(context, incoming, incoming.value)
        except NeedsSignIn as error:
            await self._ask_in(context, incoming, error, silently=silently)
        except Exception as error:
            await _send(context, _problem(error))
        else:
            if reply.card and incoming.reply_to:
                await _replace(context, incoming.reply_to, reply.card)
            else:
                await _send(context, reply.card or cards.basics.say(reply.words))
            self._tell(reply.notices, incoming.person)

    async def _invoked(self, context: TurnContext, incoming: Incoming) -> InvokeResponse:
        match incoming.name:
            case "adaptiveCard/action":
                return await self._pressed(context, incoming)
            case "signin/tokenExchange":
                return await self._exchange(context, incoming)
            case "signin/verifyState":
                # Our sign-in page has told us already who came back; there is nothing to verify.
                return invokes.empty()
            case "signin/failure":
                log.warning("Teams could not sign somebody in silently: %s", _code(incoming.value))
                self._later(self._show_sign_in(context, incoming))
                return invokes.empty()
            case _:
                return InvokeResponse(status=501)

    async def _pressed(self, context: TurnContext, incoming: Incoming) -> InvokeResponse:
        action = incoming.value.get("action")
        data = action.get("data") if isinstance(action, dict) else None
        if not isinstance(data, dict):
            return invokes.bad_request("This button carries nothing.")
        if incoming.value.get("trigger") == "automatic":
            return invokes.told("Please press the button yourself.")
        authentication = incoming.value.get("authentication")
        task = asyncio.create_task(self._clicked(context, incoming, data))
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        if not (await asyncio.wait({task}, timeout=ANSWER_WITHIN))[0]:
            self._later(self._finish(context, incoming, _plain(data, "key"), task))
            return invokes.replaced_by(cards.basics.working())
        try:
            reply = task.result()
        except NeedsSignIn as error:
            return await self._login_request(incoming, error, silent=not isinstance(authentication, dict))
        except Exception as error:
            return invokes.told(_sentence(error))
        self._tell(reply.notices, incoming.person)
        if reply.card is None:
            return invokes.told(reply.words)
        # The answer is seen by whoever pressed; the others, and their other devices, see the message changed.
        if incoming.is_personal or not reply.is_private:
            self._later(self._show(incoming, reply.card))
        return invokes.replaced_by(reply.card)

    async def _clicked(self, context: TurnContext, incoming: Incoming, data: dict[str, Any]) -> Reply:
        authentication = incoming.value.get("authentication")
        if isinstance(authentication, dict):
            wanted = await self._wanted(_plain(authentication, "id"), incoming.person)
            await self._identity.exchange(incoming.person, str(authentication.get("token")), wanted)
        verb, key = _plain(data, "verb"), _plain(data, "key")
        if verb == "sign_in.continue":
            return await self._continue(context, incoming, key)
        return await commands.click(await self._turn(context, incoming), verb, key, inputs_of(data))

    async def _turn(self, context: TurnContext, incoming: Incoming) -> Turn:
        patience = asyncio.get_running_loop().time() + PATIENCE
        auth = OnBehalfOf(self._identity, incoming.person)
        return Turn(
            person=incoming.person,
            said=Said(incoming.text, await _mentions(context, incoming), incoming.our_names),
            now=dt.datetime.now(incoming.timezone),
            timezone=incoming.timezone,
            graph=Graph(Calls(self._http, self._graph_url, auth, self._budgets, patience)),
            identity=self._identity,
            pending=self._ledger.plans,
            locale=incoming.locale,
            chat_type=incoming.chat_type,
        )

    # Sign-in

    async def _ask_in(self, context: TurnContext, incoming: Incoming, error: NeedsSignIn, *, silently: bool) -> None:
        """In a chat of two Teams signs in silently by message; elsewhere it does so by the press of a button."""
        if silently and not incoming.is_personal:
            await self._offer(context, incoming, error.scopes)
        else:
            ticket = await self._park(incoming, error.scopes, error.claims)
            silent = ticket if silently else None
            await _send_oauth(context, invokes.oauth_card(silent, self._page(ticket), error.scopes))

    async def _park(self, incoming: Incoming, scopes: frozenset[str], claims: str = "") -> str:
        sealed = self._sealer.seal(json.dumps(incoming.raw).encode(), incoming.person.id)
        return await self._ledger.sign_ins.open(incoming.person, sealed, scopes, claims)

    async def _show_sign_in(self, context: TurnContext, incoming: Incoming) -> None:
        """The button, for what they said last."""
        was = await self._ledger.sign_ins.latest(incoming.person)
        about = (was.parked, was.scopes, was.claims) if was else (None, frozenset[str](), "")
        ticket = await self._ledger.sign_ins.open(incoming.person, *about)
        await _send_oauth(context, invokes.oauth_card(None, self._page(ticket), about[1]))

    async def _login_request(self, incoming: Incoming, error: NeedsSignIn, *, silent: bool) -> InvokeResponse:
        ticket = await self._ledger.sign_ins.open(incoming.person, None, error.scopes, error.claims)
        return invokes.sign_in_first(ticket if silent else None, self._page(ticket), error.scopes)

    async def _wanted(self, ticket: str, person: Person) -> frozenset[str]:
        """What the sign-in that this is the ticket of is for."""
        waiting = await self._ledger.sign_ins.at(ticket)
        return waiting.scopes if waiting and waiting.person_id == person.id else frozenset()

    async def _exchange(self, context: TurnContext, incoming: Incoming) -> InvokeResponse:
        """Every device of a person sends its token for the same ticket: each is exchanged, one carries on."""
        ticket, token = _plain(incoming.value, "id"), incoming.value.get("token")
        if not isinstance(token, str):
            return InvokeResponse(status=400, body={"failureDetail": "no token"})
        try:
            wanted = await self._wanted(ticket, incoming.person)
            await self._identity.exchange(incoming.person, token, wanted)
        except NeedsSignIn as error:
            return invokes.token_refused(incoming.value, str(error))
        except Unavailable as error:
            self._later(_send(context, _problem(error)))
            return invokes.token_refused(incoming.value, str(error))
        async with self._ledger.sign_ins.taken(ticket, incoming.person) as parked:
            if parked:
                self._later(self._resume(parked))
        return invokes.empty()

    async def _continue(self, context: TurnContext, incoming: Incoming, ticket: str) -> Reply:
        """What was said before the sign-in, for whoever said it; the answer takes the place of the button."""
        waiting = await self._ledger.sign_ins.at(ticket)
        if waiting is None or waiting.person_id != incoming.person.id:
            return Reply(words="This is not yours to continue, or it has been done. Please ask me yourself.")
        for scope in waiting.scopes:
            await self._identity.graph_token(incoming.person, scope)
        async with self._ledger.sign_ins.taken(ticket, incoming.person) as parked:
            if said := self._unseal(parked) if parked else None:
                return await commands.say(await self._turn(context, said))
        raise TooLate

    def _unseal(self, parked: Parked) -> Incoming | None:
        if parked.parked is None:
            return None
        try:
            return read(json.loads(self._sealer.open(parked.parked, parked.person_id)))
        except Unreadable:
            log.warning("what somebody said before signing in can't be read any more")
            return None

    async def _resume(self, parked: Parked) -> None:
        said = self._unseal(parked)
        if said is None:
            return
        handle = self._submitted if said.value and not said.text else self._said
        await self._proactively(said.chat, lambda context: handle(context, said, silently=False))

    def _page(self, ticket: str) -> str:
        return f"{self._public_url}/auth/start?ticket={ticket}"

    # After the answer

    async def _finish(self, context: TurnContext, incoming: Incoming, key: str, task: asyncio.Task[Reply]) -> None:
        """What took too long to answer with: the card that says so is replaced when it is done.

        A failure is told beside it, and what can be pressed again comes back.
        """
        try:
            reply = await task
        except NeedsSignIn as error:
            await self._ask_in(context, incoming, error, silently=False)
            return
        except Exception as error:
            problem = _problem(error)
            await self._proactively(incoming.chat, lambda context: _send(context, problem))
            if card := await commands.waiting(self._ledger.plans, incoming.person, key):
                await self._show_alone(incoming, card)
            return
        self._tell(reply.notices, incoming.person)
        if reply.card:
            await (self._show_alone if reply.is_private else self._show)(incoming, reply.card)

    async def _show_alone(self, incoming: Incoming, card: Card) -> None:
        """In front of others a message changes for all, so what is for one goes to their own chat."""
        if incoming.is_personal:
            await self._show(incoming, card)
            return
        own = await self._ledger.conversations.of(incoming.person.tenant_id, incoming.person.id)
        if own is None:
            await self._show(incoming, cards.basics.say("This took too long for here. Please ask me in our own chat."))
            return
        await self._proactively(own, lambda context: _send(context, card))
        await self._show(incoming, cards.basics.say("I answered in our own chat."))

    async def _show(self, incoming: Incoming, card: Card) -> None:
        if incoming.reply_to:
            await self._proactively(incoming.chat, lambda context: _replace(context, incoming.reply_to, card))

    def _tell(self, notices: tuple[Notice, ...], asker: Person) -> None:
        for notice in notices:
            self._later(self._notify(notice, asker))

    async def _notify(self, notice: Notice, asker: Person) -> None:
        chat = await self._ledger.conversations.of(asker.tenant_id, notice.person_id)
        if chat is None:
            log.info("%s can't be told in Teams: no chat with them is known", notice.person_id)
            return
        await self._proactively(chat, lambda context: _send(context, notice.card))

    async def _proactively(self, chat: Conversation, what: Callable[[TurnContext], Awaitable[None]]) -> None:
        reference = ConversationReference(
            channel_id="msteams",
            service_url=chat.service_url,
            bot=ChannelAccount(id=chat.bot_id),
            user=ChannelAccount(id=chat.member_id),
            conversation=ConversationAccount(id=chat.conversation_id),
        )
        await self._pace.turn(chat.conversation_id)
        await self._adapter.continue_conversation(reference, what, self._app_id)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_logged(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def _awaited(task: asyncio.Future[None]) -> None:
    await task


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    """After the deed, nothing may undo the answer: what fails here is known to the log alone."""
    try:
        await work
    except Exception as error:
        _sentence(error)


def _sentence(error: Exception) -> str:
    """What the person is told. A reference ties what they saw to what we logged."""
    if isinstance(error, SharebotError):
        log.info("answered with %s", type(error).__name__)
        return str(error)
    reference = secrets.token_hex(4)
    if isinstance(error, ConnectorError):
        log.warning("reference %s: Teams answered %s", reference, error)
    else:
        log.error("reference %s", reference, exc_info=error)
    return f"{SharebotError.sentence} If it happens again, please tell whoever runs me: reference {reference}."


def _problem(error: Exception) -> Card:
    """A question back and a name nobody knows are talk; the rest is trouble, and looks like it."""
    if isinstance(error, NotUnderstood | NotFound):
        return cards.basics.say(str(error))
    return cards.basics.problem(_sentence(error))


def _plain(data: dict[str, Any], name: str) -> str:
    """A verb or a key as we make them; "" for anything else."""
    value = data.get(name)
    return value if isinstance(value, str) and value.isascii() and len(value) <= LONGEST_KEY else ""


def _code(value: dict[str, Any]) -> str:
    return "".join(letter for letter in str(value.get("code")) if letter.isalnum())[:40]


async def _mentions(context: TurnContext, incoming: Incoming) -> tuple[Mention, ...]:
    """A mention carries Teams' id of a person; the chat's roster knows who that is in the directory."""
    connector = cast("Connector", context.turn_state[context.adapter.BOT_CONNECTOR_CLIENT_KEY])

    async def who(name: str, member_id: str) -> Mention:
        try:
            member = await connector.member(incoming.chat.conversation_id, member_id)
        except ConnectorError as error:
            if error.status in (403, 404):
                return Mention(name, None)
            raise
        found = member.get("aadObjectId") or member.get("objectId")
        return Mention(name, found if isinstance(found, str) else None)

    return tuple(await asyncio.gather(*(who(name, member_id) for name, member_id in incoming.mentioned)))


async def _send(context: TurnContext, card: Card) -> None:
    await context.send_activity(_message(card))


async def _replace(context: TurnContext, activity_id: str, card: Card) -> None:
    message = _message(card)
    message.id = activity_id
    await context.update_activity(message)


async def _respond(context: TurnContext, response: InvokeResponse) -> None:
    await context.send_activity(Activity(type=ActivityTypes.invoke_response, value=response))


async def _type(context: TurnContext) -> None:
    await context.send_activity(Activity(type=ActivityTypes.typing))


async def _send_oauth(context: TurnContext, card: Card) -> None:
    attachment = Attachment(content_type="application/vnd.microsoft.card.oauth", content=card)
    await context.send_activity(Activity(type=ActivityTypes.message, attachments=[attachment]))


class _Whole(dict[str, Any]):
    """A card, which nobody changes: botbuilder copies what it sends to the last letter."""

    def __deepcopy__(self, _memo: object) -> _Whole:
        return self


def _message(card: Card) -> Activity:
    attachment = Attachment(content_type="application/vnd.microsoft.card.adaptive", content=_Whole(card))
    return Activity(type=ActivityTypes.message, summary=card["fallbackText"], attachments=[attachment])
