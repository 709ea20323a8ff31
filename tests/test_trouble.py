"""Trouble at the worst moment: nothing lost, nothing done twice, nothing said that is not so."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from bot.errors import Unavailable
from bot.ledger import Ledger
from contoso import activities, tokens
from contoso.chats import OAUTH
from contoso.faults import Rule
from tests.attacks import invoke, keys_kept, send
from tests.bot import Bot
from tests.people import Someone
from tests.test_sign_in import CHECKLIST, visit
from tests.test_teams import activity, call, claims

BUDGET = "share Q3 Budget.xlsx with alex.wilber@contoso.com as write"
ALEX = "alex.wilber@contoso.com"


@pytest.mark.parametrize(
    "how",
    [
        {"status": 401, "body": {"error": "invalid_client", "error_codes": [7000222]}},
        {"status": 429, "body": {"error": "temporarily_unavailable", "error_codes": [90055]}},
        {"status": 400, "body": {"error": "temporarily_unavailable", "error_codes": [90033]}},
        {"status": 200, "body": "<html>a proxy</html>"},
        {"status": 503},
        {"drop": "request"},
    ],
    ids=str,
)
async def test_keys_survive_trouble_of_the_login_service(adele: Someone, bot: Bot, how: dict[str, Any]) -> None:
    bot.contoso.token_lifetime = 60
    await adele.says("share Q3 Budget.xlsx with Alex")
    await bot.at_rest()
    bot.contoso.faults = [
        Rule("entra", path="/token", times=1, **how),
        Rule("entra", path="/token", contains="on_behalf_of", status=500),
    ]

    told = await adele.says("share Q3 Budget.xlsx with Megan")

    assert "Share this?" not in told
    assert "Sign in" not in told
    assert "Share this?" in await adele.says("share Q3 Budget.xlsx with Megan")


@pytest.mark.parametrize("body", [{}, {"value": [{"roles": ["read"]}]}, {"value": 7}, [], "?"], ids=str)
async def test_after_the_deed_a_strange_reading_does_not_undo_the_answer(
    adele: Someone, bot: Bot, body: object
) -> None:
    await adele.says(BUDGET)
    bot.contoso.faults = [
        Rule("graph", path=r"/permissions$", times=1),
        Rule("graph", path=r"/permissions$", status=200, body=body),
    ]

    told = await adele.presses("Share")

    assert bot.access("Q3 Budget.xlsx")[ALEX] == "write"
    assert "✓ can edit" in told


async def test_after_the_deed_a_ledger_that_fails_does_not_undo_the_answer(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await alex.says("help")
    await adele.says(BUDGET)
    await bot.alters("CREATE TRIGGER full BEFORE UPDATE OF receipt ON plans BEGIN SELECT RAISE(ABORT, 'full'); END")

    told = await adele.presses("Share")
    await bot.at_rest()

    assert "✓ can edit" in told
    assert "shared a file with you" in alex.sees()


@pytest.mark.parametrize("table", ["ends", "attempts", "told"])
async def test_a_ledger_that_is_away_for_a_moment_in_the_middle_of_a_share_loses_nothing(
    adele: Someone, alex: Someone, bot: Bot, table: str
) -> None:
    await alex.says("help")
    await adele.says(BUDGET)
    bot.breaks("graph", "/invite$", delay=1)

    async def away() -> None:
        async with asyncio.timeout(20):
            while bot.contoso.faults:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await bot.alters(f"ALTER TABLE {table} RENAME TO away")
        await asyncio.sleep(1.5)
        await bot.alters(f"ALTER TABLE away RENAME TO {table}")

    await asyncio.gather(adele.presses("Share"), away())
    await bot.at_rest()

    assert bot.access("Q3 Budget.xlsx")[ALEX] == "write"
    assert alex.sees().count("shared a file with you") == 1
    assert "Undone" in await adele.presses("Undo")
    assert ALEX not in bot.access("Q3 Budget.xlsx")


async def test_continue_can_be_pressed_again_after_graph_was_down(adele: Someone, bot: Bot) -> None:
    await adele.says("<at>Sharebot</at> share Q3 Budget.xlsx with Alex", chat="General")
    card = bot.latest(adele, "General")
    bot.breaks("graph", "/me", status=503, times=None)
    first = await adele.presses("Continue", message=card, chat="General")
    bot.contoso.faults.clear()

    assert "try again" in first
    assert "Share this?" in await adele.presses("Continue", message=card, chat="General")


@pytest.mark.hurried
async def test_a_card_that_failed_slowly_can_be_pressed_again(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    bot.breaks("graph", r"/permissions$", delay=4.5, status=503)

    on_it = await adele.presses("Share")
    await bot.at_rest()

    assert "I'm on it" in on_it
    assert "✓ can edit" in await adele.presses("Share")


async def test_a_bot_whose_secret_expired_says_so_in_the_log(
    adele: Someone, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    bot.contoso.bot_secret = "renewed"

    await adele.says("help")

    assert [each.levelname for each in caplog.records if each.message == "Entra answered invalid_client [7000215]"]


async def test_an_exchange_that_failed_is_not_told_as_done(adele: Someone, bot: Bot) -> None:
    await bot.alters("DROP TABLE token_caches")
    person = bot.contoso.person(adele.mail)
    value = {"id": "x", "token": tokens.sso_token(bot.contoso, person)}
    body = activity(bot.contoso, type="invoke", name="signin/tokenExchange", value=value, text=None)
    body["from"] = {"id": "29:adele", "aadObjectId": person.id}

    assert await call(bot, f"Bearer {bot.contoso.keys.bot_framework.sign(claims(bot.contoso))}", body) == 500


OPEN = "import asyncio, sys; from bot.ledger import Ledger; asyncio.run(Ledger(sys.argv[1]).open())"


async def test_replicas_may_start_together(postgresql: str) -> None:
    starting = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", OPEN, postgresql, stderr=asyncio.subprocess.PIPE)
        for _ in range(4)
    ]

    assert [(each.returncode, err) for each in starting for _, err in [await each.communicate()]] == [(0, b"")] * 4


async def test_replicas_keep_one_persons_cache_together(postgresql: str) -> None:
    replicas = [Ledger(postgresql) for _ in range(4)]
    await replicas[0].open()
    try:
        for number in range(10):
            begun = [await each.token_caches.begin("t", f"p{number}") for each in replicas]
            await asyncio.gather(
                *(
                    each.token_caches.save("t", f"p{number}", b"x", one)
                    for each, one in zip(replicas, begun, strict=True)
                )
            )
        assert await replicas[0].token_caches.load("t", "p9") == b"x"
    finally:
        for each in replicas:
            await each.close()


@pytest.mark.hurried
async def test_what_was_begun_before_a_restart_is_told(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("help")
    await adele.says(BUDGET)
    bot.breaks("graph", r"/invite$", delay=4.5)

    on_it = await adele.presses("Share")
    await bot.restart()

    assert "I'm on it" in on_it
    assert bot.access("Q3 Budget.xlsx")[ALEX] == "write"
    assert "You can edit it." in await alex.waits_for("shared a file with you")


async def test_what_was_said_is_carried_out_after_a_silent_sign_in_failed(diego: Someone, bot: Bot) -> None:
    await diego.says(CHECKLIST)
    person = bot.contoso.person(diego.mail)
    chat = bot.contoso.chats.personal(person.id)
    failed = activities.invoke(bot.contoso, chat, person, name="signin/failure", value={"code": "installedappnotfound"})
    token = bot.contoso.keys.bot_framework.sign(claims(bot.contoso))
    assert await call(bot, f"Bearer {token}", failed) == 200

    await visit(bot.sign_in_page(diego), as_=diego.mail, accept=True)

    assert "Onboarding checklist.docx" in await diego.waits_for("Share this?")


async def test_a_typing_sign_that_is_refused_changes_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says("help")
    bot.breaks("graph", r"/me\?", delay=1.2)
    bot.breaks("connector", "/activities", contains='"typing"', status=403, times=None)

    assert "Share this?" in await adele.says("share Q3 Budget.xlsx with Alex")


async def test_a_hiccup_on_the_way_back_does_not_lose_the_sentence(diego: Someone, bot: Bot) -> None:
    await diego.says(CHECKLIST)
    bot.breaks("entra", "/token", status=503, contains="authorization_code")
    first = await visit(bot.sign_in_page(diego), as_=diego.mail, accept=True)
    second = await visit(bot.sign_in_page(diego), as_=diego.mail, accept=True)

    assert Unavailable.sentence.split(";")[0] in first
    assert "You are signed in" in second
    assert "Onboarding checklist.docx" in await diego.waits_for("Share this?")


async def test_a_database_that_hangs_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hangs:  # takes the call, and never says a word
        ledger = Ledger(f"postgresql://u@127.0.0.1:{hangs.getsockname()[1]}/x")

        with pytest.raises(DBAPIError, match="timeout"):
            await ledger.token_caches.load("t", "p")

        await ledger.close()


async def test_a_ledger_that_is_down_is_told(adele: Someone, bot: Bot) -> None:
    await adele.says("help")
    await bot.alters("DROP TABLE sign_ins")

    answer = await adele.says("share Q3 Budget.xlsx with Alex")
    await bot.at_rest()

    assert "Something broke on my side" in answer or "Something broke on my side" in adele.sees()


@pytest.mark.hurried
async def test_a_slow_press_that_needs_a_sign_in_can_be_pressed_again_after_it(diego: Someone, bot: Bot) -> None:
    await diego.says(CHECKLIST)
    await visit(bot.sign_in_page(diego), as_=diego.mail, accept=True)
    await diego.waits_for("Share this?")
    before = diego.sees()
    bot.breaks("graph", r"/permissions$", delay=4.5, status=401)

    on_it = await diego.presses("Share")
    await bot.at_rest()

    assert "I'm on it" in on_it
    assert "Sign in" in diego.sees().removeprefix(before)
    assert "You are signed in" in await visit(bot.sign_in_page(diego), as_=diego.mail, accept=True)
    await bot.at_rest()
    assert "no longer good" not in diego.sees()
    assert "✓ can view" in await diego.presses("Share")


@pytest.mark.hurried
@pytest.mark.parametrize("status", [401, 503])
async def test_continue_that_failed_slowly_can_be_pressed_again(adele: Someone, bot: Bot, status: int) -> None:
    await adele.says("<at>Sharebot</at> share Q3 Budget.xlsx with Alex", chat="General")
    card = bot.latest(adele, "General")
    bot.breaks("graph", "/me", delay=4.5, status=status)

    on_it = await adele.presses("Continue", message=card, chat="General")
    await bot.at_rest()

    assert "I'm on it" in on_it
    assert "Share this?" in await adele.presses("Continue", message=card, chat="General")


async def test_continue_can_be_pressed_again_after_teams_had_trouble(adele: Someone, bot: Bot) -> None:
    await adele.says("<at>Sharebot</at> share Q3 Budget.xlsx with <at>Megan Bowen</at>", chat="Budget crew")
    card = bot.latest(adele, "Budget crew")
    bot.breaks("connector", "/members/", status=500)

    first = await adele.presses("Continue", message=card, chat="Budget crew")

    assert "Something broke on my side" in first
    assert "Share this?" in await adele.presses("Continue", message=card, chat="Budget crew")


@pytest.mark.hurried
async def test_a_slow_sign_in_is_answered_in_time_and_the_sentence_carried_out_after_it(
    adele: Someone, bot: Bot
) -> None:
    bot.contoso.client.devices = 0
    await adele.says(BUDGET)
    bot.breaks("entra", "/token", contains="on_behalf_of", delay=4.5)

    answer = await send(bot, invoke(adele, "signin/tokenExchange", await silently(bot, adele)))
    kept = keys_kept(bot)
    await bot.at_rest()

    assert (answer.status_code, kept, keys_kept(bot)) == (200, 0, 1)
    assert "Share this?" in adele.sees()


@pytest.mark.parametrize(
    ("how", "troubles"),
    [
        ({"status": 503}, 1),
        ({"status": 400, "body": {"error": "invalid_grant", "suberror": "consent_required"}}, 0),
    ],
    ids=str,
)
@pytest.mark.hurried
async def test_a_slow_sign_in_that_fails_leads_to_the_button(
    adele: Someone, bot: Bot, how: dict[str, Any], troubles: int
) -> None:
    bot.contoso.client.devices = 0
    await adele.says(BUDGET)
    before = adele.sees()
    bot.breaks("entra", "/token", contains="on_behalf_of", delay=4.5, **how)

    answer = await send(bot, invoke(adele, "signin/tokenExchange", await silently(bot, adele)))
    await bot.at_rest()

    news = adele.sees().removeprefix(before)
    assert (answer.status_code, news.count("Please sign in"), news.count("That did not work")) == (200, 1, troubles)
    await visit(bot.sign_in_page(adele), as_=adele.mail, accept=True)
    assert "Share this?" in await adele.waits_for("Share this?")


async def silently(bot: Bot, someone: Someone) -> dict[str, str]:
    """What their Teams answers to the newest sign-in card with."""
    seen = bot.contoso.client.messages(someone.mail)
    card = next(each["content"] for one in reversed(seen) for each in one.attachments if each["contentType"] == OAUTH)
    token = tokens.sso_token(bot.contoso, bot.contoso.person(someone.mail))
    return {"id": card["tokenExchangeResource"]["id"], "connectionName": card["connectionName"], "token": token}


@pytest.mark.hurried
async def test_a_press_is_answered_in_time_from_when_it_came_in(adele: Someone, bot: Bot) -> None:
    """Neither who sends it nor what it leads to takes too long, but both together do."""
    await adele.says(BUDGET)
    await bot.restart()
    bot.breaks("entra", r"/v1/\.well-known", delay=1.5)
    bot.breaks("graph", r"/permissions$", delay=3.5)

    on_it = await adele.presses("Share")
    await bot.at_rest()

    assert "I'm on it" in on_it
    assert "✓ can edit" in adele.sees()
