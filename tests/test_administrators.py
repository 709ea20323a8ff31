"""The administrators' channel: it hears of access that cannot end, because whoever gave it is signed out or gone."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ledger import What
from bot.settings import Settings
from contoso.ids import channel_id
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone, words
from tests.test_ends import ALEX, FILE, shares
from tests.test_record import of, told

GENERAL = channel_id("Finance", "General")
TITLES = ("This access has not ended", "Dieser Zugriff ist nicht beendet")


class Watched(Bot):
    """Its administrators' channel is Finance's."""

    def settings(self, url: str) -> Settings:
        return replace(super().settings(url), administrators_channel=GENERAL)


@pytest.fixture
async def bot(contoso: Contoso, tmp_path: Path) -> AsyncGenerator[Bot]:
    contoso.token_lifetime = 60  # each deed needs a new one
    async with Watched(contoso, tmp_path) as bot:
        chat = contoso.chats.get(GENERAL)
        assert chat
        await contoso.client.install(chat)
        yield bot


def heard(bot: Bot) -> list[str]:
    """What the channel is told, in words."""
    said = (words(each) for each in bot.contoso.chats.messages(GENERAL))
    return [each for each in said if each.startswith(TITLES)]


async def test_what_a_sharer_who_is_signed_out_leaves_is_told_to_them_and_after_a_day_to_the_channel(
    adele: Someone, bot: Bot
) -> None:
    await shares(adele)
    await adele.says("sign out")
    await bot.later(days=4)
    early = heard(bot)
    # The access ends with a day; what hour it is now is another matter.
    while not heard(bot) and bot.ahead < 6 * 24 * 60 * 60:
        await bot.later(hours=1)
    (after_a_day,) = heard(bot)
    for _ in range(24):
        await bot.later(hours=1)

    assert "This access has not ended" in adele.sees()
    assert early == []
    for said in ("Adele Vance shared this, and is signed out", FILE, "Alex Wilber", "can edit", "It should have ended"):
        assert said in after_a_day
    assert len(heard(bot)) == 2


async def test_it_hears_no_more_once_the_sharer_has_signed_in(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    await adele.says("sign out")
    await bot.later(days=5)
    await bot.later(days=1)
    before = len(heard(bot))

    await adele.says(f"share {FILE} with Lee Gu")
    await bot.at_rest()
    for _ in range(3):
        await bot.later(days=1)

    assert ALEX not in bot.access(FILE)
    assert len(heard(bot)) == before


async def test_what_a_sharer_who_is_gone_leaves_is_told_to_the_channel_at_once(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    gone = {"error": "invalid_grant", "error_codes": [50057], "error_description": "The user account is disabled."}
    bot.breaks("entra", "/token", contains="grant_type=refresh_token", status=400, body=gone, times=None)
    await bot.later(days=4)

    (said,) = heard(bot)

    assert "Their account is gone, or I can't reach them" in said
    assert ("told", "trouble", "administrators") in told(await of(bot), "act", "recipient")


async def test_what_a_sharer_leaves_who_signed_out_and_took_the_bot_away_is_told_to_the_channel_at_once(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await shares(adele)
    await adele.says("sign out")
    await bot.contoso.client.uninstall(adele.mail)
    await bot.later(days=4)

    (said,) = heard(bot)

    assert "I can't reach them in Teams" in said
    assert ("not told", "trouble", bot.contoso.person(adele.mail).id) in told(await of(bot), "act", "recipient")


async def test_the_channel_is_spoken_to_as_most_of_the_tenant_speak(adele: Someone, bot: Bot) -> None:
    for mail in ("alex.wilber", "megan.bowen"):
        await Someone(bot.contoso, f"{mail}@contoso.com", "de-DE").says("hi")
    await shares(adele)
    await adele.says("sign out")
    await bot.contoso.client.uninstall(adele.mail)
    await bot.later(days=4)

    (said,) = heard(bot)

    assert said.startswith("Dieser Zugriff ist nicht beendet")


async def test_what_only_waits_for_microsoft_is_none_of_theirs(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    bot.breaks("graph", r"/permissions$", status=503, times=None)
    for _ in range(4):
        await bot.later(days=1)
    for _ in range(3):
        await bot.later(days=1)

    assert "This access has not ended" in adele.sees()
    assert heard(bot) == []


async def test_a_channel_without_the_bot_is_of_record(adele: Someone, bot: Bot) -> None:
    bot.breaks("connector", "/activities", contains="This access has not ended", status=403, times=None)
    await shares(adele)
    await adele.says("sign out")
    await bot.later(days=5)

    assert {each.recipient for each in await of(bot) if each.what is What.NOT_TOLD} >= {"administrators"}
