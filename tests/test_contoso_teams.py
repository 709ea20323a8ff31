"""Contoso's Teams, with a tiny bot at the other end: what the bot gets, what it may say, how people are signed in."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx
import jwt
import pytest
from aiohttp import web

from contoso import tokens
from contoso.buttons import NoSuchButton, NotFilledIn
from contoso.chats import CARD, OAUTH
from contoso.client import LOGIN, Answer
from contoso.delivery import BotFailed, BotTooSlow, BotUnreachable
from contoso.faults import Rule
from contoso.ids import bot_member_id
from contoso.tenant import CAST, Contoso

Json = dict[str, Any]
ADELE, ALEX, DIEGO = "adele.vance@contoso.com", "alex.wilber@contoso.com", "diego.siciliani@contoso.com"
SIGN_IN = {
    "text": "Please sign in.",
    "connectionName": "stub",
    "tokenExchangeResource": {"id": "ticket"},
    "buttons": [{"type": "signin", "title": "Sign in", "value": "http://127.0.0.1/auth/start"}],
}


class StubBot:
    """Checks who calls, keeps what it got, and answers as a test tells it to."""

    def __init__(self, contoso: Contoso) -> None:
        self.contoso = contoso
        self.got: list[Json] = []
        self.answer: Callable[[Json], Any] = lambda _activity: None
        self.invoked: Callable[[Json], tuple[int, Any]] = lambda _activity: (501, None)
        self.http = httpx.AsyncClient()

    async def take(self, request: web.Request) -> web.StreamResponse:
        activity = await request.json()
        token = request.headers["Authorization"].removeprefix("Bearer ")
        claims = jwt.decode(
            token,
            self.contoso.keys.bot_framework.private.public_key(),
            algorithms=["RS256"],
            audience=self.contoso.bot_id,
            issuer="https://api.botframework.com",
        )
        assert claims["serviceurl"] == activity["serviceUrl"]
        self.got.append(activity)
        if activity["type"] == "invoke":
            status, body = self.invoked(activity)
            return web.json_response(body, status=status)
        said = self.answer(activity)
        if said:
            await self.say(activity["conversation"]["id"], said)
        return web.Response(status=201)

    async def call(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> httpx.Response:
        token = tokens.app_token(self.contoso, tokens.BOT_FRAMEWORK) if token is None else token
        url = f"{self.contoso.service_url.rstrip('/')}/v3/{path}"
        return await self.http.request(method, url, json=body, headers={"Authorization": f"Bearer {token}".strip()})

    async def say(self, conversation: str, said: Json) -> str:
        path = f"conversations/{quote(conversation, safe='')}/activities"
        answer = await self.call("POST", path, {"type": "message", **said})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def kinds(self) -> list[str]:
        return [activity.get("name") or activity["type"] for activity in self.got]


@pytest.fixture
async def bot(contoso: Contoso) -> AsyncGenerator[StubBot]:
    stub = StubBot(contoso)
    application = web.Application()
    application.router.add_post("/api/messages", stub.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    contoso.bot_endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
    yield stub
    await runner.cleanup()
    await stub.http.aclose()


def attached(content: Json, kind: str = CARD) -> Json:
    return {"attachments": [{"contentType": kind, "content": content}]}


def card(*parts: Json, **more: Any) -> Json:
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(parts), **more}


def button(title: str, **more: Any) -> Json:
    return {"type": "Action.Execute", "title": title, "verb": title.lower(), "data": {"key": "k"}, **more}


def answered(status: int, kind: str, value: Any) -> tuple[int, Json]:
    return 200, {"statusCode": status, "type": kind, "value": value}


def chat_of(contoso: Contoso, who: str) -> str:
    return contoso.chats.personal(contoso.person(who).id).id


def crew(contoso: Contoso) -> str:
    return next(chat.id for chat in contoso.chats if chat.kind == "groupChat")


def general(contoso: Contoso) -> str:
    return next(chat.id for chat in contoso.chats if chat.kind == "channel")


async def test_the_first_word_to_the_bot_installs_it(contoso: Contoso, bot: StubBot) -> None:
    adele = contoso.person(ADELE)
    bot.answer = lambda activity: {"text": f"You said {activity['text']}"} if activity["type"] == "message" else None

    (reply,) = await contoso.client.say(ADELE, "hello", locale="de-DE")
    await contoso.client.say(ADELE, "again")

    assert bot.kinds() == ["installationUpdate", "conversationUpdate", "message", "message"]
    assert (reply.text, reply.is_from_bot) == ("You said hello", True)
    added, update, message, _ = bot.got
    assert added["action"] == "add"
    assert update["membersAdded"] == [{"id": adele.mri, "aadObjectId": adele.id}, {"id": bot_member_id()}]
    assert message == {
        "type": "message",
        "id": message["id"],
        "text": "hello",
        "textFormat": "plain",
        "timestamp": message["timestamp"],
        "localTimestamp": message["localTimestamp"],
        "localTimezone": "UTC",
        "locale": "de-DE",
        "channelId": "msteams",
        "serviceUrl": f"{contoso.base_url}/connector/",
        "from": {"id": adele.mri, "name": "Adele Vance", "aadObjectId": adele.id},
        "conversation": {
            "conversationType": "personal",
            "tenantId": contoso.tenant_id,
            "id": chat_of(contoso, ADELE),
        },
        "recipient": {"id": f"28:{contoso.bot_id}", "name": "Sharebot"},
        "entities": [{"type": "clientInfo", "locale": "de-DE", "country": "DE", "platform": "Web", "timezone": "UTC"}],
        "channelData": {"tenant": {"id": contoso.tenant_id}},
    }


async def test_the_person_at_the_screen_has_a_time_zone(contoso: Contoso, bot: StubBot) -> None:
    contoso.timezone = "Asia/Tokyo"
    bot.answer = lambda _activity: {"text": "ok"}

    await contoso.client.say(ADELE, "hello")

    assert bot.got[-1]["localTimezone"] == "Asia/Tokyo"
    assert bot.got[-1]["localTimestamp"].endswith("+09:00")


async def test_in_company_the_bot_hears_only_what_is_said_to_it(contoso: Contoso, bot: StubBot) -> None:
    contoso.client.patience = 0.2
    alex = contoso.person(ALEX)

    unheard = await contoso.client.say(ADELE, "lunch?", chat="Budget crew")
    assert bot.got == []
    await contoso.client.say(ADELE, "<at>Sharebot</at> share it with <at>Alex Wilber</at>", chat="Budget crew")

    assert unheard == []
    message = bot.got[-1]
    assert message["conversation"] == {
        "isGroup": True,
        "conversationType": "groupChat",
        "tenantId": contoso.tenant_id,
        "id": crew(contoso),
    }
    assert message["entities"][:2] == [
        {"type": "mention", "mentioned": {"id": bot_member_id(), "name": "Sharebot"}, "text": "<at>Sharebot</at>"},
        {"type": "mention", "mentioned": {"id": alex.mri, "name": "Alex Wilber"}, "text": "<at>Alex Wilber</at>"},
    ]


async def test_a_channel_keeps_its_threads_apart(contoso: Contoso, bot: StubBot) -> None:
    bot.answer = lambda activity: {"text": "done"} if activity["type"] == "message" else None

    (reply,) = await contoso.client.say(ADELE, "<at>Sharebot</at> one", chat="General")
    first = bot.got[-1]["conversation"]["id"]
    (second,) = await contoso.client.say(ADELE, "<at>Sharebot</at> two", chat="General", root=reply.root)
    (other,) = await contoso.client.say(ADELE, "<at>Sharebot</at> three", chat="General")

    assert first == f"{general(contoso)};messageid={reply.root}" == bot.got[-2]["conversation"]["id"]
    assert second.root == reply.root != other.root
    assert bot.got[-1]["channelData"]["channel"] == {"id": general(contoso)}
    assert bot.got[0]["channelData"]["team"]["name"] == "Finance"
    assert bot.got[1]["channelData"]["eventType"] == "teamMemberAdded"


async def test_the_bot_is_installed_for_the_usual_cast_as_soon_as_it_is_up(contoso: Contoso, bot: StubBot) -> None:
    contoso.faults = [Rule("bot", drop="request", times=2)]

    await contoso.client.install_everywhere()

    installed = [chat for chat in contoso.chats if chat.id in contoso.chats.with_bot]
    assert len(installed) == len(CAST) + 2
    assert chat_of(contoso, DIEGO) not in contoso.chats.with_bot


async def test_a_bot_that_is_down_is_told_of(contoso: Contoso, bot: StubBot) -> None:
    await contoso.client.install(contoso.chats.personal(contoso.person(ADELE).id))
    contoso.bot_endpoint = "http://127.0.0.1:9/api/messages"

    with pytest.raises(BotUnreachable):
        await contoso.client.say(ADELE, "hello")

    (message,) = contoso.client.messages(ADELE)
    assert message.problem == "The bot cannot be reached."


async def test_a_bot_that_fails_to_be_installed_is_not(contoso: Contoso, bot: StubBot) -> None:
    contoso.faults = [Rule("bot", path="installationUpdate", status=500)]

    with pytest.raises(BotFailed):
        await contoso.client.say(ADELE, "hello")

    assert contoso.chats.with_bot == set()


async def test_whoever_takes_the_bot_out_cannot_be_written_to(contoso: Contoso, bot: StubBot) -> None:
    await contoso.client.install(contoso.chats.personal(contoso.person(ADELE).id))

    await contoso.client.uninstall(ADELE)

    path = f"conversations/{quote(chat_of(contoso, ADELE), safe='')}/activities"
    answer = await bot.call("POST", path, {"type": "message", "text": "still there?"})
    assert (bot.got[-1]["type"], bot.got[-1]["action"]) == ("installationUpdate", "remove")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "BotNotInConversationRoster")


async def test_a_sign_in_card_is_answered_and_never_seen(contoso: Contoso, bot: StubBot) -> None:
    bot.answer = lambda activity: attached(SIGN_IN, OAUTH) if activity["type"] == "message" else None
    bot.invoked = lambda _activity: (200, {})
    contoso.client.patience = 0.3

    replies = await contoso.client.say(ADELE, "share")

    exchange = bot.got[-1]
    assert (exchange["name"], exchange["value"]["id"], exchange["value"]["connectionName"]) == (
        "signin/tokenExchange",
        "ticket",
        "stub",
    )
    said = contoso.keys.entra.read(exchange["value"]["token"])
    assert (said["oid"], said["aud"], said["scp"]) == (contoso.person(ADELE).id, contoso.bot_id, "access_as_user")
    assert replies == []


async def test_every_device_of_a_person_tries_to_sign_in(contoso: Contoso, bot: StubBot) -> None:
    answers: Iterator[tuple[int, Json]] = iter([(412, {}), (200, {}), (412, {})])
    bot.answer = lambda activity: attached(SIGN_IN, OAUTH) if activity["type"] == "message" else None
    bot.invoked = lambda _activity: next(answers)
    contoso.client.devices = 3
    contoso.client.patience = 0.3

    replies = await contoso.client.say(ADELE, "share")

    assert bot.kinds()[-3:] == ["signin/tokenExchange"] * 3
    assert replies == []


@pytest.mark.parametrize("status", [412, 400, 500])
async def test_a_refused_token_brings_the_card_out(contoso: Contoso, bot: StubBot, status: int) -> None:
    bot.answer = lambda activity: attached(SIGN_IN, OAUTH) if activity["type"] == "message" else None
    bot.invoked = lambda _activity: (status, {"failureDetail": "consent"})

    (reply,) = await contoso.client.say(DIEGO, "share")

    assert reply.attachments == ({"contentType": OAUTH, "content": SIGN_IN},)


async def test_after_the_sign_in_window_the_card_goes(contoso: Contoso, bot: StubBot) -> None:
    bot.answer = lambda activity: attached(SIGN_IN, OAUTH) if activity["type"] == "message" else None
    bot.invoked = lambda _activity: (412, {})
    await contoso.client.say(DIEGO, "share")
    diego = contoso.person(DIEGO)

    contoso.client.came_back(diego)
    assert len(contoso.client.messages(DIEGO)) == 2
    contoso.came_back[diego.id] = contoso.now() + dt.timedelta(seconds=1)
    contoso.client.came_back(diego)

    assert [message.text for message in contoso.client.messages(DIEGO)] == ["share"]


async def test_in_a_group_the_one_who_spoke_is_signed_in_and_in_a_channel_nobody(
    contoso: Contoso, bot: StubBot
) -> None:
    bot.answer = lambda activity: attached(SIGN_IN, OAUTH) if activity["type"] == "message" else None
    bot.invoked = lambda _activity: (200, {})
    contoso.client.patience = 0.3

    await contoso.client.say(ALEX, "<at>Sharebot</at> share", chat="Budget crew")
    in_group = bot.got[-1]
    await contoso.client.say(ADELE, "<at>Sharebot</at> share", chat="General")
    in_channel = bot.got[-1]

    assert (in_group["name"], in_group["from"]["aadObjectId"]) == ("signin/tokenExchange", contoso.person(ALEX).id)
    assert (in_channel["name"], in_channel["value"]["code"]) == ("signin/failure", "resourcematchfailed")


async def offered(contoso: Contoso, bot: StubBot, content: Json, who: str = ADELE) -> str:
    """A card in the person's chat with the bot."""
    await contoso.client.install(contoso.chats.personal(contoso.person(who).id))
    return await bot.say(chat_of(contoso, who), attached(content))


