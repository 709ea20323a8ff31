"""Attacks on the front door: each comes in by HTTP, and each test says what must not come of it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import re
import sqlite3
import time
import unicodedata
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.settings import Settings
from contoso import activities, tokens
from contoso.chats import CARD, Message
from contoso.faults import Face
from contoso.people import Person
from contoso.signing import SigningKey
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone
from tests.test_sign_in import CHECKLIST, visit
from tests.test_teams import activity, claims

Json = dict[str, Any]
BUDGET = "share Q3 Budget.xlsx with alex.wilber@contoso.com as write"
CREW = "Budget crew"
LOGIN = "application/vnd.microsoft.activity.loginRequest"
MANY = 10_000


@pytest.fixture(scope="module")
def stranger() -> SigningKey:
    return SigningKey.generate()


def bearer(contoso: Contoso, **other: Any) -> str:
    return f"Bearer {contoso.keys.bot_framework.sign(claims(contoso, **other))}"


async def send(bot: Bot, body: object, header: str | None = "good") -> httpx.Response:
    """To the bot's door; a body of bytes goes as it is."""
    if header == "good":
        header = bearer(bot.contoso)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = [] if header is None else [(b"Authorization", header.encode(errors="surrogateescape"))]
    async with httpx.AsyncClient() as http:
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


# Whose call is this?


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


@dataclass(frozen=True)
class Call:
    """`body` is what its activity says other than usual."""

    status: int
    header: Callable[[Contoso, SigningKey], str | None]
    body: tuple[str, str | None] | None = None


def now(seconds: int) -> int:
    return int(time.time()) + seconds


