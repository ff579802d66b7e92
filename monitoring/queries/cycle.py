"""The cycle-time page: changes on their way to production, and what is counted of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from kitchens.core import words
from kitchens.models import Change, Domain
from kitchens.queries.seeing import may_see
from monitoring.core import cycle, cycle_charts, cycle_words
from monitoring.core.cycle import ChangeFact
from monitoring.core.cycle_words import Figure

PERIODS = (4, 8, 13, 26, 52)  # weeks
ROWS = 100
SHOWN = {
    "all": "all changes",
    "live": "live changes",
    "deployed": "deployments",
    "failed": "failed deployments",
    "rework": "unplanned deployments",
    "open": "open changes",
    "abandoned": "changes given up",
}


@dataclass(frozen=True)
class Piece:
    """A stage as a piece of a bar."""

    stage: str
    place: int  # of the stage, from 1
    percent: float
    said: str
    waits: bool
    going_on: bool


@dataclass(frozen=True)
class StageKey:
    """A stage in the legend."""

    name: str
    meaning: str
    waits: bool


STAGE_KEYS = tuple(StageKey(*stage) for stage in cycle.STAGES)


@dataclass(frozen=True)
class ChangeRow:
    """A change in the table."""

    change: ChangeFact
    standing: str  # a word that badges know
    said: str
    lead: str
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class DomainRow:
    """The numbers of one domain."""

    slug: str
    figures: Sequence[Figure]


@dataclass(frozen=True)
class CyclePage:
    """What the page shows."""

    sentence: str
    weeks: int
    domain: str
    show: str
    shown: str
    figures: Sequence[Figure]
    lead_times: dict[str, Any] | None
    deployments: dict[str, Any] | None
    stages: dict[str, Any] | None
    by_domain: Sequence[DomainRow]
    rows: Sequence[ChangeRow]
    more: int  # rows of this kind that the table leaves out
    domains: Sequence[Domain]


def changes_since(since: datetime) -> list[ChangeFact]:
    """Return the changes to production that ended since then, and all that are open. One query."""
    ended = Q(merged_at__gte=since) | Q(abandoned_at__gte=since)
    rows = Change.objects.filter(ended | Q(state="open"), target__tier="production")
    return [fact_of(row) for row in rows.select_related("kitchen", "request").order_by("-id")]


def fact_of(row: Change) -> ChangeFact:
    """Return a change as plain facts. No query if kitchen and request are loaded."""
    return ChangeFact(
        pk=row.pk,
        title=row.request.title if row.request and may_see(row.kitchen) else row.kitchen.title,
        url=f"/merges/{row.request_id}/" if row.request_id else row.kitchen.get_absolute_url(),
        kitchen=row.kitchen.slug,
        domains=tuple(row.domains),
        state=row.state,
        asked_at=row.kitchen_asked_at,
        ready_at=row.kitchen_ready_at,
        committed_at=row.first_commit_at,
        green_at=row.first_green_run_at,
        requested_at=row.requested_at,
        approved_at=row.approved_at,
        merged_at=row.merged_at,
        live_at=row.first_green_target_run_at,
        rolled_back_at=row.rolled_back_at,
        abandoned_at=row.abandoned_at,
        failed_at=row.failed_at,
        recovered_at=row.recovered_at,
        unplanned=row.unplanned,
    )


def cycle_page(domain: str, weeks: int, show: str, now: datetime) -> CyclePage:
    """Return the page for one domain, or all. Two queries, whatever the number of changes."""
    since = now - timedelta(weeks=weeks)
    every = changes_since(since)
    changes = [change for change in every if not domain or domain in change.domains]
    domains = list(Domain.objects.order_by("slug"))
    zone = ZoneInfo(settings.TIME_ZONE)
    slugs = [domain] if domain else [one.slug for one in domains if any(one.slug in c.domains for c in every)]
    parts = {slug: [change for change in changes if slug in change.domains] for slug in slugs}
    sums = [(slug, cycle.stage_sums(part, now)) for slug, part in parts.items()]
    if not domain and len(slugs) > 1:
        sums = [("all", cycle.stage_sums(changes, now)), *sums]
    chosen = [change for change in changes if _is(change, show)]
    return CyclePage(
        sentence=cycle_words.sentence(changes, weeks, now),
        weeks=weeks,
        domain=domain,
        show=show,
        shown=SHOWN[show],
        figures=cycle_words.figures(changes, weeks, now),
        lead_times=cycle_charts.spanned(cycle_charts.lead_times(changes, now, zone), since, now),
        deployments=cycle_charts.spanned(cycle_charts.deployments(changes, since, now, zone), since, now),
        stages=cycle_charts.stage_bars(sums),
        by_domain=[DomainRow(slug, cycle_words.figures(part, weeks, now)) for slug, part in parts.items()],
        rows=[_row(change, now) for change in chosen[:ROWS]],
        more=max(len(chosen) - ROWS, 0),
        domains=domains,
    )


def _is(change: ChangeFact, show: str) -> bool:
    return {
        "all": change.committed_at is not None or change.deployed,
        "live": change.lead is not None,
        "deployed": change.deployed,
        "failed": cycle.failed(change),
        "rework": change.deployed and change.unplanned,
        "open": change.state == "open" and change.committed_at is not None,
        "abandoned": change.state == "abandoned",
    }[show]


def _row(change: ChangeFact, now: datetime) -> ChangeRow:
    stages = cycle.spent(change, now)
    total = sum(one.time.total_seconds() for one in stages) or 1.0
    waits = {name for name, _, waiting in cycle.STAGES if waiting}
    pieces = [
        Piece(
            one.stage,
            cycle.STAGE_NAMES.index(one.stage) + 1,
            100 * one.time.total_seconds() / total,
            f"{one.stage}: {words.duration(one.time.total_seconds())}{', still going on' if one.going_on else ''}",
            one.stage in waits,
            one.going_on,
        )
        for one in stages
    ]
    standing, said = _standing(change, stages)
    lead = change.lead
    if lead is not None:
        told = words.duration(lead.total_seconds())
    elif change.state == "open" and stages:
        told = f"{words.duration(total)} so far"
    else:
        told = ""
    return ChangeRow(change, standing, said, told, pieces)


def _standing(change: ChangeFact, stages: Sequence[cycle.Spent]) -> tuple[str, str]:
    """Return a word that badges know, and what it means here."""
    if change.state == "rolled_back":
        return "failed", "rolled back"
    if cycle.failed(change):
        return "failed", "recovered" if change.recovered_at else "failing"
    if change.state == "abandoned":
        return "skipped", "given up"
    if change.live_at is not None:
        return "succeeded", "live"
    waits = f"in {stages[-1].stage}" if stages else "no commit yet"
    return ("running", "merged, not run yet") if change.merged_at else ("waiting", waits)
