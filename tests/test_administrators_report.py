"""What an administrator sees in Teams: counts, refusals, failures, what waits; and the record as a file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.commands.report import MOST
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone, words_of_answer
from tests.test_record import of, told

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
FILE, CREW = "Q3 Budget.xlsx", "Budget crew"
RULES = f"""
[rules."No rivals"]
then = "refuse"
domains = ["rival.example"]

[rules."Money"]
then = "approve"
files = ["*budget*"]
approvers = ["{MEGAN}"]
"""


def administered(contoso: Contoso, data: Path, database_url: str = "") -> Bot:
    """Its administrators are Finance, and Adele is one of them."""
    finance = contoso.directory.group_at("finance@contoso.com")
    assert finance
    bot = Bot(contoso, data, database_url)
    bot.more = {"ADMINISTRATORS_GROUP": finance.id.upper()}
    return bot


@pytest.fixture
async def bot(contoso: Contoso, tmp_path: Path) -> AsyncGenerator[Bot]:
    async with administered(contoso, tmp_path) as bot:
        yield bot


@pytest.fixture
async def pradeep(bot: Bot) -> Someone:
    """Of Finance as well; has not signed in yet."""
    await bot.contoso.client.install_everywhere()
    return Someone(bot.contoso, "pradeep.gupta@contoso.com")


async def shares(someone: Someone, *sentences: str) -> None:
    for each in sentences:
        await someone.says(f"share {each}")
        await someone.presses("Share")


def saved(bot: Bot) -> list[list[str]]:
    """The rows of the newest file that was saved."""
    (*_before, content) = bot.contoso.files.contents.values()
    text = content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


# Who may


async def test_a_member_of_the_group_sees_how_much_is_shared_and_what_was_refused(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await bot.under(RULES)
    await shares(adele, "Price list.pdf with Alex and Megan", "Travel costs 2026.xlsx with Megan until in 3 days")
    await adele.says("undo")
    await alex.says("share Nowhere.docx with Megan")
    await adele.says("share Price list.pdf with eric@rival.example")
    await adele.says("share Price list.pdf with Lee Gu and eric@rival.example")
    await bot.at_rest()

    answer = await adele.says("report")

    for said in (
        "Report: Last 30 days",
        "Shares: 2, which gave access 3 times.",
        "Ended: 0. Undone: 1. Changed by hand: 0.",
        "Refused: 2",
        "By the rule “No rivals”: 2",
        "Came to nothing: 1\nnot found, or not theirs to open (1)",
        "Failed: 0",
        "Shares that stand: 1; of these without an end: 1",
        "Requests that wait for their sharers: 0",
    ):
        assert said in answer
    assert "NotFound" not in answer
    assert "Price list" not in answer
    assert "Should be over" not in answer


async def test_whoever_is_not_in_the_group_is_refused_and_that_is_of_record(alex: Someone, bot: Bot) -> None:
    assert "for the group of administrators alone" in await alex.says("report")

    entries = told(await of(bot), "act", "code", "person_id")
    assert ("refused", "report", "NotAllowed", bot.contoso.person(ALEX).id) in entries


async def test_where_no_group_is_named_nobody_sees_it_and_help_is_silent_of_it(adele: Someone, bot: Bot) -> None:
    named = await adele.says("help")
    bot.more = {}
    await bot.restart()

    assert "named no group of administrators" in await adele.says("report")
    assert "For administrators" in named
    assert "For administrators" not in await adele.says("help")


async def test_a_press_of_somebody_who_is_in_the_group_no_more_shows_and_saves_nothing(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await adele.says("report")
    message = bot.latest(adele)
    presses = [bot.button(adele, each, message) for each in ("Last 7 days", "Export the record…")]
    await alex.says("hi")
    of_others = [await sent(alex, bot, each["verb"], each["data"]["about"]) for each in presses]
    bot.more = {}
    await bot.restart()
    no_more = [words_of_answer(await bot.deliver(adele, each, message)) for each in presses]

    assert [each for each in of_others if "for the group of administrators alone" not in each] == []
    assert [each for each in no_more if "named no group" not in each] == []
    assert not bot.contoso.files.contents


async def test_it_is_asked_of_the_directory_each_time_and_said_when_that_is_away(adele: Someone, bot: Bot) -> None:
    await adele.says("report")
    bot.breaks("graph", "transitiveMemberOf", times=None, status=503)

    assert "Microsoft 365" in await adele.presses("Last 7 days")
    assert "Report" not in await adele.says("report")


async def test_whoever_is_not_signed_in_sees_it_after_the_sign_in(pradeep: Someone) -> None:
    assert "Report: Last 30 days" in await pradeep.says("report")


async def test_in_front_of_others_the_asker_alone_sees_it(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says("<at>Sharebot</at> report", chat=CREW)
    answer = await adele.presses("Continue", chat=CREW)
    await bot.at_rest()

    assert "Report: Last 30 days" in answer
    assert "Report" not in megan.sees(CREW)


# What is in it


async def test_what_waits_for_a_second_person_is_named_with_who_asked_and_since_when(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    await bot.under(RULES)
    await megan.says("hi")
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Ask for approval")
    await bot.at_rest()

    answer = await adele.says("report")

    assert "Waiting for approval: 1" in answer
    assert "Adele Vance wants to share something. By the rule “Money” it waits for a yes of Megan Bowen." in answer
    assert f"Asked {dt.datetime.now(dt.UTC):%A} " in answer
    assert FILE not in answer


async def test_what_nobody_can_end_is_told_by_name_of_its_sharer(adele: Someone, pradeep: Someone, bot: Bot) -> None:
    await shares(adele, f"{FILE} with Alex until in 3 days", "Price list.pdf with Lee Gu until in 9 days")
    before = await pradeep.says("report")
    await adele.says("sign out")
    early = await pradeep.says("report")
    await bot.later(days=4)
    late = await pradeep.says("report")

    assert "nobody can end" not in before
    assert "Shares that nobody can end through me" in early
    assert "Adele Vance: 2 with an end, 0 of them late" in early
    assert "Adele Vance: 2 with an end, 1 of them late" in late
    assert "⚠ Should be over, and is not: 1" in late
    assert FILE not in late


async def test_with_postgresql_it_is_the_same(contoso: Contoso, tmp_path: Path, postgresql: str) -> None:
    adele, megan = Someone(contoso, ADELE), Someone(contoso, MEGAN)
    pradeep = Someone(contoso, "pradeep.gupta@contoso.com")
    bot = administered(contoso, tmp_path, postgresql)
    bot.policy = RULES
    async with bot:
        await contoso.client.install_everywhere()
        await megan.says("hi")
        await shares(adele, "Price list.pdf with Alex and Megan until in 3 days")
        await adele.says(f"share {FILE} with Alex as write")
        await adele.presses("Ask for approval")
        await bot.at_rest()
        await adele.says("sign out")

        answer = await pradeep.says("report")

    for said in ("Shares: 1, which gave access 2 times.", "a yes of Megan Bowen", "Adele Vance: 1 with an end, 0 of"):
        assert said in answer


async def test_what_failed_is_counted_where_a_rule_had_its_word_as_well(adele: Someone, bot: Bot) -> None:
    await bot.under("[defaults]\ndays = 30")
    refused = {"error": {"code": "accessDenied", "message": "no", "innerError": {"code": "sharingDisabled"}}}
    bot.breaks("graph", r"/invite$", status=403, body=refused)
    await shares(adele, "Price list.pdf with Alex")
    await bot.at_rest()

    assert "Failed: 1" in await adele.says("report")


async def test_what_failed_is_counted_by_microsofts_own_word_for_it(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", "invite", times=None, status=403, body={"error": {"code": "sharingDisabled", "message": "no"}})
    await shares(adele, "Price list.pdf with Megan")
    await bot.at_rest()

    answer = await adele.says("report")

    assert "Failed: 1\nsharingDisabled 1" in answer
    assert "Shares: 0" in answer


async def test_whoever_could_not_be_told_is_counted(adele: Someone, bot: Bot) -> None:
    await shares(adele, "Price list.pdf with Megan without mail")
    await bot.at_rest()

    assert "Could not be told: 1" in await adele.says("report")


# Of which time


async def test_a_press_shows_another_time(adele: Someone, bot: Bot) -> None:
    await shares(adele, "Price list.pdf with Megan")
    await bot.at_rest()
    bot.ahead += dt.timedelta(days=3).total_seconds()

    month = await adele.says("report")
    day = await adele.presses("Last 24 hours")
    week = await adele.presses("Last 7 days")

    assert "Shares: 1" in month
    assert "Report: Last 24 hours" in day
    assert "Shares: 0" in day
    assert "Shares: 1" in week
    asked = [each for each in told(await of(bot), "act") if each == ("asked", "report")]
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("sentence", "time"),
    [
        ("show me the report", "Last 30 days"),
        ("report for today", "Last 24 hours"),
        ("report for the past 24 hours", "Last 24 hours"),
        ("today's report", "Last 24 hours"),
        ("report for the last week", "Last 7 days"),
        ("weekly report", "Last 7 days"),
        ("report of the last 14 days", "Last 14 days"),
        ("report for the last quarter", "Last 90 days"),
        ("report for 100 years", "Last 3660 days"),
        ("report forever", "Last 30 days"),
    ],
)
async def test_the_time_is_said_in_words(adele: Someone, sentence: str, time: str) -> None:
    assert f"Report: {time}" in await adele.says(sentence)


@pytest.mark.parametrize(
    ("locale", "whole", "of_a_week", "title"),
    [
        ("de-DE", "zeig mir den Bericht", "Bericht der letzten 7 Tage", "Bericht: Letzte {} Tage"),
        ("fr-FR", "montre-moi le rapport", "rapport de la semaine dernière", "Rapport : {} derniers jours"),
        ("es-ES", "muéstrame el informe", "informe de los últimos 7 días", "Informe: Últimos {} días"),
        ("pt-BR", "mostre o relatório", "relatório da semana passada", "Relatório: Últimos {} dias"),
        ("it-IT", "mostrami il rapporto", "rapporto dell'ultima settimana", "Rapporto: Ultimi {} giorni"),
        ("nl-NL", "toon het rapport", "rapport van de afgelopen week", "Rapport: Afgelopen {} dagen"),
        ("ja-JP", "レポートを見せて", "先週のレポート", "レポート: 過去 {} 日間"),
        ("zh-CN", "查看报告", "最近7天的报告", "报告: 过去 {} 天"),
        ("ko-KR", "보고서 보여줘", "지난주 보고서", "보고서: 지난 {}일"),
    ],
)
async def test_it_speaks_their_language(bot: Bot, locale: str, whole: str, of_a_week: str, title: str) -> None:
    adele = Someone(bot.contoso, ADELE, locale)

    assert title.format(30) in await adele.says(whole)
    assert title.format(7) in await adele.says(of_a_week)


async def test_a_file_that_is_called_report_may_still_be_the_answer(adele: Someone) -> None:
    await adele.says("share with Alex")

    assert "Report:" not in await adele.says("report")


@pytest.mark.parametrize(
    "sentence", ["who can open the report?", "share the report with Ana", "show me the sales report"]
)
async def test_a_report_that_is_a_file_is_one(adele: Someone, sentence: str) -> None:
    assert "Report: " not in await adele.says(sentence)


async def test_a_time_that_no_button_has_is_refused(adele: Someone, bot: Bot) -> None:
    await adele.says("report")

    for about in ("", ".", ".0", ".x", ".-1", ".3661", ".99999999999999999999", ".７", "a.7"):
        for verb in ("report.show", "report.export"):
            assert "no longer good" in await sent(adele, bot, verb, about), (verb, about)


async def sent(someone: Someone, bot: Bot, verb: str, about: str) -> str:
    """What a press is answered with that no button of theirs makes."""
    action = {"type": "Action.Execute", "verb": verb, "data": {"verb": verb, "about": about}}
    return words_of_answer(await bot.deliver(someone, action, bot.latest(someone)))


# As a file


async def test_the_record_of_that_time_is_saved_in_their_own_drive(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("share Nowhere.docx with Megan")
    bot.ahead += dt.timedelta(days=10).total_seconds()
    await shares(adele, f"{FILE} with Alex and eric@fabrikam.com")
    await bot.at_rest()
    await adele.says("report for the last week")

    answer = await adele.presses("Export the record…")
    columns, *rows = saved(bot)
    (item,) = [each for each in bot.contoso.files if each.name.startswith("Sharebot record ")]
    back = await adele.presses("Back")

    assert "Saved in your OneDrive" in answer
    assert f"{len(rows)} rows of the record: Last 7 days" in answer
    assert bot.contoso.roles(item) == {}
    assert bot.contoso.files.drives[item.drive_id].owner == bot.contoso.person(ADELE)
    assert columns[:5] == ["id", "at", "what", "tenant", "person"]
    assert [row[2] for row in rows if row[2] == "shared"] == ["shared", "shared"]
    assert (rows[-1][2], rows[-1][5]) == ("asked", "export_record")
    assert bot.contoso.person(ALEX).id not in {row[4] for row in rows}
    assert not any(FILE in cell or "Adele" in cell for row in rows for cell in row)
    assert "Report: Last 7 days" in back


async def test_of_one_row_it_says_one(adele: Someone, bot: Bot) -> None:
    await adele.says("report")
    export = bot.button(adele, "Export the record…", message := bot.latest(adele))
    bot.ahead += dt.timedelta(days=60).total_seconds()

    assert "1 row of the record" in words_of_answer(await bot.deliver(adele, export, message))


async def test_more_than_a_file_holds_is_not_saved(adele: Someone, bot: Bot) -> None:
    await adele.says("report")
    await bot.alters(
        "INSERT INTO record (at, what, tenant_id, person_id) "
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT ?, 'told', 't', 'p' FROM n",
        MOST,
        int(bot.now()),
    )

    answer = await adele.presses("Export the record…")
    await bot.at_rest()

    # It takes a while, which may be longer than Teams waits.
    assert "Please choose a shorter time." in answer + adele.sees()
    assert not bot.contoso.files.contents


async def test_what_could_not_be_saved_is_said(adele: Someone, bot: Bot) -> None:
    await adele.says("report")
    bot.breaks("graph", "content", times=None, status=507)

    assert "The storage there is full." in await adele.presses("Export the record…")


async def test_in_words_a_number_does_what_a_button_does(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    answer = await adele.says("report")

    assert "Report: Last 30 days" in answer
    assert "4. Export the record…" in answer
    assert "Saved in your OneDrive" in await adele.says("4")
    assert saved(bot)
