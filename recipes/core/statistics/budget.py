"""How many false alarms a point may give, so that all series together keep the project's budget."""

from __future__ import annotations

from recipes.core.statistics.wishes import THREE_SIGMA

LEAST_RISK = 1e-6


def risk(false_alarms_per_week: float, points_per_week: float) -> float:
    """Return false alarms a point: the budget over all points of a week, at most that of three standard deviations.

    A thousand daily series at three sigma are 19 false alarms a week by design; a budget turns that round.
    """
    wanted = false_alarms_per_week / max(points_per_week, 1.0)
    return min(THREE_SIGMA, max(LEAST_RISK, wanted))
