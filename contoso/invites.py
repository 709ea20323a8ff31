"""The rules of `driveItem: invite` on a business drive: who is let in, who is mailed, what is refused and how.

https://learn.microsoft.com/graph/api/driveitem-invite
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from contoso.files import STRENGTH, Grant, Item, Outsider
from contoso.ids import DOMAIN, guid
from contoso.people import Group, Person
from contoso.refusals import Refusal, access_denied, invalid
from contoso.tenant import Contoso, Event, Mail

Json = dict[str, Any]
LONGEST_MESSAGE = 2000
KNOWN = frozenset({"recipients", "roles", "requireSignIn", "sendInvitation", "message"})
# Known to the metadata, and refused on business drives by their mere presence.
PERSONAL_ONLY = frozenset({"expirationDateTime", "password", "retainInheritedPermissions"})
NAMES = frozenset({"email", "alias", "objectId"})
Recipient = Person | Group | Outsider


@dataclass(frozen=True)
class Invitation:
    recipients: tuple[Recipient, ...]
    role: str
    mails: bool
    message: str


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
    asked = _read(contoso, item, body)
    return [_let_in(contoso, caller, item, asked, recipient) for recipient in asked.recipients]


def _read(contoso: Contoso, item: Item, body: object) -> Invitation:
    if not isinstance(body, dict):
        raise invalid("The request is malformed or incorrect.")
    said = cast("Json", body)
    for name in said.keys() - KNOWN:
        if name in PERSONAL_ONLY:
            raise invalid("Invalid request")
        code = "-1, Microsoft.SharePoint.Client.InvalidClientQueryException"
        raise Refusal(400, code, f"The parameter {name} does not exist in method invite.")
    role = _role(said.get("roles"))
    must_sign_in, mails = _boolean(said, "requireSignIn"), _boolean(said, "sendInvitation")
    if not must_sign_in and not mails:
        raise invalid("RequireSignIn and SendInvitation cannot both be false")
    if not must_sign_in and item.is_folder:
        raise invalid("RequireSignIn cannot be set to false when the item is a folder")
    message = said.get("message") or ""
    if not isinstance(message, str):
        raise invalid("The request is malformed or incorrect.")
    if len(message) > LONGEST_MESSAGE:
        raise invalid("The message is too long.", inner="parameterIsTooLong")
    recipients = _recipients(contoso, said.get("recipients"), mails=mails)
    if not must_sign_in:
        # That would be a link for anybody, and this tenant has those switched off.
        raise Refusal(400, "sharingFailed", "Sharing with anyone is turned off.")
    return Invitation(recipients, role, mails, message)


def _role(roles: object) -> str:
    if not isinstance(roles, list) or not roles:
        raise invalid("The request is malformed or incorrect.")
    return role_named(cast("list[object]", roles))


def role_named(roles: list[object]) -> str:
    """The stronger of several. Owners are not made by invitation. Raises Refusal."""
    if any(role not in ("read", "write") for role in roles):
        raise invalid("Invalid value for role")
    return "write" if "write" in roles else "read"


def _boolean(said: Json, name: str) -> bool:
    """What is not said is false."""
    value = said.get(name, False)
    if not isinstance(value, bool):
        raise invalid("The request is malformed or incorrect.")
    return value


def _recipients(contoso: Contoso, said: object, *, mails: bool) -> tuple[Recipient, ...]:
    if not isinstance(said, list) or not said:
        raise invalid("The request is malformed or incorrect.")
    found = [_recipient(contoso, each, mails=mails) for each in cast("list[object]", said)]
    return tuple(dict.fromkeys(found))


def _recipient(contoso: Contoso, said: object, *, mails: bool) -> Recipient:
    if not isinstance(said, dict):
        raise invalid("The request is malformed or incorrect.")
    named = cast("Json", said)
    if not named.keys() <= NAMES | {"@odata.type"}:
        raise invalid("The request is malformed or incorrect.")
    if isinstance(by_id := named.get("objectId"), str):
        return _resolved(contoso.directory.people.get(by_id) or contoso.directory.groups.get(by_id))
    address = named.get("email") or named.get("alias")
    if not isinstance(address, str):
        raise invalid("The request is malformed or incorrect.")
    if known := contoso.directory.at(address) or contoso.directory.group_at(address):
        return _resolved(known)
    local, _, domain = address.partition("@")
    if not local or "." not in domain or domain.casefold() == DOMAIN or " " in address:
        raise _unresolved()
    if not contoso.external_sharing:
        raise Refusal(400, "sharingFailed", "Sharing with people outside is turned off.", inner="sharingDisabled")
    if not mails:
        raise Refusal(400, "sharingFailed", "Somebody new from outside can only come by invitation.")
    return Outsider(address)


def _resolved(found: Person | Group | None) -> Recipient:
    if found is None or (isinstance(found, Person) and not found.can_sign_in):
        raise _unresolved()
    return found


def _unresolved() -> Refusal:
    return Refusal(400, "noResolvedUsers", "One or more users could not be resolved.")


def _let_in(contoso: Contoso, caller: Person, item: Item, asked: Invitation, recipient: Recipient) -> Invited:
    grant = Grant(recipient, asked.role)
    if recipient.mail not in contoso.unheeded and not _is_dropped(contoso, item, grant):
        contoso.files.grant(item, grant)
        contoso.emit(Event("files"))
    problem = asked.mails and recipient.mail in contoso.unmailable
    if asked.mails and not problem:
        _mail(contoso, caller, item, asked.message, recipient)
    return Invited(grant, problem)


def _is_dropped(contoso: Contoso, item: Item, grant: Grant) -> bool:
    """SharePoint adds nobody who is in a group that was given the same role before, and says yes all the same.

    https://github.com/rclone/rclone/issues/8465
    """
    return isinstance(grant.to, Person) and any(
        isinstance(had.to, Group) and had.role == grant.role and had.reaches(grant.to.id)
        for had in contoso.files.own_grants(item)
    )


def _mail(contoso: Contoso, caller: Person, item: Item, message: str, recipient: Recipient) -> None:
    match recipient:
        case Group(members=members):
            readers = [contoso.directory.people[member].mail for member in sorted(members)]
        case Person(mail=mail) | Outsider(mail=mail):
            readers = [mail]
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
                link=(f"Open {item.name}", contoso.web_url(item)),
                received=contoso.now(),
            )
        )
