"""The package for Teams: the manifest with this bot's own ids and addresses, its icons and its languages, in a zip.

Whether it keeps to Microsoft's JSON schemas is looked up in tests/test_package.py; here is what a set-up can get wrong,
and what the schemas do not know: what the bot itself answers to, and that what is named is there.
https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package
"""

from __future__ import annotations

import io
import json
import re
import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.commands import COMMANDS

FOLDER = Path(__file__).parents[1] / "manifest"
MANIFEST = "manifest.json"
NEEDED = frozenset(
    {
        *("$schema", "manifestVersion", "version", "id", "developer", "name", "description", "icons", "accentColor"),
        *("bots", "composeExtensions", "localizationInfo", "validDomains", "webApplicationInfo"),
    }
)
SCHEMAS = "https://developer.microsoft.com/json-schemas/teams/v{version}/MicrosoftTeams.{of}schema.json"
ICONS = {"color": (192, 192), "outline": (32, 32)}
PNG = b"\x89PNG\r\n\x1a\n"
PLACE = re.compile(r"\$\{\{(\w+)\}\}")
# Each * is one part of a name, and Teams takes no *.com.
LINK_DOMAIN = re.compile(r"(?:(?:\*|[\w-]+)\.)*[\w-]+\.[A-Za-z]{2,}")
SEMVER = re.compile(r"\d+\.\d+\.\d+")
# Phones cut titles after 32 letters. https://learn.microsoft.com/microsoft-365/extensibility/schema/root-compose-extensions
MOST = {"name.short": 30, "name.full": 100, "description.short": 80, "description.full": 4000}
MOST_OF_A_KIND = {"title": 32, "description": 128, "prompt": 4000}
# The earliest that a zip knows: the same bot makes the same package, byte for byte.
NO_TIME = (1980, 1, 1, 0, 0, 0)

Json = dict[str, Any]


class BadPackage(Exception):
    """The message lists all that is wrong, one a line, for whoever makes the package."""


def package(values: Mapping[str, str], folder: Path = FOLDER) -> bytes:
    """The zip, with these values in the manifest's `${{PLACES}}`. Raises BadPackage."""
    manifest = _json(MANIFEST, _filled(folder / MANIFEST, values).encode())
    if lacks := sorted(NEEDED - manifest.keys()):
        raise BadPackage(f"{MANIFEST} lacks {', '.join(lacks)}.")
    try:
        for domains in _link_domains(manifest):
            # One place stands for all that the environment names.
            domains[:] = [each.strip() for said in domains for each in said.split(",")]
        files = {MANIFEST: f"{json.dumps(manifest, indent=2, ensure_ascii=False)}\n".encode()}
        missing: list[str] = []
        for name in _named(manifest):
            if (file := folder / name).is_file() and file.resolve().parent == folder.resolve():
                files[name] = file.read_bytes()
            else:
                missing.append(f"{MANIFEST} names {name}, which is not in {folder}.")
        problems = [*missing, *_problems(manifest), *_wrong_icons(manifest, files), *_wrong_words(manifest, files)]
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise BadPackage(f"{MANIFEST} is not shaped as Teams wants it: {error!r}.") from error
    if problems:
        raise BadPackage("\n".join(problems))
    return _zipped(files)