async def test_a_press_is_an_invoke_whose_card_takes_the_place(contoso: Contoso, bot: StubBot) -> None:
    fields = [
        {"type": "Input.Text", "id": "note", "value": "hi"},
        {"type": "Input.Toggle", "id": "mail", "valueOff": "no"},
        {"type": "Input.ChoiceSet", "id": "role"},
    ]
    done = card({"type": "TextBlock", "text": "Done"})
    message = await offered(contoso, bot, card(*fields, {"type": "ActionSet", "actions": [button("Share", id="s")]}))
    bot.invoked = lambda _activity: answered(200, CARD, done)

    answer = await contoso.client.click(ADELE, "Share", inputs={"role": "write"})

    assert answer == Answer(200, CARD, done)
    assert (bot.got[-1]["name"], bot.got[-1]["replyToId"]) == ("adaptiveCard/action", message)
    assert bot.got[-1]["value"] == {
        "action": {
            "type": "Action.Execute",
            "title": "Share",
            "id": "s",
            "verb": "share",
            "data": {"key": "k", "note": "hi", "mail": "no", "role": "write"},
        },
        "trigger": "manual",
    }
    assert contoso.client.card(ADELE) == done


async def test_the_answer_is_for_who_pressed_and_an_edit_for_all(contoso: Contoso, bot: StubBot) -> None:
    await contoso.client.install_everywhere()
    first, mine, edited = card(actions=[button("Share")]), card(text="mine"), card(text="all")
    message = await bot.say(crew(contoso), attached(first))
    bot.invoked = lambda _activity: answered(200, CARD, mine)

    await contoso.client.click(ALEX, "Share", chat="Budget crew")
    seen = [contoso.client.card(who, chat="Budget crew") for who in (ADELE, ALEX)]
    await bot.call("PUT", f"conversations/{quote(crew(contoso), safe='')}/activities/{message}", attached(edited))

    assert seen == [first, mine]
    assert [contoso.client.card(who, chat="Budget crew") for who in (ADELE, ALEX)] == [edited, edited]


