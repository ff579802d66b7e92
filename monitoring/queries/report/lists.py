"""Lists of failure reports, and the way from a red result or run to its report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from hub.common.errors import MissingError
from kitchens.core.words import count
from kitchens.models import Kitchen
from kitchens.queries.seeing import seen
from monitoring.models import Episode
from recipes.models import TestResult

PAGE = 50
STATES: Mapping[str, str] = {"open": "open", "closed": "over", "all": "all"}


@dataclass(frozen=True)
class ReportList:
    """A page of episodes, newest first."""

    rows: Sequence[Episode]
    sentence: str
    older_url: str
    newest_url: str


def episodes(kitchen: Kitchen | None, state: str, domain: str = "") -> QuerySet[Episode]:
    """Return episodes, newest first, of kitchens that whoever asks may see."""
    rows = seen(Episode.objects.select_related("kitchen").defer("findings")).order_by("-pk")
    if kitchen is not None:
        rows = rows.filter(kitchen=kitchen)
    if domain:
        rows = rows.filter(domain=domain)
    if state == "open":
        return rows.filter(closed_at__isnull=True)
    return rows.filter(closed_at__isnull=False) if state == "closed" else rows


def report_list(kitchen: Kitchen, state: str, before: int | None) -> ReportList:
    """Return a page of a kitchen's reports. One query."""
    rows = episodes(kitchen, state)
    found = list((rows.filter(pk__lt=before) if before is not None else rows)[: PAGE + 1])
    shown = found[:PAGE]
    asked = {"state": state} | ({} if kitchen.is_production else {"kitchen": kitchen.slug})
    more = " and more" if len(found) > PAGE else ""
    words = {"open": "open", "closed": "over", "all": "in all"}[state]
    return ReportList(
        rows=shown,
        sentence=f"{count(len(shown), 'report')}{more}, {words}." if shown else "There is none.",
        older_url=f"?{urlencode(asked | {'before': shown[-1].pk})}" if len(found) > PAGE else "",
        newest_url=f"?{urlencode(asked)}" if before is not None else "",
    )


def of_result(pk: int) -> Episode:
    """Return the episode a red result belongs to. Two queries; MissingError where it has none."""
    result = TestResult.objects.filter(pk=pk).values_list("series_id", flat=True).first()
    rows = (
        Episode.objects.filter(series=result, first_result__lte=pk, last_result__gte=pk) if result else None
    )
    found = rows.first() if rows is not None else None
    if found is None:
        raise MissingError(
            f"The result {pk} has no failure report.",
            remedy="Results that are green, or only written down, have none; others get theirs when their run ends.",
        )
    return found


def of_run(pk: int, node: str = "") -> Episode | None:
    """Return the episode that a run began, or else lengthened: of a node, or the gravest; None without any. One query."""
    touched = Q(first_run=pk) | Q(last_run=pk) | Q(first_run__lt=pk, last_run__gt=pk, series__results__run=pk)
    rows = Episode.objects.filter(touched).defer("findings")
    if node:
        rows = rows.filter(node=node)
    return rows.order_by("severity", "-first_run", "pk").first()
