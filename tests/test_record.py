"""The record: who asked for what, what came of it, who was told; never changed, forgotten in time, exported safely."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import sys
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bot.ledger import Entry, Ledger, What
from bot.ledger.export import COLUMNS
from bot.sharing import Grant, Outcome, Recipient, ShareReceipt
from tests.bot import Bot
from tests.people import Someone
from tests.test_app import BARE, ROOT, run
from tests.test_ends import FILE, FRIDAY, shares
from tests.test_ledger import ADELE, PLAN, WHEN, Clock

DAY = 24 * 60 * 60
ALEX = "alex.wilber@contoso.com"
ERIC = "eric@fabrikam.example"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return request.getfixturevalue("postgresql")


async def of(bot: Bot) -> list[Entry]:
    return await recorded(f"sqlite:///{bot.data / 'sharebot.db'}")


async def recorded(url: str) -> list[Entry]:
    ledger = Ledger(url)
    try:
        return [each.entry async for each in ledger.record.kept()]
    finally:
        await ledger.close()


def told(entries: list[Entry], *names: str) -> list[tuple[str, ...]]:
    """What and who, and of each entry what is named."""
    return [(each.what.value, *(str(getattr(each, name)) for name in names)) for each in entries]


async def test_a_share_and_its_end_are_of_record(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await shares(adele)
    await bot.at_rest()
    await bot.later(days=3)
    await adele.presses("A day longer")
    await bot.later(days=3)

    entries = await of(bot)
    adele_id, alex_id = bot.contoso.person(adele.mail).id, bot.contoso.person(ALEX).id
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    assert told(entries, "act", "outcome") == [
        ("asked", "share", ""),
        ("asked", "share", ""),  # said again for her after the silent sign-in
        ("planned", "", "gains"),
        ("shared", "", "granted"),
        ("told", "shared", ""),
        ("told", "reminder", ""),
        ("extended", "", ""),
        ("ended", "", "ended"),
        ("told", "ended", ""),
        ("told", "ended", ""),
    ]
    assert {each.person_id for each in entries} == {adele_id}
    assert len({each.share for each in entries if each.share}) == 1
    given = next(each for each in entries if each.what is What.SHARED)
    taken = next(each for each in entries if each.what is What.ENDED)
    assert (given.item, given.role, given.recipient) == (f"{item.drive_id}/{item.id}", "write", alex_id)
    assert given.until
    assert given.reference
    assert taken.reference
    assert given.reference != taken.reference


async def test_an_undo_is_of_record(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    await adele.says("undo")
    await bot.at_rest()

    assert ("undone", "ended") in told(await of(bot), "outcome")


async def test_what_is_refused_is_of_record_with_its_reason(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says(FRIDAY)
    await megan.says("hi")
    card = bot.latest(adele)
    await bot.deliver(megan, bot.button(adele, "Share", card), bot.latest(megan))
    bot.breaks("graph", "/invite", status=400, body={"error": {"code": "x", "innerError": {"code": "sharingFailed"}}})
    await adele.presses("Share")
    await adele.says("share Nothing of the kind.docx with Alex")

    entries = await of(bot)
    assert ("refused", "share.confirm", "NotYours") in told(entries, "act", "code")
    assert ("refused", "share", "NotFound") in told(entries, "act", "code")
    shared = next(each for each in entries if each.what is What.SHARED)
    assert (shared.outcome, shared.code) == ("refused", "sharingFailed")
    stranger = next(each for each in entries if each.code == "NotYours")
    assert stranger.person_id == bot.contoso.person(megan.mail).id


async def test_what_could_not_be_done_is_of_record_each_time_it_was_tried(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    bot.breaks("graph", r"/permissions$", status=503, headers=(("request-id", "5f0c"),), times=None)
    await bot.later(days=4)
    await bot.later(minutes=2)

    troubles = [each for each in await of(bot) if each.what is What.TROUBLE]
    assert told(troubles, "act", "code", "reference") == [("trouble", "end", "Unavailable", "5f0c")] * 2


async def test_whoever_was_mailed_with_the_invite_is_of_record(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    await bot.at_rest()

    assert told(await of(bot), "act").count(("told", "shared")) == 1


async def test_whoever_could_not_be_told_is_of_record(adele: Someone, bot: Bot) -> None:
    await shares(adele, f"share {FILE} with Alex as write without mail until in 3 days")
    await bot.at_rest()

    assert ("not told", "shared") in told(await of(bot), "act")


async def test_whose_access_was_asked_for_is_of_record(adele: Someone, bot: Bot) -> None:
    await adele.says(f"who has access to {FILE}?")

    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    asked = [each for each in await of(bot) if each.item]
    assert ("asked", "who_has_access", f"{item.drive_id}/{item.id}") in told(asked, "act", "item")


async def test_the_record_has_no_names_no_texts_and_of_outsiders_alone_an_address(adele: Someone, bot: Bot) -> None:
    await adele.says(f'share {FILE} with Alex and {ERIC} saying "strictly between us" until in 3 days')
    await adele.presses("Share")
    await bot.later(days=4)

    with sqlite3.connect(bot.data / "sharebot.db") as database:
        kept = repr(database.execute("SELECT * FROM record").fetchall())
    assert ERIC in kept
    for secret in ("Budget", "Alex", "Adele", "contoso.com", "between us", "eyJ"):
        assert secret not in kept


async def test_a_step_that_is_done_again_is_of_record_once(url: str) -> None:
    ledger = Ledger(url)
    await ledger.open()
    key = await ledger.plans.put(PLAN)
    receipt = ShareReceipt(PLAN, (Grant(PLAN.steps[0].recipient, Outcome.GRANTED),))

    for _ in range(2):
        await ledger.ends.keep(key, receipt, "en", "UTC", ends_at=None, gone=[])

    assert [each.entry.what async for each in ledger.record.kept()] == [What.PLANNED, What.SHARED]
    await ledger.close()


def execute(url: str, query: str) -> None:
    """As an administrator at the database would."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
            database.execute(query)
        return
    with psycopg.connect(url) as database:
        database.execute(query.encode())


