"""Charts of cycle time as Plotly figures, built as plain dictionaries; static/js/charts.js gives them the look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kitchens.core import words
from monitoring.core import cycle
from monitoring.core.cycle import ChangeFact

DAY = 86_400
WEEK = timedelta(days=7)


def week_of(moment: datetime, zone: ZoneInfo) -> date:
    """Return the Monday of the week a moment lies in, in the given zone."""
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def weeks_between(first: date, last: date) -> list[date]:
    """Return every Monday from the first to the last."""
    return [first + WEEK * n for n in range((last - first).days // 7 + 1)]


def lead_times(changes: Sequence[ChangeFact], now: datetime, zone: ZoneInfo) -> dict[str, Any] | None:
    """Return the figure of lead times: a point a change, open ones hollow at their age so far, the weekly median as a line.

    None where no change has a first commit. Weeks with fewer than three live changes are gaps in the line.
    """
    live = [change for change in changes if change.lead is not None]
    running = [change for change in changes if change.state == "open" and change.committed_at is not None]
    if not live and not running:
        return None
    good = [change for change in live if not cycle.failed(change)]
    bad = [change for change in live if cycle.failed(change)]
    traces = []
    if good:
        traces.append(_points("live", "accent", "circle", good))
    if bad:
        traces.append(_points("failed afterwards", "fail", "x", bad))
    if running:
        traces.append(_open_points(running, now))
    if line := _weekly_median(live, zone):
        traces.append(line)
    return {"data": traces, "layout": {"yaxis": {"title": {"text": "days"}, "rangemode": "tozero"}}}


def spanned(figure: dict[str, Any] | None, since: datetime, now: datetime) -> dict[str, Any] | None:
    """Return the figure with an axis of whole days: a week at least, so that one point does not stretch over milliseconds."""
    if figure is None:
        return None
    days = [date.fromisoformat(x[:10]) for trace in figure["data"] for x in trace["x"] if x]
    first = max(since.date(), min(days, default=now.date()) - WEEK)
    last = max([now.date(), *days]) + timedelta(days=1)
    figure["layout"]["xaxis"] = {"type": "date", "range": [first.isoformat(), last.isoformat()]}
    return figure


def _points(name: str, tone: str, symbol: str, changes: Sequence[ChangeFact]) -> dict[str, Any]:
    leads = [change.lead.total_seconds() if change.lead else 0.0 for change in changes]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [change.live_at.isoformat() if change.live_at else None for change in changes],
        "y": [round(lead / DAY, 3) for lead in leads],
        "customdata": [change.url for change in changes],
        "text": [
            f"{change.title}: {words.duration(lead)} from first commit to production"
            for change, lead in zip(changes, leads, strict=True)
        ],
        "hovertemplate": "%{text}<br>%{x|%-d %b %H:%M}<extra></extra>",
        "marker": {"symbol": symbol, "size": 9},
        "meta": {"tone": tone},
    }


def _open_points(changes: Sequence[ChangeFact], now: datetime) -> dict[str, Any]:
    ages = [(now - change.committed_at).total_seconds() if change.committed_at else 0.0 for change in changes]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "open",
        "x": [now.isoformat()] * len(changes),
        "y": [round(age / DAY, 3) for age in ages],
        "customdata": [change.url for change in changes],
        "text": [
            f"{change.title}: open for {words.duration(age)}, not counted in the median"
            for change, age in zip(changes, ages, strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"symbol": "circle-open", "size": 9},
        "meta": {"tone": "wait"},
    }


def _weekly_median(live: Sequence[ChangeFact], zone: ZoneInfo) -> dict[str, Any] | None:
    by_week: dict[date, list[float]] = {}
    for change in live:
        if change.live_at and change.lead:
            by_week.setdefault(week_of(change.live_at, zone), []).append(change.lead.total_seconds())
    if not by_week:
        return None
    weeks = weeks_between(min(by_week), max(by_week))
    medians = [cycle.median(by_week.get(week, ())) for week in weeks]
    if not any(one.value is not None for one in medians):
        return None
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "median of the week",
        "connectgaps": False,
        "x": [(week + timedelta(days=3)).isoformat() for week in weeks],
        "y": [None if one.value is None else round(one.value / DAY, 3) for one in medians],
        "customdata": ["#changes"] * len(weeks),
        "text": [
            f"Week of {week:%-d %B}: "
            + ("too few to say" if one.value is None else f"median {words.duration(one.value)}")
            + f", n = {one.n}"
            for week, one in zip(weeks, medians, strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"size": 5},
        "line": {"width": 2},
        "meta": {"tone": "ink-1"},
    }


def deployments(
    changes: Sequence[ChangeFact], since: datetime, now: datetime, zone: ZoneInfo
) -> dict[str, Any] | None:
    """Return the figure of deployments a week, those that failed apart; None where there was none.

    A week without one is a true zero and has no bar; weeks before the first are not drawn.
    """
    deployed = [change for change in changes if change.merged_at is not None and change.merged_at >= since]
    if not deployed:
        return None
    first = min(week_of(change.merged_at, zone) for change in deployed if change.merged_at)
    weeks = weeks_between(first, week_of(now, zone))
    groups = (
        ("stayed up", "accent", [change for change in deployed if not cycle.failed(change)]),
        ("failed afterwards", "fail", [change for change in deployed if cycle.failed(change)]),
    )
    traces = [_bars(name, tone, group, weeks, zone) for name, tone, group in groups if group]
    layout = {
        "barmode": "stack",
        "yaxis": {"title": {"text": "deployments"}, "rangemode": "tozero", "dtick": 1},
    }
    if max(len([c for c in deployed if c.merged_at and week_of(c.merged_at, zone) == w]) for w in weeks) > 8:
        layout["yaxis"] = {"title": {"text": "deployments"}, "rangemode": "tozero"}
    return {"data": traces, "layout": layout}


def _bars(
    name: str, tone: str, group: Sequence[ChangeFact], weeks: Sequence[date], zone: ZoneInfo
) -> dict[str, Any]:
    counts = [sum(1 for c in group if c.merged_at and week_of(c.merged_at, zone) == week) for week in weeks]
    return {
        "type": "bar",
        "name": name,
        "x": [(week + timedelta(days=3)).isoformat() for week in weeks],
        "y": counts,
        "customdata": ["?show=failed#changes" if tone == "fail" else "?show=deployed#changes"] * len(weeks),
        "text": ["" for _ in weeks],
        "width": 5 * DAY * 1000,
        "hovertext": [f"Week of {week:%-d %B}: {n} {name}" for week, n in zip(weeks, counts, strict=True)],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "marker": {},
        "meta": {"tone": tone},
    }


def stage_bars(rows: Sequence[tuple[str, Sequence[cycle.StageSum]]]) -> dict[str, Any] | None:
    """Return the figure of where the time goes: a bar a domain, a piece a stage, waiting stages hatched.

    Pieces are shares of all time spent, so they add up to the whole; medians of stages would not.
    """
    rows = [row for row in rows if any(one.share for one in row[1])]
    if not rows:
        return None
    waits = {name for name, _, waiting in cycle.STAGES if waiting}
    shades = dict(zip(cycle.STAGE_NAMES, (1.0, 0.55, 0.75, 0.3, 0.55), strict=True))
    traces = []
    for place, stage in enumerate(cycle.STAGE_NAMES):
        sums = [row[1][place] for row in rows]
        marker: dict[str, Any] = {"opacity": shades[stage]}
        if stage in waits:
            marker["pattern"] = {"shape": "/", "size": 6, "solidity": 0.4}
        traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": f"{stage} (waits)" if stage in waits else stage,
                "y": [row[0] for row in rows],
                "x": [round(100 * (one.share or 0.0), 1) for one in sums],
                "customdata": [
                    f"?domain={row[0]}#changes" if row[0] != "all" else "#changes" for row in rows
                ],
                "hovertext": [_share_said(row[0], one) for row, one in zip(rows, sums, strict=True)],
                "hovertemplate": "%{hovertext}<extra></extra>",
                "marker": marker,
                "meta": {"tone": "wait" if stage in waits else "accent"},
            }
        )
    layout = {
        "barmode": "stack",
        "showlegend": False,  # the page lists the stages with what they mean
        "height": 70 + 34 * len(rows),
        "xaxis": {"title": {"text": "% of all time"}, "range": [0, 100]},
        "yaxis": {"autorange": "reversed"},
    }
    return {"data": traces, "layout": layout}


def _share_said(domain: str, one: cycle.StageSum) -> str:
    median = "" if one.median.value is None else f", median {words.duration(one.median.value)}"
    return f"{domain}, {one.stage}: {100 * (one.share or 0):.0f} % of all time{median} (n = {one.median.n})"
