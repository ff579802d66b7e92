"""A change as it was planned: whose it is, what it edits, when it is asked for, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from hub.demo.edits import Edit
from hub.demo.suppliers.catalogue import monday

Ends = Literal[
    "merged",
    "rolled_back",  # merged, and out again in the afternoon
    "abandoned",  # the kitchen is retired without a merge
    "asked",  # its request is open: it waits for people, or it has a conflict
    "red",  # its request is open, and its candidate is red
]


@dataclass(frozen=True)
class Commit:
    """One commit of a change."""

    message: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Planned:
    """One change. `ago`: how many days before the newest day of the history the work was begun."""

    slug: str
    ago: int
    by: str
    recipe: str
    title: str
    commits: tuple[Commit, ...]
    intent: str = ""
    reviewer: str = ""
    review: int = 1  # days from the request to approval and merge
    coding: int = 0  # days from the work to the request
    ends: Ends = "merged"
    comments: tuple[tuple[str, str], ...] = ()  # who said what
    unplanned: bool = False
    mends: str = ""  # the change that it puts right

    def begun(self, anchor: date) -> date:
        """Return the day the work was done on: a Friday where it would be a weekend."""
        return workday(anchor - timedelta(days=self.ago))

    def asked(self, anchor: date) -> date:
        """Return the day the merge was asked for."""
        return workday(self.begun(anchor) + timedelta(days=self.coding), later=True)

    def settled(self, anchor: date) -> date:
        """Return the day it was agreed to and merged."""
        return workday(self.asked(anchor) + timedelta(days=self.review), later=True)


def workday(day: date, *, later: bool = False) -> date:
    """Return the day, or the Friday before a weekend (`later`: the Monday after it)."""
    over = day.weekday() - 4
    if over <= 0:
        return day
    return day + timedelta(days=3 - over) if later else day - timedelta(days=over)


def values_of(recipe: str, day: date) -> Mapping[str, Any]:
    """Return the values with which somebody tries a recipe on a day: its newest data."""
    week = monday(day)
    sunday = (week - timedelta(days=1)).isoformat()
    return {
        "reference/catalogue": {"list_date": week.isoformat()},
        "logistics/stock": {"day": sunday},
        "finance/weekly": {"week_ends": sunday},
        "marketing/audience": {"day": sunday},
    }.get(recipe, {"day": (day - timedelta(days=1)).isoformat()})
