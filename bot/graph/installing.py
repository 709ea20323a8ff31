"""The bot into somebody's Teams, as the app itself and for no other app: so that a notice finds them there.

https://learn.microsoft.com/microsoftteams/platform/graph-api/proactive-bots-and-messages/graph-proactive-bots-and-messages
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from bot.errors import Busy, NotFound, SharebotError, Unavailable
from bot.graph.calls import CHANGE, Ask, Calls

# An application permission: an administrator's to grant, and good for this bot's own app alone.
ROLE = "TeamsAppInstallation.ReadWriteSelfForUser.All"


@dataclass(frozen=True)
class Installing:
    """`app_id` is what the organisation's catalogue calls this bot's app; its manifest has another id."""

    calls: Calls
    app_id: str

    async def install(self, person_id: str) -> str:
        """The id of their chat with the bot. As often as it is called, they have it once. Raises SharebotError."""
        where = f"/users/{person_id}/teamwork/installedApps"
        app = {"teamsApp@odata.bind": f"{self.calls.url}/appCatalogs/teamsApps/{self.app_id}"}
        refusal: SharebotError | None = None
        try:
            await self.calls.answer(Ask("POST", where, ROLE, CHANGE, json=app))
        except Busy:
            raise
        except SharebotError as error:
            # They may have it already, or have it now, and the answer was lost.
            refusal = error
        ours = {"$expand": "teamsApp", "$filter": f"teamsApp/id eq '{self.app_id}'"}
        found = await self.calls.read(
            Ask("GET", where, ROLE, params=ours), lambda said: [str(each["id"]) for each in said["value"]]
        )
        if not found:
            raise refusal or Unavailable
        chat = f"{where}/{quote(found[0], safe='')}/chat"
        try:
            return await self.calls.read(Ask("GET", chat, ROLE), lambda said: str(said["id"]))
        except NotFound as error:
            # It is installed, and its chat is not there yet.
            raise Unavailable(reference=error.reference) from error
