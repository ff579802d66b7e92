"""What happens to kitchens by time alone: they are warned of, retired, cleaned; and what a crash left is finished."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from hub.common.errors import HubError
from kitchens.actions import audit, teardown
from kitchens.actions.retire import purge_kitchen, retire_kitchen
from kitchens.core.lifetime import ends_in_words, warning_due
from kitchens.core.roles import THE_HUB
from kitchens.models import Kitchen
from kitchens.queries.end_of_life import ending_soon, open_journals, past_their_end, to_purge, what_keeps

logger = logging.getLogger(__name__)
MOST_AT_ONCE = 20


def warn(now: datetime) -> int:
    """Note the warnings that are due, three days and one day before the end; return how many. One query when idle."""
    due = [k for k in ending_soon(now) if k.ends_on and warning_due(k.ends_on, k.warned_at, now)]
    for kitchen in due:
        same = Kitchen.objects.filter(pk=kitchen.pk, warned_at=kitchen.warned_at, state="ready")
        if same.update(warned_at=now):
            said = ends_in_words(kitchen.ends_on, now)
            audit.record(THE_HUB, "kitchen.warned", kitchen.slug, now, said=said)
    return len(due)


def expire(now: datetime) -> int:
    """Retire the kitchens whose last day is over; what keeps one is said on its page. One query when idle."""
    ended = 0
    for kitchen in past_their_end(now).order_by("-id")[:MOST_AT_ONCE]:
        reason = "it is protected." if kitchen.protected else what_keeps(kitchen)
        if reason:
            note = f"It ended on {kitchen.ends_on:%-d %B} but goes on, because {reason}"
            Kitchen.objects.filter(pk=kitchen.pk).exclude(state_note=note).update(state_note=note)
            continue
        ended += _safely(retire_kitchen, kitchen, now)
    return ended


def purge(now: datetime) -> int:
    """Clean the retired kitchens whose week is over, children before their parents. One query when idle."""
    return sum(_safely(purge_kitchen, kitchen, now) for kitchen in to_purge(now))


def finish(now: datetime) -> int:
    """Go on with the ends that a dead process left, or that wait for a run. One query when idle."""
    journals = open_journals()
    return sum(teardown.go_on(journal, now) for journal in journals)


def _safely(action: Callable[..., Kitchen], kitchen: Kitchen, now: datetime) -> int:
    """Do it for one kitchen: one that cannot be ended keeps none of the others."""
    try:
        action(kitchen, by=THE_HUB, now=now)
    except HubError as refusal:
        logger.warning("%s was not ended: %s", kitchen.slug, refusal)
        return 0
    return 1
