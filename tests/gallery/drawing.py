"""The samples in a browser, drawn as Contoso's page draws cards: Microsoft's renderer with its host configuration."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.async_api import Page, Route, ViewportSize, async_playwright

from bot.teams.server import ICONS
from cards.elements import Card
from contoso.teams import LIBRARIES, TYPES, WEB
from tests.gallery.samples import SAMPLES
from tests.test_browser import CHROMIUM, QUIET

HERE = Path(__file__).parent
HOME = "https://gallery.invalid"


@dataclass(frozen=True)
class Look:
    """How somebody sees a card; `width` is the window's, in CSS pixels."""

    width: int = 496
    colours: Literal["light", "dark"] = "light"
    forced: Literal["active", "none"] = "none"


LOOKS = {
    "light": Look(),
    "dark": Look(colours="dark"),
    "narrow": Look(width=320),
    "contrast": Look(colours="dark", forced="active"),
}


@asynccontextmanager
async def drawn(look: Look, samples: Mapping[str, Callable[[], Card]] = SAMPLES) -> AsyncGenerator[Page]:
    """A page with every sample in a section of its own, `data-sample` its name. Nothing leaves this machine."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = await browser.new_page(
            viewport=ViewportSize(width=look.width, height=800), color_scheme=look.colours, forced_colors=look.forced
        )
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        await page.route(f"{HOME}/**", _serve)
        await page.goto(HOME)
        await page.evaluate("samples => draw(samples)", [[name, make()] for name, make in samples.items()])
        yield page
        await browser.close()
        assert not broken


async def _serve(route: Route) -> None:
    folder, _, name = urlsplit(route.request.url).path.removeprefix("/").rpartition("/")
    match folder:
        case "web/lib":
            file = LIBRARIES[name]
        case "web":
            file = WEB / name
        case "icons":
            file = ICONS / name
        case _:
            file = HERE / (name or "page.html")
    await route.fulfill(path=file, content_type=TYPES.get(file.suffix, "text/html"))
