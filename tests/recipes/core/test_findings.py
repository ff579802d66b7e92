"""Which columns of a dataset a test reads, by its parameters."""

import pytest

from recipes.core.impact.findings import columns_of_test
from recipes.core.spec.model import TestSpec


@pytest.mark.parametrize(
    ("check", "params", "here", "there"),
    [
        ("not_missing", {"column": "a"}, {"a"}, set()),
        ("column_compare", {"column": "a", "op": "=", "other": "b"}, {"a", "b"}, set()),
        ("columns_sum", {"columns": ["a", "b"], "total": "c"}, {"a", "b", "c"}, set()),
        ("columns_sum", {"columns": ["a"], "total": 5}, {"a"}, set()),
        ("duplicate_rows", {"exclude": ["a"]}, {"a"}, set()),
        (
            "in_set",
            {"column": "a", "of": "y.there.k", "of_where": "open AND n > 1"},
            {"a"},
            {"k", "open", "n"},
        ),
        ("foreign_key", {"column": "a", "to": "y.there.k", "to_where": "open"}, {"a"}, {"k", "open"}),
        ("row_count_match", {"of": "y.there", "of_where": "open"}, set(), {"open"}),
        ("aggregate_balance", {"of": "y.there", "column": "a", "by": ["b"]}, {"a", "b"}, {"a", "b"}),
    ],
)
def test_the_columns_a_test_reads_are_those_its_parameters_name(check, params, here, there):
    test = TestSpec(name="t", node="n", check=check, dataset="x.here", params=params)

    assert set(columns_of_test(test, "x.here", "duckdb")) == here
    assert set(columns_of_test(test, "y.there", "duckdb")) == there