CALLS: dict[str, Call] = {
    "valid": Call(201, lambda c, _: bearer(c)),
    "no header": Call(401, lambda c, _: None),
    "empty header": Call(401, lambda c, _: ""),
    "garbage": Call(401, lambda c, _: "garbage"),
    "bytes that are no text": Call(401, lambda c, _: "Bearer \udcff\udcfe.\udcff.\udcff"),
    "Bearer only": Call(401, lambda c, _: "Bearer"),
    "Bearer garbage": Call(401, lambda c, _: "Bearer garbage"),
    "Bearer of 7 KB": Call(401, lambda c, _: "Bearer " + "e30." * 1_800),
    "Basic": Call(401, lambda c, _: "Basic dXNlcjpwYXNz"),
    "expired an hour ago": Call(401, lambda c, _: bearer(c, exp=now(-3600))),
    "expired two minutes ago": Call(201, lambda c, _: bearer(c, exp=now(-120))),
    "good in an hour": Call(401, lambda c, _: bearer(c, nbf=now(3600))),
    "for another bot": Call(401, lambda c, _: bearer(c, aud="another")),
    "for several others": Call(401, lambda c, _: bearer(c, aud=["another", "third"])),
    "for nobody": Call(401, lambda c, _: bearer(c, aud=None)),
    "by another issuer": Call(401, lambda c, _: bearer(c, iss="https://evil.example")),
    "by no issuer": Call(401, lambda c, _: bearer(c, iss=None)),
    "an unknown key": Call(401, lambda c, s: f"Bearer {s.sign(claims(c))}"),
    "a key without a name": Call(
        401, lambda c, _: f"Bearer {jwt.encode(claims(c), c.keys.bot_framework.private, algorithm='RS256')}"
    ),
    "another key of the same name": Call(401, lambda c, s: f"Bearer {with_kid(claims(c), s, c.keys.bot_framework.id)}"),
    "Entra's key": Call(401, lambda c, _: f"Bearer {c.keys.entra.sign(claims(c))}"),
    "signed by nobody": Call(
        401, lambda c, _: f"Bearer {by_hand({'alg': 'none', 'kid': c.keys.bot_framework.id}, claims(c), None)}"
    ),
    "HS256 with the public key": Call(
        401,
        lambda c, _: (
            "Bearer "
            + by_hand({"alg": "HS256", "kid": c.keys.bot_framework.id}, claims(c), public(c.keys.bot_framework))
        ),
    ),
    "without its signature": Call(401, lambda c, _: bearer(c).rpartition(".")[0] + "."),
    "for another service": Call(401, lambda c, _: bearer(c, serviceurl="https://evil.example/")),
    "for no service": Call(401, lambda c, _: bearer(c, serviceurl=None)),
    "without an end": Call(401, lambda c, _: bearer(c, exp=None)),
    "an end that is a word": Call(401, lambda c, _: bearer(c, exp="never")),
    "a channel the key is not endorsed for": Call(401, lambda c, _: bearer(c), ("channelId", "webchatX")),
    "no channel": Call(401, lambda c, _: bearer(c), ("channelId", None)),
    "a body of another service": Call(401, lambda c, _: bearer(c), ("serviceUrl", "https://evil.example/")),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_only_a_call_of_teams_presses_a_button(
    adele: Someone, bot: Bot, stranger: SigningKey, call: Call
) -> None:
    await adele.says(BUDGET)
    card = bot.latest(adele)
    before, seen = rights(bot), said_by_bot(bot)
    person = bot.contoso.person(adele.mail)
    chat = bot.contoso.chats.personal(person.id)
    message = bot.contoso.chats.message(chat.id, card)
    assert message
    data = bot.button(adele, "Share", card)["data"]
    pressed = activities.submitted(bot.contoso, chat, person, message, value=data, locale="en-US")

    answer = await send(bot, {**pressed, **dict([call.body] if call.body else [])}, call.header(bot.contoso, stranger))
    await bot.at_rest()

    assert answer.status_code == call.status
    assert answer.content == b""
    if call.status == 201:
        assert bot.access("Q3 Budget.xlsx")["alex.wilber@contoso.com"] == "write"
    else:
        assert (rights(bot), said_by_bot(bot), bot.contoso.mails) == (before, seen, [])


async def test_a_scheme_in_small_letters_is_a_scheme_or_refused(bot: Bot) -> None:
    header = bearer(bot.contoso).replace("Bearer", "bearer")

    assert (await send(bot, activity(bot.contoso), header)).status_code in (201, 401)


async def test_made_up_keys_do_not_make_us_ask_for_keys_again_and_again(bot: Bot, stranger: SigningKey) -> None:
    fetched = asked(bot, "entra", r"/\.well-known/keys")

    for number in range(10):
        token = with_kid(claims(bot.contoso), stranger, f"made up {number}")
        assert (await send(bot, activity(bot.contoso), f"Bearer {token}")).status_code == 401

    assert fetched() <= 2
    assert (await send(bot, activity(bot.contoso))).status_code == 201


# Who is this?


def resigned(contoso: Contoso, **other: Any) -> str:
    """Adele's sign-in token with other claims; None takes one away."""
    good = contoso.keys.entra.read(tokens.sso_token(contoso, adele_of(contoso)))
    return contoso.keys.entra.sign({name: value for name, value in {**good, **other}.items() if value is not None})


def adele_of(contoso: Contoso) -> Person:
    return contoso.person("adele.vance@contoso.com")


def sso_claims(contoso: Contoso) -> Json:
    return contoso.keys.entra.read(tokens.sso_token(contoso, adele_of(contoso)))


ELSEWHERE = "11111111-2222-4333-8444-555555555555"
WRONG_TOKENS: dict[str, Callable[[Contoso, SigningKey], str]] = {
    "another person's": lambda c, _: tokens.sso_token(c, c.person("alex.wilber@contoso.com")),
    "for another app": lambda c, _: resigned(c, aud=ELSEWHERE),
    "for Graph": lambda c, _: tokens.graph_token(c, adele_of(c), frozenset({"Files.ReadWrite"})),
    "of another app": lambda c, _: resigned(c, azp=ELSEWHERE),
    "of no app": lambda c, _: resigned(c, azp=None),
    "of another tenant": lambda c, _: resigned(c, tid=ELSEWHERE),
    "of another tenant's issuer": lambda c, _: resigned(c, iss=f"https://login.microsoftonline.com/{ELSEWHERE}/v2.0"),
    "for another scope": lambda c, _: resigned(c, scp="User.Read"),
    "for a scope that begins so": lambda c, _: resigned(c, scp="access_as_user.not"),
    "of an app by itself": lambda c, _: resigned(c, idtyp="app"),
    "expired": lambda c, _: resigned(c, exp=now(-3600)),
    "without an end": lambda c, _: resigned(c, exp=None),
    "good in an hour": lambda c, _: resigned(c, nbf=now(3600)),
    "an id token": lambda c, _: tokens.id_token(c, adele_of(c), ""),
    "the Bot Framework's": lambda c, _: c.keys.bot_framework.sign(sso_claims(c)),
    "forged": lambda c, s: with_kid(sso_claims(c), s, c.keys.entra.id),
    "signed by nobody": lambda c, _: by_hand({"alg": "none", "kid": c.keys.entra.id}, sso_claims(c), None),
    "HS256 with the public key": lambda c, _: by_hand(
        {"alg": "HS256", "kid": c.keys.entra.id}, sso_claims(c), public(c.keys.entra)
    ),
}


async def pressed_with(bot: Bot, someone: Someone, data: object, token: str) -> Json:
    """A press with this token, as a client makes it that was asked who is there."""
    return await execute(bot, someone, data, authentication={"id": "x", "connectionName": "sharebot", "token": token})


async def planned_and_signed_out(bot: Bot, someone: Someone) -> Json:
    """What their Share button carries."""
    await someone.says(BUDGET)
    share = bot.button(someone, "Share", bot.latest(someone))["data"]
    await someone.says("sign out")
    return share


@pytest.mark.parametrize("wrong", WRONG_TOKENS.values(), ids=WRONG_TOKENS)
async def test_a_wrong_sign_in_token_opens_no_door(
    adele: Someone, bot: Bot, stranger: SigningKey, wrong: Callable[[Contoso, SigningKey], str]
) -> None:
    share = await planned_and_signed_out(bot, adele)
    before, exchanged, read = rights(bot), asked(bot, "entra", "/token", "on_behalf_of"), asked(bot, "graph")
    token = wrong(bot.contoso, stranger)

    exchange = await send(bot, invoke(adele, "signin/tokenExchange", {"id": "x", "token": token}))
    pressed = await pressed_with(bot, adele, share, token)

    assert exchange.status_code == 412
    assert token not in exchange.text
    assert (pressed["statusCode"], pressed["type"]) == (401, LOGIN)
    assert "tokenExchangeResource" not in pressed["value"]
    assert (keys_kept(bot), exchanged(), read(), rights(bot)) == (0, 0, 0, before)


async def test_the_right_sign_in_token_opens_both_doors(adele: Someone, bot: Bot) -> None:
    share = await planned_and_signed_out(bot, adele)
    token = tokens.sso_token(bot.contoso, adele_of(bot.contoso))

    exchange = await send(bot, invoke(adele, "signin/tokenExchange", {"id": "x", "token": token}))
    await adele.says("sign out")
    pressed = await pressed_with(bot, adele, share, token)

    assert exchange.status_code == 200
    assert "✓ can edit" in json.dumps(pressed, ensure_ascii=False)


async def test_a_ticket_of_somebody_else_carries_out_nothing_of_theirs(
    adele: Someone, diego: Someone, bot: Bot
) -> None:
    await diego.says(CHECKLIST)
    ticket, page, before = ticket_of(bot, diego), bot.sign_in_page(diego), said_by_bot(bot)
    mine = tokens.sso_token(bot.contoso, adele_of(bot.contoso))

    await send(bot, invoke(adele, "signin/tokenExchange", {"id": ticket, "token": mine}))
    proof = {"id": ticket, "connectionName": "sharebot", "token": mine}
    told = await execute(bot, adele, {"verb": "sign_in.continue", "key": ticket}, authentication=proof)

    assert "not yours to continue" in told["value"]
    assert said_by_bot(bot) == before
    await visit(page, as_=diego.mail, accept=True)
    assert "Onboarding checklist.docx" in await diego.waits_for("Share this?")


async def test_a_ticket_of_somebody_else_asks_for_none_of_the_rights_they_need(
    adele: Someone, diego: Someone, bot: Bot
) -> None:
    """Diego's sentence needs more than a first sign-in; Adele's token with his ticket must not."""
    await diego.says("share Onboarding checklist.docx with Megan Bowen")
    wide = asked(bot, "entra", "/token", "on_behalf_of.*ReadBasic|ReadBasic.*on_behalf_of")
    mine = tokens.sso_token(bot.contoso, adele_of(bot.contoso))

    answer = await send(bot, invoke(adele, "signin/tokenExchange", {"id": ticket_of(bot, diego), "token": mine}))

    assert (answer.status_code, wide()) == (200, 0)


@pytest.mark.parametrize("value", [{"state": "{state}"}, {"state": "{ticket}"}, {"state": ""}, {"state": [1]}, {}, []])
async def test_verify_state_by_somebody_else_signs_nobody_in(
    adele: Someone, diego: Someone, bot: Bot, value: object
) -> None:
    await diego.says(CHECKLIST)
    async with httpx.AsyncClient() as http:
        state = httpx.URL((await http.get(bot.sign_in_page(diego))).headers["Location"]).params["state"]
    said = json.loads(json.dumps(value).replace("{state}", state).replace("{ticket}", ticket_of(bot, diego)))
    before = said_by_bot(bot)

    answers = [await send(bot, invoke(who, "signin/verifyState", said)) for who in (adele, diego)]
    await bot.at_rest()

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (keys_kept(bot), said_by_bot(bot)) == (0, before)


async def test_who_is_lured_to_somebody_elses_sign_in_leaves_nothing_behind(diego: Someone, bot: Bot) -> None:
    """Diego sends Adele his link, she signs in: neither may he act as her, nor the bot keep what she gave."""
    await diego.says(CHECKLIST)
    read = asked(bot, "graph")

    page = await visit(bot.sign_in_page(diego), as_="adele.vance@contoso.com", accept=True)
    await bot.at_rest()

    assert "somebody else" in page
    assert (keys_kept(bot), read()) == (0, 0)


FORM = "application/x-www-form-urlencoded"
BACK: dict[str, tuple[str, bytes]] = {
    "nothing": (FORM, b""),
    "no state": (FORM, b"code=x"),
    "an empty state": (FORM, b"state=&code=x"),
    "the ticket for a state": (FORM, b"state={ticket}&code=x"),
    "a state nobody has": (FORM, b"state=x&error=access_denied"),
    "no code": (FORM, b"state={state}"),
    "a code that is not Entra's": (FORM, b"state={state}&code=x"),
    "an error with HTML": (FORM, b"state={state}&error=<script>alert(1)</script>&error_description=<b>evil</b>"),
    "two states": (FORM, b"state=x&state={state}&code=x"),
    "bytes that are no text": (FORM, b"state=\xff\xfe&code=x"),
    "escapes that are no text": (FORM, b"state=%ff%00%ed%a0%80&code=x"),
    "an unknown alphabet": (f"{FORM}; charset=klingon", b"state={state}&code=x"),
    "parts without a boundary": ("multipart/form-data", b"state"),
    "parts that do not end": ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
    "a file for a state": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="state"; filename="a"\r\n\r\n{state}\r\n--x--\r\n',
    ),
    "JSON": ("application/json", b'{"state": "{state}"}'),
}


