"""Agreeing step by step: nobody is asked to let the bot do more than their own command needs."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.bot import Bot
from tests.people import Someone
from tests.test_sign_in import visit

ALEX, DIEGO, MEGAN = "alex.wilber@contoso.com", "diego.siciliani@contoso.com", "megan.bowen@contoso.com"
FIRST = {"User.Read", "Files.ReadWrite"}
ALWAYS = {"openid", "profile", "offline_access"}
CREW = "Budget crew"
CHECKLIST = 'share "Onboarding checklist.docx" with'


@pytest.fixture(autouse=True)
def diego_agreed_to_the_least(bot: Bot) -> None:
    agreed = bot.contoso.consents[bot.contoso.person(DIEGO).id]
    agreed.clear()
    agreed |= FIRST | ALWAYS


async def asked_for(page: str) -> set[str]:
    """Graph's scopes that a sign-in page wants."""
    async with httpx.AsyncClient(timeout=30) as http:
        address = (await http.get(page)).headers["Location"]
    (scopes,) = parse_qs(urlsplit(address).query)["scope"]
    return {scope.removeprefix("https://graph.microsoft.com/") for scope in scopes.split()} - ALWAYS


async def test_an_own_file_is_shared_with_an_address_by_whoever_agreed_to_the_least(
    diego: Someone, alex: Someone, bot: Bot
) -> None:
    await alex.says("help")
    card = await diego.says(f"{CHECKLIST} {ALEX}")
    result = await diego.presses("Share")
    await bot.at_rest()

    assert "Share this?" in card
    assert "outside" not in card
    assert "✓ can view" in result
    assert "Alex Wilber" in result
    # Only an address is known of him before, so Graph mails it with the invite; and nobody hears twice.
    assert len(bot.mails_to(ALEX)) == 1
    assert "shared a file with you" not in alex.sees()


async def test_somebody_mentioned_needs_no_look_up(adele: Someone, bot: Bot) -> None:
    agreed = bot.contoso.consents[bot.contoso.person(adele.mail).id]
    agreed -= {"User.ReadBasic.All", "Files.ReadWrite.All"}

    await adele.says("<at>Sharebot</at> share Q3 Budget.xlsx with <at>Megan Bowen</at>", chat=CREW)
    card = await adele.presses("Continue", chat=CREW)
    result = await adele.presses("Share", chat=CREW)

    assert "Megan Bowen" in card
    assert "✓ can view" in result
    assert bot.access("Q3 Budget.xlsx")[MEGAN] == "read"


async def test_an_address_outside_is_told_as_such_all_the_same(diego: Someone, bot: Bot) -> None:
    assert "outside your organisation" in await diego.says(f"{CHECKLIST} eric@fabrikam.example")


async def test_an_address_that_is_nobodys_is_refused_by_microsoft_365(diego: Someone, bot: Bot) -> None:
    await diego.says(f"{CHECKLIST} alxe.wilber@contoso.com")

    assert "can't find this person" in await diego.presses("Share")


async def test_a_name_is_looked_up_after_a_question(diego: Someone, bot: Bot) -> None:
    asked = await diego.says(f"{CHECKLIST} Alex")
    page = bot.sign_in_page(diego)
    wanted = await asked_for(page)
    await visit(page, as_=DIEGO, accept=True)

    assert "find people by their names" in asked
    assert wanted == FIRST | {"User.ReadBasic.All"}
    assert "Alex Wilber" in await diego.waits_for("Share this?")


async def test_a_file_of_somebody_else_is_reached_after_a_question(diego: Someone, bot: Bot) -> None:
    """The town hall is Megan's, for everybody with its link."""
    town_hall = bot.contoso.file("Megan Bowen", "Town hall.pptx")
    asked = await diego.says(f"share {bot.contoso.web_url(town_hall)} with {ALEX}")

    assert "reach files that others share with you" in asked
    assert await asked_for(bot.sign_in_page(diego)) == FIRST | {"Files.ReadWrite.All"}


async def test_a_name_that_fits_no_own_file_is_looked_for_everywhere_after_a_question(diego: Someone, bot: Bot) -> None:
    asked = await diego.says(f'share "Brand guidelines.pdf" with {ALEX}')

    assert "reach files that others share with you" in asked


async def test_an_own_file_behind_its_link_is_shared_without_a_question(diego: Someone, bot: Bot) -> None:
    own = bot.contoso.file("Diego Siciliani", "Onboarding checklist.docx")

    assert "Share this?" in await diego.says(f"share {bot.contoso.web_url(own)} with {ALEX}")


async def test_all_that_one_command_needs_is_asked_for_in_one_go(diego: Someone, bot: Bot) -> None:
    await diego.says(f"{CHECKLIST} {ALEX}")
    await diego.says('share "Brand guidelines.pdf" with Alex')
    page = bot.sign_in_page(diego)
    wanted = await asked_for(page)

    assert wanted == FIRST | {"User.ReadBasic.All", "Files.ReadWrite.All"}


async def test_a_first_sign_in_asks_for_what_the_first_command_needs(diego: Someone, bot: Bot) -> None:
    bot.contoso.require_consent(bot.contoso.person(DIEGO).id)

    await diego.says(f"{CHECKLIST} {ALEX}")

    assert await asked_for(bot.sign_in_page(diego)) == FIRST


