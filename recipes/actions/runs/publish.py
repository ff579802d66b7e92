"""Publish what a green run has staged, all at once, in the transaction that ends the run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.common.errors import HubError
from kitchens.actions.data import HeadMoved, publish
from kitchens.core.roles import THE_HUB
from kitchens.models import Revision, Snapshot
from kitchens.queries.data import resolve_ids
from recipes.models import NodeRun, OrderRun


@dataclass(frozen=True)
class Published:
    """What came of publishing: the new revision, or the datasets that moved on meanwhile, or why not."""

    revision: Revision | None = None
    moved: tuple[str, ...] = ()
    fault: str = ""


def publish_run(run: OrderRun, at: datetime) -> Published:
    """Move the pointers of every dataset the run has staged; the caller holds the transaction.

    Nothing is moved where any head is no longer the one the run has read. About fifteen queries.
    """
    snapshots = staged_snapshots(run)
    if not snapshots:
        return Published()
    try:
        revision = publish(
            run.kitchen,
            snapshots,
            expected=expected_heads(run, list(snapshots)),
            by=replace(THE_HUB, person_id=run.order.placed_by_id),
            at=at,
            run=run.pk,
            note=f"{run.domain}/{run.recipe} {run.variation}",
        )
    except HeadMoved as moved:
        return Published(moved=moved.datasets)
    except HubError as fault:
        return Published(fault=str(fault))
    return Published(revision=revision)


def staged_snapshots(run: OrderRun) -> dict[str, Snapshot]:
    """Return dataset -> snapshot of all that the run's nodes, or those they were taken over from, have staged."""
    ids = [pk for outcome in _outcomes(run) for pk in outcome.get("snapshots", {}).values()]
    found = Snapshot.objects.filter(pk__in=ids).select_related("dataset")
    return {snapshot.dataset.name: snapshot for snapshot in found}


def expected_heads(run: OrderRun, names: list[str]) -> dict[str, int | None]:
    """Return the head each dataset must still have: as pinned, or as of the last time the run was put on newer ones."""
    pinned = resolve_ids(run.kitchen, names, at=run.revision)
    return {name: run.heads.get(name, pinned.get(name)) for name in names}


def _outcomes(run: OrderRun) -> list[dict[str, Any]]:
    nodes = NodeRun.objects.filter(run=run, status="succeeded", in_hub=False)
    return list(nodes.order_by("place").values_list("outcome", flat=True))