@pytest.mark.parametrize(("kind", "body"), BACK.values(), ids=BACK)
async def test_a_forged_way_back_from_the_page_signs_nobody_in(
    diego: Someone, bot: Bot, kind: str, body: bytes
) -> None:
    await diego.says(CHECKLIST)
    async with httpx.AsyncClient() as http:
        began = await http.get(bot.sign_in_page(diego))
        state = httpx.URL(began.headers["Location"]).params["state"]
        sent = body.replace(b"{state}", state.encode()).replace(b"{ticket}", ticket_of(bot, diego).encode())

        answer = await http.post(f"{bot.url}/auth/end", content=sent, headers={"Content-Type": kind})

    assert 400 <= answer.status_code < 500
    assert "<script>alert" not in answer.text
    assert "<b>" not in answer.text
    assert keys_kept(bot) == 0


@pytest.mark.parametrize("ticket", ["", "%ff%fe", "%00", "%ed%a0%80", "x" * 5000, "' OR 1=1 --", "{hash}"])
async def test_a_made_up_ticket_leads_nowhere(diego: Someone, bot: Bot, ticket: str) -> None:
    await diego.says(CHECKLIST)
    known = hashlib.sha256(ticket_of(bot, diego).encode()).hexdigest()  # what a thief of the ledger would have
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{bot.url}/auth/start?ticket={ticket.replace('{hash}', known)}")

    assert answer.status_code == 410


