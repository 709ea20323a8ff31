"""The bot as a web application: HTTP ⇄ botbuilder turn, and everything that is wired together for it."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from functools import cache, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any, cast

import httpx
from aiohttp import web
from botbuilder.core import CloudAdapterBase, TurnContext
from botbuilder.schema import ActivityTypes

from bot import tracing
from bot.errors import Unavailable
from bot.graph import Budgets, Calls, Graph, Installing
from bot.identity import Identity, OnBehalfOf
from bot.identity.app_tokens import AppTokens, AsTheApp
from bot.identity.entra import Entra
from bot.identity.keys import SigningKeys
from bot.identity.sealing import Sealer
from bot.identity.sso import SsoTokens
from bot.ledger import CannotOpen, Ledger, Place
from bot.policy import Policy, load
from bot.settings import Settings
from bot.sharing import Chat, Person, Recipient
from bot.teams import wire
from bot.teams.authentication import TeamsAuthentication
from bot.teams.connector import Connectors, session
from bot.teams.pages import SignInPages, teams_js
from bot.teams.readiness import Readiness
from bot.teams.sign_in import AskingIn
from bot.teams.turns import PATIENCE, Turns
from bot.work import Work
from bot.work.limits import LIMITS, Limits
from cards.elements import Card

log = logging.getLogger(__name__)

# Teams' own limit for a message is 100 KB of UTF-16; an invoke with its token is smaller.
LARGEST_BODY = 512 * 1024
# As Microsoft asks of traffic that wants to be served well: no vendor, the company, the app.
# https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
USER_AGENT = "NONISV|Sharebot|Sharebot/0.1"
CONNECTIONS = httpx.Limits(max_connections=200, max_keepalive_connections=50)

# Those that need not be seen, and those that are told by name.
ASKED_OFTEN = frozenset({"/healthz", "/readyz"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Seconds.
COUNTS_EVERY = 30.0
COUNTED_WITHIN = 5.0

# The turn, the activity as it came, and when, by the clock of the loop.
OnActivity = Callable[[TurnContext, dict[str, Any], float], Awaitable[None]]


class Adapter(CloudAdapterBase):
    """botbuilder-integration-aiohttp 4.17.1 answers 500 to every invoke with a body, so this stands in its place."""

    def __init__(self, authentication: TeamsAuthentication, public_url: str) -> None:
        super().__init__(authentication)
        self._authentication = authentication
        self._public_url = public_url

    async def process(self, request: web.Request, on_activity: OnActivity) -> web.Response:
        arrived = asyncio.get_running_loop().time()
        header = request.headers.get("Authorization", "")
        try:
            await self._authentication.check(header)
            body = await _json(request)
            activity = wire.activity(body)
            caller = await self._authentication.authenticate_request(activity, header)
        except PermissionError as error:
            log.warning("refused a call: %s", error)
            return web.Response(status=401)
        except Unavailable:
            return web.Response(status=503)
        except (ValueError, RecursionError):
            return web.Response(status=400)

        async def turn(context: TurnContext) -> None:
            await on_activity(context, cast("dict[str, Any]", body), arrived)

        response = await self.process_activity(caller, activity, turn)
        if activity.type != ActivityTypes.invoke:
            return web.Response(status=201)
        text = wire.with_icons(response.body, self._public_url)
        return web.json_response(text=text, status=response.status)


async def _json(request: web.Request) -> object:
    text = (await request.read()).decode()
    if not wire.is_text(text):
        raise ValueError
    return json.loads(text)


def _nothing() -> None:
    """Nobody wants to know."""


def application(
    settings: Settings,
    clock: Callable[[], float] = time.time,
    limits: Limits = LIMITS,
    settled: Callable[[], None] = _nothing,
) -> web.Application:
    """The bot, ready to be served: `POST /api/messages`, the sign-in pages, `GET /healthz` and `/readyz`.

    `clock` gives seconds since 1970: what plans, sign-ins and ends go by. `limits`: what Teams lets a bot do.
    `settled` is called each time that something large was brought into the process to stay there. Raises BadPolicy.
    """
    policy = load(settings.policy_file)
    is_watched = bool(settings.otlp_traces or settings.otlp_metrics)
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[*([_seen] if is_watched else []), _readable])
    runs: list[Callable[[web.Application], AsyncGenerator[None]]]
    runs = [lambda app: _run(app, settings=settings, policy=policy, clock=clock, limits=limits, settled=settled)]
    app.cleanup_ctx.extend([lambda _app: _watched(settings), *runs, _counted] if is_watched else runs)

    async def messages(request: web.Request) -> web.StreamResponse:
        return await request.app[ADAPTER].process(request, request.app[TURNS].on_activity)

    async def healthz(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"status": "ok"})

    async def readyz(request: web.Request) -> web.StreamResponse:
        return await request.app[READINESS].answer()

    async def start(request: web.Request) -> web.StreamResponse:
        return await request.app[PAGES].start(request)

    async def end(request: web.Request) -> web.StreamResponse:
        return await request.app[PAGES].end(request)

    app.add_routes(
        [
            web.post("/api/messages", messages),
            web.get("/healthz", healthz),
            web.get("/readyz", readyz),
            web.get("/auth/start", start),
            web.get("/auth/teams.js", teams_js),
            web.post("/auth/end", end),
            web.static("/icons", ICONS),
        ]
    )
    return app


# Of the kinds of files, for cards and for lists that Teams draws.
ICONS = Path(__file__).parent / "icons"
ADAPTER = web.AppKey("adapter", Adapter)
TURNS = web.AppKey("turns", Turns)
PAGES = web.AppKey("pages", SignInPages)
WORK = web.AppKey("work", Work)
READINESS = web.AppKey("readiness", Readiness)
LEDGER = web.AppKey("ledger", Ledger)


@web.middleware
async def _seen(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]):
    """Who asks how we are asks too often to be told of."""
    route = request.match_info.route.resource
    path = route.canonical if route else ""
    if path in ASKED_OFTEN:
        return await handler(request)
    # Anybody may knock with words of their own.
    method = request.method if request.method in METHODS else "_OTHER"
    said = {"http.request.method": method, "http.route": path}
    status, begun = 500, time.perf_counter()
    with tracing.span(f"{method} {path}".rstrip(), said, kind="server") as span:
        try:
            answer = await handler(request)
            status = answer.status
        except web.HTTPException as error:
            # As good an answer as any.
            answer, status = error, error.status
        finally:
            code = {"http.response.status_code": status}
            span.note(code)
            tracing.count(tracing.REQUESTS_IN, time.perf_counter() - begun, **said, **code)
    if isinstance(answer, web.HTTPException):
        raise answer
    return answer


@web.middleware
async def _readable(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]):
    """A body that is not packed as it says is their fault, and none of ours."""
    try:
        return await handler(request)
    except web.RequestPayloadError:
        return web.Response(status=400)


async def _watched(settings: Settings) -> AsyncGenerator[None]:
    """To a collector. Its libraries take a while to import, which is nobody's cost who has none."""
    otlp = await asyncio.to_thread(importlib.import_module, "bot.otlp")
    watch = otlp.Otlp(settings.otlp_traces, settings.otlp_metrics)
    tracing.watch(watch)
    yield
    tracing.watch(None)
    await watch.close()


