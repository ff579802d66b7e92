"""The bank: what came in for every shop, by way of payment."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hub.demo.suppliers.shops import orders_of
from hub.demo.suppliers.world import Defect, World, dice, pounds

SHOP_WITHOUT_CARDS = "S03"


def payment_rows(world: World, day: date, mended: bool) -> list[dict[str, object]]:
    """Settled payments of the day; cash is counted by hand and a few pence off now and then."""
    sums: Counter[tuple[str, str]] = Counter()
    for order in orders_of(world, day):
        sums[(order.store_id, order.payment)] += order.total
    lost = (SHOP_WITHOUT_CARDS, "card") if world.has(Defect.MISSING_PAYMENTS, day) and not mended else None
    return [
        {
            "store_id": store,
            "method": method,
            "settled_on": day.isoformat(),
            "amount": pounds(amount + _miscounted(day, store, method)),
            "reference": f"FH{day:%y%m%d}{store}-{method.upper()}",
        }
        for (store, method), amount in sorted(sums.items())
        if (store, method) != lost
    ]


def _miscounted(day: date, store: str, method: str) -> int:
    throw = dice("cash", day, store)
    return throw.randrange(-60, 61) if method == "cash" and throw.random() < 0.3 else 0