# What does this button carry?


FORGED: dict[str, Callable[[str], object]] = {
    "nothing": lambda _: None,
    "a list": lambda key: ["share.confirm", key],
    "a number": lambda _: 7,
    "a text": lambda key: f"share.confirm {key}",
    "no verb": lambda key: {"key": key},
    "no key": lambda _: {"verb": "share.confirm"},
    "an unknown verb": lambda key: {"verb": "share.everything", "key": key},
    "a verb in capitals": lambda key: {"verb": "SHARE.CONFIRM", "key": key},
    "a verb in a list": lambda key: {"verb": ["share.confirm"], "key": key},
    "the verb of a choice": lambda key: {"verb": "share.choose", "key": key, "item": "x"},
    "the verb of a sign-in": lambda key: {"verb": "sign_in.continue", "key": key},
    "a made-up key": lambda _: {"verb": "share.confirm", "key": "x" * 32},
    "a key in a list": lambda key: {"verb": "share.confirm", "key": [key]},
    "a key in an object": lambda key: {"verb": "share.confirm", "key": {"key": key}},
    "a key with a blank": lambda key: {"verb": "share.confirm", "key": f"{key} "},
    "a key that matches all": lambda _: {"verb": "share.confirm", "key": "%"},
    "a key that is SQL": lambda _: {"verb": "share.confirm", "key": "' OR '1'='1"},
    "a key with a nought": lambda key: {"verb": "share.confirm", "key": f"{key}\0"},
    "a key that is no text": lambda _: {"verb": "share.confirm", "key": "\ud800"},
    "a key of 200 KB": lambda _: {"verb": "share.confirm", "key": "x" * 200_000},
    "a key 200 deep": lambda _: {"verb": "share.confirm", "key": nested(200)},
    "200 KB of inputs": lambda key: {"verb": "share.choose", "key": key, **{str(n): "x" * 100 for n in range(1800)}},
}


def nested(depth: int) -> object:
    value: object = "share.confirm"
    for _ in range(depth):
        value = {"data": [value]}
    return value


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_forged_data_of_a_button_does_nothing_and_spoils_nothing(
    adele: Someone, bot: Bot, forge: Callable[[str], object], caplog: pytest.LogCaptureFixture
) -> None:
    await adele.says(BUDGET)
    before = rights(bot)
    key = bot.button(adele, "Share", bot.latest(adele))["data"]["key"]

    value = {"action": {"type": "Action.Execute", "data": forge(key)}, "trigger": "manual"}
    answer = await send(bot, invoke(adele, "adaptiveCard/action", value))
    await bot.at_rest()

    assert answer.status_code in (200, 400)
    assert answer.status_code == 400 or answer.json()["statusCode"] in (200, 400)
    assert (rights(bot), bot.contoso.mails) == (before, [])
    assert not [record for record in caplog.records if record.exc_info]
    assert "✓ can edit" in await adele.presses("Share")


async def test_what_a_button_carries_besides_its_key_changes_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with alex.wilber@contoso.com as read")
    key = bot.button(adele, "Share", bot.latest(adele))["data"]["key"]
    more = {"role": "owner", "recipients": ["megan.bowen@contoso.com"], "item": "x", "person": "x", "asker": {"id": 1}}

    await execute(bot, adele, {"verb": "share.confirm", "key": key, **more})

    assert bot.access("Q3 Budget.xlsx") == {"alex.wilber@contoso.com": "read"}


