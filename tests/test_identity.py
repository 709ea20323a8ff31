"""What all turns share, keys, tokens and where to ask for them: fetched once, and good while nobody can be asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import jwt
import pytest

from bot.errors import Unavailable
from bot.identity.app_tokens import AppTokens
from bot.identity.entra import Entra, Tokens
from bot.identity.kept import Fetched, Kept
from bot.identity.keys import SigningKeys
from contoso import tokens
from contoso.faults import Rule
from contoso.tenant import Contoso
from tests.attacks import adele_of, invoke, send
from tests.bot import Bot
from tests.people import Someone
from tests.test_teams import activity

HOUR = 60 * 60
BOT_FRAMEWORK = "https://api.botframework.com"
DISCOVERY = r"/v2.0/\.well-known/openid-configuration"


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Source:
    """Counts how often it is asked; what it gives is renewed after an hour and good for two."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_down = False

    async def __call__(self) -> Fetched[int]:
        self.asked += 1
        await asyncio.sleep(0)
        if self.is_down:
            raise Unavailable
        return Fetched(self.asked, renew_after=HOUR, good_for=2 * HOUR)


async def at_rest() -> None:
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


async def test_what_all_need_is_fetched_once() -> None:
    source = Source()
    kept = Kept(source)

    assert await asyncio.gather(*(kept.value() for _ in range(20))) == [1] * 20


async def test_one_failure_is_told_to_all_who_wait_and_the_next_one_tries_again() -> None:
    source = Source()
    source.is_down = True
    kept = Kept(source)

    failures = await asyncio.gather(*(kept.value() for _ in range(20)), return_exceptions=True)
    source.is_down = False

    assert [type(each) for each in failures] == [Unavailable] * 20
    assert await kept.value() == 2


async def test_what_is_good_is_renewed_behind_everybodys_back() -> None:
    source, clock = Source(), Clock()
    kept = Kept(source, clock)
    await kept.value()
    clock.now += HOUR

    meanwhile = await asyncio.gather(kept.value(), kept.value())
    await at_rest()

    assert meanwhile == [1, 1]
    assert await kept.value() == 2


async def test_what_cannot_be_renewed_is_good_to_its_end_and_tried_once_a_minute() -> None:
    source, clock = Source(), Clock()
    kept = Kept(source, clock)
    await kept.value()
    source.is_down = True

    for seconds in (HOUR, 1, 60, HOUR - 62):
        clock.now += seconds
        assert await kept.value() == 1
        await at_rest()
    clock.now += 1

    assert source.asked == 4
    with pytest.raises(Unavailable):
        await kept.value()


# The login service


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def entra(contoso: Contoso, clock: Clock) -> AsyncGenerator[Entra]:
    entra = Entra(contoso.base_url, contoso.tenant_id, contoso.bot_id, contoso.bot_secret, clock)
    yield entra
    entra.close()


async def test_a_persons_token_is_good_days_later_while_the_login_service_is_down(
    contoso: Contoso, entra: Entra, clock: Clock
) -> None:
    scopes = ["https://graph.microsoft.com/User.Read"]
    adele = adele_of(contoso)
    first = await entra.on_behalf_of(tokens.sso_token(contoso, adele), scopes)
    contoso.faults = [Rule("entra", status=503)]

    for _ in range(3):
        clock.now += 25 * HOUR
        assert (await entra.from_cache(first.cache, adele.id, scopes)).access == first.access


async def test_where_to_ask_is_looked_up_twice_a_day(contoso: Contoso, entra: Entra, clock: Clock) -> None:
    looked_up = Rule("entra", path=DISCOVERY, times=100)
    contoso.faults = [looked_up]

    for _ in range(8):
        await asyncio.gather(*(entra.for_app(f"{BOT_FRAMEWORK}/.default") for _ in range(3)))
        clock.now += 6 * HOUR

    (left,) = contoso.faults
    assert left.times == 96


@pytest.mark.parametrize(
    "how", [{"status": 503}, {"status": 404}, {"body": "<html>", "status": 200}, {"body": [], "status": 200}], ids=str
)
async def test_a_login_service_that_does_not_say_where_to_ask_is_asked_once_by_all(
    contoso: Contoso, entra: Entra, how: dict[str, Any]
) -> None:
    contoso.faults = [Rule("entra", path=DISCOVERY, delay=0.1, times=1, **how)]

    answers = await asyncio.gather(
        *(entra.for_app(f"{BOT_FRAMEWORK}/.default") for _ in range(100)), return_exceptions=True
    )

    assert {type(each) for each in answers} == {Unavailable}
    assert (await entra.for_app(f"{BOT_FRAMEWORK}/.default"))[0]


