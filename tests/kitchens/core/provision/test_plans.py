from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kitchens.core.provision import TEMPLATES, Choices, Copy, Plan, PlannedStep
from kitchens.core.provision.plan import Agreed
from kitchens.core.provision.policy import MOST_KITCHENS, Facts, verdicts
from kitchens.core.provision.templates import suggested_name

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
PLAN = Plan(
    choices=Choices(name="late-flights"),
    parent_revision=12,
    parent_head=12,
    commit="4b1f",
    ends_on="2026-03-08",
    steps=(PlannedStep("branch", "Branch", expected_seconds=0.4),),
    verdicts=(),
    by_reference=1204,
)
FACTS = Facts(PLAN.choices, personal={}, open_kitchens=0, pinned=12, last_green=12, parent_head=12)


def levels(facts: Facts) -> list[str]:
    return [verdict.level for verdict in verdicts(facts)]


def test_choices_come_back_as_they_were_written():
    choices = Choices(
        name="a", domains=("flights",), data={"flights.raw": "empty"}, secrets={"KEY": "sealed"}
    )

    assert Choices.from_dict(choices.as_dict()) == choices
    assert Choices.from_dict({**choices.as_dict(), "from_a_later_version": 1}) == choices
    assert choices.public()["secrets"] == ["KEY"]


def test_a_plan_says_in_a_sentence_what_will_be_made():
    copies = (
        Copy("sales.customers", "masked", 40, 1_200_000),
        Copy("sales.orders", "masked", 40, 800_000),
        Copy("sales.lines", "sample", 10, 5_000),
        Copy("sales.notes", "empty", 0, 0),
    )

    assert PLAN.summary() == "1 branch, 1,204 datasets by reference (0 bytes), ready in about 1 s"
    assert replace(PLAN, copies=copies).summary() == (
        "1 branch, 1,204 datasets by reference (0 bytes), 2 masked copies (2 MB), 1 sample (5 KB), 1 empty dataset,"
        " ready in about 1 s"
    )
    assert (
        replace(PLAN, steps=(PlannedStep("copy", "", expected_seconds=134),)).summary().endswith("2 min 14 s")
    )
    assert (PLAN.ends, replace(PLAN, ends_on="").ends) == ("8 March", "")


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAN, parent_revision=13),
        replace(PLAN, ends_on="2026-03-09"),
        replace(PLAN, choices=PLAN.choices.but(overrides={"fewest": 1})),
        replace(PLAN, choices=PLAN.choices.but(secrets={"KEY": "sealed"})),
    ],
)
def test_the_digest_changes_with_what_was_agreed_to(other):
    assert other.digest() != PLAN.digest()


@pytest.mark.parametrize(
    "same",
    [
        replace(PLAN, choices=PLAN.choices.but(days=0, ends_on="2026-03-08")),
        replace(PLAN, choices=PLAN.choices.but(parent_revision=12)),
        replace(PLAN, parent_head=14, by_reference=3, steps=()),
    ],
)
def test_the_digest_stays_where_the_same_is_said_in_another_way(same):
    assert same.digest() == PLAN.digest()


def test_the_digest_does_not_depend_on_how_a_secret_was_sealed():
    one, other = (replace(PLAN, choices=PLAN.choices.but(secrets={"KEY": text})) for text in ("a", "b"))

    assert one.digest() == other.digest()


def test_a_token_says_until_when_for_which_revision_and_what():
    agreed = Agreed.read(PLAN.token(NOW))

    assert agreed == Agreed(int((NOW + timedelta(minutes=15)).timestamp()), 12, PLAN.digest())


@pytest.mark.parametrize("text", ["", "x", "1.2", "1.2.3", f"-1.2.{'a' * 64}", f"{'1' * 99}.2.{'a' * 64}"])
def test_what_is_no_token_is_none(text):
    assert Agreed.read(text) is None


def test_where_all_is_well_every_rule_says_so():
    assert levels(FACTS) == ["pass"] * 4


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (replace(FACTS, personal={"sales.customers": ["email"]}), ["warn", "pass", "pass", "pass"]),
        (replace(FACTS, open_kitchens=6), ["pass", "warn", "pass", "pass"]),
        (replace(FACTS, open_kitchens=MOST_KITCHENS), ["pass", "deny", "pass", "pass"]),
        (replace(FACTS, pinned=10, last_green=12), ["pass", "pass", "warn", "pass"]),
        (replace(FACTS, pinned=12, last_green=11), ["pass", "pass", "warn", "pass"]),
        (replace(FACTS, copies=[Copy("a.b", "masked", 1, 6 * 10**9)]), ["pass", "pass", "pass", "warn"]),
    ],
)
def test_each_rule_gives_its_verdict(facts, expected):
    assert levels(facts) == expected


def test_a_rule_says_in_words_what_is_seen():
    one = replace(FACTS, personal={"sales.customers": ["email", "name"]})
    two = replace(one, personal={**one.personal, "sales.orders": ["email"]})

    assert verdicts(one)[0].said == (
        "sales.customers (email, name) has personal columns and comes as it is: everyone in this kitchen can read them."
    )
    assert "sales.orders (email) have personal columns and come as they are" in verdicts(two)[0].said


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda one: one.key)
def test_every_template_says_what_one_gets_and_whether_it_shows_production_rows(template):
    choices = template.choices("a-name")

    assert template.gets.endswith(".")
    assert "production rows" in template.production_rows
    assert (choices.purpose, choices.days, choices.tier) == (template.key, template.days, template.tier)


@pytest.mark.parametrize(
    ("person", "taken", "name"),
    [
        ("ann", set(), "feature-ann"),
        ("ann", {"feature-ann", "feature-ann-2"}, "feature-ann-3"),
        ("Ann.O'Kafor@example.org", set(), "feature-ann-o-kafor-example-org"),
        ("x" * 80, set(), "feature-" + "x" * 28),
        ("日本", set(), "feature"),
    ],
)
def test_a_suggested_name_is_free_and_valid(person, taken, name):
    assert suggested_name(TEMPLATES["feature"], person, taken) == name
