"""Rules look into what is shared and with whom: what lies in a folder, and who is in a group."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contoso.files import Item
from contoso.ids import item_id
from tests.bot import Bot
from tests.people import Someone

ADELE, ALEX, MEGAN = "adele.vance@contoso.com", "alex.wilber@contoso.com", "megan.bowen@contoso.com"
CASEY, FALCON = "casey.jensen@fabrikam.example", "project.falcon@contoso.com"
FILE = "Q3 Budget.xlsx"
SHARE = "share the folder Handover with Alex"
PAY = '[rules."Pay"]\nthen = "refuse"\nfiles = ["*salar*"]\n'
ASKS = f'[rules."Pay"]\nthen = "approve"\nfiles = ["*salar*"]\napprovers = ["{MEGAN}"]\n'
BOARD = '[rules."Board"]\nthen = "refuse"\nplaces = ["Board/Minutes"]\n'
OUTSIDE = '[rules."Outside"]\nthen = "refuse"\nwho = ["outside"]\n'
HERE = "This folder has “{}” in it."
MORE = "There is more in this folder than I could look at."
NOT_ALL = "I could not see everybody in this group."


def put(bot: Bot, *paths: str) -> list[Item]:
    """Files in a new folder of Adele's, and folders, whose names end with a slash; those on the way are made."""
    owner = bot.contoso.person(ADELE)
    drive = bot.contoso.files.drive_of(owner.id)
    assert drive
    there = {"": drive.root_id}
    new: list[Item] = []
    for path in (f"Handover/{each}" for each in paths):
        *folders, name = path.split("/")
        parts = [(folders[:count], True) for count in range(1, len(folders) + 1)]
        for part, is_folder in [*parts, *([([*folders, name], False)] if name else [])]:
            whole = "/".join(part)
            if whole not in there:
                there[whole] = item_id(drive.id, f"{whole} of the test")
                above = there["/".join(part[:-1])]
                now = bot.contoso.now()
                new.append(Item(drive.id, there[whole], above, part[-1], is_folder, 1, owner, now))
    bot.contoso.files.put(drive, new, [])
    return new


# What lies in a folder


@pytest.mark.parametrize("path", ["Salaries 2026.xlsx", "People/2026/Salaries.xlsx", "People/2026/salaries/"])
async def test_a_folder_is_refused_for_what_lies_in_it_however_deep(adele: Someone, bot: Bot, path: str) -> None:
    put(bot, "Read me.txt", path)
    await bot.under(PAY)

    said = await adele.says(SHARE)

    assert "The rule “Pay” does not allow this." in said
    assert HERE.format(path.strip("/").rpartition("/")[2]) in said


async def test_who_has_to_approve_a_folder_reads_for_which_file(adele: Someone, megan: Someone, bot: Bot) -> None:
    put(bot, "People/Salaries.xlsx")
    await bot.under(ASKS)
    await megan.says("hi")

    card = await adele.says(SHARE)
    await adele.presses("Ask for approval")
    await bot.at_rest()

    for shown in (card, megan.sees()):
        assert f"The rule “Pay” wants a second person to approve this. {HERE.format('Salaries.xlsx')}" in shown


async def test_a_folder_with_a_place_of_a_rule_in_it_is_judged_so(adele: Someone, bot: Bot) -> None:
    put(bot, "Board/Minutes/May.docx")
    await bot.under(BOARD)

    assert HERE.format("Minutes") in await adele.says(SHARE)


async def test_a_folder_without_such_a_file_is_shared(adele: Someone, bot: Bot) -> None:
    put(bot, "People/Holidays.xlsx", "Board/May.docx")
    await bot.under(PAY + BOARD)

    card = await adele.says(SHARE)

    assert "Share this?" in card
    assert "The rule" not in card
    assert "✓ can view" in await adele.presses("Share")


async def test_without_such_a_rule_nobody_looks_into_a_folder(adele: Someone, bot: Bot) -> None:
    put(bot, "Salaries.xlsx")
    bot.breaks("graph", "/children", times=None, status=500)
    await bot.under(OUTSIDE)

    assert "Share this?" in await adele.says(SHARE)


async def test_what_was_put_there_since_the_card_counts_at_the_click(adele: Someone, bot: Bot) -> None:
    await bot.under(PAY)
    new = put(bot, "Read me.txt")
    await adele.says(SHARE)
    drive = bot.contoso.files.drive_of(bot.contoso.person(ADELE).id)
    assert drive
    late = replace(new[1], id=item_id(drive.id, "late"), name="Salaries.xlsx")
    bot.contoso.files.put(drive, [late], [])

    assert HERE.format("Salaries.xlsx") in await adele.presses("Share")


