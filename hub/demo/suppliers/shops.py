"""The shop system: orders, their lines, and the customers behind them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from random import Random

from hub.demo.suppliers.catalogue import SHOPS, customer_row, monday, newest_customer, prices_on, products
from hub.demo.suppliers.world import Defect, World, dice, pounds

WEEKDAY = (0.86, 0.82, 0.88, 0.94, 1.12, 1.36, 1.02)  # Monday … Sunday
SHOP_WITHOUT_TAX = "WEB"


@dataclass(frozen=True)
class Line:
    product_id: str
    quantity: int
    price: int  # pence


@dataclass(frozen=True)
class Order:
    order_id: str
    store_id: str
    customer_id: str
    ordered_at: str
    payment: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        return sum(line.quantity * line.price for line in self.lines)


@lru_cache(maxsize=16)
def orders_of(world: World, day: date) -> tuple[Order, ...]:
    """Return what was really bought on that day, in the order of time."""
    throw = dice("orders", day)
    count = round(
        190 * WEEKDAY[day.weekday()] * throw.uniform(0.95, 1.05) * (1 + 0.002 * (day - world.opened).days)
    )
    stores = throw.choices([s.store_id for s in SHOPS], [s.weight for s in SHOPS], k=count)
    minutes = sorted(int(throw.triangular(7 * 60, 22 * 60, 15 * 60)) for _ in range(count))
    last = newest_customer(world, day)
    prices = prices_on(monday(day))
    found: list[Order] = []
    for number, (store, minute) in enumerate(zip(stores, minutes, strict=True), start=1):
        known = store == "WEB" or throw.random() < 0.45
        customer = f"C{min(last, int(throw.paretovariate(0.35) * 3) % last + 1):05d}" if known else ""
        lines = _lines(
            throw, prices, without_tax=store == SHOP_WITHOUT_TAX and world.has(Defect.CHEAP_BASKETS, day)
        )
        found.append(
            Order(
                order_id=f"{day:%y%m%d}-{store}-{number:04d}",
                store_id=store,
                customer_id=customer,
                ordered_at=f"{day.isoformat()} {minute // 60:02d}:{minute % 60:02d}:{throw.randrange(60):02d}",
                payment="card" if store == "WEB" or throw.random() < 0.82 else "cash",
                lines=lines,
            )
        )
    return tuple(found)


def _lines(throw: Random, prices: dict[str, int], without_tax: bool) -> tuple[Line, ...]:
    picked = throw.sample(products(), throw.choices((1, 2, 3, 4, 5), (34, 30, 19, 11, 6))[0])
    return tuple(
        Line(
            product.product_id,
            throw.choices((1, 2, 3, 6), (78, 14, 5, 3))[0],
            prices[product.product_id] * 5 // 6 if without_tax else prices[product.product_id],
        )
        for product in picked
    )


def order_rows(world: World, day: date, mended: bool) -> list[dict[str, object]]:
    """The order file; with the day's defect in it unless the supplier has mended it."""
    orders = list(orders_of(world, day))
    if world.has(Defect.DOUBLED_ORDERS, day) and not mended:
        orders += orders[40:58]  # one page of the export, sent again
    unknown = set(range(5, 29, 6)) if world.has(Defect.UNKNOWN_CUSTOMERS, day) else set()
    return [
        {
            "order_id": order.order_id,
            "day": day.isoformat(),
            "ordered_at": order.ordered_at,
            "store_id": order.store_id,
            "customer_id": f"X{number:05d}" if number in unknown else order.customer_id,
            "payment": order.payment,
            "total": pounds(order.total),
        }
        for number, order in enumerate(orders)
    ]


def line_rows(world: World, day: date) -> list[dict[str, object]]:
    """The file of order lines."""
    return [
        {
            "order_id": order.order_id,
            "day": day.isoformat(),
            "line": number,
            "product_id": line.product_id,
            "quantity": line.quantity,
            "unit_price": pounds(line.price),
        }
        for order in orders_of(world, day)
        for number, line in enumerate(order.lines, start=1)
    ]


def customer_rows(world: World, day: date) -> list[dict[str, object]]:
    """The customers who bought on that day, and those who joined on it, as they are now."""
    joined = range(newest_customer(world, day) - 10, newest_customer(world, day) + 1)
    bought = {int(order.customer_id[1:]) for order in orders_of(world, day) if order.customer_id}
    return [customer_row(world, number) for number in sorted(bought | set(joined))]
