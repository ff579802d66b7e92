"""What other tools have told of a component up to a moment, for tests that ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from monitoring.core.events.model import Kind
from monitoring.models import ExternalComponent, ExternalRun, ReceivedEvent
from recipes.core.checks.told.asking import LONGEST_LINE, MOST_LINES, Ask, Line, Told
from recipes.models import TestResult


def told_of(
    kitchen_id: int, domain: str, asks: Mapping[str, Mapping[str, Any]], *, now: datetime
) -> dict[str, dict[str, Any]]:
    """Return Told as a dictionary for each thing asked: the port `told_of` of kitchens. A query, and one for each."""
    wanted = {name: Ask.model_validate(one) for name, one in asks.items()}
    components = _components(kitchen_id, {one.component for one in wanted.values()})
    return {
        name: _told(one, _meant(one, components, kitchen_id), domain, now).model_dump(mode="json")
        for name, one in wanted.items()
    }


def _components(kitchen_id: int, keys: Iterable[str]) -> list[ExternalComponent]:
    where = Q(kitchen_id=kitchen_id) | Q(kitchen__tier="production")
    return list(ExternalComponent.objects.filter(where, key__in=keys).select_related("source"))


def _meant(one: Ask, components: Sequence[ExternalComponent], kitchen_id: int) -> list[ExternalComponent]:
    """Return the components of that key: the kitchen's own, else production's."""
    named = [
        found for found in components if found.key == one.component and one.source in ("", found.source.name)
    ]
    return [found for found in named if found.kitchen_id == kitchen_id] or named


def _told(one: Ask, meant: Sequence[ExternalComponent], domain: str, now: datetime) -> Told:
    sources = tuple(sorted({found.source.name for found in meant}))
    if len(sources) != 1:
        return Told(sources=sources)
    since = now - timedelta(seconds=one.seconds)
    if one.what == "run":
        return _run(sources, meant, since, now)
    if one.what == "metric":
        return _metric(sources, meant, one.metric, since, now)
    return _messages(sources, [found for found in meant if found.domain in ("", domain)], since, now)


def _run(
    sources: tuple[str, ...], meant: Sequence[ExternalComponent], since: datetime, now: datetime
) -> Told:
    rows = ExternalRun.objects.filter(component__in=meant, stage="", last_at__gt=since, last_at__lte=now)
    run = rows.order_by("-last_at", "-pk").first()
    if run is None:
        return Told(sources=sources)
    facts = {
        name: float(value)
        for name, value in run.facts.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    at = run.status_at or run.last_at
    return Told(sources=sources, run=run.key, status=run.status, at=at, url=run.external_url, facts=facts)


def _metric(
    sources: tuple[str, ...],
    meant: Sequence[ExternalComponent],
    metric: str,
    since: datetime,
    now: datetime,
) -> Told:
    rows = TestResult.objects.filter(
        series__external__component__in=meant, test=metric, check_name="metric", at__gt=since, at__lte=now
    )
    found = rows.order_by("-at", "-pk").values_list("measure", "unit", "at").first()
    if found is None:
        return Told(sources=sources)
    measure, unit, at = found
    return Told(sources=sources, measure=measure, unit=unit, at=at)


def _messages(
    sources: tuple[str, ...], meant: Sequence[ExternalComponent], since: datetime, now: datetime
) -> Told:
    rows = ReceivedEvent.objects.filter(
        component__in=meant, kind=Kind.MESSAGE_LOG, event_time__gt=since, event_time__lte=now
    )
    found = list(
        rows.order_by("-event_time", "-pk").values_list("event_time", "level", "said")[: MOST_LINES + 1]
    )
    lines = [
        Line(at=at, level=level, text=text[:LONGEST_LINE])
        for at, level, said in found
        for text in said.splitlines()
        if text.strip()
    ]
    return Told(
        sources=sources,
        lines=tuple(lines[:MOST_LINES]),
        more=len(lines) > MOST_LINES or len(found) > MOST_LINES,
    )
