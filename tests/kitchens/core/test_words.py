"""Numbers and spans of time in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kitchens.core import words

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-1, "0 ms"), (0.004, "4 ms"), (0.42, "0.4 s"), (9.96, "10 s"), (59.6, "1 min"), (134, "2 min 14 s"),
        (3600, "1 h"), (32_700, "9 h 5 min"), (86_400 * 3 + 7200, "3 d 2 h"),
    ],
)  # fmt: skip
def test_spans_have_two_units_at_most(seconds: float, said: str):
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1204, "1,204"),
        (7_654_321, "7,654,321"),
        (0.7134, "0.71"),
        (12.54, "12.5"),
        (3.0, "3"),
        (0.0042, "0.0042"),
    ],
)
def test_numbers_are_grouped_and_carry_no_needless_decimals(value: float, said: str):
    assert words.number(value) == said


def test_counts_agree_with_their_noun():
    assert words.count(1, "run") == "1 run"
    assert words.count(0, "entry", "entries") == "0 entries"


def test_lists_are_cut():
    assert words.listed(["a"]) == "a"
    assert words.listed(["a", "b"]) == "a and b"
    assert words.listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=12), "12 min ago"),
        (-timedelta(hours=15, minutes=3), "in 15 h"),
        (timedelta(days=40), "13 Oct 2026"),
    ],
)
def test_moments_are_said_from_now(before: timedelta, said: str):
    assert words.ago(NOW - before, NOW) == said


def test_sizes_are_decimal():
    assert [words.size(n) for n in (0, 999, 42_200, 1_200_000_000)] == ["0 B", "999 B", "42.2 KB", "1.2 GB"]


def test_a_sentence_ends_once():
    assert [words.sentence(text) for text in ("Every night", "Really?", " ")] == [
        "Every night.",
        "Really?",
        "",
    ]
