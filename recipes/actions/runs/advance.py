"""Move a run on when nodes of it have settled: count down their children, queue what is ready, skip what cannot run.

Everything here happens inside a transaction that holds the run (`hold`), so two finishers of one run never
meet. Nodes that need no process are settled on the spot, many to a transaction.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from recipes.actions.runs.statements import execute, fetch
from recipes.core.clock import fact_time
from recipes.core.status import Status

MOST_AT_ONCE = 500  # in-hub nodes settled in one transaction: some 20 ms on SQLite


@dataclass(frozen=True)
class Held:
    """A run that this transaction holds."""

    id: int
    kitchen_id: int
    status: str
    shift: float
    writes: bool  # any dataset at all


@dataclass
class Wave:
    """What one move changed: places of in-hub nodes that succeeded, and of nodes that became ready."""

    settled: list[int] = field(default_factory=list)
    ready: list[int] = field(default_factory=list)
    counted_down: dict[int, list[int]] = field(default_factory=dict)  # parents left -> places


@dataclass
class _Waiting:
    before: int  # parents left as stored
    unmet: int  # and as counted down so far
    in_hub: bool
    children: list[int]


def hold(run_id: int) -> Held | None:
    """Take hold of a run until the end of this transaction; None where it does not exist. One statement."""
    rows = fetch(
        "SELECT kitchen_id, status, clock_shift, writes FROM recipes_orderrun WHERE id = %s [lock]", run_id
    )
    if not rows:
        return None
    kitchen_id, status, shift, writes = rows[0]
    return Held(run_id, kitchen_id, status, shift, writes != "[]")


def advance(run: Held, children: Iterable[int], owner: str, now: datetime) -> Wave:
    """Count down the children of nodes that succeeded, and go on from every in-hub node that this makes ready.

    Costs one statement per level reached (one for every 500 nodes from the third level on), and at most four more.
    """
    wave = Wave()
    _spread(run, Counter(children), wave)
    _write(run, wave, owner, now)
    return wave


def settle_in_hub(run: Held, owner: str, now: datetime) -> Wave:
    """Settle the ready nodes of a run that need no process, and whatever this makes ready."""
    rows = fetch(
        "SELECT place, children FROM recipes_noderun WHERE run_id = %s AND status = 'queued' AND in_hub"
        " ORDER BY place LIMIT %s",
        run.id,
        MOST_AT_ONCE,
    )
    wave = Wave(settled=[place for place, _ in rows])
    _spread(run, Counter(child for _, children in rows for child in json.loads(children)), wave, ahead=True)
    _write(run, wave, owner, now)
    return wave


def _spread(run: Held, frontier: Counter[int], wave: Wave, *, ahead: bool = False) -> None:
    """Go from level to level; `ahead` where many of the nodes behind are likely to be settled at once."""
    known = _read_ahead(run.id, min(frontier)) if ahead and frontier else {}
    level = 0
    while frontier:
        known |= _read(run.id, [place for place in frontier if place not in known])
        level += 1
        if level == 2 and not ahead:  # it goes on and on: from here read ahead instead of level by level
            known |= _read_ahead(run.id, min(frontier)) | known
        onward: Counter[int] = Counter()
        for place, times in frontier.items():
            node = known.get(place)
            if node is None:  # skipped or cancelled meanwhile
                continue
            node.unmet -= times
            if node.unmet > 0:
                continue
            if node.in_hub and len(wave.settled) < MOST_AT_ONCE:
                wave.settled.append(place)
                onward.update(node.children)
            else:
                wave.ready.append(place)
        frontier = onward
    for place, node in known.items():
        if 0 < node.unmet < node.before:
            wave.counted_down.setdefault(node.unmet, []).append(place)


def _read(run_id: int, places: list[int]) -> dict[int, _Waiting]:
    if not places:
        return {}
    rows = fetch(
        "SELECT place, unmet, in_hub, children FROM recipes_noderun"
        " WHERE run_id = %s AND place [any] AND status = 'pending'",
        run_id,
        places,
    )
    return _waiting(rows)


def _read_ahead(run_id: int, place: int) -> dict[int, _Waiting]:
    """Return the pending nodes from this place on: children always stand behind their parents."""
    rows = fetch(
        "SELECT place, unmet, in_hub, children FROM recipes_noderun"
        " WHERE run_id = %s AND place >= %s AND status = 'pending' ORDER BY place LIMIT %s",
        run_id,
        place,
        MOST_AT_ONCE,
    )
    return _waiting(rows)


def _waiting(rows: list[Any]) -> dict[int, _Waiting]:
    return {
        place: _Waiting(unmet, unmet, bool(in_hub), json.loads(children))
        for place, unmet, in_hub, children in rows
    }


def _write(run: Held, wave: Wave, owner: str, now: datetime) -> None:
    if wave.settled:
        at = fact_time(now, run.shift)
        execute(
            "UPDATE recipes_noderun SET status = 'succeeded', reason = '', unmet = 0, attempt = attempt + 1,"
            " owner = %s, ready_at = %s, started_at = %s, ended_at = %s"
            " WHERE run_id = %s AND place [any] AND status IN ('pending', 'queued')",
            owner, now, at, at, run.id, wave.settled,
        )  # fmt: skip
    for unmet, places in wave.counted_down.items():
        execute(
            "UPDATE recipes_noderun SET unmet = %s WHERE run_id = %s AND place [any] AND status = 'pending'",
            unmet, run.id, places,
        )  # fmt: skip
    if wave.ready:
        execute(
            "UPDATE recipes_noderun SET status = 'queued', reason = '', unmet = 0, ready_at = %s"
            " WHERE run_id = %s AND place [any] AND status = 'pending'",
            now, run.id, wave.ready,
        )  # fmt: skip


def skip_after(run: Held, node: str, status: Status, children: list[int], now: datetime) -> int:
    """Skip all that needs a node which did not succeed; return how many were skipped.

    One statement per level and one more. Independent branches are not touched.
    """
    words = {Status.TIMED_OUT: "took too long", Status.CANCELLED: "was cancelled", Status.LOST: "was lost"}
    seen: set[int] = set()
    frontier = set(children)
    while frontier:
        rows = fetch(
            "SELECT place, children FROM recipes_noderun"
            " WHERE run_id = %s AND place [any] AND status = 'pending'",
            run.id,
            sorted(frontier),
        )
        seen |= {place for place, _ in rows}
        frontier = {child for _, raw in rows for child in json.loads(raw)} - seen
    if not seen:
        return 0
    return execute(
        "UPDATE recipes_noderun SET status = 'skipped', reason = %s, ended_at = %s"
        " WHERE run_id = %s AND place [any] AND status = 'pending'",
        f"Not run, because {node} {words.get(status, 'failed')}.", fact_time(now, run.shift), run.id, sorted(seen),
    )  # fmt: skip


def count_done(run: Held, settled: int) -> bool:
    """Add to the nodes done; say whether all of the run's nodes have settled now. One statement."""
    rows = fetch(
        "UPDATE recipes_orderrun SET done = done + %s WHERE id = %s RETURNING done, total", settled, run.id
    )
    return bool(rows[0][0] >= rows[0][1])
