"""What people did about the runs that failed: they got a mended file, or mended the recipe, and resumed the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from hub.demo.files import layer
from hub.demo.people import actor
from hub.demo.steps import Step
from hub.demo.suppliers.world import Defect, World
from kitchens.queries.data import newest
from recipes.actions.files import save_files
from recipes.models import OrderRun


@dataclass(frozen=True)
class Remedy:
    """Who resumed the run how long after its slot; `file` is the recipe file that its `author` mended first."""

    by: str
    after: timedelta
    file: str = ""
    author: str = ""
    message: str = ""

    @property
    def recipe(self) -> Literal["old", "new"]:
        return "new" if self.file else "old"


REMEDIES: Mapping[tuple[str, Defect], Remedy] = {
    ("sales/daily", Defect.LATE_ORDERS): Remedy("tom", timedelta(minutes=46)),
    ("sales/daily", Defect.DOUBLED_ORDERS): Remedy("tom", timedelta(minutes=52)),
    ("marketing/campaigns", Defect.RENAMED_COLUMN): Remedy(
        "tom",
        timedelta(minutes=155),
        "domains/marketing/recipes/campaigns/sessions.sql",
        "maria",
        "Read the campaign from the column that analytics has renamed",
    ),
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


def mend_recipe(remedy: Remedy, run: OrderRun, now: datetime) -> None:
    """Commit the mended file to the run's kitchen, unless that has been done."""
    kitchen = run.kitchen
    save_files(
        kitchen,
        {remedy.file: layer("mesh")[remedy.file]},
        message=remedy.message,
        by=actor(remedy.author),
        now=now,
        expected_commit=newest(kitchen).commit,
    )
