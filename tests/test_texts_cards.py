"""Cards in other languages: no word of ours slips by untranslated, and nothing of the machinery shows."""

from __future__ import annotations

import datetime as dt
import gettext
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

import cards.access
import cards.approvals
import cards.basics
import cards.change
import cards.delegates
import cards.dialog
import cards.ended
import cards.files
import cards.form
import cards.here
import cards.inbox
import cards.received
import cards.report
import cards.settings
import cards.share
import cards.shares
from bot.changes import Aim, Bar, Became, Changed, ChangePlan, ChangeReceipt, ChangeStep
from bot.commands import welcome
from bot.errors import NeedsSignIn
from bot.many import Many, ManyPlan, Missing, Part, Waiting
from bot.sharing import (
    LIBRARY,
    AccessWanted,
    Change,
    Chat,
    Decision,
    Delegation,
    DriveType,
    Ending,
    EndReceipt,
    Expiry,
    Grant,
    Held,
    Model,
    Offer,
    Option,
    Outcome,
    Person,
    Question,
    Recipient,
    Returned,
    Role,
    Ruling,
    ShareableItem,
    ShareList,
    SharePlan,
    ShareReceipt,
    ShareRequest,
    Step,
    Telling,
    UnclearRequest,
    Verdict,
    Viewed,
    Words,
)
from bot.teams import invokes
from bot.texts import languages, speaking
from cards.access import SHOWN as MOST_HOLDERS
from cards.access import Holder, Way
from cards.elements import Card, filled, line, run
from cards.files import Theirs
from cards.here import Here
from cards.report import Overview, SignedOut, Waits
from cards.shares import VIEWS, Shared

# Words that are nobody's text: none of them occurs in one of ours.
NAME, FILE, PLACE, OWNER, MAIL, SAID = (
    "Øyvind Ægir",
    "Ünik.xlsx",
    "Ørsted › Ålesund",
    "Þóra Öð",
    "øæ@þð.example",
    "“Ðøð”",
)
OWN = (NAME, FILE, PLACE, OWNER, MAIL, SAID)
WHEN = dt.datetime(2026, 11, 27, 23, 59, 59, tzinfo=dt.UTC)
ASKER = Person("t", "p", NAME)
PEOPLE = (
    Recipient("1", NAME, MAIL),
    Recipient(None, MAIL, MAIL, is_outside=True),
    Recipient("3", NAME, MAIL, is_group=True),
)
NAMES = [[NAME], [NAME, OWNER], [NAME] * 7]
# What a person reads or hears of a card.
SHOWN = ("text", "title", "label", "placeholder", "errorMessage", "altText", "tooltip", "fallbackText", "speak")


class Marked(gettext.NullTranslations):
    """A language in which every text is itself in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


def item(*, is_folder: bool = False, place: str = PLACE) -> ShareableItem:
    return ShareableItem("b!d", "01A", FILE, "https://contoso.example/x", is_folder, place, OWNER, WHEN)


def steps() -> tuple[Step, ...]:
    nows = ((None, Change.GAINS), (Role.READ, Change.UPGRADED), (Role.OWNER, Change.HAS_IT))
    return tuple(Step(person, now, change) for person in PEOPLE for now, change in nows)


def plans() -> Iterator[SharePlan]:
    either = (True, False)
    for role, mail, sign_in, ends in product((Role.READ, Role.WRITE), either, either, either):
        until = Expiry("x", WHEN) if ends else None
        yield SharePlan(ASKER, item(), role, steps(), until, mail=mail, sign_in=sign_in, message=SAID)
    library = item(is_folder=True, place=f"{LIBRARY} › {PLACE}")
    yield SharePlan(ASKER, library, Role.READ, steps(), sees_all=False)
    yield SharePlan(ASKER, library, Role.WRITE, steps(), has_groups=True)
    yield SharePlan(ASKER, item(), Role.READ, steps()[2:3])
    for held in Held:
        yield SharePlan(ASKER, item(), Role.WRITE, steps(), model=Model(NAME, held))
    yield from ruled()
    for undo, mail in product((1, 30), (None, False)):
        yield SharePlan(ASKER, item(), Role.READ, steps(), mail=mail, undo=undo)


def ruled() -> Iterator[SharePlan]:
    """All that rules can make of a plan; their names and reasons are their administrators' own."""
    refused = tuple(Step(person, None, Change.REFUSED, ruling=Ruling(NAME, Verdict.REFUSED, SAID)) for person in PEOPLE)
    for count, verdict in product((1, 24), Verdict):
        ruling = Ruling(NAME, verdict, SAID, approvers=("manager",), hours=count)
        plan = SharePlan(ASKER, item(), Role.READ, (*steps(), *refused), Expiry("x", WHEN), rulings=(ruling,))
        yield plan
        yield replace(plan, chat=Chat("19:x"), steps=(*steps(), *refused[: 1 if count == 1 else 3]))


