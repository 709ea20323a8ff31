"""Contoso's Entra, asked by the real msal and by hand: who gets which token, and who does not."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import html
import re
from collections.abc import AsyncGenerator, Callable
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import jwt
import msal
import pytest

from contoso import scopes, tokens
from contoso.signing import SigningKey
from contoso.tenant import Contoso

GRAPH = "https://graph.microsoft.com/"
SCOPES = [GRAPH + scope for scope in ("User.Read", "User.ReadBasic.All", "Files.ReadWrite.All")]
REDIRECT = "http://127.0.0.1:3978/auth/end"
VERIFIER = "a-verifier-that-is-long-enough-to-be-one-of-those-of-pkce"
CHALLENGE = "Y-3evjldciqyy9OJmp84f9ZYQtVOV7C9ptcSJBhI3cA"


@pytest.fixture
async def browser(contoso: Contoso) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{contoso.base_url}/{contoso.tenant_id}/") as client:
        yield client


class Plain(httpx.HTTPTransport):
    """msal wants https addresses; this sends them as http."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http")
        return super().handle_request(request)


def app(contoso: Contoso, *, secret: str = "", client: httpx.Client | None = None) -> Any:
    return msal.ConfidentialClientApplication(
        contoso.bot_id,
        client_credential=secret or contoso.bot_secret,
        authority=f"https://{urlsplit(contoso.base_url).netloc}/{contoso.tenant_id}",
        instance_discovery=False,
        http_client=client,
    )


async def ask(contoso: Contoso, question: Callable[[Any], Any], *, secret: str = "") -> dict[str, Any]:
    """Asks msal in a thread, as it blocks."""

    def asked() -> dict[str, Any]:
        with httpx.Client(transport=Plain()) as client:
            return question(app(contoso, secret=secret, client=client))

    return await asyncio.to_thread(asked)


def claims(contoso: Contoso, token: str) -> dict[str, Any]:
    return contoso.keys.entra.read(token)


def form(contoso: Contoso, **more: str) -> dict[str, str]:
    return {"client_id": contoso.bot_id, "client_secret": contoso.bot_secret, **more}


def on_behalf_of(contoso: Contoso, assertion: str, scope: str = "") -> dict[str, str]:
    return form(
        contoso,
        grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer",
        requested_token_use="on_behalf_of",
        assertion=assertion,
        scope=scope or " ".join(SCOPES),
    )


async def refusal(browser: httpx.AsyncClient, data: dict[str, str]) -> tuple[int, str, list[int]]:
    answer = await browser.post("oauth2/v2.0/token", data=data)
    said = answer.json()
    assert said["error_description"].startswith(f"AADSTS{said['error_codes'][0]}: ")
    assert said.keys() >= {"timestamp", "trace_id", "correlation_id"}
    return answer.status_code, said["error"], said["error_codes"]


def authorize(contoso: Contoso, **more: str) -> dict[str, str]:
    return {
        "client_id": contoso.bot_id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": " ".join([*SCOPES, "openid", "profile", "offline_access"]),
        "state": "the-state",
        "nonce": "the-nonce",
        **more,
    }


def hidden(page: httpx.Response) -> dict[str, str]:
    fields = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    return {name: html.unescape(value) for name, value in fields}


