"""What the queue calls."""

from __future__ import annotations

from django.utils import timezone

from kitchens.actions import provision
from recipes.actions import detection_queue, runs
from recipes.actions.workers import own_name


def drain() -> None:
    """A doorbell rang: look at the kitchens being made, at the node table, and at trials of tests."""
    provision.drain(own_name(), timezone.now)
    runs.drain(own_name(), timezone.now)
    detection_queue.drain(own_name(), timezone.now)