def receipts() -> Iterator[ShareReceipt]:
    outcomes = [[each] for each in Outcome] + [list(Outcome)]
    for plan, some, checked in product(plans(), outcomes, (True, False)):
        yield ShareReceipt(plan, tuple(Grant(PEOPLE[0], each, SAID) for each in some), checked)
    for undo, telling in product((0, 1, 30), Telling):
        plan = SharePlan(ASKER, item(), Role.READ, steps(), undo=undo)
        yield ShareReceipt(plan, tuple(Grant(person, Outcome.GRANTED, telling=telling) for person in PEOPLE))


def some_receipts() -> list[ShareReceipt]:
    return list({tuple(grant.outcome for grant in each.grants): each for each in receipts()}.values())


def granted() -> ShareReceipt:
    return ShareReceipt(next(plans()), tuple(Grant(person, Outcome.GRANTED) for person in PEOPLE))


def ends() -> list[EndReceipt]:
    now = [Returned(person, ending, role) for person in PEOPLE for ending in Ending for role in (None, *Role)]
    return [EndReceipt(granted(), tuple(now), is_undone) for is_undone in (True, False)]


def returned() -> list[Returned]:
    endings = (each for each in Ending if each is not Ending.STAYS)
    again = [Returned(PEOPLE[0], Ending.LOWERED, now, ends=WHEN) for now in (Role.READ, Role.WRITE)]
    return [*again, *(Returned(PEOPLE[0], ending, now) for ending, now in product(endings, (None, *Role)))]


def unclear(options: int) -> UnclearRequest:
    some = tuple(Option(str(number), FILE, f"{PLACE} · {OWNER}") for number in range(options))
    return UnclearRequest(ASKER, ShareRequest((), ()), (Question("item", SAID, some),))


def two_questions() -> Iterator[tuple[Question, Question]]:
    (question,) = unclear(2).questions
    for is_near in (False, True):
        yield replace(question, is_near=is_near), question


def forms() -> Iterator[Card]:
    fields = ("item", "people", "role", "until", "message", "mail")
    typed = {"item": FILE, "people": NAME, "role": "write", "until": "2026-11-27", "message": SAID, "mail": "false"}
    yield cards.form.form({}, {}, "key")
    yield cards.form.form(typed, dict.fromkeys(("", *fields), SAID), "key", said=SAID)
    yield cards.form.form({}, {}, "key", options=[(FILE, "1"), (NAME, "2")])


def accesses() -> Iterator[Card]:
    everyone = [
        Holder(name, email, way, role, is_inherited, until, is_outside=True)
        for name, email in (("", ""), (NAME, MAIL))
        for way, role, is_inherited, until in product(Way, (*Role, None), (True, False), (None, WHEN))
    ]
    for first in range(0, len(everyone), MOST_HOLDERS):
        yield cards.access.who(item(), everyone[first : first + MOST_HOLDERS], sees_all=True)
    for most in (MOST_HOLDERS + 1, MOST_HOLDERS + 2):
        yield cards.access.who(item(is_folder=True, place=LIBRARY), everyone[:most], sees_all=False)
    yield cards.access.who(item(), [], sees_all=False, offered=[(NAME, "key")])


