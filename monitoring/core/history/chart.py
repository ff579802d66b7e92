"""The history of a test as a small picture: what it measured, within which limits at the time, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kitchens.core.words import number
from monitoring.core.history.points import Point
from recipes.core.checks.marks import EXPECTED

WIDTH, HEIGHT = 720.0, 190.0
_FORMS = {"warn": "m0 -5.5 l5 9 h-10z", "learning": "m0 -4.5 l4.5 4.5 l-4.5 4.5 l-4.5 -4.5z"}
LEFT, RIGHT, TOP, BOTTOM = 58.0, 12.0, 14.0, 26.0


@dataclass(frozen=True)
class Band:
    """A stretch of red: from the result it began with to the one that ended it (None: it goes on)."""

    first: int
    last: int | None
    said: str
    url: str = ""


@dataclass(frozen=True)
class Event:
    """Something that happened before a result: a change of the recipe, of the baseline, of what is learnt from."""

    result: int
    kind: str  # deploy, test, regime, baseline
    said: str
    url: str = ""


@dataclass(frozen=True)
class Placed:
    x: float
    y: float
    point: Point
    red: bool
    mark: str  # "first red", "last green" or ""

    @property
    def shape(self) -> str:
        return self.point.shape

    @property
    def hollow(self) -> bool:
        return bool(self.point.excluded)

    @property
    def ringed(self) -> bool:
        """Whether people have said something of a red result."""
        return self.red and bool(self.point.mark)

    @property
    def path(self) -> str:
        """The path of its shape; a red point that people have marked has a ring around it."""
        start = f"M{self.x:.1f} {self.y:.1f}"
        if self.red:
            return f"{start} m-5 -5 l10 10 m0 -10 l-10 10{f' {start} {_circle(8)}' if self.ringed else ''}"
        if self.shape in _FORMS:
            return f"{start} {_FORMS[self.shape]}"
        return f"{start} {_circle(5 if self.mark else 4 if self.hollow else 3)}"

    @property
    def classes(self) -> str:
        form = self.shape if self.red or self.shape in _FORMS else "point"
        marks = {"is-marked": self.mark, "is-hollow": self.hollow and not self.red}
        return " ".join([f"history-{form}", *(name for name, on in marks.items() if on)])

    @property
    def said(self) -> str:
        """All of it in words, for whoever points at it."""
        notes = [self.mark, f"not learnt from: {self.point.excluded}" if self.hollow else ""]
        told = "".join(f" ({note})" for note in notes if note)
        return f"{self.point.at:%-d %b %Y %H:%M}: {self.point.said}{told}"


def _circle(radius: int) -> str:
    return f"m-{radius} 0 a{radius} {radius} 0 1 0 {2 * radius} 0 a{radius} {radius} 0 1 0 -{2 * radius} 0z"


@dataclass(frozen=True)
class PlacedBand:
    x: float
    width: float
    band: Band


@dataclass(frozen=True)
class PlacedEvent:
    x: float
    event: Event


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
    centre: str
    placed: tuple[Placed, ...]
    bands: tuple[PlacedBand, ...]
    events: tuple[PlacedEvent, ...]
    ticks: tuple[Tick, ...]
    begin: datetime
    end: datetime
    said: str

    @property
    def shapes(self) -> frozenset[str]:
        """What the key under the picture has to explain."""
        shown = {one.shape for one in self.placed} | {one.event.kind for one in self.events}
        notes = {
            "hollow": any(one.hollow and not one.red for one in self.placed),
            "ring": any(one.ringed for one in self.placed),
            "large": any(one.mark for one in self.placed),
        }
        return frozenset(shown | {name for name, there in notes.items() if there})


def history_chart(
    points: Sequence[Point],
    first_red: int | None = None,
    last_green: int | None = None,
    bands: Sequence[Band] = (),
    events: Sequence[Event] = (),
) -> HistoryChart | None:
    """Return the picture of points in order of time; None with fewer than two that have a measure."""
    known = [point for point in points if point.measure is not None]
    if len(known) < 2:
        return None
    bounds = [point.limits for point in known]
    centres = [point.centre for point in known]
    values = [point.measure for point in known] + [limit for pair in bounds for limit in pair] + centres
    scale = _Scale([value for value in values if value is not None], len(known))
    marks = {first_red: "first red", last_green: "last green"}
    placed = tuple(
        Placed(
            scale.x(place), scale.y(point.measure or 0.0), point, point.red, marks.get(point.result, "")
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
        centre=_steps(centres, scale),
        placed=placed,
        bands=tuple(found for band in bands if (found := _band(band, known, scale))),
        events=tuple(one for event in events if (one := _event(event, known, scale))),
        ticks=tuple(Tick(scale.y(value), number(value)) for value in scale.ticks()),
        begin=known[0].at,
        end=known[-1].at,
        said=f"{len(placed)} evaluations, {red} of them red; the last measured {number(known[-1].measure or 0.0)}.",
    )


def own_events(points: Sequence[Point]) -> list[Event]:
    """Return what the points themselves tell: where people said a change was meant, and where a new baseline judged."""
    found: list[Event] = []
    before = ""
    for point in points:
        if point.mark == EXPECTED:
            found.append(Event(point.result, "regime", "The change was meant: learnt anew from here."))
        elif before and point.baseline and point.baseline != before:
            found.append(Event(point.result, "baseline", f"Judged by a new baseline, {point.baseline}."))
        before = point.baseline or before
    return found


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


def _band(band: Band, known: Sequence[Point], scale: _Scale) -> PlacedBand | None:
    """Return a band from half a step before its first point to half a step before the one that ended it."""
    inside = [
        place
        for place, point in enumerate(known)
        if point.result >= band.first and (band.last is None or point.result < band.last)
    ]
    if not inside:
        return None
    start, end = scale.x(max(0.0, inside[0] - 0.5)), scale.x(min(scale.count - 1.0, inside[-1] + 0.5))
    return PlacedBand(start, round(end - start, 1), band)


def _event(event: Event, known: Sequence[Point], scale: _Scale) -> PlacedEvent | None:
    """Return an event half a step before the first point it holds for; None where that is not on the picture."""
    place = next((place for place, point in enumerate(known) if point.result >= event.result), None)
    return None if place is None else PlacedEvent(scale.x(max(0.0, place - 0.5)), event)


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
