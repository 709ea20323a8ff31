"""Teams' other doors ⇄ commands: the message extension, the dialogs and the fields that search while somebody types,
each invoke and the exact shape of its answer.

https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/what-are-messaging-extensions
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from botbuilder.core import InvokeResponse

import cards.basics
import cards.dialog
import cards.form
import cards.share
from bot import commands, planning
from bot.commands import Reply, Turn, files
from bot.errors import NeedsSignIn, NotFound, NotUnderstood, TooLate
from bot.graph.scopes import ALL_FILES
from bot.sharing import ShareableItem
from bot.teams.connector import Connector, ConnectorError
from bot.teams.incoming import Incoming, inputs_of, plain
from bot.texts import _
from cards.elements import Card

Json = dict[str, Any]

QUERY, FETCH_TASK = "composeExtension/query", "composeExtension/fetchTask"
LINK = "composeExtension/queryLink"
SEARCH = "application/search"
SUBMITS = frozenset({"composeExtension/submitAction", "task/submit"})
# What opens a dialog is sent again by the dialog itself, where a sign-in came between.
DIALOGS = SUBMITS | {"task/fetch"}
INVOKES = DIALOGS | {QUERY, LINK, FETCH_TASK, SEARCH}
ADAPTIVE = "application/vnd.microsoft.card.adaptive"
THUMBNAIL = "application/vnd.microsoft.card.thumbnail"
# The newest version of a card that Teams takes there; what is newer in ours it leaves out.
OF_LINKS = "1.3"
ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+[^\s<>\"'\\.,;:!?)\]}]")
# Of a message's text or of a card in it; and of an address that a browser opens.
LONGEST_TEXT, LONGEST_ADDRESS = 100_000, 2_000
# What Teams shows beneath a field while somebody types into it.
OFFERED = 15


@dataclass(frozen=True)
class Found:
    """What a search leads to; `is_further`: there is more above it in the list."""

    items: tuple[ShareableItem, ...]
    is_further: bool = False


@dataclass(frozen=True)
class Search:
    """What somebody types into a field of a form, and the part of what is found that Teams wants."""

    words: str
    skip: int
    top: int


def search(value: Json) -> Search | None:
    """None for what is no search in one of our fields."""
    words, options = value.get("queryText", ""), _object(value, "queryOptions")
    if value.get("dataset") != cards.form.FILES or not isinstance(words, str):
        return None
    return Search(words, _whole(options, "skip", 0), min(_whole(options, "top", OFFERED), OFFERED))


async def open_(turn: Turn, connector: Connector, incoming: Incoming) -> Found | Reply:
    """What somebody finds behind a door. Raises SharebotError, ConnectorError."""
    value = incoming.value
    data = _object(value, "data")
    verb, key = plain(data, "verb"), plain(data, "about")
    match incoming.name, plain(value, "commandId"), verb:
        case "composeExtension/query", _, _:
            # All that is found comes at once.
            return Found(() if _is_further(value) else tuple(await files.find(turn, _words(value))), _is_further(value))
        case "composeExtension/fetchTask", "shareThis", _:
            return await files.share_form(turn, _links(value))
        case "composeExtension/fetchTask", "whoCanOpen", _:
            return await files.who_can_open(turn, _links(value))
        case name, _, "form.here" if name in DIALOGS:
            return await files.share_form(turn, list(_addresses([data.get("url")])), await _others(connector, incoming))
        case name, _, "form.named" if name in DIALOGS:
            return await files.share_form(turn, list(_addresses([data.get("url")])))
        case name, _, "links.give" if name in DIALOGS:
            return await commands.click(turn, verb, key, {})
        case name, _, _ if name in SUBMITS:
            return await commands.click(turn, verb, key, inputs_of(data))
        case _:
            raise TooLate


def answer(what: Found | Reply, icons_url: str) -> InvokeResponse:
    if isinstance(what, Reply):
        return dialog(what.card or cards.basics.say(what.words))
    if not (what.items or what.is_further):
        return message(_("I found no file for this among those you can open."))
    attachments = [_result(each, icons_url) for each in what.items]
    return _extension({"type": "result", "attachmentLayout": "list", "attachments": attachments})


def linked(value: Json) -> str:
    """The link that was pasted; "" for what is none."""
    return next(_addresses([value.get("url")]), "")


def pasted(card: Card | None) -> InvokeResponse:
    """What is shown with a link, or nothing.

    Teams would keep the answer for half an hour, and show it for the same link in another chat.
    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/link-unfurling
    """
    attachments: list[Json] = []
    if card:
        preview = {"contentType": THUMBNAIL, "content": {"title": card["fallbackText"]}}
        attachments.append({"contentType": ADAPTIVE, "content": {**card, "version": OF_LINKS}, "preview": preview})
    result = {"type": "result", "attachmentLayout": "list", "attachments": attachments}
    return InvokeResponse(status=200, body={"composeExtension": result, "cacheInfo": {"cacheType": "NO_CACHE"}})


def told(incoming: Incoming, words: str) -> InvokeResponse:
    """A sentence where the answer was expected."""
    return message(words) if incoming.name == QUERY else dialog(cards.basics.say(words))


def message(words: str) -> InvokeResponse:
    return _extension({"type": "message", "text": words})


def dialog(card: Card) -> InvokeResponse:
    """In place of what the dialog shows, or opens it."""
    attachment = {"contentType": ADAPTIVE, "content": cards.dialog.in_dialog(card)}
    shown = {"title": "Sharebot", "height": "medium", "width": "medium", "card": attachment}
    return InvokeResponse(status=200, body={"task": {"type": "continue", "value": shown}})


def sign_in_first(incoming: Incoming, page: str, *, silently: bool) -> InvokeResponse:
    """Teams asks the person in and comes back with the same. Only a search may be tried `silently` first.

    A dialog that is open knows no sign-in, so there a card leads to the page and back.
    https://learn.microsoft.com/microsoftteams/platform/messaging-extensions/how-to/add-authentication
    """
    if incoming.name not in (QUERY, LINK, FETCH_TASK):
        return dialog(cards.dialog.sign_in(page, _object(incoming.value, "data")))
    action = {"type": "openUrl", "title": _("Sign in"), "value": page}
    return _extension({"type": "silentAuth" if silently else "auth", "suggestedActions": {"actions": [action]}})


def wanted(incoming: Incoming, asked: NeedsSignIn) -> NeedsSignIn:
    """A search looks at all files from its first moment on: what it needs is agreed to in one go."""
    if incoming.name != QUERY:
        return asked
    return NeedsSignIn(scopes=asked.scopes | {ALL_FILES}, claims=asked.claims)


def may_be_silent(incoming: Incoming) -> bool:
    return incoming.name in (QUERY, LINK) and "authentication" not in incoming.value


def _result(item: ShareableItem, icons_url: str) -> Json:
    preview = {
        "title": item.name,
        "text": html.escape(cards.dialog.about(item), quote=False),
        "images": [{"url": f"{icons_url}/{cards.share.kind(item)}.png", "alt": cards.share.kind_in_words(item)}],
    }
    return {
        "contentType": ADAPTIVE,
        "content": cards.dialog.file(item),
        "preview": {"contentType": THUMBNAIL, "content": preview},
    }


def _extension(content: Json) -> InvokeResponse:
    return InvokeResponse(status=200, body={"composeExtension": content})


def _words(value: Json) -> str:
    """What was typed; the first time, before anything is, Teams sends a parameter of its own."""
    for parameter in _objects(value, "parameters"):
        typed = parameter.get("value")
        if isinstance(typed, str) and parameter.get("name") != "initialRun":
            return typed
    return ""


def _is_further(value: Json) -> bool:
    """Teams asks for more when somebody scrolls."""
    skip = _object(value, "queryOptions").get("skip")
    return isinstance(skip, int) and skip > 0


def _links(value: Json) -> list[str]:
    """Where the message leads: its files first, then what its text links to, then what its cards do."""
    message = _object(value, "messagePayload")
    attachments = _objects(message, "attachments")
    found = [each.get("contentUrl") for each in attachments if each.get("contentType") == "reference"]
    texts = [_object(message, "body").get("content"), *(each.get("content") for each in attachments)]
    for text in texts:
        if isinstance(text, str):
            found += ADDRESS.findall(html.unescape(text[:LONGEST_TEXT]))
    return list(dict.fromkeys(_addresses(found)))


def _addresses(said: Iterable[object]) -> Iterator[str]:
    for each in said:
        if isinstance(each, str) and len(each) <= LONGEST_ADDRESS and ADDRESS.fullmatch(each):
            yield each


async def _others(connector: Connector, incoming: Incoming) -> list[str]:
    """The addresses of the people in this chat but for the asker. Raises NotUnderstood, NotFound, ConnectorError."""
    try:
        members = await connector.members(incoming.chat.conversation_id)
    except ConnectorError as error:
        if error.status in (403, 404):
            raise NotFound(_("I am not in this chat, so I can't see who is. Please press “Share with …”.")) from error
        raise
    others = [each for each in members if (each.get("aadObjectId") or each.get("objectId")) != incoming.person.id]
    if len(others) > planning.MOST_PEOPLE:
        raise NotUnderstood(_("There are too many people in this chat for one share. Please name those you mean."))
    named = [each.get("email") or each.get("userPrincipalName") or each.get("name") for each in others]
    return [each for each in named if isinstance(each, str)]


def _whole(of: Json, name: str, otherwise: int) -> int:
    value = of.get(name)
    return value if isinstance(value, int) and value >= 0 else otherwise


def _object(of: Json, name: str) -> Json:
    value = of.get(name)
    return cast("Json", value) if isinstance(value, dict) else {}


def _objects(of: Json, name: str) -> list[Json]:
    value = of.get(name)
    everything = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Json", each) for each in everything if isinstance(each, dict)]
