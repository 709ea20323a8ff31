"""Sharing by form, and answers that are typed instead of pressed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.bot import Bot
from tests.people import Someone, words_of_answer

BUDGET = "share Q3 Budget.xlsx with alex.wilber@contoso.com as write"
ALEX = "alex.wilber@contoso.com"
FILLED = {
    "item": "Q3 Budget.xlsx",
    "people": "Alex Wilber",
    "role": "write",
    "until": "",
    "message": "",
    "mail": "true",
}


async def test_an_empty_command_is_answered_with_a_form(adele: Someone, bot: Bot) -> None:
    form = await adele.says("share")
    card = await adele.presses("Continue", FILLED)
    assert ALEX not in bot.access("Q3 Budget.xlsx")
    await adele.presses("Share")

    assert "⚠" not in form
    for shown in ("Share a file", "File or folder", "With whom", "What they may do", "Until when", "Your message"):
        assert shown in form
    assert "Share this?" in card
    assert bot.access("Q3 Budget.xlsx")[ALEX] == "write"


async def test_what_is_missing_is_asked_for_where_it_is_missing(adele: Someone, bot: Bot) -> None:
    form = await adele.says("share Q3 Budget.xlsx")
    item = bot.field(adele, "item")
    again = await adele.presses("Continue", {**FILLED, "people": " "})
    card = await adele.presses("Continue", FILLED)

    assert "With whom" in form
    assert "⚠" not in form
    assert item == "Q3 Budget.xlsx"
    assert "⚠ With whom?" in again
    assert "Alex Wilber" in card


async def test_nothing_typed_is_lost_where_something_is_wrong(adele: Someone, bot: Bot) -> None:
    await adele.says("share")
    typed = {"item": "No such file.docx", "people": "Alex Wilber", "role": "write", "until": "2031-05-06"}
    again = await adele.presses("Continue", {**typed, "message": "Have a look", "mail": "false"})

    assert "⚠ I found no file called “No such file.docx”" in again
    for name, value in {**typed, "message": "Have a look", "mail": "false"}.items():
        assert bot.field(adele, name) == value


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("people", "Nobody Known", "⚠ I know nobody called “Nobody Known”"),
        ("people", "nobody@contoso.com", "⚠ I find nobody at contoso.com"),
        ("until", "2020-01-01", "⚠ This day is over."),
        ("until", "soon", "⚠ I can't read this date."),
        ("item", "", "⚠ Which file or folder?"),
    ],
)
async def test_each_mistake_stands_at_its_field(
    adele: Someone, bot: Bot, field: str, value: str, sentence: str
) -> None:
    await adele.says("share")

    assert sentence in await adele.presses("Continue", {**FILLED, field: value})
    assert "Share this?" in await adele.presses("Continue", FILLED)


async def test_a_form_that_a_slip_opened_is_closed_by_a_word_and_other_sentences_are_no_answer(
    adele: Someone, bot: Bot
) -> None:
    slip = await adele.says("share Nosuch.docx with Alex as read")
    other = await adele.says("who has access to Q3 Budget.xlsx?")
    again = await adele.says("share Nosuch.docx with Alex as read")

    told = await adele.says("cancel")

    assert "Share a file" in slip
    assert "Who can open this" in other
    assert "Share a file" in again
    assert "Cancelled" in told
    assert "There is nothing to cancel." in await adele.says("cancel")


async def test_a_link_can_be_written_for_the_file(adele: Someone, bot: Bot) -> None:
    await adele.says("share")
    link = bot.contoso.web_url(bot.contoso.file(adele.mail, "Finance/Q3 Budget.xlsx"))

    card = await adele.presses("Continue", {**FILLED, "item": link})

    assert "Share this?" in card
    assert "Q3 Budget.xlsx" in card


async def test_a_plan_can_be_changed_before_it_is_carried_out(adele: Someone, bot: Bot) -> None:
    await adele.says(f"{BUDGET} until 24 December 2031")
    form = await adele.presses("Change…")
    seen = {name: bot.field(adele, name) for name in ("item", "people", "role", "until")}
    changed = await adele.presses("Continue", {"people": "Megan", "role": "read", "until": ""})
    await adele.presses("Share")

    assert "Share a file" in form
    assert "Q3 Budget.xlsx — OneDrive › Finance" in form
    assert "Alex Wilber" in form
    assert seen == {"item": "", "people": "", "role": "write", "until": "2031-12-24"}
    assert "Megan Bowen" in changed
    assert "can edit" not in changed
    assert "until" not in changed
    assert bot.access("Q3 Budget.xlsx")[ALEX] == "read"


async def test_the_form_of_somebody_else_is_no_use(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hello")
    await adele.says("share")
    form = bot.button(adele, "Continue", bot.latest(adele))

    answer = await bot.deliver(alex, form, bot.latest(alex))

    assert "Only the person who asked can press this." in str(answer.value)


async def test_cancel_needs_no_field(adele: Someone, bot: Bot) -> None:
    await adele.says("share")

    assert "Nothing was shared." in await adele.presses("Cancel")


# Typed answers


async def test_yes_shares_as_the_button_does(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)

    assert "✓ can edit" in await adele.says("yes, go ahead")
    assert bot.access("Q3 Budget.xlsx")[ALEX] == "write"


async def test_yes_and_the_button_share_once(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    card = bot.latest(adele)
    share = bot.button(adele, "Share", card)
    await adele.says("yes")

    assert "✓ can edit" in words_of_answer(await bot.deliver(adele, share, card))
    assert len(bot.mails_to(ALEX)) == 1


async def test_no_cancels(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)

    assert "was not shared" in await adele.says("no, cancel")
    assert "✓" not in await adele.says("yes")
    assert ALEX not in bot.access("Q3 Budget.xlsx")


async def test_a_remark_changes_what_is_proposed(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    card = await adele.says("actually make it view only")
    await adele.says("yes")

    assert "can view" in card
    assert bot.access("Q3 Budget.xlsx")[ALEX] == "read"


async def test_what_was_said_about_mail_stays_when_something_else_is_changed(adele: Someone, bot: Bot) -> None:
    await adele.says(f"{BUDGET} without mail")
    card = await adele.says("make it view only")
    await adele.presses("Change…")
    toggled = bot.field(adele, "mail")
    await adele.presses("Continue")
    await adele.presses("Share")

    assert "Microsoft 365 sends no mail" in card
    assert toggled == "false"
    assert bot.access("Q3 Budget.xlsx")[ALEX] == "read"
    assert bot.mails_to(ALEX) == []


@pytest.mark.parametrize("text", ["who has access to Q3 Budget.xlsx?", "help", "undo"])
async def test_a_command_is_no_answer_to_a_form(adele: Someone, bot: Bot, text: str) -> None:
    await adele.says("share")
    said = await adele.says(text)

    assert "Share a file\nFile or folder" not in said
    assert "I found no file" not in said


async def test_the_second_one_can_be_said(adele: Someone, bot: Bot) -> None:
    asked = await adele.says("share Roadmap.docx with Alex")
    second = bot.rows(adele)[1]
    chosen = await adele.says("the second one")
    await adele.says("yes")

    assert "Which one do you mean?" in asked
    assert "Share this?" in chosen
    assert bot.access_by_row(second)[ALEX] == "read"


@pytest.mark.parametrize(
    ("asked", "answers"),
    [
        (BUDGET, ["yes"]),
        (BUDGET, ["no"]),
        ("share Roadmap.docx with Alex", ["the first", "yes"]),
        ("share Q3 Budget.xlsx", ["Alex Wilber"]),
    ],
)
async def test_what_is_answered_by_typing_keeps_no_buttons(
    adele: Someone, bot: Bot, asked: str, answers: list[str]
) -> None:
    await adele.says(asked)
    card = bot.latest(adele)
    for each in answers:
        await adele.says(each)
    await bot.at_rest()

    seen = {each.id: each.card for each in bot.contoso.client.messages(adele.mail) if each.card}
    assert "actions" not in seen[card]
    assert adele.sees().count("I answered below.") == len(answers)


async def test_a_card_that_a_press_led_to_keeps_no_buttons_either(adele: Someone, bot: Bot) -> None:
    await adele.says("share Roadmap.docx with Alex")
    card = bot.latest(adele)
    await adele.presses(bot.rows(adele)[0])
    await bot.at_rest()
    await adele.says("yes")
    await bot.at_rest()

    seen = {each.id: each.card for each in bot.contoso.client.messages(adele.mail) if each.card}
    assert "actions" not in seen[card]
    assert "✓ can view" in adele.sees()


async def test_of_two_questions_each_can_be_answered_by_typing(adele: Someone, bot: Bot) -> None:
    await adele.says("share Roadmap.docx with Ana Bell")
    second = bot.rows(adele)[1]
    asked = await adele.says("the second one")
    card = await adele.says("the first")
    await adele.says("yes")

    assert "“Ana Bell” could be any of these 2:" in asked
    assert "Roadmap" not in asked.partition("Ana Bell")[0]
    assert "Share this?" in card
    assert list(bot.access_by_row(second).values()) == ["read"]


async def test_a_missing_name_can_be_said(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx")
    card = await adele.says("Alex Wilber")

    assert "Share this?" in card
    assert ALEX in card


async def test_a_wrong_day_in_the_form_is_put_right_by_saying_the_day(adele: Someone, bot: Bot) -> None:
    await adele.says("share")
    typed = {"item": "Q3 Budget.xlsx", "people": "Alex Wilber", "role": "read", "until": "05/06"}
    wrong = await adele.presses("Continue", typed)

    card = await adele.says("Friday")

    assert "⚠ I can't read this date." in wrong
    assert "Share this?" in card
    assert "Until Friday" in card


async def test_the_last_one_can_be_said(adele: Someone, bot: Bot) -> None:
    await adele.says("share Roadmap.docx with Alex")
    last = bot.rows(adele)[-1]
    await adele.says("the last one")
    await adele.says("yes")

    assert bot.access_by_row(last)[ALEX] == "read"


async def test_a_time_that_is_not_plain_is_asked_about_and_a_day_alone_is_the_answer(adele: Someone, bot: Bot) -> None:
    asked = await adele.says("share Q3 Budget.xlsx with Alex for a while")

    assert "for a while" in asked
    assert "Until Friday" in await adele.says("Friday")


async def test_yes_is_for_what_was_shown_last(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    await adele.says("share Falcon risks.docx with Megan")
    result = await adele.says("yes")

    assert "Falcon risks.docx" in result
    assert "✓ can view" in result
    assert ALEX not in bot.access("Q3 Budget.xlsx")
    assert "✓" not in await adele.says("yes")


async def test_in_a_group_yes_shares_nothing(adele: Someone, bot: Bot) -> None:
    crew = "Budget crew"
    await adele.says(f"<at>Sharebot</at> {BUDGET}", chat=crew)
    await adele.presses("Continue", chat=crew)
    await adele.says("<at>Sharebot</at> yes", chat=crew)

    assert ALEX not in bot.access("Q3 Budget.xlsx")


async def test_a_new_command_is_never_taken_for_an_answer(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    card = await adele.says("share Falcon risks.docx with Megan")

    assert "Falcon risks.docx" in card
    assert "Megan Bowen" in card


async def test_a_day_past_all_calendars_is_refused_at_its_field(adele: Someone, bot: Bot) -> None:
    bot.contoso.timezone = "America/New_York"
    await adele.says("share")

    form = await adele.presses("Continue", {**FILLED, "until": "9999-12-31"})

    assert "⚠ This day is too far away." in form
    assert bot.field(adele, "until") == "9999-12-31"


async def test_a_name_with_a_comma_in_it_stays_one_person(adele: Someone, bot: Bot) -> None:
    people = bot.contoso.directory.people
    alex = bot.contoso.person(ALEX)
    people[alex.id] = replace(alex, name="Wilber, Alex")
    await adele.says('share with "Wilber, Alex"')
    known = bot.field(adele, "people")

    card = await adele.presses("Continue", {**FILLED, "people": f"{known}, Megan Bowen"})

    assert known == "Wilber, Alex"
    assert ALEX in card
    assert "megan.bowen@contoso.com" in card


async def test_yes_after_a_reminder_shares_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex as write until in 10 hours")
    await adele.presses("Share")
    await bot.later(hours=8, minutes=55)
    await adele.says("share Travel costs 2026.xlsx with Megan")
    await bot.later(minutes=10)
    reminded = "This access ends soon" in adele.sees()

    await adele.says("yes")

    assert reminded
    assert "megan.bowen@contoso.com" not in bot.access("Travel costs 2026.xlsx")
    assert "✓" in await adele.presses("Share")


async def test_yes_after_another_answer_shares_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says("share Travel costs 2026.xlsx with Megan")
    await adele.says("who has access to Q3 Budget.xlsx?")

    await adele.says("yes")

    assert "megan.bowen@contoso.com" not in bot.access("Travel costs 2026.xlsx")


async def test_a_form_asks_by_and_by_for_what_is_not_said_yet(adele: Someone, bot: Bot) -> None:
    await adele.says("share")
    asked = await adele.says("Q3 Budget.xlsx")
    card = await adele.says("Alex Wilber")

    assert "With whom?" in asked
    assert "⚠" not in asked
    assert "Share this?" in card
    assert ALEX in card


# All that is wrong, and nothing that is none


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en-US", "share a file"),
        ("de-DE", "share"),
        ("de-DE", "teilen"),
        ("de-DE", "Datei teilen"),
        ("fr-FR", "Partager un fichier"),
        ("es-ES", "Compartir un archivo"),
        ("it-IT", "Condividi un file"),
        ("pt-BR", "Compartilhar um arquivo"),
        ("nl-NL", "Een bestand delen"),
        ("ja-JP", "共有"),
        ("ja-JP", "ファイルを共有"),
        ("ja-JP", "ファイルを共有する"),
        ("ko-KR", "파일 공유"),
        ("zh-CN", "共享文件"),
    ],
)
async def test_a_bare_command_in_a_form_begins_a_new_one(adele: Someone, bot: Bot, locale: str, said: str) -> None:
    someone = replace(adele, locale=locale)
    await adele.says("share Store openings.pptx with Lidia")
    await adele.presses("Change…")
    await someone.says(said)

    assert [bot.field(adele, name) for name in ("file", "item", "people", "picked")] == [""] * 4


@pytest.mark.parametrize(
    ("said", "answer"),
    [("help", "What I can do"), ("my shares", "through me"), ("settings", "Settings"), ("undo", "that I could undo")],
)
async def test_a_bare_command_in_a_form_is_that_command(adele: Someone, said: str, answer: str) -> None:
    await adele.says("share Store openings.pptx with Lidia")
    await adele.presses("Change…")

    assert answer in await adele.says(said)


async def test_all_that_is_wrong_with_a_sentence_is_said_at_once(adele: Someone) -> None:
    told = await adele.says("share Nonexistent thing.docx with Zzz Nobody until yesterday")

    assert "I found no file called “Nonexistent thing.docx”" in told
    assert "I know nobody called “Zzz Nobody”" in told
    assert "for example: until 31 December" in told


async def test_all_that_is_wrong_is_said_at_once_as_long_as_it_is_wrong(adele: Someone) -> None:
    await adele.says("my shares")
    await adele.says("share")
    typed = {**FILLED, "item": "Nonexistent thing.docx", "people": "zzz nobody, alex, bad@@x", "until": "2020-01-01"}
    first = await adele.presses("Continue", typed)
    second = await adele.presses("Continue", {**typed, "item": "Q3 Budget.xlsx"})
    third = await adele.presses("Continue", {**typed, "item": "Q3 Budget.xlsx", "people": "Alex Wilber"})
    card = await adele.presses("Continue", FILLED)

    wrong = ("“Nonexistent thing.docx”", "I know nobody called “zzz nobody”", "“bad@@x” can't be", "This day is over.")
    assert [each in first for each in wrong] == [True] * 4
    assert [each in second for each in wrong] == [False, True, True, True]
    assert [each in third for each in wrong] == [False, False, False, True]
    assert "Share this?" in card


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("share Q3 Budget.xlsx with nobody.here@contoso.com", "⚠ I find nobody at contoso.com"),
        ("share Q3 Budget.xlsx with Xaver Nobody", "⚠ I know nobody called “Xaver Nobody”"),
        ("share Nowhere at all.docx with Alex", "⚠ I found no file called “Nowhere at all.docx”"),
        ("share Q3 Budget.xlsx with Alex until yesterday", "⚠ Until when? “yesterday” is not one day to me"),
    ],
)
async def test_what_is_not_to_be_found_or_no_day_stands_in_the_filled_form_once(
    adele: Someone, said: str, sentence: str
) -> None:
    form = await adele.says(said)
    card = await adele.presses("Continue", FILLED)

    assert sentence in form
    assert form.count("yesterday") <= 1
    assert form.count("⚠") == 1
    assert "Share this?" in card


async def test_what_somebody_would_have_of_another_is_no_form(adele: Someone) -> None:
    told = await adele.says("give Ana Bell the same access as Xaver Nobody has to Q3 Budget.xlsx")

    assert "Or write its name" not in told