async def test_teams_signs_in_silently_for_a_press(contoso: Contoso, bot: StubBot) -> None:
    await offered(contoso, bot, card(actions=[button("Share")]))

    def invoked(activity: Json) -> tuple[int, Json]:
        if "authentication" in activity["value"]:
            return answered(200, "application/vnd.microsoft.activity.message", "Shared")
        return answered(401, LOGIN, SIGN_IN)

    bot.invoked = invoked

    answer = await contoso.client.click(ADELE, "Share")

    first, second = bot.got[-2:]
    assert answer.value == "Shared"
    assert second["value"]["action"] == first["value"]["action"]
    assert (second["value"]["authentication"]["id"], second["value"]["authentication"]["connectionName"]) == (
        "ticket",
        "stub",
    )
    assert contoso.keys.entra.read(second["value"]["authentication"]["token"])["oid"] == contoso.person(ADELE).id


@pytest.mark.parametrize("second", [(401, LOGIN), (412, "application/vnd.microsoft.error.preconditionFailed")])
async def test_what_must_be_signed_in_by_hand_is_handed_to_the_page(
    contoso: Contoso, bot: StubBot, second: tuple[int, str]
) -> None:
    await offered(contoso, bot, card(actions=[button("Share")]))
    by_hand = {name: part for name, part in SIGN_IN.items() if name != "tokenExchangeResource"}

    def invoked(activity: Json) -> tuple[int, Json]:
        if "authentication" in activity["value"]:
            return answered(*second, by_hand if second[1] == LOGIN else {"code": "412", "message": "no"})
        return answered(401, LOGIN, SIGN_IN)

    bot.invoked = invoked

    assert await contoso.client.click(ADELE, "Share") == Answer(401, LOGIN, by_hand)


