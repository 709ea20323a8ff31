"""The organisation's rules: read strictly, judged purely."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy import (
    EVERYTHING,
    KEYS,
    Asked,
    BadPolicy,
    Contents,
    Defaults,
    Judgement,
    Kind,
    Members,
    Policy,
    Rule,
    domain,
    end_after,
    kind,
    load,
    read,
)
from bot.sharing import Recipient, Role, ShareableItem, Verdict
from tests.test_app import ROOT
from tests.test_docs import ADMINISTRATION

NOW = dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC)
BUDGET = ShareableItem("b!d", "01A", "Q3 Budget.xlsx", "https://x", False, "OneDrive › Finance › Board", "Adele", None)
ALEX = Recipient("1", "Alex Wilber", "alex.wilber@contoso.com")
CASEY = Recipient("2", "Casey Jensen", "casey.jensen@fabrikam.example", is_outside=True)
ERIC = Recipient(None, "eric@rival.example", "eric@rival.example", is_outside=True)
FINANCE = Recipient("3", "Finance", "finance@contoso.com", is_group=True)
FOLDER = replace(BUDGET, id="01B", name="Handover", is_folder=True)
INTERNS = "8f4d1c6e-0b1a-4c57-9a39-7f2f5f0f9a01"
FILE = "Q3 Budget.xlsx"


def asked(*people: Recipient, **more: object) -> Asked:
    return replace(Asked(BUDGET, people or (ALEX,), Role.READ, None, NOW), **more)


def refused_by(judgement: Judgement) -> list[str | None]:
    return [each and each.rule for each in judgement.refused]


# The file


def test_without_a_file_everything_is_allowed() -> None:
    assert load("") == EVERYTHING
    assert EVERYTHING.judge(asked(ERIC)) == Judgement((None,), None)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[rule.X]", 1, "“rule” is nothing that I know here; did you mean “rules”?"),
        ('\n[rules."No rivals"]\nthen = "refuse"\ndomain = ["x.com"]', 4, "did you mean “domains”?"),
        ("[rules.A]\nbecause = 'why'", 1, "rule “A”: “then” is missing: “refuse” or “shorten” or “approve”"),
        ("[rules.A]\nthen = 'forbid'", 2, "“then” should be “refuse” or “shorten” or “approve”"),
        ("[rules.A]\nthen = 'shorten'", 1, "“days” is missing"),
        ("[rules.A]\nthen = 'shorten'\ndays = 0", 3, "“days” should be a whole number from 1 to 3650"),
        ("[rules.A]\nthen = 'shorten'\ndays = true", 3, "“days” should be a whole number"),
        ("[rules.A]\nthen = 'refuse'\ndays = 3", 3, "“days” goes with then = “shorten”, and this says “refuse”"),
        (
            "[rules.A]\nthen = 'refuse'\napprovers = ['manager']",
            3,
            "“approvers” goes with then = “approve”, and this says “refuse”",
        ),
        ("[rules.A]\nthen = 'refuse'\nhours = 4", 3, "“hours” goes with then = “approve”, and this says “refuse”"),
        ("[rules.A]\nthen = 'approve'", 1, "“approvers” is missing"),
        ("[rules.A]\nthen = 'approve'\napprovers = ['boss']", 3, "in “approvers”, “boss” should be “manager”, an"),
        ("[rules.A]\nthen = 'approve'\napprovers = ['manager']\nhours = 0.5", 4, "“hours” should be a whole number"),
        (
            "[rules.A]\nthen = 'refuse'\ndomains = [\n  'x.com',\n  'not one',\n]",
            3,
            "“domains”, “not one” should be",
        ),
        ("[rules.A]\nthen = 'refuse'\ndomains = 'x.com'", 3, "“domains” should be a list with something in it"),
        ("[rules.A]\nthen = 'refuse'\nwho = ['friends']", 3, "should be one of colleague, guest, stranger, group, out"),
        ("[rules.A]\nthen = 'refuse'\nroles = ['owner']", 3, "should be one of read, write"),
        ("[rules.A]\nthen = 'refuse'\ngroups = ['Interns']", 3, "should be the object id of a group, a GUID"),
        ("[rules.A]\nthen = 'refuse'\nfolders = false", 3, "“folders” can only be true"),
        ("[rules.A]\nthen = 'refuse'\nunseen = true", 3, "“unseen” can only be false"),
        ("[rules.A]\nthen = 'refuse'\nmore_than = -1", 3, "“more_than” should be a whole number of 0 or more"),
        ("[rules.A]\nthen = 'refuse'\nbecause = ' '", 3, "“because” should be words in quotes"),
        ("[rules.A]\nthen = 'refuse'\nbecause = 5", 3, "“because” should be words in quotes"),
        ("[rules.' ']\nthen = 'refuse'", 1, "the name of a rule should be 1 to"),
        ("[rules.A]\nthen = 'refuse'\nbecause = 'one\\u202eowt'\n", 2, "no"),
        ('[rules.A]\nthen = "refuse"\nbecause = "one\\u202eowt"', 3, "“because” should be at most 300 letters, on one"),
        (
            "[rules.A]\nthen = 'refuse'\n[rules.b]\nthen = 'refuse'\nname = 'a'",
            3,
            "is the name of another rule, too",
        ),
        ("rules = 5", 1, "“rules” should be a table, [rules]"),
        ("rules.A.then = 'refuse'\nrules.A.role = ['read']", 2, "did you mean “roles”?"),
        ("[defaults]\nrole = 'owner'", 2, "“role” should be “read” or “write”"),
        ("[defaults]\nrole = write", 2, "this is no TOML"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(text: str, line: int, said: str) -> None:
    if said == "no":
        assert read(text).rules[0].because == "one\\u202eowt"
        return
    with pytest.raises(BadPolicy) as caught:
        read(text)

    assert f"line {line}" in str(caught.value)
    assert said in str(caught.value)
    assert str(caught.value).startswith("policy.toml")


@pytest.mark.parametrize(
    ("text", "most", "said"),
    [
        ("[defaults]\ndays = {}", 3650, "“days” should be a whole number from 1 to 3650"),
        ("[rules.A]\nthen = 'shorten'\ndays = {}", 3650, "“days” should be a whole number from 1 to 3650"),
        ("[rules.A]\nthen = 'approve'\napprovers = ['manager']\nhours = {}", 720, "“hours” should be a whole number"),
    ],
)
def test_a_number_is_from_one_to_the_most_there_may_be(text: str, most: int, said: str) -> None:
    for number in (1, most):
        read(text.format(number))
    for number in (0, most + 1):
        with pytest.raises(BadPolicy, match=said):
            read(text.format(number))


@pytest.mark.parametrize(
    ("text", "most"), [("[rules.{}]\nthen = 'refuse'", 80), ("[rules.A]\nthen = 'refuse'\nbecause = '{}'", 300)]
)
def test_words_are_as_long_as_a_card_has_room_for(text: str, most: int) -> None:
    read(text.format("a" * most))
    with pytest.raises(BadPolicy, match=f"{most} letters"):
        read(text.format("a" * (most + 1)))


def test_where_no_word_is_near_all_that_are_known_are_named() -> None:
    with pytest.raises(BadPolicy, match=re.escape("“zzz” is nothing that I know here; known are name, role, days")):
        read("[defaults]\nzzz = 1")


def test_what_the_defaults_leave_out_is_left_to_the_person() -> None:
    assert read("[defaults]\nrole = 'write'").defaults == Defaults(role=Role.WRITE)
    assert read("[defaults]\ndays = 30").defaults == Defaults(days=30)


def test_a_file_may_begin_with_the_mark_that_editors_put_there(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("[rules.'Prüfung']\nthen = 'refuse'\n", encoding="utf-8-sig")

    assert [each.name for each in load(str(file)).rules] == ["Prüfung"]


def test_of_two_rules_of_a_name_the_line_of_the_other_is_told() -> None:
    with pytest.raises(BadPolicy, match=re.escape("line 5: rule “b”: “A” is the name of another rule, too (line 2)")):
        read("\n[rules.A]\nthen = 'refuse'\n\n[rules.b]\nthen = 'refuse'\nname = 'A'")


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    nowhere, latin = tmp_path / "nowhere.toml", tmp_path / "latin.toml"
    latin.write_bytes("[rules.Prüfung]".encode("latin-1"))
    with pytest.raises(BadPolicy, match=re.escape(f"{nowhere} can't be read: No such file or directory.")):
        load(str(nowhere))
    with pytest.raises(BadPolicy, match=re.escape(f"{latin} can't be read: it is not UTF-8.")):
        load(str(latin))


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_lines() -> None:
    with pytest.raises(BadPolicy) as caught:
        read("[defaults]\ndays = 'ten'\n[rules.A]\nthen = 'shorten'\ndays = -1\nwhom = 1\n[rules.B]\n")

    lines = str(caught.value).splitlines()
    assert [each.partition(":")[0] for each in lines] == [f"policy.toml, line {number}" for number in (2, 5, 6, 7)]


def test_the_example_an_administrator_reads_is_one() -> None:
    example = ADMINISTRATION.partition("```toml\n")[2].partition("```")[0]

    policy = read(example)

    assert [each.name for each in policy.rules] == re.findall(r'^\[rules\."(.+)"\]$', example, re.MULTILINE)
    assert policy.defaults == Defaults("House style", Role.READ, 180)
    assert all(f"`{key}" in ADMINISTRATION for key in KEYS)


def test_the_rules_of_the_demo_are_some() -> None:
    assert len(load(str(ROOT / "contoso/policy.toml")).rules) == 3


# The judgement


@pytest.mark.parametrize(
    ("person", "what", "where"),
    [
        (ALEX, Kind.COLLEAGUE, "contoso.com"),
        (CASEY, Kind.GUEST, "fabrikam.example"),
        (ERIC, Kind.STRANGER, "rival.example"),
        (FINANCE, Kind.GROUP, "contoso.com"),
        (replace(CASEY, email="casey_x_fabrikam.example#EXT#@contoso.com"), Kind.GUEST, "fabrikam.example"),
    ],
)
def test_who_somebody_is_shows_in_what_is_known_of_them(person: Recipient, what: Kind, where: str) -> None:
    assert (kind(person), domain(person)) == (what, where)


@pytest.mark.parametrize(
    ("rule", "one", "refused"),
    [
        ("domains = ['rival.example']", asked(ALEX, CASEY, ERIC), [None, None, "R"]),
        ("domains = ['RIVAL.example']", asked(ERIC), ["R"]),
        ("domains = ['*.example']", asked(ALEX, CASEY, ERIC), [None, "R", "R"]),
        ("domains = ['ival.example']", asked(ERIC), [None]),
        ("domains = ['*.rival.example']", asked(ERIC, replace(ERIC, email="eric@arrival.example")), [None, None]),
        ("domains = ['*.rival.example']", asked(replace(ERIC, email="eric@eu.rival.example")), ["R"]),
        ("who = ['outside']\nexcept_domains = ['fabrikam.example']", asked(ALEX, CASEY, ERIC), [None, None, "R"]),
        ("who = ['stranger']", asked(ALEX, CASEY, ERIC, FINANCE), [None, None, "R", None]),
        ("who = ['group']", asked(ALEX, FINANCE), [None, "R"]),
        ("roles = ['write']", asked(ALEX), [None]),
        ("roles = ['write']", asked(ALEX, role=Role.WRITE), ["R"]),
        ("files = ['*BUDGET*']", asked(), ["R"]),
        ("files = ['*.docx']", asked(), [None]),
        ("places = ['board']", asked(), ["R"]),
        ("places = ['Finance/B*']", asked(), ["R"]),
        ("places = ['Board/Finance']", asked(), [None]),
        ("places = ['Boa']", asked(), [None]),
        ("places = ['Secret']", asked(item=replace(BUDGET, name="Secret", is_folder=True)), ["R"]),
        ("places = ['Secret']", asked(item=replace(BUDGET, name="Secret")), [None]),
        ("places = ['/Finance/Board/']", asked(), ["R"]),
        ("places = ['Secret']", asked(item=replace(BUDGET, place="")), ["R"]),  # nobody tells where it is
        ("folders = true", asked(), [None]),
        ("folders = true", asked(item=replace(BUDGET, is_folder=True)), ["R"]),
        (f"groups = ['{INTERNS}']", asked(), [None]),
        (f"groups = ['{INTERNS}']", asked(groups=frozenset({INTERNS})), ["R"]),
        (f"except_groups = ['{INTERNS}']", asked(groups=frozenset({INTERNS})), [None]),
        (f"except_groups = ['{INTERNS}']", asked(), ["R"]),
        ("files = ['*.xlsx']", asked(item=FOLDER), [None]),
        ("files = ['*.xlsx']", asked(item=FOLDER, contents=Contents((BUDGET,))), ["R"]),
        ("files = ['*.xlsx']\nplaces = ['Secret']", asked(item=FOLDER, contents=Contents((BUDGET,))), [None]),
        ("files = ['*.xlsx']\nfolders = true", asked(item=FOLDER, contents=Contents((BUDGET,))), [None]),
        ("folders = true\nroles = ['write']", asked(item=FOLDER, contents=Contents((), is_all=False)), [None]),
        ("files = ['*.xlsx']", asked(item=FOLDER, contents=Contents((), is_all=False)), ["R"]),
        ("files = ['*.xlsx']\nunseen = false", asked(item=FOLDER, contents=Contents((), is_all=False)), [None]),
        ("who = ['guest']", asked(FINANCE, ALEX, members={"3": Members((ALEX, CASEY))}), ["R", None]),
        ("who = ['group']", asked(FINANCE, members={"3": Members((ALEX, CASEY))}), ["R"]),
        ("domains = ['rival.example']", asked(FINANCE, members={"3": Members((ALEX, CASEY))}), [None]),
        ("except_domains = ['contoso.com']", asked(FINANCE, members={"3": Members((ALEX, CASEY))}), ["R"]),
        ("who = ['outside']", asked(FINANCE, ALEX, members={"3": Members(is_all=False)}), ["R", None]),
        ("who = ['outside']\nunseen = false", asked(FINANCE, members={"3": Members(is_all=False)}), [None]),
        ("more_than = 10", asked(audience=10), [None]),
        ("more_than = 10", asked(audience=11), ["R"]),
        ("more_than = 10", asked(audience=None), ["R"]),  # nobody tells how many
        ("", asked(ALEX, ERIC), ["R", "R"]),
    ],
)
def test_a_rule_is_about_what_all_its_conditions_fit(rule: str, one: Asked, refused: list[str | None]) -> None:
    assert refused_by(read(f"[rules.R]\nthen = 'refuse'\n{rule}").judge(one)) == refused


def test_what_a_rule_counts_for_is_named_where_it_does_not_show() -> None:
    """Refused is each for their own; what is about the whole names all of them."""
    policy = read(
        "[rules.A]\nthen = 'refuse'\nfiles = ['*.xlsx']\nwho = ['outside']\n"
        f"[rules.B]\nthen = 'approve'\napprovers = ['{ALEX.email}']\nwho = ['outside']"
    )
    one = asked(
        FINANCE, ERIC, item=FOLDER, contents=Contents((BUDGET,)), members={"3": Members((CASEY, ALEX), is_all=False)}
    )

    judgement = policy.judge(one)

    assert [each and (each.inside, each.members) for each in judgement.refused] == [
        ("Q3 Budget.xlsx", ("Casey Jensen",)),
        ("Q3 Budget.xlsx", ()),
    ]
    assert [(each.rule, each.members, each.unseen) for each in judgement.rulings] == [
        ("B", ("Casey Jensen",), frozenset())
    ]


SHORT = """
[rules.Outside]
then = "shorten"
days = 30
who = ["outside"]
[rules."Outside, editing"]
then = "shorten"
days = 7
who = ["outside"]
roles = ["write"]
because = "Drafts get old."
"""


@pytest.mark.parametrize(
    ("one", "day", "rule"),
    [
        (asked(ALEX), None, None),
        (asked(ALEX, CASEY), 30, "Outside"),
        (asked(CASEY, role=Role.WRITE), 7, "Outside, editing"),
        (asked(CASEY, until=NOW + dt.timedelta(days=60)), 30, "Outside"),
        (asked(CASEY, until=NOW + dt.timedelta(days=30)), None, None),
        (asked(CASEY, until=end_after(30, NOW)), None, None),
    ],
)
def test_the_shortest_time_counts_and_ends_with_its_day(one: Asked, day: int | None, rule: str | None) -> None:
    judgement = read(SHORT).judge(one)

    end = dt.datetime.combine((NOW + dt.timedelta(days=day)).date(), dt.time(23, 59, 59), dt.UTC) if day else one.until
    assert judgement.until == end
    assert [each.rule for each in judgement.rulings] == ([rule] if rule else [])
    assert refused_by(judgement) == [None] * len(one.people)


def test_where_nobody_could_end_it_a_time_is_a_refusal() -> None:
    judgement = read(SHORT).judge(asked(ALEX, CASEY, can_end=False))

    assert refused_by(judgement) == [None, "Outside"]
    assert judgement.until is None


def test_a_second_person_is_asked_by_each_rule_that_wants_one() -> None:
    policy = read(
        "[rules.B]\nthen='approve'\napprovers=['manager']\nhours=4\n"
        "[rules.A]\nthen='approve'\napprovers=['Ana@contoso.com']\nwho=['outside']\n"
        "[rules.C]\nthen='approve'\napprovers=['manager']\nwho=['group']"
    )

    rulings = policy.judge(asked(ALEX, ERIC)).rulings

    assert [(each.rule, each.approvers, each.hours) for each in rulings] == [
        ("A", ("ana@contoso.com",), 24),
        ("B", ("manager",), 4),
    ]


# Properties

people = st.lists(st.sampled_from([ALEX, CASEY, ERIC, FINANCE]), min_size=1, max_size=4, unique=True)
sharing = st.builds(
    Asked,
    item=st.sampled_from([BUDGET, replace(BUDGET, name="Plan.docx", place="OneDrive", is_folder=True)]),
    people=people.map(tuple),
    role=st.sampled_from([Role.READ, Role.WRITE]),
    until=st.none() | st.integers(1, 400).map(lambda days: NOW + dt.timedelta(days=days)),
    now=st.just(NOW),
    groups=st.sets(st.just(INTERNS)).map(frozenset),
    audience=st.none() | st.integers(1, 100),
    can_end=st.booleans(),
    contents=st.builds(Contents, st.sampled_from([(), (BUDGET,)]), st.booleans()),
    members=st.builds(Members, st.sampled_from([(), (ALEX,), (CASEY,)]), st.booleans()).map(lambda each: {"3": each}),
)
some_rules = st.builds(
    Rule,
    name=st.text("abc", min_size=1, max_size=3),
    then=st.sampled_from([Verdict.REFUSED, Verdict.SHORTENED, Verdict.APPROVAL]),
    days=st.integers(1, 90),
    approvers=st.just(("manager",)),
    domains=st.sampled_from([(), ("rival.example",), ("*.example",)]),
    except_domains=st.sampled_from([(), ("fabrikam.example",)]),
    who=st.sets(st.sampled_from(Kind)).map(frozenset),
    roles=st.sets(st.sampled_from([Role.READ, Role.WRITE])).map(frozenset),
    files=st.sampled_from([(), ("*.xlsx",)]),
    places=st.sampled_from([(), ("board",)]),
    folders=st.booleans(),
    groups=st.sets(st.just(INTERNS)).map(frozenset),
    more_than=st.none() | st.integers(0, 60),
    unseen=st.booleans(),
)
rules = st.lists(some_rules, max_size=5, unique_by=lambda rule: rule.name)


def allows(judgement: Judgement, one: Asked) -> set[tuple[str, dt.datetime]]:
    """Each who gets it without a second person, and each moment of theirs that is looked at."""
    if any(each.verdict is Verdict.APPROVAL for each in judgement.rulings):
        return set()
    moments = [NOW + dt.timedelta(days=day) for day in range(0, 500, 5)]
    return {
        (person.name, moment)
        for person, ruling in zip(one.people, judgement.refused, strict=True)
        if ruling is None
        for moment in moments
        if judgement.until is None or moment <= judgement.until
    }


@given(rules, some_rules, sharing)
def test_another_rule_never_allows_more(before: list[Rule], another: Rule, one: Asked) -> None:
    another = replace(another, name="zz")
    less, more = Policy((*before, another)).judge(one), Policy(tuple(before)).judge(one)

    assert allows(less, one) <= allows(more, one)
    assert {each.rule for each in more.rulings if each.verdict is Verdict.APPROVAL} <= {
        each.rule for each in less.rulings if each.verdict is Verdict.APPROVAL
    }


@given(rules.flatmap(lambda made: st.tuples(st.just(made), st.permutations(made))), sharing)
def test_the_order_of_rules_does_not_matter(orders: tuple[Sequence[Rule], Sequence[Rule]], one: Asked) -> None:
    first, second = orders

    assert Policy(tuple(first)).judge(one) == Policy(tuple(second)).judge(one)


@given(rules, sharing)
def test_what_is_not_refused_is_never_made_longer(made: list[Rule], one: Asked) -> None:
    judgement = Policy(tuple(made)).judge(one)

    assert len(judgement.refused) == len(one.people)
    assert one.until is None or (judgement.until is not None and judgement.until <= one.until)
