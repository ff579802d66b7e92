"""What overrides count in a kitchen: its own, and those of its parents at the revisions it is pinned to."""

from __future__ import annotations

from typing import Any

from kitchens.core.overrides import Layer, changed
from kitchens.models import Revision


def override_layers(revision: Revision) -> list[Layer]:
    """Return the overrides that count at a revision of a kitchen, the root's first, the kitchen's own last.

    A revision holds only what its kitchen has set itself; the rest is read through its pins. One query for each
    kitchen above that `kitchens.queries.data.newest` has not read along: none for production and a child of it.
    """
    layers: list[Layer] = []
    at: Revision | None = revision
    while at is not None:
        layers.append(Layer(at.kitchen.slug if at.overrides else "", at.overrides))
        at = at.parent_revision
    return [layer for layer in reversed(layers) if layer.overrides]


def effective_overrides(revision: Revision) -> dict[str, Any]:
    """Return the same as one mapping: what a kitchen would have to set itself, if it inherited nothing.

    A key of a nearer kitchen takes the place of what parents set for that value.
    """
    found: dict[str, Any] = {}
    for layer in override_layers(revision):
        found = changed(found, layer.overrides, ())
    return found
