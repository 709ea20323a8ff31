"""A change of access that is there: what each has and by which way, what they would have after it, or why not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from bot.sharing import Expiry, Person, Recipient, Role, ShareableItem


class Aim(Enum):
    """What shall become of it."""

    REMOVE = "remove"
    LOWER = "lower"  # from editing to viewing; to raise it is a share
    END = "end"  # another end, or none


class Bar(Enum):
    """Why nothing can be done for one person, or need not."""

    NO_ACCESS = "no access"
    UNSEEN = "unseen"  # nothing names them, but groups or links have access
    SO_ALREADY = "so already"
    OWNER = "owner"
    FOLDER = "folder"  # it comes from a folder above
    LINK = "link"  # of which one person can't be taken, or not changed
    NOT_MINE = "not mine"  # an end is kept for what was shared through us, by whoever shared it


@dataclass(frozen=True)
class ChangeStep:
    """One person of a plan. `own` is the right that is theirs alone, which is what is changed.

    `now` is the most they can do, and `after`, the most they can do then. `links` are those, for named people, that
    they are taken off. `folder` is the one above that gives them access, `by_link` whether a link does that is for
    whoever has it. `ends` is when it ends now; `share` and `sharer`, by which share of whom they have it.
    """

    recipient: Recipient
    now: Role | None
    own: Role | None
    after: Role | None
    bar: Bar | None = None
    links: tuple[str, ...] = ()
    folder: str = ""
    by_link: bool = False
    ends: dt.datetime | None = None
    share: str = ""
    sharer: str = ""

    def is_over(self, now: dt.datetime) -> bool:
        """Whether it would have ended by itself."""
        return self.ends is not None and self.ends <= now


@dataclass(frozen=True)
class ChangePlan:
    """All looked up, nothing done. `until` is the end that is wanted; without a moment, none. It may be still to say.

    `in_place` are those who come in the place of who goes: nothing is taken away before they have it.
    """

    asker: Person
    item: ShareableItem
    aim: Aim
    steps: tuple[ChangeStep, ...]
    until: Expiry | None = None
    in_place: tuple[Recipient, ...] = ()

    @property
    def to_change(self) -> tuple[ChangeStep, ...]:
        return tuple(step for step in self.steps if step.bar is None)

    @property
    def asks_when(self) -> bool:
        """Whether it waits for a day."""
        return self.aim is Aim.END and self.until is None

    @property
    def ends_at(self) -> int | None:
        return int(self.until.at.timestamp()) if self.until and self.until.at else None


class Became(Enum):
    """What became of one person's access."""

    REMOVED = "removed"
    LOWERED = "lowered"
    MOVED = "moved"  # it has another end, or none
    RESTORED = "restored"
    LEFT = "left"  # somebody changed it since the card was shown
    REFUSED = "refused"


@dataclass(frozen=True)
class Changed:
    """The outcome for one person. `now` is what they can do; `remark` why not, `code` the same for the record.

    `reference` is Graph's name of the request. `heard`: whether they knew that they had it.
    """

    recipient: Recipient
    became: Became
    now: Role | None
    remark: str = ""
    code: str = ""
    reference: str = ""
    heard: bool = True

    @property
    def was_done(self) -> bool:
        return self.became not in (Became.LEFT, Became.REFUSED)


@dataclass(frozen=True)
class ChangeReceipt:
    """What was done for each, after the permissions were read back. `is_undone`: this is what came of the undo."""

    plan: ChangePlan
    changes: tuple[Changed, ...]
    is_undone: bool = False

    def done(self) -> tuple[Changed, ...]:
        return tuple(each for each in self.changes if each.was_done)

    def restorable(self) -> tuple[Changed, ...]:
        """What can be as it was before: the right of somebody whom the directory knows, or an end."""
        alone = {step.recipient for step in self.plan.steps if step.own and not step.links}
        return tuple(
            each for each in self.done() if self.plan.aim is Aim.END or (each.recipient.id and each.recipient in alone)
        )
