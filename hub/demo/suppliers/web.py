"""Web analytics and advertising: visits of the web shop, what campaigns cost, and the check-out as it happens."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hub.demo.suppliers.shops import orders_of
from hub.demo.suppliers.world import Defect, World, dice, pounds

CAMPAIGNS = (
    ("newsletter", 9),
    ("bulb-season", 14),
    ("search-ads", 21),
    ("friends", 5),
)  # share of visits in percent
COUNTRIES = (("GB", 58), ("IE", 11), ("NL", 16), ("BE", 7), ("DE", 8))


def session_rows(world: World, day: date) -> list[dict[str, object]]:
    """Visits of the web shop; from the day of the renaming on the campaign stands in another column."""
    throw = dice("sessions", day)
    column = "campaign" if day >= world.since(Defect.RENAMED_COLUMN) else "utm_campaign"
    orders = [order.order_id for order in orders_of(world, day) if order.store_id == "WEB"]
    bought = orders + [""] * int(len(orders) * throw.uniform(3.6, 4.4))
    throw.shuffle(bought)
    shares = [share for _, share in CAMPAIGNS]
    names = throw.choices([*(n for n, _ in CAMPAIGNS), ""], [*shares, 100 - sum(shares)], k=len(bought))
    return [
        {
            "session": f"{day:%y%m%d}{number:05d}",
            "day": day.isoformat(),
            "country": throw.choices([c for c, _ in COUNTRIES], [s for _, s in COUNTRIES])[0],
            "pages": 1 + int(throw.expovariate(0.3)) + (4 if order else 0),
            "seconds": 8 + int(throw.expovariate(1 / 150)) + (120 if order else 0),
            "order_id": order or None,
            column: name or None,
        }
        for number, (order, name) in enumerate(zip(bought, names, strict=True))
    ]


def spend_rows(world: World, day: date) -> list[dict[str, object]]:
    """What every campaign cost on that day."""
    throw = dice("spend", day)
    return [
        {"campaign": name, "day": day.isoformat(), "spend": pounds(int(share * throw.uniform(1500, 2300)))}
        for name, share in CAMPAIGNS
    ]


def checkout_rows(now: datetime) -> list[dict[str, object]]:
    """The last hour at the web shop's check-out, country by country, in steps of five minutes."""
    newest = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    rows: list[dict[str, object]] = []
    for step in range(12):
        at = newest - timedelta(minutes=5 * step)
        for country, share in COUNTRIES:
            throw = dice("checkout", at.isoformat(), country)
            baskets = max(1, int(throw.gauss(share / 2, share / 9)))
            paid = sum(throw.random() < 0.71 for _ in range(baskets))
            rows.append(
                {
                    "at": at.strftime("%Y-%m-%d %H:%M:%S"),
                    "country": country,
                    "baskets": baskets,
                    "paid": paid,
                    "takings": round(paid * throw.uniform(38, 66), 2),
                }
            )
    return rows
