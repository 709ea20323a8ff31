"""English, as a table of words. Another language is another file like this one.

A shape is what a sentence looks like: `a|b` is either word, `[a]` may be left out, `_` joins the words of one choice,
{role} and {access} are the words below. The slots are {items}, {people}, and {file}: items that are plainly files.
"""

from __future__ import annotations

from bot.sharing import Role

OPENERS = (
    "hi", "hi there", "hey", "hello", "hello there", "good morning", "good afternoon", "good evening", "ok", "okay",
    "yes", "please", "pls", "kindly", "thanks", "thank you", "sharebot", "@sharebot", "so", "now", "just", "also",
    "then", "and", "i want to", "i want you to", "i need to", "i need you to", "i would like to",
    "i would like you to", "i'd like to", "i'd like you to", "i'd love to", "go ahead and",
)  # fmt: skip
# With these, a question is a request.
ASKING = ("can you", "could you", "would you", "will you", "can u", "may i ask you to")
# With these, it is more likely talk: only something that is plainly a file makes it a request.
TALKING = ("let's", "lets", "we should", "we need to", "you can", "you should", "can we", "can i", "could i", "may i")
# What may follow a request and changes nothing.
CLOSERS = (
    "please", "pls", "plz", "thanks", "thank you", "thx", "ty", "cheers", "asap", "now", "right away", "ok", "okay",
    "too", "as well", "for me", "if you can", "if possible", "for review", "for approval", "for feedback",
    "for reference", "for information", "for comments", "to review", "to check", "to have a look",
)  # fmt: skip
GREETINGS = (
    "hi",
    "hi there",
    "hello",
    "hello there",
    "hey",
    "hey there",
    "good morning",
    "good afternoon",
    "good evening",
    "yo",
)
HELP = (
    "help", "help me", "?", "commands", "how does this work", "how do you work", "how does it work", "usage", "menu",
    "start", "get started", "examples", "manual", "instructions", "who are you", "what are you", "what do you do",
)  # fmt: skip
HELP_ABOUT = ("how do|can|should|would i|we|you", "how long|does", "what can you|i", "what are your commands|skills")
SIGN_OUT = ("sign out", "sign me out", "signout", "log out", "log me out", "logout", "log off", "sign off")

# What is asked for besides sharing, by how it begins. Nothing of it is carried out so far.
OTHERS = (
    ("who_has_access", (
        "who has|can|gave|shared|else", "does|do|can|is * access|open|see|view|edit|able", "has * access",
        "show|list|check|see [me] [the] {access}", "show|list [me] who", "which people", "is|are * shared",
    )),
    ("unshare", (
        "stop sharing|giving", "unshare", "revoke", "remove|kick|drop|take|cut|exclude * from|off|access",
        "withdraw", "make * private", "cut * off|access",
    )),
    ("list_shares", (
        "my|list|show [me] [all] [my] shares|shared", "what did|have i|we share|shared",
        "show|list * i've|i_have|i shared", "which files", "what files", "files [i] [have] shared",
        "what is|have shared with",
    )),
    ("undo", ("undo", "revert", "take that|it back", "cancel [my|the] last|latest", "roll|roll_it back")),
    ("extend", ("extend", "prolong", "renew", "change [the] expiry|expiration", "make * access * permanent")),
    ("change_role", (
        "downgrade", "upgrade", "promote", "demote", "make * read-only|read_only", "change|switch * to [a|an] {role}",
    )),
    ("request_access", (
        "request [{role}] access", "ask for access", "ask * for access", "i need|want|lost [{role}] access",
        "give|grant me {access}", "give|grant me * {access}", "let me {role}",
        "i can't|cannot|can_not|couldn't open|see|edit|view|access",
    )),
)  # fmt: skip

SHAPES = (
    "share with|to|w/ {people} : {items}",
    "share {items} with|w/|to|among {people}",
    "give|grant|provide|allow [a|an] [{role}] {access} to|on {items} to|for {people}",
    "give|grant|provide|allow {people} [with] [a|an] [{role}] {access} to|on|for {items}",
    "let|allow|enable|permit {people} [to] {role} [on] {items}",
    "add|invite {people} to {file}",
    "put {people} on {file}",
    "make {people} [a|an|the] {role} of|on|for {items}",
    "share with|to|w/ {people}",
    "give|grant|provide|allow [a|an] [{role}] {access} to|on {items}",
    "share {items}",
)
SHARE = ("share", "/share")
COMMANDS = ("share", "help", "give", "grant", "allow")

# How a role is said at the end of a sentence.
ENDINGS = (
    "as|with|for [a|an|the] {role} [{access}] [only]",
    ", {role} [{access}] [only]",
    "( [as] [a|an] {role} [{access}] [only] )",
    "[so] [that] they|he|she|who|which|and_they|so_they can|may|should [only] {role} [it|this|only]",
    "can|may [only] {role} [it|this|only]",
    "to {role} [it]",
    "and let them|him|her {role} [it]",
)
UNKNOWN_ROLE = ("as [a|an|the] {some}", "with [a|an|the] {some} {access}")
ROLES = {
    Role.READ: (
        "read", "reader", "readers", "reading", "view", "viewer", "viewers", "viewing", "see", "open", "look at",
        "read only", "read-only", "readonly", "view only", "view-only", "viewonly",
    ),
    Role.WRITE: (
        "write", "writer", "writers", "writing", "edit", "editor", "editors", "editing", "change", "modify", "update",
        "contribute", "contributor", "contributors", "collaborator", "collaborators", "read write", "read-write",
        "read/write", "read and write", "view and edit", "read and edit",
    ),
    Role.COMMENT: (
        "comment", "commenter", "commenters", "commenting", "comment only", "comment-only", "reviewer", "reviewers",
    ),
    Role.OWNER: ("owner", "owners", "co-owner", "co-owners", "full control"),
}  # fmt: skip
ONLY = "only"
ACCESS = ("access", "rights", "right", "permission", "permissions", "privileges")

