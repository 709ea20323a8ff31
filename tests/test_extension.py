"""The message extension and the dialogs: a file is found, put into a chat, shared from a form, and asked about."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import httpx
import pytest

from contoso import activities, buttons
from contoso.people import Person
from tests.attacks import rights, send
from tests.bot import Bot
from tests.people import Someone, words_of_card
from tests.test_fuzz import WRONG as RUBBISH
from tests.test_sign_in import visit

Json = dict[str, Any]
CREW = "Budget crew"
ALEX = "alex.wilber@contoso.com"
MEGAN = "megan.bowen@contoso.com"
QUERY, FETCH_TASK, SUBMIT = "composeExtension/query", "composeExtension/fetchTask", "composeExtension/submitAction"


class Desk:
    """A person at Teams' other doors. `chat` None is their chat with the bot; `card` is what the dialog shows."""

    def __init__(self, someone: Someone, chat: str | None = None) -> None:
        self._someone = someone
        self._contoso = someone.contoso
        self._person: Person = self._contoso.person(someone.mail)
        chats = self._contoso.chats
        self.chat = next(one for one in chats if one.name == chat) if chat else chats.personal(self._person.id)
        self.card: Json = {}
        self._submit = "task/submit"
        self._more: Json = {}

    async def asks(self, name: str, value: Json, message: str | None = None) -> Json:
        """What the bot answers an invoke with."""
        about = self._contoso.chats.message(self.chat.id, message) if message else None
        return await self._contoso.client.extension.ask(self._person, self.chat, name, value, message=about)

    async def searches(self, words: str) -> Json:
        parameter = {"name": "words", "value": words} if words else {"name": "initialRun", "value": "true"}
        about = {"commandId": "findFile", "commandContext": "compose", "queryOptions": {"skip": 0, "count": 25}}
        return (await self.asks(QUERY, {**about, "parameters": [parameter]}))["composeExtension"]

    async def acts(self, command: str, message: str) -> str:
        """What the dialog of an action on a message shows."""
        self._submit, self._more = SUBMIT, {"commandId": command, "commandContext": "message"}
        return self._shown(await self.asks(FETCH_TASK, self._more, message))

    async def opens(self, card: Json, title: str) -> str:
        """What the dialog shows that a button of a card opens."""
        self._submit, self._more = "task/submit", {}
        data = buttons.press(card, title, {})["data"]
        assert data["msteams"] == {"type": "task/fetch"}
        return self._shown(await self.asks("task/fetch", {"data": data, "context": {"theme": "default"}}))

    async def presses(self, title: str, inputs: dict[str, str] | None = None) -> str:
        """What the dialog shows after a button of it."""
        action = buttons.press(self.card, title, inputs or {})
        assert action["type"] == "Action.Submit"
        return self._shown(await self.asks(self._submit, {**self._more, "data": action["data"]}))

    def says(self, text: str, *attachments: Json) -> str:
        """A message in the chat, by its id; the bot is told nothing of it."""
        message = self._contoso.client.post(self._person, self.chat, text)
        self._contoso.chats.put(replace(message, attachments=attachments))
        return message.id

    def value(self, field: str) -> str:
        """What stands in a field of the dialog."""
        return next(each["value"] for each in self.card["body"] if each.get("id") == field)

    def _shown(self, answer: Json) -> str:
        assert answer["task"]["type"] == "continue"
        assert answer["task"]["value"]["card"]["contentType"] == "application/vnd.microsoft.card.adaptive"
        self.card = answer["task"]["value"]["card"]["content"]
        return words_of_card(self.card)


def link(bot: Bot, owner: str, path: str) -> str:
    return bot.contoso.web_url(bot.contoso.file(owner, path))


def titles(result: Json) -> list[str]:
    return [each["preview"]["content"]["title"] for each in result["attachments"]]


async def budget_in_the_crew(adele: Someone, bot: Bot) -> Desk:
    """Adele's desk in the group, with a message there that links to her budget."""
    await bot.contoso.client.install_everywhere()
    await adele.says("help")
    return Desk(adele, CREW)


# A search


