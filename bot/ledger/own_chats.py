"""Somebody's own chat with us, as a turn finds it: what the numbers there stand for, and whether a card waits."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ledger.bodies import json
from bot.ledger.plain_texts import Offered, PlainTexts
from bot.ledger.tables import plain_texts, plans
from bot.sharing import Person

_TENANT, _PERSON, _CHAT = (bindparam(each) for each in ("tenant", "person", "chat"))
# Every sentence asks for both, so they are one statement, which is built once.
_FOUND = select(
    select(plain_texts.c.offered)
    .where(plain_texts.c.tenant_id == _TENANT, plain_texts.c.person_id == _PERSON)
    .scalar_subquery(),
    exists().where(plans.c.tenant_id == _TENANT, plans.c.person_id == _PERSON, plans.c.chat == _CHAT),
)


class _Found(NamedTuple):
    offered: Offered | None
    waits: bool


class OwnChat:
    """Read when it is first asked for, and known from then on."""

    def __init__(self, engine: AsyncEngine, plain_texts: PlainTexts, person: Person, chat: str) -> None:
        self._engine = engine
        self._plain_texts = plain_texts
        self._person = person
        self._chat = chat
        self._known: _Found | None = None

    async def offered(self) -> Offered | None:
        """None for whoever gets cards."""
        return (await self._found()).offered

    def is_recent(self, offered: Offered) -> bool:
        return self._plain_texts.is_recent(offered)

    async def waits(self) -> bool:
        """Whether something was shown there that what is typed may answer."""
        return (await self._found()).waits

    async def switch(self, *, on: bool) -> None:
        """Words, or cards again."""
        self._known = None
        await self._plain_texts.switch(self._person, on=on)

    async def _found(self) -> _Found:
        if self._known is None:
            whose = {"tenant": self._person.tenant_id, "person": self._person.id, "chat": self._chat}
            async with self._engine.connect() as database:
                body, waits = (await database.execute(_FOUND, whose)).one()
            self._known = _Found(json.loads(body, Offered) if body else None, bool(waits))
        return self._known
