"""The main journeys in Microsoft's Agents Playground, clicked through in Chromium: another client than our own page.

Pictures of them are written to tests/screenshots/playground-*.png.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from aiohttp import web
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from bench.ports import free_port
from contoso.people import Person
from contoso.server import running
from contoso.tenant import BOT_NAME, Contoso
from tests.bot import Bot
from tests.people import Someone
from tests.playground.between import Between
from tests.test_browser import CHROMIUM, QUIET, SHOTS

TOOL = Path(__file__).parent / "node_modules/@microsoft/m365agentsplayground/cli.js"
# The tool wants one person at the keyboard and exactly five others.
AT_IT = "adele.vance@contoso.com"
OTHERS = ("alex.wilber", "megan.bowen", "diego.siciliani", "pradeep.gupta", "isaiah.langer")
STARTS_WITHIN = 30.0
PHONE = 288  # what a card has of 320 pixels
ARCHIVED = "Roadmap.docx OneDrive › Archive › 2025"
# The fonts of a content network are not to be had, and nothing else is to be asked of one.
HERE_ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"


async def main() -> int:
    if CHROMIUM is None or shutil.which("node") is None:
        print("The Playground needs chromium and node on the PATH.", file=sys.stderr)
        return 2
    async with AsyncExitStack() as stack:
        contoso = Contoso()
        await stack.enter_async_context(running(contoso))
        data = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        http = await stack.enter_async_context(httpx.AsyncClient())
        between = Between(contoso, http, contoso.person(AT_IT))
        address = await stack.enter_async_context(_served(between.application()))
        bot = Bot(contoso, data)
        bot.service_hosts = ",".join(each.removeprefix("http://") for each in (address, contoso.base_url))
        await stack.enter_async_context(bot)
        between.playground = await stack.enter_async_context(_playground(contoso, address, data))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, HERE_ALONE])
        stack.push_async_callback(browser.close)
        SHOTS.mkdir(exist_ok=True)
        await _journeys(browser, between.playground, Someone(contoso, "alex.wilber@contoso.com"))
        access, archived = bot.access("Q3 Budget.xlsx"), bot.access_by_row(ARCHIVED)
    assert access == {"megan.bowen@contoso.com": "read"}, access
    assert archived == {"alex.wilber@contoso.com": "write"}, archived
    print("The journeys went through in the Agents Playground; pictures are in tests/screenshots.")
    return 0


async def _journeys(browser: Browser, url: str, alex: Someone) -> None:
    """Alex is at Contoso's own Teams, and hears there of what is shared with him here."""
    await alex.says("hello")
    page = await browser.new_page(viewport=ViewportSize(width=1280, height=900))
    await page.goto(url)
    await expect(page.get_by_text("Connected.").first).to_be_visible(timeout=60_000)
    await _says(page, "help")
    await _seen(page, "What I can do", "help")
    await _says(page, "share Q3 Budget.xlsx with alex.wilber@contoso.com as write")
    await _seen(page, "Share this?", "confirm")
    await _presses(page, "Share")
    await _seen(page, "✓ can edit", "shared")
    await _presses(page, "Undo")
    await _seen(page, "Undone", "undone")
    await _says(page, "share Roadmap.docx with Alex")
    await _seen(page, "Which one do you mean?", "choose")
    await page.get_by_role("button", name=ARCHIVED).last.click()
    await _seen(page, "Share this?", "chosen")
    await _presses(page, "Cancel")
    await _seen(page, "was not shared", "cancelled")
    await _says(page, "share Roadmap.docx with Alex")
    await _seen(page, "Which one do you mean?", "choose-again")
    await _says(page, "the second one")
    await _seen(page, "Share this?", "chosen-by-typing")
    await _presses(page, "Share")
    await _seen(page, "✓ can view", "chosen-shared")
    await alex.waits_for("Shared with you")
    await alex.presses("Ask to edit")
    await alex.presses("Ask", {"reason": "I write the next part."})
    await _seen(page, "Allow editing?", "request")
    await _presses(page, "Allow")
    await _seen(page, "✓ can edit", "request-allowed")
    await _says(page, "share")
    await _seen(page, "File or folder", "form")
    card = page.locator(".ac-adaptiveCard").last
    await card.get_by_label("Or write its name").fill("Q3 Budget.xlsx")
    await card.get_by_label("Or write them").fill("megan.bowen@contoso.com")
    await _presses(page, "Continue")
    await _seen(page, "Megan Bowen", "form-filled")
    await _presses(page, "Share")
    await _seen(page, "✓ can view", "form-shared")
    # It is not made for phones itself, so its cards alone are as narrow as there.
    await page.add_style_tag(content=f".ac-adaptiveCard {{ width: {PHONE}px; box-sizing: border-box }}")
    await _says(page, "share Price list.pdf with Alex")
    await _seen(page, "Share this?", "phone")
    assert await page.locator(".ac-adaptiveCard").last.evaluate("card => card.scrollWidth") <= PHONE
    await page.close()


