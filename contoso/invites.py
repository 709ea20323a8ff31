"""The rules of `driveItem: invite`: who is let in, who is mailed, what is refused and how, on every kind of drive.

https://learn.microsoft.com/graph/api/driveitem-invite
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

from contoso.files import STRENGTH, Grant, Item, Link, Outsider
from contoso.ids import DOMAIN, guid
from contoso.people import Group, Person
from contoso.refusals import Refusal, access_denied, invalid
from contoso.tenant import Contoso, Event, Mail

Json = dict[str, Any]
LONGEST_MESSAGE = 2000
KNOWN = frozenset({"recipients", "roles", "requireSignIn", "sendInvitation", "message"})
# Known to the metadata, and refused on business drives by their mere presence.
END, PASSWORD, RETAIN = "expirationDateTime", "password", "retainInheritedPermissions"
NAMES = frozenset({"email", "alias", "objectId"})
Recipient = Person | Group | Outsider


@dataclass(frozen=True)
class Invitation:
    recipients: tuple[Recipient, ...]
    role: str
    must_sign_in: bool
    mails: bool
    message: str
    expires: str
    password: str
    retains: bool


@dataclass(frozen=True)
class Invited:
    """What became of one recipient. `problem`: the access stands, the mail could not be delivered."""

    grant: Grant
    problem: bool


def invite(contoso: Contoso, caller: Person, item: Item, body: object) -> list[Invited]:
    """Lets them in, all or none. Raises Refusal."""
    role = contoso.files.role_of(caller.id, item)
    if role is None or STRENGTH[role] < STRENGTH["write"]:
        raise access_denied()
    is_personal = contoso.files.drives[item.drive_id].kind == "personal"
    if is_personal and item.parent_id is None:
        text = "The operation failed because the object does not support sharing."
        raise Refusal(400, "notSupported", text, inner="objectNotSupported")
    asked = _read(contoso, caller, item, body, is_personal=is_personal)
    if not asked.retains and not contoso.files.is_shared(item):
        contoso.files.leave_alone(item)
    return [_let_in(contoso, caller, item, asked, recipient, is_personal=is_personal) for recipient in asked.recipients]


def _read(contoso: Contoso, caller: Person, item: Item, body: object, *, is_personal: bool) -> Invitation:
    if not isinstance(body, dict):
        raise _malformed()
    said = cast("Json", body)
    if not is_personal and said.keys() & {END, PASSWORD, RETAIN}:
        raise invalid("Invalid request")
    for name in said.keys() - (KNOWN | {END, PASSWORD, RETAIN} if is_personal else KNOWN):
        code = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"
        raise Refusal(400, code, f"The parameter {name} does not exist in method invite.")
    role = _role(said.get("roles"))
    must_sign_in, mails = _boolean(said, "requireSignIn"), _boolean(said, "sendInvitation")
    if not must_sign_in and not mails:
        raise invalid("RequireSignIn and SendInvitation cannot both be false")
    if not must_sign_in and item.is_folder and not is_personal:
        raise invalid("RequireSignIn cannot be set to false when the item is a folder")
    message = text_of(said, "message")
    if len(message) > LONGEST_MESSAGE:
        raise invalid("The message is too long.", inner="parameterIsTooLong")
    expires, password = paid_for(contoso, caller, said)
    recipients = _recipients(contoso, said.get("recipients"), _Rules(mails, must_sign_in, is_personal))
    if not must_sign_in and not is_personal:
        # That would be a link for anybody, and this tenant has those switched off.
        raise Refusal(400, "sharingFailed", "Sharing with anyone is turned off.")
    retains = _boolean(said, RETAIN, default=True)
    return Invitation(recipients, role, must_sign_in, mails, message, expires, password, retains)


def paid_for(contoso: Contoso, caller: Person, said: Json) -> tuple[str, str]:
    """An end and a password of a share, where the account has them. Raises Refusal."""
    expires, password = text_of(said, END), text_of(said, PASSWORD)
    if (expires or password) and not caller.is_premium:
        raise invalid("Account Upgrade is required for this operation")
    if expires:
        try:
            moment = dt.datetime.fromisoformat(expires)
        except ValueError as error:
            raise invalid("Invalid request", inner="invalidParameterFormat") from error
        if moment.tzinfo is None or moment <= contoso.now():
            raise invalid("Invalid request", inner="invalidParameterFormat")
    return expires, password


def _role(roles: object) -> str:
    if not isinstance(roles, list) or not roles:
        raise _malformed()
    return role_named(cast("list[object]", roles))


def role_named(roles: list[object]) -> str:
    """The stronger of several. Owners are not made by invitation. Raises Refusal."""
    if any(role not in ("read", "write") for role in roles):
        raise invalid("Invalid value for role")
    return "write" if "write" in roles else "read"


def _boolean(said: Json, name: str, *, default: bool = False) -> bool:
    """What is not said is false, but for one of them."""
    value = said.get(name, default)
    if not isinstance(value, bool):
        raise _malformed()
    return value


def text_of(said: Json, name: str) -> str:
    value = said.get(name) or ""
    if not isinstance(value, str):
        raise _malformed()
    return value


@dataclass(frozen=True)
class _Rules:
    mails: bool
    must_sign_in: bool
    is_personal: bool


def _recipients(contoso: Contoso, said: object, rules: _Rules) -> tuple[Recipient, ...]:
    find = _consumer if rules.is_personal else _colleague
    return tuple(dict.fromkeys(find(contoso, by, name, rules) for by, name in named(said)))


def named(said: object) -> list[tuple[str, str]]:
    """driveRecipients: what each is named by, one of email, alias and objectId, and the name. Raises Refusal."""
    if not isinstance(said, list) or not said:
        raise _malformed()
    found: list[tuple[str, str]] = []
    for each in cast("list[object]", said):
        if not isinstance(each, dict):
            raise _malformed()
        names = {name: value for name, value in cast("Json", each).items() if name != "@odata.type"}
        if len(names) != 1 or not names.keys() <= NAMES:
            raise _malformed()
        ((by, name),) = names.items()
        if not isinstance(name, str):
            raise _malformed()
        found.append((by, name))
    return found


def resolved(contoso: Contoso, by: str, name: str) -> Person | Group | None:
    """Who of the tenant that is; None for nobody it knows. Raises Refusal for who can be given nothing."""
    match by:
        case "objectId":
            found = contoso.directory.people.get(name) or contoso.directory.groups.get(name)
        case "alias":
            found = contoso.directory.nicknamed(name)
        case _:
            found = contoso.directory.reached_at(name) or contoso.directory.group_at(name)
    if isinstance(found, Person) and not found.can_sign_in:
        raise unresolved()
    if isinstance(found, Group) and found.kind == "Distribution":
        raise unresolved()
    return found


def _colleague(contoso: Contoso, by: str, name: str, rules: _Rules) -> Recipient:
    if found := resolved(contoso, by, name):
        return found
    local, _, domain = name.partition("@")
    if by != "email" or not local or "." not in domain or domain.casefold() == DOMAIN or " " in name:
        raise unresolved()
    if not contoso.external_sharing:
        raise Refusal(400, "sharingFailed", "Sharing with people outside is turned off.", inner="sharingDisabled")
    if not rules.mails:
        raise Refusal(400, "sharingFailed", "Somebody new from outside can only come by invitation.")
    return Outsider(name)


def _consumer(contoso: Contoso, by: str, name: str, rules: _Rules) -> Recipient:
    """A personal drive knows Microsoft accounts by their address; whoever has none comes without signing in."""
    if by != "email" or "@" not in name or " " in name:
        raise unresolved()
    if found := contoso.directory.consumer_at(name):
        return found
    if rules.must_sign_in:
        text = "Some users in the request cannot be invited securely."
        raise invalid(text, inner="secureSharingInvalidRequest")
    return Outsider(name)


def unresolved() -> Refusal:
    return Refusal(400, "noResolvedUsers", "One or more users could not be resolved.")


def _malformed() -> Refusal:
    return invalid("The request is malformed or incorrect.")


def _let_in(
    contoso: Contoso, caller: Person, item: Item, asked: Invitation, recipient: Recipient, *, is_personal: bool
) -> Invited:
    grant = Grant(recipient, asked.role)
    link = contoso.web_url(item)
    if is_personal:
        invited = (recipient.mail, asked.must_sign_in)
        to = recipient
        if not asked.must_sign_in:
            # Whoever has the mail gets in.
            kind = "edit" if asked.role == "write" else "view"
            token = guid("link", *item.key, kind, "anonymous", recipient.mail)
            to, link = Link(token, "anonymous", kind=kind, password=asked.password), f"{contoso.base_url}/s/{token}"
        grant = Grant(to, asked.role, True, asked.expires, asked.password, invited)
    if recipient.mail not in contoso.unheeded and not _is_dropped(contoso, item, grant):
        contoso.files.grant(item, grant)
        contoso.emit(Event("files"))
    problem = asked.mails and recipient.mail in contoso.unmailable
    if asked.mails and not problem:
        mail(contoso, caller, item, recipient, message=asked.message, link=link)
    return Invited(grant, problem)


def _is_dropped(contoso: Contoso, item: Item, grant: Grant) -> bool:
    """SharePoint adds nobody who is in a group that was given the same role before, and says yes all the same.

    https://github.com/rclone/rclone/issues/8465
    """
    return isinstance(grant.to, Person) and any(
        isinstance(had.to, Group) and had.role == grant.role and had.reaches(grant.to.id)
        for had in contoso.files.own_grants(item)
    )


def mail(contoso: Contoso, caller: Person, item: Item, recipient: Recipient, *, message: str, link: str) -> None:
    """Tells a recipient, or everybody in a group, with the address that leads there."""
    match recipient:
        case Group(members=members):
            readers = [contoso.directory.people[member].mail for member in sorted(members)]
        case Person(mail=address) | Outsider(mail=address):
            readers = [address]
    thing = "folder" if item.is_folder else "file"
    for reader in readers:
        contoso.deliver(
            Mail(
                id=guid("mail", str(len(contoso.mails)), reader),
                sender_name=caller.name,
                sender_mail=caller.mail,
                to=reader,
                subject=f"{caller.name} shared “{item.name}” with you",
                text=message or f"{caller.name} has given you access to this {thing}.",
                link=(f"Open {item.name}", link),
                received=contoso.now(),
            )
        )
