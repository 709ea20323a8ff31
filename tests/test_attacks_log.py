"""Attacks on the log: what is written down?"""

from __future__ import annotations

import json
import logging
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.logs import JsonLines
from contoso import tokens
from contoso.tenant import Contoso
from tests.attacks import BUDGET, ELSEWHERE, adele_of, invoke, send, ticket_of
from tests.bot import Bot
from tests.people import Someone
from tests.test_sign_in import CHECKLIST, visit
from tests.test_teams import activity

Json = dict[str, Any]
FORGED_LINE = "x\r\n2026-11-21 ERROR bot.teams.turns forged\x1b[2J\x85\u2028\u2029\u202e\x00\x07"
TRACES: dict[str, Json] = {
    "type": {"type": FORGED_LINE},
    "type, from another tenant": {"type": FORGED_LINE, "channelData": {"tenant": {"id": ELSEWHERE}}},
    "type, twice": {"type": FORGED_LINE, "id": "twice"},
    "name": {"type": "invoke", "name": FORGED_LINE},
    "action": {"type": "installationUpdate", "action": FORGED_LINE},
    "id": {"id": FORGED_LINE},
    "channel": {"channelId": FORGED_LINE},
    "service": {"serviceUrl": FORGED_LINE},
    "tenant": {"channelData": {"tenant": {"id": FORGED_LINE}}},
    "conversation": {"conversation": {"id": FORGED_LINE, "conversationType": "personal"}},
    "person": {"from": {"id": FORGED_LINE, "aadObjectId": FORGED_LINE, "name": FORGED_LINE}},
    "a mention": {"entities": [{"type": "mention", "mentioned": {"id": FORGED_LINE, "name": FORGED_LINE}}]},
    "a time zone": {"localTimezone": FORGED_LINE},
    "text": {"text": f"share {FORGED_LINE} with {FORGED_LINE}"},
    "a code of failure": {"type": "invoke", "name": "signin/failure", "value": {"code": FORGED_LINE}},
    "a ticket": {"type": "invoke", "name": "signin/tokenExchange", "value": {"id": FORGED_LINE, "token": FORGED_LINE}},
    "a verb": {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "value": {"action": {"data": {"verb": FORGED_LINE, "about": FORGED_LINE}}},
    },
}


def logged(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name.partition(".")[0] == "bot"]


@pytest.mark.parametrize("said", TRACES.values(), ids=TRACES)
async def test_what_comes_in_writes_no_line_of_its_own_in_the_log(
    bot: Bot, said: Json, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")

    for _ in range(2):
        await send(bot, activity(bot.contoso, **said))
        await bot.at_rest()

    assert [record.getMessage() for record in logged(caplog) if not record.getMessage().isprintable()] == []
    assert not [record for record in caplog.records if record.exc_info]


async def test_what_others_answer_writes_no_line_of_its_own_in_the_log(
    adele: Someone, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    await adele.says(BUDGET)
    evil = "x\x1b[2J\x85\u2028\u202e\r\nforged"
    bot.breaks("graph", "/invite", status=403, body={"error": {"code": evil, "message": evil}})
    bot.breaks("graph", "/permissions", status=400, body={"error": {"code": "x", "innerError": {"code": evil}}})
    bot.breaks("entra", "/token", status=400, body={"error": evil, "error_codes": [evil], "error_description": evil})
    bot.breaks("connector", "/activities", status=400, body={"error": {"code": evil, "message": evil}}, times=4)

    for _ in range(3):
        await adele.presses("Share")
    await send(
        bot, invoke(adele, "signin/tokenExchange", {"token": tokens.sso_token(bot.contoso, adele_of(bot.contoso))})
    )
    await send(bot, activity(bot.contoso))
    await bot.at_rest()

    told = [record.getMessage() for record in logged(caplog)]
    assert {"Graph", "Entra", "Teams"} <= {word for line in told for word in line.split()}
    assert [line for line in told if not line.isprintable()] == []


async def test_the_log_holds_no_secret_and_nothing_of_what_people_wrote(
    contoso: Contoso, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    contoso.bot_secret = "the-bots-own-password"
    diego = Someone(contoso, "diego.siciliani@contoso.com")
    sent: dict[str, str] = {}
    async with Bot(contoso, tmp_path) as bot:
        await diego.says(CHECKLIST)
        page, ticket = bot.sign_in_page(diego), ticket_of(bot, diego)
        await visit(page, as_=diego.mail, accept=True, sent=sent)
        await diego.waits_for("Share this?")
        bot.breaks("graph", "/invite", status=403, body={"error": {"code": "x", "message": "Onboarding checklist"}})
        await diego.presses("Share")
        await diego.presses("Share")
        await diego.says('share "Onboarding checklist.docx" with Ana Bell')
        key = bot.button(diego, bot.rows(diego)[0], bot.latest(diego))["data"]["about"]
        await diego.says("the ninth one")
        await diego.says("my password is hunter2-and-more")
        await diego.says("share Wedding-list.docx with Zacharias Unheard")
        await send(bot, invoke(diego, "signin/tokenExchange", {"id": ticket, "token": sent["code"]}))
        await send(bot, activity(contoso), f"Bearer {sent['code']}")
        await visit(page, as_=diego.mail, accept=True)
        await bot.alters("DROP TABLE plans")
        await diego.presses("Cancel")
        await bot.at_rest()

    told = "\n".join(logging.Formatter().format(record) for record in logged(caplog))
    private = {
        *(contoso.bot_secret, (tmp_path / "sealing.key").read_text().strip()),
        *(ticket, key, sent["code"], sent["state"], *contoso.refresh_tokens),
        *(
            "hunter2",
            "Wedding",
            "Zacharias",
            "Onboarding",
            "Diego",
            "Alex",
            "Ana Bell",
            diego.mail,
            "alex.wilber@contoso.com",
        ),
    }
    assert "Traceback" in told
    assert [each for each in sorted(private) if each in told] == []
    assert re.findall(r"eyJ[\w-]+|Bearer \S+", told) == []


def test_what_broke_is_one_line_with_where_it_broke() -> None:
    try:
        raise LookupError("x\n2026-11-21 ERROR forged")
    except LookupError:
        record = logging.LogRecord("bot", logging.ERROR, "turns.py", 1, "it broke", (), sys.exc_info())

    line = JsonLines().format(record)

    assert "\n" not in line
    assert json.loads(line)["message"] == "it broke"
    assert "LookupError" in json.loads(line)["trace"]
