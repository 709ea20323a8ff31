"""Who wants words instead of cards, and what the numbers in the words they got stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ledger.bodies import json
from bot.ledger.plans import ANSWERED_WITHIN
from bot.ledger.tables import insert_for, plain_texts
from bot.sharing import Offer, Person

# What is said unasked has numbers of its own, so that no answer takes them away; after the last come the first again.
FIRST_UNASKED, LAST_UNASKED = 21, 99
Of = TypeVar("Of")


@dataclass(frozen=True)
class Offered:
    """By the last answer and by what was said unasked; `at` is when the answer was given, in seconds since 1970."""

    answer: tuple[Offer, ...] = ()
    unasked: tuple[Offer, ...] = ()
    at: int = 0


class PlainTexts:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)

    async def switch(self, person: Person, *, on: bool) -> None:
        row = {"tenant_id": person.tenant_id, "person_id": person.id, "offered": json.dumps(Offered())}
        async with self._engine.begin() as database:
            await database.execute(
                self._insert(plain_texts).values(row).on_conflict_do_nothing()
                if on
                else delete(plain_texts).where(_of(person))
            )

    async def offered(self, person: Person) -> Offered | None:
        """None for whoever gets cards."""
        async with self._engine.connect() as database:
            body = await database.scalar(select(plain_texts.c.offered).where(_of(person)))
        return json.loads(body, Offered) if body else None

    def is_recent(self, offered: Offered) -> bool:
        return offered.at > self._clock() - ANSWERED_WITHIN

    async def answered(self, person: Person, offers: tuple[Offer, ...]) -> None:
        """Takes the place of what the answer before it offered."""
        now = int(self._clock())
        await self._change(person, lambda was: (True, Offered(offers, was.unasked, now)))

    async def told(self, person: Person, make: Callable[[int], tuple[Of, tuple[Offer, ...]]]) -> Of | None:
        """What is made with the next numbers that are free; None for whoever gets cards."""

        def change(was: Offered) -> tuple[Of, Offered]:
            made, offers = make(was.unasked[-1].number + 1 if was.unasked else FIRST_UNASKED)
            if offers and offers[-1].number > LAST_UNASKED:
                made, offers = make(FIRST_UNASKED)
            taken = {each.number for each in offers}
            kept = tuple(each for each in was.unasked if each.number not in taken)
            return made, Offered(was.answer, (*kept, *offers), was.at)

        return await self._change(person, change)

    async def _change(self, person: Person, change: Callable[[Offered], tuple[Of, Offered]]) -> Of | None:
        """Begins anew where it was changed meanwhile: no number is given twice."""
        row = _of(person)
        while True:
            async with self._engine.connect() as database:
                before = await database.scalar(select(plain_texts.c.offered).where(row))
            if before is None:
                return None
            made, after = change(json.loads(before, Offered))
            async with self._engine.begin() as database:
                changed = await database.execute(
                    update(plain_texts)
                    .where(row, plain_texts.c.offered == before)
                    .values(offered=json.dumps(after))
                    .returning(plain_texts.c.person_id)
                )
                if changed.first() is not None:
                    return made


def _of(person: Person) -> ColumnElement[bool]:
    return (plain_texts.c.tenant_id == person.tenant_id) & (plain_texts.c.person_id == person.id)
