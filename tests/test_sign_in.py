"""Signing in: silently where Teams can, by consent where the tenant wants it, and never as somebody else."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from contoso import tokens
from contoso.tenant import Contoso
from tests.attacks import invoke, send
from tests.bot import Bot
from tests.people import Someone
from tests.test_teams import activity, call, claims

GENERAL = "General"
CHECKLIST = 'share "Onboarding checklist.docx" with Alex'


async def test_consent_is_asked_for_and_then_the_sentence_is_carried_out(diego: Someone, bot: Bot) -> None:
    asked = await diego.says(CHECKLIST)
    page = await visit(bot.sign_in_page(diego), as_="diego.siciliani@contoso.com", accept=True)
    card = await diego.waits_for("Share this?")

    assert "Sign in" in asked
    assert "You are signed in" in page
    assert "Onboarding checklist.docx" in card
    assert "✓ can view" in await diego.presses("Share")


async def test_who_does_not_agree_is_left_alone_and_may_think_again(diego: Someone, bot: Bot) -> None:
    await diego.says(CHECKLIST)
    page = await visit(bot.sign_in_page(diego), as_="diego.siciliani@contoso.com", accept=False)
    await bot.at_rest()

    assert "You did not agree" in page
    assert "Share this?" not in diego.sees()
    await visit(bot.sign_in_page(diego), as_="diego.siciliani@contoso.com", accept=True)
    assert "Share this?" in await diego.waits_for("Share this?")


async def test_a_sign_in_link_is_good_for_its_owner_only(diego: Someone, adele: Someone, bot: Bot) -> None:
    await diego.says(CHECKLIST)
    page = await visit(bot.sign_in_page(diego), as_="adele.vance@contoso.com", accept=True)
    await bot.at_rest()

    assert "somebody else" in page
    assert "Share this?" not in diego.sees()
    assert "Sign in" in await diego.says(CHECKLIST)


async def test_the_way_back_from_the_page_is_good_once(diego: Someone, bot: Bot) -> None:
    await diego.says(CHECKLIST)
    back: dict[str, str] = {}
    await visit(bot.sign_in_page(diego), as_="diego.siciliani@contoso.com", accept=True, sent=back)

    async with httpx.AsyncClient(timeout=30) as http:
        again = await http.post(f"{bot.url}/auth/end", data=back)

    assert again.status_code == 410
    assert "no longer good" in again.text


async def test_what_was_said_before_a_sign_in_and_cannot_be_read_any_more_is_not_guessed(
    diego: Someone, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    await diego.says(CHECKLIST)
    await bot.alters("UPDATE sign_ins SET parked = x'00'")

    await visit(bot.sign_in_page(diego), as_=diego.mail, accept=True)
    await bot.at_rest()

    assert "what somebody said before signing in can't be read any more" in caplog.text
    assert "Share this?" not in diego.sees()
    assert "Share this?" in await diego.says(CHECKLIST)


async def test_a_link_that_something_else_opens_as_well_still_leads_back(diego: Someone, bot: Bot) -> None:
    """A scanner of links, or a second window."""
    await diego.says(CHECKLIST)
    page = bot.sign_in_page(diego)
    async with httpx.AsyncClient(follow_redirects=True) as http, httpx.AsyncClient(timeout=30) as scanner:
        answer = await http.get(page)
        await scanner.get(page)
        while "<form" in answer.text:
            answer = await submit(http, answer, as_=diego.mail, accept=True, sent={})

    assert "You are signed in" in answer.text
    assert "Onboarding checklist.docx" in await diego.waits_for("Share this?")


async def test_a_page_from_before_the_sealing_key_was_lost_leads_nowhere_and_its_link_does(
    diego: Someone, bot: Bot
) -> None:
    await diego.says(CHECKLIST)
    page = bot.sign_in_page(diego)
    async with httpx.AsyncClient(timeout=30) as http:
        state = parse_qs(urlsplit((await http.get(page)).headers["Location"]).query)["state"][0]
        before = bot.url
        (bot.data / "sealing.key").unlink()
        await bot.restart()
        ended = await http.post(f"{bot.url}/auth/end", data={"state": state, "code": "x"})
        again = await http.get(page.replace(before, bot.url))

    assert (ended.status_code, again.status_code) == (410, 302)
    assert "no longer good" in ended.text


async def test_devices_that_fail_show_one_button_and_the_sentence_is_carried_out_once(diego: Someone, bot: Bot) -> None:
    await diego.says(CHECKLIST)
    first = bot.sign_in_page(diego)
    for _ in range(3):
        await send(bot, invoke(diego, "signin/failure", {"code": "installedappnotfound"}))
    await bot.at_rest()

    second = bot.sign_in_page(diego)
    assert diego.sees().count("Please sign in") == 2
    for page in (second, first):
        await visit(page, as_=diego.mail, accept=True)
    await bot.at_rest()
    assert diego.sees().count("Share this?") == 1


async def test_who_began_in_one_browser_cannot_end_in_another(diego: Someone, bot: Bot) -> None:
    await diego.says(CHECKLIST)
    async with httpx.AsyncClient(timeout=30) as one, httpx.AsyncClient(follow_redirects=True) as another:
        began = await one.get(bot.sign_in_page(diego))
        answer = await another.get(began.headers["Location"])
        for _ in range(3):
            if "<form" not in answer.text:
                break
            answer = await submit(another, answer, as_="diego.siciliani@contoso.com", accept=True, sent={})

    assert answer.status_code == 403
    assert "in one browser" in answer.text
    assert bot.sign_ins() == 0


async def test_the_cookie_of_a_sign_in_is_no_scripts_and_no_other_sites(diego: Someone, bot: Bot) -> None:
    await diego.says(CHECKLIST)
    async with httpx.AsyncClient(timeout=30) as http:
        cookie = (await http.get(bot.sign_in_page(diego))).headers["Set-Cookie"]

    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))


async def test_on_https_the_cookie_is_this_hosts_alone(contoso: Contoso, tmp_path: Path) -> None:
    async with Bot(contoso, tmp_path, public_url="https://bot.example") as bot, httpx.AsyncClient(timeout=30) as http:
        diego = Someone(contoso, "diego.siciliani@contoso.com")
        await diego.says(CHECKLIST)
        page = bot.sign_in_page(diego).replace("https://bot.example", bot.url)
        cookie = (await http.get(page)).headers["Set-Cookie"]

    assert cookie.startswith("__Host-sign-in=")
    assert {"HttpOnly", "Path=/", "SameSite=None", "Secure"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize("path", ["/auth/start", "/auth/start?ticket=x"])
async def test_a_link_nobody_gave_out_leads_nowhere(bot: Bot, path: str) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        answer = await http.get(bot.url + path)

    assert answer.status_code == 410
    assert "script-src 'nonce-" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_while_the_login_service_is_down_the_link_says_so_and_is_good_after_it(
    diego: Someone, bot: Bot, contoso: Contoso
) -> None:
    await diego.says(CHECKLIST)
    link = bot.sign_in_page(diego)
    before = bot.url
    await bot.restart()
    link = link.replace(before, bot.url)
    bot.breaks("entra", "openid-configuration", status=503, times=None)

    async with httpx.AsyncClient(timeout=30) as http:
        down = await http.get(link)
        contoso.faults.clear()
        up = await http.get(link)

    assert down.status_code == 503
    assert "That did not work" in down.text
    assert up.status_code != 503


async def test_in_a_channel_the_press_of_a_button_signs_in(adele: Someone, bot: Bot) -> None:
    asked = await adele.says("<at>Sharebot</at> share Q3 Budget.xlsx with Alex", chat=GENERAL)
    card = await adele.presses("Continue", chat=GENERAL)

    assert "Continue" in asked
    assert "Share this?" in card


async def test_what_i_said_in_a_group_is_mine_to_continue(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says("<at>Sharebot</at> share Q3 Budget.xlsx with Alex", chat="Budget crew")
    card = bot.latest(adele, "Budget crew")

    assert "not yours to continue" in await megan.presses("Continue", message=card, chat="Budget crew")
    assert "Share this?" in await adele.presses("Continue", message=card, chat="Budget crew")
    assert "no longer waiting" in await megan.presses("Continue", message=card, chat="Budget crew")


async def test_a_press_of_somebody_who_never_agreed_leads_to_the_page(diego: Someone, bot: Bot) -> None:
    """Diego asks, agrees, signs out; then the press of his old card has to sign him in again."""
    await diego.says(CHECKLIST)
    await visit(bot.sign_in_page(diego), as_="diego.siciliani@contoso.com", accept=True)
    await diego.waits_for("Share this?")
    card = bot.latest(diego)
    await diego.says("sign out")
    bot.contoso.require_consent(bot.contoso.person("diego.siciliani@contoso.com").id)

    answer = await bot.deliver(diego, bot.button(diego, "Share", card), card)

    assert answer.type == "application/vnd.microsoft.activity.loginRequest"
    page = answer.value["buttons"][0]["value"]
    assert "You are signed in" in await visit(page, as_="diego.siciliani@contoso.com", accept=True)
    assert "✓ can view" in await diego.presses("Share", message=card)


async def test_sign_out_forgets_the_key_and_the_next_sentence_signs_in_again(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex")
    assert "signed out" in await adele.says("sign out")

    assert "Share this?" in await adele.says("share Q3 Budget.xlsx with Alex")
    assert bot.sign_ins() == 2


async def test_a_key_survives_a_restart(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex")
    await bot.restart()
    await adele.says("share Q3 Budget.xlsx with Megan")

    assert bot.sign_ins() == 1


async def test_a_key_that_ends_is_renewed_without_anybody_noticing(adele: Someone, bot: Bot) -> None:
    bot.contoso.token_lifetime = 60
    await adele.says("share Q3 Budget.xlsx with Alex")
    bot.breaks("entra", "/token", contains="on_behalf_of", status=500, times=None)

    assert "Share this?" in await adele.says("share Q3 Budget.xlsx with Megan")


async def test_a_key_that_was_revoked_is_dropped_and_the_person_signed_in_anew(adele: Someone, bot: Bot) -> None:
    bot.contoso.token_lifetime = 60
    await adele.says("share Q3 Budget.xlsx with Alex")
    bot.contoso.refresh_tokens.clear()

    assert "Share this?" in await adele.says("share Q3 Budget.xlsx with Megan")
    assert bot.sign_ins() >= 1


async def test_a_key_with_some_life_left_is_used_while_the_login_service_is_down(adele: Someone, bot: Bot) -> None:
    bot.contoso.refresh_in = 0
    await adele.says("share Q3 Budget.xlsx with Alex")
    bot.breaks("entra", "/token", status=503, times=None)

    assert "Share this?" in await adele.says("share Q3 Budget.xlsx with Megan")


async def test_one_persons_trouble_at_the_login_service_is_nobody_elses(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    bot.breaks("entra", "/token", contains="on_behalf_of", status=503, headers=(("Retry-After", "60"),))

    first = await adele.says("share Q3 Budget.xlsx with Alex")
    second = await megan.says('share "Town hall.pptx" with Alex')

    assert "Share this?" not in first
    assert "Share this?" in second


async def test_a_refusal_is_not_remembered_after_a_yes(bot: Bot) -> None:
    """msal would repeat what Entra said for a minute, without asking."""
    person = bot.contoso.person("adele.vance@contoso.com")
    agreed = set(bot.contoso.consents[person.id])
    bot.contoso.consents[person.id].clear()
    token = tokens.sso_token(bot.contoso, person)

    before = await exchange(bot, token)
    bot.contoso.consents[person.id] |= agreed
    after = await exchange(bot, token)

    assert (before, after) == (412, 200)


async def test_a_certificate_proves_the_bot_to_entra(contoso: Contoso, tmp_path: Path, pem: str) -> None:
    (tmp_path / "app.pem").write_text(pem)
    contoso.bot_secret, contoso.bot_certificate = "nobody knows it", pem
    async with Bot(contoso, tmp_path, certificate=str(tmp_path / "app.pem")) as bot:
        adele = Someone(contoso, "adele.vance@contoso.com")

        assert "Share this?" in await adele.says("share Q3 Budget.xlsx with Alex")
        contoso.bot_certificate = ""
        await bot.restart()
        assert await adele.says("help") == ""


async def test_a_lost_sealing_key_costs_a_sign_in_and_no_more(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex")
    (bot.data / "sealing.key").unlink()
    await bot.restart()

    assert "✓ can view" in await adele.presses("Share")
    assert bot.sign_ins() == 2


async def test_a_token_graph_stops_taking_leads_to_one_silent_sign_in_and_then_to_the_button(
    adele: Someone, bot: Bot
) -> None:
    bot.breaks("graph", "/me", status=401, times=None)

    answer = await adele.says("share Q3 Budget.xlsx with Alex")

    assert "Sign in" in answer
    assert bot.sign_ins() == 1


async def test_help_needs_no_sign_in(diego: Someone, bot: Bot) -> None:
    assert "share Q3 Budget.xlsx" in await diego.says("help")
    assert "Sign in" not in diego.sees()
    assert bot.sign_ins() == 0


async def test_several_devices_answer_one_ticket_and_the_sentence_is_carried_out_once(adele: Someone, bot: Bot) -> None:
    bot.contoso.client.devices = 3

    await adele.says("share Q3 Budget.xlsx with Alex")
    await bot.at_rest()

    assert adele.sees().count("Share this?") == 1


async def exchange(bot: Bot, token: str) -> int:
    """Adele's Teams sends this token."""
    adele = bot.contoso.person("adele.vance@contoso.com")
    body = activity(
        bot.contoso, type="invoke", name="signin/tokenExchange", value={"id": "x", "token": token}, text=None
    )
    body["from"] = {"id": "29:adele", "aadObjectId": adele.id}
    return await call(bot, f"Bearer {bot.contoso.keys.bot_framework.sign(claims(bot.contoso))}", body)


