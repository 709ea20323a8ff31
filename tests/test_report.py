"""What an administrator looks at: counts, refusals by rule, what should be over, what waits for a second person."""

from __future__ import annotations

import json

from bot.ledger.tables import ends
from tests.bot import Bot
from tests.people import Someone
from tests.test_app import run

ALEX = "alex.wilber@contoso.com"
FILE = "Q3 Budget.xlsx"


async def report(bot: Bot, *more: str) -> str:
    code, out, err = await run("report", *more, environment={"DATA_DIR": str(bot.data)})
    assert (code, err) == (0, "")
    return out


async def test_it_counts_what_was_shared_and_what_was_refused(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex and Megan as write")
    await adele.presses("Share")
    await adele.says("share Nowhere.docx with Alex")
    await bot.at_rest()

    said = await report(bot)
    counts = json.loads(await report(bot, "--json"))["counts"]

    assert "       2  shared    granted" in said
    assert "refused   share · NotFound" in said
    assert "Now 1 shares stand, 1 of them without an end." in said
    assert {"what": "shared", "act": "", "outcome": "granted", "code": "", "rule": "", "count": 2} in counts


async def test_it_names_what_should_be_over_and_whose_it_is(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex as write until in 3 days")
    await adele.presses("Share")
    await bot.at_rest()
    await bot.alters("UPDATE ends SET ends_at = 1, due_at = 9999999999")

    said = await report(bot)

    assert "1 shares should be over" in said
    assert f"of {bot.contoso.person('adele.vance@contoso.com').id}, due 1970-01-01 00:00 UTC" in said


async def test_of_more_than_it_names_it_tells_how_many_there_are(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex as write until in 3 days")
    await adele.presses("Share")
    await bot.at_rest()
    await bot.alters("UPDATE ends SET ends_at = 1, due_at = 9999999999")
    columns = ", ".join(each.name for each in ends.columns if each.name != "key")
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
    await bot.alters(f"INSERT INTO ends (key, {columns}) {count} SELECT key || i, {columns} FROM ends, n")  # noqa: S608

    said = await report(bot)

    assert "101 shares should be over" in said
    assert said.count("due 1970-01-01 00:00 UTC") == 100


async def test_it_tells_whose_shares_nobody_can_end_and_what_waits_for_whom(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    rule = '[rules."Money"]\nthen = "approve"\nfiles = ["*budget*"]\napprovers = ["megan.bowen@contoso.com"]\n'
    await bot.under(rule)
    await megan.says("hi")
    await adele.says("share Price list.pdf with Alex until in 3 days")
    await adele.presses("Share")
    await adele.says(f"share {FILE} with Alex")
    await adele.presses("Ask for approval")
    await bot.at_rest()
    await adele.says("sign out")

    said = await report(bot)

    adele_id, megan_id = (bot.contoso.person(each.mail).id for each in (adele, megan))
    assert "1 people have shares with an end and are signed out or gone." in said
    assert f"  1 shares of {adele_id}, 0 of them late, the first due " in said
    assert "1 shares wait for a second person." in said
    assert f" of {adele_id}, rule “Money”, since " in said
    assert f", by one of {megan_id}" in said


async def test_names_of_files_are_not_in_it(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Share")
    await bot.at_rest()

    assert FILE not in await report(bot, "--json")


async def test_nonsense_is_refused_in_a_sentence(bot: Bot) -> None:
    code, _out, err = await run("report", "--since", "yesterday", environment={"DATA_DIR": str(bot.data)})

    assert code == 2
    assert err.startswith("report: ")
