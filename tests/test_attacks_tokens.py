"""Attacks with a token of the Bot Framework: whose call is this?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import jwt
import pytest

from contoso import activities
from contoso.signing import SigningKey
from contoso.tenant import Contoso
from tests.attacks import BUDGET, asked, bearer, by_hand, now, public, rights, said_by_bot, send, with_kid
from tests.bot import Bot
from tests.people import Someone
from tests.test_teams import activity, claims


@dataclass(frozen=True)
class Call:
    """`body` is what its activity says other than usual."""

    status: int
    header: Callable[[Contoso, SigningKey], str | None]
    body: tuple[str, str | None] | None = None


CALLS: dict[str, Call] = {
    "valid": Call(201, lambda c, _: bearer(c)),
    "no header": Call(401, lambda c, _: None),
    "empty header": Call(401, lambda c, _: ""),
    "garbage": Call(401, lambda c, _: "garbage"),
    "bytes that are no text": Call(401, lambda c, _: "Bearer \udcff\udcfe.\udcff.\udcff"),
    "Bearer only": Call(401, lambda c, _: "Bearer"),
    "Bearer garbage": Call(401, lambda c, _: "Bearer garbage"),
    "Bearer garbage in small letters": Call(401, lambda c, _: "bearer garbage"),
    "Bearer and two blanks": Call(401, lambda c, _: "Bearer  garbage"),
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
    "of two parts": Call(401, lambda c, _: bearer(c).rpartition(".")[0]),
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


@pytest.mark.parametrize("packed", ["gzip", "deflate", "br"])
async def test_a_body_that_is_not_packed_as_it_says_is_refused(bot: Bot, packed: str) -> None:
    async with httpx.AsyncClient(base_url=bot.url) as http:
        about = {"Content-Encoding": packed, "Authorization": bearer(bot.contoso)}
        ours = await http.post("/api/messages", content=b"\x1f\x8bgarbage", headers=about)
        page = {"Content-Encoding": packed, "Content-Type": "application/x-www-form-urlencoded"}
        anybodys = await http.post("/auth/end", content=b"\x1f\x8bgarbage", headers=page)

    assert (ours.status_code, anybodys.status_code) == (400, 400)
