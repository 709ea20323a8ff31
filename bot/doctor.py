"""What is wrong with a set-up, each in a sentence with what to do about it. It looks and changes nothing.

What can be known without a person is looked up as the bot itself. Which permissions are granted Entra tells an app of
nobody's; so that takes somebody who is signed in to the bot.
"""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import httpx
from cryptography.x509 import load_pem_x509_certificate

from bot import policy
from bot.errors import NeedsConsent, NeedsSignIn, SharebotError
from bot.graph import scopes
from bot.graph.installing import ROLE
from bot.identity import Identity
from bot.identity.app_tokens import AppTokens, AsTheApp
from bot.identity.entra import Entra
from bot.identity.keys import SigningKeys
from bot.identity.sealing import Sealer
from bot.identity.sso import SsoTokens
from bot.ledger import CannotOpen, Ledger
from bot.packaging import BadPackage, mismatches, read
from bot.settings import Settings, is_loopback
from bot.sharing import Person

TIMEOUT = 10.0
# Tokens are good for five minutes more or less, with Entra as with us.
WORST_SKEW, BAD_SKEW = 5 * 60, 60
ENDS_SOON = dt.timedelta(days=30)
TLS_ENDS_SOON = dt.timedelta(days=14)
UNKNOWN_APP, WRONG_SECRET, OLD_SECRET, UNKNOWN_CERTIFICATE, NO_RESOURCE = 700016, 7000215, 7000222, 700027, 500011
# What the bot cannot do where nobody granted it; the first two it cannot do without.
LACKING = {
    scopes.ME: "nobody can sign in",
    scopes.OWN_FILES: "nobody can share",
    scopes.ALL_FILES: "they are asked when they mean a file of somebody else's or of a team",
    scopes.PEOPLE: "they are asked when a name is to be looked up",
    scopes.WORK_OF_PEOPLE: "people of one name are told apart by their addresses alone",
    scopes.ALIASES: "a colleague's second address is shown as an address",
    scopes.GROUPS: "groups are not found by name",
}
NEEDED = (scopes.ME, scopes.OWN_FILES)


@dataclass(frozen=True)
class Finding:
    """✓ is as it should be, ! works but should be looked at, ✗ does not work."""

    mark: Literal["✓", "!", "✗"]
    sentence: str

    def __str__(self) -> str:
        return f"{self.mark} {self.sentence}"


Findings = AsyncGenerator[Finding]


async def examine(settings: Settings, *, person_id: str = "", package: Path | None = None) -> Findings:
    """`person_id`: whose permissions to look at, by their sign-in to the bot; `package`: the app that Teams has."""
    yield Finding("✓", "All settings are there and well-formed.")
    for each in _rules(settings):
        yield each
    async for each in _certificate(settings):
        yield each
    ledger = Ledger(settings.database_url)
    entra = Entra(settings.login_url, settings.tenant_id, settings.app_id, settings.credential)
    async with httpx.AsyncClient(timeout=TIMEOUT) as http:
        try:
            async for each in _entra(settings, http, entra):
                yield each
            async for each in _services(settings, http):
                yield each
            async for each in _public_url(settings, http):
                yield each
            if package:
                yield _package(settings, package)
            database = await _database(ledger)
            yield database
            if person_id and database.mark != "✓":
                yield Finding("!", "Which permissions are granted can't be seen until the database is as it should be.")
            elif person_id:
                async for each in _permissions(settings, http, entra, ledger, person_id):
                    yield each
                if settings.catalog_app_id:
                    yield await _installing(settings, http, entra, person_id)
            else:
                yield Finding(
                    "!",
                    "Which permissions are granted was not looked at, for that takes a person: write to the bot, "
                    "sign in, and run doctor --as YOUR_OBJECT_ID.",
                )
        finally:
            entra.close()
            await ledger.close()


def _rules(settings: Settings) -> Iterator[Finding]:
    if not settings.policy_file:
        return
    try:
        rules = policy.load(settings.policy_file).rules
    except policy.BadPolicy as error:
        yield Finding("✗", f"The bot does not start with these rules. {error}")
    else:
        yield Finding("✓", f"The rules of POLICY_FILE can be read: {len(rules)}.")


