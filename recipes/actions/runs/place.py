"""Store a run: its row, a ticket for every dataset it may write, one row per node, and a doorbell."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from hub.common.queue import ring
from kitchens.models import Connection, Revision
from recipes.actions.runs.statements import insert_many, insert_row
from recipes.core.clock import fact_time
from recipes.core.plan import Plan
from recipes.core.spec.model import NodeSpec
from recipes.core.status import Status
from recipes.models import NodeRun, Order, OrderRun, RunLock


@dataclass(frozen=True)
class Origin:
    """How a run came to be; for a resumed one, what it takes over: node -> the node run that did the work."""

    came_by: str = "order"
    resumes: OrderRun | None = None
    revision: Revision | None = None  # pinned inputs that are kept
    recipe_used: str = ""
    values_used: str = ""
    reused: Mapping[str, NodeRun] = field(default_factory=dict)


def store_run(
    order: Order,
    plan: Plan,
    *,
    planned_at: int,
    now: datetime,
    slot: datetime | None = None,
    clock_shift: float = 0.0,
    origin: Origin | None = None,
    plan_again: Callable[[int], Plan] | None = None,
) -> OrderRun:
    """Store a run of the order and ring for a worker; `planned_at` is the revision the plan was made at.

    `plan_again` is given where the plan depends on the number of the run, known only now.
    The caller holds the transaction. The cost grows with the number of nodes only by their insert.
    """
    origin = origin or Origin()
    run = _run(order, plan, origin)
    run.planned_at, run.slot, run.turn_at = planned_at, slot, slot or now
    run.clock_shift, run.placed_at = clock_shift, fact_time(now, clock_shift)
    insert_row(run)
    if plan_again:
        plan = plan_again(run.pk)
        run.plan = plan.model_dump(mode="json")
        run.save(update_fields=["plan"])
    if run.writes:
        take_tickets(run)
    store_nodes(run, plan, origin.reused)
    ring()
    return run


def _run(order: Order, plan: Plan, origin: Origin) -> OrderRun:
    """Return the row of a run that waits to be admitted; its times are not set yet."""
    before = origin.resumes
    return OrderRun(
        order=order,
        kitchen_id=order.kitchen_id,
        domain=plan.domain,
        recipe=plan.recipe,
        variation=plan.variation,
        status=Status.QUEUED,
        reason="Waits for a worker.",
        priority=order.priority,
        commit=plan.commit,
        tree=plan.tree,
        revision=origin.revision,
        heads=before.heads if before and origin.revision else {},
        plan=plan.model_dump(mode="json"),
        writes=plan.writes(),
        fixtures=plan.fixtures,
        followed=bool(plan.fixtures),  # what it finds is about the fixtures, not about the kitchen
        timeout=plan.timeout,
        resumes=before,
        chain=(before.chain or before.pk) if before else None,
        attempt=before.attempt + 1 if before else 1,
        came_by=origin.came_by,
        recipe_used=origin.recipe_used,
        values_used=origin.values_used,
        total=len(plan.nodes),
        done=len(origin.reused),
    )


def take_tickets(run: OrderRun) -> None:
    """Put the run in the line of every dataset it may write."""
    RunLock.objects.bulk_create(
        RunLock(kitchen_id=run.kitchen_id, dataset=name, run=run, turn_at=run.turn_at) for name in run.writes
    )


def store_nodes(run: OrderRun, plan: Plan, reused: Mapping[str, NodeRun]) -> None:
    """Insert the node runs of a run; those taken over are settled from the start."""
    place = {node.name: number for number, node in enumerate(plan.nodes)}
    children: dict[str, list[int]] = {node.name: [] for node in plan.nodes}
    for node in plan.nodes:
        for parent in node.needs:
            if parent in children:
                children[parent].append(place[node.name])
    limits = _limit_keys(run, plan)
    rows = [
        _row(run, plan, node, place, children[node.name], reused)
        | {"limit_key": limits.get(node.connection, "")}
        for node in plan.nodes
    ]
    if rows:
        insert_many("recipes_noderun", list(rows[0]), [list(row.values()) for row in rows])


def _row(
    run: OrderRun,
    plan: Plan,
    node: NodeSpec,
    place: Mapping[str, int],
    children: list[int],
    reused: Mapping[str, NodeRun],
) -> dict[str, Any]:
    """Return a node's row by column, ready for the database; one that is taken over is settled from the start."""
    return {
        "run_id": run.pk,
        "kitchen_id": run.kitchen_id,
        "node": node.name,
        "kind": node.kind,
        "in_hub": is_in_hub(node, plan),
        "place": place[node.name],
        "unmet": sum(parent in place and parent not in reused for parent in node.needs),
        "children": json.dumps(children) if children else "[]",
        "priority": run.priority,
        "attempt": 0,
        "failures": 0,
        "losses": 0,
        "rebase": False,
        "owner": "",
        **_standing(reused.get(node.name)),
    }


def _standing(taken: NodeRun | None) -> dict[str, Any]:
    if taken is None:
        facts = (Status.PENDING, "", None, "", {}, None, None)
    else:
        reason = f"Taken over from run {taken.run_id}: code, values and inputs are unchanged."
        source = taken.reused_from_id or taken.pk
        facts = (
            Status.SUCCEEDED, reason, source, taken.fingerprint, taken.outcome, taken.started_at, taken.ended_at
        )  # fmt: skip
    status, reason, source, fingerprint, outcome, started_at, ended_at = facts
    return {
        "status": str(status),
        "reason": reason,
        "reused_from_id": source,
        "fingerprint": fingerprint,
        "outcome": json.dumps(outcome) if outcome else "{}",
        "started_at": started_at,
        "ended_at": ended_at,
    }


def is_in_hub(node: NodeSpec, plan: Plan) -> bool:
    """Say whether a node needs no process: a join point without tests."""
    return node.kind == "synchronise" and not node.writes and not plan.tests.get(node.name)


def _limit_keys(run: OrderRun, plan: Plan) -> dict[str, str]:
    """Return connection name -> key under which its nodes are counted; the kitchen's own comes before the hub's."""
    names = {node.connection for node in plan.nodes if node.connection}
    if not names:
        return {}
    rows = Connection.objects.filter(Q(kitchen_id=run.kitchen_id) | Q(kitchen=None), name__in=names)
    ordered = sorted(rows, key=lambda row: row.kitchen_id is not None)
    return {row.name: str(row.pk) for row in ordered}
