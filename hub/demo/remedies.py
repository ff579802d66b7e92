"""What people did about the runs that failed: they got a mended file, or mended the recipe, and resumed the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from hub.demo.changes.money_and_visits import RENAMED
from hub.demo.steps import Step
from hub.demo.suppliers.world import Defect, World


@dataclass(frozen=True)
class Remedy:
    """Who resumed the run how long after its slot; `change` names the change that mended the recipe first."""

    by: str
    after: timedelta
    change: str = ""

    @property
    def recipe(self) -> Literal["old", "new"]:
        return "new" if self.change else "old"


REMEDIES: Mapping[tuple[str, Defect], Remedy] = {
    ("sales/daily", Defect.LATE_ORDERS): Remedy("tom", timedelta(minutes=46)),
    ("sales/daily", Defect.DOUBLED_ORDERS): Remedy("tom", timedelta(minutes=52)),
    ("marketing/campaigns", Defect.RENAMED_COLUMN): Remedy("tom", timedelta(minutes=155), RENAMED),
    ("finance/daily", Defect.MISSING_PAYMENTS): Remedy("ingrid", timedelta(minutes=190)),
}


def remedy_for(step: Step, world: World) -> Remedy | None:
    """Return what people did about a failed run of this step; None where it stayed as it was."""
    if step.day is None or step.schedule is None:
        return None
    found = (
        r for (recipe, defect), r in REMEDIES.items() if recipe == step.recipe and world.has(defect, step.day)
    )
    return next(found, None)
