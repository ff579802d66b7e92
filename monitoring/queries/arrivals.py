"""The arrival board of a kitchen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kitchens.models import Kitchen
from monitoring.core.arrivals import STATES, Slot, deadline_of, sentence
from monitoring.core.today import Arrival
from monitoring.queries import today
from monitoring.queries.mesh import commit_of
from recipes.models import CommitIndex, RecipeVersion

ORDER = list(STATES)


@dataclass(frozen=True)
class Board:
    """What was and is expected on a day, what needs somebody first."""

    slots: Sequence[Slot]
    day: datetime

    @property
    def sentence(self) -> str:
        return sentence(self.slots)

    @property
    def facts(self) -> tuple[object, ...]:
        """What a change of the board shows in."""
        return tuple((one.arrival.name, one.arrival.due, one.state, one.arrival.run) for one in self.slots)


def board(kitchen: Kitchen, now: datetime) -> Board:
    """Return the slots of today with their deadlines. Five queries at most, whatever the number of schedules."""
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    arrivals = today.arrivals(kitchen, day, now)
    deadlines = _deadlines(kitchen, arrivals) if arrivals else {}
    slots = []
    for one in arrivals:
        clock, zone = deadlines.get((one.name, one.variation), ("", "UTC"))
        slots.append(Slot(one, deadline_of(clock, zone, one.due), now))
    return Board(
        sorted(slots, key=lambda one: (ORDER.index(one.state), one.arrival.due, one.arrival.name)), day
    )


def _deadlines(kitchen: Kitchen, arrivals: Sequence[Arrival]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the deadline and its zone of each variation that has a slot, by its recipe and name. Three queries."""
    index = (
        CommitIndex.objects.filter(commit=commit_of(kitchen)).values_list("recipes", flat=True).first() or {}
    )
    wanted = {one.name for one in arrivals}
    ids = [pk for name, pk in index.items() if name in wanted]
    found = {}
    for domain, name, variations in RecipeVersion.objects.filter(pk__in=ids).values_list(
        "domain", "name", "spec__variations"
    ):
        for variation, spec in (variations or {}).items():
            found[f"{domain}/{name}", variation] = (spec.get("deadline", ""), spec.get("timezone") or "UTC")
    return found
