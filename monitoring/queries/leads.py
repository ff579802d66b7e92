"""Lead time of the last two weeks, as a strip of the home page."""

from __future__ import annotations

from datetime import datetime, timedelta

from kitchens.core import words
from kitchens.models import Change, Kitchen
from monitoring.core.cycle import LEAST_FOR_MEDIAN, percentile
from monitoring.core.today import Strip
from monitoring.queries.today import DAYS


def lead_time(kitchen: Kitchen, day: datetime) -> list[Strip]:
    """Return the strip of changes that went live in the two weeks to this day; none below production. One query."""
    if not kitchen.is_production:
        return []
    first = day - timedelta(days=DAYS - 1)
    rows = Change.objects.filter(target=kitchen, first_green_target_run_at__gte=first)
    times = rows.exclude(first_commit_at=None).values_list("first_commit_at", "first_green_target_run_at")
    by_day: list[list[float]] = [[] for _ in range(DAYS)]
    for committed, live in times.order_by():
        by_day[min((live - first).days, DAYS - 1)].append((live - committed).total_seconds() / 3600)
    hours = [hour for found in by_day for hour in found]
    enough = len(hours) >= LEAST_FOR_MEDIAN
    value = words.duration(3600 * (percentile(hours, 0.5) or 0)) if enough else f"n/a (n = {len(hours)})"
    told = (
        f"Median time from first commit to live, of {words.count(len(hours), 'change')} in the last 14 days."
    )
    points = tuple(percentile(found, 0.5) for found in by_day)
    return [Strip("Lead time", value, points, told, "measures/")]
