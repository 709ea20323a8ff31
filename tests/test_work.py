"""The work itself: what its file shows, who may use it, how errors travel, what a database that is away does."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import sqlite3
from pathlib import Path

import pytest

import bot.errors
from bot.errors import Busy, NeedsSignIn, NotAllowed, SharebotError
from bot.graph.refusals import Refused
from bot.identity.sealing import Sealer
from bot.work import wrong
from bot.work.engine import Failed, Sealed
from contoso.files import Grant
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone
from tests.test_app import environment, run, serving
from tests.test_faults_kill import ALEX, FILE, SHARE

KINDS = [each for each in vars(bot.errors).values() if inspect.isclass(each) and issubclass(each, SharebotError)]


async def test_the_file_of_the_work_tells_nothing_and_is_its_owners(adele: Someone, bot: Bot) -> None:
    await adele.says(SHARE)
    await adele.presses("Share")
    await adele.presses("Undo")
    await bot.at_rest()

    files = list(bot.data.glob("sharebot-work*"))
    kept = b"".join(each.read_bytes() for each in files)
    assert b"sealed_json" in kept
    for secret in (b"Budget", b"Alex", b"alex.wilber", b"eyJ", b"Europe", b"gASV"):
        assert secret not in kept
    assert {oct(each.stat().st_mode & 0o777) for each in files} == {"0o600"}


async def test_what_is_long_over_is_forgotten(adele: Someone, bot: Bot) -> None:
    await adele.says(SHARE)
    await adele.presses("Share")
    await adele.presses("Undo")
    await bot.at_rest()

    kept = rows(bot)
    await bot.later(days=8)
    later = rows(bot)
    await bot.later(days=91)

    assert kept == {"workflow_status": 3, "ends": 1, "told": 2}
    assert later == {"workflow_status": 0, "ends": 1, "told": 2}
    assert rows(bot) == {"workflow_status": 0, "ends": 0, "told": 0}


def rows(bot: Bot) -> dict[str, int]:
    found: dict[str, int] = {}
    for file, table in (("sharebot-work", "workflow_status"), ("sharebot", "ends"), ("sharebot", "told")):
        with sqlite3.connect(bot.data / f"{file}.db") as database:
            (found[table],) = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    return found


async def test_what_the_engine_keeps_is_read_with_the_key_only() -> None:
    sealed = Sealed(Sealer([bytes(32)]))

    assert sealed.deserialize(sealed.serialize({"args": ["key"]})) == {"args": ["key"]}
    assert str(sealed.deserialize(sealed.serialize(ValueError("Q3 Budget.xlsx")))) == "ValueError"
    assert isinstance(sealed.deserialize(sealed.serialize(ValueError())), Failed)


async def test_a_second_bot_with_the_same_file_does_not_start(contoso: Contoso, tmp_path: Path) -> None:
    async with serving(contoso, tmp_path):
        code, _, err = await run("serve", environment=environment(contoso, tmp_path, 0))

    assert code == 2
    assert "Another Sharebot is at work with the same DATA_DIR" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("kind", [each for each in KINDS if each is not Busy])
def test_an_error_is_told_the_same_wherever_the_work_was_done(kind: type[SharebotError]) -> None:
    error = kind("What happened.", reference="5f0c")

    again = wrong.read(wrong.written(error))

    assert type(again) is kind
    assert str(again) == str(error)


def test_an_error_keeps_what_it_carries() -> None:
    busy = wrong.read(wrong.written(Busy(31, reference="r")))
    asks = wrong.read(wrong.written(NeedsSignIn(scopes=frozenset({"Files.ReadWrite"}), claims="{}")))
    refused = wrong.read(wrong.written(Refused("notAllowed", "No.")))

    assert (vars(busy)["wait"], str(busy)) == (31, str(Busy(31, reference="r")))
    assert isinstance(asks, NeedsSignIn)
    assert (asks.scopes, asks.claims) == (frozenset({"Files.ReadWrite"}), "{}")
    assert (type(refused), str(refused)) == (NotAllowed, "No.")


async def test_a_flow_that_breaks_leaves_the_card_good(
    adele: Someone, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    await adele.says(SHARE)
    await bot.alters("CREATE TRIGGER no BEFORE INSERT ON attempts BEGIN SELECT RAISE(ABORT, 'no'); END")
    first = await adele.presses("Share")
    await bot.at_rest()
    await bot.alters("DROP TRIGGER no")

    second = await adele.presses("Share")

    assert "I don't know whether the access was given" in first
    assert "✓ can edit" in second
    assert len(bot.mails_to(ALEX)) == 1
    assert FILE not in caplog.text
    assert [each.message for each in caplog.records if each.levelno >= logging.ERROR] == ["the work on a share broke"]


async def test_an_end_whose_flow_breaks_is_tried_again(adele: Someone, bot: Bot) -> None:
    await adele.says(SHARE)
    await adele.presses("Share")
    await bot.alters("CREATE TRIGGER no BEFORE UPDATE OF ended ON ends BEGIN SELECT RAISE(ABORT, 'no'); END")
    first = await adele.presses("Undo")
    await bot.at_rest()
    await bot.alters("DROP TRIGGER no")

    second = await adele.presses("Undo")

    assert "I don't know whether the access has ended" in first
    assert "Undone" in second
    assert ALEX not in bot.access(FILE)


async def test_a_ledger_from_a_backup_goes_on_beside_an_engine_that_knows_more(adele: Someone, bot: Bot) -> None:
    await adele.says(SHARE)
    await adele.presses("Share")
    await bot.at_rest()
    with sqlite3.connect(bot.data / "sharebot.db") as database:
        (before,) = database.execute("SELECT due_at FROM ends").fetchone()
        attempts = database.execute("SELECT * FROM attempts").fetchall()
    await bot.later(days=4)
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.grant(item, Grant(bot.contoso.person(ALEX), "write"))
    await bot.alters("UPDATE ends SET due_at = ?, ended_at = NULL, ended = NULL, runs = 0", before)
    for attempt in attempts:
        await bot.alters(f"INSERT INTO attempts VALUES ({','.join('?' * len(attempt))})", *attempt)  # noqa: S608

    await bot.later()
    await bot.later(minutes=2)

    assert ALEX not in bot.access(FILE)


async def test_a_look_that_has_begun_comes_to_its_end_before_the_bot_does(contoso: Contoso, tmp_path: Path) -> None:
    """Broken off, it would leave a connection that its driver waits for, now and then for ever."""
    with contextlib.closing(sqlite3.connect(tmp_path / "sharebot.db", isolation_level=None)) as somebody:
        async with Bot(contoso, tmp_path):
            pass
        somebody.execute("INSERT INTO told (key, person_id, what, at) VALUES ('long ago', '', '', 1)")
        somebody.execute("BEGIN IMMEDIATE")
        async with Bot(contoso, tmp_path):
            await asyncio.sleep(0.3)
            asyncio.get_running_loop().call_later(0.5, somebody.rollback)
        (left,) = somebody.execute("SELECT count(*) FROM told").fetchone()

    assert left == 0
