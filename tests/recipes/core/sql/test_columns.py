"""Columns that a SELECT makes and names, told from its text."""

from __future__ import annotations

import pytest

from recipes.core.sql.columns import outputs, same_type, uses

SCHEMAS = {
    "sales.orders": {"day": "DATE", "origin": "VARCHAR", "amount": "DECIMAL(10,2)"},
    "ref.days": {"day": "DATE", "name": "VARCHAR"},
}


def names(sql: str) -> list[str] | None:
    found = outputs(sql, "duckdb", SCHEMAS)
    return None if found is None else [one.name for one in found]


@pytest.mark.parametrize(
    ("sql", "made"),
    [
        ("SELECT * FROM sales.orders", ["day", "origin", "amount"]),
        ("SELECT * EXCLUDE (amount) FROM sales.orders", ["day", "origin"]),
        ("SELECT * RENAME (amount AS total) FROM sales.orders", ["day", "origin", "total"]),
        (
            "SELECT o.*, name FROM sales.orders o JOIN ref.days USING (day)",
            ["day", "origin", "amount", "name"],
        ),
        (
            "WITH a AS (SELECT * FROM sales.orders) SELECT amount, count(*) AS n FROM a GROUP BY 1",
            ["amount", "n"],
        ),
        ("SELECT day FROM sales.orders UNION ALL SELECT day FROM ref.days", ["day"]),
        ("SELECT * FROM source.file", None),
        ("SELECT * FROM unknown.table", None),
        ("SELECT day, {{ n }} AS n FROM unknown.table", ["day", "n"]),
        ("SELECT (", None),
    ],
)
def test_the_columns_of_a_select(sql: str, made: list[str] | None) -> None:
    assert names(sql) == made


def test_types_are_told_where_they_are_certain() -> None:
    sql = (
        "SELECT amount, CAST(amount AS VARCHAR) AS text, count(*) AS n, amount * 2 AS twice FROM sales.orders"
    )

    assert [one.type for one in outputs(sql, "duckdb", SCHEMAS) or ()] == [
        "DECIMAL(10,2)",
        "TEXT",
        "BIGINT",
        "",
    ]


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("SELECT amount\nFROM sales.orders\nWHERE Origin = 'A'", [("amount", 1), ("origin", 3)]),
        ("SELECT * FROM sales.orders", []),
        ("WITH a AS (SELECT * FROM sales.orders)\nSELECT amount FROM a", [("amount", 2)]),
        ("WITH a AS (SELECT amount AS x FROM sales.orders)\nSELECT x FROM a", [("amount", 1)]),
        (
            "SELECT 1 FROM ref.days d\nWHERE EXISTS (SELECT 1 FROM sales.orders o WHERE o.day = d.day)",
            [("day", 2)],
        ),
        ("SELECT * EXCLUDE (amount) FROM sales.orders", [("amount", 1)]),
        ("SELECT name FROM ref.days JOIN sales.orders USING (day)", [("day", 1)]),
        ("SELECT o.amount AS day FROM sales.orders o ORDER BY o.origin", [("amount", 1), ("origin", 1)]),
    ],
)
def test_what_a_select_names_of_a_dataset(sql: str, named: list[tuple[str, int]]) -> None:
    found = [(use.column, use.line) for use in uses(sql, "duckdb", SCHEMAS) if use.dataset == "sales.orders"]

    assert found == named


def test_a_name_that_two_tables_have_is_left_out() -> None:
    assert uses("SELECT day FROM sales.orders, ref.days", "duckdb", SCHEMAS) == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("TEXT", "VARCHAR", True),
        ("VARCHAR(10)", "VARCHAR", True),
        ("", "DATE", True),
        ("INTEGER", "BIGINT", False),
    ],
)
def test_types_that_mean_the_same(one: str, other: str, same: bool) -> None:
    assert same_type(one, other) is same
