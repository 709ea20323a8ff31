"""What the environment says, read once; everything that is missing or wrong is named at once."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import ipaddress
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from bot.clouds import CLOUDS, Cloud

NEEDED = ("APP_ID", "TENANT_ID", "PUBLIC_URL")
# Of whoever runs the bot: what the app's entry in Teams links to.
PAGES = ("WEBSITE_URL", "PRIVACY_URL", "TERMS_URL")
DATABASES = ("sqlite:///", "postgresql://", "postgres://")
KEY_BYTES = 32
# So long nobody hears of a share, so that who undoes it at once has told nobody.
UNDO_SECONDS, LONGEST_UNDO = 30, 60 * 60
# As long as Microsoft 365 keeps its own audit log, so that one can be laid beside the other.
# https://learn.microsoft.com/purview/audit-log-retention-policies
RETENTION_DAYS = 180
# Of those that need not be there.
GUIDS = {
    "ADMINISTRATORS_GROUP": "the object id of a group, a GUID that Entra shows for it",
    "CATALOG_APP_ID": "the App ID of the bot's app, a GUID that the Teams admin centre shows for it",
}
# Requests that nobody answers wait for a week.
REMIND_HOURS, LONGEST_REMIND = 24, 7 * 24 - 1
LONGEST_DRAIN = 60
LOG_FORMATS = ("text", "json")
# As OpenTelemetry has them: what of its own the bot has to know; its libraries read the rest.
# https://opentelemetry.io/docs/specs/otel/protocol/exporter/
OTLP_PROTOCOL = "http/protobuf"


class BadSettings(Exception):
    """The message lists all that is missing and all that is wrong, one a line, for whoever starts the bot."""


@dataclass(frozen=True)
class Settings:
    """`sealing_keys` are AES-256 keys: the first seals, all of them open. URLs carry no slash at their end.

    For `undo_seconds` nobody hears of a share. `credential` is what the app proves itself with to Entra, as msal takes
    it: a secret, or a key and its certificate. `administrators_channel` is a conversation of Teams, "" for none.
    `administrators_group` is a group of Entra whose members may ask for the report, "" for nobody.
    After `remind_hours` the owner of a file is reminded of a request. `catalog_app_id` is what the organisation's
    catalogue calls the bot's app, to give it to recipients; "" for never. `policy_file` is where the rules of the
    organisation are, "" for none; bot/policy.py reads it. Told to end, the bot goes on for `drain_seconds` in which
    /readyz says so. `otlp_traces` and `otlp_metrics` are where a collector takes them, "" for nowhere.
    """

    app_id: str
    credential: str | dict[str, str] = field(repr=False)
    tenant_id: str
    public_url: str
    sealing_keys: tuple[bytes, ...] = field(repr=False)
    database_url: str = field(repr=False)
    cloud: Cloud
    login_url: str
    graph_url: str
    bot_keys_url: str
    service_hosts: frozenset[str]
    undo_seconds: int
    host: str
    port: int
    retention_days: int = RETENTION_DAYS
    remind_hours: int = REMIND_HOURS
    administrators_channel: str = ""
    administrators_group: str = ""
    catalog_app_id: str = ""
    policy_file: str = ""
    drain_seconds: int = 0
    log_format: str = "text"
    otlp_traces: str = ""
    otlp_metrics: str = ""


def read(environment: Mapping[str, str], *, makes: bool = True) -> Settings:
    """Settings from the environment. Raises BadSettings.

    It makes the data directory and, once, the key file in it; or, to look only, neither, and there may be no key.
    """
    said = {name: value.strip() for name, value in environment.items()}
    problems = [f"{name} is missing." for name in NEEDED if not said.get(name)]
    problems += [
        f"{name} should be the GUID that Entra shows for it."
        for name in ("APP_ID", "TENANT_ID")
        if said.get(name) and not _is_guid(said[name])
    ]
    problems += [
        f"{name} should be an https:// address (http:// only on this machine)."
        for name in ("PUBLIC_URL", "LOGIN_URL", "GRAPH_URL", "BOT_KEYS_URL")
        if said.get(name) and not _is_safe_url(said[name])
    ]
    if (name := said.get("CLOUD") or "public") not in CLOUDS:
        problems.append(f"CLOUD should be one of {', '.join(CLOUDS)}.")
    cloud = CLOUDS.get(name, CLOUDS["public"])
    credential = _credential(said, problems)
    if not (port := said.get("PORT") or "3978").isdecimal() or not 0 <= int(port) < 2**16:
        problems.append("PORT should be a number from 0 to 65535.")
    if not (undo := said.get("UNDO_SECONDS") or str(UNDO_SECONDS)).isdecimal() or int(undo) > LONGEST_UNDO:
        problems.append(f"UNDO_SECONDS should be a number of seconds from 0 to {LONGEST_UNDO}.")
    keys = tuple(_key(text) for text in said.get("SEALING_KEYS", "").split(",") if text)
    if None in keys:
        problems.append("SEALING_KEYS should be 32 random bytes in base64, or several of these with commas between.")
    url = _database_url(said, problems)
    if said.get("DATABASE_URL") and not url.startswith("sqlite") and not keys:
        problems.append("SEALING_KEYS is needed with PostgreSQL: each replica would make a key of its own.")
    if not (days := said.get("RETENTION_DAYS") or str(RETENTION_DAYS)).isdecimal() or int(days) < 1:
        problems.append("RETENTION_DAYS should be a number of days, 1 or more.")
    remind = _remind_hours(said, problems)
    channel = said.get("ADMINISTRATORS_CHANNEL", "")
    if channel and not channel.startswith("19:"):
        problems.append("ADMINISTRATORS_CHANNEL should be the id of a channel, which begins with 19:.")
    group, catalog_app = said.get("ADMINISTRATORS_GROUP", ""), said.get("CATALOG_APP_ID", "")
    guids = [(name, what) for name, what in GUIDS.items() if said.get(name)]
    problems += [f"{name} should be {what}." for name, what in guids if not _is_guid(said[name])]
    if not (drain := said.get("DRAIN_SECONDS") or "0").isdecimal() or int(drain) > LONGEST_DRAIN:
        problems.append(f"DRAIN_SECONDS should be a number of seconds from 0 to {LONGEST_DRAIN}.")
    if (logs := said.get("LOG_FORMAT") or "text") not in LOG_FORMATS:
        problems.append(f"LOG_FORMAT should be one of {', '.join(LOG_FORMATS)}.")
    traces, metrics = (_otlp(said, signal, problems) for signal in ("traces", "metrics"))
    _stop_at(problems)

    file = _data(said) / "sealing.key"
    if makes:
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # one that was there before stays as it is
        except OSError as error:
            raise BadSettings(f"DATA_DIR can't be {file.parent}: {error.strerror}.") from error
    from_file = (key_file(file),) if not keys and (makes or file.exists()) else ()
    return Settings(
        app_id=str(uuid.UUID(said["APP_ID"])),
        credential=credential,
        tenant_id=str(uuid.UUID(said["TENANT_ID"])),
        public_url=said["PUBLIC_URL"].rstrip("/"),
        sealing_keys=tuple(key for key in keys if key) or from_file,
        database_url=url,
        cloud=cloud,
        login_url=(said.get("LOGIN_URL") or cloud.login_url).rstrip("/"),
        graph_url=(said.get("GRAPH_URL") or f"{cloud.graph}/v1.0").rstrip("/"),
        bot_keys_url=said.get("BOT_KEYS_URL") or cloud.bot_keys_url,
        service_hosts=frozenset(filter(None, map(str.strip, said.get("SERVICE_HOSTS", "").split(","))))
        or cloud.service_hosts,
        undo_seconds=int(undo),
        host=said.get("HOST") or "127.0.0.1",
        port=int(port),
        retention_days=int(days),
        remind_hours=remind,
        administrators_channel=channel,
        administrators_group=str(uuid.UUID(group)) if group else "",
        catalog_app_id=str(uuid.UUID(catalog_app)) if catalog_app else "",
        policy_file=said.get("POLICY_FILE", ""),
        drain_seconds=int(drain),
        log_format=logs,
        otlp_traces=traces,
        otlp_metrics=metrics,
    )


def database_url(environment: Mapping[str, str]) -> str:
    """Where the ledger is: all that is needed to read what is in it. Raises BadSettings."""
    problems: list[str] = []
    url = _database_url({name: value.strip() for name, value in environment.items()}, problems)
    _stop_at(problems)
    return url


def manifest_values(environment: Mapping[str, str]) -> dict[str, str]:
    """What stands in the places of the manifest: nothing secret, so it can be known where no bot runs.

    Raises BadSettings.
    """
    said = {name: value.strip() for name, value in environment.items()}
    problems = [f"{name} is missing." for name in ("APP_ID", "PUBLIC_URL", *PAGES) if not said.get(name)]
    problems += [
        f"{name} should be the GUID that Entra shows for it."
        for name in ("APP_ID", "TEAMS_APP_ID")
        if said.get(name) and not _is_guid(said[name])
    ]
    problems += [
        f"{name} should be an https:// address that others can open."
        for name in ("PUBLIC_URL", *PAGES)
        if said.get(name) and not (urlsplit(said[name]).hostname and said[name].startswith("https://"))
    ]
    _stop_at(problems)
    return {
        "BOT_ID": str(uuid.UUID(said["APP_ID"])),
        "TEAMS_APP_ID": str(uuid.UUID(said.get("TEAMS_APP_ID") or said["APP_ID"])),
        "PUBLIC_HOST": urlsplit(said["PUBLIC_URL"]).hostname or "",
        "LINK_DOMAINS": said.get("LINK_DOMAINS") or CLOUDS.get(said.get("CLOUD", ""), CLOUDS["public"]).files,
        **{name: said[name] for name in PAGES},
    }


def _database_url(said: Mapping[str, str], problems: list[str]) -> str:
    url = said.get("DATABASE_URL") or f"sqlite:///{_data(said) / 'sharebot.db'}"
    if not url.startswith(DATABASES):
        problems.append("DATABASE_URL should begin with sqlite:/// or postgresql://.")
    return url


def _remind_hours(said: Mapping[str, str], problems: list[str]) -> int:
    hours = said.get("REMIND_HOURS") or str(REMIND_HOURS)
    if hours.isdecimal() and 1 <= int(hours) <= LONGEST_REMIND:
        return int(hours)
    problems.append(f"REMIND_HOURS should be a whole number of hours from 1 to {LONGEST_REMIND}.")
    return REMIND_HOURS


def _otlp(said: Mapping[str, str], signal: str, problems: list[str]) -> str:
    """Where a collector takes this signal; "" where none is named, or it is switched off."""
    name, general = f"OTEL_EXPORTER_OTLP_{signal.upper()}_", "OTEL_EXPORTER_OTLP_"
    off = said.get("OTEL_SDK_DISABLED", "").lower() == "true" or said.get(f"OTEL_{signal.upper()}_EXPORTER") == "none"
    base, url = said.get(f"{general}ENDPOINT", "").rstrip("/"), said.get(f"{name}ENDPOINT", "")
    url = url or (f"{base}/v1/{signal}" if base else "")
    if off or not url:
        return ""
    if not urlsplit(url).hostname or not url.startswith(("http://", "https://")):
        problems.append(f"{general}ENDPOINT should be an http:// or https:// address.")
    if (said.get(f"{name}PROTOCOL") or said.get(f"{general}PROTOCOL") or OTLP_PROTOCOL) != OTLP_PROTOCOL:
        problems.append(f"{general}PROTOCOL can only be {OTLP_PROTOCOL} (port 4318).")
    return url


def _data(said: Mapping[str, str]) -> Path:
    return Path(said.get("DATA_DIR") or "data")


def _stop_at(problems: list[str]) -> None:
    if problems:
        raise BadSettings("\n".join([*problems, "See .env.example for what each one means."]))


def _credential(said: Mapping[str, str], problems: list[str]) -> str | dict[str, str]:
    """What the app proves itself with, as msal takes it. https://learn.microsoft.com/entra/msal/python/"""
    secret, path = said.get("APP_SECRET", ""), said.get("APP_CERTIFICATE", "")
    if bool(secret) == bool(path):
        problems.append("Either APP_SECRET or APP_CERTIFICATE is needed" + (", not both." if secret else "."))
        return secret
    if secret:
        return secret
    try:
        pem = Path(path).read_text()
        key = load_pem_private_key(pem.encode(), password=None)
        certificate = load_pem_x509_certificate(pem.encode())  # the first one there, as msal does
        fits = key.public_key() == certificate.public_key()
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        problems.append("APP_CERTIFICATE should be a PEM file with a private key (not encrypted) and its certificate.")
        return ""
    if not isinstance(key, RSAPrivateKey):
        problems.append("APP_CERTIFICATE should hold an RSA key.")
    if not fits:
        problems.append("APP_CERTIFICATE holds a certificate that does not belong to the private key beside it.")
    if (end := certificate.not_valid_after_utc) <= dt.datetime.now(dt.UTC):
        problems.append(f"APP_CERTIFICATE holds a certificate that ended on {end:%Y-%m-%d}.")
    return {"private_key": pem, "public_certificate": pem}


def key_file(path: Path) -> bytes:
    """The key in this file, made on first use and readable by its owner only: a stolen database opens nothing."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
    key = _key(path.read_text())
    if key is None:
        raise BadSettings(f"{path} does not hold a key of {KEY_BYTES} bytes in base64.")
    return key


def _key(text: str) -> bytes | None:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        return None
    return key if len(key) == KEY_BYTES else None


def _is_guid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _is_safe_url(text: str) -> bool:
    url = urlsplit(text)
    return bool(url.hostname) and (url.scheme == "https" or (url.scheme == "http" and is_loopback(url.hostname)))


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
