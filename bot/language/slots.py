"""From one way to read a sentence to the request that it is; None where it cannot be read so."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from bot.language.beside import Aside, Together, unmarked
from bot.language.names import Listed, Namer, ends_with_a_file, has_a_file, is_named, low_of
from bot.language.patterns import BLANKS, MARKS, Fit
from bot.language.said import Now, Plain
from bot.language.understood import BECOME, BLANK, SWAP, TALK, Understood
from bot.sharing import Expiry, Role, ShareRequest, Words

THIS = Words("reference", "this")
ALL_FILES = Words("reference", "all_files")
ALL_SHARED_WITH = Words("reference", "all_shared_with")
ME = Words("me", "")
_SOMEBODY = ("name", "email", "mention", "manager", "reports", "me")
# What is said of these needs no names.
READS = ("who_has_access", "list_shares", "inbox", "help", "sign_out", "settings", "report", "undo")
# What is wanted of a list other than to see what one shares oneself.
LISTS = {"list_shares.export": "export", "list_shares.received": "received"}
# What more is said of these is all there is to them.
_WITH_WISHES = ("settings", "delegate")
# With these before a name, somebody is not being named.
_ONLY_TOLD = ("reported", "hedges", "doubts", "past", "negations")
_MARK = re.compile(f"[{MARKS}]")
_AT_A_DOMAIN = re.compile(r"(?<!\S)@(?=[\w-]+\.\w)")
_NEEDS_ITEMS = ("share", "change_role", "unshare", "who_has_access", "extend", "request_access")
_NEEDS_PEOPLE = ("share", "change_role", "unshare")
# "Ana edits Plan.docx, Bob reads it", and the other way round; without the other's role, where that was put aside.
_TWO_ROLES = {
    "write_read": (Role.WRITE, Role.READ),
    "read_write": (Role.READ, Role.WRITE),
    "write_beside": (Role.WRITE, None),
}


class _Spoken(NamedTuple):
    """One way to read a sentence; `items` and `people` are the words, None where there is no slot for them."""

    intent: str
    detail: str
    fit: Fit
    items: str | None
    people: str | None


class Slots:
    """What fills the slots of a sentence in one language. `beside` is what was put aside of it."""

    def __init__(self, text: Plain, namer: Namer, beside: Aside, now: Now) -> None:
        self._language = namer.language
        self._text = text
        self._namer = namer
        self._beside = beside
        self._now = now

    def filled(self, meaning: str, fit: Fit, said: str) -> Understood | None:
        """`said` is the sentence with its marks, `meaning` an intent, and after a dot what more it says."""
        if meaning in LISTS:
            listed = self._filled("list_shares", fit, said)
            return replace(listed, wish=LISTS[meaning]) if listed and listed.request else listed
        return self._filled(meaning, fit, said)

    def _filled(self, meaning: str, fit: Fit, said: str) -> Understood | None:
        intent, _, detail = meaning.partition(".")
        if intent == "none":
            return TALK
        if intent == "help" or (intent in _WITH_WISHES and detail):
            return Understood(intent, BLANK, wish=detail)
        if intent in READS and not fit.slots and (not detail or intent == "report"):
            return self._about_nothing(intent, detail, said)
        items_said, people_said = fit.slots.get("items"), fit.slots.get("people")
        if detail == "roled" and not self.is_file(items_said or ""):
            return None
        if people_said is not None and has_a_file(self._text, people_said):
            return None
        if self._negated(items_said) or self._negated(people_said, but_except=True):
            return None if detail == "each" else TALK
        if (items_said is not None and self._is_talk(items_said)) or self._is_told_only(intent, people_said):
            return TALK
        is_no_file = detail == "file" and not self._is_plainly_a_file(items_said or "")
        is_nobody = detail == "whom" and not self._is_plainly_somebody(people_said or "")
        if is_no_file or is_nobody or (detail == "anyone" and self._says_with_whom(items_said or "")):
            return None
        if items_said is not None and people_said is None and meaning == "share":
            items_said, people_said = self._people_behind(items_said)
        if people_said is not None and items_said:
            several = self._several(detail, people_said, items_said, fit, said)
            if several:
                return several
        if detail in ("each", "swapped", *_TWO_ROLES) or (detail == "more" and (fit.role or "") not in said):
            # "Jonathan Read" is somebody.
            return None
        made = self._request(_Spoken(intent, detail, fit, items_said, people_said), said)
        return self._like(made, fit.who or "") if meaning == "share.same" and made else made

    def _like(self, made: Understood, who: str) -> Understood | None:
        """ "Give Bob the same access as Ana on Plan.docx": what it shall be is what one person has."""
        people = self._namer.people(who)
        if self._language.is_one("myself", low_of(_MARK.sub(" ", who))):
            people = Listed((ME,))
        if made.request is None or not people.is_clear or len(people.found) != 1 or self._negated(who):
            return None
        return replace(made, request=replace(made.request, same_as=people.found[0]))

    def _about_nothing(self, intent: str, detail: str, said: str) -> Understood | None:
        """Without a slot: "my shares ending on Friday"; "who has access?", of what is being talked of."""
        if intent == "list_shares":
            until = self._beside.of(said).until
            is_due = until and self._language.has("ends", low_of(until.words))
            items = (Words("reference", "expiring_soon"),) if is_due else ()
            return Understood(intent, replace(BLANK, items=items, until=until))
        if intent == "report":
            # "The last 30 days" are as long as 30 days ahead. "Who can open the report?" is of a file.
            beside = self._beside.of(said)
            return None if beside.role else Understood(intent, replace(BLANK, until=beside.until), wish=detail)
        if intent != "who_has_access":
            return Understood(intent, BLANK)
        if self._namer.knows_a_file:
            return Understood("who_has_access", ShareRequest((THIS,), ()))
        return Understood("who_has_access", BLANK, ("items",))

    def _request(self, spoken: _Spoken, said: str) -> Understood | None:
        beside = self._beside.of(said)
        unread: dict[str, str] = {}
        items_said, people_said = spoken.items, self._before_the_unread(spoken.people, unread)
        if items_said and [*spoken.fit.slots][-1] == "items" and not self.is_file(items_said):
            items_said = self._before_the_unread(items_said, unread)
        items_said, behind = self._out_behind(items_said) if people_said else (items_said, [])
        spoken = spoken._replace(items=items_said, people=people_said)
        items, people = self._named(spoken)
        people = self._left_out(self._told(people, said), said, behind)
        lacking = {"dated": not (beside.until or beside.latest), "roled": not people.is_clear}
        if lacking.get(spoken.detail) or not self._is_told(spoken, items, people):
            return None
        until = beside.until or self._until(spoken.fit.date)
        if spoken.intent == "extend":
            until = self._longer(until) or beside.latest
        if spoken.fit.date and until is None:
            unread["expiration"] = spoken.fit.date
        role = beside.role if beside.is_instead else self._language.role(spoken.fit.role or "") or beside.role
        if role:
            unread.pop("role", None)
        if beside.role not in (None, role) and spoken.intent not in READS:
            # "edit access …, read only": one of them is meant.
            role, unread["role"] = None, spoken.fit.role or ""
        if spoken.intent == "unshare" and not beside.role:
            # "Ana should no longer be able to open it"
            role = None
        request = _detailed(_request(items, people, role, until, beside), spoken)
        asks = {**dict.fromkeys(beside.asks, ""), **self._beside.unclear(said), **unread}
        if spoken.intent == "extend" and until and until == beside.latest:
            # "it ends on Friday, make it Monday": what is extended ends later than it does.
            asks.pop("expiration", None)
        if not items.is_clear or (spoken.intent in _NEEDS_ITEMS and not request.items):
            asks["items"] = (spoken.items or "").strip(BLANKS)
        is_she = spoken.detail == "them"
        if is_she or not people.is_clear or (spoken.intent in _NEEDS_PEOPLE and not request.recipients):
            asks["recipients"] = self._without_what_is_clear(spoken.people or "")
        if spoken.intent == "change_role" and request.role is None:
            asks.setdefault("role", "")
        if spoken.intent == "extend" and request.until is None:
            asks.setdefault("expiration", "")
        order = tuple(sorted(asks, key=_ORDER.index))
        unclear = tuple((each, self._whole(asks[each])) for each in order)
        wish = BECOME if spoken.detail == BECOME else ""
        return Understood(spoken.intent, request, order, unclear=unclear, wish=wish)

    def _named(self, spoken: _Spoken) -> tuple[Listed, Listed]:
        items = self._namer.items(spoken.items) if spoken.items is not None else Listed()
        if spoken.detail == "this":
            # "partage-le avec Ana": the file is in the verb.
            items = Listed((THIS,), self._namer.knows_a_file)
        said = spoken.people
        if said is not None and spoken.intent == "list_shares":
            # "What did I share with Olga yesterday?"
            said = said[: len(said) - len(self._language.ending("lately", low_of(said)))].rstrip()
        if said is not None and spoken.intent in ("list_shares", "unshare"):
            # Only who has something already can be told by "@partner.com".
            said = _AT_A_DOMAIN.sub("", said)
        people = self._namer.people(said) if said is not None else Listed()
        if spoken.intent == "unshare" and items.found[:1] == (ALL_FILES,) and _are_told_apart(people):
            # "Take everything back from Ana" is all that she got, and no wider than that.
            items = Listed((ALL_SHARED_WITH,))
        if spoken.intent == "share" and spoken.items and not items.found and self._namer.corrected(spoken.items):
            # What was taken back may be either.
            return Listed((), is_clear=False), Listed((), is_clear=False)
        return items, people

    def _told(self, people: Listed, said: str) -> Listed:
        """Who "she" is, if a message is for somebody by name."""
        told = self._beside.told(said) if people.found and all(each.kind == "pronoun" for each in people.found) else ""
        return self._namer.people(told) if told else people

    def _out_behind(self, items_said: str | None) -> tuple[str | None, list[str]]:
        """ "Let everybody here edit Plan.docx except Bob": the file, and who is left out."""
        expression = self._language.expression("except")
        place = expression.search(low_of(items_said)) if expression and items_said else None
        if items_said is None or place is None or not ends_with_a_file(self._text, items_said[: place.start()]):
            return items_said, []
        return items_said[: place.start()], [items_said[place.end() :]]

    def _left_out(self, people: Listed, said: str, behind: list[str]) -> Listed:
        """Also by a sentence of its own: "… with everybody here. Not with Ana"."""
        for each in (*self._beside.left_out(said), *behind):
            out = self._namer.people(each)
            is_clear = people.is_clear and out.is_clear and bool(out.found)
            people = people._replace(is_clear=is_clear, excluded=(*people.excluded, *out.found))
        return people

    def _is_told(self, spoken: _Spoken, items: Listed, people: Listed) -> bool:
        """Whether enough of it is plain for it to be this at all."""
        if spoken.intent in READS or not spoken.fit.slots:
            return True
        names_a_file_only = spoken.people is None and spoken.intent in ("share", "unshare")
        if names_a_file_only and spoken.detail in ("", "more", "file"):
            return self._may_be_a_file(spoken.items or "")
        is_named = items.found or people.found or not items.is_clear or not people.is_clear
        return spoken.intent == "share" or bool(is_named or spoken.detail)

    def has_role(self, said: str) -> bool:
        """Whether a role is said beside it."""
        return self._beside.has_role(said)

    def is_file(self, said: str) -> bool:
        said = _MARK.sub(" ", said).strip(" ,|")
        return bool(said) and (ends_with_a_file(self._text, said) or self._namer.is_reference(said))

    def _without_what_is_clear(self, people_said: str) -> str:
        """ "nobody@nowhere as write": only who it is has to be asked."""
        marks = self._beside.marks
        clear = {each for each, mark in marks.items() if mark.is_clear and mark.kind in ("role", "until")}
        return "".join(each for each in people_said if each not in clear).strip()

    def _whole(self, said: str) -> str:
        return self._text.whole(unmarked(self._beside, said)).strip(" ,.")

    def _by_role(self, people_said: str) -> list[tuple[str, Role]]:
        """With "Ana as read and Bob as write", who has which role; none where that is not said of all."""
        groups: list[tuple[str, Role]] = []
        start = 0
        for place in _MARK.finditer(people_said):
            mark = self._beside.marks.get(place[0])
            if mark and mark.role:
                groups.append((people_said[start : place.start()], mark.role))
                start = place.end()
        is_all = len({role for _, role in groups}) > 1 and not people_said[start:].strip(BLANKS)
        return groups if is_all else []

    def _by_role_in_words(self, people_said: str, last: str | None) -> list[tuple[str, Role]]:
        """The same of "Ana view and Bob edit"; `last` is the role of the last of them."""
        expression = self._language.role_at_the_end
        if expression is None or self._is_one_word(people_said):
            return []
        groups: list[tuple[str, Role]] = []
        waiting: list[str] = []
        parts = self._language.separator.split(people_said)
        if len(parts) == 1:
            return []
        for part in parts:
            found = expression.search(low_of(part))
            role = self._language.role(found["role"]) if found else None
            waiting.append(part[: found.start()] if found else part)
            if role:
                groups.append((", ".join(waiting), role))
                waiting = []
        role = self._language.role(last or "") or self._beside.of(people_said).role
        if waiting and role:
            groups.append((", ".join(waiting), role))
        return groups if len({role for _, role in groups}) > 1 and (role or not waiting) else []

    def _each_his_own(self, groups: list[tuple[str, Role]], items_said: str, said: str) -> Understood | None:
        """A request for each of them."""
        items = self._namer.items(items_said)
        actions: list[Understood] = []
        for role, some in groupby(groups, key=lambda each: each[1]):
            who = ", ".join(each for each, _ in some)
            people = self._namer.people(self._language.without_joints(_MARK.sub(" ", who).strip(" ,")))
            if not people.found or not people.is_clear:
                return None
            until = self._beside.of(said).until
            request = ShareRequest(items.found, people.found, role, until)
            actions.append(Understood("share", request, () if items.is_clear else ("items",)))
        return Understood("multi", None, () if items.is_clear else ("items",), actions=tuple(actions))

    def _several(self, detail: str, people_said: str, items_said: str, fit: Fit, said: str) -> Understood | None:
        """Of one who goes and one who comes, or of several people who each have a role of their own."""
        if detail == "swapped":
            return self._swapped(people_said, fit.who or "", items_said)
        if roles := _TWO_ROLES.get(detail):
            first, other = roles[0], roles[1] or self._beside.of(said).role
            is_plain = other not in (None, first) and not has_a_file(self._text, fit.who or "")
            groups = [(people_said, first), (fit.who or "", other)] if other and is_plain else []
        else:
            groups = self._by_role(people_said) or self._by_role_in_words(people_said, fit.role)
        return self._each_his_own(groups, items_said, said) if groups else None

    def _swapped(self, people_said: str, who: str, items_said: str) -> Understood | None:
        """ "Replace Ana with Bob on Plan.docx": somebody goes, somebody else comes. `who` is either, where a pattern
        tells them apart.
        """
        goes, comes = people_said, who
        if not who:
            places = [*self._language.swaps.finditer(low_of(people_said))]
            if len(places) != 1:
                return None
            goes, comes = people_said[: places[0].start()], people_said[places[0].end() :]
        items, old, new = self._namer.items(items_said), self._namer.people(goes), self._namer.people(comes)
        is_role = self._language.role(comes.strip(BLANKS)) is not None
        if is_role or not items.found or not (items.is_clear and old.is_clear and new.is_clear):
            return None
        beside = self._beside.of(people_said + who + items_said)
        taken = Understood("unshare", ShareRequest(items.found, old.found))
        given = Understood("share", _request(items, new, beside.role, beside.until, beside))
        return Understood("multi", None, beside.asks, actions=(taken, given), wish=SWAP)

    def _negated(self, said: str | None, *, but_except: bool = False) -> bool:
        if said is None:
            return False
        low = low_of(said)
        if self._language.begins_with_one("none", low) and (
            self._language.has("talk", low) or (but_except and self._is_nobody(said.strip(BLANKS)))
        ):
            return True
        if not self._language.has("negations", low):
            return False
        return not (but_except and self._language.has("except", low))

    def _is_nobody(self, said: str) -> bool:
        """ "nobody here", but not "Nobody Likethis"; "nobody" alone is asked about."""
        low = low_of(said)
        return said[:1].islower() and not (self._language.is_one("none", low) or self._language.has("except", low))

    def _is_told_only(self, intent: str, people_said: str | None) -> bool:
        """Whether it is told, and not meant, that somebody decides: "if Ana decides for me"."""
        if intent != "delegate":
            return False
        low = low_of(people_said or "")
        return any(self._language.has(each, low) for each in _ONLY_TOLD)

    def _is_talk(self, said: str) -> bool:
        """Whether it is one of the other things that people share, such as ideas."""
        low = low_of(_MARK.sub(" ", said)).strip(" ,")
        if self._language.begins_with_one("no_things", low):
            return True
        if ends_with_a_file(self._text, said) or not low:
            return False
        return self._language.ends_with_one("not_files", low) or self._language.begins_with_one("stock", low)

    def _may_be_a_file(self, said: str) -> bool:
        """Whether "share" and this alone is worth the question with whom; "share prices rose" is not."""
        said = _MARK.sub(" ", said).strip(" ,|")
        if not said:
            return False
        low = low_of(said)
        if ends_with_a_file(self._text, said) or has_a_file(self._text, said) or self._language.is_one("vague", low):
            return True
        if self._namer.is_reference(said) or not self._language.spaces:
            return True
        return (
            bool(self._language.article and self._language.article.match(low))
            or " " not in said
            or not said[0].islower()
        )

    def _is_plainly_a_file(self, said: str) -> bool:
        low = low_of(said)
        return (
            self.is_file(said)
            or has_a_file(self._text, said)
            or self._language.has("file", low)
            or self._language.ends_with_one("papers", _MARK.sub(" ", low).strip(" ,|"))
        )

    def _is_plainly_somebody(self, said: str) -> bool:
        """ "give access to Ana", but not "to Falcon Plan"."""
        low = _MARK.sub(" ", low_of(said)).strip(" ,|")
        is_thing = any(self._language.ends_with_one(each, low) for each in ("file", "papers", "things", "containers"))
        return not is_thing and self._namer.are_named(said)

    def _says_with_whom(self, said: str) -> bool:
        """ "publicly share your opinion with Ana": that is more than the name of a file."""
        low = low_of(said)
        return self._language.has("with", low) and not self.is_file(said)

    def _people_behind(self, said: str) -> tuple[str, str | None]:
        """ "share Plan.docx ana@x.example": people who are plainly that, behind the file."""
        last = self._language.names_last.search(said)
        before = said[: last.start()].strip(BLANKS) if last else ""
        # "Lee and ana@x.example" is no file called "Lee and".
        is_cut = self._language.without_joints(before) != before
        if last and is_named(self._text, last[0]) and before and not is_cut:
            return said[: last.start()], last[0]
        return said, None

    def _is_one_word(self, said: str) -> bool:
        """Whether it is only one, as most names are: nothing else can be said in it."""
        bare = said.rstrip(BLANKS)
        return self._language.spaces and (len(bare) == 1 or bare.isalpha())

    def _until(self, said: str | None) -> Expiry | None:
        until = self._language.dates.until(said, self._now.at, self._now.tz) if said else None
        return Expiry(said or "", until.at) if until and (until.at or until.forever) else None

    def _longer(self, until: Expiry | None) -> Expiry | None:
        """ "By a week" is longer than by now; "until in a week" is a day."""
        low = low_of(until.words) if until and until.at else ""
        # By 3日 it is three days longer, which by itself is the third.
        for length in (low + each for each in self._language.words("length_ends")):
            by = self._until(length) if self._language.dates.is_a_length(length) else None
            if until and by:
                return replace(by, words=until.words, longer=True)
        is_longer = self._language.dates.has_a_length(low) and not self._language.has("from_now", low)
        return replace(until, longer=True) if until and is_longer else until

    def _before_the_unread(self, said: str | None, unread: dict[str, str]) -> str | None:
        """The names alone; what stands behind them like a role or a date, but is none we know, goes into `unread`."""
        if said is None or self._is_one_word(said):
            return said
        if place := self._language.first("until", low_of(said)):
            # What is said besides is no part of the date.
            unread["expiration"] = "".join(each for each in said[place[1] :] if each not in self._beside.marks)
            said = said[: place[0]]
        for pattern in self._language.unknown_roles:
            found = pattern.search(low_of(said))
            # "Ana as well as Bob" are two people.
            if found and found.start > 0 and not self._language.separator.match(said, found.start):
                unread["role"] = said[found.start : found.end]
                return said[: found.start]
        return said


_ORDER = ("items", "recipients", "role", "expiration", "password")


def _request(items: Listed, people: Listed, role: Role | None, until: Expiry | None, beside: Together) -> ShareRequest:
    return ShareRequest(
        items.found,
        people.found,
        role,
        until,
        people.excluded,
        beside.message,
        beside.mail,
        beside.sign_in,
        beside.password,
    )


def _are_told_apart(people: Listed) -> bool:
    """Whether each of them is somebody, and not all that there are."""
    return people.is_clear and bool(people.found) and all(each.kind in _SOMEBODY for each in people.found)


def _detailed(request: ShareRequest, spoken: _Spoken) -> ShareRequest:
    """With what the table says about it beyond the intent."""
    detail = spoken.detail
    match detail:
        case "read" | "write":
            return replace(request, role=Role(detail))
        case "never":
            return replace(request, until=request.until or Expiry("", None))
        case "mail":
            return replace(request, mail=True)
        case "them":
            return replace(request, recipients=(Words("pronoun", "pronoun"),))
        case "here":
            return replace(request, recipients=(Words("this_chat", ""),))
        case "anyone" | "organization" | "all" | "guests" | "external":
            sign_in = False if (spoken.intent, detail) == ("share", "anyone") else request.sign_in
            return replace(request, recipients=(Words(detail, ""),), sign_in=sign_in)
        case "all_shared_with" | "expiring_soon" | "last_shared":
            return replace(request, items=(Words("reference", detail),))
        case _:
            return request
