"""Head office: the product list, the list of shops, and who shops there."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from hub.demo.suppliers.world import World, dice, pounds


@dataclass(frozen=True)
class Product:
    product_id: str
    name: str
    category: str
    price: int  # pence, with tax
    cost: int  # pence


@dataclass(frozen=True)
class Shop:
    store_id: str
    name: str
    country: str
    postcode: str
    opened_on: str
    weight: int  # share of the day's orders


SHOPS = (
    Shop("WEB", "Web shop", "GB", "LS9 8AG", "2016-03-01", 46),
    Shop("S01", "Leeds, Kirkgate", "GB", "LS1 6BY", "2009-05-14", 9),
    Shop("S02", "York, Stonegate", "GB", "YO1 8AS", "2011-09-02", 7),
    Shop("S03", "Edinburgh, Leith", "GB", "EH6 6JH", "2013-04-19", 7),
    Shop("S04", "Bristol, Clifton", "GB", "BS8 4AA", "2014-03-28", 6),
    Shop("S05", "Bath, Walcot", "GB", "BA1 5BG", "2015-10-10", 5),
    Shop("S06", "Norwich, Elm Hill", "GB", "NR3 1HN", "2017-05-05", 4),
    Shop("S07", "Dublin, Ranelagh", "IE", "D06 X2K8", "2018-09-14", 5),
    Shop("S08", "Utrecht, Twijnstraat", "NL", "3511 ZM", "2019-04-06", 4),
    Shop("S09", "Haarlem, Kleine Houtstraat", "NL", "2011 DK", "2021-06-12", 3),
    Shop("S10", "Ghent, Onderstraat", "BE", "9000", "2022-03-18", 2),
    Shop("S11", "Bremen, Schnoor", "DE", "28195", "2023-09-01", 2),
)
TOWNS = (
    "Leeds",
    "York",
    "Edinburgh",
    "Bristol",
    "Bath",
    "Norwich",
    "Dublin",
    "Utrecht",
    "Haarlem",
    "Ghent",
    "Bremen",
)
FIRST = (
    "Amelia",
    "Noah",
    "Isla",
    "Oscar",
    "Freya",
    "Arthur",
    "Niamh",
    "Sanne",
    "Daan",
    "Emma",
    "Lukas",
    "Priya",
)
LAST = (
    "Hughes",
    "Patel",
    "Murphy",
    "de Vries",
    "Janssen",
    "Taylor",
    "Okafor",
    "Schmidt",
    "Walker",
    "Peeters",
    "Kaur",
)
REGULARS = 2400  # customers known before the first day


@cache
def products() -> tuple[Product, ...]:
    """Return the range as it was on the first day; the prices of a day are in `price_on`."""
    with (Path(__file__).parent / "products.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    found: list[Product] = []
    for number, row in enumerate(rows, start=1):
        price = round(float(row["price"]) * 100)
        prefix = row["category"].split()[-1][:3].upper()
        share = 0.46 + dice("cost", row["name"]).random() * 0.16
        found.append(
            Product(f"{prefix}-{number:03d}", row["name"], row["category"], price, int(price * share / 1.2))
        )
    return tuple(found)


def monday(day: date) -> date:
    """The Monday of the day's week: the product list changes on Mondays only."""
    return day - timedelta(days=day.weekday())


@cache
def prices_on(list_date: date) -> dict[str, int]:
    """Return the price of every product in the list of that Monday; a few change each week and stay changed for it."""
    throw = dice("prices", list_date)
    changed = set(throw.sample(range(len(products())), 6))
    return {
        product.product_id: product.price * 9 // 10 if number in changed else product.price
        for number, product in enumerate(products())
    }


def product_rows(list_date: date) -> list[dict[str, object]]:
    """The product list that head office sends on a Monday."""
    prices = prices_on(list_date)
    return [
        {
            "product_id": product.product_id,
            "name": product.name,
            "category": product.category,
            "price": pounds(prices[product.product_id]),
            "cost": pounds(product.cost),
            "valid_from": list_date.isoformat(),
        }
        for product in products()
    ]


def shop_rows() -> list[dict[str, object]]:
    """The list of shops."""
    return [
        {
            "store_id": shop.store_id,
            "name": shop.name,
            "country": shop.country,
            "postcode": shop.postcode,
            "opened_on": shop.opened_on,
        }
        for shop in SHOPS
    ]


def newest_customer(world: World, day: date) -> int:
    """Return the number of the customer who joined last by the end of the day."""
    return REGULARS + 11 * max(0, (day - world.opened).days + 1)


def customer_row(world: World, number: int) -> dict[str, object]:
    """One customer as the shop system knows them."""
    throw = dice("customer", number)
    first, last = throw.choice(FIRST), throw.choice(LAST)
    joined = (
        world.opened - timedelta(days=throw.randrange(30, 2000))
        if number <= REGULARS
        else world.opened + timedelta(days=(number - REGULARS - 1) // 11)
    )
    return {
        "customer_id": f"C{number:05d}",
        "name": f"{first} {last}",
        "email": f"{first}.{last}.{number}@example.org".lower().replace(" ", ""),
        "town": throw.choice(TOWNS),
        "joined_on": joined.isoformat(),
        "newsletter": "yes" if throw.random() < 0.4 else "no",
    }
