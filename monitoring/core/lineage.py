"""The picture of the lineage: datasets and the recipes between them, coloured by how they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitoring.core.mesh import Neighbourhood, domain_of
from recipes.core.graphs import Curve, fitted, layout

BOX = (196, 46)
LARGEST = 300  # things; beyond, a picture helps nobody and the page asks for a focus


@dataclass(frozen=True)
class Standing:
    """How a thing of the mesh stands: a status of its newest run, or a verdict of its newest tests; "" if unknown."""

    state: str
    run: int | None = None


UNKNOWN = Standing("")


@dataclass(frozen=True)
class Thing:
    """A dataset or recipe of the lineage, for picture and table alike."""

    key: str
    kind: str  # dataset, recipe
    name: str
    domain: str
    state: str
    run: int | None
    before: tuple[str, ...]  # names of what it comes from directly
    after: tuple[str, ...]
    more: str  # in words, what lies beyond the rim here

    @property
    def title(self) -> str:
        return fitted(self.name, BOX[0] - 84)

    @property
    def said(self) -> str:
        state = self.state.replace("_", " ") or ("no tests" if self.run else "nothing known yet")
        return f"{self.kind} {self.name}: {state}{', ' + self.more if self.more else ''}"


@dataclass(frozen=True)
class PlacedThing:
    thing: Thing
    x: float
    y: float
    focus: bool


@dataclass(frozen=True)
class LineagePicture:
    """The lineage laid out, sources left."""

    width: float
    height: float
    boxes: tuple[PlacedThing, ...]
    curves: tuple[Curve, ...]
    box: tuple[int, int] = BOX


def things_of(part: Neighbourhood, standing: Mapping[str, Standing]) -> list[Thing]:
    """Return the things of a neighbourhood with what is known of each, in the order of the mesh."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for source, target in part.edges:
        before.setdefault(target, []).append(source.split(":", 1)[1])
        after.setdefault(source, []).append(target.split(":", 1)[1])
    return [_thing(key, part, standing.get(key, UNKNOWN), before, after) for key in part.things]


def _thing(
    key: str,
    part: Neighbourhood,
    standing: Standing,
    before: Mapping[str, Sequence[str]],
    after: Mapping[str, Sequence[str]],
) -> Thing:
    kind, name = key.split(":", 1)
    more = [
        words
        for words, rim in (("more before it", part.further_up), ("more after it", part.further_down))
        if key in rim
    ]
    return Thing(
        key=key,
        kind=kind,
        name=name,
        domain=domain_of(key),
        state=standing.state,
        run=standing.run,
        before=tuple(before.get(key, ())),
        after=tuple(after.get(key, ())),
        more=" and ".join(more),
    )


def picture_of(things: Sequence[Thing], part: Neighbourhood, focus: str) -> LineagePicture | None:
    """Lay the lineage out, or return None where it has too many things to be read."""
    if not things or len(things) > LARGEST:
        return None
    drawing = layout([thing.key for thing in things], part.edges, box=BOX)
    boxes = tuple(
        PlacedThing(thing, box.x, box.y, thing.key == focus)
        for thing, box in zip(things, drawing.boxes, strict=True)
    )
    return LineagePicture(drawing.width, drawing.height, boxes, drawing.curves)


def lineage_sentence(things: Sequence[Thing], focus: str) -> str:
    """Say the lineage in one sentence."""
    datasets = [thing for thing in things if thing.kind == "dataset"]
    bad = [thing.name for thing in datasets if thing.state in ("fail", "error", "not_evaluated")]
    domains = len({thing.domain for thing in things})
    about = f"Around {focus.partition(':')[2]}: " if focus else ""
    if not things:
        return "Nothing is known here yet."
    counted = f"{len(datasets)} dataset{'s' * (len(datasets) != 1)} in {domains} domain{'s' * (domains != 1)}"
    if not bad:
        return f"{about}{counted}, none with a failing test."
    named = ", ".join(bad[:2]) + (f" and {len(bad) - 2} more" if len(bad) > 2 else "")
    return f"{about}{counted}; tests fail on {named}."