def shown(part: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """What of a manifest is words for people, each by the name that the files of languages call it by."""
    if isinstance(part, list):
        for place, each in enumerate(part):
            yield from shown(each, f"{path}[{place}]")
    elif isinstance(part, dict):
        for name, each in part.items():
            here = f"{path}.{name}" if path else name
            if not isinstance(each, str):
                yield from shown(each, here)
            elif path in ("name", "description") or (path and name in ("title", "description", "prompt")):
                yield here, each


def mismatches(manifest: Json, app_id: str, host: str) -> Iterator[str]:
    """What keeps a manifest from being that of the bot with this id and at this host, each a sentence."""
    for of, found in (
        ("bots[0].botId", manifest["bots"][0]["botId"]),
        ("composeExtensions[0].botId", manifest["composeExtensions"][0]["botId"]),
        ("webApplicationInfo.id", manifest["webApplicationInfo"]["id"]),
    ):
        if found != app_id:
            yield f"The manifest's {of} is {found}, and APP_ID is {app_id}: they should be the same."
    if (resource := manifest["webApplicationInfo"]["resource"]) != f"api://botid-{app_id}":
        yield f"The manifest's webApplicationInfo.resource is {resource}; it should be api://botid-{app_id}."
    if host not in manifest["validDomains"]:
        yield f"The manifest's validDomains lack {host}, the host of PUBLIC_URL: the sign-in page would not open."


def read(package: bytes) -> Json:
    """The manifest in a zip. Raises BadPackage."""
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as packed:
            return _json(MANIFEST, packed.read(MANIFEST))
    except (zipfile.BadZipFile, KeyError) as error:
        raise BadPackage(f"It is no zip with a {MANIFEST} in it.") from error


def _filled(file: Path, values: Mapping[str, str]) -> str:
    try:
        text = file.read_text()
    except OSError as error:
        raise BadPackage(f"{file} can't be read: {error.strerror}.") from error
    if unknown := sorted({name for name in PLACE.findall(text) if name not in values}):
        raise BadPackage(f"{MANIFEST} has places that nothing is known for: {', '.join(unknown)}.")
    return PLACE.sub(lambda place: json.dumps(values[place[1]])[1:-1], text)


def _json(name: str, text: bytes) -> Json:
    try:
        read = json.loads(text)
    except ValueError as error:
        raise BadPackage(f"{name} is no JSON: {error}.") from error
    if not isinstance(read, dict):
        raise BadPackage(f"{name} should be a JSON object.")
    return read


def _link_domains(manifest: Json) -> list[list[str]]:
    return [each["value"]["domains"] for each in manifest["composeExtensions"][0].get("messageHandlers", ())]


def _named(manifest: Json) -> list[str]:
    return [
        *manifest["icons"].values(),
        *(each["file"] for each in manifest["localizationInfo"]["additionalLanguages"]),
    ]


def _problems(manifest: Json) -> Iterator[str]:
    version = manifest["manifestVersion"]
    if manifest["$schema"] != SCHEMAS.format(version=version, of=""):
        yield f"$schema is not that of manifestVersion {version}."
    if not SEMVER.fullmatch(manifest["version"]):
        yield "version should be three numbers, such as 1.0.0."
    (app,) = manifest["bots"]
    yield from mismatches(manifest, app["botId"], *manifest["validDomains"][:1])
    if any("/" in domain or ":" in domain or "*" in domain for domain in manifest["validDomains"]):
        yield "validDomains should be names of hosts, without https://, ports or wildcards."
    for each in (one for domains in _link_domains(manifest) for one in domains):
        if not LINK_DOMAIN.fullmatch(each):
            yield f"LINK_DOMAINS should be names of hosts, or *.sharepoint.com, with commas between, not {each!r}."
    for place, listed in enumerate(app["commandLists"]):
        told = [(one["title"], one["description"], one["prompt"]) for one in listed["commands"]]
        if told != [(one.intent.replace("_", " "), one.what, one.example) for one in COMMANDS]:
            yield f"bots[0].commandLists[{place}] does not list the commands that the bot has, in bot/commands."
        if not set(listed["scopes"]) <= set(app["scopes"]):
            yield f"bots[0].commandLists[{place}] is for places that the bot itself is not for."
    yield from _too_long(MANIFEST, dict(shown(manifest)))


def _wrong_icons(manifest: Json, files: Mapping[str, bytes]) -> Iterator[str]:
    for kind, (width, height) in ICONS.items():
        name = manifest["icons"][kind]
        if (icon := files.get(name)) is None:
            continue
        if not icon.startswith(PNG) or struct.unpack(">II", icon[16:24]) != (width, height):
            yield f"{name} should be a PNG of {width} by {height} pixels."


def _wrong_words(manifest: Json, files: Mapping[str, bytes]) -> Iterator[str]:
    """Microsoft's schema of these files leaves open which words there are."""
    wanted = {name for name, _ in shown(manifest)}
    about = manifest["localizationInfo"]
    tags = [about["defaultLanguageTag"], *(each["languageTag"] for each in about["additionalLanguages"])]
    if len(set(tags)) < len(tags):
        yield "localizationInfo names a language twice."
    for name in (each["file"] for each in about["additionalLanguages"]):
        if name not in files:
            continue
        words = _json(name, files[name])
        if words.pop("$schema", "") != SCHEMAS.format(version=manifest["manifestVersion"], of="Localization."):
            yield f"{name} has another $schema than the manifest's."
        if lacks := sorted(wanted - words.keys()):
            yield f"{name} lacks words for {', '.join(lacks)}."
        if more := sorted(words.keys() - wanted):
            yield f"{name} has words for what is not in the manifest: {', '.join(more)}."
        yield from _too_long(name, words)


def _too_long(file: str, words: Mapping[str, str]) -> Iterator[str]:
    for name, said in words.items():
        most = MOST.get(name) or MOST_OF_A_KIND[name.rpartition(".")[2]]
        if not 0 < len(said.strip()) <= most:
            yield f"{name} in {file} should have 1 to {most} letters; it has {len(said.strip())}."


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, NO_TIME), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
