"""The app as it is uploaded to Teams: made by the command, refused with a sentence where it could not work."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.packaging import FOLDER, BadPackage, mismatches, package, read
from bot.settings import BadSettings, manifest_values
from bot.texts import languages
from tests.test_app import run

Json = dict[str, Any]
APP = "8f4d1c6e-0b1a-4c57-9a39-7f2f5f0f9a01"
SETTINGS = {
    "APP_ID": APP,
    "PUBLIC_URL": "https://bot.example.com",
    "WEBSITE_URL": "https://example.com/sharebot",
    "PRIVACY_URL": "https://example.com/privacy",
    "TERMS_URL": "https://example.com/terms",
}
# Microsoft's own, from npm.
SCHEMAS = Path(__file__).parent / "schemas/node_modules/@microsoft/app-manifest/build/json-schemas/teams"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the manifest's files, to be broken."""
    return Path(shutil.copytree(FOLDER, tmp_path / "manifest"))


def made(folder: Path) -> bytes:
    return package(manifest_values(SETTINGS), folder)


def edited(file: Path, change: Callable[[Any], object]) -> None:
    said = json.loads(file.read_text())
    change(said)
    file.write_text(json.dumps(said))


async def test_the_command_makes_a_package_of_this_bot_in_ten_languages(tmp_path: Path) -> None:
    code, out, _ = await run("package", "--to", str(tmp_path / "mine.zip"), environment=SETTINGS)

    assert code == 0
    assert "mine.zip is ready" in out
    with zipfile.ZipFile(tmp_path / "mine.zip") as packed:
        files = packed.namelist()
        manifest = json.loads(packed.read("manifest.json"))
    others = [f"{tag}.json" for tag in languages() if tag != "en"]
    assert sorted(files) == sorted(["manifest.json", "color.png", "outline.png", *others])
    assert (manifest["id"], manifest["bots"][0]["botId"], manifest["validDomains"]) == (APP, APP, ["bot.example.com"])
    assert manifest["webApplicationInfo"] == {"id": APP, "resource": f"api://botid-{APP}"}
    assert manifest["developer"]["privacyUrl"] == "https://example.com/privacy"


def test_the_same_bot_makes_the_same_package() -> None:
    assert made(FOLDER) == made(FOLDER)


def test_the_app_may_have_an_id_of_its_own_in_teams() -> None:
    its_own = "11111111-2222-3333-4444-555555555555"

    manifest = read(package(manifest_values(SETTINGS | {"TEAMS_APP_ID": its_own})))

    assert (manifest["id"], manifest["bots"][0]["botId"]) == (its_own, APP)


async def test_all_settings_that_are_missing_are_named_at_once() -> None:
    code, _, err = await run("package")

    assert code == 2
    assert [f"{name} is missing." for name in SETTINGS] == err.splitlines()[:-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_ID", "sharebot"),
        ("TEAMS_APP_ID", "sharebot"),
        ("PUBLIC_URL", "http://127.0.0.1:3978"),
        ("TERMS_URL", "example.com/terms"),
    ],
)
def test_a_setting_that_teams_would_not_take_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        manifest_values(SETTINGS | {name: value})


def domains(**settings: str) -> list[str]:
    (handler,) = read(package(manifest_values(SETTINGS | settings)))["composeExtensions"][0]["messageHandlers"]
    return handler["value"]["domains"]


def test_links_to_the_files_of_ones_own_are_looked_at_or_else_of_ones_cloud() -> None:
    own = "contoso.sharepoint.com, contoso-my.sharepoint.com"

    assert domains(LINK_DOMAINS=own) == own.split(", ")
    assert domains() == ["*.sharepoint.com"]
    assert domains(CLOUD="gcc-high") == ["*.sharepoint.us"]
    assert domains(CLOUD="dod") == ["*.sharepoint-mil.us"]


@pytest.mark.parametrize("said", ["https://contoso.sharepoint.com", "*.com", "contoso", "a.example,", "a.example/x"])
def test_what_is_no_domain_of_links_is_named(said: str) -> None:
    with pytest.raises(BadPackage, match="LINK_DOMAINS should be names of hosts"):
        domains(LINK_DOMAINS=said)


def test_whoever_wants_no_links_looked_at_may_take_it_out_of_the_manifest(folder: Path) -> None:
    edited(folder / "manifest.json", lambda it: it["composeExtensions"][0].pop("messageHandlers"))

    assert "messageHandlers" not in read(made(folder))["composeExtensions"][0]


async def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    code, _, err = await run("package", "--to", str(tmp_path / "nowhere" / "a.zip"), environment=SETTINGS)

    assert code == 2
    assert "a.zip can't be written: No such file or directory." in err


def command(manifest: Json) -> Json:
    return manifest["bots"][0]["commandLists"][0]["commands"][0]