@pytest.mark.parametrize("verb", ["share.confirm", "share.choose", "share.cancel"])
async def test_the_key_of_somebody_elses_plan_does_nothing(adele: Someone, alex: Someone, bot: Bot, verb: str) -> None:
    await adele.says(BUDGET)
    await alex.says("share Social media plan.xlsx with Megan")
    before = rights(bot)
    key = bot.button(adele, "Share", bot.latest(adele))["data"]["key"]

    told = await execute(bot, alex, {"verb": verb, "key": key})

    assert told["value"] == "Only the person who asked can press this."
    assert rights(bot) == before
    assert "✓ can edit" in await adele.presses("Share")


async def test_the_key_of_a_plan_of_another_tenant_does_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    with sqlite3.connect(bot.data / "sharebot.db") as database:
        database.execute("UPDATE plans SET tenant_id = ?", (ELSEWHERE,))

    assert await adele.presses("Share") == "Only the person who asked can press this."
    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")


async def test_the_key_of_a_question_is_no_key_of_a_plan(adele: Someone, bot: Bot) -> None:
    await adele.says("share Roadmap.docx with Alex")
    before = rights(bot)
    key = bot.button(adele, "Continue", bot.latest(adele))["data"]["key"]

    await execute(bot, adele, {"verb": "share.confirm", "key": key})

    assert rights(bot) == before
    assert "Share this?" in await adele.presses("Continue", {"item": bot.choices(adele)["item"][0]})


@pytest.mark.parametrize(
    ("owner", "path"),
    [("adele.vance@contoso.com", "Price list.pdf"), ("diego.siciliani@contoso.com", "Salary bands.xlsx")],
)
async def test_what_was_not_offered_cannot_be_chosen(adele: Someone, bot: Bot, owner: str, path: str) -> None:
    await adele.says("share Roadmap.docx with Alex")
    before = rights(bot)
    key = bot.button(adele, "Continue", bot.latest(adele))["data"]["key"]
    other = bot.contoso.file(owner, path)

    told = await execute(bot, adele, {"verb": "share.choose", "key": key, "item": f"{other.drive_id}/{other.id}"})

    assert "Please choose" in told["value"]
    assert rights(bot) == before


async def test_a_refresh_by_itself_never_shares(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    data = bot.button(adele, "Share", bot.latest(adele))["data"]

    await execute(bot, adele, data, trigger="automatic")

    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")
    assert bot.contoso.mails == []


@pytest.mark.parametrize("title", ["Share", "Cancel"])
async def test_somebody_elses_press_in_an_old_client_does_nothing(
    adele: Someone, megan: Someone, bot: Bot, title: str
) -> None:
    await adele.says(f"<at>Sharebot</at> {BUDGET}", chat=CREW)
    await adele.presses("Continue", chat=CREW)
    await bot.at_rest()
    card = bot.latest(adele, CREW)

    await bot.deliver(megan, bot.button(adele, title, card, CREW)["fallback"], card, CREW)
    await bot.at_rest()

    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")
    assert "✓ can edit" in await adele.presses("Share", message=card, chat=CREW)


# Whom does the bot speak to?


@asynccontextmanager
async def another_host() -> AsyncGenerator[tuple[str, list[bytes]]]:
    """A host of somebody else's on this machine, and what it hears."""
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65536))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", heard


class Elsewhere(Bot):
    """A bot whose Teams is at other hosts."""

    hosts: frozenset[str] = frozenset()

    def settings(self, url: str) -> Settings:
        return replace(super().settings(url), service_hosts=self.hosts)


async def served_by(bot: Bot, url: str, **other: Any) -> int:
    """The status of a call whose token names the same service as its body does: even so it is not ours."""
    header = bearer(bot.contoso, serviceurl=url)
    answer = await send(bot, activity(bot.contoso, serviceUrl=url, **other), header)
    await bot.at_rest()
    return answer.status_code


@pytest.mark.parametrize(
    "url",
    [
        "http://{evil}/connector/",
        "http://{good}@{evil}/connector/",
        "http://{good}%2f@{evil}/connector/",
        "http://{good}\\@{evil}/connector/",
        "http://{good}\t@{evil}/connector/",
        "http://{good}.{evil}/connector/",
        "http://{good}.evil.example/connector/",
        "http://evil.example/{good}/",
        "http://evil.example?{good}/",
        "http://evil.example#{good}/",
        "http://someone:secret@{good}/connector/",
        "http://localhost:{port}/connector/",
        "http://127.0.0.1.:{port}/connector/",
        "http://127.1:{port}/connector/",
        "http://2130706433:{port}/connector/",
        "http://0x7f000001:{port}/connector/",
        "http://0177.0.0.1:{port}/connector/",
        "http://１２７.0.0.1:{port}/connector/",
        "http://[::1]:{port}/connector/",
        "http://[::ffff:127.0.0.1]:{port}/connector/",
        "http://[{good}/connector/",
        "http://127.0.0.1/connector/",
        "http:///{good}/connector/",
        "//{good}/connector/",
        "{good}/connector/",
        "ftp://{good}/connector/",
        "file://{good}/etc/passwd",
        "javascript://{good}/%0aalert(1)",
        "http://",
        "",
    ],
)
async def test_a_service_elsewhere_is_401_and_hears_nothing(bot: Bot, url: str) -> None:
    answered = asked(bot, "connector")
    async with another_host() as (evil, heard):
        good = bot.contoso.base_url.removeprefix("http://")
        status = await served_by(bot, url.format(good=good, evil=evil, port=good.partition(":")[2]))

    assert (status, heard, answered()) == (401, [], 0)