async def test_a_long_list_is_looked_at_to_its_end(adele: Someone, bot: Bot) -> None:
    put(bot, *(f"{number:03}.txt" for number in range(450)), "zz salary.xlsx")
    await bot.under(PAY)

    assert HERE.format("zz salary.xlsx") in await adele.says(SHARE)


async def test_what_is_too_large_to_look_through_is_taken_for_the_worse_and_said_so(adele: Someone, bot: Bot) -> None:
    put(bot, *(f"{number:02}/" for number in range(30)))
    await bot.under(PAY)
    careful = await adele.says(SHARE)
    await bot.under(PAY + "unseen = false\n")
    lenient = await adele.says(SHARE)

    assert f"The rule “Pay” does not allow this. {MORE}" in careful
    assert "Share this?" in lenient


@pytest.mark.parametrize("status", [403, 404])
async def test_what_may_not_be_looked_at_is_taken_for_the_worse(adele: Someone, bot: Bot, status: int) -> None:
    people = next(each for each in put(bot, "People/Holidays.xlsx") if each.name == "People")
    await bot.under(PAY)
    bot.breaks("graph", f"{people.id}/children", times=None, status=status)

    assert MORE in await adele.says(SHARE)


# Who is in a group


def joins(bot: Bot, mail: str) -> None:
    groups, person = bot.contoso.directory.groups, bot.contoso.person(mail)
    group = bot.contoso.directory.group_at(FALCON)
    assert group
    groups[group.id] = replace(group, members=group.members | {person.id})


async def test_a_guest_in_a_group_counts_for_rules_about_outside(adele: Someone, bot: Bot) -> None:
    await bot.under(OUTSIDE)
    before = await adele.says(f"share {FILE} with {FALCON}")
    joins(bot, CASEY)

    said = await adele.says(f"share {FILE} with {FALCON}")

    assert "Share this?" in before
    assert "The rule “Outside” does not allow this. In this group, it is about: Casey Jensen." in said


async def test_a_domain_counts_for_the_members_of_a_group(adele: Someone, bot: Bot) -> None:
    joins(bot, CASEY)
    rules = '[rules."{0}"]\nthen = "shorten"\ndays = 7\n{1} = ["{2}"]\n'
    await bot.under(rules.format("Partners", "domains", "fabrikam.example"))
    partners = await adele.says(f"share {FILE} with {FALCON}")
    await bot.under(rules.format("Rivals", "domains", "rival.example"))
    rivals = await adele.says(f"share {FILE} with {FALCON}")

    assert "The rule “Partners” allows no later end. In this group, it is about: Casey Jensen." in partners
    assert "The rule" not in rivals


async def test_a_group_that_does_not_tell_who_is_in_it_is_taken_for_the_worse(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", "/transitiveMembers", times=None, status=403)
    await bot.under(OUTSIDE)
    careful = await adele.says(f"share {FILE} with {FALCON}")
    await bot.under(OUTSIDE + "unseen = false\n")
    lenient = await adele.says(f"share {FILE} with {FALCON}")

    assert f"The rule “Outside” does not allow this. {NOT_ALL}" in careful
    assert "Share this?" in lenient


async def test_a_rule_about_groups_alone_asks_nobody_who_is_in_them(adele: Someone, bot: Bot) -> None:
    bot.breaks("graph", "/transitiveMembers", times=None, status=403)
    await bot.under('[rules."Groups"]\nthen = "refuse"\nwho = ["group"]\n')

    said = await adele.says(f"share {FILE} with {FALCON}")

    assert "The rule “Groups” does not allow this." in said
    assert NOT_ALL not in said


async def test_a_large_group_is_looked_at_page_by_page_and_not_for_ever(adele: Someone, bot: Bot) -> None:
    people, someone = bot.contoso.directory.people, bot.contoso.person(ALEX)
    group = bot.contoso.directory.group_at(FALCON)
    assert group
    many = [replace(someone, mail=f"number.{number}@contoso.com") for number in range(5000)]
    people |= {each.id: each for each in many}
    bot.contoso.directory.groups[group.id] = replace(group, members=group.members | {each.id for each in many})
    await bot.under(OUTSIDE)

    assert NOT_ALL in await adele.says(f"share {FILE} with {FALCON}")
