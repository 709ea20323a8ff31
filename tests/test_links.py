"""A pasted link that members of a chat can't open: noticed for whoever wants it, and for nobody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.language import Said, understand
from contoso import activities
from contoso.faults import Face
from contoso.files import Grant, Link
from contoso.people import FINANCE
from tests.attacks import send
from tests.bot import Bot
from tests.people import Someone, words_of_card
from tests.test_extension import Desk, link
from tests.test_here import give
from tests.test_language import BERLIN, NOW
from tests.test_roster import ADELE, ALEX, CREW, DANA, FILE, GENERAL, MEGAN, the

Json = dict[str, Any]
QUERY_LINK = "composeExtension/queryLink"
NOTHING = {
    "composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": []},
    "cacheInfo": {"cacheType": "NO_CACHE"},
}
SEE = "See who, and share…"
DONE = "✓ can view"


@pytest.fixture
async def watching(adele: Someone, bot: Bot) -> None:
    """The bot is in every chat, and Adele wants to be told."""
    await bot.contoso.client.install_everywhere()
    assert "I watch your links" in await adele.says("watch my links")


@pytest.fixture
def alex_has_it(bot: Bot) -> None:
    give(bot, bot.contoso.person(ALEX))


def budget(bot: Bot) -> str:
    return link(bot, "Adele Vance", f"Finance/{FILE}")


async def pastes(bot: Bot, url: str, chat: str | None = CREW, who: str = ADELE) -> Json | None:
    return await bot.contoso.client.paste(who, url, chat=chat)


async def sends(bot: Bot, url: str, chat: str = CREW) -> Json:
    """Adele pastes it, and sends it with its card."""
    card = await pastes(bot, url, chat)
    assert card
    contoso = bot.contoso
    contoso.client.post(contoso.person(ADELE), the(contoso, chat), url, card=card)
    return card


# Who switched it on, and who did not


async def test_until_somebody_wants_it_nothing_is_looked_at(adele: Someone, bot: Bot) -> None:
    """Not even who they are: there is no sign-in, and nothing is asked of Graph."""
    bot.breaks("graph", ".", times=None, status=500)
    await bot.contoso.client.install_everywhere()

    answer = await Desk(adele, CREW).asks(QUERY_LINK, {"url": budget(bot)})

    assert answer == NOTHING
    assert bot.sign_ins() == 0


async def test_it_is_switched_on_and_off_by_words_and_by_buttons(adele: Someone, bot: Bot) -> None:
    before = await adele.says("settings")
    on = await adele.presses("Watch my links")
    again = await adele.says("watch my links on")
    between = await adele.says("settings")
    off = await adele.presses("Stop watching my links")
    last = await adele.says("stop watching my links")

    assert "I don't watch your links" in before
    assert "I watch your links" in on
    assert "I watch your links" in again
    assert "I watch your links" in between
    assert "Plain text is off" in between
    assert "I don't watch your links" in off
    assert "I don't watch your links" in last


async def test_it_is_nobodys_business_in_front_of_others(adele: Someone, bot: Bot) -> None:
    said = await adele.says("<at>Sharebot</at> watch my links", chat=CREW)

    assert "Please say that in our own chat." in said
    assert await pastes(bot, budget(bot)) is None


@pytest.mark.usefixtures("watching")
async def test_whoever_stops_it_is_left_alone_again(adele: Someone, bot: Bot) -> None:
    assert await pastes(bot, budget(bot))
    await adele.says("don't watch my links any more")

    assert await pastes(bot, budget(bot)) is None


@pytest.mark.usefixtures("watching")
async def test_whoever_takes_the_bot_away_has_it_off_when_they_come_back(adele: Someone, bot: Bot) -> None:
    await bot.contoso.client.uninstall(ADELE)
    await adele.says("help")

    assert "I don't watch your links" in await adele.says("settings")


async def test_whoever_has_not_agreed_is_asked_when_they_switch_it_on(diego: Someone, bot: Bot) -> None:
    await bot.contoso.client.install_everywhere()

    said = await diego.says("watch my links")

    assert "I watch your links" not in said
    assert bot.sign_in_page(diego)


@pytest.mark.usefixtures("watching")
async def test_whoever_agrees_no_more_is_not_asked_when_they_paste(bot: Bot) -> None:
    await forgotten(bot)
    bot.contoso.consents[bot.contoso.person(ADELE).id].clear()

    assert await pastes(bot, budget(bot)) is None


# What is noticed


@pytest.mark.usefixtures("watching", "alex_has_it")
async def test_who_cannot_open_it_is_given_it_with_a_press(adele: Someone, bot: Bot) -> None:
    card = await sends(bot, budget(bot))
    desk = Desk(adele, CREW)
    planned = await desk.opens(card, SEE)
    before = bot.access(FILE)
    done = await desk.presses("Share")

    assert "Not everybody here can open this link" in words_of_card(card)
    assert "Share this?" in planned
    assert "Megan Bowen" in planned
    assert "now: no access" in planned
    assert "Alex" not in planned
    assert before == {ALEX: "read"}
    assert DONE in done
    assert bot.access(FILE) == {ALEX: "read", MEGAN: "read"}


@pytest.mark.usefixtures("watching")
async def test_the_card_that_all_will_read_tells_nothing_that_was_looked_up(bot: Bot) -> None:
    answer = await Desk(Someone(bot.contoso, ADELE), CREW).asks(QUERY_LINK, {"url": budget(bot)})

    (attachment,) = answer["composeExtension"]["attachments"]
    shown = json.dumps(attachment)
    assert attachment["preview"]["content"] == {"title": "Not everybody here can open this link"}
    assert attachment["content"]["version"] == "1.3"
    assert answer["cacheInfo"] == {"cacheType": "NO_CACHE"}
    for secret in (FILE, "Alex", "Megan", "Adele", "Finance", budget(bot)):
        assert secret not in shown


@pytest.mark.usefixtures("watching")
async def test_guests_are_marked_before_anything_is_shared(adele: Someone, bot: Bot) -> None:
    await adele.adds(DANA, chat=CREW)

    planned = await Desk(adele, CREW).opens(await sends(bot, budget(bot)), SEE)

    assert "Dana Birkby" in planned
    assert "outside your organisation" in planned


@pytest.mark.usefixtures("watching", "alex_has_it")
async def test_where_everybody_can_open_it_nothing_is_said(bot: Bot) -> None:
    give(bot, bot.contoso.person(MEGAN))

    assert await pastes(bot, budget(bot)) is None


@pytest.mark.usefixtures("watching")
async def test_a_link_that_is_made_for_all_of_them_is_good(bot: Bot) -> None:
    give(bot, Link("for-us", "organization"))

    assert await pastes(bot, f"{bot.contoso.base_url}/s/for-us") is None
    assert await pastes(bot, budget(bot))


@pytest.mark.usefixtures("watching")
async def test_in_a_channel_it_is_its_team(bot: Bot) -> None:
    assert await pastes(bot, budget(bot), GENERAL)


@pytest.mark.usefixtures("watching")
@pytest.mark.parametrize("url", ["https://contoso.example/nothing", "{base}/s/nothing", "{base}/", "x" * 3_000])
async def test_what_is_no_file_is_no_word(adele: Someone, bot: Bot, url: str) -> None:
    value = {"url": url.replace("{base}", bot.contoso.base_url)}

    assert await Desk(adele, CREW).asks(QUERY_LINK, value) == NOTHING
    assert await Desk(adele, CREW).asks(QUERY_LINK, {"url": 7}) == NOTHING


@pytest.mark.usefixtures("watching")
async def test_a_chat_of_two_is_nobodys_business(bot: Bot) -> None:
    assert await pastes(bot, budget(bot), None) is None


# What can't be told


async def test_where_groups_are_not_told_nobody_is_said_to_be_without_it(adele: Someone, bot: Bot) -> None:
    contoso = bot.contoso
    await contoso.client.install_everywhere()
    contoso.consents[contoso.person(ADELE).id].discard("GroupMember.Read.All")
    await adele.says("watch my links")
    contoso.files.grant(contoso.file("Adele Vance", f"Finance/{FILE}"), Grant(FINANCE, "read"))

    assert await pastes(bot, budget(bot)) is None


@pytest.mark.usefixtures("alex_has_it")
async def test_whoever_does_not_see_all_access_is_told_nothing(alex: Someone, bot: Bot) -> None:
    await bot.contoso.client.install_everywhere()
    await alex.says("watch my links")

    assert await pastes(bot, budget(bot), who=ALEX) is None


@pytest.mark.usefixtures("watching")
@pytest.mark.parametrize("broken", [("graph", "/permissions", 503), ("connector", "pagedmembers", 403)], ids=str)
async def test_what_fails_is_no_word(bot: Bot, broken: tuple[Face, str, int]) -> None:
    face, path, status = broken
    bot.breaks(face, path, times=None, status=status)

    assert await pastes(bot, budget(bot)) is None


@pytest.mark.usefixtures("watching")
async def test_a_bug_is_no_word_either(adele: Someone, bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    await bot.alters("DROP TABLE watched_links")

    assert await Desk(adele, CREW).asks(QUERY_LINK, {"url": budget(bot)}) == NOTHING
    assert budget(bot) not in caplog.text


@pytest.mark.hurried
@pytest.mark.usefixtures("watching")
async def test_what_takes_longer_than_teams_waits_is_no_word(bot: Bot) -> None:
    bot.breaks("graph", "/permissions", delay=5)

    assert await pastes(bot, budget(bot)) is None
    await bot.at_rest()
    assert await pastes(bot, budget(bot))


# Signing in


@pytest.mark.usefixtures("watching")
async def test_whoever_signed_out_stays_signed_out(adele: Someone, bot: Bot) -> None:
    before = bot.sign_ins()
    await adele.says("sign out")

    assert await pastes(bot, budget(bot)) is None
    assert bot.sign_ins() == before


@pytest.mark.usefixtures("watching")
async def test_whose_key_is_gone_is_signed_in_again_without_a_word(bot: Bot) -> None:
    await forgotten(bot)

    assert await pastes(bot, budget(bot))


@pytest.mark.usefixtures("watching")
async def test_where_that_does_not_do_they_are_not_bothered(bot: Bot) -> None:
    await forgotten(bot)
    contoso, person = bot.contoso, bot.contoso.person(ADELE)
    value = {"url": budget(bot), "authentication": {"token": "no token"}}

    answer = await send(bot, activities.invoke(contoso, the(contoso, CREW), person, name=QUERY_LINK, value=value))

    assert answer.json() == NOTHING


async def forgotten(bot: Bot) -> None:
    """What the bot could act with as anybody."""
    await bot.alters("DELETE FROM token_caches")
    await bot.restart()


# The press


@pytest.mark.usefixtures("watching")
async def test_a_press_of_somebody_else_tells_them_nothing(alex: Someone, bot: Bot) -> None:
    card = await sends(bot, budget(bot))

    told = await Desk(alex, CREW).opens(card, SEE)

    assert "Only the person who asked" in told
    assert FILE not in told
    assert "Megan" not in told


@pytest.mark.usefixtures("watching", "alex_has_it")
async def test_a_dialog_that_was_closed_is_opened_again(adele: Someone, bot: Bot) -> None:
    card = await sends(bot, budget(bot))
    desk = Desk(adele, CREW)

    await desk.opens(card, SEE)
    assert "Share this?" in await desk.opens(card, SEE)
    await desk.presses("Share")
    now = await desk.opens(card, SEE)

    assert "Yes, everybody can open it." in now


@pytest.mark.usefixtures("watching", "alex_has_it")
async def test_who_came_since_is_in_it(adele: Someone, bot: Bot) -> None:
    card = await sends(bot, budget(bot))
    await adele.adds(DANA, chat=CREW)

    assert "Dana Birkby" in await Desk(adele, CREW).opens(card, SEE)


@pytest.mark.usefixtures("watching")
@pytest.mark.parametrize("chat", [GENERAL, None])
async def test_the_card_of_another_chat_plans_nothing(adele: Someone, bot: Bot, chat: str | None) -> None:
    card = await sends(bot, budget(bot))

    told = await Desk(adele, chat).opens(card, SEE)

    assert "I looked at this link for another chat." in told


@pytest.mark.usefixtures("watching")
async def test_the_key_of_something_else_plans_nothing(adele: Someone, bot: Bot) -> None:
    card = await sends(bot, budget(bot))
    await adele.says(f"share {FILE} with Alex")
    plan = bot.button(adele, "Share", bot.latest(adele))["data"]["about"]
    await adele.says("share")
    form = bot.button(adele, "Continue", bot.latest(adele))["data"]["about"]

    for key in (plan, form, "nothing"):
        card["actions"][0]["data"]["about"] = key
        assert "no longer good" in await Desk(adele, CREW).opens(card, SEE)


@pytest.mark.usefixtures("watching")
async def test_a_rule_of_the_organisation_holds_here_as_well(adele: Someone, bot: Bot) -> None:
    await bot.under('[rules."No guests"]\nthen = "refuse"\nwho = ["outside"]\n')
    await adele.adds(DANA, chat=CREW)

    planned = await Desk(adele, CREW).opens(await sends(bot, budget(bot)), SEE)

    assert "No guests" in planned


# Asked for, by the bot's name


async def test_our_name_and_a_link_ask_whether_everybody_here_can_open_it(adele: Someone, bot: Bot) -> None:
    await bot.contoso.client.install_everywhere()
    await adele.says(f"<at>Sharebot</at> {budget(bot)}", chat=CREW)

    card = await adele.presses("Continue", chat=CREW)

    assert "Can everybody here open this?" in card
    assert "Can't open it: 2" in card


async def test_with_other_words_a_link_asks_nothing(adele: Someone, bot: Bot) -> None:
    said = await adele.says(f"<at>Sharebot</at> {budget(bot)} nice weather", chat=CREW)

    assert "I did nothing." in said


async def test_in_a_chat_of_two_a_link_alone_is_answered_with_what_can_be_done(adele: Someone, bot: Bot) -> None:
    said = await adele.says(f"<at>Sharebot</at> {budget(bot)}")

    assert "What shall I do with it?" in said
    assert "Can everybody here open this?" not in said


# In other languages


@pytest.mark.parametrize(
    ("tag", "wish", "sentences"),
    [
        (
            "en",
            "links_on",
            [
                "watch my links",
                "watch my links on",
                "Please watch my links.",
                "notice links i paste",
                "check the links I paste",
                "turn on link watching",
                "link watch on",
            ],
        ),
        (
            "en",
            "links_off",
            [
                "watch my links off",
                "stop watching my links",
                "don't watch my links",
                "don't watch my links any more",
                "turn off link watching",
                "link watch off",
            ],
        ),
        (
            "de",
            "links_on",
            [
                "beachte meine Links",
                "prüfe bitte meine Links",
                "Linkprüfung ein",
                "schalte die Linkprüfung ein",
                "Linkprüfung",
            ],
        ),
        (
            "de",
            "links_off",
            [
                "beachte meine Links nicht mehr",
                "Linkprüfung aus",
                "schalte die Linkprüfung aus",
                "prüfe meine Links nicht mehr",
            ],
        ),
        ("es", "links_on", ["vigila mis enlaces", "activa la comprobación de enlaces", "revisa los enlaces que pego"]),
        (
            "es",
            "links_off",
            [
                "deja de vigilar mis enlaces",
                "no vigiles mis enlaces",
                "desactiva la comprobación de enlaces",
                "no revises más mis enlaces",
            ],
        ),
        (
            "fr",
            "links_on",
            ["surveille mes liens", "vérifie les liens que je colle", "active la surveillance des liens"],
        ),
        (
            "fr",
            "links_off",
            ["ne surveille plus mes liens", "arrête de surveiller mes liens", "désactive la surveillance des liens"],
        ),
        ("it", "links_on", ["controlla i miei link", "attiva il controllo dei link", "controlla i link che incollo"]),
        (
            "it",
            "links_off",
            ["non controllare più i miei link", "smetti di controllare i miei link", "disattiva il controllo dei link"],
        ),
        ("nl", "links_on", ["controleer mijn links", "linkcontrole aan", "zet de linkcontrole aan"]),
        ("nl", "links_off", ["controleer mijn links niet meer", "linkcontrole uit", "zet de linkcontrole uit"]),
        ("pt", "links_on", ["verifica os meus links", "verifique meus links", "ative a verificação de links"]),
        (
            "pt",
            "links_off",
            ["não verifique mais meus links", "pare de verificar meus links", "desative a verificação de links"],
        ),
        ("ja", "links_on", ["リンクの確認をオンにして", "貼ったリンクを確認して", "私のリンクをチェックして"]),
        ("ja", "links_off", ["リンクの確認をオフにして", "貼ったリンクを確認しないで"]),
        ("ko", "links_on", ["링크 확인 켜줘", "내 링크를 확인해줘"]),
        ("ko", "links_off", ["링크 확인 꺼줘", "내 링크를 확인하지 마"]),
        ("zh", "links_on", ["打开链接检查", "检查我的链接"]),
        ("zh", "links_off", ["关闭链接检查", "不要检查我的链接", "停止检查我的链接"]),
    ],
)
def test_it_is_switched_in_ten_languages(tag: str, wish: str, sentences: list[str]) -> None:
    for each in sentences:
        understood = understand(Said(each), now=NOW, tz=BERLIN, locale=tag)

        assert (understood.intent, understood.wish) == ("settings", wish), each