def came_back(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(REDIRECT)
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


async def test_discovery_spells_its_addresses_https(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    said = (await browser.get("v2.0/.well-known/openid-configuration")).json()

    assert said["issuer"] == f"https://login.microsoftonline.com/{contoso.tenant_id}/v2.0"
    here = contoso.base_url.replace("http://", "https://")
    assert said["token_endpoint"] == f"{here}/{contoso.tenant_id}/oauth2/v2.0/token"
    assert said["jwks_uri"] == f"{here}/{contoso.tenant_id}/discovery/v2.0/keys"


async def test_the_published_keys_open_the_tokens(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    adele = contoso.person("adele.vance@contoso.com")
    (entra,) = (await browser.get("discovery/v2.0/keys")).json()["keys"]
    metadata = (await browser.get(f"{contoso.base_url}/v1/.well-known/openidconfiguration")).json()
    (framework,) = (await browser.get(metadata["jwks_uri"])).json()["keys"]

    sso = jwt.decode(tokens.sso_token(contoso, adele), jwt.PyJWK(entra), algorithms=["RS256"], audience=contoso.bot_id)
    activity = jwt.decode(
        tokens.activity_token(contoso), jwt.PyJWK(framework), algorithms=["RS256"], audience=contoso.bot_id
    )

    assert (sso["oid"], sso["scp"], sso["azp"]) == (adele.id, "access_as_user", tokens.TEAMS_WEB)
    assert activity["serviceurl"] == f"{contoso.base_url}/connector/"
    assert activity["iss"] == metadata["issuer"] == "https://api.botframework.com"
    assert framework["endorsements"] == ["msteams"]
    assert entra["kid"] != framework["kid"]


async def test_msal_gets_the_bot_a_token(contoso: Contoso) -> None:
    answer = await ask(contoso, lambda a: a.acquire_token_for_client(["https://api.botframework.com/.default"]))

    said = claims(contoso, answer["access_token"])
    assert (said["aud"], said["appid"]) == ("https://api.botframework.com", contoso.bot_id)


async def test_a_wrong_secret_gets_nothing(contoso: Contoso) -> None:
    everything = ["https://api.botframework.com/.default"]

    answer = await ask(contoso, lambda a: a.acquire_token_for_client(everything), secret="guessed")

    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [7000215])


async def test_msal_acts_on_behalf_of_a_person_and_goes_on_without_them(contoso: Contoso) -> None:
    adele = contoso.person("adele.vance@contoso.com")

    def question(one: Any) -> dict[str, Any]:
        first = one.acquire_token_on_behalf_of(tokens.sso_token(contoso, adele), SCOPES)
        (account,) = one.get_accounts()
        return {"first": first, "later": one.acquire_token_silent(SCOPES, account, force_refresh=True)}

    answer = await ask(contoso, question)

    assert answer["first"]["id_token_claims"]["oid"] == adele.id
    for each in answer.values():
        said = claims(contoso, each["access_token"])
        assert (said["aud"], said["oid"], said["idtyp"]) == (GRAPH.rstrip("/"), adele.id, "user")
        assert said["iss"] == f"https://sts.windows.net/{contoso.tenant_id}/"
        assert set(said["scp"].split()) == {
            "User.Read",
            "User.ReadBasic.All",
            "Files.ReadWrite",
            "Files.ReadWrite.All",
            "GroupMember.Read.All",
            "openid",
            "profile",
        }


async def test_nobody_is_acted_for_who_did_not_agree(contoso: Contoso) -> None:
    diego = contoso.person("diego.siciliani@contoso.com")

    answer = await ask(contoso, lambda a: a.acquire_token_on_behalf_of(tokens.sso_token(contoso, diego), SCOPES))

    assert answer["error"] == "invalid_grant"
    assert (answer["suberror"], answer["error_codes"]) == ("consent_required", [65001])


async def test_consent_can_be_taken_back_from_one_and_from_all(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    alex, megan = contoso.person("Alex Wilber"), contoso.person("Megan Bowen")
    contoso.require_consent(alex.id)

    one = await refusal(browser, on_behalf_of(contoso, tokens.sso_token(contoso, alex)))
    contoso.reset(nobody_consented=True)
    other = await refusal(browser, on_behalf_of(contoso, tokens.sso_token(contoso, megan)))

    assert one == other == (400, "invalid_grant", [65001])


async def test_a_scope_nobody_agreed_to_is_asked_for_first(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    adele = contoso.person("Adele Vance")
    data = on_behalf_of(contoso, tokens.sso_token(contoso, adele), f"{GRAPH}Sites.ReadWrite.All")

    assert await refusal(browser, data) == (400, "invalid_grant", [65001])


async def test_who_agreed_to_some_gets_a_token_for_these_and_is_asked_for_the_others(
    contoso: Contoso, browser: httpx.AsyncClient
) -> None:
    adele = contoso.person("Adele Vance")
    contoso.consents[adele.id] = {"User.Read", "Files.ReadWrite", "offline_access", "openid", "profile"}
    some, more = f"{GRAPH}User.Read {GRAPH}Files.ReadWrite offline_access", f"{GRAPH}Files.ReadWrite.All"
    sso = tokens.sso_token(contoso, adele)

    given = (await browser.post("oauth2/v2.0/token", data=on_behalf_of(contoso, sso, some))).json()
    refresh = form(contoso, grant_type="refresh_token", refresh_token=given["refresh_token"])
    refreshed = (await browser.post("oauth2/v2.0/token", data={**refresh, "scope": f"{GRAPH}Files.ReadWrite"})).json()
    refused = [
        await refusal(browser, on_behalf_of(contoso, sso, more)),
        await refusal(browser, {**refresh, "scope": more}),
        await refusal(browser, {**refresh, "scope": f"{some} {more}"}),
    ]

    for answer in (given, refreshed):
        assert set(claims(contoso, answer["access_token"])["scp"].split()) == {"User.Read", "Files.ReadWrite"}
    assert refused == [(400, "invalid_grant", [65001])] * 3


async def test_the_wider_scope_is_another_scope_and_both_are_in_the_token(
    contoso: Contoso, browser: httpx.AsyncClient
) -> None:
    adele = contoso.person("Adele Vance")
    contoso.consents[adele.id].discard("Files.ReadWrite")
    narrow = on_behalf_of(contoso, tokens.sso_token(contoso, adele), f"{GRAPH}Files.ReadWrite")

    before = await refusal(browser, narrow)
    contoso.consents[adele.id].add("Files.ReadWrite")
    after = (await browser.post("oauth2/v2.0/token", data=narrow)).json()

    assert before == (400, "invalid_grant", [65001])
    assert {"Files.ReadWrite", "Files.ReadWrite.All"} <= set(claims(contoso, after["access_token"])["scp"].split())


async def test_foreign_and_spoiled_assertions_are_refused(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    adele = contoso.person("Adele Vance")
    key, good = contoso.keys.entra, claims(contoso, tokens.sso_token(contoso, adele))
    assertions = {
        "for another app": key.sign({**good, "aud": "11111111-2222-4333-8444-555555555555"}),
        "of an hour ago": key.sign({**good, "exp": good["exp"] - 3700}),
        "signed by somebody else": SigningKey.generate().sign(good),
        "an id token": tokens.id_token(contoso, adele, "n"),
        "of an app": key.sign({**good, "idtyp": "app"}),
        "of nobody here": key.sign({**good, "oid": "11111111-2222-4333-8444-555555555555"}),
        "no token": "nonsense",
    }

    answers = {name: await refusal(browser, on_behalf_of(contoso, each)) for name, each in assertions.items()}

    assert {name: codes for name, (_, _, codes) in answers.items()} == {
        "for another app": [500131],
        "of an hour ago": [500133],
        "signed by somebody else": [50013],
        "an id token": [240002],
        "of an app": [50013],
        "of nobody here": [50013],
        "no token": [50027],
    }
    assert {status for status, _, _ in answers.values()} == {400}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"grant_type": "client_credentials", "client_id": "somebody"}, (400, "unauthorized_client", [700016])),
        ({"grant_type": "client_credentials", "scope": "https://vault/.default"}, (400, "invalid_scope", [1002012])),
        ({"grant_type": "password"}, (400, "unsupported_grant_type", [70003])),
        ({}, (400, "invalid_request", [900144])),
        ({"grant_type": "authorization_code", "code": "made up"}, (400, "invalid_grant", [54005])),
        ({"grant_type": "refresh_token", "refresh_token": "made up"}, (400, "invalid_grant", [9002313])),
        (
            {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "x"},
            (400, "invalid_request", [900144]),
        ),
    ],
)
async def test_senseless_requests_are_refused_in_entras_words(
    contoso: Contoso, browser: httpx.AsyncClient, data: dict[str, str], expected: tuple[int, str, list[int]]
) -> None:
    assert await refusal(browser, {**form(contoso), **data}) == expected


async def test_an_unknown_scope_is_refused(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    adele = contoso.person("Adele Vance")
    data = on_behalf_of(contoso, tokens.sso_token(contoso, adele), f"{GRAPH}Files.Burn")

    assert await refusal(browser, data) == (400, "invalid_scope", [70011])


async def test_diego_signs_in_agrees_and_is_acted_for(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    diego = contoso.person("Diego Siciliani")

    def start(one: Any) -> dict[str, Any]:
        return one.initiate_auth_code_flow(SCOPES, redirect_uri=REDIRECT, response_mode="form_post")

    flow = await ask(contoso, start)
    who = await browser.get(flow["auth_uri"].replace("https://", "http://"))
    may_it = await browser.post("oauth2/v2.0/authorize", data={**hidden(who), "person": diego.id})
    back = await browser.post("oauth2/v2.0/authorize", data={**hidden(may_it), "answer": "accept"})
    answer = await ask(contoso, lambda one: one.acquire_token_by_auth_code_flow(flow, hidden(back)))

    assert "Who are you?" in who.text
    assert "Have full access to all files you have access to" in may_it.text
    assert answer["id_token_claims"]["oid"] == diego.id
    assert answer["id_token_claims"]["preferred_username"] == "diego.siciliani@contoso.com"
    assert contoso.came_back.keys() == {diego.id}
    silent = await ask(contoso, lambda a: a.acquire_token_on_behalf_of(tokens.sso_token(contoso, diego), SCOPES))
    assert "access_token" in silent


async def test_who_agreed_before_is_not_asked_again(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    asked = authorize(contoso, login_hint="adele.vance@contoso.com")

    straight = await browser.get("oauth2/v2.0/authorize", params=asked)
    anew = await browser.get("oauth2/v2.0/authorize", params={**asked, "prompt": "consent"})
    other = await browser.get("oauth2/v2.0/authorize", params={**asked, "prompt": "select_account"})

    assert came_back(straight)["state"] == "the-state"
    assert "Permissions requested" in anew.text
    assert "Who are you?" in other.text


async def test_prompt_none_never_shows_a_page(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    asked = authorize(contoso, prompt="none")

    adele = await browser.get("oauth2/v2.0/authorize", params={**asked, "login_hint": "adele.vance@contoso.com"})
    diego = await browser.get("oauth2/v2.0/authorize", params={**asked, "login_hint": "diego.siciliani@contoso.com"})

    assert "code" in came_back(adele)
    assert came_back(diego)["error"] == "interaction_required"


async def test_cancel_goes_back_without_a_code(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    asked = authorize(contoso, login_hint="diego.siciliani@contoso.com")
    may_it = await browser.get("oauth2/v2.0/authorize", params=asked)

    back = came_back(await browser.post("oauth2/v2.0/authorize", data={**hidden(may_it), "answer": "cancel"}))

    assert (back["error"], back["state"]) == ("access_denied", "the-state")
    assert "code" not in back


async def test_the_answer_can_come_as_a_form_or_a_fragment(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    asked = authorize(contoso, login_hint="adele.vance@contoso.com")

    posted = await browser.get("oauth2/v2.0/authorize", params={**asked, "response_mode": "form_post"})
    fragment = await browser.get("oauth2/v2.0/authorize", params={**asked, "response_mode": "fragment"})

    assert f'<form method="post" action="{REDIRECT}">' in posted.text
    assert hidden(posted).keys() == {"code", "state", "session_state"}
    assert parse_qs(urlsplit(fragment.headers["Location"]).fragment).keys() == {"code", "state", "session_state"}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"client_id": "somebody"}, "AADSTS700016"),
        ({"redirect_uri": "https://evil.example/auth/end"}, "AADSTS50011"),
        ({"redirect_uri": "http://127.0.0.1:3978/elsewhere"}, "AADSTS50011"),
        ({"redirect_uri": "http://[broken"}, "AADSTS50011"),
        ({"response_type": "token"}, "AADSTS700054"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "AADSTS501491"),
        ({"scope": f"{GRAPH}Files.Burn"}, "AADSTS70011"),
    ],
)
async def test_nobody_is_sent_back_to_where_the_app_is_not(
    contoso: Contoso, browser: httpx.AsyncClient, asked: dict[str, str], code: str
) -> None:
    page = await browser.get("oauth2/v2.0/authorize", params=authorize(contoso, **asked))
    posted = await browser.post("oauth2/v2.0/authorize", data={**authorize(contoso, **asked), "answer": "accept"})

    assert (page.status_code, posted.status_code) == (400, 400)
    assert code in page.text
    assert code in posted.text


async def test_a_registered_address_is_good(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    contoso.redirect_uris.add("https://bot.example/auth/end")
    asked = authorize(contoso, redirect_uri="https://bot.example/auth/end", login_hint="adele.vance@contoso.com")

    answer = await browser.get("oauth2/v2.0/authorize", params=asked)

    assert answer.headers["Location"].startswith("https://bot.example/auth/end?code=")


@pytest.mark.parametrize("scope", sorted(scopes.FOR_ADMINISTRATORS))
async def test_what_only_administrators_grant_is_neither_offered_nor_taken(
    contoso: Contoso, browser: httpx.AsyncClient, scope: str
) -> None:
    asked = authorize(contoso, login_hint="adele.vance@contoso.com", scope=f"{GRAPH}{scope}")
    adele = contoso.person("Adele Vance")
    contoso.consents[adele.id].discard(scope)

    page = await browser.get("oauth2/v2.0/authorize", params=asked)
    forged = await browser.post("oauth2/v2.0/authorize", data={**asked, "person": adele.id, "answer": "accept"})

    assert [(each.status_code, "AADSTS90094" in each.text) for each in (page, forged)] == [(400, True)] * 2
    assert scope not in contoso.consents[adele.id]


async def test_what_an_administrator_granted_is_in_the_token(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    adele = contoso.person("Adele Vance")
    contoso.consents[adele.id].add("GroupMember.Read.All")
    data = on_behalf_of(contoso, tokens.sso_token(contoso, adele), f"{GRAPH}GroupMember.Read.All")

    answer = (await browser.post("oauth2/v2.0/token", data=data)).json()

    assert "GroupMember.Read.All" in claims(contoso, answer["access_token"])["scp"].split()


async def a_code(contoso: Contoso, browser: httpx.AsyncClient, **more: str) -> str:
    asked = authorize(contoso, login_hint="adele.vance@contoso.com", **more)
    return came_back(await browser.get("oauth2/v2.0/authorize", params=asked))["code"]


def redeem(contoso: Contoso, code: str, **more: str) -> dict[str, str]:
    return form(contoso, grant_type="authorization_code", code=code, redirect_uri=REDIRECT, **more)


async def test_a_code_is_good_once(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    code = await a_code(contoso, browser, code_challenge=CHALLENGE, code_challenge_method="S256")
    data = redeem(contoso, code, code_verifier=VERIFIER, scope="openid", client_info="1")

    first = (await browser.post("oauth2/v2.0/token", data=data)).json()

    assert claims(contoso, first["id_token"])["nonce"] == "the-nonce"
    about = first["client_info"] + "=" * (-len(first["client_info"]) % 4)
    assert contoso.tenant_id.encode() in base64.urlsafe_b64decode(about)
    assert await refusal(browser, data) == (400, "invalid_grant", [54005])


async def test_a_stolen_code_is_of_no_use(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    without = redeem(contoso, await a_code(contoso, browser, **pkce))
    guessed = redeem(contoso, await a_code(contoso, browser, **pkce), code_verifier="guessed")
    elsewhere = redeem(contoso, await a_code(contoso, browser)) | {"redirect_uri": "http://localhost/auth/end"}

    assert await refusal(browser, without) == (400, "invalid_grant", [501481])
    assert await refusal(browser, guessed) == (400, "invalid_grant", [501481])
    assert await refusal(browser, elsewhere) == (400, "invalid_grant", [500112])


async def test_a_code_grows_old(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    data = redeem(contoso, await a_code(contoso, browser))
    contoso.clock += dt.timedelta(minutes=11)

    assert await refusal(browser, data) == (400, "invalid_grant", [70008])


async def test_a_token_of_a_tenant_ahead_of_time_is_good_at_once(contoso: Contoso) -> None:
    contoso.clock = dt.timedelta(hours=3)

    said = claims(contoso, tokens.sso_token(contoso, contoso.person("Adele Vance")))

    now = dt.datetime.now(dt.UTC).timestamp()
    assert said["nbf"] <= now < now + 3 * 3600 < said["exp"]


async def test_the_app_gets_a_token_for_its_own_api_while_that_is_exposed(
    contoso: Contoso, browser: httpx.AsyncClient
) -> None:
    own = form(contoso, grant_type="client_credentials", scope=f"api://botid-{contoso.bot_id}/.default")
    exposed = await browser.post("oauth2/v2.0/token", data=own)
    contoso.app_id_uri = ""

    refused = await refusal(browser, own)

    assert jwt.decode(exposed.json()["access_token"], options={"verify_signature": False})["aud"] in own["scope"]
    assert refused == (400, "invalid_resource", [500011])


async def test_an_answer_is_dated_by_the_tenants_clock(contoso: Contoso, browser: httpx.AsyncClient) -> None:
    contoso.clock = dt.timedelta(hours=-3)

    answer = await browser.get("v2.0/.well-known/openid-configuration")

    assert abs(parsedate_to_datetime(answer.headers["Date"]) - contoso.now()) < dt.timedelta(minutes=1)
