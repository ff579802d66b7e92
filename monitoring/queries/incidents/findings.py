"""What may be told outside of the hub of what is red."""

from __future__ import annotations

from collections.abc import Iterable

from monitoring.core.incidents.text import Finding, told
from monitoring.models import Episode, Incident

SHOWN = 20


def finding_of(episode: Episode) -> Finding:
    """Return an episode as the texts of notices need it. No query where its last result was read with it."""
    last = episode.last_result
    return Finding(
        named=episode.named,
        domain=episode.domain,
        recipe=episode.recipe,
        is_test=bool(episode.test),
        source=episode.source,
        check=episode.check_name,
        verdict=episode.verdict,
        dataset=episode.dataset,
        sentence=episode.sentence,
        n_fail=last.n_fail if last else None,
        n_scope=last.n_scope if last else None,
        run=episode.first_run_id,
    )


def told_of(incident: Incident, *, still_red: bool = True) -> list[str]:
    """Return a sentence for each thing that is red, the first one first. One query."""
    rows = Episode.objects.filter(incident=incident).select_related("last_result").defer("findings")
    if still_red:
        rows = rows.filter(closed_at=None)
    return [told(finding_of(one)) for one in _first(rows.order_by("opened_at", "id")[:SHOWN])]


def _first(rows: Iterable[Episode]) -> list[Episode]:
    """Put what stops before what only warns."""
    return sorted(rows, key=lambda one: one.severity != "stop")
