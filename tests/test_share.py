"""A share, from a sentence to a grant: entered by saying and pressing, in Contoso."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from contoso.files import Grant
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone, words_of_answer

CREW = "Budget crew"
BUDGET = "share Q3 Budget.xlsx with alex.wilber@contoso.com as write"


async def test_a_share_from_sentence_to_grant(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hello")

    card = await adele.says(BUDGET)
    assert bot.access("Q3 Budget.xlsx").get("alex.wilber@contoso.com") is None
    result = await adele.presses("Share")

    for shown in ("Share this?", "Q3 Budget.xlsx", "Alex Wilber", "can edit", "now: no access"):
        assert shown in card
    assert "Shared" in result
    assert "✓ can edit" in result
    assert bot.access("Q3 Budget.xlsx")["alex.wilber@contoso.com"] == "write"
    assert "Adele Vance shared a file with you. You can edit it." in await alex.waits_for("Shared with you")
    assert bot.mails_to("alex.wilber@contoso.com") == []


async def test_everybody_in_the_chat_sees_the_card_change(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    await adele.presses("Share")

    await bot.at_rest()

    assert "Share this?" not in adele.sees()


async def test_the_first_sentence_signs_in_without_a_word(adele: Someone, bot: Bot) -> None:
    first = await adele.says(BUDGET)
    await adele.says(BUDGET)

    assert "Share this?" in first
    assert "Sign in" not in adele.sees()
    assert bot.sign_ins() == 1


@pytest.mark.parametrize(
    "who", ["Alex", "alex wilber", "Alex Wilber", "ALEX.WILBER@contoso.com", "Wilber"], ids=lambda who: f"“{who}”"
)
async def test_a_person_can_be_named_in_many_ways(adele: Someone, bot: Bot, who: str) -> None:
    assert "alex.wilber@contoso.com" in await adele.says(f"share Q3 Budget.xlsx with {who}")


async def test_read_is_what_nothing_said_means(adele: Someone, bot: Bot) -> None:
    assert "can view" in await adele.says("share Q3 Budget.xlsx with Alex")


async def test_several_recipients_are_shown_and_granted_each(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex Wilber and Megan Bowen as read")
    result = await adele.presses("Share")

    assert result.count("✓ can view") == 2
    assert bot.access("Q3 Budget.xlsx")["megan.bowen@contoso.com"] == "read"


async def test_two_files_of_a_name_are_a_question(adele: Someone, bot: Bot) -> None:
    question = await adele.says("share Roadmap.docx with Alex")
    chosen = bot.rows(adele)[1]
    card = await adele.presses(chosen)
    await adele.presses("Share")

    assert "“Roadmap.docx” could be any of these 2:" in question
    assert "Share this?" in card
    assert bot.access_by_row(chosen)["alex.wilber@contoso.com"] == "read"


async def test_who_is_called_nearly_so_is_asked_about(adele: Someone, bot: Bot) -> None:
    question = await adele.says("share Q3 Budget.xlsx with Alexx Wilbr")
    before = bot.access("Q3 Budget.xlsx")
    card = await adele.presses(bot.rows(adele)[0])

    assert "“Alexx Wilbr” could be:" in question
    assert "alex.wilber@contoso.com" in question
    assert "alex.wilber@contoso.com" not in before
    assert "Share this?" in card


async def test_two_people_of_a_name_are_a_question(adele: Someone, bot: Bot) -> None:
    question = await adele.says("share Q3 Budget.xlsx with Ana Bell")
    first, second = bot.rows(adele)
    card = await adele.presses(second)

    assert "“Ana Bell” could be any of these 2:" in question
    assert (first, second) == ("Ana Bell ana.bell@contoso.com", "Ana Bell ana.bell2@contoso.com")
    assert "ana.bell2@contoso.com" in card


async def test_a_name_that_only_begins_so_is_never_taken_for_the_person(adele: Someone, bot: Bot) -> None:
    question = await adele.says("share Q3 Budget.xlsx with Meg")
    card = await adele.presses(bot.rows(adele)[0])

    assert "“Meg” could be:" in question
    assert "megan.bowen@contoso.com" in card


async def test_a_file_of_a_library_is_shown_where_it_lies(adele: Someone, bot: Bot) -> None:
    card = await adele.says("share Falcon risks.docx with Lee Gu")
    result = await adele.presses("Share")

    assert "a shared library" in card
    assert "now: none of their own" in card or "now: not shown to you" in card
    assert "✓ can view" in result


async def test_a_folder_is_called_one(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")

    card = await adele.says("share the Finance folder with Alex")
    await adele.presses("Share")

    assert "Everything in this folder comes along" in card
    assert "shared a folder with you" in await alex.waits_for("Shared with you")


async def test_two_questions_are_asked_one_after_the_other(adele: Someone, bot: Bot) -> None:
    files = await adele.says("share Roadmap.docx with Ana Bell")
    people = await adele.presses(bot.rows(adele)[0])
    card = await adele.presses(bot.rows(adele)[0])

    assert "“Roadmap.docx” could be any of these 2:" in files
    assert "After this I ask about “Ana Bell”." in files
    assert "“Ana Bell” could be any of these 2:" in people
    assert "After this" not in people
    assert "Share this?" in card


async def test_a_file_that_is_called_nearly_so_is_one_press_away(adele: Someone, bot: Bot) -> None:
    asked = await adele.says("share Q3 Budgte.xlsx with Alex")
    before = bot.access("Q3 Budget.xlsx")
    card = await adele.presses(bot.rows(adele)[0])
    await adele.presses("Share")

    assert "Nothing that you can open is called “Q3 Budgte.xlsx”. Similar names:" in asked
    assert before == {}
    assert "Share this?" in card
    assert bot.access("Q3 Budget.xlsx") == {"alex.wilber@contoso.com": "read"}


async def test_a_question_not_answered_stays(adele: Someone, bot: Bot) -> None:
    await adele.says("share Roadmap.docx with Alex")
    first, _second = bot.rows(adele)

    assert "Please choose" in await adele.says("the ninth one")
    assert "Share this?" in await adele.presses(first)


@pytest.mark.parametrize(
    ("sentence", "answer"),
    [
        ("share Nothing Like This.docx with Alex", "I found no file called “Nothing Like This.docx”"),
        ("share Q3 Budget.xlsx with Nobody Likethis", "I know nobody called “Nobody Likethis”"),
        ("share Q3 Budget.xlsx with alxe.wilber@contoso.com", "I find nobody at contoso.com with the address"),
        ("share Q3 Budget.xlsx with Alex as owner", "“as read” or “as write”"),
        ("share Q3 Budget.xlsx with Alex as comment", "can't let people only comment"),
        ("share Q3 Budget.xlsx with Alex, password hunter2", "I carry no passwords"),
        ("share Q3 Budget.xlsx with the marketing group except Megan", "I can't leave somebody out of a group."),
        ("share Q3 Budget.xlsx with my team", "I don't look up who reports to whom yet."),
        ("share Q3 Budget.xlsx with everyone in the company", "I don't share with the whole organization."),
        ("create a link to Q3 Budget.xlsx", "I make no links that work for anyone."),
        ("share Q3 Budget.xlsx with the #general channel", "Please name each person"),
        ("share the file I sent yesterday with Alex", "I can't tell which file that is."),
    ],
)
async def test_what_cannot_be_is_told_and_nothing_happens(adele: Someone, bot: Bot, sentence: str, answer: str) -> None:
    before = bot.access("Q3 Budget.xlsx")

    assert answer in await adele.says(sentence)
    assert bot.access("Q3 Budget.xlsx") == before


@pytest.mark.parametrize(
    "name",
    ["Bob's #1 plan 100%.docx", "Übersicht für Ana.docx", "Ünïcode 日本語.xlsx", "[Q3](https://evil.example).docx"],
)
async def test_names_that_hurt_are_shown_and_shared_as_they_are(adele: Someone, bot: Bot, name: str) -> None:
    card = await adele.says(f'share "{name}" with Alex')
    await adele.presses("Share")

    assert name in card
    assert bot.access(name)["alex.wilber@contoso.com"] == "read"


async def test_somebody_outside_is_marked_before_the_click(adele: Someone, bot: Bot) -> None:
    card = await adele.says("share Q3 Budget.xlsx with eric@fabrikam.example as read")
    result = await adele.presses("Share")

    assert "outside your organisation" in card
    assert "✓ can view" in result
    assert len(bot.mails_to("eric@fabrikam.example")) == 1


async def test_who_has_it_already_gets_no_mail(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    await adele.presses("Share")

    again = await adele.says("share Q3 Budget.xlsx with Alex as read")

    assert "Nothing to change" in again
    assert "can edit\nalex.wilber@contoso.com · already" in again
    assert len(bot.mails_to("alex.wilber@contoso.com")) == 1


async def test_a_reader_is_upgraded(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex as read")
    await adele.presses("Share")

    card = await adele.says(BUDGET)
    await adele.presses("Share")

    assert "now: can view" in card
    assert bot.access("Q3 Budget.xlsx")["alex.wilber@contoso.com"] == "write"


async def test_in_a_group_what_is_looked_up_is_shown_to_the_asker_alone(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    await adele.says("sign out")
    await adele.says("share Q3 Budget.xlsx with Alex")  # she is signed in, so nothing else keeps a card from the group
    await adele.says("<at>Sharebot</at> share Roadmap with Alex", chat=CREW)

    question = await adele.presses("Continue", chat=CREW)
    await bot.at_rest()

    assert "OneDrive › Planning" in question
    assert "Roadmap.docx" not in megan.sees(CREW)
    assert "OneDrive" not in megan.sees(CREW)


@pytest.mark.hurried
async def test_in_a_group_what_takes_long_is_answered_in_the_own_chat(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says("help")
    await adele.says("<at>Sharebot</at> share Q3 Budget.xlsx with Alex", chat=CREW)
    bot.breaks("graph", r"/permissions$", delay=4.5)

    await adele.presses("Continue", chat=CREW)
    await bot.at_rest()

    assert "Share this?" in adele.sees()
    assert "I answered in our own chat." in megan.sees(CREW)


async def test_somebody_elses_click_does_nothing(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says(f"<at>Sharebot</at> {BUDGET}", chat=CREW)
    await adele.presses("Continue", chat=CREW)
    await bot.at_rest()
    card = bot.latest(adele, CREW)

    answer = await bot.deliver(megan, bot.button(adele, "Share", card, CREW), card, chat=CREW)

    assert "Share this?" not in megan.sees(CREW)
    assert answer.value == "Only the person who asked can press this."
    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")
    assert "Shared" in await adele.presses("Share", message=card, chat=CREW)


async def test_the_same_click_delivered_again_gets_the_same_answer(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    card = bot.latest(adele)
    pressed = bot.button(adele, "Share", card)

    answers = await asyncio.gather(*(bot.deliver(adele, pressed, card) for _ in range(4)))
    told = [words_of_answer(answer) for answer in answers]
    later = words_of_answer(await bot.deliver(adele, pressed, card))

    assert "✓ can edit" in later
    assert any("✓ can edit" in answer for answer in told)
    assert all("✓ can edit" in answer or "pressed already" in answer for answer in told)
    assert len(bot.mails_to("alex.wilber@contoso.com")) == 1


async def test_cancel_ends_it(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    card = bot.latest(adele)
    share = bot.button(adele, "Share", card)

    cancelled = await adele.presses("Cancel")
    late = words_of_answer(await bot.deliver(adele, share, card))

    assert "Q3 Budget.xlsx was not shared." in cancelled
    assert "pressed already" in late
    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")


async def test_a_restart_between_card_and_click_loses_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    await bot.restart()

    assert "✓ can edit" in await adele.presses("Share")
    assert bot.access("Q3 Budget.xlsx")["alex.wilber@contoso.com"] == "write"


async def test_the_ledger_may_be_a_postgresql(contoso: Contoso, tmp_path: Path, postgresql: str) -> None:
    adele = Someone(contoso, "adele.vance@contoso.com")
    async with Bot(contoso, tmp_path, postgresql) as bot:
        await adele.says(BUDGET)
        await bot.restart()

        assert "✓ can edit" in await adele.presses("Share")

    assert not (tmp_path / "sharebot.db").exists()


async def test_until_is_shown_before_and_after_the_click(adele: Someone, bot: Bot) -> None:
    card = await adele.says("share Q3 Budget.xlsx with Alex until 2030-01-31")
    result = await adele.presses("Share")

    assert "Until Thursday 31 January 2030, 23:59 (UTC): then I end it" in card
    assert "Until Thursday 31 January 2030, 23:59 (UTC): then I end it" in result


async def test_a_recipient_teams_does_not_know_is_mailed_all_the_same(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Pradeep as read")

    assert "✓ can view" in await adele.presses("Share")
    assert len(bot.mails_to("pradeep.gupta@contoso.com")) == 1


async def test_a_mention_is_the_person_mentioned(adele: Someone, bot: Bot) -> None:
    text = "<at>Sharebot</at> share Q3 Budget.xlsx with <at>Megan Bowen</at> as write"
    await adele.says(text, chat=CREW)

    assert "megan.bowen@contoso.com" in await adele.presses("Continue", chat=CREW)


async def test_more_people_than_a_card_holds_are_too_many(adele: Someone, bot: Bot) -> None:
    people = ", ".join(f"person.number{number}@fabrikam.example" for number in range(51))

    assert await adele.says(f"share Q3 Budget.xlsx with {people}") == "Please name no more than 50 people."


async def test_one_address_in_two_spellings_is_one_person(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with New.Person@fabrikam.example and new.person@fabrikam.example")

    result = await adele.presses("Share")

    assert result.count("✓ can view") == 1
    assert len(bot.mails_to("new.person@fabrikam.example")) == 1


async def test_who_is_shown_to_have_it_already_is_not_given_it_anew(adele: Someone, bot: Bot) -> None:
    alex, megan = "alex.wilber@contoso.com", "megan.bowen@contoso.com"
    await adele.says(BUDGET)
    await adele.presses("Share")
    await adele.says("share Q3 Budget.xlsx with Alex and Megan as write")
    item = bot.contoso.file("Adele Vance", "Finance/Q3 Budget.xlsx")
    bot.contoso.files.revoke(item, Grant(bot.contoso.person(alex), "write").id)

    result = await adele.presses("Share")

    assert set(bot.access("Q3 Budget.xlsx")) & {alex, megan} == {megan}
    assert "Somebody has taken this access away" in result
    assert len(bot.mails_to(alex)) == 1


PLAN, CHOICE, FORM = BUDGET, "share Roadmap.docx with Alex", "share"


@pytest.mark.parametrize(
    ("said", "verb", "more"),
    [
        (PLAN, "share.form", ""),
        (PLAN, "share.choose", ".0"),
        (PLAN, "share.page", ".1"),
        (PLAN, "share.people", ""),
        (PLAN, "share.people", ".x"),
        (PLAN, "share.people", "." + "1" * 5000),
        (PLAN, "access.choose", ".0"),
        (PLAN, "access.of_share", ""),
        (PLAN, "ends.tomorrow", ""),
        (CHOICE, "share.change", ""),
        (CHOICE, "share.confirm", ""),
        (CHOICE, "share.form", ""),
        (CHOICE, "share.choose", ".99"),
        (CHOICE, "share.choose", ""),
        (CHOICE, "share.page", ".1"),
        (CHOICE, "share.page", ""),
        (CHOICE, "share.people", ".0"),
        (CHOICE, "access.choose", ".0"),
        (FORM, "share.confirm", ""),
        (FORM, "share.change", ""),
        (FORM, "share.choose", ".0"),
        (FORM, "share.people", ".0"),
    ],
)
async def test_the_key_of_one_card_opens_no_other(adele: Someone, bot: Bot, said: str, verb: str, more: str) -> None:
    await adele.says(said)
    card = bot.latest(adele)
    key = bot.button(adele, "Cancel", card)["data"]["about"]
    data = {"verb": verb, "about": key + more}

    told = await bot.deliver(adele, {"type": "Action.Execute", "verb": verb, "data": data}, card)

    no = ("This card is no longer good", "I did not understand that.", "Please choose which")
    assert words_of_answer(told).startswith(no)
    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")
    assert "Cancel" in adele.sees()
