"""Everybody of a chat, a channel or a team as recipients; and what a sharer decides of who came to it or left it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import cards.roster
import cards.share
from bot.commands.turn import Click, Reply, Turn
from bot.errors import NotAllowed, NotUnderstood, SharebotError, TooLate
from bot.finding import CHAT
from bot.sharing import Chat, Decision, Person, Roster, ShareRequest, Words
from bot.texts import _, spoken
from bot.work import Proposed, Work
from cards.elements import Card

# What is said for everybody who is here.
HERE = ("this_chat", "this_meeting", "this_channel", "this_team")


async def gathered(turn: Turn, request: ShareRequest) -> tuple[ShareRequest, Roster | None]:
    """The request with the chat that is meant in place of "everybody here", and who is in it, without the asker.

    None where it is for no chat. Raises NotUnderstood, NotAllowed, Unavailable.
    """
    recipients = tuple(dict.fromkeys(_meant(turn, each) for each in request.recipients))
    chats = [each for each in recipients if each.kind == CHAT]
    if not chats:
        return request, None
    if len(chats) > 1:
        raise NotUnderstood(_("Please share with one chat at a time."))
    chat_id, _blank, team_id = chats[0].value.partition(" ")
    roster = await turn.roster(Chat(chat_id, "", team_id))
    others = tuple(each for each in roster.people if each.id != turn.person.id)
    if others == roster.people:
        raise NotAllowed(_("You are not in this chat, so I don't share with everybody in it."))
    if not others:
        raise NotUnderstood(_("Nobody but you is in this chat. Please name the people."))
    named = replace(chats[0], name=cards.share.everybody(roster.chat))
    recipients = tuple(named if each == chats[0] else each for each in recipients)
    return replace(request, recipients=recipients), replace(roster, people=others)


def _meant(turn: Turn, words: Words) -> Words:
    if words.kind not in HERE:
        return words
    chat = turn.chat
    if chat is None or (words.kind in ("this_channel", "this_team") and not chat.team_id):
        raise NotUnderstood(_("Please say that in the chat or the team with which you want to share."))
    # A team is asked for by the id of its first channel.
    conversation = chat.team_id if words.kind == "this_team" else chat.id
    return Words(CHAT, f"{conversation} {chat.team_id}".strip())


# Whoever came, and whoever left


async def share(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """A share like any other comes of it, and the same card says so."""
    try:
        receipt = await turn.work.rosters.share_with_joiners(key, turn.person, spoken(), str(turn.timezone), turn.place)
    except TooLate:
        proposed = await turn.work.rosters.proposed(key, turn.person)
        if proposed.proposal.decision in (None, Decision.ALLOWED):
            raise
        return Reply(_decided(proposed))
    return Reply(cards.share.done(receipt, key), key=key if receipt.waits else "")


async def decline(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    return Reply(_decided(await turn.work.rosters.leave_as_it_is(key, turn.person)))


async def take(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    proposed = await turn.work.rosters.take_from_leaver(key, turn.person, spoken(), str(turn.timezone))
    return Reply(_decided(proposed))


async def waiting(work: Work, person: Person, key: str) -> Card | None:
    """The card whose button can still be pressed; None if there is none."""
    with suppress(SharebotError):
        return await work.rosters.offer(key, person) or _decided(await work.rosters.proposed(key, person))
    return None


def _decided(proposed: Proposed) -> Card:
    plan = proposed.plan
    match proposed.proposal.decision:
        case Decision.ALLOWED if proposed.returned:
            return cards.roster.taken(plan, proposed.returned)
        case Decision.DECLINED:
            return cards.roster.declined(plan, is_of_leaver=proposed.is_of_leaver)
        case Decision.ALLOWED:
            return cards.roster.shared_before(plan)
        case _:
            return cards.roster.over(plan)


CLICKS: Mapping[str, Click] = {
    "roster.share": share,
    "roster.decline": decline,
    "roster.take": take,
}
