"""Plain text instead of cards: all that they say, with numbers to reply with that do what their buttons do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

import cards.plain
from bot.language import Context, Said, understand
from bot.texts import languages, speaking
from cards.elements import Card, unmarked
from contoso.chats import Message
from tests.bot import Bot
from tests.gallery.samples import KEY, SAMPLES
from tests.people import Someone
from tests.test_language import BERLIN, NOW

ALEX, ANA, MEGAN = "alex.wilber@contoso.com", "ana.bell2@contoso.com", "megan.bowen@contoso.com"
FILE = "Q3 Budget.xlsx"
BUDGET = f"share {FILE} with {ALEX} as write"
# As the languages quote.
QUOTED = r"(?:[“„「]|«\s?)([^“”„«»「」]+?)(?:[”“」]|\s?»)|(?<!\w)‘([^‘’]+)’"
each_sample = pytest.mark.parametrize("make", SAMPLES.values(), ids=SAMPLES)


def sent(bot: Bot, someone: Someone) -> list[Message]:
    """What the bot said to them since they wanted words."""
    said = [each for each in bot.contoso.client.messages(someone.mail) if each.is_from_bot]
    first = next(place for place, each in enumerate(said) if not each.attachments)
    return said[first:]


async def test_a_whole_share_by_words_alone(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    question = await adele.says(f"share {FILE} with Ana Bell as write")
    plan = await adele.says("2")
    result = await adele.says("1")
    shared = bot.access(FILE)
    undone = await adele.says("2")

    assert question.splitlines() == [
        "Whom do you mean?",
        "“Ana Bell” could be any of these 2:",
        "1. Ana Bell — ana.bell@contoso.com",
        "2. Ana Bell — ana.bell2@contoso.com",
        "Reply with the number of your choice, or with:",
        "3. Cancel",
    ]
    assert plan.splitlines() == [
        "Share this?",
        FILE,
        "OneDrive › Finance · by Adele Vance · changed 16 November 2026",
        "Ana Bell: can edit",
        f"{ANA} · now: no access",
        "I tell them in Teams; anyone I can't reach there gets an e-mail from Microsoft 365. "
        "They have to sign in to open it.",
        "Reply with a number:",
        "1. Share",
        "2. Change…",
        "3. Cancel",
    ]
    assert result.startswith(f"Shared\n{FILE}\n")
    assert "Open in Microsoft 365: http" in result
    assert shared[ANA] == "write"
    assert undone.startswith(f"Undone\n{FILE}\n")
    assert ANA not in bot.access(FILE)
    assert all(each.text_format == "plain" and not each.attachments for each in sent(bot, adele))


async def test_the_same_in_german(bot: Bot) -> None:
    adele = Someone(bot.contoso, "adele.vance@contoso.com", locale="de-DE")
    switched = await adele.says("nur Text bitte")
    question = await adele.says(f"teile {FILE} mit Ana Bell zum Bearbeiten")
    plan = await adele.says("die zweite")
    result = await adele.says("Teilen")
    shared = bot.access(FILE)
    undone = await adele.says("Rückgängig machen")

    assert "Nur-Text ist ein" in switched
    assert "2. Ana Bell — " in question
    assert "Antworten Sie mit einer Nummer:\n1. Teilen\n2. Ändern…\n3. Abbrechen" in plan
    assert "In Microsoft 365 öffnen: http" in result
    assert shared[ANA] == "write"
    assert undone.startswith("Rückgängig gemacht\n")
    assert ANA not in bot.access(FILE)
    assert all(not each.attachments for each in sent(bot, adele))


async def test_settings_show_how_it_is_and_switch_it(adele: Someone, bot: Bot) -> None:
    card = await adele.says("settings")
    pressed = await adele.presses("Answer in plain text")
    await bot.at_rest()
    told = sent(bot, adele)[0].text
    back = await adele.says("1")

    assert "Plain text is off" in card
    assert pressed == "I answered below."
    assert "Plain text is on" in told
    assert "Plain text is off" in back
    assert "Answer in plain text" in back
    assert bot.latest(adele)


async def test_in_front_of_others_cards_stay_cards(adele: Someone, bot: Bot) -> None:
    refused = await adele.says("<at>Sharebot</at> plain text on", chat="Budget crew")
    await adele.says("plain text on")
    await adele.says(f"<at>Sharebot</at> {BUDGET}", chat="Budget crew")

    assert "Please say that in our own chat." in refused
    assert "Share this?" in await adele.presses("Continue", chat="Budget crew")


async def test_a_number_that_was_not_offered_is_answered_with_those_that_are(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    await adele.says(BUDGET)
    answer = await adele.says("7")
    result = await adele.says("#1.")

    assert answer.splitlines() == [
        "I offer no 7 here. Reply with one of these:",
        "1. Share",
        "2. Change…",
        "3. Cancel",
    ]
    assert result.startswith("Shared\n")


async def test_a_number_said_twice_shares_once(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    await adele.says(BUDGET)
    first = await adele.says("share")
    again = await adele.says("undo")
    twice = await adele.says("undo")

    assert first.startswith("Shared\n")
    assert again.startswith("Undone\n")
    assert twice == again
    assert len(bot.mails_to(ALEX)) == 1


async def test_what_was_offered_ends_when_the_card_would(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    await adele.says(BUDGET)
    await bot.later(hours=25)

    assert "Shared" not in await adele.says("1")
    assert ALEX not in bot.access(FILE)


async def test_the_word_of_a_button_begins_something_new_after_a_while(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    await adele.says(BUDGET)
    await bot.later(minutes=20)

    assert "Share a file\n" in await adele.says("share")
    assert ALEX not in bot.access(FILE)


async def test_numbers_are_each_ones_own(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    await adele.says(BUDGET)

    assert "Shared" not in await alex.says("1")
    assert ALEX not in bot.access(FILE)


async def test_the_form_is_filled_in_by_words(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    form = await adele.says("share")
    asked = await adele.says(FILE)
    plan = await adele.says("Alex Wilber")
    changing = await adele.says("change")
    changed = await adele.says("make it edit, until 24 December 2031")
    await adele.says("1")

    assert "File or folder: empty – Type a part of its name" in form
    assert f"Or write its name, or paste its link: {FILE}\nWith whom: empty" in asked
    assert "Alex Wilber: can view" in plan
    assert "With whom: Alex Wilber\n" in changing
    assert "What they may do: View (or Edit)" in changing
    assert "Mail: Microsoft 365 mails whoever I can't tell in Teams: yes" in changing
    assert "Alex Wilber: can edit" in changed
    assert "24 December 2031" in changed
    assert bot.access(FILE)[ALEX] == "write"


async def test_a_form_that_is_right_is_continued_by_its_number(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    await adele.says(f"{BUDGET} until 24 December 2031")
    form = await adele.says("2")
    plan = await adele.says("1")

    assert "Until when (empty: no end): 24 December 2031" in form
    assert "Alex Wilber: can edit" in plan
    assert "Until Wednesday 24 December 2031" in plan


async def test_two_questions_are_answered_one_after_the_other(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    files = await adele.says("share Roadmap.docx with Ana Bell")
    people = await adele.says("1")
    plan = await adele.says("2")

    assert re.findall(r"^\d+", files, re.MULTILINE) == ["1", "2", "3"]
    assert "Roadmap" not in people
    assert f"{ANA} · now:" in plan


async def test_what_is_told_unasked_takes_no_number_away(adele: Someone, alex: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    await alex.says("plain text on")
    await adele.says(f"{BUDGET} until in 3 days")
    await adele.says("1")
    await bot.at_rest()
    await adele.says("share Falcon risks.docx with Megan")
    await bot.later(days=3)
    reminder = await adele.waits_for("This access ends soon")
    plan = await adele.says("falcon")
    longer = await adele.says("25")

    assert "Adele Vance shared a file with you. You can edit it." in await alex.waits_for("Shared with you")
    assert "Reply with a number:\n24. A day longer\n25. A week longer\n26. End now" in reminder
    assert "1. " not in plan
    assert longer.startswith(f"Extended\n{FILE}\n")


async def test_whose_access_is_taken_away_is_chosen_by_number(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    await adele.says(f"share {FILE} with {ALEX}, Megan Bowen")
    await adele.says("1")
    await bot.at_rest()
    shown = await adele.says(f"who has access to {FILE}?")
    plan = await adele.says("2")
    await adele.says("1")

    assert "\nChange the access of\n" in shown
    assert "Write what is missing" not in shown
    assert re.findall(r"^\d+\. .*", shown, re.MULTILINE) == [
        f"1. Remove: Alex Wilber — {ALEX}",
        f"2. Remove: Megan Bowen — {MEGAN}",
        f"3. Change end: Alex Wilber — {ALEX}",
        f"4. Change end: Megan Bowen — {MEGAN}",
    ]
    assert plan.startswith("Take this access away?")
    assert "Megan Bowen" in plan
    assert bot.access(FILE) == {ALEX: "read"}


async def test_what_was_taken_away_by_words_is_said_once(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await adele.says("plain text on")
    await adele.says(BUDGET)
    await adele.says("1")
    await bot.at_rest()
    await adele.says(f"stop sharing {FILE} with Alex")
    before = len(sent(bot, adele))
    taken = await adele.says("1")
    await bot.at_rest()

    assert taken.startswith("Access removed\n")
    assert len(sent(bot, adele)) == before + 1


async def test_what_was_taken_from_many_by_words_is_said_once(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await adele.says("plain text on")
    for file in (FILE, "Travel costs 2026.xlsx"):
        await adele.says(f"share {file} with Alex")
        await adele.says("1")
        await bot.at_rest()
    await adele.says("stop sharing everything with Alex")
    await adele.says("1")
    await bot.at_rest()

    assert "Taken away\n" not in adele.sees()


async def test_what_was_taken_away_by_words_shows_where_it_was_shared(adele: Someone, bot: Bot) -> None:
    bot.undo = 1
    await bot.restart()
    await adele.says("plain text on")
    await adele.says(f"<at>Sharebot</at> {BUDGET}", chat="Budget crew")
    await adele.presses("Continue", chat="Budget crew")
    await adele.presses("Share", chat="Budget crew")
    await bot.at_rest()
    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.says("1")
    await bot.at_rest()

    assert "can edit" not in adele.sees("Budget crew")


async def test_a_sign_in_by_button_is_a_link(diego: Someone, bot: Bot) -> None:
    await diego.says("plain text on")
    await diego.says('share "Onboarding checklist.docx" with Alex')

    assert "Sign in: http" in await diego.waits_for("/auth/start?ticket=")


async def test_trouble_is_told_in_words_too(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    bot.breaks("graph", "/me", times=None, status=500)

    assert (await adele.says(BUDGET)).startswith("That did not work\n")
    assert not sent(bot, adele)[-1].attachments


async def test_a_card_from_before_is_answered_by_a_message(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    card = bot.latest(adele)
    share = bot.button(adele, "Share", card)
    await adele.says("plain text on")
    await bot.deliver(adele, share, card)
    await bot.at_rest()
    await bot.deliver(adele, share["fallback"], card)

    assert [each.text.partition("\n")[0] for each in sent(bot, adele)[-2:]] == ["Shared", "Shared"]
    assert "I answered below." in adele.sees()
    assert "Share this?" not in adele.sees()
    assert len(bot.mails_to(ALEX)) == 1


async def test_whoever_removes_the_bot_gets_cards_again(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    await bot.contoso.client.uninstall(adele.mail)
    await adele.says(BUDGET)

    assert "Share this?" in await adele.says(BUDGET)
    assert bot.contoso.client.messages(adele.mail)[-1].card


async def test_trouble_with_the_database_leaves_a_card(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    await bot.alters("DROP TABLE plain_texts")

    assert "reference" in await adele.says("help")
    assert bot.contoso.client.messages(adele.mail)[-1].card


# Pages


def reports(bot: Bot, many: int) -> None:
    """So many files of Adele's that are told apart by a figure alone."""
    budget = bot.contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx")
    drive = bot.contoso.files.drives[budget.drive_id]
    made = [replace(budget, id=f"{budget.id[:-2]}{n:02}", name=f"Quarterly {n:02}.xlsx") for n in range(1, many + 1)]
    bot.contoso.files.put(drive, made, ())


