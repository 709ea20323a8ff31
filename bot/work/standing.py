"""What a share gave somebody, if that stands: by another share, where theirs has another end since.

And whether what a delegate gave them was taken back.
"""

from __future__ import annotations

from dataclasses import replace

from bot.graph.permissions import covers
from bot.ledger import Ledger, Stands
from bot.ledger.attempts import named
from bot.many import GIVEN
from bot.sharing import AccessWanted, Outcome, Role, SharePlan


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


async def was_taken_back(ledger: Ledger, what: AccessWanted, item: str, now: float) -> bool:
    """Whether the owner took from them what a delegate had given, and has not given them what they want since.

    They ask for it: what they have by our rows all the same, somebody took elsewhere.
    """
    is_taken = False
    for stands in await ledger.ends.on_item(what.owner, item):
        mine = next((each for each in stands.receipt.grants if each.recipient.id == what.asker.id), None)
        if mine is None or mine.outcome in (Outcome.HAD_IT, Outcome.REFUSED):
            continue
        plan = stands.receipt.plan
        gave = covers(plan.role, what.role)
        if mine.outcome is Outcome.RETURNED or (mine.outcome in GIVEN and stands.had_its_time(now)):
            # It may have been lowered before.
            is_taken = gave and not covers(mine.role or plan.role, what.role)
        elif mine.outcome is not Outcome.MOVED:
            # What has moved went with the newer share that has it.
            is_taken = gave or stands.ended is not None
        if plan.allowed_by and is_taken:
            return True
        if not plan.allowed_by and gave and not is_taken:
            return False
    return False
