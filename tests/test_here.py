"""Who of a chat can't open a file: named where that can be known, and given it with one press."""

from __future__ import annotations

import pytest

from contoso import buttons
from contoso.files import Grant, Link
from contoso.people import FINANCE, Person
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.people import Someone
from tests.test_roster import ADELE, ALEX, CREW, DANA, FILE, GENERAL, MEGAN, asks, crowd, the

GROUPS = "GroupMember.Read.All"
CAN_ALL = f"<at>Sharebot</at> can everyone here open {FILE}?"


@pytest.fixture
async def alex_has_it(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with {ALEX} as read")
    await adele.presses("Share")
    await bot.at_rest()


def give(bot: Bot, to: Person | Link, role: str = "read") -> None:
    contoso = bot.contoso
    contoso.files.grant(contoso.file("Adele Vance", f"Finance/{FILE}"), Grant(to, role))


def titles(contoso: Contoso, chat: str = CREW) -> list[str]:
    card = contoso.client.card(ADELE, chat=chat)
    assert card
    return [each["title"] for each in card.get("actions", ())]


@pytest.mark.usefixtures("alex_has_it")
async def test_who_cannot_open_it_is_named_and_given_it_with_a_press(adele: Someone, bot: Bot) -> None:
    card = await asks(adele, CAN_ALL)
    planned = await adele.presses("Share with them…", chat=CREW)
    before = bot.access(FILE)
    done = await adele.presses("Share", chat=CREW)
    await bot.at_rest()

    assert "Can everybody here open this?" in card
    assert "Can't open it: 1\nMegan Bowen\nno access" in card
    assert "Can open it: 1\nAlex Wilber" in card
    assert "Share this?" in planned
    assert "now: no access" in planned
    assert "Alex" not in planned
    assert before == {ALEX: "read"}
    assert "✓ can view" in done
    assert bot.access(FILE) == {ALEX: "read", MEGAN: "read"}


@pytest.mark.usefixtures("alex_has_it")
async def test_asked_again_everybody_can(adele: Someone, bot: Bot) -> None:
    give(bot, bot.contoso.person(MEGAN))

    assert "Yes, everybody can open it." in await asks(adele, CAN_ALL)
    assert titles(bot.contoso) == ["Open in Microsoft 365"]


@pytest.mark.usefixtures("alex_has_it")
async def test_editing_is_more_than_opening(adele: Someone, bot: Bot) -> None:
    give(bot, bot.contoso.person(MEGAN), "write")

    card = await asks(adele, f"<at>Sharebot</at> can everyone here edit {FILE}?")
    await adele.presses("Share with them…", chat=CREW)
    await adele.presses("Share", chat=CREW)
    await bot.at_rest()

    assert "Can't edit it: 1\nAlex Wilber\ncan view" in card
    assert "Can edit it: 1\nMegan Bowen" in card
    assert bot.access(FILE)[ALEX] == "write"
    assert "Yes, everybody can edit it." in await asks(adele, f"<at>Sharebot</at> can everyone here edit {FILE}?")


@pytest.mark.usefixtures("alex_has_it")
async def test_a_press_of_somebody_else_or_a_second_one_plans_nothing(adele: Someone, megan: Someone, bot: Bot) -> None:
    await asks(adele, CAN_ALL)
    message = bot.latest(adele, CREW)
    button = bot.button(adele, "Share with them…", message, CREW)

    theirs = await bot.deliver(megan, button, message, CREW)
    await adele.presses("Share with them…", chat=CREW)
    again = await bot.deliver(adele, button, message, CREW)

    assert "Only the person who asked" in str(theirs.value)
    assert "pressed already" in str(again.value)


async def test_the_key_of_something_else_plans_nothing(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with Alex")
    message = bot.latest(adele)
    key = bot.button(adele, "Share", message)["data"]["about"]
    action = {"type": "Action.Execute", "verb": "access.give", "data": {"verb": "access.give", "about": key}}

    assert "no longer good" in str((await bot.deliver(adele, action, message)).value)


@pytest.mark.usefixtures("alex_has_it")
async def test_who_has_access_tells_of_the_chat_as_well(adele: Someone, bot: Bot) -> None:
    card = await asks(adele, f"<at>Sharebot</at> who has access to {FILE}?")
    planned = await adele.presses("Share with them…", chat=CREW)

    assert "Who can open this?" in card
    assert "In this chat\nCan't open it: 1\nMegan Bowen" in card
    assert "Megan Bowen" in planned


async def test_who_has_access_is_told_though_the_chat_is_not(adele: Someone, bot: Bot) -> None:
    bot.contoso.person(MEGAN)
    bot.breaks("connector", "pagedmembers", times=None, status=403)

    card = await asks(adele, f"<at>Sharebot</at> who has access to {FILE}?")

    assert "Who can open this?" in card
    assert "In this chat" not in card


@pytest.mark.parametrize("who", ["everyone here", "everybody in this chat"])
async def test_in_a_chat_of_two_it_is_told_who_has_access(adele: Someone, who: str) -> None:
    assert "Who can open this?" in await adele.says(f"can {who} open {FILE}?")


@pytest.mark.usefixtures("alex_has_it")
async def test_it_is_what_one_shared_just_now(adele: Someone, bot: Bot) -> None:
    card = await asks(adele, "<at>Sharebot</at> can everyone here open it?")
    await bot.later(minutes=16)
    later = await adele.says("<at>Sharebot</at> can everyone here open it?", chat=CREW)

    assert "Can't open it: 1\nMegan Bowen" in card
    assert "Of which file?" in later


async def test_of_two_files_it_is_asked_which(adele: Someone, bot: Bot) -> None:
    question = await asks(adele, "<at>Sharebot</at> can everyone here edit Roadmap.docx?")
    card = bot.contoso.client.card(ADELE, chat=CREW)
    assert card
    row = next(name for name, action in buttons.actions(card) if "title" not in action)
    chosen = await adele.presses(row, chat=CREW)

    assert "Which one do you mean?" in question
    assert "Can everybody here edit this?" in chosen


# What can't be seen


async def test_who_is_in_a_group_is_said_to_be_unseen(adele: Someone, bot: Bot) -> None:
    contoso = bot.contoso
    contoso.consents[contoso.person(ADELE).id].discard(GROUPS)
    contoso.files.grant(contoso.file("Adele Vance", f"Finance/{FILE}"), Grant(FINANCE, "read"))

    card = await asks(adele, CAN_ALL)

    assert "I can't see whether they can open it: 2\nAlex Wilber\ncan't be seen" in card
    assert "Who is in a group I can't see from here." in card
    assert "Share with them…" in titles(contoso)


async def test_where_groups_may_be_read_their_people_count(adele: Someone, bot: Bot) -> None:
    contoso = bot.contoso
    marketing = contoso.directory.group_at("marketing@contoso.com")
    assert marketing
    contoso.files.grant(contoso.file("Adele Vance", f"Finance/{FILE}"), Grant(marketing, "read"))

    assert "Yes, everybody can open it." in await asks(adele, CAN_ALL)


@pytest.mark.parametrize("chat", ["this channel", "this team"])
async def test_a_team_is_in_its_own_group(adele: Someone, bot: Bot, chat: str) -> None:
    bot.contoso.chats.with_bot.add(the(bot.contoso, GENERAL).id)

    card = await asks(adele, f"<at>Sharebot</at> can everyone in {chat} open Closing calendar.xlsx?", GENERAL)

    assert "Yes, everybody can open it." in card


async def test_whoever_does_not_see_all_is_told_so(alex: Someone, adele: Someone, bot: Bot) -> None:
    give(bot, bot.contoso.person(ALEX), "write")
    await alex.says("hi")

    card = await asks(alex, CAN_ALL)

    assert "I can't see whether they can open it: 1\nMegan Bowen\ncan't be seen" in card
    assert "Can open it: 1\nAdele Vance" in card
    assert "Share with them…" in card
    assert "Microsoft 365 shows the access of others to its owners only." in card


@pytest.mark.usefixtures("alex_has_it")
@pytest.mark.parametrize("asked", [CAN_ALL, f"<at>Sharebot</at> who has access to {FILE}?"])
async def test_whoever_can_only_view_it_is_told_who_can_share_it(alex: Someone, bot: Bot, asked: str) -> None:
    card = await asks(alex, asked)

    assert "I can't see whether they can open it: 1\nMegan Bowen\ncan't be seen" in card
    assert "You can only view it. Adele Vance can share it with them." in card
    assert "Share with them…" not in card


@pytest.mark.usefixtures("alex_has_it")
async def test_where_the_owner_is_not_known_nobody_is_named(alex: Someone, bot: Bot) -> None:
    bot.breaks("graph", r"/shares/[^/]*$", times=None, status=403)

    card = await asks(alex, CAN_ALL)

    assert "I can't see whether they can open it: 2\nAdele Vance\ncan't be seen" in card
    assert "You can only view it. Whoever can edit it can share it with them." in card


async def test_a_link_is_good_for_whoever_has_it(adele: Someone, bot: Bot) -> None:
    await adele.adds(DANA, chat=CREW)
    give(bot, Link("for-us", "organization"))
    url = f"{bot.contoso.base_url}/s/for-us"

    named = await asks(adele, CAN_ALL)
    pasted = await asks(adele, f"<at>Sharebot</at> can everyone here open {url}?")

    assert "Can't open it: 3" in named
    assert "Whoever in the organisation has the link to it can open it, too." in named
    assert "Can't open it: 1\nDana Birkby" in pasted
    assert "Can open it: 2\nAlex Wilber, Megan Bowen" in pasted


async def test_a_link_for_anybody_opens_it_for_guests_as_well(adele: Someone, bot: Bot) -> None:
    await adele.adds(DANA, chat=CREW)
    give(bot, Link("for-all", "anonymous"))

    named = await asks(adele, CAN_ALL)
    pasted = await asks(adele, f"<at>Sharebot</at> can everyone here open {bot.contoso.base_url}/s/for-all?")

    assert "Anybody who has the link to it can open it, too." in named
    assert "Yes, everybody can open it." in pasted


async def test_of_a_link_that_gives_nobody_knows_what_nobody_is_said_to_have_it(adele: Someone, bot: Bot) -> None:
    contoso = bot.contoso
    file = contoso.file("Adele Vance", f"Finance/{FILE}")
    contoso.files.grant(file, Grant(Link("locked", "anonymous"), "sp.unknown"))

    pasted = await asks(adele, f"<at>Sharebot</at> can everyone here open {contoso.base_url}/s/locked?")

    assert "Yes, everybody can open it." not in pasted
    assert "Can open it" not in pasted


async def test_a_guest_stays_one_on_the_way_to_a_share_where_nobody_may_be_looked_up(adele: Someone, bot: Bot) -> None:
    await adele.adds(DANA, chat=CREW)
    bot.contoso.consents[bot.contoso.person(ADELE).id] -= {"User.ReadBasic.All", "User.Read.All"}

    await asks(adele, CAN_ALL)
    planned = await adele.presses("Share with them…", chat=CREW)

    assert "Dana Birkby" in planned
    assert "outside your organisation" in planned


async def test_it_is_asked_of_one_file_at_a_time(adele: Someone) -> None:
    said = await adele.says(f"<at>Sharebot</at> can everyone here open {FILE} and Logo.svg?", chat=CREW)

    assert "one file at a time" in said


# Many


async def test_of_many_the_names_stand_on_one_card_and_all_are_given_it(adele: Someone, bot: Bot) -> None:
    people = crowd(bot.contoso, 60)
    give(bot, bot.contoso.person(ALEX))

    card = await asks(adele, CAN_ALL)
    planned = await adele.presses("Share with them…", chat=CREW)
    await adele.presses("Share", chat=CREW)
    await bot.at_rest()

    assert "Can't open it: 61" in card
    assert all(each.name in card for each in people)
    assert "61 people get access" in planned
    assert bot.access(FILE) == dict.fromkeys([ALEX, MEGAN, *(each.mail for each in people)], "read")


# In other languages


@pytest.mark.parametrize(
    ("locale", "sentence", "said"),
    [
        ("de-DE", f"können alle hier {FILE} öffnen?", "Können hier alle das öffnen?"),
        ("fr-FR", f"tout le monde ici peut-il ouvrir {FILE} ?", "Tout le monde ici peut-il l’ouvrir ?"),
        ("es-ES", f"¿pueden todos aquí abrir {FILE}?", "¿Pueden abrir esto todas las personas de este chat?"),
        ("pt-BR", f"todos aqui conseguem abrir {FILE}?", "Todos aqui podem abrir isto?"),
        ("it-IT", f"tutti qui possono aprire {FILE}?", "Tutti qui possono aprirlo?"),
        ("nl-NL", f"kan iedereen hier {FILE} openen?", "Kan iedereen hier dit openen?"),
        ("ja-JP", f"ここの全員が{FILE}を開けますか？", "ここの全員がこれを開けますか?"),
        ("zh-CN", f"这里的所有人都能打开{FILE}吗？", "这里的所有人都能打开此内容吗?"),
        ("ko-KR", f"여기 있는 모두가 {FILE}를 열 수 있나요?", "여기 있는 모두가 열 수 있나요?"),
    ],
)
async def test_it_is_asked_and_answered_in_ten_languages(bot: Bot, locale: str, sentence: str, said: str) -> None:
    adele = Someone(bot.contoso, ADELE, locale)
    await adele.says(f"<at>Sharebot</at> {sentence}", chat=CREW)
    (goes_on,) = titles(bot.contoso)

    assert said in await adele.presses(goes_on, chat=CREW)
