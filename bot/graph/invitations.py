"""What `driveItem: invite` is asked for, and what of it Graph takes where.

https://learn.microsoft.com/graph/api/driveitem-invite
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.errors import NotUnderstood
from bot.sharing import DriveType, Recipient, Role, ShareableItem, SharePlan
from bot.texts import _, several

LONGEST_MESSAGE = 2000


@dataclass(frozen=True)
class DriveRecipient:
    """Graph's: an address, a mail nickname, or the id of a person or group in the directory. One of them."""

    by: Literal["email", "alias", "objectId"]
    value: str


@dataclass(frozen=True)
class Invitation:
    """None is "not said", and what was not said is not sent.

    `sends_mail` is Graph's sendInvitation, `must_sign_in` its requireSignIn, `expires` an aware moment;
    `keeps_inherited` False takes everybody else's access away when something is first shared.
    """

    recipients: tuple[DriveRecipient, ...]
    role: Role
    message: str | None = None
    must_sign_in: bool = True
    sends_mail: bool = True
    expires: dt.datetime | None = None
    password: str | None = None
    keeps_inherited: bool | None = None

    def body(self) -> dict[str, Any]:
        said = {
            "recipients": [{each.by: each.value} for each in self.recipients],
            "message": self.message,
            "requireSignIn": self.must_sign_in,
            "sendInvitation": self.sends_mail,
            "roles": [self.role.value],
            "expirationDateTime": self.expires and f"{self.expires.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}",
            "password": self.password,
            "retainInheritedPermissions": self.keeps_inherited,
        }
        return {name: value for name, value in said.items() if value is not None}


def drive_recipient(person: Recipient) -> DriveRecipient:
    """By id wherever there is one: addresses change, and names are not unique."""
    return DriveRecipient("objectId", person.id) if person.id else DriveRecipient("email", person.email)


def invitation(plan: SharePlan, some: Sequence[Recipient], *, mails: bool) -> Invitation:
    """What Graph is asked for, for some of the plan's recipients; a message travels in the mail."""
    return Invitation(
        tuple(map(drive_recipient, some)),
        plan.role,
        message=plan.message if mails or plan.mail is False else None,
        must_sign_in=plan.sign_in,
        sends_mail=mails,
    )


def check(invitation: Invitation, item: ShareableItem) -> None:
    """Refuses what Graph is known to refuse, in words that say what would work. Raises NotUnderstood."""
    for refused, sentence in (*_anywhere(invitation), *_there(invitation, item)):
        if refused:
            raise NotUnderstood(sentence)


def _anywhere(asked: Invitation) -> tuple[tuple[bool, str], ...]:
    message = asked.message or ""
    return (
        (not asked.recipients, _("Please say with whom to share it.")),
        (any(not each.value.strip() for each in asked.recipients), _("One of the people has no name and no address.")),
        (not asked.role.grantable, _("Microsoft 365 shares as read or as write. Please say one of them.")),
        (
            len(message) > LONGEST_MESSAGE,
            several(
                len(message),
                "The message has {count} character. Microsoft 365 takes {most}; please shorten it.",
                "The message has {count} characters. Microsoft 365 takes {most}; please shorten it.",
                most=LONGEST_MESSAGE,
            ),
        ),
        (
            bool(message) and not asked.sends_mail,
            _("A message travels in the mail. Please let Microsoft 365 send one, or leave the message out."),
        ),
        (
            not asked.must_sign_in and not asked.sends_mail,
            _("Without a sign-in the mail is the only way in. Please let Microsoft 365 send it, or ask for a sign-in."),
        ),
    )


def _there(asked: Invitation, item: ShareableItem) -> tuple[tuple[bool, str], ...]:
    if item.drive_type is DriveType.PERSONAL:
        return ((item.is_root, _("A whole OneDrive can't be shared. Please choose a folder or a file in it.")),)
    if item.drive_type is None:
        return ()
    return (
        (
            not asked.must_sign_in and item.is_folder,
            _("A folder at work is shared only with people who sign in. Share a file so, or ask for a sign-in."),
        ),
        (
            asked.expires is not None,
            _(
                "Microsoft 365 puts no end to access for a person at work. "
                "Please share without one and remove it in time."
            ),
        ),
        (
            asked.password is not None,
            _("Passwords work in a personal OneDrive only. At work, name the people: they have to sign in."),
        ),
        (
            asked.keeps_inherited is not None,
            _("Whoever can open the folder can open what is in it. To change that, take people off the folder."),
        ),
    )
