"""The fields of the form that search while somebody types, and those beside them for what is written."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cards.form import KEPT
from tests.attacks import MANY, invoke, rights, said_by_bot, send
from tests.bot import Bot
from tests.people import Someone
from tests.test_fuzz import WRONG as RUBBISH
from tests.test_scopes import ALWAYS, FIRST

Json = dict[str, Any]
ALEX, MEGAN = "alex.wilber@contoso.com", "megan.bowen@contoso.com"
SEARCH = "application/search"
REST = {"role": "read", "until": "", "message": "", "mail": "true"}


async def search(bot: Bot, someone: Someone, words: str, dataset: str = "files", **options: Any) -> Json:
    """What Teams is answered while somebody types."""
    value = {"queryText": words, "queryOptions": {"skip": 0, "top": 15, **options}, "dataset": dataset}
    answer = await send(bot, invoke(someone, SEARCH, value))
    assert answer.status_code == 200
    return answer.json()


async def found(bot: Bot, someone: Someone, words: str, **options: Any) -> dict[str, str]:
    """Values by their titles, in their order."""
    answer = await search(bot, someone, words, **options)
    assert answer["type"] == "application/vnd.microsoft.search.searchResponse"
    return {each["title"]: each["value"] for each in answer["value"]["results"]}


def object_id(bot: Bot, mail: str) -> str:
    return bot.contoso.person(mail).id


@pytest.fixture
async def at_her_form(adele: Someone, bot: Bot) -> Someone:
    """Adele, signed in, with an empty form before her."""
    await adele.says("share Q3 Budget.xlsx with Alex")
    await adele.presses("Cancel")
    await adele.says("share")
    return adele


# A file


async def test_what_is_typed_is_answered_with_files_told_apart_by_their_places(at_her_form: Someone, bot: Bot) -> None:
    answer = await search(bot, at_her_form, "roadmap")

    results = answer["value"]["results"]
    places = [each["title"].split(" · changed ")[0] for each in results]
    assert answer.keys() == {"statusCode", "type", "value"}
    assert answer["statusCode"] == 200
    assert places == ["Roadmap.docx — OneDrive › Planning", "Roadmap.docx — OneDrive › Archive › 2025"]
    assert all(each.keys() == {"title", "value"} for each in results)


async def test_a_file_that_was_found_is_shared(at_her_form: Someone, bot: Bot) -> None:
    _planned, archived = (await found(bot, at_her_form, "roadmap")).values()
    file = bot.contoso.file("Adele Vance", "Archive/2025/Roadmap.docx")

    card = await at_her_form.presses("Continue", {"file": archived, "people": ALEX, **REST})
    await at_her_form.presses("Share")

    assert "Share this?" in card
    assert bot.contoso.roles(file) == {ALEX: "read"}
    assert list(rights(bot).values()).count({ALEX: "read"}) == 1


async def test_the_value_of_a_file_tells_nothing_of_it(at_her_form: Someone, bot: Bot, budget: Any) -> None:
    value = next(iter((await found(bot, at_her_form, "q3 budget")).values()))

    assert budget.id not in value
    assert budget.drive_id not in value
    assert "Budget" not in value


async def test_with_nothing_typed_what_changed_last_is_offered(at_her_form: Someone, bot: Bot) -> None:
    assert next(iter(await found(bot, at_her_form, "  "))).partition(" — ")[0] in {
        each.name for each in bot.contoso.files
    }


async def test_no_more_is_offered_than_teams_shows_and_the_rest_comes_in_pages(at_her_form: Someone, bot: Bot) -> None:
    everything = list(await found(bot, at_her_form, "", top=1000))
    first, second = [list(await found(bot, at_her_form, "", skip=skip, top=2)) for skip in (0, 2)]

    assert len(everything) == 15
    assert first + second == everything[:4]


async def test_files_that_somebody_has_no_access_to_are_never_offered(at_her_form: Someone, bot: Bot) -> None:
    assert await found(bot, at_her_form, "Salary bands") == {}


async def test_whoever_is_not_signed_in_is_offered_nothing_and_not_disturbed(diego: Someone, bot: Bot) -> None:
    await diego.says("hello")
    said = len(said_by_bot(bot))

    assert await found(bot, diego, "Onboarding") == {}
    assert len(said_by_bot(bot)) == said


@pytest.mark.parametrize("forged", ["megan's", "plain", "spoilt", "rubbish"])
async def test_a_value_that_was_not_offered_to_whoever_sends_it_is_none(
    at_her_form: Someone, megan: Someone, bot: Bot, forged: str
) -> None:
    await megan.says("share Town hall.pptx with Alex")
    hers = next(iter((await found(bot, megan, "town hall")).values()))
    own = next(iter((await found(bot, at_her_form, "q3 budget")).values()))
    theirs = next(each for each in bot.contoso.files if each.name == "Town hall.pptx")
    value = {
        "megan's": hers,
        "plain": f"{theirs.drive_id}/{theirs.id}",
        "spoilt": own[:-8] + "AAAAAAA=",
        "rubbish": "x",
    }

    told = await at_her_form.presses("Continue", {"file": value[forged], "people": ALEX, **REST})

    assert "⚠ Please choose the file again, or write its name." in told
    assert bot.field(at_her_form, "people") == ALEX


async def test_of_a_file_that_was_found_and_lost_since_only_its_name_is_told(at_her_form: Someone, bot: Bot) -> None:
    value = next(iter((await found(bot, at_her_form, "q3 budget")).values()))
    bot.breaks("graph", r"/items/[^/]+$", status=404, body={"error": {"code": "itemNotFound"}})

    told = await at_her_form.presses("Continue", {"file": value, "people": ALEX, **REST})

    assert "⚠ I can't find “Q3 Budget.xlsx”, or you have no access to it." in told


# The two fields of a file


async def test_a_file_that_was_found_stays_in_its_field_until_all_is_right(at_her_form: Someone, bot: Bot) -> None:
    value = list((await found(bot, at_her_form, "roadmap")).values())[1]

    told = await at_her_form.presses("Continue", {"file": value, "people": "Nobody Known", **REST})
    kept = bot.field(at_her_form, "file"), bot.field(at_her_form, "item"), bot.choices(at_her_form)["file"]
    card = await at_her_form.presses("Continue", {"people": ALEX})

    assert "⚠ I know nobody called “Nobody Known”" in told
    assert kept == (KEPT, "", [KEPT])
    assert "Roadmap.docx — OneDrive › Archive › 2025" in told
    assert "Share this?" in card
    assert "OneDrive › Archive › 2025" in card


async def test_a_client_that_does_not_show_what_was_chosen_loses_nothing(at_her_form: Someone, bot: Bot) -> None:
    value = next(iter((await found(bot, at_her_form, "q3 budget")).values()))
    await at_her_form.presses("Continue", {"file": value, "people": "Nobody Known", **REST})

    card = await at_her_form.presses("Continue", {"file": "", "people": ALEX})

    assert "Share this?" in card
    assert "Q3 Budget.xlsx" in card


async def test_what_is_written_takes_the_place_of_what_was_found_before(at_her_form: Someone, bot: Bot) -> None:
    value = next(iter((await found(bot, at_her_form, "roadmap")).values()))
    await at_her_form.presses("Continue", {"file": value, "people": "Nobody Known", **REST})

    told = await at_her_form.presses("Continue", {"item": "Q3 Budget.xlsx"})
    assert (bot.field(at_her_form, "file"), bot.field(at_her_form, "item")) == ("", "Q3 Budget.xlsx")
    card = await at_her_form.presses("Continue", {"people": ALEX})

    assert "⚠ I know nobody" in told
    assert "Q3 Budget.xlsx" in card


async def test_what_is_found_takes_the_place_of_what_was_written_before(at_her_form: Someone, bot: Bot) -> None:
    await at_her_form.presses("Continue", {"item": "No such file", "people": ALEX, **REST})
    value = next(iter((await found(bot, at_her_form, "q3 budget")).values()))

    card = await at_her_form.presses("Continue", {"file": value})

    assert "Share this?" in card
    assert "Q3 Budget.xlsx" in card


async def test_of_two_files_at_once_one_has_to_go(at_her_form: Someone, bot: Bot) -> None:
    value = next(iter((await found(bot, at_her_form, "roadmap")).values()))
    both = {"file": value, "item": "Q3 Budget.xlsx", "people": ALEX, **REST}

    first = await at_her_form.presses("Continue", both)
    again = await at_her_form.presses("Continue")
    seen = bot.field(at_her_form, "file"), bot.field(at_her_form, "item")
    card = await at_her_form.presses("Continue", {"file": ""})

    assert "⚠ You chose one file and wrote another. Please keep only one of them." in first
    assert "⚠ You chose one file and wrote another." in again
    assert seen == (KEPT, "Q3 Budget.xlsx")
    assert "Share this?" in card
    assert "Q3 Budget.xlsx" in card


async def test_neither_found_nor_written_is_asked_for(at_her_form: Someone, bot: Bot) -> None:
    assert "⚠ Which file or folder?" in await at_her_form.presses("Continue", {"people": ALEX, **REST})


# People


async def test_people_of_the_directory_and_addresses_from_outside_are_shared_with_together(
    at_her_form: Someone, bot: Bot
) -> None:
    ids = ",".join(object_id(bot, each) for each in (ALEX, MEGAN))
    outside = "eric@fabrikam.com"

    card = await at_her_form.presses(
        "Continue", {"item": "Q3 Budget.xlsx", "picked": ids, "people": f"{outside}, Alex Wilber", **REST}
    )
    await at_her_form.presses("Share")

    assert card.count("Alex Wilber") == 1
    assert bot.access("Q3 Budget.xlsx") == {ALEX: "read", MEGAN: "read", outside: "read"}


async def test_people_who_were_chosen_stay_in_their_field_until_all_is_right(at_her_form: Someone, bot: Bot) -> None:
    ids = ",".join(object_id(bot, each) for each in (ALEX, MEGAN))

    told = await at_her_form.presses("Continue", {"item": "Nothing", "picked": ids, "people": "Lee Gu", **REST})

    assert "⚠ I found no file called “Nothing”" in told
    assert (bot.field(at_her_form, "picked"), bot.field(at_her_form, "people")) == (ids, "Lee Gu")


@pytest.mark.parametrize(
    ("picked", "sentence"),
    [
        ("29:ana", "⚠ Please choose people from the list, or write their names or addresses."),
        ("../me", "⚠ Please choose people from the list, or write their names or addresses."),
        ("11111111-2222-4333-8444-555555555555", "⚠ I can't find one of the people you chose."),
        (",".join(f"11111111-2222-4333-8444-{n:012}" for n in range(51)), "⚠ Please name no more than 50 people."),
        (" , ", "⚠ With whom?"),
    ],
)
async def test_who_is_nobody_of_the_directory_is_told_at_the_field(
    at_her_form: Someone, bot: Bot, picked: str, sentence: str
) -> None:
    told = await at_her_form.presses("Continue", {"item": "Q3 Budget.xlsx", "picked": picked, **REST})

    assert sentence in told
    assert "Share this?" in await at_her_form.presses("Continue", {"picked": "", "people": ALEX})


async def test_whoever_may_not_look_people_up_is_asked_before_an_id_counts(diego: Someone, bot: Bot) -> None:
    """Only Teams' own word for who is mentioned is believed; a client may send any id."""
    bot.contoso.consents[object_id(bot, diego.mail)] = FIRST | ALWAYS
    await diego.says(f"share Onboarding checklist.docx with {ALEX}")
    await diego.presses("Change…")
    inputs = {"picked": object_id(bot, MEGAN), "people": ""}

    answer = await bot.contoso.client.click(diego.mail, "Continue", inputs=inputs)

    assert answer.type == "application/vnd.microsoft.activity.loginRequest"


