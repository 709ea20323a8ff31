"""Attacks on a sign-in, with a token, a ticket, a state or a form: who is this?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from contoso import tokens
from contoso.signing import SigningKey
from contoso.tenant import Contoso
from tests.attacks import (
    BUDGET,
    ELSEWHERE,
    adele_of,
    asked,
    by_hand,
    execute,
    invoke,
    keys_kept,
    now,
    public,
    rights,
    said_by_bot,
    send,
    ticket_of,
    with_kid,
)
from tests.bot import Bot
from tests.people import Someone
from tests.test_sign_in import CHECKLIST, visit

Json = dict[str, Any]
LOGIN = "application/vnd.microsoft.activity.loginRequest"


def resigned(contoso: Contoso, **other: Any) -> str:
    """Adele's sign-in token with other claims; None takes one away."""
    good = contoso.keys.entra.read(tokens.sso_token(contoso, adele_of(contoso)))
    return contoso.keys.entra.sign({name: value for name, value in {**good, **other}.items() if value is not None})


def sso_claims(contoso: Contoso) -> Json:
    return contoso.keys.entra.read(tokens.sso_token(contoso, adele_of(contoso)))


WRONG_TOKENS: dict[str, Callable[[Contoso, SigningKey], str]] = {
    "another person's": lambda c, _: tokens.sso_token(c, c.person("alex.wilber@contoso.com")),
    "hers but for the person": lambda c, _: resigned(c, oid=ELSEWHERE),
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
    """Signed like the wrong ones, or their refusal would mean nothing."""
    share = await planned_and_signed_out(bot, adele)
    token = resigned(bot.contoso)

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
    told = await execute(bot, adele, {"verb": "sign_in.continue", "about": ticket}, authentication=proof)

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
    async with httpx.AsyncClient(timeout=30) as http:
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
    async with httpx.AsyncClient(timeout=30) as http:
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
    async with httpx.AsyncClient(timeout=30) as http:
        answer = await http.get(f"{bot.url}/auth/start?ticket={ticket.replace('{hash}', known)}")

    assert answer.status_code == 410


@pytest.mark.parametrize("cookie", [b"\xff\xfe", "é".encode(), b"", b'"\\377"'])
async def test_a_cookie_that_is_not_ours_begins_a_sign_in_of_its_own(diego: Someone, bot: Bot, cookie: bytes) -> None:
    await diego.says(CHECKLIST)
    headers = [(b"Cookie", b"sign-in=" + cookie)]
    async with httpx.AsyncClient(timeout=30) as http:
        began = await http.get(bot.sign_in_page(diego), headers=headers)
        state = parse_qs(urlsplit(began.headers["Location"]).query)["state"][0]
        ended = await http.post(f"{bot.url}/auth/end", data={"state": state, "code": "x"}, headers=headers)

    assert began.status_code == 302
    assert ended.status_code == 403