@pytest.mark.parametrize("query", ["UPDATE record SET person_id = 'x'", "DELETE FROM record", "TRUNCATE record"])
async def test_the_record_is_not_changed_at_the_database_either(url: str, query: str) -> None:
    ledger = Ledger(url)
    await ledger.open()
    await ledger.record.asked(ADELE, "share")

    with pytest.raises((sqlite3.Error, psycopg.Error)):
        execute(url, query)

    assert [each.entry.person_id async for each in ledger.record.kept()] == [ADELE.id]
    await ledger.close()


async def test_what_is_older_than_it_is_kept_is_forgotten_and_nothing_else(url: str) -> None:
    clock = Clock()
    ledger = Ledger(url, clock)
    await ledger.open()
    await ledger.record.asked(ADELE, "share")
    clock.now += 31 * DAY
    await ledger.record.asked(ADELE, "undo")

    await ledger.tidy(30)

    assert [each.entry.act async for each in ledger.record.kept()] == ["undo"]
    await ledger.close()


async def test_a_bot_forgets_by_itself(adele: Someone, bot: Bot) -> None:
    await shares(adele)
    await bot.at_rest()
    await bot.later(days=181)
    await bot.later(days=2)

    assert What.SHARED not in {each.what for each in await of(bot)}


# The export


@pytest.fixture
async def ledger(url: str) -> AsyncGenerator[Ledger]:
    clock = Clock()
    ledger = Ledger(url, clock)
    await ledger.open()
    outsider = Recipient(None, "", "=cmd|'/c calc'!A1@evil.example", is_outside=True)
    plan = replace(PLAN, steps=(replace(PLAN.steps[0], recipient=outsider),))
    clock.now = WHEN.timestamp() - 2 * DAY
    await ledger.plans.put(plan)
    clock.now = WHEN.timestamp()
    await ledger.record.asked(ADELE, "undo")
    yield ledger
    await ledger.close()


def where(url: str) -> dict[str, str]:
    return {"DATABASE_URL": url}