def heres() -> Iterator[Here]:
    """Of one, and of more than have a row each."""
    for role, sees, now in product((Role.READ, Role.WRITE), (True, False), (Role.READ, None)):
        for count in (0, 1, 21):
            others = tuple((PEOPLE[0], now) for _each in range(count))
            yield Here(role, PEOPLE, others, (NAME,), sees, sees, opens_for_ours=True, opens_for_all=sees)
        yield Here(role, PEOPLE, ())
        yield Here(role, (), ((PEOPLE[0], None),), sees_all=False, may_share=False, owner=OWNER if sees else "")


def changes() -> Iterator[ChangePlan]:
    whence = ((PLACE, WHEN), ("", None))
    steps = tuple(
        ChangeStep(PEOPLE[0], Role.WRITE, Role.WRITE, after, ends=ends, folder=folder, by_link=True)
        for after, (folder, ends) in product((None, Role.READ), whence)
    )
    bars = tuple(
        ChangeStep(PEOPLE[0], Role.READ, None, Role.READ, bar, folder=PLACE, sharer=sharer)
        for bar, sharer in product(Bar, (OWNER, NAME))
    )
    for aim, until in product(Aim, (Expiry("x", WHEN), Expiry("x", None), None)):
        yield ChangePlan(ASKER, item(is_folder=until is None), aim, (*steps, *bars), until)
        yield ChangePlan(ASKER, item(), aim, bars, until)


def changed() -> Iterator[Changed]:
    for became, now in product(Became, (None, Role.READ, Role.WRITE)):
        yield Changed(PEOPLE[0], became, now, SAID)


def change_receipts() -> Iterator[ChangeReceipt]:
    every = tuple(changed())
    for plan, is_undone in product(changes(), (True, False)):
        bare = replace(plan, steps=plan.steps[:1])
        yield ChangeReceipt(plan, every, is_undone)
        yield ChangeReceipt(bare, every[:1], is_undone)
        yield ChangeReceipt(bare, tuple(each for each in every if each.became is Became.LEFT), is_undone)


def share_lists() -> Iterator[Card]:
    mine, people = ShareList(ASKER), (Words("name", NAME),)
    lists = (mine, replace(mine, people=people, until=Expiry("", WHEN), is_outside=True))
    lists = (*lists, replace(mine, items=people, until=Expiry("", None)))
    group, stranger = PEOPLE[2], PEOPLE[1]  # whose names are not made short
    some = [[Grant(each, outcome)] for each in (group, stranger) for outcome in (Outcome.GRANTED, Outcome.UNSURE)]
    some += [[Grant(group, Outcome.GRANTED, telling=each)] * many for each in Telling for many in (1, 4)]
    plans_of_both = [next(plans()), replace(next(plans()), role=Role.WRITE)]
    shown = [
        Shared("key", ShareReceipt(plan, tuple(each)), ends)
        for plan, each, ends in product(plans_of_both, some, (None, WHEN))
    ]
    for wanted, now in product(lists, (WHEN, WHEN - dt.timedelta(days=1))):
        yield cards.shares.shares(shown, wanted, "key", count=25, now=now, views=list(VIEWS))
        yield cards.shares.shares(shown, replace(wanted, page=1), "key", count=25, now=now)
        yield cards.shares.shares([], wanted, "key", count=0, now=now, views=list(VIEWS))
        on_top = [replace(each, ends=WHEN, before=replace(each, ends=None)) for each in shown]
        yield cards.shares.shares(on_top, wanted, "key", count=1, now=now)


SEVERAL = ManyPlan(ASKER, ("1", "2"), (Missing(FILE, SAID),))


