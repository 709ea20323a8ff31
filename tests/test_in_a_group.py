"""What others read in a group: nothing that was looked up as somebody else."""

from __future__ import annotations

import pytest

from tests.bot import Bot
from tests.people import Someone

CREW = "Budget crew"


@pytest.fixture
async def adele(adele: Someone) -> Someone:
    """She is signed in, so nothing else keeps a card from the group."""
    await adele.says("who has access to Travel costs 2026.xlsx?")
    return adele


async def test_what_a_name_may_have_meant_is_told_to_the_asker_alone(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says("<at>Sharebot</at> share Travel cost 2026.xlsxx with Lee Gu", chat=CREW)
    told = await adele.presses("Continue", chat=CREW)

    await bot.at_rest()

    assert "Nothing that you can open is called “Travel cost 2026.xlsxx”." in told
    assert "Travel costs 2026.xlsx" in told
    assert "Travel costs" not in megan.sees(CREW)


async def test_why_a_file_cannot_be_shared_is_told_to_the_asker_alone(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says("<at>Sharebot</at> share marketing with Lee Gu", chat=CREW)
    told = await adele.presses("Continue", chat=CREW)

    await bot.at_rest()

    assert "You can only view “Marketing budget.xlsx”" in told
    assert "Marketing budget" not in megan.sees(CREW)


@pytest.mark.hurried
async def test_what_fails_late_is_told_to_the_asker_alone(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says("<at>Sharebot</at> share marketing with Lee Gu", chat=CREW)
    bot.breaks("graph", r"/permissions$", delay=4.5)

    await adele.presses("Continue", chat=CREW)
    await bot.at_rest()

    assert "You can only view “Marketing budget.xlsx”" in adele.sees()
    assert "Marketing budget" not in megan.sees(CREW)
    assert "I answered in our own chat." in megan.sees(CREW)


async def test_what_is_private_is_for_nobody_where_the_asker_has_no_chat_of_their_own(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    await adele.says("<at>Sharebot</at> share travel with Lee Gu", chat=CREW)
    card = bot.latest(adele, CREW)
    await bot.alters("DELETE FROM conversations WHERE person_id = ?", bot.contoso.person(adele.mail).id)

    await bot.deliver(adele, bot.button(adele, "Continue", card, CREW)["fallback"], card, CREW)
    await bot.at_rest()

    assert "I can't answer this in front of others. Please ask me in our own chat." in megan.sees(CREW)
    assert "Travel costs" not in megan.sees(CREW)


async def test_an_incomplete_sentence_is_answered_with_a_sentence(adele: Someone, bot: Bot) -> None:
    told = await adele.says("<at>Sharebot</at> share travel", chat=CREW)

    assert "With whom?" in told
    assert "File or folder" not in told


async def test_cancel_does_not_name_the_file(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says("<at>Sharebot</at> share travel with Lee Gu", chat=CREW)
    await adele.presses("Continue", chat=CREW)

    await adele.presses("Cancel", chat=CREW)
    await bot.at_rest()

    assert "Cancelled" in megan.sees(CREW)
    assert "Travel costs" not in megan.sees(CREW)


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("share travel with Lee Gu", "Travel costs 2026.xlsx"),
        ("share marketing with Lee Gu", "You can only view “Marketing budget.xlsx”"),
    ],
    ids=["a card", "a refusal"],
)
async def test_an_older_client_gets_what_is_private_in_the_own_chat(
    adele: Someone, megan: Someone, bot: Bot, sentence: str, told: str
) -> None:
    await adele.says(f"<at>Sharebot</at> {sentence}", chat=CREW)
    card = bot.latest(adele, CREW)

    await bot.deliver(adele, bot.button(adele, "Continue", card, CREW)["fallback"], card, CREW)
    await bot.at_rest()

    assert told in adele.sees()
    assert "I answered in our own chat." in megan.sees(CREW)
    assert told not in megan.sees(CREW)
