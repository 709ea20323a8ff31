"""Several deeds behind one card: each a plan under a key of its own, carried out and kept as if it were alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.changes import Became, ChangePlan, ChangeReceipt
from bot.sharing import Decision, EndReceipt, Grant, Outcome, Person, Recipient, SharePlan, ShareReceipt

FAILED = (Outcome.REFUSED, Outcome.UNSURE)
# To whom it was given, whatever became of that.
GIVEN = (Outcome.GRANTED, Outcome.RETURNED, Outcome.TAKEN, Outcome.MOVED)


@dataclass(frozen=True)
class Missing:
    """What was asked for and can't be done, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class ManyPlan:
    """`keys` are those of the plans; `missing` is what there is none for.

    `waits` are the keys of what waits for a second person: each of several plans, for which the same people are asked.
    """

    asker: Person
    keys: tuple[str, ...]
    missing: tuple[Missing, ...] = ()
    waits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """One of several, as it is by now. `said` is why nothing came of it, "" while it waits or where something did."""

    key: str
    plan: SharePlan | ChangePlan
    receipt: ShareReceipt | ChangeReceipt | EndReceipt | None = None
    said: str = ""

    @property
    def share(self) -> SharePlan | None:
        return self.plan if isinstance(self.plan, SharePlan) else None

    @property
    def is_over(self) -> bool:
        return self.receipt is not None or bool(self.said)

    @property
    def failed(self) -> tuple[Grant, ...]:
        """Those of a share with whom it was not shared, though others got it."""
        grants = self.receipt.grants if isinstance(self.receipt, ShareReceipt) else ()
        return tuple(each for each in grants if each.outcome in FAILED)

    @property
    def left(self) -> tuple[Recipient, ...]:
        """Those for whom it may be tried once more."""
        match self.receipt:
            case None if self.said and isinstance(self.plan, ChangePlan):
                return tuple(step.recipient for step in self.plan.to_change)
            case None if self.said:
                return tuple(step.recipient for step in self.plan.steps)
            case ChangeReceipt(changes=changes, is_undone=False):
                return tuple(each.recipient for each in changes if each.became is Became.REFUSED)
            case _:
                return tuple(each.recipient for each in self.failed)

    def is_of(self, person_id: str) -> bool:
        """Whether somebody got something by it, or had something changed."""
        match self.receipt:
            case ShareReceipt(grants=grants) | EndReceipt(share=ShareReceipt(grants=grants)):
                return any(each.recipient.id == person_id and each.outcome in GIVEN for each in grants)
            case ChangeReceipt(changes=changes):
                return any(each.recipient.id == person_id for each in changes)
            case None:
                return False

    @property
    def can_be_undone(self) -> bool:
        match self.receipt:
            case ShareReceipt():
                return bool(self.receipt.given()) and self.receipt.plan.sees_all
            case ChangeReceipt():
                return not self.receipt.is_undone and bool(self.receipt.restorable())
            case _:
                return False


@dataclass(frozen=True)
class Waiting:
    """What a second person has to approve, in one go; `keys` are those of the plans.

    `asked` are the names of those who may: for each rule one of its own. `by` has decided.
    """

    key: str
    keys: tuple[str, ...]
    plans: tuple[SharePlan, ...]
    asked: tuple[tuple[str, ...], ...] = ()
    decision: Decision | None = None
    by: str = ""

    @property
    def is_open(self) -> bool:
        return bool(self.asked) and self.decision is None


@dataclass(frozen=True)
class Many:
    """All of them, as they are by now. `is_pressed`: the work on them has begun; `is_over`, it has come to its end.

    `waiting` goes on by itself, on a card of its own; `approved_by` has approved all of this one.
    """

    key: str
    plan: ManyPlan
    parts: tuple[Part, ...]
    waiting: tuple[Waiting, ...] = ()
    approved_by: str = ""
    is_pressed: bool = False
    is_over: bool = False
    is_undone: bool = False

    @property
    def shares(self) -> tuple[SharePlan, ...]:
        waiting = (plan for each in self.waiting for plan in each.plans)
        return (*(part.share for part in self.parts if part.share), *waiting)

    @property
    def can_be_changed(self) -> bool:
        """Whether all of it is one request, which a form can hold."""
        is_all = len(self.shares) == len(self.parts) + sum(len(each.plans) for each in self.waiting)
        asked = {replace(plan.asked, items=()) for plan in self.shares}
        return is_all and len(asked) == 1


def by_approvers(
    parts: Sequence[SharePlan | ChangePlan],
) -> tuple[list[SharePlan | ChangePlan], list[list[SharePlan]]]:
    """What goes at once, and what waits: together where the same people are asked, for each rule one of them.

    A yes is for what its card says of all, so what is said of them is the same as well.
    """
    at_once: list[SharePlan | ChangePlan] = []
    waiting: dict[object, list[SharePlan]] = {}
    for part in parts:
        if isinstance(part, SharePlan) and part.approvals:
            asked = frozenset(frozenset(each.approvers) for each in part.approvals)
            waiting.setdefault((asked, part.sign_in, part.mail, part.message), []).append(part)
        else:
            at_once.append(part)
    return at_once, list(waiting.values())
