"""Values: every type from a file and from a form, where each comes from, and clear words where one does not fit."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recipes.core.spec.model import ValueSpec
from recipes.core.values import (
    SYSTEM_VALUES,
    BadValueError,
    ValueFaults,
    coerce,
    resolve_values,
    system_values,
    to_python,
)


@pytest.mark.parametrize(
    ("kind", "raw", "expected"),
    [
        ("text", "NO", "NO"),
        ("text", "", ""),
        ("integer", "150", 150),
        ("integer", " -7 ", -7),
        ("integer", 150, 150),
        ("number", "0.25", 0.25),
        ("number", "1e3", 1000.0),
        ("number", 3, 3),
        ("boolean", "yes", True),
        ("boolean", False, False),
        ("date", "2001-01-05", "2001-01-05"),
        ("date", date(2001, 1, 5), "2001-01-05"),
        ("date", datetime(2001, 1, 5, 10), "2001-01-05"),
        ("datetime", "2001-01-05 10:00", "2001-01-05T10:00:00"),
        ("datetime", "2001-01-05T10:00:00Z", "2001-01-05T10:00:00+00:00"),
        ("list", "SFO, JFK\nLAX", ["SFO", "JFK", "LAX"]),
        ("list", '["a", 1]', ["a", 1]),
        ("list", ["a"], ["a"]),
        ("list", "", []),
        ("dictionary", '{"a": {"b": [1]}}', {"a": {"b": [1]}}),
        ("dictionary", {"a": None}, {"a": None}),
    ],
)
def test_a_value_is_taken_from_files_and_forms(kind, raw, expected):
    assert coerce(kind, raw) == expected


@pytest.mark.parametrize(
    ("kind", "raw", "message"),
    [
        ("date", "2001-13-01", "2001-13-01 is not a date; write it as YYYY-MM-DD."),
        ("date", "05.01.2001", "is not a date"),
        ("date", "20010105", "is not a date"),
        ("date", 20010105, "is not a date"),
        ("datetime", "2001-01-05", "is not a date with time"),
        ("datetime", "2001-01-05T25:00", "is not a date with time"),
        ("integer", "1.5", "1.5 is not a whole number; write it like 150."),
        ("integer", 1.0, "is not a whole number"),
        ("integer", True, "true is not a whole number"),
        ("integer", "", "An empty text is not a whole number"),
        ("integer", "9" * 30, "is not a whole number"),
        ("integer", 2**63, "too large"),
        ("number", "nan", "is not a number"),
        ("number", float("inf"), "too large"),
        ("number", float("nan"), "too large"),
        ("number", "1e999", "too large"),
        ("boolean", "maybe", "maybe is not a yes or no; write true or false."),
        ("boolean", 1, "is not a yes or no"),
        ("text", 5, "5 is not a text; put it in quotes."),
        ("text", "a\x00b", "no database"),
        ("text", "\ud800", "no database"),
        ("text", "x" * 70_000, "longer than 64 KB"),
        ("list", {"a": 1}, "is not a list"),
        ("list", [[1]], "A list holds"),
        ("list", "[1", "is not a list in JSON"),
        ("list", "[" * 50_000, "is not a list in JSON"),
        ("list", [float("nan")], "too large"),
        ("dictionary", "x", "is not a dictionary in JSON"),
        ("dictionary", "[]", "is not a dictionary"),
        ("dictionary", {1: 2}, "is not a text"),
        ("date", None, "Nothing is given."),
    ],
)
def test_what_does_not_fit_is_said_in_words(kind, raw, message):
    with pytest.raises(BadValueError) as caught:
        coerce(kind, raw)

    assert message in str(caught.value)
    assert len(str(caught.value)) < 250


def test_a_dictionary_may_be_nested_only_so_deep():
    deep: dict = {}
    for _ in range(30):
        deep = {"a": deep}

    with pytest.raises(BadValueError, match="nested deeper"):
        coerce("dictionary", deep)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from(["text", "integer", "number", "boolean", "date", "datetime", "list", "dictionary"]), JSON
)
@settings(deadline=None, max_examples=60)
def test_any_input_becomes_its_type_or_a_sentence_and_doing_it_twice_changes_nothing(kind, raw):
    try:
        value = coerce(kind, raw)
    except BadValueError:
        return
    assert coerce(kind, value) == value
    to_python(kind, value)


NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
SYSTEM = system_values(
    {"as_of": NOW, "kitchen": "dev"}, timezone="America/New_York", domain="d", recipe="r", variation="v"
)


def specs(**kinds) -> dict[str, ValueSpec]:
    return {
        name: ValueSpec(name=name, **({"type": "integer", "default": 1} | facts))
        for name, facts in kinds.items()
    }


def resolve(there, **layers):
    given = {"order": {}, "kitchen": {}, "variation": {}} | layers
    return resolve_values(there, system=SYSTEM, **given)


def test_the_origin_of_a_value_is_order_over_kitchen_over_variation_over_recipe():
    there = specs(a={}, b={}, c={}, d={})

    found = resolve(
        there,
        order={"a": "5"},
        kitchen={"a": 4, "b": 4, "elsewhere": 1},
        variation={"a": 3, "b": 3, "c": 3},
    )

    assert {name: (found[name].value, found[name].origin) for name in "abcd"} == {
        "a": (5, "order"),
        "b": (4, "kitchen"),
        "c": (3, "variation"),
        "d": (1, "recipe"),
    }


def test_yesterday_is_counted_from_the_slot_on_the_calendar_of_its_zone():
    assert SYSTEM["today"].value == "2026-02-28"  # 22:00 of the day before in New York
    assert SYSTEM["yesterday"].value == "2026-02-27"
    late = {"as_of": NOW, "slot": datetime(2026, 2, 1, 12, tzinfo=UTC)}
    assert (
        system_values(late, timezone="UTC", domain="d", recipe="r", variation="v")["yesterday"].value
        == "2026-01-31"
    )
    assert SYSTEM.keys() == SYSTEM_VALUES.keys()


def test_defaults_may_be_made_of_other_values_in_any_order():
    there = specs(
        last={"type": "date", "default": "{{ first | add_days(count) }}"},
        first={"type": "date", "default": "{{ yesterday }}"},
        count={"default": 7},
        label={"type": "text", "default": "{{ kitchen }} {{ last }}"},
        days={"type": "list", "default": ["{{ first }}", "{{ last }}"]},
    )

    found = resolve(there, order={"first": "2001-01-01"})

    assert found["last"].value == "2001-01-08"
    assert found["label"].value == "dev 2001-01-08"
    assert found["days"].value == ["2001-01-01", "2001-01-08"]


def test_what_an_order_or_kitchen_gives_is_never_a_template():
    there = specs(a={"type": "text", "default": "x"}, b={"type": "text", "default": "x"})

    found = resolve(there, order={"a": "{{ kitchen }}"}, kitchen={"b": "{{ as_of }}"})

    assert (found["a"].value, found["b"].value) == ("{{ kitchen }}", "{{ as_of }}")


def test_all_faults_are_told_at_once_each_under_its_name():
    there = specs(
        day={"type": "date", "default": "{{ yesterday }}"},
        count={"min": 1, "max": 9},
        place={"type": "text", "default": "SFO", "choices": ("SFO", "JFK")},
        needed={"default": None, "required": True},
    )

    with pytest.raises(ValueFaults) as caught:
        resolve(
            there, order={"day": "2001-13-01", "count": 12, "place": "LAX", "cuont": 1, "today": "2001-01-01"}
        )

    assert caught.value.faults == {
        "cuont": "The recipe has no value cuont. Did you mean count?",
        "today": "today is set by the hub and cannot be given.",
        "day": "2001-13-01 is not a date; write it as YYYY-MM-DD.",
        "count": "12 is above the most allowed, 9.",
        "place": "LAX is not one of SFO, JFK.",
        "needed": "This value is required and not given.",
    }


@pytest.mark.parametrize(
    ("facts", "good", "bad"),
    [
        ({"type": "text", "default": "ab", "min": 2, "max": 3}, "abc", "abcd"),
        ({"type": "list", "default": ["a"], "min": 1}, ["x"], []),
        (
            {"type": "date", "default": "2001-01-05", "min": "2001-01-01", "max": "2001-12-31"},
            "2001-12-31",
            "2002-01-01",
        ),
        (
            {"type": "datetime", "default": "2001-01-05T00:00", "max": "2001-01-05T12:00Z"},
            "2001-01-05T14:00+02:00",
            "2001-01-05T14:01+02:00",
        ),
        ({"type": "number", "default": 1, "min": 0.5}, 0.5, 0.4),
    ],
)
def test_limits_bound_numbers_dates_and_the_length_of_texts_and_lists(facts, good, bad):
    there = specs(x=facts)

    assert resolve(there, order={"x": good})["x"].origin == "order"
    with pytest.raises(ValueFaults, match="allowed"):
        resolve(there, order={"x": bad})


def test_a_circle_among_values_is_told_with_its_path():
    there = specs(a={"default": "{{ b }}"}, b={"default": 2}, c={"default": "{{ a }}"})

    with pytest.raises(ValueFaults, match="a → b → a"):
        resolve(there, variation={"b": "{{ a }}"})


def test_a_template_of_the_wrong_type_is_a_fault_of_its_value():
    there = specs(a={"default": "{{ kitchen }}"}, b={"default": "{{ a }}"})

    with pytest.raises(ValueFaults) as caught:
        resolve(there)

    assert caught.value.faults == {
        "a": "dev is not a whole number; write it like 150.",
        "b": "It is made of a, which does not fit.",
    }
