"""What attacks on the front door are made of: calls and tokens of every kind, and what they may not have changed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
import time
from collections.abc import Callable
from typing import Any, cast

import httpx
import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contoso import activities
from contoso.chats import Message
from contoso.faults import Face
from contoso.people import Person
from contoso.signing import SigningKey
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone
from tests.test_teams import claims

Json = dict[str, Any]
BUDGET = "share Q3 Budget.xlsx with alex.wilber@contoso.com as write"
ELSEWHERE = "11111111-2222-4333-8444-555555555555"
MANY = 10_000


def adele_of(contoso: Contoso) -> Person:
    return contoso.person("adele.vance@contoso.com")


# What comes in


def bearer(contoso: Contoso, **other: Any) -> str:
    return f"Bearer {contoso.keys.bot_framework.sign(claims(contoso, **other))}"


async def send(bot: Bot, body: object, header: str | None = "good") -> httpx.Response:
    """To the bot's door; a body of bytes goes as it is."""
    if header == "good":
        header = bearer(bot.contoso)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = [] if header is None else [(b"Authorization", header.encode(errors="surrogateescape"))]
    async with httpx.AsyncClient(timeout=30) as http:
        return await http.post(f"{bot.url}/api/messages", content=content, headers=headers)


def invoke(someone: Someone, name: str, value: object, chat: str | None = None) -> Json:
    """As Teams words it for this person, whatever the value is."""
    contoso = someone.contoso
    person = contoso.person(someone.mail)
    where = next(one for one in contoso.chats if one.name == chat) if chat else contoso.chats.personal(person.id)
    message = next(iter(reversed(contoso.chats.messages(where.id))), None)
    return activities.invoke(contoso, where, person, name=name, value=cast("Json", value), message=message)


async def execute(bot: Bot, someone: Someone, data: object, chat: str | None = None, **about: Any) -> Json:
    """What a press that carries this is answered with."""
    value = {"action": {"type": "Action.Execute", "data": data}, "trigger": "manual", **about}
    answer = await send(bot, invoke(someone, "adaptiveCard/action", value, chat))
    assert answer.status_code == 200
    await bot.at_rest()
    return answer.json()


# Its tokens


def now(seconds: int) -> int:
    return int(time.time()) + seconds


def by_hand(header: Json, said: Json, secret: bytes | None) -> str:
    """A token as no library would make it: `secret` signs it with HS256, None does not sign it at all."""
    signed = ".".join(_base64(json.dumps(part).encode()) for part in (header, said))
    return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), hashlib.sha256)) if secret else ''}"


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def public(key: SigningKey) -> bytes:
    return key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def with_kid(said: Json, key: SigningKey, kid: object) -> str:
    return jwt.encode(said, key.private, algorithm="RS256", headers={"kid": kid})


# What there is before and after


def rights(bot: Bot) -> dict[str, dict[str, str]]:
    return {item.id: bot.contoso.roles(item) for item in bot.contoso.files}


def asked(bot: Bot, face: Face, path: str = "", contains: str = "") -> Callable[[], int]:
    """How often that was asked for from now on, told by a rule that lets everything pass and is used up by it."""
    bot.breaks(face, path, times=MANY, contains=contains)

    def count() -> int:
        rule = next(one for one in bot.contoso.faults if (one.face, one.path, one.contains) == (face, path, contains))
        return MANY - (rule.times or 0)

    return count


def said_by_bot(bot: Bot) -> list[Message]:
    chats = bot.contoso.chats
    return [message for chat in chats for message in chats.messages(chat.id) if message.is_from_bot]


def keys_kept(bot: Bot) -> int:
    """Of how many people the bot holds a key."""
    with sqlite3.connect(bot.data / "sharebot.db") as database:
        return int(database.execute("SELECT count(*) FROM token_caches").fetchone()[0])


def ticket_of(bot: Bot, someone: Someone) -> str:
    return bot.sign_in_page(someone).partition("ticket=")[2]
