"""What was shared ends: by the clock, by a press, by "undo"; and what was before is there again."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest

from contoso.faults import Rule
from contoso.files import Grant
from contoso.tenant import Contoso
from tests.attacks import keys_kept
from tests.bot import Bot
from tests.people import Someone, words, words_of_answer

ALEX = "alex.wilber@contoso.com"
MEGAN = "megan.bowen@contoso.com"
FILE = "Q3 Budget.xlsx"
FRIDAY = f"share {FILE} with Alex as write until in 3 days"


async def shares(adele: Someone, sentence: str = FRIDAY) -> str:
    await adele.says(sentence)
    return await adele.presses("Share")


async def until_held(bot: Bot) -> None:
    """Something has met the fault that holds it up."""
    async with asyncio.timeout(10):
        while bot.contoso.faults:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_share_ends_when_it_was_said_to(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    before = bot.access(FILE)

    result = await shares(adele)
    await bot.at_rest()
    assert bot.access(FILE)[ALEX] == "write"
    await bot.later(days=4)

    assert "then I end it" in result
    assert bot.access(FILE) == before
    assert "no access" in await adele.waits_for("Ended")
    assert "was for a time, and that is over" in alex.sees()
    # Told once, and said on the share's own card as well.
    assert adele.notices().count("Ended") == 1
    assert adele.sees().count("Ended") == 2
    assert "then I end it" not in adele.sees()


async def test_it_does_not_end_before(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    await bot.later(days=1)

    assert bot.access(FILE)[ALEX] == "write"
    assert "ends soon" not in adele.sees()


async def test_the_sharer_hears_of_it_a_day_before_once(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    await bot.later(days=3)
    await bot.later()

    assert bot.access(FILE)[ALEX] == "write"
    assert adele.sees().count("This access ends soon") == 1
    assert "Alex Wilber: until" in adele.sees()


async def test_of_a_short_share_the_sharer_hears_a_tenth_of_its_time_before(adele: Someone, bot: Bot) -> None:
    await shares(adele, f"share {FILE} with Alex until in 10 hours")
    await bot.later(hours=8, minutes=45)
    early = adele.sees()
    await bot.later(minutes=20)

    assert "This access ends soon" not in early
    assert "This access ends soon" in adele.sees()


@pytest.mark.parametrize(("title", "days"), [("A day longer", 1), ("A week longer", 7)])
async def test_an_end_can_be_put_off(adele: Someone, bot: Bot, title: str, days: int) -> None:
    await shares(adele)
    await bot.later(days=3)
    card = bot.latest(adele)
    button = bot.button(adele, title, card)

    told = await adele.presses(title)
    again = words_of_answer(await bot.deliver(adele, button, card))
    await bot.later(days=days - 1, hours=23)
    still = bot.access(FILE)
    await bot.later(days=1, hours=1)

    assert "Extended" in told
    assert again == told
    assert still[ALEX] == "write"
    assert ALEX not in bot.access(FILE)


async def test_what_is_put_off_or_over_is_so_on_the_result_as_well(contoso: Contoso, tmp_path: Path) -> None:
    adele = Someone(contoso, "adele.vance@contoso.com")
    async with Bot(contoso, tmp_path, undo=30) as bot:
        await adele.says(FRIDAY)
        result = bot.latest(adele)
        await adele.presses("Share")
        await bot.later(days=3)
        before = on(bot, adele, result)
        told = await adele.presses("A day longer")
        await bot.at_rest()
        extended = on(bot, adele, result)
        await adele.presses("End now", message=bot.latest(adele))
        await bot.at_rest()

        (end,) = re.findall(r"now until (.+)\.", told)
        assert f"Until {end}: then I end it." not in before
        assert f"Until {end}: then I end it." in extended
        assert on(bot, adele, result).startswith("Ended")


async def test_undo_as_a_word_is_seen_on_the_result_as_well(contoso: Contoso, tmp_path: Path) -> None:
    adele = Someone(contoso, "adele.vance@contoso.com")
    async with Bot(contoso, tmp_path, undo=30) as bot:
        await adele.says(f"share {FILE} with {ALEX} as write")
        result = bot.latest(adele)
        await adele.presses("Share")
        await adele.says("undo")
        await bot.at_rest()

        assert on(bot, adele, result).startswith("Undone")


def on(bot: Bot, someone: Someone, message: str) -> str:
    """What a message says by now."""
    return next(words(each) for each in bot.contoso.client.messages(someone.mail) if each.id == message)


async def test_an_old_button_puts_nothing_off_once_more(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    await bot.later(days=3)
    card = bot.latest(adele)
    day = bot.button(adele, "A day longer", card)
    await adele.presses("A week longer", message=card)
    moved = words_of_answer(await bot.deliver(adele, day, card))
    without = {**day, "data": {**day["data"], "about": day["data"]["about"].partition(".")[0]}}
    no_end = words_of_answer(await bot.deliver(adele, without, card))
    await bot.later(days=8)
    over = words_of_answer(await bot.deliver(adele, day, card))

    assert all("no longer good" in each for each in (moved, no_end, over))
    assert ALEX not in bot.access(FILE)


async def test_a_share_can_be_ended_from_the_reminder(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele)
    await bot.later(days=3)

    told = await adele.presses("End now")
    await bot.later(days=2)

    assert "Ended" in told
    assert ALEX not in bot.access(FILE)
    assert alex.notices().count("Access ended") == 1


async def test_undo_is_a_press(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    before = bot.access(FILE)
    await shares(adele, f"share {FILE} with Alex")
    await bot.at_rest()

    told = await adele.presses("Undo")
    await bot.at_rest()

    assert "Undone" in told
    assert bot.access(FILE) == before
    assert "has taken back" in alex.sees()


async def test_undo_is_a_word(adele: Someone, bot: Bot) -> None:
    before = bot.access(FILE)
    await shares(adele, f"share {FILE} with Alex")

    assert "Undone" in await adele.says("undo")
    assert bot.access(FILE) == before
    assert "undone already" in await adele.says("undo")


async def test_undo_means_the_last_day(adele: Someone, bot: Bot) -> None:
    await shares(adele, f"share {FILE} with Alex")
    await bot.later(hours=25)

    assert "nothing in the last day" in await adele.says("undo")
    assert ALEX in bot.access(FILE)


@pytest.mark.parametrize("how", ["undo", "end"])
async def test_what_was_given_though_the_answer_was_lost_is_taken_back(adele: Someone, bot: Bot, how: str) -> None:
    before = bot.access(FILE)
    bot.breaks("graph", "/invite", drop="reply")
    told = await shares(adele)

    if how == "undo":
        await adele.says("undo")
    else:
        await bot.later(days=4)

    assert "✓ can edit" in told
    assert bot.access(FILE) == before
    assert "no access" in adele.sees()


async def test_what_was_given_though_the_answer_was_lost_can_be_given_anew(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", "/invite", drop="reply")
    await shares(adele)
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.revoke(item, Grant(bot.contoso.person(ALEX), "write").id)

    assert "✓ can edit" in await shares(adele)
    assert bot.access(FILE)[ALEX] == "write"


async def test_what_nobody_could_see_was_given_ends_too(adele: Someone, bot: Bot) -> None:
    """Neither the invite was answered nor could the permissions be read: told as not sure, and it is there."""
    before = bot.access(FILE)
    await adele.says(FRIDAY)
    bot.contoso.faults = [
        Rule("graph", "GET", r"/permissions$", times=1),
        Rule("graph", "POST", "/invite", drop="reply", times=1),
        Rule("graph", "GET", r"/permissions$", status=503, times=1),
    ]
    told = await adele.presses("Share")
    given = bot.access(FILE)

    await bot.later(days=4)

    assert "not sure" in told
    assert given[ALEX] == "write"
    assert bot.access(FILE) == before


async def test_undo_pressed_twice_does_it_once(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele)
    await bot.at_rest()
    card = bot.latest(adele)
    undo = bot.button(adele, "Undo", card)

    answers = await asyncio.gather(*(bot.deliver(adele, undo, card) for _ in range(4)))
    late = await bot.deliver(adele, undo, card)
    await bot.at_rest()

    assert all("Undone" in words_of_answer(each) for each in (*answers, late))
    assert alex.notices().count("Access ended") == 1


@pytest.mark.hurried
async def test_an_undo_that_failed_slowly_can_be_pressed_again(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    bot.breaks("graph", r"/permissions$", delay=4.5, status=503)

    on_it = await adele.presses("Undo")
    await bot.at_rest()

    assert "I'm on it" in on_it
    assert "Undone" in await adele.presses("Undo")
    assert ALEX not in bot.access(FILE)


async def test_somebody_elses_undo_does_nothing(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    await shares(adele)
    card = bot.latest(adele)
    undo = bot.button(adele, "Undo", card)

    answer = await bot.deliver(megan, undo, bot.latest(megan))

    assert answer.value == "Only the person who asked can press this."
    assert bot.access(FILE)[ALEX] == "write"


@pytest.mark.parametrize("how", ["undo", "end"])
async def test_a_raised_role_is_lowered_again(adele: Someone, bot: Bot, how: str) -> None:
    await shares(adele, f"share {FILE} with Alex as read")
    await shares(adele)

    if how == "undo":
        await adele.says("undo")
    else:
        await bot.later(days=4)

    assert bot.access(FILE)[ALEX] == "read"
    assert "as before" in adele.sees()


async def test_what_is_inherited_stays(adele: Someone, bot: Bot) -> None:
    await shares(adele, "share the Finance folder with Alex as read")
    await shares(adele)
    item, files = bot.contoso.file("Adele Vance", f"Finance/{FILE}"), bot.contoso.files
    raised = files.role_of(bot.contoso.person(ALEX).id, item)

    await bot.later(days=4)

    assert (raised, files.role_of(bot.contoso.person(ALEX).id, item)) == ("write", "read")
    assert "by a folder, a group or a link" in adele.sees()


async def test_what_somebody_changed_since_is_left_to_them(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.change(item, Grant(bot.contoso.person(ALEX), "read"))

    await bot.later(days=4)

    assert bot.access(FILE)[ALEX] == "read"
    assert "left as it is" in adele.sees()


async def test_what_somebody_took_away_since_is_over(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.revoke(item, Grant(bot.contoso.person(ALEX), "write").id)

    await bot.later(days=4)

    assert "no access" in await adele.waits_for("Ended")


async def test_what_was_shared_anew_since_is_the_new_shares(adele: Someone, bot: Bot) -> None:
    """Given until Monday, taken away by hand, given again without an end: Monday takes nothing."""
    await shares(adele)
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.revoke(item, Grant(bot.contoso.person(ALEX), "write").id)
    await shares(adele, f"share {FILE} with Alex as write")

    await bot.later(days=4)

    assert bot.access(FILE)[ALEX] == "write"
    assert "Ended" not in adele.sees()


async def test_shares_on_top_of_each_other_end_in_whatever_order(adele: Someone, bot: Bot) -> None:
    """Read until Monday, then write until Wednesday: on Wednesday nothing is left."""
    before = bot.access(FILE)
    await shares(adele, f"share {FILE} with Alex as read until in 3 days")
    await shares(adele, f"share {FILE} with Alex as write until in 5 days")

    await bot.later(days=4)
    between = bot.access(FILE)[ALEX]
    await bot.later(days=2)

    assert between == "write"
    assert bot.access(FILE) == before


async def test_only_whom_the_share_gave_something_loses_it(adele: Someone, bot: Bot) -> None:
    await shares(adele, f"share {FILE} with Alex as write")
    await shares(adele, f"share {FILE} with Alex and Megan as write until in 3 days")

    await bot.later(days=4)

    assert bot.access(FILE)[ALEX] == "write"
    assert "megan.bowen@contoso.com" not in bot.access(FILE)


async def test_whoever_signed_out_is_told_loudly_and_it_ends_when_they_sign_in(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    await adele.says("sign out")
    await bot.later(days=4)
    told, still = adele.sees(), bot.access(FILE)[ALEX]
    for hours in (1, 1, 1, 5):
        await bot.later(hours=hours)

    await adele.says(f"share {FILE} with Lee Gu")
    await bot.at_rest()
    await bot.later()

    assert "This access has not ended" in told
    assert still == "write"
    assert adele.sees().count("This access has not ended") == 1
    assert ALEX not in bot.access(FILE)
    assert "Ended" in adele.sees()


async def test_what_was_shared_for_a_time_ends_though_its_sharer_took_the_bot_away(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    before = bot.access(FILE)
    await shares(adele)
    await bot.at_rest()

    await bot.contoso.client.uninstall(adele.mail)
    left = keys_kept(bot)
    await bot.later(days=4)

    assert bot.access(FILE) == before
    assert "was for a time, and that is over" in alex.sees()
    assert (left, keys_kept(bot)) == (1, 0)


async def test_whoever_took_the_bot_away_is_signed_out_for_all_but_that(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    before = bot.sign_ins()
    await bot.contoso.client.uninstall(adele.mail)

    await adele.says(f"share {FILE} with Lee Gu")
    await bot.later(days=4)

    assert bot.sign_ins() == before + 1
    assert ALEX not in bot.access(FILE)
    assert keys_kept(bot) == 1


async def test_an_outage_puts_an_end_off_and_is_told_only_if_it_lasts(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    bot.breaks("graph", r"/permissions$", status=503, times=None)
    await bot.later(days=4)
    early = adele.sees()
    for minutes in (2, 6, 16, 61):
        await bot.later(minutes=minutes)
    late = adele.sees()
    bot.contoso.faults.clear()
    await bot.later(hours=5)

    assert "has not ended" not in early
    assert late.count("This access has not ended") == 1
    assert ALEX not in bot.access(FILE)


async def test_an_end_that_could_not_be_for_a_month_is_left_to_a_person_who_is_told_so(
    adele: Someone, bot: Bot
) -> None:
    await shares(adele)
    bot.breaks("graph", r"/permissions$", status=503, times=None)
    for days in (4, 1, 1, 1, 1, 1, 31):
        await bot.later(days=days)
    told = adele.sees()
    bot.contoso.faults.clear()
    await bot.later(days=2)
    still = bot.access(FILE)[ALEX]

    ended = await adele.presses("End now")

    assert "I won't try this again by myself" in told
    assert still == "write"
    assert "Ended" in ended
    assert ALEX not in bot.access(FILE)


@pytest.mark.parametrize("when", ["before its time", "after it"])
async def test_what_is_pressed_in_an_outage_puts_the_end_off_no_further(adele: Someone, bot: Bot, when: str) -> None:
    await shares(adele)
    card = bot.latest(adele)
    undo = bot.button(adele, "Undo", card)
    bot.breaks("graph", r"/permissions$", status=503, times=None)
    if when == "after it":
        await bot.later(days=4)
    for _ in range(6):
        await bot.deliver(adele, undo, card)
    await bot.at_rest()
    if when == "before its time":
        await bot.later(days=4)
    bot.contoso.faults.clear()

    await bot.later(minutes=2)

    assert ALEX not in bot.access(FILE)


async def test_an_end_outlives_a_restart(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    await bot.restart()
    await bot.later(days=4)

    assert ALEX not in bot.access(FILE)


async def test_a_time_that_is_over_before_the_press_shares_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex until in 2 hours")
    bot.ahead += 3 * 60 * 60

    assert "is over" in await adele.presses("Share")
    assert ALEX not in bot.access(FILE)


async def test_where_only_owners_can_end_it_the_card_says_so(alex: Someone, bot: Bot) -> None:
    """Alex edits in Megan's Brand folder; Graph shows him nobody's access but his own."""
    card = await alex.says('share "Brand guidelines.pdf" with Lee Gu as read until in 3 days')
    result = await alex.presses("Share without an end")

    assert "lets only owners of this end access" in card
    assert "This access has no end" in result
    assert "Undo" not in result


async def test_undo_is_not_said_in_front_of_others(adele: Someone, megan: Someone, bot: Bot) -> None:
    await shares(adele)

    told = await adele.says("<at>Sharebot</at> undo", chat="Budget crew")

    assert "in our own chat" in told
    assert "Budget.xlsx" not in megan.sees("Budget crew")
    assert bot.access(FILE)[ALEX] == "write"


async def test_undo_of_a_card_in_a_group_is_seen_by_all(adele: Someone, megan: Someone, bot: Bot) -> None:
    crew = "Budget crew"
    await adele.says(f"<at>Sharebot</at> share {FILE} with Alex", chat=crew)
    await adele.presses("Continue", chat=crew)
    await adele.presses("Share", chat=crew)
    await bot.at_rest()

    await adele.presses("Undo", chat=crew)
    await bot.at_rest()

    assert "Undone" in megan.sees(crew)
    assert ALEX not in bot.access(FILE)


async def test_what_only_owners_can_end_is_not_tried(alex: Someone, bot: Bot) -> None:
    await alex.says('share "Brand guidelines.pdf" with Lee Gu as read until in 3 days')
    await alex.presses("Share without an end")
    undone = await alex.says("undo")
    await bot.later(days=4)

    assert "only its owners can take that back" in undone
    assert "has not ended" not in alex.sees()


async def test_an_outsider_who_was_invited_by_address_loses_it_again(adele: Someone, bot: Bot) -> None:
    before = bot.access(FILE)
    await shares(adele, f"share {FILE} with eric@fabrikam.example until in 3 days")
    await bot.later(days=4)

    assert bot.access(FILE) == before
    assert "no access" in await adele.waits_for("Ended")


async def test_a_group_loses_it_again(adele: Someone, bot: Bot) -> None:
    before = bot.access(FILE)
    await shares(adele, f"share {FILE} with Marketing until in 3 days")
    shared = bot.access(FILE)
    await bot.later(days=4)

    assert shared != before
    assert bot.access(FILE) == before


async def test_a_share_pressed_again_after_undo_says_that_it_is_undone(adele: Someone, bot: Bot) -> None:
    await adele.says(FRIDAY)
    card = bot.latest(adele)
    share = bot.button(adele, "Share", card)
    await adele.presses("Share")
    await adele.presses("Undo")

    again = words_of_answer(await bot.deliver(adele, share, card))

    assert "Undone" in again
    assert "Checked: the access is there" not in again


async def test_from_who_has_access_one_comes_back_to_undo_and_end_now(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    who = await adele.presses("Who has access")

    back = await adele.presses("Back")

    assert "Alex Wilber" in who
    assert "✓ can edit" in back
    assert bot.button(adele, "Undo", bot.latest(adele))
    assert bot.button(adele, "End now", bot.latest(adele))


async def test_whoever_is_in_a_group_is_not_said_to_have_no_access_at_the_end(adele: Someone, bot: Bot) -> None:
    await shares(adele, f"share {FILE} with Marketing as read")
    await shares(adele)

    ended = await adele.presses("End now")

    assert "none of their own" in ended
    assert "no access" not in ended


async def test_a_week_longer_is_a_week_by_the_clock_on_the_wall(adele: Someone, bot: Bot) -> None:
    """In Berlin the clocks go forward on 28 March 2027."""
    bot.contoso.timezone = "Europe/Berlin"
    await shares(adele, f"share {FILE} with Alex as write until 2027-03-27")
    reminded = dt.datetime(2027, 3, 27, 10, tzinfo=dt.UTC) - dt.datetime.now(dt.UTC)
    await bot.later(seconds=reminded.total_seconds())

    extended = await adele.presses("A week longer")

    assert "3 April 2027" in extended
    assert "23:59" in extended


async def test_of_a_file_that_is_gone_the_sharer_hears_once_and_in_its_own_words(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    gone = {"error": {"code": "itemNotFound", "message": "Item not found"}}
    bot.breaks("graph", item.id, times=None, status=404, body=gone)

    for _ in range(8):
        await bot.later(days=1, hours=1)

    assert adele.sees().count("This access has not ended") == 1
    assert "If it was deleted, nobody can open it" in adele.sees()


async def test_two_ends_in_one_second_leave_nothing(adele: Someone, bot: Bot) -> None:
    before = bot.access(FILE)
    await shares(adele, f"share {FILE} with Alex as read until in 3 days")
    await shares(adele)
    bot.contoso.faults = [Rule("graph", times=None, delay=0.2)]

    await bot.later(days=4)

    assert bot.access(FILE) == before


async def test_an_undo_beside_an_end_of_the_same_file_leaves_nothing(adele: Someone, bot: Bot) -> None:
    before = bot.access(FILE)
    await shares(adele, f"share {FILE} with Alex as read until in 3 days")
    await shares(adele, f"share {FILE} with Alex as write")
    bot.contoso.faults = [Rule("graph", times=None, delay=0.2)]

    await asyncio.gather(bot.later(days=4), adele.presses("Undo"))

    assert bot.access(FILE) == before


@pytest.mark.parametrize("first", ["read", "write"])
async def test_two_rights_of_one_person_given_at_once_fall_back_in_order(adele: Someone, bot: Bot, first: str) -> None:
    await adele.says(f"share {FILE} with Alex as read")
    reading = (bot.button(adele, "Share", bot.latest(adele)), bot.latest(adele))
    await adele.says(FRIDAY)
    writing = (bot.button(adele, "Share", bot.latest(adele)), bot.latest(adele))
    one, other = (reading, writing) if first == "read" else (writing, reading)
    bot.breaks("graph", r"/permissions$", delay=0.5)

    begun = asyncio.create_task(bot.deliver(adele, *one))
    await until_held(bot)
    await bot.deliver(adele, *other)
    await begun
    await bot.later(days=4)

    assert bot.access(FILE).get(ALEX) == ("read" if first == "read" else None)


async def test_what_somebody_else_is_giving_just_now_has_no_end_on_a_second_card(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex as write")
    lasting = (bot.button(adele, "Share", bot.latest(adele)), bot.latest(adele))
    await adele.says(FRIDAY)
    timed = (bot.button(adele, "Share", bot.latest(adele)), bot.latest(adele))
    bot.breaks("graph", r"/permissions$", delay=0.5)

    begun = asyncio.create_task(bot.deliver(adele, *lasting))
    await until_held(bot)
    second = await bot.deliver(adele, *timed)

    assert "✓ can edit" in words_of_answer(await begun)
    assert "had it already" in words_of_answer(second)
    assert "then I end it" not in words_of_answer(second)
    assert "Undo" not in words_of_answer(second)


async def test_an_end_that_has_begun_is_not_put_off(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    await bot.later(days=3)
    card = bot.latest(adele)
    bot.breaks("graph", r"/permissions$", delay=1)

    ending = asyncio.create_task(bot.later(days=2))
    await until_held(bot)
    told = await adele.presses("A day longer", message=card)
    await ending

    assert "no longer good" in told
    assert ALEX not in bot.access(FILE)


async def test_an_end_that_was_put_off_still_comes(adele: Someone, bot: Bot) -> None:
    """Also where an end was tried in vain before."""
    await shares(adele)
    bot.breaks("graph", r"/permissions$", status=503)
    await adele.presses("Undo")
    await bot.later(days=3)
    await adele.presses("A day longer")

    await bot.later(days=2)

    assert ALEX not in bot.access(FILE)


async def test_what_appears_late_ends_in_time(adele: Someone, bot: Bot) -> None:
    """Graph gives no answer, and does it all the same when nobody looks any more."""
    await adele.says(FRIDAY)
    bot.breaks("graph", r"/invite$", status=504)
    told = await adele.presses("Share")
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.grant(item, Grant(bot.contoso.person(ALEX), "write"))

    await bot.later(days=4)

    assert "? not sure" in told
    assert "Undo" in told
    assert ALEX not in bot.access(FILE)


async def test_one_who_cannot_be_taken_off_keeps_nobody_else_on(adele: Someone, bot: Bot) -> None:
    await shares(adele, f"share {FILE} with Alex and Megan as write until in 3 days")
    alex = Grant(bot.contoso.person(ALEX), "write").id
    refused = {"error": {"code": "invalidRequest", "message": "no"}}
    bot.contoso.faults = [Rule("graph", "DELETE", re.escape(alex), times=None, status=400, body=refused)]

    await bot.later(days=4)
    await bot.later(minutes=2)

    assert set(bot.access(FILE)) & {ALEX, MEGAN} == {ALEX}
    assert "This access has not ended" in adele.sees()


LETS_ONE_PASS = Rule("graph", "GET", r"/permissions$", times=1)


@pytest.mark.parametrize(
    "faults",
    [
        [LETS_ONE_PASS, Rule("graph", "GET", r"/permissions$", times=2, status=503)],
        [
            Rule("graph", "DELETE", r"/permissions/", times=1),
            Rule("graph", "DELETE", r"/permissions/", times=1, status=403),
        ],
    ],
    ids=["unread", "in part"],
)
async def test_an_undo_that_went_half_way_is_not_told_as_nothing_and_goes_on(
    adele: Someone, bot: Bot, faults: list[Rule]
) -> None:
    before = bot.access(FILE)
    await shares(adele, f"share {FILE} with Alex and Megan as write")
    bot.contoso.faults = [replace(each) for each in faults]

    told = await adele.presses("Undo")
    bot.contoso.faults = []
    await bot.later(minutes=2)

    assert "I look again by myself" in told
    assert bot.access(FILE) == before


async def test_one_share_that_cannot_be_read_keeps_no_other_from_its_end(adele: Someone, bot: Bot) -> None:
    await shares(adele, "share Travel costs 2026.xlsx with Megan until in 2 days")
    await shares(adele)
    await bot.alters("UPDATE ends SET receipt = '{}' WHERE receipt LIKE '%Travel%'")

    await bot.later(days=4)

    assert ALEX not in bot.access(FILE)


async def test_of_a_right_that_was_given_anew_since_nobody_is_reminded(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.revoke(item, Grant(bot.contoso.person(ALEX), "write").id)
    await shares(adele, f"share {FILE} with Alex as write")

    await bot.later(days=3)

    assert "This access ends soon" not in adele.sees()


async def test_who_is_named_by_mention_and_by_address_is_one_person_at_the_end(adele: Someone, bot: Bot) -> None:
    """Without the directory, where only Graph's answer tells that they are."""
    adele_there = bot.contoso.person(adele.mail)
    bot.contoso.consents[adele_there.id] = {"User.Read", "Files.ReadWrite", "Files.ReadWrite.All", "offline_access"}
    before, crew = bot.access(FILE), "Budget crew"
    await adele.says(f"<at>Sharebot</at> share {FILE} with <at>Alex Wilber</at> as read until in 3 days", chat=crew)
    await adele.presses("Continue", chat=crew)
    await adele.presses("Share", chat=crew)
    await bot.at_rest()
    await shares(adele, f"share {FILE} with {ALEX} as write until in 5 days")

    await bot.later(days=4)
    between = bot.access(FILE)[ALEX]
    await bot.later(days=2)

    assert between == "write"
    assert bot.access(FILE) == before


