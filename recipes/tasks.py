"""What the queue calls."""

from __future__ import annotations

from django.utils import timezone

from recipes.actions import runs
from recipes.actions.workers import own_name


def drain() -> None:
    """A doorbell rang: look at the node table."""
    runs.drain(own_name(), timezone.now)
