"""Every card in the states that matter. A new card, or a new state of one, is a line in SAMPLES.

A sample is made when it is called, in the language then spoken (bot.texts.speaking).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import cards.access
import cards.basics
import cards.dialog
import cards.ended
import cards.form
import cards.received
import cards.roster
import cards.settings
import cards.share
from bot import commands, errors
from bot.graph import refusals
from bot.sharing import (
    Change,
    Chat,
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
    ShareableItem,
    SharePlan,
    ShareReceipt,
    ShareRequest,
    Step,
    Telling,
    UnclearRequest,
)
from cards.access import Holder, Way
from cards.elements import Card

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
HOLDERS = [
    Holder("Adele Vance", "adele.vance@contoso.com", Way.PERSON, Role.OWNER, is_inherited=False),
    Holder("Alex Wilber", "alex.wilber@contoso.com", Way.PERSON, Role.WRITE, is_inherited=False, until=CHANGED),
    Holder("Finance", "finance@contoso.com", Way.GROUP, Role.READ, is_inherited=True),
    Holder("", "", Way.ANY_LINK, Role.READ, is_inherited=False),
    Holder(HOSTILE["Markdown"], HOSTILE["HTML"], Way.NAMED_LINK, None, is_inherited=False),
]

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
    "settings": partial(cards.settings.settings, plain=False),
    "settings: plain text": partial(cards.settings.settings, plain=True),
    "say": partial(cards.basics.say, "You are signed out: I hold no key of yours any more."),
    "not understood": partial(cards.basics.not_understood, "Did you mean: share Q3 Budget.xlsx with Alex"),
    "say: hostile words": partial(cards.basics.say, " ".join(HOSTILE.values())),
    "problem": partial(cards.basics.problem, str(errors.Unavailable())),
    "problem: to be tried again": partial(cards.basics.problem, str(errors.Unavailable()), KEY),
    "problem: with a reference": partial(
        cards.basics.problem, str(refusals.Refused("unknown", reference="5d0b3c52-71f2-4b3c-9d1c-0d8f6f5f2f7e"))
    ),
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
    **{
        f"confirm: {what}": partial(
            cards.share.confirm, plan(gains(person), item=replace(BUDGET, name=person.name, place=person.name)), KEY
        )
        for what, person in zip(HOSTILE, ODD_PEOPLE, strict=True)
    },
    "confirm: hostile message": partial(cards.share.confirm, replace(ONE, message="\n".join(HOSTILE.values())), KEY),
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
    "until: not ended": partial(cards.ended.not_ended, SHARED, KEY, str(errors.Unavailable()), is_last=False),
    "until: not ended, and not tried again": partial(
        cards.ended.not_ended, SHARED, KEY, str(errors.NotAllowed()), is_last=True
    ),
    "until: left behind": partial(cards.ended.left_behind, SHARED, FRIDAY, is_gone=False),
    "until: left behind by somebody who is gone": partial(cards.ended.left_behind, SHARED, FRIDAY, is_gone=True),
    "until: ended for you": partial(cards.ended.ended_for_you, BACK, BACK.returned[0]),
    "until: changed for you": partial(cards.ended.ended_for_you, BACK, BACK.returned[1]),
    "who has access": partial(cards.access.who, BUDGET, HOLDERS, sees_all=True),
    "who has access: as far as it is shown": partial(cards.access.who, FOLDER, HOLDERS[1:2], sees_all=False),
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
    "edit": partial(cards.received.edit, VIEWED, KEY),
    "edit: asked": partial(cards.received.asked, VIEWED, KEY),
    "edit: for the sharer": partial(cards.received.wants_to_edit, VIEWED, ALEX, "I fill in the figures of Sales.", KEY),
    "edit: for the sharer, without a reason": partial(
        cards.received.wants_to_edit, replace(VIEWED, until=None), ALEX, "", KEY
    ),
    "edit: hostile words": partial(
        cards.received.wants_to_edit, replace(VIEWED, item=ODD_FILE), ODD_PEOPLE[0], "\n".join(HOSTILE.values()), KEY
    ),
    "edit: declined": partial(cards.received.declined, VIEWED, ALEX),
    "edit: decided already": partial(cards.received.decided_before, VIEWED, ALEX, KEY, is_allowed=True),
    "edit: no longer asked": partial(cards.received.over, VIEWED, ALEX),
    "edit: declined for you": partial(cards.received.answered, VIEWED, is_allowed=False, can_edit=False),
    "edit: allowed for you": partial(cards.received.answered, VIEWED, is_allowed=True, can_edit=True),
}