async def _counted(app: web.Application) -> AsyncGenerator[None]:
    """How much there is at this moment, time and again."""
    over = asyncio.Event()

    async def on_and_on() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(COUNTS_EVERY):
                    await over.wait()
            await _count(app[LEDGER], app[WORK])

    await _count(app[LEDGER], app[WORK])
    task = asyncio.create_task(on_and_on())
    yield
    over.set()
    # Broken off only where the database is away.
    await asyncio.wait({task}, timeout=COUNTED_WITHIN)
    task.cancel()


async def _count(ledger: Ledger, work: Work) -> None:
    try:
        pending, overdue = await ledger.ends.counted()
        tracing.count(tracing.PENDING, pending)
        tracing.count(tracing.OVERDUE, overdue)
        tracing.count(tracing.QUEUE, await work.waiting())
    except Exception as error:
        log.warning("what waits could not be counted: %s", type(error).__name__)


# Reading the authorities takes longer than anything else here, and they are the same for all.
_authorities = cache(httpx.create_ssl_context)


async def _run(
    app: web.Application,
    *,
    settings: Settings,
    policy: Policy,
    clock: Callable[[], float],
    limits: Limits,
    settled: Callable[[], None],
) -> AsyncGenerator[None]:
    """Everything with a life of its own, wired together, from start to stop."""
    # One person's cookies must not travel with the next one's requests.
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    http = httpx.AsyncClient(
        verify=_authorities(), limits=CONNECTIONS, headers={"User-Agent": USER_AGENT}, cookies=no_cookies
    )
    entra = Entra(settings.login_url, settings.tenant_id, settings.app_id, settings.credential)
    sealer = Sealer(settings.sealing_keys)
    ledger = Ledger(settings.database_url, clock)
    tenant = f"{settings.login_url}/{settings.tenant_id}/v2.0/.well-known/openid-configuration"
    issuers = settings.cloud.issuers(settings.tenant_id)
    sso = SsoTokens(SigningKeys(http, tenant), settings.app_id, settings.tenant_id, issuers)
    identity = Identity(entra, sso, ledger.token_caches, sealer, settings.cloud.graph)
    teams = session()
    connectors = Connectors(teams, AppTokens(entra, settings.cloud.bot_framework), settings.public_url)
    app[ADAPTER] = Adapter(
        TeamsAuthentication(
            SigningKeys(http, settings.bot_keys_url),
            connectors,
            app_id=settings.app_id,
            bot_framework=settings.cloud.bot_framework,
            service_hosts=settings.service_hosts,
        ),
        settings.public_url,
    )
    budgets = Budgets()

    def graph(
        person: Person, patience: float = PATIENCE, *, may_have_left: bool = False, yields: bool = False
    ) -> Graph:
        until = asyncio.get_running_loop().time() + patience
        signer = OnBehalfOf(identity, person, may_have_left=may_have_left)
        return Graph(Calls(http, settings.graph_url, signer, budgets, until, yields))

    as_the_app = AsTheApp(AppTokens(entra, settings.cloud.graph))

    async def install(person_id: str) -> str:
        # Whom it can't be given now a mail reaches: nobody waits for Graph here.
        now = asyncio.get_running_loop().time()
        calls = Calls(http, settings.graph_url, lambda _scope: as_the_app, budgets, now)
        return await Installing(calls, settings.catalog_app_id).install(person_id)

    async def tell(tenant_id: str, person_id: str, make: Callable[[], Card]) -> Place | None:
        return await app[TURNS].tell(tenant_id, person_id, make)

    async def show(place: Place, card: Card) -> None:
        await app[TURNS].show(place, card)

    async def who(sharer: Person, chat: Chat, person_id: str) -> Recipient | None:
        return await app[TURNS].who(sharer, chat, person_id)

    app[WORK] = Work(
        ledger=ledger,
        sealer=sealer,
        database_url=settings.database_url,
        graph=partial(graph, may_have_left=True),
        tell=tell,
        show=show,
        who=who,
        install=install if settings.catalog_app_id else None,
        policy=policy,
        retention_days=settings.retention_days,
        remind_hours=settings.remind_hours,
        clock=clock,
        limits=limits,
        settled=settled,
    )
    app[TURNS] = Turns(
        adapter=app[ADAPTER],
        settings=settings,
        graph=graph,
        identity=identity,
        sealer=sealer,
        ledger=ledger,
        work=app[WORK],
        asking_in=AskingIn(identity=identity, sign_ins=ledger.sign_ins, sealer=sealer, public_url=settings.public_url),
        answer_within=limits.answer_within,
    )
    app[PAGES] = SignInPages(
        identity=identity,
        sign_ins=ledger.sign_ins,
        sealer=sealer,
        turns=app[TURNS],
        public_url=settings.public_url,
    )
    app[READINESS] = Readiness(ledger)
    app[LEDGER] = ledger
    await ledger.open()
    try:
        await app[WORK].open()
    except CannotOpen:
        # A thread of its driver would find no loop any more to report to.
        await ledger.close()
        raise
    settled()
    yield
    await app[TURNS].at_rest()
    await app[WORK].close()
    await ledger.close()
    entra.close()
    await http.aclose()
    await teams.close()
