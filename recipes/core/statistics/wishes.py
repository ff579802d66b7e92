"""What a test asks of its chart. Plain Python."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

from recipes.core.statistics.baseline import Direction
from recipes.core.statistics.transforms import Scale

Season = Literal["auto", "none", "day", "week"]
Lasting = Literal["ewma", "cusum", "none"]
LONGEST = 600  # points of the past that are looked at
THREE_SIGMA = 0.0027  # false alarms a point of limits at three standard deviations


@dataclass(frozen=True)
class Wish:
    """What a test asks of its chart. `alpha` is what its author allows, `budget` what the project does, as false alarms
    a point. `country`: whose holidays are days of their own ("US"); empty: none."""

    of: str
    alpha: float | None = None
    budget: float = THREE_SIGMA
    scale: Scale = "log1p"
    direction: Direction = "both"
    season: Season = "auto"
    min_effect: float = 0.0
    timezone: str = "UTC"
    country: str = ""
    lasting: Lasting = "ewma"

    @property
    def risk(self) -> float:
        return self.budget if self.alpha is None else self.alpha

    @property
    def asked(self) -> str:
        """Return a name for all that its author asks: a baseline made for something else is of no use."""
        text = repr(replace(self, budget=0.0))
        return hashlib.sha256(text.encode()).hexdigest()[:16]