async def test_a_sign_in_without_a_name_is_not_tried(contoso: Contoso, bot: StubBot) -> None:
    await offered(contoso, bot, card(actions=[button("Share")]))
    nameless = {**SIGN_IN, "connectionName": ""}
    bot.invoked = lambda _activity: answered(401, LOGIN, nameless)

    assert await contoso.client.click(ADELE, "Share") == Answer(401, LOGIN, nameless)
    assert bot.kinds().count("adaptiveCard/action") == 1


@pytest.mark.parametrize("answer", [(500, None), (200, None), (200, {"type": "x"}), (200, "x"), (501, {})])
async def test_an_answer_teams_cannot_use_is_a_failure(contoso: Contoso, bot: StubBot, answer: tuple[int, Any]) -> None:
    await offered(contoso, bot, card(actions=[button("Share")]))
    bot.invoked = lambda _activity: answer

    with pytest.raises(BotFailed):
        await contoso.client.click(ADELE, "Share")


async def test_an_older_button_sends_a_message(contoso: Contoso, bot: StubBot) -> None:
    submit = {"type": "Action.Submit", "title": "Send", "data": {"a": 1}, "associatedInputs": "none"}
    message = await offered(contoso, bot, card({"type": "Input.Text", "id": "note"}, actions=[submit]))

    answer = await contoso.client.click(ADELE, "Send")

    assert answer == Answer(200, "", None)
    assert (bot.got[-1]["type"], bot.got[-1]["value"], bot.got[-1]["replyToId"]) == ("message", {"a": 1}, message)
    assert "text" not in bot.got[-1]