MANIFESTS: dict[str, tuple[Callable[[Json], object], str]] = {
    "a place of nobody": (lambda it: it.update(id="${{SOMETHING}}"), "nothing is known for: SOMETHING"),
    "no bot": (lambda it: it.pop("bots"), "lacks bots"),
    "no list of bots": (lambda it: it.update(bots={}), "not shaped as Teams wants it"),
    "another schema": (lambda it: it.update(manifestVersion="1.29"), r"\$schema is not that of manifestVersion 1.29"),
    "no version": (lambda it: it.update(version="1"), "version should be three numbers"),
    "another command": (lambda it: command(it).update(title="give"), "does not list the commands that the bot has"),
    "a place the bot is not for": (lambda it: it["bots"][0].update(scopes=["personal"]), "is for places that the bot"),
    "somebody else's extension": (lambda it: it["composeExtensions"][0].update(botId="x"), r"composeExtensions\[0\]"),
    "another resource": (lambda it: it["webApplicationInfo"].update(resource="api://x"), "resource is api://x"),
    "another app": (lambda it: it["webApplicationInfo"].update(id="x"), r"webApplicationInfo\.id is x"),
    "an address for a host": (lambda it: it["validDomains"].append("https://x.example"), "names of hosts"),
    "a name too long": (
        lambda it: it["name"].update(short="S" * 31),
        "name.short in manifest.json should have 1 to 30",
    ),
    "a handler without domains": (
        lambda it: it["composeExtensions"][0]["messageHandlers"][0].update(value={}),
        "not shaped as Teams wants it",
    ),
    "an icon that is not there": (lambda it: it["icons"].update(color="c.png"), "names c.png, which is not in"),
    "a file from elsewhere": (lambda it: it["icons"].update(color="../x/c.png"), "which is not in"),
    "icons that changed places": (
        lambda it: it["icons"].update(color="outline.png"),
        "outline.png should be a PNG of 192 by 192 pixels",
    ),
    "a language twice": (
        lambda it: it["localizationInfo"]["additionalLanguages"][0].update(languageTag="en"),
        "names a language twice",
    ),
    "a language that is not there": (
        lambda it: it["localizationInfo"]["additionalLanguages"][0].update(file="xx.json"),
        "names xx.json, which is not in",
    ),
}


@pytest.mark.parametrize(("change", "said"), MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_that_teams_or_the_bot_could_not_go_by_is_refused(
    folder: Path, change: Callable[[Json], object], said: str
) -> None:
    edited(folder / "manifest.json", change)

    with pytest.raises(BadPackage, match=said):
        made(folder)


LANGUAGES: dict[str, tuple[Callable[[Json], object], str]] = {
    "words missing": (lambda it: it.pop("name.full"), "de.json lacks words for name.full"),
    "words for nothing": (lambda it: it.update({"bots[0].x.title": "X"}), "not in the manifest: bots.0..x.title"),
    "words too long": (lambda it: it.update({"description.short": "x" * 81}), "description.short in de.json"),
    "no words": (lambda it: it.update({"name.short": " "}), "name.short in de.json should have 1 to 30 letters"),
    "another schema": (lambda it: it.pop("$schema"), r"de.json has another \$schema"),
}


@pytest.mark.parametrize(("change", "said"), LANGUAGES.values(), ids=LANGUAGES)
def test_a_language_that_is_not_the_manifests_is_refused(
    folder: Path, change: Callable[[Json], object], said: str
) -> None:
    edited(folder / "de.json", change)

    with pytest.raises(BadPackage, match=said):
        made(folder)


@pytest.mark.parametrize("text", ["{", "[]"])
@pytest.mark.parametrize("file", ["manifest.json", "de.json"])
def test_what_is_no_json_object_is_named(folder: Path, file: str, text: str) -> None:
    (folder / file).write_text(text)

    with pytest.raises(BadPackage, match=f"{file} (is no JSON|should be a JSON object)"):
        made(folder)


def test_a_manifest_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadPackage, match=r"manifest.json can't be read"):
        made(tmp_path)


def test_a_package_of_another_bot_is_told_from_ones_own() -> None:
    manifest = read(made(FOLDER))

    assert list(mismatches(manifest, APP, "bot.example.com")) == []
    assert len(list(mismatches(manifest, "x", "other.example.com"))) == 5


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18)], ids=["no zip", "an empty one"])
def test_what_is_no_package_is_not_read_as_one(content: bytes) -> None:
    with pytest.raises(BadPackage, match=r"no zip with a manifest.json"):
        read(content)


def test_the_package_keeps_to_microsofts_schemas() -> None:
    """draft-04; one pattern in it is not Python's, so the schema itself is not checked."""
    manifest = read(made(FOLDER))
    schemas = SCHEMAS / f"v{manifest['manifestVersion']}"

    def faults(schema: str, of: Json) -> list[str]:
        with (schemas / f"MicrosoftTeams.{schema}schema.json").open() as file:
            return [each.message for each in jsonschema.Draft4Validator(json.load(file)).iter_errors(of)]

    assert faults("", manifest) == []
    assert faults("", manifest | {"bots": [{}]}) != []
    for each in manifest["localizationInfo"]["additionalLanguages"]:
        assert faults("Localization.", json.loads((FOLDER / each["file"]).read_text())) == []