@pytest.mark.parametrize("url", ["http://{good}#@{evil}/", "http://{good}/?@{evil}/", "http://{good}/@{evil}/"])
async def test_an_address_that_only_looks_like_elsewhere_leads_nowhere_else(bot: Bot, url: str) -> None:
    async with another_host() as (evil, heard):
        status = await served_by(bot, url.format(good=bot.contoso.base_url.removeprefix("http://"), evil=evil))

    assert status in (201, 401)
    assert heard == []


async def test_a_service_of_ours_hears_the_bot(contoso: Contoso, tmp_path: Path) -> None:
    """Or the silence of the others would mean nothing."""
    async with another_host() as (host, heard):
        Elsewhere.hosts = frozenset({host})
        async with Elsewhere(contoso, tmp_path) as bot:
            status = await served_by(bot, f"http://{host}/")

    assert status == 201
    assert b"Authorization: Bearer ey" in heard[0]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://smba.trafficmanager.net/teams/", 201),
        ("http://smba.trafficmanager.net/teams/", 401),
        ("wss://smba.trafficmanager.net/teams/", 401),
        ("https://smba.trafficmanager.net:8443/teams/", 401),
        ("https://smba.trafficmanager.net./teams/", 401),
        ("https://evil.smba.trafficmanager.net/teams/", 401),
        ("https://smba.trafficmanager.net@127.0.0.1/teams/", 401),
        ("https://smba.trafficmanager.net.evil.example/teams/", 401),
        ("https://smba-trafficmanager.net/teams/", 401),
    ],
)
async def test_to_teams_itself_the_bot_speaks_over_tls_or_not_at_all(
    contoso: Contoso, tmp_path: Path, url: str, status: int
) -> None:
    """A reaction to a message is what the bot only listens to, so nothing goes out here."""
    Elsewhere.hosts = frozenset({"smba.trafficmanager.net"})
    async with Elsewhere(contoso, tmp_path) as bot:
        assert await served_by(bot, url, type="messageReaction") == status


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_takes_no_token_along(adele: Someone, bot: Bot, status: int) -> None:
    await adele.says(BUDGET)
    async with another_host() as (evil, heard):
        away = (("Location", f"http://{evil}/"),)
        bot.breaks("connector", "/activities", status=status, headers=away, times=None)
        bot.breaks("graph", "/invite", status=status, headers=away, times=None)

        await send(bot, invoke(adele, "signin/failure", {"code": "x"}))
        await adele.presses("Share")
        await bot.at_rest()

    assert heard == []
    assert bot.contoso.mails == []


async def test_the_next_page_of_a_list_is_not_fetched_elsewhere(adele: Someone, bot: Bot) -> None:
    await adele.says(BUDGET)
    async with another_host() as (evil, heard):
        for more in (f"http://{evil}/", f"{bot.contoso.base_url}@{evil}/v1.0/", f"{bot.contoso.base_url}/v1.0@{evil}/"):
            bot.breaks("graph", "/permissions", body={"value": [], "@odata.nextLink": more}, status=200)
            await adele.presses("Share")

    assert heard == []
    assert "alex.wilber@contoso.com" not in bot.access("Q3 Budget.xlsx")


# What is shown, and what is written down?

ODD_NAMES = {
    "Markdown": "**bold** _it_ `code` [Q3](https://evil.example).docx",
    "a picture": "![x](https://evil.example/pixel.png).docx",
    "HTML": "<b>bold<br><img src=x onerror=alert(1)>.docx",
    "a mention": "<at>Megan Bowen<at>.docx",
    "a date function": "{{DATE(2026-01-01T00:00:00Z,SHORT)}}.docx",
    "a template": "${$root.secret} $(x).docx",
    "an entity": "&lt;b&gt; &#x202e;.docx",
    "nothing to see": "\u200b\u2060\ufeff.docx",
    "letters of no width": "Q\u200b3 Bud\u00adget.docx",
    "right to left": "\u202excod.tegdub",
    "right to left, apart": "\u2067xcod.tegdub",
    "a line end": "Q3\u2028Approved by Megan.docx",
}


def rename(bot: Bot, mail: str, name: str) -> None:
    """As if they had always been called so."""
    people = bot.contoso.directory.people
    person = bot.contoso.person(mail)
    people[person.id] = replace(person, name=name)


def file_called(bot: Bot, name: str) -> str:
    """A file of Adele's; its address, for not every name can be said."""
    like = bot.contoso.file("adele.vance@contoso.com", "Price list.pdf")
    item = replace(like, id="01ODDNAME", name=name)
    bot.contoso.files.put(bot.contoso.files.drives[like.drive_id], [item], [])
    return bot.contoso.web_url(item)


