import pytest

from recipes.core.checks.words import agree, counted, cut, listed, near, number, percent


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1234567, "1,234,567"),
        (-5.0, "-5"),
        (0.0125, "0.0125"),
        (2.83333333, "2.8333"),
        (1234.5, "1,234.5"),
        (1e-7, "0.0000001"),
    ],
)
def test_numbers_are_for_people(value, shown):
    assert number(value) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (31, 224, "13.8 %"),
        (0, 5, "0 %"),
        (5, 5, "100 %"),
        (1, 1_000_000, "under 0.01 %"),
        (999_999, 1_000_000, "under 100 %"),
        (1, 5000, "0.02 %"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_to_all(part, whole, shown):
    assert percent(part, whole) == shown


def test_nouns_and_verbs_agree_with_the_count():
    assert counted(1, "row") == "1 row"
    assert counted(0, "row") == "0 rows"
    assert counted(1200, "copy", "copies") == "1,200 copies"
    assert agree("has|have no a|b", 1) == "has no a|b"
    assert agree("has|have no a|b", 2) == "have no a|b"


def test_names_are_listed_and_near_ones_found():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert near("orign", ["origin", "day"]) == " Did you mean origin?"
    assert near("zzz", ["origin"]) == ""


def test_long_texts_are_cut_at_the_length_asked_for():
    assert cut("abcdef", 6) == "abcdef"
    assert len(cut("abcdefg", 6)) == 6
