"""Tokens as Entra and the Bot Framework make them, and the checks of whoever gets one."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any

import jwt

from contoso.people import Person
from contoso.signing import SigningKey
from contoso.tenant import Contoso

Json = dict[str, Any]
GRAPH = "https://graph.microsoft.com"
BOT_FRAMEWORK = "https://api.botframework.com"
# Teams on the desktop, and in the browser.
TEAMS_DESKTOP = "1fec8e78-bce4-4aaf-ab1b-5451cc387264"
TEAMS_WEB = "5e3ce6c0-2b1f-4285-8d4b-75ee78787346"
OPENID = frozenset({"openid", "profile", "offline_access", "email"})


@dataclass(frozen=True)
class Code:
    """An authorization code: good once, for whoever can show what it was asked with."""

    person: Person
    redirect_uri: str
    scopes: frozenset[str]
    challenge: str
    nonce: str
    claims: str
    good_until: dt.datetime

    def is_answered_by(self, verifier: str) -> bool:
        """PKCE with S256; without a challenge there is nothing to answer."""
        digest = hashlib.sha256(verifier.encode()).digest()
        return not self.challenge or self.challenge == base64.urlsafe_b64encode(digest).decode().rstrip("=")


class BadToken(Exception):
    """`fault` is one of malformed, signature, expired, audience."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


def issuer(contoso: Contoso) -> str:
    return f"https://login.microsoftonline.com/{contoso.tenant_id}/v2.0"


def graph_token(contoso: Contoso, person: Person, scopes: frozenset[str], asked_with: Json | None = None) -> str:
    """For Graph, in the shape of v1 as Graph still gets them. `asked_with` are the claims its request named."""
    claims = {
        "aud": GRAPH,
        "iss": f"https://sts.windows.net/{contoso.tenant_id}/",
        "app_displayname": "Sharebot",
        "appid": contoso.bot_id,
        "idtyp": "user",
        "name": person.name,
        "scp": " ".join(sorted(scopes - {"offline_access"})),
        "unique_name": person.upn,
        "upn": person.upn,
        "ver": "1.0",
        **({"asked_with": asked_with} if asked_with else {}),
    }
    return contoso.keys.entra.sign({**_times(contoso), **_person(contoso, person), **claims})


def sso_token(contoso: Contoso, person: Person, *, client: str = TEAMS_WEB) -> str:
    """What Teams gets for a person and hands to the bot."""
    claims = {
        "aud": contoso.bot_id,
        "iss": issuer(contoso),
        "azp": client,
        "azpacr": "0",
        "name": person.name,
        "preferred_username": person.upn,
        "scp": "access_as_user",
        "ver": "2.0",
    }
    return contoso.keys.entra.sign({**_times(contoso), **_person(contoso, person), **claims})


def id_token(contoso: Contoso, person: Person, nonce: str) -> str:
    claims = {
        "aud": contoso.bot_id,
        "iss": issuer(contoso),
        "name": person.name,
        "preferred_username": person.upn,
        "ver": "2.0",
        **({"nonce": nonce} if nonce else {}),
    }
    return contoso.keys.entra.sign({**_times(contoso), **_person(contoso, person), **claims})


def app_token(contoso: Contoso, audience: str) -> str:
    """For the bot itself. For Graph it says what an administrator granted the app."""
    roles = sorted(contoso.app_roles) if audience == GRAPH else []
    claims = {
        "aud": audience,
        "iss": f"https://sts.windows.net/{contoso.tenant_id}/",
        "appid": contoso.bot_id,
        "appidacr": "1",
        "idtyp": "app",
        "tid": contoso.tenant_id,
        "ver": "1.0",
        **({"roles": roles} if roles else {}),
    }
    return contoso.keys.entra.sign({**_times(contoso), **claims, "uti": secrets.token_urlsafe(16)})


def activity_token(contoso: Contoso, service_url: str | None = None) -> str:
    """What Teams signs a call to the bot with; `service_url` is where it awaits the answers, by default the tenant."""
    times = _times(contoso)
    claims = {"iss": BOT_FRAMEWORK, "aud": contoso.bot_id, "serviceurl": service_url or contoso.service_url}
    return contoso.keys.bot_framework.sign({"nbf": times["nbf"], "exp": times["exp"], **claims})


def client_info(contoso: Contoso, person: Person) -> str:
    said = json.dumps({"uid": person.id, "utid": contoso.tenant_id}).encode()
    return base64.urlsafe_b64encode(said).decode().rstrip("=")


def read(contoso: Contoso, token: str, key: SigningKey, audience: str) -> Json:
    """The claims of a token that is good now, by the tenant's clock. Raises BadToken."""
    if token.count(".") != 2:
        raise BadToken("malformed")
    try:
        said = key.read(token)
    except jwt.PyJWTError as error:
        raise BadToken("signature") from error
    if said.get("aud") != audience:
        raise BadToken("audience")
    if not isinstance(exp := said.get("exp"), int) or exp <= contoso.now().timestamp():
        raise BadToken("expired")
    return said


def _times(contoso: Contoso) -> Json:
    now = int(contoso.now().timestamp())
    # A tenant whose clock was put forward still makes tokens that are good at once for those whose clock was not.
    begun = min(now, int(dt.datetime.now(dt.UTC).timestamp()))
    return {"iat": begun, "nbf": begun, "exp": now + contoso.token_lifetime}


def _person(contoso: Contoso, person: Person) -> Json:
    about = {"oid": person.id, "tid": contoso.tenant_id, "uti": secrets.token_urlsafe(16)}
    return {**about, "sub": hashlib.sha256(person.id.encode()).hexdigest()[:43]}
