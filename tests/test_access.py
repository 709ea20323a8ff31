"""Who has access: asked by sentence, answered with what Microsoft 365 tells the person who asks."""

from __future__ import annotations

from tests.bot import Bot
from tests.people import Someone
from tests.test_truth import day

ALEX = "alex.wilber@contoso.com"


async def test_who_has_access_is_told(adele: Someone, bot: Bot) -> None:
    before = await adele.says("who has access to Q3 Budget.xlsx?")
    await adele.says(f"share Q3 Budget.xlsx with {ALEX} as write")
    await adele.presses("Share")
    after = await adele.says("who can see Q3 Budget.xlsx")

    assert "Who can open this?" in before
    assert "Alex Wilber" not in before
    assert "Alex Wilber" in after
    assert "can edit" in after


async def test_until_when_and_by_whose_share_is_told(adele: Someone, alex: Someone, bot: Bot) -> None:
    """Also to whoever has it, of their own; and who is from outside."""
    await alex.says("hi")
    await adele.says(f"share Q3 Budget.xlsx with {ALEX} as read until in 3 days")
    await adele.presses("Share")
    await adele.says("share Q3 Budget.xlsx with eric@fabrikam.com as read")
    await adele.presses("Share")
    await bot.at_rest()
    mine, theirs = (
        await adele.says("who has access to Q3 Budget.xlsx"),
        await alex.says("who has access to Q3 Budget.xlsx"),
    )
    of_alex, of_eric = mine.split("Alex Wilber")[1], mine.split("eric@fabrikam.com")[1]

    assert f"{day(3)}, 23:59 (UTC) · shared by you" in of_alex
    assert "shared by Adele Vance" in theirs
    assert "⚠ outside your organisation" in of_eric
    assert "until" not in of_eric.split("can view")[0]


async def test_two_files_of_a_name_are_a_question(adele: Someone, bot: Bot) -> None:
    question = await adele.says("who has access to Roadmap.docx?")
    answer = await adele.presses(bot.rows(adele)[0])

    assert "Which one do you mean?" in question
    assert "Who can open this?" in answer


async def test_which_one_can_be_typed(adele: Someone, bot: Bot) -> None:
    await adele.says("who has access to Roadmap.docx?")

    assert "Who can open this?" in await adele.says("the second one")


async def test_what_tells_one_apart_can_be_typed(adele: Someone, bot: Bot) -> None:
    await adele.says("who has access to Roadmap.docx?")

    assert "OneDrive › Planning" in await adele.says("the one in Planning")


async def test_a_question_is_no_share(adele: Someone, bot: Bot) -> None:
    await adele.says("who has access to Roadmap.docx?")
    chosen = bot.rows(adele)[0]
    before = bot.access_by_row(chosen)
    await adele.says("yes")
    await adele.presses(chosen)

    assert bot.access_by_row(chosen) == before


async def test_of_no_file_it_is_asked_which(adele: Someone, bot: Bot) -> None:
    assert "Of which file?" in await adele.says("who has access?")
    assert "I found no file called" in await adele.says("who has access to Nothing At All.docx")


async def test_what_microsoft_365_does_not_tell_is_said_so(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", r"/permissions$", status=403)

    told = await adele.says("who has access to Q3 Budget.xlsx?")

    assert "Microsoft 365 does not tell you who can open “Q3 Budget.xlsx”." in told


async def test_what_others_can_do_is_not_made_up(alex: Someone, adele: Someone, bot: Bot) -> None:
    await adele.says(f"share Q3 Budget.xlsx with {ALEX}")
    await adele.presses("Share")
    await bot.at_rest()

    assert "Microsoft 365 shows the access of others to its owners only." in await alex.says(
        "who has access to Q3 Budget.xlsx?"
    )


async def test_somebody_elses_question_is_not_answered(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hello")
    await adele.says("who has access to Roadmap.docx?")
    button = bot.button(adele, bot.rows(adele)[0], bot.latest(adele))

    answer = await bot.deliver(alex, button, bot.latest(alex))

    assert "Only the person who asked can press this." in str(answer.value)