async def visit(page: str, *, as_: str, accept: bool, sent: dict[str, str] | None = None) -> str:
    """A browser that follows the sign-in page to its end: who it is, what it agrees to, and what it reads last."""
    async with httpx.AsyncClient(follow_redirects=True) as http:
        answer = await http.get(page)
        for _ in range(4):
            if "<form" not in answer.text:
                return answer.text
            answer = await submit(http, answer, as_=as_, accept=accept, sent={} if sent is None else sent)
    raise AssertionError("the page never ended")


async def submit(
    http: httpx.AsyncClient, page: httpx.Response, *, as_: str, accept: bool, sent: dict[str, str]
) -> httpx.Response:
    """Fills in the form as this person would; `sent` is what goes back to the bot at last."""
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    fields = {name: html.unescape(value) for name, value in fields.items()}
    action = re.search(r'<form method="post" action="([^"]+)"', page.text)
    if action:
        sent |= fields
        return await http.post(html.unescape(action[1]), data=fields)
    if "person" in fields:
        yes = "approve" if 'value="approve"' in page.text else "accept"
        fields["answer"] = yes if accept else "cancel"
    else:
        found = re.search(rf'value="([^"]+)">[^<]*<small>{re.escape(as_)}</small>', page.text)
        assert found
        fields["person"] = found[1]
    return await http.post(str(page.url).partition("?")[0], data=fields)
