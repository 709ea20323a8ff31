"""To whom the bot was brought for a notice, and who took it away: to them nobody brings it again."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ledger.tables import insert_for, installs
from bot.sharing import Person

BROUGHT, REMOVED = "brought", "removed"
# What Teams says of an install that we asked for it has said by then. Seconds.
HEARD_WITHIN = 60 * 60


class Installs:
    """One row for each, of what was last."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)

    async def begin(self, person: Person) -> bool:
        """Before it is brought to them, or Teams would tell of it first. False for whoever took it away."""
        row, now = self._row(person, BROUGHT), int(self._clock())
        brought = self._insert(installs).values(row)
        brought = brought.on_conflict_do_update(
            index_elements=["tenant_id", "person_id"], set_={"at": now}, where=installs.c.what == BROUGHT
        )
        async with self._engine.connect() as database:
            done = (await database.execute(brought.returning(installs.c.person_id))).first()
            await database.commit()
        return done is not None

    async def is_there(self, person: Person) -> bool:
        """They have it, whatever was before. Whether we have just brought it."""
        async with self._engine.begin() as database:
            await database.execute(delete(installs).where(_of(person), installs.c.what == REMOVED))
            at = await database.scalar(select(installs.c.at).where(_of(person)))
        return at is not None and at > self._clock() - HEARD_WITHIN

    async def is_gone(self, person: Person, *, unless_brought: bool = False) -> None:
        """They took it away, or do not let us in any more; `unless_brought`: unless we have just brought it."""
        row = self._row(person, REMOVED)
        now_brought = (installs.c.what == BROUGHT) & (installs.c.at > self._clock() - HEARD_WITHIN)
        gone = self._insert(installs).values(row)
        async with self._engine.begin() as database:
            await database.execute(
                gone.on_conflict_do_update(
                    index_elements=["tenant_id", "person_id"],
                    set_={"what": REMOVED, "at": row["at"]},
                    where=~now_brought if unless_brought else None,
                )
            )

    async def is_not_brought(self, person: Person) -> None:
        """Nothing came of it, so that they came by it themselves if they have it."""
        async with self._engine.begin() as database:
            await database.execute(delete(installs).where(_of(person), installs.c.what == BROUGHT))

    async def tidy(self) -> None:
        """Whom it was brought to is of no use any more once Teams has told of it."""
        old = (installs.c.what == BROUGHT) & (installs.c.at <= self._clock() - HEARD_WITHIN)
        async with self._engine.begin() as database:
            await database.execute(delete(installs).where(old))

    async def removed(self, tenant_id: str, people: Collection[str]) -> set[str]:
        """Those of these who took it away."""
        theirs = (installs.c.tenant_id == tenant_id) & installs.c.person_id.in_(people)
        async with self._engine.connect() as database:
            found = await database.scalars(select(installs.c.person_id).where(theirs, installs.c.what == REMOVED))
            return set(found)

    def _row(self, person: Person, what: str) -> dict[str, str | int]:
        return {"tenant_id": person.tenant_id, "person_id": person.id, "what": what, "at": int(self._clock())}


def _of(person: Person) -> ColumnElement[bool]:
    return (installs.c.tenant_id == person.tenant_id) & (installs.c.person_id == person.id)
