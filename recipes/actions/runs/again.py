"""Take up a run that did not succeed where it stopped, order one again, or try one node again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from django.db.models import F

from hub.common.errors import ConflictError, InvalidError
from hub.common.queue import ring
from kitchens.actions import audit
from kitchens.core.roles import Actor
from kitchens.models import Revision, Snapshot
from kitchens.queries.data import newest
from recipes.actions.runs.advance import count_done, hold, skip_after
from recipes.actions.runs.context import read_files
from recipes.actions.runs.moved import downstream
from recipes.actions.runs.ordering import place_order
from recipes.actions.runs.place import Origin, store_run
from recipes.actions.runs.plans import planner_at, request_of
from recipes.actions.runs.series import discount
from recipes.core.fingerprints import fingerprints
from recipes.core.plan import Plan
from recipes.core.status import RED, SETTLED, Status
from recipes.models import NodeRun, Order, OrderRun

Choice = Literal["old", "new"]


def resume(
    run: OrderRun,
    *,
    by: Actor,
    now: datetime,
    recipe: Choice = "old",
    values: Literal["old"] | Mapping[str, Any] = "old",
    clock_shift: float | None = None,
) -> OrderRun:
    """Place a new run that goes on where this one stopped, and return it; it is linked by `resumes`.

    It keeps the pinned inputs. Nodes that succeeded, and whose code, values, tests and inputs are unchanged, are
    taken over with what they staged; all others run. `recipe` is the one of the run or the kitchen's newest;
    `values` are those of the order, or new ones; `clock_shift` is the run's own unless given. ConflictError where
    the run is open, succeeded, or has been resumed already; ValueFaults and MissingError as when placing an order.
    """
    _require(run, by)
    run = OrderRun.objects.select_related("order", "kitchen__parent", "revision").get(pk=run.pk)
    _check_resumable(run)
    given = None if values == "old" else dict(values)
    plan, revision = _plan(run, recipe, given)
    reused = _reusable(run, plan)
    with transaction.atomic():
        hold(run.pk)
        _check_resumable(run)
        following = store_run(
            run.order if given is None else _order_with(run.order, given, by, now),
            plan,
            planned_at=revision.number,
            now=now,
            slot=run.slot,
            clock_shift=run.clock_shift if clock_shift is None else clock_shift,
            origin=Origin(
                came_by="resume",
                resumes=run,
                revision=run.revision,
                recipe_used=recipe,
                values_used="old" if given is None else "new",
                reused=reused,
            ),
        )
        audit.record(
            by, "run.resumed", f"run {run.pk}", following.placed_at, following=following.pk, recipe=recipe
        )
    return following


def rerun(run: OrderRun, *, by: Actor, now: datetime) -> OrderRun:
    """Order the same again: same values, nodes and slot, the newest recipe and data, nothing taken over."""
    order = run.order
    return place_order(
        kitchen=run.kitchen,
        domain=run.domain,
        recipe=run.recipe,
        variation=run.variation,
        by=by,
        now=now,
        values=order.values,
        nodes=order.nodes,
        priority=order.priority,
        slot=run.slot,
        clock_shift=run.clock_shift,
        came_by="rerun",
        fixtures=run.fixtures,
    )


def retry_node(run: OrderRun, node: str, *, by: Actor, now: datetime) -> OrderRun:
    """Try a failed node again, and what was skipped because of it; return the run that does so.

    While the run is open that is the run itself; one that has ended is resumed by a new one.
    """
    _require(run, by)
    with transaction.atomic():
        held = hold(run.pk)
        row = NodeRun.objects.filter(run=run, node=node).defer("outcome").first()
        if row is None:
            raise InvalidError(f"Run {run.pk} has no node {node!r}.")
        if row.status not in RED:
            raise ConflictError(f"The node {node} has not failed: it is {row.get_status_display()}.")
        if held is not None and held.status == Status.RUNNING:
            _again(run, node, now)
            audit.record(by, "node.retried", f"{node} of run {run.pk}", now)
            return run
    return resume(run, by=by, now=now)


def _require(run: OrderRun, by: Actor) -> None:
    by.require("run.resume", run.kitchen.slug)
    by.require(run.kitchen.right("order.place"), run.kitchen.slug)


def _check_resumable(run: OrderRun) -> None:
    status = OrderRun.objects.values_list("status", flat=True).get(pk=run.pk)
    if status not in SETTLED:
        raise ConflictError(f"Run {run.pk} has not ended.", remedy="Cancel it, or wait for its end.")
    if status == Status.SUCCEEDED:
        raise ConflictError(f"Run {run.pk} has succeeded.", remedy="Order it again instead.")
    if later := OrderRun.objects.filter(resumes=run).order_by("-id").values_list("pk", flat=True).first():
        raise ConflictError(f"Run {run.pk} goes on as run {later}.", remedy=f"Look at run {later}.")


def _plan(run: OrderRun, recipe: Choice, values: Mapping[str, Any] | None) -> tuple[Plan, Revision]:
    """Return the plan to resume with, and the revision its recipe and overrides are of."""
    pinned = run.revision or newest(run.kitchen)
    if recipe == "old" and values is None:
        return Plan.model_validate(run.plan), pinned
    request = request_of(run)
    if values is not None:
        request = replace(request, values=values)
    old = recipe == "old"
    planner = planner_at(request, pinned, run.commit) if old else planner_at(request, newest(run.kitchen))
    return planner.plan(run.chain or run.pk), planner.revision


def _reusable(run: OrderRun, plan: Plan) -> dict[str, NodeRun]:
    """Return the finished node runs that the new plan may take over: node -> node run. Three queries."""
    if run.revision_id is None:
        return {}
    prints = fingerprints(plan, read_files(plan.tree))
    before = {row.node: row for row in NodeRun.objects.filter(run=run, status=Status.SUCCEEDED)}
    planned = {node.name for node in plan.nodes}
    gone = _collected(before)
    reused: dict[str, NodeRun] = {}
    for node in plan.nodes:  # in topological order
        row = before.get(node.name)
        if row is None or row.node in gone or not all(p in reused for p in node.needs if p in planned):
            continue
        if row.in_hub or row.fingerprint == prints[node.name]:
            reused[node.name] = row
    return reused


def _collected(before: Mapping[str, NodeRun]) -> set[str]:
    """Return the nodes whose staged data has been removed since."""
    staged = {pk: name for name, row in before.items() for pk in row.outcome.get("snapshots", {}).values()}
    gone = Snapshot.objects.filter(pk__in=staged, collected_at__isnull=False).values_list("pk", flat=True)
    return {staged[pk] for pk in gone}


def _order_with(order: Order, values: Mapping[str, Any], by: Actor, now: datetime) -> Order:
    return Order.objects.create(
        kitchen_id=order.kitchen_id,
        domain=order.domain,
        recipe=order.recipe,
        variation=order.variation,
        values=dict(values),
        nodes=order.nodes,
        priority=order.priority,
        placed_by_id=by.person_id,
        placed_via=by.via,
        placed_at=now,
    )


def _again(run: OrderRun, node: str, now: datetime) -> None:
    """Queue a failed node of a held, open run, and put what was skipped after it back in line."""
    plan = Plan.model_validate(OrderRun.objects.values_list("plan", flat=True).get(pk=run.pk))
    nodes = NodeRun.objects.filter(run=run)
    discount(nodes.filter(node=node))
    nodes.filter(node=node).move(
        Status.QUEUED, reason="", ready_at=now, failures=0, losses=0, ended_at=None, outcome={}
    )
    succeeded = set(nodes.filter(status=Status.SUCCEEDED).values_list("node", flat=True))
    after = set(downstream(plan, [node]))
    back = 0
    for spec in plan.nodes:
        if spec.name in after:
            unmet = len([parent for parent in spec.needs if parent not in succeeded])
            skipped = nodes.filter(node=spec.name, status=Status.SKIPPED)
            back += skipped.move(Status.PENDING, reason="", unmet=unmet, ended_at=None)
    OrderRun.objects.filter(pk=run.pk).update(done=F("done") - back - 1)
    _skip_again(run, plan, now)
    ring()


def _skip_again(run: OrderRun, plan: Plan, now: datetime) -> None:
    """Skip what still cannot run, because another node before it did not succeed either."""
    held = hold(run.pk)
    if held is None:
        return
    red = NodeRun.objects.filter(run=run, status__in=RED).defer("outcome")
    skipped = sum(skip_after(held, row.node, Status(row.status), row.children, now) for row in red)
    count_done(held, skipped)
