"""What a past proposes, what it does not, and in which words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kitchens.core.stores import open_store
from kitchens.core.stores.base import Column, StoreAddress, WriteMode
from recipes.core.proposals.seen import Proposal
from recipes.core.proposals.told import back_test
from recipes.core.proposals.tolerance import factor, high_limit, low_limit, rounded
from recipes.core.proposals.trying import Question, Stored, answer

DATASET = "shop.orders"
COLUMNS = [
    Column("id", "BIGINT"),
    Column("state", "VARCHAR"),
    Column("price", "DOUBLE"),
    Column("day", "DATE"),
]
FIRST = datetime(2026, 3, 1, 6, tzinfo=UTC)
Rows = list[dict[str, Any]]


def day_of(number: int, rows: int = 40) -> Rows:
    return [
        {
            "id": 1000 * number + row,
            "state": ("new", "paid", "sent")[row % 3],
            "price": 5.0 + (7 * number + 13 * row) % 90,
            "day": date(2026, 3, 1) + timedelta(days=number - 1),
        }
        for row in range(rows)
    ]


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., dict[str, Proposal]]:
    """Store a version of each list of rows, one a day, and return what they propose by check and column."""

    def asked(days: Sequence[Rows], **more: Any) -> dict[str, Proposal]:
        store = open_store(StoreAddress("embedded", str(tmp_path / "store")))
        stored = []
        for number, rows in enumerate(days):
            with store.session({}, f"1-1-{number}") as session:
                staged = session.stage_rows(DATASET, rows, WriteMode(), COLUMNS)
            stored.append(Stored(FIRST + timedelta(days=number), staged.version))
        found = answer(store, Question(DATASET, stored, **more)).proposals
        return {f"{one.check} {one.column}".strip(): one for one in found}

    return asked


def test_ten_calm_days_propose_what_held_on_all_of_them(ask):
    found = ask([day_of(n, 40 + n % 3) for n in range(10)])

    assert found.keys() == {
        "row_count", "not_null id", "not_null state", "not_null price", "not_null day", "unique id",
        "in_set state", "range id", "range price", "freshness day",
    }  # fmt: skip
    assert all(one.tried == 10 and not one.fired for one in found.values())
    assert found["in_set state"].params["values"] == ["new", "paid", "sent"]
    assert (
        "No value is missing in any of 10 versions of up to 42 rows: with 95 % confidence fewer than 1 in 14,"
        in found["not_null id"].evidence
    )


def test_limits_are_never_the_smallest_and_greatest_value_that_was_seen(ask):
    days = [day_of(n, 40 + n % 3) for n in range(10)]
    found = ask(days)
    counts = [len(rows) for rows in days]

    assert found["row_count"].params["min"] < min(counts)
    assert found["row_count"].params["max"] > max(counts)
    prices = [row["price"] for rows in days for row in rows]
    span = next(
        one
        for one in found.values()
        if one.check == "range" and "max" in one.params and one.column == "price"
    )
    assert span.params["max"] > max(prices)
    assert span.params["min"] < min(prices)
    assert int(found["freshness day"].params["max_age"].split()[0]) > 30


def test_too_few_versions_or_rows_propose_nothing(ask):
    assert ask([day_of(1), day_of(2)]) == {}
    assert ask([day_of(n, 5) for n in range(4)]) == {}


def test_one_missing_value_ends_the_claim_of_completeness(ask):
    days = [day_of(n) for n in range(4)]
    days[1][3]["state"] = None

    found = ask(days)

    assert "not_null state" not in found
    assert "not_null price" in found


@pytest.mark.parametrize("which", [0, 3])
def test_a_set_that_changed_or_does_not_cover_the_held_out_version_is_no_category(ask, which):
    days = [day_of(n) for n in range(4)]
    days[which][0]["state"] = "lost"

    assert "in_set state" not in ask(days)


def test_more_than_fifty_values_are_no_category(ask):
    days = [day_of(n, 600) for n in range(3)]
    for rows in days:
        for place, row in enumerate(rows):
            row["state"] = f"s{place % 51}"

    assert "in_set state" not in ask(days)


def test_values_of_personal_columns_are_neither_read_nor_told(ask):
    found = ask([day_of(n) for n in range(10)], personal=frozenset({"state", "price", "day"}))

    assert {one.check for one in found.values() if one.column in ("state", "day")} == {"not_null"}
    told = " ".join(one.evidence for one in found.values() if one.column == "price")
    assert "least" not in told


def test_a_key_that_repeats_in_the_newest_version_is_none_and_one_that_did_once_says_when(ask):
    days = [day_of(n, 700) for n in range(4)]
    days[2][5]["id"] = days[2][6]["id"]
    found = ask(days)
    assert [at.day for at in found["unique id"].fired] == [3]

    days[3][5]["id"] = days[3][6]["id"]
    assert "unique id" not in ask(days)


def test_tests_there_are_already_are_not_proposed_again(ask):
    taken = frozenset({("not_null", "id"), ("row_count", "")})

    found = ask([day_of(n) for n in range(10)], taken=taken)

    assert not {"not_null id", "row_count"} & found.keys()


def test_what_grows_from_version_to_version_has_no_usual_number_of_rows(ask):
    assert "row_count" not in ask([day_of(n, 40 + 10 * n) for n in range(10)])


def test_many_versions_propose_a_chart_that_is_replayed(ask):
    days = [day_of(n, 400 + (n * 37) % 11) for n in range(30)]
    days[25] = days[25][:80]

    found = ask(days)["row_count_anomaly"]

    assert [at.day for at in found.fired] == [26]
    assert 5 < found.tried < 30


def test_the_back_test_is_said_in_words():
    at = [datetime(2026, 10, day, tzinfo=UTC) for day in (3, 12)]
    one = Proposal("a", {"check": "unique"}, "", tried=60)
    first, last = datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC)

    assert back_test(one, first, last) == "It would not have fired on any of 60 versions of 60 days."
    twice = Proposal("a", {"check": "unique"}, "", fired=tuple(at), tried=60)
    assert (
        back_test(twice, first, last)
        == "It would have fired twice on 60 versions of 60 days: 3 Oct and 12 Oct."
    )


def test_the_factor_is_that_of_the_handbook():
    # NIST/SEMATECH e-Handbook 7.2.6.3: n = 43, content .9, confidence .99, by the same approximation
    assert factor(43, 0.9, 0.99) == pytest.approx(1.8752, abs=1e-4)


def test_limits_lie_outside_and_are_rounded_away():
    values = [10.0, 11.0, 9.5, 10.5]

    assert low_limit(values, 0.1) < 9.5 < 11.0 < high_limit(values, 0.1)
    assert high_limit([5.0] * 4, 0.5) > 5.0
    assert [rounded(123.4, up=True), rounded(123.4, up=False)] == [130.0, 120.0]
    assert [rounded(-0.0123, up=False), rounded(0.0, up=True)] == [-0.013, 0.0]
