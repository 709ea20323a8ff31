"""Entra's face: discovery, keys and the token endpoint. The sign-in page is in signin.py."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from typing import Any, cast

import jwt
from aiohttp import web
from cryptography.x509 import load_pem_x509_certificate

from contoso import claims, tokens
from contoso import scopes as wanted
from contoso.people import Person
from contoso.tenant import BOT_NAME, Contoso
from contoso.tokens import GRAPH, OPENID, BadToken, Json

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ON_BEHALF_OF = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Refused(Exception):
    """An answer of the token endpoint that is not a token. https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""

    def __init__(
        self, error: str, code: int, text: str, *, suberror: str = "", claims: str = "", status: int = 400
    ) -> None:
        super().__init__(text)
        self.error = error
        self.code = code
        self.suberror = suberror
        self.claims = claims
        self.status = status


class Entra:
    """One tenant's login service."""

    def __init__(self, contoso: Contoso) -> None:
        self._contoso = contoso

    def routes(self) -> list[web.RouteDef]:
        tenant = f"/{self._contoso.tenant_id}"
        return [
            web.get(f"{tenant}/v2.0/.well-known/openid-configuration", self.discovery),
            web.get(f"{tenant}/discovery/v2.0/keys", self.keys),
            web.post(f"{tenant}/oauth2/v2.0/token", self.token),
            web.get("/v1/.well-known/openidconfiguration", self.framework_discovery),
            web.get("/v1/.well-known/keys", self.framework_keys),
        ]

    async def discovery(self, _request: web.Request) -> web.StreamResponse:
        """Spelled https, as the real one always is: msal takes nothing else."""
        here = f"{self._contoso.base_url.replace('http://', 'https://', 1)}/{self._contoso.tenant_id}"
        return web.json_response(
            {
                "token_endpoint": f"{here}/oauth2/v2.0/token",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "jwks_uri": f"{here}/discovery/v2.0/keys",
                "response_modes_supported": ["query", "fragment", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": ["code"],
                "scopes_supported": sorted(OPENID),
                "issuer": tokens.issuer(self._contoso),
                "authorization_endpoint": f"{here}/oauth2/v2.0/authorize",
                "code_challenge_methods_supported": ["S256"],
                "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid"],
                "tenant_region_scope": "EU",
                "cloud_instance_name": "microsoftonline.com",
            }
        )

    async def keys(self, _request: web.Request) -> web.StreamResponse:
        key = self._contoso.keys.entra.published(issuer=tokens.issuer(self._contoso))
        return web.json_response({"keys": [key]})

    async def framework_discovery(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(
            {
                "issuer": tokens.BOT_FRAMEWORK,
                "authorization_endpoint": "https://invalid.botframework.com",
                "jwks_uri": f"{self._contoso.base_url}/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
        )

    async def framework_keys(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"keys": [self._contoso.keys.bot_framework.published(endorsements=["msteams"])]})

    async def token(self, request: web.Request) -> web.StreamResponse:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        try:
            answer = self._answer(form)
        except Refused as refused:
            return self._refusal(refused, form)
        return web.json_response(answer, headers={"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})

    def _answer(self, form: Mapping[str, str]) -> Json:
        self._check_client(form)
        match form.get("grant_type"):
            case "client_credentials":
                return self._for_app(form)
            case "authorization_code":
                return self._for_code(form)
            case "refresh_token":
                return self._for_refresh_token(form)
            case grant if grant == ON_BEHALF_OF:
                return self._on_behalf_of(form)
            case None:
                raise Refused("invalid_request", 900144, "The request body must contain: 'grant_type'.")
            case grant:
                raise Refused("unsupported_grant_type", 70003, f"The app requested the grant type '{grant}'.")

    def _check_client(self, form: Mapping[str, str]) -> None:
        client = form.get("client_id", "")
        if client != self._contoso.bot_id:
            text = f"Application with identifier '{client}' was not found in the directory 'Contoso'."
            raise Refused("unauthorized_client", 700016, text)
        if assertion := form.get("client_assertion"):
            self._check_signature(assertion, form)
            return
        if not secrets.compare_digest(form.get("client_secret", "").encode(), self._contoso.bot_secret.encode()):
            text = f"Invalid client secret provided. Not the secret value of app '{client}'."
            raise Refused("invalid_client", 7000215, text, status=401)

    def _check_signature(self, assertion: str, form: Mapping[str, str]) -> None:
        """https://learn.microsoft.com/entra/identity-platform/certificate-credentials"""
        try:
            if form.get("client_assertion_type") != ASSERTION or not self._contoso.bot_certificate:
                raise ValueError(form.get("client_assertion_type"))
            certificate = load_pem_x509_certificate(self._contoso.bot_certificate.encode())
            said = jwt.decode(
                assertion,
                cast("Any", certificate.public_key()),
                algorithms=["PS256"],
                options={"require": ["exp", "iss", "sub", "jti"], "verify_aud": False},
            )
            if not (said["iss"] == said["sub"] == self._contoso.bot_id and str(said["aud"]).endswith("/token")):
                raise ValueError(said["sub"])
        except (ValueError, jwt.PyJWTError) as error:
            text = "Client assertion contains an invalid signature, or one of an unknown certificate."
            raise Refused("invalid_client", 700027, text, status=401) from error

    def _for_app(self, form: Mapping[str, str]) -> Json:
        scope = form.get("scope", "")
        audience = scope.removesuffix("/.default")
        if audience.startswith("api://") and audience != self._contoso.app_id_uri:
            text = f"The resource principal named {audience} was not found in the tenant named Contoso."
            raise Refused("invalid_resource", 500011, text)
        if audience not in (tokens.BOT_FRAMEWORK, GRAPH, self._contoso.app_id_uri) or audience == scope:
            raise Refused("invalid_scope", 1002012, f"The provided value for scope {scope} is not valid.")
        return {
            "token_type": "Bearer",
            "expires_in": self._contoso.token_lifetime,
            "ext_expires_in": self._contoso.token_lifetime,
            "access_token": tokens.app_token(self._contoso, audience),
        }

    def _on_behalf_of(self, form: Mapping[str, str]) -> Json:
        if form.get("requested_token_use") != "on_behalf_of":
            text = "The request body must contain: 'requested_token_use'."
            raise Refused("invalid_request", 900144, text)
        person = self._asserted(form.get("assertion", ""))
        self._check_trust(person)
        return self._for_person(form, person, _scopes(form), _claims(form.get("claims", "")))

    def _asserted(self, assertion: str) -> Person:
        """Who an assertion speaks for. Raises Refused."""
        try:
            said = tokens.read(self._contoso, assertion, self._contoso.keys.entra, self._contoso.bot_id)
        except BadToken as bad:
            match bad.fault:
                case "audience":
                    text = "Assertion audience does not match the Client app presenting the assertion."
                    raise Refused("invalid_grant", 500131, text) from bad
                case "expired":
                    text = "Assertion is not within its valid time range."
                    raise Refused("invalid_grant", 500133, text) from bad
                case "malformed":
                    raise Refused("invalid_request", 50027, "JWT token is invalid or malformed.") from bad
                case _:
                    text = "Assertion failed signature validation."
                    raise Refused("invalid_grant", 50013, text) from bad
        if "scp" not in said:
            raise Refused("invalid_grant", 240002, "Input id_token cannot be used as an assertion.")
        if said.get("idtyp") == "app" or (person := self._contoso.directory.people.get(said.get("oid", ""))) is None:
            raise Refused("invalid_grant", 50013, "Assertion contains no user.")
        return person

    def _for_code(self, form: Mapping[str, str]) -> Json:
        code = self._contoso.codes.pop(form.get("code", ""), None)
        if code is None:
            raise Refused("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed or never given.")
        if code.good_until < self._contoso.now():
            raise Refused("invalid_grant", 70008, "The provided authorization code has expired.")
        if code.redirect_uri != form.get("redirect_uri"):
            text = "The reply address does not match the one provided when requesting the authorization code."
            raise Refused("invalid_grant", 500112, text)
        if not code.is_answered_by(form.get("code_verifier", "")):
            text = "The Code_Verifier does not match the code_challenge supplied in the authorization request."
            raise Refused("invalid_grant", 501481, text)
        asked_with = _claims(form.get("claims", ""), code.claims)
        answer = self._for_person(form, code.person, _scopes(form) or code.scopes, asked_with, nonce=code.nonce)
        self._contoso.came_back[code.person.id] = self._contoso.now()
        return answer

    def _for_refresh_token(self, form: Mapping[str, str]) -> Json:
        found = self._contoso.refresh_tokens.get(form.get("refresh_token", ""))
        if found is None:
            raise Refused("invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.")
        person, scopes = found
        self._check_trust(person)
        return self._for_person(form, person, _scopes(form) or scopes, _claims(form.get("claims", "")))

    def _check_trust(self, person: Person) -> None:
        """Raises Refused for who has to come to the sign-in page before anything is done without them."""
        if person.id in self._contoso.interaction_required:
            text = (
                "Due to a configuration change made by your administrator, or because you moved to a new location, "
                "you must use multi-factor authentication to access the resource."
            )
            raise Refused("invalid_grant", 50076, text, suberror="basic_action", claims=claims.AGAIN)

    def _for_person(
        self, form: Mapping[str, str], person: Person, asked: frozenset[str], asked_with: Json, *, nonce: str = ""
    ) -> Json:
        if wanted.lacking(self._contoso, person, asked):
            text = (
                f"The user or administrator has not consented to use the application with ID '{self._contoso.bot_id}' "
                f"named '{BOT_NAME}'. Send an interactive authorization request for this user and resource."
            )
            raise Refused("invalid_grant", 65001, text, suberror="consent_required")
        scopes = wanted.granted(self._contoso, person, asked)
        answer: Json = {
            "token_type": "Bearer",
            "scope": wanted.qualified(scopes - {"offline_access"}),
            "expires_in": self._contoso.token_lifetime,
            "ext_expires_in": self._contoso.token_lifetime,
            **({} if self._contoso.refresh_in is None else {"refresh_in": self._contoso.refresh_in}),
            "access_token": tokens.graph_token(self._contoso, person, scopes, asked_with),
        }
        if "offline_access" in asked:
            answer["refresh_token"] = self._new_refresh_token(person, asked)
        if "openid" in asked:
            answer["id_token"] = tokens.id_token(self._contoso, person, nonce)
        if form.get("client_info") == "1":
            answer["client_info"] = tokens.client_info(self._contoso, person)
        return answer

    def _new_refresh_token(self, person: Person, scopes: frozenset[str]) -> str:
        """A fresh one each time. The one before stays good, as Entra's do for an app that has a secret."""
        token = f"1.{secrets.token_urlsafe(48)}"
        self._contoso.refresh_tokens[token] = (person, scopes)
        return token

    def _refusal(self, refused: Refused, form: Mapping[str, str]) -> web.StreamResponse:
        trace, correlation = str(uuid.uuid4()), form.get("client-request-id") or str(uuid.uuid4())
        stamp = f"{self._contoso.now():%Y-%m-%d %H:%M:%SZ}"
        body: Json = {
            "error": refused.error,
            "error_description": (
                f"AADSTS{refused.code}: {refused} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
            ),
            "error_codes": [refused.code],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"{self._contoso.base_url}/error?code={refused.code}",
        }
        if refused.suberror:
            body["suberror"] = refused.suberror
        if refused.claims:
            body["claims"] = refused.claims
        return web.json_response(body, status=refused.status, headers={"Cache-Control": "no-store, no-cache"})


def _scopes(form: Mapping[str, str]) -> frozenset[str]:
    try:
        return wanted.named(form.get("scope", ""))
    except wanted.UnknownScope as unknown:
        text = f"The provided value for the input parameter 'scope' is not valid. The scope {unknown} does not exist."
        raise Refused("invalid_scope", 70011, text) from unknown


def _claims(*parameters: str) -> Json:
    try:
        return claims.asked_for(*parameters)
    except (ValueError, RecursionError) as error:
        raise Refused("invalid_request", 90100, "The parameter 'claims' is not valid.") from error
