"""When Microsoft 365 is slow, busy, gone, or says one thing and does another: nothing twice, and a sentence."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contoso.faults import Rule
from contoso.tenant import Contoso
from tests.bot import LIMITS, Bot
from tests.people import Someone

BUDGET = "share Q3 Budget.xlsx with alex.wilber@contoso.com as write"
FILE = "Q3 Budget.xlsx"
ADELE = "adele.vance@contoso.com"
ALEX = "alex.wilber@contoso.com"
INVITE = r"/invite$"
PERMISSIONS = r"/permissions$"


@pytest.mark.parametrize("how", [{"status": 503}, {"status": 500}, {"drop": "request"}, {"status": 429}], ids=str)
async def test_when_graph_is_down_the_person_is_told(adele: Someone, bot: Bot, how: dict[str, Any]) -> None:
    bot.breaks("graph", "/me", times=None, **how)

    assert "does not answer at the moment" in await adele.says(BUDGET)


async def test_what_cannot_be_looked_for_is_not_suggested(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", "/search/query", contains="lastModifiedDateTime", status=503, times=None)

    told = await adele.says("share Travel cost 2026.xlsxx with Alex")

    assert "I found no file called “Travel cost 2026.xlsxx”" in told
    assert "Travel costs 2026.xlsx" not in told


async def test_what_was_said_while_graph_was_down_is_tried_again_by_a_button(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", "/me", times=None, status=503)
    await adele.says(BUDGET)
    still_down = await adele.presses("Try again")
    bot.contoso.faults.clear()

    assert "does not answer at the moment" in still_down
    assert "Share this?" in await adele.presses("Try again")
    await bot.at_rest()
    assert "That did not work" not in adele.sees()
    assert "✓ can edit" in await adele.says("yes")


@pytest.mark.hurried
async def test_what_fails_slowly_when_it_is_tried_again_can_be_tried_once_more(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", "/me", times=None, status=503)
    await adele.says(BUDGET)
    bot.contoso.faults.clear()
    bot.breaks("graph", "/me", delay=4.5, status=503)

    on_it = await adele.presses("Try again")
    await bot.at_rest()

    assert "I'm on it" in on_it
    assert adele.sees().count("That did not work") == 1
    assert "Share this?" in await adele.presses("Try again")


@pytest.mark.hurried
async def test_a_choice_that_failed_slowly_can_be_made_again(adele: Someone, bot: Bot) -> None:
    await adele.says("share Roadmap.docx with Alex")
    chosen = bot.rows(adele)[0]
    bot.breaks("graph", r"/permissions$", delay=4.5, status=503)

    on_it = await adele.presses(chosen)
    await bot.at_rest()

    assert "I'm on it" in on_it
    assert "Share this?" in await adele.presses(chosen)


async def test_what_somebody_else_said_is_not_tried_again(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says("who has access to Q3 Budget.xlsx?")
    bot.breaks("graph", "/me", times=None, status=503)
    await adele.says(f"<at>Sharebot</at> {BUDGET}", chat="Budget crew")
    bot.contoso.faults.clear()
    card = bot.latest(adele, "Budget crew")
    again = bot.button(adele, "Try again", card, "Budget crew")

    answer = await bot.deliver(megan, again, card, "Budget crew")

    assert "not yours to continue" in str(answer.value)


@pytest.mark.parametrize("sentence", ["share Nothing Like This.docx with Alex", "share Q3 Budget.xlsx with everyone"])
async def test_what_would_fail_again_has_no_such_button(adele: Someone, bot: Bot, sentence: str) -> None:
    assert "Try again" not in await adele.says(sentence)


async def test_when_the_login_service_is_down_the_person_is_told_and_can_try_again(adele: Someone, bot: Bot) -> None:
    bot.breaks("entra", "/token", status=503, contains="on_behalf_of")

    answer = await adele.says(BUDGET)

    assert "does not answer at the moment" in answer
    assert "Share this?" in await adele.says(BUDGET)


async def test_a_click_while_graph_is_down_leaves_the_card_good(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    bot.breaks("graph", PERMISSIONS, status=503)

    assert "Nothing was changed" in await adele.presses("Share")
    assert "✓ can edit" in await adele.presses("Share")
    assert len(bot.mails_to(ALEX)) == 1


async def test_a_throttled_invite_leaves_the_card_good(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    bot.breaks("graph", INVITE, status=429, headers=(("Retry-After", "31"),))

    assert "try again in 31 seconds" in await adele.presses("Share")
    assert "Nothing was changed" in await adele.presses("Share")
    await bot.restart()  # half a minute later
    assert "✓ can edit" in await adele.presses("Share")


@pytest.mark.parametrize("people", ["Alex", "Alex, Megan, new@fabrikam.example, Lee"])
async def test_what_was_done_though_graph_said_it_was_too_busy_is_not_done_again(
    adele: Someone, bot: Bot, people: str
) -> None:
    before = bot.access(FILE)
    await adele.says(f"share {FILE} with {people} as write")
    bot.breaks("graph", INVITE, status=503, headers=(("Retry-After", "0.2"),), done=True, times=2)

    result = await adele.presses("Share")
    given = bot.access(FILE).keys() - before.keys()

    assert result.count("✓ can edit") == len(given) == len(people.split())
    assert [len(bot.mails_to(each)) for each in given] == [1] * len(given)


@pytest.mark.parametrize("status", [429, 503])
async def test_a_short_wait_that_graph_asks_for_is_waited(adele: Someone, bot: Bot, status: int) -> None:
    bot.breaks("graph", "/me", status=status, headers=(("Retry-After", "0.2"),))
    await adele.says(BUDGET)
    bot.breaks("graph", INVITE, status=status, times=2, headers=(("Retry-After", "0.128"),))

    assert "✓ can edit" in await adele.presses("Share")
    assert len(bot.mails_to(ALEX)) == 1


@pytest.mark.parametrize(
    "how", [{"drop": "reply"}, {"status": 504, "done": True}, {"status": 500, "done": True}], ids=str
)
async def test_an_answer_that_is_lost_is_read_back_and_never_sent_again(
    adele: Someone, bot: Bot, how: dict[str, Any]
) -> None:
    await adele.says(BUDGET)
    bot.breaks("graph", INVITE, **how)

    result = await adele.presses("Share")

    assert "✓ can edit" in result
    assert "the access is there" in result
    assert len(bot.mails_to(ALEX)) == 1


@pytest.mark.parametrize("how", [{"drop": "request"}, {"status": 504}, {"status": 500}], ids=str)
async def test_a_deed_that_was_not_done_is_not_told_as_done(adele: Someone, bot: Bot, how: dict[str, Any]) -> None:
    await adele.says(BUDGET)
    bot.breaks("graph", INVITE, **how)

    result = await adele.presses("Share")

    assert "? not sure" in result
    assert "the access is not there yet" in result
    assert ALEX not in bot.access("Q3 Budget.xlsx")
    assert bot.mails_to(ALEX) == []


async def test_a_yes_without_effect_is_seen(adele: Someone, bot: Bot) -> None:
    bot.contoso.unheeded.add(ALEX)
    await adele.says(BUDGET)

    result = await adele.presses("Share")

    assert "? not sure" in result
    assert "the access is not there" in result


async def test_a_mail_that_could_not_be_sent_is_said(adele: Someone, bot: Bot) -> None:
    bot.contoso.unmailable.add(ALEX)
    await adele.says(BUDGET)

    result = await adele.presses("Share")

    assert "✓ can edit" in result
    assert "could not send the mail: there is no such mailbox" in result


async def test_of_several_the_one_who_cannot_be_found_is_named_and_the_others_get_it(adele: Someone, bot: Bot) -> None:
    bot.contoso.external_sharing = False
    await adele.says("share Q3 Budget.xlsx with Alex and eric@fabrikam.example as write")

    result = await adele.presses("Share")

    assert "Shared in part" in result
    assert "✓ can edit" in result
    assert "✗ refused" in result
    assert bot.access("Q3 Budget.xlsx")[ALEX] == "write"
    assert len(bot.mails_to(ALEX)) == 1


async def test_of_many_those_behind_a_failure_are_named_as_not_done(adele: Someone, bot: Bot) -> None:
    """Ten go in one request; the second one fails."""
    people = [each.mail for each in bot.contoso.directory.people.values() if not each.is_guest and each.mail != ADELE]
    some = people[:12]
    await adele.says(f"share {FILE} with {', '.join(some)} as read")
    bot.contoso.faults = [
        Rule("graph", "POST", r"/invite$", times=1),
        Rule("graph", "POST", r"/invite$", times=1, status=403),
    ]

    result = await adele.presses("Share")
    await bot.at_rest()

    assert "Shared in part" in result
    assert [each for each in some if each in bot.access(FILE)] == some[:10]


async def test_permissions_that_cannot_be_read_back_are_not_claimed_to_be(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    bot.breaks("graph", PERMISSIONS)  # the reading before the deed is let through
    bot.breaks("graph", PERMISSIONS, status=503, times=None)

    result = await adele.presses("Share")

    assert "✓ can edit" in result
    assert "I could not check what they can do now" in result


async def test_a_file_of_somebody_else_cannot_be_given_away_by_its_reader(adele: Someone, bot: Bot) -> None:
    """Adele reads Megan's marketing budget; she may not pass it on, and is told so before a card offers it."""
    assert "You can only view" in await adele.says('share "Marketing budget.xlsx" with Alex')


