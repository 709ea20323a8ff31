"""“What waits for me?”: what others ask somebody to decide, and what they asked for themselves, until it is decided."""

from __future__ import annotations

from tests.bot import Bot
from tests.people import Someone
from tests.test_ask_to_edit import AWAY
from tests.test_delegates import names
from tests.test_received import FILE, shares
from tests.test_request_access import LINK, REASON, asks

MEGAN = "megan.bowen@contoso.com"
MONEY = f'[rules."Money"]\nthen = "approve"\nfiles = ["*budget*"]\napprovers = ["{MEGAN}"]\n'
WAITS = "what waits for me?"
NOTHING = "Nothing waits for your decision."


async def request(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says(f"who has access to {FILE}?")
    await asks(alex, bot, f"request access to {LINK.format(base=bot.contoso.base_url)}")


async def test_where_nothing_waits_it_says_so(adele: Someone) -> None:
    said = await adele.says(WAITS)

    assert NOTHING in said
    assert "What you asked for" not in said


async def test_a_request_is_found_again_and_decided_from_the_list(adele: Someone, alex: Someone, bot: Bot) -> None:
    await request(adele, alex, bot)

    assert "What waits for you: 1" in await adele.says(WAITS)
    (row,) = bot.rows(adele)
    assert row == f"Alex Wilber asks for access to {FILE}. alex.wilber@contoso.com · {REASON}"
    opened = await adele.presses(row)
    assert "OneDrive › Finance" in opened
    assert "What waits for you: 1" in await adele.presses("Back")
    await adele.presses(bot.rows(adele)[0])
    assert "Shared" in await adele.presses("Allow")
    await bot.at_rest()

    assert bot.access(FILE)["alex.wilber@contoso.com"] == "read"
    assert NOTHING in await adele.says(WAITS)


async def test_whoever_asked_sees_what_they_wait_for(adele: Someone, alex: Someone, bot: Bot) -> None:
    await request(adele, alex, bot)

    said = await alex.says("my requests")

    assert NOTHING in said
    assert "What you asked for" in said
    assert f"{FILE}\nI asked Adele Vance, and tell you what they decide." in said
    assert bot.rows(alex) == []


async def test_what_was_decided_since_is_shown_as_it_is_by_now(adele: Someone, alex: Someone, bot: Bot) -> None:
    await request(adele, alex, bot)
    ask = bot.latest(adele)
    await adele.says(WAITS)
    row, listed = bot.rows(adele)[0], bot.latest(adele)
    await bot.deliver(adele, bot.button(adele, "Decline", ask), ask)
    await bot.at_rest()

    shown = await adele.presses(row, message=listed)

    assert "You have declined this to Alex Wilber, and that stands." in shown
    assert "Allow" not in shown


async def test_what_was_asked_to_edit_is_there_also_for_who_decides_in_their_place(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await megan.says("help")
    await shares(adele, bot, f"share {FILE} with Alex as read")
    await names(adele, bot, AWAY)
    await alex.presses("Ask to edit")
    await alex.presses("Ask", {"reason": REASON})
    await bot.at_rest()

    for someone in (adele, megan):
        await someone.says(WAITS)
        assert bot.rows(someone) == [f"Alex Wilber asks to edit {FILE}. alex.wilber@contoso.com · {REASON}"]
    opened = await megan.presses(bot.rows(megan)[0])
    assert "Adele Vance has not answered yet, and you decide for them." in opened
    await megan.presses("Allow")
    await bot.at_rest()

    assert bot.access(FILE)["alex.wilber@contoso.com"] == "write"
    assert NOTHING in await megan.says(WAITS)
    assert NOTHING in await adele.says(WAITS)


async def test_who_is_no_delegate_any_more_has_nothing_to_decide(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await megan.says("help")
    await shares(adele, bot, f"share {FILE} with Alex as read")
    await names(adele, bot, AWAY)
    await alex.presses("Ask to edit")
    await alex.presses("Ask", {"reason": REASON})
    await bot.at_rest()
    await adele.says("nobody decides for me")
    await adele.presses("Take it back")
    await bot.at_rest()

    assert NOTHING in await megan.says(WAITS)


async def test_what_a_second_person_has_to_approve_waits_for_them_and_for_the_sharer(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    await megan.says("hi")
    await bot.under(MONEY)
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Ask for approval")
    await bot.at_rest()

    own = await adele.says(WAITS)
    await megan.says(WAITS)
    (row,) = bot.rows(megan)
    assert "What you asked for" in own
    assert bot.rows(adele) == [f"{FILE} Nothing is shared before Megan Bowen approves it."]
    assert row.startswith(f"Adele Vance wants to share {FILE} with Alex Wilber, who can edit it then. May they?")
    await megan.presses(row)
    await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()

    assert bot.access(FILE)["alex.wilber@contoso.com"] == "write"
    assert NOTHING in await megan.says(WAITS)
    assert "What you asked for" not in await adele.says(WAITS)


async def test_the_sharer_takes_back_from_the_list_what_waits_for_approval(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    await megan.says("hi")
    await bot.under(MONEY)
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Ask for approval")
    await bot.at_rest()
    await adele.says(WAITS)

    await adele.presses(bot.rows(adele)[0])
    await adele.presses("Withdraw")
    await bot.at_rest()

    assert NOTHING in await megan.says(WAITS)
    assert "What you asked for" not in await adele.says(WAITS)


async def test_when_its_time_is_over_nothing_waits(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    await bot.under(MONEY)
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Ask for approval")
    await bot.later(days=30)

    assert NOTHING in await megan.says(WAITS)


async def test_a_row_of_somebody_else_opens_nothing(adele: Someone, alex: Someone, diego: Someone, bot: Bot) -> None:
    await request(adele, alex, bot)
    await adele.says(WAITS)
    row = bot.button(adele, bot.rows(adele)[0], bot.latest(adele))
    await diego.says("hi")

    answer = str(await bot.deliver(diego, row, bot.latest(diego)))

    assert "OneDrive › Finance" not in answer
    assert FILE not in answer


async def test_an_approval_that_is_not_theirs_shows_nothing(
    adele: Someone, megan: Someone, diego: Someone, bot: Bot
) -> None:
    await megan.says("hi")
    await diego.says("hi")
    await bot.under(MONEY)
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Ask for approval")
    await bot.at_rest()
    await megan.says(WAITS)
    row = bot.button(megan, bot.rows(megan)[0], bot.latest(megan))

    answer = str(await bot.deliver(diego, row, bot.latest(diego)))

    assert FILE not in answer
    assert "no longer good" in answer or "Only those who were asked" in answer
