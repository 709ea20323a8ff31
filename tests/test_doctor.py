"""The doctor names each fault of a set-up, made for real, with what to do about it; and tells no secret."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bot.packaging import package
from bot.settings import manifest_values
from contoso.faults import Rule
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.certificates import pem_of
from tests.people import Someone
from tests.test_app import environment, run, serving
from tests.test_away import away
from tests.test_faults_kill import on_postgresql
from tests.test_package import SETTINGS

NOBODY = "http://127.0.0.1:9"
PASSWORD = "the-databases-own-password"
ALL_IS_WELL = [
    "✓ All settings are there and well-formed.",
    "✓ This machine's clock goes by Entra's.",
    "✓ Entra takes the bot for who it is, and gives it a token for Teams.",
    "✓ Graph can be reached.",
    "✓ The database can be reached, and its tables are up to date.",
    "Nothing is wrong.",
]


def set_up(bot: Bot) -> dict[str, str]:
    """What this bot was started with."""
    return environment(bot.contoso, bot.data, int(bot.url.rpartition(":")[2]))


async def examined(where: dict[str, str], *arguments: str, **more: str) -> tuple[int, str]:
    """The exit code and what is said, in which nothing is secret."""
    where = {**where, **more}
    code, out, err = await run("doctor", *arguments, environment=where)

    secrets = {where.get(name) for name in ("APP_SECRET", "SEALING_KEYS", "DATABASE_URL")} | {PASSWORD}
    assert err == ""
    assert [each for each in secrets if each and each in out] == []
    return code, out


async def test_of_a_bot_that_is_set_up_rightly_nothing_is_wrong(bot: Bot) -> None:
    code, out = await examined(set_up(bot))

    assert code == 0
    assert [line for line in ALL_IS_WELL if line not in out.splitlines()] == []
    assert "✗" not in out
    assert f"The bot answers at {bot.url}" in out
    assert f"Application ID URI is api://botid-{bot.contoso.bot_id}" in out


async def test_what_has_never_run_is_looked_at_and_nothing_is_made(contoso: Contoso, tmp_path: Path) -> None:
    code, out = await examined(environment(contoso, tmp_path / "data", 9), "--as", "somebody")

    assert code == 1
    assert "! The database can be reached and is empty: the first start makes its tables." in out
    assert f"✗ Nothing can be reached at {NOBODY} (ConnectError): start the bot" in out
    assert "! Which permissions are granted can't be seen until the database" in out
    assert "1 to be put right." in out
    assert not (tmp_path / "data").exists()


async def test_settings_that_are_missing_or_wrong_are_each_named() -> None:
    code, out = await examined({"APP_ID": "sharebot"})

    assert code == 1
    for said in (
        "TENANT_ID is missing.",
        "PUBLIC_URL is missing.",
        "APP_ID should be the GUID",
        "Either APP_SECRET or",
    ):
        assert f"✗ {said}" in out


SETTINGS_OF_OTHERS: dict[str, tuple[dict[str, str], str]] = {
    "a wrong secret": (
        {"APP_SECRET": "not-the-one"},
        "✗ Entra does not take APP_SECRET: it should be",
    ),
    "another app": ({"APP_ID": SETTINGS["APP_ID"]}, "✗ Entra knows no app 8f4d1c6e"),
    "another tenant": ({"TENANT_ID": SETTINGS["APP_ID"]}, "✗ Entra knows no tenant 8f4d1c6e"),
    "another cloud": ({"CLOUD": "dod"}, "✗ LOGIN_URL belongs to another cloud than CLOUD says"),
    "no way to Entra": ({"LOGIN_URL": NOBODY}, f"✗ Entra can't be reached at {NOBODY} (ConnectError)"),
    "no way to Graph": ({"GRAPH_URL": NOBODY}, f"✗ Graph can't be reached at {NOBODY} (ConnectError)"),
    "no way to the keys": ({"BOT_KEYS_URL": NOBODY}, f"✗ The Bot Framework's keys can't be had at {NOBODY}"),
    "nobody at home": ({"PUBLIC_URL": NOBODY}, f"✗ Nothing can be reached at {NOBODY}"),
}


@pytest.mark.parametrize(("wrong", "said"), SETTINGS_OF_OTHERS.values(), ids=SETTINGS_OF_OTHERS)
async def test_a_setting_that_leads_nowhere_is_told_with_what_to_do(bot: Bot, wrong: dict[str, str], said: str) -> None:
    code, out = await examined(set_up(bot), **wrong)

    assert code == 1
    assert said in out


async def test_rules_are_read_and_what_is_wrong_with_them_is_told_by_its_line(bot: Bot, tmp_path: Path) -> None:
    rules = tmp_path / "policy.toml"
    rules.write_text('[rules."No rivals"]\nthen = "refuse"\nwho = ["outside"]\n')
    good, said = await examined(set_up(bot), POLICY_FILE=str(rules))
    rules.write_text('[rules."No rivals"]\nthen = "forbid"\n')
    bad, why = await examined(set_up(bot), POLICY_FILE=str(rules))

    assert good == 0
    assert "✓ The rules of POLICY_FILE can be read: 1." in said
    assert bad == 1
    assert "✗ The bot does not start with these rules." in why
    assert "line 2" in why


async def test_an_address_at_which_somebody_else_answers_is_told(bot: Bot) -> None:
    base = bot.contoso.base_url

    _, out = await examined(set_up(bot), PUBLIC_URL=base, GRAPH_URL=bot.url, BOT_KEYS_URL=f"{bot.url}/healthz")

    assert f"✗ {base}/api/messages answers 404, where the bot says 401 to a stranger" in out
    assert f"✗ What answers at {bot.url} is not Graph (404)" in out
    assert f"✗ What answers at {bot.url}/healthz names no keys" in out


ANSWERS: dict[str, tuple[Rule, str]] = {
    "a page": (Rule("entra", path="configuration", status=200, body="<html>"), "is not Entra (200): look at LOGIN_URL"),
    "no time": (
        Rule("entra", path="configuration", status=200, body={}, headers=(("Date", "soon"),)),
        "! Entra's answer has no time on it",
    ),
    "an outage": (Rule("entra", "POST", "/token", status=503, body={}), "✗ Entra does not answer token requests"),
    "an old secret": (
        Rule("entra", "POST", "/token", status=401, body={"error": "invalid_client", "error_codes": [7000222]}),
        "✗ APP_SECRET has expired: make a new client secret",
    ),
    "something new": (
        Rule("entra", "POST", "/token", status=400, body={"error": "invalid_request", "error_codes": [90094]}),
        "✗ Entra refuses the app (AADSTS90094)",
    ),
    "nothing about the API": (
        Rule("entra", "POST", "/token", contains="botid", status=400, body={"error": "invalid_scope"}),
        "! Whether the API is exposed could not be seen (without a number)",
    ),
}


@pytest.mark.parametrize(("rule", "said"), ANSWERS.values(), ids=ANSWERS)
async def test_what_entra_says_is_told_in_other_words(bot: Bot, rule: Rule, said: str) -> None:
    bot.contoso.faults = [rule]

    _, out = await examined(set_up(bot))

    assert said in out


async def test_an_api_that_is_not_exposed_is_told(bot: Bot) -> None:
    bot.contoso.app_id_uri = ""

    code, out = await examined(set_up(bot))

    assert code == 1
    assert f"✗ The registration has no Application ID URI api://botid-{bot.contoso.bot_id}" in out


@pytest.mark.parametrize(
    ("minutes", "code", "said"),
    [
        (10, 1, "seconds behind Entra's, and beyond five minutes tokens are refused"),
        (-10, 1, "seconds ahead of Entra's, and beyond five minutes tokens are refused"),
        (2, 0, "seconds behind Entra's: have it set by NTP"),
    ],
)
async def test_a_clock_that_is_off_is_told(bot: Bot, minutes: int, code: int, said: str) -> None:
    bot.contoso.clock = dt.timedelta(minutes=minutes)

    found, out = await examined(set_up(bot))

    assert found == code
    assert said in out


async def test_a_certificate_is_told_before_it_ends_and_after(bot: Bot, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path / "app.pem"

    async def with_one_for(days: int) -> tuple[int, str]:
        bot.contoso.bot_certificate = pem_of(key, key, days)
        file.write_text(bot.contoso.bot_certificate)
        return await examined(set_up(bot), APP_SECRET="", APP_CERTIFICATE=str(file))

    good, soon, over = await with_one_for(90), await with_one_for(7), await with_one_for(-1)

    assert (good[0], soon[0], over[0]) == (0, 0, 1)
    assert "✓ The certificate of APP_CERTIFICATE is good until" in good[1]
    assert "! The certificate of APP_CERTIFICATE ends on" in soon[1]
    assert "✗ APP_CERTIFICATE holds a certificate that ended on" in over[1]


async def test_a_certificate_that_entra_has_not_is_told(bot: Bot, tmp_path: Path, pem: str) -> None:
    (tmp_path / "app.pem").write_text(pem)

    code, out = await examined(set_up(bot), APP_SECRET="", APP_CERTIFICATE=str(tmp_path / "app.pem"))

    assert code == 1
    assert "✗ Entra does not know APP_CERTIFICATE: upload its public half" in out


async def test_a_database_that_is_gone_is_told_without_its_password(
    contoso: Contoso, tmp_path: Path, postgresql_server: Any, postgresql: str
) -> None:
    more = on_postgresql(tmp_path, postgresql).environment
    async with serving(contoso, tmp_path, **more):  # for it ends itself when its database is gone
        where = environment(contoso, tmp_path, int(contoso.bot_endpoint.split(":")[2].partition("/")[0])) | more
        there = await examined(where)
        with away(postgresql_server.get_uri(), postgresql):
            gone = await examined(where)
        nowhere = await examined(where, DATABASE_URL=f"postgresql://u:{PASSWORD}@127.0.0.1:9/d")

    assert there[0] == 0
    for code, out in (gone, nowhere):
        assert code == 1
        assert "✗ The database of DATABASE_URL can't be opened: OperationalError." in out


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("0001", "! The tables are of an older version: make a backup"),
        ("9999", "✗ The tables are of a newer version than this bot"),
    ],
)
async def test_tables_of_another_version_are_told(bot: Bot, revision: str, said: str) -> None:
    await bot.alters("UPDATE alembic_version SET version_num = ?", revision)

    _, out = await examined(set_up(bot), *("--as", "somebody"))

    assert said in out
    assert "! Which permissions are granted can't be seen until the database" in out


async def test_what_is_not_granted_is_told_by_somebody_who_is_signed_in(adele: Someone, bot: Bot) -> None:
    bot.contoso.token_lifetime = 60  # what was granted before is not good for a while longer
    await adele.says("share Q3 Budget.xlsx with alex.wilber@contoso.com")
    who = bot.contoso.person(adele.mail).id
    bot.contoso.consents[who] |= {"User.Read.All", "GroupMember.Read.All", "People.Read"}
    granted = await examined(set_up(bot), "--as", who)
    bot.contoso.consents[who] -= {"GroupMember.Read.All", "Files.ReadWrite"}

    code, out = await examined(set_up(bot), "--as", who)

    assert granted[0] == 0
    assert granted[1].count("is granted.") == 7
    assert code == 1
    assert "✗ Files.ReadWrite is not granted: nobody can share. Grant it under API permissions." in out
    assert "! GroupMember.Read.All is not granted: groups are not found by name." in out
    assert out.count("is granted.") == 5


async def test_who_is_not_signed_in_tells_of_no_permissions(bot: Bot) -> None:
    code, out = await examined(set_up(bot), "--as", "somebody")

    assert code == 1
    assert "✗ somebody is not signed in: have them write to the bot first" in out


async def test_permissions_that_cannot_be_seen_are_no_permissions(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with alex.wilber@contoso.com")
    bot.contoso.faults = [Rule("entra", "POST", "/token", contains="refresh_token", status=503, body={})]

    _, out = await examined(set_up(bot), "--as", bot.contoso.person(adele.mail).id)

    assert "could not be seen (Unavailable)" in out


async def test_without_a_key_nobodys_sign_in_can_be_opened(bot: Bot) -> None:
    (bot.data / "sealing.key").unlink()

    _, out = await examined(set_up(bot), "--as", "somebody")

    assert "✗ There is no key to open sign-ins with" in out


async def test_the_app_that_teams_has_is_compared(bot: Bot, tmp_path: Path) -> None:
    values = manifest_values(SETTINGS | {"APP_ID": bot.contoso.bot_id})
    app = tmp_path / "sharebot.zip"

    def made(**other: str) -> str:
        app.write_bytes(package({**values, "PUBLIC_HOST": "127.0.0.1", **other}))
        return str(app)

    own = await examined(set_up(bot), "--package", made())
    others = await examined(set_up(bot), "--package", made(BOT_ID=SETTINGS["APP_ID"], PUBLIC_HOST="old.example.com"))
    app.write_bytes(b"")
    broken = await examined(set_up(bot), "--package", str(app))
    with zipfile.ZipFile(app, "w") as packed:
        packed.writestr("manifest.json", "{}")
    empty = await examined(set_up(bot), "--package", str(app))
    none = await examined(set_up(bot), "--package", str(tmp_path / "none.zip"))

    assert own[0] == 0
    assert f"✓ {app} is the app of this bot." in own[1]
    assert others[0] == broken[0] == none[0] == 1
    assert "bots[0].botId is 8f4d1c6e" in others[1]
    assert "validDomains lack 127.0.0.1, the host of PUBLIC_URL" in others[1]
    assert f"✗ {app} is not this bot's: make one with python app.py package." in empty[1]
    assert "It is no zip with a manifest.json in it." in broken[1]
    assert "none.zip can't be read: No such file or directory." in none[1]


@asynccontextmanager
async def behind_tls(certificate: Path) -> AsyncGenerator[str]:
    """A proxy with this certificate that passes the messages on, and nothing else."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)

    async def stranger(_request: web.Request) -> web.Response:
        return web.Response(status=401)

    proxy = web.Application()
    proxy.router.add_post("/api/messages", stranger)
    runner = web.AppRunner(proxy, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_the_certificate_of_the_public_address_is_looked_at(bot: Bot, tmp_path: Path) -> None:
    file = tmp_path / "tls.pem"
    file.write_text(for_this_machine(days=5))

    async with behind_tls(file) as url:
        not_trusted = await examined(set_up(bot), PUBLIC_URL=url)
        ends_soon = await examined(set_up(bot), PUBLIC_URL=url, SSL_CERT_FILE=str(file))

    assert not_trusted[0] == 1
    assert "its certificate is not good: self-signed certificate" in not_trusted[1]
    assert f"! The certificate of {url} ends on" in ends_soon[1]
    assert f"✗ {url}/auth/teams.js answers 404, so the sign-in page can't tell Teams that it is done" in ends_soon[1]


def for_this_machine(days: int) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(here, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (private + certificate.public_bytes(Encoding.PEM)).decode()