OR = ("or",)
SEPARATORS = ("and", "plus", "as well as")
ARTICLES = ("the", "my", "our")
BEFORE_A_FILE = ("file", "files", "document", "documents", "doc", "called", "named")
BEFORE_PEOPLE = ("both", "my colleague", "my colleagues")
GROUP_OF = ("all of", "everyone in", "everybody in", "everyone on", "everyone from", "the whole of")
# With one of these among the people, who is meant is not plain.
HEDGES = (
    "or", "except", "but", "unless", "if", "not", "don't", "dont", "never", "wait", "instead", "without", "outside",
    "when", "once", "after", "before", "excluding", "other than", "apart from", "kidding",
)  # fmt: skip
NOBODY_IN_PARTICULAR = ("me", "myself", "someone", "somebody", "nobody", "no one", "noone", "people", "a colleague")
CORRECTIONS = ("wait", "no", "sorry", "actually", "i mean", "rather", "scratch that")
# Of these "share" is said without a file being meant.
NOT_FILES = (
    "idea", "ideas", "thought", "thoughts", "opinion", "opinions", "feedback", "screen", "knowledge", "experience",
    "news", "love", "price", "prices", "joy", "credit", "blame", "moment", "secret", "concerns", "insights", "views",
)  # fmt: skip
# "share price", "share holders": not ours.
STOCK = ("price", "prices", "holder", "holders", "capital", "market", "option", "options")
VAGUE = (
    "something", "stuff", "a file", "some files", "the file", "the files", "a document", "some documents",
    "the document", "a folder", "the folder", "some file", "file", "files", "document", "documents", "things",
)  # fmt: skip

# Words for people that are no names: the kind, and which.
SPECIAL = {
    "everyone": ("all", ""), "everybody": ("all", ""), "all": ("all", ""), "everyone here": ("this_chat", ""),
    "everybody here": ("this_chat", ""), "everyone in this chat": ("this_chat", ""), "this chat": ("this_chat", ""),
    "the chat": ("this_chat", ""), "this group": ("this_chat", ""), "you all": ("this_chat", ""),
    "us": ("this_chat", ""), "all of us": ("this_chat", ""), "this channel": ("this_channel", ""),
    "the channel": ("this_channel", ""), "this team": ("this_team", ""), "this meeting": ("this_meeting", ""),
    "my manager": ("relation", "manager"), "my boss": ("relation", "manager"), "my team": ("relation", "my_team"),
    "my direct reports": ("relation", "direct_reports"), "my reports": ("relation", "direct_reports"),
    "him": ("pronoun", "him"), "her": ("pronoun", "her"), "them": ("pronoun", "them"), "anyone": ("anyone", ""),
    "anybody": ("anyone", ""), "the public": ("anyone", ""), "the whole company": ("organization", ""),
    "the organization": ("organization", ""), "the organisation": ("organization", ""), "guests": ("guests", ""),
}  # fmt: skip
REFERENCES = {
    "this": "this", "it": "this", "that": "this", "these": "this", "those": "this", "this file": "this",
    "that file": "this", "this document": "this", "these files": "this", "this folder": "this",
    "the last file": "recent", "my last file": "recent", "the latest file": "recent",
    "the last file i edited": "last_edited", "the file i last edited": "last_edited", "everything": "all_files",
    "all files": "all_files", "all my files": "all_files", "all the files": "all_files",
    "all files in this chat": "all_in_chat", "all the files in this chat": "all_in_chat",
}  # fmt: skip

UNTIL = ("until", "till", "til", "through", "by", "up to", "ending", "expiring")
FOR = ("for",)
FOREVER = (
    "forever", "permanently", "for ever", "for good", "indefinitely", "with no end", "without an end", "with no expiry",
    "without expiry", "no expiry", "no end date", "with no end date", "without end", "permanent",
)  # fmt: skip
AT = ("at",)
NOON = ("noon",)
IN = ("in", "the next", "next", "another")
FROM_NOW = ("from now", "from today")
THE = ("the",)
NEXT = "next"
THIS = ("this", "coming", "this coming", "on")
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12,
}  # fmt: skip
UNITS = {
    "minute": "minutes", "min": "minutes", "hour": "hours", "h": "hours", "hr": "hours", "day": "days", "d": "days",
    "week": "weeks", "fortnight": "fortnights", "month": "months", "year": "years",
}  # fmt: skip
PLURAL = "s"
# A day by its name, or the end of something.
DAYS = {
    "today": "today", "tonight": "today", "eod": "today", "end of day": "today", "end of the day": "today",
    "end of today": "today", "tomorrow": "tomorrow", "end of tomorrow": "tomorrow",
    "day after tomorrow": "day after tomorrow", "end of week": "week", "end of the week": "week",
    "end of this week": "week", "end of next week": "next week", "end of month": "month", "end of the month": "month",
    "end of this month": "month", "end of next month": "next month", "end of quarter": "quarter",
    "end of the quarter": "quarter", "end of this quarter": "quarter", "end of year": "year", "end of the year": "year",
    "end of this year": "year", "year end": "year", "year's end": "year",
}  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
