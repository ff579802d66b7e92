"""Is there enough of a past to learn from, and for which patterns? Plain Python, so that asking costs nothing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

from recipes.core.statistics.wishes import LONGEST, Wish

LEAST = 8  # points
CYCLES = 3  # of a pattern
NEEDED_DAYS = {"day": CYCLES, "week": 7 * CYCLES}
RENEWED_DAYS = 7  # a baseline is learnt anew after them
MOST_AHEAD = 50  # points
DAY = timedelta(days=1)


def gap_of(at: Sequence[datetime]) -> float:
    """Return the median days between points, at least a minute and a half."""
    return max(1e-3, median((later - earlier) / DAY for earlier, later in itertools.pairwise(at)))


def horizon(gap: float) -> int:
    """Return how many points a baseline judges until it is learnt anew: those of a week, at least one."""
    return max(1, min(MOST_AHEAD, round(RENEWED_DAYS / gap)))


def valid_until(last: datetime, gap: float) -> datetime:
    """Return until when a baseline is good: as many points as it may judge after its last, and a little."""
    return last + DAY * gap * (1.01 * horizon(gap) + 0.5)


def seasons(at: Sequence[datetime], wish: Wish) -> frozenset[str] | str:
    """Return the patterns that may be looked for ("day", "week"), or a sentence that says what is missing.

    `at` are the times of the points that may be learnt from, in order.
    """
    if len(at) < LEAST:
        return f"It has {len(at)} of the {LEAST} results it needs."
    gap = gap_of(at)
    possible = {str(wish.season)} - {"none"}
    if wish.season == "auto":
        possible = {"week"} if gap <= 3.5 and gap * LONGEST >= NEEDED_DAYS["week"] else set()
        possible |= {"day"} if gap <= 0.25 else set()
    needed = max((NEEDED_DAYS[season] for season in possible), default=0)
    seen = (at[-1] - at[0]) / DAY + gap
    if seen < needed - 0.5:
        pattern = "a weekly pattern" if "week" in possible else "a daily pattern"
        return f"It has seen {seen:.0f} of the {needed} days it needs to tell {pattern} from noise."
    return frozenset(possible)