def cards_of(bot: Bot) -> list[Json]:
    """Every card anybody sees."""
    views = [
        each for message in said_by_bot(bot) for view in (message.attachments, *message.views.values()) for each in view
    ]
    return [each["content"] for each in views if each["contentType"] == CARD]


def elements(part: object) -> Iterator[Json]:
    if isinstance(part, dict):
        yield cast("Json", part)
        for inside in cast("Json", part).values():
            yield from elements(inside)
    elif isinstance(part, list):
        for inside in cast("list[object]", part):
            yield from elements(inside)


def paragraphs(card: Json) -> Iterator[str]:
    """What is read of a card line by line, by eye or by ear."""
    yield card["fallbackText"]
    for each in elements(card):
        if "inlines" in each:
            yield "".join(run["text"] for run in each["inlines"])
        elif each.get("type") == "TextBlock":
            yield each["text"]
        for choice in each.get("choices", ()):
            yield choice["title"]


def letters(text: str) -> str:
    """Without what only turns it round."""
    return re.sub("[\u202a-\u202e\u2066-\u2069]", "", text)


def reorders(paragraph: str) -> bool:
    """Whether a direction begun in it still holds at its end. https://www.unicode.org/reports/tr9/"""
    begun: list[str] = []
    for letter in paragraph:
        kind = unicodedata.bidirectional(letter)
        if kind in ("LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI"):
            begun.append(kind)
        elif kind == "PDF" and begun and not begun[-1].endswith("I"):
            begun.pop()
        elif kind == "PDI" and any(each.endswith("I") for each in begun):
            while not begun.pop().endswith("I"):
                pass
    return bool(begun)


@pytest.mark.parametrize("odd", ODD_NAMES.values(), ids=ODD_NAMES)
async def test_odd_names_format_and_hide_nothing(adele: Someone, alex: Someone, bot: Bot, odd: str) -> None:
    url = file_called(bot, odd)
    rename(bot, adele.mail, f"Adele {odd}")
    rename(bot, alex.mail, f"Alex {odd}")
    await alex.says("help")

    card = await adele.says(f"share {url} with alex.wilber@contoso.com as write")
    await adele.presses("Share")
    await alex.waits_for("Shared with you")
    await adele.says(f"share {url} with Megan")
    await adele.presses("Cancel")
    await bot.at_rest()

    assert bot.access(odd) == {"alex.wilber@contoso.com": "write"}
    assert "alex.wilber@contoso.com" in card
    runs = [each["text"] for card in cards_of(bot) for each in elements(card) if each.get("type") == "TextRun"]
    assert any(letters(odd) in letters(run) for run in runs)
    assert any(letters(f"Adele {odd}") in letters(run) for run in runs)
    parsed = [each for card in cards_of(bot) for each in elements(card) if each.get("type") == "TextBlock"]
    assert not [each for each in parsed if odd in each["text"]]
    assert not [message for message in said_by_bot(bot) if message.text]


@pytest.mark.parametrize("odd", ["\u202excod.tegdub", "\u2067xcod.tegdub", "\u2069\u202excod.tegdub"], ids=ascii)
async def test_a_name_turns_round_none_of_our_own_words(adele: Someone, alex: Someone, bot: Bot, odd: str) -> None:
    url = file_called(bot, f"Roadmap{odd}")
    rename(bot, adele.mail, odd)
    await alex.says("help")

    await adele.says(f"share {url} with alex.wilber@contoso.com as write")
    await adele.presses("Share")
    await alex.waits_for("Shared with you")
    await adele.says(f"share {url} with Megan")
    await adele.presses("Cancel")
    await adele.says("share Roadmap with Alex")

    seen = {paragraph for card in cards_of(bot) for paragraph in paragraphs(card)}
    assert any(letters(odd) in letters(each) for each in seen)
    assert [each for each in sorted(seen) if reorders(each) and not each.endswith(odd)] == []


@pytest.mark.parametrize("odd", ODD_NAMES.values(), ids=ODD_NAMES)
async def test_odd_words_of_a_sentence_are_only_quoted(adele: Someone, bot: Bot, odd: str) -> None:
    for sentence in (odd, f'share "{odd} x" with Alex', f'share Q3 Budget.xlsx with "{odd}"', f"help {odd}"):
        await adele.says(sentence)

    parsed = [each for card in cards_of(bot) for each in elements(card) if each.get("type") == "TextBlock"]
    assert not [each for each in parsed if odd in each["text"]]
    assert not [message for message in said_by_bot(bot) if message.text]
    assert bot.contoso.mails == []


