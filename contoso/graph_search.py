"""Finding files: in a folder, around a drive, everywhere. https://learn.microsoft.com/graph/search-concept-files"""

from __future__ import annotations

from typing import Any, cast

from contoso import graph_items as shapes
from contoso.files import Drive, Item
from contoso.graph_address import ALL, Caller
from contoso.graph_calls import METADATA, Answer, Call, listed
from contoso.refusals import Refusal
from contoso.tenant import Contoso

Json = dict[str, Any]
USUAL_HITS, MOST_HITS = 25, 500


def below(contoso: Contoso, asked: Call, item: Item, words: str) -> Answer:
    """Of a folder and all its folders."""
    found = [shapes.item(contoso, each) for each in _named(contoso, asked.caller, _unquoted(words), item)]
    return listed(asked, "Collection(driveItem)", found)


def around(contoso: Contoso, asked: Call, drive: Drive, words: str) -> Answer:
    """A drive's own items, and what was shared with its reader from others' if the app may see that."""
    caller, words = asked.caller, _unquoted(words)
    found = [shapes.item(contoso, each) for each in _named(contoso, caller, words, contoso.files.root(drive))]
    if caller.can(*ALL):
        others = [each for each in contoso.files.visible_to(caller.person.id) if each.drive_id != drive.id]
        found += [shapes.remote_item(contoso, each) for each in contoso.files.named(words, others)]
    return listed(asked, "Collection(driveItem)", found)


def everywhere(contoso: Contoso, asked: Call) -> Answer:
    """All that the caller can see; an answer says neither what else there is nor, with nothing found, "hits"."""
    if not asked.caller.can(*ALL):
        text = "Access to DriveItem in Graph API requires Files.Read.All."
        raise Refusal(403, "Authorization_RequestDenied", text)
    words, start, size = _asked(asked.body())
    found = contoso.files.named(words.replace('"', "").strip("*"), contoso.files.visible_to(asked.caller.person.id))
    if order := _order(asked.body()):
        found.sort(key=lambda each: each.modified, reverse=order == "newest")
    page = found[start : start + size]
    container: Json = {"total": len(found), "moreResultsAvailable": start + size < len(found)}
    if page:
        container["hits"] = [shapes.hit(contoso, each, start + rank) for rank, each in enumerate(page, 1)]
    value = [{"searchTerms": words.split(), "hitsContainers": [container]}]
    return Answer(200, {"@odata.context": f"{METADATA}#Collection(microsoft.graph.searchResponse)", "value": value})


def _order(body: object) -> str:
    """newest, oldest, or "" for the best hits first; files are sorted by their last change only."""
    match cast("Any", body)["requests"][0].get("sortProperties"):
        case None | []:
            return ""
        case [{"name": "lastModifiedDateTime", **how}]:
            return "newest" if how.get("isDescending") else "oldest"
        case _:
            raise Refusal(400, "BadRequest", "SearchRequest Invalid (only lastModifiedDateTime is sorted by here).")


def _asked(body: object) -> tuple[str, int, int]:
    """The words, the first hit and how many."""
    try:
        (one,) = cast("Any", body)["requests"]
        if one["entityTypes"] != ["driveItem"]:
            raise ValueError(one)
        words, start, size = one["query"]["queryString"], one.get("from"), one.get("size")
        start, size = 0 if start is None else start, USUAL_HITS if size is None else size
        if not isinstance(words, str) or type(start) is not int or type(size) is not int:
            raise TypeError(one)
        if start < 0 or not 0 < size <= MOST_HITS:
            raise ValueError(one)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise Refusal(400, "BadRequest", "SearchRequest Invalid (only driveItem is searched here).") from error
    return words, start, size


def _named(contoso: Contoso, caller: Caller, words: str, within: Item) -> list[Item]:
    files = contoso.files
    there = [each for each in files if each.drive_id == within.drive_id and within in files.chain(each)[1:]]
    return files.named(words, [each for each in there if files.role_of(caller.person.id, each)])


def _unquoted(words: str) -> str:
    return words.replace("''", "'")
