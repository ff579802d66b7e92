"""Runs of other tools: what their events come to, in whatever order they arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitoring.actions.rewriting import rewrite
from monitoring.core.events.fold import Standing, fold
from monitoring.core.events.model import Event, RunState
from monitoring.models import ExternalComponent, ExternalRun

Key = tuple[int, str, int, str]  # component, key, attempt, stage
FIELDS = (
    "name", "status", "status_at", "message", "started_at", "ended_at", "nominal_start", "nominal_end", "parent_key",
    "root_key", "external_url", "code", "facts", "last_at",
)  # fmt: skip


def runs_of(told: Sequence[tuple[Event, ExternalComponent]]) -> Mapping[Key, ExternalRun]:
    """Return the runs and stages that events tell of, brought up to them and stored. Three queries.

    `told` is in the order of arrival; the source is held by the caller.
    """
    keys = {key for event, component in told for key in _keys(event, component)}
    rows = ExternalRun.objects.filter(
        component__in={key[0] for key in keys}, key__in={key[1] for key in keys}
    )
    found = {(row.component_id, row.key, row.attempt, row.stage): row for row in rows}
    for event, component in told:
        for key in _keys(event, component):
            row = found.get(key)
            if row is None:
                row = found[key] = ExternalRun(
                    component=component, key=key[1], attempt=key[2], stage=key[3], last_at=event.event_time
                )
            _tell(row, event)
    touched = [found[key] for key in sorted(keys)]
    known = [row for row in touched if row.pk]
    ExternalRun.objects.bulk_create([row for row in touched if row.pk is None], batch_size=200)
    rewrite(ExternalRun, known, FIELDS)
    return {key: found[key] for key in keys}


def key_of(event: Event, component: ExternalComponent) -> Key | None:
    """Return the key of the whole run that an event belongs to; None for one without a run."""
    return (component.pk, event.run.key, event.run.attempt, "") if event.run else None


def _keys(event: Event, component: ExternalComponent) -> list[Key]:
    """Return the run of an event, and its stage where it names one."""
    whole = key_of(event, component)
    if whole is None:
        return []
    return [whole, (*whole[:3], event.stage)] if event.stage else [whole]


def _tell(row: ExternalRun, event: Event) -> None:
    newer = event.event_time >= row.last_at
    row.last_at = max(row.last_at, event.event_time)
    if event.run and not row.stage:
        facts = {name: getattr(event.run, name) for name in ("name", "parent_key", "root_key", "external_url",
                                                              "nominal_start", "nominal_end")}  # fmt: skip
        for name, value in facts.items():
            if value and (newer or not getattr(row, name)):
                setattr(row, name, value)
    if row.stage and event.stage_name:
        row.name = event.stage_name
    row.code = {**row.code, **event.code} if newer else {**event.code, **row.code}
    if event.status is None or row.stage != event.stage:
        return  # of a stage: it says nothing of the whole
    told = event.status
    row.facts = {**row.facts, **told.facts} if newer else {**told.facts, **row.facts}
    standing = fold(
        Standing(
            RunState(row.status) if row.status else None,
            row.status_at,
            row.started_at,
            row.ended_at,
            row.message,
        ),
        told.status,
        event.event_time,
        Standing(started_at=told.started_at, ended_at=told.ended_at, message=told.message),
    )
    row.status, row.status_at = str(standing.status or ""), standing.at
    row.started_at, row.ended_at, row.message = standing.started_at, standing.ended_at, standing.message
