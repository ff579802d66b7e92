"""Components of other tools: made unclaimed by their first event, and claimed for a domain by an operator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction

from hub.common.errors import InvalidError, MissingError
from kitchens.actions import audit
from kitchens.core.roles import Actor
from kitchens.models import Domain, Kitchen
from monitoring.actions.rewriting import rewrite
from monitoring.core.events.model import Component
from monitoring.models import Episode, EventSource, ExternalComponent
from recipes.models import TestResult, TestSeries

MOST_COMPONENTS = 1000  # of a source
Key = tuple[str, str]


def components(
    wanted: Iterable[Component], source: EventSource, kitchen: Kitchen, now: datetime
) -> Mapping[Key, ExternalComponent]:
    """Return the components by kind and key, new ones made as unclaimed; those beyond the cap are missing.

    Four queries. The source is held by the caller.
    """
    named: dict[Key, str] = {}
    for one in wanted:
        named[one.kind, one.key] = one.name or named.get((one.kind, one.key), "")
    rows = ExternalComponent.objects.filter(source=source, kitchen=kitchen, key__in={key for _, key in named})
    found = {(row.kind, row.key): row for row in rows if (row.kind, row.key) in named}
    new = [key for key in named if key not in found]
    if new:
        room = max(0, MOST_COMPONENTS - ExternalComponent.objects.filter(source=source).count())
        made = [
            ExternalComponent(source=source, kitchen=kitchen, kind=kind, key=key, name=named[kind, key],
                              first_at=now, last_at=now)
            for kind, key in new[:room]
        ]  # fmt: skip
        found |= {(row.kind, row.key): row for row in ExternalComponent.objects.bulk_create(made)}
    for key, row in found.items():
        row.name, row.last_at = named[key] or row.name, now
    rewrite(ExternalComponent, found.values(), ("name", "last_at"))
    return found


def too_many(source: EventSource) -> InvalidError:
    """Return the refusal of a component beyond the cap."""
    return InvalidError(
        f"{source} has {MOST_COMPONENTS:,} components already, and this would be one more.",
        remedy="Put what changes from run to run into `run.key`, not into the key of the component.",
        field="component.key",
    )


@transaction.atomic
def claim(pk: int, domain: str, *, by: Actor, now: datetime) -> ExternalComponent:
    """Give a component, with the history of its tests, to a domain; "" gives it back. Twice changes nothing.

    MissingError where there is no such component or domain.
    """
    by.require("source.change")
    row = ExternalComponent.objects.select_related("source", "kitchen").filter(pk=pk).first()
    if row is None:
        raise MissingError(f"There is no component {pk} of another tool.")
    by.require("source.change", row.kitchen.slug)
    if domain and not Domain.objects.filter(slug=domain).exists():
        raise MissingError(f"There is no domain {domain[:60]!r}.", remedy="Domains lists all there are.")
    EventSource.objects.select_for_update().get(pk=row.source_id)  # nothing of it comes in meanwhile
    row.refresh_from_db(fields=["domain"])
    if row.domain == domain:
        return row
    row.domain, row.claimed_at = domain, now if domain else None
    row.claimed_by_id = by.person_id if domain else None
    row.save(update_fields=["domain", "claimed_at", "claimed_by"])
    _move_history(row)
    audit.record(by, "component.claimed", str(row)[:200], now, source=row.source.name, domain=domain)
    return row


def _move_history(row: ExternalComponent) -> None:
    """Let the tests that are of no dataset of ours follow their component."""
    known = set(Domain.objects.values_list("slug", flat=True))
    mine = TestSeries.objects.filter(external__component=row).values_list("pk", "dataset")
    moved = [pk for pk, dataset in mine if dataset.partition(".")[0] not in known or "." not in dataset]
    for model, field in ((TestSeries, "pk__in"), (TestResult, "series__in"), (Episode, "series__in")):
        model.objects.filter(**{field: moved}).update(domain=row.domain)
