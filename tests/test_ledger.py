"""The ledger on SQLite and on a real PostgreSQL: plans are good once, for their asker, for a while."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import NotYours, TooLate, Unavailable, Unsure
from bot.ledger import Conversation, Ledger, Parked
from bot.ledger.tables import metadata
from bot.sharing import (
    Change,
    Expiry,
    Grant,
    Option,
    Outcome,
    Person,
    Question,
    Recipient,
    Role,
    ShareableItem,
    SharePlan,
    ShareReceipt,
    ShareRequest,
    Step,
    UnclearRequest,
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


async def test_a_receipt_is_kept_for_a_while_and_then_forgotten(ledger: Ledger, clock: Clock) -> None:
    key = await ledger.plans.put(PLAN)
    receipt = ShareReceipt(PLAN, (Grant(ALEX, Outcome.GRANTED),))
    await ledger.plans.finish(key, receipt)
    clock.now += 30 * 24 * 60 * 60
    await ledger.plans.put(PLAN)

    assert await ledger.plans.receipt(key, ADELE) == receipt
    clock.now += 90 * 24 * 60 * 60
    await ledger.plans.put(PLAN)
    with pytest.raises(TooLate):
        await ledger.plans.receipt(key, ADELE)


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
    await ledger.plans.finish(key, receipt)

    assert await ledger.plans.receipt(key, ADELE) == receipt


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


async def test_a_token_cache_is_kept_replaced_and_deleted(ledger: Ledger) -> None:
    await ledger.token_caches.save("t", "adele", b"one")
    await ledger.token_caches.save("t", "adele", b"two")
    await ledger.token_caches.save("t", "alex", b"his")

    assert await ledger.token_caches.load("t", "adele") == b"two"
    await ledger.token_caches.delete("t", "adele")
    assert await ledger.token_caches.load("t", "adele") is None
    assert await ledger.token_caches.load("t", "alex") == b"his"


async def taken(ledger: Ledger, ticket: str, person: Person) -> Parked | None:
    async with ledger.sign_ins.taken(ticket, person) as parked:
        return parked


async def came_back(ledger: Ledger, state: str) -> Parked | None:
    async with ledger.sign_ins.back_from_page(state) as parked:
        return parked


async def test_a_ticket_is_its_owners_and_good_once(ledger: Ledger) -> None:
    ticket = await ledger.sign_ins.open(ADELE, b"what she said", frozenset({"A", "B"}), "{}")

    assert await taken(ledger, ticket, MEGAN) is None
    parked = await taken(ledger, ticket, ADELE)
    assert parked == Parked("t", "adele", b"what she said", None, frozenset({"A", "B"}), "{}")
    assert await taken(ledger, ticket, ADELE) is None


async def test_a_ticket_ends(ledger: Ledger, clock: Clock) -> None:
    ticket = await ledger.sign_ins.open(ADELE, b"said")
    await ledger.sign_ins.send_to_page(ticket, "state", b"flow")
    clock.now += 60 * 60

    assert await ledger.sign_ins.at(ticket) is None
    assert await ledger.sign_ins.latest(ADELE) is None
    assert await came_back(ledger, "state") is None


async def test_who_comes_back_from_the_page_is_known_by_the_state_once(ledger: Ledger) -> None:
    ticket = await ledger.sign_ins.open(ADELE, b"said")
    await ledger.sign_ins.send_to_page(ticket, "state", b"flow")

    assert await came_back(ledger, "another") is None
    came = await came_back(ledger, "state")
    assert came is not None
    assert (came.person_id, came.parked, came.flow) == ("adele", b"said", b"flow")
    assert await came_back(ledger, "state") is None


async def test_a_ticket_is_good_again_if_what_it_was_for_fails(ledger: Ledger) -> None:
    ticket = await ledger.sign_ins.open(ADELE, b"said")
    await ledger.sign_ins.send_to_page(ticket, "state", b"flow")

    with pytest.raises(Unavailable):
        async with ledger.sign_ins.back_from_page("state"):
            raise Unavailable

    assert await came_back(ledger, "state") is None
    again = await taken(ledger, ticket, ADELE)
    assert again
    assert again.parked == b"said"


async def test_what_somebody_said_last_is_known(ledger: Ledger, clock: Clock) -> None:
    await ledger.sign_ins.open(ADELE, b"first")
    clock.now += 1
    await ledger.sign_ins.open(ADELE, b"second")
    clock.now += 1
    await ledger.sign_ins.open(ADELE, None)

    last = await ledger.sign_ins.latest(ADELE)

    assert last
    assert last.parked == b"second"
    assert await ledger.sign_ins.latest(MEGAN) is None


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


async def take(ledger: Ledger, key: str, person: Person = ADELE) -> None:
    async with ledger.plans.claim(key, person):
        pass
