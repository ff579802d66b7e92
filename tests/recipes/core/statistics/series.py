"""Series for charts: a level or a weekly pattern, with noise of 3 % of several kinds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from recipes.core.statistics.baseline import Value

MONDAY = datetime(2026, 1, 5, 5, tzinfo=UTC)
NOISE = 0.03


def noise(kind: str, n: int, random: np.random.Generator) -> np.ndarray:
    """Return n values of unit size: normal, heavy (t with 3 degrees of freedom) or autocorrelated (ρ = 0.7)."""
    if kind == "heavy":
        return random.standard_t(3, n)
    if kind != "autocorrelated":
        return random.standard_normal(n)
    values = random.standard_normal(n)
    for place in range(1, n):
        values[place] = 0.7 * values[place - 1] + np.sqrt(1 - 0.49) * values[place]
    return values


def series(
    seed: int, *, weekly: bool = True, trend: float = 0.0, kind: str = "normal", n: int = 120
) -> list[Value]:
    """Return daily counts: 1000 on working days, 300 at weekends (or 1000 always), a trend as a share a day."""
    days = np.arange(n)
    level = np.where(days % 7 < 5, 1000.0, 300.0) if weekly else np.full(n, 1000.0)
    told = level * (1 + trend) ** days * (1 + NOISE * noise(kind, n, np.random.default_rng(seed)))
    rows = np.round(np.maximum(told, 0))
    return [Value(MONDAY + timedelta(days=int(day)), float(row)) for day, row in zip(days, rows, strict=True)]


def on_working_days(point: Value) -> bool:
    return point.at.weekday() < 5