async def test_a_no_to_more_leaves_what_was_agreed_to(diego: Someone, bot: Bot) -> None:
    await diego.says(f"{CHECKLIST} Alex")
    await visit(bot.sign_in_page(diego), as_=DIEGO, accept=False)

    assert "Share this?" in await diego.says(f"{CHECKLIST} {ALEX}")


async def test_a_question_in_a_channel_is_answered_there(bot: Bot) -> None:
    """Pradeep agreed to the least, too; in a channel the press of a button asks him in."""
    pradeep = Someone(bot.contoso, "pradeep.gupta@contoso.com")
    agreed = bot.contoso.consents[bot.contoso.person(pradeep.mail).id]
    agreed -= {"User.ReadBasic.All", "Files.ReadWrite.All"}

    await pradeep.says("<at>Sharebot</at> share Audit notes.docx with Alex", chat="General")
    card = bot.latest(pradeep, "General")
    answer = await bot.deliver(pradeep, bot.button(pradeep, "Continue", card, "General"), card, chat="General")

    assert answer.type == "application/vnd.microsoft.activity.loginRequest"
    assert "find people by their names" in answer.value["text"]


@pytest.mark.parametrize("group", ["everyone in Marketing", "Marketing", "marketing@contoso.com"])
async def test_a_group_is_found_where_the_administrator_lets_us(adele: Someone, bot: Bot, group: str) -> None:
    card = await adele.says(f"share Q3 Budget.xlsx with {group}")
    result = await adele.presses("Share")

    assert "a group: everybody in it" in card
    assert "✓ can view" in result
    assert bot.access("Q3 Budget.xlsx")["marketing@contoso.com"] == "read"


async def test_without_the_administrator_nobody_is_asked_to_agree_to_seeing_groups(diego: Someone, bot: Bot) -> None:
    agreed = bot.contoso.consents[bot.contoso.person(DIEGO).id]
    agreed |= {"User.ReadBasic.All", "Files.ReadWrite.All"}

    answer = await diego.says(f"{CHECKLIST} everyone in Marketing")

    assert "Groups I find only where your administrator lets me" in answer


async def test_people_of_one_name_are_told_apart_by_what_they_do_where_that_was_granted(
    adele: Someone, bot: Bot
) -> None:
    without = await adele.says("share Q3 Budget.xlsx with Ana Bell")
    bot.contoso.consents[bot.contoso.person(adele.mail).id].add("People.Read")
    await adele.says("sign out")
    with_it = await adele.says("share Q3 Budget.xlsx with Ana Bell")

    assert "Ana Bell\nana.bell@contoso.com" in without
    assert "Ana Bell\nController, Finance · ana.bell@contoso.com" in with_it
    assert "Ana Bell\nDesigner, Marketing · ana.bell2@contoso.com" in with_it
    assert "Sign in" not in adele.sees()


CHALLENGE = '{"access_token": {"acrs": {"essential": true, "value": "c1"}}}'


async def test_what_graph_wants_to_know_besides_is_proven_once(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex")
    bot.contoso.challenges[bot.contoso.person(adele.mail).id] = CHALLENGE

    assert "✓ can view" in await adele.presses("Share")
    assert bot.sign_ins() == 2
    assert len(bot.mails_to(ALEX)) == 1


async def test_what_only_the_person_can_prove_is_asked_of_them(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex")
    me = bot.contoso.person(adele.mail).id
    bot.contoso.challenges[me] = CHALLENGE
    bot.contoso.interaction_required.add(me)

    assert "Sign in" in await adele.says("share Q3 Budget.xlsx with Lee Gu")
    await visit(bot.sign_in_page(adele), as_=adele.mail, accept=True)
    assert "Lee Gu" in await adele.waits_for("Lee Gu")


@pytest.mark.parametrize(
    "renewal",
    [{}, {"status": 400, "body": {"error": "invalid_grant", "error_codes": [50173]}}],
    ids=["that satisfies Entra but not Graph", "that Entra refuses without a word of them"],
)
async def test_claims_of_graph_reach_the_sign_in_page_after_a_renewal(
    adele: Someone, bot: Bot, renewal: dict[str, Any]
) -> None:
    await adele.says(f"share Q3 Budget.xlsx with {ALEX}")
    wanted = base64.b64encode(CHALLENGE.encode()).decode()
    bot.breaks("graph", "/me", status=401, times=None, headers=(("WWW-Authenticate", f'Bearer claims="{wanted}"'),))
    bot.breaks("entra", "/token", contains="refresh_token", times=None, **renewal)

    await adele.says(f"share Q3 Budget.xlsx with {ALEX}")
    await bot.at_rest()
    async with httpx.AsyncClient(timeout=30) as http:
        address = (await http.get(bot.sign_in_page(adele))).headers["Location"]

    (claims,) = parse_qs(urlsplit(address).query)["claims"]
    assert json.loads(claims)["access_token"]["acrs"] == json.loads(CHALLENGE)["access_token"]["acrs"]
