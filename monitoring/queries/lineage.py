"""The lineage page: the mesh of a kitchen from a focus outwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kitchens.models import Kitchen
from monitoring.core.lineage import LineagePicture, Thing, lineage_sentence, picture_of, things_of
from monitoring.core.mesh import Mesh, around
from monitoring.queries.mesh import commit_of, mesh_at, newest_runs, standings

MOST_HOPS = 20


@dataclass(frozen=True)
class Lineage:
    """What the lineage page shows."""

    focus: str  # "dataset:<name>", "recipe:<name>", "domain:<name>", or "" for the whole mesh
    up: int
    down: int
    sentence: str
    things: Sequence[Thing]
    picture: LineagePicture | None
    choices: Sequence[str]  # everything one can focus on
    more_up: bool
    more_down: bool


def lineage(kitchen: Kitchen, focus: str, up: int, down: int) -> Lineage:
    """Return the lineage around a focus (all of it without one). Three queries, whatever its size."""
    mesh = mesh_at(commit_of(kitchen))
    up, down = min(max(up, 0), MOST_HOPS), min(max(down, 0), MOST_HOPS)
    part = around(mesh, _start(mesh, focus), up=up, down=down)
    recipes = [key.split(":", 1)[1] for key in part.things if key.startswith("recipe:")]
    writers = {mesh.writers[name] for key in part.things if (name := key.split(":", 1)[1]) in mesh.writers}
    standing = standings(mesh, newest_runs(kitchen, {*recipes, *writers}))
    things = things_of(part, standing)
    return Lineage(
        focus=focus,
        up=up,
        down=down,
        sentence=lineage_sentence(things, focus),
        things=things,
        picture=picture_of(things, part, focus),
        choices=sorted(mesh.things),
        more_up=bool(part.further_up),
        more_down=bool(part.further_down),
    )


def _start(mesh: Mesh, focus: str) -> list[str]:
    """Return the things the walk starts from; an unknown focus starts from nothing."""
    if not focus:
        return list(mesh.things)
    if focus.startswith("domain:"):
        slug = focus.removeprefix("domain:")
        return [
            key for key in mesh.things if key.split(":", 1)[1].split("." if key[0] == "d" else "/")[0] == slug
        ]
    return [focus] if focus in mesh.things else []