def several() -> tuple[Part, ...]:
    shares = (Part("1", receipt.plan, receipt) for receipt in receipts())
    waiting = Part("2", next(plans()))
    failed = Part("3", next(plans()), said=NeedsSignIn.sentence)
    changes = (Part("4", receipt.plan, receipt) for receipt in change_receipts())
    return waiting, failed, *shares, *(Part("5", each.share.plan, each) for each in ends()), *changes


def approving() -> list[Waiting]:
    needed = [plan for plan in ruled() if plan.approvals]
    each = [Waiting("3", ("4",), (plan,), asked) for plan, asked in product(needed, ((), ((NAME, OWNER),)))]
    return [*each, *(replace(each[-1], decision=decision, by=NAME) for decision in Decision)]


def wanted() -> list[AccessWanted]:
    named = Words("url", MAIL, FILE)
    viewed = [
        Viewed(next(plans()), PEOPLE[0], now, ends)
        for now, ends in ((None, None), (Role.READ, None), (Role.WRITE, WHEN))
    ]
    return [
        AccessWanted(ASKER, ASKER, named, role, until, reason, of)
        for role, of in ((Role.READ, None), (Role.WRITE, None), *((Role.WRITE, each) for each in viewed))
        for until, reason in ((None, ""), (Expiry("x", WHEN), SAID))
    ]


def delegations() -> list[Delegation]:
    return [Delegation(ASKER, Person("t", "q", OWNER), until, "key") for until in (None, WHEN)]


# Each function that makes a card, with values that bring out all it can say.
def overviews() -> Iterator[Overview]:
    for many in (0, 1, 12):
        pairs, names = ((NAME, 2),) * many, (NAME, OWNER)
        waits, gone = (Waits(NAME, SAID, names, WHEN, WHEN),) * many, (SignedOut(NAME, 2, 1, WHEN),) * many
        for days in (1, 30):
            yield Overview(
                *(days, many, many, many, many, many),
                *(pairs, pairs, pairs),
                *(many, many, many, many, many),
                *(many, waits),
                *(many, gone),
            )


