"""Attacks with an address: whom does the bot speak to, and give its token?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from contoso.tenant import Contoso
from tests.attacks import BUDGET, asked, bearer, invoke, send
from tests.bot import Bot
from tests.people import Someone
from tests.test_teams import activity


@asynccontextmanager
async def another_host() -> AsyncGenerator[tuple[str, list[bytes]]]:
    """A host of somebody else's on this machine, and what it hears."""
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65536))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", heard


class Elsewhere(Bot):
    """A bot whose Teams is at other hosts."""

    hosts: frozenset[str] = frozenset()

    def settings(self, url: str) -> Settings:
        return replace(super().settings(url), service_hosts=self.hosts)


async def served_by(bot: Bot, url: str, **other: Any) -> int:
    """The status of a call whose token names the same service as its body does: even so it is not ours."""
    header = bearer(bot.contoso, serviceurl=url)
    answer = await send(bot, activity(bot.contoso, serviceUrl=url, **other), header)
    await bot.at_rest()
    return answer.status_code


@pytest.mark.parametrize(
    "url",
    [
        "http://{evil}/connector/",
        "http://{good}@{evil}/connector/",
        "http://{good}%2f@{evil}/connector/",
        "http://{good}\\@{evil}/connector/",
        "http://{good}\t@{evil}/connector/",
        "http://{good}.{evil}/connector/",
        "http://{good}.evil.example/connector/",
        "http://evil.example/{good}/",
        "http://evil.example?{good}/",
        "http://evil.example#{good}/",
        "http://someone:secret@{good}/connector/",
        "http://localhost:{port}/connector/",
        "http://127.0.0.1.:{port}/connector/",
        "http://127.1:{port}/connector/",
        "http://2130706433:{port}/connector/",
        "http://0x7f000001:{port}/connector/",
        "http://0177.0.0.1:{port}/connector/",
        "http://１２７.0.0.1:{port}/connector/",
        "http://[::1]:{port}/connector/",
        "http://[::ffff:127.0.0.1]:{port}/connector/",
        "http://[{good}/connector/",
        "http://127.0.0.1/connector/",
        "http:///{good}/connector/",
        "//{good}/connector/",
        "{good}/connector/",
        "ftp://{good}/connector/",
        "file://{good}/etc/passwd",
        "javascript://{good}/%0aalert(1)",
        "http://",
        "",
    ],
)
async def test_a_service_elsewhere_is_401_and_hears_nothing(bot: Bot, url: str) -> None:
    answered = asked(bot, "connector")
    async with another_host() as (evil, heard):
        good = bot.contoso.base_url.removeprefix("http://")
        status = await served_by(bot, url.format(good=good, evil=evil, port=good.partition(":")[2]))

    assert (status, heard, answered()) == (401, [], 0)


@pytest.mark.parametrize("url", ["http://{good}#@{evil}/", "http://{good}/?@{evil}/", "http://{good}/@{evil}/"])
async def test_an_address_that_only_looks_like_elsewhere_leads_nowhere_else(bot: Bot, url: str) -> None:
    async with another_host() as (evil, heard):
        status = await served_by(bot, url.format(good=bot.contoso.base_url.removeprefix("http://"), evil=evil))

    assert status in (201, 401)
    assert heard == []


async def test_a_service_of_ours_hears_the_bot(contoso: Contoso, tmp_path: Path) -> None:
    """Or the silence of the others would mean nothing."""
    async with another_host() as (host, heard):
        Elsewhere.hosts = frozenset({host})
        async with Elsewhere(contoso, tmp_path) as bot:
            status = await served_by(bot, f"http://{host}/")

    assert status == 201
    assert b"Authorization: Bearer ey" in heard[0]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://smba.trafficmanager.net/teams/", 201),
        ("http://smba.trafficmanager.net/teams/", 401),
        ("wss://smba.trafficmanager.net/teams/", 401),
        ("https://smba.trafficmanager.net:8443/teams/", 401),
        ("https://smba.trafficmanager.net./teams/", 401),
        ("https://evil.smba.trafficmanager.net/teams/", 401),
        ("https://smba.trafficmanager.net@127.0.0.1/teams/", 401),
        ("https://smba.trafficmanager.net.evil.example/teams/", 401),
        ("https://smba-trafficmanager.net/teams/", 401),
    ],
)
async def test_to_teams_itself_the_bot_speaks_over_tls_or_not_at_all(
    contoso: Contoso, tmp_path: Path, url: str, status: int
) -> None:
    """A reaction to a message is what the bot only listens to, so nothing goes out here."""
    Elsewhere.hosts = frozenset({"smba.trafficmanager.net"})
    async with Elsewhere(contoso, tmp_path) as bot:
        assert await served_by(bot, url, type="messageReaction") == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_no_token_along(adele: Someone, bot: Bot, status: int) -> None:
    await adele.says(BUDGET)
    async with another_host() as (evil, heard):
        away = (("Location", f"http://{evil}/"),)
        bot.breaks("connector", "/activities", status=status, headers=away, times=None)
        bot.breaks("graph", "/invite", status=status, headers=away, times=None)

        await send(bot, invoke(adele, "signin/failure", {"code": "x"}))
        await adele.presses("Share")
        await bot.at_rest()

    assert heard == []
    assert bot.contoso.mails == []


async def test_the_next_page_of_a_list_is_not_fetched_elsewhere(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    async with another_host() as (evil, heard):
        for more in (f"http://{evil}/", f"{bot.contoso.base_url}@{evil}/v1.0/", f"{bot.contoso.base_url}/v1.0@{evil}/"):
            bot.breaks("graph", "/permissions", body={"value": [], "@odata.nextLink": more}, status=200)
            await adele.presses("Share")

    assert heard == []
    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")
