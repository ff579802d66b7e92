"""What the hub does by itself every two seconds: take up what turned red or green, look after what is due."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from monitoring.actions.alerts.telling import escalate, tell
from monitoring.actions.incidents.grouping import take_up
from monitoring.actions.incidents.writing import locked, note, put
from monitoring.models import Episode, Incident

logger = logging.getLogger(__name__)
AT_ONCE = 100


def sweep(now: datetime) -> int:
    """Take up episodes that their incident does not know of, and what is due; return how many. Two queries if none."""
    explained = Q(found_at__isnull=False) | Q(first_run__isnull=True)
    fresh = Episode.objects.filter(explained, told=False).order_by("id")
    due = Incident.objects.filter(due_at__lte=now).order_by("due_at")
    done = 0
    for pk in fresh.values_list("pk", flat=True)[:AT_ONCE]:
        done += _safely(lambda pk=pk: take_up(pk, now), f"Episode {pk}")
    for pk in due.values_list("pk", flat=True)[:AT_ONCE]:
        done += _safely(lambda pk=pk: look(pk, now), f"Incident {pk}")
    return done


def _safely(work: object, what: str) -> int:
    """Do one piece; a fault in it is logged and keeps none of the others from being done."""
    try:
        work()  # type: ignore[operator]
    except Exception:
        logger.exception("%s could not be taken up; it is tried again.", what)
        return 0
    return 1


@transaction.atomic
def look(pk: int, now: datetime) -> None:
    """Look after an incident that is due: a snooze or a promise is over, or nobody has answered."""
    one = locked(pk)
    if one.due_at is None or one.due_at > now:
        return
    if one.state == "open":
        escalate(one, now)
    elif one.state == "snoozed":
        put(one, "wake", due_at=None, snoozed_until=None, open_since=now)
        note(one, "woke", "The time it was snoozed for is over.", now)
        tell(one, "reopened", now, "The time it was snoozed for is over")
    elif one.state == "resolved" and _is_red(one):
        put(one, "reopen", due_at=None, resolved_at=None, reason="", comment="", open_since=now)
        note(one, "reopened", "It was not to be fixed until now, and is still red.", now)
        tell(one, "reopened", now, "It was not to be fixed until now, and is still red")
    else:
        Incident.objects.filter(pk=pk).update(due_at=None)


def _is_red(one: Incident) -> bool:
    return Episode.objects.filter(incident=one, closed_at=None).exists()
