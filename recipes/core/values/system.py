"""The values that the hub sets and nobody else: when, where and for what a run is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from recipes.core.plan import Value

# name -> (type, what it holds)
SYSTEM_VALUES: Mapping[str, tuple[str, str]] = {
    "today": ("date", "The day of the slot, in the schedule's time zone"),
    "yesterday": ("date", "The day before the slot, in the schedule's time zone"),
    "as_of": ("datetime", "The moment of the run's clock"),
    "slot": ("datetime", "The moment the schedule meant; for a run on demand, the moment of the run's clock"),
    "kitchen": ("text", "The kitchen of the run"),
    "run": ("text", "The number of the run; empty until it is placed"),
    "domain": ("text", "The domain of the recipe"),
    "recipe": ("text", "The name of the recipe"),
    "variation": ("text", "The name of the variation"),
}


def system_values(
    given: Mapping[str, Any], *, timezone: str, domain: str, recipe: str, variation: str
) -> dict[str, Value]:
    """Return the system values of a run.

    `given` holds `as_of` (aware datetime) and, where there is one, `slot`, `kitchen` and `run`; today and yesterday
    are those of the slot, or of as_of, on the calendar of `timezone`.
    """
    as_of: datetime = given["as_of"]
    slot: datetime = given.get("slot") or as_of
    today = slot.astimezone(ZoneInfo(timezone)).date()
    found = {
        "today": today.isoformat(),
        "yesterday": (today - timedelta(days=1)).isoformat(),
        "as_of": as_of.isoformat(),
        "slot": slot.isoformat(),
        "kitchen": str(given.get("kitchen") or ""),
        "run": str(given.get("run") or ""),
        "domain": domain,
        "recipe": recipe,
        "variation": variation,
    }
    return {
        name: Value(name=name, type=kind, value=found[name], origin="system", description=f"{about}.")
        for name, (kind, about) in SYSTEM_VALUES.items()
    }
