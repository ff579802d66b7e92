"""Removes the raw text of events by policy; what they said stays."""

from __future__ import annotations

from datetime import datetime

from django.db.models.functions import Length

from monitoring.models import ReceivedEvent


def forget_events(before: datetime, *, limit: int, dry_run: bool) -> tuple[int, int]:
    """Remove the raw text of events received before the moment; return how many, and their bytes. Two queries."""
    old = ReceivedEvent.objects.filter(received_at__lt=before).exclude(raw="").order_by("received_at")
    found = dict(old.annotate(size=Length("raw")).values_list("pk", "size")[:limit])
    if not dry_run:
        ReceivedEvent.objects.filter(pk__in=list(found)).update(raw="")
    return len(found), sum(found.values())