async def _certificate(settings: Settings) -> Findings:
    if isinstance(settings.credential, str):
        return
    end = load_pem_x509_certificate(settings.credential["public_certificate"].encode()).not_valid_after_utc
    if end - dt.datetime.now(dt.UTC) < ENDS_SOON:
        yield Finding(
            "!",
            f"The certificate of APP_CERTIFICATE ends on {end:%Y-%m-%d}: add a new one in Entra beside it, give the "
            "bot the new file, and restart it.",
        )
    else:
        yield Finding("✓", f"The certificate of APP_CERTIFICATE is good until {end:%Y-%m-%d}.")


async def _entra(settings: Settings, http: httpx.AsyncClient, entra: Entra) -> Findings:
    where = f"{settings.login_url}/{settings.tenant_id}/v2.0/.well-known/openid-configuration"
    try:
        answer = await http.get(where)
    except httpx.HTTPError as error:
        yield Finding("✗", f"Entra can't be reached at {settings.login_url} ({_why(error)}): let the bot out to it.")
        return
    yield _clock(answer)
    if answer.status_code in (400, 404):
        yield Finding(
            "✗",
            f"Entra knows no tenant {settings.tenant_id}: TENANT_ID is the Directory (tenant) ID of the app's "
            "overview.",
        )
        return
    try:
        issuer = answer.raise_for_status().json()["issuer"]
    except (httpx.HTTPStatusError, ValueError, LookupError, TypeError):
        yield Finding(
            "✗", f"What answers at {settings.login_url} is not Entra ({answer.status_code}): look at LOGIN_URL."
        )
        return
    if issuer not in settings.cloud.issuers(settings.tenant_id):
        yield Finding("✗", "LOGIN_URL belongs to another cloud than CLOUD says: leave LOGIN_URL out.")
        return
    try:
        refused = await entra.refuses(f"{settings.cloud.bot_framework}/.default")
        if refused is None:
            yield Finding("✓", "Entra takes the bot for who it is, and gives it a token for Teams.")
            yield _exposed(settings, await entra.refuses(f"api://botid-{settings.app_id}/.default"))
        else:
            yield Finding("✗", _refusal(settings, refused))
    except SharebotError:
        yield Finding("✗", "Entra does not answer token requests at the moment: try again in a few minutes.")


def _clock(answer: httpx.Response) -> Finding:
    try:
        theirs = parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError):
        return Finding("!", "Entra's answer has no time on it, so this machine's clock could not be compared.")
    seconds = round((dt.datetime.now(dt.UTC) - theirs).total_seconds())
    said = f"This machine's clock is {abs(seconds)} seconds {'ahead of' if seconds > 0 else 'behind'} Entra's"
    if abs(seconds) > WORST_SKEW:
        return Finding("✗", f"{said}, and beyond five minutes tokens are refused: have it set by NTP.")
    if abs(seconds) > BAD_SKEW:
        return Finding("!", f"{said}: have it set by NTP before it is five minutes.")
    return Finding("✓", "This machine's clock goes by Entra's.")


def _refusal(settings: Settings, numbers: frozenset[int]) -> str:
    if UNKNOWN_APP in numbers:
        return (
            f"Entra knows no app {settings.app_id} in tenant {settings.tenant_id}: take APP_ID and TENANT_ID from the "
            "overview of one registration."
        )
    if OLD_SECRET in numbers:
        return "APP_SECRET has expired: make a new client secret in Entra, give it to the bot, and restart it."
    if WRONG_SECRET in numbers:
        return (
            "Entra does not take APP_SECRET: it should be a secret's value (not its ID), of this very registration, "
            "and not one that was deleted."
        )
    if UNKNOWN_CERTIFICATE in numbers:
        return "Entra does not know APP_CERTIFICATE: upload its public half under Certificates & secrets."
    return f"Entra refuses the app ({_adsts(numbers)}): https://login.microsoftonline.com/error tells what that means."


