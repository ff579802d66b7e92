"""The history of a test as a small picture: what it measured, within which limits at the time, and where it was red."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kitchens.core.words import number
from recipes.core.verdict import NOT_GREEN

WIDTH, HEIGHT = 720.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 12.0, 14.0, 26.0
_AT_LEAST = re.compile(r"(?:at least|more than) ([\d,.]+)")
_AT_MOST = re.compile(r"(?:at most|less than) ([\d,.]+)")
_BETWEEN = re.compile(r"between (-?[\d,.]+) and (-?[\d,.]+)")
_EXACTLY = re.compile(r"exactly (-?[\d,.]+)")


@dataclass(frozen=True)
class Point:
    """One evaluation: `expected` is the limit in words, as it was then."""

    result: int
    run: int | None
    at: datetime
    verdict: str
    measure: float | None
    expected: str = ""
    said: str = ""


@dataclass(frozen=True)
class Placed:
    x: float
    y: float
    point: Point
    red: bool
    mark: str  # "first red", "last green" or ""


@dataclass(frozen=True)
class Tick:
    y: float
    text: str


@dataclass(frozen=True)
class HistoryChart:
    """Ready to be drawn: paths in the coordinates of `width` × `height`."""

    width: float
    height: float
    line: str
    lower: str
    upper: str
    placed: tuple[Placed, ...]
    ticks: tuple[Tick, ...]
    begin: datetime
    end: datetime
    said: str


def limits_of(expected: str) -> tuple[float | None, float | None]:
    """Return the lower and upper limit that a text of the checks names; None where it names none in numbers."""
    if "%" in expected:
        return None, None
    if found := _BETWEEN.search(expected):
        return _number(found[1]), _number(found[2])
    if found := _EXACTLY.search(expected):
        return _number(found[1]), _number(found[1])
    least, most = _AT_LEAST.search(expected), _AT_MOST.search(expected)
    upper = _number(most[1]) if most else 0.0 if expected.startswith("no failing") else None
    return (_number(least[1]) if least else None), upper


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "").rstrip("."))
    except ValueError:
        return None


def history_chart(
    points: Sequence[Point], first_red: int | None, last_green: int | None
) -> HistoryChart | None:
    """Return the picture of points in order of time; None with fewer than two that have a measure."""
    known = [point for point in points if point.measure is not None]
    if len(known) < 2:
        return None
    bounds = [limits_of(point.expected) for point in known]
    values = [point.measure for point in known] + [limit for pair in bounds for limit in pair]
    scale = _Scale([value for value in values if value is not None], len(known))
    marks = {first_red: "first red", last_green: "last green"}
    placed = tuple(
        Placed(
            scale.x(place), scale.y(point.measure or 0.0), point, point.verdict in NOT_GREEN,
            marks.get(point.result, ""),
        )
        for place, point in enumerate(known)
    )  # fmt: skip
    red = sum(one.red for one in placed)
    return HistoryChart(
        width=WIDTH,
        height=HEIGHT,
        line="M" + " L".join(f"{one.x:.1f} {one.y:.1f}" for one in placed),
        lower=_steps([pair[0] for pair in bounds], scale),
        upper=_steps([pair[1] for pair in bounds], scale),
        placed=placed,
        ticks=tuple(Tick(scale.y(value), number(value)) for value in scale.ticks()),
        begin=known[0].at,
        end=known[-1].at,
        said=f"{len(placed)} evaluations, {red} of them red; the last measured {number(known[-1].measure or 0.0)}.",
    )


class _Scale:
    def __init__(self, values: Sequence[float], count: int) -> None:
        low, high = min(values), max(values)
        room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
        self.low = low - room if low != 0 else low
        self.high = high + room
        self.count = count

    def x(self, place: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * place / max(1, self.count - 1), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    def ticks(self) -> tuple[float, ...]:
        step = (self.high - self.low) / 3
        rough = step if step < 1 else float(f"{step:.1g}")
        first = rough * round(self.low / rough)
        ticks = [first + rough * place for place in range(6)]
        return tuple(round(tick, 10) for tick in ticks if self.low <= tick <= self.high)


def _steps(limits: Sequence[float | None], scale: _Scale) -> str:
    """Return a step line of limits: each holds from half a step before its point to half a step after it."""
    path, before = [], None
    for place, limit in enumerate(limits):
        if limit is None:
            before = None
            continue
        start, end = max(0.0, place - 0.5), min(scale.count - 1.0, place + 0.5)
        pen = "M" if before is None else "L"
        path.append(
            f"{pen}{scale.x(start):.1f} {scale.y(limit):.1f} L{scale.x(end):.1f} {scale.y(limit):.1f}"
        )
        before = limit
    return " ".join(path)
