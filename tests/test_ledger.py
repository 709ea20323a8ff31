"""The ledger on SQLite and on a real PostgreSQL: plans are good once, for their asker, for a while."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import sqlite3
import stat
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine

from bot.changes import Aim, Became, Changed, ChangePlan, ChangeReceipt, ChangeStep
from bot.errors import NotYours, TooLate, Unavailable, Unsure
from bot.ledger import Conversation, Ledger, Offered, Parked, Place, of_notice
from bot.ledger.connections import FRESH
from bot.ledger.migrating import migrate
from bot.ledger.tables import metadata
from bot.sharing import (
    Change,
    Decision,
    Draft,
    Ending,
    EndReceipt,
    Expiry,
    Grant,
    Offer,
    Option,
    Outcome,
    Person,
    Question,
    Recipient,
    Returned,
    Role,
    ShareableItem,
    SharePlan,
    ShareReceipt,
    ShareRequest,
    Step,
    UnclearRequest,
    Wish,
    Words,
)

ADELE = Person("t", "adele", "Adele Vance")
MEGAN = Person("t", "megan", "Megan Bowen")
ALEX = Recipient("alex", "Alex Wilber", "alex.wilber@contoso.com", "Marketing")
WHEN = dt.datetime(2026, 11, 27, 23, 59, 59, tzinfo=dt.UTC)
FILE = ShareableItem("b!d", "01A", "Q3 Budget.xlsx", "https://x/y", False, "OneDrive", "Adele Vance", WHEN)
PLAN = SharePlan(ADELE, FILE, Role.WRITE, (Step(ALEX, None, Change.GAINS),), Expiry("Friday", WHEN))
UNCLEAR = UnclearRequest(
    ADELE,
    ShareRequest((Words("name", "Roadmap"),), (Words("name", "Ana"),), Role.READ),
    (Question("item", "Roadmap", (Option("b!d/1", "Roadmap.docx", "OneDrive"),)),),
)

DRAFT = Draft(ADELE, ShareRequest((), (Words("email", "a@b.example"),)), (("item", "Plan"),), (("item", "Which?"),))


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return request.getfixturevalue("postgresql")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ledger(url: str, clock: Clock) -> AsyncGenerator[Ledger]:
    ledger = Ledger(url, clock)
    await ledger.open()
    yield ledger
    await ledger.close()


async def test_a_plan_comes_back_as_it_was_put(ledger: Ledger) -> None:
    key = await ledger.plans.put(PLAN)

    async with ledger.plans.claim(key, ADELE) as claimed:
        assert claimed == PLAN


async def test_a_question_comes_back_as_it_was_put(ledger: Ledger) -> None:
    key = await ledger.plans.put(UNCLEAR)

    async with ledger.plans.claim(key, ADELE) as claimed:
        assert claimed == UNCLEAR


async def test_a_plan_is_good_once(ledger: Ledger) -> None:
    key = await ledger.plans.put(PLAN)

    async with ledger.plans.claim(key, ADELE):
        with pytest.raises(TooLate):
            await take(ledger, key)
    with pytest.raises(TooLate):
        await take(ledger, key)


async def test_of_many_clicks_at_once_one_gets_the_plan(ledger: Ledger) -> None:
    key = await ledger.plans.put(PLAN)

    answers = await asyncio.gather(*(take(ledger, key) for _ in range(10)), return_exceptions=True)

    assert sum(answer is None for answer in answers) == 1
    assert sum(isinstance(answer, TooLate) for answer in answers) == 9


async def test_a_strangers_click_takes_nothing(ledger: Ledger) -> None:
    key = await ledger.plans.put(PLAN)

    for stranger in (MEGAN, replace(ADELE, tenant_id="another")):
        with pytest.raises(NotYours):
            await take(ledger, key, stranger)
        with pytest.raises(NotYours):
            await ledger.plans.receipt(key, stranger)
    await take(ledger, key)


async def test_an_old_plan_is_too_late_and_forgotten(ledger: Ledger, clock: Clock) -> None:
    key = await ledger.plans.put(PLAN)
    clock.now += 2 * 24 * 60 * 60

    with pytest.raises(TooLate):
        await take(ledger, key)
    assert await ledger.plans.receipt(key, ADELE) is None
    await ledger.plans.put(PLAN)
    with pytest.raises(TooLate):
        await ledger.plans.receipt(key, ADELE)


async def test_where_people_were_told_is_kept_as_long_as_what_they_were_told_of_stands(
    ledger: Ledger, clock: Clock
) -> None:
    there = Place(Conversation("t", "alex", "a:1", "https://x/", "29:1", "28:1"), "1")
    other = replace(PLAN, item=replace(FILE, id="another"))
    alone, gone = await ledger.plans.put(PLAN), await ledger.plans.put(PLAN)
    together, several = await ledger.plans.put_many([other, other], ())
    for key, plan in ((alone, PLAN), (several.keys[0], other)):
        await ledger.attempts.take(key, plan, {ALEX.email: None}, {})
        receipt = ShareReceipt(plan, (Grant(ALEX, Outcome.GRANTED),))
        await ledger.ends.keep(key, receipt, "en", "UTC", ends_at=None, gone=[])
    keys = [of_notice(key, "alex") for key in (alone, together, gone)]
    for key in keys:
        await ledger.places.keep(key, there)
    clock.now += 100 * 24 * 60 * 60

    await ledger.tidy(365)

    assert [await ledger.places.of(key) is not None for key in keys] == [True, True, False]


async def test_a_receipt_is_kept_for_a_while_and_then_forgotten(ledger: Ledger, clock: Clock) -> None:
    key = await ledger.plans.put(PLAN)
    receipt = ShareReceipt(PLAN, (Grant(ALEX, Outcome.GRANTED),))
    await ledger.attempts.take(key, PLAN, {ALEX.email: None}, {})
    await ledger.ends.keep(key, receipt, "en", "UTC", ends_at=None, gone=[])
    clock.now += 30 * 24 * 60 * 60
    await ledger.plans.put(PLAN)

    assert await ledger.plans.receipt(key, ADELE) == receipt.accounted({})
    stands = await ledger.ends.of(key, ADELE)
    await ledger.ends.ended(stands, EndReceipt(receipt, ()))
    clock.now += 91 * 24 * 60 * 60
    await ledger.tidy(365)
    with pytest.raises(TooLate):
        await ledger.plans.receipt(key, ADELE)


async def test_what_stands_is_kept_as_long_as_it_stands(ledger: Ledger, clock: Clock) -> None:
    key = await ledger.plans.put(PLAN)
    receipt = ShareReceipt(PLAN, (Grant(ALEX, Outcome.GRANTED),))
    await ledger.attempts.take(key, PLAN, {ALEX.email: None}, {})
    await ledger.ends.keep(key, receipt, "en", "UTC", ends_at=None, gone=[])
    clock.now += 500 * 24 * 60 * 60

    await ledger.tidy(365)

    assert [each.key for each in await ledger.ends.standing(ADELE)] == [key]
    assert await ledger.plans.receipt(key, ADELE) == receipt.accounted({})
    assert [each.recipient for each in await ledger.attempts.of(key)]


async def test_what_waits_can_be_looked_at_without_being_taken(ledger: Ledger) -> None:
    key = await ledger.plans.put(PLAN)

    assert await ledger.plans.waiting(key, ADELE) == PLAN
    await take(ledger, key)
    assert await ledger.plans.waiting(key, ADELE) is None
    with pytest.raises(NotYours):
        await ledger.plans.waiting(key, MEGAN)


async def test_a_key_nobody_gave_out_is_too_late(ledger: Ledger) -> None:
    with pytest.raises(TooLate):
        await take(ledger, "made up")


async def test_a_failure_with_nothing_done_puts_the_plan_back(ledger: Ledger) -> None:
    key = await ledger.plans.put(PLAN)

    with pytest.raises(Unavailable):
        async with ledger.plans.claim(key, ADELE):
            raise Unavailable

    await take(ledger, key)


async def test_a_failure_nobody_understands_keeps_the_plan_taken(ledger: Ledger) -> None:
    for error in (Unsure(), RuntimeError("a bug")):
        key = await ledger.plans.put(PLAN)

        with pytest.raises(type(error)):
            async with ledger.plans.claim(key, ADELE):
                raise error

        with pytest.raises(TooLate):
            await take(ledger, key)


async def test_a_receipt_is_kept_for_the_same_click_delivered_again(ledger: Ledger) -> None:
    key = await ledger.plans.put(PLAN)
    receipt = ShareReceipt(PLAN, (Grant(ALEX, Outcome.GRANTED, "not mailed"),))

    assert await ledger.plans.receipt(key, ADELE) is None
    await ledger.ends.keep(key, receipt, "en", "UTC", ends_at=None, gone=[])

    assert await ledger.plans.receipt(key, ADELE) == receipt.accounted({})


async def test_a_conversation_is_new_once_and_then_kept_up_to_date(ledger: Ledger) -> None:
    chat = Conversation("t", "alex", "a:1", "https://smba.example/", "29:x", "28:y")
    moved = replace(chat, service_url="https://smba.example/emea/")

    assert await ledger.conversations.remember(chat) is True
    assert await ledger.conversations.remember(moved) is False

    assert await ledger.conversations.of("t", "alex") == moved
    assert await ledger.conversations.remember(chat) is False
    assert await ledger.conversations.of("t", "alex") == chat
    await ledger.conversations.forget("t", "alex")
    assert await ledger.conversations.of("t", "alex") is None


async def test_a_conversation_keeps_the_language_and_the_hours_that_are_not_told_again(ledger: Ledger) -> None:
    silent = Conversation("t", "alex", "a:1", "https://smba.example/", "29:x", "28:y")
    german = replace(silent, locale="de-DE", timezone="Europe/Berlin")

    await ledger.conversations.remember(silent)
    assert await ledger.conversations.of("t", "alex") == silent
    await ledger.conversations.remember(german)
    await ledger.conversations.remember(silent)

    assert await ledger.conversations.of("t", "alex") == german


async def signed_in(ledger: Ledger, person_id: str, sealed: bytes) -> bool:
    return await ledger.token_caches.save("t", person_id, sealed, await ledger.token_caches.begin("t", person_id))


async def test_a_token_cache_is_kept_replaced_and_deleted(ledger: Ledger) -> None:
    await signed_in(ledger, "adele", b"one")
    await signed_in(ledger, "adele", b"two")
    await signed_in(ledger, "alex", b"his")

    assert await ledger.token_caches.load("t", "adele") == b"two"
    assert await ledger.token_caches.renew("t", "adele", b"three") is True
    assert await ledger.token_caches.load("t", "adele") == b"three"
    await ledger.token_caches.delete("t", "adele")
    assert await ledger.token_caches.load("t", "adele") is None
    assert await ledger.token_caches.load("t", "alex") == b"his"


async def test_nothing_begun_before_a_sign_out_signs_in_after_it(ledger: Ledger, url: str) -> None:
    another = Ledger(url)  # a second replica
    await signed_in(ledger, "adele", b"one")
    hers, his = await ledger.token_caches.begin("t", "adele"), await ledger.token_caches.begin("t", "alex")
    ticket = await ledger.sign_ins.open(ADELE, b"what she said")

    await another.token_caches.sign_out("t", "adele")
    await another.close()

    assert await ledger.token_caches.renew("t", "adele", b"two") is False
    assert await ledger.token_caches.save("t", "adele", b"two", hers) is False
    assert await ledger.token_caches.load("t", "adele") is None
    assert await ledger.sign_ins.at(ticket) is None
    assert await ledger.token_caches.save("t", "alex", b"his", his) is True
    assert await signed_in(ledger, "adele", b"three") is True


async def taken(ledger: Ledger, ticket: str, person: Person) -> Parked | None:
    async with ledger.sign_ins.taken(ticket, person) as parked:
        return parked


async def test_a_ticket_is_its_owners_and_good_once(ledger: Ledger) -> None:
    ticket = await ledger.sign_ins.open(ADELE, b"what she said", frozenset({"A", "B"}), "{}")

    assert await taken(ledger, ticket, MEGAN) is None
    parked = await taken(ledger, ticket, ADELE)
    assert parked == Parked("t", "adele", b"what she said", frozenset({"A", "B"}), "{}")
    assert await taken(ledger, ticket, ADELE) is None


async def test_a_ticket_ends(ledger: Ledger, clock: Clock) -> None:
    ticket = await ledger.sign_ins.open(ADELE, b"said")
    again = await ledger.sign_ins.again(ADELE)
    await ledger.sign_ins.send_to_page("state", b"page")
    clock.now += 60 * 60

    assert again
    assert [await ledger.sign_ins.at(each) for each in (ticket, again)] == [None, None]
    assert await ledger.sign_ins.back_from_page("state") is None


async def test_each_page_of_a_ticket_is_come_back_from_once(ledger: Ledger) -> None:
    await ledger.sign_ins.send_to_page("one", b"first")
    await ledger.sign_ins.send_to_page("two", b"second")

    assert await ledger.sign_ins.back_from_page("another") is None
    assert [await ledger.sign_ins.back_from_page(each) for each in ("one", "two", "one")] == [b"first", b"second", None]


@pytest.mark.parametrize("error", [Unavailable(), RuntimeError("a bug"), asyncio.CancelledError()], ids=repr)
async def test_a_ticket_is_good_again_if_what_it_was_for_fails(ledger: Ledger, error: BaseException) -> None:
    ticket = await ledger.sign_ins.open(ADELE, b"said")
    before = await ledger.sign_ins.at(ticket)

    with pytest.raises(type(error)):
        async with ledger.sign_ins.taken(ticket, ADELE):
            raise error

    assert await taken(ledger, ticket, ADELE) == before


async def test_what_somebody_said_last_has_two_tickets_and_is_carried_out_by_one(ledger: Ledger, clock: Clock) -> None:
    await ledger.sign_ins.open(ADELE, b"first")
    clock.now += 1
    ticket = await ledger.sign_ins.open(ADELE, b"second")
    clock.now += 1
    await ledger.sign_ins.open(ADELE, None)

    again = await ledger.sign_ins.again(ADELE)

    assert again
    assert await ledger.sign_ins.at(again) == await ledger.sign_ins.at(ticket)
    answers = await asyncio.gather(*(taken(ledger, each, ADELE) for each in (ticket, again)))
    assert [each.parked for each in answers if each] == [b"second"]


async def test_each_sentence_gets_a_second_ticket_and_none_a_third(ledger: Ledger) -> None:
    for said in (b"one", b"another"):
        await ledger.sign_ins.open(ADELE, said)

    tickets = [await ledger.sign_ins.again(ADELE) for _ in range(3)]

    waiting = [await ledger.sign_ins.at(each) for each in tickets if each]
    assert {each.parked for each in waiting if each} == {b"one", b"another"}
    assert tickets[2] is None


async def test_who_said_and_pressed_nothing_gets_no_ticket(ledger: Ledger) -> None:
    await ledger.sign_ins.open(ADELE, b"hers")

    assert await ledger.sign_ins.again(MEGAN) is None


async def test_who_pressed_something_gets_one_more_ticket(ledger: Ledger) -> None:
    await ledger.sign_ins.open(MEGAN, None)
    ticket = await ledger.sign_ins.again(MEGAN)

    assert ticket
    assert await ledger.sign_ins.at(ticket)
    assert await ledger.sign_ins.again(MEGAN) is None


async def test_opening_twice_changes_nothing(url: str, ledger: Ledger) -> None:
    key = await ledger.plans.put(PLAN)
    again = Ledger(url, Clock())
    await again.open()

    async with again.plans.claim(key, ADELE) as claimed:
        assert claimed == PLAN
    await again.close()


async def test_the_migrations_lead_to_the_tables_as_they_are(url: str, ledger: Ledger) -> None:
    driver = url.replace("sqlite:", "sqlite+aiosqlite:").replace("postgresql:", "postgresql+psycopg:")
    engine = create_async_engine(driver)
    async with engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: {
                table: {column["name"]: column["nullable"] for column in inspect(sync).get_columns(table)}
                for table in inspect(sync).get_table_names()
            }
        )
    await engine.dispose()

    found.pop("alembic_version")
    assert found == {
        name: {column.name: bool(column.nullable) for column in table.columns}
        for name, table in metadata.tables.items()
    }


def shape(url: str) -> dict[str, object]:
    """What a database knows of its tables, and how far they are."""
    engine = create_engine(url)
    with engine.connect() as connection:
        seen = inspect(connection)
        tables = {
            table: (
                sorted((each["name"], str(each["type"]), each["nullable"]) for each in seen.get_columns(table)),
                sorted(str(each["column_names"]) + str(each["unique"]) for each in seen.get_indexes(table)),
                seen.get_pk_constraint(table)["constrained_columns"],
                sorted(str(each["column_names"]) for each in seen.get_unique_constraints(table)),
            )
            for table in seen.get_table_names()
        }
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        kept = connection.execute(text(TRIGGERS[engine.dialect.name])).all()
    engine.dispose()
    return {**tables, "version": version, "triggers": kept}


TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal "
    "UNION ALL SELECT proname FROM pg_proc WHERE proname LIKE 'record_is%' ORDER BY 1",
}


async def test_a_new_file_is_what_the_migrations_lead_to(tmp_path: Path) -> None:
    new = Ledger(f"sqlite:///{tmp_path}/new.db")
    await new.open()
    await new.close()
    await asyncio.to_thread(migrate, f"sqlite:///{tmp_path}/old.db")

    assert shape(f"sqlite:///{tmp_path}/new.db") == shape(f"sqlite:///{tmp_path}/old.db")


async def test_an_older_file_is_brought_up_to_date(tmp_path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", "bot/ledger/migrations")
    config.attributes["url"] = f"sqlite:///{tmp_path}/old.db"
    await asyncio.to_thread(command.upgrade, config, "0001")

    old = Ledger(f"sqlite:///{tmp_path}/old.db")
    await old.open()
    await old.close()
    new = Ledger(f"sqlite:///{tmp_path}/new.db")
    await new.open()
    await new.close()

    assert shape(f"sqlite:///{tmp_path}/old.db") == shape(f"sqlite:///{tmp_path}/new.db")


def test_each_migration_that_is_taken_back_leaves_the_tables_as_they_were(url: str) -> None:
    url = url.replace("postgresql:", "postgresql+psycopg:")
    config = Config()
    config.set_main_option("script_location", "bot/ledger/migrations")
    config.attributes["url"] = url
    shapes: dict[str, dict[str, object]] = {}
    for each in reversed([*ScriptDirectory.from_config(config).walk_revisions()]):
        command.upgrade(config, each.revision)
        shapes[each.revision] = shape(url)
    newest = [*shapes][-1]

    back: dict[str, dict[str, object]] = {newest: shapes[newest]}
    for revision in [*reversed(shapes)][1:]:
        command.downgrade(config, revision)
        back[revision] = shape(url)
    command.downgrade(config, "base")
    nothing = shape(url)
    command.upgrade(config, "head")

    assert back == shapes
    assert nothing.keys() == {"alembic_version", "version", "triggers"}
    assert nothing["triggers"] == []
    assert shape(url) == shapes[newest]


async def take(ledger: Ledger, key: str, person: Person = ADELE) -> None:
    async with ledger.plans.claim(key, person):
        pass


async def test_a_ledger_in_a_file_is_its_owners_only(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    await ledger.open()

    await ledger.plans.put(PLAN)

    assert modes(tmp_path) == {"ledger.db": 0o600, "ledger.db-wal": 0o600, "ledger.db-shm": 0o600}
    await ledger.close()


async def test_a_ledger_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    old = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    await old.open()
    await old.plans.put(PLAN)
    open_to_all(tmp_path)

    new = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    await new.open()

    assert modes(tmp_path) == {"ledger.db": 0o600, "ledger.db-wal": 0o600, "ledger.db-shm": 0o600}
    await new.close()
    await old.close()


def open_to_all(directory: Path) -> None:
    for file in directory.iterdir():
        file.chmod(0o644)


def modes(directory: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()}


async def test_what_was_shown_last_in_a_chat_is_what_an_answer_is_to(ledger: Ledger, clock: Clock) -> None:
    await ledger.plans.put(UNCLEAR, "a:chat")
    elsewhere = await ledger.plans.put(PLAN, "a:other")
    key = await ledger.plans.put(DRAFT, "a:chat")

    assert await ledger.plans.latest(ADELE, "a:chat") == (key, DRAFT)
    assert await ledger.plans.latest(ADELE, "a:other") == (elsewhere, PLAN)
    assert await ledger.plans.latest(MEGAN, "a:chat") is None
    async with ledger.plans.claim(key, ADELE):
        pass
    assert await ledger.plans.latest(ADELE, "a:chat") is None


async def test_what_was_shown_long_ago_is_answered_by_its_buttons_alone(ledger: Ledger, clock: Clock) -> None:
    key = await ledger.plans.put(PLAN, "a:chat")
    clock.now += 16 * 60

    assert await ledger.plans.latest(ADELE, "a:chat") is None
    assert await ledger.plans.waiting(key, ADELE) == PLAN


@pytest.mark.parametrize("query", ["SELECT min(due_at) FROM ends", "SELECT * FROM ends WHERE due_at <= 1"])
async def test_ends_that_wait_are_not_gone_through(tmp_path: Path, query: str) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/l.db")
    await ledger.open()
    await ledger.close()

    with sqlite3.connect(tmp_path / "l.db") as database:
        plan = " ".join(row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {query}"))

    assert "INDEX ends_due_at" in plan


async def test_asked_twice_it_is_one_request(ledger: Ledger) -> None:
    first, *others = await asyncio.gather(*(ledger.requests.put("share", "alex", Wish.EDIT) for _ in range(4)))

    assert others == [first] * 3
    assert await ledger.requests.put("share", "alex", Wish.NOTHING) != first
    assert await ledger.requests.of("share", "alex") == {
        each.wish: each for each in [first, await ledger.requests.put("share", "alex", Wish.NOTHING)]
    }


async def test_of_many_decisions_at_once_the_first_stands(ledger: Ledger) -> None:
    request = await ledger.requests.put("share", "alex", Wish.EDIT)

    allowed, declined = ledger.requests.allow(request, PLAN), ledger.requests.decide(request, Decision.DECLINED)
    said = set(await asyncio.gather(allowed, declined, ledger.requests.decide(request, Decision.DECLINED)))

    (stands,) = said
    plan = await ledger.plans.plan(request.key)
    assert (plan == PLAN) is (stands is Decision.ALLOWED)


async def test_what_several_give_back_at_once_is_given_back_by_all_and_the_share_is_over(ledger: Ledger) -> None:
    people = [replace(ALEX, id=name, email=f"{name}@contoso.com") for name in ("a", "b", "c")]
    receipt = ShareReceipt(PLAN, tuple(Grant(each, Outcome.GRANTED) for each in people))
    key = await ledger.plans.put(PLAN)
    await ledger.attempts.take(key, PLAN, {each.email: None for each in people}, {})
    await ledger.ends.keep(key, receipt, "en", "UTC", ends_at=2_000_000, gone=[])
    requests = [await ledger.requests.put(key, str(each.id), Wish.NOTHING) for each in people]

    await asyncio.gather(
        *(
            ledger.requests.returned(request, Returned(each, Ending.ENDED))
            for request, each in zip(requests, people, strict=True)
        )
    )

    stands = await ledger.ends.at(key)
    assert stands
    assert [each.outcome for each in stands.receipt.grants] == [Outcome.RETURNED] * 3
    assert (stands.due_at, stands.ended is None) == (None, False)
    assert await ledger.plans.receipt(key, ADELE) == stands.receipt


async def test_of_what_is_done_within_one_second_the_last_is_meant_by_undo(ledger: Ledger) -> None:
    shares = [await shared(ledger, replace(FILE, id=f"0{n}")) for n in range(3)]
    taken = await changed(ledger, FILE)
    newest = await ledger.ends.newest(ADELE)
    assert newest
    change = await ledger.changes.last(ADELE, "", since=newest.done_at)
    again = await shared(ledger, FILE)
    later = await ledger.ends.newest(ADELE)
    assert later

    assert (newest.key, later.key) == (shares[-1], again)
    assert change
    assert change.key == taken
    assert await ledger.changes.last(ADELE, "", since=later.done_at) is None


async def shared(ledger: Ledger, item: ShareableItem) -> str:
    plan = replace(PLAN, item=item)
    key = await ledger.plans.put(plan)
    await ledger.attempts.take(key, plan, {ALEX.email: None}, {})
    receipt = ShareReceipt(plan, (Grant(ALEX, Outcome.GRANTED),))
    await ledger.ends.keep(key, receipt, "en", "UTC", ends_at=None, gone=[])
    return key


async def changed(ledger: Ledger, item: ShareableItem) -> str:
    plan = ChangePlan(ADELE, item, Aim.REMOVE, (ChangeStep(ALEX, Role.WRITE, Role.WRITE, None),))
    key = await ledger.plans.put(plan)
    pressed = await ledger.changes.press(key, ADELE, "en", "UTC")
    await ledger.changes.keep(pressed, ChangeReceipt(plan, (Changed(ALEX, Became.REMOVED, None),)))
    return key


async def test_who_has_no_more_time_for_a_look_up_breaks_nothing_off(tmp_path: Path) -> None:
    """A connection that is left open is told of when it is collected, and fails this test."""
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    await ledger.open()
    with sqlite3.connect(tmp_path / "ledger.db") as another:
        another.execute("BEGIN IMMEDIATE")
        with pytest.raises(TimeoutError):
            await ledger.within(0.05, ledger.plain_texts.switch(ADELE, on=True))
        another.rollback()
    await ledger.close()
    gc.collect()

    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    assert await ledger.within(10, ledger.plain_texts.offered(ADELE)) == Offered()
    await ledger.close()


async def test_once_it_is_closed_nothing_is_written_any_more(ledger: Ledger) -> None:
    await ledger.plans.put(PLAN)
    await ledger.close()

    with pytest.raises(PoolTimeout):
        await ledger.plans.put(PLAN)


async def test_what_is_at_work_while_it_closes_leaves_no_connection_open(tmp_path: Path) -> None:
    """A connection that is left open is told of when it is collected, and fails this test."""
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    await ledger.open()

    async def at_work(ledger: Ledger) -> None:
        while True:
            await ledger.plain_texts.offered(ADELE)

    work = [asyncio.create_task(at_work(ledger)) for _ in range(6)]
    await asyncio.sleep(0.05)
    await ledger.close()
    stopped = await asyncio.gather(*work, return_exceptions=True)

    assert {type(each) for each in stopped} == {PoolTimeout}
    del ledger, work, stopped
    gc.collect()


# Plain text


def reminder(first: int) -> tuple[int, tuple[Offer, ...]]:
    return first, tuple(Offer(first + n, title, "ends.now", "key") for n, title in enumerate(("Later", "Now")))


async def test_no_number_is_given_out_twice(ledger: Ledger) -> None:
    await ledger.plain_texts.switch(ADELE, on=True)
    await ledger.plain_texts.answered(ADELE, (Offer(1, "Share", "share.confirm", "key"),))

    firsts = await asyncio.gather(*(ledger.plain_texts.told(ADELE, reminder) for _ in range(5)))

    offered = await ledger.plain_texts.offered(ADELE)
    assert sorted(each for each in firsts if each) == [21, 23, 25, 27, 29]
    assert offered
    assert [each.number for each in offered.answer] == [1]
    assert [each.number for each in offered.unasked] == [*range(21, 31)]


async def test_after_the_last_number_come_the_first_again(ledger: Ledger) -> None:
    await ledger.plain_texts.switch(ADELE, on=True)

    firsts = [await ledger.plain_texts.told(ADELE, reminder) for _ in range(41)]

    offered = await ledger.plain_texts.offered(ADELE)
    assert firsts[38:] == [97, 21, 23]
    assert offered
    assert len({each.number for each in offered.unasked}) == len(offered.unasked)


async def test_whoever_gets_cards_is_given_no_numbers(ledger: Ledger) -> None:
    await ledger.plain_texts.switch(ADELE, on=True)
    await ledger.plain_texts.switch(ADELE, on=True)
    await ledger.plain_texts.switch(ADELE, on=False)

    assert await ledger.plain_texts.told(ADELE, reminder) is None
    assert await ledger.plain_texts.told(MEGAN, reminder) is None
    assert await ledger.plain_texts.offered(ADELE) is None


async def test_who_took_the_bot_away_is_not_given_it_again(ledger: Ledger) -> None:
    first, again = await ledger.installs.begin(ADELE), await ledger.installs.begin(ADELE)
    await ledger.installs.is_gone(ADELE)
    then = await ledger.installs.begin(ADELE)
    removed = await ledger.installs.removed("t", ["adele", "megan"])
    back = await ledger.installs.is_there(ADELE)

    assert (first, again, then) == (True, True, False)
    assert removed == {"adele"}
    assert not back
    assert await ledger.installs.begin(ADELE)


async def test_to_whom_the_bot_was_brought_is_forgotten_and_who_took_it_away_is_not(
    ledger: Ledger, clock: Clock
) -> None:
    await ledger.installs.begin(ADELE)
    await ledger.installs.is_gone(MEGAN)
    fresh = await ledger.installs.is_there(ADELE)
    await ledger.tidy(1)
    still = await ledger.installs.is_there(ADELE)
    clock.now += 60 * 60
    late = await ledger.installs.is_there(ADELE)
    await ledger.tidy(1)

    assert (fresh, still, late) == (True, True, False)
    assert await ledger.installs.removed("t", ["adele", "megan"]) == {"megan"}


async def test_what_teams_told_of_a_chat_is_not_overwritten_by_what_graph_did(ledger: Ledger) -> None:
    told = Conversation("t", "adele", "a:1", "https://x/", "29:1", "28:1", "de-DE", "Europe/Berlin")
    graphs = Conversation("t", "adele", "19:a_b@unq.gbl.spaces", "https://x/", "", "28:1")
    await ledger.conversations.keep_new(graphs)
    first = await ledger.conversations.of("t", "adele")
    is_new = await ledger.conversations.remember(told)
    await ledger.conversations.keep_new(graphs)

    assert first == graphs
    assert not is_new
    assert await ledger.conversations.of("t", "adele") == told


async def test_a_connection_that_the_server_closed_while_it_was_at_rest_is_replaced(postgresql: str) -> None:
    ledger = Ledger(postgresql)
    await ledger.open()
    key = await ledger.plans.put(PLAN)
    await asyncio.sleep(FRESH + 0.2)
    engine = create_engine(postgresql.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as other:
        others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        closed = other.execute(text(f"SELECT pg_terminate_backend(pid) {others}")).all()
    engine.dispose()

    async with ledger.plans.claim(key, ADELE) as claimed:
        assert claimed == PLAN
    await ledger.close()
    assert closed
