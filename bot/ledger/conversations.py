"""Where a person can be reached: their personal chat with the bot, as Teams last named it."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.ledger.tables import conversations, insert_for

# Another replica may have been told that the bot was removed, so it is written again now and then. Seconds.
KNOWN_FOR = 10 * 60
KNOWN = 10_000


@dataclass(frozen=True)
class Conversation:
    """`member_id` is Teams' 29:… of the person, `bot_id` its 28:… of us.

    `locale` (BCP 47) and `timezone` (IANA) are the person's; "" where Teams did not tell.
    """

    tenant_id: str
    person_id: str
    conversation_id: str
    service_url: str
    member_id: str
    bot_id: str
    locale: str = ""
    timezone: str = ""


class Conversations:
    def __init__(self, engine: AsyncEngine, clock: Callable[[], float]) -> None:
        self._engine = engine
        self._clock = clock
        self._insert = insert_for(engine)
        self._written: OrderedDict[tuple[str, str], tuple[Conversation, float]] = OrderedDict()

    async def remember(self, conversation: Conversation) -> bool:
        """Whether this person is new to us. What was written a while ago is not written again."""
        whose = (conversation.tenant_id, conversation.person_id)
        written, at = self._written.get(whose, (None, -math.inf))
        if written == conversation and self._clock() - at < KNOWN_FOR:
            return False
        is_new = await self._write(conversation)
        self._written[whose] = (conversation, self._clock())
        if len(self._written) > KNOWN:
            self._written.popitem(last=False)
        return is_new

    async def _write(self, conversation: Conversation) -> bool:
        values = {**vars(conversation), "seen_at": int(self._clock())}
        key = ["tenant_id", "person_id"]
        # What Teams does not tell this time is as it was.
        changes = {name: value for name, value in values.items() if name not in key and value != ""}
        async with self._engine.begin() as database:
            new = await database.execute(
                self._insert(conversations).values(values).on_conflict_do_nothing().returning(conversations.c.person_id)
            )
            if new.first() is not None:
                return True
            await database.execute(
                self._insert(conversations).values(values).on_conflict_do_update(index_elements=key, set_=changes)
            )
        return False

    async def keep_new(self, conversation: Conversation) -> None:
        """Where somebody can be reached of whom nothing is known; what Teams has told since is not touched."""
        values = {**vars(conversation), "seen_at": int(self._clock())}
        async with self._engine.begin() as database:
            await database.execute(self._insert(conversations).values(values).on_conflict_do_nothing())

    async def forget(self, tenant_id: str, person_id: str, *, unless_heard: bool = False) -> None:
        """`unless_heard`: not where Teams has told of it by now."""
        self._written.pop((tenant_id, person_id), None)
        theirs = (conversations.c.tenant_id == tenant_id) & (conversations.c.person_id == person_id)
        # Only Teams tells what it calls the person.
        forgotten = theirs & (conversations.c.member_id == "") if unless_heard else theirs
        async with self._engine.begin() as database:
            await database.execute(delete(conversations).where(forgotten))

    async def like(self, tenant_id: str, conversation_id: str) -> Conversation | None:
        """A chat that nobody wrote to us from, if we know others of the tenant: where Teams is for it they tell.

        The language is the one that most of its people have, and so are the hours. None without an id.
        """
        theirs = conversations.c.tenant_id == tenant_id
        newest = select(conversations).where(theirs).order_by(conversations.c.seen_at.desc()).limit(1)
        spoken = select(conversations.c.locale, conversations.c.timezone).where(theirs, conversations.c.locale != "")
        spoken = spoken.group_by(conversations.c.locale, conversations.c.timezone).order_by(func.count().desc())
        async with self._engine.connect() as database:
            known = (await database.execute(newest)).first()
            most = (await database.execute(spoken.limit(1))).first()
        if known is None or not conversation_id:
            return None
        locale, timezone = (most.locale, most.timezone or "") if most else ("", "")
        return Conversation(tenant_id, "", conversation_id, known.service_url, "", known.bot_id, locale, timezone)

    async def known(self, tenant_id: str, people: Collection[str]) -> set[str]:
        """Those of these people who have a chat with the bot."""
        if not people:
            return set()
        theirs = (conversations.c.tenant_id == tenant_id) & conversations.c.person_id.in_(people)
        async with self._engine.connect() as database:
            return set(await database.scalars(select(conversations.c.person_id).where(theirs)))

    async def of(self, tenant_id: str, person_id: str) -> Conversation | None:
        async with self._engine.connect() as database:
            row = (
                await database.execute(
                    select(conversations).where(
                        conversations.c.tenant_id == tenant_id, conversations.c.person_id == person_id
                    )
                )
            ).first()
        if row is None:
            return None
        return Conversation(
            row.tenant_id,
            row.person_id,
            row.conversation_id,
            row.service_url,
            row.member_id,
            row.bot_id,
            row.locale or "",
            row.timezone or "",
        )