CARDS: dict[Callable[..., Card], Callable[[], list[Card]]] = {
    cards.share.confirm: lambda: [
        cards.share.confirm(plan, "key", is_anew=is_anew) for plan in plans() for is_anew in (False, True)
    ],
    cards.share.explained: lambda: [cards.share.explained(plan) for plan in plans()],
    cards.approvals.waiting: lambda: [
        cards.approvals.waiting(plan, names, WHEN, "key") for plan, names in product(ruled(), ([NAMES[0]], NAMES))
    ],
    cards.approvals.wanted: lambda: (
        [
            cards.approvals.wanted([replace(plan, role=role)], plan.rulings, WHEN, "key")
            for plan, role in product(ruled(), (Role.READ, Role.WRITE))
        ]
        + [
            cards.approvals.wanted(several, several[0].approvals, WHEN, "key", page=1)
            for one, other in [[each.plans[0] for each in approving()[:2]]]
            for several in ([one] * 12, [one, replace(other, role=Role.WRITE, until=None, rulings=())])
        ]
    ),
    cards.approvals.answered: lambda: [
        cards.approvals.answered([next(plans())], is_approved=is_approved) for is_approved in (True, False)
    ],
    cards.approvals.approved_in_part: lambda: [cards.approvals.approved_in_part([next(plans())])],
    cards.approvals.approved: lambda: [cards.approvals.approved(next(plans()), NAME)],
    cards.approvals.not_shared_yet: lambda: [cards.approvals.not_shared_yet(next(plans()), NAME, "key")],
    cards.approvals.declined: lambda: [cards.approvals.declined([next(plans())], NAME, each) for each in ("", SAID)],
    cards.approvals.lapsed: lambda: [cards.approvals.lapsed([next(plans())], names) for names in NAMES],
    cards.approvals.settled: lambda: [cards.approvals.settled([next(plans())], NAME, each) for each in Decision],
    cards.share.choose: lambda: (
        [cards.share.choose(unclear(options), "key") for options in (1, 2)]
        + [cards.share.choose(replace(unclear(2), questions=two), "key") for two in two_questions()]
        + [cards.share.choose(replace(unclear(12), page=page), "key") for page in (0, 1, 2)]
    ),
    cards.share.done: lambda: [
        cards.share.done(replace(receipt, plan=replace(receipt.plan, wanted_by=asker)), "key")
        for receipt, asker in product(receipts(), ("", NAME))
    ],
    cards.share.failed: lambda: [cards.share.failed(item(), SAID)],
    cards.share.cancelled: lambda: [cards.share.cancelled(FILE), cards.share.cancelled(None)],
    cards.share.shared_with_you: lambda: [
        cards.share.shared_with_you(replace(plan, item=replace(plan.item, drive_type=kind)), "key", may_ask=may_ask)
        for plan, kind, may_ask in product(plans(), (*DriveType, None), (True, False))
    ],
    cards.received.sure: lambda: [cards.received.sure(plan, "key") for plan in plans()],
    cards.received.given_back: lambda: [cards.received.given_back(next(plans()), each) for each in returned()],
    cards.received.edit: lambda: [cards.received.edit(plan, "key") for plan in plans()],
    cards.received.asked: lambda: [cards.received.asked(plan, "key") for plan in plans()],
    cards.received.over: lambda: [cards.received.over(next(plans()), PEOPLE[0])],
    cards.received.given_back_by: lambda: [cards.received.given_back_by(next(plans()), each) for each in returned()],
    cards.received.not_given_back: lambda: [cards.received.not_given_back(next(plans()), PEOPLE[0], "key")],
    cards.change.confirm: lambda: [cards.change.confirm(plan, "key") for plan in changes()],
    cards.change.cancelled: lambda: [cards.change.cancelled(FILE), cards.change.cancelled(None)],
    cards.change.result: lambda: [cards.change.result(receipt, "key") for receipt in change_receipts()],
    cards.change.for_them: lambda: [
        cards.change.for_them(replace(plan, steps=()), each) for plan in changes() for each in changed()
    ],
    cards.change.taken: lambda: [cards.change.taken(next(plans()))],
    cards.files.confirm: lambda: [
        cards.files.confirm(Many("key", SEVERAL, parts, waiting))
        for parts in (several(), several()[:1], several()[1:2], ())
        for waiting in ((), tuple(approving()[:1]), tuple(approving()[-1:]))
    ],
    cards.files.cancelled: lambda: [cards.files.cancelled()],
    cards.files.result: lambda: (
        [
            cards.files.result(Many("key", SEVERAL, several(), is_pressed=True, is_over=is_over, is_undone=is_undone))
            for is_over, is_undone in product((True, False), (True, False))
        ]
        + [
            cards.files.result(Many("key", SEVERAL, (Part("1", each.plan, each),), is_pressed=True, is_over=True))
            for each in receipts()
        ]
        + [
            cards.files.result(Many("key", SEVERAL, parts, (each,), NAME, is_pressed=True, is_over=is_over))
            for parts, each, is_over in product((several()[2:3], ()), approving(), (True, False))
        ]
    ),
    cards.files.for_them: lambda: [
        cards.files.for_them([Part("1", receipt.plan, receipt) for receipt in receipts()][:2], "1"),
        *(cards.files.for_them([Part("1", receipt.plan, receipt)], "1") for receipt in [granted()]),
        *(
            cards.files.for_them([Part("1", granted().plan, granted())] * count, "1", {"1": theirs})
            for count in (2, 12)
            for theirs in (
                Theirs(granted().plan, Role.READ, may_ask=True, may_return=True),
                Theirs(granted().plan, None),
                Theirs(granted().plan, Role.READ, is_asked=True),
            )
        ),
    ],
    cards.files.soon: lambda: [
        cards.files.soon([("1", granted(), WHEN)]),
        cards.files.soon([("1", granted(), WHEN), ("2", granted(), WHEN)]),
    ],
    cards.files.ended: lambda: [cards.files.ended(ends()[:1]), cards.files.ended(ends()[:2])],
    cards.ended.reminder: lambda: [cards.ended.reminder(granted(), WHEN, "key")],
    cards.ended.extended: lambda: [cards.ended.extended(granted(), WHEN, "key")],
    cards.ended.ended: lambda: [cards.ended.ended(receipt) for receipt in ends()],
    cards.ended.not_ended: lambda: [
        cards.ended.not_ended(granted(), "key", said, is_last=is_last)
        for said, is_last in product((SAID, NeedsSignIn.sentence), (True, False))
    ],
    cards.ended.left_behind: lambda: [
        cards.ended.left_behind(granted(), WHEN, is_gone=is_gone) for is_gone in (True, False)
    ],
    cards.ended.ended_for_you: lambda: [
        cards.ended.ended_for_you(receipt, each) for receipt in ends() for each in receipt.returned
    ],
    cards.form.form: lambda: list(forms()),
    cards.access.who: lambda: list(accesses()),
    cards.here.here: lambda: [cards.here.here(item(), each, "key") for each in heres()],
    cards.here.pasted: lambda: [cards.here.pasted("key")],
    cards.here.also_here: lambda: [
        cards.here.also_here(cards.access.who(item(), [], sees_all=True), each, "key") for each in heres()
    ],
    cards.shares.exported: lambda: [cards.shares.exported(item(), count) for count in (1, 2)],
    cards.dialog.in_dialog: lambda: [cards.dialog.in_dialog(each) for each in (*forms(), *accesses())],
    cards.dialog.file: lambda: [
        cards.dialog.file(each) for each in (item(), item(is_folder=True, place=f"{LIBRARY} › {PLACE}"))
    ],
    cards.dialog.sign_in: lambda: [cards.dialog.sign_in("https://bot.example", {"verb": "share.form", "about": "key"})],
    cards.dialog.late: lambda: [cards.dialog.late(own_chat=True), cards.dialog.late(own_chat=False)],
    cards.basics.help_card: lambda: [welcome(), cards.basics.help_card([(SAID, SAID)])],
    cards.basics.not_understood: lambda: [
        cards.basics.not_understood(SAID),
        cards.basics.not_understood(SAID, suggested=SAID, key="key"),
    ],
    cards.basics.problem: lambda: [cards.basics.problem(SAID, again) for again in ("", "ticket")],
    cards.basics.say: lambda: [cards.basics.say(SAID)],
    cards.basics.continue_as_you: lambda: [cards.basics.continue_as_you("key", NAME)],
    cards.basics.working: lambda: [cards.basics.working()],
    cards.basics.answered_below: lambda: [cards.basics.answered_below()],
    cards.basics.no_such_number: lambda: [cards.basics.no_such_number(7, [Offer(1, SAID, "verb", "key")])],
    cards.report.report: lambda: [cards.report.report(each) for each in overviews()],
    cards.report.exported: lambda: [
        cards.report.exported(item(), count, days) for count, days in product((1, 2), (1, 7))
    ],
    cards.settings.settings: lambda: [
        cards.settings.settings(plain=plain, links=links, delegate=each)
        for plain, links, each in product((True, False), (True, False), (None, *delegations()))
    ],
    cards.settings.watched_links: lambda: [cards.settings.watched_links(on=on) for on in (True, False)],
    invokes.oauth_card: lambda: [
        invokes.oauth_card("ticket", "https://bot.example", scopes)
        for scopes in (frozenset[str](), frozenset({"User.ReadBasic.All"}), frozenset(invokes.WHY))
    ],
    cards.shares.shares: lambda: list(share_lists()),
    cards.shares.received: lambda: (
        [
            cards.shares.received([("key", each, ends) for each in plans()][:10], count=count, page=page, now=WHEN)
            for ends in (None, WHEN)
            for count, page in ((10, 0), (25, 1))
        ]
        + [cards.shares.received([], count=0, page=0, now=WHEN)]
    ),
    cards.received.ask_for_access: lambda: [cards.received.ask_for_access(each, "key") for each in wanted()],
    cards.received.access_asked: lambda: [cards.received.access_asked(each) for each in wanted()],
    cards.received.is_there: lambda: [cards.received.is_there(FILE, role) for role in (Role.READ, Role.WRITE)],
    cards.received.access_declined: lambda: [cards.received.access_declined(each) for each in wanted()],
    cards.received.access_decided: lambda: [
        cards.received.access_decided(each, decision, by=by, key="key")
        for each in wanted()
        for decision in Decision
        for by in ("", NAME)
    ],
    cards.received.access_answered: lambda: (
        [
            cards.received.access_answered(each, decision, had_it=had_it, is_given=is_given, in_place=is_given, by=by)
            for each in wanted()
            for by in ("", NAME)
            for decision in Decision
            for had_it, is_given in ((True, False), (False, False), (False, True))
        ]
        + [
            cards.received.access_answered(each, Decision.ALLOWED, is_unsure=True, by=by)
            for each in wanted()
            for by in ("", NAME)
        ]
    ),
    cards.inbox.inbox: lambda: [
        cards.inbox.inbox(
            [
                *(cards.inbox.request(each, "key") for each in wanted()),
                *(cards.inbox.approval([each] * count, WHEN, "key") for each in ruled() for count in (1, 2)),
            ][:many],
            [
                *(cards.inbox.asked(each) for each in wanted()),
                *(cards.inbox.asked_to_approve(each, NAMES, key) for each in ruled() for key in ("", "key")),
            ][:many],
        )
        for many in (None, 2, 0)
    ],
    cards.delegates.standing: lambda: [
        cards.delegates.standing(mine, list(delegations()) * many) for mine in (None, *delegations()) for many in (0, 1)
    ],
    cards.delegates.form: lambda: [cards.delegates.form({}, wrong) for wrong in ("", SAID)],
    cards.delegates.confirm: lambda: [
        cards.delegates.confirm(each, Recipient("id", NAME, ""), "key", hours=hours)
        for each in delegations()
        for hours in (1, 24)
    ],
    cards.delegates.named: lambda: [
        cards.delegates.named(each, hours=hours) for each in delegations() for hours in (1, 24)
    ],
    cards.delegates.taken_back: lambda: [cards.delegates.taken_back(each) for each in delegations()],
    cards.delegates.given_up: lambda: [
        cards.delegates.given_up(each, is_gone=is_gone) for each in delegations() for is_gone in (True, False)
    ],
    cards.delegates.gave_up: lambda: [cards.delegates.gave_up(each) for each in delegations()],
    cards.delegates.freed: lambda: [cards.delegates.freed(each) for each in delegations()],
    cards.delegates.no_longer: lambda: [cards.delegates.no_longer(each) for each in wanted()],
    cards.delegates.over: lambda: [cards.delegates.over(each) for each in wanted()],
    cards.delegates.decided: lambda: [
        cards.delegates.decided(each, decision, by, receipt)
        for each in wanted()
        for decision in Decision
        for by in ("", NAME)
        for receipt in (None, *some_receipts())
    ],
    cards.delegates.decided_for_you: lambda: [
        cards.delegates.decided_for_you(each, decision, NAME, "key", receipt)
        for each in wanted()
        for decision in (Decision.ALLOWED, Decision.DECLINED)
        for receipt in (None, *some_receipts())
    ],
    cards.delegates.only_the_owner: lambda: [
        cards.delegates.only_the_owner(each, "key", is_asked=asked) for each in wanted() for asked in (True, False)
    ],
    cards.received.which: lambda: [
        cards.received.which(each, question, "key")
        for each in wanted()
        for question in (*unclear(2).questions, *unclear(12).questions)
    ],
    cards.delegates.wants_access: lambda: [
        cards.delegates.wants_access(each, one, "key") for each in wanted() for one in (None, item())
    ],
    cards.received.wants_access: lambda: [
        cards.received.wants_access(each, one, "key", is_reminder=again)
        for each in wanted()
        for one in (None, item())
        for again in (True, False)
    ],
}
MAKERS = list(CARDS.items())
each_card = pytest.mark.parametrize("made", [make for _, make in MAKERS], ids=[maker.__name__ for maker, _ in MAKERS])


