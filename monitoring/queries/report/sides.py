"""The two runs a report compares: the first red one, and the last green one before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from kitchens.models import Kitchen, Snapshot
from kitchens.queries.data import resolve_snapshots
from monitoring.models import Episode
from recipes.core.plan import Plan
from recipes.core.spec.model import NodeSpec, TestSpec
from recipes.core.status import Status
from recipes.models import DatasetAccess, NodeRun, OrderRun

RELATED = ("kitchen__parent", "revision__kitchen", "order", "resumes")


@dataclass(frozen=True)
class Moved:
    """A dataset that a node of a run read or wrote; `rows` are those written, or else all of the snapshot."""

    dataset: str
    node: str
    writes: bool
    snapshot: Snapshot | None
    rows: int | None


class Side:
    """One of the two runs, with its plan and what its nodes read and wrote, those taken over from before included."""

    def __init__(self, run: OrderRun) -> None:
        self.run = run
        self.plan = Plan.model_validate(run.plan)
        self.nodes = {node.name: node for node in self.plan.nodes}

    def test(self, name: str) -> TestSpec | None:
        return next((test for tests in self.plan.tests.values() for test in tests if test.name == name), None)

    def path(self, node: str) -> list[str]:
        """Return the node and all before it, in topological order."""
        wanted = {node}
        for spec in reversed(self.plan.nodes):
            if spec.name in wanted:
                wanted |= set(spec.needs)
        return [spec.name for spec in self.plan.nodes if spec.name in wanted]

    def spec(self, node: str) -> NodeSpec | None:
        return self.nodes.get(node)

    @cached_property
    def node_runs(self) -> dict[str, NodeRun]:
        """Node -> the node run that did its work, in this run or an earlier one of its chain. One query."""
        rows = NodeRun.objects.filter(run=self.run).select_related("reused_from")
        return {row.node: row.reused_from or row for row in rows}

    @cached_property
    def moved(self) -> Sequence[Moved]:
        """What was read and written, in the order of the plan. One query, and that of the node runs."""
        at = {row.pk: node for node, row in self.node_runs.items()}
        order = {name: place for place, name in enumerate(self.nodes)}
        rows = DatasetAccess.objects.filter(node_run__in=at).select_related("dataset", "snapshot")
        found = [
            Moved(
                row.dataset.name,
                at[row.node_run_id],
                row.writes,
                row.snapshot,
                self._rows(at[row.node_run_id], row),
            )
            for row in rows.defer("snapshot__parts").order_by("id")
        ]
        return sorted(found, key=lambda one: (order.get(one.node, 0), one.writes))

    def _rows(self, node: str, access: DatasetAccess) -> int | None:
        if access.writes:
            for staged in self.node_runs[node].outcome.get("staged", ()):
                if staged["dataset"] == access.dataset.name:
                    return int(staged["rows_written"])
        return access.snapshot.rows if access.snapshot else None

    def resolved(self, names: Iterable[str]) -> dict[str, Snapshot]:
        """Return what these datasets were at the pinned revision. Two queries a level."""
        if self.run.revision is None:
            return {}
        return resolve_snapshots(self.run.kitchen, names, at=self.run.revision)


def red_side(episode: Episode) -> Side | None:
    """Return the first red run; None where there was no run of ours. One query."""
    run = OrderRun.objects.select_related(*RELATED).filter(pk=episode.first_run_id).first()
    return Side(run) if run else None


def green_side(episode: Episode, red: OrderRun) -> Side | None:
    """Return the run that is compared with: the last green one of the test, else the last that succeeded before it.

    In a kitchen that has none, one of its parents, which it began as. One to three queries.
    """
    if episode.green_run_id:
        run = OrderRun.objects.select_related(*RELATED).get(pk=episode.green_run_id)
        return Side(run)
    kitchen: Kitchen | None = red.kitchen
    while kitchen is not None:
        found = (
            OrderRun.objects.select_related(*RELATED)
            .filter(
                kitchen=kitchen, domain=red.domain, recipe=red.recipe, status=Status.SUCCEEDED, fixtures=""
            )
            .filter(pk__lt=red.pk)
        )
        same = found.filter(variation=red.variation).order_by("-pk").first() or found.order_by("-pk").first()
        if same:
            return Side(same)
        kitchen = (
            Kitchen.objects.select_related("parent").get(pk=kitchen.parent_id) if kitchen.parent_id else None
        )
    return None
