"""Microsoft's clouds: where each signs people in, keeps files, and lets bots speak.

https://learn.microsoft.com/graph/deployments · https://learn.microsoft.com/azure/bot-service/how-to-deploy-gov-cloud-high
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cloud:
    """`login_issuers` end with the tenant's id or the tenant's id and /v2.0; `graph` is how scopes spell Graph.

    `files` is where SharePoint and OneDrive are, of whatever tenant.
    """

    login_url: str
    login_issuers: tuple[str, ...]
    graph: str
    bot_keys_url: str
    bot_framework: str
    service_hosts: frozenset[str]
    files: str

    def issuers(self, tenant_id: str) -> list[str]:
        return [issuer.format(tenant=tenant_id) for issuer in self.login_issuers]


GOVERNMENT_KEYS = "https://login.botframework.azure.us/v1/.well-known/openidconfiguration"
STS = "https://sts.windows.net/{tenant}/"
CLOUDS = {
    "public": Cloud(
        login_url="https://login.microsoftonline.com",
        login_issuers=("https://login.microsoftonline.com/{tenant}/v2.0", STS),
        graph="https://graph.microsoft.com",
        bot_keys_url="https://login.botframework.com/v1/.well-known/openidconfiguration",
        bot_framework="https://api.botframework.com",
        service_hosts=frozenset({"smba.trafficmanager.net", "smba.infra.gcc.teams.microsoft.com"}),
        files="*.sharepoint.com",
    ),
    "gcc-high": Cloud(
        login_url="https://login.microsoftonline.us",
        login_issuers=("https://login.microsoftonline.us/{tenant}/v2.0", STS),
        graph="https://graph.microsoft.us",
        bot_keys_url=GOVERNMENT_KEYS,
        bot_framework="https://api.botframework.us",
        service_hosts=frozenset({"smba.infra.gov.teams.microsoft.us"}),
        files="*.sharepoint.us",
    ),
    "dod": Cloud(
        login_url="https://login.microsoftonline.us",
        login_issuers=("https://login.microsoftonline.us/{tenant}/v2.0", STS),
        graph="https://dod-graph.microsoft.us",
        bot_keys_url=GOVERNMENT_KEYS,
        bot_framework="https://api.botframework.us",
        service_hosts=frozenset({"smba.infra.dod.teams.microsoft.us"}),
        files="*.sharepoint-mil.us",
    ),
}
