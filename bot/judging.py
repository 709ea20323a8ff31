"""A plan as the organisation's policy has it."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace

from bot import finding
from bot.errors import AgainstPolicy, NeedsSignIn, NotAllowed, NotFound
from bot.graph import Graph
from bot.graph.calls import Ask
from bot.policy import Asked, Contents, Members, Policy
from bot.sharing import Change, Expiry, Recipient, Ruling, ShareableItem, SharePlan, Verdict, Words
from bot.texts import _, listed, sentences

# Of what is in a folder, so many lists are looked at, of up to 200 each; of a group, so many pages of up to 999. It is
# in the way of a card.
LOOKS, PAGES_OF_MEMBERS = 25, 5


async def judged(graph: Graph, plan: SharePlan, policy: Policy, now: dt.datetime) -> SharePlan:
    """The plan as the policy has it: who gets nothing, until when it is at the latest, and who has to approve it.

    Judged again, it is judged of all who were asked for. Raises NeedsSignIn, NotAllowed, Unavailable where something
    that a rule is about can't be known: nothing is allowed for want of knowledge.
    """
    asking = [step for step in plan.steps if step.change is not Change.HAS_IT]
    if not policy.rules or not asking:
        return plan
    recipients = [step.recipient for step in asking]
    people, groups, audience, contents, members = await asyncio.gather(
        asyncio.gather(*(_in_the_directory(graph, each, policy) for each in recipients)),
        _groups_of_sharer(graph, policy),
        _audience(graph, recipients, policy),
        _contents(graph, plan.item, policy),
        _members(graph, recipients, policy),
    )
    judgement = policy.judge(
        Asked(
            plan.item,
            tuple(people),
            plan.role,
            plan.until.at if plan.until else None,
            now,
            groups,
            audience,
            can_end=plan.sees_all,
            contents=contents,
            members=members,
        )
    )
    refused = {step.recipient: ruling for step, ruling in zip(asking, judgement.refused, strict=True) if ruling}
    steps = (
        replace(step, change=Change.REFUSED, ruling=refused[step.recipient]) if step.recipient in refused else step
        for step in plan.steps
    )
    until, before = plan.until, [each for each in plan.rulings if each.verdict in (Verdict.DEFAULT, Verdict.ROLE)]
    if judgement.until and (until is None or until.at != judgement.until):
        until = Expiry(until.words if until else "", judgement.until)
        before = [each for each in before if each.verdict is not Verdict.DEFAULT]
    return replace(plan, steps=tuple(steps), until=until, rulings=(*before, *judgement.rulings))


async def judged_anew(graph: Graph, plan: SharePlan, policy: Policy, now: dt.datetime) -> SharePlan:
    """The same of what was looked up a while ago, as it is called and where it lies by now. Raises NotFound as well."""
    if policy.looks_inside:
        item = plan.item
        plan = replace(plan, item=await graph.item(item.drive_id, item.id, is_own=item.is_own))
    return await judged(graph, plan, policy, now)


def refusal(plan: SharePlan) -> AgainstPolicy:
    """Of a plan of which nothing is left: each rule says so once, and to whom it is about where that is not all."""
    of: dict[Ruling, list[str]] = {}
    for step in plan.refused:
        if step.ruling:
            of.setdefault(step.ruling, []).append(step.recipient.name)
    said = [
        each.words if len(of) == 1 else _("{names}: {sentence}", names=listed(names), sentence=each.words)
        for each, names in of.items()
    ]
    first = next(iter(of))
    error = AgainstPolicy(sentences(*said), rule=first.rule)
    error.about = first.about
    return error


async def _in_the_directory(graph: Graph, person: Recipient, policy: Policy) -> Recipient:
    """Of whom no more is known than how Teams calls them, it has to be known who they are."""
    if not policy.looks_at_people or person.email or not person.id or person.is_group:
        return person
    return await finding.one_of_the_directory(graph, Words("id", person.id))


async def _groups_of_sharer(graph: Graph, policy: Policy) -> frozenset[str]:
    if not policy.groups:
        return frozenset()
    return frozenset(each.casefold() for each in await graph.my_groups())


async def _audience(graph: Graph, people: list[Recipient], policy: Policy) -> int | None:
    """How many people these are, each member of a group counted; None where nobody tells."""
    if not policy.counts:
        return None
    try:
        sizes = await asyncio.gather(*(graph.size(str(each.id)) for each in people if each.is_group))
    except (NeedsSignIn, NotAllowed, NotFound):
        return None
    return sum(sizes) + sum(not each.is_group for each in people)


async def _contents(graph: Graph, folder: ShareableItem, policy: Policy) -> Contents:
    """What is in a folder, at any depth, level by level, as far as so many looks reach."""
    if not policy.looks_inside or not folder.is_folder:
        return Contents()
    found: list[ShareableItem] = []
    waiting: list[tuple[ShareableItem, Ask | None]] = [(folder, None)]
    is_all, left = True, LOOKS
    while waiting and left:
        now, waiting = waiting[:left], waiting[left:]
        left -= len(now)
        listings = await asyncio.gather(*(_listing(graph, *each) for each in now))
        for (within, _after), listing in zip(now, listings, strict=True):
            if listing is None:
                is_all = False
                continue
            items, more = listing
            found += items
            waiting += [(each, None) for each in items if each.is_folder]
            waiting += [(within, more)] if more else []
    return Contents(tuple(found), is_all=is_all and not waiting)


async def _listing(
    graph: Graph, folder: ShareableItem, after: Ask | None
) -> tuple[list[ShareableItem], Ask | None] | None:
    """None where they may not look, or it has gone meanwhile."""
    try:
        return await graph.listing(folder, after)
    except (NotAllowed, NotFound):
        return None


async def _members(graph: Graph, people: list[Recipient], policy: Policy) -> dict[str, Members]:
    """Who is in each group, as far as they are told."""
    groups = [str(each.id) for each in people if each.is_group] if policy.looks_at_members else []
    return dict(zip(groups, await asyncio.gather(*(_in_the_group(graph, each) for each in groups)), strict=True))


async def _in_the_group(graph: Graph, group_id: str) -> Members:
    try:
        people, is_all = await graph.some_members(group_id, PAGES_OF_MEMBERS)
    except (NeedsSignIn, NotAllowed, NotFound):
        return Members(is_all=False)
    return Members(tuple(people), is_all=is_all)
