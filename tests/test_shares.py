"""“My shares”: what somebody shares through the bot and what of it stands; from there each share's own card."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from tests.bot import Bot
from tests.people import Someone, words_of_answer

ALEX = "alex.wilber@contoso.com"
CREW = "Budget crew"
FILES = (
    *("Q3 Budget.xlsx", "Travel costs 2026.xlsx", "Price list.pdf"),
    *("Onboarding checklist.docx", "Brand guidelines.pdf"),
)


async def shares(someone: Someone, *sentences: str) -> None:
    for each in sentences:
        await someone.says(f"share {each}")
        await someone.presses("Share")


@pytest.fixture
async def shared(adele: Someone, alex: Someone, bot: Bot) -> None:
    """Three shares of Adele's: one ends soon, one never does, one is with somebody outside."""
    await alex.says("hi")
    await shares(
        adele,
        "Q3 Budget.xlsx with Alex and Megan as read until in 3 days",
        "Travel costs 2026.xlsx with Megan as write",
        "Q3 Budget.xlsx with eric@fabrikam.com as read until in 30 days",
    )
    await bot.at_rest()


def titles(bot: Bot, someone: Someone) -> list[str]:
    """The buttons of the newest card."""
    card = bot.contoso.client.card(someone.mail)
    assert card
    return [each["title"] for each in card.get("actions", ())]


# What is listed


@pytest.mark.usefixtures("shared")
async def test_what_stands_is_listed_newest_first(adele: Someone, bot: Bot) -> None:
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)

    told = await adele.says("my shares")

    assert "What you share: 3" in told
    newest, lasting, soon = bot.rows(adele)
    assert newest.startswith("Q3 Budget.xlsx eric@fabrikam.com · can view · until ")
    assert newest.endswith(" · outside your organisation · told")
    assert lasting == "Travel costs 2026.xlsx Megan Bowen · can edit · no end · told"
    assert soon == f"Q3 Budget.xlsx Alex Wilber and Megan Bowen · can view · until {end.day} {end:%B %Y} · told"


async def test_who_shares_nothing_is_told_so_and_led_on(adele: Someone, bot: Bot) -> None:
    told = await adele.says("my shares")

    assert "You share nothing through me now." in told
    assert titles(bot, adele) == ["Share a file"]


@pytest.mark.usefixtures("shared")
async def test_nobody_is_shown_what_others_share(alex: Someone) -> None:
    assert "You share nothing through me now." in await alex.says("my shares")


@pytest.mark.usefixtures("shared")
async def test_what_has_ended_is_listed_no_more(adele: Someone, bot: Bot) -> None:
    await bot.later(days=4)
    await adele.says("stop sharing Travel costs 2026.xlsx with Megan")
    await adele.presses("Remove access")
    await bot.at_rest()

    assert "What you share: 1" in await adele.says("my shares")
    assert [each.partition(" · ")[0] for each in bot.rows(adele)] == ["Q3 Budget.xlsx eric@fabrikam.com"]


async def test_of_many_people_some_are_named_and_the_others_counted(adele: Someone, bot: Bot) -> None:
    await shares(adele, "Q3 Budget.xlsx with Alex, Megan, Lee Gu, Isaiah Langer and Diego Siciliani as read")

    await adele.says("my shares")

    assert "Alex Wilber, Megan Bowen, Lee Gu and 2 more" in bot.rows(adele)[0]


async def test_a_share_without_an_end_is_listed_as_long_as_it_stands(adele: Someone, bot: Bot) -> None:
    await shares(adele, "Q3 Budget.xlsx with Alex as read")
    await bot.later(days=100)
    await bot.later(days=100)

    await adele.says("my shares")
    (row,) = bot.rows(adele)
    opened = await adele.presses(row)
    holders = await adele.presses("Who has access")
    ended = await undone(adele, bot)

    assert "Alex Wilber" in opened
    assert "Who can open this?" in holders
    assert "Undone" in ended
    assert ALEX not in bot.access("Q3 Budget.xlsx")


