"""When a dataset that used to come has not come: told from the times between its results, without any run."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kitchens.core import words

LEAST = 8  # times between results that have to be seen
LOOKED_AT = 60  # the newest of them
LONGER = 1.25  # than the longest of them: of n times the next is the longest once in n + 1, and a quarter longer hardly ever
SPARE = timedelta(minutes=15)


@dataclass(frozen=True)
class Rhythm:
    """How a dataset used to come: after `usual`, and never later than `longest`."""

    last: datetime
    usual: timedelta
    longest: timedelta

    @property
    def limit(self) -> timedelta:
        return self.longest * LONGER + SPARE

    def overdue(self, now: datetime) -> bool:
        return now - self.last > self.limit

    def sentence(self, dataset: str, now: datetime) -> str:
        """Say that it is late: names and times only."""
        passed, usual, longest = (
            words.duration(one.total_seconds()) for one in (now - self.last, self.usual, self.longest)
        )
        return (
            f"{dataset} was written {passed} ago and not since; it usually comes after {usual}, and never came later"
            f" than after {longest}."
        )

    @property
    def expected(self) -> str:
        return f"a new version within {words.duration(self.limit.total_seconds())}"


def may_be_overdue(first: datetime, last: datetime, results: int, now: datetime) -> bool:
    """Say whether it is worth a look: the mean time between results is never above the longest."""
    return results > LEAST and (now - last) > LONGER * (last - first) / (results - 1) + SPARE


def rhythm_of(at: Sequence[datetime]) -> Rhythm | None:
    """Return the rhythm of results at these times, oldest first; None where too few are known."""
    gaps = [later - earlier for earlier, later in itertools.pairwise(sorted(at)[-LOOKED_AT - 1 :])]
    if len(gaps) < LEAST:
        return None
    return Rhythm(max(at), sorted(gaps)[len(gaps) // 2], max(gaps))
