"""What the bot says: in every language whole, and in the language of whoever reads it."""

from __future__ import annotations

import ast
import datetime as dt
import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

import bot.errors
import bot.graph.refusals
from bot.commands import COMMANDS
from bot.language import Said, understand
from bot.language.hints import EXAMPLE
from bot.sharing import Role, ShareRequest
from bot.texts import CATALOGUES, _, closest, day, either, languages, later, listed, quoted, several, speaking, when
from tests.bot import Bot
from tests.people import Someone
from tests.test_sign_in import visit

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for folder in ("bot", "cards") for path in (ROOT / folder).rglob("*.py"))
TAGS = ("de", "es", "fr", "it", "ja", "ko", "nl", "pt", "zh-Hans")
# Where the first thing given is a sentence for a person.
TELLING = {
    *("say", "problem", "heading", "line", "small", "run", "button", "link", "told", "failed", "bad_request", "_page"),
    *(
        name
        for module in (bot.errors, bot.graph.refusals)
        for name, one in vars(module).items()
        if isinstance(one, type)
    ),
}
# The same word as in English.
SAME = {"es": {"no"}, "it": {"File", "no"}, "nl": {"help"}}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            yield name, node


def marked() -> set[tuple[str, ...]]:
    """Every text of the source, with its plural if it has one."""
    found: set[tuple[str, ...]] = set()
    for path in SOURCES:
        for name, call in calls(ast.parse(path.read_text())):
            words = [each.value for each in call.args if isinstance(each, ast.Constant)]
            if name in ("_", "later") and words:
                found.add((str(words[0]),))
            elif name == "several" and len(words) == 2:
                found.add((str(words[0]), str(words[1])))
    return found


def catalogue(tag: str) -> Catalog:
    with (CATALOGUES / f"{tag}.po").open("rb") as file:
        return read_po(file, locale=tag.replace("-", "_"))


def messages(tag: str) -> list[Message]:
    return [message for message in catalogue(tag) if message.id]


def forms(words: Any) -> list[str]:
    return [words] if isinstance(words, str) else list(words)


def places(text: str) -> set[str]:
    return {name for _words, name, *_form in Formatter().parse(text) if name is not None}


# The catalogues


def test_we_speak_ten_languages() -> None:
    assert languages() == ("en", *TAGS)


@pytest.mark.parametrize("tag", TAGS)
def test_a_catalogue_has_what_the_source_says_and_nothing_else(tag: str) -> None:
    assert {tuple(forms(message.id)) for message in messages(tag)} == marked()
    assert not catalogue(tag).obsolete


@pytest.mark.parametrize("tag", TAGS)
def test_every_text_is_translated_in_every_form(tag: str) -> None:
    plurals = catalogue(tag).num_plurals
    for message in messages(tag):
        said = forms(message.string)
        assert not message.fuzzy, message.id
        assert len(said) == (plurals if message.pluralizable else 1), message.id
        assert all(said), message.id


@pytest.mark.parametrize("tag", TAGS)
def test_no_text_is_left_in_english(tag: str) -> None:
    same = {str(message.id) for message in messages(tag) if message.id == message.string}

    assert {each for each in same if re.search(r"[^\W\d]", re.sub(r"\{\w+\}", "", each))} <= SAME.get(tag, set())


@pytest.mark.parametrize("tag", TAGS)
def test_a_translation_has_the_same_places(tag: str) -> None:
    for message in messages(tag):
        assert {frozenset(places(each)) for each in forms(message.string)} == {frozenset(places(forms(message.id)[0]))}


@pytest.mark.parametrize("tag", TAGS)
def test_a_catalogue_says_how_it_speaks(tag: str) -> None:
    assert f"bot/language/words/{tag}.toml" in catalogue(tag).header_comment
    assert "OneDrive and Teams" in catalogue(tag).header_comment


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_text_is_marked_where_it_is_written(path: Path) -> None:
    """Nothing that a person is told is a bare string, and nothing is put together before it is looked up."""
    for name, call in calls(ast.parse(path.read_text())):
        given = call.args[: 3 if name == "several" else 1]
        if name in ("_", "later", "several"):
            assert not any(isinstance(each, ast.JoinedStr | ast.BinOp) for each in given), ast.unparse(call)
        elif name in TELLING and ast.unparse(call.func) != "engine.run":
            for each in given:
                parts = each.values if isinstance(each, ast.JoinedStr) else [each]
                words = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
                assert not re.search(r"[^\W\d]{2}", words) or is_code(name, words), ast.unparse(call)