async def test_the_first_search_signs_in_without_a_word_and_shows_what_changed_last(adele: Someone, bot: Bot) -> None:
    result = await Desk(adele, CREW).searches("")

    changed = [
        bot.contoso.file("Adele Vance", path).modified for path in ("Finance/Q3 Budget.xlsx", "Übersicht für Ana.docx")
    ]
    assert result["type"] == "result"
    assert titles(result).index("Q3 Budget.xlsx") < titles(result).index("Übersicht für Ana.docx")
    assert changed[0] > changed[1]
    assert bot.sign_ins() == 1


async def test_a_file_is_found_with_its_icon_its_place_and_its_day(adele: Someone, bot: Bot) -> None:
    result = await Desk(adele, CREW).searches("q3 budget")

    preview = result["attachments"][0]["preview"]["content"]
    assert preview["title"] == "Q3 Budget.xlsx"
    assert preview["text"].startswith("OneDrive › Finance · changed ")
    async with httpx.AsyncClient(timeout=30) as http:
        icon = await http.get(preview["images"][0]["url"])
    assert (icon.status_code, icon.headers["Content-Type"]) == (200, "image/png")
    assert preview["images"][0]["alt"] == "Spreadsheet"


async def test_a_search_as_the_agents_playground_words_it_is_understood(adele: Someone, bot: Bot) -> None:
    """It names neither the command nor the parameter."""
    about = {"commandContext": "compose", "queryOptions": {"skip": 0, "count": 25}, "context": {"theme": "default"}}

    answer = await Desk(adele).asks(QUERY, {**about, "parameters": [{"value": "Q3"}]})

    assert "Q3 Budget.xlsx" in titles(answer["composeExtension"])


async def test_what_others_share_is_found_and_what_they_do_not_is_not(adele: Someone, bot: Bot) -> None:
    desk = Desk(adele)

    assert "Falcon risks.docx" in titles(await desk.searches("Falcon risks"))
    assert (await desk.searches("Salary bands"))["type"] == "message"


async def test_whoever_scrolls_is_not_shown_the_same_again(adele: Someone, bot: Bot) -> None:
    value = {"parameters": [{"name": "words", "value": "budget"}], "queryOptions": {"skip": 25, "count": 25}}

    answer = await Desk(adele).asks(QUERY, value)

    assert answer["composeExtension"] == {"type": "result", "attachmentLayout": "list", "attachments": []}


async def test_nothing_found_is_said(adele: Someone, bot: Bot) -> None:
    result = await Desk(adele).searches("Nothing Like This")

    assert result == {"type": "message", "text": "I found no file for this among those you can open."}


@pytest.mark.parametrize("words", ["", "Onboarding"], ids=["what changed last", "a name"])
async def test_who_has_not_agreed_yet_gets_one_button_and_after_it_the_files(
    diego: Someone, bot: Bot, words: str
) -> None:
    desk = Desk(diego)

    asked = await desk.searches(words)
    assert asked["type"] == "auth"
    await visit(asked["suggestedActions"]["actions"][0]["value"], as_=diego.mail, accept=True)
    found = await desk.searches(words)

    assert "Onboarding checklist.docx" in titles(found)


async def test_a_search_is_asked_silently_once_and_by_button_after_that(diego: Someone, bot: Bot) -> None:
    """Or Teams would go on for ever."""
    value = {"commandId": "findFile", "parameters": [], "authentication": {"token": "no token"}}
    chat = bot.contoso.chats.personal(bot.contoso.person(diego.mail).id)
    person = bot.contoso.person(diego.mail)

    first = await send(bot, activities.invoke(bot.contoso, chat, person, name=QUERY, value={"parameters": []}))
    second = await send(bot, activities.invoke(bot.contoso, chat, person, name=QUERY, value=value))

    assert first.json()["composeExtension"]["type"] == "silentAuth"
    assert second.json()["composeExtension"]["type"] == "auth"