async def test_more_than_fits_comes_in_pages_whose_numbers_count_on(adele: Someone, bot: Bot) -> None:
    reports(bot, 12)
    first = await adele.says("share Quarterly with Alex")
    card = bot.latest(adele)
    more = bot.button(adele, "More…", card)
    second = await adele.presses("More…")
    await bot.deliver(adele, more, card)
    third = await adele.presses("More…")
    back = await adele.presses("Back")
    chosen = await adele.presses(bot.rows(adele)[1])

    assert "1. Quarterly" in first
    assert "1 to 5 of 12" in first
    assert "Back" not in first
    assert "6. Quarterly" in second
    assert "6 to 10 of 12" in second
    assert "11 to 12 of 12" in third
    assert "More…" not in third
    assert back == second
    assert re.findall(r"7\.\s(Quarterly \d+)", back)[0] in chosen


@pytest.mark.parametrize("said", ["the 7th", "the second one", "number 7"])
async def test_a_place_that_is_said_is_one_of_those_shown(adele: Someone, bot: Bot, said: str) -> None:
    reports(bot, 12)
    await adele.says("share Quarterly with Alex")
    page = await adele.presses("More…")

    assert re.findall(r"7\.\s(Quarterly \d+)", page)[0] in await adele.says(said)


async def test_pages_are_turned_by_number_in_plain_text(adele: Someone, bot: Bot) -> None:
    reports(bot, 12)
    await adele.says("plain text on")
    first = await adele.says("share Quarterly with Alex")
    second = await adele.says("6")
    third = await adele.says("more")
    again = await adele.says("back")
    plan = await adele.says("7")

    assert first.endswith("Reply with the number of your choice, or with:\n6. More…\n7. Cancel")
    assert second.endswith("\n11. More…\n12. Back\n13. Cancel")
    assert third.endswith("\n13. Back\n14. Cancel")
    assert again == second
    assert re.findall(r"7\. (Quarterly \d+)", second)[0] in plan