def is_code(name: str, words: str) -> bool:
    """Graph's codes, and what a program is told."""
    return (name == "Refused" and words.isidentifier()) or name in ("Lost", "CannotOpen")


# What people type


@pytest.mark.parametrize("tag", languages())
def test_the_commands_we_tell_of_are_understood(tag: str) -> None:
    with speaking(tag):
        told = {_(command.example): command.intent for command in COMMANDS} | {_(EXAMPLE): "share"}

    assert {words: understood(words, tag).intent for words in told} == told


@pytest.mark.parametrize("tag", languages())
def test_a_share_we_tell_of_is_that_share(tag: str) -> None:
    with speaking(tag):
        request = understood(_(EXAMPLE), tag).request

    assert request
    assert [each.value for each in request.items] == ["Q3 Budget.xlsx"]
    assert [each.value for each in request.recipients] == ["alex.wilber@contoso.com"]
    assert request.role is Role.WRITE


@pytest.mark.parametrize("tag", languages())
@pytest.mark.parametrize(
    "people", [["Alex Wilber"], ["Alex Wilber", "Ana Bell"], ["Alex Wilber", "Ana Bell", "Lee Gu"]]
)
def test_an_example_of_their_own_words_is_understood(tag: str, people: list[str]) -> None:
    asked = "Please name the file or paste its link, for example: share {item} with {whom} as write"
    with speaking(tag):
        said = _(asked, item="Plan.docx", whom=listed(people))
        example = re.split(r"[:：]\s*", said, maxsplit=1)[1]
        request = understood(example, tag).request

    assert request
    assert [each.value for each in request.items] == ["Plan.docx"]
    assert [each.value for each in request.recipients] == people
    assert request.role is Role.WRITE


def said_in_a_share(example: str, tag: str) -> list[ShareRequest]:
    """What it means beside a share, in whichever place the language puts it."""
    with speaking(tag):
        words = re.split(r"[:：]\s*", _(example))[-1]
        ask = "Please say each person by name, e-mail address or @mention, for example: share {item} with Alex Wilber"
        share = re.split(r"[:：]\s*", _(ask, item="Plan.docx"), maxsplit=1)[1]
    orders = (f"{share} {words}", f"{share}, {words}", f"{share}，{words}", f"{words} {share}")
    return [request for each in orders if (request := understood(each, tag).request)]


@pytest.mark.parametrize("tag", languages())
def test_an_end_we_tell_of_is_understood(tag: str) -> None:
    ends = [each.until for each in said_in_a_share("Say for example: until 31 December", tag)]

    assert dt.date(2026, 12, 31) in {each.at.date() for each in ends if each and each.at}


@pytest.mark.parametrize("tag", languages())
def test_a_password_we_tell_of_is_understood(tag: str) -> None:
    passwords = said_in_a_share("Which password? Say for example: with password Sesame-42", tag)

    assert "Sesame-42" in {each.password for each in passwords}


@pytest.mark.parametrize("tag", languages())
@pytest.mark.parametrize(
    ("named", "text"),
    [
        (
            "Share",
            "I share your files as you. First I show exactly what would change and for whom; "
            "nothing happens before you press Share.",
        ),
        ("Sign in", "So I did nothing. Press Sign in again whenever you like."),
        ("Sign in", "Your organisation wants you to agree before I act for you. Please press Sign in."),
        ("Continue", "Please sign in, so that Microsoft 365 lets me. Then come back and press Continue."),
        ("Share with …", "I am not in this chat, so I can't see who is. Please press “Share with …”."),
        ("help", "I did not understand that. Say “help” to see what I can do."),
        ("help", "I share files. Try: {example}, or say “help”."),
    ],
)  # fmt: skip
def test_a_button_or_command_that_a_text_names_is_called_so(tag: str, named: str, text: str) -> None:
    with speaking(tag):
        assert _(named).casefold() in _(text).casefold()


def understood(words: str, tag: str) -> Any:
    return understand(Said(words, (), ()), now=dt.datetime(2026, 11, 18, 10, tzinfo=dt.UTC), tz=dt.UTC, locale=tag)


# Who is spoken to how


