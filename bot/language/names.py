"""Who and what is meant: lists of people and files, as they are named."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from bot.language.patterns import MARKS, NAMES
from bot.language.said import EMAIL, EMOJI, QUOTES, Context, Name, Plain
from bot.language.table import Language
from bot.sharing import Words

# Of somebody's name. With more of them, something else was said with it.
MOST_WORDS = 6
LONGEST_SPECIAL = 200
SHORT = 3  # as "van" and "de la" are
MOST_LETTERS = 24  # where words are not apart
_FILE = re.compile(r"[^\s.]\.(?=\d?[A-Za-z])[A-Za-z0-9]{1,5}$")
_SURELY_A_FILE = re.compile(
    r"(?<=[^\s.])\.(?:docx?|docm|dotx|xlsx?|xlsm|xlsb|pptx?|pptm|ppsx|pdf|txt|csv|tsv|md|zip|rar|7z|png|jpe?g|gif|svg|heic"
    r"|bmp|tiff?|msg|eml|one|onepkg|vsdx?|mpp|pub|mp[34]|m4a|wav|mov|avi|rtf|html?|json|xml|ya?ml|log|psd|ai|dwg|odt|ods"
    r"|odp|accdb|pbix|py|js|sql|ics|epub|indd|fig|loop)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
# What can only be one name, if its words are none of the table's.
_ONE_FILE = re.compile(rf"[A-Za-z0-9][\w-]*(?: [\w-]+){{0,5}}(?:{_SURELY_A_FILE.pattern})", re.IGNORECASE)
_ONE_PERSON = re.compile(r"[A-ZÀ-ÖØ-Ý][a-zß-öø-ÿ]+(?: [A-ZÀ-ÖØ-Ý][a-zß-öø-ÿ]+){0,2}")
# "Plan.docx but only when she asks": more was said than a name.
_BEHIND_A_FILE = re.compile(rf"(?:{_SURELY_A_FILE.pattern})[.,;:!?]?\s+\w[^/\\]*$", re.IGNORECASE)
_PATH = re.compile(r"/[^/]|\\\\?[^\\]|[^/\\]+(?:[/\\][^/\\]+)+[/\\]?$|\.\.?/")
_ADDRESSED = re.compile(rf"[^{NAMES}]*[<(\[]\s?([{NAMES}])\s?[>)\]]$")
_NEIGHBOURS = re.compile(rf"(?<=[{NAMES}])\s{{0,9}}(?=[{NAMES}])")
# "Ana/Bob", but not "he/she".
_BESIDE_A_NAME = re.compile(r"(?<=[a-zà-ÿ])/(?=[A-ZÀ-Ý][a-zà-ÿ])")
_BROKEN_ADDRESS = re.compile(r"\S@|@\S*\.|@$")
_CAPITALS = re.compile(r"[A-ZÀ-Ý][\w'’.-]*(?:(?:,|\s(?:and|&))?\s[A-ZÀ-Ý][\w'’-]*){0,5}(?=\s[a-zà-ÿ(]|$)")
_LAST_CAPITALS = re.compile(r",\s([A-ZÀ-Ý][\w'’-]*(?:\s[A-ZÀ-Ý][\w'’-]*){0,3})$")
_CAPITALS_INSIDE = re.compile(r"(?<=[a-zà-ÿ,])\s([A-ZÀ-Ý][\w'’-]*(?:\s[A-ZÀ-Ý][\w'’-]*){0,3})")
_FILE_NAME = re.compile(r"(?:[A-ZÀ-Ý0-9][\w&'’-]*\s){0,5}[\w&'’()-]+\.[A-Za-z]{2,4}[a-z0-9]?(?!\w)")
# "https://contoso.sharepoint.com@evil.example" is at evil.example.
_SOMEBODY_AT = re.compile(r"https?://[^/?#]*@")
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{2,}:(?!\s)", re.IGNORECASE)
_COMMA = re.compile(r"[,;–—]\s{0,9}")
_FULL_STOP = re.compile(r"\b(\w{3,}+)\s?(?:[.!]|\.{2,3})(?=\s)|()\n")
_SPACED_SLASH = re.compile(r"\s[/\\]|[/\\]\s")
_BULLET = re.compile(r"^(?:[-*•·–]|\d{1,2}[.)])\s+(?=\S)")
_EMOJI_BEHIND = re.compile(rf"\s+{EMOJI}$")
_EMPTY = re.compile(r"\(\s*\)")
_ANY_NAME = re.compile(f"[{NAMES}]")
_DESCRIBED = re.compile(rf"[\w\s.'-]+\s([{NAMES}])$")
_MARK = re.compile(f"[{MARKS}]")
_TOO_WIDE = ("all_files", "root")


class Listed(NamedTuple):
    """What was named, and whether any of it has to be asked about. `words` are those that are not plain."""

    found: tuple[Words, ...] = ()
    is_clear: bool = True
    excluded: tuple[Words, ...] = ()


def ends_with_a_file(text: Plain, said: str) -> bool:
    said = said.rstrip(f" ,{MARKS}")
    name = text.names.get(said[-1:])
    return name.kind in ("quote", "url") if name else bool(_FILE.search(said[-8:]))


def has_a_file(text: Plain, said: str) -> bool:
    if names_a_file(said):
        return True
    return bool(text.names) and any(name.kind == "url" and letter in said for letter, name in text.names.items())


def names_a_file(said: str) -> bool:
    return "." in said and bool(_SURELY_A_FILE.search(said))


def is_named(text: Plain, letters: str) -> bool:
    """Whether these are people and nothing else: addresses and mentions."""
    return all(name.kind in ("email", "mention") for letter, name in text.names.items() if letter in letters)


def _named(whole: str) -> Words:
    """A path shows by its ending, or by how it begins or ends."""
    is_path = _PATH.match(whole) and (_FILE.search(whole) or whole[0] in "/.\\" or whole.endswith("/"))
    return Words("path" if is_path and not _SPACED_SLASH.search(whole) else "name", whole)


class Namer:
    """Reads the names of one sentence in one language."""

    def __init__(self, language: Language, text: Plain, context: Context) -> None:
        self.language = language
        self._specials: dict[tuple[str, str], Words | None] = {}
        self._language = language
        self._text = text
        self._context = context
        self._and = language.separator

    @property
    def knows_a_file(self) -> bool:
        """Whether there is a file that "this" can be."""
        return self._context.has_a_file

    @property
    def is_in_a_chat(self) -> bool:
        """Whether there are others to hear it."""
        return self._context.chat != "personal"

    def items(self, said: str) -> Listed:
        said = _EMPTY.sub(" ", _MARK.sub(" ", said)).strip(" ,|>–—-")
        if self._is_only_a_file(said):
            one = self._item_called(self._text.names[said]) if len(said) == 1 else Words("name", said)
            return Listed((one,)) if one else Listed((), False)
        if not said.strip(QUOTES + " "):
            return Listed((), False)
        if corrected := self.corrected(said):
            said = said[corrected.end() :].strip(" ,")
            said = said.removesuffix(
                said[-len(instead) :] if (instead := self._language.ending("corrected", low_of(said))) else ""
            ).strip(" ,")
            if not ends_with_a_file(self._text, said) or self.corrected(said):
                return Listed((), False)
        either = self._language.first("or", low_of(said))
        is_either = either and self.has_article(said) and self.has_article(said[either[1] :])
        if either and (is_either or ends_with_a_file(self._text, said[: either[0]])):
            return Listed((), False)
        found: list[Words] = []
        is_clear = True
        parts = self._several(said)
        for number, part in enumerate(parts):
            one = None if number and self._is_a_clause(part) else self._item(part)
            if one is None:
                is_clear = False
            else:
                found.append(one)
                is_clear = is_clear and not self._is_open(one)
        return Listed(tuple(found), is_clear)

    def _is_only_a_file(self, said: str) -> bool:
        """Whether it is one name and none of its words is one of ours: most are, and need no second look."""
        if not self._language.has_plain_names:
            return False
        if len(said) == 1:
            return said in self._text.names
        return bool(_ONE_FILE.fullmatch(said)) and self._language.item_words.isdisjoint(low_of(said).split(" "))

    def _is_only_a_person(self, said: str) -> bool:
        if not self._language.has_plain_names:
            return False
        if len(said) == 1:
            return said in self._text.names
        return bool(_ONE_PERSON.fullmatch(said)) and self._language.every_word.isdisjoint(low_of(said).split(" "))

    def _is_a_clause(self, said: str) -> bool:
        """ "Plan.docx, keep it going": what stands in a list of files and is no file."""
        said = said.strip(" ,")
        if not self._language.spaces or not said.islower() or " " not in said:
            return False
        return not (ends_with_a_file(self._text, said) or self.has_article(said) or self.is_reference(said))

    def people(self, said: str) -> Listed:
        """If one of them is not plain, none is there: a part of the people asked for is not what was asked for."""
        if self._text.names:
            bots = {ord(letter): None for letter, name in self._text.names.items() if name.kind == "bot"}
            said = said.translate(bots)
        said = _EMPTY.sub(" ", _MARK.sub(" ", said)).strip(" ,;:-–(|/\n").lstrip(">→= ")
        if self._is_only_a_person(said):
            one = self._called(said)
            return Listed((one,)) if one else Listed((), False)
        said = self._first_sentence(said)
        if place := self.corrected(said):
            said = self._after_denial(said[place.end() :].strip(" ,"))
            said = self._language.without_connector(said[self._language.before("corrections", low_of(said)) :])
        said = self._language.introduced.sub("", said)
        said = again["who"] if (again := self._language.only_again.match(said)) else said
        said, excluded = self._without_exceptions(said)
        said = _BESIDE_A_NAME.sub(", ", _NEIGHBOURS.sub(", ", self._language.without_joints(said)))
        if not said or excluded is None or self._hedged(said):
            return Listed((), False)
        parts = [part.strip(" ,;") for part in self._and.split(said)]
        # "Ana and only Bob may edit": that is not said of Ana.
        if any(self._begins_with_only(part) for part in parts[1:]):
            return Listed((), False, excluded)
        found = [self._person(part) for part in parts if part and part not in self._language.words("fillers")]
        people = tuple(dict.fromkeys(each for each in found if each))
        # With "Ana and Bob, but only Ana may edit" more is said of one of them.
        is_said_again = 1 < len(people) < len(found) or not {*people}.isdisjoint(excluded)
        if not all(found) or not people or is_said_again or self._is_mixed(people):
            return Listed((), False, excluded)
        # Only of many can somebody be left out; "Ana but not Bob" is Ana.
        excluded = excluded if any(each.kind not in ("name", "email", "mention") for each in people) else ()
        return Listed(people, not any(self._is_nobody(each) for each in people), excluded)

    def _begins_with_only(self, said: str) -> bool:
        low = low_of(said)
        return self._language.begins_with_one("only", low) and not self._language.is_one("only", low)

    def _after_denial(self, said: str) -> str:
        """ "no wait, not Ravi, Jun-ho": who is meant instead."""
        if not self._language.begins_with_one("negations", low_of(said)):
            return said
        ends = [place.end() for place in (_COMMA.search(said), self._language.but.search(low_of(said))) if place]
        return said[min(ends) :] if ends else said

    def _is_mixed(self, people: tuple[Words, ...]) -> bool:
        """Whether one of several is called quite otherwise than the others: "Ana, turn notifications off"."""
        words = [each.value.split() for each in people if each.kind == "name"]
        in_small = [each for each in words if len(each) > 1 and all(word[:1].islower() for word in each)]
        return bool(in_small) and (
            len(words) < len(people) or any(word[:1].isupper() for each in words for word in each)
        )

    def mentioned(self, said: str) -> tuple[Words, ...]:
        """Who a sentence is of: by mention, by address, by names in capitals that it begins or ends with."""
        found = [
            self._person(each)
            for each in said
            if self._text.names.get(each) and self._text.names[each].kind in ("email", "mention")
        ]
        if not found and (names := _CAPITALS.match(said.strip(" ,"))):
            found = [self._person(each.removesuffix("'s").removesuffix("’s")) for each in self._and.split(names[0])]
        if not any(found) and (name := _LAST_CAPITALS.search(said.strip(" ,"))):
            found = [self._person(name[1])]
        if not any(found):
            found = [self._person(each) for each in self._inside(said)]
        return tuple(each for each in found if each and each.kind in ("name", "email", "mention"))

    def _inside(self, said: str) -> list[str]:
        """The one name in capitals that stands within a sentence, if there is one: "our new colleague Mia starts"."""
        known, said = self._language.all_words, _FILE_NAME.sub(" ", said)
        found = [each[1] for each in _CAPITALS_INSIDE.finditer(said) if known.isdisjoint(low_of(each[1]).split())]
        return found if len(found) == 1 else []

    def file_in(self, said: str) -> Words | None:
        """The file that a sentence names, if its name shows where it begins."""
        quoted = [self._text.names[each] for each in said if each in self._text.names]
        files = [each for each in quoted if each.kind in ("quote", "url")]
        if files:
            return Words("url" if files[-1].kind == "url" else "name", files[-1].text)
        found = [*_FILE_NAME.finditer(said)]
        if len(found) == 1:
            return Words("name", found[0][0])
        return None if found else self._special("items", said.strip(" ,")) or self._described(said)

    def begins_with_a_file(self, said: str) -> bool:
        return bool(_FILE_NAME.match(said))

    def files_in(self, said: str) -> tuple[Words, ...]:
        """The files that a sentence lists, with nothing between them but commas and the like."""
        found = [*_FILE_NAME.finditer(said)]
        between = (said[one.end() : other.start()] for one, other in pairwise(found))
        is_list = all(not self._and.sub("", each).strip(" ,;") for each in between)
        return tuple(Words("name", each[0]) for each in found) if len(found) > 1 and is_list else ()

    def _described(self, said: str) -> Words | None:
        """ "… look after the brand guidelines folder": from the article on to what kind of file it is."""
        expression = self._language.described
        found = expression.search(low_of(said)) if expression else None
        return Words("name", said[found.start("name") : found.end()]) if found else None

    def are_named(self, said: str) -> bool:
        """Whether they are people without doubt: by capitals, by address, by "my manager", by "the intern"."""
        people = self.people(said)
        words = [word for each in people.found if each.kind == "name" for word in each.value.split()]
        return people.is_clear and (self.has_article(said) or all(word[:1].isupper() for word in words))

    def _without_exceptions(self, said: str) -> tuple[str, tuple[Words, ...] | None]:
        """Who is meant, and who of them is not; None where that is not plain."""
        expression = self._language.expression("except")
        if expression is None:
            return said, ()
        low = low_of(said)
        place = expression.search(low)
        if not place:
            return said, ()
        before, behind = said[: place.start()].strip(" ,"), said[place.end() :].strip(" ,")
        if here := self._language.ending("in_here", low_of(behind)):
            # "everyone except Ana in this chat"
            before, behind = f"{before} {behind[-len(here) :]}", behind[: -len(here)].strip(" ,")
        if self._language.exception_last:
            if not behind:
                behind, _, before = before.rpartition(self._language.exception_joint)
            excluded, kept = self.people(before), behind
        elif not behind or self._language.is_one("only", low_of(behind)):
            return before, ()
        else:
            excluded, kept = self.people(behind), before
        is_only = self._language.begins_with_one("only", low_of(behind))
        if not kept.strip(" ,") or not excluded.found or not excluded.is_clear or is_only:
            return said, None
        return kept.strip(" ,;"), excluded.found

    def _first_sentence(self, said: str) -> str:
        """Without what is said behind a full stop or on the next line, if it takes nothing back."""
        for place in _FULL_STOP.finditer(said):
            if place[1] and self._language.is_one("titles", low_of(place[1])):
                continue
            rest = low_of(said[place.end() :])
            is_harmless = not any(self._language.has(each, rest) for each in ("hedges", "negations", "corrections"))
            is_harmless = is_harmless and not self._language.begins_with_one("only", rest.lstrip())
            kept = said[: place.start()] + (place[1] or "")
            return kept if is_harmless and not _ANY_NAME.search(rest) else said
        return said

    def _hedged(self, said: str) -> bool:
        low = low_of(said)
        return bool(
            any(self._language.has(each, low) for each in ("hedges", "negations"))
            or _BROKEN_ADDRESS.search(said)
            or "?" in said
            or any(
                self._language.begins_with_one("only", low[place.end() :].lstrip())
                for place in _FULL_STOP.finditer(said)
            )
            or self.corrected(said) is not None
        )

    def corrected(self, said: str) -> re.Match[str] | None:
        expression = self._language.corrected
        return expression.search(low_of(said)) if expression else None

    def _several(self, said: str) -> list[str]:
        """Several only where each but the last is plainly one: a name with an ending, a quote, a link, an article."""
        if self.is_reference(said):
            return [said]
        parts: list[str] = []
        start = self._language.before("both", low_of(said))
        for place in self._and.finditer(said):
            one, rest = self._without_its_ending(said[start : place.start()]), said[place.end() :]
            if (
                ends_with_a_file(self._text, one)
                or (self.has_article(one) and (self.has_article(rest) or self._is_a_folder_beside(one, rest)))
                or self.is_reference(one)
            ):
                parts.append(one)
                start = place.end()
        return [each for each in (*parts, said[start:] if parts else said) if each.strip(" ,")]

    def _is_a_folder_beside(self, one: str, rest: str) -> bool:
        """ "the Falcon folder and Plan.docx"."""
        return self._language.ends_with_one("containers", low_of(one)) and ends_with_a_file(self._text, rest)

    def has_article(self, said: str) -> bool:
        """Whether it begins as only another thing begins: "the budget and the forecast"."""
        article = self._language.article
        return bool(article and article.match(low_of(said).strip(" ,")))

    def special(self, section: str, said: str) -> Words | None:
        """Who or what it is if it is not called by a name."""
        return self._special(section, said)

    def is_reference(self, said: str) -> bool:
        return self._special("items", said.strip(" ,")) is not None

    def _item(self, said: str) -> Words | None:
        """None where nothing is plainly meant."""
        said = _BULLET.sub("", _EMOJI_BEHIND.sub("", self._without_its_ending(said.strip(" ,;:"))))
        emails = (letter for letter, name in self._text.names.items() if name.kind == "email")
        if not said.strip(QUOTES + " ") or (len(said) > 1 and any(each in said for each in emails)):
            return None
        if self._text.only(said) is None:
            if self._language.is_one("vague", low_of(said)):
                is_it = self._context.has_a_file and self._is_the_file(low_of(said))
                return Words("reference", "this") if is_it else None
            if reference := self._special("items", said):
                return reference
            if self._language.is_one("articles", low_of(said)):
                return None
            said = self._inner_link(self._after_its_kind(self._container(said)))
        name = self._text.only(said)
        return self._item_called(name) if name else self._item_in_words(said)

    def _is_the_file(self, low: str) -> bool:
        """ "the document", where there is one."""
        article = self._language.article
        place = article.match(low) if article else None
        return bool(place and low[place.end() :] in self._language.words("kinds"))

    def _without_its_ending(self, said: str) -> str:
        """A file without what a language hangs on it: "Terv.docx-et" is Terv.docx."""
        rest = self._language.without_ending("file_endings", said, least=3)
        return rest if rest != said and ends_with_a_file(self._text, rest) else said

    def _item_called(self, name: Name) -> Words | None:
        match name.kind:
            case "url":
                return None if _SOMEBODY_AT.match(name.text) else Words("url", name.text)
            case "bot" | "mention" | "email":
                return None
            case _:
                return _named(name.text)

    def _item_in_words(self, said: str) -> Words | None:
        bare = self._without_article(said)
        whole = self._text.whole(bare).strip()
        low = low_of(bare)
        # "give Ana | to Plan.docx": something between is missing.
        is_none = self._language.is_one("vague", low) or self._language.begins_with_one("connectors", low)
        is_none = is_none or self._is_access(bare, low) or self._is_remark(bare, low)
        is_none = is_none or self._language.begins_with_one("except", low)
        # "the file with someone from finance"
        is_none = is_none or (self._language.has("with_somebody", low) and not _FILE.search(bare))
        is_none = is_none or self._language.is_one("pronouns", low) or self._language.role(bare) is not None
        is_none = is_none or bool(_OTHER_SCHEME.match(said)) or bool(_BEHIND_A_FILE.search(bare))
        if is_none or not any(each.isalnum() for each in whole) or "?" in whole.rstrip("?"):
            return None
        return _named(whole)

    def _is_access(self, said: str, low: str) -> bool:
        """ "access to Plan.docx", "her access": what is given, not what it is given to."""
        if (rights := self._language.rights) and rights.match(low) and said[0].islower():
            return True
        low = low[self._language.before("pronouns", low) :]
        begun = self._language.before("access", f"{low} ")
        rest = low[begun:].strip()
        goes_on = (
            not rest or self._language.begins_with_one("connectors", rest) or self._language.begins_with_one("on", rest)
        )
        return bool(begun and goes_on) or (self._language.ends_with_one("access", low) and not _FILE.search(low))

    def _is_remark(self, said: str, low: str) -> bool:
        """ "it's for the audit", "share it with Ana": something was said, and no file is called so."""
        verb = self._language.before("commands", low)
        is_request = bool(verb) and self._language.begins_with_one("not_in_names", low[verb:])
        # "what I was working | on to Ana"
        is_told = is_request or self._language.begins_with_one("subjects", low) or self._language.has("told_by_me", low)
        return is_told and not _FILE.search(said)

    def _after_its_kind(self, said: str) -> str:
        """ "the file Plan.docx" is called Plan.docx, and "the file called Plan" is called Plan."""
        low = low_of(said)
        before = self._language.before("before_files", low)
        rest = said[before:].strip(" ,:")
        is_called = self._language.ends_with_one("called", low[:before].strip())
        # "the folder Invoices", but "the folder of invoices".
        is_called = is_called or (rest[:1].isupper() and self._language.is_one("kinds", low[:before].strip()))
        is_plain = is_called or self._text.only(rest) or _FILE.search(rest) or self._text.only(rest[:1])
        if before and rest and is_plain:
            return self._after_its_kind(rest)
        is_kind = self._text.only(said[-1:]) and self._language.is_one("file", self._without_article(low[:-1]).strip())
        return said[-1] if is_kind else said

    def _container(self, said: str) -> str:
        """ "everything in the Audit folder" is that folder."""
        low = low_of(said)
        begun = self._language.before("contents", low)
        return said[begun:] if begun and self._language.ends_with_one("containers", low) else said

    def _inner_link(self, said: str) -> str:
        """A name with its link behind it is the link."""
        last = said[-1:]
        name = self._text.names.get(last)
        return last if name and name.kind == "url" and said[-2:-1].isspace() else said

    def _without_article(self, said: str) -> str:
        article = self._language.article
        place = article.match(low_of(said)) if article else None
        return said[place.end() :] if place and place.end() < len(said) else said

    def _person(self, said: str) -> Words | None:
        """None where nobody is plainly meant, such as by an address with letters that look like others."""
        said = said.strip(" .!;:-–")
        if self._is_only_a_person(said):
            return self._called(said)
        said = _EMOJI_BEHIND.sub("", said)
        if self._language.is_one("nobody", low_of(said)) or self._language.is_one(
            "nobody", low_of(self._without_article(said))
        ):
            return None
        if special := self._special("people", said):
            return special
        if addressed := _ADDRESSED.match(said):
            said = addressed[1]
        elif (described := _DESCRIBED.match(said)) and self._text.names[described[1]].kind in ("email", "mention"):
            low = low_of(said[:-1])
            if any(self._language.has(each, low) for each in ("remove", "negations", "not_in_names")):
                return None
            said = described[1]
        low = low_of(said)
        if self._language.is_one("nobody", low) or self._language.begins_with_one("indefinite", low):
            return None
        if before := self._language.before("before_people", low):
            said = said[before:].strip()
        said = self._language.without_ending("behind_people", said.removeprefix("@"))
        said = self._language.stem(self._language.without_ending("person_endings", said, least=3))
        if name := self._text.only(said):
            return self._somebody(name)
        if not self._text.names.keys().isdisjoint(said):
            return None
        return self._person_in_words(self._without_article(said))

    def _called(self, said: str) -> Words | None:
        return self._somebody(self._text.names[said]) if len(said) == 1 else Words("name", said)

    def _somebody(self, name: Name) -> Words | None:
        if name.kind == "mention" and name.mention and name.mention.id:
            return Words("mention", name.mention.id, name.mention.name)
        if name.kind == "email" or EMAIL.fullmatch(name.text):
            return Words("email", name.text) if name.text.isascii() else None
        is_thing = name.kind == "url" or names_a_file(name.text)
        return None if is_thing else Words("name", name.text)

    def _person_in_words(self, said: str) -> Words | None:
        in_small = self._language.without_inside(" ".join(each for each in said.split() if each[:1].islower()))
        if in_small and any(
            self._language.has(each, in_small) for each in ("articles", "indefinite", "talk", "not_in_names")
        ):
            return None
        bare = self._text.whole(said)
        is_nobody = self._language.is_one("nobody", low_of(bare)) or (
            # "editor", "budget deck"
            said.islower() and (self._language.role(said) or self._language.ends_with_one("file", said))
        )
        if is_nobody or self._language.begins_with_one("subjects", low_of(bare)) or self._is_said_with_it(bare.split()):
            return None
        is_short = bare.count(" ") < MOST_WORDS if self._language.spaces else len(bare) <= MOST_LETTERS
        return Words("name", bare) if is_short and any(each.isalpha() for each in bare) else None

    def _is_said_with_it(self, words: list[str]) -> bool:
        """ "Ana view", "imagine Ana": whether a word that is no name stands at an end of one."""
        if len(words) < 2 or not self._language.spaces:
            return False
        (first, second), (last_but_one, last) = words[:2], words[-2:]
        if last in self._language.words("access"):
            return True
        if last[:1].islower() and self._language.role(last):
            return True
        known = self._language.all_words
        # "Hamid all of": what begins with a capital goes on so, or is called so.
        is_behind = last.islower() and last in known and (last_but_one[:1].isupper() or first[:1].isupper())
        is_before = first.islower() and second[:1].isupper() and len(first) > SHORT and first in known
        return is_behind or (is_before and not self._language.is_one("titles", first))

    def _special(self, section: str, said: str) -> Words | None:
        """What is not called by a name: "this file", "my manager", "everybody in Sales"."""
        if (section, said) not in self._specials:
            self._specials[section, said] = self._looked_up(section, said) if len(said) <= LONGEST_SPECIAL else None
        return self._specials[section, said]

    def _looked_up(self, section: str, said: str) -> Words | None:
        low = low_of(said)
        for meaning, pattern in self._language.candidates(section, low):
            for fit in pattern.fits(low, said):
                value = self._text.whole(fit.slots.get("text", "")).strip(QUOTES + " ")
                if pattern.slots and not value:
                    continue
                if section == "people" and pattern.opens_with != "text" and not pattern.ends_with_a_slot:
                    # "the marketing team" is called so.
                    value = self._text.whole(said[said.index(fit.slots["text"]) :]) if pattern.slots else value
                made = self._meant(section, meaning, value)
                if made:
                    return made
        return None

    def _meant(self, section: str, meaning: str, value: str) -> Words | None:
        if section == "items":
            return Words("reference", meaning, value)
        kind, _, which = meaning.partition(".")
        if kind == "group":
            value = self._without_article(value)
            if self._language.begins_with_one("subjects", low_of(value)) or self._has_a_verb(value):
                return None
        if kind == "channel":
            value = self._without_channel(value)
        if kind == "everyone":
            kind = "this_chat" if self._context.chat != "personal" else "all"
        if kind == "this_chat" and self._context.chat == "channel":
            kind = "this_channel"
        if kind == "this_chat" and self._context.chat == "meeting":
            kind = "this_meeting"
        return Words(kind, which or value) if kind != "pronoun" else Words("pronoun", value or kind)

    def _has_a_verb(self, said: str) -> bool:
        """ "restrict the Sales team": no team is called so."""
        first, _, rest = said.partition(" ")
        return first.islower() and first in self._language.all_words and self.has_article(rest)

    def _without_channel(self, said: str) -> str:
        name = said.lstrip("# ")
        ending = self._language.ending("channel", low_of(name))
        return name[: len(name) - len(ending)].rstrip() if ending else name

    def _is_open(self, item: Words) -> bool:
        """Whether a reference leaves open what is meant."""
        return item.kind == "reference" and (
            item.value in _TOO_WIDE or (item.value == "this" and not self._context.has_a_file)
        )

    def _is_nobody(self, person: Words) -> bool:
        return person.kind in ("pronoun", "all") or (person.kind == "this_chat" and self._context.chat == "personal")


@lru_cache(maxsize=256)
def low_of(said: str) -> str:
    low = said.lower().replace("’", "'")
    return low if len(low) == len(said) else "".join(each.lower()[:1] or each for each in said).replace("’", "'")
