"""The page in the pop-up: who are you, and may Sharebot do this for you?"""

from __future__ import annotations

import datetime as dt
import html
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from contoso import claims
from contoso import scopes as wanted
from contoso.people import Person
from contoso.tenant import BOT_NAME, Contoso
from contoso.tokens import Code

CODE_IS_GOOD_FOR = dt.timedelta(minutes=10)
# What goes along from form to form.
CARRIED = (
    "client_id",
    "response_type",
    "response_mode",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "prompt",
    "login_hint",
    "code_challenge",
    "code_challenge_method",
    "claims",
)
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style nonce="{nonce}">
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.5 "Segoe UI", system-ui, sans-serif; margin: 0; background: light-dark(#f2f2f2, #1b1b1b) }}
main {{ max-width: 27rem; margin: 6vh auto; padding: 2.2rem; background: light-dark(#fff, #292929);
  box-shadow: 0 2px 8px #0003 }}
h1 {{ font-size: 1.5rem; font-weight: 600; margin: 0 0 .6rem }}
ul {{ padding-left: 1.2rem }}
.people {{ display: grid; gap: .2rem; max-height: 60vh; overflow: auto }}
button {{ font: inherit; padding: .5rem .9rem; border: 1px solid light-dark(#ddd, #555); background: transparent;
  color: inherit; cursor: pointer; border-radius: 2px }}
.people button {{ text-align: left; border-color: transparent }}
.people small {{ display: block; opacity: .75 }}
button:hover {{ background: light-dark(#f2f2f2, #3a3a3a) }}
.primary {{ background: #0067b8; color: #fff; border-color: #0067b8 }}
.primary:hover {{ background: #005da6 }}
.answers {{ display: flex; gap: .6rem; justify-content: flex-end; margin-top: 1.4rem }}
.brand {{ opacity: .75 }}
</style></head><body><main><p class="brand">Contoso</p><h1>{title}</h1>{content}</main></body></html>"""


class SignIn:
    """`GET` and `POST /{tenant}/oauth2/v2.0/authorize`."""

    def __init__(self, contoso: Contoso) -> None:
        self._contoso = contoso

    def routes(self) -> list[web.RouteDef]:
        path = f"/{self._contoso.tenant_id}/oauth2/v2.0/authorize"
        return [web.get(path, self.asked), web.post(path, self.answered)]

    async def asked(self, request: web.Request) -> web.StreamResponse:
        asked = {name: request.query[name] for name in CARRIED if name in request.query}
        if problem := self._problem(asked):
            return problem
        person = self._contoso.directory.at(asked.get("login_hint", ""))
        if asked.get("prompt") == "none":
            lacks = person is None or wanted.lacking(self._contoso, person, wanted.named(asked["scope"]))
            if person and not lacks and person.id not in self._contoso.interaction_required:
                return self._code(asked, person)
            return _back(asked, error="interaction_required", error_description="AADSTS50058: Nobody is signed in.")
        if person is None or not person.can_sign_in or asked.get("prompt") == "select_account":
            return self._who(asked)
        return self._may_it(asked, person)

    async def answered(self, request: web.Request) -> web.StreamResponse:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        asked = {name: form[name] for name in CARRIED if name in form}
        if problem := self._problem(asked):
            return problem
        person = self._contoso.directory.people.get(form.get("person", ""))
        match person, form.get("answer"):
            case Person(can_sign_in=True), None:
                return self._may_it(asked, person)
            case Person(can_sign_in=True), "approve":
                self._contoso.interaction_required.discard(person.id)
                return self._may_it(asked, person)
            case Person(can_sign_in=True), "accept":
                return self._agreed(asked, person)
            case _:
                text = "AADSTS65004: User declined to consent to access the app."
                return _back(asked, error="access_denied", error_subcode="cancel", error_description=text)

    def _problem(self, asked: Mapping[str, str]) -> web.Response | None:
        """A page, because an address that is not known to be the app's is not sent anything."""
        if asked.get("client_id") != self._contoso.bot_id:
            return _sorry("AADSTS700016: This application was not found in the directory 'Contoso'.")
        if not self._contoso.is_redirect_allowed(asked.get("redirect_uri", "")):
            return _sorry("AADSTS50011: The redirect URI in the request is not one of the application's.")
        if asked.get("response_type") != "code":
            return _sorry("AADSTS700054: The response_type is not enabled for the application.")
        if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
            return _sorry("AADSTS501491: Only the code_challenge_method S256 is taken.")
        try:
            wanted.named(asked.get("scope", ""))
        except wanted.UnknownScope as unknown:
            return _sorry(f"AADSTS70011: The scope {unknown} is not valid.")
        try:
            claims.asked_for(asked.get("claims", ""))
        except (ValueError, RecursionError):
            return _sorry("AADSTS90100: The parameter claims is not valid.")
        return None

    def _who(self, asked: Mapping[str, str]) -> web.Response:
        people = sorted(
            (each for each in self._contoso.directory.people.values() if each.can_sign_in and each.has_come), key=_order
        )
        buttons = "".join(
            f'<button name="person" value="{each.id}">{html.escape(each.name)}'
            f"<small>{html.escape(each.mail)}</small></button>"
            for each in people
        )
        return _page("Sign in to Contoso", _form(asked, f'<p>Who are you?</p><div class="people">{buttons}</div>'))

    def _may_it(self, asked: Mapping[str, str], person: Person) -> web.StreamResponse:
        scopes = wanted.named(asked["scope"])
        if person.id in self._contoso.interaction_required:
            return self._is_it_you(asked, person)
        if not wanted.lacking(self._contoso, person, scopes) and asked.get("prompt") != "consent":
            return self._code(asked, person)
        if too_much := wanted.for_administrators(self._contoso, person, scopes):
            return _for_administrators(too_much)
        wishes = "".join(
            f"<li>{html.escape(wanted.WORDS[each])}</li>"
            for each in sorted((scopes & wanted.WORDS.keys()) - {"openid"})
        )
        return _question(
            "Permissions requested",
            asked,
            person,
            f'<p><b>{BOT_NAME}</b> would like to:</p><ul class="scopes">{wishes}</ul>',
            accept="Accept",
        )

    def _is_it_you(self, asked: Mapping[str, str], person: Person) -> web.StreamResponse:
        text = "<p>Your organization needs more information to keep your account secure.</p>"
        return _question("Verify your identity", asked, person, text, approve="It is me")

    def _agreed(self, asked: Mapping[str, str], person: Person) -> web.StreamResponse:
        scopes = wanted.named(asked["scope"])
        if person.id in self._contoso.interaction_required:
            return self._is_it_you(asked, person)
        if too_much := wanted.for_administrators(self._contoso, person, scopes):
            return _for_administrators(too_much)
        self._contoso.consents[person.id] |= scopes
        return self._code(asked, person)

    def _code(self, asked: Mapping[str, str], person: Person) -> web.StreamResponse:
        code = f"1.{secrets.token_urlsafe(32)}"
        self._contoso.codes[code] = Code(
            person=person,
            redirect_uri=asked["redirect_uri"],
            scopes=wanted.named(asked["scope"]),
            challenge=asked.get("code_challenge", ""),
            nonce=asked.get("nonce", ""),
            claims=asked.get("claims", ""),
            good_until=self._contoso.now() + CODE_IS_GOOD_FOR,
        )
        return _back(asked, code=code, session_state=secrets.token_hex(16))


def _back(asked: Mapping[str, str], **answer: str) -> web.StreamResponse:
    """To the app, in the way it asked for."""
    if "state" in asked:
        answer["state"] = asked["state"]
    where = asked["redirect_uri"]
    match asked.get("response_mode", "query"):
        case "form_post":
            fields = "".join(
                f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
                for name, value in answer.items()
            )
            nonce = secrets.token_urlsafe(16)
            form = f'<form method="post" action="{html.escape(where)}">{fields}<button>Go on</button></form>'
            return _page("Signing you in", f'{form}<script nonce="{nonce}">document.forms[0].submit()</script>', nonce)
        case "fragment":
            where = f"{where}#{urlencode(answer)}"
        case _:
            where = f"{where}{'&' if '?' in where else '?'}{urlencode(answer)}"
    return web.Response(status=302, headers={"Location": where, "Cache-Control": "no-store"})


def _form(asked: Mapping[str, str], content: str) -> str:
    carried = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in asked.items()
    )
    return f'<form method="post">{carried}{content}</form>'


def _question(title: str, asked: Mapping[str, str], person: Person, content: str, **answers: str) -> web.StreamResponse:
    """`answers` are what is sent back, and what the button says; the other button is Cancel."""
    ((value, words),) = answers.items()
    whole = (
        f"<p>{html.escape(person.mail)}</p>{content}"
        f'<input type="hidden" name="person" value="{person.id}"><div class="answers">'
        '<button name="answer" value="cancel">Cancel</button>'
        f'<button class="primary" name="answer" value="{value}">{words}</button></div>'
    )
    return _page(title, _form(asked, whole))


def _for_administrators(scopes: frozenset[str]) -> web.Response:
    return _sorry(f"AADSTS90094: Only an administrator can agree to {', '.join(sorted(scopes))}.")


def _sorry(text: str) -> web.Response:
    return _page("Sorry, but we're having trouble signing you in", f"<p>{html.escape(text)}</p>", status=400)


def _page(title: str, content: str, nonce: str = "", *, status: int = 200) -> web.Response:
    nonce = nonce or secrets.token_urlsafe(16)
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; base-uri 'none'"
    headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy + "; frame-ancestors 'none'"}
    text = PAGE.format(title=html.escape(title), content=content, nonce=nonce)
    return web.Response(text=text, content_type="text/html", status=status, headers=headers)


def _order(person: Person) -> str:
    return person.name
