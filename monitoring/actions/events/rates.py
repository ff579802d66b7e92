"""How much somebody may send in a minute. Counted in the database: all processes see it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from hub.common.errors import TooManyError
from kitchens.core.roles import Actor
from monitoring.models import EventRate

WINDOW = timedelta(minutes=1)


@transaction.atomic
def spend(items: int, *, by: Actor, now: datetime) -> None:
    """Count items of a person or one of their tokens; TooManyError, with the seconds to wait, where it is too much.

    What comes in an empty minute is taken whatever its size. Two queries.
    """
    key = hashlib.sha256(f"{by.person_id} {by.name}".encode()).hexdigest()
    EventRate.objects.get_or_create(key=key, defaults={"since": now})
    rate = EventRate.objects.select_for_update().get(key=key)
    if now - rate.since >= WINDOW or now < rate.since:
        rate.since, rate.items = now, 0
    most = settings.EVENTS_A_MINUTE
    if rate.items and rate.items + items > most:
        refused = TooManyError(
            f"More than {most:,} items came within a minute; none of these was taken.",
            remedy="Wait as long as Retry-After says, and send them again.",
        )
        refused.retry_after = max(1, round((rate.since + WINDOW - now).total_seconds()))
        raise refused
    rate.items += items
    rate.save(update_fields=["since", "items"])
