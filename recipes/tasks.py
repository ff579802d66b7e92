"""What the queue calls."""

from __future__ import annotations

from django.utils import timezone

from kitchens.actions import provision
from recipes.actions import runs
from recipes.actions.workers import own_name


def drain() -> None:
    """A doorbell rang: look at the kitchens being made, and at the node table."""
    provision.drain(own_name(), timezone.now)
    runs.drain(own_name(), timezone.now)
