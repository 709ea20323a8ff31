"""Is this token Teams' word that this very person is there? Asked before it is used for anything."""

from __future__ import annotations

import jwt

from bot.errors import NeedsSignIn
from bot.identity.keys import SigningKeys, claims
from bot.sharing import Person

# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/authentication/bot-sso-register-aad
TEAMS_CLIENTS = frozenset({"1fec8e78-bce4-4aaf-ab1b-5451cc387264", "5e3ce6c0-2b1f-4285-8d4b-75ee78787346"})
SCOPE = "access_as_user"


class SsoTokens:
    """Checks sign-in tokens for one app in one tenant."""

    def __init__(self, keys: SigningKeys, app_id: str, tenant_id: str, issuers: list[str]) -> None:
        self._keys = keys
        self._tenant_id = tenant_id
        self._audiences = [app_id, f"api://botid-{app_id}"]
        self._issuers = issuers

    async def check(self, token: str, person: Person) -> None:
        """Raises NeedsSignIn unless it is this person's, for us, from Teams; Unavailable if the keys can't be had.

        https://learn.microsoft.com/entra/identity-platform/claims-validation
        """
        try:
            key, _ = await self._keys.key(token)
            said = claims(token, key, audience=self._audiences, issuer=self._issuers)
        except jwt.PyJWTError as error:
            raise NeedsSignIn from error
        if not (
            said.get("tid") == self._tenant_id == person.tenant_id
            and said.get("oid") == person.id
            and (said.get("azp") or said.get("appid")) in TEAMS_CLIENTS
            and SCOPE in str(said.get("scp", "")).split()
            and said.get("idtyp") != "app"
        ):
            raise NeedsSignIn