def shown(node: Any) -> Iterator[str]:
    """Everything of a card that is read or heard; a line is one, with all its runs."""
    if isinstance(node, list):
        for each in node:
            yield from shown(each)
    elif isinstance(node, dict):
        if "inlines" in node:
            yield "".join(each["text"] for each in node["inlines"])
            return
        yield from (node[name] for name in SHOWN if isinstance(node.get(name), str))
        for each in node.values():
            if isinstance(each, dict | list):
                yield from shown(each)


def unmarked(words: str) -> str:
    """What stands outside of all brackets and is nobody's own word."""
    while "⟦" in words:
        words, before = re.sub(r"⟦[^⟦⟧]*⟧", "", words), words
        assert words != before, f"a bracket that does not close: {before}"
    for own in OWN:
        words = words.replace(own, "")
    return "".join(letter for letter in words if letter.isalpha())


def test_every_function_that_makes_a_card_is_looked_at() -> None:
    made = {
        one
        for module in (
            *(cards.access, cards.approvals, cards.basics, cards.change, cards.delegates, cards.dialog, cards.ended),
            *(
                cards.files,
                cards.form,
                cards.here,
                cards.inbox,
                cards.received,
                cards.report,
                cards.settings,
                cards.share,
                cards.shares,
            ),
        )
        for name, one in vars(module).items()
        if inspect.isfunction(one) and one.__module__ == module.__name__ and not name.startswith("_")
        if inspect.signature(one).return_annotation == "Card"
    }

    assert made <= CARDS.keys()