def _exposed(settings: Settings, numbers: frozenset[int] | None) -> Finding:
    if numbers is None:
        return Finding("✓", f"The registration's Application ID URI is api://botid-{settings.app_id}.")
    if NO_RESOURCE in numbers:
        return Finding(
            "✗",
            f"The registration has no Application ID URI api://botid-{settings.app_id}, so Teams can sign nobody in: "
            "set it under Expose an API, with a scope access_as_user.",
        )
    return Finding("!", f"Whether the API is exposed could not be seen ({_adsts(numbers)}): look under Expose an API.")


async def _services(settings: Settings, http: httpx.AsyncClient) -> Findings:
    """Nobody is asked for who they are: a 401 of Graph's is Graph."""
    try:
        answer = await http.get(f"{settings.graph_url}/me")
    except httpx.HTTPError as error:
        yield Finding("✗", f"Graph can't be reached at {settings.graph_url} ({_why(error)}): let the bot out to it.")
    else:
        if answer.status_code == 401:
            yield Finding("✓", "Graph can be reached.")
        else:
            yield Finding(
                "✗", f"What answers at {settings.graph_url} is not Graph ({answer.status_code}): see GRAPH_URL."
            )
    try:
        keys = (await http.get(settings.bot_keys_url)).raise_for_status().json()["jwks_uri"]
    except httpx.HTTPError as error:
        yield Finding(
            "✗",
            f"The Bot Framework's keys can't be had at {settings.bot_keys_url} ({_why(error)}), so nothing that "
            "Teams sends would be believed: let the bot out to it.",
        )
    except (ValueError, LookupError, TypeError):
        yield Finding("✗", f"What answers at {settings.bot_keys_url} names no keys: leave BOT_KEYS_URL out.")
    else:
        yield Finding("✓", f"The Bot Framework's keys can be had; they are at {urlsplit(keys).hostname}.")


async def _public_url(settings: Settings, http: httpx.AsyncClient) -> Findings:
    """As Teams would come in, without a token: the bot's own answer to that is 401."""
    url = settings.public_url
    if is_loopback(urlsplit(url).hostname or ""):
        yield Finding("!", f"PUBLIC_URL is {url}, which is this machine: Teams can't come in there.")
    try:
        answer = await http.post(f"{url}/api/messages", json={})
        script = await http.get(f"{url}/auth/teams.js")
    except httpx.HTTPError as error:
        yield Finding(
            "✗",
            f"Nothing can be reached at {url} ({_why(error)}): start the bot, and look at the name, the proxy in "
            "front of it, and its certificate.",
        )
        return
    if answer.status_code != 401:
        yield Finding(
            "✗",
            f"{url}/api/messages answers {answer.status_code}, where the bot says 401 to a stranger: have the proxy "
            "pass it on, and the bot run behind it.",
        )
        return
    yield Finding("✓", f"The bot answers at {url}, seen from here; Teams comes from outside.")
    if script.status_code != 200:
        yield Finding(
            "✗",
            f"{url}/auth/teams.js answers {script.status_code}, so the sign-in page can't tell Teams that it is "
            "done: run npm ci --prefix bot/teams/web, and have the proxy pass it on.",
        )
    stream: Any = answer.extensions.get("network_stream")
    tls: ssl.SSLObject | None = stream.get_extra_info("ssl_object") if stream else None
    if tls and (presented := tls.getpeercert()):
        end = dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(str(presented["notAfter"])), dt.UTC)
        if end - dt.datetime.now(dt.UTC) < TLS_ENDS_SOON:
            yield Finding(
                "!", f"The certificate of {url} ends on {end:%Y-%m-%d}: renew it, or see why that did not happen."
            )


async def _database(ledger: Ledger) -> Finding:
    try:
        stands = await ledger.stands()
    except CannotOpen as error:
        return Finding("✗", f"{error} Look at the address, the password, and whether the database runs.")
    match stands:
        case "new":
            return Finding(
                "!",
                "The database can be reached and is empty: the first start makes its tables. If a bot has run already, "
                "this is not its database.",
            )
        case "behind":
            return Finding(
                "!", "The tables are of an older version: make a backup, then the next start brings them up to date."
            )
        case "ahead":
            return Finding("✗", "The tables are of a newer version than this bot: run that one, or put a backup back.")
        case "current":
            return Finding("✓", "The database can be reached, and its tables are up to date.")


