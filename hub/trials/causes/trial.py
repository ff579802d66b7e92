"""Plant each fault, run the mesh, and look at what the report says first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hub.trials.causes.faults import FAULTS, Fault
from hub.trials.causes.mesh import RECIPES, Mesh
from monitoring.models import Episode


@dataclass(frozen=True)
class Found:
    """What came of one fault: the kind and sentence of the first cause, and whether it is the true one."""

    fault: Fault
    first: str
    sentence: str
    place: int  # of the true cause, from 1; 0: not named at all

    @property
    def right(self) -> bool:
        return self.place == 1


def try_causes(mesh: Mesh, faults: Iterable[Fault] = FAULTS) -> Iterator[Found]:
    """Yield what the report of each fault says; between two of them the mesh is put back and runs green for a day."""
    _green_day(mesh, RECIPES)
    for fault in faults:
        recipes = RECIPES[: RECIPES.index(fault.recipe) + 1]
        if fault.skips:  # what is skipped must have come the day before
            _green_day(mesh, recipes)
        mesh.next_day()
        fault.plant(mesh)
        for recipe in recipes:
            if recipe not in fault.skips:
                mesh.run(recipe, **(fault.values if recipe == fault.recipe else {}))
        yield _found(fault)
        mesh.restore()
        _green_day(mesh, recipes)


def _green_day(mesh: Mesh, recipes: Sequence[str]) -> None:
    mesh.next_day()
    red = [run for run in (mesh.run(recipe) for recipe in recipes) if run.status != "succeeded"]
    if red:
        raise AssertionError(f"The mesh is not green without a fault: {red[0].reason}")


def _found(fault: Fault) -> Found:
    domain, recipe = fault.recipe.split("/")
    of_recipe = Episode.objects.filter(domain=domain, recipe=recipe, closed_at=None).order_by("-pk")
    episode = of_recipe.filter(test=fault.red).first() or of_recipe.filter(test="", node=fault.red).first()
    if episode is None:
        return Found(fault, "", f"{fault.red} did not turn red.", 0)
    causes = episode.findings.get("causes", [])
    kinds = [cause["kind"] for cause in causes]
    place = next((place for place, kind in enumerate(kinds, 1) if kind in fault.kinds), 0)
    first = causes[0] if causes else {"kind": "", "sentence": "Nothing was worked out."}
    return Found(fault, first["kind"], first["sentence"], place)