async def test_a_share_that_is_refused_is_told_with_what_it_means(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    inner = {"code": "resourceLocked", "request-id": "5f0c"}
    body = {"error": {"code": "notAllowed", "message": "?", "innerError": inner}}
    bot.breaks("graph", INVITE, status=423, body=body, headers=(("request-id", "5f0c"),))

    result = await adele.presses("Share")

    assert "Not shared" in result
    assert "This is locked at the moment, so it can't be shared. (Reference 5f0c)" in result


@pytest.mark.parametrize(("status", "code"), [(403, "accessDenied"), (404, "itemNotFound")])
async def test_not_there_any_more_and_not_allowed_any_more_read_the_same(
    adele: Someone, bot: Bot, status: int, code: str
) -> None:
    await adele.says(BUDGET)
    bot.breaks("graph", INVITE, status=status, body={"error": {"code": code, "message": "?"}})

    assert await adele.presses("Share") == "I can't find that, or you are not allowed to do this with it."


async def test_whoever_does_not_own_a_file_is_not_told_what_they_cannot_see(alex: Someone, bot: Bot) -> None:
    """Alex edits in Megan's Brand folder; Graph shows him his own access and nobody else's."""
    card = await alex.says('share "Brand guidelines.pdf" with Lee Gu as read')
    result = await alex.presses("Share")

    assert "now: not shown to you" in card
    assert "✓ can view" in result
    assert "I could not check what they can do now" in result
    assert bot.access("Brand guidelines.pdf", "megan.bowen@contoso.com")["lee.gu@contoso.com"] == "read"


async def test_a_lost_answer_that_cannot_be_read_back_either_is_not_known(alex: Someone, bot: Bot) -> None:
    await alex.says('share "Brand guidelines.pdf" with Lee Gu as read')
    bot.breaks("graph", INVITE, drop="reply")

    result = await alex.presses("Share")

    assert "? not sure" in result
    assert "I can't see from here" in result


async def test_an_app_token_that_teams_stopped_taking_is_renewed(adele: Someone, bot: Bot) -> None:
    await adele.says("help")
    bot.breaks("connector", "/activities", status=401)

    assert "What I can do" in await adele.says("help")


@pytest.mark.hurried
async def test_what_takes_long_goes_on_behind_a_card(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    bot.breaks("graph", INVITE, delay=5.0)

    interim = await adele.presses("Share")
    await bot.at_rest()

    assert "I'm on it" in interim
    assert "✓ can edit" in adele.sees()


@pytest.mark.hurried
async def test_what_takes_long_and_fails_in_a_group_can_be_pressed_again_in_the_own_chat(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    crew = "Budget crew"
    await adele.says("help")
    await adele.says(f"<at>Sharebot</at> {BUDGET}", chat=crew)
    await adele.presses("Continue", chat=crew)
    await bot.at_rest()
    bot.breaks("graph", PERMISSIONS, delay=5.0, status=503)

    interim = await adele.presses("Share", chat=crew)
    await bot.at_rest()

    assert "I'm on it" in interim
    assert "Nothing was changed" in adele.sees(crew)
    assert "I answered in our own chat." in megan.sees(crew)
    assert "✓ can edit" in await adele.presses("Share")


async def test_a_notice_that_cannot_be_delivered_undoes_nothing(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await adele.says(BUDGET)
    bot.breaks("connector", "/activities", contains="Shared with you", status=403, times=None)

    assert "✓ can edit" in await adele.presses("Share")
    await bot.at_rest()
    assert "Shared with you" not in alex.sees()


async def test_no_log_line_tells_a_file_a_message_or_a_secret(
    adele: Someone, alex: Someone, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    await alex.says("hi")
    bot.breaks("graph", INVITE, status=500)
    await adele.says(BUDGET)
    await adele.presses("Share")
    await adele.says("share Nothing.docx with Nobody")
    await adele.says(BUDGET)
    await adele.presses("Share")
    await bot.at_rest()

    assert caplog.messages
    for secret in ("Budget", "Nothing", "Alex", "contoso.com", "eyJ", bot.contoso.bot_secret, "share "):
        assert secret not in caplog.text


# Trouble that lasts

LONG = (("Retry-After", "600"),)


@pytest.fixture
async def hasty(contoso: Contoso, tmp_path: Path) -> AsyncGenerator[Bot]:
    """A bot that does not wait for minutes before it looks again."""
    async with Bot(contoso, tmp_path, limits=replace(LIMITS, try_again=(0.2, 0.4))) as bot:
        yield bot


@pytest.mark.parametrize("invite", ["done", "not done"])
async def test_what_graph_never_tells_of_is_said_to_be_in_doubt_and_a_second_press_looks_again(
    contoso: Contoso, hasty: Bot, invite: str
) -> None:
    adele = Someone(contoso, ADELE)
    await adele.says(BUDGET)
    breaks_for_good(hasty, is_there=(is_there := invite == "done"))

    told = await adele.presses("Share")
    await hasty.at_rest()
    contoso.faults.clear()
    again = await adele.presses("Share")

    assert "I don't know whether the access was given" in told
    assert ("✓ can edit" in again, "? not sure" in again) == (is_there, not is_there)
    assert len(hasty.mails_to(ALEX)) == is_there


async def test_what_graph_never_told_of_ends_all_the_same(contoso: Contoso, hasty: Bot) -> None:
    adele = Someone(contoso, ADELE)
    await adele.says(f"{BUDGET} until in 3 days")
    breaks_for_good(hasty, is_there=True)
    await adele.presses("Share")
    await hasty.at_rest()
    contoso.faults.clear()
    given = hasty.access(FILE)

    await hasty.later(days=4)

    assert given[ALEX] == "write"
    assert ALEX not in hasty.access(FILE)


def breaks_for_good(bot: Bot, *, is_there: bool) -> None:
    """Graph is too busy for the invite, which it may have done, and from then on for any question."""
    bot.contoso.faults = [
        Rule("graph", "GET", PERMISSIONS, times=1),
        Rule("graph", "POST", "/invite", status=503, headers=(("Retry-After", "0.2"),), done=is_there, times=1),
        Rule("graph", "GET", PERMISSIONS, status=503, times=None),
    ]


async def test_whom_teams_has_no_time_for_is_mailed_and_not_told_twice(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await adele.says(BUDGET)
    bot.breaks("connector", "/activities", contains="Shared with you", status=503, headers=LONG, times=None)

    await adele.presses("Share")
    await bot.at_rest()

    assert "Shared with you" not in alex.sees()
    assert len(bot.mails_to(ALEX)) == 1
    assert "Microsoft 365 was asked to mail them" in adele.sees()


async def test_whoever_cannot_be_told_of_the_end_loses_the_access_all_the_same(
    adele: Someone, alex: Someone, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    await alex.says("hi")
    await adele.says(BUDGET)
    await adele.presses("Share")
    await bot.at_rest()
    bot.breaks("connector", "/activities", contains="has taken back", status=500, times=None)

    undone = await adele.presses("Undo")
    await bot.at_rest()

    assert "Undone" in undone
    assert ALEX not in bot.access(FILE)
    assert "has taken back" not in alex.sees()
    assert "somebody could not be told" in caplog.text
    assert FILE not in caplog.text
