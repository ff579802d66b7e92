"""Work out what an episode began with, once, and keep it: what is repaired afterwards does not change it."""

from __future__ import annotations

import logging
from datetime import datetime

from monitoring.models import Episode
from monitoring.queries.report.findings import findings_of

logger = logging.getLogger(__name__)
AT_ONCE = 10


def explain(now: datetime) -> int:
    """Work out the findings of episodes that have none yet; return how many. One query where there are none."""
    waiting = Episode.objects.filter(found_at=None, first_run__isnull=False).order_by("id")
    done = 0
    for episode in waiting.select_related("first_result", "green_result")[:AT_ONCE]:
        try:
            findings = findings_of(episode)
        except Exception:
            logger.exception("What episode %s began with could not be worked out.", episode.pk)
            findings = {"run": episode.first_run_id}
        done += Episode.objects.filter(pk=episode.pk).update(findings=findings, found_at=now)
    return done