def _package(settings: Settings, package: Path) -> Finding:
    try:
        wrong = list(
            mismatches(read(package.read_bytes()), settings.app_id, urlsplit(settings.public_url).hostname or "")
        )
    except OSError as error:
        return Finding("✗", f"{package} can't be read: {error.strerror}.")
    except BadPackage as error:
        return Finding("✗", f"{package}: {error}")
    except (LookupError, TypeError):
        return Finding("✗", f"{package} is not this bot's: make one with python app.py package.")
    if wrong:
        return Finding("✗", f"{package} is another bot's. {' '.join(wrong)} Make it anew: python app.py package.")
    return Finding("✓", f"{package} is the app of this bot.")


async def _permissions(
    settings: Settings, http: httpx.AsyncClient, entra: Entra, ledger: Ledger, person_id: str
) -> Findings:
    """What Entra grants this person without asking them, and so what an administrator granted or they agreed to."""
    if not settings.sealing_keys:
        yield Finding("✗", "There is no key to open sign-ins with: is this DATA_DIR, or SEALING_KEYS, the bot's?")
        return
    sso = SsoTokens(SigningKeys(http, settings.bot_keys_url), settings.app_id, settings.tenant_id, [])
    identity = Identity(entra, sso, ledger.token_caches, Sealer(settings.sealing_keys), settings.cloud.graph)
    person = Person(settings.tenant_id, person_id, "")
    for scope, otherwise in LACKING.items():
        try:
            await identity.graph_token(person, scope)
        except NeedsConsent:
            mark = "✗" if scope in NEEDED else "!"
            yield Finding(mark, f"{scope} is not granted: {otherwise}. Grant it under API permissions.")
        except NeedsSignIn:
            yield Finding("✗", f"{person_id} is not signed in: have them write to the bot first, then look again.")
            return
        except SharebotError as error:
            yield Finding("✗", f"Whether {scope} is granted could not be seen ({type(error).__name__}).")
            return
        else:
            yield Finding("✓", f"{scope} is granted.")


async def _installing(settings: Settings, http: httpx.AsyncClient, entra: Entra, person_id: str) -> Finding:
    """Whether the bot may give itself to recipients, by what it is told of this person's apps: its own, no others."""
    as_the_app = AsTheApp(AppTokens(entra, settings.cloud.graph))
    where = f"{settings.graph_url}/users/{quote(person_id, safe='')}/teamwork/installedApps"
    try:
        answer = await http.get(where, params={"$expand": "teamsApp"}, auth=as_the_app)
        if answer.status_code == 403:
            return Finding(
                "✗",
                f"{ROLE} is not granted, so CATALOG_APP_ID is of no use and recipients are mailed: grant it under API "
                "permissions as an application permission, and restart the bot.",
            )
        apps = {str(each["teamsApp"]["id"]) for each in answer.raise_for_status().json()["value"]}
    except (httpx.HTTPError, ValueError, LookupError, TypeError, SharebotError) as error:
        return Finding("!", f"Whether the bot can be installed for recipients could not be seen ({_why(error)}).")
    if settings.catalog_app_id in apps:
        return Finding("✓", f"{ROLE} is granted, and CATALOG_APP_ID is the bot's app.")
    if not apps:
        return Finding(
            "!", f"{ROLE} is granted. {person_id} does not have the app, so CATALOG_APP_ID could not be compared."
        )
    return Finding(
        "✗",
        f"{ROLE} is granted, but CATALOG_APP_ID is another app's: {person_id} has {', '.join(sorted(apps))}. It is the "
        "id that the Teams admin centre shows under Manage apps as App ID, not the manifest's.",
    )


def _adsts(numbers: frozenset[int]) -> str:
    return ", ".join(f"AADSTS{each}" for each in sorted(numbers)) or "without a number"


def _why(error: BaseException) -> str:
    """In the words of whoever refused, without an address in which something could be secret."""
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not good: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return "no answer in time" if isinstance(error, httpx.TimeoutException) else type(error).__name__
