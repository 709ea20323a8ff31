"""What sets the bot up in Azure and in Teams says what the bot needs, as far as its files tell: nothing is deployed."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot import policy
from bot.graph import scopes
from bot.packaging import PLACE
from contoso.tokens import OPENID, TEAMS_DESKTOP, TEAMS_WEB
from tests.test_docs import ADMINISTRATION, rows
from tests.test_image import KNOWN

Json = dict[str, Any]
ROOT = Path(__file__).parents[1]
INFRA = ROOT / "infra"
BICEP = {file.name: file.read_text() for file in INFRA.glob("*.bicep")}
LIFECYCLES: dict[str, Json] = {file.name: yaml.safe_load(file.read_text()) for file in ROOT.glob("m365agents*.yml")}
PERMISSIONS: list[Json] = json.loads((INFRA / "permissions.json").read_text())
CLIENTS: list[Json] = json.loads((INFRA / "clients.json").read_text())
LOCAL: Json = json.loads((INFRA / "entra.local.json").read_text())
# https://learn.microsoft.com/microsoftteams/platform/toolkit/teamsfx-actions
ACTIONS = {
    *("aadApp/create", "aadApp/update", "arm/deploy", "botFramework/create", "file/createOrUpdateEnvironmentFile"),
    *("script", "teamsApp/create", "teamsApp/publishAppPackage", "teamsApp/update", "teamsApp/validateAppPackage"),
    *("teamsApp/validateManifest", "teamsApp/zipAppPackage"),
}
# What the toolkit knows by itself, and what a person keeps for themselves.
GIVEN = {"SECRET_CERTIFICATE", "SECRET_SEALING_KEYS", "SECRET_DATABASE_PASSWORD"}


def steps(file: str) -> list[Json]:
    said = LIFECYCLES[file]
    return [step for part in ("provision", "deploy", "publish") for step in said.get(part, ())]


def test_the_permissions_asked_for_are_those_of_the_bot_and_no_others() -> None:
    of_the_bot = {value for name, value in vars(scopes).items() if name.isupper()}

    assert {each["name"] for each in PERMISSIONS} == of_the_bot | OPENID - {"email"}
    assert len({str(uuid.UUID(each["id"])) for each in PERMISSIONS}) == len(PERMISSIONS)
    assert "'Role'" not in BICEP["registration.bicep"]


def test_the_clients_let_in_are_teams_and_no_others() -> None:
    assert {each["id"] for each in CLIENTS} == {TEAMS_DESKTOP, TEAMS_WEB}
    assert all(each["id"] in ADMINISTRATION for each in CLIENTS)


def test_the_registration_is_as_administrators_are_told() -> None:
    said = BICEP["registration.bicep"]

    for line in (
        "signInAudience: 'AzureADMyOrg'",
        "identifierUris: ['api://botid-${appId}']",
        "redirectUris: ['${publicUrl}/auth/end']",
        "requestedAccessTokenVersion: 2",
        "value: 'access_as_user'",
        "for client in clients",
        "for permission in permissions",
    ):
        assert line in said
    told = dict(rows("The app registration", ADMINISTRATION))
    assert "`PUBLIC_URL/auth/end`" in told["Authentication"]


def test_the_registration_for_this_machine_is_the_same() -> None:
    (scope,) = LOCAL["api"]["oauth2PermissionScopes"]
    (graph,) = LOCAL["requiredResourceAccess"]

    assert LOCAL["identifierUris"] == ["api://botid-${{BOT_ID}}"]
    assert LOCAL["web"]["redirectUris"] == ["${{PUBLIC_URL}}/auth/end"]
    assert (LOCAL["signInAudience"], LOCAL["api"]["requestedAccessTokenVersion"]) == ("AzureADMyOrg", 2)
    assert scope["value"] == "access_as_user"
    assert graph["resourceAccess"] == [{"id": each["id"], "type": "Scope"} for each in PERMISSIONS]
    assert LOCAL["api"]["preAuthorizedApplications"] == [
        {"appId": each["id"], "delegatedPermissionIds": [scope["id"]]} for each in CLIENTS
    ]


@pytest.mark.parametrize("file", LIFECYCLES)
def test_a_lifecycle_does_what_the_toolkit_knows_with_files_that_are_there(file: str) -> None:
    assert LIFECYCLES[file]["version"] == "v1.11"
    assert {step["uses"] for step in steps(file)} <= ACTIONS
    said = json.dumps(LIFECYCLES[file])
    for path in re.findall(r"\./((?:infra|manifest|env)[\w./]*)", said):
        assert (ROOT / path).exists(), path
    for run in (step["with"]["run"] for step in steps(file) if step["uses"] == "script"):
        assert "make" not in run or re.search(rf"^{run.split()[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", ["dev", "local"])
def test_every_value_a_lifecycle_needs_is_made_or_asked_for(name: str) -> None:
    file = {"dev": "m365agents.yml", "local": "m365agents.local.yml"}[name]
    written = {value for step in steps(file) for value in step.get("writeToEnvironmentFile", {}).values()}
    asked = set(re.findall(r"^(\w+)=", (ROOT / f"env/.env.{name}").read_text(), re.MULTILINE))
    made = set(re.findall(r"^output (\w+)", BICEP["azure.bicep"], re.MULTILINE)) if name == "dev" else set[str]()
    templates = ["azure.parameters.json"] if name == "dev" else ["entra.local.json"]
    read = [
        (ROOT / file).read_text(),
        (ROOT / "manifest/manifest.json").read_text(),
        *((INFRA / each).read_text() for each in templates),
    ]

    wanted = {place for text in read for place in PLACE.findall(text)}

    assert wanted - written - asked - made <= GIVEN
    assert not [each for each in asked if each.startswith("SECRET_")]


def test_what_is_deployed_is_asked_for_what_it_wants() -> None:
    declared = dict(re.findall(r"^param (\w+) \w+( = .+)?$", BICEP["azure.bicep"], re.MULTILINE))
    given = json.loads((INFRA / "azure.parameters.json").read_text())["parameters"]

    assert {name for name, default in declared.items() if not default} <= given.keys() <= declared.keys()
    assert LIFECYCLES["m365agents.yml"]["provision"][1]["with"]["templates"][0]["path"] == "./infra/azure.bicep"


def test_each_module_is_given_what_it_wants_and_no_more() -> None:
    modules = re.findall(
        r"^module \w+ '(.+)' = \{\n.+\n  params: \{\n((?:    .+\n)+)", BICEP["azure.bicep"], re.MULTILINE
    )

    assert {file for file, _ in modules} == BICEP.keys() - {"azure.bicep"}
    for file, given in modules:
        wanted = re.findall(r"^param (\w+)", BICEP[file], re.MULTILINE)
        assert re.findall(r"^    (\w+):", given, re.MULTILINE) == wanted


@pytest.mark.parametrize("file", BICEP)
def test_what_opens_is_closed_and_what_is_secret_is_marked(file: str) -> None:
    code = re.sub(r"//.*(?=\n)|'[^'\n]*'", "", BICEP[file])
    secret = set(re.findall(r"@secure\(\)\nparam (\w+)", BICEP[file]))

    for opening, closing in ("{}", "[]", "()"):
        assert code.count(opening) == code.count(closing)
    assert secret == {"certificate", "sealingKeys", "databasePassword"} & set(re.findall(r"param (\w+)", BICEP[file]))
    assert not [each for each in secret if re.search(rf"^output .*{each}", BICEP[file], re.MULTILINE)]
    assert ("extension microsoftGraphV1" in BICEP[file]) == ("'Microsoft.Graph/" in BICEP[file])


def test_the_service_is_run_as_administrators_are_told() -> None:
    service = BICEP["service.bicep"]
    secret = set(re.findall(r"\{ name: '([A-Z_]+)', secretRef:", service))
    plain = set(re.findall(r"^    ([A-Z_]+): ", service, re.MULTILINE))

    assert secret == {"DATABASE_URL", "SEALING_KEYS"}
    assert {"APP_ID", "TENANT_ID", "APP_CERTIFICATE", "PUBLIC_URL", "POLICY_FILE"} <= plain <= KNOWN
    assert re.findall(r"type: '(\w+)'\n +httpGet: \{ path: '(/\w+)'", service) == [
        ("Startup", "/healthz"),
        ("Liveness", "/healthz"),
        ("Readiness", "/readyz"),
    ]
    assert set(re.findall(r"secretRef: '([\w-]+)'", service)) == set(re.findall(r"name: '([a-z-]+)', (?:k|v)", service))
    assert "minReplicas: 2" in service
    assert "terminationGracePeriodSeconds: 40" in service


def test_the_rules_that_are_deployed_can_be_read_and_allow_everything_until_somebody_writes_some() -> None:
    (file,) = re.findall(r"loadTextContent\('(.+)'\)", BICEP["service.bicep"])

    assert policy.load(str(INFRA / file)) == policy.EVERYTHING


def test_the_azure_bot_is_of_one_tenant_and_in_teams() -> None:
    bot = BICEP["bot.bicep"]

    assert "msaAppType: 'SingleTenant'" in bot
    assert "endpoint: '${publicUrl}/api/messages'" in bot
    assert "channelName: 'MsTeamsChannel'" in bot
