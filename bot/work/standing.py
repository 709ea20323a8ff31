"""What a share gave somebody, if that stands: by a share of their own, where theirs has another end since."""

from __future__ import annotations

from bot.ledger import Ledger, Stands
from bot.sharing import Outcome


async def given(ledger: Ledger, key: str, person_id: str) -> Stands | None:
    """The share by which they have it now."""
    stands = await ledger.ends.at(key)
    mine = next((each for each in stands.receipt.grants if each.recipient.id == person_id), None) if stands else None
    if stands is None or mine is None:
        return None
    if mine.outcome is Outcome.MOVED:
        for apart_from in await ledger.changes.apart_from(stands):
            if there := await given(ledger, apart_from, person_id):
                return there
        return None
    return stands if stands.ended is None and mine.outcome is Outcome.GRANTED else None
