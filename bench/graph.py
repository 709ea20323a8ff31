"""What Graph costs us: processor time for an invite, next to a bare POST and to Microsoft's own client; and how long
many people's look-ups and invites take against a tenant that is 100 ms away. `make bench`."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import math
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from bench.figures import Table, Target, report
from bot.graph import Budgets, Calls, Graph
from bot.graph.invitations import DriveRecipient, Invitation
from bot.sharing import DriveType, Role, ShareableItem

INVITES = 40  # in a block; blocks of the three clients take turns
BLOCKS = 21
MANY = 200
LATENCY = 0.1  # seconds
CONNECTIONS = 20
RUNS = 5
# What we want: of a bare POST, of Microsoft's client, of perfect concurrency.
OF_HTTPX, OF_SDK, OF_PERFECT = 1.3, 4, 1.5
BODY = {"requireSignIn": True, "sendInvitation": True, "roles": ["write"]}
Invite = Callable[[], Awaitable[object]]


class Bearer(httpx.Auth):
    def __init__(self, token: str) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["Authorization"] = f"Bearer {self._token}"
        yield request


@asynccontextmanager
async def serving(module: str) -> AsyncGenerator[str]:
    """A server in a process of its own, so that its time is not ours; the first thing it prints is its address."""
    process = subprocess.Popen([sys.executable, "-m", module], stdout=subprocess.PIPE, text=True)  # noqa: S603, ASYNC220
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.graph", description=__doc__)
    parser.add_argument("--blocks", type=int, default=BLOCKS, help=f"of {INVITES} invites (default {BLOCKS})")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"of {MANY} look-ups and invites (default {RUNS})")
    chosen = parser.parse_args()
    limits = httpx.Limits(max_connections=CONNECTIONS)
    async with serving("bench.recorded") as base, httpx.AsyncClient(limits=limits) as http:
        near, wanted = await processor_time(http, base, chosen.blocks)
    async with serving("bench.tenant") as base, httpx.AsyncClient(limits=limits) as http:
        state = (await http.get(f"{base}/_contoso/state")).json()
        token = (await http.get(f"{base}/_contoso/token", params={"user": "adele.vance@contoso.com"})).json()["token"]
        raw = next(each for each in state["files"] if each["path"] == "Finance/Q3 Budget.xlsx")
        far, also_wanted = await at_a_distance(http, base, token, state, raw["driveId"], runs=chosen.runs)
    return report([*wanted, also_wanted], [near, far])


async def processor_time(http: httpx.AsyncClient, base: str, blocks: int) -> tuple[Table, list[Target]]:
    token, who = "a token", "0a0d38a9-a59b-4245-93fa-0d2cf727f17a"
    item = ShareableItem("b!drive", "01ITEM", "", "", False, "", "", None, DriveType.BUSINESS, is_own=True)
    graph = Graph(Calls(http, f"{base}/v1.0", lambda _scope: Bearer(token), Budgets(), math.inf))
    url = f"{base}/v1.0/drives/{item.drive_id}/items/{item.id}/invite"
    body = {"recipients": [{"objectId": who}], **BODY}
    asked = Invitation((DriveRecipient("objectId", who),), Role.WRITE)
    clients: dict[str, Invite] = {
        "httpx, a bare POST": lambda: http.post(url, json=body, auth=Bearer(token)),
        "Sharebot": lambda: graph.invite(item, asked),
        "msgraph-sdk": microsofts(base, token, item, who),
    }
    for invite in clients.values():
        await invite()
    times: dict[str, list[float]] = {name: [] for name in clients}
    for _ in range(blocks):
        for name, invite in clients.items():
            began = time.process_time()
            for _ in range(INVITES):
                await invite()
            times[name].append((time.process_time() - began) / INVITES)
    bare = times["httpx, a bare POST"]
    ratios = {
        name: statistics.median(mine / its for mine, its in zip(found, bare, strict=True))
        for name, found in times.items()
    }
    rows = [(name, f"{statistics.median(found) * 1000:.2f}", f"{ratios[name]:.2f}") for name, found in times.items()]
    ours, sdk = ratios["Sharebot"], ratios["msgraph-sdk"]
    title = f"Processor time of an invite, median of {blocks} blocks of {INVITES}"
    return Table(title, ("", "ms", "of httpx"), rows), [
        Target(f"an invite at most {OF_HTTPX} times a bare POST of httpx", f"{ours:.2f}", ours <= OF_HTTPX),
        Target(f"at least {OF_SDK} times less than msgraph-sdk", f"{sdk / ours:.1f}", sdk / ours >= OF_SDK),
    ]


def microsofts(base: str, token: str, item: ShareableItem, who: str) -> Invite:
    """msgraph-sdk as its documentation has it."""
    anonymous: Any = importlib.import_module("kiota_abstractions.authentication.anonymous_authentication_provider")
    sdk: Any = importlib.import_module("msgraph")
    bodies: Any = importlib.import_module("msgraph.generated.drives.item.items.item.invite.invite_post_request_body")
    recipients: Any = importlib.import_module("msgraph.generated.models.drive_recipient")

    class Provider(anonymous.AnonymousAuthenticationProvider):
        async def authenticate_request(self, request: Any, _context: object = None) -> None:
            request.headers.try_add("Authorization", f"Bearer {token}")

    adapter = sdk.GraphRequestAdapter(Provider())
    adapter.base_url = f"{base}/v1.0"
    client = sdk.GraphServiceClient(request_adapter=adapter)

    async def invite() -> object:
        body = bodies.InvitePostRequestBody(
            recipients=[recipients.DriveRecipient(object_id=who)],
            require_sign_in=True,
            send_invitation=True,
            roles=["write"],
        )
        return await client.drives.by_drive_id(item.drive_id).items.by_drive_item_id(item.id).invite.post(body)

    return invite


async def at_a_distance(
    http: httpx.AsyncClient, base: str, token: str, state: Any, drive_id: str, *, runs: int
) -> tuple[Table, Target]:
    """Many look-ups and invites at once, through one tenant-wide budget, next to bare requests and to arithmetic."""
    await http.post(f"{base}/_contoso/faults", json={"rules": [{"face": "graph", "delay": LATENCY}]})
    people = [each["id"] for each in state["people"] if not each["guest"]]
    files = [(each["driveId"], each["id"]) for each in state["files"] if each["driveId"] == drive_id]
    items = [files[number % len(files)] for number in range(MANY)]
    who = [people[number % 10 + 1] for number in range(MANY)]

    async def ours() -> None:
        graph = Graph(Calls(http, f"{base}/v1.0", lambda _scope: Bearer(token), Budgets(), math.inf))
        found = await asyncio.gather(*(graph.item(drive, each, is_own=True) for drive, each in items))
        asked = (Invitation((DriveRecipient("objectId", each),), Role.READ) for each in who)
        await asyncio.gather(*(graph.invite(to, each) for to, each in zip(found, asked, strict=True)))

    async def bare() -> None:
        auth = Bearer(token)
        urls = [f"{base}/v1.0/drives/{drive}/items/{each}" for drive, each in items]
        await asyncio.gather(*(http.get(url, auth=auth) for url in urls))
        bodies = ({"recipients": [{"objectId": each}], **BODY, "roles": ["read"]} for each in who)
        await asyncio.gather(
            *(http.post(f"{url}/invite", json=body, auth=auth) for url, body in zip(urls, bodies, strict=True))
        )

    times: dict[str, list[float]] = {"bare httpx": [], "Sharebot": []}
    for _ in range(runs):
        for name, run in (("bare httpx", bare), ("Sharebot", ours)):
            began = time.perf_counter()
            await run()
            times[name].append(time.perf_counter() - began)
    perfect = 2 * math.ceil(MANY / CONNECTIONS) * LATENCY
    medians = {name: statistics.median(found) for name, found in times.items()}
    rows = [("perfect concurrency", f"{perfect:.2f}", "1.00")]
    rows += [(name, f"{took:.2f}", f"{took / perfect:.2f}") for name, took in medians.items()]
    title = f"{MANY} look-ups and {MANY} invites over {CONNECTIONS} connections, {LATENCY * 1000:.0f} ms away"
    share = medians["Sharebot"] / perfect
    return Table(title, ("", "s", "of perfect"), rows), Target(
        f"many at a distance at most {OF_PERFECT} times perfect concurrency", f"{share:.2f}", share <= OF_PERFECT
    )


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