async def test_buttons_that_are_not_there_and_fields_that_are_not_filled_in(contoso: Contoso, bot: StubBot) -> None:
    with pytest.raises(NoSuchButton, match="no card"):
        await contoso.client.click(ADELE, "Share")
    required = {"type": "Input.Text", "id": "note", "isRequired": True, "errorMessage": "Say why."}
    await offered(contoso, bot, card(required, actions=[button("Share")]))

    with pytest.raises(NoSuchButton, match="Share"):
        await contoso.client.click(ADELE, "Explode")
    with pytest.raises(NotFilledIn, match=r"Say why\."):
        await contoso.client.click(ADELE, "Share")
    with pytest.raises(NotFilledIn, match="no field colour"):
        await contoso.client.click(ADELE, "Share", inputs={"note": "x", "colour": "red"})
    with pytest.raises(LookupError):
        await contoso.client.say(ADELE, "x", chat="No such chat")


async def test_a_message_can_be_waited_for(contoso: Contoso, bot: StubBot) -> None:
    await contoso.client.install_everywhere()

    waiting = asyncio.create_task(contoso.client.wait_for(ALEX, lambda message: "notice" in message.text))
    await asyncio.sleep(0.05)
    said = await bot.say(chat_of(contoso, ALEX), {"text": "a notice"})

    assert (await waiting).id == said
    assert (await contoso.client.wait_for(ALEX, lambda message: "notice" in message.text)).id == said
    with pytest.raises(TimeoutError):
        await contoso.client.wait_for(ALEX, lambda _message: True, 0.1, after=said)


async def test_the_way_to_the_bot_can_be_bad(contoso: Contoso, bot: StubBot) -> None:
    await contoso.client.install(contoso.chats.personal(contoso.person(ADELE).id))
    contoso.client.patience = 0.1
    contoso.faults = [Rule("bot", path="^message$", twice=True, times=1), Rule("bot", drop="reply", times=1)]

    await contoso.client.say(ADELE, "twice")
    with pytest.raises(BotTooSlow):
        await contoso.client.say(ADELE, "answer lost")

    texts = [activity.get("text") for activity in bot.got if activity["type"] == "message"]
    assert texts == ["twice", "twice", "answer lost"]
    assert contoso.faults == []