async def test_an_own_file_is_found_and_shared_by_whoever_agreed_to_the_least(diego: Someone, bot: Bot) -> None:
    bot.contoso.consents[object_id(bot, diego.mail)] = FIRST | ALWAYS
    await diego.says(f"share Onboarding checklist.docx with {ALEX}")
    await diego.presses("Cancel")
    await diego.says("share")

    value = (await found(bot, diego, "onboarding")).popitem()[1]
    card = await diego.presses("Continue", {"file": value, "people": ALEX, **REST})

    assert "Share this?" in card
    assert await found(bot, diego, "falcon") == {}


async def test_a_plan_is_changed_in_the_fields_it_was_found_with(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex Wilber and eric@fabrikam.com")

    await adele.presses("Change…")

    assert bot.field(adele, "file") == KEPT
    assert bot.field(adele, "picked") == object_id(bot, ALEX)
    assert bot.field(adele, "people") == "eric@fabrikam.com"
    assert "Share this?" in await adele.presses("Continue")


# The question itself


async def test_a_search_that_none_of_our_fields_makes_is_refused(adele: Someone, bot: Bot) -> None:
    await adele.says("hello")
    datasets: list[object] = ["graph.microsoft.com/users", *(each for each in RUBBISH if each not in ("\0", "\ud800"))]
    wrong: list[Json] = [{"queryText": "a", "dataset": each} for each in datasets]

    for value in [{}, {"queryText": "a"}, {"queryText": {"a": 1}, "dataset": "files"}, *wrong]:
        answer = await send(bot, invoke(adele, SEARCH, value))
        assert answer.status_code == 200
        assert (answer.json()["statusCode"], answer.json()["type"]) == (400, "application/vnd.microsoft.error")


async def test_pages_that_are_none_do_no_harm(at_her_form: Someone, bot: Bot) -> None:
    pages: list[Json] = [{"skip": -1}, {"top": "all"}, {"skip": 10**9}, {"skip": None, "top": []}]

    answers = [await search(bot, at_her_form, "", **page) for page in pages]

    assert {each["statusCode"] for each in answers} == {200}


async def test_while_somebody_types_one_search_is_made_at_a_time_and_then_the_newest(
    at_her_form: Someone, bot: Bot
) -> None:
    bot.breaks("graph", r"/search/query$", times=MANY, delay=1)

    first = asyncio.create_task(found(bot, at_her_form, "r"))
    await asyncio.sleep(0.5)
    answers = await asyncio.gather(*(found(bot, at_her_form, "roadmap") for _ in range(12)))

    assert len(await first) > 2
    assert sorted(map(len, answers)) == [0] * 11 + [2]
    assert MANY - (bot.contoso.faults[-1].times or 0) == 2


@pytest.mark.hurried
async def test_what_takes_longer_than_teams_waits_is_said(at_her_form: Someone, bot: Bot) -> None:
    bot.breaks("graph", r"/search/query$", delay=5)

    answer = await search(bot, at_her_form, "roadmap")

    assert answer["statusCode"] == 500
    assert answer["value"]["message"] == "Microsoft 365 takes longer than Teams waits. Please try again."
    await bot.at_rest()
    assert len(await found(bot, at_her_form, "roadmap")) == 2


async def test_a_failure_is_not_taken_for_nothing(at_her_form: Someone, bot: Bot) -> None:
    bot.breaks("graph", r"/search/query$", times=9, status=503)

    assert (await search(bot, at_her_form, "roadmap"))["statusCode"] == 500


async def test_what_is_typed_and_found_is_in_no_log(
    at_her_form: Someone, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG", logger="bot"):
        await found(bot, at_her_form, "roadmap")

    assert not [each for each in caplog.records if "oadmap" in each.getMessage()]
