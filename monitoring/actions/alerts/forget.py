"""Removes notices by policy once there is nothing left to tell; the incident and its story stay."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Length

from monitoring.models import Notice

ENDED = ("sent", "failed", "dropped")


def forget_notices(before: datetime, *, limit: int, dry_run: bool) -> tuple[int, int]:
    """Remove notices that ended before the moment; return how many, and the bytes of their text. Two queries.

    Those of an incident that is not resolved stay: by their keys it is known what has been told.
    """
    over = Q(incident=None) | Q(incident__state="resolved")
    old = Notice.objects.filter(over, state__in=ENDED, created_at__lt=before).order_by("pk")
    found = dict(old.annotate(size=Length("title") + Length("text")).values_list("pk", "size")[:limit])
    if not dry_run:
        Notice.objects.filter(pk__in=list(found), state__in=ENDED).delete()
    return len(found), sum(found.values())
