"""Teams as its people use it: it hands what they say and press to the bot, and signs them in where the bot asks."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, cast

import httpx

from contoso import activities, buttons, tokens
from contoso.chats import CARD, OAUTH, Chat, Mention, Message
from contoso.delivery import BotFailed, BotTrouble, Delivery
from contoso.extension import Extension
from contoso.ids import DOMAIN, bot_member_id
from contoso.people import Person
from contoso.tenant import BOT_NAME, CAST, Contoso, Event

Json = dict[str, Any]
LOGIN = "application/vnd.microsoft.activity.loginRequest"
PRECONDITION_FAILED = "application/vnd.microsoft.error.preconditionFailed"
BOT_STARTS_WITHIN = 30.0
MOMENT = 0.05
Who = Person | str


@dataclass(frozen=True)
class Answer:
    """What the bot answered to a press, `status` being the one in the answer's body."""

    status: int
    type: str
    value: Any

    @property
    def card(self) -> Json | None:
        return self.value if self.type == CARD else None


class TeamsClient:
    """`who` is always a person, or what `Contoso.person` finds them by. Raises BotTrouble when the bot can't be had."""

    def __init__(self, contoso: Contoso, http: httpx.AsyncClient) -> None:
        self._contoso = contoso
        self._bot = Delivery(contoso, http)
        self.extension = Extension(contoso, self._bot)
        self._installing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._signing_in: defaultdict[str, int] = defaultdict(int)
        self._spoke_last: dict[str, Person] = {}
        self._background: set[asyncio.Task[None]] = set()
        # How many a person is signed in on; each of them tries to sign in silently.
        self.devices = 1
        # The bot has taken a message and says nothing: how long to listen on. And how long once it said something.
        self.patience = 3.0
        self.quiet = 0.1

    # What tests and the back door do

    async def say(
        self,
        who: Who,
        text: str,
        *,
        chat: str | None = None,
        root: str | None = None,
        mentions: Sequence[Mention] | None = None,
        locale: str = "en-US",
    ) -> list[Message]:
        """Says it and waits for what the bot says to it, there. Mentions are found in the text unless given."""
        person, where = self._who(who), self._chat(who, chat)
        if where.kind == "personal":
            await self.install(where, person)
        message = self.post(person, where, text, root=root, mentions=mentions)
        if not await self.hand_over(message, locale):
            return []
        return await self._until_quiet(person, where, message.id)

    async def paste(self, who: Who, url: str, *, chat: str | None = None, locale: str = "en-US") -> Json | None:
        """The card that the bot hangs onto a link which is pasted and not sent yet; None for none."""
        person, where = self._who(who), self._chat(who, chat)
        answer = await self.extension.unfurl(person, where, url, locale=locale)
        found = cast("list[Json]", answer.get("composeExtension", {}).get("attachments") or [])
        return cast("Json", found[0]["content"]) if found else None

    async def click(
        self,
        who: Who,
        title: str,
        *,
        inputs: Mapping[str, str] | None = None,
        message: str | None = None,
        chat: str | None = None,
        locale: str = "en-US",
    ) -> Answer:
        """Presses a button of a message's card, by default of the latest that has it. Raises buttons.NoSuchButton."""
        person, where = self._who(who), self._chat(who, chat)
        seen = self.messages(person, chat=where.id)
        cards = [each for each in seen if each.card and message in (None, each.id)]
        if not cards:
            raise buttons.NoSuchButton("There is no card.")
        target = next((each for each in reversed(cards) if each.card and buttons.has(each.card, title)), cards[-1])
        action = buttons.press(target.card or {}, title, inputs or {})
        return await self.press(person, where, target.id, action, locale)

    def messages(self, who: Who, *, chat: str | None = None) -> list[Message]:
        """What the person sees in a chat, by default that with the bot; oldest first, cards as they are for them."""
        person, where = self._who(who), self._chat(who, chat)
        return [
            each.as_seen_by(person.id)
            for each in self._contoso.chats.messages(where.id)
            if not each.is_empty_for(person.id)
        ]

    def card(self, who: Who, *, chat: str | None = None) -> Json | None:
        """The latest one in the chat."""
        return next((each.card for each in reversed(self.messages(who, chat=chat)) if each.card), None)

    async def wait_for(
        self,
        who: Who,
        predicate: Callable[[Message], object],
        timeout: float = 5.0,  # noqa: ASYNC109 - it reads as it is said
        *,
        after: str = "0",
    ) -> Message:
        """The bot's first message in any chat of theirs that fits; it may be there already. Raises TimeoutError."""
        person = self._who(who)
        with self._listening() as heard:
            async with asyncio.timeout(timeout):
                while True:
                    for chat in self._contoso.chats.of(person.id):
                        for each in self.messages(person, chat=chat.id):
                            if each.is_from_bot and int(each.id) > int(after) and predicate(each):
                                return each
                    await heard.wait()
                    heard.clear()

    async def install_everywhere(self) -> None:
        """Brings the bot to the usual cast, a group chat and a channel, once it answers at all."""
        cast_ = [self._contoso.person(f"{login}@{DOMAIN}") for login in CAST]
        chats = [self._contoso.chats.personal(person.id) for person in cast_]
        chats += [chat for chat in self._contoso.chats if chat.kind != "personal"]
        until = asyncio.get_running_loop().time() + BOT_STARTS_WITHIN
        for chat in chats:
            while True:
                try:
                    await self.install(chat)
                    break
                except BotTrouble:
                    if asyncio.get_running_loop().time() > until:
                        raise
                    await asyncio.sleep(0.25)

    # What the page does

    def post(
        self,
        person: Person,
        chat: Chat,
        text: str,
        *,
        root: str | None = None,
        mentions: Sequence[Mention] | None = None,
        card: Json | None = None,
    ) -> Message:
        """Puts a person's message into a chat; the bot is told by `hand_over`. `card` is what a link in it became."""
        message = Message(
            id=self._contoso.chats.new_id(self._contoso.now()),
            chat_id=chat.id,
            root=root if chat.kind == "channel" else None,
            sender=person.id,
            sender_name=person.name,
            timestamp=self._contoso.now(),
            text=text,
            mentions=tuple(self._mentioned(chat, text) if mentions is None else mentions),
            attachments=({"contentType": CARD, "content": card},) if card else (),
        )
        self._contoso.say(message)
        return message

    async def hand_over(self, message: Message, locale: str = "en-US") -> bool:
        """Tells the bot, where it is meant; what goes wrong is kept with the message as well."""
        chat, person = self._contoso.chats.get(message.chat_id), self._contoso.directory.people[message.sender]
        if chat is None:
            return False
        if chat.kind != "personal" and not self._is_meant(message):
            return False
        try:
            await self.install(chat, person)
            self._spoke_last[chat.id] = person
            await self._bot.accepted(activities.said(self._contoso, chat, person, message, locale))
        except BotTrouble as trouble:
            self._contoso.edit(replace(message, problem=str(trouble)))
            raise
        return True

    async def press(self, person: Person, chat: Chat, message_id: str, action: Json, locale: str = "en-US") -> Answer:
        """Hands over a button whose data is complete. Raises LookupError when the message is gone."""
        message = self._contoso.chats.message(chat.id, message_id)
        if message is None:
            raise LookupError("This message is not there any more.")
        self._spoke_last[chat.id] = person
        data = cast("Json", action.get("data") or {})
        if action["type"] == "Action.Submit":
            await self._bot.accepted(
                activities.submitted(self._contoso, chat, person, message, value=data, locale=locale)
            )
            return Answer(200, "", None)
        about = {name: action[name] for name in ("type", "title", "id", "verb") if action.get(name)}
        value: Json = {"action": {**about, "data": data}, "trigger": "manual"}
        answer = await self._execute(person, chat, message, value, locale)
        if answer.card is not None:
            self._replace_for(person, chat, message_id, answer.card)
        return answer

    def opened(self, person: Person, chat: Chat) -> None:
        """Whoever opens the chat with the bot has it from then on."""
        if chat.kind == "personal" and chat.id not in self._contoso.chats.with_bot:
            self.later(self.install(chat, person))

    def came_back(self, person: Person) -> None:
        """The sign-in window is closed: who did sign in needs no card any more that asks them to."""
        since = self._contoso.came_back.get(person.id)
        for chat in self._contoso.chats.of(person.id):
            for message in self._contoso.chats.messages(chat.id):
                asks = any(each["contentType"] == OAUTH for each in message.attachments)
                if since and asks and not message.withheld and message.timestamp <= since:
                    self._contoso.edit(_without_sign_in(message))

    # What the bot makes it do

    async def install(self, chat: Chat, person: Person | None = None) -> None:
        """Adds the bot to a chat it is not in; `person` is who does so, by default the chat's first."""
        who = person or self._contoso.directory.people[chat.members[0]]
        async with self._installing[chat.id]:
            if chat.id in self._contoso.chats.with_bot:
                return
            # First, because what it says to being installed is said in a chat it is in.
            self._contoso.chats.with_bot.add(chat.id)
            try:
                await self._bot.accepted(activities.installed(self._contoso, chat, who))
                await self._bot.accepted(activities.bot_added(self._contoso, chat, who))
            except BotTrouble:
                self._contoso.chats.with_bot.discard(chat.id)
                raise
        self._contoso.emit(Event("chats", frozenset(chat.members)))

    def bring(self, person: Person) -> None:
        """Graph was asked to install the bot for somebody: it is there, and hears of it a moment later."""
        chat = self._contoso.chats.personal(person.id)
        self._contoso.chats.with_bot.add(chat.id)
        self.later(self._brought(chat, person))

    async def _brought(self, chat: Chat, person: Person) -> None:
        self._contoso.emit(Event("chats", frozenset(chat.members)))
        await self._bot.accepted(activities.installed(self._contoso, chat, person))
        await self._bot.accepted(activities.bot_added(self._contoso, chat, person))

    async def uninstall(self, who: Who) -> None:
        """Takes the bot out of a person's Teams."""
        person = self._who(who)
        chat = self._contoso.chats.personal(person.id)
        self._contoso.chats.with_bot.discard(chat.id)
        await self._bot.accepted(activities.uninstalled(self._contoso, chat, person))

    async def add(self, who: Who, people: Sequence[Who], chat: str) -> None:
        """Adds people to a chat of theirs, or to the team of a channel; the bot in it hears of it."""
        person, where = self._who(who), self._chat(who, chat)
        new = [each for each in map(self._who, people) if each.id not in where.members]
        await self._moved(person, where, new, (*where.members, *(each.id for each in new)), joined=True)

    async def remove(self, who: Who, people: Sequence[Who], chat: str) -> None:
        """Takes people out of a chat; whoever takes themselves out leaves it."""
        person, where = self._who(who), self._chat(who, chat)
        gone = [each for each in map(self._who, people) if each.id in where.members]
        stay = [each for each in where.members if each not in {one.id for one in gone}]
        await self._moved(person, where, gone, stay, joined=False)

    async def _moved(
        self, by: Person, chat: Chat, people: Sequence[Person], members: Sequence[str], *, joined: bool
    ) -> None:
        if chat.kind == "personal":
            raise LookupError("Nobody joins or leaves the chat with the bot.")
        if not people:
            return
        now = self._contoso.chats.populate(chat.id, members)
        self._contoso.emit(Event("chats", frozenset(chat.members) | frozenset(now.members)))
        if chat.id in self._contoso.chats.with_bot:
            await self._bot.accepted(activities.members_moved(self._contoso, chat, by, people, joined=joined))

    def sign_in_silently(self, chat: Chat, message: Message, card: Json) -> None:
        """The bot sent a sign-in card that Teams may answer by itself."""
        self._signing_in[chat.id] += 1
        self.later(self._sign_in(chat, message, card))

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Does it while nobody waits; that the bot can't be had is then for nobody to know."""

        async def quietly() -> None:
            with suppress(BotTrouble):
                await work

        task = asyncio.create_task(quietly())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def close(self) -> None:
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _sign_in(self, chat: Chat, message: Message, card: Json) -> None:
        """Every device hands over a token; one success is enough, and the card is never seen."""
        try:
            done = await self._exchange(chat, message, card)
        except BotTrouble:
            done = False
        finally:
            self._signing_in[chat.id] -= 1
        now = self._contoso.chats.message(chat.id, message.id)
        if now and done is not None:
            self._contoso.edit(_without_sign_in(now) if done else replace(now, withheld=False))

    async def _exchange(self, chat: Chat, message: Message, card: Json) -> bool | None:
        """Whether the bot took a token; None where Teams cannot do this and shows nothing."""
        person = self._spoke_last.get(chat.id) or self._contoso.directory.people[chat.members[0]]
        if chat.kind == "channel":
            failure = {"code": "resourcematchfailed", "message": "Resource match failed"}
            await self._bot.send(
                activities.invoke(self._contoso, chat, person, name="signin/failure", value=failure, message=message)
            )
            return None
        exchange = {"id": card["tokenExchangeResource"].get("id"), "connectionName": card.get("connectionName", "")}
        answers = await asyncio.gather(
            *(
                self._bot.send(
                    activities.invoke(
                        self._contoso,
                        chat,
                        person,
                        name="signin/tokenExchange",
                        value={**exchange, "token": tokens.sso_token(self._contoso, person)},
                    )
                )
                for _ in range(self.devices)
            )
        )
        return any(answer.status_code == 200 for answer in answers)

    async def _execute(self, person: Person, chat: Chat, message: Message, value: Json, locale: str) -> Answer:
        """One press, and once more with a token if the bot first wants to know who this is."""
        answer = await self._ask(person, chat, message, value, locale)
        if answer.type != LOGIN:
            return answer
        card = cast("Json", answer.value)
        exchange, connection = card.get("tokenExchangeResource"), card.get("connectionName")
        if not exchange or not connection:
            return answer
        token = tokens.sso_token(self._contoso, person)
        authentication = {"id": exchange.get("id"), "connectionName": connection, "token": token}
        again = await self._ask(person, chat, message, {**value, "authentication": authentication}, locale)
        if again.type == LOGIN:
            card = cast("Json", again.value)
        elif again.type != PRECONDITION_FAILED and again.status != 412:
            return again
        by_hand = {name: part for name, part in card.items() if name != "tokenExchangeResource"}
        return Answer(401, LOGIN, by_hand)

    async def _ask(self, person: Person, chat: Chat, message: Message, value: Json, locale: str) -> Answer:
        """Raises BotTrouble, also for an answer Teams could not make sense of."""
        activity = activities.invoke(
            self._contoso, chat, person, name="adaptiveCard/action", value=value, locale=locale, message=message
        )
        answer = await self._bot.send(activity)
        try:
            said = answer.json()
            if answer.status_code != 200:
                raise BotFailed(answer.status_code)
            return Answer(int(said["statusCode"]), str(said["type"]), said.get("value"))
        except (ValueError, TypeError, KeyError) as error:
            raise BotFailed(answer.status_code) from error

    def _replace_for(self, person: Person, chat: Chat, message_id: str, card: Json) -> None:
        """The answer is on the screen of who pressed; the others see it when the bot edits its message."""
        now = self._contoso.chats.message(chat.id, message_id)
        if now:
            changed = now.with_card(person.id, card)
            self._contoso.chats.put(changed)
            self._contoso.emit(Event("update", frozenset({person.id}), chat.id, changed))

    async def _until_quiet(self, person: Person, chat: Chat, after: str) -> list[Message]:
        """What the bot said since, once it says no more."""
        with self._listening() as heard:
            while True:
                seen = self.messages(person, chat=chat.id)
                news = [each for each in seen if each.is_from_bot and int(each.id) > int(after)]
                wait = self.quiet if news and not self._signing_in[chat.id] else self.patience
                if not await _heard(heard, wait):
                    return news
                heard.clear()

    @contextmanager
    def _listening(self) -> Generator[asyncio.Event]:
        heard = asyncio.Event()

        def hear(event: Event) -> None:
            if event.message:
                heard.set()

        stop = self._contoso.watch(hear)
        try:
            yield heard
        finally:
            stop()

    def _who(self, who: Who) -> Person:
        return who if isinstance(who, Person) else self._contoso.person(who)

    def _chat(self, who: Who, chat: str | None) -> Chat:
        """By id or name; the one with the bot if none is named. Raises LookupError."""
        person = self._who(who)
        theirs = self._contoso.chats.of(person.id)
        if chat is None:
            return self._contoso.chats.personal(person.id)
        found = next((each for each in theirs if chat in (each.id, each.name)), None)
        if found is None:
            raise LookupError(f"{person.name} is in no chat {chat}.")
        return found

    def _mentioned(self, chat: Chat, text: str) -> Iterator[Mention]:
        people = [self._contoso.directory.people[each] for each in chat.members]
        for name in dict.fromkeys(re.findall(r"<at>(.*?)</at>", text)):
            if name == BOT_NAME:
                yield Mention(bot_member_id(), name)
            elif person := next((each for each in people if each.name == name), None):
                yield Mention(person.id, name)

    def _is_meant(self, message: Message) -> bool:
        """In company the bot hears only what is said to it."""
        return any(each.id == bot_member_id() for each in message.mentions)


async def _heard(heard: asyncio.Event, within: float) -> bool:
    """In seconds, of which one counts only as long as this loop turns: on a busy machine a bot in it is held up too."""
    for _moment in range(round(within / MOMENT)):
        with suppress(TimeoutError):
            async with asyncio.timeout(MOMENT):
                return await heard.wait()
    return False


def _without_sign_in(message: Message) -> Message:
    rest = tuple(each for each in message.attachments if each["contentType"] != OAUTH)
    return replace(message, attachments=rest, withheld=False)