@pytest.mark.parametrize(
    ("locale", "tag"),
    [
        ("de-AT", "de"), ("pt-BR", "pt"), ("pt-PT", "pt"), ("zh-CN", "zh-Hans"), ("zh-Hans-CN", "zh-Hans"),
        ("ja", "ja"), ("en-GB", "en"), ("pl-PL", "en"), ("", "en"), ("x" * 500, "en"), ("\u202e", "en"),
    ],
)  # fmt: skip
def test_a_locale_is_spoken_to_in_its_language(locale: str, tag: str) -> None:
    assert closest(locale) == tag


@pytest.mark.parametrize(
    ("tag", "written", "moment"),
    [
        ("en", "27 November 2026", "Friday 27 November 2026, 18:30 (Europe/Berlin)"),
        ("de", "27. November 2026", "Freitag, 27. November 2026, 18:30 Uhr (Europe/Berlin)"),
        ("fr", "27 novembre 2026", "vendredi 27 novembre 2026, 18:30 (Europe/Berlin)"),
        ("es", "27 de noviembre de 2026", "viernes, 27 de noviembre de 2026, 18:30 (Europe/Berlin)"),
        ("pt", "27 de novembro de 2026", "sexta-feira, 27 de novembro de 2026, 18:30 (Europe/Berlin)"),
        ("it", "27 novembre 2026", "venerdì 27 novembre 2026, 18:30 (Europe/Berlin)"),
        ("nl", "27 november 2026", "vrijdag 27 november 2026, 18:30 (Europe/Berlin)"),
        ("ja", "2026年11月27日", "2026年11月27日金曜日 18:30 (Europe/Berlin)"),
        ("ko", "2026년 11월 27일", "2026년 11월 27일 금요일 18:30 (Europe/Berlin)"),
        ("zh-Hans", "2026年11月27日", "2026年11月27日星期五 18:30 (Europe/Berlin)"),
    ],
)
def test_a_date_is_written_as_they_write_it_where_they_are(tag: str, written: str, moment: str) -> None:
    then = dt.datetime(2026, 11, 27, 17, 30, tzinfo=dt.UTC)

    with speaking(tag, ZoneInfo("Europe/Berlin")):
        assert (day(then), when(then)) == (written, moment)


def test_a_day_is_the_day_where_they_are() -> None:
    late = dt.datetime(2026, 11, 27, 23, 30, tzinfo=dt.UTC)

    with speaking("en", ZoneInfo("Asia/Tokyo")):
        assert day(late) == "28 November 2026"


@pytest.mark.parametrize(
    ("tag", "everybody", "anybody"),
    [
        ("en", "“Ana”, “Bob” and “Lee”", "“Ana” or “Bob”"),
        ("de", "„Ana“, „Bob“ und „Lee“", "„Ana“ oder „Bob“"),
        ("ja", "「Ana」、「Bob」、「Lee」", "「Ana」または「Bob」"),
    ],
)
def test_names_stand_in_a_row_as_the_language_has_it(tag: str, everybody: str, anybody: str) -> None:
    with speaking(tag):
        assert listed([quoted(each) for each in ("Ana", "Bob", "Lee")]) == everybody
        assert either([quoted(each) for each in ("Ana", "Bob")]) == anybody


@pytest.mark.parametrize(("wait", "told"), [(1, "in 1 Sekunde "), (31, "in 31 Sekunden "), (300, "in 5 Minuten ")])
def test_a_number_decides_the_form(wait: float, told: str) -> None:
    with speaking("de-DE"):
        assert told in str(bot.errors.Busy(wait))


def test_an_error_is_told_in_the_language_of_whoever_hears_it() -> None:
    error = bot.errors.NotFound(reference="5f0c")

    with speaking("fr"):
        assert str(error) == "Je ne trouve pas cet élément, ou vous n’y avez pas accès. (Référence 5f0c)"
    assert str(error) == "I can't find that, or you have no access to it. (Reference 5f0c)"


