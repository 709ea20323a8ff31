"""The nouns. Each step of a share has a type; if you hold a plan, everything in it exists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from bot.texts import _, later, listed, sentences

# What a library is called, Graph does not tell with what is in it.
LIBRARY = later("a shared library")
# Of the options of a question, so many at once: a phone shows no more.
SHOWN = 5
# Of a group, so many are named for whom a rule counts.
MEMBERS_NAMED = 3


class Role(Enum):
    """What a recipient may do; the value is Graph's word, or the person's where Graph has none for an invite."""

    READ = "read"
    WRITE = "write"
    COMMENT = "comment"
    OWNER = "owner"

    @property
    def grantable(self) -> bool:
        """Whether `driveItem: invite` takes it. https://learn.microsoft.com/graph/api/driveitem-invite"""
        return self in (Role.READ, Role.WRITE)


class DriveType(Enum):
    """Graph's driveType: what an invite takes depends on it. https://learn.microsoft.com/graph/api/resources/drive"""

    PERSONAL = "personal"
    BUSINESS = "business"
    LIBRARY = "documentLibrary"


@dataclass(frozen=True)
class Person:
    """Somebody of the tenant, as a signed activity names them: never by name or mail, which people change."""

    tenant_id: str
    id: str
    name: str


@dataclass(frozen=True)
class Words:
    """Something a person named: what sort of name it is, and the name as they wrote it. `name` is how Teams calls
    somebody mentioned.

    `kind` of an item is name, path, url or id; of a recipient name, email, mention, id or chat. An id is never typed:
    it is what a person chose from a list, `drive-id/item-id` for an item and an object id for a recipient; its `name`
    is how it is called. So is a chat: everybody in it, by Teams' ids of its conversation and its team.
    """

    kind: str
    value: str
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Expiry:
    """Until when: the words as written, and the moment they mean (aware), None where they mean "never".

    `longer`: it is so much longer than by now, "by a week"; `at` is then counted from now.
    """

    words: str
    at: dt.datetime | None
    longer: bool = False


@dataclass(frozen=True)
class ShareRequest:
    """What was typed; nothing is looked up yet. None is "not said".

    `mail`: whether Microsoft 365 shall write to them; `sign_in`: whether they have to sign in to open it. `same_as`:
    whose right and end it shall be, where these are not said. `keeps_end`: who has it until some day has the higher
    right no longer, unless that is said.
    """

    items: tuple[Words, ...]
    recipients: tuple[Words, ...]
    role: Role | None = None
    until: Expiry | None = None
    excluded: tuple[Words, ...] = ()
    message: str | None = None
    mail: bool | None = None
    sign_in: bool | None = None
    password: str | None = field(default=None, repr=False)
    same_as: Words | None = None
    keeps_end: bool = False


@dataclass(frozen=True)
class ShareableItem:
    """A driveItem the person can see.

    `place` is where it lies: "OneDrive › Finance", or LIBRARY and its folders; "" if not told.
    `is_own`: in a drive of their own; `drive_type` None: not told.
    """

    drive_id: str
    id: str
    name: str
    web_url: str
    is_folder: bool
    place: str
    owner: str
    modified: dt.datetime | None
    drive_type: DriveType | None = None
    is_own: bool = False
    is_root: bool = False

    @property
    def key(self) -> str:
        return f"{self.drive_id}/{self.id}"

    @property
    def where(self) -> str:
        """The place, in the language spoken."""
        is_there = self.place.startswith(LIBRARY)
        return _(LIBRARY) + self.place.removeprefix(LIBRARY) if is_there else self.place


@dataclass(frozen=True)
class Recipient:
    """Somebody who shall get access. `id` is None where an address is all we know of them."""

    id: str | None
    name: str
    email: str
    title: str = ""
    is_outside: bool = False
    is_group: bool = False

    @property
    def words(self) -> Words:
        """That nobody else is meant by."""
        return Words("id", self.id, self.name) if self.id else Words("email", self.email, self.name)


@dataclass(frozen=True)
class Chat:
    """A group chat, a channel or a team, by Teams' id of its conversation; of a group chat nobody tells the `name`.

    `team_id` is that of the team it belongs to, "" for a group chat.
    """

    id: str
    name: str = ""
    team_id: str = ""


