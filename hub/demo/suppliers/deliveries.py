"""The carriers and the warehouse: parcels delivered, and what is on the shelves."""

from __future__ import annotations

from datetime import date, timedelta

from hub.demo.suppliers.catalogue import products
from hub.demo.suppliers.shops import Order, orders_of
from hub.demo.suppliers.world import Defect, World, dice

COURIERS = (("Swift Parcel", 52, 0.95), ("Dale Couriers", 31, 0.91), ("Postbode", 17, 0.97))  # share, on time
WAREHOUSES = ("Leeds", "Breda")
STRANGERS = 12
EXPRESS = 5  # orders of the first day of all that are brought the same day: nothing was ordered before it


def parcel_rows(world: World, day: date, mended: bool) -> list[dict[str, object]]:
    """What the carriers delivered on that day: web orders of the days before."""
    rows = [_parcel(order, day) for order in _delivered_on(world, day)]
    if world.has(Defect.FOREIGN_PARCELS, day) and not mended:
        rows += [_stranger(number, day) for number in range(STRANGERS)]
    return rows


def _delivered_on(world: World, day: date) -> list[Order]:
    """Web orders take a day, some two; a few of the morning are there by the evening."""
    found: list[Order] = []
    for ago in (0, 1, 2):
        ordered = day - timedelta(days=ago)
        if ordered >= world.opened:
            web = [order for order in orders_of(world, ordered) if order.store_id == "WEB"]
            first = sorted(web, key=lambda order: order.ordered_at)[:EXPRESS]
            at_once = first if ordered == world.opened else []
            found += [order for order in web if (0 if order in at_once else _days_under_way(order)) == ago]
    return found


def _days_under_way(order: Order) -> int:
    early = order.ordered_at[11:13] < "12"
    return dice("way", order.order_id).choices((0, 1, 2), (20 if early else 0, 66, 14))[0]


def _parcel(order: Order, day: date) -> dict[str, object]:
    throw = dice("parcel", order.order_id)
    courier, _, on_time = throw.choices(COURIERS, [share for _, share, _ in COURIERS])[0]
    same_day = order.ordered_at.startswith(day.isoformat())
    minute = int(throw.triangular((14 if same_day else 8) * 60, 20 * 60, 15 * 60))
    return {
        "parcel": f"P{order.order_id.replace('-', '')}",
        "order": order.order_id,
        "courier": courier,
        "delivered_at": f"{day.isoformat()} {minute // 60:02d}:{minute % 60:02d}:00",
        "in_time": throw.random() < on_time,
        "weight_kg": round(0.4 + sum(line.quantity for line in order.lines) * throw.uniform(0.3, 1.6), 1),
        "charge": round(3.2 + throw.random() * 4.5, 2),
    }


def _stranger(number: int, day: date) -> dict[str, object]:
    """A parcel of Northbank Books, another client of the same carrier."""
    return {
        "parcel": f"PNB{day:%y%m%d}{number:03d}",
        "order": f"NORTHBANK-{88410 + number * 3}",
        "courier": "Dale Couriers",
        "delivered_at": f"{day.isoformat()} {9 + number % 8:02d}:{(number * 13) % 60:02d}:00",
        "in_time": True,
        "weight_kg": round(0.3 + number * 0.1, 1),
        "charge": 2.95,
    }


def stock_rows(world: World, day: date) -> list[dict[str, object]]:
    """The weekly count of both warehouses."""
    counted_on = day - timedelta(days=7) if world.has(Defect.OLD_COUNT, day) else day
    rows: list[dict[str, object]] = []
    for product in products():
        for warehouse in WAREHOUSES:
            throw = dice("stock", product.product_id, warehouse, counted_on)
            on_hand = max(0, int(throw.gauss(64, 30)))
            rows.append(
                {
                    "product_id": product.product_id,
                    "warehouse": warehouse,
                    "on_hand": on_hand,
                    "reserved": min(on_hand, throw.randrange(0, 9)),
                    "counted_at": f"{counted_on.isoformat()} {18 + throw.randrange(3)}:{throw.randrange(60):02d}:00",
                }
            )
    return rows
