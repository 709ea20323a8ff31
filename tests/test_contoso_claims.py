"""Access that is re-evaluated while it lasts: Graph wants another token, Entra wants to see the person."""

from __future__ import annotations

import asyncio
import base64
import html
import json
import re
from collections.abc import AsyncGenerator, Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import msal
import pytest

from contoso import tokens
from contoso.people import Person
from contoso.tenant import Contoso
from tests.graph import Reader

GRAPH = "https://graph.microsoft.com/"
SCOPES = [GRAPH + scope for scope in ("User.Read", "Files.ReadWrite.All")]
REDIRECT = "http://127.0.0.1:3978/auth/end"
CLAIMS = json.dumps({"access_token": {"nbf": {"essential": True, "value": "1604106651"}}})
ALEX = "alex.wilber@contoso.com"


@pytest.fixture
def adele(contoso: Contoso) -> Person:
    return contoso.person("adele.vance@contoso.com")


@pytest.fixture
async def browser(contoso: Contoso) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{contoso.base_url}/{contoso.tenant_id}/oauth2/v2.0/") as client:
        yield client


class Plain(httpx.HTTPTransport):
    """msal wants https addresses; this sends them as http."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http")
        return super().handle_request(request)


async def ask(contoso: Contoso, question: Callable[[Any], Any]) -> Any:
    """Asks an msal that can handle challenges, in a thread, as it blocks."""

    def asked() -> Any:
        with httpx.Client(transport=Plain()) as client:
            app = msal.ConfidentialClientApplication(
                contoso.bot_id,
                client_credential=contoso.bot_secret,
                authority=f"https://{urlsplit(contoso.base_url).netloc}/{contoso.tenant_id}",
                instance_discovery=False,
                client_capabilities=["cp1"],
                http_client=client,
            )
            return question(app)

    return await asyncio.to_thread(asked)


async def me(contoso: Contoso, token: str) -> httpx.Response:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        return await client.get(f"{contoso.base_url}/v1.0/me")


def challenge(answer: httpx.Response) -> str:
    """The claims in the header of a 401."""
    assert answer.status_code == 401
    header = answer.headers["WWW-Authenticate"]
    assert header.startswith('Bearer realm="", authorization_uri=')
    assert 'error="insufficient_claims"' in header
    found = re.search(r'claims="([^"]*)"', header)
    assert found
    return base64.b64decode(found[1]).decode()


def hidden(page: httpx.Response) -> dict[str, str]:
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    return {name: html.unescape(value) for name, value in fields}


async def test_a_challenge_is_met_by_a_token_that_was_asked_for_with_it(contoso: Contoso, adele: Person) -> None:
    def question(claims: str | None) -> Callable[[Any], str]:
        assertion = tokens.sso_token(contoso, adele)
        return lambda app: app.acquire_token_on_behalf_of(assertion, SCOPES, claims_challenge=claims)["access_token"]

    before = await ask(contoso, question(None))
    contoso.challenges[adele.id] = CLAIMS
    refused = await me(contoso, before)
    again = await me(contoso, await ask(contoso, question(None)))
    after = await me(contoso, await ask(contoso, question(challenge(refused))))

    assert challenge(refused) == challenge(again) == CLAIMS
    assert refused.json()["error"]["code"] == "InvalidAuthenticationToken"
    assert after.status_code == 200


async def test_a_challenge_is_met_by_a_refreshed_token(contoso: Contoso, adele: Person) -> None:
    contoso.challenges[adele.id] = CLAIMS

    def question(app: Any) -> tuple[str, str]:
        app.acquire_token_on_behalf_of(tokens.sso_token(contoso, adele), SCOPES)
        (account,) = app.get_accounts()
        without = app.acquire_token_silent(SCOPES, account, force_refresh=True)
        return without["access_token"], app.acquire_token_silent(SCOPES, account, claims_challenge=CLAIMS)[
            "access_token"
        ]

    without, met = await ask(contoso, question)

    assert challenge(await me(contoso, without)) == CLAIMS
    assert (await me(contoso, met)).status_code == 200


async def test_a_challenge_is_met_at_the_sign_in_page(
    contoso: Contoso, adele: Person, browser: httpx.AsyncClient
) -> None:
    contoso.challenges[adele.id] = CLAIMS

    about = {"response_mode": "form_post", "login_hint": adele.mail, "claims_challenge": CLAIMS}
    flow = await ask(contoso, lambda app: app.initiate_auth_code_flow(SCOPES, redirect_uri=REDIRECT, **about))
    answer = hidden(await browser.get(flow["auth_uri"].replace("https://", "http://")))
    got = await ask(contoso, lambda app: app.acquire_token_by_auth_code_flow(flow, answer))

    assert (await me(contoso, got["access_token"])).status_code == 200


async def test_claims_of_the_page_count_though_the_code_is_redeemed_without(
    contoso: Contoso, adele: Person, browser: httpx.AsyncClient
) -> None:
    contoso.challenges[adele.id] = CLAIMS
    back = await browser.get("authorize", params=authorize(contoso, login_hint=adele.mail, claims=CLAIMS))
    code = dict(parse_qsl(urlsplit(back.headers["Location"]).query))["code"]

    got = await redeemed(contoso, browser, grant_type="authorization_code", code=code, redirect_uri=REDIRECT)

    assert (await me(contoso, got["access_token"])).status_code == 200


async def test_one_persons_challenge_is_nobody_elses(contoso: Contoso, adele: Person) -> None:
    contoso.challenges[adele.id] = CLAIMS

    async with Reader(contoso, ALEX) as alex:
        assert (await alex.get("/me")).status_code == 200


async def test_other_claims_do_not_meet_it(contoso: Contoso, adele: Person) -> None:
    contoso.challenges[adele.id] = CLAIMS
    other = {"nbf": {"essential": True, "value": "1"}}

    answer = await me(contoso, tokens.graph_token(contoso, adele, frozenset({"User.Read"}), other))

    assert challenge(answer) == CLAIMS


async def test_a_batch_is_challenged_as_a_whole(contoso: Contoso, adele: Person) -> None:
    contoso.challenges[adele.id] = CLAIMS

    async with Reader(contoso, adele.mail) as reader:
        answer = await reader.post("/$batch", json={"requests": [{"id": "1", "method": "GET", "url": "/me"}]})

    assert challenge(answer) == CLAIMS


@pytest.mark.parametrize("claims", ["nonsense", "[]", '"text"', '{"access_token": []}', "[" * 100_000])
async def test_claims_that_are_none_are_refused(
    contoso: Contoso, adele: Person, browser: httpx.AsyncClient, claims: str
) -> None:
    said = await redeemed(contoso, browser, **on_behalf_of(contoso, adele), claims=claims)
    page = await browser.get("authorize", params=authorize(contoso, claims=claims[:1000]))

    assert (said["error"], said["error_codes"]) == ("invalid_request", [90100])
    assert (page.status_code, "AADSTS90100" in page.text) == (400, True)


async def test_who_must_come_is_not_acted_for_until_they_came(
    contoso: Contoso, adele: Person, browser: httpx.AsyncClient
) -> None:
    before = await redeemed(contoso, browser, **on_behalf_of(contoso, adele))
    refresh = {"grant_type": "refresh_token", "refresh_token": before["refresh_token"]}
    contoso.interaction_required.add(adele.id)

    refused = [
        await redeemed(contoso, browser, **on_behalf_of(contoso, adele)),
        await redeemed(contoso, browser, **refresh),
    ]
    asked = authorize(contoso, login_hint=adele.mail, claims=refused[0]["claims"])
    page = await browser.get("authorize", params=asked)
    back = await browser.post("authorize", data={**hidden(page), "answer": "approve"})
    after = [
        await redeemed(contoso, browser, **on_behalf_of(contoso, adele)),
        await redeemed(contoso, browser, **refresh),
    ]

    assert [(said["error"], said["suberror"], said["error_codes"]) for said in refused] == [
        ("invalid_grant", "basic_action", [50076])
    ] * 2
    assert "access_token" in json.loads(refused[1]["claims"])
    assert "Verify your identity" in page.text
    assert "code" in dict(parse_qsl(urlsplit(back.headers["Location"]).query))
    assert all("access_token" in said for said in after)


async def test_who_must_come_and_goes_away_must_still_come(
    contoso: Contoso, adele: Person, browser: httpx.AsyncClient
) -> None:
    contoso.interaction_required.add(adele.id)
    asked = authorize(contoso, login_hint=adele.mail)

    unseen = await browser.get("authorize", params={**asked, "prompt": "none"})
    page = await browser.get("authorize", params=asked)
    cancelled = await browser.post("authorize", data={**hidden(page), "answer": "cancel"})
    accepted = await browser.post("authorize", data={**hidden(page), "answer": "accept"})

    assert "error=interaction_required" in unseen.headers["Location"]
    assert "error=access_denied" in cancelled.headers["Location"]
    assert "Verify your identity" in accepted.text
    assert contoso.interaction_required == {adele.id}


def authorize(contoso: Contoso, **more: str) -> dict[str, str]:
    asked = {"client_id": contoso.bot_id, "response_type": "code", "redirect_uri": REDIRECT}
    return {**asked, "scope": " ".join(["openid", "offline_access", *SCOPES]), **more}


def on_behalf_of(contoso: Contoso, person: Person) -> dict[str, str]:
    return {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "requested_token_use": "on_behalf_of",
        "assertion": tokens.sso_token(contoso, person),
        "scope": " ".join(["offline_access", *SCOPES]),
    }


async def redeemed(contoso: Contoso, browser: httpx.AsyncClient, **form: str) -> dict[str, Any]:
    data = {"client_id": contoso.bot_id, "client_secret": contoso.bot_secret, **form}
    return (await browser.post("token", data=data)).json()