@dataclass(frozen=True)
class Roster:
    """Who is in a chat, each once, without bots. Of the `unknown` Teams tells a name, and nothing to share with.

    `group_id` is the directory's id of the group that a team is, "" for a group chat.
    """

    chat: Chat
    people: tuple[Recipient, ...]
    unknown: tuple[str, ...] = ()
    group_id: str = ""


class Held(Enum):
    """How somebody came to what they can do."""

    OWN = "own"
    OWNER = "owner"
    INHERITED = "inherited"
    LINK = "link"


@dataclass(frozen=True)
class Model:
    """Somebody who has what others are to get, and how they came to it."""

    name: str
    held: Held


class Verdict(Enum):
    """What a rule of the organisation's policy decides."""

    REFUSED = "refused"
    SHORTENED = "shortened"
    APPROVAL = "approval"
    DEFAULT = "default"  # an end that nobody had named
    ROLE = "role"  # a right that nobody had named


class Unseen(Enum):
    """What can be too large to be looked through, or closed."""

    FOLDER = "folder"
    GROUP = "group"


@dataclass(frozen=True)
class Ruling:
    """What a rule decided, by the name its administrators gave it, and their reason; "" for none.

    `about` is the part of a request that it is about, as of an error. `approvers` are those of whom one has to approve
    it within so many `hours`, as the policy names them. What in the folder, and who in the group, it is about are
    `inside` and `members`; `unseen`, that it counts for what nobody could look at there.
    """

    rule: str
    verdict: Verdict
    because: str = ""
    about: str = ""
    approvers: tuple[str, ...] = ()
    hours: int = 0
    inside: str = ""
    members: tuple[str, ...] = ()
    unseen: frozenset[Unseen] = frozenset()

    @property
    def refusing(self) -> Ruling:
        """The same, where what it wants cannot be."""
        return replace(self, verdict=Verdict.REFUSED, approvers=(), hours=0)

    @property
    def words(self) -> str:
        """In the language spoken; the reason is as it was written."""
        match self.verdict:
            case Verdict.REFUSED:
                said = _("The rule “{rule}” does not allow this.", rule=self.rule)
            case Verdict.SHORTENED:
                said = _("The rule “{rule}” allows no later end.", rule=self.rule)
            case Verdict.APPROVAL:
                said = _("The rule “{rule}” wants a second person to approve this.", rule=self.rule)
            case Verdict.DEFAULT:
                said = _("Nobody named an end, so it is by the rule “{rule}”.", rule=self.rule)
            case Verdict.ROLE:
                said = _("Nobody named a right, so it is by the rule “{rule}”.", rule=self.rule)
        return sentences(*filter(None, (said, *self._within(), self.because)))

    def _within(self) -> list[str]:
        said: list[str] = []
        if self.inside:
            said.append(_("This folder has “{name}” in it.", name=self.inside))
        if Unseen.FOLDER in self.unseen:
            said.append(_("There is more in this folder than I could look at."))
        if self.members:
            names = listed(list(self.members[:MEMBERS_NAMED]))
            said.append(_("In this group, it is about: {names}.", names=names))
        if Unseen.GROUP in self.unseen:
            said.append(_("I could not see everybody in this group."))
        return said


class Change(Enum):
    """What a click would do for one recipient."""

    GAINS = "gains"
    UPGRADED = "upgraded"
    KEEPS = "keeps it"  # has it for a time, and would have it longer
    HAS_IT = "has it"
    REFUSED = "refused"  # by the organisation's policy


@dataclass(frozen=True)
class Step:
    """One recipient of a plan: what they can do now, and what the click changes.

    `ends` is when what they can do now ends, where a share gave it for a time; `ruling`, by which rule it is refused.
    """

    recipient: Recipient
    now: Role | None
    change: Change
    ends: dt.datetime | None = None
    ruling: Ruling | None = None


