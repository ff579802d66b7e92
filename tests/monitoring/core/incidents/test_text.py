"""What may be said outside: names and counts, never what a row holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitoring.core.incidents.text import Finding, digest, message, title_of, told

CANARY = "ann.smith@example.org"
TEST = Finding(
    "no doubles",
    "sales",
    "daily",
    True,
    "",
    "unique",
    "fail",
    "sales.orders",
    "3 rows are doubled",
    3,
    90,
    12,
)


def test_the_sentence_of_a_check_that_counts_is_told():
    assert told(TEST) == "3 rows are doubled."


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"check": "sql_metric"}, "3 of 90 rows of sales.orders failed “no doubles” in run 12."),
        (
            {"check": "python_check", "n_fail": None},
            "“no doubles” of sales.orders failed in run 12.",
        ),
        ({"verdict": "error"}, "“no doubles” of sales.orders could not be judged in run 12; the report says why."),
        ({"source": "dbt", "run": None, "n_scope": None}, "“no doubles” of sales.orders failed, as dbt says."),
        ({"is_test": False, "named": "load"}, "load failed in run 12; the report has the error."),
        ({"is_test": False, "named": "the run"}, "The run failed in run 12; the report has the error."),
    ],
)  # fmt: skip
def test_what_others_wrote_is_told_by_numbers_alone(facts: dict, said: str):
    finding = replace(TEST, sentence=f"could not convert {CANARY} to INT32", **facts)

    assert told(finding) == said
    assert CANARY not in title_of(finding)


def test_a_notice_says_what_who_and_where():
    said = message(
        "opened", title_of(TEST), ["3 rows are doubled.", "load failed."], "Ann", "https://hub/incidents/7/"
    )

    assert said.title == "Red: “no doubles” is red in sales/daily"
    assert said.text.splitlines() == [
        "3 rows are doubled.",
        "1 more test or node with it.",
        "Ann looks after it.",
    ]
    assert said.url == "https://hub/incidents/7/"


def test_good_news_says_how_long_it_was_red():
    said = message("recovered", "x", [], "", "u", red_for=5400, kitchen="canary-1")

    assert said.text.splitlines() == ["It was red for 1 h 30 min.", "Nobody looks after it yet."]
    assert said.title == "Green again: x (canary-1)"


def test_a_digest_lists_each_with_its_link():
    said = digest([("a", "https://hub/1"), ("b", "https://hub/2")], "https://hub", "budget")

    assert said.title == "2 notices of the DataOps Hub"
    assert said.text.splitlines()[0].startswith("The channel has had its messages")
    assert "• b\n  https://hub/2" in said.text
