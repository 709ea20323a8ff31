"""Everybody of a chat: who gets it, page after page; who came later is offered to the sharer, and who left."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, expect

from bot.work.limits import Limits
from contoso import activities, tokens
from contoso.chats import Chat
from contoso.faults import Rule
from contoso.files import Grant
from contoso.people import Person
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone, words_of_answer, words_of_card
from tests.test_browser import SHOTS, browser, open_page
from tests.test_browser import pytestmark as needs_chromium
from tests.test_record import of

__all__ = ["browser"]

CREW, GENERAL = "Budget crew", "General"
FILE = "Q3 Budget.xlsx"
ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
LEE, NESTOR, DANA = "lee.gu@contoso.com", "nestor.wilke@contoso.com", "dana.birkby@northwind.example"
PATTI = "patti.fernandez@contoso.com"
HERE = f"<at>Sharebot</at> share {FILE} with everyone here as view until in 3 days"
# As Teams takes a card.
LARGEST = 80_000


async def asks(someone: Someone, sentence: str = HERE, chat: str = CREW) -> str:
    """The card, or the sentence, that they alone see."""
    await someone.says(sentence, chat=chat)
    return await someone.presses("Continue", chat=chat)


async def shares(someone: Someone, bot: Bot, sentence: str = HERE, chat: str = CREW) -> str:
    await asks(someone, sentence, chat)
    told = await someone.presses("Share", chat=chat)
    await bot.at_rest()
    return told


@pytest.fixture
async def lee(bot: Bot) -> Someone:
    lee = Someone(bot.contoso, LEE)
    await lee.says("hi")
    return lee


@pytest.fixture
async def shared(adele: Someone, bot: Bot) -> None:
    """With the crew, for three days."""
    await adele.says("hi")
    await shares(adele, bot)


async def joins(adele: Someone, bot: Bot, *mails: str, chat: str = CREW) -> str:
    """What Adele sees in her own chat since."""
    before = len(adele.sees())
    await adele.adds(*mails, chat=chat)
    await bot.at_rest()
    return adele.sees()[before:]


async def leaves(adele: Someone, bot: Bot, mail: str, chat: str = CREW) -> str:
    before = len(adele.sees())
    await adele.removes(mail, chat=chat)
    await bot.at_rest()
    return adele.sees()[before:]


def crowd(contoso: Contoso, count: int) -> list[Person]:
    """So many people more, all in the crew."""
    people = [
        Person(f"Guest{n:03} Worker", f"worker{n:03}@contoso.com", f"W{n}", "Worker", "", "") for n in range(count)
    ]
    contoso.directory.people |= {each.id: each for each in people}
    crew = the(contoso, CREW)
    contoso.chats.populate(crew.id, [*crew.members, *(each.id for each in people)])
    return people


def the(contoso: Contoso, name: str) -> Chat:
    return next(each for each in contoso.chats if each.name == name)


# Everybody


async def test_everyone_here_is_everybody_but_the_asker_and_the_bot(adele: Someone, bot: Bot) -> None:
    card = await asks(adele)
    told = await adele.presses("Share", chat=CREW)

    assert "Everybody in this chat\n2 people get access" in card
    assert re.findall(r"now: no access", card) == ["now: no access"] * 2
    assert "Adele Vance\n" not in card
    assert "Until " in card
    assert told.count("✓ can view") == 2
    assert bot.access(FILE) == {ALEX: "read", MEGAN: "read"}


async def test_in_front_of_the_others_nobody_reads_which_file_it_is(adele: Someone, megan: Someone, bot: Bot) -> None:
    await asks(adele)
    await bot.at_rest()

    assert FILE not in megan.sees(CREW).replace(HERE, "")


@pytest.mark.parametrize("who", ["everyone here", "everybody in this channel", "the whole team"])
async def test_a_channel_is_its_team(adele: Someone, bot: Bot, who: str) -> None:
    bot.contoso.chats.with_bot.add(the(bot.contoso, GENERAL).id)

    card = await asks(adele, f"<at>Sharebot</at> share {FILE} with {who}", GENERAL)

    assert "Everybody in Finance\n4 people get access" in card
    for name in ("Ana Bell", "Jürgen Weiß", "Patti Fernandez", "Pradeep Gupta"):
        assert name in card


@pytest.mark.parametrize(
    ("locale", "sentence", "said"),
    [
        ("de-DE", f"teile {FILE} mit allen hier", "Alle in diesem Chat"),
        ("fr-FR", f"partage {FILE} avec tout le monde ici", "Tous les membres de cette conversation"),
    ],
)
async def test_it_is_understood_and_answered_in_their_language(bot: Bot, locale: str, sentence: str, said: str) -> None:
    adele = Someone(bot.contoso, ADELE, locale)
    await adele.says(f"<at>Sharebot</at> {sentence}", chat=CREW)
    button = bot.contoso.client.card(ADELE, chat=CREW)
    assert button

    assert said in await adele.presses(button["actions"][0]["title"], chat=CREW)


async def test_guests_are_listed_apart_and_named_as_such(adele: Someone, bot: Bot) -> None:
    await adele.adds(DANA, chat=CREW)

    card = await asks(adele)

    assert "3 people get access · 1 guest" in card
    assert "Guests: 1\nDana Birkby" in card
    assert "⚠ outside your organisation" in card.partition("Will have access: 2")[0]


async def test_who_has_it_already_is_told_apart(adele: Someone, bot: Bot) -> None:
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.grant(item, Grant(bot.contoso.person(MEGAN), "write"))

    card = await asks(adele)

    assert "1 person gets access · 1 has it already" in card
    assert "Have it already: 1\nMegan Bowen\ncan edit" in card


async def test_of_three_pages_with_people_twice_each_gets_it_once(adele: Someone, bot: Bot) -> None:
    people = crowd(bot.contoso, 115)
    crew = the(bot.contoso, CREW)
    bot.contoso.chats.populate(crew.id, [*crew.members, *(each.id for each in people[:10])])
    bot.contoso.roster_page = 50

    card = await asks(adele)
    seen = [card, *[each async for each in _pages(adele)]]
    told = await shares_now(adele, bot)
    access = bot.access(FILE)

    names = {each.name for each in people} | {"Alex Wilber", "Megan Bowen"}
    assert "117 people get access" in card
    assert "1 to 10 of 117" in card
    assert all(sum(name in page for page in seen) == 1 for name in names)
    assert "1 to 10 of 117" in told
    assert access == dict.fromkeys([ALEX, MEGAN, *(each.mail for each in people)], "read")


async def _pages(adele: Someone):
    while "More…" in words_of_card(adele.contoso.client.card(ADELE, chat=CREW)):
        yield await adele.presses("More…", chat=CREW)


async def shares_now(adele: Someone, bot: Bot) -> str:
    await adele.presses("Share", chat=CREW)
    await bot.at_rest()
    return await adele.presses("Back", chat=CREW) if "Back" in adele.sees(CREW) else adele.sees(CREW)


async def test_no_card_about_many_is_larger_than_teams_takes(adele: Someone, bot: Bot) -> None:
    crowd(bot.contoso, 248)
    await adele.says("hi")

    await shares(adele, bot)
    await adele.presses("Undo", chat=CREW)
    await bot.at_rest()

    assert bot.access(FILE) == {}
    assert all(size < LARGEST for size in _sizes(bot))
    assert "Undone" in adele.sees(CREW)


def _sizes(bot: Bot) -> Iterator[int]:
    for someone in (ADELE, ALEX):
        for message in bot.contoso.client.messages(someone, chat=CREW):
            if message.card:
                yield len(json.dumps(message.card).encode("utf-16"))


async def test_too_many_are_refused_with_their_number(adele: Someone, bot: Bot) -> None:
    crowd(bot.contoso, 300)

    told = await adele.says(HERE, chat=CREW)

    assert "302 people are in this chat besides you. I share with 250 at once at most." in told


@pytest.mark.parametrize(
    ("who", "access"),
    [
        ("everyone here except Alex", {MEGAN: "read", DANA: "read"}),
        ("everyone here except the guests", {ALEX: "read", MEGAN: "read"}),
        ("everyone here except Alex and Megan Bowen", {DANA: "read"}),
        ("everyone here and Lee Gu", {ALEX: "read", MEGAN: "read", DANA: "read", LEE: "read"}),
        (f"everyone here and {MEGAN}", {ALEX: "read", MEGAN: "read", DANA: "read"}),
    ],
)
async def test_some_are_left_out_and_others_named_besides(
    adele: Someone, bot: Bot, who: str, access: dict[str, str]
) -> None:
    await adele.adds(DANA, chat=CREW)

    await shares(adele, bot, f"<at>Sharebot</at> share {FILE} with {who} as read")

    assert bot.access(FILE) == access


@pytest.mark.parametrize("name", ["Lee Gu", "Vance"])
async def test_nobody_gets_it_while_it_is_not_plain_who_is_left_out(adele: Someone, bot: Bot, name: str) -> None:
    told = await adele.says(f"<at>Sharebot</at> share {FILE} with everyone here except {name}", chat=CREW)

    assert f"I find no “{name}” in this chat" in told


async def test_change_keeps_the_chat_and_who_is_left_out(adele: Someone, bot: Bot) -> None:
    await asks(adele, f"<at>Sharebot</at> share {FILE} with everyone here except Alex as read")

    await adele.presses("Change…", chat=CREW)
    card = bot.contoso.client.card(ADELE, chat=CREW)
    assert card
    typed = {each["id"]: each.get("value", "") for each in card["body"] if "id" in each}
    again = await adele.presses("Continue", typed | {"role": "write"}, chat=CREW)

    assert typed["people"] == "Everybody in this chat"
    assert "1 person gets access" in again
    assert "can edit" in again
    assert "Alex Wilber" not in again


async def test_a_chat_that_we_may_not_look_into_is_said_to_be_so(adele: Someone, bot: Bot) -> None:
    bot.breaks("connector", r"/pagedmembers", status=403, times=None)

    assert "I can't see who is in this chat" in await asks(adele)


async def test_while_teams_does_not_tell_who_is_in_a_chat_nobody_gets_it(adele: Someone, bot: Bot) -> None:
    bot.breaks("connector", r"/pagedmembers", status=500, times=None)

    assert "does not answer at the moment" in await adele.says(HERE, chat=CREW)
    assert bot.access(FILE) == {}


async def test_whoever_is_alone_in_a_chat_is_told_so(adele: Someone, bot: Bot) -> None:
    crew = the(bot.contoso, CREW)
    bot.contoso.chats.populate(crew.id, [bot.contoso.person(ADELE).id])

    assert "Nobody but you is in this chat" in await adele.says(HERE, chat=CREW)


async def test_whoever_has_left_shares_with_nobody_there(adele: Someone, megan: Someone, bot: Bot) -> None:
    await adele.says("hi")
    await adele.says(f"<at>Sharebot</at> {HERE}", chat=CREW)
    card = bot.latest(adele, CREW)
    go_on = bot.button(adele, "Continue", card, CREW)
    await megan.removes(adele.mail, chat=CREW)

    told = words_of_answer(await bot.deliver(adele, go_on, card, CREW))

    assert "You are not in this chat, so I don't share with everybody in it." in told
    assert bot.access(FILE) == {}


async def test_a_chat_has_no_team(adele: Someone) -> None:
    told = await adele.says(f"<at>Sharebot</at> share {FILE} with the whole team", chat=CREW)

    assert "in the chat or the team" in told


# Whoever comes later


@pytest.mark.usefixtures("shared")
async def test_a_late_joiner_is_offered_to_the_sharer_alone(adele: Someone, megan: Someone, bot: Bot) -> None:
    offer = await joins(adele, bot, LEE)

    assert "Lee Gu joined the chat in which you shared this. Share this with them as well?" in offer
    for words in (FILE, "Lee Gu\ncan view", "now: no access", "Until ", "Share", "No thanks"):
        assert words in offer
    assert "Lee Gu joined" not in megan.sees(CREW) + megan.sees()
    assert LEE not in bot.access(FILE)


@pytest.mark.usefixtures("shared")
async def test_the_press_is_a_share_with_the_same_right_and_end(adele: Someone, lee: Someone, bot: Bot) -> None:
    await joins(adele, bot, LEE)

    told = await adele.presses("Share")
    await bot.at_rest()
    access = bot.access(FILE)
    notice = lee.sees()
    await bot.later(days=4)

    assert "✓ can view" in told
    assert access == {ALEX: "read", MEGAN: "read", LEE: "read"}
    assert notice.count("Adele Vance shared a file with you. You can view it.") == 1
    assert "Until " in notice
    assert bot.access(FILE) == {}
    assert lee.notices().count("Access ended") == 1


@pytest.mark.usefixtures("shared")
async def test_it_can_be_undone_by_itself(adele: Someone, bot: Bot) -> None:
    await joins(adele, bot, LEE)
    await adele.presses("Share")

    assert "Undone" in await adele.presses("Undo")
    assert bot.access(FILE) == {ALEX: "read", MEGAN: "read"}


@pytest.mark.usefixtures("shared")
async def test_several_at_once_are_one_card(adele: Someone, bot: Bot) -> None:
    offer = await joins(adele, bot, LEE, NESTOR)
    await adele.presses("Share")

    assert offer.count("Lee Gu and Nestor Wilke have joined the chat") == 1
    assert bot.access(FILE) == {ALEX: "read", MEGAN: "read", LEE: "read", NESTOR: "read"}


async def test_who_comes_within_a_moment_is_on_the_same_card(contoso: Contoso, tmp_path: Path) -> None:
    adele = Someone(contoso, ADELE)
    async with Bot(contoso, tmp_path, limits=Limits(look_every=0.05, look_often=0.05, gather=2)) as bot:
        await adele.says("hi")
        await shares(adele, bot)
        await adele.adds(LEE, chat=CREW)
        await adele.adds(NESTOR, DANA, chat=CREW)
        await adele.waits_for("have joined the chat")

    assert "Dana Birkby, Lee Gu and Nestor Wilke have joined" in _sorted(adele.sees())


def _sorted(text: str) -> str:
    """The names of a sentence in their order."""
    (names,) = re.findall(r"^(.*) have joined", text, re.MULTILINE)
    first, second, third = sorted(re.split(r", | and ", names))
    return f"{first}, {second} and {third} have joined"


@pytest.mark.usefixtures("shared")
async def test_nobody_is_offered_who_has_it(adele: Someone, bot: Bot) -> None:
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.grant(item, Grant(bot.contoso.person(LEE), "write"))

    nothing = await joins(adele, bot, LEE)
    await adele.removes(LEE, chat=CREW)
    offer = await joins(adele, bot, LEE, NESTOR)

    assert nothing == ""
    assert "Nestor Wilke joined the chat" in offer
    assert "Lee Gu" not in offer


@pytest.mark.usefixtures("shared")
async def test_a_guest_who_joins_is_marked(adele: Someone, bot: Bot) -> None:
    assert "⚠ outside your organisation" in await joins(adele, bot, DANA)


@pytest.mark.usefixtures("shared")
async def test_no_thanks_stands(adele: Someone, bot: Bot) -> None:
    await joins(adele, bot, LEE)
    card = bot.latest(adele)
    share = bot.button(adele, "Share", card)

    told = await adele.presses("No thanks")
    late = await bot.deliver(adele, share, card)
    await bot.at_rest()

    assert "I shared nothing with whoever joined" in told
    assert "I shared nothing with whoever joined" in words_of_answer(late)
    assert LEE not in bot.access(FILE)


@pytest.mark.usefixtures("shared")
async def test_pressed_many_times_it_is_shared_once(adele: Someone, lee: Someone, bot: Bot) -> None:
    await joins(adele, bot, LEE)
    card = bot.latest(adele)
    share, no = (bot.button(adele, title, card) for title in ("Share", "No thanks"))

    answers = await asyncio.gather(*(bot.deliver(adele, share, card) for _ in range(3)))
    late = await bot.deliver(adele, share, card)
    declined = await bot.deliver(adele, no, card)
    await bot.at_rest()

    assert all("✓ can view" in words_of_answer(each) for each in (*answers, late))
    assert "that stands" in words_of_answer(declined)
    assert lee.sees().count("shared a file with you") == 1
    assert bot.contoso.mail_to(LEE) == []


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("title", ["Share", "No thanks"])
async def test_only_the_sharer_decides_on_a_joiner(adele: Someone, lee: Someone, bot: Bot, title: str) -> None:
    await joins(adele, bot, LEE)
    card = bot.latest(adele)
    press = bot.button(adele, title, card)

    told = await bot.deliver(lee, press, bot.latest(lee))

    assert words_of_answer(told) == "Only the person who shared this can decide it."
    assert LEE not in bot.access(FILE)
    assert "✓ can view" in await adele.presses("Share")


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("how", ["undone", "ended"])
async def test_what_is_over_is_not_offered(adele: Someone, bot: Bot, how: str) -> None:
    if how == "undone":
        await adele.presses("Undo", chat=CREW)
    else:
        await bot.later(days=4)

    assert "joined" not in await joins(adele, bot, LEE)


@pytest.mark.usefixtures("shared")
async def test_what_is_over_since_it_was_offered_gives_nothing(adele: Someone, bot: Bot) -> None:
    await joins(adele, bot, LEE)
    card = bot.latest(adele)
    await adele.presses("Undo", chat=CREW)
    await bot.at_rest()

    told = await adele.presses("Share", message=card)

    assert "Nothing is left to decide" in told
    assert bot.access(FILE) == {}


@pytest.mark.usefixtures("shared")
async def test_who_is_gone_again_gets_nothing(adele: Someone, bot: Bot) -> None:
    await joins(adele, bot, LEE, NESTOR)
    await adele.removes(LEE, chat=CREW)
    await bot.at_rest()

    await adele.presses("Share")

    assert bot.access(FILE) == {ALEX: "read", MEGAN: "read", NESTOR: "read"}


@pytest.mark.usefixtures("shared")
async def test_delivered_again_it_is_one_offer(adele: Someone, bot: Bot) -> None:
    bot.contoso.faults.append(Rule("bot", path="conversationUpdate", twice=True))
    await joins(adele, bot, LEE)
    bot.contoso.faults.clear()
    await bot.restart()
    crew, lee = the(bot.contoso, CREW), bot.contoso.person(LEE)
    await hears(bot, activities.members_moved(bot.contoso, crew, bot.contoso.person(ADELE), [lee], joined=True))
    await bot.at_rest()

    assert adele.sees().count("Lee Gu joined the chat") == 1


async def hears(bot: Bot, activity: dict[str, object]) -> None:
    """An activity as Teams delivers it."""
    headers = {"Authorization": f"Bearer {tokens.activity_token(bot.contoso)}"}
    async with httpx.AsyncClient(timeout=30) as http:
        answer = await http.post(bot.contoso.bot_endpoint, json=activity, headers=headers)
    assert answer.is_success


@pytest.mark.usefixtures("shared")
async def test_of_an_old_event_about_somebody_who_is_not_there_nobody_hears(adele: Someone, bot: Bot) -> None:
    crew, lee, megan = the(bot.contoso, CREW), bot.contoso.person(LEE), bot.contoso.person(MEGAN)
    before = adele.sees()

    for joined, who in ((True, lee), (False, megan)):
        activity = activities.members_moved(bot.contoso, crew, megan, [who], joined=joined)
        del activity["from"]["aadObjectId"]
        await hears(bot, activity)
    await bot.at_rest()

    assert adele.sees() == before


@pytest.mark.usefixtures("shared")
async def test_who_comes_back_is_offered_again(adele: Someone, bot: Bot) -> None:
    await joins(adele, bot, LEE)
    await adele.presses("No thanks")
    await leaves(adele, bot, LEE)

    assert "Lee Gu joined the chat" in await joins(adele, bot, LEE)


@pytest.mark.usefixtures("shared")
async def test_a_sharer_who_is_signed_out_signs_in_with_the_press(adele: Someone, bot: Bot) -> None:
    await adele.says("sign out")

    offer = await joins(adele, bot, LEE)
    told = await adele.presses("Share")

    assert "Lee Gu joined" in offer
    assert "now:" not in offer
    assert "✓ can view" in told
    assert bot.access(FILE)[LEE] == "read"


@pytest.mark.usefixtures("shared")
async def test_what_could_not_be_shared_can_be_decided_anew(adele: Someone, bot: Bot) -> None:
    await joins(adele, bot, LEE)
    bot.breaks("graph", r"/invite$", status=429, headers=(("Retry-After", "60"),), times=None)
    first = await adele.presses("Share")
    await bot.at_rest()
    bot.contoso.faults.clear()

    told = await adele.presses("No thanks")

    assert "very busy" in first
    assert "I shared nothing" in told
    assert LEE not in bot.access(FILE)


@pytest.mark.hurried
@pytest.mark.usefixtures("shared")
async def test_what_takes_long_and_fails_can_be_pressed_again(adele: Someone, bot: Bot) -> None:
    await joins(adele, bot, LEE)
    bot.breaks("graph", r"/permissions$", delay=4.5, status=503)

    on_it = await adele.presses("Share")
    await bot.at_rest()

    assert "I'm on it" in on_it
    assert "✓ can view" in await adele.presses("Share")


async def test_who_joins_a_team_is_offered(adele: Someone, bot: Bot) -> None:
    await adele.says("hi")
    await shares(adele, bot, f"<at>Sharebot</at> share {FILE} with everyone in this channel as write", GENERAL)

    offer = await joins(adele, bot, LEE, chat=GENERAL)
    await adele.presses("Share")

    assert "Lee Gu joined Finance. Share this with them as well?" in offer
    assert bot.access(FILE)[LEE] == "write"


async def test_in_plain_text_the_offer_is_answered_with_a_number(adele: Someone, bot: Bot) -> None:
    await adele.says("plain text on")
    await shares(adele, bot)
    offer = await joins(adele, bot, LEE)
    number = re.search(r"(\d+)\. Share$", offer, re.MULTILINE)
    assert number

    told = await adele.says(number[1])

    assert "Lee Gu joined the chat" in offer
    assert "Shared" in told
    assert bot.access(FILE)[LEE] == "read"


# Whoever leaves


@pytest.mark.usefixtures("shared")
async def test_a_leaver_is_offered_with_what_they_have_and_by_which_share(adele: Someone, bot: Bot) -> None:
    offer = await leaves(adele, bot, MEGAN)

    assert "Megan Bowen left the chat in which you shared this, and can still open it." in offer
    for words in (FILE, "can view", "you shared this on ", "Until ", "Take it away", "Leave it as it is"):
        assert words in offer
    assert bot.access(FILE)[MEGAN] == "read"


async def test_the_press_ends_it_for_this_one_person_who_is_told(
    adele: Someone, alex: Someone, megan: Someone, bot: Bot
) -> None:
    for each in (alex, megan):
        await each.says("hi")
    await shares(adele, bot)
    await adele.says("hi")
    result = bot.latest(adele, CREW)
    await leaves(adele, bot, MEGAN)

    told = await adele.presses("Take it away")
    await bot.at_rest()

    assert "Taken away" in told
    assert "Megan Bowen\nno access" in told
    assert bot.access(FILE) == {ALEX: "read"}
    assert "Adele Vance has taken back what was shared with you." in megan.sees()
    assert "taken back" not in alex.sees()
    assert "taken back" in await pressed(adele, bot, "share.confirm", result)


async def pressed(adele: Someone, bot: Bot, verb: str, message: str) -> str:
    known = bot.button(adele, "Who has access", message, CREW)
    action = {**known, "verb": verb, "data": {**known["data"], "verb": verb}}
    return words_of_answer(await bot.deliver(adele, action, message, CREW))


@pytest.mark.usefixtures("shared")
async def test_the_record_tells_of_it(adele: Someone, bot: Bot) -> None:
    await leaves(adele, bot, MEGAN)
    await adele.presses("Take it away")
    await bot.at_rest()

    entries = [(each.what.value, each.recipient, each.outcome) for each in await of(bot)]
    assert ("ended", bot.contoso.person(MEGAN).id, "ended") in entries


@pytest.mark.usefixtures("shared")
async def test_what_came_by_an_offer_is_taken_away_as_well(adele: Someone, bot: Bot) -> None:
    await joins(adele, bot, LEE)
    await adele.presses("Share")
    await bot.at_rest()

    offer = await leaves(adele, bot, LEE)
    await adele.presses("Take it away")

    assert "Lee Gu left" in offer
    assert bot.access(FILE) == {ALEX: "read", MEGAN: "read"}


@pytest.mark.usefixtures("shared")
async def test_left_as_it_is_it_stays(adele: Someone, bot: Bot) -> None:
    await leaves(adele, bot, MEGAN)
    card = bot.latest(adele)
    take = bot.button(adele, "Take it away", card)

    told = await adele.presses("Leave it as it is")
    late = await bot.deliver(adele, take, card)

    assert "they keep what they can do" in told
    assert "they keep what they can do" in words_of_answer(late)
    assert bot.access(FILE)[MEGAN] == "read"


@pytest.mark.usefixtures("shared")
async def test_pressed_many_times_it_is_taken_away_once(adele: Someone, bot: Bot) -> None:
    await leaves(adele, bot, MEGAN)
    card = bot.latest(adele)
    take, leave = (bot.button(adele, title, card) for title in ("Take it away", "Leave it as it is"))

    answers = await asyncio.gather(*(bot.deliver(adele, take, card) for _ in range(3)))
    late = [await bot.deliver(adele, each, card) for each in (take, leave)]

    assert all("Taken away" in words_of_answer(each) for each in (*answers, *late))
    assert bot.access(FILE) == {ALEX: "read"}


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("title", ["Take it away", "Leave it as it is"])
async def test_only_the_sharer_decides_on_a_leaver(adele: Someone, lee: Someone, bot: Bot, title: str) -> None:
    await leaves(adele, bot, MEGAN)
    press = bot.button(adele, title, bot.latest(adele))

    told = await bot.deliver(lee, press, bot.latest(lee))

    assert words_of_answer(told) == "Only the person who shared this can decide it."
    assert bot.access(FILE)[MEGAN] == "read"


@pytest.mark.usefixtures("shared")
async def test_who_has_nothing_by_it_is_not_offered(adele: Someone, bot: Bot) -> None:
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.grant(item, Grant(bot.contoso.person(LEE), "write"))
    await joins(adele, bot, LEE)

    assert await leaves(adele, bot, LEE) == ""


@pytest.mark.usefixtures("shared")
async def test_a_leaver_who_is_back_keeps_it(adele: Someone, bot: Bot) -> None:
    await leaves(adele, bot, MEGAN)
    card = bot.latest(adele)
    await joins(adele, bot, MEGAN)

    told = await adele.presses("Take it away", message=card)

    assert "no longer good" in told
    assert bot.access(FILE)[MEGAN] == "read"


@pytest.mark.usefixtures("shared")
async def test_a_leaver_delivered_again_is_one_offer(adele: Someone, bot: Bot) -> None:
    bot.contoso.faults.append(Rule("bot", path="conversationUpdate", twice=True))

    offer = await leaves(adele, bot, MEGAN)

    assert offer.count("Megan Bowen left the chat") == 1


@pytest.mark.usefixtures("shared")
async def test_a_sharer_who_is_signed_out_signs_in_and_takes_it_away(adele: Someone, bot: Bot) -> None:
    await adele.says("sign out")
    await leaves(adele, bot, MEGAN)

    assert "Taken away" in await adele.presses("Take it away")
    assert bot.access(FILE) == {ALEX: "read"}


@pytest.mark.usefixtures("shared")
async def test_an_outage_leaves_it_to_be_taken_away_later(adele: Someone, bot: Bot) -> None:
    await leaves(adele, bot, MEGAN)
    bot.breaks("graph", r"/permissions$", status=503, times=None)
    first = await adele.presses("Take it away")
    bot.contoso.faults.clear()

    assert "try again" in first
    assert "Taken away" in await adele.presses("Take it away")
    assert bot.access(FILE) == {ALEX: "read"}


@pytest.mark.usefixtures("shared")
async def test_a_sharer_who_leaves_or_comes_back_is_offered_nothing(adele: Someone, megan: Someone, bot: Bot) -> None:
    before = adele.sees()

    await megan.removes(ADELE, chat=CREW)
    await megan.adds(LEE, chat=CREW)
    await bot.at_rest()
    await megan.adds(ADELE, chat=CREW)
    await bot.at_rest()

    assert adele.sees() == before


@pytest.mark.usefixtures("shared")
async def test_who_lost_what_they_had_before_they_left_is_not_offered(adele: Someone, bot: Bot) -> None:
    item = bot.contoso.file("Adele Vance", f"Finance/{FILE}")
    bot.contoso.files.revoke(item, Grant(bot.contoso.person(MEGAN), "read").id)

    assert await leaves(adele, bot, MEGAN) == ""


async def test_who_lost_it_by_leaving_reads_so_on_their_older_notice(adele: Someone, megan: Someone, bot: Bot) -> None:
    await megan.says("hi")
    await adele.says("hi")
    await shares(adele, bot)
    notice = bot.latest(megan)
    unneeded = bot.button(megan, "I don't need this", notice)
    await leaves(adele, bot, MEGAN)
    await adele.presses("Take it away")
    await bot.at_rest()

    told = words_of_answer(await bot.deliver(megan, unneeded, notice))

    assert "Adele Vance has taken back what was shared with you." in told


# When something breaks, or is gone


@pytest.mark.usefixtures("shared")
async def test_who_came_is_offered_once_teams_tells_whether_they_are_there(adele: Someone, bot: Bot) -> None:
    bot.breaks("connector", "/members/", method="GET", status=500)

    card = await joins(adele, bot, LEE)

    assert "Lee Gu" in card


@pytest.mark.usefixtures("shared")
async def test_an_offer_that_cannot_be_looked_up_is_made_as_soon_as_graph_is_back(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", r"/permissions$", status=503)

    offer = await joins(adele, bot, LEE)

    assert offer.count("Lee Gu joined the chat") == 1
    assert "now: no access" in offer


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("moves", [joins, leaves])
async def test_of_a_file_that_is_gone_nothing_is_offered(
    adele: Someone, bot: Bot, moves: Callable[[Someone, Bot, str], Awaitable[str]]
) -> None:
    body = {"error": {"code": "itemNotFound", "message": "?"}}
    bot.breaks("graph", "/items/", status=404, body=body, times=None)

    assert await moves(adele, bot, LEE if moves is joins else MEGAN) == ""


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("moves", [joins, leaves])
async def test_to_a_sharer_who_took_the_bot_away_nothing_is_offered(
    adele: Someone, megan: Someone, bot: Bot, moves: Callable[[Someone, Bot, str], Awaitable[str]]
) -> None:
    await bot.contoso.client.uninstall(adele.mail)
    await bot.at_rest()
    before = adele.sees()

    await (megan.adds(LEE, chat=CREW) if moves is joins else megan.removes(ALEX, chat=CREW))
    await bot.at_rest()

    assert adele.sees() == before


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("title", ["Share", "No thanks"])
async def test_an_offer_that_is_forgotten_is_no_longer_good(adele: Someone, bot: Bot, title: str) -> None:
    await joins(adele, bot, LEE)
    await bot.alters("DELETE FROM proposals")

    assert "no longer good" in await adele.presses(title)
    assert LEE not in bot.access(FILE)


@pytest.mark.usefixtures("shared")
async def test_an_offer_whose_work_breaks_can_be_pressed_again(adele: Someone, bot: Bot) -> None:
    await joins(adele, bot, LEE)
    await bot.alters("CREATE TRIGGER no BEFORE UPDATE OF decision ON proposals BEGIN SELECT RAISE(ABORT, 'no'); END")
    first = await adele.presses("Share")
    await bot.at_rest()
    await bot.alters("DROP TRIGGER no")

    second = await adele.presses("Share")

    assert "I don't know whether" in first
    assert "✓ can view" in second
    assert bot.access(FILE)[LEE] == "read"


async def test_where_everybody_is_left_out_nobody_gets_it(adele: Someone, bot: Bot) -> None:
    sentence = f"<at>Sharebot</at> share {FILE} with everyone here except Alex and Megan as view"

    assert "That leaves out everybody else in this chat." in await adele.says(sentence, chat=CREW)
    assert bot.access(FILE) == {}


# Elsewhere


async def test_on_postgresql_it_is_the_same(contoso: Contoso, tmp_path: Path, postgresql: str) -> None:
    adele = Someone(contoso, ADELE)
    contoso.faults.append(Rule("bot", path="conversationUpdate", twice=True))
    async with Bot(contoso, tmp_path, postgresql) as bot:
        await adele.says("hi")
        await shares(adele, bot)
        offer = await joins(adele, bot, LEE, NESTOR)
        await adele.presses("Share")
        await bot.at_rest()
        gone = await leaves(adele, bot, NESTOR)
        await adele.presses("Take it away")
        await bot.at_rest()

    assert offer.count("have joined the chat") == 1
    assert gone.count("Nestor Wilke left the chat") == 1
    assert bot.access(FILE) == {ALEX: "read", MEGAN: "read", LEE: "read"}


@needs_chromium
@pytest.mark.usefixtures("shared")
async def test_on_the_page_somebody_is_added_and_taken_out(adele: Someone, bot: Bot, browser: Browser) -> None:
    page = await open_page(browser, bot, "adele.vance")
    await page.get_by_test_id("chat").filter(has_text=CREW).click()
    await page.get_by_test_id("members").locator("summary").click()

    await page.get_by_test_id("member-to-add").select_option(label="Lee Gu")
    await page.get_by_test_id("add-member").click()
    await adele.waits_for("Lee Gu joined the chat")
    await page.screenshot(path=SHOTS / "members.png")
    await page.get_by_role("button", name="Remove Megan Bowen").click()
    await adele.waits_for("Megan Bowen left the chat")

    await expect(page.get_by_test_id("members").get_by_role("listitem")).to_have_count(3)
    await page.context.close()
