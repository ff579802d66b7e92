"""Where the suppliers leave their files: a folder each below the hub's drop folder, a file for every day."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from hub.demo.suppliers import catalogue, deliveries, money, shops, web
from hub.demo.suppliers.world import Defect, World

Rows = list[dict[str, object]]


@dataclass(frozen=True)
class Delivery:
    """One kind of file: its path (with the day in it), who makes its rows, and what may hold it back."""

    path: str
    rows: Callable[[World, date, bool], Rows]
    late: Defect | None = None


DELIVERIES = (
    Delivery("shop/orders_{day}.csv", shops.order_rows, late=Defect.LATE_ORDERS),
    Delivery("shop/order_lines_{day}.csv", lambda world, day, _: shops.line_rows(world, day)),
    Delivery("shop/customers_{day}.csv", lambda world, day, _: shops.customer_rows(world, day)),
    Delivery("carrier/parcels_{day}.json", deliveries.parcel_rows),
    Delivery("bank/payments_{day}.csv", money.payment_rows),
    Delivery("web/sessions_{day}.json", lambda world, day, _: web.session_rows(world, day)),
    Delivery("web/spend_{day}.csv", lambda world, day, _: web.spend_rows(world, day)),
)


def drop_day(folder: Path, world: World, day: date, *, mended: bool = False) -> None:
    """Leave every file of a day, and those of its week on Mondays and Sundays.

    A late file is left out until `mended`, which also sends the corrected form of files with defects. Files that
    are there already are left alone otherwise.
    """
    for delivery in DELIVERIES:
        path = folder / delivery.path.format(day=day.isoformat())
        late = delivery.late is not None and world.has(delivery.late, day)
        if mended or not (late or path.exists()):
            leave(path, delivery.rows(world, day, mended))
    if day.weekday() == 0 or day == world.opened:
        drop_catalogue(folder, day)
    if day.weekday() == 6:
        drop_count(folder, world, day)


def drop_catalogue(folder: Path, day: date) -> None:
    """Leave the product list of the day's week, and the list of shops, unless they are there."""
    list_date = catalogue.monday(day)
    path = folder / f"head_office/products_{list_date.isoformat()}.csv"
    if not path.exists():
        leave(folder / "head_office/shops.json", catalogue.shop_rows())
        leave(path, catalogue.product_rows(list_date))


def drop_count(folder: Path, world: World, day: date) -> None:
    """Leave the count of both warehouses, made on that day."""
    leave(folder / f"warehouse/count_{day.isoformat()}.csv", deliveries.stock_rows(world, day))


def drop_checkout(folder: Path, now: datetime) -> None:
    """Leave the last hour of the web shop's check-out."""
    leave(folder / "web/checkout.json", web.checkout_rows(now))


def leave(path: Path, rows: Rows) -> None:
    """Write the rows as CSV or JSON; a reader sees the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(json.dumps(rows, indent=1) if path.suffix == ".json" else as_csv(rows), encoding="utf-8")
    draft.replace(path)


def as_csv(rows: Rows) -> str:
    """Return the rows with a header line."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