async def undone(adele: Someone, bot: Bot) -> str:
    await adele.presses("Back")
    told = await adele.presses("Undo")
    await bot.at_rest()
    return told


async def test_what_somebody_was_allowed_on_top_is_one_row(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele, "Q3 Budget.xlsx with Alex as read")
    await bot.at_rest()
    await alex.presses("Ask to edit")
    await alex.presses("Ask")
    await bot.at_rest()
    await adele.presses("Allow")
    await bot.at_rest()

    told = await adele.says("my shares")
    rows = bot.rows(adele)
    opened = await adele.presses(rows[0])
    await adele.presses("Undo")
    await bot.at_rest()
    await adele.says("my shares")

    assert "What you share: 1" in told
    assert rows == ["Q3 Budget.xlsx Alex Wilber · can edit · no end · told"]
    assert "Alex Wilber asked you for this." in opened
    assert bot.rows(adele) == ["Q3 Budget.xlsx Alex Wilber · can view · no end · told"]


async def test_what_is_left_when_the_newer_one_ends_is_said_in_its_row(adele: Someone, bot: Bot) -> None:
    await shares(adele, "Q3 Budget.xlsx with Megan as read", "Q3 Budget.xlsx with Megan as write until in 3 days")
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=3)

    await adele.says("my shares")

    until = f"until {end.day} {end:%B %Y}"
    assert bot.rows(adele)[0].startswith(f"Q3 Budget.xlsx Megan Bowen · can edit · {until} · then: can view · no end")
    assert len(bot.rows(adele)) == 1


async def test_one_that_gives_less_than_an_older_one_hides_nothing_of_it(adele: Someone, bot: Bot) -> None:
    of = "Q3 Budget.xlsx with Megan as"
    await shares(adele, f"{of} write until in 3 days", f"{of} read until in 20 days")

    await adele.says("my shares")

    rows = bot.rows(adele)
    assert len(rows) == 2
    assert "can view" in rows[0]
    assert "can edit" in rows[1]


async def test_what_is_left_is_looked_for_beneath_all_that_end_before(adele: Someone, bot: Bot) -> None:
    of = "Q3 Budget.xlsx with Megan as"
    await shares(adele, f"{of} read", f"{of} write until in 3 days", f"{of} write until in 9 days")

    await adele.says("my shares")

    (row,) = bot.rows(adele)
    assert "can edit" in row
    assert "then: can view · no end" in row


async def test_two_people_of_one_name_are_told_apart(adele: Someone, bot: Bot) -> None:
    names: list[str] = []
    for name in FILES[:2]:
        await adele.says(f"share {name} with Ana Bell as read")
        await adele.presses(bot.rows(adele)[len(names)])
        await adele.presses("Share")
        names.append(name)

    await adele.says("my shares")

    rows = bot.rows(adele)
    assert all("Ana Bell (" in each and "@contoso.com)" in each for each in rows)
    assert len({each.partition("Ana Bell (")[2].partition(")")[0] for each in rows}) == len(names)


# What is asked for


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("my shares with Megan", 2),
        ("what have I shared with megan.bowen@contoso.com", 2),
        ("my shares with Eric", 0),
        ("my shares with fabrikam.com", 1),
        ("my shares with contoso.com", 2),
        ("my shares ending soon", 1),
        ("shares with Megan ending soon", 1),
        ("shares with fabrikam.com ending soon", 0),
        ("what have I shared with people outside the company", 1),
        ("my shares of Q3 Budget.xlsx", 2),
        ("my shares of budget", 2),
    ],
)
async def test_some_of_them_can_be_asked_for(adele: Someone, said: str, count: int) -> None:
    told = await adele.says(said)

    assert (f"What you share: {count}" if count else "Nothing that you share fits this.") in told


