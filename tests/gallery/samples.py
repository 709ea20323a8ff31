"""Every card in the states that matter. A new card, or a new state of one, is a line in SAMPLES.

A sample is made when it is called, in the language then spoken (bot.texts.speaking).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial

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
import cards.roster
import cards.settings
import cards.share
import cards.shares
from bot import commands, errors
from bot.changes import Aim, Bar, Became, Changed, ChangePlan, ChangeReceipt, ChangeStep
from bot.graph import refusals
from bot.many import Many, ManyPlan, Missing, Part, Waiting
from bot.sharing import (
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
from cards.access import Holder, Way
from cards.elements import Card, also
from cards.files import Theirs
from cards.here import Here
from cards.report import Overview, SignedOut, Waits
from cards.shares import VIEWS, Shared

KEY = "k" * 32
CHANGED = dt.datetime(2026, 11, 16, 9, 30, tzinfo=dt.UTC)
FRIDAY = dt.datetime(2026, 11, 27, 18, 0, tzinfo=dt.UTC)
UNTIL = Expiry("until Friday evening", FRIDAY)

ADELE = Person("tenant", "adele", "Adele Vance")
ALEX = Recipient("alex", "Alex Wilber", "alex.wilber@contoso.com", "Marketing Assistant")
MEGAN = Recipient("megan", "Megan Bowen", "megan.bowen@contoso.com", "Marketing Manager")
ISAIAH = Recipient("isaiah", "Isaiah Langer", "isaiah.langer@contoso.com", "Sales Rep")
LEE = Recipient("lee", "Lee Gu", "lee.gu@contoso.com", "Director")
ERIC = Recipient(None, "eric@fabrikam.com", "eric@fabrikam.com", is_outside=True)
FINANCE = Recipient("finance", "Finance", "finance@contoso.com", is_group=True)
LONG_NAMED = Recipient(
    "long",
    "Maximiliane-Theodora von Hohenzollern-Sigmaringen-Brandenburg",
    "maximiliane-theodora.vonhohenzollern-sigmaringen@subsidiary.contoso.com",
)

BUDGET = ShareableItem(
    "b!d", "01A", "Q3 Budget.xlsx", "https://contoso.example/q3", False, "OneDrive › Finance", "Adele Vance", CHANGED
)
FOLDER = replace(BUDGET, id="01B", name="Launch plans", is_folder=True, place="Marketing › Documents")
BARE = replace(BUDGET, id="01C", name="notes", place="OneDrive", owner="", modified=None)
LONG_FILE = replace(
    BUDGET,
    name="Consolidated financial statements and management report for the fiscal year 2026, draft 7, reviewed.docx",
    place="Finance and Controlling › Documents › Reports › 2026 › Annual report › Drafts › Reviewed by the auditors",
    owner=LONG_NAMED.name,
)

# Each has a link for whoever reads Markdown or HTML in it: nobody may.
EVIL = "https://evil.example"
HOSTILE = {
    "Markdown": f"[Q3 Budget]({EVIL}) **bold** _it_ `code` # 1.docx",
    "HTML": f"<a href='{EVIL}'>Q3</a><img src=x onerror=alert(1)><b>.docx",
    "right to left": f"\u202excod.tegdub \u2067{EVIL}",
    "250 letters": f"{EVIL}/" + "Donaudampfschifffahrtsgesellschaft" * 7,
    "emoji": f"👩‍👩‍👧‍👦🏳️‍🌈🇩🇪👍🏿 {EVIL} 🧑🏾‍💻",
    "Chinese and Japanese": f"二〇二六年度第三四半期予算案および事業計画書最終版预算草案 {EVIL}",
    "Arabic": f"ميزانية الربع الثالث لعام ٢٠٢٦ (نهائي) {EVIL}",
}
ODD_PEOPLE = [Recipient(str(n), name, f"{name}@x.example") for n, name in enumerate(HOSTILE.values())]
ODD_FILE = replace(BUDGET, name=HOSTILE["Markdown"], place=HOSTILE["HTML"], owner=HOSTILE["right to left"])


def gains(person: Recipient, now: Role | None = None) -> Step:
    return Step(person, now, Change.UPGRADED if now else Change.GAINS)


def has(person: Recipient, now: Role = Role.WRITE) -> Step:
    return Step(person, now, Change.HAS_IT)


def plan(*steps: Step, role: Role = Role.WRITE, item: ShareableItem = BUDGET) -> SharePlan:
    return SharePlan(ADELE, item, role, steps)


def receipt(*grants: Grant) -> ShareReceipt:
    return ShareReceipt(plan(*(gains(grant.recipient) for grant in grants)), grants)


def question(slot: str, words: str, *options: tuple[str, str]) -> Question:
    return Question(slot, words, tuple(Option(f"key {n}", *each) for n, each in enumerate(options)))


def unclear(*questions: Question) -> UnclearRequest:
    return UnclearRequest(ADELE, ShareRequest((), ()), questions)


done = partial(cards.share.done, key=KEY)
ONE = plan(gains(ALEX))
MANY = plan(gains(ALEX), gains(ISAIAH), gains(FINANCE), gains(ERIC), gains(MEGAN, Role.READ), has(LEE, Role.OWNER))
MESSAGE = "Hi Alex,\nhere are the numbers we spoke about. Please look at page 3 before Thursday.\nThank you, Adele"
ROADMAPS = question(
    "item",
    "Roadmap",
    ("Roadmap.docx", "OneDrive › Product · owner Adele Vance · changed 16 November 2026"),
    ("Roadmap.docx", "Marketing › Documents · owner Megan Bowen · changed 3 September 2025"),
)
ANAS = question(
    "recipient 0",
    "Ana",
    ("Ana Bell", "Controller · ana.bell@contoso.com"),
    ("Ana Costa", "Sales Rep · ana.costa@contoso.com"),
)
TEN = question(
    "item",
    "report",
    *((f"Report {month}.pdf", "Finance › Documents › Reports · owner Patti Fernandez") for month in range(1, 11)),
)
ODD_QUESTION = question("item", HOSTILE["Markdown"], *((name, name) for name in HOSTILE.values()))
REFUSED = Grant(ERIC, Outcome.REFUSED, "Your organisation does not allow sharing this with people outside.")
UNSURE = Grant(
    LEE, Outcome.UNSURE, "The answer was lost, and I don't see the access. Please look before you try again."
)

SHARED = replace(receipt(Grant(ALEX, Outcome.GRANTED), Grant(MEGAN, Outcome.GRANTED)), plan=replace(ONE, until=UNTIL))
BACK = EndReceipt(
    SHARED,
    (
        Returned(ALEX, Ending.ENDED),
        Returned(MEGAN, Ending.LOWERED, Role.READ),
        Returned(LEE, Ending.LEFT, Role.WRITE),
        Returned(ISAIAH, Ending.ENDED, Role.READ),
    ),
)
LONGER_BACK = EndReceipt(
    SHARED, (Returned(ALEX, Ending.ENDED), Returned(MEGAN, Ending.LOWERED, Role.WRITE, ends=FRIDAY)), is_undone=True
)
VIEWED = replace(ONE, role=Role.READ, until=UNTIL, item=replace(BUDGET, drive_type=DriveType.BUSINESS))
CHAT, TEAM = Chat("19:crew@thread.v2"), Chat("19:finance@thread.tacv2", "Finance", "19:finance@thread.tacv2")
GUEST = Recipient("dana", "Dana Birkby", "dana.birkby@northwind.example", is_outside=True)
IN_CHAT = replace(
    plan(gains(GUEST), gains(ALEX), gains(MEGAN, Role.READ), has(LEE)), chat=CHAT, unknown=("Kai Carter",)
)
# As many as there can be, with names as long as they come.
MEMBERS = [replace(LONG_NAMED, id=f"member {n}", email=f"{n}.{LONG_NAMED.email}") for n in range(230)]
IN_TEAM = replace(plan(gains(GUEST), *map(gains, MEMBERS), *map(has, MEMBERS[:19])), chat=TEAM)
OF_MANY = ShareReceipt(IN_TEAM, (REFUSED, *(Grant(each, Outcome.GRANTED) for each in MEMBERS)))
MANY_BACK = (Returned(LEE, Ending.LEFT, Role.WRITE), *(Returned(each, Ending.ENDED) for each in MEMBERS))
HERE = Here(Role.READ, (LEE, ISAIAH), ((ALEX, None), (ERIC, None)), opens_for_ours=True)
HOLDERS = [
    Holder("Adele Vance", "adele.vance@contoso.com", Way.PERSON, Role.OWNER, is_inherited=False),
    Holder(
        "Alex Wilber",
        "alex.wilber@contoso.com",
        Way.PERSON,
        Role.WRITE,
        is_inherited=False,
        until=CHANGED,
        by="shared by Megan Bowen",
    ),
    Holder("Eric Solomon", "eric@fabrikam.com", Way.PERSON, Role.READ, is_inherited=False, is_outside=True),
    Holder("Finance", "finance@contoso.com", Way.GROUP, Role.READ, is_inherited=True),
    Holder("", "", Way.ANY_LINK, Role.READ, is_inherited=False),
    Holder(HOSTILE["Markdown"], HOSTILE["HTML"], Way.NAMED_LINK, None, is_inherited=False),
]

LOSES = ChangeStep(ALEX, Role.WRITE, Role.WRITE, None)
LOST = Changed(ALEX, Became.REMOVED, None)
TAKES = ChangePlan(ADELE, BUDGET, Aim.REMOVE, (LOSES,))
SWAPS = Many(
    KEY,
    ManyPlan(ADELE, ("1", "2")),
    (Part("1", TAKES), Part("2", replace(plan(gains(LEE)), until=UNTIL))),
)
TAKES_MANY = ChangePlan(
    ADELE,
    FOLDER,
    Aim.REMOVE,
    (
        LOSES,
        ChangeStep(MEGAN, Role.WRITE, Role.WRITE, Role.READ, folder="Launch plans", ends=FRIDAY),
        ChangeStep(FINANCE, Role.READ, Role.READ, None),
        ChangeStep(LEE, Role.OWNER, None, Role.OWNER, Bar.OWNER),
        ChangeStep(ISAIAH, Role.READ, None, Role.READ, Bar.FOLDER, folder="Marketing"),
        ChangeStep(ERIC, Role.READ, None, Role.READ, Bar.LINK, by_link=True),
    ),
)
LOWERS = replace(TAKES, aim=Aim.LOWER, steps=(replace(LOSES, after=Role.READ),))
MOVES = replace(TAKES, aim=Aim.END, until=UNTIL, steps=(replace(LOSES, after=Role.WRITE, ends=CHANGED),))

NOWHERE = Missing("Nowhere.docx", "I found no file called “Nowhere.docx” among those you can open.")
FORECAST = replace(BUDGET, id="01D", name="Q4 Forecast.xlsx")
TWO = (Part("1", plan(gains(ALEX), gains(ERIC))), Part("2", plan(gains(ALEX), has(ERIC), item=FORECAST)))
SEVERAL = Many(KEY, ManyPlan(ADELE, ("1", "2"), (NOWHERE,)), TWO)
TWO_DONE = (
    replace(TWO[0], receipt=receipt(Grant(ALEX, Outcome.GRANTED), REFUSED)),
    replace(TWO[1], receipt=replace(receipt(Grant(ALEX, Outcome.GRANTED)), plan=TWO[1].plan)),
)
UNDER_WAY = replace(SEVERAL, parts=(TWO_DONE[0], TWO[1]), is_pressed=True)
ALL_DONE = replace(UNDER_WAY, parts=(TWO_DONE[1], TWO_DONE[1]), plan=replace(SEVERAL.plan, missing=()), is_over=True)
TAKES_ALL = replace(
    SEVERAL,
    plan=ManyPlan(ADELE, ("1", "2")),
    parts=(Part("1", TAKES), Part("2", replace(TAKES, item=FORECAST))),
)
PAGES = replace(SEVERAL, parts=tuple(Part(str(n), plan(*map(gains, ODD_PEOPLE), item=ODD_FILE)) for n in range(100)))

RIVALS = Ruling("No rivals", Verdict.REFUSED, "We compete with them.")
SHORTENED = Ruling("Outside for a month", Verdict.SHORTENED)
BOARD = Ruling("Board papers", Verdict.APPROVAL, "The board decides who reads them.", approvers=("manager",), hours=24)
HOUSE = (Ruling("House style", Verdict.DEFAULT), Ruling("House style", Verdict.ROLE))
NOT_ERIC = Step(ERIC, None, Change.REFUSED, ruling=RIVALS)
TO_APPROVE = replace(plan(gains(ALEX), gains(GUEST)), until=UNTIL, message=MESSAGE, rulings=(BOARD,))
ODD_TO_APPROVE = replace(
    TO_APPROVE,
    item=ODD_FILE,
    asker=replace(ADELE, name=HOSTILE["right to left"]),
    steps=tuple(map(gains, ODD_PEOPLE)),
)
PAYROLL = replace(BOARD, rule="Payroll", because="")
BOTH_TO_APPROVE = (TO_APPROVE, replace(TO_APPROVE, item=FORECAST, steps=(gains(ALEX),), rulings=(BOARD, PAYROLL)))
TO_BOARD = Waiting("b", ("3", "4"), BOTH_TO_APPROVE)
AT_BOARD = replace(TO_BOARD, asked=(("Patti Fernandez", "Lee Gu"),))
ONE_DONE = replace(ALL_DONE, parts=TWO_DONE[1:], waiting=(AT_BOARD,))
APPROVERS = ["Patti Fernandez", "Lee Gu", "Megan Bowen"]

FILLED = {
    "item": "Q3 Budget.xlsx",
    "people": "",
    "role": "write",
    "until": "2026-12-24",
    "message": "",
    "mail": "false",
}
TYPED = ("item", "people", "message")
TOLD = {"": HOSTILE["HTML"]}
FOUND = {"file": cards.dialog.title(BUDGET), "picked": "alex,megan", "people": ERIC.email, "role": "read"}
PICKED = [(ALEX.name, "alex"), (MEGAN.name, "megan")]
ODD_FIND = {"file": cards.dialog.title(replace(BUDGET, name=HOSTILE["250 letters"])), "picked": "odd"}
MISSING = "I understood “Q3 Budget.xlsx”. With whom shall I share it?"
WRONG = {
    "": "Microsoft 365 does not let you do that.",
    "item": "I found no file called “Q3 Budget.xlsx” among those you can open.",
    "people": "I know nobody called “Nobody”.",
    "until": "This day is over.",
}

MINE = ShareList(ADELE)
NARROWED = replace(MINE, people=(Words("name", "Alex"),), until=UNTIL, is_outside=True)
ODD_PLAN = replace(plan(*map(gains, ODD_PEOPLE)), item=ODD_FILE)

WANTED = AccessWanted(
    Person("tenant", "alex", "Alex Wilber"),
    ADELE,
    Words("url", "https://contoso.example/q3", BUDGET.name),
    Role.READ,
    known=ALEX,
)
EDITS = replace(
    WANTED,
    role=Role.WRITE,
    until=UNTIL,
    reason="I fill in the figures of Sales.",
    viewed=Viewed(VIEWED, ALEX, Role.READ),
)
CAN_EDIT = replace(EDITS, viewed=Viewed(VIEWED, ALEX, Role.WRITE, FRIDAY))
FOR_ALEX = ShareReceipt(plan(gains(ALEX, Role.READ), role=Role.READ), (Grant(ALEX, Outcome.GRANTED),))
STAYS = Delegation(ADELE, Person("tenant", "megan", MEGAN.name), None, KEY)
AWAY, FOR_LEE = replace(STAYS, until=FRIDAY), Delegation(Person("tenant", "lee", LEE.name), ADELE, None, KEY)
ODD_WANTED = AccessWanted(
    replace(ADELE, name=HOSTILE["HTML"]),
    replace(ADELE, name=HOSTILE["Markdown"]),
    Words("name", HOSTILE["right to left"]),
    Role.WRITE,
    UNTIL,
    "\n".join(HOSTILE.values()),
    known=ODD_PEOPLE[0],
)
ODD_EDITS = replace(ODD_WANTED, viewed=Viewed(replace(VIEWED, item=ODD_FILE), ODD_PEOPLE[0], Role.READ))


TOLD_HOW = (Telling.TEAMS, Telling.MAIL, Telling.UNREACHED)
WAITS_FOR_UNDO = Grant(ALEX, Outcome.GRANTED, telling=Telling.WAITS)


def shared(item: ShareableItem, telling: Telling, *people: Recipient, ends: dt.datetime | None = None) -> Shared:
    made = receipt(*(Grant(each, Outcome.GRANTED, telling=telling) for each in people))
    return Shared(KEY, replace(made, plan=replace(made.plan, item=item)), ends)


SHARES = [
    shared(BUDGET, Telling.WAITS, ALEX, MEGAN, ISAIAH, LEE, FINANCE),
    shared(LONG_FILE, Telling.TEAMS, ALEX, ERIC, ends=FRIDAY),
    shared(FOLDER, Telling.UNREACHED, LONG_NAMED, ends=CHANGED - dt.timedelta(days=1)),
    Shared(KEY, receipt(Grant(ALEX, Outcome.UNSURE)), None),
]

BELLS = [Recipient(each, "Ana Bell", f"{each}@contoso.com") for each in ("ana.bell", "ana.bell2")]
HEARD = receipt(
    *(Grant(each, Outcome.GRANTED, telling=telling) for each, telling in zip((ALEX, MEGAN, LEE), TOLD_HOW, strict=True))
)
TO_HEAR = replace(HEARD, plan=replace(HEARD.plan, undo=30, until=UNTIL, item=FORECAST), grants=(WAITS_FOR_UNDO,))
ODD_TO_VIEW = replace(plan(*map(gains, ODD_PEOPLE), role=Role.READ, item=ODD_FILE))

OVERVIEW = Overview(
    days=30,
    shares=412,
    recipients=1_204,
    ended=310,
    undone=7,
    changed=23,
    rules=(("No rivals", 12), ("Partners read", 3)),
    refused=(("NotFound", 40), ("TooLate", 9), ("NotAllowed", 3), ("NotYours", 2)),
    failed=(("accessDenied", 3), ("lost", 1)),
    untold=5,
    stands=102,
    without_end=31,
    overdue=2,
    requests=4,
    waiting=2,
    approvals=(
        Waits("Adele Vance", "Board papers", ("Megan Bowen", "Lee Gu"), CHANGED, FRIDAY),
        Waits(LONG_NAMED.name, "Salaries", (LONG_NAMED.name,), CHANGED, FRIDAY),
    ),
    lost=2,
    signed_out=(SignedOut("Isaiah Langer", 3, 2, CHANGED), SignedOut(LONG_NAMED.name, 1, 0, FRIDAY)),
)
QUIET = Overview(1, 0, 0, 0, 0, 0, (), (), (), 0, 0, 0, 0, 0, 0, (), 0, ())
ODD_OVERVIEW = replace(
    OVERVIEW,
    rules=tuple((each, 1) for each in HOSTILE.values()),
    waiting=len(HOSTILE),
    approvals=tuple(Waits(each, each, (each,), CHANGED, FRIDAY) for each in HOSTILE.values()),
    lost=len(HOSTILE),
    signed_out=tuple(SignedOut(each, 1, 1, CHANGED) for each in HOSTILE.values()),
)
CROWDED = replace(
    OVERVIEW,
    rules=tuple((f"Rule {count}", count) for count in range(99, 80, -1)),
    waiting=len(OVERVIEW.approvals) * 6,
    approvals=OVERVIEW.approvals * 6,
    lost=len(OVERVIEW.signed_out) * 50,
    signed_out=OVERVIEW.signed_out * 50,
)

SAMPLES: dict[str, Callable[[], Card]] = {
    "welcome": commands.welcome,
    "help": partial(cards.basics.help_card, [(command.example, command.what) for command in commands.COMMANDS]),
    "continue": partial(cards.basics.continue_as_you, KEY, ADELE.name),
    "continue: hostile name": partial(cards.basics.continue_as_you, KEY, HOSTILE["Markdown"]),
    "working": cards.basics.working,
    "answered below": cards.basics.answered_below,
    "no such number": partial(
        cards.basics.no_such_number,
        7,
        [Offer(1, "Share", "share.confirm", KEY), Offer(2, "Cancel", "share.cancel", KEY)],
    ),
    "settings": partial(cards.settings.settings, plain=False, links=False),
    "settings: plain text": partial(cards.settings.settings, plain=True, links=True),
    "settings: links": partial(cards.settings.watched_links, on=True),
    "settings: no links": partial(cards.settings.watched_links, on=False),
    "report": partial(cards.report.report, OVERVIEW),
    "report: nothing happened": partial(cards.report.report, QUIET),
    "report: more than there is room for": partial(cards.report.report, CROWDED),
    "report: hostile names": partial(cards.report.report, ODD_OVERVIEW),
    "report: exported": partial(
        cards.report.exported, replace(BUDGET, name="Sharebot record 2026-11-22 09.30.00.csv", place="OneDrive"), 817, 7
    ),
    "say": partial(cards.basics.say, "You are signed out: I hold no key of yours any more."),
    "not understood": partial(cards.basics.not_understood, "I share files. Say “help” to see what I can do."),
    "not understood, but for a slip": partial(
        cards.basics.not_understood,
        "Did you mean: share Q3 Budget.xlsx with Alex",
        suggested="share Q3 Budget.xlsx with Alex",
        key=KEY,
    ),
    "say: hostile words": partial(cards.basics.say, " ".join(HOSTILE.values())),
    "problem": partial(cards.basics.problem, str(errors.Unavailable())),
    "problem: to be tried again": partial(cards.basics.problem, str(errors.Unavailable()), KEY),
    "problem: with a reference": partial(
        cards.basics.problem, str(refusals.Refused("unknown", reference="5d0b3c52-71f2-4b3c-9d1c-0d8f6f5f2f7e"))
    ),
    "problem: of what was pressed before": partial(cards.share.failed, BUDGET, str(errors.Unsure())),
    "problem: hostile name": partial(cards.basics.problem, f"I can't find “{HOSTILE['Markdown']}”."),
    "confirm": partial(cards.share.confirm, ONE, KEY),
    "confirm: may view": partial(cards.share.confirm, replace(ONE, role=Role.READ), KEY),
    "confirm: many people": partial(cards.share.confirm, MANY, KEY),
    "confirm: somebody outside": partial(cards.share.confirm, plan(gains(ERIC)), KEY),
    "confirm: a group": partial(cards.share.confirm, plan(gains(FINANCE), has(MEGAN)), KEY),
    "confirm: can do more than before": partial(cards.share.confirm, plan(gains(MEGAN, Role.READ)), KEY),
    "confirm: a folder": partial(cards.share.confirm, plan(gains(ALEX), item=FOLDER), KEY),
    "confirm: little is known": partial(
        cards.share.confirm, replace(plan(gains(ALEX), item=BARE), sees_all=False), KEY
    ),
    "confirm: undo has its time": partial(cards.share.confirm, replace(MANY, undo=30), KEY),
    "confirm: a mail to each": partial(cards.share.confirm, replace(ONE, mail=True, undo=30), KEY),
    "confirm: until": partial(cards.share.confirm, replace(ONE, until=UNTIL), KEY),
    "confirm: a message": partial(cards.share.confirm, replace(ONE, message=MESSAGE), KEY),
    "confirm: no mail, no sign-in": partial(cards.share.confirm, replace(ONE, mail=False, sign_in=False), KEY),
    "confirm: everything at once": partial(
        cards.share.confirm, replace(MANY, item=FOLDER, until=UNTIL, message=MESSAGE, has_groups=True), KEY
    ),
    "confirm: long names": partial(cards.share.confirm, plan(gains(LONG_NAMED), item=LONG_FILE), KEY),
    "confirm: nothing to change": partial(cards.share.confirm, plan(has(ALEX), has(LEE, Role.OWNER)), KEY),
    "confirm: an end stays": partial(
        cards.share.confirm, plan(replace(has(ALEX), ends=FRIDAY), replace(has(MEGAN), ends=FRIDAY)), KEY
    ),
    "confirm: an end is not set": partial(cards.share.confirm, replace(plan(has(ALEX)), until=UNTIL), KEY),
    **{
        f"confirm: {what}": partial(
            cards.share.confirm, plan(gains(person), item=replace(BUDGET, name=person.name, place=person.name)), KEY
        )
        for what, person in zip(HOSTILE, ODD_PEOPLE, strict=True)
    },
    "confirm: hostile message": partial(cards.share.confirm, replace(ONE, message="\n".join(HOSTILE.values())), KEY),
    "rules: one is refused": partial(cards.share.confirm, plan(gains(ALEX), NOT_ERIC), KEY),
    "rules: shortened": partial(
        cards.share.confirm, replace(plan(gains(GUEST)), until=UNTIL, rulings=(SHORTENED,)), KEY
    ),
    "rules: by default": partial(cards.share.confirm, replace(ONE, until=UNTIL, rulings=HOUSE), KEY),
    "rules: to be approved": partial(cards.share.confirm, TO_APPROVE, KEY),
    "rules: newer than the card that was pressed": partial(cards.share.confirm, TO_APPROVE, KEY, is_anew=True),
    "rules: explained": partial(
        cards.share.explained,
        replace(plan(gains(ALEX), gains(GUEST), NOT_ERIC), until=UNTIL, rulings=(SHORTENED, BOARD)),
    ),
    "rules: explained, none": partial(cards.share.explained, ONE),
    "rules: done": partial(
        cards.share.done,
        ShareReceipt(
            plan(gains(ALEX), NOT_ERIC),
            (Grant(ALEX, Outcome.GRANTED), Grant(ERIC, Outcome.REFUSED, RIVALS.words, "AgainstPolicy")),
        ),
        KEY,
    ),
    "approval: waiting for two rules": partial(
        cards.approvals.waiting, TO_APPROVE, [APPROVERS, ["Patti Fernandez"]], FRIDAY, KEY
    ),
    "approval: waiting": partial(cards.approvals.waiting, TO_APPROVE, [APPROVERS], FRIDAY, KEY),
    "approval: waiting, hostile names": partial(
        cards.approvals.waiting, replace(TO_APPROVE, item=ODD_FILE), [[*HOSTILE.values()]], FRIDAY, KEY
    ),
    "approval: wanted": partial(cards.approvals.wanted, (TO_APPROVE,), [BOARD], FRIDAY, KEY),
    "approval: wanted, hostile names": partial(
        cards.approvals.wanted,
        (ODD_TO_APPROVE,),
        [BOARD],
        FRIDAY,
        KEY,
    ),
    "approval: wanted, many people": partial(cards.approvals.wanted, (IN_TEAM,), [BOARD], FRIDAY, KEY),
    "approval: wanted for several": partial(
        cards.approvals.wanted, (TO_APPROVE, replace(TO_APPROVE, item=FORECAST)), [BOARD], FRIDAY, KEY
    ),
    "approval: wanted for several, each its own": partial(
        cards.approvals.wanted, BOTH_TO_APPROVE, [BOARD, PAYROLL], FRIDAY, KEY
    ),
    "approval: wanted for a hundred, of hostile names": partial(
        cards.approvals.wanted, (ODD_TO_APPROVE,) * 100, [BOARD], FRIDAY, KEY, page=3
    ),
    "approval: answered": partial(cards.approvals.answered, (TO_APPROVE,), is_approved=True),
    "approval: answered with no": partial(cards.approvals.answered, (TO_APPROVE,), is_approved=False),
    "approval: another one is wanted": partial(cards.approvals.approved_in_part, (TO_APPROVE,)),
    "approval: approved": partial(cards.approvals.approved, TO_APPROVE, "Patti Fernandez", "The audit needs it."),
    "approval: approved, not shared yet": partial(cards.approvals.not_shared_yet, TO_APPROVE, "Patti Fernandez", KEY),
    "approval: declined": partial(
        cards.approvals.declined, (TO_APPROVE,), "Patti Fernandez", "Please wait until the board has met."
    ),
    "approval: out of time": partial(cards.approvals.lapsed, (TO_APPROVE,), APPROVERS),
    "approval: out of time, several": partial(cards.approvals.lapsed, BOTH_TO_APPROVE, APPROVERS),
    "approval: settled": partial(cards.approvals.settled, (TO_APPROVE,), "Lee Gu", Decision.ALLOWED),
    "approval: withdrawn": partial(cards.approvals.settled, (TO_APPROVE,), "", Decision.OVER),
    "form: empty": partial(cards.form.form, {}, {}, KEY),
    "form: something missing": partial(cards.form.form, FILLED, {"people": "With whom?"}, KEY, said=MISSING),
    "form: found": partial(cards.form.form, FOUND, {}, KEY, picked=PICKED),
    "form: one of several files": partial(
        cards.form.form,
        {"people": ALEX.email},
        {},
        KEY,
        options=[("Roadmap.docx (OneDrive › Product)", "key 0"), ("Roadmap.docx (Marketing › Documents)", "key 1")],
    ),
    "form: hostile names": partial(
        cards.form.form, ODD_FIND, {}, KEY, picked=[(HOSTILE["250 letters"], "odd"), (HOSTILE["Markdown"], "other")]
    ),
    "form: everything wrong": partial(cards.form.form, FILLED, WRONG, KEY),
    "form: hostile words": partial(cards.form.form, FILLED | dict.fromkeys(TYPED, HOSTILE["Markdown"]), TOLD, KEY),
    "choose: a file": partial(cards.share.choose, unclear(ROADMAPS), KEY),
    "choose: a file and a person": partial(cards.share.choose, unclear(ROADMAPS, ANAS), KEY),
    "choose: is it this one": partial(
        cards.share.choose, unclear(question("recipient 0", "Meg", ("Megan Bowen", MEGAN.email))), KEY
    ),
    "choose: called nearly so": partial(
        cards.share.choose,
        unclear(replace(question("item", "Q3 Budgte", ("Q3 Budget.xlsx", "OneDrive › Finance")), is_near=True)),
        KEY,
    ),
    "choose: ten": partial(cards.share.choose, unclear(TEN), KEY),
    "choose: ten, the last page": partial(cards.share.choose, replace(unclear(TEN), page=1), KEY),
    "choose: hostile names": partial(cards.share.choose, unclear(ODD_QUESTION), KEY),
    "done": partial(done, receipt(Grant(ALEX, Outcome.GRANTED))),
    "done: many people": partial(
        done, receipt(*(Grant(each, Outcome.GRANTED) for each in (ALEX, MEGAN, FINANCE, ERIC)))
    ),
    "done: somebody had asked for it": partial(
        done,
        replace(receipt(Grant(ALEX, Outcome.GRANTED, telling=Telling.TEAMS)), plan=replace(ONE, wanted_by=ALEX.name)),
    ),
    "done: nobody has heard of it": partial(
        done,
        replace(receipt(Grant(ALEX, Outcome.GRANTED, telling=Telling.WAITS)), plan=replace(ONE, undo=30)),
    ),
    "done: they are being told": partial(done, receipt(Grant(ALEX, Outcome.GRANTED, telling=Telling.WAITS))),
    "done: how each heard of it": partial(
        done,
        receipt(
            *(
                Grant(person, Outcome.GRANTED, telling=telling)
                for person, telling in (
                    (ALEX, Telling.TEAMS),
                    (FINANCE, Telling.MAIL),
                    (MEGAN, Telling.MAYBE),
                    (ISAIAH, Telling.UNREACHED),
                    (LEE, Telling.CHANGED),
                )
            )
        ),
    ),
    "done: no mail went out": partial(
        done,
        receipt(
            Grant(ALEX, Outcome.GRANTED, telling=Telling.SIGNED_OUT),
            Grant(MEGAN, Outcome.GRANTED, telling=Telling.REFUSED),
        ),
    ),
    "done: in part": partial(
        done,
        receipt(Grant(ALEX, Outcome.GRANTED), Grant(MEGAN, Outcome.HAD_IT), REFUSED, UNSURE),
    ),
    "done: refused": partial(done, receipt(REFUSED)),
    "done: not sure": partial(done, receipt(UNSURE)),
    "done: they had it": partial(done, receipt(Grant(ALEX, Outcome.HAD_IT))),
    "done: not read back": partial(done, replace(receipt(Grant(ALEX, Outcome.GRANTED)), checked=False)),
    "done: no mail": partial(
        done, receipt(Grant(ALEX, Outcome.GRANTED, refusals.no_mail("accountVerificationRequired")))
    ),
    "done: no mail was wanted": partial(
        done, replace(receipt(Grant(ALEX, Outcome.GRANTED)), plan=replace(ONE, mail=False))
    ),
    "done: taken away since": partial(
        done,
        receipt(Grant(ALEX, Outcome.TAKEN), Grant(MEGAN, Outcome.MOVED), Grant(LEE, Outcome.GRANTED, role=Role.READ)),
    ),
    "done: without an end": partial(
        done, replace(receipt(Grant(ALEX, Outcome.GRANTED)), plan=replace(ONE, until=UNTIL))
    ),
    "done: hostile names": partial(
        done,
        ShareReceipt(plan(item=ODD_FILE), tuple(Grant(person, Outcome.GRANTED, person.name) for person in ODD_PEOPLE)),
    ),
    "until: ends soon": partial(cards.ended.reminder, SHARED, FRIDAY, KEY),
    "until: extended": partial(cards.ended.extended, SHARED, FRIDAY, KEY),
    "until: ended": partial(cards.ended.ended, BACK),
    "until: undone": partial(cards.ended.ended, replace(BACK, is_undone=True)),
    "until: undone, one has it for a time again": partial(cards.ended.ended, LONGER_BACK),
    "until: for a time again, for you": partial(cards.ended.ended_for_you, LONGER_BACK, LONGER_BACK.returned[1]),
    "until: not ended": partial(cards.ended.not_ended, SHARED, KEY, str(errors.Unavailable()), is_last=False),
    "until: not ended, and not tried again": partial(
        cards.ended.not_ended, SHARED, KEY, str(errors.NotAllowed()), is_last=True
    ),
    "until: left behind": partial(cards.ended.left_behind, SHARED, FRIDAY, is_gone=False),
    "until: left behind by somebody who is gone": partial(cards.ended.left_behind, SHARED, FRIDAY, is_gone=True),
    "until: ended for you": partial(cards.ended.ended_for_you, BACK, BACK.returned[0]),
    "until: changed for you": partial(cards.ended.ended_for_you, BACK, BACK.returned[1]),
    "who has access": partial(cards.access.who, BUDGET, HOLDERS, sees_all=True),
    "who has access: with what can be taken away": partial(
        cards.access.who,
        BUDGET,
        HOLDERS,
        sees_all=True,
        key=KEY,
        offered=[(ALEX.name, "alex"), (ODD_PEOPLE[0].name, "odd")],
    ),
    "who has access: as far as it is shown": partial(cards.access.who, FOLDER, HOLDERS[1:2], sees_all=False),
    "who has access: in a chat": partial(
        cards.here.also_here, cards.access.who(BUDGET, HOLDERS, sees_all=True), HERE, KEY
    ),
    "here: who can't open it": partial(cards.here.here, BUDGET, HERE, KEY),
    "here: who can't edit it": partial(
        cards.here.here,
        BUDGET,
        replace(HERE, role=Role.WRITE, others=((ALEX, Role.READ), (MEGAN, None)), opens_for_all=False),
        KEY,
    ),
    "here: what can't be seen": partial(
        cards.here.here, FOLDER, replace(HERE, sees_all=False, sees_groups=False, unknown=("Sam", "Kim")), KEY
    ),
    "here: everybody": partial(cards.here.here, BUDGET, Here(Role.READ, (ALEX, MEGAN), ()), ""),
    "here: many": partial(cards.here.here, BUDGET, replace(HERE, others=tuple((each, None) for each in MEMBERS)), KEY),
    "here: a pasted link": partial(cards.here.pasted, KEY),
    "here: hostile names": partial(
        cards.here.here,
        ODD_FILE,
        Here(Role.READ, tuple(ODD_PEOPLE), tuple((each, None) for each in ODD_PEOPLE), (ODD_PEOPLE[0].name,)),
        KEY,
    ),
    "shares: exported": partial(
        cards.shares.exported, replace(BUDGET, name="My shares 2026-11-22 09.30.00.csv", place="OneDrive"), 4
    ),
    "a file in a chat": partial(cards.dialog.file, BUDGET),
    "dialog: confirm": partial(cards.dialog.in_dialog, cards.share.confirm(ONE, KEY)),
    "dialog: late": partial(cards.dialog.late, own_chat=True),
    "dialog: late, without a chat": partial(cards.dialog.late, own_chat=False),
    "dialog: sign in": partial(cards.dialog.sign_in, "https://bot.example/auth/start?ticket=x", {"verb": "x"}),
    "cancelled": partial(cards.share.cancelled, BUDGET.name),
    "cancelled: before a file was found": partial(cards.share.cancelled, None),
    "cancelled: hostile name": partial(cards.share.cancelled, HOSTILE["Markdown"]),
    "shared with you": partial(cards.share.shared_with_you, ONE, KEY),
    "shared with you: a file to view, until": partial(cards.share.shared_with_you, VIEWED, KEY),
    "shared with you: a folder to view": partial(
        cards.share.shared_with_you, plan(gains(ALEX), role=Role.READ, item=FOLDER), KEY
    ),
    "shared with you: long names": partial(cards.share.shared_with_you, plan(gains(ALEX), item=LONG_FILE), KEY),
    "shared with you: hostile names": partial(
        cards.share.shared_with_you,
        replace(plan(gains(ALEX), item=ODD_FILE), asker=replace(ADELE, name=HOSTILE["right to left"])),
        KEY,
    ),
    "several: shall I": partial(cards.files.confirm, SEVERAL),
    "several: a hundred, of hostile names": partial(cards.files.confirm, PAGES, page=3),
    "several: nothing to change": partial(
        cards.files.confirm, replace(SEVERAL, parts=(Part("2", plan(has(ALEX))),), plan=ManyPlan(ADELE, ("2",)))
    ),
    "several: some need approval": partial(cards.files.confirm, replace(SEVERAL, waiting=(TO_BOARD,))),
    "several: all need approval": partial(
        cards.files.confirm, Many(KEY, ManyPlan(ADELE, (), (), ("b",)), (), (TO_BOARD,))
    ),
    "several: waiting for approval": partial(cards.files.result, ONE_DONE),
    "several: approved": partial(
        cards.files.result,
        replace(ONE_DONE, waiting=(replace(AT_BOARD, decision=Decision.ALLOWED, by="Lee Gu"),)),
    ),
    "several: declined": partial(
        cards.files.result,
        replace(ONE_DONE, waiting=(replace(AT_BOARD, decision=Decision.DECLINED, by="Lee Gu"),)),
    ),
    "several: done, as approved": partial(cards.files.result, replace(ALL_DONE, approved_by="Lee Gu")),
    "several: cancelled": cards.files.cancelled,
    "several: under way": partial(cards.files.result, UNDER_WAY),
    "several: in part": partial(cards.files.result, replace(UNDER_WAY, parts=TWO_DONE, is_over=True)),
    "several: nothing came of one": partial(
        cards.files.result,
        replace(UNDER_WAY, parts=(replace(TWO[0], said=str(errors.Unavailable())), TWO_DONE[1]), is_over=True),
    ),
    "several: done": partial(cards.files.result, ALL_DONE),
    "several: how each heard of it": partial(
        cards.files.result,
        replace(ALL_DONE, parts=(replace(TWO_DONE[1], receipt=HEARD), replace(TWO_DONE[1], receipt=TO_HEAR))),
    ),
    "several: undone": partial(
        cards.files.result,
        replace(ALL_DONE, parts=(replace(TWO[0], receipt=BACK),), plan=ManyPlan(ADELE, ("1",)), is_undone=True),
    ),
    "several: one in the place of another": partial(cards.files.confirm, SWAPS),
    "several: taken away": partial(cards.files.confirm, TAKES_ALL),
    "several: shared with you": partial(cards.files.for_them, TWO_DONE, "alex"),
    "several: shared with you, as it is by now": partial(
        cards.files.for_them,
        TWO_DONE,
        "alex",
        {
            "1": Theirs(plan(gains(ALEX)), Role.READ, may_return=True, is_asked=True),
            "2": Theirs(plan(gains(ALEX)), None),
        },
    ),
    "several: more than have room for buttons": partial(cards.files.for_them, TWO_DONE * 6, "alex"),
    "several: ten of hostile names, shared with you": partial(
        cards.files.for_them,
        [
            Part(str(n), ODD_TO_VIEW, ShareReceipt(ODD_TO_VIEW, (Grant(ODD_PEOPLE[0], Outcome.GRANTED),)))
            for n in range(10)
        ],
        "0",
    ),
    "several: changed for you": partial(
        cards.files.for_them,
        [Part("1", TAKES, ChangeReceipt(TAKES, (LOST,))), replace(TWO[1], receipt=BACK)],
        "alex",
    ),
    "several: end soon": partial(cards.files.soon, [("1", SHARED, FRIDAY), ("2", SHARED, FRIDAY)]),
    "several: ended": partial(cards.files.ended, [BACK, BACK]),
    "change: take it away": partial(cards.change.confirm, TAKES, KEY),
    "change: take it away from many": partial(cards.change.confirm, TAKES_MANY, KEY),
    "change: only view": partial(cards.change.confirm, LOWERS, KEY),
    "change: another end": partial(cards.change.confirm, MOVES, KEY),
    "change: no end": partial(cards.change.confirm, replace(MOVES, until=Expiry("", None)), KEY),
    "change: until when": partial(cards.change.confirm, replace(MOVES, until=None), KEY),
    "change: nothing to change": partial(cards.change.confirm, replace(TAKES, steps=TAKES_MANY.steps[3:]), KEY),
    "change: hostile names": partial(
        cards.change.confirm,
        ChangePlan(
            ADELE,
            ODD_FILE,
            Aim.REMOVE,
            tuple(ChangeStep(each, Role.READ, Role.READ, Role.READ, folder=each.name) for each in ODD_PEOPLE),
        ),
        KEY,
    ),
    "change: cancelled": partial(cards.change.cancelled, BUDGET.name),
    "change: taken away": partial(cards.change.result, ChangeReceipt(TAKES, (LOST,)), KEY),
    "change: in part": partial(
        cards.change.result,
        ChangeReceipt(
            TAKES_MANY,
            (
                LOST,
                Changed(MEGAN, Became.LEFT, Role.READ),
                Changed(FINANCE, Became.REFUSED, Role.READ, str(errors.NotAllowed())),
            ),
        ),
        KEY,
    ),
    "change: lowered": partial(
        cards.change.result, ChangeReceipt(LOWERS, (Changed(ALEX, Became.LOWERED, Role.READ),)), KEY
    ),
    "change: end moved": partial(
        cards.change.result, ChangeReceipt(MOVES, (Changed(ALEX, Became.MOVED, Role.WRITE),)), KEY
    ),
    "change: undone": partial(
        cards.change.result,
        ChangeReceipt(MOVES, (Changed(ALEX, Became.RESTORED, Role.WRITE),), is_undone=True),
        KEY,
    ),
    "change: taken from you": partial(cards.change.for_them, TAKES, LOST),
    "change: you can only view": partial(cards.change.for_them, LOWERS, Changed(ALEX, Became.LOWERED, Role.READ)),
    "change: your end": partial(cards.change.for_them, MOVES, Changed(ALEX, Became.MOVED, Role.WRITE)),
    "change: yours again, with its end": partial(
        cards.change.for_them, MOVES, Changed(ALEX, Became.RESTORED, Role.READ)
    ),
    "change: yours again": partial(cards.change.for_them, TAKES, Changed(ALEX, Became.RESTORED, Role.WRITE)),
    "change: no longer yours": partial(cards.change.taken, VIEWED),
    "chat: everybody": partial(cards.share.confirm, IN_CHAT, KEY),
    "chat: a team with many people": partial(cards.share.confirm, IN_TEAM, KEY),
    "chat: a team with many people, the last page": partial(cards.share.confirm, IN_TEAM, KEY, page=24),
    "chat: many people, done": partial(done, OF_MANY),
    "chat: many people, undone": partial(cards.ended.ended, replace(BACK, share=OF_MANY, returned=MANY_BACK)),
    "chat: many people, left behind": partial(cards.ended.left_behind, OF_MANY, FRIDAY, is_gone=True),
    "chat: somebody joined": partial(
        cards.roster.joined, replace(VIEWED, steps=(gains(MEGAN),)), CHAT, KEY, is_known=True
    ),
    "chat: several joined a team": partial(
        cards.roster.joined, replace(VIEWED, steps=(gains(MEGAN), gains(GUEST), gains(LEE))), TEAM, KEY, is_known=False
    ),
    "chat: many joined": partial(cards.roster.joined, IN_TEAM, TEAM, KEY, is_known=True),
    "chat: hostile names": partial(
        cards.roster.joined,
        replace(VIEWED, item=ODD_FILE, steps=tuple(map(gains, ODD_PEOPLE))),
        replace(TEAM, name=HOSTILE["Markdown"]),
        KEY,
        is_known=True,
    ),
    "chat: somebody left": partial(cards.roster.left, VIEWED, MEGAN, Role.READ, CHAT, KEY, shared=CHANGED),
    "chat: somebody left a team": partial(
        cards.roster.left, replace(VIEWED, until=None), ODD_PEOPLE[0], Role.WRITE, TEAM, KEY, shared=CHANGED
    ),
    "chat: taken away": partial(cards.roster.taken, VIEWED, Returned(MEGAN, Ending.ENDED)),
    "chat: taken away, on the result": partial(
        done, receipt(Grant(ALEX, Outcome.TAKEN), Grant(MEGAN, Outcome.GRANTED))
    ),
    "chat: not shared": partial(cards.roster.declined, VIEWED, is_of_leaver=False),
    "chat: left as it is": partial(cards.roster.declined, VIEWED, is_of_leaver=True),
    "chat: decided already": partial(cards.roster.shared_before, VIEWED),
    "chat: no longer asked": partial(cards.roster.over, VIEWED),
    "given back: sure": partial(cards.received.sure, VIEWED, KEY),
    "given back": partial(cards.received.given_back, VIEWED, Returned(ALEX, Ending.ENDED)),
    "given back: there is another way": partial(
        cards.received.given_back, VIEWED, Returned(ALEX, Ending.ENDED, Role.READ)
    ),
    "given back: changed since": partial(cards.received.given_back, VIEWED, Returned(ALEX, Ending.LEFT, Role.WRITE)),
    "given back: for the sharer": partial(
        cards.received.given_back_by, VIEWED, Returned(MEGAN, Ending.LOWERED, Role.READ)
    ),
    "given back: the sharer is not signed in": partial(cards.received.not_given_back, VIEWED, ALEX, KEY),
    "given back: on the result": partial(done, receipt(Grant(ALEX, Outcome.RETURNED), Grant(MEGAN, Outcome.GRANTED))),
    "my shares": partial(cards.shares.shares, SHARES, MINE, KEY, count=4, now=CHANGED, views=list(VIEWS)[1:]),
    "my shares: what was allowed on top": partial(
        cards.shares.shares,
        [
            replace(SHARES[1], before=Shared(KEY, replace(SHARED, plan=VIEWED), None)),
            shared(BUDGET, Telling.TEAMS, *BELLS),
        ],
        MINE,
        KEY,
        count=2,
        now=CHANGED,
    ),
    "my shares: a part of them": partial(
        cards.shares.shares, SHARES[1:2], NARROWED, KEY, count=1, now=CHANGED, views=list(VIEWS)
    ),
    "my shares: a page": partial(
        cards.shares.shares, SHARES, replace(MINE, page=1), KEY, count=26, now=CHANGED, views=list(VIEWS)[1:]
    ),
    "shared with me": partial(
        cards.shares.received,
        [
            (KEY, plan(gains(ALEX, Role.READ), role=Role.READ), FRIDAY),
            (KEY, VIEWED, None),
            (KEY, ODD_PLAN, FRIDAY),
        ],
        count=3,
        page=0,
        now=CHANGED,
    ),
    "shared with me: a page": partial(cards.shares.received, [(KEY, VIEWED, None)] * 10, count=26, page=1, now=CHANGED),
    "shared with me: nothing": partial(cards.shares.received, [], count=0, page=0, now=CHANGED),
    "my shares: none": partial(cards.shares.shares, [], MINE, KEY, count=0, now=CHANGED),
    "my shares: none fits": partial(cards.shares.shares, [], NARROWED, KEY, count=0, now=CHANGED, views=["shares.all"]),
    "my shares: hostile names": partial(
        cards.shares.shares,
        [Shared(KEY, replace(receipt(*(Grant(each, Outcome.GRANTED) for each in ODD_PEOPLE)), plan=ODD_PLAN), None)],
        replace(MINE, people=(Words("name", HOSTILE["Markdown"]),), items=(Words("name", HOSTILE["HTML"]),)),
        KEY,
        count=1,
        now=CHANGED,
    ),
    "my shares: one of them": lambda: also(done(SHARES[1].receipt), cards.shares.back(KEY)),
    "edit": partial(cards.received.edit, VIEWED, KEY),
    "edit: asked": partial(cards.received.asked, VIEWED, KEY),
    "edit: for the sharer": partial(cards.received.wants_access, EDITS, VIEWED.item, KEY),
    "edit: for the sharer, without a reason": partial(
        cards.received.wants_access, replace(EDITS, until=None, reason=""), VIEWED.item, KEY
    ),
    "edit: for the sharer, again": partial(cards.received.wants_access, EDITS, VIEWED.item, KEY, is_reminder=True),
    "edit: for a delegate": partial(cards.delegates.wants_access, EDITS, VIEWED.item, KEY),
    "edit: for the sharer, who has let them since": partial(
        cards.received.wants_access, CAN_EDIT, VIEWED.item, KEY, is_reminder=True
    ),
    "edit: no longer asked, for they can": partial(cards.received.access_decided, CAN_EDIT, Decision.OVER),
    "edit: hostile words": partial(cards.received.wants_access, ODD_EDITS, ODD_FILE, KEY),
    "edit: declined": partial(cards.received.access_declined, EDITS),
    "edit: decided already": partial(cards.received.access_decided, EDITS, Decision.ALLOWED, key=KEY),
    "edit: no longer asked": partial(cards.received.over, VIEWED, ALEX),
    "request: what you can open already": partial(cards.received.is_there, BUDGET.name, Role.READ),
    "edit: no longer asked of a delegate": partial(cards.delegates.decided, EDITS, Decision.OVER, ADELE.name),
    "edit: declined for you": partial(cards.received.access_answered, EDITS, Decision.DECLINED),
    "edit: declined, where it was asked": partial(
        cards.received.access_answered, EDITS, Decision.DECLINED, in_place=True, key=KEY
    ),
    "edit: allowed, where it was asked": partial(
        cards.received.access_answered, EDITS, Decision.ALLOWED, is_given=True, in_place=True, key=KEY
    ),
    "edit: allowed for you": partial(cards.received.access_answered, EDITS, Decision.ALLOWED, had_it=True),
    "edit: nobody knows": partial(cards.received.access_answered, EDITS, Decision.ALLOWED, is_unsure=True),
    "edit: no answer, where it was asked": partial(
        cards.received.access_answered, EDITS, Decision.LAPSED, in_place=True, key=KEY
    ),
    "access: ask": partial(cards.received.ask_for_access, WANTED, KEY),
    "access: ask to edit for a time": partial(
        cards.received.ask_for_access, replace(WANTED, role=Role.WRITE, until=UNTIL, reason="Month end."), KEY
    ),
    "access: asked": partial(cards.received.access_asked, WANTED),
    "access: for the owner": partial(
        cards.received.wants_access, replace(WANTED, until=UNTIL, reason="I close the month."), BUDGET, KEY
    ),
    "access: for an owner who is not signed in": partial(
        cards.received.wants_access, WANTED, None, KEY, is_reminder=True
    ),
    "access: which one, for the owner": partial(cards.received.which, WANTED, ROADMAPS, KEY),
    "access: hostile words": partial(cards.received.wants_access, ODD_WANTED, ODD_FILE, KEY),
    "access: declined": partial(cards.received.access_declined, WANTED),
    "access: decided already": partial(cards.received.access_decided, WANTED, Decision.ALLOWED),
    "access: asked too long ago": partial(cards.received.access_decided, WANTED, Decision.LAPSED),
    "access: declined for you": partial(cards.received.access_answered, WANTED, Decision.DECLINED, had_it=False),
    "access: allowed for the owner": partial(
        cards.received.access_answered, WANTED, Decision.ALLOWED, is_given=True, in_place=True, by=MEGAN.name
    ),
    "access: decided for you": partial(cards.received.access_decided, WANTED, Decision.ALLOWED, by=MEGAN.name),
    "inbox": partial(
        cards.inbox.inbox,
        [
            cards.inbox.request(replace(WANTED, reason="I close the month."), KEY),
            cards.inbox.request(EDITS, KEY),
            cards.inbox.approval((TO_APPROVE,), FRIDAY, KEY),
        ],
        [
            cards.inbox.asked(WANTED),
            cards.inbox.asked_to_approve(TO_APPROVE, [["Patti Fernandez", "Lee Gu"]], KEY),
        ],
    ),
    "inbox: nothing": partial(cards.inbox.inbox, [], []),
    "inbox: many, of hostile names": partial(
        cards.inbox.inbox, [cards.inbox.request(ODD_WANTED, KEY)] * 12, [cards.inbox.asked(ODD_WANTED)]
    ),
    "delegate: nobody": partial(cards.delegates.standing, None),
    "delegate: until a day, and for somebody": partial(cards.delegates.standing, AWAY, [FOR_LEE]),
    "delegate: form": partial(cards.delegates.form, {"name": "Megan"}, "This day is over."),
    "delegate: let them decide": partial(cards.delegates.confirm, STAYS, MEGAN, KEY, hours=24),
    "delegate: let them decide until a day": partial(cards.delegates.confirm, AWAY, MEGAN, KEY, hours=24),
    "delegate: for whom": partial(cards.delegates.named, STAYS, hours=24),
    "delegate: taken back": partial(cards.delegates.taken_back, STAYS),
    "delegate: would rather not": partial(cards.delegates.given_up, STAYS),
    "delegate: declined": partial(cards.delegates.gave_up, STAYS),
    "delegate: no longer asked": partial(cards.delegates.freed, STAYS),
    "delegate: asked for access": partial(
        cards.delegates.wants_access, replace(WANTED, until=UNTIL, reason="I close the month."), BUDGET, KEY
    ),
    "delegate: only the owner can say which": partial(cards.delegates.only_the_owner, WANTED, KEY, is_asked=True),
    "delegate: hostile words": partial(cards.delegates.wants_access, ODD_WANTED, None, KEY),
    "delegate: you allowed it": partial(cards.delegates.decided, WANTED, Decision.ALLOWED, "", FOR_ALEX),
    "delegate: what you allowed has ended": partial(cards.delegates.over, WANTED),
    "delegate: not yours to decide": partial(cards.delegates.no_longer, WANTED),
    "delegate: allowed in your place": partial(
        cards.delegates.decided_for_you, WANTED, Decision.ALLOWED, MEGAN.name, KEY, FOR_ALEX
    ),
    "access: no answer": partial(cards.received.access_answered, WANTED, Decision.LAPSED, had_it=False),
    "access: allowed for you": partial(cards.received.access_answered, WANTED, Decision.ALLOWED, had_it=True),
}
