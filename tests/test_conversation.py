"""How the bot behaves in a chat: welcome, help, other clients, other words, and what it can't do yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from contoso import activities
from contoso.delivery import Delivery
from tests.bot import Bot
from tests.people import Someone

BUDGET = "share Q3 Budget.xlsx with alex.wilber@contoso.com as write"


async def test_the_welcome_comes_once(adele: Someone, bot: Bot) -> None:
    await adele.says("help")
    await bot.contoso.client.install(bot.contoso.chats.personal(bot.contoso.person(adele.mail).id))
    await adele.says("help")

    assert adele.sees().count("Hello, I'm Sharebot") == 1


async def test_the_welcome_speaks_of_little_and_help_of_all(adele: Someone) -> None:
    help_ = await adele.says("help")
    welcome = adele.sees().partition("Hello, I'm Sharebot")[2].partition("What I can do")[0]

    assert "who has access to" in welcome
    assert "Say “help” to see all that I can do." in welcome
    assert "sign out" in help_
    assert "sign out" not in welcome


async def test_help_shows_what_can_be_said(adele: Someone, bot: Bot) -> None:
    answer = await adele.says("help")

    assert "share Q3 Budget.xlsx with alex.wilber@contoso.com as write" in answer
    assert "sign out" in answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("my shares", "You share nothing through me now."),
        ("request access to Payroll.xlsx", "I can't tell whose file that is."),
        ("stop sharing Q3 Budget.xlsx with Alex", "Nobody called “Alex” is named among those"),
        ("what a day", "say “help”"),
        ("shrae Q3 Budget.xlsx with Alex", "Did you mean: share Q3 Budget.xlsx with Alex"),
        ("don't share Q3 Budget.xlsx with Alex", "say “help”"),
        ("share Q3 Budget.xlsx", "With whom?"),
        ("share with Alex", "Which file?"),
        ("share", "What, and with whom?"),
        ("share Q3 Budget.xlsx with Alex until 05/06", "Until when?"),
        ("share Q3 Budget.xlsx with everyone", "each person by name"),
        ("share this file with Alex", "name the file"),
        ("share Q3 Budget.xlsx with Alex as commenter", "can't let people only comment"),
    ],
)
async def test_every_sentence_has_an_answer_that_helps(adele: Someone, bot: Bot, text: str, answer: str) -> None:
    before = bot.access("Q3 Budget.xlsx")

    assert answer in await adele.says(text)
    assert bot.access("Q3 Budget.xlsx") == before


@pytest.mark.parametrize("said", ["what a day", "shrae Q3 Budget.xlsx with Alex", "my shares"])
async def test_what_is_not_understood_leads_on(adele: Someone, bot: Bot, said: str) -> None:
    await adele.says(said)

    assert "File or folder" in await adele.presses("Share a file")


async def test_a_file_can_be_named_by_its_path_and_by_its_link(adele: Someone, bot: Bot) -> None:
    link = bot.contoso.web_url(bot.contoso.file(adele.mail, "Finance/Q3 Budget.xlsx"))

    assert "Q3 Budget.xlsx" in await adele.says("share Finance/Q3 Budget.xlsx with Alex")
    assert "Q3 Budget.xlsx" in await adele.says(f"share {link} with Alex")
    assert "I can't find" in await adele.says("share Finance/Nothing.xlsx with Alex")
    assert "I can't find" in await adele.says("share https://contoso.example/nothing with Alex")


async def test_a_folder_can_be_shared(adele: Someone, bot: Bot) -> None:
    card = await adele.says("share Finance with Alex")

    assert "Folder" in card.splitlines()
    assert "✓ can view" in await adele.presses("Share")


async def test_a_link_to_a_file_i_cannot_see_looks_like_none(adele: Someone, bot: Bot) -> None:
    theirs = bot.contoso.web_url(bot.contoso.file("diego.siciliani@contoso.com", "Salary bands.xlsx"))

    answer = await adele.says(f"share {theirs} with Alex")

    assert "I can't find" in answer
    assert "Salary" not in answer


async def test_a_client_without_action_execute_can_share_too(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    card = bot.latest(adele)

    await bot.deliver(adele, bot.button(adele, "Share", card)["fallback"], card)

    assert "✓ can edit" in adele.sees()
    assert "Share this?" not in adele.sees()
    assert bot.access("Q3 Budget.xlsx")["alex.wilber@contoso.com"] == "write"


async def test_a_failure_in_such_a_client_is_told_as_well(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    card = bot.latest(adele)
    share = bot.button(adele, "Share", card)["fallback"]
    await adele.presses("Cancel")

    await bot.deliver(adele, share, card)

    assert "pressed already" in adele.sees()


async def test_in_such_a_client_a_sign_in_carries_the_press_on(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    card = bot.latest(adele)
    share = bot.button(adele, "Share", card)["fallback"]
    await adele.says("sign out")

    await bot.deliver(adele, share, card)

    assert "✓ can edit" in await adele.waits_for("✓ can edit")


async def test_whoever_removes_the_bot_is_forgotten(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says(BUDGET)
    await bot.contoso.client.uninstall(alex.mail)
    await adele.says(BUDGET)
    await adele.presses("Share")
    await bot.at_rest()

    assert "Shared with you" not in alex.sees()
    await alex.says("share Newsletter March.docx with Adele")
    assert bot.sign_ins() == 3


async def test_a_press_that_carries_nothing_is_a_bad_request(adele: Someone, bot: Bot) -> None:
    answer = await send(bot, adele, "adaptiveCard/action", {"action": {"type": "Action.Execute"}})

    assert answer["statusCode"] == 400


@pytest.mark.hurried
async def test_somebody_who_works_slowly_is_seen_to_type(adele: Someone, bot: Bot) -> None:
    await adele.says("help")
    typed: list[str] = []
    stop = bot.contoso.watch(lambda event: typed.append(event.kind))
    bot.breaks("graph", "/me", delay=5.0)

    await adele.says(BUDGET)
    await bot.at_rest()
    stop()

    assert typed.count("typing") == 2
    assert typed[-1] != "typing"


async def test_a_bug_is_told_with_a_reference_and_nothing_else(adele: Someone, bot: Bot) -> None:
    await adele.says("help")
    await bot.alters("DROP TABLE plans")

    answer = await adele.says(BUDGET)

    assert "reference" in answer
    assert "plans" not in answer


async def test_a_reply_that_teams_does_not_take_breaks_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says("help")
    bot.breaks("connector", "/activities", status=403, body={"error": {"code": "BotDisabledByAdmin"}})

    await adele.says("help")

    assert "What I can do" in await adele.says("help")


async def test_a_mention_of_somebody_who_left_the_chat_is_a_name(adele: Someone, bot: Bot) -> None:
    bot.breaks("connector", "/members/", status=404, body={"error": {"code": "MemberNotFoundInConversation"}})
    await adele.says("<at>Sharebot</at> share Q3 Budget.xlsx with <at>Megan Bowen</at>", chat="Budget crew")

    assert "megan.bowen@contoso.com" in await adele.presses("Continue", chat="Budget crew")


async def send(bot: Bot, someone: Someone, name: str, value: dict[str, Any]) -> dict[str, Any]:
    """An invoke as Teams sends it; what the bot answers."""
    contoso = bot.contoso
    person = contoso.person(someone.mail)
    chat = contoso.chats.personal(person.id)
    async with httpx.AsyncClient(timeout=30) as http:
        activity = activities.invoke(contoso, chat, person, name=name, value=value, locale="en-US")
        return (await Delivery(contoso, http).send(activity)).json()


async def test_a_suggestion_is_a_button_that_says_it(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says("shrae Q3 Budget.xlsx with Alex")
    press = bot.button(adele, "share Q3 Budget.xlsx with Alex", bot.latest(adele))
    message = bot.latest(adele)
    await alex.says("hi")
    of_another = await bot.deliver(alex, press, bot.latest(alex))
    card = await adele.presses("share Q3 Budget.xlsx with Alex", message=message)

    assert "Only the person who asked can press this." in str(of_another.value)
    assert "Share this?" in card
    assert "Alex Wilber" in card
    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")


async def test_a_suggestion_that_is_cancelled_can_be_pressed_yet(adele: Someone) -> None:
    await adele.says("hlep")

    assert "There is nothing to cancel." in await adele.says("cancel")
    assert "What I can do" in await adele.presses("help")


@pytest.mark.parametrize(
    ("locale", "said", "answer"),
    [
        ("en-US", "cancel", "There is nothing to cancel."),
        ("de-DE", "abbrechen", "Es gibt nichts abzubrechen."),
        ("ja-JP", "キャンセル", "キャンセルするものはありません。"),
    ],
)
async def test_where_nothing_waits_there_is_nothing_to_cancel(
    adele: Someone, locale: str, said: str, answer: str
) -> None:
    assert answer in await replace(adele, locale=locale).says(said)
