"""What becomes of a green run whose datasets changed before it could publish them.

Appends and partitions are put on the newest version, and their tests and all that was made from them run again.
What was written as a whole, and is not made from those, is superseded: the run ends, and is run once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hub.common.queue import ring
from kitchens.queries.data import resolve_ids
from recipes.actions.runs.place import Origin, store_run
from recipes.actions.runs.series import discount
from recipes.core.plan import Plan
from recipes.core.status import Status
from recipes.models import NodeRun, OrderRun

CAN_REBASE = frozenset({"append", "replace_partition"})
SUPERSEDED = (
    "Superseded: "  # begins the reason of a run that another one's data made useless: it judged nothing
)
MOST_REBASES = 5  # a run that never gets through says so instead of going on for ever


def can_rebase(run: OrderRun, plan: Plan, moved: Iterable[str]) -> bool:
    """Say whether the run can go on from the newest versions of the datasets that moved.

    Appends and partitions can always be put on a newer version. What was written as a whole has to be made again: that
    is right only where it comes after such a node, and all that the run read from outside is still the newest.
    """
    moved = set(moved)
    modes = {write.dataset: write.mode for node in plan.nodes for write in node.writes}
    whole = {name for name in moved if modes.get(name) not in CAN_REBASE}
    if run.rebases >= MOST_REBASES or whole == moved:
        return False
    after = downstream(plan, _writers(plan, moved - whole))
    made_again = {write.dataset for node in plan.nodes if node.name in after for write in node.writes}
    return whole <= made_again and (not whole or _inputs_unchanged(run, plan))


def _inputs_unchanged(run: OrderRun, plan: Plan) -> bool:
    written = set(plan.writes())
    outside = {name for node in plan.nodes for name in node.reads} - written
    return resolve_ids(run.kitchen, outside) == resolve_ids(run.kitchen, outside, at=run.revision)


def _writers(plan: Plan, datasets: set[str]) -> list[str]:
    return [node.name for node in plan.nodes if any(write.dataset in datasets for write in node.writes)]


def rebase(run: OrderRun, plan: Plan, moved: tuple[str, ...], now: datetime) -> None:
    """Send the writers of these datasets, and all that comes after them, through once more.

    A writer whose inputs are the same is not executed again: its staged rows are put on the new head and judged.
    """
    heads = resolve_ids(run.kitchen, moved)
    again = _writers(plan, set(moved))
    after = downstream(plan, again)
    only_judged = [name for name in again if name not in after]
    reason = f"{', '.join(moved)} changed meanwhile: its rows are put on the newest version and tested again."
    nodes = NodeRun.objects.filter(run=run, status=Status.SUCCEEDED)
    discount(nodes.filter(node__in=[*again, *after]))
    nodes.filter(node__in=only_judged).move(
        Status.QUEUED, reason=reason, ready_at=now, reused_from=None, rebase=True
    )
    unmet = {node.name: len(set(node.needs) & {*only_judged, *after}) for node in plan.nodes}
    for row in nodes.filter(node__in=after).defer("outcome"):
        NodeRun.objects.filter(pk=row.pk).move(
            Status.PENDING, reason="", unmet=unmet[row.node], outcome={}, reused_from=None, rebase=False
        )
    OrderRun.objects.filter(pk=run.pk).update(
        heads={**run.heads, **heads},
        rebases=run.rebases + 1,
        done=run.done - len(only_judged) - len(after),
        reason=f"{', '.join(moved)} changed before it could be published; put on the newest version.",
    )
    ring()


def downstream(plan: Plan, nodes: Iterable[str]) -> list[str]:
    """Return all nodes that come after any of these, in topological order."""
    first, after = set(nodes), []
    for node in plan.nodes:
        if set(node.needs) & {*first, *after}:
            after.append(node.name)
    return after


def supersede(run: OrderRun, plan: Plan, moved: tuple[str, ...], now: datetime) -> str:
    """Place the one run that takes this one's stead, and return the sentence that this one ends with."""
    what = (
        f"{SUPERSEDED}{', '.join(moved)} changed while this run was working on it, so nothing was published."
    )
    if run.came_by == "superseded":
        return f"{what} It was superseded twice: order it again when the other runs have ended."
    following = store_run(
        run.order,
        plan,
        planned_at=run.planned_at,
        now=now,
        slot=run.slot,
        clock_shift=run.clock_shift,
        origin=Origin(came_by="superseded", resumes=run),
    )
    return f"{what} Run {following.pk} does it once more from the newest data."
