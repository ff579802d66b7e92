import pytest

from recipes.core.checks.thresholds import ThresholdError, parse_threshold


@pytest.mark.parametrize(
    ("text", "crossed", "kept", "expected"),
    [
        ("> 0", 1, 0, "at most 0"),
        (">= 5", 5, 4, "less than 5"),
        ("< 0.9", 0.89, 0.9, "at least 0.9"),
        ("<=10", 10, 11, "more than 10"),
        ("= 3", 3, 4, "not 3"),
        ("== 3", 3, 4, "not 3"),
        ("!= 3", 4, 3, "exactly 3"),
        ("> 1_000", 1001, 1000, "at most 1,000"),
        ("> -2.5", -2, -3, "at most -2.5"),
        ("> 1e3", 1001, 1000, "at most 1,000"),
    ],
)
def test_a_limit_is_read_and_said_in_words(text, crossed, kept, expected):
    limit = parse_threshold(text)

    assert limit.crossed(crossed)
    assert not limit.crossed(kept)
    assert limit.expected() == expected


@pytest.mark.parametrize("text", ["> 1 %", ">1%", " > 1.0 % "])
def test_a_limit_in_percent_says_so(text):
    limit = parse_threshold(text)

    assert limit.is_percent
    assert limit.expected() == "at most 1 %"


@pytest.mark.parametrize(
    "text", ["5", "> ", "> five", "=> 5", "> 1 % of rows", "> 5; DROP TABLE x", "> nan", "> .", ""]
)
def test_what_is_no_limit_is_said_with_an_example(text):
    with pytest.raises(ThresholdError, match=r"is not a limit.*such as"):
        parse_threshold(text)


def test_a_share_above_the_whole_is_a_fault():
    with pytest.raises(ThresholdError, match="between 0 % and 100 %"):
        parse_threshold("> 101 %")