async def test_somebody_else_turns_no_page(adele: Someone, alex: Someone, bot: Bot) -> None:
    reports(bot, 12)
    await alex.says("help")
    await adele.says("share Quarterly with Alex")
    more = bot.button(adele, "More…", bot.latest(adele))

    answer = await bot.deliver(alex, more, bot.latest(alex))

    assert "Only the person who asked can press this." in str(answer.value)


async def test_a_paged_question_comes_before_the_next(adele: Someone, bot: Bot) -> None:
    reports(bot, 12)
    files = await adele.says("share Quarterly with Ana Bell")
    people = await adele.presses(bot.rows(adele)[0])

    assert "Ana Bell" not in files.replace("After this I ask about “Ana Bell”.", "")
    assert "“Ana Bell” could be any of these 2:" in people


async def test_what_fits_too_much_to_go_through_is_asked_for_again(adele: Someone, bot: Bot) -> None:
    reports(bot, 30)

    assert "Please write more of the name" in await adele.says("share Quarterly with Alex")


# Every card in words


def shown(node: Any) -> Iterator[str]:
    """All that somebody reads of a card; not what a form says of mistakes, nor the button that hands over a choice."""
    if isinstance(node, list):
        for each in node:
            yield from shown(each)
    elif isinstance(node, dict):
        if "msteams" in node.get("data", {}):
            return
        names = ("text", "label", "title", *(("placeholder",) if not node.get("value") else ()))
        yield from (node[name] for name in names if isinstance(node.get(name), str))
        for name in ("body", "items", "columns", "inlines", "actions"):
            yield from shown(node.get(name))
        # Of what one looks for, only what was chosen is seen.
        chosen = node.get("value", "").split(",") if "choices.data" in node else None
        yield from shown([each for each in node.get("choices", ()) if chosen is None or each["value"] in chosen])