@each_card
def test_no_word_of_a_card_is_untranslated(made: Callable[[], list[Card]]) -> None:
    with speaking("en", words=Marked()):
        said = {words for card in made() for words in shown(card)}

    assert {words: unmarked(words) for words in said if unmarked(words)} == {}


@each_card
@pytest.mark.parametrize("tag", languages())
def test_nothing_of_the_machinery_shows(tag: str, made: Callable[[], list[Card]]) -> None:
    values = "|".join(each.name for kind in (Role, Outcome, Change, Ending) for each in kind)
    machinery = re.compile(
        rf"[{{}}⟦⟧]|\b(?:None|True|False|{values})\b|datetime|<\w|\w+\.\w+\(|\b(?:share|ends|received|requests|sign_in)\.\w"
    )
    with speaking(tag):
        said = {words for card in made() for words in shown(card)}

    assert {words for words in said if machinery.search(words) or not words.strip()} == set()


@each_card
@pytest.mark.parametrize("tag", languages()[1:])
def test_a_card_has_the_same_parts_in_every_language(tag: str, made: Callable[[], list[Card]]) -> None:
    with speaking("en"):
        english = [list(shown(card)) for card in made()]
    with speaking(tag):
        there = made()

    assert all(card.get("lang", tag) == tag for card in there)
    assert [len(list(shown(card))) for card in there] == [len(each) for each in english]


def test_the_language_decides_where_a_run_stands() -> None:
    who = run(NAME, bold=True)

    assert line(*filled("{who} shared a file.", who=who))["inlines"] == [who, run(" shared a file.")]
    assert line(*filled("A file of {who}", who=who))["inlines"] == [run("A file of "), who]


def test_whose_words_have_braces_are_left_alone() -> None:
    plan = SharePlan(Person("t", "p", "{who} {0}"), item(), Role.READ, steps())

    assert "{who} {0} shared a file with you. You can view it." in shown(cards.share.shared_with_you(plan, "key"))
