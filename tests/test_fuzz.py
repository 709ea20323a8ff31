"""Whatever comes in at the front door with a good token: no failure of the server, no trace of one, and it goes on."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Coroutine, Generator
from concurrent.futures import Future
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
INVOKES = st.sampled_from(["adaptiveCard/action", "signin/tokenExchange", "signin/verifyState", "signin/failure", "x"])
VERBS = st.sampled_from(["share.confirm", "share.choose", "share.cancel", "sign_in.continue", ""])
PRESSES = st.fixed_dictionaries(
    {
        "action": st.fixed_dictionaries(
            {"data": st.fixed_dictionaries({"verb": VERBS | ANYTHING, "key": ANYTHING}) | ANYTHING}
        )
    },
    optional={"authentication": ANYTHING, "trigger": st.sampled_from(["manual", "automatic"])},
)
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

    def is_well(self) -> bool:
        answer = self._wait(self._http.get(f"{self.bot.url}/health"))
        return self.send(activity(self.bot.contoso, id=None)) == 201 and answer.status_code == 200

    def _wait(self, work: Coroutine[Any, Any, httpx.Response]) -> httpx.Response:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)


@pytest.fixture(scope="module")
def door(keys: Keys, tmp_path_factory: pytest.TempPathFactory) -> Generator[Door]:
    ready: Future[Door] = Future()
    done = threading.Event()

    async def serve() -> None:
        contoso = Contoso(keys=keys)
        async with running(contoso), Bot(contoso, tmp_path_factory.mktemp("bot")) as bot, httpx.AsyncClient() as http:
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
@given(INVOKES, ANYTHING | PRESSES)
def test_an_invoke_with_rubbish_in_it_is_answered(door: Door, name: str, value: object) -> None:
    body = activity(door.bot.contoso, type="invoke", name=name, value=value, text=None)

    assert door.send(body) in ANSWERS | {412}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"type": "message", "type": "invoke"}',
        b'{"type": NaN}',
        '{"type": "message"}'.encode("utf-16"),
        b'{"type": "\xff"}',
        b'{"type": "message", "text": "' + b"x" * 400_000 + b'"}',
    ],
    ids=lambda content: repr(content[:30]),
)
def test_strange_bodies_are_answered(door: Door, content: bytes) -> None:
    assert door.post(content) in ANSWERS


def test_after_all_that_it_is_well(door: Door) -> None:
    assert door.is_well()
    assert door.bot.contoso.mails == []
