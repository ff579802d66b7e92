"""What is kept of failing rows: where they lie, and no value of a personal column."""

from __future__ import annotations

FLIGHTS = {"day": "DATE", "store": "VARCHAR", "email": "VARCHAR", "n": "BIGINT"}


def _rows(bad_store: str, count: int = 40) -> list[list[object]]:
    stores = ("s1", "s2", "s3", "s4")
    return [
        ["2001-01-31", stores[n % 4], f"p{n}@example.org", -1 if stores[n % 4] == bad_store else n]
        for n in range(count)
    ]


def test_a_slice_that_holds_the_failing_rows_is_named_with_its_lift(lay) -> None:
    laid = lay({"shape.one": (FLIGHTS, _rows("s3"))})

    found = laid.check("range", column="n", min=0)

    assert found.details["slices"] == [
        {
            "column": "store", "value": "s3", "failing": 10, "of_failing": 10, "all": 10, "of_all": 40,
            "failing_share": 1.0, "all_share": 0.25, "lift": 4.0,
        }
    ]  # fmt: skip


def test_rows_that_share_nothing_have_no_slice(lay) -> None:
    rows = [[day, f"s{n % 4}", "x", n - 20] for n, day in enumerate(["2001-01-31"] * 40)]
    laid = lay({"shape.two": (FLIGHTS, rows)})

    found = laid.check("range", column="n", min=0)

    assert "slices" not in found.details
    assert len(found.evidence) == 20


def test_values_of_personal_columns_are_hidden_whatever_a_test_calls_them(lay) -> None:
    laid = lay({"shape.three": (FLIGHTS, _rows("s1"))})
    personal = {"shape.three": {"email": "hash"}}
    sql = "SELECT n, email, email AS contact, n AS email2 FROM shape.three WHERE n < 0"

    plain = laid.checks(laid.spec("range", column="n", min=0), personal=personal)[0]
    by_sql = laid.checks(laid.spec("sql_failing_rows", sql=sql), personal=personal)[0]
    groups = laid.checks(laid.spec("in_set", column="email", values=["a"]), personal=personal)[0]

    assert plain.evidence[0]["email"] == "•••"
    assert plain.evidence[0]["store"] == "s1"
    assert by_sql.evidence[0] == {"n": -1, "email": "•••", "contact": "•••", "email2": "•••"}
    assert "@example.org" not in plain.model_dump_json() + by_sql.model_dump_json() + groups.model_dump_json()


def test_what_the_filter_pins_is_no_slice_and_lift_is_among_what_it_lets_through(lay) -> None:
    older = [["2001-01-30", "s1", "x", 1] for _ in range(400)]
    laid = lay({"shape.four": (FLIGHTS, _rows("s3") + older)})

    found = laid.check("range", column="n", min=0, where="day = '2001-01-31'")

    assert [(one["column"], one["all_share"], one["lift"]) for one in found.details["slices"]] == [
        ("store", 0.25, 4.0)
    ]
