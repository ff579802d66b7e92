"""The evaluations of one series as points of its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from monitoring.core.history.chart import Event
from monitoring.core.history.points import Point, finite
from recipes.models import TestResult

_FIELDS = (
    "pk", "run_id", "at", "verdict", "measure", "expected", "sentence", "unit", "details__low", "details__high",
    "details__centre", "details__baseline", "mark", "n_applicable",
)  # fmt: skip
_OF_RUN = (
    "run__commit", "run__revision__number", "run__slot", "run__placed_at", "details__sees", "duration_ms", "external_url",
)  # fmt: skip


@dataclass(frozen=True)
class Evaluation:
    """A point with what else its page tells of it."""

    point: Point
    commit: str
    revision: int  # its kitchen's, at which it ran; 0 where it was no run of ours
    about: datetime | None  # the moment its run was about, by which baselines know it
    sees: str
    took_ms: float
    link: str  # where another tool shows it
    events: tuple[Event, ...] = ()  # what happened before it


def points_of(series: int, limit: int, *, before: int | None = None) -> list[Point]:
    """Return the newest evaluations of a series that count (older than the result `before`), oldest first. One query."""
    found = [_point(row) for row in _newest(series, before).values_list(*_FIELDS)[:limit]]
    return found[::-1]


def evaluations(series: int, limit: int, *, before: int | None = None) -> list[Evaluation]:
    """Return what `points_of` does with the commits of their runs. One query with three joins."""
    rows = _newest(series, before).values_list(*_FIELDS, *_OF_RUN)[:limit]
    found = [_evaluation(row) for row in rows]
    return found[::-1]


def _newest(series: int, before: int | None) -> QuerySet[TestResult]:
    rows = TestResult.objects.filter(series=series, counts=True).order_by("-pk")
    return rows if before is None else rows.filter(pk__lt=before)


def _point(row: Sequence[Any]) -> Point:
    pk, run, at, verdict, measure, expected, said, unit, low, high, centre, baseline, mark, applicable = row
    return Point(
        result=pk,
        run=run,
        at=at,
        verdict=verdict,
        measure=finite(measure),
        expected=expected,
        said=said,
        unit=unit,
        low=finite(low),
        high=finite(high),
        centre=finite(centre),
        baseline=baseline[:16] if isinstance(baseline, str) else "",
        mark=mark,
        applicable=applicable,
    )


def _evaluation(row: Sequence[Any]) -> Evaluation:
    *of_point, commit, revision, slot, placed, sees, took, url = row
    link = url if url.startswith(("https://", "http://")) else ""
    told = sees[:300] if isinstance(sees, str) else ""
    return Evaluation(_point(of_point), commit or "", revision or 0, slot or placed, told, took or 0.0, link)