def words(text: str) -> set[str]:
    return {each for each in re.split(r"[\W_]+", unmarked(text)) if each}


@each_sample
@pytest.mark.parametrize("tag", languages())
def test_a_card_in_words_has_every_word_of_it(tag: str, make: Callable[[], Card]) -> None:
    with speaking(tag):
        card = make()
        text = cards.plain.written(card).text

    assert {word for said in shown(card) for word in words(said)} <= words(text)


@each_sample
def test_a_card_in_words_shows_nothing_of_the_machinery(make: Callable[[], Card]) -> None:
    text = cards.plain.written(make()).text

    assert KEY not in text
    assert (
        re.search(r"\b(?:None|True|False|TextRun|Input\.\w+|verb|share\.\w+|ends\.\w+)\b|[{}]|['\"]\w+['\"]:", text)
        is None
    )
    assert "\n\n" not in text


@each_sample
def test_every_button_has_one_number_or_a_link(make: Callable[[], Card]) -> None:
    card = make()
    written = cards.plain.written(card)
    links = [each["url"] for each in card.get("actions", ()) if each["type"] == "Action.OpenUrl"]

    assert len({each.number for each in written.offers}) == len(written.offers)
    assert all(f"\n{each.number}. {each.title}" in written.text for each in written.offers)
    assert all(f": {url}" in written.text for url in links)


def quoted(text: str) -> list[str]:
    return ["".join(found.groups(default="")) for found in re.finditer(QUOTED, text)]


@pytest.mark.parametrize("tag", languages())
def test_what_a_form_gives_as_an_example_is_understood(tag: str) -> None:
    with speaking(tag):
        text = cards.plain.written(SAMPLES["form: empty"]()).text
    examples = quoted(text)

    assert len(examples) == 2
    for each in examples:
        waits = Context(pending="confirmation", has_a_file=True)
        answer = understand(Said(each), now=NOW, tz=BERLIN, locale=tag, context=waits)
        assert answer.intent == "answer", each


@pytest.mark.parametrize("tag", languages())
@pytest.mark.parametrize(
    ("sample", "wish"),
    [
        ("settings", "plain"),
        ("settings: plain text", "cards"),
        ("settings: links", "links_off"),
        ("settings: no links", "links_on"),
    ],
)
def test_the_way_to_switch_is_understood_in_each_language(tag: str, sample: str, wish: str) -> None:
    with speaking(tag):
        text = cards.plain.written(SAMPLES[sample]()).text
    (way,) = quoted(text)

    assert understand(Said(way), now=NOW, tz=BERLIN, locale=tag).wish == wish


async def test_plain_text_ends_as_it_began_by_a_word(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    off = await adele.says("plain text off")
    await adele.says("share Q3 Budget.xlsx with Alex")

    assert "Plain text is off" in off
    assert bot.button(adele, "Share", bot.latest(adele))
