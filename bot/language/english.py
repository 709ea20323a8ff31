"""English, as a table of words. Another language is another file like this one."""

from __future__ import annotations

from bot.sharing import Role

OPENERS = (
    "hi", "hey", "hello", "ok", "okay", "please", "pls", "kindly", "thanks", "sharebot", "so", "now", "just", "and",
    "can you", "could you", "would you", "will you", "can i", "could i", "i want to", "i want you to",
    "i need to",
    "i need you to", "i would like to", "i'd like to", "i’d like to", "i'd like you to", "go ahead and",
    "let's", "let’s",    "good morning", "good afternoon",
)  # fmt: skip
GREETINGS = ("hi", "hello", "hey", "good morning", "good afternoon", "good evening", "yo", "hallo")
HELP = (
    "help", "help me", "?", "what can you do", "commands", "how does this work", "how do you work", "what do you do",
    "usage", "menu", "start", "get started",
)  # fmt: skip
SIGN_OUT = ("sign out", "sign me out", "signout", "log out", "log me out", "logout", "log off", "sign off")

# What is asked for, by how it begins; only sharing is carried out so far.
OTHERS = (
    ("who_has_access", (
        "who has access", "who can open", "who can see", "who can edit", "who can view", "who can access",
        "show access", "list access", "can everyone here open", "can everybody here open",
    )),
    ("unshare", ("stop sharing", "unshare", "revoke", "remove access", "take away", "withdraw")),
    ("list_shares", ("my shares", "list my shares", "show my shares", "what did i share", "what have i shared")),
    ("undo", ("undo",)),
    ("extend", ("extend", "prolong")),
    ("request_access", ("request access", "ask for access", "i need access", "give me access")),
)  # fmt: skip

NEGATIONS = ("don't", "don’t", "dont", "do not", "never", "not", "stop", "cancel", "without sharing")

SHARE = ("share",)
GIVE = ("give", "grant", "provide")
LET = ("let", "allow")
ADD = ("add", "invite")

ROLES = {
    Role.READ: (
        "read", "reader", "readers", "reading", "view", "viewer", "viewers", "viewing", "see", "open", "read only",
        "read-only", "readonly", "view only", "view-only",
    ),
    Role.WRITE: (
        "write", "writer", "writers", "writing", "edit", "editor", "editors", "editing", "change", "contribute",
        "contributor", "collaborator", "read write", "read/write", "read and write",
    ),
    Role.COMMENT: ("comment", "commenter", "commenters", "comment only", "comment-only", "reviewer"),
    Role.OWNER: ("owner", "owners", "co-owner", "co-owners", "full control"),
}  # fmt: skip
ACCESS = ("access", "rights", "right", "permission", "permissions", "privileges")

# Words for people that are not names.
SPECIAL = {
    "everyone": "all", "everybody": "all", "all": "all", "everyone here": "this_chat", "everybody here": "this_chat",
    "this chat": "this_chat", "the chat": "this_chat", "this group": "this_chat", "us": "this_chat",
    "this channel": "this_channel", "the channel": "this_channel", "this team": "this_team", "the team": "this_team",
    "this meeting": "this_meeting", "my manager": "relation", "my boss": "relation", "my team": "relation",
    "my direct reports": "relation", "him": "pronoun", "her": "pronoun", "them": "pronoun", "anyone": "anyone",
    "anybody": "anyone", "the public": "anyone", "the organization": "organization", "the organisation": "organization",
    "the whole company": "organization", "guests": "guests",
}  # fmt: skip
REFERENCES = {
    "this": "this", "this file": "this", "it": "this", "that": "this", "this document": "this", "that file": "this",
    "the last file": "recent", "the last file i edited": "last_edited", "the file i last edited": "last_edited",
    "everything": "all_files", "all files": "all_files", "all my files": "all_files",
}  # fmt: skip

UNTIL = ("until", "till", "til", "through", "by", "up to")
FOR = ("for", "for the next")
FOREVER = ("forever", "permanently", "for ever", "for good", "indefinitely", "with no end", "without an end")
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twelve": 12,
}  # fmt: skip
UNITS = {"hour": "hours", "day": "days", "week": "weeks", "fortnight": "fortnights", "month": "months", "year": "years"}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
