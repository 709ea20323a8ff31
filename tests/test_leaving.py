"""Told to end, a bot says so, answers what it was sent, and leaves nothing undone; without its database it says so."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.teams.readiness import LOOK_EVERY
from contoso.faults import Rule
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone
from tests.test_app import serving
from tests.test_away import away
from tests.test_faults_kill import on_postgresql, until
from tests.test_faults_replicas import two

Json = dict[str, Any]
LEE = "lee.gu@contoso.com"
# Each shares a file of their own.
FILES = {
    "adele.vance": "Finance/Q3 Budget.xlsx",
    "alex.wilber": "Social media plan.xlsx",
    "megan.bowen": "Town hall.pptx",
    "nestor.wilke": "Operations review.pptx",
    "lidia.holloway": "Feature list.xlsx",
    "isaiah.langer": "Leads.xlsx",
}


def has_it(contoso: Contoso, who: str) -> bool:
    owner = contoso.person(f"{who}@contoso.com").name
    return contoso.roles(contoso.file(owner, FILES[who])).get(LEE) == "write"


async def asked(url: str) -> tuple[int, Json]:
    async with httpx.AsyncClient(timeout=30) as http:
        answer = await http.get(url)
    return answer.status_code, answer.json()


async def test_who_is_told_to_end_under_load_loses_nothing_and_does_nothing_twice(
    contoso: Contoso, tmp_path: Path
) -> None:
    people = {who: Someone(contoso, f"{who}@contoso.com") for who in FILES}
    async with serving(contoso, tmp_path) as process:
        for who, each in people.items():
            name = FILES[who].rpartition("/")[2]
            assert "Share this?" in await each.says(f'share "{name}" with {LEE} as write')
        contoso.faults = [Rule("graph", "POST", r"/invite$", times=None, late=0.5)]
        presses = [asyncio.create_task(each.presses("Share")) for each in people.values()]
        await until(lambda: any(has_it(contoso, who) for who in FILES))
        process.terminate()
        await process.wait()
    await asyncio.gather(*presses, return_exceptions=True)
    contoso.faults = []

    async with serving(contoso, tmp_path):
        await until(lambda: all("✓ can edit" in each.sees() for each in people.values()))

    assert [who for who in FILES if not has_it(contoso, who)] == []
    assert len(contoso.mail_to(LEE)) == len(FILES)


async def test_who_is_told_to_end_says_so_first_and_goes_on_answering_for_a_while(
    contoso: Contoso, tmp_path: Path
) -> None:
    adele = Someone(contoso, "adele.vance@contoso.com")
    async with serving(contoso, tmp_path, DRAIN_SECONDS="3") as process:
        url = contoso.bot_endpoint.removesuffix("/api/messages")
        before = await asked(f"{url}/readyz")
        process.terminate()
        await asyncio.sleep(0.3)
        ready, healthy = await asked(f"{url}/readyz"), await asked(f"{url}/healthz")
        answer = await adele.says("help")
        code = await process.wait()

    assert before == (200, {"status": "ok"})
    assert ready == (503, {"status": "about to end"})
    assert healthy == (200, {"status": "ok"})
    assert "share" in answer
    assert code == 0


async def test_of_two_replicas_one_may_leave_and_nobody_goes_without_an_answer(
    contoso: Contoso, tmp_path: Path, postgresql: str
) -> None:
    """A proxy that asks /readyz twice a second, as proxies do, and passes people on to whoever is ready."""
    adele, alex = Someone(contoso, "adele.vance@contoso.com"), Someone(contoso, "alex.wilber@contoso.com")
    async with two(contoso, tmp_path, postgresql, DRAIN_SECONDS="5") as ((first, a), (_, b)):
        await asyncio.gather(adele.says("hi"), alex.says("hi"))

        async def proxy() -> None:
            while (await asked(a.replace("/api/messages", "/readyz")))[0] == 200:  # noqa: ASYNC110
                await asyncio.sleep(0.5)
            contoso.bot_endpoint = b

        passing_on = asyncio.create_task(proxy())
        first.terminate()
        answers = [await adele.says("help")]
        while first.returncode is None:
            answers += await asyncio.gather(adele.says("help"), alex.says("help"))
        answers.append(await alex.says("help"))
        await passing_on

    assert len(answers) > 4
    assert [each for each in answers if "share Q3 Budget.xlsx" not in each] == []


async def test_without_its_database_a_bot_is_healthy_and_not_ready(
    contoso: Contoso, tmp_path: Path, postgresql_server: Any, postgresql: str
) -> None:
    """In a process of its own, for it ends itself when it has lost its place there."""
    async with serving(contoso, tmp_path, **on_postgresql(tmp_path, postgresql).environment):
        url = contoso.bot_endpoint.removesuffix("/api/messages")
        before = await asked(f"{url}/readyz")
        with away(postgresql_server.get_uri(), postgresql):
            await asyncio.sleep(LOOK_EVERY)
            ready, healthy = await asyncio.gather(asked(f"{url}/readyz"), asked(f"{url}/healthz"))

    assert ready == (503, {"status": "the database does not answer"})
    assert before == healthy == (200, {"status": "ok"})


async def test_a_database_that_takes_for_ever_is_as_good_as_none(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.teams.readiness.ANSWERS_WITHIN", 0.0)

    assert (await asked(f"{bot.url}/readyz"))[0] == 503


async def test_the_log_is_json_with_the_reference_that_somebody_has_read(contoso: Contoso, tmp_path: Path) -> None:
    adele = Someone(contoso, "adele.vance@contoso.com")
    log = tmp_path / "log"
    with log.open("wb") as told:
        async with serving(contoso, tmp_path, told, LOG_FORMAT="json"):
            await adele.says('share "Q3 Budget.xlsx" with Alex Wilber')
            named, body = (("request-id", "a-reference"),), {"error": {"code": "accessDenied"}}
            contoso.faults = [Rule("graph", "GET", "/permissions", status=403, headers=named, body=body)]
            answer = await adele.presses("Share")

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    (told_of,) = [line for line in lines if "Graph answered 403" in line["message"]]
    assert told_of["reference"] == "a-reference"
    assert {"time", "level", "logger", "message"} <= lines[0].keys()
    assert told_of["reference"] in answer