@dataclass(frozen=True)
class SharePlan:
    """All looked up, nothing done. What the card shows is this, and what the click does is this.

    `sees_all` is whether the asker may see what others can do with the item; `has_groups`, whether groups or links
    have access to it, and so maybe somebody who has none of their own. `message` is what the asker writes to them.

    `mail`: True, Microsoft 365 writes to each; False, to nobody; None, to whom the bot cannot tell in Teams.
    `undo`: for so many seconds nobody hears of it. `chat`: it is for everybody there, and `said` is how that was asked
    for; of the `unknown` nobody knows how to share with them. `rulings` are what the organisation's policy made of it.
    `model`: it is what they have. `wanted_by` is the name of whoever asked the asker for it, `allowed_by` the id of the
    delegate who allowed it in their place.
    """

    asker: Person
    item: ShareableItem
    role: Role
    steps: tuple[Step, ...]
    until: Expiry | None = None
    sees_all: bool = True
    has_groups: bool = False
    message: str | None = None
    mail: bool | None = None
    sign_in: bool = True
    undo: int = 0
    chat: Chat | None = None
    said: ShareRequest | None = None
    unknown: tuple[str, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    model: Model | None = None
    wanted_by: str = ""
    allowed_by: str = ""

    @property
    def asked(self) -> ShareRequest:
        """What was asked for: a chat is whoever is in it by then."""
        if self.said is None:
            return self.request
        return replace(self.request, recipients=self.said.recipients, excluded=self.said.excluded)

    @property
    def request(self) -> ShareRequest:
        """What would have to be asked for to get this plan, person by person."""
        people = (step.recipient.words for step in self.steps)
        item = Words("id", self.item.key, self.item.name)
        sign_in = None if self.sign_in else False
        return ShareRequest((item,), tuple(people), self.role, self.until, (), self.message, self.mail, sign_in)

    @property
    def to_grant(self) -> tuple[Recipient, ...]:
        nothing = (Change.HAS_IT, Change.REFUSED)
        return tuple(step.recipient for step in self.steps if step.change not in nothing)

    @property
    def refused(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.change is Change.REFUSED)

    @property
    def end_said(self) -> dt.datetime | None:
        """None where it has no end, or one by a rule."""
        is_ours = any(each.verdict in (Verdict.DEFAULT, Verdict.SHORTENED) for each in self.rulings)
        return self.until.at if self.until and not is_ours else None

    @property
    def outlast(self) -> tuple[Step, ...]:
        """Who has just this already, and for longer than until an end that was said."""
        if (end := self.end_said) is None:
            return ()
        same = (each for each in self.steps if each.change is Change.HAS_IT and each.now is self.role)
        return tuple(each for each in same if each.ends is None or each.ends > end)

    def leaves_some(self, ends: dt.datetime) -> bool:
        """Whether somebody has what they had before when it ends."""
        lasts = (step.now and (step.ends is None or step.ends > ends) for step in self.steps)
        return self.has_groups or any(lasts)

    def comes_later(self, person: Recipient) -> bool:
        """Whether they can do more than this until that ends, and only then this."""
        theirs = (step for step in self.steps if step.recipient == person)
        return any(step.change is Change.KEEPS and step.now is not self.role for step in theirs)

    @property
    def approvals(self) -> tuple[Ruling, ...]:
        """What a second person has to approve first: by each rule one."""
        return tuple(each for each in self.rulings if each.verdict is Verdict.APPROVAL)

    def is_mailed_at_once(self, person: Recipient) -> bool:
        """Whether nothing can be held back: the mail is their way in, or an address is all that is known of them."""
        return self.mail is not False and (not self.sign_in or person.id is None)


@dataclass(frozen=True)
class Option:
    """One of several things a person may have meant, with the evidence that tells it from the others."""

    key: str
    title: str
    detail: str


@dataclass(frozen=True)
class Question:
    """A name that fits several things. `slot` is where the answer goes: "item", or "recipient" and its place.

    `is_near`: it fits none, and these are called nearly so.
    """

    slot: str
    words: str
    options: tuple[Option, ...]
    is_near: bool = False


@dataclass(frozen=True)
class UnclearRequest:
    """A request with names that fit several things, waiting for the asker to choose. `wanted` is what for.

    The questions are asked one after the other; one with more options than are SHOWN at once, page by page. `page` is
    from 0.
    """

    asker: Person
    request: ShareRequest
    questions: tuple[Question, ...]
    wanted: str = "share"
    page: int = 0

    @property
    def asked(self) -> Question:
        return self.questions[0]

    @property
    def is_paged(self) -> bool:
        return len(self.asked.options) > SHOWN

    @property
    def shown(self) -> range:
        """The places of the options that are seen, on a page."""
        first, most = self.page * SHOWN, len(self.asked.options)
        return range(first, min(first + SHOWN, most))


@dataclass(frozen=True)
class Offer:
    """An action of a card that was told in words: the number to reply with, and what its button would send."""

    number: int
    title: str
    verb: str
    key: str
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Draft:
    """A request to be completed or changed in a form.

    `typed` is what stands in the form's fields, where that is not simply what the request says; `wrong`, a sentence for
    each field that cannot stay so; the field "" is the whole. `options` are the files it may be about, where it was
    pointed at them. `is_whole`: it was said in a whole sentence, so what is typed next is another one, or a no.
    """

    asker: Person
    request: ShareRequest
    typed: tuple[tuple[str, str], ...] = ()
    wrong: tuple[tuple[str, str], ...] = ()
    options: tuple[Option, ...] = ()
    is_whole: bool = False


Waiting = SharePlan | UnclearRequest | Draft


@dataclass(frozen=True)
class Suggestion:
    """What somebody may have wanted to say, in their own words but for a slip."""

    asker: Person
    words: str


@dataclass(frozen=True)
class ShareList:
    """Which of their shares somebody wants to see: all that is set has to fit; with no one of these, it is all of them.

    With one of the `people`, of one of the `items`; `until`: those that have ended by then, or never end. `is_outside`:
    somebody outside the organisation has it. `page` is from 0.
    """

    asker: Person
    people: tuple[Words, ...] = ()
    items: tuple[Words, ...] = ()
    until: Expiry | None = None
    is_outside: bool = False
    page: int = 0


class Outcome(Enum):
    """What became of one recipient."""

    GRANTED = "granted"
    HAD_IT = "had it"
    REFUSED = "refused"
    UNSURE = "unsure"
    RETURNED = "returned"  # was granted, and they gave it back
    TAKEN = "taken"  # was granted, and was taken away since
    MOVED = "moved"  # was granted, and has an end of its own since


class Telling(Enum):
    """How a recipient heard of a share, once and by one way; or why not."""

    WAITS = "waits"  # until undo has had its time
    TEAMS = "teams"
    MAIL = "mail"
    MAYBE = "maybe"  # interrupted, and never tried twice
    KEPT = "kept"  # it is taken back before they heard of it
    UNREACHED = "unreached"  # not in Teams, and no mail was to be sent
    CHANGED = "changed"  # somebody else changed their access meanwhile, so a mail would give it anew
    SIGNED_OUT = "signed out"  # the sharer, as whom the mail goes out
    REFUSED = "refused"  # the mail, by Microsoft 365


# Why an outcome is not known: Graph did not answer.
NO_ANSWER = "lost"


@dataclass(frozen=True)
class Grant:
    """The outcome for one recipient. `remark` is a sentence where there is more to say: why not, or no mail.

    `code` is the same for the record, `reference` Graph's name of the request. `telling` is None where there is nothing
    to tell. `role` is what they have of it by now, where that is less than was shared.
    """

    recipient: Recipient
    outcome: Outcome
    remark: str = ""
    code: str = ""
    reference: str = ""
    telling: Telling | None = None
    role: Role | None = None


@dataclass(frozen=True)
class ShareReceipt:
    """What was done for each. `checked` is whether the permissions could be read back afterwards."""

    plan: SharePlan
    grants: tuple[Grant, ...]
    checked: bool = True

    def granted(self) -> tuple[Grant, ...]:
        return tuple(grant for grant in self.grants if grant.outcome is Outcome.GRANTED)

    def given(self) -> tuple[Grant, ...]:
        """Of whom there is something to take back, or may be."""
        return tuple(grant for grant in self.grants if grant.outcome in (Outcome.GRANTED, Outcome.UNSURE))

    def kept(self) -> tuple[Recipient, ...]:
        """Who had it for a time, and has it by this share since."""
        kept = {step.recipient for step in self.plan.steps if step.change is Change.KEEPS}
        return tuple(grant.recipient for grant in self.granted() if grant.recipient in kept)

    def accounted(self, tellings: Mapping[str, Telling]) -> ShareReceipt:
        """With how each has heard of it; `tellings` by id. Whoever is not in there was mailed at once, or waits."""
        at_once = {
            step.recipient.email
            for step in self.plan.steps
            if step.change is not Change.KEEPS and self.plan.is_mailed_at_once(step.recipient)
        }

        def telling(person: Recipient) -> Telling:
            if person.email in at_once:
                return Telling.MAIL
            return tellings.get(person.id, Telling.WAITS) if person.id else Telling.UNREACHED

        return replace(
            self,
            grants=tuple(
                replace(each, telling=telling(each.recipient)) if each.outcome is Outcome.GRANTED else each
                for each in self.grants
            ),
        )

    def until(self, end: dt.datetime | None) -> ShareReceipt:
        """The same with the end that it has by now."""
        if end is None or self.plan.until is None:
            return self
        return replace(self, plan=replace(self.plan, until=replace(self.plan.until, at=end)))

    @property
    def waits(self) -> bool:
        """Whether somebody is still to hear of it."""
        return any(grant.telling in (Telling.WAITS, Telling.KEPT) for grant in self.grants)

    def without(self, person_id: str, outcome: Outcome) -> ShareReceipt:
        """The same since this person has given back what was theirs, or it was taken from them."""
        grants = (
            Grant(each.recipient, outcome)
            if each.recipient.id == person_id and each.outcome is Outcome.GRANTED
            else each
            for each in self.grants
        )
        return replace(self, grants=tuple(grants))


class Ending(Enum):
    """What became of a right when its end had come, or it was undone."""

    ENDED = "ended"  # they have none of their own any more
    LOWERED = "lowered"  # they have again what they had before
    LEFT = "left"  # somebody changed it since, so it is theirs to decide
    STAYS = "stays"  # it was asked for, and is still there


@dataclass(frozen=True)
class Returned:
    """What became of one recipient's right. `now` is what they can do, as far as can be seen.

    `reference` is Graph's name of the request that took it back, "" if there was none. `ends` is when what they have
    again ends, where an earlier share gave it for a time.
    """

    recipient: Recipient
    ending: Ending
    now: Role | None = None
    reference: str = ""
    ends: dt.datetime | None = None


@dataclass(frozen=True)
class EndReceipt:
    """A share that was taken back: by the clock, or by the sharer (`is_undone`)."""

    share: ShareReceipt
    returned: tuple[Returned, ...]
    is_undone: bool = False

    @property
    def is_over(self) -> bool:
        return all(each.ending is not Ending.STAYS for each in self.returned)


class Wish(Enum):
    """What a recipient may ask of a share."""

    EDIT = "edit"
    NOTHING = "nothing"  # they do not need it
    LEFT = "left"  # they have left the chat it was shared with, and the sharer takes it from them
    ACCESS = "access"  # to something that nobody has shared with them


class Decision(Enum):
    """What became of what a recipient asked."""

    ALLOWED = "allowed"
    DECLINED = "declined"
    OVER = "over"  # nothing of the share is theirs any more
    LAPSED = "lapsed"  # nobody decided it in time


@dataclass(frozen=True)
class Viewed:
    """What somebody can view by a share: the share as it stands, and who they are in it.

    `now` is what Graph says they can do, None where it doesn't tell; `ends`, when that does where they can edit.
    """

    plan: SharePlan
    recipient: Recipient
    now: Role | None = None
    ends: dt.datetime | None = None


@dataclass(frozen=True)
class AccessWanted:
    """What somebody asks the owner of a file for. They can't see it, so all they know is how they called it.

    Where they can, `viewed` is what they ask to edit, and the owner is whoever shared it with them. `known`: who asks,
    as the directory has them.
    """

    asker: Person
    owner: Person
    item: Words
    role: Role
    until: Expiry | None = None
    reason: str = ""
    viewed: Viewed | None = None
    known: Recipient | None = None

    @property
    def who(self) -> Recipient | None:
        """Who asks, with what tells them from others; None of what was asked when that was not kept."""
        return self.viewed.recipient if self.viewed else self.known


@dataclass(frozen=True)
class Delegation:
    """Who decides for somebody what others ask them for. One with an end is for while they are away.

    `key` is "" until it is confirmed.
    """

    asker: Person
    delegate: Person
    until: dt.datetime | None = None
    key: str = ""
