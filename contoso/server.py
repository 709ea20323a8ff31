"""Puts a tenant on the network: every face of it on one port of this machine."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from aiohttp import web

from contoso import faults
from contoso.backdoor import BackDoor
from contoso.client import TeamsClient
from contoso.connector import Connector
from contoso.entra import Entra
from contoso.graph import Graph
from contoso.signin import SignIn
from contoso.teams import Teams
from contoso.tenant import LOOPBACK, Contoso

LARGEST_BODY = 1024 * 1024
STOPS_WITHIN = 2.0


def application(contoso: Contoso) -> web.Application:
    """All faces. `contoso.base_url` and `contoso.client` are for who serves it to set; `running` does."""
    app = web.Application(
        middlewares=[_by_its_clock(contoso), _only_here, faults.middleware(contoso)], client_max_size=LARGEST_BODY
    )
    teams = Teams(contoso)
    app.on_shutdown.append(teams.hang_up)
    for face in (Entra(contoso), SignIn(contoso), Graph(contoso), Connector(contoso), BackDoor(contoso), teams):
        app.add_routes(face.routes())
    return app


@asynccontextmanager
async def running(contoso: Contoso, host: str = "127.0.0.1", port: int = 0) -> AsyncGenerator[str]:
    """Serves the tenant while the context lasts and gives its base URL. Port 0: any that is free."""
    runner = web.AppRunner(application(contoso), access_log=None, shutdown_timeout=STOPS_WITHIN)
    # It speaks plainly to this machine alone, and reading all authorities takes longer than a test.
    async with httpx.AsyncClient(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)) as http:
        contoso.client = TeamsClient(contoso, http)
        await runner.setup()
        try:
            site = web.TCPSite(runner, host, port)
            await site.start()
            contoso.base_url = f"http://{host}:{runner.addresses[0][1]}"
            yield contoso.base_url
        finally:
            await contoso.client.close()
            await runner.cleanup()


def _by_its_clock(contoso: Contoso) -> Any:
    @web.middleware
    async def dated(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        response = await handler(request)
        response.headers.setdefault("Date", format_datetime(contoso.now(), usegmt=True))
        return response

    return dated


@web.middleware
async def _only_here(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """No page of another site may talk to the tenant, neither under a name that resolves to here nor from its own."""
    for header in ("Host", "Origin"):
        if not _is_loopback(request.headers.get(header)):
            return web.Response(status=403, text="Contoso talks to this machine only.")
    return await handler(request)


def _is_loopback(name: str | None) -> bool:
    if name is None:
        return True
    try:
        return urlsplit(name if "://" in name else f"//{name}").hostname in LOOPBACK
    except ValueError:
        return False


__all__: list[Any] = ["application", "running"]