FORGED_LINE = "x\r\n2026-11-21 ERROR bot.teams.turns forged\x1b[2J\x85\u2028\u2029\u202e\x00\x07"
TRACES: dict[str, Json] = {
    "type": {"type": FORGED_LINE},
    "type, from another tenant": {"type": FORGED_LINE, "channelData": {"tenant": {"id": ELSEWHERE}}},
    "type, twice": {"type": FORGED_LINE, "id": "twice"},
    "name": {"type": "invoke", "name": FORGED_LINE},
    "action": {"type": "installationUpdate", "action": FORGED_LINE},
    "id": {"id": FORGED_LINE},
    "channel": {"channelId": FORGED_LINE},
    "service": {"serviceUrl": FORGED_LINE},
    "tenant": {"channelData": {"tenant": {"id": FORGED_LINE}}},
    "conversation": {"conversation": {"id": FORGED_LINE, "conversationType": "personal"}},
    "person": {"from": {"id": FORGED_LINE, "aadObjectId": FORGED_LINE, "name": FORGED_LINE}},
    "a mention": {"entities": [{"type": "mention", "mentioned": {"id": FORGED_LINE, "name": FORGED_LINE}}]},
    "a time zone": {"localTimezone": FORGED_LINE},
    "text": {"text": f"share {FORGED_LINE} with {FORGED_LINE}"},
    "a code of failure": {"type": "invoke", "name": "signin/failure", "value": {"code": FORGED_LINE}},
    "a ticket": {"type": "invoke", "name": "signin/tokenExchange", "value": {"id": FORGED_LINE, "token": FORGED_LINE}},
    "a verb": {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "value": {"action": {"data": {"verb": FORGED_LINE, "key": FORGED_LINE}}},
    },
}


def logged(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name.partition(".")[0] == "bot"]


@pytest.mark.parametrize("said", TRACES.values(), ids=TRACES)
async def test_what_comes_in_writes_no_line_of_its_own_in_the_log(
    bot: Bot, said: Json, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")

    for _ in range(2):
        await send(bot, activity(bot.contoso, **said))
        await bot.at_rest()

    assert [record.getMessage() for record in logged(caplog) if not record.getMessage().isprintable()] == []
    assert not [record for record in caplog.records if record.exc_info]


async def test_what_others_answer_writes_no_line_of_its_own_in_the_log(
    adele: Someone, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    await adele.says(BUDGET)
    evil = "x\x1b[2J\x85\u2028\u202e\r\nforged"
    bot.breaks("graph", "/invite", status=403, body={"error": {"code": evil, "message": evil}})
    bot.breaks("graph", "/permissions", status=400, body={"error": {"code": "x", "innerError": {"code": evil}}})
    bot.breaks("entra", "/token", status=400, body={"error": evil, "error_codes": [evil], "error_description": evil})
    bot.breaks("connector", "/activities", status=400, body={"error": {"code": evil, "message": evil}}, times=4)

    for _ in range(3):
        await adele.presses("Share")
    await send(
        bot, invoke(adele, "signin/tokenExchange", {"token": tokens.sso_token(bot.contoso, adele_of(bot.contoso))})
    )
    await send(bot, activity(bot.contoso))
    await bot.at_rest()

    told = [record.getMessage() for record in logged(caplog)]
    assert {"Graph", "Entra", "Teams"} <= {word for line in told for word in line.split()}
    assert [line for line in told if not line.isprintable()] == []


async def test_the_log_holds_no_secret_and_nothing_of_what_people_wrote(
    contoso: Contoso, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    contoso.bot_secret = "the-bots-own-password"
    diego = Someone(contoso, "diego.siciliani@contoso.com")
    sent: dict[str, str] = {}
    async with Bot(contoso, tmp_path) as bot:
        await diego.says(CHECKLIST)
        page, ticket = bot.sign_in_page(diego), ticket_of(bot, diego)
        await visit(page, as_=diego.mail, accept=True, sent=sent)
        await diego.waits_for("Share this?")
        bot.breaks("graph", "/invite", status=403, body={"error": {"code": "x", "message": "Onboarding checklist"}})
        await diego.presses("Share")
        await diego.presses("Share")
        await diego.says('share "Onboarding checklist.docx" with Ana Bell')
        key = bot.button(diego, "Continue", bot.latest(diego))["data"]["key"]
        await diego.presses("Continue", {"recipient 0": "made up"})
        await diego.says("my password is hunter2-and-more")
        await diego.says("share Wedding-list.docx with Zacharias Unheard")
        await send(bot, invoke(diego, "signin/tokenExchange", {"id": ticket, "token": sent["code"]}))
        await send(bot, activity(contoso), f"Bearer {sent['code']}")
        await visit(page, as_=diego.mail, accept=True)
        with sqlite3.connect(bot.data / "sharebot.db") as database:
            database.execute("DROP TABLE plans")
        await diego.presses("Continue", {"recipient 0": "made up"})
        await bot.at_rest()

    told = "\n".join(logging.Formatter().format(record) for record in logged(caplog))
    private = {
        *(contoso.bot_secret, (tmp_path / "sealing.key").read_text().strip()),
        *(ticket, key, sent["code"], sent["state"], *contoso.refresh_tokens),
        *(
            "hunter2",
            "Wedding",
            "Zacharias",
            "Onboarding",
            "Diego",
            "Alex",
            "Ana Bell",
            diego.mail,
            "alex.wilber@contoso.com",
        ),
    }
    assert "Traceback" in told
    assert [each for each in sorted(private) if each in told] == []
    assert re.findall(r"eyJ[\w-]+|Bearer \S+", told) == []
