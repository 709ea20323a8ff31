"""Attacks with a card: what does this button carry?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.attacks import BUDGET, ELSEWHERE, execute, invoke, rights, send
from tests.bot import Bot
from tests.people import Someone

CREW = "Budget crew"


FORGED: dict[str, Callable[[str], object]] = {
    "nothing": lambda _: None,
    "a list": lambda key: ["share.confirm", key],
    "a number": lambda _: 7,
    "a text": lambda key: f"share.confirm {key}",
    "no verb": lambda key: {"about": key},
    "no key": lambda _: {"verb": "share.confirm"},
    "an unknown verb": lambda key: {"verb": "share.everything", "about": key},
    "a verb in capitals": lambda key: {"verb": "SHARE.CONFIRM", "about": key},
    "a verb in a list": lambda key: {"verb": ["share.confirm"], "about": key},
    "the verb of a choice": lambda key: {"verb": "share.choose", "about": key, "item": "x"},
    "the verb of a sign-in": lambda key: {"verb": "sign_in.continue", "about": key},
    "a made-up key": lambda _: {"verb": "share.confirm", "about": "x" * 32},
    "a key in a list": lambda key: {"verb": "share.confirm", "about": [key]},
    "a key in an object": lambda key: {"verb": "share.confirm", "about": {"about": key}},
    "a key with a blank": lambda key: {"verb": "share.confirm", "about": f"{key} "},
    "a key that matches all": lambda _: {"verb": "share.confirm", "about": "%"},
    "a key that is SQL": lambda _: {"verb": "share.confirm", "about": "' OR '1'='1"},
    "a key with a nought": lambda key: {"verb": "share.confirm", "about": f"{key}\0"},
    "a key that is no text": lambda _: {"verb": "share.confirm", "about": "\ud800"},
    "a key of 200 KB": lambda _: {"verb": "share.confirm", "about": "x" * 200_000},
    "a key 200 deep": lambda _: {"verb": "share.confirm", "about": nested(200)},
    "200 KB of inputs": lambda key: {"verb": "share.choose", "about": key, **{str(n): "x" * 100 for n in range(1800)}},
}


def nested(depth: int) -> object:
    value: object = "share.confirm"
    for _ in range(depth):
        value = {"data": [value]}
    return value


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_forged_data_of_a_button_does_nothing_and_spoils_nothing(
    adele: Someone, bot: Bot, forge: Callable[[str], object], caplog: pytest.LogCaptureFixture
) -> None:
    await adele.says(BUDGET)
    before = rights(bot)
    key = bot.button(adele, "Share", bot.latest(adele))["data"]["about"]

    value = {"action": {"type": "Action.Execute", "data": forge(key)}, "trigger": "manual"}
    answer = await send(bot, invoke(adele, "adaptiveCard/action", value))
    await bot.at_rest()

    assert answer.status_code in (200, 400)
    assert answer.status_code == 400 or answer.json()["statusCode"] in (200, 400)
    assert (rights(bot), bot.contoso.mails) == (before, [])
    assert not [record for record in caplog.records if record.exc_info]
    assert "✓ can edit" in await adele.presses("Share")


async def test_what_a_button_carries_besides_its_key_changes_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with alex.wilber@contoso.com as read")
    key = bot.button(adele, "Share", bot.latest(adele))["data"]["about"]
    more = {"role": "owner", "recipients": ["megan.bowen@contoso.com"], "item": "x", "person": "x", "asker": {"id": 1}}

    await execute(bot, adele, {"verb": "share.confirm", "about": key, **more})

    assert bot.access("Q3 Budget.xlsx") == {"alex.wilber@contoso.com": "read"}


@pytest.mark.parametrize("verb", ["share.confirm", "share.choose", "share.cancel"])
async def test_the_key_of_somebody_elses_plan_does_nothing(adele: Someone, alex: Someone, bot: Bot, verb: str) -> None:
    await adele.says(BUDGET)
    await alex.says("share Social media plan.xlsx with Megan")
    before = rights(bot)
    key = bot.button(adele, "Share", bot.latest(adele))["data"]["about"]

    told = await execute(bot, alex, {"verb": verb, "about": key})

    assert told["value"] == "Only the person who asked can press this."
    assert rights(bot) == before
    assert "✓ can edit" in await adele.presses("Share")


async def test_the_key_of_a_plan_of_another_tenant_does_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    await bot.alters("UPDATE plans SET tenant_id = ?", ELSEWHERE)

    assert await adele.presses("Share") == "Only the person who asked can press this."
    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")


async def test_the_key_of_a_question_is_no_key_of_a_plan(adele: Someone, bot: Bot) -> None:
    await adele.says("share Roadmap.docx with Alex")
    before = rights(bot)
    key = bot.button(adele, "Cancel", bot.latest(adele))["data"]["about"]

    await execute(bot, adele, {"verb": "share.confirm", "about": key})

    assert rights(bot) == before
    assert "Share this?" in await adele.presses(bot.rows(adele)[0])


@pytest.mark.parametrize("place", ["", ".", ".2", ".-1", ".x", ".1000"])
async def test_what_was_not_offered_cannot_be_chosen(adele: Someone, bot: Bot, place: str) -> None:
    await adele.says("share Roadmap.docx with Alex")
    before = rights(bot)
    key = bot.button(adele, "Cancel", bot.latest(adele))["data"]["about"]

    told = await execute(bot, adele, {"verb": "share.choose", "about": f"{key}{place}", "item": "b!x/y"})

    assert "Please choose" in told["value"]
    assert rights(bot) == before


async def test_a_refresh_by_itself_never_shares(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    data = bot.button(adele, "Share", bot.latest(adele))["data"]

    await execute(bot, adele, data, trigger="automatic")

    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")
    assert bot.contoso.mails == []


@pytest.mark.parametrize("title", ["Share", "Cancel"])
async def test_somebody_elses_press_in_an_old_client_does_nothing(
    adele: Someone, megan: Someone, bot: Bot, title: str
) -> None:
    await adele.says(f"<at>Sharebot</at> {BUDGET}", chat=CREW)
    await adele.presses("Continue", chat=CREW)
    await bot.at_rest()
    card = bot.latest(adele, CREW)

    await bot.deliver(megan, bot.button(adele, title, card, CREW)["fallback"], card, CREW)
    await bot.at_rest()

    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")
    assert "✓ can edit" in await adele.presses("Share", message=card, chat=CREW)
