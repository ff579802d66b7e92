"""Why something waits, in one sentence that is true at the moment of reading.

What a move knows for good it writes down as `reason`. What changes by itself (nodes before it, free places, living
workers) is worked out here instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Count

from kitchens.models import Connection, Kitchen
from recipes.core.status import SETTLED, Status
from recipes.models import NodeRun, OrderRun, Worker

ALIVE_WITHIN = timedelta(seconds=60)
MOST_NAMED = 3


def explain_nodes(
    nodes: Sequence[NodeRun], needs: Mapping[str, Sequence[str]], now: datetime
) -> Sequence[NodeRun]:
    """Fill in `reason` (in memory) of the nodes that wait, and return them all.

    `needs` is that of the plan; of parents that are not among `nodes` none is named. No query unless a node waits for
    a worker, then at most four.
    """
    unsettled = {node.node for node in nodes if node.status not in SETTLED}
    queued = [node for node in nodes if node.status == Status.QUEUED]
    common = why_no_worker_takes_it(now) if queued else ""
    full = _full(queued[0].kitchen_id) if queued else {}
    for node in nodes:
        if node.status == Status.PENDING:
            node.reason = _waits_for(needs.get(node.node, ()), unsettled)
        elif node.status == Status.QUEUED and not node.in_hub:
            full_sentence = full.get("") or full.get(node.limit_key)
            node.reason = " ".join(filter(None, (node.reason, full_sentence or common)))
        elif node.status == Status.WAITING and node.ready_at:
            node.reason = f"{node.reason} The next try is at {node.ready_at:%H:%M:%S} UTC.".strip()
    return nodes


def explain_run(run: OrderRun, now: datetime) -> str:
    """Return why a run has not begun, or its stored reason. At most two queries."""
    if run.status != Status.QUEUED:
        return str(run.reason)
    return why_no_worker_takes_it(now)


def why_no_worker_takes_it(now: datetime) -> str:
    """Say what is with the workers. One query."""
    alive = Worker.objects.filter(role="worker", stopped_at=None, heartbeat_at__gt=now - ALIVE_WITHIN)
    busy = [bool(text) for text in alive.values_list("busy_with", flat=True)]
    if not busy:
        return "Waits for a worker, and none is alive. Start one with `manage.py up` or `manage.py worker`."
    if all(busy):
        return f"Waits for a free worker: {'the only one is' if len(busy) == 1 else f'all {len(busy)} are'} busy."
    return "Waits for a worker."


def _waits_for(needs: Sequence[str], unsettled: set[str]) -> str:
    if not needs:
        return "Waits for the run to begin."
    parents = [name for name in needs if name in unsettled]
    if not parents:
        return "Waits for the nodes before it."
    named = ", ".join(parents[:MOST_NAMED])
    more = f" and {len(parents) - MOST_NAMED} more" if len(parents) > MOST_NAMED else ""
    return f"Waits for {named}{more}."


def _full(kitchen_id: int) -> dict[str, str]:
    """Return limit key ("" for the kitchen) -> sentence, for the limits that are reached. Three queries."""
    limits = {
        str(pk): (name, most)
        for pk, name, most in Connection.objects.exclude(max_parallel=None).values_list(
            "pk", "name", "max_parallel"
        )
    }
    kitchen = Kitchen.objects.filter(pk=kitchen_id).values_list("slug", "max_parallel_nodes").first()
    slug, most_nodes = kitchen or ("", None)
    if not limits and most_nodes is None:
        return {}
    at_work = NodeRun.objects.filter(status__in=[Status.RUNNING, Status.CANCELLING])
    busy = list(at_work.values_list("kitchen_id", "limit_key").annotate(count=Count("id")).order_by())
    found = {}
    if most_nodes is not None and sum(n for k, _, n in busy if k == kitchen_id) >= most_nodes:
        found[""] = f"Waits for a free place: the kitchen {slug} runs {most_nodes} at a time."
    for key, (name, most) in limits.items():
        if sum(n for _, k, n in busy if k == key) >= most:
            found[key] = f"Waits for a free place: the connection {name} takes {most} at a time."
    return found
