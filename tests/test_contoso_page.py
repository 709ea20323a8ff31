"""What Contoso's page asks and is told, and the back door beside it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from aiohttp import web

from contoso import tokens
from contoso.delivery import BotUnreachable
from contoso.server import running
from contoso.signing import Keys
from contoso.tenant import Contoso

Json = dict[str, Any]
ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
CARD = "application/vnd.microsoft.card.adaptive"
QUESTION = {
    "type": "AdaptiveCard",
    "fallbackText": "Share it?",
    "body": [{"type": "Input.Text", "id": "note"}],
    "actions": [{"type": "Action.Execute", "title": "Share", "verb": "share", "data": {"key": "k"}}],
}
DONE = {"type": "AdaptiveCard", "fallbackText": "Shared", "body": []}


@pytest.fixture
async def contoso(keys: Keys) -> AsyncGenerator[Contoso]:
    tenant = Contoso("http://127.0.0.1:9/api/messages", keys=keys)
    async with running(tenant):
        yield tenant


@pytest.fixture
async def page(contoso: Contoso) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=contoso.base_url) as client:
        yield client


@pytest.fixture
async def bot(contoso: Contoso) -> AsyncGenerator[list[Json]]:
    """Answers every message with a question and every press with what became of it; what it got is the list."""
    got: list[Json] = []

    async def take(request: web.Request) -> web.StreamResponse:
        activity = await request.json()
        got.append(activity)
        if activity["type"] == "invoke":
            return web.json_response({"statusCode": 200, "type": CARD, "value": DONE})
        if activity["type"] == "message":
            path = f"v3/conversations/{quote(activity['conversation']['id'], safe='')}/activities"
            said = {"type": "message", "attachments": [{"contentType": CARD, "content": QUESTION}]}
            headers = {"Authorization": f"Bearer {tokens.app_token(contoso, tokens.BOT_FRAMEWORK)}"}
            async with httpx.AsyncClient() as http:
                answer = await http.post(contoso.service_url + path, json=said, headers=headers)
            assert answer.status_code == 201
        return web.Response(status=201)

    application = web.Application()
    application.router.add_post("/api/messages", take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    contoso.bot_endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
    yield got
    await runner.cleanup()


class Screen:
    """The stream of one person."""

    def __init__(self, contoso: Contoso, who: str) -> None:
        self._url = f"{contoso.base_url}/teams/api/events"
        self._user = contoso.person(who).id
        self.events: list[Json] = []
        self._open = asyncio.Event()
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Screen:
        self._task = asyncio.create_task(self._read())
        await asyncio.wait_for(self._open.wait(), 5)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _read(self) -> None:
        async with (
            httpx.AsyncClient() as client,
            client.stream("GET", self._url, params={"user": self._user}) as answer,
        ):
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                self._open.set()
                if line.startswith("data: "):
                    async with self._changed:
                        self.events.append(json.loads(line.removeprefix("data: ")))
                        self._changed.notify_all()

    async def until(self, *kinds: str) -> list[Json]:
        """What came, once all these kinds did."""
        async with asyncio.timeout(5):
            async with self._changed:
                await self._changed.wait_for(lambda: {event["kind"] for event in self.events} >= set(kinds))
        return self.events


def personal(contoso: Contoso, who: str) -> str:
    return contoso.chats.personal(contoso.person(who).id).id


def of(contoso: Contoso, who: str) -> dict[str, str]:
    return {"user": contoso.person(who).id}


def messages_at(chat: str) -> str:
    return f"/teams/api/chats/{quote(chat, safe='')}/messages"


async def until_bot_said(page: httpx.AsyncClient, contoso: Contoso, who: str) -> Json:
    async with asyncio.timeout(5):
        while True:
            answer = await page.get(messages_at(personal(contoso, who)), params=of(contoso, who))
            if said := [each for each in answer.json() if each["from"]["bot"]]:
                return said[-1]
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/web/teams.css", "text/css"),
        ("/web/page.js", "text/javascript"),
        ("/web/lib/adaptivecards.min.js", "text/javascript"),
        ("/web/lib/adaptivecards.css", "text/css"),
        ("/web/lib/markdown-it.umd.min.js", "text/javascript"),
    ],
)
async def test_the_page_is_served(page: httpx.AsyncClient, path: str, kind: str) -> None:
    answer = await page.get(path)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, f"{kind}; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/web/package.json", "/web/..%2Fserver.py", "/web/lib/x.js", "/web/none.js", "/contoso/server.py"]
)
async def test_nothing_else_is_served(page: httpx.AsyncClient, path: str) -> None:
    assert (await page.get(path)).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Origin": "https://evil.example"},
        {"Host": "["},
    ],
)
async def test_pages_of_others_are_kept_out(page: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert (await page.get("/teams/api/tenant", headers=headers)).status_code == 403
    assert (await page.post("/_contoso/reset", headers=headers)).status_code == 403


async def test_the_page_is_told_who_can_be_at_it(page: httpx.AsyncClient, contoso: Contoso) -> None:
    said = (await page.get("/teams/api/tenant", headers={"Origin": contoso.base_url})).json()

    people = said["people"]
    assert said["bot"] == {"id": f"28:{contoso.bot_id}", "name": "Sharebot"}
    assert people[0] == {
        "id": contoso.person(ADELE).id,
        "name": "Adele Vance",
        "mail": ADELE,
        "title": "Retail Manager",
        "department": "Retail",
        "guest": False,
    }
    assert [each["name"] for each in people] == sorted(each["name"] for each in people)
    assert [each["mail"] for each in people if each["guest"]] == [
        "casey.jensen@fabrikam.example",
        "dana.birkby@northwind.example",
    ]
    assert [each["department"] for each in people if each["name"] == "Ana Bell"] == ["Finance", "Marketing"]
    assert "adams@contoso.com" not in {each["mail"] for each in people}


async def test_chats_are_listed_the_bots_first(page: httpx.AsyncClient, contoso: Contoso) -> None:
    personal_chat, group, channel = (await page.get("/teams/api/chats", params=of(contoso, ADELE))).json()

    assert personal_chat == {
        "id": personal(contoso, ADELE),
        "kind": "personal",
        "name": "Sharebot",
        "members": [
            {"id": contoso.person(ADELE).id, "name": "Adele Vance"},
            {"id": f"28:{contoso.bot_id}", "name": "Sharebot"},
        ],
        "withBot": True,
        "unread": 0,
        "last": None,
    }
    assert (group["kind"], group["name"], group["withBot"]) == ("groupChat", "Budget crew", False)
    assert (channel["kind"], channel["name"], channel["team"]) == ("channel", "General", "Finance")


async def test_what_is_said_is_there_at_once_and_answered_after(
    page: httpx.AsyncClient, contoso: Contoso, bot: list[Json]
) -> None:
    async with Screen(contoso, ADELE) as screen:
        said = await page.post(
            messages_at(personal(contoso, ADELE)),
            json={**of(contoso, ADELE), "text": "share", "mentions": [], "root": None},
            headers={"Accept-Language": "fr-FR,fr;q=0.9"},
        )
        answer = await until_bot_said(page, contoso, ADELE)
        events = await screen.until("message", "chats")

    assert said.status_code == 201
    assert said.json()["from"] == {"id": contoso.person(ADELE).id, "name": "Adele Vance", "bot": False}
    assert answer["attachments"] == [{"contentType": CARD, "content": QUESTION}]
    assert bot[-1]["locale"] == "fr-FR"
    shown = [event["message"] for event in events if event["kind"] == "message"]
    assert shown == [said.json(), answer]


async def test_opening_the_chat_brings_the_bot(page: httpx.AsyncClient, contoso: Contoso, bot: list[Json]) -> None:
    async with Screen(contoso, MEGAN) as screen:
        await page.get(messages_at(personal(contoso, MEGAN)), params=of(contoso, MEGAN))
        await screen.until("chats")

    assert [activity["type"] for activity in bot] == ["installationUpdate", "conversationUpdate"]


async def test_reading_is_remembered(page: httpx.AsyncClient, contoso: Contoso, bot: list[Json]) -> None:
    await contoso.client.say(ADELE, "share")

    async def listed() -> Json:
        return (await page.get("/teams/api/chats", params=of(contoso, ADELE))).json()[0]

    before = await listed()
    await page.get(messages_at(personal(contoso, ADELE)), params=of(contoso, ADELE))

    assert (before["unread"], (await listed())["unread"]) == (1, 0)
    assert (before["last"]["text"], before["last"]["from"]) == ("Share it?", "Sharebot")


async def test_a_press_answers_and_the_new_card_stays(
    page: httpx.AsyncClient, contoso: Contoso, bot: list[Json]
) -> None:
    (asked,) = await contoso.client.say(ADELE, "share")
    action = {"type": "Action.Execute", "title": "Share", "verb": "share", "id": "", "data": {"key": "k", "note": "x"}}

    async with Screen(contoso, ADELE) as screen:
        where = f"{messages_at(personal(contoso, ADELE))}/{asked.id}/action"
        answer = await page.post(where, json={**of(contoso, ADELE), "action": action})
        events = await screen.until("update")

    assert answer.json() == {"status": 200, "type": CARD, "value": DONE}
    assert bot[-1]["value"]["action"]["data"] == {"key": "k", "note": "x"}
    assert events[-1]["message"]["attachments"][0]["content"] == DONE
    assert (await until_bot_said(page, contoso, ADELE))["attachments"][0]["content"] == DONE


async def test_presses_that_make_no_sense_are_refused(
    page: httpx.AsyncClient, contoso: Contoso, bot: list[Json]
) -> None:
    (asked,) = await contoso.client.say(ADELE, "share")
    where = messages_at(personal(contoso, ADELE))
    execute = {"type": "Action.Execute", "title": "Share"}

    answers = [
        await page.post(
            f"{where}/{asked.id}/action", json={**of(contoso, ADELE), "action": {"type": "Action.OpenUrl"}}
        ),
        await page.post(f"{where}/1/action", json={**of(contoso, ADELE), "action": execute}),
        await page.post(f"{where}/{asked.id}/action", json={**of(contoso, ALEX), "action": execute}),
        await page.post(where, json={**of(contoso, ADELE), "text": " "}),
        await page.post(where, json={"user": "nobody", "text": "x"}),
        await page.post(where, json=[]),
        await page.post(where, content="{"),
        await page.post(where, json={**of(contoso, ADELE), "text": "x", "root": "1"}),
        await page.get(messages_at("a:none"), params=of(contoso, ADELE)),
    ]

    assert [answer.status_code for answer in answers] == [400, 404, 404, 400, 404, 400, 400, 404, 404]
    assert all(answer.json()["error"].endswith(".") for answer in answers)


async def test_the_page_hears_that_the_bot_is_down(page: httpx.AsyncClient, contoso: Contoso) -> None:
    async with Screen(contoso, ADELE) as screen:
        said = await page.post(messages_at(personal(contoso, ADELE)), json={**of(contoso, ADELE), "text": "hello?"})
        events = await screen.until("update")
    where = f"{messages_at(personal(contoso, ADELE))}/{said.json()['id']}/action"
    pressed = await page.post(where, json={**of(contoso, ADELE), "action": {"type": "Action.Submit", "data": {}}})

    assert events[-1]["message"]["problem"] == "The bot cannot be reached."
    assert (pressed.status_code, pressed.json()) == (502, {"error": "The bot cannot be reached."})


async def test_mentions_come_from_the_page(page: httpx.AsyncClient, contoso: Contoso, bot: list[Json]) -> None:
    crew = next(chat.id for chat in contoso.chats if chat.kind == "groupChat")
    mention = {"id": f"28:{contoso.bot_id}", "name": "Sharebot"}

    body = {**of(contoso, ADELE), "text": "<at>Sharebot</at> help", "mentions": [mention], "root": None}
    said = await page.post(messages_at(crew), json=body)
    await contoso.client.wait_for(ALEX, lambda message: message.chat_id == crew)

    assert said.json()["mentions"] == [mention]
    assert bot[-1]["entities"][0]["mentioned"] == mention


async def test_mail_arrives_on_the_page(page: httpx.AsyncClient, contoso: Contoso) -> None:
    budget = contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx")
    token = (await page.get("/_contoso/token", params={"user": ADELE})).json()["token"]
    body = {"recipients": [{"email": ALEX}], "roles": ["read"], "requireSignIn": True, "sendInvitation": True}

    async with Screen(contoso, ALEX) as screen:
        url = f"/v1.0/drives/{budget.drive_id}/items/{budget.id}/invite"
        await page.post(url, json=body, headers={"Authorization": f"Bearer {token}"})
        events = await screen.until("mail", "files")

    (mail,) = (await page.get("/teams/api/mail", params=of(contoso, ALEX))).json()
    assert next(event["mail"] for event in events if event["kind"] == "mail") == mail
    assert mail == {
        "id": mail["id"],
        "from": {"name": "Adele Vance", "mail": ADELE},
        "to": ALEX,
        "subject": "Adele Vance shared “Q3 Budget.xlsx” with you",
        "text": "Adele Vance has given you access to this file.",
        "link": {"title": "Open Q3 Budget.xlsx", "url": contoso.web_url(budget)},
        "received": mail["received"],
    }
    assert (await page.get("/_contoso/mail", params={"to": ALEX})).json() == [mail]


async def test_files_are_listed_with_where_they_are(page: httpx.AsyncClient, contoso: Contoso) -> None:
    found = (await page.get("/teams/api/files", params=of(contoso, ADELE))).json()
    words = (await page.get("/teams/api/files", params={**of(contoso, ADELE), "q": "budget"})).json()

    budget = contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx")
    places = {each["place"] for each in found}
    assert places == {"OneDrive", "Megan Bowen's OneDrive", "Project Falcon", "Finance"}
    assert [each["name"] for each in words] == ["Q3 Budget.xlsx", "Marketing budget.xlsx"]
    assert words[0] == {
        "driveId": budget.drive_id,
        "id": budget.id,
        "name": "Q3 Budget.xlsx",
        "path": "/Finance/Q3 Budget.xlsx",
        "place": "OneDrive",
        "folder": False,
        "owner": "Adele Vance",
        "size": budget.size,
        "modified": budget.modified.isoformat(),
        "webUrl": contoso.web_url(budget),
        "shared": False,
    }


async def test_who_may_what_is_shown_to_who_may_see(page: httpx.AsyncClient, contoso: Contoso) -> None:
    shared = contoso.file("Adele Vance", "Finance/Q4 Forecast.xlsx")
    slides = contoso.file("Megan Bowen", "Town hall.pptx")

    def where(drive: str, item: str) -> str:
        return f"/teams/api/files/{drive}/{item}/permissions"

    found = (await page.get(where(*shared.key), params=of(contoso, ADELE))).json()
    links = (await page.get(where(*slides.key), params=of(contoso, MEGAN))).json()
    hidden = await page.get(where(*shared.key), params=of(contoso, ALEX))

    about = [(each["name"], each["kind"], each["roles"], each["inherited"], each["owner"]) for each in found]
    assert about == [
        ("Pradeep Gupta", "user", ["write"], False, False),
        ("Adele Vance", "user", ["owner"], True, True),
    ]
    assert links[0]["kind"] == "link"
    assert (hidden.status_code, hidden.json()) == (404, {"error": "You have no access to this item."})


async def test_a_files_address_opens_the_page(page: httpx.AsyncClient, contoso: Contoso) -> None:
    slides = contoso.file("Megan Bowen", "Town hall.pptx")
    (grant,) = contoso.files.own_grants(slides)

    opened = await page.get(contoso.web_url(slides))
    link = await page.get(f"/s/{getattr(grant.to, 'token', '')}")

    assert opened.headers["Location"] == f"/?open={slides.drive_id}/{slides.id}#files"
    assert link.headers["Location"] == contoso.web_url(slides)
    assert (await page.get("/s/none")).status_code == 404


async def test_the_closed_sign_in_window_is_noted(page: httpx.AsyncClient, contoso: Contoso) -> None:
    assert (await page.post("/teams/api/signin/closed", json=of(contoso, ADELE))).status_code == 204


async def test_an_open_page_does_not_keep_contoso_from_stopping(keys: Keys) -> None:
    tenant = Contoso(keys=keys)
    async with running(tenant):
        screen = await Screen(tenant, ADELE).__aenter__()
        began = time.monotonic()

    assert time.monotonic() - began < 1
    await screen.__aexit__()


# The back door


async def test_the_back_door_opens_on_this_machine_only(page: httpx.AsyncClient, contoso: Contoso) -> None:
    contoso.base_url = "http://192.0.2.7:5300"

    assert (await page.get("/_contoso/state")).status_code == 403


async def test_somebody_can_be_spoken_for(page: httpx.AsyncClient, contoso: Contoso, bot: list[Json]) -> None:
    said = (await page.post("/_contoso/say", json={"user": ADELE, "text": "share", "locale": "de-DE"})).json()
    pressed = await page.post("/_contoso/click", json={"user": ADELE, "title": "Share", "inputs": {"note": "x"}})
    group = {"user": ALEX, "text": "look", "chat": "Budget crew", "mentions": ["Sharebot", MEGAN]}
    heard = (await page.post("/_contoso/say", json=group)).json()

    assert said["messages"][0]["attachments"][0]["content"] == QUESTION
    assert pressed.json() == {"status": 200, "type": CARD, "value": DONE}
    assert len(heard["messages"]) == 1
    mentioned = [entity["mentioned"]["name"] for entity in bot[-1]["entities"] if entity["type"] == "mention"]
    assert mentioned == ["Sharebot", "Megan Bowen"]


async def test_the_back_door_says_what_it_does_not_understand(
    page: httpx.AsyncClient, contoso: Contoso, bot: list[Json]
) -> None:
    answers = [
        await page.post("/_contoso/say", json={"user": "nobody", "text": "x"}),
        await page.post("/_contoso/say", json={"user": ADELE}),
        await page.post("/_contoso/say", json=[]),
        await page.post("/_contoso/click", json={"user": ADELE, "title": "Share"}),
        await page.get("/_contoso/token", params={"user": ADELE, "scope": "Files.Burn"}),
        await page.post("/_contoso/faults", json={"rules": ["x"]}),
        await page.post("/_contoso/faults", json={"rules": [{"face": "moon"}]}),
        await page.post("/_contoso/faults", json={"rules": [{"face": "graph", "colour": "red"}]}),
        await page.post("/_contoso/faults", json={"rules": [{"face": "graph", "path": "("}]}),
        await page.post("/_contoso/faults", json={"rules": [{"face": "graph", "status": "500"}]}),
        await page.post("/_contoso/clock", json={"now": "2026-11-21T00:00:00"}),
    ]
    contoso.bot_endpoint = "http://127.0.0.1:9/"
    down = await page.post("/_contoso/say", json={"user": ADELE, "text": "x"})

    assert [answer.status_code for answer in answers] == [404, 400, 400, 404, *[400] * 7]
    assert down.status_code == 502
    assert all("error" in answer.json() for answer in [*answers, down])


async def test_the_whole_state_can_be_looked_at_and_reset(
    page: httpx.AsyncClient, contoso: Contoso, bot: list[Json]
) -> None:
    await contoso.client.say(ADELE, "share")

    before = (await page.get("/_contoso/state")).json()
    await page.post("/_contoso/reset", json={"consent": "everyone"})
    after = (await page.get("/_contoso/state")).json()

    def said(state: Json) -> list[str]:
        return [each["text"] for chat in state["chats"] for each in chat["messages"]]

    assert (said(before), said(after)) == (["share", ""], [])
    assert before["files"] == after["files"]
    assert contoso.consents[contoso.person(ADELE).id] == set()


async def test_the_clock_can_be_put_forward(page: httpx.AsyncClient, contoso: Contoso) -> None:
    await page.post("/_contoso/clock", json={"forward": 3600})
    ahead = contoso.clock.total_seconds()
    await page.post("/_contoso/clock", json={"now": "2030-01-01T00:00:00Z"})

    assert ahead == 3600
    assert contoso.now().year == 2030


async def me(page: httpx.AsyncClient, contoso: Contoso) -> httpx.Response:
    token = tokens.graph_token(contoso, contoso.person(ADELE), frozenset({"User.Read"}))
    return await page.get("/v1.0/me", headers={"Authorization": f"Bearer {token}"})


async def test_graph_can_be_made_to_fail_for_a_while(page: httpx.AsyncClient, contoso: Contoso) -> None:
    busy = {
        "face": "graph",
        "method": "get",
        "path": "/me$",
        "status": 429,
        "headers": {"Retry-After": "2.128"},
        "body": {"error": {"code": "TooManyRequests"}},
        "times": 2,
    }
    await page.post("/_contoso/faults", json={"rules": [{"face": "entra", "status": 500}, busy]})

    answers = [await me(page, contoso) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "2.128"
    assert answers[0].json()["error"]["code"] == "TooManyRequests"


@pytest.mark.parametrize(
    ("fault", "granted"),
    [
        ({"drop": "request"}, {}),
        ({"drop": "reply"}, {ALEX: "read"}),
        ({"status": 504}, {}),
        ({"status": 504, "done": True}, {ALEX: "read"}),
        ({"empty200": True}, {}),
        ({"contains": "nobody mentioned", "drop": "request"}, {ALEX: "read"}),
    ],
)
async def test_an_answer_can_be_lost_before_and_after_the_deed(
    page: httpx.AsyncClient, contoso: Contoso, fault: Json, granted: dict[str, str]
) -> None:
    budget = contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx")
    token = tokens.graph_token(contoso, contoso.person(ADELE), frozenset({"Files.ReadWrite"}))
    body = {"recipients": [{"email": ALEX}], "roles": ["read"], "requireSignIn": True, "sendInvitation": True}
    await page.post("/_contoso/faults", json={"rules": [{"face": "graph", "path": "/invite$", **fault}]})

    try:
        url = f"/v1.0/drives/{budget.drive_id}/items/{budget.id}/invite"
        answer = await page.post(url, json=body, headers={"Authorization": f"Bearer {token}"})
    except httpx.TransportError:
        assert fault["drop"]
    else:
        assert answer.status_code == fault.get("status", 200)

    assert contoso.roles(budget) == granted


async def test_every_face_can_be_slow(page: httpx.AsyncClient, contoso: Contoso) -> None:
    rules = [{"face": face, "delay": 0.1} for face in ("graph", "entra", "connector", "bot")]
    await page.post("/_contoso/faults", json={"rules": rules, "unmailable": [ALEX], "unheeded": [MEGAN]})
    began = time.monotonic()

    await page.get("/v1.0/me")
    await page.get("/v1/.well-known/keys")
    await page.get(f"/{contoso.tenant_id}/discovery/v2.0/keys")
    await page.get("/connector/v3/teams/x")
    with pytest.raises(BotUnreachable):
        await contoso.client.install(contoso.chats.personal(contoso.person(ADELE).id))

    assert time.monotonic() - began > 0.5
    assert (contoso.unmailable, contoso.unheeded) == ({ALEX}, {MEGAN})