@pytest.mark.usefixtures("shared")
async def test_a_link_to_a_file_names_it(adele: Someone, bot: Bot) -> None:
    url = bot.contoso.web_url(bot.contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx"))

    assert "What you share: 2" in await adele.says(f"my shares of {url}")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("what have I shared with my manager so far?", "I don't look up who reports to whom yet."),
        ("list my public links", "I make no links that work for anyone."),
    ],
)
async def test_whom_nobody_can_tell_is_said(adele: Someone, said: str, answer: str) -> None:
    assert answer in await adele.says(said)


@pytest.mark.usefixtures("shared")
async def test_buttons_show_the_usual_parts_where_that_changes_something(adele: Someone, bot: Bot) -> None:
    await adele.says("my shares")
    at_first = titles(bot, adele)
    soon = await adele.presses("Ending within a week")
    then = titles(bot, adele)
    every = await adele.presses("All")
    outside = await adele.presses("Outside the organisation")

    assert at_first == ["Ending within a week", "Outside the organisation", "Export…"]
    assert "What you share: 1" in soon
    assert then == ["All", "Export…"]
    assert "What you share: 3" in every
    assert "What you share: 1" in outside
    assert "Eric" not in outside
    assert "eric@fabrikam.com" in outside


# A share's own card


@pytest.mark.usefixtures("shared")
async def test_a_press_on_a_row_opens_the_share_and_back_leads_to_the_same_part(adele: Someone, bot: Bot) -> None:
    await adele.says("my shares with Megan")
    opened = await adele.presses(bot.rows(adele)[1])
    can = titles(bot, adele)
    back = await adele.presses("Back")

    assert "Alex Wilber" in opened
    assert can == ["Open in Microsoft 365", "Who has access", "Undo", "End now", "Back"]
    assert "What you share: 2" in back
    assert "with Megan" in back


@pytest.mark.usefixtures("shared")
async def test_what_was_ended_since_is_shown_as_it_is_now(adele: Someone, bot: Bot) -> None:
    await adele.says("my shares")
    row, shown = bot.rows(adele)[1], bot.latest(adele)
    await adele.says("stop sharing Travel costs 2026.xlsx with Megan")
    await adele.presses("Remove access")
    await bot.at_rest()

    told = await adele.presses(row, message=shown)
    await bot.at_rest()
    back = await adele.presses("Back", message=shown)

    assert "taken back" in told
    assert "What you share: 2" in back


@pytest.mark.usefixtures("shared")
async def test_a_list_is_good_for_a_day(adele: Someone, bot: Bot) -> None:
    await adele.says("my shares")
    row, shown = bot.rows(adele)[1], bot.latest(adele)
    await bot.later(days=2)

    assert "no longer good" in await adele.presses(row, message=shown)


@pytest.mark.usefixtures("shared")
async def test_ended_from_the_list_it_is_ended_once(adele: Someone, bot: Bot) -> None:
    await adele.says("my shares")
    await adele.presses(bot.rows(adele)[2])

    assert "Ended" in await adele.presses("End now")
    await bot.at_rest()

    assert ALEX not in bot.access("Q3 Budget.xlsx")
    assert "What you share: 2" in await adele.says("my shares")


# As a file of one's own


def saved(bot: Bot) -> list[list[str]]:
    """The rows of the newest file that was saved."""
    (*_before, content) = bot.contoso.files.contents.values()
    text = content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.usefixtures("shared")