async def test_the_export_is_json_lines_or_csv(url: str, ledger: Ledger) -> None:
    _, lines, _ = await run("export", "--format", "jsonl", environment=where(url))
    code, table, err = await run("export", "--format", "csv", environment=where(url))

    rows = [json.loads(line) for line in lines.splitlines()]
    cells = list(csv.DictReader(io.StringIO(table, newline="")))
    assert (code, err) == (0, "")
    assert [(row["what"], row["at"]) for row in rows] == [
        ("planned", "2026-11-25T23:59:59+00:00"),
        ("asked", "2026-11-27T23:59:59+00:00"),
    ]
    assert all(tuple(row) == COLUMNS for row in (*rows, *cells))
    assert [cell["what"] for cell in cells] == ["planned", "asked"]


async def test_nothing_of_it_is_a_formula(url: str, ledger: Ledger) -> None:
    _, table, _ = await run("export", "--format", "csv", environment=where(url))

    cells = [cell for row in csv.reader(io.StringIO(table, newline="")) for cell in row]
    assert "'=cmd|'/c calc'!A1@evil.example" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        (["--since", "2026-11-26"], ["asked"]),
        (["--until", "2026-11-26"], ["planned"]),
        (["--until", "2026-11-27"], ["planned", "asked"]),
        (["--until", "2026-11-27T23:59:59"], ["planned"]),
        (["--since", "2026-11-26T00:59:59+01:00", "--until", "2026-11-25"], ["planned"]),
        (["--since", "2027-01-01"], []),
    ],
)
async def test_the_export_is_of_a_time(url: str, ledger: Ledger, arguments: list[str], seen: list[str]) -> None:
    _, lines, _ = await run("export", "--format", "jsonl", *arguments, environment=where(url))

    assert [json.loads(line)["what"] for line in lines.splitlines()] == seen


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--format", "xlsx"], {}, "invalid choice"),
        ([], {}, "--format"),
        (["--format", "csv", "--since", "soon"], {}, "soon"),
        (["--format", "csv"], {"DATA_DIR": "/nowhere"}, "There is no ledger at /nowhere/sharebot.db"),
        (["--format", "csv"], {"DATABASE_URL": "mysql://x"}, "DATABASE_URL should begin"),
        (["--format", "csv"], {"DATABASE_URL": "postgresql://u:hush@127.0.0.1:9/d"}, "can't be opened"),
        (["--format", "csv"], {"DATABASE_URL": "sqlite:///README.md"}, "can't be opened"),
    ],
)
async def test_an_export_that_cannot_be_says_why(arguments: list[str], environment: dict[str, str], said: str) -> None:
    code, out, err = await run("export", *arguments, environment=environment)

    assert (code, out) == (2, "")
    assert said in err
    assert "hush" not in err
    assert "Traceback" not in err


async def test_the_ledger_of_an_older_version_is_left_as_it_is(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "sharebot.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        database.execute("INSERT INTO alembic_version VALUES ('0006')")

    code, _, err = await run("export", "--format", "csv", environment={"DATA_DIR": str(tmp_path)})

    assert (code, "another version" in err) == (2, True)


async def test_an_export_that_breaks_off_says_that_it_is_not_all(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/sharebot.db")
    await ledger.open()
    await ledger.close()
    with sqlite3.connect(tmp_path / "sharebot.db") as database:
        database.execute("DROP TABLE record")

    code, _, err = await run("export", "--format", "jsonl", environment={"DATA_DIR": str(tmp_path)})

    assert code == 1
    assert err == "export: broke off, so this is not all of it: OperationalError.\n"


async def test_a_reader_that_has_enough_ends_the_export_without_a_word(url: str, ledger: Ledger) -> None:
    for _ in range(600):
        await ledger.record.asked(ADELE, "share")
    process = await asyncio.create_subprocess_shell(
        f"{sys.executable} app.py export --format csv | head -n 1",
        cwd=ROOT,
        env=BARE | where(url),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )

    out, err = await process.communicate()

    assert out.decode().startswith("id,at,what")
    assert err == b""
