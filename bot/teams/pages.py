"""The sign-in page: out to Entra with a ticket, back with an answer that must be the ticket owner's."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import logging
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from bot.errors import NeedsSignIn, SharebotError
from bot.identity import Identity
from bot.identity.sealing import Sealer, Unreadable
from bot.ledger import SignIns
from bot.ledger.sign_ins import KEEP_FOR
from bot.sharing import Person
from bot.teams.turns import Turns
from bot.texts import _, speaking, spoken

log = logging.getLogger(__name__)

PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sharebot</title><style nonce="{nonce}">
body {{ font: 16px/1.5 "Segoe UI", system-ui, sans-serif; margin: 20vh auto 0; max-width: 26rem; padding: 0 1.5rem }}
h1 {{ font-size: 1.4rem; font-weight: 600 }}
@media (prefers-color-scheme: dark) {{ body {{ background: #1f1f1f; color: #fff }} }}
</style></head><body><h1>{title}</h1><p>{sentence}</p>
{done}</body></html>"""
# Teams opened the window, and goes on when it is told so. Any other browser just closes it.
DONE = """<script nonce="{nonce}" src="/auth/teams.js"></script>
<script nonce="{nonce}">
self.microsoftTeams?.app.initialize().then(() => microsoftTeams.authentication.notifySuccess()).catch(() => {{}});
setTimeout(() => window.close(), 2500);
</script>"""
# npm ci --prefix bot/teams/web
TEAMS_JS = Path(__file__).parent / "web/node_modules/@microsoft/teams-js/dist/umd/MicrosoftTeams.min.js"


class SignInPages:
    def __init__(self, *, identity: Identity, sign_ins: SignIns, sealer: Sealer, turns: Turns, public_url: str) -> None:
        self._identity = identity
        self._sign_ins = sign_ins
        self._sealer = sealer
        self._turns = turns
        self._redirect_uri = f"{public_url}/auth/end"
        # On https its name forbids any other host to set it. https://www.rfc-editor.org/rfc/rfc6265bis#section-4.1.3.2
        self._is_https = public_url.startswith("https://")
        self._cookie = "__Host-sign-in" if self._is_https else "sign-in"

    async def start(self, request: web.Request) -> web.StreamResponse:
        with speaking(_locale(request)):
            return await self._start(request)

    async def end(self, request: web.Request) -> web.StreamResponse:
        with speaking(_locale(request)):
            return await self._end(request)

    async def _start(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if not (waiting := await self._sign_ins.at(ticket)):
            return _page(_("This link is no longer good"), _("Please ask me again in Teams."), status=410)
        try:
            address, flow = await self._identity.sign_in_page(self._redirect_uri, waiting.scopes, waiting.claims)
        except SharebotError as error:
            return _page(_("That did not work"), str(error), status=503)
        browser = self._browser(request) or secrets.token_urlsafe(32)
        page = json.dumps({"ticket": ticket, "flow": flow, "browser": _hash(browser)})
        await self._sign_ins.send_to_page(flow["state"], self._sealer.seal(page.encode(), flow["state"]))
        response = web.Response(status=302, headers={**_headers(""), "Location": address})
        response.set_cookie(
            self._cookie,
            browser,
            max_age=KEEP_FOR,
            path="/",
            httponly=True,
            secure=self._is_https,
            # Entra's page posts back from another site.
            samesite="None" if self._is_https else "Lax",
        )
        return response

    async def _end(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/x-www-form-urlencoded":
            return _page(_("This link is no longer good"), _("Please ask me again in Teams."), status=400)
        form = dict(parse_qsl((await request.read()).decode("ascii", "replace")))
        state = form.get("state", "")
        page = self._opened(await self._sign_ins.back_from_page(state), state)
        if page is None or (waiting := await self._sign_ins.at(page["ticket"])) is None:
            return _page(_("This link is no longer good"), _("Please ask me again in Teams."), status=410)
        if form.get("error") == "access_denied":
            return _page(_("You did not agree"), _("So I did nothing. Press Sign in again whenever you like."))
        person = Person(waiting.tenant_id, waiting.person_id, "")
        try:
            if not hmac.compare_digest(page["browser"], _hash(self._browser(request))):
                raise NeedsSignIn(_("Please begin and end in one browser. Ask me again in Teams."))
            await self._identity.sign_in(person, page["flow"], form)
        except SharebotError as error:
            log.warning("a sign-in on the page failed: %s", type(error).__name__)
            return _page(_("That did not work"), str(error), status=403)
        await self._turns.signed_in(person, page["ticket"])
        return _page(_("You are signed in"), _("You can close this window and go on in Teams."), close=True)

    def _opened(self, page: bytes | None, state: str) -> dict[str, Any] | None:
        try:
            return json.loads(self._sealer.open(page, state)) if page else None
        except Unreadable:
            log.warning("a sign-in page was begun with a key that is gone")
            return None

    def _browser(self, request: web.Request) -> str:
        """The secret we gave it; "" for what cannot be one."""
        said = request.cookies.get(self._cookie, "")
        return said if said.isascii() else ""


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def teams_js(_request: web.Request) -> web.StreamResponse:
    if not TEAMS_JS.exists():
        return web.Response(status=404)
    return web.FileResponse(TEAMS_JS, headers={"Cache-Control": "max-age=86400", "X-Content-Type-Options": "nosniff"})


def _locale(request: web.Request) -> str:
    """What the browser names first: that is what its owner likes best."""
    return request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0].strip()


def _page(title: str, sentence: str, *, status: int = 200, close: bool = False) -> web.Response:
    nonce = secrets.token_urlsafe(16)
    text = PAGE.format(
        lang=spoken(),
        nonce=nonce,
        title=html.escape(title),
        sentence=html.escape(sentence),
        done=DONE.format(nonce=nonce) if close else "",
    )
    return web.Response(text=text, status=status, content_type="text/html", headers=_headers(nonce))


def _headers(nonce: str) -> dict[str, str]:
    return {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
    }