def test_other_words_can_stand_in_the_place_of_a_languages() -> None:
    class Loud(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return message.upper()

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return (msgid1 if n == 1 else msgid2).upper().replace("{COUNT}", "{count}")

    with speaking("de", words=Loud()):
        assert _("Cancel") == "CANCEL"
        assert several(2, "{count} file", "{count} files") == "2 FILES"
    assert _(later("Cancel")) == "Cancel"


# The whole way


async def test_a_german_share_is_answered_in_german_and_the_recipient_told_in_french(bot: Bot) -> None:
    bot.contoso.timezone = "Europe/Berlin"
    adele = Someone(bot.contoso, "adele.vance@contoso.com", "de-DE")
    alex = Someone(bot.contoso, "alex.wilber@contoso.com", "fr-FR")
    hello = await alex.says("bonjour")

    card = await adele.says("teile Q3 Budget.xlsx mit Alex Wilber zum Bearbeiten bis 31. Dezember 2099")
    shown = bot.contoso.client.card(adele.mail)
    result = await adele.presses("Teilen")
    told = await alex.waits_for("Partagé avec vous")

    assert "Bonjour, je suis Sharebot" in hello or "Ce que je sais faire" in hello
    assert shown
    assert shown["lang"] == "de"
    for words in (
        "Das teilen?",
        "Alex Wilber",
        "kann bearbeiten",
        "bisher: kein Zugriff",
        "von Adele Vance",
        "Abbrechen",
    ):
        assert words in card
    assert re.search(r"geändert am \d{1,2}\. [A-ZÄ][a-zä]+ 20\d\d", card)
    assert "Donnerstag, 31. Dezember 2099, 23:59 Uhr (Europe/Berlin)" in card
    for words in (
        "Geteilt",
        "✓ kann bearbeiten",
        "Geprüft: Der Zugriff ist da.",
        "In Microsoft 365 öffnen",
        "Rückgängig machen",
        "Jetzt beenden",
    ):
        assert words in result
    assert "Adele Vance a partagé un fichier avec vous. Vous pouvez modifier le contenu." in told
    assert "OneDrive › Finance · modifié le" in told


async def test_what_goes_wrong_is_told_in_german(bot: Bot) -> None:
    adele = Someone(bot.contoso, "adele.vance@contoso.com", "de-DE")

    assert "Ich kenne niemanden mit dem Namen „Nobody Likethis“." in await adele.says(
        "teile Q3 Budget.xlsx mit Nobody Likethis"
    )
    assert "Ich teile Dateien." in await adele.says("xyzzy")
    form = await adele.says("teile Q3 Budget.xlsx")
    for words in ("Datei teilen", "Mit wem? Bitte nennen Sie jede Person", "Bis wann (leer: ohne Ende)"):
        assert words in form
    assert "⚠ Ich kenne niemanden mit dem Namen „xyzzy“." in await adele.says("xyzzy")


async def test_who_has_not_spoken_since_is_told_as_they_were_spoken_to(bot: Bot) -> None:
    """What Teams sends when the bot is added names no language; what was known stays."""
    alex = Someone(bot.contoso, "alex.wilber@contoso.com", "ja-JP")
    adele = Someone(bot.contoso, "adele.vance@contoso.com")
    await alex.says("ヘルプ")
    await bot.restart()

    await adele.says("share Q3 Budget.xlsx with Alex Wilber as read")
    await adele.presses("Share")

    assert "Adele Vance さんがファイルを共有しました。表示できます。" in await alex.waits_for("共有されました")


@pytest.mark.parametrize(
    ("accepted", "lang", "title"),
    [("de-DE,de;q=0.9,en;q=0.8", "de", "Dieser Link gilt nicht mehr"), ("", "en", "This link is no longer good")],
)
async def test_the_sign_in_page_speaks_the_browsers_language(bot: Bot, accepted: str, lang: str, title: str) -> None:
    async with httpx.AsyncClient(headers={"Accept-Language": accepted}) as browser:
        page = (await browser.get(f"{bot.url}/auth/start", params={"ticket": "none"})).text

    assert f'<html lang="{lang}">' in page
    assert title in page


async def test_what_was_said_before_a_sign_in_is_answered_as_it_was_said(bot: Bot) -> None:
    """The browser of the sign-in page may speak another language than the person's Teams."""
    diego = Someone(bot.contoso, "diego.siciliani@contoso.com", "de-DE")
    asked = await diego.says("teile Onboarding checklist.docx mit Alex Wilber")

    page = await visit(bot.sign_in_page(diego), as_=diego.mail, accept=True)

    assert "Bitte melden Sie sich an, damit Microsoft 365 mich lässt." in asked
    assert "You are signed in" in page
    assert "Onboarding checklist.docx" in await diego.waits_for("Das teilen?")