async def test_the_list_is_saved_as_a_file_in_ones_own_drive(adele: Someone, alex: Someone, bot: Bot) -> None:
    told = await adele.says("export my shares")
    (item,) = [each for each in bot.contoso.files if each.name.startswith("My shares ")]
    columns, *rows = saved(bot)

    assert "Saved in your OneDrive" in told
    assert "4 rows, for each person one." in told
    assert titles(bot, adele) == ["Open in OneDrive"]
    assert bot.contoso.roles(item) == {}
    assert bot.contoso.files.drives[item.drive_id].owner == bot.contoso.person(adele.mail)
    assert columns[:5] == ["File", "Place", "Shared with", "Address", "Right"]
    assert [row[:5] for row in rows] == [
        ["Q3 Budget.xlsx", "OneDrive › Finance", "eric@fabrikam.com", "eric@fabrikam.com", "can view"],
        ["Travel costs 2026.xlsx", "OneDrive › Finance", "Megan Bowen", "megan.bowen@contoso.com", "can edit"],
        ["Q3 Budget.xlsx", "OneDrive › Finance", "Alex Wilber", ALEX, "can view"],
        ["Q3 Budget.xlsx", "OneDrive › Finance", "Megan Bowen", "megan.bowen@contoso.com", "can view"],
    ]
    assert [(row[6] != "", row[7], row[8]) for row in rows] == [
        (True, "yes", "told"),
        (False, "no", "told"),
        (True, "no", "told"),
        (True, "no", "told"),
    ]
    assert rows[0][9] == bot.contoso.web_url(bot.contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx"))


@pytest.mark.usefixtures("shared")
async def test_a_button_saves_what_the_list_shows(adele: Someone, bot: Bot) -> None:
    await adele.says("my shares with Megan")
    await adele.presses("Export…")

    assert [row[2] for row in saved(bot)[1:]] == ["Megan Bowen", "Alex Wilber", "Megan Bowen"]


@pytest.mark.usefixtures("shared")
async def test_what_should_have_ended_is_marked_in_the_file(adele: Someone, bot: Bot) -> None:
    bot.ahead += dt.timedelta(days=4).total_seconds()

    await adele.says("export my shares with Alex")

    assert "It should have ended: " in saved(bot)[1][8]


@pytest.mark.usefixtures("shared")
async def test_in_front_of_others_nothing_is_saved_before_it_is_asked_for_again(adele: Someone, bot: Bot) -> None:
    await adele.says("<at>Sharebot</at> export my shares", chat="Budget crew")
    listed = await adele.presses("Continue", chat="Budget crew")
    before = dict(bot.contoso.files.contents)
    await adele.presses("Export…", chat="Budget crew")

    assert "What you share" in listed
    assert before == {}
    assert len(saved(bot)) == 5


async def test_no_cell_is_a_formula_to_a_spreadsheet(adele: Someone, bot: Bot) -> None:
    contoso, owner = bot.contoso, bot.contoso.person(adele.mail)
    drive = contoso.files.drive_of(owner.id)
    assert drive
    item = contoso.files.save(drive, '=HYPERLINK("https://evil.example");+1.pdf', b"", owner, contoso.now())
    await shares(adele, f"{bot.contoso.web_url(item)} with Alex as read")

    await adele.says("export my shares")

    # Nor where a semicolon ends a cell.
    assert saved(bot)[1][0] == "'=HYPERLINK(\"https://evil.example\");'+1.pdf"


async def test_nothing_is_saved_where_nothing_is_shared(adele: Someone, bot: Bot) -> None:
    assert "There is nothing to export" in await adele.says("export my shares")
    assert not bot.contoso.files.contents


@pytest.mark.usefixtures("shared")
async def test_what_could_not_be_saved_is_said(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", "content", times=None, status=507)

    assert "The storage there is full." in await adele.says("export my shares")


@pytest.mark.parametrize(
    ("locale", "sentence", "column"),
    [
        ("de-DE", "exportiere meine Freigaben", "Geteilt mit"),
        ("fr-FR", "exporte mes partages", "Partagé avec"),
        ("es-ES", "exporta mis archivos compartidos", "Compartido con"),
        ("pt-BR", "exportar meus compartilhamentos", "Compartilhado com"),
        ("it-IT", "esporta le mie condivisioni", "Condiviso con"),
        ("nl-NL", "exporteer mijn delingen", "Gedeeld met"),
        ("ja-JP", "共有一覧をエクスポートして", "共有相手"),
        ("zh-CN", "导出我的共享", "共享对象"),
        ("ko-KR", "내 공유 목록 내보내기", "공유 대상"),
    ],
)
@pytest.mark.usefixtures("shared")
async def test_the_file_speaks_their_language(bot: Bot, locale: str, sentence: str, column: str) -> None:
    adele = Someone(bot.contoso, "adele.vance@contoso.com", locale)

    await adele.says(sentence)

    assert saved(bot)[0][2] == column


# Pages


@pytest.fixture
async def many(adele: Someone, bot: Bot) -> None:
    people = ("Alex", "Megan", "Lee Gu", "Isaiah Langer")
    await shares(adele, *(f"{file} with {each} as read" for file in FILES[:3] for each in people))


@pytest.mark.usefixtures("many")
async def test_of_many_ten_are_shown_at_once(adele: Someone, bot: Bot) -> None:
    await adele.says("my shares")
    first = bot.rows(adele)
    second = await adele.presses("More…")
    rest = bot.rows(adele)
    opened = await adele.presses(rest[1])
    back = await adele.presses("Back")

    assert len(first) == 10
    assert "11 to 12 of 12" in second
    assert len(rest) == 2
    assert "Alex Wilber" in opened
    assert "11 to 12 of 12" in back
    assert "1 to 10 of 12" in await adele.presses("Back")


@pytest.mark.usefixtures("many")
async def test_a_page_or_a_key_that_is_none_is_refused(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says("my shares")
    message = bot.latest(adele)
    more = bot.button(adele, "More…", message)
    row = bot.button(adele, bot.rows(adele)[0], message)
    key = more["data"]["about"].partition(".")[0]
    share = row["data"]["about"].partition(".")[2]

    for verb, about in (
        *(("shares.page", f"{key}.{page}") for page in ("7", "-1", "x", "", "99999999", "１")),
        *(("shares.open", each) for each in (key, f"{key}.", f"{key}.{key}", f"{share}.{share}", f".{share}")),
        *((f"shares.{each}", share) for each in ("back", "all", "soon", "outside")),
        ("shares.back", ""),
    ):
        told = await sent(adele, bot, verb, about)
        assert "no longer good" in told or "pressed already" in told, (verb, about)
    await alex.says("help")
    for verb, about in (("shares.back", key), ("shares.page", f"{key}.1"), ("shares.open", f"{key}.{share}")):
        assert "Only the person who asked" in await sent(alex, bot, verb, about)


async def sent(someone: Someone, bot: Bot, verb: str, about: str) -> str:
    """What a press is answered with that no button of theirs makes."""
    message = bot.latest(someone)
    action = {"type": "Action.Execute", "verb": verb, "data": {"verb": verb, "about": about}}
    return words_of_answer(await bot.deliver(someone, action, message))


# Elsewhere


@pytest.mark.usefixtures("shared")
async def test_in_front_of_others_the_asker_alone_sees_it(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says("<at>Sharebot</at> my shares", chat=CREW)
    told = await adele.presses("Continue", chat=CREW)
    await bot.at_rest()

    assert "What you share: 3" in told
    assert "Travel costs" not in megan.sees(CREW)


@pytest.mark.usefixtures("shared")
async def test_in_words_a_number_opens_a_share(adele: Someone) -> None:
    await adele.says("plain text on")
    told = await adele.says("my shares")
    opened = await adele.says("2")

    assert "2. Travel costs 2026.xlsx — Megan Bowen · can edit · no end · told" in told
    assert "Megan Bowen" in opened


async def test_in_another_language(bot: Bot) -> None:
    adele = Someone(bot.contoso, "adele.vance@contoso.com", "de-DE")
    await adele.says("teile Q3 Budget.xlsx mit Alex zum Lesen")
    await adele.presses("Teilen")

    await adele.says("meine Freigaben")

    assert bot.rows(adele) == ["Q3 Budget.xlsx Alex Wilber · kann anzeigen · ohne Ende · benachrichtigt"]
