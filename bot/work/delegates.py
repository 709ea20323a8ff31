"""Who decides for whom: named, taken back or declined by a press; and each of the two hears what the other did."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cards.delegates
from bot.errors import NotAllowed, TooLate
from bot.ledger import NAMED, Ledger
from bot.sharing import Delegation, Person
from bot.texts import _
from bot.work.access import AccessFlows
from bot.work.flows import Flows
from cards.elements import Card

# What the other one is told once, under the key of the delegation.
FREED, GIVEN_UP = "freed", "given up"


class Delegates:
    def __init__(self, *, ledger: Ledger, flows: Flows, access: AccessFlows, remind_hours: int) -> None:
        self._ledger = ledger
        self._access = access
        self._flows = flows
        self.remind_hours = remind_hours

    async def of(self, person: Person) -> Delegation | None:
        """Who decides for this person now."""
        return await self._ledger.delegates.of(person)

    async def for_whom(self, person: Person) -> list[Delegation]:
        return await self._ledger.delegates.for_whom(person)

    async def name(self, wanted: Delegation) -> Delegation:
        """In force from now on. Raises NotAllowed where the delegate can't be told."""
        delegate = wanted.delegate
        if await self._ledger.conversations.of(delegate.tenant_id, delegate.id) is None:
            raise NotAllowed(
                _("I can't reach {name} in Teams. Please ask them to write to me first.", name=delegate.name)
            )
        made, before = await self._ledger.delegates.put(wanted)
        if before is None or before.delegate.id != delegate.id:
            # Also those whose time was over before they are named again.
            await self._access.ask_no_more(made.asker)
        if before and before.delegate.id != delegate.id:
            await self._tell(before, before.delegate, FREED, partial(cards.delegates.freed, before))
        await self._tell_delegate(made)
        return made

    async def take_back(self, person: Person) -> Delegation | None:
        """Whoever it was until now; None where it was nobody."""
        standing = await self._ledger.delegates.of(person)
        if standing and await self._ledger.delegates.end(standing, "withdrawn"):
            await self._access.ask_no_more(person)
            await self._tell(standing, standing.delegate, FREED, partial(cards.delegates.freed, standing))
        return standing

    async def give_up(self, key: str, person: Person) -> Delegation:
        """The delegate would rather not. Raises TooLate where it is over."""
        standing = next((each for each in await self.for_whom(person) if each.key == key), None)
        if standing is None or not await self._ledger.delegates.end(standing, "declined"):
            raise TooLate
        await self._access.ask_no_more(standing.asker)
        await self._tell(standing, standing.asker, GIVEN_UP, partial(cards.delegates.given_up, standing))
        return standing

    async def look(self) -> None:
        """Tells whoever was named, and was not told because a kill came; and on their cards whose time is over."""
        for each in await self._ledger.delegates.untold():
            await self._tell_delegate(each)
        for each in await self._ledger.delegates.over():
            await self._access.ask_no_more(each.asker)
            await self._ledger.delegates.forget(each)

    async def _tell_delegate(self, made: Delegation) -> None:
        card = partial(cards.delegates.named, made, hours=self.remind_hours)
        await self._tell(made, made.delegate, NAMED, card)

    async def _tell(self, about: Delegation, whom: Person, what: str, card: Callable[[], Card]) -> None:
        await self._flows.tell_once(about.key, about.asker, whom.id, what, card)
