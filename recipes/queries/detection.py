"""What planted faults the tests of a dataset caught, as its page and the command show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kitchens.models import Dataset, Kitchen
from recipes.core.detection.faults import WORDS
from recipes.core.detection.trying import Power, Tried
from recipes.models import DetectionPower

WHOLE = "whole rows"


@dataclass(frozen=True)
class DetectionRow:
    """One column (or whole rows) with one cell for each kind of fault, None where it makes no sense there."""

    column: str
    cells: Sequence[Tried | None]


@dataclass(frozen=True)
class Detection:
    """The newest trial of a dataset: rows by column, and in how many faults a test turned red."""

    kept: DetectionPower
    power: Power
    rows: Sequence[DetectionRow]
    kinds: Mapping[str, str]  # kind -> what was done

    @property
    def caught(self) -> int:
        return sum(bool(one.caught) for one in self.power.tried)

    @property
    def domain(self) -> str:
        return self.kept.recipe.partition("/")[0]

    @property
    def recipe(self) -> str:
        return self.kept.recipe.partition("/")[2]

    @property
    def missed(self) -> int:
        return sum(not one.caught and not one.warned and not one.trouble for one in self.power.tried)

    @property
    def sentence(self) -> str:
        """What came of it, in words."""
        if self.kept.at is None:
            return "It has not been tried yet."
        power = self.power
        tests = f"{len(power.tests)} {'test' if len(power.tests) == 1 else 'tests'}"
        late = " Time was short: not every fault was planted." if power.late else ""
        return f"{tests} caught {self.caught} of {len(power.tried)} planted faults.{late}"


def detection_of(kitchen: Kitchen, dataset: Dataset) -> Detection | None:
    """Return the newest trial of a dataset in a kitchen, None where there is none. One query."""
    kept = DetectionPower.objects.filter(kitchen=kitchen, dataset=dataset.pk).first()
    return shown(kept) if kept else None


def live_detection(kitchen: Kitchen, name: str) -> Detection | None:
    """Return the same by the dataset's name. One query."""
    kept = (
        DetectionPower.objects.select_related("dataset").filter(kitchen=kitchen, dataset__name=name).first()
    )
    return shown(kept) if kept else None


def shown(kept: DetectionPower) -> Detection:
    """Return a trial as a table. No query."""
    power = Power.from_dict(kept.body) if kept.body else Power((), {}, ())
    cells = {(one.column, one.kind): one for one in power.tried}
    columns = dict.fromkeys(one.column for one in power.tried)
    rows = [
        DetectionRow(column or WHOLE, [cells.get((column, kind)) for kind in WORDS]) for column in columns
    ]
    return Detection(kept, power, rows, WORDS)
