"""Place one step of a candidate: take over what the source kitchen has made already, run the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from kitchens.actions.data import publish
from kitchens.core.roles import THE_HUB
from kitchens.models import MergeRequest, Revision, Snapshot
from kitchens.queries.data import newest, resolve_ids
from recipes.actions.candidates.planning import planner
from recipes.actions.candidates.reuse import Taken, taken_over
from recipes.actions.runs.place import Origin, store_run
from recipes.actions.runs.plans import Planner
from recipes.actions.runs.statements import insert_row
from recipes.core.candidates import NodeDoes, Step, cut_to
from recipes.core.clock import fact_time
from recipes.core.plan import Plan
from recipes.models import Order, OrderRun
from recipes.queries.folders import folder_of


@dataclass(frozen=True)
class Placed:
    """A step ready to be placed: its plan cut down, and what is taken over instead of being run."""

    planner: Planner
    plan: Plan
    revision: Revision
    step: Step
    nodes: tuple[NodeDoes, ...]
    taken: dict[str, Taken]

    @property
    def note(self) -> str:
        runs = sorted({taken.run for taken in self.taken.values()})
        return f"Data of run {', '.join(map(str, runs))} is taken over." if runs else ""

    def cut(self, run: int | None = None) -> Plan:
        """Return the plan of the run; with the number of the run where the recipe names it."""
        plan = self.planner.plan(run) if run is not None else self.plan
        return cut_to(plan, _running(self.nodes), self.step.judged)


def _running(nodes: tuple[NodeDoes, ...]) -> tuple[str, ...]:
    return tuple(one.node for one in nodes if one.does == "runs")


def prepare(request: MergeRequest, step: Step, now: datetime) -> Placed:
    """Return a step ready to be placed; HubError where it cannot be planned. Writes nothing."""
    revision = newest(request.candidate)
    made = planner(request.target, folder_of(revision.commit, step.recipe), revision, step, now)
    plan = made.plan()
    taken = taken_over(request, made, step.running)
    nodes = tuple(
        replace(one, does="from_source", why=taken[one.node].why) if one.node in taken else one
        for one in step.nodes
    )
    return Placed(made, plan, revision, step, nodes, taken)


def place(request: MergeRequest, placed: Placed, now: datetime, clock_shift: float = 0.0) -> OrderRun | None:
    """Publish in the candidate what is taken over, and store the run of the rest; None where nothing is left to run.

    `now` is the candidate's own time, which differs from the real one by `clock_shift`. The caller holds the transaction.
    """
    _take_over(request, placed, now)
    plan = placed.cut()
    if not plan.nodes:
        return None
    order = _order(request, placed, plan, now)
    return store_run(
        order,
        plan,
        planned_at=newest(request.candidate).number,
        now=fact_time(now, -clock_shift),
        clock_shift=clock_shift,
        slot=placed.planner.request.slot,
        origin=Origin(),
        plan_again=placed.cut if placed.planner.names_run else None,
    )


def _take_over(request: MergeRequest, placed: Placed, now: datetime) -> None:
    ids = {name: pk for taken in placed.taken.values() for name, pk in taken.snapshots.items()}
    if not ids:
        return
    found = Snapshot.objects.filter(pk__in=ids.values()).select_related("dataset")
    publish(
        request.candidate,
        {snapshot.dataset.name: snapshot for snapshot in found},
        expected={name: resolve_ids(request.candidate, [name]).get(name) for name in ids},
        by=THE_HUB,
        at=now,
        run=None,
        note=f"{placed.step.recipe}: {placed.note}",
    )


def _order(request: MergeRequest, placed: Placed, plan: Plan, now: datetime) -> Order:
    order = Order(
        kitchen=request.candidate,
        domain=plan.domain,
        recipe=plan.recipe,
        variation=plan.variation,
        values=dict(placed.planner.request.values),
        nodes=[node.name for node in plan.nodes],
        kind="once",
        priority=plan.priority,
        placed_via="hub",
        placed_at=now,
    )
    insert_row(order)
    return order
