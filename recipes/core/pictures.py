"""Pictures of a run from plain facts: the graph with its dots, and the Gantt. Templates only put them on the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kitchens.core import words
from recipes.core.graphs import Curve, fitted, layout
from recipes.core.verdict import Verdict

BOX = (188, 60)
DOT_PITCH, DOTS_SHOWN = 11, 13
GRAPH_LARGEST = 200  # nodes; beyond, a picture helps nobody

Dot = tuple[str, str]  # name of a test and its verdict, "" while there is none
WORST_FIRST = (
    Verdict.FAIL,
    Verdict.ERROR,
    Verdict.NOT_EVALUATED,
    Verdict.WARN,
    Verdict.LEARNING,
    Verdict.PASS,
)


@dataclass(frozen=True)
class Attempted:
    """One try of a node, for its bar in the Gantt."""

    status: str
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Drawn:
    """What is drawn of one node: a box in the graph, a row in the Gantt."""

    name: str
    kind: str
    status: str  # "plain" where nothing runs: the graph of a recipe
    seconds: float | None = None
    tests: tuple[Dot, ...] = ()
    attempts: tuple[Attempted, ...] = ()
    under: str = ""  # second line of the box, instead of the time it took


@dataclass(frozen=True)
class PlacedDot:
    x: float
    name: str
    verdict: str


@dataclass(frozen=True)
class GraphBox:
    """A box ready to be drawn; `said` is all of it in words."""

    name: str
    kind: str
    status: str
    x: float
    y: float
    width: int
    height: int
    title: str
    under: str
    dots: tuple[PlacedDot, ...]
    more: str
    said: str


@dataclass(frozen=True)
class Graph:
    width: float
    height: float
    boxes: tuple[GraphBox, ...]
    curves: tuple[Curve, ...]


def graph_of(nodes: Sequence[Drawn], needs: Mapping[str, Sequence[str]]) -> Graph | None:
    """Return the graph of a run or recipe, or None where it has too many nodes to be read."""
    if len(nodes) > GRAPH_LARGEST:
        return None
    edges = [(parent, node.name) for node in nodes for parent in needs.get(node.name, ())]
    drawing = layout([node.name for node in nodes], edges, box=BOX)
    boxes = tuple(_box(node, box.x, box.y) for node, box in zip(nodes, drawing.boxes, strict=True))
    return Graph(drawing.width, drawing.height, boxes, drawing.curves)


def _box(node: Drawn, x: float, y: float) -> GraphBox:
    width, height = BOX
    ranked = sorted(node.tests, key=lambda dot: badness(dot[1]))
    dots = tuple(
        PlacedDot(12 + place * DOT_PITCH, name, verdict)
        for place, (name, verdict) in enumerate(ranked[:DOTS_SHOWN])
    )
    more = f"+{len(ranked) - DOTS_SHOWN}" if len(ranked) > DOTS_SHOWN else ""
    under = node.under or ("" if node.seconds is None else words.duration(node.seconds))
    status = "" if node.status == "plain" else node.status.replace("_", " ")
    said = ", ".join(filter(None, [node.name, status, under, _tests_said(node.tests)]))
    title = fitted(node.name, width - 78)
    return GraphBox(
        node.name,
        node.kind,
        node.status,
        x,
        y,
        width,
        height,
        title,
        fitted(under, width - 40, 12),
        dots,
        more,
        said,
    )


def badness(verdict: str) -> int:
    """Rank a verdict by how much it matters: what is not green first, what is not there yet last."""
    return WORST_FIRST.index(Verdict(verdict)) if verdict in WORST_FIRST else len(WORST_FIRST)


def _tests_said(tests: Sequence[Dot]) -> str:
    if not tests:
        return ""
    told = [verdict for _, verdict in tests if verdict]
    bad = sum(verdict in ("fail", "error", "not_evaluated") for verdict in told)
    return f"{words.count(len(tests), 'test')}" + (f", {bad} not green" if bad else "")


@dataclass(frozen=True)
class Bar:
    """A piece of a Gantt row, in per cent of the whole width."""

    status: str
    left: float
    width: float
    said: str


@dataclass(frozen=True)
class GanttRow:
    name: str
    bars: tuple[Bar, ...]
    label: str
    side: str  # where the label stands: after, before or inside its last bar
    offset: float  # per cent from the left (after), else from the right


@dataclass(frozen=True)
class Gantt:
    rows: tuple[GanttRow, ...]
    ticks: tuple[str, ...]


def gantt_of(nodes: Sequence[Drawn], start: datetime | None, end: datetime | None) -> Gantt | None:
    """Return the times of all nodes that have begun, on one axis from start to end; None before anything began."""
    begun = [node for node in nodes if node.attempts]
    if not begun or start is None or end is None:
        return None
    first = min(start, *(node.attempts[0].started_at for node in begun))
    whole = max((end - first).total_seconds(), 0.001)
    rows = tuple(_row(node, first, end, whole) for node in begun)
    return Gantt(rows, tuple(_tick(whole * part / 4, whole) for part in range(5)))


def _tick(seconds: float, whole: float) -> str:
    """Say a time on the axis, fine enough that no two ticks read the same."""
    if not seconds:
        return "0"
    return f"{seconds * 1000:.0f} ms" if whole < 1 else words.duration(seconds)


def _row(node: Drawn, first: datetime, end: datetime, whole: float) -> GanttRow:
    bars = []
    for number, attempt in enumerate(node.attempts, start=1):
        until = attempt.ended_at or end
        seconds = max(0.0, (until - attempt.started_at).total_seconds())
        left = min(99.5, (attempt.started_at - first).total_seconds() / whole * 100)
        said = f"{node.name}, attempt {number}: {attempt.status.replace('_', ' ')}, {words.duration(seconds)}"
        bars.append(
            Bar(attempt.status, round(left, 2), round(min(100 - left, seconds / whole * 100), 2), said)
        )
    edge = bars[-1].left + bars[-1].width
    side = "after" if edge <= 82 else "before" if bars[0].left >= 18 else "inside"
    offset = {"after": edge, "before": 100 - bars[0].left, "inside": max(0.0, 100 - edge)}[side]
    label = "" if node.seconds is None else words.duration(node.seconds)
    return GanttRow(node.name, tuple(bars), label, side, round(offset, 2))
