"""Writes down how far a piece of long work has come."""

from __future__ import annotations

from datetime import datetime

from recipes.models import Progress


def begin(name: str, *, title: str, unit: str, total: int, done: int, now: datetime) -> Progress:
    """Open the piece of work, or take it up again where an earlier process left it. One or two queries."""
    facts = {
        "title": title,
        "unit": unit,
        "total": total,
        "done": min(done, total),
        "updated_at": now,
        "ended_at": None,
    }
    progress, _ = Progress.objects.update_or_create(
        name=name, defaults=facts, create_defaults={**facts, "started_at": now}
    )
    return progress


def reach(progress: Progress, done: int, *, now: datetime) -> None:
    """Write down how much is done; the work is over when all of it is. One query, none where nothing changed."""
    done = min(done, progress.total)
    if done == progress.done and progress.ended_at is None and done < progress.total:
        return
    progress.done, progress.updated_at = done, now
    progress.ended_at = now if done == progress.total else None
    progress.save(update_fields=["done", "updated_at", "ended_at"])
