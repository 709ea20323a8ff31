"""What a share gave somebody, if that stands: by another share, where theirs has another end since."""

from __future__ import annotations

from dataclasses import replace

from bot.ledger import Ledger, Stands
from bot.ledger.attempts import named
from bot.sharing import Outcome, Role, SharePlan


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
        newer = await ledger.attempts.holder(stands.receipt.plan, named(mine.recipient))
        return await given(ledger, newer, person_id) if newer and newer != key else None
    return stands if stands.ended is None and mine.outcome is Outcome.GRANTED else None


async def held(ledger: Ledger, key: str, person_id: str) -> Role | None:
    """What they can do by it now; None where nothing of it is theirs any more."""
    stands = await given(ledger, key, person_id)
    if stands is None:
        return None
    return _role(stands, person_id) or stands.receipt.plan.role


def _role(stands: Stands, person_id: str) -> Role | None:
    return next(each.role for each in stands.receipt.grants if each.recipient.id == person_id)


async def by_now(ledger: Ledger, key: str, plan: SharePlan, person_id: str) -> SharePlan:
    """The plan of this share with the right and the end that somebody has by it at this moment."""
    stands = await given(ledger, key, person_id)
    if stands is None:
        return plan
    role = _role(stands, person_id)
    return replace(plan, role=role or plan.role, until=stands.receipt.until(stands.ends).plan.until)
