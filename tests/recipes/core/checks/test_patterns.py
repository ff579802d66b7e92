"""Patterns: what is refused, and that the rest means the same to Python, DuckDB and PostgreSQL."""

import re
import time

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from recipes.core.checks.formats import FORMATS
from recipes.core.checks.patterns import PatternError, portable, whole


@pytest.mark.parametrize(
    ("pattern", "rewritten"),
    [
        (r"\d{4}-\d\d", "[0-9]{4}-[0-9][0-9]"),
        (r"[\w.-]+@x", r"[0-9A-Za-z_.\-]+@x"),
        (r"(a|b)*\.", r"(?:a|b)*\."),
        (r".\S", r"[^\n][^ \t\n\r\f\v]"),
        (r"[^a-c\]]", r"[^a-c\]]"),
        ("^(?:Ab)?$", "^(?:Ab)?$"),
        ("é{2,}", "é{2,}"),
    ],
)
def test_a_pattern_is_spelled_out(pattern, rewritten):
    assert portable(pattern) == rewritten


def test_case_is_spelled_out_for_ascii_only():
    assert portable("aé[b-d]", ignore_case=True) == "[Aa]é[b-dB-D]"


@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        ("", "is empty"),
        ("a" * 501, "at most 500"),
        ("(a", "group that is not closed, at character 2"),
        ("a)", "closing bracket too many"),
        ("[a", "ends too early"),
        ("[]", "empty []"),
        ("[[:alpha:]]", r"has a [ inside of [ ]"),
        ("[z-a]", "range z-a that falls"),
        ("*a", "repeats nothing with *"),
        ("a**", "repeats a repeat"),
        ("a+?", "lazy and possessive"),
        ("a++", "lazy and possessive"),
        ("^*", "repeats ^ or $"),
        ("a{", "begins no repeat"),
        ("a{,3}", "begins no repeat"),
        ("a{3,2}", "must rise"),
        ("a{256}", "end at 255"),
        ("a}", "lone }"),
        ("(?=a)", r"only (?:…)"),
        ("(?P<x>a)", r"only (?:…)"),
        ("(?i)a", r"only (?:…)"),
        (r"(a)\1", r"uses \1"),
        (r"\bword", r"uses \b"),
        (r"\p{L}", r"uses \p"),
        (r"[\D]", r"uses \D inside of [ ]"),
        ("((a{255}){255}){255}", "repeats too much"),
        ("(" * 30 + "a" + ")" * 30, "nests more than 20"),
        ("a\\", "ends too early"),
        ("a\x00", "NUL"),
    ],
)
def test_what_differs_between_stores_is_refused_with_its_place(pattern, fault):
    with pytest.raises(PatternError, match=re.escape(fault)):
        portable(pattern)


GOOD = {
    "email": ["a@b.co", "o'brien+x@mail.example.org"],
    "uuid": ["123e4567-e89b-12d3-a456-426614174000"],
    "url": ["https://example.org/a?b=c#d", "http://localhost:80"],
    "iso_date": ["2001-01-31"],
    "iso_datetime": ["2001-01-31T23:59:59.5Z", "2001-01-31 08:00+02:00"],
    "iata": ["JFK"],
    "iata_airline": ["9W", "AA"],
    "icao": ["KJFK"],
    "icao_airline": ["DLH"],
    "country": ["GB"],
    "currency": ["EUR"],
    "integer": ["-12", "+7"],
    "number": ["1.5", "-.5e-7", "3"],
    "ipv4": ["192.168.0.255"],
}
BAD = {
    "email": ["a@b", "a b@c.de", "@c.de", "a@b..de"],
    "uuid": ["123e4567e89b12d3a456426614174000"],
    "url": ["ftp://x", "https://a b"],
    "iso_date": ["2001-13-01", "01-01-2001", "2001-01-01\n"],
    "iso_datetime": ["2001-01-31T24:00"],
    "iata": ["jfk", "JFKX", ""],
    "iata_airline": ["A", "AAA"],
    "icao": ["JFK"],
    "icao_airline": ["LH"],
    "country": ["GBR"],
    "currency": ["€"],
    "integer": ["1.0", ""],
    "number": ["1,5", "e5", "."],
    "ipv4": ["256.1.1.1", "1.2.3"],
}


def test_every_format_is_tried():
    assert GOOD.keys() == BAD.keys() == FORMATS.keys()


@pytest.mark.parametrize("name", FORMATS)
def test_formats_mean_the_same_in_both_stores(lay, name):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [[text] for text in [*GOOD[name], *BAD[name]]])})

    result = laid.check("matches", column="t", format=name)

    assert sorted(row["t"] for row in result.evidence) == sorted(BAD[name])


atoms = some.sampled_from(
    ["a", "b", "é", ".", r"\d", r"\w", r"\S", "[a-c]", "[^b]", r"\.", r"\\", " ", "-", r"[\s1-]", "☃", r"\$"]
)
repeats = some.sampled_from(["", "", "", "?", "*", "+", "{2}", "{1,3}", "{0,}"])
patterns = some.recursive(
    some.builds("{}{}".format, atoms, repeats),
    lambda inner: (
        some.builds("({}){}".format, inner, repeats)
        | some.builds("{}|{}".format, inner, inner)
        | some.builds("{}{}".format, inner, inner)
    ),
    max_leaves=6,
)
texts = some.text(some.sampled_from("abcé1 .-\\$\n☃_A"), max_size=6)


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    pattern=some.lists(patterns, min_size=12, max_size=12, unique=True),
    text=some.lists(texts, min_size=12, max_size=12),
    anywhere=some.booleans(),
    ignore_case=some.booleans(),
)
def test_any_pattern_means_the_same_to_python_and_both_stores(lay, pattern, text, anywhere, ignore_case):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [[one] for one in text])})
    how = {"anywhere": anywhere, "ignore_case": ignore_case}

    results = laid.checks(*(laid.spec("matches", column="t", pattern=one, **how) for one in pattern))

    for one, found in zip(pattern, results, strict=True):
        form = re.compile(portable(one, ignore_case=ignore_case))
        looked = form.search if anywhere else form.fullmatch
        assert found.n_fail == sum(looked(value) is None for value in text), (one, found.sentence)


def test_a_pattern_that_would_run_away_elsewhere_does_not(lay):
    laid = lay({"a.b": ({"t": "VARCHAR"}, [["a" * 5000 + "!"]])})
    started = time.monotonic()

    result = laid.check("matches", column="t", pattern="(a+)+|(a|aa)+|(a*)*b")

    assert result.n_fail == 1
    assert time.monotonic() - started < 10


def test_the_whole_text_is_bracketed():
    assert whole("a|b") == "^(?:a|b)$"