async def test_somebody_elses_token_signs_nobody_in(adele: Someone, megan: Someone, bot: Bot) -> None:
    contoso = bot.contoso
    person, chat = contoso.person(adele.mail), contoso.chats.personal(contoso.person(adele.mail).id)
    async with httpx.AsyncClient(timeout=30) as http:
        query = {"user": megan.mail, "scope": "access_as_user"}
        token = (await http.get(f"{contoso.base_url}/_contoso/token", params=query)).json()["token"]

    value = {"parameters": [], "authentication": {"token": token}}
    answer = await send(bot, activities.invoke(contoso, chat, person, name=QUERY, value=value))

    assert answer.json()["composeExtension"]["type"] == "auth"
    assert bot.sign_ins() == 0


@pytest.mark.hurried
async def test_a_search_that_takes_too_long_says_so(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex")
    bot.breaks("graph", r"/search/query$", delay=5)

    result = await Desk(adele).searches("")

    assert result["text"] == "Microsoft 365 takes longer than Teams waits. Please try again."
    await bot.at_rest()


@pytest.mark.hurried
async def test_a_chat_of_two_people_is_not_taken_for_the_one_with_the_bot(adele: Someone, bot: Bot) -> None:
    """Teams calls both personal."""
    contoso = bot.contoso
    person = contoso.person(adele.mail)
    await adele.says("share Q3 Budget.xlsx with Alex")
    body = activities.invoke(contoso, contoso.chats.personal(person.id), person, name=QUERY, value={"parameters": []})
    body["conversation"]["id"] = "19:two-people@unq.gbl.spaces"

    await send(bot, body)
    await Someone(contoso, MEGAN).says("share Store openings.pptx with Adele Vance")

    desk = Desk(adele, CREW)
    bot.breaks("graph", r"/permissions$", delay=4.5)
    said = desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx"))
    await desk.acts("whoCanOpen", said)
    await bot.at_rest()
    assert "Who can open this?" in adele.sees()


# A card in a chat


async def test_the_card_of_a_file_shares_with_the_people_of_the_chat(adele: Someone, bot: Bot) -> None:
    await bot.contoso.client.install_everywhere()
    desk = Desk(adele, CREW)
    card = (await desk.searches("q3 budget"))["attachments"][0]["content"]
    others = {bot.contoso.directory.people[each].mail for each in desk.chat.members} - {adele.mail}

    await desk.opens(card, "Share with this chat")
    assert set(desk.value("people").split(", ")) == others
    plan = await desk.presses("Continue", {"role": "write"})
    assert "Share this?" in plan
    assert not others & bot.access("Q3 Budget.xlsx").keys()
    done = await desk.presses("Share")

    assert done.count("✓ can edit") == len(others)
    assert {who: bot.access("Q3 Budget.xlsx")[who] for who in others} == dict.fromkeys(others, "write")


async def test_the_card_of_a_file_shares_with_whoever_is_named(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    desk = Desk(adele, CREW)
    card = (await desk.searches("q3 budget"))["attachments"][0]["content"]

    form = await desk.opens(card, "Share with …")
    await desk.presses("Continue", {"people": "Alex Wilber"})
    await desk.presses("Share")

    assert "Q3 Budget.xlsx" in form
    assert bot.access("Q3 Budget.xlsx")[ALEX] == "read"
    assert "You can view it." in await alex.waits_for("Shared with you")


async def test_a_reader_who_presses_the_card_cannot_share_what_they_only_view(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex as read")
    await adele.presses("Share")
    card = (await Desk(adele).searches("q3 budget"))["attachments"][0]["content"]
    await alex.says("share Social media plan.xlsx with Megan")
    desk = Desk(alex)

    await desk.opens(card, "Share with …")
    told = await desk.presses("Continue", {"people": MEGAN})

    assert "You can only view “Q3 Budget.xlsx”" in told
    assert desk.value("people") == MEGAN


async def test_a_stranger_who_presses_the_card_learns_nothing(adele: Someone, megan: Someone, bot: Bot) -> None:
    card = (await Desk(adele).searches("q3 budget"))["attachments"][0]["content"]
    await megan.says("share Store openings.pptx with Alex")

    told = await Desk(megan).opens(card, "Share with …")

    assert "I find no file behind this, or you have no access to it." in told
    assert "Q3 Budget.xlsx" not in told


async def test_where_the_bot_is_not_the_people_of_a_chat_are_not_known(adele: Someone, bot: Bot) -> None:
    desk = Desk(adele, CREW)
    card = (await desk.searches("q3 budget"))["attachments"][0]["content"]

    told = await desk.opens(card, "Share with this chat")

    assert "I am not in this chat, so I can't see who is." in told


async def test_of_a_chat_that_is_too_large_or_not_told_of_the_people_are_to_be_named(adele: Someone, bot: Bot) -> None:
    await bot.contoso.client.install_everywhere()
    desk = Desk(adele, CREW)
    card = (await desk.searches("q3 budget"))["attachments"][0]["content"]
    bot.breaks("connector", "/pagedmembers", status=500)
    not_told = await desk.opens(card, "Share with this chat")
    people = list(bot.contoso.directory.people)[:60]
    bot.contoso.chats.populate(desk.chat.id, [*desk.chat.members, *people])
    too_many = await desk.opens(card, "Share with this chat")

    assert "File or folder" not in not_told
    assert "There are too many people in this chat for one share." in too_many


async def test_a_dialog_that_needs_a_sign_in_leads_there_and_goes_on(adele: Someone, diego: Someone, bot: Bot) -> None:
    card = (await Desk(adele).searches("q3 budget"))["attachments"][0]["content"]
    url = link(bot, "Diego Siciliani", "Onboarding checklist.docx")
    card["actions"][2]["data"]["url"] = url
    desk = Desk(diego)

    asked = await desk.opens(card, "Share with …")
    await visit(
        next(each["url"] for each in desk.card["actions"] if each["title"] == "Sign in"), as_=diego.mail, accept=True
    )
    form = await desk.presses("Continue")

    assert "Sign in first" in asked
    assert "Onboarding checklist.docx" in form


# An action on a message


@pytest.mark.parametrize("how", ["a link", "a link in a sentence", "a file", "a card"])
async def test_a_file_of_a_message_is_shared_from_a_form(adele: Someone, bot: Bot, how: str) -> None:
    desk = await budget_in_the_crew(adele, bot)
    url = link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx")
    file = {"contentType": "reference", "contentUrl": url, "name": "Q3 Budget.xlsx", "content": None}
    card = (await desk.searches("q3 budget"))["attachments"][0]
    message = {
        "a link": lambda: desk.says(url),
        "a link in a sentence": lambda: desk.says(f"Look at this ({url}), and at https://example.com/news & more!"),
        "a file": lambda: desk.says("Here it is", file),
        "a card": lambda: desk.says("", {"contentType": card["contentType"], "content": card["content"]}),
    }[how]()

    form = await desk.acts("shareThis", message)
    assert "Q3 Budget.xlsx" in form
    assert desk.value("mail") == "true"
    tomorrow = (bot.contoso.now() + dt.timedelta(days=1)).date().isoformat()
    plan = await desk.presses("Continue", {"people": f"{ALEX}; Megan Bowen", "until": tomorrow, "message": "For you"})
    assert "Share this?" in plan
    assert "For you" in plan
    assert ALEX not in bot.access("Q3 Budget.xlsx")
    done = await desk.presses("Share")

    assert done.count("✓ can view") == 2
    assert bot.access("Q3 Budget.xlsx")[ALEX] == "read"
    told = await Someone(bot.contoso, ALEX).waits_for("Shared with you")
    assert "For you" in told


async def test_several_files_of_a_message_are_chosen_from(adele: Someone, bot: Bot) -> None:
    desk = await budget_in_the_crew(adele, bot)
    await desk.searches("")
    urls = [link(bot, "Adele Vance", path) for path in ("Finance/Q3 Budget.xlsx", "Finance/Q4 Forecast.xlsx")]

    form = await desk.acts("shareThis", desk.says(" and ".join(urls)))
    other = bot.contoso.file("Adele Vance", "Finance/Q4 Forecast.xlsx")
    await desk.presses("Continue", {"people": ALEX, "item": f"{other.drive_id}/{other.id}"})
    await desk.presses("Share")

    assert "Q3 Budget.xlsx" in form
    assert bot.access("Q4 Forecast.xlsx")[ALEX] == "read"
    assert ALEX not in bot.access("Q3 Budget.xlsx")


WRONG: dict[str, tuple[dict[str, str], str]] = {
    "nobody": ({"people": " , ;"}, "With whom?"),
    "a crowd": ({"people": ",".join(f"p{n}@contoso.com" for n in range(51))}, "no more than 50"),
    "a novel": ({"people": "Alex and " * 50}, "No name and no address is that long."),
    "a stranger": ({"people": "Nobody Likethis"}, "I know nobody called “Nobody Likethis”"),
    "a wrong address": ({"people": "alxe.wilber@contoso.com"}, "I find nobody at contoso.com with the address"),
    "a role of our own making": ({"people": ALEX, "role": "owner"}, "Please choose one."),
    "a day that is over": ({"people": ALEX, "until": "2020-02-02"}, "This day is over."),
    "a day that is none": ({"people": ALEX, "until": "2027-02-30"}, "I can't read this date."),
    "a file that was not offered": ({"people": ALEX, "item": "x/y"}, "Please choose one."),
    "a message without a mail": ({"people": ALEX, "message": "Hi", "mail": "false"}, "A message travels in the mail."),
}


@pytest.mark.parametrize(("inputs", "sentence"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_stands_in_the_form_with_what_was_typed(
    adele: Someone, bot: Bot, inputs: dict[str, str], sentence: str
) -> None:
    desk = await budget_in_the_crew(adele, bot)
    await desk.searches("")
    await desk.acts("shareThis", desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx")))
    before = rights(bot)

    told = await desk.presses("Continue", {"message": "As you asked", "mail": "true", **inputs})

    assert sentence in told
    assert {name: desk.value(name) for name in inputs} == inputs
    assert desk.value("message") == inputs.get("message", "As you asked")
    assert rights(bot) == before
    right = {"people": ALEX, "role": "read", "until": "", "mail": "true", "item": offered(desk)}
    assert "Share this?" in await desk.presses("Continue", right)


async def test_a_name_that_fits_two_people_is_a_question_in_the_dialog(adele: Someone, bot: Bot) -> None:
    desk = await budget_in_the_crew(adele, bot)
    await desk.searches("")
    await desk.acts("shareThis", desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx")))

    question = await desk.presses("Continue", {"people": "Ana Bell"})
    plan = await desk.presses("Ana Bell ana.bell2@contoso.com")

    assert "“Ana Bell” could be any of these 2:" in question
    assert "Share this?" in plan
    assert "Cancelled" in await desk.presses("Cancel")


@pytest.mark.parametrize("command", ["shareThis", "whoCanOpen"])
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Lunch?", "I see no file and no link to one in this message."),
        ("https://example.com/news.html", "I find no file behind this, or you have no access to it."),
        ("javascript:alert(1) file:///etc/passwd", "I see no file and no link to one in this message."),
        ("theirs", "I find no file behind this, or you have no access to it."),
    ],
)
async def test_a_message_without_a_file_of_theirs_is_told_so(
    adele: Someone, bot: Bot, command: str, text: str, sentence: str
) -> None:
    desk = await budget_in_the_crew(adele, bot)
    await desk.searches("")
    text = link(bot, "Diego Siciliani", "Salary bands.xlsx") if text == "theirs" else text

    told = await desk.acts(command, desk.says(text))

    assert sentence in told
    assert "Salary" not in told


async def test_an_action_by_somebody_who_is_not_signed_in_asks_with_a_button(adele: Someone, bot: Bot) -> None:
    """Teams tries silently for searches only."""
    desk = Desk(adele, CREW)
    message = desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx"))

    asked = await desk.asks(FETCH_TASK, {"commandId": "shareThis", "commandContext": "message"}, message)
    await visit(asked["composeExtension"]["suggestedActions"]["actions"][0]["value"], as_=adele.mail, accept=True)
    form = await desk.acts("shareThis", message)

    assert asked["composeExtension"]["type"] == "auth"
    assert "Share a file" in form


async def test_what_a_form_needs_besides_is_agreed_to_with_what_was_typed_kept(diego: Someone, bot: Bot) -> None:
    """A first sign-in is for their own files; to look people up is asked for when somebody is named."""
    desk = Desk(diego)
    message = desk.says(link(bot, "Diego Siciliani", "Onboarding checklist.docx"))
    first = await desk.asks(FETCH_TASK, {"commandId": "shareThis", "commandContext": "message"}, message)
    page = first["composeExtension"]["suggestedActions"]["actions"][0]["value"]
    await visit(page, as_=diego.mail, accept=True)
    await desk.acts("shareThis", message)

    asked = await desk.presses("Continue", {"people": "Alex Wilber", "role": "write", "message": "Welcome"})
    page = next(each["url"] for each in desk.card["actions"] if each["title"] == "Sign in")
    await visit(page, as_=diego.mail, accept=True)
    plan = await desk.presses("Continue")

    assert "Sign in first" in asked
    assert "Share this?" in plan
    assert "Welcome" in plan
    assert "can edit" in plan


async def test_who_can_open_a_file_is_told_with_where_it_comes_from(adele: Someone, bot: Bot) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex as write")
    await adele.presses("Share")
    await adele.says("share the Finance folder with Megan Bowen")
    await adele.presses("Share")
    desk = Desk(adele, CREW)

    told = await desk.acts("whoCanOpen", desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx")))

    here, _, inherited = told.partition("Through the folder it is in")
    assert "Shared directly" in here
    assert "Alex Wilber\nalex.wilber@contoso.com\nshared by you\ncan edit" in here
    assert "Megan Bowen\nmegan.bowen@contoso.com\ncan view" in inherited
    assert "owners only" not in told


async def test_a_reader_is_told_that_others_access_is_not_shown_to_them(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await adele.says("share Q3 Budget.xlsx with Alex and Megan Bowen as read")
    await adele.presses("Share")
    await alex.says("share Social media plan.xlsx with Megan")
    desk = Desk(alex, CREW)

    told = await desk.acts("whoCanOpen", desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx")))

    assert "shows the access of others to its owners only" in told
    assert "Megan Bowen" not in told


async def test_links_and_groups_are_told_by_what_they_are(adele: Someone, megan: Someone, bot: Bot) -> None:
    desk, other = Desk(megan, CREW), Desk(adele, CREW)
    await desk.searches("")
    await other.searches("")

    by_link = await desk.acts("whoCanOpen", desk.says(link(bot, "Megan Bowen", "Town hall.pptx")))
    risks = next(each for each in bot.contoso.files if each.name == "Falcon risks.docx")
    by_group = await other.acts("whoCanOpen", other.says(bot.contoso.web_url(risks)))

    assert "everybody in the organisation who has the link\ncan view" in by_link
    assert "a group: everybody in it" in by_group
    assert "Who is in a group I can't see from here." in by_group


# A dialog, sent


async def test_the_same_press_in_a_dialog_delivered_twice_shares_once(adele: Someone, bot: Bot) -> None:
    desk = await budget_in_the_crew(adele, bot)
    await desk.searches("")
    await desk.acts("shareThis", desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx")))
    await desk.presses("Continue", {"people": ALEX})
    plan = desk.card

    first = await desk.presses("Share")
    desk.card = plan
    second = await desk.presses("Share")
    await bot.at_rest()

    assert first == second
    assert Someone(bot.contoso, ALEX).sees().count("Shared with you") == 1


@pytest.mark.hurried
async def test_what_takes_too_long_in_a_dialog_is_answered_in_the_own_chat(adele: Someone, bot: Bot) -> None:
    desk = await budget_in_the_crew(adele, bot)
    await desk.searches("")
    await desk.acts("shareThis", desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx")))
    await desk.presses("Continue", {"people": ALEX})
    bot.breaks("graph", r"/invite$", delay=5)

    told = await desk.presses("Share")
    await bot.at_rest()

    assert "I'll answer in our own chat" in told
    assert "✓ can view" in adele.sees()
    assert Someone(bot.contoso, ALEX).sees().count("Shared with you") == 1


@pytest.mark.hurried
async def test_what_takes_too_long_in_a_dialog_and_fails_is_told_in_the_own_chat(adele: Someone, bot: Bot) -> None:
    desk = await budget_in_the_crew(adele, bot)
    await desk.searches("")
    await desk.acts("shareThis", desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx")))
    await desk.presses("Continue", {"people": ALEX})
    bot.breaks("graph", r"/permissions$", delay=5, status=503)

    told = await desk.presses("Share")
    await bot.at_rest()

    assert "I'll answer in our own chat" in told
    assert "Microsoft 365 does not answer" in adele.sees()
    assert ALEX not in bot.access("Q3 Budget.xlsx")


async def test_somebody_elses_form_and_plan_do_nothing(adele: Someone, megan: Someone, bot: Bot) -> None:
    desk, other = await budget_in_the_crew(adele, bot), Desk(megan, CREW)
    await desk.searches("")
    await other.searches("")
    await desk.acts("shareThis", desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx")))

    other.card = desk.card
    assert "Only the person who asked can press this." in await other.presses("Continue", {"people": MEGAN})
    await desk.presses("Continue", {"people": ALEX})
    other.card = desk.card
    assert "Only the person who asked can press this." in await other.presses("Share")
    assert bot.access("Q3 Budget.xlsx") == {}


@pytest.mark.parametrize("verb", ["share.choose", "share.confirm"])
async def test_the_key_of_a_form_is_no_key_of_a_question_or_a_plan(adele: Someone, bot: Bot, verb: str) -> None:
    desk = await budget_in_the_crew(adele, bot)
    await desk.searches("")
    await desk.acts("shareThis", desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx")))
    before = rights(bot)
    data = {"verb": verb, "about": desk.card["actions"][0]["data"]["about"], "item": offered(desk)}

    answer = await desk.asks("task/submit", {"data": data})

    assert answer["task"]["type"] == "continue"
    assert rights(bot) == before


async def test_the_key_of_a_question_is_no_key_of_a_form(adele: Someone, bot: Bot) -> None:
    await adele.says("share Roadmap.docx with Alex")
    key = bot.button(adele, "Cancel", bot.latest(adele))["data"]["about"]
    data = {"verb": "share.form", "about": key, "item": "Roadmap.docx", "people": MEGAN, "role": "write"}

    answer = await Desk(adele).asks("task/submit", {"data": data})

    assert "no longer good" in words_of_card(answer["task"]["value"]["card"]["content"])
    assert "Share this?" in await adele.presses(bot.rows(adele)[0])


@pytest.mark.parametrize("field", ["verb", "about", "item", "people", "role", "until", "message", "mail"])
async def test_a_field_of_a_form_may_hold_anything(
    adele: Someone, bot: Bot, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk = await budget_in_the_crew(adele, bot)
    await desk.searches("")
    message = desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx"))
    await desk.acts("shareThis", message)
    before = rights(bot)

    for value in RUBBISH:
        data = {"verb": "share.form", "about": desk.card["actions"][0]["data"]["about"], "item": offered(desk)}
        data |= {"people": ALEX, "role": "read", field: value}
        body = activities.invoke(
            bot.contoso, desk.chat, bot.contoso.person(adele.mail), name=SUBMIT, value={"data": data}
        )
        answer = await send(bot, body)
        assert answer.status_code == (400 if value in ("\0", "\ud800") else 200)
        assert answer.status_code == 400 or answer.json()["task"]["type"] == "continue"
        if "Share this?" in answer.text:
            await desk.acts("shareThis", message)

    assert rights(bot) == before
    assert not [record for record in caplog.records if record.exc_info]


async def test_every_button_of_a_dialog_is_one_that_dialogs_know(adele: Someone, bot: Bot) -> None:
    desk = await budget_in_the_crew(adele, bot)
    await desk.searches("")
    await desk.acts("shareThis", desk.says(link(bot, "Adele Vance", "Finance/Q3 Budget.xlsx")))
    kinds = {each["type"] for each in desk.card["actions"]}
    await desk.presses("Continue", {"people": ALEX})
    kinds |= {each["type"] for each in desk.card["actions"]}
    await desk.presses("Share")
    kinds |= {each["type"] for each in desk.card["actions"]}

    assert kinds == {"Action.Submit", "Action.OpenUrl"}


def offered(desk: Desk) -> str:
    """The file of the form."""
    return next(each for each in desk.card["body"] if each.get("id") == "item")["choices"][0]["value"]
