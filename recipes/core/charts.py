"""Charts as Plotly figures, built as plain dictionaries: the browser draws them, static/js/charts.js gives them the look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kitchens.core import words
from recipes.core.status import RED, Status

LEAST = 3  # points; fewer say nothing that the table does not


@dataclass(frozen=True)
class Ended:
    """One ended run, for the chart of how long runs take."""

    pk: int
    status: str
    started_at: datetime
    seconds: float


def durations(runs: Sequence[Ended]) -> dict[str, Any] | None:
    """Return the figure of how long runs took, a point each, red ones apart; None where there are too few.

    The tone of a trace (`meta.tone`) names a colour of the stylesheet, `customdata` the page of a point.
    """
    if len(runs) < LEAST:
        return None
    groups = (
        ("succeeded", "ok", "circle", [run for run in runs if run.status == Status.SUCCEEDED]),
        ("failed", "fail", "octagon", [run for run in runs if run.status in RED]),
        ("cancelled", "skip", "line-ew-open", [run for run in runs if run.status == Status.CANCELLED]),
    )
    traces = [_trace(name, tone, symbol, group) for name, tone, symbol, group in groups if group]
    return {"data": traces, "layout": {"yaxis": {"title": {"text": "seconds"}, "rangemode": "tozero"}}}


def _trace(name: str, tone: str, symbol: str, runs: Sequence[Ended]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [run.started_at.isoformat() for run in runs],
        "y": [round(run.seconds, 2) for run in runs],
        "customdata": [f"/runs/{run.pk}/" for run in runs],
        "text": [f"Run {run.pk} {name} after {words.duration(run.seconds)}" for run in runs],
        "hovertemplate": "%{text}<br>%{x|%-d %b %H:%M}<extra></extra>",
        "marker": {"symbol": symbol, "size": 8},
        "meta": {"tone": tone},
    }