async def _presses(page: Page, title: str) -> None:
    await page.locator(".ac-adaptiveCard").last.get_by_role("button", name=title, exact=True).click()


async def _says(page: Page, text: str) -> None:
    await page.locator('div[role="textbox"][data-lexical-editor="true"]').last.click()
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def _seen(page: Page, what: str, name: str) -> None:
    try:
        await expect(page.locator(".ac-adaptiveCard").last).to_contain_text(what, timeout=30_000)
        await page.wait_for_timeout(500)
    finally:
        await page.screenshot(path=SHOTS / f"playground-{name}.png")


@asynccontextmanager
async def _served(app: web.Application) -> AsyncGenerator[str]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@asynccontextmanager
async def _playground(contoso: Contoso, between: str, data: Path) -> AsyncGenerator[str]:
    (data / ".m365agentsplayground.yml").write_text(json.dumps(_cast(contoso)))  # JSON is YAML
    # It opens a browser of its own, and ends where it can't.
    opener = data / "xdg-open"
    opener.write_text("#!/bin/sh\n")
    opener.chmod(0o755)
    port = free_port()
    started = await asyncio.create_subprocess_exec(
        *("node", TOOL, "start", "-e", f"{between}/api/messages", "-c", "msteams", "-p", str(port)),
        *("--service-url", f"{between}/_connector", "--disable-telemetry"),
        cwd=data,
        env={**os.environ, "PATH": f"{data}:{os.environ['PATH']}", "APPLICATION_INSIGHTS_NO_STATSBEAT": "true"},
        stdin=PIPE,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with asyncio.timeout(STARTS_WITHIN), httpx.AsyncClient() as http:
            while not await _answers(http, url):
                assert started.returncode is None, "the tool ended; its log may tell why"
                await asyncio.sleep(0.2)
        yield url
    finally:
        started.terminate()
        await started.wait()


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).is_success
    except httpx.TransportError:
        return False


def _cast(contoso: Contoso) -> object:
    people = [contoso.person(each) for each in (AT_IT, *(f"{name}@contoso.com" for name in OTHERS))]
    at_it, *others = map(_member, people)
    return {
        "version": "0.1.1",
        "tenantId": contoso.tenant_id,
        "bot": {"id": f"28:{contoso.bot_id}", "name": BOT_NAME},
        "currentUser": at_it,
        "users": others,
        "personalChat": {"id": "a:playground-personal"},
        "groupChat": {"id": "19:playground@thread.v2", "name": "Finance huddle"},
        "team": {
            "id": "19:playground@thread.tacv2",
            "name": "Finance",
            "aadGroupId": "bbbbbbbb-0000-4000-8000-000000000001",
            "channels": [],
        },
    }


def _member(person: Person) -> dict[str, str]:
    return {
        "id": person.mri,
        "name": person.name,
        "userPrincipleName": person.mail,  # as the tool spells it
        "aadObjectId": person.id,
        "givenName": person.given,
        "surname": person.surname,
        "email": person.mail,
    }


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
