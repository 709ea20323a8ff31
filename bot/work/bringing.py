"""The bot brought to recipients who never had it, where an administrator allows that: so that a notice finds them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace

from bot.errors import Busy, SharebotError, Unavailable
from bot.ledger import Ledger
from bot.sharing import Person, Recipient

log = logging.getLogger(__name__)

# Into the Teams of somebody (an id). The id of their chat with the bot. Raises SharebotError.
Install = Callable[[str], Awaitable[str]]


class Bringing:
    """`install` is None where nobody has allowed it."""

    def __init__(self, ledger: Ledger, install: Install | None) -> None:
        self._ledger = ledger
        self._install = install

    @property
    def is_allowed(self) -> bool:
        return self._install is not None

    async def open_to(self, tenant_id: str, people: Collection[Recipient]) -> set[str]:
        """To whom of these it may be brought: to colleagues, and to nobody who took it away.

        Of whom the directory told no address nobody knows whether they are a guest.
        """
        if self._install is None:
            return set()
        known = [each for each in people if each.email and not each.is_group and not each.is_outside]
        colleagues = {each.id for each in known if each.id}
        return colleagues - await self._ledger.installs.removed(tenant_id, colleagues)

    async def bring(self, tenant_id: str, person: Recipient, *, can_wait: bool) -> None:
        """To whoever has no chat with the bot and may have one. Raises Unavailable where another try may do it soon."""
        conversations = self._ledger.conversations
        open_to = await self.open_to(tenant_id, [person])
        if self._install is None or person.id not in open_to or await conversations.known(tenant_id, open_to):
            return
        # Where Teams is for them, others of the tenant tell; without any, a notice would have no way.
        like = await conversations.like(tenant_id, person.id)
        whose = Person(tenant_id, person.id, "")
        if like is None or not await self._ledger.installs.begin(whose):
            return
        try:
            chat_id = await self._install(person.id)
        except SharebotError as error:
            # Who is busy is so for a while, and a mail does as well.
            if can_wait and isinstance(error, Unavailable) and not isinstance(error, Busy):
                raise
            await self._ledger.installs.is_not_brought(whose)
            log.info("the bot can't be brought to %s: %s", person.id, type(error).__name__)
            return
        await conversations.keep_new(replace(like, person_id=person.id, conversation_id=chat_id))
        log.info("the bot was brought to %s", person.id)

    async def for_nothing(self, tenant_id: str, person: Recipient) -> None:
        """They will not hear of what it was brought for: if Teams tells of it after this, it says hello."""
        if self._install and person.id:
            await self._ledger.installs.is_not_brought(Person(tenant_id, person.id, ""))
            await self._ledger.conversations.forget(tenant_id, person.id, unless_heard=True)
