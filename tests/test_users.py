"""The guide for users is true: every story in it is played in the tenant, every sentence in it understood."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from pathlib import Path

import pytest

from bot.language.explain import explain
from tests.bot import Bot
from tests.people import Someone

GUIDE = (Path(__file__).parents[1] / "docs/users.md").read_text()
# A story may be told under rules, which stand before it.
TABLE = re.compile(
    r"(?:^```toml\n([^`]+)```\n\n)?^\| who \| does \| reads \|\n\|---\|---\|---\|\n((?:\|.*\n)+)", re.MULTILINE
)
STORIES = [
    (rules, [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines.splitlines()])
    for rules, lines in TABLE.findall(GUIDE)
]
DOES = re.compile(r"(?:says `(?P<says>.+)`|presses \*\*(?P<presses>.+)\*\*|(?P<waits>waits))(?: in \*(?P<chat>.+)\*)?")
LANGUAGES = dict(re.findall(r"^\| (\w+) \| `(.+)` \|$", GUIDE, re.MULTILINE))
TAGS = {
    "English": "en",
    "German": "de",
    "French": "fr",
    "Spanish": "es",
    "Portuguese": "pt",
    "Italian": "it",
    "Dutch": "nl",
}
NOW = dt.datetime(2026, 11, 18, 10, tzinfo=dt.UTC)
WITHIN = 20


@pytest.mark.parametrize(("rules", "story"), STORIES, ids=[story[0][1] for _, story in STORIES])
async def test_a_story_of_the_guide_goes_as_it_says(bot: Bot, rules: str, story: list[list[str]]) -> None:
    await bot.contoso.client.install_everywhere()
    if rules:
        await bot.under(rules)
    for who, does, reads in story:
        person = Someone(bot.contoso, bot.contoso.person(who).mail)
        done = DOES.fullmatch(does)
        assert done, does
        quotes = re.findall("“((?:“[^”]+”|[^“”])+)”", reads)
        assert quotes, reads
        if done["says"]:
            answer = await person.says(done["says"].replace("@Sharebot", "<at>Sharebot</at>"), chat=done["chat"])
        elif done["presses"]:
            answer = await person.presses(done["presses"], chat=done["chat"])
        else:
            async with asyncio.timeout(WITHIN):
                while any(each not in person.sees() for each in quotes):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            answer = person.sees()
        assert [each for each in quotes if each not in answer] == [], answer


@pytest.mark.parametrize(("language", "sentence"), LANGUAGES.items(), ids=LANGUAGES)
def test_a_sentence_in_any_language_is_the_same_request(language: str, sentence: str) -> None:
    said = explain({"id": "1", "text": sentence, "lang": TAGS[language]}, default_now=NOW, default_tz=dt.UTC)

    assert said["asks"] == []
    assert said["pred"]["intent"] == "share"
    assert [each["value"] for each in said["pred"]["items"]] == ["Q3 Budget.xlsx"]
    assert [each["value"] for each in said["pred"]["recipients"]] == ["Ana"]
    assert (said["pred"]["role"], said["pred"]["expiration_resolved"]) == ("write", "2026-11-19")


def test_every_sentence_of_the_guide_is_in_a_story() -> None:
    assert len(STORIES) >= 10
    assert set(TAGS) == set(LANGUAGES)
