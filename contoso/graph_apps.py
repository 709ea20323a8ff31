"""Apps in people's Teams, as Graph shows and installs them. https://learn.microsoft.com/graph/api/resources/userscopeteamsappinstallation"""

from __future__ import annotations

import base64
import re
from typing import Any

from contoso.chats import Chat
from contoso.graph_calls import Answer, Call, entity, listed
from contoso.people import Person
from contoso.refusals import Refusal
from contoso.tenant import BOT_NAME, Contoso

Json = dict[str, Any]
# https://learn.microsoft.com/graph/permissions-reference
ROLE = "TeamsAppInstallation.ReadWriteSelfForUser.All"
FOR_APPS = re.compile(r"/(v1\.0|beta)/users/[^/]+/teamwork/installedApps(/|$)", re.IGNORECASE)
APP = re.compile(r"/appCatalogs/teamsApps/([^/]+)$")
FILTER = re.compile(r"teamsApp/(id|externalId) eq '([^']*)'")
# Whose the app's own token is.
NOBODY = Person("", "", "", "", "", "", can_sign_in=False)


def is_for_apps(address: str) -> bool:
    """Whether the app may come by itself; elsewhere this tenant wants a person."""
    return bool(FOR_APPS.search(address))


def installed(contoso: Contoso, asked: Call, who: str) -> Answer:
    _must_be_allowed(asked)
    chat, is_wanted = _teams_of(contoso, who), _fits(asked, _app(contoso))
    expanded = {"teamsApp": _app(contoso)} if "teamsApp" in asked.expanded else {}
    one = {"id": _installation_id(contoso, chat), **expanded}
    found = [one] if is_wanted and chat.id in contoso.chats.with_bot else []
    return listed(asked, f"users('{who}')/teamwork/installedApps", found)


def install(contoso: Contoso, asked: Call, who: str) -> Answer:
    """https://learn.microsoft.com/graph/api/userteamwork-post-installedapps"""
    _must_be_allowed(asked)
    body = asked.body()
    bound = APP.search(str(body.get("teamsApp@odata.bind"))) if isinstance(body, dict) else None
    if bound is None:
        raise Refusal(400, "BadRequest", "Bad Request: teamsApp@odata.bind names no app.")
    chat = _teams_of(contoso, who)
    if bound[1] != contoso.catalog_app_id:
        raise Refusal(404, "NotFound", "The app was not found in the app catalog.")
    person = contoso.directory.people[chat.members[0]]
    if person.id in contoso.blocked:
        text = (
            f"App is blocked by app permission policy. TenantId: {contoso.tenant_id}, UserObjectId: {person.id}, "
            f"AppId: {contoso.catalog_app_id}, AppType: Private"
        )
        raise Refusal(403, "Forbidden", text, inner="AccessDenied")
    if chat.id in contoso.chats.with_bot:
        raise Refusal(409, "Conflict", "The app is already installed in the user's personal scope.")
    contoso.client.bring(person)
    return Answer(201)


def chat(contoso: Contoso, asked: Call, who: str, installation: str) -> Answer:
    """https://learn.microsoft.com/graph/api/userscopeteamsappinstallation-get-chat"""
    _must_be_allowed(asked)
    found = _teams_of(contoso, who)
    if found.id not in contoso.chats.with_bot or installation != _installation_id(contoso, found):
        raise Refusal(404, "NotFound", "The app installation was not found.")
    return entity(asked, "chats/$entity", {"id": found.graph_id, "topic": None, "chatType": "oneOnOne"})


def _must_be_allowed(asked: Call) -> None:
    roles = asked.caller.roles
    if roles is None:
        held = ", ".join(sorted(asked.caller.scopes))
        text = f"Missing scope permissions on the request. API requires one of '{ROLE[:-4]}'. Scopes on the request "
        raise Refusal(403, "Forbidden", f"{text}'{held}'")
    if ROLE not in roles:
        held = ", ".join(sorted(roles))
        text = f"Missing role permissions on the request. API requires one of '{ROLE}'. Roles on the request '{held}'."
        raise Refusal(403, "Forbidden", text)


def _teams_of(contoso: Contoso, who: str) -> Chat:
    """Where the bot is, or would be; guests and rooms have no such place. Raises Refusal."""
    person = contoso.directory.people.get(who) or contoso.directory.at(who)
    own = (each for each in contoso.chats.of(person.id) if each.kind == "personal") if person else iter(())
    found = next(own, None)
    if found is None:
        raise Refusal(404, "NotFound", "No user was found with the given id, or they do not use Teams.")
    return found


def _app(contoso: Contoso) -> Json:
    about = {"id": contoso.catalog_app_id, "externalId": contoso.bot_id, "displayName": BOT_NAME}
    return {**about, "distributionMethod": "organization"}


def _fits(asked: Call, app: Json) -> bool:
    if not (wanted := asked.query.get("$filter")):
        return True
    if "teamsApp" not in asked.expanded or (found := FILTER.fullmatch(wanted)) is None:
        raise Refusal(400, "BadRequest", "Invalid filter clause: an app is found by its id or externalId, expanded.")
    return app[found[1]] == found[2]


def _installation_id(contoso: Contoso, own: Chat) -> str:
    return base64.b64encode(f"{own.members[0]}##{contoso.catalog_app_id}".encode()).decode()
