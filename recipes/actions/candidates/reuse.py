"""What the source kitchen has made already with exactly this code, these values and these inputs: it is promoted as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from hub.common.errors import HubError
from kitchens.models import Connection, Kitchen, MergeRequest, Secret, Snapshot
from kitchens.queries.data import resolve_ids
from recipes.actions.runs.context import read_files
from recipes.actions.runs.plans import Planner
from recipes.core.checks import datasets_read
from recipes.core.fingerprints import fingerprints
from recipes.core.plan import Plan
from recipes.core.spec.model import NodeSpec
from recipes.models import NodeRun, OrderRun

NEWEST = 20  # published runs of the recipe that are looked at
Ids = Mapping[str, int | None]


@dataclass(frozen=True)
class Taken:
    """A node's work in the source kitchen: the run that did it, and the snapshots it made."""

    run: int
    why: str
    snapshots: Mapping[str, int]


def taken_over(request: MergeRequest, planner: Planner, running: Iterable[str]) -> dict[str, Taken]:
    """Return the nodes whose work need not be done again. About eight queries, one where the source never ran it.

    Only what replaces its dataset as a whole is taken over, and nothing that may have seen connections or secrets of
    the source kitchen's own: the target's could have told it something else.
    """
    wanted = set(running)
    plan = planner.plan()
    runs = _published_runs(request.source, plan) if wanted else {}
    if not runs:
        return {}
    own = _has_own_settings(request.source)
    known = _Known(request, plan, runs, _node_runs(runs, planner, wanted))
    taken: dict[str, Taken] = {}
    for node in plan.nodes:  # in topological order
        if node.name not in wanted:
            continue
        found = known.same(node) if _may_travel(node, plan, own) else None
        if found is not None:
            taken[node.name] = found
        known.note(node, found)
    return taken


def _published_runs(source: Kitchen, plan: Plan) -> dict[int, OrderRun]:
    runs = OrderRun.objects.filter(kitchen=source, domain=plan.domain, recipe=plan.recipe, status="succeeded")
    found = runs.filter(published__isnull=False).select_related("kitchen", "revision", "order").defer("plan")
    return {run.pk: run for run in found.order_by("-id")[:NEWEST]}


def _has_own_settings(source: Kitchen) -> bool:
    return (
        Secret.objects.filter(kitchen=source).exists() or Connection.objects.filter(kitchen=source).exists()
    )


def _node_runs(
    runs: Mapping[int, OrderRun], planner: Planner, wanted: Iterable[str]
) -> dict[str, list[NodeRun]]:
    """Return node -> what did its work with the very code and values of the plan, newest first.

    A run of a few nodes only has fingerprints of its own: what comes before a node counts in them.
    """
    prints = {nodes: _prints(planner, nodes) for nodes in {tuple(run.order.nodes) for run in runs.values()}}
    rows = NodeRun.objects.filter(run__in=list(runs), status="succeeded", node__in=list(wanted))
    found: dict[str, list[NodeRun]] = {}
    for row in rows.order_by("-run_id"):
        if row.fingerprint and row.fingerprint == prints[tuple(runs[row.run_id].order.nodes)].get(row.node):
            found.setdefault(row.node, []).append(row)
    return found


def _prints(planner: Planner, nodes: tuple[str, ...]) -> dict[str, str]:
    try:
        plan = replace(planner, request=replace(planner.request, nodes=nodes)).plan()
    except HubError:
        return {}
    return fingerprints(plan, read_files(plan.tree))


def _may_travel(node: NodeSpec, plan: Plan, own_settings: bool) -> bool:
    whole = bool(node.writes) and all(write.mode == "replace" for write in node.writes)
    connected = node.connection or any(plan.sources[n].connection for n in node.sources if n in plan.sources)
    return whole and not (own_settings and (connected or node.kind in ("python", "shell")))


class _Known:
    """The inputs of nodes on both sides: as the candidate has them, and as the source's runs had them."""

    def __init__(
        self,
        request: MergeRequest,
        plan: Plan,
        runs: Mapping[int, OrderRun],
        made: Mapping[str, list[NodeRun]],
    ) -> None:
        self._plan, self._runs, self._made = plan, runs, made
        self._names = {name for node in plan.nodes for name in _inputs(node, plan)}
        self._here: dict[str, int | None] = dict(resolve_ids(request.candidate, self._names))
        self._unknown: set[str] = set()
        self._there: dict[int, Ids] = {}

    def note(self, node: NodeSpec, taken: Taken | None) -> None:
        """Write down what the datasets of a node are from here on: those taken over, or not known before it has run."""
        for write in node.writes:
            if taken is None:
                self._unknown.add(write.dataset)
            else:
                self._here[write.dataset] = taken.snapshots[write.dataset]

    def same(self, node: NodeSpec) -> Taken | None:
        """Return the newest work of the source that had the same inputs, and whose rows are still kept."""
        inputs = _inputs(node, self._plan)
        if inputs & self._unknown:
            return None
        here = {name: self._here.get(name) for name in inputs}
        for row in self._made.get(node.name, ()):
            snapshots = row.outcome.get("snapshots", {})
            whole = {write.dataset for write in node.writes} == snapshots.keys()
            there = self._inputs_there(row.run_id)
            if whole and {name: there.get(name) for name in inputs} == here and _kept(snapshots.values()):
                why = f"Run {row.run_id} made it in the kitchen already: same code, values and inputs."
                return Taken(row.run_id, why, snapshots)
        return None

    def _inputs_there(self, run_id: int) -> Ids:
        """Return the snapshots that a run of the source saw: as pinned, on newer heads, or made by itself."""
        if run_id not in self._there:
            run = self._runs[run_id]
            pinned = resolve_ids(run.kitchen, self._names, at=run.revision)
            made: dict[str, int] = {}
            for outcome in NodeRun.objects.filter(run=run).values_list("outcome", flat=True):
                made |= outcome.get("snapshots", {})
            self._there[run_id] = {**pinned, **run.heads, **made}
        return self._there[run_id]


def _inputs(node: NodeSpec, plan: Plan) -> set[str]:
    """Return what a node and its tests read, but for what it makes itself as a whole."""
    tests = plan.tests.get(node.name, ())
    own = {write.dataset for write in node.writes}
    return set(node.reads) | ({name for test in tests for name in datasets_read(test)} - own)


def _kept(ids: Iterable[int]) -> bool:
    wanted = list(ids)
    return Snapshot.objects.filter(pk__in=wanted, collected_at=None).count() == len(set(wanted))
