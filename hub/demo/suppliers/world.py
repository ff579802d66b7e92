"""The world the suppliers live in: which days there are, and what goes wrong on which."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SEED = "fernhill-7"


class Defect(StrEnum):
    """What is wrong with one supplier's file of one day."""

    LATE_ORDERS = "the shop system's order file comes 45 minutes late"
    DOUBLED_ORDERS = "the shop system sends 18 orders twice"
    RENAMED_COLUMN = "web analytics renames a column from this day on"
    MISSING_PAYMENTS = "the bank's file lacks the card payments of one shop"
    CHEAP_BASKETS = "the web shop sends prices without tax"
    UNKNOWN_CUSTOMERS = "some orders name customers the customer file lacks"
    OLD_COUNT = "the warehouse sends last week's count again"
    FOREIGN_PARCELS = "the carrier's file holds parcels of another client"


# What happens how many days before the newest day of the history. Day 0 is the one a newcomer finds red.
CALENDAR: dict[Defect, range] = {
    Defect.LATE_ORDERS: range(44, 45),
    Defect.DOUBLED_ORDERS: range(33, 34),
    Defect.RENAMED_COLUMN: range(25, 26),
    Defect.UNKNOWN_CUSTOMERS: range(19, 20),
    Defect.MISSING_PAYMENTS: range(16, 17),
    Defect.OLD_COUNT: range(9, 16),  # the warehouse counts once a week
    Defect.CHEAP_BASKETS: range(6, 9),
    Defect.FOREIGN_PARCELS: range(1),
}


@dataclass(frozen=True)
class World:
    """The demo's days: `anchor` is the newest day of the history, `days` how many there are."""

    anchor: date
    days: int = 60

    @property
    def opened(self) -> date:
        """The first day there is data of."""
        return self.anchor - timedelta(days=self.days - 1)

    @classmethod
    def opened_on(cls, opened: date, days: int = 60) -> World:
        """Return the world that opened on that day."""
        return cls(opened + timedelta(days=days - 1), days)

    def has(self, defect: Defect, day: date) -> bool:
        """Say whether this goes wrong on this day."""
        return (self.anchor - day).days in CALENDAR[defect]

    def since(self, defect: Defect) -> date:
        """The first day on which this goes wrong."""
        return self.anchor - timedelta(days=CALENDAR[defect][-1])

    def all_days(self) -> list[date]:
        """Every day of the history, oldest first."""
        return [self.opened + timedelta(days=number) for number in range(self.days)]


def dice(*about: object) -> random.Random:
    """Return a generator that throws the same for the same subject; nothing secret is made of it."""
    return random.Random("/".join(map(str, (SEED, *about))))  # noqa: S311


def pounds(pence: int) -> str:
    """Write an amount as a file would: "12.50"."""
    return f"{pence // 100}.{pence % 100:02d}"
