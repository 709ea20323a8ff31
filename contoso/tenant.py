"""The tenant: people, files, chats, mailboxes, consents and the time of day, in one object that does no I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote, urlsplit

from contoso import ids
from contoso.chats import Chat, Chats, Message, Team
from contoso.files import Files, Item, Outsider
from contoso.filing import fill
from contoso.graph_limits import Usage
from contoso.people import GROUPS, PEOPLE, Directory, Person
from contoso.signing import Keys

if TYPE_CHECKING:
    from contoso.client import TeamsClient
    from contoso.faults import Rule
    from contoso.tokens import Code

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
BOT_NAME = "Sharebot"
# What everybody agreed to long ago. Diego was on holiday.
CONSENTED = frozenset(
    {
        *("User.Read", "User.ReadBasic.All", "Files.ReadWrite", "Files.ReadWrite.All", "GroupMember.Read.All"),
        *("offline_access", "openid", "profile"),
    }
)
CAUTIOUS = ids.guid("person", f"diego.siciliani@{ids.DOMAIN}")
# Who has the bot from the start. The others can be given files, but not told in Teams.
CAST = (
    *("adele.vance", "alex.wilber", "megan.bowen", "nestor.wilke", "lidia.holloway", "lee.gu"),
    *("isaiah.langer", "joni.sherman"),
)
EventKind = Literal["message", "update", "delete", "typing", "mail", "files", "chats"]


@dataclass(frozen=True)
class Mail:
    id: str
    sender_name: str
    sender_mail: str
    to: str
    subject: str
    text: str
    link: tuple[str, str] | None
    received: dt.datetime


@dataclass(frozen=True)
class Event:
    """Something a person's screen should show. `audience` None: everybody's."""

    kind: EventKind
    audience: frozenset[str] | None = None
    chat_id: str = ""
    message: Message | None = None
    mail: Mail | None = None
    sender: tuple[str, str] = ("", "")


class Contoso:
    """One Microsoft 365 tenant. `contoso.server.running` puts it on the network and sets `base_url` and `client`."""

    client: TeamsClient

    def __init__(self, bot_endpoint: str = "http://127.0.0.1:3978/api/messages", keys: Keys | None = None) -> None:
        self.tenant_id = ids.TENANT_ID
        self.bot_id = ids.BOT_ID
        self.bot_secret = ids.BOT_SECRET
        self.catalog_app_id = ids.CATALOG_APP_ID
        # By which Teams names the bot where it signs people in; "" while nothing is exposed.
        self.app_id_uri = f"api://botid-{ids.BOT_ID}"
        # In PEM: with it the bot may sign its requests to Entra in place of the secret.
        self.bot_certificate = ""
        self.bot_endpoint = bot_endpoint
        self.base_url = ""
        self.timezone = "UTC"
        self.redirect_uris: set[str] = set()
        self._keys = keys
        self._watchers: list[Callable[[Event], None]] = []
        self.reset()

    def reset(self, *, nobody_consented: bool = False) -> None:
        """Everything as it was in the morning; addresses, keys and who is watching stay."""
        self.directory = Directory(PEOPLE, GROUPS)
        self.files = Files(self.directory)
        fill(self.files, self.directory)
        self.chats = Chats(_chats(self.directory))
        self.mails: list[Mail] = []
        self.consents = {
            person.id: set[str]() if nobody_consented or person.id == CAUTIOUS else set(CONSENTED) for person in PEOPLE
        }
        self.codes: dict[str, Code] = {}
        self.refresh_tokens: dict[str, tuple[Person, frozenset[str]]] = {}
        self.came_back: dict[str, dt.datetime] = {}
        self.clock = dt.timedelta()
        self.token_lifetime = 3599  # seconds
        # After so many a client should look for a new one, though the old one is good; None: Entra does not say.
        self.refresh_in: int | None = None
        self.faults: list[Rule] = []
        self.external_sharing = True
        # As the app's manifest has them: of a pasted link to one of these the bot hears. None: of any to a file here.
        self.link_domains: tuple[str, ...] | None = None
        # What an administrator granted the app itself, for Graph; and for whom a policy of Teams blocks the app.
        self.app_roles: set[str] = set()
        self.blocked: set[str] = set()
        # So many members of a chat Teams names at once, at most, whatever a bot asks for.
        self.roster_page = 500
        # How much Graph gives to the app in a minute; None: as much as it likes. contoso/graph_limits.py
        self.units_per_minute: int | None = None
        self.usage = Usage()
        # By person: the claims a token must have been asked for with, as JSON; and who must come to the sign-in page.
        self.challenges: dict[str, str] = {}
        self.interaction_required: set[str] = set()
        # Addresses whose mailbox takes nothing (an invite answers 207), and those for whom an invite says yes
        # and does nothing. https://learn.microsoft.com/graph/api/driveitem-invite#partial-success-response
        self.unmailable: set[str] = set()
        self.unheeded: set[str] = set()
        self.emit(Event("chats"))
        self.emit(Event("files"))

    @cached_property
    def keys(self) -> Keys:
        return self._keys or Keys.generate()

    @property
    def is_on_loopback(self) -> bool:
        return (urlsplit(self.base_url).hostname or "") in LOOPBACK

    @property
    def service_url(self) -> str:
        return f"{self.base_url}/connector/"

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self.clock

    def person(self, reference: str) -> Person:
        """By id, address, or full name. Raises LookupError."""
        return self.directory.person(reference)

    def file(self, owner: str, path: str) -> Item:
        """The item at a path of a person's drive, or of a library by its name. Raises LookupError."""
        drives = self.files.drives.values()
        drive = next((one for one in drives if one.kind == "documentLibrary" and one.name == owner), None)
        drive = drive or self.files.drive_of(self.person(owner).id)
        if drive and (found := self.files.below(self.files.root(drive), path.split("/"))):
            return found
        raise LookupError(f"{owner} has no {path}")

    def roles(self, item: Item) -> dict[str, str]:
        """Who has which right on the item itself, the owner's aside: by mail address, a group's or link's by name."""
        grants = self.files.own_grants(item)
        return {getattr(grant.to, "mail", None) or "a link": grant.role for grant in grants if grant.role != "owner"}

    def web_url(self, item: Item) -> str:
        return f"{self.base_url}/open/{quote(item.drive_id, safe='!')}/{item.id}"

    def mail_to(self, address: str) -> list[Mail]:
        """Newest first."""
        return [mail for mail in reversed(self.mails) if mail.to.casefold() == address.casefold()]

    def deliver(self, mail: Mail) -> None:
        self.mails.append(mail)
        reader = self.directory.at(mail.to)
        if reader:
            self.emit(Event("mail", frozenset({reader.id}), mail=mail))

    def require_consent(self, person_id: str) -> None:
        """As if this person had never let the bot do anything."""
        self.consents[person_id].clear()

    def is_redirect_allowed(self, uri: str) -> bool:
        """Registered ones, and the bot's usual page wherever it runs on this machine."""
        try:
            url = urlsplit(uri)
        except ValueError:
            return False
        usual = url.scheme == "http" and url.hostname in LOOPBACK and url.path == "/auth/end"
        return uri in self.redirect_uris or usual

    def redeem(self, address: str) -> Person:
        """Somebody new from outside signs in: an address becomes a guest with an id, here and in every right."""
        given, _, surname = address.partition("@")[0].replace("_", ".").partition(".")
        name = f"{given.title()} {surname.title()}".strip()
        guest = Person(name, address, given.title(), surname.title(), "", "")
        self.directory.people[guest.id] = guest
        self.consents.setdefault(guest.id, set())
        self.files.redeemed(Outsider(address), guest)
        self.emit(Event("files"))
        return guest

    def watch(self, watcher: Callable[[Event], None]) -> Callable[[], None]:
        """Calls it with every event from now on, until what this returns is called."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def emit(self, event: Event) -> None:
        for watcher in tuple(self._watchers):
            watcher(event)

    def show(self, kind: Literal["message", "update", "delete"], message: Message) -> None:
        """Tells everybody in the chat."""
        chat = self.chats.get(message.chat_id)
        if chat:
            self.emit(Event(kind, frozenset(chat.members), chat.id, message))

    def say(self, message: Message) -> None:
        """A new message is there for everybody in the chat."""
        self.chats.put(message)
        self.show("message", message)

    def edit(self, message: Message) -> None:
        self.chats.put(message)
        self.show("update", message)

    def delete(self, message: Message) -> None:
        self.chats.delete(message)
        self.show("delete", message)


def _chats(directory: Directory) -> Iterable[Chat]:
    for person in directory.people.values():
        if person.can_sign_in and not person.is_guest:
            graph_id = ids.graph_chat_id(person.id)
            yield Chat(ids.personal_chat_id(person.id), "personal", BOT_NAME, (person.id,), graph_id=graph_id)
    crew = [directory.person(f"{login}@{ids.DOMAIN}").id for login in ("adele.vance", "alex.wilber", "megan.bowen")]
    yield Chat(ids.group_chat_id("Budget crew"), "groupChat", "Budget crew", tuple(crew))
    finance = next(group for group in GROUPS if group.name == "Finance")
    general = ids.channel_id("Finance", "General")
    team = Team(general, "Finance", finance.id)
    yield Chat(general, "channel", "General", tuple(sorted(finance.members)), team)
