"""Writes into the manifest's languages what the bot's catalogues say of its commands: `python -m tests.manifest`.

The rest of each file is written by hand.
https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-localization
"""

from __future__ import annotations

import json
from pathlib import Path

from bot.commands import COMMANDS
from bot.texts import ENGLISH, _, languages, speaking

FOLDER = Path(__file__).parents[1] / "manifest"
TAGS = [tag for tag in languages() if tag != ENGLISH]
MENU = "bots[0].commandLists[0].commands"
# Where the example is more than a title; the catalogues have these as buttons.
TITLES = {
    "share": "Share",
    "who_has_access": "Who has access",
    "unshare": "Remove access",
    "change_role": "Make viewer",
    "extend": "Change end",
    "request_access": "Ask to view this?",
    "explain": "What would happen",
}


def of_the_catalogue(tag: str) -> dict[str, str]:
    with speaking(tag):
        return {
            f"{MENU}[{place}].{name}": words
            for place, command in enumerate(COMMANDS)
            for name, words in (
                ("title", _(TITLES.get(command.intent, command.example))),
                ("description", _(command.what)),
                ("prompt", _(command.example)),
            )
        }


def read(tag: str) -> dict[str, str]:
    return json.loads((FOLDER / f"{tag}.json").read_text())


if __name__ == "__main__":
    for language in TAGS:
        by_hand = {name: words for name, words in read(language).items() if not name.startswith(MENU)}
        whole = json.dumps(by_hand | of_the_catalogue(language), indent=2, ensure_ascii=False)
        (FOLDER / f"{language}.json").write_text(whole + "\n")
