"""What the bot reads from its environment."""

from __future__ import annotations

import base64
import re
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bot.clouds import CLOUDS
from bot.settings import BadSettings, read
from tests.certificates import Key, pem_of

GUID = "8f4d1c6e-0b1a-4c57-9a39-7f2f5f0f9a01"
KEY = base64.b64encode(bytes(32)).decode()
RSA, ANOTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
ELLIPTIC = ec.generate_private_key(ec.SECP256R1())


def good(tmp_path: Path, **more: str) -> dict[str, str]:
    return {
        "APP_ID": GUID,
        "APP_SECRET": "hush",
        "TENANT_ID": GUID,
        "PUBLIC_URL": "https://bot.example.com/",
        "DATA_DIR": str(tmp_path / "data"),
        **more,
    }


def test_all_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(BadSettings) as caught:
        read({})

    for name in ("APP_ID", "APP_SECRET", "TENANT_ID", "PUBLIC_URL", ".env.example"):
        assert name in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_ID", "sharebot"),
        ("TENANT_ID", "contoso.com"),
        ("PUBLIC_URL", "http://bot.example.com"),
        ("LOGIN_URL", "http://login.example.com"),
        ("GRAPH_URL", "graph.example.com"),
        ("PORT", "http"),
        ("PORT", "70000"),
        ("UNDO_SECONDS", "soon"),
        ("UNDO_SECONDS", "-1"),
        ("UNDO_SECONDS", "1000000"),
        ("RETENTION_DAYS", "0"),
        ("RETENTION_DAYS", "for ever"),
        ("ADMINISTRATORS_CHANNEL", "General"),
        ("ADMINISTRATORS_GROUP", "Finance"),
        ("CATALOG_APP_ID", "sharebot"),
        ("DRAIN_SECONDS", "a while"),
        ("DRAIN_SECONDS", "61"),
        ("LOG_FORMAT", "xml"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("SEALING_KEYS", "c2hvcnQ="),
        ("SEALING_KEYS", "not base64!"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        read(good(tmp_path, **{name: value}))


def test_defaults_are_microsofts_public_cloud_and_a_file(tmp_path: Path) -> None:
    settings = read(good(tmp_path))

    assert settings.login_url == "https://login.microsoftonline.com"
    assert settings.public_url == "https://bot.example.com"
    assert settings.database_url == f"sqlite:///{tmp_path / 'data' / 'sharebot.db'}"
    assert "smba.trafficmanager.net" in settings.service_hosts


def test_the_record_is_kept_as_long_as_microsofts_own_and_no_channel_is_told(tmp_path: Path) -> None:
    usual = read(good(tmp_path))
    chosen = read(good(tmp_path, RETENTION_DAYS="30", ADMINISTRATORS_CHANNEL="19:abc@thread.tacv2"))

    assert (usual.retention_days, usual.administrators_channel) == (180, "")
    assert (chosen.retention_days, chosen.administrators_channel) == (30, "19:abc@thread.tacv2")


def test_a_group_of_administrators_is_nobody_unless_it_is_named(tmp_path: Path) -> None:
    group = "8F4D1C6E-0B1A-4C57-9A39-7F2F5F0F9A01"

    assert read(good(tmp_path)).administrators_group == ""
    assert read(good(tmp_path, ADMINISTRATORS_GROUP=group)).administrators_group == group.lower()


def test_nobody_is_given_the_app_unless_it_is_named(tmp_path: Path) -> None:
    app = "8F4D1C6E-0B1A-4C57-9A39-7F2F5F0F9A01"

    assert read(good(tmp_path)).catalog_app_id == ""
    assert read(good(tmp_path, CATALOG_APP_ID=app)).catalog_app_id == app.lower()


COLLECTOR = "http://collector:4318/"
BOTH = ("http://collector:4318/v1/traces", "http://collector:4318/v1/metrics")


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({}, ("", "")),
        ({"": COLLECTOR}, BOTH),
        ({"": COLLECTOR, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, BOTH),
        ({"": COLLECTOR, "OTEL_SDK_DISABLED": "True"}, ("", "")),
        ({"": COLLECTOR, "OTEL_TRACES_EXPORTER": "none"}, ("", BOTH[1])),
        ({"": COLLECTOR, "OTEL_METRICS_EXPORTER": "none"}, (BOTH[0], "")),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "https://elsewhere/t"}, ("https://elsewhere/t", "")),
        (
            {"": COLLECTOR, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "https://elsewhere/m"},
            (BOTH[0], "https://elsewhere/m"),
        ),
    ],
    ids=str,
)
def test_a_collector_is_named_as_opentelemetry_does(
    tmp_path: Path, said: dict[str, str], where: tuple[str, str]
) -> None:
    settings = read(good(tmp_path, **{name or "OTEL_EXPORTER_OTLP_ENDPOINT": value for name, value in said.items()}))

    assert (settings.otlp_traces, settings.otlp_metrics) == where


def test_a_protocol_that_is_not_spoken_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="http/protobuf"):
        read(good(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=COLLECTOR, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL="grpc"))


def test_the_key_file_is_made_once_and_is_its_owners_only(tmp_path: Path) -> None:
    first, second = read(good(tmp_path)), read(good(tmp_path))

    assert first.sealing_keys == second.sealing_keys
    assert stat.S_IMODE((tmp_path / "data" / "sealing.key").stat().st_mode) == 0o600


