"""What long work of the hub itself is under way."""

from __future__ import annotations

from datetime import datetime, timedelta

from recipes.models import Progress

STILL_SHOWN = timedelta(seconds=30)  # after its end, so that one sees it end


def under_way(now: datetime) -> list[Progress]:
    """Return the pieces of work that are under way or have just ended, oldest first. One query on a tiny table."""
    rows = Progress.objects.order_by("started_at")
    return [row for row in rows if row.ended_at is None or now - row.ended_at < STILL_SHOWN]
