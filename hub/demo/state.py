"""How far the demo is there already. It imports little: a second start has to be as fast as `manage.py up`."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from hub.demo.suppliers.world import World
from kitchens.models import Kitchen

REHEARSAL = "rehearsal"  # the last thing that seeding makes


def world_there() -> World | None:
    """Return the demo's world as an earlier start began it, None before the first. One query."""
    opened = Kitchen.objects.filter(tier="production").values_list("created_at", flat=True).first()
    return World.opened_on(opened.date()) if opened else None


def is_seeded() -> bool:
    """Say whether everything is there that must be before the first page. One query."""
    return Kitchen.objects.filter(slug=REHEARSAL).exists()


def drop_folder() -> Path:
    """Where the suppliers leave their files."""
    return Path(settings.HUB_HOME) / "drop"
