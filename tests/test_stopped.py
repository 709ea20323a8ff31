"""What somebody may not have any more: also what is only to be approved, whoever they are, however they are called."""

from __future__ import annotations

import pytest

from bot import policy
from bot.commands.change import is_called
from bot.sharing import Recipient, Words
from tests.bot import Bot
from tests.people import Someone
from tests.test_attacks_names import rename as called
from tests.test_received import buttons, newest

ALEX, CASEY, MEGAN = "alex.wilber@contoso.com", "casey.jensen@fabrikam.example", "megan.bowen@contoso.com"
FILE, TRAVEL = "Q3 Budget.xlsx", "Travel costs 2026.xlsx"
MONEY = f'[rules."Money"]\nthen = "approve"\nfiles = ["*budget*"]\napprovers = ["{MEGAN}"]\n'


async def shares(adele: Someone, bot: Bot, sentence: str) -> None:
    await adele.says(sentence)
    await adele.presses("Share")
    await bot.at_rest()


@pytest.fixture
async def waits(adele: Someone, megan: Someone, bot: Bot) -> None:
    """Megan is still to approve that Alex may edit it."""
    await megan.says("hi")
    await bot.under(MONEY)
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Ask for approval")
    await bot.at_rest()


async def test_everything_is_taken_from_a_domain(adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {FILE} with {CASEY} as read")

    await adele.says("stop sharing everything with fabrikam.example")
    await adele.presses("Remove access")
    await bot.at_rest()

    assert CASEY not in bot.access(FILE)


async def test_and_from_whoever_is_called_with_a_comma(adele: Someone, bot: Bot) -> None:
    called(bot, ALEX, "Wilber, Alex")
    await shares(adele, bot, f"share {FILE} with {ALEX} as read")

    await adele.says("stop sharing everything with Alex Wilber")
    await adele.presses("Remove access")
    await bot.at_rest()

    assert ALEX not in bot.access(FILE)


async def test_what_waits_for_approval_does_not_come_after_access_was_taken_away(
    adele: Someone, megan: Someone, bot: Bot
) -> None:
    await megan.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex as read")
    await bot.under(MONEY)
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Ask for approval")
    await bot.at_rest()
    asks = newest(megan)
    approve = bot.button(megan, "Approve", asks)

    await adele.says(f"stop sharing {FILE} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()
    await bot.deliver(megan, approve, asks)
    await bot.at_rest()

    assert ALEX not in bot.access(FILE)
    assert "Withdraw" not in adele.sees()
    assert "No longer asked" in megan.sees()


async def test_nor_where_it_is_one_of_several_that_go(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    await shares(adele, bot, f"share {FILE} with Alex as read")
    await shares(adele, bot, f"share {TRAVEL} with Alex as read")
    await bot.under(MONEY)
    await adele.says(f"share {FILE} with Alex as write")
    await adele.presses("Ask for approval")
    await bot.at_rest()

    await adele.says("stop sharing everything with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()

    assert ALEX not in bot.access(FILE)
    assert "No longer asked" in megan.sees()


@pytest.mark.parametrize("sentence", ["stop sharing everything with Alex", f"stop sharing {FILE} with Alex"])
async def test_what_only_waits_can_be_withdrawn(
    waits: None, adele: Someone, megan: Someone, bot: Bot, sentence: str
) -> None:
    said = await adele.says(sentence)
    await adele.presses("Withdraw")
    await bot.at_rest()

    assert "Waiting for approval" in said
    assert "No longer asked" in megan.sees()
    assert ALEX not in bot.access(FILE)


async def test_what_waits_beside_what_is_shared_is_named(waits: None, adele: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {TRAVEL} with Alex as read")

    said = await adele.says("stop sharing everything with Alex")

    assert FILE in said
    assert "This waits for approval." in said
    assert "Remove access" in buttons(adele)


async def test_of_others_nothing_is_withdrawn(waits: None, adele: Someone, megan: Someone, bot: Bot) -> None:
    await shares(adele, bot, f"share {TRAVEL} with Alex as read")
    await adele.says(f"stop sharing {TRAVEL} with Alex")
    await adele.presses("Remove access")
    await bot.at_rest()

    await megan.presses("Approve", {"reason": ""})
    await bot.at_rest()

    assert bot.access(FILE)[ALEX] == "write"


def test_a_guest_by_their_sign_in_name_is_of_their_own_domain() -> None:
    eric = Recipient("1", "Eric", "eric_fabrikam.example#EXT#@contoso.com", is_outside=True)

    assert is_called(eric, Words("domain", "fabrikam.example"))
    assert not is_called(eric, Words("domain", "contoso.com"))


@pytest.mark.parametrize(
    "mail", ["a@xn--bcher-kva.example", "a@bu\u0308cher.example", "a@b\u00fccher.example.", "a@B\u00dcCHER.example"]
)
@pytest.mark.parametrize("domain", ["b\u00fccher.example", "xn--bcher-kva.example"])
def test_a_domain_is_the_same_however_it_is_spelt(mail: str, domain: str) -> None:
    rule = policy.read(f'[rules.A]\nthen = "refuse"\ndomains = ["{domain}"]\n').rules[0]

    assert policy.domain(Recipient(None, "a", mail, is_outside=True)) in rule.domains


@pytest.mark.parametrize("mail", ["a@x_y.example", "a@-.example", "a@"])
def test_what_is_no_domain_of_the_dns_stays_as_it_is(mail: str) -> None:
    assert policy.domain(Recipient(None, "a", mail, is_outside=True)) == mail[2:]