async def test_the_bots_own_token_is_good_in_its_last_minutes(contoso: Contoso, entra: Entra) -> None:
    contoso.token_lifetime = 4 * 60
    own = AppTokens(entra, BOT_FRAMEWORK)
    token = await own.token()
    contoso.faults = [Rule("entra", status=503)]

    assert [await own.token() for _ in range(3)] == [token] * 3


# Keys

TOKEN = jwt.encode({}, "x" * 32, headers={"kid": "one"})
ANOTHER = jwt.encode({}, "x" * 32, headers={"kid": "made up"})
KEY = {"kty": "RSA", "kid": "one", "n": "sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1Wl", "e": "AQAB"}


class Issuer:
    """Publishes its keys; counts how often it is asked for them."""

    def __init__(self) -> None:
        self.asked = 0
        self.instead: object = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/keys":
            return httpx.Response(200, json={"keys": [KEY, {"kty": "EC", "kid": "new"}]})
        self.asked += 1
        if isinstance(self.instead, Exception):
            raise self.instead
        if isinstance(self.instead, int):
            return httpx.Response(self.instead)
        published = {"jwks_uri": "https://issuer.example/keys"}
        return httpx.Response(200, json=published if self.instead is None else self.instead)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def keys_of(issuer: Issuer, clock: Clock) -> AsyncGenerator[SigningKeys]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(issuer)) as http:
        yield SigningKeys(http, "https://issuer.example/", clock)


async def test_a_made_up_key_is_looked_for_once_a_minute(issuer: Issuer, keys_of: SigningKeys, clock: Clock) -> None:
    for _ in range(4):
        with pytest.raises(jwt.InvalidKeyError):
            await keys_of.key(ANOTHER)
        clock.now += 30

    assert issuer.asked == 2


@pytest.mark.parametrize("instead", [500, 404, httpx.ConnectError("x"), [], {"keys": []}, {"jwks_uri": 7}], ids=repr)
async def test_nobodys_key_is_unknown_while_its_issuer_cannot_be_asked(
    issuer: Issuer, keys_of: SigningKeys, clock: Clock, instead: object
) -> None:
    issuer.instead = instead

    failures = await asyncio.gather(*(keys_of.key(TOKEN) for _ in range(10)), return_exceptions=True)
    issuer.instead = None

    assert [type(each) for each in failures] == [Unavailable] * 10
    assert issuer.asked == 1
    clock.now += 2
    assert (await keys_of.key(TOKEN))[0].key_id == "one"


async def test_old_keys_are_good_while_their_issuer_is_down(issuer: Issuer, keys_of: SigningKeys, clock: Clock) -> None:
    first, _ = await keys_of.key(TOKEN)
    issuer.instead = 500
    clock.now += 25 * HOUR

    again = await asyncio.gather(*(keys_of.key(TOKEN) for _ in range(10)))

    assert {id(key) for key, _ in again} == {id(first)}
    assert issuer.asked == 2
    with pytest.raises(Unavailable):
        await keys_of.key(ANOTHER)


async def test_after_one_failure_to_fetch_keys_every_good_call_is_asked_for_again_or_taken(bot: Bot) -> None:
    bot.breaks("entra", r"/v1/\.well-known/openidconfiguration", delay=0.2, status=500)

    answers = await asyncio.gather(*(send(bot, activity(bot.contoso, id=str(number))) for number in range(4)))

    assert {each.status_code for each in answers} <= {201, 503}


async def test_a_sign_in_is_not_refused_because_keys_could_not_be_fetched(bot: Bot, adele: Someone) -> None:
    bot.breaks("entra", DISCOVERY, status=500)
    value = {"id": "x", "token": tokens.sso_token(bot.contoso, adele_of(bot.contoso))}

    answers = [(await send(bot, invoke(adele, "signin/tokenExchange", value))).json() for _ in range(2)]

    assert [each["failureDetail"] for each in answers] == [Unavailable.sentence] * 2


async def test_keys_that_are_long_in_coming_are_given_up(bot: Bot) -> None:
    bot.breaks("entra", r"/v1/\.well-known", delay=60.0)

    assert (await send(bot, activity(bot.contoso))).status_code == 503


def test_what_holds_a_persons_tokens_shows_none_of_them() -> None:
    shown = repr(Tokens("secret", "secret too", "t", "adele"))

    assert shown == "Tokens(of adele)"
