"""Whose numbers are believed later: those of processes in which nobody's code but the hub's has run."""

import pytest

from recipes.core.nodes.keeping import may_keep
from recipes.core.spec.model import TestSpec


@pytest.mark.parametrize(
    ("kind", "expected"), [("sql", True), ("synchronise", True), ("python", False), ("shell", False)]
)
def test_code_of_an_author_in_the_node_is_not_believed(make_job, kind, expected):
    assert may_keep(make_job(kind, "SELECT 1")) is expected


@pytest.mark.parametrize(
    ("check", "params", "expected"),
    [
        ("row_count", {"min": 1}, True),
        ("sql_failing_rows", {"file": "wrong.sql"}, True),
        ("sql_failing_rows", {"file": "wrong.py"}, False),
        ("a_check_nobody_knows", {}, False),
    ],
)
def test_code_of_an_author_in_a_test_is_not_believed(make_job, check, params, expected):
    test = TestSpec(name="t", node="load", check=check, dataset="a.b", params=params)

    assert may_keep(make_job("sql", "SELECT 1", tests=(test,))) is expected