def test_a_new_data_directory_is_its_owners_only(tmp_path: Path) -> None:
    read(good(tmp_path))

    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_directory_that_was_there_before_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o750)

    read(good(tmp_path))

    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o750


def test_a_spoilt_key_file_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sealing.key").write_text("oops")

    with pytest.raises(BadSettings, match="key"):
        read(good(tmp_path))

    assert (tmp_path / "data" / "sealing.key").read_text() == "oops"


def test_keys_from_the_environment_leave_no_file(tmp_path: Path) -> None:
    settings = read(good(tmp_path, SEALING_KEYS=KEY))

    assert settings.sealing_keys == (bytes(32),)
    assert not (tmp_path / "data" / "sealing.key").exists()


def test_settings_show_no_secret_when_printed(tmp_path: Path) -> None:
    shown = repr(read(good(tmp_path, DATABASE_URL="postgresql://u:dbpassword@h/d", SEALING_KEYS=KEY)))

    assert "hush" not in shown
    assert "dbpassword" not in shown
    assert "x00" not in shown


def test_the_example_file_names_every_setting() -> None:
    source = Path("bot/settings.py").read_text()
    example = Path(".env.example").read_text()

    settings = set(re.findall(r'said(?:\.get\(|\[)"([A-Z_]+)"', source))

    assert {"APP_ID", "PORT", "DATABASE_URL"} < settings
    assert {name for name in settings if f"{name}=" not in example} == set()


def test_a_certificate_takes_the_place_of_the_secret(tmp_path: Path, pem: str) -> None:
    (tmp_path / "app.pem").write_text(pem)

    settings = read(good(tmp_path, APP_SECRET="", APP_CERTIFICATE=str(tmp_path / "app.pem")))

    assert settings.credential == {"private_key": pem, "public_certificate": pem}
    assert "PRIVATE" not in repr(settings)


@pytest.mark.parametrize(
    "said",
    [
        {"APP_SECRET": ""},
        {"APP_CERTIFICATE": "app.pem"},
        {"APP_SECRET": "", "APP_CERTIFICATE": "nowhere.pem"},
        {"APP_SECRET": "", "APP_CERTIFICATE": "/dev/null"},
    ],
    ids=str,
)
def test_one_proof_of_the_app_is_needed(tmp_path: Path, said: dict[str, str]) -> None:
    with pytest.raises(BadSettings, match="APP_CERTIFICATE"):
        read(good(tmp_path, **said))


@pytest.mark.parametrize(
    ("key", "certified", "days", "problem"),
    [
        (RSA, ANOTHER, 1, "does not belong to the private key"),
        (RSA, RSA, -1, "ended on"),
        (ELLIPTIC, ELLIPTIC, 1, "an RSA key"),
    ],
    ids=["another's", "ended", "elliptic"],
)
def test_a_certificate_entra_would_refuse_is_refused_at_start(
    tmp_path: Path, key: Key, certified: Key, days: int, problem: str
) -> None:
    (tmp_path / "app.pem").write_text(pem_of(key, certified, days))

    with pytest.raises(BadSettings) as caught:
        read(good(tmp_path, APP_SECRET="", APP_CERTIFICATE=str(tmp_path / "app.pem")))

    wrong, see = str(caught.value).splitlines()
    assert wrong.startswith("APP_CERTIFICATE")
    assert problem in wrong
    assert ".env.example" in see


@pytest.mark.parametrize("name", CLOUDS)
def test_each_cloud_keeps_to_itself(tmp_path: Path, name: str) -> None:
    settings = read(good(tmp_path, CLOUD=name))

    assert settings.cloud is CLOUDS[name]
    assert settings.graph_url == f"{settings.cloud.graph}/v1.0"
    addresses = [settings.login_url, settings.graph_url, settings.bot_keys_url, settings.cloud.bot_framework]
    government = [".us" in address.split("/")[2][-3:] for address in addresses]
    assert set(government) == {name != "public"}
    assert settings.cloud.issuers(GUID)[0] == f"{settings.login_url}/{GUID}/v2.0"


def test_a_cloud_nobody_knows_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="public, gcc-high, dod"):
        read(good(tmp_path, CLOUD="nine"))


def test_an_address_of_ones_own_goes_before_the_clouds(tmp_path: Path) -> None:
    settings = read(good(tmp_path, CLOUD="dod", SERVICE_HOSTS="smba.example, other.example"))

    assert settings.service_hosts == {"smba.example", "other.example"}


def test_replicas_need_one_key_for_all(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="SEALING_KEYS is needed"):
        read(good(tmp_path, DATABASE_URL="postgresql://u@h/d"))


def test_a_guid_may_be_spelled_in_any_way(tmp_path: Path) -> None:
    assert read(good(tmp_path, TENANT_ID="{" + GUID.upper() + "}")).tenant_id == GUID


@pytest.mark.parametrize(("said", "seconds"), [("", 30), ("0", 0), ("120", 120)])
def test_nobody_hears_of_a_share_for_half_a_minute_unless_it_is_said_otherwise(
    tmp_path: Path, said: str, seconds: int
) -> None:
    assert read(good(tmp_path, UNDO_SECONDS=said)).undo_seconds == seconds
