"""Every id of the tenant, made from a name, so that a restart changes none of them."""

from __future__ import annotations

import base64
import hashlib
import uuid

TENANT_ID = "c0a7050c-0000-4000-8000-00000000c0de"
BOT_ID = "b07b07b0-5a4e-4b07-8000-000000005a4e"
BOT_SECRET = "a secret between Contoso and its bot"
DOMAIN = "contoso.com"
# Another one than the manifest's: the catalogue of an organisation gives it.
CATALOG_APP_ID = "ca7a1060-5a4e-4ca7-8000-000000005a4e"


def guid(*names: str) -> str:
    return str(uuid.uuid5(uuid.UUID(TENANT_ID), "/".join(names)))


def member_id(person_id: str) -> str:
    """What Teams calls a person towards a bot. Another bot would be told another one."""
    return f"29:1{_letters(48, 'member', person_id)}"


def bot_member_id() -> str:
    return f"28:{BOT_ID}"


def personal_chat_id(person_id: str) -> str:
    return f"a:1{_letters(60, 'personal', person_id)}"


def graph_chat_id(person_id: str) -> str:
    """What Graph calls the same chat. The Bot Connector takes either."""
    return f"19:{person_id}_{BOT_ID}@unq.gbl.spaces"


def group_chat_id(name: str) -> str:
    return f"19:{guid('chat', name).replace('-', '')}@thread.v2"


def channel_id(team: str, name: str) -> str:
    return f"19:{guid('channel', team, name).replace('-', '')}@thread.tacv2"


def drive_id(name: str) -> str:
    return f"b!{_letters(64, 'drive', name)}"


def item_id(drive: str, path: str) -> str:
    digest = hashlib.sha256(f"item/{drive}/{path}".encode()).digest()
    return "01" + base64.b32encode(digest[:20]).decode()


def consumer_drive_id(mail: str) -> str:
    """As OneDrive has for people with a Microsoft account: 16 hexadecimal digits."""
    return hashlib.sha256(f"consumer/{mail}".encode()).hexdigest()[:16]


def consumer_item_id(drive: str, number: int) -> str:
    return f"{drive.upper()}!{number}"


def _letters(count: int, *names: str) -> str:
    digest = hashlib.sha512("/".join(names).encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:count]
