"""Small tables as CSV: what is read of them, and every fault with its line."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from recipes.core.fixtures import MOST_ROWS, FixtureError, read_table


def types(text: str) -> dict[str, str]:
    return {column.name: column.type for column in read_table(text).columns}


def test_a_column_has_the_narrowest_type_that_all_its_cells_have():
    text = (
        "n,price,day,at,paid,who\n1,2.5,2026-01-02,2026-01-02T08:00,true,Ann\n2,3,,2026-01-02 09:30,false,7\n"
    )

    assert types(text) == {
        "n": "BIGINT",
        "price": "DOUBLE",
        "day": "DATE",
        "at": "TIMESTAMP",
        "paid": "BOOLEAN",
        "who": "VARCHAR",
    }
    assert read_table(text).rows[0] == (1, 2.5, date(2026, 1, 2), datetime(2026, 1, 2, 8), True, "Ann")


def test_the_heading_may_say_the_type_and_an_empty_cell_is_no_value():
    table = read_table("zip:text,n:number,day:date\n01067,1,\n,,2026-01-02\n")

    assert [column.type for column in table.columns] == ["VARCHAR", "DOUBLE", "DATE"]
    assert table.rows == (("01067", 1.0, None), (None, None, date(2026, 1, 2)))


def test_a_table_without_rows_keeps_its_columns():
    assert read_table("a,b:integer\n").rows == ()
    assert types("a,b:integer\n") == {"a": "VARCHAR", "b": "BIGINT"}


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("", "It is empty", 1),
        ("a,b\n1\n", "The row has 1 cells, the heading 2", 2),
        ("a,A\n1,2\n", "The column A is there twice", 1),
        ("a b\n1\n", "'a b' cannot be the name of a column", 1),
        ("a:money\n1\n", "'money' is no type", 1),
        ("n:integer\n1\nx\n", "'x' in n is no integer", 3),
        ("day:date\n2026-13-01\n", "'2026-13-01' in day is no date", 2),
        ("day\n2026-13-01\n", "'2026-13-01' in day is no date", 2),
        ('a\n"open\n', "It is no CSV", 2),
        ("a\n" + "1\n" * (MOST_ROWS + 1), "more than 1,000 rows", MOST_ROWS + 2),
        ("a\n" + "x" * 300_000, "larger than 256 KiB", 1),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text: str, said: str, line: int):
    with pytest.raises(FixtureError, match=said) as told:
        read_table(text)

    assert told.value.line == line
