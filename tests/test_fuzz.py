"""Whatever comes in at the front door with a good token: no failure of the server, no trace of one, and it goes on."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import threading
from collections.abc import Callable, Coroutine, Generator, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contoso import activities, tokens
from contoso.extension import payload
from contoso.server import running
from contoso.signing import Keys
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.test_teams import activity, claims

Json = dict[str, Any]
WORDS = st.sampled_from(
    ["", "help", "share Q3 Budget.xlsx with Alex", "<at>x</at>", "\x00", "../..", "29:1", "😀" * 99]
)
KEYS = st.sampled_from(
    [
        *("id", "name", "text", "type", "aadObjectId", "tenant", "action", "data", "verb"),
        *("key", "token", "authentication", "mentioned", "value", "timezone", "item", "state", "code"),
    ]
)
FIELDS = st.sampled_from(
    [
        *(
            "text",
            "value",
            "from",
            "conversation",
            "channelData",
            "entities",
            "recipient",
            "replyToId",
            "localTimezone",
        ),
        *("name", "action", "attachments", "timestamp", "id", "membersAdded", "locale", "deliveryMode", "type"),
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | WORDS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8) | KEYS, inside, max_size=4),
    max_leaves=12,
)
DOORS = (
    *("composeExtension/query", "composeExtension/queryLink", "composeExtension/fetchTask"),
    *("composeExtension/submitAction", "task/fetch"),
)
INVOKES = st.sampled_from(
    [
        *DOORS,
        "task/submit",
        "application/search",
        "adaptiveCard/action",
        "signin/tokenExchange",
        "signin/verifyState",
        "signin/failure",
        "x",
    ]
)
VERBS = st.sampled_from(
    ["share.confirm", "share.choose", "share.cancel", "sign_in.continue", "share.form", "form.here", "form.named", ""]
)
PRESSES = st.fixed_dictionaries(
    {
        "action": st.fixed_dictionaries(
            {"data": st.fixed_dictionaries({"verb": VERBS | ANYTHING, "about": ANYTHING}) | ANYTHING}
        )
    },
    optional={"authentication": ANYTHING, "trigger": st.sampled_from(["manual", "automatic"])},
)
COMMANDS = st.sampled_from(["findFile", "shareThis", "whoCanOpen"])
ASKED = st.fixed_dictionaries(
    {"commandId": COMMANDS | ANYTHING},
    optional={
        "parameters": st.lists(st.fixed_dictionaries({"name": WORDS, "value": WORDS}) | ANYTHING, max_size=2)
        | ANYTHING,
        "data": st.fixed_dictionaries({"verb": VERBS, "about": ANYTHING, "url": ANYTHING, "people": WORDS}) | ANYTHING,
        "messagePayload": st.fixed_dictionaries(
            {"body": st.fixed_dictionaries({"content": WORDS | ANYTHING}) | ANYTHING, "attachments": ANYTHING}
        )
        | ANYTHING,
        "authentication": ANYTHING,
        "state": ANYTHING,
    },
)
# Halves of letters as well, which JSON can spell and UTF-8 cannot.
LETTERS = st.text(st.characters(), max_size=20)
ANSWERS = {200, 201, 400, 401, 501}
FEW = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Door:
    """The bot in a loop of its own, behind something that can be called from outside of it."""

    def __init__(self, bot: Bot, http: httpx.AsyncClient, loop: asyncio.AbstractEventLoop) -> None:
        self.bot = bot
        self._http = http
        self._loop = loop
        self._token = f"Bearer {bot.contoso.keys.bot_framework.sign(claims(bot.contoso))}"

    def post(self, content: bytes) -> int:
        headers = {"Authorization": self._token, "Content-Type": "application/json"}
        asked = self._http.post(f"{self.bot.url}/api/messages", content=content, headers=headers)
        return self._wait(asked).status_code

    def send(self, body: Json) -> int:
        return self.post(json.dumps(body).encode("utf-8", "surrogatepass"))

    def rest(self) -> None:
        """Until what goes on after an answer has come to its end, and whatever broke in it is in the log."""
        asyncio.run_coroutine_threadsafe(self.bot.at_rest(), self._loop).result(60)

    def is_well(self) -> bool:
        answer = self._wait(self._http.get(f"{self.bot.url}/healthz"))
        return self.send(activity(self.bot.contoso, id=None)) == 201 and answer.status_code == 200

    def _wait(self, work: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)


@pytest.fixture(scope="module")
def door(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Generator[Door]:
    ready: Future[Door] = Future()
    done = threading.Event()

    async def serve() -> None:
        contoso = Contoso(keys=keys)
        async with (
            running(contoso),
            Bot(contoso, tmp_path_factory.mktemp("bot")) as bot,
            httpx.AsyncClient(timeout=30) as http,
        ):
            ready.set_result(Door(bot, http, asyncio.get_running_loop()))
            await asyncio.to_thread(done.wait)
            await bot.at_rest()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    yield ready.result(60)
    done.set()
    thread.join()


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture) -> Generator[None]:
    yield
    assert [each for each in caplog.get_records("call") if each.exc_info and each.levelno >= logging.ERROR] == []


@FEW
@given(st.binary(max_size=300))
def test_bytes_are_refused(door: Door, content: bytes) -> None:
    assert door.post(content) in ANSWERS


@FEW
@given(st.dictionaries(FIELDS, ANYTHING, max_size=4), st.sampled_from(["message", "invoke", "conversationUpdate"]))
def test_an_activity_with_rubbish_in_it_is_answered(door: Door, rubbish: Json, kind: str) -> None:
    assert door.send({**activity(door.bot.contoso), "type": kind, **rubbish}) in ANSWERS


@FEW
@given(INVOKES, ANYTHING | PRESSES | ASKED)
def test_an_invoke_with_rubbish_in_it_is_answered(door: Door, name: str, value: object) -> None:
    body = activity(door.bot.contoso, type="invoke", name=name, value=value, text=None)

    assert door.send(body) in ANSWERS | {412}


LARGEST_BODY = 512 * 1024


def deep(depth: int) -> bytes:
    return b'{"type": "message", "value": ' + b"[" * depth + b"]" * depth + b"}"


def message(bot: Bot, text: str) -> bytes:
    return json.dumps(activity(bot.contoso, text=text), ensure_ascii=False).encode(errors="surrogatepass")


BODIES: dict[str, tuple[int, Callable[[Bot], bytes]]] = {
    "a message": (201, lambda bot: message(bot, "help")),
    "a nought that somebody typed": (201, lambda bot: message(bot, r"help \u0000 \ud800")),
    "empty": (400, lambda _: b""),
    "blanks": (400, lambda _: b" \r\n"),
    "an array": (400, lambda bot: b"[" + message(bot, "help") + b"]"),
    "a text": (400, lambda _: b'"message"'),
    "two objects": (400, lambda bot: message(bot, "help") * 2),
    "half an object": (400, lambda bot: message(bot, "help")[:-20]),
    "something after it": (400, lambda bot: message(bot, "help") + b"x"),
    "not UTF-8": (400, lambda bot: message(bot, "help").replace(b"help", b"\xff\xfe\xfd")),
    "too large": (413, lambda bot: message(bot, "x" * LARGEST_BODY)),
    "too large, by blanks": (413, lambda bot: message(bot, "help") + b" " * LARGEST_BODY),
    "as large as may be": (201, lambda bot: message(bot, "help") + b" " * (LARGEST_BODY - 2000)),
    "a form": (400, lambda _: b"type=message&text=help"),
    "XML": (400, lambda _: b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
    "compressed": (400, lambda _: b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"),
    "100,000 deep": (400, lambda _: deep(100_000)),
    "a number of 5,000 digits": (400, lambda _: b'{"type": "message", "value": ' + b"9" * 5_000 + b"}"),
}


@pytest.mark.parametrize(("status", "body"), BODIES.values(), ids=BODIES)
def test_a_body_has_its_exact_status(door: Door, status: int, body: Callable[[Bot], bytes]) -> None:
    assert door.post(body(door.bot)) == status
    door.rest()
    assert door.is_well()


EITHER: dict[str, Callable[[Bot], bytes]] = {
    "half a letter": lambda bot: message(bot, "help \ud83d"),
    "UTF-16": lambda bot: message(bot, "help").decode().encode("utf-16"),
    "UTF-16, without its mark": lambda bot: message(bot, "help").decode().encode("utf-16-le"),
    "UTF-32": lambda bot: message(bot, "help").decode().encode("utf-32"),
    "UTF-8 with a mark": lambda bot: b"\xef\xbb\xbf" + message(bot, "help"),
    "NaN": lambda bot: message(bot, "help").replace(b'"help"', b"NaN"),
    "Infinity for a place": lambda bot: message(bot, "help").replace(b'"personal"', b"-Infinity"),
    "a number without end": lambda bot: message(bot, "help").replace(b'"help"', b"1e999"),
    "keys twice": lambda bot: message(bot, "help").replace(b'"text"', b'"text": [], "text": 7, "text"'),
    "persons twice": lambda bot: message(bot, "help").replace(b'"from"', b'"from": {"id": "29:y"}, "from"'),
    "a key 200 KB long": lambda bot: message(bot, "help").replace(b'"text"', b'"' + b"x" * 200_000 + b'": 1, "text"'),
    "50,000 keys": lambda bot: json.dumps({**activity(bot.contoso), **dict.fromkeys(map(str, range(30_000)))}).encode(),
    "1,000 mentions": lambda bot: json.dumps(activity(bot.contoso, entities=[{"type": "mention"}] * 1_000)).encode(),
    "a nought": lambda bot: message(bot, "share \0 with \0"),
    "half a letter, escaped": lambda bot: json.dumps(activity(bot.contoso, text="share \ud83d with \udc00")).encode(),
    "200 KB of a sentence": lambda bot: message(bot, "share " + "a b " * 50_000 + " with Alex"),
    "200 KB of a word": lambda bot: message(bot, "share " + "a" * 200_000 + " with Alex"),
    "200 KB of quotes": lambda bot: message(bot, "share " + '"' * 100_000 + " with Alex"),
    "100 KB of tags": lambda bot: message(bot, "<at>" * 25_000),
}


@pytest.mark.parametrize("body", EITHER.values(), ids=EITHER)
def test_a_strange_body_is_taken_or_refused(door: Door, body: Callable[[Bot], bytes]) -> None:
    assert door.post(body(door.bot)) in (201, 400)
    door.rest()
    assert door.is_well()


WRONG: tuple[object, ...] = (
    None,
    True,
    7,
    -1.5,
    "",
    "x",
    "\0",
    "\ud800",
    "x" * 5_000,
    "expectReplies",
    "../..",
    [],
    [[]],
    {},
    {"id": {}},
    [{"id": 1}],
)
Place = tuple[str | int, ...]


def places(part: object, at: Place = ()) -> Iterator[Place]:
    """Of everything inside, outermost first."""
    inside: dict[Any, object] = {}
    if isinstance(part, dict):
        inside = cast("dict[Any, object]", part)
    elif isinstance(part, list):
        inside = dict(enumerate(cast("list[object]", part)))
    for key, value in inside.items():
        yield (*at, key)
        yield from places(value, (*at, key))


def replaced(body: Json, at: Place, value: object) -> Json:
    """Another body, with this there."""
    changed = copy.deepcopy(body)
    around: Any = changed
    for key in at[:-1]:
        around = around[key]
    around[at[-1]] = value
    return changed


def samples(bot: Bot) -> dict[str, Json]:
    """What Teams says when Adele writes, presses, signs in, comes and goes."""
    contoso = bot.contoso
    person = contoso.person("adele.vance@contoso.com")
    chat = contoso.chats.personal(person.id)
    contoso.chats.with_bot.add(chat.id)
    said = contoso.client.post(person, chat, "<at>Sharebot</at> help")

    def invoke(name: str, value: Json) -> Json:
        body = activities.invoke(contoso, chat, person, name=name, value=value, message=said)
        return {**body, "deliveryMode": "normal"}

    data = {"verb": "share.confirm", "about": "x", "item": "x"}
    proof = {"id": "x", "connectionName": "sharebot", "token": "x"}
    file = contoso.web_url(contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx"))
    typed = {"verb": "share.form", "about": "x", "item": "x/y", "people": "x", "role": "read", "until": "2027-01-01"}
    attached = contoso.client.post(person, chat, f"Look: {file}")
    attachments = ({"contentType": "reference", "contentUrl": file, "name": "x", "content": None},)
    about = {
        "commandContext": "message",
        "messagePayload": payload(contoso, replace(attached, attachments=attachments)),
    }
    query = {
        "commandId": "findFile",
        "parameters": [{"name": "words", "value": "budget"}],
        "queryOptions": {"skip": 0, "count": 25},
        "authentication": {"token": tokens.sso_token(contoso, person)},
    }
    mention = {"type": "mention", "mentioned": {"id": "29:x", "name": "Megan"}, "text": "<at>Megan</at>"}
    message = activities.said(contoso, chat, person, said, "en-US")
    return {
        "a message": {**message, "entities": [*message["entities"], mention], "deliveryMode": "normal"},
        "a press": invoke("adaptiveCard/action", {"action": {"data": data}, "trigger": "manual"}),
        "a press with a token": invoke("adaptiveCard/action", {"action": {"data": data}, "authentication": proof}),
        "an old press": activities.submitted(contoso, chat, person, said, value=data, locale="en-US"),
        "a token": invoke("signin/tokenExchange", proof),
        "a state": invoke("signin/verifyState", {"state": "x"}),
        "a failure": invoke("signin/failure", {"code": "x", "message": "x"}),
        "a search": invoke("composeExtension/query", query),
        "an action on a message": invoke("composeExtension/fetchTask", {"commandId": "shareThis", **about}),
        "a question about a message": invoke("composeExtension/fetchTask", {"commandId": "whoCanOpen", **about}),
        "a form on a message": invoke(
            "composeExtension/submitAction", {"commandId": "shareThis", "data": typed, **about}
        ),
        "a button that opens a dialog": invoke("task/fetch", {"data": {"verb": "form.here", "url": file}}),
        "a dialog": invoke("task/submit", {"data": typed}),
        "an installation": activities.installed(contoso, chat, person),
        "a newcomer": activities.bot_added(contoso, chat, person),
        "a goodbye": activities.uninstalled(contoso, chat, person),
    }


SAMPLES = (
    *("a message", "a press", "a press with a token", "an old press", "a token", "a state", "a failure"),
    *("a search", "an action on a message", "a question about a message", "a form on a message"),
    *("a button that opens a dialog", "a dialog", "an installation", "a newcomer", "a goodbye"),
)


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_field_may_hold_anything(door: Door, caplog: pytest.LogCaptureFixture, sample: str) -> None:
    good = samples(door.bot)[sample]
    wrong: dict[Place, list[object]] = {}
    for place in places(good):
        for value in WRONG:
            caplog.clear()
            status = door.send(replaced(good, place, value))
            door.rest()
            if status not in ANSWERS | {412} or any(record.exc_info for record in caplog.records):
                wrong.setdefault(place, []).append(value)
    caplog.clear()

    assert wrong == {}
    assert door.is_well()


@settings(FEW, max_examples=600)
@given(st.data())
def test_any_part_of_any_call_may_be_rubbish(door: Door, data: st.DataObject) -> None:
    good = samples(door.bot)[data.draw(st.sampled_from(SAMPLES))]
    body = replaced(good, data.draw(st.sampled_from(list(places(good)))), data.draw(ANYTHING | LETTERS))

    assert door.send(body) in ANSWERS | {412}
    door.rest()


async def test_a_nought_is_nothing_to_postgresql(
    contoso: Contoso, tmp_path: Path, postgresql: str, caplog: pytest.LogCaptureFixture
) -> None:
    """JSON can spell the one letter that its texts cannot hold."""
    wrong: list[tuple[str, Place]] = []
    async with Bot(contoso, tmp_path, postgresql) as bot, httpx.AsyncClient(timeout=30) as http:
        headers = {"Authorization": f"Bearer {contoso.keys.bot_framework.sign(claims(contoso))}"}
        for kind, good in samples(bot).items():
            for place in places(good):
                caplog.clear()
                body = replaced(good, place, "x\0")
                answer = await http.post(f"{bot.url}/api/messages", json=body, headers=headers)
                await bot.at_rest()
                if answer.status_code >= 500 or any(record.exc_info for record in caplog.records):
                    wrong.append((kind, place))
    caplog.clear()

    assert wrong == []


def test_after_all_that_it_is_well(door: Door) -> None:
    assert door.is_well()
    assert door.bot.contoso.mails == []
