"""Attacks with a name: what is shown of it?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import pytest

from contoso.chats import CARD
from tests.attacks import said_by_bot
from tests.bot import Bot
from tests.people import Someone

Json = dict[str, Any]
ODD_NAMES = {
    "Markdown": "**bold** _it_ `code` [Q3](https://evil.example).docx",
    "a picture": "![x](https://evil.example/pixel.png).docx",
    "HTML": "<b>bold<br><img src=x onerror=alert(1)>.docx",
    "a mention": "<at>Megan Bowen<at>.docx",
    "a date function": "{{DATE(2026-01-01T00:00:00Z,SHORT)}}.docx",
    "a template": "${$root.secret} $(x).docx",
    "an entity": "&lt;b&gt; &#x202e;.docx",
    "nothing to see": "\u200b\u2060\ufeff.docx",
    "letters of no width": "Q\u200b3 Bud\u00adget.docx",
    "right to left": "\u202excod.tegdub",
    "right to left, apart": "\u2067xcod.tegdub",
    "a line end": "Q3\u2028Approved by Megan.docx",
}


def rename(bot: Bot, mail: str, name: str) -> None:
    """As if they had always been called so."""
    people = bot.contoso.directory.people
    person = bot.contoso.person(mail)
    people[person.id] = replace(person, name=name)


def file_called(bot: Bot, name: str) -> str:
    """A file of Adele's; its address, for not every name can be said."""
    like = bot.contoso.file("adele.vance@contoso.com", "Price list.pdf")
    item = replace(like, id="01ODDNAME", name=name)
    bot.contoso.files.put(bot.contoso.files.drives[like.drive_id], [item], [])
    return bot.contoso.web_url(item)


def cards_of(bot: Bot) -> list[Json]:
    """Every card anybody sees."""
    views = [
        each for message in said_by_bot(bot) for view in (message.attachments, *message.views.values()) for each in view
    ]
    return [each["content"] for each in views if each["contentType"] == CARD]


def elements(part: object) -> Iterator[Json]:
    if isinstance(part, dict):
        yield cast("Json", part)
        for inside in cast("Json", part).values():
            yield from elements(inside)
    elif isinstance(part, list):
        for inside in cast("list[object]", part):
            yield from elements(inside)


def paragraphs(card: Json) -> Iterator[str]:
    """What is read of a card line by line, by eye or by ear."""
    yield card["fallbackText"]
    for each in elements(card):
        if "inlines" in each:
            yield "".join(run["text"] for run in each["inlines"])
        elif each.get("type") == "TextBlock":
            yield each["text"]
        for choice in each.get("choices", ()):
            yield choice["title"]


def letters(text: str) -> str:
    """Without what only turns it round."""
    return re.sub("[\u202a-\u202e\u2066-\u2069]", "", text)


def reorders(paragraph: str) -> bool:
    """Whether a direction begun in it still holds at its end. https://www.unicode.org/reports/tr9/"""
    begun: list[str] = []
    for letter in paragraph:
        kind = unicodedata.bidirectional(letter)
        if kind in ("LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI"):
            begun.append(kind)
        elif kind == "PDF" and begun and not begun[-1].endswith("I"):
            begun.pop()
        elif kind == "PDI" and any(each.endswith("I") for each in begun):
            while not begun.pop().endswith("I"):
                pass
    return bool(begun)


@pytest.mark.parametrize("odd", ODD_NAMES.values(), ids=ODD_NAMES)
async def test_odd_names_format_and_hide_nothing(adele: Someone, alex: Someone, bot: Bot, odd: str) -> None:
    url = file_called(bot, odd)
    rename(bot, adele.mail, f"Adele {odd}")
    rename(bot, alex.mail, f"Alex {odd}")
    await alex.says("help")

    card = await adele.says(f"share {url} with alex.wilber@contoso.com as write")
    await adele.presses("Share")
    await alex.waits_for("Shared with you")
    await adele.says(f"share {url} with Megan")
    await adele.presses("Cancel")
    await bot.at_rest()

    assert bot.access(odd) == {"alex.wilber@contoso.com": "write"}
    assert "alex.wilber@contoso.com" in card
    runs = [each["text"] for card in cards_of(bot) for each in elements(card) if each.get("type") == "TextRun"]
    assert any(letters(odd) in letters(run) for run in runs)
    assert any(letters(f"Adele {odd}") in letters(run) for run in runs)
    parsed = [each for card in cards_of(bot) for each in elements(card) if each.get("type") == "TextBlock"]
    assert not [each for each in parsed if odd in each["text"]]
    assert not [message for message in said_by_bot(bot) if message.text]


@pytest.mark.parametrize("odd", ["\u202excod.tegdub", "\u2067xcod.tegdub", "\u2069\u202excod.tegdub"], ids=ascii)
async def test_a_name_turns_round_none_of_our_own_words(adele: Someone, alex: Someone, bot: Bot, odd: str) -> None:
    url = file_called(bot, f"Roadmap{odd}")
    rename(bot, adele.mail, odd)
    await alex.says("help")

    await adele.says(f"share {url} with alex.wilber@contoso.com as write")
    await adele.presses("Share")
    await alex.waits_for("Shared with you")
    await adele.says(f"share {url} with Megan")
    await adele.presses("Cancel")
    await adele.says("share Roadmap with Alex")

    seen = {paragraph for card in cards_of(bot) for paragraph in paragraphs(card)}
    assert any(letters(odd) in letters(each) for each in seen)
    assert [each for each in sorted(seen) if reorders(each) and not each.endswith(odd)] == []


@pytest.mark.parametrize("odd", ODD_NAMES.values(), ids=ODD_NAMES)
async def test_odd_words_of_a_sentence_are_only_quoted(adele: Someone, bot: Bot, odd: str) -> None:
    for sentence in (odd, f'share "{odd} x" with Alex', f'share Q3 Budget.xlsx with "{odd}"', f"help {odd}"):
        await adele.says(sentence)

    parsed = [each for card in cards_of(bot) for each in elements(card) if each.get("type") == "TextBlock"]
    assert not [each for each in parsed if odd in each["text"]]
    assert not [message for message in said_by_bot(bot) if message.text]
    assert bot.contoso.mails == []
