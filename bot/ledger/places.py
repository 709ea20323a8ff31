"""Where the card of a share is, and what its recipients were told, as long as that is to be shown anew."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.ledger.conversations import Conversation
from bot.ledger.tables import ends, insert_for, places, plans

# Letters of a key of ours, and of what stands for a person behind it: the column has room for both.
OURS, PERSON = 32, 16


@dataclass(frozen=True)
class Place:
    """A message of ours in a chat."""

    chat: Conversation
    message_id: str


def of_notice(key: str, person_id: str) -> str:
    """What the place is kept under where somebody was told of what this key is of."""
    return f"{key}.{hashlib.sha256(person_id.encode()).hexdigest()[:PERSON]}"


class Places:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)

    async def keep(self, key: str, place: Place) -> None:
        chat = place.chat
        values = {
            "tenant_id": chat.tenant_id,
            "person_id": chat.person_id,
            "conversation_id": chat.conversation_id,
            "service_url": chat.service_url,
            "member_id": chat.member_id,
            "bot_id": chat.bot_id,
            "message_id": place.message_id,
            "at": int(self._clock()),
        }
        row = self._insert(places).values(key=key, **values)
        async with self._engine.connect() as database:
            await database.execute(row.on_conflict_do_update(index_elements=["key"], set_=values))
            await database.commit()

    async def of(self, key: str) -> Place | None:
        async with self._engine.connect() as database:
            row = (await database.execute(select(places).where(places.c.key == key))).first()
        if row is None:
            return None
        names = ("tenant_id", "person_id", "conversation_id", "service_url", "member_id", "bot_id")
        return Place(Conversation(*(getattr(row, name) for name in names)), row.message_id)

    async def forget(self, place: Place) -> None:
        """Another card is there now."""
        there = (places.c.conversation_id == place.chat.conversation_id) & (places.c.message_id == place.message_id)
        async with self._engine.begin() as database:
            await database.execute(delete(places).where(there))


async def tidy(database: AsyncConnection, old: int) -> None:
    """Forgets those that are old, but for those of what stands: of its card, and of what people were told of it."""
    standing = select(ends.c.key)
    together = select(plans.c.many).where(plans.c.many.is_not(None), plans.c.key.in_(standing))
    of = func.substr(places.c.key, 1, OURS)
    await database.execute(delete(places).where(places.c.at < old, ~or_(of.in_(standing), of.in_(together))))