@pytest.mark.parametrize("role", ["read", "write"])
async def test_a_share_for_a_time_can_be_made_lasting(adele: Someone, bot: Bot, role: str) -> None:
    await shares(adele)
    card = await adele.says(f"share {FILE} with Alex as {role} forever")
    result = await adele.presses("Share")

    await bot.later(days=4)

    assert "now: can edit, until" in card
    assert "Shared" in result
    assert bot.access(FILE)[ALEX] == role


async def test_a_share_for_a_time_can_be_made_longer_by_sharing_again(adele: Someone, bot: Bot) -> None:
    before = bot.access(FILE)
    await shares(adele)
    await shares(adele, f"share {FILE} with Alex as write until in 6 days")

    await bot.later(days=4)
    between = bot.access(FILE)
    await bot.later(days=3)

    assert between[ALEX] == "write"
    assert bot.access(FILE) == before


async def test_who_can_edit_until_a_day_and_is_to_view_for_ever_reads_what_comes_when(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await alex.says("hi")
    await shares(adele, f"share {FILE} with Alex as write until in 3 days")
    await bot.at_rest()

    card = await adele.says(f"share {FILE} with Alex as read")
    result = await adele.presses("Share")
    await bot.at_rest()
    now = bot.access(FILE)[ALEX]
    notice = alex.sees().rpartition("Shared with you")[2]
    await bot.later(days=4)

    assert "then: can view" in card
    assert "now: can edit, until" in card
    assert "✓ then: can view" in result
    assert "When your right to edit it ends, you can still view it." in notice
    assert "Ask to edit" not in notice
    assert (now, bot.access(FILE)[ALEX]) == ("write", "read")


async def test_who_has_it_longer_than_is_asked_for_keeps_that(adele: Someone, bot: Bot) -> None:
    await shares(adele)

    card = await adele.says(f"share {FILE} with Alex as write until tomorrow")

    assert "Nothing to change" in card
    assert "can edit, until" in card
