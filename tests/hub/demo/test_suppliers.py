"""The suppliers' files: the same on every machine, true to each other, and wrong on the days they have to be."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from hub.demo.suppliers.deliveries import parcel_rows
from hub.demo.suppliers.drop import drop_checkout, drop_count, drop_day
from hub.demo.suppliers.shops import orders_of
from hub.demo.suppliers.world import CALENDAR, Defect, World

WORLD = World(date(2026, 11, 21))
SOUND = WORLD.anchor - timedelta(days=30)  # a day on which nothing goes wrong


def rows(folder: Path, path: str) -> list[dict]:
    file = folder / path
    text = file.read_text()
    return json.loads(text) if file.suffix == ".json" else list(csv.DictReader(text.splitlines()))


def day_with(defect: Defect) -> date:
    return WORLD.anchor - timedelta(days=CALENDAR[defect][0])


def test_a_day_has_the_same_files_whenever_it_is_dropped(tmp_path: Path):
    for name in ("first", "second"):
        drop_day(tmp_path / name, WORLD, SOUND)

    first, second = (
        {file.relative_to(root): file.read_bytes() for file in root.rglob("*.*")}
        for root in (tmp_path / "first", tmp_path / "second")
    )
    assert len(first) == 7
    assert first == second


def test_on_a_sound_day_orders_lines_and_payments_agree(tmp_path: Path):
    drop_day(tmp_path, WORLD, SOUND)

    orders, lines = (rows(tmp_path, f"shop/{name}_{SOUND}.csv") for name in ("orders", "order_lines"))
    of_lines: Counter[str] = Counter()
    for line in lines:
        of_lines[line["order_id"]] += int(line["quantity"]) * Decimal(line["unit_price"])
    assert {order["order_id"]: Decimal(order["total"]) for order in orders} == of_lines
    taken = sum(Decimal(order["total"]) for order in orders)
    paid = sum(Decimal(payment["amount"]) for payment in rows(tmp_path, f"bank/payments_{SOUND}.csv"))
    assert abs(taken - paid) < 5


def test_every_parcel_of_a_sound_day_belongs_to_a_web_order_made_before(tmp_path: Path):
    days = [SOUND - timedelta(days=ago) for ago in (0, 1, 2)]
    for day in days:
        drop_day(tmp_path, WORLD, day)

    ordered = {
        order["order_id"]: order["ordered_at"]
        for day in days
        for order in rows(tmp_path, f"shop/orders_{day}.csv")
    }
    parcels = rows(tmp_path, f"carrier/parcels_{SOUND}.json")
    assert len(parcels) > 40
    assert all(ordered[parcel["order"]] < parcel["delivered_at"] for parcel in parcels)


def test_a_late_file_comes_when_it_is_mended(tmp_path: Path):
    day = day_with(Defect.LATE_ORDERS)

    drop_day(tmp_path, WORLD, day)
    assert not (tmp_path / f"shop/orders_{day}.csv").exists()

    drop_day(tmp_path, WORLD, day, mended=True)
    assert rows(tmp_path, f"shop/orders_{day}.csv")


@pytest.mark.parametrize(
    ("defect", "path", "wrong"),
    [
        (
            Defect.DOUBLED_ORDERS,
            "shop/orders_{}.csv",
            lambda r: len(r) - len({row["order_id"] for row in r}) == 18,
        ),
        (Defect.MISSING_PAYMENTS, "bank/payments_{}.csv", lambda r: ("S03", "card") not in keys(r)),
        (
            Defect.FOREIGN_PARCELS,
            "carrier/parcels_{}.json",
            lambda r: sum("NORTHBANK" in row["order"] for row in r) == 12,
        ),
    ],
)
def test_a_defect_is_in_the_file_until_it_is_mended(tmp_path: Path, defect, path, wrong):
    day = day_with(defect)

    drop_day(tmp_path, WORLD, day)
    assert wrong(rows(tmp_path, path.format(day)))

    drop_day(tmp_path, WORLD, day, mended=True)
    assert not wrong(rows(tmp_path, path.format(day)))


def keys(payments: list[dict]) -> set[tuple[str, str]]:
    return {(row["store_id"], row["method"]) for row in payments}


def test_analytics_renames_its_column_for_good(tmp_path: Path):
    renamed = day_with(Defect.RENAMED_COLUMN)
    for day in (renamed - timedelta(days=1), renamed, WORLD.anchor + timedelta(days=3)):
        drop_day(tmp_path, WORLD, day)

    columns = [
        "campaign" in rows(tmp_path, f"web/sessions_{day}.json")[0]
        for day in (renamed - timedelta(days=1), renamed, WORLD.anchor + timedelta(days=3))
    ]
    assert columns == [False, True, True]


def test_the_warehouse_sends_an_old_count_once(tmp_path: Path):
    sundays = [day for day in WORLD.all_days() if day.weekday() == 6]
    for day in sundays:
        drop_count(tmp_path, WORLD, day)

    old = [
        day
        for day in sundays
        if rows(tmp_path, f"warehouse/count_{day}.csv")[0]["counted_at"][:10] != day.isoformat()
    ]
    assert len(old) == 1


def test_the_checkout_ends_now_and_changes_only_at_its_end(tmp_path: Path):
    now = datetime(2026, 11, 22, 10, 7, tzinfo=UTC)

    drop_checkout(tmp_path, now)
    before = rows(tmp_path, "web/checkout.json")
    drop_checkout(tmp_path, now + timedelta(minutes=5))
    after = rows(tmp_path, "web/checkout.json")

    assert max(row["at"] for row in before) == "2026-11-22 10:05:00"
    assert [row for row in after if row["at"] <= "2026-11-22 10:05:00"] == before[: len(before) - 5]


def test_whatever_day_the_demo_is_started_on_carriers_report_from_its_first_day_on():
    worlds = [World.opened_on(date(2026, 11, 1) + timedelta(days=ago)) for ago in range(60)]

    parcels = [parcel_rows(world, world.opened, mended=False) for world in worlds]

    assert min(map(len, parcels)) >= 3
    for world, rows in zip(worlds, parcels, strict=True):
        ordered = {order.order_id: order.ordered_at for order in orders_of(world, world.opened)}
        assert all(ordered[row["order"]] < row["delivered_at"] for row in rows)
