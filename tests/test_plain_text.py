"""Plain text instead of cards: the same, in words, with numbers to reply with."""

from __future__ import annotations

from tests.bot import Bot
from tests.people import Someone

ALEX = "alex.wilber@contoso.com"
BUDGET = f"share Q3 Budget.xlsx with {ALEX} as write"


async def test_a_whole_share_by_words_alone(adele: Someone, bot: Bot) -> None:
    print(await adele.says("plain text on"))
    print("---", await adele.says("share Q3 Budget.xlsx with Ana Bell as write"))
    print("---", await adele.says("2"))
    print("---", await adele.says("1"))
    print("---", await adele.says("2"))
    print("---", await adele.says("9"))
    print("---", await adele.says("share"))
    print("---", await adele.says("Q3 Budget.xlsx"))
    print("---", await adele.says("Alex Wilber"))
    print("---", await adele.says("change"))
    print("---", await adele.says("help"))
    print("---", await adele.says("cards please"))
    assert 0
