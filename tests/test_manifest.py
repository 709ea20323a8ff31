"""What Teams is told of the bot is what the bot is."""

from __future__ import annotations

import json
import struct
import tomllib
import zlib
from pathlib import Path
from typing import Any

import pytest

from bot.commands import COMMANDS
from bot.packaging import shown
from bot.texts import closest
from tests.bot import Bot
from tests.manifest import MENU, TAGS, of_the_catalogue, read
from tests.people import Someone
from tests.test_extension import Desk, titles

FOLDER = Path(__file__).parent.parent / "manifest"
MANIFEST: dict[str, Any] = json.loads((FOLDER / "manifest.json").read_text())


def test_the_commands_of_the_menu_are_those_of_the_bot() -> None:
    listed = MANIFEST["bots"][0]["commandLists"][0]["commands"]

    assert [(one["title"], one["description"], one["prompt"]) for one in listed] == [
        (command.intent.replace("_", " "), command.what, command.example) for command in COMMANDS
    ]
    assert {one["type"] for one in listed} == {"prompt"}


async def test_the_message_extension_is_the_bot_itself_and_all_it_offers_is_answered(adele: Someone, bot: Bot) -> None:
    (extension,) = MANIFEST["composeExtensions"]
    desk = Desk(adele)
    file = bot.contoso.web_url(bot.contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx"))
    await desk.searches("")

    assert extension["botId"] == MANIFEST["bots"][0]["botId"]
    for command in extension["commands"]:
        if command["type"] == "query":
            parameters = [{"name": one["name"], "value": "budget"} for one in command["parameters"]]
            answer = await desk.asks("composeExtension/query", {"commandId": command["id"], "parameters": parameters})
            assert "Q3 Budget.xlsx" in titles(answer["composeExtension"])
        else:
            assert command["fetchTask"]
            assert "Q3 Budget.xlsx" in await desk.acts(command["id"], desk.says(file))


async def test_a_link_to_a_file_is_answered(adele: Someone, bot: Bot) -> None:
    (handler,) = MANIFEST["composeExtensions"][0]["messageHandlers"]
    file = bot.contoso.web_url(bot.contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx"))

    answer = await Desk(adele, "Budget crew").asks("composeExtension/queryLink", {"url": file})

    assert handler == {"type": "link", "value": {"domains": ["${{LINK_DOMAINS}}"]}}
    assert answer["composeExtension"]["type"] == "result"


def test_each_language_of_the_bot_is_one_of_the_manifests() -> None:
    listed = {one["file"]: one["languageTag"] for one in MANIFEST["localizationInfo"]["additionalLanguages"]}

    assert {file.removesuffix(".json"): closest(tag) for file, tag in listed.items()} == {tag: tag for tag in TAGS}
    assert listed["zh-Hans.json"] == "zh-cn"  # as Teams calls it


def test_the_app_in_teams_has_the_version_of_the_bot() -> None:
    project = tomllib.loads((FOLDER.parent / "pyproject.toml").read_text())["project"]

    assert MANIFEST["version"] == project["version"]


@pytest.mark.parametrize("tag", TAGS)
def test_each_language_has_all_that_teams_shows(tag: str) -> None:
    """Of the commands, what the bot's own help says; if that has changed: python -m tests.manifest."""
    words = read(tag)
    own = {name: said for name, said in words.items() if name.startswith(MENU)}

    assert own == of_the_catalogue(tag)
    assert words.keys() == {"$schema", *(name for name, _ in shown(MANIFEST))}


def test_the_outline_is_white_on_nothing() -> None:
    opaque = {pixel[:3] for pixel in pixels(FOLDER / MANIFEST["icons"]["outline"]) if pixel[3]}
    assert opaque == {(255, 255, 255)}


def size(png: Path) -> tuple[int, int]:
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    return width, height


def pixels(png: Path) -> list[tuple[int, ...]]:
    """Of a PNG with red, green, blue and alpha of a byte each. https://www.w3.org/TR/png-3/#9Filter-types"""
    raw, at, packed = png.read_bytes(), 8, b""
    while at < len(raw):
        length, kind = struct.unpack(">I4s", raw[at : at + 8])
        packed += raw[at + 8 : at + 8 + length] if kind == b"IDAT" else b""
        at += length + 12
    data, (width, height) = zlib.decompress(packed), size(png)
    rows: list[bytearray] = []
    for number in range(height):
        start = number * (width * 4 + 1)
        rows.append(
            unfiltered(data[start], bytearray(data[start + 1 : start + 1 + width * 4]), rows[-1] if rows else None)
        )
    return [tuple(row[place : place + 4]) for row in rows for place in range(0, width * 4, 4)]


def unfiltered(kind: int, row: bytearray, above: bytearray | None) -> bytearray:
    above = above or bytearray(len(row))
    for place in range(len(row)):
        left, up, corner = (row[place - 4], above[place], above[place - 4]) if place >= 4 else (0, above[place], 0)
        nearest = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
        row[place] = (row[place] + (0, left, up, (left + up) // 2, nearest)[kind]) % 256
    return row
