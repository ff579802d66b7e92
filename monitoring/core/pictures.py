"""Pictures of the mesh from plain facts; templates only put them on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recipes.core.graphs import Curve, fitted, layout

BOX = (156, 74)
BAR_PITCH = 7


@dataclass(frozen=True)
class DomainBox:
    """A domain as the home page draws it: `bars` are status and words of its newest runs, oldest first."""

    slug: str
    title: str
    status: str
    under: str
    bars: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PlacedBar:
    x: float
    status: str
    said: str


@dataclass(frozen=True)
class PlacedDomain:
    """A box ready to be drawn."""

    slug: str
    title: str
    status: str
    under: str
    x: float
    y: float
    bars: tuple[PlacedBar, ...]
    said: str


@dataclass(frozen=True)
class MeshPicture:
    """The mesh laid out: one box a domain."""

    width: float
    height: float
    boxes: tuple[PlacedDomain, ...]
    curves: tuple[Curve, ...]
    box: tuple[int, int] = BOX


def mesh_picture(domains: Sequence[DomainBox], edges: Sequence[tuple[str, str]]) -> MeshPicture:
    """Lay out the domains, those that give left of those that read."""
    drawing = layout([domain.slug for domain in domains], edges, box=BOX)
    places = {box.name: box for box in drawing.boxes}
    boxes = []
    for domain in domains:
        place = places[domain.slug]
        bars = tuple(
            PlacedBar(12 + number * BAR_PITCH, status, said)
            for number, (status, said) in enumerate(domain.bars)
        )
        boxes.append(
            PlacedDomain(
                slug=domain.slug,
                title=fitted(domain.title, BOX[0] - 52),
                status=domain.status,
                under=fitted(domain.under, BOX[0] - 24, 12),
                x=place.x,
                y=place.y,
                bars=bars,
                said=f"{domain.title}: {domain.under}",
            )
        )
    return MeshPicture(drawing.width, drawing.height, tuple(boxes), drawing.curves)
