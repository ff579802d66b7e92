"""What differs between two versions, told from columns and numbers alone."""

from __future__ import annotations

from kitchens.core.datadiff import likely_keys, schema_changes, schema_sentence, side_by_side, weight_of
from kitchens.core.stores.base import Column
from kitchens.core.stores.profiles import ColumnProfile, Profile

OLD = (Column("id", "INTEGER"), Column("name", "VARCHAR"), Column("price", "DOUBLE", nullable=False))


def changes(*new: Column):
    found = schema_changes(OLD, new)
    return [(c.column, c.change, c.weight) for c in found], weight_of(found, OLD)


def test_the_same_columns_in_another_order_are_no_change():
    assert changes(*reversed(OLD)) == ([], "same")


def test_a_new_column_and_a_wider_type_break_nobody():
    found, weight = changes(Column("id", "BIGINT"), *OLD[1:], Column("day", "DATE"))

    assert found == [("id", "retyped", "additive"), ("day", "added", "additive")]
    assert weight == "additive"


def test_a_column_that_goes_or_changes_its_type_breaks_who_reads_it():
    found, weight = changes(Column("id", "VARCHAR"), Column("price", "DOUBLE", nullable=True))

    assert found == [
        ("id", "retyped", "column"),
        ("name", "removed", "column"),
        ("price", "nullable", "column"),
    ]
    assert weight == "column"


def test_other_columns_altogether_break_everybody():
    assert changes(Column("x", "DATE"))[1] == "model-wide"


def test_the_changes_in_one_sentence():
    found = schema_changes(
        OLD, (Column("a", "DATE"), Column("b", "DATE"), Column("price", "DOUBLE", nullable=False))
    )

    assert schema_sentence(found) == "2 columns removed, 2 added"


def profile(rows: int, nulls: int = 0, low: str = "1", high: str = "9") -> Profile:
    hashes = tuple(range(rows - nulls))
    return Profile(rows, {"id": ColumnProfile(nulls, low, high, hashes)})


def test_numbers_stand_side_by_side_and_those_that_differ_are_marked():
    (row,) = side_by_side(profile(9), profile(8, 1, high="10"), OLD[:1], values=True)

    assert (row.nulls.before, row.nulls.after, row.nulls.differs) == ("0", "1", True)
    assert (row.high.after, row.high.differs, row.low.differs) == ("10", True, False)


def test_values_are_hidden_from_those_who_may_not_see_them_but_whether_they_differ_is_told():
    (row,) = side_by_side(profile(9), profile(9, high="10"), OLD[:1], values=False)

    assert (row.high.before, row.high.after, row.high.differs) == ("•••", "•••", True)


def test_a_column_may_identify_a_row_where_it_is_never_null_and_no_value_comes_twice():
    twice = Profile(9, {"id": ColumnProfile(0, "1", "8", tuple(range(8)))})

    assert likely_keys(OLD[:1], [profile(9), profile(4)]) == ["id"]
    assert likely_keys(OLD[:1], [profile(9), profile(4, 1)]) == []
    assert likely_keys(OLD[:1], [profile(9), twice]) == []
