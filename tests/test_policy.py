"""The organisation's rules in the chat: shown before the click, and judged again at it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.bot import Bot
from tests.people import Someone
from tests.test_app import run
from tests.test_record import of, told
from tests.test_rules import SHORT
from tests.test_settings import good

FILE = "Q3 Budget.xlsx"


async def test_the_bot_does_not_start_with_rules_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text('[rules.A]\nthen = "refuse"\nfile = ["*"]\n')
    settings = good(tmp_path, POLICY_FILE=str(tmp_path / "ours.toml"))

    code, _, err = await run("serve", environment=settings)
    missing = await run("serve", environment=settings | {"POLICY_FILE": str(tmp_path / "none.toml")})

    assert code == missing[0] == 2
    assert "ours.toml, line 3: rule “A”: “file” is nothing that I know here; did you mean “files”?" in err
    assert "none.toml can't be read: No such file or directory." in missing[2]
    assert "Traceback" not in err + missing[2]


# In the chat

RIVALS = """
[rules."No rivals"]
then = "refuse"
domains = ["rival.example"]
because = "We compete with them."
"""


async def test_who_is_refused_is_shown_with_the_rule_before_the_click_and_gets_nothing(
    adele: Someone, alex: Someone, bot: Bot
) -> None:
    await bot.under(RIVALS)

    card = await adele.says(f"share {FILE} with Alex and eric@rival.example")
    result = await adele.presses("Share")

    assert "✗ refused" in card
    assert "The rule “No rivals” does not allow this. We compete with them." in card
    assert "The rule “No rivals” does not allow this." in result
    assert bot.access(FILE) == {"alex.wilber@contoso.com": "read"}
    assert bot.mails_to("eric@rival.example") == []
    entries = await of(bot)
    assert ("planned", "refused", "No rivals") in told(entries, "outcome", "rule")
    assert ("shared", "refused", "No rivals") in told(entries, "outcome", "rule")
    assert ("shared", "granted", "") in told(entries, "outcome", "rule")


async def test_what_is_refused_altogether_is_a_sentence_and_of_record(adele: Someone, bot: Bot) -> None:
    await bot.under(RIVALS)

    answer = await adele.says(f"share {FILE} with eric@rival.example")

    assert "The rule “No rivals” does not allow this. We compete with them." in answer
    assert bot.access(FILE) == {}
    assert ("refused", "share", "AgainstPolicy", "No rivals") in told(await of(bot), "act", "code", "rule")


async def test_a_forms_field_says_which_rule_refuses_it(adele: Someone, bot: Bot) -> None:
    await bot.under(RIVALS)
    await adele.says("share")

    form = await adele.presses(
        "Continue", {"item": FILE, "people": "eric@rival.example", "role": "read", "mail": "true"}
    )

    before, _, _after = form.partition("⚠ The rule “No rivals” does not allow this.")
    assert before.rstrip().endswith("Or write them, also people from outside")


async def test_a_time_that_is_too_long_is_shortened_and_said_so(adele: Someone, bot: Bot) -> None:
    await bot.under(SHORT)
    week = dt.datetime.now(dt.UTC) + dt.timedelta(days=7)

    card = await adele.says(f"share {FILE} with casey.jensen@fabrikam.example as write until 2030-01-31")
    await adele.presses("Share")
    await bot.later(days=8)

    assert f"Until {week:%A} {week.day} {week:%B %Y}, 23:59 (UTC): then I end it" in card
    assert "The rule “Outside, editing” allows no later end. Drafts get old." in card
    assert bot.access(FILE) == {}


async def test_what_nobody_said_is_as_the_defaults_have_it(adele: Someone, bot: Bot) -> None:
    await bot.under('[defaults]\nname = "House style"\nrole = "write"\ndays = 90\n')
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=90)

    card = await adele.says(f"share {FILE} with Alex")
    said = await adele.says(f"share {FILE} with Alex as read until 2030-01-31")

    assert "can edit" in card
    assert f"Until {end:%A} {end.day} {end:%B %Y}" in card
    assert "Nobody named an end, so it is by the rule “House style”." in card
    assert "Nobody named a right, so it is by the rule “House style”." in card
    assert "House style" not in said


async def test_who_had_it_for_a_time_cannot_be_given_it_for_longer_than_a_rule_allows(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with casey.jensen@fabrikam.example until in 3 days")
    await adele.presses("Share")
    await bot.under(SHORT)

    card = await adele.says(f"share {FILE} with casey.jensen@fabrikam.example until 2030-01-31")

    assert "The rule “Outside” allows no later end." in card


async def test_an_end_is_put_off_no_further_than_a_rule_allows(adele: Someone, bot: Bot) -> None:
    await bot.under(SHORT)
    await adele.says(f"share {FILE} with casey.jensen@fabrikam.example as write until in 3 days")
    await adele.presses("Share")
    await bot.later(days=3)

    a_week = await adele.presses("A week longer")
    a_day = await adele.presses("A day longer")

    assert "The rule “Outside, editing” allows no later end." in a_week
    assert "A day longer" in a_day


async def test_a_group_may_not_share_outside(adele: Someone, alex: Someone, bot: Bot) -> None:
    group = bot.contoso.directory.group_at("marketing@contoso.com")
    assert group
    await bot.under(f'[rules."Marketing asks first"]\nthen = "refuse"\nwho = ["outside"]\ngroups = ["{group.id}"]\n')
    sentence = "share {} with casey.jensen@fabrikam.example"
    item = next(each for each in bot.contoso.files if each.author.mail == alex.mail and "." in each.name)

    assert "Share this?" in await adele.says(sentence.format(FILE))
    assert "The rule “Marketing asks first”" in await alex.says(f"share '{item.name}' with eric@fabrikam.example")


async def test_the_members_of_a_group_are_counted(adele: Someone, bot: Bot) -> None:
    await bot.under('[rules."Small rounds"]\nthen = "refuse"\nmore_than = 4\n')

    assert "The rule “Small rounds”" in await adele.says(f"share {FILE} with project.falcon@contoso.com")
    assert "Share this?" in await adele.says(f"share {FILE} with Alex and Megan")


async def test_where_nobody_tells_how_many_a_group_are_it_is_refused(adele: Someone, bot: Bot) -> None:
    await bot.under('[rules."Small rounds"]\nthen = "refuse"\nmore_than = 40\n')
    bot.breaks("graph", r"count", status=403, times=None)

    assert "The rule “Small rounds”" in await adele.says(f"share {FILE} with project.falcon@contoso.com")


async def test_the_policy_at_the_click_counts_and_not_that_of_the_card(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with eric@rival.example")
    await bot.under(RIVALS)

    answer = await adele.presses("Share")

    assert "The rule “No rivals” does not allow this. We compete with them. That is newer than the card." in answer
    assert bot.access(FILE) == {}


async def test_a_time_that_is_too_long_by_now_is_refused_at_the_click(adele: Someone, bot: Bot) -> None:
    await adele.says(f"share {FILE} with casey.jensen@fabrikam.example as write")
    await bot.under(SHORT)

    assert "The rule “Outside, editing” allows no later end." in await adele.presses("Share")
    assert bot.access(FILE) == {}


async def test_to_allow_editing_is_judged_as_well(adele: Someone, alex: Someone, bot: Bot) -> None:
    await alex.says("hi")
    await adele.says(f"share {FILE} with Alex")
    await adele.presses("Share")
    await bot.at_rest()
    await bot.under('[rules."Look, do not touch"]\nthen = "refuse"\nroles = ["write"]\n')
    await alex.presses("Ask to edit")
    await alex.presses("Ask", {"reason": ""})
    await bot.at_rest()

    answer = await adele.presses("Allow")

    assert "The rule “Look, do not touch” does not allow this." in answer
    assert bot.access(FILE) == {"alex.wilber@contoso.com": "read"}


async def test_a_mention_says_too_little_for_a_rule_about_people(adele: Someone, bot: Bot) -> None:
    """Whoever is only mentioned may be a guest: without the right to look them up nobody is let through."""
    await bot.under('[rules."Nobody outside"]\nthen = "refuse"\nwho = ["outside"]\n')
    bot.contoso.consents[bot.contoso.person(adele.mail).id] -= {"User.ReadBasic.All"}

    await adele.says(f"<at>Sharebot</at> share {FILE} with <at>Megan Bowen</at>", chat="Budget crew")
    answer = await adele.presses("Continue", chat="Budget crew")

    assert "Share this?" not in answer


# To explain


async def test_explain_shows_what_would_happen_by_which_rule_and_offers_nothing(adele: Someone, bot: Bot) -> None:
    await bot.under(RIVALS + SHORT)

    card = await adele.says(f"explain share {FILE} with Alex, casey.jensen@fabrikam.example and eric@rival.example")
    yes = await adele.says("yes")

    assert card.startswith("What would happen")
    assert "The rule “No rivals” does not allow this. We compete with them." in card
    assert "The rule “Outside” allows no later end." in card
    assert "I only looked: nothing is shared." in card
    assert "\nShare" not in card
    assert "Shared" not in yes
    assert bot.access(FILE) == {}


async def test_explain_asks_which_file_is_meant(adele: Someone, bot: Bot) -> None:
    question = await adele.says("explain share Roadmap.docx with Alex")
    card = await adele.presses(bot.rows(adele)[1])
    await adele.says("explain share Roadmap.docx with Alex")
    typed = await adele.says("the second one")

    assert "“Roadmap.docx” could be any of these 2:" in question
    assert card.startswith("What would happen")
    assert "No rule of your organisation is about this." in card
    assert typed.startswith("What would happen")


async def test_explain_of_what_is_not_plain_is_a_question(adele: Someone, bot: Bot) -> None:
    assert "With whom?" in await adele.says(f"explain share {FILE}")
